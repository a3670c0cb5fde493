"""One changed article, taken into the 28 codes and into its own code alone.

The work should grow with the change, not with the corpus. Timed is what a running process does
once the source has been read: history, passages, vectors, catalogue, references, and the index.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from eval.bench import child, corpus
from eval.bench.measure import Bench, Figure, Times
from ingest.observer import Silent
from ingest.sources.base import Source
from ingest.sources.registry import reader_for
from ingest.taking import Taker
from rag.bootstrap import Parts, open_parts
from rag.index.projection import catch_up
from rag.maintenance import ready_index
from rag.types import TextState, Validity

TITLE = "One changed article, in the 28 codes and in its code alone"
ROUNDS = 5
MOST = 2.0  # times as long


@dataclass(frozen=True, slots=True)
class _Folder:
    """A data folder with the code in it, open, and what updating it took."""

    name: str
    parts: Parts
    stages: dict[str, Times]

    @property
    def total(self) -> float:
        """The median of whole rounds."""
        rounds = zip(*(times.values for times in self.stages.values()), strict=True)
        return Times([sum(each) for each in rounds]).median


def measure(bench: Bench) -> Iterator[Figure]:
    """Medians by stage in both folders, their ratio, and whether as much was embedded."""
    files = corpus.sources(bench)
    first, *later = _states(_state(files[-1]))
    with ExitStack() as stack:
        folders = [
            _Folder(name, stack.enter_context(open_parts(corpus.settings(bench, data))), _stages())
            for name, data in _folders(bench, files)
        ]
        for folder in folders:
            ready_index(folder.parts)  # start-up: the model loaded, the index open
            _update(folder, files[-1], first)
            folder.stages.update(_stages())
        embedded = [_round(folders, files[-1], state) for state in later]
    yield from (figure for folder in folders for figure in _figures(folder))
    whole, alone = (folder.total for folder in folders)
    yield Figure("as long in the 28 codes as alone", whole / alone, "times", MOST)
    uneven = sum(len(set(counts)) > 1 for counts in embedded)
    counted = f"passages embedded in each round: {', '.join(str(each[0]) for each in embedded)}"
    yield Figure("rounds that embedded more in one of them", uneven, "rounds", 0.0, detail=counted)


def _stages() -> dict[str, Times]:
    return {"catalogue": Times(), "references": Times(), "index": Times()}


def _folders(bench: Bench, files: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Copies: other measures use the folder of the 28 codes too."""
    whole, alone = bench.work / "update-whole", bench.work / "update-alone"
    shutil.copytree(corpus.ingested(bench).data, whole)
    child.ingest(files[-1:], alone, bench.embedding)
    yield f"{len(files)} codes", whole
    yield "its code alone", alone


def _state(file: Path) -> TextState:
    state = next(iter(reader_for(file)(Source(file, file.name))))
    if not isinstance(state, TextState):
        raise TypeError(f"{file.name} is no code")
    return state


def _states(state: TextState) -> Iterator[TextState]:
    """Later and later states, each with one more article changed; the first one warms up."""
    for turn in range(1 + ROUNDS):
        state = _changed(state, turn)
        yield state


def _changed(state: TextState, turn: int) -> TextState:
    """A later state: one article has a new version of other words, the one before is closed."""
    day = (state.as_of or date(2026, 1, 1)) + timedelta(days=1)
    open_ended = [v for v in state.versions if v.words and v.validity.end is None]
    old = open_ended[(turn + 1) * len(open_ended) // (ROUNDS + 2)]
    new = replace(
        old,
        version_id=f"{old.version_id}-{turn}",
        words=f"{old.words} Modifié {turn} fois.",
        validity=Validity(day),
    )
    closed = replace(old, validity=Validity(old.validity.start, day))
    kept = tuple(version for version in state.versions if version is not old)
    return replace(state, versions=(*kept, closed, new), as_of=day)


def _round(folders: Sequence[_Folder], file: Path, state: TextState) -> list[int]:
    """Update each folder, in turns; how many passages were embedded in each."""
    ordered = folders if (state.as_of or date.min).toordinal() % 2 else folders[::-1]
    embedded = {folder.name: _update(folder, file, state) for folder in ordered}
    return [embedded[folder.name] for folder in folders]


def _update(folder: _Folder, file: Path, state: TextState) -> int:
    parts, stages = folder.parts, folder.stages
    taker = Taker(parts, Silent(), accept_removals=False, dry_run=False)
    with stages["catalogue"].timed():
        report = taker.take(Source(file, file.name), state, [state.text.text_id])
    with stages["references"].timed():
        taker.refresh_mentions()
    with stages["index"].timed():
        catch_up(parts.catalogue, parts.index, parts.model_name, parts.catalogue_place)
    if report is None or len(report.changes.changed) != 1:
        raise RuntimeError("not one article was changed")
    return report.embedded


def _figures(folder: _Folder) -> Iterator[Figure]:
    for stage, times in folder.stages.items():
        yield Figure(f"{folder.name}: {stage}", 1000 * times.median, "ms")
    rounds = f"median of {ROUNDS} rounds"
    yield Figure(f"{folder.name}: whole", 1000 * folder.total, "ms", detail=rounds)
