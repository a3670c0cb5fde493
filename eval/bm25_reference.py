"""A plain BM25 to compare with: shares no code with the product, reads the sources' JSON itself.

Run `python -m eval.bm25_reference SHARED` for its figures over the folder of shared data:

    Set                     n  MRR    hit@10   the reference of issue 2
    eval/questions.jsonl  100  0.262  0.390    0.263  0.410
    eval/crpa-faq.jsonl    22  0.574  0.682    0.572  0.682
    eval/cdtn, every 8th  298  0.478  0.718    0.491  0.725

What gives them: words of two characters or more (which drops elided articles), the stop words of
Snowball's French list, Snowball stems whose accents go after stemming (before: FAQ 0.529), the
titles above an article with the code's own and the article's number before its words, a word
asked twice counting twice, the rank of the first right article without a cut. Without the number:
hit@10 0.380 on questions.jsonl.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import Stemmer

K1 = 1.2
B = 0.75
CDTN_STEP = 8
RIGHT_GRADE = 4

_WORD = re.compile(r"\w\w+")
_STOP_WORDS = frozenset(
    """
    au aux avec ce ces dans de des du elle en et eux il ils je la le les leur lui ma mais me même
    mes moi mon ne nos notre nous on ou par pas pour qu que qui sa se ses son sur ta te tes toi ton
    tu un une vos votre vous été étée étées étés étant étante étants étantes suis es est sommes
    êtes sont serai seras sera serons serez seront serais serait serions seriez seraient étais
    était étions étiez étaient fus fut fûmes fûtes furent sois soit soyons soyez soient fusse
    fusses fût fussions fussiez fussent ayant ayante ayantes ayants eu eue eues eus ai as avons
    avez ont aurai auras aura aurons aurez auront aurais aurait aurions auriez auraient avais avait
    avions aviez avaient eut eûmes eûtes eurent aie aies ait ayons ayez aient eusse eusses eût
    eussions eussiez eussent
    """.split()
)
_stemmer = Stemmer.Stemmer("french")

Key = TypeVar("Key", bound=Hashable)
ArticleKey = tuple[str, str]  # title of the code, `num`


class Question(NamedTuple):
    """A question and the keys of the documents that answer it."""

    question: str
    right: frozenset[Hashable]


class BM25(Generic[Key]):
    """Okapi BM25 over documents given as key → text, with the IDF that is never negative."""

    def __init__(self, documents: Mapping[Key, str]) -> None:
        self.keys = list(documents)
        counts = [Counter(analyse(text)) for text in documents.values()]
        self._lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
        self._postings = _postings(counts)

    def scores(self, question: str) -> npt.NDArray[np.float64]:
        """One score a document, in the order of `keys`."""
        total = np.zeros(len(self.keys))
        for term, asked in Counter(analyse(question)).items():
            if term in self._postings:
                rows, tf = self._postings[term]
                total[rows] += asked * self._weights(rows, tf)
        return total

    def rank(self, question: str, k: int = 100) -> list[tuple[Key, float]]:
        """The `k` best documents that share a word with the question, best first."""
        scores = self.scores(question)
        best = np.argsort(-scores, kind="stable")[:k]
        return [(self.keys[row], float(scores[row])) for row in best if scores[row] > 0]

    def _weights(
        self, rows: npt.NDArray[np.int64], tf: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        total, df = len(self.keys), len(rows)
        idf = np.log(1 + (total - df + 0.5) / (df + 0.5))
        norm = K1 * (1 - B + B * self._lengths[rows] / self._lengths.mean())
        weights: npt.NDArray[np.float64] = idf * tf * (K1 + 1) / (tf + norm)
        return weights


def analyse(text: str) -> list[str]:
    """Stems without accents of the words of two characters or more, stop words left out."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]
    return [_plain(stem) for stem in _stemmer.stemWords(words)]


def articles(shared: Path) -> dict[ArticleKey, str]:
    """The 6,862 articles with words of the 28 codes: titles above, number, words."""
    legi = shared / "corpora" / "legi"
    files = [legi / "crpa" / "2026-05-28.json", *sorted((legi / "codes").glob("*.json"))]
    found: dict[ArticleKey, str] = {}
    for file in files:
        code = json.loads(file.read_text(encoding="utf-8"))
        for path, article in walk(code, ()):
            found.setdefault((code["data"]["title"], article.get("num") or ""), "")
            found[code["data"]["title"], article.get("num") or ""] += "\n".join(
                (*path, article.get("num") or "", article["texte"])
            )
    return found


def sheets(shared: Path) -> dict[str, str]:
    """The service-public and labour-ministry sheets: id → title and text."""
    rows = _lines(shared / "eval" / "cdtn" / "documents.jsonl")
    return {row["id"]: f"{row['title']}\n{row['text']}" for row in rows}


def code_questions(file: Path) -> list[Question]:
    """The answerable questions of questions.jsonl or crpa-faq.jsonl."""
    return [
        Question(row["question"], frozenset((row["code"], num) for num in row["articles"]))
        for row in _lines(file)
        if row.get("answerable", True)
    ]


def sheet_questions(shared: Path) -> list[Question]:
    """Every 8th search query of eval/cdtn, grades 4 and 5 being right."""
    rows = list(_lines(shared / "eval" / "cdtn" / "questions.jsonl"))[::CDTN_STEP]
    return [
        Question(
            row["question"],
            frozenset(key for key, grade in row["relevant"].items() if grade >= RIGHT_GRADE),
        )
        for row in rows
    ]


def figures(index: BM25[Any], questions: Sequence[Question]) -> tuple[float, float]:
    """Mean reciprocal rank and hit@10 of the first right document; a tie is read kindly."""
    ranks = [_first_right(index, question) for question in questions]
    mrr = sum(1 / rank for rank in ranks if rank) / len(ranks)
    return mrr, sum(0 < rank <= 10 for rank in ranks) / len(ranks)


def _first_right(index: BM25[Any], question: Question) -> int:
    scores = index.scores(question.question)
    right = [s for key, s in zip(index.keys, scores, strict=True) if key in question.right]
    best = max(right, default=0.0)
    return int((scores > best).sum()) + 1 if best > 0 else 0


def walk(
    node: dict[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The articles with words of a code's JSON, each with the titles above it."""
    data = node["data"]
    if node["type"] == "article":
        if (data.get("texte") or "").strip():
            yield path, data
        return
    for child in node.get("children", []):
        yield from walk(child, (*path, data.get("title") or ""))


def _postings(
    counts: Sequence[Counter[str]],
) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    rows: dict[str, list[tuple[int, int]]] = {}
    for row, count in enumerate(counts):
        for term, tf in count.items():
            rows.setdefault(term, []).append((row, tf))
    return {
        term: (np.array([r for r, _ in found]), np.array([tf for _, tf in found], dtype=np.float64))
        for term, found in rows.items()
    }


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def main(shared: Path) -> None:
    """Print the figures of the docstring."""
    law: BM25[Any] = BM25(articles(shared))
    for name in ("questions", "crpa-faq"):
        mrr, hit = figures(law, code_questions(shared / "eval" / f"{name}.jsonl"))
        sys.stdout.write(f"{name:12} MRR {mrr:.3f}  hit@10 {hit:.3f}\n")
    mrr, hit = figures(BM25(sheets(shared)), sheet_questions(shared))
    sys.stdout.write(f"{'cdtn':12} MRR {mrr:.3f}  hit@10 {hit:.3f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
