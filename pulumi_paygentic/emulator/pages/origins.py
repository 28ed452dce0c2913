"""Origins of the addresses that a form may lead to: browsers apply a page's policy to the redirect as well."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit


def origin(url: str) -> str:
    """The origin of a URL; its scheme alone where the host has no plain name; empty without a host."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    named = re.fullmatch(r"[\w.:\[\]-]+", host, re.ASCII)
    return "" if not host else f"{parts.scheme}://{host}" if named else f"{parts.scheme}:"


def origins(urls: Iterable[str]) -> str:
    """The origins of several URLs, each once, as a policy lists them."""
    return " ".join(sorted({origin(url) for url in urls} - {""}))
