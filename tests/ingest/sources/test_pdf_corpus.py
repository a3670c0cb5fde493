"""Real PDFs of the shared data: what every release must keep reading."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ingest.sources import pdf
from ingest.sources.base import Block, BlockKind, Source


@cache
def blocks_of(path: Path) -> tuple[Block, ...]:
    (document,) = pdf.read(Source(path, path.name))
    return document.blocks


def headings(blocks: tuple[Block, ...]) -> dict[str, int | None]:
    return {block.words: block.page for block in blocks if block.kind is BlockKind.HEADING}


def test_consolidated_decree(shared: Path) -> None:
    blocks = blocks_of(shared / "corpora/documents/d_56-220_version_consolidee_20230101.pdf")
    found = headings(blocks)
    numbers = ["1er", *map(str, range(2, 19)), "22", "22-I", "23", "23-I", *map(str, range(24, 31))]
    assert [words for words in found if words.startswith("Article ")] == [
        f"Article {number}" for number in [*numbers, "30-1", "31", "32"]
    ]
    assert (found["Article 5"], found["Article 15"], found["Article 32"]) == (2, 5, 9)
    assert not any(block.words.startswith("Version consolidée au") for block in blocks)
    over = next(block for block in blocks if block.words.startswith("Le ressort de la cour"))
    assert "du Val-de-Marne, la seconde" in over.words
    assert over.words.endswith("et de l'Yonne (1).")


def test_official_journal(shared: Path) -> None:
    blocks = blocks_of(shared / "corpora/documents/joe_20220414_0088_0041.pdf")
    found = headings(blocks)
    articles = [words for words in found if words.startswith("Article ")]
    assert articles == ["Article 1er", *(f"Article {number}" for number in range(2, 42))]
    assert "CHAPITRE II – DISCIPLINE" in found
    text = "\n".join(block.words for block in blocks)
    assert "JOURNAL OFFICIEL DE LA" not in text
    assert "Vu la loi n° 91-647 du 10 juillet 1991" in text
    assert "d’en apprécier le bien-fondé." in text
    assert "Les dispositions du titre Ier du livre 1er du code" in text


def test_a_printed_ground_is_no_scan(shared: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = shared / "corpora/documents/joe_20220414_0088_0041.pdf"
    assert len(list(pdf.read(Source(path, path.name)))) == 1
    assert caplog.text == ""


@pytest.mark.slow
def test_report_of_a_hundred_pages(shared: Path) -> None:
    blocks = blocks_of(shared / "corpora/documents/analyse-nationale-des-risques-2019.pdf")
    found = headings(blocks)
    assert found["Une méthodologie rigoureuse correspondant aux standards du GAFI"] == 11
    assert found["Les vols"] == 31
    assert not any(re.search(r"\.{3}", words) for words in found)
    assert not any(re.fullmatch(r"\d+", block.words) for block in blocks)
    kinds = {block.kind for block in blocks}
    assert kinds == set(BlockKind)
    rows = {block.words for block in blocks if block.kind is BlockKind.ROW}
    assert "AMF | Autorité des marchés financiers" in rows
    broken = [b for b in blocks if b.kind is BlockKind.PARAGRAPH and b.words[0].islower()]
    assert broken == []
