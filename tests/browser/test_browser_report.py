"""The report of an evaluation in a browser: alone, readable from a phone up, shut out to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from running import ROOT, referent
from seen import screenshot

pytestmark = pytest.mark.slow
OPEN = "document.querySelectorAll('details').forEach(box => { box.open = true; })"
RUN = "axe.run(document, {resultTypes: ['violations']})"
AXES = (
    *("mesure", "valeur, de 0 à 100\u00a0%"),
    *("rang", "part des questions qui ont une réponse"),
    *("risque", "part des questions répondues"),
)
# Words of a picture that stand outside of the page, or over each other.
LAID = """[...document.querySelectorAll('.chart')].flatMap(chart => {
  const boxes = [...chart.querySelectorAll('text')]
    .filter(text => getComputedStyle(text).display !== 'none')
    .map(text => [text.textContent, text.getBoundingClientRect()]);
  const out = boxes.filter(([, box]) => box.left < 0 || box.right > innerWidth);
  const over = boxes.filter(([, one], at) => boxes.slice(at + 1).some(([, two]) =>
    Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1 &&
    Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 4));
  return [...out, ...over].map(([words]) => words);
})"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a run with answers, of the same at any confidence, and of rankings alone."""
    folder = tmp_path_factory.mktemp("report")
    asked, made = folder / "questions.jsonl", folder / "report.html"
    with (ROOT / "corpus" / "questions.jsonl").open(encoding="utf-8") as lines:
        kept = [*islice(lines, 10)]
        kept += islice((line for line in lines if '"answerable": false' in line), 10)
    asked.write_text("".join(kept), "utf-8")
    assert referent("ingest", ROOT / "corpus", "--data", folder / "data").status == 0
    runs = {
        "tel-que-livré": ((), {}),
        "sans-aucun-seuil-de-confiance": ((), {"REFERENT_MIN_CONFIDENCE": "0"}),
        "classements": (("--no-answers",), {}),
    }
    files = [folder / f"{name}.jsonl" for name in runs]
    for file, (more, settings) in zip(files, runs.values(), strict=True):
        ran = referent(
            "eval", "run", asked, "--data", folder / "data", "--out", file, *more, **settings
        )
        assert ran.status == 0, ran.err
    assert referent("eval", "report", *files, "--out", made).status == 0
    return made


@pytest.fixture
def page(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The report, in the theme asked; an error or a request for anything else fails the test."""
    wrong: list[str] = []
    context = browser.new_context(
        color_scheme=getattr(request, "param", "light"), viewport={"width": 1280, "height": 900}
    )
    opened = context.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text))
    opened.on("request", lambda asked: wrong.append(asked.url))
    opened.goto(report.as_uri())
    yield opened
    context.close()
    assert wrong == [report.as_uri()]


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_axe_finds_nothing_in_a_report(page: Page, axe: str) -> None:
    page.evaluate(OPEN)
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(RUN)
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]] == []
    assert len(found["passes"]) > 15


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_report_fits_from_a_phone_to_a_wide_screen(
    page: Page, request: pytest.FixtureRequest
) -> None:
    theme = request.node.callspec.params["page"]
    page.evaluate(OPEN)
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate(LAID) == [], width
        if width in (360, 1280):
            screenshot(page, f"report-{theme}-{width}")


def test_every_picture_says_what_it_shows(page: Page) -> None:
    pictures = page.locator("figure.plot")
    titles = ["Mesures par configuration", "Questions par rang", "Risque selon la part"]
    assert pictures.count() == len(titles)
    for at, title in enumerate(titles):
        picture = pictures.nth(at)
        assert picture.locator("figcaption").inner_text().startswith(title)
        assert picture.get_by_role("img").get_attribute("aria-label", timeout=5000)
        assert picture.locator("svg.chart text").count() > 6
    for axis in AXES:
        assert page.locator("svg.chart text", has_text=axis).count(), axis


def test_all_sections_are_there(page: Page) -> None:
    assert page.locator("h2").all_inner_texts() == [
        "Mesures",
        "Ce qui change par rapport à tel-que-livré",
        "Rang du premier bon article",
        "Refus",
        "Les pires questions",
        "Ce qui a fait ces évaluations",
    ]
    worst = page.locator("details[open]")
    assert worst.count() == 1 and "Trouvé à la place" in worst.inner_text()
