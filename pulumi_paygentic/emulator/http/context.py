"""The request as its handler sees it: authenticated, and inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams
from starlette.requests import Request

from pulumi_paygentic.emulator.errors import Forbidden, NotFound
from pulumi_paygentic.emulator.http.schema import Model, parse
from pulumi_paygentic.emulator.state import Account, Emulator
from pulumi_paygentic.emulator.storage.clock import Clock
from pulumi_paygentic.emulator.storage.kinds import Kind
from pulumi_paygentic.emulator.storage.store import Record, Store


class Answer(NamedTuple):
    status: int
    body: Any = None


@dataclass(frozen=True, slots=True)
class Context:
    """One request of an account to the emulator; `data` is its JSON body."""

    emulator: Emulator
    account: Account
    request: Request
    data: Any = None

    @property
    def store(self) -> Store:
        return self.emulator.store

    @property
    def clock(self) -> Clock:
        return self.emulator.clock

    @property
    def params(self) -> Mapping[str, str]:
        return self.request.path_params

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    @property
    def merchant(self) -> str:
        return self.account.merchant_id

    @property
    def base_url(self) -> str:
        """The address that the client knows this emulator by."""
        return str(self.request.base_url).rstrip("/")

    def body(self, model: type[Model]) -> Model:
        return parse(model, self.data)

    def require(self, kind: Kind, object_id: str) -> Record:
        """The record; 404 if there is none, 403 if it is another merchant's."""
        record = self.store.get(kind, object_id)
        if record is None:
            raise NotFound(f"No {kind.name} with id {object_id[:80]!r} was found.")
        if self.store.owner(object_id) != self.merchant:
            raise self.forbidden(kind)
        return record

    def require_merchant(self, merchant_id: str, kind: Kind) -> None:
        if merchant_id != self.merchant:
            raise self.forbidden(kind)

    def forbidden(self, kind: Kind) -> Forbidden:
        verb = "read" if self.request.method == "GET" else "write"
        return Forbidden("The key is not a member of that organization.", permission=f"{kind.plural}:{verb}")


Handler = Callable[[Context], Answer]
Operations = dict[str, dict[str, Handler]]
"""Handlers by path template and method."""
