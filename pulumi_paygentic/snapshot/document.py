"""The exported document of a snapshot: plain data, the same for the same content, and back.

    {"format": "paygentic-snapshot/1",
     "objects": {"Product": {"Speech API": {"name": "Speech API", "description": "d"}},
                 "BillableMetric": {"Speech API/Minutes": {"product_id": {"ref": "Speech API"}, ...}}}}

Objects stand by kind and key, their fields as in a program. `{"ref": KEY}` refers to an object of the kind that the
field names. What is no field begins with `$`: `$archived`, `$unknown`, and, in a document with ids, `$id`, `$computed`,
`$mark` and `$versions`. The JSON Schema is `schema.json_schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi_paygentic.catalog import Mark
from pulumi_paygentic.snapshot.draft import canonical
from pulumi_paygentic.snapshot.objects import (
    Dangling,
    PlanVersion,
    Ref,
    SnapshotObject,
    kind_of_prefix,
    known_kind,
    map_references,
)
from pulumi_paygentic.snapshot.snapshot import Problem, Snapshot, position

FORMAT: Final = "paygentic-snapshot/1"


class BadDocument(ValueError):
    """The document is no exported snapshot; the text says in half a sentence why."""


def to_document(snapshot: Snapshot, *, ids: bool = False) -> dict[str, Any]:
    """The document of a snapshot; with `ids` also everything that belongs to this one account."""
    account = {"merchant_id": snapshot.merchant_id, "environment": snapshot.environment} if ids else {}
    objects: dict[str, dict[str, Any]] = {}
    for one in snapshot:
        objects.setdefault(one.kind, {})[one.key] = {**_content(one, ids=ids), **(_identity(one) if ids else {})}
    unread = {"unread": sorted(snapshot.unread)} if snapshot.unread else {}
    return {"format": FORMAT, **_without_none(account), **unread, "objects": objects}


def without_ids(snapshot: Snapshot) -> Snapshot:
    """The snapshot as a document without ids has it."""
    return replace(
        snapshot,
        objects=tuple(_anonymous(one) for one in snapshot),
        merchant_id=None,
        environment=None,
    )


def of_document(document: Any, source: str) -> Snapshot:
    """The snapshot that a document was made of. Raises `BadDocument`."""
    objects = _objects_in(document)
    known = {(kind, key) for kind, entries in objects.items() for key in entries}
    made: list[SnapshotObject] = []
    problems: list[Problem] = []
    for kind, entries in objects.items():
        if known_kind(kind) is None:
            problems.append(Problem("unknown-kind", kind, f"{len(entries)} objects are of kind {kind}, unknown here"))
        made += [_object(kind, key, entry, known) for key, entry in entries.items()]
    unread = document.get("unread") or []
    return Snapshot(
        source,
        tuple(sorted(made, key=position)),
        tuple(problems),
        merchant_id=document.get("merchant_id"),
        environment=document.get("environment"),
        unread=frozenset(map(str, unread)),
    )


def is_document(value: Any) -> bool:
    """Return whether the value looks like an exported snapshot, of whatever version."""
    return isinstance(value, Mapping) and str(value.get("format", "")).startswith("paygentic-snapshot/")


def _content(one: SnapshotObject, *, ids: bool) -> dict[str, Any]:
    values = {name: map_references(value, lambda ref: _written(ref, ids=ids)) for name, value in one.values.items()}
    values = {name: _in_order(value) for name, value in values.items()}
    archived = {"$archived": True} if one.is_archived else {}
    unknown = {"$unknown": _in_order(one.unknown)} if one.unknown else {}
    return {**values, **archived, **unknown}


def _in_order(value: Any) -> Any:
    """The value with the keys of its mappings sorted, so that it is written in one way."""
    if isinstance(value, Mapping):
        return {key: _in_order(item) for key, item in sorted(value.items())}
    return [_in_order(item) for item in value] if isinstance(value, list) else value


def _written(reference: Ref | Dangling, *, ids: bool) -> dict[str, str]:
    if isinstance(reference, Ref):
        return {"ref": reference.key}
    return {"missing": reference.id if ids else ""}


def _identity(one: SnapshotObject) -> dict[str, Any]:
    versions = [_version_document(version) for version in one.versions or ()]
    return _without_none(
        {
            "$id": one.id,
            "$computed": dict(one.computed) or None,
            "$mark": None if one.mark is None else str(one.mark),
            "$versions": None if one.versions is None else versions,
        }
    )


def _version_document(version: PlanVersion) -> dict[str, Any]:
    lines = version.lines
    return _without_none(
        {
            "number": version.number,
            "id": version.id,
            "is_default": version.is_default,
            "status": version.status,
            "subscriptions": version.subscriptions,
            "lines": None if lines is None else {key: _written(price, ids=True) for key, price in lines.items()},
        }
    )


def _anonymous(one: SnapshotObject) -> SnapshotObject:
    def blank(reference: Ref | Dangling) -> Ref | Dangling:
        return reference if isinstance(reference, Ref) else Dangling("")

    values = {name: map_references(value, blank) for name, value in one.values.items()}
    return SnapshotObject(one.kind, one.key, None, values, unknown=one.unknown, is_archived=one.is_archived)


def _objects_in(document: Any) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    if not is_document(document):
        raise BadDocument("is no exported snapshot")
    if document["format"] != FORMAT:
        raise BadDocument(f"is of format {document['format']}, and this version reads {FORMAT}")
    objects = document.get("objects")
    entries = objects.values() if isinstance(objects, Mapping) else [None]
    if not all(isinstance(one, Mapping) and all(isinstance(e, Mapping) for e in one.values()) for one in entries):
        raise BadDocument("has no objects by kind and key")
    found: Mapping[str, Mapping[str, Mapping[str, Any]]] = objects
    return found


def _object(kind: str, key: str, entry: Mapping[str, Any], known: set[tuple[str, str]]) -> SnapshotObject:
    model = known_kind(kind)
    fields = model.inputs() if model else {}

    def read(name: str, value: Any) -> Any:
        target = kind_of_prefix(fields[name].refers_to) if name in fields else None
        if target is not None:
            resolve = _resolver(target.__name__, f"{name} of {kind} {key!r}", known)
            return _sorted(_parsed(value, resolve))
        return canonical(fields[name], value) if name in fields else value

    versions = entry.get("$versions")
    mark = entry.get("$mark")
    return SnapshotObject(
        kind,
        str(key),
        entry.get("$id"),
        {name: read(name, value) for name, value in entry.items() if not name.startswith("$")},
        dict(entry.get("$computed") or {}),
        dict(entry.get("$unknown") or {}),
        None if mark is None else Mark.parse(mark),
        None if versions is None else tuple(_version(version, key, known) for version in versions),
        is_archived=bool(entry.get("$archived")),
    )


def _version(entry: Mapping[str, Any], key: str, known: set[tuple[str, str]]) -> PlanVersion:
    lines = entry.get("lines")
    resolve = _resolver("Price", f"a version of plan {key!r}", known)
    return PlanVersion(
        entry["number"],
        entry["id"],
        bool(entry.get("is_default")),
        str(entry.get("status")),
        int(entry.get("subscriptions", 0)),
        None if lines is None else {line: _parsed(price, resolve) for line, price in lines.items()},
    )


def _resolver(kind: str, where: str, known: set[tuple[str, str]]) -> Callable[[str], Ref]:
    def resolve(key: str) -> Ref:
        if (kind, key) not in known:
            raise BadDocument(f"has no {kind} {key!r}, which {where} refers to")
        return Ref(kind, key)

    return resolve


def _parsed(value: Any, resolve: Callable[[str], Ref]) -> Any:
    if isinstance(value, Mapping):
        [(name, item)] = value.items() if len(value) == 1 else [("", None)]
        if name in {"ref", "missing"} and isinstance(item, str):  # else it is a line of that key
            return resolve(item) if name == "ref" else Dangling(item)
        return {key: _parsed(item, resolve) for key, item in value.items()}
    if isinstance(value, list):
        return [_parsed(item, resolve) for item in value]
    return value


def _sorted(value: Any) -> Any:
    """A list of references in the one order that a snapshot has."""
    return sorted(value, key=str) if isinstance(value, list) else value


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
