"""The options of a command that name a source of usage, against a served emulator."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.cli import main
from pulumi_paygentic.cli.account import AccountOptions
from pulumi_paygentic.cli.preview_source import PreviewSource
from pulumi_paygentic.cli.usage_options import UsageOptions
from pulumi_paygentic.emulator import Running, running
from tests.changes.support.market import Market
from tests.support.account import SETTINGS, MerchantAccount
from tests.support.in_process import Interceptable
from tests.support.previews import FEE, METRIC, PRODUCT, Preview, Ref, fee_price, plan, usage_price

SUMMED = {"aggregation": "SUM", "event_type": "calls", "value_property": "$.n"}


class Served(Interceptable):
    """A transport to a served emulator."""

    def __init__(self, emulator: Running) -> None:
        super().__init__()
        self._url = httpx.URL(emulator.url)
        self._http = httpx.HTTPTransport()

    def send(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(host=self._url.host, port=self._url.port)
        headers = {**request.headers, "host": f"{self._url.host}:{self._url.port}"}
        sent = httpx.Request(request.method, url, headers=headers, content=request.read())
        response = self._http.handle_request(sent)
        response.read()
        return response

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Running]:
    with running() as emulator:
        monkeypatch.setenv("PAYGENTIC_BASE_URL", emulator.url)
        monkeypatch.setenv("PAYGENTIC_API_KEY", emulator.api_key)
        monkeypatch.setenv("PAYGENTIC_MERCHANT_ID", emulator.merchant_id)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield emulator


@pytest.fixture
def preview(emulator: Running, tmp_path: Path) -> str:
    """A plan with a subscriber and a finished month, and the preview that makes its calls dearer."""
    transport = Served(emulator)
    market = Market(MerchantAccount(transport, SETTINGS))
    metric, fee = market.metric("Calls"), market.fee("Seat")
    prices = {
        "base": market.price(fee, "49", invoiceDisplayName="Base fee", paymentTerm="in_advance"),
        "calls": market.price(metric, "0.001"),
    }
    plan_id = market.plan(prices, name="Pro")
    customer = market.customer()
    market.subscribe(plan_id, customer, startedAt="2026-01-01T00:00:00Z")
    for _ in range(3):
        market.use(customer, metric, 1, "2026-01-05T00:00:00Z")
    market.clock("2026-02-01T02:00:00Z")
    transport.close()
    document = Preview().same("Product", "api", market.product, **PRODUCT)
    document.same("BillableMetric", "calls", metric, **{**METRIC, **SUMMED, "product_id": market.product})
    document.same("Fee", "seat", fee, **{**FEE, "product_id": market.product})
    old = {**usage_price("0.001"), "billable_metric_id": metric}
    document.change("replace", "Price", "calls", prices["calls"], old, {**old, "unit_price": "0.002"})
    document.same("Price", "base", prices["base"], **{**fee_price("49"), "fee_id": fee})
    after = {**prices, "calls": Ref("Price", "calls")}
    document.change("update", "Plan", "pro", plan_id, plan(prices), plan(after))
    path = tmp_path / "preview.json"
    path.write_bytes(document.file().read())
    return str(path)


def diff(preview: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["diff", preview, *options])


@pytest.mark.parametrize(("source", "delta"), [(None, "0.003"), ("invoices", "0.003"), ("meters", "0")])
def test_the_account_gives_subscribers_and_revenue(
    preview: str, tmp_path: Path, source: str | None, delta: str
) -> None:
    """The last invoice is of January; meters are asked for the month before this one, in which nobody called."""
    changeset = PreviewSource(preview, None, refresh=False).read(AccountOptions(None, tmp_path))
    found = UsageOptions(source).add_to(changeset, AccountOptions(None, tmp_path))
    assert found.impact is not None
    (money,) = found.impact.currencies
    assert [str(move.amounts.delta) for move in money.moves] == [delta]
    assert [proof.holds for proof in found.impact.proofs] == ([] if source == "meters" else [True])
    assert found.plans[0].subscribers is not None
    assert found.plans[0].subscribers.total == 1
    done = diff(preview, *([] if source is None else ["--usage", source]))
    assert (done.exit_code, done.stderr) == (2, "")


def test_a_file_gives_revenue_without_the_account(
    preview: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAYGENTIC_API_KEY")
    line = {"subscription": "sub_1", "plan": "Pro", "usage": {"Calls": 1000}}
    period = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
    file = tmp_path / "usage.jsonl"
    file.write_text(json.dumps({**line, **period}), encoding="utf-8")
    assert diff(preview, "--usage", str(file)).exit_code == 2
    file.write_text("{", encoding="utf-8")
    done = diff(preview, "--usage", str(file))
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: usage.jsonl does not fit: line 1: not JSON")
    done = diff(preview, "--usage", str(tmp_path / "none"))
    assert done.exit_code == 1
    assert "there is no file" in done.stderr


def test_an_account_that_nobody_can_read_is_said_and_is_an_error_only_if_asked_for(
    preview: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYGENTIC_API_KEY", "sk_test_wrong")
    done = diff(preview)
    assert done.exit_code == 2
    assert done.stderr.startswith("Without subscribers and revenue: ")
    done = diff(preview, "--usage", "invoices")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Can't read subscribers and revenue: ")
    changeset = PreviewSource(preview, None, refresh=False).read(AccountOptions(None, tmp_path))
    impact = UsageOptions(None).add_to(changeset, AccountOptions(None, tmp_path)).impact
    assert impact is not None
    assert ([gap.count for gap in impact.gaps], impact.currencies) == ([0], ())


def test_no_usage_asks_nobody(preview: str, emulator: Running) -> None:
    headers = {"Authorization": f"Bearer {emulator.api_key}"}
    httpx.delete(f"{emulator.url}/_emulator/calls", headers=headers)
    assert diff(preview, "--no-usage").exit_code == 2
    calls = httpx.get(f"{emulator.url}/_emulator/calls", headers=headers).json()["calls"]
    assert [call for call in calls if not call["path"].startswith("/_emulator")] == []
    done = diff(preview, "--no-usage", "--usage", "meters")
    assert done.exit_code == 1
    assert "exclude each other" in done.stderr


def test_plans_of_another_merchant_are_a_gap(preview: str, tmp_path: Path) -> None:
    text = Path(preview).read_text(encoding="utf-8").replace('"org_emulator"', '"org_other"')
    Path(preview).write_text(text, encoding="utf-8")
    changeset = PreviewSource(preview, None, refresh=False).read(AccountOptions(None, tmp_path))
    found = UsageOptions(None).add_to(changeset, AccountOptions(None, tmp_path))
    assert found.impact is not None
    assert [gap.reason for gap in found.impact.gaps] == [
        "Pro: it is of merchant org_other, and the settings are another merchant's"
    ]
    assert found.plans[0].subscribers is None


def test_progress_is_shown_on_a_terminal_if_the_work_takes_long(
    preview: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changeset = PreviewSource(preview, None, refresh=False).read(AccountOptions(None, tmp_path))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("pulumi_paygentic.cli.terminal._PATIENCE", 3600)
    UsageOptions("meters").add_to(changeset, AccountOptions(None, tmp_path))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("pulumi_paygentic.cli.terminal._PATIENCE", 0)
    UsageOptions("invoices").add_to(changeset, AccountOptions(None, tmp_path))
    assert "Reading invoices" in capsys.readouterr().err
