"""The five operations that every collection has: create, list, read, update, delete.

A collection states its models, filters and defaults, and overrides `prepare`, `insert`, `revise`, `present` and
`check_delete` where it has rules of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage.kinds import Kind
from pulumi_paygentic.emulator.storage.store import Record


class Collection:
    """The generic behaviour; each collection of the API is a small subclass."""

    kind: ClassVar[Kind]
    path: ClassVar[str]
    create_model: ClassVar[type[Body]]
    update_model: ClassVar[type[Body]]
    deletable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    default_limit: ClassVar[int] = 10
    filters: ClassVar[Mapping[str, str]] = {}
    """Query parameters that filter by the field of the same name, with the pattern each must match."""
    required_filters: ClassVar[frozenset[str]] = frozenset()
    defaults: ClassVar[Mapping[str, Any]] = {}
    """The values that the API fills in for fields left out of a create."""

    def __init_subclass__(cls) -> None:
        """Register a collection that has a path; one without is a base of others."""
        if "path" in vars(cls):
            registry.register(lambda: cls().operations())

    def operations(self) -> Operations:
        one: dict[str, Any] = {"GET": self.read, "PATCH": self.update}
        if self.deletable:
            one["DELETE"] = self.delete
        return {self.path: {"POST": self.create, "GET": self.list_page}, f"{self.path}/{{id}}": one}

    def create(self, cx: Context) -> Answer:
        given = cx.body(self.create_model).given()
        merchant_id = given.get("merchantId")
        if merchant_id is not None:
            cx.require_merchant(merchant_id, self.kind)
        record = self.insert(cx, self.prepare(cx, given))
        return Answer(201, self.present(cx, cx.require(self.kind, record["id"])))

    def insert(self, cx: Context, fields: Record) -> Record:
        now = cx.clock.stamp()
        record = {
            "id": self.kind.new_id(),
            "object": self.kind.name,
            "merchantId": cx.merchant,
            **fields,
            "createdAt": now,
            "updatedAt": now,
        }
        cx.store.insert(self.kind, cx.merchant, record)
        return record

    def list_page(self, cx: Context) -> Answer:
        page = query.page(cx.query, self.default_limit)
        where = self.conditions(cx)
        records = cx.store.find(self.kind, where, merchant=cx.merchant, limit=page.limit, offset=page.offset)
        total = cx.store.count(self.kind, where, merchant=cx.merchant)
        return Answer(200, page.answer([self.present(cx, r) for r in records], total, listed=self.listed))

    def conditions(self, cx: Context) -> dict[str, Any]:
        where: dict[str, Any] = {}
        for name, pattern in self.filters.items():
            value = query.matching(cx.query, name, pattern)
            if value is not None:
                where[name] = value
            elif name in self.required_filters:
                raise refuse(name, "is required", "missing")
        if "merchantId" in where:
            cx.require_merchant(where.pop("merchantId"), self.kind)
        return where

    def read(self, cx: Context) -> Answer:
        return Answer(200, self.present(cx, cx.require(self.kind, cx.params["id"])))

    def update(self, cx: Context) -> Answer:
        record = cx.require(self.kind, cx.params["id"])
        changes = cx.body(self.update_model).given()
        cx.store.put({**self.revise(cx, record, changes), "updatedAt": cx.clock.stamp()})
        return Answer(200, self.present(cx, cx.require(self.kind, record["id"])))

    def delete(self, cx: Context) -> Answer:
        record = cx.require(self.kind, cx.params["id"])
        self.check_delete(cx, record)
        cx.store.delete(record["id"])
        return Answer(204)

    def prepare(self, cx: Context, given: Record) -> Record:  # noqa: ARG002
        """The fields to store for a create: those given, over the API's defaults."""
        return {**self.defaults, **given}

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:  # noqa: ARG002
        """The record after an update. `changes` has only fields of the update's model."""
        return {**record, **changes}

    def present(self, cx: Context, record: Record) -> Record:  # noqa: ARG002
        """The record as the API answers it."""
        return record

    def check_delete(self, cx: Context, record: Record) -> None:
        """Raise `Conflict` if something still uses the record."""
