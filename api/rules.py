"""The one table of routes: what each asks of who comes. A route without a line refuses everyone.

A test walks the routes of every application and fails on one that is not here; another tries every
line with every role.
"""

from __future__ import annotations

from enum import Enum

from rag.accounts.roles import Permission


class Rule(Enum):
    """A rule that is no permission."""

    PUBLIC = "public"  # anyone: it tells nothing
    OPERATOR = "operator"  # the socket in the data folder only


Needed = Permission | Rule

RULES: dict[tuple[str, str], Needed] = {
    ("GET", "/health/live"): Rule.PUBLIC,
    ("GET", "/health/ready"): Rule.PUBLIC,
    ("GET", "/openapi.json"): Rule.PUBLIC,
    ("GET", "/metrics"): Permission.SYSTEM_STATE,
    ("POST", "/v1/search"): Permission.SEARCH,
    ("POST", "/v1/ask"): Permission.ASK,
    ("GET", "/v1/models"): Permission.ASK,
    ("POST", "/v1/chat/completions"): Permission.ASK,
    ("POST", "/mcp"): Permission.SEARCH,  # and each tool its own
    ("POST", "/v1/feedback"): Permission.FEEDBACK,
    ("GET", "/v1/texts"): Permission.READ,
    ("GET", "/v1/articles/{reference:path}"): Permission.READ,
    ("GET", "/v1/changes"): Permission.CHANGES,
    ("POST", "/v1/verify"): Permission.VERIFY,
    ("GET", "/"): Permission.ASK,
    ("POST", "/ask"): Permission.ASK,
    ("POST", "/ask/stream"): Permission.ASK,
    ("GET", "/feedback"): Permission.FEEDBACK,
    ("POST", "/feedback"): Permission.FEEDBACK,
    ("GET", "/conversations"): Permission.ASK,
    ("POST", "/conversations/effacer"): Permission.ASK,
    ("GET", "/conversations/{conversation_id}"): Permission.ASK,
    ("POST", "/conversations/{conversation_id}/effacer"): Permission.ASK,
    ("GET", "/texts"): Permission.READ,
    ("GET", "/texts/{text_id:path}"): Permission.READ,
    ("GET", "/articles/{reference:path}"): Permission.READ,
    ("GET", "/verify"): Permission.VERIFY,
    ("POST", "/verify"): Permission.VERIFY,
    ("POST", "/verify/export"): Permission.VERIFY,
    ("GET", "/changes"): Permission.CHANGES,
    ("GET", "/connexion"): Rule.PUBLIC,
    ("POST", "/connexion"): Rule.PUBLIC,
    ("GET", "/connexion/oidc"): Rule.PUBLIC,
    ("GET", "/connexion/oidc/retour"): Rule.PUBLIC,
    ("POST", "/deconnexion"): Rule.PUBLIC,
    ("GET", "/bienvenue/{token}"): Rule.PUBLIC,
    ("POST", "/bienvenue/{token}"): Rule.PUBLIC,
    ("GET", "/compte"): Permission.OWN_KEYS,
    ("POST", "/compte/mot-de-passe"): Permission.OWN_KEYS,
    ("POST", "/compte/sessions"): Permission.OWN_KEYS,
    ("POST", "/compte/cles"): Permission.OWN_KEYS,
    ("POST", "/compte/cles/revoquer"): Permission.OWN_KEYS,
    ("GET", "/administration/personnes"): Permission.ADMIN_PEOPLE,
    ("POST", "/administration/personnes"): Permission.ADMIN_PEOPLE,
    ("GET", "/administration/personnes/{person_id}"): Permission.ADMIN_PEOPLE,
    ("POST", "/administration/personnes/{person_id}/droits"): Permission.ADMIN_PEOPLE,
    ("POST", "/administration/personnes/{person_id}/etat"): Permission.ADMIN_PEOPLE,
    ("POST", "/administration/personnes/{person_id}/lien"): Permission.ADMIN_PEOPLE,
    ("GET", "/administration/cles"): Permission.ADMIN_KEYS,
    ("POST", "/administration/cles/revoquer"): Permission.ADMIN_KEYS,
    ("GET", "/administration/services"): Permission.ADMIN_PEOPLE,
    ("GET", "/administration/services/{text_id:path}"): Permission.ADMIN_PEOPLE,
    ("POST", "/administration/services/{text_id:path}"): Permission.ADMIN_PEOPLE,
    ("GET", "/administration/statistiques"): Permission.READ_STATISTICS,
    ("GET", "/administration/journal"): Permission.READ_JOURNAL,
    ("POST", "/administration/journal/verification"): Permission.READ_JOURNAL,
    ("POST", "/administration/journal/export"): Permission.READ_JOURNAL,  # words: READ_QUESTIONS
    ("POST", "/administration/journal/question"): Permission.READ_QUESTIONS,
    ("POST", "/administration/journal/personne"): Permission.PERSONAL_DATA,
    ("GET", "/administration/etat"): Permission.SYSTEM_STATE,
    ("GET", "/mises-a-jour"): Permission.UPDATE_TEXTS,
    ("POST", "/mises-a-jour"): Permission.UPDATE_TEXTS,
    ("GET", "/mises-a-jour/retirer"): Permission.REMOVE_TEXTS,
    ("POST", "/mises-a-jour/retirer"): Permission.REMOVE_TEXTS,
    ("GET", "/mises-a-jour/{token}"): Permission.UPDATE_TEXTS,
    ("POST", "/mises-a-jour/{token}"): Permission.UPDATE_TEXTS,  # removals: REMOVE_TEXTS
    ("POST", "/preferences"): Rule.PUBLIC,
    ("GET", "/static/{name}"): Rule.PUBLIC,
    ("POST", "/operator/search"): Rule.OPERATOR,
    ("POST", "/operator/ask"): Rule.OPERATOR,
    ("POST", "/operator/status"): Rule.OPERATOR,
    ("POST", "/operator/check"): Rule.OPERATOR,
}

# Under which kind the journal keeps what is no question; questions are recorded as they are asked.
KINDS = {
    "/v1/texts": "texts",
    "/v1/articles/{reference:path}": "article",
    "/v1/changes": "changes",
    "/v1/verify": "verify",
    "/texts": "texts",
    "/texts/{text_id:path}": "texts",
    "/articles/{reference:path}": "article",
    "/changes": "changes",
    "/verify": "verify",
    "/verify/export": "verify",
}


def needed(method: str, path: str) -> Needed | None:
    """What the route asks; None: it has no rule, and nobody passes."""
    return RULES.get(("GET" if method == "HEAD" else method, path))
