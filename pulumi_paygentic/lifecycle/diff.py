"""The comparison of a state with a declaration: the fields that differ, and those that need a new object.

Pure functions; they need no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from pulumi_paygentic.catalog import CatalogObject, default_of, has_unknown, with_default
from pulumi_paygentic.lifecycle.errors import PriceChangeRefused
from pulumi_paygentic.lifecycle.result import Difference
from pulumi_paygentic.lifecycle.state import SUBSCRIBERS, declared_in


def diff(kind: type[CatalogObject], object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
    """Compare `olds`, the last known outputs, with `news`, checked inputs.

    Raises PriceChangeRefused as far as the last read knows of subscribers.
    """
    if news.get("renew") and is_over(olds):
        return Difference([], ["expires_at"], forced=True)
    changed = changed_fields(kind, olds, news)
    refuse_charge_change(kind, object_id, changed, olds.get(SUBSCRIBERS, {}), news)
    return Difference(changed, replacing(kind, olds, declared_in(kind, olds), news))


def refuse_charge_change(
    kind: type[CatalogObject],
    object_id: str,
    changed: Iterable[str],
    subscribers: Mapping[str, int],
    news: Mapping[str, Any],
) -> None:
    """Raise PriceChangeRefused if a declared `on_change="refuse"` forbids these changes while there are subscribers.

    A value that is not known yet may turn out to be the old one: it is compared again before anything is written.
    """
    charged = [n for n in changed if kind.inputs()[n].behaviour.is_charge and not has_unknown(news.get(n))]
    if subscribers and charged and news.get("on_change") == "refuse":
        raise PriceChangeRefused(object_id, charged, subscribers)


def changed_fields(kind: type[CatalogObject], olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """The inputs whose declared value is not the last known one, in the order of declaration."""
    declared = declared_in(kind, olds)
    return [name for name in kind.inputs() if differs(kind, name, declared, olds, news)]


def differs(
    kind: type[CatalogObject], name: str, declared: set[str], olds: Mapping[str, Any], news: Mapping[str, Any]
) -> bool:
    """Return whether one field differs; one that is not declared any more goes back to the API's default."""
    field = kind.inputs()[name]
    if name in news:
        # A state that was written before the argument existed was created by the default.
        old = with_default(field, olds.get(name)) if field.behaviour.at_creation else olds.get(name)
        return has_unknown(news[name]) or not field.is_same(news[name], old)
    return name in declared and with_default(field, olds.get(name)) != default_of(field)


def replacing(
    kind: type[CatalogObject], olds: Mapping[str, Any], declared: Mapping[str, Any] | set[str], news: Mapping[str, Any]
) -> list[str]:
    """The changed fields that need a new object."""
    fields = kind.replacing_fields(news)
    return [name for name in kind.inputs() if name in fields and differs(kind, name, set(declared), olds, news)]


def is_over(state: Mapping[str, Any], now: datetime | None = None) -> bool:
    """Return whether an authorization link has expired uncompleted, as far as the state knows."""
    if state.get("status") in {"completed", None}:
        return False
    moment = now or datetime.now(timezone.utc)
    expires = state.get("expires_at")
    over = expires is not None and datetime.fromisoformat(expires.replace("Z", "+00:00")) <= moment
    return state["status"] == "expired" or over
