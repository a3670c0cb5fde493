"""Which reader reads what: one table, from the end of a file's name to its reader.

A package adds formats with an entry point of the group `referent.sources`: its name is the suffix
without the dot ("rtf", "tar.xz"), its value "package.module:function", a `Reader`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from ingest.sources.base import Reader
from rag.errors import MissingPackage, UnknownFormat

GROUP = "referent.sources"

READERS = {
    ".md": "ingest.sources.markdown:read",
    ".markdown": "ingest.sources.markdown:read",
    ".txt": "ingest.sources.plain_text:read",
    ".html": "ingest.sources.html:read",
    ".htm": "ingest.sources.html:read",
    ".docx": "ingest.sources.docx:read",
    ".odt": "ingest.sources.odt:read",
    ".eml": "ingest.sources.eml:read",
    ".xlsx": "ingest.sources.xlsx:read",
    ".pdf": "ingest.sources.pdf:read",
    ".jsonl": "ingest.sources.json_lines:read",
    ".json": "ingest.sources.legi_json:read",
    ".xml": "ingest.sources.legi_xml:read",
    ".tar.gz": "ingest.sources.legi_xml:read",
    ".tgz": "ingest.sources.legi_xml:read",
}

# what office programs and editors leave beside documents
_LEFTOVERS = (".", "~$", "~", "#")


def reader_for(path: Path) -> Reader:
    """The reader of `path`, by the end of its name; imported only now.

    Raises UnknownFormat, with the known suffixes; MissingPackage when its package is not there.
    """
    suffix = _suffix(path)
    if suffix is None:
        raise UnknownFormat(
            f"format inconnu « {path.suffix or 'sans extension'} »",
            where=str(path),
            remedy="Formats lus : " + ", ".join(sorted(known_suffixes())) + ".",
        )
    return _load(suffix, path)


def is_source(path: Path) -> bool:
    """True when a folder walk takes `path`: a reader knows it and it is no leftover."""
    return not path.name.startswith(_LEFTOVERS) and _suffix(path) is not None


def known_suffixes() -> frozenset[str]:
    """Suffixes that have a reader, the third parties' included."""
    return frozenset(READERS) | frozenset(_third_party())


def _suffix(path: Path) -> str | None:
    """The longest known suffix that the name ends with."""
    name = path.name.lower()
    fitting = [suffix for suffix in known_suffixes() if name.endswith(suffix)]
    return max(fitting, key=len, default=None)


def _load(suffix: str, path: Path) -> Reader:
    third_party = _third_party().get(suffix)
    target = READERS.get(suffix) or (third_party.value if third_party else "")
    module, _, function = target.partition(":")
    try:
        return cast("Reader", getattr(import_module(module), function))
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"le lecteur de {suffix} a besoin de « {error.name} »",
            where=str(path),
            remedy=f"Installez-le : pip install {(error.name or '').partition('.')[0]}",
        ) from error


@cache
def _third_party() -> dict[str, EntryPoint]:
    """Readers of installed packages, by suffix; our own table wins."""
    return {f".{point.name.lower().lstrip('.')}": point for point in entry_points(group=GROUP)}
