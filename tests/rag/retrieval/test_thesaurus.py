"""What a question's words are understood as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.lexical import word_tokens
from rag.retrieval.thesaurus import Entry, Thesaurus, entry_id, key_of, understood


def made(*entries: Entry, base: Thesaurus | None = None) -> Thesaurus:
    return Thesaurus([(key_of(entry.lay), entry) for entry in entries], base)


ENTRIES = (
    Entry("dossier", ("demande",)),
    Entry("dossier incomplet", ("pièces manquantes", "demande incomplète")),
    Entry("auto-école", ("enseignement de la conduite",)),
    Entry("hors délai", ("forclusion",)),
    Entry("faire une demande", ("présenter une demande",)),
    Entry("arrêter", ("cesser",)),
    Entry("arrêté", ("décision réglementaire",)),
    Entry("RCS", ("registre du commerce",), exact=True),
    Entry("licence", ()),
    Entry("licencier", ("licenciement",)),
    Entry("sœur", ("collatéral",)),
)
THESAURUS = made(*ENTRIES)

CASES = [
    ("le dossier", ["dossier"]),
    ("Mon DOSSIER est incomplet", ["dossier incomplet"]),  # longest first; stop words between
    ("des dossiers incomplets", ["dossier incomplet"]),  # inflected
    ("incomplet, le dossier", ["dossier"]),  # the order counts
    ("AUTO ECOLE", ["auto-ecole"]),  # capitals, accents and hyphen left out
    ("l’auto-école", ["auto-ecole"]),  # elision
    ("le délai", []),  # without the word that tells
    ("je suis hors du délai", ["hors delai"]),
    ("ma demande", []),
    ("comment faire ma demande ?", ["faire une demande"]),
    ("l'arrêté", ["arrete"]),  # the very words before others of their stem
    ("s'arrêter", ["arreter"]),
    ("rcs", ["rcs"]),
    ("RC", []),  # an acronym is no plural
    ("licence", []),  # off: taken as it is, not as another word of its stem
    ("licencié", ["licencier"]),
    ("mes sœurs", ["soeur"]),  # ligature
    ("le dossier et le dossier", ["dossier"]),  # once
    ("dossier, auto-école", ["dossier", "auto-ecole"]),  # in reading order
    ("", []),
    ("le la les ?!", []),
]


@pytest.mark.parametrize(("question", "expected"), CASES)
def test_entries_found(question: str, expected: list[str]) -> None:
    assert [told.entry for told in understood(THESAURUS.concepts(question))] == expected


def test_words_are_given_as_they_were_typed() -> None:
    (told,) = understood(THESAURUS.concepts("Que faire d'un Dossier  INCOMPLET ?"))
    assert (told.words, told.meaning) == (
        "Dossier  INCOMPLET",
        ("pièces manquantes", "demande incomplète"),
    )


def test_an_entry_left_out_leaves_its_words_to_shorter_ones() -> None:
    without = frozenset({"dossier incomplet"})
    concepts = THESAURUS.concepts("dossier incomplet", without)
    assert [told.entry for told in understood(concepts)] == ["dossier"]
    assert THESAURUS.concepts("dossier incomplet", without | {"dossier"}) == []


def test_entries_of_the_same_words_are_one_concept() -> None:
    both = made(Entry("papier", ("document", "titre")), Entry("les papiers", ("titre", "pièce")))
    (concept,) = both.concepts("ses papiers")
    assert concept.equivalents == ("titre", "pièce")  # the very words
    (concept,) = made(Entry("mon papier", ("a",)), Entry("du papier", ("b",))).concepts("papiers")
    assert [entry.lay for entry in concept.entries] == ["mon papier", "du papier"]


def test_own_entries_take_the_place_of_the_base() -> None:
    own = made(
        Entry("Dossier", ("chemise",)),
        Entry("AUTO-ECOLE", ()),
        Entry("bac à graisse", ("séparateur",)),
        base=THESAURUS,
    )
    meanings = {
        question: [told.meaning for told in understood(own.concepts(question))]
        for question in ("dossier", "auto-école", "bac à graisse", "hors délai")
    }
    assert meanings == {
        "dossier": [("chemise",)],
        "auto-école": [],
        "bac à graisse": [("séparateur",)],
        "hors délai": [("forclusion",)],
    }


def test_the_later_of_two_counts() -> None:
    twice = made(Entry("dossier", ("demande",)), Entry("DOSSIER", ("chemise",)))
    (concept,) = twice.concepts("dossier")
    assert concept.equivalents == ("chemise",)


def test_ids_ignore_case_accents_and_apostrophes() -> None:
    assert entry_id("  L’Arrêté ") == entry_id("l'arrete") == "l'arrete"


WORDS = st.lists(
    st.sampled_from("le un dossier incomplet auto école hors délai faire demande arrêté".split()),
    max_size=12,
)


@given(WORDS)
def test_no_word_belongs_to_two_concepts(words: list[str]) -> None:
    question = " ".join(words)
    concepts = THESAURUS.concepts(question)
    told = word_tokens(question)
    assert sum(len(concept.tokens) for concept in concepts) <= len(told)
    assert len({concept.tokens for concept in concepts}) == len(concepts)
    for concept in concepts:
        assert concept.words in question
        assert list(concept.tokens) == word_tokens(concept.words)


@given(st.text(max_size=40))
def test_any_text_is_read(question: str) -> None:
    for concept in THESAURUS.concepts(question):
        assert concept.words in question
