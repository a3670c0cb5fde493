"""What tests in the browser share: how a page is opened, and keeping what is seen."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page
from running import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
Opens = Callable[..., Page]


def screenshot(page: Page, name: str) -> None:
    """Keep what is seen."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
