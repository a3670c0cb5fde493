"""How documents are cut into articles."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.base import Block, BlockKind, Declared, Document, ReadOptions, Source
from ingest.structure import slug, to_state
from rag.errors import EmptySource
from rag.types import PageMark, TextState

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741


def state(
    *lines: str | tuple[str, int] | Block,
    declared: Declared | None = None,
    options: ReadOptions | None = None,
    name: str = "dossier/note.txt",
) -> TextState:
    """The state of a document: strings are paragraphs, (words, level) headings."""
    blocks = tuple(
        line
        if isinstance(line, Block)
        else Block(P, line)
        if isinstance(line, str)
        else Block(H, line[0], line[1])
        for line in lines
    )
    source = Source(Path(name), name, options or ReadOptions())
    return to_state(Document(source, blocks, declared or Declared()))


def cut(*lines: str | tuple[str, int] | Block) -> list[tuple[str, str, str]]:
    """(number, path joined by " > ", words) of each article."""
    found = state(*lines)
    return [
        (a.number, " > ".join(a.path), v.words or "")
        for a, v in zip(found.articles, found.versions, strict=True)
    ]


def test_articles_in_plain_paragraphs() -> None:
    assert cut(
        "Règlement intérieur",
        "CHAPITRE Ier – Dispositions",
        "Article 1er – Objet",
        "Le règlement fixe les règles.",
        "Article 2",
        "Article 12 de la loi du 6 janvier 1978 s'applique.",
        "CHAPITRE II",
        "DES DÉLAIS",
        "Art. 3. – Le délai est de deux mois.",
    ) == [
        ("1er", "CHAPITRE Ier – Dispositions", "Le règlement fixe les règles."),
        (
            "2",
            "CHAPITRE Ier – Dispositions",
            "Article 12 de la loi du 6 janvier 1978 s'applique.",
        ),
        ("3", "CHAPITRE II – DES DÉLAIS", "Le délai est de deux mois."),
    ]


def test_levels_nest_and_a_section_with_words_and_subsections_is_an_article_and_a_path() -> None:
    assert cut(
        ("Procédure", 1),
        ("2. Dépôt", 2),
        "Au guichet.",
        ("2.1 Pièces", 3),
        "Une pièce.",
        ("Suites", 2),
        "Rien.",
    ) == [
        ("2", "", "Au guichet."),
        ("2.1", "2. Dépôt", "Une pièce."),
        ("Suites", "", "Rien."),
    ]


def test_title_at_the_level_of_numbered_headings() -> None:
    assert cut(("Procédure", 1), ("Article 1 – Objet", 0), "Un.", ("1.1 Champ", 1), "Deux.",
               ("Article 2", 0), "Trois.") == [
        ("1", "", "Un."),
        ("1.1", "Article 1 – Objet", "Deux."),
        ("2", "", "Trois."),
    ]  # fmt: skip
    assert [n for n, _, _ in cut(("Introduction", 1), "Un.", ("1. Objet", 1), "Deux.")] == [
        "Introduction",
        "1",
    ]


def test_words_before_the_first_heading_are_the_preamble() -> None:
    assert cut(("Titre", 1), "Vu le code.", ("Objet", 2), "Ceci.") == [
        ("Préambule", "", "Vu le code."),
        ("Objet", "", "Ceci."),
    ]


def test_a_lone_title_line_is_no_preamble() -> None:
    found = state("Guide des délais", "Article 1", "Un mois.", "Article 2", "Deux mois.")
    assert found.text.title == "Guide des délais"
    assert [a.number for a in found.articles] == ["1", "2"]


def test_without_headings_there_is_one_article() -> None:
    assert cut("Une phrase.", "Une autre.") == [("1", "", "Une phrase.\nUne autre.")]


def test_numbered_list_is_no_outline() -> None:
    lines = ("Il faut :", "1. Déposer la demande", "2. Joindre les pièces", "3. Attendre")
    assert cut(*lines) == [("1", "", "\n".join(lines))]


def test_numbered_titles_of_plain_text_are_an_outline() -> None:
    assert [
        n
        for n, _, _ in cut(
            "1. Objet", "Ceci.", "2. Délais", "2.1 Dépôt", "Un.", "2.2 Suite", "Deux."
        )
    ] == ["1", "2.1", "2.2"]


def test_unnumbered_heading_inside_an_article_stays_in_it() -> None:
    assert cut(
        ("Article 5", 2), "Un.", ("Cas particulier", 3), "Deux.", ("Article 6", 2), "Six."
    ) == [
        ("5", "", "Un.\nCas particulier\nDeux."),
        ("6", "", "Six."),
    ]


def test_numbered_point_inside_an_article_is_cited_on_its_own() -> None:
    assert cut(
        ("Article 5 – Tarifs", 2), "Un.", ("5.1 Adultes", 3), "Deux.", ("Article 6", 2), "Six."
    ) == [
        ("5", "", "Un."),
        ("5.1", "Article 5 – Tarifs", "Deux."),
        ("6", "", "Six."),
    ]


def test_table_of_contents_opens_nothing() -> None:
    numbers = [
        n
        for n, _, _ in cut(
            "Sommaire",
            "Article 1 – Objet ...... 2",
            "Article 2 – Délais 3",
            "Article 1 – Objet",
            "Un.",
            "Article 2 – Délais",
            "Deux.",
        )
    ]
    assert numbers == ["Préambule", "1", "2"]


def test_line_that_breaks_the_sequence_of_articles_is_words() -> None:
    assert cut("Article 7", "Comme le dit l'", "Article 3", "il faut.", "Article 8", "Huit.") == [
        ("7", "", "Comme le dit l'\nArticle 3\nil faut."),
        ("8", "", "Huit."),
    ]


def test_bare_headings() -> None:
    assert cut(
        ("T", 1),
        ("1. Déposer la demande au guichet", 2),
        ("2. Suite", 2),
        "Deux.",
        ("Signatures", 2),
        ("Article 9", 2),
    ) == [
        ("1", "", "Déposer la demande au guichet"),
        ("2", "", "Deux.\nSignatures"),
    ]


def test_headings_alone_are_words() -> None:
    assert cut(("Fermé le lundi", 1)) == [("1", "", "Fermé le lundi")]
    assert cut("Article 5", "Article 6") == [("1", "", "Article 5\nArticle 6")]


def test_same_headings_are_told_apart() -> None:
    found = state(("A", 1), ("Objet", 2), "Un.", ("B", 1), ("Objet", 2), "Deux.")
    assert [a.number for a in found.articles] == ["Objet", "Objet (2)"]
    assert [a.article_id for a in found.articles] == [
        "dossier-note-txt#a-objet",
        "dossier-note-txt#b-objet",
    ]


def test_annex_with_words_is_an_article() -> None:
    assert cut("Article 1", "Un.", "Annexe 1 – Modèle", "Je soussigné.", "Annexe 2", "Fin.") == [
        ("1", "", "Un."),
        ("Annexe 1", "", "Je soussigné."),
        ("Annexe 2", "", "Fin."),
    ]


def test_items_rows_and_article_labels_of_lists() -> None:
    assert cut(
        Block(I, "Article 1 Objet"), Block(I, "- un ;"), Block(R, "Article 2 | 3 €"), "Fin."
    ) == [("1", "", "- un ;\nArticle 2 | 3 €\nFin.")]


def test_pages_are_marked_where_they_begin_in_the_words() -> None:
    found = state(
        Block(H, "Article 1", 2, 1), Block(P, "abc", page=1), Block(P, "def", page=2),
        Block(H, "Article 2", 2, 2), Block(P, "ghi"), Block(P, "jkl", page=4),
    )  # fmt: skip
    assert found.versions[0].pages == (PageMark(0, 1), PageMark(4, 2))
    assert found.versions[1].pages == (PageMark(0, 2), PageMark(4, 4))


def test_what_is_declared_wins_then_the_command_line() -> None:
    day = date(2025, 3, 1)
    options = ReadOptions(frozenset({"rh"}), date(2024, 1, 1))
    declared = Declared("mon-id", "Mon titre", "circulaire", day, frozenset())
    one = state("Un mot.", declared=declared, options=options)
    assert (one.text.text_id, one.text.title, one.text.nature) == (
        "mon-id",
        "Mon titre",
        "circulaire",
    )
    assert (one.text.services, one.as_of) == (frozenset(), day)
    assert one.versions[0].validity.start == day
    other = state("Un mot.", options=options)
    assert (other.text.services, other.as_of) == (frozenset({"rh"}), date(2024, 1, 1))
    assert re.fullmatch(r"dossier-note-txt#1@2024-01-01-[0-9a-f]{12}", other.versions[0].version_id)


def test_without_a_date_the_day_read_begins_the_wording_but_dates_nothing() -> None:
    document = Document(Source(Path("n.txt"), "n.txt"), (Block(P, "Un mot."),))
    found = to_state(document, date(2026, 1, 2))
    assert found.as_of is None
    assert found.versions[0].validity.start == date(2026, 1, 2)
    assert "@initial-" in found.versions[0].version_id


def test_declared_title_does_not_swallow_another_heading() -> None:
    found = state(("Note du 3 mai", 1), "Un.", declared=Declared(title="Document1"))
    assert found.text.title == "Document1"
    assert found.articles[0].number == "Note du 3 mai"


def test_no_words_is_an_error_with_a_place_and_a_remedy() -> None:
    with pytest.raises(EmptySource) as caught:
        state("   ", Block(P, "\u200b"))
    assert caught.value.where == "dossier/note.txt"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("procedures/Accès aux documents.docx", "procedures-acces-aux-documents-docx"),
        ("R*311-12", "r-311-12"),
        ("mise en œuvre de l’aide", "mise-en-oeuvre-de-l-aide"),
        ("12 bis", "12-bis"),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


_OPENINGS = [
    "",
    "Article {n} – ",
    "Article {n} ",
    "CHAPITRE II : ",
    "{n}. ",
    "1.{n} ",
    "Annexe ",
    "- ",
    "Art. {n}. – ",
]
_BLOCKS = st.lists(
    st.builds(
        Block,
        st.sampled_from(list(BlockKind)),
        st.builds(
            lambda opening, n, end: opening.format(n=n) + "Mot@" + end,
            st.sampled_from(_OPENINGS),
            st.integers(1, 9),
            st.sampled_from(["", ".", " :", " ........ 4", " et la suite"]),
        ),
        st.integers(0, 4),
        st.one_of(st.none(), st.integers(1, 5)),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=300, deadline=None)
@given(_BLOCKS, st.sampled_from(["", "Mot0", "Autre"]))
def test_nothing_is_lost_repeated_or_moved(blocks: list[Block], title: str) -> None:
    named = [
        Block(b.kind, b.words.replace("@", str(i)), b.level, b.page) for i, b in enumerate(blocks)
    ]
    found = state(*named, declared=Declared(title=title))
    kept = " ".join(
        [found.text.title, *(" ".join((a.number, a.heading, *a.path)) for a in found.articles)]
        + [version.words or "" for version in found.versions]
    )
    assert set(re.findall(r"Mot\d+", kept)) >= {f"Mot{i}" for i in range(len(named))}
    in_words = [int(n) for v in found.versions for n in re.findall(r"Mot(\d+)", v.words or "")]
    assert in_words == sorted(set(in_words))


@settings(max_examples=100, deadline=None)
@given(_BLOCKS)
def test_identifiers_are_unique_and_words_never_empty(blocks: list[Block]) -> None:
    found = state(*blocks)
    identifiers = [article.article_id for article in found.articles]
    assert len(set(identifiers)) == len(identifiers)
    assert len({article.number for article in found.articles}) == len(identifiers)
    assert [article.order for article in found.articles] == list(range(len(identifiers)))
    assert all(version.words and version.words.strip() for version in found.versions)
    for version in found.versions:
        starts = [mark.start for mark in version.pages]
        assert starts[:1] in ([], [0])
        assert starts == sorted(set(starts))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=12), st.sampled_from(list(BlockKind)))
def test_any_text_is_cut(lines: list[str], kind: BlockKind) -> None:
    try:
        found = state(*(Block(kind, line) for line in lines))
    except EmptySource:
        return
    assert found.articles
    assert state(*(Block(kind, line) for line in lines)) == found
