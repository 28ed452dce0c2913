import pytest

from pulumi_paygentic.forge import NotPermitted, publish
from tests.forge.support.server import BAD_GATEWAY, CUT_AFTER, CUT_BEFORE, Fault
from tests.forge.support.world import World, notice


def report(at: World, minute: int, text: str = "`pro` differs", *, present: bool = True) -> str:
    what = notice(minute, text, kind="drift", title="Drift in shop/prod", present=present)
    return at.post(what, board="issues").verb


def test_drift_opens_an_issue_with_a_title(at: World) -> None:
    assert report(at, 0) == "created"
    (issue,) = at.issues
    assert issue.title == "Drift in shop/prod"
    assert issue.body.endswith("`pro` differs")


def test_drift_that_goes_on_updates_the_issue(at: World) -> None:
    report(at, 0)
    assert report(at, 1, "`pro` and `basic` differ") == "updated"
    (issue,) = at.issues
    assert issue.body.endswith("`pro` and `basic` differ")


def test_drift_that_is_gone_closes_the_issue_and_says_since_when(at: World) -> None:
    report(at, 0)
    assert report(at, 1, "No drift since 12:01.", present=False) == "withdrawn"
    (issue,) = at.issues
    assert issue.closed
    assert "No drift since 12:01." in issue.body
    assert "`pro` differs" in issue.body.partition("<details>")[2]


def test_no_drift_opens_no_issue(at: World) -> None:
    assert report(at, 0, present=False) == "skipped"
    assert at.issues == []


def test_new_drift_opens_a_new_issue_and_leaves_the_closed_one(at: World) -> None:
    report(at, 0)
    report(at, 1, present=False)
    assert report(at, 2, "again") == "created"
    assert [issue.closed for issue in at.issues] == [True, False]


def test_an_older_run_does_not_open_an_issue_that_a_newer_one_closed(at: World) -> None:
    report(at, 0)
    report(at, 2, present=False)
    assert report(at, 1) == "superseded"
    assert [issue.closed for issue in at.issues] == [True]


def test_an_issue_is_found_behind_pages_of_others_and_of_our_users(at: World) -> None:
    report(at, 0)
    for number in range(210):
        at.service.issue("ada" if number % 2 else at.bot, f"Something else, {number}")
    assert report(at, 1) == "updated"
    assert len(at.issues) == 211


def test_of_two_open_issues_the_newer_stays_open(at: World) -> None:
    for minute in (0, 1):
        at.service.issue(at.bot, notice(minute, kind="drift").body(60_000))
    report(at, 2, "now")
    assert [issue.closed for issue in at.issues] == [True, False]


@pytest.mark.parametrize("fault", [CUT_BEFORE, CUT_AFTER, BAD_GATEWAY], ids=repr)
@pytest.mark.parametrize("moment", range(6))
def test_a_failure_at_any_request_leaves_one_open_issue_then_none(at: World, fault: Fault, moment: int) -> None:
    at.server.faults.extend([*[None] * moment, fault])
    report(at, 0)
    assert [issue.closed for issue in at.issues] == [False]
    at.server.faults.clear()
    at.server.faults.extend([*[None] * moment, fault])
    report(at, 1, present=False)
    assert [issue.closed for issue in at.issues] == [True]


def test_a_token_that_may_not_write_issues_is_said_so(at: World) -> None:
    with at.place(reads_only=True).issues(at.sleep) as board, pytest.raises(NotPermitted):
        publish(board, notice(kind="drift", title="Drift"), sleep=at.sleep)
