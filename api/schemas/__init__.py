"""What the API takes and gives, for its checks and its OpenAPI description.

The answers are made by `api.shapes` and the views, as the commands' JSON is; these models describe
them, and a test holds the two together.
"""

from api.schemas.answer import Answer
from api.schemas.fields import (
    EXAMPLE,
    MAX_ANSWER,
    MAX_COMMENT,
    MAX_DOCUMENT,
    MAX_NAME,
    MAX_SERVICES,
    MAX_TURNS,
    AsOf,
    Day,
    Question,
    Service,
    Services,
)
from api.schemas.law import (
    ArticleAnswer,
    ChangesAnswer,
    ReferenceEntry,
    TextEntry,
    TextsAnswer,
    VerifyAnswer,
    VersionEntry,
)
from api.schemas.questions import (
    AskAnswer,
    Citation,
    Hit,
    Model,
    ModelsAnswer,
    PastSpeed,
    Premise,
    SearchAnswer,
    Sentence,
)
from api.schemas.requests import (
    AskRequest,
    FeedbackRequest,
    Request,
    SearchRequest,
    Turn,
    UploadFields,
    VerifyRequest,
)
from api.schemas.system import CatalogueState, IndexState, Live, ModelState, Problem, Ready

__all__ = [
    "EXAMPLE",
    "MAX_ANSWER",
    "MAX_COMMENT",
    "MAX_DOCUMENT",
    "MAX_NAME",
    "MAX_SERVICES",
    "MAX_TURNS",
    "Answer",
    "ArticleAnswer",
    "AsOf",
    "AskAnswer",
    "AskRequest",
    "CatalogueState",
    "ChangesAnswer",
    "Citation",
    "Day",
    "FeedbackRequest",
    "Hit",
    "IndexState",
    "Live",
    "Model",
    "ModelState",
    "ModelsAnswer",
    "PastSpeed",
    "Premise",
    "Problem",
    "Question",
    "Ready",
    "ReferenceEntry",
    "Request",
    "SearchAnswer",
    "SearchRequest",
    "Sentence",
    "Service",
    "Services",
    "TextEntry",
    "TextsAnswer",
    "Turn",
    "UploadFields",
    "VerifyAnswer",
    "VerifyRequest",
    "VersionEntry",
]
