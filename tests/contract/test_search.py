"""What a create finds of earlier runs, and what it must leave to others: no two resources ever hold one object."""

import copy
import threading
from typing import Any

import httpx
import pytest

from pulumi_paygentic.catalog import BillableMetric, Feature, Mark, Price, Product
from pulumi_paygentic.lifecycle import Lifecycle
from tests.contract.test_prices_and_plans import converged, default, lines, shop, versions
from tests.support.account import MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Program, Ref, Resource


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


def killed_after(merchant: MerchantAccount, engine: Engine, program: Program, method: str, path_end: str) -> None:
    """An up that is killed right after such a call, none of its state having been written."""
    before = copy.deepcopy((engine.state, engine.condemned))

    def kill(request: httpx.Request, answer: Answer) -> httpx.Response:
        answer_given = answer()
        if request.method == method and request.url.path.endswith(path_end):
            raise KeyboardInterrupt
        return answer_given

    merchant.transport.intercept = kill
    with pytest.raises(KeyboardInterrupt):
        engine.up(program)
    merchant.transport.intercept = lambda _request, answer: answer()
    engine.state, engine.condemned = before


# The places in which an earlier price is searched for; each of these fails without its step.


def test_1_the_program_is_reverted_after_the_plan_s_update_failed(engine: Engine, merchant: MerchantAccount) -> None:
    """The old price still stands in the default version, and is known by having been this resource's."""
    engine.up(shop())
    first = engine.id("basic")

    def broken(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/versions"):
            return httpx.Response(500, json={"message": "broken"})
        return answer()

    merchant.transport.intercept = broken
    assert "plan0" in engine.up(shop("2")).errors
    merchant.transport.intercept = lambda _request, answer: answer()
    merchant.calls()
    assert not engine.up(shop("1")).errors
    assert engine.id("basic") == first
    assert "POST /v0/prices" not in merchant.writes()
    assert len(versions(merchant, engine.id("plan0"))) == 1
    converged(engine, shop("1"))


def test_2_a_kill_right_after_a_mint_with_no_state_written(engine: Engine, merchant: MerchantAccount) -> None:
    """The new price bills already, and is known by standing where this resource's stood in another version."""
    engine.up(shop())
    killed_after(merchant, engine, shop("2"), "POST", "/versions")
    billed = lines(default(merchant, engine.id("plan0")))["basic"]
    assert billed != engine.id("basic")
    merchant.calls()
    assert not engine.up(shop("2")).errors
    assert engine.id("basic") == billed
    assert {"POST /v0/prices", "POST /v0/plans/{id}/versions"}.isdisjoint(merchant.writes())
    converged(engine, shop("2"))


def test_4_a_kill_right_after_the_post(engine: Engine, merchant: MerchantAccount) -> None:
    """The new price bills nowhere yet."""
    engine.up(shop())
    before = len(merchant.everything(Price))
    killed_after(merchant, engine, shop("2"), "POST", "/prices")
    assert not engine.up(shop("2")).errors
    assert len(merchant.everything(Price)) == before + 1
    converged(engine, shop("2"))


def test_3_destroy_then_up(engine: Engine, merchant: MerchantAccount) -> None:
    """The plan was retained and with it every price: they are found because their metrics are."""
    engine.up(shop())
    ids = {name: held.id for name, held in engine.state.items()}
    for _ in range(3):
        assert not engine.destroy().errors
        assert engine.state == {}
        merchant.calls()
        assert not engine.up(shop()).errors
        assert {name: held.id for name, held in engine.state.items()} == ids
        assert merchant.writes() == {}
    converged(engine, shop())


def test_destroy_and_up_settle_whatever_identical_prices_earlier_versions_hold(
    engine: Engine, merchant: MerchantAccount
) -> None:
    """A price that was renamed without an alias was created anew, and the one before it is identical."""
    engine.up(shop())
    program: dict[str, Any] = shop()
    program["renamed"] = program.pop("basic")
    plan = program.pop("plan0")
    prices = {"basic": Ref("renamed"), "premium": Ref("premium")}
    program["plan0"] = Resource(plan.kind, {**plan.inputs, "prices": prices})
    assert not engine.up(program).errors
    ids = {name: held.id for name, held in engine.state.items()}
    for _ in range(3):
        assert not engine.destroy().errors
        merchant.calls()
        assert not engine.up(program).errors
        assert {name: held.id for name, held in engine.state.items()} == ids
        assert merchant.writes() == {}
    converged(engine, program)


def test_a_plan_is_known_again_also_where_twins_have_changed_places(engine: Engine) -> None:
    """Which of two identical prices a resource finds is chance; what the plan charges is the same."""
    first = shop()
    plan = first.pop("plan0")
    first["twin"] = first["basic"]
    for name, price in (("a", "basic"), ("b", "twin")):
        first[name] = Resource(plan.kind, {**plan.inputs, "name": name, "prices": {"line": Ref(price)}})
    engine.up(first)
    held = {name: engine.id(name) for name in ("a", "b")}
    swapped = {name: first[name] for name in ("api", "runs", "seconds", "premium", "twin", "basic", "a", "b")}
    assert not engine.destroy().errors
    assert not engine.up(swapped).errors
    assert {name: engine.id(name) for name in ("a", "b")} == held
    converged(engine, swapped)


def test_a_price_that_another_stack_bills_from_is_not_adopted(engine: Engine, merchant: MerchantAccount) -> None:
    """If the metric was not created or adopted in this run, a billed price belongs to somebody."""
    engine.up(shop())
    price = {"model": "standard", "payment_term": "in_arrears", "invoice_display_name": "Runs", "unit_price": "1"}
    other = Engine(merchant, "other")
    program = {"mine": Resource(Price, {**price, "billable_metric_id": engine.id("runs")})}
    assert not other.up(program).errors
    assert other.id("mine") != engine.id("basic")


# Twins and claims.


def twins(first: str = "a", second: str = "b") -> dict[str, Resource]:
    program = shop()
    program.pop("plan0")
    twin = program.pop("premium")
    return {**program, first: twin, second: twin}


def test_identical_twins_are_two_objects_and_stay_the_two_they_are(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(twins())
    assert engine.id("a") != engine.id("b")
    ids = {engine.id("a"), engine.id("b")}
    engine.state.clear()
    merchant.calls()
    assert not engine.up(twins()).errors
    assert {engine.id("a"), engine.id("b")} == ids
    assert "POST /v0/prices" not in merchant.writes()
    converged(engine, twins())


@pytest.mark.parametrize("order", [("new", "old"), ("old", "new")], ids=["declared before", "declared after"])
def test_a_new_twin_never_shares_the_object_of_the_old_one(
    engine: Engine, merchant: MerchantAccount, order: tuple[str, str]
) -> None:
    alone = twins("old", "new")
    alone.pop("new")
    engine.up(alone)
    assert not engine.up(twins(*order)).errors
    assert engine.id("old") != engine.id("new")
    converged(engine, twins(*order))
    alive = {price["id"] for price in merchant.everything(Price)}
    assert {engine.id("old"), engine.id("new")} <= alive


def test_two_threads_that_create_identical_twins_get_two_objects(merchant: MerchantAccount) -> None:
    inputs = merchant.checked(Price, {**shop()["premium"].inputs, "billable_metric_id": "bm_A"})
    account, made, gate = merchant.run(), [], threading.Barrier(4)

    def create(owner: str) -> None:
        gate.wait()
        made.append(Lifecycle(Price, account, owner).create(inputs).id)

    for _ in range(5):
        made.clear()
        threads = [threading.Thread(target=create, args=(f"urn:{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(made)) == 4


# Replacing without comparing, and tainted resources: a create finds the object that is about to be replaced.


@pytest.mark.parametrize("name", ["api", "runs", "basic", "plan0", "sso", "setup"])
def test_taking_over_oneself_survives_the_delete_that_follows(
    engine: Engine, merchant: MerchantAccount, name: str
) -> None:
    program: dict[str, Any] = shop()
    program["sso"] = Resource(Feature, {"product_id": Ref("api"), "key": "sso", "name": "SSO"})
    program["setup"] = Resource(
        program["sso"].kind, {"product_id": Ref("api"), "key": "setup", "name": "Setup", "type": "static"}
    )
    engine.up(program)
    before = engine.id(name)
    report = engine.up(program, replacing=name)
    assert not report.errors
    held = engine.state[name]
    assert merchant.lifecycle(held.kind).read(held.id, held.outputs) is not None
    if name != "basic":
        assert held.id == before
    converged(engine, program)


# Products and their marks.

API = {"name": "API", "description": "Runs code"}


def test_a_product_of_the_same_name_that_this_stack_did_not_make_is_refused(
    engine: Engine, merchant: MerchantAccount
) -> None:
    theirs = merchant.call("POST", "/v0/products", {**API, "merchantId": "org_emulator"})["id"]
    reported = engine.up({"api": Resource(Product, API)}).errors["api"]
    assert theirs in reported
    assert f'adopt_id="{theirs}"' in reported
    assert "allow_same_name=True" in reported
    other = Engine(merchant, "other")
    assert not other.up({"api": Resource(Product, {**API, "allow_same_name": True})}).errors
    assert len([product for product in merchant.everything(Product) if product["name"] == "API"]) == 2


@pytest.mark.parametrize("theirs", [("shop", "prod", "api"), ("other", "dev", "api")], ids=["stack", "project"])
def test_a_product_that_another_stack_or_project_marked_is_refused(
    engine: Engine, merchant: MerchantAccount, theirs: tuple[str, str, str]
) -> None:
    merchant.call("POST", "/v0/products", {**API, "merchantId": "org_emulator", "metadata": Mark(*theirs).metadata()})
    reported = engine.up({"api": Resource(Product, API)}).errors["api"]
    assert str(Mark(*theirs)) in reported
    assert len([product for product in merchant.everything(Product) if product["name"] == "API"]) == 1


@pytest.mark.parametrize("theirs_first", [True, False])
def test_a_stack_takes_up_its_own_product_whoever_else_has_one_of_that_name(
    engine: Engine, merchant: MerchantAccount, *, theirs_first: bool
) -> None:
    body = {**API, "merchantId": "org_emulator"}
    if theirs_first:
        merchant.call("POST", "/v0/products", body)
    engine.up({"api": Resource(Product, {**API, "allow_same_name": True})})
    made = engine.id("api")
    if not theirs_first:
        merchant.call("POST", "/v0/products", body)
    engine.state.clear()
    assert not engine.up({"api": Resource(Product, API)}).errors
    assert engine.id("api") == made


def test_with_allow_same_name_a_second_one_is_made_once(engine: Engine, merchant: MerchantAccount) -> None:
    merchant.call("POST", "/v0/products", {**API, "merchantId": "org_emulator"})
    program = {"api": Resource(Product, {**API, "allow_same_name": True})}
    engine.up(program)
    made = engine.id("api")
    engine.state.clear()
    assert not engine.up(program).errors
    assert engine.id("api") == made


def test_a_renamed_resource_takes_up_its_product_although_the_mark_is_the_old_one(engine: Engine) -> None:
    engine.up({"api": Resource(Product, API)})
    made = engine.id("api")
    engine.state.clear()
    assert not engine.up({"code": Resource(Product, API)}).errors
    assert engine.id("code") == made


def test_of_several_products_of_one_name_a_resource_takes_up_its_own(engine: Engine) -> None:
    twin = Resource(Product, {**API, "allow_same_name": True})
    program = {"a": twin, "b": twin, "c": twin}
    engine.up(program)
    ids = {name: engine.id(name) for name in program}
    assert len(set(ids.values())) == 3
    engine.state.clear()
    engine.up({"b": twin, "c": twin, "a": twin})
    assert {name: engine.id(name) for name in program} == ids


def test_what_is_found_and_left_is_free_for_the_one_that_it_is(merchant: MerchantAccount) -> None:
    """Claiming what does not fit would have its own resource make it again."""
    metric = {**shop()["runs"].inputs, "product_id": "prod_A"}
    counted, other = (merchant.checked(BillableMetric, {**metric, "aggregation": a}) for a in ("COUNT", "UNIQUE_COUNT"))
    made = merchant.lifecycle(BillableMetric).create(counted).id
    run = merchant.run()
    assert Lifecycle(BillableMetric, run, "urn:other").create(other).id != made
    assert Lifecycle(BillableMetric, run, "urn:own").create(counted).id == made


def test_a_metric_with_another_aggregation_is_not_mistaken_for_the_declared_one(
    engine: Engine, merchant: MerchantAccount
) -> None:
    program = shop()
    engine.up(program)
    inputs = merchant.checked(
        BillableMetric, {**program["runs"].inputs, "product_id": engine.id("api"), "aggregation": "UNIQUE_COUNT"}
    )
    made = merchant.lifecycle(BillableMetric).create(inputs)
    assert made.id != engine.id("runs")
    assert made.outputs["aggregation"] == "UNIQUE_COUNT"
