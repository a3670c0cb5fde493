"""The command and the API give the same answer, and none that is not right any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from fake_model import FakeServer, endless, says
from model_doors import APIS, MODEL, asked, chat, citing, every_door, fake_server, streamed
from running import referent
from serving import Served, serving
from small_folder import filled, lasting

from rag.answering.drafting import UNREACHABLE

QUESTION = "Quel est le délai du recours gracieux ?"
TRUE = "Le recours gracieux est formé dans un délai de trois mois"
GOOD = f"{TRUE} [{{n}}]. "
EVERYONE = ("--service", "personne")  # reads what everyone may read
ASKED: list[dict[str, Any]] = [
    {"question": QUESTION},
    {"question": QUESTION, "as_of": "2025-06-01"},
    {"question": QUESTION, "limit": 1},
    {"question": "mérou"},
    {"question": "Puisque l'article 99 du règlement général le permet, quel délai de recours ?"},
]
WRITERS = {
    "good": citing(GOOD, words="recours gracieux"),
    "half of it false": citing(GOOD, f"{TRUE}, selon l'article 99 [{{n}}].", words="gracieux"),
    "refuses": says("SANS RÉPONSE"),
    "endless": endless,
}


def printed(data: Path, given: dict[str, Any], url: str, *rights: str, model: str) -> Any:
    """What `referent ask --json` prints."""
    options = {"as_of": "--as-of", "limit": "--limit"}
    more = [part for name, flag in options.items() if name in given for part in (flag, given[name])]
    ran = referent(
        "ask", given["question"], *more, *rights, "--model", model, "--data", data, "--json",
        REFERENT_MODEL_URL=url,
    )  # fmt: skip
    assert ran.status == 0, ran.err
    return lasting(ran.json)


def posted(client: Any, given: dict[str, Any], model: str) -> Any:
    response = client.post("/v1/ask", json={**given, "model": model})
    assert response.status_code == 200, response.text
    return lasting(response.json())


@pytest.mark.slow
@pytest.mark.parametrize("rights", [EVERYONE, ()], ids=["everyone", "operator"])
@pytest.mark.parametrize("writer", [None, *WRITERS], ids=str)
def test_the_command_and_the_api_say_the_same(
    tmp_path: Path, writer: str | None, rights: tuple[str, ...]
) -> None:
    """Alone, through the server's socket, and over HTTP; quoting the texts, and with a model."""
    data = filled(tmp_path)
    model = MODEL if writer else "extractive"
    questions = ASKED[:1] if writer and writer != "good" else ASKED
    if writer == "good":  # the others have no such passage
        questions = ASKED[:1] + ASKED[2:3]
    with fake_server("ollama", m=WRITERS[writer] if writer else says("")) as fake:
        alone = [printed(data, each, fake.url, *rights, model=model) for each in questions]
        with serving(data, model_url=fake.url) as served:
            client = served.everyone if rights else served.operator
            over_http = [posted(client, each, model) for each in questions]
            by_socket = [printed(data, each, fake.url, *rights, model=model) for each in questions]
    assert alone == by_socket == over_http
    assert {answer["model"] for answer in alone} == {model}
    assert alone[0]["refused"] is (writer in ("refuses", "endless"))
