"""The properties that all commands share."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pulumi_paygentic.api import ConfigurationError
from pulumi_paygentic.cli import LazyGroup, main
from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.files import write_whole
from pulumi_paygentic.cli.pulumi_program import run_pulumi
from pulumi_paygentic.cli.terminal import step

SETTINGS = {"PAYGENTIC_API_KEY": "sk_test_1", "PAYGENTIC_MERCHANT_ID": "org_1"}


def _group(raises: BaseException) -> LazyGroup:
    group = LazyGroup("group")

    @group.command("fails")
    def fails() -> None:
        raise raises

    return group


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (ConfigurationError(["paygentic:merchantId is not set"]), 1, "merchantId is not set"),
        (FileNotFoundError(2, "No such file or directory", "/gone"), 1, "/gone: No such file or directory"),
        (OSError("the disk is full"), 1, "the disk is full"),
        (click.ClickException("it failed"), 1, "it failed"),
        (click.UsageError("not so"), 1, "not so"),
        (KeyboardInterrupt(), 130, "Interrupted."),
    ],
)
def test_an_error_ends_in_one_line_and_an_exit_code_that_is_no_difference(
    raised: BaseException, code: int, said: str
) -> None:
    done = CliRunner().invoke(_group(raised), ["fails"])
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr.splitlines()[-1]


def test_a_fault_of_our_own_is_not_hidden() -> None:
    done = CliRunner().invoke(_group(RuntimeError("a fault")), ["fails"])
    assert isinstance(done.exception, RuntimeError)


def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    done = CliRunner().invoke(_group(BrokenPipeError(32, "Broken pipe")), ["fails"])
    assert "Error" not in done.stderr


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_each_shell_gets_a_script_that_completes(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert "_PULUMI_PAYGENTIC_COMPLETE" in done.stdout


def test_a_command_reads_the_settings_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command
    @account_options
    def show(account: AccountOptions) -> None:
        with account.client() as client:
            click.echo(client.settings.merchant_id)

    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(show).stdout == "org_1\n"
    assert CliRunner().invoke(show, ["--cwd", "/nowhere"]).exit_code == 2  # by click itself, outside of the family


def test_without_the_pulumi_cli_a_stack_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(click.ClickException, match="not on PATH"):
        AccountOptions("dev", tmp_path).settings()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            "echo 'warning: x' >&2; echo 'error: no stack named dev' >&2; exit 6",
            "`pulumi config` failed: no stack named",
        ),
        ("exit 1", "it printed nothing"),
    ],
)
def test_an_error_of_the_pulumi_cli_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    program = tmp_path / "pulumi"
    program.write_text(f"#!{shutil.which('sh')}\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(click.ClickException, match=reason) as refused:
        run_pulumi("config", cwd=tmp_path)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_is_written_whole_with_its_mode(tmp_path: Path, mode: int) -> None:
    write_whole(tmp_path / "file", "old\n")
    write_whole(tmp_path / "file", "new\n", mode=mode)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new\n"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_can_not_be_written_stays_as_it_was(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "file", "\ud800")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_progress_is_shown_on_a_terminal_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Reading the account"):
        pass
    assert capsys.readouterr() == ("", "")


def test_the_overview_answers_without_what_takes_time() -> None:
    code = (
        "import sys; from pulumi_paygentic.cli import main; main(['--help'], standalone_mode=False);"
        "assert not {'httpx', 'pydantic', 'pulumi', 'rich', 'yaml'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
