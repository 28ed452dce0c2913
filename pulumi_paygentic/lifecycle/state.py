"""The state of an object: the API's answer, the program's own decisions, and hidden outputs.

Everything here is a pure function of its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject
from pulumi_paygentic.catalog.renamed import present_names

DECLARED: Final = "__declared"
"""The names of the arguments that the program declared: all others are not managed."""
MARK: Final = "__mark"
"""A product's ownership mark, as text; an input too."""
LINES: Final = "__lines"
"""A plan's price ids by line key in its default version, which only versions list."""
FORMER: Final = "__former"
"""The ids that a price resource had before, newest first: a rollback adopts them again."""
SUBSCRIBERS: Final = "__subscribers"
"""The number of subscribers of each plan that lists a price with `on_change="refuse"`, as of the last read."""
ADOPTION: Final = "__adoption"
"""A random text, new with each adoption: it tells the live state of an object from an older state of the same one."""


def migrated(kind: type[CatalogObject], state: Mapping[str, Any]) -> dict[str, Any]:
    """A state, or the inputs in it, that any earlier version wrote, under the names of this one."""
    present = present_names(kind.renamed, state)
    if kind.renamed and DECLARED in present:
        present[DECLARED] = sorted(present_names(kind.renamed, dict.fromkeys(present[DECLARED])))
    return present


def visible(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without the hidden ones."""
    return {name: value for name, value in values.items() if not name.startswith("__")}


def declared_in(kind: type[CatalogObject], state: Mapping[str, Any]) -> set[str]:
    """The declared arguments; all inputs that the state holds if it does not list them."""
    listed: Iterable[str] | None = state.get(DECLARED)
    return set(kind.inputs()) & set(state) if listed is None else set(listed) & set(kind.inputs())


def is_first_read(kind: type[CatalogObject], state: Mapping[str, Any]) -> bool:
    """Return whether this state has no answer yet: the program refers by id to an object that it does not manage."""
    answered = {name for name, field in kind.fields().items() if not field.behaviour.is_input}
    return DECLARED not in state and not answered & set(state)


def align(reference: Any, values: Any) -> Any:
    """Arrange an unordered list like `reference`: each item in the same place, new items in the gaps.

    Anything but two lists comes back as it is.
    """
    if not isinstance(reference, list) or not isinstance(values, list):
        return values
    common = [item for item in reference if item in values]
    new = [item for item in values if item not in common]
    aligned = [item if item in common else new.pop(0) for item in reference if item in common or new]
    return [*aligned, *new]


def to_state(kind: type[CatalogObject], live: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of an object: its live values, and from `known` the values that the API never answers.

    A declared value keeps the program's spelling and its own keys, as far as the API's answer means the same.
    """
    fields, declared = kind.inputs(), known.get(DECLARED, ())
    local = {name for name, field in fields.items() if not field.behaviour.is_sent}
    hidden = {name: value for name, value in known.items() if name in local or name.startswith("__")}
    outputs = dict(live)
    for name in set(declared) & set(fields):
        if fields[name].behaviour.is_remembered:
            outputs[name] = fields[name].as_declared(known.get(name), outputs.get(name))
    return {**hidden, **{name: value for name, value in outputs.items() if value is not None}}


def to_inputs(kind: type[CatalogObject], state: Mapping[str, Any]) -> dict[str, Any]:
    """The live values of the declared arguments, so that Pulumi shows drift field by field."""
    inputs = {name: state[name] for name in sorted(declared_in(kind, state)) if name in state}
    return {**inputs, **({MARK: state[MARK]} if MARK in state else {})}


def declaring(kind: type[CatalogObject], state: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The state with everything that only the program knows: declared names, local values, spellings and open keys."""
    fields = kind.inputs()
    spelled = {name: inputs[name] for name, field in fields.items() if field.behaviour.is_remembered and name in inputs}
    local = {name: inputs.get(name) for name, field in fields.items() if not field.behaviour.is_sent}
    mark = {MARK: inputs[MARK]} if MARK in inputs else {}
    rest = {name: value for name, value in state.items() if name not in local}
    given = {name: value for name, value in local.items() if value is not None}
    return {**rest, **given, **spelled, **mark, DECLARED: sorted(name for name in inputs if name in fields)}
