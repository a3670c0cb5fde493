"""What is particular to a server: the way to it, its refusals, and its own description."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from brute_force import DIMENSION, point, unit, words
from fake_qdrant import FakeQdrant, fake_qdrant
from openapi_description import Description

from rag.errors import IndexFailure
from rag.index.server import OWNER, ServerIndex
from rag.index.server_errors import shown
from rag.ports import ARTICLE, DENSE, PASSAGE, IndexFilter, IndexQuery


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeQdrant]:
    with fake_qdrant(tmp_path) as server:
        yield server


@pytest.fixture
def index(fake: FakeQdrant) -> Iterator[ServerIndex]:
    with closing(ServerIndex(fake.url, "textes", DIMENSION)) as opened:
        yield opened


def live(fake: FakeQdrant) -> None:
    """Everything that an index does in its life."""
    with closing(ServerIndex(fake.url, "textes", DIMENSION)) as index:
        index.upsert([point(n, {1: 1.0, n: 2.0}, {2: 1.0}, (n, 1, 0, 0)) for n in range(3, 9)])
        index.upsert([point(3, {1: 1.0}, services=["rh"])])
        index.delete([4, 99])
        where = IndexFilter(day=None, services=frozenset({"rh"}))
        index.search(
            [
                IndexQuery(DENSE, unit(1, 0, 0, 0), 5, where),
                IndexQuery(PASSAGE, words({1: 1.0}), 5, where),
                IndexQuery(ARTICLE, words({2: 1.0}), 5),
            ]
        )
        assert index.count() == len(list(index.digests())) == 5
        index.clear()
    ServerIndex.recreate(fake.url, "textes", 0).close()
    ServerIndex(fake.url, "textes", 0).close()


def test_requests_and_answers_follow_the_description(fake: FakeQdrant, shared: Path) -> None:
    description = Description(shared / "specs" / "qdrant-openapi-1.19.json")
    live(fake)
    for exchange in fake.exchanges:
        description.check(exchange)
    assert len({(exchange.method, exchange.path) for exchange in fake.exchanges}) == 10


def test_the_description_catches_a_typo(shared: Path) -> None:
    description = Description(shared / "specs" / "qdrant-openapi-1.19.json")
    with pytest.raises(AssertionError, match="exacte"):
        description.check_request("POST", "/collections/t/points/count", "", {"exacte": True})
    with pytest.raises(AssertionError, match="unknown parameters"):
        description.check_request("PUT", "/collections/t/points", "waits=true", {"points": []})


def test_every_write_waits(fake: FakeQdrant) -> None:
    live(fake)
    writes = [e for e in fake.exchanges if "/points" in e.path or e.path.endswith("/index")]
    writes = [e for e in writes if e.method == "PUT" or e.path.endswith("/delete")]
    assert len(writes) > 8
    assert {exchange.query for exchange in writes} == {"wait=true"}


def test_only_the_collection_is_spoken_of(fake: FakeQdrant) -> None:
    live(fake)
    assert all(e.path.startswith("/collections/textes") for e in fake.exchanges)


def test_the_key_goes_with_every_request(fake: FakeQdrant) -> None:
    fake.api_key = "sésame".encode().hex()
    with pytest.warns(UserWarning, match="insecure connection"):
        ServerIndex(fake.url, "textes", DIMENSION, api_key=fake.api_key).close()
    assert {e.headers.get("api-key") for e in fake.exchanges} == {fake.api_key}
    with pytest.raises(IndexFailure, match="refuse l'accès") as refused:
        ServerIndex(fake.url, "textes", DIMENSION)
    assert fake.url in refused.value.where


def test_a_proxy_of_the_environment_is_not_used(
    fake: FakeQdrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    ServerIndex(fake.url, "textes", DIMENSION).close()


def test_nobody_at_the_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(IndexFailure, match="ne répond pas") as failed:
        ServerIndex(url, "textes", DIMENSION)
    assert url in failed.value.where
    assert "démarré" in failed.value.remedy


@pytest.mark.slow
def test_a_server_that_is_too_slow(fake: FakeQdrant) -> None:
    with closing(ServerIndex(fake.url, "textes", DIMENSION, timeout=1)) as index:
        fake.delay = 1.5
        with pytest.raises(IndexFailure, match="à temps"):
            index.count()


def test_an_answer_that_is_not_qdrants(fake: FakeQdrant, index: ServerIndex) -> None:
    fake.broken = True
    with pytest.raises(IndexFailure, match=r"ne se lit pas|inattendue"):
        index.count()


@pytest.mark.parametrize("url", ["ftp://serveur:6333", "http://"])
def test_not_an_address(url: str) -> None:
    with pytest.raises(IndexFailure):
        ServerIndex(url, "textes", DIMENSION)


def test_a_write_that_the_server_did_not_finish(fake: FakeQdrant, index: ServerIndex) -> None:
    fake.update_status = "wait_timeout"
    with pytest.raises(IndexFailure, match="non confirmée"):
        index.upsert([point(1, {1: 1.0})])


def test_the_collection_of_someone_else_is_not_touched(fake: FakeQdrant) -> None:
    fake.create("textes", {"vectors": {}, "sparse_vectors": {"autre": {}}})
    for opening in (ServerIndex, ServerIndex.recreate):
        with pytest.raises(IndexFailure, match="pas été faite par Référent"):
            opening(fake.url, "textes", DIMENSION)
    assert set(fake.collections) == {"textes"}


def test_a_collection_of_an_older_form_is_made_again(fake: FakeQdrant, index: ServerIndex) -> None:
    index.upsert([point(1, {1: 1.0})])
    del fake.collections["textes"].config["metadata"][OWNER]["form"]
    with closing(ServerIndex(fake.url, "textes", DIMENSION)) as again:
        assert again.count() == 0


def test_a_collection_that_went_away(fake: FakeQdrant, index: ServerIndex) -> None:
    fake.drop("textes", None)
    with pytest.raises(IndexFailure, match="404"):
        index.count()


def test_a_making_cut_short_is_finished(fake: FakeQdrant, index: ServerIndex) -> None:
    del fake.collections["textes"].indexes["valid_to"]
    before = index.identity
    with closing(ServerIndex(fake.url, "textes", DIMENSION)) as again:
        assert again.identity == before
    assert set(fake.collections["textes"].indexes) == {"services", "valid_from", "valid_to"}


def test_two_machines_share_one_identity(fake: FakeQdrant, index: ServerIndex) -> None:
    with closing(ServerIndex(fake.url, "textes", DIMENSION)) as other:
        assert other.identity == index.identity
        other.clear()
        assert other.identity == index.identity


def test_making_anew_takes_another_dimension(fake: FakeQdrant, index: ServerIndex) -> None:
    before = index.identity
    with closing(ServerIndex.recreate(fake.url, "textes", 9)) as again:
        assert again.identity != before
        again.upsert([point(1, dense=range(1, 10))])


def test_a_name_and_password_in_the_address_are_not_shown() -> None:
    assert shown("https://agent:secret@qdrant.local:6333/x") == "https://qdrant.local:6333/x"
    assert shown("http://qdrant:6333") == "http://qdrant:6333"
