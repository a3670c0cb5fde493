"""`referent people` and `referent keys`: accounts, managed by whoever owns the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.folder import Data, Json, clean
from rag.accounts.roles import KEY_PERMISSIONS, Permission, Role
from rag.types import service_names

if TYPE_CHECKING:
    from api.recording import Recorder
    from rag.accounts.administration import Administration
    from rag.accounts.keys import Key
    from rag.accounts.people import Person
    from rag.bootstrap import Parts

WELCOME = "/bienvenue/"  # the page where a one-time link leads
KEY_DAYS = 90

people = typer.Typer(
    name="people", help="Gérer les personnes, leurs rôles et leurs services.", no_args_is_help=True
)
keys = typer.Typer(name="keys", help="Gérer les clés d'API.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Identifiant de la personne.")]
Services = Annotated[
    list[str] | None,
    typer.Option("--service", metavar="NAME", help="Service de la personne (répétable)."),
]
RoleOption = Annotated[Role, typer.Option("--role", help="Ce que la personne peut faire.")]


@contextmanager
def _administration(data: Data) -> Iterator[Administration]:
    with _parts(data) as parts:
        yield _over(parts)


@contextmanager
def _recorded(data: Data) -> Iterator[tuple[Administration, Recorder]]:
    """For what changes something: the journal learns of it."""
    from api import recording

    with _parts(data) as parts:
        yield _over(parts), recording.alone(parts)


def _parts(data: Data) -> AbstractContextManager[Parts]:
    from rag import settings
    from rag.bootstrap import open_parts

    return open_parts(settings.load(data))


def _over(parts: Parts) -> Administration:
    from rag.accounts.administration import Administration
    from rag.accounts.store import Store

    return Administration(Store(parts.registry), parts.settings.keys_per_person)


@people.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", metavar="NOM", help="Nom affiché.")] = "",
    role: RoleOption = Role.AGENT,
    service: Services = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Créer un compte ; affiche le lien, à usage unique, pour choisir un mot de passe."""
    given = [clean(each) for each in service or ()]
    with _recorded(data) as (administration, recorder):
        rights = {"role": str(role), "services": sorted(service_names(given))}
        tell = recorder.tells("person-added", rights=rights)
        person, token = administration.add(clean(login), clean(name), role, given, tell)
    _say_person(person, json, token)


@people.command("list")
def list_people(data: Data = None, json: Json = False) -> None:
    """Lister les personnes."""
    from api import terminal

    with _administration(data) as administration:
        found = administration.people()
    if json:
        terminal.print_json({"people": [person_shape(person) for person in found]})
        return
    columns = ("identifiant", "nom", "rôle", "services", "état")
    terminal.print_table("", columns, [_row(person) for person in found])


@people.command("disable")
def disable(
    login: Login,
    undo: Annotated[bool, typer.Option("--undo", help="Rouvrir le compte.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Désactiver un compte : ses sessions et ses clés ne valent plus dès la requête suivante."""
    with _recorded(data) as (administration, recorder):
        tell = recorder.tells("enabled" if undo else "disabled")
        person = administration.disable(clean(login), disabled=not undo, tell=tell)
    _say_person(person, json)


@people.command("services")
def services(
    login: Login,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]…", help="Ses services ; sinon aucun.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Dire de quels services est une personne, à la place des précédents."""
    with _recorded(data) as (administration, recorder):
        given = [clean(name) for name in names or ()]
        tell = recorder.tells("rights", rights={"services": sorted(service_names(given))})
        person = administration.set_services(clean(login), given, tell)
    _say_person(person, json)


@people.command("role")
def set_role(
    login: Login,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="Ce que la personne peut faire.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Changer le rôle d'une personne."""
    with _recorded(data) as (administration, recorder):
        tell = recorder.tells("rights", rights={"role": str(role)})
        person = administration.set_role(clean(login), role, tell)
    _say_person(person, json)


@people.command("password-link")
def password_link(login: Login, data: Data = None, json: Json = False) -> None:
    """Donner un lien, à usage unique, pour choisir un nouveau mot de passe."""
    with _recorded(data) as (administration, recorder):
        tell = recorder.tells("password-link")
        person, token = administration.password_link(clean(login), tell)
    _say_person(person, json, token)


@keys.command("create")
def create(
    login: Login,
    name: Annotated[str, typer.Argument(metavar="NAME", help="À quoi sert la clé.")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            metavar="RIGHT",
            help=f"Un droit (répétable) : {', '.join(sorted(KEY_PERMISSIONS))}.",
        ),
    ],
    days: Annotated[int, typer.Option("--days", help="Durée en jours, 366 au plus.")] = KEY_DAYS,
    data: Data = None,
    json: Json = False,
) -> None:
    """Créer une clé d'API pour une personne ; elle n'est affichée qu'une fois."""
    from api import terminal

    with _recorded(data) as (administration, recorder):
        rights = [_right(each) for each in scope]
        tell = recorder.tells("key-created", scope=sorted(set(rights)))
        secret, key = administration.create_key(clean(login), clean(name), rights, days, tell)
    if json:
        terminal.print_json({**key_shape(key), "key": secret})
        return
    terminal.out().print(
        terminal.styled(f"{secret}\nÀ garder maintenant : cette clé ne sera plus affichée.")
    )


@keys.command("list")
def list_keys(
    login: Annotated[str, typer.Argument(metavar="[LOGIN]", help="D'une seule personne.")] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Lister les clés, sans les clés elles-mêmes."""
    from api import terminal

    with _administration(data) as administration:
        found = administration.keys_of(clean(login) or None)
    if json:
        terminal.print_json({"keys": [key_shape(key) for key in found]})
        return
    columns = ("numéro", "personne", "usage", "portée", "expire", "dernier usage", "état")
    terminal.print_table("", columns, [_key_row(key_shape(key)) for key in found])


@keys.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Numéro de la clé.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Révoquer une clé : elle n'ouvre plus rien dès la requête suivante."""
    from api import terminal

    with _recorded(data) as (administration, recorder):
        administration.revoke_key(clean(key_id), tell=recorder.tells("key-revoked"))
    if json:
        terminal.print_json({"revoked": key_id})
    else:
        terminal.out().print(terminal.styled(f"Clé {key_id} révoquée."))


def _right(name: str) -> Permission:
    try:
        return Permission(name)
    except ValueError as error:
        raise typer.BadParameter(
            f"{clean(name)} n'est pas un droit", param_hint="--scope"
        ) from error


def person_shape(person: Person) -> dict[str, Any]:
    """A person as JSON; nothing that opens anything."""
    return {
        "login": person.login,
        "name": person.name,
        "role": str(person.role),
        "services": sorted(person.services),
        "disabled": person.disabled,
        "created": _moment(person.created),
    }


def key_shape(key: Key) -> dict[str, Any]:
    """What is known of a key, as JSON."""
    return {
        "key_id": key.key_id,
        "login": key.login,
        "name": key.name,
        "scope": sorted(key.permissions),
        "created": _moment(key.created),
        "expires": _moment(key.expires),
        "last_used": key.last_used.isoformat() if key.last_used else None,
        "revoked": _moment(key.revoked) if key.revoked is not None else None,
    }


def _say_person(person: Person, json: bool, token: str = "") -> None:
    from api import terminal

    link = {"link": WELCOME + token} if token else {}
    if json:
        terminal.print_json({**person_shape(person), **link})
        return
    terminal.print_table("", (), [_row(person)])
    if token:
        said = f"Lien à usage unique, valable 24 h, à la suite de l'adresse du serveur :\n{WELCOME}"
        terminal.out().print(terminal.styled(said + token))


def _row(person: Person) -> tuple[str, ...]:
    state = "désactivé" if person.disabled else "actif"
    services = ", ".join(sorted(person.services))
    return (person.login, person.name, str(person.role), services, state)


def _key_row(shape: dict[str, Any]) -> tuple[str, ...]:
    state = "révoquée" if shape["revoked"] else "en service"
    return (
        shape["key_id"],
        shape["login"],
        shape["name"],
        ", ".join(shape["scope"]),
        shape["expires"][:10],
        shape["last_used"] or "",
        state,
    )


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
