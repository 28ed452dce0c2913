"""Changes of a plan's set of prices: the first set, a swap in place, a new version, another default.

With stable price ids a line that changes keeps its id: the two prices exchange values, so that the live id carries the
new value, and earlier versions hold the old value under the other id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from pulumi_paygentic.emulator.collections.catalog import price_rules
from pulumi_paygentic.emulator.collections.catalog.prices import product_of
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.store import Record
from pulumi_paygentic.emulator.storage.version_lines import VersionLine

KEY_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"
Key = Annotated[str, StringConstraints(pattern=f"^{KEY_PATTERN}$")]


def first_lines(cx: Context, plan: Record, given: Sequence[Record]) -> list[VersionLine]:
    """The lines of a list of `{priceId, key?}`; a line without a key gets one."""
    _check_prices(cx, plan, [line["priceId"] for line in given])
    keys = [line["key"] for line in given if "key" in line]
    if len(set(keys)) != len(keys):
        raise refuse("prices", "two lines have the same key", "duplicate_key")
    return [VersionLine(line.get("key") or _generated_key(), line["priceId"]) for line in given]


def swap(cx: Context, plan: Record, price_ids: Sequence[str]) -> Record:
    """Change the default version's own set: prices carried over keep their line, a new one takes a dropped one's."""
    _check_prices(cx, plan, price_ids)
    version_id = plan.get("defaultVersionId")
    if version_id is None:
        return publish(cx, plan, [VersionLine(_generated_key(), p) for p in price_ids]) if price_ids else plan
    if not price_ids:
        raise refuse("prices", "a plan with a version must keep at least one price", "too_short")
    keys = {line.price_id: line.key for line in version_lines.lines_of(cx.store, version_id)}
    dropped = [price_id for price_id in keys if price_id not in price_ids]
    for added in (price_id for price_id in price_ids if price_id not in keys):
        replaced = next((old for old in dropped if _charge(cx, old) == _charge(cx, added)), None)
        if replaced is None:
            keys[added] = _generated_key()
        else:
            dropped.remove(replaced)
            keys[added] = keys[replaced]
    version_lines.write(
        cx.store, plan["id"], version_id, [VersionLine(keys[price_id], price_id) for price_id in price_ids]
    )
    version = cx.require(kinds.PLAN_VERSION, version_id)
    cx.store.put({**version, "updatedAt": cx.clock.stamp()})
    return plan


def mint(cx: Context, plan: Record, given: Sequence[Record]) -> Record:
    """Make a new version with this set, live at once, and return the plan."""
    new = first_lines(cx, plan, given)
    _check_new_keys(cx, plan, given)
    live = _live(cx, plan)
    if plan["stablePriceIds"]:
        changed = {line.key for line in new if live.get(line.key, line.price_id) != line.price_id}
        copies = [VersionLine(key, _copy(cx, price_id) if key in changed else price_id) for key, price_id in new]
        plan = publish(cx, plan, copies)
        _keep_ids(cx, plan, live)
        return plan
    return publish(cx, plan, new)


def make_default(cx: Context, plan: Record, version: Record) -> Record:
    """Bill from another version of the plan."""
    live = _live(cx, plan)
    plan = {**plan, "defaultVersionId": version["id"]}
    _store_plan(cx, plan)
    if plan["stablePriceIds"]:
        _keep_ids(cx, plan, live)
    return plan


def publish(cx: Context, plan: Record, lines: Sequence[VersionLine]) -> Record:
    """Store a version with these lines and make it the plan's default."""
    now = cx.clock.stamp()
    previous = plan.get("defaultVersionId")
    version = {
        "id": kinds.PLAN_VERSION.new_id(),
        "object": kinds.PLAN_VERSION.name,
        "planId": plan["id"],
        "versionNumber": cx.store.count(kinds.PLAN_VERSION, {"planId": plan["id"]}) + 1,
        "status": "published",
        "publishedAt": now,
        "updatedAt": now,
        **({"basedOnVersionId": previous} if previous else {}),
    }
    cx.store.insert(kinds.PLAN_VERSION, cx.merchant, version)
    version_lines.write(cx.store, plan["id"], version["id"], lines)
    plan = {**plan, "defaultVersionId": version["id"]}
    _store_plan(cx, plan)
    return plan


def _check_new_keys(cx: Context, plan: Record, given: Sequence[Record]) -> None:
    """Check the form of new keys; a key that the plan holds already may be a generated one."""
    held = version_lines.keys_of_plan(cx.store, plan["id"])
    for index, line in enumerate(given):
        if "key" in line and line["key"] not in held and not re.fullmatch(KEY_PATTERN, line["key"], re.ASCII):
            raise refuse(f"prices.{index}.key", f"must match {KEY_PATTERN}", "string_pattern_mismatch")


def _live(cx: Context, plan: Record) -> dict[str, str]:
    return dict(version_lines.lines_of(cx.store, plan.get("defaultVersionId", "")))


def _keep_ids(cx: Context, plan: Record, live: dict[str, str]) -> None:
    for key, kept in live.items():
        price_id = _live(cx, plan).get(key, kept)  # read again each time, since an exchange renames other lines too
        if price_id != kept:
            _trade(cx, plan, kept, price_id)


def _trade(cx: Context, plan: Record, one: str, other: str) -> None:
    """Exchange the values of two prices; every version of the plan follows its values to their new id."""
    first, second = cx.require(kinds.PRICE, one), cx.require(kinds.PRICE, other)
    now = cx.clock.stamp()
    cx.store.put({**second, "id": one, "updatedAt": now})
    cx.store.put({**first, "id": other})
    version_lines.exchange(cx.store, plan["id"], one, other)


def _copy(cx: Context, price_id: str) -> str:
    copy = {**cx.require(kinds.PRICE, price_id), "id": kinds.PRICE.new_id()}
    cx.store.insert(kinds.PRICE, cx.merchant, copy)
    return str(copy["id"])


def _store_plan(cx: Context, plan: Record) -> None:
    cx.store.put({**plan, "updatedAt": cx.clock.stamp()})


def _charge(cx: Context, price_id: str) -> str:
    price = cx.require(kinds.PRICE, price_id)
    return str(price.get("billableMetricId") or price["feeId"])


def _generated_key() -> str:
    return kinds.random_id("line_")


def _check_prices(cx: Context, plan: Record, price_ids: Sequence[str]) -> None:
    if len(set(price_ids)) != len(price_ids):
        raise refuse("prices", "a price is listed twice", "duplicate")
    for index, price_id in enumerate(price_ids):
        price = cx.require(kinds.PRICE, price_id)
        if product_of(cx, price) != plan["productId"]:
            raise refuse(f"prices.{index}", "bills a metric or fee of another product", "other_product")
        if not price_rules.fits_a_plan(price):
            raise refuse(f"prices.{index}", f"has a quantity that is not {price_rules.IN_A_PLAN}", "out_of_range")
