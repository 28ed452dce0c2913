"""What stands in the way of a change, beside the API's own errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_paygentic.api import PaygenticError


class Gone(PaygenticError):
    """An object that was to be changed does not exist any more."""

    hint = "Run `pulumi refresh` (or `pulumi up --refresh`): the next up makes it again."

    def __init__(self, title: str, object_id: str) -> None:
        super().__init__(f"{title} {object_id} does not exist any more.")


class SameName(PaygenticError):
    """A product of that name is there already, and this stack did not make it."""

    hint = (
        "Give this one another name; or import it, if no other stack holds it (the README says how); or set"
        " allow_same_name=True to make a second one of that name."
    )

    def __init__(self, name: str, object_id: str, mark: object) -> None:
        made_by = f"was made by {mark}" if mark else "does not carry this stack's mark"
        super().__init__(f"product {name!r} is there already as {object_id}, which {made_by}.")


class Different(PaygenticError):
    """An object that is known by the same name is there already, and is not what is declared."""

    hint = (
        "If no other resource holds it, run once with PAYGENTIC_ADOPT=true: it is brought to what is declared."
        " If one gives up the name in this run, let this one depend on it (depends_on); if one was only renamed in the"
        " program, give it an alias (aliases=[pulumi.Alias(name=...)])."
    )

    def __init__(self, title: str, object_id: str, fields: Iterable[str]) -> None:
        super().__init__(f"{title} {object_id} has this name already, and differs in {' and '.join(fields)}.")


class HeldTwice(PaygenticError):
    """Two resources of the stack hold one object."""

    hint = (
        "Take the one that should not hold it out of the state (`pulumi state delete URN`), and let it depend on the"
        " other (depends_on) if both are declared."
    )

    def __init__(self, title: str, object_id: str, holder: str) -> None:
        super().__init__(f"{title} {object_id} is held by another resource of this stack as well: {holder}.")


class OtherMerchant(PaygenticError):
    """A state is pointed at another account than the one its objects are in."""

    hint = "Configure the merchant (and key) that the stack was made for; nothing was read or changed."

    def __init__(self, title: str, holder: str, configured: str) -> None:
        super().__init__(f"the {title} belongs to {holder}, and the configured merchant is {configured}.")


class Moved(PaygenticError):
    """The account has moved on from what the state knows."""

    hint = (
        "`pulumi preview --refresh --diff` shows the change: then put it into the program, or undo it with"
        " `pulumi up --refresh`."
    )


class Refused(PaygenticError):
    """A change of what subscribers pay, on a price that was declared to refuse it."""

    hint = "Take the change back, or decide: on_change='version' makes a new price, 'in_place' edits this one."

    def __init__(self, price_id: str, fields: Iterable[str], subscribers: Mapping[str, int]) -> None:
        plans = " and ".join(f"{plan_id} ({int(count)})" for plan_id, count in sorted(subscribers.items()))
        changed = ", ".join(fields)
        super().__init__(f"price {price_id} refuses a change of {changed}: it has subscribers on {plans}.")


class Incomplete(PaygenticError):
    """Some of it was done: the id and outputs to remember, and what is missing."""

    hint = "Run `pulumi up` again to complete it."

    def __init__(self, object_id: str, outputs: dict[str, Any], missing: str) -> None:
        super().__init__(missing)
        self.object_id = object_id
        self.outputs = outputs
