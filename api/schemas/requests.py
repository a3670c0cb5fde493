"""What the API takes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import (
    MAX_ANSWER,
    MAX_DOCUMENT,
    MAX_NAME,
    MAX_TURNS,
    AsOf,
    Question,
    Services,
)
from rag import types


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
