"""A price change in a real preview, read in money and in customers, over a finished month."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_paygentic.changes.impact import Amounts
from pulumi_paygentic.cli import main
from pulumi_paygentic.cli.account import AccountOptions
from pulumi_paygentic.cli.preview_source import PreviewSource
from pulumi_paygentic.cli.usage_options import UsageOptions
from tests.engine.support.programs import SHOP
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

START, DAY, END = "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z", "2026-02-01T02:00:00Z"


def _month(server: Server, plan: str, subscribers: dict[str, tuple[str, int]]) -> None:
    """A month of calls of each subscriber, by name: the policy on versions, and how many."""
    account = server.account
    account.post("/_emulator/clock", now=START)
    for name, (policy, calls) in subscribers.items():
        consumer = {"name": name, "email": f"{name}@example.com", "address": {"country": "DE", "zipCode": "10115"}}
        customer = account.post("/v0/customers", merchantId=account.merchant_id, consumer=consumer)["customerId"]
        body = {"name": name, "planId": plan, "customerId": customer, "startedAt": START}
        account.post("/v0/subscriptions", **body, versionPolicy=policy)
        for number in range(calls):
            event = {"idempotencyKey": f"{name}-{number}", "type": "call", "source": "test", "data": {}}
            account.post("/v0/events", **event, subject=customer, merchantId=account.merchant_id, timestamp=DAY)
    account.post("/_emulator/clock", now=END)


def test_a_price_change_is_proved_by_the_invoices_of_a_month(
    stack: Stack, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.write(SHOP).up()
    plan = server.account.one("Plan")["id"]
    _month(server, plan, {"ada": ("floating", 7), "grace": ("pinned", 3), "idle": ("floating", 0)})
    stack.edit('unit_price="1"', 'unit_price="1.25"')
    for name, value in {**stack.environment, "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    server.gate.calls.clear()

    account = AccountOptions("test", stack.program)
    changeset = UsageOptions(None).add_to(PreviewSource(None, None, refresh=False).read(account), account)
    assert server.gate.writes == []
    impact = changeset.impact
    assert impact is not None
    (money,), (proof,) = impact.currencies, impact.proofs
    assert (proof.holds, proof.invoices, proof.rated, proof.invoiced) == (True, 2, Decimal(7), Decimal(7))
    assert money.amounts == Amounts(Decimal(10), Decimal("11.75"))
    moves = {move.moment: (move.subscriptions, move.amounts.delta) for move in money.moves}
    assert moves == {"period_end": (2, Decimal("1.75")), "never": (1, Decimal(0))}
    assert (money.customers, money.unchanged, impact.gaps) == (3, 2, ())
    subscribers = changeset.plans[0].subscribers
    assert subscribers is not None
    assert (subscribers.floating, subscribers.pinned) == (2, 1)

    done = CliRunner().invoke(main, ["diff", "--stack", "test", "--cwd", str(stack.program)])
    assert (done.exit_code, done.stderr) == (2, "")
    assert server.gate.writes == []
    stack.up()
    assert CliRunner().invoke(main, ["diff", "--stack", "test", "--cwd", str(stack.program)]).exit_code == 0
