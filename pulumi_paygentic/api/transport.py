"""The transport: the set-up of httpx for this API, and the meaning of each of its exceptions for a request.

httpx says where it failed; a caller needs to know whether the request could have arrived. So there are three groups of
exceptions: no connection (certainly not sent), a body that cannot be decoded, and all others (sent, perhaps in part).
"""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

import httpx

from pulumi_paygentic.api.base_url import is_loopback
from pulumi_paygentic.api.errors import (
    ConfigurationError,
    ConnectionFailed,
    RequestError,
    ResponseLost,
    UnexpectedResponse,
)
from pulumi_paygentic.api.redact import filter_http_logs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_paygentic.api.request import Request
    from pulumi_paygentic.api.settings import Settings

#: The meaning of each httpx exception; the nearest class in its own ancestry counts.
MEANING: Mapping[type[Exception], type[RequestError]] = {
    httpx.ConnectError: ConnectionFailed,
    httpx.ConnectTimeout: ConnectionFailed,
    httpx.PoolTimeout: ConnectionFailed,
    httpx.ProxyError: ConnectionFailed,
    httpx.UnsupportedProtocol: ConnectionFailed,
    httpx.InvalidURL: ConnectionFailed,
    httpx.DecodingError: UnexpectedResponse,
    httpx.TooManyRedirects: UnexpectedResponse,
    httpx.HTTPError: ResponseLost,
    httpx.StreamError: ResponseLost,
    httpx.CookieConflict: ResponseLost,
}
HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)

# These are about the address, not about the network.
_LASTING = (httpx.InvalidURL, httpx.UnsupportedProtocol)
_SAID: Mapping[type[RequestError], str] = {
    ConnectionFailed: "could not connect to {host}, nothing was sent",
    UnexpectedResponse: "the response could not be decoded",
    ResponseLost: "no complete response arrived",
}

# Servers commonly close a connection that is idle for 5 seconds. Letting go first avoids sending a write into a
# connection that closes at that moment, after which nobody knows whether it arrived.
_IDLE_SECONDS = 3.0


def open_http(settings: Settings, user_agent: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    """Return the httpx client: one key, one address, no redirects, no cookies, no .netrc.

    Proxies and certificates are taken from the environment as usual (HTTPS_PROXY, SSL_CERT_FILE), except that a
    loopback address is never sent to a proxy, which would see the key. Raises `ConfigurationError` for a proxy that
    can't be used.
    """
    filter_http_logs()
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=_IDLE_SECONDS)
    try:
        if transport is None and is_loopback(settings.base_url):
            transport = httpx.HTTPTransport(limits=limits)  # a given transport makes httpx leave proxies alone
        return httpx.Client(
            headers={
                "Authorization": f"Bearer {settings.api_key}",
                "Accept": "application/json",
                "User-Agent": user_agent,
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            limits=limits,
            transport=transport,
        )
    except (ImportError, ValueError, httpx.InvalidURL, OSError) as exc:
        reason = "the proxy or the certificates that the environment names cannot be used"
        raise ConfigurationError([f"{reason}: check HTTPS_PROXY and SSL_CERT_FILE ({exc})"]) from exc


def translate(exc: Exception, request: Request, host: str) -> RequestError:
    """Return the error of this floor that `exc`, one of httpx's, means for `request` to `host`."""
    kind = next(MEANING[cls] for cls in type(exc).__mro__ if cls in MEANING)
    error = kind(f"{_SAID[kind].format(host=host)} ({type(exc).__name__}: {exc}).", **request.where)
    error.transient = not isinstance(exc, _LASTING)
    error.maybe_committed = request.writes and kind is not ConnectionFailed
    error.under_way = error.maybe_committed and isinstance(exc, httpx.TimeoutException)
    if _certificate_refused(exc):
        error.transient = False
        error.hint = "The server's certificate is not trusted: point SSL_CERT_FILE to the certificates that are."
    return error


def lost(request: Request, what: str) -> ResponseLost:
    """Return the error for a request that was sent and whose answer did not come whole."""
    error = ResponseLost(what, **request.where)
    error.maybe_committed = error.under_way = request.writes
    return error


def _certificate_refused(exc: BaseException | None) -> bool:
    while exc is not None and not isinstance(exc, ssl.SSLCertVerificationError):
        exc = exc.__cause__ or exc.__context__
    return exc is not None
