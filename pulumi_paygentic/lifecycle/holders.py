"""The objects that hold another one, as the API names them when it refuses a delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pulumi_paygentic.api import Blocker
from pulumi_paygentic.catalog import shown_value

MAX_NAMED: Final = 3
"""The number of holders that a message names: the versions of a plan are many after a while."""


def is_normal(blockers: Sequence[Blocker]) -> bool:
    """Return whether only plan versions hold the object, which is normal: each price change leaves an old price."""
    return {blocker.type for blocker in blockers} == {"planVersions"}


def describe(blockers: Iterable[Blocker]) -> str:
    """The holders by name, such as `version 1 of plan 'Pro'`."""
    return " and ".join(_described(blocker) for blocker in blockers)


def _described(blocker: Blocker) -> str:
    names = [_name(item) for item in blocker.items[:MAX_NAMED]]
    if any(name is None for name in names):
        return str(blocker)
    more = blocker.count - len(names)
    return ", ".join(map(str, names)) + (f" and {more} more" if more > 0 else "")


def _name(item: Mapping[str, Any]) -> str | None:
    name = item.get("name")
    if name is None:
        return None
    if "versionNumber" in item:
        return f"version {int(item['versionNumber'])} of plan {shown_value(name)}"
    return (
        f"plan {shown_value(name)}"
        if str(item.get("id")).startswith("plan_")
        else f"{shown_value(name)} ({item.get('id')})"
    )
