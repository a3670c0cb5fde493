"""A language model writes the answer, from the passages that fit in its window."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from rag.answering.budget import Budget
from rag.answering.model_api import Asked, End
from rag.answering.model_failures import cut, unreadable
from rag.answering.prompt import NO_ANSWER, RULES, fit, user_prompt
from rag.answering.server import ModelServer
from rag.answering.stopping import Stop
from rag.answering.streaming import is_whole, sentences, split_markers, without_thought
from rag.answering.until import until_stopped
from rag.errors import AnswerTooLong, ModelFailure, PromptTruncated
from rag.ports import DraftSentence
from rag.settings import Settings
from rag.types import Hit, Spent

MAX_SENTENCES = 60  # a model that goes on after that repeats itself
# « Oui », « Non » at the head of a sentence: nothing can check it, what follows says the rule.
_YES_NO = re.compile(r"^(?:oui|non)(?!\w)\s*[,:;.!–-]*\s*", re.IGNORECASE)


class ModelGenerator:
    """`Generator` that has a model of the settings' server write.

    `stop`: once set, from any thread, the writing ends at once with AnswerStopped. `spent`: what
    the last answer took; None while none has been written to its end.
    """

    def __init__(self, name: str, settings: Settings, *, stop: Stop | None = None) -> None:
        self.name = name
        self.spent: Spent | None = None
        self._settings = settings
        self._stop = stop or Stop()

    def generate(self, question: str, hits: Sequence[Hit]) -> Generator[DraftSentence, None, None]:
        """Sentences as they are written, with the hits that their markers point to.

        Raises:
            ModelFailure: the answer cannot be served; what was given before must not be either,
                except after AnswerTooLong.
            AnswerStopped: `stop` was set.
        """
        self.spent = None
        if not hits:
            return
        server = ModelServer(self._settings)
        with until_stopped(server.connection, self._stop, self._settings.model_timeout, self.name):
            budget = Budget(server.window(self.name), self._settings.model_answer_tokens)
            given = fit(question, hits, budget.prompt)
            if not given:
                raise _no_room(self.name, budget)
            prompt = user_prompt(question, hits[:given])
            with closing(self._tokens(server, Asked(self.name, RULES, prompt, budget))) as tokens:
                yield from self._drafts(tokens, given)

    def _drafts(self, tokens: Iterator[str], given: int) -> Iterator[DraftSentence]:
        for count, sentence in enumerate(sentences(without_thought(tokens))):
            if sentence.strip(" .*«»").upper().startswith(NO_ANSWER):
                return
            if count == MAX_SENTENCES:
                raise _too_long(self.name)
            if (draft := _draft(sentence, given)) is not None:
                yield draft

    def _tokens(self, server: ModelServer, asked: Asked) -> Generator[str, None, None]:
        """What the model writes, piece by piece; whole, or an error."""
        started, first, written = time.monotonic(), 0.0, 0
        for piece in server.stream(asked):
            if server.connection.broken:  # what had arrived before does not count either
                raise cut(server.url)
            if isinstance(piece, End):
                self._check_end(piece, asked, server.url)
                self.spent = _spent(piece, (first or time.monotonic()) - started)
                return
            written += len(piece)
            if written > asked.budget.characters:
                raise _too_long(self.name)
            if piece:
                first = first or time.monotonic()
                yield piece

    def _check_end(self, end: End, asked: Asked, url: str) -> None:
        """A stream that ends without saying so was cut; a prompt that was not read is no prompt."""
        if not end.whole:
            raise cut(url)
        if end.prompt_tokens is None:
            raise unreadable("le serveur ne dit pas ce qu'il a lu de la demande", url)
        if asked.budget.was_truncated(asked.rules + asked.prompt, end.prompt_tokens):
            raise PromptTruncated(
                f"le serveur n'a lu que {end.prompt_tokens} jetons de la demande : réponse écartée",
                where=url,
                remedy="réduisez --limit, ou REFERENT_MODEL_WINDOW à ce que le serveur accepte",
            )
        if end.by_length:
            raise _too_long(self.name)


def _spent(end: End, first: float) -> Spent:
    return Spent(
        prompt_tokens=end.prompt_tokens or 0,
        prompt_ms=end.prompt_ms,
        written_tokens=end.written_tokens or 0,
        written_ms=end.written_ms,
        first_ms=first * 1000,
    )


def _draft(sentence: str, given: int) -> DraftSentence | None:
    """A sentence as a draft; None when there is nothing in it, or it was broken off."""
    if not is_whole(sentence):
        return DraftSentence(sentence, cites=())
    text, numbers = split_markers(sentence)
    text = _YES_NO.sub("", text)
    if not re.search(r"\w", text):
        return None
    text = text[:1].upper() + text[1:]
    return DraftSentence(text, cites=tuple(n - 1 if 1 <= n <= given else -1 for n in numbers))


def _too_long(name: str) -> AnswerTooLong:
    return AnswerTooLong(
        f"le modèle {name} n'a pas conclu : sa réponse est coupée",
        where=name,
        remedy="posez une question plus précise, ou augmentez REFERENT_MODEL_ANSWER_TOKENS",
    )


def _no_room(name: str, budget: Budget) -> ModelFailure:
    return ModelFailure(
        f"aucun passage ne tient dans la fenêtre de {name} ({budget.window} jetons)",
        where=name,
        remedy="augmentez REFERENT_MODEL_WINDOW, ou choisissez un autre modèle",
    )
