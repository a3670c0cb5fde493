"""Words of a question that were mistyped, read as what was meant. Pure.

A word is taken for mistyped when hardly anybody could have meant it: no article that the caller may
read holds it, and neither the thesaurus nor the shipped word vectors know it. It is read as the
likeliest word at one mistake from it that such an article holds, or that these know. That word
takes the place of the one typed, which finds nothing anyhow, before anything else looks at the
question: so the thesaurus, the numbers of articles and the rarity of words see what they would have
seen.

No word is stored: tokens are numbers, so every word at one mistake is made and looked up, some 330
for ten letters. Two mistakes would be 80,000 for twelve, 0.2 s, and with so many numbers of 32 bits
every third word would find another's by chance (`eval/results/spelling.md`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.retrieval.lexical import STOP_WORDS, Word, plain, plain_ids, spoken, token_id
from rag.retrieval.mistakes import Ids, at_one_mistake
from rag.retrieval.thesaurus import NOTHING_OFF
from rag.types import Hit, Understood

Known = Callable[[Ids], npt.NDArray[np.bool_]]  # which tokens are no mistakes
Held = Callable[[Ids], npt.NDArray[np.float64]]  # how many articles that may be read hold each

LEAST = 5  # letters: at one mistake from a shorter word there are too many
MOST = 30  # letters: anti-constitutional words have 25
MOST_WORDS = 5  # put right in one question, so that no question takes long
# A word that is found is worth its mistake (`rag.retrieval.mistakes`) plus this times the logarithm
# of how many articles hold it. Of 2,524 mistakes in training questions 2,142 are seen; so 2,014 of
# them are put right, 1,977 by frequency alone, 1,997 with swapped and doubled letters always first.
# The vectors of the question's other words would add a point.
FREQUENCY = 0.4
# As if so many articles held « comment » or « depuis »: questions are full of them.
LITTLE_HELD = 3000.0
# As if so many articles held a word that the thesaurus or the vectors know: without, 1,858.
KNOWN_HELD = 1.0

_PLAIN_WORD = re.compile(rf"[a-z]{{{LEAST},{MOST}}}")
_LETTERS = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;…«(\n])[\s\"'’«-]*$")
_LITTLE = {plain(word): word for word in sorted(STOP_WORDS) if len(word) >= LEAST}


@dataclass(frozen=True, slots=True)
class Correction:
    """`question[start:end]`, that is `typed`, is read as `word`, which may lack its accents."""

    start: int
    end: int
    typed: str
    word: str

    @property
    def entry(self) -> str:
        """Names it, to switch it off: the word typed, in lower case without accents."""
        return plain(self.typed)


def corrections(
    question: str, known: Known, held: Held, without: frozenset[str] = NOTHING_OFF
) -> list[Correction]:
    """The mistyped words of a question, in reading order; `held` is only asked when one may be.

    `without`: what is typed (`Correction.entry`) and is to be left as it is.
    """
    words = [each for each in _suspects(question) if each[0].plain not in without]
    for looks_right in (known, lambda ids: held(ids) > 0):
        if not words:
            return []
        ids = np.array([token_id(word.token) for word, _, _ in words], dtype=np.uint32)
        right = looks_right(ids).tolist()
        words = [each for each, fine in zip(words, right, strict=True) if not fine]
    typed = list(dict.fromkeys(word.plain for word, _, _ in words))
    read = _read(typed[:MOST_WORDS], known, held)
    return [
        Correction(start, end, question[start:end], read[word.plain])
        for word, start, end in words
        if word.plain in read
    ]


def corrected(question: str, found: Iterable[Correction]) -> str:
    """The question with what was meant in place of what was typed."""
    parts, at = [], 0
    for each in found:
        parts += [question[at : each.start], each.word]
        at = each.end
    return "".join([*parts, question[at:]])


def told(found: Iterable[Correction], hits: Sequence[Hit]) -> Iterator[Understood]:
    """One line a word, for who asked, spelled as in the first of the hits that has it."""
    for each in {one.entry: one for one in found}.values():
        meant = _as_written(each.word, (hit.passage for hit in hits))
        yield Understood(each.typed, (meant,), each.entry)


def _as_written(meant: str, passages: Iterable[str]) -> str:
    """The word with its accents; another form of it where only that one is there."""
    form, (wanted,) = "", plain_ids([meant])
    for passage in passages:
        for word in spoken(passage):
            if not word.token or (form and word.plain != meant) or token_id(word.token) != wanted:
                continue
            place = _place(passage, word)
            form = passage[slice(*place)].lower() if place else form
            if place and word.plain == meant:
                return form
    return form or meant


def _suspects(question: str) -> Iterator[tuple[Word, int, int]]:
    """Words that may be mistyped, with their place; numbers, names and acronyms are not."""
    shouted, after = question.upper() == question, 0
    for word in spoken(question):
        if word.token and word.plain not in _LITTLE and _PLAIN_WORD.fullmatch(word.plain):
            place = _place(question, word, after)
            if place and (shouted or not _name(question, *place)):
                after = place[1]
                yield word, *place


def _place(text: str, word: Word, after: int = 0) -> tuple[int, int] | None:
    """Where the word itself stands; None when an apostrophe is within it."""
    for run in _LETTERS.finditer(text, max(word.start, after), word.end):
        if plain(run.group()) == word.plain:
            return run.span()
    return None


def _name(text: str, start: int, end: int) -> bool:
    """True for a capital that does not begin a sentence, or more than one."""
    if text[start + 1 : end] != text[start + 1 : end].lower():
        return True
    begins = _SENTENCE_END.search(text, max(0, start - 8), start) is not None
    return text[start] != text[start].lower() and not begins


def _read(typed: Sequence[str], known: Known, held: Held) -> dict[str, str]:
    """Typed → meant, of those for which there is something."""
    if not typed:
        return {}
    near = [at_one_mistake(word) for word in typed]
    ids = np.concatenate([each.ids for each in near])
    counts = np.maximum(held(ids), KNOWN_HELD * known(ids))
    ends = np.cumsum([len(each.ids) for each in near])[:-1]
    read = {}
    for word, each, found in zip(typed, near, np.split(counts, ends), strict=True):
        little = [at for at, other in enumerate(each.words) if other in _LITTLE]
        found[little] = LITTLE_HELD
        with np.errstate(divide="ignore"):
            best = int(np.argmax(each.likely + FREQUENCY * np.log(found)))
        if found[best]:
            read[word] = _LITTLE.get(each.words[best], each.words[best])
    return read
