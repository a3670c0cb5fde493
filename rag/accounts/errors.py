"""What accounts refuse; under `rag.errors.ReferentError`.

AccountError             something about an account
├── LoginRefused         not this login and password; never says which is wrong
├── LoginDelayed         too many attempts: wait `seconds`
├── LoginsFull           too many logins are under way, from wherever
├── WeakPassword         a password that would be guessed
├── LinkSpent            a one-time link that is unknown, used, replaced or expired
├── UnknownAccount       no such person or key
├── TooManyKeys          a person has as many keys in force as one may
├── NameTaken            another person has this login
├── LastAdministrator    nobody else could administer any more
├── NotAdmitted          whom an identity provider vouches for, but who has no rights here
└── ProviderFailure      the identity provider did not confirm a login
"""

from __future__ import annotations

from rag.errors import ReferentError


class AccountError(ReferentError):
    """Something about an account."""


class LoginRefused(AccountError):
    """Not this login and password; never says which is wrong."""

    def __init__(self) -> None:
        super().__init__(
            "identifiant ou mot de passe incorrect",
            remedy="vérifiez-les, ou demandez un nouveau lien à un administrateur",
        )


class LoginDelayed(AccountError):
    """Too many attempts: wait `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"trop d'essais : attendez {seconds} s", remedy="réessayez après ce délai")
        self.seconds = seconds


class LoginsFull(AccountError):
    """Too many logins are under way, from wherever."""

    def __init__(self) -> None:
        super().__init__(
            "trop de connexions sont en cours", remedy="réessayez dans quelques minutes"
        )


class WeakPassword(AccountError):
    """A password that would be guessed."""

    def __init__(self, what: str) -> None:
        super().__init__(what, remedy="choisissez par exemple quatre mots sans rapport entre eux")


class LinkSpent(AccountError):
    """A one-time link that is unknown, used, replaced or expired."""

    def __init__(self) -> None:
        super().__init__(
            "ce lien ne vaut plus : il a servi, a été remplacé ou a expiré",
            remedy="demandez-en un nouveau à un administrateur",
        )


class UnknownAccount(AccountError):
    """No such person or key."""


class TooManyKeys(AccountError):
    """A person has as many keys in force as one may."""

    def __init__(self, most: int) -> None:
        super().__init__(
            "trop de clés en service", where=f"{most} au plus", remedy="révoquez-en une"
        )


class NameTaken(AccountError):
    """Another person has this login."""

    def __init__(self, login: str) -> None:
        super().__init__(
            "cet identifiant est déjà pris", where=login, remedy="choisissez-en un autre"
        )


class LastAdministrator(AccountError):
    """Nobody else could administer any more."""

    def __init__(self, login: str) -> None:
        super().__init__(
            "c'est le dernier compte d'administrateur qui puisse se connecter",
            where=login,
            remedy="donnez d'abord ce rôle à quelqu'un d'autre",
        )


class NotAdmitted(AccountError):
    """Whom an identity provider vouches for, but who has no rights here."""

    def __init__(self) -> None:
        super().__init__(
            "ce compte n'est pas admis ici",
            remedy="demandez à un administrateur d'y être inscrit",
        )


class ProviderFailure(AccountError):
    """The identity provider did not confirm a login; `why` is for the server's log."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "le fournisseur d'identité n'a pas confirmé cette connexion",
            remedy="recommencez ; si cela dure, prévenez un administrateur",
        )
        self.why = why
