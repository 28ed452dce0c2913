"""The demo: a whole billing catalog is created, changed, repaired after drift, and destroyed, with the real CLI.

Run it as `scripts/demo`, which sets everything up first.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.playground import Playground, heading, run


class Demo(Playground):
    """The steps of the demo."""

    def run(self) -> None:
        """Create a catalog, change a price, and repair a change that was made by hand."""
        self.pulumi("Create a stack", "stack", "init", "dev")
        self.pulumi("Preview: the objects that `up` would create", "preview")
        self.pulumi("Up: create the catalog", "up", "--yes", "--skip-preview")
        self.pulumi("Preview again: nothing to do", "preview", "--expect-no-changes")
        self.pulumi("Set a new price for a basic submission", "config", "set", "rate", "0.002")
        self.pulumi("Preview the change: a new price, and a new version of the plan", "preview", "--diff")
        self.command(
            "The same as the comment that a reviewer reads in the pull request", "diff", "--format=markdown", codes=(2,)
        )
        self.pulumi("Up: the plan bills from the new price", "up", "--yes", "--skip-preview")
        self.change_by_hand()
        self.pulumi("Refresh: show the drift, field by field", "refresh", "--yes", "--skip-preview", "--diff")
        self.pulumi("Up: restore the declared description", "up", "--yes", "--skip-preview")
        self.pulumi(
            "Preview with refresh: account and program agree", "preview", "--refresh", "--diff", "--expect-no-changes"
        )

    def change_by_hand(self) -> None:
        """Change the product without Pulumi."""
        heading("Drift: somebody changes the product by hand, without Pulumi")
        [product] = self.emulator.call("GET", "/v0/products")["data"]
        changed = self.emulator.call("PATCH", f"/v0/products/{product['id']}", json={"description": "Changed by hand"})
        print(f"PATCH /v0/products/{product['id']}: description is now {changed['description']!r}")

    def destroy(self) -> None:
        """Destroy the stack; objects that the API cannot delete are retained."""
        self.pulumi(
            "Destroy: objects that the API cannot delete are retained, with a warning",
            "destroy",
            "--yes",
            "--skip-preview",
        )

    def summary(self) -> None:
        """Print the steps, their durations and the calls."""
        heading("Summary")
        for step in self.steps:
            print(f"{step.seconds:6.1f} s  {step.title}")
        calls = self.emulator.call("GET", "/_emulator/calls")
        by_method: dict[str, int] = {}
        for row in calls["calls"]:
            by_method[row["method"]] = by_method.get(row["method"], 0) + row["count"]
        counts = ", ".join(f"{count} {method}" for method, count in sorted(by_method.items()))
        seconds = sum(step.seconds for step in self.steps)
        print(f"{seconds:6.1f} s  in total, with {calls['total']} calls to the API: {counts}")


def main() -> None:
    """Run the demo; with --keep, leave everything running after it."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the emulator and the stack running")
    keep = parser.parse_args().keep

    def show() -> None:
        with Demo(Path(tempfile.mkdtemp(prefix="paygentic-demo-"))) as demo:
            demo.run()
            if not keep:
                demo.destroy()
            demo.summary()
            if keep:
                demo.leave_running = True
                demo.invitation()
                return
        print("\nNext: `scripts/demo --keep` leaves it all running; README.md says how to use it on a real account.")

    run("demo", show)


if __name__ == "__main__":
    main()
