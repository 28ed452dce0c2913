"""The catalog objects: their fields, what may be done with each, and the API's rules on them."""

from pulumi_paygentic.catalog.authorization_link import AuthorizationLink
from pulumi_paygentic.catalog.behaviour import MISSING, Access, Behaviour
from pulumi_paygentic.catalog.billable_metric import BillableMetric
from pulumi_paygentic.catalog.feature import Feature
from pulumi_paygentic.catalog.fee import Fee
from pulumi_paygentic.catalog.mark import Mark
from pulumi_paygentic.catalog.model import CatalogObject, Field, Values, default_of, with_default
from pulumi_paygentic.catalog.plan import Plan
from pulumi_paygentic.catalog.price import Price
from pulumi_paygentic.catalog.problems import Reason, shortened, shown_value
from pulumi_paygentic.catalog.product import Product
from pulumi_paygentic.catalog.registry import all_kinds, kind_named
from pulumi_paygentic.catalog.unknown import UNKNOWN, has_unknown

__all__ = [
    "MISSING",
    "UNKNOWN",
    "Access",
    "AuthorizationLink",
    "Behaviour",
    "BillableMetric",
    "CatalogObject",
    "Feature",
    "Fee",
    "Field",
    "Mark",
    "Plan",
    "Price",
    "Product",
    "Reason",
    "Values",
    "all_kinds",
    "default_of",
    "has_unknown",
    "kind_named",
    "shortened",
    "shown_value",
    "with_default",
]
