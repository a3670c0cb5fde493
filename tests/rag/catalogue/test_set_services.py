"""Rights of a text, changed apart from its source: at once in the join, soon in the index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from made_up import state, take_in
from sqlalchemy import Engine, select

from rag.catalogue import reading as catalogue_reading
from rag.catalogue import records, schema
from rag.catalogue.rights import set_services
from rag.database import reading, writing
from rag.errors import UsageError
from rag.index import projection
from rag.index.edge import EdgeIndex
from rag.retrieval.search import Searcher
from rag.types import Caller

RH, ROADS = Caller.of(["rh"]), Caller.of(["voirie"])


def change(catalogue: Engine, text_id: str, services: Iterable[str]) -> bool:
    with writing(catalogue, "test") as connection:
        return set_services(connection, text_id, services)


def test_rights_count_at_once_and_the_index_follows(catalogue: Engine, tmp_path: Path) -> None:
    take_in(catalogue, state("t", {"1": "la zibeline", "2": "le vison"}, services=["rh"]))
    take_in(catalogue, state("autre", {"1": "la zibeline"}))
    index = EdgeIndex(tmp_path / "index", 0)
    searcher = Searcher(catalogue, index, None)

    def follow() -> None:
        projection.catch_up(catalogue, index, "", "test")
        with reading(catalogue) as connection:
            assert dict(index.digests()) == dict(projection.digests(connection, ""))

    def found(caller: Caller) -> set[str]:
        hits = searcher.search("zibeline", caller, date(2026, 1, 1), 10).hits
        return {hit.text_id for hit in hits}

    try:
        follow()
        assert (found(RH), found(ROADS)) == ({"t", "autre"}, {"autre"})
        assert change(catalogue, "t", [" Voirie "])
        assert found(RH) == {"autre"}  # the index still says that they may
        follow()
        assert (found(RH), found(ROADS)) == ({"autre"}, {"t", "autre"})
        assert change(catalogue, "t", [])
        follow()
        assert found(RH) == found(Caller()) == {"t", "autre"}
        assert change(catalogue, "t", ["rh", "voirie"])
        assert found(Caller()) == {"autre"}
    finally:
        index.close()


def test_only_the_points_of_that_text_are_looked_at_again(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"1": "un", "2": "deux"}), state("u", {"1": "trois"}))
    query = select(schema.outbox.c.point_id).order_by(schema.outbox.c.seq)
    with reading(catalogue) as connection:
        before = len(connection.execute(query).all())
        points = catalogue_reading.points_in_force(connection, ["t#1", "t#2"], Caller(), None)
    change(catalogue, "t", ["rh"])
    with reading(catalogue) as connection:
        told = list(connection.execute(query).scalars())[before:]
    assert sorted(told) == sorted(point for group in points.values() for point in group)


def test_a_text_that_is_not_there(catalogue: Engine) -> None:
    assert not change(catalogue, "t", ["rh"])
    with reading(catalogue) as connection:
        assert not connection.execute(select(schema.text_services)).all()


def test_a_name_that_cannot_be_shown_changes_nothing(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"1": "un"}, services=["rh"]))
    for name in ("a\nb", "x" * 201):
        with pytest.raises(UsageError):
            change(catalogue, "t", ["voirie", name])
    with reading(catalogue) as connection:
        record = records.load(connection, "t")
    assert record is not None and record.text.services == {"rh"}
