"""One question to a model, through every door of the API that lets one answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import fake_ollama
import fake_openai
import httpx
from fake_model import Behaviour, FakeServer, number_of
from serving import Served

from rag.settings import OLLAMA_API, OPENAI_API

APIS = (OLLAMA_API, OPENAI_API)
MODEL = "m"
BELOW = "\n\n---"  # in a chat, the sources stand under it
ASK, CHAT = "/v1/ask", "/v1/chat/completions"


@dataclass(frozen=True)
class Reply:
    """What came through one door: an answer or a problem, and all that went over the wire."""

    door: str
    status: int
    body: str
    answer: str = ""  # the words that a person reads as the answer
    said: str = ""  # what a chat shows below them, or the notice of an answer
    citations: list[Any] = field(default_factory=list)
    sentences: list[Any] = field(default_factory=list)  # events of a stream
    shape: Any = None  # the JSON of an answer, or of a problem
    problem: Any = None


def fake_server(api: str, **models: Behaviour) -> AbstractContextManager[FakeServer]:
    """A model server that speaks `api`."""
    fakes: dict[str, Any] = {OLLAMA_API: fake_ollama.serving, OPENAI_API: fake_openai.serving}
    made: AbstractContextManager[FakeServer] = fakes[api](**models)
    return made


def citing(*steps: Any, words: str = "recours gracieux est formé") -> Behaviour:
    """A model that takes these steps, {n} being the number of the passage with `words`."""

    def behave(request: Any) -> Iterator[Any]:
        number = number_of(request, words)
        for step in steps:
            yield step.replace("{n}", str(number)) if isinstance(step, str) else step

    return behave


def every_door(served: Served, question: str, model: str = MODEL) -> list[Reply]:
    """JSON and events of /v1/ask, a chat whole and streamed."""
    return [
        asked(served, question, model=model),
        streamed(served, question, model),
        chat(served, question, model),
        chat_streamed(served, question, model),
    ]


def asked(served: Served, question: str, **more: Any) -> Reply:
    """POST /v1/ask."""
    response = served.everyone.post(ASK, json={"question": question, **more})
    return _of_shape("json", response, response.json(), [])


def streamed(served: Served, question: str, model: str = MODEL) -> Reply:
    """POST /v1/ask, as events."""
    sent, wanted = {"question": question, "model": model}, {"Accept": "text/event-stream"}
    response = served.everyone.post(ASK, json=sent, headers=wanted)
    if response.status_code != 200:
        return _of_shape("events", response, response.json(), [])
    blocks = [block.split("\n", 1) for block in response.text.split("\n\n") if block]
    told = [(n.removeprefix("event: "), json.loads(d.removeprefix("data: "))) for n, d in blocks]
    assert [name for name, _ in told[:-1]] == ["hits", *["sentence"] * (len(told) - 2)]
    assert told[-1][0] in ("answer", "problem")
    return _of_shape("events", response, told[-1][1], [data for _, data in told[1:-1]])


def chat(served: Served, question: str, model: str = MODEL) -> Reply:
    """POST /v1/chat/completions."""
    response = served.everyone.post(CHAT, json=_messages(question, model))
    shape = response.json()
    if response.status_code != 200:
        return _refused("chat", response)
    return _of_chat("chat", response, shape["choices"][0]["message"]["content"], shape)


def chat_streamed(served: Served, question: str, model: str = MODEL) -> Reply:
    """The same, streamed; it must end in order."""
    sent = {**_messages(question, model), "stream": True}
    response = served.everyone.post(CHAT, json=sent)
    if response.status_code != 200:
        return _refused("chat, streamed", response)
    *lines, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines]
    words = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    return _of_chat("chat, streamed", response, words, chunks[-1])


def _messages(question: str, model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": question}]}


def _of_shape(door: str, response: httpx.Response, shape: Any, sentences: list[Any]) -> Reply:
    status, body = response.status_code, response.text
    if "answer" not in shape:
        return Reply(door, status, body, sentences=sentences, shape=shape, problem=shape)
    return Reply(
        door, status, body, shape["answer"], shape["notice"], shape["citations"], sentences, shape
    )


def _of_chat(door: str, response: httpx.Response, words: str, last: Any) -> Reply:
    answer, _, below = words.partition(BELOW)
    return Reply(
        door, response.status_code, response.text, answer, below, last["citations"],
        shape=last, problem=last.get("problem"),
    )  # fmt: skip


def _refused(door: str, response: httpx.Response) -> Reply:
    problem = response.json()
    error = problem.pop("error")
    assert error["message"] == problem["detail"]
    return Reply(door, response.status_code, response.text, shape=problem, problem=problem)
