"""A link by subscription under the real CLI: one customer and one subscription although the run was killed."""

from __future__ import annotations

import json

import pytest

from tests.engine.support.server import Hold, Server
from tests.engine.support.stack import Stack

SHOP = """
api = paygentic.Product("api", name="API", description="")
fee = paygentic.Fee("fee", product_id=api.id, name="Monthly", description="")
price = paygentic.Price("fee", fee_id=fee.id, unit_price="5", invoice_display_name="Monthly",
    payment_term="in_advance", billing_cadence="P1M")
plan = paygentic.Plan("plan", product_id=api.id, name="Prepaid", currency="USD", prices={"fee": price.id})
paygentic.AuthorizationLink("ada", plan_id=plan.id, email="ada@example.com", flow="subscription")
"""


@pytest.mark.parametrize("path", ["/v0/customers", "/v0/subscriptions"])
def test_a_kill_after_the_post_makes_no_second_one(stack: Stack, server: Server, path: str) -> None:
    held = Hold(done=True)
    server.gate.script = lambda call: held if (call.method, call.path) == ("POST", path) else None
    stack.write(SHOP)
    with stack.started("up", "--yes", "--skip-preview") as running:
        running.await_event(held.reached)
        running.kill()
        running.wait()
    server.gate.release()
    stack.cancel()
    repaired = stack.up()
    assert repaired.errors == []
    account = server.account
    [customer] = account.listed("/v0/customers", organizationId=account.merchant_id)
    [subscription] = account.listed("/v0/subscriptions", customerId=customer["id"])
    assert stack.resources()["AuthorizationLink ada"]["id"] == subscription["id"]
    state = json.dumps(stack.export())
    assert subscription["payment"]["checkoutUrl"] not in state
    assert "ada@example.com" not in state
    assert stack.preview("--refresh").changes == {}
