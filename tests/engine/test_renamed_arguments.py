"""An upgrade of the provider that renames an argument, through the real engine.

A program's folder stands first on Python's path: a `sitecustomize` there is read by the program and by the provider.
"""

from __future__ import annotations

import json

from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

PROGRAM = """
api = paygentic.Product("api", name="API", description="")
paygentic.Fee("setup", product_id=api.id, name="Setup", description="Once")
"""
UPGRADE = """
from pulumi_paygentic.catalog import Fee
from pulumi_paygentic.catalog.renamed import Renamed

Fee.renamed = {"label": Renamed("name", since="0.2.0")}
"""


def test_an_upgrade_that_renames_an_argument_shows_nothing_and_writes_nothing(stack: Stack, server: Server) -> None:
    stack.write(PROGRAM).up()
    deployment = stack.export()
    for resource in deployment["resources"]:
        if resource["type"].endswith(":Fee"):  # as the version before wrote it
            for values in (resource["inputs"], resource["outputs"]):
                values["label"] = values.pop("name")
            declared = resource["outputs"]["__declared"]
            resource["outputs"]["__declared"] = ["label" if name == "name" else name for name in declared]
    stack.replace_state(deployment)
    (stack.program / "sitecustomize.py").write_text(UPGRADE, encoding="utf-8")
    stack.environment["PYTHONPATH"] = str(stack.program)

    before = len(server.gate.writes)
    assert stack.preview("--expect-no-changes").changes == {}
    assert stack.up("--expect-no-changes").changes == {}
    assert len(server.gate.writes) == before

    stack.refresh()
    assert "label" not in json.dumps(stack.resources())
    assert stack.preview("--expect-no-changes").changes == {}
    stack.edit('name="Setup"', 'name="Onboarding"')
    assert stack.up().details == {"Fee setup": ["update", "name"]}
