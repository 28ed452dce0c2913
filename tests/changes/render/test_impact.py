"""The impact in a comment, in text and in JSON: what is there is said, and nothing of what is not."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from pulumi_paygentic.changes.changeset import Changeset
from pulumi_paygentic.changes.impact import (
    Amounts,
    BandImpact,
    CurrencyImpact,
    CustomerImpact,
    Difference,
    Gap,
    Impact,
    LineImpact,
    MoveImpact,
    Movers,
    PlanImpact,
    Proof,
)
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.render.json_output import json_text
from pulumi_paygentic.changes.render.json_types import JsonChangeset
from pulumi_paygentic.changes.render.markdown import markdown
from pulumi_paygentic.changes.render.text import text
from tests.support.previews import price_change


def amounts(old: str, new: str) -> Amounts:
    return Amounts(Decimal(old), Decimal(new))


def customer(name: str, old: str, new: str) -> CustomerImpact:
    return CustomerImpact(customer_id=name, plans=("Pro",), subscriptions=1, amounts=amounts(old, new))


BANDS = (
    BandImpact(over=Decimal(0), up_to=Decimal(10), subscriptions=1, quantity=Decimal(7), amounts=amounts("1", "2")),
    BandImpact(over=Decimal(10), up_to=None, subscriptions=2, quantity=Decimal(70), amounts=amounts("1", "2")),
)
LINE = LineImpact(key="calls", name="Calls", subscriptions=3, amounts=amounts("1000", "1204.1"), bands=BANDS)
IMPACT = Impact(
    source="invoices",
    first=date(2026, 10, 1),
    last=date(2026, 10, 31),
    currencies=(
        CurrencyImpact(
            currency="USD",
            customers=3,
            subscriptions=4,
            amounts=amounts("1000", "1204.1"),
            moves=(
                MoveImpact(
                    moment="period_end",
                    subscriptions=3,
                    amounts=amounts("900", "1104.1"),
                    first=date(2026, 12, 1),
                    last=date(2026, 12, 25),
                ),
                MoveImpact(moment="never", subscriptions=1, amounts=amounts("100", "100")),
            ),
            movers=(Movers(5, 2, 1), Movers(25, 0, 0)),
            increases=(customer("cus_1", "1E+2", "200"),),
            decreases=(customer("cus_2", "100", "50"),),
            from_nothing=1,
            from_nothing_amount=Decimal(5),
        ),
    ),
    plans=(
        PlanImpact(urn="u", name="Pro", currency="USD", subscriptions=3, amounts=amounts("1", "3"), lines=(LINE,)),
        PlanImpact(urn="v", name="Team", currency="USD", subscriptions=1, amounts=amounts("1", "2")),
    ),
    proofs=(
        Proof(
            currency="USD",
            invoices=4,
            equal=3,
            rated=Decimal(1000),
            invoiced=Decimal(990),
            differences=(Difference(reason="refund", line="Calls", invoices=1, amount=Decimal(-10), example="inv_1"),),
        ),
    ),
    gaps=(Gap("nobody knows", 2), Gap("the account says no", 0)),
)


def changeset(impact: Impact) -> Changeset:
    return dataclasses.replace(read_preview(price_change().file()), impact=impact)


def test_the_comment_says_who_moves_by_how_much_and_proves_it() -> None:
    written = markdown(changeset(IMPACT))
    for said in (
        "(+100 %). On the last complete periods that is +204.10 USD (+20.4 %).",
        "#### In money: the last complete periods (1 Oct 2026 to 31 Oct 2026)",
        "3 customers, 4 subscriptions: 1,000.00 USD at the old prices, 1,204.10 USD at the new ones: +204.10 USD",
        "Move: 3 subscriptions at the end of their period (1 Dec 2026 to 25 Dec 2026): +204.10 USD (+22.7 %);",
        "; 1 subscription never, so nothing changes: 0.00 USD.",
        "Customers: by over 5 % 2 pay more and 1 less.",
        "1 customer paid nothing before and would pay 5.00 USD in all.",
        "Proof: The same rating at the old prices equals 3 of 4 invoices to the digit (rated 1,000.00 USD, invoiced",
        "Not known: nobody knows (2 subscriptions).",
        "Not known: the account says no.",
        "Without tax.",
        "| Pro | 3 | 1.00 USD | 3.00 USD | +2.00 USD (+200 %) ██████████ |",
        "| Pro: Calls | 3 | 1,000.00 USD | 1,204.10 USD | +204.10 USD (+20.4 %) |",
        "| Pro: Calls, above 10 | 2 | 70 | +1.00 USD (+100 %) |",
        "| cus&#95;2 (Pro) | 100.00 USD | 50.00 USD | -50.00 USD (-50 %) █████ |",
        "| Calls: a refund | 1 | -10.00 USD | inv&#95;1 |",
    ):
        assert said in written, written


def test_text_has_the_same_sections() -> None:
    written = text(changeset(IMPACT))
    for said in ("In money: the last complete periods", "Proof: ", "By quantity", "Customers who move most, USD", "██"):
        assert said in written, written


@pytest.mark.parametrize("impact", [IMPACT, Impact(source="file")])
def test_the_json_is_as_its_schema_says_with_plain_amounts(impact: Impact) -> None:
    written = json_text(changeset(impact))
    TypeAdapter(JsonChangeset).validate_json(written, strict=True)
    assert "E+" not in written
    assert json.loads(written)["impact"]["source"] == impact.source


def test_an_impact_of_nothing_is_said_to_be_unknown_and_not_zero() -> None:
    written = markdown(changeset(Impact(source="file", gaps=(Gap("no period is complete", 0),))))
    assert "Nothing could be rated." in written
    assert "Not known: no period is complete." in written
    assert "| Plan |" not in written
    assert "0.00 USD" not in written
    assert "By line" not in written


def test_an_amount_that_does_not_move_has_no_bar() -> None:
    same = PlanImpact(urn="u", name="Pro", currency="USD", subscriptions=3, amounts=amounts("1", "1"))
    written = markdown(changeset(Impact(source="meters", plans=(same, same))))
    assert "| Pro | 3 | 1.00 USD | 1.00 USD | 0.00 USD |" in written


def test_many_customers_and_lines_are_cut_and_counted() -> None:
    lines = tuple(dataclasses.replace(LINE, name="L" * 70 + str(number), bands=()) for number in range(1000))
    plan = dataclasses.replace(IMPACT.plans[0], lines=lines)
    written = markdown(changeset(dataclasses.replace(IMPACT, plans=(plan,))))
    assert len(written) < 60_000
    assert "more rows in the JSON output.*" in written


def test_a_long_name_is_folded_in_text_and_not_cut() -> None:
    plan = dataclasses.replace(IMPACT.plans[0], name="P" * 200)
    written = text(changeset(dataclasses.replace(IMPACT, plans=(plan, *IMPACT.plans[1:]))))
    assert written.count("P") >= 200
    assert "…" not in written
