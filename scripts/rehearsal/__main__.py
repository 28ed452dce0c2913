"""A merchant's whole month on this machine: `pulumi up`, checkout, submissions, the dashboard, and the invoices.

Run it as `scripts/rehearse`, which sets everything up first.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import nullcontext
from pathlib import Path

from scripts.playground import run
from scripts.rehearsal import browser
from scripts.rehearsal.story import Story


def main() -> None:
    """Play the story; any step that is not as it should be ends it with an error."""
    parser = argparse.ArgumentParser(prog="scripts/rehearse", description=__doc__)
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="keep pictures of the pages there")
    parser.add_argument("--keep", action="store_true", help="leave everything running")
    parser.add_argument("--by-hand", action="store_true", help="wait for you to open the links in your own browser")
    asked = parser.parse_args()

    def play() -> None:
        with nullcontext(None) if asked.by_hand else browser.opened(asked.screenshots) as window:  # noqa: SIM117
            with Story(Path(tempfile.mkdtemp(prefix="paygentic-rehearsal-")), window) as story:
                story.play()
                if asked.keep:
                    story.kept = True
                    story.invitation()

    run("rehearse", play)


if __name__ == "__main__":
    main()
