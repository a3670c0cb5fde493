"""Reading references takes time linear in the length of the text, whatever the text."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from rag.legal.extract import references_of
from rag.legal.quotes import quotations

SECONDS_A_MEGABYTE = 3.0  # of ordinary prose, on one core
HOSTILE_SECONDS = 20.0  # for what no one writes
MEGABYTE = 1_000_000

HOSTILE = {
    "100 000 numéros": "articles "
    + ", ".join(f"L. {i % 900 + 100}-{i % 37}" for i in range(10**5)),
    "numéros sans liste": " ".join(f"L. {i % 900 + 100}-{i % 37}" for i in range(50_000)),
    "5 Mo sans espace": "a" * 5 * MEGABYTE,
    "chiffres": "1" * MEGABYTE,
    "tirets": "L. 1" + "-1" * 500_000,
    "subdivisions emboîtées": "1° du " * 100_000,
    "listes emboîtées": "1°, I et II, a) et b), " * 40_000,
    "parenthèses": "(" * MEGABYTE,
    "articles sans numéro": "article " * 100_000,
    "codes sans nom": "code de la " * 100_000,
    "lois sans numéro": "loi n° " * 100_000,
    "guillemets": "« " * 300_000,
    "citations": "« un deux trois quatre » " * 30_000,
    "décisions": "CE, 12 mai 2020, " * 40_000,
    "blancs": " " * 3 * MEGABYTE,
    "lignes coupées": "article L. 311-\n" * 30_000,
    "même code": "l'article L. 311-1 du même code, " * 30_000,
    "implicites": "le CRPA " + "à l'article L. 311-1 et " * 30_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text(name: str) -> None:
    started = time.process_time()
    references_of(HOSTILE[name])
    quotations(HOSTILE[name])
    assert time.process_time() - started < HOSTILE_SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["100 000 numéros", "listes emboîtées", "même code", "implicites"])
def test_twice_the_text_takes_about_twice_the_time(name: str) -> None:
    text = HOSTILE[name]
    half, whole = (min(_timed(part) for _ in range(2)) for part in (text[: len(text) // 2], text))
    assert whole < 3 * half + 0.2


def _timed(text: str) -> float:
    started = time.process_time()
    references_of(text)
    return time.process_time() - started


@pytest.mark.slow
def test_a_megabyte_of_law(shared: Path) -> None:
    text = "\n".join(_words(shared / "corpora/legi/crpa/2026-05-28.json"))[:MEGABYTE]
    text = (text * (MEGABYTE // len(text) + 1))[:MEGABYTE]
    references_of("article 1 du code civil")  # the tables are read once
    assert _timed(text) < SECONDS_A_MEGABYTE


def _words(source: Path) -> list[str]:
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if node["type"] == "article":
            found.append(node["data"].get("texte") or "")
        for child in node.get("children", []):
            walk(child)

    walk(json.loads(source.read_text(encoding="utf-8")))
    return found
