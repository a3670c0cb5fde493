"""Every page in both themes: nothing that axe-core finds, nothing cut on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from journeys import EVERY, reach
from seen import Opens, screenshot

pytestmark = pytest.mark.slow
OPEN = "document.querySelectorAll('details').forEach(box => { box.open = true; })"
RUN = "axe.run(document, {resultTypes: ['violations']})"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing(opens: Opens, axe: str, name: str, theme: str) -> None:
    page = opens(color_scheme=theme, reduced_motion="reduce")
    reach(page, name)
    page.evaluate(OPEN)
    page.evaluate(axe)  # as DevTools would: the page's own policy lets no script in
    found: dict[str, Any] = page.evaluate(RUN)
    wrong = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]
    assert wrong == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY)
def test_pages_fit_from_a_phone_to_a_wide_screen(opens: Opens, name: str, theme: str) -> None:
    page = opens(color_scheme=theme, reduced_motion="reduce")
    reach(page, name)
    for width in (320, 360, 768, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        if width in (360, 1400):
            screenshot(page, f"{name}-{theme}-{width}")
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
