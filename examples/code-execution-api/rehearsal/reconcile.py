"""The comparison of the dashboard and the invoices with the computed amounts, at the end of the month."""

from __future__ import annotations

from fractions import Fraction

from rehearsal import audit
from rehearsal.audit import Line, decimal
from rehearsal.customers import Customer
from rehearsal.environment import Environment, require
from rehearsal.service import Json
from scripts.playground import heading

Computed = dict[Customer, dict[str, Line]]
METRICS = {"basic": "Basic Submissions", "premium": "Premium Submissions", "seconds": "Execution Time"}


def check_dashboard(environment: Environment) -> None:
    heading("Compare the dashboard's usage with the service's ledger and the nightly job")
    used = [environment.used(customer) for customer in environment.customer_ids]
    usage = {title: sum(one.get(name, 0) for one in used) for name, title in METRICS.items()}
    computed = {customer: environment.lines(customer) for customer in environment.customer_ids}
    if environment.browser is None:
        revenue = decimal(_revenue(environment, computed))
        print(f"Open {environment.dashboard}: it should show ${revenue} of revenue, and")
        print(", ".join(f"{title} {quantity:,}" for title, quantity in usage.items()))
        return
    shown = environment.browser.usage(environment.dashboard)
    for title, quantity in usage.items():
        print(f"{title:20} {shown.get(title, 0):>9,} on the page {quantity:>9,} in the ledger and the job")
    environment.compare(shown, usage, "the dashboard's usage differs from that of the ledger and the job")
    _compare_revenue(environment, computed)
    for customer, lines in computed.items():
        owed = audit.total(lines)
        money = environment.browser.money(environment.dashboard, customer.email)
        print(f"{customer.name:20} {money}")
        expected = environment.money_text(owed)
        environment.compare(money, expected, f"the dashboard should say of {customer.name}'s test money: {expected}")
    environment.browser.picture("customers")


def end_month(environment: Environment) -> Computed:
    """Move the clock, and return the expected invoices, computed before they are issued."""
    heading("The month ends, and with it the grace period of an hour")
    advance = environment.advance_lines()
    computed = {
        customer: environment.lines(customer) | audit.taxed(advance, customer.tax_percent)
        for customer in environment.customer_ids
    }
    ends = [environment.invoice(customer)["gracePeriodEnd"] for customer in environment.customer_ids]
    now = environment.emulator.call("POST", "/_emulator/clock", json={"now": max(ends)})["now"]
    print(f"The emulator's clock is now at {now}.")
    return computed


def audit_invoices(environment: Environment, computed: Computed) -> None:
    """Fetch the invoices, find all differences, and report them together."""
    advance = environment.advance_lines()
    numbered = [(customer, 1, customer.tax_percent, lines) for customer, lines in computed.items()]
    first = [(customer, 0, 0, advance) for customer in computed if advance]  # before the merchant set a rate of tax
    for customer, number, tax_percent, lines in sorted(first + numbered, key=lambda one: one[:2]):
        invoice = environment.invoice(customer, number, expand="lineItems")
        heading(f"{customer.name}'s invoice {invoice['invoiceNumber']}, {invoice['status'].lower()}")
        _show(invoice, lines)
        wrong = audit.differences(lines, invoice, tax_percent)
        environment.differences += [f"{customer.name}'s invoice, {difference}" for difference in wrong]
        environment.compare(invoice["status"], "PAID", f"{customer.name}'s invoice is not paid")
    if environment.browser is not None:
        heading("Compare the dashboard's revenue again")
        _compare_revenue(environment, computed)
        environment.browser.picture("overview after the month")
    require(
        not environment.differences,
        "\n  ".join(["the computed and the actual values differ:", *environment.differences]),
    )
    heading("The invoices are correct")
    count = sum(len(lines) for *_, lines in first + numbered)
    print(f"{count} lines of {len(first + numbered)} invoices, with their taxes and totals, equal to the")
    print("last digit the cost of the ledger's usage at the declared prices, computed in fractions.")


def _compare_revenue(environment: Environment, computed: Computed) -> None:
    if environment.browser is not None:
        shown = environment.browser.revenue(environment.dashboard)
        expected = decimal(_revenue(environment, computed))
        print(f"{'Revenue, USD':20} ${shown:>8} on the page ${expected:>8} computed")
        environment.compare(shown, expected, f"the dashboard's revenue is ${shown}, computed ${expected}")


def _revenue(environment: Environment, computed: Computed) -> Fraction:
    """Return the revenue without tax, with what was paid at the beginning."""
    first = audit.subtotal(environment.advance_lines()) * len(computed)
    return sum(map(audit.subtotal, computed.values()), first)


def _show(invoice: Json, lines: dict[str, Line]) -> None:
    """Print a table of the invoice's lines beside the computed amounts."""
    print(f"{'':34} {'quantity':>8}   {'each':<8}{'price':>10} {'tax':>10} {'total':>10} {'computed':>10}")
    for line in invoice["lineItems"]["lineItems"]:
        found = lines.get(audit.name_of(line))
        print(f"{audit.name_of(line):34} {line['quantity']:>8,} x {line['unitPrice']:<8}", end="")
        print(f"{line['totalPrice']:>10} {line['totalTax']:>10} {line['totalAmount']:>10}", end="")
        print(f"{'nothing' if found is None else decimal(found.price + found.tax):>11}")
    sums = f"{invoice['subtotal']:>10} {invoice['totalTax']:>10} {invoice['grandTotal']:>10}"
    print(f"{'Total':53} {sums} {decimal(audit.total(lines)):>10}")
