"""The meaning of a response: the JSON object of a success, or the error that its status and body stand for.

Only the API's own 404 means that an object does not exist. A proxy, a wrong base URL or a service in the middle of a
deployment also answers 404; if that counted, every object would be created a second time.
"""

from __future__ import annotations

import json
import math
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pulumi_paygentic.api.api_errors import APIError, NotFound, error_class
from pulumi_paygentic.api.errors import UnexpectedResponse
from pulumi_paygentic.api.redact import one_line
from pulumi_paygentic.api.retry import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_paygentic.api.request import Request

JSON = dict[str, Any]

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_response(request: Request, status: int, headers: Mapping[str, str], content: bytes, *secrets: str) -> JSON:
    """Return the JSON object of a success; `{}` for the empty success of a DELETE or an action.

    Raises `APIError` or one of its leaves, or `UnexpectedResponse`. `secrets` are taken out of what the server says.
    """
    success = 200 <= status < 300
    if success and request.may_be_empty and (status in {204, 205} or not content):
        return {}
    try:
        body, fault = _parse(headers.get("content-type", ""), content), ""
    except ValueError as problem:
        body, fault = {}, str(problem)
    if success and not fault:
        if request.is_answered_by(body):
            return body
        fault = "with JSON that is not the requested object"
    # What a gateway says for the API about load and failure counts, whatever its body looks like.
    if status in {408, 429} or 500 <= status < 600 or (400 <= status < 500 and not fault):
        raise _api_error(request, status, headers, body, secrets)
    if 300 <= status < 400:
        fault = "a redirect, which is not followed because the key would go with it"
    raise unexpected(request, f"{status}, {fault or 'which is not a status of an HTTP API'}.", status=status)


def unexpected(request: Request, what: str, *, status: int | None = None) -> UnexpectedResponse:
    """Return the error for an answer that is not the API's; one that looked like a success may come whole next time."""
    error = UnexpectedResponse(what, **request.where)
    error.status = status
    error.transient = status is not None and 200 <= status < 300
    error.maybe_committed = request.writes
    return error


def _api_error(
    request: Request, status: int, headers: Mapping[str, str], body: JSON, secrets: tuple[str, ...]
) -> APIError | UnexpectedResponse:
    kind = error_class(status)
    message = body.get("message")
    if kind is NotFound and (not isinstance(message, str) or _names_route(request, message)):
        return unexpected(
            request, "404, but not from the API itself: there may be no API at this address.", status=status
        )
    wait = parse_retry_after(headers.get("retry-after"), headers.get("date"))
    error = kind(status, body, retry_after=wait, secrets=secrets, **request.where)
    undecided = status == HTTPStatus.REQUEST_TIMEOUT or (status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED)
    error.maybe_committed = request.writes and undecided
    error.under_way = status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}
    return error


def _names_route(request: Request, message: str) -> bool:
    """Return whether a router says that it has no such route: "Cannot GET /v0/prices/price_1"."""
    return request.method in message and request.target in message


def _parse(media_type: str, content: bytes) -> JSON:
    """Return the JSON object in `content`. Raises ValueError, saying in half a sentence what is there instead."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise ValueError(f"with {one_line(kind, limit=60) or 'no content type'} instead of JSON")
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()  # an unpaired surrogate can't be stored or shown
    except (ValueError, RecursionError):
        raise ValueError("with JSON that can't be read or was cut off") from None
    if isinstance(value, dict):
        return value
    raise ValueError("with JSON that is not an object")


def _finite(number: str) -> float:
    """Return the float, which keeps every number of up to 15 digits; money is a string in this API, never a number."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(number)
    return value
