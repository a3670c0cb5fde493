"""The words of a chat: what is shown may grow, and is found again in what front ends send back."""

from __future__ import annotations

import random

import pytest

from api import chat_text
from api.chat_shapes import Message, history
from api.chat_text import Growing
from rag.answering import wording
from rag.answering.answer import Checked
from rag.types import Answer, Citation, Premise, Sentence, Turn

SUPPORTS = ("verified", "unsupported", "contradicted")


def citation(marker: int) -> Citation:
    quote = f"mots {marker}\n\n---\n\nencore"
    about = {"verdict": "verified", "page": marker, "link": f"https://exemple.fr/{marker}"}
    number = f"L{1 + marker // 2}"
    return Citation(marker, "t", "Code", number, f"v{marker}", quote, 0, 9, **about)  # type: ignore[arg-type]


def events(seed: int, begins: str) -> list[Checked]:
    """Sentences with all verdicts, each with a source of its own."""
    chance = random.Random(seed)
    return [
        Checked(
            Sentence(f"{begins}phrase {n}. » [{n}]", (n,), chance.choice(SUPPORTS)), (citation(n),)
        )
        for n in range(1, chance.randrange(2, 9))
    ]


def whole(given: list[Checked], *, own_words: bool) -> Answer:
    """The answer that those sentences make, as `rag.answering.answer` makes it."""
    good = [each.sentence for each in given if each.sentence.support == "verified"]
    cited = tuple(each for event in given for each in event.citations)
    text = wording.own_words(good, strict=True) if own_words else wording.quoted(good, cited)
    text = text if good else wording.REFUSAL
    return Answer("q", None, text, not good, "m", (), cited if good else (), {}, searched="q")


@pytest.mark.parametrize("own_words", [True, False])
@pytest.mark.parametrize("begins", ["", "« "])
@pytest.mark.parametrize("seed", range(30))
def test_what_grows_is_the_beginning_of_the_whole(seed: int, begins: str, own_words: bool) -> None:
    """A model that begins its sentences with quotations is told from texts that are quoted."""
    given = events(seed, begins if own_words else "« ")
    answer = whole(given, own_words=own_words)
    growing = Growing(quoting=False)
    shown = ""
    for event in given:
        shown += growing.add(event)
        assert answer.answer.startswith(shown)
    assert shown + growing.end(answer) == answer.answer
    assert growing.citations[: len(answer.citations)] == answer.citations


@pytest.mark.parametrize("seed", range(30))
def test_quotations_are_shown_as_they_come(seed: int) -> None:
    given = events(seed, "« ")
    growing, answer = Growing(quoting=True), whole(given, own_words=False)
    pieces = [growing.add(event) for event in given]
    good = [event.sentence.support == "verified" for event in given]
    assert [bool(piece) for piece in pieces] == good
    assert "".join(pieces) + growing.end(answer) == answer.answer


def test_what_does_not_stand_any_more_is_taken_back_aloud() -> None:
    growing = Growing(quoting=False)
    shown = growing.add(Checked(Sentence("Ancien.", (), "verified"), ()))
    answer = Answer("q", None, "Nouveau.", False, "m", (), (), {})
    shown += growing.end(answer)
    assert shown == f"Ancien.\n\n---\n\n{chat_text.REPLACED}\n\nNouveau."


ANSWER = Answer(
    question="et pour eux ?",
    as_of=None,
    answer="Un mois. [1]\nDeux. [1][2]",
    refused=False,
    model="m",
    sentences=(),
    citations=(citation(1), citation(2)),
    timings={},
    notice="Limite atteinte.",
    searched="Quel délai, pour\neux ?",
    premises=(Premise("article 9", 0, 9, "n'existe pas"),),
)


def test_all_that_is_said_below_an_answer() -> None:
    first, second = (chat_text.footnote(each) for each in ANSWER.citations)
    assert first == f"[1] Article L1 — Code, page 1 : « {citation(1).quote} » https://exemple.fr/1"
    assert chat_text.content(ANSWER).split("\n\n---", 1) == [
        ANSWER.answer,
        f"\n\n{first}\n\n{second}\n\nAttention, « article 9 » : n'existe pas"
        "\n\nQuestion comprise comme : « Quel délai, pour eux ? »\n\nLimite atteinte.",
    ]


def test_nothing_below_when_there_is_nothing_to_say() -> None:
    bare = Answer("q", None, "Rien.", True, "m", (), (), {}, searched="q")
    assert chat_text.content(bare) == "Rien."


def test_earlier_answers_come_back_without_their_sources() -> None:
    broken = "Un. [1]" + chat_text.broken({"title": "Panne."}, [citation(1)])
    said = [
        ("assistant", "Bonjour !"),
        ("user", "et pour eux ?"),
        ("assistant", chat_text.content(ANSWER)),
        ("user", "encore"),
        ("assistant", broken),
        ("user", " "),
        ("user", "sans réponse"),
        ("tool", "outil"),
    ]
    turns = history([Message(role=role, content=words) for role, words in said])  # type: ignore[arg-type]
    assert turns == (
        Turn("Quel délai, pour eux ?", "Un mois.\nDeux."),
        Turn("encore", "Un."),
        Turn("sans réponse"),
    )


def test_history_is_bounded() -> None:
    long = [Message(role="user", content=f"{n} " + "x" * 9000) for n in range(50)]
    long.append(Message(role="assistant", content="y" * 90_000))
    turns = history(long)
    assert [turn.question[:2] for turn in turns] == ["44", "45", "46", "47", "48", "49"]
    assert all(len(turn.question) == 4000 for turn in turns)
    assert len(turns[-1].answer) == 20_000
