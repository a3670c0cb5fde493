"""What an entry of the journal costs, and how long its pages take over 100,000 entries: what they
read, then the pages themselves, as a server gives them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
from sqlalchemy import Connection, select

from eval.bench import child
from eval.bench.measure import Bench, Figure, Times, alternate
from eval.bench.server import served
from rag.bootstrap import open_parts
from rag.catalogue import schema
from rag.database import reading
from rag.journal import checking, export, retention, wiping
from rag.journal import reading as entries
from rag.journal.entry import ASK, Entry, Spent, Verdicts, now
from rag.journal.filters import Filter, Scope
from rag.journal.journal import Journal
from rag.journal.pen import pen
from rag.journal.statistics import statistics, unanswered
from rag.registry.engine import open_registry, sqlite_url
from rag.settings import NO_MODEL, Settings

TITLE = "The journal: an entry, pages over 100,000 entries, check and purge"
ENTRIES = 100_000
DAYS = 180
APPENDED = 500
ROUNDS = 9
PAGE_MS = 300.0
APPEND_MS = 1.0

# Most of the work is some people's, through one door: names with how often.
SERVICES = {"rh": 8, "juridique": 5, "état civil": 4, "marchés": 3, "finances": 2, "accueil": 1}
MODELS = {"extractive": 2, "qwen3:4b": 6, "mistral-small": 1}
DOORS = {"page": 30, "api": 5, "openai": 4, "mcp": 2, "command": 1}
KINDS = {ASK: 6, "search": 4, "verify": 1, "article": 2}
VERSIONS = 3000
PEOPLE = 400


def measure(bench: Bench) -> Iterator[Figure]:
    """Cost of an entry, medians of readings and pages, seconds of check, export and purge."""
    count = 2000 if bench.quick else ENTRIES
    data = _folder(bench)
    kept = Journal(
        open_registry(sqlite_url(data), "bench"),
        Settings(data=data, embedding_model=NO_MODEL),
        data,
    )
    versions = _versions(data)
    _fill(kept, count, versions)
    yield from _append(kept, data, versions)
    for label, page in _pages().items():
        yield _page(kept, f"{label}, {count:,} entries", page)
    yield from _served(data)
    yield from _long(kept)
    kept.engine.dispose()


def _folder(bench: Bench) -> Path:
    """With the demonstration corpus, whose articles the pages name."""
    data = bench.work / "journal"
    child.ingest([child.ROOT / "corpus"], data, NO_MODEL)
    return data


def _versions(data: Path) -> list[str]:
    """Ids that entries cite: of the corpus, cited most, and of texts that are gone."""
    with (
        open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts,
        reading(parts.catalogue) as connection,
    ):
        found = list(connection.execute(select(schema.versions.c.version_id)).scalars())
    return [*found, *(f"v{number}" for number in range(VERSIONS - len(found)))]


def _entry(random: Random, age: timedelta, versions: Sequence[str]) -> Entry:
    kind = _one(random, KINDS)
    asks = kind == ASK
    refused = asks and random.random() < 0.08
    cited = 0 if refused or not asks else random.randint(1, 4)
    return Entry(
        kind=kind,
        door=_one(random, DOORS),
        who=f"agent{random.randrange(PEOPLE)}",
        services=frozenset(_one(random, SERVICES) for _ in range(random.choice((1, 1, 1, 2)))),
        question=f"Dans quel délai l'agent {random.randrange(10_000)} répond-il à une demande ?",
        model=_one(random, MODELS) if asks else "",
        versions=tuple(
            versions[int(random.paretovariate(0.7)) % len(versions)] for _ in range(cited)
        ),
        verdicts=Verdicts(2, int(random.random() < 0.1), 0) if cited else Verdicts(),
        refused=refused,
        latency={"index": 5.2, "total": random.lognormvariate(6, 1.5)},
        spent=Spent(1800, 900, 160, 8000, 1100) if asks else Spent(),
        at=now() - age,
    )


def _one(random: Random, names: dict[str, int]) -> str:
    return random.choices(list(names), list(names.values()))[0]


def _fill(kept: Journal, count: int, versions: Sequence[str]) -> None:
    random = Random(1)
    step = timedelta(days=DAYS) / count
    for start in range(0, count, 2000):
        with pen(kept.engine, kept.key) as held:
            for number in range(start, min(count, start + 2000)):
                held.add(_entry(random, (count - number) * step, versions))


def _append(kept: Journal, data: Path, versions: Sequence[str]) -> Iterator[Figure]:
    """Beside the least that committing anything to this disk costs, in turns."""
    random = Random(2)
    wiping.empty_log(kept.engine)  # what the filling left to write is not these entries'
    with closing(_bare(data)) as bare:

        def commit() -> None:
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO rows VALUES (?)", ("x" * 700,))
            bare.execute("COMMIT")

        def record() -> None:
            kept.record(_entry(random, timedelta(), versions))

        entry, least = alternate(APPENDED, record, commit)
    detail = f"p95 {1000 * entry.p95:.2f} ms; a bare commit: {1000 * least.median:.2f} ms"
    yield Figure("an entry, committed", 1000 * entry.median, "ms", APPEND_MS, detail=detail)


def _bare(data: Path) -> sqlite3.Connection:
    bare = sqlite3.connect(data / "bare.sqlite3", isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE rows (words)")
    return bare


def _pages() -> dict[str, Callable[[Connection], object]]:
    week = Scope(since=(now() - timedelta(days=7)).date())
    person = Filter(who=("agent7",))
    rare = Filter(Scope(service="rh", model="qwen3:4b", door="mcp"), refused=True)
    none = Filter(Scope(service="aucun"))
    return {
        "statistics, all days": lambda c: (statistics(c, Scope()), unanswered(c, Scope())),
        "statistics, one week": lambda c: (statistics(c, week), unanswered(c, week)),
        "statistics, one service": lambda c: statistics(c, Scope(service="rh")),
        "newest 50": lambda c: entries.page(c, Filter()),
        "one person's newest 50": lambda c: entries.page(c, person),
        "refused, service, model, door": lambda c: entries.page(c, rare),
        "a filter that nothing meets": lambda c: entries.page(c, none),
    }


def _page(kept: Journal, label: str, page: Callable[[Connection], object]) -> Figure:
    times = Times()
    for _ in range(ROUNDS):
        with times.timed(), reading(kept.engine) as connection:
            page(connection)
    return Figure(label, 1000 * times.median, "ms", PAGE_MS, detail=f"p95 {1000 * times.p95:.0f}")


def _served(data: Path) -> Iterator[Figure]:
    """The pages whole, read and drawn in a server, to who has every right: its folder's owner."""
    since = (now() - timedelta(days=DAYS)).date()
    statistics_page, journal_page = "/administration/statistiques", "/administration/journal"
    addresses = {
        "statistics": statistics_page,
        f"statistics, {DAYS} days": f"{statistics_page}?since={since}",
        f"statistics, {DAYS} days, one service": f"{statistics_page}?since={since}&service=rh",
        "journal, newest 50": journal_page,
        "journal, one person": f"{journal_page}?who=agent7",
        "journal, refused, service, model, door": (
            f"{journal_page}?refused=oui&service=rh&model=qwen3%3A4b&door=mcp"
        ),
        "journal, a filter that nothing meets": f"{journal_page}?service=aucun",
    }
    transport = httpx.HTTPTransport(uds=str(data / "server.sock"))
    with (
        served(data, NO_MODEL, journal_days=str(2 * DAYS)) as server,
        httpx.Client(base_url="http://referent", transport=transport, timeout=60) as client,
    ):
        for name, address in addresses.items():
            times, size = Times(), len(_got(client, address))
            before = server.cpu
            for _ in range(ROUNDS):
                with times.timed():
                    _got(client, address)
            cpu = 1000 * (server.cpu - before) / ROUNDS
            detail = f"p95 {1000 * times.p95:.0f}, {cpu:.0f} of processor, {size / 1000:.0f} kB"
            yield Figure(f"page: {name} p50", 1000 * times.median, "ms", PAGE_MS, detail=detail)


def _got(client: httpx.Client, address: str) -> bytes:
    answer = client.get(address, headers={"Accept": "text/html"})
    return answer.raise_for_status().content


def _long(kept: Journal) -> Iterator[Figure]:
    started = time.perf_counter()
    report = checking.check(kept.engine, kept.key)
    seconds = time.perf_counter() - started
    detail = f"{report.entries / seconds:,.0f} entries/s"
    yield Figure("the whole chain checked", seconds, "s", detail=detail)
    if report.problem:
        raise RuntimeError(str(report.problem))
    started = time.perf_counter()
    with reading(kept.engine) as connection:
        size = sum(map(len, export.csv_lines(entries.entries(connection, Filter()))))
    seconds = time.perf_counter() - started
    yield Figure("exported as CSV", seconds, "s", detail=f"{size / 1e6:.0f} MB")
    started = time.perf_counter()
    purged = retention.purge(kept, DAYS // 2, now(), who="bench", door="command")
    seconds = time.perf_counter() - started
    a_batch = 1000 * seconds * retention.BATCH / purged.entries
    detail = f"{purged.entries:,} entries, {a_batch:.0f} ms a batch"
    yield Figure("older half purged", seconds, "s", detail=detail)
    if checking.check(kept.engine, kept.key).problem:
        raise RuntimeError("the check fails after the purge")
