"""Offices made up for the tests of leaks: texts whose every name is a secret, rights, people."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st
from serving import Served, serving
from sqlalchemy import Engine, select

from ingest.pipeline import Ingest, IngestOptions
from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.roles import KEY_PERMISSIONS, PERMISSIONS, Role
from rag.bootstrap import open_parts
from rag.catalogue import schema
from rag.database import reading
from rag.settings import NO_MODEL, Settings

PASSWORD = "cheval agrafe pile juste"
SERVICES = ("voirie", "ecoles", "marches")
STATES = (("2025-01-01", "deux", "words"), ("2026-01-01", "trois", "later"))
PARTS = ("title", "heading", "words", "later", "path", "file", "ident", "service")
LETTERS = ("bdfgklmnprtv", "aou")
WORDS = "recours délai agent usager demande courrier copie guichet maire dossier avis prime".split()
RULES = """---
id: reglement
title: Règlement général
effective: {day}
---
# Règlement général

## Article 1 – Objet

Le présent règlement fixe les règles du guichet et de la demande de copie.

## Article 2 – Recours

Le recours gracieux est formé dans un délai de {delay} mois.
"""
TEXT = """---
id: {ident}
title: Note {title}
effective: {day}
services: [{services}]
---
# Note {title}

## {path}

### Article 2 – {heading}

Le {words} de l'agent est versé {filler}, selon l'article 2 du Règlement général.

### Article {number} – Suite

La demande de {state} est adressée au maire {filler}.
"""
# Two names asked of are not alike to who answers, nor is how sure one is: nothing is refused.
ANY_CONFIDENCE: dict[str, object] = {"min_confidence": 0}


@dataclass(frozen=True)
class Thing:
    """A text by its names, each a secret word of its own. `services` (): for everyone.

    `service`: a service's name that nobody else has, given to it beside those.
    """

    names: dict[str, str]
    number: str
    services: tuple[str, ...] = ()
    filler: str = ""

    def __getattr__(self, name: str) -> str:
        try:
            return self.names[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def readers(self) -> frozenset[str]:
        """The services that read it."""
        return frozenset((*self.services, self.names["service"])) if self.services else frozenset()

    @property
    def secrets(self) -> frozenset[str]:
        """What only its readers know."""
        return frozenset(self.names.values())

    @property
    def full_title(self) -> str:
        """The title as the text has it."""
        return f"Note {self.names['title']}"

    def written(self, day: str, state: str) -> str:
        """Its source at that state."""
        given = {**self.names, "services": ", ".join(sorted(self.readers))}
        return TEXT.format(
            **given, number=self.number, filler=self.filler, day=day, state=self.names[state]
        )


@dataclass(frozen=True)
class Person:
    """Someone with an account; `key`, `session` and `csrf` once the office is open."""

    login: str
    role: Role
    services: frozenset[str]
    key: str = ""
    session: str = ""
    csrf: str = ""

    def may_read(self, thing: Thing) -> bool:
        """True when `thing` is theirs to read."""
        return not thing.readers or bool(thing.readers & self.services)


@dataclass(frozen=True)
class Office:
    """A server over these texts, with these people."""

    served: Served
    things: tuple[Thing, ...]
    people: tuple[Person, ...]
    versions: dict[str, list[str]] = field(default_factory=dict)  # text id → version ids

    def forbidden(self, person: Person) -> list[Thing]:
        """What this person may not learn of."""
        return [thing for thing in self.things if not person.may_read(thing)]


def thing(seed: int, services: Iterable[str] = (), filler: Sequence[str] = ("recours",)) -> Thing:
    """The text of that seed: other seeds share none of its names."""
    dice = random.Random(seed)
    names = {part: _word(dice) for part in PARTS}
    return Thing(names, str(dice.randrange(3000, 9000)), tuple(services), " ".join(filler))


def _word(dice: random.Random) -> str:
    """Thirteen letters that no French word and no other name begins or ends with."""
    return "".join(dice.choice(LETTERS[at % 2]) for at in range(12)) + "k"


@st.composite
def texts(draw: st.DrawFn) -> tuple[Thing, ...]:
    """Two to four texts: open, of one service, of several; at least one is not open."""
    rights = st.lists(st.sampled_from(SERVICES), max_size=2, unique=True)
    given = draw(st.lists(rights, min_size=1, max_size=3))
    given.append(draw(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=2, unique=True)))
    base = draw(st.integers(0, 10**6)) * 10
    filler = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
    return tuple(thing(base + at, each, draw(filler)) for at, each in enumerate(given))


@st.composite
def people(draw: st.DrawFn) -> tuple[Person, ...]:
    """Two people of different roles, each of some services or none."""
    services = st.frozensets(st.sampled_from(SERVICES), max_size=2)
    roles = draw(st.lists(st.sampled_from(Role), min_size=2, max_size=2, unique=True))
    return tuple(Person(role.value, role, draw(services)) for role in roles)


@contextmanager
def office(
    folder: Path, things: Sequence[Thing], people: Sequence[Person], **more: object
) -> Iterator[Office]:
    """The office, open."""
    data = folder / "data"
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        for day, delay, state in STATES:
            sources = folder / day
            sources.mkdir(parents=True)
            rules = sources / "reglement.md"
            rules.write_text(RULES.format(day=day, delay=delay), "utf-8")
            for each in things:
                (sources / f"{each.names['file']}.md").write_text(each.written(day, state), "utf-8")
            assert not Ingest(parts, IngestOptions()).run([sources]).failures
        accounts = Accounts(parts.registry, chosen)
        known = tuple(welcomed(accounts, person) for person in people)
        versions = _versions(parts.catalogue)
    with serving(data, **more) as served:
        yield Office(served, tuple(things), known, versions)


def welcomed(accounts: Accounts, person: Person) -> Person:
    """The person with an account, a key and a session."""
    administration = Administration(accounts.store)
    _, link = administration.add(person.login, "", person.role, person.services)
    opened = accounts.accept(link, PASSWORD)
    identity = accounts.caller_of_session(opened.token)
    assert identity is not None
    scope = PERMISSIONS[person.role] & KEY_PERMISSIONS
    key, _ = administration.create_key(person.login, "essai", scope, 30)
    return Person(person.login, person.role, person.services, key, opened.token, identity.csrf)


def _versions(engine: Engine) -> dict[str, list[str]]:
    query = select(schema.articles.c.text_id, schema.versions.c.version_id).select_from(
        schema.versions.join(schema.articles)
    )
    found: dict[str, list[str]] = {}
    with reading(engine) as connection:
        for text_id, version_id in connection.execute(query.order_by(schema.versions.c.version_id)):
            found.setdefault(text_id, []).append(version_id)
    return found


_OCCASION = (
    (re.compile(r'"timings": ?\{[^{}]*\}'), '"timings": {}'),
    (re.compile(r"\b[0-9a-f]{32}\b"), "{id}"),
    (re.compile(r"\be[0-9a-f]{8}\b"), "{key}"),
    (re.compile(r"-[0-9a-f]{12}\b"), "-{words}"),  # the end of a version's id, as it was asked
    (re.compile(r'"created": ?[0-9]+'), '"created": 0'),
    (re.compile(r"[0-9]+(?:[.,][0-9]+)?[\s  ]m?s\b"), "{duration}"),
)


def lasting(body: str) -> str:
    """A response without what differs each time it is given."""
    for pattern, instead in _OCCASION:
        body = pattern.sub(instead, body)
    return body
