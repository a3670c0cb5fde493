"""Servers that share a registry sign its journal with one key, or do not start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from running import Ran, referent
from serving import serving
from small_folder import filled

from rag.bootstrap import open_parts
from rag.errors import SettingsError
from rag.journal.entry import Entry
from rag.journal.journal import Journal
from rag.settings import NO_MODEL, Settings

NAMED = "REFERENT_JOURNAL_KEY"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A registry that is not in the data folder."""
    address = f"sqlite:///{tmp_path}/shared.sqlite3"
    monkeypatch.setenv("REFERENT_REGISTRY_URL", address)
    return address


@pytest.mark.slow
def test_a_server_without_the_key_does_not_start(data: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=NAMED), serving(data):
        pass
    assert not (data / "journal.key").exists()
    with serving(data, journal_key="la même"):
        pass
    with serving(data, journal=False):  # it writes none
        pass


def command(data: Path, *line: str) -> Ran:
    ran = referent(*line, "--data", data)
    assert "Traceback" not in ran.err
    return ran


@pytest.mark.parametrize(
    "line",
    [
        ("ask", "recours ?"),
        ("search", "recours"),
        ("journal", "check"),
        ("journal", "export"),
        ("journal", "purge"),
        ("journal", "erase", "marie"),
        ("people", "add", "marie"),
        ("serve", "--port", "0"),
    ],
)
def test_no_command_writes_without_the_key(data: Path, url: str, line: tuple[str, ...]) -> None:
    ran = command(data, *line)
    assert ran.status != 0 and NAMED in ran.err and "même secret" in ran.err
    assert not (data / "journal.key").exists()


def test_who_only_reads_needs_none(data: Path, url: str) -> None:
    assert command(data, "journal", "stats", "--json").status == 0
    assert command(data, "people", "list").status == 0


@pytest.mark.slow
def test_a_file_that_signed_alone_goes_on(data: Path, url: str, tmp_path: Path) -> None:
    """A server that had the registry for itself so far; the second one is told."""
    other = tmp_path / "other"
    shutil.copytree(data, other)
    chosen = Settings(data=data, embedding_model=NO_MODEL, registry_url="")
    for folder in (data, other):  # each had a registry and a key in its folder
        alone = chosen.model_copy(update={"data": folder, "registry_url": ""})
        with open_parts(alone) as parts:
            Journal(parts.registry, alone, parts.data).record(Entry("ask", "page", "jean"))
    shutil.copy(data / "registry.sqlite3", tmp_path / "shared.sqlite3")
    with serving(data) as served:
        served.everyone.post("/v1/ask", json={"question": "recours ?"})
    assert command(data, "journal", "check").status == 0
    with pytest.raises(SettingsError, match=NAMED), serving(other):
        pass
