"""The address of the API: the default for each environment, and what an address that is given must hold to.

The key goes wherever this points, so it is read with the same parser that the request is made with, must be https
unless it stays on this machine, and may not be the other environment's.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BASE_URL: Mapping[str, str] = {
    "sandbox": "https://api.sandbox.paygentic.io",
    "production": "https://api.paygentic.io",
}


def is_loopback(url: str) -> bool:
    """Return whether `url` stays on this machine: 127.0.0.0/8, ::1 or localhost."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def normalise_base_url(value: str, environment: str) -> str:
    """Return `value` without a slash at its end. Raises ValueError, saying what is wrong and never the value."""
    url = _parse(value)
    if url is None:
        local = re.match(r"(localhost|127\.[\d.]+|\[::1\])(:\d+)?(/|$)", value)
        like = f"http://{local[1]}{local[2] or ''}" if local else DEFAULT_BASE_URL[environment]
        raise ValueError(f"is not a URL: write it as {like}")
    if url.userinfo or any(character in value for character in "?#@\\"):
        raise ValueError("must have no user, query or fragment: the key is a separate setting")
    if url.scheme == "http" and not is_loopback(value):
        raise ValueError("would send the key unencrypted: use https:// (http is only for loopback)")
    for other, address in DEFAULT_BASE_URL.items():
        if other != environment and url.host.rstrip(".") == httpx.URL(address).host:
            raise ValueError(f"is the {other} address, and the environment is {environment}: make the two agree")
    if url.path.rstrip("/").rpartition("/")[2] in {"v0", "v1", "v2"}:
        raise ValueError("ends in the API's version: leave that out")
    return str(url).rstrip("/")


def _parse(value: str) -> httpx.URL | None:
    try:
        url = httpx.URL(value)
        url.host.encode("idna")  # what the resolver does later, outside of httpx's own errors
    except (httpx.InvalidURL, UnicodeError):
        return None
    usable = url.scheme in {"http", "https"} and url.host and 0 < (url.port or 80) < 65536
    return url if usable else None
