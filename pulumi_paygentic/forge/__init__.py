"""The code forges: one comment that is edited in place, and one issue that is opened and closed, on GitHub and GitLab.

    notice = Notice(kind="diff", project="shop", stack="prod", time=now, digest=digest, text=markdown)
    with detect("github", os.environ).comments() as board:
        outcome = publish(board, notice)

A comment is found again by a hidden mark in its first line. It is never overwritten by an older run, and of several
runs that write at once the newest one's text stays.
"""

from pulumi_paygentic.forge.board import Board, Item
from pulumi_paygentic.forge.environment import Place, detect
from pulumi_paygentic.forge.errors import (
    ForgeError,
    Gone,
    NoPullRequest,
    NotFound,
    NotPermitted,
    RateLimited,
    Refused,
    SettingsError,
    Unavailable,
    UnexpectedResponse,
)
from pulumi_paygentic.forge.mark import Mark
from pulumi_paygentic.forge.notice import Notice, NoticeError
from pulumi_paygentic.forge.publishing import Outcome, posted, publish

__all__ = [
    "Board",
    "ForgeError",
    "Gone",
    "Item",
    "Mark",
    "NoPullRequest",
    "NotFound",
    "NotPermitted",
    "Notice",
    "NoticeError",
    "Outcome",
    "Place",
    "RateLimited",
    "Refused",
    "SettingsError",
    "Unavailable",
    "UnexpectedResponse",
    "detect",
    "posted",
    "publish",
]
