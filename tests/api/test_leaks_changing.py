"""What is taken back is taken back from the first request after it, and from answers under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import fake_ollama as ollama
import httpx
import pytest
from fake_model import Behaviour, Json, number_of
from fake_ollama import FakeOllama
from leaks_asks import EVENTS, Ask, tool
from leaks_world import ANY_CONFIDENCE, Office, Person, office, thing, welcomed
from model_doors import MODEL

from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.roles import Role
from rag.bootstrap import Parts, open_parts
from rag.catalogue.rights import set_services
from rag.database import writing
from rag.settings import NO_MODEL, Settings

pytestmark = pytest.mark.slow
TURNS = 4  # taken away and given back
PAUSE = 0.25  # seconds between two changes
HELD = thing(11, ["voirie"], ["copie"])
READER = Person("lectrice", Role.LEGAL, frozenset({"voirie"}))
OTHER = Person("autre", Role.LEGAL, frozenset({"ecoles"}))


@dataclass
class Change:
    """Something that takes `HELD` away from the reader, and gives it back."""

    administration: Administration
    parts: Parts

    def text(self, *, back: bool) -> None:
        with writing(self.parts.catalogue, "test") as connection:
            readers = HELD.readers if back else ["marches"]
            assert set_services(connection, HELD.ident, readers)

    def service(self, *, back: bool) -> None:
        self.administration.set_services(READER.login, READER.services if back else [])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("changing")
    with office(folder, [HELD], [READER, OTHER], **ANY_CONFIDENCE) as made:
        yield made


@pytest.fixture
def change(opened: Office) -> Iterator[Change]:
    with changing(opened) as made:
        yield made


@contextmanager
def changing(opened: Office) -> Iterator[Change]:
    """What an administrator does beside the server."""
    chosen = Settings(data=opened.served.data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        yield Change(Administration(Accounts(parts.registry, chosen).store), parts)


QUESTION = f"Où la demande de {HELD.later} est-elle adressée ?"
_ASKED = {"question": QUESTION}
_CHAT = {"messages": [{"role": "user", "content": QUESTION}]}
ASKS = (
    Ask(("POST", "/v1/search"), "/v1/search", more={"json": _ASKED}),
    Ask(("POST", "/v1/ask"), "/v1/ask", more={"json": _ASKED}),
    Ask(("POST", "/v1/ask"), "/v1/ask", headers=EVENTS, more={"json": _ASKED}),
    Ask(("POST", "/v1/chat/completions"), "/v1/chat/completions", more={"json": _CHAT}),
    Ask(("GET", "/v1/texts"), "/v1/texts"),
    Ask(("GET", "/v1/articles"), f"/v1/articles/{HELD.ident}%232"),
    Ask(("GET", "/v1/articles"), "/v1/articles/reglement%232"),
    Ask(("GET", "/v1/changes"), "/v1/changes?since=2020-01-01"),
    Ask(("POST", "/ask"), "/ask", True, more={"data": _ASKED}),
    Ask(("POST", "/ask/stream"), "/ask/stream", True, EVENTS, {"data": _ASKED}),
    Ask(("GET", "/texts"), f"/texts?q={HELD.title}", True),
    Ask(("GET", "/articles"), "/articles/reglement%232", True),
    tool("ask", question=QUESTION),
    tool("article", reference=f"{HELD.ident}#{HELD.number}"),
)


@dataclass(frozen=True)
class Told:
    """An answer, when it was asked and when it came. Seconds of one clock."""

    ask: Ask
    began: float
    ended: float
    leaks: bool
    status: int


@dataclass
class Asking:
    """Asks all the time, in threads of its own."""

    opened: Office
    person: Person
    told: list[Told] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going(self, threads: int = 2) -> Iterator[None]:
        """While this is open."""
        workers = [
            threading.Thread(target=self._run, args=(ASKS[at::threads],)) for at in range(threads)
        ]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            self._stop.set()
            for worker in workers:
                worker.join()

    def _run(self, asks: Sequence[Ask]) -> None:
        base = self.opened.served.everyone.base_url
        with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
            while not self._stop.is_set():
                for ask in asks:
                    began = time.perf_counter()
                    response = ask.send(client, self.person)
                    ended = time.perf_counter()
                    leaks = any(name in response.text for name in ask.hidden(HELD))
                    self.told.append(Told(ask, began, ended, leaks, response.status_code))

    def within(self, start: float, end: float) -> list[Told]:
        """What was asked and answered between two moments."""
        return [each for each in self.told if each.began >= start and each.ended <= end]


def change_of(change: Change, name: str) -> Callable[..., None]:
    made: Callable[..., None] = getattr(change, name)
    return made


@pytest.mark.parametrize("what", ["text", "service"])
def test_from_the_first_request_after_it_nothing_comes_out(
    opened: Office, change: Change, what: str
) -> None:
    does, closed, asking = change_of(change, what), [], Asking(opened, opened.people[0])
    with asking.going():
        for _ in range(TURNS):
            time.sleep(PAUSE)
            does(back=False)
            since = time.perf_counter()
            time.sleep(PAUSE)
            closed.append((since, time.perf_counter()))
            does(back=True)
    shut = [told for span in closed for told in asking.within(*span)]
    assert not [told for told in shut if told.leaks]
    assert all(told.status < 500 for told in asking.told)
    assert len(shut) > TURNS and any(told.leaks for told in asking.told)


@pytest.mark.parametrize("what", ["key", "account"])
def test_who_is_shut_out_is_out_at_once(opened: Office, change: Change, what: str) -> None:
    accounts = Accounts(change.parts.registry, change.parts.settings)
    leaving = Person(f"partante-{what}", Role.LEGAL, frozenset({"voirie"}))
    person = welcomed(accounts, leaving)
    asking = Asking(opened, person)
    with asking.going():
        time.sleep(PAUSE)
        if what == "key":
            (key,) = change.administration.keys_of(person.login)
            change.administration.revoke_key(key.key_id)
        else:
            change.administration.disable(person.login)
        since = time.perf_counter()
        time.sleep(2 * PAUSE)
    after = [
        told
        for told in asking.within(since, float("inf"))
        if what == "account" or not told.ask.page
    ]
    assert after and all(told.status in (401, 303) and not told.leaks for told in after)
    assert any(told.leaks for told in asking.told)


def test_old_conversations_are_withheld(opened: Office, change: Change) -> None:
    client, reader = opened.served.everyone, opened.people[0]
    written = Ask(("POST", "/ask"), "/ask", True, more={"data": _ASKED}).send(client, reader)
    kept = Ask(("GET", "/conversations"), written.url.path, True)
    every = Ask(("GET", "/conversations"), "/conversations", True)
    apart = {HELD.later}  # of the question, which is the reader's own
    for take in (change.text, change.service):
        assert HELD.title in kept.send(client, reader).text
        take(back=False)
        for ask in (kept, every):
            told = ask.send(client, reader).text
            assert not [name for name in HELD.secrets - apart if name in told]
        take(back=True)


# The cache


def test_an_answer_is_kept_for_those_who_read_the_same(opened: Office) -> None:
    reader, other = opened.people
    client, asked = opened.served.everyone, {"question": f"{QUESTION} Merci."}
    ask = Ask(("POST", "/v1/ask"), "/v1/ask", more={"json": asked})
    first = ask.send(client, reader).json()
    for _ in range(20):  # what the tests before changed may still be on its way to the index
        again = ask.send(client, reader).json()
        if again["cached"]:
            break
        time.sleep(0.1)
    assert not first["cached"] and again["cached"] and HELD.ident in repr(again)
    for each in (ask, *ASKS):
        response = each.send(client, other)
        assert not [name for name in each.hidden(HELD) if name in response.text]
        assert '"cached": true' not in response.text or each is not ask


def test_parts_of_pages_are_kept_by_nobody(opened: Office) -> None:
    """What a browser or a proxy keeps, somebody else may see."""
    for ask in ASKS:
        if ask.page:
            response = ask.send(opened.served.everyone, opened.people[0])
            assert response.headers["cache-control"] == "no-store", ask


# Answers under way

LONG = "Où la demande est-elle adressée au maire, et quel est le délai du recours gracieux ?"
_LONG = {"question": LONG, "model": MODEL}
_LONG_CHAT = {"model": MODEL, "messages": [{"role": "user", "content": LONG}]}
UNDER_WAY = (
    Ask(("POST", "/v1/ask"), "/v1/ask", more={"json": _LONG}),
    Ask(("POST", "/v1/ask"), "/v1/ask", headers=EVENTS, more={"json": _LONG}),
    Ask(("POST", "/v1/chat/completions"), "/v1/chat/completions", more={"json": _LONG_CHAT}),
    Ask(("POST", "/ask"), "/ask", True, more={"data": _LONG}),
    Ask(("POST", "/ask/stream"), "/ask/stream", True, EVENTS, {"data": _LONG}),
    tool("ask", **_LONG),
)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOllama]:
    with ollama.serving() as running:
        yield running


@pytest.fixture(scope="module")
def written(
    fake: FakeOllama, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, Change]]:
    """An office with a model."""
    folder = tmp_path_factory.mktemp("written")
    more = {"model_url": fake.url, "model_silence_timeout": 20.0, "serve_cache": 0}
    more |= ANY_CONFIDENCE
    with office(folder, [HELD], [READER], **more) as made, changing(made) as change:
        yield made, change


@pytest.mark.parametrize("ask", UNDER_WAY, ids=lambda ask: ask.path)
def test_a_text_withdrawn_in_mid_answer_is_not_in_the_answer(
    written: tuple[Office, Change], fake: FakeOllama, ask: Ask
) -> None:
    opened, change = written
    settle(opened)
    fake.models[MODEL] = citing_both(lambda: None)
    assert HELD.later in final(ask, opened)
    fake.models[MODEL] = citing_both(lambda: change.text(back=False))
    told = final(ask, opened)
    change.text(back=True)
    # A conversation shows a turn while all that it was written from may be read.
    assert ("trois mois" in told) == (ask.path != "/ask")
    assert not [name for name in HELD.secrets if name in told]


def settle(opened: Office) -> None:
    """Wait until the index has taken what the test before gave back."""
    until = time.monotonic() + 2
    while opened.served.everyone.get("/health/ready").json()["index"]["pending"]:
        assert time.monotonic() < until
        time.sleep(0.02)


def citing_both(then: Callable[[], None]) -> Behaviour:
    """A model that cites `HELD`, then what everyone reads; something happens in between."""

    def behave(request: Json) -> Iterator[str]:
        held, rules = number_of(request, HELD.later), number_of(request, "recours gracieux")
        yield f"La demande de {HELD.later} est adressée au maire [{held}]. "
        yield "Le recours "
        then()
        yield f"gracieux est formé dans un délai de trois mois [{rules}]. "

    return behave


def final(ask: Ask, opened: Office) -> str:
    """The answer, without what was sent while it was written."""
    response = ask.send(opened.served.everyone, opened.people[0])
    assert response.status_code == 200, response.text
    if "event-stream" in response.headers["content-type"] and ask.route[1] != "/mcp":
        return response.text.strip().split("\n\n")[-1]
    return response.text
