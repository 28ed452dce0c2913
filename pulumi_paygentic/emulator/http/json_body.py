"""JSON bodies, read strictly so that nothing odd reaches the store, and JSON answers."""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pulumi_paygentic.emulator.errors import ApiError, BadRequest, TooLarge, UnsupportedMediaType
from pulumi_paygentic.emulator.http.context import Answer

LARGEST_BODY = 1024 * 1024
_LARGEST_DRAINED = 16 * LARGEST_BODY
_DEEPEST = 200
"""SQLite reads JSON of at most 1000 levels, and some versions of Python fewer: what is kept must be read again."""


async def read_object(request: Request) -> dict[str, Any]:
    """The request's JSON object: 413 over the limit, 415 for another type, 400 for what is not an object."""
    raw = await read_bytes(request)
    if not raw and "content-type" not in request.headers:
        return {}  # a body that is optional as a whole
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType("Send JSON, with the content type application/json.")
    try:
        data = _READER.decode(raw.decode(json.detect_encoding(raw), "surrogatepass"))
        json.dumps(data, ensure_ascii=False).encode()  # unpaired surrogates can be read, but not sent back
    except (ValueError, RecursionError):
        raise BadRequest("The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise BadRequest("The body must be a JSON object.")
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST and _is_deeper(data, _DEEPEST):
        raise BadRequest(f"The body is nested deeper than {_DEEPEST} levels.")
    return data


async def read_bytes(request: Request) -> bytes:
    """The body, or 413. The rest is still read (within reason): a client that is writing sees the answer."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LARGEST_BODY:
            body += chunk
        elif size > _LARGEST_DRAINED:
            break
    if size > LARGEST_BODY:
        raise TooLarge(f"The body is larger than {LARGEST_BODY} bytes.")
    return bytes(body)


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def respond(answer: Answer) -> Response:
    return Response(status_code=answer.status) if answer.body is None else JSONResponse(answer.body, answer.status)


def respond_error(error: ApiError) -> Response:
    return JSONResponse(error.body(), error.status, headers=error.headers())


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number


_READER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
