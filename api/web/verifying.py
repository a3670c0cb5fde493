"""The page that verifies a document: pasted or sent, each reference with its verdict."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api import verify_page
from api.documents import known_formats, read_document
from api.problems import INVALID, Refused
from api.schemas import MAX_DOCUMENT
from api.verify_command import Checked, checked
from api.web import forms, labels
from api.web.addresses import article_address
from api.web.pages import HEADERS, PRIVATE, Pages, page_route, respond
from rag.accounts.roles import Permission
from rag.database import reading as transaction
from rag.legal.comparison import Kind, Segment, compare, excerpt
from rag.legal.quotes import Quotation, quotations
from rag.legal.resolve import Shelf
from rag.legal.verify import Shown, Verified
from rag.types import Caller

COLUMNS = ("verdict", "reference", "text", "articles", "detail", "start", "end")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so
NEAR = 600  # characters after a reference within which a quotation is compared with its article
PASTED = "document"  # the name of what has none


@dataclass(frozen=True, slots=True)
class Document:
    """What was sent."""

    name: str
    words: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A reference, its number in the document, and its articles with their addresses.

    `difference`: what the document quotes against what the article says, where they differ.
    """

    number: int
    entry: Verified
    label: labels.Label
    articles: tuple[tuple[Shown, str], ...]
    difference: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of the document; `note` is the reference that they are, None between two."""

    words: str
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A verified document."""

    document: Document
    day: date
    runs: tuple[Run, ...]
    notes: tuple[Note, ...]
    counts: tuple[tuple[labels.Label, int], ...]


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    engine = pages.door.service.parts.catalogue

    def connected() -> AbstractContextManager[Connection]:
        return transaction(engine)

    @routes.get("/verify")
    async def empty(request: Request) -> Response:
        frame = pages.frame(request, Permission.VERIFY)
        return await pages.show(request, frame, "verify.html", lambda: _shown(None))

    @routes.post("/verify")
    async def verify(request: Request) -> Response:
        frame = pages.frame(request, Permission.VERIFY)
        async with forms.sent(request) as form:
            day = forms.day(forms.words(form, "as_of")) or date.today()
            sent = await _sent(form)

        def work() -> str:
            done = _checked(connected, sent(), day, frame.visitor.caller)
            return pages.html(frame, "verify.html", **_shown(report(*done, day)))

        return respond(request, await pages.read(request, work))

    @routes.post("/verify/export")
    async def export(request: Request) -> Response:
        frame = pages.frame(request, Permission.VERIFY)
        async with forms.sent(request) as form:
            day = forms.day(forms.words(form, "as_of")) or date.today()
            sent = await _sent(form)
            kind = forms.words(form, "format")
        if kind not in EXPORTS:
            raise Refused(INVALID)

        def work() -> bytes:
            _, found = _checked(connected, sent(), day, frame.visitor.caller)
            return EXPORTS[kind](found, day).encode("utf-8", "replace")

        return _download(await pages.read(request, work), kind)

    return routes


def _shown(made: Report | None) -> dict[str, object]:
    return {
        "report": made,
        "formats": known_formats(),
        "longest": MAX_DOCUMENT,
        "today": date.today(),
    }


async def _sent(form: FormData) -> Callable[[], Document]:
    """What reads the document, to be called in a thread."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        name, content = file.filename, await file.read()
        return lambda: Document(name, *read_document(name, content))
    words = forms.words(form, "text")
    if not words.strip():
        raise Refused(
            INVALID,
            "Collez un texte, ou choisissez un fichier.",
            "Paste a text, or choose a file.",
        )
    if len(words) > MAX_DOCUMENT:
        raise Refused(INVALID, "Le document est trop long.", "The document is too long.")
    name = forms.words(form, "name") or PASTED
    return lambda: Document(name, words, forms.words(form, "title"))


def _checked(
    connected: Callable[[], AbstractContextManager[Connection]],
    document: Document,
    day: date,
    caller: Caller,
) -> tuple[Document, Checked]:
    with connected() as connection:
        shelf = Shelf(connection, caller)
        return document, checked(document.name, document.words, document.title, shelf, day)


def report(document: Document, found: Checked, day: date) -> Report:
    """The document cut at its references. Pure."""
    quoted = quotations(document.words)
    notes = tuple(_note(number, entry, quoted, day) for number, entry in enumerate(found.found, 1))
    counts = Counter(note.entry.verdict for note in notes)
    counted = tuple((labels.REFERENCE[v], counts[v]) for v in labels.REFERENCE if counts[v])
    return Report(document, day, tuple(_runs(document.words, notes)), notes, counted)


def _runs(words: str, notes: Sequence[Note]) -> Iterator[Run]:
    at = 0
    for note in notes:
        if note.entry.start > at:
            yield Run(words[at : note.entry.start])
        yield Run(note.entry.surface, note)
        at = note.entry.end
    if at < len(words):
        yield Run(words[at:])


def _note(number: int, entry: Verified, quoted: Sequence[Quotation], day: date) -> Note:
    articles = tuple((shown, _address(shown, day)) for shown in entry.shown)
    wrong = entry.verdict == "quote_mismatch"
    difference = _difference(entry, quoted) if wrong else ()
    return Note(number, entry, labels.REFERENCE[entry.verdict], articles, difference)


def _address(shown: Shown, day: date) -> str:
    version = shown.version.version_id if shown.version else ""
    return article_address(shown.article.article_id, version=version, as_of=day)


def _difference(entry: Verified, quoted: Sequence[Quotation]) -> tuple[Segment, ...]:
    """The nearest quotation after the reference, or before it, against the article."""
    wordings = [s.version.words for s in entry.shown if s.version and s.version.words]
    after = [q for q in quoted if 0 <= q.start - entry.end <= NEAR]
    before = [q for q in reversed(quoted) if 0 <= entry.start - q.end <= NEAR]
    nearest = next(iter([*after, *before]), None)
    if nearest is None or not wordings:
        return ()
    return tuple(excerpt(around_removed(compare(_plain(wordings[0]), _plain(nearest.words)))))


def _plain(words: str) -> str:
    return words.replace("’", "'")


def around_removed(segments: Sequence[Segment]) -> list[Segment]:
    """Without what the article says before and after the words that are quoted."""
    kept = list(segments)
    for at in (0, -1):
        if kept and kept[at].kind is Kind.REMOVED:
            kept[at] = Segment(Kind.SAME, " […] ")
    return kept


def as_csv(found: Checked, _day: date) -> str:
    """A line a reference. A cell that a spreadsheet would take for a formula begins with « ' »."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";")
    writer.writerow(COLUMNS)
    for entry in found.found:
        cells = (
            entry.verdict,
            " ".join(entry.surface.split()),
            entry.text,
            ", ".join(entry.articles),
            entry.detail,
        )
        writer.writerow([*map(plain_cell, cells), entry.start, entry.end])
    return "\ufeff" + made.getvalue()  # the mark by which spreadsheets know UTF-8


def plain_cell(words: str) -> str:
    """Words that no spreadsheet runs."""
    return f"'{words}" if words.lstrip().startswith(FORMULA) or words[:1] in FORMULA else words


def as_html(found: Checked, day: date) -> str:
    """The page that `referent verify --html` writes."""
    return verify_page.page([found], day)


EXPORTS: dict[str, Callable[[Checked, date], str]] = {"csv": as_csv, "html": as_html}
TYPES = {"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}


def _download(content: bytes, kind: str) -> Response:
    """A file to keep: under a name of our own, and never shown as one of our pages."""
    named = {"Content-Disposition": f'attachment; filename="verification.{kind}"'}
    return Response(content, headers={**HEADERS, **PRIVATE, **named}, media_type=TYPES[kind])
