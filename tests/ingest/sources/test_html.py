"""Web pages: the content and nothing around it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.sources.base import Block, BlockKind, Document, Source
from ingest.sources.html import decode_html, read
from rag.errors import EmptySource, HostileSource

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741


def document(tmp_path: Path, body: str, head: str = "") -> Document:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    (found,) = read(Source(path, path.name))
    return found


def blocks(tmp_path: Path, body: str) -> tuple[Block, ...]:
    return document(tmp_path, body).blocks


def test_menus_and_what_surrounds_the_content_are_cut(tmp_path: Path) -> None:
    found = blocks(
        tmp_path,
        "<header><h1>Ville</h1></header><nav>Menu</nav><div class='cookie-banner'>Cookies</div>"
        "<div class='breadcrumb'>Accueil</div><script>x()</script><style>p{}</style>"
        "<p hidden>Caché</p><p style='display: none'>Caché</p><p class='visually-hidden'>Caché</p>"
        "<p aria-hidden='true'>Caché</p><!-- rien -->"
        "<h2>Objet</h2> avant <button>Imprimer</button> après"
        "<ul class='fr-share'><li>Facebook</li></ul><aside>Voir aussi</aside>"
        "<footer>Mentions</footer>",
    )
    assert found == (Block(H, "Objet", 2), Block(P, "avant après"))


def test_main_and_its_article_win(tmp_path: Path) -> None:
    words = "Le délai est de deux mois. " * 5
    found = blocks(
        tmp_path,
        f"<p>Dehors</p><main><p>Autour</p><article><h1>T</h1><p>{words}</p></article></main>",
    )
    assert found == (Block(H, "T", 1), Block(P, words.strip()))


def test_an_articles_own_header_holds_its_title(tmp_path: Path) -> None:
    found = blocks(tmp_path, "<article><header><h1>T</h1></header><p>Un.</p></article>")
    assert found == (Block(H, "T", 1), Block(P, "Un."))


def test_a_surrounding_class_that_holds_everything_is_the_content(tmp_path: Path) -> None:
    assert blocks(tmp_path, "<div class='sidebar'><p>Un mot.</p></div>") == (Block(P, "Un mot."),)


def test_lists_tables_details_and_inline(tmp_path: Path) -> None:
    found = blocks(
        tmp_path,
        "<ol start='3'><li>trois<ul><li>dedans</li></ul></li><li><p>quatre</p>"
        "<p>suite</p></li></ol>"
        "<table><caption>Tarifs</caption><tr><th>Acte</th><th>Prix</th></tr>"
        "<tr><td>Copie<br>noire</td><td>0,18&nbsp;€</td></tr></table>"
        "<details><summary>Et si ?</summary><p>Alors <b>1</b><sup>er</sup> mot.</p></details>"
        "<p>• un<br>• deux</p>",
    )
    assert found == (
        Block(I, "3. trois"),
        Block(I, "- dedans"),
        Block(I, "4. quatre"),
        Block(P, "suite"),
        Block(P, "Tarifs"),
        Block(R, "Acte | Prix"),
        Block(R, "Copie noire | 0,18 €"),
        Block(H, "Et si ?", 2),
        Block(P, "Alors 1er mot."),
        Block(I, "- un"),
        Block(I, "- deux"),
    )


def test_headings_in_lists_tables_and_accordions(tmp_path: Path) -> None:
    found = blocks(
        tmp_path,
        "<ul><li><h2>Dans une liste</h2>mot</li></ul>"
        "<table><tr><td><h3>Dans un tableau</h3><p>mot</p></td></tr></table>"
        "<section><h3><button><h2>Accordéon</h2></button></h3>"
        "<div class='fr-collapse'>mot</div></section>",
    )
    assert [(b.words, b.level) for b in found if b.kind is H] == [
        ("Dans une liste", 2),
        ("Dans un tableau", 3),
        ("Accordéon", 2),
    ]
    assert [b.words.removeprefix("- ") for b in found if b.kind is not H] == ["mot"] * 3


def test_the_title_of_a_boxed_remark_opens_no_section(tmp_path: Path) -> None:
    found = blocks(
        tmp_path, "<h2>A</h2><div class='fr-highlight'><h3>À savoir</h3><p>un</p></div><p>deux</p>"
    )
    assert [b.kind for b in found] == [H, P, P, P]


def test_metadata(tmp_path: Path) -> None:
    head = (
        "<title>La page | Ville de Valmercy</title><meta name='referent:id' content='page'>"
        "<meta name='referent:nature' content='procédure'>"
        "<meta name='referent:effective' content='2025-03-01'>"
        "<meta name='referent:services' content='rh, juridique'>"
    )
    declared = document(tmp_path, "<p>mot</p>", head).declared
    assert (declared.text_id, declared.title, declared.nature) == ("page", "La page", "procédure")
    assert declared.effective == date(2025, 3, 1)
    assert declared.services == frozenset({"rh", "juridique"})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>é</p>".encode(), "<p>é</p>"),
        (
            "<meta charset=iso-8859-1><p>é’</p>".encode("cp1252"),
            "<meta charset=iso-8859-1><p>é’</p>",
        ),
        ("<p>été</p>".encode("cp1252"), "<p>été</p>"),
        ("<p>é</p>".encode("utf-16"), "<p>é</p>"),
    ],
)
def test_charsets(data: bytes, text: str) -> None:
    assert decode_html(data, "page.html") == text


def test_page_without_words(tmp_path: Path) -> None:
    with pytest.raises(EmptySource):
        blocks(tmp_path, "<script>render()</script>")


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<h2>"])
def test_endless_nesting_loses_nothing_in_silence(tmp_path: Path, opening: str) -> None:
    try:
        found = blocks(tmp_path, opening * 20_000 + "mot")
    except HostileSource as error:
        assert error.remedy
    else:
        assert "mot" in " ".join(block.words for block in found)


def test_ministry_pages(shared: Path) -> None:
    path = shared / "corpora" / "documents" / "la-demission.html"
    (found,) = read(Source(path, path.name))
    headings = [b.words for b in found.blocks if b.kind is H]
    assert headings[:2] == [
        "La démission",
        "Quelles sont les conditions de validité d’une démission ?",
    ]
    words = " ".join(b.words for b in found.blocks)
    assert "Partager cet article" not in words
    assert "Facebook" not in words
    assert found.declared.title == "La démission"
