"""JSON Lines: one text a line; a broken line costs only itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ingest.sources import json_lines
from ingest.sources.base import BlockKind, Document, Source
from rag.errors import (
    ConflictingSource,
    EmptySource,
    HostileSource,
    SourceError,
    UnknownFormat,
    UnreadableSource,
)


def source(folder: Path, content: bytes | str) -> Source:
    path = folder / "textes.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Source(path, "notes/textes.jsonl")


def read(folder: Path, content: bytes | str) -> list[Document | SourceError]:
    return list(json_lines.read(source(folder, content)))


def line(**values: object) -> str:
    return json.dumps({"id": "a", "title": "T", "text": "Des mots."} | values) + "\n"


def test_each_line_is_a_document(tmp_path: Path) -> None:
    text = "Demande\n\nÀ  Paris\n- en ligne\n• au guichet\n## Délai\n2 mois"
    found = read(tmp_path, "\n" + line(id="F1", title="Aide", text=text) + line(id=7))
    first, second = found
    assert isinstance(first, Document) and isinstance(second, Document)
    assert first.declared.text_id == "F1" and first.declared.title == "Aide"
    assert second.declared.text_id == "7"
    assert [(block.kind, block.words) for block in first.blocks] == [
        (BlockKind.PARAGRAPH, "Demande"),
        (BlockKind.PARAGRAPH, "À Paris"),
        (BlockKind.ITEM, "- en ligne"),
        (BlockKind.ITEM, "- au guichet"),
        (BlockKind.HEADING, "Délai"),
        (BlockKind.PARAGRAPH, "2 mois"),
    ]


@pytest.mark.parametrize("title", ["", "  ", None])
def test_the_first_line_stands_in_for_a_title(tmp_path: Path, title: str | None) -> None:
    (found,) = read(tmp_path, line(title=title, text="\n\n" + "mot " * 50 + "\nsuite"))
    assert isinstance(found, Document)
    assert found.declared.title == ("mot " * 30).rstrip()


def test_optional_keys(tmp_path: Path) -> None:
    values = {"services": ["rh", "juridique"], "effective": "2025-03-01", "nature": "procédure"}
    (found,) = read(tmp_path, line(**values))
    assert isinstance(found, Document)
    assert found.declared.services == frozenset({"rh", "juridique"})
    assert found.declared.effective == date(2025, 3, 1)
    assert found.declared.nature == "procédure"


BROKEN = [
    (b'{"id": "x", "text": \n', UnreadableSource, "mal formé"),
    (b"[1, 2]\n", UnreadableSource, "objet"),
    (b'{"id": "x", "text": "\xe9t\xe9"}\n', UnreadableSource, "encodage"),
    (b'{"id": "x", "title": "sans texte"}\n', UnreadableSource, "« text »"),
    (b'{"id": "x", "text": 3}\n', UnreadableSource, "« text »"),
    (b'{"text": "sans identit\xc3\xa9"}\n', UnreadableSource, "« id »"),
    (b'{"id": true, "text": "mots"}\n', UnreadableSource, "« id »"),
    (b'{"id": "x", "title": [], "text": "mots"}\n', UnreadableSource, "« title »"),
    (b'{"id": "x", "services": {"a": 1}, "text": "mots"}\n', UnreadableSource, "« services »"),
    (b'{"id": "x", "effective": "hier", "text": "mots"}\n', UnreadableSource, "date"),
    (b'{"id": "x", "text": " \\n "}\n', EmptySource, "vide"),
    (b'{"id": "a", "text": "encore"}\n', ConflictingSource, "ligne 1"),
    (b"[" * 100_000 + b"\n", HostileSource, "profond"),
    (b'{"id": ' + b"9" * 10_000 + b"}\n", UnreadableSource, "illisible"),
]


@pytest.mark.parametrize(("content", "error", "says"), BROKEN)
def test_a_broken_line_costs_only_itself(
    tmp_path: Path, content: bytes, error: type[SourceError], says: str
) -> None:
    found = read(tmp_path, line().encode() + content + line(id="z").encode())
    first, fault, last = found
    assert isinstance(first, Document) and isinstance(last, Document)
    assert type(fault) is error and says in fault.what
    assert fault.where == "notes/textes.jsonl, ligne 2" and fault.remedy


def test_a_lone_surrogate_can_be_stored(tmp_path: Path) -> None:
    (found,) = read(tmp_path, '{"id": "a\\ud800", "text": "m\\udfffot"}\n')
    assert isinstance(found, Document)
    assert (found.declared.text_id + found.blocks[0].words).encode() == b"a?m?ot"


def test_a_set_of_questions_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="jeu de questions") as caught:
        read(tmp_path, '{"id": "q1", "question": "Quel délai ?", "relevant": []}\n')
    assert "mesurer" in caught.value.remedy


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_nothing_in_it(tmp_path: Path, content: str) -> None:
    with pytest.raises(EmptySource):
        read(tmp_path, content)


def test_a_mark_of_utf8_and_no_last_line_end(tmp_path: Path) -> None:
    (found,) = read(tmp_path, b"\xef\xbb\xbf" + line().strip().encode())
    assert isinstance(found, Document)


def test_a_line_too_long_stops_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_LINE_BYTES", 100)
    reading = json_lines.read(source(tmp_path, line() + line(id="b", text="mot " * 100)))
    assert isinstance(next(reading), Document)
    with pytest.raises(HostileSource, match="ligne 2"):
        next(reading)


def test_the_sheets_at_hand(shared: Path) -> None:
    path = shared / "eval/cdtn/documents.jsonl"
    found = list(json_lines.read(Source(path, path.name)))
    assert len(found) == 1170
    assert all(isinstance(each, Document) and each.declared.title for each in found)


def test_the_questions_at_hand(shared: Path) -> None:
    path = shared / "eval/cdtn/questions.jsonl"
    with pytest.raises(UnknownFormat):
        list(json_lines.read(Source(path, path.name)))
