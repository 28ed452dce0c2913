"""The operator's stacks of the examples against its own definitions, where its Go module can be had."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.engine.support.stack import ROOT

MODULE = "github.com/pulumi/pulumi-kubernetes-operator/v2@v2.9.0"
#: Definitions that somebody copied here from another machine.
COPIED = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-paygentic" / "operator-2.9.0"
FILES = [
    pytest.param(file, id=file.name)
    for file in sorted((ROOT / "examples").glob("*/operator/*.yaml"))
    if "kind: Stack" in file.read_text("utf-8")
]
Json = dict[str, Any]


def folder() -> Path:
    """The folder with the definitions. Skips the test where there is none."""
    if COPIED.is_dir():
        return COPIED
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"NOT RUN: without Go, the definitions are read from {COPIED}")
    done = subprocess.run(
        [go, "mod", "download", "-json", MODULE], capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    if done.returncode:
        pytest.skip(f"NOT RUN: Go can't download {MODULE} here; copy its deploy/crds to {COPIED}")
    return Path(json.loads(done.stdout)["Dir"]) / "deploy" / "crds"


def strict(schema: Any) -> Any:
    """The schema, with every field refused that it does not name, except where it asks to keep them.

    The API server drops such fields without a word.
    """
    if isinstance(schema, list):
        return [strict(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: strict(inner) for name, inner in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        found.setdefault("additionalProperties", bool(schema.get("x-kubernetes-preserve-unknown-fields", False)))
    return found


@pytest.fixture(scope="module")
def definitions() -> dict[tuple[str, str], Json]:
    """The schema of each version of each kind."""
    found = {}
    for file in sorted(folder().glob("*.yaml")):
        spec = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


def stacks(file: Path) -> Iterator[Json]:
    """The documents of the operator's kinds in the file."""
    for document in yaml.safe_load_all(file.read_text("utf-8")):
        if ".pulumi.com/" in f".{document['apiVersion']}":
            yield document


def problems(document: Json, definitions: dict[tuple[str, str], Json]) -> list[str]:
    validator = jsonschema.Draft7Validator(definitions[document["apiVersion"], document["kind"]])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("file", FILES)
def test_the_operator_has_every_field_of_the_file(file: Path, definitions: dict[tuple[str, str], Json]) -> None:
    assert [problem for document in stacks(file) for problem in problems(document, definitions)] == []


def test_the_operator_has_every_field_of_the_stacks_that_the_platform_prints(
    definitions: dict[tuple[str, str], Json],
) -> None:
    printed = subprocess.run(
        [sys.executable, ROOT / "examples" / "platform" / "stacks.py"], capture_output=True, check=True
    ).stdout
    documents = list(yaml.safe_load_all(printed))
    assert [document["metadata"]["name"] for document in documents] == [
        "resale-aurora",
        "resale-boreal",
        "resale-cirrus",
    ]
    assert [problem for document in documents for problem in problems(document, definitions)] == []


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        ((), "refreshes", True),
        (("envRefs", "PAYGENTIC_API_KEY"), "secretRef", {"name": "maps-staging", "key": "api-key"}),
        (("envRefs", "PAYGENTIC_API_KEY", "secret"), "key", 1),
        (("workspaceTemplate",), "image", "acme/catalog:1"),
        (("workspaceTemplate", "spec"), "envFrom", {"secretRef": {"name": "maps-staging"}}),
        (
            ("workspaceTemplate", "spec"),
            "podTemplate",
            {"spec": {"containers": [{"name": "pulumi", "environment": []}]}},
        ),
        (("updateTemplate", "spec"), "expectNoChanges", "yes"),
    ],
)
def test_a_field_that_it_does_not_have_is_an_error_however_deep(
    place: tuple[str, ...], field: str, value: Any, definitions: dict[tuple[str, str], Json]
) -> None:
    [document] = stacks(ROOT / "examples" / "gitops" / "operator" / "staging.yaml")
    inner = document["spec"]
    for name in place:
        inner = inner.setdefault(name, {})
    inner[field] = value
    assert len(problems(document, definitions)) == 1
