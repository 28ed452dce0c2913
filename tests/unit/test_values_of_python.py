"""What a program gives a resource that Pulumi can't carry is told in one line, before anything is registered."""

from typing import Any

import pulumi
import pytest

import pulumi_paygentic as paygentic

ENDLESS: dict[str, Any] = {}
ENDLESS["again"] = ENDLESS


@pytest.mark.parametrize(
    ("argument", "value", "told"),
    [
        ("description", "\ud800", "description holds half a character"),
        ("metadata", {"a": {"b": "\udfff"}}, "metadata.a.b holds half a character"),
        ("metadata", {1: "a"}, "metadata has a key of type int: give a string"),
        ("metadata", {"a": [{None: "b"}]}, "metadata.a[0] has a key of type NoneType"),
        ("metadata", ENDLESS, "is nested without end"),
        ("metadata", {"n": 2**53 + 1}, "metadata.n is 9007199254740993, which Pulumi can't carry exactly"),
        ("metadata", {"n": float("nan")}, "metadata.n is nan"),
        ("metadata", {"n": float("-inf")}, "metadata.n is -inf"),
        ("metadata", {"n": object()}, "metadata.n is of type object"),
    ],
)
def test_a_value_that_can_not_be_carried_is_refused_by_its_place(argument: str, value: Any, told: str) -> None:
    given = {"name": "API", "description": "", argument: value}
    with pytest.raises(pulumi.RunError, match="Product 'api'") as caught:
        paygentic.Product("api", **given)
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
