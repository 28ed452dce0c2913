"""The example of a code execution service, from an empty account to an empty stack."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

EXAMPLE = "code-execution-api"
WHOLE = {"Product": 1, "BillableMetric": 3, "Price": 3, "Plan": 1}


@pytest.fixture
def example(stack: Stack) -> Stack:
    """The program with the tutorial's plan."""
    stack.copy(EXAMPLE).configure("api", "tutorial")
    return stack


def test_what_preview_shows_is_what_up_makes_and_then_there_is_nothing_left_to_do(
    example: Stack, server: Server
) -> None:
    assert example.preview().changes == {"create": 10}  # with the stack itself
    assert server.gate.calls == []

    made = example.up()
    assert made.changes == {"create": 10}
    assert made.warnings == []
    assert server.account.counts() == WHOLE
    assert server.account.lines(server.account.one("Plan")["id"]) == {
        "basic": "0.001",
        "premium": "",
        "seconds": "0.0002",
    }

    server.gate.calls.clear()
    assert example.preview().changes == {}
    assert server.gate.calls == []
    assert example.preview("--refresh").changes == {}
    assert server.gate.writes == []


def test_a_price_change_shows_the_money_in_preview_and_moves_the_plan_to_a_new_version(
    example: Stack, server: Server
) -> None:
    example.up()
    (old,) = (price["id"] for price in server.account.all("Price") if price["properties"].get("unitPrice") == "0.001")
    example.configure("rate", "0.002")

    shown = example.preview("--diff")
    assert '~ unit_price: "0.001" => "0.002"' in shown.shown
    assert f'~ basic: "{old}" => [unknown]' in shown.shown
    assert shown.changes == {"replace": 1, "update": 1}

    steps = json.loads(example.preview("--json").shown)["steps"]
    reasons = {step["urn"].rpartition(":")[2]: step.get("diffReasons") for step in steps if step["op"] != "same"}
    assert reasons == {"basic": ["unit_price"], "payg": ["prices"]}

    changed = example.up()
    assert changed.changes == {"replace": 1, "update": 1}
    plan = server.account.one("Plan")["id"]
    assert [version["isDefault"] for version in server.account.versions(plan)] == [False, True]
    assert server.account.lines(plan)["basic"] == "0.002"
    assert changed.warnings == []
    assert old in dict(changed.diagnostics("info"))["Price basic"]  # the first version holds it, as it should
    assert example.preview("--refresh").changes == {}


def test_each_changed_field_is_classified_as_update_or_replacement(example: Stack) -> None:
    """Create-only fields replace, and what depends on them with it; all others update in place."""
    example.up()
    example.edit('unit="second"', 'unit="s"')
    example.edit('event_type="submission.premium"', 'event_type="premium"')
    example.edit(
        'for what you run",\n        currency="USD"', 'for what you run",\n        currency="EUR", allow_replace=True'
    )
    example.edit('name="Code Execution API", ', 'name="Code API", ')
    example.edit('invoice_display_name="Basic submissions"', 'invoice_display_name="Basic"')

    assert example.preview("--diff").details == {
        "Product api": ["update", "name"],
        "BillableMetric seconds": ["update", "unit"],
        "BillableMetric premium": ["update", "event_type"],
        "Price basic": ["update", "invoice_display_name"],
        "Plan payg": ["replace", "allow_replace", "currency"],
        "AuthorizationLink ada": ["replace", "plan_id"],
    }


def test_drift_is_shown_field_by_field_and_mended_by_up(example: Stack, server: Server) -> None:
    example.up()
    account = server.account
    product, seconds = account.one("Product"), account.one("BillableMetric", name="Execution Time")
    price, plan = account.one("Price", invoiceDisplayName="Basic submissions"), account.one("Plan")
    account.patch(f"/v0/products/{product['id']}", description="By hand")
    account.patch(f"/v0/billableMetrics/{seconds['id']}", unit="ms", valueProperty="$.ms")
    account.patch(f"/v0/prices/{price['id']}", properties={"unitPrice": "9"})
    account.patch(f"/v0/plans/{plan['id']}", name="By hand", taxBehavior="inclusive", renewalReminderDays=7)

    drift = example.refresh("--diff")
    assert drift.changes == {"update": 4}
    assert '~ description: "Runs code, billed by the submission" => "By hand"' in drift.shown
    assert '~ unit_price: "0.001" => "9"' in drift.shown
    assert "inclusive" not in "".join(re.findall("~.*", drift.shown))  # not declared, so not managed

    mended = example.up("--diff")
    assert mended.details["BillableMetric seconds"] == ["update", "unit", "value_property"]
    assert account.one("Product")["description"] == "Runs code, billed by the submission"
    assert account.one("BillableMetric", name="Execution Time")["valueProperty"] == "$.seconds"
    assert account.one("Plan")["name"] == "Pay as you go"
    assert account.one("Plan")["taxBehavior"] == "inclusive"
    assert account.lines(plan["id"])["basic"] == "0.001"
    assert example.preview("--refresh").changes == {}


def test_destroy_says_what_it_retains_and_the_next_up_adopts_all_of_it(example: Stack, server: Server) -> None:
    example.up()
    before = example.resources()
    kept = {resource["id"] for resource in before.values()}

    gone = example.destroy()
    assert {where for where, _ in gone.warnings} == before.keys()
    assert all(sum(object_id in what for _, what in gone.warnings) >= 1 for object_id in kept)

    writes = len(server.gate.writes)
    assert example.up().changes == {"create": 10}
    ids = {where: resource["id"] for where, resource in example.resources().items()}
    ids.pop("AuthorizationLink ada")
    assert ids.items() <= {where: resource["id"] for where, resource in before.items()}.items()
    assert [call.path for call in server.gate.writes[writes:]] == ["/v0/customers/authorization"]
    assert server.account.counts() == WHOLE
    assert example.preview("--refresh").changes == {}


def test_on_the_current_api_the_link_is_a_subscription_that_waits_for_payment(example: Stack, server: Server) -> None:
    """What nobody paid is ended by `destroy`, and what was paid stays; the catalog is adopted again in between."""
    account = server.account
    example.configure("api", "current")

    def subscriptions() -> list[tuple[str, str]]:
        found = account.listed("/v0/subscriptions", merchantId=account.merchant_id)
        return sorted((one["id"], one["status"]) for one in found)

    made = example.up()
    assert (made.changes, made.warnings) == ({"create": 13}, [])
    link = example.resources()["AuthorizationLink ada"]
    assert subscriptions() == [(link["id"], "pending_payment")]
    url = account.get(f"/v0/subscriptions/{link['id']}")["payment"]["checkoutUrl"]
    for text in (json.dumps(example.export()), made.shown):
        assert url not in text
        assert "ada@example.com" not in text
    assert example.preview("--refresh").changes == {}

    gone = example.destroy()
    assert f"subscription {link['id']} was ended" in dict(gone.diagnostics("info"))["AuthorizationLink ada"]
    assert subscriptions() == [(link["id"], "terminated")]

    example.up()
    paid = example.resources()["AuthorizationLink ada"]["id"]
    httpx.post(account.get(f"/v0/subscriptions/{paid}")["payment"]["checkoutUrl"], data={"decision": "pay"})
    assert example.preview("--refresh").changes == {}
    assert "uses it" in dict(example.destroy().warnings)["AuthorizationLink ada"]
    assert (paid, "active") in subscriptions()
    assert len(account.listed("/v0/customers", organizationId=account.merchant_id)) == 1
