"""What chat front ends send, and what they get: OpenAI's shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api import chat_text
from api.commands import MAX_QUESTION
from api.problems import INVALID, Refused
from api.schemas import EXAMPLE, MAX_ANSWER, MAX_NAME, Citation, Question
from rag.answering.followup import MAX_TURNS
from rag.types import Asked, Caller, Turn

MAX_MESSAGES = 1000  # front ends send the whole conversation each time
QUESTION: TypeAdapter[str] = TypeAdapter(Question)


class Part(BaseModel):
    """A part of a message; only those of type "text" are read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = Field(default=None, examples=[EXAMPLE])

    @property
    def words(self) -> str:
        """What it says."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class StreamOptions(BaseModel):
    """How to stream."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """What chat front ends send; what Référent has no use for (temperature…) is ignored."""

    model: str = Field(default="", max_length=MAX_NAME, examples=["extractive"])
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool = False
    stream_options: StreamOptions | None = None

    @property
    def usage(self) -> bool:
        """True when the last chunk is to tell tokens."""
        return self.stream_options is not None and self.stream_options.include_usage

    def asked(self, caller: Caller) -> Asked:
        """The question of that caller: the user's last message, after what came before it.

        Raises:
            Refused: there is none, or it is too long.
        """
        ends = [at for at, message in enumerate(self.messages) if message.role == "user"]
        last = ends[-1] if ends else 0
        question = _question(self.messages[last] if ends else None)
        return Asked(question, caller, model=self.model, history=history(self.messages[:last]))


class Choice(BaseModel):
    """The answer."""

    index: int
    message: dict[str, Any]
    finish_reason: str


class ChatAnswer(BaseModel):
    """As OpenAI's, with "citations", which are also footnotes of the content."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    citations: list[Citation]
    answer_id: str
    usage: dict[str, int]


def history(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """The last turns, each question as it was looked for, each answer without its sources."""
    turns: list[Turn] = []
    for message in messages:
        words = message.words.strip()
        if message.role == "user" and words:
            turns.append(Turn(words[:MAX_QUESTION]))
        elif message.role == "assistant" and turns:
            looked_for = chat_text.understood(words) or turns[-1].question
            answer = chat_text.own_words(words)[:MAX_ANSWER]
            turns[-1] = Turn(looked_for[:MAX_QUESTION], answer)
    return tuple(turns[-MAX_TURNS:])


def _question(message: Message | None) -> str:
    try:
        return QUESTION.validate_python(message.words if message else "")
    except ValidationError as error:
        raise Refused(
            INVALID,
            "Le dernier message de l'utilisateur est vide ou trop long.",
            "The user's last message is empty or too long.",
        ) from error
