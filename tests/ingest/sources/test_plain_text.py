"""Plain text: encodings, wrapped lines, headings, pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources.base import Block, BlockKind, Source
from ingest.sources.plain_text import blocks_of, read
from rag.errors import EmptySource, UnreadableSource


def lines(path: Path) -> list[str]:
    (document,) = read(Source(path, path.name))
    return [block.words for block in document.blocks]


TEXT = "Accueil du public\n\nL'élève paie 3 € à la régie, n° 4.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_french_offices(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert lines(path) == ["Accueil du public", "L'élève paie 3 € à la régie, n° 4."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04\x00\x00\x08\x00", "octet nul à la position 4"),
        (b"\x01\x02\x03 abc \x05\x06", "caractères de commande"),
        (b"bonjour \x81 monde", "octet 0x81 à la position 8"),  # undefined in cp1252
        ("Ελλάδα και".encode("iso-8859-7"), "à la position 0"),  # decodes, but not as French
        ("préfecture".encode() + b"\xff", "octet 0xFF à la position 11"),
        (b"\xff\xfea\x00b", "UTF-16"),
    ],
)
def test_what_is_not_text_is_refused_with_place_and_remedy(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(data)
    with pytest.raises(UnreadableSource) as caught:
        lines(path)
    assert said in caught.value.what
    assert caught.value.where == "note.txt"
    assert "UTF-8" in caught.value.remedy


def test_blanks_alone_are_an_empty_source(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text(" \n\t\n\u200b\n")
    with pytest.raises(EmptySource):
        lines(path)


def test_wrapped_lines_are_joined_and_short_ones_are_not() -> None:
    text = (
        "Le règlement fixe les conditions dans lesquelles les\n"
        "usagers sont reçus au guichet de la mairie, du lundi\n"
        "au samedi.\n"
        "Le maire,\n"
        "Jeanne Roux\n"
    )
    assert [block.words for block in blocks_of(text)] == [
        "Le règlement fixe les conditions dans lesquelles les usagers sont reçus au guichet de la"
        " mairie, du lundi au samedi.",
        "Le maire,",
        "Jeanne Roux",
    ]


def test_items_headings_and_contents_stand_on_their_own() -> None:
    text = (
        "SOMMAIRE\nArticle 1 Objet\t2\nArticle 2 Délais      3\n\n"
        "Article 1 – Objet\nSont reçus sans rendez-vous dans les conditions du règlement :\n"
        "- les personnes âgées, et\n  leurs accompagnants ;\n• les agents ;\n1° les élus.\n"
        "a) titulaires"
    )
    blocks = blocks_of(text)
    assert [(b.kind, b.words) for b in blocks[3:]] == [
        (BlockKind.PARAGRAPH, "Article 1 – Objet"),
        (BlockKind.PARAGRAPH, "Sont reçus sans rendez-vous dans les conditions du règlement :"),
        (BlockKind.ITEM, "- les personnes âgées, et leurs accompagnants ;"),
        (BlockKind.ITEM, "- les agents ;"),
        (BlockKind.ITEM, "1° les élus."),
        (BlockKind.ITEM, "a) titulaires"),
    ]
    assert [b.words for b in blocks[1:3]] == ["Article 1 Objet .... 2", "Article 2 Délais .... 3"]


def test_form_feeds_turn_pages_and_rules_underline_titles() -> None:
    blocks = blocks_of("Objet\n=====\nUn mot.\n\x0cDeux mots.\n")
    assert blocks == (
        Block(BlockKind.HEADING, "Objet", 1, 1),
        Block(BlockKind.PARAGRAPH, "Un mot.", page=1),
        Block(BlockKind.PARAGRAPH, "Deux mots.", page=2),
    )


def test_numbered_lines_are_items_unless_they_open_a_paragraph() -> None:
    text = (
        "1. Objet\nLa présente fiche dit comment recevoir les usagers au guichet.\n\n"
        "1. Déposer la demande au guichet unique de la\n   mairie centrale\n2. Attendre\n\n"
        "3. Suites\n"
    )
    assert [(b.kind, b.words) for b in blocks_of(text)] == [
        (BlockKind.PARAGRAPH, "1. Objet"),
        (BlockKind.PARAGRAPH, "La présente fiche dit comment recevoir les usagers au guichet."),
        (BlockKind.ITEM, "1. Déposer la demande au guichet unique de la mairie centrale"),
        (BlockKind.ITEM, "2. Attendre"),
        (BlockKind.PARAGRAPH, "3. Suites"),
    ]
