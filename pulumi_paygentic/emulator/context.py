"""What a handler works with: one authenticated request, inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams
from starlette.requests import Request

from pulumi_paygentic.emulator.accounts import Account, Accounts
from pulumi_paygentic.emulator.clock import Clock
from pulumi_paygentic.emulator.errors import FieldError, Forbidden, NotFound, ValidationFailed
from pulumi_paygentic.emulator.kinds import Kind
from pulumi_paygentic.emulator.schema import Model, parse
from pulumi_paygentic.emulator.store import Record, Store


class Answer(NamedTuple):
    status: int
    body: Any = None


@dataclass(frozen=True, slots=True)
class Context:
    """One request: who asks, for what, of which store, at what time."""

    store: Store
    clock: Clock
    accounts: Accounts
    account: Account
    method: str
    request: Request
    params: Mapping[str, str] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)
    data: Any = None

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
        """The record, or the API's no: 404 where there is none, 403 where it is another merchant's."""
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
        verb = "read" if self.method == "GET" else "write"
        return Forbidden("The key is not a member of that organization.", permission=f"{kind.plural}:{verb}")


Handler = Callable[[Context], Answer]


def refuse(field_name: str, message: str, code: str = "invalid") -> ValidationFailed:
    """A 400 about one field, for the rules that no single field's type can state."""
    return ValidationFailed([FieldError(field_name, message, code)])
