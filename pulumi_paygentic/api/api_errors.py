"""The errors that the API itself returns: one class for each status that needs a different reaction."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from pulumi_paygentic.api.errors import RequestError
from pulumi_paygentic.api.redact import one_line

# A 501 and a 505 say "never", so they don't pass by waiting.
_PERMANENT = frozenset({HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED})


_MAX_NAMED = 3
"""The number of blockers that a message names: a plan can have many versions."""


@dataclass(frozen=True)
class FieldError:
    """One field that the API refused."""

    field: str
    message: str
    code: str | None = None


@dataclass(frozen=True)
class Blocker:
    """The objects of one type that block a change: their number, and those that the API names."""

    type: str
    count: int
    items: tuple[Mapping[str, Any], ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids among the named items."""
        return tuple(str(item["id"]) for item in self.items if "id" in item)

    def __str__(self) -> str:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.type).lower()
        if len(self.ids) < self.count or self.count > _MAX_NAMED:
            named = ", ".join(self.ids[:_MAX_NAMED])
            return f"{self.count} {words}" + (f" (among them {named})" if named else "")
        return f"{words} {', '.join(self.ids)}".rstrip()


class APIError(RequestError):
    """The API answered with an error. Branch on the class, `status` and `code`; never on the message.

    `details` is the API's own, unredacted: don't log it.
    """

    #: The statuses that this class stands for.
    statuses: ClassVar[Collection[int]] = ()
    hint = "Resolve the cause and run again."

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        method: str = "",
        path: str = "",
        place: str = "",
        retry_after: float | None = None,
        secrets: Collection[str] = (),
    ) -> None:
        self.status = status
        self.code = _text(body.get("code"))
        self.reason = _text(body.get("reason"))
        details = body.get("details")
        self.details: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
        permissions = body.get("requiredPermissions")
        self.required_permissions = tuple(map(str, permissions)) if isinstance(permissions, list) else ()
        self.errors = tuple(
            FieldError(str(item.get("field", "")), str(item.get("message", "")), _text(item.get("code")))
            for item in _objects(body.get("errors"))
        )
        #: Seconds that the server asks to wait before the next call.
        self.retry_after = retry_after
        self.transient = status in {408, 429} or (status >= 500 and status not in _PERMANENT)
        if status in _PERMANENT:
            self.hint = "The server does not offer this: check paygentic:baseUrl."
        said = ": ".join(filter(None, (self.code, _text(body.get("message")) or _text(body.get("error")))))
        sentences = (": ".join(filter(None, (_name(status), said))), *self._particulars())
        what = " ".join(f"{one_line(sentence, *secrets).rstrip('.')}." for sentence in sentences if sentence)
        super().__init__(what, method=method, path=path, place=place)

    def _particulars(self) -> tuple[str, ...]:
        """Return sentences with the details that only this kind of error has."""
        return ()


class BadRequest(APIError):
    """The API refused the request's content."""

    statuses = (400, 422)
    hint = "Correct the request's values and run again."

    def _particulars(self) -> tuple[str, ...]:
        return ("; ".join(f"{error.field}: {error.message}" for error in self.errors),)


class Unauthorized(APIError):
    """The API does not accept the key."""

    statuses = (401,)
    of_account = True
    hint = (
        "Check paygentic:apiKey (or PAYGENTIC_API_KEY), and that the key belongs to paygentic:environment. If the key"
        " was replaced in the configuration: `refresh`, `preview --refresh` and `destroy` use the settings of the last"
        " `up`, so run `pulumi up` (without --refresh) or `pulumi refresh --run-program` first. A key that is only in"
        " PAYGENTIC_API_KEY is never out of date."
    )


class Forbidden(APIError):
    """The API knows the key, and does not permit it this call."""

    statuses = (403,)
    hint = "Use a key that has the permission, and check paygentic:merchantId."

    def _particulars(self) -> tuple[str, ...]:
        needs = ", ".join(self.required_permissions)
        return f"Reason: {self.reason}" if self.reason else "", f"Required permissions: {needs}" if needs else ""


class NotFound(APIError):
    """The object does not exist, by the API's own word; a proxy's 404 is an `UnexpectedResponse`."""

    statuses = (404,)
    hint = "Check the id, and that it belongs to paygentic:merchantId and paygentic:environment."


class RequestTimeout(APIError):
    """The server, or a gateway in front of it, stopped waiting."""

    statuses = (408,)
    hint = "Check the network and run again."


class Conflict(APIError):
    """Other objects, or another change, block this one."""

    statuses = (409,)
    hint = "Resolve the conflict and run again."

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """The objects that block the change, as far as the API names them."""
        return tuple(
            Blocker(str(item.get("type", "object")), _count(item), tuple(_objects(item.get("items"))))
            for item in _objects(self.details.get("blockers"))
        )

    def _particulars(self) -> tuple[str, ...]:
        held = ", ".join(map(str, self.blockers))
        return (f"Held by {held}" if held else "",)


class RateLimited(APIError):
    """Too many calls: the API refused this one before it did anything."""

    statuses = (429,)
    hint = "Lower paygentic:requestsPerSecond, or run again later."


class ServerError(APIError):
    """The service failed."""

    statuses = range(500, 600)
    hint = "Run again later; if it persists, contact the service's support."


def error_class(status: int) -> type[APIError]:
    """Return the class that stands for `status`: `APIError` itself where no leaf does."""
    leaves = (BadRequest, Unauthorized, Forbidden, NotFound, RequestTimeout, Conflict, RateLimited, ServerError)
    return next((leaf for leaf in leaves if status in leaf.statuses), APIError)


def _name(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _count(item: Mapping[str, Any]) -> int:
    count = item.get("count")
    return count if isinstance(count, int) else len(_objects(item.get("items")))
