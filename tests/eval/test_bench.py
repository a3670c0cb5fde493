"""The bench runs, and its figures are counted right. No time is ever asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from eval.bench.measure import Bench, Figure, Skipped, Times, alternate, percentile
from eval.bench.synthetic import _swaps

ROOT = Path(__file__).parents[2]
MEASURES = (
    "memory", "cold", "update", "search", "reading", "side-by-side", "api", "load", "embedding",
    "journal",
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7.0], 95, 7.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([float(n) for n in range(1, 121)], 95, 114.0),  # the 120 questions
        ([1.0, 2.0], 0, 1.0),
        ([1.0, 2.0], 100, 2.0),
    ],
)
def test_percentile_is_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_median_and_p95() -> None:
    times = Times([float(n) for n in range(100, 0, -1)])
    assert (times.median, times.p95) == (50.5, 95.0)


def test_rounds_alternate_and_turn_round() -> None:
    ran: list[str] = []
    times = alternate(3, lambda: ran.append("a"), lambda: ran.append("b"))
    assert "".join(ran) == "abbaab"
    assert [len(kept.values) for kept in times] == [3, 3]


@pytest.mark.parametrize(
    ("figure", "met", "printed"),
    [
        (Figure("peak", 307.0, "MB", 2000.0), True, "≤ 2,000 met"),
        (Figure("peak", 2500.0, "MB", 2000.0), False, "≤ 2,000 MISSED"),
        (Figure("share", 0.93, "share", 0.9, lower=False), True, "≥ 0.9 met"),
        (Figure("share", 0.61, "share", 0.9, lower=False), False, "≥ 0.9 MISSED"),
        (Figure("rate", 12.0, "MB/s"), None, "12.0 MB/s"),
    ],
)
def test_a_missed_target_is_said(figure: Figure, met: bool | None, printed: str) -> None:
    assert figure.met is met
    assert printed in str(figure)
    assert json.loads(json.dumps(figure.as_json()))["met"] is met


def test_without_shared_data_a_measure_says_why(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="corpora/legi/codes"):
        Bench(None, tmp_path).need_shared("corpora/legi/codes")


def test_a_copy_swaps_tokens_one_to_one() -> None:
    bands = [[1, 2, 3, 4], [5, 6], [7]]
    swaps = _swaps(bands, Random(1))
    assert all({swaps[token] for token in band} == set(band) for band in bands)


@pytest.mark.slow
def test_the_bench_runs_quickly_on_little(shared: Path, tmp_path: Path) -> None:
    report = tmp_path / "figures.json"
    _bench("--quick", "--shared", str(shared), "--json", str(report))
    content = json.loads(report.read_text("utf-8"))
    assert content["machine"]["cores"]
    assert tuple(content["measures"]) == MEASURES
    assert all(
        content["measures"][name]
        for name in ("memory", "cold", "update", "search", "api", "load", "embedding")
    )


@pytest.mark.slow
def test_the_bench_says_what_it_skips(tmp_path: Path) -> None:
    printed = _bench("--quick", "--shared", str(tmp_path), "--only", "search")
    assert "skipped: no " in printed


@pytest.mark.slow
def test_an_unknown_measure_is_wrong_usage() -> None:
    done = _run("--only", "nothing")
    assert done.returncode == 2


def _bench(*arguments: str) -> str:
    done = _run(*arguments)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eval.bench", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
