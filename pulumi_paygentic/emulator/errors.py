"""Error answers, in the shapes the API documents.

ApiError
├── BadRequest               400
│   └── ValidationFailed     400, one entry a field
├── Unauthorized             401
├── Forbidden                403, with the reason and the permissions
├── NotFound                 404
├── MethodNotAllowed         405
├── Conflict                 409, with details where documented
├── TooLarge                 413
├── UnsupportedMediaType     415
├── Unprocessable            422
└── OperationNotImplemented            501, the emulator's own
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple


class FieldError(NamedTuple):
    field: str
    message: str
    code: str = "invalid"


class ApiError(Exception):
    """An answer of 400 or more; `error` is the coarse category that goes with the status."""

    status: ClassVar[int] = 500
    error: ClassVar[str] = "internal_server_error"

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"error": self.error, "message": self.message}
        if self.code is not None:
            body["code"] = self.code
        if self.details is not None:
            body["details"] = dict(self.details)
        return body

    def headers(self) -> dict[str, str]:
        return {}


class BadRequest(ApiError):
    status = 400
    error = "bad_request"


class ValidationFailed(BadRequest):
    error = "validation_error"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__("The request has invalid fields.")
        self.errors = tuple(errors)

    def body(self) -> dict[str, Any]:
        return {**super().body(), "errors": [entry._asdict() for entry in self.errors]}


class Unauthorized(ApiError):
    status = 401
    error = "unauthorized"

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(ApiError):
    status = 403
    error = "forbidden"

    def __init__(self, message: str, *, permission: str, reason: str = "not_member") -> None:
        super().__init__(message)
        self.permission = permission
        self.reason = reason

    def body(self) -> dict[str, Any]:
        return {**super().body(), "reason": self.reason, "requiredPermissions": [self.permission]}


class NotFound(ApiError):
    status = 404
    error = "not_found"


class MethodNotAllowed(ApiError):
    status = 405
    error = "method_not_allowed"

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        super().__init__(f"{method} is not allowed here.")
        self.allowed = sorted(allowed)

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class Conflict(ApiError):
    status = 409
    error = "conflict"


class TooLarge(ApiError):
    status = 413
    error = "payload_too_large"


class UnsupportedMediaType(ApiError):
    status = 415
    error = "unsupported_media_type"


class Unprocessable(ApiError):
    status = 422
    error = "unprocessable_entity"


class OperationNotImplemented(ApiError):
    """An operation of the API that the emulator lacks: it never answers a made-up success."""

    status = 501
    error = "not_implemented"

    def __init__(self, what: str, reason: str | None = None) -> None:
        because = {} if reason is None else {"reason": reason}
        message = f"The emulator does not reproduce {what}{': ' + reason if reason else ''}."
        super().__init__(message, code="NOT_REPRODUCED", details={"what": what, **because})


def refuse(field_name: str, message: str, code: str = "invalid") -> ValidationFailed:
    """Make a 400 about one field, for the rules that no single field's type can state."""
    return ValidationFailed([FieldError(field_name, message, code)])
