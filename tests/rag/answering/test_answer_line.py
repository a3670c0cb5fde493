"""From question to answer on a real catalogue and index: checked, readable, refused in French."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import pytest
from fakes import SaidGenerator, filled, said
from made_up import state

from rag.answering.answer import Answerer, extractive
from rag.answering.wording import NEAREST, REFUSAL
from rag.bootstrap import Parts
from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.ports import DraftSentence
from rag.retrieval.lexical import word_tokens
from rag.retrieval.search import Searcher
from rag.types import Answer, Asked, Caller, Hit

TODAY = date(2026, 5, 28)
OLD, NEW = date(2024, 1, 1), date(2025, 6, 1)
RULES = {
    "1": "Le présent règlement fixe les règles du guichet.",
    "2": "Le recours gracieux est formé dans un délai de deux mois. Un courriel suffit.",
    "3": "Le maire peut refuser :\n1° une demande abusive ;\n2° une demande imprécise.",
    "Annexe 1": "Le tarif de la copie est de dix centimes.",
}
STATES = (
    state("rgs", RULES, title="Règlement général"),
    state("rh", {"2": "La zibeline des agents est taxée."}, services=["rh"], title="Note interne"),
    state("taux", {"5": "Le taux de la taxe locale est de trois pour cent."}, OLD, title="Taux"),
    state("taux", {"5": "Le taux de la taxe locale est de quatre pour cent."}, NEW, title="Taux"),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    with filled(tmp_path_factory.mktemp("answers"), *STATES) as made:
        yield made


@pytest.fixture(scope="module")
def searcher(parts: Parts) -> Searcher:
    return Searcher(parts.catalogue, parts.index, None)


def ask(
    parts: Parts,
    searcher: Searcher,
    question: str,
    caller: Caller | None = None,
    as_of: date | None = None,
) -> Answer:
    answerer = Answerer(parts.catalogue, searcher, extractive(searcher, None))
    answer = answerer.ask(Asked(question, caller or Caller.operator(), as_of), TODAY)
    with reading(parts.catalogue) as connection:
        for citation in answer.citations:
            version = catalogue.version(connection, citation.version_id, Caller.operator())
            assert version is not None and version.words is not None
            assert version.words[citation.start : citation.end] == citation.quote
            assert citation.verdict == "verified"
            assert version.validity.contains(as_of or TODAY)
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {m for s in answer.sentences for m in s.markers} == {c.marker for c in answer.citations}
    return answer


def test_an_answer_names_the_article_and_quotes_it(parts: Parts, searcher: Searcher) -> None:
    answer = ask(parts, searcher, "Quel est le délai du recours gracieux ?")
    assert not answer.refused
    assert answer.answer.splitlines()[:2] == [
        "Article 2 — Règlement général :",
        "« Le recours gracieux est formé dans un délai de deux mois. » [1]",
    ]
    assert answer.model == "extractive"
    assert {"encode", "index", "rank", "join", "generate", "verify", "total"} == set(answer.timings)


def test_an_annex_is_not_called_an_article(parts: Parts, searcher: Searcher) -> None:
    answer = ask(parts, searcher, "Quel est le tarif de la copie ?")
    assert answer.answer.startswith("Annexe 1 — Règlement général :")


def test_a_list_is_quoted_whole(parts: Parts, searcher: Searcher) -> None:
    answer = ask(parts, searcher, "Que peut refuser le maire ?")
    assert answer.citations[0].quote == RULES["3"]


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        pytest.param(date(2023, 12, 31), None, id="before"),
        pytest.param(OLD, "trois", id="first day, included"),
        pytest.param(date(2025, 5, 31), "trois", id="last day"),
        pytest.param(NEW, "quatre", id="end of the old, excluded"),
        pytest.param(None, "quatre", id="today"),
    ],
)
def test_the_words_of_the_day(
    parts: Parts, searcher: Searcher, as_of: date | None, words: str | None
) -> None:
    answer = ask(parts, searcher, "Quel est le taux de la taxe locale ?", as_of=as_of)
    assert answer.as_of == as_of
    said = [citation.quote for citation in answer.citations if citation.text_id == "taux"]
    assert [quote.split()[-3] for quote in said] == ([words] if words else [])


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Comment élever des mérous en captivité ?", id="of something else"),
        pytest.param("le la les de du", id="stop words only"),
        pytest.param("…", id="signs only"),
        pytest.param("article 99 du règlement général", id="an article that is not there"),
        pytest.param("\x1b[2J[bold]mérou[/] \x00", id="control characters and markup"),
        pytest.param("mérou " * 600, id="one word 600 times"),
    ],
)
def test_a_refusal_says_so_and_cites_nothing(
    parts: Parts, searcher: Searcher, question: str
) -> None:
    answer = ask(parts, searcher, question)
    assert answer.refused
    assert answer.answer.startswith(REFUSAL)
    assert answer.citations == answer.sentences == ()
    assert len(answer.nearest) <= NEAREST
    for hit in answer.nearest:
        assert hit.text in answer.answer


@pytest.mark.parametrize(
    "caller",
    [Caller(), Caller.of([]), Caller.of(["état civil"]), Caller.of(["rh2", "r h"])],
    ids=["nobody", "no service", "another", "almost"],
)
@pytest.mark.parametrize(
    "question",
    [
        "zibeline des agents",
        "La zibeline est-elle taxée ?",
        "article 2 de la note interne",
        "taxée",
    ],
)
def test_a_text_of_another_service_is_never_met(
    parts: Parts, searcher: Searcher, caller: Caller, question: str
) -> None:
    answer = ask(parts, searcher, question, caller)
    met = {c.text_id for c in answer.citations} | {hit.text_id for hit in answer.nearest}
    assert "rh" not in met
    assert "zibeline" not in answer.answer.replace(question, "")
    assert "Note interne" not in answer.answer
    # nor does the weight of a word tell that a hidden text holds it
    weights = searcher.rarity(word_tokens("zibeline mérou"), caller)
    assert len(set(weights.values())) == 1


def test_its_own_service_reads_it(parts: Parts, searcher: Searcher) -> None:
    answer = ask(parts, searcher, "La zibeline est-elle taxée ?", Caller.of(["rh", "x"]))
    assert answer.citations[0].text_id == "rh"
    known, unknown = word_tokens("zibeline mérou")
    weights = searcher.rarity([known, unknown], Caller.of(["rh"]))
    assert weights[known] < weights[unknown]


class Counted(SaidGenerator):
    """Counts how often it is asked."""

    asked = 0

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterable[DraftSentence]:
        self.asked += 1
        return super().generate(question, hits)


@pytest.mark.parametrize(
    ("sure", "refused"),
    [(None, False), (0.0, True), (0.49, True), (0.5, False), (1.0, False)],
)
def test_below_the_threshold_nothing_is_written(
    parts: Parts, searcher: Searcher, sure: float | None, refused: bool
) -> None:
    question = "Quel est le délai du recours gracieux ?"
    asked: list[tuple[str, int]] = []

    def told(given: Asked, words: str, hits: Sequence[Hit]) -> float | None:
        assert given.question == question
        asked.append((words, len(hits)))
        return sure

    written = Counted(said("Le délai est de deux mois.", (0, "un délai de deux mois")))
    for generator in (lambda caller, day: written, extractive(searcher, None)):
        answerer = Answerer(parts.catalogue, searcher, generator, sure=told, least=0.5)
        answer = answerer.ask(Asked(question, Caller.operator()), TODAY)
        assert answer.refused is refused and answer.confidence == sure
        assert bool(answer.nearest) is refused and bool(answer.citations) is not refused
        assert answer.answer.startswith(REFUSAL) is refused
    assert [words for words, _ in asked] == [question] * 2 and min(n for _, n in asked) > 0
    assert written.asked == (not refused)


def said_of(parts: Parts, searcher: Searcher, *drafts: DraftSentence) -> Answer:
    answerer = Answerer(parts.catalogue, searcher, lambda caller, day: SaidGenerator(*drafts))
    return answerer.ask(Asked("délai du recours gracieux", Caller.operator()), TODAY)


def test_only_verified_sentences_are_in_the_answer(parts: Parts, searcher: Searcher) -> None:
    answer = said_of(
        parts,
        searcher,
        said("Le délai est de trois mois.", (0, "trois mois")),
        said("Le délai est de deux mois.", (0, "un délai de deux mois")),
        said("Comme chacun sait."),
    )
    assert not answer.refused
    assert [s.support for s in answer.sentences] == ["unsupported", "verified", "unsupported"]
    assert "trois mois" not in answer.answer
    assert "chacun" not in answer.answer
    assert [c.verdict for c in answer.citations] == ["quote_mismatch", "verified"]
    assert answer.answer.endswith("Le délai est de deux mois. [2]")


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param((), id="nothing said"),
        pytest.param((said("Trois mois.", (0, "trois mois")),), id="a wrong quote"),
        pytest.param((said("Sans source."),), id="no quote"),
        pytest.param((said("D'ailleurs.", (99, "deux mois")),), id="a hit that was not given"),
    ],
)
def test_an_answer_without_a_verified_sentence_is_a_refusal(
    parts: Parts, searcher: Searcher, drafts: tuple[DraftSentence, ...]
) -> None:
    answer = said_of(parts, searcher, *drafts)
    assert answer.refused
    assert answer.citations == ()
    assert answer.nearest[0].article == "2"


def test_the_longest_question(parts: Parts, searcher: Searcher) -> None:
    words = " ".join(f"mot{n} recours L. {n}-1" for n in range(400))[:4000]
    answer = ask(parts, searcher, words)
    assert answer.timings["total"] < 5000
