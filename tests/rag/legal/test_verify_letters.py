"""The verdicts of whole letters, on the real codes. `letters.jsonl` holds thirty of our own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import Ingest, IngestOptions
from rag.bootstrap import open_parts
from rag.database import reading
from rag.legal.resolve import Shelf
from rag.legal.verify import verify
from rag.settings import NO_MODEL, Settings
from rag.types import Caller

pytestmark = pytest.mark.slow
OWN = Path(__file__).parent / "letters.jsonl"
STATES = ("2019-08-22", "2020-06-18", "2022-01-01", "2024-01-01", "2026-05-28")
VERDICTS = {
    "in_force",
    "quote_ok",
    "modified_since",
    "quote_mismatch",
    "not_in_force_at_date",
    "unknown_article",
    "not_in_corpus",
}
# Its note says "code de la voirie routière, état 2019"; that code is not in `shared/corpora`.
ABSENT_CODE = "Code de la voirie routière"


@pytest.fixture(scope="module")
def shelf(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    legi = shared / "corpora" / "legi"
    sources = [legi / "codes", *(legi / "crpa" / f"{state}.json" for state in STATES)]
    settings = Settings(data=tmp_path_factory.mktemp("law"), embedding_model=NO_MODEL)
    with open_parts(settings) as parts:
        assert not Ingest(parts, IngestOptions()).run(sources).failures
        with reading(parts.catalogue) as connection:
            yield Shelf(connection, Caller.operator())


def _letters(source: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]


def _found(letter: dict[str, Any], shelf: Shelf) -> list[tuple[str, str, list[str], str]]:
    entries = verify(letter["text"], shelf, date.fromisoformat(letter["as_of"]))
    for entry in entries:
        assert letter["text"][entry.start : entry.end] == entry.surface
        assert entry.detail
    return [(e.surface, e.text, list(e.articles), e.verdict) for e in entries]


def _expected(letter: dict[str, Any]) -> list[tuple[str, str, list[str], str]]:
    return [(r["surface"], r["code"], r["articles"], r["verdict"]) for r in letter["references"]]


@pytest.mark.parametrize("letter", _letters(OWN), ids=lambda letter: letter["id"])
def test_own_letter(letter: dict[str, Any], shelf: Shelf) -> None:
    assert _found(letter, shelf) == _expected(letter)


def test_own_letters_have_every_verdict() -> None:
    counts = Counter(r["verdict"] for letter in _letters(OWN) for r in letter["references"])
    assert len(_letters(OWN)) == 30
    assert set(counts) == VERDICTS
    assert min(counts.values()) >= 4


def test_the_eight_letters(shared: Path, shelf: Shelf) -> None:
    for letter in _letters(shared / "eval" / "references.jsonl"):
        expected = [
            (surface, text, articles, "not_in_corpus" if text == ABSENT_CODE else verdict)
            for surface, text, articles, verdict in _expected(letter)
        ]
        if shelf.text(ABSENT_CODE):
            expected = _expected(letter)
        assert _found(letter, shelf) == expected, letter["id"]


@pytest.mark.slow
def test_anchors(shared: Path) -> None:
    """DILA's own hyperlinks: found ≥ 0.98, right target within the CRPA ≥ 0.98."""
    from eval.anchors import compare

    shape = compare(shared / "corpora/legi/crpa/2026-05-28.json").shape()
    assert shape["anchors"] > 990
    assert shape["found_share"] >= 0.98
    assert shape["right_share"] >= 0.98
