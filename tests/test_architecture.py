"""Who may import whom, and what a command line must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"rag", "ingest", "api", "eval"}
MAY_IMPORT = {
    "rag": {"rag"},
    "ingest": {"ingest", "rag"},
    "api": {"api", "ingest", "rag"},
    "eval": {"eval", "ingest", "rag"},  # ingest: to build the corpus that it measures on
}
# The commands of `eval` are reached from the root command line.
DOORS = {("api", "eval")}
HEAVY = ("torch", "sentence_transformers", "unstructured", "llama_index", "transformers")
MAX_LINES = 350  # "about 300" (DESIGN.md)


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: import from the package's root"
            yield node.module or ""


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_packages_import_only_what_is_below(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(package)
        for module in imported(path)
        if (top := module.partition(".")[0]) in PACKAGES - MAY_IMPORT[package]
        and (package, top) not in DOORS
    ]
    assert wrong == []


def test_types_and_errors_import_nothing_of_the_project() -> None:
    for name in ("types", "errors"):
        tops = {module.partition(".")[0] for module in imported(ROOT / "rag" / f"{name}.py")}
        assert not tops & PACKAGES


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        (
            "api.cli",
            (*HEAVY, "qdrant_client", "qdrant_edge", "fastapi", "unstructured", "pypdfium2"),
        ),
        ("ingest.pipeline", (*HEAVY, "qdrant_client", "pypdfium2")),
        ("rag.retrieval.search", (*HEAVY, "qdrant_client")),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_used(module: str, forbidden: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sorted(m for m in {forbidden} if m in sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.split() == []


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_file_does_one_thing(package: str) -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(package)
        if (count := len(path.read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}
