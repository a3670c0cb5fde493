"""French first, English second: which one a request wants, its messages and its dates.

French is what stands in templates and code; the English catalogue is `locale/en/web.po`.
"""

from __future__ import annotations

import io
import re
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from starlette.requests import Request

from api.problems import ENGLISH, FRENCH, language_of
from rag.legal.dates import french

COOKIE = "lang"
LANGUAGES = {FRENCH: "Français", ENGLISH: "English"}
_BEFORE, _AFTER = re.compile(r" ([:;?!»])"), re.compile(r"(«) ")
LOCALE = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802 (the usual name, which Babel looks for)
    """Marks a message for the catalogue; templates translate it where it is shown."""
    return message


def catalogue_path(language: str) -> Path:
    """Where the messages of that language are kept."""
    return LOCALE / language / "web.po"


def chosen(request: Request) -> str:
    """What the person switched to, else what the browser prefers."""
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in LANGUAGES else language_of(request.headers.get("accept-language", ""))


class Typeset(NullTranslations):
    """French as it is printed: no line ends before « : ; ? ! » or within guillemets."""

    def gettext(self, message: str) -> str:
        """The message."""
        return typeset(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The message for that number; in French zero is singular."""
        return typeset(msgid1 if abs(n) < 2 else msgid2)


def typeset(words: str) -> str:
    """The words with no-break spaces where French has them."""
    return _AFTER.sub("\\1\u00a0", _BEFORE.sub("\u00a0\\1", words))


@cache
def translations(language: str) -> NullTranslations:
    """The messages of that language."""
    if language == FRENCH:
        return Typeset()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def day_words(day: date, language: str) -> str:
    """ "1er janvier 2020" or "1 January 2020"."""
    if language == FRENCH:
        return french(day)
    from babel.dates import format_date

    return format_date(day, "long", locale="en_GB")
