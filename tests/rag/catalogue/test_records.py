"""Records: what is saved is what is loaded, in as few rows as changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import TODAY, state, take_in
from sqlalchemy import Connection, Engine, event, func, select

from rag.catalogue import records, schema
from rag.catalogue.engine import open_catalogue
from rag.catalogue.ownership import Owner, other_owner
from rag.catalogue.removal import remove
from rag.catalogue.rows import differences
from rag.database import reading, writing
from rag.legal.versions import DatedArticle, DatedVersion, TextRecord, merge
from rag.types import Article, Link, PageMark, Text, Validity, Version

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
DAYS = st.dates(date(1804, 3, 21), date(2222, 2, 22))
MAYBE = st.none() | DAYS


@st.composite
def made_records(draw: st.DrawFn) -> TextRecord:
    """Any record that a text "t" may have, whether a source would give it or not."""
    text = Text("t", draw(NAMES), draw(NAMES), draw(st.frozensets(NAMES, max_size=3)), draw(NAMES))
    states = draw(st.dictionaries(DAYS, st.booleans(), max_size=3))
    articles = {key: DatedArticle(_article(draw, key), draw(DAYS)) for key in draw(_keys("A"))}
    versions = {}
    for key in draw(_keys("V")) if articles else ():
        article_id = draw(st.sampled_from(sorted(articles)))
        about = _version(draw, key, article_id)
        versions[key] = DatedVersion(about, draw(MAYBE), draw(DAYS), draw(MAYBE))
    sightings = {
        (d.version.article_id, draw(DAYS)): key
        for key, d in versions.items()
        if draw(st.booleans())
    }
    return TextRecord(text, states, articles, versions, sightings)


def _keys(letter: str) -> st.SearchStrategy[set[str]]:
    return st.sets(st.integers(0, 5).map(lambda n: f"{letter}{n}"), max_size=4)


def _article(draw: st.DrawFn, key: str) -> Article:
    path = tuple(draw(st.lists(NAMES, max_size=3)))
    return Article(key, "t", draw(NAMES), draw(NAMES), path, draw(st.integers(0, 9)))


def _version(draw: st.DrawFn, key: str, article_id: str) -> Version:
    links = st.builds(Link, NAMES, NAMES, NAMES, NAMES, NAMES, NAMES, MAYBE)
    pages = st.builds(PageMark, st.integers(0, 99), st.integers(1, 9))
    return Version(
        key,
        article_id,
        draw(st.none() | NAMES),
        Validity(draw(MAYBE), draw(MAYBE)),
        draw(NAMES),
        draw(NAMES),
        tuple(draw(st.lists(pages, max_size=2))),
        tuple(draw(st.lists(links, max_size=2))),
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(made_records(), min_size=1, max_size=3))
def test_what_is_saved_is_loaded(catalogue: Engine, steps: list[TextRecord]) -> None:
    before: TextRecord | None = None
    for step in [*steps, None, steps[0], None]:
        with writing(catalogue, "test") as connection:
            records.save(connection, records.Change(before, step, {}))
        with reading(catalogue) as connection:
            assert records.load(connection, "t") == step
        before = step


def test_equal_records_differ_in_no_row() -> None:
    record = merge(None, state("t", {"1": "un", "2": "deux"}), TODAY)
    assert all(table.nothing for table in differences(record, record))


def test_a_change_writes_only_what_changed(catalogue: Engine) -> None:
    many = {str(number): f"mots {number}" for number in range(300)}
    take_in(catalogue, state("t", many, date(2024, 1, 1)))
    written: list[str] = []
    event.listen(
        catalogue,
        "before_cursor_execute",
        lambda _c, _cur, statement, values, _ctx, many: written.extend(
            [statement.split()[0]] * (len(values) if many else 1)
        ),
    )
    take_in(catalogue, state("t", many | {"7": "autres mots"}, date(2024, 1, 1)))
    writes = [word for word in written if word in ("INSERT", "UPDATE", "DELETE")]
    assert len(writes) < 20


def counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in schema.metadata.sorted_tables
    }


def test_a_removed_text_leaves_nothing_but_operations(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"1": "un", "2": "deux"}, services=["rh"]))
    with writing(catalogue, "test") as connection:
        records.save_vectors(connection, "m", {"orphan": b"\x00" * 8})
        assert remove(connection, "t")
    with reading(catalogue) as connection:
        left = {name for name, count in counts(connection).items() if count}
    assert left == {"outbox", "properties"}  # the name of the state that it left


def test_removing_what_is_not_there(catalogue: Engine) -> None:
    with writing(catalogue, "test") as connection:
        assert not remove(connection, "t")


def test_every_touched_point_is_in_the_outbox(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"1": "un", "2": "deux"}))
    with reading(catalogue) as connection:
        points = set(connection.execute(select(schema.passages.c.point_id)).scalars())
        assert set(connection.execute(select(schema.outbox.c.point_id)).scalars()) == points
        last = connection.execute(select(func.max(schema.outbox.c.seq))).scalar_one()
    take_in(catalogue, state("t", {"1": "un", "2": "deux"}, services=["rh"]))  # who may read
    with reading(catalogue) as connection:
        fresh = select(schema.outbox.c.point_id).where(schema.outbox.c.seq > last)
        assert set(connection.execute(fresh).scalars()) == points


def test_an_identity_belongs_to_one_text(catalogue: Engine) -> None:
    take_in(catalogue, state("t", {"1": "un"}))
    with reading(catalogue) as connection:
        (version_id,) = connection.execute(select(schema.versions.c.version_id)).scalars()
        assert other_owner(connection, "t", ["t#1"], [version_id]) is None
        assert other_owner(connection, "u", ["t#1"], []) == Owner("t#1", "t")
        assert other_owner(connection, "u", ["u#1"], [version_id]) == Owner(version_id, "t")
        assert other_owner(connection, "u", [], []) is None


def test_a_second_process_sees_the_same(catalogue: Engine, tmp_path: Path) -> None:
    record = take_in(catalogue, state("t", {"1": "un"}))
    other = open_catalogue(str(catalogue.url), "test")
    with reading(other) as connection:
        assert records.load(connection, "t") == record
    other.dispose()
