"""What can be refused locally is: each reason names the argument, what is wrong with it, and what to do."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import UNKNOWN, CatalogObject, kind_named
from pulumi_paygentic.lifecycle import check
from tests.support.examples import EXAMPLES, Example, Inputs, edited

MERCHANT = "org_1"


def example(name: str) -> Example:
    return next(example for example in EXAMPLES if str(example) == name)


def reasons(kind: type[CatalogObject], inputs: Inputs) -> list[str]:
    return [str(reason) for reason in check(kind, {}, inputs, merchant_id=MERCHANT).violations]


METRIC, SUMMED, PLAN = "BillableMetric-counted", "BillableMetric-summed", "Plan-lines by key"
METERED, VOLUME, FEE = "Price-metered", "Price-volume", "Price-fee"
TIER = {"unit_price": "0.001"}


def template(**values: Any) -> Inputs:
    return {"feature_id": "feat_A", "entitlement_template": values}


REFUSED: list[tuple[str, Inputs, str, str]] = [
    (METERED, {"fee_id": "fee_A", "billing_cadence": "P1M"}, "fee_id", "one of the two"),
    (METERED, {"billable_metric_id": None}, "billable_metric_id", "or fee_id is required"),
    (METERED, {"model": None}, "model", '"standard" or "volume"'),
    (METERED, {"unit_price": None}, "unit_price", "required for a standard price"),
    (METERED, {"tiers": [TIER]}, "tiers", 'set model="volume", or leave tiers out'),
    (METERED, {"unit_price": 0.001}, "unit_price", "not 0.001: a float does not hold money exactly, write it as a"),
    (METERED, {"unit_price": True}, "unit_price", "decimal string"),
    (METERED, {"unit_price": "1e-3"}, "unit_price", "no exponent"),
    (METERED, {"unit_price": "0.0000000001"}, "unit_price", "10 decimal places: at most 9"),
    (METERED, {"unit_price": "1" + "0" * 65}, "unit_price", "too large"),
    (METERED, {"unit_price": "-1", "grant_discount_enabled": True}, "unit_price", "can't be negative together"),
    (METERED, {"quantity": 2}, "quantity", "fee prices only"),
    (METERED, {"is_obligation": True}, "is_obligation", "fee prices only"),
    (METERED, {"entitlement_template": {}}, "entitlement_template", "needs feature_id"),
    (METERED, template(type="metred"), "entitlement_template", "needs the type of its feature: 'boolean', 'st"),
    (METERED, template(issue_after_reset=5), "entitlement_template.type", "is required"),
    (METERED, template(config={}), "entitlement_template.type", "is required"),
    (METERED, template(type="static"), "entitlement_template.config", "is required"),
    (
        METERED,
        template(type="metered", issueAfterReset=5),
        "entitlement_template.issueAfterReset",
        "Did you mean issue_after_reset?",
    ),
    (
        METERED,
        template(type="boolean", issue_after_reset=5),
        "entitlement_template.issue_after_reset",
        "Known: type",
    ),
    (METERED, template(type="metered", usage_period="P1M"), "entitlement_template.usage_period", "a mapping of keys"),
    (
        METERED,
        template(type="metered", usage_period={"interval": "P1M", "anchr": "2026-01-01T00:00:00Z"}),
        "entitlement_template.usage_period.anchr",
        "Did you mean anchor?",
    ),
    (METERED, template(type="metered", issue_after_reset="5"), "entitlement_template.issue_after_reset", "a number"),
    (METERED, template(type="metered", issue_after_reset=-1), "entitlement_template.issue_after_reset", "at least 0"),
    (METERED, template(type="metered", is_soft_limit="no"), "entitlement_template.is_soft_limit", "True or False"),
    (METERED, {"feature_id": "feat_A", "entitlement_template": "x"}, "entitlement_template", "a mapping of keys"),
    (
        METERED,
        {"unit_price": "-1", **template(type="metered", is_soft_limit=False)},
        "unit_price",
        "can't be negative together with a hard limit",
    ),
    (METERED, {"pricing_unit_id": "pu_A"}, "pricing_unit_id", "needs feature_id"),
    (
        METERED,
        {"pricing_unit_id": "pu_A", "feature_id": "feat_A", "rate_type": "proportion"},
        "rate_type",
        "leave pricing_unit_id out",
    ),
    (
        METERED,
        {"pricing_unit_id": "pu_A", "feature_id": "feat_A", "unit_price": "-1"},
        "unit_price",
        "can't be negative in a pricing unit",
    ),
    (METERED, {"model": "dynamic"}, "model", "'standard' or 'volume'"),
    (METERED, {"payment_term": "later"}, "payment_term", "'in_advance' or 'in_arrears'"),
    (METERED, {"billing_cadence": "monthly"}, "billing_cadence", 'such as "P1M"'),
    (METERED, {"on_change": "ask"}, "on_change", "'version', 'in_place' or 'refuse'"),
    (METERED, {"tax": {"supply_scope": "OUTSIDE_SCOPE"}}, "tax.outside_scope_label", "is required"),
    (METERED, {"tax": {"outside_scope_label": "CASHBACK"}}, "tax.supply_scope", "is required"),
    (
        METERED,
        {"tax": {"supply_scope": "IN_SCOPE", "outside_scope_label": "CASHBACK"}},
        "tax.outside_scope_label",
        "leave it out",
    ),
    (
        METERED,
        {"tax": {"supply_scope": "OUTSIDE_SCOPE", "outside_scope_label": "CASHBACK"}},
        "tax.outside_scope_label",
        "not positive",
    ),
    (METERED, {"invoice_display_name": " "}, "invoice_display_name", "must not be blank"),
    (VOLUME, {"tiers": None}, "tiers", "required for a volume price"),
    (VOLUME, {"tiers": []}, "tiers", "the last tier, without up_to, is the open end"),
    (VOLUME, {"unit_price": "1"}, "unit_price", "a volume price has tiers instead"),
    (VOLUME, {"tiers": [{"up_to": "10", **TIER}]}, "tiers[0].up_to", "must be left out on the last tier"),
    (VOLUME, {"tiers": [TIER, TIER]}, "tiers[0].up_to", "required on every tier but the last"),
    (
        VOLUME,
        {"tiers": [{"up_to": "10", **TIER}, {"up_to": "10.0", **TIER}, TIER]},
        "tiers[1].up_to",
        "10 is not above 10",
    ),
    (VOLUME, {"tiers": [{"up_to": "0", **TIER}, TIER]}, "tiers[0].up_to", "greater than 0"),
    (VOLUME, {"tiers": [{"up_to": 10.5, **TIER}, TIER]}, "tiers[0].up_to", "decimal string"),
    (VOLUME, {"tiers": [{"unit_price": "-1"}]}, "tiers[0].unit_price", "at least 0"),
    (VOLUME, {"tiers": [{"unit_price": "0.0000001"}]}, "tiers[0].unit_price", "at most 6"),
    (VOLUME, {"tiers": [{}]}, "tiers[0].unit_price", "is required"),
    (VOLUME, {"tiers": [{**TIER, "unitPrice": "1"}]}, "tiers[0].unitPrice", "Did you mean unit_price?"),
    (VOLUME, {"tiers": [{**TIER, "zzz": "1"}]}, "tiers[0].zzz", "Known: unit_price, up_to"),
    (VOLUME, {"rate_type": "proportion"}, "rate_type", "needs a standard price"),
    (VOLUME, {"invoice_display_group": "All"}, "invoice_display_group", "needs a standard price"),
    (VOLUME, {"grant_discount_enabled": True}, "grant_discount_enabled", "needs a standard price"),
    (FEE, {"billing_cadence": None}, "billing_cadence", "required for a fee"),
    (FEE, {"unit_price": "-1"}, "unit_price", "only metered usage can be rebated"),
    (FEE, {"rate_type": "proportion"}, "rate_type", "metered prices only"),
    (FEE, {"pricing_unit_id": "pu_A"}, "pricing_unit_id", "metered prices only"),
    (FEE, {"grant_discount_enabled": True}, "grant_discount_enabled", "metered prices only"),
    (FEE, {"model": "volume", "tiers": [TIER], "unit_price": None}, "model", "must be standard for a fee"),
    (FEE, {"quantity": 0}, "quantity", "at least 1"),
    (FEE, {"quantity": 1_000_001}, "quantity", "at most 1000000"),
    (FEE, {"quantity": 1.5}, "quantity", "must be a whole number, not 1.5"),
    (PLAN, {"currency": "usd"}, "currency", "write 'USD'"),
    (PLAN, {"currency": "XXX"}, "currency", "ISO 4217"),
    (PLAN, {"currency": "BGN"}, "currency", "ISO 4217"),
    (PLAN, {"billing_cadence": "P1W"}, "billing_cadence", "'P1M', 'P3M' or 'P1Y'"),
    (PLAN, {"billing_version": 0}, "billing_version", "must be 1"),
    (PLAN, {"billing_anchor": "2026-01-01"}, "billing_anchor", "ISO 8601 date and time"),
    (PLAN, {"billing_anchor": "2026-01-01T00:00:00"}, "billing_anchor", "has no offset"),
    (PLAN, {"prices": {}}, "prices", "must not be empty"),
    (PLAN, {"prices": []}, "prices", "must not be empty"),
    (PLAN, {"prices": ["price_A", "price_A"]}, "prices", "holds price_A more than once"),
    (PLAN, {"prices": {"a": "price_A", "b": "price_A"}}, "prices", "more than once"),
    (PLAN, {"prices": {"Basic": "price_A"}}, "prices.Basic", "a line key"),
    (PLAN, {"prices": ["plan_A"]}, "prices[0]", "'plan_A' is the id of a plan"),
    (PLAN, {"prices": {"basic": "bm_A"}}, "prices.basic", "'bm_A' is the id of a billable metric"),
    (PLAN, {"prices": "price_A"}, "prices", "list"),
    (PLAN, {"renewal_reminder_days": 31}, "renewal_reminder_days", "at most 30"),
    (PLAN, {"default_tax_rate": "8.5"}, "default_tax_rate", "number"),
    (PLAN, {"default_tax_rate": float("inf")}, "default_tax_rate", "finite"),
    (PLAN, {"credit_allocations": [{"pricing_unit_id": "pu_A", "amount": 0}]}, "credit_allocations[0].amount", "0"),
    (
        PLAN,
        {"credit_allocations": [{"pricing_unit_id": "pu_A", "amount": n} for n in (1, 2)]},
        "credit_allocations",
        "funds pu_A more than once",
    ),
    (
        PLAN,
        {"version_transition": {"effective_date": "never"}},
        "version_transition.effective_date",
        "'end_of_current_period' or 'immediate'",
    ),
    (METRIC, {"aggregation": "MEDIAN"}, "aggregation", "'SUM', 'COUNT', 'AVG'"),
    (METRIC, {"value_property": "$.x"}, "value_property", "not used when aggregation is COUNT"),
    (SUMMED, {"value_property": None}, "value_property", "is required when aggregation is SUM"),
    (SUMMED, {"value_property": "seconds"}, "value_property", 'such as "$.seconds"'),
    (METRIC, {"product_id": "plan_A"}, "product_id", "must be the id of a product (prod_...): 'plan_A' is the id of"),
    (METRIC, {"product_id": "prod_a-b"}, "product_id", "not 'prod_a-b'"),
    (METRIC, {"group_by": {"region": "region"}}, "group_by.region", "a JSONPath"),
    (METRIC, {"name": None}, "name", "is required"),
    (METRIC, {"event_typ": "x"}, "event_typ", "Did you mean event_type?"),
    (METRIC, {"zzz": "x"}, "zzz", "Known: adopt_id"),
    ("Fee-any", {"item_id": "fee_A"}, "item_id", "'fee_A' is the id of a fee"),
    ("Feature-any", {"key": "SSO"}, "key", "lower-case letters"),
    ("Feature-any", {"type": "text"}, "type", "'metered', 'static' or 'boolean'"),
    ("Product-any", {"metadata": {"pulumi-x": "1"}}, "metadata.pulumi-x", "rename it"),
    ("Product-any", {"metadata": {"a": 1}}, "metadata.a", "string"),
    ("Product-any", {"merchant_id": "org_2"}, "merchant_id", "use a paygentic.Provider"),
    ("AuthorizationLink-any", {"redirect_url": "example.com"}, "redirect_url", "absolute http or https address"),
    ("AuthorizationLink-any", {"plan_id": "prod_A"}, "plan_id", "'prod_A' is the id of a product"),
]


@pytest.mark.parametrize(("name", "change", "argument", "said"), REFUSED, ids=lambda v: str(v)[:40])
def test_bad_input_is_refused_with_one_reason(name: str, change: Inputs, argument: str, said: str) -> None:
    kind = kind_named(name.partition("-")[0])
    reported = reasons(kind, edited(example(name).minimal, change))
    assert [reason for reason in reported if reason.startswith(f"{argument} ")] == reported[:1] == reported
    assert said in reported[0]


@pytest.mark.parametrize(
    "email", ["grace", "grace@host", "a b@host.org", "a@b@host.org", "@host.org", "grace@.org", 57, ["a@host.org"]]
)
def test_an_email_that_is_none_is_refused_without_repeating_it(email: Any) -> None:
    link = example("AuthorizationLink-any")
    [reason] = check(link.kind, {}, {**link.minimal, "email": email}, merchant_id=MERCHANT).violations
    assert reason.argument == "email"
    assert reason.secret
    assert str(email) not in reason.message


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_what_is_right_is_not_refused(example: Example) -> None:
    assert reasons(example.kind, example.minimal) == []
    assert reasons(example.kind, example.full) == []
    for changes in (*example.edits.values(), *example.replacing.values()):
        assert reasons(example.kind, edited(example.full, changes)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_required_argument_that_is_missing_is_named_at_once(example: Example) -> None:
    required = {name for name, field in example.kind.inputs().items() if field.required} - {"merchant_id"}
    reported = check(example.kind, {}, {}, merchant_id=MERCHANT).violations
    assert {reason.argument for reason in reported if reason.message == "is required"} == required


def test_all_reasons_are_reported_at_once() -> None:
    price = {"unit_price": 0.5, "tiers": [{"up_to": "x"}], "payment_term": "soon", "colour": "red", "tax": {}}
    reported = {reason.argument for reason in check(kind_named("Price"), {}, price, merchant_id=MERCHANT).violations}
    assert reported >= {
        "unit_price",
        "tiers[0].up_to",
        "tiers[0].unit_price",
        "payment_term",
        "colour",
        "tax.supply_scope",
        "invoice_display_name",
        "billable_metric_id",
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_values_not_known_yet_pass_and_stay_unknown(example: Example) -> None:
    for name in example.full:
        inputs, reasons = check(example.kind, {}, {**example.full, name: UNKNOWN}, merchant_id=MERCHANT)
        assert reasons == []
        assert inputs[name] is UNKNOWN
    everything = dict.fromkeys(example.kind.inputs(), UNKNOWN)
    if example.kind is kind_named("Price"):
        everything.pop("fee_id")
    assert check(example.kind, {}, everything, merchant_id=MERCHANT).violations[:-1] == []


@pytest.mark.parametrize(
    ("name", "partly"),
    [
        (VOLUME, {"tiers": [{"up_to": UNKNOWN, "unit_price": "1"}, {"unit_price": UNKNOWN}]}),
        (PLAN, {"prices": {"basic": UNKNOWN, "premium": "price_A"}}),
        (PLAN, {"prices": [UNKNOWN, "price_A"]}),
        (PLAN, {"credit_allocations": [{"pricing_unit_id": UNKNOWN, "amount": 1}]}),
        ("Product-any", {"metadata": {"team": UNKNOWN}}),
        (METERED, {"tax": {"supply_scope": UNKNOWN}}),
        (METERED, template(type=UNKNOWN)),
        (METERED, template(type=UNKNOWN, config={})),
        (METERED, template(type=UNKNOWN, issue_after_reset=5)),
        (METERED, template(type="metered", issue_after_reset=UNKNOWN, is_soft_limit=UNKNOWN)),
        (METERED, template(type="metered", usage_period={"interval": UNKNOWN})),
        (METERED, {"unit_price": "-1", **template(type="metered", is_soft_limit=UNKNOWN)}),
    ],
)
def test_a_value_that_holds_an_unknown_one_passes(name: str, partly: Inputs) -> None:
    kind = kind_named(name.partition("-")[0])
    assert reasons(kind, {**example(name).minimal, **partly}) == []


@pytest.mark.parametrize(
    ("name", "partly", "argument"),
    [
        (METERED, {"billable_metric_id": UNKNOWN, "fee_id": UNKNOWN, "billing_cadence": "P1M"}, "fee_id"),
        (METERED, {"billable_metric_id": UNKNOWN, "quantity": 2}, "quantity"),
        (METERED, {"billable_metric_id": UNKNOWN, "pricing_unit_id": UNKNOWN}, "pricing_unit_id"),
        (FEE, {"fee_id": UNKNOWN, "billing_cadence": None}, "billing_cadence"),
        (FEE, {"fee_id": UNKNOWN, "unit_price": "-1"}, "unit_price"),
        (VOLUME, {"tiers": [{"up_to": "9", "unit_price": UNKNOWN}, {"up_to": "8", **TIER}, TIER]}, "tiers[1].up_to"),
        (VOLUME, {"tiers": [{"up_to": UNKNOWN, **TIER}, {"up_to": "ten", **TIER}, TIER]}, "tiers[1].up_to"),
        (VOLUME, {"tiers": [{"upto": UNKNOWN, **TIER}, TIER]}, "tiers[0].upto"),
        (PLAN, {"prices": {"Basic Line": UNKNOWN}}, "prices.Basic Line"),
        (PLAN, {"prices": ["price_A", UNKNOWN, "price_A"]}, "prices"),
        ("Product-any", {"metadata": {"pulumi-team": UNKNOWN}}, "metadata.pulumi-team"),
    ],
)
def test_what_is_known_is_refused_although_ids_are_not_known_yet(name: str, partly: Inputs, argument: str) -> None:
    kind = kind_named(name.partition("-")[0])
    reported = check(kind, {}, {**example(name).minimal, **partly}, merchant_id=MERCHANT).violations
    assert {reason.argument for reason in reported} == {argument}


def test_an_email_stands_in_no_reason_whatever_else_is_wrong() -> None:
    secret = "ada@secret.example"
    link = {"plan_id": "plan_A", "email": [secret], "redirect_url": "no", secret[:3]: 1}
    reported = [
        str(reason) for reason in check(kind_named("AuthorizationLink"), {}, link, merchant_id=MERCHANT).violations
    ]
    assert len(reported) == 3
    assert not any(secret in reason for reason in reported)


@pytest.mark.parametrize("one", EXAMPLES, ids=str)
def test_what_is_missing_or_misspelt_is_refused_for_every_kind(one: Example) -> None:
    for name in sorted({name for name, field in one.kind.inputs().items() if field.required} - {"merchant_id"}):
        told = reasons(one.kind, edited(one.minimal, {name: None}))
        assert f"{name} is required" in told
        misspelt = reasons(one.kind, {**one.minimal, f"{name}s": "x"})
        assert any(f"Did you mean {name}?" in reason for reason in misspelt)
