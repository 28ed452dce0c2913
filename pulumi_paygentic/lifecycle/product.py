"""The life of a product: known again by the ownership mark in its metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_paygentic.catalog import Mark
from pulumi_paygentic.lifecycle.collection import Answer
from pulumi_paygentic.lifecycle.errors import SameName
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle
from pulumi_paygentic.lifecycle.state import MARK


class ProductLifecycle(Lifecycle):
    """A product of the same name that this stack did not make is refused, not taken over."""

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The mark goes into the metadata."""
        body = super().body(inputs)
        mark = _mark(inputs)
        return {**body, "metadata": {**body.get("metadata", {}), **mark.metadata()}} if mark else body

    def candidates(self, inputs: Mapping[str, Any], owner: str, *, fresh: bool) -> Iterable[Answer]:
        """Products of the same name that this stack made; of several, the one that this resource made first.

        The resource's own name is only a preference: a PATCH can't change the mark, so after a rename of the resource
        the account still holds the old one.
        """
        mine = _mark(inputs)
        marked = [
            (Mark.of(answer.get("metadata") or {}), answer) for answer in super().candidates(inputs, owner, fresh=fresh)
        ]
        ours = [(mark, answer) for mark, answer in marked if mine and mark and mark[:2] == mine[:2]]
        if marked and not ours and not inputs.get("allow_same_name"):
            mark, answer = marked[0]
            raise SameName(inputs["name"], answer["id"], mark)
        return [answer for mark, answer in sorted(ours, key=lambda one: one[0] != mine)]

    def may_change(self, answer: Answer, inputs: Mapping[str, Any], owner: str) -> bool:
        """Also where the mark says that it was made for this very resource."""
        made_for = Mark.of(answer.get("metadata") or {})
        return super().may_change(answer, inputs, owner) or made_for == _mark(inputs)


def _mark(inputs: Mapping[str, Any]) -> Mark | None:
    return Mark.parse(inputs[MARK]) if MARK in inputs else None
