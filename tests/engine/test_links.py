"""Authorization links over time, on the emulator's clock."""

from __future__ import annotations

import httpx

from tests.engine.support.account import Json
from tests.engine.support.programs import SHOP
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

#: Whether each link is to be renewed; `used` is completed before it expires.
RENEWED = {"forgotten": False, "renewed": True, "used": True}
LINKS = SHOP + "".join(
    f'paygentic.AuthorizationLink("{name}", plan_id=plan.id, email="{name}@example.com", renew={renew})\n'
    for name, renew in RENEWED.items()
)


def _links(stack: Stack, server: Server) -> dict[str, Json]:
    found = {where: resource["id"] for where, resource in stack.resources().items() if "Link" in where}
    return {where.split()[1]: server.account.get(f"/v0/customers/authorization/{id_}") for where, id_ in found.items()}


def test_only_an_expired_link_that_is_to_be_renewed_is_made_again(stack: Stack, server: Server) -> None:
    """One that was used is never touched again; without `renew` an expired one is left alone."""
    stack.write(LINKS).up()
    before = _links(stack, server)
    form = {"decision": "accept", "name": "Ada", "country": "DE", "zipCode": "10115"}
    httpx.post(before["used"]["url"], data=form).raise_for_status()
    server.account.post("/_emulator/clock", advance="P30D")

    renewal = stack.preview("--refresh")
    assert renewal.changes == {"replace": 1}
    assert "renewed@example.com" not in renewal.shown
    stack.up("--refresh")
    after = _links(stack, server)
    assert {name for name in RENEWED if after[name]["id"] != before[name]["id"]} == {"renewed"}
    statuses = {name: link["status"] for name, link in after.items()}
    assert statuses == {"forgotten": "expired", "renewed": "pending", "used": "completed"}
    assert stack.preview("--refresh").changes == {}
