"""The documented included allowance, and what a wrong one says, on the real engine."""

from __future__ import annotations

import re

from tests.engine.support.server import Server
from tests.engine.support.stack import ROOT, Stack

PAGE = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
CATALOG = """
api = paygentic.Product("api", name="API", description="")
basic = paygentic.BillableMetric("basic", product_id=api.id, name="Calls", description="", unit="call",
                                 aggregation="COUNT", event_type="call")
"""


def recipe() -> str:
    """The program of the page."""
    block = re.search(r"```python\n(.*?)```", PAGE.partition("\n## Recipe: an included allowance\n")[2], re.DOTALL)
    assert block is not None
    return block[1]


def test_the_recipe_gives_the_allowance_and_discounts_it_without_a_warning(stack: Stack, server: Server) -> None:
    assert stack.write(recipe()).preview().diagnostics("warning") == []
    assert stack.up().diagnostics("warning") == []
    price = server.account.one("Price")
    assert price["grantDiscountEnabled"] is True
    assert price["features"][0]["entitlementTemplate"] == {
        "type": "metered",
        "issueAfterReset": 1000,
        "usagePeriod": {"interval": "P1M"},
    }
    assert stack.preview("--refresh").changes == {}


def test_an_allowance_that_discounts_nothing_is_warned_about_in_preview(stack: Stack, server: Server) -> None:
    stack.write(recipe()).edit("    grant_discount_enabled=True,\n", "")
    [(where, said)] = stack.preview().diagnostics("warning")
    assert where == "Price calls"
    assert "set grant_discount_enabled=True to charge only what exceeds them" in said
    assert server.gate.calls == []


def test_an_error_in_a_template_is_one_line_that_names_resource_and_key(stack: Stack, server: Server) -> None:
    stack.write(recipe()).edit('"issue_after_reset"', '"issueAfterReset"')
    [(where, said)] = stack.preview(fails=True).errors
    assert where == "Price calls"
    assert "resource 'calls' has a problem: entitlement_template.issueAfterReset is not a known key" in said
    assert "Did you mean issue_after_reset?" in said
    assert "nil" not in said
    stack.edit('"issueAfterReset"', '"issue_after_reset"')
    stack.edit('type="metered")', f'type="{"x" * 100_000}")')
    [(_, said)] = stack.preview(fails=True).errors
    assert len(said) < 400
    assert server.gate.calls == []


def test_amounts_are_read_from_decimals_and_ints(stack: Stack, server: Server) -> None:
    stack.write(
        """
import decimal
"""
        + CATALOG
        + """
common = {"billable_metric_id": basic.id, "payment_term": "in_arrears", "invoice_display_name": "Calls"}
paygentic.Price("decimal", model="standard", unit_price=decimal.Decimal("1E-7"), **common)
paygentic.Price("tiers", model="volume", tiers=[{"up_to": 1000, "unit_price": decimal.Decimal("0.10")},
                                                {"unit_price": pulumi.Output.from_input(0)}], **common)
"""
    ).up()
    held = {str(price["properties"]) for price in server.account.all("Price")}
    assert held == {
        "{'unitPrice': '0.0000001'}",
        "{'tiers': [{'upTo': '1000', 'unitPrice': '0.1'}, {'upTo': None, 'unitPrice': '0'}]}",
    }
    assert stack.preview("--refresh").changes == {}
