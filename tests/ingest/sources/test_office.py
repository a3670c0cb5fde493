"""Word, OpenDocument, Excel and mail: every word, once, in order, with its structure."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.base import Block, BlockKind, Declared, Document, Source
from ingest.sources.registry import reader_for
from ingest.structure import to_state
from rag.errors import EmptySource, HostileSource, UnreadableSource

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741
KEYWORDS = "id: x; nature: note; effective: 2025-03-01; services: rh, juridique"
SAID = Declared("x", "Le titre", "note", date(2025, 3, 1), frozenset({"rh", "juridique"}))


def document(path: Path) -> Document:
    (found,) = reader_for(path)(Source(path, path.name))
    return found


# --- DOCX ----------------------------------------------------------------------------------------


def word(path: Path, fill: Any) -> Document:
    import docx

    made = docx.Document()
    made.core_properties.title = "Le titre"
    made.core_properties.keywords = KEYWORDS
    fill(made)
    made.save(str(path))
    return document(path)


def paragraph_xml(inside: str) -> Any:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    return parse_xml(f"<w:p {nsdecls('w')}>{inside}</w:p>")


@pytest.mark.slow
def test_docx_structure(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        made.sections[0].header.paragraphs[0].text = "EN-TÊTE"
        made.sections[0].footer.paragraphs[0].text = "PIED"
        made.add_paragraph("Le titre", style="Title")
        made.add_heading("Article 1 – Objet", 1)
        made.add_paragraph("SHORT TITLE LOOKALIKE")
        made.add_paragraph("un", style="List Bullet")
        made.add_paragraph("premier", style="List Number")
        made.add_paragraph("second", style="List Number")
        made.styles.add_style("Titre Ville", 1).base_style = made.styles["Heading 2"]
        made.add_paragraph("Sous-titre maison", style="Titre Ville")
        table = made.add_table(2, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Acte", "Prix"
        table.cell(1, 0).text = "Copie"
        table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "3 €"

    found = word(tmp_path / "a.docx", fill)
    assert found.declared == SAID
    assert [(b.kind, b.words, b.level) for b in found.blocks] == [
        (H, "Le titre", 1),
        (H, "Article 1 – Objet", 2),
        (P, "SHORT TITLE LOOKALIKE", 0),
        (I, "- un", 0),
        (I, "1. premier", 0),
        (I, "2. second", 0),
        (H, "Sous-titre maison", 3),
        (R, "Acte | Prix", 0),
        (R, "Copie | 3 €", 0),
    ]


@pytest.mark.slow
def test_docx_words_that_hide(tmp_path: Path) -> None:
    """Content controls, tracked changes, fields, text boxes; no generated table of contents."""

    def fill(made: Any) -> None:
        body = made.element.body
        run = "<w:r><w:t>{}</w:t></w:r>".format
        wrapped = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>".format
        made.add_paragraph("début")
        control = paragraph_xml(wrapped(f"<w:p>{run('contrôle')}</w:p>"))[0]
        contents = paragraph_xml(
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
            f"</w:docPartObj></w:sdtPr><w:sdtContent><w:p>{run('SOMMAIRE')}</w:p></w:sdtContent></w:sdt>"
        )[0]
        inline = paragraph_xml(
            run("a")
            + f'<w:ins w:id="1" w:author="x">{run("jout")}</w:ins>'
            + '<w:del w:id="2" w:author="x"><w:r><w:delText>SUPPRIMÉ</w:delText></w:r></w:del>'
            + wrapped(run(" en ligne"))
            + f'<w:fldSimple w:instr="DATE">{run(" 2025")}</w:fldSimple>'
        )
        boxed = paragraph_xml(
            f"{run('ancre')}<w:r><w:pict><w:txbxContent><w:p>{run('encadré')}</w:p></w:txbxContent></w:pict></w:r>"
        )
        for element in (contents, control, inline, boxed):
            body.insert(len(body) - 1, element)

    found = word(tmp_path / "a.docx", fill)
    assert [b.words for b in found.blocks] == [
        "début",
        "contrôle",
        "ajout en ligne 2025",
        "ancre",
        "encadré",
    ]


@pytest.mark.slow
def test_docx_pages(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        made.add_paragraph("une")
        run = "<w:r>{}<w:t>{}</w:t></w:r>".format
        body = made.element.body
        body.insert(
            len(body) - 1,
            paragraph_xml(
                run("", "fin de une") + run("<w:lastRenderedPageBreak/>", "début de deux")
            ),
        )

    found = word(tmp_path / "a.docx", fill)
    assert [(b.words, b.page) for b in found.blocks] == [
        ("une", 1),
        ("fin de une", 1),
        ("début de deux", 2),
    ]


@pytest.mark.slow
def test_docx_footnotes_follow_their_paragraph(tmp_path: Path) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    note = "<w:footnote w:id='{}'><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>".format
    notes = f"<w:footnotes {space}>{note(2, 'Première note.')}{note(3, 'Seconde.')}</w:footnotes>"

    def fill(made: Any) -> None:
        call = "<w:r><w:t>{}</w:t></w:r><w:r><w:footnoteReference w:id='{}'/></w:r>".format
        body = made.element.body
        body.insert(0, paragraph_xml(call("un", 2) + call(" deux", 3)))
        made.add_paragraph("fin")
        name = PackURI("/word/footnotes.xml")
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
        made.part.relate_to(Part(name, kind, notes.encode(), made.part.package), relation)

    found = word(tmp_path / "a.docx", fill)
    assert [b.words for b in found.blocks] == [
        "un[1] deux[2]",
        "[1] Première note.",
        "[2] Seconde.",
        "fin",
    ]


def _rezip(path: Path, name: str, change: Any) -> None:
    """Rewrites one member of an archive."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)


@pytest.mark.slow
@pytest.mark.parametrize("member", ["word/document.xml", "word/styles.xml", "docProps/core.xml"])
def test_docx_entities(tmp_path: Path, member: str) -> None:
    path = tmp_path / "a.docx"
    word(path, lambda made: made.add_paragraph("mot"))
    _rezip(
        path, member, lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml[xml.index(b"?>") + 2 :]
    )
    with pytest.raises(HostileSource) as caught:
        document(path)
    assert caught.value.where == f"a.docx!{member}"


@pytest.mark.slow
def test_docx_without_words_and_without_body(tmp_path: Path) -> None:
    with pytest.raises(EmptySource):
        word(tmp_path / "a.docx", lambda made: made.add_paragraph("  "))
    path = tmp_path / "b.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("autre.xml", "<a/>")
    with pytest.raises(UnreadableSource, match=r"word/document\.xml"):
        document(path)


# --- ODT -----------------------------------------------------------------------------------------

_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
        ("draw", "drawing"), ("fo", "xsl-fo-compatible"), ("meta", "meta"),
    )
)  # fmt: skip
_STYLES = """<office:styles>
<style:style style:name="Title" style:family="paragraph"/>
<style:style style:name="P9" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="B" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/></style:style>
<text:outline-style><text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/>
<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="°"/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>
<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>
</office:styles>"""  # noqa: E501


def odt(path: Path, body: str, meta: str = "") -> Document:
    def xml(root: str, inside: str) -> str:
        dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        return f'<?xml version="1.0"?><office:{root} {_NAMESPACES} {dc}>{inside}</office:{root}>'

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        text = f"<office:body><office:text>{body}</office:text></office:body>"
        archive.writestr("content.xml", xml("document-content", text))
        archive.writestr("styles.xml", xml("document-styles", _STYLES))
        archive.writestr("meta.xml", xml("document-meta", f"<office:meta>{meta}</office:meta>"))
    return document(path)


def test_odt_structure(tmp_path: Path) -> None:
    item = "<text:list-item><text:p>{}</text:p></text:list-item>".format
    found = odt(
        tmp_path / "a.odt",
        '<text:table-of-content><text:p>Objet 2</text:p></text:table-of-content>'
        "<text:tracked-changes><text:p>SUPPRIMÉ</text:p></text:tracked-changes>"
        '<text:p text:style-name="P9">Le titre</text:p>'
        '<text:h text:outline-level="1">Objet</text:h>'
        '<text:list><text:list-item><text:h text:outline-level="2">Champ</text:h></text:list-item></text:list>'  # noqa: E501
        '<text:p>Un<text:s/>mot<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'  # noqa: E501
        "<text:note-body><text:p>Une note.</text:p></text:note-body></text:note>"
        "<office:annotation><text:p>COMMENTAIRE</text:p></office:annotation><text:line-break/>ici.</text:p>"
        '<text:list text:style-name="L1">' + item("un")
        + "<text:list-item><text:p>deux</text:p><text:list>" + item("dedans") + "</text:list></text:list-item></text:list>"  # noqa: E501
        '<text:list text:style-name="L2">' + item("puce") + "</text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p><text:p>b</text:p></table:table-cell>"
        "<table:table-cell><text:p>c</text:p></table:table-cell></table:table-row></table:table>"
        '<text:section><text:p text:style-name="B">Page deux<text:soft-page-break/></text:p></text:section>'  # noqa: E501
        "<text:p>Page trois<draw:frame><draw:text-box><text:p>encadré</text:p></draw:text-box></draw:frame></text:p>",  # noqa: E501
        "<dc:title>Le titre</dc:title><meta:keyword>id: x</meta:keyword><meta:keyword>nature: note</meta:keyword>"  # noqa: E501
        "<meta:keyword>effective: 2025-03-01</meta:keyword><meta:keyword>services: rh</meta:keyword>"  # noqa: E501
        "<meta:keyword>juridique</meta:keyword>",
    )  # fmt: skip
    assert found.declared == SAID
    assert found.blocks == (
        Block(H, "Le titre", 1, 1),
        Block(H, "1. Objet", 2, 1),
        Block(H, "1.1 Champ", 3, 1),
        Block(P, "Un mot[1] ici.", page=1),
        Block(P, "[1] Une note.", page=1),
        Block(I, "1° un", page=1),
        Block(I, "2° deux", page=1),
        Block(I, "a) dedans", page=1),
        Block(I, "- puce", page=1),
        Block(R, "a b | c", page=1),
        Block(P, "Page deux", page=2),
        Block(P, "Page trois", page=3),
        Block(P, "encadré", page=3),
    )


def test_odt_protected_or_bombed(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    odt(path, "<text:p>mot</text:p>")
    _rezip(path, "content.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml[21:])
    with pytest.raises(HostileSource):
        document(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>")
    with pytest.raises(UnreadableSource, match="mot de passe"):
        document(path)


# --- XLSX ----------------------------------------------------------------------------------------


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Document:
    import openpyxl

    made = openpyxl.Workbook()
    made.properties.title, made.properties.keywords = "Le titre", KEYWORDS
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("~") else "visible"
        for row in rows:
            sheet.append(row)
    made.save(path)
    return document(path)


def test_xlsx(tmp_path: Path) -> None:
    found = book(
        tmp_path / "a.xlsx",
        {
            "Tarifs": [
                ["Tarifs 2025"],
                [],
                ["Acte", "Prix", "Depuis", None],
                ["Copie", 1234567.891, datetime(2025, 3, 1), "N/A"],
                ["Extrait", 3.0, None, True],
                ["Cimetière"],
                [None, 0.1 + 0.2],
            ],
            "~caché": [["SECRET", 1]],
            "Vide": [],
            "Seul": [["a", "b"]],
        },
    )
    assert found.declared == SAID
    assert [(b.kind, b.words) for b in found.blocks] == [
        (H, "Tarifs"),
        (P, "Tarifs 2025"),
        (R, "Acte: Copie | Prix: 1234567,891 | Depuis: 2025-03-01 | N/A"),
        (R, "Acte: Extrait | Prix: 3 | oui"),
        (R, "Cimetière"),
        (R, "Prix: 0,3"),
        (H, "Seul"),
        (R, "a | b"),
    ]
    assert [a.number for a in to_state(found).articles] == ["Tarifs", "Seul"]


def test_xlsx_empty_or_broken(tmp_path: Path) -> None:
    with pytest.raises(EmptySource):
        book(tmp_path / "a.xlsx", {"Vide": []})
    path = tmp_path / "b.xlsx"
    book(path, {"A": [["a", "b"], [1, 2]]})
    _rezip(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    with pytest.raises(UnreadableSource):
        document(path)
    _rezip(
        path, "xl/worksheets/sheet1.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    )
    with pytest.raises(HostileSource):
        document(path)


# --- EML -----------------------------------------------------------------------------------------


def mail(path: Path, **parts: str) -> Document:
    message = EmailMessage()
    message["Subject"] = "Note : élections"
    message["X-Referent-Id"] = "note-1"
    message["X-Referent-Services"] = "accueil, élections"
    message["X-Referent-Effective"] = "2025-03-01"
    if "plain" in parts:
        message.set_content(parts["plain"])
    if "html" in parts:
        message.add_alternative(parts["html"], subtype="html")
    message.add_attachment(b"SECRET", maintype="text", subtype="plain", filename="annexe.txt")
    path.write_bytes(message.as_bytes())
    return document(path)


def test_eml(tmp_path: Path) -> None:
    found = mail(
        tmp_path / "a.eml", plain="Bonjour,\n\nArticle 1 – Objet\n\nUn mot.\n", html="<p>X</p>"
    )
    assert found.declared == Declared(
        "note-1", "Note : élections", "", date(2025, 3, 1), frozenset({"accueil", "élections"})
    )
    assert [b.words for b in found.blocks] == [
        "Note : élections",
        "Bonjour,",
        "Article 1 – Objet",
        "Un mot.",
    ]
    only = mail(tmp_path / "b.eml", html="<h2>Objet</h2><p>Un mot.</p>")
    assert [b.words for b in only.blocks] == ["Note : élections", "Objet", "Un mot."]


def test_eml_without_text_or_headers(tmp_path: Path) -> None:
    with pytest.raises(EmptySource):
        mail(tmp_path / "a.eml")
    path = tmp_path / "b.eml"
    path.write_text("\nSeulement du texte\n")
    with pytest.raises(UnreadableSource):
        document(path)
