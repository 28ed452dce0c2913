"""The store: JSON records in SQLite, one transaction a request.

WAL with `synchronous=NORMAL`: a commit is in the operating system's hands before the answer leaves, so killing the
process loses nothing that was acknowledged; only a power cut could.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from pulumi_paygentic.emulator.storage import tables
from pulumi_paygentic.emulator.storage.kinds import Kind

Record = dict[str, Any]


class StoreError(Exception):
    """The data file cannot be used; the message says why."""


class Derived(Protocol):
    """Totals kept in memory. Whoever keeps them adds events that are new; any other change of events drops them."""

    def drop(self) -> None:
        """Forget everything."""


D = TypeVar("D", bound=Derived)


class Store:
    """Every object of every merchant. Deleting is soft, as in the API: an id is never given twice."""

    def __init__(self, path: str | None = None) -> None:
        self._lock = threading.RLock()
        self._derived: dict[type[Derived], Derived] = {}
        self._wrote_events = False
        if path is not None and not path.strip():
            raise StoreError("the emulator's data file has no name: give one, or none to keep nothing")
        try:
            if path is not None:
                _make_private(path)
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=1, isolation_level=None, check_same_thread=False
            )
            # One that was never closed is closed when it goes: Python 3.13 warns of any that is not.
            weakref.finalize(self, self._connection.close)
            self._prepare(path)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot use {path} as the emulator's data file: {error}") from error

    def _prepare(self, path: str | None) -> None:
        self.sql("PRAGMA locking_mode = EXCLUSIVE")  # a second emulator on the same file is refused
        self.sql("PRAGMA journal_mode = WAL")
        self.sql("PRAGMA synchronous = NORMAL")
        with self.transaction():
            [(used,)] = self.sql("SELECT count(*) FROM sqlite_master")
            if used == 0:
                self.sql(f"PRAGMA application_id = {tables.APPLICATION}")
                self.sql(f"PRAGMA user_version = {tables.LAYOUT}")
            [(application,)], [(layout,)] = self.sql("PRAGMA application_id"), self.sql("PRAGMA user_version")
            if (application, layout) != (tables.APPLICATION, tables.LAYOUT):
                raise StoreError(f"{path} is not a data file of this emulator")
            for statement in tables.SCHEMA:
                self.sql(statement)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin a transaction; an error in it leaves nothing written."""
        with self._lock:
            self.sql("BEGIN IMMEDIATE")
            self._wrote_events = False
            try:
                yield
                self.sql("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # not after a commit that failed for good
                    self.sql("ROLLBACK")
                if self._wrote_events:
                    self._drop_derived()
                raise

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Let everything written to objects within be as if it never was, but not the transaction around it."""
        self.sql("SAVEPOINT rolled_back")
        try:
            yield
        finally:
            self.sql("ROLLBACK TO rolled_back")
            self.sql("RELEASE rolled_back")

    def derived(self, kind: type[D]) -> D:
        """The store's one object of that class, made when it is first asked for."""
        found = self._derived.get(kind)
        if not isinstance(found, kind):
            found = self._derived[kind] = kind()
        return found

    def _drop_derived(self) -> None:
        for totals in self._derived.values():
            totals.drop()

    def wrote_events(self, *, others: bool = False) -> None:
        """Note a write of events, in its transaction; `others` says that it changed events that were there."""
        self._wrote_events = True
        if others:
            self._drop_derived()

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, parameters).fetchall()

    def stream(self, statement: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield rows one by one; nothing may be written in between."""
        with self._lock:
            yield from self._connection.execute(statement, parameters)

    def insert(self, kind: Kind, merchant: str, record: Record) -> None:
        self.sql(
            "INSERT INTO objects (id, kind, merchant, body) VALUES (?, ?, ?, ?)",
            (record["id"], kind.name, merchant, json.dumps(record)),
        )

    def put(self, record: Record) -> None:
        self.sql("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(record), record["id"]))

    def delete(self, object_id: str) -> None:
        self.sql("UPDATE objects SET deleted = 1 WHERE id = ?", (object_id,))

    def get(self, kind: Kind, object_id: str) -> Record | None:
        rows = self.sql(
            "SELECT body FROM objects WHERE id = ? AND kind = ? AND deleted = 0",
            (object_id, kind.name),
        )
        return read_record(rows[0][0]) if rows else None

    def owner(self, object_id: str) -> str:
        """The merchant of a record that exists."""
        [(merchant,)] = self.sql("SELECT merchant FROM objects WHERE id = ?", (object_id,))
        return str(merchant)

    def find(
        self,
        kind: Kind,
        where: Mapping[str, Any] | None = None,
        *,
        merchant: str | None = None,
        limit: int = -1,
        offset: int = 0,
        newest_first: bool = False,
    ) -> list[Record]:
        condition, parameters = _condition(kind, where, merchant)
        order = "DESC" if newest_first else "ASC"
        rows = self.sql(
            f"SELECT body FROM objects WHERE {condition} ORDER BY seq {order} LIMIT ? OFFSET ?",  # noqa: S608
            (*parameters, limit, offset),
        )
        return [read_record(body) for (body,) in rows]

    def count(self, kind: Kind, where: Mapping[str, Any] | None = None, *, merchant: str | None = None) -> int:
        condition, parameters = _condition(kind, where, merchant)
        [(total,)] = self.sql(f"SELECT count(*) FROM objects WHERE {condition}", parameters)  # noqa: S608
        return int(total)

    def purge(self, kinds: Iterable[Kind], merchant: str | None = None) -> None:
        """Remove all objects of these kinds for good, deleted ones included."""
        for kind in kinds:
            if merchant is None:
                self.sql("DELETE FROM objects WHERE kind = ?", (kind.name,))
            else:
                self.sql("DELETE FROM objects WHERE kind = ? AND merchant = ?", (kind.name, merchant))
        self.sql("DELETE FROM slots WHERE version NOT IN (SELECT id FROM objects)")

    def forget(self, merchant: str | None = None, customer: str | None = None) -> None:
        """Remove usage and charges: all, a merchant's, or one customer's."""
        for table in tables.OWNED:
            self.sql(
                f"DELETE FROM {table} WHERE merchant = coalesce(?, merchant) AND (? IS NULL OR customer = ?)",  # noqa: S608
                (merchant, customer, customer),
            )
        if customer is None:
            self.sql("DELETE FROM invoice_numbers WHERE merchant = coalesce(?, merchant)", (merchant,))
        self.wrote_events(others=True)


def read_record(body: str) -> Record:
    record: Record = json.loads(body)
    return record


def _condition(kind: Kind, where: Mapping[str, Any] | None, merchant: str | None) -> tuple[str, list[Any]]:
    clauses, parameters = ["kind = ?", "deleted = 0"], [kind.name]
    if merchant is not None:
        clauses.append("merchant = ?")
        parameters.append(merchant)
    for field, value in (where or {}).items():
        clauses.append(f"json_extract(body, '$.{field}') IS ?")  # field names are the modules' own constants
        parameters.append(value)
    return " AND ".join(clauses), parameters


def _make_private(path: str) -> None:
    """Make a new file its owner's alone, since it will hold customers; SQLite gives its log files the same mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
