"""Charts, figures in words, what settings show: the pure parts of the desk."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Refused
from api.web.desk import charts, settings_view
from api.web.desk.figures import Figures
from api.web.desk.statistics import cited, period
from api.web.desk.wording import Named
from rag.settings import Settings

MONDAY = date(2026, 3, 2)


@given(st.floats(0, 1e12))
def test_the_scale_ends_above_what_it_shows(value: float) -> None:
    top = charts.nice(value)
    assert top >= value and top >= 1
    assert f"{top:.0f}".rstrip("0") in ("1", "2", "5")


@given(
    st.dictionaries(st.integers(0, 400), st.tuples(st.integers(0, 999), st.integers(0, 99))),
    st.integers(0, 400),
)
def test_days_are_put_together_and_none_is_lost(
    counted: dict[int, tuple[int, int]], length: int
) -> None:
    by_day = {(MONDAY + timedelta(at)).isoformat(): value for at, value in counted.items()}
    until = MONDAY + timedelta(length)
    found = charts.spans(by_day, MONDAY, until)
    assert len(found) <= charts.MAX_COLUMNS
    assert (found[0].first, found[-1].last) == (MONDAY, until)
    assert all(before.last + timedelta(1) == after.first for before, after in pairwise(found))
    within = [value for at, value in counted.items() if at <= length]
    assert sum(span.value for span in found) == sum(value for value, _ in within)
    assert sum(span.part for span in found) == sum(part for _, part in within)


def test_columns_stand_on_the_ground_within_the_picture() -> None:
    spans = charts.spans({"2026-03-02": (40, 10), "2026-03-04": (100, 0)}, MONDAY, date(2026, 3, 4))
    first, empty, last = charts.columns(spans).columns
    assert (first.y + first.height, first.height) == (charts.HEIGHT, charts.HEIGHT * 0.4)
    assert (first.part_y + first.part_height, first.part_height) == (
        charts.HEIGHT,
        charts.HEIGHT * 0.1,
    )
    assert (empty.height, last.y) == (0, 0)
    assert charts.LEFT <= first.x < last.x and last.x + last.width <= charts.WIDTH


def test_bars_keep_their_proportion() -> None:
    made = charts.bars([("a" * 40, 10), ("b", 5), ("c", 0)])
    long, half, none = made.bars
    assert (half.width, none.width) == (long.width / 2, 0)
    assert long.short.endswith("…") and len(long.short) == charts.NAME_LENGTH
    assert charts.bars([]).height == 0 and charts.bars([("nil", 0)]).bars[0].width == 0


def test_a_line_breaks_where_nothing_was_asked() -> None:
    made = charts.line([0.0, 0.2, None, 0.1, None])
    assert made.runs == ("78.0,120.0 154.0,0.0",)
    assert [y for _, y in made.dots] == [60.0]
    assert [tick.value for tick in made.ticks] == [0, 0.1, 0.2]
    assert charts.line([None]).runs == () and charts.line([0.51]).ticks[-1].value == 1.0


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["1\u202f234\u202f567", "12,5\u00a0%", "950\u00a0ms", "1,5\u00a0s", "2,0\u00a0Kio"]),
        ("en", ["1,234,567", "12.5%", "950\u00a0ms", "1.5\u00a0s", "2.0\u00a0KiB"]),
    ],
)
def test_figures_as_each_language_writes_them(language: str, expected: list[str]) -> None:
    say = Figures(language)
    assert [
        say.count(1_234_567),
        say.share(0.125),
        say.duration(950),
        say.duration(1500),
        say.size(2048),
    ] == expected
    assert say.duration(None) == "—" and say.size(3).startswith("3")


def test_a_period_is_the_last_month_or_what_was_asked() -> None:
    assert period(None, None, MONDAY).days == 30
    assert period(None, date(2026, 1, 31), MONDAY).since == date(2026, 1, 2)
    assert period(date(2026, 3, 9), None, MONDAY).until == date(2026, 3, 9)
    for wrong in ((MONDAY, date(2026, 3, 1)), (date(1900, 1, 1), MONDAY)):
        with pytest.raises(Refused):
            period(*wrong, MONDAY)
    assert period(None, date.min, MONDAY).days == 1


def test_citations_that_are_not_read_are_others() -> None:
    known = {"v1": Named("v1", "a1", "Article 1", "Règlement")}
    found = cited({"v2": 7, "v1": 5, "gone": 2}, known)
    assert [(each.article, count) for each, count in found.named] == [("Article 1", 5)]
    assert found.others == 9


def test_settings_are_shown_without_secrets() -> None:
    chosen = Settings(
        catalogue_url="postgresql://user:motdepasse@base:5432/textes?password=motdepasse",
        index_url="http://cle:motdepasse@qdrant:6333/motdepasse",
        index_api_key="motdepasse",
        model_api_key="motdepasse",
        serve_secret="motdepasse" * 5,
        oidc_client_secret="motdepasse",
        journal_key="motdepasse",
        oidc_groups="grp=rh",
    )
    shown = {name: value for name, value, _ in settings_view.shown(chosen)}
    assert "motdepasse" not in repr(shown)
    assert shown["catalogue_url"] == "postgresql://base:5432"
    assert shown["index_url"] == "http://qdrant:6333"
    assert shown["oidc_groups"] == "grp=rh"
    assert shown["journal_key"] == settings_view.SET
    assert {name for name, value in shown.items() if value == settings_view.SET} == {
        name for name in Settings.model_fields if name.endswith(settings_view.SECRET)
    }
