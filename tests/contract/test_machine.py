"""A program that is declared, edited, reduced, drifted behind its back, interrupted, refreshed and destroyed.

After every up that ends well: a second one writes nothing, the account holds exactly what the program declares, and no
object twice.  After a destroy the account holds what the API can't delete, and only that.

A seeded sample by default; `HYPOTHESIS_PROFILE=thorough pytest tests/contract/test_machine.py` runs forty times as
many.
"""

import copy
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pulumi_paygentic.catalog import BillableMetric, CatalogObject, Feature, Fee, Plan, Price, Product
from tests.contract.test_prices_and_plans import default, lines
from tests.support.account import Inputs, MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Ref, Report, Resource
from tests.support.profiles import cases

ORDER: tuple[type[CatalogObject], ...] = (Product, BillableMetric, Fee, Feature, Price, Plan)
texts = st.sampled_from(["", "One", "Two"])
amounts = st.sampled_from(["0.001", "2", "-1", "30"])


class Shop(RuleBasedStateMachine):
    """One stack over one account, and somebody else who changes objects."""

    def __init__(self) -> None:
        super().__init__()
        self.merchant = MerchantAccount()
        self.merchant.adopt = True  # a program that was killed or destroyed may be edited before the next up
        self.engine = Engine(self.merchant)
        self.program: dict[str, Resource] = {}
        self.settled = True
        """Whether nothing happened since the last up that ended well."""

    def declared(self, kind: type[CatalogObject]) -> list[str]:
        return [name for name, resource in self.program.items() if resource.kind is kind]

    def declare(self, name: str, kind: type[CatalogObject], /, **inputs: Any) -> None:
        self.settled = False
        self.program[name] = Resource(kind, inputs)
        self.program = dict(sorted(self.program.items(), key=lambda item: (ORDER.index(item[1].kind), item[0])))

    # Declaring and editing.

    @initialize(keyed=st.booleans(), up=st.booleans())
    def begin(self, keyed: bool, up: bool) -> None:
        """A whole shop to begin with: two products, two plans that share a price, and a pair of twins."""
        text = {"description": ""}
        shown = {"model": "standard", "payment_term": "in_arrears", "invoice_display_name": "A"}
        counted = {"aggregation": "COUNT", "event_type": "run", "unit": "run"}
        for number in "12":
            self.declare(f"api{number}", Product, name=f"API {number}", **text)
            self.declare(
                f"metric{number}", BillableMetric, product_id=Ref("api1"), name=f"Metric {number}", **text, **counted
            )
        for number, metric, amount in (("1", "1", "2"), ("2", "1", "2"), ("3", "2", "30")):
            self.declare(f"price{number}", Price, billable_metric_id=Ref(f"metric{metric}"), unit_price=amount, **shown)
        for number, names in (("1", ["price1", "price3"]), ("2", ["price3", "price2"])):
            prices: Any = {name: Ref(name) for name in names} if keyed else [Ref(name) for name in names]
            plan = {"name": f"Plan {number}", "currency": "USD"}
            self.declare(f"plan{number}", Plan, product_id=Ref("api1"), prices=prices, **plan)
        self.declare("feature", Feature, product_id=Ref("api1"), key="sso", name="SSO", type="static")
        if up:
            self.up()

    @rule(number=st.sampled_from("12"), description=texts)
    def product(self, number: str, description: str) -> None:
        self.declare(f"api{number}", Product, name=f"API {number}", description=description)

    @precondition(lambda self: self.declared(Product))
    @rule(data=st.data(), number=st.sampled_from("12"), unit=st.sampled_from(["run", "second"]))
    def metric(self, data: st.DataObject, number: str, unit: str) -> None:
        fields = {"description": "", "aggregation": "COUNT", "event_type": "run", "name": f"Metric {number}"}
        name = f"metric{number}"
        self.declare(name, BillableMetric, product_id=self.parent(data, name, Product), unit=unit, **fields)

    @precondition(lambda self: self.declared(Product))
    @rule(data=st.data(), description=texts)
    def fee(self, data: st.DataObject, description: str) -> None:
        self.declare("fee", Fee, product_id=self.parent(data, "fee", Product), name="Setup", description=description)

    @precondition(lambda self: self.declared(Product))
    @rule(data=st.data(), kind=st.sampled_from(["static", "metered"]))
    def feature(self, data: st.DataObject, kind: str) -> None:
        self.declare(
            "feature", Feature, product_id=self.parent(data, "feature", Product), key="sso", name="SSO", type=kind
        )

    @precondition(lambda self: self.declared(BillableMetric))
    @rule(
        data=st.data(),
        number=st.sampled_from("1234"),
        unit_price=amounts,
        shown=st.sampled_from(["A", "B"]),
        policy=st.sampled_from([None, "in_place"]),
    )
    def price(self, data: st.DataObject, number: str, unit_price: str, shown: str, policy: str | None) -> None:
        """Of four prices and four amounts many are identical twins."""
        fields = {"model": "standard", "payment_term": "in_arrears", "invoice_display_name": shown}
        more = {} if policy is None else {"on_change": policy}
        name = f"price{number}"
        charge = self.parent(data, name, BillableMetric)
        self.declare(name, Price, billable_metric_id=charge, unit_price=unit_price, **fields, **more)

    @precondition(lambda self: self.declared(Price))
    @rule(data=st.data(), unit_price=amounts, then=st.sampled_from(["up", "answers_lost", "nothing"]))
    def reprice(self, data: st.DataObject, unit_price: str, then: str) -> None:
        """The commonest of edits, and often the way back of an earlier one."""
        name = data.draw(st.sampled_from(self.declared(Price)))
        self.declare(name, Price, **{**self.program[name].inputs, "unit_price": unit_price})
        if then != "nothing":
            getattr(self, then)()

    @precondition(lambda self: self.declared(Price))
    @rule(data=st.data(), number=st.sampled_from("12"), keyed=st.booleans(), cadence=st.sampled_from(["P1M", "P1Y"]))
    def plan(self, data: st.DataObject, number: str, keyed: bool, cadence: str) -> None:
        product = self.parent(data, f"plan{number}", Product)
        fitting = [name for name in self.declared(Price) if self.product_of(name) == product.name]
        if not fitting:
            return
        chosen = data.draw(st.lists(st.sampled_from(fitting), min_size=1, unique=True))
        prices: Any = {name: Ref(name) for name in chosen} if keyed else [Ref(name) for name in chosen]
        fields = {"currency": "USD", "billing_cadence": cadence, "name": f"Plan {number}"}
        self.declare(f"plan{number}", Plan, product_id=product, prices=prices, **fields)

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """A resource goes from the program, with all that refer to it."""
        gone = {data.draw(st.sampled_from(sorted(self.program)))}
        while more := {n for n, r in self.program.items() if n not in gone and self.refers(r.inputs) & gone}:
            gone |= more
        self.program = {name: resource for name, resource in self.program.items() if name not in gone}
        self.settled = False

    def parent(self, data: st.DataObject, name: str, kind: type[CatalogObject]) -> Ref:
        """What the resource is to belong to; one that others refer to stays where it is."""
        if any(name in self.refers(resource.inputs) for resource in self.program.values()):
            field = "product_id" if kind is Product else "billable_metric_id"
            retained: Ref = self.program[name].inputs[field]
            return retained
        return Ref(data.draw(st.sampled_from(self.declared(kind))))

    def refers(self, value: Any) -> set[str]:
        if isinstance(value, Ref):
            return {value.name}
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return {name for item in items for name in self.refers(item)}

    def product_of(self, price: str) -> str:
        metric = self.program[self.program[price].inputs["billable_metric_id"].name]
        return str(metric.inputs["product_id"].name)

    # What happens to it.

    @rule()
    def up(self) -> None:
        self.after(self.engine.up(self.program))

    @precondition(lambda self: self.engine.state)
    @rule(data=st.data())
    def replace_one(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.engine.state)))
        self.after(self.engine.up(self.program, replacing=name))

    @rule(write=st.integers(1, 4), committed=st.booleans())
    def killed(self, write: int, committed: bool) -> None:
        """The run dies at one of its writes, before or after the commit, and all that it did is forgotten."""
        remembered = copy.deepcopy((self.engine.state, self.engine.condemned))
        left = [write]

        def kill(request: httpx.Request, answer: Answer) -> httpx.Response:
            if request.method != "GET":
                left[0] -= 1
            if left[0] == 0 and not committed:
                raise KeyboardInterrupt
            response = answer()
            if left[0] == 0:
                raise KeyboardInterrupt
            return response

        self.merchant.transport.intercept = kill
        try:
            self.engine.up(self.program)
        except KeyboardInterrupt:
            self.engine.state, self.engine.condemned = remembered
        finally:
            self.merchant.transport.intercept = lambda _request, answer: answer()
        self.settled = False

    @rule()
    def answers_lost(self) -> None:
        """The first answer to each POST is lost."""
        with self.merchant.losing():
            report = self.engine.up(self.program)
        self.after(report)

    @rule(write=st.integers(1, 4))
    def one_write_fails(self, write: int) -> None:
        left = [write]

        def fail(request: httpx.Request, answer: Answer) -> httpx.Response:
            if request.method != "GET":
                left[0] -= 1
            if left[0] == 0 and request.method != "GET":
                return httpx.Response(400, json={"message": "not today"})
            return answer()

        self.merchant.transport.intercept = fail
        self.engine.up(self.program)
        self.merchant.transport.intercept = lambda _request, answer: answer()
        self.settled = False

    @precondition(lambda self: self.engine.state)
    @rule(data=st.data(), text=texts)
    def drift(self, data: st.DataObject, text: str) -> None:
        """Somebody edits an object, and the next refresh sees it."""
        name = data.draw(st.sampled_from(sorted(self.engine.state)))
        held = self.engine.state[name]
        field = "invoiceDisplayName" if held.kind is Price else "name"
        if held.kind is Price:
            self.merchant.call("PATCH", f"{held.kind.path}/{held.id}", {field: text or "Other"})
        elif held.kind in {Product, Fee, BillableMetric}:
            self.merchant.call("PATCH", f"{held.kind.path}/{held.id}", {"description": text})
        self.engine.refresh()
        self.settled = False

    @precondition(lambda self: self.engine.state)
    @rule(data=st.data())
    def somebody_deletes(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.engine.state)))
        held = self.engine.state[name]
        if held.kind.deletable:
            self.merchant.http.delete(f"{held.kind.path}/{held.id}")
        self.engine.refresh()
        self.settled = False

    @rule()
    def refresh(self) -> None:
        """It changes nothing that anybody sees."""
        before = copy.deepcopy(self.engine.state)
        self.merchant.calls()
        self.engine.refresh()
        assert self.merchant.writes() == {}
        if self.settled:
            assert {n: h.inputs for n, h in self.engine.state.items()} == {n: h.inputs for n, h in before.items()}

    @rule()
    def destroy(self) -> None:
        """What can be deleted is gone unless something holds it; what can't be is there; a word for each that stays."""
        held = list(self.engine.state.values())
        report = self.engine.destroy()
        assert not report.errors
        assert self.engine.state == {}
        for was in held:
            there = self.merchant.http.get(f"{was.kind.path}/{was.id}").status_code == 200
            reported = any(was.id in message.text for message in report.messages)
            assert there == reported, (was, report.messages)
            assert there or was.kind.deletable
            assert not there or not was.kind.deletable or was.kind is Price
        self.settled = False

    def after(self, report: Report) -> None:
        assert not report.errors, report.errors
        self.settled = True

    # What must hold.

    @invariant()
    def no_two_resources_hold_one_object(self) -> None:
        ids = [held.id for held in self.engine.state.values()]
        assert len(set(ids)) == len(ids)

    @invariant()
    def no_object_stands_twice(self) -> None:
        """Neither of one natural key, nor of one content where there are no twins to be."""
        for kind in (Product, BillableMetric, Plan, Fee, Feature):
            keys = [
                tuple(str(kind.outputs(answer).get(name)) for name in kind.natural_key)
                for answer in self.merchant.everything(kind)
            ]
            assert len(set(keys)) == len(keys), keys

    @precondition(lambda self: self.settled)
    @invariant()
    def the_account_equals_the_program_and_a_second_up_writes_nothing(self) -> None:
        assert self.engine.state.keys() == self.program.keys()
        self.merchant.calls()
        report = self.engine.up(self.program)
        assert report.is_empty, report
        assert self.merchant.calls() == {}
        for name, resource in self.program.items():
            self.equals(name, resource)

    def equals(self, name: str, resource: Resource) -> None:
        held = self.engine.state[name]
        live: Inputs = self.merchant.call("GET", f"{held.kind.path}/{held.id}")
        outputs = resource.kind.outputs(live)
        declared = self.engine.resolve(resource.inputs, self.program)
        sent = {n: v for n, v in declared.items() if resource.kind.inputs()[n].behaviour.is_sent and n != "prices"}
        assert {field: outputs[field] for field in sent} == sent
        if "prices" in declared:
            billed = lines(default(self.merchant, held.id))
            wanted = declared["prices"]
            assert (billed == wanted) if isinstance(wanted, dict) else (sorted(billed.values()) == sorted(wanted))


def test_whatever_happens_the_account_ends_as_the_program_says() -> None:
    run_state_machine_as_test(Shop, settings=cases(15, steps=20))  # type: ignore[no-untyped-call]
