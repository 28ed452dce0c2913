"""The option `--issue` of a command, against the served forges."""

from __future__ import annotations

from datetime import timedelta

import click
import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.cli.issuing import Issuing, issue_options
from pulumi_paygentic.cli.posting import Where
from tests.forge.support.server import Fault, Response
from tests.forge.support.world import T0, World


@pytest.fixture(autouse=True)
def _token(at: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_paygentic.forge.publishing.SETTLE", 0.0)
    monkeypatch.setenv("GITHUB_TOKEN" if at.forge == "github" else "GITLAB_TOKEN", at.place().token)


@click.command()
@click.option("--minute", type=int)
@click.option("--drifted", is_flag=True)
@issue_options
def check(*, minute: int, drifted: bool, issuing: Issuing) -> None:
    """A command with the option."""
    moment = T0 + timedelta(minutes=minute)
    issuing.report_drift(project="shop", stack="prod", markdown="`pro` differs", drifted=drifted, time=moment)


def run(at: World, minute: int, *more: str) -> Result:
    project = "acme/catalog" if at.forge == "github" else "42"
    place = ("--issue", at.forge, "--repository", project, "--forge-url", at.api_url)
    return CliRunner().invoke(check, ["--minute", str(minute), *place, *more])


def test_an_issue_is_opened_updated_and_closed(at: World) -> None:
    assert run(at, 0).stderr == "There is no drift, and no issue to close.\n"
    assert run(at, 1, "--drifted").stderr.startswith("Opened the issue: http")
    assert run(at, 2, "--drifted").stderr.startswith("Updated the issue: http")
    assert run(at, 2, "--drifted").stderr.startswith("The issue is up to date: http")
    assert run(at, 3).stderr.startswith("Closed the issue: http")
    assert run(at, 2, "--drifted").stderr.startswith("A newer run has written already")
    (issue,) = at.issues
    assert (issue.title, issue.closed) == ("Drift: prod (shop)", True)
    assert "No drift since 2026-11-25 12:03 UTC." in issue.body
    assert "`pro` differs" in issue.body.partition("<details>")[2]


def test_an_error_is_one_line(at: World) -> None:
    at.server.faults.append(Fault(Response(429, {"message": "enough"}, {"Retry-After": "3600"})))
    done = run(at, 0, "--drifted")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)


def test_without_the_option_nothing_is_sent(at: World) -> None:
    assert CliRunner().invoke(check, ["--minute", "0", "--drifted"]).exit_code == 0
    assert at.server.requests == []


def test_the_time_is_now_by_default(at: World) -> None:
    project = "acme/catalog" if at.forge == "github" else "42"
    issuing = Issuing(at.forge, Where(None, project, at.api_url))
    issuing.report_drift(project="shop", stack="prod", markdown="x", drifted=True)
    assert len(at.issues) == 1
