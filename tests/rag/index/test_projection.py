"""The projection: replayed, late, twice, or from nothing, the index is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import TODAY, state, take_in
from sqlalchemy import Engine, delete, func, select

from rag.catalogue import reading as catalogue_reading
from rag.catalogue import records, schema, terms
from rag.catalogue.removal import remove
from rag.database import reading, writing
from rag.errors import IndexFailure
from rag.index import projection
from rag.index.edge import EdgeIndex
from rag.passages import vector_key
from rag.ports import ARTICLE, PASSAGE, IndexPoint, IndexQuery, Scored
from rag.retrieval.lexical import question_vector
from rag.retrieval.search import Searcher
from rag.types import Caller, SparseVector

OLD, NEW = date(2024, 1, 1), date(2025, 1, 1)


@dataclass
class FakeIndex:
    """An Index in memory that counts what it is asked to write, and can fail."""

    points: dict[int, IndexPoint] = field(default_factory=dict)
    identity: str = "fake-1"
    written: int = 0
    fail_after: int | None = None

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        for point in points:
            if self.fail_after is not None and self.written >= self.fail_after:
                raise IndexFailure("coupé")
            self.points[point.point_id] = point
            self.written += 1

    def delete(self, point_ids: Sequence[int]) -> None:
        for point_id in point_ids:
            self.points.pop(point_id, None)

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        every = [Scored(p.point_id, 1.0, p.version_id) for p in self.points.values()]
        return [every for _ in queries]

    def digests(self) -> Iterator[tuple[int, str]]:
        return iter([(p.point_id, p.digest) for p in self.points.values()])

    def count(self) -> int:
        return len(self.points)

    def clear(self) -> None:
        self.points.clear()
        self.identity = f"fake-{int(self.identity[5:]) + 1}"

    def flush(self) -> None: ...
    def close(self) -> None: ...


def catch_up(engine: Engine, index: FakeIndex) -> int:
    return projection.catch_up(engine, index, "", "test")


def wanted(engine: Engine) -> dict[int, str]:
    with reading(engine) as connection:
        return dict(projection.digests(connection, ""))


def agrees(engine: Engine, index: FakeIndex) -> bool:
    pending = projection.lag(engine, index.identity).pending
    told = terms_of(engine) == terms_in(index)
    return dict(index.digests()) == wanted(engine) and told and not pending


Counted = dict[str, tuple[int, int, dict[int, tuple[int, int]]]]  # by text, then by token


def terms_of(engine: Engine) -> tuple[dict[int, dict[str, SparseVector]], Counted]:
    """What the catalogue keeps of the words in the index, and how it counts them."""
    with reading(engine) as connection:
        kept: dict[int, dict[str, SparseVector]] = {}
        for name in (PASSAGE, ARTICLE):
            points = list(connection.execute(select(schema.terms.c.point_id)).scalars())
            for point_id, found in terms.read(connection, name, points).items():
                if len(found):
                    vector = SparseVector(
                        tuple(found["token"].tolist()), tuple(found["weight"].tolist())
                    )
                    kept.setdefault(point_id, {})[name] = vector
        counted: Counted = {}
        for text_id in terms.revisions(connection):
            [each] = terms.counts(connection, [text_id])
            tokens = {int(row["token"]): (row["articles"], row["passages"]) for row in each.counts}
            counted[text_id] = (each.articles, each.passages, tokens)
        return kept, counted


def terms_in(index: FakeIndex) -> tuple[dict[int, dict[str, SparseVector]], Counted]:
    """The same, of what the index was given."""
    kept: dict[int, dict[str, SparseVector]] = {}
    counted: Counted = {}
    for point in index.points.values():
        kept[point.point_id] = {
            name: SparseVector(v.indices, tuple(np.float32(v.values).tolist()))
            for name, v in point.sparse.items()
        }
        text_id = point.version_id.partition("#")[0]
        articles, passages, tokens = counted.get(text_id, (0, 0, {}))
        own, every = point.sparse.get(ARTICLE), point.sparse[PASSAGE].indices
        for token in {*every, *(own.indices if own else ())}:
            whole, part = tokens.get(token, (0, 0))
            in_whole = own is not None and token in own.indices
            tokens[token] = (whole + in_whole, part + (token in every))
        counted[text_id] = (articles + (own is not None), passages + 1, tokens)
    return kept, counted


def test_an_unknown_index_is_filled(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"1": "un", "2": "deux"}))
    index = FakeIndex()
    assert projection.lag(catalogue, index.identity) == projection.Lag(0, 2)
    assert catch_up(catalogue, index) == 2
    assert agrees(catalogue, index)


def test_only_what_changed_is_written(catalogue: Engine) -> None:
    index = FakeIndex()
    take_in(catalogue, state("t", {str(n): f"mots {n}" for n in range(50)}, OLD))
    catch_up(catalogue, index)
    before = index.written
    take_in(catalogue, state("t", {str(n): f"mots {n}" for n in range(50)} | {"7": "neuf"}, OLD))
    assert projection.lag(catalogue, index.identity).pending == 2
    catch_up(catalogue, index)
    assert index.written - before == 1
    assert agrees(catalogue, index)
    assert catch_up(catalogue, index) == 0


def test_a_new_index_is_rebuilt_once_operations_are_pruned(catalogue: Engine) -> None:
    first = FakeIndex()
    take_in(catalogue, state("t", {"1": "un"}))
    catch_up(catalogue, first)
    take_in(catalogue, state("t", {"1": "deux"}))
    catch_up(catalogue, first)
    with reading(catalogue) as connection:
        assert not connection.execute(select(func.count()).select_from(schema.outbox)).scalar()
    second = FakeIndex(identity="fake-100")
    assert projection.lag(catalogue, second.identity).pending == 2
    assert catch_up(catalogue, second) == 2
    assert agrees(catalogue, second)
    assert dict(second.digests()) == dict(first.digests())


def test_an_index_that_missed_pruned_operations_is_filled_again(
    catalogue: Engine, tmp_path: Path
) -> None:
    """An old copy of the index folder is put back: what it missed is no longer in the outbox."""
    index = FakeIndex()
    take_in(catalogue, state("t", {"1": "un"}))
    catch_up(catalogue, index)
    restored = FakeIndex(dict(index.points), index.identity)
    take_in(catalogue, state("t", {"1": "deux"}))
    catch_up(catalogue, index)
    with writing(catalogue, "test") as connection:  # the catalogue of that day, too
        connection.execute(schema.projections.update().values(applied=1))
    assert projection.lag(catalogue, restored.identity) == projection.Lag(0, 2)
    catch_up(catalogue, restored)
    assert agrees(catalogue, restored)
    assert restored.identity != index.identity


def test_a_cut_replay_is_taken_up_again(catalogue: Engine) -> None:
    index = FakeIndex()
    take_in(catalogue, state("t", {"0": "mots"}))
    catch_up(catalogue, index)
    take_in(catalogue, state("t", {str(n): f"mots {n}" for n in range(700)}))
    index.fail_after = index.written + 300
    with pytest.raises(IndexFailure):
        catch_up(catalogue, index)
    assert not agrees(catalogue, index)
    index.fail_after = None
    catch_up(catalogue, index)
    assert agrees(catalogue, index)


def test_a_cut_rebuild_is_taken_up_again(catalogue: Engine) -> None:
    index = FakeIndex()
    take_in(catalogue, state("t", {str(n): f"mots {n}" for n in range(700)}))
    index.fail_after = 300
    with pytest.raises(IndexFailure):
        catch_up(catalogue, index)
    index.fail_after = None
    catch_up(catalogue, index)
    assert agrees(catalogue, index)


def test_an_index_never_goes_back(catalogue: Engine) -> None:
    """Two processes on one server: the slower one's record does not undo the faster one's."""
    index = FakeIndex()
    take_in(catalogue, state("t", {"1": "un"}))
    catch_up(catalogue, index)
    take_in(catalogue, state("t", {"1": "deux", "2": "trois"}))
    catch_up(catalogue, index)
    applied = projection.lag(catalogue, index.identity).applied
    projection._record(catalogue, index, applied - 1, "test")
    assert projection.lag(catalogue, index.identity) == projection.Lag(applied, 0)


def test_progress_is_told(catalogue: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BATCH", 200)
    take_in(catalogue, state("t", {str(n): f"mots {n}" for n in range(300)}))
    told: list[tuple[int, int]] = []
    projection.catch_up(
        catalogue, FakeIndex(), "", "test", lambda done, of: told.append((done, of))
    )
    assert told == [(200, 300), (300, 300)]


def test_a_point_is_what_the_catalogue_says(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"L. 1": "un\n" + "mot " * 150}, OLD, services=["rh"]))
    vector = np.array([0.6, 0.8], dtype="<f4")
    with writing(catalogue, "test") as connection:
        records.save_vectors(
            connection, "m", {vector_key(("mot " * 120).strip()): vector.tobytes()}
        )
    index = FakeIndex()
    projection.catch_up(catalogue, index, "m", "test")
    points = sorted(index.points.values(), key=lambda point: ARTICLE not in point.sparse)
    assert [sorted(p.sparse) for p in points] == [[ARTICLE, PASSAGE]] + [[PASSAGE]] * (
        len(points) - 1
    )
    for point in points:
        assert (point.valid_from, point.valid_to) == (OLD, None)
        assert point.services == {"rh"}
    assert sum(p.dense is not None and list(p.dense) == list(vector) for p in points) == 1


@pytest.mark.parametrize(
    "changed",
    [
        state("t", {"1": "autres mots"}, OLD),
        state("t", {"1": "mots"}, OLD, services=["rh"]),
        state("t", {"1": "mots"}, OLD, title="Autre titre"),
        state("t", {"1": "mots", "2": "encore"}, OLD),
        state("t", {"2": "neuf"}, NEW),
    ],
)
def test_every_change_reaches_the_index(catalogue: Engine, changed: object) -> None:
    index = FakeIndex()
    take_in(catalogue, state("t", {"1": "mots"}, OLD))
    catch_up(catalogue, index)
    before = dict(index.digests())
    take_in(catalogue, changed)  # type: ignore[arg-type]
    catch_up(catalogue, index)
    assert dict(index.digests()) != before
    assert agrees(catalogue, index)


WORDS = st.dictionaries(
    st.sampled_from("123"), st.sampled_from(["un", "deux", "long " * 200]), max_size=3
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("tu"), WORDS, st.sampled_from([OLD, NEW]), st.booleans()),
        st.sampled_from(["remove t", "apply", "cut", "lose"]),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_any_story_ends_in_the_same_index(catalogue: Engine, steps: list[object]) -> None:
    """Changes, removals, replays cut short and lost indexes, in any order."""
    engine, index = emptied(catalogue), FakeIndex()
    for step in steps:
        index = _play(engine, index, step)
    catch_up(engine, index)
    assert agrees(engine, index)
    fresh = FakeIndex(identity="fake-900")
    projection.rebuild(engine, fresh, "", "test")
    assert {p: (q.digest, q.services) for p, q in fresh.points.items()} == {
        p: (q.digest, q.services) for p, q in index.points.items()
    }


def emptied(engine: Engine) -> Engine:
    """The catalogue without what the story before left."""
    with writing(engine, "test") as connection:
        remove(connection, "t", "u")
        connection.execute(delete(schema.projections))
    return engine


def _play(engine: Engine, index: FakeIndex, step: object) -> FakeIndex:
    if isinstance(step, tuple):
        text_id, words, day, secret = step
        take_in(engine, state(text_id, words, day, ["rh"] if secret else ()))
    elif step == "remove t":
        with writing(engine, "test") as connection:
            remove(connection, "t")
    elif step == "apply":
        catch_up(engine, index)
    elif step == "cut":
        index.fail_after = index.written + 1
        with suppress(IndexFailure):
            catch_up(engine, index)
        index.fail_after = None
    else:
        return FakeIndex(identity=f"fake-{random.Random(index.identity).randrange(10**6)}")
    return index


# While the index lags


def lagging(catalogue: Engine) -> FakeIndex:
    """An index that holds every point of a first state, and nothing of what comes after."""
    index = FakeIndex()
    take_in(catalogue, state("t", {"1": "secret", "2": "public"}, OLD), state("u", {"1": "autre"}))
    catch_up(catalogue, index)
    return index


def found(catalogue: Engine, index: FakeIndex, caller: Caller, day: date) -> set[str]:
    result = Searcher(catalogue, index, None).search("secret public autre", caller, day, 10)
    return {hit.passage for hit in result.hits}


def test_removed_wording_never_comes_out(catalogue: Engine) -> None:
    index = lagging(catalogue)
    assert found(catalogue, index, Caller.operator(), TODAY) == {"secret", "public", "autre"}
    take_in(catalogue, state("t", {"1": "corrigé", "2": "public"}, OLD))
    assert found(catalogue, index, Caller.operator(), TODAY) == {"public", "autre"}
    with writing(catalogue, "test") as connection:
        remove(connection, "t")
    assert found(catalogue, index, Caller.operator(), TODAY) == {"autre"}


def test_rights_taken_away_hold_at_once(catalogue: Engine) -> None:
    index = lagging(catalogue)
    take_in(catalogue, state("t", {"1": "secret", "2": "public"}, OLD, services=["rh"]))
    assert found(catalogue, index, Caller.of(["état civil"]), TODAY) == {"autre"}
    assert found(catalogue, index, Caller.of(["rh"]), TODAY) == {"secret", "public", "autre"}


def test_an_end_of_validity_holds_at_once(catalogue: Engine) -> None:
    index = lagging(catalogue)
    take_in(catalogue, state("t", {"2": "public"}, NEW))
    assert found(catalogue, index, Caller.operator(), TODAY) == {"public", "autre"}
    assert found(catalogue, index, Caller.operator(), OLD) == {"secret", "public", "autre"}


# The same on the embedded index


def test_the_embedded_index_follows(catalogue: Engine, tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path / "index", 0)
    take_in(catalogue, state("t", {str(n): f"mots numéro {n}" for n in range(30)}, OLD))
    projection.catch_up(catalogue, index, "", "test")
    take_in(catalogue, state("t", {str(n): f"mots numéro {n}" for n in range(5, 40)}, NEW))
    projection.catch_up(catalogue, index, "", "test")
    assert dict(index.digests()) == wanted(catalogue)
    index.close()
    again = EdgeIndex(tmp_path / "index", 0)
    assert projection.catch_up(catalogue, again, "", "test") == 0
    query = IndexQuery(PASSAGE, question_vector("numéro"), 100)
    points = [scored.point_id for scored in again.search([query])[0]]
    with reading(catalogue) as connection:
        joined = catalogue_reading.join(connection, points, Caller.operator(), TODAY)
    assert len(joined) == 35
    again.close()
