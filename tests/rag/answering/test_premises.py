"""What a question takes for granted is held against the texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes import SaidGenerator, filled
from made_up import TODAY, state

from rag.answering.answer import Answerer, extractive
from rag.bootstrap import Parts
from rag.ports import DraftSentence
from rag.retrieval.search import Searcher
from rag.types import Answer, Asked, Caller

RULES = {
    "1": "Le présent règlement fixe les règles du guichet.",
    "2": "Le recours gracieux est formé dans un délai de deux mois à compter de la notification.",
    "3": "La demande de copie est gratuite.",
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    hidden = state("rh", {"77": "La zibeline est taxée."}, services=["rh"], title="Note interne")
    texts = (state("rgs", RULES, title="Règlement général du guichet"), hidden)
    with filled(tmp_path_factory.mktemp("premises"), *texts) as made:
        yield made


def ask(parts: Parts, question: str, *drafts: DraftSentence, strict: bool = True) -> Answer:
    searcher = Searcher(parts.catalogue, parts.index, None)
    said = (lambda caller, day: SaidGenerator(*drafts)) if drafts else extractive(searcher, None)
    answerer = Answerer(parts.catalogue, searcher, said)
    asked = Asked(question, Caller(), strict=strict)
    answer = answerer.ask(asked, TODAY)
    for premise in answer.premises:
        assert question[premise.start : premise.end] == premise.surface
    return answer


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Puisque l'article L. 999 permet de payer en retard, quel est le délai du recours ?",
            "Aucun texte disponible n'a d'article L999",
        ),
        ("Que dit l'article 12 du règlement général du guichet ?", "12"),
        ("Que dit l'article 3 du code de la route ?", "n'est pas dans le corpus"),
        (
            "Puisque le recours gracieux est formé dans un délai de six mois, qui le signe ?",
            "2 mois (Article 2 — Règlement général du guichet)",
        ),
        (
            "Sachant que la demande de copie n'est pas gratuite, où payer ?",
            "le contraire (Article 3 — Règlement général du guichet)",
        ),
    ],
)
def test_what_is_wrong_is_pointed_out(parts: Parts, question: str, said: str) -> None:
    (premise,) = ask(parts, question).premises
    assert said in premise.detail


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le délai du recours gracieux ?",
        "Que dit l'article 2 du règlement général du guichet ?",
        "Que dit l'article 2 ?",
        "Puisque le recours gracieux est formé dans un délai de deux mois, qui le signe ?",
        "Puisque mon voisin a deux chiens et trois chats, que faire ?",
    ],
)
def test_what_holds_is_left_alone(parts: Parts, question: str) -> None:
    assert ask(parts, question).premises == ()


def test_a_hidden_text_is_one_that_we_do_not_have(parts: Parts) -> None:
    """The same is said of it as of one that does not exist."""
    hidden, absent = (ask(parts, f"Que dit l'article {n} ?").premises for n in (77, 78))
    assert hidden[0].detail.replace("77", "78") == absent[0].detail


def own(text: str, *cites: int) -> DraftSentence:
    return DraftSentence(text, cites=cites)


GOOD = "Le recours gracieux est formé dans un délai de deux mois."
WRONG = "Le recours gracieux est formé dans un délai de six mois."
BARE = "La demande est simple."


@pytest.mark.parametrize("strict", [True, False])
def test_a_strict_answer_leaves_out_what_is_not_verified(parts: Parts, strict: bool) -> None:
    question = "délai du recours gracieux"
    drafts = own(GOOD, 0), own(WRONG, 0), own(BARE), own("L'article 99 le prévoit.", 0)
    answer = ask(parts, question, *drafts, strict=strict)
    assert [s.support for s in answer.sentences] == [
        "verified", "contradicted", "unsupported", "unsupported"
    ]  # fmt: skip
    assert [s.struck for s in answer.sentences] == [False, True, False, True]
    assert answer.left_out == answer.sentences[1:]
    if strict:
        assert answer.answer == f"{GOOD} [1]"
    else:
        assert answer.answer.startswith(f"{GOOD} [1] ~~{WRONG} [1]~~ [rayé : ")
        assert f"{BARE} [non vérifié : aucune source n'est citée]" in answer.answer
        assert "~~L'article 99 le prévoit.~~ [rayé : " in answer.answer


def test_citations_say_when_their_wording_is_in_force(parts: Parts) -> None:
    (citation,) = ask(parts, "délai du recours gracieux", own(GOOD, 0)).citations
    assert (citation.link, citation.valid_to) == ("", None)
