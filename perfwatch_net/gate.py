"""What is let in before anything is looked at: the host asked for, the page that asks; the answers' headers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# No inline script or style, nothing from elsewhere, never in a frame; every answer carries these headers.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Which `Host` and `Origin` are ours.

    A browser that was led here by another name (DNS rebinding) sends that name as `Host`; a page of
    another site (cross-site WebSocket hijacking) sends its own address as `Origin`. Programs that are no
    browsers send no `Origin` and are judged by their token alone.
    """

    hosts: frozenset[str]
    port: int
    scheme: str

    @classmethod
    def at(cls, address: str, port: int, tls: bool, also: Iterable[str] = ()) -> Gate:
        """The gate of a server bound to `address`; `also` names it goes by, such as a host name."""
        names = set(_LOCAL_NAMES) | {name.lower() for name in also}
        if not _is_any(address):
            names.add(address.lower())
        return cls(frozenset(names), port, "https" if tls else "http")

    def host_problem(self, hosts: list[str]) -> str:
        """Why the `Host` header lines are not acceptable; empty when they are."""
        if len(hosts) != 1:
            return "one Host header is needed"
        name, port = _host_and_port(hosts[0])
        if name not in self.hosts and not _is_address(name):
            return f"this server does not go by that name; open it as {self._example()}"
        if port not in (str(self.port), ""):
            return f"this server is on port {self.port}; open it as {self._example()}"
        return ""

    def origin_problem(self, origins: list[str], hosts: list[str]) -> str:
        """Why a page of that `Origin` may not ask; empty when it may or when no browser asks."""
        if not origins:
            return ""
        if len(origins) > 1 or origins[0] != f"{self.scheme}://{hosts[0] if hosts else ''}":
            return "only this server's own page may ask that"
        return ""

    def _example(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/"


def is_loopback(address: str) -> bool:
    """Whether a bind address can be reached from this machine only."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_any(address: str) -> bool:
    return address in ("", "*") or (_is_address(address) and ipaddress.ip_address(address).is_unspecified)


def _is_address(name: str) -> bool:
    """Whether it is an IP address: rebinding needs a name, so an address is as good as ours."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _host_and_port(host: str) -> tuple[str, str]:
    """`[::1]:8000` as ('::1', '8000'); what cannot be split is ('', '')."""
    try:
        parts = urlsplit(f"//{host}")
        if parts.path or parts.query or parts.fragment or parts.username is not None:
            return "", ""
        port = parts.port
    except ValueError:
        return "", ""
    return (parts.hostname or "").lower(), "" if port is None else str(port)
