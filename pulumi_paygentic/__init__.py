"""A billing catalog on Paygentic as Pulumi resources.

    import pulumi_paygentic as paygentic

    api = paygentic.Product("api", name="Code Execution API", description="Runs code, billed by the submission")

The resources are imported when they are first used: the emulator and the command line tool share this package and need
no Pulumi.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_paygentic.authorization_link import AuthorizationLink
    from pulumi_paygentic.billable_metric import BillableMetric
    from pulumi_paygentic.entitlement_template import (
        BooleanTemplateArgs,
        DefaultTemplateArgs,
        MeteredTemplateArgs,
        StaticTemplateArgs,
        UsagePeriodArgs,
    )
    from pulumi_paygentic.feature import Feature
    from pulumi_paygentic.fee import Fee
    from pulumi_paygentic.plan import CreditAllocationArgs, Plan, VersionTransitionArgs
    from pulumi_paygentic.price import Price, PriceTaxArgs, VolumeTierArgs
    from pulumi_paygentic.product import Product
    from pulumi_paygentic.provider import Provider

_HOMES = {
    "AuthorizationLink": "authorization_link",
    "BillableMetric": "billable_metric",
    "BooleanTemplateArgs": "entitlement_template",
    "CreditAllocationArgs": "plan",
    "DefaultTemplateArgs": "entitlement_template",
    "Feature": "feature",
    "Fee": "fee",
    "MeteredTemplateArgs": "entitlement_template",
    "Plan": "plan",
    "Price": "price",
    "PriceTaxArgs": "price",
    "Product": "product",
    "Provider": "provider",
    "StaticTemplateArgs": "entitlement_template",
    "UsagePeriodArgs": "entitlement_template",
    "VersionTransitionArgs": "plan",
    "VolumeTierArgs": "price",
}

__all__ = [
    "AuthorizationLink",
    "BillableMetric",
    "BooleanTemplateArgs",
    "CreditAllocationArgs",
    "DefaultTemplateArgs",
    "Feature",
    "Fee",
    "MeteredTemplateArgs",
    "Plan",
    "Price",
    "PriceTaxArgs",
    "Product",
    "Provider",
    "StaticTemplateArgs",
    "UsagePeriodArgs",
    "VersionTransitionArgs",
    "VolumeTierArgs",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
