"""LEGI's JSON: both layouts, what is wrong with a file, and the corpora at hand."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.sources import legi_json
from ingest.sources.base import ReadOptions, Source
from rag.errors import EmptySource, HostileSource, SourceError, UnknownFormat, UnreadableSource
from rag.types import TextState, Validity

OPEN = 32472144000000  # 2999-01-01
IN_2016 = 1451606400000
IN_2020 = 1577836800000

Json = dict[str, Any]


def article(number: str, **data: Any) -> Json:
    identity = f"LEGIARTI0000000000{number:0>2}"
    values = {
        "id": identity,
        "cid": identity,
        "num": f"L{number}",
        "texte": "Un. Deux.",
        "texteHtml": "<p>Un.<br/>Deux.</p>",
        "etat": "VIGUEUR",
        "dateDebut": IN_2016,
        "dateFin": OPEN,
        "nota": "",
        "lienModifications": [],
        "articleVersions": [],
    }
    return {"type": "article", "data": values | data}


def section(title: str, *children: Json) -> Json:
    data = {"id": "LEGISCTA1", "title": title, "dateDebut": "2016-01-01"}
    return {"type": "section", "data": data, "children": list(children)}


def code(*children: Json, kind: str = "code", **data: Any) -> Json:
    values = {
        "id": "LEGITEXT000000000001",
        "cid": "LEGITEXT000000000001",
        "title": "Code des essais",
        "dateDebutVersion": "2024-01-01",
        "dateModif": "2024-01-01",
    }
    return {"type": kind, "data": values | data, "children": list(children)}


def source(folder: Path, content: bytes | str | Json) -> Source:
    path = folder / "code.json"
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Source(path, "legi/code.json", ReadOptions(services=frozenset({"rh"})))


def state(folder: Path, content: bytes | str | Json) -> TextState:
    (found,) = legi_json.read(source(folder, content))
    return found


@pytest.mark.parametrize("kind", ["code", "section"])  # since 2020, and before
def test_a_code(tmp_path: Path, kind: str) -> None:
    tree = code(section("Livre Ier", section("Titre\n II", article("1")), article("2")), kind=kind)
    found = state(tmp_path, tree)
    assert (found.text.text_id, found.text.title) == ("LEGITEXT000000000001", "Code des essais")
    assert (found.text.nature, found.text.services) == ("code", frozenset({"rh"}))
    assert found.as_of == date(2024, 1, 1) and not found.partial
    assert [(each.number, each.path, each.order) for each in found.articles] == [
        ("L1", ("Livre Ier", "Titre II"), 0),
        ("L2", ("Livre Ier",), 1),
    ]
    assert found.versions[0].words == "Un.\nDeux."
    assert found.versions[0].validity == Validity(date(2016, 1, 1), None)


def test_words_fall_back_on_the_plain_text(tmp_path: Path) -> None:
    found = state(tmp_path, code(article("1", texteHtml=None, texte="Un  <2.\nDeux.")))
    assert found.versions[0].words == "Un <2.\nDeux."


@pytest.mark.parametrize("num", ["", None, "  "])
def test_an_article_without_number(tmp_path: Path, num: str | None) -> None:
    found = state(tmp_path, code(article("1", num=num), section("Annexe", article("2", num=num))))
    assert [each.number for each in found.articles] == ["LEGIARTI000000000001", "Annexe"]


def test_known_periods_have_no_words(tmp_path: Path) -> None:
    periods = [
        {"id": "LEGIARTI000000000001", "etat": "VIGUEUR", "dateDebut": IN_2020, "dateFin": OPEN},
        {"id": "old", "etat": "MODIFIE", "dateDebut": IN_2016, "dateFin": IN_2020},
        {"id": "dead", "etat": "MODIFIE_MORT_NE", "dateDebut": IN_2020, "dateFin": IN_2016},
    ]
    found = state(tmp_path, code(article("1", articleVersions=periods)))
    own, old, dead = found.versions
    assert own.words and old.words is None and dead.words is None
    assert old.state == "MODIFIE"
    assert old.validity == Validity(date(2016, 1, 1), date(2020, 1, 1))
    assert not dead.validity.contains(date(2018, 1, 1))


def test_the_same_article_twice(tmp_path: Path) -> None:
    old = article("1", id="old", etat="MODIFIE", num="L1 ancien")
    new = article("1", id="new", dateDebut=IN_2020)
    found = state(tmp_path, code(old, new))
    assert [each.number for each in found.articles] == ["L1"]
    assert [(each.version_id, each.validity.end) for each in found.versions] == [
        ("old", date(2020, 1, 1)),
        ("new", None),
    ]


def test_links(tmp_path: Path) -> None:
    link = {
        "textCid": "JORFTEXT1",
        "textTitle": "LOI n°1\n",
        "linkType": "MODIFIE",
        "linkOrientation": "cible",
        "articleNum": "3",
        "articleId": "LEGIARTI9",
        "dateSignaTexte": "2015-10-23",
    }
    whole = link | {"articleId": "JORFTEXT1", "dateSignaTexte": "2999-01-01"}
    found = state(tmp_path, code(article("1", lienModifications=[link, whole])))
    first, second = found.versions[0].links
    assert (first.kind, first.orientation, first.title) == ("MODIFIE", "cible", "LOI n°1")
    assert (first.text_id, first.article_id, first.number) == ("JORFTEXT1", "LEGIARTI9", "3")
    assert first.day == date(2015, 10, 23)
    assert second.article_id == "" and second.day is None


def test_a_code_without_articles(tmp_path: Path) -> None:
    found = state(tmp_path, code(section("Vide")))
    assert found.articles == () and found.versions == ()


def test_a_mark_of_utf8_is_forgiven(tmp_path: Path) -> None:
    assert state(tmp_path, b"\xef\xbb\xbf" + json.dumps(code()).encode()).text.title


def test_what_cannot_be_stored_is_replaced(tmp_path: Path) -> None:
    found = state(tmp_path, code(article("1", texteHtml="a\ud800b\x00é"), title="T\udfff"))
    assert found.text.title == "T?" and found.versions[0].words == "a?bé"


def deep(opening: str, closing: str, times: int) -> str:
    return json.dumps(code()).replace('"children": []', '"children": ' + opening * times) + (
        closing * times
    )


WHOLE = json.dumps(code(article("1")), ensure_ascii=False).encode()
BROKEN = [
    ("empty", b"", EmptySource, "vide"),
    ("blank", b" \n ", EmptySource, "vide"),
    ("cut", WHOLE[: len(WHOLE) // 2], UnreadableSource, "tronqué"),
    ("malformed", WHOLE.replace(b":", b"=", 1), UnreadableSource, "mal formé"),
    ("latin-1", WHOLE.replace(b"Code", "Côde".encode("latin-1")), UnreadableSource, "encodage"),
    ("utf-16", WHOLE.decode().encode("utf-16"), UnreadableSource, "encodage"),
    ("no object", b"[1]", UnknownFormat, "LEGI"),
    ("other", b'{"name": "x"}', UnknownFormat, "LEGI"),
    ("no code", b'{"type": "code", "data": {"cid": "KALI1"}}', UnknownFormat, "cid"),
    ("huge number", b"9" * 10_000, UnreadableSource, "illisible"),
    ("deep arrays", b"[" * 100_000, HostileSource, "profond"),
    (
        "deep sections",
        deep('[{"type": "section", "data": {}, "children": ', "}]", 100_000).encode(),
        HostileSource,
        "profond",
    ),
]


@pytest.mark.parametrize(
    ("content", "error", "says"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_file(tmp_path: Path, content: bytes, error: type[SourceError], says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        state(tmp_path, content)
    assert type(caught.value) is error
    assert caught.value.where.startswith("legi/code.json") and caught.value.remedy


def test_where_json_is_cut(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource) as caught:
        state(tmp_path, b'{\n"type": "code",\n"data"')
    assert caught.value.where == "legi/code.json, ligne 3, colonne 7"


WRONG_FIELDS = [
    ({"dateDebut": "hier"}, "date"),
    ({"dateDebut": 10**30}, "date"),
    ({"dateFin": [1]}, "date"),
    ({"num": 12}, "num"),
    ({"texteHtml": {"a": 1}}, "texteHtml"),
    ({"id": None}, "id"),
    ({"articleVersions": "x"}, "articleVersions"),
    ({"articleVersions": ["x"]}, "articleVersions"),
    ({"articleVersions": [{"id": "x", "dateDebut": True}]}, "date"),
    ({"articleVersions": [{}]}, "id"),
    ({"lienModifications": [{"dateSignaTexte": "2016-02-31"}]}, "dateSignaTexte"),
]


@pytest.mark.parametrize(("data", "says"), WRONG_FIELDS)
def test_a_wrong_field_names_its_article(tmp_path: Path, data: Json, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says) as caught:
        state(tmp_path, code(article("1", **data)))
    assert caught.value.where.startswith("legi/code.json, article LEGIARTI")


@pytest.mark.parametrize("child", [1, None, {}, {"type": "article"}, {"type": 1, "data": {}}])
def test_a_wrong_node(tmp_path: Path, child: Any) -> None:
    with pytest.raises(UnknownFormat):
        state(tmp_path, code(child))


# ── the corpora at hand ──────────────────────────────────────────────────────────────────────────

NAMED_AFTER_ITS_DOWNLOAD = {"2019-08-22": date(2019, 3, 1)}
UNEQUAL_WORDS: set[str] = set()
"""Versions whose words differ from `texte` by more than white space and cells' bars: none."""


def legi_files(shared: Path) -> list[Path]:
    folder = shared / "corpora/legi"
    return sorted(folder.glob("c*/*.json"))


def read_file(path: Path) -> TextState:
    (found,) = legi_json.read(Source(path, path.name))
    return found


def test_as_of_is_the_date_of_the_state(shared: Path) -> None:
    for path in (shared / "corpora/legi/crpa").glob("*.json"):
        named = NAMED_AFTER_ITS_DOWNLOAD.get(path.stem) or date.fromisoformat(path.stem)
        assert read_file(path).as_of == named


@pytest.mark.slow
def test_words_are_those_of_the_plain_text(shared: Path) -> None:
    unequal, counted = set(), 0
    for path in legi_files(shared):
        words = {each.version_id: each.words for each in read_file(path).versions}
        for node in articles_of(json.loads(path.read_text())):
            counted += 1
            if bare(words[node["id"]] or "") != bare(node["texte"]):
                unequal.add(node["id"])
    assert counted == 8750
    assert unequal == UNEQUAL_WORDS


def articles_of(root: Json) -> list[Json]:
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.get("children") or [])
        if node["type"] == "article":
            found.append(node["data"])
    return found


def bare(text: str) -> str:
    return "".join(text.replace("|", "").split())


@pytest.mark.slow
def test_the_28_codes(shared: Path) -> None:
    """Every article once, every version once, in less than the 6 seconds they may take."""
    paths = [path for path in legi_files(shared) if path.parent.name == "codes"]
    started = time.perf_counter()
    states = [read_file(path) for path in [*paths, shared / "corpora/legi/crpa/2026-05-28.json"]]
    assert time.perf_counter() - started < 6
    assert sum(len(each.articles) for each in states) == 6861
    with_words = [each for found in states for each in found.versions if each.words is not None]
    assert len(with_words) == 6862 and all(each.words for each in with_words)
    for found in states:
        identities = [each.version_id for each in found.versions]
        assert len(identities) == len(set(identities))
        assert {each.article_id for each in found.versions} <= {
            each.article_id for each in found.articles
        }


def test_the_article_that_stands_twice(shared: Path) -> None:
    found = read_file(shared / "corpora/legi/codes/LEGITEXT000006069576.json")
    twice = [each for each in found.versions if each.article_id == "LEGIARTI000034701432"]
    ends = {each.version_id: each.validity.end for each in twice if each.words}
    assert ends == {"LEGIARTI000036257429": None, "LEGIARTI000034701455": date(2019, 1, 1)}
