"""The weight of words: over what one may read, and over nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from made_up import state, take_in
from sqlalchemy import Engine

from rag.catalogue.rights import set_services
from rag.database import reading, writing
from rag.index import projection
from rag.index.edge import EdgeIndex
from rag.ports import ARTICLE, PASSAGE, IndexQuery
from rag.retrieval.lexical import (
    ARTICLE_LENGTH,
    document_vector,
    question_vector,
    token_id,
    tokens,
)
from rag.retrieval.rarity import Rarities
from rag.types import Caller

OLD = date(2024, 1, 1)
OPEN = {"1": "le recours gracieux", "2": "le délai de recours", "3": "la copie d'un acte"}
SECRET = {"1": "le recours des agents", "2": "la copie et le recours", "3": "un mérou"}
WORDS = [token_id(token) for token in tokens("recours copie mérou inconnu")]
PUBLIC, STAFF = Caller.of([]), Caller.of(["rh"])


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    with closing(EdgeIndex(tmp_path / "index", 0)) as opened:
        yield opened


def weights(
    catalogue: Engine, index: EdgeIndex, rarities: Rarities, caller: Caller
) -> dict[str, list[float]]:
    projection.catch_up(catalogue, index, "", "test")
    with reading(catalogue) as connection:
        found = rarities.of(connection, WORDS, caller).weights
    return {name: values.tolist() for name, values in found.items()}


def idf(count: int, holders: int) -> float:
    return float(np.log1p((count - holders + 0.5) / (holders + 0.5)))


def test_only_what_one_may_read_is_counted(catalogue: Engine, index: EdgeIndex) -> None:
    rarities = Rarities()
    take_in(catalogue, state("t", OPEN, OLD))
    alone = weights(catalogue, index, rarities, PUBLIC)
    assert alone[ARTICLE] == alone[PASSAGE] == [idf(3, 2), idf(3, 1), idf(3, 0), idf(3, 0)]
    take_in(catalogue, state("u", SECRET, OLD, ["rh"]))
    assert weights(catalogue, index, rarities, PUBLIC) == alone
    both = [idf(6, 4), idf(6, 2), idf(6, 1), idf(6, 0)]
    for caller in (STAFF, Caller.operator()):
        assert weights(catalogue, index, rarities, caller)[ARTICLE] == both


def test_rights_count_from_the_next_question(catalogue: Engine, index: EdgeIndex) -> None:
    rarities = Rarities()
    take_in(catalogue, state("t", OPEN, OLD), state("u", SECRET, OLD))
    opened = weights(catalogue, index, rarities, PUBLIC)
    with writing(catalogue, "test") as connection:
        set_services(connection, "u", ["rh"])
    with reading(catalogue) as connection:  # the index lags
        closed = rarities.of(connection, WORDS, PUBLIC).weights[ARTICLE].tolist()
    assert closed == [idf(3, 2), idf(3, 1), idf(3, 0), idf(3, 0)] != opened[ARTICLE]


def test_a_changed_text_is_counted_again(catalogue: Engine, index: EdgeIndex) -> None:
    rarities = Rarities()
    take_in(catalogue, state("t", OPEN, OLD))
    weights(catalogue, index, rarities, PUBLIC)
    take_in(catalogue, state("t", OPEN | {"4": "un mérou", "5": "un autre mérou"}, OLD))
    again = weights(catalogue, index, rarities, PUBLIC)
    assert again == weights(catalogue, index, Rarities(), PUBLIC)
    assert again[ARTICLE] == [idf(5, 2), idf(5, 1), idf(5, 2), idf(5, 0)]


def test_without_any_text_every_word_weighs_the_same(catalogue: Engine, index: EdgeIndex) -> None:
    found = weights(catalogue, index, Rarities(), PUBLIC)
    assert len(set(found[ARTICLE])) == 1


def test_scores_are_bm25(catalogue: Engine, index: EdgeIndex) -> None:
    """Through catalogue, index and rarity. Weights and IDF beside bm25s: test_lexical.py."""
    corpus = [f"recours {'gracieux ' * n} copie {'acte ' * (n % 3)}" for n in range(1, 9)]
    corpus += ["délai de deux mois", "recours contentieux"]
    take_in(catalogue, state("t", {str(n): words for n, words in enumerate(corpus)}, OLD))
    projection.catch_up(catalogue, index, "", "test")
    asked = question_vector("gracieux délai acte")
    with reading(catalogue) as connection:
        rarity = Rarities().of(connection, asked.indices, PUBLIC)
    [found] = index.search([IndexQuery(ARTICLE, rarity.weigh(asked)[ARTICLE], 20)])
    documents = {f"t#{n}": as_indexed(n, words) for n, words in enumerate(corpus)}
    df = Counter(token for weights in documents.values() for token in weights)
    expected = {
        version: sum(w * idf(len(corpus), df[t]) for t, w in weights.items() if t in asked.indices)
        for version, weights in documents.items()
    }
    positive = {version: score for version, score in expected.items() if score}
    scores = {each.version_id.partition("@")[0]: each.score for each in found}
    assert scores == pytest.approx(positive, rel=1e-5)


def as_indexed(number: int, words: str) -> dict[int, float]:
    about = projection.context("Texte t", ["Titre"], "", str(number))
    vector = document_vector(words, about, ARTICLE_LENGTH)
    return dict(zip(vector.indices, vector.values, strict=True))
