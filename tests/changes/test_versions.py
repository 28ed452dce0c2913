"""The numbers of a plan's versions: the next one, or the earlier one that a rollback returns to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_paygentic.api import Client, NotFound, Settings
from pulumi_paygentic.changes.changeset import Changeset
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.versions import with_versions
from pulumi_paygentic.cli.account import AccountOptions
from pulumi_paygentic.cli.version_numbers import numbered
from tests.support.previews import MERCHANT, Preview, Ref, plan, price_change, shop, usage_price

Json = dict[str, Any]


def wire(price_id: str, unit_price: str, *, deleted: bool = False) -> Json:
    """A line of a version, as the API answers it."""
    price = {"id": price_id, "model": "standard", "properties": {"unitPrice": unit_price}, "paymentTerm": "in_arrears"}
    return {**price, "key": price_id, "billableMetricId": "bm_1", "merchantId": MERCHANT, "priceDeleted": deleted}


class Account:
    """The versions of one plan, by number."""

    def __init__(self, versions: dict[int, list[Json]], default: int) -> None:
        self.versions = versions
        self.default = default
        self.calls: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        *_, plan_id, _versions = request.url.path.split("/")[:5]
        assert plan_id == "plan_1"
        number = request.url.path.rpartition("/")[2]
        if number != "versions":
            return httpx.Response(200, json={"id": f"pver_{number}", "prices": self.versions[int(number)]})
        data = [
            {"id": f"pver_{one}", "versionNumber": one, "isDefault": one == self.default}
            for one in reversed(self.versions)
        ]
        page = {"total": len(data), "limit": 100, "offset": 0}
        return httpx.Response(200, json={"data": data, "pagination": page})

    def client(self) -> Client:
        values = {"apiKey": "sk_test_1", "merchantId": MERCHANT, "baseUrl": "http://127.0.0.1:1"}
        return Client(Settings.resolve(values), transport=httpx.MockTransport(self))


def numbers(changeset: Changeset, account: Account) -> list[tuple[int | None, int | None]]:
    with account.client() as client:
        return [(one.version_before, one.version_after) for one in with_versions(changeset, client).plans]


def rollback(former: list[str], after: str = "0.001") -> Changeset:
    """A price of now 0.002, changed again, whose resource had other prices before."""
    preview = shop().change("replace", "Price", "calls", "price_2", usage_price("0.002"), usage_price(after))
    preview.steps[-1]["oldState"]["outputs"] = {**usage_price("0.002"), "__former": former}
    old, new = plan({"calls": "price_2", "x": "price_9"}), plan({"calls": Ref("Price", "calls"), "x": "price_9"})
    return read_preview(preview.change("update", "Plan", "pro", "plan_1", old, new).file())


KEPT = wire("price_9", "9")


def test_a_new_version_is_the_next_one_and_costs_one_call() -> None:
    account = Account({1: [], 2: [], 3: []}, default=2)
    assert numbers(read_preview(price_change().file()), account) == [(2, 4)]
    assert account.calls == ["/v0/plans/plan_1/versions"]


def test_a_first_version_of_a_plan_without_any() -> None:
    assert numbers(read_preview(price_change().file()), Account({}, default=0)) == [(None, 1)]


@pytest.mark.parametrize(
    ("versions", "former", "after", "expected"),
    [
        ({1: [wire("price_1", "0.001"), KEPT], 2: []}, ["price_1"], "0.001", (2, 1)),
        ({1: [wire("price_1", "0.001"), KEPT], 2: []}, ["price_1"], "0.003", (2, 3)),
        ({1: [wire("price_1", "0.001", deleted=True), KEPT], 2: []}, ["price_1"], "0.001", (2, 3)),
        ({1: [wire("price_1", "0.001")], 2: []}, ["price_1"], "0.001", (2, 3)),
        ({1: [wire("price_0", "0.001"), KEPT], 2: []}, ["price_1", "price_0"], "0.001", (2, 1)),
        ({1: [wire("price_1", "0.001"), KEPT], 2: []}, [], "0.001", (2, 3)),
        ({1: [wire("price_1", "0.001"), KEPT], 2: []}, ["price_1"], "[secret]", (2, 3)),
    ],
)
def test_a_rollback_returns_to_the_version_with_the_same_charges(
    versions: dict[int, list[Json]], former: list[str], after: str, expected: tuple[int, int]
) -> None:
    assert numbers(rollback(former, after), Account(versions, default=2)) == [expected]


def test_a_plan_that_gets_no_version_keeps_its_number_and_a_new_one_is_not_asked_for() -> None:
    preview = shop().change("update", "Price", "a", "price_1", usage_price("1"), usage_price("2"))
    preview.same("Plan", "pro", "plan_1", **plan({"a": "price_1"}))
    preview.create("Plan", "new", **plan({"a": "price_1"}))
    changeset = read_preview(preview.file())
    assert numbers(changeset, Account({1: []}, default=1)) == [(1, 1), (None, 1)]


def test_a_plan_of_another_merchant_is_not_asked_for() -> None:
    account = Account({}, default=0)
    preview = price_change()
    preview.steps[-1]["newState"]["inputs"]["merchant_id"] = "org_other"
    assert numbers(read_preview(preview.file()), account) == [(None, None)]
    assert account.calls == []


def test_a_command_goes_on_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    changeset = read_preview(price_change().file())
    assert numbered(changeset, AccountOptions(None, Path())) == changeset
    empty = read_preview(Preview().file())
    assert numbered(empty, AccountOptions(None, Path())) is empty
    asked = Account({1: []}, default=1)
    monkeypatch.setattr(AccountOptions, "client", lambda _: asked.client())
    assert numbered(changeset, AccountOptions(None, Path())).plans[0].version_after == 2


def test_a_plan_that_is_not_there_is_an_error_of_the_account() -> None:
    def missing(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"error": "not_found", "message": "Plan not found"})

    values = {"apiKey": "sk_test_1", "merchantId": MERCHANT, "baseUrl": "http://127.0.0.1:1"}
    client = Client(Settings.resolve(values), transport=httpx.MockTransport(missing))
    with client, pytest.raises(NotFound):
        with_versions(read_preview(price_change().file()), client)
