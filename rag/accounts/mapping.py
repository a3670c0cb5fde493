"""Groups of an identity provider → services and role here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rag.accounts.roles import Role
from rag.errors import SettingsError
from rag.settings import Settings
from rag.types import service_names

RANK = tuple(Role)  # of several roles that groups give, the last here is taken


@dataclass(frozen=True, slots=True)
class Rights:
    """What someone's groups give them here."""

    role: Role
    services: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """`services` and `roles`: what each group gives. `everyone`: who has none of them comes in."""

    services: Mapping[str, frozenset[str]]
    roles: Mapping[str, Role]
    everyone: bool = False

    def rights(self, groups: Iterable[str]) -> Rights | None:
        """What these groups give; None: no account."""
        held = frozenset(groups)
        if not self.everyone and not held & (self.services.keys() | self.roles.keys()):
            return None
        services = frozenset().union(*(self.services.get(group, ()) for group in held))
        roles = [self.roles[group] for group in held if group in self.roles]
        return Rights(max(roles, key=RANK.index, default=Role.AGENT), services)


def group_mapping(settings: Settings) -> GroupMapping:
    """The mapping that the settings describe.

    Raises:
        SettingsError: it cannot be read.
    """
    services: dict[str, frozenset[str]] = {}
    for group, service in _pairs(settings.oidc_groups, "oidc_groups", "grp-rh=rh"):
        services[group] = services.get(group, frozenset()) | service_names([service])
    roles: dict[str, Role] = {}
    for group, role in _pairs(settings.oidc_roles, "oidc_roles", "grp-juristes=legal"):
        roles[group] = _role(role)
    return GroupMapping(services, roles, settings.oidc_everyone)


def _pairs(written: str, setting: str, example: str) -> list[tuple[str, str]]:
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    pairs = [
        (left.strip(), right.strip()) for left, _, right in (e.rpartition("=") for e in entries)
    ]
    if not all(left and right for left, right in pairs):
        raise SettingsError(
            "correspondance de groupes illisible",
            where=setting,
            remedy=f"écrivez groupe=valeur, séparés par des virgules : {example}",
        )
    return pairs


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise SettingsError(
            f"rôle inconnu : {name}",
            where="oidc_roles",
            remedy=f"choisissez parmi : {', '.join(Role)}",
        ) from error
