"""The catalog objects: their fields, the behaviour of each, and the API's rules on them."""

from pulumi_paygentic.catalog import kinds
from pulumi_paygentic.catalog.behaviour import MISSING, Access, Behaviour
from pulumi_paygentic.catalog.kinds import *  # noqa: F403  a list that is made from the modules of the kinds
from pulumi_paygentic.catalog.mark import Mark
from pulumi_paygentic.catalog.model import CatalogObject, Field, Values, default_of, with_default
from pulumi_paygentic.catalog.registry import all_kinds, kind_named
from pulumi_paygentic.catalog.unknown import UNKNOWN, has_unknown
from pulumi_paygentic.catalog.violations import Violation, shortened, shown_value

__all__ = [
    "MISSING",
    "UNKNOWN",
    "Access",
    "Behaviour",
    "CatalogObject",
    "Field",
    "Mark",
    "Values",
    "Violation",
    "all_kinds",
    "default_of",
    "has_unknown",
    "kind_named",
    "shortened",
    "shown_value",
    "with_default",
]
__all__ += kinds.__all__
