"""A preview, read into a changeset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, Final, Literal

from pulumi_paygentic.changes.changeset import Changeset, Diagnostic
from pulumi_paygentic.changes.object_change import SourcePosition
from pulumi_paygentic.changes.preview.document import parts
from pulumi_paygentic.changes.preview.errors import PreviewUnreadable
from pulumi_paygentic.changes.preview.index import Index
from pulumi_paygentic.changes.preview.objects import object_changes
from pulumi_paygentic.changes.preview.plans import plan_changes

_SEVERITIES: Final[Mapping[str, Literal["error", "warning", "info"]]] = {"error": "error", "warning": "warning"}
_CLOSING: Final = ("Resource monitor has terminated, shutting down", "update failed", "")
"""Errors that only follow another one."""
_NO_SAMES: Final = (
    "The preview leaves out what stays as it is: plans that list a changed price may be missing here."
    " Make it with --show-sames, or give the stack's state with --state."
)


def read_preview(
    file: BinaryIO,
    *,
    name: str = "preview",
    state: BinaryIO | None = None,
    state_name: str = "state",
    created_at: datetime | None = None,
) -> Changeset:
    """Read a preview.

    Args:
        file: The document, opened for reading bytes.
        name: The document's name in messages, such as its path.
        state: The output of `pulumi stack export`, for what a preview without `--show-sames` leaves out.
        state_name: The state's name in messages.
        created_at: The moment of the preview, which the document itself does not say.

    Raises `PreviewUnreadable` for any other document, and for one that is empty, truncated or of a newer format.

    """
    index = Index()
    diagnostics: list[Diagnostic] = []
    same = 0
    for part in parts(file, name):
        if part.kind == "step":
            index.step(part.content)
        elif part.kind == "diagnostic":
            diagnostics.append(_diagnostic(part.content))
        else:
            same = part.content.get("same", 0)
    if state is not None:
        index.state(_state(state, state_name))
    index.close()
    objects = sorted(object_changes(index), key=lambda change: _place(change.position, change.urn))
    changed = {change.urn: change for change in objects}
    plans = sorted(plan_changes(index, changed), key=lambda change: _place(change.position, change.urn))
    merchants = {entry.either.merchant_id for entry in index.entries.values()}
    incomplete = not (index.has_state or index.is_refresh_only) and index.unchanged < same
    failed = any(one.severity == "error" for one in diagnostics)
    return Changeset(
        project=index.project,
        stack=index.stack,
        created_at=created_at,
        merchants=tuple(sorted(merchant for merchant in merchants if merchant)),
        objects=tuple(objects),
        plans=tuple(plans),
        unchanged=None if incomplete else len(index.entries) - len({change.urn for change in objects}),
        other_resources=dict(sorted(index.others.items())),
        gaps=tuple(_gaps(index, incomplete=incomplete and bool(objects) and not failed)),
        diagnostics=_without_closing(diagnostics),
    )


def _place(position: SourcePosition | None, urn: str) -> tuple[Any, ...]:
    """The order of the program: the preview's own differs from run to run."""
    return (position is None, position.file if position else "", position.line if position else 0, urn)


def _gaps(index: Index, *, incomplete: bool) -> Iterator[str]:
    if incomplete:
        yield _NO_SAMES
    for kind, count in sorted(index.unknown_kinds.items()):
        yield f"{count} of kind {kind}, which this version does not know: upgrade pulumi_paygentic."


def _diagnostic(content: Mapping[str, Any]) -> Diagnostic:
    severity = _SEVERITIES.get(str(content.get("severity")), "info")
    message = str(content.get("message", "")).strip().removeprefix(f"{severity}:").strip()
    return Diagnostic(severity=severity, message=message, urn=str(content.get("urn") or ""))


def _without_closing(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    errors = [one for one in diagnostics if one.severity == "error"]
    closing = [one for one in errors if one.message in _CLOSING]
    dropped = closing if len(closing) < len(errors) else closing[1:]
    return tuple(one for one in diagnostics if not any(one is other for other in dropped))


def _state(file: BinaryIO, name: str) -> Iterator[Mapping[str, Any]]:
    """The resources of a stack's exported state."""
    hint = "Write one with `pulumi stack export --file state.json`."
    try:
        exported = json.load(file)
    except ValueError as error:
        raise PreviewUnreadable(name, f"is not valid JSON: {error}", hint) from None
    deployment = exported.get("deployment") if isinstance(exported, Mapping) else None
    resources = deployment.get("resources") if isinstance(deployment, Mapping) else None
    if not isinstance(deployment, Mapping) or not isinstance(resources, list | None):
        raise PreviewUnreadable(name, "is no exported state: it has no `deployment`", hint)
    return (found for found in resources or () if isinstance(found, Mapping))
