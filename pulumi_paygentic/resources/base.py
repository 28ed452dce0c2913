"""The base of all resources: their Pulumi type, their account, their secrets and their outputs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from pulumi_paygentic.adapter import (
    PACKAGE,
    PROVIDER_KEY,
    Declaration,
    InexactAmount,
    check_declaration,
    choose_provider,
    claim_account,
    config_problems,
    exact_amounts,
    ignored_options,
    import_problem,
    inherit_providers,
    note_declaration,
    serialised,
    unserializable,
)
from pulumi_paygentic.catalog import CatalogObject, Field, shown_value
from pulumi_paygentic.catalog.renamed import present_arguments

if TYPE_CHECKING:
    from typing_extensions import Self

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
        for problem in config_problems():
            raise pulumi.RunError(problem)
        fields = self._kind.fields()
        secret = [name for name, field in fields.items() if field.behaviour.secret]
        names = (*self._kind.inputs(), *self._kind.renamed)
        declared = {name: arguments[name] for name in names if arguments.get(name) is not None}
        given, warnings, problems = present_arguments(self._kind.renamed, declared)
        problems += [reason for name, value in given.items() for reason in unserializable(name, value)]
        if not problems:
            given, problems = _exact(fields, given)
        problems += filter(None, [import_problem(opts)])
        if problems:
            raise self._refused(resource_name, "; ".join(problems))
        for name in secret:
            if name in given:
                given[name] = pulumi.Output.secret(given[name])
        # An output appears on the resource only if its name was among the properties.
        properties = {**dict.fromkeys(fields), **given, PROVIDER_KEY: serialised(self._kind)}
        self._declared = Declaration(self._kind, resource_name, given)
        type_ = f"{PACKAGE}:dynamic/paygentic:{self._kind.__name__}"
        super().__init__(type_, resource_name, properties, _with_secrets(opts, secret))
        note_declaration(self._declared, self.id)
        for warning in [*warnings, *ignored_options(opts)]:
            pulumi.log.warn(f"{self._kind.__name__} {resource_name!r}: {warning}", self)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002  Pulumi's name
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Refer to an object that this program does not manage: it is read, and never changed or deleted.

        An id that the account does not have is an error.
        """
        options = copy.copy(opts or pulumi.ResourceOptions())
        options.id = id
        resource = cls.__new__(cls)
        CatalogResource.__init__(resource, resource_name, {}, options)
        return resource

    def _get_providers(
        self, t: str, pkg: str | None, opts: pulumi.ResourceOptions
    ) -> tuple[pulumi.ProviderResource | None, Mapping[str, pulumi.ProviderResource]]:
        """Override the SDK's choice of the provider: the last step before a resource is registered."""
        try:
            chosen = choose_provider(opts.provider, opts.providers, self._providers)
            claim_account(chosen)
            if opts.id is None:  # else it is read, and declares nothing
                check_declaration(self._declared, chosen)
        except ValueError as problem:
            raise self._refused(self._name, str(problem)) from None
        _, providers = super()._get_providers(t, pkg, opts)
        return chosen, inherit_providers(providers, chosen)

    def _refused(self, name: str, reason: str) -> pulumi.RunError:
        return pulumi.RunError(f"{self._kind.__name__} {shown_value(name)}: {reason}")


def _with_secrets(opts: pulumi.ResourceOptions | None, secret: list[str]) -> pulumi.ResourceOptions:
    """Return the options with these outputs as secrets; the SDK's merge would forget all providers but one."""
    rest = copy.copy(opts or pulumi.ResourceOptions())
    providers, rest.providers = rest.providers, None
    merged = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(additional_secret_outputs=secret), rest)
    merged.providers = providers
    return merged


def _exact(fields: Mapping[str, Field], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments with amounts as decimal strings, and every reason against an inexact amount."""
    amounts: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        try:
            amounts[name] = exact_amounts(fields[name], value)
        except InexactAmount as error:
            problems.append(str(error))
    return amounts, problems
