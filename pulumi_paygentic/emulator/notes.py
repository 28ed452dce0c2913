"""What the API's description leaves open, and how the emulator decides it."""

from __future__ import annotations

NOTES = """\
- Unknown fields, and create-only fields in an update, are ignored; they are refused only where the description
  closes the object: the body of a mint and of a version's PATCH, the lines of a mint, and a price's `tax`.
- Null is refused (400) for a field that the description does not call nullable; for the others it resets.
- Decimal strings are kept as sent; exponents are refused. Dates are answered in UTC with milliseconds and `Z`.
- Strings may be empty: the description gives no minimum length.
- An id of the wrong form in a path is 404, in a body or a query 400. A reference to nothing is 404; to another
  merchant's object 403 with reason `not_member`; to an object that exists but does not fit 400.
- Pricing units have no operations in the API: every well-formed `pu_` id is taken to exist.
- `quantity` other than 1 is refused for metered prices. Only an explicit `isSoftLimit: false` is a hard limit.
- Deleting a feature takes it off the prices that had it. Deleting an item leaves its tag on metrics and fees.
- A plan made without prices has no version until it gets its first ones. A price may be in several plans.
- PATCH of a plan's `prices` changes its default version in place: prices carried over keep their key, a new price
  takes the key of a dropped one that bills the same metric or fee, and other new ones get a key. An empty list is
  refused once there is a version.
- Generated line keys do not have the form that given keys must have. A price twice in one set is refused. A mint of
  the same set is a version like any other.
- With stable price ids a replaced line keeps its price id; the old value goes to a new id, and the price named in
  the request stays as it is, in no plan. Making another version the default trades the values of the two ids.
- Blockers of a price are of type `plans` (default version) and `planVersions`; of a fee `prices`.
- An edit of a price's `billingCadence`, `isObligation` or `pricingUnitId` is blocked while a live subscription
  bills it (409 `PRICE_HAS_SUBSCRIPTIONS`); every other edit is allowed.
- Nothing is charged: a subscription is active at once and carries no `payment`. A second one of the same customer
  to the same plan answers 200 with the first.
- Authorization links live 24 hours. `planId` may be left out. Declining leaves a link pending.
- Bodies over 1 MiB are 413; a content type other than JSON is 415.
"""
"""A Markdown list."""
