"""What the journal keeps of a request. Imports nothing of the journal but this."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

# Works on the texts: what somebody did, not what they asked.
UPDATE, REMOVE = "update", "remove"
WORKS = (UPDATE, REMOVE)
# Kinds that the journal itself writes: about it, or about another request. Like works, they count
# as no request.
FEEDBACK = "feedback"
READ_QUESTION = "read_question"
EXPORT = "export"
ERASE = "erase"
PURGE = "purge"
ACCOUNT = "account"  # who came in or went, and what was changed of people, keys and rights
DAMAGE = "damage"  # the head was found not to be what was signed; see `rag.journal.chain`
NO_REQUEST = (FEEDBACK, READ_QUESTION, EXPORT, ERASE, PURGE, ACCOUNT, DAMAGE, *WORKS)

ASK = "ask"  # the kind that can be refused
ANSWERED = "answered"
REFUSED = "refused"
FAILED = "failed"
STOPPED = "stopped"


def new_request_id() -> str:
    """32 hexadecimal digits: the milliseconds, then 80 random bits that nobody can guess.

    Ids that grow with time are written side by side in the database's index (as UUID 7 are).
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def now() -> datetime:
    """This moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many sentences of an answer have which support (`rag.types.Sentence.support`)."""

    verified: int = 0
    unsupported: int = 0
    contradicted: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What the model server says that it did: tokens, and milliseconds. None: not said."""

    prompt_tokens: int | None = None
    prompt_ms: int | None = None
    written_tokens: int | None = None
    written_ms: int | None = None
    first_ms: int | None = None  # from the request to the first token


@dataclass(frozen=True, slots=True)
class Entry:
    """A request, or something said or done about requests.

    `who`, `question`, `reason` and `comment` are a person's: they can be erased, and how the first
    two are kept is a setting. `latency` is in milliseconds by stage, "total" among them.
    """

    kind: str  # "search", "ask", "verify", "article", "changes", …, or one of NO_REQUEST
    door: str  # "page", "api", "openai", "mcp", "command"
    who: str
    services: frozenset[str] = frozenset()
    question: str = ""
    as_of: date | None = None
    model: str = ""
    versions: tuple[str, ...] = ()  # cited, by id, in order of citation
    verdicts: Verdicts = Verdicts()
    refused: bool = False
    latency: Mapping[str, float] = field(default_factory=dict)
    spent: Spent = Spent()
    status: str = ANSWERED
    about: str = ""  # the request that this entry is about, by id
    useful: bool | None = None  # feedback
    reason: str = ""
    comment: str = ""
    detail: str = ""  # what the journal itself or an account did, as JSON; people by number
    request_id: str = field(default_factory=new_request_id)
    at: datetime = field(default_factory=now)
