"""What was wrong with a form about accounts: at which field, in which words, with which status."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from api.web.language import N_, translations
from rag.accounts.errors import (
    AccountError,
    LastAdministrator,
    LinkSpent,
    LoginDelayed,
    LoginRefused,
    LoginsFull,
    NameTaken,
    NotAdmitted,
    ProviderFailure,
    TooManyKeys,
    UnknownAccount,
)
from rag.errors import UsageError

EXPECTED = (AccountError, UsageError)
# Our errors' own words, for the catalogue, and the field that each is about ("": the whole form).
FIELDS = {
    N_("identifiant ou mot de passe incorrect"): "",
    N_("ce lien ne vaut plus : il a servi, a été remplacé ou a expiré"): "",
    N_("c'est le dernier compte d'administrateur qui puisse se connecter"): "",
    N_("ce compte n'est pas admis ici"): "",
    N_("ce compte est désactivé"): "",
    N_("trop de connexions sont en cours"): "",
    N_("trop de clés en service"): "key-name",
    N_("le fournisseur d'identité n'a pas confirmé cette connexion"): "",
    N_("aucune clé en service n'a ce numéro"): "",
    N_("cet identifiant est déjà pris"): "login",
    N_("identifiant inutilisable"): "login",
    N_("nom inutilisable"): "name",
    N_("nom de service inutilisable"): "services",
    N_("mot de passe trop court : 12 caractères au moins"): "password",
    N_("mot de passe trop long : 256 caractères au plus"): "password",
    N_("mot de passe trop uniforme"): "password",
    N_("mot de passe parmi les premiers que l'on essaie"): "password",
    N_("nom de clé inutilisable"): "key-name",
    N_("portée de clé inutilisable"): "scope",
    N_("durée de clé inutilisable"): "days",
}
RETRY_SECONDS = 60
DELAYED = N_("trop d'essais : attendez %(seconds)s s")
DIFFERENT = N_("les deux mots de passe ne sont pas les mêmes")
NOT_YOURS = N_("ce n'est pas votre mot de passe actuel")
STATUSES: tuple[tuple[type[AccountError], HTTPStatus], ...] = (
    (LoginRefused, HTTPStatus.FORBIDDEN),
    (NotAdmitted, HTTPStatus.FORBIDDEN),
    (UnknownAccount, HTTPStatus.NOT_FOUND),
    (LastAdministrator, HTTPStatus.CONFLICT),
    (NameTaken, HTTPStatus.CONFLICT),
    (LinkSpent, HTTPStatus.GONE),
    (TooManyKeys, HTTPStatus.CONFLICT),
    (LoginsFull, HTTPStatus.SERVICE_UNAVAILABLE),
    (ProviderFailure, HTTPStatus.BAD_GATEWAY),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """`words` in the person's language, shown as text. `retry`: seconds to wait, 0 for none."""

    words: str
    field: str = ""
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    retry: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """What the response says besides."""
        return {"Retry-After": str(self.retry)} if self.retry else {}


def of_error(error: Exception, language: str) -> Wrong:
    """What one of `EXPECTED` says."""
    assert isinstance(error, EXPECTED)
    if isinstance(error, LoginDelayed):
        said = translations(language).gettext(DELAYED) % {"seconds": error.seconds}
        return Wrong(_sentence(said), "", HTTPStatus.TOO_MANY_REQUESTS, error.seconds)
    words = translations(language).gettext(error.what)
    known = (status for kind, status in STATUSES if isinstance(error, kind))
    status = next(known, HTTPStatus.UNPROCESSABLE_ENTITY)
    retry = RETRY_SECONDS if isinstance(error, LoginsFull) else 0
    return Wrong(_sentence(words), FIELDS.get(error.what, ""), status, retry)


def at(field: str, message: str, language: str, status: int = 422) -> Wrong:
    """A message of ours at a field."""
    return Wrong(_sentence(translations(language).gettext(message)), field, status)


def _sentence(words: str) -> str:
    """Our errors are parts of sentences."""
    return f"{words[:1].upper()}{words[1:]}."
