"""`pulumi-paygentic emulator` as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from pulumi_paygentic.cli import LazyGroup, main
from scripts.ports import reserved

COMMAND = [sys.executable, "-m", "pulumi_paygentic.cli"]
PRODUCT = {"name": "A", "description": "", "merchantId": "org_emulator"}
LINE = re.compile(r"Paygentic emulator at (http://\S+)  key (\S+)  merchant (\S+)\n")


@contextmanager
def _served(*arguments: str | Path) -> Iterator[tuple["subprocess.Popen[str]", httpx.Client]]:
    command = [*COMMAND, "emulator", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            match = LINE.fullmatch(process.stdout.readline())
            assert match is not None
            url, key, _ = match.groups()
            with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}) as http:
                yield process, http
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_one_line_and_ends_cleanly_when_asked(number: signal.Signals) -> None:
    with _served() as (process, http):
        http.post("/v0/products", json=PRODUCT).raise_for_status()
        process.send_signal(number)
        out, err = process.communicate()
        assert (process.returncode, out, err) == (0, "", "")


def test_killed_it_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    data = tmp_path / "emulator.db"
    for round_ in range(3):
        with _served("--data", data) as (process, http):
            assert http.get("/v0/products").json()["pagination"]["total"] == round_ * 20
            for _ in range(20):
                assert http.post("/v0/products", json=PRODUCT).status_code == 201
            process.kill()


def test_key_merchant_and_host_are_chosen() -> None:
    arguments = ("--api-key", "sk_test_mine", "--merchant-id", "org_mine", "--host", "localhost", "--latency-ms", "1")
    with _served(*arguments) as (_, http):
        created = http.post("/v0/products", json={**PRODUCT, "merchantId": "org_mine"})
        assert created.json()["merchantId"] == "org_mine"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "0.0.0.0"], "only on loopback"),  # noqa: S104
        (["--data", "/nonexistent/emulator.db"], "cannot use /nonexistent/emulator.db"),
        (["--data", "/"], "Invalid value for '--data'"),
        (["--data", ""], "has no name"),
        (["--port", "70000"], "Invalid value for '--port'"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(arguments: list[str], reason: str) -> None:
    done = CliRunner().invoke(main, ["emulator", *arguments])
    assert (done.exit_code, done.stdout) == (1, "")
    assert reason in done.stderr.splitlines()[-1]


def test_a_taken_port_is_said_in_one_line() -> None:
    with _served() as (_, http):
        arguments = [*COMMAND, "emulator", "--port", str(http.base_url.port)]
        done = subprocess.run(arguments, capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "cannot listen" in done.stderr


def test_the_overview_imports_nothing_that_takes_time() -> None:
    code = (
        "import sys; from pulumi_paygentic.cli import main; main(['--help'], standalone_mode=False);"
        "assert not {'starlette', 'uvicorn', 'pydantic', 'pulumi', 'httpx'} & sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "emulator" in done.stdout


@pytest.mark.parametrize("name", sorted(LazyGroup.lazy))
def test_the_overview_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    assert isinstance(main, LazyGroup)
    command = main.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.short_help == LazyGroup.lazy[name].short_help
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["nothing"])
    assert (result.exit_code, "No such command" in result.output) == (1, True)


@pytest.mark.parametrize(("missing", "extra"), [("starlette", "emulator"), ("click", "cli")])
def test_a_missing_extra_is_named(missing: str, extra: str, tmp_path: Path) -> None:
    (tmp_path / f"{missing}.py").write_text(
        f"raise ModuleNotFoundError('No module', name={missing!r})\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{Path.cwd()}"}
    done = subprocess.run([*COMMAND, "emulator"], capture_output=True, encoding="utf-8", check=False, env=environment)
    assert done.returncode != 0
    assert f"pip install 'pulumi-paygentic[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_port_is_free_again_when_it_has_ended() -> None:
    with reserved() as port:
        for _ in range(2):
            with _served("--port", str(port)) as (process, http):
                http.get("/v0/products").raise_for_status()
                process.terminate()
                process.wait()
