"""A language model makes a question that follows others stand alone."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.budget import Budget
from rag.answering.model_api import Asked, End
from rag.answering.prompt import REWRITE_RULES, rewrite_prompt
from rag.answering.server import ModelServer
from rag.answering.stopping import Stop
from rag.answering.streaming import without_thought
from rag.answering.until import until_stopped
from rag.errors import ModelFailure
from rag.settings import Settings
from rag.types import Turn

LONGEST = 160  # tokens of a question
SECONDS = 20.0  # for which a rewriting is worth waiting


class ModelRewriter:
    """`followup.Rewriter` by a model of the settings' server; "" when it does not manage.

    `stop`: once set, the asking ends at once with AnswerStopped.
    """

    def __init__(self, name: str, settings: Settings, *, stop: Stop | None = None) -> None:
        self._name = name
        self._settings = settings
        self._stop = stop or Stop()

    def __call__(self, question: str, history: Sequence[Turn]) -> str:
        """The question as the model puts it.

        Raises:
            AnswerStopped: `stop` was set.
        """
        server = ModelServer(self._settings)
        seconds = min(SECONDS, self._settings.model_timeout)
        try:
            with until_stopped(server.connection, self._stop, seconds, self._name):
                return self._written(server, question, history)
        except ModelFailure:
            return ""

    def _written(self, server: ModelServer, question: str, history: Sequence[Turn]) -> str:
        budget = Budget(server.window(self._name), LONGEST)
        prompt, written = rewrite_prompt(question, history), ""
        for piece in server.stream(Asked(self._name, REWRITE_RULES, prompt, budget)):
            if isinstance(piece, End):
                whole = piece.whole and not piece.by_length
                return "".join(without_thought(iter([written]))) if whole else ""
            written += piece
            if len(written) > budget.characters:
                break
        return ""
