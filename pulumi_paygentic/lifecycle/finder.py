"""The search for an existing object that a declaration may adopt, before a POST and after one whose answer was lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import Access, default_of, shown_value, with_default
from pulumi_paygentic.lifecycle.account import Operation
from pulumi_paygentic.lifecycle.diff import changed_fields
from pulumi_paygentic.lifecycle.errors import AdoptionImpossible, AdoptionRefused, AmbiguousAdoption, DuplicateOwner
from pulumi_paygentic.lifecycle.result import Live
from pulumi_paygentic.lifecycle.state import DECLARED, declaring, to_state


class Adoption(NamedTuple):
    """An existing object, claimed for the resource, and the values to write so that it is as declared."""

    live: Live
    changes: Mapping[str, Any]


class Finder:
    """Finds objects by their natural key; a kind that is found in another way has a subclass.

    Of several with one key it takes the equal one. One that differs is adopted only by a person's decision.
    """

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.kind = operation.kind
        self.account = operation.account

    def find(self, inputs: Mapping[str, Any], *, fresh: bool = False) -> Adoption | None:
        """The object that already is what `inputs` declare, claimed for this resource; `fresh` reads the list again.

        Raises AdoptionRefused for one that differs, AmbiguousAdoption for several of which none is equal.
        """
        differing: list[Adoption] = []
        for live in self.candidates(inputs, fresh=fresh):
            if not self.is_same(inputs, live):
                continue
            adoption = Adoption(live, self.changes(inputs, live))
            if self.is_equal(inputs, adoption):
                if self._claim(live):
                    return adoption
            elif self._holder(live) is None:
                differing.append(adoption)
        return self._choose(inputs, differing)

    def by_id(self, object_id: str, inputs: Mapping[str, Any]) -> Adoption:
        """The object that `adopt_id` names, claimed for this resource.

        Raises AdoptionImpossible if it does not exist, belongs to another merchant, or differs in a declared field that
        can't be changed; DuplicateOwner if another resource holds it.
        """
        live = self.operation.collection(inputs).read(object_id)
        if live is None:
            raise AdoptionImpossible(self.kind.title, object_id, "does not exist")
        self.operation.require_merchant(live.values)
        fixed = [
            name
            for name, field in self.kind.inputs().items()
            if name in inputs and field.behaviour.access is Access.CREATE_ONLY and field.behaviour.is_sent
        ]
        wrong = [
            f"{name} {shown_value(live.values.get(name))}" for name in fixed if inputs[name] != live.values.get(name)
        ]
        if wrong:
            raise AdoptionImpossible(
                self.kind.title, object_id, f"has {' and '.join(wrong)}: the API can't change that"
            )
        if not self._claim(live):
            raise DuplicateOwner(self.kind.title, object_id, str(self._holder(live)))
        return Adoption(live, self.changes(inputs, live))

    def candidates(self, inputs: Mapping[str, Any], *, fresh: bool) -> Iterable[Live]:
        """The objects that may be the declared one, best first."""
        return self.operation.collection(inputs).find(inputs, fresh=fresh)

    def is_same(self, inputs: Mapping[str, Any], live: Live) -> bool:
        """Return whether every field that cannot be changed is as declared."""
        fixed = {
            name: field
            for name, field in self.kind.inputs().items()
            if field.behaviour.access is Access.CREATE_ONLY and field.behaviour.is_sent
        }
        return all(
            with_default(field, inputs.get(name)) == with_default(field, live.values.get(name))
            for name, field in fixed.items()
        )

    def changes(self, inputs: Mapping[str, Any], live: Live) -> dict[str, Any]:
        """The values to write so that the object is what a new one would be."""
        fields = self.kind.inputs()
        state = to_state(self.kind, live.values, declaring(self.kind, {}, inputs))
        everything = {**state, DECLARED: sorted(fields)}
        return {
            name: inputs.get(name, default_of(fields[name]))
            for name in self.kind.patched_together(set(changed_fields(self.kind, everything, inputs)))
            if name in inputs or fields[name].behaviour.can_be_unset
        }

    def is_equal(self, inputs: Mapping[str, Any], adoption: Adoption) -> bool:
        """Return whether the object may be adopted unasked, because nothing that matters would be written."""
        return not adoption.changes

    def may_change(self, inputs: Mapping[str, Any], adoption: Adoption) -> bool:
        """Return whether the object may be changed: by a person's decision, or because this resource held it before.

        A name alone does not tell: another resource may hold the object, and be about to give the name up.
        """
        previous = self.account.claims.previous(self.operation.urn)
        return self.account.adopt or (previous is not None and previous.id == adoption.live.id)

    def _choose(self, inputs: Mapping[str, Any], differing: list[Adoption]) -> Adoption | None:
        if not differing:
            return None
        allowed = [adoption for adoption in differing if self.may_change(inputs, adoption)]
        chosen = allowed[0] if len(allowed) == 1 else differing[0] if len(differing) == 1 else None
        if chosen is None:
            raise AmbiguousAdoption(self.kind.title, {a.live.id: a.changes for a in differing})
        if not allowed:
            raise AdoptionRefused(self.kind.title, chosen.live.id, chosen.changes)
        return chosen if self._claim(chosen.live) else None

    def _claim(self, live: Live) -> bool:
        return self.account.claims.claim(live.id, self.operation.urn)

    def _holder(self, live: Live) -> str | None:
        return self.account.claims.holder(live.id, self.operation.urn)
