"""The key that signs the journal's head: a setting, or a file of the data folder."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from rag.errors import SettingsError, StorageError
from rag.journal.chain import Head

FILE_NAME = "journal.key"
_NOTHING = Head(0, "", 0, "")
_USED = "used"  # second line of the file, once an entry signed with it is in the journal


class Key:
    """`given` is the setting; when it is empty, the file is made when the first entry is written.

    Several servers that share a registry need the same key: where one is `shared`, no file is made.
    """

    def __init__(self, data: Path, given: str = "", *, shared: bool = False) -> None:
        self._path = data / FILE_NAME
        self._shared = shared
        self._given = hashlib.sha256(given.encode()).digest() if given else None
        self._read: bytes | None = None
        self._used = False

    def used(self) -> bool:
        """True once something signed with it was committed.

        Raises:
            StorageError: the key file cannot be read.
        """
        self._existing()
        return self._used

    def signed(self, head: Head, mac: str, used: bool) -> bool:
        """True when the head is what was signed, or when nothing was ever written.

        `used`: as it was before the head was read; a head without signature beside a file that was
        used is a journal that was emptied. Where the key is a setting, that cannot be told from a
        new one.

        Raises:
            StorageError: the key file cannot be read.
        """
        if not mac:
            return head == _NOTHING and not used
        key = self._existing()
        return key is not None and hmac.compare_digest(head.mac(key), mac)

    def check_shared(self, head: Head, mac: str) -> None:
        """Nothing, where this key may sign a journal of that head and signature.

        A file of this folder is known to no other server that shares the registry. One that signed
        the journal already may go on: it was this server's alone, and another key would break it.

        Raises:
            SettingsError: the registry is shared, and no key is set.
            StorageError: the key file cannot be read.
        """
        if not self._shared or self._given is not None:
            return
        if not mac or not self.signed(head, mac, used=True):
            raise _unset()

    def sign(self, head: Head) -> str:
        """Its signature.

        Raises:
            SettingsError: as `check_shared`.
            StorageError: the key file can be neither read nor made.
        """
        return head.mac(self._existing() or self._make())

    def mark_used(self) -> None:
        """Note beside the key that something signed with it was committed."""
        if self._given is None and not self._used:
            with suppress(OSError), self._path.open("a", encoding="ascii") as file:
                file.write(f"{_USED}\n")
                self._used = True

    @staticmethod
    def marked(data: Path) -> bool:
        """True once something signed with the key file of `data` was committed.

        Raises:
            OSError: the file cannot be read.
        """
        try:
            return _USED in (data / FILE_NAME).read_text("ascii").splitlines()
        except FileNotFoundError:
            return False

    @staticmethod
    def copy(data: Path, target: Path, used: bool) -> None:
        """Write the key file of `data` as `target`, for its owner, with the mark or without.

        Raises:
            OSError: one cannot be read, or the other written.
        """
        lines = [(data / FILE_NAME).read_text("ascii").splitlines()[0], *([_USED] if used else ())]
        with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.writelines(f"{line}\n" for line in lines)

    def _existing(self) -> bytes | None:
        if self._given is not None:
            return self._given
        if self._read is None:
            try:
                key, *marks = self._path.read_text("ascii").splitlines()
                self._read, self._used = bytes.fromhex(key), _USED in marks
            except FileNotFoundError:
                return None
            except (OSError, ValueError) as error:
                raise self._unusable(error) from error
        return self._read

    def _make(self) -> bytes:
        """Whole or not at all, and one only, whoever else makes it at the same time."""
        if self._shared:
            raise _unset()
        temporary = self._path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        try:
            with os.fdopen(os.open(temporary, flags, 0o600), "w") as file:
                file.write(f"{secrets.token_hex(32)}\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                self._path.hardlink_to(temporary)
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            temporary.unlink(missing_ok=True)
        key = self._existing()
        assert key is not None
        return key

    def _unusable(self, error: Exception) -> StorageError:
        said = getattr(error, "strerror", None) or "contenu illisible"
        return StorageError(
            f"clé du journal inutilisable ({said})",
            where=str(self._path),
            remedy="rendez ce fichier lisible par Référent, ou remettez celui de la sauvegarde",
        )


def _unset() -> SettingsError:
    return SettingsError(
        "les serveurs qui partagent un registre signent le journal d'une même clé, et aucune n'est "
        "donnée",
        where="REFERENT_JOURNAL_KEY (ou journal_key dans referent.toml)",
        remedy="donnez à chacun le même secret, par exemple celui de `openssl rand -hex 32`",
    )
