"""Every kind of catalog object, by name.

Made by `scripts/exports`: run it after a change.
"""

from pulumi_paygentic.catalog.authorization_link import AuthorizationLink
from pulumi_paygentic.catalog.billable_metric import BillableMetric
from pulumi_paygentic.catalog.feature import Feature
from pulumi_paygentic.catalog.fee import Fee
from pulumi_paygentic.catalog.plan import Plan
from pulumi_paygentic.catalog.price import Price
from pulumi_paygentic.catalog.product import Product

__all__ = [
    "AuthorizationLink",
    "BillableMetric",
    "Feature",
    "Fee",
    "Plan",
    "Price",
    "Product",
]
