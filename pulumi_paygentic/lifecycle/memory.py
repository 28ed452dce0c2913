"""What is remembered of an object from one run to the next: what the API answers, and what only the program says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import CatalogObject
from pulumi_paygentic.lifecycle.account import Account
from pulumi_paygentic.lifecycle.collection import Answer, Collection
from pulumi_paygentic.lifecycle.state import DECLARED, MARK, declared_in


class Memory:
    """The objects of one kind in one account, as a state knows them."""

    def __init__(self, kind: type[CatalogObject], account: Account) -> None:
        self.kind = kind
        self.account = account

    def collection(self, values: Mapping[str, Any]) -> Collection:
        """The collection that an object with these values stands in."""
        return self.account.collection(self.kind, values)

    def remember(self, answer: Answer, olds: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs: what the API answered, and what it doesn't answer, from `olds`.

        What is declared is held as the program declares it, as far as the API's answer means the same.
        """
        fields, declared = self.kind.inputs(), olds.get(DECLARED, ())
        untold = {name for name, f in fields.items() if not f.behaviour.is_sent}
        kept = {name: value for name, value in olds.items() if name in untold or name.startswith("__")}
        outputs = self.kind.outputs(answer)
        for name in set(declared) & set(fields):
            if fields[name].behaviour.is_remembered:
                outputs[name] = fields[name].as_declared(olds.get(name), outputs.get(name))
        return {**kept, **{name: value for name, value in outputs.items() if value is not None}}

    def remember_declared(self, olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """`olds` with what the program declares now: the names, the values never sent, the declared spellings."""
        fields = self.kind.inputs()
        maps = {name: inputs[name] for name, f in fields.items() if f.behaviour.is_remembered and name in inputs}
        untold = {name: inputs.get(name) for name, f in fields.items() if not f.behaviour.is_sent}
        marked = {MARK: inputs[MARK]} if MARK in inputs else {}
        told = {name: value for name, value in olds.items() if name not in untold}
        given = {name: value for name, value in untold.items() if value is not None}
        return {**told, **given, **maps, **marked, DECLARED: sorted(name for name in inputs if name in fields)}

    def as_declared(self, outputs: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
        """The live values of what is declared, so that Pulumi shows drift field by field."""
        inputs = {name: outputs[name] for name in sorted(declared_in(self.kind, olds)) if name in outputs}
        return {**inputs, **({MARK: olds[MARK]} if MARK in olds else {})}
