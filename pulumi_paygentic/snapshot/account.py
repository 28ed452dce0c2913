"""Reading a whole account: one list for each collection, and for features one for each product.

The lists are read from plans to products, each before the lists of the objects that it refers to, so that an object
made meanwhile never refers to one that was not read yet. `Client.list` reads a list that changes under it to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from pulumi_paygentic.api import Client, Forbidden, NotFound
from pulumi_paygentic.catalog import CatalogObject, Plan, Product
from pulumi_paygentic.snapshot.build import build
from pulumi_paygentic.snapshot.draft import Draft, DraftVersion
from pulumi_paygentic.snapshot.snapshot import Problem, Snapshot, kind_order

Progress = Callable[[str, int], None]
"""Called with the plural name of what is read, and the number of objects read of it so far."""

_VERSIONS: Final = "/v0/plans/{id}/versions"
_THREADS: Final = 4


def read_account(
    client: Client,
    *,
    lines: bool | Callable[[Draft], bool] = False,
    kinds: Iterable[type[CatalogObject]] | None = None,
    expected: Mapping[str, type[CatalogObject]] | None = None,
    progress: Progress | None = None,
    threads: int = _THREADS,
) -> Snapshot:
    """A snapshot of the account of the client's settings.

    It costs one call for 100 objects of each kind, and one for each product's features. `lines` also reads the
    versions of every plan, or of those that it returns True for, at two calls a plan; they alone know the line keys,
    and without them a plan's prices are a list. `kinds` restricts the reading. `expected` are ids with their kinds: one
    that the lists lack is read by itself, so that it counts as gone only if the API says so twice. A list that the key
    may not read is left out and reported. `threads` is the number of plans, and of products, that are read at the same
    time. Raises the client's errors for anything else.
    """
    reader = _Reader(client, progress or (lambda _what, _count: None), threads)
    wanted = [kind for kind in kind_order() if kind.listed_by and (kinds is None or kind in set(kinds))]
    drafts = [draft for kind in reversed(wanted) if kind.listed_by == "merchant_id" for draft in reader.all_of(kind)]
    products = [draft.id for draft in drafts if draft.kind == Product.__name__]
    if Product not in wanted and any(kind.listed_by == "product_id" for kind in wanted):
        products = [draft.id for draft in reader.all_of(Product)]
    drafts += [draft for kind in wanted if kind.listed_by == "product_id" for draft in reader.each(kind, products)]
    found = {draft.id for draft in drafts}
    lacking = {object_id: kind for object_id, kind in (expected or {}).items() if object_id not in found}
    drafts += reader.singly({object_id: kind for object_id, kind in lacking.items() if kind in wanted})
    if lines:
        chosen = lines if callable(lines) else lambda _plan: True
        reader.versions([draft for draft in drafts if draft.kind == Plan.__name__ and chosen(draft)])
    settings = client.settings
    return build(
        f"account {settings.merchant_id} ({settings.environment})",
        drafts,
        merchant_id=settings.merchant_id,
        environment=settings.environment,
        problems=reader.problems,
        unread=reader.unread,
    )


class _Reader:
    def __init__(self, client: Client, progress: Progress, threads: int) -> None:
        self._client = client
        self._progress = progress
        self._threads = threads
        self.problems: list[Problem] = []
        self.unread: set[str] = set()

    def all_of(self, kind: type[CatalogObject]) -> list[Draft]:
        """The drafts of every object of a kind that the merchant is listed by."""
        return list(self._drafts(kind, {"merchantId": self._client.settings.merchant_id}))

    def each(self, kind: type[CatalogObject], products: list[str]) -> Iterator[Draft]:
        """The drafts of every object of a kind that is listed product by product."""

        def read(product_id: str) -> list[Draft]:
            try:
                return list(self._drafts(kind, {"productId": product_id}))
            except NotFound:  # the product went while the lists were read
                return []

        with ThreadPoolExecutor(self._threads) as pool:
            for drafts in pool.map(read, products):
                yield from drafts

    def singly(self, ids: Mapping[str, type[CatalogObject]]) -> Iterator[Draft]:
        """The drafts of those of the objects that exist, read one by one."""

        def read(object_id: str) -> Draft | None:
            kind = ids[object_id]
            try:
                return Draft.of_answer(kind, self._client.get(f"{kind.path}/{{id}}", id=object_id))
            except NotFound:
                return None

        readable = [object_id for object_id, kind in ids.items() if kind.__name__ not in self.unread]
        with ThreadPoolExecutor(self._threads) as pool:
            yield from (draft for draft in pool.map(read, readable) if draft is not None)

    def versions(self, plans: list[Draft]) -> None:
        """Read the versions of every plan, and of the current one the lines."""
        done = 0
        with ThreadPoolExecutor(self._threads) as pool:
            for plan, versions in zip(plans, pool.map(self._versions, plans), strict=True):
                plan.versions = versions
                plan.use_lines()
                done += 1
                self._progress("plan versions", done)

    def _versions(self, plan: Draft) -> list[DraftVersion] | None:
        try:
            found = [_version(answer) for answer in self._client.list(_VERSIONS, id=plan.id)]
            for version in found:
                if version.is_default:
                    path = f"{_VERSIONS}/{{number}}"
                    version.lines = _lines(self._client.get(path, id=plan.id, number=str(version.number)))
        except NotFound:  # the account was reset while the lists were read
            return None
        except Forbidden as error:
            self._refused("plan version", str(error))
            return None
        return found

    def _drafts(self, kind: type[CatalogObject], params: dict[str, str]) -> Iterator[Draft]:
        plural = f"{kind.title}s"
        count = 0
        try:
            for answer in self._client.list(kind.path, params):
                count += 1
                self._progress(plural, count)
                try:
                    yield Draft.of_answer(kind, answer)
                except (AttributeError, KeyError, TypeError, ValueError):
                    self.unread.add(kind.__name__)
                    message = f"{kind.title} {answer['id']} could not be understood, and is left out"
                    self.problems.append(Problem("unreadable", kind.title, message))
        except Forbidden as error:
            self.unread.add(kind.__name__)
            self._refused(kind.title, str(error))

    def _refused(self, title: str, reason: str) -> None:
        if all(problem.subject != title for problem in self.problems):
            self.problems.append(Problem("forbidden", title, f"The {title}s could not be read: {reason}"))


def _version(answer: dict[str, Any]) -> DraftVersion:
    return DraftVersion(
        answer["versionNumber"],
        answer["id"],
        bool(answer.get("isDefault")),
        str(answer.get("status", "published")),
        int(answer.get("subscriptionCount") or 0),
    )


def _lines(answer: dict[str, Any]) -> dict[str, str]:
    return {line["key"]: line["id"] for line in answer["prices"]}
