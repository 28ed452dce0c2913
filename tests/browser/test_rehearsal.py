"""The whole rehearsal for real: the Pulumi CLI, the emulator, the example's service and Chromium, by one command."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("api", "counted", "pictures"), [("current", "10 lines of 4 invoices", 7), ("tutorial", "4 lines of 2 invoices", 8)]
)
def test_a_merchants_month_ends_with_invoices_that_are_right_to_the_last_digit(
    tmp_path: Path, api: str, counted: str, pictures: int
) -> None:
    command = ["scripts/rehearse", "--api", api, "--screenshots", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    _, _, after = done.stdout.partition("━━ The invoices are correct\n")
    sums, reported, *considered = after.splitlines()
    assert sums.startswith(counted)
    assert reported.endswith("computed in fractions.")
    assert any(
        line.startswith("Proof: The same rating at the old prices equals 2 of 2 invoices") for line in considered
    )
    assert "POST /submissions: 402" in done.stdout
    assert len(list(tmp_path.glob("*.png"))) == pictures
