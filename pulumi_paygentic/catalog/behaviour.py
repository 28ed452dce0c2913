"""The behaviour of a field, declared once beside its type: `Annotated[str, mutable()]`.

The four terms are common in the field: *mutable* (PATCH changes it), *create-only* (a change replaces the object),
*read-only* (only the API sets it) and *write-only* (sent, never read back).  A fifth, *local*, is a decision of the
program that the API never sees, such as `on_change`, the way in which a price change is made.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final


class Access(enum.Enum):
    """The behaviour of a field towards the API."""

    MUTABLE = "mutable"
    CREATE_ONLY = "create-only"
    READ_ONLY = "read-only"
    WRITE_ONLY = "write-only"
    LOCAL = "local"


class _Missing(enum.Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
"""The API fills in nothing: removing such a field, once declared, cannot restore a default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The behaviour of one field; `default` is the API's value for a field that is not given.

    `default=None` says that null clears the field.  `presentation` marks a field that only changes an invoice's looks.
    `derived` marks an input that the API derives by itself, declared only to compare (a price's merchant).
    `allows_extra_keys` marks a map to which the API may add keys.  `as_spelled` marks a value with several spellings of
    one meaning, of which the state has the program's.  `at_creation` marks a local field that decides how the object is
    created.
    """

    access: Access
    default: Any = MISSING
    secret: bool = False
    presentation: bool = False
    derived: bool = False
    allows_extra_keys: bool = False
    as_spelled: bool = False
    at_creation: bool = False

    @property
    def is_input(self) -> bool:
        """Return whether a program may declare the field."""
        return self.access is not Access.READ_ONLY

    @property
    def is_sent(self) -> bool:
        """Return whether the field is part of a request body."""
        return self.access not in {Access.READ_ONLY, Access.LOCAL} and not self.derived

    @property
    def replaces(self) -> bool:
        """Return whether a change needs a new object."""
        return self.access in {Access.CREATE_ONLY, Access.WRITE_ONLY} or self.at_creation

    @property
    def is_charge(self) -> bool:
        """Return whether the field is part of the charge, not only of its presentation."""
        return self.access in {Access.MUTABLE, Access.CREATE_ONLY} and not self.presentation and not self.derived

    @property
    def is_remembered(self) -> bool:
        """Return whether the state needs the declared value, to compare the API's answer with it."""
        return self.allows_extra_keys or self.as_spelled

    @property
    def can_be_unset(self) -> bool:
        """Return whether removing a declared field from the program restores the API's default."""
        return self.replaces or self.access is Access.LOCAL or self.default is not MISSING


def mutable(
    *, default: Any = MISSING, presentation: bool = False, allows_extra_keys: bool = False, as_spelled: bool = False
) -> Behaviour:
    """PATCH changes it."""
    return Behaviour(
        access=Access.MUTABLE,
        default=default,
        presentation=presentation,
        allows_extra_keys=allows_extra_keys,
        as_spelled=as_spelled,
    )


def create_only(*, default: Any = MISSING, secret: bool = False, derived: bool = False) -> Behaviour:
    """Fixed at creation: a change replaces the object."""
    return Behaviour(access=Access.CREATE_ONLY, default=default, secret=secret, derived=derived)


def read_only(*, secret: bool = False) -> Behaviour:
    """Only the API sets it."""
    return Behaviour(access=Access.READ_ONLY, secret=secret)


def local(*, default: Any = None, at_creation: bool = False) -> Behaviour:
    """A decision of the program that is never sent."""
    return Behaviour(access=Access.LOCAL, default=default, at_creation=at_creation)
