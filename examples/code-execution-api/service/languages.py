"""The languages that are taken: which metric counts their submissions, and which of them are run."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Tier = Literal["basic", "premium"]


class Language(NamedTuple):
    tier: Tier
    is_run: bool = False


LANGUAGES: Final = {
    "python": Language("basic", is_run=True),
    "javascript": Language("basic"),
    "rust": Language("premium"),
    "c++": Language("premium"),
    "haskell": Language("premium"),
}
