import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_paygentic.api import APIError, NotFound, PaygenticError, RequestError, UnexpectedResponse
from pulumi_paygentic.api.api_errors import error_class
from pulumi_paygentic.api.request import Request
from pulumi_paygentic.api.response import read_response
from tests.api.support import FUZZ, KEY

JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}


def request(method: str = "GET") -> Request:
    return Request(method, "/v0/prices/{id}", {"id": "price_1"})


def read(status: int, content: bytes, headers: Mapping[str, str] = JSON, *, method: str = "GET") -> dict[str, Any]:
    return read_response(request(method), status, headers, content, KEY)


def failure(status: int, content: bytes, headers: Mapping[str, str] = JSON, *, method: str = "GET") -> RequestError:
    with pytest.raises(RequestError) as caught:
        read(status, content, headers, method=method)
    return caught.value


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON;charset=utf-8", "application/hal+json"])
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_is_its_json_object(status: int, media_type: str) -> None:
    assert read(status, b'{"id": "price_1"}', {"content-type": media_type}) == {"id": "price_1"}


def test_a_byte_order_mark_is_no_part_of_the_answer() -> None:
    assert read(200, b'\xef\xbb\xbf{"id": "price_1"}') == {"id": "price_1"}


@pytest.mark.parametrize("status", [204, 205])
def test_no_content_is_the_answer_to_a_delete_only(status: int) -> None:
    assert read(status, b"", {}, method="DELETE") == {}
    for method in ("GET", "POST", "PATCH"):
        error = failure(status, b"", {}, method=method)
        assert isinstance(error, UnexpectedResponse)
        assert error.maybe_committed is (method != "GET")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("body", [b"{}", b'{"status": "ok"}', b'{"id": null}', b'{"id": ""}', b'{"id": 7}'])
def test_a_success_without_the_object_is_unexpected(method: str, body: bytes) -> None:
    """A proxy's pleasantries must wipe nothing from a state."""
    error = failure(200, body, method=method)
    assert isinstance(error, UnexpectedResponse)
    assert error.transient


def test_a_success_with_another_object_is_unexpected() -> None:
    for method in ("GET", "PATCH"):
        assert isinstance(failure(200, b'{"id": "price_2"}', method=method), UnexpectedResponse)


def test_a_delete_may_be_answered_with_nothing_or_anything_of_the_apis_own() -> None:
    assert read(200, b"", {}, method="DELETE") == {}
    assert read(200, b'{"deleted": true}', method="DELETE") == {"deleted": True}


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("content", "headers", "reported"),
    [
        (b"<html>Sign in</html>", HTML, "with text/html instead of JSON"),
        (b'{"id": "price_1"}', HTML, "with text/html instead of JSON"),
        (b'{"id": "price_1"}', {}, "with no content type instead of JSON"),
        (b'{"id": "pri', JSON, "with JSON that can't be read or was cut off"),
        (b"<html>Sign in</html>", JSON, "with JSON that can't be read or was cut off"),
        (b'{"id": "\xff"}', JSON, "with JSON that can't be read or was cut off"),
        (b"[]", JSON, "with JSON that is not an object"),
        (b"null", JSON, "with JSON that is not an object"),
    ],
)
def test_a_success_that_is_not_the_apis_is_unexpected_may_pass_and_may_have_been_a_write(
    method: str, content: bytes, headers: dict[str, str], reported: str
) -> None:
    error = failure(200, content, headers, method=method)
    assert isinstance(error, UnexpectedResponse)
    assert (error.status, error.transient, error.maybe_committed) == (200, True, method != "GET")
    assert f"200, {reported}." in str(error)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_an_empty_success_is_a_cut_off_one(method: str) -> None:
    assert isinstance(failure(200, b"", method=method), UnexpectedResponse)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_is_none_is_unexpected(number: str) -> None:
    assert isinstance(failure(200, f'{{"amount": {number}}}'.encode()), UnexpectedResponse)


def test_numbers_keep_every_digit_that_a_float_has() -> None:
    answer = read(200, b'{"id": "price_1", "tax": 0.1, "amount": 123456789012.345, "count": 12345678901234567890}')
    assert answer == {"id": "price_1", "tax": 0.1, "amount": 123456789012.345, "count": 12345678901234567890}


def test_half_a_character_is_unexpected_and_a_whole_one_is_not() -> None:
    whole = b'{"id": "price_1", "name": "\\ud83d\\ude00"}'
    assert read(200, whole) == {"id": "price_1", "name": "\N{GRINNING FACE}"}
    assert isinstance(failure(200, b'{"name": "\\ud83d"}'), UnexpectedResponse)


def test_an_answer_nested_without_end_is_unexpected() -> None:
    assert isinstance(failure(200, b'{"a":' * 100_000), UnexpectedResponse)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 300])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_unexpected_and_does_not_pass(status: int, method: str) -> None:
    error = failure(status, b"", {"location": "https://elsewhere.example.com/s3cret"}, method=method)
    assert isinstance(error, UnexpectedResponse)
    assert (error.transient, error.maybe_committed) == (False, method == "POST")
    assert "a redirect" in str(error)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("status", [100, 101, 199, 600, 999])
def test_a_status_outside_of_http_is_unexpected(status: int) -> None:
    assert isinstance(failure(status, b"{}"), UnexpectedResponse)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 410, 413, 422])
def test_a_refusal_counts_only_as_the_apis_own_json_and_then_nothing_happened(status: int) -> None:
    own = failure(status, b'{"message": "No", "code": "NOPE"}', method="POST")
    assert type(own) is error_class(status)
    assert isinstance(own, APIError)
    assert (own.status, own.code, own.maybe_committed, own.transient) == (status, "NOPE", False, False)

    other = failure(status, b"<html>No</html>", HTML, method="POST")
    assert isinstance(other, UnexpectedResponse)
    assert (other.status, other.maybe_committed, other.transient) == (status, True, False)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"<html>404</html>", HTML),
        (b"404 page not found", {"content-type": "text/plain"}),
        (b"", {}),
        (b"", JSON),
        (b'{"message": "The requested res', JSON),
        (b'{"detail": "Not Found"}', JSON),
        (b'{"message": null}', JSON),
        (b'{"status": 404, "error": "Not Found", "path": "/v0/prices/price_1"}', JSON),
        (b'{"message": "Cannot GET /v0/prices/price_1", "error": "Not Found", "statusCode": 404}', JSON),
        (b'{"message": "Route GET:/v0/prices/price_1 not found", "error": "Not Found", "statusCode": 404}', JSON),
        (b'"not found"', JSON),
    ],
)
def test_a_404_that_is_not_the_apis_own_never_says_that_an_object_is_gone(
    content: bytes, headers: dict[str, str]
) -> None:
    error = failure(404, content, headers)
    assert isinstance(error, UnexpectedResponse)
    assert "paygentic:baseUrl" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        b'{"message": "The requested resource was not found", "error": "not_found"}',
        b'{"message": "Price price_1 not found"}',
        b'{"message": "Nothing at /v0/prices/price_1"}',
    ],
)
def test_the_apis_own_404_says_that_the_object_is_gone(content: bytes) -> None:
    assert type(failure(404, content)) is NotFound


@pytest.mark.parametrize("headers", [JSON, HTML])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("status", "undecided"),
    [(408, True), (429, False), (500, True), (501, False), (502, True), (503, True), (504, True)],
)
def test_load_and_failure_count_from_any_gateway_and_tell_whether_a_write_is_undecided(
    status: int, undecided: bool, method: str, headers: dict[str, str]
) -> None:
    error = failure(status, b"<html>Come back later</html>", {**headers, "retry-after": "3"}, method=method)
    assert type(error) is error_class(status)
    assert isinstance(error, APIError)
    assert (error.retry_after, error.maybe_committed) == (3.0, undecided and method != "GET")


def test_what_a_server_says_is_redacted_also_of_a_key_of_no_known_shape() -> None:
    error = failure(
        401, json.dumps({"message": f"Bad key {KEY} of ada@example.com at https://x.example/s3cret"}).encode()
    )
    assert "401 Unauthorized: Bad key [redacted] of [redacted] at https://x.example/[redacted]." in str(error)
    with pytest.raises(APIError) as caught:
        read_response(request(), 401, JSON, b'{"message": "Bad key of-no-shape"}', "of-no-shape")
    assert "of-no-shape" not in str(caught.value)


STATUS = st.integers(0, 999) | st.sampled_from([200, 201, 204, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503])
SHAPES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "error", "code", "details", "blockers", "items", "errors", "id", "count"]),
            inner,
        )
    ),
    max_leaves=8,
)
BODIES = st.binary(max_size=40) | SHAPES.map(lambda shape: json.dumps(shape).encode())
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "content-type": st.sampled_from(["application/json", "text/html", "", ";", "application/x+json"]) | st.text(),
        "retry-after": st.text(max_size=40),
        "date": st.text(max_size=40),
    },
)


@FUZZ
@given(STATUS, BODIES, HEADERS, st.sampled_from(["GET", "POST", "PATCH", "DELETE"]))
@example(404, b'{"message": "\\ud800"}', {"content-type": "application/json"}, "GET")
def test_no_answer_whatever_escapes_the_error_tree(
    status: int, content: bytes, headers: dict[str, str], method: str
) -> None:
    try:
        answer = read(status, content, headers, method=method)
    except PaygenticError as error:
        shown = str(error)
        message = error.message
    else:
        assert 200 <= status < 300
        shown = message = json.dumps(answer)
    assert shown.isprintable()
    assert message
