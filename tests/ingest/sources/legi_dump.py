"""Builds small LEGI dumps, shaped as DILA's (see `ingest.sources.legi_archive`)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

CODE = "LEGITEXT000006070633"
LAW = "JORFTEXT000000215117"
ROOT = "legi/global/code_et_TNC_en_vigueur"
FOLDERS = {
    CODE: f"{ROOT}/code_en_vigueur/LEGI/TEXT/00/00/06/07/06/{CODE}",
    LAW: f"{ROOT}/TNC_en_vigueur/JORF/TEXT/00/00/00/21/51/{LAW}",
}
GLOBAL = "Freemium_legi_global_20250713-140000.tar.gz"
DAILY = "LEGI_20260819-222711.tar.gz"
STAMP = "20260819-222711"

Files = Mapping[str, bytes | str]


def article_id(number: int) -> str:
    return f"LEGIARTI{number:012d}"


def path_of(text: str, identity: str) -> str:
    """Where a file stands in a dump; the longer levels of folders are left out."""
    kinds = {"ARTI": "article/LEGI/ARTI", "SCTA": "section_ta/LEGI/SCTA"}
    kind = kinds.get(identity[4:8], identity.partition(":")[0])
    return f"{FOLDERS[text]}/{kind}/{identity.rpartition(':')[2]}.xml"


def article(
    number: int,
    num: str = "L1",
    words: str = "<p>Un.<br/>Deux.</p>",
    *,
    state: str = "VIGUEUR",
    start: str = "2016-01-01",
    end: str = "2999-01-01",
    context: str = "",
    versions: str = "",
    links: str = "",
    note: str = "",
) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ARTICLE>\n<META>\n<META_COMMUN>'
        f"<ID>{article_id(number)}</ID><ANCIEN_ID/><ORIGINE>LEGI</ORIGINE>"
        "<NATURE>Article</NATURE></META_COMMUN>\n<META_SPEC><META_ARTICLE>"
        f"<NUM>{num}</NUM><ETAT>{state}</ETAT><DATE_DEBUT>{start}</DATE_DEBUT>"
        f"<DATE_FIN>{end}</DATE_FIN><TYPE>AUTONOME</TYPE></META_ARTICLE></META_SPEC>\n</META>\n"
        f"<CONTEXTE>{context or code_context()}</CONTEXTE>\n"
        f"<VERSIONS>{versions}</VERSIONS>\n<NOTA><CONTENU>{note}</CONTENU></NOTA>\n"
        f"<BLOC_TEXTUEL><CONTENU>\n{words}\n</CONTENU></BLOC_TEXTUEL>\n"
        f"<LIENS>{links}</LIENS>\n</ARTICLE>\n"
    )


def code_context(tree: str = "") -> str:
    return (
        f'<TEXTE autorite="" cid="{CODE}" date_publi="2999-01-01" nature="CODE" nor="" num="">'
        '<TITRE_TXT c_titre_court="Code des essais" debut="1996-02-24" fin="2999-01-01"'
        f' id_txt="{CODE}">Code des essais</TITRE_TXT>{tree}</TEXTE>'
    )


def sibling(number: int, start: str, end: str, state: str = "MODIFIE") -> str:
    return (
        f'<VERSION etat="{state}"><LIEN_ART debut="{start}" etat="{state}" fin="{end}"'
        f' id="{article_id(number)}" num="L1" origine="LEGI"/></VERSION>'
    )


def article_link(number: int) -> str:
    return (
        f'<LIEN_ART debut="2016-01-01" etat="VIGUEUR" fin="2999-01-01" id="{article_id(number)}"/>'
    )


def section_link(identity: str, title: str) -> str:
    return (
        f'<LIEN_SECTION_TA cid="{identity}" debut="2016-01-01" etat="VIGUEUR" fin="2999-01-01"'
        f' id="{identity}" niv="1" url="/{identity}.xml">{title}</LIEN_SECTION_TA>'
    )


def section(identity: str, *links: str) -> str:
    return (
        f"<SECTION_TA><ID>{identity}</ID><TITRE_TA>T</TITRE_TA><COMMENTAIRE/>"
        f"<STRUCTURE_TA>{''.join(links)}</STRUCTURE_TA></SECTION_TA>"
    )


def structure(identity: str, *links: str) -> str:
    return (
        f"<TEXTELR><META><META_COMMUN><ID>{identity}</ID></META_COMMUN></META><VERSIONS/>"
        f"<STRUCT>{''.join(links)}</STRUCT></TEXTELR>"
    )


def text_version(
    identity: str, title: str, *, cid: str = CODE, nature: str = "CODE", start: str = "1996-02-24"
) -> str:
    return (
        f"<TEXTE_VERSION><META><META_COMMUN><ID>{identity}</ID><NATURE>{nature}</NATURE>"
        f"</META_COMMUN><META_SPEC><META_TEXTE_CHRONICLE><CID>{cid}</CID>"
        "<DERNIERE_MODIFICATION>2025-07-01</DERNIERE_MODIFICATION></META_TEXTE_CHRONICLE>"
        f"<META_TEXTE_VERSION><TITRE>court</TITRE><TITREFULL>{title}</TITREFULL>"
        f"<ETAT>VIGUEUR</ETAT><DATE_DEBUT>{start}</DATE_DEBUT><DATE_FIN>2999-01-01</DATE_FIN>"
        "</META_TEXTE_VERSION></META_SPEC></META></TEXTE_VERSION>"
    )


def pack(path: Path, files: Files) -> Path:
    """A `.tar.gz` with these files in this order."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def unpack(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def deletion(text: str, number: int) -> str:
    """A line of `liste_suppression_legi.dat`."""
    return path_of(text, article_id(number)).removesuffix(".xml") + "\n"
