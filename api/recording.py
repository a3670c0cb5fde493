"""Writes requests in the journal: an answer leaves only once it is there, unless settings say else.

Who asks, and through which door, is the visitor present (`api.visitors`).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from api import visitors
from api.visitors import Visitor
from rag.accounts import people
from rag.errors import AnswerStopped, ReferentError
from rag.journal import entry as journal_entry
from rag.journal.entry import Entry, Spent, Verdicts
from rag.journal.journal import Journal
from rag.types import Answer, Asked, Caller

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from rag.accounts.telling import Tell
    from rag.answering.answer import Events
    from rag.bootstrap import Parts
    from rag.retrieval.search import SearchResult

T = TypeVar("T")
ONESELF = "self"


def alone(parts: Parts) -> Recorder:
    """For a command that answers without a server: from now on its owner is who asks."""
    visitors.enter(visitors.operator(), "/operator/")
    journal = Journal(parts.registry, parts.settings, parts.data)
    journal.check_key()
    return Recorder(journal)


class Recorder:
    """The journal, as the service writes it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def answers(self, asked: Asked, events: Events) -> Events:
        """The events of an answer; it is recorded before its last one, the answer, is given.

        Raises:
            CatalogueError: it could not be recorded, and must be: it is withheld.
        """
        began = _begun("ask", asked.caller, asked.question, as_of=asked.as_of, model=asked.model)
        started = time.perf_counter()
        try:
            for event in events:
                if isinstance(event, Answer):
                    self._journal.record(_answered(began, event))
                yield event
                if isinstance(event, Answer):
                    return
        except (AnswerStopped, GeneratorExit):
            self._ended(began, started, journal_entry.STOPPED)
            raise
        except ReferentError:
            self._ended(began, started, journal_entry.FAILED)
            raise

    def searches(
        self, question: str, caller: Caller, work: Callable[[], SearchResult]
    ) -> SearchResult:
        """What was found, recorded.

        Raises:
            CatalogueError: as `answers`.
        """
        began = _begun("search", caller, question)
        found = self._failing(began, work)
        self._journal.record(replace(began, latency=_milliseconds(found.timings)))
        return found

    def works(self, kind: str, question: str, work: Callable[[], T]) -> T:
        """What any other request gives, recorded under `kind`.

        Raises:
            CatalogueError: as `answers`.
        """
        began = _begun(kind, visitors.present().caller, question)
        started = time.perf_counter()
        made = self._failing(began, work)
        self._journal.record(replace(began, latency=_since(started)))
        return made

    def account(self, did: str, **more: object) -> None:
        """What the visitor present just did about accounts or rights in general.

        Raises:
            CatalogueError: as `answers`.
        """
        visitor = visitors.present()
        self._journal.record(_of_account(visitor, visitor.name, {"did": did, **more}))

    def tells(self, did: str, *, comes: bool = False, **more: object) -> Tell:
        """What records that this was done to somebody's account, within its transaction: neither
        is kept without the other. Made before that transaction begins.

        `comes`: by somebody who only then is known; else by the visitor present, to whom is kept
        by number, since the chain holds no name. What one does to oneself has no number: under the
        setting that keeps pseudonyms, it would tell whose the pseudonym is.
        """
        self._journal.privacy.make_ready()
        visitor = visitors.present()
        oneself = visitor.identity.person_id if visitor.identity else ""

        def tell(connection: Connection, person_id: str) -> None:
            who, told = visitor.name, {"did": did, **more}
            if comes:
                person = people.by_id(connection, person_id)
                who = person.login if person else ""
            else:
                told["person"] = ONESELF if person_id == oneself else person_id
            self._journal.record(_of_account(visitor, who, told), within=connection)

        return tell

    def opinion(self, answer_id: str, useful: bool, reason: str, comment: str) -> None:
        """What the visitor present thinks of an answer.

        Raises:
            NotFound: no such answer is in the journal.
            CatalogueError: it cannot be written.
        """
        visitor = visitors.present()
        self._journal.feedback(
            answer_id,
            useful,
            who=visitor.name,
            door=visitor.door,
            reason=reason,
            comment=comment.strip(),
        )

    def _failing(self, began: Entry, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            return work()
        except ReferentError:
            self._ended(began, started, journal_entry.FAILED)
            raise

    def _ended(self, began: Entry, started: float, status: str) -> None:
        self._journal.record(replace(began, status=status, latency=_since(started)))


def _of_account(visitor: Visitor, who: str, told: dict[str, object]) -> Entry:
    return Entry(
        journal_entry.ACCOUNT,
        visitor.door,
        who,
        visitor.caller.services,
        detail=json.dumps(told, ensure_ascii=False, sort_keys=True),
    )


def _begun(kind: str, caller: Caller, question: str, **more: object) -> Entry:
    visitor = visitors.present()
    entry = Entry(
        kind=kind,
        door=visitor.door,
        who=visitor.name,
        services=caller.services,
        question=question,
    )
    return replace(entry, **more)  # type: ignore[arg-type]


def _answered(began: Entry, answer: Answer) -> Entry:
    support = Counter(sentence.support for sentence in (answer.sentences or answer.left_out))
    return replace(
        began,
        request_id=answer.answer_id,
        model=answer.model,
        versions=tuple(dict.fromkeys(citation.version_id for citation in answer.citations)),
        verdicts=Verdicts(support["verified"], support["unsupported"], support["contradicted"]),
        refused=answer.refused,
        status=journal_entry.REFUSED if answer.refused else journal_entry.ANSWERED,
        latency=_milliseconds(answer.timings),
        spent=_spent(answer),
    )


def _spent(answer: Answer) -> Spent:
    if answer.spent is None:
        return Spent()
    spent = answer.spent
    return Spent(
        prompt_tokens=spent.prompt_tokens,
        prompt_ms=round(spent.prompt_ms),
        written_tokens=spent.written_tokens,
        written_ms=round(spent.written_ms),
        first_ms=round(spent.first_ms),
    )


def _since(started: float) -> dict[str, float]:
    return {"total": round(1000 * (time.perf_counter() - started), 3)}


def _milliseconds(timings: dict[str, float]) -> dict[str, float]:
    """With a total, which searches do not give."""
    return {"total": round(sum(timings.values()), 3), **timings}
