import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_paygentic.forge import NoPullRequest, NotFound, Place, SettingsError, detect, publish
from pulumi_paygentic.forge.environment import Head
from tests.forge.support.github import PullRequest
from tests.forge.support.server import BAD_GATEWAY
from tests.forge.support.world import notice, world

GITHUB = {
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/catalog",
    "GITHUB_TOKEN": "ghs_1",
}
GITLAB = {
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "CI_PROJECT_ID": "99",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "7",
    "GITLAB_TOKEN": "glpat-1",
}
OF_FORK = {
    "workflow_run": {
        "event": "pull_request",
        "head_branch": "prices",
        "head_sha": "a" * 40,
        "head_repository": {"owner": {"login": "eve"}},
        "pull_requests": [],
    }
}


def event(tmp_path: Path, content: Any) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(content), "utf-8")
    return {**GITHUB, "GITHUB_EVENT_PATH": str(path)}


def test_a_pull_request_of_github_actions_is_found(tmp_path: Path) -> None:
    place = detect("github", event(tmp_path, {"pull_request": {"number": 7}}))
    assert place == Place("github", "https://api.github.com", "acme/catalog", 7, token="ghs_1")


def test_a_comment_on_a_pull_request_is_of_that_and_one_on_an_issue_of_none(tmp_path: Path) -> None:
    assert detect("github", event(tmp_path, {"issue": {"number": 7, "pull_request": {"url": "x"}}})).number == 7
    assert detect("github", event(tmp_path, {"issue": {"number": 7}})).number is None


@pytest.mark.parametrize("content", [{}, [], {"pull_request": None}, {"pull_request": {"number": "x"}}, {"push": 1}])
def test_a_run_of_another_event_belongs_to_no_pull_request(tmp_path: Path, content: Any) -> None:
    with pytest.raises(NoPullRequest, match="give --pull-request"):
        detect("github", event(tmp_path, content)).comments()


def test_a_run_after_a_run_knows_the_head(tmp_path: Path) -> None:
    assert detect("github", event(tmp_path, OF_FORK)).head == Head("eve", "prices", "a" * 40)


def test_a_run_after_the_run_of_a_fork_posts_to_its_pull_request(tmp_path: Path) -> None:
    with world("github") as at:
        at.service.pulls = {
            **{
                number: PullRequest(f"PR_{number}", number, sha=f"{number:040}", branch="prices", owner="ada")
                for number in range(100, 220)
            },
            9: PullRequest("PR_9", 9, sha="a" * 40, branch="prices", owner="eve"),
        }
        at.server.faults.append(BAD_GATEWAY)
        env = {**event(tmp_path, OF_FORK), "GITHUB_API_URL": at.server.url, "GITHUB_TOKEN": "ghs_bot"}
        with detect("github", env).comments(at.sleep) as board:
            publish(board, notice(), sleep=at.sleep)
        assert len(at.service.pulls[9].comments) == 1


def test_a_head_that_moved_on_is_posted_to_by_its_own_run(tmp_path: Path) -> None:
    with world("github") as at:
        env = {**event(tmp_path, OF_FORK), "GITHUB_API_URL": at.server.url, "GITHUB_TOKEN": "ghs_bot"}
        with pytest.raises(NoPullRequest, match="No open pull request of acme/catalog has the commit aaaaaaaaaaaa"):
            detect("github", env).comments(at.sleep)


def test_a_repository_that_is_not_there_is_said_so() -> None:
    with world("github") as at:
        place = Place("github", at.api_url, "acme/books", 7, token="ghs_bot")
        with place.comments(at.sleep) as board, pytest.raises(NotFound, match="acme/books"):
            publish(board, notice(), sleep=at.sleep)


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://git.acme.example/", "https://git.acme.example/api/v3"),
    ],
)
def test_the_address_follows_the_server_where_only_that_is_known(server: str, api: str) -> None:
    env = {"GITHUB_SERVER_URL": server, "GITHUB_REPOSITORY": "acme/catalog", "GITHUB_TOKEN": "t"}
    assert detect("github", env).api_url == api


def test_enterprise_server_has_graphql_beside_version_3() -> None:
    with world("github") as at:
        place = Place("github", f"{at.server.url}/api/v3", "acme/catalog", 7, token="ghs_bot")
        with place.comments(at.sleep) as board:
            publish(board, notice(), sleep=at.sleep)
        assert {request.path for request in at.server.requests} == {"/api/graphql"}


def test_a_merge_request_of_gitlab_is_found_in_the_project_that_it_goes_into() -> None:
    assert detect("gitlab", GITLAB) == Place("gitlab", "https://gitlab.example/api/v4", "42", 7, token="glpat-1")


def test_gitlab_without_its_variables_is_gitlab_com() -> None:
    place = detect("gitlab", {"GITLAB_TOKEN": "t"}, project="acme/catalog", number=3)
    assert (place.api_url, place.project, place.number) == ("https://gitlab.com/api/v4", "acme/catalog", 3)


def test_what_is_given_comes_first(tmp_path: Path) -> None:
    env = event(tmp_path, {"pull_request": {"number": 7}})
    place = detect("github", env, api_url="https://git.acme.example/api/v3/", project="a/b", number=8)
    assert (place.api_url, place.project, place.number) == ("https://git.acme.example/api/v3", "a/b", 8)


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({**GITHUB, "GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({**GITHUB, "GITHUB_TOKEN": "two words"}, "GITHUB_TOKEN is not a token"),
        ({**GITHUB, "GITHUB_TOKEN": "a\nb"}, "GITHUB_TOKEN is not a token"),
        ({**GITHUB, "GITHUB_TOKEN": "clé"}, "GITHUB_TOKEN is not a token"),
        ({**GITHUB, "GITHUB_REPOSITORY": ""}, "The repository is not known"),
        ({**GITHUB, "GITHUB_REPOSITORY": "catalog"}, "The repository is not known"),
        ({**GITHUB, "GITHUB_REPOSITORY": "a/b/c"}, "The repository is not known"),
        ({**GITHUB, "GITHUB_API_URL": "http://api.github.com"}, "GITHUB_API_URL would send the token unencrypted"),
        ({**GITHUB, "GITHUB_API_URL": "api.github.com"}, "GITHUB_API_URL is not an address"),
        ({**GITHUB, "GITHUB_API_URL": "https://\x7f"}, "GITHUB_API_URL is not an address"),
        ({**GITHUB, "GITHUB_API_URL": "https://u:p@api.github.com"}, "must have no user"),
        ({**GITHUB, "GITHUB_EVENT_PATH": "/does/not/exist"}, "GITHUB_EVENT_PATH can't be read"),
    ],
)
def test_what_is_missing_or_wrong_at_github_is_named(env: dict[str, str], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        detect("github", env)


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({**GITLAB, "GITLAB_TOKEN": ""}, "GITLAB_TOKEN is not set.*scope `api`"),
        ({"GITLAB_TOKEN": "t"}, "The project is not known"),
        ({**GITLAB, "CI_API_V4_URL": "http://gitlab.example/api/v4"}, "CI_API_V4_URL would send the token"),
    ],
)
def test_what_is_missing_or_wrong_at_gitlab_is_named(env: dict[str, str], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        detect("gitlab", env)


def test_a_pipeline_of_a_branch_belongs_to_no_merge_request() -> None:
    place = detect("gitlab", {name: value for name, value in GITLAB.items() if name != "CI_MERGE_REQUEST_IID"})
    with pytest.raises(NoPullRequest):
        place.comments()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost:1", "http://[::1]:1"])
def test_http_is_allowed_on_this_machine(url: str) -> None:
    assert detect("github", {**GITHUB, "GITHUB_API_URL": url}).api_url == url.rstrip("/")


@pytest.mark.parametrize("proxy", ["ftp://user:password@proxy", "http://user:password@\x7f"])
def test_a_proxy_that_can_not_be_used_is_said_so_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError, match="Check HTTPS_PROXY") as caught:
        detect("gitlab", GITLAB).comments()
    assert "password" not in str(caught.value)
