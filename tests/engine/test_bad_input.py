"""Mistakes in a program or its configuration are reported in preview, before any call, each once.

The engine ends a preview at the first resource that is refused; of that one, everything that is wrong is reported.
"""

from __future__ import annotations

import re

import pytest

from tests.engine.support.server import Server
from tests.engine.support.stack import Result, Stack

#: By the resource: what each of its errors must say.
BAD = {
    """paygentic.Price("bad", billable_metric_id="bm_1", fee_id="fee_1", unit_price="x", model="standard",
        invoice_display_name=" ", payment_term="later", billing_cadence="monthly")""": [
        "fee_id: a price is for one of the two",
        "unit_price: must be a plain decimal string",
        "invoice_display_name: must not be blank",
        "payment_term: must be 'in_advance' or 'in_arrears'",
        "billing_cadence: an ISO 8601 duration",
    ],
    """paygentic.Price("bad", model="volume", unit_price="1e-3", invoice_display_name="A", payment_term="in_arrears",
        tiers=[{"up_to": "9", "unit_price": "1"}, {"up_to": "9", "unit_price": "1"}])""": [
        "billable_metric_id: a price is for a metric or for a fee",
        "unit_price: no exponent",
        "tiers[1].up_to: must be left out on the last tier",
    ],
    """paygentic.Price("bad", billable_metric_id="fee_1", model="volume", invoice_display_name="A",
        payment_term="in_arrears", tiers=[{"up_to": "9", "unit_price": "1"}, {"up_to": "8", "unit_price": "1"},
                                          {"unit_price": "0"}])""": [
        "billable_metric_id: is the id of a fee",
        "tiers[1].up_to: must be above the tier before",
    ],
    """paygentic.Price("bad", fee_id="fee_1", unit_price="0.0000000001", invoice_display_name="A",
        payment_term="in_advance", tax={"supply_scope": "OUTSIDE_SCOPE", "label": "x"})""": [
        "unit_price: at most 9 are allowed",
        "tax.label: Known: outside_scope_label, supply_scope",
        "billing_cadence: is required for a fee",
    ],
    """paygentic.BillableMetric("bad", product_id="plan_1", name="A", description="", unit="s", event_type="a",
        aggregation="SUM")""": [
        "product_id: is the id of a plan",
        "value_property: is required when aggregation is SUM",
    ],
    """paygentic.BillableMetric("bad", product_id="prod_1", name="A", description="", unit="s", event_type="a",
        aggregation="MEDIAN", event_from="2026-01-01T00:00:00")""": [
        "aggregation: must be 'SUM', 'COUNT'",
        "event_from: has no offset",
    ],
    """paygentic.Plan("bad", product_id="prod_1", name="A", currency="USX", billing_cadence="P2W",
        prices={"a": "bm_1"})""": [
        "currency: ISO 4217",
        "billing_cadence: must be 'P1M', 'P3M' or 'P1Y'",
        "prices.a: is the id of a billable metric",
    ],
    """paygentic.AuthorizationLink("bad", plan_id="prod_1", email="ada at example", redirect_url="/home")""": [
        "plan_id: is the id of a product",
        ": email must be one email address",  # a secret is not named, or the engine would print it
        "redirect_url: must be an absolute",
    ],
    """paygentic.Product("bad", name="", description="", metadata={"pulumi-stack": "x"}, merchant_id="org_2")""": [
        "name: must not be blank",
        "metadata.pulumi-stack: is reserved for the ownership mark",
        "merchant_id: the configured merchant is org_emulator",
    ],
}


def _refused(result: Result) -> list[str]:
    """What each error says, all of them about the resource that is bad."""
    assert result.tracebacks == []
    assert {where.split()[-1] for where, _ in result.errors} == {"bad"}
    assert [what for _, what in result.errors if len(what.splitlines()) != 1] == []
    return [what for _, what in result.errors]


@pytest.mark.parametrize("bad", BAD)
def test_all_that_is_wrong_with_a_resource_is_reported_in_preview(stack: Stack, server: Server, bad: str) -> None:
    errors = _refused(stack.write(bad).preview(fails=True))
    assert server.gate.calls == []
    for expected in BAD[bad]:
        argument, said = expected.split(": ", 1)
        (_,) = [what for what in errors if f"'bad' has a problem: {argument}" in what if said in what]
    assert len(errors) == len(BAD[bad])
    assert "ada at example" not in str(errors)


def test_an_argument_that_does_not_exist_is_an_error_of_the_program(stack: Stack, server: Server) -> None:
    """Python itself refuses it, as does a type checker."""
    shown = stack.write("paygentic.Product('a', name='A', description='', colour='red')").preview(fails=True).shown
    assert "got an unexpected keyword argument 'colour'" in shown
    assert server.gate.calls == []


def test_values_that_pulumi_can_not_encode_are_reported_in_one_line(stack: Stack, server: Server) -> None:
    """A resource for its id, a datetime, a set: Pulumi itself ends with a traceback of its own."""
    shown = stack.write("""
import datetime
api = paygentic.Product("api", name="API", description="")
paygentic.Plan("bad", product_id=api, name="Plan", currency="USD", prices={"a": {1}},
               billing_anchor=datetime.datetime.now(datetime.timezone.utc))
""").preview(fails=True)
    assert shown.tracebacks == []
    for said in (
        "Plan 'bad'",
        "product_id is a Product: give its `.id`",
        "prices.a is of type set",
        "billing_anchor is a datetime",
    ):
        assert said in shown.shown
    assert server.gate.calls == []


def test_a_setting_that_is_misspelt_and_an_import_that_can_not_be_are_reported_in_one_line(
    stack: Stack, server: Server
) -> None:
    """Pulumi would take no notice of the first, and end with a traceback at the second."""
    stack.write("paygentic.Product('api', name='API', description='', opts=pulumi.ResourceOptions(import_='prod_1'))")
    stack.configure("paygentic:requestPerSecond", "5")
    misspelt = stack.preview(fails=True)
    assert "paygentic:requestPerSecond is an unknown setting" in misspelt.shown
    assert "Did you mean paygentic:requestsPerSecond" in misspelt.shown
    assert misspelt.tracebacks == []

    stack.plain("config", "rm", "paygentic:requestPerSecond")
    imported = stack.preview(fails=True)
    assert "Product 'api': import_ is not supported for dynamic resources" in imported.shown
    assert imported.tracebacks == []
    assert server.gate.calls == []


def test_an_option_without_effect_is_warned_of_where_it_is_declared(stack: Stack) -> None:
    stack.write("""
timeouts = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="2s"))
paygentic.Product("a", name="A", description="", opts=timeouts)
paygentic.Product("b", name="B", description="")
""")
    ((where, what),) = stack.preview().warnings
    assert where == "Product a"
    assert "custom_timeouts has no effect" in what
    assert "paygentic:requestTimeout" in what


def test_what_preview_cannot_know_passes_and_is_refused_by_up_before_the_write(stack: Stack, server: Server) -> None:
    """An id of the wrong kind, when the object that it belongs to is yet to be made."""
    stack.write("""
api = paygentic.Product("api", name="API", description="")
paygentic.BillableMetric("bad", product_id=api.id.apply(lambda id: id.replace("prod_", "plan_")), name="M",
                         description="", unit="call", aggregation="COUNT", event_type="m")
""")
    assert stack.preview().changes == {"create": 3}
    (what,) = _refused(stack.up(fails=True))
    assert "is the id of a plan" in what
    assert [call.path for call in server.gate.writes] == ["/v0/products"]


#: By the arguments of an explicit provider: what must be said of them.
ACCOUNTS = {
    "api_key='sk_test_a', environment='production', merchant_id='plan_a', base_url='http://api.example.com'": [
        "api_key of provider 'account' is a sandbox key, and environment of provider 'account' is production",
        "merchant_id of provider 'account' is not org_ followed by",
        "https",
    ],
    "api_key='sk_live_a', merchant_id='org_a'": ["api_key of provider 'account' is a production key"],
    "max_retries=-1": [
        "give the provider api_key=",
        "give the provider merchant_id=",
        "max_retries of provider 'account' is not",
    ],
}


@pytest.mark.parametrize("arguments", ACCOUNTS)
def test_all_that_is_wrong_with_an_account_is_reported_in_preview(stack: Stack, server: Server, arguments: str) -> None:
    """A key of the other environment, no merchant, plain http to another machine: with how to set each."""
    for name in server.environment:
        del stack.environment[name]
    stack.write(f"""
account = paygentic.Provider("account", {arguments})
paygentic.Product("bad", name="A", description="", opts=pulumi.ResourceOptions(provider=account))
""")
    errors = _refused(stack.preview(fails=True))
    assert len(errors) == len(ACCOUNTS[arguments])
    assert [said for said in ACCOUNTS[arguments] if said not in " ".join(errors)] == []
    assert not set(re.findall(r"sk_\w+_a", arguments)) & set(re.findall(r"sk_\w+", str(errors)))
    assert "pulumi config" not in str(errors)  # which an explicit provider does not see


def test_a_key_that_the_api_refuses_is_reported_in_one_line(stack: Stack) -> None:
    stack.environment["PAYGENTIC_API_KEY"] = "sk_test_wrong"
    (what,) = _refused(stack.write("paygentic.Product('bad', name='A', description='')").up(fails=True))
    assert "401" in what
    assert "paygentic:apiKey" in what
    assert "sk_test_wrong" not in what
