"""The page where people ask, with and without scripts."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from browser import Page, asked, opened, sent
from serving import Served

QUESTION = "Quel est le délai du recours gracieux ?"
WORDS = "Le recours gracieux est formé dans un délai de trois mois."


def events(client: httpx.Client, question: str, **given: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of an answer as it is written."""
    form = opened(client, "/").form("/ask")
    sent_fields = {**dict(form.fields), "question": question, **given}
    response = client.post("/ask/stream", data=sent_fields)
    assert response.headers["content-type"].startswith("text/event-stream"), response.text
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", response.text)
    return [(name, json.loads(data)) for name, data in found]


def test_the_box_is_ready_for_typing(served: Served) -> None:
    page = opened(served.everyone, "/")
    box = next(given for tag, given in page.tags if tag == "textarea")
    assert "autofocus" in box and "required" in box
    assert f'<label for="{box["id"]}">' in page.source


def test_an_answer_without_scripts(served: Served) -> None:
    page = asked(served.everyone, QUESTION)
    assert WORDS in page.words
    assert page.marked == [WORDS]
    markers = [link for link in page.links if "data-source" in link]
    assert markers and all(link["href"].removeprefix("#") in page.ids for link in markers)
    assert all(link["data-source"] in page.ids for link in markers)
    assert "citation vérifiée" in page.words
    assert "En vigueur depuis le 1er janvier 2026" in page.words
    assert "sans modèle de langue" in page.words


def test_the_date_of_the_law_is_asked(served: Served) -> None:
    page = asked(served.everyone, QUESTION, as_of="2025-06-01")
    assert "deux mois" in page.marked[0] and "Droit au 1er juin 2025" in page.words
    (source,) = [link["href"] for link in page.links if link["href"].startswith("/articles/")]
    article = opened(served.everyone, source)
    assert article.marked == page.marked


def test_a_refusal_shows_what_is_nearest_and_cites_nothing(served: Served) -> None:
    page = asked(served.everyone, "Où est le mérou ?")
    assert "Je n'ai pas trouvé de réponse" in page.words
    assert not page.marked


def test_the_stream_has_the_events_of_the_api_and_the_same_page(served: Served) -> None:
    found = events(served.everyone, QUESTION)
    assert [name for name, _ in found] == ["hits", "sentence", "answer"]
    first, sentence, last = (data for _, data in found)
    assert 'aria-busy="true"' in first["html"] and QUESTION in Page(first["html"]).words
    assert WORDS in Page(sentence["told"]).words
    assert Page(sentence["sources"]).marked == [WORDS]
    assert Page(last["html"]).marked == [WORDS] and "aria-busy" not in last["html"]
    assert Page(last["next"]).form("/ask")["history"] != "[]"


def test_a_question_follows_another(served: Served) -> None:
    first = asked(served.everyone, QUESTION)
    follows = sent(served.everyone, first, "/ask", question="Et au 1er juin 2025 ?")
    page = Page(follows.text)
    assert "Question comprise :" in page.words
    turns = json.loads(page.form("/ask")["history"])
    assert next(turn["question"] for turn in turns) == QUESTION and len(turns) == 2
    assert WORDS in page.words  # what was answered before is still there


@pytest.mark.parametrize("question", ["", "   ", "a" * 5000])
@pytest.mark.parametrize("action", ["/ask", "/ask/stream"])
def test_a_wrong_question_is_said_beside_the_box(
    served: Served, question: str, action: str
) -> None:
    form = opened(served.everyone, "/").form("/ask")
    fields = {**dict(form.fields), "question": question}
    response = served.everyone.post(action, data=fields)
    assert response.status_code == 422
    page = Page(response.text)
    box = next(given for tag, given in page.tags if tag == "textarea")
    assert box["aria-invalid"] == "true" and box["aria-describedby"] in page.ids
    assert page.form("/ask")["question"] == question


def test_a_wrong_date_and_history_are_explained(served: Served) -> None:
    page = opened(served.everyone, "/")
    said = sent(served.everyone, page, "/ask", 422, question=QUESTION, as_of="31/12/2025")
    assert "n'est pas une date" in Page(said.text).words.replace("’", "'") or "date" in said.text
    sent(served.everyone, page, "/ask", 422, question=QUESTION, history="[{")


def test_an_opinion_goes_to_the_journal(served: Served) -> None:
    page = asked(served.everyone, QUESTION)
    thanks = sent(
        served.everyone, page, "/feedback", 303, useful="false", reason="unclear", comment="?"
    )
    said = opened(served.everyone, thanks.headers["location"]).words
    assert "votre avis est noté" in said and "page précédente" in said
    assert "avis est noté" not in opened(served.everyone, "/?said=1").words
    sent(served.everyone, page, "/feedback", 422, useful="perhaps")
    missing = {"useful": "true", "answer_id": "0" * 32}
    assert sent(served.everyone, page, "/feedback", 404, **missing)


def test_services_are_narrowed_never_widened(guarded: Served) -> None:
    zibeline = "La zibeline des agents est-elle taxée ?"
    assert "taxée" in asked(guarded.operator, zibeline).marked[0]
    assert not asked(guarded.operator, zibeline, services="voirie").marked
    form = opened(guarded.everyone, "/").form("/ask")
    fields = {**dict(form.fields), "question": zibeline, "services": "rh"}
    refused = guarded.everyone.post("/ask", data=fields)
    assert refused.status_code == 403 and "zibeline" not in refused.text


def test_what_words_were_understood_as_is_said(served: Served) -> None:
    said = served.everyone.post("/v1/ask", json={"question": "Peut-on contester une taxe ?"}).json()
    page = asked(served.everyone, "Peut-on contester une taxe ?")
    assert said["understood"], "no thesaurus entry: choose another question"
    for entry in said["understood"]:
        assert f"« {entry['words']} » → {', '.join(entry['meaning'])}" in page.words


def test_what_a_question_wrongly_assumes_is_pointed_out(served: Served) -> None:
    question = "Que dit l'article 99 du Règlement général sur le recours gracieux ?"
    said = served.everyone.post("/v1/ask", json={"question": question}).json()
    page = asked(served.everyone, question)
    (premise,) = said["premises"]
    assert "La question suppose à tort" in page.words
    assert premise["surface"] in page.words and premise["detail"] in page.words


def test_an_entry_is_switched_off_where_nothing_is_kept(served: Served) -> None:
    page = asked(served.everyone, "Peut-on contester une taxe ?")
    off = Page(sent(served.everyone, page, "/ask", **page.switch, without="contester").text)
    assert "« contester » →" in page.words and "« contester » →" not in off.words
    assert "Écarté de la recherche" in off.words and "Question comprise" not in off.words
    assert len(json.loads(off.form("/ask")["history"])) == 2
