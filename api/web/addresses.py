"""The addresses of pages. Pure."""

from __future__ import annotations

from urllib.parse import quote

LOGIN = "/connexion"


def article_address(article_id: str, **query: object) -> str:
    """The page of an article; what is empty is left out of the query."""
    return _address("/articles/", article_id, query)


def text_address(text_id: str, **query: object) -> str:
    """The page of a text."""
    return _address("/texts/", text_id, query)


def login_address(back: str = "/") -> str:
    """The page to log in, that leads back to there."""
    return f"{LOGIN}?next={quote(local(back), safe='')}" if local(back) != "/" else LOGIN


def local(address: str) -> str:
    """`address` where it is a path of ours, else "/": nobody is led elsewhere."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and address[1:2] != "/" else "/"


def _address(base: str, name: str, query: dict[str, object]) -> str:
    given = [(key, str(value)) for key, value in query.items() if value not in (None, "")]
    asked = "&".join(f"{quote(key)}={quote(value)}" for key, value in given)
    return f"{base}{quote(name, safe='')}" + (f"?{asked}" if asked else "")
