"""Reads electronic mail: the message's plain words, else its HTML; attachments are left out."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart

from ingest.sources.base import Block, BlockKind, Declared, Document, Source
from ingest.sources.declared import declared_from
from ingest.sources.guards import decode_text, read_bytes
from ingest.sources.plain_text import blocks_of
from ingest.sources.wording import clean_words
from rag.errors import EmptySource, UnreadableSource

HEADERS = {
    "id": "X-Referent-Id",
    "nature": "X-Referent-Nature",
    "effective": "X-Referent-Effective",
    "services": "X-Referent-Services",
}


def read(source: Source) -> Iterator[Document]:
    """Yields the message as one document, its subject as the title."""
    message = email.message_from_bytes(read_bytes(source), policy=email.policy.default)
    if not message.keys():
        raise UnreadableSource(
            "ce n'est pas un message électronique (aucun en-tête)",
            where=source.name,
            remedy="Enregistrez le message au format .eml depuis la messagerie.",
        )
    blocks = _body(message, source)
    if not blocks:
        raise EmptySource(
            "le message n'a pas de texte",
            where=source.name,
            remedy="Déposez plutôt sa pièce jointe.",
        )
    declared = _declared(message, source)
    if declared.title:
        blocks = (Block(BlockKind.HEADING, declared.title, level=1), *blocks)
    yield Document(source, blocks, declared)


def _declared(message: EmailMessage, source: Source) -> Declared:
    values: dict[str, object] = {
        key: str(message[name]) for key, name in HEADERS.items() if message[name]
    }
    values["title"] = clean_words(str(message["Subject"] or ""))
    return declared_from(values, source.name)


def _body(message: EmailMessage, source: Source) -> tuple[Block, ...]:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ()
    text = _text(part, source)
    if part.get_content_type() == "text/html":
        from ingest.sources.html import blocks_of_html

        return blocks_of_html(text, source)
    return blocks_of(text)


def _text(part: MIMEPart, source: Source) -> str:
    """The part's words in its own charset, or judged from its bytes when that fails."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        return decode_text(data, source.name) if data else ""
