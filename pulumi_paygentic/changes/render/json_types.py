"""The shape of the JSON output, version 1, from which its schema is derived.

Money is a decimal string in the plan's currency, a percentage a decimal string. Members may be added within a version;
a member that goes or changes its meaning makes a new one.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from pulumi_paygentic.changes.impact import Impact
from pulumi_paygentic.changes.object_change import Op
from pulumi_paygentic.changes.plan_change import LineOp, Moment

VERSION: Final = 1
SCHEMA_ID: Final = "urn:pulumi-paygentic:changeset:1"


class JsonPosition(TypedDict):
    """A line of the program: the file is relative to the folder of `Pulumi.yaml`."""

    file: str
    line: int


class JsonField(TypedDict):
    """A changed argument; `before` or `after` is left out where it is not declared.

    A value that is not known yet stands as `[unknown]`, a secret one as `[secret]`.
    """

    path: str
    before: NotRequired[Any]
    after: NotRequired[Any]
    presentation: bool


class JsonObject(TypedDict):
    """The change of one object; `retained` says why the old one stays in the account."""

    urn: str
    kind: str
    name: str
    title: str
    op: Op
    id: str | None
    merchant_id: str | None
    position: JsonPosition | None
    fields: list[JsonField]
    drift: list[JsonField]
    retained: str


class JsonBand(TypedDict):
    """The price of a unit, for quantities above `over` up to and including `up_to` (null: no end)."""

    over: str
    up_to: str | None
    unit_price: str


class JsonPricing(TypedDict):
    """The charge of a line; `cadence` is null where the plan's applies."""

    basis: Literal["usage", "share", "fee"]
    model: str
    bands: list[JsonBand]
    payment_term: str
    cadence: str | None
    quantity: int
    included: str | None
    terms: dict[str, str]


class JsonLine(TypedDict):
    """One line of a plan: `before` is null of a new line, `after` of a removed one.

    Either is `"unknown"` where nothing says the price.
    """

    key: str
    name: str
    name_before: str | None
    op: LineOp
    direction: Literal["same", "up", "down", "mixed", "terms"]
    percent: str | None
    in_place: bool
    before: JsonPricing | Literal["unknown"] | None
    after: JsonPricing | Literal["unknown"] | None
    metered: str
    unit: str
    price_id: str | None
    price_urn: str | None
    position: JsonPosition | None


class JsonMove(TypedDict):
    """Subscribers that move at one moment, on days from `first` to `last`."""

    moment: Moment
    count: int
    first: str | None
    last: str | None


class JsonSubscribers(TypedDict):
    floating: int
    pinned: int
    moves: list[JsonMove]


class JsonPlan(TypedDict):
    """The change of one plan, directly or through a price; `subscribers` is null if nobody asked the account."""

    urn: str
    resource: str
    name: str
    name_before: str | None
    op: Op
    plan_id: str | None
    product: str
    currency: str
    currency_before: str
    cadence: str
    cadence_before: str
    version_before: int | None
    version_after: int | None
    mints: bool
    transition: Moment
    presentation: bool
    retained: str
    subscribers: JsonSubscribers | None
    lines: list[JsonLine]


class JsonDiagnostic(TypedDict):
    severity: Literal["error", "warning", "info"]
    message: str
    urn: str


class JsonWaiver(TypedDict):
    """An exception from a gate; `until` is its last day."""

    gate: str
    resource: str
    reason: str
    person: str
    until: str


class JsonFinding(TypedDict):
    """One reason for which a gate would say no; `urn` is empty if it is about the whole change.

    It does not block if a waiver lets it through, or if the base branch has it as well. `expired` is a waiver that
    would have let it through.
    """

    urn: str
    text: str
    blocks: bool
    in_base: bool
    waiver: JsonWaiver | None
    expired: JsonWaiver | None


class JsonGate(TypedDict):
    """The verdict of one gate, as it was given to `--fail-on`."""

    gate: str
    says_no: bool
    findings: list[JsonFinding]


class JsonChangeset(TypedDict):
    """The output of `pulumi-paygentic diff --format json`; `impact` is null if nobody asked for it."""

    version: Literal[1]
    headline: str
    digest: str
    project: str
    stack: str
    created_at: str | None
    merchants: list[str]
    objects: list[JsonObject]
    plans: list[JsonPlan]
    unchanged: int | None
    other_resources: dict[str, int]
    unknown: int
    gaps: list[str]
    impact: Impact | None
    gates: list[JsonGate]
    diagnostics: list[JsonDiagnostic]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the output."""
    derived = TypeAdapter(JsonChangeset).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **derived}
