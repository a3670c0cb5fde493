"""The settings in force, without secrets. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from api.web.language import N_
from rag.settings import Settings

SECRET = ("key", "secret", "password")
SET, UNSET = N_("défini, non montré"), N_("non défini")
UNSAID = (SET, UNSET)


def shown(settings: Settings) -> list[tuple[str, str, str]]:
    """(name, value, meaning) of each setting. A secret is only said to be set; an address shows no
    more than host and port: a password may stand before them, or a key after."""
    return [
        (name, _value(name, str(getattr(settings, name))), field.description or "")
        for name, field in type(settings).model_fields.items()
    ]


def _value(name: str, value: str) -> str:
    if name.endswith(SECRET):
        return SET if value else UNSET
    if "://" not in value:
        return value
    try:
        found = urlsplit(value)
        port = f":{found.port}" if found.port else ""
        return f"{found.scheme}://{found.hostname or ''}{port}"
    except ValueError:
        return SET
