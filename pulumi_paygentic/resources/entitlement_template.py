"""The arguments of a price's entitlement template: one shape for each type of feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pulumi
from typing_extensions import NotRequired, TypedDict


class UsagePeriodArgs(TypedDict):
    """The period after which the credits of a metered feature are issued again."""

    interval: pulumi.Input[str]
    """The length of a period, an ISO 8601 duration such as `P1M`."""
    anchor: NotRequired[pulumi.Input[str]]
    """The time that periods are aligned to (ISO 8601 with an offset)."""


class BooleanTemplateArgs(TypedDict):
    """The template of a feature of type `boolean`: subscribers have it."""

    type: pulumi.Input[Literal["boolean"]]
    """The type of the feature."""


class StaticTemplateArgs(TypedDict):
    """The template of a feature of type `static`."""

    type: pulumi.Input[Literal["static"]]
    """The type of the feature."""
    config: pulumi.Input[Mapping[str, Any]]
    """Any values, under keys of your own."""


class MeteredTemplateArgs(TypedDict):
    """The template of a feature of type `metered`: credits that its use draws down, one for each unit.

    The credits are an allowance, not a discount: the price still charges every unit from the first on, unless
    `Price(grant_discount_enabled=True)` takes what credits cover off the bill.
    """

    type: pulumi.Input[Literal["metered"]]
    """The type of the feature."""
    usage_period: NotRequired[pulumi.Input[UsagePeriodArgs]]
    """The period after which the credits are issued again; without it they are issued once."""
    is_soft_limit: NotRequired[pulumi.Input[bool]]
    """True: use goes on without credits. False: use ends with the credits, and nothing beyond them is charged."""
    issue_after_reset: NotRequired[pulumi.Input[float]]
    """The credits of each period, in units of the feature, not money."""
    issue_after_reset_priority: NotRequired[pulumi.Input[int]]
    """The priority of these credits among others, a whole number."""
    preserve_overage_at_reset: NotRequired[pulumi.Input[bool]]
    """True: use beyond the credits is subtracted from the credits of the next period."""
    reset_max_rollover: NotRequired[pulumi.Input[float]]
    """The most unused credits that a reset leaves."""
    reset_min_rollover: NotRequired[pulumi.Input[float]]
    """The least credits that a reset leaves."""


class DefaultTemplateArgs(TypedDict):
    """The empty mapping, `{}`: an allowance with the API's default values, where no template at all is no allowance."""


EntitlementTemplateArgs = BooleanTemplateArgs | StaticTemplateArgs | MeteredTemplateArgs | DefaultTemplateArgs
