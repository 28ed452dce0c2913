"""The dynamic provider: translates Pulumi's calls to the lifecycle and back, once for all kinds.

What is pickled into a resource's state is a call of `provider_for` with the kind's name.  Every existing state holds
that path, so neither it nor this module may ever be renamed or moved.
"""

from __future__ import annotations

import base64
import functools
import pickle
from collections.abc import Callable, Mapping
from typing import Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_paygentic.adapter import engine
from pulumi_paygentic.adapter.failures import reported
from pulumi_paygentic.adapter.sdk_internals import pass_on_cancel
from pulumi_paygentic.adapter.session import account_of
from pulumi_paygentic.adapter.values import from_engine, to_engine
from pulumi_paygentic.api import ConfigurationError
from pulumi_paygentic.catalog import CatalogObject, Mark, Reason, kind_named
from pulumi_paygentic.lifecycle import Account, HeldTwice, Incomplete, Lifecycle, Outcome, check, diff, lifecycle_of


class Provider(ResourceProvider):
    """The provider of one kind of resource; its only state is its kind and, in a running process, its configuration."""

    serialize_as_secret_always = False

    def __init__(self, kind: type[CatalogObject]) -> None:
        super().__init__()
        self._kind = kind
        self._config: Callable[[str], Any] = lambda _: None
        self._resolved: Account | None = None

    def __reduce__(self) -> tuple[Callable[[str], Provider], tuple[str]]:
        return provider_for, (self._kind.__name__,)

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the configuration; `check` says what is wrong with it, in preview and in one line."""
        self._config, self._resolved = req.config.get, None
        pass_on_cancel()

    @reported
    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Canonical inputs, and every reason against them."""
        given = from_engine(news)
        try:
            account = self._account()
        except ConfigurationError as error:
            return CheckResult(to_engine(given), [CheckFailure("", reason) for reason in error.reasons])
        mark = _mark(engine.urn())
        inputs, reasons = check(self._kind, from_engine(olds), given, merchant_id=account.merchant_id, mark=mark)
        reasons += account.names.declare(self._kind, inputs, engine.urn())
        return CheckResult(to_engine(inputs), [_failure(reason) for reason in reasons])

    @reported
    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """What is to be replaced; which values differ, the engine finds by comparing inputs."""
        state = from_engine(olds)
        holder = self._account().claims.saw(id, engine.urn(), state)
        if holder is not None:
            if self._kind.natural_key:
                raise HeldTwice(self._kind.title, id, holder)
            return DiffResult(changes=True, replaces=["merchant_id"])  # of twins, each gets its own
        difference = diff(self._kind, id, state, from_engine(news))
        return DiffResult(changes=True if difference.forced else None, replaces=difference.replaces)

    @reported
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make the object, or take over the one that an earlier run made."""
        outcome = self._finish(props, lambda lifecycle, inputs, owner: lifecycle.create(inputs, owner))
        return CreateResult(outcome.id, to_engine(outcome.outputs))

    @reported
    def read(self, id: str, props: dict[str, Any]) -> ReadResult:
        """The object as it is now, with its drift in the inputs; an empty id if it is gone."""
        outcome = self._lifecycle().read(id, from_engine(props))
        if outcome is None:
            return ReadResult("", {})
        inputs = None if outcome.inputs is None else to_engine(outcome.inputs)
        return ReadResult(id, to_engine(outcome.outputs), inputs)

    @reported
    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Write what differs."""
        state = from_engine(olds)
        outcome = self._finish(news, lambda lifecycle, inputs, owner: lifecycle.update(id, state, inputs, owner))
        return UpdateResult(to_engine(outcome.outputs))

    @reported
    def delete(self, id: str, props: dict[str, Any]) -> None:
        """Delete the object, or say why it was kept."""
        for warning in self._lifecycle().delete(id, from_engine(props), engine.urn()):
            engine.warn(warning)

    def _account(self) -> Account:
        if self._resolved is None:  # neither configuration nor environment changes while a process lives
            self._resolved = account_of(self._config)
        return self._resolved

    def _lifecycle(self) -> Lifecycle:
        return lifecycle_of(self._kind, self._account())

    def _finish(self, props: Mapping[str, Any], write: Callable[[Lifecycle, dict[str, Any], str], Outcome]) -> Outcome:
        """Write; what was only done in part is remembered, and fails all the same."""
        inputs = from_engine(props)
        try:
            outcome = write(self._lifecycle(), inputs, engine.urn())
        except Incomplete as error:
            provider = {key: value for key, value in props.items() if key not in inputs}
            engine.keep_partial(error.object_id, {**error.outputs, **provider}, {**inputs, **provider}, str(error))
            raise
        for warning in outcome.warnings:
            engine.warn(warning)
        return outcome


def provider_for(kind: str) -> Provider:
    """The provider of the kind of that name: what a state's `__provider` calls."""
    return Provider(kind_named(kind))


@functools.cache
def serialised(kind: type[CatalogObject]) -> str:
    """The provider as it stands in every state: the same text on every version of Python."""
    return base64.b64encode(pickle.dumps(Provider(kind), protocol=4)).decode()


def _failure(reason: Reason) -> CheckFailure:
    """Name the argument in the reason: of a property that is named, the engine prints the value as well.

    It prints a secret in the clear, a long text in full, and `value {<nil>}` for anything nested.
    """
    return CheckFailure("", str(reason))


def _mark(urn: str) -> Mark:
    """Project, stack and name of a resource; the types of its parents tell apart those of one name."""
    stack, project, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    parents = types.rpartition("$")[0]
    return Mark(project, stack, f"{parents}${name}" if parents else name)
