"""A person brings in only what they may read, and learns nothing of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import referent

NOTE = """---
id: {id}
{more}
---
# {title}

## Article 1 – Objet

{words}
"""


def note(folder: Path, name: str, title: str, words: str = "Des mots.", more: str = "") -> Path:
    path = folder / f"{name}.md"
    path.write_text(NOTE.format(id=name, title=title, words=words, more=more), "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A text of everyone's and one of « voirie », from one folder."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for path, service in (
        (note(folder, "ouvert", "Texte ouvert"), "tous"),
        (note(folder, "zibeline", "Texte secret"), "voirie"),
    ):
        ran = referent("ingest", path, "--data", tmp_path / "data", "--service", service)
        assert ran.status == 0
    return tmp_path / "data"


def bring(data: Path, *arguments: object) -> tuple[list[str], list[str], str]:
    """Bring in as a person of « rh »: ids that came in, errors, all that was said."""
    ran = referent("ingest", *arguments, "--data", data, "--json", "--as-service", "rh")
    found = ran.json
    texts = [text["text_id"] for text in found["texts"]]
    return texts, [failure["error"] for failure in found["failures"]], ran.out + ran.err


TAKEN = "l'identifiant de ce texte, ou d'un de ses articles, ne peut pas être utilisé"


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--service", "rh"), ("--accept-removals",)])
def test_a_text_of_others_is_not_changed(data: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    before = referent("show", "article 1 zibeline", "--data", data, "--json").out
    mine = note(tmp_path, "zibeline", "Le mien", "D'autres mots.")
    texts, errors, said = bring(data, mine, *more)
    assert (texts, errors) == ([], [TAKEN])
    assert "secret" not in said and "voirie" not in said
    assert referent("show", "article 1 zibeline", "--data", data, "--json").out == before


def test_an_article_of_others_is_not_taken_over(data: Path, tmp_path: Path) -> None:
    lines = tmp_path / "x.json"
    found = referent("show", "article 1 zibeline", "--data", data, "--json").json
    lines.write_text(
        json.dumps(
            {
                "type": "code",
                "data": {"cid": "LEGITEXT000000000001", "id": "LEGITEXT000000000001",
                         "title": "Code inventé"},
                "children": [
                    {
                        "type": "article",
                        "data": {
                            "cid": found["article_id"], "id": "LEGIARTI000000000001", "num": "1",
                            "etat": "VIGUEUR", "texte": "Mots.",
                            "dateDebut": "2020-01-01", "dateFin": "2999-01-01",
                        },
                    }
                ],
            }
        ),
        "utf-8",
    )  # fmt: skip
    operator = referent("ingest", lines, "--data", data, "--json", "--dry-run")
    assert "zibeline" in operator.out, operator.out
    texts, errors, said = bring(data, lines)
    assert (texts, errors) == ([], [TAKEN])
    assert "« zibeline" not in said and "referent remove" not in said


def test_rights_are_given_among_ones_own_and_never_changed(data: Path, tmp_path: Path) -> None:
    assert bring(data, note(tmp_path, "neuf", "Neuf"), "--service", "rh")[0] == ["neuf"]
    (error,) = bring(data, note(tmp_path, "autre", "Autre", more="services: voirie"))[1]
    assert "ne sont pas les vôtres" in error
    changed = note(tmp_path, "ouvert", "Texte ouvert", "D'autres mots.")
    (error,) = bring(data, changed, "--service", "rh")[1]
    assert "changerait qui peut lire" in error
    assert bring(data, changed)[0] == ["ouvert"]
    (error,) = bring(data, note(tmp_path, "neuf", "Neuf", more="services: []"))[1]
    assert "changerait qui peut lire" in error


def test_a_folder_that_others_read_too(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    texts, errors, said = bring(data, folder)
    assert (texts, errors) == (["ouvert"], [TAKEN])
    assert "secret" not in said
    assert referent("ingest", folder, "--data", data).status == 0
    texts, errors, said = bring(data, folder)  # unchanged: known without reading it again
    assert (texts, errors) == (["ouvert"], []) and "secret" not in said
    for path in folder.iterdir():
        path.unlink()
    texts, _, said = bring(data, folder, "--mirror", "--accept-removals")
    assert texts == ["ouvert"] and "zibeline" not in said
    kept = referent("show", "article 1 zibeline", "--data", data, "--json")
    assert kept.status == 0 and kept.json["text"] == "Texte secret"


def test_progress_in_lines_of_json(tmp_path: Path) -> None:
    ran = referent(
        "ingest", note(tmp_path, "a", "A"), "--data", tmp_path / "data", "--json", "--progress"
    )
    told = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert {"step": "source", "name": "a.md", "done": 0, "total": 1} in told
    assert {each["step"] for each in told} == {"source", "indexing"}
    assert len(ran.json["texts"]) == 1
