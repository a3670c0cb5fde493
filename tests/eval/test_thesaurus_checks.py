"""Which entries mislead, and keys written anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.thesaurus import SEEN, Asked, Collection, misleading, write_keys
from eval.training.measure import Document
from rag.retrieval.thesaurus import Entry, Thesaurus, key_of

DOCUMENTS = [
    Document("a", "", "forclusion du recours"),
    Document("b", "", "licence " + "sur le pavé " * 200),
    Document("c", "", "autorisation"),
]
ENTRIES = [Entry("trop tard", ("forclusion",)), Entry("licence", ("autorisation",))]
THESAURUS = Thesaurus([(key_of(entry.lay), entry) for entry in ENTRIES])


@pytest.mark.parametrize(
    ("question", "right", "entry", "sign"),
    [
        ("c'est trop tard", 0, "trop tard", 1),
        ("la licence", 2, "licence", 1),
        ("la licence", 1, "licence", -1),
    ],
)
def test_an_entry_is_judged_by_leaving_it_out(
    question: str, right: int, entry: str, sign: int
) -> None:
    collection = Collection(DOCUMENTS, [Asked(question, [right], 1.0)])
    ((told, effect),) = collection.effects(THESAURUS)
    assert told == entry
    assert effect * sign > 0


def test_a_share_counts_in_proportion() -> None:
    effects = [
        next(Collection(DOCUMENTS, [Asked("trop tard", [0], share)]).effects(THESAURUS))[1]
        for share in (1.0, 0.5)
    ]
    assert effects[1] == pytest.approx(effects[0] / 2)


def test_misleading_wants_enough_questions_and_more_harm_than_help() -> None:
    effects = [
        *[("worst", -2.0)] * SEEN,
        *[("bad", -1.0)] * SEEN,
        *[("rare", -9.0)] * (SEEN - 1),
        *[("mixed", -3.0), ("mixed", 1.0), ("mixed", -0.01)],
        *[("slight", -0.1)] * SEEN,
        *[("good", 3.0)] * SEEN,
    ]
    assert misleading(effects) == [("worst", SEEN, -2.0 * SEEN), ("bad", SEEN, -1.0 * SEEN)]


def test_keys_are_written_anew_and_first(tmp_path: Path) -> None:
    path = tmp_path / "thesaurus.jsonl"
    row = {"lay": "hors délai", "key": "old", "legal": ["forclusion"], "exact": True}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    write_keys(path)
    written = path.read_text(encoding="utf-8")
    assert written.startswith('{"key": "')
    assert json.loads(written) == {**row, "key": key_of("hors délai")}
