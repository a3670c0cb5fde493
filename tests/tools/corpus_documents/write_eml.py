"""A Document as an e-mail in two equivalent parts, text and HTML, both quoted-printable."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from html import escape

from corpus_documents.model import Block, Document, Heading, Paragraph, Points, Table

POLICY = EmailPolicy(max_line_length=78)
BOUNDARY = "=_valmercy_note_de_service"
STYLES = "body{font-family:Calibri,sans-serif;font-size:11pt}td,th{border:1px solid #888}"


def write(document: Document, *, sender: str, recipient: str, sent: datetime) -> bytes:
    """``sent`` must carry its time zone."""
    message = EmailMessage(policy=POLICY)
    metadata = document.metadata
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = format_datetime(sent)
    message["Subject"] = document.title
    message["Message-ID"] = f"<{metadata.id}@valmercy.example>"
    message["X-Referent-Id"] = metadata.id
    message["X-Referent-Nature"] = metadata.nature
    message["X-Referent-Effective"] = str(metadata.effective)
    message["X-Referent-Services"] = ", ".join(metadata.services)
    blocks = document.blocks
    plain = "\n\n".join(_plain(block) for block in blocks) + "\n"
    message.set_content(plain, charset="utf-8", cte="quoted-printable")
    message.add_alternative(_page(blocks), subtype="html", charset="utf-8", cte="quoted-printable")
    message.set_boundary(BOUNDARY)
    return message.as_bytes()


def _plain(block: Block) -> str:
    match block:
        case Heading(_, text) | Paragraph(text):
            return text
        case Points(items, numbered):
            return "\n".join(
                f"{rank}) {item}" if numbered else f"- {item}"
                for rank, item in enumerate(items, start=1)
            )
        case Table(header, rows):
            return "\n".join(" | ".join(row) for row in (header, *rows))


def _page(blocks: list[Block]) -> str:
    body = "\n".join(_html(block) for block in blocks)
    return f"<html><head><style>{STYLES}</style></head>\n<body>\n{body}\n</body></html>\n"


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level + 1}>{escape(text, quote=False)}</h{level + 1}>"
        case Paragraph(text):
            return f"<p>{escape(text, quote=False)}</p>"
        case Points(items, numbered):
            tag = "ol" if numbered else "ul"
            points = "".join(f"<li>{escape(item, quote=False)}</li>\n" for item in items)
            return f"<{tag}>\n{points}</{tag}>"
        case Table(header, rows):
            lines = [_html_row(header, "th"), *(_html_row(row, "td") for row in rows)]
            return "<table>\n" + "\n".join(lines) + "\n</table>"


def _html_row(cells: tuple[str, ...], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(c, quote=False)}</{tag}>" for c in cells) + "</tr>"
