"""Writes the generated parts of the README: `python -m api.docs` (a test checks it)."""

from __future__ import annotations

import re
from pathlib import Path

from rag.accounts import roles
from rag.settings import Settings

README = Path(__file__).parent.parent / "README.md"


def settings_table() -> str:
    """Every setting with its default and meaning, as a Markdown table."""
    rows = [
        f"| `REFERENT_{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| Setting | Default | Meaning |", "| --- | --- | --- |", *rows])


def _default(value: object) -> str:
    return f"`{value}`" if str(value) else "empty"


def fill(text: str, name: str, content: str) -> str:
    """`text` with `content` between the comments `<!-- name -->` and `<!-- /name -->`."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def main() -> None:
    """Rewrite the README."""
    text = fill(README.read_text(), "settings", settings_table())
    README.write_text(fill(text, "roles", roles.markdown_table()))


if __name__ == "__main__":
    main()
