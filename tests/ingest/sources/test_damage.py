"""Whatever the bytes, a reader gives a document or a SourceError with a place and a remedy."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.sources.base import Source
from ingest.sources.registry import reader_for
from ingest.structure import to_state
from rag.errors import SourceError

TEXTS = [".md", ".txt", ".html", ".eml"]
OFFICE = [".docx", ".odt", ".xlsx"]

_SNIPPETS = st.sampled_from(
    ["---\n", "id: a\n", "# ", "|a|b|\n", "|-|-|\n", "- ", "1. ", "```\n", "<p>", "<table><tr><td>",
     "<ul><li>", "</h1>", "<h2>", "Subject: x\n\n", "Content-Type: text/html; charset=x\n", "\n\n",
     "\x0c", "é", "\u2028", "Article 1", "<!--", "&#0;", "&amp;", "<?xml version='1.0' encoding='x'?>"]  # noqa: E501
)  # fmt: skip
_TEXT = st.lists(st.one_of(_SNIPPETS, st.text(max_size=8)), max_size=25).map("".join)


def read(path: Path) -> None:
    """Reads and cuts `path`; a refusal must name the file and a remedy."""
    try:
        for found in reader_for(path)(Source(path, path.name)):
            to_state(found)  # type: ignore[arg-type]
    except SourceError as error:
        assert path.name in error.where, error
        assert error.remedy, error


@pytest.mark.parametrize("suffix", TEXTS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=_TEXT)
def test_any_text(tmp_path: Path, suffix: str, text: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read(path)


@pytest.mark.parametrize("suffix", TEXTS + OFFICE)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    read(path)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", OFFICE)
def test_damaged_office_files(tmp_path: Path, shared: Path, suffix: str) -> None:
    """Real files with bytes of the archive, or of one member, changed or cut."""
    chance = random.Random(suffix)
    original = _original(tmp_path, shared, suffix)
    for _ in range(25):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(_damaged(original.read_bytes(), chance))
        read(path)
        _with_damaged_member(original, path, chance)
        read(path)


def _original(tmp_path: Path, shared: Path, suffix: str) -> Path:
    folder = shared / "corpora" / "documents"
    if suffix != ".xlsx":
        return sorted(folder.glob(f"*{suffix}"))[-1]
    import openpyxl

    path = tmp_path / "original.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Acte", "Prix"])
    book.active.append(["Copie", 3])
    book.save(path)
    return path


def _damaged(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.choice([len(changed), chance.randrange(len(changed))])])


def _with_damaged_member(original: Path, path: Path, chance: random.Random) -> None:
    with zipfile.ZipFile(original) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    xml = [name for name in members if name.endswith((".xml", ".rels")) and members[name]]
    name = chance.choice(xml)
    if chance.random() < 0.3:
        del members[name]
    elif chance.random() < 0.5:
        members[name] = b"<a/>"
    else:
        members[name] = _damaged(members[name], chance)
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
