"""Problems as OpenAI's clients read them: with an `error` member, which they show to people."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from api import problems
from rag.errors import NotFound, ReferentError, UsageError

CALLER, SERVER = "invalid_request_error", "server_error"  # OpenAI's types
# Its clients ask twice again after a failure of the server, unless they are told not to. A model
# that failed, or took minutes, is not asked again unasked.
AGAIN = {"x-should-retry": "false"}
NOT_AGAIN = frozenset({problems.MODEL.status, problems.LATE.status})
log = logging.getLogger("referent")


class ChatRoute(APIRoute):
    """A route whose problems have an `error` member too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, its errors told."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            language = problems.language_of(request.headers.get("accept-language", ""))
            try:
                return await handler(request)
            except problems.Refused as error:
                return with_error(problems.refusal(error, language))
            except RequestValidationError as error:
                return with_error(problems.of_fields(error.errors(), language))
            except ReferentError as error:
                if not isinstance(error, NotFound | UsageError):
                    log.error("%s", error)
                return with_error(problems.of_error(error, language))

        return handle


def with_error(response: Response) -> Response:
    """The same problem, as OpenAI's clients read errors too."""
    told = json.loads(bytes(response.body))
    told["error"] = {
        "message": told.get("detail") or told["title"],
        "type": SERVER if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else CALLER,
        "param": None,
        "code": told["type"].removeprefix(problems.PREFIX),
    }
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    more = AGAIN if response.status_code in NOT_AGAIN else {}
    content = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, response.status_code, {**kept, **more})
