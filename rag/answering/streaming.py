"""Token stream → sentences, each given as soon as the next one begins. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.answering.sentences import is_abbreviated

MAX_SENTENCE = 1200  # characters: what has no end by then is cut there
_NUMBER = r"[0-9]{1,3}"
_LIST = rf"{_NUMBER}(?:\s?(?:,|;|et|-|à)\s?{_NUMBER}){{0,9}}"
_MARKERS = rf"(?:[\[【]\s?(?:passages?\s|n°\s?)?{_LIST}\s?[\]】])"
_MARKER = re.compile(rf"\s*{_MARKERS}")
_DIGITS = re.compile(_NUMBER)
_RANGE = re.compile(rf"({_NUMBER})\s?(?:-|à)\s?({_NUMBER})")
_END = re.compile(rf"(?:[.!?…]+(?:\s?»)?(?:\s*{_MARKERS})*)(?=\s+[«A-ZÀ-ÖØ-Þ0-9(•–-])|\s*\n\s*")
_THINKING = "<think>"
_BULLET = re.compile(r"^\s*(?:[-•–*]|[0-9]{1,2}[.)])\s+|\*\*")


def sentences(stream: Iterable[str]) -> Iterator[str]:
    """Whole sentences, their markers included; the last one may have no end."""
    held = ""
    for piece in stream:
        held += piece
        while (end := _end(held)) is not None:
            if sentence := held[:end].strip():
                yield sentence
            held = held[end:].lstrip()
    if sentence := held.strip():
        yield sentence


def without_thought(tokens: Iterator[str]) -> Iterator[str]:
    """What follows the model's thoughts, where it writes them into its answer."""
    held = ""
    for token in tokens:
        held += token
        if not _THINKING.startswith(held.lstrip()[: len(_THINKING)]):
            break
        if "</think>" in held:
            held = held.partition("</think>")[2]
            break
    else:
        held = "" if held.lstrip().startswith(_THINKING) else held
    yield held
    yield from tokens


def is_whole(sentence: str) -> bool:
    """True when a sentence came to its end."""
    return bool(re.search(r"[.!?…:;»]$", split_markers(sentence)[0].strip())) or bool(
        re.search(rf"{_MARKERS}\.?$", sentence)
    )


def split_markers(sentence: str) -> tuple[str, tuple[int, ...]]:
    """The sentence without markers and list signs, and the numbers that the markers hold."""
    numbers: list[int] = []
    for match in _MARKER.finditer(sentence):
        numbers += _numbers(match.group())
    text = _BULLET.sub("", _MARKER.sub("", sentence))
    return " ".join(text.split()), tuple(dict.fromkeys(numbers))


def _numbers(marker: str) -> list[int]:
    through = _RANGE.search(marker)
    if through and int(through[1]) < int(through[2]):
        return list(range(int(through[1]), int(through[2]) + 1))
    return [int(found) for found in _DIGITS.findall(marker)]


def _end(held: str) -> int | None:
    """Where the first sentence ends for sure; None when more must come."""
    for match in _END.finditer(held):
        before = held[: match.start() + 1]
        if "\n" in match.group() or not (is_abbreviated(before) or _open_quote(before)):
            return match.end()
    return MAX_SENTENCE if len(held) > MAX_SENTENCE else None


def _open_quote(before: str) -> bool:
    return before.count("«") > before.count("»")
