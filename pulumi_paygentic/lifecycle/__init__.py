"""The life of catalog objects, once for all of them: check, diff, create, read, update, delete.

It knows the API and the catalog, and nothing of Pulumi. This table lists all hidden state:

| state | where, and how long | writer | reader |
| --- | --- | --- | --- |
| claims (`Claims`): the holder of each object | one run | diff, create, adopt, delete | finder, diff, delete |
| natural keys (`NaturalKeys`): who declares which | one run | check, diff | check, diff |
| advice (`Advice`): objects seen, warnings given | one run | diff, create, check | check, create, update |
| collections (`Collection`): each list of the account, with an index | one run | read, and every write | finder, read |
| customers (`Customers`): the customer of each email address | one run | create | create |
| plan versions (`PlanVersions`): each version once | one run | read, mint, make default | plan, price |
| `__declared`: the names of the declared arguments | the state | create, update; kept by read | read, diff, update |
| `__mark`: a product's ownership mark | the state, and an input | check | product finder |
| `__lines`: a plan's price ids by line key | the state | create, update, read | read, diff |
| `__former`: the ids that a price resource had before | the state | create, update | price finder |
| `__subscribers`: subscribers by plan, for `on_change="refuse"` | the state | create, update, read | diff |
| `__adoption`: a random text, new with each adoption | the state | create | delete |
| the ownership mark: project, stack and resource | the account, in a product's metadata | create | product finder |

The account and its claims are made once for a provider process and settings (`adapter.session`).
A state of an earlier version, under names of its time, enters through `state.migrated` alone.
"""

from pulumi_paygentic.lifecycle.account import Account
from pulumi_paygentic.lifecycle.check import Checked, check
from pulumi_paygentic.lifecycle.diff import diff
from pulumi_paygentic.lifecycle.errors import (
    AdoptionImpossible,
    AdoptionRefused,
    AmbiguousAdoption,
    AuthorizationUnavailable,
    DuplicateOwner,
    KeyInUse,
    KeyMoves,
    LifecycleError,
    LinkUnconfirmed,
    NothingDueInAdvance,
    ObjectDeleted,
    ObjectNotFound,
    PartialUpdate,
    PriceChangeRefused,
    ProductMismatch,
    ProductNotOwned,
    ReplacementRefused,
    StalePlanVersion,
    TemplateMismatch,
    WrongMerchant,
)
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle
from pulumi_paygentic.lifecycle.result import Difference, Message, Result, info, warning, warnings_in

__all__ = [
    "Account",
    "AdoptionImpossible",
    "AdoptionRefused",
    "AmbiguousAdoption",
    "AuthorizationUnavailable",
    "Checked",
    "Difference",
    "DuplicateOwner",
    "KeyInUse",
    "KeyMoves",
    "Lifecycle",
    "LifecycleError",
    "LinkUnconfirmed",
    "Message",
    "NothingDueInAdvance",
    "ObjectDeleted",
    "ObjectNotFound",
    "PartialUpdate",
    "PriceChangeRefused",
    "ProductMismatch",
    "ProductNotOwned",
    "ReplacementRefused",
    "Result",
    "StalePlanVersion",
    "TemplateMismatch",
    "WrongMerchant",
    "check",
    "diff",
    "info",
    "warning",
    "warnings_in",
]
