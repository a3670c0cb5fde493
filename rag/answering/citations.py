"""Checks, by program, every citation of a draft. Pure: given the versions, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.legal.links import version_link
from rag.ports import DraftSentence, Quote
from rag.types import Citation, Hit, Sentence, Validity, Version

VERIFIED = "verified"
UNSUPPORTED = "unsupported"
QUOTE_MISMATCH = "quote_mismatch"
NOT_IN_FORCE = "not_in_force_at_date"
UNKNOWN_VERSION = "unknown_version"


class Numbering:
    """Numbers citations in order of appearance, one sentence after the other.

    The same words of the same Version have one marker. `versions` holds those that the caller may
    read; a quote of any other is `unknown_version`; `natures` are those of their texts, by id. A
    quote of a hit that was never given has no
    citation, and its sentence no support.
    """

    def __init__(
        self,
        hits: Sequence[Hit],
        versions: Mapping[str, Version],
        day: date,
        natures: Mapping[str, str],
    ) -> None:
        self._hits = hits
        self._versions = versions
        self._day = day
        self._natures = natures
        self._made: dict[tuple[str, str], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Those given so far, by marker."""
        return tuple(self._made.values())

    def sentence(self, draft: DraftSentence) -> Sentence:
        """The draft with its markers, verified when each of its quotes is."""
        quotes = [quote for quote in draft.quotes if is_given(quote, self._hits)]
        return _sentence(draft, [self._cited(quote) for quote in quotes])

    def _cited(self, quote: Quote) -> Citation:
        hit = self._hits[quote.hit]
        key = hit.version_id, quote.words
        if key not in self._made:
            marker = len(self._made) + 1
            version = self._versions.get(hit.version_id)
            link = version_link(hit.version_id, self._natures.get(hit.text_id, ""))
            self._made[key] = _cite(marker, hit, quote.words, version, self._day, link)
        return self._made[key]


def check(
    drafts: Sequence[DraftSentence],
    hits: Sequence[Hit],
    versions: Mapping[str, Version],
    day: date,
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Number the citations of these drafts and check each against its Version."""
    numbering = Numbering(hits, versions, day, {})
    sentences = tuple(numbering.sentence(draft) for draft in drafts)
    return sentences, numbering.citations


def is_given(quote: Quote, hits: Sequence[Hit]) -> bool:
    """True when the quote points to one of the hits that the generator was given."""
    return 0 <= quote.hit < len(hits)


def without_markers(sentence: Sentence) -> Sentence:
    """The sentence as it was before it was numbered."""
    marks = "".join(f"[{marker}]" for marker in sentence.markers)
    return replace(sentence, text=sentence.text.removesuffix(marks).rstrip(), markers=())


def _sentence(draft: DraftSentence, cited: Sequence[Citation]) -> Sentence:
    whole = bool(cited) and len(cited) == len(draft.quotes)
    good = whole and all(citation.verdict == VERIFIED for citation in cited)
    markers = list(dict.fromkeys(citation.marker for citation in cited))
    text = f"{draft.text} {''.join(f'[{marker}]' for marker in markers)}".rstrip()
    return Sentence(text, tuple(markers), VERIFIED if good else UNSUPPORTED)


def _cite(
    marker: int, hit: Hit, quote: str, version: Version | None, day: date, link: str
) -> Citation:
    validity = version.validity if version else Validity()
    start = _locate(version, hit, quote)
    return Citation(
        marker=marker,
        text_id=hit.text_id,
        text=hit.text,
        article=hit.article,
        version_id=hit.version_id,
        quote=quote,
        start=start,
        end=start + len(quote) if start >= 0 else -1,
        verdict=_verdict(version, start, day),
        page=_page(version, start) or hit.page,
        valid_from=validity.start,
        valid_to=validity.end,
        link=link,
    )


def holds(citation: Citation, version: Version | None, day: date) -> bool:
    """True when a citation that was verified still is, in the Version as it now stands."""
    if version is None or not version.words or not version.validity.contains(day):
        return False
    return version.words[citation.start : citation.end] == citation.quote


def _locate(version: Version | None, hit: Hit, quote: str) -> int:
    """Where the quote stands in the Version, character for character; -1 when it does not."""
    if version is None or not version.words or not quote.strip():
        return -1
    within = version.words.find(quote, hit.start)
    return within if within >= 0 else version.words.find(quote)


def _verdict(version: Version | None, start: int, day: date) -> str:
    if version is None:
        return UNKNOWN_VERSION
    if start < 0:
        return QUOTE_MISMATCH
    return VERIFIED if version.validity.contains(day) else NOT_IN_FORCE


def _page(version: Version | None, start: int) -> int | None:
    marks = version.pages if version else ()
    before = [mark.page for mark in marks if mark.start <= start]
    return before[-1] if before else None
