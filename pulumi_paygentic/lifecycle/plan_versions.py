"""The versions of one plan, as the API keeps them: newest first, each with the prices it bills by line key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pulumi_paygentic.api import Client

DEPTH: Final = 50
"""How many versions back a set of prices, or a price's predecessor, is looked for: each has to be read."""


class Slot(NamedTuple):
    """One line of a version: its key and its price, as the API answers it."""

    key: str
    price_id: str
    price: Mapping[str, Any]
    deleted: bool


class Version(NamedTuple):
    """One version of a plan."""

    id: str
    number: int
    is_default: bool
    slots: list[Slot]
    answer: Mapping[str, Any]

    @property
    def lines(self) -> dict[str, str]:
        """The price ids by line key."""
        return {slot.key: slot.price_id for slot in self.slots}

    @property
    def is_whole(self) -> bool:
        """Whether every price still exists: a version with a deleted one must never bill again."""
        return not any(slot.deleted for slot in self.slots)


class PlanVersions:
    """Reads and writes the versions of one plan; each version is read once."""

    _path: Final = "/v0/plans/{id}/versions"

    def __init__(self, client: Client, plan_id: str) -> None:
        self._client = client
        self._plan_id = plan_id
        self._summaries: list[Mapping[str, Any]] | None = None
        self._read: dict[int, Version] = {}

    def __iter__(self) -> Iterator[Version]:
        """The newest versions, newest first; each is asked for only when it is its turn."""
        return (self._get(summary["versionNumber"]) for summary in self._listed()[:DEPTH])

    def default(self) -> Version | None:
        """The version that the plan bills from; None if it never had one."""
        return next((self._get(s["versionNumber"]) for s in self._listed() if s["isDefault"]), None)

    def subscriptions(self) -> int:
        """How many subscriptions there are on all versions together."""
        return sum(summary["subscriptionCount"] for summary in self._listed())

    def subscribers_of(self, price_id: str) -> int:
        """How many subscriptions may pay the price.

        All of the plan's, if it bills from the price now; else those that a version was made for which holds it, since
        they may be pinned to it.
        """
        counts = {s["versionNumber"]: s["subscriptionCount"] for s in self._listed() if s["subscriptionCount"]}
        default = self.default() if counts else None
        if default is not None and price_id in default.lines.values():
            return sum(counts.values())
        return sum(count for number, count in counts.items() if price_id in self._get(number).lines.values())

    def hold(self, price_id: str) -> bool:
        """Whether any version holds the price, however old."""
        return any(price_id in self._get(s["versionNumber"]).lines.values() for s in self._listed())

    def mint(self, entries: list[dict[str, str]], based_on: str | None) -> Version:
        """Make a new version of these lines and bill from it, unless the plan has moved on from `based_on` (409)."""
        guard = {} if based_on is None else {"basedOnVersionId": based_on}

        def recover() -> Mapping[str, Any] | None:
            default = PlanVersions(self._client, self._plan_id).default()
            asked = sorted(entry["priceId"] for entry in entries)
            if default is None or default.id == based_on or sorted(default.lines.values()) != asked:
                return None
            return default.answer

        return _version(self._client.post(self._path, {"prices": entries, **guard}, id=self._plan_id, recover=recover))

    def make_default(self, number: int) -> Version:
        """Bill from an earlier version again."""
        body = {"default": True}
        return _version(self._client.patch(f"{self._path}/{{number}}", body, id=self._plan_id, number=str(number)))

    def _listed(self) -> list[Mapping[str, Any]]:
        if self._summaries is None:
            self._summaries = list(self._client.list(self._path, id=self._plan_id))
        return self._summaries

    def _get(self, number: int) -> Version:
        if number not in self._read:
            answer = self._client.get(f"{self._path}/{{number}}", id=self._plan_id, number=str(number))
            self._read[number] = _version(answer)
        return self._read[number]

    def predecessors(self, price_id: str) -> Iterator[set[str]]:
        """For each line that the price stands on, the ids that stood there in other versions."""
        versions = list(self)
        for key in {slot.key for version in versions for slot in version.slots if slot.price_id == price_id}:
            yield {version.lines[key] for version in versions if key in version.lines} - {price_id}


def _version(answer: Mapping[str, Any]) -> Version:
    slots = [
        Slot(
            key=slot["key"],
            price_id=slot["id"],
            price=slot,
            deleted=bool(slot.get("priceDeleted")),
        )
        for slot in answer["prices"]
    ]
    return Version(answer["id"], answer["versionNumber"], answer["isDefault"], slots, answer)
