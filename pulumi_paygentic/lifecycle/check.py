"""The check of a declaration: fills in the configured values, makes all canonical, and lists every violation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import CatalogObject, Mark, Violation, shortened, shown_value
from pulumi_paygentic.lifecycle.diff import replacing
from pulumi_paygentic.lifecycle.state import MARK


class Checked(NamedTuple):
    """The inputs in canonical form, and every violation."""

    inputs: dict[str, Any]
    violations: list[Violation]


def check(
    kind: type[CatalogObject], olds: Mapping[str, Any], news: Mapping[str, Any], *, merchant_id: str, urn: str = ""
) -> Checked:
    """Check `news`, the declared values, against the rules and against `olds`, the inputs of the last run.

    Values that are not known yet pass as they are. A new product gets the ownership mark of its URN; an old mark stays,
    and a product that was imported without one stays without.
    """
    given = {name: value for name, value in news.items() if value is not None}
    violations = _one_merchant(olds, given, merchant_id)
    given.setdefault("merchant_id", merchant_id)
    inputs, invalid = kind.validate_inputs(given)
    violations += invalid
    if not violations and olds:
        violations += _removed(kind, olds, inputs)
    if kind.marked:
        new = Mark.for_urn(urn)
        mark = olds.get(MARK) if olds else (new and str(new))
        if mark:
            inputs[MARK] = mark
    return Checked(inputs, violations)


def _one_merchant(olds: Mapping[str, Any], given: Mapping[str, Any], configured: str) -> list[Violation]:
    """Return a violation if an object belongs to another merchant than the configured one."""
    elsewhere = "use a paygentic.Provider for the second account, or configure the merchant that the stack was made for"
    declared = given.get("merchant_id", configured)
    if declared != configured and isinstance(declared, str):
        return [
            Violation(
                "merchant_id", f"is {shortened(declared)}, and the configured merchant is {configured}: {elsewhere}"
            )
        ]
    if olds.get("merchant_id", configured) != configured:
        return [
            Violation(
                "merchant_id", f"was {olds['merchant_id']}, and the configured merchant is {configured}: {elsewhere}"
            )
        ]
    return []


def _removed(kind: type[CatalogObject], olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[Violation]:
    """Return a violation for each argument that was removed from the program and that the API cannot clear."""
    if replacing(kind, olds, olds, inputs):
        return []
    return [
        Violation(name, f"cannot be removed once set: the API cannot clear it. Keep {name}={shown_value(olds[name])}")
        for name, field in kind.inputs().items()
        if name in olds and name not in inputs and not field.behaviour.can_be_unset and not field.required
    ]
