"""Question → hits: encode, ask the index, re-rank what it found, join back to the catalogue."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, Engine

from rag.access import index_filter
from rag.catalogue import reading as catalogue
from rag.catalogue.candidates import read_candidates
from rag.database import reading
from rag.legal.titles import meant
from rag.ports import ARTICLE, DENSE, PASSAGE, Embedder, Index, IndexFilter, IndexQuery, Scored
from rag.retrieval import reranking, spelling
from rag.retrieval.expansion import embedded, expanded_vector
from rag.retrieval.lexical import token_id
from rag.retrieval.mistakes import Ids
from rag.retrieval.numbers import find_numbers
from rag.retrieval.ranked import Candidate, Sought, ranked
from rag.retrieval.rarity import Floats, Rarities
from rag.retrieval.reranking import Ranker
from rag.retrieval.scoring import tokens_of, units
from rag.retrieval.spelling import Correction
from rag.retrieval.thesaurus import NOTHING_OFF, Concept, Thesaurus, understood
from rag.retrieval.thesaurus_file import shipped
from rag.retrieval.vocabulary import vocabulary
from rag.retrieval.weights import Weights
from rag.types import Caller, Hit, Understood

DEPTH = 200  # candidates asked of each ranking
MAX_NAMED = 10  # articles put first because the question gives their number
READ_NAMED = 500  # articles of that number among which they are chosen
NAMED_SCORE = 10.0  # above any other score
SHIPPED_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, milliseconds by stage (encode, index, rank, join), how words were
    understood."""

    hits: tuple[Hit, ...]
    timings: dict[str, float] = field(default_factory=dict)
    understood: tuple[Understood, ...] = ()


class Searcher:
    """Searches one catalogue through its index; `thesaurus`, `ranker` None: the shipped ones."""

    def __init__(
        self,
        engine: Engine,
        index: Index,
        embedder: Embedder | None,
        thesaurus: Thesaurus | None = None,
        weights: Weights = SHIPPED_WEIGHTS,
        ranker: Ranker | None = None,
    ) -> None:
        self._engine = engine
        self._index = index
        self._embedder = embedder
        self._thesaurus = shipped() if thesaurus is None else thesaurus
        self._weights = weights
        self._ranker = reranking.shipped() if ranker is None else ranker
        self._rarities = Rarities()

    def search(
        self,
        question: str,
        caller: Caller,
        day: date | None,
        limit: int = 10,
        per_article: int = 1,
        without: frozenset[str] = NOTHING_OFF,
    ) -> SearchResult:
        """The best passages for a question, `limit` articles with `per_article` passages each.

        `day`: only what is in force then; None: any date. `without`: ids of thesaurus entries
        that are not to be used, and mistyped words that are left as they are.
        """
        watch = Stopwatch()
        with watch("encode"):
            mistyped = self._mistyped(question, caller, without)
            question = spelling.corrected(question, mistyped)
            sought = self._sought(question, caller, without)
        with watch("index"):
            found = self._index.search(self._queries(sought, index_filter(caller, day)))
        with reading(self._engine) as connection:
            with watch("rank"):
                candidates = self._ranked(connection, sought, found, caller, day)
            with watch("join"):
                candidates = self._named(connection, question, caller, day, candidates)
                hits = _hits(connection, candidates[:limit], caller, day, per_article)
        told = *spelling.told(mistyped, hits), *understood(sought.concepts)
        return SearchResult(hits, watch.timings, told)

    def rarity(self, tokens: Sequence[str], caller: Caller) -> dict[str, float]:
        """How much each token tells apart the articles that the caller may read: its IDF."""
        ids = [token_id(token) for token in tokens]
        with reading(self._engine) as connection:
            found = self._rarities.of(connection, ids, caller)
        return dict(zip(tokens, found.weights[ARTICLE].tolist(), strict=True))

    def articles(self, caller: Caller) -> int:
        """How many articles the caller may read, each of their versions counted."""
        with reading(self._engine) as connection:
            return self._rarities.of(connection, (), caller).articles

    def concepts(self, question: str, without: frozenset[str] = NOTHING_OFF) -> list[Concept]:
        """What the thesaurus knows of a question."""
        return self._thesaurus.concepts(question, without)

    def corrected(
        self, question: str, caller: Caller, without: frozenset[str] = NOTHING_OFF
    ) -> str:
        """A question as it is searched for a caller: mistyped words put right."""
        return spelling.corrected(question, self._mistyped(question, caller, without))

    def _mistyped(self, question: str, caller: Caller, without: frozenset[str]) -> list[Correction]:
        if not self._weights.spelling:
            return []

        def held(ids: Ids) -> Floats:
            with reading(self._engine) as connection:
                return self._rarities.held(connection, ids, caller)

        known = vocabulary(self._thesaurus).has
        return spelling.corrections(question, known, held, without)

    def _sought(self, question: str, caller: Caller, without: frozenset[str]) -> Sought:
        concepts = self.concepts(question, without)
        asked = units(question, concepts if self._weights.equivalent else ())
        with reading(self._engine) as connection:
            rarity = self._rarities.of(connection, tokens_of(asked), caller)
        meaning = None
        if self._embedder is not None and self._weights.dense:
            meaning = embedded(question, concepts, self._weights.meaning, self._embedder)
        return Sought(question, concepts, asked, rarity, meaning)

    def _queries(self, sought: Sought, where: IndexFilter) -> list[IndexQuery]:
        equivalent = self._weights.equivalent
        concepts = sought.concepts if equivalent else ()
        words = sought.rarity.weigh(expanded_vector(sought.question, concepts, equivalent))
        queries = [IndexQuery(name, words[name], DEPTH, where) for name in (ARTICLE, PASSAGE)]
        if sought.meaning is not None:
            queries.append(IndexQuery(DENSE, sought.meaning, DEPTH, where))
        return queries

    def _ranked(
        self,
        connection: Connection,
        sought: Sought,
        found: Iterable[Sequence[Scored]],
        caller: Caller,
        day: date | None,
    ) -> list[Candidate]:
        """What the index found, as far as it may be read now, best first."""
        scored = (each for ranking in found for each in ranking if each.score > 0)
        versions = dict.fromkeys(each.version_id for each in scored)
        model = self._embedder.name if self._embedder else ""
        read = read_candidates(connection, versions, caller, day, model)
        return ranked(sought, read, self._ranker)

    def _named(
        self,
        connection: Connection,
        question: str,
        caller: Caller,
        day: date | None,
        candidates: list[Candidate],
    ) -> list[Candidate]:
        """The articles whose number the question gives, first; the others after."""
        keys = list(dict.fromkeys(key for _, _, key in find_numbers(question)))
        found = catalogue.articles_numbered(connection, keys, caller) if keys else []
        if not found:
            return candidates
        holders = list({text.text_id: text for _, text in found}.values())
        texts = meant(question, holders, catalogue.texts_for(connection, caller))
        wanted = {text.text_id for text in texts}
        articles = [article.article_id for article, text in found if text.text_id in wanted]
        points = catalogue.points_in_force(connection, articles[:READ_NAMED], caller, day)
        return _put_first(points, candidates)


def _put_first(points: Mapping[str, Sequence[int]], candidates: list[Candidate]) -> list[Candidate]:
    scores = {candidate.version_id: candidate for candidate in candidates}
    ranked = sorted(
        points, key=lambda version_id: -scores[version_id].score if version_id in scores else 0.0
    )
    first = [
        Candidate(
            version_id,
            NAMED_SCORE + (scores[version_id].score if version_id in scores else 0.0),
            scores[version_id].points if version_id in scores else tuple(points[version_id]),
        )
        for version_id in ranked[:MAX_NAMED]
    ]
    named = {candidate.version_id for candidate in first}
    return first + [candidate for candidate in candidates if candidate.version_id not in named]


def _hits(
    connection: Connection,
    candidates: Sequence[Candidate],
    caller: Caller,
    day: date | None,
    per_article: int,
) -> tuple[Hit, ...]:
    wanted = [point for each in candidates for point in each.points[:per_article]]
    joined = catalogue.join(connection, wanted, caller, day)
    return tuple(
        _hit(joined[point], each.score, rank)
        for rank, each in enumerate(candidates, start=1)
        for point in each.points[:per_article]
        if point in joined
    )


def _hit(passage: catalogue.JoinedPassage, score: float, rank: int) -> Hit:
    return Hit(
        rank=rank,
        score=round(score, 6),
        text_id=passage.text_id,
        text=passage.text,
        article=passage.article,
        article_id=passage.article_id,
        version_id=passage.version_id,
        start=passage.start,
        end=passage.end,
        valid_from=passage.validity.start,
        valid_to=passage.validity.end,
        path=passage.path,
        passage=passage.words,
        source=passage.source,
        page=passage.page,
        heading=passage.heading,
    )


class Stopwatch:
    """Adds up milliseconds by stage."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = 1000 * (time.perf_counter() - started)
            self.timings[stage] = round(self.timings.get(stage, 0.0) + spent, 3)
