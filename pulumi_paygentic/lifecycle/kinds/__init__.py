"""The finders and steps of single kinds; all other kinds use the common finder and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulumi_paygentic.catalog import AuthorizationLink, CatalogObject, Feature, Plan, Price, Product
from pulumi_paygentic.lifecycle.account import Operation
from pulumi_paygentic.lifecycle.finder import Finder
from pulumi_paygentic.lifecycle.kinds.authorization_link import AuthorizationLinkFinder, AuthorizationLinkSteps
from pulumi_paygentic.lifecycle.kinds.feature import FeatureSteps
from pulumi_paygentic.lifecycle.kinds.plan import PlanSteps
from pulumi_paygentic.lifecycle.kinds.plan_finder import PlanFinder
from pulumi_paygentic.lifecycle.kinds.price import PriceSteps
from pulumi_paygentic.lifecycle.kinds.price_finder import PriceFinder
from pulumi_paygentic.lifecycle.kinds.product import ProductFinder, ProductSteps
from pulumi_paygentic.lifecycle.steps import Steps

_FINDERS: Final[Mapping[type[CatalogObject], type[Finder]]] = {
    AuthorizationLink: AuthorizationLinkFinder,
    Plan: PlanFinder,
    Price: PriceFinder,
    Product: ProductFinder,
}
_STEPS: Final[Mapping[type[CatalogObject], type[Steps]]] = {
    AuthorizationLink: AuthorizationLinkSteps,
    Feature: FeatureSteps,
    Plan: PlanSteps,
    Price: PriceSteps,
    Product: ProductSteps,
}


def finder_for(operation: Operation) -> Finder:
    """The finder of the operation's kind."""
    return _FINDERS.get(operation.kind, Finder)(operation)


def steps_for(operation: Operation) -> Steps:
    """The steps of the operation's kind."""
    return _STEPS.get(operation.kind, Steps)(operation)
