"""The four kinds of XML file in a LEGI dump, each as a record.

Structure as read by Legilibre/legi.py (`legi/tar2sqlite.py`, `dila2sql/importer/process_xml.py`)
and as in the real files quoted in public tests of other readers (LEGISCTA000006088000,
LEGITEXT000005620686, LEGIARTI000006321037):

- ARTICLE: META/META_COMMUN/ID, META/META_SPEC/META_ARTICLE/{NUM,ETAT,DATE_DEBUT,DATE_FIN},
  CONTEXTE/TEXTE[@cid @nature]/{TITRE_TXT,TM/{TITRE_TM,TM}}, VERSIONS/VERSION/LIEN_ART,
  NOTA/CONTENU, BLOC_TEXTUEL/CONTENU, LIENS/LIEN[@typelien @sens @cidtexte @id @num …]
- SECTION_TA: ID, TITRE_TA, STRUCTURE_TA/{LIEN_ART,LIEN_SECTION_TA}, CONTEXTE
- TEXTELR: META/META_COMMUN/ID, STRUCT/{LIEN_ART,LIEN_SECTION_TA}
- TEXTE_VERSION: META/META_COMMUN/{ID,NATURE},
  META/META_SPEC/META_TEXTE_CHRONICLE/{CID,DERNIERE_MODIFICATION},
  META/META_SPEC/META_TEXTE_VERSION/{TITRE,TITREFULL,ETAT,DATE_DEBUT,DATE_FIN}

Titles of texts and sections come with the period they held (`debut`, `fin`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ingest.sources import guards, legi
from rag.errors import UnknownFormat, UnreadableSource
from rag.types import Link, Validity, Version

_AGAIN = "Le reste est lu. Téléchargez de nouveau l'archive si le défaut persiste."


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """One version of an article, the text it stands in, and the periods of the other versions."""

    number: str
    version: Version
    path: tuple[str, ...]
    periods: tuple[Version, ...]
    text_id: str
    text_title: str
    text_nature: str


@dataclass(frozen=True, slots=True)
class StructureFile:
    """What stands under a section or, with `section` false, directly under a text."""

    element_id: str
    children: tuple[tuple[str, str], ...]  # (identity, title of a section or "")
    section: bool


@dataclass(frozen=True, slots=True)
class TextFile:
    """A version of a text's own data."""

    element_id: str
    text_id: str
    title: str
    nature: str
    validity: Validity
    last_change: date | None


Record = ArticleFile | StructureFile | TextFile


def record(data: bytes, where: str, as_of: date | None) -> Record:
    """The record of a file; titles above an article are those of `as_of` if it is in force then.

    Raises UnreadableSource, HostileSource (entities, a document type).
    """
    root = guards.parse_xml(data, where)
    try:
        return _record(root, as_of)
    except ValueError as error:
        raise UnreadableSource(f"{error}", where=where, remedy=_AGAIN) from error
    except KeyError as error:
        raise UnknownFormat(
            f"racine XML « {root.tag} » inconnue dans LEGI",
            where=where,
            remedy="Fichiers lus : ARTICLE, SECTION_TA, TEXTELR et TEXTE_VERSION.",
        ) from error


def _record(root: Any, as_of: date | None) -> Record:
    match root.tag:
        case "ARTICLE":
            return _article(root, as_of)
        case "SECTION_TA":
            return _structure(root, "ID", "STRUCTURE_TA", section=True)
        case "TEXTELR":
            return _structure(root, "META/META_COMMUN/ID", "STRUCT", section=False)
        case "TEXTE_VERSION":
            return _text(root)
    raise KeyError(root.tag)


# ── articles ─────────────────────────────────────────────────────────────────────────────────────


def _article(root: Any, as_of: date | None) -> ArticleFile:
    meta = root.find("META/META_SPEC/META_ARTICLE")
    if meta is None:
        raise ValueError("META_ARTICLE manque")
    version_id = _required(root, "META/META_COMMUN/ID")
    siblings = [link for link in root.iterfind("VERSIONS/VERSION/LIEN_ART") if _is_legi(link)]
    article_id = _family(version_id, siblings)
    version = _version(root, meta, version_id, article_id)
    day = _last_day(version.validity, as_of)
    context = root.find("CONTEXTE/TEXTE")
    return ArticleFile(
        number=legi.line_of(_value(meta, "NUM")),
        version=version,
        path=tuple(_path(context, day)),
        periods=tuple(_period(link, article_id) for link in siblings),
        text_id=_attribute(context, "cid"),
        text_title=_title(context, day),
        text_nature=legi.nature(_attribute(context, "nature")),
    )


def _is_legi(link: Any) -> bool:
    """False for the wording of the Journal officiel (JORFARTI…), which is no version in LEGI."""
    return str(link.get("id", "")).startswith("LEGIARTI")


def _family(version_id: str, siblings: Iterable[Any]) -> str:
    """The article's stable identity: its first version's, since identities only grow.

    So it is for 7,897 of the 8,750 articles of the JSON corpora, whose `cid` is known; for the
    853 others the `cid` is a version that Légifrance no longer lists.
    """
    return min([version_id, *(str(link.get("id")) for link in siblings)])


def _version(root: Any, meta: Any, version_id: str, article_id: str) -> Version:
    return Version(
        version_id=version_id,
        article_id=article_id,
        words=_words(root.iterfind("BLOC_TEXTUEL/CONTENU")),
        validity=_validity(_value(meta, "DATE_DEBUT"), _value(meta, "DATE_FIN")),
        state=_value(meta, "ETAT"),
        note=_words(root.iterfind("NOTA/CONTENU")),
        links=tuple(_link(link) for link in root.iterfind("LIENS/LIEN")),
    )


def _period(link: Any, article_id: str) -> Version:
    period = _validity(link.get("debut"), link.get("fin"))
    return Version(str(link.get("id")), article_id, None, period, state=_attribute(link, "etat"))


def _link(link: Any) -> Link:
    target = _attribute(link, "id")
    return Link(
        kind=_attribute(link, "typelien"),
        orientation=_attribute(link, "sens"),
        title=legi.line_of(link.text or ""),
        text_id=_attribute(link, "cidtexte"),
        article_id=target if legi.names_article(target) else "",
        number=_attribute(link, "num"),
        day=_dated("datesignatexte", link.get("datesignatexte")),
    )


def _words(contents: Iterable[Any]) -> str:
    return "\n".join(filter(None, (legi.words_of_html(_html(each)) for each in contents)))


def _html(content: Any) -> str:
    """A CONTENU as HTML. Some hold it escaped, "&lt;br/&gt;", in place of elements."""
    if len(content) == 0 and "<" in (content.text or ""):
        return str(content.text)
    return str(etree.tostring(content, encoding="unicode", with_tail=False))


# ── titles by date ───────────────────────────────────────────────────────────────────────────────


def _last_day(period: Validity, as_of: date | None) -> date | None:
    """The day whose titles go with a version: `as_of` when in force, else its last day."""
    if as_of is not None and period.contains(as_of):
        return as_of
    return period.end - timedelta(days=1) if period.end and period.end > date.min else None


def _path(context: Any, day: date | None) -> Iterator[str]:
    """The titles above an article on `day`, outermost first."""
    level = context
    while level is not None:
        titles = [title for branch in level.iterfind("TM") for title in branch.iterfind("TITRE_TM")]
        chosen = _on(titles, day)
        if chosen is not None and (line := legi.line_of(_text_of(chosen))):
            yield line
        level = None if chosen is None else chosen.getparent()


def _title(context: Any, day: date | None) -> str:
    """The text's title on `day`. A text of the Journal officiel has a second one there, undated."""
    titles = [] if context is None else context.findall("TITRE_TXT")
    chosen = _on(titles, day)
    return "" if chosen is None else legi.line_of(_text_of(chosen))


def _on(titles: list[Any], day: date | None) -> Any:
    """Of titles with their periods the one of `day`; else the last to begin; None of none."""
    return max(titles, key=lambda title: _standing(title, day), default=None)


def _standing(title: Any, day: date | None) -> tuple[bool, bool, date]:
    period = _validity(title.get("debut"), title.get("fin"))
    start = period.start or date.min
    return day is not None and period.contains(day), start < legi.UNDATED, start


# ── structures and texts ─────────────────────────────────────────────────────────────────────────


def _structure(root: Any, identity: str, children: str, *, section: bool) -> StructureFile:
    links = root.find(children)
    return StructureFile(
        element_id=_required(root, identity),
        children=tuple(
            (link.get("id", ""), legi.line_of(_text_of(link)))
            for link in (() if links is None else links.iterchildren("LIEN_ART", "LIEN_SECTION_TA"))
        ),
        section=section,
    )


def _text(root: Any) -> TextFile:
    spec = "META/META_SPEC/"
    version, chronicle = spec + "META_TEXTE_VERSION/", spec + "META_TEXTE_CHRONICLE/"
    element_id = _required(root, "META/META_COMMUN/ID")
    title = _value(root, version + "TITREFULL") or _value(root, version + "TITRE")
    return TextFile(
        element_id=element_id,
        text_id=_value(root, chronicle + "CID") or element_id,
        title=legi.line_of(title),
        nature=legi.nature(_value(root, "META/META_COMMUN/NATURE")),
        validity=_validity(
            _value(root, version + "DATE_DEBUT"), _value(root, version + "DATE_FIN")
        ),
        last_change=_dated(
            "DERNIERE_MODIFICATION", _value(root, chronicle + "DERNIERE_MODIFICATION")
        ),
    )


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def _value(element: Any, path: str) -> str:
    return str(element.findtext(path) or "").strip()


def _required(element: Any, path: str) -> str:
    if value := _value(element, path):
        return value
    raise ValueError(f"{path} manque")


def _attribute(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(name) or "").strip()


def _text_of(element: Any) -> str:
    return "".join(element.itertext())


def _dated(name: str, value: str | None) -> date | None:
    try:
        return legi.known_day(value)
    except ValueError as error:
        raise ValueError(f"date illisible « {value} » ({name})") from error


def _validity(start: str | None, end: str | None) -> Validity:
    try:
        return legi.validity(start, end)
    except ValueError as error:
        raise ValueError(f"date illisible : « {start} » ou « {end} »") from error
