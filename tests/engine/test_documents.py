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
from tests.documents import Block, blocks, read
from tests.engine.support.server import SECOND, Server
from tests.engine.support.stack import Stack

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


@pytest.mark.parametrize("page", ["README.md", "docs/pipelines.md"])
def test_the_pipeline_runs(page: str, stack: Stack, server: Server) -> None:
    """Every command of the workflow, as a runner gives it to a shell; the packages are installed already."""
    (text,) = [block.text for block in blocks("yaml") if block.page == page]
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert set(job["env"]) <= {*stack.environment, *server.environment}
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[0] == "pip install -r requirements.txt"
    stack.write(README)
    for command in commands[1:]:
        assert run(stack.program, command, stack.environment) == 0
    product = next(iter(server.account.ids()["Product"]))
    server.account.patch(f"/v0/products/{product}", description="Changed by hand")
    drift = commands[-1].rpartition(" && ")[2]
    assert run(stack.program, drift, stack.environment) == 7


def run(folder: Path, command: str, environment: dict[str, str]) -> int:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment, check=False
    ).returncode
