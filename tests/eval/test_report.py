"""The report: one page that loads nothing and says what the runs say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

from lines import TEXT, answer, line, question, scored

from eval.measures import Scored
from eval.report import Configuration, page
from eval.runs import RunLine
from eval.summary import label, shape, summarise

EVIL = "<script>alert('x')</script> & « l'article » ?"


def run(confident: bool) -> list[Scored]:
    sure = (0.9, 0.4, 0.6) if confident else (None, None, None)
    lines: list[RunLine] = [
        line(question("found", "1"), ["1", "2"], answer("1", confidence=sure[0]), seconds=0.2),
        line(question("lost", "3", words=EVIL), ["7", "8"], answer("7", confidence=sure[1])),
        line(question("none"), ["5"], answer("5", confidence=sure[2])),
    ]
    return scored(*lines)


def made(*names: str) -> str:
    return page([Configuration(name, run(at == 0)) for at, name in enumerate(names)], "Évaluation")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.loaded += [str(value) for name, value in attrs if name in {"src", "href", "data"}]


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html = made("livré", "mots")
    tags = _Tags()
    tags.feed(html)
    assert not {"script", "link", "iframe", "img", "object"} & set(tags.names)
    assert tags.loaded == []
    assert not re.search(r"https?:|url\(|@import", html)


def test_pictures_are_well_formed_and_named() -> None:
    pictures = re.findall(r"<svg role=\"img\".*?</svg>", made("livré", "mots"), re.DOTALL)
    assert len(pictures) == 3
    for picture in pictures:
        assert ET.fromstring(picture).attrib["aria-label"]


def test_what_was_asked_is_words_not_tags() -> None:
    html = made("livré")
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; « l&#x27;article » ?" in html


def test_the_worst_questions_show_what_was_found_instead() -> None:
    html = made("livré")
    row = html[html.index("&lt;script") :].partition("</tr>")[0]
    assert f"<li>Article 7 — {TEXT}</li><li>Article 8 — {TEXT}</li>" in row
    assert "<td>absent</td>" in row
    answered = html[html.index("Répondues alors") :]
    assert "question none ?" in answered and f"Article 5 — {TEXT}" in answered


def test_ranks_are_counted() -> None:
    html = made("livré")
    assert '<th scope="row">1</th><td>1 (50 %)</td>' in html
    assert '<th scope="row">absent</th><td>1 (50 %)</td>' in html


def test_who_has_no_confidence_is_named() -> None:
    assert "Sans confiance dans les réponses (mots)" in made("livré", "mots")
    assert "Sans confiance dans" not in made("livré")


def test_rankings_alone_make_a_page_too() -> None:
    alone = scored(line(question("q", "1"), ["1"]))
    assert "Ces évaluations n'ont pas de réponses." in page([Configuration("a", alone)], "É")


def test_figures_of_a_run() -> None:
    found = summarise(run(confident=True))
    assert found.figures["mrr"].value == 0.5
    assert found.figures["area_right"].value == 1.0
    assert found.figures["answer_p50"].count == 3
    assert "search_p50" not in found.figures  # not measured in these lines
    assert "faithful" not in found.figures
    assert shape(found)["figures"]["mrr"]["count"] == 2
    assert all(label(key) for key in found.figures)


def test_failures_are_told_and_not_counted() -> None:
    lines = scored(line(question("q", "1"), ["1"], error="le modèle se tait"))
    found = summarise(lines)
    assert found.failures == {"q": "le modèle se tait"}
    assert "gold_cited" not in found.figures and found.figures["mrr"].value == 1.0
