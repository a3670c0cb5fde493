"""Keeps conversations; what a person may not read any more is not shown to them again.

An answer is written from passages, cited or not: it is shown while all the texts that they are of
may be read, and else withheld whole, in the present and as what a further question follows.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from rag.accounts import people
from rag.accounts.people import Person
from rag.catalogue import reading as catalogue
from rag.conversations.schema import conversations, turns
from rag.database import reading, writing
from rag.errors import NotFound
from rag.types import Answer, Caller, Hit, Turn

KEPT = 200  # conversations of one person; the oldest goes
LONGEST = 100  # turns of one conversation
TITLE = 80  # characters
PLACE = "registre"
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation by its first question."""

    conversation_id: str
    title: str
    updated: int  # seconds since 1970, UTC
    turns: int


@dataclass(frozen=True, slots=True)
class Said:
    """One turn. `answer` is None when its author may not read all that it came from any more."""

    at: int
    question: str
    answer: Answer | None


class Conversations:
    """Of every person, in the registry; rights are those of the catalogue at each reading."""

    def __init__(
        self, registry: Engine, engine: Engine, clock: Callable[[], float] = time.time
    ) -> None:
        self._registry = registry
        self._engine = engine
        self._clock = clock

    def start(self, person_id: str) -> str:
        """A new conversation's id."""
        made, now = uuid.uuid4().hex, int(self._clock())
        with writing(self._registry, PLACE) as connection:
            connection.execute(
                insert(conversations).values(
                    conversation_id=made, person_id=person_id, created=now, updated=now
                )
            )
            _prune(connection, person_id)
        return made

    def add(
        self,
        conversation_id: str,
        person_id: str,
        question: str,
        answer: Answer,
        hits: Sequence[Hit],
        named: Collection[str] = (),
        *,
        follows: bool = False,
    ) -> None:
        """Keep a turn. `hits`: all that the answer was written from; `named`: ids of other texts
        of which it says something; `follows`: its question has words of the turns before.

        Raises:
            NotFound: this person has no such conversation, or it is as long as one may be.
        """
        texts = {hit.text_id for hit in (*hits, *answer.nearest)}
        texts |= {cited.text_id for cited in answer.citations} | set(named)
        now = int(self._clock())
        with writing(self._registry, PLACE) as connection:
            count = _length(connection, conversation_id, person_id)
            if count >= LONGEST:
                raise _unknown()
            if follows:
                texts |= _texts_before(connection, conversation_id)
            connection.execute(
                insert(turns).values(
                    conversation_id=conversation_id,
                    position=count,
                    at=now,
                    question=question,
                    answer=_ANSWER.dump_json(answer).decode(),
                    texts=json.dumps(sorted(texts)),
                )
            )
            this = conversations.c.conversation_id == conversation_id
            connection.execute(update(conversations).where(this).values(updated=now))

    def of(self, person_id: str) -> list[Listed]:
        """The conversations of a person, the last one first."""
        first = turns.alias()
        count = select(func.count()).where(
            turns.c.conversation_id == conversations.c.conversation_id
        )
        query = (
            select(conversations, first.c.question, count.scalar_subquery().label("length"))
            .join(first, first.c.conversation_id == conversations.c.conversation_id)
            .where(conversations.c.person_id == person_id, first.c.position == 0)
            .order_by(conversations.c.updated.desc(), conversations.c.conversation_id)
        )
        with reading(self._registry) as connection:
            rows = connection.execute(query).all()
        return [
            Listed(row.conversation_id, _title(row.question), row.updated, row.length)
            for row in rows
        ]

    def read(self, conversation_id: str, person_id: str, *callers: Caller) -> list[Said]:
        """Its turns, oldest first, as all of `callers`, who are that person and whoever gives them
        their data, may read them now.

        Raises:
            NotFound: this person has no such conversation.
        """
        with reading(self._registry) as connection:
            _length(connection, conversation_id, person_id)
            query = select(turns).where(turns.c.conversation_id == conversation_id)
            rows = connection.execute(query.order_by(turns.c.position)).all()
        with reading(self._engine) as connection:
            each = (catalogue.texts_for(connection, caller) for caller in callers)
            readable = set.intersection(*({text.text_id for text in texts} for texts in each))
        return [Said(row.at, row.question, _answer(row, readable)) for row in rows]

    def history(self, conversation_id: str, person_id: str, caller: Caller) -> tuple[Turn, ...]:
        """What a further question follows: questions as they were looked for, and answers.

        Raises:
            NotFound: as `read`.
        """
        return tuple(
            Turn(said.question if said.answer is None else said.answer.searched or said.question,
                 said.answer.answer if said.answer else "")
            for said in self.read(conversation_id, person_id, caller)
        )  # fmt: skip

    def forget(self, conversation_id: str, person_id: str) -> None:
        """Delete one for good.

        Raises:
            NotFound: this person has no such conversation.
        """
        with writing(self._registry, PLACE) as connection:
            _length(connection, conversation_id, person_id)
            _delete(connection, [conversation_id])

    def forget_all(self, person_id: str) -> int:
        """Delete all that a person said; how many conversations."""
        mine = select(conversations.c.conversation_id).where(conversations.c.person_id == person_id)
        with writing(self._registry, PLACE) as connection:
            found = list(connection.execute(mine).scalars())
            _delete(connection, found)
        return len(found)

    def given(self, login: str, reader: Caller) -> Iterator[tuple[str, list[Said]]]:
        """Id and turns of each conversation of whoever has this login, as they and `reader` may
        read it now; the last one first, read one by one."""
        person = self._person(login)
        if person is None:
            return
        author = Caller(person.login, person.role, person.services)
        for listed in self.of(person.person_id):
            with suppress(NotFound):  # deleted meanwhile
                said = self.read(listed.conversation_id, person.person_id, author, reader)
                yield listed.conversation_id, said

    def forget_login(self, login: str) -> int:
        """Delete all that whoever has this login said; how many conversations."""
        person = self._person(login)
        return self.forget_all(person.person_id) if person else 0

    def _person(self, login: str) -> Person | None:
        with reading(self._registry) as connection:
            return people.by_login(connection, login)


def _length(connection: Connection, conversation_id: str, person_id: str) -> int:
    query = select(conversations.c.person_id).where(
        conversations.c.conversation_id == conversation_id
    )
    if connection.execute(query).scalar() != person_id:
        raise _unknown()
    count = select(func.count()).where(turns.c.conversation_id == conversation_id)
    return connection.execute(count).scalar_one()


def _texts_before(connection: Connection, conversation_id: str) -> set[str]:
    query = select(turns.c.texts).where(turns.c.conversation_id == conversation_id)
    return {text for row in connection.execute(query).scalars() for text in json.loads(row)}


def _unknown() -> NotFound:
    return NotFound("cette conversation n'existe pas", remedy="commencez-en une autre")


def _prune(connection: Connection, person_id: str) -> None:
    """The oldest beyond KEPT, by last use."""
    query = (
        select(conversations.c.conversation_id)
        .where(conversations.c.person_id == person_id)
        .order_by(conversations.c.updated.desc(), conversations.c.conversation_id)
        .offset(KEPT)
    )
    _delete(connection, list(connection.execute(query).scalars()))


def _delete(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(turns).where(turns.c.conversation_id.in_(ids)))
    connection.execute(delete(conversations).where(conversations.c.conversation_id.in_(ids)))


def _answer(row: Any, readable: Collection[str]) -> Answer | None:
    if not set(json.loads(row.texts)) <= set(readable):
        return None
    return _ANSWER.validate_json(row.answer)


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE else line[:TITLE].rsplit(" ", 1)[0] + " …"
