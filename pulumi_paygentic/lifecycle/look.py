"""The look before making: whether an object that is declared is there already, and may be taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_paygentic.catalog import Access, default_of, with_default
from pulumi_paygentic.lifecycle.account import key_of
from pulumi_paygentic.lifecycle.collection import Answer
from pulumi_paygentic.lifecycle.diff import changed_fields
from pulumi_paygentic.lifecycle.errors import Different
from pulumi_paygentic.lifecycle.memory import Memory
from pulumi_paygentic.lifecycle.state import DECLARED


class Look(Memory):
    """How objects of one kind are known again; what is special to one is in a subclass's `candidates`."""

    def find(self, inputs: Mapping[str, Any], owner: str, *, fresh: bool = False) -> Answer | None:
        """The object that already is what `inputs` declare, claimed for `owner`; `fresh` asks the API again."""
        for answer in self.candidates(inputs, owner, fresh=fresh):
            if self.is_same(inputs, answer) and self.account.claims.take(answer["id"], owner):
                changes = self.changes(inputs, answer)
                if changes and not self.may_change(answer, inputs, owner):
                    self.account.claims.release(answer["id"])
                    raise Different(self.kind.title, answer["id"], changes)
                return answer
        return None

    def candidates(self, inputs: Mapping[str, Any], owner: str, *, fresh: bool) -> Iterable[Answer]:
        """The objects that may be the one that `inputs` declare, best first."""
        del owner
        return self.collection(inputs).find(key_of(self.kind, inputs), fresh=fresh)

    def is_same(self, inputs: Mapping[str, Any], answer: Answer) -> bool:
        """Whether every field that can't be changed is as declared."""
        live = self.kind.outputs(answer)
        fixed = {
            n: f
            for n, f in self.kind.inputs().items()
            if f.behaviour.access is Access.CREATE_ONLY and f.behaviour.is_sent
        }
        return all(with_default(f, inputs.get(name)) == with_default(f, live.get(name)) for name, f in fixed.items())

    def changes(self, inputs: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
        """What must be written for an object that was found to be what a new one would be."""
        state = self.remember(answer, self.remember_declared({}, inputs))
        everything = {**state, DECLARED: sorted(self.kind.inputs())}
        return {
            name: inputs.get(name, default_of(self.kind.inputs()[name]))
            for name in self.kind.together(set(changed_fields(self.kind, everything, inputs)))
            if name in inputs or self.kind.inputs()[name].behaviour.can_be_unset
        }

    def may_change(self, answer: Answer, inputs: Mapping[str, Any], owner: str) -> bool:
        """Whether an object that was found may be brought to what is declared.

        A name alone does not tell: another resource may hold the object, and be about to give the name up.
        """
        del inputs
        before = self.account.claims.before(owner)
        return self.account.adopt or (before is not None and before[0] == answer["id"])
