"""The JSON shapes are those that DESIGN.md promises, key by key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api import shapes
from rag.legal.comparison import Kind, Segment
from rag.types import (
    Answer,
    Article,
    Citation,
    Hit,
    Premise,
    Sentence,
    Text,
    Understood,
    Validity,
    Version,
)

DAY = date(2025, 6, 1)
HIT = Hit(
    rank=1,
    score=0.5,
    text_id="t",
    text="Texte",
    article="L1",
    article_id="A",
    version_id="V",
    start=3,
    end=7,
    valid_from=DAY,
    valid_to=None,
    path=("Titre", "Chapitre"),
    passage="mots",
    source="a.md",
    page=2,
    heading="Objet",
)


def test_search() -> None:
    understood = (Understood("papier", ("document",), "papier"),)
    assert shapes.search_shape("Quoi ?", DAY, (HIT,), understood) == {
        "question": "Quoi ?",
        "as_of": "2025-06-01",
        "hits": [
            {
                "rank": 1,
                "score": 0.5,
                "text_id": "t",
                "text": "Texte",
                "article": "L1",
                "article_id": "A",
                "version_id": "V",
                "start": 3,
                "end": 7,
                "valid_from": "2025-06-01",
                "valid_to": None,
                "path": ["Titre", "Chapitre"],
                "passage": "mots",
                "source": "a.md",
                "page": 2,
            }
        ],
        "understood": [{"words": "papier", "meaning": ["document"], "entry": "papier"}],
    }
    empty = {"question": "", "as_of": None, "hits": [], "understood": []}
    assert shapes.search_shape("", None, (), ()) == empty


def test_answer() -> None:
    citation = Citation(1, "t", "Texte", "L1", "V", "mots", 3, 7, "verified", 2, DAY)
    sentence = Sentence("« mots » [1]", (1,), "verified")
    answer = Answer("Quoi ?", None, "A", False, "m", (sentence,), (citation,), {"total": 1.5})
    premise = Premise("l'article 9", 1, 12, "Il n'existe pas.")
    answer = replace(answer, premises=(premise,), confidence=0.5)
    assert shapes.answer_shape(answer) == {
        "question": "Quoi ?",
        "as_of": None,
        "answer": "A",
        "refused": False,
        "confidence": 0.5,
        "model": "m",
        "sentences": [
            {
                "text": "« mots » [1]",
                "markers": [1],
                "support": "verified",
                "reason": "",
                "struck": False,
            }
        ],
        "citations": [
            {
                "marker": 1,
                "text_id": "t",
                "text": "Texte",
                "article": "L1",
                "version_id": "V",
                "quote": "mots",
                "start": 3,
                "end": 7,
                "verdict": "verified",
                "page": 2,
                "valid_from": "2025-06-01",
                "valid_to": None,
                "link": "",
            }
        ],
        "left_out": [],
        "nearest": [],
        "notice": "",
        "answer_id": "",
        "searched": "",
        "premises": [
            {"surface": "l'article 9", "start": 1, "end": 12, "detail": "Il n'existe pas."}
        ],
        "cached": False,
        "understood": [],
        "timings": {"total": 1.5},
    }


def test_article() -> None:
    article = Article("A", "t", "L1", "Objet", ("Titre",))
    known = Version("V", "A", "mots", Validity(DAY, date(2026, 1, 1)), "MODIFIE")
    shape = shapes.article_shape(Text("t", "Texte"), article, [known, Version("W", "A", None)])
    assert {"text_id", "text", "article", "article_id", "path", "versions"} <= set(shape)
    assert {"cites", "cited_by"} <= set(shape)
    assert shape["path"] == ["Titre"]
    assert shape["versions"] == [
        {
            "version_id": "V",
            "valid_from": "2025-06-01",
            "valid_to": "2026-01-01",
            "state": "MODIFIE",
            "words": "mots",
        },
        {"version_id": "W", "valid_from": None, "valid_to": None, "state": "", "words": None},
    ]


def test_comparison() -> None:
    segments = [Segment(Kind.SAME, "a"), Segment(Kind.REMOVED, "b"), Segment(Kind.ADDED, "c")]
    assert shapes.comparison_shape(segments) == [
        {"kind": "same", "words": "a"},
        {"kind": "removed", "words": "b"},
        {"kind": "added", "words": "c"},
    ]
