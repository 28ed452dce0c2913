"""Play the whole story of a catalog in a pipeline: run it as `scripts/pipeline`, which sets everything up first."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from scripts.gitops.story import staged
from scripts.playground import heading, run


def main() -> None:
    """Play the story, and print the times of its acts."""

    def play() -> None:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="paygentic-pipeline-") as folder, staged(Path(folder)) as story:
            story.play()
            heading("Summary")
            for title, seconds in story.times:
                print(f"{seconds:6.1f} s  {title}")
        print(f"{time.monotonic() - started:6.1f} s  in total")

    run("pipeline", play)


if __name__ == "__main__":
    main()
