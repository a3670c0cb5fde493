"""OpenID Connect: authorization code with PKCE, and an ID token that is verified whole.

Only the host of the configured issuer is ever asked, and no redirect is followed. What it says is
read from the ID token: signature, issuer, audience, expiry, nonce (OpenID Connect Core, 3.1.3.7).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from rag.accounts.errors import ProviderFailure
from rag.accounts.external import Claims, Pending
from rag.accounts.people import Vouched
from rag.accounts.store import Clock
from rag.errors import SettingsError
from rag.settings import Settings

SCOPE = "openid profile email"
DISCOVERY = "/.well-known/openid-configuration"
# Signatures that only the provider can make: never "none", nor HMAC with a key that we share.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]
LEEWAY = 60  # seconds between two clocks
TIMEOUT = 10.0  # seconds for each of three short requests
MAX_BYTES = 1 << 20
MAX_SUBJECT = 255  # characters (OpenID Connect Core, section 2)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Provider:
    """The identity provider that the settings name."""

    def __init__(self, settings: Settings, clock: Clock = time.time) -> None:
        """Ask nothing yet.

        Raises:
            SettingsError: no client name, or an address that is no safe one.
        """
        self._issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._groups_claim = settings.oidc_groups_claim
        self._clock = clock
        _check_issuer(self._issuer)
        if not self._client_id:
            raise SettingsError(
                "nom de ce serveur chez le fournisseur d'identité absent",
                where="REFERENT_OIDC_CLIENT_ID",
                remedy="donnez le client_id que le fournisseur a attribué",
            )

    def address(self, pending: Pending, redirect_uri: str) -> str:
        """Where to send the browser; it comes back to `redirect_uri`.

        Raises:
            ProviderFailure: the provider does not answer as it should.
        """
        from authlib.oauth2.client import OAuth2Client

        with self._client() as client:
            endpoint = self._discovered(client)["authorization_endpoint"]
        url, _ = OAuth2Client(
            session=None,
            client_id=self._client_id,
            redirect_uri=redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
        ).create_authorization_url(
            endpoint, state=pending.state, code_verifier=pending.verifier, nonce=pending.nonce
        )
        return str(url)

    def claims(self, pending: Pending, code: str, redirect_uri: str) -> Claims:
        """What the provider says of who came back with this code.

        Raises:
            ProviderFailure: it does not answer, refuses, or says what cannot be verified.
        """
        with self._client() as client:
            found = self._discovered(client)
            token = self._exchanged(client, found["token_endpoint"], pending, code, redirect_uri)
            keys = _json(client, "GET", found["jwks_uri"])
        return self._read(self._verified(token, keys, pending.nonce))

    def _client(self) -> httpx.Client:
        return httpx.Client(
            trust_env=False,
            follow_redirects=False,
            timeout=TIMEOUT,
            verify=ssl.create_default_context(),  # the machine's own authorities
        )

    def _discovered(self, client: httpx.Client) -> dict[str, str]:
        """The endpoints, all on the issuer's own host."""
        document = _json(client, "GET", self._issuer.rstrip("/") + DISCOVERY)
        if document.get("issuer") != self._issuer:
            raise ProviderFailure("discovery names another issuer")
        found = {
            name: document.get(name)
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        for name, url in found.items():
            if not isinstance(url, str) or _origin(url) != _origin(self._issuer):
                raise ProviderFailure(f"{name} is not on the issuer's host")
        return found  # type: ignore[return-value]

    def _exchanged(
        self, client: httpx.Client, endpoint: str, pending: Pending, code: str, redirect_uri: str
    ) -> str:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._client_id,
            "code_verifier": pending.verifier,
        }
        auth = None
        if self._secret:  # RFC 6749, 2.3.1: both are form-encoded first
            auth = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._secret, safe=""))
        token = _json(client, "POST", endpoint, data=body, auth=auth).get("id_token")
        if not isinstance(token, str):
            raise ProviderFailure("no ID token")
        return token

    def _verified(self, token: str, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {"nonce": nonce, "client_id": self._client_id}
        try:
            key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
            decoded = jwt.decode(token, key_set, algorithms=ALGORITHMS)
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(now=int(self._clock()), leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise ProviderFailure(f"ID token: {type(error).__name__}") from error
        return decoded.claims

    def _read(self, claims: Mapping[str, Any]) -> Claims:
        subject = claims["sub"]
        login = claims.get("preferred_username") or claims.get("email") or subject
        name = claims.get("name") or ""
        groups = claims.get(self._groups_claim) or []
        if isinstance(groups, str):
            groups = [groups]
        if (
            not all(isinstance(each, str) for each in (subject, login, name))
            or not isinstance(groups, list)
            or not all(isinstance(group, str) for group in groups)
        ):
            raise ProviderFailure("claims of other types than the standard's")
        if not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
            raise ProviderFailure("a subject that is none")
        return Claims(Vouched(self._issuer, subject), login, name, frozenset(groups))


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise SettingsError(
            "adresse de fournisseur d'identité inutilisable",
            where="REFERENT_OIDC_ISSUER",
            remedy="donnez son adresse en https://, sans paramètre",
        )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError as error:
        raise ProviderFailure("an address that cannot be read") from error
    return parts.scheme, parts.hostname, port


def _json(client: httpx.Client, method: str, url: str, **more: Any) -> dict[str, Any]:
    """The JSON object that an endpoint answers."""
    try:
        with client.stream(method, url, headers={"Accept": "application/json"}, **more) as answer:
            if answer.status_code != httpx.codes.OK:
                raise ProviderFailure(f"status {answer.status_code}")
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > MAX_BYTES:
                    raise ProviderFailure("an answer that is too large")
        found = httpx.Response(200, content=content).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderFailure(type(error).__name__) from error
    if not isinstance(found, dict):
        raise ProviderFailure("no JSON object")
    return found
