"""A merchant's whole month on this machine: `pulumi up`, checkout, submissions, the dashboard, and the invoices.

Run it as `scripts/rehearse`, which sets everything up first.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import nullcontext
from pathlib import Path

from rehearsal import browser
from rehearsal.current import CurrentRehearsal
from rehearsal.steps import Rehearsal
from scripts.playground import run


def main() -> None:
    """Run the steps; the first that fails ends the rehearsal with an error."""
    parser = argparse.ArgumentParser(prog="scripts/rehearse", description=__doc__)
    parser.add_argument(
        "--api", choices=["current", "tutorial"], default="current", help="the API to bill by (default: %(default)s)"
    )
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="save pictures of the pages in this folder")
    parser.add_argument("--keep", action="store_true", help="leave everything running")
    parser.add_argument(
        "--by-hand", action="store_true", help="print the links, and wait until you accept them in your own browser"
    )
    options = parser.parse_args()

    steps = {"current": CurrentRehearsal, "tutorial": Rehearsal}[options.api]

    def rehearse() -> None:
        with nullcontext(None) if options.by_hand else browser.opened(options.screenshots) as window:  # noqa: SIM117
            with steps(Path(tempfile.mkdtemp(prefix="paygentic-rehearsal-")), window) as rehearsal:
                rehearsal.run()
                if options.keep:
                    rehearsal.leave_running = True
                    rehearsal.invitation()

    run("rehearse", rehearse)


if __name__ == "__main__":
    main()
