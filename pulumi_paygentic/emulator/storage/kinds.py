"""The kinds of object in the store, each with the prefix of its ids.

Kinds that several wings use are defined here, any other kind in the file of its collection.
"""

from __future__ import annotations

import secrets
import string
from enum import Enum, auto
from typing import NamedTuple

_ALPHABET = string.ascii_letters + string.digits


class Scope(Enum):
    """The part of an account that a kind belongs to, and is removed with."""

    CATALOG = auto()
    CUSTOMER = auto()
    SHARED = auto()
    """Stays when a merchant is reset: people, who belong to no merchant, and the merchant's webhooks."""
    ROWS = auto()
    """Stored in tables of their own, which `Store.forget` empties."""


class Kind(NamedTuple):
    """A kind of object: its name in the API's `object`, the prefix of its ids, its name in permissions."""

    name: str
    prefix: str
    plural: str
    scope: Scope

    def new_id(self) -> str:
        return random_id(self.prefix)

    @property
    def id_pattern(self) -> str:
        return f"{self.prefix}[a-zA-Z0-9]+"


_DEFINED: list[Kind] = []


def define(name: str, prefix: str, plural: str, scope: Scope) -> Kind:
    """Make a kind known to resets."""
    kind = Kind(name, prefix, plural, scope)
    _DEFINED.append(kind)
    return kind


def within(*scopes: Scope) -> list[Kind]:
    """The kinds of these parts of an account."""
    return [kind for kind in _DEFINED if kind.scope in scopes]


def random_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(20))


MERCHANT = Kind("merchant", "org_", "merchants", Scope.SHARED)
PRICING_UNIT = Kind("pricingUnit", "pu_", "pricingUnits", Scope.SHARED)
"""Known by their ids alone: nothing is stored of them."""
PRODUCT = define("product", "prod_", "products", Scope.CATALOG)
BILLABLE_METRIC = define("billableMetric", "bm_", "billableMetrics", Scope.CATALOG)
PRICE = define("price", "price_", "prices", Scope.CATALOG)
PLAN = define("plan", "plan_", "plans", Scope.CATALOG)
PLAN_VERSION = define("plan_version", "pver_", "planVersions", Scope.CATALOG)
FEE = define("fee", "fee_", "fees", Scope.CATALOG)
FEATURE = define("feature", "feat_", "features", Scope.CATALOG)
ITEM = define("item", "itm_", "items", Scope.CATALOG)
CONSUMER = define("consumer", "org_", "consumers", Scope.SHARED)
CUSTOMER = define("customer", "cus_", "customers", Scope.CUSTOMER)
SUBSCRIPTION = define("subscription", "sub_", "subscriptions", Scope.CUSTOMER)
AUTHORIZATION = define("authorization", "auth_", "authorizations", Scope.CUSTOMER)
PORTAL = define("portal", "portal_", "portals", Scope.CUSTOMER)
EVENT = define("event", "evt_", "events", Scope.ROWS)
INVOICE = define("invoice", "inv_", "invoices", Scope.CUSTOMER)
USAGE = define("usageEvent", "usg_", "usage", Scope.ROWS)
RESERVATION = define("entitlement", "com_", "entitlements", Scope.ROWS)
PAYMENT_SESSION = define("payment_session", "ps_", "paymentSessions", Scope.CUSTOMER)
WEBHOOKS = define("webhooks", "app_", "webhooks", Scope.SHARED)
WEBHOOK_ENDPOINT = define("webhookEndpoint", "ep_", "webhooks", Scope.SHARED)
WEBHOOK_PORTAL = define("webhookPortal", "whp_", "webhooks", Scope.SHARED)
WEBHOOK_MESSAGE = define("webhookMessage", "wmsg_", "webhooks", Scope.CUSTOMER)
TEST_CLOCK = define("testClock", "tc_", "testClocks", Scope.CUSTOMER)
ENTITLEMENT = define("featureEntitlement", "ent_", "entitlements", Scope.CUSTOMER)
GRANT = define("grant", "grt_", "grants", Scope.CUSTOMER)
