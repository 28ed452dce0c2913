import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import of_program

PROGRAM = """
import pulumi
from word import Word

pulumi.export("loud", Word("word", "hello").loud)
"""
WORD = """
from pulumi import Output
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult("1", {**props, "loud": props["text"].upper()})


class Word(Resource):
    loud: Output[str]

    def __init__(self, name, text):
        super().__init__(Provider(), name, {"text": text, "loud": None})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"Pulumi.yaml": "{name: loud, runtime: python}", "__main__.py": PROGRAM, "word.py": WORD}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "state").mkdir()
    return tmp_path


@pytest.fixture
def environment(project: Path, pulumi_cli: Path) -> dict[str, str]:
    return {
        **of_program(project / "home", Path(sys.executable).parent, pulumi_cli),
        "PULUMI_BACKEND_URL": f"file://{project}/state",
        "PULUMI_CONFIG_PASSPHRASE": "for a test",
        "PULUMI_HOME": f"{project}/home",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPATH": str(project),
    }


@pytest.mark.engine
def test_a_dynamic_provider_runs_and_no_plugin_is_searched_for(project: Path, environment: dict[str, str]) -> None:
    def pulumi(*arguments: str) -> str:
        command = ["pulumi", "--non-interactive", *arguments]
        run = subprocess.run(
            command,
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode == 0, run.stdout
        return run.stdout

    pulumi("stack", "init", "test")
    shown = pulumi("up", "--yes", "--skip-preview", "--logtostderr", "-v=7")
    assert "package paygentic" not in shown
    assert pulumi("stack", "output", "loud").strip() == "HELLO"
    assert "2 deleted" in pulumi("destroy", "--yes", "--skip-preview")
