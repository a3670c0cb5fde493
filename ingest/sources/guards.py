"""What every reader checks before it trusts a file: size, encoding, archives, XML.

Thresholds are for texts that people wrote: the largest code of LEGI holds 20 MB of words.
"""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ingest.sources.base import Source
from rag.errors import EmptySource, HostileSource, UnreadableSource

MAX_SOURCE_BYTES = 100 * 1024 * 1024  # of one document; archives of texts have their own bound
MAX_EXPANDED_BYTES = 300 * 1024 * 1024  # of all members of an office file together
MAX_RATIO = 200  # XML of office files shrinks 10 to 40 times; deflate's own limit is 1,032
RATIO_MATTERS_BYTES = 20 * 1024 * 1024
MAX_MEMBERS = 20_000

_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a compression that Python does not know
    UnicodeDecodeError,  # of a member's name
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_MAX_CONTROL_SHARE = 0.01
_FRENCH = frozenset("àâäæçéèêëîïôöœùûüÿÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ«»’‘“”–—…€°²³§·•\u00a0º©®×½¼¾µ¨´‹›")
_MIN_FRENCH_SHARE = 0.9
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TO_UTF8 = "Enregistrez-le en UTF-8, ou vérifiez que c'est bien un fichier texte."


def read_bytes(source: Source, limit: int = MAX_SOURCE_BYTES) -> bytes:
    """The file's bytes.

    Raises HostileSource over `limit` (without loading it), EmptySource, UnreadableSource.
    """
    check_size(source, limit)
    try:
        return source.path.read_bytes()
    except OSError as error:
        raise _unopened(source, error) from error


def check_size(source: Source, limit: int = MAX_SOURCE_BYTES) -> None:
    """Refuses what is missing, not a file, empty, or larger than `limit` bytes."""
    try:
        status = source.path.stat()
    except OSError as error:
        raise _unopened(source, error) from error
    if not source.path.is_file():
        raise UnreadableSource(
            "ce n'est pas un fichier ordinaire", where=source.name, remedy="Donnez un fichier."
        )
    if status.st_size == 0:
        raise EmptySource(
            "le fichier est vide", where=source.name, remedy="Redemandez-le à qui l'a produit."
        )
    if status.st_size > limit:
        raise HostileSource(
            f"trop grand pour un document : {_megabytes(status.st_size)}"
            f" (limite {_megabytes(limit)})",
            where=source.name,
            remedy="Découpez-le, ou vérifiez que c'est bien un texte.",
        )


def decode_text(data: bytes, where: str) -> str:
    """Text of a file in UTF-8, UTF-16 with its mark, or cp1252 when that reads as French.

    Raises UnreadableSource, with the position of the first byte that is not UTF-8.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_decoded(data, encoding, where), where)
    if b"\x00" in data:
        raise _binary(where, f"octet nul à la position {data.index(0)}")
    try:
        return _checked(data.decode("utf-8"), where)
    except UnicodeDecodeError as error:
        return _checked(_as_french(data, error, where), where)


def _decoded(data: bytes, encoding: str, where: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(where, encoding.removesuffix("-sig"), data, error) from error


def _as_french(data: bytes, utf8_error: UnicodeDecodeError, where: str) -> str:
    """`data` as cp1252, unless what comes out is not French."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _undecodable(where, "utf-8", data, utf8_error) from utf8_error
    if not _plausibly_french(text):
        raise _undecodable(where, "utf-8", data, utf8_error)
    return text


def _plausibly_french(text: str) -> bool:
    """True when nearly all characters beyond ASCII are those of French typography."""
    beyond = [char for char in text if ord(char) > 0x7F]
    french = sum(1 for char in beyond if char in _FRENCH)
    # « Ã© » is UTF-8 read as cp1252: a damaged UTF-8 file, not a cp1252 one
    return french >= _MIN_FRENCH_SHARE * len(beyond) and "Ã©" not in text


def _checked(text: str, where: str) -> str:
    controls = sum(1 for _ in _CONTROL.finditer(text))
    if controls > _MAX_CONTROL_SHARE * len(text):
        raise _binary(where, f"{controls} caractères de commande")
    return text


def _binary(where: str, sign: str) -> UnreadableSource:
    return UnreadableSource(
        f"ce n'est pas du texte ({sign})",
        where=where,
        remedy="Donnez au fichier l'extension de son vrai format. " + _TO_UTF8,
    )


def _undecodable(
    where: str, encoding: str, data: bytes, error: UnicodeDecodeError
) -> UnreadableSource:
    return UnreadableSource(
        f"encodage illisible : octet 0x{data[error.start]:02X} à la position {error.start}"
        f" ({encoding.upper()})",
        where=where,
        remedy=_TO_UTF8,
    )


def _unopened(source: Source, error: OSError) -> UnreadableSource:
    what = {
        FileNotFoundError: "fichier introuvable",
        PermissionError: "lecture interdite",
        IsADirectoryError: "c'est un dossier",
    }.get(type(error), f"lecture impossible ({error.strerror or error})")
    return UnreadableSource(
        what, where=source.name or str(source.path), remedy="Vérifiez le chemin et les droits."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} Mo"


@contextmanager
def open_office(source: Source) -> Iterator[zipfile.ZipFile]:
    """An office file (DOCX, ODT, XLSX) as a checked archive, ready to be read.

    Raises EmptySource, UnreadableSource (protected, truncated, not an archive), HostileSource.
    """
    check_size(source)
    _refuse_protected(source)
    try:
        with zipfile.ZipFile(source.path) as archive:
            _check_members(archive, source)
            yield archive
    except (*_BROKEN_ZIP, OSError) as error:
        raise _damaged(source, error) from error


def member(archive: zipfile.ZipFile, name: str, source: Source) -> bytes:
    """Bytes of a member that the format requires; UnreadableSource when it is not there."""
    try:
        return archive.read(name)
    except KeyError as error:
        raise UnreadableSource(
            f"fichier incomplet : {name} manque",
            where=source.name,
            remedy="Vérifiez que l'extension est la bonne, puis réenregistrez le document.",
        ) from error


def _refuse_protected(source: Source) -> None:
    with source.path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise UnreadableSource(
                "document protégé par mot de passe, ou d'un ancien format (.doc, .xls)",
                where=source.name,
                remedy="Ouvrez-le, retirez le mot de passe et enregistrez-le au format actuel.",
            )


def _check_members(archive: zipfile.ZipFile, source: Source) -> None:
    members = archive.infolist()
    expanded = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members) or 1
    if len(members) > MAX_MEMBERS:
        raise _bomb(source, f"{len(members)} fichiers dans l'archive")
    if expanded > MAX_EXPANDED_BYTES:
        raise _bomb(source, f"{_megabytes(expanded)} une fois décompressé")
    if expanded > RATIO_MATTERS_BYTES and expanded / packed > MAX_RATIO:
        raise _bomb(source, f"compressé {expanded // packed} fois")
    if any(info.flag_bits & 0x1 for info in members):
        raise UnreadableSource(
            "archive protégée par mot de passe",
            where=source.name,
            remedy="Retirez le mot de passe et réenregistrez le document.",
        )


def _bomb(source: Source, sign: str) -> HostileSource:
    return HostileSource(
        f"archive piégée ou démesurée ({sign})",
        where=source.name,
        remedy="Ne l'ouvrez pas ; redemandez le document à qui l'a produit.",
    )


def _damaged(source: Source, error: Exception) -> UnreadableSource:
    return UnreadableSource(
        f"fichier abîmé ou tronqué ({error})",
        where=source.name,
        remedy="Copiez-le de nouveau depuis l'original, ou réenregistrez-le.",
    )


def parse_xml(data: bytes, where: str) -> Any:
    """Root element of XML from outside: no document type, no entities, no network.

    Raises HostileSource on a document type or entity, UnreadableSource with the line otherwise.
    """
    refuse_doctype(data, where)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableSource(
            f"XML mal formé à la ligne {error.lineno}",
            where=where,
            remedy="Réenregistrez le document.",
        ) from error


def refuse_doctype(data: bytes, where: str) -> None:
    """Raises HostileSource when XML, in UTF-8 or UTF-16, declares a document type or an entity."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\x00" in data[:64]:
        data = data.replace(b"\x00", b"")
    if _DOCTYPE.search(data):
        raise HostileSource(
            "déclaration de type ou d'entité XML, inutile dans un document",
            where=where,
            remedy="Ne l'ouvrez pas ; redemandez le document à qui l'a produit.",
        )
