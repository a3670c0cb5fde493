"""The drafts of one answer: by the generator, or by the one that stands in while it cannot."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import date

from rag import ports
from rag.errors import AnswerTooLong, ModelUnreachable
from rag.ports import DraftSentence
from rag.retrieval.search import Stopwatch
from rag.types import Asked, Hit

UNREACHABLE = "Le serveur de modèles ne répond pas : la réponse cite les textes, sans rédaction."
GeneratorFor = Callable[[Asked, date], ports.Generator]


class Drafting:
    """One answer being written. `notice` says in French what did not go as asked."""

    def __init__(
        self,
        generator: GeneratorFor,
        fallback: GeneratorFor | None,
        asked: Asked,
        day: date,
        watch: Stopwatch,
    ) -> None:
        self.generator = generator(asked, day)
        self.notice = ""
        self.own_words = False
        self._fallback = fallback
        self._for = asked, day
        self._watch = watch

    def drafts(self, question: str, hits: Sequence[Hit]) -> Generator[DraftSentence, None, None]:
        """Each draft as it is written; the time of writing is added up. Without hits nobody is
        asked to write.

        Raises:
            ModelFailure: what was given before is no answer.
        """
        if not hits:
            return
        try:
            yield from self._timed(question, hits)
        except AnswerTooLong as limit:
            self.notice = f"{limit.what[:1].upper()}{limit.what[1:]}."
        except ModelUnreachable:
            if self._fallback is None:
                raise
            self.generator, self.notice = self._fallback(*self._for), UNREACHABLE
            yield from self._timed(question, hits)

    def _timed(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftSentence]:
        drafts = iter(self.generator.generate(question, hits))
        while True:
            with self._watch("generate"):
                draft = next(drafts, None)
            if draft is None:
                return
            self.own_words = draft.cites is not None
            yield draft
