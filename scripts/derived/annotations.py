"""The annotations of arguments as a reader wants them: without Pulumi's wrappers, with literals spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

_WRAPPED = re.compile(r"(?:pulumi\.)?(?:Input|NotRequired)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")


class Type:
    """The annotation of one argument, as it is written in `module`."""

    def __init__(self, annotation: str, module: Any) -> None:
        self._module = module
        while (plain := _WRAPPED.sub(r"\1", annotation)) != annotation:
            annotation = plain
        self._parts = [part for part in re.split(r" \| (?![^\[]*\])", annotation) if part != "None"]

    def markdown(self) -> str:
        """Return the alternatives, joined by `or`."""
        return " or ".join(dict.fromkeys(self._of(part) for part in self._parts))

    def shapes(self) -> Iterator[str]:
        """Yield the names of the mappings that the annotation refers to."""
        for part in self._parts:
            for name in re.findall(r"\w+Args\b", part):
                value = getattr(self._module, name)
                yield from [name] if isinstance(value, type) else [option.__name__ for option in get_args(value)]

    def _of(self, part: str) -> str:
        value = getattr(self._module, part, None)
        if part.startswith("Literal["):
            options = part.removeprefix("Literal[").rstrip("]").replace("'", '"').split(",")
            return " or ".join(f"`{option.strip()}`" for option in options)
        if get_origin(value) is Literal:
            return " or ".join(f'`"{option}"`' for option in get_args(value))
        if shapes := get_args(value):
            return " or ".join(_linked(shape.__name__) for shape in shapes)
        if match := re.fullmatch(r"(Sequence|Mapping)\[(?:str, )?(\w+)\]", part):
            return f"{'list' if match[1] == 'Sequence' else 'mapping'} of {self._of(match[2])}"
        return _linked(part)


def _linked(name: str) -> str:
    return f"[`{name}`](#{name.lower()})" if name.endswith("Args") else f"`{name}`"
