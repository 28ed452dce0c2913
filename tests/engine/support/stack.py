"""A Pulumi stack in a folder of its own, driven by the real CLI."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.environment import of_program

ROOT: Final = Path(__file__).parents[3]
PREAMBLE: Final = "import pulumi\nimport pulumi_paygentic as paygentic\n"
TYPE: Final = "pulumi-python:dynamic/paygentic:"
MONITOR_ENDED: Final = "Resource monitor has terminated, shutting down"
#: The stack's own errors, after those of a resource: from the engine, and from a program that still waited for it.
CLOSING_WORDS: Final = {"update failed", MONITOR_ENDED, ""}
#: State is written once, at the end: see `pulumi up`'s own description of the two.
NO_CHECKPOINTS: Final = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Result:
    """What a command printed, and what the engine said of it, event by event."""

    command: str
    code: int
    shown: str
    events: list[dict[str, Any]] = field(repr=False)

    @property
    def changes(self) -> dict[str, int]:
        """How many resources of each operation, without those that stay as they are; steps that failed don't count."""
        (summary,) = [event["summaryEvent"] for event in self.events if "summaryEvent" in event]
        return {op: count for op, count in summary["resourceChanges"].items() if op != "same"}

    @property
    def details(self) -> dict[str, list[str]]:
        """For each changed resource, such as `Price basic`, the operation and its changed fields."""
        found: dict[str, list[str]] = {}
        for event in self.events:
            metadata = event.get("resourcePreEvent", {}).get("metadata", {})
            if metadata.get("detailedDiff") and metadata["op"] in {"update", "replace"}:
                found[label(metadata["urn"])] = [metadata["op"], *sorted(metadata["detailedDiff"])]
        return found

    def diagnostics(self, severity: str) -> list[tuple[str, str]]:
        """The resource and the message of each diagnostic."""
        reported = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [(label(d.get("urn", "")), d["message"].strip()) for d in reported if d["severity"] == severity]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Without the closing words of the engine and the SDK, which follow any error of a resource."""
        return [(where, what) for where, what in self.diagnostics("error") if what not in CLOSING_WORDS]

    @property
    def tracebacks(self) -> list[str]:
        """The resources under which a traceback is shown; `program` stands for the program.

        A program that still waits when the engine gives up is interrupted, and the SDK shows where: not counted.
        """
        shown: dict[str, str] = {}
        for event in self.events:
            diagnostic = event.get("diagnosticEvent", {"severity": "debug"})
            if diagnostic["severity"] != "debug":
                where = label(diagnostic.get("urn", ""))
                where = "program" if where.startswith("Stack ") else where or "program"
                shown[where] = shown.get(where, "") + diagnostic["message"]
        if any(end in shown.get("program", "") for end in ("KeyboardInterrupt", MONITOR_ENDED)):
            del shown["program"]
        return sorted(where for where, text in shown.items() if "Traceback" in text)

    @property
    def warnings(self) -> list[tuple[str, str]]:
        return self.diagnostics("warning")


def thorough() -> bool:
    """Whether every case is to be run, however long that takes: with THOROUGH=1 in the environment."""
    return os.environ.get("THOROUGH") == "1"


def label(urn: str) -> str:
    """`Price basic` of a resource's URN; a stack's and a provider's type is its last word as well."""
    types, _, name = urn.rpartition("::")
    return f"{types.rpartition(':')[2]} {name}".strip()


class Stack:
    """A program, its state and its configuration; `environment` is what every command gets besides."""

    def __init__(self, folder: Path, cli: Path, environment: Mapping[str, str], name: str = "test") -> None:
        self.folder = folder
        self.program = folder / "program"
        self.program.mkdir(parents=True, exist_ok=True)
        (folder / "state").mkdir()
        self.environment = {
            **of_program(folder / "home", Path(sys.executable).parent, cli),
            "PULUMI_BACKEND_URL": f"file://{folder}/state?metadata=skip",  # else a kill may leave half a sidecar file
            "PULUMI_CONFIG_PASSPHRASE": "for a test",
            "PULUMI_DEBUG_COMMANDS": "true",  # for the event log
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": f"{folder}/home",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **environment,
        }
        self._name = name
        self._made = False

    def write(self, program: str) -> Stack:
        """Make this the program; the imports that all need stand before it."""
        (self.program / "Pulumi.yaml").write_text("{name: shop, runtime: python}\n", encoding="utf-8")
        (self.program / "__main__.py").write_text(PREAMBLE + program, encoding="utf-8")
        return self

    def copy(self, example: str) -> Stack:
        """Make an example's folder the program."""
        shutil.copytree(ROOT / "examples" / example, self.program, dirs_exist_ok=True)
        return self

    def edit(self, before: str, after: str) -> None:
        """Change one passage of the program."""
        text = (self.program / "__main__.py").read_text(encoding="utf-8")
        assert text.count(before) == 1
        (self.program / "__main__.py").write_text(text.replace(before, after), encoding="utf-8")

    def configure(self, name: str, value: str, *, secret: bool = False) -> None:
        """Set the stack's configuration."""
        self._make()
        self.plain("config", "set", *(["--secret"] if secret else []), name, "--", value)

    def preview(self, *flags: str, **options: Any) -> Result:
        return self.run("preview", *flags, **options)

    def up(self, *flags: str, **options: Any) -> Result:
        return self.run("up", "--yes", "--skip-preview", *flags, **options)

    def refresh(self, *flags: str, **options: Any) -> Result:
        return self.run("refresh", "--yes", "--skip-preview", *flags, **options)

    def destroy(self, *flags: str, **options: Any) -> Result:
        return self.run("destroy", "--yes", "--skip-preview", *flags, **options)

    def cancel(self) -> None:
        """Take the lock away that a killed command left."""
        self.plain("cancel", "--yes")

    def rename(self, name: str) -> None:
        self.plain("stack", "rename", name)
        self._name = name

    def export(self) -> dict[str, Any]:
        """The deployment as the state holds it, secrets encrypted."""
        deployment: dict[str, Any] = json.loads(self.plain("stack", "export"))["deployment"]
        return deployment

    def replace_state(self, deployment: Mapping[str, Any]) -> None:
        """Put a changed export back."""
        file = self.folder / "import.json"
        file.write_text(json.dumps({"version": 3, "deployment": deployment}), encoding="utf-8")
        self.plain("stack", "import", "--file", str(file))

    def resources(self) -> dict[str, dict[str, Any]]:
        """Our resources in the state, such as `Price basic`."""
        return {label(r["urn"]): r for r in self.export().get("resources", []) if r["type"].startswith(TYPE)}

    def ids(self) -> dict[str, set[str]]:
        """The ids in the state by kind; authorization links, which have no list to compare with, left out."""
        found: dict[str, set[str]] = {}
        for resource in self.resources().values():
            found.setdefault(resource["type"].removeprefix(TYPE), set()).add(resource["id"])
        found.pop("AuthorizationLink", None)
        return found

    def run(self, *command: str, fails: bool = False, environment: Mapping[str, str] | None = None) -> Result:
        """Run a command that updates or previews; whether it fails must be as said."""
        with self.started(*command, environment=environment) as running:
            result = running.wait()
        assert (result.code != 0) is fails, f"{result.command} ended with {result.code}:\n{result.shown}"
        return result

    @contextmanager
    def started(self, *command: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
        """A command under way; what it left running ends with the block."""
        self._make()
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            log, printed = Path(folder) / "events", Path(folder) / "printed"
            arguments = ["pulumi", "--non-interactive", "--color=never", *command, "--event-log", str(log)]
            with printed.open("w", encoding="utf-8") as file:  # no pipe, which would fill up while nobody reads
                process = subprocess.Popen(
                    arguments,
                    cwd=self.program,
                    env={**self.environment, **(environment or {})},
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            running = Running(process, log, printed, " ".join(command))
            try:
                yield running
            finally:
                running.kill()

    def plain(self, *command: str) -> str:
        """Run a command that only looks or configures; answers what it printed."""
        arguments = ["pulumi", "--non-interactive", *command]
        done = subprocess.run(
            arguments, cwd=self.program, env=self.environment, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def _make(self) -> None:
        if not self._made:
            self.plain("stack", "init", self._name)
            self._made = True


class Running:
    """A command under way."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, printed: Path, command: str) -> None:
        self._process = process
        self._log = log
        self._printed = printed
        self._command = command

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> Result:
        self._process.wait()
        shown = self._shown()
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        return Result(self._command, self._process.returncode, shown, [json.loads(line) for line in lines])

    def reaches(self, event: threading.Event) -> bool:
        """Wait for the event, or for the end of a command that never comes to it."""
        while not event.wait(0.05):
            if not self.is_alive:
                return event.is_set()
        return True

    def await_event(self, event: threading.Event) -> None:
        """Wait for an event that the command must come to."""
        assert self.reaches(event), f"it ended before:\n{self.wait().shown}"

    def await_shown(self, text: str) -> None:
        """Wait until it has printed this."""
        while text not in self._shown():
            assert self.is_alive or text in self._shown(), f"it ended without {text!r}:\n{self._shown()}"
            time.sleep(0.05)

    def _shown(self) -> str:
        return self._printed.read_text(encoding="utf-8", errors="replace")  # it may end within a character

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """`kill -9` of the CLI, then of every process that it started."""
        family = self._family()
        if self._process.poll() is None:
            self._process.kill()
        for pid in family:
            _kill(pid)
        self._process.wait()

    def kill_provider(self) -> None:
        """`kill -9` of the process that serves our provider, and of nothing else."""
        (pid,) = [pid for pid, command in self._family().items() if "pulumi.dynamic" in command]
        _kill(pid)

    def _family(self) -> dict[int, str]:
        """The commands of the processes that the CLI started, and of those that these started."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,command="], capture_output=True, encoding="utf-8", check=True
        )
        rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
        family: dict[int, str] = {}
        parents = {self._process.pid}
        while parents:
            children = {int(pid): rest[0] if rest else "" for pid, ppid, *rest in rows if int(ppid) in parents}
            parents = children.keys() - family.keys()
            family |= children
        return family


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
