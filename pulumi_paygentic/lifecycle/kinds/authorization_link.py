"""The finder and the steps of authorization links, which leave those of one flow to the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pulumi_paygentic.api import NotFound, RequestError, UnexpectedResponse
from pulumi_paygentic.catalog import Plan
from pulumi_paygentic.lifecycle.account import Operation
from pulumi_paygentic.lifecycle.diff import is_over
from pulumi_paygentic.lifecycle.errors import AuthorizationUnavailable, LinkUnconfirmed
from pulumi_paygentic.lifecycle.finder import Adoption, Finder
from pulumi_paygentic.lifecycle.kinds.subscription_link import SubscriptionFinder, SubscriptionSteps
from pulumi_paygentic.lifecycle.result import Live, Message, Result, warning
from pulumi_paygentic.lifecycle.steps import Steps


class AuthorizationFinder(Finder):
    """Finds the session that this resource had, if it was completed after the state last read it; there is no list."""

    def candidates(self, inputs: Mapping[str, Any], *, fresh: bool) -> Iterable[Live]:
        """The previous link of a renewal, read by its id."""
        previous = self.account.claims.previous(self.operation.urn)
        if fresh or previous is None or not is_over(previous.state):
            return []
        live = self.operation.collection(inputs).read(previous.id)
        return [live] if live is not None and live.values.get("status") == "completed" else []


class AuthorizationSteps(Steps):
    """Sends a link once only, and says when one that can't be withdrawn ends."""

    def send(self, inputs: Mapping[str, Any], recover: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any]:
        """POST once, as the API may write to the user each time; `resend` allows another attempt."""
        try:
            if inputs.get("resend"):
                return super().send(inputs, recover)
            return self.account.client.post(self.kind.path, self.body(inputs))
        except RequestError as error:
            if _is_not_found(error) and self.account.all(Plan).read(inputs["plan_id"]) is not None:
                raise AuthorizationUnavailable(self.kind.path) from error
            if error.maybe_committed and not inputs.get("resend"):
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


class AuthorizationLinkFinder(Finder):
    """Finds links by the finder of their flow."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation)
        self._flows: Mapping[str, Finder] = {
            "authorization": AuthorizationFinder(operation),
            "subscription": SubscriptionFinder(operation),
        }

    def find(self, inputs: Mapping[str, Any], *, fresh: bool = False) -> Adoption | None:
        """The link that already is what `inputs` declare."""
        return self._flows[flow_of(inputs)].find(inputs, fresh=fresh)

    def by_id(self, object_id: str, inputs: Mapping[str, Any]) -> Adoption:
        """The link that `adopt_id` names."""
        return self._flows[flow_of(inputs)].by_id(object_id, inputs)


class AuthorizationLinkSteps(Steps):
    """Takes each step as the flow of the link does."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation)
        self._flows: Mapping[str, Steps] = {
            "authorization": AuthorizationSteps(operation),
            "subscription": SubscriptionSteps(operation),
        }

    def before_create(self, inputs: Mapping[str, Any]) -> None:
        """Raise if the link must not be created."""
        self._flows[flow_of(inputs)].before_create(inputs)

    def send(self, inputs: Mapping[str, Any], recover: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any]:
        """POST."""
        return self._flows[flow_of(inputs)].send(inputs, recover)

    def to_state(self, live: Live, known: Mapping[str, Any]) -> dict[str, Any]:
        """The state of a link that was read or created."""
        return self._flows[flow_of(known)].to_state(live, known)

    def created(self, live: Live, known: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The state of a link that was just created."""
        return self._flows[flow_of(inputs)].created(live, known, inputs)

    def after_write(self, result: Result, inputs: Mapping[str, Any], known_version: str | None) -> Result:
        """Say what is unusual about a link that was created or adopted."""
        return self._flows[flow_of(inputs)].after_write(result, inputs, known_version)

    def retained(self, object_id: str, state: Mapping[str, Any]) -> list[Message]:
        """End the link, or say why it stays."""
        return self._flows[flow_of(state)].retained(object_id, state)


def flow_of(values: Mapping[str, Any]) -> str:
    """The declared flow, or the default."""
    return str(values.get("flow") or "authorization")


def _is_not_found(error: RequestError) -> bool:
    """Return whether the answer is 404, be it about the path itself or about something in the request."""
    return isinstance(error, NotFound | UnexpectedResponse) and error.status == HTTPStatus.NOT_FOUND
