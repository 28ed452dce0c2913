"""A small engine in memory that treats the lifecycle as Pulumi's does: a state, a program, up, refresh and destroy.

Each operation is a run of its own.  Resources are processed in the program's order, each checked, compared and written
before the next; a replaced object goes only after everything that used it has moved.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_paygentic.api import PaygenticError
from pulumi_paygentic.catalog import CatalogObject
from pulumi_paygentic.lifecycle import Account, Lifecycle, Message, PartialUpdate, warnings_in
from tests.support.account import Inputs, MerchantAccount


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
    """The outcome of an operation: the step taken for each resource, the errors, and the messages."""

    steps: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        return warnings_in(self.messages)

    @property
    def infos(self) -> list[str]:
        return [message.text for message in self.messages if message.severity == "info"]

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

    def __init__(self, merchant: MerchantAccount, stack: str = "dev") -> None:
        self.merchant = merchant
        self.stack = stack
        self.state: dict[str, Held] = {}
        self.condemned: list[tuple[str, Held]] = []
        self.between: Callable[[str], None] = lambda _: None
        """Called before each resource, so that a test can do something meanwhile."""

    def urn(self, name: str, kind: type[CatalogObject]) -> str:
        return f"urn:pulumi:{self.stack}::shop::{kind.__name__}::{name}"

    def id(self, name: str) -> str:
        return self.state[name].id

    def up(self, program: Program, *, replacing: str | None = None, comparing: bool = False) -> Report:
        """Make the account match; `replacing` is the name of a resource to replace whatever its diff says.

        Without `comparing` its diff is never asked, as by `--replace`; with it, as by `replace_on_changes`.
        """
        run = Run(self.merchant.run(), program)
        for name, resource in program.items():
            self.between(name)
            try:
                given = self.resolve(resource.inputs, program.keys() - run.report.errors.keys())
            except Unresolved:
                run.report.steps[name] = "skipped"
                continue
            run.report.steps[name] = self._step(run, name, given, replacing=name == replacing, comparing=comparing)
        if not run.report.errors:
            self._clean_up(run)
        return run.report

    def refresh(self) -> None:
        """Adopt the account's values."""
        account = self.merchant.run()
        for name, held in list(self.state.items()):
            read = Lifecycle(held.kind, account, self.urn(name, held.kind)).read(held.id, held.outputs)
            if read is None:
                del self.state[name]
            else:
                inputs = held.inputs if read.inputs is None else read.inputs
                self.state[name] = Held(held.kind, held.id, inputs, read.outputs)

    def destroy(self) -> Report:
        """Delete everything; nothing was compared before."""
        run = Run(self.merchant.run(), {})
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

    def _step(self, run: Run, name: str, given: Inputs, *, replacing: bool, comparing: bool) -> str:
        kind = run.program[name].kind
        old = self.state.get(name)
        lifecycle = Lifecycle(kind, run.account, self.urn(name, kind))
        inputs, reasons = lifecycle.check(old.inputs if old else {}, given)
        if reasons:
            run.report.errors[name] = "; ".join(map(str, reasons))
            return "refused"
        run.report.messages += lifecycle.advise(inputs)
        try:
            step = "create"
            if old is not None:
                step = "replace"
                if comparing or not replacing:
                    compared = self._compare(run, lifecycle, old, inputs)
                    step = "replace" if replacing else compared
            if step == "same":
                return step
            if old is not None and step == "update":
                result = lifecycle.update(old.id, old.outputs, inputs)
            else:
                result = lifecycle.create(inputs)
        except PartialUpdate as error:
            run.report.errors[name] = str(error)
            self.state[name] = Held(kind, error.object_id, inputs, error.outputs, failed=True)
            return "incomplete"
        except PaygenticError as error:
            run.report.errors[name] = str(error)
            return "failed"
        if old is not None and step == "replace":
            self.condemned.append((name, old))
        self.state[name] = Held(kind, result.id, inputs, result.outputs)
        run.report.messages += result.messages
        return step

    def _clean_up(self, run: Run) -> None:
        removed = [(name, held) for name, held in self.state.items() if name not in run.program]
        for name, held in [*reversed(self.condemned), *reversed(removed)]:
            try:
                lifecycle = Lifecycle(held.kind, run.account, self.urn(name, held.kind))
                run.report.messages += lifecycle.delete(held.id, held.outputs)
            except PaygenticError as error:
                run.report.errors[name] = str(error)
                continue
            if self.state.get(name) is held:
                del self.state[name]
                run.report.steps[name] = "delete"
            else:
                self.condemned.remove((name, held))

    def _compare(self, run: Run, lifecycle: Lifecycle, old: Held, inputs: Inputs) -> str:
        """The step that the engine takes after a diff that leaves the comparison to it."""
        difference = lifecycle.diff(old.id, old.outputs, inputs)
        run.report.messages += difference.messages
        if difference.forced:
            return "replace"
        if inputs == old.inputs:
            return "update" if old.failed else "same"
        return "replace" if difference.replaces else "update"
