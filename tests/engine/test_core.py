"""The life of a small program, with all that leans on the insides of the SDK, of gRPC and of Python.

`scripts/test` runs these on the oldest and the newest Python, and with the oldest and the newest SDK, that it finds.
"""

from __future__ import annotations

from tests.engine.support.programs import SHOP, SHOP_HOLDS, assert_settled
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

FOREIGN = """
import os
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Theirs(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        return self.fail_deep_inside()

    def fail_deep_inside(self):
        raise ValueError("their own error")


class Foreign(Resource):
    def __init__(self, name, opts=None):
        super().__init__(Theirs(), name, {}, opts)
"""


def test_a_catalog_is_made_changed_refreshed_and_destroyed(stack: Stack, server: Server) -> None:
    stack.write(SHOP)
    assert stack.preview().changes == {"create": 5}
    assert stack.up().warnings == []
    assert_settled(stack, server, SHOP_HOLDS)

    plan = server.account.one("Plan")["id"]
    server.account.patch(f"/v0/plans/{plan}", name="By hand")
    assert stack.preview("--refresh").changes == {"update": 1}
    stack.refresh()
    stack.edit('unit_price="1"', 'unit_price="2"')
    assert stack.up().changes == {"replace": 1, "update": 1}
    assert server.account.one("Plan")["name"] == "Pay as you go"
    assert server.account.lines(plan) == {"calls": "2"}
    assert stack.preview("--refresh").changes == {}

    warnings = dict(stack.destroy().warnings)
    assert {"Product api", "BillableMetric calls", "Plan payg"} <= warnings.keys()
    assert plan in warnings["Plan payg"]
    assert stack.resources() == {}


def test_a_secret_is_in_no_output_and_no_state(stack: Stack) -> None:
    stack.write(
        SHOP
        + """
link = paygentic.AuthorizationLink("ada", plan_id=plan.id, email="ada@example.com",
                                   redirect_url="https://example.com/welcome")
pulumi.export("checkout", link.url)
"""
    )
    shown = stack.up().shown
    shown += stack.preview("--refresh", "--diff").shown
    assert "ada@example.com" not in shown + str(stack.export())
    assert stack.plain("stack", "output", "checkout").strip() == "[secret]"


def test_an_error_is_one_line_and_another_dynamic_provider_is_shown_as_without_us(stack: Stack, server: Server) -> None:
    """Both in one process: the newer SDKs show the other's traceback."""
    (stack.program / "theirs.py").write_text(FOREIGN, encoding="utf-8")
    alone = dict(stack.write("from theirs import Foreign\nForeign('theirs')\n").up(fails=True).errors)
    assert "their own error" in alone["Resource theirs"]
    stack.write("""
from theirs import Foreign

api = paygentic.Product("api", name="API", description="")
paygentic.BillableMetric("bad", product_id=api.id.apply(lambda id: id + "x"), name="M", description="", unit="call",
                         aggregation="COUNT", event_type="m")
Foreign("theirs", opts=pulumi.ResourceOptions(depends_on=[api]))
""")
    both = dict(stack.up("--continue-on-error", fails=True).errors)
    assert both["Resource theirs"] == alone["Resource theirs"]
    assert both["BillableMetric bad"].startswith("paygentic: ")
    assert len(both["BillableMetric bad"].splitlines()) == 1
    assert server.account.counts() == {"Product": 1}


def test_what_hangs_below_an_object_that_was_read_by_its_id_is_not_replaced(stack: Stack, server: Server) -> None:
    """As it was with an engine and an SDK that did not pair."""
    product = server.account.post("/v0/products", name="API", description="", merchantId=server.account.merchant_id)[
        "id"
    ]
    stack.write(f"""
api = paygentic.Product("api", name="-", description="-", opts=pulumi.ResourceOptions(id="{product}"))
paygentic.BillableMetric("calls", product_id=api.id, name="Calls", description="", unit="call", aggregation="COUNT",
                         event_type="call")
""")
    stack.up()
    assert stack.preview().changes == {}
    assert stack.preview("--refresh").changes == {}
