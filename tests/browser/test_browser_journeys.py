"""What people do: ask, follow a source, copy, search, verify; keyboard alone; no scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from journeys import ARTICLE, LETTER, QUESTION, WORDS, ask, verify
from playwright.sync_api import Page, expect
from seen import Opens, screenshot

pytestmark = pytest.mark.slow


def test_asking_with_the_keyboard_alone(opens: Opens) -> None:
    page = opens()
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#next form").wait_for()
    expect(page.locator(".exchange h2")).to_be_focused()
    expect(page.locator("#said")).to_have_text("La réponse est prête.")
    tab_to(page, "a.marker")
    page.keyboard.press("Enter")
    expect(page.locator(".source[open] summary")).to_be_focused()
    expect(page.locator(".source[open] mark")).to_contain_text(WORDS)
    tab_to(page, ".source[open] .links a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/articles/"))
    expect(page.locator("mark")).to_contain_text(WORDS)


def test_how_sure_one_may_be_is_said_beside_the_answer(opens: Opens) -> None:
    page = opens()
    ask(page)
    sure = page.locator(".exchange .answer .sure")
    expect(sure).to_have_count(1)
    expect(sure).to_contain_text(re.compile(r"Confiance\s: (bonne|moyenne|faible) \(\d+\s%"))
    page.get_by_label("Question qui suit").fill("Quelle est la couleur du cheval d'Henri IV ?")
    page.keyboard.press("Enter")
    below = page.locator(".exchange").nth(1).locator(".sure")
    expect(below).to_contain_text(re.compile(r"sous le seuil réglé\s: rien n'est"))
    screenshot(page, "confidence")


def test_the_skip_link_comes_first(opens: Opens) -> None:
    page = opens("/texts")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()


def test_every_focus_is_seen(opens: Opens) -> None:
    page = opens("/texts")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(s => `${s.outlineStyle} ${s.outlineWidth}`)(getComputedStyle(document.activeElement))"
        )
        assert outline == "solid 3px"


def test_a_question_that_follows(opens: Opens) -> None:
    page = opens()
    ask(page)
    page.get_by_label("Question qui suit").fill("Et au 1er juin 2025 ?")
    page.keyboard.press("Enter")
    page.locator(".exchange").nth(1).get_by_text("Question comprise").wait_for()
    page.locator("#next form").wait_for()
    assert page.locator(".exchange").count() == 2
    assert page.title().startswith("Et au 1er juin 2025")


def test_without_scripts_one_asks_and_reads(opens: Opens) -> None:
    page = opens(java_script_enabled=False)
    page.locator("#question").fill(QUESTION)
    page.locator("button.main").click()
    expect(page.locator(".told")).to_contain_text(WORDS)
    page.locator("a.marker").first.click()
    expect(page.locator("mark").first).to_be_visible()  # the browser opens what holds the target
    page.locator("#next-question").fill("Et au 1er juin 2025 ?")
    page.locator("#next button.main").click()
    expect(page.locator(".past")).to_contain_text(WORDS)
    page.locator(".source summary").first.click()
    page.get_by_role("link", name="Ouvrir l'article").first.click()
    expect(page.locator("#words")).to_be_visible()
    page.get_by_role("link", name="Textes").first.click()
    page.locator("#q").fill("accueil téléphonique")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator(".found")).to_contain_text("Note sur l'accueil téléphonique")
    page.goto("/verify")
    verify(page)
    expect(page.locator(".tally")).to_contain_text("article inconnu")


def test_a_server_that_hangs_up_is_said_and_asked_again(opens: Opens) -> None:
    page = opens(failing=True)
    page.route("**/ask/stream", lambda route: route.abort())
    page.locator("#question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("La réponse a été coupée")
    page.unroute("**/ask/stream")
    page.locator("#question").press("Enter")
    expect(page.locator(".told").last).to_contain_text(WORDS)


def test_a_refusal_of_the_server_is_shown_in_place(opens: Opens) -> None:
    page = opens(failing=True)
    page.context.clear_cookies()
    page.locator("#question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("rechargez la page")
    expect(page.locator("#question")).to_have_value(QUESTION)


def test_writing_can_be_stopped(opens: Opens) -> None:
    page = opens(failing=True)
    page.route("**/ask/stream", lambda _route: None)  # nothing ever comes
    page.locator("#question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_role("alert")).to_contain_text("La réponse a été arrêtée")


def test_the_theme_changes_without_losing_the_answer(opens: Opens) -> None:
    page = opens(color_scheme="light")
    ask(page)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_text("Affichage").click()
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Sombre").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    expect(page.locator(".told")).to_contain_text(WORDS)
    page.keyboard.press("Escape")
    expect(page.locator(".display summary")).to_be_focused()
    page.goto("/texts")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_language_changes(opens: Opens) -> None:
    page = opens("/texts?q=recours")
    page.get_by_text("Affichage").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Texts")
    assert page.url.endswith("/texts?q=recours")


def test_an_answer_is_copied_with_its_sources(opens: Opens) -> None:
    page = opens(permissions=["clipboard-read", "clipboard-write"])
    ask(page)
    page.get_by_role("button", name="Copier avec les sources").click()
    expect(page.locator("#said")).to_have_text("Copié, avec les sources.")
    plain = page.evaluate("navigator.clipboard.readText()")
    assert QUESTION in plain and WORDS in plain
    assert "[1] Article 1, Note sur l'accueil téléphonique (En vigueur depuis" in plain
    kinds = page.evaluate("navigator.clipboard.read().then(all => all[0].types)")
    assert sorted(kinds) == ["text/html", "text/plain"]


def test_what_one_thinks_is_noted(opens: Opens) -> None:
    page = opens()
    ask(page)
    page.get_by_text("Pas utile…").click()
    page.get_by_label("Pourquoi ?").select_option("unclear")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".actions")).to_contain_text("votre avis est noté")


def test_articles_are_found_as_one_types(opens: Opens) -> None:
    page = opens("/texts")
    page.locator("#q").press_sequentially("télétravail", delay=15)
    expect(page.locator("#results")).to_contain_text("Télétravail des agents municipaux")
    assert "q=t%C3%A9l%C3%A9travail" in page.url
    expect(page.locator("#said")).to_contain_text("résultat")


def test_a_file_is_verified_and_the_verdicts_kept(opens: Opens, tmp_path: Path) -> None:
    letter = tmp_path / "lettre.txt"
    letter.write_text(LETTER, "utf-8")
    page = opens("/verify")
    page.get_by_label("Ou un fichier").set_input_files(letter)
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator(".about")).to_contain_text("lettre.txt")
    page.locator(".document a.ref").nth(1).click()
    expect(page.locator(".verdict:target")).to_contain_text("article inconnu")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Exporter en CSV").click()
    assert kept.value.suggested_filename == "verification.csv"
    assert "unknown_article" in Path(kept.value.path()).read_text("utf-8")


def test_a_dropped_file_is_verified(opens: Opens) -> None:
    page = opens("/verify")
    dropped = page.evaluate_handle(
        "words => { const d = new DataTransfer(); d.items.add(new File([words], 'note.txt')); "
        "return d; }",
        LETTER,
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect(page.locator(".about")).to_contain_text("note.txt")


def test_two_dates_are_compared(opens: Opens) -> None:
    page = opens(ARTICLE)
    page.get_by_text("Lire ou comparer à une date").click()
    page.get_by_label("Au", exact=True).fill("2025-06-01")
    page.get_by_label("Comparé au").fill("2026-06-01")
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("del").nth(1)).to_contain_text("huit")
    expect(page.locator("ins").nth(1)).to_contain_text("deux")


def test_on_paper_the_sources_are_open(opens: Opens) -> None:
    page = opens()
    ask(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".source mark").first).to_be_visible()
    expect(page.locator(".actions")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".source[open]").count() == 0


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Press Tab until that is focused."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
