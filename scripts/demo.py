"""The demo: a whole billing catalog made, changed, drifted, mended and destroyed, with the CLI's own output.

Run it as `scripts/demo`, which sets everything up first.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.playground import Playground, heading, run


class Demo(Playground):
    """The steps of the demo."""

    def story(self) -> None:
        """From nothing to a catalog, through a price change and a change by hand."""
        self.pulumi("A stack for it", "stack", "init", "dev")
        self.pulumi("Preview: what `up` would make", "preview")
        self.pulumi("Up: the catalog is made", "up", "--yes", "--skip-preview")
        self.pulumi("Preview again: nothing to do", "preview", "--expect-no-changes")
        self.pulumi("A new price for a basic submission", "config", "set", "rate", "0.002")
        self.pulumi("The pull request's diff: a new price, and a new version of the plan", "preview", "--diff")
        self.pulumi("Up: the plan bills from the new price", "up", "--yes", "--skip-preview")
        self.change_by_hand()
        self.pulumi("Refresh finds it, field by field", "refresh", "--yes", "--skip-preview", "--diff")
        self.pulumi("Up mends it", "up", "--yes", "--skip-preview")
        self.pulumi(
            "Preview with refresh: account and program agree", "preview", "--refresh", "--diff", "--expect-no-changes"
        )

    def change_by_hand(self) -> None:
        """Change the product behind Pulumi's back."""
        heading("Somebody changes the product by hand, behind Pulumi's back")
        [product] = self.emulator.call("GET", "/v0/products")["data"]
        changed = self.emulator.call("PATCH", f"/v0/products/{product['id']}", json={"description": "Changed by hand"})
        print(f"PATCH /v0/products/{product['id']}: description is now {changed['description']!r}")

    def destroy(self) -> None:
        """What the API can't delete is kept, and said."""
        self.pulumi("Destroy: what the API can't delete is kept, with a warning", "destroy", "--yes", "--skip-preview")

    def summary(self) -> None:
        """What was seen, what it took, and where to go next."""
        heading("What you saw")
        for step in self.steps:
            print(f"{step.seconds:6.1f} s  {step.what}")
        calls = self.emulator.call("GET", "/_emulator/calls")
        by_method: dict[str, int] = {}
        for row in calls["calls"]:
            by_method[row["method"]] = by_method.get(row["method"], 0) + row["count"]
        told = ", ".join(f"{count} {method}" for method, count in sorted(by_method.items()))
        print(
            f"{sum(step.seconds for step in self.steps):6.1f} s  in all, with {calls['total']} calls to the API: {told}"
        )


def main() -> None:
    """Run the story; with --keep, leave everything as it is after it."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the emulator and the stack for playing")
    keep = parser.parse_args().keep

    def play() -> None:
        with Demo(Path(tempfile.mkdtemp(prefix="paygentic-demo-"))) as demo:
            demo.story()
            if not keep:
                demo.destroy()
            demo.summary()
            if keep:
                demo.kept = True
                demo.invitation()
                return
        print("\nNext: `scripts/demo --keep` leaves it all running; README.md says how to use it on a real account.")

    run("demo", play)


if __name__ == "__main__":
    main()
