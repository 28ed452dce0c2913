"""The cost of a catalog object: a model, a resource class, an emulator collection and example values, nothing else.

A copy of the repository gets a made-up kind; the suites that run for every kind then hold for it too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
MADE_UP: Final = Path(__file__).parent / "made_up"
FILES: Final = {
    "model.txt": "pulumi_paygentic/catalog/order.py",
    "resource.txt": "pulumi_paygentic/resources/order.py",
    "collection.txt": "pulumi_paygentic/emulator/collections/catalog/orders.py",
}
EXAMPLES: Final = "tests/support/examples.py"
EXAMPLE: Final = """EXAMPLES = (
    Example(
        Order,
        "any",
        minimal={"name": "First"},
        full={"name": "First", "notes": "By hand"},
        edits=each(name="Second", notes="Edited"),
        replacing={},
    ),
"""
WHOLE: Final = ("tests/unit/test_resources.py", "tests/unit/test_serialised.py", "tests/unit/catalog/test_kinds.py")
OF_EACH_KIND: Final = (
    "tests/unit/test_output_types.py",
    "tests/unit/catalog/test_refusals.py",
    "tests/unit/lifecycle",
    "tests/contract/test_every_kind.py",
    "tests/contract/test_deleted_objects.py",
    "tests/contract/test_lost_answers.py",
)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the copy, which imports itself and not the package that is installed."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("COVERAGE_PROCESS_START", None)
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository with the three files and the example, and with the lists made again that are derived."""
    folder = tmp_path / "project"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "site", "node_modules")
    shutil.copytree(ROOT, folder, ignore=ignored)
    for source, target in FILES.items():
        (folder / target).write_text((MADE_UP / source).read_text("utf-8"), "utf-8")
    examples = (folder / EXAMPLES).read_text("utf-8")
    with_one = examples.replace("EXAMPLES = (\n", EXAMPLE, 1).replace("    Feature,\n", "    Feature,\n    Order,\n", 1)
    assert with_one.count("Order") == 2
    (folder / EXAMPLES).write_text(with_one, "utf-8")
    for made in (["scripts/exports"], ["-m", "scripts.derived"]):
        done = run(folder, *made)
        assert done.returncode == 0, done.stderr
    return folder


def test_a_made_up_kind_costs_three_files_and_its_example_values(copy: Path) -> None:
    for selected in (WHOLE, ("-k", "Order", *OF_EACH_KIND)):
        done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *selected)
        assert done.returncode == 0, done.stdout[-4000:]
    assert "`Order`" in (copy / "README.md").read_text("utf-8")
    listed = run(copy, "-c", "import pulumi_paygentic, sys; sys.exit('Order' not in pulumi_paygentic.__all__)")
    assert listed.returncode == 0


@pytest.mark.parametrize("missing", [*FILES, "the example"])
def test_a_missing_one_of_the_four_is_noticed(copy: Path, missing: str) -> None:
    if missing in FILES:
        (copy / FILES[missing]).unlink()
        run(copy, "scripts/exports")
    else:
        shutil.copyfile(ROOT / EXAMPLES, copy / EXAMPLES)
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_resources.py")
    assert done.returncode != 0
    assert "order" in done.stdout.lower()
