"""What the journal's own words are called on screen, marked for the catalogue."""

from __future__ import annotations

from api.web.language import N_
from rag.journal.entry import NO_REQUEST, WORKS

SILENT = frozenset(NO_REQUEST) - frozenset(WORKS)  # kinds of entries that cannot fail
KINDS = {
    "ask": N_("question"),
    "search": N_("recherche"),
    "verify": N_("vérification"),
    "article": N_("article"),
    "texts": N_("liste des textes"),
    "changes": N_("changements"),
    "update": N_("mise à jour"),
    "remove": N_("retrait d'un texte"),
    "feedback": N_("avis"),
    "read_question": N_("question lue"),
    "export": N_("export"),
    "erase": N_("effacement"),
    "purge": N_("purge"),
    "account": N_("comptes et droits"),
    "damage": N_("journal abîmé"),
}
DOORS = {
    "page": N_("pages"),
    "api": N_("API"),
    "openai": N_("API d'OpenAI"),
    "mcp": N_("MCP"),
    "command": N_("commande"),
}
STATUSES = {
    "answered": N_("répondu"),
    "refused": N_("sans réponse"),
    "failed": N_("en échec"),
    "stopped": N_("arrêté"),
}
