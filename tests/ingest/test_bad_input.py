"""Bad input on the whole path: named file, place and remedy; the others are taken in; status 1."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Ran, process, referent

GOOD = "# Congés\n\n## 1. Durée\n\nUn agent a droit à vingt-cinq jours.\n"
XML_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><b>&j;</b>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of sources with one good text in it."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "bon.md").write_text(GOOD, "utf-8")
    return sources


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the data folder will be."""
    return tmp_path / "data"


def ingest(source: Path, data: Path, *options: str) -> Ran:
    return referent("ingest", source, "--data", data, "--json", *options)


def code(text_id: str = "LEGITEXT000000000001", **data: object) -> str:
    """A code of two articles as in the LEGI corpus."""
    articles = [
        {
            "type": "article",
            "data": {
                "id": f"LEGIARTI00000000000{n}",
                "cid": f"LEGIARTI00000000000{n}",
                "num": f"L{n}",
                "etat": "VIGUEUR",
                "dateDebut": 0,
                "texteHtml": f"<p>Mots de l'article {n}.</p>",
            },
        }
        for n in (1, 2)
    ]
    root = {
        "id": text_id,
        "cid": text_id,
        "title": f"Code {text_id}",
        "dateDebutVersion": "2024-01-01",
        **data,
    }
    return json.dumps({"type": "code", "data": root, "children": articles})


# One bad source beside a good one


def empty(folder: Path) -> str:
    (folder / "mauvais.md").touch()
    return "vide"


def blank(folder: Path) -> str:
    (folder / "mauvais.txt").write_text(" \n\t\n")
    return "blancs"


def truncated_json(folder: Path) -> str:
    (folder / "mauvais.json").write_text(code()[:-40])
    return "ligne 1|colonne|tronqué|JSON"


def truncated_json_lines(folder: Path) -> str:
    (folder / "mauvais.jsonl").write_text('{"id": "a", "title": "A", "text": "Mots."}\n{"id": "b"')
    return "colonne"


def other_json(folder: Path) -> str:
    (folder / "mauvais.json").write_text('{"name": "referent"}')
    return "LEGI"


def xml_bomb(folder: Path) -> str:
    (folder / "mauvais.xml").write_text(XML_BOMB)
    return "entité"


def zip_bomb(folder: Path) -> str:
    with zipfile.ZipFile(folder / "mauvais.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as member:
            for _ in range(60):
                member.write(b"\x00" * 1_000_000)
    return "piégée"


def encrypted_pdf(folder: Path) -> str:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(folder / "mauvais.pdf"), encrypt=StandardEncryption("secret"))
    canvas.drawString(100, 700, "Secret")
    canvas.save()
    return "mot de passe|protégé|chiffré"


def not_a_pdf(folder: Path) -> str:
    (folder / "mauvais.pdf").write_bytes(b"%PDF-1.7\n" + os.urandom(4000))
    return "abîmé|illisible|PDF"


def wrong_encoding(folder: Path) -> str:
    (folder / "mauvais.md").write_bytes("# Règlement\n\nÀ côté\n".encode() + b"\x81\xff")
    return "octet"


def binary_text(folder: Path) -> str:
    (folder / "mauvais.txt").write_bytes(bytes(range(256)) * 40)
    return "pas du texte|octet"


def dangling_link(folder: Path) -> str:
    (folder / "mauvais.md").symlink_to(folder / "nulle-part.md")
    return "No such file|introuvable|impossible"


def looping_link(folder: Path) -> str:
    (folder / "mauvais.md").symlink_to(folder / "mauvais.md")
    return "impossible|introuvable"


def pipe(folder: Path) -> str:
    os.mkfifo(folder / "mauvais.txt")
    return "ordinaire"


def device(folder: Path) -> str:
    (folder / "mauvais.txt").symlink_to("/dev/zero")
    return "ordinaire"


def two_hundred_megabytes(folder: Path) -> str:
    with (folder / "mauvais.txt").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    return "trop grand"


def bad_front_matter(folder: Path) -> str:
    (folder / "mauvais.md").write_text("---\ntitle: [\n---\n# A\n\nMots.\n")
    return "en-tête|YAML|ligne"


def foreign_articles(folder: Path) -> str:
    """A second text with the articles of another: an identity names one thing."""
    (folder / "a.json").write_text(code())
    (folder / "mauvais.json").write_text(code("LEGITEXT000000000002"))
    return "déjà dans le texte « LEGITEXT000000000001 »"


BAD = [
    empty,
    blank,
    truncated_json,
    truncated_json_lines,
    other_json,
    xml_bomb,
    zip_bomb,
    encrypted_pdf,
    not_a_pdf,
    wrong_encoding,
    binary_text,
    dangling_link,
    looping_link,
    pipe,
    device,
    two_hundred_megabytes,
    bad_front_matter,
    foreign_articles,
]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_bad_source_is_named_and_spares_the_others(
    make: Callable[[Path], str], folder: Path, data: Path
) -> None:
    said = make(folder)
    started = time.monotonic()
    ran = ingest(folder, data)
    assert time.monotonic() - started < 20
    assert ran.status == 1
    (failure,) = ran.failures
    assert "mauvais." in failure["source"]
    assert re.search(said, failure["error"]), failure
    assert "bon-md" in [text["text_id"] for text in ran.json["texts"]]
    assert referent("check", "--data", data).status == 0
    again = ingest(folder, data)  # said again, not forgotten
    assert (again.status, again.failures) == (1, ran.failures)


def test_failures_are_told_on_a_terminal_too(folder: Path, data: Path) -> None:
    (folder / "mauvais.md").touch()
    ran = referent("ingest", folder, "--data", data)
    assert ran.status == 1
    assert "mauvais.md : le fichier est vide" in ran.err
    assert "À faire : " in ran.err
    assert "1 échecs" in ran.out


def test_the_good_lines_of_a_broken_file_are_taken_in(folder: Path, data: Path) -> None:
    truncated_json_lines(folder)
    ran = ingest(folder, data)
    assert "a" in [text["text_id"] for text in ran.json["texts"]]
    assert "ligne 2" in ran.failures[0]["source"]


def test_an_unreadable_file(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root reads everything: the refusal is made up."""
    (folder / "mauvais.md").write_text(GOOD)
    real = Path.open

    def refuse(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "mauvais.md":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    ran = ingest(folder, data)
    assert ran.status == 1
    (failure,) = ran.failures
    assert "mauvais.md" in failure["source"]
    assert "droit" in failure["remedy"]
    assert len(ran.json["texts"]) == 1


def test_a_folder_that_cannot_be_listed(
    folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and a mirror does not take its texts for gone."""
    (folder / "caché").mkdir()
    (folder / "caché" / "autre.md").write_text(GOOD)
    assert ingest(folder, data).status == 0
    real = os.scandir

    def refuse(path: object) -> object:
        if str(path).endswith("caché"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", refuse)
    ran = ingest(folder, data, "--mirror")
    assert ran.status == 1
    assert "caché" in ran.failures[0]["source"]
    assert [text["removed"] for text in ran.json["texts"]] == [[]]
    assert referent("status", "--data", data, "--json").json["texts"] == 2


def test_a_folder_named_like_a_text(folder: Path, data: Path) -> None:
    (folder / "x.txt").mkdir()
    (folder / "x.txt" / "dedans.md").write_text("# Autre\n\nMots.\n")
    ran = ingest(folder, data)
    assert ran.status == 0
    assert len(ran.json["texts"]) == 2


NAMES = {
    "newline": b"deux\nlignes.md",
    "not utf-8": b"accentu\xe9.md",
    "markup": b"[red]rouge.md",
    "escape": b"\x1b[31mrouge.md",
    "quotes": 'l\'été « ? » & "co".md'.encode(),
    "long": b"x" * 250 + b".md",
    "dash": b"-option.md",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_is_taken_in(name: str, folder: Path, data: Path) -> None:
    path = os.path.join(os.fsencode(folder), NAMES[name])  # noqa: PTH118 - bytes
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("# Autre\n\n## 1. Objet\n\nLe parapluie est rendu au guichet.\n")
    ran = ingest(folder, data)
    assert ran.status == 0, ran
    assert len(ran.json["texts"]) == 2
    for arguments in (["search", "parapluie"], ["ask", "parapluie"], ["status"], ["check"]):
        shown = referent(*arguments, "--data", data)
        assert shown.status == 0, shown
        assert "\x1b" not in shown.out
    hits = referent("search", "parapluie", "--data", data, "--json").json["hits"]
    assert "\n" not in hits[0]["source"]
    ran = ingest(folder, data, "--mirror")
    assert [text["removed"] for text in ran.json["texts"]] == [[], []]


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_is_told_on_one_line(name: str, folder: Path, data: Path) -> None:
    path = os.path.join(os.fsencode(folder), NAMES[name])  # noqa: PTH118 - bytes
    with open(path, "wb"):  # noqa: PTH123
        pass
    ran = ingest(folder, data)
    assert ran.status == 1
    (failure,) = ran.failures
    assert failure["source"].isprintable()
    plain = referent("ingest", folder, "--data", data)
    assert len(plain.err.splitlines()) == 2
    assert all(line.isprintable() for line in plain.err.splitlines())


# Several sources


def test_two_sources_of_one_text(folder: Path, data: Path) -> None:
    for name, words in (("a.md", "premier"), ("b.md", "second")):
        (folder / name).write_text(f"---\nid: proc\n---\n# Procédure\n\nLe {words} texte.\n")
    ran = ingest(folder, data)
    assert ran.status == 1
    (failure,) = ran.failures
    assert failure["source"] == "b.md"
    assert "a.md" in failure["error"]
    assert "proc" in failure["error"]
    hits = referent("search", "premier second", "--data", data, "--json").json["hits"]
    assert [hit["passage"] for hit in hits] == ["Le premier texte."]
    again = ingest(folder, data)
    assert (again.status, again.failures) == (1, ran.failures)


def test_a_copy_is_no_conflict(folder: Path, data: Path) -> None:
    for name in ("a.md", "b.md"):
        (folder / name).write_text("---\nid: proc\n---\n# Procédure\n\nLe texte.\n")
    ran = ingest(folder, data)
    assert ran.status == 0
    hits = referent("search", "texte", "--data", data, "--json").json["hits"]
    assert [hit["source"] for hit in hits] == ["a.md"]


def test_a_copy_for_other_services_is_a_conflict(folder: Path, data: Path) -> None:
    """A copy may not widen who reads the text."""
    head = "---\nid: proc\nservices: [rh]\n---\n"
    (folder / "a.md").write_text(head + "# Procédure\n\nLe texte.\n")
    (folder / "b.md").write_text("---\nid: proc\nservices: []\n---\n# Procédure\n\nLe texte.\n")
    assert ingest(folder, data).status == 1
    found = referent("search", "texte", "--service", "voirie", "--data", data, "--json").json
    assert found["hits"] == []


def test_a_source_that_does_not_say_who_may_read_opens_nothing(folder: Path, data: Path) -> None:
    (folder / "a.md").write_text("---\nid: proc\n---\n# Procédure\n\nLe texte.\n")

    def hits(service: str) -> int:
        asked = ("search", "texte", "--service", service, "--data", data, "--json")
        return len(referent(*asked).json["hits"])

    assert ingest(folder, data, "--service", "RH").status == 0
    assert ingest(folder, data).status == 0
    assert (hits("voirie"), hits(" rh ")) == (0, 1)
    assert ingest(folder, data, "--service", "tous").status == 0
    assert hits("voirie") == 1


def test_two_dated_sources_are_two_states(folder: Path, data: Path) -> None:
    for year in (2024, 2025):
        head = f"---\nid: proc\ndate: {year}-01-01\neffective: {year}-01-01\n---\n"
        (folder / f"{year}.md").write_text(f"{head}# Procédure\n\nLe texte de {year}.\n")
    assert ingest(folder, data).status == 0
    asked = ("search", "texte", "--data", data, "--json", "--as-of")
    for day, year in (("2024-06-01", 2024), ("2025-06-01", 2025)):
        hits = referent(*asked, day).json["hits"]
        assert [hit["passage"] for hit in hits] == [f"Le texte de {year}."]


def test_a_new_source_may_not_replace_an_unchanged_one(folder: Path, data: Path) -> None:
    (folder / "a.md").write_text("---\nid: proc\n---\n# Procédure\n\nLe premier.\n")
    assert ingest(folder, data).status == 0
    (folder / "b.md").write_text("---\nid: proc\n---\n# Procédure\n\nLe second.\n")
    ran = ingest(folder, data)
    assert ran.status == 1
    assert ran.failures[0]["source"] == "b.md"


def test_a_shrunk_source_is_refused(folder: Path, data: Path) -> None:
    articles = "".join(f"## Article {n}\n\nMots numéro {n}.\n\n" for n in range(1, 21))
    (folder / "long.md").write_text("# Règlement\n\n" + articles)
    assert ingest(folder, data).status == 0
    (folder / "long.md").write_text("# Règlement\n\n" + articles[: len(articles) // 2])
    ran = ingest(folder, data)
    assert ran.status == 1
    (failure,) = ran.failures
    assert "retirerait" in failure["error"]
    assert "--accept-removals" in failure["remedy"]
    assert referent("status", "--data", data, "--json").json["articles"] == 21
    assert ingest(folder, data, "--accept-removals").status == 0


def test_questions_in_a_folder_are_left_aside(folder: Path, data: Path) -> None:
    questions = folder / "questions.jsonl"
    questions.write_text('{"id": "q1", "question": "Combien de jours ?"}\n')
    ran = ingest(folder, data)
    assert (ran.status, ran.failures) == (0, [])
    assert "questions.jsonl" in ran.err
    named = ingest(questions, data)
    assert named.status == 1
    assert "questions" in named.failures[0]["error"]


def test_nothing_to_read(tmp_path: Path, data: Path) -> None:
    (tmp_path / "vide").mkdir()
    ran = ingest(tmp_path / "vide", data)
    assert ran.status == 1
    assert ".docx" in ran.failures[0]["remedy"]


def test_a_source_that_is_not_there(folder: Path, data: Path) -> None:
    ran = referent("ingest", folder / "absent.md", folder, "--data", data, "--json")
    assert ran.status == 1
    assert "absent.md" in ran.failures[0]["source"]
    assert len(ran.json["texts"]) == 1


def test_an_unknown_format(folder: Path, data: Path) -> None:
    (folder / "image.png").write_bytes(b"\x89PNG")
    assert ingest(folder, data).status == 0  # in a folder it is none of our business
    ran = ingest(folder / "image.png", data)
    assert ran.status == 1
    assert ".md" in ran.failures[0]["remedy"]


# Mirrors


def removed(ran: Ran) -> list[str]:
    return [text["text_id"] for text in ran.json["texts"] if text["removed"]]


def test_a_mirror_removes_what_is_gone(folder: Path, data: Path) -> None:
    (folder / "autre.md").write_text("# Autre\n\nMots.\n")
    ingest(folder, data)
    (folder / "autre.md").unlink()
    assert removed(ingest(folder, data)) == []
    assert removed(ingest(folder, data, "--mirror", "--dry-run")) == ["autre-md"]
    ran = ingest(folder, data, "--mirror")
    assert (ran.status, removed(ran)) == (0, ["autre-md"])
    assert referent("check", "--data", data).status == 0
    assert removed(ingest(folder, data, "--mirror")) == []


def test_a_mirror_removes_the_lines_that_are_gone(folder: Path, data: Path) -> None:
    lines = [json.dumps({"id": key, "title": key, "text": f"Mots de {key}."}) for key in "abc"]
    (folder / "docs.jsonl").write_text("\n".join(lines))
    ingest(folder, data)
    (folder / "docs.jsonl").write_text("\n".join(lines[:2]))
    assert removed(ingest(folder, data)) == []
    assert removed(ingest(folder, data)) == []
    assert removed(ingest(folder, data, "--mirror")) == ["c"]
    assert referent("status", "--data", data, "--json").json["texts"] == 3


def test_a_mirror_spares_the_texts_of_a_broken_file(folder: Path, data: Path) -> None:
    (folder / "autre.md").write_text("# Autre\n\nMots.\n")
    ingest(folder, data)
    (folder / "autre.md").write_bytes(b"\x00\x01")
    ran = ingest(folder, data, "--mirror")
    assert (ran.status, removed(ran)) == (1, [])
    assert referent("status", "--data", data, "--json").json["texts"] == 2


def test_a_mirror_of_a_source_that_is_not_there_removes_nothing(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    """A disk that is not mounted is no instruction to forget."""
    ingest(folder, data)
    gone = tmp_path / "démonté"
    folder.rename(gone)
    other = tmp_path / "autres"
    other.mkdir()
    (other / "autre.md").write_text("# Autre\n\nMots.\n")
    ran = referent("ingest", folder, other, "--mirror", "--data", data, "--json")
    assert (ran.status, removed(ran)) == (1, [])
    folder.mkdir()
    ran = ingest(folder, data, "--mirror")
    assert (ran.status, removed(ran)) == (1, [])
    assert "--accept-removals" in ran.failures[0]["remedy"]
    assert removed(ingest(folder, data, "--mirror", "--accept-removals")) == ["bon-md"]


# Wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest"],
        ["ingest", "corpus", "--unknown"],
        ["ingest", "corpus", "--effective", "hier"],
        ["ingest", "corpus", "--effective", "2024-02-30"],
        ["search"],
        ["search", "congés", "--as-of", "01/02/2024"],
        ["search", "congés", "--limit", "0"],
        ["search", "congés", "--limit", "beaucoup"],
        ["search", ""],
        ["search", "  \n "],
        ["search", "x" * 5000],
        ["ask", " "],
        ["show"],
        ["show", "12", "--as-of", "demain"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], data: Path) -> None:
    ran = referent(*arguments, "--data", data)
    assert ran.status == 2
    assert ran.err
    assert "Traceback" not in ran.err
    assert not data.exists()


def test_a_wrong_setting(data: Path) -> None:
    ran = referent("status", "--data", data, REFERENT_EMBEDDING_BATCH="0")
    assert ran.status == 1
    assert "REFERENT_EMBEDDING_BATCH" in ran.err


# The data folder


@pytest.mark.parametrize(
    "arguments",
    [["search", "congés"], ["ask", "congés"], ["show", "1"], ["status"], ["check"], ["rebuild"]],
    ids=" ".join,
)
def test_a_data_folder_without_texts(arguments: list[str], data: Path) -> None:
    ran = referent(*arguments, "--data", data)
    assert ran.status == 1
    assert str(data) in ran.err
    assert "referent ingest" in ran.err
    assert not data.exists()


def test_a_newer_schema(folder: Path, data: Path) -> None:
    import sqlite3

    ingest(folder, data)
    with sqlite3.connect(data / "catalogue.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for arguments in (["ingest", folder], ["search", "congés"], ["status"], ["check"]):
        ran = referent(*arguments, "--data", data)
        assert ran.status == 1
        assert "plus récente" in ran.err
        assert "9999" in ran.err


def test_a_damaged_catalogue(folder: Path, data: Path) -> None:
    ingest(folder, data)
    for name in ("catalogue.sqlite3-wal", "catalogue.sqlite3-shm"):
        (data / name).unlink(missing_ok=True)
    (data / "catalogue.sqlite3").write_bytes(b"n'importe quoi" * 1000)
    for arguments in (["ingest", folder], ["search", "congés"], ["status"], ["check"]):
        ran = referent(*arguments, "--data", data)
        assert ran.status == 1
        assert "catalogue.sqlite3" in ran.err
        assert "sauvegarde" in ran.err
        assert "Traceback" not in ran.err


def break_files(index: Path) -> None:
    for path in index.rglob("*"):
        if path.is_file():
            path.write_bytes(b"\xff" * 64)


def lose_segments(index: Path) -> None:
    subprocess.run(["rm", "-rf", str(index / "shard" / "segments")], check=True)


@pytest.mark.parametrize("harm", [break_files, lose_segments], ids=lambda harm: harm.__name__)
def test_a_damaged_index_is_rebuilt(harm: Callable[[Path], None], folder: Path, data: Path) -> None:
    ingest(folder, data)
    harm(data / "index")
    for arguments in (["search", "jours"], ["check"]):
        ran = referent(*arguments, "--data", data)
        assert ran.status == 1
        assert "referent rebuild" in ran.out + ran.err
    (folder / "autre.md").write_text("# Autre\n\nMots de plus.\n")
    ran = ingest(folder, data)  # the texts are safe, and reported
    assert ran.status == 1
    assert len(ran.json["texts"]) == 2
    assert "rebuild" in ran.failures[0]["remedy"]
    assert referent("rebuild", "--data", data).status == 0
    assert referent("check", "--data", data).status == 0
    assert len(referent("search", "jours", "--data", data, "--json").json["hits"]) == 1


def test_a_lost_index_is_made_again(folder: Path, data: Path) -> None:
    ingest(folder, data)
    subprocess.run(["rm", "-rf", str(data / "index")], check=True)
    assert len(referent("search", "jours", "--data", data, "--json").json["hits"]) == 1


def test_a_data_folder_that_is_a_file(folder: Path, data: Path) -> None:
    data.write_text("un fichier")
    ran = ingest(folder, data)
    assert ran.status == 1
    assert str(data) in ran.err
    assert "--data" in ran.err


# Another process, another disk


@pytest.mark.slow
def test_a_second_ingest_is_refused(folder: Path, data: Path) -> None:
    import fcntl

    ingest(folder, data)
    with (data / "ingest.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for arguments in (["ingest", folder], ["rebuild"], ["remove", "bon-md"]):
            ran = process(*arguments, "--data", data)
            assert ran.status == 1
            assert "autre commande" in ran.err
            assert str(data) in ran.err
        assert process("search", "jours", "--data", data).status == 0
    assert process("ingest", folder, "--data", data).status == 0


@pytest.mark.slow
def test_an_index_held_by_another_process(folder: Path, data: Path) -> None:
    """Ingest takes the texts in and says that the holder of the index will apply them."""
    from rag.index.edge import EdgeIndex

    ingest(folder, data)
    holder = EdgeIndex(data / "index", 0)
    (folder / "autre.md").write_text("# Autre\n\nMots de plus.\n")
    ran = process("ingest", folder, "--data", data, "--json")
    assert ran.status == 0
    assert "lui-même" in ran.err
    status = process("status", "--data", data, "--json")
    assert status.json["index"] == {"points": None, "applied": None, "pending": None}
    searched = process("search", "jours", "--data", data)
    assert searched.status == 1
    assert "déjà ouvert" in searched.err
    holder.close()
    assert process("search", "jours", "--data", data).status == 0
    assert process("check", "--data", data).status == 0


def mounted(target: Path, *options: str) -> str:
    """A shell line that mounts a small disk there, in a mount namespace of its own."""
    return f"mount -t tmpfs {' '.join(options)} tmpfs '{target}'"


def in_namespace(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["unshare", "-rm", "sh", "-ec", script],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "REFERENT_EMBEDDING_MODEL": "none"},
        cwd=Path(__file__).parents[2],
        check=False,
    )


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A place to mount on, where that is allowed."""
    place = tmp_path / "disque"
    place.mkdir()
    try:
        tried = in_namespace(mounted(place))
    except FileNotFoundError:
        pytest.skip("no `unshare` here: a disk of our own cannot be mounted")
    if tried.returncode:
        pytest.skip(f"no disk of our own can be mounted here: {tried.stderr.strip()}")
    return place


def shell(*arguments: object) -> str:
    import shlex

    from running import command

    return shlex.join(command(*arguments))


@pytest.mark.slow
def test_a_full_disk(folder: Path, disk: Path) -> None:
    """What was taken in stays; the message names the disk; room made, the next run ends it."""
    for name in range(40):
        words = "\n\n".join(f"## Article {n}\n\n{'mots ' * 200} {n}." for n in range(20))
        (folder / f"{name:02}.md").write_text(f"# Texte {name}\n\n{words}\n")
    ingesting = shell("ingest", folder, "--data", disk / "d", "--json")
    ran = in_namespace(
        f"{mounted(disk, '-o size=2m')}\n"
        f"{ingesting} >/dev/null && exit 90\n"
        f"mount -o remount,size=400m '{disk}'\n"
        f"{ingesting} >&2\n"
        f"{shell('check', '--data', disk / 'd')}"
    )
    assert ran.returncode == 0, ran
    assert "disque" in ran.stderr.lower()
    assert str(disk) in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
def test_a_read_only_disk(folder: Path, disk: Path) -> None:
    ingesting = shell("ingest", folder, "--data", disk / "d", "--json")
    ran = in_namespace(
        f"{mounted(disk)}\n"
        f"{ingesting} >/dev/null\n"
        f"mount -o remount,ro '{disk}'\n"
        f"{ingesting} && exit 90\n"
        f"{shell('rebuild', '--data', disk / 'd')} && exit 91\n"
        f"{shell('search', 'jours', '--data', disk / 'd')} && exit 92\n"
        f"{shell('ingest', folder, '--data', disk / 'neuf')} && exit 93\n"
        "exit 0"
    )
    assert ran.returncode == 0, ran
    assert ran.stderr.count("À faire") == 4
    assert "lecture seule" in ran.stderr or "Read-only" in ran.stderr
    assert str(disk) in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_model_without_a_server_is_wrong_usage(folder: Path, data: Path) -> None:
    (folder / "a.md").write_text("# Procédure\n\nLe texte.\n")
    assert ingest(folder, data).status == 0
    assert referent("ask", "congés", "--model", "gpt-9", "--data", data).status == 2
