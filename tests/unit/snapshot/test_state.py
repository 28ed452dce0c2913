"""A snapshot of a state: managed objects only, secrets left out, resources of any age."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import AuthorizationLink, Price, Product
from pulumi_paygentic.snapshot.objects import Dangling, Ref
from pulumi_paygentic.snapshot.state import NotAState, name_of, of_state, resources_of

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "AAA"}


def resource(kind: str, name: str, object_id: str, outputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::shop::pulumi-python:dynamic/paygentic:{kind}::{name}"
    of_type = f"pulumi-python:dynamic/paygentic:{kind}"
    return {"urn": urn, "type": of_type, "id": object_id, "outputs": {"__provider": "x", **outputs}, **more}


PRODUCT = resource(
    "Product",
    "api",
    "prod_1",
    {"name": "API", "description": "d", "merchant_id": "org_1", "__declared": ["name", "description"], "__mark": "m"},
)
STACK = {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"}


def exported(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"manifest": {}, "resources": [STACK, *resources]}}


@pytest.mark.parametrize(
    "document",
    [exported(PRODUCT), {"version": 3, "checkpoint": {"stack": "dev", "latest": {"resources": [STACK, PRODUCT]}}}],
    ids=["stack export", "file of a backend"],
)
def test_both_forms_of_a_state_are_read(document: dict[str, Any]) -> None:
    snapshot = of_state(document, "stack dev")
    (product,) = snapshot.of(Product)
    assert (product.key, product.id, product.resource) == ("API", "prod_1", PRODUCT["urn"])
    assert product.values == {"name": "API", "description": "d"}
    assert product.declared == frozenset({"name", "description"})
    assert snapshot.merchant_id == "org_1"
    assert not snapshot.whole
    assert name_of(str(product.resource)) == "api"


def test_an_empty_stack_has_no_objects() -> None:
    assert of_state({"checkpoint": {"latest": None}}, "s").objects == ()
    assert of_state({"deployment": {}}, "s").objects == ()


@pytest.mark.parametrize("document", [None, [], {}, {"deployment": 1}, {"deployment": {"resources": [1]}}])
def test_anything_else_is_refused(document: Any) -> None:
    with pytest.raises(NotAState):
        resources_of(document)


def test_objects_that_are_only_read_or_about_to_go_are_not_managed() -> None:
    read = {**PRODUCT, "external": True}
    going = {**PRODUCT, "delete": True}
    other = {"urn": "urn:x", "type": "random:index:RandomId", "id": "1", "outputs": {}}
    assert of_state(exported(read, going, other), "s").objects == ()


def test_a_kind_of_a_later_version_is_retained_and_reported() -> None:
    later = resource("Voucher", "v", "vou_1", {"name": "Spring", "code": SECRET})
    snapshot = of_state(exported(later), "s")
    assert [(one.kind, one.key, dict(one.values)) for one in snapshot] == [("Voucher", "Spring", {"name": "Spring"})]
    assert [problem.code for problem in snapshot.problems] == ["unknown-kind"]


def test_what_is_encrypted_is_left_out_and_what_need_not_be_is_reported() -> None:
    price = resource("Price", "p", "price_1", {"unit_price": SECRET, "tiers": [{"unit_price": SECRET}]})
    link = resource("AuthorizationLink", "ada", "aut_1", {"plan_id": "plan_1", "email": SECRET, "url": SECRET})
    snapshot = of_state(exported(price, link), "s")
    assert snapshot.of(Price)[0].values == {}
    assert snapshot.of(AuthorizationLink)[0].values == {"plan_id": Dangling("plan_1")}
    encrypted = [str(problem) for problem in snapshot.problems if problem.code == "encrypted"]
    assert encrypted == ["tiers, unit_price of 'p' is encrypted, and not compared"]


def test_references_are_found_by_id_and_a_plan_s_lines_by_key() -> None:
    metric = resource("BillableMetric", "m", "bm_1", {"product_id": "prod_1", "name": "Calls"})
    price = resource("Price", "p", "price_1", {"billable_metric_id": "bm_1", "invoice_display_name": "Calls"})
    lines = {"base": "price_1", "extra": "price_9"}
    plan = resource("Plan", "pl", "plan_1", {"product_id": "prod_1", "name": "Pro", "currency": "USD", "prices": lines})
    snapshot = of_state(exported(PRODUCT, metric, price, plan), "s")
    assert snapshot.objects[-1].values["prices"] == {
        "base": Ref("Price", "API/Calls/Calls"),
        "extra": Dangling("price_9"),
    }
    assert snapshot.outputs(snapshot.objects[-1])["prices"] == ["price_1", "price_9"]
