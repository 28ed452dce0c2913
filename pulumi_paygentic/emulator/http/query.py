"""Query strings: pages and filters, read as strictly as the description states them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams

from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.storage import clock
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record

_MOST_ROWS = 2**63 - 1


class Page(NamedTuple):
    limit: int
    offset: int

    def answer(self, data: list[Record], total: int, *, listed: bool) -> dict[str, Any]:
        """The list's envelope; `listed` for the collections whose description adds `object: "list"`."""
        envelope: dict[str, Any] = {"object": "list"} if listed else {}
        return {**envelope, "data": data, "pagination": {"limit": self.limit, "offset": self.offset, "total": total}}


def page(query: QueryParams, default_limit: int = 10) -> Page:
    return Page(
        limit=whole_number(query, "limit", default_limit, least=1, most=100),
        offset=whole_number(query, "offset", 0, least=0, most=_MOST_ROWS),
    )


def whole_number(query: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", text) or not least <= int(text) <= most:
        raise refuse(name, f"must be a whole number from {least} to {most}", "out_of_range")
    return int(text)


def flag(query: QueryParams, name: str) -> bool:
    text = query.get(name, "false")
    if text not in {"true", "false"}:
        raise refuse(name, "must be true or false")
    return text == "true"


def matching(query: QueryParams, name: str, pattern: str) -> str | None:
    """Read a filter's value; refuse one that does not have the described form."""
    text = query.get(name)
    if text is not None and not re.fullmatch(pattern, text, re.ASCII):
        raise refuse(name, f"must match {pattern}", "string_pattern_mismatch")
    return text


def moment(query: QueryParams, name: str) -> datetime | None:
    """Read a moment that may be left out."""
    text = query.get(name)
    try:
        return None if text is None else parse_date_time(text)
    except ValueError as error:
        raise refuse(name, str(error)) from None


def time_range(query: QueryParams, start: str, end: str) -> tuple[int, int]:
    """Read two required moments, in milliseconds since 1970; the second must not be before the first."""
    times = []
    for name in (start, end):
        text = query.get(name)
        if text is None:
            raise refuse(name, "is required", "missing")
        try:
            times.append(clock.milliseconds(parse_date_time(text)))
        except ValueError as error:
            raise refuse(name, str(error)) from None
    if times[1] < times[0]:
        raise refuse(end, f"must not be before {start}")
    return times[0], times[1]
