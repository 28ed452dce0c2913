"""The steps of an operation that some kinds take in their own way; here as most kinds take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_paygentic.lifecycle.account import Operation
from pulumi_paygentic.lifecycle.result import Live, Message, Result, warning
from pulumi_paygentic.lifecycle.state import to_state, visible


class Steps:
    """The common steps. A kind overrides the few that differ; the lifecycle calls each at one place."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.kind = operation.kind
        self.account = operation.account

    def arrange(self, olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The checked inputs, arranged after those of the last run where an order has no meaning."""
        return dict(inputs)

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The body of the POST."""
        return self.kind.body(visible(inputs))

    def send(self, inputs: Mapping[str, Any], recover: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any]:
        """POST; after an answer that was lost, `recover` finds the object before it is sent again."""
        return self.account.client.post(self.kind.path, self.body(inputs), recover=recover)

    def patchable(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the values that PATCH takes."""
        return dict(values)

    def to_state(self, live: Live, known: Mapping[str, Any]) -> dict[str, Any]:
        """The state of an object that was read or written."""
        return to_state(self.kind, live.values, known)

    def created(self, live: Live, known: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The state of an object that was just created from these inputs."""
        return self.to_state(live, known)

    def before_create(self, inputs: Mapping[str, Any]) -> None:
        """Raise if the object must not be created."""

    def before_replacing(self, inputs: Mapping[str, Any]) -> None:
        """Raise if the object that this resource held must not be replaced by one with these inputs."""

    def before_update(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        """Raise if the update must not be made."""

    def after_write(self, result: Result, inputs: Mapping[str, Any], known_version: str | None) -> Result:
        """Complete a write with further calls. `known_version` is the plan version that the state knew."""
        return result

    def after_read(self, result: Result) -> Result:
        """Complete a read."""
        return result

    def users(self, object_id: str, state: Mapping[str, Any]) -> str | None:
        """The objects that still use a deletable one, where the API itself would not say so."""
        return None

    def retained(self, object_id: str, state: Mapping[str, Any]) -> list[Message]:
        """The messages about an object that the API can't delete."""
        return [warning(f"{self.kind.title} {object_id} was retained: the API can't delete a {self.kind.title}")]
