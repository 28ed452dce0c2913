"""A notice: one text about one stack, ready to be posted now, or by a later job with another token."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pulumi_paygentic.forge.fit import fit
from pulumi_paygentic.forge.mark import Mark, visible

_FORMAT = "pulumi-paygentic comment"
_VERSION = 1
_MOST_AHEAD = timedelta(minutes=10)
_MOST_BYTES = 8 * 1024 * 1024
_EARLIER = "<details><summary>The last state before that</summary>"


class NoticeError(ValueError):
    """A file that is not a notice; the text says why in one sentence."""


@dataclass(frozen=True)
class Notice:
    """One text about one stack.

    Args:
        kind: `diff` for the comment of a pull request, `drift` for the issue about drift.
        project: The Pulumi project.
        stack: The Pulumi stack.
        time: The time at which the run read what it says; aware of its zone.
        text: The Markdown to show.
        digest: The digest of the change, empty if there is none.
        present: False if there is nothing to say: then a comment is marked as outdated, an issue is closed.
        title: The title of an issue; a comment has none.

    """

    kind: str
    project: str
    stack: str
    time: datetime
    text: str
    digest: str = ""
    present: bool = True
    title: str = ""

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise NoticeError("has a time without a zone")

    @property
    def mark(self) -> Mark:
        """The mark under which the notice is posted."""
        text = hashlib.sha256(f"{self.present}\n{self.text}".encode("utf-8", "replace")).hexdigest()[:16]
        return Mark(self.kind, self.project, self.stack, self.time, self.digest, self.present, text)

    def body(self, limit: int, earlier: str | None = None) -> str:
        """Return the body to post, at most `limit` characters long.

        `earlier` is the body that it replaces: a notice that says that something is gone still shows, folded, the last
        state before that.
        """
        mark = self.mark.line()
        room = limit - len(mark) - 2
        text = _clean(self.text)
        folded = "" if self.present or earlier is None else _folded(earlier)
        if folded and len(text) + len(folded) + 2 <= room:
            text = f"{text}\n\n{folded}"
        return f"{mark}\n\n{fit(text, room)}"

    def write(self, path: Path) -> None:
        """Write the notice to the file at `path`, from which `read` makes it again."""
        fields = {**self.__dict__, "time": self.time.astimezone(timezone.utc).isoformat()}
        path.write_text(json.dumps({"format": _FORMAT, "version": _VERSION, **fields}, indent=2) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path, *, now: datetime) -> Notice:
        """Return the notice in the file at `path`. Raises `NoticeError`, and `OSError` if the file can't be read.

        The file may come from a job that ran a stranger's code: every field is checked, and a time after `now`, with
        which the notice would never be replaced by a newer one, is refused.
        """
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise NoticeError(f"is larger than {_MOST_BYTES // 1024 // 1024} MiB")
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise NoticeError("is not JSON") from error
        if not isinstance(fields, dict) or fields.pop("format", None) != _FORMAT:
            raise NoticeError("was not written by `pulumi-paygentic diff`")
        if (version := fields.pop("version", None)) != _VERSION:
            raise NoticeError(f"has version {version!r}; this program reads version {_VERSION}")
        return cls._of(fields, now)

    @classmethod
    def _of(cls, fields: dict[str, object], now: datetime) -> Notice:
        texts = {name: fields.get(name, "") for name in ("kind", "project", "stack", "text", "digest", "title")}
        for name, value in texts.items():
            if not isinstance(value, str):
                raise NoticeError(f"has a {name} that is not a text")
        present = fields.get("present", True)
        if not isinstance(present, bool):
            raise NoticeError("has a `present` that is neither true nor false")
        try:
            time = datetime.fromisoformat(str(fields.get("time")))
        except ValueError as error:
            raise NoticeError("has a time that is not in ISO 8601") from error
        notice = cls(time=time, present=present, **texts)  # type: ignore[arg-type]  # checked above
        if time > now + _MOST_AHEAD:
            raise NoticeError(f"has a time in the future, {time.isoformat()}")
        return notice


def _folded(earlier: str) -> str:
    """Return the last state that `earlier` shows, folded: its own if it was present, else the one folded in it."""
    mark, text = Mark.read(earlier), visible(earlier).strip()
    if mark and not mark.present:
        _, found, rest = text.partition(_EARLIER)
        return found + rest
    return f"{_EARLIER}\n\n{text}\n\n</details>" if text else ""


def _clean(text: str) -> str:
    """Return `text` as every forge stores it: with plain line breaks, without what UTF-8 or a database refuses."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return plain.encode("utf-8", "replace").decode("utf-8").strip()
