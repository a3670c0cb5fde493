"""A person's conversations as JSON Lines: what they are given of theirs, beside the journal's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rag.conversations.store import Said


def json_line(conversation_id: str, said: Sequence[Said]) -> str:
    """One JSON object a conversation, with its line feed; no line where nothing was said."""
    if not said:
        return ""
    shape = {"conversation": conversation_id, "turns": [_turn(each) for each in said]}
    return json.dumps(shape, ensure_ascii=False) + "\n"


def _turn(said: Said) -> dict[str, Any]:
    """`answer` is null where it is withheld: it rests on a text that cannot be given."""
    answer = said.answer
    return {
        "at": datetime.fromtimestamp(said.at, UTC).isoformat(),
        "question": said.question,
        "answer": answer.answer if answer else None,
        "as_of": answer.as_of.isoformat() if answer and answer.as_of else None,
        "model": answer.model if answer else None,
        "citations": [
            {"text": each.text, "article": each.article, "quote": each.quote}
            for each in (answer.citations if answer else ())
        ],
    }
