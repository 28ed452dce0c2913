"""The story of a price change: pull request, merge, staging, production, drift, and back.

Every step of a pipeline is read from the example's workflow of the very commit, and executed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pulumi_paygentic import emulator
from scripts.gitops.account import Merchant
from scripts.gitops.forge import Forge, forge
from scripts.gitops.runner import Event, JobResult, Runner
from scripts.playground import ROOT, Failed, heading

EXAMPLE = ROOT / "examples" / "gitops"
LIVE = emulator.Account("sk_live_production", "org_production", "Maps")
LOADS = "__main__.py"
WAIVER = """waivers:
  - gate: increase-for-existing-subscribers
    resource: Team
    reason: The lower price was announced as a trial
    person: ada@example.com
    until: 2099-12-31
"""


def descendants(pid: int) -> list[int]:
    """Return the processes below it; Pulumi gives its plugins process groups of their own."""
    rows = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, encoding="utf-8", check=True).stdout
    parents = {int(child): int(parent) for child, parent in (row.split() for row in rows.splitlines())}
    found = [pid]
    for parent in found:
        found += [child for child, of in parents.items() if of == parent]
    return found[1:]


def price(amount: str) -> str:
    """Return the line of the program with the price of a map load."""
    return f'unit_price="{amount}"'


@dataclass
class Story:
    """The stage: a forge, a runner, two merchants, and the times of the acts."""

    forge: Forge
    runner: Runner
    staging: Merchant
    production: Merchant
    times: list[tuple[str, float]] = field(default_factory=list)

    def play(self) -> None:
        """Play all acts."""
        for act in (
            self.adoption,
            self.proposal,
            self.second_thought,
            self.promotion,
            self.drift,
            self.rollback,
            self.fork,
            self.kill,
        ):
            started = time.monotonic()
            act()
            self.times.append((act.__name__.replace("_", " "), time.monotonic() - started))

    def adoption(self) -> None:
        """Adopt a product that somebody made by hand, and create the rest of the catalog in both accounts."""
        heading("Adoption: production has a product that somebody made by hand; main declares the catalog")
        product = {"name": "Maps", "description": "By hand", "merchantId": LIVE.merchant_id}
        made = self.production.call("POST", "/v0/products", product)["id"]
        pinned = "  maps:protect: true\n"
        adopted = {"Pulumi.production.yaml": (pinned, f"{pinned}  maps:adopt: {made}\n")}
        self.forge.commit("adopt", "Adopt the product of production", adopted)
        self.forge.open(1, "adopt")
        self.forge.merge(1)
        for stack in ("staging", "production"):
            self.succeed(
                "by-hand.yml", Event("workflow_dispatch", self.forge.main, inputs={"stack": stack, "task": "adopt"})
            )
        self.expect(self.production.counts["products"] == 1, "production has one product, the adopted one")
        self.production.sell()
        say("Three customers subscribed in production, and a month went by.")

    def proposal(self) -> None:
        """Open a pull request with a price change, and read the comments."""
        heading("Pull request 2: map loads become cheaper")
        self.forge.commit("cheaper-loads", "Lower the price of map loads", {LOADS: (price("0.002"), price("0.0015"))})
        self.forge.open(2, "cheaper-loads")
        self.succeed("preview.yml", self.forge.pull_request(2))
        self.expect(len(self.forge.comments(2)) == 2, "there is one comment a stack")
        self.show_comment(2, "production")

    def second_thought(self) -> None:
        """Push again: the comments are edited in place."""
        heading("A second push: not that cheap")
        before = [comment.id for comment in self.forge.comments(2)]
        self.forge.commit("cheaper-loads", "Lower it less", {LOADS: (price("0.0015"), price("0.0018"))})
        self.succeed("preview.yml", self.forge.pull_request(2))
        self.expect([comment.id for comment in self.forge.comments(2)] == before, "the same comments, edited in place")

    def promotion(self) -> None:
        """Merge; the promotion is refused while staging differs, and done once it is mended."""
        heading("Merged: staging runs it, and somebody changes staging by hand before the promotion is approved")
        push = self.forge.merge(2)
        self.runner.before_job["production"] = lambda: self.staging.rename_plan("Team of somebody")
        jobs = self.run("deploy.yml", push)
        self.expect(jobs["staging"].status == "success", "staging bills from the new price")
        self.expect(self.staging.line("loads") == "0.0018", "a map load costs 0.0018 in staging")
        self.expect(jobs["production"].status == "failure", "the promotion is refused: staging drifted")
        self.expect(self.production.line("loads") == "0.002", "production is as it was")
        self.runner.before_job.clear()
        heading("Staging is mended, and the refused promotion run again")
        self.succeed("by-hand.yml", Event("workflow_dispatch", push.sha, inputs={"stack": "staging", "task": "mend"}))
        self.succeed("deploy.yml", push, jobs)
        self.expect(self.production.line("loads") == "0.0018", "a map load costs 0.0018 in production")

    def drift(self) -> None:
        """Report a change by hand in an issue, mend it, and close the issue."""
        heading("At night: somebody renamed the plan in production")
        self.production.rename_plan("Team of somebody")
        night = Event("schedule", self.forge.main)
        self.run("drift.yml", night)
        [issue] = self.forge.service.issues
        self.expect(not issue.closed, f"an issue is open: {issue.title}")
        show(issue.body)
        self.succeed(
            "by-hand.yml", Event("workflow_dispatch", night.sha, inputs={"stack": "production", "task": "mend"})
        )
        self.succeed("drift.yml", night)
        self.expect([issue.closed for issue in self.forge.service.issues] == [True], "the issue is closed")

    def rollback(self) -> None:
        """Revert the merge by a pull request: the old version of the plan bills again."""
        heading("Pull request 3: revert")
        self.forge.revert("revert-cheaper-loads")
        self.forge.commit(
            "revert-cheaper-loads", "Waive the gate for the revert", {"waivers.yaml": ("waivers: []", WAIVER)}
        )
        self.forge.open(3, "revert-cheaper-loads")
        self.succeed("preview.yml", self.forge.pull_request(3))
        self.succeed("deploy.yml", self.forge.merge(3))
        self.expect(self.production.versions == {1: True, 2: False}, "the plan's first version bills again")
        self.expect(self.production.line("loads") == "0.002", "a map load costs 0.002")

    def fork(self) -> None:
        """Preview a pull request from a fork, which sees no secret and may not write."""
        heading("Pull request 4, from a fork")
        self.forge.commit("from-a-fork", "Make support dearer", {LOADS: (price("49"), price("59"))})
        self.forge.open(4, "from-a-fork", owner="mallory")
        event = self.forge.pull_request(4)
        jobs = self.run("preview.yml", event)
        self.expect("success" in {job.status for job in jobs.values()}, "the fork's run needs no secret")
        self.expect(self.forge.comments(4) == [], "and writes nothing")
        run = {"id": self.runner.runs, "event": "pull_request", "head_branch": "from-a-fork", "head_sha": event.sha}
        head = {"full_name": "mallory/catalog", "owner": {"login": "mallory"}}
        completed = {"workflow_run": {**run, "head_repository": head}}
        self.succeed("comment.yml", Event("workflow_run", self.forge.main, completed))
        self.expect(len(self.forge.comments(4)) == 2, "the second workflow, of main, posts its comments")
        self.show_comment(4, "production")

    def kill(self) -> None:
        """Kill a run in the middle of its writes; the next one finishes it, and nothing is there twice."""
        heading("Pull request 5: merged, and the machine kills the run while it writes to staging")
        self.forge.commit("dearer-loads", "Raise the price of map loads", {LOADS: (price("0.002"), price("0.0025"))})
        self.forge.open(5, "dearer-loads")
        self.succeed("preview.yml", self.forge.pull_request(5))
        push = self.forge.merge(5)
        fault = self.staging.call(
            "POST",
            "/_emulator/faults",
            {"kind": "hold", "when": "after", "method": "POST", "path": "/v0/prices", "nth": 1},
        )["id"]

        def kill(step: str, process: subprocess.Popen[str]) -> None:
            if step == "Up":
                self.staging.call("GET", f"/_emulator/faults/{fault}/held")
                for pid in [process.pid, *descendants(process.pid)]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self.staging.call("DELETE", "/_emulator/faults")

        self.runner.on_process = kill
        jobs = self.run("deploy.yml", push)
        self.expect(jobs["staging"].status == "failure", "the run was killed after the new price was made")
        self.runner.on_process = lambda *_: None
        before = self.staging.counts
        self.succeed("deploy.yml", push, jobs)
        self.expect(self.staging.counts == before, "nothing was made twice")
        self.expect(self.production.line("loads") == "0.0025", "a map load costs 0.0025 in both accounts")

    def run(
        self, workflow: str, event: Event, earlier: Mapping[str, JobResult] = MappingProxyType({})
    ) -> dict[str, JobResult]:
        """Run a workflow, or the jobs that failed in an `earlier` run of it, and show how each job ended."""
        started = time.monotonic()
        jobs = self.runner.run(workflow, event, earlier)
        for name, job in jobs.items():
            say(f"{workflow} {name}: {job.status or 'skipped'}")
            if job.status == "failure":
                show("\n".join(job.steps[-1].shown.strip().splitlines()[-12:]))
        say(f"{workflow} took {time.monotonic() - started:.1f} s")
        return jobs

    def succeed(self, workflow: str, event: Event, earlier: Mapping[str, JobResult] = MappingProxyType({})) -> None:
        """Run a workflow that must succeed."""
        for name, job in self.run(workflow, event, earlier).items():
            if job.status == "failure":
                raise Failed(f"{workflow} {name} failed:\n{job.shown}")

    def expect(self, holds: bool, statement: str) -> None:  # noqa: FBT001  a condition
        """Print the statement, or end the story."""
        if not holds:
            raise Failed(f"this does not hold: {statement}")
        say(f"✔ {statement}")

    def show_comment(self, number: int, stack: str) -> None:
        """Print the comment about the stack, as a reviewer reads it."""
        for comment in self.forge.comments(number):
            if f'"stack": "{stack}"' in comment.body:
                show(comment.body.partition("\n")[2])


@contextmanager
def staged(folder: Path) -> Iterator[Story]:
    """Serve the forge and the accounts for the length of a `with` block; everything is in the folder."""
    (folder / "state").mkdir()
    machine = {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",  # the requirements are there already
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),  # a clone that is new would be compiled by every command
        **({"XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]} if "XDG_CACHE_HOME" in os.environ else {}),
    }
    with emulator.running(merchant_id="org_sandbox", accounts=[LIVE]) as served, forge(folder, EXAMPLE) as hub:
        machine["PAYGENTIC_BASE_URL"] = served.url
        variables = {"PULUMI_BACKEND_URL": f"file://{folder / 'state'}"}
        passphrase = {"PULUMI_CONFIG_PASSPHRASE": "for the story"}
        sandbox = {"secrets": {**passphrase, "PAYGENTIC_API_KEY": served.api_key}, "vars": variables}
        live = {"secrets": {**passphrase, "PAYGENTIC_API_KEY": LIVE.api_key}, "vars": variables}
        promotion = {"secrets": {**live["secrets"], "STAGING_API_KEY": served.api_key}, "vars": variables}
        environments = {
            "staging": sandbox,
            "production": promotion,
            "preview-staging": sandbox,
            "preview-production": live,
        }
        runner = Runner(hub.origin, folder, hub.url, environments, machine, on_step=_show_step)
        yield Story(
            hub,
            runner,
            Merchant(served.url, served.api_key, "org_sandbox"),
            Merchant(served.url, LIVE.api_key, LIVE.merchant_id),
        )


def _show_step(job: str, title: str, text: str) -> None:
    say(f"[{job}] {title}" if title == text.strip() else f"[{job}] {title}: {text.strip().splitlines()[0]}")


def say(text: str) -> None:
    """Print a line of the story."""
    print(f"   {text}", flush=True)


def show(text: str) -> None:
    """Print what a person sees at the forge."""
    for line in text.strip().splitlines():
        print(f"   │ {line}", flush=True)
