"""IndexFilter → conditions that must all hold → the form each store understands (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.payload import SERVICES, VALID_FROM, VALID_TO, labels_of_caller
from rag.ports import IndexFilter

if TYPE_CHECKING:
    import qdrant_edge as edge
    from qdrant_client import models as rest


@dataclass(frozen=True, slots=True)
class AtMost:
    """The number under `key` is `bound` or less."""

    key: str
    bound: int


@dataclass(frozen=True, slots=True)
class Above:
    """The number under `key` is more than `bound`."""

    key: str
    bound: int


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The list under `key` holds at least one of `labels`."""

    key: str
    labels: tuple[str, ...]


Condition = AtMost | Above | AnyOf


def conditions_of(where: IndexFilter) -> tuple[Condition, ...]:
    """Conditions that must all hold; none at all lets every point through."""
    conditions: list[Condition] = []
    if where.day is not None:
        day = where.day.toordinal()
        conditions += [AtMost(VALID_FROM, day), Above(VALID_TO, day)]
    if where.services is not None:
        conditions.append(AnyOf(SERVICES, tuple(labels_of_caller(where.services))))
    return tuple(conditions)


def to_edge(where: IndexFilter) -> edge.Filter | None:
    """The filter as Qdrant Edge takes it; None lets every point through."""
    import qdrant_edge as edge

    must: list[edge.ConditionType] = [_to_edge(condition) for condition in conditions_of(where)]
    return edge.Filter(must=must) if must else None


def _to_edge(condition: Condition) -> edge.FieldCondition:
    import qdrant_edge as edge

    match condition:
        case AtMost(key, bound):
            return edge.FieldCondition(key, range=edge.RangeFloat(lte=bound))
        case Above(key, bound):
            return edge.FieldCondition(key, range=edge.RangeFloat(gt=bound))
        case AnyOf(key, labels):
            return edge.FieldCondition(key, match=edge.MatchAny(list(labels)))


def to_rest(where: IndexFilter) -> rest.Filter | None:
    """The filter as qdrant-client takes it; None lets every point through."""
    from qdrant_client import models as rest

    must: list[rest.Condition] = [_to_rest(condition) for condition in conditions_of(where)]
    return rest.Filter(must=must) if must else None


def _to_rest(condition: Condition) -> rest.FieldCondition:
    from qdrant_client import models as rest

    match condition:
        case AtMost(key, bound):
            return rest.FieldCondition(key=key, range=rest.Range(lte=bound))
        case Above(key, bound):
            return rest.FieldCondition(key=key, range=rest.Range(gt=bound))
        case AnyOf(key, labels):
            return rest.FieldCondition(key=key, match=rest.MatchAny(any=list(labels)))
