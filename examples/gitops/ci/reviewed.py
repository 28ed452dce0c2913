"""Refuse an update unless it is the one that a reviewer saw, or the rest of it.

Usage: python ci/reviewed.py STACK

The digest of the change stands in the comment on the pull request that this commit was merged from. With it,
`pulumi-paygentic diff --expect` compares the change that `up` would make now. Where no pull request brought the commit,
or its comment announces no change of this stack, nothing may change. Only a comment that the pipeline's own user wrote
counts, because anybody can write one. An accepted commit is remembered in a tag of the stack: a second run of it, after
a kill, has only a part of the change left, and is accepted. Reads the variables of a run in GitHub Actions or GitLab,
and GITHUB_TOKEN or GITLAB_TOKEN.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx

MARK = "<!-- pulumi-paygentic "
TAG = "accepted-commit"


def pages(http: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """Yield every object of a list, page by page."""
    for page in range(1, 1000):
        found = http.get(path, params={"per_page": "100", "page": str(page)}).raise_for_status().json()
        yield from found
        if len(found) < 100:
            return


def github() -> Iterator[str]:
    """Yield our comments on the pull request that was merged into this branch as this commit."""
    repository, commit = os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_SHA"]
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    with httpx.Client(base_url=os.environ["GITHUB_API_URL"], headers=headers, timeout=30) as http:
        for request in pages(http, f"/repos/{repository}/commits/{commit}/pulls"):
            into = (request["merge_commit_sha"], request["base"]["ref"])
            if request["merged_at"] and into == (commit, os.environ["GITHUB_REF_NAME"]):
                for comment in pages(http, f"/repos/{repository}/issues/{request['number']}/comments"):
                    if comment["user"]["login"] == "github-actions[bot]":
                        yield comment["body"]


def gitlab() -> Iterator[str]:
    """Yield our notes on the merge request that was merged as this commit."""
    project, commit = os.environ["CI_PROJECT_ID"], os.environ["CI_COMMIT_SHA"]
    headers = {"PRIVATE-TOKEN": os.environ["GITLAB_TOKEN"]}
    with httpx.Client(base_url=os.environ["CI_API_V4_URL"], headers=headers, timeout=30) as http:
        user = http.get("/user").raise_for_status().json()["id"]
        for request in pages(http, f"/projects/{project}/repository/commits/{commit}/merge_requests"):
            # A fast-forward makes no commit of its own: the last one of the branch is the one on main.
            merged = request["merge_commit_sha"] or request["squash_commit_sha"] or request["sha"]
            into = (request["state"], request["target_branch"])
            if merged == commit and into == ("merged", os.environ["CI_DEFAULT_BRANCH"]):
                for note in pages(http, f"/projects/{project}/merge_requests/{request['iid']}/notes"):
                    if note["author"]["id"] == user:
                        yield note["body"]


def digest(bodies: Iterator[str], stack: str) -> str:
    """Return the digest in the hidden first line of the comment about the stack; empty if it announces no change."""
    for body in bodies:
        line = body.partition("\n")[0].strip()
        fields = json.loads(line.removeprefix(MARK).removesuffix("-->")) if line.startswith(MARK) else {}
        if (fields.get("kind"), fields.get("stack"), fields.get("present")) == ("diff", stack, True):
            return str(fields["digest"])
    return ""


def main(stack: str) -> int:
    """Compare the change of now with the reviewed one, and return the exit code."""
    commit = os.environ["CI_COMMIT_SHA" if "GITLAB_CI" in os.environ else "GITHUB_SHA"]
    tag = ["pulumi", "stack", "tag"]
    begun = subprocess.run([*tag, "get", TAG, "--stack", stack], capture_output=True, encoding="utf-8", check=False)
    if begun.stdout.strip() == commit:
        print(f"An earlier run of this commit was accepted for {stack}: this one may finish it", flush=True)
        return 0
    found = digest(gitlab() if "GITLAB_CI" in os.environ else github(), stack)
    if found:
        print(f"The reviewed change of {stack}: {found}", flush=True)
        command = ["pulumi-paygentic", "diff", "--stack", stack, "--no-usage", "--expect", found]
    else:
        print(f"No reviewed change of {stack}: nothing may change", flush=True)
        command = ["pulumi", "preview", "--stack", stack, "--expect-no-changes", "--diff", "--non-interactive"]
    code = subprocess.run(command, check=False).returncode
    return code or subprocess.run([*tag, "set", TAG, commit, "--stack", stack], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
