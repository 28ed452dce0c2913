"""The translation of property values between Pulumi and the lifecycle: each has its own sign for "not known yet"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi_paygentic.adapter.sdk_internals import UNKNOWN as PULUMI_UNKNOWN
from pulumi_paygentic.adapter.sdk_internals import Unknown
from pulumi_paygentic.catalog import UNKNOWN

PROVIDER_KEY: Final = "__provider"
"""The property that holds the serialised provider of a resource."""


def from_engine(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Copy a resource's properties, without the serialised provider."""
    return {k: _map(v, _from_pulumi) for k, v in (values or {}).items() if k != PROVIDER_KEY}


def to_engine(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the values for Pulumi, which modifies the mapping that it receives."""
    return {k: _map(v, _to_pulumi) for k, v in values.items()}


def _map(value: Any, leaf: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {k: _map(v, leaf) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_map(v, leaf) for v in value]
    return leaf(value)


def _from_pulumi(value: Any) -> Any:
    return UNKNOWN if isinstance(value, Unknown) else value


def _to_pulumi(value: Any) -> Any:
    return PULUMI_UNKNOWN if value is UNKNOWN else value
