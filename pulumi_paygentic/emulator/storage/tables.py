"""The tables of the store. Each is made where it is missing, so a data file from before a table was added still opens.

Objects of the catalog are JSON, because they are few and of many shapes. What comes by the thousand has columns.
"""

from __future__ import annotations

LAYOUT = 1
APPLICATION = 0x50617967
_INDEXED = (
    "productId",
    "billableMetricId",
    "feeId",
    "planId",
    "planVersionId",
    "customerId",
    "itemId",
    "emailKey",
    "defaultVersionId",
    "token",
    "externalId",
    "subscriptionId",
    "entitlementId",
    "invoiceId",
)
_OBJECTS = (
    """CREATE TABLE IF NOT EXISTS objects (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
       kind TEXT NOT NULL, merchant TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, merchant, deleted, seq)",
    """CREATE INDEX IF NOT EXISTS by_subscription_and_status ON objects
       (kind, json_extract(body, '$.subscriptionId'), json_extract(body, '$.status'), deleted)""",
    """CREATE INDEX IF NOT EXISTS webhook_messages_due ON objects (json_extract(body, '$.due'))
       WHERE kind = 'webhookMessage' AND deleted = 0 AND json_extract(body, '$.due') IS NOT NULL""",
    *(f"CREATE INDEX IF NOT EXISTS by_{f} ON objects (kind, json_extract(body, '$.{f}'), deleted)" for f in _INDEXED),
)
_SLOTS = (
    """CREATE TABLE IF NOT EXISTS slots (version TEXT NOT NULL, plan TEXT NOT NULL, position INTEGER NOT NULL,
       key TEXT NOT NULL, price TEXT NOT NULL, PRIMARY KEY (version, position)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS slots_by_price ON slots (price)",
    "CREATE INDEX IF NOT EXISTS slots_by_plan ON slots (plan)",
)
_EVENTS = (
    """CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
       merchant TEXT NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL, customer TEXT, external_subject TEXT,
       time INTEGER NOT NULL, key TEXT NOT NULL, external_id TEXT, data TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS events_by_key ON events (merchant, key)",
    "CREATE INDEX IF NOT EXISTS events_by_type ON events (merchant, type, time)",
    "CREATE INDEX IF NOT EXISTS events_by_customer ON events (merchant, type, customer, time)",
    "CREATE INDEX IF NOT EXISTS events_unlinked ON events (merchant, external_subject) WHERE customer IS NULL",
)
_BILLING = (
    """CREATE TABLE IF NOT EXISTS billing (subscription TEXT PRIMARY KEY, merchant TEXT NOT NULL,
       customer TEXT NOT NULL, clock TEXT, next INTEGER NOT NULL, sequence INTEGER NOT NULL,
       period_end INTEGER NOT NULL, charged TEXT NOT NULL, credits TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS billing_by_next ON billing (clock, next)",
    "CREATE TABLE IF NOT EXISTS invoice_numbers (merchant TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS ledger (seq INTEGER PRIMARY KEY AUTOINCREMENT, merchant TEXT NOT NULL,
       customer TEXT NOT NULL, currency TEXT NOT NULL, time INTEGER NOT NULL, amount INTEGER NOT NULL,
       reference TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS ledger_by_customer ON ledger (customer, currency)",
)
_USAGE = (
    """CREATE TABLE IF NOT EXISTS usage (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
       merchant TEXT NOT NULL, customer TEXT NOT NULL, subscription TEXT NOT NULL, time INTEGER NOT NULL,
       key TEXT NOT NULL, body TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS usage_by_key ON usage (merchant, key)",
    "CREATE INDEX IF NOT EXISTS usage_by_time ON usage (merchant, time)",
    """CREATE TABLE IF NOT EXISTS usage_lines (usage TEXT NOT NULL, merchant TEXT NOT NULL, customer TEXT NOT NULL,
       subscription TEXT NOT NULL, metric TEXT NOT NULL, time INTEGER NOT NULL, quantity INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS usage_lines_by_usage ON usage_lines (usage)",
    "CREATE INDEX IF NOT EXISTS usage_lines_by_metric ON usage_lines (merchant, metric, customer, time)",
    """CREATE TABLE IF NOT EXISTS reservations (id TEXT PRIMARY KEY, merchant TEXT NOT NULL, customer TEXT NOT NULL,
       currency TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, remaining INTEGER NOT NULL,
       used INTEGER NOT NULL, max_uses INTEGER NOT NULL, region TEXT NOT NULL, metrics TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS reservations_by_customer ON reservations (customer, expires)",
)
SCHEMA = (*_OBJECTS, *_SLOTS, *_EVENTS, *_BILLING, *_USAGE)
OWNED = ("events", "billing", "ledger", "usage", "usage_lines", "reservations")
"""The tables whose rows belong to a merchant and a customer, and go with them."""
