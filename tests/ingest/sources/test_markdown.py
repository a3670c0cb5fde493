"""Markdown: front matter, headings, lists, tables, inline marks."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from ingest.sources.base import Block, BlockKind, Declared, Document, Source
from ingest.sources.markdown import blocks_of, inline_words, read
from rag.errors import EmptySource, UnreadableSource

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "fiche.md"
    path.write_text(text, encoding="utf-8")
    (found,) = read(Source(path, path.name))
    return found


@pytest.mark.parametrize("services", ["[rh, juridique]", '"rh, juridique"', "rh,juridique"])
def test_front_matter(tmp_path: Path, services: str) -> None:
    found = document(
        tmp_path,
        "---\nid: teletravail\ntitle: Télétravail\nnature: procédure\neffective: 2025-03-01\n"
        f"services: {services}\nautre: 3\n---\n# Titre\n",
    )
    assert found.declared == Declared(
        "teletravail", "Télétravail", "procédure", date(2025, 3, 1), frozenset({"rh", "juridique"})
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("---\nid: a\ntitle: [b\n---\nMot", "ligne 4"),
        ("---\nid: a\nTitre sans deux-points\n---\nMot", "ligne"),
        ("---\nid: a\ntitle: b\n\nMot", "ligne 1"),
        ("---\n- a\n- b\n---\nMot", "ligne 2"),
        ("---\na: &a [x]\ntitle: [*a, *a]\n---\nMot", "ligne 3"),  # nine such: gigabytes
    ],
)
def test_broken_front_matter_says_where(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        document(tmp_path, text)
    assert caught.value.where.startswith("fiche.md")
    assert place in caught.value.where
    assert "---" in caught.value.remedy


def test_unreadable_date_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="date d'effet"):
        document(tmp_path, "---\neffective: au printemps\n---\nMot")


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert document(tmp_path, "---\n\nMot").blocks == (Block(P, "Mot"),)


def test_front_matter_alone_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptySource):
        document(tmp_path, "---\nid: a\n---\n")


def test_blocks() -> None:
    text = """# Titre #

Un paragraphe
sur deux lignes.

Sous-titre
----------
* un
  suite
* [x] deux
    1. dedans
3) trois

| Acte | Délai |
|------|------:|
| **A** | 3 \\| 4 |
|  | 5 |

> cité

```
code
  aussi
```
<!-- caché -->
### 2.1 Fin {#fin}
"""
    assert blocks_of(text) == (
        Block(H, "Titre", 1),
        Block(P, "Un paragraphe sur deux lignes."),
        Block(H, "Sous-titre", 2),
        Block(I, "- un suite"),
        Block(I, "- deux"),
        Block(I, "1. dedans"),
        Block(I, "3) trois"),
        Block(R, "Acte | Délai"),
        Block(R, "A | 3 | 4"),
        Block(R, "5"),
        Block(P, "cité"),
        Block(P, "code"),
        Block(P, "aussi"),
        Block(H, "2.1 Fin", 3),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**gras**, *penché* et `code`", "gras, penché et code"),
        ("articles R*311-12 et R*311-13", "articles R*311-12 et R*311-13"),
        ("**R*311-12** du code", "R*311-12 du code"),
        ("[lien](https://a.fr/x_(y)) ici", "lien ici"),
        ("![plan](a.png)", "plan"),
        ("nom_de_fichier et _accent_", "nom_de_fichier et accent"),
        ("1 * 2 * 3", "1 * 2 * 3"),
        (r"\*pas penché\*", "*pas penché*"),
        ("<https://valmercy.fr>", "https://valmercy.fr"),
        ("a < b et c > d", "a < b et c > d"),
        ("***tout***", "tout"),
    ],
)
def test_inline_marks(text: str, words: str) -> None:
    assert inline_words(text) == words


def test_marks_that_never_close_take_bounded_time() -> None:
    begun = time.perf_counter()
    for run in (
        "*",
        "_",
        "[",
        "`",
        "~~",
        "**a",
        "![](",
        "<a ",
        "<!--",
        " ",
        "[a](",
        "|",
        "{#",
        "| |",
        "|  " * 99,
    ):
        blocks_of("x" + run * (60_000 // len(run)) + "x")
    assert time.perf_counter() - begun < 5
