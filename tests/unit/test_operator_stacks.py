"""The operator's stacks of the gitops example: the operator's own rules, which its definitions can't express."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "gitops"
OPERATOR = EXAMPLE / "operator"
Json = dict[str, Any]

DOCUMENTS: list[Json] = [
    document for file in sorted(OPERATOR.glob("*.yaml")) for document in yaml.safe_load_all(file.read_text("utf-8"))
]
STACKS = {document["metadata"]["name"]: document for document in DOCUMENTS if document["kind"] == "Stack"}
EACH = pytest.mark.parametrize("stack", [pytest.param(stack["spec"], id=name) for name, stack in STACKS.items()])
DOCKERFILE = (OPERATOR / "Dockerfile").read_text("utf-8")

#: The fields that stand in the stacks, each found in the definitions of version 2.9.0. The API server drops any other
#: without a word. A new one is added here once tests/examples/test_operator.py accepted it.
FIELDS = """
apiVersion kind metadata.name metadata.namespace spec.backend spec.branch spec.continueResyncOnCommitMatch
spec.envRefs.* spec.envRefs.*.secret.key spec.envRefs.*.secret.name spec.envRefs.*.type spec.prerequisites.name
spec.prerequisites.requirement.succeededWithinDuration spec.preview spec.projectRepo spec.refresh
spec.resyncFrequencySeconds spec.serviceAccountName spec.shallow spec.stack spec.updateTemplate.spec.expectNoChanges
spec.useLocalStackOnly spec.workspaceReclaimPolicy spec.workspaceTemplate.spec.image
"""


def fields(value: Any, path: str = "") -> set[str]:
    """The paths of all values; a name that the user chose is `*`, and lists add nothing."""
    if isinstance(value, dict):
        free = path == "spec.envRefs"
        return {
            found
            for name, inner in value.items()
            for found in fields(inner, f"{path}.{'*' if free else name}".lstrip("."))
        }
    if isinstance(value, list):
        return {found for inner in value for found in fields(inner, path)}
    return {path}


def test_no_field_stands_there_that_the_operator_does_not_have() -> None:
    assert set().union(*map(fields, STACKS.values())) - set(FIELDS.split()) == set()


@EACH
def test_each_stack_exists_in_the_repository(stack: Json) -> None:
    assert (EXAMPLE / f"Pulumi.{stack['stack']}.yaml").exists()


@EACH
def test_every_key_comes_from_a_secret_and_none_from_the_configuration(stack: Json) -> None:
    assert {"PAYGENTIC_API_KEY", "PULUMI_CONFIG_PASSPHRASE"} <= stack["envRefs"].keys()
    assert {ref["type"] for ref in stack["envRefs"].values()} == {"Secret"}  # Env and FS stall a stack since version 2
    assert not {"config", "secrets", "secretsRef", "envs", "envSecrets"} & stack.keys()


@EACH
def test_every_secret_is_made_by_the_command_that_the_file_gives(stack: Json) -> None:
    commands = "".join(file.read_text("utf-8") for file in OPERATOR.glob("*.yaml"))
    for ref in stack["envRefs"].values():
        made = re.search(rf"--namespace billing create secret generic {ref['secret']['name']}( .*)", commands)
        assert made
        assert f" --from-literal={ref['secret']['key']}=..." in made[1]


@pytest.mark.parametrize("name", STACKS)
def test_the_operator_accepts_each_name(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name)
    assert len(name) <= 42  # it makes longer ones of it


@EACH
def test_each_pod_may_ask_the_cluster_who_called(stack: Json) -> None:
    accounts = {document["metadata"]["name"] for document in DOCUMENTS if document["kind"] == "ServiceAccount"}
    [binding] = [document for document in DOCUMENTS if document["kind"] == "ClusterRoleBinding"]
    assert binding["roleRef"]["name"] == "system:auth-delegator"
    assert stack["serviceAccountName"] in accounts & {subject["name"] for subject in binding["subjects"]}


def test_everything_is_in_one_namespace() -> None:
    places = {
        document["metadata"].get("namespace") for document in DOCUMENTS if document["kind"] != "ClusterRoleBinding"
    }
    subjects = {
        subject["namespace"]
        for document in DOCUMENTS
        if document["kind"] == "ClusterRoleBinding"
        for subject in document["subjects"]
    }
    assert places | subjects == {"billing"}


@EACH
def test_a_prerequisite_is_a_stack_that_repeats_often_enough_for_it(stack: Json) -> None:
    for prerequisite in stack.get("prerequisites", []):
        other = STACKS[prerequisite["name"]]["spec"]
        if "requirement" in prerequisite:
            hours = int(prerequisite["requirement"]["succeededWithinDuration"].removesuffix("h"))
            assert other["continueResyncOnCommitMatch"]
            assert other["resyncFrequencySeconds"] < hours * 3600


def test_drift_is_a_preview_that_expects_no_change_and_writes_with_no_key() -> None:
    drift, up = STACKS["maps-production-drift"]["spec"], STACKS["maps-production"]["spec"]
    assert (drift["stack"], drift["branch"], drift["backend"]) == (up["stack"], up["branch"], up["backend"])
    assert drift["preview"]
    assert drift["refresh"]
    assert drift["updateTemplate"]["spec"]["expectNoChanges"]
    assert drift["envRefs"]["PAYGENTIC_API_KEY"]["secret"]["key"] == "reading-key"


def test_only_staging_undoes_changes_by_hand() -> None:
    writing = {name for name, stack in STACKS.items() if not stack["spec"].get("preview")}
    repeating = {name for name in writing if STACKS[name]["spec"].get("continueResyncOnCommitMatch")}
    assert (writing, repeating) == ({"maps-staging", "maps-production"}, {"maps-staging"})


@EACH
def test_the_workspace_is_of_the_image_that_the_dockerfile_makes(stack: Json) -> None:
    assert f"-t {stack['workspaceTemplate']['spec']['image']} ." in DOCKERFILE


def test_the_image_has_the_requirements_a_python_first_on_path_and_a_user_that_is_not_root() -> None:
    assert re.search(r"^COPY requirements\.txt ", DOCKERFILE, re.MULTILINE)
    assert re.search(r"pip install .*-r /opt/catalog/requirements\.txt", DOCKERFILE)
    assert re.search(r"^ENV PATH=/opt/catalog/bin:", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^USER (\w+)", DOCKERFILE, re.MULTILINE)[-1] == "pulumi"
    # With the option `virtualenv`, Pulumi would make an environment of its own in each pod, and not use the image's.
    assert yaml.safe_load((EXAMPLE / "Pulumi.yaml").read_text("utf-8"))["runtime"] == "python"


def test_the_image_has_the_cli_that_is_tested() -> None:
    version = re.search(r'^VERSION = "(.+)"', (ROOT / "scripts" / "pulumi-cli").read_text("utf-8"), re.MULTILINE)
    assert version
    assert f"FROM pulumi/pulumi:{version[1]}-nonroot" in DOCKERFILE
