"""A live account becomes a program and a state, with no hand work, and nothing is written to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from pulumi_paygentic.api import Client, Settings
from pulumi_paygentic.cli import main
from pulumi_paygentic.snapshot import Snapshot, read_account
from tests.engine.support.server import SECOND, Action, Call, Server, answer
from tests.engine.support.stack import Stack
from tests.engine.support.varied import Maker, fill


def _imported(server: Server, cli: Path, out: Path, *arguments: str) -> Result:
    path = f"{cli}:{Path(sys.executable).parent}:/usr/bin:/bin"
    environment: Mapping[str, str] = {**server.environment, "PATH": path}
    return CliRunner().invoke(main, ["import", "--out", str(out), *arguments], env=environment)


def _snapshot(environment: Mapping[str, str]) -> Snapshot:
    with Client(Settings.resolve(environ=environment)) as client:
        return read_account(client, lines=True)


def test_an_account_is_imported_proved_and_previewed_without_a_write(
    server: Server, stack: Stack, pulumi_cli: Path
) -> None:
    fill(server.account)
    server.gate.calls.clear()
    done = _imported(server, pulumi_cli, stack.program, "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["proof"] == {"unchanged": sum(report["declared"].values()), "differing": []}
    assert {one["reason"].partition(" ")[0] for one in report["left_out"] if not one["expected"]} == {"has"}

    stack.plain("stack", "init", "sandbox")
    entries = stack.program / "import.json"
    assert entries.stat().st_mode & 0o777 == 0o600
    stack.plain("import", "--file", str(entries), "--generate-code=false", "--protect=false", "--yes")
    stack._made = True
    stack._name = "sandbox"
    assert stack.preview("--refresh").changes == {}
    assert server.gate.writes == []
    held = {kind: len(ids) for kind, ids in stack.ids().items()}
    assert sum(held.values()) == report["proof"]["unchanged"]
    cache = f"--cache-dir={stack.folder / 'types'}"
    command = [sys.executable, "-m", "mypy", "--strict", cache, str(stack.program / "__main__.py")]
    typed = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert typed.returncode == 0, typed.stdout


def test_a_second_import_proves_only_what_is_new_and_may_adopt_by_id(
    server: Server, stack: Stack, pulumi_cli: Path
) -> None:
    make = Maker(server.account)
    product = make.product("Speech API")
    make.metric(product, "Calls")
    assert _imported(server, pulumi_cli, stack.program).exit_code == 0
    file = stack.program / "__main__.py"
    edited = file.read_text(encoding="utf-8").replace('description="Sold"', 'description="Sold by us"')
    edited = edited.replace("import pulumi_paygentic", "import pulumi\nimport pulumi_paygentic")
    edited += 'pulumi.export("greeting", pulumi.Config("shop").require("greeting"))\n'
    file.write_text(edited, encoding="utf-8")
    with (stack.program / "Pulumi.sandbox.yaml").open("a", encoding="utf-8") as configuration:
        configuration.write('  shop:greeting: "hi"\n  shop:token: {secure: "v1:x"}\n')
    make.fee(product, "Base")
    server.gate.calls.clear()
    done = _imported(server, pulumi_cli, stack.program, "--adopt", "id", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["declared"] == {"fee": 1}
    assert report["proof"] == {"unchanged": 2, "differing": ["Product 'speech-api': update of description"]}
    assert server.gate.writes == []
    text = file.read_text(encoding="utf-8")
    assert text.startswith(edited.rstrip("\n"))
    assert 'adopt_id="fee_' in text[len(edited) :]


def test_a_program_that_differs_from_the_account_is_not_written(
    server: Server, pulumi_cli: Path, tmp_path: Path
) -> None:
    product = Maker(server.account).product("Speech API")
    changed = {**server.account.get(f"/v0/products/{product}"), "name": "Changed meanwhile"}
    reads: list[str] = []

    def change_after_the_first_read(call: Call) -> Action | None:
        if call.path.startswith("/v0/products"):
            reads.append(call.path)
            if len(reads) > 1:
                page = {"data": [changed], "pagination": {"limit": 100, "offset": 0, "total": 1}}
                return answer(200, changed if call.path.endswith(product) else page)
        return None

    server.gate.script = change_after_the_first_read
    done = _imported(server, pulumi_cli, tmp_path / "out")
    assert done.exit_code == 1
    assert "Product 'speech-api': update of name" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_program_makes_the_same_catalog_in_an_empty_account(server: Server, stack: Stack, pulumi_cli: Path) -> None:
    fill(server.account, twins=False)
    done = _imported(server, pulumi_cli, stack.program, "--adopt", "import", "--new-stack", "first")
    assert done.exit_code == 0, done.output
    second = {
        **server.environment,
        "PAYGENTIC_API_KEY": SECOND.api_key,
        "PAYGENTIC_MERCHANT_ID": SECOND.merchant_id,
    }
    stack.up(environment=second)
    stack_preview = stack.preview("--refresh", environment=second)
    assert stack_preview.changes == {}, stack_preview.shown
    assert _billing(_snapshot(second)) == _billing(_snapshot(server.environment))


def _billing(snapshot: Snapshot) -> dict[str, object]:
    """Everything that bills, by natural key, without line keys that the API generated."""
    return {
        f"{one.kind} {one.key}": {
            name: sorted(map(str, value.values())) if name == "prices" and isinstance(value, dict) else value
            for name, value in one.values.items()
        }
        for one in snapshot
        if one.kind != "Price" or snapshot.plans_of(one.ref)
    }


def test_pulumis_own_import_takes_the_account_from_the_converter(
    server: Server, stack: Stack, pulumi_cli: Path
) -> None:
    fill(server.account)
    assert _imported(server, pulumi_cli, stack.program).exit_code == 0
    server.gate.calls.clear()
    stack.run("import", "--from", "paygentic", "--generate-code=false", "--protect=false", "--yes", "--skip-preview")
    assert stack.preview("--refresh").changes == {}
    assert server.gate.writes == []
