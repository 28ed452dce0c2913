"""The ownership mark in a product's metadata: the project, stack and resource that created the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

MARK_PREFIX: Final = "pulumi-"
_KEYS: Final = ("pulumi-project", "pulumi-stack", "pulumi-resource")


class Mark(NamedTuple):
    """Project, stack and name of the resource that created a product."""

    project: str
    stack: str
    resource: str

    def __str__(self) -> str:
        return "/".join(self)

    @classmethod
    def parse(cls, text: str) -> Mark:
        """The mark as `str()` gave it; neither a project's nor a stack's name holds a slash."""
        project, stack, resource = text.split("/", 2)
        return cls(project, stack, resource)

    @classmethod
    def for_urn(cls, urn: str) -> Mark | None:
        """The mark of the resource with this URN; the types of its parents tell apart those of one name."""
        if not urn:
            return None
        stack, project, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
        parents = types.rpartition("$")[0]
        return cls(project, stack, f"{parents}${name}" if parents else name)

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Mark | None:
        """The mark in a product's metadata, None where there is none."""
        values = [metadata.get(key) for key in _KEYS]
        return cls(*map(str, values)) if all(isinstance(value, str) for value in values) else None

    def metadata(self) -> dict[str, str]:
        """The mark as it stands in the metadata."""
        return dict(zip(_KEYS, self, strict=True))

    @staticmethod
    def strip(metadata: Mapping[str, Any]) -> dict[str, Any]:
        """The metadata without the mark."""
        return {key: value for key, value in metadata.items() if key not in _KEYS}
