"""The provider's check and diff, as Pulumi calls them: no network, and every refusal at its argument."""

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.dynamic import CheckResult, Config, ConfigureRequest, DiffResult
from pulumi.output import UNKNOWN
from pulumi.runtime.proto import provider_pb2

from pulumi_paygentic.adapter import PROVIDER_KEY, Provider
from pulumi_paygentic.catalog import AuthorizationLink, CatalogObject, Price, Product
from tests.support.examples import EXAMPLES
from tests.support.renamed_kind import Charge, as_before

CONFIG = {"paygentic:apiKey": "sk_test_1", "paygentic:merchantId": "org_1", "paygentic:baseUrl": "http://127.0.0.1:9"}
URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/paygentic:Product::api"
PRODUCT = {"name": "API", "description": "Runs code"}


class Served:
    """Calls a provider as the SDK does: from methods of these names, with a request of this type."""

    def __init__(self, kind: type[CatalogObject], config: Mapping[str, Any] | None = None) -> None:
        self.provider = Provider(kind)
        self.provider.configure(ConfigureRequest(config=Config({**(CONFIG if config is None else config)}, "shop")))

    def Check(self, request: Any, context: Any, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:  # noqa: ARG002, N802
        return self.provider.check(olds, news)

    def Diff(self, request: Any, context: Any, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:  # noqa: ARG002, N802
        return self.provider.diff(request.id, olds, news)

    def check(self, news: dict[str, Any], olds: dict[str, Any] | None = None, urn: str = URN) -> CheckResult:
        return self.Check(provider_pb2.CheckRequest(urn=urn), None, olds or {}, {PROVIDER_KEY: "p", **news})

    def diff(self, olds: dict[str, Any], news: dict[str, Any], object_id: str = "prod_1", urn: str = URN) -> DiffResult:
        return self.Diff(provider_pb2.DiffRequest(id=object_id, urn=urn), None, olds, news)


def failures(result: CheckResult) -> dict[str, str]:
    """The reasons by their argument, which each begins with; a property that is named is printed with its value."""
    assert {failure.property for failure in result.failures} <= {""}
    return {failure.reason.split(" ")[0]: failure.reason for failure in result.failures}


@pytest.fixture(autouse=True)
def fresh_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a run of its own."""
    monkeypatch.setattr("pulumi_paygentic.adapter.session._accounts", {})


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_check_answers_canonical_inputs_which_a_second_check_leaves_as_they_are(example: Any) -> None:
    served = Served(example.kind)
    urn = URN.replace("Product", example.kind.__name__)
    first = served.check(example.full, urn=urn)
    assert failures(first) == {}
    again = served.check(example.full, olds=first.inputs, urn=urn)
    assert again.inputs == first.inputs
    assert served.check(first.inputs, olds=first.inputs, urn=urn).inputs == first.inputs
    assert PROVIDER_KEY not in first.inputs


def test_everything_wrong_with_the_configuration_is_reported_in_preview() -> None:
    config = {"paygentic:apiKey": "sk_live_1", "paygentic:baseUrl": "http://example.com"}
    result = Served(Product, config).check(PRODUCT)
    reasons = [failure.reason for failure in result.failures]
    assert [failure.property for failure in result.failures] == [""] * 3
    for word in ("apiKey is a production key", "merchantId is not set", "baseUrl"):
        assert any(word in reason for reason in reasons), word
    assert not any("sk_live_1" in reason for reason in reasons)


def test_each_reason_is_at_its_argument() -> None:
    found = failures(Served(Price).check({"unit_price": 1.5, "tiers": [{"up_to": "x"}], "colour": "red"}))
    assert {"unit_price", "tiers[0].up_to", "tiers[0].unit_price", "colour", "payment_term"} <= found.keys()


def test_the_reason_against_a_secret_does_not_repeat_it() -> None:
    link = {"plan_id": "plan_1", "email": "grace hopper"}
    assert "grace" not in failures(Served(AuthorizationLink).check(link))["email"]


def test_unknown_values_pass_and_stay_unknown() -> None:
    result = Served(Price).check(
        {"billable_metric_id": UNKNOWN, "model": "volume", "tiers": [{"unit_price": UNKNOWN}], "payment_term": UNKNOWN}
    )
    assert list(failures(result)) == ["invoice_display_name"]
    assert result.inputs["tiers"] == [{"unit_price": UNKNOWN}]


@pytest.mark.parametrize(
    ("urn", "mark"),
    [
        (URN, "shop/dev/api"),
        (
            "urn:pulumi:dev::shop::shop:Catalog$pulumi-python:dynamic/paygentic:Product::a::b",
            "shop/dev/shop:Catalog$a::b",
        ),
    ],
)
def test_a_product_is_marked_with_project_stack_and_name(urn: str, mark: str) -> None:
    assert Served(Product).check(PRODUCT, urn=urn).inputs.get("__mark") == mark


def test_the_mark_of_before_stays_and_an_imported_product_gets_none() -> None:
    served = Served(Product)
    renamed = URN.replace("::api", "::code")
    assert (
        served.check(PRODUCT, olds={**PRODUCT, "__mark": "shop/dev/api"}, urn=renamed).inputs["__mark"]
        == "shop/dev/api"
    )
    assert "__mark" not in served.check(PRODUCT, olds=PRODUCT).inputs


def test_two_resources_may_not_declare_one_natural_key() -> None:
    served = Served(Product)
    assert failures(served.check(PRODUCT)) == {}
    other = served.check(PRODUCT, urn=URN.replace("::api", "::api2"))
    assert "'api' declares the same name" in failures(other)["name"]
    assert failures(served.check(PRODUCT)) == {}


def test_a_natural_key_is_free_again_when_its_resource_takes_another() -> None:
    served = Served(Product)
    served.check(PRODUCT)
    served.check({**PRODUCT, "name": "Other"})
    assert failures(served.check(PRODUCT, urn=URN.replace("::api", "::api2"))) == {}


def test_diff_leaves_the_comparison_to_the_engine_and_names_what_replaces() -> None:
    served = Served(Product)
    olds = {**PRODUCT, "merchant_id": "org_1", "metadata": {}, "created_at": "2026-01-01T00:00:00Z"}
    inputs = {**PRODUCT, "merchant_id": "org_1"}
    assert vars(served.diff(olds, inputs)) == vars(DiffResult(changes=None, replaces=[]))
    assert served.diff(olds, {**inputs, "name": "Other"}).replaces == []
    replaced = {**inputs, "metadata": {"a": "b"}, "allow_replace": True}
    assert served.diff(olds, replaced).replaces == ["metadata"]


def test_a_link_that_is_over_is_replaced_although_the_inputs_are_the_same() -> None:
    inputs = {"merchant_id": "org_1", "plan_id": "plan_1", "email": "a@b.org", "renew": True}
    olds = {**inputs, "status": "expired", "expires_at": "2026-01-01T00:00:00Z"}
    assert vars(Served(AuthorizationLink).diff(olds, inputs)) == vars(DiffResult(changes=True, replaces=["expires_at"]))


def test_a_resource_whose_object_another_adopted_in_this_run_makes_a_new_one() -> None:
    served = Served(Price)
    account = served.provider._account()
    assert account.claims.claim("price_1", "urn:other")
    assert vars(served.diff({}, {}, "price_1")) == vars(DiffResult(changes=True, replaces=["id"]))


@pytest.mark.parametrize(("news", "changes"), [({}, False), ({"name": "Onboarding"}, True)])
def test_of_a_renamed_argument_only_a_real_change_is_one_to_the_engine(news: dict[str, str], changes: bool) -> None:
    """It would compare the inputs by name, and find the argument gone under its old one."""
    inputs = {"merchant_id": "org_1", "product_id": "prod_1", "name": "Setup", "description": "Once"}
    state = as_before({**inputs, "__declared": ["description", "name", "product_id"]})
    assert Served(Charge).diff(state, {**inputs, **news}, "fee_1").changes is changes
