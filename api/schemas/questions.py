"""What search and answers give, and who may write them."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, Field

from api.schemas import examples
from api.schemas.answer import Answer


class Hit(Answer):
    """A passage found; `valid_to` is exclusive, null when open."""

    rank: int
    score: float
    text_id: str
    text: str
    article: str
    article_id: str
    version_id: str
    start: int
    end: int
    valid_from: date | None
    valid_to: date | None
    path: list[str]
    passage: str
    source: str
    page: int | None


class UnderstoodWords(Answer):
    """Words of the question, and what an entry of the thesaurus says they also mean."""

    words: str
    meaning: list[str]
    entry: str = Field(description="For `without`, to switch it off.")


class SearchAnswer(Answer):
    """As `referent search --json`."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SEARCH]})

    question: str
    as_of: date | None
    hits: list[Hit]
    understood: list[UnderstoodWords]


class Sentence(Answer):
    """A sentence; `support` is verified, unsupported or contradicted, `reason` says why."""

    text: str
    markers: list[int]
    support: str
    reason: str
    struck: bool = Field(description="Contradicted, or it names what does not exist.")


class Citation(Answer):
    """`quote` stands at `start` in the words of `version_id`, unless `verdict` says otherwise."""

    marker: int
    text_id: str
    text: str
    article: str
    version_id: str
    quote: str
    start: int
    end: int
    verdict: str
    page: int | None
    valid_from: date | None
    valid_to: date | None
    link: str = Field(description="Where the publisher shows this wording.")


class Premise(Answer):
    """What the question takes for granted, at `start` in it, and the texts do not say."""

    surface: str
    start: int
    end: int
    detail: str


class AskAnswer(Answer):
    """As `referent ask --json`."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ASK]})

    question: str
    as_of: date | None
    answer: str
    refused: bool
    confidence: float | None = Field(
        ge=0,
        le=1,
        description="How likely it is that the answer cites an article that answers, or would "
        "have; null where the question names an article, which then answers itself.",
    )
    model: str
    sentences: list[Sentence]
    citations: list[Citation]
    left_out: list[Sentence]
    nearest: list[Hit]
    notice: str
    answer_id: str
    searched: str = Field(description="How the question was looked for; empty: as it was asked.")
    premises: list[Premise]
    cached: bool
    understood: list[UnderstoodWords]
    timings: dict[str, float]


class PastSpeed(Answer):
    """What past answers of a model took: medians."""

    answers: int
    written_per_second: float | None = Field(description="Tokens.")
    first_ms: float | None = Field(description="Milliseconds to the first one.")


class Model(Answer):
    """A model, in the shape that OpenAI's clients read."""

    id: str = Field(examples=["extractive"])
    object: str = "model"
    created: int = 0
    owned_by: str = "referent"
    size: int | None = Field(default=None, description="Bytes, as its server says.")
    window: int | None = Field(default=None, description="Tokens, as its server says.")
    parameters: str = ""
    quantization: str = ""
    loaded: bool = True
    fits: bool | None = Field(
        default=None, description="In this machine's memory; null where nobody can tell."
    )
    speed: PastSpeed | None = Field(default=None, description="Measured on past answers.")


class ModelsAnswer(Answer):
    """The models that may write an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MODELS]})

    object: str = "list"
    data: list[Model]
    notice: str = Field(default="", description="Why models are missing, in French.")
    memory: int = Field(default=0, description="Bytes of this machine.")
