"""What the API takes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import examples
from api.schemas.fields import (
    MAX_ANSWER,
    MAX_COMMENT,
    MAX_DOCUMENT,
    MAX_NAME,
    MAX_TURNS,
    AsOf,
    Question,
    Services,
    Without,
)
from rag import types


class Request(BaseModel):
    """Unknown fields are refused: a misspelt one must not be ignored in silence."""

    model_config = ConfigDict(extra="forbid")


class SearchRequest(Request):
    """What to look for."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SEARCH_REQUEST]})

    question: Question
    as_of: AsOf = None
    services: Services = []
    limit: int = Field(default=10, ge=1, le=100, description="How many hits.")
    without: Without = []


class Turn(Request):
    """One question of the conversation so far, and its answer."""

    question: Question
    answer: str = Field(default="", max_length=MAX_ANSWER)


class AskRequest(Request):
    """What to answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ASK_REQUEST]})

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

    without: Without = []

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
            without=frozenset(self.without),
        )


class VerifyRequest(Request):
    """A document whose references are to be checked."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VERIFY_REQUEST]})

    text: str = Field(
        max_length=MAX_DOCUMENT,
        examples=["Vu l'article L. 211-2 du CRPA, la décision est motivée."],
    )
    as_of: AsOf = None
    services: Services = []


class UploadFields(Request):
    """What may come with the file, in a form."""

    as_of: AsOf = None
    services: Services = []


class FeedbackRequest(Request):
    """What somebody thinks of an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FEEDBACK_REQUEST]})

    answer_id: str = Field(
        pattern=r"^[0-9a-f]{32}$",
        description="`answer_id` of the answer.",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    useful: bool
    reason: Literal["wrong", "incomplete", "outdated", "off_topic", "unclear", "other"] | None = (
        Field(default=None, description="Why it is not.", examples=["incomplete"])
    )
    comment: str = Field(
        default="",
        max_length=MAX_COMMENT,
        examples=["Il manque le cas des mineurs."],
    )
