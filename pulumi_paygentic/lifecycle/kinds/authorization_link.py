"""The finder and the steps of authorization links: created once, and renewed only on request; the API has no list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pulumi_paygentic.api import RequestError
from pulumi_paygentic.lifecycle.diff import is_over
from pulumi_paygentic.lifecycle.errors import LinkUnconfirmed
from pulumi_paygentic.lifecycle.finder import Finder
from pulumi_paygentic.lifecycle.result import Live, Message, warning
from pulumi_paygentic.lifecycle.steps import Steps


class AuthorizationLinkFinder(Finder):
    """Finds the link that this resource had, if it was completed after the state last read it."""

    def candidates(self, inputs: Mapping[str, Any], *, fresh: bool) -> Iterable[Live]:
        """The previous link of a renewal, read by its id."""
        previous = self.account.claims.previous(self.operation.urn)
        if fresh or previous is None or not is_over(previous.state):
            return []
        live = self.operation.collection(inputs).read(previous.id)
        return [live] if live is not None and live.values.get("status") == "completed" else []


class AuthorizationLinkSteps(Steps):
    """Sends a link once only, and says when one that can't be withdrawn ends."""

    def send(self, inputs: Mapping[str, Any], recover: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any]:
        """POST once, as the API may write to the user each time; `resend` allows another attempt."""
        if inputs.get("resend"):
            return super().send(inputs, recover)
        try:
            return self.account.client.post(self.kind.path, self.body(inputs))
        except RequestError as error:
            if error.maybe_committed:
                raise LinkUnconfirmed(error) from error
            raise

    def retained(self, object_id: str, state: Mapping[str, Any]) -> list[Message]:
        """A warning for a link that is still open; one that is over, or was used since the last read, needs none."""
        if state.get("status") != "pending" or is_over(state):
            return []
        live = self.operation.collection(state).read(object_id)
        if live is None or live.values.get("status") != "pending":
            return []
        until = state.get("expires_at")
        return [warning(f"authorization link {object_id} can't be withdrawn: it stays open until {until}")]
