"""The output of `pulumi preview --json`, or of `pulumi refresh --preview-only --json`, as steps and diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, Literal, NamedTuple

from pulumi_paygentic.changes.preview.errors import PreviewUnreadable
from pulumi_paygentic.changes.preview.json_stream import JsonStream, Truncated

OPS: Final = frozenset(
    {
        "same",
        "create",
        "update",
        "delete",
        "replace",
        "create-replacement",
        "delete-replaced",
        "read",
        "read-replacement",
        "refresh",
        "discard",
        "discard-replaced",
        "remove-pending-replace",
        "import",
        "import-replacement",
    }
)
"""Every operation that Pulumi 3.274 knows."""
_PARTS: Final[Mapping[str, Literal["step", "diagnostic", "summary"]]] = {
    "steps": "step",
    "diagnostics": "diagnostic",
    "changeSummary": "summary",
}
_STREAM: Final = "is the stream of engine events: unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
_FOREIGN: Final = {
    "sequence": _STREAM,
    "timestamp": _STREAM,
    "format_version": "is a plan of Terraform or OpenTofu, not a preview of Pulumi",
    "terraform_version": "is a plan of Terraform or OpenTofu, not a preview of Pulumi",
    "deployment": "is a stack's state, not a preview: give it with --state",
    "resourcePlans": "is an update plan (--save-plan), not a preview",
    "plan": "is an update plan (--save-plan), not a preview",
    "resources": "is a summary (--output json), not a preview",
}
"""Members of documents that people mistake for a preview."""


class Part(NamedTuple):
    """One step or one diagnostic of the document, or its count of operations."""

    kind: Literal["step", "diagnostic", "summary"]
    content: Mapping[str, Any]


def parts(file: BinaryIO, name: str) -> Iterator[Part]:
    """Read the steps and diagnostics, one by one, in the document's order.

    `name` stands for the document in messages. Raises `PreviewUnreadable` for any other document, and for one that is
    empty, truncated or of a newer format.
    """
    try:
        yield from _parts(JsonStream(file), name)
    except Truncated:
        raise PreviewUnreadable(name, "is truncated: the document ends in the middle") from None
    except UnicodeDecodeError:
        raise PreviewUnreadable(name, "is no text in UTF-8") from None
    except ValueError as error:
        raise PreviewUnreadable(name, f"is not valid JSON: {error}") from None


def _parts(stream: JsonStream, name: str) -> Iterator[Part]:
    _check_start(stream, name)
    found: set[str] = set()
    for key in stream.members():
        if key in _FOREIGN:
            raise PreviewUnreadable(name, _FOREIGN[key])
        found.add(key)
        kind = _PARTS.get(key)
        if kind is None or stream.peek() not in {"[", "{"}:
            stream.value()
        elif kind == "summary":
            yield Part(kind, stream.value())
        else:
            yield from (Part(kind, _checked(kind, item, name)) for item in stream.items())
    if not found & _PARTS.keys():
        members = ", ".join(sorted(found)) or "none"
        raise PreviewUnreadable(name, f"is no preview of Pulumi: its members are {members}")
    if stream.peek():
        problem = f"has more text after its end: {stream.excerpt()!r}"
        raise PreviewUnreadable(name, problem, "Redirect standard output alone (no 2>&1), of one command.")


def _check_start(stream: JsonStream, name: str) -> None:
    if not stream.peek():
        problem = "is empty: `pulumi preview` failed before it began, and said why on standard error"
        raise PreviewUnreadable(name, problem)
    if stream.peek() != "{":
        problem = f"is no preview, as it begins with {stream.excerpt()!r}"
        raise PreviewUnreadable(name, problem, "Redirect standard output alone (no 2>&1), with --json.")


def _checked(kind: str, item: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(item, Mapping):
        raise PreviewUnreadable(name, f"has a {kind} that is no object")
    if kind == "step":
        _check_step(item, name)
    return item


def _check_step(step: Mapping[str, Any], name: str) -> None:
    if not all(isinstance(step.get(key), str) for key in ("op", "urn")):
        raise PreviewUnreadable(name, "has a step without op and urn")
    if step["op"] not in OPS:
        problem = f"has the operation {step['op']!r}, which this version does not know"
        raise PreviewUnreadable(name, problem, "A newer Pulumi wrote it: upgrade pulumi_paygentic.")
    states = [step[key] for key in ("oldState", "newState") if step.get(key) is not None]
    if not all(isinstance(state, Mapping) for state in states) or (not states and step["op"] != "refresh"):
        raise PreviewUnreadable(name, f"has a step without a state, of {step['urn']}")
