"""A document that was sent, read as `referent verify` reads a file.

It stands for that time in a folder that only this process's user can open, under a name of our
own: of the name that it came with, only a known ending is kept.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from api.problems import BUSY, TOO_LARGE, Kind, Refused
from api.reading_process import Busy, DocumentReader
from api.schemas import MAX_DOCUMENT
from rag.errors import EmptySource, HostileSource, SourceError

# What people write. What publishers send (archives of texts, XML) is for `referent ingest`.
FORMATS = (".docx", ".eml", ".htm", ".html", ".markdown", ".md", ".odt", ".pdf", ".rtf", ".txt")
UNREADABLE = Kind(
    "unreadable-document",
    422,
    "Ce document ne peut pas être lu.",
    "This document cannot be read.",
)
FORMAT = Kind("format", 415, "Ce format n'est pas lu ici.", "This format is not read here.")
# Why, in English; the first that fits. In French the reader says it itself.
ENGLISH: tuple[tuple[type[SourceError], str], ...] = (
    (EmptySource, "It is empty, or holds no words."),
    (HostileSource, "It is too large once opened, or made to do harm."),
    (
        SourceError,
        "It is damaged, protected by a password, without text, or not in the format of its name.",
    ),
)
_reader = DocumentReader()  # one for the server, whichever door a document comes through


def read_document(name: str, content: bytes) -> tuple[str, str]:
    """(words, title that the document gives itself).

    Raises:
        Refused: it cannot be read, or others are being read for too long.
    """
    suffix = _suffix(name)
    with tempfile.TemporaryDirectory(prefix="referent-") as folder:
        path = Path(folder) / f"document{suffix}"
        path.write_bytes(content)
        try:
            words, title = _reader.read(str(path))
        except Busy as error:
            raise Refused(BUSY) from error
        except SourceError as error:
            raise _refused(error, folder) from error
    if len(words) > MAX_DOCUMENT:
        raise Refused(
            TOO_LARGE,
            f"Le document a {len(words)} caractères, limite {MAX_DOCUMENT}.",
            f"The document has {len(words)} characters, limit {MAX_DOCUMENT}.",
        )
    return words, title


def _suffix(name: str) -> str:
    lower = name.lower()
    found = next((suffix for suffix in FORMATS if lower.endswith(suffix)), "")
    if not found or found not in known_formats():
        listed = ", ".join(known_formats())
        raise Refused(FORMAT, f"Formats lus : {listed}.", f"Formats read: {listed}.")
    return found


def known_formats() -> tuple[str, ...]:
    """Those that have a reader here."""
    from ingest.sources.registry import known_suffixes

    known = known_suffixes()
    return tuple(suffix for suffix in FORMATS if suffix in known)


def _refused(error: SourceError, folder: str) -> Refused:
    english = next(words for kind, words in ENGLISH if isinstance(error, kind))
    french = error.what.replace(folder, "").strip()
    return Refused(UNREADABLE, f"{french[:1].upper()}{french[1:]}.", english)
