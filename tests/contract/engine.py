"""A small engine in memory that treats the lifecycle as Pulumi's does: a state, a program, up, refresh and destroy.

Each operation is a run of its own.  Resources are taken in the program's order, each checked, compared and written
before the next; a replaced object goes only after everything that used it has moved.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_paygentic.api import PaygenticError
from pulumi_paygentic.catalog import CatalogObject, Mark
from pulumi_paygentic.lifecycle import Account, HeldTwice, Incomplete, check, diff, lifecycle_of
from tests.contract.world import MERCHANT, Inputs, World


@dataclass(frozen=True)
class Ref:
    """The id of another resource of the program."""

    name: str


@dataclass(frozen=True)
class Resource:
    """One declaration of a program."""

    kind: type[CatalogObject]
    inputs: Inputs


Program = Mapping[str, Resource]


@dataclass
class Held:
    """What the state holds of one resource."""

    kind: type[CatalogObject]
    id: str
    inputs: Inputs
    outputs: Inputs
    failed: bool = False


@dataclass
class Report:
    """What an operation did: the step taken for each resource, what failed, what was warned of."""

    steps: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.errors and set(self.steps.values()) <= {"same"}


@dataclass
class Run:
    """One operation under way."""

    account: Account
    program: Program
    report: Report = field(default_factory=Report)


class Unresolved(Exception):
    """A resource that was referred to is not there."""


class Engine:
    """One stack."""

    def __init__(self, world: World, stack: str = "dev") -> None:
        self.world = world
        self.stack = stack
        self.state: dict[str, Held] = {}
        self.condemned: list[tuple[str, Held]] = []
        self.between: Callable[[str], None] = lambda _: None
        """Called before each resource, so that a test can do something meanwhile."""

    def urn(self, name: str, kind: type[CatalogObject]) -> str:
        return f"urn:pulumi:{self.stack}::shop::{kind.__name__}::{name}"

    def id(self, name: str) -> str:
        return self.state[name].id

    def up(self, program: Program, *, replacing: str | None = None) -> Report:
        """Make the account match; `replacing` is the name of a resource to replace without comparing it."""
        run = Run(self.world.run(), program)
        for name, resource in program.items():
            self.between(name)
            try:
                given = self.resolve(resource.inputs, program.keys() - run.report.errors.keys())
            except Unresolved:
                run.report.steps[name] = "skipped"
                continue
            run.report.steps[name] = self._step(run, name, given, blind=name == replacing)
        if not run.report.errors:
            self._clean_up(run)
        return run.report

    def refresh(self) -> None:
        """Take over what the account says."""
        account = self.world.run()
        for name, held in list(self.state.items()):
            read = lifecycle_of(held.kind, account).read(held.id, held.outputs)
            if read is None:
                del self.state[name]
            else:
                inputs = held.inputs if read.inputs is None else read.inputs
                self.state[name] = Held(held.kind, held.id, inputs, read.outputs)

    def destroy(self) -> Report:
        """Delete everything; nothing was compared before."""
        run = Run(self.world.run(), {})
        self._clean_up(run)
        return run.report

    def resolve(self, value: Any, usable: Collection[str]) -> Any:
        """The value with the ids of the resources that it refers to, which must be among the usable ones."""
        if isinstance(value, Ref):
            if value.name not in usable or value.name not in self.state:
                raise Unresolved
            return self.state[value.name].id
        if isinstance(value, Mapping):
            return {key: self.resolve(item, usable) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, usable) for item in value]
        return value

    def _step(self, run: Run, name: str, given: Inputs, *, blind: bool) -> str:
        kind = run.program[name].kind
        old, urn = self.state.get(name), self.urn(name, kind)
        mark = Mark("shop", self.stack, name)
        inputs, reasons = check(kind, old.inputs if old else {}, given, merchant_id=MERCHANT, mark=mark)
        reasons += run.account.names.declare(kind, inputs, urn)
        if reasons:
            run.report.errors[name] = "; ".join(map(str, reasons))
            return "refused"
        lifecycle = lifecycle_of(kind, run.account)
        try:
            step = "create" if old is None else "replace" if blind else _compare(run.account, old, inputs, urn)
            if step == "same":
                return step
            if old is not None and step == "update":
                outcome = lifecycle.update(old.id, old.outputs, inputs, urn)
            else:
                outcome = lifecycle.create(inputs, urn)
        except Incomplete as error:
            run.report.errors[name] = str(error)
            self.state[name] = Held(kind, error.object_id, inputs, error.outputs, failed=True)
            return "incomplete"
        except PaygenticError as error:
            run.report.errors[name] = str(error)
            return "failed"
        if old is not None and step == "replace":
            self.condemned.append((name, old))
        self.state[name] = Held(kind, outcome.id, inputs, outcome.outputs)
        run.report.warnings += outcome.warnings
        return step

    def _clean_up(self, run: Run) -> None:
        removed = [(name, held) for name, held in self.state.items() if name not in run.program]
        for name, held in [*reversed(self.condemned), *reversed(removed)]:
            try:
                lifecycle = lifecycle_of(held.kind, run.account)
                run.report.warnings += lifecycle.delete(held.id, held.outputs, self.urn(name, held.kind))
            except PaygenticError as error:
                run.report.errors[name] = str(error)
                continue
            if self.state.get(name) is held:
                del self.state[name]
                run.report.steps[name] = "delete"
            else:
                self.condemned.remove((name, held))


def _compare(account: Account, old: Held, inputs: Inputs, urn: str) -> str:
    """The step that the engine takes after a diff that leaves the comparison to it."""
    holder = account.claims.saw(old.id, urn, old.outputs)
    if holder is not None:
        if old.kind.natural_key:
            raise HeldTwice(old.kind.title, old.id, holder)
        return "replace"
    difference = diff(old.kind, old.id, old.outputs, inputs)
    if difference.forced:
        return "replace"
    if inputs == old.inputs:
        return "update" if old.failed else "same"
    return "replace" if difference.replaces else "update"
