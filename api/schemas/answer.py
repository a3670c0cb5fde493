"""What every part of an answer has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A part of an answer of the API."""

    model_config = ConfigDict(extra="allow")
