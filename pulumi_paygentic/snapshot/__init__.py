"""A whole account as a value: by natural keys, with references in the place of ids."""

from pulumi_paygentic.snapshot.account import Progress, read_account
from pulumi_paygentic.snapshot.objects import Dangling, PlanVersion, Ref, SnapshotObject
from pulumi_paygentic.snapshot.snapshot import Problem, Snapshot, kind_order

__all__ = [
    "Dangling",
    "PlanVersion",
    "Problem",
    "Progress",
    "Ref",
    "Snapshot",
    "SnapshotObject",
    "kind_order",
    "read_account",
]
