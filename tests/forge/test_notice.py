import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pulumi_paygentic.forge import Mark, Notice, NoticeError
from tests.forge.support.world import T0, notice


def test_a_notice_is_the_same_after_its_way_through_a_file(tmp_path: Path) -> None:
    written = notice(1, "**prices** 😀\n", digest="sha256:1", present=False, title="t")
    written.write(tmp_path / "comment.json")
    assert Notice.read(tmp_path / "comment.json", now=T0) == written


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "sarif"}, "was not written by"),
        ({"version": 2}, "has version 2; this program reads version 1"),
        ({"text": 7}, "has a text that is not a text"),
        ({"present": "yes"}, "neither true nor false"),
        ({"time": "today"}, "not in ISO 8601"),
        ({"time": "2026-11-25T12:00:00"}, "without a zone"),
        ({"time": "2027-11-25T12:00:00+00:00"}, "in the future"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    path = tmp_path / "comment.json"
    notice().write(path)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    with pytest.raises(NoticeError, match=reason):
        Notice.read(path, now=T0)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_file_that_is_no_notice_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "comment.json"
    path.write_bytes(data)
    with pytest.raises(NoticeError):
        Notice.read(path, now=T0)


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "comment.json"
    path.write_bytes(b" " * (9 * 1024 * 1024))
    with pytest.raises(NoticeError, match="larger than 8 MiB"):
        Notice.read(path, now=T0)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NoticeError, match="without a zone"):
        Notice("diff", "p", "s", T0.replace(tzinfo=None), "text")


def test_a_text_with_characters_that_no_forge_stores_can_be_posted() -> None:
    body = notice(text="a\0b\ud800c\r\nd").body(1000)
    assert body.endswith("a\ufffdb?c\nd")
    assert body.encode()


def test_what_does_not_fit_beside_the_new_text_is_not_folded() -> None:
    earlier = notice(text="x" * 900).body(2000)
    body = notice(1, "gone", present=False).body(1000, earlier)
    assert body.endswith("gone")


def test_two_runs_of_one_moment_are_in_an_order() -> None:
    assert notice(text="a").mark.order != notice(text="b").mark.order
    assert notice(text="a").mark.order != notice(text="a", present=False).mark.order


def test_the_order_is_by_the_moment_whatever_the_zone() -> None:
    east = timezone(timedelta(hours=9))
    early = Mark("diff", "p", "s", datetime(2026, 1, 1, 20, tzinfo=east), text="z")
    late = Mark("diff", "p", "s", datetime(2026, 1, 1, 12, tzinfo=timezone.utc), text="a")
    assert early.order < late.order
