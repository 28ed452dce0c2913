"""Reading a whole collection page by page, while others add to it and delete from it.

Offsets count from the front, so an object that is deleted on a page already read moves all later ones up by one, and
the first of the next page is never shown. A missed object would be created a second time, so a pass that may have
missed some (the total fell, or fewer came than there were at its start) is followed by another, three in all,
until two agree. Objects that are added do no harm: at most an old one comes twice, and no id is given twice. One
added and one deleted between two pages can cancel out in the counts; the counts do not show that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE_SIZE = 100  # the most that the API gives
_MAX_PASSES = 3
_MAX_STALE = 10
_MAX_PAGES = 10_000  # a million objects: a server that sends more ignores the offset


class NotAList(Exception):
    """The response is not a page of a list; the text says in half a sentence why."""


@dataclass(frozen=True)
class _Page:
    items: dict[str, dict[str, Any]]
    length: int
    limit: int | None
    total: int | None

    @classmethod
    def read(cls, answer: dict[str, Any]) -> _Page:
        data = answer.get("data")
        if not isinstance(data, list):
            raise NotAList("without a list in data")
        if not all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in data):
            raise NotAList("with an object in data that has no id")
        pagination = answer.get("pagination")
        counts = pagination if isinstance(pagination, dict) else {}
        items = {item["id"]: item for item in data}
        return cls(items, len(data), _count(counts.get("limit")), _count(counts.get("total")))

    def is_last(self, read: int, page_size: int) -> bool:
        """Return whether nothing follows, when `read` objects have come with this page."""
        if self.total is not None:
            return read >= self.total or not self.length
        # Without a total, only a full page can have one after it. Some collections come whole, whatever was asked for.
        return not self.length or self.length != (self.limit or page_size)


def walk(fetch: Callable[[int], dict[str, Any]], page_size: int) -> Iterator[dict[str, Any]]:
    """Yield every object of a collection, each id once. `fetch` gets the page at an offset. Raises `NotAList`."""
    given: set[str] = set()
    before: set[str] | None = None
    for _ in range(_MAX_PASSES):
        seen: set[str] = set()
        totals: list[int] = []
        for page in _one_pass(fetch, page_size):
            for key, item in page.items.items():
                if key not in given:
                    given.add(key)
                    yield item
            seen.update(page.items)
            totals += [] if page.total is None else [page.total]
        if seen == before or (len(seen) >= max(totals[:1], default=0) and totals == sorted(totals)):
            return
        before = seen


def _one_pass(fetch: Callable[[int], dict[str, Any]], page_size: int) -> Iterator[_Page]:
    read = stale = 0
    seen: set[str] = set()
    for _ in range(_MAX_PAGES):
        page = _Page.read(fetch(read))
        yield page
        read += page.length
        # A page of nothing new is one that others pushed back by what they added, or the same page from a server that
        # does not know of offsets, which would come for ever.
        stale += seen.issuperset(page.items)
        if page.is_last(read, page_size) or stale > (0 if page.total is None else _MAX_STALE):
            return
        seen.update(page.items)
    raise NotAList("in a list that does not end")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
