"""An OpenID Connect provider for tests: a real socket, real RS256 keys, PKCE checked.

It logs everyone in at once. What it says can be bent, one way at a time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "référent", "un secret : à échapper"
REDIRECT = "https://referent.example/connexion/retour"
NOW = 1_800_000_000


@cache
def key(name: str) -> RSAKey:
    """A key pair; making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class FakeProvider:
    """What the provider knows, and what was asked of it."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] = field(default_factory=lambda: signed)
    published: list[str] = field(default_factory=lambda: ["one"])
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorize(self, address: str) -> tuple[str, str]:
        """What the browser does: the code and state that it comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and query["redirect_uri"] == REDIRECT
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return code, query["state"]

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The token endpoint; None: refused."""
        expected = base64.b64encode(
            b"r%C3%A9f%C3%A9rent:un%20secret%20%3A%20%C3%A0%20%C3%A9chapper"
        )
        query = self.codes.pop(form.get("code", ""), None)
        if query is None or authorization != f"Basic {expected.decode()}":
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            _base64(digest) != query["code_challenge"]
            or form["redirect_uri"] != query["redirect_uri"]
        ):
            return None
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "7f3a",
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": query["nonce"],
            "preferred_username": "Zoé",
            "name": "Zoé D.",
            "groups": ["grp-rh"],
        }
        given = {name: v for name, v in {**claims, **self.claims}.items() if v is not None}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(given)}

    def discovery(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **self.document,
        }


def signed(claims: dict[str, Any], by: str = "one", kid: str = "one") -> str:
    """An ID token with a real signature."""
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, key(by))


def unsigned(claims: dict[str, Any]) -> str:
    """`alg: none`, which says that nothing was signed."""
    return f"{_spoken('none', claims)}."


def confused(claims: dict[str, Any]) -> str:
    """HMAC keyed with the public key, which everyone knows."""
    spoken = _spoken("HS256", claims)
    seal = hmac.new(key("one").as_pem(private=False), spoken.encode(), hashlib.sha256)
    return f"{spoken}.{_base64(seal.digest())}"


def _spoken(algorithm: str, claims: dict[str, Any]) -> str:
    parts = ({"alg": algorithm, "kid": "one"}, claims)
    return ".".join(_base64(json.dumps(part).encode()) for part in parts)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def provider() -> Iterator[FakeProvider]:
    """It runs on a port of its own."""
    fake = FakeProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(fake: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.asked.append(self.path)
            if self.path == "/keys":
                public = [key(name).as_dict(private=False) for name in fake.published]
                self._answer({"keys": public})
            elif self.path == "/.well-known/openid-configuration":
                self._answer(fake.discovery())
            else:
                self._answer(None)

        def do_POST(self) -> None:
            fake.asked.append(self.path)
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(content).items()}
            self._answer(fake.token(form, self.headers.get("Authorization", "")))

        def _answer(self, shape: object) -> None:
            status, body = (200, json.dumps(shape).encode()) if shape else (400, b"{}")
            headers: dict[str, str] = {}
            if self.path in fake.answers:
                status, body, headers = fake.answers[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    return Handler
