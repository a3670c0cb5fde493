"""Fifty clients ask while a text changes again and again: no error, and no answer of two states.

Every article of the text says in each of its sentences which state it is of. A server, its
clients, and each ingest are processes of their own.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from eval.bench import child, corpus
from eval.bench.clients import EVENTS, NO_STATE, Call, Outcome, Plan, asks, run, shown
from eval.bench.measure import Bench, Figure, Skipped, Times
from eval.bench.server import served

TITLE = "Fifty clients asking while a text changes"
CLIENTS = 50
SECONDS = 120.0
INGESTS = 25.0
FIRST_DAY = date(2024, 1, 1)
MARK = r"état n° ([0-9]{4})"
PLACES = (
    "aux halles", "au marché de plein vent", "à la bibliothèque", "au conservatoire",
    "à la piscine", "au cimetière", "sur la voie publique", "à la salle des fêtes",
    "à la crèche", "à la cantine", "au port de plaisance", "à la fourrière",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    outcome: Outcome
    ingests: Times  # seconds each


def measure(bench: Bench) -> Iterator[Figure]:
    """Two minutes, beside the 28 codes where they are there."""
    seconds = SECONDS / 10 if bench.quick else SECONDS
    data = _folder(bench)
    before = os.getloadavg()[0]
    load = run_load(data, bench.work, bench.embedding, seconds)
    outcome = load.outcome
    yield Figure(
        f"{CLIENTS} clients, {outcome.seconds:.0f} s",
        outcome.rate,
        "requests/s",
        detail=f"load {before:.1f} before, clients and ingests included {os.getloadavg()[0]:.1f}",
    )
    for name, latencies in sorted(outcome.latencies.items()):
        times = Times(latencies)
        label = f"  {name}: p50 of {len(latencies):,}"
        yield Figure(label, 1000 * times.median, "ms", detail=shown(times))
    asked_for = INGESTS * seconds / SECONDS
    detail = f"p50 {load.ingests.median:.1f} s, p95 {load.ingests.p95:.1f} s each"
    count = len(load.ingests.values)
    yield Figure("ingests meanwhile", count, target=asked_for, lower=False, detail=detail)
    yield Figure("states seen by the clients", len(set(outcome.marks) - {NO_STATE}))
    share = outcome.marks.get(NO_STATE, 0) / max(1, len(outcome.all.values))
    why = "between a change of the catalogue and that of the index"
    yield Figure("answers that found nothing of the text", share, "share", detail=why)
    for label, bad in (("errors", outcome.errors), ("answers of two states", outcome.mixed)):
        yield Figure(label, len(bad), target=0.0, detail=bad[0][:200] if bad else "")


def run_load(
    data: Path, work: Path, embedding: str, seconds: float, clients: int = CLIENTS
) -> Load:
    """Serve `data`, change the text in it, and ask, for so long."""
    source = work / "reglement-d-usage.md"
    write(source, 0)
    child.ingest([source], data, embedding)
    ingests, over = Times(), threading.Event()

    def change() -> None:
        state = 0
        while not over.is_set():
            state += 1
            write(source, state)
            with ingests.timed():
                child.ingest([source], data, embedding)

    changing = threading.Thread(target=change)
    with served(data, embedding) as server:
        changing.start()
        try:
            outcome = run(Plan(server.url, _calls(), clients, seconds, mark=MARK))
        finally:
            over.set()
            changing.join()
    return Load(outcome, ingests)


def write(source: Path, state: int) -> None:
    """The text in that state; each is in force from the day after the one before."""
    day = FIRST_DAY + timedelta(days=state)
    articles = "\n".join(_article(number, place, state) for number, place in _places())
    head = f"---\ntitle: Règlement d'usage\neffective: {day}\n---\n# Règlement d'usage\n\n"
    moved = source.with_suffix(".new")
    moved.write_text(head + articles, "utf-8")
    moved.replace(source)


def _places() -> Iterator[tuple[int, str]]:
    return enumerate(PLACES, start=1)


def _article(number: int, place: str, state: int) -> str:
    days = 10 + (number + state) % 80
    return (
        f"## Article {number} – Usage {place}\n\n"
        f"Une demande d'emplacement {place} est déposée dans un délai de {days} jours "
        f"avant l'usage, selon l'état n° {state:04} du règlement. "
        f"Le refus d'une demande {place} est motivé et notifié, selon l'état n° {state:04} "
        f"du règlement.\n"
    )


def _calls() -> list[Call]:
    """Searches, answers and answers as events, in turn."""
    questions = [
        question.format(place=place)
        for _, place in _places()
        for question in (
            "Dans quel délai déposer une demande d'emplacement {place} ?",
            "Le refus d'une demande {place} est-il motivé ?",
        )
    ]
    return [
        call
        for question in questions
        for call in (
            *asks("/v1/search", [question]),
            *asks("/v1/ask", [question]),
            *asks("/v1/ask", [question], EVENTS),
        )
    ]


def _folder(bench: Bench) -> Path:
    """Beside the 28 codes, or alone."""
    data = bench.work / "load"
    try:
        shutil.copytree(corpus.ingested(bench).data, data)
    except Skipped:
        data.mkdir()
    return data
