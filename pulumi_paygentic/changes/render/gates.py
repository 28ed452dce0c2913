"""The verdicts of gates, as Markdown for a comment and as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pulumi_paygentic.changes.gates import Finding, GateResult
from pulumi_paygentic.changes.render.escape import code, name, plain

_SHOWN: Final = 5
_LONGEST: Final = 300


def gates_markdown(results: Sequence[GateResult]) -> str:
    """Return the verdicts as Markdown, the refusing gates first; empty without gates."""
    if not results:
        return ""
    return (
        "\n".join(["", _summary(results, "**"), "", *_lines(results, code, lambda text: name(text, _LONGEST))]) + "\n"
    )


def with_gates(markdown: str, results: Sequence[GateResult]) -> str:
    """Return the Markdown of a change with the verdicts below its headline, before the first plan."""
    if not results:
        return markdown
    title, gap, rest = markdown.partition("\n\n")
    headline, _, details = rest.partition("\n")
    return f"{title}{gap}{headline}\n{gates_markdown(results)}{details}"


def gates_text(results: Sequence[GateResult]) -> str:
    """Return the verdicts as plain text; empty without gates."""
    if not results:
        return ""
    return "\n".join(["", _summary(results, ""), *_lines(results, plain, lambda text: plain(text, _LONGEST))]) + "\n"


def _summary(results: Sequence[GateResult], strong: str) -> str:
    refusing = sum(result.says_no for result in results)
    if not refusing:
        verdict = "The gate passes." if len(results) == 1 else f"All {len(results)} gates pass."
        return f"{strong}{verdict}{strong}"
    return f"{strong}Gates: {refusing} of {len(results)} {'says' if refusing == 1 else 'say'} no.{strong}"


def _lines(results: Sequence[GateResult], code_: Callable[[str], str], text: Callable[[str], str]) -> Iterator[str]:
    for result in sorted(results, key=lambda one: not one.says_no):
        yield f"- {'❌' if result.says_no else '✅'} {code_(result.gate)}{'' if result.findings else ': nothing found'}"
        shown = sorted(result.findings, key=lambda finding: not finding.blocks)
        yield from (f"  - {_finding(finding, text)}" for finding in shown[:_SHOWN])
        if len(shown) > _SHOWN:
            yield f"  - and {len(shown) - _SHOWN:,} more"


def _finding(finding: Finding, text: Callable[[str], str]) -> str:
    said = text(finding.text)
    if finding.in_base:
        return f"{said} (so in the base already: does not block)"
    if finding.waiver:
        waiver = finding.waiver
        return f"{said} (waived until {waiver.until} by {text(waiver.person)}: {text(waiver.reason)})"
    if finding.expired:
        return f"{said} (the waiver by {text(finding.expired.person)} ended on {finding.expired.until})"
    return said
