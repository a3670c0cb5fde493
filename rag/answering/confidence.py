"""How likely it is that an answer written from these hits cites an article that answers.

One figure from 0 to 1 for whoever writes: a logistic regression over signs of how well the first
articles speak of what is asked. The signs are shares and cosines, so that the length of a question
tells nothing; the weights are fitted by `python -m eval.training.confidence` (data/confidence.json,
`eval/results/confidence.md`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.answering.granted import asked_part
from rag.answering.held import Meant, asked_tokens
from rag.answering.named import in_vain, named
from rag.answering.sentences import sentences
from rag.fitted import read_fitted
from rag.ports import Embedder
from rag.retrieval import weights as search
from rag.retrieval.expansion import embedded
from rag.retrieval.lexical import tokens
from rag.retrieval.thesaurus import Concept
from rag.types import Hit

DATA = Path(__file__).with_name("data") / "confidence.json"
ARTICLES = 8  # looked at, best first: as many as an answer is written from
FIRST = 3
RAREST = 3
AS_SEARCHED = search.Weights()
# Articles below which a catalogue is small. On the demo corpus (17 texts) shares and cosines of
# right and wrong answers alike are lower than over codes: unchanged, 73 % of the right answers
# would be refused, and what is added to prevent it lets most others through too.
SMALL = 1000
# There, an article that holds this share of what is asked, by rarity, is an answer whatever the
# word vectors, learned on law, make of it.
MOST_HELD = 0.6

Weigh = Callable[[Sequence[str]], Mapping[str, float]]
Known = Callable[[str], Iterable[Concept]]
Embedding = Callable[[], Embedder]

FEATURES = (
    "first",  # share of what is asked, by rarity, that the first article and its titles hold
    "three",  # that the first three hold together
    "sentence",  # that the best sentence holds
    "rarest",  # share of the three rarest words that the first article holds
    "missing",  # the rarest word that it does not hold, against the rarest asked
    "nearest",  # cosine between the question and the nearest passage
    "near",  # mean over the first three articles of their nearest passage's cosine
    "score",  # of the first article in the search
    "margin",  # how far the last of the articles is below it
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each of FEATURES adds to the log-odds, and the log-odds where all are 0."""

    features: Mapping[str, float]
    bias: float
    small: float = 0.0  # more log-odds where few articles are searched: their words are rarer

    def confidence(self, features: Mapping[str, float], articles: int = SMALL) -> float:
        """From 0 to 1, where so many articles were searched."""
        odds = self.bias + (self.small if articles < SMALL else 0.0)
        odds += math.fsum(self.features[name] * features[name] for name in FEATURES)
        sure = 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, odds))))
        held = features["first"] if articles < SMALL else 0.0
        return max(sure, held) if held >= MOST_HELD else sure


class Confidence:
    """Of one caller's answers: `weigh` gives the rarity of tokens in what the caller reads, `known`
    what the thesaurus knows of a question, `embedding` the vectors that the weights were fitted
    for, whichever the search uses, `articles` how many are searched."""

    def __init__(
        self,
        weigh: Weigh,
        known: Known,
        embedding: Embedding,
        weights: Weights | None = None,
        articles: Callable[[], int] = lambda: SMALL,
    ) -> None:
        self._weigh = weigh
        self._known = known
        self._embedding = embedding
        self._weights = weights
        self._articles = articles

    def of(self, question: str, hits: Sequence[Hit]) -> float | None:
        """None where the question names an article that was found: that one answers."""
        question = asked_part(question)
        if named(question, hits):
            return None
        if in_vain(question, asked_tokens(question), hits):
            return 0.0
        found = self.features(question, hits)
        weights = self._weights or shipped()
        return round(weights.confidence(found, self._articles()), 4) if found else 0.0

    def features(self, question: str, hits: Sequence[Hit]) -> dict[str, float]:
        """FEATURES of a question and its hits; none where nothing is asked or was found."""
        weights = self._weigh(asked_tokens(question))
        articles = _by_article(hits)
        if not articles or not math.fsum(weights.values()):
            return {}
        concepts = list(self._known(question))
        held = [_held(Meant(concepts), weights.keys(), article) for article in articles]
        embedder = self._embedding()
        meaning = embedded(question, concepts, AS_SEARCHED.meaning, embedder)
        near = [
            float(max(embedder.embed_passages([hit.passage for hit in article]) @ meaning))
            for article in articles
        ]
        return {**_words(weights, held), **_meanings(near), **_order(articles)}


@dataclass(frozen=True, slots=True)
class _Held:
    """Tokens of a question that an article holds with its titles, and each of its sentences."""

    whole: frozenset[str]
    sentences: tuple[frozenset[str], ...]


def _by_article(hits: Sequence[Hit]) -> list[list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.article_id, []).append(hit)
    return list(found.values())[:ARTICLES]


def _held(meant: Meant, asked: Collection[str], article: Sequence[Hit]) -> _Held:
    first = article[0]
    titles = frozenset(tokens("\n".join((first.text, *first.path, first.heading))))
    parts = [
        frozenset(tokens(hit.passage[start:end]))
        for hit in article
        for start, end in sentences(hit.passage)
    ]
    wanted = frozenset(asked)
    return _Held(
        meant.held(titles.union(*parts)) & wanted,
        tuple(meant.held(part) & wanted for part in parts),
    )


def _words(weights: Mapping[str, float], held: Sequence[_Held]) -> dict[str, float]:
    first = held[0].whole
    rarest = sorted(weights, key=lambda token: -weights[token])
    missing = (weights[token] for token in rarest if token not in first)
    return {
        "first": _share(weights, first),
        "three": _share(weights, frozenset().union(*(each.whole for each in held[:FIRST]))),
        "sentence": max((_share(weights, s) for h in held for s in h.sentences), default=0.0),
        "rarest": sum(t in first for t in rarest[:RAREST]) / len(rarest[:RAREST]),
        "missing": next(missing, 0.0) / weights[rarest[0]],
    }


def _share(weights: Mapping[str, float], held: Iterable[str]) -> float:
    return math.fsum(weights[token] for token in held) / math.fsum(weights.values())


def _meanings(near: Sequence[float]) -> dict[str, float]:
    return {"nearest": max(near), "near": math.fsum(near[:FIRST]) / len(near[:FIRST])}


def _order(articles: Sequence[Sequence[Hit]]) -> dict[str, float]:
    best, last = articles[0][0].score, articles[-1][0].score
    return {"score": best, "margin": (best - last) / best if best > 0 else 0.0}


@lru_cache(1)
def shipped() -> Weights:
    """The shipped weights, read once."""
    return load(DATA)


def load(path: Path) -> Weights:
    """The weights of a file.

    Raises:
        SettingsError: it cannot be read, or is for other features than FEATURES.
    """
    made_by = "eval.training.confidence"
    fitted = read_fitted(
        path, FEATURES, ("bias", "small"), whose="de la confiance", made_by=made_by
    )
    return Weights(fitted.weights, fitted.others["bias"], fitted.others["small"])
