"""The settings of a client: the account, the key, the address, the pace and the patience.

`Settings.resolve` looks each setting of the table up in the sources it is given and then in the environment, and
refuses invalid ones with all reasons at once. Values come as strings; an empty one counts as not set, because a
pipeline passes a secret that it does not have as an empty string.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_paygentic.api.base_url import DEFAULT_BASE_URL
from pulumi_paygentic.api.errors import ConfigurationError
from pulumi_paygentic.api.setting import (
    BASE_URL,
    ENVIRONMENT,
    MERCHANT_ID,
    SETTINGS,
    Environment,
    Given,
    Setting,
    Wording,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values that a client needs. Create it with `resolve`, which validates; the class itself does not.

    `requests_per_second` None is no pacing; `request_timeout` is in seconds, for one attempt; `max_retries` counts the
    attempts after the first; `retry_deadline` is in seconds, from the beginning of a call's first attempt to the end of
    its last, and `resolve` leaves room in it for two attempts however long one may take. `adopt` lets a run change
    objects that it finds under a declared name and that no state of its own holds.
    """

    api_key: str = field(repr=False)
    merchant_id: str
    environment: Environment = "sandbox"
    base_url: str = DEFAULT_BASE_URL["sandbox"]
    requests_per_second: float | None = None
    request_timeout: float = 30.0
    max_retries: int = 5
    retry_deadline: float = 120.0
    adopt: bool = False

    @classmethod
    def resolve(
        cls, *sources: Mapping[str, object], environ: Mapping[str, str] | None = None, provider: str | None = None
    ) -> Settings:
        """Return the settings that the first of `sources`, then the environment, gives for each name.

        A source may name a setting as the stack's configuration does (`apiKey`) or as Python does (`api_key`).
        `environ` is `os.environ` unless given. `provider` names the explicit provider whose arguments these are, for
        the reasons; without one they speak of the stack's configuration. Raises `ConfigurationError` with every reason.
        """
        values, reasons = _read(sources, os.environ if environ is None else environ, Wording(provider))
        if reasons:
            raise ConfigurationError(reasons)
        settings = cls(**{**values, "base_url": _base_url(values)})
        return replace(settings, retry_deadline=max(settings.retry_deadline, 2 * settings.request_timeout))


def account_named(source: Mapping[str, object], environ: Mapping[str, str] | None = None) -> tuple[str, str] | None:
    """Return the API's address and the merchant that these settings name; None where they name none, or wrong ones.

    Two sources with the same answer are for one account, whatever their keys.
    """
    named = (ENVIRONMENT, MERCHANT_ID, BASE_URL)
    values, reasons = _read((source,), os.environ if environ is None else environ, Wording(), named)
    return None if reasons else (_base_url(values), values["merchant_id"])


def source_of(setting: Setting, source: Mapping[str, object], environ: Mapping[str, str] | None = None) -> str | None:
    """Return where a setting comes from: `configuration`, or the name of a variable; None if it is not given."""
    text, variable = _find(setting, (source,), os.environ if environ is None else environ)
    return None if text is None else variable or "configuration"


def _base_url(values: Mapping[str, Any]) -> str:
    default = DEFAULT_BASE_URL[values.get("environment", "sandbox")]
    return str(values.get("base_url", default))


def _read(
    sources: tuple[Mapping[str, object], ...],
    environ: Mapping[str, str],
    wording: Wording,
    settings: tuple[Setting, ...] = SETTINGS,
) -> tuple[dict[str, Any], list[str]]:
    """Return the values by argument name, and a reason for each that can't be used."""
    values: dict[str, Any] = {}
    reasons: list[str] = []
    environment: Environment | None = "sandbox"
    for setting in (ENVIRONMENT, *(one for one in settings if one is not ENVIRONMENT)):  # the others go by it
        text, variable = _find(setting, sources, environ)
        label = wording.called(setting) + (f" (from {variable})" if variable else "")
        if text is None:
            if setting.example:
                reasons.append(f"{label} is not set: {_ways(setting, wording)}")
            continue
        try:
            values[setting.argument] = setting.read(Given(text, environment, wording))
        except ValueError as problem:
            reasons.append(f"{label} {problem}")
        if setting is ENVIRONMENT:
            environment = values.get(setting.argument)
    return values, reasons


def _find(
    setting: Setting, sources: tuple[Mapping[str, object], ...], environ: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """Return the text that was given, and the variable if it came from one."""
    for source in sources:
        for key in (setting.name, setting.argument):
            if (value := source.get(key)) is not None and str(value).strip():
                return str(value), None
    for variable in setting.variables:
        if environ.get(variable, "").strip():
            return environ[variable], variable
    return None, None


def _ways(setting: Setting, wording: Wording) -> str:
    """Return how to give a required setting; a key best stays out of the configuration, which the state copies."""
    variable = f"set {setting.variables[0]}"
    if setting.secret:
        variable += " (best in a pipeline: it never reaches the state)"
    return f"{variable} or {wording.to_set(setting, setting.example)}"
