"""Keeps the turns of who has an account; of nobody in particular nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine

from api import visitors
from api.problems import INVALID, NO_ROUTE, Refused
from api.schemas import MAX_TURNS
from rag.answering.answer import Checked, Found
from rag.conversations.store import LONGEST, Conversations
from rag.database import reading
from rag.errors import NotFound
from rag.legal.resolve import Shelf
from rag.legal.verify import verify
from rag.types import Answer, Asked, Hit

_ID = re.compile(r"[0-9a-f]{32}")


def author() -> str:
    """The number of who asks, "" for nobody in particular."""
    identity = visitors.present().identity
    return identity.person_id if identity else ""


def known_id(given: str) -> str:
    """`given`, where it may be the id of a conversation.

    Raises:
        Refused: it cannot.
    """
    if not _ID.fullmatch(given):
        raise _unknown()
    return given


@contextmanager
def theirs() -> Iterator[None]:
    """Says of a conversation of somebody else what it says of one that is not there.

    Raises:
        Refused: it is not there.
    """
    try:
        yield
    except NotFound as error:
        raise _unknown() from error


def _unknown() -> Refused:
    return Refused(
        NO_ROUTE,
        "Cette conversation n'existe pas, ou plus.",
        "There is no such conversation, or no longer.",
    )


@dataclass(slots=True)
class Keeping:
    """Follows one question of `author` ("": nobody) in the conversation of that id ("": new)."""

    conversations: Conversations
    engine: Engine
    author: str
    conversation: str
    alone: bool = False  # the question is asked again, and follows nothing
    turns: int = 0  # kept before this one, then with it
    answer: Answer | None = None
    _hits: tuple[Hit, ...] = ()
    _asked: Asked | None = None

    def after(self, asked: Asked) -> Asked:
        """The question after what was said before in its conversation, as it may be read now.

        Raises:
            Refused: they have no such conversation, or it is as long as one may be.
        """
        self._asked = asked
        if not self.author or not self.conversation:
            return asked
        with theirs():
            before = self.conversations.history(
                known_id(self.conversation), self.author, asked.caller
            )
        if len(before) >= LONGEST:
            raise Refused(
                INVALID,
                "Cette conversation est trop longue : commencez-en une autre.",
                "This conversation is too long: start another one.",
            )
        self.turns = len(before)
        return asked if self.alone else replace(asked, history=before[-MAX_TURNS:])

    def take(self, event: Found | Checked | Answer) -> None:
        """Note what was found; keep the turn with its answer, before anyone is shown it.

        Raises:
            Refused: the conversation was deleted meanwhile.
        """
        if isinstance(event, Found):
            self._hits = event.hits
        if isinstance(event, Answer):
            self.answer = event
            if self.author:
                self._keep(event)

    def _keep(self, answer: Answer) -> None:
        kept = self.conversations
        self.conversation = self.conversation or kept.start(self.author)
        named = self._named(answer)
        with theirs():
            kept.add(
                self.conversation,
                self.author,
                answer.question,
                answer,
                self._hits,
                named,
                follows=self.alone or bool(answer.searched),
            )
        self.turns += 1

    def _named(self, answer: Answer) -> set[str]:
        """The texts that the question and the sentences name: what is said to be wrong about them
        tells of texts that were perhaps not found."""
        sentences = (*answer.sentences, *answer.left_out)
        told = [each.text for each in sentences if each.reason]
        if self._asked is None or not (answer.premises or told):
            return set()
        words = "\n\n".join([answer.question, *told])
        with reading(self.engine) as connection:
            shelf = Shelf(connection, self._asked.caller)
            found = verify(words, shelf, answer.as_of or date.today())
        return {entry.text_id for entry in found if entry.text_id}
