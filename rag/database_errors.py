"""What databases say when they cannot do something, in our words. Nothing of an address is told.

PostgreSQL's five-character codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError, TimeoutError

from rag.errors import CatalogueBusy, CatalogueError, StorageError

_FULL = ("disk is full", "disk full", "disk i/o error")
_READ_ONLY = ("readonly", "read-only", "unable to open database file")
_AGAIN = "attendez qu'il ait fini, puis relancez la commande"
_SPACE = "libérez de la place, puis relancez la commande"
_SETTINGS = "REFERENT_CATALOGUE_URL ou REFERENT_REGISTRY_URL"
_ASK = "voyez le journal du serveur PostgreSQL"


@dataclass(frozen=True, slots=True)
class _Said:
    """An error of ours; `{named}` stands for the database."""

    kind: type[CatalogueError]
    what: str
    remedy: str


_BUSY = _Said(CatalogueBusy, "un autre processus écrit dans le {named}", _AGAIN)
_DISK = _Said(StorageError, "disque plein : rien n'a été enregistré", _SPACE)
_UNREACHABLE = _Said(
    CatalogueError,
    "le serveur PostgreSQL du {named} ne répond pas, ou refuse la connexion",
    f"vérifiez qu'il est démarré, puis l'adresse, le compte et la base de {_SETTINGS}",
)
_SCHEMA = _Said(
    CatalogueError,
    "cette base ne contient pas le {named} attendu",
    "donnez une base vide, ou restaurez une sauvegarde entière",
)
_SERVER_DISK = _Said(
    StorageError,
    "disque du serveur PostgreSQL plein : rien n'a été enregistré",
    "libérez de la place sur ce serveur, puis relancez la commande",
)
_SERVER_MEMORY = _Said(
    CatalogueError,
    "le serveur PostgreSQL manque de mémoire ou de connexions",
    "donnez-lui-en davantage (`max_connections`), ou fermez d'autres programmes",
)
_RIGHTS = _Said(
    StorageError,
    "ce compte PostgreSQL n'a pas le droit de lire ou d'écrire le {named}",
    "rendez-le propriétaire de la base (`ALTER DATABASE … OWNER TO …`)",
)
_FOLLOWER = _Said(
    StorageError,
    "serveur PostgreSQL en lecture seule",
    f"donnez dans {_SETTINGS} l'adresse du serveur principal, non d'une copie",
)
_SLOW = _Said(
    CatalogueError,
    "le serveur PostgreSQL a interrompu une opération du {named}, trop longue pour lui",
    "augmentez `statement_timeout` pour ce compte",
)
_LONG = _Said(
    CatalogueError,
    "un identifiant, un numéro ou un chemin est trop long pour PostgreSQL (2 700 octets)",
    "raccourcissez-le",
)
_DAMAGED = _Said(CatalogueError, "{named} abîmé", "restaurez une sauvegarde")
# The most precise code first: five characters, or the class that the first two are.
_POSTGRES: tuple[tuple[tuple[str, ...], _Said], ...] = (
    (("55P03", "40P01", "40001", "55006"), _BUSY),
    (("53100", "58030"), _SERVER_DISK),
    (("53",), _SERVER_MEMORY),
    (("25006",), _FOLLOWER),
    (("42501",), _RIGHTS),
    (("57014",), _SLOW),
    (("54000",), _LONG),
    (("42P", "42703", "42704", "42883", "42804", "3F"), _SCHEMA),
    (("08", "28", "3D", "57P"), _UNREACHABLE),
    (("XX",), _DAMAGED),
)


def translate(error: Exception, where: str, named: str) -> CatalogueError:
    """Our error for one of SQLAlchemy's or sqlite3's."""
    said = _of_sqlite(error) if _is_sqlite(error) else _of_postgres(error)
    if said is None:
        return CatalogueError(
            f"{named} illisible : {_words(error)}",
            where=where,
            remedy="restaurez une sauvegarde, ou supprimez ce dossier et ingérez de nouveau",
        )
    return said.kind(said.what.format(named=named), where=where, remedy=said.remedy)


def _is_sqlite(error: Exception) -> bool:
    return isinstance(getattr(error, "orig", error), sqlite3.Error)


def _of_sqlite(error: Exception) -> _Said | None:
    said = _words(error)
    if "locked" in said or "busy" in said:
        return _BUSY
    if any(mark in said for mark in _FULL):
        return _DISK
    if any(mark in said for mark in _READ_ONLY) and isinstance(
        error, OperationalError | sqlite3.OperationalError
    ):
        return _Said(
            StorageError,
            "dossier ou disque en lecture seule",
            "donnez le droit d'y écrire, ou choisissez un autre dossier avec --data",
        )
    return None


def _of_postgres(error: Exception) -> _Said | None:
    if isinstance(error, TimeoutError):  # every connection of this process is in use
        return _SERVER_MEMORY
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    if code is None:  # there is none before the server has answered, nor once it is gone
        return _UNREACHABLE
    return next((said for codes, said in _POSTGRES if code.startswith(codes)), None)


def _words(error: Exception) -> str:
    """What the database says first; PostgreSQL's further lines quote the values of a row."""
    original = getattr(error, "orig", error)
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    return str(primary or original).lower()
