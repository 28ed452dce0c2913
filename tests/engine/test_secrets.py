"""No key, authorization URL or email is in anything that a run leaves behind or prints, at any verbosity."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulumi_paygentic.emulator.collections.customers.authorizations import CHECKOUT
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

EMAIL = "ada.lovelace@example.com"
WRONG = "not.an.email.but.private"
PROGRAM = f"""
api = paygentic.Product("api", name="API", description="")
metric = paygentic.BillableMetric("calls", product_id=api.id, name="Calls", description="", unit="call",
                                  aggregation="COUNT", event_type="call")
price = paygentic.Price("calls", billable_metric_id=metric.id, model="standard", unit_price="1",
                        invoice_display_name="Calls", payment_term="in_arrears")
plan = paygentic.Plan("payg", product_id=api.id, name="Payg", currency="USD", prices={{"calls": price.id}})
link = paygentic.AuthorizationLink("ada", plan_id=plan.id, email="{EMAIL}")
pulumi.export("checkout", link.url)
"""
PARTS = ("shown", "events")
ENGINE = re.compile(r'"msg":"(Unm|M)arshaling property for RPC\[')
LOUD = ("--logtostderr", "-v=9")


@pytest.fixture(params=["environment", "configuration"])
def keyed(request: pytest.FixtureRequest, stack: Stack) -> Stack:
    """The key comes from the environment, or from the stack's encrypted configuration."""
    stack.write(PROGRAM)
    if request.param == "configuration":
        stack.configure("paygentic:apiKey", stack.environment.pop("PAYGENTIC_API_KEY"), secret=True)
        stack.configure("paygentic:merchantId", stack.environment.pop("PAYGENTIC_MERCHANT_ID"))
        stack.configure("paygentic:baseUrl", stack.environment.pop("PAYGENTIC_BASE_URL"))
    return stack


def test_secrets_stay_secret_through_the_life_of_a_stack(keyed: Stack, server: Server) -> None:
    """The bytes of all files and of all output are searched; the program itself, which holds the email, is not."""
    results = [keyed.preview("--json"), keyed.up(*LOUD)]
    keyed.edit(EMAIL, f"new.{EMAIL}")  # a replacement shows old and new
    results += [keyed.preview("--diff", *LOUD), keyed.preview("--json"), keyed.up("--diff")]
    results += [keyed.refresh("--diff", *LOUD)]
    keyed.edit(f"new.{EMAIL}", WRONG)
    results += [keyed.preview(*LOUD, fails=True), keyed.destroy(*LOUD)]

    emails = [call.body["email"] for call in server.gate.writes if "authorization" in call.path]
    assert emails == [EMAIL, f"new.{EMAIL}"]
    secrets = [server.running.api_key, EMAIL, WRONG, CHECKOUT]
    files = {path: path.read_bytes() for path in _left_behind(keyed.folder)}
    assert any("history" in path.parts for path in files)
    assert any("backups" in path.parts for path in files)
    assert [(text, str(path)) for text in secrets for path, data in files.items() if text.encode() in data] == []
    printed = {f"{result.command}, {part}": _ours(getattr(result, part)) for result in results for part in PARTS}
    assert [(text, where) for text in secrets for where, what in printed.items() if text in what] == []


def _ours(printed: object) -> str:
    """Without the engine's own record of what it sends and gets, which it keeps from -v=9 on, secrets included."""
    return "\n".join(line for line in str(printed).splitlines() if not ENGINE.search(line))


def _left_behind(folder: Path) -> list[Path]:
    """All files but the program, which holds the email."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "__main__.py"]


def test_a_key_configured_in_the_clear_is_refused_before_it_reaches_the_state(stack: Stack, server: Server) -> None:
    key = stack.environment.pop("PAYGENTIC_API_KEY")
    stack.write("paygentic.Product('api', name='API', description='')")
    stack.configure("paygentic:apiKey", key)
    for result in (stack.preview(fails=True), stack.up(fails=True)):
        assert "pulumi config set --secret paygentic:apiKey" in result.shown
        assert result.tracebacks == []
        assert key not in result.shown
    assert key not in str(stack.export())
    assert server.gate.writes == []
    stack.configure("paygentic:apiKey", key, secret=True)
    stack.up()
    assert key not in str(stack.export())
