"""`export`, `compare` and `drift` beside the real CLI: a stack's state, whatever its backend, and the account."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner, Result

from pulumi_paygentic.cli import main
from tests.engine.support.programs import SHOP
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack


def _run(stack: Stack, *arguments: str) -> Result:
    """Run a command where only the account's key is at hand: a state needs no passphrase to be compared."""
    environment = {key: value for key, value in stack.environment.items() if "PASSPHRASE" not in key}
    return CliRunner().invoke(main, [*arguments, "--cwd", str(stack.program)], env=environment)


def test_a_stack_is_checked_for_drift_mended_and_clean_again(stack: Stack, server: Server) -> None:
    stack.write(SHOP).up()
    clean = _run(stack, "drift", "--stack", "test")
    assert (clean.exit_code, clean.output.splitlines()[0]) == (0, "Nothing has drifted")
    assert _run(stack, "compare", "stack:test", "account@test").exit_code == 0
    exported = _run(stack, "export", "stack:test")
    assert (exported.exit_code, "prod_" in exported.output) == (0, False)
    assert exported.output == _run(stack, "export").output

    price = server.account.one("Price")
    server.account.patch(f"/v0/prices/{price['id']}", properties={"unitPrice": "9"}, model="standard")
    server.gate.calls.clear()
    drifted = _run(stack, "drift", "--stack", "test", "--format", "json")
    report = json.loads(drifted.output)
    assert (drifted.exit_code, report["summary"]["total_changed"], report["coverage"]) == (2, 1, 100)
    assert report["changed"][0]["fields"] == [{"path": "unit_price", "state": "1", "account": "9"}]
    assert [line["difference"] for line in report["plans"][0]["lines"]] == ["+8.00 (+800 %)"]
    assert server.gate.writes == []
    assert _run(stack, "compare", "stack:test", "account").exit_code == 2

    stack.up("--refresh")  # as the report says
    assert _run(stack, "drift", "stack:test").exit_code == 0
    assert server.account.lines(server.account.one("Plan")["id"]) == {"calls": "1"}

    stack.edit('unit_price="1"', 'unit_price="2"')
    file = stack.folder / "preview.json"
    file.write_text(stack.plain("preview", "--json", "--show-sames"), encoding="utf-8")
    planned = _run(stack, "compare", "account", str(file))
    assert planned.exit_code == 2
    assert re.search(r"calls. +1.00 USD per call +2.00 USD per call +\+1.00", planned.output)
    stack.up()
    assert _run(stack, "compare", str(file), "stack:test").exit_code == 0
    assert _run(stack, "compare", "account", str(file)).exit_code == 0
    every = _run(stack, "compare", "account", str(file), "--all", "--format", "json")  # old versions hold old prices
    assert {(one["op"], one["kind"]) for one in json.loads(every.output)["objects"]} == {("delete", "Price")}

    lost = _run(stack, "drift", "stack:none")
    assert lost.exit_code == 1
    assert "no stack named 'none' found" in lost.output
