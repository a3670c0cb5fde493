"""Daily dumps, in whatever order they are taken in, even before the text is known."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import folders
import pytest
from legi_dump import CODE, GLOBAL, article, article_id, deletion, pack, path_of
from running import referent

DELETING, ADDING, LATER = (f"LEGI_2026{day}-222711.tar.gz" for day in ("0819", "0901", "0910"))


@pytest.fixture
def dumps(tmp_path: Path) -> list[Path]:
    """The whole base with articles 1 and 2; one day 1 goes; then 3 comes; then 1 is back."""
    sources = tmp_path / "dumps"
    sources.mkdir()
    both = [_file("", 1), _file("", 2)]
    return [
        pack(sources / GLOBAL, dict(both)),
        pack(
            sources / DELETING,
            {"20260819-222711/liste_suppression_legi.dat": deletion(CODE, 1)},
        ),
        pack(sources / ADDING, dict([_file("20260901-222711/", 3)])),
        pack(sources / LATER, dict([_file("20260910-222711/", 1)])),
    ]


def _file(root: str, number: int) -> tuple[str, str]:
    words = f"<p>Mots de l'article {number}.</p>"
    return f"{root}{path_of(CODE, article_id(number))}", article(number, f"L{number}", words)


def test_a_deletion_holds_in_every_order(dumps: list[Path], tmp_path: Path) -> None:
    made = []
    for turn, order in enumerate(permutations(dumps[:3])):
        data = tmp_path / str(turn)
        for path in order:
            tried = referent("ingest", path, "--data", data, "--json", "--dry-run")
            ran = referent("ingest", path, "--data", data, "--json")
            assert ran.status == tried.status == 0, ran.out
            assert tried.json["texts"] == ran.json["texts"]
        made.append(folders.content(data))
        assert _numbers(data) == {"L2", "L3"}
    for content in made:
        # in which file a text that is not here was deleted from is not remembered
        folders.compare_content(_apart(content), _apart(made[0]))


def test_a_later_dump_brings_it_back(dumps: list[Path], tmp_path: Path) -> None:
    for turn, order in enumerate((dumps, dumps[::-1])):
        for path in order:
            assert referent("ingest", path, "--data", tmp_path / str(turn)).status == 0
        assert _numbers(tmp_path / str(turn)) == {"L1", "L2", "L3"}


def test_the_whole_base_again_undoes_no_deletion(dumps: list[Path], tmp_path: Path) -> None:
    """As when it is taken in again for other services, and the daily dumps are known already."""
    data = tmp_path / "data"
    for path in dumps[:2]:
        assert referent("ingest", path, "--data", data).status == 0
    assert referent("ingest", dumps[0], "--data", data, "--service", "rh").status == 0
    assert _numbers(data) == {"L2"}
    assert referent("remove", CODE, "--data", data).status == 0
    assert referent("ingest", dumps[0], "--data", data).status == 0
    assert _numbers(data) == {"L2"}


def _apart(content: dict[str, folders.Rows]) -> dict[str, folders.Rows]:
    return {name: rows for name, rows in content.items() if name != "source_texts"}


def _numbers(data: Path) -> set[str]:
    """The articles whose words are there."""
    content = folders.content(data)
    worded = {row[1] for row in content["versions"] if row[2]}
    return {row[2] for row in content["articles"] if row[0] in worded}
