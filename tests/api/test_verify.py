"""`referent verify`: what it reads, prints and writes, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from api.verify_command import verify
from ingest.pipeline import Ingest, IngestOptions
from ingest.sources.base import ReadOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

RULES = """---
id: rgs
title: Règlement général des services
effective: 2025-01-01
---

# Titre

## Article 1 – Objet

Le présent règlement s'applique aux services & aux usagers.

## Article 14 – Accusé de réception

Toute demande reçue fait l'objet d'un accusé de réception dans les huit jours.
"""
SECRET = RULES.replace("id: rgs", "id: secret").replace(
    "Règlement général des services", "Règlement secret des archives closes"
)
LETTER = (
    "Madame,\n\nL'article 14 du règlement général des services prévoit « un accusé de réception "
    "dans les huit jours ». L'article 99 du même règlement n'y déroge pas, non plus que "
    "l'article L. 311-1 du CRPA.\n"
)
ENTRY = {"surface", "start", "end", "text", "articles", "verdict", "detail"}
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    sources = tmp_path_factory.mktemp("sources")
    (sources / "rules.md").write_text(RULES, encoding="utf-8")
    (sources / "secret.md").write_text(SECRET, encoding="utf-8")
    with open_parts(Settings(data=folder, embedding_model=NO_MODEL)) as parts:
        assert not Ingest(parts, IngestOptions()).run([sources / "rules.md"]).failures
        closed = IngestOptions(ReadOptions(frozenset({"archives"})))
        assert not Ingest(parts, closed).run([sources / "secret.md"]).failures
    return folder


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("REFERENT_EMBEDDING_MODEL", NO_MODEL)
    app = typer.Typer()
    app.command()(verify)

    def called(*arguments: object, **options: Any) -> Result:
        given = [*map(str, arguments), "--data", str(data)]
        return CliRunner().invoke(app, given, **options)

    return called


def _entries(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["references"]
    return found


def test_shape_and_verdicts(run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "lettre.txt"
    letter.write_text(LETTER, encoding="utf-8")
    result = run(letter, "--as-of", "2026-01-01", "--json")
    assert result.exit_code == 1  # an article that does not exist
    entries = _entries(result)
    assert [entry["verdict"] for entry in entries] == [
        "quote_ok",
        "unknown_article",
        "not_in_corpus",
    ]
    for entry in entries:
        assert set(entry) == ENTRY
        assert LETTER[entry["start"] : entry["end"]] == entry["surface"]
    assert entries[0]["articles"] == ["14"]
    assert entries[1]["text"] == "Règlement général des services"


def test_standard_input(run: Run) -> None:
    result = run("-", "--json", input=LETTER)
    assert [entry["articles"] for entry in _entries(result)] == [["14"], ["99"], ["L311-1"]]


def test_before_it_takes_effect(run: Run) -> None:
    result = run("-", "--json", "--as-of", "2024-12-31", input=LETTER)
    assert _entries(result)[0]["verdict"] == "not_in_force_at_date"


def test_nothing_wrong_is_status_0(run: Run) -> None:
    result = run("-", input="L'article 14 du règlement général des services.")
    assert result.exit_code == 0
    assert "en vigueur" in result.stdout
    assert run("-", "--json", input="Bonjour.").stdout == '{\n  "references": []\n}\n'


def test_markdown_goes_through_its_reader(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Note\n\nVoir l'**article 14** du *règlement général des services*.\n")
    assert [entry["articles"] for entry in _entries(run(note, "--json"))] == [["14"]]


def test_several_files_say_which(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(LETTER, encoding="utf-8")
    entries = _entries(run(*files, "--json"))
    assert [entry["file"] for entry in entries] == [str(f) for f in files for _ in range(3)]


def test_a_file_that_cannot_be_read_is_said_and_the_others_go_on(run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "lettre.txt"
    letter.write_text("L'article 14 du règlement général des services.", encoding="utf-8")
    result = run(tmp_path / "absent.txt", letter, tmp_path / "x.zzz", "--json")
    assert result.exit_code == 1
    assert len(_entries(result)) == 1
    assert "absent.txt" in result.stderr
    assert "x.zzz" in result.stderr


def test_a_text_of_another_service_is_not_in_the_corpus(run: Run) -> None:
    words = "L'article 14 du règlement secret des archives closes."
    allowed = _entries(run("-", "--json", "--service", "archives", input=words))
    assert [entry["verdict"] for entry in allowed] == ["in_force"]
    denied = run("-", "--json", "--service", "sports", input=words).stdout
    assert "in_force" not in denied
    assert "Règlement secret" not in denied


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.document = ""
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if dict(attrs).get("class") == "document" or (tag == "div" and self._inside):
            self._inside += 1
        if tag == "sup":
            self._inside = -self._inside

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._inside:
            self._inside -= 1
        if tag == "sup":
            self._inside = -self._inside

    def handle_data(self, data: str) -> None:
        if self._inside > 0:
            self.document += data


def test_page_is_self_contained_and_escaped(run: Run, tmp_path: Path) -> None:
    letter, page = tmp_path / "<b>lettre.txt", tmp_path / "page.html"
    words = LETTER + '<script>alert(1)</script> & "l\'article 1 du règlement général des services"'
    letter.write_text(words, encoding="utf-8")
    run(letter, "--html", page, "--as-of", "2026-01-01")
    html = page.read_text(encoding="utf-8")
    parsed = _Page()
    parsed.feed(html)
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert parsed.document == words
    for _, attributes in parsed.tags:
        assert not set(attributes) & {"src", "onclick", "onload"}
        assert (attributes.get("href") or "#").startswith("#")
    anchors = {a["id"] for _, a in parsed.tags if a.get("id")}
    links = {(a["href"] or "")[1:] for _, a in parsed.tags if a.get("href")}
    assert links == anchors
    assert "services &amp; aux usagers" in html  # the article's words beside it
    assert "article inconnu" in html


def test_today_is_the_default(run: Run) -> None:
    as_of = run("-", "--json", "--as-of", date.today().isoformat(), input=LETTER).stdout
    assert run("-", "--json", input=LETTER).stdout == as_of
