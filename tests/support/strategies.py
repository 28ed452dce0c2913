"""Valid inputs of every kind of catalog object, made from the types that the kinds declare.

A kind's own rules on several fields together are followed by a function of the kind in `_SHAPES`: a kind without rules
needs nothing here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from operator import getitem
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import Tag
from pydantic.fields import FieldInfo
from typing_extensions import NotRequired, get_type_hints, is_typeddict

from pulumi_paygentic.catalog import (
    AuthorizationLink,
    Behaviour,
    BillableMetric,
    CatalogObject,
    Plan,
    Price,
    Product,
    values,
)

Inputs = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Ids = Mapping[str, st.SearchStrategy[str]]
"""Where the ids of objects come from, by the type that names their kind."""

Shape = Callable[[Inputs, Draw, Ids], Inputs]

PREFIXES = {
    values.MerchantId: "org",
    values.ProductId: "prod",
    values.BillableMetricId: "bm",
    values.PriceId: "price",
    values.PlanId: "plan",
    values.FeeId: "fee",
    values.FeatureId: "feat",
    values.ItemId: "itm",
    values.PricingUnitId: "pu",
}


def ids(prefix: str) -> st.SearchStrategy[str]:
    return st.from_regex(rf"{prefix}_[a-zA-Z0-9]{{1,8}}", fullmatch=True)


ANY_IDS: Ids = {prefix: ids(prefix) for prefix in PREFIXES.values()}

text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
names = text.filter(str.strip)


def decimals(places: int, *, least: int = -(10**9)) -> st.SearchStrategy[str]:
    """Decimal strings in any spelling: signs, leading and trailing zeros."""
    numbers = st.decimals(least, 10**9, allow_nan=False, allow_infinity=False, places=places)
    spellings = (lambda n: f"{n:f}", lambda n: f"{n:+f}", lambda n: f"{n:f}000", lambda n: f"{abs(n):020f}")
    return st.builds(lambda n, spell: str(spell(n)), numbers, st.sampled_from(spellings))


@st.composite
def timestamps(draw: Draw) -> str:
    """Moments of the past in any spelling: offsets, fractions, `Z`."""
    moment = draw(st.datetimes(datetime(1971, 1, 1), datetime(2025, 1, 1)))  # noqa: DTZ001  the offset follows
    hours = draw(st.integers(-14, 14))
    offset = timezone(timedelta(hours=hours, minutes=draw(st.sampled_from([0, 30])) * (1 if hours < 14 else 0)))
    spelled = moment.replace(tzinfo=offset).isoformat(timespec=draw(st.sampled_from(["seconds", "milliseconds"])))
    return str(spelled.replace("+00:00", "Z"))


durations = st.sampled_from(["P0D", "P1D", "P2W", "P1M", "P3M", "P1Y", "P1Y2M3DT4H5M6S", "PT36H"])
paths = st.from_regex(r"\$\.[a-z_]{1,5}(\.[a-z0-9]{1,4}){0,2}", fullmatch=True)

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    values.Text: text,
    values.Name: names,
    values.Flag: st.booleans(),
    values.Integer: st.integers(0, 10**6),
    values.Number: st.floats(0, 10**6, allow_nan=False) | st.integers(0, 10**6),
    values.Rate: decimals(9),
    values.BandRate: decimals(6, least=0),
    values.Bound: st.integers(1, 10**9).map(str),
    values.Timestamp: timestamps(),
    values.Duration: durations,
    values.Currency: st.sampled_from(["USD", "EUR", "JPY", "KWD"]),
    values.Email: st.from_regex(r"[a-z0-9.+_-]{1,12}@[a-z]{1,8}(\.[a-z]{2,5}){1,2}", fullmatch=True),
    values.Url: st.from_regex(r"https?://[a-z]{1,9}(:[1-9][0-9]{2})?/[a-z0-9/?=&%_.-]{0,12}", fullmatch=True),
    values.JsonPath: paths,
    values.LineKey: st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True),
    values.FeatureKey: st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True),
}
_json_leaves = st.booleans() | st.integers(-(10**6), 10**6) | text
json_values = st.recursive(
    _json_leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=5
)


def of_type(annotation: Any, ids: Ids) -> st.SearchStrategy[Any]:
    """Valid values of a field's type."""
    match get_origin(annotation), get_args(annotation):
        case origin, (inner, *metadata) if origin is Annotated:
            strategy = _annotated(inner, metadata, ids)
        case origin, choices if origin is Literal:
            strategy = st.sampled_from(choices)
        case origin, options if origin in {Union, UnionType}:
            strategy = st.one_of(*(of_type(option, ids) for option in options if option is not NoneType))
        case origin, (key, item) if origin is dict:
            strategy = st.dictionaries(of_type(key, ids), of_type(item, ids), max_size=3)
        case origin, (item,) if origin is list:
            strategy = st.lists(of_type(item, ids), max_size=3)
        case _ if is_typeddict(annotation):
            strategy = _typed_dict(annotation, ids)
        case _:
            strategy = {str: text, bool: st.booleans(), Any: json_values}[annotation]
    return strategy


def _annotated(inner: Any, metadata: list[Any], ids: Ids) -> st.SearchStrategy[Any]:
    """The validators show the type; one that validates a whole list or mapping only orders or completes it."""
    validators = [m for m in metadata if not isinstance(m, Behaviour | FieldInfo | Tag)]
    bounds = [bound for m in metadata if isinstance(m, FieldInfo) for bound in m.metadata]
    named = _with(inner, validators) if validators else inner
    if named in PREFIXES:
        return ids[PREFIXES[named]]
    strategy = PLAIN[named] if named in PLAIN else of_type(inner, ids)
    for bound in bounds:
        low, high, above = (getattr(bound, name, None) for name in ("ge", "le", "gt"))
        if high is not None:
            strategy = st.integers(1, high)
        if low is not None or above is not None:
            strategy = strategy.filter(partial(_within, low, above))
    return strategy


def _with(inner: Any, metadata: list[Any]) -> Any:
    return getitem(Annotated, (inner, *metadata))  # no star in brackets before 3.11


def _within(low: Any, above: Any, value: Any) -> bool:
    return bool((low is None or value >= low) and (above is None or value > above))


def _typed_dict(annotation: Any, ids: Ids) -> st.SearchStrategy[Inputs]:
    hints = get_type_hints(annotation, include_extras=True)
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for name, hint in hints.items():
        bare, needed = _required(hint)
        (required if needed else optional)[name] = of_type(bare, ids)
    return st.fixed_dictionaries(required, optional=optional)


def _required(hint: Any) -> tuple[Any, bool]:
    """The type without `NotRequired`, which may stand inside of `Annotated`."""
    if get_origin(hint) is NotRequired:
        return get_args(hint)[0], False
    if get_origin(hint) is Annotated:
        inner, *metadata = get_args(hint)
        bare, needed = _required(inner)
        return _with(bare, metadata), needed
    return hint, True


def inputs_of(kind: type[CatalogObject], ids: Ids = ANY_IDS) -> st.SearchStrategy[Inputs]:
    """What a program may validly declare of an object of this kind, the merchant left to the configuration."""
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: field for name, field in kind.inputs().items() if name not in {"merchant_id", "adopt_id"}}
    each_alone = st.fixed_dictionaries(
        {name: of_type(hints[name], ids) for name, field in fields.items() if field.required},
        optional={name: of_type(hints[name], ids) for name, field in fields.items() if not field.required},
    )
    shape = _SHAPES.get(kind)
    return each_alone if shape is None else _shaped(each_alone, shape, ids)


@st.composite
def _shaped(draw: Draw, each_alone: st.SearchStrategy[Inputs], shape: Shape, ids: Ids) -> Inputs:
    return shape(dict(draw(each_alone)), draw, ids)


def _product(given: Inputs, _draw: Draw, _ids: Ids) -> Inputs:
    if "metadata" in given:
        given["metadata"] = {k: v for k, v in given["metadata"].items() if not k.startswith("pulumi-")}
    return given


def _link(given: Inputs, _draw: Draw, ids: Ids) -> Inputs:
    if given.get("flow") != "subscription":
        given.pop("session_expiry_minutes", None)
    elif ids is not ANY_IDS:
        given["plan_id"] = "plan_C"  # the only plan of the tests' accounts that charges in advance
    return given


def _metric(given: Inputs, draw: Draw, _ids: Ids) -> Inputs:
    if given["aggregation"] == "COUNT":
        given.pop("value_property", None)
    elif given["aggregation"] != "UNIQUE_COUNT":
        given.setdefault("value_property", draw(paths))
    return given


def _plan(given: Inputs, draw: Draw, ids: Ids) -> Inputs:
    if "credit_allocations" in given:
        one_each = {a["pricing_unit_id"]: a for a in given["credit_allocations"]}
        given["credit_allocations"] = list(one_each.values())
    prices = draw(st.none() | st.lists(ids["price"], min_size=1, max_size=4, unique=True))
    given.pop("prices", None)
    if prices is not None:
        keys = draw(st.lists(PLAIN[values.LineKey], min_size=len(prices), max_size=len(prices), unique=True))
        given["prices"] = draw(st.sampled_from([prices, dict(zip(keys, prices, strict=True))]))
    return given


def _price(given: Inputs, draw: Draw, ids: Ids) -> Inputs:
    metered, volume = draw(st.sampled_from([(True, False), (True, True), (False, False)]))
    given["model"] = "volume" if volume else "standard"
    for name in ("billable_metric_id", "fee_id", "unit_price", "tiers", "tax"):
        given.pop(name, None)
    for name in _PRICE_ONLY_FOR["metered" if metered else "fee"]:
        given.pop(name, None)
    if metered:
        given["billable_metric_id"] = draw(ids["bm"])
    else:
        given |= {"fee_id": draw(ids["fee"]), "billing_cadence": draw(durations)}
    if volume:
        given["tiers"] = draw(ladders())
        for name in ("invoice_display_group", "grant_discount_enabled", "rate_type"):
            given.pop(name, None)
    else:
        given["unit_price"] = draw(PLAIN[values.Rate])
    return _in_harmony(given, draw, ids)


_PRICE_ONLY_FOR = {
    "metered": ("quantity", "is_obligation"),
    "fee": ("pricing_unit_id", "grant_discount_enabled", "rate_type"),
}


def _in_harmony(given: Inputs, draw: Draw, ids: Ids) -> Inputs:
    negative = given.get("unit_price", "").startswith("-")
    if "feature_id" not in given:
        given.pop("entitlement_template", None)
        given.pop("pricing_unit_id", None)
    if ids is not ANY_IDS and given.get("entitlement_template", {}).get("type") in {"boolean", "static"}:
        given["entitlement_template"] = {"type": "metered"}  # as every feature of the tests' accounts
    if negative and given.get("entitlement_template", {}).get("is_soft_limit") is False:
        given["entitlement_template"]["is_soft_limit"] = True
    if negative and (given.get("grant_discount_enabled") or "pricing_unit_id" in given or "fee_id" in given):
        given["unit_price"] = given["unit_price"][1:]
    elif negative and draw(st.booleans()):
        given["tax"] = {"supply_scope": "OUTSIDE_SCOPE", "outside_scope_label": "CASHBACK"}
    if "pricing_unit_id" in given:
        given.pop("rate_type", None)
    if "tax" not in given and draw(st.booleans()):
        given["tax"] = {"supply_scope": "IN_SCOPE"}
    return given


@st.composite
def ladders(draw: Draw) -> list[Inputs]:
    """Ascending bands, the last one open."""
    bounds = sorted(draw(st.sets(st.integers(1, 10**6), max_size=3)))
    ends: list[Inputs] = [{"up_to": draw(st.sampled_from([str(b), f"{b}.0", f"0{b}"]))} for b in bounds]
    open_end: Inputs = draw(st.sampled_from([{}, {"up_to": None}]))
    return [{**end, "unit_price": draw(PLAIN[values.BandRate])} for end in [*ends, open_end]]


_SHAPES: dict[type[CatalogObject], Shape] = {
    BillableMetric: _metric,
    Plan: _plan,
    AuthorizationLink: _link,
    Price: _price,
    Product: _product,
}
