"""A merchant with subscribers in an emulator of its own: catalogs, usage and months that pass, over plain HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_paygentic.api import Client
from pulumi_paygentic.changes.plan_change import LineChange, PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.usage import InvoiceCache, Usage, read_invoices
from tests.support.account import SETTINGS, MerchantAccount

Json = dict[str, Any]


class Market:
    """One account; ids stand for objects, and every price is remembered as it was created."""

    def __init__(self, account: MerchantAccount | None = None, now: str = "2026-01-01T00:00:00Z") -> None:
        self.account = account or MerchantAccount()
        self.merchant_id = self.account.merchant_id
        self.account.reset()
        self.clock(now)
        self.product = self.create("products", name="API", description="")
        self.sources: dict[str, Json] = {}
        self.prices: dict[str, Json] = {}
        self._events = 0

    @property
    def client(self) -> Client:
        return self.account.client(SETTINGS)

    def call(self, method: str, path: str, body: object = None) -> Any:
        return self.account.call(method, path, body)

    def clock(self, now: str) -> None:
        """Move the emulator's time, and with it every billing period."""
        self.call("POST", "/_emulator/clock", {"now": now})

    def create(self, collection: str, **fields: Any) -> str:
        return str(self.call("POST", f"/v0/{collection}", {"merchantId": self.merchant_id, **fields})["id"])

    def metric(self, name: str = "Calls", **fields: Any) -> str:
        """A metric that sums up the numbers in its events."""
        body = {"aggregation": "SUM", "valueProperty": "$.n", "unit": "call", "eventType": name.lower(), **fields}
        made = self.create("billableMetrics", name=name, description="", productId=self.product, **body)
        self.sources[made] = self.call("GET", f"/v0/billableMetrics/{made}")
        return made

    def fee(self, name: str = "Base") -> str:
        made = self.create("fees", name=name, description="", productId=self.product)
        self.sources[made] = self.call("GET", f"/v0/fees/{made}")
        return made

    def feature(self, key: str) -> str:
        return self.create("features", productId=self.product, key=key, name=key, type="metered")

    def price(self, source: str, unit_price: str | None = "0.5", **fields: Any) -> str:
        charged = (
            {"feeId": source, "billingCadence": "P1M"} if source.startswith("fee") else {"billableMetricId": source}
        )
        body = {
            "invoiceDisplayName": self.sources[source]["name"],
            "paymentTerm": "in_arrears",
            "model": "standard",
            "properties": {"unitPrice": unit_price},
            **charged,
            **fields,
        }
        made = self.call("POST", "/v0/prices", body)
        self.prices[made["id"]] = made
        return str(made["id"])

    def volume(self, source: str, *tiers: tuple[str | None, str], **fields: Any) -> str:
        bands = [{"upTo": up_to, "unitPrice": unit_price} for up_to, unit_price in tiers]
        return self.price(source, model="volume", properties={"tiers": bands}, **fields)

    def plan(self, prices: Mapping[str, str], **fields: Any) -> str:
        body = {
            "name": "Pay as you go",
            "currency": "USD",
            "productId": self.product,
            "stablePriceIds": False,
            **fields,
        }
        lines = [{"priceId": price, "key": key} for key, price in prices.items()]
        return self.create("plans", prices=lines, **body)

    def mint(self, plan: str, prices: Mapping[str, str]) -> None:
        """Make a set of prices the plan's default version."""
        lines = [{"priceId": price, "key": key} for key, price in prices.items()]
        self.call("POST", f"/v0/plans/{plan}/versions", {"prices": lines})

    def customer(self, name: str = "ada") -> str:
        consumer = {"name": name, "email": f"{name}@example.com", "address": {"country": "DE", "zipCode": "10115"}}
        body = {"merchantId": self.merchant_id, "consumer": consumer}
        return str(self.call("POST", "/v0/customers", body)["customerId"])

    def subscribe(self, plan: str, customer: str, **fields: Any) -> str:
        now = self.call("GET", "/_emulator/clock")["now"]
        body = {"name": "One", "planId": plan, "startedAt": now, "customerId": customer, **fields}
        made = self.call("POST", "/v0/subscriptions", body)
        if made["status"] == "pending_payment":  # it has charges in advance
            page = self.account.http.post(made["payment"]["checkoutUrl"], data={"decision": "pay"})
            assert page.is_success or page.is_redirect, page.text
        return str(made["id"])

    def use(self, customer: str, metric: str, number: Any, at: str) -> None:
        """Report one event."""
        self._events += 1
        body = {
            "type": self.sources[metric]["eventType"],
            "subject": customer,
            "merchantId": self.merchant_id,
            "idempotencyKey": f"event-{self._events}",
            "timestamp": at,
            "source": "tests",
            "data": {"n": number},
        }
        self.call("POST", "/v0/events", body)

    def usage(self, *plans: str, cache: InvoiceCache | None = None, with_pinned: bool = False) -> Usage:
        return read_invoices(self.client, plans, InvoiceCache() if cache is None else cache, with_pinned=with_pinned)

    def pricing(self, price: str) -> Pricing:
        body = self.prices[price]
        return Pricing.of_wire(body, self.sources[body.get("feeId") or body["billableMetricId"]])

    def line(self, key: str, before: str | None, after: str | None) -> LineChange:
        """The change of a line from one price to another."""
        name, was = (None if one is None else self.prices[one]["invoiceDisplayName"] for one in (after, before))
        return LineChange(
            key=key,
            name=str(name or was),
            name_before=was,
            before=None if before is None else self.pricing(before),
            after=None if after is None else self.pricing(after),
            price_id=before,
            price_id_after=after,
        )

    def change(self, plan: str, before: Mapping[str, str], after: Mapping[str, str], **fields: Any) -> PlanChange:
        """The change of a plan from one set of prices to another."""
        read = self.call("GET", f"/v0/plans/{plan}")
        keys = [*after, *(key for key in before if key not in after)]
        lines: Sequence[LineChange] = [self.line(key, before.get(key), after.get(key)) for key in keys]
        defaults: Json = {
            "urn": f"urn:{plan}",
            "name": read["name"],
            "name_before": read["name"],
            "resource": "plan",
            "op": "update",
            "plan_id": plan,
            "currency": read["currency"],
            "currency_before": read["currency"],
            "cadence": read["billingCadence"],
            "cadence_before": read["billingCadence"],
            "transition": "now" if read["versionTransition"]["effectiveDate"] == "immediate" else "period_end",
            "lines": tuple(lines),
        }
        return PlanChange(**{**defaults, **fields})
