"""A person's data leave the journal; the proof does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from databases import SQLITE_ONLY
from keeping import asked, check, filled, on_disk, opened, sql, wrong

from rag.database import reading
from rag.journal import erasure
from rag.journal.filters import Filter, Scope
from rag.journal.journal import Journal
from rag.journal.reading import entries
from rag.journal.statistics import statistics


def erase(kept: Journal, person: str) -> int:
    return erasure.erase(kept, person, who="operator", door="command")


@SQLITE_ONLY  # looks at every byte on the disk
def test_what_was_a_persons_is_gone_everywhere(kept: Journal, tmp_path: Path) -> None:
    kept.record(asked(0, who="Zoé Zibeline", question="Puis-je être mutée ?", comment="privé"))
    kept.record(asked(1))
    for words in (b"Zibeline", b"mut\xc3\xa9e", b"priv\xc3\xa9"):
        assert words in on_disk(tmp_path)
    assert erase(kept, "Zoé Zibeline") == 1
    for words in (b"Zibeline", b"mut\xc3\xa9e", b"priv\xc3\xa9"):
        assert words not in on_disk(tmp_path)
    assert wrong(kept) is None


def test_the_rest_of_the_entry_stays(kept: Journal) -> None:
    filled(kept)
    with reading(kept.engine) as connection:
        before = list(entries(connection, Filter()))
        counted = statistics(connection, Scope())
    erased = [each.seq for each in before if each.entry.who == "agent1"]
    assert erase(kept, "agent1") == len(erased) > 1
    with reading(kept.engine) as connection:
        *after, told = entries(connection, Filter())
        assert statistics(connection, Scope()) == counted
    assert [each.seq for each in after if each.erased] == erased
    for old, new in zip(before, after, strict=True):
        gone = {"who": "", "question": "", "reason": "", "comment": ""} if new.erased else {}
        assert new.entry == replace_fields(old.entry, gone)
    assert (told.entry.kind, told.entry.who) == ("erase", "operator")
    assert "agent1" not in told.entry.detail
    runs = json.loads(told.entry.detail)["rows"]
    assert [n for first, last in runs for n in range(first, last + 1)] == erased


def replace_fields(entry: object, fields: dict[str, str]) -> object:
    from dataclasses import replace

    return replace(entry, **fields)  # type: ignore[type-var]


def test_under_a_pseudonym_too(tmp_path: Path) -> None:
    with opened(tmp_path) as plain:
        plain.record(asked(0))
    with opened(tmp_path, journal_names="pseudonym") as kept:
        kept.record(asked(3))
        assert erase(kept, "agent0") == 2
        assert wrong(kept) is None


def test_an_unknown_person(kept: Journal) -> None:
    filled(kept)
    assert erase(kept, "personne") == 0
    assert wrong(kept) is None


@pytest.mark.parametrize(
    "tamper",
    [
        "DELETE FROM journal_people WHERE seq = 3",  # one that was not erased
        "UPDATE journal SET detail = '{\"rows\": [[1, 12]]}' WHERE kind = 'erase'",
        "DELETE FROM journal WHERE kind = 'erase'",
        "INSERT INTO journal_people SELECT 2, salt, who, question, reason, comment "
        "FROM journal_people WHERE seq = 3",  # other words put back
    ],
)
def test_an_erasure_covers_nothing_else(kept: Journal, tmp_path: Path, tamper: str) -> None:
    filled(kept)
    erase(kept, "agent1")
    assert check(kept).problem is None
    sql(tmp_path, tamper)
    assert wrong(kept) is not None
