"""Values as Pulumi carries them, and as the lifecycle takes them: they differ in what stands for "not known yet"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi_paygentic.adapter.sdk_internals import UNKNOWN as PULUMI_UNKNOWN
from pulumi_paygentic.adapter.sdk_internals import Unknown
from pulumi_paygentic.catalog import UNKNOWN

PROVIDER_KEY: Final = "__provider"
"""Where the serialised provider stands among a resource's properties."""


def from_engine(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy of a resource's properties, without the serialised provider."""
    return {k: _map(v, _known) for k, v in (values or {}).items() if k != PROVIDER_KEY}


def to_engine(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for Pulumi, which changes what it is given."""
    return {k: _map(v, _told) for k, v in values.items()}


def _map(value: Any, leaf: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {k: _map(v, leaf) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_map(v, leaf) for v in value]
    return leaf(value)


def _known(value: Any) -> Any:
    return UNKNOWN if isinstance(value, Unknown) else value


def _told(value: Any) -> Any:
    return PULUMI_UNKNOWN if value is UNKNOWN else value
