"""OpenAI's shape: what front ends send is taken, what comes back is checked as any answer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from serving import Served

from api.chat_shapes import ChatAnswer
from api.serving import Service
from rag.answering.answer import Checked, Found
from rag.errors import ModelCut
from rag.types import Sentence

QUESTION = "Quel est le délai du recours gracieux ?"
ADDRESS = "/v1/chat/completions"
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Réponds en vers."},
    {"role": "user", "content": "Bonjour"},
    {"role": "assistant", "content": None},
    {"role": "user", "content": QUESTION},
]
IGNORED = {"temperature": 1, "n": 3, "tools": [], "response_format": {"type": "json_object"}}
USAGE = {"include_usage": True}


def ask(served: Served, **more: object) -> Any:
    response = served.everyone.post(ADDRESS, json={"messages": MESSAGES, **IGNORED, **more})
    assert response.status_code == 200, response.text
    return response


def content(answer: Any) -> str:
    (choice,) = answer["choices"]
    words: str = choice["message"]["content"]
    return words


def chunks(response: Any) -> list[Any]:
    """The JSON of each event of a stream that ended in order."""
    assert response.headers["content-type"].startswith("text/event-stream")
    *lines, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def streamed(given: list[Any]) -> str:
    return "".join(choice["delta"].get("content", "") for c in given for choice in c["choices"])


def test_the_last_message_is_answered_with_footnotes(served: Served) -> None:
    told = ask(served, model="extractive").json()
    made = ChatAnswer.model_validate(told)
    answer = served.everyone.post("/v1/ask", json={"question": QUESTION}).json()
    assert content(told).startswith(f"{answer['answer']}\n\n---\n\n[1]")
    assert made.model == "extractive" and made.choices[0].finish_reason == "stop"
    assert told["citations"] == answer["citations"]
    for citation in answer["citations"]:
        assert f"[{citation['marker']}] Article {citation['article']} —" in content(told)
        assert citation["quote"] in content(told)


@pytest.mark.parametrize("question", [QUESTION, "mérou", "article 2 du règlement général", "?"])
def test_streamed_pieces_are_the_same(served: Served, question: str) -> None:
    messages = [{"role": "user", "content": question}]
    whole = ask(served, messages=messages).json()
    given = chunks(ask(served, messages=messages, stream=True))
    assert given[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert streamed(given) == content(whole)
    assert [chunk["choices"][0]["finish_reason"] for chunk in given][-2:] == [None, "stop"]
    assert given[-1]["citations"] == whole["citations"]
    assert len({chunk["id"] for chunk in given}) == 1


def test_usage_comes_last_when_it_is_asked_for(served: Served) -> None:
    *_, end, usage = chunks(ask(served, stream=True, stream_options=USAGE))
    assert end["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == [] and usage["usage"]["total_tokens"] == 0
    assert "usage" not in chunks(ask(served, stream=True))[-1]


def test_a_question_follows_what_came_before(served: Served) -> None:
    first = {"role": "user", "content": QUESTION}
    shown = {"role": "assistant", "content": content(ask(served, messages=[first]).json())}
    asked = [first, shown, {"role": "user", "content": "et pour ce délai ?"}]
    alone = ask(served, messages=asked[2:]).json()
    told = ask(served, messages=asked).json()
    assert "Question comprise" not in content(alone)
    assert "trois mois" in content(told)
    understood = "Quel est le délai du recours gracieux, pour ce délai ?"
    assert content(told).endswith(f"Question comprise comme : « {understood} »")
    again = [*asked, {"role": "assistant", "content": content(told)}]
    third = ask(served, messages=[*again, {"role": "user", "content": "et cela ?"}]).json()
    assert "délai du recours gracieux, pour ce délai, cela ?" in content(third)


def test_a_wrong_premise_is_said(served: Served) -> None:
    question = "Puisque l'article 99 du règlement général le permet, quel est le délai du recours ?"
    told = ask(served, messages=[{"role": "user", "content": question}]).json()
    assert "\n\nAttention, « article 99 du règlement général » :" in content(told)


def test_parts_of_a_message_are_read(served: Served) -> None:
    parts = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": "x"}}]
    told = ask(served, messages=[{"role": "user", "content": parts}]).json()
    assert "trois mois" in content(told)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "system", "content": "x"}],
        [{"role": "user"}],
        [{"role": "user", "content": "  "}],
        [{"role": "user", "content": "e" * 4001}],
        [{"role": "user", "content": [{"type": "image_url"}]}],
        [{"role": "king", "content": "x"}],
        "x",
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_nothing_to_answer_is_a_problem(served: Served, messages: Any, stream: bool) -> None:
    response = served.everyone.post(ADDRESS, json={"messages": messages, "stream": stream})
    told = response.json()
    assert (response.status_code, told["type"]) == (422, "urn:referent:invalid")
    assert response.headers["content-type"] == "application/problem+json"
    assert told["error"]["type"] == "invalid_request_error"
    assert told["error"]["code"] == "invalid"
    assert told["error"]["message"] in (told["title"], told.get("detail"))


def test_only_what_everyone_may_read(served: Served) -> None:
    messages = [{"role": "user", "content": "La zibeline est-elle taxée ?"}]
    assert "Note interne" not in ask(served, messages=messages).text
    assert "Note interne" not in ask(served, messages=messages, stream=True).text


# Failures of a stream


def verified(words: str) -> Checked:
    return Checked(Sentence(words, (), "verified"), ())


def failing(*given: Checked) -> Any:
    def stream(*_: object) -> Iterator[Any]:
        yield Found(())
        yield from given
        raise ModelCut("la réponse du modèle a été interrompue", where="http://secret")

    return mock.patch.object(Service, "stream", stream)


@pytest.mark.parametrize("sentence", [None, Checked(Sentence("Faux.", (), "unsupported"), ())])
def test_an_error_before_the_first_words_is_an_error(
    served: Served, sentence: Checked | None
) -> None:
    with failing(*([sentence] if sentence else [])):
        response = served.everyone.post(ADDRESS, json={"messages": MESSAGES, "stream": True})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["type"]) == (502, "model", "server_error")
    assert error["message"] == "la réponse du modèle a été interrompue"
    assert response.headers["x-should-retry"] == "false"
    assert "secret" not in response.text


def test_an_error_after_them_ends_the_stream_in_order(served: Served) -> None:
    refused = Checked(Sentence("Faux.", (), "contradicted"), ())
    with failing(verified("Vrai."), refused, verified("Vrai aussi.")):
        given = chunks(ask(served, model="m", stream=True, stream_options=USAGE))
    words = "Réponse interrompue : la réponse du modèle a été interrompue. Ce qui"
    assert streamed(given).startswith(f"Vrai. Vrai aussi.\n\n---\n\n{words}")
    assert "Faux" not in streamed(given)
    *_, end, usage = given
    assert end["choices"][0]["finish_reason"] == "stop"
    assert end["problem"]["type"] == "urn:referent:model" and end["citations"] == []
    assert "secret" not in json.dumps(given) and "usage" in usage


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_stops_the_writing(served: Served, stream: bool) -> None:
    stopped = threading.Event()

    def endless(_service: Service, _asked: object, stop: Any) -> Iterator[Any]:
        try:
            yield verified("Vrai.")
            while not stop.is_set():
                time.sleep(0.01)
        finally:
            stopped.set()

    asked = {"messages": MESSAGES, "model": "m", "stream": stream}
    with mock.patch.object(Service, "stream", endless):
        if stream:
            with served.everyone.stream("POST", ADDRESS, json=asked) as response:
                assert "assistant" in next(response.iter_lines())
        else:
            with pytest.raises(Exception, match="timed out"):
                served.everyone.post(ADDRESS, json=asked, timeout=0.2)
        assert stopped.wait(5)
