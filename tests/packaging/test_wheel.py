import subprocess
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_it_holds_the_package_and_nothing_else(names: set[str]) -> None:
    package = (path for path in (ROOT / "pulumi_paygentic").rglob("*") if path.is_file())
    assert {str(path.relative_to(ROOT)) for path in package if "__pycache__" not in path.parts} == names


@pytest.mark.parametrize("name", ["py.typed", "pulumi-plugin.json"])
def test_it_holds_what_other_programs_look_for(names: set[str], name: str) -> None:
    assert f"pulumi_paygentic/{name}" in names


def test_it_says_what_it_is(metadata: Message) -> None:
    assert metadata["Name"] == "pulumi-paygentic"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.10"
    assert set(metadata.get_all("Provides-Extra", [])) == {"cli", "emulator"}


def test_it_names_every_python_that_it_supports(metadata: Message) -> None:
    prefix = "Programming Language :: Python :: "
    classifiers = [value.removeprefix(prefix) for value in metadata.get_all("Classifier", [])]
    assert [value for value in classifiers if value.startswith("3.")] == ["3.10", "3.11", "3.12", "3.13", "3.14"]


def test_it_needs_little(metadata: Message) -> None:
    needed = [value for value in metadata.get_all("Requires-Dist", []) if "extra ==" not in value]
    assert [value.split("<")[0].split(">")[0] for value in needed] == [
        "httpx",
        "iso4217",
        "pulumi",
        "pydantic",
        "tenacity",
        "typing-extensions",
    ]


def test_it_can_be_imported_without_extras(clean_bin: Path, tmp_path: Path) -> None:
    program = "import pulumi_paygentic; print(pulumi_paygentic.__file__)"
    run = subprocess.run(
        [clean_bin / "python", "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    assert Path(run.stdout.strip()).is_relative_to(clean_bin.parent)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["emulator"]])
def test_the_command_line_without_its_extra_says_in_one_line_what_to_install(
    clean_bin: Path, arguments: list[str], tmp_path: Path
) -> None:
    run = subprocess.run(
        [clean_bin / "pulumi-paygentic", *arguments], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode != 0
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert "pulumi-paygentic[cli]" in line
