"""The pure parts: words cut at what is marked, answers cut at their markers, texts as trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.marking import Leading, excerpt, pieces
from api.web.spoken import bits, paragraphs
from api.web.texts import tree
from rag.types import Article, Citation, Sentence

WORDS = "Vu l'article 2, le maire décide."
SPANS = st.tuples(st.integers(0, 40), st.integers(0, 40))


@given(st.lists(SPANS, max_size=4), st.lists(SPANS, max_size=4))
def test_no_word_is_lost_or_told_twice(
    marks: list[tuple[int, int]], links: list[tuple[int, int]]
) -> None:
    leading = [Leading(a, b, f"/{n}", "") for n, (a, b) in enumerate(links)]
    found = pieces(WORDS, marks, leading)
    assert "".join(piece.words for piece in found) == WORDS
    marked = {at for a, b in marks for at in range(a, min(b, len(WORDS)))}
    at = 0
    for piece in found:
        assert all((n in marked) == piece.marked for n in range(at, at + len(piece.words)))
        at += len(piece.words)


def test_a_reference_within_a_quotation_is_both() -> None:
    found = pieces(WORDS, [(3, 19)], [Leading(3, 14, "/articles/2", "Règlement")])
    assert [(p.words, p.marked, p.href) for p in found] == [
        ("Vu ", False, ""),
        ("l'article 2", True, "/articles/2"),
        (", le ", True, ""),
        ("maire décide.", False, ""),
    ]


@pytest.mark.parametrize(
    ("start", "end", "around", "expected"),
    [(0, 2, 5, "Vu"), (19, 24, 7, "2, le maire"), (19, 24, 100, WORDS)],
)
def test_an_excerpt_is_cut_between_words(start: int, end: int, around: int, expected: str) -> None:
    first, last = excerpt(WORDS, start, end, around)
    assert WORDS[first:last].strip() == expected


def sentence(text: str, *markers: int, support: str = "verified") -> Sentence:
    return Sentence(text, markers, support)


def test_only_the_markers_of_a_sentence_are_links() -> None:
    found = bits(sentence("Sous huit jours [2], voir [12] [3].", 2, 3))
    assert [(bit.words, bit.marker) for bit in found] == [
        ("Sous huit jours", 0),
        ("", 2),
        (", voir [12]", 0),
        ("", 3),
        (".", 0),
    ]


def test_quotations_stand_under_their_article_and_the_unsupported_nowhere() -> None:
    cited = [
        Citation(n, "t", "Règlement", number, f"v{n}", "", 0, 1, "verified")
        for n, number in ((1, "2"), (2, "2"), (3, "7"))
    ]
    told = [sentence("a [1]", 1), sentence("b [2]", 2), sentence("x", support="unsupported")]
    made = paragraphs([*told, sentence("c [3]", 3)], cited, quoted=True)
    assert [(each.heading, len(each.sentences)) for each in made] == [
        ("Article 2 — Règlement", 2),
        ("Article 7 — Règlement", 1),
    ]
    (one,) = paragraphs(told, cited, quoted=False)
    assert (one.heading, len(one.sentences)) == ("", 2)


def test_articles_stand_under_their_titles_in_order() -> None:
    paths = [(), ("I",), ("I", "A"), ("II",), ("I",)]
    listed = [Article(f"a{n}", "t", str(n), path=path, order=n) for n, path in enumerate(paths)]
    root = tree(reversed(listed))
    assert [article.number for article in root.articles] == ["0"]
    assert [branch.title for branch in root.branches] == ["I", "II", "I"]
    assert root.branches[0].branches[0].articles[0].number == "2"
