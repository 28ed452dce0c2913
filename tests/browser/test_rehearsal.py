"""The whole rehearsal for real: the Pulumi CLI, the emulator, the example's service and Chromium, by one command."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_merchants_month_ends_with_invoices_that_are_right_to_the_last_digit(tmp_path: Path) -> None:
    done = subprocess.run(
        ["scripts/rehearse", "--screenshots", tmp_path], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *_, heading, sums, reported = done.stdout.splitlines()
    assert heading == "━━ The invoices are correct"
    assert sums.startswith("4 lines of 2 invoices")
    assert reported.endswith("computed in fractions.")
    assert "POST /submissions: 402" in done.stdout
    assert len(list(tmp_path.glob("*.png"))) == 8
