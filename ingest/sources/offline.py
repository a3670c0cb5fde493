"""`unstructured` without a network: no ping to its vendor, no model downloaded.

It pings on first use unless told not to, and fetches an English spaCy model to cut sentences and
tag words. Both are designed out here, before anything of it is imported; a blank French pipeline
takes the model's place. `unstructured.nlp.tokenize._get_nlp` is private: the release is pinned and
a test runs every partitioner we use with the network cut.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from rag.errors import MissingPackage

_QUIET = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
MAX_SENTENCE_INPUT = 1_000_000  # characters, spaCy's own default


def unstructured_module(name: str) -> ModuleType:
    """A module of `unstructured`, imported offline: `unstructured_module("partition.docx")`.

    Raises MissingPackage when it is not installed.
    """
    _prepare()
    return import_module(f"unstructured.{name}")


@cache
def _prepare() -> None:
    """Once per process, before the first import of `unstructured`."""
    os.environ.update(_QUIET)
    try:
        tokenize: Any = import_module("unstructured.nlp.tokenize")
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"la lecture de ce format a besoin de « {error.name} »",
            remedy='Installez-le : pip install "unstructured[docx,odt,xlsx,md]"',
        ) from error
    tokenize._get_nlp = french_pipeline


@cache
def french_pipeline() -> Any:
    """A blank French spaCy pipeline that only cuts words and sentences."""
    spacy: Any = import_module("spacy")
    pipeline = spacy.blank("fr")
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = MAX_SENTENCE_INPUT
    return pipeline
