"""Conversations in a real browser: kept where the address says, gone on with, deleted."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from running import ROOT, WORDS_ONLY, command, referent
from seen import Opens, screenshot

from rag.accounts.authority import Accounts
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

pytestmark = pytest.mark.slow
PASSWORD = "cheval agrafe pile juste"
QUESTION = "Peut-on contester une taxe ?"
WORDS = "La taxe se conteste auprès du maire dans un délai de deux mois."
NOTE = f"# Note sur les taxes\n\n## Article 1 – Contester une taxe\n\n{WORDS}\n"
KEPT = re.compile("/conversations/[0-9a-f]{32}")
RUN = "axe.run(document, {resultTypes: ['violations']})"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a note is served to who has an account."""
    folder = tmp_path_factory.mktemp("talks")
    data = folder / "data"
    (folder / "note.md").write_text(NOTE, "utf-8")
    assert referent("ingest", folder / "note.md", "--data", data).status == 0
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        accounts = Accounts(parts.registry, chosen)
        link = accounts.first_link()
        assert link is not None
        accounts.accept_first(link, "chef", "La cheffe", PASSWORD)
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


def log_in(page: Page) -> None:
    page.fill("#login", "chef")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Se déconnecter")


def clean(page: Page, axe: str, name: str) -> None:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(RUN)
    wrong = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]
    assert wrong == [], name
    for width in (320, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    screenshot(page, f"conversations-{name}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_conversation_as_it_is_written(opens: Opens, axe: str, theme: str) -> None:
    page = opens("/connexion", color_scheme=theme, reduced_motion="reduce")
    log_in(page)
    page.goto("/")
    page.fill("#question", QUESTION)
    page.keyboard.press("Enter")
    page.locator("#next form").wait_for()
    expect(page).to_have_url(KEPT)
    kept = page.url
    page.get_by_role("button", name="Écarter « contester »").click()
    page.locator(".exchange").nth(1).get_by_role("button", name="Remettre « contester »").wait_for()
    expect(page.locator("#next form")).to_be_visible()
    assert KEPT.search(page.url) and page.url.startswith(kept) and "without=contester" in page.url
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".exchange").nth(1)).to_contain_text("Écarté de la recherche")
    clean(page, axe, f"une-{theme}")
    page.get_by_role("button", name="Remettre « contester »").click()
    expect(page.locator(".exchange")).to_have_count(3)
    expect(page.locator("#next form")).to_be_visible()
    page.goto("/conversations")
    expect(page.locator(".talks li")).to_contain_text(["3 questions"])
    page.locator(".talks summary").click()
    clean(page, axe, f"toutes-{theme}")
    page.get_by_role("button", name="Supprimer pour de bon").click()
    expect(page.get_by_role("status").first).to_contain_text("C'est supprimé.")
    expect(page.locator("main")).to_contain_text("Aucune conversation n'est gardée.")


def test_a_conversation_without_scripts(opens: Opens) -> None:
    page = opens("/connexion", java_script_enabled=False)
    log_in(page)
    page.goto("/")
    page.fill("#question", QUESTION)
    page.click("button.main")
    expect(page).to_have_url(KEPT)
    expect(page.locator(".told")).to_contain_text(WORDS)
    page.get_by_role("button", name="Utile").click()
    expect(page.get_by_role("status").first).to_contain_text("votre avis est noté")
    expect(page.locator(".told")).to_contain_text(WORDS)
    page.fill("#next-question", "Et dans quel délai ?")
    page.click("#next button.main")
    expect(page).to_have_url(re.compile("#t2$"))
    expect(page.locator(".exchange")).to_have_count(2)
    page.locator(".forget summary").click()
    page.get_by_role("button", name="Supprimer pour de bon").click()
    expect(page.locator("main")).to_contain_text("C'est supprimé.")


def test_an_upload_that_is_too_large_is_said_in_a_page(opens: Opens) -> None:
    page = opens("/connexion", failing=True)
    log_in(page)
    page.goto("/")
    large = "x" * (3 << 20)
    page.evaluate("words => { const b = document.querySelector('#question'); b.maxLength = -1 + "
                  "(1 << 30); b.value = words; b.form.submit(); }", large)  # fmt: skip
    expect(page.get_by_role("alert")).to_contain_text("trop volumineuse")
