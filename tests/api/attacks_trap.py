"""Documents that want something fetched, a port that counts who comes, and archives that swell."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

WORDS = "Le recours gracieux est formé selon l'article 2 du règlement général."
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_RELS = "http://schemas.openxmlformats.org"


@dataclass
class Trap:
    """A port of this machine that nobody should come to."""

    port: int
    came: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What the documents name."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def trap() -> Iterator[Trap]:
    """Such a port, while this lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Trap(listener.getsockname()[1])

        def count() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        made.came.append(connection.recv(200))

        thread = threading.Thread(target=count, daemon=True)
        thread.start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def fetching(url: str) -> dict[str, bytes]:
    """Name → a document that can be read and names `url` wherever something might fetch it."""
    return {
        "page.html": _html(url).encode(),
        "note.md": f"# Note\n\n{WORDS}\n\n![x]({url}/md) <img src={url}/md2> <{url}>\n".encode(),
        "note.txt": f"{WORDS} {url}/txt file:///etc/passwd \\\\127.0.0.1\\partage".encode(),
        "lettre.eml": _eml(url).encode(),
        "lettre.docx": docx(url),
        "lettre.odt": odt(
            f"<text:p>{WORDS}</text:p>"
            f'<text:p><draw:frame><draw:image xlink:href="{url}/odt"/></draw:frame></text:p>'
            f'<text:section text:name="s"><text:section-source xlink:href="{url}/s.odt"/>'
            f"<text:p>Autre.</text:p></text:section>"
        ),
        "lettre.pdf": pdf(
            b"BT /F1 12 Tf 72 720 Td (Selon l'article 2 du code civil.) Tj ET",
            f"/OpenAction << /S /URI /URI ({url}/uri) >> /AA << /WC << /S /Launch /F ({url}/l) >> "
            f">> /Names << /JavaScript << /Names [(x) << /S /JavaScript /JS (app.launchURL"
            f"\\('{url}/js'\\)) >>] >> >>",
        ),
    }


def entities(url: str) -> dict[str, bytes]:
    """Name → a document with a type or entities from elsewhere, which is refused."""
    kind = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY f SYSTEM "{url}/e">]>'
    remote = f'<!DOCTYPE x SYSTEM "{url}/x.dtd">'
    return {
        "entites.docx": docx(url, kind),
        "dtd.docx": docx(url, remote),
        "entites.odt": odt("<text:p>&e;&f;</text:p>", kind),
        "dtd.odt": odt("<text:p>x</text:p>", remote),
    }


def swelling() -> dict[str, bytes]:
    """Name → a small document that is huge once it is opened."""
    spaces = b" " * (60 << 20)
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    front = "\n".join([*lines, "title: *i"])
    return {
        "gros.docx": zipped({"word/document.xml": b"<w>" + spaces}),
        "gros.odt": zipped({"content.xml": b"<x>" + spaces}),
        "alias.md": f"---\n{front}\n---\n# Note\n\n{WORDS}\n".encode(),
        "profond.eml": _nested(2000),
        "profond.html": b"<div>" * 100_000 + b"x",
        "profond.odt": odt("<text:section>" * 5000 + "</text:section>" * 5000),
    }


def _html(url: str) -> str:
    return (
        f'<!DOCTYPE html SYSTEM "{url}/dtd"><html><head><base href="{url}/">'
        f'<link rel=stylesheet href="{url}/css"><script src="{url}/js"></script>'
        f'<meta http-equiv=refresh content="0; url={url}/refresh">'
        f"<style>@import url({url}/import);</style></head><body><h1>Note</h1><p>{WORDS}</p>"
        f'<img src="{url}/img" srcset="{url}/set 2x"><iframe src="{url}/frame"></iframe>'
        f'<object data="{url}/o"></object><svg><image href="{url}/svg"/></svg></body></html>'
    )


def _eml(url: str) -> str:
    return (
        "From: a@mairie.example\nSubject: Note\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html\n\n'
        f"{_html(url)}\n--b\nContent-Type: message/external-body; access-type=URL; "
        f'URL="{url}/body"\n\nContent-Type: text/plain\n\n--b--\n'
    )


def _nested(depth: int) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)]
    head = "From: a@mairie.example\nSubject: x\nMIME-Version: 1.0\n"
    return (head + "".join(parts) + "Content-Type: text/plain\n\nx\n").encode()


def docx(url: str, doctype: str = "") -> bytes:
    """A Word document with an image, a template and a frame from elsewhere."""
    import docx as library

    out = io.BytesIO()
    document = library.Document()
    document.add_paragraph(WORDS)
    document.save(out)
    with zipfile.ZipFile(out) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    kinds = ("image", "attachedTemplate", "frame", "subDocument", "aFChunk")
    more = "".join(
        f'<Relationship Id="evil{kind}" Type="{_RELS}/officeDocument/2006/relationships/{kind}" '
        f'Target="{url}/{kind}" TargetMode="External"/>'
        for kind in kinds
    )
    rels, body = "word/_rels/document.xml.rels", "word/document.xml"
    members[rels] = members[rels].replace(b"</Relationships>", f"{more}</Relationships>".encode())
    if doctype:
        members[body] = members[body].replace(b"<w:document", f"{doctype}<w:document".encode(), 1)
    return zipped(members)


def odt(body: str, doctype: str = "") -> bytes:
    """An OpenDocument text."""
    spaces = " ".join(
        f'xmlns:{short}="{_OFFICE}:{name}:1.0"'
        for short, name in [
            ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ]
    )  # fmt: skip
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content {spaces} '
        f'xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text>{body}'
        "</office:text></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": content.encode()})


def pdf(operations: bytes, catalogue: str = "") -> bytes:
    """A PDF of one page."""
    packed = zlib.compress(operations, 9)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def zipped(members: dict[str, bytes]) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
