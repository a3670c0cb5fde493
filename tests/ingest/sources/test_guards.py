"""Hostile and damaged files are refused before they are read."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from ingest.sources import guards
from ingest.sources.base import Source
from ingest.sources.guards import check_size, open_office, parse_xml, read_bytes
from rag.errors import EmptySource, HostileSource, SourceError, UnreadableSource


def source(path: Path) -> Source:
    return Source(path, path.name)


def opened(path: Path) -> None:
    with open_office(source(path)):
        pass


def test_200_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    begun = time.perf_counter()
    with pytest.raises(HostileSource, match="200 Mo"):
        read_bytes(source(path))
    assert time.perf_counter() - begun < 0.5
    check_size(source(path), limit=300 * 1024 * 1024)


@pytest.mark.parametrize(("name", "error"), [("absent", UnreadableSource), (".", UnreadableSource)])
def test_what_is_no_file(tmp_path: Path, name: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        read_bytes(source(tmp_path / name))
    assert caught.value.remedy


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.docx").touch()
    with pytest.raises(EmptySource):
        opened(tmp_path / "a.docx")


@pytest.mark.parametrize("size", [400, 30])
def test_zip_bomb(tmp_path: Path, size: int) -> None:
    path = tmp_path / "bombe.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.xml", bytes(size // 10 * 1024 * 1024))
    begun = time.perf_counter()
    with pytest.raises(HostileSource) as caught:
        opened(path)
    assert time.perf_counter() - begun < 1
    assert caught.value.where == "bombe.docx"


def test_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "MAX_MEMBERS", 3)
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4):
            archive.writestr(str(number), "x")
    with pytest.raises(HostileSource):
        opened(path)


def test_encrypted_office_file_is_an_ole_container(tmp_path: Path) -> None:
    path = tmp_path / "secret.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    with pytest.raises(UnreadableSource, match="protégé par mot de passe") as caught:
        opened(path)
    assert "mot de passe" in caught.value.remedy


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_truncated_zip(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "x" * 5000)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UnreadableSource, match="abîmé ou tronqué"):
        opened(path)


_LAUGHS = (
    """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>"""
)


@pytest.mark.parametrize(
    "xml",
    [
        _LAUGHS.encode(),
        _LAUGHS.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"),
        b'<!doctype x SYSTEM "file:///etc/passwd"><x/>',
    ],
)
def test_entities_are_refused(xml: bytes) -> None:
    with pytest.raises(HostileSource) as caught:
        parse_xml(xml, "a.docx!word/document.xml")
    assert caught.value.where == "a.docx!word/document.xml"


def test_malformed_xml_gives_its_line() -> None:
    with pytest.raises(UnreadableSource, match="ligne 2"):
        parse_xml(b"<a>\n<b></a>", "a.odt!content.xml")
