from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import (
    APIError,
    Conflict,
    DeadlineExceeded,
    NotFound,
    RateLimited,
    RequestError,
    ServerError,
    Unauthorized,
    UnexpectedResponse,
)
from pulumi_paygentic.api.retry import FIRST_WAIT, LATE_SEARCHES, MAX_WAIT, parse_retry_after
from tests.api.support import FUZZ, Answer, Api, ok, refusal, send

IDEMPOTENT = ["GET", "PATCH", "DELETE"]
METHODS = [*IDEMPOTENT, "POST"]


def failure(api: Api, method: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        send(api.client, method)
    return caught.value


Make = Callable[[], Answer]

PASSING: dict[str, Make] = {
    "408": lambda: refusal(408),
    "429": lambda: refusal(429),
    "500": lambda: refusal(500),
    "502 of a proxy": lambda: httpx.Response(502, html="<html>Bad gateway</html>"),
    "503": lambda: refusal(503),
    "cut off": lambda: httpx.Response(200, content=b'{"id": "pri', headers={"content-type": "application/json"}),
    "not connected": lambda: httpx.ConnectError("refused"),
    "timed out": lambda: httpx.ReadTimeout("slow"),
    "dropped": lambda: httpx.RemoteProtocolError("Server disconnected"),
}
LASTING: dict[str, Make] = {
    "400": lambda: refusal(400),
    "401": lambda: refusal(401),
    "403": lambda: refusal(403),
    "404": lambda: refusal(404),
    "404 of a proxy": lambda: httpx.Response(404, html="<html>Not found</html>"),
    "409": lambda: refusal(409),
    "422": lambda: refusal(422),
    "501": lambda: refusal(501),
    "redirect": lambda: httpx.Response(302, headers={"location": "https://example.com"}),
}


@pytest.mark.parametrize("method", IDEMPOTENT)
@pytest.mark.parametrize("what", PASSING)
def test_what_may_pass_is_tried_again_where_twice_is_once(what: str, method: str) -> None:
    api = Api([PASSING[what](), PASSING[what](), ok()])
    send(api.client, method)
    assert (len(api.requests), len(api.time.slept)) == (3, 2)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("what", LASTING)
def test_what_does_not_pass_is_not_tried_again(what: str, method: str) -> None:
    api = Api([LASTING[what]()])
    assert failure(api, method).attempts == 1
    assert api.time.slept == []


@pytest.mark.parametrize("what", ["429", "not connected"])
def test_a_post_is_repeated_where_it_certainly_had_no_effect(what: str) -> None:
    api = Api([PASSING[what](), PASSING[what](), ok(201)])
    assert send(api.client, "POST") == {"id": "price_1"}
    assert len(api.requests) == 3


@pytest.mark.parametrize("what", sorted(PASSING.keys() - {"429", "not connected"}))
def test_a_post_that_may_have_had_an_effect_is_not_repeated_and_says_so(what: str) -> None:
    api = Api([PASSING[what]()])
    error = failure(api, "POST")
    assert error.maybe_committed
    assert len(api.requests) == 1


@pytest.mark.parametrize("what", [*PASSING, *LASTING])
def test_a_read_never_changed_anything(what: str) -> None:
    api = Api([(PASSING | LASTING)[what]()], environ={"PAYGENTIC_MAX_RETRIES": "0"})
    assert not failure(api, "GET").maybe_committed


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("last", [lambda: refusal(409), lambda: refusal(401), lambda: httpx.ConnectError("refused")])
def test_a_lost_attempt_is_remembered_when_a_later_one_is_refused(method: str, last: Make) -> None:
    api = Api([httpx.ReadTimeout("slow"), last()], environ={"PAYGENTIC_MAX_RETRIES": "1"})
    error = failure(api, method)
    assert error.maybe_committed
    assert error.attempts == 2


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
def test_attempts_that_had_no_effect_leave_none_behind(method: str) -> None:
    api = Api([httpx.ConnectError("refused"), refusal(429), refusal(409)])
    error = failure(api, method)
    assert isinstance(error, Conflict)
    assert not error.maybe_committed


@pytest.mark.parametrize("lost", [lambda: httpx.ReadError("reset"), lambda: refusal(502), lambda: refusal(408)])
def test_gone_after_a_lost_delete_is_deleted(lost: Make) -> None:
    api = Api([lost(), refusal(404)])
    send(api.client, "DELETE")
    assert len(api.requests) == 2


@pytest.mark.parametrize("before", [[], [lambda: refusal(429)], [lambda: httpx.ConnectError("refused")]])
def test_gone_before_any_delete_arrived_is_reported(before: list[Make]) -> None:
    api = Api([*(make() for make in before), refusal(404)])
    assert isinstance(failure(api, "DELETE"), NotFound)


def test_gone_after_a_lost_patch_is_still_gone() -> None:
    api = Api([httpx.ReadError("reset"), refusal(404)])
    assert isinstance(failure(api, "PATCH"), NotFound)


@pytest.mark.parametrize("most", [0, 1, 7])
def test_the_last_error_is_raised_when_the_retries_are_used_up(most: int) -> None:
    api = Api(lambda _: refusal(503), environ={"PAYGENTIC_MAX_RETRIES": str(most)})
    error = failure(api, "GET")
    assert isinstance(error, ServerError)
    assert error.attempts == len(api.requests) == most + 1


def test_waits_are_random_within_a_window_that_doubles_up_to_a_limit() -> None:
    api = Api(lambda _: refusal(503), environ={"PAYGENTIC_MAX_RETRIES": "12"})
    failure(api, "GET")
    windows = [min(MAX_WAIT, FIRST_WAIT * 2**number) for number in range(len(api.time.slept))]
    assert all(0 <= wait <= window for wait, window in zip(api.time.slept, windows, strict=True))
    assert len(set(api.time.slept)) == len(api.time.slept)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_server_is_given_the_time_that_it_asks_for(status: int, method: str) -> None:
    api = Api([refusal(status, retry_after=7), ok()])
    send(api.client, method)
    (wait,) = api.time.slept
    assert 7 <= wait <= 7 + FIRST_WAIT


def test_threads_with_one_retry_after_do_not_come_back_as_one() -> None:
    apis = [Api([refusal(429, retry_after=7), ok()]) for _ in range(16)]
    for api in apis:
        send(api.client, "GET")
    assert len({api.time.now for api in apis}) == 16


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    api = Api([refusal(429, "Slow down", retry_after=3600)])
    error = failure(api, "POST")
    assert isinstance(error, DeadlineExceeded)
    assert isinstance(error.__cause__, RateLimited)
    assert api.time.slept == []
    assert not error.maybe_committed
    assert "retry deadline of 120 s. Last error: POST /v0/prices: 429 Too Many Requests: Slow" in str(error)


def test_no_attempt_begins_after_the_deadline_and_a_write_stays_undecided() -> None:
    api = Api(lambda _: refusal(503, retry_after=35), environ={"PAYGENTIC_MAX_RETRIES": "100"})
    error = failure(api, "PATCH")
    assert isinstance(error, DeadlineExceeded)
    assert error.maybe_committed
    assert sum(api.time.slept) <= 120
    assert len(api.requests) == error.attempts == len(api.time.slept) + 1 == 4


def test_an_attempt_gets_no_more_time_than_is_left_of_the_call() -> None:
    api = Api([refusal(503, retry_after=100), ok()])
    send(api.client, "GET")
    first, second = (request.extensions["timeout"]["read"] for request in api.requests)
    assert first == 30
    assert second == pytest.approx(120 - sum(api.time.slept))


def test_an_error_that_does_not_pass_ends_the_call_at_any_attempt() -> None:
    api = Api([refusal(500), refusal(401)])
    assert isinstance(failure(api, "GET"), Unauthorized)


@FUZZ
@given(st.integers(0, 10**9), st.sampled_from(["", " "]))
def test_retry_after_in_seconds(seconds: int, space: str) -> None:
    assert parse_retry_after(f"{space}{seconds}{space}") == seconds


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001


@FUZZ
@given(MOMENTS, st.integers(-10_000, 10_000))
def test_retry_after_as_a_date_counts_from_the_servers_own_clock(now: datetime, seconds: int) -> None:
    now = now.replace(microsecond=0)
    then = now + timedelta(seconds=seconds)
    parsed = parse_retry_after(format_datetime(then, usegmt=True), format_datetime(now, usegmt=True))
    assert parsed == max(0, seconds)


def test_retry_after_as_a_date_counts_from_our_clock_where_the_server_does_not_tell_its_own() -> None:
    then = datetime.now(timezone.utc) + timedelta(hours=1)
    for date in (None, "yesterday"):
        assert 3500 < (parse_retry_after(format_datetime(then, usegmt=True), date) or 0) <= 3600


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert parse_retry_after("Wed, 21 Oct 2026 07:28:10", "Wed, 21 Oct 2026 07:28:00 GMT") == 10


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "-1", "nan", "inf", "1e5", "٣", "9" * 400, "0x10", "Wed, 99 Oct 2026 07:28:00 GMT"],
)
def test_a_retry_after_that_says_nothing_is_none(value: str | None) -> None:
    assert parse_retry_after(value) is None


@FUZZ
@given(st.text() | st.none(), st.text() | st.none())
def test_a_retry_after_is_none_or_a_number_of_seconds_that_can_be_waited(value: str | None, date: str | None) -> None:
    seconds = parse_retry_after(value, date)
    assert seconds is None or seconds >= 0


def test_what_is_raised_is_the_apis_own_error_where_it_answered() -> None:
    assert isinstance(failure(Api([refusal(402)]), "GET"), APIError)
    assert isinstance(failure(Api([httpx.Response(403, text="no")]), "GET"), UnexpectedResponse)


UNWATCHED: dict[str, Make] = {
    "408": lambda: refusal(408),
    "504 of a gateway": lambda: httpx.Response(504, html="<html>Gateway timeout</html>"),
    "timed out": lambda: httpx.ReadTimeout("slow"),
}
POSTED = {"id": "price_1"}


@pytest.mark.parametrize("what", UNWATCHED)
@pytest.mark.parametrize("late", [0.5, 6, 25])
def test_what_nobody_saw_the_end_of_is_found_also_if_it_is_committed_late(what: str, late: float) -> None:
    """A gateway's patience is shorter than the work behind it: a second POST would make a second object."""
    api = Api([UNWATCHED[what]()])
    done = api.time.now + late
    found = api.client.post("/v0/prices", {}, recover=lambda: POSTED if api.time.now >= done else None)
    assert found == POSTED
    assert len(api.requests) == 1


@pytest.mark.parametrize("what", UNWATCHED)
def test_what_is_not_there_after_a_while_is_sent_again(what: str) -> None:
    api = Api([UNWATCHED[what](), ok(201)])
    began = api.time.now
    assert api.client.post("/v0/prices", {}, recover=lambda: None) == POSTED
    assert len(api.requests) == 2
    assert api.time.now - began >= sum(LATE_SEARCHES)


def test_the_search_for_a_late_object_stays_within_the_deadline() -> None:
    api = Api([refusal(504) for _ in range(10)])
    began = api.time.now
    with pytest.raises(DeadlineExceeded) as caught:
        api.client.post("/v0/prices", {}, recover=lambda: None)
    assert caught.value.maybe_committed
    assert api.time.now - began <= api.settings.retry_deadline


def test_an_answer_that_was_dropped_is_searched_for_once_before_the_next_attempt() -> None:
    """The work behind it was at its end: there is nothing to wait for."""
    api = Api([PASSING["dropped"](), ok(201)])
    searches: list[float] = []
    api.client.post("/v0/prices", {}, recover=lambda: searches.append(api.time.now))
    assert len(searches) == 1
