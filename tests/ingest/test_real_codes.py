"""28 real codes: every article with words is taken in, none twice, none lost."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import legi_files
import pytest
from running import Ran, process

EXPECTED = 6862  # articles with words, by (file, id)
ARTICLES = 6861  # by (file, cid): article 6 C of LEGITEXT000006069576 stands in two versions
SECONDS_AGAIN = 10  # of ingesting what is known, on a loaded two-core machine


@pytest.fixture(scope="module")
def sources(shared: Path) -> list[Path]:
    legi = shared / "corpora/legi"
    return [legi / "codes", legi / "crpa/2026-05-28.json"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real") / "data"


@pytest.fixture(scope="module")
def first(sources: list[Path], data: Path) -> Ran:
    """The first ingest of the codes."""
    return process("ingest", *sources, "--data", data, "--json", timeout=300)


@pytest.fixture(scope="module")
def given(sources: list[Path]) -> dict[tuple[str, str], str]:
    """(text, version id) → words as the files give them, read by nothing of ours."""
    files = [file for path in sources for file in _files(path)]
    found: Counter[tuple[str, str]] = Counter()
    given = {}
    for file in files:
        root = json.loads(file.read_text("utf-8"))["data"]
        text_id = root.get("cid") or root["id"]
        for article in legi_files.articles(file):
            if words := legi_files.words_of(article):
                found[text_id, article["id"]] += 1
                given[text_id, article["id"]] = words
    assert set(found.values()) == {1}
    return given


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.json")) if path.is_dir() else [path]


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_every_article_with_words_is_there_once(
    first: Ran, data: Path, given: dict[tuple[str, str], str]
) -> None:
    assert first.status == 0, first.err
    assert len(given) == EXPECTED
    held = rows(
        data,
        "SELECT text_id, version_id, words FROM versions JOIN articles USING (article_id) "
        "WHERE trim(words) <> ''",
    )
    ids = [(text_id, version_id) for text_id, version_id, _ in held]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(given)
    added = sum(len(text["added"]) for text in first.json["texts"])
    print(f"{len(given)} articles with words in the files, {len(ids)} held, {added} added")
    assert added == ARTICLES


@pytest.mark.slow
def test_no_word_is_lost(first: Ran, data: Path, given: dict[tuple[str, str], str]) -> None:
    held = rows(
        data, "SELECT text_id, version_id, words FROM versions JOIN articles USING (article_id)"
    )
    differ = [
        version_id
        for text_id, version_id, words in held
        if (text_id, version_id) in given and legi_files.bare(words) != given[text_id, version_id]
    ]
    assert differ == []


@pytest.mark.slow
def test_passages_hold_every_word_once(first: Ran, data: Path) -> None:
    spans: dict[str, list[tuple[int, int]]] = {}
    for version_id, start, end in rows(data, 'SELECT version_id, start, "end" FROM passages'):
        spans.setdefault(version_id, []).append((start, end))
    for version_id, words in rows(data, "SELECT version_id, words FROM versions"):
        at = 0
        for start, end in sorted(spans.get(version_id, [])):
            assert start >= at
            assert not (words or "")[at:start].strip()
            at = end
        assert not (words or "")[at:].strip(), version_id


@pytest.mark.slow
def test_the_index_holds_every_passage(first: Ran, data: Path) -> None:
    status = process("status", "--data", data, "--json").json
    assert status["index"]["points"] == status["passages"]
    assert status["index"]["pending"] == 0
    assert status["texts"] == len(first.json["texts"]) == 28
    assert process("check", "--data", data).status == 0


@pytest.mark.slow
def test_ingesting_again_changes_nothing(first: Ran, sources: list[Path], data: Path) -> None:
    again = process("ingest", *sources, "--data", data, "--json")
    assert again.status == 0
    for text in again.json["texts"]:
        changed = [text[key] for key in ("added", "changed", "removed", "metadata_only")]
        assert (changed, text["embedded"]) == ([[], [], [], []], 0)
    assert sum(text["unchanged"] for text in again.json["texts"]) == ARTICLES
    print(f"again: {again.json['seconds']} s")
    assert again.json["seconds"] < SECONDS_AGAIN


@pytest.mark.slow
def test_a_new_reading_changes_nothing(first: Ran, sources: list[Path], data: Path) -> None:
    """Even when no source is known any more, and each is read and compared again."""
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection:
        connection.execute("UPDATE sources SET fingerprint = 'old'")
        connection.commit()
    again = process("ingest", *sources, "--data", data, "--json")
    assert again.status == 0
    for text in again.json["texts"]:
        changed = [text[key] for key in ("added", "changed", "removed", "metadata_only")]
        assert (changed, text["embedded"]) == ([[], [], [], []], 0)
    assert sum(text["unchanged"] for text in again.json["texts"]) == ARTICLES
    print(f"read again: {again.json['seconds']} s")
