"""Everything the API has: what is reproduced, and what answers 501."""

from __future__ import annotations

from pulumi_paygentic.emulator import reset, unreproduced
from pulumi_paygentic.emulator.collections import (
    authorizations,
    entitlements,
    events,
    grants,
    invoices,
    meters,
    reservations,
    revenue,
    usage,
    versions,
)
from pulumi_paygentic.emulator.collections.clocks import Clocks
from pulumi_paygentic.emulator.collections.customers import Customers
from pulumi_paygentic.emulator.collections.features import Features
from pulumi_paygentic.emulator.collections.fees import Fees
from pulumi_paygentic.emulator.collections.items import Items
from pulumi_paygentic.emulator.collections.metrics import BillableMetrics
from pulumi_paygentic.emulator.collections.plans import Plans
from pulumi_paygentic.emulator.collections.prices import Prices
from pulumi_paygentic.emulator.collections.products import Products
from pulumi_paygentic.emulator.collections.subscriptions import Subscriptions
from pulumi_paygentic.emulator.routing import Operations, merge

COLLECTIONS = (Products, BillableMetrics, Prices, Plans, Fees, Features, Items, Customers, Subscriptions, Clocks)


def operations() -> Operations:
    """Handlers by path and method; fixed paths stand before those with parameters, which would take them for an id."""
    table = merge(
        unreproduced.operations(),
        *(collection().operations() for collection in COLLECTIONS),
        versions.operations(),
        authorizations.operations(),
        events.operations(),
        meters.operations(),
        usage.operations(),
        reservations.operations(),
        entitlements.operations(),
        grants.operations(),
        invoices.operations(),
        revenue.operations(),
        reset.operations(),
    )
    return {template: table[template] for template in sorted(table, key=lambda t: (t.count("{"), t))}
