"""The account of each resource of a program: an explicit provider's, or that of the stack's own settings.

Pulumi knows the package as `pulumi-python`, users know it as `paygentic`. Pulumi ignores a provider that is given under
the second name, and the resource would land in the default account: here both names count.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

import pulumi

from pulumi_paygentic.adapter.sdk_internals import current_run
from pulumi_paygentic.api import SETTINGS, account_named

PACKAGE: Final = "pulumi-python"
NAME: Final = "paygentic"

Providers = Mapping[str, pulumi.ProviderResource] | Sequence[pulumi.ProviderResource] | None
Account = tuple[str, str]
_runs: weakref.WeakKeyDictionary[object, dict[Account, str]] = weakref.WeakKeyDictionary()
"""The holder of each account, by run of a program: one process may run several at once (Automation API)."""


class AccountProvider(pulumi.ProviderResource):
    """A provider process with settings of its own, `arguments` by their names in Python."""

    def __init__(self, resource_name: str, arguments: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        given = {one: arguments[one.argument] for one in SETTINGS if arguments.get(one.argument) is not None}
        self.holder = f"provider {resource_name!r}"
        self.account = _account_of({setting.name: value for setting, value in given.items()})
        # The engine carries a provider's inputs as text.
        text = {
            f"{NAME}:{setting.name}": _text(pulumi.Output.secret(value) if setting.secret else value)
            for setting, value in given.items()
        }
        text[f"{NAME}:provider"] = _text(resource_name)  # so that a refusal can name it
        super().__init__(PACKAGE, resource_name, text, opts)


def choose_provider(
    explicit: pulumi.ProviderResource | None, own: Providers, inherited: Mapping[str, pulumi.ProviderResource]
) -> pulumi.ProviderResource | None:
    """Return the provider of a resource from its own options and its parent's providers; None is the default one.

    Raises ValueError where several are possible, or the one that is named can't be used.
    """
    if explicit is not None and explicit.package == PACKAGE:
        return explicit
    for providers in (_by_key(own), inherited):
        found = list({id(one): one for key, one in providers.items() if _is_ours(key, one)}.values())
        if len(found) > 1:
            names = ", ".join(getattr(one, "holder", repr(one.package)) for one in found)
            raise ValueError(f"more than one provider is given for it ({names}): name one with provider=")
        if found:
            if found[0].package != PACKAGE:
                raise ValueError(f"providers[{NAME!r}] is a provider of {found[0].package!r}: give a {NAME}.Provider")
            return found[0]
        if PACKAGE in providers:
            return providers[PACKAGE]
    return None


def inherit_providers(
    providers: Mapping[str, pulumi.ProviderResource], chosen: pulumi.ProviderResource | None
) -> Mapping[str, pulumi.ProviderResource]:
    """Return what the children of a resource inherit: of our providers the chosen one alone."""
    if chosen is None:
        return providers
    return {**{key: one for key, one in providers.items() if not _is_ours(key, one)}, PACKAGE: chosen}


def claim_account(provider: pulumi.ProviderResource | None) -> None:
    """Note that a resource of this run goes to the provider's account; None stands for the stack's own settings.

    Raises ValueError where the stack refuses its own settings, or another provider of this run has the account.
    """
    if provider is None and NAME in (pulumi.Config("pulumi").get_object("disable-default-providers") or ()):
        raise ValueError(
            f"the default provider of {NAME} is disabled (pulumi:disable-default-providers): give it an explicit one,"
            f" opts=pulumi.ResourceOptions(provider={NAME}.Provider(...))"
        )
    holder = "the stack's own settings" if provider is None else getattr(provider, "holder", "")
    account = _configured() if provider is None else getattr(provider, "account", None)
    if account is None:  # not known before the program has run
        return
    holders = _runs.setdefault(current_run(), {})
    other = holders.setdefault(account, holder)
    if other != holder:
        address, merchant = account
        raise ValueError(
            f"{holder} and {other} are both for merchant {merchant} at {address}, and two resources under them could"
            " come to hold one object: use one of the two for all resources of that merchant"
        )


def _by_key(providers: Providers) -> Mapping[str, pulumi.ProviderResource]:
    """Return the providers by key: Pulumi's own, the package, and for those of a list their place as well."""
    if isinstance(providers, Mapping):
        return providers
    listed = providers or ()
    return {**{str(index): one for index, one in enumerate(listed)}, **{one.package: one for one in listed}}


def _is_ours(key: str, provider: pulumi.ProviderResource) -> bool:
    return key == NAME or isinstance(provider, AccountProvider)


def _configured() -> Account | None:
    config = pulumi.Config(NAME)
    return account_named({setting.name: config.get(setting.name) for setting in SETTINGS if not setting.secret})


def _account_of(given: Mapping[str, Any]) -> Account | None:
    """Return the account, None if it can't be known yet."""
    if any(isinstance(value, pulumi.Output | Awaitable) for value in given.values()):
        return None
    return account_named(given)


def _text(value: pulumi.Input[Any]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value).apply(str)
