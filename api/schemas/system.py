"""What the server says of itself, and of what went wrong."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import examples
from api.schemas.answer import Answer


class Live(Answer):
    """The process answers."""

    live: bool = True


class IndexState(Answer):
    """`pending`: the index has yet to take changes of the catalogue.

    Not how many, nor how much it holds: anyone reads this, and a count would tell of texts.
    """

    pending: bool


class CatalogueState(Answer):
    """Whether the texts can be read."""

    readable: bool


class ModelState(Answer):
    """The model server of the settings; `reachable` is null when none is configured."""

    configured: bool
    reachable: bool | None


class Ready(Answer):
    """Whether questions can be answered; without the model server they are, in quotations.

    `index` is null when it cannot be read.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.READY]})

    ready: bool
    catalogue: CatalogueState
    index: IndexState | None
    model: ModelState


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:referent:not-found"])
    title: str = Field(examples=["Aucun texte ou article ne répond à ce nom, ou plusieurs."])
    status: int = Field(examples=[404])
    detail: str | None = Field(default=None, description="In the language of the answer.")
    fields: list[dict[str, str]] | None = Field(
        default=None, description="What is missing or wrong, and why.", examples=[None]
    )
