"""The mark: the hidden first line of every comment and issue of ours, by which the next run finds it again.

It is an HTML comment with JSON in it, written so that nothing in it can end the comment:

    <!-- pulumi-paygentic {"kind": "diff", "project": "shop", "stack": "prod", "time": "2026-11-25T16:50:08+00:00"} -->

Only the first line counts: a mark that is quoted further down is text. Fields that are not known are ignored, so that a
later version may add some.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

_BEGIN = "<!-- pulumi-paygentic "
_END = " -->"


@dataclass(frozen=True)
class Mark:
    """The identity of a comment and its place in time.

    Args:
        kind: `diff` for the comment of a pull request, `drift` for the issue about drift.
        project: The Pulumi project.
        stack: The Pulumi stack.
        time: The time at which the run read what it says, aware of its zone. The newest one stays.
        digest: The digest of the change that was reviewed, empty if there is none.
        present: False once there is nothing to say any more: the change or the drift is gone.
        text: A digest of the text, which decides between two runs of the very same time.

    """

    kind: str
    project: str
    stack: str
    time: datetime
    digest: str = ""
    present: bool = True
    text: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, project and stack: there is one comment for each."""
        return self.kind, self.project, self.stack

    @property
    def order(self) -> tuple[datetime, str]:
        """The place in a total order of all texts for one key, the newest last."""
        return self.time, self.text

    def line(self) -> str:
        """Return the mark as the first line of a body, without its line break."""
        fields = {**self.__dict__, "time": self.time.astimezone(timezone.utc).isoformat()}
        text = json.dumps(fields)  # ASCII, on one line; the signs below can only stand in its strings
        for sign, escaped in (("--", r"\u002d\u002d"), ("<", r"\u003c"), (">", r"\u003e")):
            text = text.replace(sign, escaped)
        return f"{_BEGIN}{text}{_END}"

    @classmethod
    def read(cls, body: str) -> Mark | None:
        """Return the mark in the first line of `body`, None if there is none, or none that can be read."""
        line = body.lstrip("\ufeff").partition("\n")[0].strip()
        if not (line.startswith(_BEGIN) and line.endswith(_END)):
            return None
        try:
            return cls._of(json.loads(line[len(_BEGIN) : -len(_END)]))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Mark:
        time = datetime.fromisoformat(fields["time"])
        return cls(
            kind=str(fields["kind"]),
            project=str(fields["project"]),
            stack=str(fields["stack"]),
            time=(time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc),
            digest=str(fields.get("digest", "")),
            present=fields.get("present", True) is not False,
            text=str(fields.get("text", "")),
        )


def visible(body: str) -> str:
    """Return `body` without its mark, as a reader sees it."""
    return body.partition("\n")[2].lstrip("\n") if Mark.read(body) else body
