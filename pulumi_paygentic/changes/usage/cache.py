"""The lines of issued invoices, on disk: they don't change, so they are asked for once.

One file for each account, in the user's cache folder, readable by the user alone: it has customers' amounts in it. It
has no key in it. Whatever can't be read of it counts as absent; an invoice whose subtotal or number of lines differs
from the cached one is asked for again (a refund can add a line).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

FORMAT: Final = "paygentic-invoice-lines-1"
"""The first field of every entry; another one is an entry of another version, and absent to this one."""
_MOST_ENTRIES: Final = 100_000
_FIELDS: Final = (
    "eventType",
    "eventSourceId",
    "priceId",
    "invoiceDisplayName",
    "lineItemType",
    "quantity",
    "taxRate",
    "unitPrice",
    "totalPrice",
    "periodStart",
    "periodEnd",
)


def cache_path(base_url: str, merchant_id: str, environment: Mapping[str, str] | None = None) -> Path:
    """Return the file for an account, named by a digest of its address and its merchant.

    In `$XDG_CACHE_HOME` or the system's usual place for caches: `~/.cache`, `~/Library/Caches` on macOS,
    `%LOCALAPPDATA%` on Windows.
    """
    variables = os.environ if environment is None else environment
    if given := variables.get("XDG_CACHE_HOME"):
        folder = Path(given)
    elif sys.platform == "win32":  # pragma: no cover  the tests run elsewhere
        folder = Path(variables.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":  # pragma: no cover  the tests run elsewhere
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = Path(variables.get("HOME") or Path.home()) / ".cache"
    digest = hashlib.sha256(f"{base_url.rstrip('/')} {merchant_id}".encode()).hexdigest()[:20]
    return folder / "pulumi-paygentic" / f"invoices-{digest}.jsonl"


class InvoiceCache:
    """The lines of issued invoices by invoice; in memory only if it is given no path.

    Nothing that goes wrong with the file is an error: without a cache, everything is asked for.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._entries: dict[str, dict[str, Any]] = {}
        self._changed = False
        if path is not None:
            with suppress(OSError):
                self._read(path.read_text(encoding="utf-8", errors="replace").splitlines())

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, invoice: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """Return the lines of an issued invoice as the API sent them; None if they must be asked for."""
        entry = self._entries.get(str(invoice.get("id")))
        return entry["lines"] if entry is not None and entry["stamp"] == _stamp(invoice) else None

    def put(self, invoice: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Add the lines of an issued invoice, and return what is stored of them."""
        stored = [{name: line.get(name) for name in _FIELDS} for line in lines]
        name = str(invoice.get("id"))
        self._entries.pop(name, None)  # so that it counts as the newest
        self._entries[name] = {"format": FORMAT, "id": name, "stamp": _stamp(invoice), "lines": stored}
        self._changed = True
        return stored

    def save(self) -> None:
        """Write the file if anything is new, whole or not at all; the oldest entries go if there are very many."""
        if self.path is None or not self._changed:
            return
        with suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".invoices-")  # with mode 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                    for entry in list(self._entries.values())[-_MOST_ENTRIES:]:
                        file.write(json.dumps(entry, separators=(",", ":")) + "\n")
                Path(temporary).replace(self.path)
                self._changed = False
            except OSError:
                Path(temporary).unlink(missing_ok=True)

    def _read(self, lines: list[str]) -> None:
        for line in lines:
            with suppress(ValueError):
                entry = json.loads(line)
                if _is_entry(entry):
                    self._entries[entry["id"]] = entry


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("format") == FORMAT
        and isinstance(entry.get("id"), str)
        and isinstance(entry.get("lines"), list)
        and all(isinstance(line, dict) for line in entry["lines"])
        and "stamp" in entry
    )


def _stamp(invoice: Mapping[str, Any]) -> list[Any]:
    return [invoice.get("subtotal"), invoice.get("itemCount")]
