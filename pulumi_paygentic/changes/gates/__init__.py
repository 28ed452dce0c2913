"""Gates: rules that a change must pass, such as `price-increase>10%`, and waivers that let a named exception through.

    gates = [parse_gate("price-increase>10%"), parse_gate("price-increase and more-than 50 customers")]
    results = evaluate(gates, changeset, waivers=read_waivers(data), today=date.today())

A gate judges the difference between the state and the program, so it never blocks for something that was so before.
It fails closed: a rule that can't be judged, because a value or the number of subscribers is not known, says no.
"""

from pulumi_paygentic.changes.gates.evaluate import Finding, GateResult, evaluate, says_no
from pulumi_paygentic.changes.gates.grammar import Condition, Gate, GateError, parse_gate
from pulumi_paygentic.changes.gates.waivers import Waiver, WaiverError, read_waivers

__all__ = [
    "Condition",
    "Finding",
    "Gate",
    "GateError",
    "GateResult",
    "Waiver",
    "WaiverError",
    "evaluate",
    "parse_gate",
    "read_waivers",
    "says_no",
]
