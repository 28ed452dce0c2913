"""Create, read, update and delete, once, for any catalog object; what is special to one is in a subclass's hooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_paygentic.api import Conflict, NotFound
from pulumi_paygentic.catalog import Access, default_of
from pulumi_paygentic.lifecycle.collection import Answer
from pulumi_paygentic.lifecycle.diff import changed_fields
from pulumi_paygentic.lifecycle.errors import Gone, OtherMerchant
from pulumi_paygentic.lifecycle.look import Look
from pulumi_paygentic.lifecycle.state import DECLARED, visible


@dataclass(frozen=True)
class Outcome:
    """What is to be remembered of an object after it was made, read or changed."""

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any] | None = None
    wrote: bool = True
    warnings: list[str] = field(default_factory=list)


class Lifecycle(Look):
    """The life of the objects of one kind in one account."""

    # What Pulumi asks for.

    def create(self, inputs: Mapping[str, Any], owner: str) -> Outcome:
        """Make the object, or take over the one that an earlier run made and did not live to remember."""
        found = self.find(inputs, owner)
        return self._post(inputs, owner) if found is None else self.take_over(found, inputs)

    def read(self, object_id: str, olds: Mapping[str, Any]) -> Outcome | None:
        """The object as the account has it now, or None if it is gone."""
        self._is_of_this_account(olds)
        answer = self.collection(olds).read(object_id)
        if answer is None:
            return None
        outputs = self.remember(answer, olds)
        if DECLARED not in olds:
            return Outcome(object_id, outputs)
        return Outcome(object_id, outputs, inputs=self.as_declared(outputs, olds))

    def update(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any], owner: str) -> Outcome:
        """Bring the object from the last known values to the declared ones, writing only what differs."""
        del owner
        outputs = self.remember_declared(olds, news)
        values = {
            name: news.get(name, default_of(self.kind.inputs()[name]))
            for name in self.kind.together(set(changed_fields(self.kind, olds, news)))
        }
        answer = self.patch(object_id, values)
        if answer is None:
            return Outcome(object_id, outputs, wrote=False)
        return Outcome(object_id, self.remember(answer, outputs))

    def delete(self, object_id: str, olds: Mapping[str, Any], owner: str) -> list[str]:
        """Delete the object where the API can; answers warnings that say what was kept, and why."""
        self._is_of_this_account(olds)
        if not self.account.claims.may_delete(object_id, owner):
            return []
        if not self.kind.deletable:
            return self.kept(object_id, olds)
        try:
            self.account.client.delete(f"{self.kind.path}/{{id}}", id=object_id)
        except NotFound:
            if self.collection(olds).read(object_id) is not None:
                raise
        except Conflict as conflict:
            if not conflict.blockers:
                raise
            holders = " and ".join(str(blocker) for blocker in conflict.blockers)
            return [f"{self.kind.title} {object_id} was kept: it is still held by {holders}"]
        self.collection(olds).drop(object_id)
        return []

    # What a kind may do its own way.

    def take_over(self, answer: Answer, inputs: Mapping[str, Any]) -> Outcome:
        """Bring an object that was found to what a new one would be."""
        state = self.remember(answer, self.remember_declared({}, inputs))
        patched = self.patch(answer["id"], self.changes(inputs, answer))
        return Outcome(answer["id"], state if patched is None else self.remember(patched, state))

    def made(self, answer: Answer, inputs: Mapping[str, Any]) -> Outcome:
        """What to remember of an object just made."""
        return Outcome(answer["id"], self.remember(answer, self.remember_declared({}, inputs)))

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The body of the POST that makes the object."""
        return self.kind.body(visible(inputs))

    def kept(self, object_id: str, olds: Mapping[str, Any]) -> list[str]:
        """What to say of an object that the API can't delete."""
        del olds
        return [f"{self.kind.title} {object_id} was kept: the API can't delete a {self.kind.title}"]

    # Shared steps.

    def patch(self, object_id: str, values: Mapping[str, Any]) -> Answer | None:
        """Write these values (None clears a field); None if there was nothing to write."""
        fields = self.kind.inputs()
        body = self.kind.body({n: v for n, v in values.items() if fields[n].behaviour.access is Access.MUTABLE})
        if not body:
            return None
        try:
            answer: Answer = self.account.client.patch(f"{self.kind.path}/{{id}}", body, id=object_id)
        except NotFound as error:
            raise Gone(self.kind.title, object_id) from error
        self.collection(self.kind.outputs(answer)).put(answer)
        return answer

    def _post(self, inputs: Mapping[str, Any], owner: str) -> Outcome:
        """POST; after an answer that was lost, look for what may have been made before sending it again."""
        found: list[Answer] = []

        def recover() -> Answer | None:
            answer = self.find(inputs, owner, fresh=True)
            found.extend([answer] if answer else [])
            return answer

        while True:
            answer: Answer = self.account.client.post(self.kind.path, self.body(inputs), recover=recover)
            if found:
                return self.take_over(answer, inputs)
            self.collection(inputs).put(answer)
            if self.account.claims.take(answer["id"], owner):
                return self.made(answer, inputs)
            # A twin whose own answer was lost has found this one first: it is the twin's now.

    def _is_of_this_account(self, olds: Mapping[str, Any]) -> None:
        """What another merchant has is neither gone nor deleted only because this one does not have it."""
        holder = olds.get("merchant_id")
        if holder not in {None, self.account.merchant_id}:
            raise OtherMerchant(self.kind.title, holder, self.account.merchant_id)
