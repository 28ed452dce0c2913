"""A price change is a decision, made on the price: a new version, an edit in place, or a refusal."""

from __future__ import annotations

from tests.engine.support.programs import SHOP, SHOP_HOLDS, assert_settled
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack


def _subscribe(server: Server) -> None:
    account = server.account
    consumer = {"name": "Ada", "email": "ada@example.com", "address": {"country": "DE", "zipCode": "10115"}}
    customer = account.post("/v0/customers", merchantId=account.merchant_id, consumer=consumer)["customerId"]
    plan = account.one("Plan")["id"]
    account.post("/v0/subscriptions", name="Ada", planId=plan, customerId=customer, startedAt="2026-01-01T00:00:00Z")


def test_in_place_edits_the_price_and_makes_no_version(stack: Stack, server: Server) -> None:
    stack.write(SHOP.replace('unit_price="1"', 'unit_price="1", on_change="in_place"')).up()
    (price,) = stack.ids()["Price"]
    stack.edit('unit_price="1"', 'unit_price="2"')
    shown = stack.preview("--diff")
    assert shown.changes == {"update": 1}
    assert shown.details == {"Price calls": ["update", "unit_price"]}

    assert stack.up().changes == {"update": 1}
    plan = server.account.one("Plan")
    assert [line["id"] for line in plan["prices"]] == [price]
    assert server.account.lines(plan["id"]) == {"calls": "2"}
    assert len(server.account.versions(plan["id"])) == 1
    assert_settled(stack, server, SHOP_HOLDS)


def test_version_bills_from_the_new_price_before_the_old_one_goes(stack: Stack, server: Server) -> None:
    """And with no version that holds it, the old price goes."""
    plan = 'plan = paygentic.Plan("payg", product_id=api.id, name="Pay as you go", currency="USD", '
    stack.write(SHOP).up()
    stack.edit('unit_price="1"', 'unit_price="2"')
    stack.edit(plan, plan.replace('name="Pay as you go", ', 'name="Pay as you go", tax_behavior="inclusive", '))
    first = len(server.gate.calls)
    stack.up()
    order = [f"{call.method} {call.path.split('/')[-1 if call.method == 'POST' else 2]}" for call in server.gate.calls]
    writes = [line for line in order[first:] if not line.startswith("GET")]
    assert writes == ["POST prices", "PATCH plans", "POST versions", "DELETE prices"]


def test_refuse_is_an_error_in_preview_once_there_are_subscribers(stack: Stack, server: Server) -> None:
    """And at up before any write, where the state has not seen the subscribers yet."""
    stack.write(SHOP.replace('unit_price="1"', 'unit_price="1", on_change="refuse"')).up()
    stack.edit('unit_price="1"', 'unit_price="2"')
    assert stack.preview().changes  # nobody pays it yet
    _subscribe(server)
    server.gate.calls.clear()

    unseen = stack.up(fails=True)
    assert server.gate.writes == []
    seen = stack.preview("--refresh", fails=True)
    for result in (unseen, seen):
        ((where, what),) = result.errors
        assert where == "Price calls"
        assert len(what.splitlines()) == 1, what
        assert "Not changing unit_price" in what
        assert result.tracebacks == []

    stack.edit('invoice_display_name="Calls"', 'invoice_display_name="API calls"')
    stack.edit('unit_price="2"', 'unit_price="1"')
    stack.up()  # how it is shown is not what is paid
    assert server.account.one("Price")["invoiceDisplayName"] == "API calls"


def test_refuse_does_not_stand_in_the_way_of_a_product_renamed_in_the_program(stack: Stack, server: Server) -> None:
    """Until `up`, nobody knows that the metric stays the same one."""
    stack.write(SHOP.replace('unit_price="1"', 'unit_price="1", on_change="refuse"')).up()
    _subscribe(server)
    stack.refresh()
    before = stack.ids()
    stack.edit('paygentic.Product("api"', 'paygentic.Product("renamed"')
    stack.up()
    assert stack.ids() == before
    assert_settled(stack, server, SHOP_HOLDS)


def test_somebody_elses_version_is_never_lost(stack: Stack, server: Server) -> None:
    """A plan that was given another version meanwhile is not moved; after a refresh the program decides."""
    stack.write(SHOP).up()
    plan = server.account.one("Plan")
    line = plan["prices"][0]
    theirs = server.account.post(
        "/v0/prices",
        billableMetricId=line["billableMetricId"],
        invoiceDisplayName="Theirs",
        paymentTerm="in_arrears",
        model="standard",
        properties={"unitPrice": "7"},
    )
    entries = [{"priceId": line["id"], "key": "calls"}, {"priceId": theirs["id"], "key": "theirs"}]
    server.account.post(f"/v0/plans/{plan['id']}/versions", prices=entries)

    stack.edit('unit_price="1"', 'unit_price="2"')
    ((where, what),) = stack.up(fails=True).errors
    assert where == "Plan payg"
    assert "version 2" in what
    assert "refresh" in what
    assert server.account.lines(plan["id"]) == {"calls": "1", "theirs": "7"}

    drift = stack.refresh("--diff")
    assert f'theirs: "{theirs["id"]}"' in drift.shown
    stack.up()
    assert server.account.lines(plan["id"]) == {"calls": "2"}
    assert stack.preview("--refresh").changes == {}
