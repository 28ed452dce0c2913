"""The names and ids that the service bills by: the outputs of the stack beside it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from service.languages import Tier

Api = Literal["current", "tutorial"]
PROJECT = Path(__file__).resolve().parent.parent


class CatalogError(Exception):
    """The stack's outputs can't be had, or lack something; the message says what to do."""


@dataclass(frozen=True)
class Prepaid:
    """The names of the current API: the feature that customers are entitled to, and the type of each event."""

    product: str
    feature: str
    events: dict[Tier, str]
    seconds_event: str


@dataclass(frozen=True)
class Catalog:
    """The merchant, the metric that counts the submissions of each tier, and the one that adds up seconds.

    `prepaid` is there if the stack has a plan for the current API.
    """

    merchant: str
    submissions: dict[Tier, str]
    seconds: str
    prepaid: Prepaid | None = None

    @property
    def api(self) -> Api:
        """The API that the stack's plan is for."""
        return "tutorial" if self.prepaid is None else "current"


def of_stack(stack: str | None = None) -> Catalog:
    """Ask the Pulumi CLI, in the program's folder; without a name, for the selected stack."""
    command = ["pulumi", "stack", "output", "--json", *(["--stack", stack] if stack else [])]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, encoding="utf-8", check=True)
    except FileNotFoundError:
        raise CatalogError("there is no `pulumi` on PATH: install it, or give a file with --outputs") from None
    except subprocess.CalledProcessError as error:
        raise CatalogError(f"`{' '.join(command)}` failed: {error.stderr.strip()}") from None
    return of_outputs(done.stdout)


def of_file(path: Path) -> Catalog:
    """What `pulumi stack output --json` printed, kept in a file."""
    try:
        return of_outputs(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"{path} can't be read: {error.strerror}") from None


def of_outputs(text: str) -> Catalog:
    """The ids among a stack's outputs, given as JSON."""
    try:
        outputs = json.loads(text)
        metrics = outputs["metrics"]
        counted: dict[Tier, str] = {"basic": metrics["basic"], "premium": metrics["premium"]}
        prepaid = _prepaid(outputs) if outputs.get("api") == "current" else None
        return Catalog(outputs["merchant"], counted, metrics["seconds"], prepaid)
    except ValueError:
        raise CatalogError("the stack's outputs are not JSON") from None
    except (KeyError, TypeError):
        raise CatalogError("the stack has no outputs `merchant` and `metrics`: run `pulumi up` first") from None


def _prepaid(outputs: dict[str, Any]) -> Prepaid:
    events = outputs["events"]
    counted: dict[Tier, str] = {"basic": events["basic"], "premium": events["premium"]}
    return Prepaid(outputs["product"], outputs["feature"], counted, events["seconds"])
