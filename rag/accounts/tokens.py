"""Secrets that are carried by people and programs: made here, kept only as SHA-256. Pure.

They have 256 random bits, so that a plain hash suffices: nothing shorter is worth guessing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_PREFIX = "ref_"  # lets scanners of leaked secrets, and people, see what it is
BYTES = 32


def new_token() -> str:
    """256 random bits, in letters that need no escaping in addresses and headers."""
    return secrets.token_urlsafe(BYTES)


def new_key() -> str:
    """An API key."""
    return KEY_PREFIX + new_token()


def new_id() -> str:
    """96 random bits that name something and open nothing."""
    return secrets.token_hex(12)


def is_id(name: str) -> bool:
    """True for what `new_id` could have made."""
    return len(name) == 24 and set(name) <= set("0123456789abcdef")


def hashed(token: str) -> str:
    """What is kept of a token: SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def sealed(secret: bytes, purpose: str, message: str) -> str:
    """HMAC-SHA256 in hexadecimal; one purpose's values are worth nothing for another."""
    spoken = f"{purpose}\0{message}".encode("utf-8", "replace")
    return hmac.new(secret, spoken, hashlib.sha256).hexdigest()


def csrf_token(secret: bytes, session_id: str) -> str:
    """What every form of a session carries."""
    return sealed(secret, "csrf", session_id)


def same(given: str, expected: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
