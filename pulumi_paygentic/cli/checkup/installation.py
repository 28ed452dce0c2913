"""The installation: Python, Pulumi's SDK and CLI, and whether these versions go together."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from pulumi_paygentic.cli.checkup.finding import Finding
from pulumi_paygentic.cli.pulumi_program import pulumi_result

AREA: Final = "installation"
PYTHONS: Final = ((3, 10), (3, 14))
"""The oldest and the newest Python that the tests run on."""
SDKS: Final = ("3.235.0", "3.272.0")
"""The oldest and the newest SDK that the tests run with."""
IMPORTS: Final = "3.254.0"
"""The first CLI whose `pulumi import --file` adopts objects of this package."""
PLUGINS: Final = ("pulumi-language-python", "pulumi-resource-pulumi-python")


def installation() -> Iterator[Finding]:
    """Yield the findings about what is installed."""
    yield from _python(sys.version_info[:2])
    sdk = metadata.version("pulumi")
    yield from _sdk(sdk)
    yield Finding(AREA, "ok", f"pulumi-paygentic {metadata.version('pulumi-paygentic')}")
    program = shutil.which("pulumi")
    if program is None:
        yield Finding(
            AREA,
            "problem",
            "The Pulumi CLI is not on PATH",
            "Install it from https://www.pulumi.com/docs/install, or add its folder to PATH",
        )
        return
    done = pulumi_result("version", cwd=Path())
    cli = done.stdout.strip().removeprefix("v")
    if done.returncode != 0 or not re.match(r"\d+\.\d+", cli):
        yield Finding(AREA, "problem", f"{program} does not say its version", "Install the Pulumi CLI again")
        return
    yield from _pair(cli, sdk)
    for plugin in PLUGINS:
        if shutil.which(plugin) is None and not os.access(Path(program).parent / plugin, os.X_OK):
            yield Finding(
                AREA, "problem", f"{plugin} is not beside the Pulumi CLI", "Install the Pulumi CLI again, whole"
            )


def numbers(version: str) -> tuple[int, ...]:
    """The first three numbers of a version, for comparisons."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _python(version: tuple[int, ...]) -> Iterator[Finding]:
    text = f"Python {platform.python_version()}"
    oldest, newest = PYTHONS
    if oldest <= version <= newest:
        yield Finding(AREA, "ok", text)
    else:
        span = f"{oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}"
        yield Finding(AREA, "warning", f"{text} is not tested", f"Use Python {span}")


def _sdk(version: str) -> Iterator[Finding]:
    text = f"Pulumi's SDK {version}"
    if numbers(SDKS[0]) <= numbers(version) <= numbers(SDKS[1]):
        yield Finding(AREA, "ok", text)
    else:
        way = f"Install pulumi>={SDKS[0]},<={SDKS[1]}, or a later version of pulumi-paygentic"
        yield Finding(AREA, "warning", f"{text} is not tested", way)


def _pair(cli: str, sdk: str) -> Iterator[Finding]:
    """Say whether CLI and SDK go together: a newer SDK uses what an older engine does not know."""
    text = f"Pulumi CLI {cli}"
    if numbers(cli) < numbers(sdk):
        yield Finding(
            AREA,
            "warning",
            f"{text} is older than the SDK, {sdk}: previews may show replacements that are none",
            f"Upgrade the CLI to {sdk} or later",
        )
    elif numbers(cli) < numbers(IMPORTS):
        yield Finding(AREA, "warning", f"{text} can't import objects", f"Upgrade it to {IMPORTS} or later")
    else:
        yield Finding(AREA, "ok", text)
