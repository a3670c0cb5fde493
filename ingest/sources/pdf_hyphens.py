"""Line ends rejoined: which hyphens the printer added, and which the author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable

SOFT_HYPHEN = "\u00ad"
_HYPHENS = ("-", SOFT_HYPHEN)
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_FIRST = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# first and last parts of the compounds that administrative French writes with a hyphen
_OPENS_COMPOUND = re.compile(
    r"sous|vice|ex|non|mi|demie?|semi|contre|avant|après|arrière|outre|grande?s?|celui|celles?"
    r"|ceux|quelqu|peut|est|dit|au|ci|là|bien|mot|rendez|vis|état|procès|chef|porte|garde|plate"
    r"|mains?|quasi|compte|ayants?|savoir|laissez|passe|par|rez|hors|quotes?|nord|sud|dix|vingt"
    r"|trente|quarante|cinquante|soixante|quatre|cent|lui|elles?|eux|moi|toi|nous|vous|lieu",
    re.IGNORECASE,
)
_CLOSES_COMPOUND = re.compile(
    r"ci|là|mêmes?|ils?|elles?|on|je|tu|nous|vous|ce|dessus|dessous|après|jointe?s?|fondée?s?|être"
    r"|vis|dire|présidente?s?|préfète?s?|préfets?|trésorier|verbal|verbaux|unes?|uns|moi|toi|lui"
    r"|leur|huit|neuf|sept|six|cinq|trois|deux",
    re.IGNORECASE,
)


class Vocabulary:
    """The words of a document, against which a cut word is checked."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = {word.lower() for line in lines for word in _TOKEN.findall(line)}

    def __contains__(self, word: str) -> bool:
        return word.lower() in self._words


def ends_with_hyphen(words: str) -> bool:
    """True when a line ends on a hyphen that touches its last word ("bien-", not "voir -")."""
    return words.endswith(_HYPHENS) and len(words) > 1 and not words[-2].isspace()


def join(left: str, right: str, vocabulary: Vocabulary) -> str:
    """Two lines as one.

    >>> join("une conven-", "tion", Vocabulary([]))
    'une convention'
    >>> join("article L. 231-", "4 du code", Vocabulary([]))
    'article L. 231-4 du code'
    """
    if not left or not right:
        return left or right
    if not ends_with_hyphen(left):
        return f"{left} {right}"
    if left.endswith(SOFT_HYPHEN):
        return left[:-1] + right
    return left + right if _is_written(left, right, vocabulary) else left[:-1] + right


def _is_written(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """True when the hyphen at the end of `left` belongs to the word."""
    before, after = _LAST.search(left), _FIRST.match(right)
    if before is None or after is None or not right[0].islower():
        return True
    first, second = before[1], after[0]
    if f"{first}-{second}" in vocabulary:
        return True
    if first + second in vocabulary:
        return False
    return (
        "-" in first
        or len(first) == 1
        or _OPENS_COMPOUND.fullmatch(first) is not None
        or _CLOSES_COMPOUND.fullmatch(second.split("-")[0]) is not None
    )
