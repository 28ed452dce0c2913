"""Drift: the difference between the state of one or more stacks and the account, without running a program.

Only reads. It costs what a reading of the account costs, and two calls more for each plan of keyed lines that has moved
to another version since the state was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_paygentic.api import Client, PaygenticError
from pulumi_paygentic.snapshot.account import Progress, read_account
from pulumi_paygentic.snapshot.comparison import Difference, differences, is_unlisted_price
from pulumi_paygentic.snapshot.draft import Draft
from pulumi_paygentic.snapshot.matching import pair_by_id
from pulumi_paygentic.snapshot.objects import SnapshotObject
from pulumi_paygentic.snapshot.snapshot import Problem, Snapshot

_OF_ONE_STATE: Final = frozenset({"dangling", "twins"})
"""Problems of a state that are none beside the account: another stack may manage what it refers to."""


class AnotherMerchant(PaygenticError):
    """The state has objects, and all of them belong to another merchant than the settings name."""

    hint = "Check paygentic:merchantId (or PAYGENTIC_MERCHANT_ID), and that the key belongs to it."


@dataclass(frozen=True)
class Drift:
    """The drift of an account from the state of the stacks that manage it.

    `changed` are managed objects of which the account has other values. `missing` are managed objects that the account
    does not have any more. `unmanaged` are objects of the account that none of the stacks manages; prices that no plan
    bills from are not among them but counted in `superseded`, because a price change leaves them behind. `skipped` are
    managed objects that can't be compared: authorization links, and what the key may not read.
    """

    state: Snapshot
    live: Snapshot
    managed: tuple[SnapshotObject, ...]
    changed: tuple[Difference, ...]
    missing: tuple[SnapshotObject, ...]
    unmanaged: tuple[SnapshotObject, ...]
    superseded: int
    skipped: tuple[SnapshotObject, ...]
    problems: tuple[Problem, ...]

    @property
    def has_drifted(self) -> bool:
        """Return whether managed objects differ or are gone."""
        return bool(self.changed or self.missing)

    @property
    def is_complete(self) -> bool:
        """Return whether everything that is managed could be compared, authorization links aside."""
        return not self.live.unread

    @property
    def coverage(self) -> int:
        """The managed share of all objects found in the account or expected there, in percent, rounded down."""
        total = len(self.managed) + len(self.missing) + len(self.unmanaged)
        return 100 * len(self.managed) // total if total else 100


def detect_drift(client: Client, state: Snapshot, *, progress: Progress | None = None, threads: int = 4) -> Drift:
    """Compare the state of one or more stacks with the account of the client's settings.

    Raises AnotherMerchant, and the client's errors.
    """
    merchant = client.settings.merchant_id
    ours = {one.id: one for one in state if one.merchant_id in {None, merchant}}
    if state.objects and not ours:
        owner = state.objects[0].merchant_id
        raise AnotherMerchant(f"All objects of {state.source} belong to {owner}, and the settings name {merchant}")
    live = read_account(
        client,
        lines=lambda plan: _has_moved(plan, ours.get(plan.id), state),
        expected={str(one.id): one.type for one in ours.values() if one.type is not None},
        progress=progress,
        threads=threads,
    )
    pairs = pair_by_id(state, live)
    compared = {one.id: one for one in ours.values() if _is_read(one, live)}
    different = [
        one for one in differences(pairs, only_declared=True) if one.before is not None and one.before.id in compared
    ]
    others = [one for pair in pairs for one in pair if pair[0] is None and one is not None]
    unmanaged = [one for one in others if not one.is_archived]
    orphans = tuple(one for one in unmanaged if not is_unlisted_price(live, one))
    missing = tuple(one.subject for one in different if one.op == "removed")
    gone = {one.id for one in missing}
    foreign = [one for one in state if one.id not in ours]
    return Drift(
        state=state,
        live=live,
        managed=tuple(one for one in compared.values() if one.id not in gone),
        changed=tuple(one for one in different if one.op == "changed"),
        missing=missing,
        unmanaged=orphans,
        superseded=len(unmanaged) - len(orphans),
        skipped=tuple(one for one in ours.values() if not _is_read(one, live)),
        problems=(
            *(one for one in state.problems if one.code not in _OF_ONE_STATE),
            *live.problems,
            *_foreign(foreign),
        ),
    )


def _is_read(one: SnapshotObject, live: Snapshot) -> bool:
    return one.type is not None and one.type.listed_by is not None and one.kind not in live.unread


def _has_moved(plan: Draft, managed: SnapshotObject | None, state: Snapshot) -> bool:
    """Return whether the state's line keys may not be the account's any more."""
    if managed is None or not isinstance(managed.values.get("prices"), Mapping):
        return False
    prices = sorted(state.outputs(managed)["prices"])
    version = managed.computed.get("default_version_id")
    return version != plan.computed.get("default_version_id") or prices != plan.values.get("prices")


def _foreign(objects: Iterable[SnapshotObject]) -> list[Problem]:
    counts: dict[str, int] = {}
    for one in objects:
        counts[str(one.merchant_id)] = counts.get(str(one.merchant_id), 0) + 1
    return [
        Problem(
            "another-merchant", owner, f"{count} objects belong to {owner}, and are compared with its settings only"
        )
        for owner, count in sorted(counts.items())
    ]
