"""What all resources share: the type that Pulumi knows them by, their secrets and their outputs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import pulumi

from pulumi_paygentic.adapter import (
    PROVIDER_KEY,
    InexactAmount,
    exact,
    import_problem,
    not_carried,
    serialised,
    stack_problems,
)
from pulumi_paygentic.catalog import CatalogObject, Field

Amount = str | Decimal | int
"""An exact number: a Decimal or an int reaches the API as its decimal string."""


class CatalogResource(pulumi.CustomResource):
    """A catalog object as a Pulumi resource; a subclass declares its arguments and outputs for editors and readers.

    The type, such as `pulumi-python:dynamic/paygentic:Product`, stands in every existing state: it must never change.
    """

    _kind: ClassVar[type[CatalogObject]]

    def __init_subclass__(cls, *, kind: type[CatalogObject], **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._kind = kind

    def __init__(self, resource_name: str, arguments: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        for problem in stack_problems():
            raise pulumi.RunError(problem)
        fields = self._kind.fields()
        secret = [name for name, field in fields.items() if field.behaviour.secret]
        given = {name: arguments[name] for name in self._kind.inputs() if arguments.get(name) is not None}
        problems = [reason for name, value in given.items() for reason in not_carried(name, value)]
        if not problems:
            given, problems = _exact(fields, given)
        problems += filter(None, [import_problem(opts)])
        if problems:
            raise pulumi.RunError(f"{self._kind.__name__} {resource_name!r}: {'; '.join(problems)}")
        for name in secret:
            if name in given:
                given[name] = pulumi.Output.secret(given[name])
        # An output appears on the resource only if its name was among the properties.
        properties = {**dict.fromkeys(fields), **given, PROVIDER_KEY: serialised(self._kind)}
        options = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(additional_secret_outputs=secret), opts)
        super().__init__(f"pulumi-python:dynamic/paygentic:{self._kind.__name__}", resource_name, properties, options)


def _exact(fields: Mapping[str, Field], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The arguments with their amounts as decimal strings, and every reason against one that is no exact number."""
    carried: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        try:
            carried[name] = exact(fields[name], value)
        except InexactAmount as error:
            problems.append(str(error))
    return carried, problems
