"""What is printed: plain lines in a pipe, safe and unchanged words everywhere."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import pytest

from api import terminal
from api.article_view import styled
from rag.errors import NotFound
from rag.legal.comparison import compare
from rag.types import Answer, Article, Citation, Hit, Sentence, Text, Understood, Version

HOSTILE = "[bold]gras[/] [/] [link=x]y[/link] :a: :warning: \\[x] \\"
SCREEN = "\x1b[2J\x1b]0;titre\x07\x9b31m\r\x08\x7f\x00"
BOXES = set("─│┃━┏┓┗┛┡┩├┤╭╮╰╯┌┐└┘╇╈")


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


Shown = Callable[..., str]


def showing(stream: io.StringIO) -> Shown:
    """What a function prints to `stream` as standard output."""

    def shown(function: Callable[..., object], *arguments: object) -> str:
        with contextlib.redirect_stdout(stream):
            function(*arguments)
        return stream.getvalue()

    return shown


@pytest.fixture(params=["pipe", "terminal"])
def printed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What is printed on either kind of output."""
    monkeypatch.setenv("TERM", "dumb")  # no colours: the words can be compared
    monkeypatch.setenv("COLUMNS", "100000")
    return showing(Screen() if request.param == "terminal" else io.StringIO())


@pytest.fixture(params=["", "FORCE_COLOR"])
def piped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What is printed in a pipe, even where the environment forces colours on terminals."""
    monkeypatch.setenv("COLUMNS", "40")
    if request.param:
        monkeypatch.setenv(request.param, "1")
    return showing(io.StringIO())


def hit(words: str, title: str = "Texte", number: str = "L1") -> Hit:
    return Hit(
        1, 0.5, "t", title, number, "A", "V", 0, len(words), None, None, (title,), words, "", 3
    )


def answer(words: str, question: str = "") -> Answer:
    citation = Citation(1, "t", words, "L1", "V", words, 0, len(words), "verified", 4)
    sentence = Sentence(f"{words} [1]", (1,), "verified")
    return Answer(
        question, None, f"{words} [1]", False, "m", (sentence,), (citation,), {"total": 1}
    )


def print_all(words: str) -> None:
    terminal.print_hits([hit(words, words, words)])
    terminal.print_answer(answer(words))
    terminal.print_article(Text("t", words), Article("A", "t", words, words, (words,)))
    terminal.print_version(Version("V", "A", words, state=words, note=words), [words])
    terminal.print_table(words, (words,), [(words,)])
    print_difference(words, "autre")


def print_difference(old: str, new: str) -> None:
    terminal.out().print(styled(compare(old, new)))


def test_markup_and_emoji_codes_are_words(printed: Shown) -> None:
    shown = printed(print_all, HOSTILE)
    assert shown.count(HOSTILE) > 8
    assert "🅰" not in shown and "⚠" not in shown


def test_control_characters_do_not_reach_the_screen(printed: Shown) -> None:
    shown = printed(print_all, f"avant {SCREEN} après")
    assert shown.count("après") > 8
    assert {c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160} <= set("\n\t")


def test_no_boxes_colours_or_folding_in_a_pipe(piped: Shown) -> None:
    words = "mot " * 500 + "fin"
    shown = piped(print_all, words)
    assert "\x1b" not in shown
    assert not BOXES & set(shown)
    assert shown.count(words) > 5


def test_a_hit_is_one_line_in_a_pipe(piped: Shown) -> None:
    hits = [hit("Un\nmot\tet  un.", "Titre\tà\ntrous"), hit("Deux.")]
    assert piped(terminal.print_hits, hits) == (
        "1\t0.500\tArticle L1\tTitre à trous\tUn mot et un.\n1\t0.500\tArticle L1\tTexte\tDeux.\n"
    )


def test_a_row_is_one_line_in_a_pipe(piped: Shown) -> None:
    rows = [("un\ndeux", 3), (None, "x\ty")]
    assert piped(terminal.print_table, "Titre", ("a", "b"), rows) == "un deux\t3\nNone\tx y\n"


def test_nothing_found(printed: Shown) -> None:
    assert printed(terminal.print_hits, []) in ("", "Aucun passage trouvé.\n")


def test_the_answer_then_its_sources(piped: Shown) -> None:
    assert piped(terminal.print_answer, answer("Deux mois.")).splitlines() == [
        "",
        "Deux mois. [1]",
        "",
        "Sources",
        "[1] Article L1 — Deux mois., page 4 — citation vérifiée",
        "    « Deux mois. »",
        "",
        "total 1.0 ms — modèle : m",
    ]


def test_a_difference_is_marked_in_a_pipe(piped: Shown) -> None:
    assert piped(print_difference, "Deux mois.", "Trois mois.") == "[-Deux-]{+Trois+} mois.\n"


def test_an_error_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_error(NotFound("rien [red]", where=f"[/]{SCREEN}", remedy="[b]"))
    out, shown = capsys.readouterr()
    assert out == ""
    first, second = shown.splitlines()
    assert first.startswith("Erreur — [/]") and first.endswith(" : rien [red]")
    assert second == "  À faire : [b]"
    assert "\x1b" not in shown and "\x9b" not in shown


@pytest.mark.parametrize(
    ("words", "limit", "expected"),
    [
        ("un deux", 10, "un deux"),
        ("un\n deux", 10, "un deux"),
        ("un deux trois", 9, "un deux …"),
        ("abcdefghij", 4, "abcd …"),
        ("", 4, ""),
    ],
)
def test_shorten(words: str, limit: int, expected: str) -> None:
    assert terminal.shorten(words, limit) == expected


def test_what_words_were_understood_as_is_said(printed: Shown) -> None:
    towns = ("commune", "collectivité territoriale", "agglomération")
    known = (Understood("recuors", ("recours",), "recuors"), Understood("ville", towns, "ville"))
    told = "Cherché aussi — recuors : recours ; ville : commune, collectivité territoriale\n"
    assert printed(terminal.print_understood, ()) == ""
    assert printed(terminal.print_understood, known) == told
