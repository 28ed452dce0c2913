"""Under the SDK's own test runtime: a resource takes an argument by its old name, and says once that it was renamed."""

import contextvars
import logging
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks

from pulumi_paygentic.resources.base import CatalogResource
from tests.support.renamed_kind import Charge


class ChargeResource(CatalogResource, kind=Charge):
    """A resource whose `name` was once called `label`; both are arguments."""

    def __init__(self, resource_name: str, *, opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> None:
        super().__init__(resource_name, arguments, opts)


class Registered(Mocks):
    """The inputs of each resource."""

    def __init__(self) -> None:
        self.inputs: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.inputs[args.name] = args.inputs
        return f"{args.name}-id", args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise AssertionError(args)


def run(program: Callable[[], object]) -> dict[str, dict[str, Any]]:
    """Run a program as Pulumi would; answers the inputs that each resource was registered with."""

    def begin() -> dict[str, dict[str, Any]]:
        registered = Registered()
        set_mocks(registered)
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # it is the SDK's
        return registered.inputs

    return contextvars.copy_context().run(begin)


def charge(**arguments: Any) -> ChargeResource:
    return ChargeResource("setup", product_id="prod_1", description="Once", **arguments)


def test_the_old_name_is_the_present_one_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        by_old = run(lambda: charge(label="Setup"))
    assert [record.getMessage() for record in caplog.records] == [
        "Charge 'setup': label was renamed to name in version 0.2.0: write name="
    ]
    assert by_old == run(lambda: charge(name="Setup"))
    assert by_old["setup"]["name"] == "Setup"
    assert "label" not in by_old["setup"]


def test_both_names_are_refused_before_anything_is_registered() -> None:
    with pytest.raises(pulumi.RunError, match="Charge 'setup': label and name are one argument: give name only"):
        charge(label="Setup", name="Setup")
