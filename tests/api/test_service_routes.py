"""The API over real sockets: the same JSON as the commands, rights, dates, mistakes."""

from __future__ import annotations

import json
import stat
from typing import Any

import httpx
import pytest
from running import referent
from serving import Served
from small_folder import lasting

from api import schemas

QUESTION = "Quel est le délai du recours gracieux ?"


def said(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def command(served: Served, *arguments: object) -> Any:
    ran = referent(*arguments, "--data", served.data, "--json")
    assert (ran.status, ran.err) == (0, "")
    return ran.json


def test_search_is_the_command(served: Served) -> None:
    asked = {"question": QUESTION, "as_of": "2025-06-01", "limit": 3}
    found = said(served.operator.post("/v1/search", json=asked))
    assert found == command(served, "search", QUESTION, "--as-of", "2025-06-01", "--limit", 3)
    schemas.SearchAnswer.model_validate(found)
    assert found["hits"][0]["valid_to"] == "2026-01-01"


@pytest.mark.parametrize("question", [QUESTION, "mérou", "zibeline"])
@pytest.mark.parametrize("as_of", [None, "2025-06-01", "2020-01-01"])
def test_ask_is_the_command(served: Served, question: str, as_of: str | None) -> None:
    answer = said(served.operator.post("/v1/ask", json={"question": question, "as_of": as_of}))
    dated = ["--as-of", as_of] if as_of else []
    printed = command(served, "ask", question, *dated)
    schemas.AskAnswer.model_validate(answer)
    assert lasting(answer) == lasting(printed)


def test_articles_are_the_command(served: Served) -> None:
    at = "/v1/articles/article 2 règlement général"
    shown = said(served.operator.get(at, params={"as_of": "2025-06-01"}))
    assert shown == command(served, "show", "article 2 règlement général", "--as-of", "2025-06-01")
    whole = said(served.everyone.get(at, params={"history": True}))
    assert [version["valid_from"] for version in whole["versions"]] == ["2025-01-01", "2026-01-01"]
    compared = served.everyone.get(at, params={"as_of": ["2026-01-01", "2025-01-01"]})
    kinds = [part["kind"] for part in said(compared)["comparison"]]
    assert kinds == ["same", "removed", "added", "same"]
    schemas.ArticleAnswer.model_validate(shown)


def test_changes_are_the_command(served: Served) -> None:
    changes = said(served.operator.get("/v1/changes", params={"since": "2025-06-01"}))
    assert changes == command(served, "changes", "--since", "2025-06-01")
    assert "changed" in {change["kind"] for change in changes["changes"]}
    named = served.everyone.get("/v1/changes", params={"text": "règlement général"})
    schemas.ChangesAnswer.model_validate(said(named))


def test_verify_is_the_command(served: Served, tmp_path: Any) -> None:
    words = "Vu les articles 2 et 99 du Règlement général, « dans un délai de trois mois »."
    (tmp_path / "letter.txt").write_text(words, "utf-8")
    found = said(served.operator.post("/v1/verify", json={"text": words}))
    ran = referent("verify", tmp_path / "letter.txt", "--data", served.data, "--json")
    assert found == ran.json
    schemas.VerifyAnswer.model_validate(found)
    assert "unknown_article" in {entry["verdict"] for entry in found["references"]}


def test_texts_models_and_health(served: Served) -> None:
    texts = schemas.TextsAnswer.model_validate(said(served.operator.get("/v1/texts")))
    assert {text.text for text in texts.texts} == {"Règlement général", "Note interne"}
    models = schemas.ModelsAnswer.model_validate(said(served.everyone.get("/v1/models")))
    assert [model.id for model in models.data] == ["extractive"]
    assert said(served.everyone.get("/health/live")) == {"live": True}
    ready = schemas.Ready.model_validate(said(served.everyone.get("/health/ready")))
    assert ready.ready and ready.index is not None and not ready.index.pending


# Rights


def test_over_tcp_only_what_everyone_may_read(served: Served) -> None:
    client = served.everyone
    answers = [
        client.post("/v1/search", json={"question": "zibeline taxée"}),
        client.post("/v1/ask", json={"question": "La zibeline est-elle taxée ?"}),
        client.post("/v1/verify", json={"text": "Vu l'article 2 de la Note interne."}),
        client.get("/v1/texts"),
        client.get("/v1/changes", params={"since": "2000-01-01"}),
    ]
    for answer in answers:
        shape = said(answer)
        shape.pop("question", None)
        shape.pop("understood", None)  # words of the question
        told = json.dumps(shape, ensure_ascii=False).replace("Vu l'article 2 de la Note", "")
        assert "taxée" not in told and "secret" not in told
    hidden = client.get("/v1/articles/article 2 note interne")
    absent = client.get("/v1/articles/article 2 note interna")
    assert said(hidden, 404) == said(absent, 404)
    assert said(client.get("/v1/changes", params={"text": "Note interne"}), 404)


@pytest.mark.parametrize("address", ["/v1/search", "/v1/ask"])
def test_over_tcp_nobody_has_a_service(served: Served, address: str) -> None:
    asked = {"question": "zibeline", "services": ["rh"]}
    problem = said(served.everyone.post(address, json=asked), 403)
    assert problem["type"] == "urn:referent:forbidden"


def test_on_the_socket_services_are_as_given(served: Served) -> None:
    def passages(services: list[str]) -> str:
        asked = {"question": "zibeline", "services": services}
        return served.operator.post("/v1/search", json=asked).text

    assert "taxée" in passages([]) and "taxée" in passages(["rh"])
    assert "taxée" not in passages(["état civil"])


def test_the_socket_is_for_its_owner(served: Served) -> None:
    mode = (served.data / "server.sock").stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("address", ["/operator/search", "/operator/ask"])
def test_the_operator_has_no_door_on_the_network(served: Served, address: str) -> None:
    asked = {"question": "zibeline", "services": None, "as_of": None, "limit": None}
    assert said(served.operator.post(address, json=asked))
    assert said(served.everyone.post(address, json=asked), 404)


@pytest.mark.parametrize("services", [[], [" "], ["état civil"]])
def test_a_command_for_nobody_in_particular_is_no_operator(
    served: Served, services: list[str]
) -> None:
    """`services` null is the operator; an empty list is not."""
    asked = {"question": "zibeline", "services": services, "as_of": None, "limit": None}
    for address in ("/operator/search", "/operator/ask"):
        assert "taxée" not in served.operator.post(address, json=asked).text
        whole = served.operator.post(address, json={**asked, "services": None})
        assert "taxée" in whole.text


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "", "127.0.0.1.evil.test"])
def test_a_name_that_was_made_to_lead_here_is_refused(served: Served, host: str) -> None:
    refused = served.everyone.get("/v1/texts", headers={"Host": host})
    assert said(refused, 421)["type"] == "urn:referent:host"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:80", "LocalHost"])
def test_the_names_of_this_machine_are_known(served: Served, host: str) -> None:
    assert said(served.everyone.get("/health/live", headers={"Host": host}))


# Mistakes


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.question"),
        ({"question": ""}, "body.question"),
        ({"question": " \n "}, "body.question"),
        ({"question": "e" * 4001}, "body.question"),
        ({"question": 1}, "body.question"),
        ({"question": "q", "as_of": "2025-02-30"}, "body.as_of"),
        ({"question": "q", "limit": 0}, "body.limit"),
        ({"question": "q", "limit": 1000}, "body.limit"),
        ({"question": "q", "asof": "2025-01-01"}, "body.asof"),
        ([], "body"),
        (None, "body"),
    ],
)
@pytest.mark.parametrize("address", ["/v1/search", "/v1/ask"])
def test_what_is_wrong_is_named(served: Served, address: str, body: Any, field: str) -> None:
    response = served.everyone.post(address, json=body)
    problem = said(response, 422)
    assert response.headers["content-type"] == "application/problem+json"
    assert [wrong["field"] for wrong in problem["fields"]] == [field]
    schemas.Problem.model_validate(problem)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b'{"question": "\xff"}', "application/json"),
        (b'{"question": "\\ud800"}', "application/json"),
        (b'{"question": "q"}', "text/plain"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_what_is_no_json_is_refused(served: Served, content: bytes, kind: str) -> None:
    headers = {"Content-Type": kind}
    problem = said(served.everyone.post("/v1/search", content=content, headers=headers), 422)
    assert problem["type"] == "urn:referent:invalid"


@pytest.mark.parametrize(
    "question",
    [
        "[bold]recours[/]",
        "\x00\x1b[2J recours\x9b",
        "le la les",
        "é" * 4000,
        "recours gracieux L. 311-5 " * 153,
        "' OR 1=1 --",
        "\U0001f984" * 100,
    ],
)
@pytest.mark.parametrize("address", ["/v1/search", "/v1/ask"])
def test_any_question_is_taken(served: Served, address: str, question: str) -> None:
    assert said(served.everyone.post(address, json={"question": question}))["question"]


def test_an_unknown_model_is_refused(served: Served) -> None:
    asked = {"question": "q", "model": "gpt"}
    assert "gpt" in said(served.everyone.post("/v1/ask", json=asked), 422)["detail"]


def test_a_large_body_is_refused(served: Served) -> None:
    large = {"text": "a" * 3_000_000}
    assert said(served.everyone.post("/v1/verify", json=large), 413)
    chunks = (b"a" * 100_000 for _ in range(30))
    assert said(served.everyone.post("/v1/verify", content=chunks), 413)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de", "fr"),
        ("en;q=x, fr;q=0.1", "fr"),
        ("en;q=0", "fr"),
    ],
)
def test_problems_speak_the_language_asked_for(
    served: Served, accepted: str, language: str
) -> None:
    response = served.everyone.get("/v1/none", headers={"Accept-Language": accepted})
    assert response.headers["content-language"] == language
    title = {"fr": "Cette adresse n'existe pas.", "en": "No such address."}[language]
    assert said(response, 404)["title"] == title


def test_other_methods_are_refused(served: Served) -> None:
    response = served.everyone.get("/v1/search")
    assert said(response, 405)["type"] == "urn:referent:method"
    assert response.headers["allow"] == "POST"


# Description


def test_the_description_loads_nothing_from_elsewhere(served: Served) -> None:
    for page in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert said(served.everyone.get(page), 404)
    described = said(served.everyone.get("/openapi.json"))
    assert "/operator/search" not in described["paths"]
    references = set(_references(described))
    names = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert "#/components/schemas/Problem" in references and references <= names
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["summary"] and "421" in operation["responses"]


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
