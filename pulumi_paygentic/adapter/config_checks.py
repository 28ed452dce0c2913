"""Checks of the stack's configuration and of resource options, made in the program's own process."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

import pulumi

from pulumi_paygentic.adapter.sdk_internals import CONFIG, get_config_env, is_config_secret
from pulumi_paygentic.adapter.session import NAMES

_SPACE: Final = "paygentic:"


def config_problems() -> Iterator[str]:
    """Yield every reason against the stack's configuration that the provider would find too late, or not at all."""
    if pulumi.Config("paygentic").get("apiKey") and not is_config_secret("paygentic:apiKey"):
        yield (
            "paygentic:apiKey is configured in plain text, and the state would hold it so: run"
            " `pulumi config set --secret paygentic:apiKey ...`, or set PAYGENTIC_API_KEY instead."
            " If `pulumi up` ran with it before, replace the key"
        )
    if pulumi.get_project() == "paygentic":
        return  # a project of that name has settings of its own in the same namespace
    for key in sorted({**get_config_env(), **CONFIG.get()}):
        name = key.removeprefix(_SPACE)
        if key.startswith(_SPACE) and name not in NAMES:
            close = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"Did you mean {_SPACE}{close[0]}?" if close else f"Known settings: {', '.join(NAMES)}."
            yield f"{key} is an unknown setting. {hint} Remove it with `pulumi config rm {key}`"


def import_problem(opts: pulumi.ResourceOptions | None) -> str | None:
    """Return the reason against `import_`, which Pulumi would answer with a traceback; None if it is not used."""
    if opts is None or opts.import_ is None:
        return None
    return (
        "import_ is not supported for dynamic resources, a limit of Pulumi: declare adopt_id to adopt an existing"
        " object"
    )


def ignored_options(opts: pulumi.ResourceOptions | None) -> Iterator[str]:
    """Every option that has no effect, because Pulumi hands it to no dynamic provider."""
    if opts is not None and opts.custom_timeouts is not None:
        yield (
            "custom_timeouts has no effect, because Pulumi does not hand it to dynamic resources: set"
            " paygentic:requestTimeout, or request_timeout of an explicit paygentic.Provider, which is how many seconds"
            " each attempt of a call may take"
        )
