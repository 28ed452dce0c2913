"""`diff` and `comment` against the served forges: the real command, the real client, a real server."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.cli import main
from pulumi_paygentic.cli.diff import diff
from pulumi_paygentic.forge import Mark, Notice
from tests.forge.support.github import PullRequest
from tests.forge.support.server import Fault, Response
from tests.forge.support.world import T0, World, notice
from tests.support.previews import Preview, price_change, shop


@pytest.fixture(autouse=True)
def _in_a_run(at: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of a run on pull request 7, and no pause."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pulumi_paygentic.forge.publishing.SETTLE", 0.0)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}), "utf-8")
    variables = {
        "github": {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": at.api_url,
            "GITHUB_REPOSITORY": "acme/catalog",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_WORKSPACE": str(tmp_path),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "GITHUB_TOKEN": "ghs_bot",
        },
        "gitlab": {
            "CI_API_V4_URL": at.api_url,
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_PROJECT_DIR": str(tmp_path),
            "GITLAB_TOKEN": "glpat-bot",
        },
    }
    for name, value in variables[at.forge].items():
        monkeypatch.setenv(name, value)


def run(*arguments: str) -> Result:
    """Run the command, without the account."""
    alone = ["--no-usage"] if arguments[0] == "diff" and "no_usage" in {option.name for option in diff.params} else []
    return CliRunner().invoke(main, [*arguments, *alone])


def preview(content: Preview, name: str = "preview.json", minute: int = 0) -> str:
    """A file with the preview, read `minute` minutes after T0."""
    Path(name).write_bytes(content.file().read())
    moment = T0.timestamp() + 60 * minute
    os.utime(name, (moment, moment))
    return name


def test_a_change_is_posted_edited_and_in_the_end_said_to_be_gone(at: World) -> None:
    first = run("diff", preview(price_change()), "--post", at.forge)
    assert (first.exit_code, first.stderr.partition(":")[0]) == (2, "Posted the comment")
    (entry,) = at.comments
    assert "Calls rises from 0.001 USD per call to 0.002 USD per call" in entry.body
    again = run("diff", preview(price_change()), "--post", at.forge)
    assert again.stderr.startswith("The comment is up to date")
    second = run("diff", preview(price_change(after="0.003"), minute=1), "--post", at.forge)
    assert second.stderr.startswith("Updated the comment")
    late = run("diff", preview(price_change()), "--post", at.forge)
    assert late.stderr.startswith("A newer run has posted already")
    gone = run("diff", preview(shop(), minute=2), "--post", at.forge)
    assert (gone.exit_code, gone.stderr.partition(";")[0]) == (0, "Nothing changes any more")
    (entry,) = at.comments
    assert "Nothing changes in the catalog." in entry.body
    assert "0.003 USD per call" in entry.body.partition("<details>")[2]


def test_nothing_is_posted_first_if_nothing_changes_unless_wanted(at: World) -> None:
    assert "no comment to correct" in run("diff", preview(shop()), "--post", at.forge).stderr
    assert at.comments == []
    assert run("diff", preview(shop()), "--post", at.forge, "--post-always").stderr.startswith("Posted")


def test_a_refusing_gate_is_in_the_comment_and_in_the_exit_code(at: World) -> None:
    done = run("diff", preview(price_change()), "--post", at.forge, "--fail-on", "price-increase>10%, delete")
    assert done.exit_code == 3
    assert "Gates: 1 of 2 says no." in done.stdout
    assert "❌ `price-increase>10%`" in at.comments[0].body
    Path("waivers.yaml").write_text(
        "waivers:\n- gate: price-increase\n  resource: pro\n  reason: agreed\n  person: ada\n  until: 2999-12-31\n",
        "utf-8",
    )
    waived = run("diff", preview(price_change()), "--fail-on", "price-increase>10%", "--waivers", "waivers.yaml")
    assert (waived.exit_code, "waived until 2999-12-31 by ada: agreed" in waived.stdout) == (2, True)
    based = run("diff", preview(price_change()), "--fail-on", "price-increase", "--base", preview(price_change(), "b"))
    assert (based.exit_code, "so in the base already" in based.stdout) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--fail-on", "price-raise"], "there is no price-raise; did you mean price-increase?"),
        (["--waivers", "preview.json"], "give --fail-on as well"),
        (["--fail-on", "delete", "--waivers", "bad.yaml"], "bad.yaml is not YAML"),
        (["--fail-on", "delete", "--waivers", "wrong.yaml"], "Waiver 1 is not a mapping"),
        (["--post", "bitbucket"], "'bitbucket' is not one of"),
    ],
)
def test_what_is_wrong_with_the_options_is_one_error_before_anything_is_done(
    at: World, arguments: list[str], reason: str
) -> None:
    Path("bad.yaml").write_text("a: [", "utf-8")
    Path("wrong.yaml").write_text("waivers: [1]", "utf-8")
    done = run("diff", preview(price_change()), *arguments)
    assert done.exit_code == 1
    assert reason in done.stderr
    assert "Traceback" not in done.output
    assert at.server.requests == []


def test_only_the_reviewed_change_passes(at: World) -> None:
    run("diff", preview(price_change()), "--comment-file", "comment.json")
    reviewed = Notice.read(Path("comment.json"), now=datetime.now(timezone.utc)).digest
    assert run("diff", preview(price_change()), "--expect", reviewed).exit_code == 0
    other = run("diff", preview(price_change(after="0.004")), "--expect", reviewed)
    assert other.exit_code == 3
    assert f"expected was {reviewed}" in other.stderr
    assert "0.004 USD per call" in other.stdout
    assert at.server.requests == []


def test_a_token_that_may_only_read_leaves_the_comment_for_a_job_that_may_post(
    at: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}[at.forge]
    own = os.environ[token]
    monkeypatch.setenv(token, {"github": "ghs_fork", "gitlab": "glpat-reader"}[at.forge])
    done = run("diff", preview(price_change()), "--post", at.forge)
    assert done.exit_code == 2
    assert "A job that may post does so with: pulumi-paygentic comment pulumi-paygentic-comment.json" in done.stderr
    assert at.comments == []
    monkeypatch.setenv(token, own)
    posted = run("comment", "pulumi-paygentic-comment.json", "--post", at.forge)
    assert (posted.exit_code, posted.stderr.partition(":")[0]) == (0, "Posted the comment")
    assert "Calls rises" in at.comments[0].body


def test_the_comment_of_a_forks_run_goes_to_its_own_pull_request_and_notifies_nobody(at: World, tmp_path: Path) -> None:
    notice(digest="b635f0900c04ecc1", text="@ada ![picture](https://example.com) <img src=x> 1 @ 2").write(
        Path("comment.json")
    )
    head = {"head_branch": "prices", "head_sha": "a" * 40, "head_repository": {"owner": {"login": "eve"}}}
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": {"event": "pull_request", **head}}), "utf-8")
    done = run("comment", "comment.json", "--post", at.forge)
    if at.forge == "gitlab":
        assert done.exit_code == 0
        return
    assert "No open pull request of acme/catalog" in done.stderr
    at.service.pulls[9] = PullRequest("PR_9", 9, sha="a" * 40, owner="eve")
    assert run("comment", "comment.json").exit_code == 0
    (entry,) = at.service.pulls[9].comments
    assert "a fork's own code" in entry.body
    assert "@ada" not in entry.body
    assert "![" not in entry.body
    assert "<img" not in entry.body
    assert "1 @ 2" in entry.body
    mark = Mark.read(entry.body)
    assert mark is not None
    assert mark.digest == ""


def test_a_file_that_is_no_comment_is_refused(at: World) -> None:
    done = run("comment", preview(price_change()), "--post", at.forge)
    assert (done.exit_code, done.stderr) == (1, "Error: preview.json was not written by `pulumi-paygentic diff`.\n")


@pytest.mark.parametrize("command", ["diff", "comment"])
def test_a_forge_that_does_not_work_is_one_error(at: World, command: str) -> None:
    run("diff", preview(price_change()), "--comment-file", "comment.json")
    at.server.faults.append(Fault(Response(429, {"message": "enough"}, {"Retry-After": "3600"})))
    file = "comment.json" if command == "comment" else "preview.json"
    done = run(command, file, "--post", at.forge)
    assert done.exit_code == 1
    assert "too many requests" in done.stderr
    at.server.faults.append(Fault(Response(401, {"message": "Bad credentials"})))
    unknown = run("comment", "comment.json", "--post", at.forge)
    assert (unknown.exit_code, "401" in unknown.stderr) == (1, True)


def test_a_run_of_no_pull_request_is_said_so(at: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_MERGE_REQUEST_IID", raising=False)
    (tmp_path / "event.json").write_text("{}", "utf-8")
    done = run("diff", preview(price_change()), "--post", at.forge)
    assert done.exit_code == 1
    assert "give --pull-request" in done.stderr
    assert run("diff", "preview.json", "--post", at.forge, "--pull-request", "7").exit_code == 2
    monkeypatch.delenv({"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}[at.forge])
    assert "is not set" in run("diff", "preview.json", "--post", at.forge).stderr


def test_a_preview_that_fails_posts_its_errors(at: World) -> None:
    content = Preview().error("price basic: unit_price is negative")
    done = run("diff", preview(content), "--post", at.forge)
    assert done.exit_code == 1
    assert "price basic: unit&#95;price is negative" in at.comments[0].body


def test_a_preview_that_is_none_replaces_the_comment_that_is_no_longer_true(at: World) -> None:
    run("diff", preview(price_change()), "--post", at.forge)
    Path("Pulumi.yaml").write_text("name: shop\nruntime: python\n", "utf-8")
    Path("broken.json").write_text("error: sk_live_abcdefgh is not accepted", "utf-8")
    nameless = run("diff", "broken.json", "--post", at.forge)
    assert (nameless.exit_code, "The failure is not posted: give --stack" in nameless.stderr) == (1, True)
    done = run("diff", "broken.json", "--post", at.forge, "--stack", "acme/shop/dev")
    assert done.exit_code == 1
    (entry,) = at.comments
    assert "The change could not be read" in entry.body
    assert "sk_live_abcdefgh" not in entry.body


def test_a_failure_that_can_not_be_posted_does_not_hide_the_failure(at: World) -> None:
    Path("Pulumi.yaml").write_text("name: shop\nruntime: python\n", "utf-8")
    Path("broken.json").write_text("nothing", "utf-8")
    at.server.faults.append(Fault(Response(429, {"message": "enough"}, {"Retry-After": "3600"})))
    done = run("diff", "broken.json", "--post", at.forge, "--stack", "dev")
    assert done.exit_code == 1
    assert "The failure is not posted: " in done.stderr
    assert "broken.json" in done.stderr
    Path("Pulumi.yaml").write_text("[", "utf-8")
    assert "give --stack" in run("diff", "broken.json", "--post", at.forge, "--stack", "dev").stderr


def test_annotations_stand_on_the_line_and_the_summary_in_its_file(at: World, tmp_path: Path) -> None:
    program = tmp_path / "infra"
    program.mkdir()
    done = run("diff", preview(price_change()), "--annotate", at.forge, "--cwd", "infra")
    assert done.exit_code == 2
    if at.forge == "github":
        assert done.stderr.startswith(
            "::warning file=infra/__main__.py,line=5,title=Calls changes what customers pay::Pro"
        )
        assert "#### Pro" in (tmp_path / "summary.md").read_text("utf-8")
    else:
        report = json.loads((tmp_path / "gl-code-quality-report.json").read_text("utf-8"))
        assert report[0]["location"] == {"path": "infra/__main__.py", "lines": {"begin": 5}}


def test_a_pull_request_that_does_not_exist_is_an_error_and_no_missing_permission(at: World) -> None:
    done = run("diff", preview(price_change()), "--post", at.forge, "--pull-request", "8")
    assert done.exit_code == 1
    assert not Path("pulumi-paygentic-comment.json").exists()


def test_the_program_is_found_in_its_repository_without_the_variables_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "infra").mkdir()
    arguments = ("diff", preview(price_change()), "--annotate", "github", "--cwd")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "file=__main__.py," in run(*arguments, "infra").stderr
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert "file=infra/__main__.py," in run(*arguments, "infra").stderr
    assert "file=__main__.py," in run(*arguments, ".").stderr
    monkeypatch.setenv("PATH", "")
    assert "file=__main__.py," in run(*arguments, "infra").stderr
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert "file=__main__.py," in run(*arguments, "infra").stderr


def test_a_failure_is_written_to_the_file_alone_where_nothing_is_posted(at: World) -> None:
    Path("Pulumi.yml").write_text("name: shop\nruntime: python\n", "utf-8")
    Path("broken.json").write_text("nothing", "utf-8")
    done = run("diff", "broken.json", "--comment-file", "comment.json", "--stack", "dev")
    assert done.exit_code == 1
    assert "The change could not be read" in Notice.read(Path("comment.json"), now=datetime.now(timezone.utc)).text
    assert at.server.requests == []
    assert run("diff", "broken.json").exit_code == 1


def test_the_reviewed_digest_is_read_from_the_comment(at: World) -> None:
    none = run("diff", preview(price_change()), "--expect", at.forge)
    assert (none.exit_code, "no comment with a digest for dev (shop)" in none.stderr) == (1, True)
    run("diff", preview(price_change()), "--post", at.forge)
    assert run("diff", preview(price_change()), "--expect", at.forge).exit_code == 0
    other = run("diff", preview(price_change(after="0.004"), minute=1), "--expect", at.forge, "--post", at.forge)
    assert (other.exit_code, "not the change that was reviewed" in other.stderr) == (3, True)
    at.server.faults.append(Fault(Response(401, {"message": "Bad credentials"})))
    assert run("diff", "preview.json", "--expect", at.forge).exit_code == 1


def test_an_expected_digest_that_is_none_is_refused_at_once(at: World) -> None:
    done = run("diff", preview(price_change()), "--expect", "b635f09")
    assert (done.exit_code, "16 hexadecimal digits, github or gitlab" in done.stderr) == (1, True)
    assert at.server.requests == []


def test_json_stays_json_and_the_verdicts_are_said_beside_it() -> None:
    done = run("diff", preview(price_change()), "--format", "json", "--fail-on", "price-increase")
    assert json.loads(done.stdout)["version"]
    assert "Gates: 1 of 1 says no." in done.stderr
    assert done.exit_code == 3
