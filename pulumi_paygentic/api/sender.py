"""The sender of requests: it waits for a turn, sends, reads the response within its limits, and retries if safe."""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pulumi_paygentic.api.api_errors import NotFound, RateLimited
from pulumi_paygentic.api.errors import Cancelled, DeadlineExceeded, RequestError
from pulumi_paygentic.api.redact import quiet_http_logs
from pulumi_paygentic.api.response import read_response, unexpected
from pulumi_paygentic.api.retry import LATE_SEARCHES, retrying
from pulumi_paygentic.api.transport import HTTPX_ERRORS, lost, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from pulumi_paygentic.api.pacing import Pacer
    from pulumi_paygentic.api.request import Request
    from pulumi_paygentic.api.settings import Settings

logger = logging.getLogger("pulumi_paygentic.api")

#: The largest answer that is read, in bytes after decompression. A full page of plans with all their prices is far
#: below.
MAX_RESPONSE = 64 * 1024 * 1024


class Sender:
    """Sends calls over `http`, for many threads, until it is cancelled."""

    def __init__(
        self,
        http: httpx.Client,
        settings: Settings,
        pacer: Pacer,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cancelled = threading.Event()
        self._http = http
        self._settings = settings
        self._pacer = pacer
        self._sleep = sleep or self.cancelled.wait
        self._clock = clock

    def run(self, request: Request) -> dict[str, Any]:
        """Return the answer to `request`, after as many attempts as are safe and allowed. Raises a `RequestError`."""
        # The first turn may be long in coming when many threads share a slow pace: it is no part of the deadline.
        self._take_turn(request, until=math.inf)
        ends = self._clock() + self._settings.retry_deadline

        def pause(seconds: float) -> None:
            logger.info(
                "%s %s: again in %.1f s, after %s",
                request.method,
                request.path,
                seconds,
                type(request.last_error).__name__,
            )
            self._pause(request, seconds)
            self._take_turn(request, until=ends)

        loop = retrying(
            request,
            max_retries=self._settings.max_retries,
            ends=ends,
            clock=self._clock,
            sleep=pause,
            too_late=lambda: self._too_late(request),
        )
        try:
            answer: dict[str, Any] = loop(self._recover_or_attempt, request, ends)
        except RequestError:
            # No attempt is left, but what the last one made may be there.
            if self.cancelled.is_set() or (found := request.find_created()) is None:
                raise
            return found
        return answer

    def _recover_or_attempt(self, request: Request, ends: float) -> dict[str, Any]:
        """Send the request, unless an earlier attempt is found to have succeeded; one under way gets time to end."""
        found = request.find_created()
        if found is None and request.is_recoverable and request.last_error is not None and request.last_error.under_way:
            for seconds in LATE_SEARCHES:
                if self._clock() + seconds > ends:
                    raise self._too_late(request) from request.last_error
                self._pause(request, seconds)
                found = request.find_created()
                if found is not None:
                    break
        return self._attempt(request, ends) if found is None else found

    def _attempt(self, request: Request, ends: float) -> dict[str, Any]:
        request.attempts += 1
        began = self._clock()
        outcome = "ok"
        try:
            return self._exchange(request, min(began + self._settings.request_timeout, ends))
        except RequestError as error:
            outcome = type(error).__name__
            if isinstance(error, NotFound) and request.method == "DELETE" and request.maybe_committed:
                return {}  # an attempt before this one deleted it, and its answer was lost
            request.record(error)
            if isinstance(error, RateLimited) and error.retry_after and self._clock() + error.retry_after <= ends:
                self._pacer.hold(error.retry_after)
            raise
        finally:
            seconds = self._clock() - began
            logger.debug(
                "%s %s: %s, attempt %d, %.3f s", request.method, request.path, outcome, request.attempts, seconds
            )

    def _exchange(self, request: Request, ends: float) -> dict[str, Any]:
        """Send once, and read the answer until `ends`."""
        content = bytearray()
        late = False
        try:
            outgoing = self._http.build_request(
                request.method,
                self._settings.base_url + request.target,
                params=request.params,
                content=request.content,
                headers={} if request.content is None else {"Content-Type": "application/json"},
                timeout=max(ends - self._clock(), 0.001),
            )
            with quiet_http_logs(), closing(self._http.send(outgoing, stream=True)) as response:
                for chunk in response.iter_bytes():
                    if late:  # httpx only limits the wait for each piece
                        raise lost(request, "the response took too long.")
                    late = self._clock() > ends
                    content += chunk
                    if len(content) > MAX_RESPONSE:
                        raise unexpected(request, f"a response of more than {MAX_RESPONSE} bytes.")
        except HTTPX_ERRORS as exc:
            raise translate(exc, request, urlsplit(self._settings.base_url).netloc) from exc
        except RuntimeError:
            self._check_cancelled(request)  # httpx refuses to send when it was closed
            raise
        return read_response(request, response.status_code, response.headers, bytes(content), self._settings.api_key)

    def _take_turn(self, request: Request, *, until: float) -> None:
        self._check_cancelled(request)
        if not self._pacer.wait(lambda seconds: self._pause(request, seconds), until=until):
            raise self._too_late(request) from request.last_error

    def _pause(self, request: Request, seconds: float) -> None:
        self._sleep(seconds)
        self._check_cancelled(request)

    def _check_cancelled(self, request: Request) -> None:
        if self.cancelled.is_set():
            error = Cancelled("cancelled before it was complete.", **request.where)
            request.record(error)
            raise error from request.last_error

    def _too_late(self, request: Request) -> DeadlineExceeded:
        seconds = self._settings.retry_deadline
        last = request.last_error.message if request.last_error else "none"
        error = DeadlineExceeded(
            f"gave up: another attempt would pass the retry deadline of {seconds:g} s. Last error: {last}",
            **request.where,
        )
        request.record(error)
        return error
