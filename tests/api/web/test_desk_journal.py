"""Journal, statistics and state: to whom, without the words of questions, nothing of what the
reader may not read."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from browser import Page
from desk_office import Office, office
from running import referent
from serving import serving
from small_folder import filled

from api import rules
from api.schemas import MAX_NAME

STATISTICS = "/administration/statistiques"
JOURNAL = "/administration/journal"
STATE = "/administration/etat"
XSS = "<script>alert(1)</script>"
FORMULA = "=HYPERLINK(coquelicot)"
UNANSWERED = "xylophone marsupial quantique"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server that was asked things by an agent of the service that reads a secret text."""
    with office(filled(tmp_path_factory.mktemp("journal"))) as opened:
        asking = opened["agent"]
        for question in (
            "La zibeline des agents est-elle taxée ?",
            "Dans quel délai le recours gracieux est-il formé ?",
            UNANSWERED,
            f"{XSS} recours",
            FORMULA,
        ):
            asking.ask(question)
        yield opened


def entries(place: Office, kind: str) -> list[dict[str, object]]:
    """The entries of that kind, as they are kept."""
    with closing(sqlite3.connect(place.served.data / "registry.sqlite3")) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT * FROM journal JOIN journal_people USING (seq) WHERE kind = ? ORDER BY seq"
        return [dict(row) for row in connection.execute(query, [kind])]


def request_id(place: Office, question: str) -> str:
    return next(str(e["request_id"]) for e in entries(place, "ask") if e["question"] == question)


def exported(place: Office, login: str = "admin", **fields: str) -> list[dict[str, object]]:
    found = place[login].post(f"{JOURNAL}/export", format="jsonl", **fields)
    return [json.loads(line) for line in found.text.splitlines()]


@pytest.mark.parametrize("address", [STATISTICS, JOURNAL])
@pytest.mark.parametrize("login", ["agent", "juriste", "mainteneur"])
def test_only_administrators_see_the_use(place: Office, address: str, login: str) -> None:
    place[login].get(address, 403)
    for action in ("export", "question", "verification", "personne"):
        place[login].post(f"{JOURNAL}/{action}", 403, reason="pour voir")


def test_the_journal_shows_no_word_of_a_question(place: Office) -> None:
    page = place["admin"].page(JOURNAL)
    assert "agent" in page.words and "question" in page.words
    for word in ("zibeline", "gracieux", "xylophone", "alert(1)", "HYPERLINK"):
        assert word not in page.source
    assert sum(tag == "h1" for tag, _ in page.tags) == 1 and len(page.ids) == len(set(page.ids))


def test_only_articles_that_one_reads_are_named(place: Office) -> None:
    assert "secret-md" in str(entries(place, "ask")[0]["versions"])
    hers, theirs = (place[login].get(JOURNAL).text for login in ("admin-rh", "admin"))
    assert "Note interne" in hers and "secret-md" in hers
    assert not any(word in theirs for word in ("Note interne", "secret-md"))
    statistics = [place[login].page(STATISTICS).words for login in ("admin-rh", "admin")]
    assert ["Note interne" in words for words in statistics] == [True, False]
    assert ["autres (que vous ne lisez pas" in words for words in statistics] == [False, True]
    assert "Règlement général" in statistics[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=ask", 5),
        ("kind=ask&who=agent", 5),
        ("kind=ask&who=personne", 0),
        ("kind=ask&service=RH", 5),
        ("kind=ask&service=voirie", 0),
        ("kind=ask&door=page", 0),
        ("kind=ask&door=api", 5),
        ("kind=ask&model=extractive", 5),
        ("since=2000-01-01&until=2000-01-02", 0),
    ],
)
def test_filters(place: Office, query: str, found: int) -> None:
    page = place["admin"].page(f"{JOURNAL}?{query}")
    assert sum(given.get("scope") == "row" for _, given in page.tags) == found


def test_filter_of_what_was_refused(place: Office) -> None:
    refused = {e["seq"] for e in entries(place, "ask") if e["refused"]}
    assert 0 < len(refused) < 5
    for said, count in (("oui", len(refused)), ("non", 5 - len(refused))):
        page = place["admin"].page(f"{JOURNAL}?kind=ask&refused={said}")
        assert sum(given.get("scope") == "row" for _, given in page.tags) == count


@pytest.mark.parametrize(
    "query", ["since=hier", "before=0", f"who={'x' * (MAX_NAME + 1)}", "before=x"]
)
def test_a_wrong_filter_is_a_page_too(place: Office, query: str) -> None:
    assert "valable" in Page(place["admin"].get(f"{JOURNAL}?{query}", 422).text).words


def test_a_question_is_read_for_a_reason_that_is_kept(place: Office) -> None:
    asked = request_id(place, f"{XSS} recours")
    reads = len(entries(place, "read_question"))
    for reason in ("", "   ", "x" * 501):
        place["admin"].post(f"{JOURNAL}/question", 422, request_id=asked, reason=reason)
    assert len(entries(place, "read_question")) == reads
    page = Page(
        place["admin"].post(f"{JOURNAL}/question", request_id=asked, reason="plainte <b>").text
    )
    assert f"{XSS} recours" in page.words and "plainte <b>" in page.words
    assert all("src" in given for tag, given in page.tags if tag == "script")
    (kept,) = entries(place, "read_question")[reads:]
    assert (kept["who"], kept["reason"], kept["about"]) == ("admin", "plainte <b>", asked)


def by_page(action: str, **fields: str) -> Callable[[Office], str]:
    def read(place: Office) -> str:
        given = {"reason": "contrôle", **fields}
        if action == "question":
            given["request_id"] = request_id(place, UNANSWERED)
        return place["admin"].post(f"{JOURNAL}/{action}", **given).text

    return read


def by_command(*line: str) -> Callable[[Office], str]:
    return lambda place: referent("journal", *line, "--data", place.served.data).out


@pytest.mark.parametrize(
    ("read", "kind", "who"),
    [
        pytest.param(by_page("question"), "read_question", "admin", id="page"),
        pytest.param(
            by_page("export", format="jsonl", words="1"), "export", "admin", id="json lines"
        ),
        pytest.param(by_page("export", format="csv", words="1"), "export", "admin", id="csv"),
        pytest.param(
            by_page("personne", who="agent", do="export"), "export", "admin", id="of a person"
        ),
        pytest.param(by_command("export"), "export", "operator", id="command"),
        pytest.param(
            by_command("export", "--json", "--who", "agent", "--conversations"),
            "export",
            "operator",
            id="of a person by command",
        ),
    ],
)
def test_who_reads_a_question_is_in_the_journal(
    place: Office, read: Callable[[Office], str], kind: str, who: str
) -> None:
    """By each door that tells its words."""
    before = len(entries(place, kind))
    assert UNANSWERED in read(place)
    (told,) = entries(place, kind)[before:]
    assert told["who"] == who and UNANSWERED not in str(told)


def test_no_other_door_tells_a_question(place: Office) -> None:
    """Whatever an administrator opens, of every route that the application has."""
    admin, asked = place["admin"], request_id(place, UNANSWERED)
    before = sum(len(entries(place, kind)) for kind in ("read_question", "export"))
    for method, path in rules.RULES:
        if method != "GET" or "oidc" in path:
            continue
        for value in (asked, UNANSWERED.split(maxsplit=1)[0]):
            address = re.sub(r"\{[^}]*\}", value, path)
            told = admin.client.get(address, headers=admin._headers).text
            assert UNANSWERED not in told, address
    assert UNANSWERED not in admin.post(f"{JOURNAL}/verification").text
    assert UNANSWERED not in admin.post(f"{JOURNAL}/export", format="jsonl").text
    told = sum(len(entries(place, kind)) for kind in ("read_question", "export"))
    assert told == before + 1  # the last export


def test_the_page_of_statistics(place: Office) -> None:
    page = place["admin"].page(STATISTICS)
    assert "Part des questions sans réponse" in page.words
    charts = [given for tag, given in page.tags if tag == "svg"]
    assert len(charts) >= 7
    for chart in charts:
        assert chart["role"] == "img"
        assert set(chart["aria-labelledby"].split()) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert not any("style" in given for _, given in page.tags)
    assert UNANSWERED not in page.source
    form = page.form(f"{JOURNAL}/question")
    assert request_id(place, UNANSWERED) in [value for _, value in form.fields]
    nobody = place["admin"].page(f"{STATISTICS}?service=voirie")
    assert "0 question" in nobody.words
    place["admin"].get(f"{STATISTICS}?since=2026-02-01&until=2026-01-01", 422)
    place["admin"].get(f"{STATISTICS}?since=1900-01-01", 422)
    assert "par jour" in place["admin"].page(f"{STATISTICS}?since=2020-01-01").words


def test_an_export_leaves_without_questions_and_is_told(place: Office) -> None:
    told = len(entries(place, "export"))
    found = exported(place, kind="ask")
    assert len(found) == 5 and not any(each["question"] for each in found)
    assert "secret-md" not in json.dumps(found)
    assert "secret-md" in json.dumps(exported(place, "admin-rh", kind="ask"))
    first = entries(place, "export")[told]
    assert first["who"] == "admin" and json.loads(str(first["detail"])) == {
        "door": "", "kind": "ask", "model": "", "one_person": False, "refused": None,
        "service": "", "since": "", "until": "", "words": False,
    }  # fmt: skip
    place["admin"].post(f"{JOURNAL}/export", 422, format="jsonl", words="1")
    place["admin"].post(f"{JOURNAL}/export", 422, format="exe")
    whole = exported(place, kind="ask", words="1", reason="contrôle")
    assert UNANSWERED in [each["question"] for each in whole]
    assert entries(place, "export")[-1]["reason"] == "contrôle"


def test_a_spreadsheet_runs_no_question(place: Office) -> None:
    response = place["admin"].post(
        f"{JOURNAL}/export", format="csv", kind="ask", words="1", reason="contrôle"
    )
    assert response.headers["content-disposition"].startswith('attachment; filename="journal-')
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff")), delimiter=";"))
    assert f"'{FORMULA}" in [row["question"] for row in rows]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_an_export_longer_than_a_batch(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.web.desk.exporting.BATCH", 2)
    assert len({each["seq"] for each in exported(place, kind="ask")}) == 5
    rows = place["admin"].post(f"{JOURNAL}/export", format="csv", kind="ask").text
    assert rows.count('"seq"') == 1 and len(rows.splitlines()) == 6


def test_the_chain_is_checked_on_demand(place: Office) -> None:
    page = Page(place["admin"].post(f"{JOURNAL}/verification").text)
    assert "Journal intact" in page.words
    place["admin"].post(f"{JOURNAL}/verification", 403, csrf="x")


def test_the_state_hides_secrets_and_what_others_read(place: Office) -> None:
    counts = {}
    for login in ("mainteneur", "admin"):
        page = place[login].page(STATE)
        counts[login] = re.findall(r"Textes (\d+) Articles (\d+)", page.words)
        assert "Index" in page.words and "aucun serveur de modèles" in page.words
        assert not any(word in page.words for word in ("Note interne", "zibeline"))
    assert counts == {"mainteneur": [("2", "3")], "admin": [("1", "2")]}
    place["agent"].get(STATE, 403)


def test_english(place: Office) -> None:
    admin = place["admin"]
    for address in (STATISTICS, JOURNAL, STATE):
        response = admin.client.get(
            address,
            headers={
                "Cookie": f"referent_session={admin.session}; lang=en",
                "Accept": "text/html",
            },
        )
        page = Page(response.text)
        assert dict(page.tags)["html"]["lang"] == "en"
        assert not re.search(r"\b(demandes|Journal altéré|Réglage|sans réponse)\b", page.words)


def test_a_person_is_given_their_data_and_then_erased(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with office(filled(tmp_path_factory.mktemp("erasure"))) as place:
        place["agent"].ask("Où est le coquelicot ?")
        place["juriste"].ask("Où est le bleuet ?")
        place["juriste"].post("/ask", 303, question="Où est le bleuet ?")
        asked = place["agent"].post("/ask", 303, question="Quel est le délai du recours gracieux ?")
        conversation = asked.headers["location"].split("/")[-1].split("#")[0]
        place["agent"].post(
            "/ask", 303, question="La zibeline des agents est-elle taxée ?",
            conversation=conversation,
        )  # fmt: skip
        person = f"{JOURNAL}/personne"
        place["admin"].post(person, 422, who="agent", do="export", reason="")
        place["admin"].post(person, 422, who=" ", do="export", reason="demande")
        given = place["admin"].post(person, who="agent", do="export", reason="demande").text
        assert "coquelicot" in given and "bleuet" not in given
        *_, talk = (json.loads(line) for line in given.splitlines())
        said = {turn["question"]: turn["answer"] for turn in talk["turns"]}
        assert "trois mois" in said["Quel est le délai du recours gracieux ?"]
        assert said["La zibeline des agents est-elle taxée ?"] is None  # admin does not read it
        hers = place["admin-rh"].post(person, who="agent", do="export", reason="demande").text
        assert "zibeline des agents est taxée" in hers.splitlines()[-1]
        assert json.loads(str(entries(place, "export")[-1]["detail"]))["one_person"] is True
        place["admin"].post(person, 422, who="agent", do="erase", reason="demande")
        page = Page(
            place["admin"].post(person, who="agent", do="erase", reason="demande", sure="1").text
        )
        assert "Données effacées" in page.words
        assert [e["question"] for e in entries(place, "ask")] == ["Où est le bleuet ?"] * 2
        assert "1 conversation est effacée" in page.words
        again = place["admin-rh"].post(person, who="agent", do="export", reason="demande").text
        assert "conversation" not in again
        assert "bleuet" in place["juriste"].get("/conversations").text
        assert "effacé" in place["admin"].page(JOURNAL).words
        assert "Journal intact" in Page(place["admin"].post(f"{JOURNAL}/verification").text).words


def test_a_tampered_journal_is_said(tmp_path: Path) -> None:
    data = filled(tmp_path)
    with serving(data) as served:
        served.operator.post("/v1/ask", json={"question": "recours"})
        with closing(sqlite3.connect(data / "registry.sqlite3")) as connection, connection:
            connection.execute("UPDATE journal SET model = 'autre' WHERE seq = 1")
        page = Page(served.operator.get(JOURNAL).text)
        form = page.form(f"{JOURNAL}/verification")
        said = served.operator.post(form.action, data=dict(form.fields))
        assert "Journal altéré" in Page(said.text).words
