"""Accounts and their administration in a real browser: nothing that axe-core finds, focus, flow."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from running import ROOT, WORDS_ONLY, command, referent
from seen import Opens, screenshot

pytestmark = pytest.mark.slow
PASSWORD = "cheval agrafe pile juste"
RUN = "axe.run(document, {resultTypes: ['violations']})"
WIDE = """[...document.querySelectorAll('main *, header *')]
    .filter(each => !each.closest('.scroll') && each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.outerHTML.slice(0, 100))"""
NOTE = "# Note interne\n\n## Article 1\n\nLa zibeline des agents est taxée.\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a text of one service is served, with an administrator, someone invited, and a key."""
    folder = tmp_path_factory.mktemp("accounts")
    data = folder / "data"
    (folder / "note.md").write_text(NOTE, "utf-8")
    assert referent("ingest", folder / "note.md", "--data", data, "--service", "rh").status == 0
    _administrator(data)
    for line in (
        ["people", "add", "zoé", "--name", "Zoé Durand", "--service", "rh", "--role", "legal"],
        ["keys", "create", "chef", "Tableau de bord", "--scope", "ask", "--scope", "read"],
    ):
        assert referent(*line, "--data", data).status == 0
    started = command("serve", "--data", data, "--port", 0, "--json")
    environment = {**os.environ, **WORDS_ONLY}
    with subprocess.Popen(
        started, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.terminate()
            server.wait()


def _administrator(data: object) -> None:
    from rag.accounts.authority import Accounts
    from rag.bootstrap import open_parts
    from rag.settings import NO_MODEL, Settings

    chosen = Settings(data=data, embedding_model=NO_MODEL)  # type: ignore[arg-type]
    with open_parts(chosen) as parts:
        accounts = Accounts(parts.registry, chosen)
        link = accounts.first_link()
        assert link is not None
        accounts.accept_first(link, "chef", "La cheffe", PASSWORD)


def log_in(page: Page) -> None:
    """As a person does: the page is ready for typing, where the browser runs scripts."""
    if page.evaluate("document.activeElement.id") != "login":
        page.focus("#login")
    page.keyboard.type("chef")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Se déconnecter")


PAGES = {
    "compte": "/compte",
    "personnes": "/administration/personnes",
    "services": "/administration/services",
    "cles": "/administration/cles",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_one_is_known(opens: Opens, axe: str, theme: str) -> None:
    page = opens("/connexion", failing=True, color_scheme=theme, reduced_motion="reduce")
    _clean(page, axe, f"connexion-{theme}")
    page.fill("#login", "chef")
    page.fill("#password", "pas le bon")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.title().startswith("Erreur")
    assert page.input_value("#password") == ""
    _clean(page, axe, f"connexion-refusee-{theme}")
    page.goto("/bienvenue/inconnu")
    _clean(page, axe, f"lien-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_once_one_is_known(opens: Opens, axe: str, theme: str) -> None:
    page = opens("/connexion", color_scheme=theme, reduced_motion="reduce")
    assert page.evaluate("document.activeElement.id") == "login"
    log_in(page)
    for name, path in PAGES.items():
        page.goto(path)
        _clean(page, axe, f"{name}-{theme}")
    page.goto(PAGES["services"])
    page.click("text=Note interne")
    _clean(page, axe, f"droits-{theme}")
    page.goto(PAGES["personnes"])
    page.click("text=Zoé Durand")
    page.click("text=Donner un nouveau lien")
    page.wait_for_selector(".once code")
    _clean(page, axe, f"personne-{theme}")
    link = page.inner_text(".once code")
    page.click("text=Se déconnecter")
    page.goto(link)
    _clean(page, axe, f"bienvenue-{theme}")


def _clean(page: Page, axe: str, name: str) -> None:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(RUN)
    wrong = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]
    assert wrong == [], name
    for width in (320, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(WIDE) == [], (name, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    screenshot(page, f"comptes-{name}")


def test_without_scripts_one_comes_in_and_leaves(opens: Opens) -> None:
    page = opens("/compte", java_script_enabled=False)
    assert "/connexion?next=%2Fcompte" in page.url
    log_in(page)
    assert page.url.endswith("/compte")
    page.fill("#key-name", "essai")
    page.check("input[value=read]")
    page.click("text=Créer la clé")
    assert page.inner_text(".once code").startswith("ref_")
    page.click("text=Se déconnecter >> nth=0")
    page.goto("/")
    assert "/connexion" in page.url
