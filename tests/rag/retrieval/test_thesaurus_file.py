"""Thesaurus files: the shipped one is in order, an organisation's is read or its line named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.retrieval.thesaurus import entry_id, key_of, understood
from rag.retrieval.thesaurus_file import SHIPPED, load, read, shipped


def written(folder: Path, *lines: str) -> Path:
    path = folder / "thesaurus.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def meanings(path: Path | None, question: str) -> list[tuple[str, ...]]:
    return [told.meaning for told in understood(load(path).concepts(question))]


def test_the_shipped_file_is_in_order() -> None:
    """Its keys are those of today's analysis: after a change there, `eval.thesaurus keys`."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert all(line.startswith('{"key": "') for line in lines)
    assert [row["key"] for row in rows] == [key_of(row["lay"]) for row in rows]
    assert all(row["key"] for row in rows)
    assert len({entry_id(row["lay"]) for row in rows}) == len(rows) > 7000
    assert len(list(read(SHIPPED))) == len(rows)


def test_shipped_entries_are_found() -> None:
    (told,) = understood(shipped().concepts("les auto-écoles"))
    assert told.entry == "auto-ecole"
    assert any("enseignement" in words for words in told.meaning)


def test_own_entries_are_added_and_switch_off(tmp_path: Path) -> None:
    own = written(
        tmp_path,
        "\ufeff" + json.dumps({"lay": "SIVU du Val", "legal": ["syndicat des eaux"]}),
        "",
        json.dumps({"lay": "auto-école", "off": True}),
        json.dumps({"lay": "formulaire", "legal": ["imprimé F12"]}),
    )
    assert meanings(own, "le sivu du val") == [("syndicat des eaux",)]
    assert meanings(None, "auto-école") != meanings(own, "auto-école") == []
    assert meanings(own, "formulaire") == [("imprimé F12",)]
    assert meanings(own, "médecin traitant") == meanings(None, "médecin traitant") != []


WRONG = [
    ("{", "JSON"),
    ("[" * 100_000, "JSON"),
    ("[]", "« lay »"),
    ('{"legal": ["a"]}', "« lay »"),
    ('{"lay": "  ", "legal": ["a"]}', "« lay »"),
    ('{"lay": 3, "legal": ["a"]}', "« lay »"),
    ('{"lay": "le la", "legal": ["a"]}', "trop généraux"),
    ('{"lay": "papier"}', "« legal »"),
    ('{"lay": "papier", "legal": []}', "« legal »"),
    ('{"lay": "papier", "legal": "titre"}', "« legal »"),
    ('{"lay": "papier", "legal": ["titre", ""]}', "« legal »"),
    ('{"lay": "papier", "off": "non"}', "« off »"),
    ('{"lay": "papier", "legal": ["titre"], "exact": 1}', "« exact »"),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str, said: str) -> None:
    own = written(tmp_path, '{"lay": "papier", "legal": ["titre"]}', "", line)
    with pytest.raises(SettingsError) as caught:
        load(own)
    assert caught.value.where == f"{own}, ligne 3"
    assert said in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "thesaurus.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert caught.value.where == str(path)
