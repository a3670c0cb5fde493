"""What tells right candidates from wrong ones: a row of figures a candidate. Pure, numpy only.

The index sums what each token adds. Here each concept of the question counts once, as the best of
its forms: the words asked, or one equivalent, whose score is divided by the root of its number of
words. Figures are shares of the best candidate's, so that they mean the same for short and long
questions and in every corpus. Which were tried: `eval/results/ranker.md`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rag.catalogue.terms import TERM, Terms
from rag.ports import Vectors
from rag.retrieval.lexical import K1, B, token_id, tokens, word_tokens
from rag.retrieval.thesaurus import Concept

# Of a form that was not asked. At 1, articles alone: MRR 0.365 for 0.367 on law, 0.545 for 0.551 on
# sheets; with all else added, no difference beyond noise.
EQUIVALENT = 0.8
# IDF to this power, in the whole article: a very rare word is often a detail of somebody's story.
# Powers of 0.7, 1 and 1.5 alone: MRR 0.378, 0.369, 0.348 on law, 0.562, 0.561, 0.529 on sheets.
FLATTER = 0.7
TITLE_LENGTH = 30.0  # tokens of a chain of titles: about the mean over the codes
NEAREST = 5  # candidates whose meaning the question is drawn to
SHARPNESS = 3.0  # how much more the first of them counts
DRAWN = 0.5  # length of what is added to the question's vector
PASSAGE_MEANING = 0.5  # beside 1 for the words, when passages of one version are put in order
# For choosing these nearest: the weights of the fusion that was there before.
FIRST_GUESS = {"article": 1.0, "passage": 0.25, "meaning": 0.9}

FEATURES = (
    "article",  # concepts in the whole article with its titles
    "passage",  # concepts in its best passage
    "title",  # concepts in its titles; shared between the candidates with the same titles
    "meaning",  # best passage
    "meanings",  # mean of the best two
    "drawn",  # best passage, for the question drawn to what the first candidates mean
)

Floats = npt.NDArray[np.float32]
Titles = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What one concept or word of a question may be called: token ids of each form."""

    asked: tuple[int, ...]
    forms: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Versions that may answer, n, and all their passages, p.

    `articles`: the stored term weights of each whole version; `passages`: those of each passage;
    `owners`: shape (p,), which candidate a passage belongs to, ascending; `titles`: above each
    candidate, outermost first, its text's own and its heading included; `vectors`: shape
    (p, dimension), each of length 1, or None without an embedder.
    """

    articles: Sequence[Terms]
    passages: Sequence[Terms]
    owners: npt.NDArray[np.int64]
    titles: Sequence[Titles]
    vectors: Vectors | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """`versions`: shape (n, len(FEATURES)); `passages`: shape (p,), to order those of one version
    by."""

    versions: Floats
    passages: Floats


def units(question: str, concepts: Iterable[Concept]) -> tuple[Unit, ...]:
    """The concepts of a question, and each of its other tokens; every token in one of them."""
    used: set[str] = set()
    found: list[Unit] = []
    for concept in concepts:
        own = [token for token in dict.fromkeys(concept.tokens) if token not in used]
        used.update(own)
        forms = dict.fromkeys(frozenset(word_tokens(words)) for words in concept.equivalents)
        found.append(Unit(_ids(own), tuple(_ids(sorted(form)) for form in forms if form)))
    rest = [token for token in dict.fromkeys(tokens(question)) if token not in used]
    return (*found, *(Unit(_ids([token])) for token in rest))


def tokens_of(asked: Iterable[Unit]) -> tuple[int, ...]:
    """Every token that may count, in ascending order: what IDF is wanted of."""
    forms = (form for unit in asked for form in (unit.asked, *unit.forms))
    return tuple(sorted({token for form in forms for token in form}))


def figures(
    asked: Sequence[Unit],
    idf_articles: npt.ArrayLike,
    idf_passages: npt.ArrayLike,
    meaning: Vectors | None,
    candidates: Candidates,
) -> Figures:
    """Figures from 0 to 1; each column's best is 1, or all are 0.

    `idf_articles`, `idf_passages`: of each of `tokens_of(asked)`; `meaning`: the question's
    vector. "title" is below 1 where several candidates have the best titles.
    """
    known = np.asarray(tokens_of(asked), dtype=np.uint32)
    rarity = np.asarray(idf_articles, dtype=np.float32)
    count, owners = len(candidates.articles), candidates.owners
    whole = _matrix(candidates.articles, known) * rarity**FLATTER
    parts = _matrix(candidates.passages, known) * np.asarray(idf_passages, dtype=np.float32)
    titles = _matrix([_title_terms(chain) for chain in candidates.titles], known) * rarity
    in_parts = _concepts(parts, asked, known)
    found = {
        "article": _share(_concepts(whole, asked, known)),
        "passage": _share(_mean_of_best(in_parts, owners, count, 1)),
        "title": _share(_concepts(titles, asked, known)) / _sharing(candidates.titles),
    }
    near = _near(meaning, candidates)
    found |= _meanings(meaning, near, candidates, found)
    passages = _share(in_parts) + np.float32(PASSAGE_MEANING) * _share(near)
    return Figures(np.stack([found[name] for name in FEATURES], axis=1), passages)


def _near(meaning: Vectors | None, candidates: Candidates) -> Floats:
    """Shape (p,): each passage's cosine with the question."""
    if meaning is None or candidates.vectors is None:
        return np.zeros(len(candidates.passages), dtype=np.float32)
    near: Floats = candidates.vectors @ meaning
    return near


def _meanings(
    meaning: Vectors | None, near: Floats, candidates: Candidates, found: dict[str, Floats]
) -> dict[str, Floats]:
    count, owners, vectors = len(candidates.articles), candidates.owners, candidates.vectors
    if meaning is None or vectors is None or not len(vectors):
        nothing = np.zeros(count, dtype=np.float32)
        return {"meaning": nothing, "meanings": nothing, "drawn": nothing}
    best = _share(_mean_of_best(near, owners, count, 1))
    guess = sum(w * found.get(name, best) for name, w in FIRST_GUESS.items())
    drawn = vectors @ _drawn(meaning, near, np.asarray(guess), candidates)
    return {
        "meaning": best,
        "meanings": _share(_mean_of_best(near, owners, count, 2)),
        "drawn": _share(_mean_of_best(drawn, owners, count, 1)),
    }


def _drawn(meaning: Vectors, near: Floats, guess: Floats, candidates: Candidates) -> Vectors:
    """The question's vector plus what the best passages of the first candidates say (Rocchio)."""
    assert candidates.vectors is not None
    best = _first_of_each(near, candidates.owners)
    order = best[np.argsort(-guess[candidates.owners[best]], kind="stable")[:NEAREST]]
    weights = np.exp(SHARPNESS * guess[candidates.owners[order]])
    centre = weights @ candidates.vectors[order]
    length = float(np.linalg.norm(centre))
    moved = meaning + (DRAWN / length) * centre if length else meaning
    return np.asarray(moved, dtype=np.float32)


def _ids(form: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(token_id(token) for token in form))


def _matrix(terms: Sequence[Terms], known: npt.NDArray[np.uint32]) -> Floats:
    """Shape (len(terms), len(known)): the weight of each known token in each."""
    found = np.zeros((len(terms), len(known)), dtype=np.float32)
    if not len(known) or not len(terms):
        return found
    rows = np.repeat(np.arange(len(terms)), [len(each) for each in terms])
    # As plain numbers: for each array numpy would compare the names of the fields.
    every = np.concatenate([each.view(np.uint64) for each in terms]).view(TERM)
    held = every["token"]
    at = np.searchsorted(known, held).clip(max=len(known) - 1)
    same = known[at] == held
    found[rows[same], at[same]] = every["weight"][same]
    return found


def _concepts(scores: Floats, asked: Sequence[Unit], known: npt.NDArray[np.uint32]) -> Floats:
    """Each unit as the best of its forms; one product for all, as forms are many."""
    forms = [(form, own) for unit in asked for form, own in _forms(unit)]
    weights = np.zeros((len(known), len(forms)), dtype=np.float32)
    for column, (form, own) in enumerate(forms):
        at = np.searchsorted(known, np.asarray(form, dtype=np.uint32))
        weights[at, column] = 1.0 if own else EQUIVALENT / math.sqrt(len(form))
    first = [column for column, (_, own) in enumerate(forms) if own]
    if not first:
        return np.zeros(len(scores), dtype=np.float32)
    best: Floats = np.maximum.reduceat(scores @ weights, first, axis=1)
    return np.asarray(best.sum(axis=1), dtype=np.float32)


def _forms(unit: Unit) -> Iterator[tuple[tuple[int, ...], bool]]:
    """The words asked, first; then the others."""
    yield unit.asked, True
    yield from ((form, False) for form in unit.forms)


def _sorted_within(scores: Floats, owners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Positions by owner, and by score within, best first."""
    return np.lexsort((-scores, owners)).astype(np.int64)


def _rank_within(owners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, 2… within each run of one owner."""
    first = np.searchsorted(owners, owners, side="left")
    return (np.arange(len(owners)) - first).astype(np.int64)


def _first_of_each(scores: Floats, owners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The position of each owner's best."""
    first: npt.NDArray[np.int64] = _sorted_within(scores, owners)[_rank_within(owners) == 0]
    return first


def _sum_of_best(scores: Floats, owners: npt.NDArray[np.int64], count: int, most: int) -> Floats:
    kept = _sorted_within(scores, owners)[_rank_within(owners) < most]
    summed = np.bincount(owners[kept], weights=scores[kept], minlength=count)
    return np.asarray(summed, dtype=np.float32)


def _mean_of_best(scores: Floats, owners: npt.NDArray[np.int64], count: int, most: int) -> Floats:
    held = np.bincount(owners, minlength=count).clip(1, most)
    return np.asarray(_sum_of_best(scores, owners, count, most) / held, dtype=np.float32)


def _share(scores: Floats) -> Floats:
    """Of the best; what is below 0 counts as 0."""
    top = float(scores.max(initial=0.0))
    return np.asarray(np.maximum(scores, 0.0) / (top or 1.0), dtype=np.float32)


def _sharing(titles: Sequence[Titles]) -> Floats:
    """How many candidates have each one's titles: those of a chapter do not tell its articles."""
    times = Counter(titles)
    return np.array([times[chain] for chain in titles], dtype=np.float32)


@lru_cache(1 << 14)
def _title_terms(titles: Titles) -> Terms:
    """BM25 term weights of a chain of titles."""
    counts: Counter[int] = Counter()
    for title in titles:
        counts.update(map(token_id, word_tokens(title)))
    norm = K1 * (1 - B + B * sum(counts.values()) / TITLE_LENGTH)
    weighed = [(token, tf * (K1 + 1) / (tf + norm)) for token, tf in counts.items()]
    return np.array(weighed, dtype=TERM)
