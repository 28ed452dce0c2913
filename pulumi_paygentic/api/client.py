"""The client: it sends one request to the API and returns the JSON object of the response, or raises one of `errors`.

It paces, retries if that is safe, and reads lists to their end. One client serves many threads.
"""

from __future__ import annotations

import time
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pulumi_paygentic.api.pacing import Pacer, shared_pacer
from pulumi_paygentic.api.pagination import PAGE_SIZE, NotAList, walk
from pulumi_paygentic.api.request import Request
from pulumi_paygentic.api.response import JSON, unexpected
from pulumi_paygentic.api.sender import Sender
from pulumi_paygentic.api.transport import open_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    import httpx
    from typing_extensions import Self

    from pulumi_paygentic.api.settings import Settings


def default_user_agent(distribution: str = "pulumi-paygentic") -> str:
    """Return `pulumi-paygentic/<version>`; the version is 0 where the package runs without being installed."""
    try:
        return f"{distribution}/{metadata.version(distribution)}"
    except metadata.PackageNotFoundError:
        return f"{distribution}/0"


class Client:
    """A connection to one account, for any number of threads.

    `transport` replaces the network, as in httpx. `sleep` and `clock` (both in seconds) replace time; the default sleep
    ends at once when the client is cancelled. `pacer` replaces the one that all clients of the account in the process
    share. Raises `ConfigurationError` if the environment names a proxy or certificates that can't be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        user_agent: str | None = None,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        pacer: Pacer | None = None,
    ) -> None:
        self.settings = settings
        self._http = open_http(settings, user_agent or default_user_agent(), transport)
        self._sender = Sender(self._http, settings, pacer or shared_pacer(settings), sleep=sleep, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def cancel(self) -> None:
        """Start no further request: waiting threads raise `Cancelled` at once, requests under way are completed."""
        self._sender.cancelled.set()

    def close(self) -> None:
        """Cancel, and close the connections. May be called again."""
        self.cancel()
        self._http.close()

    def get(self, path: str, /, params: Mapping[str, Any] | None = None, **ids: str) -> JSON:
        """Return the object at `path`, a template such as `/v0/prices/{id}` whose ids come as keywords."""
        return self._sender.run(Request("GET", path, ids, params=params))

    def post(
        self,
        path: str,
        /,
        json: Mapping[str, Any] | None = None,
        *,
        recover: Callable[[], Mapping[str, Any] | None] | None = None,
        id_field: str = "id",
        **ids: str,
    ) -> JSON:
        """Send `json`. A POST is repeated only if it certainly had no effect; else see the error's `maybe_committed`.

        `id_field` is the field of the response that has the object's id.

        With `recover` it is repeated like other requests: after an attempt that may have taken effect, `recover`
        searches for the object that it created. An object that it returns is the response; None means that there is
        none.
        """
        return self._sender.run(Request("POST", path, ids, body=json or {}, recover=recover, id_field=id_field))

    def act(self, path: str, /, json: Mapping[str, Any], **ids: str) -> None:
        """POST an action that creates nothing and may be repeated, such as a reset."""
        self._sender.run(Request("POST", path, ids, body=json, recover=lambda: None, action=True))

    def patch(self, path: str, /, json: Mapping[str, Any], **ids: str) -> JSON:
        """Change the fields in `json`."""
        return self._sender.run(Request("PATCH", path, ids, body=json))

    def delete(self, path: str, /, **ids: str) -> None:
        """Delete. A 404 is a success if an earlier attempt of this request may have deleted the object."""
        self._sender.run(Request("DELETE", path, ids))

    def list(
        self, path: str, /, params: Mapping[str, Any] | None = None, *, page_size: int = PAGE_SIZE, **ids: str
    ) -> Iterator[JSON]:
        """Yield every object of the collection at `path`, each id once; pages are fetched as they are needed.

        `params` is the query, `page_size` is from 1 to 100. `pagination` describes the behaviour for a collection that
        changes meanwhile. Raises `UnexpectedResponse` for a response that is not a list.
        """

        def fetch(offset: int) -> JSON:
            return self.get(path, params={**(params or {}), "limit": page_size, "offset": offset}, **ids)

        try:
            yield from walk(fetch, page_size)
        except NotAList as problem:
            raise unexpected(Request("GET", path, ids), f"200, {problem}.", status=200) from None
