"""The embedded index: Qdrant Edge, the Qdrant server's engine in this process.

A folder holds `lock`, `identity-2` and `shard/` (Edge's own files). `identity-2` is written last
when a store is made, so a folder without it is one whose making was cut short, and is made again.

Measured on qdrant-edge-py 0.9.0 (tests/contracts/test_index_scores.py keeps it so):

- A sparse score is Σ over shared tokens of query weight × stored weight. Edge's own IDF is not
  used: it counts every point, whatever the filter, so that scores and their order would tell how
  often a word stands in texts that one may not read (`rag.retrieval.rarity` has ours).
- Space is used again: writing 20,000 points four times over took 95 → 109 MB on disk, deleting
  half of them gave none back, and neither made searches slower. `optimize()` gained nothing
  (111 → 134 MB, 3.2 → 3.4 ms) and holds the GIL for seconds: it is never called.
- An update is in the WAL and survives the death of the process when it returns, but the WAL is
  synced to disk only by `flush` (10 ms for a small write), so every write ends with one.
- Opening takes 0.2 s for 20,000 points, 0.4 s for 50,000, 1.7 s for 200,000; a question with its
  three rankings, filtered, 5, 8 and 31 ms (two busy cores). Beyond that, a server.
- Every error is a bare `Exception`; an operation that is refused may have been applied in part.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import qdrant_edge as edge

from rag.chunks import chunks
from rag.errors import IndexFailure
from rag.index import edge_forms as forms
from rag.index.lock import FolderLock
from rag.index.payload import DIGEST
from rag.index.ranking import rank
from rag.index.vectors import REBUILD, last_of_each
from rag.ports import DENSE, IndexPoint, IndexQuery, Scored

IDENTITY = "identity-2"  # the first stores weighed words themselves: they are made again
SHARD = "shard"
BATCH = 500  # points an operation: 4 MB at 384 dimensions, far below a WAL file's 32 MB
RUST_PANIC = "PanicException"  # not an Exception: a damaged file can make Edge's Rust code panic
REMEDY = f"Vérifiez la place libre et les droits sur ce dossier ; s'il est abîmé : {REBUILD}"
PAGE = 10_000  # points read at once by `digests`


class EdgeIndex:
    """An Index in a folder, for vectors of `dimension` numbers (0: no dense vectors).

    Opens the store in `path`, or makes one. Raises IndexBusy when another owner has it open, in
    this process or elsewhere, and IndexFailure when it is damaged, cannot be written, or was
    made for another dimension; `EdgeIndex.recreate` then makes it anew.
    """

    def __init__(self, path: Path, dimension: int, *, anew: bool = False) -> None:
        self._path = path
        self._dimension = dimension
        self._writing = threading.Lock()
        self._shard: edge.EdgeShard | None = None
        with self._translated():
            self._lock = FolderLock(path)
        try:
            self._open(anew)
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    def recreate(cls, path: Path, dimension: int) -> EdgeIndex:
        """Open an empty store in `path`, whatever is there: damaged, or of another dimension.

        Raises IndexBusy when another owner has it open.
        """
        return cls(path, dimension, anew=True)

    @property
    def identity(self) -> str:
        """Names this very store: a new or cleared one has another identity."""
        return self._identity

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        """Write or replace points; when it returns they are found, and safe on disk."""
        latest = last_of_each(points)
        ready = [forms.to_point(point, self._dimension) for point in latest]
        with self._translated(), self._writing:
            for batch in chunks(ready, BATCH):
                self._store.update(edge.UpdateOperation.upsert_points(batch))
            self._store.flush()

    def delete(self, point_ids: Sequence[int]) -> None:
        """Remove points; unknown ones are ignored."""
        with self._translated(), self._writing:
            for batch in chunks(list(point_ids), BATCH):
                ids: list[edge.PointId] = list(batch)
                self._store.update(edge.UpdateOperation.delete_points(ids))
            self._store.flush()

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        """One list a query, best first, equal scores by id. An empty vector finds nothing."""
        return rank(queries, self._dimension, self._ask)

    def digests(self) -> Iterator[tuple[int, str]]:
        """Every point's id and digest, by id."""
        offset: edge.PointId | None = None
        while True:
            page = edge.ScrollRequest(
                offset=offset, limit=PAGE, with_payload=[DIGEST], with_vector=False
            )
            with self._translated():
                records, offset = self._store.scroll(page)
            for record in records:
                yield int(str(record.id)), str((record.payload or {})[DIGEST])
            if offset is None:
                return

    def count(self) -> int:
        """How many points there are."""
        with self._translated():
            return self._store.count(edge.CountRequest(exact=True))

    def clear(self) -> None:
        """Remove everything; the identity changes."""
        with self._translated(), self._writing:
            self._store.close()
            self._shard = None
            self._make()

    def flush(self) -> None:
        """Make everything written durable: it then survives a power cut too."""
        with self._translated():
            self._store.flush()

    def close(self) -> None:
        """Let go of the store; nothing else may be called afterwards."""
        try:
            with self._translated(), self._writing:
                shard, self._shard = self._shard, None
                if shard is not None:
                    shard.close()
        finally:
            self._lock.release()

    def _ask(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        request = edge.QueryBatchRequest([forms.to_request(query) for query in queries])
        with self._translated():
            answers = self._store.query_batch(request)
        return [[forms.to_scored(point) for point in answer] for answer in answers]

    @property
    def _store(self) -> edge.EdgeShard:
        if self._shard is None:
            raise IndexFailure("l'index a été fermé", where=str(self._path))
        return self._shard

    def _open(self, anew: bool) -> None:
        with self._translated():
            identity = self._path / IDENTITY
            if anew or not identity.exists():
                self._make()
                return
            self._identity = identity.read_text("ascii").strip()
            self._check_dimension()
            self._check_segments()
            config = forms.config(self._dimension)
            self._shard = edge.EdgeShard.load(str(self._path / SHARD), config)

    def _make(self) -> None:
        """Make an empty store, its identity last."""
        (self._path / IDENTITY).unlink(missing_ok=True)
        shard = self._path / SHARD
        if shard.exists():
            shutil.rmtree(shard)
        shard.mkdir()
        self._shard = edge.EdgeShard.create(str(shard), forms.config(self._dimension))
        for key, schema in forms.payload_indexes().items():
            self._shard.update(edge.UpdateOperation.create_field_index(key, schema))
        self._shard.flush()
        self._identity = str(uuid.uuid4())
        unfinished = self._path / f"{IDENTITY}.new"
        unfinished.write_text(self._identity, "ascii")
        unfinished.replace(self._path / IDENTITY)

    def _check_dimension(self) -> None:
        """Compare with what Edge wrote down: loading without dense vectors would be let through."""
        config = json.loads((self._path / SHARD / "edge_config.json").read_text("utf-8"))
        stored = config.get("vectors", {}).get(DENSE, {}).get("size", 0)
        if stored != self._dimension:
            raise IndexFailure(
                f"l'index est fait pour des vecteurs de {stored} nombres, "
                f"le modèle en donne {self._dimension}",
                where=str(self._path),
                remedy=REBUILD,
            )

    def _check_segments(self) -> None:
        """A shard without segments would open as an empty one."""
        if not any((self._path / SHARD / "segments").iterdir()):
            raise IndexFailure("l'index a perdu ses données", where=str(self._path), remedy=REBUILD)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what Edge and the file system raise into IndexFailure."""
        try:
            yield
        except IndexFailure:
            raise
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != RUST_PANIC:
                raise
            raise IndexFailure(
                f"l'index ne peut pas être lu ou écrit ({error})",
                where=str(self._path),
                remedy=REMEDY,
            ) from error
