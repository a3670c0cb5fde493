"""Texts brought in from the pages: tried, confirmed, refused; nothing of what others read."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from desk_office import UPDATES, Office, office
from small_folder import RULES, filled

from api.problems import Refused
from api.web.desk import running, sources
from api.web.desk.running import Run, command
from api.web.desk.uploads import MAX_WAITING, Uploads, Wanted
from rag.errors import StorageError
from rag.types import Caller

NOTE = """---
id: note-conges
title: "Note {title}"
effective: 2025-01-01
---
# Note

## Article 1 – Congés

Les congés sont posés {delay} jours avant.

## Article 2 – Coquelicot

Le coquelicot est cueilli.
"""
SECRET_NAMES = ("zibeline", "Note interne")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("updates")
    open_folder = folder / "ouvert"
    open_folder.mkdir()
    with office(filled(folder), serve_sources=f"{open_folder}, {folder}/absent") as opened:
        yield opened


def note(title: str = "sur les congés", delay: str = "huit") -> dict[str, str]:
    return {"note.md": NOTE.format(title=title, delay=delay)}


def opened_folder(place: Office) -> Path:
    return place.served.data.parent / "ouvert"


def journal(place: Office, kind: str) -> list[tuple[str, str, str]]:
    """Who, what, and the detail of the entries of that kind."""
    with closing(sqlite3.connect(place.served.data / "registry.sqlite3")) as connection:
        query = (
            "SELECT who, question, detail FROM journal JOIN journal_people USING (seq) "
            "WHERE kind = ? ORDER BY seq"
        )
        return list(connection.execute(query, [kind]))


@pytest.mark.slow
def test_a_text_is_tried_confirmed_changed_and_removed(place: Office) -> None:
    me = place["mainteneur"]
    address = me.send(files=note(), to="services", services="rh")
    tried = me.ended(address)
    assert "Ce qui changerait" in tried.words and "Note sur les congés" in tried.words
    assert "Note sur les congés" not in me.page(UPDATES).words
    me.post(address, 303)
    assert "Mise à jour faite" in me.ended(address).words
    listed = me.page(UPDATES)
    assert "Note sur les congés" in listed.words and "1er janvier 2025" in listed.words
    assert "Note sur les congés" not in place["ailleurs"].page(UPDATES).words
    assert [entry[0] for entry in journal(place, "update")] == ["mainteneur", "mainteneur"]
    assert all(entry[1] == "note.md" for entry in journal(place, "update"))
    assert '"added": 2' in journal(place, "update")[-1][2]
    assert not list((place.served.data / "uploads").glob("*/files"))
    with closing(sqlite3.connect(place.served.data / "catalogue.sqlite3")) as connection:
        paths = [row[0] for row in connection.execute("SELECT path FROM sources")]
    assert not [path for path in paths if "uploads" in path]  # `referent check` stays content

    me.get("/mises-a-jour/retirer?text=note-conges")
    place["ailleurs"].get("/mises-a-jour/retirer?text=note-conges", 404)
    place["ailleurs"].post("/mises-a-jour/retirer", 404, text="note-conges", sure="1")
    me.post("/mises-a-jour/retirer", 422, text="note-conges")
    me.post("/mises-a-jour/retirer", text="note-conges", sure="1")
    assert "Note sur les congés" not in me.page(UPDATES).words
    assert [entry[:2] for entry in journal(place, "remove")] == [("mainteneur", "note-conges")]


@pytest.mark.slow
def test_removals_are_accepted_in_so_many_words(place: Office) -> None:
    me = place["mainteneur"]
    whole = RULES.format(day="2027-01-01", delay="quatre")
    half = whole.partition("## Article 2")[0]
    address = me.send(files={"rgs.md": half})
    tried = me.ended(address)
    assert "retirés" in tried.words and "j'accepte que 1 article soit retiré" in tried.words
    assert "cochez la case" in me.post(address, 422).text
    me.post(address, 303, removals="1")
    assert "Mise à jour faite" in me.ended(address).words
    me.post(address, 422, removals="1")  # once is enough


@pytest.mark.slow
def test_what_others_read_is_neither_changed_nor_named(place: Office) -> None:
    hers, his = place["mainteneur"], place["ailleurs"]
    assert "retirer?text=secret-md" in hers.get(UPDATES).text
    for name, words in (
        ("a.md", "---\nid: secret-md\n---\n# Autre\n\n## Article 2\n\nTout autre chose.\n"),
        ("b.md", "---\nid: secret-md\neffective: 2030-01-01\n---\n# X\n\n## Article 9\n\nRien.\n"),
    ):
        page = his.ended(his.send(files={name: words}))
        assert "ne peut pas être utilisé" in page.words
        assert not any(word in page.words for word in SECRET_NAMES)
        assert not [form for form in page.forms if form.action.startswith(UPDATES)]
    theirs = his.ended(his.send(files=note(), to="services", services="voirie"))
    assert "Ce qui changerait" in theirs.words
    his.send(403, files=note(), to="services", services="rh")
    closed = NOTE.format(title="x", delay="y").replace("title:", "services: rh\ntitle:")
    refused = his.ended(his.send(files={"c.md": closed}))
    assert "des services qui ne sont pas les vôtres" in refused.words
    opened = his.ended(his.send(files={"rgs.md": RULES.format(day="2028-01-01", delay="x")}))
    assert "Règlement général" in opened.words
    shut = his.ended(
        his.send(
            files={"rgs.md": RULES.format(day="2028-01-01", delay="x")},
            to="services",
            services="voirie",
        )
    )
    assert "changerait qui peut lire" in shut.words


@pytest.mark.slow
def test_a_folder_of_the_server_is_read_with_its_failures(place: Office) -> None:
    me, folder = place["mainteneur"], opened_folder(place) / "notes"
    folder.mkdir()
    (folder / "bonne.md").write_text(NOTE.format(title="d'un dossier", delay="six"), "utf-8")
    (folder / "<img src=x>.docx").write_bytes(b"not a document")
    address = me.send(folder=str(folder))
    page = me.ended(address)
    assert "Note d'un dossier" in page.words and "1 source refusée" in page.words
    assert "<img src=x>.docx" in page.words and not any(tag == "img" for tag, _ in page.tags)
    assert str(folder.parent) not in page.words.replace(str(folder), "")
    (folder / "plus tard.md").symlink_to("/etc/hostname")
    assert "liens symboliques" in me.post(address, 422).text
    (folder / "plus tard.md").unlink()
    me.post(address, 303)
    assert "Mise à jour faite" in me.ended(address).words
    assert "Note d'un dossier" in me.page(UPDATES).words
    assert (folder / "bonne.md").exists()


@pytest.mark.slow
def test_titles_and_names_are_words(place: Office) -> None:
    me = place["mainteneur"]
    page = me.ended(
        me.send(files={"<b>x'.md": NOTE.format(title="<script>alert(1)</script>", delay="y")})
    )
    assert "Note <script>alert(1)</script>" in page.words and "<b>x'.md" in page.words
    assert not any(tag == "b" for tag, _ in page.tags)
    assert all("src" in given for tag, given in page.tags if tag == "script")


def test_an_update_is_its_makers_alone(place: Office) -> None:
    uploads = Uploads(place.served.data)
    found = uploads.add(Wanted("somebody", ("x.md",)), {"x.md": BytesIO(b"# x")})
    assert (found.path.stat().st_mode & 0o777, found.path.parent.stat().st_mode & 0o777) == (
        0o700,
        0o700,
    )
    mine, absent = (
        place["mainteneur"].get(f"{UPDATES}/{token}", 404).text for token in (found.token, "a" * 43)
    )
    assert "n'est plus là" in mine.replace("&#39;", "'")
    assert mine.replace(found.token, "a" * 43) == absent
    found.forget()


def test_updates_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(tmp_path)
    other = uploads.add(Wanted("other", ("x.md",)), {"x.md": BytesIO(b"x")})
    made = []
    for at in range(MAX_WAITING + 1):
        made.append(uploads.add(Wanted("busy", ("x.md",)), {"x.md": BytesIO(b"x")}))
        os.utime(made[-1].path, (time.time() - 100 + at, time.time() - 100 + at))
    assert [each.path.exists() for each in made] == [False] + MAX_WAITING * [True]
    assert other.path.exists()
    monkeypatch.setattr("api.web.desk.uploads.KEPT_SECONDS", -1.0)
    uploads.sweep()
    assert not any(each.path.exists() for each in (*made, other))


def test_one_at_a_time(place: Office) -> None:
    with Uploads(place.served.data).turn() as mine:
        assert mine
        response = place["mainteneur"].client.post(
            UPDATES,
            data={"csrf": place["mainteneur"].csrf},
            files=[("files", ("a.md", b"# a"))],
            headers={"Cookie": f"referent_session={place['mainteneur'].session}"},
        )
        assert response.status_code == 422 and "est en cours" in response.text


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.md", "..\\x.md", "/etc/x.md", "a/b.md", ".cache.md", "~$x.docx",
        "x.exe", "x", "a\x00.md", "a\n.md", "\u202egpj.md", " x.md", "x" * 300 + ".md",
    ],
)  # fmt: skip
def test_names_that_are_no_plain_file(name: str) -> None:
    with pytest.raises(Refused):
        sources.safe_name(name)


def test_no_path_leads_out_of_what_is_sent(place: Office) -> None:
    me = place["mainteneur"]
    before = set(place.served.data.rglob("*.md"))
    me.send(422, files={"a/../../evil.md": "# x"})
    me.send(422, files={"x.exe": "x"})
    assert set(place.served.data.rglob("*.md")) == before


def test_folders_that_are_not_open(place: Office, tmp_path: Path) -> None:
    me, folder = place["mainteneur"], opened_folder(place)
    (folder / "lien").symlink_to(tmp_path)
    linked = folder / "liens"
    linked.mkdir()
    (linked / "x.md").symlink_to("/etc/hostname")
    said = set()
    for path in ("/etc", str(tmp_path), f"{folder}/../", f"{folder}/lien", f"{folder}/absent", "."):
        said.add(me.post(UPDATES, 422, folder=path).text.replace(path, ""))
    assert len({text.count("serve_sources") for text in said}) == 1
    assert "liens symboliques" in me.post(UPDATES, 422, folder=str(linked)).text
    assert "l&#39;un des deux" in me.post(UPDATES, 422).text
    (folder / "lien").unlink()


def test_the_command_says_for_whom(tmp_path: Path) -> None:
    upload = Uploads(tmp_path).add(
        Wanted("me", ("x.md",), services=("-rf",)), {"x.md": BytesIO(b"x")}
    )
    person = Run(upload, Caller.of(["rh", "--data=/"]), trial=True)
    line = command(person, tmp_path)
    assert {"--service=-rf", "--as-service=tous", "--as-service=rh", "--as-service=--data=/"} <= {
        *line
    }
    assert line[-2:] == ["--", str(upload.source)] and "--dry-run" in line
    run = Run(upload, Caller.operator(), trial=False)
    assert not [part for part in command(run, tmp_path) if part.startswith("--as-service")]
    assert not {"--dry-run", "--accept-removals"} & {*command(run, tmp_path)}


@pytest.mark.parametrize("login", ["agent", "juriste", "admin"])
def test_only_maintainers_bring_texts_in(place: Office, login: str) -> None:
    for address in (UPDATES, f"{UPDATES}/{'a' * 43}", f"{UPDATES}/retirer?text=x"):
        assert place[login].get(address, 403)
    place[login].post(UPDATES, 403)
    place[login].post(f"{UPDATES}/retirer", 403, text="x", sure="1")
    assert "Mises à jour" not in place[login].page("/").words
    assert "Mises à jour" in place["mainteneur"].page("/").words


def test_a_form_from_elsewhere_changes_nothing(place: Office) -> None:
    me = place["mainteneur"]
    me.post(UPDATES, 403, csrf="x" * 43)
    me.post(f"{UPDATES}/retirer", 403, csrf="", text="reglement-general", sure="1")


def person_id(place: Office, login: str) -> str:
    with closing(sqlite3.connect(place.served.data / "registry.sqlite3")) as connection:
        query = "SELECT person_id FROM people WHERE login = ?"
        return str(connection.execute(query, [login]).fetchone()[0])


def test_the_page_of_an_update_that_runs_refreshes_without_scripts(place: Office) -> None:
    me, uploads = place["mainteneur"], Uploads(place.served.data)
    upload = uploads.add(
        Wanted(person_id(place, "mainteneur"), ("x.md",)), {"x.md": BytesIO(b"# x")}
    )
    address = f"{UPDATES}/{upload.token}"
    told = {"step": "source", "name": "<b>.md", "done": 3, "total": 7}
    (upload.path / "progress").write_text(f"{json.dumps(told)}\nnot json\n", "utf-8")
    with uploads.turn():
        page = me.page(address)
        assert "Lecture : 3 sur 7" in page.words and "<b>.md" in page.words
        assert ("meta", {"http-equiv": "refresh", "content": "2"}) in page.tags
        assert [given["value"] for tag, given in page.tags if tag == "progress"] == ["3"]
        me.post(address, 422)
    stopped = me.page(address)  # as after the server was killed
    assert "Mise à jour arrêtée" in stopped.words
    assert not any(given.get("http-equiv") == "refresh" for _, given in stopped.tags)
    upload.forget()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECONDS", 0.01, "a duré plus d'une heure"),
        ("PROGRAM", "raise SystemExit('internal detail')", "s'est arrêtée sans rapport"),
        ("PROGRAM", "print('{}')", "s'est arrêtée sans rapport"),
        ("MAX_REPORT", 2, "s'est arrêtée sans rapport"),
    ],
)
def test_a_run_without_a_report_is_said_without_its_inside(
    place: Office, monkeypatch: pytest.MonkeyPatch, name: str, value: object, said: str
) -> None:
    if name == "MAX_REPORT":
        monkeypatch.setattr(running, "PROGRAM", "print('[1, 2, 3]')")
    monkeypatch.setattr(running, name, value)
    me = place["mainteneur"]
    page = me.ended(me.send(files=note()))
    assert "Mise à jour arrêtée" in page.words and said in page.words
    assert "internal detail" not in page.source


def test_a_full_disk_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("api.web.desk.uploads.shutil.copyfileobj", full)
    with pytest.raises(StorageError):
        Uploads(tmp_path).add(Wanted("me", ("x.md",)), {"x.md": BytesIO(b"x")})
