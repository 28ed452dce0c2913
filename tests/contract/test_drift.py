"""Drift: what differs, what is gone, what nobody manages; read only, in few calls, right under many threads."""

from typing import Any

import httpx
import pytest

from pulumi_paygentic.api import Pacer, ReadOnlyClient
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
from pulumi_paygentic.snapshot.drift import AnotherMerchant, Drift, detect_drift
from pulumi_paygentic.snapshot.state import of_resources
from tests.contract.test_call_counts import program
from tests.support.account import SETTINGS, MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Held, Ref, Resource
from tests.support.random_programs import resources_of


class Shop:
    """One stack over an account of its own."""

    def __init__(self, prices: int = 4, plans: int = 2) -> None:
        self.merchant = MerchantAccount()
        self.engine = Engine(self.merchant)
        self.program = program(prices, plans)
        self.up()

    def up(self) -> None:
        assert not self.engine.up(self.program).errors

    def id(self, name: str) -> str:
        return self.engine.id(name)

    def patch(self, collection: str, name: str, /, **body: Any) -> None:
        self.merchant.call("PATCH", f"/v0/{collection}/{self.id(name)}", body)

    def drift(self, *others: Engine, **options: Any) -> Drift:
        resources = [one for engine in (self.engine, *others) for one in resources_of(engine)]
        client = ReadOnlyClient(SETTINGS, transport=self.merchant.transport, sleep=lambda _: None, pacer=Pacer())
        return detect_drift(client, of_resources(resources, "stack dev"), **options)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def fields(drift: Drift) -> dict[str, dict[str, tuple[Any, Any]]]:
    """The changed fields by the resource's name."""
    return {
        str(one.subject.resource).rpartition("::")[2]: {f.path: (f.before, f.after) for f in one.fields}
        for one in drift.changed
    }


def test_nothing_has_drifted_after_up(shop: Shop) -> None:
    drift = shop.drift()
    assert not drift.has_drifted
    assert (len(drift.managed), drift.missing, drift.unmanaged, drift.coverage) == (8, (), (), 100)
    assert drift.is_complete


def test_a_changed_field_is_named_with_both_values(shop: Shop) -> None:
    shop.patch("prices", "price1", properties={"unitPrice": "99"}, model="standard")
    shop.patch("plans", "plan0", name="Renamed", description="not declared, so not managed")
    drift = shop.drift()
    assert fields(drift) == {"price1": {"unit_price": ("2", "99")}, "plan0": {"name": ("plan0", "Renamed")}}
    assert drift.has_drifted
    assert drift.coverage == 100


def test_another_version_s_lines_are_compared_by_key(shop: Shop) -> None:
    lines = [{"priceId": shop.id("price0"), "key": "k2"}, {"priceId": shop.id("price2"), "key": "k0"}]
    shop.merchant.call("POST", f"/v0/plans/{shop.id('plan0')}/versions", {"prices": lines})
    shop.merchant.calls()
    drift = shop.drift()
    assert {path: (str(old), str(new)) for path, (old, new) in fields(drift)["plan0"].items()} == {
        "prices.k0": ("P/m/n0", "P/m/n2"),
        "prices.k2": ("P/m/n2", "P/m/n0"),
    }
    assert shop.merchant.calls()["GET /v0/plans/{id}/versions"] == 1


def test_prices_swapped_in_place_are_found_without_a_new_version(shop: Shop) -> None:
    shop.patch("plans", "plan0", prices=[shop.id("price0")])
    assert fields(shop.drift())["plan0"] == {"prices.k2": (shop.drift().state.of(Price)[2].ref, None)}


def test_what_is_gone_is_missing_and_confirmed_by_id(shop: Shop) -> None:
    shop.patch("plans", "plan0", prices=[shop.id("price2")])
    shop.merchant.call("POST", f"/v0/plans/{shop.id('plan0')}/versions", {"prices": [{"priceId": shop.id("price2")}]})
    fee = shop.merchant.call(
        "POST",
        "/v0/fees",
        {"merchantId": "org_emulator", "productId": shop.id("product"), "name": "F", "description": ""},
    )
    shop.engine.state["fee"] = Held(BillableMetric, "bm_gone", {}, {"name": "gone"})
    shop.merchant.calls()
    drift = shop.drift()
    assert [one.id for one in drift.missing] == ["bm_gone"]
    assert [one.id for one in drift.unmanaged] == [fee["id"]]
    assert shop.merchant.calls()["GET /v0/billableMetrics/{id}"] == 1
    assert drift.coverage == 80


def test_an_object_that_the_list_lacks_and_get_finds_is_not_gone(shop: Shop) -> None:
    def hide(request: httpx.Request, answer: Answer) -> httpx.Response:
        is_list = request.url.path == "/v0/billableMetrics"
        return httpx.Response(200, json={"data": []}) if is_list else answer()

    shop.merchant.transport.intercept = hide
    drift = shop.drift()
    assert not drift.has_drifted
    assert len(drift.managed) == 8


def test_prices_that_a_price_change_left_behind_are_no_orphans(shop: Shop) -> None:
    shop.program["price0"] = Resource(Price, {**shop.program["price0"].inputs, "unit_price": "5"})
    shop.up()
    drift = shop.drift()
    assert (drift.unmanaged, drift.superseded, drift.has_drifted) == ((), 1, False)


def test_several_stacks_manage_together(shop: Shop) -> None:
    other = Engine(shop.merchant, stack="other")
    metric = {"description": "", "unit": "u", "aggregation": "COUNT", "event_type": "e", "name": "Other"}
    declared = {"more": Resource(BillableMetric, {"product_id": shop.id("product"), **metric})}
    assert not other.up(declared).errors
    assert [one.name for one in shop.drift().unmanaged] == ["Other"]
    drift = shop.drift(other)
    assert (drift.unmanaged, drift.has_drifted, len(drift.managed)) == ((), False, 9)


def test_a_state_that_names_objects_of_another_stack_by_id_has_not_drifted(shop: Shop) -> None:
    other = Engine(shop.merchant, stack="other")
    plan = {"product_id": shop.id("product"), "name": "Bundle", "currency": "USD"}
    for name, prices in (("keyed", {"a": shop.id("price0")}), ("listed", [shop.id("price1")])):
        declared = {name: Resource(Plan, {**plan, "name": name, "prices": prices})}
        assert not other.up({**{n: Resource(h.kind, h.inputs) for n, h in other.state.items()}, **declared}).errors
    shop.engine = other
    drift = shop.drift()
    assert (drift.has_drifted, drift.problems) == (False, ())
    assert len(drift.managed) == 2


def test_extra_keys_and_other_spellings_are_no_drift(shop: Shop) -> None:
    feature = {"product_id": Ref("product"), "key": "q", "name": "Q", "type": "metered"}
    shop.program["feature"] = Resource(Feature, feature)
    template = {"type": "metered", "issue_after_reset": 10, "usage_period": {"interval": "P12M"}}
    more = {"feature_id": Ref("feature"), "entitlement_template": template, "billing_cadence": "P12M"}
    shop.program["priced"] = Resource(Price, {**shop.program["price0"].inputs, **more, "invoice_display_name": "q"})
    shop.up()
    live = shop.merchant.call("GET", f"/v0/prices/{shop.id('priced')}")["features"][0]["entitlementTemplate"]
    body = {"featureId": shop.id("feature"), "entitlementTemplate": {**live, "isSoftLimit": True}}
    shop.patch("prices", "priced", feature=body, billingCadence="P1Y")
    assert not shop.drift().has_drifted


def test_links_are_not_compared(shop: Shop) -> None:
    link = {"plan_id": Ref("plan0"), "email": "ada@example.com"}
    shop.program["ada"] = Resource(AuthorizationLink, link)
    shop.up()
    drift = shop.drift()
    assert [one.kind for one in drift.skipped] == ["AuthorizationLink"]
    assert not drift.has_drifted
    assert drift.is_complete


def test_a_list_that_may_not_be_read_makes_the_check_incomplete_and_nothing_missing(shop: Shop) -> None:
    def refuse(request: httpx.Request, answer: Answer) -> httpx.Response:
        refused = request.url.path == "/v0/prices"
        return httpx.Response(403, json={"message": "no", "reason": "no_permission"}) if refused else answer()

    shop.merchant.transport.intercept = refuse
    drift = shop.drift()
    assert (drift.changed, drift.missing, drift.unmanaged) == ((), (), ())
    assert not drift.is_complete
    assert len(drift.skipped) == 4
    assert "no_permission" in str(drift.problems[0])


def test_a_state_of_another_merchant_is_refused_and_a_mixed_one_compared_in_part(shop: Shop) -> None:
    ours = resources_of(shop.engine)
    theirs = [{**one, "outputs": {**one["outputs"], "merchant_id": "org_other"}} for one in ours]
    client = shop.merchant.client(SETTINGS)
    with pytest.raises(AnotherMerchant, match="belong to org_other"):
        detect_drift(client, of_resources(theirs, "stack prod"))
    drift = detect_drift(client, of_resources([*ours[:4], *theirs[4:]], "stack both"))
    assert [problem.code for problem in drift.problems] == ["another-merchant"]
    assert (len(drift.managed), drift.has_drifted) == (4, False)
    assert not detect_drift(client, of_resources([], "stack empty")).has_drifted


@pytest.mark.parametrize("threads", [1, 4, 32])
def test_a_thousand_objects_cost_twelve_calls_with_any_number_of_threads(
    thousand: tuple[MerchantAccount, list[dict[str, Any]]], threads: int
) -> None:
    merchant, resources = thousand
    merchant.calls()
    drift = detect_drift(merchant.client(SETTINGS), of_resources(resources, "stack dev"), threads=threads)
    assert (drift.has_drifted, len(drift.managed), drift.unmanaged) == (False, 1000, ())
    calls = merchant.calls()
    assert all(name.startswith("GET") for name in calls)
    assert sum(calls.values()) == 12


@pytest.fixture(scope="module")
def thousand() -> tuple[MerchantAccount, list[dict[str, Any]]]:
    """A product, 99 metrics, 50 fees, 50 features, 700 prices and 100 plans, and the state of a stack that has them."""
    merchant = MerchantAccount()
    resources: list[dict[str, Any]] = []

    def make(kind: type[CatalogObject], count: int, **body: Any) -> list[str]:
        made = []
        for number in range(count):
            given = {name: value(number) if callable(value) else value for name, value in body.items()}
            answer = merchant.call("POST", kind.path, {"merchantId": merchant.merchant_id, **given})
            outputs = {**kind.outputs(answer), "__declared": ["name", "invoice_display_name", "unit_price", "prices"]}
            urn = f"urn:pulumi:dev::shop::t::{kind.__name__}{number}"
            of_type = f"pulumi-python:dynamic/paygentic:{kind.__name__}"
            resources.append({"urn": urn, "type": of_type, "id": answer["id"], "outputs": outputs})
            made.append(str(answer["id"]))
        return made

    named = {"name": lambda n: f"n{n}", "description": ""}
    (product,) = make(Product, 1, **named)
    counted = {"unit": "u", "aggregation": "COUNT", "eventType": "e"}
    metrics = make(BillableMetric, 99, productId=product, **named, **counted)
    make(Fee, 50, productId=product, **named)
    make(Feature, 50, productId=product, name="f", key=lambda n: f"f{n}")
    charge = {"model": "standard", "properties": {"unitPrice": "1"}, "paymentTerm": "in_arrears"}
    metric = {"billableMetricId": lambda n: metrics[n % 99], "invoiceDisplayName": lambda n: f"p{n}"}
    prices = make(Price, 700, **metric, **charge)
    lines = {"prices": lambda n: [{"priceId": prices[7 * n + i], "key": f"k{i}"} for i in range(7)]}
    make(Plan, 100, productId=product, currency="USD", name=lambda n: f"plan{n}", **lines)
    return merchant, resources
