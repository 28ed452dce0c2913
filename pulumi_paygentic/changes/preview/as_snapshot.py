"""The catalog that a preview announces, as a snapshot: the account after `up`, as far as it is known before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final

from pulumi_paygentic.catalog import Price, has_unknown
from pulumi_paygentic.changes.preview.charges import referred
from pulumi_paygentic.changes.preview.document import parts
from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.resource import Resource
from pulumi_paygentic.changes.preview.slots import Slot, slots_after, slots_before
from pulumi_paygentic.changes.values import SECRET
from pulumi_paygentic.snapshot import Problem, Snapshot
from pulumi_paygentic.snapshot.build import build
from pulumi_paygentic.snapshot.draft import Draft, canonical
from pulumi_paygentic.snapshot.objects import kind_of_prefix

_NOT_YET: Final = "_new"
"""The middle of the ids that stand for objects which `up` will create."""
_GOES: Final = frozenset({"delete", "retain", "gone", "read"})
_NO_SAMES: Final = "the preview leaves out what stays as it is: make it with --show-sames"


def snapshot_of_preview(file: BinaryIO, name: str) -> Snapshot:
    """A snapshot of the program's catalog. Raises `PreviewUnreadable`.

    New objects have no id. A value that only `up` will know is left out and reported.
    """
    index = Index()
    for part in parts(file, name):
        if part.kind == "step":
            index.step(part.content)
    index.close()
    kept = {urn: entry for urn, entry in index.entries.items() if entry.after is not None and entry.op not in _GOES}
    ids = {urn: _id(entry, number) for number, (urn, entry) in enumerate(kept.items())}
    drafts, problems = [], []
    for entry in kept.values():
        draft, unknown = _draft(index, entry, ids)
        drafts.append(draft)
        problems += [
            Problem("unknown-value", draft.kind, f"{one} of {entry.either.name!r} is known only after up")
            for one in unknown
        ]
    if kept and not index.unchanged:
        problems.append(Problem("incomplete", name, _NO_SAMES))
    found = build(name, drafts, problems=problems, whole=False)
    nameless = (replace(one, id=None) if _NOT_YET in str(one.id) else one for one in found.objects)
    return replace(found, objects=tuple(nameless))


def _id(entry: Entry, number: int) -> str:
    known = entry.before.id if entry.before is not None and entry.stays else None
    return known or f"{entry.either.kind.id_prefix}{_NOT_YET}{number}"


def _draft(index: Index, entry: Entry, ids: Mapping[str, str]) -> tuple[Draft, list[str]]:
    after = entry.after
    assert after is not None  # noqa: S101  only such entries have a draft
    known = dict(_unmanaged(entry)) | {name: _value(index, entry, after, name, ids) for name in after.inputs}
    unknown = [name for name, value in known.items() if has_unknown(value)]
    fields = after.kind.inputs()
    plain = {
        name: canonical(fields[name], value)
        for name, value in known.items()
        if name in fields and name not in unknown and value is not SECRET
    }
    draft = Draft.of_outputs(after.kind, ids[entry.urn], plain)
    draft.resource, draft.merchant_id = entry.urn, after.merchant_id
    draft.declared = frozenset(plain) & frozenset(after.inputs)
    return draft, unknown


def _unmanaged(entry: Entry) -> Iterator[tuple[str, Any]]:
    """The fields of an object that stays which the program does not declare: as the account has them."""
    if entry.stays and entry.before is not None and entry.after is not None:
        for name in entry.before.kind.inputs():
            if name in entry.before.outputs and name not in entry.before.inputs and name not in entry.after.inputs:
                yield name, entry.before.outputs[name]


def _value(index: Index, entry: Entry, after: Resource, name: str, ids: Mapping[str, str]) -> Any:
    """The value of an argument, with ids in the place of references that are not known yet."""
    value = after.inputs[name]
    field = after.kind.inputs().get(name)
    target = kind_of_prefix(field.refers_to) if field else None
    if target is None or not has_unknown(value):
        return value
    if target is Price:
        slots = slots_after(index, after, slots_before(index, entry.before) if entry.before else [])
        return value if slots is None else _lines(slots, ids)
    found = referred(index, after, name, {target.__name__})
    return ids.get(found.urn, value) if found else value


def _lines(slots: list[Slot], ids: Mapping[str, str]) -> Any:
    prices = [(slot.key, ids.get(slot.entry.urn, slot.id) if slot.entry else slot.id) for slot in slots]
    keys = {key for key, _ in prices}
    return dict(prices) if len(keys) == len(prices) and "" not in keys else [price for _, price in prices]
