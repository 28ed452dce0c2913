"""The JSON schema of a field's type, read at the path of a nested value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

Node = Mapping[str, Any]
Path = Iterable[int | str]


class Schema(NamedTuple):
    """A JSON schema with its definitions; a union is followed in all of its branches."""

    root: Node

    def keys(self, path: Path) -> list[str]:
        """The keys that the mapping at this path may have, sorted."""
        return sorted({key for node in self._at(path) for key in node.get("properties", ())})

    def formats(self, path: Path) -> set[str]:
        """The formats that the value at this path may have."""
        return {node["format"] for node in self._at(path) if "format" in node}

    def mentions(self, form: str) -> bool:
        """Return whether a value of the schema may have this format, at any depth."""
        return form in self.all_formats()

    def all_formats(self) -> set[str]:
        """The formats that values of the schema may have, at any depth."""
        pending: list[Any] = [self.root]
        found: set[str] = set()
        while pending:
            node = pending.pop()
            if isinstance(node, Mapping):
                if isinstance(node.get("format"), str):
                    found.add(node["format"])
                pending += node.values()
            elif isinstance(node, list):
                pending += node
        return found

    def prune(self, value: Any, path: tuple[int | str, ...] = ()) -> Any:
        """The value without the keys that the schema does not know, at any depth."""
        if isinstance(value, Mapping):
            known = self.keys(path)
            objects = [node for node in self._at(path) if node.get("type") == "object"]
            closed = bool(objects) and all(node.get("additionalProperties") is False for node in objects)
            return {k: self.prune(v, (*path, k)) for k, v in value.items() if k in known or not closed}
        if isinstance(value, list):
            return [self.prune(item, (*path, index)) for index, item in enumerate(value)]
        return value

    def _at(self, path: Path) -> list[Node]:
        nodes = list(self._branches(self.root))
        for step in path:
            named = [node for node in nodes if node.get("title") == step]
            inner = [self._inner(node, step) for node in nodes]
            nodes = named or [branch for node in inner if node is not None for branch in self._branches(node)]
        return nodes

    def _branches(self, node: Node) -> Iterator[Node]:
        if "$ref" in node:
            node = self.root["$defs"][node["$ref"].rpartition("/")[2]]
        options = [*node.get("anyOf", ()), *node.get("oneOf", ())]
        if not options:
            yield node
        for option in options:
            yield from self._branches(option)

    def _inner(self, node: Node, step: int | str) -> Node | None:
        if isinstance(step, int):
            found = node.get("items")
        else:
            found = node.get("properties", {}).get(step, node.get("additionalProperties"))
        return found if isinstance(found, Mapping) else None
