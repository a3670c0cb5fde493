"""An answer as the words of a chat: in one piece, or sentence by sentence. Pure.

What is said about an answer (its sources, what did not go as asked) stands below a rule, so that
`own_words` finds the answer again in what a chat front end sends back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rag.answering import wording
from rag.answering.answer import Checked
from rag.answering.citations import VERIFIED
from rag.legal.titles import article_name
from rag.types import Answer, Citation, Sentence

RULE = "\n\n---"
UNDERSTOOD = "Question comprise comme : « {} »"
BROKEN = "Réponse interrompue : {} Ce qui précède est vérifié ; la suite manque."
REPLACED = (
    "Ne tenez pas compte de ce qui précède : un texte cité vient de changer. La réponse est :"
)
_UNDERSTOOD = re.compile(r"^Question comprise comme : « (.+) »$", re.MULTILINE)
_MARKERS = re.compile(r" ?(?:\[\d+\])+")
# What makes an image or a link of Markdown, or a tag: front ends fetch images without being asked.
_RENDERED = re.compile(r"(?<=!)(?=\[)|(?<=\])(?=[(:])|(?=<[A-Za-z/!?])")
_ESCAPED = re.compile(r"\\(?=[\[(:<])")


def content(answer: Answer) -> str:
    """All that a chat shows of an answer."""
    return answer.answer + about(answer)


def about(answer: Answer) -> str:
    """What is said below an answer; "" when there is nothing to say."""
    lines = [footnote(citation) for citation in answer.citations]
    lines += [f"Attention, « {each.surface} » : {each.detail}" for each in answer.premises]
    if answer.searched not in ("", answer.question):
        lines.append(UNDERSTOOD.format(" ".join(answer.searched.split())))
    if answer.notice:
        lines.append(answer.notice)
    return _below(lines)


def broken(problem: Mapping[str, Any], cited: Sequence[Citation]) -> str:
    """What is said below the beginning of an answer that breaks off."""
    return _below([BROKEN.format(why(problem)), *map(footnote, cited)])


def why(problem: Mapping[str, Any]) -> str:
    """A problem (as `api.problems` writes them, in French) as one sentence."""
    words = str(problem.get("detail") or problem["title"])
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _below(lines: Sequence[str]) -> str:
    return "".join((RULE, *(f"\n\n{line}" for line in lines))) if lines else ""


def footnote(citation: Citation) -> str:
    """A source: where it stands, its exact words, and where its publisher shows them."""
    page = f", page {citation.page}" if citation.page else ""
    link = f" {citation.link}" if citation.link else ""
    name = f"{article_name(citation.article)} — {citation.text}{page}"
    return f"[{citation.marker}] {name} : « {citation.quote} »{link}"


def as_markdown(words: str) -> str:
    """The words for front ends that take them for Markdown: what a text, a question or a model
    holds of images, links and tags is shown as it is written."""
    return _RENDERED.sub(r"\\", words)


def own_words(shown: str) -> str:
    """The answer alone, of what was shown: no markers, nothing of what is said below it."""
    return _MARKERS.sub("", _ESCAPED.sub("", shown.partition(RULE)[0])).strip()


def understood(shown: str) -> str:
    """The question as it was looked for, where an answer says so; "" where it does not."""
    found = _UNDERSTOOD.search(shown.partition(RULE)[2])
    return _ESCAPED.sub("", found[1]) if found else ""


class Growing:
    """The text of an answer while its sentences come: only what is verified, and never ahead of
    what the whole answer will say.

    `quoting`: no model writes. Otherwise the sentences may still be quotations, when the texts
    are quoted in the model's place; a sentence that begins as one waits until it is clear.
    """

    def __init__(self, *, quoting: bool) -> None:
        self.citations: tuple[Citation, ...] = ()
        self.given = ""
        self._quoting = quoting
        self._clear = quoting
        self._good: list[Sentence] = []

    def add(self, event: Checked) -> str:
        """What may be shown now; "" when nothing more."""
        self.citations += event.citations
        if event.sentence.support == VERIFIED:
            self._good.append(event.sentence)
            self._clear = self._clear or not event.sentence.text.startswith("«")
        return self._more(self._text()) if self._clear else ""

    def end(self, answer: Answer) -> str:
        """What is left to show of the whole answer, once it is known."""
        if answer.answer.startswith(self.given):
            return self._more(answer.answer)
        return f"{RULE}\n\n{REPLACED}\n\n{answer.answer}"

    def _text(self) -> str:
        if self._quoting:
            return wording.quoted(self._good, self.citations)
        return wording.own_words(self._good, strict=True)

    def _more(self, text: str) -> str:
        more = text[len(self.given) :]
        self.given = text
        return more
