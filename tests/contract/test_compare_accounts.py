"""Two accounts side by side: objects are paired by what people call them, and differences are those that mean one."""

from typing import Any

import httpx

from pulumi_paygentic.snapshot import Ref, Snapshot, read_account
from pulumi_paygentic.snapshot.comparison import Difference, differences
from pulumi_paygentic.snapshot.matching import pair_by_key
from pulumi_paygentic.snapshot.state import of_resources
from tests.contract.test_call_counts import program
from tests.support.account import SETTINGS, MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Program, Resource
from tests.support.random_programs import resources_of

METRIC = {"merchantId": "org_emulator", "description": "", "unit": "u", "aggregation": "COUNT", "name": "Minutes"}
CHARGE = {"model": "standard", "paymentTerm": "in_arrears", "invoiceDisplayName": "Minutes"}


def account(declared: Program) -> Engine:
    engine = Engine(MerchantAccount())
    assert not engine.up(declared).errors
    return engine


def read(engine: Engine, **options: Any) -> Snapshot:
    return read_account(engine.merchant.client(SETTINGS), **{"lines": True, **options})


def compared(one: Snapshot, other: Snapshot) -> list[Difference]:
    return differences(pair_by_key(one, other))


def shown(found: list[Difference]) -> list[tuple[str, str, dict[str, tuple[Any, Any]]]]:
    return [(one.op, one.subject.key, {f.path: (f.before, f.after) for f in one.fields}) for one in found]


def test_a_price_of_another_amount_is_one_that_changed() -> None:
    staging, production = program(4, 2), program(4, 2)
    staging["price1"] = Resource(staging["price1"].kind, {**staging["price1"].inputs, "unit_price": "9"})
    found = compared(read(account(staging)), read(account(production)))
    assert shown(found) == [("changed", "P/m/n1", {"unit_price": ("9", "2")})]


def test_prices_are_paired_by_their_line_even_if_all_have_one_name() -> None:
    def one_name(rates: list[str]) -> Program:
        made = program(4, 2)
        for number, rate in enumerate(rates):
            inputs = {**made[f"price{number}"].inputs, "invoice_display_name": "Calls", "unit_price": rate}
            made[f"price{number}"] = Resource(made[f"price{number}"].kind, inputs)
        return made

    staging, production = account(one_name(["1", "2", "3", "4"])), account(one_name(["1", "3", "2", "4"]))
    assert shown(compared(read(staging), read(production))) == [
        ("changed", "P/m/Calls@plan0/USD/k2", {"unit_price": ("3", "2")}),
        ("changed", "P/m/Calls@plan1/USD/k1", {"unit_price": ("2", "3")}),
    ]
    # Without line keys the equal ones are paired first, within a plan.
    assert shown(compared(read(staging, lines=False), read(production, lines=False))) == [
        ("changed", "P/m/Calls@plan0/USD#2", {"unit_price": ("3", "2")}),
        ("changed", "P/m/Calls@plan1/USD", {"unit_price": ("2", "3")}),
    ]


def test_an_added_line_a_new_plan_and_what_is_only_in_production() -> None:
    staging, production = program(5, 2), program(4, 3)
    found = shown(compared(read(account(staging)), read(account(production))))
    assert [(op, key) for op, key, _ in found] == [
        ("removed", "P/m/n4"),
        ("changed", "P/plan0/USD"),
        ("changed", "P/plan1/USD"),
        ("added", "P/plan2/USD"),
    ]
    assert found[1][2] == {
        "prices.k2": (Ref("Price", "P/m/n2"), None),
        "prices.k3": (None, Ref("Price", "P/m/n3")),
        "prices.k4": (Ref("Price", "P/m/n4"), None),
    }


def test_of_twins_the_equal_ones_are_paired() -> None:
    def twins(*events: str) -> Engine:
        engine = account({"product": program(0, 0)["product"]})
        for event in events:
            body = {**METRIC, "productId": engine.id("product"), "eventType": event}
            metric = engine.merchant.call("POST", "/v0/billableMetrics", body)
            price = {**CHARGE, "billableMetricId": metric["id"], "properties": {"unitPrice": "1"}}
            engine.merchant.call("POST", "/v0/prices", {"merchantId": "org_emulator", **price})
        return engine

    assert compared(read(twins("a", "b")), read(twins("b", "a"))) == []
    assert shown(compared(read(twins("a", "b")), read(twins("c", "a")))) == [
        ("changed", "P/Minutes#2", {"event_type": ("b", "c")})
    ]


def test_an_account_equals_a_stack_s_state_and_what_it_lacks_is_said() -> None:
    engine = account(program(4, 2))
    state = of_resources(resources_of(engine), "stack dev")
    assert compared(read(engine), state) == compared(state, read(engine)) == []
    part = of_resources(resources_of(engine)[:-1], "stack dev")
    assert shown(compared(read(engine), part)) == [("removed", "P/plan1/USD", {})]


def test_nothing_follows_from_a_list_that_one_side_could_not_read() -> None:
    def refuse(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(403, json={"message": "no"}) if request.url.path == "/v0/prices" else answer()

    one, other = account(program(4, 2)), account(program(3, 2))
    one.merchant.transport.intercept = refuse
    assert compared(read(one), read(other)) == []


def test_fields_of_a_later_version_are_compared_as_they_are() -> None:
    one, other = account(program(1, 1)), account(program(1, 1))

    def add(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path != "/v0/products":
            return response
        body = response.json()
        return httpx.Response(200, json={**body, "data": [{**item, "colour": "red"} for item in body["data"]]})

    one.merchant.transport.intercept = add
    assert shown(compared(read(one), read(other))) == [("changed", "P", {"colour": ("red", None)})]
