"""Bringing texts in: files that are sent or a folder of the server, tried first, then confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api import visitors
from api.problems import FORBIDDEN, INVALID, Refused
from api.streaming import MIB
from api.web import forms
from api.web.accounts.session import redirect
from api.web.desk import sources, telling
from api.web.desk.figures import Figures
from api.web.desk.listing import listing
from api.web.desk.reporting import Report, report_of
from api.web.desk.running import EVERYONE, Run, Runner
from api.web.desk.uploads import DONE, TRIED, Result, Upload, Uploads, Wanted
from api.web.frame import Frame
from api.web.pages import Pages, page_route
from api.web.people.sections import lines
from ingest.sources.registry import known_suffixes
from rag.access import usable_services
from rag.accounts.roles import Permission
from rag.catalogue import sources as read_sources
from rag.database import reading as transaction
from rag.database import writing
from rag.journal.entry import FAILED, UPDATE, Entry
from rag.types import Caller

ADDRESS = "/mises-a-jour"
ONE = ADDRESS + "/{token}"
MAX_FILES = 50  # sent at once
SOME = "services"
TRYING, TRIED_ALREADY, RUNNING, OVER, BROKEN = "trying", "tried", "running", "over", "broken"


@dataclass(frozen=True, slots=True)
class View:
    """An update as its page shows it."""

    upload: Upload
    state: str
    report: Report | None
    error: str


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    updates = Updates(pages)
    routes.get(ADDRESS)(updates.listed)
    routes.post(ADDRESS)(updates.send)
    routes.get(ONE)(updates.shown)
    routes.post(ONE)(updates.confirm)
    return routes


class Updates:
    """The handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._service = pages.door.service
        self._parts = pages.door.service.parts
        self._uploads = Uploads(self._parts.data)
        self._uploads.sweep()
        self._runner = Runner(self._parts, self._uploads)

    async def listed(self, request: Request, q: str = "") -> Response:
        """The texts that this person keeps, and the form to bring some in."""
        frame = self._pages.frame(request, Permission.UPDATE_TEXTS)
        asked = " ".join(q.split())[:200]

        def work() -> dict[str, object]:
            self._uploads.sweep()
            with transaction(self._parts.catalogue) as connection:
                found = listing(connection, frame.visitor.caller, asked)
            return {
                "listing": found,
                "asked": asked,
                "formats": sorted(known_suffixes()),
                "roots": sources.allowed(self._parts.settings),
                "most": MAX_FILES,
                "limit": self._parts.settings.serve_max_upload_mib * MIB,
                "say": Figures(frame.language),
                "may_remove": frame.visitor.may(Permission.REMOVE_TEXTS),
                "may_see_state": frame.visitor.may(Permission.SYSTEM_STATE),
            }

        return await self._pages.show(request, frame, "desk/updates.html", work)

    async def send(self, request: Request) -> Response:
        """Take files, or the name of a folder, and begin by saying what they would change."""
        frame = self._pages.frame(request, Permission.UPDATE_TEXTS)
        async with forms.sent(request, max_files=MAX_FILES) as form:
            files = _files(form)
            wanted = self._wanted(frame, form, tuple(files))

            def work() -> str:
                upload = self._uploads.add(wanted, files)
                try:
                    self._runner.start(Run(upload, frame.visitor.caller, trial=True), _nothing)
                except Refused:
                    upload.forget()
                    raise
                return upload.token

            return redirect(f"{ADDRESS}/{await self._pages.read(request, work)}")

    async def shown(self, request: Request, token: str) -> Response:
        """Where an update stands: tried, waiting to be confirmed, running, done."""
        frame = self._pages.frame(request, Permission.UPDATE_TEXTS)

        def work() -> dict[str, object]:
            view = self._view(token)
            return {
                "view": view,
                "progress": view.upload.progress() if view.state in (TRYING, RUNNING) else None,
                "may_remove": frame.visitor.may(Permission.REMOVE_TEXTS),
                "say": Figures(frame.language),
            }

        return await self._pages.show(request, frame, "desk/update.html", work)

    async def confirm(self, request: Request, token: str) -> Response:
        """Do what was tried. Removals only where they were accepted in so many words."""
        frame = self._pages.frame(request, Permission.UPDATE_TEXTS)
        async with forms.sent(request) as form:
            accepts = bool(form.get("removals"))

        def work() -> None:
            view = self._view(token)
            _check(view, accepts, frame)
            self._look_again(view.upload.wanted)
            begun = telling.entry(UPDATE, question="\n".join(view.upload.wanted.names))
            self._service.journal.record(_told(begun, "started"))
            upload = view.upload.begin()
            run = Run(upload, frame.visitor.caller, trial=False, accept_removals=accepts)
            try:
                self._runner.start(run, lambda result: self._done(upload, begun, result))
            except Refused:
                upload.wait_again()
                raise

        await self._pages.read(request, work)
        return redirect(f"{ADDRESS}/{token}")

    def _wanted(self, frame: Frame, form: FormData, names: tuple[str, ...]) -> Wanted:
        caller, folder = frame.visitor.caller, forms.words(form, "folder").strip()
        if bool(folder) == bool(names):
            raise Refused(
                INVALID,
                "Choisissez des fichiers, ou nommez un dossier : l'un des deux.",
                "Choose files, or name a folder: one of the two.",
            )
        if folder:
            roots = sources.allowed(self._parts.settings)
            folder = str(sources.folder_of(folder, roots))
        mirror = bool(form.get("mirror")) and bool(folder)
        if mirror and not frame.visitor.may(Permission.REMOVE_TEXTS):
            raise Refused(FORBIDDEN)
        day = forms.day(forms.words(form, "effective"))
        return Wanted(
            visitors.present().line,
            names or (folder,),
            folder,
            _services(form, caller),
            day.isoformat() if day else "",
            mirror,
        )

    def _look_again(self, wanted: Wanted) -> None:
        """A folder of the server may have changed since it was tried."""
        if wanted.folder:
            sources.folder_of(wanted.folder, sources.allowed(self._parts.settings))

    def _view(self, token: str) -> View:
        upload = self._uploads.find(token, visitors.present().line)
        running = self._runner.running()  # first: what ends meanwhile has its result by then
        done, tried = upload.result(DONE), upload.result(TRIED)
        result = done or (None if upload.begun else tried)
        if result:
            state = OVER if done else TRIED_ALREADY
            report = report_of(result.report, upload.source) if result.report else None
            return View(upload, state if report else BROKEN, report, result.error)
        state = (RUNNING if upload.begun else TRYING) if running else BROKEN
        return View(upload, state, None, "")

    def _done(self, upload: Upload, begun: Entry, result: Result) -> None:
        """What was sent is neither kept nor remembered as a source; the journal learns the end."""
        if not upload.wanted.folder:
            with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
                read_sources.forget_gone(connection, [upload.source], [])
            upload.forget_files()
        made = report_of(result.report, upload.source) if result.report else None
        counts = made.counts if made else {}
        entry = _told(begun, "done" if made else "broken", **counts)
        self._service.journal.record(entry if made else replace(entry, status=FAILED))


def _nothing(_result: Result) -> None:
    """A trial leaves no trace."""


def _told(entry: Entry, did: str, **counts: int) -> Entry:
    fresh = telling.again(entry)
    return replace(fresh, detail=telling.detail(did=did, **counts))


def _check(view: View, accepts: bool, frame: Frame) -> None:
    """Nothing, where what was tried may be done.

    Raises:
        Refused: it was not tried to its end, is under way already, or removes without leave.
    """
    if view.state != TRIED_ALREADY or view.report is None:
        raise Refused(
            INVALID,
            "Cette mise à jour n'attend pas de confirmation.",
            "This update is not waiting to be confirmed.",
        )
    if not view.report.removes:
        return
    if not frame.visitor.may(Permission.REMOVE_TEXTS):
        raise Refused(FORBIDDEN)
    if not accepts:
        raise Refused(
            INVALID,
            "Des articles seraient retirés : cochez la case qui l'accepte, ou donnez une source "
            "complète.",
            "Articles would be removed: tick the box that accepts it, or give a whole source.",
        )


def _files(form: FormData) -> dict[str, BinaryIO]:
    """Name → file of what was sent, open as long as the form.

    Raises:
        Refused: a name that will not do, or comes twice.
    """
    files: dict[str, BinaryIO] = {}
    for sent in form.getlist("files"):
        if not isinstance(sent, UploadFile) or not sent.filename:
            continue
        name = sources.safe_name(sent.filename)
        if name in files:
            raise Refused(
                INVALID,
                "Deux fichiers ont le même nom : renommez l'un d'eux.",
                "Two files have the same name: rename one of them.",
            )
        files[name] = sent.file
    return files


def _services(form: FormData, caller: Caller) -> tuple[str, ...]:
    """Who will read what comes in; (): what the sources say, else everyone.

    Raises:
        Refused: no service is named, or one that is not this person's.
    """
    to = forms.words(form, "to")
    if to != SOME:
        return (EVERYONE,) if to == EVERYONE else ()
    given = [line for value in form.getlist("services") for line in lines(str(value))]
    services = usable_services(given)
    if not services:
        raise Refused(INVALID, "Nommez au moins un service.", "Name at least one service.")
    if not caller.unrestricted:
        visitors.present().as_of_services(sorted(services))
    return tuple(sorted(services))
