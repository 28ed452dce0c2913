"""One catalog object as a preview or a state holds it: its arguments, with stand-ins for unknown and secret values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from pulumi_paygentic.catalog import CatalogObject, kind_named
from pulumi_paygentic.catalog.renamed import present_names
from pulumi_paygentic.changes.object_change import SourcePosition
from pulumi_paygentic.changes.values import SECRET, UNKNOWN

_TYPE: Final = re.compile(r"(?:pulumi-python:dynamic/paygentic|paygentic:index):(\w+)")
_UNKNOWNS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""The engine's stand-ins for a value that it does not know yet: one for each type of value."""
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_FRAME: Final = re.compile(r"project:///(?P<file>[^#]+)#(?P<line>\d+)(?:,\d+)?")
_NOT_THE_PROGRAM: Final = re.compile(r"(^|/)(\.\.|site-packages|dist-packages|pulumi_paygentic/resources)/")
"""Paths of installed packages, and of what lies outside the project."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A catalog object at one moment.

    `inputs` has the declared arguments, `outputs` the last known values of all fields and the hidden outputs.
    `dependencies` names, by argument, the URNs that its value comes from.
    """

    urn: str
    kind: type[CatalogObject]
    id: str | None
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    dependencies: Mapping[str, Sequence[str]]
    position: SourcePosition | None
    retain_on_delete: bool = False

    @property
    def name(self) -> str:
        """The name of the resource in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def title(self) -> str:
        """The name that people know the object by."""
        for field in ("invoice_display_name", "name") if self.kind.__name__ == "Price" else ("name",):
            if isinstance(title := self.inputs.get(field), str):
                return title
        return self.name

    @property
    def merchant_id(self) -> str | None:
        """The merchant that owns the object, if the inputs say so."""
        found = self.inputs.get("merchant_id")
        return found if isinstance(found, str) else None


def kind_of(urn: str) -> str | None:
    """The name of the kind of catalog object that the URN's type has; None of other packages' resources."""
    match = _TYPE.fullmatch(type_of(urn))
    return match and match[1]


def type_of(urn: str) -> str:
    """The resource's own type, without those of its parents."""
    return urn.split("::")[2].rpartition("$")[2] if urn.count("::") >= 3 else ""


def resource(urn: str, kind: str, state: Mapping[str, Any]) -> Resource:
    """Read a resource's state. Raises LookupError if this version does not have the kind."""
    known = kind_named(kind)
    dependencies = _mapping(state.get("propertyDependencies"))
    return Resource(
        urn=urn,
        kind=known,
        id=state.get("id") or None,
        inputs=_values(known, state.get("inputs")),
        outputs=_values(known, state.get("outputs")),
        dependencies={name: tuple(urns) for name, urns in dependencies.items() if urns},
        position=_position(state.get("stackTrace")),
        retain_on_delete=state.get("retainOnDelete") is True,
    )


def decoded(value: Any) -> Any:
    """The value with `UNKNOWN` and `SECRET` in the place of the engine's own stand-ins."""
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWNS else SECRET if value == SECRET.value else value
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if isinstance(value, Mapping):
        return SECRET if _SIGNATURE in value else {name: decoded(item) for name, item in value.items()}
    return value


def _values(kind: type[CatalogObject], values: Any) -> Mapping[str, Any]:
    present = present_names(kind.renamed, _mapping(values))
    return {name: decoded(value) for name, value in present.items() if name != "__provider"}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _position(trace: Any) -> SourcePosition | None:
    """The innermost frame that lies in the program's own folder."""
    for frame in trace if isinstance(trace, list) else []:
        match = _FRAME.fullmatch(_mapping(frame).get("sourcePosition") or "")
        if match and not _NOT_THE_PROGRAM.search(unquote(match["file"])):
            return SourcePosition(unquote(match["file"]), int(match["line"]))
    return None
