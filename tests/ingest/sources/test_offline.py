"""`unstructured` with the network cut: any attempt to connect or resolve a name fails the test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CUT = """
import socket, sys, threading

attempts = []
def refuse(*args, **kwargs):
    attempts.append(args)
    raise OSError("no network in this test")
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
"""

PARTITION = """
from ingest.sources.offline import unstructured_module
folder = sys.argv[1]
unstructured_module("partition.docx").partition_docx(folder + "/a.docx")
unstructured_module("partition.text").partition_text(text="Un titre\\n\\nLe maire décide.")
unstructured_module("partition.md").partition_md(text="# Article 1\\n\\nLe maire décide. Il signe.")
unstructured_module("partition.html").partition_html(text="<h1>A</h1><p>Le maire décide.</p>")
unstructured_module("partition.xlsx").partition_xlsx(folder + "/a.xlsx")
unstructured_module("partition.email").partition_email(folder + "/a.eml", process_attachments=False)
"""

OURS = """
from pathlib import Path
from ingest.sources.base import Source
from ingest.sources.registry import reader_for
for path in sorted(Path(sys.argv[1]).iterdir()):
    assert list(reader_for(path)(Source(path, path.name))), path
"""

END = """
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join(2)
assert not attempts, attempts
"""


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """One small file of each format."""
    import docx
    import openpyxl

    document = docx.Document()
    document.add_heading("Article 1", 1)
    document.add_paragraph("Le maire décide. Il signe l'arrêté.")
    document.save(str(tmp_path / "a.docx"))
    book = openpyxl.Workbook()
    book.active.append(["Acte", "Prix"])
    book.active.append(["Copie", 3])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.eml").write_text("Subject: Note\nTo: a@b.fr\n\nLe maire décide.\n")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("work", [PARTITION, OURS], ids=["unstructured", "our readers"])
def test_nothing_connects(samples: Path, work: str) -> None:
    # a bare environment: what the developer's shell forbids must not be what passes the test
    environment = {"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": "/usr/bin:/bin"}
    program = CUT + work + END
    done = subprocess.run(
        [sys.executable, "-c", program, str(samples)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_reading_other_formats_does_not_import_unstructured(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Titre\n\nMot.\n")
    (tmp_path / "a.html").write_text("<h1>Titre</h1><p>Mot.</p>")
    (tmp_path / "a.txt").write_text("Titre\n\nMot.\n")
    program = (
        "import sys\n"
        + OURS
        + "assert 'unstructured' not in sys.modules and 'spacy' not in sys.modules"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60, cwd=root)


@pytest.mark.slow
def test_french_sentences() -> None:
    from ingest.sources.offline import unstructured_module

    tokenize = unstructured_module("nlp.tokenize")
    assert tokenize.sent_tokenize("Le maire décide. Il signe.") == ["Le maire décide.", "Il signe."]
