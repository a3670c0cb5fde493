"""`status`, `check` and `verify` beside a server that holds the folder: as without it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from running import Ran, referent
from serving import Served, serving
from small_folder import RULES, filled

from api.remote import Remote
from api.routes import operator
from rag.health import Problem
from rag.index.edge import EdgeIndex

WORDS = "Vu les articles 2 et 99 du Règlement général, et l'article 2 de la Note interne."
CHECK = "api.routes.operator.check_all"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Ran]]:
    """A folder, and what the commands print on it while no server runs."""
    data = filled(tmp_path_factory.mktemp("beside"))
    letter = data.parent / "letter.txt"
    letter.write_text(WORDS, "utf-8")
    lines = {
        "status": ("status",),
        "status --json": ("status", "--json"),
        "check": ("check",),
        "check --json": ("check", "--json"),
        "verify": ("verify", letter),
        "verify --json": ("verify", letter, "--json"),
        "verify --service": ("verify", letter, "--service", "état civil", "--json"),
    }
    said = {name: referent(*line, "--data", data) for name, line in lines.items()}
    assert [ran.status for ran in said.values()] == [0, 0, 0, 0, 1, 1, 1]
    return data, said


@pytest.fixture(scope="module")
def beside(before: tuple[Path, dict[str, Ran]]) -> Iterator[Served]:
    with serving(before[0]) as running:
        yield running


@pytest.mark.parametrize("name", ["status", "check", "verify"])
@pytest.mark.parametrize("option", ["", "--json"])
def test_the_same_is_printed(
    before: tuple[Path, dict[str, Ran]], beside: Served, name: str, option: str
) -> None:
    letter = [beside.data.parent / "letter.txt"] if name == "verify" else []
    more = [option] if option else []
    now = referent(name, *letter, *more, "--data", beside.data)
    assert now == before[1][f"{name} {option}".strip()]
    assert "tenu par un autre" not in now.out


def test_rights_are_the_same(before: tuple[Path, dict[str, Ran]], beside: Served) -> None:
    letter = beside.data.parent / "letter.txt"
    options = ("--service", "état civil", "--json", "--data", beside.data)
    assert referent("verify", letter, *options) == before[1]["verify --service"]


def test_the_server_tells_of_its_own_index(beside: Served) -> None:
    state = referent("status", "--json", "--data", beside.data).json["index"]
    assert state["points"] > 0 and not state["pending"]
    assert beside.everyone.get("/health/ready").json()["index"] == {"pending": False}


def test_what_does_not_agree_is_found(beside: Served) -> None:
    """The index says that it lacks a point."""
    held = dict.fromkeys([1], "x")
    with mock.patch.object(EdgeIndex, "digests", return_value=iter(held.items())):
        told = referent("check", "--json", "--data", beside.data)
    assert told.status == 1
    problems = told.json["problems"]
    assert any("manquent dans l'index" in problem["what"] for problem in problems)
    assert all(problem["remedy"] for problem in problems)
    shown = referent("check", "--data", beside.data)
    assert (shown.status, shown.out) == (0, "Catalogue, index et fichiers concordent.\n")


def test_what_an_ingest_moved_meanwhile_is_looked_at_again(
    beside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator, "APPLY_SECONDS", 0.01)
    states = [{"index": {"applied": n, "pending": 0}} for n in (1, 2, 2, 2)]
    wrong = [Problem("x", "y")]
    with (
        mock.patch("api.serving.Service.state", side_effect=states),
        mock.patch(CHECK, side_effect=[wrong, []]) as looked,
    ):
        assert referent("check", "--data", beside.data).status == 0
    assert looked.call_count == 2


@pytest.mark.slow
def test_what_was_ingested_meanwhile_is_counted(tmp_path: Path) -> None:
    data = filled(tmp_path)
    new = tmp_path / "new.md"
    new.write_text(RULES.format(day="2026-03-01", delay="six").replace("général", "nouveau"))
    with serving(data) as running:
        texts = referent("status", "--json", "--data", data).json["texts"]
        assert referent("ingest", new, "--data", data).status == 0
        assert referent("status", "--json", "--data", data).json["texts"] == texts + 1
        assert referent("check", "--data", running.data).status == 0


def test_no_server_no_socket(before: tuple[Path, dict[str, Ran]], tmp_path: Path) -> None:
    """A folder without a server is opened by the command."""
    data = tmp_path / "copy"
    shutil.copytree(before[0], data, ignore=shutil.ignore_patterns("*.sock"))
    with mock.patch.object(Remote, "status", side_effect=AssertionError):
        assert referent("status", "--json", "--data", data).json["index"]["points"] > 0


@pytest.mark.parametrize("address", ["/operator/status", "/operator/check"])
def test_not_over_the_network(beside: Served, address: str) -> None:
    assert beside.everyone.post(address, json={}).status_code == 404
    assert beside.operator.post(address, json={}).status_code == 200
