"""The kinds of object the emulator keeps, each with the prefix of its ids."""

from __future__ import annotations

import secrets
import string
from typing import NamedTuple

_ALPHABET = string.ascii_letters + string.digits


class Kind(NamedTuple):
    """A kind of object: what `object` says on the wire, the prefix of its ids, its name in permissions."""

    name: str
    prefix: str
    plural: str

    def new_id(self) -> str:
        return random_id(self.prefix)


def random_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(20))


PRODUCT = Kind("product", "prod_", "products")
BILLABLE_METRIC = Kind("billableMetric", "bm_", "billableMetrics")
PRICE = Kind("price", "price_", "prices")
PLAN = Kind("plan", "plan_", "plans")
PLAN_VERSION = Kind("plan_version", "pver_", "planVersions")
FEE = Kind("fee", "fee_", "fees")
FEATURE = Kind("feature", "feat_", "features")
ITEM = Kind("item", "itm_", "items")
CONSUMER = Kind("consumer", "org_", "consumers")
CUSTOMER = Kind("customer", "cus_", "customers")
SUBSCRIPTION = Kind("subscription", "sub_", "subscriptions")
AUTHORIZATION = Kind("authorization", "auth_", "authorizations")
PORTAL = Kind("portal", "portal_", "portals")
EVENT = Kind("event", "evt_", "events")
INVOICE = Kind("invoice", "inv_", "invoices")
USAGE = Kind("usageEvent", "usg_", "usage")
RESERVATION = Kind("entitlement", "com_", "entitlements")
TEST_CLOCK = Kind("testClock", "tc_", "testClocks")
ENTITLEMENT = Kind("featureEntitlement", "ent_", "entitlements")
GRANT = Kind("grant", "grt_", "grants")

CATALOG = (PRODUCT, BILLABLE_METRIC, PRICE, PLAN, PLAN_VERSION, FEE, FEATURE, ITEM)
CUSTOMERS = (CUSTOMER, SUBSCRIPTION, AUTHORIZATION, PORTAL, INVOICE, TEST_CLOCK, ENTITLEMENT, GRANT)
