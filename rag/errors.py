"""The error tree. A message says what is wrong, where, and what to do.

ReferentError
├── SettingsError            a setting that cannot be used
├── UsageError               a wrong option or argument (exit status 2)
├── SourceError              one source could not be taken in; the others go on
│   ├── UnreadableSource     missing, forbidden, damaged, encrypted, wrongly encoded
│   ├── EmptySource          nothing in it
│   ├── HostileSource        a bomb, or too large
│   ├── UnknownFormat        no reader for it
│   ├── ConflictingSource    two sources claim one text
│   └── ShrunkSource         it would remove much of a text without being told to
├── CatalogueError           the catalogue cannot be read or written
│   ├── NewerSchema          made by a later release
│   ├── CatalogueBusy        another process is writing
│   └── StorageError         read-only or full disk
├── IndexFailure             the index cannot be opened or does not answer
│   └── IndexBusy            another process holds it
├── EmbeddingError           the embedding model cannot be used
├── ModelFailure             the language model wrote no answer that can be served
│   ├── ModelUnreachable     its server does not answer
│   ├── ModelMissing         the server does not have it, or it may not be used
│   ├── ModelMemory          the server lacks the memory to load it
│   ├── ModelSilent          nothing came for too long
│   ├── ModelCut             the answer broke off
│   ├── ModelUnreadable      what came is not what the server's protocol says
│   ├── PromptTruncated      the server did not read the whole prompt
│   └── AnswerTooLong        it did not come to an end; what was written before it stands
├── AnswerStopped            nobody waits for this answer any more
├── MissingPackage           an optional package or program is not installed
└── NotFound                 no such text or article
"""

from __future__ import annotations

# In a log one error is one line, whatever names of files or models are made of.
_BREAKS = dict.fromkeys((*range(32), *range(127, 160)), "\ufffd")
_BREAKS |= dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")


class ReferentError(Exception):
    """Root of the tree. `what` is a French sentence; `where` a place; `remedy` what to do."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [f"{self.where} : {self.what}" if self.where else self.what]
        if self.remedy:
            parts.append(self.remedy)
        return " — ".join(parts).translate(_BREAKS)


class SettingsError(ReferentError):
    """A setting that cannot be used."""


class UsageError(ReferentError):
    """A wrong option or argument."""


class SourceError(ReferentError):
    """One source could not be taken in; the others go on."""


class UnreadableSource(SourceError):
    """Missing, forbidden, damaged, encrypted, or wrongly encoded."""


class EmptySource(SourceError):
    """Nothing in it."""


class HostileSource(SourceError):
    """A decompression or entity bomb, or too large to be a text."""


class UnknownFormat(SourceError):
    """No reader for this kind of file."""


class ConflictingSource(SourceError):
    """Two sources of one run claim the same text."""


class ShrunkSource(SourceError):
    """It would remove much of a text without being told to."""


class CatalogueError(ReferentError):
    """The catalogue cannot be read or written."""


class NewerSchema(CatalogueError):
    """The data folder was made by a later release."""


class CatalogueBusy(CatalogueError):
    """Another process is writing."""


class StorageError(CatalogueError):
    """Read-only or full disk."""


class IndexFailure(ReferentError):
    """The index cannot be opened or does not answer."""


class IndexBusy(IndexFailure):
    """Another process holds the index."""


class EmbeddingError(ReferentError):
    """The embedding model cannot be used."""


class ModelFailure(ReferentError):
    """The language model wrote no answer that can be served."""


class ModelUnreachable(ModelFailure):
    """Its server does not answer."""


class ModelMissing(ModelFailure):
    """The server does not have it, or it may not be used."""


class ModelMemory(ModelFailure):
    """The server lacks the memory to load it."""


class ModelSilent(ModelFailure):
    """Nothing came for too long."""


class ModelCut(ModelFailure):
    """The answer broke off."""


class ModelUnreadable(ModelFailure):
    """What came is not what the server's protocol says."""


class PromptTruncated(ModelFailure):
    """The server did not read the whole prompt: the answer rests on what nobody knows."""


class AnswerTooLong(ModelFailure):
    """It did not come to an end; the whole sentences written before still stand."""


class AnswerStopped(ReferentError):
    """Nobody waits for this answer any more."""


class MissingPackage(ReferentError):
    """An optional package or program is not installed."""


class NotFound(ReferentError):
    """No such text or article."""
