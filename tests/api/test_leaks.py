"""What a person may not read cannot be told from what does not exist, through any door."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from difflib import ndiff
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from leaks_asks import APART, RIGHTS_PAGES, Ask, about, asked_elsewhere, at_large
from leaks_world import (
    ANY_CONFIDENCE,
    Office,
    Person,
    Thing,
    lasting,
    office,
    people,
    texts,
    thing,
)

from api.rules import RULES
from rag.accounts.roles import Role

pytestmark = pytest.mark.slow
Shape = tuple[int, dict[str, str], str]  # status, headers, body
SAMPLE = 16  # of the 170 ways to ask about a text, for each person and text of a random office
DESK = "/administration/"  # entries, moments, and titles for who gives rights
GHOSTS = 7 * 10**7  # seeds from there on are of texts that do not exist
STATE_PAGE = "/administration/etat"  # shows the settings, the data folder among them


def test_every_route_is_asked_or_says_why_not() -> None:
    versions = ["x#2@2026-01-01-0123456789ab"]
    asked = {ask.route for ask in (*about(thing(1), versions), *at_large())}
    assert not asked & APART.keys()
    assert asked | asked_elsewhere() == RULES.keys()


@given(texts(), people(), st.integers(0, 10**6))
@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],  # making a smaller office takes minutes and tells no more
    suppress_health_check=list(HealthCheck),
)
def test_nothing_tells_of_a_text_that_is_not_theirs(
    things: tuple[Thing, ...], known: tuple[Person, ...], seed: int
) -> None:
    with (
        TemporaryDirectory() as folder,
        office(Path(folder), things, known, **ANY_CONFIDENCE) as opened,
    ):
        dice = random.Random(seed)
        for person in opened.people:
            check_read(opened, person)
            check_silent(opened, person, at_large())
            for hidden in opened.forbidden(person):
                ghost = thing(GHOSTS + opened.things.index(hidden))
                asks = list(about(hidden, opened.versions[hidden.ident]))
                check_unknown(opened, person, hidden, ghost, dice, asks)


def check_read(opened: Office, person: Person) -> None:
    """What is theirs is found: a server that gives nothing would keep every secret."""
    client, headers = opened.served.everyone, {"Authorization": f"Bearer {person.key}"}
    for each in opened.things:
        asked = {"question": f"{each.later} adressée", "services": []}
        found = client.post("/v1/search", json=asked, headers=headers).text
        assert (each.ident in found) == person.may_read(each)


def check_silent(opened: Office, person: Person, asks: Iterator[Ask]) -> None:
    """No answer holds a name of what is not theirs."""
    for ask in asks:
        silent(opened, person, ask, ask.send(opened.served.everyone, person))


def silent(opened: Office, person: Person, ask: Ask, response: httpx.Response) -> None:
    """This answer does not; nor does it show the server's inside."""
    told = f"{response.headers} {response.text}".casefold()
    for hidden in opened.forbidden(person):
        leaked = [name for name in ask.hidden(hidden) if name in told]
        assert not leaked, f"{person} {ask}: {leaked} of {hidden} in {response.text}"
    assert response.status_code < 500, f"{person} {ask}: {response.text}"
    assert "Traceback" not in response.text
    if ask.route[1] != STATE_PAGE:
        assert str(opened.served.data) not in response.text


def check_unknown(
    opened: Office,
    person: Person,
    hidden: Thing,
    ghost: Thing,
    dice: random.Random,
    asks: Sequence[Ask],
) -> None:
    """It is answered about `hidden` as about `ghost`, which does not exist."""
    versions = [as_of_ghost(v, hidden, ghost) for v in opened.versions[hidden.ident]]
    pairs = list(zip(asks, about(ghost, versions), strict=True))
    for ask, instead in dice.sample(pairs, min(SAMPLE, len(pairs))):
        alike(opened, person, hidden, ghost, (ask, instead))


def alike(
    opened: Office, person: Person, hidden: Thing, ghost: Thing, pair: tuple[Ask, Ask]
) -> None:
    """The same status, headers and body but for the names asked."""
    first, second = (ask.send(opened.served.everyone, person) for ask in pair)
    silent(opened, person, pair[0], first)
    if pair[0].route[1] in RIGHTS_PAGES:
        return
    told, instead = shape(first, hidden), shape(second, ghost)
    assert told == instead, f"{person} {pair[0]}: {list(differences(told, instead))}"


def differences(first: Shape, second: Shape) -> Iterator[str]:
    """Where two differ, for the message of a failure."""
    for one, other in zip(map(str, first), map(str, second), strict=True):
        yield from (line for line in ndiff(_cut(one), _cut(other)) if line[0] != " ")


def _cut(words: str) -> list[str]:
    return words.replace(",", ",\n").splitlines()


def shape(response: httpx.Response, named: Thing | None = None) -> Shape:
    """A response without what differs each time, the names of `named` made anyone's."""
    apart = {"date", "content-length"}
    headers = {name: value for name, value in response.headers.items() if name not in apart}
    body = lasting(response.text)
    if named:  # it weighs the words asked, and those are other names; `twins` compares it
        body = re.sub(r'(confidence\\*": ?)[0-9.e-]+', r"\1{}", body)
    names = {**named.names, "number": named.number} if named else {}
    for part, name in names.items():
        for spelled in (name, name.upper()):
            body = body.replace(spelled, f"{{{part}}}")
    return response.status_code, headers, body


def as_of_ghost(version_id: str, hidden: Thing, ghost: Thing) -> str:
    """An id that `ghost` could have."""
    made = version_id.replace(hidden.ident, ghost.ident).replace(hidden.number, ghost.number)
    return made[:-4] + made[:-5:-1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with an open text and one of a service, where each role has another service."""
    things = (thing(1), thing(2, ["voirie"], ["copie"]))
    known = [Person(role.value, role, frozenset({"ecoles"})) for role in Role]
    folder = tmp_path_factory.mktemp("whole")
    with office(folder, things, known, serve_cache=0, **ANY_CONFIDENCE) as opened:
        yield opened


@pytest.mark.parametrize("role", list(Role))
def test_every_way_of_asking(whole: Office, role: Role) -> None:
    person = next(each for each in whole.people if each.role is role)
    hidden, ghost = whole.things[1], thing(GHOSTS + list(Role).index(role))
    versions = whole.versions[hidden.ident]
    others = [as_of_ghost(version, hidden, ghost) for version in versions]
    for pair in zip(about(hidden, versions), about(ghost, others), strict=True):
        alike(whole, person, hidden, ghost, pair)


# The same office with and without a text that nobody there may read


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    """Two offices; in the first there is one text more, whose title an open text has in its words
    in other letters, and which cites what everyone reads."""
    hidden = thing(2, ["voirie"], ["copie", "recours"])
    naming = thing(1, (), [f"selon l'article 2 de la NOTE {hidden.title.upper()}"])
    known = [Person(role.value, role, frozenset({"ecoles"})) for role in Role]
    folder = tmp_path_factory.mktemp("twins")
    with (
        office(folder / "with", (naming, hidden), known, serve_cache=0) as first,
        office(folder / "without", (naming,), known, serve_cache=0) as second,
    ):
        yield first, second


@pytest.mark.parametrize("role", list(Role))
def test_all_is_as_if_it_were_not_there(twins: tuple[Office, Office], role: Role) -> None:
    for ask in asks_of_all(twins[0]):
        if not ranks(ask):
            one, other = (plain(each, ask, role) for each in twins)
            assert one == other, f"{role} {ask}: {list(differences(one, other))}"


def test_what_is_ranked_is_as_if_it_were_not_there(twins: tuple[Office, Office]) -> None:
    for ask in filter(ranks, asks_of_all(twins[0])):
        assert plain(twins[0], ask, Role.AGENT) == plain(twins[1], ask, Role.AGENT)


def asks_of_all(opened: Office) -> Iterator[Ask]:
    """Everything but the desk, whose entries and moments differ, one's own keys, and removals."""
    naming = opened.things[0]
    for ask in (*at_large(), *about(naming, opened.versions[naming.ident])):
        apart = ask.route[1].startswith((DESK, "/compte"))
        if not apart and ask.route != ("POST", "/mises-a-jour/retirer"):
            yield ask


def ranks(ask: Ask) -> bool:
    """True when its answer holds what the index ranked."""
    said = ask.says()
    asks = any(word in said for word in ('"question"', '"messages"', '"q":', "q="))
    return asks and ask.route[1] != "/"


def plain(opened: Office, ask: Ask, role: Role) -> Shape:
    """The answer to somebody of that role, without what is theirs or of the occasion."""
    person = next(each for each in opened.people if each.role is role)
    response = ask.send(opened.served.everyone, person)
    status, headers, body = shape(response)
    if ask.route[1] == "/metrics":  # the others count requests and their times
        lines = body.splitlines()
        body = "\n".join(line for line in lines if "catalogue" in line or "index" in line)
    return status, headers, body.replace(person.csrf, "")
