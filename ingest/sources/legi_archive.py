"""The files of a LEGI dump, text by text, from a `.tar.gz` or from a folder.

DILA publishes at https://echanges.dila.gouv.fr/OPENDATA/LEGI/ the whole base,
`Freemium_legi_global_YYYYMMDD-hhmmss.tar.gz` (1.1 GB, over five million small files), and daily
`LEGI_YYYYMMDD-hhmmss.tar.gz` that hold only the files that changed, under a folder named after the
moment, with `liste_suppression_legi.dat`: paths of files that are no more, without ".xml".

    [YYYYMMDD-hhmmss/]legi/global/code_et_TNC_en_vigueur/{code,TNC}_en_vigueur/{LEGI,JORF}/TEXT/
        00/00/06/07/39/LEGITEXT000006073984/    the text's chronical identity (cid)
            article/LEGI/ARTI/…/LEGIARTI….xml   section_ta/LEGI/SCTA/…/LEGISCTA….xml
            texte/struct/LEGITEXT….xml          texte/version/LEGITEXT….xml

Layout as read by Legilibre/legi.py (`legi/tar2sqlite.py`), which applies deletions by these paths.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path

from ingest.sources import guards, tar_stream
from ingest.sources.base import Source
from rag.errors import EmptySource, HostileSource, SourceError, UnknownFormat, UnreadableSource

MAX_MEMBER_BYTES = 50 * 1024 * 1024  # the largest article files, of tables, are under 10 MB
MAX_ARCHIVE_BYTES = 20 * 1024**3  # the global dump is 1.1 GB

_TEXT_FOLDER = re.compile(r"(?:LEGI|JORF)TEXT\d{12}")
_KINDS = ("article", "section_ta", "texte")
_STAMP = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})-\d{6}(?!\d)")
_DELETIONS = "liste_suppression_legi.dat"
_DELETED_ARTICLE = re.compile(r"((?:LEGI|JORF)TEXT\d{12})/article/.*(LEGIARTI\d{12})(?:\.xml)?$")
_AGAIN = "Téléchargez-la de nouveau depuis echanges.dila.gouv.fr/OPENDATA/LEGI/."


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a text: where it was found, and its bytes, or why they were refused."""

    text_id: str
    where: str
    data: bytes
    fault: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Dump:
    """What is known of a dump as a whole."""

    partial: bool = False  # a daily one: what it does not hold is unchanged
    day: date | None = None
    deleted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # text → versions


@dataclass(frozen=True, slots=True)
class TextFiles:
    """The files of one text; `text_id` is the chronical identity its folder is named after.

    `members` is read from the dump while it is walked: walk it before the next text is asked for.
    """

    text_id: str
    members: Iterator[Member]
    dump: Dump


def texts(source: Source) -> Iterator[TextFiles]:
    """The dump's texts in its order.

    A text whose files do not stand together is given again, as a partial one, for the rest of
    them. Texts of which files are only deleted come last, without members.

    Raises EmptySource, HostileSource, UnknownFormat, UnreadableSource: also midway, while a
    text's members are walked, when an archive turns out to be cut.
    """
    empty = True
    for dump, members in _dumps(source):
        for files in _by_text(members, dump):
            empty = False
            yield files
    if empty:
        raise UnknownFormat(
            "aucun texte de LEGI (pas de dossier LEGITEXT…/article, section_ta ou texte)",
            where=source.name,
            remedy="Donnez une archive LEGI de la DILA, ou le dossier qui en a été extrait.",
        )


def is_dump(folder: Path) -> bool:
    """True for a folder that holds an extracted dump, or one text of it; looks two levels down."""
    if not folder.is_dir():
        return False
    roots = (folder, *(path for path in folder.iterdir() if _STAMP.fullmatch(path.name)))
    return any((root / "legi" / "global").is_dir() for root in roots) or (
        _TEXT_FOLDER.fullmatch(folder.name) is not None
        and any((folder / kind).is_dir() for kind in _KINDS)
    )


def text_of(name: str) -> str:
    """The text whose folder a path goes through; "" for other paths and for those that climb."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or not name.endswith(".xml"):
        return ""
    for folder, kind in pairwise(parts):
        if kind in _KINDS and _TEXT_FOLDER.fullmatch(folder):
            return folder
    return ""


def _dumps(source: Source) -> Iterator[tuple[Dump, Iterator[Member]]]:
    if source.path.is_dir():
        yield from _of_folder(source)
    elif source.path.suffix.lower() == ".xml":
        yield Dump(partial=True), iter((_single(source),))
    else:
        guards.check_size(source, MAX_ARCHIVE_BYTES)
        yield _dump_of_archive(source), _members(source)


def _by_text(members: Iterator[Member], dump: Dump) -> Iterator[TextFiles]:
    seen: set[str] = set()
    for text_id, group in groupby(members, key=attrgetter("text_id")):
        again = text_id in seen
        yield TextFiles(text_id, group, replace(dump, partial=True) if again else dump)
        seen.add(text_id)
    for text_id in sorted(dump.deleted.keys() - seen):
        yield TextFiles(text_id, iter(()), dump)


def _stamp(name: str) -> date | None:
    """The day of a "20250713-140000" in a name."""
    found = _STAMP.search(name)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _deletions(data: bytes) -> dict[str, tuple[str, ...]]:
    """Article versions to delete by text; deleted sections and structures change no wording."""
    gone: dict[str, list[str]] = defaultdict(list)
    for line in data.decode("ascii", "replace").split():
        if found := _DELETED_ARTICLE.search(line):
            gone[found[1]].append(found[2])
    return {text_id: tuple(dict.fromkeys(ids)) for text_id, ids in gone.items()}


# ── archives ─────────────────────────────────────────────────────────────────────────────────────


def _dump_of_archive(source: Source) -> Dump:
    """A daily dump is known by its name, or by the folder named after a moment it begins with.

    Its list of deletions may stand behind the texts, so a daily archive (a few MB) is read
    through for it beforehand.
    """
    named = source.path.name.lower()
    with tar_stream.opened(source) as archive:
        first = next(tar_stream.files(archive), None)
    if first is None:
        raise EmptySource("l'archive est vide", where=source.name, remedy=_AGAIN)
    top = first.name.partition("/")[0]
    partial = "global" not in named and (top != "legi" or named.startswith("legi_"))
    deleted = _deletions(_deletion_list(source)) if partial else {}
    return Dump(partial, _stamp(named) or _stamp(top), deleted)


def _deletion_list(source: Source) -> bytes:
    with tar_stream.opened(source) as archive:
        for entry in tar_stream.files(archive):
            if entry.name.rpartition("/")[2] == _DELETIONS:
                return _content(archive, entry, source).data
    return b""


def _members(source: Source) -> Iterator[Member]:
    with tar_stream.opened(source) as archive:
        for entry in tar_stream.files(archive):
            if text_of(entry.name):
                yield _content(archive, entry, source)


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo, source: Source) -> Member:
    where, text_id = f"{source.name}!{entry.name}", text_of(entry.name)
    if entry.size > MAX_MEMBER_BYTES:
        return Member(text_id, where, b"", _too_large(entry.size, where))
    file = archive.extractfile(entry)
    return Member(text_id, where, file.read() if file else b"")


def _too_large(size: int, where: str) -> HostileSource:
    return HostileSource(
        f"fichier trop grand pour un article ({size // 1024 // 1024} Mo)",
        where=where,
        remedy="Il est laissé de côté ; vérifiez l'archive.",
    )


# ── folders and files ────────────────────────────────────────────────────────────────────────────


def _of_folder(source: Source) -> Iterator[tuple[Dump, Iterator[Member]]]:
    """An extracted dump; several daily ones side by side are taken one by one, oldest first."""
    top = source.path.resolve()
    daily = sorted(_daily(top))
    for root in daily or [top]:
        yield _dump_of_folder(root, partial=bool(daily)), _files(root, top.parent)


def _daily(top: Path) -> Iterator[Path]:
    """Folders that are daily dumps: `top` or those just below it."""
    for folder in (top, *top.iterdir()):
        stamped = _STAMP.fullmatch(folder.name) is not None and folder.is_dir()
        if stamped or (folder / _DELETIONS).is_file():
            yield folder


def _dump_of_folder(root: Path, partial: bool) -> Dump:
    deletions = root / _DELETIONS
    deleted = _deletions(deletions.read_bytes()) if deletions.is_file() else {}
    return Dump(partial, _stamp(root.name), deleted)


def _files(root: Path, base: Path) -> Iterator[Member]:
    """The files under `root`, named from `base`; links are not followed."""
    for folder, below, names in os.walk(root, onerror=_refuse):
        below.sort()
        for path in (Path(folder, name) for name in sorted(names)):
            where = path.relative_to(base).as_posix()
            if text_of(where) and not path.is_symlink():
                yield _file(path, where)


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed stops the run: its articles would seem to be gone."""
    what = f"dossier illisible ({error.strerror})"
    raise UnreadableSource(what, where=str(error.filename), remedy="Vérifiez les droits.")


def _file(path: Path, where: str) -> Member:
    text_id = text_of(where)
    try:
        if (size := path.stat().st_size) > MAX_MEMBER_BYTES:
            return Member(text_id, where, b"", _too_large(size, where))
        return Member(text_id, where, path.read_bytes())
    except OSError as error:
        what = f"lecture impossible ({error.strerror})"
        fault = UnreadableSource(what, where=where, remedy="Vérifiez les droits.")
        return Member(text_id, where, b"", fault)


def _single(source: Source) -> Member:
    """A file of a dump given on its own."""
    where = source.path.resolve().as_posix().lstrip("/")
    return Member(text_of(where), source.name, guards.read_bytes(source, MAX_MEMBER_BYTES))
