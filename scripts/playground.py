"""A local account and stack for the demo and the rehearsal, and the functions that show their steps."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import httpx
from typing_extensions import Self

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "code-execution-api"


LOOPBACK = "127.0.0.1,localhost,::1"


def isolate(variables: MutableMapping[str, str]) -> None:
    """Remove variables that name another account or stack, and keep loopback away from proxies."""
    for name in list(variables):
        if name.startswith(("PAYGENTIC_", "PULUMI_")):
            del variables[name]
    for name in ("NO_PROXY", "no_proxy"):
        variables[name] = ",".join(filter(None, [variables.get(name), LOOPBACK]))


class Failed(Exception):
    """A step that failed; the message is for the person at the terminal."""


class Step(NamedTuple):
    """A step that was done, and its duration in seconds."""

    title: str
    seconds: float


class Background:
    """A process that can outlive the script.

    The first line on its standard output says that it is ready; errors go to standard error.
    """

    def __init__(self, log: Path, command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
        self._log = log
        self._output = log.with_suffix(".out")
        with self._output.open("w", encoding="utf-8") as output, log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                cwd=folder,
                env={**os.environ, **(environment or {})},
            )
        self.pid = self._process.pid
        self.first_line = self._await_first_line()
        print(self.first_line)

    def _await_first_line(self) -> str:
        try:
            while self._process.poll() is None:
                first, ended, _ = _text(self._output).partition("\n")
                if ended:
                    return first
                time.sleep(0.05)
        except BaseException:  # interrupted
            self.end()
            raise
        raise Failed(f"the {self._log.stem} did not start: {_text(self._log).strip()}")

    def end(self) -> None:
        """Terminate the process, and wait for its end."""
        self._process.terminate()
        self._process.wait()


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


class Emulator(Background):
    """The emulator, with its data in the folder."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", "--data", str(folder / "account.db")]
        command += options
        super().__init__(folder / "emulator.log", command, folder)
        words = self.first_line.split()
        self.url, self.key, self.merchant = (words[words.index(w) + 1] for w in ("at", "key", "merchant"))

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """Call the API without Pulumi, as any script can."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.request(method, self.url + path, headers=headers, timeout=300, **kwargs).raise_for_status().json()


class Playground:
    """An emulator, a copy of the example's program, and the steps that were done."""

    emulator_options: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.leave_running = False
        self.processes: list[Background] = []
        self.reserved = ExitStack()
        (folder / "state").mkdir()
        self.project = Path(shutil.copytree(EXAMPLE, folder / "project"))
        heading("Start the emulator: a Paygentic account on this machine")
        self.emulator = Emulator(folder, self.emulator_options)
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
        self.reserved.close()
        if self.leave_running:
            return
        for background in (*self.processes, self.emulator):
            background.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pulumi(self, title: str, *arguments: str) -> None:
        """Run the Pulumi CLI as one step, and show its output."""
        heading(title)
        print(f"$ pulumi {shlex.join(arguments)}", flush=True)
        command = ["pulumi", *arguments, "--non-interactive"]
        if arguments[0] in {"preview", "up", "refresh", "destroy"}:
            command.append("--suppress-progress")
        started = time.monotonic()
        done = subprocess.run(command, cwd=self.project, env={**os.environ, **self.settings}, check=False)
        self.steps.append(Step(title, time.monotonic() - started))
        if done.returncode:
            raise Failed(f"`pulumi {shlex.join(arguments)}` ended with {done.returncode}")

    def command(self, title: str, *arguments: str, codes: tuple[int, ...] = (0,)) -> None:
        """Run a command of `pulumi-paygentic` as one step, and show its output; `codes` are those of a success."""
        heading(title)
        print(f"$ pulumi-paygentic {shlex.join(arguments)}", flush=True)
        command = [sys.executable, "-m", "pulumi_paygentic.cli", *arguments]
        started = time.monotonic()
        done = subprocess.run(command, cwd=self.project, env={**os.environ, **self.settings}, check=False)
        self.steps.append(Step(title, time.monotonic() - started))
        if done.returncode not in codes:
            raise Failed(f"`pulumi-paygentic {shlex.join(arguments)}` ended with {done.returncode}")

    def invitation(self) -> None:
        """Print the way to the processes that were left running."""
        env = self.folder / "env"
        paths = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{Path(shutil.which('pulumi') or 'pulumi').parent}"
        exports = [f"export {name}={shlex.quote(value)}" for name, value in self.settings.items()]
        env.write_text(
            "\n".join([f'export PATH={shlex.quote(paths)}{os.pathsep}"$PATH"', *exports]) + "\n", encoding="utf-8"
        )
        running = " ".join(str(background.pid) for background in (*self.processes, self.emulator))
        heading("Everything is still running")
        print(f"The emulator: {self.emulator.url} (log and data in {self.folder})")
        print(f"The stack:    . {env} && cd {self.project} && pulumi preview")
        print(f"To stop it:   kill {running} && rm -r {self.folder}")


def run(name: str, main: Callable[[], None]) -> None:
    """Run `main`. If it fails or is stopped, its processes end, and one line gives the reason."""
    isolate(os.environ)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack the lines that are drawn over headings
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(f"{name}: stopped"))
    try:
        main()
    except Failed as failure:
        sys.exit(f"{name}: {failure}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")


def heading(text: str) -> None:
    """Print a short heading."""
    print(f"\n━━ {text}", flush=True)
