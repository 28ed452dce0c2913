"""The operations that Pulumi asks for, once for every kind: check, diff, create, read, update, delete.

`check` and `diff` make no calls. The others have one order: find or write, then complete the write, then record it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.api import Conflict, NotFound
from pulumi_paygentic.catalog import Access, CatalogObject, default_of, shown_value
from pulumi_paygentic.lifecycle import guards
from pulumi_paygentic.lifecycle.account import Account, Operation
from pulumi_paygentic.lifecycle.check import Checked, check
from pulumi_paygentic.lifecycle.diff import changed_fields, diff
from pulumi_paygentic.lifecycle.errors import KeyInUse, ObjectDeleted, ObjectNotFound
from pulumi_paygentic.lifecycle.finder import Adoption
from pulumi_paygentic.lifecycle.holders import describe, is_normal
from pulumi_paygentic.lifecycle.kinds import finder_for, steps_for
from pulumi_paygentic.lifecycle.result import Difference, Live, Message, Result, info, warning
from pulumi_paygentic.lifecycle.state import ADOPTION, DECLARED, declaring, is_first_read, migrated, to_inputs


class Lifecycle:
    """The operations on one resource: a kind of object, in one account, on behalf of one URN."""

    def __init__(self, kind: type[CatalogObject], account: Account, urn: str) -> None:
        operation = Operation(account, kind, urn)
        self.operation = operation
        self.kind, self.account, self.urn = kind, account, urn
        self.steps = steps_for(operation)
        self.finder = finder_for(operation)

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        """The declared values in canonical form, and every violation at once; `olds` are the inputs of the last run."""
        olds = migrated(self.kind, olds)
        if olds:
            self.account.claims.manage(self.urn)
        inputs, violations = check(self.kind, olds, news, merchant_id=self.account.merchant_id, urn=self.urn)
        violations += self.account.natural_keys.declare(self.kind, inputs, self.urn)
        violations += self.account.advice.mismatch(self.kind, inputs)
        if not olds:
            violations += guards.key_of_another_resource(self.operation, inputs)
        return Checked(self.steps.arrange(olds, inputs), violations)

    def advise(self, inputs: Mapping[str, Any]) -> tuple[Message, ...]:
        """Return the warnings about valid inputs."""
        return self.account.advice.about(self.kind, self.urn, inputs)

    def diff(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
        """The differences between `olds`, the last known outputs, and `news`, checked inputs.

        Raises DuplicateOwner, PriceChangeRefused, ReplacementRefused, ProductMismatch, KeyMoves and AdoptionImpossible.
        """
        state, olds = olds, migrated(self.kind, olds)
        twin = guards.duplicate_owner(self.operation, object_id, olds)
        if twin is not None:
            return twin
        self.account.advice.note(self.kind, object_id, self.urn, olds, news)
        guards.adoption_is_over(self.operation, object_id, olds, news)
        difference = diff(self.kind, object_id, olds, news)
        guards.product_mismatch(self.operation, object_id, difference, olds, news)
        guards.replacement(self.operation, object_id, difference, olds, news)
        messages = guards.moving_key(self.operation, olds, news)
        return difference._replace(messages=messages, migrated=olds != state)

    def create(self, inputs: Mapping[str, Any]) -> Result:
        """Create the object, or adopt the existing one that is equal to the declaration or that `adopt_id` names."""
        self.steps.before_create(inputs)
        result = self._adopt_or_post(inputs)
        self.account.advice.note(self.kind, result.id, self.urn, result.outputs, inputs)
        return result

    def read(self, object_id: str, olds: Mapping[str, Any]) -> Result | None:
        """The object as the account has it now, or None if it does not exist any more.

        Raises ObjectNotFound if the program refers to it by its id.
        """
        olds = {**self.kind.implied_by(object_id), **migrated(self.kind, olds)}
        self.operation.require_merchant(olds)
        live = self.operation.collection(olds).read(object_id)
        if live is None:
            if is_first_read(self.kind, olds):
                settings = self.account.client.settings
                raise ObjectNotFound(self.kind.title, object_id, settings.merchant_id, settings.environment)
            return None
        outputs = self.steps.to_state(live, olds)
        inputs = to_inputs(self.kind, outputs) if DECLARED in olds else None
        return self.steps.after_read(Result(object_id, outputs, inputs, wrote=False))

    def update(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Result:
        """Bring the object from the last known values to the declared ones, writing only what differs."""
        olds = migrated(self.kind, olds)
        self.steps.before_update(object_id, olds, news)
        fields = self.kind.inputs()
        changed = self.kind.patched_together(set(changed_fields(self.kind, olds, news)))
        state = declaring(self.kind, olds, news)
        live = self._patch(object_id, {name: news.get(name, default_of(fields[name])) for name in changed}, news)
        result = Result(object_id, state if live is None else self.steps.to_state(live, state), wrote=live is not None)
        return self.steps.after_write(result, news, olds.get("default_version_id"))

    def delete(self, object_id: str, state: Mapping[str, Any]) -> list[Message]:
        """Delete the object if the API can and no resource holds it; return the messages about a retained one."""
        state = migrated(self.kind, state)
        self.operation.require_merchant(state)
        name = f"{self.kind.title} {object_id}"
        if not self.account.claims.can_delete(object_id, self.urn, state):
            return [info(f"{name} was not deleted: a resource of this stack holds it")]
        if not self.kind.deletable:
            return self.steps.retained(object_id, state)
        users = self.steps.users(object_id, state)
        if users is not None:
            return [warning(f"{name} was retained: it is still held by {users}")]
        try:
            self.account.client.delete(f"{self.kind.path}/{{id}}", id=object_id)
        except NotFound:
            if self.operation.collection(state).read(object_id) is not None:
                raise
        except Conflict as conflict:
            if not conflict.blockers:
                raise
            severity = info if is_normal(conflict.blockers) else warning
            return [severity(f"{name} was retained: it is still held by {describe(conflict.blockers)}")]
        self.operation.collection(state).drop(object_id)
        self.account.claims.deleted(object_id)
        return []

    def _adopt_or_post(self, inputs: Mapping[str, Any]) -> Result:
        adopt_id = inputs.get("adopt_id")
        previous = self.account.claims.previous(self.urn)
        if previous is not None:
            self.steps.before_replacing(inputs)
        if adopt_id and previous is None and not self.account.claims.is_managed(self.urn):
            adoption = self.finder.by_id(adopt_id, inputs)
        else:
            found = self.finder.find(inputs)
            if found is None:
                return self._post(inputs)
            adoption = found
        return self._adopt(adoption, inputs, announce=True)

    def _adopt(self, adoption: Adoption, inputs: Mapping[str, Any], *, announce: bool) -> Result:
        """Bring an existing object to the declaration; what was changed is said field by field."""
        state = self.steps.to_state(adoption.live, declaring(self.kind, {}, inputs))
        live = self._patch(adoption.live.id, adoption.changes, inputs)
        outputs = state if live is None else self.steps.to_state(live, state)
        outputs[ADOPTION] = secrets.token_hex(8)
        result = Result(adoption.live.id, outputs, wrote=live is not None)
        result = self.steps.after_write(result, inputs, adoption.live.values.get("default_version_id"))
        if announce:
            changed = (
                f"changed {', '.join(sorted(adoption.changes))}" if adoption.changes else "nothing had to be changed"
            )
            message = info(f"adopted {self.kind.title} {result.id}: {changed}")
            result = Result(result.id, result.outputs, wrote=result.wrote, messages=(message, *result.messages))
        return result

    def _post(self, inputs: Mapping[str, Any]) -> Result:
        """POST; after an answer that was lost, look for the object that it may have created before sending it again."""
        found: list[Adoption] = []

        def recover() -> Mapping[str, Any] | None:
            adoption = self.finder.find(inputs, fresh=True)
            found.extend([adoption] if adoption else [])
            return adoption.live.answer if adoption else None

        try:
            answer = self.steps.send(inputs, recover)
        except Conflict as conflict:
            raise self._key_in_use(inputs, None) or conflict from None
        if found:
            return self._adopt(found[0], inputs, announce=False)
        live = self.operation.collection(inputs).put(answer)
        if not self.account.claims.claim(live.id, self.urn):
            # An equal resource whose answer was lost has claimed this object: its own exists as well, adopt that.
            twins = self.finder.find(inputs, fresh=True)
            return self._post(inputs) if twins is None else self._adopt(twins, inputs, announce=False)
        outputs = self.steps.created(live, declaring(self.kind, {}, inputs), inputs)
        return self.steps.after_write(Result(live.id, outputs), inputs, outputs.get("default_version_id"))

    def _patch(self, object_id: str, values: Mapping[str, Any], inputs: Mapping[str, Any]) -> Live | None:
        """Write these values of the inputs (None clears a field); None if there was nothing to write."""
        fields = self.kind.inputs()
        mutable = {name: v for name, v in values.items() if fields[name].behaviour.access is Access.MUTABLE}
        body = self.kind.body(self.steps.patchable(mutable))
        if not body:
            return None
        try:
            answer = self.account.client.patch(f"{self.kind.path}/{{id}}", body, id=object_id)
        except NotFound as error:
            raise ObjectDeleted(self.kind.title, object_id) from error
        except Conflict as conflict:
            raise self._key_in_use(inputs, object_id) or conflict from None
        return self.operation.collection(self.kind.outputs(answer)).put(answer)

    def _key_in_use(self, inputs: Mapping[str, Any], object_id: str | None) -> KeyInUse | None:
        """The error that names the other object, if a conflict is about a unique key that it has."""
        field = self.kind.unique_key
        others = self.operation.collection(inputs).find(inputs, fresh=True) if field else []
        for live in others:
            if live.id != object_id:
                return KeyInUse(
                    self.kind.title, str(field), inputs[str(field)], f"{live.id} ({shown_value(live.values['name'])})"
                )
        return None
