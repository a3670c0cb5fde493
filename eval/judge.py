"""A model of the settings' server as judge of answers, with llama-index's own evaluators.

Faithfulness: is the answer supported by the passages it was written from? Relevancy: are answer
and passages in line with the question? The model is asked through `ModelServer`, as for answers:
this server only, its window, no truncated prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.answering.budget import Budget
from rag.answering.model_api import Asked, End
from rag.answering.model_failures import cut
from rag.answering.server import ModelServer
from rag.answering.streaming import without_thought
from rag.errors import MissingPackage, PromptTruncated
from rag.settings import Settings
from rag.types import Answer, Hit

if TYPE_CHECKING:
    from llama_index.core.llms import CustomLLM

RULES = "You are an impartial judge. Answer with YES or NO."
ANSWER_TOKENS = 512  # a word is enough; models that think aloud need room before it


class ModelJudge:
    """Judges answers with one model.

    Raises:
        UsageError: the settings do not allow this model.
        ModelFailure: the server does not have it, or fails.
        MissingPackage: llama-index is not installed.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self._server = ModelServer(settings)
        self._name = name
        self._budget = Budget(self._server.window(name), ANSWER_TOKENS)
        self._llm = _llm(self)

    @property
    def name(self) -> str:
        """Of the model."""
        return self._name

    @property
    def budget(self) -> Budget:
        """Of one judgment."""
        return self._budget

    def __call__(self, question: str, answer: Answer, hits: Sequence[Hit]) -> dict[str, Any]:
        """ "faithful" and "relevant", each 1 or 0, and which model said so."""
        from llama_index.core.evaluation import FaithfulnessEvaluator, RelevancyEvaluator
        from llama_index.core.evaluation.faithfulness import DEFAULT_EVAL_TEMPLATE

        passages = [hit.passage for hit in hits]
        # Its own choice of template, for "llama3:8b", leaves passages and answer out.
        faithful = FaithfulnessEvaluator(llm=self._llm, eval_template=DEFAULT_EVAL_TEMPLATE)
        relevant = RelevancyEvaluator(llm=self._llm)
        judgments = {
            "faithful": faithful.evaluate(question, answer.answer, passages),
            "relevant": relevant.evaluate(question, answer.answer, passages),
        }
        said = {name: float(bool(each.passing)) for name, each in judgments.items()}
        return {"model": self._name, **said}

    def write(self, prompt: str) -> str:
        """What the model answers, without its thoughts.

        Raises:
            ModelFailure: it did not, or did not read the whole prompt.
        """
        asked = Asked(self._name, RULES, prompt, self._budget)
        pieces: list[str] = []
        for piece in self._server.stream(asked):
            if isinstance(piece, End):
                self._check(piece, asked)
                return "".join(without_thought(iter(pieces))).strip()
            pieces.append(piece)
        raise cut(self._server.url)

    def _check(self, end: End, asked: Asked) -> None:
        if not end.whole:
            raise cut(self._server.url)
        if asked.budget.was_truncated(asked.rules + asked.prompt, end.prompt_tokens or 0):
            raise PromptTruncated(
                "le serveur n'a pas lu toute la demande faite au juge",
                where=self._server.url,
                remedy="réduisez REFERENT_MODEL_WINDOW à ce que le serveur accepte",
            )


def _llm(judge: ModelJudge) -> CustomLLM:
    """The judge as the LLM that llama-index's evaluators ask."""
    try:
        from llama_index.core.llms import (
            CompletionResponse,
            CompletionResponseGen,
            CustomLLM,
            LLMMetadata,
        )
    except ImportError as error:
        raise MissingPackage(
            "le paquet llama-index-core manque",
            where="--judge",
            remedy="pip install llama-index-core",
        ) from error

    class Judging(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                context_window=judge.budget.prompt,
                num_output=judge.budget.answer,
                model_name=judge.name,
            )

        def complete(
            self,
            prompt: str,
            formatted: bool = False,  # noqa: ARG002 - the signature of llama-index
            **_: Any,
        ) -> CompletionResponse:
            return CompletionResponse(text=judge.write(prompt))

        def stream_complete(
            self, prompt: str, formatted: bool = False, **_: Any
        ) -> CompletionResponseGen:
            yield self.complete(prompt, formatted)

    return Judging()
