import copy
import inspect
import pickle
import re
from http import HTTPStatus
from typing import Any

import pytest

from pulumi_paygentic.api import (
    APIError,
    BadRequest,
    Blocker,
    ConfigurationError,
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    PaygenticError,
    RateLimited,
    RequestError,
    ServerError,
    errors,
)
from pulumi_paygentic.api.api_errors import error_class
from tests.api.support import KEY

WHERE: Any = {"method": "PATCH", "path": "/v0/prices/{id}", "place": "/v0/prices/price_1"}


def tree(kind: type[PaygenticError]) -> list[type[PaygenticError]]:
    """The classes of this floor below `kind`, with it; other floors have some of their own."""
    children = [child for child in kind.__subclasses__() if child.__module__.startswith("pulumi_paygentic.api.")]
    return [kind, *(leaf for child in children for leaf in tree(child))]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    lines = (inspect.getdoc(errors) or "").splitlines()
    drawn = [match[1] for line in lines if (match := re.match(r"    [ │├└─]*([A-Z]\w+)", line))]
    assert sorted(drawn) == sorted(kind.__name__ for kind in tree(PaygenticError))


def test_every_leaf_stands_for_statuses_of_its_own() -> None:
    leaves = APIError.__subclasses__()
    statuses = [status for leaf in leaves for status in leaf.statuses]
    assert all(leaf.statuses for leaf in leaves)
    assert len(statuses) == len(set(statuses))
    assert all(error_class(status) is leaf for leaf in leaves for status in leaf.statuses)


@pytest.mark.parametrize("status", [status for status in HTTPStatus if 400 <= status < 500])
def test_any_other_refusal_is_the_common_class(status: HTTPStatus) -> None:
    named = {status for leaf in APIError.__subclasses__() for status in leaf.statuses}
    assert (error_class(status) is APIError) == (status not in named)


def sample(kind: type[PaygenticError]) -> PaygenticError:
    if issubclass(kind, ConfigurationError):
        return kind(["paygentic:apiKey is not set", "paygentic:merchantId is not set"])
    if issubclass(kind, APIError):
        return kind(next(iter(kind.statuses), 402), {"message": "No"}, **WHERE)
    return kind("no", **WHERE) if issubclass(kind, RequestError) else kind("no")


@pytest.mark.parametrize("kind", tree(PaygenticError))
def test_an_error_survives_copying_and_pickling(kind: type[PaygenticError]) -> None:
    error = sample(kind)
    error.maybe_committed = True
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - its own
        assert type(twin) is kind
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))


@pytest.mark.parametrize("kind", tree(RequestError))
def test_a_failed_call_says_what_on_which_object_and_what_to_do(kind: type[RequestError]) -> None:
    error = sample(kind)
    assert isinstance(error, RequestError)
    assert str(error).startswith("PATCH /v0/prices/price_1: ")
    assert (error.method, error.path) == ("PATCH", "/v0/prices/{id}")
    assert kind is RequestError or str(error).endswith(f". {error.hint}")
    assert kind is RequestError or error.hint


@pytest.mark.parametrize("kind", tree(PaygenticError))
def test_a_message_is_redacted_whoever_writes_it(kind: type[PaygenticError]) -> None:
    secret = f"{KEY} of ada@example.com\nsee https://pay.example.com/s3cret"
    error = (
        kind(["twice", secret])
        if issubclass(kind, ConfigurationError)
        else kind(400, {"message": secret})
        if issubclass(kind, APIError)
        else kind(secret)
    )
    for text in (str(error), repr(error), *map(str, error.args)):
        assert not any(part in text for part in (KEY, "ada", "s3cret", "\n"))


def test_what_may_have_happened_is_said() -> None:
    error = sample(ServerError)
    assert "may have been made" not in str(error)
    error.maybe_committed = True
    assert "The change may have taken effect nevertheless." in str(error)


def test_that_it_was_tried_more_than_once_is_said() -> None:
    error = sample(ServerError)
    assert isinstance(error, RequestError)
    assert "Tried" not in str(error)
    error.attempts = 6
    assert "500 Internal Server Error: No. Tried 6 times. Run again" in str(error)


def test_what_a_server_never_does_is_not_to_be_tried_later() -> None:
    assert "does not offer this" in str(ServerError(501, {}))


def api_error(kind: type[APIError], status: int, **body: Any) -> APIError:
    return kind(status, body, **WHERE)


def test_a_bad_request_names_every_field() -> None:
    error = api_error(
        BadRequest,
        400,
        message="Validation failed",
        error="validation_error",
        errors=[
            {"field": "currency", "message": "is required", "code": "missing"},
            {"field": "name", "message": "is long"},
        ],
    )
    assert error.errors == (FieldError("currency", "is required", "missing"), FieldError("name", "is long"))
    assert str(error) == (
        "PATCH /v0/prices/price_1: 400 Bad Request: Validation failed. currency: is required; name: is long. "
        "Correct the request's values and run again."
    )


def test_a_forbidden_call_names_the_reason_and_the_permissions() -> None:
    error = api_error(
        Forbidden, 403, message="No.", reason="insufficient_role", requiredPermissions=["prices:write", "plans:write"]
    )
    assert (error.reason, error.required_permissions) == ("insufficient_role", ("prices:write", "plans:write"))
    assert (
        "403 Forbidden: No. Reason: insufficient_role. Required permissions: prices:write, plans:write. Use a key"
        in str(error)
    )


def test_a_forbidden_call_without_particulars_is_said_plainly() -> None:
    assert "403 Forbidden: No. Use a key" in str(api_error(Forbidden, 403, message="No"))


def test_a_conflict_names_what_holds_the_object() -> None:
    error = api_error(
        Conflict,
        409,
        message="In use",
        code="PRICE_IN_USE",
        details={
            "blockers": [
                {"type": "planVersions", "count": 3, "items": [{"id": "pver_1"}, {"id": "pver_2"}, {"name": "third"}]},
                {"type": "subscriptions", "count": 2},
            ]
        },
    )
    assert isinstance(error, Conflict)
    assert error.blockers == (
        Blocker("planVersions", 3, ({"id": "pver_1"}, {"id": "pver_2"}, {"name": "third"})),
        Blocker("subscriptions", 2),
    )
    assert (
        "409 Conflict: PRICE_IN_USE: In use. Held by 3 plan versions (among them pver_1, pver_2), 2 subscriptions."
        in str(error)
    )


def test_blockers_that_are_all_named_are_not_counted() -> None:
    blocker = Blocker("planVersions", 2, ({"id": "pver_1"}, {"id": "pver_2"}))
    assert str(blocker) == "plan versions pver_1, pver_2"


@pytest.mark.parametrize("details", [None, [], "x", {"blockers": None}, {"blockers": ["x", 1]}, {"blockers": {}}])
def test_a_conflict_without_blockers_has_none(details: object) -> None:
    error = api_error(Conflict, 409, message="Stale", details=details)
    assert isinstance(error, Conflict)
    assert error.blockers == ()
    assert "Held by" not in str(error)


def test_a_blocker_that_is_only_partly_described_is_still_one() -> None:
    error = api_error(Conflict, 409, details={"blockers": [{"items": [{"id": 7}, "x"], "count": None}, {}]})
    assert isinstance(error, Conflict)
    assert list(map(str, error.blockers)) == ["object 7", "object"]


@pytest.mark.parametrize("value", [None, 1, [], {}, "", ["x", 1, {"field": 1}]])
def test_no_shape_of_an_error_body_is_a_failure_of_its_own(value: object) -> None:
    names = ("message", "error", "code", "reason", "details", "errors", "requiredPermissions")
    for kind in (*APIError.__subclasses__(), APIError):
        error = api_error(kind, 418, **dict.fromkeys(names, value))
        assert str(error).startswith("PATCH /v0/prices/price_1: 418 I'm a Teapot")


def test_a_status_without_a_name_is_a_number() -> None:
    assert str(api_error(ServerError, 599)).startswith("PATCH /v0/prices/price_1: 599. ")


def test_what_passes_by_itself_is_known_by_its_status() -> None:
    passing = {status for status in range(400, 600) if api_error(error_class(status), status).transient}
    assert passing == {408, 429, *range(500, 600)} - {501, 505}


def test_a_server_may_say_how_long_to_wait() -> None:
    assert RateLimited(429, {}, retry_after=2.5).retry_after == 2.5
    assert NotFound(404, {}).retry_after is None


LONG = "a word and " * 2000


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 418, 422, 429, 500])
def test_however_long_the_answer_is_the_message_is_short_and_ends_with_the_advice(status: int) -> None:
    blocker = {"type": LONG, "count": 5, "items": [{"id": LONG}] * 50}
    body = {
        **dict.fromkeys(("code", "message", "error", "reason"), LONG),
        "requiredPermissions": [LONG] * 50,
        "errors": [{"field": LONG, "message": LONG, "code": LONG}] * 50,
        "details": {"blockers": [blocker] * 50},
    }
    kind = error_class(status)
    text = str(kind(status, body, method="GET", path="/v0/prices/{id}", place=LONG))
    assert len(text) < 3000
    assert text.endswith(kind.hint)


def test_advice_that_names_something_long_is_bounded_too() -> None:
    error = PaygenticError(LONG)
    error.hint = f'Declare adopt_id="{LONG}".'
    assert len(str(error)) <= 2000 + 1000 + 2
