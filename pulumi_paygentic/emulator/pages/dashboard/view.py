"""The frame of every dashboard page: its merchant, its navigation, and a version that changes with its content."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.pages import show
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage.kinds import Kind
from pulumi_paygentic.emulator.storage.store import Record

DASHBOARD = "/dashboard"
SECTIONS = (
    ("", "Overview"),
    ("/catalog", "Catalog"),
    ("/customers", "Customers"),
    ("/links", "Links"),
    ("/webhooks", "Webhooks"),
)
ON_A_PAGE = 25
_THIS_PROCESS = secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class View:
    """One request to a merchant's dashboard, which acts for that merchant and needs no key."""

    cx: Context

    @property
    def request(self) -> Request:
        return self.cx.request

    @property
    def emulator(self) -> Emulator:
        return self.cx.emulator

    def href(self, path: str, **query: str | int) -> str:
        """The address of a page of the same merchant."""
        others = {} if self.cx.account == self.emulator.accounts.first else {"merchant": self.cx.merchant}
        text = urlencode({**query, **others})
        return f"{DASHBOARD}{path}" + (f"?{text}" if text else "")

    def version(self) -> str:
        """The page's version: changes with every write, and every minute because links expire and periods end."""
        [(changes,)] = self.cx.store.sql("SELECT total_changes()")
        return f'"{_THIS_PROCESS}-{changes}-{self.cx.clock.now():%Y%m%d%H%M}"'

    def page(self, template: str, section: str, status: int = 200, **values: Any) -> Response:
        response = show(
            f"dashboard/{template}",
            status,
            view=self,
            here=section,
            sections=SECTIONS,
            merchant=self.cx.account,
            accounts=list(self.emulator.accounts),
            version=self.version(),
            **values,
        )
        response.headers["ETag"] = self.version()
        return response

    def some(self, kind: Kind, *, newest_first: bool = False) -> tuple[list[Record], Pages]:
        """The merchant's records on this page of the list."""
        pages = Pages(self.asked_page(), self.cx.store.count(kind, merchant=self.cx.merchant))
        found = self.cx.store.find(
            kind, merchant=self.cx.merchant, limit=ON_A_PAGE, offset=pages.offset, newest_first=newest_first
        )
        return found, pages

    def asked_page(self) -> int:
        text = self.request.query_params.get("page", "1")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1


class Pages:
    """The position of a page in a long list."""

    def __init__(self, asked: int, total: int) -> None:
        self.total = total
        self.last = max(1, -(-total // ON_A_PAGE))
        self.number = min(max(1, asked), self.last)
        self.offset = (self.number - 1) * ON_A_PAGE


def view_of(emulator: Emulator, request: Request) -> View | None:
    """The view of the requested merchant, else of the first; None for an unknown one."""
    merchant_id = request.query_params.get("merchant", emulator.accounts.first.merchant_id)
    if not emulator.accounts.knows(merchant_id):
        return None
    return View(Context(emulator, emulator.accounts.of(merchant_id), request))
