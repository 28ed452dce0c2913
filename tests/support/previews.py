"""Documents of `pulumi preview --json`, made resource by resource in the engine's own form."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
TYPE: Final = "pulumi-python:dynamic/paygentic:"
MERCHANT: Final = "org_emulator"
Json = dict[str, Any]


def urn(kind: str, name: str) -> str:
    """The URN of a resource: of this package by its kind, else by its whole type."""
    return f"urn:pulumi:dev::shop::{kind if ':' in kind else TYPE + kind}::{name}"


class Preview:
    """A document under construction; `sames` says whether it lists what stays as it is."""

    def __init__(self, *, sames: bool = True) -> None:
        self.sames = sames
        self.steps: list[Json] = []
        self.diagnostics: list[Json] = []
        self.counts: Counter[str] = Counter()
        self._line = 0
        self.same("pulumi:pulumi:Stack", "shop-dev", "")

    def same(self, kind: str, name: str, object_id: str, /, **inputs: Any) -> Preview:
        return self.step("same", kind, name, object_id, inputs, inputs)

    def create(self, kind: str, name: str, /, **inputs: Any) -> Preview:
        return self.step("create", kind, name, None, None, inputs)

    def change(  # noqa: PLR0913, PLR0917  as a step has them
        self, op: str, kind: str, name: str, object_id: str, before: Json, after: Json
    ) -> Preview:
        return self.step(op, kind, name, object_id, before, after)

    def delete(self, kind: str, name: str, object_id: str, /, **inputs: Any) -> Preview:
        return self.step("delete", kind, name, object_id, inputs, None)

    def step(  # noqa: PLR0913, PLR0917  as `change`
        self,
        op: str,
        kind: str,
        name: str,
        object_id: str | None,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
        **more: Any,
    ) -> Preview:
        """Add a step; a reference is written as `Ref("Price", "basic")`, whose id the engine does not know yet."""
        self._line += 1
        self.counts[op] += 1
        content: Json = {"op": op, "urn": urn(kind, name), "detailedDiff": None}
        if before is not None:
            content["oldState"] = {**self._state(kind, name, before), "id": object_id, **more}
            content["oldState"]["outputs"] = content["oldState"]["inputs"]
        if after is not None:
            kept = {"id": object_id} if op in {"same", "refresh", "read"} else {}
            content["newState"] = {**self._state(kind, name, after), **kept, **more}
        if op != "same" or self.sames or ":" in kind:
            self.steps.append(content)
        return self

    def error(self, message: str, resource: str = "") -> Preview:
        self.diagnostics.append({"severity": "error", "message": f"error: {message}\n", "urn": resource})
        return self

    def document(self) -> Json:
        return {
            "steps": self.steps,
            "diagnostics": self.diagnostics,
            "duration": 12345,
            "changeSummary": dict(self.counts),
        }

    def file(self) -> io.BytesIO:
        return io.BytesIO(json.dumps(self.document(), indent=4).encode())

    def _state(self, kind: str, name: str, inputs: Mapping[str, Any]) -> Json:
        values = {**({"merchant_id": MERCHANT} if ":" not in kind else {}), **inputs}
        own, program = (
            "project:///../.venv/site-packages/pulumi_paygentic/resources/price.py#9",
            "project:///__main__.py",
        )
        return {
            "urn": urn(kind, name),
            "type": kind,
            "inputs": {key: _written(value) for key, value in values.items()},
            "propertyDependencies": {key: _references(value) for key, value in values.items()},
            "stackTrace": [{"sourcePosition": own}, {}, {"sourcePosition": f"{program}#{self._line}"}],
        }


class Ref:
    """The id of a resource that is created or replaced in this run."""

    def __init__(self, kind: str, name: str) -> None:
        self.urn = urn(kind, name)


def _written(value: Any) -> Any:
    if isinstance(value, Ref):
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, list) else value


def _references(value: Any) -> list[str]:
    if isinstance(value, Ref):
        return [value.urn]
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return sorted(found for item in items for found in _references(item))


PRODUCT: Final[Json] = {"name": "Code API", "description": ""}
METRIC: Final[Json] = {
    "product_id": "prod_1",
    "name": "Calls",
    "description": "",
    "unit": "call",
    "aggregation": "COUNT",
    "event_type": "call",
}
FEE: Final[Json] = {"product_id": "prod_1", "name": "Seat", "description": ""}


def usage_price(unit_price: str, **more: Any) -> Json:
    """The arguments of a price of the metric `bm_1`."""
    return {
        "billable_metric_id": "bm_1",
        "model": "standard",
        "unit_price": unit_price,
        "invoice_display_name": "Calls",
        "payment_term": "in_arrears",
        **more,
    }


def fee_price(unit_price: str, **more: Any) -> Json:
    """The arguments of a price of the fee `fee_1`, once a month in advance."""
    return {
        "fee_id": "fee_1",
        "model": "standard",
        "unit_price": unit_price,
        "invoice_display_name": "Base fee",
        "payment_term": "in_advance",
        "billing_cadence": "P1M",
        **more,
    }


def plan(prices: Any, **more: Any) -> Json:
    """The arguments of a plan."""
    return {"product_id": "prod_1", "name": "Pro", "currency": "USD", "prices": prices, **more}


def shop(*, sames: bool = True) -> Preview:
    """A product with a metric and a fee, all of them unchanged."""
    preview = Preview(sames=sames).same("Product", "api", "prod_1", **PRODUCT)
    return preview.same("BillableMetric", "calls", "bm_1", **METRIC).same("Fee", "seat", "fee_1", **FEE)


def price_change(before: str = "0.001", after: str = "0.002", *, currency: str = "USD", sames: bool = True) -> Preview:
    """One price of a plan of two lines, replaced by another amount."""
    preview = shop(sames=sames)
    preview.change("replace", "Price", "calls", "price_1", usage_price(before), usage_price(after))
    preview.same("Price", "base", "price_2", **fee_price("49"))
    old = plan({"base": "price_2", "calls": "price_1"}, currency=currency)
    new = plan({"base": "price_2", "calls": Ref("Price", "calls")}, currency=currency)
    return preview.change("update", "Plan", "pro", "plan_1", old, new)
