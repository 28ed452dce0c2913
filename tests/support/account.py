"""A merchant's account in an emulator, and the helpers of its tests."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx

from pulumi_paygentic.api import Client, Pacer, Settings
from pulumi_paygentic.catalog import CatalogObject, Mark
from pulumi_paygentic.emulator import create_app
from pulumi_paygentic.lifecycle import Account, Lifecycle
from tests.support.in_process import Answer, InProcess, Interceptable

Inputs = dict[str, Any]
KEY, MERCHANT = "sk_test_emulator", "org_emulator"
SETTINGS = Settings(api_key=KEY, merchant_id=MERCHANT, base_url="http://127.0.0.1:9", max_retries=3)
PREFIXES = ("prod", "itm", "bm", "fee", "feat", "price", "plan", "pu")
PLACEHOLDERS = frozenset(f"{prefix}_{letter}" for prefix in PREFIXES for letter in "ABC")
"""The names by which the examples refer to other objects."""
OWNER = "urn:pulumi:dev::shop::type::resource"
MARK = Mark("shop", "dev", "resource")


class MerchantAccount:
    """An account, plain HTTP to it, and any number of provider runs over it.

    It is an emulator of its own unless a transport to another one is given.
    """

    def __init__(self, transport: Interceptable | None = None, settings: Settings = SETTINGS) -> None:
        self.transport = transport or InProcess(create_app())
        self.settings = settings
        self.merchant_id = settings.merchant_id
        self.http = httpx.Client(
            transport=self.transport,
            base_url=settings.base_url,
            headers={"Authorization": f"Bearer {settings.api_key}"},
        )
        self.ids: dict[str, str] = {}
        self.adopt = False
        """True if runs may change an object that they find under a declared name."""

    def run(self) -> Account:
        """A run of the provider, which knows nothing of the runs before it."""
        return Account(self.client(replace(self.settings, adopt=self.adopt)), self.merchant_id)

    def client(self, settings: Settings) -> Client:
        """A client that waits for nothing."""
        return Client(settings, transport=self.transport, sleep=lambda _: None, pacer=Pacer())

    def lifecycle(self, kind: type[CatalogObject], urn: str = OWNER) -> Lifecycle:
        """The operations of a resource in a run of its own."""
        return Lifecycle(kind, self.run(), urn)

    def call(self, method: str, path: str, body: object = None, expect: int | None = None) -> Any:
        """Plain HTTP behind the provider's back."""
        response = self.http.request(method, path, json=body)
        assert response.status_code == expect or (expect is None and response.is_success), response.text
        return response.json() if response.content else None

    def everything(self, kind: type[CatalogObject]) -> list[Inputs]:
        """Every object of the kind that the account has."""
        scope = {"merchantId": self.merchant_id} if kind.listed_by == "merchant_id" else {}
        products = self.everything_at("/v0/products", {"merchantId": self.merchant_id}) if not scope else [{}]
        return [
            found
            for product in products
            for found in self.everything_at(kind.path, scope or {"productId": product["id"]})
        ]

    def everything_at(self, path: str, query: Mapping[str, str]) -> list[Inputs]:
        answer = self.http.get(path, params={**query, "limit": "100"})
        assert answer.is_success, answer.text
        found: list[Inputs] = answer.json()["data"]
        return found

    def calls(self) -> dict[str, int]:
        """How often each operation was called since the last time, as `POST /v0/products`."""
        report = self.call("GET", "/_emulator/calls")["calls"]
        self.call("DELETE", "/_emulator/calls")
        return {f"{call['method']} {call['path']}": call["count"] for call in report}

    def writes(self) -> dict[str, int]:
        return {name: count for name, count in self.calls().items() if not name.startswith("GET")}

    @contextmanager
    def losing(self, *lost: tuple[str, str]) -> Iterator[list[str]]:
        """The answer of each such first (method, path) is lost after the commit; every POST's if none is named."""
        left, seen = list(lost), []

        def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
            response = answer()
            operation = (request.method, request.url.path)
            hit = operation in left if lost else request.method == "POST" and str(operation) not in seen
            if hit and response.is_success:
                seen.append(str(operation))
                if lost:
                    left.remove(operation)
                raise httpx.ReadError("the connection was closed", request=request)
            return response

        self.transport.intercept = intercept
        try:
            yield seen
        finally:
            self.transport.intercept = lambda _request, answer: answer()

    def furnish(self) -> None:
        """Make all objects that an example may refer to."""
        for placeholder in PLACEHOLDERS:
            self.id(placeholder)

    def reset(self) -> None:
        """Back to an empty account."""
        self.call("POST", "/_emulator/reset")
        self.ids.clear()

    def id(self, placeholder: str) -> str:
        """The id of the object that stands for an example's placeholder, made when it is first asked for."""
        if placeholder not in self.ids:
            prefix, letter = placeholder.split("_")
            self.ids[placeholder] = placeholder if prefix == "pu" else self._made(prefix, letter)
        return self.ids[placeholder]

    def _made(self, prefix: str, letter: str) -> str:
        product = None if prefix == "prod" else self.id("prod_A")
        metric = {"description": "", "aggregation": "COUNT", "unit": "run", "eventType": "run"}
        metered = {"type": "metered"}
        price = {"invoiceDisplayName": letter, "paymentTerm": "in_arrears", "model": "standard"}
        fields: dict[str, tuple[str, Callable[[], Inputs]]] = {
            "prod": ("products", lambda: {"description": ""}),
            "itm": ("items", lambda: {"catalogId": product}),
            "bm": ("billableMetrics", lambda: {"productId": product, **metric}),
            "fee": ("fees", lambda: {"productId": product, "description": ""}),
            "feat": ("features", lambda: {"productId": product, "key": self.named(f"f-{letter.lower()}"), **metered}),
            "plan": ("plans", lambda: {"productId": product, "currency": "USD", **self._charges(letter)}),
            "price": (
                "prices",
                lambda: {
                    **price,
                    "billableMetricId": self.id("bm_A" if letter == "A" else "bm_B"),
                    "properties": {"unitPrice": "7"},
                },
            ),
        }
        collection, more = fields[prefix]
        body = {"merchantId": self.merchant_id, "name": self.named(f"{prefix} {letter}"), **more()}
        return str(self.call("POST", f"/v0/{collection}", body)["id"])

    def _charges(self, letter: str) -> Inputs:
        """The prices of a plan: plan C charges in advance, the others nothing."""
        if letter != "C":
            return {}
        charge = {"feeId": self.id("fee_A"), "invoiceDisplayName": "Monthly", "paymentTerm": "in_advance"}
        body = {**charge, "model": "standard", "billingCadence": "P1M", "properties": {"unitPrice": "5"}}
        return {"prices": [self.call("POST", "/v0/prices", body)["id"]]}

    def named(self, name: str) -> str:
        """The name that an object of this test gets where the test wants `name`."""
        return name

    def resolve(self, value: Any) -> Any:
        """The value with real ids in place of the examples' placeholders."""
        if isinstance(value, Mapping):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        return self.id(value) if isinstance(value, str) and value in PLACEHOLDERS else value

    def checked(
        self, kind: type[CatalogObject], declared: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> Inputs:
        """The declared inputs as `check` lets them pass; `olds` are those of the last run."""
        inputs, reasons = self.lifecycle(kind).check(olds or {}, self.resolve(declared))
        assert reasons == []
        return inputs
