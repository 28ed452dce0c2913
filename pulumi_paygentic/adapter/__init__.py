"""The only floor that knows Pulumi's quirks: a dynamic provider over the lifecycle."""

from pulumi_paygentic.adapter.accounts import (
    PACKAGE,
    AccountProvider,
    choose_provider,
    claim_account,
    inherit_providers,
)
from pulumi_paygentic.adapter.amounts import InexactAmount, exact_amounts
from pulumi_paygentic.adapter.config_checks import config_problems, ignored_options, import_problem
from pulumi_paygentic.adapter.declarations import Declaration, check_declaration, note_declaration
from pulumi_paygentic.adapter.provider import Provider, provider_for, serialised
from pulumi_paygentic.adapter.serialization import unserializable
from pulumi_paygentic.adapter.values import PROVIDER_KEY

__all__ = [
    "PACKAGE",
    "PROVIDER_KEY",
    "AccountProvider",
    "Declaration",
    "InexactAmount",
    "Provider",
    "check_declaration",
    "choose_provider",
    "claim_account",
    "config_problems",
    "exact_amounts",
    "ignored_options",
    "import_problem",
    "inherit_providers",
    "note_declaration",
    "provider_for",
    "serialised",
    "unserializable",
]
