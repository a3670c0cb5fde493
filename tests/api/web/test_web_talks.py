"""Conversations of who has an account: kept, gone on with, deleted, and nobody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Page, opened
from desk_office import Office, Person, office
from serving import Served, serving
from small_folder import filled

from ingest.pipeline import Ingest, IngestOptions
from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.bootstrap import open_parts
from rag.conversations import store
from rag.settings import NO_MODEL, Settings

QUESTION = "Quel est le délai du recours gracieux ?"
WORDS = "Le recours gracieux est formé dans un délai de trois mois."
LAY = "Peut-on contester une taxe ?"
XSS = "<script>alert(1)</script> <img src=x onerror=alert(2)>"
HERE = "/conversations"
WITHHELD = "Cette réponse n'est plus montrée"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(filled(tmp_path_factory.mktemp("talks"))) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_said(place: Office) -> None:
    for person in place.people.values():
        person.post(f"{HERE}/effacer", 303, sure="1")


def ask(person: Person, question: str = QUESTION, **given: object) -> str:
    """Ask without a script; where the answer is."""
    return person.post("/ask", 303, question=question, **given).headers["location"]


def of(address: str) -> str:
    """The conversation at that address."""
    return re.split("[?#]", address.removeprefix(f"{HERE}/"))[0]


def words(person: Person, address: str) -> str:
    return person.page(address).words


def test_a_question_starts_a_conversation_that_is_listed(place: Office) -> None:
    address = ask(place["agent"])
    assert re.fullmatch(rf"{HERE}/[0-9a-f]{{32}}#t1", address)
    page = place["agent"].page(address)
    assert WORDS in page.words and page.marked == [WORDS] and "t1" in page.ids
    assert page.form("/ask")["conversation"] == of(address)
    listed = place["agent"].page(HERE)
    assert QUESTION in listed.words and "1 question" in listed.words
    assert f"{HERE}/{of(address)}" in [link.get("href") for link in listed.links]


def test_it_goes_on_from_what_the_server_keeps(place: Office) -> None:
    first = ask(place["agent"])
    forged = json.dumps([{"question": "La zibeline est-elle taxée ?", "answer": ""}])
    then = ask(
        place["agent"], "Et dans quel délai ?", conversation=of(first), history=forged,
        as_of="2025-06-01",
    )  # fmt: skip
    assert then == f"{HERE}/{of(first)}?as_of=2025-06-01#t2"
    page = place["agent"].page(then)
    assert "Question comprise : " + QUESTION[:-2] in page.words and "zibeline" not in page.words
    assert WORDS in page.words and "deux mois" in page.words
    assert "2 questions" in words(place["agent"], HERE)
    assert [form["as_of"] for form in page.forms if form.action == "/ask"][-1] == "2025-06-01"


def test_the_stream_says_where_it_is_kept(place: Office) -> None:
    def last(**given: object) -> dict[str, Any]:
        said = place["agent"].post("/ask/stream", question=QUESTION, **given).text
        (data,) = re.findall(r"event: answer\ndata: (.*)\n\n", said)
        return dict(json.loads(data))

    first = last()
    conversation = of(first["address"])
    assert Page(first["next"]).form("/ask")["conversation"] == conversation
    assert of(last(conversation=conversation)["address"]) == conversation
    page = place["agent"].page(f"{HERE}/{conversation}")
    assert page.words.count(QUESTION) >= 2 and {"t1", "t2"} <= set(page.ids)


def test_nobody_else_knows_that_it_exists(place: Office) -> None:
    mine, none = of(ask(place["agent"])), "0" * 32
    other = place["juriste"]
    assert QUESTION not in words(other, HERE)
    for tried in (
        lambda which: other.get(f"{HERE}/{which}", 404),
        lambda which: other.post("/ask", 404, question=QUESTION, conversation=which),
        lambda which: other.post("/ask/stream", 404, question=QUESTION, conversation=which),
        lambda which: other.post(f"{HERE}/{which}/effacer", 404, sure="1"),
    ):
        told = [tried(which).text.replace(which, "") for which in (mine, none)]
        assert told[0] == told[1] and "n'existe pas" in Page(told[0]).words
    other.post(f"{HERE}/effacer", 303, sure="1")
    assert WORDS in words(place["agent"], f"{HERE}/{mine}")
    for wrong in ("x", "%00", "é", "A" * 32, "0" * 31):
        other.get(f"{HERE}/{wrong}", 404)
    other.post("/ask", 404, question=QUESTION, conversation="\0")


def test_deleting_is_confirmed_and_for_good(place: Office) -> None:
    agent = place["agent"]
    first, second, third = of(ask(agent)), of(ask(agent)), of(ask(agent))
    agent.post(f"{HERE}/{first}/effacer", 422)
    agent.post(f"{HERE}/effacer", 422)
    gone = agent.post(f"{HERE}/{first}/effacer", 303, sure="1").headers["location"]
    assert "C'est supprimé" in words(agent, gone)
    agent.get(f"{HERE}/{first}", 404)
    agent.get(f"{HERE}/{second}")
    agent.post(f"{HERE}/effacer", 303, sure="1")
    agent.get(f"{HERE}/{third}", 404)
    assert "Aucune conversation" in words(agent, HERE)


@pytest.mark.parametrize("address", [f"{HERE}/effacer", f"{HERE}/{'0' * 32}/effacer", "/ask"])
@pytest.mark.parametrize("token", ["", "x", "a" * 43])
def test_a_form_from_elsewhere_is_refused(place: Office, address: str, token: str) -> None:
    kept = of(ask(place["agent"]))
    address = address.replace("0" * 32, kept)
    place["agent"].post(address, 403, sure="1", question=QUESTION, csrf=token)
    assert WORDS in words(place["agent"], f"{HERE}/{kept}")


def test_titles_and_questions_are_words(place: Office) -> None:
    address = ask(place["agent"], XSS)
    for page in (place["agent"].page(address), place["agent"].page(HERE)):
        assert XSS in page.words
        assert not any("onerror" in given or tag == "img" for tag, given in page.tags)
        assert all(given.get("src") for tag, given in page.tags if tag == "script")


def test_a_conversation_has_an_end(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ask(place["agent"])
    for module in ("api.web.keeping", "api.web.talks"):
        monkeypatch.setattr(f"{module}.LONGEST", 1)
    page = place["agent"].page(address)
    assert "trop longue" in page.words
    assert not any(tag == "textarea" for tag, _ in page.tags)
    place["agent"].post("/ask", 422, question=QUESTION, conversation=of(address))


def test_an_opinion_comes_back_to_the_answer(place: Office) -> None:
    address = ask(place["agent"])
    form = place["agent"].page(address).form("/feedback")
    fields = {name: value for name, value in form.fields if name != "csrf"}
    back = place["agent"].post("/feedback", 303, **fields, useful="true").headers["location"]
    assert back == f"{HERE}/{of(address)}?said=1#t1"
    page = place["agent"].page(back)
    assert "votre avis est noté" in page.words and WORDS in page.words
    fields["conversation"] = "/evil.example"
    place["agent"].post("/feedback", 404, **fields, useful="true")


def test_an_entry_is_switched_off_and_on_again(place: Office) -> None:
    agent = place["agent"]
    page = agent.page(ask(agent, LAY))
    entry, other = (given["value"] for tag, given in page.tags if given.get("name") == "without")
    assert entry == "contester" and "« contester » →" in page.words
    assert page.switch["question"] == LAY
    off = ask(agent, **{**page.switch, "without": entry})
    page = agent.page(off)
    last = page.source.partition('id="t2"')[2]
    assert "Question comprise" not in last  # it follows nothing, not even itself
    assert "« contester » →" not in last and f"« {other} » →" in last
    given = [given["value"] for tag, given in page.tags if given.get("name") == "again"]
    assert given == [entry] and "Écarté de la recherche" in last
    on = ask(agent, LAY, conversation=of(off), without=entry, again=entry)
    last = agent.page(on).source.partition('id="t3"')[2]
    assert "« contester » →" in last and "Écarté de la recherche" not in last


def test_nothing_is_kept_of_nobody_in_particular(served: Served) -> None:
    form = opened(served.everyone, "/").form("/ask")
    assert "conversation" not in dict(form.fields)
    kept = {**dict(form.fields), "question": QUESTION, "conversation": "0" * 32}
    response = served.everyone.post("/ask", data=kept)
    assert response.status_code == 200 and WORDS in Page(response.text).words
    assert "Sans compte" in opened(served.everyone, HERE).words
    opened(served.everyone, f"{HERE}/{'0' * 32}", 404)


def test_a_right_taken_back_counts_in_old_conversations(tmp_path: Path) -> None:
    with office(filled(tmp_path)) as place, open_parts(_settings(place.served)) as parts:
        agent = place["agent"]
        address = ask(agent, "La zibeline des agents est-elle taxée ?")
        then = ask(agent, "Et le recours gracieux ?", conversation=of(address))
        assert "La zibeline des agents est taxée" in words(agent, address)
        desk = Administration(Accounts(parts.registry, parts.settings).store)
        desk.set_services("agent", ["voirie"])
        page = agent.page(address)
        assert WITHHELD in page.words and "zibeline des agents est taxée" not in page.words
        assert then.endswith("#t2") and page.words.count(WITHHELD) == 2  # it followed the first
        follows = agent.page(ask(agent, QUESTION, conversation=of(address))).words
        assert "est taxée" not in follows and WORDS in follows


def test_what_a_premise_tells_of_a_text_goes_with_the_text(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(NAMED, "utf-8")
    with office(filled(tmp_path)) as place, open_parts(_settings(place.served)) as parts:
        options = IngestOptions()
        assert not Ingest(parts, options).run([tmp_path / "note.md"]).failures
        question = "Que dit l'article 99 du Règlement des coquelicots sur le recours gracieux ?"
        address = ask(place["agent"], question)
        assert "suppose à tort" in words(place["agent"], address)
        kept = store.Conversations(parts.registry, parts.catalogue)
        with parts.registry.connect() as connection:
            (row,) = connection.execute(store.turns.select()).all()
        assert "coquelicots" in json.loads(row.texts)
        assert kept.of("nobody") == []


def test_they_are_erased_with_a_persons_data(tmp_path: Path) -> None:
    with office(filled(tmp_path)) as place:
        mine, other = of(ask(place["agent"])), of(ask(place["juriste"]))
        erased = place["admin"].post(
            "/administration/journal/personne", who="agent", do="erase", reason="demande", sure="1"
        )
        assert "1 conversation" in Page(erased.text).words
        place["agent"].get(f"{HERE}/{mine}", 404)
        place["juriste"].get(f"{HERE}/{other}")


NAMED = """---
id: coquelicots
title: Règlement des coquelicots
effective: 2025-01-01
---

# Règlement

## Article 1 – Fleurs

Les fleurs se cueillent au printemps.
"""


def _settings(served: Served) -> Settings:
    return Settings(data=served.data, embedding_model=NO_MODEL)


def test_what_is_typed_is_not_journalled(tmp_path: Path) -> None:
    with serving(filled(tmp_path)) as served, open_parts(_settings(served)) as parts:

        def recorded() -> int:
            with parts.registry.connect() as connection:
                return int(connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one())

        typed = opened(served.everyone, "/texts?q=un recours gracieux est formé&part=found")
        assert "Article 2" in typed.words and "délai de trois mois" not in typed.words
        assert recorded() == 0
        sent = opened(served.everyone, "/texts?q=un recours gracieux est formé")
        assert "délai de trois mois" in sent.words and recorded() == 2  # the page, and the search


def test_a_body_that_is_too_large_is_a_page_in_a_browser(served: Served) -> None:
    large = {"file": ("note.txt", b"x" * (3 << 20), "text/plain")}
    response = served.everyone.post("/verify", files=large, headers={"Accept": "text/html,*/*"})
    assert response.status_code == 413
    assert response.headers["content-type"].startswith("text/html")
    assert "trop volumineuse" in Page(response.text).words and "2 Mio" in response.text
    said = served.everyone.post("/verify", content=b"x" * (3 << 20))
    assert said.status_code == 413 and said.json()["type"] == "urn:referent:too-large"


def test_how_sure_one_may_be_is_kept_with_the_answer(place: Office) -> None:
    page = place["agent"].page(ask(place["agent"]))
    assert re.search(r"Confiance : \w+ \(\d+ %", page.words)
    again = place["agent"].page(f"{HERE}/{of(ask(place['agent'], 'Où est le mérou ?'))}")
    assert "Confiance insuffisante (" in again.words
