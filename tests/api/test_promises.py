"""What the floors above build on, for any sequence of what a server and a network can do to a write."""

from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import NotFound, RequestError
from tests.api.support import FUZZ, Answer, Api, ok, refusal, send

Outcome = tuple[str, bool]  # what the client sees, and whether the server did it before

# Seen by the client whether or not the server did what it was asked for.
UNDECIDED: dict[str, Callable[[], Answer]] = {
    "408": lambda: refusal(408),
    "500": lambda: refusal(500),
    "503 that asks to wait": lambda: refusal(503, retry_after=1),
    "502 of a proxy": lambda: httpx.Response(502, html="<html>Bad gateway</html>"),
    "cut off": lambda: httpx.Response(201, content=b'{"id": "pri', headers={"content-type": "application/json"}),
    "html": lambda: httpx.Response(200, html="<html>Welcome</html>"),
    "redirect": lambda: httpx.Response(302, headers={"location": "https://example.com"}),
    "404 of a proxy": lambda: httpx.Response(404, html="<html>Not found</html>"),
    "timed out": lambda: httpx.ReadTimeout("slow"),
    "reset": lambda: httpx.ReadError("reset"),
    "write failed": lambda: httpx.WriteError("broken pipe"),
    "dropped": lambda: httpx.RemoteProtocolError("Server disconnected without sending a response."),
    "garbled": lambda: httpx.DecodingError("no gzip"),
}
# Never seen after the server did it.
UNDONE: dict[str, Callable[[], Answer]] = {
    "400": lambda: refusal(400),
    "401": lambda: refusal(401),
    "403": lambda: refusal(403),
    "409": lambda: refusal(409),
    "429": lambda: refusal(429),
    "429 that asks to wait": lambda: refusal(429, retry_after=2),
    "429 that asks to wait for an hour": lambda: refusal(429, retry_after=3600),
    "501": lambda: refusal(501),
    "refused": lambda: httpx.ConnectError("refused"),
    "not connected in time": lambda: httpx.ConnectTimeout("slow"),
    "no free connection": lambda: httpx.PoolTimeout("busy"),
    "refused by the proxy": lambda: httpx.ProxyError("403 Forbidden"),
}
FATE = st.lists(
    st.tuples(st.sampled_from(sorted(UNDECIDED)), st.booleans())
    | st.tuples(st.sampled_from(sorted(UNDONE)), st.sampled_from([False])),
    max_size=8,
)


class Server:
    """Does to each write what `fate` says next, and answers plainly when that has run out."""

    def __init__(self, fate: list[Outcome], retries: int) -> None:
        self.made = 0
        self.deleted = False
        self._fate = iter(fate)
        self.api = Api(self._handle, environ={"PAYGENTIC_MAX_RETRIES": str(retries)})

    def _handle(self, request: httpx.Request) -> httpx.Response:
        seen, done = next(self._fate, ("ok", True))
        gone = request.method == "DELETE" and self.deleted
        if done:
            self.made += request.method == "POST"
            self.deleted = self.deleted or request.method == "DELETE"
        if seen == "ok":
            return refusal(404) if gone else ok(201)
        answer = (UNDECIDED | UNDONE)[seen]()
        if isinstance(answer, Exception):
            raise answer
        return answer


@FUZZ
@given(FATE, st.integers(0, 6))
def test_a_post_alone_is_done_at_most_once_and_says_when_it_was_not(fate: list[Outcome], retries: int) -> None:
    server = Server(fate, retries)
    try:
        send(server.api.client, "POST")
    except RequestError as error:
        assert server.made <= error.maybe_committed  # noqa: PT017 - either way is right
    else:
        assert server.made == 1


@FUZZ
@given(FATE, st.integers(0, 6))
def test_a_post_with_a_search_is_done_at_most_once_and_found_if_it_was(fate: list[Outcome], retries: int) -> None:
    server = Server(fate, retries)

    def search() -> dict[str, str] | None:
        return {"id": "price_1"} if server.made else None

    try:
        found = server.api.client.post("/v0/prices", {}, recover=search)
    except RequestError:
        assert server.made == 0
    else:
        assert (found, server.made) == ({"id": "price_1"}, 1)


@FUZZ
@given(FATE, st.integers(0, 6))
def test_a_delete_that_succeeds_has_deleted_and_one_that_had_no_effect_says_so(
    fate: list[Outcome], retries: int
) -> None:
    server = Server(fate, retries)
    try:
        send(server.api.client, "DELETE")
    except RequestError as error:
        assert not isinstance(error, NotFound)  # noqa: PT017 - either way is right
        assert server.deleted <= error.maybe_committed  # noqa: PT017
    else:
        assert server.deleted


@FUZZ
@given(FATE, st.integers(0, 6), st.sampled_from(["GET", "POST", "PATCH", "DELETE"]))
def test_no_call_sends_or_waits_more_than_it_is_allowed(fate: list[Outcome], retries: int, method: str) -> None:
    server = Server(fate, retries)
    try:
        send(server.api.client, method)
    except RequestError as error:
        attempts = error.attempts
    else:
        attempts = len(server.api.requests)
    assert attempts == len(server.api.requests) <= retries + 1
    assert sum(server.api.time.slept) <= server.api.settings.retry_deadline


@pytest.mark.parametrize("seen", [*UNDECIDED, *UNDONE])
def test_a_read_is_never_said_to_have_changed_anything(seen: str) -> None:
    with pytest.raises(RequestError) as caught:
        send(Server([(seen, False)] * 9, 0).api.client, "GET")
    assert not caught.value.maybe_committed
