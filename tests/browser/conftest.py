"""A real browser (Debian's Chromium) before a real server over the demo corpus.

Skipped, with the reason, where there is no browser; `make test` installs one where it may. The
screenshots are written to build/screenshots.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from running import ROOT, WORDS_ONLY, command, referent
from seen import Opens

AXE = ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
NOTE = """---
id: note-accueil
title: Note sur l'accueil téléphonique
effective: {day}
---

# Note

## Article 1 – Délai de rappel

Toute personne qui laisse un message est rappelée dans un délai de {delay}.
"""


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo corpus is served, with a note of which the delay has changed."""
    folder = tmp_path_factory.mktemp("browser")
    data, note = folder / "data", folder / "note.md"
    assert referent("ingest", ROOT / "corpus", "--data", data).status == 0
    for day, delay in (("2025-01-01", "huit jours"), ("2026-01-01", "deux jours ouvrés")):
        note.write_text(NOTE.format(day=day, delay=delay), "utf-8")
        assert referent("ingest", note, "--data", data).status == 0
    line = command("serve", "--data", data, "--port", 0, "--json")
    environment = {**os.environ, **WORDS_ONLY}
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.terminate()
            server.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    # Chromium's own sandbox needs a user that is not root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for what keeps people out."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm install --prefix build/axe axe-core)")
    return AXE.read_text("utf-8")


@pytest.fixture
def opens(browser: Browser, address: str) -> Iterator[Opens]:
    """Opens an address in a browser of its own; its errors and foreign requests fail the test.

    `failing`: a request will fail, which the browser may say.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(path: str = "/", failing: bool = False, **settings: object) -> Page:
        given = {"locale": "fr-FR", "viewport": {"width": 1400, "height": 900}, **settings}
        context = browser.new_context(base_url=address, **given)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if not failing:
            page.on("console", lambda said: _unsaid(said, wrong))
        page.on("request", lambda asked: _ours(asked.url, address, wrong))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _unsaid(said: ConsoleMessage, wrong: list[str]) -> None:
    if said.type == "error":
        wrong.append(said.text)


def _ours(url: str, address: str, wrong: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:")):
        wrong.append(f"asked of elsewhere: {url}")
