"""The rating of `changes` against the emulator's invoices: two readings of one description, over random catalogs."""

from decimal import Decimal

from hypothesis import given

from pulumi_paygentic.changes.impact import Impact
from pulumi_paygentic.changes.simulate import simulate
from pulumi_paygentic.changes.usage import Usage
from tests.changes.support.market import Market
from tests.changes.support.random_market import MONTHS, Case, Scene, cases
from tests.support.profiles import cases as run

MARKET = Market()


def invoiced(usage: Usage) -> Decimal:
    return sum((bill.subtotal for bill in usage.bills if bill.subtotal is not None), Decimal(0))


def assert_proved(impact: Impact, usage: Usage) -> None:
    """Every invoice equals to the digit what this rating says at the prices it was billed at."""
    (proof,) = impact.proofs
    assert (proof.differences, proof.equal) == ((), len(usage.bills))
    assert proof.rated == proof.invoiced == invoiced(usage) == impact.currencies[0].amounts.old


@given(cases())
@run(60)
def test_each_reading_rates_what_the_other_invoiced_before_and_after_a_change(case: Case) -> None:
    """The usage of the first month is that of the third, between them the prices change."""
    scene = Scene(case, MARKET)
    scene.use(0)
    MARKET.clock(MONTHS[1])
    first = MARKET.usage(scene.plan)
    forwards = simulate([MARKET.change(scene.plan, scene.before, scene.after)], first)
    assert_proved(forwards, first)
    if scene.before != scene.after:
        MARKET.mint(scene.plan, scene.after)
    MARKET.clock(MONTHS[2])
    scene.use(2)
    MARKET.clock(MONTHS[3])
    third = MARKET.usage(scene.plan)
    backwards = simulate([MARKET.change(scene.plan, scene.after, scene.before)], third)
    assert_proved(backwards, third)
    if case.anchor is None:  # else the first period is a partial one, and the third is not
        assert forwards.gaps or forwards.currencies[0].amounts.new == invoiced(third)
        assert backwards.gaps or backwards.currencies[0].amounts.new == invoiced(first)
