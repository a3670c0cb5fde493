"""A Qdrant server for tests: the REST operations that ServerIndex uses, over Qdrant Edge.

It keeps every exchange, so that a test can check them against Qdrant's own description.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import qdrant_edge as edge

Json = Any


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    method: str
    path: str
    query: str
    body: Json
    headers: dict[str, str]
    status: int
    answer: Json


class Refused(Exception):
    """The request gets an error for an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Collection:
    """A collection as the server keeps it."""

    config: dict[str, Any]
    shard: edge.EdgeShard
    folder: Path
    indexes: dict[str, Json] = field(default_factory=dict)


class FakeQdrant:
    """The state of the server. `api_key`, `delay`, `broken` and `status` make it misbehave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collections: dict[str, Collection] = {}
        self.exchanges: list[Exchange] = []
        self.url = ""
        self.api_key = ""
        self.delay = 0.0  # seconds before an answer
        self.broken = False  # answers are not JSON
        self.update_status = "completed"
        self._lock = threading.Lock()
        self._made = 0

    def answer(self, method: str, path: str, body: Json) -> Json:
        """The `result` of a request. Raises Refused."""
        _, _, name, *rest = unquote(path).split("/")
        operation = OPERATIONS.get((method, "/".join(rest)))
        if operation is None:
            raise Refused(404, f"no operation {method} {path}")
        with self._lock:
            try:
                return operation(self, name, body)
            except Refused:
                raise
            except Exception as error:
                raise Refused(400, f"Wrong input: {error}") from error

    def collection(self, name: str) -> Collection:
        if name not in self.collections:
            raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
        return self.collections[name]

    def exists(self, name: str, body: Json) -> Json:
        return {"exists": name in self.collections}

    def create(self, name: str, body: Json) -> Json:
        if name in self.collections:
            raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
        self._made += 1
        folder = self.folder / f"collection-{self._made}"
        folder.mkdir(parents=True)
        shard = edge.EdgeShard.create(str(folder), _edge_config(body))
        self.collections[name] = Collection(body, shard, folder)
        return True

    def describe(self, name: str, body: Json) -> Json:
        found = self.collection(name)
        keys = ("vectors", "sparse_vectors")
        return {
            "status": "green",
            "optimizer_status": "ok",
            "points_count": found.shard.count(edge.CountRequest()),
            "segments_count": 1,
            "config": {
                "params": {key: found.config[key] for key in keys if key in found.config},
                "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
                "optimizer_config": {"default_segment_number": 0, "flush_interval_sec": 5},
                "metadata": found.config.get("metadata"),
            },
            "payload_schema": {
                key: {"data_type": schema["type"], "params": schema, "points": 0}
                for key, schema in found.indexes.items()
            },
        }

    def drop(self, name: str, body: Json) -> Json:
        found = self.collections.pop(name, None)
        if found is None:
            return False
        found.shard.close()
        shutil.rmtree(found.folder)
        return True

    def index_payload(self, name: str, body: Json) -> Json:
        found, key, schema = self.collection(name), body["field_name"], body["field_schema"]
        found.shard.update(edge.UpdateOperation.create_field_index(key, _edge_schema(schema)))
        found.indexes[key] = schema
        return self._updated()

    def upsert(self, name: str, body: Json) -> Json:
        points = [
            edge.Point(point["id"], _edge_vectors(point["vector"]), point["payload"])
            for point in body["points"]
        ]
        self.collection(name).shard.update(edge.UpdateOperation.upsert_points(points))
        return self._updated()

    def delete(self, name: str, body: Json) -> Json:
        self.collection(name).shard.update(edge.UpdateOperation.delete_points(body["points"]))
        return self._updated()

    def scroll(self, name: str, body: Json) -> Json:
        request = edge.ScrollRequest(
            offset=body.get("offset"), limit=body["limit"], with_payload=body["with_payload"]
        )
        records, offset = self.collection(name).shard.scroll(request)
        points = [{"id": record.id, "payload": record.payload} for record in records]
        return {"points": points, "next_page_offset": offset}

    def count(self, name: str, body: Json) -> Json:
        return {"count": self.collection(name).shard.count(edge.CountRequest(exact=body["exact"]))}

    def query_batch(self, name: str, body: Json) -> Json:
        requests = [_edge_query(request) for request in body["searches"]]
        found = self.collection(name).shard.query_batch(edge.QueryBatchRequest(requests))
        return [{"points": [_scored(point) for point in points]} for points in found]

    def close(self) -> None:
        for name in list(self.collections):
            self.drop(name, None)

    def _updated(self) -> Json:
        return {"operation_id": 1, "status": self.update_status}


Operation = Callable[[FakeQdrant, str, Json], Json]
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "exists"): FakeQdrant.exists,
    ("GET", ""): FakeQdrant.describe,
    ("PUT", ""): FakeQdrant.create,
    ("DELETE", ""): FakeQdrant.drop,
    ("PUT", "index"): FakeQdrant.index_payload,
    ("PUT", "points"): FakeQdrant.upsert,
    ("POST", "points/delete"): FakeQdrant.delete,
    ("POST", "points/scroll"): FakeQdrant.scroll,
    ("POST", "points/count"): FakeQdrant.count,
    ("POST", "points/query/batch"): FakeQdrant.query_batch,
}


def _edge_config(body: Json) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={
            name: edge.EdgeVectorParams(params["size"], getattr(edge.Distance, params["distance"]))
            for name, params in body["vectors"].items()
        },
        sparse_vectors={name: edge.EdgeSparseVectorParams() for name in body["sparse_vectors"]},
    )


def _edge_schema(schema: Json) -> edge.PayloadSchemaParams:
    kinds = {"keyword": edge.KeywordIndexParams, "integer": edge.IntegerIndexParams}
    return kinds[schema["type"]](**{k: v for k, v in schema.items() if k != "type"})


def _edge_vectors(vectors: Json) -> Json:
    return {name: _edge_vector(vector) for name, vector in vectors.items()}


def _edge_vector(vector: Json) -> Json:
    if isinstance(vector, dict):
        return edge.SparseVector(vector["indices"], vector["values"])
    return vector


def _edge_query(request: Json) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=request["limit"],
        query=edge.Query.Nearest(_edge_vector(request["query"]["nearest"]), using=request["using"]),
        filter=_edge_filter(request.get("filter")),
        with_payload=request["with_payload"],
    )


def _edge_filter(where: Json) -> edge.Filter | None:
    if where is None:
        return None
    conditions = []
    for condition in where["must"]:
        span, match = condition.get("range"), condition.get("match")
        conditions.append(
            edge.FieldCondition(
                condition["key"],
                range=edge.RangeFloat(**span) if span else None,
                match=edge.MatchAny(match["any"]) if match else None,
            )
        )
    return edge.Filter(must=conditions)


def _scored(point: edge.ScoredPoint) -> Json:
    return {
        "id": point.id,
        "version": point.version,
        "score": point.score,
        "payload": point.payload,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeQdrant

    def _serve(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        status, answer = self._answer(url.path, body)
        self.fake.exchanges.append(
            Exchange(
                self.command, url.path, url.query, body, dict(self.headers.items()), status, answer
            )
        )
        time.sleep(self.fake.delay)
        self._send(status, b"<html>" if self.fake.broken else json.dumps(answer).encode())

    def _answer(self, path: str, body: Json) -> tuple[int, Json]:
        try:
            if self.fake.api_key and self.headers.get("api-key") != self.fake.api_key:
                raise Refused(401, "Must provide an API key")
            result = self.fake.answer(self.command, path, body)
            return 200, {"result": result, "status": "ok", "time": 0.001}
        except Refused as refused:
            return refused.status, {"status": {"error": str(refused)}, "time": 0.001}

    def _send(self, status: int, content: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the client of a slow answer has left
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815


@contextlib.contextmanager
def fake_qdrant(folder: Path) -> Iterator[FakeQdrant]:
    """A running server whose data is in `folder`."""
    fake = FakeQdrant(folder)
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        fake.close()
