"""Random catalogs with usage, as plain values that a market is made from."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.changes.support.market import Json, Market

MONTHS = ("2026-01-01T00:00:00Z", "2026-02-01T02:00:00Z", "2026-03-01T02:00:00Z", "2026-04-01T02:00:00Z")
DAYS = ("2026-01-15T12:00:00Z", "2026-02-15T12:00:00Z", "2026-03-15T12:00:00Z")
"""A day in each month; the usage of the first and of the third is the same."""


def decimals(places: int, most: int) -> st.SearchStrategy[str]:
    """Decimal strings from zero."""
    numbers = st.integers(0, most * 10**places).map(lambda units: Decimal(units).scaleb(-places))
    return numbers.map(lambda number: f"{number:f}")


rates = st.one_of(decimals(2, 20), decimals(9, 2), decimals(0, 1000))
band_rates = st.one_of(decimals(2, 20), decimals(6, 1))
quantities = st.one_of(st.integers(0, 200), decimals(6, 1000).map(float), st.sampled_from([99, 100, 100.000001, 101]))


@dataclass(frozen=True)
class Line:
    """One line: the source it charges for, and bodies of its price before and after (None: there is none)."""

    source: str
    before: Json | None
    after: Json | None
    allowance: int | None = None


@dataclass(frozen=True)
class Case:
    """A plan with its subscribers' usage by metric; `anchor` makes the first period a partial one."""

    currency: str
    tax_behavior: str
    tax_percent: float
    lines: tuple[Line, ...]
    customers: tuple[dict[str, Any], ...]
    anchor: str | None = None
    transition: str = "end_of_current_period"
    stable_price_ids: bool = False


@st.composite
def metered(draw: st.DrawFn) -> Json:
    if draw(st.booleans()):
        bounds = sorted(draw(st.sets(st.integers(1, 200), max_size=3)))
        tiers = [{"upTo": str(bound), "unitPrice": draw(band_rates)} for bound in bounds]
        return {"model": "volume", "properties": {"tiers": [*tiers, {"upTo": None, "unitPrice": draw(band_rates)}]}}
    sign = draw(st.sampled_from(["", "", "", "-"]))
    rate = draw(rates)
    share = {"rateType": "proportion"} if draw(st.sampled_from([False, False, True])) else {}
    return {"properties": {"unitPrice": f"{sign}{rate}" if float(rate) else rate}, **share}


@st.composite
def charged(draw: st.DrawFn) -> Json:
    return {"properties": {"unitPrice": draw(rates)}, "quantity": draw(st.integers(1, 5))}


@st.composite
def lines(draw: st.DrawFn, source: str) -> Line:
    if source.startswith("fee"):
        fixed = {
            "paymentTerm": draw(st.sampled_from(["in_advance", "in_arrears"])),
            "isObligation": draw(st.booleans()),
        }
        before, after = ({**draw(charged()), **fixed} for _ in range(2))
        allowance = None
    else:
        before, after = draw(metered()), draw(metered())
        plain = all(
            "tiers" not in one["properties"] and "-" not in one["properties"]["unitPrice"] for one in (before, after)
        )
        allowance = draw(st.none() | st.integers(1, 150)) if plain else None
    kind = draw(st.sampled_from(["changed", "changed", "changed", "same", "added", "removed"]))
    if kind == "same":
        after = before
    if kind == "added":
        allowance = None  # the emulator gives it to existing subscribers only by a reconciliation
    return Line(source, None if kind == "added" else before, None if kind == "removed" else after, allowance)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    sources = draw(st.lists(st.sampled_from(["calls", "seconds", "fee base", "fee extra"]), min_size=1, max_size=5))
    some = draw(st.tuples(*(lines(source) for source in sources)))
    if not any(line.before for line in some) or not any(line.after for line in some):
        some = (*some, draw(lines("fee base").filter(lambda line: line.before and line.after)))
    one = st.fixed_dictionaries({"calls": quantities, "seconds": quantities})
    return Case(
        currency=draw(st.sampled_from(["USD", "USD", "JPY", "KWD"])),
        tax_behavior=draw(st.sampled_from(["exclusive", "inclusive"])),
        tax_percent=draw(st.sampled_from([0, 0, 19, 8.875])),
        lines=some,
        customers=tuple(draw(st.lists(one, min_size=1, max_size=3))),
        anchor=draw(st.sampled_from([None, None, "2025-12-20T00:00:00Z", "2025-12-31T00:00:00Z"])),
        transition=draw(st.sampled_from(["end_of_current_period", "immediate"])),
    )


class Scene:
    """A case played in a market: the prices before and after by key, and the plan with its subscribers."""

    def __init__(self, case: Case, market: Market) -> None:
        self.case, self.market = case, market
        market.account.reset()
        market.__init__(market.account, MONTHS[0])  # type: ignore[misc]  # as a new one, in the same emulator
        self.metrics = {"calls": market.metric("Calls"), "seconds": market.metric("Seconds")}
        self.sources = {**self.metrics, "fee base": market.fee("Base"), "fee extra": market.fee("Extra")}
        self.before: dict[str, str] = {}
        self.after: dict[str, str] = {}
        for number, line in enumerate(case.lines):
            self._price(f"line-{number}", line)
        self.plan = market.plan(
            self.before,
            currency=case.currency,
            taxBehavior=case.tax_behavior,
            defaultTaxRate=case.tax_percent,
            billingAnchor=case.anchor,
            versionTransition={"effectiveDate": case.transition, "proration": "none"},
        )
        self.customers = [market.customer(f"c{number}") for number in range(len(case.customers))]
        for customer in self.customers:
            rates = {"default": case.tax_percent}
            market.call("PATCH", f"/v0/customers/{customer}", {"taxRates": rates})
            market.subscribe(self.plan, customer, startedAt=MONTHS[0])

    def _price(self, key: str, line: Line) -> None:
        extra: Json = {"invoiceDisplayName": key}
        if line.allowance is not None:
            template = {"type": "metered", "issueAfterReset": line.allowance, "usagePeriod": {"interval": "P1M"}}
            feature = self.market.feature(key)
            extra |= {
                "grantDiscountEnabled": True,
                "feature": {"featureId": feature, "entitlementTemplate": template},
            }
        source = self.sources[line.source]
        if line.before is not None:
            self.before[key] = self.market.price(source, **{**line.before, **extra})
        if line.after is not None:
            same = line.after == line.before
            self.after[key] = self.before[key] if same else self.market.price(source, **{**line.after, **extra})

    def use(self, month: int) -> None:
        """Report every customer's usage on a day of the month."""
        for customer, used in zip(self.customers, self.case.customers, strict=True):
            for name, number in used.items():
                if number:
                    self.market.use(customer, self.metrics[name], number, DAYS[month])
