"""The documentation says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer

from api import docs
from api.cli import app
from rag.accounts import roles

README = docs.README.read_text()


def flattened(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """Every command by what is typed for it: "search", "people add"."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= flattened(command, f"{prefix}{name} ")  # type: ignore[arg-type]
        else:
            found[f"{prefix}{name}"] = command
    return found


COMMANDS = flattened(typer.main.get_group(app))  # type: ignore[arg-type]
UNIVERSAL = {"--help", "--data", "--json"}


def test_settings_table_is_current() -> None:
    assert docs.settings_table() in README, "run python -m api.docs"


def test_roles_table_is_current() -> None:
    assert roles.markdown_table() in README, "run python -m api.docs"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_in_the_readme(name: str) -> None:
    assert f"`referent {name}" in README
    options = {o for p in COMMANDS[name].params for o in p.opts if o.startswith("--")}
    missing = {o for o in options - UNIVERSAL if o not in README}
    assert not missing


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_takes_data_and_json(name: str) -> None:
    options = {o for p in COMMANDS[name].params for o in p.opts}
    assert {"--data", "--json"} <= options


def test_no_machine_paths_in_tracked_text() -> None:
    root = Path(docs.README).parent
    pattern = re.compile(r"/work/|/root/|/home/\w+/")
    files = [
        path
        for folder in ("rag", "ingest", "api", "eval", "corpus")
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".md", ".toml", ".txt", ".json"}
    ]
    files += [root / name for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml")]
    found = [str(path) for path in files if pattern.search(path.read_text())]
    assert not found
