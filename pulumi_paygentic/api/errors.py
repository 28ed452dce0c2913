"""The errors of the API floor, in one tree. Each `str()` is one line: what happened, to which object, what to do now.

    PaygenticError
    ├── ConfigurationError        the settings can't be used; all reasons at once
    ├── InvalidIdentifier         an id that can't be part of a path
    ├── WriteRefused              a write by a client that only reads: nothing was sent
    └── RequestError              a call that did not succeed: method, path template, attempts
        ├── APIError              the API answered with an error (other 4xx: this class itself)
        │   ├── BadRequest        400, 422: the content is refused; field by field in `errors`
        │   ├── Unauthorized      401: the key is not accepted
        │   ├── Forbidden         403: the key may not do this; `reason`, `required_permissions`
        │   ├── NotFound          404: the object does not exist, by the API's own word
        │   ├── RequestTimeout    408: the server stopped waiting
        │   ├── Conflict          409: the change is blocked; `blockers`
        │   ├── RateLimited       429: too many calls
        │   └── ServerError       5xx: the service failed
        ├── UnexpectedResponse    an answer that is not the API's: HTML, cut-off JSON, a redirect
        ├── ConnectionFailed      no connection: certainly nothing was sent
        ├── ResponseLost          sent, and no complete response arrived
        ├── DeadlineExceeded      retrying took longer than allowed; the last error is its cause
        └── Cancelled             the client was cancelled or closed

After a write that failed, `error.maybe_committed` says whether it could have taken effect all the same.
The leaves below `APIError` are in `api_errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_paygentic.api.redact import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAYBE_COMMITTED = "The change may have taken effect nevertheless."


class PaygenticError(Exception):
    """The root of the tree. Its text is always redacted, and on one line."""

    #: The advice to the user: one sentence.
    hint: str = ""
    #: True if the failed write could have taken effect; never for a read.
    maybe_committed: bool = False
    #: True if the same call may succeed later, with nothing changed.
    transient: bool = False
    #: True if the hint is about the account, not about one object: it is shown once a run.
    of_account: bool = False

    def __init__(self, message: str) -> None:
        self.message = one_line(message, limit=2000).rstrip(".") + "."
        super().__init__(self.message)

    def __str__(self) -> str:
        return " ".join((self.brief, one_line(self.hint, limit=1000))).rstrip()

    @property
    def brief(self) -> str:
        """The message without the hint."""
        return " ".join((self.message, *self._circumstances()))

    def _circumstances(self) -> tuple[str, ...]:
        """Return the sentences about the attempts, known only after the error was created."""
        return (_MAYBE_COMMITTED,) if self.maybe_committed else ()

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would call __init__ with the finished message, which is not what the leaves take.
        return _revive, (type(self), self.args, self.__dict__)


def _revive(kind: type[PaygenticError], args: tuple[Any, ...], state: dict[str, Any]) -> PaygenticError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(PaygenticError):
    """The settings can't be used; `reasons` holds one sentence for each thing that is wrong."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(one_line(reason) for reason in reasons)
        super().__init__("; ".join(self.reasons))


class InvalidIdentifier(PaygenticError):
    """An id that is empty, or that would change the path it is put into."""

    hint = "Check the id in the program, in the state or on the command line."


class RequestError(PaygenticError):
    """A call that did not succeed.

    `path` is the template of the path (`/v0/prices/{id}`), `place` the path with its ids, as the message shows it. The
    query is in neither: it can hold an email.
    """

    #: The number of attempts.
    attempts: int = 1
    #: True if the server may still be processing it: nobody waited for its end.
    under_way: bool = False

    def __init__(self, what: str, *, method: str = "", path: str = "", place: str = "") -> None:
        super().__init__(f"{method} {one_line(place or path, limit=200)}: {what}" if method else what)
        self.method = method
        self.path = path

    def _circumstances(self) -> tuple[str, ...]:
        tried = (f"Tried {self.attempts} times.",) if self.attempts > 1 else ()
        return *tried, *super()._circumstances()


class UnexpectedResponse(RequestError):
    """An answer that is not the API's own: HTML, cut-off JSON, a wrong content type, a redirect, a proxy's 404."""

    hint = "Check paygentic:baseUrl, and any proxy between here and the API."
    #: The status of the answer, None where none came.
    status: int | None = None


class ConnectionFailed(RequestError):
    """No connection was made: certainly nothing was sent."""

    transient = True
    of_account = True
    hint = "Check the network, any proxy, and paygentic:baseUrl."


class ResponseLost(RequestError):
    """The call was sent, and no complete response arrived."""

    transient = True
    hint = "Check the network and run again; raise paygentic:requestTimeout if the service is slow."


class DeadlineExceeded(RequestError):
    """Another attempt would have been later than the call's deadline; the last error is the cause."""

    hint = "Run again later."


class Cancelled(RequestError):
    """The client was cancelled or closed before the call came to its end."""

    hint = "Run again."
