"""The ledger: every submission that was taken, what it used, and whether that is billed. Its code is not kept.

What ran and is not billed yet is found here after a crash, and billed then; the submission's id is the key under which
the API bills it once.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from service.languages import Tier

Status = Literal["queued", "running", "finished", "stopped", "accepted", "interrupted"]


@dataclass(frozen=True)
class Submission:
    """`seconds` is what is billed, once that is known; `usage` the id under which it was, `refused` why it can't be."""

    id: str
    customer: str
    language: str
    tier: Tier
    status: Status = "queued"
    reservation: str | None = None
    started: str | None = None
    exit_code: int | None = None
    stopped_by: str | None = None
    output: str | None = None
    seconds: int | None = None
    usage: str | None = None
    refused: str | None = None


_COLUMNS = [field.name for field in fields(Submission)]
_SCHEMA = f"""\
CREATE TABLE IF NOT EXISTS submissions ({", ".join(_COLUMNS)}, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unbilled ON submissions (id) WHERE seconds IS NOT NULL AND usage IS NULL AND refused IS NULL;
CREATE INDEX IF NOT EXISTS unsettled ON submissions (customer) WHERE usage IS NULL AND refused IS NULL;
"""
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM submissions"  # noqa: S608 - names of ours
_UNBILLED = "seconds IS NOT NULL AND usage IS NULL AND refused IS NULL"


class Ledger:
    """An SQLite file of one service: two services on one file would each take up the other's submissions."""

    def __init__(self, path: Path) -> None:
        with suppress(FileExistsError):  # a new file is its owner's alone: it will hold what customers' programs wrote
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def add(self, submission: Submission) -> None:
        marks = ", ".join("?" * len(_COLUMNS))
        self._db.execute(f"INSERT INTO submissions VALUES ({marks})", astuple(submission))  # noqa: S608 - as above

    def update(self, submission_id: str, **changes: Any) -> None:
        """One statement is one transaction, on disk when this returns."""
        assignments = ", ".join(f"{name} = ?" for name in changes)
        self._db.execute(
            f"UPDATE submissions SET {assignments} WHERE id = ?",  # noqa: S608 - as above
            (*changes.values(), submission_id),
        )

    def find(self, submission_id: str) -> Submission | None:
        return next(self._read("id = ?", submission_id), None)

    def unbilled(self) -> list[Submission]:
        return list(self._read(_UNBILLED))

    def unsettled(self, customer: str) -> dict[str, int | None]:
        """The seconds by id that the customer's unbilled submissions used, None for one that has not ended."""
        statement = (
            "SELECT id, seconds FROM submissions WHERE customer = ? AND usage IS NULL AND refused IS NULL"
            " AND status <> 'interrupted'"
        )
        return dict(self._db.execute(statement, (customer,)).fetchall())

    def interrupt(self) -> int:
        """What was under way when the service ended did not run to its end by our fault, and is not billed."""
        statement = "UPDATE submissions SET status = 'interrupted' WHERE status IN ('queued', 'running')"
        return self._db.execute(statement).rowcount

    def _read(self, condition: str, *values: object) -> Any:
        return (Submission(*row) for row in self._db.execute(f"{_SELECT} WHERE {condition}", values))


def now() -> str:
    """As the API takes moments."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
