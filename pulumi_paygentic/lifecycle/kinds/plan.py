"""The steps of a plan: its fields are patched, its prices move by versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_paygentic.api import Conflict, NotFound, PaygenticError
from pulumi_paygentic.lifecycle.errors import PartialUpdate, StalePlanVersion
from pulumi_paygentic.lifecycle.kinds.plan_lines import Lines, entries_of, entries_on, is_equal
from pulumi_paygentic.lifecycle.plan_versions import Version
from pulumi_paygentic.lifecycle.result import Live, Message, Result, warning
from pulumi_paygentic.lifecycle.state import LINES, align
from pulumi_paygentic.lifecycle.steps import Steps


class PlanSteps(Steps):
    """Mints a version for a changed set of prices; a set equal to an earlier version's makes that one the default."""

    def arrange(self, olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """A list of prices after the list of the last run, so that one changed price shows as one."""
        if "prices" not in inputs:
            return dict(inputs)
        return {**inputs, "prices": align(olds.get("prices"), inputs["prices"])}

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The body with keyed lines; price ids stay as declared unless the program asks otherwise."""
        body = {"stablePriceIds": False, **super().body(inputs)}
        if isinstance(inputs.get("prices"), Mapping):
            body["prices"] = entries_of(inputs["prices"])
        return body

    def patchable(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All but the prices."""
        return {name: value for name, value in values.items() if name != "prices"}

    def to_state(self, live: Live, known: Mapping[str, Any]) -> dict[str, Any]:
        """The state with the prices in the shape of the declaration.

        Versions are read only if the default version, or its set of prices, is another than the state knows.
        """
        state = super().to_state(live, known)
        declared = known.get("prices")
        if "prices" not in state:
            return state
        if isinstance(declared, Mapping):
            state["prices"] = state[LINES] = self._lines(live, known)
        else:
            state["prices"] = align(declared, state["prices"])
        return state

    def created(self, live: Live, known: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The state of a new plan, which has the line keys that it was created with: no version is read."""
        lines = inputs.get("prices")
        if lines is None:
            return self.to_state(live, known)
        hidden = {LINES: lines} if isinstance(lines, Mapping) else {}
        version = {"default_version_id": live.values.get("default_version_id")}
        return self.to_state(live, {**known, **version, **hidden, "prices": lines})

    def after_write(self, result: Result, inputs: Mapping[str, Any], known_version: str | None) -> Result:
        """Move the plan to the declared prices, if it does not bill from them yet."""
        lines = inputs.get("prices")
        if lines is None or _same(result.outputs.get("prices"), lines):
            return result
        try:
            version = self._move(result.id, lines, known=known_version)
        except PaygenticError as error:
            if not result.wrote:
                raise
            message = f"The prices of plan {result.id} did not move: {error}"
            # Nobody has seen the version that this write's answer named: the next `up` must stop again.
            outputs = {**result.outputs, "default_version_id": known_version}
            raise PartialUpdate(result.id, outputs, message) from error
        # The move changed the plan as well: without another read the next refresh would show false drift.
        answer = self.account.client.get(f"{self.kind.path}/{{id}}", id=result.id)
        live = self.operation.collection(inputs).put(answer)
        known = {**result.outputs, "prices": lines, LINES: version.lines, "default_version_id": version.id}
        outputs = self.to_state(live, known)
        moved = () if _same(outputs["prices"], lines) else (_ids_moved(result.id),)
        return replace(result, outputs=outputs, wrote=True, messages=(*result.messages, *moved))

    def retained(self, object_id: str, state: Mapping[str, Any]) -> list[Message]:
        """Also the number of subscriptions that stay: no resource of the program names the plan any more."""
        [message] = super().retained(object_id, state)
        try:
            count = self.account.versions(object_id).subscriptions()
        except NotFound:  # somebody has reset the account
            return []
        stay = f"{count} subscription stays" if count == 1 else f"{count} subscriptions stay"
        return [warning(f"{message.text}; {stay} on it") if count else message]

    def _lines(self, live: Live, known: Mapping[str, Any]) -> dict[str, str]:
        lines = known.get(LINES) or {}
        unmoved = known.get("default_version_id") == live.values.get("default_version_id")
        if unmoved and sorted(lines.values()) == sorted(live.values["prices"]):
            return dict(lines)
        versions = self.account.versions(live.id)
        version = versions.default()
        if version is not None and version.id != live.values.get("default_version_id"):
            versions.forget()
            version = versions.default()
        return version.lines if version else {}

    def _move(self, plan_id: str, lines: Lines, *, known: str | None) -> Version:
        versions = self.account.versions(plan_id)
        current = versions.default()
        if current is None:
            return versions.mint(entries_of(lines), None)
        if is_equal(current, lines):
            return current
        if current.id != known:
            raise StalePlanVersion(plan_id, current.number)
        for version in versions:
            if version.is_whole and is_equal(version, lines):
                return self._make_default(plan_id, version, current)
        try:
            return versions.mint(entries_on(self.account, current, lines), current.id)
        except Conflict as error:
            latest = versions.default()
            if latest is None or latest.id == current.id:
                raise
            raise StalePlanVersion(plan_id, latest.number) from error

    def _make_default(self, plan_id: str, version: Version, current: Version) -> Version:
        """Make an earlier version the default. The API has no guard for that, so the default is read first."""
        versions = self.account.versions(plan_id)
        versions.forget()
        latest = versions.default()
        if latest is not None and latest.id != current.id:
            raise StalePlanVersion(plan_id, latest.number)
        return versions.make_default(version.number)


def _same(prices: Any, lines: Lines) -> bool:
    return bool(align(lines, prices) == lines)


def _ids_moved(plan_id: str) -> Message:
    return warning(
        f"plan {plan_id} has stable_price_ids: the API moved price ids when it made the new version, so the declared"
        " ids no longer name the prices that bill; set stable_price_ids=False, or on_change='in_place' on its prices"
    )
