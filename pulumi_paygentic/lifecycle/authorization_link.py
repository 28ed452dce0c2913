"""The life of an authorization link: made, watched, and renewed only where that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_paygentic.lifecycle.collection import Answer
from pulumi_paygentic.lifecycle.diff import is_over
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle


class AuthorizationLinkLifecycle(Lifecycle):
    """The API has no list of links, so a link whose answer was lost is made again; the lost one expires by itself."""

    def candidates(self, inputs: Mapping[str, Any], owner: str, *, fresh: bool) -> Iterable[Answer]:
        """The link that this resource had, if it is to be renewed but was completed after the state last looked."""
        before = self.account.claims.before(owner)
        if fresh or before is None or not is_over(before[1]):
            return []
        answer = self.collection(inputs).read(before[0])
        return [answer] if answer is not None and answer.get("status") == "completed" else []

    def kept(self, object_id: str, olds: Mapping[str, Any]) -> list[str]:
        """An open link can't be withdrawn; one that was used, also since the last read, or is over needs no word."""
        if olds.get("status") != "pending" or is_over(olds):
            return []
        answer = self.collection(olds).read(object_id)
        if answer is None or answer.get("status") != "pending":
            return []
        return [f"authorization link {object_id} can't be withdrawn: it stays open until {olds.get('expires_at')}"]
