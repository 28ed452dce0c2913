"""The registry of operations: a new collection costs one file, and nothing else is edited."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from paygentic_sdk import Paygentic

from pulumi_paygentic.emulator import PARTS, REASONS, create_app, not_implemented
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections import usage as package
from pulumi_paygentic.emulator.storage import kinds
from tests.emulator.support.in_process import client_of
from tests.emulator.support.merchant import Merchant

MADE_UP = '''
"""Orders, which no emulator has."""
from typing import Annotated, ClassVar

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.http.fields import OrganizationId, id_of, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.kinds import Scope

ORDER = kinds.define("order", "ord_", "orders", Scope.CATALOG)


class CreateOrder(Body):
    merchant_id: OrganizationId
    follows: Annotated[str, id_of(ORDER)] = omitted()


class UpdateOrder(Body):
    follows: Annotated[str, id_of(ORDER)] = omitted()


class Orders(Collection):
    kind = ORDER
    path = "/v0/orders"
    create_model = CreateOrder
    update_model = UpdateOrder
    deletable = True
'''
ORDERS = {"/v0/orders": ["GET", "POST"], "/v0/orders/{id}": ["GET", "PATCH", "DELETE"]}


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A made-up collection for a path that the API has and the emulator has not, as a file beside the others."""
    monkeypatch.setattr(registry, "_SOURCES", list(registry._SOURCES))
    monkeypatch.setattr(kinds, "_DEFINED", list(kinds._DEFINED))
    (tmp_path / "made_up_orders.py").write_text(MADE_UP, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    yield
    sys.modules.pop(f"{package.__name__}.made_up_orders", None)
    vars(package).pop("made_up_orders", None)


def test_a_collection_in_a_file_of_its_own_is_served_listed_and_reset(orders: None) -> None:  # noqa: ARG001
    app = create_app()
    with client_of(app) as client:
        merchant = Merchant(cast("Paygentic", None), client, "org_emulator")
        first = merchant.post("/v0/orders", {"merchantId": merchant.id})
        assert first["object"] == "order"
        second = merchant.post("/v0/orders", {"merchantId": merchant.id, "follows": first["id"]})
        assert merchant.refused("PATCH", f"/v0/orders/{second['id']}", {"follows": "prod_1"}) == {"follows"}
        assert merchant.get("/v0/orders")["pagination"]["total"] == 2
        assert {call["path"] for call in merchant.get("/_emulator/calls")["calls"]} == ORDERS.keys()
        merchant.call("DELETE", f"/v0/orders/{first['id']}", expect=204)
        reset = {"scope": "merchant", "keepCatalog": False}
        merchant.call("POST", f"/v0/merchants/{merchant.id}/reset", reset, expect=204)
        assert merchant.get("/v0/orders")["data"] == []


def test_what_a_collection_has_is_not_listed_as_not_implemented(orders: None) -> None:  # noqa: ARG001
    listed = not_implemented()["orders"]
    assert not listed.keys() & ORDERS.keys()
    assert listed["/v0/orders/{orderId}/approvals"] == ["POST"]


def test_without_it_its_paths_are_listed() -> None:
    assert {path: not_implemented()["orders"][path] for path in ORDERS} == ORDERS


def test_the_page_lists_everything_that_is_not_implemented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
    listed = page.partition("## Not implemented")[2].partition("## The code")[0]
    rows = {
        f"| {area} | {', '.join(f'`{path}`' for path in paths)} | {REASONS[area]} |"
        for area, paths in not_implemented().items()
    }
    assert not_implemented().keys() == REASONS.keys()
    assert {row for row in listed.splitlines() if row.startswith("| ") and "`" in row} == rows
    parts = {f"- {what}: {where}" for what, where in PARTS.items()}
    assert {line for line in listed.splitlines() if line.startswith("- ")} == parts
