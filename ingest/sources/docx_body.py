"""The body of a Word document made plain before it is partitioned: every word, once, as it reads.

`unstructured` sees paragraphs and tables at the top of the body and runs at the top of paragraphs.
Words in content controls, tracked insertions, fields, text boxes and footnotes are elsewhere: this
moves them there, and takes out tracked deletions and generated tables of contents.
"""

from __future__ import annotations

from typing import Any

from ingest.sources.guards import parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = ("ins", "moveTo", "smartTag", "fldSimple", "customXml", "dir", "bdo")
_GONE = ("del", "moveFrom", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr")
_CONTENTS = "Table of Contents"
_FOOTNOTES = "/word/footnotes.xml"
_ENDNOTES = "/word/endnotes.xml"


def make_plain(document: Any) -> None:
    """Changes a `python-docx` document's XML in place."""
    body = document.element.body
    _drop_contents(body)
    _drop(body, [f"{_W}{name}" for name in _GONE] + [f"{_MC}Fallback"])
    _lift_text_boxes(body)
    _unwrap(body)
    _place_notes(document, body)


def _drop_contents(body: Any) -> None:
    """The generated table of contents repeats every heading."""
    for control in list(body.iter(f"{_W}sdt")):
        gallery = control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
        parent = control.getparent()
        if gallery is not None and parent is not None and gallery.get(f"{_W}val") == _CONTENTS:
            parent.remove(control)


def _drop(body: Any, tags: list[str]) -> None:
    for element in list(body.iter(*tags)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _lift_text_boxes(body: Any) -> None:
    """The paragraphs of a text box follow the paragraph that it hangs on."""
    for box in list(body.iter(f"{_W}txbxContent")):
        anchor = next((a for a in box.iterancestors(f"{_W}p")), None)
        if anchor is None:
            continue
        for child in reversed(list(box)):
            anchor.addnext(child)


def _unwrap(body: Any) -> None:
    for element in list(body.iter(*(f"{_W}{name}" for name in _WRAPPERS), f"{_W}sdt")):
        inner = element.find(f"{_W}sdtContent") if element.tag == f"{_W}sdt" else element
        _replace(element, [] if inner is None else list(inner))


def _replace(element: Any, children: list[Any]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    for child in children:
        element.addprevious(child)
    parent.remove(element)


def _place_notes(document: Any, body: Any) -> None:
    """Footnotes and endnotes as paragraphs after the one that calls them, "[1] words"."""
    for part_name, call, note in (
        (_FOOTNOTES, "footnoteReference", "footnote"),
        (_ENDNOTES, "endnoteReference", "endnote"),
    ):
        notes = _notes(document, part_name, note)
        for number, reference in enumerate(list(body.iter(f"{_W}{call}")), start=1):
            paragraph = next(reference.iterancestors(f"{_W}p"), None)
            words = notes.get(reference.get(f"{_W}id") or "")
            if paragraph is not None and words:
                _add_note(paragraph, reference, f"[{number}]", words)


def _notes(document: Any, part_name: str, tag: str) -> dict[str, str]:
    """Words of each note of a part, by its id."""
    for part in document.part.package.iter_parts():
        if str(part.partname) == part_name:
            root = parse_xml(part.blob, part_name)
            return {
                note.get(f"{_W}id") or "": "".join(note.itertext(f"{_W}t")).strip()
                for note in root.iter(f"{_W}{tag}")
                if note.get(f"{_W}type") is None
            }
    return {}


def _add_note(paragraph: Any, reference: Any, mark: str, words: str) -> None:
    """A paragraph of its own, after the notes that this paragraph already has."""
    run = reference.getparent()
    _add_text(run, mark)
    note = paragraph.makeelement(f"{_W}p")
    note_run = note.makeelement(f"{_W}r")
    _add_text(note_run, f"{mark} {words}")
    note.append(note_run)
    place = paragraph
    while place.getnext() is not None and place.getnext().get("note") == "1":
        place = place.getnext()
    note.set("note", "1")
    place.addnext(note)


def _add_text(run: Any, words: str) -> None:
    text = run.makeelement(f"{_W}t")
    text.text = words
    run.append(text)
