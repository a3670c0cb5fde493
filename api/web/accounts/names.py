"""What roles and rights are called on screen. In French, marked for the catalogue."""

from __future__ import annotations

from api.web.language import N_
from rag.accounts.roles import KEY_PERMISSIONS, Permission, Role

ROLES: dict[str, str] = {
    Role.AGENT: N_("Agent"),
    Role.LEGAL: N_("Juriste"),
    Role.MAINTAINER: N_("Mainteneur"),
    Role.ADMINISTRATOR: N_("Administrateur"),
}
MAY: dict[str, str] = {
    Role.AGENT: N_("demander, chercher, lire"),
    Role.LEGAL: N_("de plus, vérifier les références et suivre les changements"),
    Role.MAINTAINER: N_("de plus, mettre à jour et retirer des textes"),
    Role.ADMINISTRATOR: N_("demander, lire, et gérer les personnes, les droits et le journal"),
}
# What a key can carry.
RIGHTS: dict[str, str] = {
    Permission.ASK: N_("demander"),
    Permission.SEARCH: N_("chercher"),
    Permission.READ: N_("lire les textes"),
    Permission.FEEDBACK: N_("donner un avis sur une réponse"),
    Permission.VERIFY: N_("vérifier des références"),
    Permission.CHANGES: N_("suivre les changements"),
    Permission.UPDATE_TEXTS: N_("mettre à jour des textes"),
    Permission.REMOVE_TEXTS: N_("retirer des textes"),
    Permission.SYSTEM_STATE: N_("voir l'état du serveur"),
    Permission.READ_STATISTICS: N_("voir les statistiques"),
    Permission.READ_JOURNAL: N_("lire le journal sans les questions"),
    Permission.READ_QUESTIONS: N_("lire une question du journal"),
    Permission.PERSONAL_DATA: N_("exporter ou effacer les données d'une personne"),
}


def key_rights(permissions: frozenset[Permission]) -> dict[str, str]:
    """Those of these rights that a key can carry, in the table's order."""
    return {name: words for name, words in RIGHTS.items() if name in permissions & KEY_PERMISSIONS}
