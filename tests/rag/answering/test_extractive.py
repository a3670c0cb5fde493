"""Extractive answers: verbatim, by article, nothing quoted twice; silence where nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import LetterEmbedder, even_weights, hit
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.extractive import LEAST_QUOTES, MAX_QUOTES, ExtractiveGenerator
from rag.ports import DraftSentence
from rag.types import Hit

LIST = "Sont exclus du recours :\n1° les avis sans effet ;\n2° les notes internes ;\n3° le reste."


def drafts(question: str, *hits: Hit) -> list[DraftSentence]:
    return list(ExtractiveGenerator(even_weights).generate(question, hits))


def quotes(question: str, *hits: Hit) -> list[list[str]]:
    return [[quote.words for quote in draft.quotes] for draft in drafts(question, *hits)]


def test_the_sentence_that_answers_is_quoted() -> None:
    words = "Le guichet ouvre à neuf heures. Le recours est formé dans un délai de deux mois."
    (draft,) = drafts("Quel est le délai du recours ?", hit(words))
    assert draft.text == "« Le recours est formé dans un délai de deux mois. »"
    (quote,) = draft.quotes
    assert (quote.hit, quote.words) == (0, "Le recours est formé dans un délai de deux mois.")


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("", id="nothing"),
        pytest.param("le la les de du est-ce que ?", id="stop words only"),
        pytest.param("?!… « » [/]", id="signs only"),
        pytest.param("Comment élever des mérous en captivité ?", id="of something else"),
        pytest.param("\x00\x1b[31m\ud800", id="control characters"),
    ],
)
def test_what_the_passages_do_not_answer_has_no_answer(question: str) -> None:
    assert drafts(question, hit("Le recours est formé dans un délai de deux mois.")) == []


def test_no_hits() -> None:
    assert drafts("Quel est le délai du recours ?") == []


def test_a_point_is_quoted_with_its_introduction() -> None:
    assert quotes("notes internes", hit(LIST)) == [
        ["Sont exclus du recours :", "2° les notes internes ;"]
    ]


def test_two_points_of_one_list_share_their_introduction() -> None:
    (quoted,) = quotes("article 7 : les avis sans effet, ou les notes internes", hit(LIST, "7"))
    assert quoted == [
        "Sont exclus du recours :",
        "1° les avis sans effet ;",
        "2° les notes internes ;",
    ]


def test_a_list_that_is_quoted_whole_is_not_quoted_again_point_by_point() -> None:
    (quoted,) = quotes("article 1 : recours exclus, avis, notes internes", hit(LIST, "1"))
    assert quoted == [LIST]


def test_the_same_words_in_two_texts_are_quoted_once() -> None:
    words = "Le recours est formé dans un délai de deux mois."
    found = [hit(words, text="A"), hit(f"Autre phrase.\n{words}", text="B", rank=2)]
    assert quotes("délai du recours", *found) == [[words]]


def test_each_of_the_first_articles_gives_its_best_sentence_in_their_order() -> None:
    passages = [f"Autre chose. Le recours {n} est écrit." for n in range(MAX_QUOTES + 2)]
    passages[1] = "Rien de tel."
    found = [hit(words, str(n), rank=n + 1) for n, words in enumerate(passages)]
    alike = [replace(each, score=0.9) for each in found]
    said = [[f"Le recours {n} est écrit."] for n in range(MAX_QUOTES + 1) if n != 1]
    assert quotes("recours écrit", *alike) == said
    far = [replace(each, score=0.9 * 0.5 ** (each.rank - 1)) for each in found]
    assert quotes("recours écrit", *far) == said[:LEAST_QUOTES]


def test_two_passages_of_an_article_give_one_sentence() -> None:
    found = [hit("Le recours.", "1"), hit("Le recours écrit.", "1"), hit("L'écrit.", "2", rank=2)]
    assert quotes("recours écrit", *found) == [["Le recours écrit."], ["L'écrit."]]


def test_sentences_of_a_named_article_stand_in_its_order() -> None:
    words = "La réponse motivée. Rien de tel. Le recours gracieux écrit."
    found = drafts("article 1 : recours gracieux écrit, réponse motivée", hit(words, "1"))
    assert [draft.quotes[0].words for draft in found] == [
        "La réponse motivée.",
        "Le recours gracieux écrit.",
    ]


def test_a_named_article_is_quoted_even_where_it_says_little() -> None:
    found = [hit("Autre chose, le délai de recours.", "7"), hit("Abrogé.", "12 bis", rank=2)]
    (draft,) = drafts("Que dit l'article 12 bis sur le délai de recours ?", *found)
    # the position is that in the list given, whichever of them were read
    assert [(quote.hit, quote.words) for quote in draft.quotes] == [(1, "Abrogé.")]


def test_a_named_article_of_a_named_text_is_not_that_of_another() -> None:
    found = [
        hit("Dix euros.", "3", text="Règlement des cimetières"),
        hit("Le mot décision.", "3", text="Règlement général", rank=2),
    ]
    (draft,) = drafts("article 3 du règlement général", *found)
    assert draft.quotes[0].hit == 1


def test_an_article_of_another_code_is_not_quoted_for_its_number() -> None:
    found = [hit("Le juge des référés statue.", "L521-1", text="Code de justice administrative")]
    assert drafts("Que dit l'article L. 521-1 du code du travail ?", *found) == []
    assert drafts("Que dit l'article L. 521-1 du CJA ?", *found)


def test_a_named_article_between_others_is_quoted_from_its_own_hit() -> None:
    found = [hit("Un.", "3", text="A"), hit("Rien.", "9", text="B"), hit("Deux.", "3", text="C")]
    for draft in drafts("article 3", *found):
        for quote in draft.quotes:
            assert quote.words in found[quote.hit].passage


def test_meaning_counts_where_there_is_a_model() -> None:
    embedder = LetterEmbedder()
    found = [hit("Le recours zzz zzz zzz. Le recours gracieux au maire.")]
    generator = ExtractiveGenerator(even_weights, embedder)
    (draft, *_) = generator.generate("recours au maire gracieux", found)
    assert draft.quotes[0].words == "Le recours gracieux au maire."
    assert embedder.calls == [2]


WORDS = st.lists(
    st.sampled_from("recours délai mois maire : ; . 1° - « » \n guichet L. 231-4".split(" ")),
    min_size=1,
    max_size=30,
).map(" ".join)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), WORDS)
def test_every_quote_is_verbatim_and_none_overlaps_another(
    passages: Sequence[str], question: str
) -> None:
    found = [hit(words, str(n), rank=n + 1) for n, words in enumerate(passages)]
    written = drafts(question, *found)
    assert len(written) <= MAX_QUOTES
    quoted = [quote for draft in written for quote in draft.quotes]
    assert all(quote.words in found[quote.hit].passage for quote in quoted)
    assert all(quote.words.strip() == quote.words != "" for quote in quoted)
    for draft in written:
        assert draft.text == " ".join(f"« {quote.words} »" for quote in draft.quotes)
        assert len({quote.hit for quote in draft.quotes}) == 1
