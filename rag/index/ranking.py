"""One way to search, whatever the store: the same question always gets the same ranking.

A store cuts a ranking at `limit` without saying which of equally scored points it keeps: Qdrant
Edge was seen to keep others after a restart. So a little more is asked for, equal scores are put
in order of id, and where the tie goes on beyond that, more is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.index.vectors import check_query, is_empty
from rag.ports import IndexQuery, Scored

SPARES = (32, 1_000, 10_000)  # asked for beyond the limit; a longer tie is cut by the store

Ask = Callable[[Sequence[IndexQuery]], list[list[Scored]]]


def rank(queries: Sequence[IndexQuery], dimension: int, ask: Ask) -> list[list[Scored]]:
    """One list a query, best first, equal scores by id; an empty vector finds nothing.

    `ask` puts queries to the store. Raises IndexFailure when a vector does not fit.
    """
    for query in queries:
        check_query(query, dimension)
    answers: list[list[Scored]] = [[] for _ in queries]
    waiting = [n for n, query in enumerate(queries) if _finds_something(query)]
    for spare in SPARES:
        if not waiting:
            break
        wider = [replace(queries[n], limit=queries[n].limit + spare) for n in waiting]
        found = dict(zip(waiting, map(_best_first, ask(wider)), strict=True))
        for n, points in found.items():
            answers[n] = points[: queries[n].limit]
        waiting = [n for n in waiting if _tied(found[n], queries[n].limit, spare)]
    return answers


def _finds_something(query: IndexQuery) -> bool:
    """False when the answer is known to be empty without asking the store."""
    return query.limit > 0 and not is_empty(query.vector)


def _best_first(found: Sequence[Scored]) -> list[Scored]:
    return sorted(found, key=lambda scored: (-scored.score, scored.point_id))


def _tied(found: Sequence[Scored], limit: int, spare: int) -> bool:
    """True when points beyond those found may have the score of the last one kept."""
    return len(found) == limit + spare and found[limit - 1].score == found[-1].score
