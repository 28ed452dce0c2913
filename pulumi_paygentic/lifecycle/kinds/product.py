"""The finder and the steps of products: found by the ownership mark in their metadata, never by name alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_paygentic.catalog import Mark
from pulumi_paygentic.lifecycle.errors import ProductNotOwned
from pulumi_paygentic.lifecycle.finder import Adoption, Finder
from pulumi_paygentic.lifecycle.result import Live
from pulumi_paygentic.lifecycle.state import MARK
from pulumi_paygentic.lifecycle.steps import Steps


class ProductFinder(Finder):
    """Finds the products of the same name that this stack created; one that it did not create is refused."""

    def candidates(self, inputs: Mapping[str, Any], *, fresh: bool) -> Iterable[Live]:
        """Return the products of this stack, beginning with the one that this resource created.

        The resource's own name is only a preference: PATCH can't change the mark, so after a rename of the resource the
        account still holds the old one.
        """
        mine = _declared_mark(inputs)
        marked = [(_live_mark(live), live) for live in super().candidates(inputs, fresh=fresh)]
        ours = [(mark, live) for mark, live in marked if mine and mark and mark[:2] == mine[:2]]
        if marked and not ours and not inputs.get("allow_same_name"):
            mark, live = marked[0]
            raise ProductNotOwned(inputs["name"], live.id, mark)
        return [live for _, live in sorted(ours, key=lambda one: one[0] != mine)]

    def may_change(self, inputs: Mapping[str, Any], adoption: Adoption) -> bool:
        """Also if the mark says that this very resource created the product."""
        return super().may_change(inputs, adoption) or _live_mark(adoption.live) == _declared_mark(inputs)


class ProductSteps(Steps):
    """Puts the mark into the metadata of a new product."""

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The body of the POST, with the mark."""
        body = super().body(inputs)
        mark = _declared_mark(inputs)
        return {**body, "metadata": {**body.get("metadata", {}), **mark.metadata()}} if mark else body


def _declared_mark(inputs: Mapping[str, Any]) -> Mark | None:
    return Mark.parse(inputs[MARK]) if MARK in inputs else None


def _live_mark(live: Live) -> Mark | None:
    return Mark.of(live.answer.get("metadata") or {})
