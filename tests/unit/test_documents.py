"""The documents say what the code does, their links lead somewhere, and their sentences keep to the rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pulumi_paygentic.api import SETTINGS
from pulumi_paygentic.catalog import CatalogObject, all_kinds
from scripts.derived.page import page as reference
from tests.documents import PAGES, ROOT, blocks, read

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]
WRITTEN = [page for page in PAGES if not page.startswith(("docs/reference/", "examples/"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def rows(page: str, after: str) -> list[list[str]]:
    """The cells of the first table after a line."""
    lines = read(page).partition(f"\n{after}\n")[2].splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("| ---"))
    table = lines[start + 1 :]
    end = next((index for index, line in enumerate(table) if not line.startswith("|")), len(table))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_test_that_a_document_names_is_there() -> None:
    named = [found for page in PAGES for found in re.findall(r"`(tests/[^`]+?\.py)(?:::(\w+))?`", read(page))]
    assert len(named) >= 24
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).exists() or (name and f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_every_promise_names_its_test() -> None:
    promises = [line for line in read("docs/guarantees.md").splitlines() if re.match(r"\| (?!promise |---)", line)]
    assert len(promises) >= 20
    assert [line for line in promises if not re.search(r"`tests/[^`]+\.py", line.split(" | ")[1])] == []


def test_every_folder_of_tests_is_described() -> None:
    there = {path.parent.relative_to(ROOT).parts[1] for path in ROOT.glob("tests/*/**/test_*.py")}
    described = set(re.findall(r"^\| `tests/(\w+)` \|", read("docs/development.md"), re.MULTILINE))
    assert described == there


def test_every_floor_is_described() -> None:
    package = ROOT / "pulumi_paygentic"
    there = {path.parent.name for path in package.glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", read("docs/development.md"), re.MULTILINE)) == there


def test_the_settings_are_those_of_the_table() -> None:
    assert rows("README.md", "<!-- settings, written by scripts/reference -->") == [
        [
            f"`paygentic:{setting.name}`",
            f"`{setting.argument}`",
            ", then ".join(f"`{variable}`" for variable in setting.variables),
            setting.default or "required",
            setting.doc,
        ]
        for setting in SETTINGS
    ]


IDENTITIES = ("docs/identity.md", "<!-- identities, written by scripts/reference -->")
TABLES = [("README.md", "<!-- resources, written by scripts/reference -->"), ("docs/reference/index.md", "# Resources")]


@pytest.mark.parametrize(("page", "after"), TABLES)
def test_every_resource_is_listed_with_what_replaces_it_and_what_delete_does(page: str, after: str) -> None:
    listed = {quoted(name)[0]: (quoted(changes), end) for name, _, changes, end in rows(page, after)}
    held = {}
    for kind in all_kinds():
        replaces = [name for name, field in kind.inputs().items() if field.behaviour.replaces]
        extra = ["on_change"] if "on_change" in kind.inputs() else []
        held[kind.__name__] = ([*replaces, *extra], "deleted" if kind.deletable else "retained")
    assert listed == held


@pytest.mark.parametrize(("page", "after"), [*TABLES, IDENTITIES])
def test_every_natural_key_is_listed(page: str, after: str) -> None:
    listed = {quoted(name)[0]: quoted(key) for name, key, *_ in rows(page, after)}
    assert listed == {kind.__name__: list(kind.natural_key) for kind in all_kinds()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_reference_page_has_every_argument_and_output_with_its_meaning(kind: type[CatalogObject]) -> None:
    _, arguments, outputs, *_ = reference(kind).split("\n## ")
    lines = dict(re.findall(r"^\| `(\w+)`(?:, required)? \| (.+) \|$", arguments + outputs, re.MULTILINE))
    for name, field in kind.fields().items():
        cells = lines[name].split(" | ")
        assert cells[-1]
        if field.behaviour.is_input:
            assert cells[-2] == field.behaviour.access.value


@pytest.mark.parametrize("kind", KINDS)
def test_the_links_of_a_reference_page_lead_to_its_sections(kind: type[CatalogObject]) -> None:
    text = reference(kind)
    assert {target.removeprefix("#") for target in LINK.findall(text)} <= anchors(text)


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    for target in LINK.findall(read(page)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / page).parent / name if name else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_site_has_every_page() -> None:
    pages: list[str] = []

    def collect(entry: object) -> None:
        if isinstance(entry, str):
            pages.append(entry)
        for inner in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
            collect(inner)

    collect(yaml.safe_load(read("mkdocs.yml"))["nav"])
    assert sorted(f"docs/{page}" for page in pages) == [page for page in PAGES if page.startswith("docs/")]


def test_every_picture_is_shown_and_made_by_the_command() -> None:
    shown = {Path(target).name for page in PAGES for target in LINK.findall(read(page)) if target.endswith(".png")}
    there = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert shown == there
    assert [name for name in there if f'"{name}"' not in read("scripts/pictures.py")] == []


def test_the_readme_can_be_read_in_one_sitting() -> None:
    assert len(read("README.md").splitlines()) <= 200


def test_the_first_program_of_the_readme_has_twelve_lines() -> None:
    first = next(block.text for block in blocks("python") if block.page == "README.md")
    assert len([line for line in first.splitlines() if line and not line.startswith("import ")]) <= 12


@pytest.mark.parametrize("page", WRITTEN)
def test_no_sentence_begins_with_a_question_word(page: str) -> None:
    text = re.sub(r"```.*?```", "", read(page), flags=re.DOTALL)
    assert re.findall(r"(?:^|[.:!?|*] |^- )((?:What|Which|Whether)\b.{0,40})", text, re.MULTILINE) == []


def test_every_script_that_contributors_are_reported_of_is_there() -> None:
    named = set(re.findall(r"`scripts/([\w-]+)", "".join(map(read, WRITTEN))))
    assert [name for name in named if not (ROOT / "scripts" / name).exists()] == []


def test_the_hooks_and_workflows_run_the_projects_own_scripts() -> None:
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    commands = [hook["entry"] for hook in hooks]
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
        commands += [step["run"] for job in jobs for step in job["steps"] if step.get("run", "").startswith("scripts/")]
    assert len(commands) >= 8
    assert [command for command in commands if not (ROOT / command.split()[0]).exists()] == []


def test_the_workflows_pin_every_action_to_a_commit_and_grant_no_rights_at_the_top() -> None:
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert [
                step["uses"]
                for step in job["steps"]
                if not re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + "0" * 40))
            ] == []


def test_the_pythons_of_the_workflow_are_those_of_the_metadata() -> None:
    metadata = re.findall(r"Python :: (3\.\d+)", read("pyproject.toml"))
    jobs = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]
    assert jobs["checks"]["strategy"]["matrix"]["python"] == metadata
    assert jobs["everything"]["strategy"]["matrix"]["python"] == [metadata[0], metadata[-1]]
