"""Random programs: whole catalogs of one or two products, with names in every script, and edits of their prices."""

from typing import Any

from hypothesis import strategies as st

from pulumi_paygentic.catalog import BillableMetric, CatalogObject, Feature, Fee, Plan, Price, Product
from tests.support.model_engine import Engine, Program, Ref, Resource
from tests.support.strategies import PREFIXES, Draw, Ids, Inputs, inputs_of

_ANY: Ids = {prefix: st.just(f"{prefix}_0") for prefix in PREFIXES.values()}
_LOCAL = ("allow_same_name", "allow_replace", "on_change")
amounts = st.sampled_from(["0", "0.001", "2", "30"])


@st.composite
def programs(draw: Draw) -> dict[str, Resource]:
    """A program whose every resource the API accepts; prices of one metric often share their invoice name."""
    made: dict[str, Resource] = {}

    def some(kind: type[CatalogObject], least: int, most: int, **more: Any) -> list[str]:
        names = [f"{kind.__name__.lower()}{number}" for number in range(draw(st.integers(least, most)))]
        for number, name in enumerate(names):
            inputs = {**_plain(kind, draw), **{key: draw(value) for key, value in more.items()}}
            if "name" in inputs:
                inputs["name"] = f"{inputs['name']} {number}"
            made[name] = Resource(kind, inputs)
        return names

    products = st.sampled_from([Ref(name) for name in some(Product, 1, 2)])
    charges = some(BillableMetric, 1, 3, product_id=products) + some(Fee, 0, 2, product_id=products)
    features = some(Feature, 0, 2, product_id=products, type=st.just("metered"))
    for number, name in enumerate(features):
        made[name].inputs["key"] = f"{made[name].inputs['key']}-{number}"
    for name in some(Price, 1, 5, invoice_display_name=st.sampled_from(["Usage", "Nutzung/年 #1"])):
        _attach(made[name].inputs, made, charges, features, draw)
    for name in some(Plan, 0, 3, product_id=products):
        _list_prices(made[name].inputs, made, draw)
    return made


def _plain(kind: type[CatalogObject], draw: Draw) -> Inputs:
    return {name: value for name, value in draw(inputs_of(kind, _ANY)).items() if name not in (*_LOCAL, "item_id")}


def _attach(price: Inputs, made: Program, charges: list[str], features: list[str], draw: Draw) -> None:
    """Bill a metric or fee of the program, and bring a feature of the same product if there is one."""
    field, kind = ("fee_id", Fee) if "fee_id" in price else ("billable_metric_id", BillableMetric)
    fitting = [name for name in charges if made[name].kind is kind]
    if not fitting:
        fee_only = {"quantity", "is_obligation", "fee_id"}
        for name in fee_only & price.keys():
            del price[name]
        field, fitting = "billable_metric_id", [name for name in charges if made[name].kind is BillableMetric]
    charge = draw(st.sampled_from(fitting))
    price[field] = Ref(charge)
    of_product = [name for name in features if made[name].inputs["product_id"] == made[charge].inputs["product_id"]]
    if "feature_id" in price and of_product:
        price["feature_id"] = Ref(draw(st.sampled_from(of_product)))
    else:
        for name in ("feature_id", "entitlement_template", "pricing_unit_id"):
            price.pop(name, None)


def _list_prices(plan: Inputs, made: Program, draw: Draw) -> None:
    """List prices of the plan's own product, by key or not."""
    plan["stable_price_ids"] = False
    plan.pop("prices", None)
    fitting = [name for name, one in made.items() if one.kind is Price and _product(one, made) == plan["product_id"]]
    chosen = draw(st.lists(st.sampled_from(fitting), unique=True)) if fitting else []
    if chosen:
        keyed = draw(st.booleans())
        plan["prices"] = {f"k-{name}": Ref(name) for name in chosen} if keyed else [Ref(name) for name in chosen]


def _product(price: Resource, made: Program) -> Any:
    charge = price.inputs.get("billable_metric_id") or price.inputs["fee_id"]
    return made[charge.name].inputs["product_id"]


@st.composite
def histories(draw: Draw) -> list[dict[str, Resource]]:
    """A program, then up to two edits of its prices, which mint versions and leave old prices behind."""
    history = [draw(programs())]
    for _ in range(draw(st.integers(0, 2))):
        edited = dict(history[-1])
        for name, resource in edited.items():
            is_rebate = str(resource.inputs.get("unit_price", "-")).startswith("-")  # which has rules of its own
            if resource.kind is Price and not is_rebate and draw(st.booleans()):
                edited[name] = Resource(Price, {**resource.inputs, "unit_price": draw(amounts)})
        history.append(edited)
    return history


def resources_of(engine: Engine) -> list[dict[str, Any]]:
    """The resources of an engine's state as Pulumi exports them."""
    return [
        {
            "urn": engine.urn(name, held.kind),
            "type": f"pulumi-python:dynamic/paygentic:{held.kind.__name__}",
            "id": held.id,
            "custom": True,
            "inputs": held.inputs,
            "outputs": held.outputs,
        }
        for name, held in engine.state.items()
    ]
