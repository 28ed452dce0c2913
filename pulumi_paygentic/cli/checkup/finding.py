"""A finding of the doctor: a fact, and the action that it asks for."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "note", "warning", "problem"]


class Finding(NamedTuple):
    """One finding: `problem` stops `pulumi up`, `warning` may, `note` is for information."""

    area: str
    level: Level
    text: str
    advice: str = ""
