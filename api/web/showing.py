"""What the templates of a question are given, where one asks and where a conversation is read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from api.schemas import MAX_ANSWER, MAX_TURNS, Turn
from api.web import confidence
from api.web.exchange import Exchange
from api.web.frame import Frame
from api.web.keeping import author
from api.web.models import Choices
from api.web.pages import Pages
from api.web.wanted import Wanted
from rag.accounts.roles import Permission
from rag.types import Answer


class Showing:
    """Of the pages of one door."""

    def __init__(self, pages: Pages) -> None:
        self._settings = pages.door.service.parts.settings
        self._choices = Choices(self._settings)

    def shown(
        self, frame: Frame, wanted: Wanted, exchange: Exchange | None = None, wrong: str = ""
    ) -> dict[str, object]:
        """All that `ask.html` and its parts name."""

        def sure(answer: Answer) -> confidence.Line | None:
            return confidence.line(answer, self._settings.min_confidence, frame.language)

        return {
            "wanted": wanted,
            "models": self._choices.names(),
            "exchange": exchange,
            "wrong": wrong,
            "before": wanted.history if exchange else (),
            "kept": bool(author()),
            "history": history(wanted.history, exchange),
            "sure": sure,
            "hears": self._settings.journal and frame.visitor.may(Permission.FEEDBACK),
        }


def history(before: Sequence[Turn], exchange: Exchange | None) -> str:
    """The turns so far as JSON, the last ones that a request may hold."""
    turns = [turn.model_dump() for turn in before]
    if exchange is not None and exchange.answer is not None:
        answer = exchange.answer
        turns.append(
            {"question": answer.searched or answer.question, "answer": answer.answer[:MAX_ANSWER]}
        )
    return json.dumps(turns[-MAX_TURNS:], ensure_ascii=False)
