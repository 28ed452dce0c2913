"""A changeset as JSON, for programs: see `json_types` for its shape."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pulumi_paygentic.changes.changeset import (
    Changeset,
    FieldChange,
    LineChange,
    ObjectChange,
    PlanChange,
    SourcePosition,
    Subscribers,
)
from pulumi_paygentic.changes.comparison import Comparison, compare, terms
from pulumi_paygentic.changes.digest import digest
from pulumi_paygentic.changes.gates import GateResult
from pulumi_paygentic.changes.impact import Impact
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.render.headline import headline
from pulumi_paygentic.changes.render.json_gates import json_gate
from pulumi_paygentic.changes.render.json_types import (
    VERSION,
    JsonChangeset,
    JsonField,
    JsonLine,
    JsonObject,
    JsonPlan,
    JsonPosition,
    JsonPricing,
    JsonSubscribers,
)
from pulumi_paygentic.changes.values import ABSENT, SECRET, UNKNOWN, Unknown


def json_text(changeset: Changeset, gates: Sequence[GateResult] = ()) -> str:
    """Return the document as text, indented; `gates` are the verdicts on the change."""
    return json.dumps(json_output(changeset, gates), indent=2, ensure_ascii=False) + "\n"


def json_output(changeset: Changeset, gates: Sequence[GateResult] = ()) -> JsonChangeset:
    """Return the document."""
    return {
        "version": VERSION,
        "headline": headline(changeset),
        "digest": digest(changeset),
        "project": changeset.project,
        "stack": changeset.stack,
        "created_at": None if changeset.created_at is None else changeset.created_at.isoformat(),
        "merchants": list(changeset.merchants),
        "objects": [_object(change) for change in changeset.objects],
        "plans": [_plan(plan) for plan in changeset.plans],
        "unchanged": changeset.unchanged,
        "other_resources": dict(changeset.other_resources),
        "unknown": changeset.unknown_count,
        "gaps": list(changeset.gaps),
        "impact": None if changeset.impact is None else json_impact(changeset.impact),
        "gates": [json_gate(result) for result in gates],
        "diagnostics": [
            {"severity": one.severity, "message": one.message, "urn": one.urn} for one in changeset.diagnostics
        ],
    }


def json_impact(impact: Impact) -> Any:
    """Return the impact with amounts as decimal strings and days as ISO dates."""
    return _plain(dataclasses.asdict(impact))


def _object(change: ObjectChange) -> JsonObject:
    return {
        "urn": change.urn,
        "kind": change.kind,
        "name": change.name,
        "title": change.title,
        "op": change.op,
        "id": change.id,
        "merchant_id": change.merchant_id,
        "position": _position(change.position),
        "fields": _fields(change.fields),
        "drift": _fields(change.drift),
        "retained": change.retained,
    }


def _plan(plan: PlanChange) -> JsonPlan:
    return {
        "urn": plan.urn,
        "resource": plan.resource,
        "name": plan.name,
        "name_before": plan.name_before,
        "op": plan.op,
        "plan_id": plan.plan_id,
        "product": plan.product,
        "currency": plan.currency,
        "currency_before": plan.currency_before,
        "cadence": plan.cadence,
        "cadence_before": plan.cadence_before,
        "version_before": plan.version_before,
        "version_after": plan.version_after,
        "mints": plan.mints,
        "transition": plan.transition,
        "presentation": plan.is_presentation,
        "retained": plan.retained,
        "subscribers": None if plan.subscribers is None else _subscribers(plan.subscribers),
        "lines": [_line(line) for line in plan.lines],
    }


def _line(line: LineChange) -> JsonLine:
    both = isinstance(line.before, Pricing) and isinstance(line.after, Pricing)
    compared = compare(line.before, line.after) if both else Comparison((), ())  # type: ignore[arg-type]  # both are
    return {
        "key": line.key,
        "name": line.name,
        "name_before": line.name_before,
        "op": line.op,
        "direction": compared.direction,
        "percent": None if not compared.percent else f"{compared.percent:.2f}",
        "in_place": line.is_in_place,
        "before": _pricing(line.before),
        "after": _pricing(line.after),
        "metered": line.metered,
        "unit": line.unit,
        "price_id": line.price_id,
        "price_urn": line.price_urn,
        "position": _position(line.position),
    }


def _pricing(pricing: Pricing | Unknown | None) -> JsonPricing | Any:
    if pricing is None or pricing is UNKNOWN:
        return None if pricing is None else "unknown"
    included = None if pricing.allowance is None else pricing.allowance.units
    return {
        "basis": pricing.basis,
        "model": pricing.model,
        "bands": [
            {"over": _amount(band.over), "up_to": _optional(band.up_to), "unit_price": _amount(band.unit_price)}
            for band in pricing.bands
        ],
        "payment_term": pricing.payment_term,
        "cadence": None if pricing.cadence is None else pricing.cadence.text,
        "quantity": pricing.quantity,
        "included": _optional(included),
        "terms": dict(terms(pricing)),
    }


def _subscribers(found: Subscribers) -> JsonSubscribers:
    return {
        "floating": found.floating,
        "pinned": found.pinned,
        "moves": [
            {
                "moment": move.moment,
                "count": move.count,
                "first": None if move.first is None else move.first.isoformat(),
                "last": None if move.last is None else move.last.isoformat(),
            }
            for move in found.moves
        ],
    }


def _fields(fields: Iterable[FieldChange]) -> list[JsonField]:
    return [_field(field) for field in fields]


def _field(field: FieldChange) -> JsonField:
    shown: JsonField = {"path": field.path, "presentation": field.presentation}
    if field.before is not ABSENT:
        shown["before"] = _value(field.before)
    if field.after is not ABSENT:
        shown["after"] = _value(field.after)
    return shown


def _value(value: Any) -> Any:
    if value is UNKNOWN or value is SECRET:
        return "[unknown]" if value is UNKNOWN else "[secret]"
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """Amounts as plain decimal strings, days as ISO dates."""
    if isinstance(value, Decimal):
        return _amount(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _position(position: SourcePosition | None) -> JsonPosition | None:
    return None if position is None else {"file": position.file, "line": position.line}


def _optional(amount: Decimal | None) -> str | None:
    return None if amount is None else _amount(amount)


def _amount(amount: Decimal) -> str:
    return f"{amount:f}"
