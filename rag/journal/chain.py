"""How an entry becomes a row, and what chains it to the row before. Pure.

A row's hash is SHA-256 over the hash before it and every column of the row, its number included,
in one canonical form (JSON without spaces, keys sorted). What is a person's is hashed apart with a
random salt, and the row holds that hash: deleting the person's part with its salt leaves the chain
whole, and leaves nothing to guess names from.

The head (last number, last hash, and the same of the last row purged) is signed with HMAC-SHA256,
by a key that is not in the database. So whoever can only write to the database can neither alter
nor cut without being found out. Whoever has the database and the key can write another history
from any row on; against that, note now and then elsewhere what `referent journal check` prints
(number and hash of the last row): a later history that does not hold it is false.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.journal.entry import Entry
from rag.journal.schema import journal

PERSONAL = ("who", "question", "reason", "comment")
_CHAINED = tuple(column.name for column in journal.columns if column.name != "hash")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends, and from where on its rows are kept."""

    seq: int
    hash: str
    anchor_seq: int  # the last row that was purged; 0: none was
    anchor_hash: str

    def mac(self, key: bytes) -> str:
        """Its signature."""
        said = _canonical([self.seq, self.hash, self.anchor_seq, self.anchor_hash])
        return hmac.new(key, said, hashlib.sha256).hexdigest()


def row_of(entry: Entry) -> dict[str, Any]:
    """The columns of `journal` that come from the entry: all but number and hashes."""
    verdicts, spent = entry.verdicts, entry.spent
    return {
        "request_id": _storable(entry.request_id),
        "at": milliseconds(entry.at),
        "kind": _storable(entry.kind),
        "door": _storable(entry.door),
        "services": listed(sorted(entry.services)),
        "as_of": entry.as_of.isoformat() if entry.as_of else "",
        "model": _storable(entry.model),
        "versions": listed(entry.versions),
        "verified": verdicts.verified,
        "unsupported": verdicts.unsupported,
        "contradicted": verdicts.contradicted,
        "refused": int(entry.refused),
        "latency": _canonical({k: round(v, 3) for k, v in entry.latency.items()}).decode(),
        "prompt_tokens": spent.prompt_tokens,
        "prompt_ms": spent.prompt_ms,
        "written_tokens": spent.written_tokens,
        "written_ms": spent.written_ms,
        "first_ms": spent.first_ms,
        "status": _storable(entry.status),
        "about": _storable(entry.about),
        "useful": None if entry.useful is None else int(entry.useful),
        "detail": _storable(entry.detail),
    }


def person_of(entry: Entry) -> dict[str, str]:
    """The columns of `journal_people` that come from the entry."""
    return {name: _storable(getattr(entry, name)) for name in PERSONAL}


def person_hash(salt: str, person: Mapping[str, Any]) -> str:
    """What the chain keeps of a person's part."""
    said = _canonical([salt, *(person[name] for name in PERSONAL)])
    return hashlib.sha256(said).hexdigest()


def row_hash(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of a row that follows the one whose hash is `previous`."""
    said = _canonical([previous, {name: row[name] for name in _CHAINED}])
    return hashlib.sha256(said).hexdigest()


def milliseconds(moment: datetime) -> int:
    """Since 1970, UTC."""
    return round(moment.timestamp() * 1000)


def moment_of(at: int) -> datetime:
    """The moment of so many milliseconds since 1970, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Names as the JSON list that is stored."""
    return _canonical([_storable(name) for name in names]).decode()


def _canonical(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _storable(words: str) -> str:
    """Without what PostgreSQL refuses in text: NUL, and halves of surrogate pairs."""
    return words.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
