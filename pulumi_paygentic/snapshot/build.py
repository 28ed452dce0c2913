"""Making a snapshot of drafts: keys in the place of ids, one order, and a report of everything odd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pulumi_paygentic.snapshot.draft import Draft, DraftVersion
from pulumi_paygentic.snapshot.keys import assign_keys
from pulumi_paygentic.snapshot.objects import (
    Dangling,
    PlanVersion,
    Ref,
    SnapshotObject,
    kind_of_prefix,
    known_kind,
    replace_ids,
)
from pulumi_paygentic.snapshot.snapshot import Problem, Snapshot, position

_MOST_NAMED = 3


def build(
    source: str,
    drafts: Iterable[Draft],
    *,
    merchant_id: str | None = None,
    environment: str | None = None,
    problems: Iterable[Problem] = (),
    unread: Iterable[str] = (),
    whole: bool = True,
) -> Snapshot:
    """A snapshot of the drafts, of which the first of each id counts."""
    unique: dict[str, Draft] = {}
    for draft in drafts:
        unique.setdefault(draft.id, draft)
    keys = assign_keys(unique.values())
    refs = {draft.id: Ref(draft.kind, keys[draft.id]) for draft in unique.values()}

    def resolve(object_id: str) -> Ref | Dangling:
        return refs.get(object_id) or Dangling(object_id)

    objects = sorted((_object(draft, keys[draft.id], resolve) for draft in unique.values()), key=position)
    missing = frozenset(unread)
    return Snapshot(
        source,
        tuple(objects),
        (*problems, *_problems(objects, missing)),
        merchant_id=merchant_id,
        environment=environment,
        unread=missing,
        whole=whole,
    )


def _object(draft: Draft, key: str, resolve: Callable[[str], Ref | Dangling]) -> SnapshotObject:
    return SnapshotObject(
        draft.kind,
        key,
        draft.id,
        {name: _resolved(draft.kind, name, value, resolve) for name, value in draft.values.items()},
        draft.computed,
        draft.unknown,
        draft.mark,
        None if draft.versions is None else tuple(_version(version, resolve) for version in draft.versions),
        draft.resource,
        draft.declared,
        draft.merchant_id,
        draft.archived,
    )


def _resolved(kind: str, name: str, value: Any, resolve: Callable[[str], Ref | Dangling]) -> Any:
    """The value with references; ids of objects outside of the catalog, such as items, stay as they are."""
    model = known_kind(kind)
    target = kind_of_prefix(model.inputs()[name].refers_to) if model else None
    if target is None:
        return value
    resolved = replace_ids(value, target.id_prefix, resolve)
    return sorted(resolved, key=str) if isinstance(resolved, list) else resolved


def _version(version: DraftVersion, resolve: Callable[[str], Ref | Dangling]) -> PlanVersion:
    lines = None if version.lines is None else {key: resolve(price) for key, price in sorted(version.lines.items())}
    return PlanVersion(version.number, version.id, version.is_default, version.status, version.subscriptions, lines)


def _problems(objects: Iterable[SnapshotObject], unread: frozenset[str]) -> Iterator[Problem]:
    fields: dict[tuple[str, str], int] = {}
    dangling: dict[tuple[str, str], list[str]] = {}
    for one in objects:
        if one.type is None:
            yield Problem(
                "unknown-kind", one.key, f"{one.kind} {one.key!r} is of a kind that this version does not know"
            )
        if one.type is not None and one.type.natural_key and "#" in one.key:
            yield Problem("twins", one.key, f"{one.title} {one.key!r} has the natural key of another one")
        for name in one.unknown:
            fields[one.title, name] = fields.get((one.title, name), 0) + 1
        for name, value in one.values.items():
            for lost in _dangling(value):
                kind = kind_of_prefix(lost.partition("_")[0])
                if kind is None or kind.__name__ not in unread:
                    dangling.setdefault((one.title, name), []).append(f"{one.key!r} ({lost})")
    for (title, name), count in sorted(fields.items()):
        yield Problem("unknown-field", title, f"{count} of kind {title} have the field {name}, unknown to this version")
    for (title, name), where in sorted(dangling.items()):
        more = f" and {len(where) - _MOST_NAMED} more" if len(where) > _MOST_NAMED else ""
        named = ", ".join(where[:_MOST_NAMED]) + more
        yield Problem("dangling", title, f"{name} of {title} {named} names an object that is not there")


def _dangling(value: Any) -> Iterator[str]:
    if isinstance(value, Dangling):
        yield value.id
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _dangling(item)
    elif isinstance(value, list):
        for item in value:
            yield from _dangling(item)
