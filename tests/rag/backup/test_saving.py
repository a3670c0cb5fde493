"""A restored folder is the one that was saved, row by row; a damaged backup restores nothing."""

from __future__ import annotations

import gzip
import json
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import folders
import pytest
from fakes import filled
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import state

from rag.backup import archive
from rag.backup.saving import backup, restore
from rag.bootstrap import Parts, open_parts
from rag.errors import NewerSchema, ReferentError, StorageError, UnreadableSource, UsageError
from rag.journal.checking import check
from rag.journal.entry import Entry
from rag.journal.journal import Journal
from rag.settings import NO_MODEL, Settings

WORDS = {str(n): f"La règle {n} vaut pour le guichet." for n in range(1, 20)}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A data folder with a journal, and a backup of it."""
    folder = tmp_path_factory.mktemp("saved")
    hidden = state("rh", {"1": "La zibeline est taxée."}, services=["rh"])
    with filled(folder, state("rgs", WORDS), hidden) as parts:
        journal = Journal(parts.registry, parts.settings, parts.data)
        for n in range(30):
            assert journal.record(Entry("ask", "api", "ève", question=f"question {n}"))
        backup(parts, folder / "out.tar.gz")
        yield parts.data, folder / "out.tar.gz"


def at(folder: Path) -> Settings:
    return Settings(data=folder, embedding_model=NO_MODEL)


def registry_rows(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(data / "registry.sqlite3")) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr)
            for (name,) in names.fetchall()
        }


def test_what_is_restored_is_what_was_saved(saved: tuple[Path, Path], tmp_path: Path) -> None:
    data, file = saved
    restored = restore(file, at(tmp_path / "new"))
    assert restored.points == len(folders.points(tmp_path / "new")) == 20
    folders.compare_content(folders.content(tmp_path / "new"), folders.content(data))
    assert registry_rows(tmp_path / "new") == registry_rows(data)
    assert (tmp_path / "new/journal.key").read_bytes() == (data / "journal.key").read_bytes()
    with open_parts(at(tmp_path / "new")) as parts:
        journal = Journal(parts.registry, parts.settings, parts.data)
        report = check(parts.registry, journal.key)
        assert report.problem is None and report.entries == 30


def test_only_its_owner_reads_it(saved: tuple[Path, Path], tmp_path: Path) -> None:
    _, file = saved
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restore(file, at(tmp_path / "new"))
    for name in ("catalogue.sqlite3", "registry.sqlite3", "journal.key"):
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) & 0o077 == 0


def test_nothing_is_overwritten(saved: tuple[Path, Path], tmp_path: Path) -> None:
    data, file = saved
    before = folders.content(data)
    with pytest.raises(UsageError):
        restore(file, at(data))
    folders.compare_content(folders.content(data), before)
    with open_parts(at(data)) as parts, pytest.raises(UsageError):
        backup(parts, file)


def test_a_folder_that_is_not_there(saved: tuple[Path, Path], tmp_path: Path) -> None:
    data, _ = saved
    with open_parts(at(data)) as parts, pytest.raises(StorageError) as said:
        backup(parts, tmp_path / "none/out.tar.gz")
    assert said.value.remedy and list(tmp_path.iterdir()) == []


def whole(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as held:
        return {m.name: held.extractfile(m).read() for m in held}  # type: ignore[union-attr]


def rewritten(target: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(target, "w:gz") as made:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            import io

            made.addfile(entry, io.BytesIO(content))
    return target


def evil(members: dict[str, bytes], name: str) -> dict[str, bytes]:
    """With a member elsewhere, which the manifest lists."""
    about = json.loads(members["manifest.json"])
    about["members"].append({"name": name, "size": 1, "digest": "00"})
    return {**members, "manifest.json": json.dumps(about).encode(), name: b"x"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda m: {k: v for k, v in m.items() if k != "manifest.json"}, id="none"),
        pytest.param(lambda m: {k: v for k, v in m.items() if "cat" not in k}, id="missing"),
        pytest.param(lambda m: {**m, "catalogue.sqlite3": m["registry.sqlite3"]}, id="swapped"),
        pytest.param(lambda m: {**m, "journal.key": b"0" * 65}, id="another key"),
        pytest.param(lambda m: evil(m, "../evil"), id="elsewhere"),
        pytest.param(lambda m: evil(m, "/tmp/evil"), id="absolute"),
        pytest.param(lambda m: {**m, "manifest.json": b"[]"}, id="no object"),
        pytest.param(lambda m: {**m, "manifest.json": b'{"format": 2}'}, id="another format"),
    ],
)
def test_a_backup_that_is_none(saved: tuple[Path, Path], tmp_path: Path, change: Any) -> None:
    file = rewritten(tmp_path / "bad.tar.gz", change(whole(saved[1])))
    with pytest.raises(UnreadableSource):
        restore(file, at(tmp_path / "new"))
    assert not list((tmp_path / "new").iterdir())
    assert not (tmp_path / "evil").exists()


def test_a_later_release(saved: tuple[Path, Path], tmp_path: Path) -> None:
    members = whole(saved[1])
    about = json.loads(members["manifest.json"])
    about["schemas"]["catalogue.sqlite3"] = "9999"
    file = rewritten(
        tmp_path / "bad.tar.gz", {**members, "manifest.json": json.dumps(about).encode()}
    )
    with pytest.raises(NewerSchema):
        restore(file, at(tmp_path / "new"))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_cut_or_changed_byte_restores_nothing(
    tmp_path_factory: pytest.TempPathFactory, saved: tuple[Path, Path], data: st.DataObject
) -> None:
    content = bytearray(saved[1].read_bytes())
    at_byte = data.draw(st.integers(10, len(content) - 10))
    if data.draw(st.booleans()):
        del content[at_byte:]
    else:
        content[at_byte] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("cut")
    (folder / "bad.tar.gz").write_bytes(content)
    try:
        restore(folder / "bad.tar.gz", at(folder / "new"))
    except ReferentError:
        assert not [f for f in (folder / "new").iterdir() if not f.name.startswith(".")]
    else:  # a byte of padding: nothing of it counts
        folders.compare_content(folders.content(folder / "new"), folders.content(saved[0]))


def test_manifest_of_a_whole_one(saved: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    manifest = archive.extract(
        saved[1], tmp_path / "there", ["catalogue.sqlite3", "registry.sqlite3", "journal.key"]
    )
    assert manifest.schemas.keys() == {"catalogue.sqlite3", "registry.sqlite3"}
    with gzip.open(saved[1]) as held:
        assert held.read(20).startswith(b"manifest.json")


def test_parts_of_a_server_are_saved_there(tmp_path: Path) -> None:
    chosen = Settings(data=tmp_path, catalogue_url="postgresql://h/d")
    with pytest.raises(UsageError) as said:
        backup(Parts(chosen), tmp_path / "out")
    assert "pg_dump" in said.value.remedy
