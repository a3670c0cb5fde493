"""Word-level comparison of two wordings. Pure.

The segments of a comparison give back both wordings: those that are not `ADDED` joined are the
old one, those that are not `REMOVED` the new one, white space apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile

_TOKEN = re.compile(r"\n|[^\W_]+|[^\w\s]|_", re.UNICODE)
# Beyond this many differing words a side, paragraphs are compared first: matching is quadratic.
MAX_WORDS = 3000


class Kind(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words with its white space."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class _Token:
    """A word and the white space before it; equal to another by the word alone."""

    word: str
    text: str


def compare(old: str, new: str) -> list[Segment]:
    """The segments that lead from `old` to `new`."""
    before, after = _tokens(old), _tokens(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle_old = before[head : len(before) - tail]
    middle_new = after[head : len(after) - tail]
    parts = [
        *_segment(Kind.SAME, after[:head]),
        *_middle(middle_old, middle_new),
        *_segment(Kind.SAME, after[len(after) - tail :]),
    ]
    return list(_merged(parts))


def changed_words(segments: Sequence[Segment]) -> tuple[int, int]:
    """How many words were removed and added."""
    counts = dict.fromkeys(Kind, 0)
    for segment in segments:
        counts[segment.kind] += len(segment.words.split())
    return counts[Kind.REMOVED], counts[Kind.ADDED]


def excerpt(segments: Sequence[Segment], around: int = 8) -> list[Segment]:
    """The differences with a few words around them; what is left out is « […] »."""
    shown: list[Segment] = []
    for at, segment in enumerate(segments):
        if segment.kind is not Kind.SAME:
            shown.append(segment)
            continue
        kept = _shortened(segment.words, around, at == 0, at == len(segments) - 1)
        shown.append(Segment(Kind.SAME, kept))
    return shown


def _shortened(words: str, around: int, first: bool, last: bool) -> str:
    pieces = re.findall(r"\s*\S+", words)
    if len(pieces) <= 2 * around:
        return words
    head = [] if first else pieces[:around]
    tail = [] if last else pieces[-around:]
    return "".join([*head, " […]", *tail]) + ("" if last else words[len(words.rstrip()) :])


def _tokens(words: str) -> list[_Token]:
    tokens = []
    at = 0
    for match in _TOKEN.finditer(words):
        tokens.append(_Token(match.group(), words[at : match.end()]))
        at = match.end()
    return tokens


def _common(one: Sequence[_Token], other: Sequence[_Token]) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].word == pair[1].word, pairs))


def _middle(old: Sequence[_Token], new: Sequence[_Token]) -> Iterator[Segment]:
    if max(len(old), len(new)) > MAX_WORDS:
        yield from _by_lines(old, new)
    else:
        yield from _matched([t.word for t in old], [t.word for t in new], old, new)


def _by_lines(old: Sequence[_Token], new: Sequence[_Token]) -> Iterator[Segment]:
    """Whole lines that are equal anchor the comparison of what stands between them."""
    old_lines, new_lines = _lines(old), _lines(new)
    # autojunk: a line that comes again and again anchors nothing, and would cost minutes
    matcher = SequenceMatcher(None, _keys(old_lines), _keys(new_lines), autojunk=True)
    for tag, a, b, c, d in matcher.get_opcodes():
        before = [token for line in old_lines[a:b] for token in line]
        after = [token for line in new_lines[c:d] for token in line]
        if tag == "equal":
            yield from _segment(Kind.SAME, after)
        elif max(len(before), len(after)) > MAX_WORDS:
            yield from _segment(Kind.REMOVED, before)
            yield from _segment(Kind.ADDED, after)
        else:
            yield from _matched([t.word for t in before], [t.word for t in after], before, after)


def _lines(tokens: Sequence[_Token]) -> list[list[_Token]]:
    lines: list[list[_Token]] = [[]]
    for token in tokens:
        lines[-1].append(token)
        if token.word == "\n":
            lines.append([])
    return lines


def _keys(lines: Sequence[Sequence[_Token]]) -> list[tuple[str, ...]]:
    return [tuple(token.word for token in line) for line in lines]


def _matched(
    old_words: list[str], new_words: list[str], old: Sequence[_Token], new: Sequence[_Token]
) -> Iterator[Segment]:
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from _segment(Kind.SAME, new[c:d])
        else:
            yield from _segment(Kind.REMOVED, old[a:b])
            yield from _segment(Kind.ADDED, new[c:d])


def _segment(kind: Kind, tokens: Sequence[_Token]) -> Iterator[Segment]:
    if tokens:
        yield Segment(kind, "".join(token.text for token in tokens))


def _merged(parts: Sequence[Segment]) -> Iterator[Segment]:
    current: Segment | None = None
    for part in parts:
        if current and current.kind is part.kind:
            current = Segment(part.kind, current.words + part.words)
        else:
            if current:
                yield current
            current = part
    if current:
        yield current
