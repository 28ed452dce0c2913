"""The demo: a whole billing catalog made, changed, drifted, mended and destroyed, with the CLI's own output.

Run it as `scripts/demo`, which sets everything up first.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import httpx
from typing_extensions import Self

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "code-execution-api"


class Step(NamedTuple):
    """What was done, and how long it took in seconds."""

    what: str
    seconds: float


class Emulator:
    """The emulator as a process of its own, so that it can outlive the demo."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "emulator.log"
        command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", "--data", str(folder / "account.db")]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd=folder)
        line = self._first_line()
        print(line)
        words = line.split()
        self.url, self.key, self.merchant = (words[words.index(w) + 1] for w in ("at", "key", "merchant"))

    def _first_line(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            text = self._log.read_text()
            if text.endswith("\n"):
                return text.splitlines()[0]
            time.sleep(0.05)
        sys.exit(f"demo: the emulator did not start: {self._log.read_text().strip()}")

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """A plain call, as anyone's script might make one beside Pulumi."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.request(method, self.url + path, headers=headers, **kwargs).raise_for_status().json()


class Demo:
    """The stack in a folder of its own, and the steps that were taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.kept = False
        heading("The emulator: a Paygentic account on this machine")
        self.emulator = Emulator(folder)
        (folder / "state").mkdir()
        self.project = Path(shutil.copytree(EXAMPLE, folder / "project"))
        self.settings = {
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PAYGENTIC_BASE_URL": self.emulator.url,
            "PAYGENTIC_API_KEY": self.emulator.key,
            "PAYGENTIC_MERCHANT_ID": self.emulator.merchant,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.kept:
            return
        self.emulator.process.terminate()
        self.emulator.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pulumi(self, what: str, *arguments: str) -> None:
        """Run the CLI, with its output as it comes."""
        heading(what)
        print(f"$ pulumi {shlex.join(arguments)}", flush=True)
        command = ["pulumi", *arguments, "--non-interactive"]
        if arguments[0] in {"preview", "up", "refresh", "destroy"}:
            command.append("--suppress-progress")
        started = time.monotonic()
        code = subprocess.run(command, cwd=self.project, env={**os.environ, **self.settings}, check=False).returncode
        self.steps.append(Step(what, time.monotonic() - started))
        if code:
            sys.exit(f"demo: `pulumi {shlex.join(arguments)}` ended with {code}")

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

    def invitation(self) -> None:
        """How to reach what is left running."""
        env = self.folder / "env"
        paths = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{Path(shutil.which('pulumi') or 'pulumi').parent}"
        exports = [f"export {name}={shlex.quote(value)}" for name, value in self.settings.items()]
        env.write_text("\n".join([f'export PATH={shlex.quote(paths)}{os.pathsep}"$PATH"', *exports]) + "\n")
        heading("Yours to play with")
        print(f"The emulator: {self.emulator.url} (process {self.emulator.process.pid}, log and data in {self.folder})")
        print(f"The stack:    . {env} && cd {self.project} && pulumi preview")
        print(f"To end it:    kill {self.emulator.process.pid} && rm -r {self.folder}")


def heading(text: str) -> None:
    """A short heading over what follows."""
    print(f"\n━━ {text}", flush=True)


def main() -> None:
    """Run the story; with --keep, leave everything as it is after it."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the emulator and the stack for playing")
    keep = parser.parse_args().keep
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


if __name__ == "__main__":
    main()
