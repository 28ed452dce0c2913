"""A replacement that adopts its own object, and is cut, never has the live object deleted by a later run."""

from __future__ import annotations

import pytest

from tests.engine.support.server import Action, Call, Server, answer
from tests.engine.support.stack import Stack

PROGRAM = """
api = paygentic.Product("api", name="API", description="")
feature = paygentic.Feature("sso", product_id=api.id, key="sso", name="SSO one", type="boolean",
                            opts=pulumi.ResourceOptions(replace_on_changes=["name"]))
fee = paygentic.Fee("setup", product_id=api.id, name="Setup", description="one",
                    opts=pulumi.ResourceOptions(replace_on_changes=["description"]))
"""
OTHER = """
paygentic.BillableMetric("other", product_id=api.id, name="Calls", description="", unit="call", aggregation="COUNT",
                         event_type="call", opts=pulumi.ResourceOptions(depends_on=[feature, fee]))
"""


def _refuse_metrics(call: Call) -> Action | None:
    refused = call.method == "POST" and call.path == "/v0/billableMetrics"
    return answer(422, {"message": "Not today."}) if refused else None


@pytest.mark.parametrize("refresh", [(), ("--refresh",)], ids=["up", "up --refresh"])
@pytest.mark.parametrize("way", ["replace_on_changes", "state taint"])
def test_a_cut_replacement_leaves_the_live_object_alone(
    stack: Stack, server: Server, way: str, refresh: tuple[str, ...]
) -> None:
    stack.write(PROGRAM).up()
    held = {kind: server.account.one(kind)["id"] for kind in ("Feature", "Fee")}
    program = PROGRAM
    if way == "state taint":
        for urn in (resource["urn"] for resource in stack.resources().values() if resource.get("id") in held.values()):
            stack.plain("state", "taint", urn, "--yes")
    else:
        program = PROGRAM.replace("SSO one", "SSO two").replace('description="one"', 'description="two"')
    stack.write(program + OTHER)
    server.gate.script = _refuse_metrics
    assert "Not today" in str(stack.up(fails=True).errors)
    server.gate.script = lambda _: None
    stack.up(*refresh)
    assert {kind: server.account.one(kind)["id"] for kind in held} == held
    assert stack.preview("--refresh").changes == {}
