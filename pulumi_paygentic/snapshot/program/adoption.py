"""The import file: each declared object as the provider's state would have it, for `pulumi import --file`.

The engine reads nothing of an entry that has outputs. So an entry holds the state that the provider would have written
if it had created the object: inputs as its check leaves them, outputs as it reads them, the hidden ones among them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject, Plan
from pulumi_paygentic.lifecycle import check
from pulumi_paygentic.lifecycle.state import LINES, align, declaring, to_state
from pulumi_paygentic.snapshot.program.declaration import Declaration, with_ids
from pulumi_paygentic.snapshot.snapshot import Snapshot

TYPE: Final = "pulumi-python:dynamic/paygentic:"
PROVIDER: Final = "__provider"
_SECRET: Final = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""Pulumi's own mark of a secret."""


def import_file(snapshot: Snapshot, declarations: Iterable[Declaration]) -> str:
    """The text of the import file."""
    entries = [_entry(snapshot, one) for one in declarations]
    return json.dumps({"resources": entries}, indent=2, ensure_ascii=False) + "\n"


def state_of(snapshot: Snapshot, one: Declaration) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs and the outputs of a declared object, without the serialised provider."""
    given = with_ids(snapshot, one.arguments)
    inputs = check(one.kind, {}, given, merchant_id=str(snapshot.merchant_id)).inputs
    outputs = to_state(one.kind, snapshot.outputs(one.one), declaring(one.kind, {}, inputs))
    if one.kind is Plan and "prices" in outputs:
        lines = inputs.get("prices")
        if isinstance(lines, Mapping):
            outputs["prices"] = outputs[LINES] = dict(lines)
        else:
            outputs["prices"] = align(lines, outputs["prices"])
    return inputs, outputs


def serialised_provider(kind: type[CatalogObject]) -> str:
    """The provider of a kind as every state holds it.

    A pickled call of `adapter.provider.provider_for`, written out here because this floor does not import Pulumi.
    """
    opcodes = (
        _short_text("pulumi_paygentic.adapter.provider")
        + _short_text("provider_for")
        + b"\x93\x94"
        + _short_text(kind.__name__)
        + b"\x85\x94R\x94."
    )
    return base64.b64encode(b"\x80\x04\x95" + len(opcodes).to_bytes(8, "little") + opcodes).decode()


def _entry(snapshot: Snapshot, one: Declaration) -> dict[str, Any]:
    provider = {PROVIDER: serialised_provider(one.kind)}
    inputs, outputs = state_of(snapshot, one)
    return {
        "type": f"{TYPE}{one.kind.__name__}",
        "name": one.name,
        "id": one.one.id,
        "inputs": {**_sealed(one.kind, inputs), **provider},
        "outputs": {**_sealed(one.kind, outputs), **provider},
    }


def _sealed(kind: type[CatalogObject], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with each secret one marked as such, so that the state holds it encrypted."""
    fields = kind.fields()
    return {
        name: {**_SECRET, "plaintext": json.dumps(value)} if name in fields and fields[name].behaviour.secret else value
        for name, value in values.items()
    }


def _short_text(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode() + b"\x94"
