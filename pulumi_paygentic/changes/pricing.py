"""Everything that decides the charge of one line of a plan, as a value: two that are equal charge the same.

A `Pricing` is made of declared inputs (`Pricing.of`, as a program or a state has them) or of the API's JSON
(`Pricing.of_wire`). Amounts are exact decimals in the currency of the plan; names and ids are for display and for
finding usage, and take no part in comparisons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from pulumi_paygentic.catalog import BillableMetric, Fee, Price
from pulumi_paygentic.catalog.unknown import UNKNOWN, has_unknown
from pulumi_paygentic.changes.cadence import Cadence

PaymentTerm = Literal["in_advance", "in_arrears"]
Basis = Literal["usage", "share", "fee"]

_DECIDING: Final = (
    "model",
    "unit_price",
    "tiers",
    "payment_term",
    "billing_cadence",
    "quantity",
    "pricing_unit_id",
    "rate_type",
    "is_obligation",
    "grant_discount_enabled",
    "entitlement_template",
)
_RATEABLE: Final = ("standard", "volume", "percentage")
_FIELDS_OF_A_METRIC: Final = ("aggregation", "event_type", "value_property")


class UnknownPricing(ValueError):
    """Values that decide the charge are known only after `up`; `fields` names them."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(f"not known before up: {', '.join(self.fields)}")


@dataclass(frozen=True)
class Band:
    """A range of quantities with one price per unit: above `over`, up to and including `up_to` (None: no end)."""

    over: Decimal
    up_to: Decimal | None
    unit_price: Decimal


@dataclass(frozen=True)
class Source:
    """The metric or fee that a line charges for.

    `aggregation`, `event_type` and `value_property` decide a metric's quantity; a fee has none of them. `name`, `unit`
    and `id` are for display and for finding usage.
    """

    kind: Literal["metric", "fee"]
    aggregation: str | None = None
    event_type: str | None = None
    value_property: str | None = None
    name: str = field(default="", compare=False)
    unit: str = field(default="", compare=False)
    id: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Allowance:
    """Units of a metered feature that a period includes; None issues no units.

    With `is_hard_limit` use stops where the units end; else what is over is charged.
    """

    units: Decimal | None
    is_hard_limit: bool = False


@dataclass(frozen=True)
class Pricing:
    """The charge of one line: equality means that every quantity costs the same at the same time.

    `basis` is `usage` (a price per metered unit), `share` (a proportion of a metered amount of money) or `fee` (a fixed
    amount, `quantity` times, per `cadence`). `bands` has one entry for a standard price and one a tier for a volume
    price, in ascending order: the band of the whole quantity prices every unit. A negative unit price is a rebate.
    `model` is `standard`, `volume`, or one that can only be read: `percentage`, `dynamic`, or a newer one.
    `cadence` is None where the plan's applies. `minimum` and `maximum` are of the older percentage prices only.
    `pricing_unit_id` is set if the price is paid in credits and not in money.
    """

    basis: Basis
    model: str
    bands: tuple[Band, ...]
    payment_term: PaymentTerm
    source: Source
    cadence: Cadence | None = None
    quantity: int = 1
    is_obligation: bool = False
    covers_grants: bool = False
    allowance: Allowance | None = None
    pricing_unit_id: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @classmethod
    def of(cls, price: Mapping[str, Any], source: Mapping[str, Any], *, source_id: str | None = None) -> Pricing:
        """Read declared inputs of a price, and of its metric or fee, by names in snake_case.

        `source_id` is the id of the metric or fee where it is known. Raises `UnknownPricing` if a value that decides
        the charge is not known before `up`, and ValueError if one is missing or is no amount.
        """
        unknown = [name for name in _DECIDING if has_unknown(price.get(name))]
        is_fee = price.get("fee_id") is not None
        unknown += [] if is_fee else [name for name in _FIELDS_OF_A_METRIC if source.get(name) is UNKNOWN]
        if unknown:
            raise UnknownPricing(unknown)
        named = price.get("fee_id" if is_fee else "billable_metric_id")
        found = source_id or (named if isinstance(named, str) else None)
        return cls._build(price, _source(source, is_fee=is_fee, id_=found), properties=price)

    @classmethod
    def of_wire(cls, price: Mapping[str, Any], source: Mapping[str, Any] | None = None) -> Pricing:
        """Read the API's JSON of a price, and of its metric or fee where that is at hand.

        Without the metric nothing is known of what it measures: compare such values only with each other.
        """
        inputs = Price.outputs(price)
        is_fee = inputs.get("fee_id") is not None
        kind = Fee if is_fee else BillableMetric
        read = kind.outputs(source) if source is not None else {}
        properties = {**inputs, **{name: price["properties"].get(wire) for name, wire in _OLDER.items()}}
        named = inputs.get("fee_id" if is_fee else "billable_metric_id")
        return cls._build({**inputs, "model": price.get("model")}, _source(read, is_fee=is_fee, id_=named), properties)

    @classmethod
    def _build(cls, price: Mapping[str, Any], source: Source, properties: Mapping[str, Any]) -> Pricing:
        model = price.get("model") or "standard"
        share = price.get("rate_type") == "proportion" or model == "percentage"
        cadence, unit = price.get("billing_cadence"), price.get("pricing_unit_id")
        quantity = price.get("quantity")
        return cls(
            basis="fee" if source.kind == "fee" else "share" if share else "usage",
            model=model,
            bands=_bands(model, properties),
            payment_term=_term(price.get("payment_term")),
            source=source,
            cadence=None if cadence is None else Cadence.of(cadence),
            quantity=1 if quantity is None or source.kind == "metric" else int(quantity),
            is_obligation=bool(price.get("is_obligation")),
            covers_grants=bool(price.get("grant_discount_enabled")),
            allowance=_allowance(price),
            pricing_unit_id=None if unit is None else str(unit),
            minimum=_amount(properties.get("min_charge")),
            maximum=_amount(properties.get("max_charge")),
        )

    @property
    def is_rateable(self) -> bool:
        """Return whether the charge follows from a quantity alone: not for prices in credits, nor of newer models."""
        return self.pricing_unit_id is None and self.model in _RATEABLE

    @property
    def per(self) -> str:
        """The thing that one unit price buys: a unit of the metric, or a period of the fee."""
        if self.basis == "fee":
            return "period" if self.cadence is None else self.cadence.noun
        return self.source.unit or "unit"


_OLDER: Final = {"percentage": "percentage", "min_charge": "minCharge", "max_charge": "maxCharge"}


def _source(inputs: Mapping[str, Any], *, is_fee: bool, id_: str | None) -> Source:
    known = {name: value for name, value in inputs.items() if isinstance(value, str)}
    return Source(
        kind="fee" if is_fee else "metric",
        **{} if is_fee else {name: known.get(name) for name in _FIELDS_OF_A_METRIC},
        name=known.get("name", ""),
        unit=known.get("unit", ""),
        id=id_,
    )


def _term(value: Any) -> PaymentTerm:
    if value not in ("in_advance", "in_arrears"):
        msg = f"payment_term is neither in_advance nor in_arrears: {value}"
        raise ValueError(msg)
    return "in_advance" if value == "in_advance" else "in_arrears"


def _bands(model: str, properties: Mapping[str, Any]) -> tuple[Band, ...]:
    if model not in _RATEABLE:
        return ()
    if model != "volume":
        rate = properties.get("percentage" if model == "percentage" else "unit_price")
        return (Band(Decimal(0), None, _exact(rate)),)
    bands: list[Band] = []
    over = Decimal(0)
    for tier in properties.get("tiers") or []:
        up_to = _amount(tier.get("up_to"))
        bands.append(Band(over, up_to, _exact(tier.get("unit_price"))))
        over = over if up_to is None else up_to
    return tuple(bands)


def _allowance(price: Mapping[str, Any]) -> Allowance | None:
    template = price.get("entitlement_template")
    if not isinstance(template, Mapping) or template.get("type") not in ("metered", None):
        return None
    issued = template.get("issue_after_reset")
    hard = template.get("is_soft_limit") is False
    return Allowance(_amount(issued), is_hard_limit=hard) if issued is not None or hard else None


def _amount(value: Any) -> Decimal | None:
    return None if value is None else _exact(value)


def _exact(value: Any) -> Decimal:
    """An exact decimal of a decimal string or of a whole number, which Pulumi passes as a float."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    try:
        return Decimal(text)
    except ArithmeticError:
        msg = f"not an amount: {text}"
        raise ValueError(msg) from None
