"""Our style sheets, scripts and pictures: read once, named by their content, from here alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"  # for an address that names the content


@dataclass(frozen=True, slots=True)
class Static:
    """One file."""

    content: bytes
    media_type: str
    tag: str


def load() -> dict[str, Static]:
    """Every file by its name."""
    return {path.name: _static(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


def _static(path: Path) -> Static:
    content = path.read_bytes()
    return Static(content, TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])


def address(files: dict[str, Static], name: str) -> str:
    """Where pages load that file from."""
    return f"/static/{name}?v={files[name].tag}"


def response(static: Static, request: Request) -> Response:
    """The file, or that the browser has it already."""
    tag = f'"{static.tag}"'
    named = request.query_params.get("v") == static.tag
    headers = {"ETag": tag, "Cache-Control": FOREVER if named else "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(static.content, headers=headers, media_type=static.media_type)
