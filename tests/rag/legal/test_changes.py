"""What a state changes, article by article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.base import Source
from ingest.sources.legi_json import read
from rag.legal.changes import TextChanges, compare, removed_share
from rag.legal.versions import TextRecord, merge
from rag.types import Article, Link, Text, TextState, Validity, Version

TODAY = date(2026, 5, 28)
OLD, NEW = date(2024, 1, 1), date(2025, 1, 1)

PROCEDURE = Text("proc", "Procédure")

Shown = dict[str, str]


def document(as_of: date, shown: Shown, text: Text = PROCEDURE) -> TextState:
    articles = tuple(Article(f"proc#{k}", "proc", k, order=n) for n, k in enumerate(shown))
    versions = tuple(Version(f"proc#{key}@x", f"proc#{key}", words) for key, words in shown.items())
    return TextState(text, articles, versions, as_of)


def changes(*states: TextState) -> TextChanges:
    """What the last state changes."""
    record: TextRecord | None = None
    for state in states:
        before, record = record, merge(record, state, TODAY)
    assert record is not None
    return compare(before, record)


TABLE = [
    # the first state: everything is new
    (None, {"1": "a", "2": "b"}, ("1", "2"), (), (), 0),
    # nothing
    ({"1": "a", "2": "b"}, {"1": "a", "2": "b"}, (), (), (), 2),
    # white space is no change
    ({"1": "a b"}, {"1": "a\n b"}, (), (), (), 1),
    # added, changed, removed, in reading order
    ({"1": "a", "2": "b", "3": "c"}, {"4": "d", "2": "B", "1": "a"}, ("4",), ("2",), ("3",), 1),
    # everything goes
    ({"1": "a", "2": "b"}, {}, (), (), ("1", "2"), 0),
]


@pytest.mark.parametrize(("before", "after", "added", "changed", "removed", "unchanged"), TABLE)
def test_changes(
    before: Shown | None,
    after: Shown,
    added: tuple[str, ...],
    changed: tuple[str, ...],
    removed: tuple[str, ...],
    unchanged: int,
) -> None:
    states = [document(OLD, before)] if before is not None else []
    found = changes(*states, document(NEW, after))
    assert (found.added, found.changed, found.removed) == (added, changed, removed)
    assert found.unchanged == unchanged
    assert found.metadata_only == ()


def test_the_same_state_again_is_nothing() -> None:
    state = document(OLD, {"1": "a", "2": "b"})
    found = changes(state, state)
    assert found.nothing
    assert found.unchanged == 2


def test_an_article_that_comes_back_is_added() -> None:
    states = [document(date(y, 1, 1), {"1": "a"} | extra) for y, extra in _years()]
    assert changes(*states).added == ("2",)


def _years() -> list[tuple[int, Shown]]:
    return [(2020, {"2": "b"}), (2021, {}), (2022, {"2": "b"})]


def test_an_old_state_removes_nothing() -> None:
    found = changes(document(NEW, {"1": "a", "2": "b"}), document(OLD, {"1": "old"}))
    assert found.removed == ()
    assert found.changed == ("1",)  # a wording that was not known


def test_a_moved_article_changes_in_its_metadata_only() -> None:
    state = document(OLD, {"1": "a", "2": "b"})
    moved = replace(state.articles[0], path=("Titre II",))
    later = replace(state, articles=(moved, state.articles[1]), as_of=NEW)
    found = changes(state, later)
    assert (found.metadata_only, found.unchanged) == (("1",), 1)


@pytest.mark.parametrize(
    "text",
    [
        Text("proc", "Autre titre"),
        Text("proc", "Procédure", services=frozenset({"rh"})),
        Text("proc", "Procédure", nature="circulaire"),
    ],
)
def test_who_may_read_a_text_is_metadata_of_each_article(text: Text) -> None:
    shown = {"1": "a", "2": "b"}
    found = changes(document(OLD, shown), document(OLD, shown, text))
    assert (found.metadata_only, found.unchanged) == (("1", "2"), 0)


def test_where_a_text_was_read_is_no_change() -> None:
    shown = {"1": "a"}
    assert changes(
        document(OLD, shown), document(OLD, shown, Text("proc", "Procédure", source="b.md"))
    ).nothing


def test_an_announced_end_is_metadata() -> None:
    article = Article("A", "code", "L1")
    known = Version("A-1", "A", "mots", Validity(OLD), "VIGUEUR")
    ended = replace(known, validity=Validity(OLD, date(2027, 1, 1)), state="ABROGE_DIFF")
    linked = replace(known, links=(Link("CITATION", "cible", "Loi"),))
    for later in (ended, linked):
        states = [
            TextState(Text("code", "Code"), (article,), (version,), as_of)
            for version, as_of in ((known, OLD), (later, NEW))
        ]
        assert changes(*states).metadata_only == ("L1",)


@pytest.mark.parametrize(
    ("found", "share"),
    [
        (TextChanges("t", "T"), 0.0),
        (TextChanges("t", "T", added=("1", "2")), 0.0),
        (TextChanges("t", "T", removed=("1",), unchanged=3), 0.25),
        (TextChanges("t", "T", removed=("1", "2")), 1.0),
        (TextChanges("t", "T", removed=("1",), changed=("2",), metadata_only=("3", "4")), 0.25),
    ],
)
def test_removed_share(found: TextChanges, share: float) -> None:
    assert removed_share(found) == share


# The five real states of the CRPA, against a comparison that knows nothing of our code


@pytest.mark.slow
def test_real_changes_are_those_of_the_files(shared: Path) -> None:
    record: TextRecord | None = None
    shown: dict[str, str] = {}
    counted = []
    for file in sorted((shared / "corpora/legi/crpa").glob("*.json")):
        for state in read(Source(file, file.name)):
            before, record = record, merge(record, state, TODAY)
        found = compare(before, record)
        now = dict(_words(json.loads(file.read_text("utf-8"))))
        expected = (
            len(now.keys() - shown.keys()),
            sum(now[key] != shown[key] for key in now.keys() & shown.keys()),
            len(shown.keys() - now.keys()),
        )
        assert (len(found.added), len(found.changed), len(found.removed)) == expected, file.name
        assert sum(expected[:2]) + len(found.metadata_only) + found.unchanged == len(now)
        counted.append(expected)
        shown = now
    print(counted)


def _words(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Article cid → its words without tags and white space."""
    data = node["data"]
    if node["type"] == "article":
        bare = re.sub(r"<[^<>]*>", "", data.get("texteHtml") or data.get("texte") or "")
        words = "".join(unescape(bare).split())
        if words:
            yield data.get("cid") or data["id"], words
    for child in node.get("children") or ():
        yield from _words(child)
