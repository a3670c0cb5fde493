"""An example of each request and answer, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

TITLE = "Règlement général des services de la Ville de Valmercy"
ARTICLE = "valmercy-rgs#22"
VERSION = "valmercy-rgs#22@2025-01-01"
WORDS = "Le recours gracieux est formé dans un délai de deux mois."
PERIOD: Shape = {"valid_from": "2025-01-01", "valid_to": None}
QUESTION = "Dans quel délai forme-t-on un recours gracieux ?"

SEARCH_REQUEST: Shape = {"question": QUESTION, "as_of": "2026-05-28", "limit": 5}
ASK_REQUEST: Shape = {"question": QUESTION, "as_of": "2026-05-28"}
HIT: Shape = {
    "rank": 1,
    "score": 8.41,
    "text_id": "valmercy-rgs",
    "text": TITLE,
    "article": "22",
    "article_id": ARTICLE,
    "version_id": VERSION,
    "start": 0,
    "end": len(WORDS),
    **PERIOD,
    "path": ["Titre III – Recours"],
    "passage": WORDS,
    "source": "reglement-general.md",
    "page": None,
}
SEARCH: Shape = {"question": QUESTION, "as_of": "2026-05-28", "hits": [HIT], "understood": []}
SENTENCE: Shape = {
    "text": f"« {WORDS} » [1]",
    "markers": [1],
    "support": "verified",
    "reason": "",
    "struck": False,
}
CITATION: Shape = {
    "marker": 1,
    "text_id": "valmercy-rgs",
    "text": TITLE,
    "article": "22",
    "version_id": VERSION,
    "quote": WORDS,
    "start": 0,
    "end": len(WORDS),
    "verdict": "verified",
    "page": None,
    **PERIOD,
    "link": "",
}
ASK: Shape = {
    "question": QUESTION,
    "as_of": "2026-05-28",
    "answer": f"Article 22 :\n« {WORDS} » [1]",
    "refused": False,
    "confidence": 0.71,
    "model": "extractive",
    "sentences": [SENTENCE],
    "citations": [CITATION],
    "left_out": [],
    "nearest": [],
    "notice": "",
    "answer_id": "0123456789abcdef0123456789abcdef",
    "searched": "",
    "premises": [],
    "cached": False,
    "understood": [],
    "timings": {"embed": 0.2, "search": 1.4, "generate": 6.1, "verify": 2.3, "total": 10.0},
}
MODELS: Shape = {
    "object": "list",
    "data": [
        {
            "id": "extractive",
            "object": "model",
            "created": 0,
            "owned_by": "referent",
            "size": None,
            "window": None,
            "parameters": "",
            "quantization": "",
            "loaded": True,
        }
    ],
    "notice": "",
}
FEEDBACK_REQUEST: Shape = {
    "answer_id": ASK["answer_id"],
    "useful": False,
    "reason": "incomplete",
    "comment": "Il manque le cas des mineurs.",
}
TEXTS: Shape = {
    "texts": [{"text_id": "valmercy-rgs", "text": TITLE, "nature": "procedure", "services": []}]
}
ARTICLE_SHOWN: Shape = {
    "text_id": "valmercy-rgs",
    "text": TITLE,
    "article": "22",
    "article_id": ARTICLE,
    "path": ["Titre III – Recours"],
    "versions": [{"version_id": VERSION, **PERIOD, "state": "VIGUEUR", "words": WORDS}],
    "cites": [],
    "cited_by": [],
}
CHANGES: Shape = {
    "since": "2024-05-28",
    "until": "2025-05-28",
    "changes": [
        {
            "text_id": "valmercy-rgs",
            "text": TITLE,
            "article": "22",
            "article_id": ARTICLE,
            "kind": "changed",
            "day": "2025-01-01",
            "before": "valmercy-rgs#22@2023-01-01",
            "after": VERSION,
            "comparison": [
                {"kind": "same", "words": "Le recours gracieux est formé dans un délai "},
                {"kind": "removed", "words": "d'un mois."},
                {"kind": "added", "words": "de deux mois."},
            ],
        }
    ],
    "to_review": [],
}
VERIFY_REQUEST: Shape = {"text": "Vu l'article 99 du règlement général des services."}
VERIFY: Shape = {
    "references": [
        {
            "surface": "article 99 du règlement général des services",
            "start": 5,
            "end": 49,
            "text": TITLE,
            "articles": ["99"],
            "verdict": "unknown_article",
            "detail": f"« {TITLE} » n'a pas d'article 99.",
        }
    ]
}
READY: Shape = {
    "ready": True,
    "catalogue": {"readable": True},
    "index": {"pending": False},
    "model": {"configured": True, "reachable": True},
}
NOT_READY: Shape = {
    **READY,
    "ready": False,
    "index": {"pending": True},
}
