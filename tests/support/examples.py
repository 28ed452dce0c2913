"""Example values of every kind, from which one contract suite is run for all of them.

Ids such as `prod_A` stand for objects that a test must make first, or may take as they are where nothing is called.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import (
    AuthorizationLink,
    BillableMetric,
    CatalogObject,
    Feature,
    Fee,
    Plan,
    Price,
    Product,
)

Inputs = dict[str, Any]


class Example(NamedTuple):
    """One shape that objects of the kind come in.

    `minimal` is the least to declare, `full` declares all that can stand together.  `edits` has, for each mutable field
    that the shape can have, values that bring `full` to another valid state; `replacing` the same for each create-only
    field.
    """

    kind: type[CatalogObject]
    shape: str
    minimal: Inputs
    full: Inputs
    edits: Mapping[str, Inputs]
    replacing: Mapping[str, Inputs]

    @property
    def path(self) -> str:
        """The collection that the API has it in."""
        return self.kind.variant(self.full).path

    def __str__(self) -> str:
        return f"{self.kind.__name__}-{self.shape}"


def each(**values: Any) -> dict[str, Inputs]:
    """Edits of one field each."""
    return {name: {name: value} for name, value in values.items()}


_product = {"name": "Code Execution API", "description": "Runs code"}
_metric = {
    "product_id": "prod_A",
    "name": "Submissions",
    "description": "Python, JavaScript",
    "unit": "submission",
    "aggregation": "COUNT",
    "event_type": "submission",
}
_seconds = {**_metric, "name": "Execution time", "aggregation": "SUM", "value_property": "$.seconds"}
_fee = {"product_id": "prod_A", "name": "Setup", "description": "Once"}
_feature = {"product_id": "prod_A", "key": "sso", "name": "Single sign-on"}
_plan = {"product_id": "prod_A", "name": "Pay as you go", "currency": "USD"}
_metered = {
    "billable_metric_id": "bm_A",
    "model": "standard",
    "unit_price": "0.001",
    "invoice_display_name": "Submissions",
    "payment_term": "in_arrears",
}
_volume = {
    "billable_metric_id": "bm_A",
    "model": "volume",
    "tiers": [{"up_to": "1000", "unit_price": "0.002"}, {"unit_price": "0.001"}],
    "invoice_display_name": "Submissions",
    "payment_term": "in_arrears",
}
_setup = {
    "fee_id": "fee_A",
    "unit_price": "25",
    "invoice_display_name": "Setup",
    "payment_term": "in_advance",
    "billing_cadence": "P0D",
}
_price_edits = each(invoice_display_name="On the invoice", payment_term="in_advance", billing_cadence="P3M")
_link = {"plan_id": "plan_A", "email": "ada@example.com"}

EXAMPLES = (
    Example(
        Product,
        "any",
        minimal=_product,
        full={**_product, "metadata": {"team": "runtime"}, "allow_same_name": True},
        edits=each(name="Sandbox API", description=""),
        replacing=each(metadata={"team": "platform"}),
    ),
    Example(
        BillableMetric,
        "counted",
        minimal=_metric,
        full={**_metric, "group_by": {"region": "$.region"}, "event_from": "2025-01-01T00:00:00Z", "item_id": "itm_A"},
        edits=each(
            name="Runs",
            description="All languages",
            unit="run",
            event_type="run",
            group_by={"zone": "$.zone", "region": "$.where.region"},
            event_from="2025-06-01T12:00:00+02:00",
            item_id="itm_B",
        ),
        replacing=each(product_id="prod_B", aggregation="UNIQUE_COUNT"),
    ),
    Example(
        BillableMetric,
        "summed",
        minimal=_seconds,
        full={**_seconds, "group_by": {}},
        edits=each(value_property="$.payload.seconds", group_by={"region": "$.region"}),
        replacing=each(aggregation="MAX"),
    ),
    Example(
        Fee,
        "any",
        minimal=_fee,
        full={**_fee, "item_id": "itm_A"},
        edits=each(name="Onboarding", description="", item_id="itm_B"),
        replacing=each(product_id="prod_B"),
    ),
    Example(
        Feature,
        "any",
        minimal=_feature,
        full={**_feature, "type": "static", "metadata": {"docs": "https://example.com"}},
        edits=each(key="saml", name="SAML", type="metered", metadata={"docs": "none", "owner": "identity"}),
        replacing=each(product_id="prod_B"),
    ),
    Example(
        Plan,
        "lines by key",
        minimal={**_plan, "prices": {"basic": "price_A"}},
        full={
            **_plan,
            "prices": {"basic": "price_A", "premium": "price_B"},
            "billing_cadence": "P3M",
            "billing_anchor": "2025-01-01T00:00:00+01:00",
            "billing_version": 1,
            "description": "By the submission",
            "invoice_display_name": "Usage",
            "default_tax_code": "saas",
            "default_tax_rate": 8.5,
            "tax_behavior": "inclusive",
            "renewal_reminder_enabled": False,
            "renewal_reminder_days": 7,
            "credit_allocations": [
                {"pricing_unit_id": "pu_B", "amount": 10, "recurrence_period": "P1M"},
                {"pricing_unit_id": "pu_A", "amount": 2.5},
            ],
            "stable_price_ids": False,
            "version_transition": {"effective_date": "immediate"},
        },
        edits=each(
            name="Usage",
            prices={"basic": "price_B", "extra": "price_A"},
            billing_cadence="P1Y",
            billing_anchor="2024-02-29T23:59:59.5Z",
            description="By the second",
            invoice_display_name="Execution",
            default_tax_code="standard",
            default_tax_rate=19,
            tax_behavior="exclusive",
            renewal_reminder_enabled=True,
            renewal_reminder_days=30,
            credit_allocations=[{"pricing_unit_id": "pu_A", "amount": 5}],
            stable_price_ids=True,
            version_transition={"effective_date": "end_of_current_period", "proration": "none"},
        ),
        replacing=each(product_id="prod_B", currency="EUR"),
    ),
    Example(
        Plan,
        "list of prices",
        minimal=_plan,
        full={**_plan, "prices": ["price_B", "price_A"]},
        edits=each(prices=["price_C", "price_A"]),
        replacing=each(currency="JPY"),
    ),
    Example(
        Price,
        "metered",
        minimal=_metered,
        full={
            **_metered,
            "invoice_display_group": "Execution",
            "billing_cadence": "P1M",
            "rate_type": "proportion",
            "grant_discount_enabled": True,
            "feature_id": "feat_A",
            "entitlement_template": {"type": "metered", "issue_after_reset": 1000},
            "tax": {"supply_scope": "IN_SCOPE"},
            "on_change": "in_place",
        },
        edits={
            **_price_edits,
            **each(
                billable_metric_id="bm_B",
                unit_price="0.0025",
                invoice_display_group="All",
                rate_type="amount",
                grant_discount_enabled=False,
                feature_id="feat_B",
                entitlement_template={"type": "metered", "issue_after_reset": 5},
            ),
            "pricing_unit_id": {"pricing_unit_id": "pu_A", "rate_type": "amount"},
            "tax": {
                "unit_price": "0",
                "tax": {"supply_scope": "OUTSIDE_SCOPE", "outside_scope_label": "CASHBACK"},
            },
            "model": {
                "model": "volume",
                "tiers": _volume["tiers"],
                "unit_price": None,
                "rate_type": None,
                "grant_discount_enabled": None,
                "invoice_display_group": None,
            },
        },
        replacing={"fee_id": {**_setup, "billable_metric_id": None, "rate_type": None, "grant_discount_enabled": None}},
    ),
    Example(
        Price,
        "volume",
        minimal=_volume,
        full={**_volume, "billing_cadence": "P1M", "on_change": "in_place"},
        edits={
            **_price_edits,
            **each(tiers=[{"up_to": "500", "unit_price": "0.002"}, {"up_to": None, "unit_price": "0"}]),
        },
        replacing={},
    ),
    Example(
        Price,
        "fee",
        minimal=_setup,
        full={**_setup, "model": "standard", "quantity": 2, "is_obligation": True, "on_change": "in_place"},
        edits={**_price_edits, **each(payment_term="in_arrears", unit_price="30", quantity=3, is_obligation=False)},
        replacing=each(fee_id="fee_B"),
    ),
    Example(
        AuthorizationLink,
        "any",
        minimal=_link,
        full={**_link, "redirect_url": "https://example.com/welcome", "renew": True, "resend": True},
        edits={},
        replacing=each(plan_id="plan_B", email="grace@example.com", redirect_url="https://example.com/hello"),
    ),
    Example(
        AuthorizationLink,
        "by subscription",
        minimal={**_link, "plan_id": "plan_C", "flow": "subscription"},
        full={
            **_link,
            "plan_id": "plan_C",
            "flow": "subscription",
            "redirect_url": "https://example.com/welcome",
            "session_expiry_minutes": 1440,
            "renew": True,
            "resend": True,
        },
        edits={},
        replacing={
            **each(plan_id="plan_B", email="grace@example.com", redirect_url="https://example.com/hello"),
            "flow": {"flow": None, "session_expiry_minutes": None},
        },
    ),
)


def edited(inputs: Inputs, changes: Inputs) -> Inputs:
    """The inputs after the program was edited; None takes an argument out."""
    return {name: value for name, value in {**inputs, **changes}.items() if value is not None}
