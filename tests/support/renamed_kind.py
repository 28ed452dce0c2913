"""A made-up kind of which an argument and a hidden key were renamed: a fee whose name was once called `label`."""

from collections.abc import Mapping
from typing import ClassVar

from pulumi_paygentic.catalog import Fee
from pulumi_paygentic.catalog.renamed import Renamed
from pulumi_paygentic.lifecycle.state import DECLARED
from tests.support.account import Inputs

OLD_NAMES = {"name": "label", "__holder": "__owner"}


class Charge(Fee):
    """A fee as this version declares it."""

    renamed: ClassVar[Mapping[str, Renamed]] = {old: Renamed(name, since="0.2.0") for name, old in OLD_NAMES.items()}


def as_before(state: Inputs) -> Inputs:
    """The state, or its inputs, as the version before the renaming wrote it."""
    old = {OLD_NAMES.get(name, name): value for name, value in state.items()}
    if DECLARED in old:
        old[DECLARED] = sorted(OLD_NAMES.get(name, name) for name in old[DECLARED])
    return old
