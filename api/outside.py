"""How the server is seen from outside: its public name, and who is behind the proxies before it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.limits import host_name
from rag.errors import SettingsError
from rag.settings import Settings

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
SCHEMES = ("http", "https")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Outside:
    """`url`: the public address, "" for none. `proxies`: whose word on who is behind is taken."""

    url: str = ""
    proxies: tuple[Network, ...] = ()

    @property
    def hosts(self) -> frozenset[str]:
        """The public name, if there is one."""
        return frozenset(filter(None, [urlsplit(self.url).hostname]))

    def trusts(self, address: str) -> bool:
        """True for the address of one of our proxies."""
        found = _address(address)
        return found is not None and any(found in network for network in self.proxies)

    def client(self, peer: str, forwarded: Iterable[str]) -> str:
        """Who is behind `peer`: the last hop that our own proxies vouch for.

        `forwarded`: the values of X-Forwarded-For, to which each proxy adds whom it heard; what
        stands left of the first hop that is not ours is anyone's invention.
        """
        hops = [hop.strip() for value in forwarded for hop in value.split(",")]
        client = peer
        while hops and self.trusts(client):
            hop = _address(hops.pop())
            if hop is None:
                break
            client = str(hop)
        return client


def outside_of(settings: Settings) -> Outside:
    """What the settings say.

    Raises:
        SettingsError: a proxy that is no address.
    """
    given = filter(None, (each.strip() for each in settings.serve_trusted_proxies.split(",")))
    try:
        proxies = tuple(ipaddress.ip_network(each) for each in given)
    except ValueError as error:
        raise SettingsError(
            "ce n'est l'adresse d'aucun serveur mandataire",
            where="REFERENT_SERVE_TRUSTED_PROXIES",
            remedy="donnez des adresses ou des réseaux : 127.0.0.1, 10.0.0.0/8",
        ) from error
    return Outside(settings.serve_public_url, proxies)


def on_this_machine(address: str, host: str) -> bool:
    """True when somebody on this machine asks for it by one of its own names."""
    found = _address(address)
    return found is not None and found.is_loopback and host_name(host) in LOOPBACK_HOSTS


class FromOutside:
    """ASGI: gives requests the client's address and scheme, as far as they can be believed."""

    def __init__(self, app: ASGIApp, outside: Outside) -> None:
        self._app = app
        self._outside = outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            scope = {**scope, **self._found(scope)}
        await self._app(scope, receive, send)

    def _found(self, scope: Scope) -> dict[str, object]:
        headers, found = Headers(scope=scope), dict[str, object]()
        peer = scope["client"][0] if scope.get("client") else ""
        if self._outside.trusts(peer):
            client = self._outside.client(peer, headers.getlist("x-forwarded-for"))
            found["client"] = (client, 0)
            scheme = headers.get("x-forwarded-proto", "").strip().lower()
            if scheme in SCHEMES:
                found["scheme"] = scheme
        if host_name(headers.get("host", "")) in self._outside.hosts:
            found["scheme"] = urlsplit(self._outside.url).scheme  # people never reach it otherwise
        return found


def _address(words: str) -> Address | None:
    try:
        found = ipaddress.ip_address(words)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found
