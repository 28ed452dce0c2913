"""The life of catalog objects, once for all of them: check, diff, create, read, update, delete.

Knows the API and the catalog, and nothing of Pulumi.
"""

from pulumi_paygentic.catalog import AuthorizationLink, CatalogObject, Feature, Plan, Price, Product
from pulumi_paygentic.lifecycle.account import Account
from pulumi_paygentic.lifecycle.authorization_link import AuthorizationLinkLifecycle
from pulumi_paygentic.lifecycle.check import Checked, check
from pulumi_paygentic.lifecycle.diff import Difference, diff
from pulumi_paygentic.lifecycle.errors import (
    Different,
    Gone,
    HeldTwice,
    Incomplete,
    Moved,
    OtherMerchant,
    Refused,
    SameName,
)
from pulumi_paygentic.lifecycle.feature import FeatureLifecycle
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle, Outcome
from pulumi_paygentic.lifecycle.plan import PlanLifecycle
from pulumi_paygentic.lifecycle.price import PriceLifecycle
from pulumi_paygentic.lifecycle.product import ProductLifecycle

_OWN_WAYS: dict[type[CatalogObject], type[Lifecycle]] = {
    AuthorizationLink: AuthorizationLinkLifecycle,
    Feature: FeatureLifecycle,
    Plan: PlanLifecycle,
    Price: PriceLifecycle,
    Product: ProductLifecycle,
}


def lifecycle_of(kind: type[CatalogObject], account: Account) -> Lifecycle:
    """The lifecycle of the objects of one kind in the account."""
    return _OWN_WAYS.get(kind, Lifecycle)(kind, account)


__all__ = [
    "Account",
    "Checked",
    "Difference",
    "Different",
    "Gone",
    "HeldTwice",
    "Incomplete",
    "Lifecycle",
    "Moved",
    "OtherMerchant",
    "Outcome",
    "Refused",
    "SameName",
    "check",
    "diff",
    "lifecycle_of",
]
