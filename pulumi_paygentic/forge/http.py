"""One connection to a forge's API: it sends a request, and returns the JSON of the response or raises `ForgeError`.

The token goes to no address but the given one, which is https unless it stays on this machine, and into no message.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Final, NoReturn, TypeVar

import httpx

from pulumi_paygentic.forge.errors import (
    NotFound,
    NotPermitted,
    Passing,
    RateLimited,
    Refused,
    SettingsError,
    Unavailable,
    UnexpectedResponse,
    one_line,
)
from pulumi_paygentic.forge.retry import retrying

#: Seconds that one request may take.
TIMEOUT: Final = 30.0
#: Seconds to wait after a refusal for too many requests that names no time: both forges ask for a minute.
_MINUTE = 60.0

T = TypeVar("T")


@cache
def _certificates() -> ssl.SSLContext:
    """Return the certificates that are trusted; to load them takes longer than a request."""
    return httpx.create_ssl_context()


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_url(value: str, name: str) -> str:
    """Return the address of an API without a slash at its end. Raises `SettingsError`, naming it `name`."""
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError(
            f"{name} is not an address: write it as https://api.github.com or https://gitlab.com/api/v4"
        )
    if url.userinfo or url.query or url.fragment:
        raise SettingsError(f"{name} must have no user, query or fragment: the token is a separate setting")
    if url.scheme == "http" and not is_loopback(url.host):
        raise SettingsError(f"{name} would send the token unencrypted: use https:// (http is only for loopback)")
    return value.rstrip("/")


def check_token(value: str, name: str) -> str:
    """Return a token that can be sent in a header. Raises `SettingsError`, naming it `name`."""
    token = value.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(f"{name} is not a token: it is empty or has characters that no token has")
    return token


class Session:
    """A connection to the API of one forge.

    `forge` is its name in messages, `permission` the sentence that says what the token must be allowed. `sleep` (in
    seconds) and `clock` (seconds since 1970) replace time.
    """

    def __init__(
        self,
        base_url: str,
        *,
        forge: str,
        token: str,
        headers: Mapping[str, str],
        permission: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.forge = forge
        self.permission = permission
        self.sleep = sleep
        self._token = token
        self._clock = clock
        try:
            self._http = httpx.Client(
                base_url=base_url,
                headers={"User-Agent": "pulumi-paygentic", **headers},
                timeout=TIMEOUT,
                verify=_certificates(),
            )
        except (httpx.InvalidURL, ValueError, ImportError, OSError):  # whose text can hold a proxy's password
            raise SettingsError(
                "The proxy or the certificates that the environment names can't be used",
                hint="Check HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def again(self, read: Callable[[], T]) -> T:
        """Return what `read` returns, which is safe to repeat; errors that pass are waited for."""
        try:
            for attempt in retrying(self.sleep):
                with attempt:
                    return read()
        except Passing as error:
            error.exhausted = True
            raise
        raise AssertionError("unreachable: tenacity raises the last error")  # pragma: no cover

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send one request, once. `request` is httpx's: `json`, `params`."""
        try:
            response = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unavailable(
                self.say(f"{self.forge} could not be reached: {str(error) or type(error).__name__}")
            ) from None
        if not response.is_success:
            self._refuse(response)
        return response

    def json(self, response: httpx.Response) -> Any:
        """Return the JSON of a response."""
        try:
            return response.json()
        except ValueError:
            raise UnexpectedResponse(f"{self.forge} sent a response that is not JSON") from None

    def say(self, text: str) -> str:
        """Return `text` on one line, without the token."""
        return one_line(text, self._token)

    def limited(self, response: httpx.Response, message: str) -> RateLimited:
        """Return the error for too many requests, with the wait that the headers of `response` ask for."""
        after = self._after(response)
        words = f"{self.forge} has had too many requests with this token" + (f": {message}" if message else "")
        return RateLimited(self.say(f"{words}; the next may be sent in {after:.0f} seconds"), after=after)

    def _refuse(self, response: httpx.Response) -> NoReturn:
        status, message = response.status_code, _message(response)
        what = self.say(f"{self.forge} says {status}" + (f": {message}" if message else ""))
        exhausted = "0" in {response.headers.get(name) for name in ("x-ratelimit-remaining", "ratelimit-remaining")}
        if status == 429 or (
            status == 403 and (exhausted or "retry-after" in response.headers or "rate limit" in message.lower())
        ):
            raise self.limited(response, message)
        if status >= 500 or status == 408:
            raise Unavailable(what, after=_seconds(response.headers.get("retry-after")))
        if status in {401, 403, 404}:
            raise (NotFound if status == 404 else NotPermitted)(what, hint=self.permission)
        if status >= 400:
            raise Refused(what)
        raise UnexpectedResponse(what)

    def _after(self, response: httpx.Response) -> float:
        """Return the seconds until the next request: by the header that says it, else a minute."""
        asked = _seconds(response.headers.get("retry-after"))
        if asked is not None:
            return asked
        for prefix in ("x-ratelimit", "ratelimit"):
            reset = _seconds(response.headers.get(f"{prefix}-reset"))
            if reset is not None and response.headers.get(f"{prefix}-remaining") == "0":
                return max(1.0, reset - self._now(response))
        return _MINUTE

    def _now(self, response: httpx.Response) -> float:
        """Return the forge's time, which may differ from this machine's."""
        try:
            return parsedate_to_datetime(response.headers.get("date", "")).timestamp()
        except (TypeError, ValueError):
            return self._clock()


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() and len(value) < 15 else None


def _message(response: httpx.Response) -> str:
    """Return what the forge says about an error; empty for a page that is not its own."""
    try:
        body = response.json()
    except ValueError:
        return ""
    message = (body.get("message") or body.get("error") or "") if isinstance(body, dict) else ""
    return message if isinstance(message, str) else str(message)
