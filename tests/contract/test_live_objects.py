"""A live object is never deleted, nor made twice, whatever an earlier run left behind or another thread does."""

import copy
import threading
from typing import Any

import httpx
import pytest

from pulumi_paygentic.catalog import CatalogObject, Feature, Fee, Price
from pulumi_paygentic.lifecycle import Lifecycle
from tests.contract.test_prices_and_plans import converged, shop
from tests.support.account import OWNER, MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Ref, Resource


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


DELETABLE: dict[str, tuple[type[CatalogObject], dict[str, Any], dict[str, Any]]] = {
    "feature": (Feature, {"product_id": Ref("api"), "key": "sso", "name": "SSO"}, {"name": "Single sign-on"}),
    "fee": (Fee, {"product_id": Ref("api"), "name": "Setup", "description": "Once"}, {"description": "One time"}),
    "price": (
        Price,
        {"billable_metric_id": Ref("runs"), "model": "standard", "unit_price": "3", "payment_term": "in_arrears",
         "invoice_display_name": "Extra"},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("changed", [False, True], ids=["unchanged", "changed"])
@pytest.mark.parametrize("refresh", [False, True], ids=["up", "up --refresh"])
@pytest.mark.parametrize("name", DELETABLE)
def test_a_replacement_that_adopted_its_own_object_and_was_cut_deletes_nothing_later(
    engine: Engine, merchant: MerchantAccount, name: str, *, refresh: bool, changed: bool
) -> None:
    """The state then holds the object twice, live and waiting to be deleted, and the next run is a new process."""
    kind, inputs, edit = DELETABLE[name]
    program = {**shop(), name: Resource(kind, inputs)}
    engine.up(program)
    held = engine.id(name)
    program[name] = Resource(kind, {**inputs, **(edit if changed else {})})
    broken = {**program, "other": Resource(Feature, {"product_id": Ref("api"), "key": "Not a key!", "name": "x"})}
    report = engine.up(broken, replacing=name, comparing=changed)
    assert set(report.errors) == {"other"}
    assert engine.id(name) == held
    assert [old.id for _, old in engine.condemned] == [held]
    if refresh:
        engine.refresh()
    assert not engine.up(program).errors
    assert engine.condemned == []
    assert engine.id(name) == held
    merchant.call("GET", f"{kind.path}/{held}")
    converged(engine, program)


def test_a_replaced_price_goes_also_after_a_cut(engine: Engine, merchant: MerchantAccount) -> None:
    """A pending delete whose object nobody holds any more is carried out."""
    kind, inputs, _ = DELETABLE["price"]
    program = {**shop(), "price": Resource(kind, inputs)}
    engine.up(program)
    old = engine.id("price")
    program["price"] = Resource(kind, {**inputs, "unit_price": "4"})
    broken = {**program, "other": Resource(Feature, {"product_id": Ref("api"), "key": "Not a key!", "name": "x"})}
    assert engine.up(broken).errors
    assert engine.id("price") != old
    assert not engine.up(program).errors
    merchant.call("GET", f"/v0/prices/{old}", expect=404)
    converged(engine, program)


def test_delete_before_create_deletes_the_live_object_of_the_resource_itself(merchant: MerchantAccount) -> None:
    account = merchant.run()
    inputs = merchant.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": "Once"})
    made = merchant.lifecycle(Fee).create(inputs)
    fee = Lifecycle(Fee, account, OWNER)
    fee.diff(made.id, made.outputs, inputs)
    assert fee.delete(made.id, made.outputs) == []
    again = fee.create(inputs)
    assert again.id != made.id


def test_a_failed_delete_leaves_the_object_to_its_resource(merchant: MerchantAccount) -> None:
    """An equal resource that is created later in the run gets a new one."""
    account = merchant.run()
    price = {"billable_metric_id": "bm_A", "model": "standard", "unit_price": "1", "invoice_display_name": "n"}
    inputs = merchant.checked(Price, {**price, "payment_term": "in_arrears"})
    made = merchant.lifecycle(Price).create(inputs)
    first = Lifecycle(Price, account, OWNER)
    first.diff(made.id, made.outputs, inputs)
    merchant.transport.intercept = lambda request, answer: (
        httpx.Response(400, json={"message": "no"}) if request.method == "DELETE" else answer()
    )
    with pytest.raises(Exception, match="400"):
        first.delete(made.id, made.outputs)
    assert Lifecycle(Price, account, "urn:other").create(inputs).id != made.id


def test_a_lost_answer_and_a_slow_one_of_identical_prices_leave_one_price_each(merchant: MerchantAccount) -> None:
    """A is committed and its answer is slow; B's answer is lost, and B finds A's price first."""
    price = {"billable_metric_id": "bm_A", "model": "standard", "unit_price": "1", "invoice_display_name": "n"}
    inputs = merchant.checked(Price, {**price, "payment_term": "in_arrears"})
    before = {price["id"] for price in merchant.everything(Price)}
    account, both_searched = merchant.run(), threading.Barrier(2)
    a_committed, b_done, made = threading.Event(), threading.Event(), dict[str, str]()
    lock, posts = threading.RLock(), list[str]()

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method != "POST":
            with lock:
                return answer()
        if threading.current_thread() is b:
            assert a_committed.wait(60)
        with lock:
            response = answer()
            posts.append(threading.current_thread().name)
        if len(posts) == 1:
            a_committed.set()
            assert b_done.wait(60)
        elif len(posts) == 2:
            raise httpx.ReadError("lost", request=request)
        return response

    def create(urn: str) -> None:
        lifecycle = Lifecycle(Price, account, urn)
        find = lifecycle.finder.find

        def find_together(given: Any, *, fresh: bool = False) -> Any:
            found = find(given, fresh=fresh)
            if not fresh:
                both_searched.wait(60)
            return found

        lifecycle.finder.find = find_together  # type: ignore[method-assign, assignment]  # both search before either POST
        made[urn] = lifecycle.create(inputs).id

    def create_b() -> None:
        create("urn:b")
        b_done.set()

    a, b = threading.Thread(target=create, args=("urn:a",)), threading.Thread(target=create_b)
    merchant.transport.intercept = intercept
    a.start()
    b.start()
    a.join()
    b.join()
    assert len(set(made.values())) == 2
    assert {price["id"] for price in merchant.everything(Price)} - before == set(made.values())


def test_the_engine_in_memory_keeps_what_waits_to_be_deleted(engine: Engine) -> None:
    """These tests rest on it."""
    engine.up(shop())
    before = copy.deepcopy(engine.state["basic"])
    engine.condemned.append(("basic", before))
    assert engine.condemned[0][1].id == engine.id("basic")
