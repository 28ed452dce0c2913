"""The doctor names each fault with the action for it, shows no key, and changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.adapter.sdk_internals import TESTED
from pulumi_paygentic.api import Settings
from pulumi_paygentic.cli import main
from pulumi_paygentic.cli.checkup import installation
from pulumi_paygentic.cli.checkup.configured import configured
from pulumi_paygentic.cli.checkup.reachable import reachable, skew_finding
from pulumi_paygentic.cli.checkup.stack_state import _left_behind, _older_copy, _pending, _without_user, lock_findings
from tests.engine.support.server import Server, answer, served

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def pulumi(tmp_path: Path) -> str:
    """A folder, for PATH, of a Pulumi CLI that only says its version."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pulumi", *installation.PLUGINS):
        (folder / name).write_text(f"#!{shutil.which('sh')}\necho v3.274.1\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return str(folder)


def _doctor(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments], env=environment)


def _levels(result: Result) -> dict[str, str]:
    return {finding["text"]: finding["level"] for finding in json.loads(result.stdout)["findings"]}


def test_a_sound_account_has_no_problem_and_the_key_is_never_shown(server: Server, pulumi: str) -> None:
    server.account.post("/v0/products", merchantId=server.account.merchant_id, name="API", description="")
    server.gate.calls.clear()
    done = _doctor("--json", PATH=pulumi, **server.environment)
    assert done.exit_code == 0, done.output
    levels = _levels(done)
    assert "problem" not in levels.values()
    assert levels["paygentic:merchantId from PAYGENTIC_MERCHANT_ID"] == "ok"
    assert any(text.startswith("The key may read products") and "features" in text for text in levels)
    assert "The clock is within 60 s of the API's" in levels
    assert server.account.api_key not in done.output
    assert server.gate.writes == []


def test_the_findings_are_printed_by_area_with_their_advice(pulumi: str) -> None:
    done = _doctor(PATH=pulumi)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert {"Installation", "Settings", "Account", "Stack"} <= set(lines)
    assert "  problem  paygentic:apiKey is not set" in lines
    assert any("Set PAYGENTIC_API_KEY" in line for line in lines)


def test_a_list_that_the_key_may_not_read_is_a_problem(server: Server) -> None:
    server.account.post("/v0/products", merchantId=server.account.merchant_id, name="API", description="")
    server.gate.script = lambda call: (
        answer(403, {"message": "no", "reason": "no_permission", "requiredPermissions": ["prices:read"]})
        if call.path == "/v0/prices"
        else None
    )
    found = {f.text: f for f in reachable(Settings.resolve(environ=server.environment))}
    assert found["The key may not read prices"].level == "problem"


def test_versions_are_read_of_a_plan_where_there_is_one(server: Server) -> None:
    account = server.account
    product = account.post("/v0/products", merchantId=account.merchant_id, name="API", description="")["id"]
    account.post("/v0/plans", merchantId=account.merchant_id, productId=product, name="Pro", currency="USD")
    settings = Settings.resolve(environ=server.environment)
    assert any("plan versions" in finding.text for finding in reachable(settings))
    server.gate.script = lambda call: (
        answer(403, {"message": "no", "reason": "no_permission"}) if "/versions" in call.path else None
    )
    assert any(finding.text == "The key may not read plan versions" for finding in reachable(settings))


@pytest.mark.parametrize(("status", "said"), [(401, "401"), (500, "500")])
def test_an_account_that_refuses_is_a_problem_with_its_advice(server: Server, status: int, said: str) -> None:
    server.gate.script = lambda _: answer(status, {"message": "no"})
    settings = Settings.resolve(environ={**server.environment, "PAYGENTIC_MAX_RETRIES": "0"})
    (problem,) = [finding for finding in reachable(settings) if finding.level == "problem"]
    assert said in problem.text


def test_proxy_and_certificates_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    environ = {"PAYGENTIC_API_KEY": "sk_test_1", "PAYGENTIC_MERCHANT_ID": "org_1", "PAYGENTIC_MAX_RETRIES": "0"}
    found = list(reachable(Settings.resolve(environ=environ)))
    texts = " ".join(finding.text for finding in found)
    assert "through the proxy 127.0.0.1:9" in texts
    assert "SSL_CERT_FILE" in texts
    assert "secret" not in texts


@pytest.mark.parametrize(
    ("offset", "said"), [(0, "within 60 s"), (300, "300 s ahead of"), (-300, "300 s behind"), (None, "does not say")]
)
def test_a_clock_that_is_wrong_is_said(offset: int | None, said: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    header = None if offset is None else format_datetime(now - timedelta(seconds=offset))
    assert said in skew_finding(header, now).text


@pytest.mark.parametrize(
    ("configuration", "environ", "expected"),
    [
        ({"apiKey": "sk_test_1", "merchantId": "org_1"}, {}, "paygentic:apiKey from the configuration of stack dev"),
        (
            {"merchantId": "org_1"},
            {"PAYGENTIC_BEARER_AUTH": "sk_test_1"},
            "paygentic:apiKey from PAYGENTIC_BEARER_AUTH",
        ),
        ({"apiKey": "other", "merchantId": "org_1"}, {}, "The key begins with neither"),
        ({"apiKey": "sk_test_1", "merchantId": "org_1", "adopt": "true"}, {}, "paygentic:adopt is on"),
        ({"apiKey": "sk_live_1", "merchantId": "org_1"}, {}, "is a production key"),
    ],
)
def test_each_setting_is_said_with_its_source(
    configuration: Mapping[str, str], environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    findings = list(configured(configuration, "dev"))
    assert any(expected in finding.text for finding in findings), findings
    assert not any(key in str(finding) for key in ("sk_test_1", "sk_live_1") for finding in findings)


def test_the_versions_are_those_that_the_tests_run_with() -> None:
    assert installation.SDKS == TESTED
    assert installation.numbers("3.274.1-alpha.1") == (3, 274, 1)


@pytest.mark.parametrize(
    ("cli", "sdk", "level"),
    [("3.274.1", "3.272.0", "ok"), ("3.259.0", "3.272.0", "warning"), ("3.240.0", "3.240.0", "warning")],
)
def test_versions_that_do_not_go_together_are_a_warning(cli: str, sdk: str, level: str) -> None:
    (finding,) = installation._pair(cli, sdk)
    assert finding.level == level


def test_versions_that_are_not_tested_are_a_warning() -> None:
    assert [f.level for f in installation._python((3, 9))] == ["warning"]
    assert [f.level for f in installation._sdk("3.1.0")] == ["warning"]


@pytest.mark.parametrize(
    ("script", "missing", "said"),
    [("exit 1", "", "does not say its version"), ("echo v3.274.1", installation.PLUGINS[0], installation.PLUGINS[0])],
)
def test_a_broken_installation_of_the_cli_is_a_problem(
    pulumi: str, script: str, missing: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (Path(pulumi) / "pulumi").write_text(f"#!{shutil.which('sh')}\n{script}\n", encoding="utf-8")
    if missing:
        (Path(pulumi) / missing).unlink()
    monkeypatch.setenv("PATH", pulumi)
    assert any(f.level == "problem" and said in f.text for f in installation.installation())


def test_a_cli_that_is_missing_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert any(f.level == "problem" and "not on PATH" in f.text for f in installation.installation())


def test_a_lock_is_told_by_its_process(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    for name, pid, host in (("a", ended.pid, "here"), ("b", os.getpid(), "here"), ("c", 1, "elsewhere")):
        lock = {"pid": pid, "username": "ada", "hostname": host}
        (tmp_path / f"{name}.json").write_text(json.dumps(lock), encoding="utf-8")
    (tmp_path / "d.json").write_text("{", encoding="utf-8")
    found = list(lock_findings(tmp_path, host="here"))
    assert [finding.level for finding in found] == ["problem", "warning", "warning"]
    assert "pulumi cancel" in found[0].advice


def test_a_pending_operation_is_named() -> None:
    resource = {"type": "pulumi-python:dynamic/paygentic:Price", "urn": f"{STACK[:22]}::x::basic"}
    pending = [{"type": "creating", "resource": resource}, {"type": "creating", "resource": {"type": "aws:x"}}]
    (finding,) = _pending({"pending_operations": pending})
    assert "creating Price 'basic'" in finding.text


@pytest.mark.parametrize(
    ("copied", "now", "older"),
    [
        ({"paygentic:merchantId": "org_1"}, {"merchantId": "org_1"}, []),
        ({"paygentic:merchantId": "org_1"}, {"merchantId": "org_2"}, ["merchantId"]),
        ({"paygentic:apiKey": {"ciphertext": "x"}}, {}, ["apiKey"]),
        ({"paygentic:apiKey": {"ciphertext": "x"}}, {"apiKey": "sk_test_1"}, []),
        ({}, {"requestTimeout": "10"}, ["requestTimeout"]),
    ],
)
def test_a_copy_of_the_settings_that_is_older_is_named(
    copied: dict[str, object], now: dict[str, str], older: list[str]
) -> None:
    provider = {"type": "pulumi:providers:pulumi-python", "urn": "urn::default", "inputs": copied}
    explicit = {**provider, "urn": "urn::second", "inputs": {"paygentic:merchantId": "org_9"}}
    found = list(_older_copy({"resources": [provider, explicit, {"type": "x"}]}, now))
    assert [name for finding in found for name in older if f"paygentic:{name} " in finding.text] == older
    assert len(found) == len(older)


def test_a_product_that_a_killed_run_left_behind_is_named(server: Server) -> None:
    marks = {"pulumi-project": "shop", "pulumi-stack": "dev", "pulumi-resource": "api"}
    made = [
        server.account.post(
            "/v0/products", merchantId=server.account.merchant_id, name=name, description="", metadata=metadata
        )["id"]
        for name, metadata in (("A", marks), ("B", marks), ("C", {**marks, "pulumi-stack": "prod"}), ("D", {}))
    ]
    settings = Settings.resolve(environ=server.environment)
    deployment = {"resources": [{"urn": STACK}]}
    (finding,) = _left_behind([{"id": made[0]}], deployment, settings)
    assert made[1] in finding.text
    assert list(_left_behind([], {}, settings)) == []
    server.gate.script = lambda _: answer(401, {"message": "no"})
    assert list(_left_behind([], deployment, settings)) == []


def test_a_backend_is_shown_without_its_password() -> None:
    assert _without_user("postgres://ada:secret@db/state") == "postgres://db/state"
    assert _without_user("file:///state") == "file:///state"
    assert _without_user("") == ""
