"""Pairs of texts that mean the same, as stems: what a question may say, and what answers it.

From the structure of texts (titles, sentences), from the shipped thesaurus, from
training/questions.jsonl and what was written here beside it (`questions.jsonl` on articles,
`queries.jsonl` on sheets), and from the graded queries of eval/cdtn whose topic is not kept aside
for tests. questions.jsonl and crpa-faq.jsonl of eval/ are never read.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from hashlib import md5
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from eval.ablation import kept_aside
from eval.datasets import read_questions
from eval.training.texts import Stems, Text, code_articles, read_lines, training_articles
from rag.retrieval.lexical import word_tokens
from rag.retrieval.thesaurus import Thesaurus
from rag.retrieval.thesaurus_file import SHIPPED, shipped

OWN = Path(__file__).with_name("questions.jsonl")
QUERIES = Path(__file__).with_name("queries.jsonl")

TITLES = 3  # the nearest titles above an article
LEGAL = 4  # terms of law an everyday word is taught
SHORT = 4  # stems: a shorter sentence says too little
LONGEST = 150  # stems of an article taught at once
NEAR = 4  # sentences of a sheet on each side of one
PER_SHEET = 3  # pairs of each kind from a sheet in an epoch: sheets are ten times as long
ANSWERS = 3  # right documents that one question is taught
ALL_TERMS = 0.5  # share of thesaurus pairs with several terms of law at once


class Pair(NamedTuple):
    """Two sides that mean the same; pairs with one `key` are not drawn apart from each other."""

    asked: Stems
    answer: Stems
    key: Hashable


class Asked(NamedTuple):
    """A question, with the stems of its words of law, and the keys of the texts that answer."""

    stems: Stems
    legal: Stems
    right: Sequence[Hashable]


def held_out(shared: Path) -> frozenset[str]:
    """Every second code of the training questions, by title: kept aside to measure on."""
    codes = {row["code"] for row in read_lines(shared / "training" / "questions.jsonl")}
    return frozenset(sorted(codes)[::2])


def topic_held_out(topic: str) -> bool:
    """Whether a topic of eval/cdtn, not kept aside, is held out to measure on: half of them."""
    digest = md5(f"v{topic}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) % 2 == 0


def questions(shared: Path) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """The training questions: words, code, articles that answer (code, number), the first best."""
    for row in chain(read_lines(shared / "training" / "questions.jsonl"), read_lines(OWN)):
        numbers = [row["num"], *row["also"]]
        yield row["question"], row["code"], tuple((row["code"], n) for n in numbers)


def sheet_queries(shared: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The queries of eval/cdtn whose topic is not aside: words, topic, right sheets."""
    asked = read_questions(shared / "eval" / "cdtn" / "questions.jsonl")
    aside = {query.question_id for query in kept_aside(asked)}
    for query in asked:
        if query.question_id not in aside and query.relevant:
            yield query.question, query.question_id.rpartition("-")[0], tuple(query.relevant)


def own_queries() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The queries written here: words, right sheets; none of them right for a topic kept aside."""
    for row in read_lines(QUERIES):
        yield row["question"], tuple(row["sheets"])


def held_out_texts(shared: Path) -> frozenset[Hashable]:
    """Keys of the texts that answer what is held out: all articles of the codes, right sheets."""
    codes = held_out(shared)
    articles = chain(training_articles(shared), code_articles(shared))
    kept = ((a.code, a.number) for a in articles if a.code in codes)
    return frozenset(chain(kept, held_out_sheets(shared)))


def held_out_sheets(shared: Path) -> frozenset[str]:
    """The sheets that answer the queries held out."""
    queries = sheet_queries(shared)
    return frozenset(chain(*(right for _, topic, right in queries if topic_held_out(topic))))


def asked_to_learn(shared: Path, *, hold_out: bool) -> list[Asked]:
    """Questions and queries; with `hold_out` none on the codes and sheets to measure on."""
    codes = held_out(shared) if hold_out else frozenset()
    left_out = held_out_sheets(shared) if hold_out else frozenset()
    law = [(words, right) for words, code, right in questions(shared) if code not in codes]
    sheets = [
        (words, right)
        for words, topic, right in sheet_queries(shared)
        if not (hold_out and topic_held_out(topic))
    ]
    sheets += [(words, right) for words, right in own_queries() if left_out.isdisjoint(right)]
    known = shipped()
    return [Asked(word_tokens(w), _legal(w, known), right) for w, right in [*law, *sheets]]


def question_pairs(asked: Iterable[Asked], texts: Collection[Text]) -> list[Pair]:
    """A question, and the passage of a text that answers which shares most stems with it."""
    by_key = {text.key: text for text in texts}
    return [
        Pair(one.stems, _nearest({*one.stems, *one.legal}, by_key[key]), ("right", key))
        for one in asked
        for key in [key for key in one.right if key in by_key][:ANSWERS]
    ]


def title_pairs(texts: Iterable[Text], chance: random.Random) -> list[Pair]:
    """The titles above a text, and one of its passages."""
    pairs = []
    for text in texts:
        titles = [stem for title in text.titles[-TITLES:] for stem in title]
        if titles:
            key = ("titles", *titles)
            pairs += [Pair(titles, passage, key) for passage in _some(text, chance)]
    return pairs


def sentence_pairs(texts: Iterable[Text], chance: random.Random) -> list[Pair]:
    """A sentence, and what is around it (inverse cloze task: Lee et al., ACL 2019)."""
    pairs = []
    for text in texts:
        told = [at for at, stems in enumerate(text.sentences) if len(stems) >= SHORT]
        if len(text.sentences) > 1 and told:
            for _ in range(PER_SHEET if text.everyday else 1):
                at = chance.choice(told)
                rest = _around(text, at)
                pairs.append(Pair(list(text.sentences[at]), rest, ("text", text.key)))
    return pairs


def thesaurus() -> list[tuple[Stems, list[Stems]]]:
    """Everyday words, and the words of law for them, best first; none without stems."""
    rows = [row for row in read_lines(SHIPPED) if not row.get("off")]
    entries = [(word_tokens(row["lay"]), _filled(row["legal"][:LEGAL])) for row in rows]
    return [entry for entry in entries if all(entry)]


def thesaurus_pairs(
    entries: Iterable[tuple[Stems, list[Stems]]], chance: random.Random
) -> list[Pair]:
    """Everyday words, and one term of law or all of them."""
    pairs = []
    for lay, legal in entries:
        several = chance.random() < ALL_TERMS
        terms = chance.sample(legal, len(legal)) if several else [chance.choice(legal)]
        pairs.append(Pair(lay, [stem for term in terms for stem in term], ("lay", *lay)))
    return pairs


def by_kind(texts: Iterable[Text]) -> Mapping[bool, list[Text]]:
    """Sheets under True, law under False."""
    kinds: dict[bool, list[Text]] = {True: [], False: []}
    for text in texts:
        kinds[text.everyday].append(text)
    return kinds


def _legal(question: str, known: Thesaurus) -> Stems:
    concepts = known.concepts(question)
    return [s for c in concepts for words in c.equivalents for s in word_tokens(words)]


def _nearest(asked: set[str], text: Text) -> Stems:
    return max(text.passages() or [[]], key=lambda stems: len(asked & set(stems)))


def _some(text: Text, chance: random.Random) -> list[Stems]:
    passages = text.passages()
    return chance.sample(passages, min(len(passages), PER_SHEET if text.everyday else 1))


def _around(text: Text, at: int) -> Stems:
    first, last = (max(0, at - NEAR), at + NEAR + 1) if text.everyday else (0, None)
    near = (*text.sentences[first:at], *text.sentences[at + 1 : last])
    return [stem for sentence in near for stem in sentence][:LONGEST]


def _filled(terms: Iterable[str]) -> list[Stems]:
    return [stems for stems in map(word_tokens, terms) if stems]
