"""The account of the live suite, and a report of what was asked and learnt that no capturing hides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final, Protocol

import pytest

from pulumi_paygentic.api import ConfigurationError
from pulumi_paygentic.api.base_url import is_loopback
from pulumi_paygentic.catalog import AuthorizationLink
from tests.live import answers
from tests.live.account import LiveAccount, needs_pricing_unit
from tests.live.answers import Answered
from tests.live.target import Target, UnsafeTarget, emulator, sandbox
from tests.support.examples import Example

LEARNT, HOLDS, BEHAVIOUR = "learnt", "holds", "behaviour"
"""The properties of a report: a line for the end of the run, whether the marked statement holds, and the test's id."""
LEFT: Final = pytest.StashKey[str]()
LIVE: Final = pytest.StashKey[bool]()


class Learn(Protocol):
    """Note one line for the end of the run; `holds` says that the account does as the mark of the test states."""

    def __call__(self, text: str, *, holds: bool = True) -> None: ...


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark this folder's tests; leave out those that a live account has no call for."""
    impossible = []
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.live)
            item.user_properties += [(BEHAVIOUR, key) for key in _recorded_as(item)]
            if isinstance(item, pytest.Function) and (_needs_pricing_unit(item) or _leaves_customers(item)):
                impossible.append(item)
    items[:] = [item for item in items if item not in impossible]
    config.hook.pytest_deselected(items=impossible)


def _recorded_as(item: pytest.Item) -> Iterator[str]:
    """Yield the id under which the answer is recorded: that of the node which has the mark, without parameters."""
    for node, _ in item.iter_markers_with_node("behaviour"):
        yield node.nodeid.partition("[")[0]


def _needs_pricing_unit(item: pytest.Function) -> bool:
    """Whether the test is about a field that refers to a pricing unit, which only the dashboard can create."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    example, name = parameters.get("example"), parameters.get("name")
    return isinstance(example, Example) and needs_pricing_unit(example.edits.get(str(name)))


def _leaves_customers(item: pytest.Function) -> bool:
    """Whether the test subscribes customers, whom the API can't delete and may write to."""
    example = item.callspec.params.get("example") if hasattr(item, "callspec") else None
    return isinstance(example, Example) and example.path == "/v0/subscriptions"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what each test learnt, a line each, and what the run left; record the answers of a live account."""
    reports = [
        report
        for group in terminalreporter.stats.values()
        for report in group
        if isinstance(report, pytest.TestReport) and (report.when == "call" or report.failed)
    ]
    lines = [text for report in reports for name, text in report.user_properties if name == LEARNT]
    if lines:
        terminalreporter.section("learnt from the account")
        for line in [*map(str, lines), config.stash.get(LEFT, "")]:
            terminalreporter.write_line(line)
    if config.stash.get(LIVE, False):
        answers.write(answered for report in reports for answered in _answered(report))
        terminalreporter.write_line(f"recorded in {answers.RECORD.name}: run scripts/reference")


def _answered(report: pytest.TestReport) -> Iterator[Answered]:
    properties = report.user_properties
    learnt = "; ".join(str(text) for name, text in properties if name == LEARNT)
    passed = not report.failed and (HOLDS, False) not in properties
    for name, key in properties:
        if name == BEHAVIOUR:
            yield Answered(str(key), learnt, passed)


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    try:
        found = sandbox(os.environ)
    except (UnsafeTarget, ConfigurationError) as error:
        pytest.exit(f"live: the suite runs on a sandbox account only. {error}", returncode=pytest.ExitCode.USAGE_ERROR)
    with emulator() if found is None else nullcontext(found) as target:
        yield target


@pytest.fixture(scope="session")
def account(target: Target, pytestconfig: pytest.Config) -> Iterator[LiveAccount]:
    """The account; at the end it holds nothing that the API can delete."""
    account = LiveAccount(target)
    pytestconfig.stash[LIVE] = not is_loopback(target.settings.base_url)
    account.furnish()
    yield account
    account.clean_up(shared=True)
    account.archive_items()
    pytestconfig.stash[LEFT] = (
        f"{account.transport.total} calls. Left, as the API can't delete it: {account.leftovers()};"
        f" named *-{account.session}-*."
    )
    account.transport.disconnect()


@pytest.fixture
def merchant(account: LiveAccount, request: pytest.FixtureRequest) -> Iterator[LiveAccount]:
    """The account for one test, which leaves nothing that the API can delete."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    example = parameters.get("example")
    if isinstance(example, Example) and example.kind is AuthorizationLink and not account.has_authorization():
        pytest.skip("this account has no authorization links")
    account.begin()
    yield account
    account.clean_up()


@pytest.fixture
def learn(record_property: Callable[[str, object], None]) -> Learn:
    """Note one line for the end of the run, and whether the marked statement holds."""

    def note(text: str, *, holds: bool = True) -> None:
        record_property(LEARNT, text)
        record_property(HOLDS, holds)

    return note
