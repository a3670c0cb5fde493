"""What people think of an answer is kept beside it, and nothing is of one that nobody knows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from serving import Served

from rag.bootstrap import open_parts
from rag.database import reading
from rag.journal.entry import FEEDBACK, Entry
from rag.journal.filters import Filter
from rag.journal.reading import entries
from rag.settings import NO_MODEL, Settings

UNKNOWN = "0" * 32


def send(client: httpx.Client, **said: Any) -> httpx.Response:
    return client.post("/v1/feedback", json=said)


def answered(served: Served) -> str:
    asked = served.everyone.post("/v1/ask", json={"question": "recours gracieux"})
    return str(asked.json()["answer_id"])


def kept(served: Served, about: str) -> list[Entry]:
    chosen = Settings(data=served.data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts, reading(parts.registry) as connection:
        found = [each.entry for each in entries(connection, Filter())]
    return [entry for entry in found if entry.kind == FEEDBACK and entry.about == about]


def test_it_is_kept(served: Served) -> None:
    answer_id = answered(served)
    said = send(
        served.everyone, answer_id=answer_id, useful=False, reason="incomplete", comment=" Trop. "
    )
    assert (said.status_code, said.content) == (204, b"")
    [entry] = kept(served, answer_id)
    assert (entry.useful, entry.reason, entry.comment) == (False, "incomplete", "Trop.")
    assert (entry.door, entry.who) == ("api", "anonymous")


def test_a_word_is_enough(served: Served) -> None:
    answer_id = answered(served)
    assert send(served.everyone, answer_id=answer_id, useful=True).status_code == 204
    [entry] = kept(served, answer_id)
    assert (entry.useful, entry.reason, entry.comment) == (True, "", "")


def test_an_answer_that_nobody_knows(served: Served) -> None:
    refused = send(served.everyone, answer_id=UNKNOWN, useful=True)
    assert refused.status_code == 404
    assert refused.json()["type"] == "urn:referent:not-found"
    assert kept(served, UNKNOWN) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"useful": True}, "body.answer_id"),
        ({"answer_id": "x", "useful": True}, "body.answer_id"),
        ({"answer_id": UNKNOWN + "\n", "useful": True}, "body.answer_id"),
        ({"answer_id": UNKNOWN}, "body.useful"),
        ({"answer_id": UNKNOWN, "useful": None}, "body.useful"),
        ({"answer_id": UNKNOWN, "useful": True, "reason": "x"}, "body.reason"),
        ({"answer_id": UNKNOWN, "useful": True, "comment": "x" * 2001}, "body.comment"),
        ({"answer_id": UNKNOWN, "useful": True, "who": "x"}, "body.who"),
    ],
)
def test_what_is_wrong_is_named(served: Served, said: dict[str, Any], field: str) -> None:
    refused = send(served.everyone, **said)
    assert refused.status_code == 422
    assert [wrong["field"] for wrong in refused.json()["fields"]] == [field]
