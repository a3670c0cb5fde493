"""What is given of texts, articles, changes and the references of a document."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ConfigDict

from api.schemas import examples
from api.schemas.answer import Answer


class TextEntry(Answer):
    """A text that the caller may read."""

    text_id: str
    text: str
    nature: str
    services: list[str]


class TextsAnswer(Answer):
    """Every text that the caller may read, by title."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TEXTS]})

    texts: list[TextEntry]


class VersionEntry(Answer):
    """A wording; `words` is null when only the period is known."""

    version_id: str
    valid_from: date | None
    valid_to: date | None
    state: str
    words: str | None


class ArticleAnswer(Answer):
    """As `referent show --json`; "comparison" when two dates were given."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARTICLE_SHOWN]})

    text_id: str
    text: str
    article: str
    article_id: str
    path: list[str]
    versions: list[VersionEntry]
    cites: list[dict[str, Any]]
    cited_by: list[dict[str, Any]]


class ChangesAnswer(Answer):
    """As `referent changes --json`."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHANGES]})

    since: date
    until: date | None
    changes: list[dict[str, Any]]
    to_review: list[dict[str, Any]]


class ReferenceEntry(Answer):
    """A reference found; `surface` stands at `start` in the document."""

    surface: str
    start: int
    end: int
    text: str
    articles: list[str]
    verdict: str
    detail: str


class VerifyAnswer(Answer):
    """As `referent verify --json`."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VERIFY]})

    references: list[ReferenceEntry]
