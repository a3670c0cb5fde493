"""Checks HTTP exchanges against an OpenAPI 3.0 description."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fake_qdrant import Exchange
from jsonschema import Draft202012Validator


class Description:
    """An OpenAPI description. Unlike Qdrant, it lets no unknown field through: those are typos."""

    def __init__(self, path: Path) -> None:
        self._document = _as_json_schema(json.loads(path.read_text("utf-8")))

    def check(self, exchange: Exchange) -> None:
        """Fail when the request or its answer is not as described."""
        method, path = exchange.method, exchange.path
        self.check_request(method, path, exchange.query, exchange.body)
        self.check_response(method, path, exchange.status, exchange.answer)

    def check_request(self, method: str, path: str, query: str, body: Any) -> None:
        """Fail when no operation takes this request."""
        operation = self._operation(method, path)
        known = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        assert set(parse_qs(query)) <= known, f"{method} {path}: unknown parameters in {query}"
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert (body is None) == (schema is None), f"{method} {path}: body {body}"
        if schema:
            self._check(schema["schema"], body, f"request {method} {path}")

    def check_response(self, method: str, path: str, status: int, body: Any) -> None:
        """Fail when the operation does not answer this."""
        responses = self._operation(method, path)["responses"]
        response = responses.get(str(status), responses["default"])
        schema = response["content"]["application/json"]["schema"]
        self._check(schema, body, f"response {status} to {method} {path}")

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        for template, operations in self._document["paths"].items():
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                found: dict[str, Any] = operations[method.lower()]
                return found
        raise AssertionError(f"no operation {method} {path}")

    def _check(self, schema: dict[str, Any], body: Any, what: str) -> None:
        validator = Draft202012Validator(
            {"allOf": [schema], "components": self._document["components"]}
        )
        errors = [
            f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)
        ]
        assert not errors, f"{what}: {errors}"


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 → JSON Schema: `nullable` becomes a type, objects are closed."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _as_json_schema(value) for key, value in node.items() if key != "example"}
    if "properties" in schema and schema.get("type") == "object":
        schema.setdefault("additionalProperties", False)
    return _nullable(schema) if schema.pop("nullable", False) is True else schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]} if schema else {"type": "null"}
