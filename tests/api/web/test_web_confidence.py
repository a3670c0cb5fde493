"""How sure one may be of an answer: the words, and the line on the page and in the terminal."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import httpx
import pytest
from browser import Page, asked, opened
from running import referent
from serving import Served

from api import terminal
from api.web import confidence
from rag.types import Answer, Hit

QUESTION = "Quel est le délai du recours gracieux ?"
NOWHERE = "Où est le mérou ?"
NAMED = "Que dit l'article 2 du Règlement général ?"
LEAST = 0.166
GIVEN = Answer(QUESTION, None, "Trois mois. [1]", False, "m", (), (), {}, confidence=0.62)
HIT = Hit(1, 0.5, "t", "T", "1", "A", "V", 0, 1, None, None, (), "x", "", None)


def told(answer: Answer, language: str = "fr") -> str:
    line = confidence.line(answer, LEAST, language)
    return "" if line is None else line.words % {"share": line.share}


@pytest.mark.parametrize(
    ("sure", "expected"),
    [
        (1.0, "Confiance : bonne (80\u00a0% ou plus)"),  # never certain
        (0.81, "Confiance : bonne (80\u00a0% ou plus)"),
        (0.8, "Confiance : bonne (80\u00a0%)"),
        (0.62, "Confiance : bonne (62\u00a0%)"),
        (0.596, "Confiance : bonne (60\u00a0%)"),  # one figure, one word
        (0.594, "Confiance : moyenne (59\u00a0%) – relisez les articles cités"),
        (0.31, "Confiance : moyenne (31\u00a0%) – relisez les articles cités"),
        (0.296, "Confiance : moyenne (30\u00a0%) – relisez les articles cités"),
        (0.294, "Confiance : faible (29\u00a0%) – à vérifier avant d'agir"),
        (0.18, "Confiance : faible (18\u00a0%) – à vérifier avant d'agir"),
        (0.0, "Confiance : faible (0\u00a0%) – à vérifier avant d'agir"),  # no threshold is set
        (None, ""),  # the article was asked by its number
    ],
)
def test_words_first_then_the_figure(sure: float | None, expected: str) -> None:
    assert told(replace(GIVEN, confidence=sure)) == expected


@pytest.mark.parametrize(
    ("sure", "nearest", "ends"),
    [
        (0.05, (HIT,), "les articles les plus proches sont indiqués."),
        (0.1619, (), "rien n'est rédigé."),
        (LEAST, (HIT,), ""),  # high enough: refused because nothing could be checked
        (0.9, (), ""),
        (None, (HIT,), ""),
    ],
)
def test_of_a_refusal_only_what_is_below_the_threshold_is_said(
    sure: float | None, nearest: tuple[Hit, ...], ends: str
) -> None:
    words = told(replace(GIVEN, refused=True, confidence=sure, nearest=nearest))
    assert words.endswith(ends) and bool(words) == bool(ends)
    assert not words or words.startswith("Confiance insuffisante (")


def test_english_writes_its_own_percent() -> None:
    line = confidence.line(GIVEN, LEAST, "en")
    assert line is not None and line.share == "62%"


def sure_of(client: httpx.Client, question: str) -> int:
    """In percent, as far as it is shown."""
    said = client.post("/v1/ask", json={"question": question}).json()
    return min(confidence.MOST, round(100 * said["confidence"]))


def lines(page: Page) -> int:
    return sum(given.get("class") == "sure" for _, given in page.tags)


def test_an_answer_says_it_once_with_and_without_scripts(served: Served) -> None:
    shown = f"({sure_of(served.everyone, QUESTION)} %"
    page = asked(served.everyone, QUESTION)
    assert lines(page) == 1
    assert re.search(rf"Confiance : \w+ {re.escape(shown)}", page.words)
    form = opened(served.everyone, "/").form("/ask")
    fields = {**dict(form.fields), "question": QUESTION}
    said = served.everyone.post("/ask/stream", data=fields).text
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", said)
    counts = [
        (name, lines(Page(json.loads(data).get("html", ""))))
        for name, data in found
        if name != "sentence"
    ]
    assert counts == [("hits", 0), ("answer", 1)]  # while it is written nobody knows how it ends


def test_a_refusal_says_that_it_is_below_the_threshold(served: Served) -> None:
    page = asked(served.everyone, NOWHERE)
    assert f"Confiance insuffisante ({sure_of(served.everyone, NOWHERE)} %)" in page.words
    assert lines(page) == 1


def test_an_article_asked_by_its_number_has_none(served: Served) -> None:
    said = served.everyone.post("/v1/ask", json={"question": NAMED}).json()
    assert said["confidence"] is None and not said["refused"]
    assert not lines(asked(served.everyone, NAMED))


def test_in_english(served: Served) -> None:
    with httpx.Client(
        base_url=served.everyone.base_url,
        headers={"accept-language": "en"},
        trust_env=False,
        timeout=30,
    ) as client:
        page = asked(client, QUESTION)
    assert re.search(r"Confidence: \w+ \(\d+%", page.words)


def test_the_terminal_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_answer(GIVEN, LEAST)
    assert "\nConfiance : bonne (62\u00a0%)\n" in capsys.readouterr().out
    terminal.print_answer(replace(GIVEN, refused=True, confidence=0.12), LEAST)
    assert "Confiance insuffisante (12\u00a0%), sous le seuil" in capsys.readouterr().out
    terminal.print_answer(replace(GIVEN, confidence=None), LEAST)
    assert "Confiance" not in capsys.readouterr().out


def test_the_command_says_it_and_its_json_stays_as_it_was(served: Served) -> None:
    ran = referent("ask", NOWHERE, "--data", served.data)
    assert ran.status == 0 and "Confiance insuffisante (" in ran.out
    shape = referent("ask", NOWHERE, "--data", served.data, "--json").json
    assert 0 <= shape["confidence"] < LEAST and "sure" not in shape
