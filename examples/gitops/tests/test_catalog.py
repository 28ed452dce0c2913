"""The program of every stack under Pulumi's mocks: no command line, no account, no second of waiting."""

from __future__ import annotations

import json
import runpy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent
STACKS = ("dev", "staging", "production")
Declared = dict[str, dict[str, Any]]


class Recorder(pulumi.runtime.Mocks):
    """Gives every resource an id, and records what it was declared with."""

    def __init__(self) -> None:
        self.declared: Declared = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.declared[f"{args.typ.rpartition(':')[2]} {args.name}"] = dict(args.inputs)
        return f"{args.name}_id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        raise NotImplementedError(args.token)


def settings(stack: str) -> dict[str, str]:
    """Return the configuration of the stack: its own values over the project's defaults."""
    project = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text("utf-8"))
    own = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    defaults = {f"{project['name']}:{key}": schema["default"] for key, schema in project["config"].items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in {**defaults, **own}.items()}


def declare(stack: str) -> Declared:
    """Run the program as the stack would, and return what it declares."""
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="maps", stack=stack)
    pulumi.runtime.set_all_config(settings(stack))

    @pulumi.runtime.test
    def run() -> None:
        runpy.run_path(str(PROJECT / "__main__.py"))

    run()
    return recorder.declared


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_sells_the_same_plan(stack: str) -> None:
    assert declare(stack)["Plan team"]["prices"] == {
        "loads": "loads_id",
        "routes": "routes_id",
        "support": "support_id",
    }


@pytest.mark.parametrize("stack", STACKS)
def test_a_later_band_is_never_dearer(stack: str) -> None:
    prices = [Decimal(tier["unit_price"]) for tier in declare(stack)["Price routes"]["tiers"]]
    assert prices == sorted(prices, reverse=True)


def test_staging_differs_from_production_in_the_band_alone() -> None:
    staging, production = declare("staging"), declare("production")
    assert staging["Price routes"].pop("tiers")[0]["up_to"] == "10"
    assert production["Price routes"].pop("tiers")[0]["up_to"] == "1000"
    for catalog in (staging, production):
        for declared in catalog.values():
            declared.pop("merchant_id", None)
    assert staging == production


def test_stacks_of_one_merchant_have_products_of_different_names() -> None:
    names = [(settings(stack)["paygentic:merchantId"], declare(stack)["Product maps"]["name"]) for stack in STACKS]
    assert len(set(names)) == len(STACKS)


def test_no_key_is_in_a_file_of_the_project() -> None:
    assert [stack for stack in STACKS if any("apiKey" in key for key in settings(stack))] == []
