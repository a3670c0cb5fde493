"""Rights in the join: nobody gets a passage of a text that is not theirs to read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import state, take_in
from sqlalchemy import Engine, select

from rag.access import readable
from rag.catalogue import reading as catalogue_reading
from rag.catalogue import schema
from rag.catalogue.removal import remove
from rag.database import reading, writing
from rag.types import Caller, Validity

DAY = date(2025, 1, 1)
SERVICES = ["rh", "état civil", "marchés", "%", "rh'; --", ""]
GIVEN = st.frozensets(st.sampled_from(SERVICES), max_size=3)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(GIVEN, min_size=1, max_size=5), GIVEN)
def test_a_caller_gets_only_what_they_may_read(
    catalogue: Engine, given_to: list[frozenset[str]], services: frozenset[str]
) -> None:
    texts = {f"t{n}": services for n, services in enumerate(given_to)}
    for text_id, each in texts.items():
        take_in(catalogue, state(text_id, {"1": f"mots de {text_id}"}, services=each))
    caller = Caller.of(services)
    may = {text_id for text_id, each in texts.items() if readable(caller, each)}
    with reading(catalogue) as connection:
        points = list(connection.execute(select(schema.passages.c.point_id)).scalars())
        versions = list(connection.execute(select(schema.versions.c.version_id)).scalars())
        joined = catalogue_reading.join(connection, points, caller, None)
        everything = catalogue_reading.join(connection, points, Caller.operator(), None)
        assert {passage.text_id for passage in joined.values()} == may
        assert {passage.text_id for passage in everything.values()} == set(texts)
        # every other way in
        assert {text.text_id for text in catalogue_reading.texts_for(connection, caller)} == may
        found = catalogue_reading.passages_of(connection, versions, caller)
        assert {passage.text_id for passage in found} == may
        numbered = catalogue_reading.articles_numbered(connection, ["1"], caller)
        assert {text.text_id for _, text in numbered} == may
        for text_id in texts:
            mine = text_id in may
            article = f"{text_id}#1"
            assert (catalogue_reading.text(connection, text_id, caller) is not None) == mine
            assert bool(catalogue_reading.article(connection, article, caller)) == mine
            assert bool(catalogue_reading.articles_of(connection, text_id, caller)) == mine
            assert bool(catalogue_reading.versions_of(connection, article, caller)) == mine
            in_force = catalogue_reading.points_in_force(connection, [article], caller, DAY)
            assert bool(in_force) == mine
        for version_id in versions:
            mine = version_id.partition("#")[0] in may
            assert bool(catalogue_reading.version(connection, version_id, caller)) == mine
    with writing(catalogue, "test") as connection:
        for text_id in texts:
            remove(connection, text_id)


def test_the_join_knows_dates(catalogue: Engine) -> None:
    old, new = date(2024, 1, 1), date(2025, 6, 1)
    take_in(catalogue, state("t", {"1": "vieux"}, old), state("t", {"1": "neuf"}, new))
    with reading(catalogue) as connection:
        points = list(connection.execute(select(schema.passages.c.point_id)).scalars())

        def words(day: date | None) -> set[str]:
            found = catalogue_reading.join(connection, points, Caller.operator(), day)
            return {passage.words for passage in found.values()}

        assert words(date(2023, 12, 31)) == set()
        assert words(old) == words(date(2025, 5, 31)) == {"vieux"}
        assert words(new) == {"neuf"}
        assert words(None) == {"vieux", "neuf"}


def test_the_join_gives_the_passage_as_it_stands(catalogue: Engine) -> None:
    long = "\n".join(f"Alinéa {n} : « {'mot ' * 60}»" for n in range(6))
    take_in(catalogue, state("t", {"12 bis": long}, DAY))
    with reading(catalogue) as connection:
        points = list(connection.execute(select(schema.passages.c.point_id)).scalars())
        joined = catalogue_reading.join(connection, [*points, 1, 2], Caller(), DAY)
    assert len(points) > 1
    assert set(joined) == set(points)
    for passage in joined.values():
        assert passage.words == long[passage.start : passage.end]
        assert (passage.article, passage.path) == ("12 bis", ("Titre",))
        assert passage.validity == Validity(DAY, None)


def test_many_points_are_joined(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {str(n): f"mots {n}" for n in range(1200)}))
    with reading(catalogue) as connection:
        points = list(connection.execute(select(schema.passages.c.point_id)).scalars())
        assert len(catalogue_reading.join(connection, points, Caller(), None)) == 1200
