"""`pulumi-paygentic comment`: posts a comment that an earlier job made, for one that has no token to post it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_paygentic.cli.posting import FORGES, Where, place_options, publish_notice
from pulumi_paygentic.cli.terminal import examples

if TYPE_CHECKING:
    from pulumi_paygentic.forge import Notice, Place

_BANNER = "> Made by a run of a fork's own code: check the figures in a run of yours.\n\n"


@click.command(
    short_help="Post a comment that an earlier job wrote to a file.",
    epilog=examples(
        "pulumi-paygentic comment pulumi-paygentic-comment.json", "pulumi-paygentic comment F --post gitlab"
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--post", type=click.Choice(FORGES), default="github", show_default=True, help="The forge.")
@click.option("--post-always", is_flag=True, help="Post the first comment even if nothing changes.")
@place_options
def comment(*, file: Path, post: str, post_always: bool, where: Where) -> None:
    """Post FILE, which `diff --comment-file` wrote, as the comment of its stack.

    At GitHub, in a run on `workflow_run`, the pull request is found by the head of the run that wrote the file, and not
    by anything in the file: that run may be of a fork. Such a comment says so, and notifies nobody.

    Exit codes: 0 posted, or nothing to do; 1 an error.
    """
    from pulumi_paygentic.forge import ForgeError, Notice, NoticeError

    try:
        notice = Notice.read(file, now=datetime.now(timezone.utc))
    except NoticeError as error:
        raise click.ClickException(f"{file} {error}.") from error
    place = where.place(post)
    try:
        publish_notice(place, _guarded(notice, place), always=post_always)
    except ForgeError as error:
        raise click.ClickException(str(error)) from error


def _guarded(notice: Notice, place: Place) -> Notice:
    """Return the notice as it may be posted: one of a fork says so, mentions nobody, and loads no picture."""
    if place.head is None or place.head.owner == place.project.partition("/")[0]:
        return notice
    text = re.sub(r"@(?=\w)|!(?=\[)", "\\g<0>\u2060", notice.text).replace("<img", "&lt;img")
    return replace(notice, text=_BANNER + text, digest="")  # which could be of another change than the text
