"""The record of an import, kept beside the program: the objects that it declared, for the next import to go on from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pulumi_paygentic.snapshot.program.declaration import with_ids
from pulumi_paygentic.snapshot.program.selection import Selection
from pulumi_paygentic.snapshot.snapshot import Snapshot

FILE: Final = ".paygentic-import.json"
VERSION: Final = 1


@dataclass(frozen=True)
class Recorded:
    """A declared object: `reference` is the expression for it in `file`, `arguments` its values with ids."""

    kind: str
    name: str
    file: str
    reference: str
    arguments: Mapping[str, Any]


class Change(NamedTuple):
    """A value of a declared object that changed since the last import; `field` is empty for an object that is gone."""

    kind: str
    name: str
    id: str
    field: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        if not self.field:
            return f"{self.kind} {self.name!r} ({self.id}) is no longer in the account"
        return f"{self.kind} {self.name!r} ({self.id}): {self.field} was {self.before!r}, and is {self.after!r} now"


@dataclass
class Record:
    """The declared objects by id, of one merchant."""

    merchant_id: str
    environment: str
    objects: dict[str, Recorded] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Record:
        """Read the record's text. Raises ValueError if it is none, or of a later version."""
        try:
            value = json.loads(text)
            if value["version"] != VERSION:
                raise ValueError(f"is of version {value['version']}, and this package reads {VERSION}")
            objects = {object_id: Recorded(**one) for object_id, one in value["objects"].items()}
            return cls(value["merchant_id"], value["environment"], objects)
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError("is not the record of an import") from error

    def text(self) -> str:
        """The record as it is written."""
        objects = {
            object_id: {name: getattr(one, name) for name in ("kind", "name", "file", "reference", "arguments")}
            for object_id, one in sorted(self.objects.items())
        }
        head = {"version": VERSION, "merchant_id": self.merchant_id, "environment": self.environment}
        return json.dumps({**head, "objects": objects}, indent=1, ensure_ascii=False) + "\n"

    def names(self) -> dict[str, set[str]]:
        """The names of the resources by kind."""
        found: dict[str, set[str]] = {}
        for one in self.objects.values():
            found.setdefault(one.kind, set()).add(one.name)
        return found


def changes_since(record: Record, snapshot: Snapshot, selection: Selection) -> Iterator[Change]:
    """Yield each difference between the objects as recorded and as they are now, of those in the snapshot's reach."""
    for object_id, recorded in record.objects.items():
        one = snapshot.by_id(object_id)
        if one is None:
            if recorded.kind not in snapshot.unread:
                yield Change(recorded.kind, recorded.name, object_id, "")
            continue
        if one.ref not in selection.arguments:
            continue
        now = _plain(with_ids(snapshot, selection.arguments[one.ref]))
        for name in dict.fromkeys([*recorded.arguments, *now]):
            before, after = recorded.arguments.get(name), now.get(name)
            if before != after and name != "adopt_id":
                yield Change(recorded.kind, recorded.name, object_id, name, before, after)


def recorded(snapshot: Snapshot, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a record has them."""
    return _plain(with_ids(snapshot, arguments))


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON gives them back, with lists of ids in one order."""
    plain: dict[str, Any] = json.loads(json.dumps(value))
    if isinstance(plain.get("prices"), list):
        plain["prices"].sort()
    return plain
