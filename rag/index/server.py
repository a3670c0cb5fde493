"""The index on a Qdrant server or cluster, over its REST interface.

Same collection, same scores as the embedded index, for it is the same engine. What differs:

- Beyond the server's own threshold it builds HNSW graphs in the background, so dense rankings
  become approximate; payload indexes add no links to them (three times faster, same recall).
- The identity is in the collection's metadata (Qdrant 1.16 and later), written by the call that
  makes the collection: no moment without one, nothing to keep in step, and a collection that
  another application made is told apart, and never touched.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from qdrant_client import QdrantClient
from qdrant_client import models as rest
from qdrant_client.http.exceptions import UnexpectedResponse

from rag.chunks import chunks
from rag.errors import IndexFailure
from rag.index import server_forms as forms
from rag.index.payload import DIGEST
from rag.index.ranking import rank
from rag.index.server_errors import CONFLICT, shown, translated
from rag.index.vectors import REBUILD, last_of_each
from rag.ports import DENSE, IndexPoint, IndexQuery, Scored

BATCH = 200  # points a request: 3 MB of JSON at 384 dimensions, the server takes 32
PAGE = 5_000  # points read at once by `digests`
OWNER = "referent"  # the key of our part of the collection's metadata
FORM = 2  # the first collections weighed words themselves (see rag.index.edge): they are made again
NO_PROXY: Any = {"http://": None, "https://": None}  # the server is ours: never through a proxy


class ServerIndex:
    """An Index in a collection of a Qdrant server, for vectors of `dimension` numbers (0: none).

    Opens the collection, or makes it. `timeout` is in seconds, a request. Raises IndexFailure when
    the server does not answer or refuses, and when the collection is not ours or was made for
    another dimension; for the latter `ServerIndex.recreate` makes it anew.
    """

    def __init__(
        self,
        url: str,
        collection: str,
        dimension: int,
        api_key: str | None = None,
        timeout: float = 10.0,
        *,
        anew: bool = False,
    ) -> None:
        self._where = f"{shown(url)} ({collection})"
        self._collection = collection
        self._dimension = dimension
        with self._translated():
            self._client = QdrantClient(
                url=url,
                api_key=api_key,
                timeout=max(1, round(timeout)),
                check_compatibility=False,
                prefer_grpc=False,
                mounts=NO_PROXY,
            )
        try:
            self._open(anew)
        except BaseException:
            self._client.close()
            raise

    @classmethod
    def recreate(
        cls,
        url: str,
        collection: str,
        dimension: int,
        api_key: str | None = None,
        timeout: float = 10.0,
    ) -> ServerIndex:
        """Open an empty collection in place of ours, whatever dimension it was made for."""
        return cls(url, collection, dimension, api_key, timeout, anew=True)

    @property
    def identity(self) -> str:
        """Names this very store; asked of the server, for another machine may clear it."""
        return self._identity_in(self._describe())

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        """Write or replace points; when it returns they are found, and logged by the server."""
        latest = last_of_each(points)
        ready = [forms.to_point(point, self._dimension) for point in latest]
        with self._translated():
            for batch in chunks(ready, BATCH):
                self._finished(self._client.upsert(self._collection, batch, wait=True))

    def delete(self, point_ids: Sequence[int]) -> None:
        """Remove points; unknown ones are ignored."""
        with self._translated():
            for batch in chunks(list(point_ids), BATCH):
                ids: list[rest.ExtendedPointId] = list(batch)
                self._finished(self._client.delete(self._collection, ids, wait=True))

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        """One list a query, best first, equal scores by id. An empty vector finds nothing."""
        return rank(queries, self._dimension, self._ask)

    def digests(self) -> Iterator[tuple[int, str]]:
        """Every point's id and digest, by id."""
        offset: rest.ExtendedPointId | None = None
        while True:
            with self._translated():
                records, offset = self._client.scroll(
                    self._collection,
                    limit=PAGE,
                    offset=offset,
                    with_payload=[DIGEST],
                    with_vectors=False,
                )
            for record in records:
                yield int(record.id), str((record.payload or {})[DIGEST])
            if offset is None:
                return

    def count(self) -> int:
        """How many points there are."""
        with self._translated():
            return self._client.count(self._collection, exact=True).count

    def clear(self) -> None:
        """Remove everything; the identity changes."""
        self._identity_in(self._describe())
        with self._translated():
            self._client.delete_collection(self._collection)
            self._make()

    def flush(self) -> None:
        """Nothing to do: every write waited for the server to have it in its log."""

    def close(self) -> None:
        """Let go of the connection; nothing else may be called afterwards."""
        self._client.close()

    def _open(self, anew: bool) -> None:
        with self._translated():
            if not self._client.collection_exists(self._collection):
                self._make()
                return
        found = self._describe()
        self._identity_in(found)
        if anew or (found.config.metadata or {})[OWNER].get("form") != FORM:
            self.clear()
            return
        self._check_dimension(found)
        with self._translated():
            self._index_payload(found.payload_schema)

    def _make(self) -> None:
        """Make the collection; if another machine just did, that one is as good."""
        metadata = {OWNER: {"identity": str(uuid.uuid4()), "form": FORM}}
        try:
            self._client.create_collection(
                self._collection, **forms.config(self._dimension), metadata=metadata
            )
        except UnexpectedResponse as error:
            if error.status_code != CONFLICT:
                raise
        self._index_payload({})

    def _index_payload(self, present: dict[str, Any]) -> None:
        """Make the payload indexes that are not there: the making may have been cut short."""
        for key, schema in forms.payload_indexes().items():
            if key not in present:
                self._client.create_payload_index(self._collection, key, schema, wait=True)

    def _describe(self) -> rest.CollectionInfo:
        with self._translated():
            return self._client.get_collection(self._collection)

    def _identity_in(self, found: rest.CollectionInfo) -> str:
        ours = (found.config.metadata or {}).get(OWNER) or {}
        if identity := ours.get("identity"):
            return str(identity)
        raise IndexFailure(
            "cette collection n'a pas été faite par Référent",
            where=self._where,
            remedy="Donnez un autre nom de collection.",
        )

    def _check_dimension(self, found: rest.CollectionInfo) -> None:
        vectors = found.config.params.vectors
        dense = vectors.get(DENSE) if isinstance(vectors, dict) else None
        stored = dense.size if dense else 0
        if stored != self._dimension:
            raise IndexFailure(
                f"l'index est fait pour des vecteurs de {stored} nombres, "
                f"le modèle en donne {self._dimension}",
                where=self._where,
                remedy=REBUILD,
            )

    def _ask(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        requests = [forms.to_request(query) for query in queries]
        with self._translated():
            answers = self._client.query_batch_points(self._collection, requests)
        return [[forms.to_scored(point) for point in answer.points] for answer in answers]

    def _finished(self, result: rest.UpdateResult) -> None:
        """Raise IndexFailure when the server gave up waiting: the write may come later, or not."""
        if result.status != rest.UpdateStatus.COMPLETED:
            raise IndexFailure(
                f"écriture non confirmée ({result.status.value})",
                where=self._where,
                remedy="Recommencez : rien n'est perdu, l'opération sera refaite.",
            )

    def _translated(self) -> contextlib.AbstractContextManager[None]:
        return translated(self._where)
