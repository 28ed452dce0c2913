"""Sources of usage: what every subscription of some plans used in its last complete period.

Three sources give the same value, a `Usage`: issued invoices and their lines (exact, with what was really invoiced),
meters by subject (fewer calls), and a file (no account). None of them ever writes to the account.
"""

from pulumi_paygentic.changes.usage.bill import Bill, BilledLine, Subscription, Usage
from pulumi_paygentic.changes.usage.cache import InvoiceCache, cache_path
from pulumi_paygentic.changes.usage.file import BadUsageFile, read_usage_file
from pulumi_paygentic.changes.usage.invoices import read_invoices
from pulumi_paygentic.changes.usage.meters import metrics_of, read_meters
from pulumi_paygentic.changes.usage.subscriptions import subscribers
from pulumi_paygentic.changes.usage.wire import Unreadable

__all__ = [
    "BadUsageFile",
    "Bill",
    "BilledLine",
    "InvoiceCache",
    "Subscription",
    "Unreadable",
    "Usage",
    "cache_path",
    "metrics_of",
    "read_invoices",
    "read_meters",
    "read_usage_file",
    "subscribers",
]
