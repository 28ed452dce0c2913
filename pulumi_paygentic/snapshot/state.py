"""A snapshot of a stack's state: of `pulumi stack export`, or of the file that a backend holds.

Secrets stay encrypted: a field that the state holds as a secret is left out and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pulumi_paygentic.lifecycle.state import declared_in, migrated, visible
from pulumi_paygentic.snapshot.build import build
from pulumi_paygentic.snapshot.draft import Draft, canonical
from pulumi_paygentic.snapshot.objects import known_kind
from pulumi_paygentic.snapshot.snapshot import Problem, Snapshot

_TYPE: Final = re.compile(r"(?:pulumi-python:dynamic/)?paygentic:(?:index:)?(\w+)")
_SECRET: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105  the key by which every state marks a secret


class NotAState(ValueError):
    """The document is no state of a stack; the text says so in half a sentence."""


def resources_of(document: Any) -> list[Mapping[str, Any]]:
    """The resources in an exported state, or in a backend's file. Raises `NotAState`."""
    inner = document.get("deployment") if isinstance(document, Mapping) else None
    if inner is None and isinstance(document, Mapping) and isinstance(document.get("checkpoint"), Mapping):
        inner = document["checkpoint"].get("latest") or {}
    if not isinstance(inner, Mapping):
        raise NotAState("is no state of a Pulumi stack")
    found = inner.get("resources") or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise NotAState("has resources that can't be understood")
    return found


def of_state(document: Any, source: str) -> Snapshot:
    """A snapshot of the objects that a stack manages. Raises `NotAState`.

    An object that the stack only reads, or that is about to be deleted, is not among them.
    """
    return of_resources(resources_of(document), source)


def of_resources(resources: Iterable[Mapping[str, Any]], source: str) -> Snapshot:
    """A snapshot of resources as a state lists them; see `of_state`."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for resource in resources:
        draft, encrypted = _draft(resource)
        if draft is not None:
            drafts.append(draft)
            problems += _encrypted(resource, encrypted)
    owners = {draft.merchant_id for draft in drafts if draft.merchant_id}
    (merchant,) = owners if len(owners) == 1 else (None,)
    return build(source, drafts, merchant_id=merchant, problems=problems, whole=False)


def name_of(urn: str) -> str:
    """The name of the resource, from its URN."""
    return urn.split("::", 3)[-1]


def _draft(resource: Mapping[str, Any]) -> tuple[Draft | None, list[str]]:
    match = _TYPE.fullmatch(str(resource.get("type", "")))
    object_id = resource.get("id")
    if not match or not object_id or resource.get("delete") or resource.get("external"):
        return None, []
    state = resource.get("outputs") or resource.get("inputs") or {}
    kind = known_kind(match[1])
    if kind is None:
        plain = {name: value for name, value in visible(state).items() if not is_secret(value)}
        return Draft(match[1], str(object_id), plain, resource=resource["urn"]), []
    state = migrated(kind, state)
    encrypted = [name for name, value in state.items() if name in kind.inputs() and is_secret(value)]
    readable = {
        name: canonical(kind.inputs()[name], value) if name in kind.inputs() else value
        for name, value in state.items()
        if not is_secret(value)
    }
    draft = Draft.of_outputs(kind, str(object_id), readable)
    draft.resource = resource["urn"]
    draft.declared = frozenset(declared_in(kind, state)) - set(encrypted)
    draft.merchant_id = readable.get("merchant_id")
    return draft, [name for name in encrypted if not kind.inputs()[name].behaviour.secret]


def is_secret(value: Any) -> bool:
    """Return whether a value of a state is a secret, or holds one at any depth."""
    if isinstance(value, Mapping):
        return _SECRET in value or any(is_secret(item) for item in value.values())
    return isinstance(value, list) and any(is_secret(item) for item in value)


def _encrypted(resource: Mapping[str, Any], names: list[str]) -> Iterator[Problem]:
    if names:
        name = name_of(resource["urn"])
        yield Problem("encrypted", name, f"{', '.join(sorted(names))} of {name!r} is encrypted, and not compared")
