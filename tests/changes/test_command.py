"""`pulumi-paygentic diff`: where it reads from, what it writes, and its exit codes."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from pulumi_paygentic.changes.render.json_types import JsonChangeset
from pulumi_paygentic.cli import main
from tests.support.previews import Preview, price_change, shop


def diff(*arguments: str, text: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["diff", "--no-usage", *arguments], input=text)


@pytest.fixture
def preview(tmp_path: Path) -> str:
    path = tmp_path / "preview.json"
    path.write_bytes(price_change().file().read())
    os.utime(path, (0, 0))
    return str(path)


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CLI in the place of Pulumi's: it notes its arguments, prints a file and fails if that file says so."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "pulumi"
    script.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "(folder / 'arguments').write_text(' '.join(sys.argv[1:]))\n"
        "sys.stdout.write((folder / 'printed').read_text(encoding='utf-8'))\n"
        "sys.stderr.write('error: no stack named x found\\n')\n"
        "sys.exit((folder / 'fails').exists())\n",
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
    return tmp_path


def test_a_difference_ends_with_2_and_nothing_with_0(preview: str) -> None:
    changed = diff(preview)
    assert (changed.exit_code, changed.stderr) == (2, "")
    assert "Pro: Calls rises from 0.001 USD per call to 0.002 USD per call (+100 %)." in changed.stdout
    nothing = diff("-", text=shop().file().read())
    assert (nothing.exit_code, nothing.stdout.splitlines()[0]) == (0, "Nothing changes in the catalog.")


def test_a_failed_preview_is_shown_and_ends_with_1() -> None:
    done = diff("-", "--format", "markdown", text=Preview().error("it failed").file().read())
    assert done.exit_code == 1
    assert "- it failed" in done.stdout


def test_a_document_that_is_no_preview_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("", encoding="utf-8")
    done = diff(str(tmp_path / "x.json"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert diff(str(tmp_path / "gone.json")).exit_code == 1


def test_the_output_is_written_whole_and_nothing_is_printed(preview: str, tmp_path: Path) -> None:
    done = diff(preview, "--format", "json", "--output", str(tmp_path / "out.json"))
    assert (done.exit_code, done.stdout) == (2, "")
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (written["version"], written["created_at"]) == (1, "1970-01-01T00:00:00+00:00")


def test_json_has_the_verdicts_that_decide_the_exit_code(preview: str, tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.yaml"
    waiver = {"gate": "price-increase", "resource": "pro", "reason": "agreed", "person": "ada", "until": "2999-12-31"}
    waivers.write_text(json.dumps({"waivers": [waiver]}), encoding="utf-8")

    def verdicts(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
        done = diff(preview, "--format", "json", "--fail-on", "price-increase>10%", "--fail-on", "delete", *arguments)
        TypeAdapter(JsonChangeset).validate_json(done.stdout, strict=True)
        return done.exit_code, json.loads(done.stdout)["gates"]

    code, (increase, delete) = verdicts()
    assert (code, increase["gate"], increase["says_no"]) == (3, "price-increase>10%", True)
    assert [(finding["blocks"], finding["waiver"]) for finding in increase["findings"]] == [(True, None)]
    assert delete == {"gate": "delete", "says_no": False, "findings": []}
    code, (waived, _) = verdicts("--waivers", str(waivers))
    assert (code, waived["says_no"]) == (2, False)
    assert [(finding["blocks"], finding["waiver"]) for finding in waived["findings"]] == [(False, waiver)]


def test_a_state_completes_a_preview(tmp_path: Path) -> None:
    resources = [step["oldState"] for step in price_change().steps if step["op"] == "same"]
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"deployment": {"resources": resources}}), encoding="utf-8")
    sparse = price_change(sames=False).file().read()
    assert "Not known" in diff("-", text=sparse).stdout
    assert "Not known" not in diff("-", "--state", str(state), text=sparse).stdout


def test_the_command_runs_the_preview_itself(pulumi: Path) -> None:
    (pulumi / "printed").write_bytes(price_change().file().read())
    done = diff("--stack", "dev", "--refresh", "--cwd", str(pulumi), "--format", "json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["created_at"] is not None
    arguments = (pulumi / "arguments").read_text(encoding="utf-8")
    assert arguments.endswith("preview --json --show-sames --refresh --stack dev")


def test_a_preview_that_fails_without_a_document_says_why(pulumi: Path) -> None:
    (pulumi / "printed").write_text("", encoding="utf-8")
    (pulumi / "fails").touch()
    done = diff()
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: `pulumi preview` failed: no stack named x found\n"


def test_a_preview_that_fails_with_a_document_shows_it(pulumi: Path) -> None:
    (pulumi / "printed").write_bytes(Preview().error("refused").file().read())
    (pulumi / "fails").touch()
    done = diff()
    assert done.exit_code == 1
    assert "refused" in done.stdout


def test_without_pulumi_the_command_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not on PATH" in diff().stderr


def test_a_refresh_is_not_of_a_file(preview: str) -> None:
    done = diff(preview, "--refresh")
    assert done.exit_code == 1
    assert "--refresh" in done.stderr
