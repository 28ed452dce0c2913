"""The allowance that a price gives with its feature: one shape for each type of feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag
from typing_extensions import NotRequired, TypedDict

from pulumi_paygentic.catalog.times import Duration, Timestamp
from pulumi_paygentic.catalog.values import Flag, Integer, Number
from pulumi_paygentic.catalog.violations import TEMPLATE_ERROR, TEMPLATES

UNLIMITED: Final = 999_999_999_999
Credits = Annotated[Number, Field(ge=0, le=UNLIMITED)]
"""An amount of a feature's units: no money."""


class UsagePeriod(TypedDict):
    """The period after which the credits are issued again."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    interval: Duration
    anchor: NotRequired[Timestamp]


class BooleanTemplate(TypedDict):
    """A feature that is on."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    type: Literal["boolean"]


class StaticTemplate(TypedDict):
    """A feature with a configuration."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    type: Literal["static"]
    config: dict[str, Any]


class MeteredTemplate(TypedDict):
    """A feature whose use draws down credits."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    type: Literal["metered"]
    usage_period: Annotated[NotRequired[UsagePeriod], Field(alias="usagePeriod")]
    is_soft_limit: Annotated[NotRequired[Flag], Field(alias="isSoftLimit")]
    issue_after_reset: Annotated[NotRequired[Credits], Field(alias="issueAfterReset")]
    issue_after_reset_priority: Annotated[
        NotRequired[Annotated[Integer, Field(ge=-32_768, le=32_767)]], Field(alias="issueAfterResetPriority")
    ]
    preserve_overage_at_reset: Annotated[NotRequired[Flag], Field(alias="preserveOverageAtReset")]
    reset_max_rollover: Annotated[NotRequired[Credits], Field(alias="resetMaxRollover")]
    reset_min_rollover: Annotated[NotRequired[Credits], Field(alias="resetMinRollover")]


class DefaultTemplate(TypedDict):
    """An empty mapping: the feature's own defaults."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it


_BOOLEAN, _STATIC, _METERED, _DEFAULT = TEMPLATES
_OF_TYPE: Final = {"boolean": _BOOLEAN, "static": _STATIC, "metered": _METERED}


def _shape(value: Any) -> str | None:
    """Return the shape to check the mapping against; without a known type, the most similar one by its keys."""
    if not isinstance(value, Mapping):
        return _METERED
    if not value:
        return _DEFAULT
    given = value.get("type")
    if isinstance(given, str):
        return _OF_TYPE.get(given)
    if "config" in value:
        return _STATIC
    return _BOOLEAN if len(value) == 1 and "type" in value else _METERED


EntitlementTemplate = Annotated[
    Annotated[BooleanTemplate, Tag(_BOOLEAN)]
    | Annotated[StaticTemplate, Tag(_STATIC)]
    | Annotated[MeteredTemplate, Tag(_METERED)]
    | Annotated[DefaultTemplate, Tag(_DEFAULT)],
    Discriminator(
        _shape,
        custom_error_type=TEMPLATE_ERROR,
        custom_error_message="needs the type of its feature: 'boolean', 'static' or 'metered'",
    ),
]
"""The template of an entitlement, by the type of its feature."""
