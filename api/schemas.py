"""What the API takes and gives, for its checks and its OpenAPI description.

The answers are made by `api.shapes` and the views, as the commands' JSON is; these models describe
them, and a test holds the two together.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.commands import MAX_QUESTION
from rag import types

MAX_DOCUMENT = 500_000  # characters of a document to verify
MAX_NAME = 300
MAX_TURNS = 20
MAX_ANSWER = 20_000  # characters of an answer given back as history
MAX_SERVICES = 50
EXAMPLE = "Dans quel délai répond-on à un recours gracieux ?"

AsOf = Annotated[
    date | None,
    Field(description="The law in force on this date; null: today.", examples=["2026-05-28"]),
]
Service = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
Services = Annotated[
    list[Service],
    Field(
        max_length=MAX_SERVICES,
        description="Answer as to a person of these services. Only on the socket of the data "
        "folder: over TCP nobody has a service.",
        examples=[[]],
    ),
]
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION),
    Field(description="In French.", examples=[EXAMPLE]),
]


class Request(BaseModel):
    """Unknown fields are refused: a misspelt one must not be ignored in silence."""

    model_config = ConfigDict(extra="forbid")


class SearchRequest(Request):
    """What to look for."""

    question: Question
    as_of: AsOf = None
    services: Services = []
    limit: int = Field(default=10, ge=1, le=100, description="How many hits.")


class Turn(Request):
    """One question of the conversation so far, and its answer."""

    question: Question
    answer: str = Field(default="", max_length=MAX_ANSWER)


class AskRequest(Request):
    """What to answer."""

    question: Question
    as_of: AsOf = None
    services: Services = []
    limit: int | None = Field(default=None, ge=1, le=50, description="How many articles are read.")
    model: str = Field(
        default="", max_length=MAX_NAME, description="Who writes, of /v1/models; empty: the first."
    )
    history: list[Turn] = Field(
        default=[],
        max_length=MAX_TURNS,
        description="Turns of the same conversation, oldest first, each question as it was "
        "looked for (`searched` of its answer, where it has one): a question that follows is made "
        "to stand alone.",
        examples=[[]],
    )
    strict: bool = Field(
        default=True,
        description="Leave out of `answer` what is not verified; false: keep it there, marked.",
    )

    def asked(self, caller: types.Caller) -> types.Asked:
        """The question of that caller."""
        return types.Asked(
            question=self.question,
            caller=caller,
            as_of=self.as_of,
            limit=self.limit,
            model=self.model,
            history=tuple(types.Turn(turn.question, turn.answer) for turn in self.history),
            strict=self.strict,
        )


class VerifyRequest(Request):
    """A document whose references are to be checked."""

    text: str = Field(
        max_length=MAX_DOCUMENT,
        examples=["Vu l'article L. 211-2 du CRPA, la décision est motivée."],
    )
    as_of: AsOf = None
    services: Services = []


class Answer(BaseModel):
    """A part of an answer of the API."""

    model_config = ConfigDict(extra="allow")


class Hit(Answer):
    """A passage found; `valid_to` is exclusive, null when open."""

    rank: int
    score: float
    text_id: str
    text: str
    article: str
    article_id: str
    version_id: str
    start: int
    end: int
    valid_from: date | None
    valid_to: date | None
    path: list[str]
    passage: str
    source: str
    page: int | None


class SearchAnswer(Answer):
    """As `referent search --json`."""

    question: str
    as_of: date | None
    hits: list[Hit]


class Sentence(Answer):
    """A sentence; `support` is verified, unsupported or contradicted, `reason` says why."""

    text: str
    markers: list[int]
    support: str
    reason: str
    struck: bool = Field(description="Contradicted, or it names what does not exist.")


class Citation(Answer):
    """`quote` stands at `start` in the words of `version_id`, unless `verdict` says otherwise."""

    marker: int
    text_id: str
    text: str
    article: str
    version_id: str
    quote: str
    start: int
    end: int
    verdict: str
    page: int | None
    valid_from: date | None
    valid_to: date | None
    link: str = Field(description="Where the publisher shows this wording.")


class Premise(Answer):
    """What the question takes for granted, at `start` in it, and the texts do not say."""

    surface: str
    start: int
    end: int
    detail: str


class AskAnswer(Answer):
    """As `referent ask --json`."""

    question: str
    as_of: date | None
    answer: str
    refused: bool
    model: str
    sentences: list[Sentence]
    citations: list[Citation]
    left_out: list[Sentence]
    nearest: list[Hit]
    notice: str
    answer_id: str
    searched: str = Field(description="How the question was looked for; empty: as it was asked.")
    premises: list[Premise]
    cached: bool
    timings: dict[str, float]


class TextEntry(Answer):
    """A text that the caller may read."""

    text_id: str
    text: str
    nature: str
    services: list[str]


class TextsAnswer(Answer):
    """Every text that the caller may read, by title."""

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

    references: list[ReferenceEntry]


class Model(Answer):
    """A model, in the shape that OpenAI's clients read."""

    id: str = Field(examples=["extractive"])
    object: str = "model"
    created: int = 0
    owned_by: str = "referent"
    size: int | None = Field(default=None, description="Bytes, as its server says.")
    window: int | None = Field(default=None, description="Tokens, as its server says.")
    parameters: str = ""
    quantization: str = ""
    loaded: bool = True


class ModelsAnswer(Answer):
    """The models that may write an answer."""

    object: str = "list"
    data: list[Model]
    notice: str = Field(default="", description="Why models are missing, in French.")


class Live(Answer):
    """The process answers."""

    live: bool = True


class IndexState(Answer):
    """`pending`: changes of the catalogue that the index has yet to take."""

    points: int
    applied: int
    pending: int


class Ready(Answer):
    """Whether questions can be answered."""

    ready: bool
    index: IndexState


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:referent:not-found"])
    title: str = Field(examples=["Aucun texte ou article ne répond à ce nom, ou plusieurs."])
    status: int = Field(examples=[404])
    detail: str | None = Field(default=None, description="In the language of the answer.")
    fields: list[dict[str, str]] | None = Field(
        default=None, description="What is missing or wrong, and why.", examples=[None]
    )
