"""Mistyped words: what they are read as, what is left alone, and that rights hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from fakes import filled
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_up import state

from rag.answering.answer import Answerer, confidence, extractive
from rag.bootstrap import Parts
from rag.embedding.static import known_ids
from rag.errors import EmbeddingError
from rag.retrieval.lexical import token_id, word_tokens
from rag.retrieval.mistakes import Ids, at_one_mistake
from rag.retrieval.search import Searcher
from rag.retrieval.spelling import MOST, MOST_WORDS, corrected, corrections
from rag.retrieval.thesaurus import Entry, Thesaurus, key_of
from rag.retrieval.thesaurus_file import shipped
from rag.retrieval.vocabulary import vocabulary
from rag.retrieval.weights import Weights
from rag.types import Asked, Caller, Understood

TODAY = date(2026, 5, 28)
HELD = {"procédure": 40, "licenciement": 30, "contrat": 90, "contact": 2, "assurance": 9}
HELD |= {"personnel": 50, "prudhommes": 3, "délai": 60, "préfet": 8, "article": 99}
COUNTS = {token_id(token): n for words, n in HELD.items() for token in word_tokens(words)}
KNOWN = frozenset(map(token_id, word_tokens("bagnole résilier atelier")))


def known(ids: Ids) -> npt.NDArray[np.bool_]:
    return np.array([int(each) in KNOWN for each in ids], dtype=bool)


def held(ids: Ids) -> npt.NDArray[np.float64]:
    return np.array([COUNTS.get(int(each), 0) for each in ids], dtype=float)


def read(question: str, without: frozenset[str] = frozenset()) -> str:
    return corrected(question, corrections(question, known, held, without))


CASES = [
    ("la proceduure", "la procedure"),  # a letter twice
    ("le personel", "le personnel"),  # a letter once for twice
    ("le lciencié", "le licencie"),  # swapped
    ("le licenciment", "le licenciment"),  # one stem with what was meant: found as it is
    ("le lcenciement", "le licenciement"),  # left out
    ("un licencifement", "un licenciement"),  # too many
    ("un comtrat", "un contrat"),  # another letter: m for n, a key beside
    ("un contrzt", "un contrat"),
    ("un contrut", "un contrut"),  # neither beside it nor like it
    ("un contradt", "un contrat"),
    ("le CONTRTA", "le CONTRTA"),  # shouted alone: an acronym
    ("LE CONTRTA", "LE contrat"),
    ("Contrta signé", "contrat signé"),  # a capital begins the question
    ("Bonjour. Contrta", "Bonjour. contrat"),
    ("avec M. Contrat et Monsieur Comtrat", "avec M. Contrat et Monsieur Comtrat"),  # a name
    ("l'asurance-contrta", "l'assurance-contrat"),  # elision, hyphen
    ("d’asurance", "d’assurance"),
    ("contrta-contrta", "contrat-contrat"),
    ("les prud'homes", "les prud'homes"),  # an apostrophe within
    ("le déla", "le déla"),  # four
    ("contrta2024", "contrta2024"),  # digits
    ("le prefte", "le prefet"),
    ("commnet faire", "comment faire"),  # little words too
    ("depiüs", "depuis"),
    ("la bagnolle", "la bagnole"),  # held by no article, but known
    ("un bagnole", "un bagnole"),
    ("rien de tel : xylophage", "rien de tel : xylophage"),
    ("artcile 12", "article 12"),
    ("", ""),
]


@pytest.mark.parametrize(("question", "expected"), CASES)
def test_questions_are_read(question: str, expected: str) -> None:
    assert read(question) == expected


def test_frequency_decides_between_mistakes_as_likely() -> None:
    assert read("contact contat") == "contact contrat"  # a letter left out of either


def test_what_is_switched_off_is_left_as_it_is() -> None:
    assert read("un Contrta et une asurance", frozenset({"asurance"})) == (
        "un Contrta et une asurance"
    )
    assert read("un contrta et une asurance", frozenset({"asurance"})) == (
        "un contrat et une asurance"
    )
    (found,) = corrections("un contrta", known, held)
    assert (found.start, found.end, found.typed, found.entry) == (3, 10, "contrta", "contrta")
    assert read("un contrta", frozenset({found.entry})) == "un contrta"


def test_texts_are_only_asked_when_a_word_is_unknown() -> None:
    def nothing(_: Ids) -> npt.NDArray[np.float64]:
        raise AssertionError

    assert corrections("résilier pour la bagnole de 5 Dupont", known, nothing) == []


def test_a_question_has_few_words_put_right() -> None:
    typed = [f"contra{letter}t" for letter in "bdfghjkm"]
    assert read(" ".join(typed)).split() == ["contrat"] * MOST_WORDS + typed[MOST_WORDS:]


@given(st.text(max_size=60))
def test_any_text_is_read(question: str) -> None:
    at = 0
    for each in corrections(question, known, held):
        assert at <= each.start < each.end
        assert question[each.start : each.end] == each.typed
        at = each.end


@given(st.lists(st.sampled_from([*HELD, "bagnole", "résilier", "pour", "de", "Le"]), max_size=8))
def test_known_words_stay(words: list[str]) -> None:
    assert read(" ".join(words)) == " ".join(words)


@given(st.text(st.sampled_from("aeilnrstc'-é "), max_size=40))
def test_what_is_put_right_stays(question: str) -> None:
    once = corrections(question, known, held)
    left = corrections(corrected(question, once), known, held)
    assert left == [] or len({each.entry for each in once}) == MOST_WORDS


@given(st.from_regex(r"[a-z]{5,12}", fullmatch=True))
def test_every_word_at_one_mistake_comes_once(typed: str) -> None:
    near = at_one_mistake(typed)
    assert typed not in near.words
    assert len(set(near.words)) == len(near.words) == len(near.ids) == len(near.likely)
    assert {len(word) - len(typed) for word in near.words} == {-1, 0, 1}


HOSTILE = [
    "x" * 10_000,
    "é" * MOST,
    " ".join(f"xqz{a}{b}w" for a in "abcdefghij" for b in "klmnopqrstuv"),
    "-'" * 5000,
    "contrta-" * 1500,
    "contrta'" * 1500,
    " ".join(["CONTRTA"] * 2000),
]


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_questions_take_no_time(question: str) -> None:
    started = time.perf_counter()
    corrections(question, known, held)
    assert time.perf_counter() - started < 1.0


# Words that neither the shipped vectors nor the shipped thesaurus know.
OPEN, CLOSED = "brimbelette", "gravelotier"
STATES = (
    state("open", {"1": f"La {OPEN} est déposée au guichet.", "2": "La pièce est jointe."}),
    state("closed", {"1": f"Le {CLOSED} est réservé."}, services=["rh"]),
)
PUBLIC, STAFF = Caller.of([]), Caller.of(["rh"])


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    with filled(tmp_path_factory.mktemp("spelling"), *STATES) as made:
        yield made


@pytest.fixture(scope="module")
def searcher(parts: Parts) -> Searcher:
    return Searcher(parts.catalogue, parts.index, None)


@pytest.fixture(scope="module")
def without_closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """A catalogue that has nothing but what everyone reads."""
    with filled(tmp_path_factory.mktemp("open"), STATES[0]) as made:
        yield Searcher(made.catalogue, made.index, None)


def test_a_mistyped_question_finds_its_article_and_says_how(searcher: Searcher) -> None:
    result = searcher.search("où déposer ma brimbeltete ?", PUBLIC, TODAY)
    assert (result.hits[0].text_id, result.hits[0].article) == ("open", "1")
    assert result.understood[0] == Understood("brimbeltete", (OPEN,), "brimbeltete")


def test_what_was_meant_is_shown_with_its_accents(searcher: Searcher) -> None:
    (told,) = searcher.search("la depposee", PUBLIC, TODAY).understood
    assert told == Understood("depposee", ("déposée",), "depposee")


def test_it_can_be_switched_off(searcher: Searcher) -> None:
    without = frozenset({"brimbeltete"})
    result = searcher.search("ma brimbeltete", PUBLIC, TODAY, without=without)
    assert (result.hits, result.understood) == ((), ())


def test_it_can_be_left_out(parts: Parts) -> None:
    literal = Searcher(parts.catalogue, parts.index, None, weights=Weights(spelling=False))
    assert literal.search("ma brimbeltete", PUBLIC, TODAY).hits == ()
    assert literal.corrected("ma brimbeltete", PUBLIC) == "ma brimbeltete"


MISTYPED = st.sampled_from(at_one_mistake(CLOSED).words)


@settings(max_examples=25, deadline=None)
@given(MISTYPED)
def test_what_is_out_of_sight_might_as_well_not_be_there(
    searcher: Searcher, without_closed: Searcher, typed: str
) -> None:
    question = f"le {typed}"
    read = searcher.corrected(question, PUBLIC)
    assert read == without_closed.corrected(question, PUBLIC)
    seen, alone = (each.search(question, PUBLIC, TODAY) for each in (searcher, without_closed))
    assert (seen.hits, seen.understood) == (alone.hits, alone.understood)
    assume(read == question)  # else its number is that of a word known to the vectors, by chance
    assert [hit.text_id for hit in searcher.search(question, STAFF, TODAY).hits] == ["closed"]


def test_a_secret_word_is_not_put_right_for_who_may_not_read_it(searcher: Searcher) -> None:
    for caller in (PUBLIC, STAFF, Caller.operator()):
        assert searcher.corrected("brimbeltete", caller) == OPEN
    assert searcher.corrected("gravelotierr", PUBLIC) == "gravelotierr"
    assert searcher.corrected("gravelotierr", STAFF) == CLOSED


def test_everyday_words_with_a_mistake_are_understood(parts: Parts) -> None:
    entry = Entry("zigouillade", ("pièce",))
    thesaurus = Thesaurus([(key_of(entry.lay), entry)])
    searcher = Searcher(parts.catalogue, parts.index, None, thesaurus)
    result = searcher.search("une zigouillde", PUBLIC, TODAY)
    assert [hit.article for hit in result.hits] == ["2"]
    assert [told.meaning for told in result.understood] == [("zigouillade",), ("pièce",)]


def test_shipped_words_are_known() -> None:
    ids = [token_id(token) for token in word_tokens("licenciement auto-école xylomorphe")]
    has = vocabulary(shipped()).has(np.array(ids, dtype=np.uint32))
    assert has.tolist() == [True, True, True, False]


@pytest.mark.parametrize("content", [None, b"", b"PK broken"], ids=["missing", "empty", "broken"])
def test_vectors_that_cannot_be_read_are_told(tmp_path: Path, content: bytes | None) -> None:
    table = tmp_path / "table.npz"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(EmbeddingError, match="vecteurs"):
        known_ids(table)


def test_an_answer_quotes_what_was_meant_and_is_as_sure(parts: Parts, searcher: Searcher) -> None:
    answerer = Answerer(
        parts.catalogue,
        searcher,
        extractive(searcher, None),
        sure=confidence(searcher, lambda: parts.shipped_embedder),
    )
    right, wrong = (
        answerer.ask(Asked(f"Où déposer la {word} ?", PUBLIC), TODAY)
        for word in (OPEN, "brimbeltete")
    )
    assert [citation.article for citation in wrong.citations] == ["1"]
    assert wrong.answer == right.answer
    assert wrong.confidence == right.confidence
    assert wrong.understood[0].entry == "brimbeltete"
    off = Asked("la brimbeltete", PUBLIC, without=frozenset({"brimbeltete"}))
    assert answerer.ask(off, TODAY).refused
