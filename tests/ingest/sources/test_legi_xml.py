"""LEGI's XML: texts of global and daily dumps, from archives, folders and single files."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from datetime import date
from pathlib import Path

import pytest
from legi_dump import (
    CODE,
    DAILY,
    FOLDERS,
    GLOBAL,
    LAW,
    STAMP,
    Files,
    article,
    article_id,
    article_link,
    code_context,
    pack,
    path_of,
    section,
    section_link,
    sibling,
    structure,
    text_version,
    unpack,
)

from ingest.sources import legi_archive, legi_xml, tar_stream
from ingest.sources.base import Source
from rag.errors import EmptySource, HostileSource, SourceError, UnknownFormat, UnreadableSource
from rag.types import TextState, Validity

A_SECTION, B_SECTION = "LEGISCTA000000000001", "LEGISCTA000000000002"


def read(path: Path) -> list[TextState | SourceError]:
    return list(legi_xml.read(Source(path, path.name)))


def state(folder: Path, files: Files, name: str = GLOBAL) -> TextState:
    (found,) = read(pack(folder / name, files))
    assert isinstance(found, TextState)
    return found


def in_code(*articles: tuple[int, str]) -> dict[str, str]:
    return {path_of(CODE, article_id(number)): xml for number, xml in articles}


def a_code() -> dict[str, str]:
    """Two articles, one of which has three versions; the structure puts the later one first."""
    versions = sibling(1, "2016-01-01", "2020-01-01") + sibling(
        3, "2020-01-01", "2999-01-01", "VIGUEUR"
    )
    versions += sibling(4, "2222-02-22", "2999-01-01", "VIGUEUR_DIFF")
    dates = {"state": "MODIFIE", "end": "2020-01-01", "versions": versions}
    return in_code(
        (1, article(1, "L1 ancien", "<p>Ancien.</p>", **dates)),
        (2, article(2, "L2")),
        (3, article(3, "L1", start="2020-01-01", versions=versions)),
    ) | {
        path_of(CODE, A_SECTION): section(A_SECTION, section_link(B_SECTION, "Chapitre Ier")),
        path_of(CODE, B_SECTION): section(
            B_SECTION, article_link(1), article_link(3), section_link(A_SECTION, "sans fin")
        ),
        path_of(CODE, f"texte/struct:{CODE}"): structure(
            CODE, article_link(2), section_link(A_SECTION, "Livre\n Ier")
        ),
        path_of(CODE, f"texte/version:{CODE}"): text_version(CODE, "Code des essais"),
    }


def test_a_code(tmp_path: Path) -> None:
    found = state(tmp_path, a_code())
    assert (found.text.text_id, found.text.title) == (CODE, "Code des essais")
    assert found.text.nature == "code" and found.text.source == f"{GLOBAL}!{CODE}"
    assert found.as_of == date(2025, 7, 13) and not found.partial and found.removed == ()
    assert [(each.article_id, each.number, each.path) for each in found.articles] == [
        (article_id(2), "L2", ()),
        (article_id(1), "L1", ("Livre Ier", "Chapitre Ier")),
    ]
    assert [each.order for each in found.articles] == [0, 1]


def test_every_version_has_its_words(tmp_path: Path) -> None:
    found = state(tmp_path, a_code())
    versions = {each.version_id: each for each in found.versions}
    old, new, future = (versions[article_id(number)] for number in (1, 3, 4))
    assert (old.words, old.state) == ("Ancien.", "MODIFIE")
    assert old.validity == Validity(date(2016, 1, 1), date(2020, 1, 1))
    assert new.words == "Un.\nDeux." and new.validity.end is None
    assert future.words is None and not future.validity.contains(date(2100, 1, 1))
    assert {each.article_id for each in (old, new, future)} == {article_id(1)}


@pytest.mark.parametrize(
    "written",
    "VIGUEUR VIGUEUR_DIFF ABROGE ABROGE_DIFF ANNULE PERIME TRANSFERE DEPLACE DISJOINT MODIFIE"
    " MODIFIE_MORT_NE SUBSTITUE".split(" "),
)
def test_every_state(tmp_path: Path, written: str) -> None:
    found = state(tmp_path, in_code((1, article(1, state=written, end="2222-02-22"))))
    assert found.versions[0].state == written and found.versions[0].validity.end is None


def test_a_law(tmp_path: Path) -> None:
    """No code: articles directly under the text, whose identity is the Journal officiel's."""
    context = (
        f'<TEXTE cid="{LAW}" nature="LOI" num="2000-321">'
        f'<TITRE_TXT debut="2999-01-01" fin="2999-01-01" id_txt="{LAW}">Loi du JO</TITRE_TXT>'
        '<TITRE_TXT debut="2000-04-13" fin="2999-01-01" id_txt="LEGITEXT000005629288">'
        "Loi n° 2000-321</TITRE_TXT></TEXTE>"
    )
    never = sibling(1, "2999-01-01", "2999-01-01", "").replace("LEGIARTI", "JORFARTI")
    law = {path_of(LAW, article_id(5)): article(5, "1er", context=context, versions=never)}
    found = state(tmp_path, law)
    assert (found.text.text_id, found.text.title) == (LAW, "Loi n° 2000-321")
    assert found.text.nature == "loi" and found.articles[0].path == ()
    assert found.articles[0].article_id == article_id(5) and len(found.versions) == 1
    named = path_of(LAW, "texte/version:LEGITEXT000005629288")
    versions = {
        named: text_version("LEGITEXT000005629288", "Titre d'alors", cid=LAW, nature="DECRET"),
        named + ".xml": text_version("LEGITEXT000000000009", "Titre", cid=LAW, start="2010-01-01"),
    }
    assert state(tmp_path, law | versions).text.title == "Titre"


@pytest.mark.parametrize(
    ("end", "path"), [("2010-01-01", ("Ancien titre",)), ("2999-01-01", ("Titre", "Chapitre"))]
)
def test_titles_are_those_of_the_day(tmp_path: Path, end: str, path: tuple[str, ...]) -> None:
    tree = (
        '<TM><TITRE_TM debut="1996-01-01" fin="2015-01-01" id="S1">Ancien titre</TITRE_TM>'
        '<TITRE_TM debut="2999-01-01" fin="2999-01-01" id="S1">Jamais</TITRE_TM></TM>'
        '<TM><TITRE_TM debut="2015-01-01" fin="2999-01-01" id="S1">Titre</TITRE_TM>'
        '<TM><TITRE_TM debut="2015-01-01" fin="2999-01-01" id="S2">Chapitre</TITRE_TM></TM></TM>'
    )
    xml = article(1, start="2000-01-01", end=end, context=code_context(tree))
    assert state(tmp_path, in_code((1, xml))).articles[0].path == path


WORDS = [
    ("<p>Un &amp; <a href='x'>deux</a> ;</p><p>3 &lt; 4.</p>", "Un & deux ;\n3 < 4."),
    ("<table><tr><td>a</td><td><p>b</p></td></tr></table>", "a | b"),
    ("Un.&lt;br/&gt;Deux.", "Un.\nDeux."),  # HTML that was escaped
    ("<![CDATA[<p>Un.</p><p>Deux.</p>]]>", "Un.\nDeux."),
    ("<!-- rien --><?rien?>", ""),
]


@pytest.mark.parametrize(("content", "words"), WORDS)
def test_words(tmp_path: Path, content: str, words: str) -> None:
    found = state(tmp_path, in_code((1, article(1, words=content, note=content))))
    assert found.versions[0].words == words == found.versions[0].note


def test_links_both_ways(tmp_path: Path) -> None:
    links = (
        '<LIEN cidtexte="JORFTEXT1" datesignatexte="2015-10-23" id="LEGIARTI9" naturetexte="LOI"'
        ' num="3" numtexte="2015-1" sens="source" typelien="MODIFIE">LOI n°2015-1 - art. 3</LIEN>'
        '<LIEN cidtexte="JORFTEXT2" datesignatexte="2999-01-01" id="JORFTEXT2" sens="cible"'
        ' typelien="CITATION"/>'
    )
    first, second = state(tmp_path, in_code((1, article(1, links=links)))).versions[0].links
    assert (first.kind, first.orientation) == ("MODIFIE", "source")
    assert (first.title, first.number) == ("LOI n°2015-1 - art. 3", "3")
    assert (first.text_id, first.article_id) == ("JORFTEXT1", "LEGIARTI9")
    assert first.day == date(2015, 10, 23)
    assert (second.orientation, second.article_id, second.day) == ("cible", "", None)


def test_an_article_without_number(tmp_path: Path) -> None:
    files = a_code() | in_code((2, article(2, "")), (3, article(3, "", start="2020-01-01")))
    numbers = [each.number for each in state(tmp_path, files).articles]
    assert numbers[0] == article_id(2) and "Chapitre Ier" in numbers


# ── several texts, daily dumps ───────────────────────────────────────────────────────────────────


def two_texts() -> dict[str, str]:
    return a_code() | {path_of(LAW, article_id(9)): article(9)}


def test_one_state_per_text(tmp_path: Path) -> None:
    found = read(pack(tmp_path / GLOBAL, two_texts()))
    assert [each.text.text_id for each in found if isinstance(each, TextState)] == [CODE, LAW]


def test_a_text_whose_files_stand_apart_goes_on_as_partial(tmp_path: Path) -> None:
    files = in_code((1, article(1))) | {path_of(LAW, article_id(9)): article(9)}
    files |= {path_of(CODE, article_id(2)): article(2)}
    found = [each for each in read(pack(tmp_path / GLOBAL, files)) if isinstance(each, TextState)]
    assert [(each.text.text_id, each.partial) for each in found] == [
        (CODE, False),
        (LAW, False),
        (CODE, True),
    ]


def daily() -> dict[str, str]:
    """One article changed; another deleted, and a third deleted from a text that has no files."""
    gone = [
        path_of(CODE, article_id(8)),
        path_of(CODE, article_id(1)),
        path_of(CODE, A_SECTION),
        path_of(LAW, article_id(7)),
    ]
    files = {f"{STAMP}/{name}": xml for name, xml in in_code((1, article(1))).items()}
    listed = "".join(name.removesuffix(".xml") + "\n" for name in gone)
    return files | {f"{STAMP}/liste_suppression_legi.dat": listed}


@pytest.mark.parametrize("name", [DAILY, "renommée.tar.gz"])
def test_a_daily_dump_is_partial(tmp_path: Path, name: str) -> None:
    code, law = read(pack(tmp_path / name, daily()))
    assert isinstance(code, TextState) and isinstance(law, TextState)
    assert code.partial and law.partial and code.as_of == date(2026, 8, 19)
    assert code.text.title == "Code des essais" and code.text.nature == "code"  # by its article
    assert code.removed == (article_id(8),)  # 1 is deleted, then there again
    assert (law.text.text_id, law.text.title, law.removed) == (LAW, "", (article_id(7),))
    assert law.articles == ()


def test_a_folder_reads_as_its_archive(tmp_path: Path) -> None:
    archive = pack(tmp_path / GLOBAL, two_texts())
    folder = unpack(tmp_path / "dossier", two_texts())
    packed, loose = (
        {each.text.text_id: each for each in read(path) if isinstance(each, TextState)}
        for path in (archive, folder)
    )
    for text_id, found in packed.items():
        assert loose[text_id].articles == found.articles
        assert loose[text_id].versions == found.versions
        assert not loose[text_id].partial
    assert loose[CODE].as_of == date(2025, 7, 1)  # no day in a name: the text's last change
    assert legi_archive.is_dump(folder) and not legi_archive.is_dump(folder / "legi")


def test_daily_folders_side_by_side(tmp_path: Path) -> None:
    later = {name.replace(STAMP, "20260820-220000"): xml for name, xml in daily().items()}
    folder = unpack(tmp_path / "jours", later | daily())
    found = [each for each in read(folder) if isinstance(each, TextState)]
    assert [each.as_of for each in found] == [date(2026, 8, 19)] * 2 + [date(2026, 8, 20)] * 2
    assert all(each.partial for each in found) and legi_archive.is_dump(folder)


def test_the_folder_of_one_text(tmp_path: Path) -> None:
    folder = unpack(tmp_path, a_code()) / FOLDERS[CODE]
    (found,) = read(folder)
    assert isinstance(found, TextState) and found.text.text_id == CODE
    assert legi_archive.is_dump(folder)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = unpack(tmp_path / "dossier", two_texts())

    def forbidden(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("os.scandir", forbidden)
    with pytest.raises(UnreadableSource, match="illisible"):
        list(legi_archive._files(folder, tmp_path))


def test_a_single_file(tmp_path: Path) -> None:
    path = tmp_path / "article.xml"
    path.write_text(article(1))
    (found,) = read(path)
    assert isinstance(found, TextState) and found.partial and found.text.text_id == CODE


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────

LAUGHS = (
    '<!DOCTYPE ARTICLE [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    + "]><ARTICLE>&a9;</ARTICLE>"
)
EXTERNAL = '<!DOCTYPE ARTICLE [<!ENTITY x SYSTEM "file:///etc/passwd">]><ARTICLE>&x;</ARTICLE>'
FAULTS = [
    ("cut", article(1)[:200], UnreadableSource, "ligne"),
    ("empty", "", UnreadableSource, ""),
    ("laughs", LAUGHS, HostileSource, "entité"),
    ("laughs in utf-16", LAUGHS.encode("utf-16"), HostileSource, "entité"),
    ("external", EXTERNAL, HostileSource, "entité"),
    ("undeclared", article(1, words="&x;"), UnreadableSource, ""),
    ("deep", "<ARTICLE>" + "<b>" * 100_000, UnreadableSource, ""),
    ("root", "<html/>", UnknownFormat, "html"),
    ("no meta", "<ARTICLE/>", UnreadableSource, "META_ARTICLE"),
    ("no id", article(1).replace("<ID>", "<IDX>").replace("</ID>", "</IDX>"), SourceError, "ID"),
    ("day", article(1, start="demain"), UnreadableSource, "demain"),
    ("period", article(1, versions=sibling(2, "hier", "")), UnreadableSource, "hier"),
    ("encoding", article(1, words="\xe9").encode("latin-1"), UnreadableSource, ""),
]


@pytest.mark.parametrize(
    ("content", "error", "says"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_one_bad_file_costs_only_itself(
    tmp_path: Path, content: bytes | str, error: type[SourceError], says: str
) -> None:
    name = path_of(CODE, article_id(1))
    files = {name: content, path_of(CODE, article_id(2)): article(2)}
    fault, found = read(pack(tmp_path / GLOBAL, files))
    assert isinstance(fault, error) and says in fault.what
    assert fault.where == f"{GLOBAL}!{name}" and fault.remedy
    assert isinstance(found, TextState) and len(found.articles) == 1
    assert found.partial  # the article that could not be read is not gone


def test_a_text_of_bad_files_only(tmp_path: Path) -> None:
    (fault,) = read(pack(tmp_path / GLOBAL, in_code((1, "<"))))
    assert isinstance(fault, UnreadableSource)


def test_a_member_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legi_archive, "MAX_MEMBER_BYTES", 2000)
    files = in_code((1, article(1, words="x" * 2000)), (2, article(2)))
    for path in (pack(tmp_path / GLOBAL, files), unpack(tmp_path / "dossier", files)):
        fault, found = read(path)
        assert isinstance(fault, HostileSource) and isinstance(found, TextState)


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_stream, "RATIO_MATTERS_BYTES", 1024 * 1024)
    files = in_code((1, article(1))) | {"zeros": bytes(8 * 1024 * 1024)}
    with pytest.raises(HostileSource, match="piégée"):
        read(pack(tmp_path / GLOBAL, files))


@pytest.mark.parametrize("kept", [0.6, 0.9, 0.999])
def test_a_cut_archive_gives_what_was_whole(tmp_path: Path, kept: float) -> None:
    noise = random.Random(1).randbytes(200_000).hex()
    files = {path_of(LAW, article_id(9)): article(9)}
    files |= in_code((1, article(1, words=noise)), (2, article(2, words=noise)))
    path = pack(tmp_path / GLOBAL, files)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    reading = legi_xml.read(Source(path, GLOBAL))
    first = next(reading)
    assert isinstance(first, TextState) and first.text.text_id == LAW
    with pytest.raises(UnreadableSource, match="tronquée"):
        list(reading)


@pytest.mark.parametrize("names", [("a", "b"), (path_of(CODE, article_id(1)), "b" * 200)])
def test_a_damaged_header_is_not_the_end(tmp_path: Path, names: tuple[str, str]) -> None:
    path = pack(tmp_path / GLOBAL, dict.fromkeys(names, "x"))
    data = bytearray(gzip.decompress(path.read_bytes()))
    data[data.rindex(b"ustar") - 100] ^= 1  # within a header, which has a sum
    path.write_bytes(gzip.compress(bytes(data)))
    with (
        pytest.raises(UnreadableSource, match="abîmée"),
        tar_stream.opened(Source(path, GLOBAL)) as archive,
    ):
        list(tar_stream.files(archive))


NO_DUMPS = [
    (b"", EmptySource),
    (b"not an archive", UnreadableSource),
    (gzip.compress(b"not a tar" * 100), UnreadableSource),
    (gzip.compress(bytes(10240)), EmptySource),
]


@pytest.mark.parametrize(("content", "error"), NO_DUMPS)
def test_no_archive(tmp_path: Path, content: bytes, error: type[SourceError]) -> None:
    path = tmp_path / "LEGI_20260819-222711.tar.gz"
    path.write_bytes(content)
    with pytest.raises(error):
        read(path)


def test_another_archive_or_folder(tmp_path: Path) -> None:
    for path in (pack(tmp_path / "x.tar.gz", {"a/b.xml": "<a/>"}), unpack(tmp_path / "d", {})):
        path.mkdir(exist_ok=True) if path.suffix == "" else None
        with pytest.raises(UnknownFormat):
            read(path)
        assert not legi_archive.is_dump(path)


@pytest.mark.parametrize(
    "name",
    [
        f"/{FOLDERS[CODE]}/article/x.xml",
        f"../{FOLDERS[CODE]}/article/x.xml",
        f"{FOLDERS[CODE]}/article/../../x.xml",
        f"{FOLDERS[CODE]}/autre/x.xml",
        f"{FOLDERS[CODE]}/article/x.txt",
    ],
)
def test_names_that_climb_or_do_not_fit_are_ignored(name: str) -> None:
    assert legi_archive.text_of(name) == ""


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / GLOBAL
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo(path_of(CODE, article_id(1)))
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        data = article(2).encode()
        entry = tarfile.TarInfo(path_of(CODE, article_id(2)))
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    (found,) = read(path)
    assert isinstance(found, TextState) and len(found.articles) == 1


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "dossier", in_code((2, article(2))))
    (folder / path_of(CODE, article_id(1))).symlink_to("/etc/passwd")
    (found,) = read(folder)
    assert isinstance(found, TextState) and len(found.articles) == 1


def test_a_large_archive_is_read_without_keeping_it(tmp_path: Path) -> None:
    """The entries read are forgotten, and one text is in memory at a time."""
    path = pack(tmp_path / GLOBAL, two_texts())
    with tar_stream.opened(Source(path, GLOBAL)) as archive:
        for _ in tar_stream.files(archive):
            assert len(archive.members) == 0  # type: ignore[attr-defined]
    reading = legi_archive.texts(Source(path, GLOBAL))
    assert isinstance(next(next(reading).members), legi_archive.Member)
