"""Passwords: which are taken, and how they are kept (argon2id)."""

from __future__ import annotations

import base64
import re
import secrets
import threading
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from rag.accounts.errors import WeakPassword

MIN_LENGTH, MAX_LENGTH = 12, 256  # characters
MIN_DISTINCT = 5  # different characters
AT_ONCE = 2  # verifications of one process at a time: each takes its memory and a core
HASH_BYTES, SALT_BYTES = 32, 16

# What is left of the commonest passwords without the digits and signs around them, French first.
COMMON = frozenset(
    """motdepasse monmotdepasse azerty azertyuiop azertyuiopqsdfghjklm qsdfghjklm wxcvbn bonjour
    bonjourbonjour jetaime jetaimejetaime soleil doudou loulou chouchou chocolat marseille
    olympiquedemarseille parissaintgermain administrateur bienvenue secret nicolas camille amour
    coucou princesse vacances liberte liberteegalitefraternite referent mairie prefecture
    password passwordpassword mypassword passw0rd p@ssword p@ssw0rd qwerty qwertyuiop
    qwertyuiopasdfghjkl asdfghjkl zxcvbnm admin administrator welcome letmein iloveyou monkey dragon
    football baseball superman sunshine princess trustno changeme default master login hello
    abcdefghijkl abcdefghijklm abcdefghijklmnopqrstuvwxyz correcthorsebatterystaple""".split()
)
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What argon2id costs: passes, memory in KiB, threads."""

    passes: int
    memory: int
    threads: int


# RFC 9106, section 4, second recommended choice.
RFC_9106 = Parameters(passes=3, memory=65_536, threads=4)


class Passwords:
    """Hashes and verifies; at most `AT_ONCE` at a time."""

    def __init__(self, parameters: Parameters = RFC_9106) -> None:
        self._hasher = PasswordHasher(
            time_cost=parameters.passes,
            memory_cost=parameters.memory,
            parallelism=parameters.threads,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
            type=Type.ID,
        )
        self._nobodys = _hash_of_no_password(parameters)
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """What is kept of a password, parameters and salt in it."""
        with self._turn:
            return self._hasher.hash(_spelt(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """True when `kept` is of this password; None takes as long, and is of none."""
        with self._turn:
            try:
                return self._hasher.verify(kept or self._nobodys, _spelt(password))
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, kept: str) -> bool:
        """True when it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def check(password: str, login: str) -> None:
    """Take the password, or say why not.

    Raises:
        WeakPassword: too short or long, too uniform, the login, or one of the commonest.
    """
    spelt = unicodedata.normalize("NFKC", password)
    plain = _AROUND.sub("", spelt.casefold())
    if len(spelt) < MIN_LENGTH:
        raise WeakPassword(f"mot de passe trop court : {MIN_LENGTH} caractères au moins")
    if len(spelt) > MAX_LENGTH:
        raise WeakPassword(f"mot de passe trop long : {MAX_LENGTH} caractères au plus")
    if len(set(spelt)) < MIN_DISTINCT or not plain:
        raise WeakPassword("mot de passe trop uniforme")
    if plain in {login.casefold(), _AROUND.sub("", login.casefold())} | COMMON:
        raise WeakPassword("mot de passe parmi les premiers que l'on essaie")


def _spelt(password: str) -> bytes:
    """The same bytes from every keyboard. Longer than any that is taken is cut: still wrong."""
    cut = unicodedata.normalize("NFKC", password[: MAX_LENGTH * 4])[: MAX_LENGTH + 1]
    return cut.encode("utf-8", "replace")


def _hash_of_no_password(parameters: Parameters) -> str:
    """An encoded hash that nothing matches, and that costs what the others do."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (SALT_BYTES, HASH_BYTES)
    )
    cost = f"m={parameters.memory},t={parameters.passes},p={parameters.threads}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
