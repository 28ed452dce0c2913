"""Where providers of this kind lose an object or make it twice, each on the real engine."""

from __future__ import annotations

from tests.engine.support.programs import SHOP, SHOP_HOLDS, THIRTY, THIRTY_HOLDS, assert_settled
from tests.engine.support.server import Action, Call, Hold, Server, answer
from tests.engine.support.stack import NO_CHECKPOINTS, Stack, thorough

REFUSED = answer(422, {"message": "Not today."})


def _refuse_mints(call: Call) -> Action | None:
    return REFUSED if call.method == "POST" and call.path.endswith("/versions") else None


def _billed(server: Server) -> list[str]:
    """The ids of the prices that the only plan bills from."""
    return [price["id"] for price in server.account.one("Plan")["prices"]]


def test_reverting_after_the_plans_update_failed_takes_the_old_price_up_again(stack: Stack, server: Server) -> None:
    stack.write(SHOP).up()
    before = _billed(server)
    stack.edit('unit_price="1"', 'unit_price="2"')
    server.gate.script = _refuse_mints
    assert "Not today" in str(stack.up(fails=True).errors)
    assert _billed(server) == before

    stack.edit('unit_price="2"', 'unit_price="1"')
    server.gate.script = lambda _: None
    stack.up()
    assert _billed(server) == before
    assert len(server.account.versions(server.account.one("Plan")["id"])) == 1
    assert_settled(stack, server, SHOP_HOLDS)


def test_reverting_a_price_change_bills_from_the_old_version_again(stack: Stack, server: Server) -> None:
    """A rollback mints nothing and makes nothing: the old price and the old version are there."""
    stack.write(SHOP).up()
    before = _billed(server)
    stack.edit('unit_price="1"', 'unit_price="2"')
    stack.up()
    stack.edit('unit_price="2"', 'unit_price="1"')
    stack.up()
    assert _billed(server) == before
    assert [version["isDefault"] for version in server.account.versions(server.account.one("Plan")["id"])] == [
        True,
        False,
    ]
    assert stack.preview("--refresh").changes == {}


def test_destroy_and_up_in_turn_leave_one_of_each(stack: Stack, server: Server) -> None:
    """With THOROUGH=1 ten times, else twice."""
    stack.write(THIRTY).up()
    for _ in range(10 if thorough() else 2):
        stack.destroy()
        stack.up()
    assert_settled(stack, server, THIRTY_HOLDS)


def test_a_kill_right_after_a_version_was_minted_leaves_one_new_price(stack: Stack, server: Server) -> None:
    """Without checkpoints the state knows neither the price nor the version."""
    stack.write(SHOP).up()
    stack.edit('unit_price="1"', 'unit_price="2"')
    hold = Hold(done=True)
    server.gate.script = lambda call: hold if _refuse_mints(call) else None
    with stack.started("up", "--yes", "--skip-preview", environment=NO_CHECKPOINTS) as running:
        running.await_event(hold.reached)
        running.kill()
    hold.released.set()
    server.gate.script = lambda _: None
    minted = _billed(server)

    stack.cancel()
    stack.up("--refresh")
    assert _billed(server) == minted
    assert stack.ids()["Price"] == set(minted)
    assert len(server.account.versions(server.account.one("Plan")["id"])) == 2
    assert server.account.counts() == {**SHOP_HOLDS, "Price": 2}  # the first version still holds the old one
    assert stack.preview("--refresh").changes == {}


def test_replacing_an_object_by_order_or_because_it_is_tainted_keeps_it(stack: Stack, server: Server) -> None:
    """The engine makes the new one first, which adopts the old; deleting the old must then spare it."""
    stack.write(THIRTY).up()
    before = server.account.ids()
    urns = [f"--replace={resource['urn']}" for resource in stack.resources().values()]
    assert stack.up(*urns).changes == {"replace": 30}
    assert server.account.ids() == before
    assert_settled(stack, server, THIRTY_HOLDS)

    for resource in stack.resources().values():
        if resource["urn"].endswith("-1"):
            stack.plain("state", "taint", resource["urn"], "--yes")
    assert stack.up().changes["replace"] >= 4
    assert server.account.ids() == before
    assert_settled(stack, server, THIRTY_HOLDS)


TWIN = """paygentic.Price("{}", billable_metric_id=calls.id, model="standard", unit_price="1",
                invoice_display_name="Calls", payment_term="in_arrears")
"""


def test_identical_twins_before_and_after_an_existing_price_are_objects_of_their_own(
    stack: Stack, server: Server
) -> None:
    stack.write(SHOP).up()
    (existing,) = stack.ids()["Price"]
    stack.edit("price = ", TWIN.format("before") + "price = ")
    stack.edit("plan = ", TWIN.format("after") + "plan = ")
    stack.up()
    assert stack.resources()["Price calls"]["id"] == existing
    assert _billed(server) == [existing]
    assert_settled(stack, server, {**SHOP_HOLDS, "Price": 3})


def test_a_price_that_two_plans_share_moves_in_both(stack: Stack, server: Server) -> None:
    """Each plan mints one version, and nobody bills from the old price when it goes."""
    second = 'paygentic.Plan("list", product_id=api.id, name="By id", currency="USD", prices=[price.id])\n'
    stack.write(SHOP + second).up()
    stack.edit('unit_price="1"', 'unit_price="2"')
    stack.up()
    (new,) = stack.ids()["Price"]
    for plan in server.account.all("Plan"):
        assert [price["id"] for price in plan["prices"]] == [new]
        assert [version["isDefault"] for version in server.account.versions(plan["id"])] == [False, True]
    assert stack.preview("--refresh").changes == {}


def test_a_renamed_resource_and_a_renamed_stack_change_nothing(stack: Stack, server: Server) -> None:
    """The mark in the account is that of the old name, since the API can't change it."""
    stack.write(SHOP).up()
    for kind, name, arguments in (("Product", "api", "name="), ("Price", "calls", "billable_"), ("Plan", "payg", "p")):
        opts = f'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="{name}")]), {arguments}'
        stack.edit(f'{kind}("{name}", {arguments}', f'{kind}("{name}-renamed", {opts}')
    assert stack.up().changes == {}
    stack.rename("staging")
    writes = len(server.gate.writes)
    stack.up("--refresh")
    assert server.gate.writes[writes:] == []
    assert_settled(stack, server, SHOP_HOLDS)


def test_what_was_done_of_an_update_is_saved_and_the_next_up_completes_it(stack: Stack, server: Server) -> None:
    stack.write(SHOP).up()
    stack.edit('unit_price="1"', 'unit_price="2"')
    stack.edit('name="Pay as you go"', 'name="Payg"')
    server.gate.script = _refuse_mints
    broken = stack.up(fails=True)
    ((where, what),) = broken.errors
    assert where == "Plan payg"
    assert "did not move" in what
    assert what.startswith("1 error occurred:\n\t* ")  # the engine's own way to show it
    assert len(what.splitlines()) == 2
    saved = stack.resources()["Plan payg"]
    assert saved["outputs"]["name"] == "Payg"

    server.gate.script = lambda _: None
    stack.up()
    plan = server.account.one("Plan", name="Payg")
    assert server.account.lines(plan["id"]) == {"calls": "2"}
    assert stack.resources()["Plan payg"]["id"] == saved["id"] == plan["id"]
    assert stack.preview("--refresh").changes == {}


def test_a_metric_that_is_replaced_takes_its_price_and_the_plans_line_with_it(stack: Stack, server: Server) -> None:
    """Also back again: an object that the API could not delete is adopted again, so no third one is created."""
    stack.write(SHOP)
    stack.edit('aggregation="COUNT"', 'aggregation="COUNT", allow_replace=True')
    stack.up()
    first = {where: resource["id"] for where, resource in stack.resources().items()}
    stack.edit('aggregation="COUNT"', 'aggregation="SUM", value_property="$.n"')
    assert stack.up().changes == {"replace": 2, "update": 1}
    (line,) = server.account.one("Plan")["prices"]
    assert {line["id"]} == stack.ids()["Price"]
    assert {line["billableMetricId"]} == stack.ids()["BillableMetric"]
    assert stack.preview("--refresh").changes == {}

    stack.edit('aggregation="SUM", value_property="$.n"', 'aggregation="COUNT"')
    stack.up()
    assert {where: resource["id"] for where, resource in stack.resources().items()} == first
    assert server.account.counts()["BillableMetric"] == 2
    assert stack.preview("--refresh").changes == {}


def test_an_argument_that_was_removed_goes_back_to_the_apis_default(stack: Stack, server: Server) -> None:
    """Or, where the API has no way back, preview says so."""
    stack.write(SHOP)
    stack.edit('currency="USD", ', 'currency="USD", renewal_reminder_days=9, description="D", ')
    stack.up()
    stack.edit("renewal_reminder_days=9, ", "")
    assert stack.up().changes == {"update": 1}
    assert server.account.one("Plan")["renewalReminderDays"] == 3
    assert stack.preview("--refresh").changes == {}

    stack.edit('description="D", ', "")
    ((where, what),) = stack.preview(fails=True).errors
    assert where == "Plan payg"
    assert "cannot be removed once set" in what
