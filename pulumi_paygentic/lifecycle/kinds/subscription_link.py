"""The links of `flow="subscription"`: a customer by email, and a subscription that waits for payment at its checkout.

Of one email and plan there is never a second subscription that is not terminated: they are listed before each POST, and
after one whose answer was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from pulumi_paygentic.api import Conflict, NotFound
from pulumi_paygentic.catalog import Plan
from pulumi_paygentic.catalog.authorization_link import SESSION_MINUTES, SubscriptionLink
from pulumi_paygentic.catalog.times import canonical_timestamp
from pulumi_paygentic.lifecycle.account import Account, Operation
from pulumi_paygentic.lifecycle.diff import is_over
from pulumi_paygentic.lifecycle.errors import AdoptionImpossible, DuplicateOwner, NothingDueInAdvance
from pulumi_paygentic.lifecycle.finder import Adoption, Finder
from pulumi_paygentic.lifecycle.result import Live, Message, Result, info, warning
from pulumi_paygentic.lifecycle.state import to_state
from pulumi_paygentic.lifecycle.steps import Steps

_NOT_ANSWERED: Final = ("merchant_id", "email", "redirect_url", "url", "expires_at")
"""The fields that the API may leave out of its answer: the state keeps them as they were."""
_REASON: Final = "The checkout link was withdrawn before anybody paid."


class SubscriptionFinder(Finder):
    """Finds the subscription of the email and the plan; ends one that nobody paid and that is to be renewed."""

    def candidates(self, inputs: Mapping[str, Any], *, fresh: bool) -> Iterable[Live]:
        """Yield the subscription that somebody uses, else the one that waits for payment."""
        customer_id = self.account.customers.id_of(inputs["email"])
        for live in self._subscriptions(customer_id, inputs):
            found = _declared(live, inputs)
            if self._is_renewed(found, inputs):
                end(self.account, live.id)
            else:
                yield found

    def by_id(self, object_id: str, inputs: Mapping[str, Any]) -> Adoption:
        """The subscription that `adopt_id` names, if it is the customer's and the plan's."""
        live = self.operation.collection(inputs).read(object_id)
        customer_id = self.account.customers.id_of(inputs["email"])
        if live is not None and live.values.get("customer_id") != customer_id:
            reason = f"belongs to another customer than {customer_id}, who has the declared email"
            raise AdoptionImpossible(self.kind.title, object_id, reason)
        adoption = super().by_id(object_id, _only_answered(inputs))
        return Adoption(_declared(adoption.live, inputs), {})

    def _subscriptions(self, customer_id: str, inputs: Mapping[str, Any]) -> list[Live]:
        """The customer's subscriptions to the plan that are not terminated, the used ones first."""
        collection = self.account.collection(SubscriptionLink, {"flow": "subscription", "customer_id": customer_id})
        listed = self.account.client.list(SubscriptionLink.path, {"customerId": customer_id})
        found = [
            collection.put(answer)
            for answer in listed
            if answer.get("planId") == inputs["plan_id"] and answer.get("status") != "terminated"
        ]
        with_url = [
            (collection.read(live.id) or live)
            if live.values["status"] == "pending" and "url" not in live.values
            else live
            for live in found
        ]
        return sorted(with_url, key=lambda live: live.values.get("status") != "completed")

    def _is_renewed(self, live: Live, inputs: Mapping[str, Any]) -> bool:
        """Return whether the unpaid subscription is replaced: the resource held it, or its session is over."""
        if live.values.get("status") != "pending":
            return False
        previous = self.account.claims.previous(self.operation.urn)
        is_own = previous is not None and previous.id == live.id
        return is_own or (bool(inputs.get("renew")) and ("url" not in live.values or is_over(live.values)))


class SubscriptionSteps(Steps):
    """Subscribes the customer, and ends on delete what nobody paid."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation)
        self._plan_name = ""

    def before_create(self, inputs: Mapping[str, Any]) -> None:
        """Raise NothingDueInAdvance if the plan has no checkout."""
        plan = self.account.all(Plan).read(inputs["plan_id"])
        self._plan_name = plan.values.get("name", "") if plan else ""
        prices = plan.answer.get("prices") or () if plan else ()
        if plan and not any(price.get("paymentTerm") == "in_advance" for price in prices):
            raise NothingDueInAdvance(plan.id)

    def send(self, inputs: Mapping[str, Any], recover: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any]:
        """POST the subscription of the customer."""
        redirect_url = inputs.get("redirect_url")
        body = {
            "name": self._plan_name or inputs["plan_id"],
            "planId": inputs["plan_id"],
            "customerId": self.account.customers.id_of(inputs["email"]),
            "startedAt": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "sessionExpiryMinutes": inputs.get("session_expiry_minutes", SESSION_MINUTES),
            **({"redirectUrls": {"onSuccess": redirect_url}} if redirect_url else {}),
        }
        answer = self.account.client.post(SubscriptionLink.path, body, recover=recover)
        holder = self.account.claims.holder(answer["id"], self.operation.urn)
        if holder is not None:  # the API answers with an existing subscription instead of making a second
            raise DuplicateOwner(self.kind.title, answer["id"], holder)
        return answer

    def created(self, live: Live, known: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The state, with what the answer lacks."""
        return self.to_state(_declared(live, inputs), known)

    def to_state(self, live: Live, known: Mapping[str, Any]) -> dict[str, Any]:
        """The state; a link that was used stays `completed`, and a pending one without an address can't be used."""
        values = {name: known[name] for name in _NOT_ANSWERED if name in known} | dict(live.values)
        if known.get("status") == "completed" and values.get("status") == "expired":
            values["status"] = "completed"
        if values.get("status") == "pending" and "url" not in values:
            values["status"] = "expired"
        return to_state(self.kind, values, known)

    def after_write(self, result: Result, inputs: Mapping[str, Any], known_version: str | None) -> Result:
        """Say if the link that was created or adopted can't be used."""
        messages: list[Message] = []
        if result.outputs.get("status") == "completed" and "url" not in result.outputs:
            messages = [
                info(f"the user of {self.kind.title} {result.id} is subscribed already: there is nothing to pay")
            ]
        elif is_over(result.outputs):
            messages = [warning(f"{self.kind.title} {result.id} can't be used any more: renew=True makes a new one")]
        return Result(result.id, result.outputs, result.inputs, result.wrote, (*result.messages, *messages))

    def retained(self, object_id: str, state: Mapping[str, Any]) -> list[Message]:
        """End a subscription that nobody paid; a warning for one that somebody uses."""
        live = self.operation.collection(state).read(object_id)
        if live is None or live.values.get("status") == "expired":
            return []
        if live.values.get("status") != "pending":
            customer_id = live.values.get("customer_id")
            return [warning(f"subscription {object_id} was retained: customer {customer_id} uses it")]
        end(self.account, object_id)
        return [info(f"subscription {object_id} was ended: nobody had paid it")]


def end(account: Account, subscription_id: str) -> None:
    """Terminate the subscription, unless it is terminated already."""

    def terminated() -> Mapping[str, Any] | None:
        answer = account.client.get(f"{SubscriptionLink.path}/{{id}}", id=subscription_id)
        return answer if answer.get("status") == "terminated" else None

    path = f"{SubscriptionLink.path}/{{id}}/termination"
    try:
        account.client.post(path, {"reason": _REASON}, recover=terminated, id=subscription_id)
    except NotFound:
        return
    except Conflict:
        if terminated() is None:
            raise


def _declared(live: Live, inputs: Mapping[str, Any]) -> Live:
    """The subscription with the declared values that the API does not answer, and the end of its session."""
    given = {name: inputs[name] for name in ("merchant_id", "email", "redirect_url") if name in inputs}
    minutes = timedelta(minutes=inputs.get("session_expiry_minutes", SESSION_MINUTES))
    expires_at = canonical_timestamp((_created(live.answer) + minutes).isoformat())
    return Live(live.id, live.answer, {**given, "expires_at": expires_at, **live.values})


def _created(answer: Mapping[str, Any]) -> datetime:
    """The time at which the subscription was created; now, if the answer does not say."""
    try:
        return datetime.fromisoformat(canonical_timestamp(answer.get("createdAt")).replace("Z", "+00:00"))
    except ValueError:
        return datetime.now(timezone.utc)


def _only_answered(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in {"email", "redirect_url"}}
