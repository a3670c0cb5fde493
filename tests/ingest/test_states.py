"""Five states of one code: at each state's date, `show` gives that state's words.

Where it does not, a later state of the publisher corrects an earlier one, and the later one is
believed. Such pairs are counted, printed with the reason, and none other is allowed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import folders
import legi_files
import pytest
from running import process, referent
from sqlalchemy import Connection

from api import article_view
from rag.bootstrap import open_parts
from rag.catalogue import reading
from rag.database import reading as transaction
from rag.legal.lookup import find_article
from rag.settings import Settings
from rag.types import Caller, Version

# name of the file → the state's date, as the file says (`dateDebutVersion`)
STATES = {
    "2019-08-22": date(2019, 3, 1),
    "2020-06-18": date(2020, 6, 18),
    "2022-01-01": date(2022, 1, 1),
    "2024-01-01": date(2024, 1, 1),
    "2026-05-28": date(2026, 5, 28),
}
ORDERS = (tuple(STATES), ("2024-01-01", "2019-08-22", "2026-05-28", "2022-01-01", "2020-06-18"))
PAIRS = 2364  # articles with words, over the five files
SAMPLE = 20
SEED = 20260528
CRPA = "LEGITEXT000031366350"

# What the state of 2026-05-28 says otherwise than the states before it.
REWORDED = "même version, mots corrigés depuis par l'éditeur (« de loi » → « de la loi »)"
ENDED = "version close au 2023-12-31 par l'état de 2026 ; les mots de la suivante sont inconnus"
CORRECTED = {
    **{("L112-9", day): REWORDED for day in list(STATES.values())[:4]},
    **{(number, date(2024, 1, 1)): ENDED for number in ("L552-3", "L562-3", "L572-1")},
}


@dataclass(frozen=True)
class Pair:
    """An article in a state."""

    article_id: str
    number: str
    version_id: str
    day: date
    words: str  # without white space


@pytest.fixture(scope="module")
def pairs(shared: Path) -> list[Pair]:
    """Every article with words of every state, read by nothing of ours."""
    return [
        Pair(data["cid"], data["num"], data["id"], day, words)
        for name, day in STATES.items()
        for data in legi_files.articles(_file(shared, name))
        if (words := legi_files.words_of(data))
    ]


def _file(shared: Path, name: str) -> Path:
    return shared / f"corpora/legi/crpa/{name}.json"


@pytest.fixture(scope="module")
def held(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The five states, taken in in two orders."""
    made = []
    for order in ORDERS:
        data = tmp_path_factory.mktemp("states") / "data"
        for name in order:
            ran = referent("ingest", _file(shared, name), "--data", data)
            assert ran.status == 0, ran.err
        made.append(data)
    return made[0], made[1]


@contextmanager
def opened(data: Path) -> Iterator[Connection]:
    chosen = Settings.model_validate({"data": data})
    with open_parts(chosen) as parts, transaction(parts.catalogue) as connection:
        yield connection


@pytest.mark.slow
def test_two_orders_give_one_catalogue(held: tuple[Path, Path]) -> None:
    one, other = (folders.state(data) for data in held)
    folders.compare_content(other.content, one.content)
    assert other.points == one.points
    print({table: len(rows) for table, rows in one.content.items() if rows})


@pytest.mark.slow
@pytest.mark.parametrize("order", [0, 1])
def test_show_gives_the_words_of_each_state(
    order: int, held: tuple[Path, Path], pairs: list[Pair]
) -> None:
    assert len(pairs) == PAIRS
    with opened(held[order]) as connection:
        show = _shown(connection)
        differ = {
            (pair.number, pair.day): (pair, show(pair))
            for pair in pairs
            if [legi_files.bare(v.words) for v in show(pair)] != [pair.words]
        }
        _check_corrections(differ, connection)
    same = len(pairs) - len(differ)
    print(f"\n{len(pairs)} pairs of article and state: {same} give that state's words,")
    print(f"{len(differ)} what a later state corrects, 0 anything else:")
    for number, day in differ:
        print(f"  {number} au {day} : {CORRECTED[number, day]}")
    by_day = Counter(pair.day for pair in pairs)
    print("by state: " + ", ".join(f"{day} {count}" for day, count in by_day.items()))


def _shown(connection: Connection) -> Callable[[Pair], list[Version]]:
    """What `referent show ARTICLE --as-of DAY` shows, by its own functions."""
    caller = Caller.operator()

    def show(pair: Pair) -> list[Version]:
        found = find_article(connection, pair.article_id, caller)
        versions = reading.versions_of(connection, pair.article_id, caller)
        return list(article_view.view(found, versions, [pair.day], history=False).versions)

    return show


def _check_corrections(
    differ: dict[tuple[str, date], tuple[Pair, list[Version]]], connection: Connection
) -> None:
    """Each is one of those known, and shows what the later state says; nothing is lost."""
    assert differ.keys() == CORRECTED.keys()
    for key, (pair, (shown,)) in differ.items():
        state_gave = reading.version(connection, pair.version_id, Caller.operator())
        assert state_gave is not None
        if CORRECTED[key] == REWORDED:
            assert shown.version_id == pair.version_id
            assert legi_files.bare(shown.words).replace("delaloi", "deloi") == pair.words
        else:  # the wording of that state is kept, under the period that is known now
            assert shown.words is None
            assert legi_files.bare(state_gave.words) == pair.words
            assert state_gave.validity.end == shown.validity.start == date(2023, 12, 31)


@pytest.mark.slow
def test_every_article_is_in_force_on_its_state_s_day(
    held: tuple[Path, Path], pairs: list[Pair]
) -> None:
    """No state at hand shows an article that comes into force after the state's date."""
    early = [pair for pair, version in _versions(held[0], pairs) if not _begun(version, pair.day)]
    print(f"{len(early)} of {len(pairs)} not yet in force on their state's date")
    assert early == []


def _versions(data: Path, pairs: list[Pair]) -> Iterator[tuple[Pair, Version]]:
    with opened(data) as connection:
        for pair in pairs:
            version = reading.version(connection, pair.version_id, Caller.operator())
            assert version is not None, pair
            yield pair, version


def _begun(version: Version, day: date) -> bool:
    return version.validity.start is None or version.validity.start <= day


@pytest.mark.slow
def test_the_command_itself_on_a_sample(held: tuple[Path, Path], pairs: list[Pair]) -> None:
    drawn = random.Random(SEED)
    chosen = drawn.sample([p for p in pairs if (p.number, p.day) not in CORRECTED], SAMPLE)
    for turn, pair in enumerate(chosen):
        run = process if turn < 2 else referent  # as a person, then without the start-up
        asked = (f"{pair.number} CRPA", "--as-of", pair.day, "--data", held[turn % 2], "--json")
        (version,) = run("show", *asked).json["versions"]
        assert legi_files.bare(version["words"]) == pair.words, pair
        assert version["version_id"] == pair.version_id
    print(f"{SAMPLE} of {len(pairs)} asked of the command")
