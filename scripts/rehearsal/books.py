"""What the merchant reads at the month's end, held against what was computed: the dashboard and the invoices."""

from __future__ import annotations

from fractions import Fraction

from scripts.playground import heading
from scripts.rehearsal import audit
from scripts.rehearsal.audit import Line, decimal
from scripts.rehearsal.people import Person
from scripts.rehearsal.scene import TEST_MONEY, Scene, require
from scripts.rehearsal.service import Json

Computed = dict[Person, dict[str, Line]]
METRICS = {"basic": "Basic Submissions", "premium": "Premium Submissions", "seconds": "Execution Time"}


def look_at_dashboard(scene: Scene) -> None:
    heading("The dashboard says the same as the service's ledger and the nightly job")
    used = [scene.used(person) for person in scene.customers]
    usage = {title: sum(one.get(name, 0) for one in used) for name, title in METRICS.items()}
    computed = {person: scene.lines(person) for person in scene.customers}
    if scene.browser is None:
        print(f"Look at {scene.dashboard}: there should be ${decimal(_revenue(computed))} of revenue, and")
        print(", ".join(f"{title} {quantity:,}" for title, quantity in usage.items()))
        return
    shown = scene.browser.usage(scene.dashboard)
    for title, quantity in usage.items():
        print(f"{title:20} {shown.get(title, 0):>9,} on the page {quantity:>9,} in the ledger and the job")
    scene.compare(shown, usage, "the dashboard's usage is not that of the ledger and the job")
    _compare_revenue(scene, computed)
    for person, lines in computed.items():
        owed = audit.total(lines)
        money = scene.browser.money(scene.dashboard, person.email)
        print(f"{person.name:20} {money}")
        expected = f"${decimal(TEST_MONEY - owed)} left of $100.00 $0.00 paid, ${decimal(owed)} owed, $0.00 reserved"
        scene.compare(money, expected, f"the dashboard should say of {person.name}'s test money: {expected}")
    scene.browser.picture("customers")


def end_month(scene: Scene) -> Computed:
    """Move the clock; answers what the invoices should say, computed before they are issued."""
    heading("The month ends, and its hour of grace")
    computed = {person: scene.lines(person) for person in scene.customers}
    ends = [scene.invoice(person)["gracePeriodEnd"] for person in scene.customers]
    now = scene.emulator.call("POST", "/_emulator/clock", json={"now": max(ends)})["now"]
    print(f"The emulator's clock says {now}.")
    return computed


def audit_invoices(scene: Scene, computed: Computed) -> None:
    """Fetch them, and find every difference before any is told."""
    for person, lines in computed.items():
        invoice = scene.invoice(person, expand="lineItems")
        heading(f"{person.name}'s invoice {invoice['invoiceNumber']}, {invoice['status'].lower()}")
        _show(invoice, lines)
        wrong = audit.differences(lines, invoice, person.tax_percent)
        scene.wrong += [f"{person.name}'s invoice, {difference}" for difference in wrong]
        scene.compare(invoice["status"], "PAID", f"{person.name}'s invoice is not paid")
    if scene.browser is not None:
        heading("The dashboard's revenue is still the same")
        _compare_revenue(scene, computed)
        scene.browser.picture("overview after the month")
    require(not scene.wrong, "\n  ".join(["what was computed is not what was found:", *scene.wrong]))
    heading("The invoices are right")
    print(
        f"{sum(map(len, computed.values()))} lines of {len(computed)} invoices, their taxes and totals, are to the last"
    )
    print("digit what the ledger's usage costs by the prices that the program declares, computed in fractions.")


def _compare_revenue(scene: Scene, computed: Computed) -> None:
    if scene.browser is not None:
        told, expected = scene.browser.revenue(scene.dashboard), decimal(_revenue(computed))
        print(f"{'Revenue, USD':20} ${told:>8} on the page ${expected:>8} computed")
        scene.compare(told, expected, f"the dashboard's revenue is ${told}, computed ${expected}")


def _revenue(computed: Computed) -> Fraction:
    return sum(map(audit.subtotal, computed.values()), Fraction(0))


def _show(invoice: Json, lines: dict[str, Line]) -> None:
    """A table of the invoice's lines, beside what each was computed to come to."""
    print(f"{'':26} {'quantity':>8}   {'each':<8}{'price':>10} {'tax':>10} {'total':>10} {'computed':>10}")
    for line in invoice["lineItems"]["lineItems"]:
        found = lines.get(line["invoiceDisplayName"])
        print(f"{line['invoiceDisplayName']:26} {line['quantity']:>8,} x {line['unitPrice']:<8}", end="")
        print(f"{line['totalPrice']:>10} {line['totalTax']:>10} {line['totalAmount']:>10}", end="")
        print(f"{'nothing' if found is None else decimal(found.price + found.tax):>11}")
    sums = f"{invoice['subtotal']:>10} {invoice['totalTax']:>10} {invoice['grandTotal']:>10}"
    print(f"{'Total':45} {sums} {decimal(audit.total(lines)):>10}")
