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
    figures = re.findall(r"<figure.*?</figure>", made("livré", "mots"), re.DOTALL)
    assert len(figures) == 3
    for figure in map(ET.fromstring, figures):
        title, drawn = figure.find("figcaption"), figure.find("svg")
        assert title is not None and title.text and drawn is not None
        assert drawn.attrib["role"] == "img"
        assert drawn.attrib["aria-label"].startswith(title.text)


def test_what_was_asked_is_words_not_tags() -> None:
    html = made("livré")
    assert (
        "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; «\xa0l&#x27;article\xa0»\xa0?"
        in html
    )


def test_the_worst_questions_show_what_was_found_instead() -> None:
    html = made("livré")
    case = html[html.index("&lt;script") :].partition("</dl>")[0]
    assert f"<li>Article 7 — {TEXT}</li><li>Article 8 — {TEXT}</li>" in case
    assert "<dt>Attendu (absent des articles trouvés)</dt><dd>Article 3 — reglement" in case
    answered = html[html.index("Répondues alors") :]
    assert "question none\xa0?" in answered and f"Article 5 — {TEXT}" in answered


def test_ranks_are_counted() -> None:
    html = made("livré")
    for rank in ("1", "absent"):
        assert f'<th scope="row">{rank}</th><td class="figure">1 (50\xa0%)</td>' in html


def test_what_a_run_found_once_has_its_name_everywhere() -> None:
    lines = scored(line(question("a", "3"), ["3"]), line(question("b", "3"), ["7"]))
    html = page([Configuration("a", lines)], "É")
    assert f"<dt>Attendu (absent des articles trouvés)</dt><dd>Article 3 — {TEXT}</dd>" in html


def test_each_run_is_set_against_the_first() -> None:
    html = made("livré", "mots", "autre")
    assert "Ce qui change par rapport à livré" in html
    assert html.count("3 questions en commun") == 4  # the table's name, and its caption
    assert '<td class="figure">+0,000 <span class="interval">[+0,000\xa0; +0,000]</span>' in html
    assert "Ce qui change" not in made("livré")
    other = [Configuration("ailleurs", scored(line(question("x", "1"), ["1"])))]
    apart = page([Configuration("livré", run(confident=True)), *other], "É")
    assert "Aucune question en commun." in apart


def test_what_moved_is_told_question_by_question() -> None:
    first = scored(line(question("q", "1"), ["7", "1"], answer("7")))
    second = scored(line(question("q", "1"), ["1", "7"], answer("1")))
    html = page([Configuration("a", first), Configuration("b", second)], "É")
    assert "Gagnent\xa0: 1 sur 1" in html and "Perdent" not in html
    assert "<dd>2 → 1</dd>" in html and "<dd>non → oui</dd>" in html
    assert "\u2212" not in html.partition("<h3>b</h3>")[2].partition("</table>")[0]


def test_questions_without_an_answer_alone_make_a_page_too() -> None:
    html = page([Configuration("a", scored(line(question("none"), ["5"])))], "É")
    assert "Aucune question n'a d'article qui y réponde." in html
    assert "<figure" not in html


def test_who_has_no_confidence_is_named() -> None:
    assert "Sans confiance dans les réponses (mots)\xa0: ni" in made("livré", "mots")
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
