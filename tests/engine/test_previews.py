"""The real CLI's previews, read: each kind of change as the engine announces it, and the account after `up`."""

from __future__ import annotations

import io
from typing import Any

from pulumi_paygentic.api import Client, Settings
from pulumi_paygentic.changes.changeset import Changeset, PlanChange, SourcePosition
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import SECRET
from pulumi_paygentic.changes.versions import with_versions
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

BASE = """
seat = paygentic.Fee("seat", product_id=api.id, name="Seat", description="")
base = paygentic.Price("base", fee_id=seat.id, model="standard", unit_price="49", invoice_display_name="Base fee",
                       payment_term="in_advance", billing_cadence="P1M")
"""
PROGRAM = f"""
api = paygentic.Product("api", name="API", description="Answers calls")
calls = paygentic.BillableMetric("calls", product_id=api.id, name="Calls", description="", unit="call",
                                 aggregation="COUNT", event_type="call")
price = paygentic.Price("calls", billable_metric_id=calls.id, model="standard", unit_price="1",
                        invoice_display_name="Calls", payment_term="in_arrears")
{BASE}
payg = paygentic.Plan("payg", product_id=api.id, name="Pay as you go", currency="USD",
                      prices={{"calls": price.id, "base": base.id}})
listed = paygentic.Plan("listed", product_id=api.id, name="Listed", currency="EUR", prices=[price.id])
link = paygentic.AuthorizationLink("ada", plan_id=payg.id, email="ada@example.com", redirect_url="https://example.com/")
"""


def read(stack: Stack, *command: str) -> Changeset:
    return read_preview(io.BytesIO(stack.plain(*(command or ("preview",)), "--json").encode()))


def prices(plan: PlanChange) -> dict[str, tuple[str, Any, Any]]:
    """The operation and the amounts of each line, by its name."""
    return {line.name: (line.op, amount(line.before), amount(line.after)) for line in plan.lines}


def amount(side: Any) -> Any:
    return str(side.bands[0].unit_price) if isinstance(side, Pricing) else side


def numbers(changeset: Changeset, server: Server) -> dict[str, tuple[int | None, int | None]]:
    """The versions before and after of each plan, as the account says."""
    values = {"apiKey": server.running.api_key, "merchantId": server.running.merchant_id, "baseUrl": server.running.url}
    with Client(Settings.resolve(values)) as client:
        plans = with_versions(changeset, client).plans
    return {plan.name: (plan.version_before, plan.version_after) for plan in plans}


def test_a_catalogs_whole_life_is_read_from_the_previews_of_the_cli(stack: Stack, server: Server) -> None:
    stack.write(PROGRAM).configure("unrelated", "x")

    first = read(stack)
    assert [change.op for change in first.objects] == ["create"] * 8
    assert {plan.name: prices(plan) for plan in first.plans} == {
        "Pay as you go": {"Calls": ("added", None, "1"), "Base fee": ("added", None, "49")},
        "Listed": {"Calls": ("added", None, "1")},
    }
    email = next(field for change in first.objects for field in change.fields if field.path == "email")
    assert email.after is SECRET
    stack.up()

    stack.edit('unit_price="1"', 'unit_price="2"')
    changed = read(stack, "preview", "--show-sames")
    assert {plan.name: prices(plan) for plan in changed.plans} == {
        "Pay as you go": {"Calls": ("changed", "1", "2"), "Base fee": ("same", "49", "49")},
        "Listed": {"Calls": ("changed", "1", "2")},
    }
    assert (changed.gaps, changed.unknown_count, changed.unchanged) == ((), 0, 5)
    price = next(change for change in changed.objects if change.kind == "Price")
    assert (price.op, price.retained) == ("replace", "versions of plans 'Listed', 'Pay as you go' hold it")
    assert price.position == SourcePosition("__main__.py", 7)
    assert numbers(changed, server) == {"Pay as you go": (1, 2), "Listed": (1, 2)}
    state = stack.plain("stack", "export").encode()
    sparse = read_preview(io.BytesIO(stack.plain("preview", "--json").encode()), state=io.BytesIO(state))
    assert (sparse.plans, sparse.objects, sparse.gaps) == (changed.plans, changed.objects, ())
    stack.up()
    assert read(stack, "preview", "--show-sames").is_empty

    stack.edit('unit_price="2"', 'unit_price="1"')
    assert numbers(read(stack, "preview", "--show-sames"), server) == {"Pay as you go": (2, 1), "Listed": (2, 1)}
    stack.edit('unit_price="1"', 'unit_price="2"')

    by_hand = server.account.one("Price", properties={"unitPrice": "49"})
    server.account.patch(f"/v0/prices/{by_hand['id']}", invoiceDisplayName="Seats")
    for drifted in (read(stack, "preview", "--refresh", "--show-sames"), read(stack, "refresh", "--preview-only")):
        (seat,) = drifted.objects
        assert (seat.op, seat.name) == ("drift", "base")
        assert [(field.before, field.after) for field in seat.fields] == [("Seats", "Base fee")]
        assert [(field.before, field.after) for field in seat.drift] == [("Base fee", "Seats")]

    stack.edit('unit_price="2"', 'unit_price="3", on_change="in_place"')
    in_place = read(stack, "preview", "--show-sames")
    assert [line.is_in_place for plan in in_place.plans for line in plan.changed_lines] == [True, True]

    stack.edit(BASE, "")
    stack.edit(', "base": base.id', "")
    removed = read(stack, "preview", "--show-sames")
    assert prices(next(plan for plan in removed.plans if plan.name == "Pay as you go"))["Base fee"][0] == "removed"
    retained = {change.kind for change in removed.objects if change.op == "retain"}
    assert retained == {"Price", "Fee"}
    stack.up()
    assert {"Seat"} == {fee["name"] for fee in server.account.all("Fee")}
    assert by_hand["id"] in server.account.ids()["Price"]
