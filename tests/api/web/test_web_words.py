"""Both languages whole, and nothing of our own files leads or loads from elsewhere."""

from __future__ import annotations

import re
from datetime import date

import pytest

from api.web import translate
from api.web.language import LANGUAGES, catalogue_path, day_words, translations
from api.web.pages import TEMPLATES
from api.web.static_files import FOLDER

OURS = [path for folder in (TEMPLATES, FOLDER) for path in sorted(folder.rglob("*.*"))]
NAMESPACE = "http://www.w3.org/2000/svg"


def test_every_message_has_its_english() -> None:
    extracted = {message.id for message in translate.extracted() if message.id}
    kept = {message.id for message in translate.kept() if message.id}
    assert len(extracted) > 100
    assert extracted == kept, "run python -m api.web.translate"
    assert translate.missing(translate.kept()) == []
    assert not [message.id for message in translate.kept() if message.fuzzy]


def test_translations_keep_what_is_filled_in() -> None:
    fields = re.compile(r"%\(\w+\)s")
    for message in translate.kept():
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        first = message.id if isinstance(message.id, str) else message.id[0] if message.id else ""
        for string in told if first else ():
            assert sorted(fields.findall(string)) == sorted(fields.findall(first)), first


def test_languages_have_their_words_and_dates() -> None:
    assert translations("en").gettext("Demander") == "Ask"
    assert translations("fr").gettext("Demander") == "Demander"
    assert catalogue_path("en").is_file() and set(LANGUAGES) == {"fr", "en"}
    assert (
        translations("fr").gettext("« Quoi » ? Ceci : cela")
        == "«\u00a0Quoi\u00a0»\u00a0? Ceci\u00a0: cela"
    )
    assert translations("fr").ngettext("%(num)s texte", "%(num)s textes", 0) == "%(num)s texte"
    assert day_words(date(2026, 5, 1), "fr") == "1er mai 2026"
    assert day_words(date(2026, 5, 1), "en") == "1 May 2026"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path: object) -> None:
    words = path.read_text("utf-8").replace(NAMESPACE, "")  # type: ignore[attr-defined]
    assert not re.search(r"https?:|\burl\(|@import|//[a-z]+\.[a-z]", words)
    assert "|safe" not in words and "autoescape" not in words


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_script_or_style_stands_within_a_page(path: object) -> None:
    words = path.read_text("utf-8")  # type: ignore[attr-defined]
    if path.suffix == ".html":  # type: ignore[attr-defined]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=\"\{\{ static)", words)
    assert not re.search(r"fr-(?:btn|grid|col|header)|marianne", words, re.IGNORECASE)
    assert len(words.splitlines()) <= 350
