"""The service's HTTP side: submissions are posted, and asked after. Every refusal is one JSON error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from service.billing import BillingError, InsufficientFunds, Refused, UnknownCustomer
from service.languages import LANGUAGES
from service.ledger import Ledger, Submission
from service.submissions import Busy, Submissions

MOST_BYTES = 256 << 10
MOST_WAIT = 30
_WELCOME = """\
<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>Welcome</title>
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>Welcome</h1>
<p>You can submit code now. You pay for what you run, once a month.</p>
"""


class Posted(BaseModel):
    """The body of a submission."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer: Annotated[str, StringConstraints(pattern=r"^cus_[a-zA-Z0-9]{1,64}$")]
    language: str
    code: Annotated[str, StringConstraints(min_length=1, max_length=64 << 10)]


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


def create_app(submissions: Submissions, ledger: Ledger) -> Starlette:
    """The application; its lifespan is that of the work under way."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with submissions:
            yield

    async def post(request: Request) -> Response:
        posted = _parse(await _body(request))
        taken = await submissions.submit(posted.customer, posted.language, posted.code)
        return JSONResponse(shown(taken), 202, {"Location": f"/submissions/{taken.id}"})

    async def read(request: Request) -> Response:
        found = await submissions.result(request.path_params["id"], _wait(request.query_params.get("wait", "0")))
        if found is None:
            raise Refusal(404, "not_found", "There is no such submission.")
        return JSONResponse(shown(found))

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "underWay": submissions.under_way, "unbilled": len(ledger.unbilled())})

    async def welcome(_request: Request) -> Response:
        return HTMLResponse(_WELCOME)

    routes = [
        Route("/submissions", post, methods=["POST"]),
        Route("/submissions/{id}", read, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
        Route("/welcome", welcome, methods=["GET"]),
    ]
    handlers: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
        Refusal: _refuse,
        Busy: _refuse,
        BillingError: _refuse,
        HTTPException: _refuse,
        Exception: _refuse,
    }
    return Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)


def shown(submission: Submission) -> dict[str, Any]:
    """A submission as its customer sees it."""
    return {
        "id": submission.id,
        "language": submission.language,
        "tier": submission.tier,
        "status": submission.status,
        "exitCode": submission.exit_code,
        "stoppedBy": submission.stopped_by,
        "output": submission.output,
        "seconds": submission.seconds,
        "billed": submission.usage is not None,
    }


def _parse(body: bytes) -> Posted:
    try:
        posted = Posted.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise Refusal(400, "invalid_json", "The body is not JSON.") from None
        field = ".".join(map(str, first["loc"])) or "body"
        raise Refusal(422, "invalid_submission", f"{field}: {first['msg']}") from None
    if posted.language not in LANGUAGES:
        raise Refusal(422, "unknown_language", f"language: must be one of {', '.join(LANGUAGES)}")
    return posted


async def _body(request: Request) -> bytes:
    """The body, never more of it than may be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "unsupported_media_type", "The body must be application/json.")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Refusal(413, "too_large", f"The body may have at most {MOST_BYTES} bytes.")
    except ClientDisconnect:
        raise Refusal(400, "incomplete", "The body ended too early.") from None
    return bytes(body)


def _wait(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 3 and int(text) <= MOST_WAIT):
        raise Refusal(422, "invalid_wait", f"wait: must be whole seconds, at most {MOST_WAIT}")
    return int(text)


async def _refuse(_request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else _refusal(error)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return JSONResponse({"error": refusal.code, "message": str(refusal)}, refusal.status, headers)


def _refusal(error: Exception) -> Refusal:
    match error:
        case HTTPException():
            refusal = Refusal(error.status_code, error.detail.lower().replace(" ", "_"), f"{error.detail}.")
        case InsufficientFunds():
            refusal = Refusal(
                402, "insufficient_funds", "The customer's funds or allowance do not suffice for this submission."
            )
        case UnknownCustomer():
            refusal = Refusal(403, "unknown_customer", "There is no such customer, or none who has subscribed.")
        case Busy():
            refusal = Refusal(503, "busy", "Too many submissions are waiting.", retry_after=2)
        case Refused():
            refusal = Refusal(
                502, "billing_refused", "The submission can't be admitted: the service's operator has to act."
            )
        case BillingError():
            refusal = Refusal(503, "billing_unavailable", "Submissions can't be admitted at the moment.", retry_after=5)
        case _:
            refusal = Refusal(500, "internal_error", "The service failed; nothing is billed.")
    return refusal
