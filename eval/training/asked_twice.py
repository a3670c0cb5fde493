"""Training questions asked twice: of a reader of every code, and of one who may not read theirs.

The second way nothing answers, but the law next door is there: near misses by the hundred. Codes
are given to services by thirds (`thirds`), neighbours in one third, so that a reader of two
services does without the third; rarity and ranking follow what a reader may read. Questions on
the codes of corpora/legi (LAW) are asked of readers of these alone, as other sets are; those on
the other codes of training/articles.jsonl (MORE) of readers of both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from eval.datasets import EvalQuestion, article_key
from eval.training import pairs, texts
from rag.bootstrap import Parts
from rag.embedding.static import StaticEmbedder
from rag.maintenance import rebuild
from rag.ports import Embedder
from rag.retrieval.lexical import word_tokens
from rag.settings import NO_MODEL, Settings
from rag.types import Caller

THIRDS = 3
LAW, MORE = "law", "more"
MORE_STEP = 3  # every third question on MORE: there are three times as many as needed


def thirds(shared: Path, codes: Collection[str]) -> dict[str, int]:
    """Code → third, of about as many questions each.

    Codes with one first word of content (« minier », « douanes ») are together: an older code and
    its successor are left out as one.
    """
    weight = Counter(family(code) for code, _ in questions(shared))
    families = sorted({family(code) for code in codes}, key=lambda one: (-weight[one], one))
    size = [0] * THIRDS
    place = {}
    for each in families:
        place[each] = size.index(min(size))
        size[place[each]] += weight[each] + 1
    return {code: place[family(code)] for code in codes}


def family(code: str) -> str:
    """What an older code and its successor have in common: the first word of content."""
    said = word_tokens(code)
    return said[1] if len(said) > 1 else code


@dataclass(frozen=True, slots=True)
class Readers:
    """Who asks about a code: `every` reads it, `without` not its third. `shelf`: LAW or MORE."""

    shelf: str
    every: Caller
    without: Caller


def readers(shelf: str, left_out: int) -> Readers:
    """Of a code of that shelf in that third."""
    shelves = (LAW,) if shelf == LAW else (LAW, MORE)
    every = [(each, place) for each in shelves for place in range(THIRDS)]
    without = [_service(each, place) for each, place in every if place != left_out]
    return Readers(shelf, Caller.of(_service(*each) for each in every), Caller.of(without))


def questions(shared: Path) -> Iterator[tuple[str, EvalQuestion]]:
    """(code, question) of those that vectors learned with `--hold-out` have not seen."""
    learned = {tuple(one.stems) for one in pairs.asked_to_learn(shared, hold_out=True)}
    law = _law(shared)
    for number, (words, code, right) in enumerate(pairs.questions(shared)):
        wanted = code in law or number % MORE_STEP == 0
        if wanted and tuple(word_tokens(words)) not in learned:
            keys = (article_key(*each) for each in right)
            yield code, EvalQuestion(f"training-{number}", words, dict.fromkeys(keys, 1.0))


def ingest(shared: Path, data: Path, scratch: Path) -> dict[str, Readers]:
    """All codes; code → who asks about it."""
    law, more = _law(shared), _more(shared, scratch)
    files = {**more, **law}
    places = thirds(shared, files)
    shelves = {code: LAW if code in law else MORE for code in files}
    for shelf, place in product((LAW, MORE), range(THIRDS)):
        chosen = [files[c] for c in files if (shelves[c], places[c]) == (shelf, place)]
        if chosen:
            _ingest(data, chosen, _service(shelf, place))
    return {code: readers(shelves[code], places[code]) for code in files}


def reembed(data: Path, vectors: Path) -> StaticEmbedder:
    """Embed what was ingested with these vectors: the shipped ones know the questions by heart."""
    embedder = StaticEmbedder(vectors)
    parts = VectorParts(data, embedder)
    try:
        rebuild(parts)
    finally:
        parts.close()
    return embedder


class VectorParts(Parts):
    """The parts of a folder whose vectors are not the shipped ones."""

    def __init__(self, data: Path, embedder: Embedder) -> None:
        super().__init__(Settings(data=data))
        self.__dict__["embedder"] = embedder


def _service(shelf: str, place: int) -> str:
    return f"{shelf}-{place}"


def _law(shared: Path) -> dict[str, Path]:
    """Title → file of corpora/legi."""
    legi = shared / "corpora" / "legi"
    files = [legi / "crpa" / "2026-05-28.json", *sorted((legi / "codes").glob("*.json"))]
    return {json.loads(f.read_text(encoding="utf-8"))["data"]["title"]: f for f in files}


def _more(shared: Path, scratch: Path) -> dict[str, Path]:
    """Title → file of training/articles.jsonl, made in the JSON of legi-data."""
    articles: dict[str, list[texts.Source]] = defaultdict(list)
    for article in texts.training_articles(shared):
        articles[article.code].append(article)
    files = {}
    for number, (code, held) in enumerate(sorted(articles.items())):
        files[code] = scratch / f"LEGITEXT{number:012d}.json"
        files[code].write_text(json.dumps(_tree(code, number, held)), encoding="utf-8")
    return files


def _tree(code: str, number: int, articles: Sequence[texts.Source]) -> Mapping[str, Any]:
    text_id = f"LEGITEXT{number:012d}"
    root = _section(text_id, code)
    for order, article in enumerate(articles):
        node = root
        for title in article.titles:
            last = node["children"][-1] if node["children"] else None
            if last is None or last["data"].get("title") != title:
                last = _section(f"{text_id}-{order}", title)
                node["children"].append(last)
            node = last
        name = f"LEGIARTI{number:04d}{order:08d}"
        data = {"id": name, "cid": name, "num": article.number, "texte": article.words}
        node["children"].append({"type": "article", "data": data})
    return root


def _section(name: str, title: str) -> dict[str, Any]:
    data = {"id": name, "cid": name, "title": title}
    return {"type": "section", "data": data, "children": []}


def _ingest(data: Path, sources: Sequence[Path], service: str) -> None:
    """`referent ingest` as a user runs it, without vectors; every source must be taken in."""
    command = [sys.executable, "-c", "from api.cli import main; main()", "ingest", "--json"]
    given = [*map(str, sources), "--data", str(data), "--service", service]
    without = {**os.environ, "REFERENT_EMBEDDING_MODEL": NO_MODEL}
    subprocess.run([*command, *given], check=True, stdout=subprocess.DEVNULL, env=without)
