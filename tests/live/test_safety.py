"""The suite is safe to run: never on production, and it leaves nothing that the API can delete."""

from __future__ import annotations

import pytest

from pulumi_paygentic.api import ConfigurationError
from pulumi_paygentic.catalog import CatalogObject, Feature, Fee, Plan, Price
from tests.live.account import LiveAccount
from tests.live.target import ADDRESS, KEY, MERCHANT, UnsafeTarget, sandbox

ACCOUNT = {KEY: "sk_test_1", MERCHANT: "org_1"}


def test_without_a_key_there_is_no_sandbox() -> None:
    assert sandbox({}) is None
    assert sandbox({KEY: "", MERCHANT: " "}) is None


def test_a_sandbox_account_is_reached_at_the_sandbox_and_at_a_polite_pace() -> None:
    target = sandbox(ACCOUNT)
    assert target is not None
    assert target.settings.base_url == "https://api.sandbox.paygentic.io"
    assert target.settings.requests_per_second == 5
    assert "org_1" in target.name
    assert "sk_test_1" not in target.name


@pytest.mark.parametrize("given", [{KEY: "sk_test_1"}, {MERCHANT: "org_1"}], ids=["no merchant", "no key"])
def test_half_an_account_is_refused_and_not_passed_over(given: dict[str, str]) -> None:
    with pytest.raises(UnsafeTarget, match=MERCHANT):
        sandbox(given)


@pytest.mark.parametrize(
    "given", [{KEY: "sk_live_1"}, {ADDRESS: "https://api.paygentic.io"}, {ADDRESS: "http://example.com"}], ids=str
)
def test_production_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        sandbox({**ACCOUNT, **given})


def test_names_are_unique_and_say_where_they_come_from(merchant: LiveAccount) -> None:
    name = merchant.named("API")
    assert name.startswith(f"API-{merchant.session}-")
    merchant.begin()
    assert merchant.named("API") != name


def test_a_test_leaves_nothing_that_the_api_can_delete(merchant: LiveAccount) -> None:
    feature = merchant.checked(Feature, {"product_id": "prod_A", "key": "sso", "name": "SSO"})
    fee = merchant.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""})
    price = {"unit_price": "1", "invoice_display_name": "Setup", "payment_term": "in_advance", "billing_cadence": "P0D"}
    made: dict[type[CatalogObject], str] = {
        Feature: merchant.lifecycle(Feature).create(feature).id,
        Fee: merchant.lifecycle(Fee).create(fee).id,
    }
    given = merchant.checked(Price, {**price, "fee_id": made[Fee], "feature_id": made[Feature]})
    made[Price] = merchant.lifecycle(Price).create(given).id
    assert merchant.clean_up() == []
    for kind, object_id in made.items():
        assert merchant.http.get(f"{kind.path}/{object_id}").status_code == 404
    assert merchant.http.get(f"/v0/products/{merchant.id('prod_A')}").is_success


def test_what_a_version_holds_stays_and_is_reported(merchant: LiveAccount) -> None:
    metered = {
        "billable_metric_id": "bm_A",
        "unit_price": "3",
        "invoice_display_name": "x",
        "payment_term": "in_arrears",
    }
    price = merchant.lifecycle(Price).create(merchant.checked(Price, {**metered, "model": "standard"})).id
    plan = {"product_id": "prod_A", "name": "Held", "currency": "USD", "prices": [price]}
    merchant.lifecycle(Plan).create(merchant.checked(Plan, plan))
    assert merchant.clean_up() == [price]
    assert "plans" in merchant.leftovers()


def test_a_live_account_is_never_emptied(merchant: LiveAccount) -> None:
    with pytest.raises(NotImplementedError):
        merchant.reset()
