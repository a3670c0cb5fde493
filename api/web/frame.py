"""What every page shows around its own part: language, theme, who looks, and the menu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from api.web import language as languages
from api.web.identity import Visitor, who
from api.web.language import N_
from rag.accounts.roles import Permission

THEME = "theme"  # the cookie
THEMES = {"auto": N_("Selon l'appareil"), "light": N_("Clair"), "dark": N_("Sombre")}


ADMINISTRATION = "/administration/"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu, shown to who may use it."""

    path: str
    label: str
    permission: Permission


MENU = (
    Entry("/", N_("Demander"), Permission.ASK),
    Entry("/texts", N_("Textes"), Permission.READ),
    Entry("/verify", N_("Vérifier"), Permission.VERIFY),
    Entry("/changes", N_("Changements"), Permission.CHANGES),
    Entry("/mises-a-jour", N_("Mises à jour"), Permission.UPDATE_TEXTS),
    Entry("/administration/personnes", N_("Administration"), Permission.ADMIN_PEOPLE),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One request's page. `path` is where the person is, for the menu and to come back to."""

    language: str
    theme: str
    visitor: Visitor
    path: str
    address: str  # the path with its query where it can be shown again, else "/"

    def menu(self) -> Iterator[Entry]:
        """The entries that this person may use."""
        return (entry for entry in MENU if self.visitor.may(entry.permission))

    def current(self, entry: Entry) -> bool:
        """True when the person is in that part."""
        if entry.path == "/":
            return self.path in ("/", "/ask") or self.path.startswith("/conversations")
        if entry.path == "/texts" and self.path.startswith("/articles/"):
            return True
        if entry.path.startswith(ADMINISTRATION):
            return self.path.startswith(ADMINISTRATION)
        return self.path == entry.path or self.path.startswith(f"{entry.path}/")

    def day(self, day: date | str | None) -> str:
        """A date in words."""
        if not day:
            return ""
        known = date.fromisoformat(day) if isinstance(day, str) else day
        return languages.day_words(known, self.language)


def frame_of(request: Request) -> Frame:
    """The frame of this request's page."""
    theme = request.cookies.get(THEME, "")
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    return Frame(
        languages.chosen(request),
        theme if theme in THEMES else "auto",
        who(request),
        path,
        f"{path}{query}" if request.method == "GET" else "/",
    )
