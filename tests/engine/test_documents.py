"""Every program and every command of the documents runs, and prints what stands there."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.render.markdown import markdown
from scripts.gitops.expressions import insert, runs
from tests.documents import Block, blocks, read
from tests.engine.support.server import SECOND, Server
from tests.engine.support.stack import Stack
from tests.forge.support.world import world

PROGRAMS = [pytest.param(block, id=str(block)) for block in blocks("python")]
README = next(block.text for block in blocks("python") if block.page == "README.md")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_runs_and_leaves_nothing_to_do(program: Block, stack: Stack, server: Server) -> None:
    """An id that stands for an existing product is that of one that somebody made."""
    text = program.text
    if "prod_..." in text:
        account = server.account
        fields = {"name": "Code Execution API", "description": "Runs code, billed by the submission"}
        product = account.post("/v0/products", merchantId=account.merchant_id, **fields)
        text = text.replace("prod_...", product["id"])
    stack.write(text.replace("org_other", SECOND.merchant_id))
    stack.configure("otherKey", SECOND.api_key, secret=True)
    assert stack.preview().changes
    stack.up()
    assert stack.preview("--refresh").changes == {}


def test_the_previews_of_the_readme_are_those_of_the_command(server: Server, tmp_path: Path, pulumi_cli: Path) -> None:
    """The lines of the README stand in the command's output, in this order; an id is any id."""
    first, change = [block.text for block in blocks("console") if block.page == "README.md"]
    assert first.startswith("$ pulumi preview\n")
    assert change.startswith("$ pulumi preview --diff\n")
    stack = Stack(tmp_path / "stack", pulumi_cli, server.environment, name="dev").write(README)
    assert_shows(stack.preview("--suppress-progress").shown, first)
    stack.up()
    stack.edit('unit_price="0.001"', 'unit_price="0.002"')
    assert_shows(stack.preview("--suppress-progress", "--diff").shown, change)
    preview = io.BytesIO(stack.plain("preview", "--json", "--show-sames").encode())
    comment = markdown(read_preview(preview)).splitlines()
    quoted = [line.removeprefix("> ") for line in read("README.md").splitlines() if line.startswith("> ")]
    assert [line for line in quoted if line not in comment] == []
    assert len(quoted) == 4


def assert_shows(shown: str, expected: str) -> None:
    lines = iter([re.sub(r"\b(\w+?_)[A-Za-z0-9]{20}\b", r"\1...", line.rstrip()) for line in shown.splitlines()])
    for line in expected.splitlines()[1:]:
        assert line in lines, f"{line!r} is not in (or not in this order):\n{shown}"


def test_the_pipeline_runs(stack: Stack, server: Server, tmp_path: Path) -> None:
    """Each step on a pull request, on a second push and on the merge; the packages are there already."""
    (text,) = {block.text for block in blocks("yaml") if block.page in {"README.md", "docs/pipelines.md"}}
    (job,) = yaml.safe_load(text)["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step]
    stack.write(README)
    place = stack.environment.pop("PULUMI_BACKEND_URL")
    (stack.program / "Pulumi.yaml").write_text(
        yaml.safe_dump({"name": "shop", "runtime": "python", "backend": {"url": place}}), "utf-8"
    )
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 7}}', "utf-8")
    with world("github") as forge:
        of_run = {"GITHUB_API_URL": forge.api_url, "GITHUB_REPOSITORY": "acme/catalog", "GITHUB_EVENT_PATH": str(event)}
        environment = {**stack.environment, **of_run}
        secrets = {name: environment.pop(name) for name in ("PAYGENTIC_API_KEY", "PULUMI_CONFIG_PASSPHRASE")}

        def run(event_name: str) -> None:
            contexts = {"github": {"event_name": event_name, "token": "ghs_bot"}, "secrets": secrets}
            variables = {name: insert(value, contexts) for name, value in job["env"].items()}
            for step in steps:
                command = insert(step["run"], contexts).removeprefix("pip install -r requirements.txt && ")
                if runs(step.get("if"), contexts, "success"):
                    assert code(stack.program, command, {**environment, **variables}) == 0

        run("pull_request")
        assert "Basic submissions" in forge.comments[0].body
        stack.edit('unit_price="0.001"', 'unit_price="0.003"')
        run("pull_request")
        assert [("0.003 USD" in comment.body) for comment in forge.comments] == [True]
        run("push")
    product = next(iter(server.account.ids()["Product"]))
    server.account.patch(f"/v0/products/{product}", description="Changed by hand")
    drift = steps[-1]["run"].rpartition(" && ")[2]
    assert code(stack.program, drift, {**environment, **secrets}) == 7


def code(folder: Path, command: str, environment: dict[str, str]) -> int:
    """Return the exit code of a step's command, run as a runner does."""
    return subprocess.run(["bash", "-e", "-c", command], cwd=folder, env=environment, check=False).returncode
