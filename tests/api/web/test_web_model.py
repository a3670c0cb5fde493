"""Answers that a model writes: what is left out, which model it was, questions with a premise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fake_ollama as ollama
import pytest
from browser import Page, asked, opened
from fake_ollama import Behaviour
from serving import Served, serving
from small_folder import filled
from test_web_asking import events

QUESTION = "Quel est le délai du recours gracieux ?"
TRUE = "Le recours gracieux est formé dans un délai de trois mois [{n}]."
WRONG = "Le recours gracieux est formé dans un délai de neuf mois [{n}]."
HOSTILE = "Voir ![x](https://evil.example/?q) <script>alert(1)</script> [9]."


def writes(*sentences: str) -> Behaviour:
    """A model that writes these, {n} being the number of the passage about the delay."""

    def behave(request: Any) -> Iterator[str]:
        number = ollama.number_of(request, "Le recours gracieux est formé")
        yield from (each.format(n=number) + " " for each in sentences)

    return behave


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two states of a text."""
    return filled(tmp_path_factory.mktemp("models"))


@contextmanager
def answering(data: Path, behaviour: Behaviour) -> Iterator[Served]:
    """A server whose model writes so."""
    with (
        ollama.serving(**{"petit-modèle": behaviour}) as fake,
        serving(data, model_url=fake.url, model="petit-modèle") as served,
    ):
        yield served


def test_what_no_text_supports_stands_apart_with_why(data: Path) -> None:
    with answering(data, writes(TRUE, WRONG)) as served:
        page = asked(served.everyone, QUESTION)
        told, _, apart = page.words.partition("Écarté de la réponse")
        assert "trois mois" in told and "neuf mois" not in told
        assert "neuf mois" in apart and "contredit par les textes" in apart
        assert any(tag == "del" for tag, _ in page.tags) and "[rayé :]" in apart
        assert "Rédigé par le modèle petit-modèle" in page.words


def test_who_writes_can_be_chosen(data: Path) -> None:
    with answering(data, writes(TRUE)) as served:
        page = opened(served.everyone, "/")
        options = [given["value"] for tag, given in page.tags if tag == "option"]
        assert options == ["petit-modèle", "extractive"]
        quoted = asked(served.everyone, QUESTION, model="extractive")
        assert "sans modèle de langue" in quoted.words


def test_sentences_come_one_by_one_and_the_unsupported_never(data: Path) -> None:
    with answering(data, writes(TRUE, WRONG)) as served:
        found = events(served.everyone, QUESTION)
        assert [name for name, _ in found] == ["hits", "sentence", "sentence", "answer"]
        for _, event in found[1:3]:
            assert "trois mois" in event["told"] and "neuf mois" not in event["told"]


def test_a_model_cannot_write_the_page(data: Path) -> None:
    with answering(data, writes(TRUE, HOSTILE)) as served:
        page = asked(served.everyone, QUESTION)
        streamed = Page(events(served.everyone, QUESTION)[-1][1]["html"])
        for seen in (page, streamed):
            assert not any(tag == "img" for tag, _ in seen.tags)
            assert all("src" in given for tag, given in seen.tags if tag == "script")
            assert not any("evil" in link["href"] for link in seen.links)


def test_a_model_that_breaks_off_is_said(data: Path) -> None:
    def breaks(_request: Any) -> Iterator[str]:
        yield "Le "
        raise ConnectionError

    with answering(data, breaks) as served:
        name, event = events(served.everyone, QUESTION)[-1]
        said = Page(event["html"]).words
        assert (name == "problem" and "modèle" in said) or "sans modèle" in said
