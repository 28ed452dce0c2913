"""A product of a merchant; metrics, plans and fees belong to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pulumi_paygentic.catalog.behaviour import create_only, local, mutable, read_only
from pulumi_paygentic.catalog.mark import MARK_PREFIX, Mark
from pulumi_paygentic.catalog.model import CatalogObject, Values
from pulumi_paygentic.catalog.values import Flag, MerchantId, Name, Text, Timestamp
from pulumi_paygentic.catalog.violations import Violation, shortened


class Product(CatalogObject):
    """A product that a merchant sells."""

    path: ClassVar[str] = "/v0/products"
    id_prefix: ClassVar[str] = "prod"
    title: ClassVar[str] = "product"
    natural_key: ClassVar[tuple[str, ...]] = ("name",)
    marked: ClassVar[bool] = True
    replacement_effect: ClassVar[str] = (
        "its metrics, fees, prices and plans would be replaced with it, and subscribers would stay on the old plans"
    )

    merchant_id: Annotated[MerchantId, create_only()]
    name: Annotated[Name, mutable()]
    description: Annotated[Text, mutable()]
    metadata: Annotated[dict[str, Text] | None, create_only(default={})] = None
    allow_same_name: Annotated[Flag | None, local(default=False)] = None
    allow_replace: Annotated[Flag | None, local(default=False)] = None
    created_at: Annotated[Timestamp | None, read_only()] = None
    updated_at: Annotated[Timestamp | None, read_only()] = None

    @classmethod
    def rules(cls, given: Values) -> Iterator[Violation]:
        """Refuse the metadata keys of the ownership mark."""
        metadata = given.get("metadata")
        if isinstance(metadata, Mapping):
            for key in metadata:
                if key.startswith(MARK_PREFIX):
                    yield Violation(
                        f"metadata.{shortened(key)}",
                        f"is reserved for the ownership mark, as all keys that begin with {MARK_PREFIX}: rename it",
                    )

    @classmethod
    def outputs(cls, answer: Values) -> dict[str, object]:
        """Return the outputs without the mark, so that it never shows in a diff."""
        return super().outputs({**answer, "metadata": Mark.strip(answer.get("metadata") or {})})
