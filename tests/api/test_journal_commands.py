"""`referent journal`: what the data folder's owner does with the record of requests."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from running import Ran, referent
from small_folder import filled

from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.roles import Role
from rag.bootstrap import open_parts
from rag.conversations.store import Conversations
from rag.journal.entry import Entry, Spent
from rag.journal.journal import Journal
from rag.settings import NO_MODEL, Settings
from rag.types import Answer


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(filled(tmp_path_factory.mktemp("journalled")))


@pytest.fixture
def data(template: Path, tmp_path: Path) -> Path:
    """A data folder with four entries, the first of them old."""
    shutil.copytree(template, tmp_path / "data")
    return tmp_path / "data"


def record(data: Path) -> Path:
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
        kept = Journal(parts.registry, parts.settings, parts.data)
        for entry in entries():
            kept.record(entry)
    return data


def entries() -> Iterator[Entry]:
    old = datetime.now(UTC).replace(microsecond=0) - timedelta(days=400)
    rh = frozenset({"rh"})
    yield Entry("search", "page", "jean", rh, "Vieille question ?", latency={"total": 3.0}, at=old)
    yield Entry("ask", "page", "jean", rh, "=1+1", model="m", versions=("v1",),
                latency={"total": 800.0}, spent=Spent(100, 50, 20, 700, 90))  # fmt: skip
    yield Entry("ask", "api", "anne", question="Sans réponse ?", refused=True, status="refused",
                latency={"total": 90.0})  # fmt: skip
    yield Entry("verify", "api", "anne", latency={"total": 12.0})


def journal(data: Path, *arguments: object) -> Ran:
    ran = referent("journal", *arguments, "--data", data)
    assert "Traceback" not in ran.err
    return ran


def tamper(data: Path, statement: str) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "registry.sqlite3", isolation_level=None)) as connection:
        connection.execute(statement)


def test_check(data: Path) -> None:
    ran = journal(data, "check")
    assert ran.status == 0
    assert "Journal intact : 4 lignes, de 1 à 4." in ran.out
    shape = journal(data, "check", "--json").json
    assert shape["hash"] in ran.out
    assert (shape["entries"], shape["first"], shape["last"]) == (4, 1, 4)
    assert shape["problem"] is None


def test_check_of_an_altered_journal(data: Path) -> None:
    tamper(data, "UPDATE journal SET refused = 1 - refused WHERE seq = 2")
    ran = journal(data, "check", "--json")
    assert ran.status == 1
    assert ran.json["problem"] == {"seq": 2, "what": "ligne altérée ou déplacée"}
    ran = journal(data, "check")
    assert ran.status == 1
    assert "Journal altéré — ligne 2" in ran.out


def test_export_as_csv(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "journal.csv"
    assert journal(data, "export", "--out", out).status == 0
    text = out.read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row["kind"] for row in rows] == ["search", "ask", "ask", "verify", "export"]
    assert rows[1]["question"] == "'=1+1"
    assert out.stat().st_mode & 0o077 == 0  # it names people


def test_export_as_json_lines_filtered(data: Path) -> None:
    def numbers(*options: object) -> list[int]:
        ran = journal(data, "export", "--json", *options)
        assert ran.status == 0
        return [json.loads(line)["seq"] for line in ran.out.splitlines()]

    assert numbers("--who", "jean") == [1, 2]
    assert numbers("--refused") == [3]
    assert numbers("--answered", "--kind", "ask") == [2]
    assert numbers("--service", "RH", "--since", datetime.now(UTC).date()) == [2]
    assert numbers("--until", "2020-01-01") == []
    assert numbers("--model", "m", "--door", "page") == [2]


def test_an_export_is_journalled(data: Path) -> None:
    journal(data, "export", "--who", "jean", "--reason", "demande d'accès")
    told = json.loads(journal(data, "export", "--json", "--kind", "export").out.splitlines()[0])
    assert (told["who"], told["door"]) == ("operator", "command")
    assert told["reason"] == "demande d'accès"
    assert json.loads(told["detail"])["one_person"] is True
    assert "jean" not in told["detail"]


def test_an_export_that_cannot_be_written(data: Path, tmp_path: Path) -> None:
    ran = journal(data, "export", "--out", tmp_path / "absent" / "journal.csv")
    assert ran.status == 2
    assert "absent" in ran.err


def test_purge(data: Path) -> None:
    assert journal(data, "purge", "--days", 1000, "--json").json == {"purged": 0, "last": 0}
    assert journal(data, "purge", "--json").json == {"purged": 1, "last": 1}
    assert "Purgé : 0 lignes de plus de 180 jours" in journal(data, "purge").out
    assert journal(data, "check", "--json").json["first"] == 2
    assert journal(data, "stats", "--json").json["total"]["requests"] == 4


@pytest.mark.parametrize("days", [0, 3651, "beaucoup"])
def test_purge_of_nonsense(data: Path, days: object) -> None:
    assert journal(data, "purge", "--days", days).status == 2


def test_stats(data: Path) -> None:
    shape = journal(data, "stats", "--json").json
    assert shape["total"] == {
        "requests": 4, "failed": 0, "asked": 2, "refused": 1, "with_unsupported": 0,
        "share_refused": 0.5, "share_unsupported": 0.0,
    }  # fmt: skip
    assert shape["by_service"]["rh"]["requests"] == 2
    assert set(shape["by_door"]) == {"page", "api"}
    assert shape["most_cited"] == [{"version_id": "v1", "answers": 1}]
    assert len(shape["unanswered"]) == 1
    assert "Sans réponse ?" not in json.dumps(shape, ensure_ascii=False)
    ran = journal(data, "stats", "--service", "rh")
    assert "2 demandes, dont 1 questions : 0.0% sans réponse" in ran.out
    assert "page\t2" in ran.out


def test_erase(data: Path) -> None:
    assert journal(data, "erase", "jean", "--json").json == {"erased": 2, "conversations": 0}
    assert "Effacé : 0 lignes, 0 conversations" in journal(data, "erase", "jean").out
    assert journal(data, "check").status == 0
    assert "jean" not in journal(data, "export").out
    assert journal(data, "erase", " ").status == 2


def test_a_person_is_given_their_conversations_and_then_erased(data: Path) -> None:
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        desk = Administration(Accounts(parts.registry, chosen).store)
        kept = Conversations(parts.registry, parts.catalogue)
        for login in ("marie", "paul"):
            person, _ = desk.add(login, "", Role.AGENT, ["rh"])
            answer = Answer("Où ?", None, "", True, "extractive", (), (), {})
            kept.add(kept.start(person.person_id), person.person_id, "Où ?", answer, ())
    person = ("export", "--json", "--conversations", "--who", "marie")
    given = journal(data, *person, "--reason", "demande d'accès")
    (shape,) = [json.loads(line) for line in given.out.splitlines()]
    assert [turn["question"] for turn in shape["turns"]] == ["Où ?"]
    told = json.loads(journal(data, "export", "--json", "--kind", "export").out.splitlines()[0])
    assert told["reason"] == "demande d'accès" and "marie" not in told["detail"]
    assert len(journal(data, *person[:-1], "jean").out.splitlines()) == 2
    for line in (person[:3], ("export", "--conversations", "--who", "marie")):
        ran = journal(data, *line)
        assert ran.status == 2 and "--who PERSON et --json" in ran.err
    assert journal(data, "erase", "marie", "--json").json == {"erased": 0, "conversations": 1}
    assert journal(data, "erase", "marie", "--json").json == {"erased": 0, "conversations": 0}
    assert journal(data, "erase", "paul", "--json").json == {"erased": 0, "conversations": 1}


def test_without_a_folder(tmp_path: Path) -> None:
    ran = journal(tmp_path / "rien", "check")
    assert ran.status == 1
    assert not (tmp_path / "rien").exists()
