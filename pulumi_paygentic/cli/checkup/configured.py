"""The settings: where each comes from, and every reason against it. No value of a secret is ever shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pulumi_paygentic.api import SETTINGS, ConfigurationError, Settings, source_of
from pulumi_paygentic.api.setting import KEY_PREFIXES
from pulumi_paygentic.cli.checkup.finding import Finding

AREA: Final = "settings"


def configured(configuration: Mapping[str, str], stack: str | None) -> Iterator[Finding]:
    """Yield the source of each setting that is given, and each reason against one."""
    for setting in SETTINGS:
        source = source_of(setting, configuration)
        if source is not None:
            named = f"the configuration of stack {stack}" if source == "configuration" else source
            yield Finding(AREA, "ok", f"paygentic:{setting.name} from {named}")
    try:
        settings = Settings.resolve(configuration)
    except ConfigurationError as error:
        for reason in error.reasons:
            fact, _, advice = reason.partition(": ")
            yield Finding(AREA, "problem", fact, advice[:1].upper() + advice[1:])
        return
    yield Finding(AREA, "ok", f"The account is {settings.merchant_id} in the {settings.environment}")
    yield Finding(AREA, "ok", f"The address is {settings.base_url}")
    if not settings.api_key.startswith(tuple(KEY_PREFIXES.values())):
        kinds = " and ".join(KEY_PREFIXES.values())
        yield Finding(AREA, "note", f"The key begins with neither {kinds}: its environment can't be told")
    if "apiKey" in configuration:
        yield Finding(
            AREA,
            "note",
            "The key is in the stack's configuration, and so, encrypted, in its state",
            "Set PAYGENTIC_API_KEY instead where a pipeline runs it",
        )
    if settings.adopt:
        yield Finding(
            AREA,
            "warning",
            "paygentic:adopt is on: up may change any object that it finds under a declared name",
            "Unset it after the run that it was meant for",
        )
