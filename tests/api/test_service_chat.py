"""OpenAI's shape: what front ends send is taken, what comes back is checked as any answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from serving import Served

from api.routes.chat import ChatAnswer

QUESTION = "Quel est le délai du recours gracieux ?"
ADDRESS = "/v1/chat/completions"
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Réponds en vers."},
    {"role": "user", "content": "Bonjour"},
    {"role": "assistant", "content": None},
    {"role": "user", "content": QUESTION},
]


def ask(served: Served, **more: object) -> Any:
    response = served.everyone.post(ADDRESS, json={"messages": MESSAGES, "temperature": 1, **more})
    assert response.status_code == 200, response.text
    return response


def test_the_last_message_is_answered_with_footnotes(served: Served) -> None:
    made = ChatAnswer.model_validate(ask(served, model="extractive").json())
    answer = served.everyone.post("/v1/ask", json={"question": QUESTION}).json()
    content = made.choices[0].message["content"]
    assert content.startswith(answer["answer"])
    assert made.model == "extractive" and made.choices[0].finish_reason == "stop"
    assert [citation.model_dump() for citation in made.citations] == answer["citations"]
    for citation in answer["citations"]:
        assert f"[{citation['marker']}] Article {citation['article']} —" in content
        assert citation["quote"] in content


def test_streamed_pieces_are_the_same(served: Served) -> None:
    whole = ask(served).json()
    response = ask(served, stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    *lines, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": ""}
    streamed = "".join(delta.get("content", "") for delta in deltas)
    assert streamed == whole["choices"][0]["message"]["content"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks][-2:] == [None, "stop"]
    assert chunks[-1]["citations"] == whole["citations"]
    assert len({chunk["id"] for chunk in chunks}) == 1


def test_parts_of_a_message_are_read(served: Served) -> None:
    parts = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": "x"}}]
    made = ask(served, messages=[{"role": "user", "content": parts}]).json()
    assert "trois mois" in made["choices"][0]["message"]["content"]


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
def test_nothing_to_answer_is_a_problem(served: Served, messages: Any) -> None:
    response = served.everyone.post(ADDRESS, json={"messages": messages})
    assert (response.status_code, response.json()["type"]) == (422, "urn:referent:invalid")


def test_only_what_everyone_may_read(served: Served) -> None:
    messages = [{"role": "user", "content": "La zibeline est-elle taxée ?"}]
    assert "Note interne" not in ask(served, messages=messages).text
