"""The dynamic provider: translates Pulumi's calls to the lifecycle and back, once for all kinds.

A resource's state holds a pickled call of `provider_for` with the kind's name.  Every existing state holds that path,
so neither it nor this module may ever be renamed or moved.
"""

from __future__ import annotations

import base64
import functools
import pickle
from collections.abc import Callable, Iterable, Mapping
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
from pulumi_paygentic.catalog import CatalogObject, Violation, kind_named
from pulumi_paygentic.lifecycle import Account, Lifecycle, Message, PartialUpdate, Result


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
        """The inputs in canonical form, and every violation."""
        given = from_engine(news)
        try:
            lifecycle = self._lifecycle()
        except ConfigurationError as error:
            return CheckResult(to_engine(given), [CheckFailure("", reason) for reason in error.reasons])
        inputs, violations = lifecycle.check(from_engine(olds), given)
        if not violations:
            _report(lifecycle.advise(inputs))
        return CheckResult(to_engine(inputs), [_failure(violation) for violation in violations])

    @reported
    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """The fields that need a new object; the engine finds the changed values itself, by comparing inputs.

        Not so in a state that was written before an argument was renamed: there the lifecycle's own comparison counts.
        """
        difference = self._lifecycle().diff(id, from_engine(olds), from_engine(news))
        _report(difference.messages)
        return DiffResult(changes=difference.is_change, replaces=difference.replaces)

    @reported
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the object, or adopt an existing one."""
        result = self._finish(props, lambda lifecycle, inputs: lifecycle.create(inputs))
        return CreateResult(result.id, to_engine(result.outputs))

    @reported
    def read(self, id: str, props: dict[str, Any]) -> ReadResult:
        """The object as it is now, with its drift in the inputs; an empty id if it does not exist any more."""
        result = self._lifecycle().read(id, from_engine(props))
        if result is None:
            return ReadResult("", {})
        inputs = None if result.inputs is None else to_engine(result.inputs)
        return ReadResult(id, to_engine(result.outputs), inputs)

    @reported
    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Write the fields that differ."""
        state = from_engine(olds)
        result = self._finish(news, lambda lifecycle, inputs: lifecycle.update(id, state, inputs))
        return UpdateResult(to_engine(result.outputs))

    @reported
    def delete(self, id: str, props: dict[str, Any]) -> None:
        """Delete the object, or say why it stays."""
        _report(self._lifecycle().delete(id, from_engine(props)))

    def _account(self) -> Account:
        if self._resolved is None:  # neither configuration nor environment changes while a process lives
            self._resolved = account_of(self._config)
        return self._resolved

    def _lifecycle(self) -> Lifecycle:
        return Lifecycle(self._kind, self._account(), engine.urn())

    def _finish(self, props: Mapping[str, Any], write: Callable[[Lifecycle, dict[str, Any]], Result]) -> Result:
        """Write; the state of a write that was done only in part is saved, and the call fails all the same."""
        inputs = from_engine(props)
        try:
            result = write(self._lifecycle(), inputs)
        except PartialUpdate as error:
            provider = {key: value for key, value in props.items() if key not in inputs}
            engine.save_partial(error.object_id, {**error.outputs, **provider}, {**inputs, **provider}, str(error))
            raise
        _report(result.messages)
        return result


def provider_for(kind: str) -> Provider:
    """The provider of the kind of that name: what a state's `__provider` calls."""
    return Provider(kind_named(kind))


@functools.cache
def serialised(kind: type[CatalogObject]) -> str:
    """Return the provider as every state holds it: the same text on every version of Python."""
    return base64.b64encode(pickle.dumps(Provider(kind), protocol=4)).decode()


def _failure(violation: Violation) -> CheckFailure:
    """Name the argument in the reason: for a property that is named, the engine prints the value as well.

    It prints a secret in the clear, a long text in full, and `value {<nil>}` for anything nested.
    """
    return CheckFailure("", str(violation))


def _report(messages: Iterable[Message]) -> None:
    for message in messages:
        engine.log(message.severity, message.text)
