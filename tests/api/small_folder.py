"""A small data folder for the tests of the API, and what two answers to one question share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.pipeline import Ingest, IngestOptions
from ingest.sources.base import ReadOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

OCCASION = ("answer_id", "cached", "timings")  # of an answer: other each time it is given

RULES = """---
title: Règlement général
effective: {day}
---
# Règlement général

## Article 1 – Objet

Le présent règlement fixe les règles du guichet.

## Article 2 – Recours

Le recours gracieux est formé dans un délai de {delay} mois.
"""
SECRET = "# Note interne\n\n## Article 2\n\nLa zibeline des agents est taxée.\n"


def filled(folder: Path) -> Path:
    """A data folder in `folder`: two states of a text that everyone may read, and a text of one
    service."""
    rules, secret = folder / "rgs.md", folder / "secret.md"
    secret.write_text(SECRET, encoding="utf-8")
    with open_parts(Settings(data=folder / "data", embedding_model=NO_MODEL)) as parts:
        for day, delay in (("2025-01-01", "deux"), ("2026-01-01", "trois")):
            rules.write_text(RULES.format(day=day, delay=delay), encoding="utf-8")
            assert not Ingest(parts, IngestOptions()).run([rules]).failures
        closed = IngestOptions(read=ReadOptions(services=frozenset({"rh"})))
        assert not Ingest(parts, closed).run([secret]).failures
    return folder / "data"


def lasting(answer: Any) -> Any:
    """The answer without what differs each time it is given."""
    assert answer["answer_id"] and answer["timings"]["total"] >= 0
    return {name: value for name, value in answer.items() if name not in OCCASION}
