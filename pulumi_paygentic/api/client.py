"""The client: sends one call to the API and returns the JSON object of its answer, or raises one of `errors`.

It paces, retries what is safe to retry, and reads lists to their end. One client serves many threads.
"""

from __future__ import annotations

import time
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pulumi_paygentic.api.answer import JSON, unexpected
from pulumi_paygentic.api.call import Call
from pulumi_paygentic.api.listing import PAGE_SIZE, NotAList, walk
from pulumi_paygentic.api.pacing import Pacer, shared_pacer
from pulumi_paygentic.api.sender import Sender
from pulumi_paygentic.api.wire import open_http

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
        """Begin nothing more: threads that wait raise `Cancelled` at once, calls under way come to their end."""
        self._sender.cancelled.set()

    def close(self) -> None:
        """Cancel, and close the connections. May be called again."""
        self.cancel()
        self._http.close()

    def get(self, path: str, /, params: Mapping[str, Any] | None = None, **ids: str) -> JSON:
        """Return the object at `path`, a template such as `/v0/prices/{id}` whose ids come as keywords."""
        return self._sender.run(Call("GET", path, ids, params=params))

    def post(
        self,
        path: str,
        /,
        json: Mapping[str, Any] | None = None,
        *,
        recover: Callable[[], Mapping[str, Any] | None] | None = None,
        **ids: str,
    ) -> JSON:
        """Send `json`. Repeated only if it certainly had no effect; else ask the error's `maybe_committed`, and look.

        With `recover` it is repeated like the others: after an attempt that may have taken effect, `recover` looks for
        what it made, and what it returns (None: nothing) is the answer.
        """
        return self._sender.run(Call("POST", path, ids, body=json or {}, recover=recover))

    def patch(self, path: str, /, json: Mapping[str, Any], **ids: str) -> JSON:
        """Change what `json` names."""
        return self._sender.run(Call("PATCH", path, ids, body=json))

    def delete(self, path: str, /, **ids: str) -> None:
        """Delete. Gone is a success where an earlier attempt of this call may have been what deleted it."""
        self._sender.run(Call("DELETE", path, ids))

    def list(
        self, path: str, /, params: Mapping[str, Any] | None = None, *, page_size: int = PAGE_SIZE, **ids: str
    ) -> Iterator[JSON]:
        """Yield every object of the collection at `path`, each id once; pages are fetched as they are needed.

        `params` is the query, `page_size` is from 1 to 100. What happens to a collection that changes meanwhile is told
        in `listing`. Raises `UnexpectedAnswer` for what is no list.
        """

        def fetch(offset: int) -> JSON:
            return self.get(path, params={**(params or {}), "limit": page_size, "offset": offset}, **ids)

        try:
            yield from walk(fetch, page_size)
        except NotAList as problem:
            raise unexpected(Call("GET", path, ids), f"200, {problem}.", status=200) from None
