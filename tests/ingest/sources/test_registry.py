"""Which reader reads what."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from ingest.sources import registry
from rag.errors import MissingPackage, UnknownFormat


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """An installed package that reads .rtf, and would read .md if it could."""
    module = types.ModuleType("vendor_reader")
    module.read = lambda source: iter(())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vendor_reader", module)
    points = [
        EntryPoint("rtf", "vendor_reader:read", registry.GROUP),
        EntryPoint("md", "vendor_reader:read", registry.GROUP),
        EntryPoint("tar.xz", "absent_reader:read", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry._third_party.cache_clear()
    yield module
    registry._third_party.cache_clear()


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("a.md", "markdown"),
        ("A.MARKDOWN", "markdown"),
        ("a.b.txt", "plain_text"),
        ("a.htm", "html"),
        ("a.docx", "docx"),
        ("a.odt", "odt"),
        ("a.eml", "eml"),
        ("a.xlsx", "xlsx"),
    ],
)
def test_reader_by_suffix(name: str, module: str) -> None:
    assert registry.reader_for(Path(name)).__module__ == f"ingest.sources.{module}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a.doc", "a", "a.exe", "a.gz"])
def test_unknown_format_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownFormat) as caught:
        registry.reader_for(Path(name))
    assert ".docx" in caught.value.remedy
    assert not registry.is_source(Path(name))


@pytest.mark.parametrize(
    ("name", "taken"),
    [("a.tar.gz", True), ("a.TGZ", True), ("~$a.docx", False), (".a.md", False), ("a.md~", False)],
)
def test_is_source(name: str, taken: bool) -> None:
    assert registry.is_source(Path(name)) is taken


def test_third_parties_add_formats_but_do_not_replace_ours(third_party: types.ModuleType) -> None:
    assert registry.reader_for(Path("a.rtf")) is third_party.read
    assert registry.reader_for(Path("a.md")) is not third_party.read
    assert ".rtf" in registry.known_suffixes()
    with pytest.raises(MissingPackage) as caught:
        registry.reader_for(Path("a.tar.xz"))
    assert "pip install absent_reader" in caught.value.remedy
