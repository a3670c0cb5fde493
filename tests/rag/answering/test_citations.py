"""Citations are checked by program: what is not in the version, character for character, fails."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import hit, said
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.answering.citations import check
from rag.types import Citation, PageMark, Validity, Version

DAY = date(2025, 6, 1)
WORDS = "Le silence vaut rejet. Le délai est de deux mois.\nLe silence vaut rejet."
HIT = hit(WORDS)


def version(words: str | None = WORDS, validity: Validity | None = None) -> Version:
    return Version(HIT.version_id, HIT.article_id, words, validity or Validity())


def cited(quote: str, found: Version | None) -> Citation:
    versions = {found.version_id: found} if found else {}
    _, (citation,) = check([said(f"« {quote} »", (0, quote))], [HIT], versions, DAY)
    return citation


@pytest.mark.parametrize(
    ("quote", "found", "verdict"),
    [
        pytest.param("Le délai est de deux mois.", version(), "verified", id="verbatim"),
        pytest.param(WORDS, version(), "verified", id="whole"),
        pytest.param("mois.\nLe", version(), "verified", id="over two lines"),
        pytest.param("mois. Le", version(), "quote_mismatch", id="a line feed made a space"),
        pytest.param("le délai est de deux mois.", version(), "quote_mismatch", id="capital"),
        pytest.param("Le delai", version(), "quote_mismatch", id="accent left out"),
        pytest.param("Le de\u0301lai", version(), "quote_mismatch", id="accent decomposed"),
        pytest.param("Le délai est de trois mois.", version(), "quote_mismatch", id="a word"),
        pytest.param("", version(), "quote_mismatch", id="nothing quoted"),
        pytest.param(" ", version(), "quote_mismatch", id="white space quoted"),
        pytest.param("délai", version(None), "quote_mismatch", id="words unknown"),
        pytest.param("délai", None, "unknown_version", id="not readable or gone"),
        pytest.param("délai", version(validity=Validity(DAY)), "verified", id="from that day on"),
        pytest.param(
            "délai", version(validity=Validity(None, DAY)), "not_in_force_at_date", id="ended"
        ),
        pytest.param(
            "délai",
            version(validity=Validity(date(2025, 6, 2))),
            "not_in_force_at_date",
            id="not yet",
        ),
        pytest.param(
            "faux", version(validity=Validity(None, DAY)), "quote_mismatch", id="wrong and ended"
        ),
    ],
)
def test_verdicts(quote: str, found: Version | None, verdict: str) -> None:
    citation = cited(quote, found)
    assert citation.verdict == verdict
    if citation.start >= 0:
        assert WORDS[citation.start : citation.end] == quote
    else:
        assert (citation.start, citation.end) == (-1, -1)


LETTERS = "abcdefghij éà.,;’«»\n"


@settings(deadline=None)
@given(st.text(LETTERS, min_size=5, max_size=60), st.data())
def test_a_quote_with_a_character_changed_is_never_verified(
    words: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    at = data.draw(st.integers(0, end - start - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]))
    quote = words[start:end]
    mutated = quote[:at] + other + quote[at + 1 :]
    assume(mutated not in words)
    assert cited(mutated, version(words)).verdict == "quote_mismatch"
    if quote.strip():
        kept = cited(quote, version(words))
        assert kept.verdict == "verified"
        assert words[kept.start : kept.end] == quote


def test_the_words_of_the_passage_come_before_the_same_words_elsewhere() -> None:
    second = WORDS.rindex("Le silence")
    found = hit(WORDS[second:], start=second)
    quote = "Le silence vaut rejet."
    _, (citation,) = check([said("", (0, quote))], [found], {found.version_id: version()}, DAY)
    assert citation.start == second


def test_markers_count_citations_in_order_of_appearance() -> None:
    other = hit("Autre article.", "2")
    versions = {
        HIT.version_id: version(),
        other.version_id: Version(other.version_id, other.article_id, "Autre article."),
    }
    drafts = [
        said("Premier", (1, "Autre article.")),
        said("Deuxième", (0, "Le délai"), (1, "Autre article.")),
        said("Troisième", (0, "deux mois"), (0, "deux mois")),
    ]
    sentences, citations = check(drafts, [HIT, other], versions, DAY)
    assert [citation.marker for citation in citations] == [1, 2, 3]
    assert [s.markers for s in sentences] == [(1,), (2, 1), (3,)]
    assert [s.text for s in sentences] == ["Premier [1]", "Deuxième [2][1]", "Troisième [3]"]
    assert {s.support for s in sentences} == {"verified"}


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(said("Je crois."), id="no quote"),
        pytest.param(said("Faux.", (0, "trois mois")), id="a wrong quote"),
        pytest.param(said("À demi.", (0, "deux mois"), (0, "trois mois")), id="one of two wrong"),
        pytest.param(said("Ailleurs.", (1, "deux mois")), id="a hit that was not given"),
        pytest.param(said("Avant.", (-1, "deux mois")), id="a hit before the first"),
        pytest.param(said("Mêlé.", (0, "deux mois"), (7, "deux mois")), id="one of two not given"),
    ],
)
def test_a_sentence_whose_quotes_do_not_all_hold_is_unsupported(draft: object) -> None:
    (sentence,), _ = check([draft], [HIT], {HIT.version_id: version()}, DAY)  # type: ignore[list-item]
    assert sentence.support == "unsupported"


def test_pages() -> None:
    marks = (PageMark(0, 3), PageMark(WORDS.index("\n"), 4))
    found = Version(HIT.version_id, HIT.article_id, WORDS, pages=marks)
    assert cited("Le délai", found).page == 3
    end = hit("Le silence vaut rejet.", start=WORDS.rindex("Le silence"))
    quoted = [said("", (0, "Le silence vaut rejet."))]
    _, (citation,) = check(quoted, [end], {HIT.version_id: found}, DAY)
    assert citation.page == 4
