"""Reading a PDF: its blocks, its declared metadata, and what it says when it cannot."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest.sources import ocr, pdf
from ingest.sources.base import Block, BlockKind, Document, ReadOptions, Source
from rag.errors import EmptySource, HostileSource, MissingPackage, UnreadableSource

LEFT, TOP, LEADING = 72.0, 770.0, 14.0
LOREM = (
    "Le maire prend acte de la demande et la transmet au service compétent pour instruction dans"
    " un délai de quinze jours à compter de sa réception en mairie, sauf cas de force majeure"
)

Draw = Callable[[Canvas], None]
NO_OPTIONS = ReadOptions()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Writes a PDF that `draw` fills."""

    def write(draw: Draw, name: str = "procedure.pdf", **options: object) -> Path:
        path = tmp_path / name
        canvas = Canvas(str(path), pagesize=A4, **options)
        draw(canvas)
        canvas.save()
        return path

    return write


def read(path: Path, options: ReadOptions = NO_OPTIONS) -> Document:
    (document,) = pdf.read(Source(path, path.name, options))
    return document


def shape(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.words) for block in document.blocks]


def words(document: Document) -> list[str]:
    return [block.words for block in document.blocks]


def lines(
    canvas: Canvas, texts: list[str], y: float = TOP, x: float = LEFT, size: float = 10
) -> float:
    canvas.setFont("Helvetica", size)
    for text in texts:
        canvas.drawString(x, y, text)
        y -= LEADING
    return y


def wrapped(text: str, width: float, size: float = 10) -> list[str]:
    result = [""]
    for word in text.split():
        longer = f"{result[-1]} {word}".strip()
        if stringWidth(longer, "Helvetica", size) > width:
            result.append(word)
        else:
            result[-1] = longer
    return result


def heading(canvas: Canvas, text: str, y: float, size: float = 10) -> float:
    canvas.setFont("Helvetica-Bold", size)
    canvas.drawString(LEFT, y, text)
    return y - 2 * LEADING


def test_headings_paragraphs_items(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        y = heading(canvas, "Règlement des congés", TOP, size=18)
        y = heading(canvas, "Article 1er", y)
        y = lines(canvas, wrapped(LOREM + ".", 450), y) - 6
        y = (
            lines(canvas, ["Le dossier comprend :", "1° La demande ;", "2° Le justificatif."], y)
            - 6
        )
        y = lines(canvas, ["• une copie ;", "- un timbre."], y) - LEADING
        y = heading(canvas, "Article 2 – Délais", y)
        lines(canvas, ["Le délai est de deux mois."], y)

    assert shape(read(make(draw))) == [
        (BlockKind.HEADING, "Règlement des congés"),
        (BlockKind.HEADING, "Article 1er"),
        (BlockKind.PARAGRAPH, LOREM + "."),
        (BlockKind.PARAGRAPH, "Le dossier comprend :"),
        (BlockKind.ITEM, "1° La demande ;"),
        (BlockKind.ITEM, "2° Le justificatif."),
        (BlockKind.ITEM, "- une copie ;"),
        (BlockKind.ITEM, "- un timbre."),
        (BlockKind.HEADING, "Article 2 – Délais"),
        (BlockKind.PARAGRAPH, "Le délai est de deux mois."),
    ]


def test_level_follows_size(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        y = TOP
        for text, size in [("Grand", 18), ("Moyen", 14), ("Petit", 11)]:
            y = heading(canvas, f"{text} titre", y, size)
        lines(canvas, wrapped(LOREM + ".", 450), y)

    levels = [block.level for block in read(make(draw)).blocks]
    assert levels == [1, 2, 3, 0]


def test_header_footer_and_page_numbers_go(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1, 5):
            canvas.setFont("Helvetica", 8)
            canvas.drawString(LEFT, 810, f"Ville de Valmont – version du 0{page}/03/2025")
            canvas.drawString(280, 30, f"Page {page} sur 4")
            y = heading(canvas, f"Article {page}", TOP)
            lines(canvas, [f"Disposition numéro {page} de la délibération."], y)
            canvas.showPage()

    document = read(make(draw))
    assert words(document) == [
        text
        for page in range(1, 5)
        for text in (f"Article {page}", f"Disposition numéro {page} de la délibération.")
    ]
    assert [block.page for block in document.blocks] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_lone_numbers_of_the_body_stay(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Nombre de places :", "12"], 500)

    assert "12" in " ".join(words(read(make(draw))))


def test_hyphenated_line_ends(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        lines(
            canvas,
            [
                "Les parties à la présente signent une conven-",
                "tion prévue par l'article L. 231-",
                "4 du code, que reçoit le sous-",
                "préfet de l'arrondissement du Val-de-",
                "Marne.",
            ],
        )

    assert words(read(make(draw))) == [
        "Les parties à la présente signent une convention prévue par l'article L. 231-4 du code,"
        " que reçoit le sous-préfet de l'arrondissement du Val-de-Marne."
    ]


def test_paragraph_over_a_page_break(make: Callable[..., Path]) -> None:
    full = wrapped(f"{LOREM}. {LOREM}.", 450)

    def draw(canvas: Canvas) -> None:
        lines(canvas, full[:2], 100)
        canvas.showPage()
        y = lines(canvas, full[2:]) - 6
        lines(canvas, ["Un autre alinéa."], y)

    blocks = read(make(draw)).blocks
    assert blocks == (
        Block(BlockKind.PARAGRAPH, f"{LOREM}. {LOREM}.", page=1),
        Block(BlockKind.PARAGRAPH, "Un autre alinéa.", page=2),
    )


def test_two_columns(make: Callable[..., Path]) -> None:
    left, right = (wrapped(f"{side} {LOREM}. " * 4, 215)[:15] for side in ("Gauche", "Droite"))

    def draw(canvas: Canvas) -> None:
        heading(canvas, "Arrêté sur toute la largeur", TOP, size=16)
        for row, texts in enumerate(zip(left, right, strict=True)):
            for x, text in zip((LEFT, LEFT + 235), texts, strict=True):
                lines(canvas, [text], 720 - row * LEADING, x)

    text = " ".join(words(read(make(draw))))
    assert text == "Arrêté sur toute la largeur " + " ".join(left) + " " + " ".join(right)


def test_bordered_table_keeps_wrapped_cells_together(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Avant le tableau."], 700)
        canvas.grid([LEFT, 200, 400], [660, 630, 590])
        lines(canvas, ["Pièce"], 642, 80)
        lines(canvas, ["Délai de", "production"], 618, 80)
        lines(canvas, ["Durée"], 642, 210)
        lines(canvas, ["quinze jours", "ouvrés"], 618, 210)
        lines(canvas, ["Après le tableau."], 560)

    assert shape(read(make(draw))) == [
        (BlockKind.PARAGRAPH, "Avant le tableau."),
        (BlockKind.ROW, "Pièce | Durée"),
        (BlockKind.ROW, "Délai de production | quinze jours ouvrés"),
        (BlockKind.PARAGRAPH, "Après le tableau."),
    ]


def test_table_without_borders(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        for y, cells in zip(
            (700, 686), (("Sigle", "Nom"), ("CCAS", "Centre communal")), strict=True
        ):
            for x, cell in zip((LEFT, 250), cells, strict=True):
                lines(canvas, [cell], y, x)

    assert shape(read(make(draw))) == [
        (BlockKind.ROW, "Sigle | Nom"),
        (BlockKind.ROW, "CCAS | Centre communal"),
    ]


def test_contents_lines_are_no_headings(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 12)
        canvas.drawString(LEFT, TOP, "Article 1er – Objet " + "." * 60 + " 2")
        canvas.drawString(LEFT, TOP - 16, "Article 2 – Durée " + ". " * 40 + "3")

    assert shape(read(make(draw))) == [
        (BlockKind.PARAGRAPH, "Article 1er – Objet .... 2"),
        (BlockKind.PARAGRAPH, "Article 2 – Durée .... 3"),
    ]


def test_leaders_of_any_length(make: Callable[..., Path]) -> None:
    document = read(make(lambda canvas: lines(canvas, ["Nom " + "." * 50_000])))
    assert words(document) == ["Nom ...."]


def test_superscripts(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(LEFT, TOP)
        for part, raised in [
            ("Le 1", 0), ("er", 1), (" alinéa de la loi n", 0), ("o", 1), (" 78-17, sur 30 m", 0),
            ("2", 1), (", cite l'article 5", 0), ("3", 1), (".", 0),
        ]:  # fmt: skip
            text.setFont("Helvetica", 6 if raised else 10)
            text.setRise(4 if raised else 0)
            text.textOut(part)
        canvas.drawText(text)

    assert words(read(make(draw))) == [
        "Le 1er alinéa de la loi n° 78-17, sur 30 m2, cite l'article 5 (3)."
    ]


def test_sideways_pages_and_watermarks(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(300, 400)
        canvas.rotate(45)
        canvas.drawString(0, 0, "PROJET")
        canvas.restoreState()
        canvas.rotate(90)
        lines(canvas, ["Première ligne du tableau.", "Seconde ligne du tableau."], -200, 100)

    assert " ".join(words(read(make(draw)))) == (
        "Première ligne du tableau. Seconde ligne du tableau."
    )


def test_declared(make: Callable[..., Path]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle("Règlement intérieur")
        canvas.setKeywords("id: ri; nature: reglement; effective: 2025-03-01; services: rh, dsi")
        lines(canvas, ["Texte."])

    declared = read(make(draw)).declared
    assert (declared.text_id, declared.title) == ("ri", "Règlement intérieur")
    assert (declared.nature, declared.effective) == ("reglement", date(2025, 3, 1))
    assert declared.services == frozenset({"rh", "dsi"})


@pytest.mark.parametrize(
    "title", ["Microsoft Word - note.doc", "procedure", "procedure.pdf", "note_v2.docx", "untitled"]
)
def test_junk_titles_are_not_declared(make: Callable[..., Path], title: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle(title)
        lines(canvas, ["Texte."])

    assert read(make(draw)).declared.title == ""


def test_encrypted(make: Callable[..., Path]) -> None:
    path = make(lambda canvas: lines(canvas, ["Secret."]), encrypt=StandardEncryption("mot"))
    with pytest.raises(UnreadableSource, match="protégé par un mot de passe"):
        read(path)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_truncated(make: Callable[..., Path], kept: float) -> None:
    path = make(lambda canvas: lines(canvas, [LOREM] * 20))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadableSource, match="abîmé ou tronqué"):
        read(path)


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", EmptySource, "vide"),
        (b"PK\x03\x04 rien", UnreadableSource, "pas un PDF"),
        (b"%PDF-1.4\n" + b"\x8f" * 500 + b"\n%%EOF", UnreadableSource, "abîmé"),
    ],
)
def test_files_that_are_no_pdf(
    tmp_path: Path, data: bytes, error: type[Exception], said: str
) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    with pytest.raises(error, match=said):
        read(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="introuvable"):
        read(tmp_path / "absent.pdf")


def test_blank_pages_are_empty(make: Callable[..., Path]) -> None:
    with pytest.raises(EmptySource, match="aucun texte"):
        read(make(lambda canvas: canvas.showPage()))


def test_too_many_pages(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)

    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            lines(canvas, ["Texte."])
            canvas.showPage()

    with pytest.raises(HostileSource, match="2 pages"):
        read(make(draw))


def test_too_long_a_page(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGE_CHARACTERS", 10)
    with pytest.raises(HostileSource, match="page 1"):
        read(make(lambda canvas: lines(canvas, [LOREM])))


def image_of(path: Path) -> ImageReader:
    with pypdfium2.PdfDocument(path) as document:
        return ImageReader(document[0].render(scale=200 / 72).to_pil())


@pytest.fixture
def scan(make: Callable[..., Path]) -> Path:
    """Two pages that are images of text."""

    def text(canvas: Canvas) -> None:
        y = heading(canvas, "Article 12", TOP, size=14)
        lines(
            canvas,
            ["Le délai de réponse est de deux mois.", "Il est suspendu en août."],
            y,
            size=12,
        )

    image = image_of(make(text, "page.pdf"))

    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            canvas.drawImage(image, 0, 0, *A4)
            canvas.showPage()

    return make(draw, "scan.pdf")


def test_images_without_ocr(scan: Path) -> None:
    with pytest.raises(UnreadableSource, match="pages 1, 2 en image") as caught:
        read(scan)
    assert "--ocr" in caught.value.remedy


def test_images_beside_text(
    make: Callable[..., Path], scan: Path, caplog: pytest.LogCaptureFixture
) -> None:
    image = image_of(scan)

    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Page de texte."])
        canvas.showPage()
        canvas.drawImage(image, 0, 0, *A4)
        canvas.showPage()
        canvas.showPage()

    assert words(read(make(draw))) == ["Page de texte."]
    assert "page 2 en image" in caplog.text


def test_a_stamp_on_a_scan_is_no_text(make: Callable[..., Path], scan: Path) -> None:
    image = image_of(scan)

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(image, 0, 0, *A4)
        lines(canvas, ["Reçu en préfecture le 03/03/2025"], 30)

    with pytest.raises(UnreadableSource, match="page 1 en image"):
        read(make(draw))


def test_ocr_without_tesseract(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPackage, match="tesseract") as caught:
        read(scan, ReadOptions(ocr=True))
    assert "tesseract-ocr tesseract-ocr-fra" in caught.value.remedy


@pytest.fixture
def fake_tesseract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    def install(script: str) -> None:
        program = tmp_path / "bin" / "tesseract"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    yield install


def test_ocr_that_fails(scan: Path, fake_tesseract: Callable[[str], None]) -> None:
    fake_tesseract("echo panne >&2; exit 1")
    with pytest.raises(UnreadableSource, match="panne"):
        read(scan, ReadOptions(ocr=True))


def test_ocr_that_hangs(
    scan: Path, fake_tesseract: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "TIMEOUT", 0.2)
    fake_tesseract("exec sleep 20")
    with pytest.raises(UnreadableSource, match="plus de"):
        read(scan, ReadOptions(ocr=True))


def test_ocr_without_french_data(
    scan: Path, fake_tesseract: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    table = "level\\tblock_num\\tpar_num\\tline_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n"
    row = "5\\t1\\t1\\t1\\t300\\t300\\t200\\t40\\t96\\tMairie\\n"
    fake_tesseract(
        'case "$1" in --list-langs) echo eng;; *) '
        f'cat >/dev/null; printf "{table}{row}"; test "$4" = eng;; esac'
    )
    assert words(read(scan, ReadOptions(ocr=True)))[0].startswith("Mairie")
    assert "tesseract-ocr-fra" in caplog.text


@pytest.mark.slow
def test_ocr_for_real(scan: Path) -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract n'est pas installé : apt install tesseract-ocr tesseract-ocr-fra")
    document = read(scan, ReadOptions(ocr=True))
    assert document.blocks[0].words == "Article 12"
    assert document.blocks[0].kind is BlockKind.HEADING
    assert "Le délai de réponse est de deux mois." in " ".join(words(document))
    assert {block.page for block in document.blocks} == {1, 2}
