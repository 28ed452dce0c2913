"""A catalog that is there already is adopted whole, and nothing of it is created a second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest

from pulumi_paygentic.adapter import serialised
from pulumi_paygentic.catalog import Product
from tests.engine.support.programs import SHOP, SHOP_HOLDS, assert_settled
from tests.engine.support.server import Server
from tests.engine.support.stack import TYPE, Stack

Made = dict[str, str]
NAMED: Final = 'name="API", description="Answers calls"'


def _by_argument(stack: Stack, product: Made) -> None:
    """Name the product in the program, as the documentation says."""
    stack.edit(NAMED, f'{NAMED}, adopt_id="{product["id"]}"')


def _by_import(stack: Stack, product: Made) -> None:
    """Import the product with the engine's own command."""
    inputs = {
        "merchant_id": product["merchantId"],
        "name": product["name"],
        "description": product["description"],
        "__provider": serialised(Product),
    }
    outputs = {**inputs, "__declared": ["description", "merchant_id", "name"]}
    entry = {"type": f"{TYPE}Product", "name": "api", "id": product["id"], "inputs": inputs, "outputs": outputs}
    file = stack.folder / "import.json"
    file.write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
    stack.plain("import", "--file", str(file), "--generate-code=false", "--protect=false", "--yes")


def _made_by_hand(server: Server) -> Made:
    """The shop, made by somebody through the API."""
    account = server.account
    merchant = account.merchant_id
    product = account.post("/v0/products", merchantId=merchant, name="API", description="Answers calls")
    metric = account.post(
        "/v0/billableMetrics",
        merchantId=merchant,
        productId=product["id"],
        name="Calls",
        description="By hand",
        unit="call",
        aggregation="COUNT",
        eventType="call",
    )
    price = account.post(
        "/v0/prices",
        billableMetricId=metric["id"],
        model="standard",
        properties={"unitPrice": "1.00"},
        invoiceDisplayName="Calls",
        paymentTerm="in_arrears",
    )
    account.post(
        "/v0/plans",
        merchantId=merchant,
        productId=product["id"],
        name="Pay as you go",
        currency="USD",
        prices=[{"priceId": price["id"], "key": "calls"}],
        stablePriceIds=False,
    )
    return product


@pytest.mark.parametrize("named", [_by_argument, _by_import])
def test_a_catalog_that_somebody_else_made_is_adopted_whole(
    stack: Stack, server: Server, named: Callable[[Stack, Made], None]
) -> None:
    """A field that differs, here a description, is brought to the declared value only on a person's word."""
    product = _made_by_hand(server)
    before = server.account.ids()
    ((where, what),) = stack.write(SHOP).up(fails=True).errors
    assert where == "Product api"
    assert f'adopt_id="{product["id"]}"' in what

    named(stack, product)
    server.gate.calls.clear()
    ((where, what),) = stack.up(fails=True).errors
    assert where == "BillableMetric calls"
    assert "differs in description" in what
    assert "PAYGENTIC_ADOPT=true" in what
    assert len(what.splitlines()) == 1
    assert server.gate.writes == []

    stack.up(environment={"PAYGENTIC_ADOPT": "true"})
    assert [call.method for call in server.gate.writes] == ["PATCH"]
    assert server.account.ids() == before
    assert server.account.one("BillableMetric")["description"] == ""
    assert_settled(stack, server, SHOP_HOLDS)

    server.account.patch(f"/v0/products/{product['id']}", description="Changed by hand")
    assert stack.preview("--refresh", "--diff").details == {"Product api": ["update", "description"]}
