"""A language model writes the answer, through llama-index's LLM interface.

`llama_index` takes a second to import: this module is only imported when a model is used.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

import ollama

from rag.answering.budget import Budget
from rag.answering.prompt import NO_ANSWER, RULES, fit, user_prompt
from rag.answering.server import ModelServer, cut, failures, refused
from rag.answering.streaming import is_whole, sentences, split_markers
from rag.errors import (
    AnswerTooLong,
    MissingPackage,
    ModelFailure,
    ModelSilent,
    ModelUnreadable,
    PromptTruncated,
)
from rag.ports import DraftSentence
from rag.settings import Settings
from rag.types import Hit

try:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse, MessageRole
    from llama_index.llms.ollama import Ollama
except ImportError as error:
    raise MissingPackage(
        "le paquet llama-index-llms-ollama manque",
        where="rag.answering.model",
        remedy="pip install llama-index-llms-ollama",
    ) from error

MAX_SENTENCES = 60  # a model that goes on after that repeats itself
CHARACTERS_AT_MOST = 16  # a token of the answer: a server that sends more ignores `num_predict`
# « Oui », « Non » at the head of a sentence: nothing can check it, what follows says the rule.
_YES_NO = re.compile(r"^(?:oui|non)(?!\w)\s*[,:;.!–-]*\s*", re.IGNORECASE)
_THINKING = "<think>"


class ModelGenerator:
    """`Generator` that has a model write from the passages that fit in its window."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings
        self._server = ModelServer(settings)

    def generate(self, question: str, hits: Sequence[Hit]) -> Generator[DraftSentence, None, None]:
        """Sentences as they are written, with the hits that their markers point to.

        Raises:
            ModelFailure: the answer cannot be served; what was given before must not be either,
                except after AnswerTooLong.
        """
        if not hits:
            return
        budget = Budget(self._server.window(self.name), self._settings.model_answer_tokens)
        given = fit(question, hits, budget.prompt)
        if not given:
            raise _no_room(self.name, budget)
        prompt = user_prompt(question, hits[:given])
        with closing(self._tokens(prompt, budget)) as tokens:
            written = _without_thought(tokens)
            for count, sentence in enumerate(sentences(written)):
                if sentence.strip(" .*«»").upper().startswith(NO_ANSWER):
                    return
                if count == MAX_SENTENCES:
                    raise _too_long(self.name)
                if (draft := _draft(sentence, given)) is not None:
                    yield draft

    def _tokens(self, prompt: str, budget: Budget) -> Generator[str, None, None]:
        """What the model writes, piece by piece; whole, or an error."""
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=RULES),
            ChatMessage(role=MessageRole.USER, content=prompt),
        ]
        started, written = time.monotonic(), 0
        last: dict[str, Any] = {}
        server = self._server
        with failures(server.url, self.name), self._client() as client:
            try:
                for response in self._model(client, budget).stream_chat(messages):
                    last = _raw(response)
                    piece = response.delta or ""
                    written += len(piece)
                    self._stop_endless(started, written, budget)
                    yield piece
            except ollama.ResponseError as error:
                raise refused(error.error, server.url, self.name) from None
        self._check_end(last, RULES + prompt, budget)

    def _client(self) -> ollama.Client:
        """No proxy of the environment, no redirection: only this server is ever asked."""
        return ollama.Client(
            host=self._server.url,
            timeout=self._server.timeout,
            trust_env=False,
            follow_redirects=False,
        )

    def _model(self, client: ollama.Client, budget: Budget) -> LLM:
        return Ollama(
            model=self.name,
            base_url=self._server.url,
            client=client,
            context_window=budget.window,
            temperature=0.0,
            additional_kwargs={"num_predict": budget.answer, "seed": 0},
        )

    def _stop_endless(self, started: float, written: int, budget: Budget) -> None:
        if written > budget.answer * CHARACTERS_AT_MOST:
            raise _too_long(self.name)
        if time.monotonic() - started > self._settings.model_timeout:
            raise ModelSilent(
                f"le modèle {self.name} n'a pas fini dans le temps prévu",
                where=self._server.url,
                remedy="choisissez un modèle plus petit, ou augmentez REFERENT_MODEL_TIMEOUT",
            )

    def _check_end(self, last: dict[str, Any], prompt: str, budget: Budget) -> None:
        """A stream that ends without saying so was cut; a prompt that was not read is no prompt."""
        if not last.get("done"):
            raise cut(self._server.url)
        evaluated = last.get("prompt_eval_count")
        if not isinstance(evaluated, int):
            raise ModelUnreadable(
                "le serveur ne dit pas ce qu'il a lu de la demande",
                where=self._server.url,
                remedy="mettez le serveur Ollama à jour",
            )
        if budget.was_truncated(prompt, evaluated):
            raise PromptTruncated(
                f"le serveur n'a lu que {evaluated} jetons de la demande : réponse écartée",
                where=self._server.url,
                remedy="réduisez --limit, ou REFERENT_MODEL_WINDOW à ce que le serveur accepte",
            )
        if last.get("done_reason") == "length":
            raise _too_long(self.name)


def _raw(response: ChatResponse) -> dict[str, Any]:
    return response.raw if isinstance(response.raw, dict) else {}


def _without_thought(tokens: Iterator[str]) -> Iterator[str]:
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
