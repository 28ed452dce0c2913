"""An account behind a real socket, of which nothing is asked but documented calls of the API."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Final

import httpx

from pulumi_paygentic.api import Client, Settings
from pulumi_paygentic.api.base_url import is_loopback
from pulumi_paygentic.catalog import CatalogObject
from tests.live.target import Target
from tests.support.account import Inputs, MerchantAccount
from tests.support.in_process import Interceptable

DELETED_AT_THE_END: Final = ("/v0/prices", "/v0/fees", "/v0/features")
"""The collections whose objects the API can delete, those that refer to others first."""
_ID: Final = re.compile(r"(?<=/)(?:[a-z]+_\w+|\d+)(?=/|$)")


class Wire(Interceptable):
    """The network; notes every call, and every object that is created."""

    def __init__(self) -> None:
        super().__init__()
        self._network = httpx.HTTPTransport(retries=1)
        self.calls: list[str] = []
        self.total = 0
        self.created: list[tuple[str, str]] = []
        """The collection and the id of each object, in the order of creation."""

    def send(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on."""
        response = self._network.handle_request(request)
        response.read()
        path = request.url.path
        self.total += 1
        self.calls.append(f"{request.method} {_ID.sub('{id}', path)}")
        if request.method == "POST" and response.is_success:
            made = response.json()
            if isinstance(made, dict) and isinstance(made.get("id"), str):
                self.created.append((path, made["id"]))
        return response

    def close(self) -> None:
        """Stay open: every run of the provider has a client of its own over this one network."""

    def disconnect(self) -> None:
        """Close the connections."""
        self._network.close()


class LiveAccount(MerchantAccount):
    """The account of one session. The objects that examples refer to are shared by its tests.

    Everything else is named after the session and the test, so that no test finds what another one made.
    """

    transport: Wire

    def __init__(self, target: Target) -> None:
        super().__init__(Wire(), target.settings)
        self.target = target
        self.session = f"live-{datetime.now(timezone.utc):%Y%m%d-%H%M}-{secrets.token_hex(2)}"
        self._tests = 0
        self._shared: set[str] = set()
        self._held: set[str] = set()
        self._has_authorization: bool | None = None

    def client(self, settings: Settings) -> Client:
        """A client with the pace and the patience of a real one; the emulator has nothing that a wait helps with."""
        return Client(settings, transport=self.transport, sleep=no_wait if is_loopback(settings.base_url) else None)

    def begin(self) -> None:
        """Begin a test, which has names of its own and no calls yet."""
        self._tests += 1
        self.adopt = False
        self.calls()

    def has_authorization(self) -> bool:
        """Whether the account has authorization links, which only older sources know."""
        if self._has_authorization is None:
            body = {"merchantId": self.merchant_id, "planId": self.id("plan_A"), "email": "ada@example.com"}
            answer = self.http.post("/v0/customers/authorization", json=body)
            assert answer.is_success or answer.status_code == httpx.codes.NOT_FOUND, answer.text
            self._has_authorization = answer.is_success
        return self._has_authorization

    def named(self, name: str) -> str:
        """The name as nobody else uses it; a feature's key is one as well."""
        return f"{name}-{self.session}-{self._tests}"

    def resolve(self, value: Any) -> Any:
        """The value as a live account can have it: named, and without pricing units, which no call can make."""
        resolved = super().resolve(value)
        if not isinstance(resolved, dict):
            return resolved
        unique = {name: self.named(resolved[name]) for name in ("name", "key") if isinstance(resolved.get(name), str)}
        return {name: item for name, item in {**resolved, **unique}.items() if not needs_pricing_unit(value[name])}

    def furnish(self) -> None:
        """Make all objects that an example may refer to, once for all tests."""
        super().furnish()
        self._shared.update(self.ids.values())

    def everything(self, kind: type[CatalogObject]) -> list[Inputs]:
        """Every object of the kind; where it is listed by product, those of this session's products."""
        if kind.listed_by == "merchant_id":
            return super().everything(kind)
        products = [made for path, made in self.transport.created if path == "/v0/products"]
        return [found for product in products for found in self.everything_at(kind.path, {"productId": product})]

    def everything_at(self, path: str, query: Mapping[str, str]) -> list[Inputs]:
        """As many pages as there are: others use the account too."""
        client = self.client(self.settings)
        return [dict(found) for found in client.list(path, dict(query))]

    def calls(self) -> dict[str, int]:
        """As this side counts them."""
        counted, self.transport.calls = self.transport.calls, []
        return dict(Counter(counted))

    def reset(self) -> None:
        """Refuse: a merchant's account is not to be emptied for a test."""
        raise NotImplementedError

    def clean_up(self, *, shared: bool = False) -> list[str]:
        """Delete what the API can delete; answers the ids of this test that versions of plans still hold."""
        held: list[str] = []
        deletable = [(path, i) for path, i in self.transport.created if path in DELETED_AT_THE_END]
        for path, object_id in sorted(deletable, key=lambda made: DELETED_AT_THE_END.index(made[0])):
            if object_id in self._held or (object_id in self._shared and not shared):
                continue
            answer = self.http.delete(f"{path}/{object_id}")
            if answer.status_code == httpx.codes.CONFLICT:
                held.append(object_id)
                continue
            assert answer.is_success or answer.status_code == httpx.codes.NOT_FOUND, answer.text
            self.transport.created.remove((path, object_id))
        self._held.update(held)
        return held

    def archive_items(self) -> None:
        """Retire the items; one that metrics are tagged with can't be, and the API has no delete."""
        for path, item_id in self.transport.created:
            if path == "/v0/items":
                self.http.patch(f"{path}/{item_id}", json={"archived": True})

    def leftovers(self) -> str:
        """How many objects of each collection stay, because the API has no way to delete them."""
        counted = Counter(path.removeprefix("/v0/") for path, _ in self.transport.created if not _ID.search(path))
        return ", ".join(f"{count} {collection}" for collection, count in sorted(counted.items())) or "nothing"


def no_wait(_seconds: float) -> None:
    """Go on at once."""


def needs_pricing_unit(value: Any) -> bool:
    """Whether the value of an example refers to a pricing unit."""
    if isinstance(value, dict):
        return any(map(needs_pricing_unit, value.values()))
    if isinstance(value, list):
        return any(map(needs_pricing_unit, value))
    return isinstance(value, str) and value.startswith("pu_")
