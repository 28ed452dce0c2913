"""Publishing a notice: brings a board from whatever state it is in to the one in which the notice stands there once.

No forge has a conditional edit, so nothing is assumed about what happened between a read and a write. Every write is
followed, after a pause, by a new read of the whole board, until there is nothing left to do:

- of several items for one stack the newest stays, and the others are removed, whoever wrote them;
- an item that is newer than the notice is never touched;
- a write whose response was lost is found by the next read, and not repeated;
- an older run that wrote over a newer one, because it had read the board before, is corrected by the newer one, as long
  as its read and its write lie less than the pause apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

from pulumi_paygentic.forge.board import Board, Item
from pulumi_paygentic.forge.errors import Unavailable
from pulumi_paygentic.forge.mark import Mark
from pulumi_paygentic.forge.notice import Notice
from pulumi_paygentic.forge.retry import retrying

#: Seconds between a write and the read that checks it.
SETTLE = 2.0
_MOST_ROUNDS = 12
# A forge's clock and the one of the machine that ran the preview differ.
_SKEW = timedelta(days=1)

Verb = Literal["created", "updated", "unchanged", "withdrawn", "superseded", "skipped"]


@dataclass(frozen=True)
class Outcome:
    """The result of publishing.

    Args:
        verb: `created`, `updated`, `unchanged` (the same stands there already), `withdrawn` (said to be gone, and
            hidden or closed where the forge can), `superseded` (a newer run has written, so nothing was changed),
            `skipped` (there is nothing to say, and nothing to correct).
        url: The address of the comment or issue; empty if there is none.

    """

    verb: Verb
    url: str = ""


@dataclass(frozen=True)
class _Decision:
    """The items to remove, the one to edit, and whether to create one. All empty: there is nothing left to do."""

    verb: Verb
    extra: tuple[Item, ...] = ()
    target: Item | None = None
    body: str = ""
    withdrawn: bool | None = None
    url: str = ""

    @property
    def done(self) -> bool:
        return not self.extra and self.verb not in {"created", "updated", "withdrawn"}


@dataclass
class _Progress:
    """The parts of a publication that outlive its attempts."""

    verb: Verb | None = None
    created: list[Item] = field(default_factory=list)


def publish(
    board: Board,
    notice: Notice,
    *,
    only_if_present: bool = False,
    settle: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Post `notice`, edit the item that stands there, or withdraw it, and return what was done.

    `only_if_present` makes no first comment for a notice that has nothing to say; an existing one is corrected all the
    same. An issue is never made for it. `settle` is the pause in seconds before a write is checked, `SETTLE` if it is
    None. Raises `ForgeError`.
    """
    progress = _Progress()
    wait = SETTLE if settle is None else settle
    for attempt in retrying(sleep):
        with attempt:
            return _converge(board, notice, progress, only_if_present=only_if_present, pause=lambda: sleep(wait))
    raise AssertionError("unreachable: tenacity raises the last error")  # pragma: no cover


def posted(board: Board, kind: str, project: str, stack: str) -> Mark | None:
    """Return the mark of the newest item for a stack, None if there is none. Raises `ForgeError`."""
    marks = (Mark.read(item.body) for item in board.items(datetime.now(timezone.utc)))
    return max(
        (mark for mark in marks if mark and mark.key == (kind, project, stack)),
        key=lambda mark: mark.order,
        default=None,
    )


def _converge(
    board: Board, notice: Notice, progress: _Progress, *, only_if_present: bool, pause: Callable[[], None]
) -> Outcome:
    for _ in range(_MOST_ROUNDS):
        items = list(board.items(notice.time - _SKEW))
        # A replica that lags behind does not list what was just made.
        items += [item for item in progress.created if item.id not in {other.id for other in items}]
        decision = _decide(board, notice, items, only_if_present=only_if_present)
        if decision.done:
            superseded = decision.verb == "superseded"
            return Outcome(decision.verb if superseded else progress.verb or decision.verb, decision.url)
        _apply(board, notice, decision, progress)
        pause()
    raise Unavailable("The comment is changed again and again by others")


def _decide(board: Board, notice: Notice, items: Iterable[Item], *, only_if_present: bool) -> _Decision:
    """Return the next writes; a pure function of what stands on the board."""
    marked = ((item, Mark.read(item.body)) for item in items)
    ranked = [(mark, -place, item) for place, (item, mark) in enumerate(marked) if mark and mark.key == notice.mark.key]
    ranked.sort(key=lambda entry: (entry[0].order, entry[1]))
    usable = [entry for entry in ranked if board.reuses or not entry[2].withdrawn]
    if ranked and ranked[-1][0].order > notice.mark.order:
        newest = ranked[-1][2]
        return _Decision("superseded", tuple(item for *_, item in usable if item != newest), url=newest.url)
    extra = tuple(item for *_, item in usable[:-1])
    if not usable:
        needless = not notice.present and (only_if_present or not board.reuses)
        url = ranked[-1][2].url if ranked else ""
        return _Decision("skipped", url=url) if needless else _Decision("created", body=notice.body(board.limit))
    mark, _, target = usable[-1]
    body = notice.body(board.limit, target.body)
    hide = not notice.present and board.withdraws and not target.withdrawn
    # One that a person has hidden, although it said something, stays hidden.
    show = notice.present and target.withdrawn and not mark.present
    if _same(body, target.body) and not hide and not show:
        return _Decision("unchanged", extra, url=target.url)
    withdrawn = True if hide else False if show else None
    return _Decision("updated" if notice.present else "withdrawn", extra, target, body, withdrawn, target.url)


def _apply(board: Board, notice: Notice, decision: _Decision, progress: _Progress) -> None:
    """Write: the text first, so that at no time there is none."""
    if decision.target:
        board.edit(decision.target, notice.title, decision.body, withdrawn=decision.withdrawn)
    elif decision.verb == "created":
        progress.created.append(board.create(notice.title, decision.body))
    if decision.verb not in {"unchanged", "superseded"}:
        progress.verb = progress.verb or decision.verb
    for item in decision.extra:
        board.remove(item)
        progress.created = [other for other in progress.created if other.id != item.id]


def _same(one: str, other: str) -> bool:
    """Return whether two bodies are the same but for what a forge changes in storing them."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
