"""Updates: what a changed source changes, what is refused, and what every door says afterwards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import folders
import pytest
from running import Ran, referent

STATIC = {"REFERENT_EMBEDDING_MODEL": "static"}
CODE = "LEGITEXT000000000001"
TODAY = date.today()
TEN = {f"L{n}": f"Mots de l'article {n}." for n in range(1, 11)}
UPSTREAM_SHELL = {  # a code that the feed publishes with its title and nothing in it
    "type": "code",
    "data": {
        "cid": "LEGITEXT000031366350",
        "id": "LEGITEXT000031366350",
        "title": "Code des relations entre le public et l'administration",
        "etat": "VIGUEUR",
        "dateDebutVersion": "2026-07-01",
    },
    "children": [],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the sources are."""
    sources = tmp_path / "sources"
    sources.mkdir()
    return sources


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the data folder will be."""
    return tmp_path / "data"


@pytest.fixture(scope="module")
def crpa(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the CRPA of 2026; tests leave it as it is."""
    made = tmp_path_factory.mktemp("crpa") / "data"
    ran = referent("ingest", shared / "corpora/legi/crpa/2026-05-28.json", "--data", made)
    assert ran.status == 0, ran.err
    return made


def ingest(source: Path, data: Path, *options: object, **settings: str) -> Ran:
    return referent("ingest", source, "--data", data, "--json", *options, **settings)


def taken(source: Path, data: Path, *options: object, **settings: str) -> dict[str, Any]:
    """The report on the only text of a source that is taken in."""
    ran = ingest(source, data, *options, **settings)
    assert ran.status == 0, ran.out
    (text,) = ran.json["texts"]
    report: dict[str, Any] = text
    return report


def code(
    path: Path,
    words: dict[str, str],
    day: str = "2024-01-01",
    text_id: str = CODE,
    title: str = "Titre",
    **numbers: str,
) -> Path:
    """Write a code: number → words. `numbers`: L1="L9" prints article L1 as L9."""
    prefix = f"LEGIARTI{text_id[-4:]}"
    articles = [
        {
            "type": "article",
            "data": {
                "id": f"{prefix}{int(number[1:]):08}",
                "cid": f"{prefix}{int(number[1:]):08}",
                "num": numbers.get(number, number),
                "etat": "VIGUEUR",
                "dateDebut": 0,
                "texteHtml": f"<p>{each}</p>",
            },
        }
        for number, each in words.items()
    ]
    about = {"id": text_id, "cid": text_id, "title": "Code inventé", "dateDebutVersion": day}
    section = {"type": "section", "data": {"title": title}, "children": articles}
    root = {"type": "code", "data": about, "children": [section]}
    path.write_text(json.dumps(root), "utf-8")
    return path


def procedure(path: Path, effective: str = "", **sections: str) -> Path:
    """Write a procedure: a_heading="Words"."""
    day = [f"effective: {effective}"] if effective else []
    head = ["---", f"id: {path.stem}", f"title: Procédure {path.stem}", *day, "---", ""]
    body = [
        f"## {number}. {heading.capitalize()}\n\n{words}\n"
        for number, (heading, words) in enumerate(sections.items(), 1)
    ]
    path.write_text("\n".join([*head, *body]), "utf-8")
    return path


def shown(data: Path, reference: str, day: object = "", *options: str) -> list[dict[str, Any]]:
    """The versions that `show` gives."""
    when = ["--as-of", day] if day else []
    ran = referent("show", reference, *when, *options, "--data", data, "--json")
    assert ran.status == 0, ran.err
    versions: list[dict[str, Any]] = ran.json["versions"]
    return versions


def words(data: Path, reference: str, day: object = "") -> list[str | None]:
    return [version["words"] for version in shown(data, reference, day)]


def found(data: Path, question: str, day: object, **settings: str) -> list[str]:
    """The passages that `search` finds at a date."""
    ran = referent("search", question, "--as-of", day, "--data", data, "--json", **settings)
    assert ran.status == 0, ran.err
    return [hit["passage"] for hit in ran.json["hits"]]


# ── a dry run ────────────────────────────────────────────────────────────────────────────────────


def nothing_before(folder: Path) -> Iterator[None]:
    yield
    procedure(folder / "conges.md", "2025-01-01", duree="Vingt-cinq jours.", report="Aucun.")
    procedure(folder / "repos.md", duree="Vingt-cinq jours.")  # the same words, embedded once


def several_states(folder: Path) -> Iterator[None]:
    code(folder / "b.json", TEN)
    procedure(folder / "conges.md", "2025-01-01", duree="Vingt-cinq jours.", report="Aucun.")
    yield
    code(folder / "a.json", TEN | {"L3": "Mots du futur."}, "2026-01-01")  # read before b.json
    code(folder / "c.json", TEN | {"L3": "Mots du futur.", "L11": "Neuf."}, "2026-02-01")
    procedure(folder / "conges.md", "2026-01-01", duree="Trente jours.", reste="Neuf.")


def a_mirror(folder: Path) -> Iterator[None]:
    code(folder / "code.json", TEN)
    procedure(folder / "conges.md", duree="Vingt-cinq jours.", report="Aucun.")
    procedure(folder / "repos.md", duree="Onze heures.")
    yield
    (folder / "conges.md").unlink()
    (folder / "repos.md").rename(folder / "renommé.md")
    code(folder / "code.json", TEN, L1="L100", title="Autre titre")


def what_fails(folder: Path) -> Iterator[None]:
    code(folder / "code.json", TEN)
    yield
    code(folder / "code.json", {"L1": "Seul."}, "2026-01-01")
    (folder / "cassé.json").write_text("{", "utf-8")
    stolen = code(folder / "autre.json", {"L1": "Un."}, text_id="LEGITEXT000000000002")
    twin = stolen.read_text("utf-8").replace("LEGITEXT000000000002", "LEGITEXT000000000003")
    (folder / "jumeau.json").write_text(twin, "utf-8")  # its articles are those of another text


@pytest.mark.parametrize("history", [nothing_before, several_states, a_mirror, what_fails])
def test_a_dry_run_says_what_the_run_says_and_writes_nothing(
    history: Any, folder: Path, data: Path, tmp_path: Path
) -> None:
    steps = history(folder)
    next(steps)
    if any(folder.iterdir()):
        assert ingest(folder, data, **STATIC).status == 0
    next(steps, None)
    mirror = ["--mirror"] if history is a_mirror else []
    before = folders.files(tmp_path)
    tried = ingest(folder, data, "--dry-run", *mirror, **STATIC)
    assert folders.files(tmp_path) == before
    ran = ingest(folder, data, *mirror, **STATIC)
    assert _report(tried) == _report(ran)
    assert tried.status == ran.status == int(history is what_fails)
    assert any(text["added"] or text["removed"] for text in ran.json["texts"])


def _report(ran: Ran) -> dict[str, Any]:
    return {key: value for key, value in ran.json.items() if key != "seconds"}


def test_a_dry_run_makes_no_data_folder(folder: Path, data: Path) -> None:
    procedure(folder / "conges.md", duree="Vingt-cinq jours.")
    assert taken(folder, data, "--dry-run")["added"] == ["1"]
    assert not data.exists()


# ── sources that lost their content ──────────────────────────────────────────────────────────────


def test_an_empty_shell_of_a_real_code_is_refused(crpa: Path, tmp_path: Path) -> None:
    shell = tmp_path / "crpa.json"
    shell.write_text(json.dumps(UPSTREAM_SHELL), "utf-8")
    before = folders.content(crpa)
    refused = ingest(shell, crpa)
    assert refused.status == 1
    (failure,) = refused.failures
    assert "n'a plus aucun article ; elle en retirerait 476 : L100-1, L100-2" in failure["error"]
    assert "et 464 autres" in failure["error"]
    assert "--accept-removals" in failure["remedy"]
    after = folders.content(crpa)
    del before["sources"], after["sources"]  # that it was not read to its end is remembered
    assert after == before


def test_over_a_tenth_is_refused_unless_accepted(folder: Path, data: Path) -> None:
    source = code(folder / "code.json", TEN)
    taken(source, data)
    shrunk = {number: each for number, each in TEN.items() if number not in {"L4", "L7"}}
    code(source, shrunk, "2026-01-01")
    (failure,) = ingest(source, data).failures
    assert "retirerait 2 articles (20 %)" in failure["error"]
    assert failure["error"].endswith("L4, L7")
    assert words(data, "L4 code inventé", "2026-02-01") == ["Mots de l'article 4."]

    assert taken(source, data, "--accept-removals")["removed"] == ["L4", "L7"]
    assert words(data, "L4 code inventé", "2026-02-01") == []
    assert words(data, "L4 code inventé", "2025-12-31") == ["Mots de l'article 4."]
    (kept,) = shown(data, "L4 code inventé", "", "--history")
    assert kept["valid_to"] == "2026-01-01"
    assert "Mots de l'article 4." in found(data, "article L4", "2025-12-31")
    assert "Mots de l'article 4." not in found(data, "article L4", "2026-02-01")


def test_a_tenth_is_taken(folder: Path, data: Path) -> None:
    source = code(folder / "code.json", TEN)
    taken(source, data)
    code(source, {number: each for number, each in TEN.items() if number != "L4"}, "2026-01-01")
    assert taken(source, data)["removed"] == ["L4"]


# ── procedures and their dates ───────────────────────────────────────────────────────────────────


def test_a_later_version_closes_the_one_before(folder: Path, data: Path) -> None:
    source = procedure(folder / "conges.md", "2025-01-01", duree="Vingt jours.", suite="Rien.")
    assert taken(source, data, **STATIC)["embedded"] == 2
    procedure(source, "2026-01-01", duree="Trente jours.", suite="Rien.")
    report = taken(source, data, **STATIC)
    assert (report["changed"], report["unchanged"], report["embedded"]) == (["1"], 1, 1)

    periods = [(v["valid_from"], v["valid_to"], v["words"]) for v in _history(data, "conges 1")]
    assert periods == [
        ("2025-01-01", "2026-01-01", "Vingt jours."),
        ("2026-01-01", None, "Trente jours."),
    ]
    old, new = (found(data, "durée", day, **STATIC) for day in ("2025-12-31", "2026-01-01"))
    assert "Vingt jours." in old and "Trente jours." not in old
    assert "Trente jours." in new and "Vingt jours." not in new
    assert found(data, "durée", "2024-12-31", **STATIC) == []


def _history(data: Path, reference: str) -> list[dict[str, Any]]:
    return shown(data, reference, "", "--history")


def test_the_date_of_the_command_line(folder: Path, data: Path) -> None:
    source = procedure(folder / "conges.md", duree="Vingt jours.")
    taken(source, data, "--effective", "2025-03-01")
    procedure(source, duree="Trente jours.")
    taken(source, data, "--effective", "2026-03-01")
    assert [v["valid_from"] for v in _history(data, "conges 1")] == ["2025-03-01", "2026-03-01"]
    assert words(data, "conges 1", "2025-02-28") == []
    assert words(data, "conges 1", "2026-02-28") == ["Vingt jours."]


def test_the_document_s_own_date_goes_first(folder: Path, data: Path) -> None:
    source = procedure(folder / "conges.md", "2025-01-01", duree="Vingt jours.")
    taken(source, data, "--effective", "2026-03-01")
    assert [v["valid_from"] for v in _history(data, "conges 1")] == ["2025-01-01"]


def test_a_document_without_date_is_in_force_since_ever_then_changes_today(
    folder: Path, data: Path
) -> None:
    source = procedure(folder / "conges.md", duree="Vingt jours.")
    taken(source, data)
    assert words(data, "conges 1", "1990-01-01") == ["Vingt jours."]
    procedure(source, duree="Trente jours.")
    taken(source, data)
    assert words(data, "conges 1", TODAY - timedelta(1)) == ["Vingt jours."]
    assert words(data, "conges 1") == ["Trente jours."]
    first, second = _history(data, "conges 1")
    assert (first["valid_from"], first["valid_to"]) == (None, TODAY.isoformat())
    assert (second["valid_from"], second["valid_to"]) == (TODAY.isoformat(), None)


# ── laws and their dates ─────────────────────────────────────────────────────────────────────────


def test_what_is_repealed_in_three_years_is_in_force_until_then(crpa: Path, tmp_path: Path) -> None:
    """L115-2, ABROGE_DIFF: the wording of 2029 on is announced, its words are not known."""
    data = shutil.copytree(crpa, tmp_path / "data")
    beginning = "I. - En l'absence de dispositions spécifiques, en présence d'indices sérieux"
    question = "échanger des renseignements utiles à la recherche des fraudes aux aides publiques"

    (today,) = shown(data, "L115-2 CRPA", "2026-06-01")
    assert (today["valid_to"], today["state"]) == ("2029-01-01", "ABROGE_DIFF")
    assert today["words"].startswith(beginning)
    (then,) = shown(data, "L115-2 CRPA", "2030-01-01")
    assert (then["valid_from"], then["words"]) == ("2029-01-01", None)

    for day, there in (("2026-06-01", True), ("2028-12-31", True), ("2029-01-01", False)):
        about = (question, "--as-of", day, "--data", data, "--json")
        hits = referent("search", *about).json["hits"]
        assert (today["version_id"] in {hit["version_id"] for hit in hits}) is there
        answer = referent("ask", *about).json
        assert (today["version_id"] in {c["version_id"] for c in answer["citations"]}) is there
        assert all(citation["verdict"] == "verified" for citation in answer["citations"])


def test_a_period_without_words_is_said(crpa: Path) -> None:
    history = _history(crpa, "L552-3 CRPA")
    unknown = [version for version in history if version["words"] is None]
    assert len(history) == 9
    assert len(unknown) == 8
    assert {v["state"] for v in unknown} == {"MODIFIE"}
    printed = referent("show", "L552-3 CRPA", "--history", "--data", crpa).out
    assert printed.count("Texte inconnu.") == 8
    assert "du 2023-12-31 au 2025-07-02" in printed


def test_a_moved_and_renumbered_article_is_not_embedded_again(folder: Path, data: Path) -> None:
    source = code(folder / "code.json", TEN)
    assert taken(source, data, **STATIC)["embedded"] == 10
    code(source, TEN, "2026-01-01", L5="L500", title="Titre")
    report = taken(source, data, **STATIC)
    assert (report["metadata_only"], report["unchanged"]) == (["L500"], 9)
    assert (report["changed"], report["added"], report["removed"]) == ([], [], [])
    assert report["embedded"] == 0
    assert words(data, "L500 code inventé") == [TEN["L5"]]
    assert found(data, "article L500", "2026-02-01", **STATIC)[0] == TEN["L5"]

    code(source, TEN, "2026-02-01", L5="L500", title="Un autre titre")
    report = taken(source, data, **STATIC)
    assert (len(report["metadata_only"]), report["embedded"]) == (10, 0)
    assert referent("check", "--data", data, **STATIC).status == 0


def test_several_states_again_are_as_many_articles_as_they_show(folder: Path, data: Path) -> None:
    """Whether or not the source is read again: an article that went is not counted."""
    old = code(folder / "a.json", TEN, "2025-01-01")
    new = code(folder / "b.json", {k: v for k, v in TEN.items() if k != "L4"}, "2026-01-01")
    assert ingest(folder, data).status == 0
    assert [text["unchanged"] for text in ingest(folder, data).json["texts"]] == [9, 9]
    for path in (old, new):
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert [text["unchanged"] for text in ingest(folder, data).json["texts"]] == [9, 9]


# ── a mirror ─────────────────────────────────────────────────────────────────────────────────────


def test_a_mirror_removes_what_the_folder_no_longer_holds_and_nothing_else(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    other = tmp_path / "ailleurs"
    other.mkdir()
    procedure(other / "astreintes.md", duree="Une nuit.")
    for name in ("conges", "repos", "primes"):
        procedure(folder / f"{name}.md", duree=f"Durée des {name}.", suite=f"Suite des {name}.")
    code(folder / "code.json", TEN)
    for source in (other, folder):
        assert ingest(source, data).status == 0
    before = folders.content(data)

    (folder / "conges.md").unlink()
    (folder / "primes.md").unlink()
    report = ingest(folder, data, "--mirror")
    assert report.status == 0
    gone = {text["text_id"]: text["removed"] for text in report.json["texts"] if text["removed"]}
    assert gone == {"conges": ["1", "2"], "primes": ["1", "2"]}  # in reading order

    after = folders.content(data)
    for table in ("texts", "articles", "versions", "sightings", "text_states"):
        kept = [row for row in before[table] if not {"conges", "primes"} & _texts_named(row)]
        assert after[table] == kept, table
    assert referent("check", "--data", data).status == 0
    assert found(data, "durée des congés", TODAY) != []
    assert not any("conges" in passage for passage in found(data, "durée des conges", TODAY))
    assert referent("show", "conges 1", "--data", data).status == 1


def _texts_named(row: tuple[Any, ...]) -> set[str]:
    """The texts whose id, or whose articles' ids, a row holds."""
    return {value.partition("#")[0] for value in row if isinstance(value, str)}
