"""Search on a real catalogue and index: rights, dates, and the article that the question names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from fakes import LetterEmbedder, filled
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import state

from rag.access import readable
from rag.bootstrap import Parts
from rag.catalogue.removal import remove
from rag.database import writing
from rag.ports import DENSE, IndexFilter
from rag.retrieval.search import NAMED_SCORE, Searcher
from rag.retrieval.thesaurus import Entry, Thesaurus, key_of
from rag.retrieval.weights import Weights
from rag.types import Caller, Hit, TextState, Understood

TODAY = date(2026, 5, 28)
OLD, NEW = date(2024, 1, 1), date(2025, 6, 1)
LONG = "\n".join(f"Alinéa {n} sur la voirie communale : {'pavé ' * 60}." for n in range(4))


def code(text_id: str, title: str, words: dict[str, str]) -> TextState:
    made = state(text_id, words, title=title)
    return replace(made, text=replace(made.text, nature="code"))


STATES = (
    code("crpa", "Code des relations entre le public et l'administration", {"L311-1": "Accès."}),
    code("cja", "Code de justice administrative", {"L311-1": "Ressort.", "L. 9": "Rien."}),
    code("cgct", "Code général des collectivités territoriales", {"L2121-1": "Conseil."}),
    state("rgs", {"3": "Le guichet délivre les actes.", "R*4": "Rien."}, title="Règlement général"),
    state("proc", {"3": "Un acte est délivré au guichet.", "3.1": "Pièces."}, title="Actes"),
    state("rh", {"3": "Les congés du guichet."}, services=["rh"], title="Congés"),
    state("ec", {"3": "Les actes du guichet."}, services=["état civil", "rh"], title="Naissances"),
    state("taux", {"5": "Le taux de la taxe est bas."}, OLD, title="Taux"),
    state("taux", {"5": "Le taux de la taxe est haut."}, NEW, title="Taux"),
    state("voirie", {"8": LONG}, title="Voirie"),
)
SERVICES = {state.text.text_id: state.text.services for state in STATES}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    with filled(tmp_path_factory.mktemp("search"), *STATES) as made:
        yield made


@pytest.fixture(scope="module")
def searcher(parts: Parts) -> Searcher:
    return Searcher(parts.catalogue, parts.index, None)


def found(
    searcher: Searcher, question: str, day: date | None = TODAY, limit: int = 10
) -> list[Hit]:
    return list(searcher.search(question, Caller.operator(), day, limit).hits)


def names(hits: list[Hit]) -> list[str]:
    return [f"{hit.text_id} {hit.article}" for hit in hits]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        pytest.param("article L. 311-1 du CRPA", ["crpa L311-1"], id="abbreviation"),
        pytest.param("l 311 1 crpa", ["crpa L311-1"], id="as typed"),
        pytest.param("L311-1 du code de justice administrative", ["cja L311-1"], id="title"),
        pytest.param("que dit R. 4 ?", ["rgs R*4"], id="the star left out"),
        pytest.param("l’article 3 du règlement général", ["rgs 3"], id="a document's"),
        pytest.param("Le guichet, article 3.1", ["proc 3.1"], id="dotted"),
        pytest.param("art. L. 9", ["cja L. 9"], id="short"),
    ],
)
def test_the_article_that_is_named_comes_first(
    searcher: Searcher, question: str, first: list[str]
) -> None:
    hits = found(searcher, question)
    assert names(hits)[: len(first)] == first
    assert [hit.score >= NAMED_SCORE for hit in hits[:2]] == [True, False][: len(hits)]


def test_a_number_without_a_text_puts_each_first(searcher: Searcher) -> None:
    assert set(names(found(searcher, "article L. 311-1"))[:2]) == {"crpa L311-1", "cja L311-1"}


@pytest.mark.parametrize(
    "name", ["code général des collectivités territoriales", "code du travail"]
)
def test_a_code_without_that_article_is_not_taken_for_another(
    searcher: Searcher, name: str
) -> None:
    hits = found(searcher, f"article L. 311-1 du {name}")
    assert hits
    assert all(hit.score < NAMED_SCORE for hit in hits)


@pytest.mark.parametrize("question", ["", "   ", "le la les", "?!", "\x00\x1b\ud800"])
def test_nothing_asked_nothing_found(searcher: Searcher, question: str) -> None:
    assert found(searcher, question) == []


def test_ranks_count_from_one_and_articles_come_once(searcher: Searcher) -> None:
    hits = found(searcher, "actes du guichet")
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert len({hit.article_id for hit in hits}) == len(hits)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_limit_counts_articles(searcher: Searcher, limit: int) -> None:
    hits = searcher.search("guichet voirie pavé", Caller.operator(), TODAY, limit, 2).hits
    assert len({hit.version_id for hit in hits}) == limit
    assert {hit.rank for hit in hits} == set(range(1, limit + 1))


def test_passages_of_an_article_share_its_rank(searcher: Searcher) -> None:
    hits = searcher.search("pavé voirie", Caller.operator(), TODAY, 5, 3).hits
    assert [hit.rank for hit in hits] == [1, 1, 1]
    for hit in hits:
        assert LONG[hit.start : hit.end] == hit.passage


@pytest.mark.parametrize(
    ("day", "words"),
    [
        pytest.param(date(2023, 12, 31), set(), id="before"),
        pytest.param(OLD, {"bas"}, id="start included"),
        pytest.param(date(2025, 5, 31), {"bas"}, id="last day"),
        pytest.param(NEW, {"haut"}, id="end excluded"),
        pytest.param(None, {"bas", "haut"}, id="any date"),
    ],
)
@pytest.mark.parametrize("question", ["taux de la taxe", "article 5"])
def test_dates(searcher: Searcher, day: date | None, words: set[str], question: str) -> None:
    hits = [hit for hit in found(searcher, question, day) if hit.text_id == "taux"]
    assert {hit.passage.removesuffix(".").split()[-1] for hit in hits} == words
    for hit in hits:
        assert day is None or (hit.valid_from is None or hit.valid_from <= day)
        assert day is None or (hit.valid_to is None or day < hit.valid_to)


CALLERS = st.frozensets(st.sampled_from(["rh", "état civil", "marchés", ""])).map(Caller.of)


@settings(max_examples=40, deadline=None)
@given(CALLERS, st.sampled_from(["guichet", "congés du guichet", "article 3", "article 3 Congés"]))
def test_rights(searcher: Searcher, caller: Caller, question: str) -> None:
    hits = searcher.search(question, caller, TODAY, 50).hits
    assert hits
    assert all(readable(caller, SERVICES[hit.text_id]) for hit in hits)


def test_who_may_read_it_finds_it(searcher: Searcher) -> None:
    hits = searcher.search("congés", Caller.of(["rh"]), TODAY).hits
    assert [hit.text_id for hit in hits] == ["rh"]


def test_meaning_is_searched_where_there_is_a_model(parts: Parts) -> None:
    searcher = Searcher(parts.catalogue, parts.index, LetterEmbedder())
    sought = searcher._sought("guichet", Caller(), frozenset())
    queries = searcher._queries(sought, IndexFilter(TODAY, frozenset()))
    assert DENSE in {query.using for query in queries}
    assert all(query.where.services == frozenset() for query in queries)


PARKING = Entry("se garer", ("voirie", "stationnement des véhicules"))


@pytest.fixture(scope="module")
def knowing(parts: Parts) -> Searcher:
    thesaurus = Thesaurus([(key_of(PARKING.lay), PARKING)])
    return Searcher(parts.catalogue, parts.index, None, thesaurus)


def test_everyday_words_find_the_words_of_law(parts: Parts, knowing: Searcher) -> None:
    plain = Searcher(parts.catalogue, parts.index, None, Thesaurus())
    assert found(plain, "Où puis-je me garer ?") == []
    assert names(found(knowing, "Où puis-je me garer ?")) == ["voirie 8"]


def test_how_words_were_understood_is_told(knowing: Searcher) -> None:
    result = knowing.search("Où se garer ?", Caller.operator(), TODAY)
    assert result.understood == (Understood("garer", PARKING.legal, "se garer"),)


def test_an_entry_can_be_left_out_of_one_search(knowing: Searcher) -> None:
    without = frozenset({"se garer"})
    result = knowing.search("Où se garer ?", Caller.operator(), TODAY, without=without)
    assert (result.hits, result.understood) == ((), ())


def test_the_words_asked_count_more_than_their_equivalents(knowing: Searcher) -> None:
    assert names(found(knowing, "garer : les congés du guichet"))[0] == "rh 3"
    assert "voirie 8" in names(found(knowing, "garer : les congés du guichet"))


def test_equivalents_without_weight_find_nothing(parts: Parts) -> None:
    thesaurus = Thesaurus([(key_of(PARKING.lay), PARKING)])
    deaf = Searcher(parts.catalogue, parts.index, None, thesaurus, Weights(equivalent=0.0))
    assert found(deaf, "se garer") == []


def test_the_shipped_thesaurus_is_used_unless_another_is_given(searcher: Searcher) -> None:
    result = searcher.search("mon auto-école", Caller.operator(), TODAY)
    assert [told.entry for told in result.understood] == ["auto-ecole"]


def test_equivalents_give_no_right(knowing: Searcher) -> None:
    secret = Thesaurus([(key_of("repos"), Entry("repos", ("congés",)))])
    asking = Searcher(knowing._engine, knowing._index, None, secret)
    assert asking.search("repos", Caller(), TODAY).hits == ()
    assert [h.text_id for h in asking.search("repos", Caller.of(["rh"]), TODAY).hits] == ["rh"]


def test_what_is_removed_is_not_found_even_while_the_index_lags(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with filled(tmp_path_factory.mktemp("lag"), *STATES[3:5]) as parts:
        with writing(parts.catalogue, "test") as connection:
            remove(connection, "rgs")
        lagging = Searcher(parts.catalogue, parts.index, None)
        assert {hit.text_id for hit in found(lagging, "guichet, article 3")} == {"proc"}
