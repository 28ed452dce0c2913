"""The verdict of a gate as JSON: see `json_types` for its shape."""

from __future__ import annotations

from pulumi_paygentic.changes.gates import GateResult, Waiver
from pulumi_paygentic.changes.render.json_types import JsonGate, JsonWaiver


def json_gate(result: GateResult) -> JsonGate:
    """Return the verdict with its findings, in their order."""
    return {
        "gate": result.gate,
        "says_no": result.says_no,
        "findings": [
            {
                "urn": finding.urn,
                "text": finding.text,
                "blocks": finding.blocks,
                "in_base": finding.in_base,
                "waiver": _waiver(finding.waiver),
                "expired": _waiver(finding.expired),
            }
            for finding in result.findings
        ],
    }


def _waiver(waiver: Waiver | None) -> JsonWaiver | None:
    if waiver is None:
        return None
    return {
        "gate": waiver.gate,
        "resource": waiver.resource,
        "reason": waiver.reason,
        "person": waiver.person,
        "until": waiver.until.isoformat(),
    }
