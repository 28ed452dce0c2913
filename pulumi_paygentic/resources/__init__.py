"""The classes that users write: one file a resource.

Made by `scripts/exports`: run it after a change.
"""

from pulumi_paygentic.resources.authorization_link import AuthorizationLink
from pulumi_paygentic.resources.billable_metric import BillableMetric
from pulumi_paygentic.resources.entitlement_template import (
    BooleanTemplateArgs,
    DefaultTemplateArgs,
    MeteredTemplateArgs,
    StaticTemplateArgs,
    UsagePeriodArgs,
)
from pulumi_paygentic.resources.feature import Feature
from pulumi_paygentic.resources.fee import Fee
from pulumi_paygentic.resources.plan import CreditAllocationArgs, Plan, VersionTransitionArgs
from pulumi_paygentic.resources.price import Price, PriceTaxArgs, VolumeTierArgs
from pulumi_paygentic.resources.product import Product
from pulumi_paygentic.resources.provider import Provider

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
