"""Sources as pages show them: an official code with its publisher's page, a PDF with its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browser import asked, opened
from running import ROOT
from serving import Served, serving

from ingest.pipeline import Ingest, IngestOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

PDF = ROOT / "corpus" / "procedures" / "donnees-personnelles-droits-et-violations.pdf"
FIRST = "LEGIARTI000000000001"
WORDS = "La mouette rieuse est protégée dans un délai de neuf jours, sous réserve de l'article L2."


def _article(number: str, words: str) -> dict[str, Any]:
    identity = f"LEGIARTI00000000000{number}"
    about = {"etat": "VIGUEUR", "dateDebut": 1451606400000, "dateFin": 32472144000000, "nota": ""}
    told = {"texte": words, "texteHtml": f"<p>{words}</p>"}
    empty: dict[str, list[str]] = {"lienModifications": [], "articleVersions": []}
    data = {"id": identity, "cid": identity, "num": f"L{number}", **told, **about, **empty}
    return {"type": "article", "data": data}


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a small code and a PDF."""
    folder = tmp_path_factory.mktemp("official")
    about = {
        "id": "LEGITEXT000000000001",
        "cid": "LEGITEXT000000000001",
        "title": "Code des essais",
    }
    dates = {"dateDebutVersion": "2024-01-01", "dateModif": "2024-01-01"}
    children = [_article("1", WORDS), _article("2", "Le goéland est commun.")]
    code = {"type": "code", "data": {**about, **dates}, "children": children}
    (folder / "code.json").write_text(json.dumps(code), "utf-8")
    with open_parts(Settings(data=folder / "data", embedding_model=NO_MODEL)) as parts:
        assert not Ingest(parts, IngestOptions()).run([folder / "code.json", PDF]).failures
    with serving(folder / "data") as running:
        yield running


def test_a_code_leads_to_its_publisher_and_to_what_it_cites(official: Served) -> None:
    page = asked(official.everyone, "Dans quel délai la mouette rieuse est-elle protégée ?")
    (publisher,) = [link for link in page.links if "legifrance" in link["href"]]
    assert publisher["href"].endswith(f"/codes/article_lc/{FIRST}")
    assert publisher["rel"] == "noreferrer noopener"
    assert "Il cite" in page.words
    within = [link["href"] for link in page.links if "LEGIARTI000000000002" in link["href"]]
    assert len(within) == 2  # in the words, and in the list
    assert "goéland" in opened(official.everyone, within[0]).words


def test_only_the_publisher_is_elsewhere(official: Served) -> None:
    for address in ("/texts", "/texts/LEGITEXT000000000001", f"/articles/{FIRST}"):
        away = [link for link in opened(official.everyone, address).links if "//" in link["href"]]
        assert all("https://www.legifrance.gouv.fr/" in link["href"] for link in away)
        assert all(link["rel"] == "noreferrer noopener" for link in away)


def test_a_pdf_says_its_page(official: Served) -> None:
    page = asked(official.operator, "Sous quel délai notifier une violation de données à la CNIL ?")
    assert page.marked and "page " in page.words.partition("Sources")[2]
    article = next(link["href"] for link in page.links if link["href"].startswith("/articles/"))
    assert "page" in opened(official.operator, article).words.partition("En vigueur")[2][:80]


def test_who_cites_is_listed_with_its_place(official: Served) -> None:
    cited = opened(official.everyone, "/articles/LEGIARTI000000000002")
    place = next(
        link["href"] for link in cited.links if FIRST in link["href"] and "start" in link["href"]
    )
    assert opened(official.everyone, place.partition("#")[0]).marked == ["article L2"]
