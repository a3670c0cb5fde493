"""Whatever is sent, the answer is one that the description documents, and never a 5xx."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import Served

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
DAYS = st.dates().map(str) | st.sampled_from(["0000-01-01", "2025-02-30", "hier", "", "1e9"])
WORDS = st.text(min_size=1, max_size=60) | st.sampled_from(["recours gracieux", "L. 311-5 CRPA"])
FIELDS: dict[str, Any] = {
    "question": WORDS,
    "text": WORDS,
    "as_of": DAYS | st.none(),
    "limit": st.integers(-2, 200),
    "model": st.sampled_from(["", "extractive", "x"]),
    "services": st.lists(st.text(max_size=5), max_size=2),
}
PLAUSIBLE = st.fixed_dictionaries({}, optional=FIELDS)
SPOILT = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON))
BODIES = PLAUSIBLE | SPOILT | JSON
QUERIES = st.fixed_dictionaries(
    {},
    optional={"as_of": st.lists(DAYS, max_size=3), "since": DAYS, "text": WORDS, "history": WORDS},
)
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def documented(served: Served) -> Any:
    return served.everyone.get("/openapi.json").json()["paths"]


def check(response: httpx.Response, operation: Any) -> None:
    assert response.status_code < 500, response.text
    content = operation["responses"][str(response.status_code)]["content"]
    kind = response.headers["content-type"].partition(";")[0]
    assert kind in content
    assert isinstance(response.json(), dict)


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/v1/search", "/v1/ask", "/v1/verify"])
@EXAMPLES
@given(body=BODIES)
def test_any_body(served: Served, documented: Any, address: str, body: Any) -> None:
    for client in (served.everyone, served.operator):
        check(client.post(address, json=body), documented[address]["post"])


@pytest.mark.slow
@EXAMPLES
@given(reference=st.text(max_size=40) | st.sampled_from(["2", "article 2"]), query=QUERIES)
def test_any_reference(served: Served, documented: Any, reference: str, query: Any) -> None:
    quoted = "".join(f"%{byte:02x}" for byte in reference.encode("utf-8", "replace"))
    if not reference or reference in (".", ".."):
        return
    response = served.operator.get(f"/v1/articles/{quoted}", params=query)
    check(response, documented["/v1/articles/{reference}"]["get"])


@pytest.mark.slow
@EXAMPLES
@given(query=QUERIES)
def test_any_query(served: Served, documented: Any, query: Any) -> None:
    for address in ("/v1/changes", "/v1/texts", "/v1/models"):
        check(served.operator.get(address, params=query), documented[address]["get"])
