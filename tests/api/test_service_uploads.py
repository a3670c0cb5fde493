"""Files sent to be verified: the same as `referent verify FILE`, and nothing of them stays."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from multiprocessing import active_children
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from docx import Document
from odf import teletype
from odf.opendocument import OpenDocumentText
from odf.text import P
from reportlab.pdfgen.canvas import Canvas
from running import referent
from serving import Served

from api import documents, schemas
from api.reading_process import DocumentReader
from rag.errors import UnreadableSource

WORDS = "Vu les articles 2 et 99 du Règlement général, « dans un délai de trois mois »."


def plain() -> bytes:
    return WORDS.encode()


def markdown() -> bytes:
    return f"# Décision\n\n{WORDS}\n".encode()


def html() -> bytes:
    return f"<html><head><title>D</title></head><body><p>{WORDS}</p></body></html>".encode()


def docx() -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_paragraph(WORDS)
    made.save(out)
    return out.getvalue()


def odt() -> bytes:
    made, out, paragraph = OpenDocumentText(), io.BytesIO(), P()
    teletype.addTextToElement(paragraph, WORDS)
    made.text.addElement(paragraph)
    made.save(out)
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 720, WORDS)
    canvas.save()
    return out.getvalue()


def eml() -> bytes:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = "Projet", "a@valmercy.test", "b@valmercy.test"
    made.set_content(WORDS)
    return made.as_bytes()


FILES: dict[str, Callable[[], bytes]] = {
    "lettre.txt": plain,
    "lettre.md": markdown,
    "lettre.html": html,
    "lettre.docx": docx,
    "lettre.odt": odt,
    "lettre.pdf": pdf,
    "lettre.eml": eml,
}


def send(served: Served, name: str, content: bytes, **fields: Any) -> httpx.Response:
    return served.operator.post("/v1/verify", files={"file": (name, content)}, data=fields)


def problem(response: httpx.Response, status: int, kind: str) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["type"] == f"urn:referent:{kind}"
    schemas.Problem.model_validate(told)
    return told


@pytest.mark.parametrize(
    "name",
    # what reads DOCX takes seconds to load
    [pytest.param(name, marks=pytest.mark.slow) if "docx" in name else name for name in FILES],
)
def test_a_file_is_verified_as_the_command_verifies_it(
    served: Served, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(FILES[name]())
    given = send(served, name, FILES[name](), as_of="2026-05-28")
    assert given.status_code == 200, given.text
    day = ("--as-of", "2026-05-28")
    ran = referent("verify", tmp_path / name, "--data", served.data, "--json", *day)
    assert given.json() == ran.json
    verdicts = {entry["verdict"] for entry in given.json()["references"]}
    assert "unknown_article" in verdicts and verdicts & {"in_force", "quote_ok"}


def test_the_date_counts(served: Served) -> None:
    now, then = (send(served, "a.txt", plain(), as_of=day) for day in ("", "2020-01-01"))
    assert {entry["verdict"] for entry in now.json()["references"]} != {
        entry["verdict"] for entry in then.json()["references"]
    }
    assert "not_in_force_at_date" in then.text


def test_services_come_in_the_form_too(served: Served) -> None:
    words = b"Vu l'article 2 de la Note interne."
    known = send(served, "a.txt", words, services=["rh", "état civil"]).json()
    unknown = send(served, "a.txt", words, services=["état civil"]).json()
    assert known["references"][0]["verdict"] == "in_force"
    assert {entry["verdict"] for entry in unknown["references"]} <= {"not_in_corpus"}
    claimed = served.everyone.post(
        "/v1/verify", files={"file": ("a.txt", words)}, data={"services": "rh"}
    )
    problem(claimed, 403, "forbidden")


# Names


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.txt",
        "/etc/x.txt",
        "..\\..\\x.TXT",
        "a\x00b.txt",
        "CON.txt",
        ".txt",
        "é" * 500 + ".txt",
        "$(touch x).txt",
    ],
)
def test_a_name_leads_nowhere(served: Served, tmp_path: Path, name: str) -> None:
    with mock.patch.object(tempfile, "tempdir", str(tmp_path)):
        written: list[Path] = []
        real = Path.write_bytes

        def noting(path: Path, data: bytes) -> int:
            written.append(path)
            return real(path, data)

        with mock.patch.object(Path, "write_bytes", noting):
            assert send(served, name, plain()).status_code == 200
    assert [path.name for path in written] == ["document.txt"]
    assert written[0].parent.parent == tmp_path
    assert not list(tmp_path.iterdir())


# What cannot be read


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * 25_000_000)
    return out.getvalue()


def encrypted_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt="secret")
    canvas.drawString(72, 720, WORDS)
    canvas.save()
    return out.getvalue()


def blank_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


UNREADABLE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.txt", lambda: b"", "vide"),
    "blank": ("a.pdf", blank_pdf, "aucun texte"),
    "encrypted PDF": ("a.pdf", encrypted_pdf, "mot de passe"),
    "encrypted office file": (
        "a.docx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "mot de passe",
    ),
    "no archive": ("a.docx", lambda: b"zz", "abîmé"),
    "cut": ("a.odt", lambda: odt()[:500], "abîmé"),
    "cut PDF": ("a.pdf", lambda: pdf()[:300], "abîmé"),
    "binary": ("a.txt", lambda: bytes(range(256)) * 9, "pas du texte"),
    "bomb": ("a.docx", bomb, "piégée"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_told_in_both_languages(served: Served, case: str) -> None:
    name, made, why = UNREADABLE[case]
    told = problem(send(served, name, made()), 422, "unreadable-document")
    assert why in told["detail"].lower(), told
    english = served.operator.post(
        "/v1/verify", files={"file": (name, made())}, headers={"Accept-Language": "en"}
    ).json()
    assert english["title"] == "This document cannot be read." and english["detail"].isascii()
    for text in (json.dumps(told), json.dumps(english)):
        assert "/" not in text.replace("mot de passe / ", "") and "referent-" not in text
        assert "document.docx" not in text


@pytest.mark.parametrize("name", ["a.exe", "a", "", "a.tar.gz", "a.xml", "a.json", "a.txt.zip"])
def test_other_formats_are_refused_by_name(served: Served, name: str) -> None:
    if not name:  # httpx would send it as a field
        body = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--b--\r\n'
        )
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        told = problem(
            served.operator.post("/v1/verify", content=body, headers=headers), 415, "format"
        )
    else:
        told = problem(send(served, name, plain()), 415, "format")
    assert ".docx" in told["detail"] and ".pdf" in told["detail"]


def test_a_file_that_is_too_large_is_refused(served: Served) -> None:
    told = problem(send(served, "a.txt", b"a" * 3_000_000), 413, "too-large")
    assert told["detail"] == "La limite est de 2 Mio."


def test_a_document_of_too_many_words_is_refused(served: Served) -> None:
    words = b"mot " * (schemas.MAX_DOCUMENT // 4 + 1)
    told = problem(send(served, "a.txt", words), 413, "too-large")
    assert str(schemas.MAX_DOCUMENT) in told["detail"]


def test_documents_are_read_one_at_a_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits too long for a turn is told to come again."""
    reader = DocumentReader(turn_seconds=0.05)
    monkeypatch.setattr(documents, "_reader", reader)
    with reader.turn():
        busy = send(served, "a.txt", plain())
    assert problem(busy, 503, "busy") and busy.headers["retry-after"]


@pytest.mark.slow
def test_a_document_that_takes_too_long_is_given_up(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100,000 paragraphs in 200 kB take a minute; the next document is read all the same."""
    monkeypatch.setattr(documents, "_reader", DocumentReader(seconds=3))
    told = problem(send(served, "a.docx", many_paragraphs()), 422, "unreadable-document")
    assert "trop long" in told["detail"].lower()
    assert send(served, "a.txt", plain()).status_code == 200


def many_paragraphs() -> bytes:
    out = io.BytesIO()
    paragraphs = b"<w:p><w:r><w:t>abc</w:t></w:r></w:p>" * 100_000
    with (
        zipfile.ZipFile(io.BytesIO(docx())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                content = content.replace(b"<w:sectPr", paragraphs + b"<w:sectPr", 1)
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.slow
def test_a_reader_that_dies_is_replaced(tmp_path: Path) -> None:
    reader, letter = DocumentReader(), tmp_path / "letter.txt"
    letter.write_bytes(plain())
    assert reader.read(str(letter)) == (WORDS, "")
    [process] = [each for each in active_children() if each.name == "referent-reader"][-1:]
    process.kill()
    process.join()
    assert reader.read(str(letter)) == (WORDS, "")


@pytest.mark.slow
def test_an_error_keeps_its_reader(tmp_path: Path) -> None:
    reader, letter = DocumentReader(), tmp_path / "letter.txt"
    for _ in range(2):
        with pytest.raises(UnreadableSource):
            reader.read(str(letter))
    before = [each.pid for each in active_children()]
    letter.write_bytes(plain())
    assert reader.read(str(letter)) == (WORDS, "")
    assert [each.pid for each in active_children()] == before


# Forms


@pytest.mark.parametrize(
    ("files", "fields"),
    [
        ([], {"as_of": "2025-01-01"}),
        ([("file", ("a.txt", b"x")), ("file", ("b.txt", b"x"))], {}),
        ([("document", ("a.txt", b"x"))], {}),
        ([("file", ("a.txt", b"x"))], {"as_of": "hier"}),
        ([("file", ("a.txt", b"x"))], {"as_of": ["2025-01-01", "2025-01-02"]}),
        ([("file", ("a.txt", b"x"))], {"asof": "2025-01-01"}),
        ([("file", ("a.txt", b"x"))], {"as_of": "2" * 5000}),
        ([("file", ("a.txt", b"x"))], {"services": [""] * 99}),
        ([("file", ("a.txt", b"x"))], {"services": ["x"] * 200}),
    ],
)
def test_other_forms_are_refused(served: Served, files: Any, fields: Any) -> None:
    given = files or [("nothing", ("", b""))]
    problem(served.operator.post("/v1/verify", files=given, data=fields), 422, "invalid")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--b\r\n\r\n--b--"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--c\r\n\r\n--c--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"A: b\r\n" * 5000),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n" * 5000 + b"--b--\r\n"),
        (f"multipart/form-data; boundary={'b' * 5000}", b"--b\r\n\r\n--b--"),
        ("application/x-www-form-urlencoded", b"text=x"),
        ("text/plain", b"x"),
        ("", b"x"),
        ("application/json", b'{"text": "x", "asof": null}'),
        ("application/json", b'{"text": "\\ud800"}'),
        ("application/json", b"[" * 100_000),
        ("application/json", b""),
    ],
)
def test_other_bodies_are_refused(served: Served, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind} if kind else {}
    told = served.operator.post("/v1/verify", content=body, headers=headers)
    problem(told, 422, "invalid")


def test_a_wrong_field_is_named(served: Served) -> None:
    told = problem(send(served, "a.txt", b"x", as_of="hier"), 422, "invalid")
    assert [wrong["field"] for wrong in told["fields"]] == ["body.as_of"]
    told = problem(served.operator.post("/v1/verify", json={"text": 1}), 422, "invalid")
    assert [wrong["field"] for wrong in told["fields"]] == ["body.text"]
