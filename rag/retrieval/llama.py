"""Search as a llama-index retriever: what is built on llama-index gets nodes that can be cited.

`llama_index.core` takes a second to import, so nothing else imports this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from rag.errors import MissingPackage
from rag.retrieval.search import Searcher
from rag.types import Caller, Hit

try:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import (
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        RelatedNodeInfo,
        TextNode,
    )
except ImportError as error:
    raise MissingPackage(
        "le paquet llama-index-core manque",
        where="rag.retrieval.llama",
        remedy="pip install llama-index-core",
    ) from error

# What a model reads with the passage; the rest of the metadata is for programs.
SHOWN = ("text", "article", "path", "valid_from", "valid_to")
# What is embedded with the passage, should these nodes ever be embedded again.
EMBEDDED = ("text", "article", "path")
PATH_SEPARATOR = " > "


class CatalogueRetriever(BaseRetriever):
    """A `BaseRetriever` over one `Searcher`, for one Caller and one date.

    Nodes come best first, one an article: the passage as text, and in the metadata what
    `referent search --json` prints. Only what `caller` may read and what is in force on `as_of`
    (None: on the day of each question) comes out.
    """

    def __init__(
        self,
        searcher: Searcher,
        caller: Caller,
        as_of: date | None = None,
        limit: int = 10,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__()
        self._searcher = searcher
        self._caller = caller
        self._as_of = as_of
        self._limit = limit
        self._today = today

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        day = self._as_of or self._today()
        found = self._searcher.search(query_bundle.query_str, self._caller, day, self._limit)
        return [to_node(hit) for hit in found.hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Off the event loop: a search holds it for milliseconds."""
        return await asyncio.to_thread(self._retrieve, query_bundle)


def to_node(hit: Hit) -> NodeWithScore:
    """A node whose id names the very span of the very version."""
    metadata = citation_data(hit)
    node = TextNode(
        id_=f"{hit.version_id}:{hit.start}-{hit.end}",
        text=hit.passage,
        start_char_idx=hit.start,
        end_char_idx=hit.end,
        metadata=metadata,
        excluded_llm_metadata_keys=[key for key in metadata if key not in SHOWN],
        excluded_embed_metadata_keys=[key for key in metadata if key not in EMBEDDED],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.version_id)},
    )
    return NodeWithScore(node=node, score=hit.score)


def citation_data(hit: Hit) -> dict[str, str | int | None]:
    """Flat values only, as llama-index's stores want them; dates are ISO, `valid_to` exclusive."""
    return {
        "text_id": hit.text_id,
        "text": hit.text,
        "article": hit.article,
        "article_id": hit.article_id,
        "version_id": hit.version_id,
        "start": hit.start,
        "end": hit.end,
        "valid_from": hit.valid_from.isoformat() if hit.valid_from else None,
        "valid_to": hit.valid_to.isoformat() if hit.valid_to else None,
        "path": PATH_SEPARATOR.join(hit.path),
        "source": hit.source,
        "page": hit.page,
    }
