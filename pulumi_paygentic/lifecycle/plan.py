"""The life of a plan: its fields are patched, its prices move by versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.api import Conflict, NotFound, PaygenticError
from pulumi_paygentic.catalog import Price
from pulumi_paygentic.lifecycle.account import key_of
from pulumi_paygentic.lifecycle.collection import Answer
from pulumi_paygentic.lifecycle.errors import Incomplete, Moved
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle, Outcome
from pulumi_paygentic.lifecycle.plan_versions import PlanVersions, Version
from pulumi_paygentic.lifecycle.state import LINES

Lines = Mapping[str, str] | list[str]
_ALIKE = ("invoiceDisplayName", "invoiceDisplayGroup", "paymentTerm", "model", "billingCadence", "rateType", "quantity")
"""What tells two prices of one metric or fee apart, beside what they charge."""


class PlanLifecycle(Lifecycle):
    """Prices are declared by line key or as ids; a changed set mints a version, an earlier one is taken up again."""

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Lines carry their keys; price ids stay what the program declares unless it asks otherwise."""
        body = {"stablePriceIds": False, **super().body(inputs)}
        if isinstance(inputs.get("prices"), Mapping):
            body["prices"] = _entries(inputs["prices"])
        return body

    def patch(self, object_id: str, values: Mapping[str, Any]) -> Answer | None:
        """Prices don't move by PATCH: see `_move`."""
        return super().patch(object_id, {name: value for name, value in values.items() if name != "prices"})

    def made(self, answer: Answer, inputs: Mapping[str, Any]) -> Outcome:
        """A new plan has the line keys that it was made with: no need to ask for its version."""
        outcome = super().made(answer, inputs)
        if isinstance(inputs.get("prices"), Mapping):
            outcome.outputs["prices"] = outcome.outputs[LINES] = dict(inputs["prices"])
        return outcome

    def update(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any], owner: str) -> Outcome:
        """Patch the fields, then move to the declared prices."""
        outcome = super().update(object_id, olds, news, owner)
        return self._with_prices(outcome, news, known=olds.get("default_version_id"))

    def take_over(self, answer: Answer, inputs: Mapping[str, Any]) -> Outcome:
        """The same for a plan that was found."""
        outcome = super().take_over(answer, inputs)
        return self._with_prices(outcome, inputs, known=outcome.outputs.get("default_version_id"))

    def changes(self, inputs: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
        """The prices are a change only if the plan bills from others, or under other keys."""
        changes = super().changes(inputs, answer)
        lines = changes.pop("prices", None)
        if lines is not None:
            default = PlanVersions(self.account.client, answer["id"]).default()
            if default is None or not _equal(default, lines):
                changes["prices"] = lines
        return changes

    def may_change(self, answer: Answer, inputs: Mapping[str, Any], owner: str) -> bool:
        """Also where only the ids of prices differ, and not what they charge: twins were made, or found, anew."""
        if super().may_change(answer, inputs, owner):
            return True
        return set(self.changes(inputs, answer)) == {"prices"} and self._charges_alike(answer["id"], inputs["prices"])

    def _charges_alike(self, plan_id: str, lines: Lines) -> bool:
        """Whether the plan bills from prices that are as the declared ones, line by line where lines have keys."""
        default = PlanVersions(self.account.client, plan_id).default()
        prices = self.account.collection(Price, {"merchant_id": self.account.merchant_id})
        keyed = lines.items() if isinstance(lines, Mapping) else [("", price_id) for price_id in lines]
        declared = [(key, _content(prices.read(price_id) or {})) for key, price_id in keyed]
        slots = [] if default is None else default.slots
        billed = [(slot.key if isinstance(lines, Mapping) else "", _content(slot.price)) for slot in slots]
        return sorted(declared) == sorted(billed)

    def kept(self, object_id: str, olds: Mapping[str, Any]) -> list[str]:
        """With those who stay on it: no resource of the program speaks of them any more."""
        [told] = super().kept(object_id, olds)
        try:
            count = PlanVersions(self.account.client, object_id).subscriptions()
        except NotFound:  # somebody has reset the account
            return []
        stay = f"{count} subscription stays" if count == 1 else f"{count} subscriptions stay"
        return [f"{told}; {stay} on it" if count else told]

    def remember(self, answer: Answer, olds: Mapping[str, Any]) -> dict[str, Any]:
        """Prices in the shape that the program declares them in; versions are read only when the default has moved."""
        outputs = super().remember(answer, olds)
        if isinstance(olds.get("prices"), Mapping) and "prices" in outputs:
            outputs["prices"] = outputs[LINES] = self._lines_of(answer["id"], outputs, olds)
        return outputs

    def _lines_of(self, plan_id: str, outputs: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, str]:
        known = olds.get(LINES) or {}
        if (
            olds.get("default_version_id") == outputs.get("default_version_id")
            and sorted(known.values()) == outputs["prices"]
        ):
            return dict(known)
        version = PlanVersions(self.account.client, plan_id).default()
        return version.lines if version else {}

    def _with_prices(self, outcome: Outcome, inputs: Mapping[str, Any], *, known: str | None) -> Outcome:
        """Bill from the declared prices, if the plan does not yet."""
        lines = inputs.get("prices")
        if lines is None or outcome.outputs.get("prices") == lines:
            return outcome
        try:
            version = self._move(outcome.id, lines, known=known)
        except PaygenticError as error:
            if not outcome.wrote:
                raise
            msg = f"the prices of plan {outcome.id} did not move: {error}"
            # A version that only this write's answer told of was seen by nobody: the next up must stop there again.
            raise Incomplete(outcome.id, {**outcome.outputs, "default_version_id": known}, msg) from error
        # The move changed the plan itself as well: read it, or the next refresh would show what is no drift.
        answer = self.account.client.get(f"{self.kind.path}/{{id}}", id=outcome.id)
        self.collection(inputs).put(answer)
        state = {**outcome.outputs, "prices": lines, LINES: version.lines, "default_version_id": version.id}
        outputs = self.remember(answer, state)
        return Outcome(outcome.id, outputs, warnings=[] if outputs["prices"] == lines else [_ids_moved(outcome.id)])

    def _move(self, plan_id: str, lines: Lines, *, known: str | None) -> Version:
        versions = PlanVersions(self.account.client, plan_id)
        current = versions.default()
        if current is None:
            return versions.mint(_entries(lines), None)
        if _equal(current, lines):
            return current
        if current.id != known:
            raise _moved_on(plan_id, current)
        for version in versions:
            if version.is_whole and _equal(version, lines):
                return versions.make_default(version.number)
        try:
            return versions.mint(self._entries(lines, current), current.id)
        except Conflict as error:
            overtaken = PlanVersions(self.account.client, plan_id).default()
            if overtaken is None or overtaken.id == current.id:
                raise
            raise _moved_on(plan_id, overtaken) from error

    def _entries(self, lines: Lines, current: Version) -> list[dict[str, str]]:
        """Ids without keys keep their line, else take that of the price most like them, else a new one.

        Only a price of the same metric or fee is like one.
        """
        if isinstance(lines, Mapping):
            return _entries(lines)
        prices = self.account.collection(Price, {"merchant_id": self.account.merchant_id})
        keys = {slot.price_id: slot.key for slot in current.slots if slot.price_id in lines}
        gone = {slot.key: slot.price for slot in current.slots if slot.price_id not in lines}
        came = {price_id: prices.read(price_id) or {} for price_id in lines if price_id not in keys}
        pairs = [(price_id, key) for price_id, new in came.items() for key, old in gone.items() if _charge(new, old)]
        for price_id, key in sorted(pairs, key=lambda pair: _unlike(came[pair[0]], gone[pair[1]])):
            if price_id not in keys and key in gone:
                keys[price_id] = key
                del gone[key]
        return [{"priceId": p, **({"key": keys[p]} if p in keys else {})} for p in lines]


def _content(price: Answer) -> str:
    return str(key_of(Price, Price.outputs(price)))


def _charge(new: Answer, old: Answer) -> bool:
    """Whether two prices are for the same metric or fee."""
    return any(new.get(name) == old.get(name) is not None for name in ("billableMetricId", "feeId"))


def _unlike(new: Answer, old: Answer) -> tuple[int, str, str]:
    """In how much that is no money two prices differ; of equals, the one that was made first goes with the first."""
    differ = sum(new.get(name) != old.get(name) for name in _ALIKE)
    return differ, str(old.get("createdAt")), str(new.get("createdAt"))


def _equal(version: Version, lines: Lines) -> bool:
    return version.lines == lines if isinstance(lines, Mapping) else sorted(version.lines.values()) == lines


def _entries(lines: Lines) -> list[dict[str, str]]:
    """In the order of keys: Pulumi's maps have none, and a catalog is to come out the same every time."""
    if isinstance(lines, Mapping):
        return [{"priceId": price_id, "key": key} for key, price_id in sorted(lines.items())]
    return [{"priceId": price_id} for price_id in lines]


def _moved_on(plan_id: str, current: Version) -> Moved:
    return Moved(f"plan {plan_id} bills from version {current.number}, and not from the one that was last seen.")


def _ids_moved(plan_id: str) -> str:
    return (
        f"plan {plan_id} has stable_price_ids: the API moved price ids when it made the new version, so what is"
        " declared no longer names what bills; set stable_price_ids=False, or on_change='in_place' on its prices"
    )
