"""Webhooks: where one may point, and the post itself.

Intranet addresses may be called; this machine, its link and groups of machines may not, however the
address is written. The name is resolved once for each post and the checked address itself is called, so
that nothing can change in between.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

TIMEOUT = 10
"""Seconds to wait for each step: connecting, sending, each piece of the answer."""
ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
_HOST = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotTaken(OSError):
    """The receiver did not answer with 2xx; `reason` says what it answered."""

    def __init__(self, status: int) -> None:
        known = status in HTTPStatus._value2member_map_
        self.reason = f"{status} {HTTPStatus(status).phrase}" if known else str(status)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook address taken apart."""

    secure: bool
    host: str
    port: int
    path: str


def parse(url: str) -> Target:
    """Take an address apart. Raises `Refused` for anything but a well-formed http(s) address of a machine."""
    refusal = Refused(_("This is no webhook address. It looks like https://hooks.example.gov.cn/path."))
    if len(url) > 2000 or any(c.isspace() or not c.isprintable() for c in url):
        raise refusal
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        if ":" in host:
            ipaddress.IPv6Address(host)
        else:
            host = host.encode("idna").decode()
    except ValueError:  # also UnicodeError: a label that is empty or too long
        raise refusal from None
    if parts.scheme not in {"http", "https"} or not host:
        raise Refused(_("A webhook address begins with https:// or http:// and names a machine."))
    if "@" in parts.netloc or port == 0 or (":" not in host and not _HOST.fullmatch(host)):
        raise refusal
    secure = parts.scheme == "https"
    wanted = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (443 if secure else 80), quote(wanted, safe="/?%:@!$&'()*+,;=~"))


def check_url(url: str) -> str:
    """The address itself if it is http(s) to another machine. Raises `Refused`."""
    target = parse(url)
    try:
        _resolve(target)
    except OSError:
        return url  # not known now; the delivery will say so
    return url


def is_forbidden(address: Address) -> bool:
    """Whether an address means this machine, its link, a group of machines, or nobody."""
    inner = _unwrapped(address)
    return (
        inner.is_loopback
        or inner.is_link_local
        or inner.is_unspecified
        or inner.is_multicast
        or inner.is_reserved
        or inner in _THIS_NETWORK
    )


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or address in _NAT64_LOCAL:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _COMPATIBLE and int(address) > 1:
        return ipaddress.IPv4Address(int(address))
    return address


def _resolve(target: Target) -> list[str]:
    """Every address of the machine, all of them allowed. Raises OSError when the name is not known."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not getattr(settings, "WEBHOOK_LOOPBACK", False) and any(
        is_forbidden(ipaddress.ip_address(address)) for address in addresses
    ):
        raise Refused(_("A webhook may not point at this machine itself."))
    return addresses


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """POST to a webhook; follows no redirect and uses no proxy. Returns the first 64 KB of the answer.

    Raises `Refused` where it may not point, OSError when nobody answers or not with 2xx, HTTPException when
    the answer is not HTTP.
    """
    target = parse(url)
    connection = _connection(target)
    connection.sock = _connected(_resolve(target), target)
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        said = answer.read(ANSWER)
        if not 200 <= answer.status < 300:
            raise NotTaken(answer.status)
        return said
    finally:
        connection.close()


def _connection(target: Target) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if target.secure else http.client.HTTPConnection
    return kind(target.host, target.port, timeout=TIMEOUT)


def _connected(addresses: list[str], target: Target) -> socket.socket:
    """A socket to the first of the addresses that takes the call, with TLS for the machine's own name."""
    sock = None
    for number, address in enumerate(addresses, 1):
        try:
            sock = socket.create_connection((address, target.port), TIMEOUT)
            break
        except OSError:
            if number == len(addresses):
                raise
    if sock is None:
        raise OSError(f"no address for {target.host}")
    if not target.secure:
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host.rstrip("."))
    except BaseException:
        sock.close()
        raise
