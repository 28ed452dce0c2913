"""The check of a declaration: fills in the configured values, makes all canonical, and lists every violation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import CatalogObject, Mark, Reason, shortened, shown_value
from pulumi_paygentic.lifecycle.diff import replacing
from pulumi_paygentic.lifecycle.state import MARK


class Checked(NamedTuple):
    """The inputs to go on with, and every violation."""

    inputs: dict[str, Any]
    reasons: list[Reason]


def check(
    kind: type[CatalogObject], olds: Mapping[str, Any], news: Mapping[str, Any], *, merchant_id: str, urn: str = ""
) -> Checked:
    """Check `news`, the declared values, against the rules and against `olds`, the inputs of the last run.

    Values that are not known yet pass as they are. A new product gets the ownership mark of its URN; an old mark stays,
    and a product that was imported without one stays without.
    """
    given = {name: value for name, value in news.items() if value is not None}
    reasons = _one_merchant(olds, given, merchant_id)
    given.setdefault("merchant_id", merchant_id)
    inputs, invalid = kind.validate_inputs(given)
    reasons += invalid
    if not reasons and olds:
        reasons += _removed(kind, olds, inputs)
    if kind.marked:
        mark = Mark.for_urn(urn)
        kept = olds.get(MARK) if olds else (mark and str(mark))
        if kept:
            inputs[MARK] = kept
    return Checked(inputs, reasons)


def _one_merchant(olds: Mapping[str, Any], given: Mapping[str, Any], configured: str) -> list[Reason]:
    """A stack's objects belong to the merchant that it is configured for."""
    elsewhere = "use a paygentic.Provider for the second account, or configure the merchant that the stack was made for"
    declared = given.get("merchant_id", configured)
    if declared != configured and isinstance(declared, str):
        return [
            Reason("merchant_id", f"is {shortened(declared)}, and the configured merchant is {configured}: {elsewhere}")
        ]
    if olds.get("merchant_id", configured) != configured:
        return [
            Reason("merchant_id", f"was {olds['merchant_id']}, and the configured one is {configured}: {elsewhere}")
        ]
    return []


def _removed(kind: type[CatalogObject], olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[Reason]:
    """Arguments that were declared, are not any more, and that the API has no way to clear."""
    if replacing(kind, olds, olds, inputs):
        return []
    return [
        Reason(name, f"cannot be removed once set: the API cannot clear it. Keep {name}={shown_value(olds[name])}")
        for name, field in kind.inputs().items()
        if name in olds and name not in inputs and not field.behaviour.can_be_unset and not field.required
    ]
