"""Write the DOCX, ODT, PDF, XLSX and EML files of the demonstration corpus.

Run from anywhere: ``python tests/tools/build_corpus.py [CORPUS]``. The same bytes come out of
each run; Markdown, plain text and HTML documents are kept as they are, beside these.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path, PurePosixPath

from corpus_documents import (
    conges,
    conservation,
    donnees,
    marches,
    objets_trouves,
    prenom,
    regie,
    signalement,
    subventions,
    write_docx,
    write_eml,
    write_odt,
    write_pdf,
    write_xlsx,
)
from corpus_documents.model import Document

CORPUS = Path(__file__).resolve().parents[2] / "corpus"

DOCUMENTS = (
    conges.DOCUMENT,
    marches.DOCUMENT,
    prenom.DOCUMENT,
    subventions.DOCUMENT,
    regie.DOCUMENT,
    signalement.DOCUMENT,
    donnees.DOCUMENT,
    objets_trouves.DOCUMENT,
)

WRITERS: dict[str, Callable[[Document], bytes]] = {
    ".docx": write_docx.write,
    ".odt": write_odt.write,
    ".pdf": write_pdf.write,
    ".eml": partial(
        write_eml.write,
        sender="Direction générale des services <direction.generale@valmercy.example>",
        recipient="Accueil et police municipale <accueil-pm@valmercy.example>",
        sent=datetime(2025, 9, 4, 16, 12, tzinfo=timezone(timedelta(hours=2))),
    ),
}


def produce() -> Iterator[tuple[PurePosixPath, bytes]]:
    """Each file's place in the corpus and its bytes."""
    for document in DOCUMENTS:
        yield document.metadata.file, WRITERS[document.metadata.file.suffix](document)
    yield conservation.METADATA.file, write_xlsx.write(conservation.METADATA, conservation.SHEETS)


def main(corpus: Path = CORPUS) -> None:
    for file, content in produce():
        target = corpus / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{file} ({len(content)} bytes)")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
