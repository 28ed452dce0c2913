"""Redaction: secrets are removed from any text before it reaches an error or a log.

Removed are API keys, bearer tokens, everything of a URL but its host (an authorization link *is* its path), and email
addresses, also percent-encoded as they stand in a query. Nothing here knows the API: the patterns are wide on purpose,
because a message that says too little can be asked about, and a key in a pipeline's log can't be taken back.
"""

from __future__ import annotations

import logging
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

REDACTED = "[redacted]"

_KEY = re.compile(r"(sk_(?:live|test)_)[^\s\"'<>\[\],;]+", re.IGNORECASE)
_BEARER = re.compile(r"(bearer\s+)[^\s\"'<>\[\],;]{16,}", re.IGNORECASE)
# Any scheme, because a proxy's address holds a password.
_URL = re.compile(
    r"""([a-z][a-z0-9+.-]{0,20}://)(?:[^\s/?#"'<>]*@)?([^\s/?#@"'<>]*)([/?#][^\s"'<>]*)?""", re.IGNORECASE
)
# Whatever is written without a break around the sign is taken for the address, so `email=ada@...` goes as a whole. It
# looks behind to begin only where a word does: a long word is then read once, not once for each of its letters.
_BREAK = r"""\s<>"(),:;\[\]"""
_EMAIL = re.compile(rf"(?<![^@{_BREAK}])[^@{_BREAK}]+(?:@|%40)[^{_BREAK}]+")


def _bare_host(match: re.Match[str]) -> str:
    scheme, host, rest = match.groups(default="")
    return f"{scheme}{host}/{REDACTED}" if rest not in {"", "/"} else f"{scheme}{host}{rest}"


def redact(text: str, *secrets: str) -> str:
    """Return `text` without keys, tokens, URL paths, emails, and any of `secrets`, as they are or percent-encoded."""
    for secret in secrets:
        for form in (secret, quote(secret, safe="")):
            text = text.replace(form, REDACTED)
    text = _KEY.sub(rf"\1{REDACTED}", text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    text = _URL.sub(_bare_host, text)
    return _EMAIL.sub(REDACTED, text)


def one_line(text: str, *secrets: str, limit: int = 500) -> str:
    """Return `text` redacted, printable, on one line, and cut to `limit` characters.

    Terminal control sequences, line breaks and lone surrogates of a server's message become spaces: they would
    otherwise forge lines in a pipeline's log, or fail when printed. The cut comes last, so that it can't save half a
    key.
    """
    if len(text) > 20 * limit:  # the length of what a server says must cost nothing
        text = " ".join(text[: 20 * limit].split()[:-1]) + " …"
    printable = "".join(character if character.isprintable() else " " for character in text)
    clean = redact(" ".join(printable.split()), *secrets)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


_ours = threading.local()


class _OursOnly(logging.Filter):
    """Drops the records that httpx and httpcore write for requests of this floor, in this thread.

    httpx logs every URL with its query at INFO, so an application that turns INFO on would log the emails it looks up.
    Other users of httpx in the process keep their records.
    """

    def filter(self, _record: logging.LogRecord) -> bool:
        return not getattr(_ours, "quiet", False)


_FILTER = _OursOnly()
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")


def filter_http_logs() -> None:
    """Let `quiet_http_logs` have its effect. Once in a process is enough."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)


@contextmanager
def quiet_http_logs() -> Iterator[None]:
    """While inside, keep the HTTP libraries' own log records of this thread out of every handler."""
    _ours.quiet = True
    try:
        yield
    finally:
        _ours.quiet = False
