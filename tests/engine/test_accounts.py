"""Objects land in the account that is meant, and a stack never changes to another."""

from __future__ import annotations

from tests.engine.site import SECOND, Site
from tests.engine.stack import Stack

TWO = """
second = paygentic.Provider("second", api_key="{key}", merchant_id="{merchant}", base_url="{url}",
                            requests_per_second=50)
for name, opts in {{"first": None, "second": pulumi.ResourceOptions(provider=second)}}.items():
    product = paygentic.Product(name, name="API", description=name, opts=opts)
    paygentic.BillableMetric(name, product_id=product.id, name="Calls", description="", unit="call",
                             aggregation="COUNT", event_type="call", opts=opts)
"""


def test_one_program_fills_two_accounts(stack: Stack, site: Site) -> None:
    stack.write(TWO.format(key=SECOND.api_key, merchant=SECOND.merchant_id, url=site.running.url)).up()
    for account, name in ((site.account, "first"), (site.second, "second")):
        assert account.counts() == {"Product": 1, "BillableMetric": 1}
        assert account.one("Product")["description"] == name
        assert account.one("Product")["merchantId"] == account.merchant_id
    assert stack.preview("--refresh").changes == {}
    assert SECOND.api_key not in str(stack.export())


def test_a_stack_that_is_pointed_at_another_merchant_is_refused_before_any_call(stack: Stack, site: Site) -> None:
    stack.write("paygentic.Product('a', name='A', description='')").up()
    before = stack.ids()
    site.gate.calls.clear()
    other = {"PAYGENTIC_API_KEY": SECOND.api_key, "PAYGENTIC_MERCHANT_ID": SECOND.merchant_id}
    for command in (["preview"], ["up"], ["refresh"], ["up", "--refresh"], ["destroy"]):
        flags = [] if command == ["preview"] else ["--yes", "--skip-preview"]
        ((where, what),) = stack.run(*command, *flags, fails=True, environment=other).errors
        assert where == "Product a"
        assert "org_emulator" in what
        assert SECOND.merchant_id in what
        assert stack.ids() == before
    assert site.gate.calls == []
    assert site.second.counts() == {}


def test_a_refresh_with_another_accounts_key_forgets_nothing(stack: Stack, site: Site) -> None:
    """The API's 403 for another merchant's object is no 404."""
    stack.write("paygentic.Product('a', name='A', description='')").up()
    before = stack.ids()
    result = stack.refresh(fails=True, environment={"PAYGENTIC_API_KEY": SECOND.api_key})
    assert "403" in str(result.errors)
    assert stack.ids() == before
    assert site.account.counts() == {"Product": 1}
