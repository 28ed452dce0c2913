"""Plans: their fields, their defaults, and their prices."""

import pytest

from tests.emulator.support.merchant import Json, Merchant


def test_the_api_fills_in_what_a_plan_leaves_out(merchant: Merchant) -> None:
    plan = merchant.plan(merchant.product(), [])
    assert (
        plan.items()
        >= {
            "object": "plan",
            "billingCadence": "P1M",
            "billingInterval": "monthly",
            "defaultTaxCode": "eservice",
            "defaultTaxRate": 0,
            "taxBehavior": "exclusive",
            "renewalReminderEnabled": True,
            "renewalReminderDays": 3,
            "billingVersion": 1,
            "billingAnchor": None,
            "creditAllocations": [],
            "stablePriceIds": True,
            "versionTransition": {"effectiveDate": "end_of_current_period", "proration": "none"},
            "prices": [],
            "paymentTerm": {"in_arrears": False, "in_advance": False},
        }.items()
    )
    assert not {"defaultVersionId", "description", "invoiceDisplayName"} & plan.keys()


@pytest.mark.parametrize(
    ("given", "cadence", "interval"),
    [
        ({"billingInterval": "quarterly"}, "P3M", "quarterly"),
        ({"billingInterval": "annual"}, "P1Y", "yearly"),
        ({"billingCadence": "P1Y"}, "P1Y", "yearly"),
        ({"billingCadence": "P3M", "billingInterval": "yearly"}, "P3M", "quarterly"),
    ],
)
def test_the_cadence_wins_over_the_deprecated_interval(
    merchant: Merchant, given: Json, cadence: str, interval: str
) -> None:
    plan = merchant.plan(merchant.product(), [], **given)
    assert (plan["billingCadence"], plan["billingInterval"]) == (cadence, interval)
    back = merchant.patch(f"/v0/plans/{plan['id']}", {"billingCadence": "P1M"})
    assert merchant.patch(f"/v0/plans/{plan['id']}", given) == {
        **back,
        "billingCadence": cadence,
        "billingInterval": interval,
        "updatedAt": merchant.get(f"/v0/plans/{plan['id']}")["updatedAt"],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "usd"),
        ("currency", "USDT"),
        ("currency", "ZZZ"),
        ("currency", "XAU"),
        ("currency", "CHE"),
        ("billingCadence", "P2M"),
        ("billingInterval", "weekly"),
        ("taxBehavior", "none"),
        ("renewalReminderDays", 0),
        ("renewalReminderDays", 31),
        ("renewalReminderEnabled", "yes"),
        ("defaultTaxRate", "8.5"),
        ("billingVersion", 0),
        ("billingVersion", 2),
        ("billingAnchor", "2999-01-01T00:00:00Z"),
        ("billingAnchor", "yesterday"),
        ("description", None),
        ("versionTransition", {"effectiveDate": "later", "proration": "none"}),
        ("versionTransition", {"effectiveDate": "immediate"}),
        ("creditAllocations", [{"pricingUnitId": "pu_a", "amount": 0}]),
        ("creditAllocations", [{"pricingUnitId": "a", "amount": 1}]),
        ("creditAllocations", [{"pricingUnitId": "pu_a", "amount": 1}] * 2),
        ("creditAllocations", [{"pricingUnitId": "pu_a", "amount": 1, "recurrencePeriod": "monthly"}]),
        ("prices", ["prod_x"]),
        ("prices", [{"key": "a"}]),
        ("prices", "price_x"),
    ],
)
def test_fields_of_a_plan_have_their_formats(merchant: Merchant, field: str, value: object) -> None:
    body = {"name": "P", "currency": "USD", "merchantId": merchant.id, "productId": merchant.product()}
    refused = merchant.refused("POST", "/v0/plans", {**body, field: value})
    assert {name.partition(".")[0] for name in refused} == {field}


def test_a_plans_fields_are_stored_and_its_anchor_can_be_cleared(merchant: Merchant) -> None:
    given = {
        "description": "Metered",
        "invoiceDisplayName": "API",
        "defaultTaxRate": 8.5,
        "billingAnchor": "2026-01-31T00:00:00.000Z",
        "creditAllocations": [{"pricingUnitId": "pu_credits", "amount": 100, "recurrencePeriod": "P1M"}],
        "versionTransition": {"effectiveDate": "immediate", "proration": "none"},
        "stablePriceIds": False,
    }
    plan = merchant.plan(merchant.product(), [], **given)
    assert plan.items() >= given.items()
    assert merchant.sdk.plans.update(id=plan["id"], billing_anchor=None).billing_anchor is None
    updated = merchant.sdk.plans.update(id=plan["id"], default_tax_rate=0, credit_allocations=[])
    assert (updated.default_tax_rate, updated.credit_allocations, updated.description) == (0, [], "Metered")


def test_a_plan_lists_its_prices_whole_and_in_its_currency(merchant: Merchant) -> None:
    product = merchant.product()
    metered, fee = (
        merchant.price(merchant.metric(product)),
        merchant.price(feeId=merchant.fee(product), paymentTerm="in_advance"),
    )
    plan = merchant.sdk.plans.get(id=merchant.plan(product, [fee, metered], currency="EUR")["id"])
    assert [(price.id, price.currency) for price in plan.prices or []] == [(fee, "EUR"), (metered, "EUR")]
    assert plan.payment_term is not None
    assert (plan.payment_term.in_advance, plan.payment_term.in_arrears) == (True, True)
    whole = merchant.get(f"/v0/prices/{metered}")
    assert merchant.get(f"/v0/plans/{plan.id}")["prices"][1] == {**whole, "currency": "EUR"}


def test_the_prices_of_a_plan_exist_and_are_of_its_product(merchant: Merchant, other: Merchant) -> None:
    product = merchant.product()
    body = {"name": "P", "currency": "USD", "merchantId": merchant.id, "productId": product}
    foreign = merchant.price()
    merchant.call("POST", "/v0/plans", {**body, "prices": ["price_nothing"]}, expect=404)
    merchant.call("POST", "/v0/plans", {**body, "prices": [other.price()]}, expect=403)
    merchant.call("POST", "/v0/plans", {**body, "productId": "prod_nothing"}, expect=404)
    own = merchant.price(merchant.metric(product))
    assert merchant.refused("POST", "/v0/plans", {**body, "prices": [own, foreign]}) == {"prices.1"}
    assert merchant.refused("POST", "/v0/plans", {**body, "prices": [own, own]}) == {"prices"}
    assert merchant.get("/v0/plans")["pagination"]["total"] == 0
    plan = merchant.plan(product, [own])
    assert merchant.refused("PATCH", f"/v0/plans/{plan['id']}", {"prices": [foreign]}) == {"prices.0"}


def test_a_plan_that_is_refused_leaves_nothing_behind(merchant: Merchant) -> None:
    """The prices are checked after the plan is stored, in one transaction."""
    product = merchant.product()
    plan = merchant.plan(product, [merchant.price(merchant.metric(product))])
    changes = {"name": "Changed", "prices": [merchant.price()]}
    merchant.call("PATCH", f"/v0/plans/{plan['id']}", changes, expect=400)
    assert merchant.get(f"/v0/plans/{plan['id']}") == plan


def test_swapping_prices_keeps_the_version_and_the_lines(merchant: Merchant) -> None:
    product = merchant.product()
    metric, another = merchant.metric(product), merchant.metric(product)
    old, kept, new = merchant.price(metric), merchant.price(another), merchant.price(metric, "0.002")
    plan = merchant.plan(product, [{"priceId": old, "key": "basic"}, {"priceId": kept, "key": "premium"}])
    extra = merchant.price(merchant.metric(product), "9")
    updated = merchant.sdk.plans.update(id=plan["id"], prices=[extra, kept, new])
    assert [price.id for price in updated.prices or []] == [extra, kept, new]
    assert updated.default_version_id == plan["defaultVersionId"]
    lines = merchant.lines(plan["id"], 1)
    assert {key: lines[key] for key in ("basic", "premium")} == {"basic": (new, "0.002"), "premium": (kept, "0.001")}
    assert len(lines) == 3
    assert merchant.get(f"/v0/prices/{old}")["properties"] == {"unitPrice": "0.001"}


def test_the_first_prices_make_the_first_version(merchant: Merchant) -> None:
    product = merchant.product()
    price = merchant.price(merchant.metric(product))
    plan = merchant.plan(product, [])
    assert merchant.get(f"/v0/plans/{plan['id']}/versions")["data"] == []
    assert "defaultVersionId" not in merchant.patch(f"/v0/plans/{plan['id']}", {"prices": []})
    updated = merchant.patch(f"/v0/plans/{plan['id']}", {"prices": [price]})
    assert merchant.version(plan["id"], 1)["id"] == updated["defaultVersionId"]
    assert merchant.refused("PATCH", f"/v0/plans/{plan['id']}", {"prices": []}) == {"prices"}
