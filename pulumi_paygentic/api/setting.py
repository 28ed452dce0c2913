"""The table of settings: the name of each, its environment variables, its meaning, and how its text is read.

Everything that repeats a setting is derived from `SETTINGS` or held equal to it by a test: the variables, the fields of
`Settings`, the arguments of `paygentic.Provider` and the README's table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pulumi_paygentic.api.base_url import normalise_base_url

Environment = Literal["sandbox", "production"]

KEY_PREFIXES: Mapping[Environment, str] = {"sandbox": "sk_test_", "production": "sk_live_"}


class Wording(NamedTuple):
    """The names of settings in a reason: those of the stack's configuration, or an explicit provider's arguments."""

    provider: str | None = None

    def called(self, setting: Setting) -> str:
        """Return the name of the setting."""
        if self.provider is None:
            return f"paygentic:{setting.name}"
        return f"{setting.argument} of provider {self.provider!r}"

    def to_set(self, setting: Setting, value: str) -> str:
        """Return how to give the setting this value."""
        if self.provider is not None:
            return f"give the provider {setting.argument}={value!r}"
        return f"run `pulumi config set {'--secret ' if setting.secret else ''}paygentic:{setting.name} {value}`"


class Given(NamedTuple):
    """The text of a setting, with what its reader needs to know; `environment` is None if that setting is wrong."""

    text: str
    environment: Environment | None
    wording: Wording


Reader = Callable[[Given], object]
"""Reads a text. Raises ValueError with the rest of a sentence that begins with the name of the setting."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, as the stack's configuration names it under `paygentic:`; `example` marks one that is required."""

    name: str
    read: Reader
    doc: str
    default: str = ""
    example: str = ""
    secret: bool = False
    more_variables: tuple[str, ...] = ()

    @property
    def argument(self) -> str:
        """The name in Python."""
        return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", self.name)

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables, the first that is set counts."""
        return (f"PAYGENTIC_{self.argument.upper()}", *self.more_variables)


def _environment(given: Given) -> Environment:
    if given.text == "sandbox":
        return "sandbox"
    if given.text == "production":
        return "production"
    raise ValueError("is not known: set it to sandbox or production")


def _api_key(given: Given) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", given.text):
        raise ValueError("contains a character that no key has, such as whitespace: copy the key again")
    belongs = next((of for of, prefix in KEY_PREFIXES.items() if given.text.startswith(prefix)), given.environment)
    if given.environment is None or belongs is None or belongs == given.environment:
        return given.text
    wanted = f"use a {given.environment} key, which begins with {KEY_PREFIXES[given.environment]}"
    # A stack that is meant for production must never be talked into another account.
    meant = f", or, if production is meant, {given.wording.to_set(ENVIRONMENT, 'production')}"
    raise ValueError(
        f"is a {belongs} key, and {given.wording.called(ENVIRONMENT)} is {given.environment}:"
        f" {wanted}{meant if belongs == 'production' else ''}"
    )


def _merchant_id(given: Given) -> str:
    if not re.fullmatch(r"org_[a-zA-Z0-9]+", given.text):
        raise ValueError("is not org_ followed by letters and digits: copy it from the dashboard")
    return given.text


def _base_url(given: Given) -> str:
    return normalise_base_url(given.text, given.environment or "sandbox")


def _number(least: float, most: float) -> Reader:
    def read(given: Given) -> float:
        return _in_range(given.text, "number", least, most)

    return read


def _whole_number(least: int, most: int) -> Reader:
    def read(given: Given) -> int:
        number = _in_range(given.text, "whole number", least, most)
        if number % 1:
            raise ValueError(_not_a("whole number", least, most))
        return int(number)

    return read


def _in_range(text: str, kind: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if least <= number <= most:  # no comparison with a NaN holds
        return number
    raise ValueError(_not_a(kind, least, most))


def _not_a(kind: str, least: float, most: float) -> str:
    return f"is not a {kind} from {least:g} to {most:.0f}: correct it or remove it"


def _flag(given: Given) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    try:
        return known[given.text.strip().lower()]
    except KeyError:
        raise ValueError("is neither true nor false: correct it or remove it") from None


API_KEY = Setting(
    name="apiKey",
    read=_api_key,
    doc="The API key, a secret: `sk_test_...` in the sandbox, `sk_live_...` in production.",
    example="...",
    secret=True,
    more_variables=("PAYGENTIC_BEARER_AUTH",),
)
MERCHANT_ID = Setting(
    name="merchantId", read=_merchant_id, doc="The merchant (`org_...`) whose catalog it is.", example="org_..."
)
ENVIRONMENT = Setting(
    name="environment",
    read=_environment,
    doc="The account's environment: `sandbox` or `production`.",
    default="`sandbox`",
)
BASE_URL = Setting(
    name="baseUrl",
    read=_base_url,
    doc="The API's address, for the emulator or a proxy; `https` unless it is on this machine.",
    default="the environment's own",
)
SETTINGS = (
    API_KEY,
    MERCHANT_ID,
    ENVIRONMENT,
    BASE_URL,
    Setting(
        name="requestsPerSecond",
        read=_number(0.001, 1_000_000),
        doc="The pace of all calls with the key, by all processes of a user on a machine.",
        default="no limit",
    ),
    Setting(
        name="requestTimeout", read=_number(0.001, 3600), doc="The seconds that one attempt may take.", default="30"
    ),
    Setting(
        name="maxRetries",
        read=_whole_number(0, 1000),
        doc="The number of further attempts of a call that is safe to repeat.",
        default="5",
    ),
    Setting(
        name="adopt",
        read=_flag,
        doc="Allow `up` to change an existing object that it finds under a declared name and that no resource held"
        " before.",
        default="`false`",
    ),
)
