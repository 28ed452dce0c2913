"""The emulator's own address: counting calls, and starting afresh."""

import httpx
import pytest

from pulumi_paygentic.emulator import Running
from tests.emulator.support.merchant import Merchant


def test_calls_are_counted_by_method_and_path_template(merchant: Merchant) -> None:
    merchant.http.delete("/_emulator/calls").raise_for_status()
    product = merchant.product()
    for _ in range(2):
        merchant.sdk.products.get(id=product)
    plan = merchant.plan(product, [merchant.price(merchant.metric(product))])
    merchant.version(plan["id"], 1)
    merchant.call("GET", "/v0/plans/available", expect=501)
    merchant.call("GET", "/v0/nothing", expect=404)
    report = merchant.get("/_emulator/calls")
    assert {(call["method"], call["path"]): call["count"] for call in report["calls"]} == {
        ("POST", "/v0/products"): 1,
        ("GET", "/v0/products/{id}"): 2,
        ("POST", "/v0/billableMetrics"): 1,
        ("POST", "/v0/prices"): 1,
        ("POST", "/v0/plans"): 1,
        ("GET", "/v0/plans/{id}/versions/{versionNumber}"): 1,
        ("GET", "/v0/plans/available"): 1,
        ("GET", "(unknown path)"): 1,
    }
    assert report["total"] == 9


def test_the_control_address_needs_no_key_and_is_not_counted(emulator: Running) -> None:
    assert httpx.get(f"{emulator.url}/_emulator/calls").json() == {"total": 0, "calls": []}
    assert httpx.get(f"{emulator.url}/_emulator/calls").json() == {"total": 0, "calls": []}


def test_reset_forgets_every_merchant_and_every_count(merchant: Merchant, other: Merchant) -> None:
    product, _ = merchant.product(), other.product()
    assert merchant.http.post("/_emulator/reset").status_code == 204
    assert merchant.get("/_emulator/calls")["total"] == 0
    assert other.get("/v0/products")["pagination"]["total"] == 0
    merchant.call("GET", f"/v0/products/{product}", expect=404)


def test_a_method_that_the_control_address_does_not_have_is_405(merchant: Merchant) -> None:
    response = merchant.http.put("/_emulator/reset")
    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_drive_the_emulator(merchant: Merchant, headers: dict[str, str]) -> None:
    product = merchant.product()
    fault = {"kind": "error", "status": 500}
    for method, path, body in (
        ("POST", "/_emulator/reset", None),
        ("POST", "/_emulator/clock", {"advance": "P1D"}),
        ("POST", "/_emulator/faults", fault),
        ("DELETE", "/_emulator/calls", None),
    ):
        answer = merchant.http.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert merchant.get(f"/v0/products/{product}")["id"] == product
    assert merchant.get("/_emulator/faults")["faults"] == []
    if "Host" in headers:
        assert merchant.http.get("/_emulator/calls", headers=headers).status_code == 403
