"""The way of one call: wait for its turn, send it, read the answer within its limits, and again where that is safe."""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pulumi_paygentic.api.answer import read_answer, unexpected
from pulumi_paygentic.api.api_errors import NotFound, RateLimited
from pulumi_paygentic.api.errors import CallError, Cancelled, DeadlineExceeded
from pulumi_paygentic.api.redact import quiet_http_logs
from pulumi_paygentic.api.retry import LATE_LOOKS, retrying
from pulumi_paygentic.api.wire import HTTPX_ERRORS, lost, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from pulumi_paygentic.api.call import Call
    from pulumi_paygentic.api.pacing import Pacer
    from pulumi_paygentic.api.settings import Settings

logger = logging.getLogger("pulumi_paygentic.api")

#: The largest answer that is read, in bytes after decompression. A full page of plans with all their prices is far
#: below.
MAX_ANSWER = 64 * 1024 * 1024


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

    def run(self, call: Call) -> dict[str, Any]:
        """Return the answer to `call`, after as many attempts as are safe and allowed. Raises a `CallError`."""
        # The first turn may be long in coming when many threads share a slow pace: it is no part of the deadline.
        self._take_turn(call, until=math.inf)
        ends = self._clock() + self._settings.retry_deadline

        def pause(seconds: float) -> None:
            logger.info(
                "%s %s: again in %.1f s, after %s", call.method, call.path, seconds, type(call.last_error).__name__
            )
            self._pause(call, seconds)
            self._take_turn(call, until=ends)

        loop = retrying(
            call,
            max_retries=self._settings.max_retries,
            ends=ends,
            clock=self._clock,
            sleep=pause,
            too_late=lambda: self._too_late(call),
        )
        try:
            answer: dict[str, Any] = loop(self._look_or_attempt, call, ends)
        except CallError:
            # No attempt is left, but what the last one made may be there.
            if self.cancelled.is_set() or (found := call.look()) is None:
                raise
            return found
        return answer

    def _look_or_attempt(self, call: Call, ends: float) -> dict[str, Any]:
        """Send it, unless an earlier attempt did all the same; one that nobody saw the end of gets time to end."""
        found = call.look()
        if found is None and call.is_looked_for and call.last_error is not None and call.last_error.under_way:
            for seconds in LATE_LOOKS:
                if self._clock() + seconds > ends:
                    raise self._too_late(call) from call.last_error
                self._pause(call, seconds)
                found = call.look()
                if found is not None:
                    break
        return self._attempt(call, ends) if found is None else found

    def _attempt(self, call: Call, ends: float) -> dict[str, Any]:
        call.attempts += 1
        began = self._clock()
        outcome = "ok"
        try:
            return self._exchange(call, min(began + self._settings.request_timeout, ends))
        except CallError as error:
            outcome = type(error).__name__
            if isinstance(error, NotFound) and call.method == "DELETE" and call.maybe_committed:
                return {}  # an attempt before this one deleted it, and its answer was lost
            call.mark(error)
            if isinstance(error, RateLimited) and error.retry_after and self._clock() + error.retry_after <= ends:
                self._pacer.hold(error.retry_after)
            raise
        finally:
            seconds = self._clock() - began
            logger.debug("%s %s: %s, attempt %d, %.3f s", call.method, call.path, outcome, call.attempts, seconds)

    def _exchange(self, call: Call, ends: float) -> dict[str, Any]:
        """Send once, and read the answer until `ends`."""
        content = bytearray()
        late = False
        try:
            request = self._http.build_request(
                call.method,
                self._settings.base_url + call.target,
                params=call.params,
                content=call.content,
                headers={} if call.content is None else {"Content-Type": "application/json"},
                timeout=max(ends - self._clock(), 0.001),
            )
            with quiet_http_logs(), closing(self._http.send(request, stream=True)) as response:
                for chunk in response.iter_bytes():
                    if late:  # httpx only limits the wait for each piece
                        raise lost(call, "the answer came too slowly.")
                    late = self._clock() > ends
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        raise unexpected(call, f"an answer of more than {MAX_ANSWER} bytes.")
        except HTTPX_ERRORS as exc:
            raise translate(exc, call, urlsplit(self._settings.base_url).netloc) from exc
        except RuntimeError:
            self._check_cancelled(call)  # httpx refuses to send when it was closed
            raise
        return read_answer(call, response.status_code, response.headers, bytes(content), self._settings.api_key)

    def _take_turn(self, call: Call, *, until: float) -> None:
        self._check_cancelled(call)
        if not self._pacer.wait(lambda seconds: self._pause(call, seconds), until=until):
            raise self._too_late(call) from call.last_error

    def _pause(self, call: Call, seconds: float) -> None:
        self._sleep(seconds)
        self._check_cancelled(call)

    def _check_cancelled(self, call: Call) -> None:
        if self.cancelled.is_set():
            error = Cancelled("cancelled before it came to its end.", **call.where)
            call.mark(error)
            raise error from call.last_error

    def _too_late(self, call: Call) -> DeadlineExceeded:
        seconds = self._settings.retry_deadline
        last = call.last_error.message if call.last_error else "none"
        error = DeadlineExceeded(f"given up, to stay within {seconds:g} s. The last error was: {last}", **call.where)
        call.mark(error)
        return error
