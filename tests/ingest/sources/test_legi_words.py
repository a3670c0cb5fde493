"""LEGI's HTML as plain words, its dates, and how readings become a text."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources import legi
from rag.types import Article, Validity, Version

WORDS = [
    # an alinéa a line, however it is marked
    ("<p>Un.</p><p>Deux.</p>", "Un.\nDeux."),
    ("<p><br/>Un.<br clear='none'/>Deux.</p>", "Un.\nDeux."),
    ("<p></p>Un. <p></p><p></p>1° Deux ; <p></p>", "Un.\n1° Deux ;"),
    ("<ul><li>a)</li><li>b)</li></ul>", "a)\nb)"),
    # tags within a line part no words
    ("au <a href='x'>I de l'article 2</a>, au 1<sup>er</sup> (<em>b</em>).", None),
    ("<p>de <a alt='Code de l'éducation - art. L1' href='/x'>L. 1</a>.</p>", "de L. 1."),
    # entities, and white space of every kind
    ("<p>a&nbsp;&amp;\u00a0b\n\t c&#8239;;\u2028d</p>", "a & b c ; d"),
    ("&lt;p&gt; n'est pas une balise", "<p> n'est pas une balise"),
    ("5 < 6 et 7 > 6", "5 < 6 et 7 > 6"),
    # tables: a row a line, whatever its cells hold
    (
        "<table><tbody><tr><th>A</th><th><p>B</p></th></tr>"
        "<tr><td><br/>\n\tun<br/>deux</td><td>trois</td></tr></tbody></table>fin",
        "A | B\nun deux | trois\nfin",
    ),
    ("<table><tr><td>a</td><td></td><td>c</td></tr><tr><td> </td><td/></tr></table>", "a | | c"),
    ("<tr><td>a<br/>, b<p>.</p></td><td>c</td></tr>", "a, b. | c"),
    ("<table><tr><td>a</td></tr></table><p>b</p><p>c</p>", "a\nb\nc"),
    # comments, and what is not closed
    ("a<!-- <p>caché</p> -->b", "ab"),
    ("a<!-- sans fin", "a"),
    ("<p>a<b", "a<b"),
    ("", ""),
    ("<p> </p><br/>", ""),
]


@pytest.mark.parametrize(("html", "words"), WORDS)
def test_words_of_html(html: str, words: str | None) -> None:
    expected = "au I de l'article 2, au 1er (b)." if words is None else words
    assert legi.words_of_html(html) == expected


TAGS = st.sampled_from(
    ["<p>", "</p>", "<br/>", "<a href='l'été'>", "</a>", "<td>", "<tr>", "<!-- x -->", "</CENTER >"]
)
PLAIN = st.text(st.characters(exclude_characters="<>&|\x00", exclude_categories=["Cs"]))


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_words_never_raise_and_stay_the_same(html: str) -> None:
    words = legi.words_of_html(html)
    assert words == legi.words_of_html(html)
    assert "  " not in words and "\n\n" not in words and words == words.strip()
    words.encode()


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(PLAIN, TAGS)))
def test_no_tag_is_left_and_no_word_is_lost(pieces: list[str]) -> None:
    words = legi.words_of_html("".join(pieces))
    plain = "".join(piece for piece in pieces if not piece.startswith("<"))
    assert "<" not in words and ">" not in words
    assert "".join(words.replace("|", "").split()) == "".join(plain.split())


@settings(deadline=None, max_examples=200)
@given(PLAIN)
def test_plain_words_are_already_what_they_become(text: str) -> None:
    words = legi.words_of_html(text)
    assert legi.words_of_html(words) == words == legi.words_of_text(text)


@pytest.mark.parametrize("hostile", ["<a", "<", "<!--", "<!-- >", "<td>", "&", "&amp", "|", "<p "])
def test_hostile_html_takes_linear_time(hostile: str) -> None:
    started = time.perf_counter()
    legi.words_of_html(hostile * 100_000)
    assert time.perf_counter() - started < 2


DAYS = [
    ("2016-01-01", date(2016, 1, 1)),
    ("2016-01-01T00:00:00.000Z", date(2016, 1, 1)),
    (1451606400000, date(2016, 1, 1)),
    (-5238691200000, date(1803, 12, 30)),  # before 1970
    (32472144000000, date(2999, 1, 1)),
    (None, None),
    ("", None),
]


@pytest.mark.parametrize(("written", "expected"), DAYS)
def test_days(written: object, expected: date | None) -> None:
    assert legi.day(written) == expected


@pytest.mark.parametrize("written", ["hier", "2016-13-01", 10**30, True, 1.5, [], {}])
def test_what_is_no_day(written: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        legi.day(written)


@pytest.mark.parametrize("end", ["2222-02-22", "2999-01-01", 7956835200000, 32472144000000, None])
def test_an_end_at_a_sentinel_is_open(end: object) -> None:
    assert legi.validity("2016-01-01", end) == Validity(date(2016, 1, 1), None)


@pytest.mark.parametrize("start", ["2222-02-22", "2999-01-01"])
def test_a_start_at_a_sentinel_is_never_in_force(start: str) -> None:
    assert not legi.validity(start, "2999-01-01").contains(date(2100, 1, 1))


def reading(version_id: str, start: str, end: str, number: str = "1") -> legi.Reading:
    state = "MODIFIE" if end else ""
    article = Article("A", "T", number)
    return legi.Reading(article, Version(version_id, "A", "x", legi.validity(start, end), state))


@pytest.mark.parametrize(
    ("as_of", "number"),
    [(date(2015, 6, 1), "ancien"), (date(2021, 1, 1), "nouveau"), (None, "nouveau")],
)
def test_an_article_stands_as_on_the_day(as_of: date | None, number: str) -> None:
    readings = [
        reading("never", "2999-01-01", "", "jamais"),
        reading("dead", "2023-01-01", "2023-01-01", "mort-né"),
        reading("new", "2020-01-01", "", "nouveau"),
        reading("old", "2010-01-01", "2020-01-01", "ancien"),
    ]
    (article,), versions = legi.assemble(readings, [], as_of)
    assert article.number == number and len(versions) == 4


def test_a_replaced_version_left_open_ends_when_the_next_starts() -> None:
    readings = [reading("old", "2018-01-01", "2999-01-01"), reading("new", "2019-01-01", "")]
    _, (old, new) = legi.assemble(readings, [], None)
    assert old.validity == Validity(date(2018, 1, 1), date(2019, 1, 1))
    assert new.validity.end is None


def test_a_known_period_does_not_hide_words() -> None:
    period = Version("old", "A", None, Validity())
    _, versions = legi.assemble([reading("old", "2018-01-01", "")], [period, period], None)
    assert [version.words for version in versions] == ["x"]
