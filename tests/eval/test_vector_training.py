"""What the shipped vectors are learned from, and how."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from eval.ablation import kept_aside
from eval.bm25_reference import Question
from eval.datasets import read_questions
from eval.training import measure, pairs
from eval.training.swaps import Swaps
from eval.training.texts import PASSAGE, Text
from rag.ports import ARTICLE, DENSE

LAW = Text(
    ("Code", "L1"),
    (["livr"], ["permis", "construir"]),
    (["decis", "implicit", "rejet", "nait", "silenc"], ["recour", "form", "deux", "mois"]),
)
SHEET = Text("F1", (), (["un", "deux"], ["trois", "quatr", "cinq", "six"]), everyday=True)


def write(path: Path, rows: Iterable[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    codes = [{"question": f"q {n}", "code": f"Code {n}", "num": "1", "also": []} for n in range(4)]
    write(tmp_path / "training" / "questions.jsonl", codes)
    own = [{"question": f"own {n}", "code": f"Code {n}", "num": "1", "also": []} for n in range(2)]
    write(tmp_path / "own.jsonl", own)
    monkeypatch.setattr(pairs, "OWN", tmp_path / "own.jsonl")
    sheets = [{"question": f"sheet {name}", "sheets": [name]} for name in ("F1", "F9")]
    write(tmp_path / "queries.jsonl", sheets)
    monkeypatch.setattr(pairs, "QUERIES", tmp_path / "queries.jsonl")
    queries = [
        {"id": f"sujet {n}-0", "question": f"requête {n}", "relevant": {"F1": 5, "F2": 3}}
        for n in range(40)
    ]
    write(tmp_path / "eval" / "cdtn" / "questions.jsonl", queries)
    return tmp_path


def test_passages_hold_whole_sentences_up_to_a_size() -> None:
    long = ["mot"] * (PASSAGE - 1)
    text = Text("F2", (), (long, ["un"], ["deux"], ["trois"] * (PASSAGE + 5)))
    assert [len(passage) for passage in text.passages()] == [PASSAGE, 1, PASSAGE + 5]


def test_no_query_on_a_topic_kept_aside_is_learned(shared: Path) -> None:
    every = read_questions(shared / "eval" / "cdtn" / "questions.jsonl")
    aside = {query.question for query in kept_aside(every)}
    learned = {words for words, _, _ in pairs.sheet_queries(shared)}
    assert aside and learned == {query.question for query in every} - aside


def test_holding_out_leaves_codes_and_topics_to_measure_on(shared: Path) -> None:
    everything = pairs.asked_to_learn(shared, hold_out=False)
    learned = pairs.asked_to_learn(shared, hold_out=True)
    topics = {topic for _, topic, _ in pairs.sheet_queries(shared)}
    left = {topic for topic in topics if not pairs.topic_held_out(topic)}
    assert 0 < len(left) < len(topics)
    assert len(everything) == 4 + 2 + len(topics) + 2
    # Without the queries of one's own for F1, which answers some that are held out.
    assert len(learned) == 2 + 1 + len(left) + 1
    assert pairs.held_out(shared) == {"Code 0", "Code 2"}


def test_a_question_is_paired_with_the_passage_most_like_it() -> None:
    text = Text("F3", (), (["a"] * PASSAGE, ["conge", "paye"] * 20, ["b"] * PASSAGE))
    asked = pairs.Asked(["conge"], ["paye"], ["F9", "F3"])
    (pair,) = pairs.question_pairs([asked], [text])
    assert pair.answer == ["conge", "paye"] * 20


def test_titles_and_sentences_are_paired_with_their_own_text() -> None:
    chance = random.Random(0)
    (titled,) = pairs.title_pairs([LAW, SHEET], chance)
    assert titled.asked == ["livr", "permis", "construir"]
    for pair in pairs.sentence_pairs([LAW, SHEET], chance):
        text = LAW if pair.key == ("text", LAW.key) else SHEET
        assert sorted(pair.asked + pair.answer) == sorted(chain(*text.sentences))


def test_a_term_of_law_is_swapped_for_everyday_words() -> None:
    entries = [(["pas", "repons"], [["decis", "implicit", "rejet"], ["absent"]])]
    swaps = Swaps([LAW, SHEET], entries)
    drawn = [pair for seed in range(20) for pair in swaps.draw(9, random.Random(seed))]
    assert len(drawn) == 20
    for pair in drawn:
        assert pair.answer == LAW.passages()[0]
        assert {"pas", "repons"} <= set(pair.asked)
        assert "implicit" not in pair.asked
    assert any("permis" in pair.asked for pair in drawn)
    assert any("nait" in pair.asked for pair in drawn)


def test_a_single_common_stem_is_no_term(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.training.swaps.COMMON", 1)
    swaps = Swaps([LAW], [(["attent"], [["silenc"]])])
    assert swaps.draw(9, random.Random(0)) == []


def test_figures_are_those_of_the_fused_ranking() -> None:
    question = Question("q", frozenset({"b", "c"}))
    rankings: dict[str, measure.Ranking] = {
        ARTICLE: [("a", 2.0), ("b", 1.0)],
        DENSE: [("b", 0.9), ("a", 0.1)],
    }
    words = measure.figures([(question, rankings)], {ARTICLE: 1.0})
    both = measure.figures([(question, rankings)], {ARTICLE: 1.0, DENSE: 1.0})
    assert (words.mrr, both.mrr) == (0.5, 1.0)
    assert words.hit10 == both.hit10 == 1.0
    assert words.recall100 == both.recall100 == 0.5
