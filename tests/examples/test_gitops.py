"""The example of a repository with three stacks: its own tests pass, and its policy pack refuses a bad catalog."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.support.server import Server
from tests.engine.support.stack import ROOT, Result, Stack, label
from tests.environment import of_program

EXAMPLE = ROOT / "examples" / "gitops"
PACK = ("--policy-pack", "policy/finance")


@pytest.fixture
def staging(stack: Stack) -> Stack:
    stack.copy("gitops")
    stack.configure("bandEnd", "10")
    return stack


def test_the_tests_of_the_example_pass(tmp_path: Path, pulumi_cli: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "gitops")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        env={**of_program(tmp_path, Path(sys.executable).parent, pulumi_cli), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def violations(result: Result) -> set[tuple[str, str]]:
    """The rule and the object of each refusal."""
    found = [event["policyEvent"] for event in result.events if "policyEvent" in event]
    return {(event["policyName"], label(event["resourceUrn"])) for event in found}


def test_the_policy_pack_passes_the_program_and_refuses_in_preview_what_finance_would(staging: Stack) -> None:
    assert violations(staging.preview(*PACK)) == set()
    staging.edit('{"unit_price": "0.008"}', '{"unit_price": "0.003"}')
    staging.edit('currency="USD"', 'currency="GBP"')
    staging.edit('name="Support", description', 'name="support!", description')
    assert violations(staging.preview(*PACK, fails=True)) == {
        ("no-price-below-its-cost", "Price routes"),
        ("allowed-currencies", "Plan team"),
        ("names-that-customers-can-read", "Fee support"),
    }


def test_up_does_not_write_an_object_that_a_rule_refuses(staging: Stack, server: Server) -> None:
    staging.edit('currency="USD"', 'currency="GBP"')
    assert violations(staging.up(*PACK, fails=True)) == {("allowed-currencies", "Plan team")}
    assert "Plan" not in server.account.counts()
