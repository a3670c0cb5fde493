"""Erases what the journal holds of a person; the chain, the counts and the other fields stay."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import delete, select

from rag.journal import wiping
from rag.journal.entry import ERASE, Entry
from rag.journal.journal import Journal
from rag.journal.pen import pen
from rag.journal.schema import people


def erase(kept: Journal, person: str, *, who: str, door: str) -> int:
    """Delete the person's name, questions, reasons and comments; how many entries held them.

    Found under the name and under its pseudonym. The journal tells that those rows were erased,
    on whose order, and not of whom. What others wrote about the person is not found.

    Raises:
        CatalogueError: the journal cannot be written; nothing was erased then.
    """
    names = kept.privacy.aliases(person)
    told = kept.privacy.kept(Entry(ERASE, door, who))
    with pen(kept.engine, kept.key) as held:
        wiping.overwrite(held.connection)
        theirs = people.c.who.in_(names)
        query = select(people.c.seq).where(theirs).order_by(people.c.seq)
        found = list(held.connection.execute(query).scalars())
        held.connection.execute(delete(people).where(theirs))
        held.add(replace(told, detail=json.dumps({"rows": _runs(found)})))
    wiping.empty_log(kept.engine)
    return len(found)


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """Ascending numbers as first and last of each run without a gap."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs
