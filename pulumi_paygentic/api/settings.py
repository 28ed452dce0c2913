"""The settings of a client: which account, with which key, at which address, how fast and how patiently.

They are made in one place, `Settings.resolve`, which looks each one up in the sources it is given and then in the
environment, and refuses what can't be right with all reasons at once. Values come as strings; an empty one counts as
not set, because that is what a pipeline makes of a secret it does not have.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from pulumi_paygentic.api.address import DEFAULT_BASE_URL, normalise_base_url
from pulumi_paygentic.api.errors import ConfigurationError

_T = TypeVar("_T")
Environment = Literal["sandbox", "production"]

_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "apiKey": ("PAYGENTIC_API_KEY", "PAYGENTIC_BEARER_AUTH"),
    "merchantId": ("PAYGENTIC_MERCHANT_ID",),
    "environment": ("PAYGENTIC_ENVIRONMENT",),
    "baseUrl": ("PAYGENTIC_BASE_URL",),
    "requestsPerSecond": ("PAYGENTIC_REQUESTS_PER_SECOND",),
    "requestTimeout": ("PAYGENTIC_REQUEST_TIMEOUT",),
    "maxRetries": ("PAYGENTIC_MAX_RETRIES",),
    "adopt": ("PAYGENTIC_ADOPT",),
}
_KEY_PREFIXES: Mapping[str, Environment] = {"sk_test_": "sandbox", "sk_live_": "production"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client needs to know. Make one with `resolve`, which validates; the class itself only holds.

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
        lookup = _Lookup(sources, os.environ if environ is None else environ, provider)
        settings = cls(
            api_key=lookup.api_key(),
            merchant_id=lookup.merchant_id(),
            environment=lookup.environment,
            base_url=lookup.base_url(),
            requests_per_second=lookup.number("requestsPerSecond", None, least=0.001, most=1_000_000),
            request_timeout=(timeout := lookup.number("requestTimeout", 30.0, least=0.001, most=3600)),
            max_retries=int(lookup.number("maxRetries", 5, least=0, most=1000, whole=True)),
            retry_deadline=max(120.0, 2 * timeout),
            adopt=lookup.flag("adopt"),
        )
        if lookup.reasons:
            raise ConfigurationError(lookup.reasons)
        return settings


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


class _Lookup:
    """Looks settings up, and collects what is wrong with them instead of stopping at the first."""

    def __init__(
        self, sources: tuple[Mapping[str, object], ...], environ: Mapping[str, str], provider: str | None
    ) -> None:
        self._sources = sources
        self._environ = environ
        self._provider = provider
        self.reasons: list[str] = []
        self.environment: Environment = "sandbox"
        label, value = self._find("environment")
        self._environment_known = value in {None, "sandbox", "production"}
        if value == "production":
            self.environment = "production"
        if not self._environment_known:
            self._refuse(f"{label} is not known: set it to sandbox or production")

    def _find(self, name: str) -> tuple[str, str | None]:
        """Return what to call the setting in a reason (with the variable, if it came from one), and its value."""
        for source in self._sources:
            for key in (name, _snake(name)):
                if (value := source.get(key)) is not None and str(value).strip():
                    return self._called(name), str(value)
        for variable in _VARIABLES[name]:
            if self._environ.get(variable, "").strip():
                return f"{self._called(name)} (from {variable})", self._environ[variable]
        return self._called(name), None

    def _called(self, name: str) -> str:
        return f"paygentic:{name}" if self._provider is None else f"{_snake(name)} of provider {self._provider!r}"

    def _to_set(self, name: str, value: str, *, secret: bool = False) -> str:
        if self._provider is not None:
            return f"give the provider {_snake(name)}={value!r}"
        return f"run `pulumi config set {'--secret ' if secret else ''}paygentic:{name} {value}`"

    def _refuse(self, reason: str) -> str:
        self.reasons.append(reason)
        return ""

    def api_key(self) -> str:
        label, value = self._find("apiKey")
        if value is None:
            to_set = self._to_set("apiKey", "...", secret=True)
            return self._refuse(f"{label} is not set: {to_set} or set PAYGENTIC_API_KEY")
        if not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", value):
            return self._refuse(f"{label} holds whitespace or another character that no key has: copy the key again")
        belongs = next((of for prefix, of in _KEY_PREFIXES.items() if value.startswith(prefix)), self.environment)
        if belongs != self.environment and self._environment_known:
            return self._refuse(
                f"{label} is a {belongs} key, and {self._called('environment')} is {self.environment}: use a key of"
                f" that environment, or {self._to_set('environment', belongs)}"
            )
        return value

    def merchant_id(self) -> str:
        label, value = self._find("merchantId")
        if value is None:
            return self._refuse(
                f"{label} is not set: {self._to_set('merchantId', 'org_...')} or set PAYGENTIC_MERCHANT_ID"
            )
        if not re.fullmatch(r"org_[a-zA-Z0-9]+", value):
            return self._refuse(f"{label} is not org_ followed by letters and digits: copy it from the dashboard")
        return value

    def base_url(self) -> str:
        label, value = self._find("baseUrl")
        if value is None:
            return DEFAULT_BASE_URL[self.environment]
        try:
            return normalise_base_url(value, self.environment)
        except ValueError as problem:
            return self._refuse(f"{label} {problem}")

    def number(self, name: str, default: _T, *, least: float, most: float, whole: bool = False) -> float | _T:
        label, value = self._find(name)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if least <= number <= most and not (whole and number % 1):  # no comparison with a NaN holds
            return number
        kind = "whole number" if whole else "number"
        self._refuse(f"{label} is not a {kind} from {least:g} to {most:.0f}: correct it or take it out")
        return default

    def flag(self, name: str) -> bool:
        label, value = self._find(name)
        known = {"true": True, "1": True, "false": False, "0": False}
        if value is not None and value.strip().lower() not in known:
            self._refuse(f"{label} is neither true nor false: correct it or take it out")
        return known.get((value or "").strip().lower(), False)
