"""The API against its own description: Schemathesis at both doors, and the examples in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import positive_data_acceptance
from serving import Served

from api import problems

EXAMPLES = settings(
    max_examples=25,  # of each route, valid and not, at each door: some 40 s in all
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A model that no server has, an article of nobody: valid by the description, refused all the same.
EXCLUDED = [positive_data_acceptance]
# 413: too long a value may make too large a body.
REJECTED = [400, 401, 403, 404, 405, 406, 413, 415, 422]
CHECKS = {"checks": {"negative_data_rejection": {"expected-statuses": REJECTED}}}
PUBLIC = {"/health/live", "/health/ready"}
WITHOUT_EXAMPLE = {"/v1/feedback", "/v1/chat/completions"}  # no body; OpenAI's own shape


@pytest.fixture(scope="module")
def description(served: Served) -> Any:
    return served.everyone.get("/openapi.json").json()


def send(client: httpx.Client, case: Case) -> Response:
    """The case over the client's own connection."""
    made = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    headers = {name: value for name, value in made.headers.items() if name.lower() != "host"}
    answer = client.request(str(made.method), made.path_url, headers=headers, content=made.body)
    return Response.from_any(answer)


def probe(client: httpx.Client, operation: Any, mode: GenerationMode) -> int:
    """How many cases were sent; every answer is one that the description documents."""
    sent = 0

    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Case) -> None:
        nonlocal sent
        sent += 1
        case.validate_response(send(client, case), excluded_checks=EXCLUDED)

    try:
        each()
    except Unsatisfiable:  # nothing can be wrong where nothing is asked
        assert not operation.body and not list(operation.iter_parameters())
    return sent


@pytest.mark.slow
@pytest.mark.parametrize("door", ["everyone", "operator"])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_documented(
    served: Served, description: Any, door: str, mode: GenerationMode
) -> None:
    client = getattr(served, door)
    sent = {}
    config = SchemathesisConfig.from_dict(CHECKS)
    for found in schemathesis.openapi.from_dict(description, config=config).get_all_operations():
        operation = found.ok()
        sent[operation.label] = probe(client, operation, mode)
    busy = [label for label, count in sent.items() if count >= EXAMPLES.max_examples]
    assert len(sent) >= 12 and len(busy) >= 6, sent


# The description itself


def operations(description: Any) -> Iterator[tuple[str, Any]]:
    for path, item in description["paths"].items():
        for operation in item.values():
            yield path, operation


def resolved(description: Any, schema: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": description["components"]})


def test_every_route_documents_its_problems(description: Any) -> None:
    for path, operation in operations(description):
        given = set(operation["responses"])
        assert {"408", "413", "421"} <= given, path
        if path not in PUBLIC:
            assert {"401", "403", "429", "503", "504"} <= given, path
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                continue
            told = answer["content"][problems.MEDIA_TYPE]
            for name, example in told["examples"].items():
                assert example["value"]["type"] == f"{problems.PREFIX}{name}"
                assert example["value"]["status"] == int(status)
                resolved(description, told["schema"]).validate(example["value"])


def test_every_route_shows_a_request_and_an_answer_that_fit(description: Any) -> None:
    for path, operation in operations(description):
        shown = [*operation.get("requestBody", {}).get("content", {}).values()]
        for status, answer in operation["responses"].items():
            if status.startswith("2") and path not in WITHOUT_EXAMPLE:
                assert answer["content"], path
                shown += answer["content"].values()
        for content in shown:
            for example in examples_of(description, content, path):
                resolved(description, content["schema"]).validate(example)


def examples_of(description: Any, content: Any, path: str) -> list[Any]:
    """The examples of a body, wherever they stand: beside it, in its schema, in its fields."""
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = description["components"]["schemas"].get(name, schema)
    if "example" in content:
        return [content["example"]]
    if "examples" in schema:
        return list(schema["examples"])
    if schema.get("type") == "string":
        raise AssertionError(f"{path}: no example")
    fields = schema.get("properties", {})
    shown = [field for field in fields.values() if "examples" in field or "default" in field]
    assert shown, f"{path}: no example"
    return []
