"""Forms: only from our own pages; what they change; verifying documents; files to keep."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from browser import Page, opened, sent
from serving import Served

from api.web.addresses import local
from api.web.verifying import plain_cell

POSTED = ["/ask", "/ask/stream", "/feedback", "/preferences", "/verify", "/verify/export"]
LETTER = (
    "Vu l'article 2 du Règlement général, qui prévoit « un délai de neuf mois pour le recours », "
    "et l'article 99 du même règlement.\nVeuillez agréer…"
)


@pytest.mark.parametrize("address", POSTED)
@pytest.mark.parametrize("token", ["", "x", "é" * 43, "a" * 43])
def test_a_form_from_elsewhere_is_refused(served: Served, address: str, token: str) -> None:
    opened(served.everyone, "/")  # the browser has its cookie
    response = served.everyone.post(address, data={"csrf": token, "question": "Bonjour ?"})
    assert response.status_code == 403
    assert "rechargez la page" in response.text


@pytest.mark.parametrize("address", POSTED)
def test_a_token_without_its_cookie_is_refused(served: Served, address: str) -> None:
    token = opened(served.everyone, "/").form("/ask")["csrf"]
    with httpx.Client(base_url=served.everyone.base_url, trust_env=False) as other:
        response = other.post(address, data={"csrf": token, "question": "Bonjour ?"})
    assert response.status_code == 403


def test_the_cookie_is_for_us_alone(served: Served) -> None:
    with httpx.Client(base_url=served.everyone.base_url, trust_env=False) as fresh:
        cookie = fresh.get("/").headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
        assert "set-cookie" not in fresh.get("/texts").headers
        fresh.cookies.set("csrf", "<script>", domain="127.0.0.1")
        assert "<script>" not in fresh.get("/").text.replace("<script src", "")


def test_language_and_theme_are_kept(served: Served) -> None:
    with httpx.Client(base_url=served.everyone.base_url, trust_env=False) as client:
        page = opened(client, "/texts?q=recours")
        back = sent(client, page, "/preferences", 303, lang="en")
        assert back.headers["location"] == "/texts?q=recours"
        sent(client, page, "/preferences", 303, theme="dark")
        html = dict(opened(client, "/").tags)["html"]
        assert (html["lang"], html["data-theme"]) == ("en", "dark")
        sent(client, page, "/preferences", 303, theme="<x>", lang="de")
        assert dict(opened(client, "/").tags)["html"] == html


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "", "javascript:x", "/\r\nX: y"],
)
def test_nobody_is_led_elsewhere(served: Served, address: str) -> None:
    assert local(address) == "/"
    page = opened(served.everyone, "/")
    assert sent(served.everyone, page, "/preferences", 303, next=address).headers["location"] == "/"


def test_a_pasted_document_comes_back_with_verdicts(served: Served) -> None:
    response = sent(served.everyone, opened(served.everyone, "/verify"), "/verify", text=LETTER)
    page = Page(response.text)
    assert "2 références" in page.words
    assert "citation inexacte" in page.words and "article inconnu" in page.words
    assert "Différences avec l'article" in page.words and "[ajouté :] neuf" in page.words
    notes = [each for each in page.ids if each[0] == "n" and each[1:].isdigit()]
    assert [f"#{each}" in [link["href"] for link in page.links] for each in notes] == [True, True]
    assert page.form("/verify/export")["text"] == LETTER


def test_a_document_is_verified_at_a_date(served: Served) -> None:
    page = opened(served.everyone, "/verify")
    words = "Selon l'article 2 du Règlement général, « un délai de deux mois »."
    then = sent(served.everyone, page, "/verify", text=words, as_of="2025-06-01")
    assert "citation exacte" in Page(then.text).words
    assert "vérifiées au 1er juin 2025" in Page(then.text).words


def test_a_file_is_read_and_its_name_is_data(served: Served) -> None:
    token = opened(served.everyone, "/verify").form("/verify")["csrf"]
    name = '../<img src=x onerror="alert(1)">.txt'
    response = served.everyone.post(
        "/verify", data={"csrf": token}, files={"file": (name, LETTER.encode(), "text/plain")}
    )
    assert response.status_code == 200, response.text
    page = Page(response.text)
    assert "2 références" in page.words and not any(tag == "img" for tag, _ in page.tags)
    for wrong, status in (("a.exe", 415), ("a.docx", 422)):
        answered = served.everyone.post(
            "/verify", data={"csrf": token}, files={"file": (wrong, b"MZ\x00", "x/y")}
        )
        assert answered.status_code == status
        assert "tmp" not in answered.text


def test_nothing_to_verify_is_said(served: Served) -> None:
    page = opened(served.everyone, "/verify")
    empty = sent(served.everyone, page, "/verify", 422, text="  ")
    assert "choisissez un fichier" in Page(empty.text).words
    sent(served.everyone, page, "/verify", 422, text="e" * 500_001)


def test_the_verdicts_are_exported(served: Served) -> None:
    first = sent(served.everyone, opened(served.everyone, "/verify"), "/verify", text=LETTER)
    page = Page(first.text)
    table = sent(served.everyone, page, "/verify/export", format="csv")
    assert table.headers["content-disposition"] == 'attachment; filename="verification.csv"'
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["verdict"] for row in rows] == ["quote_mismatch", "unknown_article"]
    assert LETTER[int(rows[0]["start"]) : int(rows[0]["end"])] == rows[0]["reference"]
    html = sent(served.everyone, page, "/verify/export", format="html")
    assert "attachment" in html.headers["content-disposition"] and "citation inexacte" in html.text
    sent(served.everyone, page, "/verify/export", 422, format="exe")


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\n=cmd"])
def test_no_cell_is_a_formula(words: str) -> None:
    assert plain_cell(words) == f"'{words}"


def test_plain_words_stay_as_they_are() -> None:
    assert plain_cell("article 2-1 = 3") == "article 2-1 = 3"
