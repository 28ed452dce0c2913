"""Every error of the lifecycle, below the client's root; each says what, on which object, and what to do now.

PaygenticError               (see `api.errors`)
├── LifecycleError
│   ├── WrongMerchant        the object belongs to another merchant than the configured one
│   ├── DuplicateOwner       two resources of the stack hold one object
│   ├── ObjectDeleted        the object to change does not exist any more
│   ├── ObjectNotFound       a program refers by its id to an object that does not exist
│   ├── LinkUnconfirmed      the answer to the POST of a link was lost, and nothing can find the link
│   ├── AuthorizationUnavailable  the account has no authorization sessions
│   ├── NothingDueInAdvance  a subscription to the plan would be active without a checkout
│   ├── ProductNotOwned      a product of that name exists, and this stack did not create it
│   ├── AdoptionRefused      an existing object differs from the declaration
│   ├── AmbiguousAdoption    several existing objects have the declared key, and none is equal
│   ├── AdoptionImpossible   `adopt_id` names an object that can't be adopted
│   ├── ReplacementRefused   a product, metric or plan would be replaced without `allow_replace`
│   ├── ProductMismatch      an item was filed under another product, and its metrics with it
│   ├── KeyMoves             a unique key moves between two resources in one run
│   ├── KeyInUse             a unique key is held by another object
│   ├── StalePlanVersion     the plan bills from another version than the state knows
│   ├── TemplateMismatch     an entitlement template is of another type than its feature
│   ├── PriceChangeRefused   `on_change="refuse"`, and there are subscribers
└── └── PartialUpdate        part of an update was done: its state is to be saved
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_paygentic.api import PaygenticError
from pulumi_paygentic.catalog import shortened, shown_value


class LifecycleError(PaygenticError):
    """A change that can't be made, or must not be made without a decision."""


class WrongMerchant(LifecycleError):
    """The state belongs to another account than the configured one."""

    hint = "Configure the merchant (and key) that the stack was made for; nothing was read or changed."

    def __init__(self, title: str, holder: str, configured: str) -> None:
        super().__init__(f"The {title} belongs to {holder}, and the configured merchant is {configured}.")


class DuplicateOwner(LifecycleError):
    """Two resources of the stack hold one object."""

    hint = (
        "Remove the one that should not hold it from the state (`pulumi state delete URN`), and let it depend on the"
        " other (depends_on) if both are declared."
    )

    def __init__(self, title: str, object_id: str, holder: str) -> None:
        super().__init__(f"{title} {object_id} is held by another resource of this stack as well: {holder}.")


class ObjectDeleted(LifecycleError):
    """The object to change does not exist any more."""

    hint = "Run `pulumi up --refresh`: it creates the object again."

    def __init__(self, title: str, object_id: str) -> None:
        super().__init__(f"{title} {object_id} does not exist any more.")


class ObjectNotFound(LifecycleError):
    """An object that a program refers to by its id does not exist."""

    hint = "Check the id, and that the key, the environment and the merchant are those of the account that it is in."

    def __init__(self, title: str, object_id: str, merchant_id: str, environment: str) -> None:
        super().__init__(f"{title} {object_id} does not exist in merchant {merchant_id} ({environment}).")


class LinkUnconfirmed(LifecycleError):
    """The answer to the POST of an authorization link was lost, and nothing can find the link."""

    hint = (
        "Ask the user, or the dashboard, whether a link arrived. `pulumi up` makes another one; set resend=True where a"
        " second link does no harm, and it is sent again by itself."
    )
    maybe_committed = True

    def __init__(self, error: PaygenticError) -> None:
        super().__init__(f"The authorization link was not sent again, as its user could get two: {error.message}")


class AuthorizationUnavailable(LifecycleError):
    """The account has no authorization sessions."""

    hint = "Declare flow='subscription': the link is then the checkout of a subscription that waits for payment."

    def __init__(self, path: str) -> None:
        super().__init__(f"The account has no authorization links: POST {path} answers 404.")


class NothingDueInAdvance(LifecycleError):
    """A subscription to the plan would be active at once, without anybody's consent."""

    hint = "Give the plan a price with payment_term='in_advance', or declare flow='authorization'. Nothing was written."

    def __init__(self, plan_id: str) -> None:
        super().__init__(f"Plan {plan_id} charges nothing in advance, so its subscriptions have no checkout.")


class ProductNotOwned(LifecycleError):
    """A product of that name exists already, and this stack did not create it."""

    def __init__(self, name: str, object_id: str, mark: object) -> None:
        self.hint = (
            f'Declare another name; or adopt_id="{object_id}" to adopt it, if no other stack holds it; or'
            " allow_same_name=True to create a second one of that name."
        )
        made_by = f"was created by {shortened(str(mark))}" if mark else "does not carry this stack's mark"
        super().__init__(f"A product named {shown_value(name)} exists already ({object_id}), and {made_by}.")


class AdoptionRefused(LifecycleError):
    """An existing object has the declared natural key, and differs from the declaration."""

    def __init__(self, title: str, object_id: str, fields: Iterable[str]) -> None:
        self.hint = (
            f'To adopt it and change these fields, declare adopt_id="{object_id}", or run once with'
            " PAYGENTIC_ADOPT=true. If another resource gives up the name in this run, depend on it (depends_on); if a"
            " resource was only renamed in the program, give it an alias (aliases=[pulumi.Alias(name=...)])."
        )
        super().__init__(f"A {title} with this name exists already ({object_id}), and differs in {_and(fields)}.")


class AmbiguousAdoption(LifecycleError):
    """Several existing objects have the declared natural key, and none is equal to the declaration."""

    def __init__(self, title: str, candidates: Mapping[str, Iterable[str]]) -> None:
        first = next(iter(candidates))
        self.hint = f'Say which one to adopt (adopt_id="{first}", say), or declare another name.'
        named = "; ".join(f"{object_id} differs in {_and(fields)}" for object_id, fields in candidates.items())
        super().__init__(f"{len(candidates)} objects of the kind {title} have this name, and none is equal: {named}.")


class AdoptionImpossible(LifecycleError):
    """`adopt_id` names an object that this resource can't adopt."""

    hint = "Correct adopt_id, or remove it to create a new object."

    def __init__(self, title: str, object_id: str, reason: str) -> None:
        super().__init__(f"adopt_id names {title} {object_id}, which {reason}.")


class ReplacementRefused(LifecycleError):
    """A change that would replace an object that others hang on."""

    def __init__(self, title: str, object_id: str, fields: Iterable[str], consequence: str) -> None:
        self.hint = f"Revert the change, or declare allow_replace=True on this {title} to replace it."
        changed = _and(fields)
        super().__init__(f"Changing {changed} would replace {title} {object_id}: {consequence}.")


class ProductMismatch(LifecycleError):
    """The item of a metric or fee was filed under another product, and the metric or fee moved with it."""

    def __init__(self, title: str, object_id: str, item_id: str, live: str, declared: str) -> None:
        self.hint = f"File item {item_id} under {declared} again, or declare {live} as the product_id."
        super().__init__(
            f"{title} {object_id} belongs to {live}, because its item {item_id} does, and {declared} is declared."
        )


class KeyMoves(LifecycleError):
    """A key that the API keeps unique moves from one resource to another in one run."""

    def __init__(self, title: str, field: str, value: object, giver: str, taker: str) -> None:
        self.hint = (
            f"Do it in two runs: first give {giver!r} another {field} and run `pulumi up`, then give it to {taker!r}."
        )
        super().__init__(
            f"The {field} {shown_value(value)} moves from {title} {giver!r} to {title} {taker!r}, and the API never"
            " lets two objects have one."
        )


class KeyInUse(LifecycleError):
    """A key that the API keeps unique is held by another object."""

    def __init__(self, title: str, field: str, value: object, holder: str) -> None:
        self.hint = (
            f"If a resource of this stack holds it and is removed or renamed in this run, do it in two runs: first"
            f" without this change, then with it. Otherwise declare another {field}."
        )
        super().__init__(f"The {field} {shown_value(value)} is held by another {title}: {holder}.")


class StalePlanVersion(LifecycleError):
    """The plan bills from another version than the state knows."""

    hint = (
        "`pulumi preview --refresh --diff` shows the change: then put it into the program, or undo it with"
        " `pulumi up --refresh`."
    )

    def __init__(self, plan_id: str, number: int) -> None:
        super().__init__(
            f"The default version of plan {plan_id} is now version {number}: it was changed outside this stack since"
            " the last refresh."
        )


class PriceChangeRefused(LifecycleError):
    """A change of the charge, on a price that is declared to refuse it while there are subscribers."""

    hint = "Revert the change, or decide: on_change='version' creates a new price, 'in_place' edits this one."

    def __init__(self, price_id: str, fields: Iterable[str], subscribers: Mapping[str, int]) -> None:
        plans = " and ".join(f"{plan_id} ({int(count)})" for plan_id, count in sorted(subscribers.items()))
        super().__init__(
            f"Not changing {', '.join(fields)} of price {price_id}: on_change='refuse', and there are subscribers on"
            f" {plans}."
        )


class TemplateMismatch(LifecycleError):
    """An entitlement template is of another type than its feature."""

    hint = "Nothing was written."

    def __init__(self, feature_id: str, reason: str) -> None:
        super().__init__(f"{reason} ({feature_id}).")


class PartialUpdate(LifecycleError):
    """Part of an update was done: its id and outputs are to be saved, and the rest is missing."""

    hint = "Run `pulumi up` again to complete it."

    def __init__(self, object_id: str, outputs: dict[str, Any], missing: str) -> None:
        super().__init__(missing)
        self.object_id = object_id
        self.outputs = outputs


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)
