"""The versions of one plan: newest first, each with the prices that it bills by line key.

Each version is read once a run. Our own writes are added; a conflict drops everything.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pulumi_paygentic.api import Client, Conflict

DEPTH: Final = 50
"""The number of versions that are searched for a set of prices or a predecessor: each has to be read."""


class VersionLine(NamedTuple):
    """One line of a version: its key and its price, as the API answers it."""

    key: str
    price_id: str
    price: Mapping[str, Any]
    deleted: bool


class Version(NamedTuple):
    """One version of a plan."""

    id: str
    number: int
    entries: list[VersionLine]
    answer: Mapping[str, Any]

    @property
    def lines(self) -> dict[str, str]:
        """The price ids by line key."""
        return {line.key: line.price_id for line in self.entries}

    @property
    def is_whole(self) -> bool:
        """Return whether every price still exists: a version with a deleted one must never bill again."""
        return not any(line.deleted for line in self.entries)


class PlanVersions:
    """Reads and writes the versions of one plan."""

    _path: Final = "/v0/plans/{id}/versions"

    def __init__(self, client: Client, plan_id: str) -> None:
        self._client = client
        self._plan_id = plan_id
        self._lock = threading.RLock()
        self._summaries: list[Mapping[str, Any]] | None = None
        self._read: dict[int, Version] = {}
        self._default: int | None = None

    def __iter__(self) -> Iterator[Version]:
        """The newest versions, newest first; each is read only at its turn."""
        return (self._version(summary["versionNumber"]) for summary in self._listed()[:DEPTH])

    def default(self) -> Version | None:
        """The version that the plan bills from; None if it never had one."""
        with self._lock:
            self._listed()
            return None if self._default is None else self._version(self._default)

    def subscriptions(self) -> int:
        """The number of subscriptions on all versions together."""
        return sum(summary["subscriptionCount"] for summary in self._listed())

    def subscribers_of(self, price_id: str) -> int:
        """The number of subscriptions that may pay the price.

        All of the plan's, if it bills from the price now; else those that a version was made for which holds it, since
        they may be pinned to it.
        """
        counts = {s["versionNumber"]: s["subscriptionCount"] for s in self._listed() if s["subscriptionCount"]}
        default = self.default() if counts else None
        if default is not None and price_id in default.lines.values():
            return sum(counts.values())
        return sum(count for number, count in counts.items() if price_id in self._version(number).lines.values())

    def hold(self, price_id: str) -> bool:
        """Return whether any version holds the price, however old."""
        return any(price_id in self._version(s["versionNumber"]).lines.values() for s in self._listed())

    def predecessors(self, price_id: str) -> Iterator[set[str]]:
        """For each line that the price stands on, the ids that stood there in other versions."""
        versions = list(self)
        for key in {line.key for version in versions for line in version.entries if line.price_id == price_id}:
            yield {version.lines[key] for version in versions if key in version.lines} - {price_id}

    def mint(self, entries: list[dict[str, str]], based_on: str | None) -> Version:
        """Make a new version of these lines and bill from it, unless the plan has moved on from `based_on` (409)."""
        guard = {} if based_on is None else {"basedOnVersionId": based_on}

        def recover() -> Mapping[str, Any] | None:
            self.forget()
            default = self.default()
            asked = sorted(entry["priceId"] for entry in entries)
            if default is None or default.id == based_on or sorted(default.lines.values()) != asked:
                return None
            return default.answer

        body = {"prices": entries, **guard}
        try:
            answer = self._client.post(self._path, body, id=self._plan_id, recover=recover)
        except Conflict:
            self.forget()
            raise
        return self._add(answer)

    def make_default(self, number: int) -> Version:
        """Bill from an earlier version again."""
        body = {"default": True}
        answer = self._client.patch(f"{self._path}/{{number}}", body, id=self._plan_id, number=str(number))
        return self._add(answer)

    def forget(self) -> None:
        """Drop the list, so that it is read again when needed; versions that were read never change."""
        with self._lock:
            self._summaries, self._default = None, None

    def _listed(self) -> list[Mapping[str, Any]]:
        with self._lock:
            if self._summaries is None:
                self._summaries = list(self._client.list(self._path, id=self._plan_id))
                self._default = next((s["versionNumber"] for s in self._summaries if s["isDefault"]), None)
            return self._summaries

    def _version(self, number: int) -> Version:
        with self._lock:
            if number not in self._read:
                answer = self._client.get(f"{self._path}/{{number}}", id=self._plan_id, number=str(number))
                self._read[number] = _version(answer)
            return self._read[number]

    def _add(self, answer: Mapping[str, Any]) -> Version:
        """Note a version that our own write made the default."""
        version = _version(answer)
        with self._lock:
            summaries = self._listed()
            if all(summary["versionNumber"] != version.number for summary in summaries):
                summaries.insert(0, answer)
            self._read[version.number] = version
            self._default = version.number
        return version


def _version(answer: Mapping[str, Any]) -> Version:
    entries = [
        VersionLine(key=line["key"], price_id=line["id"], price=line, deleted=bool(line.get("priceDeleted")))
        for line in answer["prices"]
    ]
    return Version(answer["id"], answer["versionNumber"], entries, answer)
