"""The ways to each page, as a person takes them."""

from __future__ import annotations

from playwright.sync_api import Page

QUESTION = "Dans quel délai rappelle-t-on une personne qui a laissé un message ?"
WORDS = "rappelée dans un délai de deux jours ouvrés"
ARTICLE = "/articles/article 1 note sur l'accueil téléphonique"
LETTER = (
    "Madame,\n\nL'article 22 du règlement général des services de la Ville de Valmercy prévoit que "
    "« toute décision du Maire peut faire l'objet d'un recours gracieux dans le délai de six "
    "mois ». L'article 99 du même règlement n'y déroge pas, non plus que l'article L. 311-1 du "
    "CRPA. L'article 23 de ce règlement reste en vigueur.\n"
)
READ = {
    "texts": "/texts",
    "text": "/texts/valmercy-rgs",
    "search": "/texts?q=recours gracieux",
    "article": f"{ARTICLE}?start=0&end=20",
    "comparison": f"{ARTICLE}?as_of=2025-06-01&as_of=2026-06-01",
    "changes": "/changes?since=2024-01-01",
}


def ask(page: Page, question: str = QUESTION) -> None:
    """Ask, and wait for the whole answer."""
    page.get_by_label("Votre question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#next form").wait_for()


def verify(page: Page, words: str = LETTER) -> None:
    """Paste a document, and wait for its verdicts."""
    page.get_by_label("Texte à vérifier").fill(words)
    page.get_by_role("button", name="Vérifier").click()
    page.locator(".verified").wait_for()


def reach(page: Page, name: str) -> None:
    """Stand on the page of that name."""
    if name == "answer":
        ask(page)
        page.locator("a.marker").first.click()
    elif name == "verified":
        page.goto("/verify")
        verify(page)
    elif name == "verify":
        page.goto("/verify")
    elif name != "ask":
        page.goto(READ[name])


EVERY = ("ask", "answer", "verify", "verified", *READ)
