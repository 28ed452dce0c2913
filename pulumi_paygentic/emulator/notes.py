"""What the API's description leaves open, and how the emulator decides it."""

from __future__ import annotations

NOTES = """\
- Unknown fields, and create-only fields in an update, are ignored; they are refused only where the description
  closes the object: the body of a mint and of a version's PATCH, the lines of a mint, and a price's `tax`.
- Null is refused (400) for a field that the description does not call nullable; for the others it resets.
- A unit price is below 10^100 and has at most 50 places; a plan's tax rate is above -100 and at most 10^6. JSON may be
  nested 200 levels deep.
- Decimal strings are kept as sent; exponents are refused. Dates are answered in UTC with milliseconds and `Z`.
- Strings may be empty: the description gives no minimum length.
- An id of the wrong form in a path is 404, in a body or a query 400. A reference to nothing is 404; to another
  merchant's object 403 with reason `not_member`; to an object that exists but does not fit 400.
- Pricing units have no operations in the API: every well-formed `pu_` id is taken to exist.
- `quantity` other than 1 is refused for metered prices. Only an explicit `isSoftLimit: false` is a hard limit.
- Deleting a feature takes it off the prices that had it. Items have no DELETE (405), as in SDK 0.6.3: archive them.
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
- A subscription is active at once and carries no `payment`. A second one of the same customer to the same plan
  answers 200 with the first.
- An event of any type is accepted; a metric that is made later measures it. The first event with a key stands, and
  answers its repetitions. Accepted means committed: nothing acknowledged is lost when the process is killed. Subjects
  are not looked up. A value is a number or a string that is a plain decimal, up to 10^30; others only count.
  Windows and groups without events are left out; an event without a dimension is in the group of the empty text.
- Usage by the older paths adds its quantity to what a metric aggregates, and is billed by the customer's active
  subscription that bills all its metrics; without one it is refused. `price` is refused: no price is dynamic.
  In a batch a body of the wrong form is 400 as a whole; what fails by its content is told by its place, with 207.
- A reservation lives an hour. It holds what its quantities cost now, tax included, whatever `maxUses` is. Too little
  in the wallet is 400 `INSUFFICIENT_FUNDS`, with what is required and available. A reservation that has run out
  guarantees nothing, but usage that names it is kept and billed. `/edge` before the path stands for the edge host.
- A customer is given 100.00 of test money with the first subscription in a currency. An invoice that the wallet covers
  is paid when it is issued; any other stays unpaid, and nothing pays it later. What is free to reserve is the balance
  less what is held by reservations, accrued, and unpaid.
- Periods are counted from the billing anchor, so the 31st comes back after a shorter month. Usage of a period is taken
  for an hour after it; what is reported later is measured, but billed by no invoice. Invoice 0 bills what is due in
  advance at the start; every other one, usage and fees in arrears of its period and fees in advance of the next.
- A fee's own periods are counted from the billing anchor by its own cadence. If billing begins within one (a stub), the
  fee is prorated by the share of its time: the amount is the exact product, rounded as every line is, and so is the
  unit price. This is inferred: the description says only that an obligation (`isObligation`) is *not* prorated.
  An obligation is not billed for a stub at all; its first charge is whole, for the period after it.
- Nothing else is prorated: a period cut short by a termination costs its fees in full, and a move between versions
  changes no share. A fee that recurs more often than daily is billed daily. Prices in pricing units are not invoiced.
- No move of a clock opens more than 50,000 periods of subscriptions, their fees and their entitlements (400).
- A subscription brings its plan's features along as entitlements, by the template of the first price that has each; a
  template that does not fit is left out, and a reconciliation names it. Later versions reach them by a reconciliation.
- Credits cover usage in the order of priority, end and beginning; at a reset what is left rolls over within its limits
  (for issued credits nothing, unless the template says so). Lines take from a feature's credits in their order. A
  discount line has a negative quantity. A grant that is voided covers what came before it.
- Rebates that exceed the rest of an invoice are cut short, the last first. A refund gives back no more
  than was paid; of an invoice that was not paid it leaves less to pay.
- Line amounts are rounded to nine decimals, half to even, and so is each line's tax; totals only add. A line is one
  price's usage, or one time of a fee. Lines of a period without usage are left out. With tax included, the tax is what
  remains of the rounded amount.
- What an issued invoice asks to be paid (`paidAmount` and `unpaidAmount`) is its `grandTotal` in whole smallest units
  of its currency by ISO 4217, half to even: of 111.309 JPY it is 111, of 0.004 USD nothing. What is used and not
  invoiced yet stays exact, and so does revenue without tax, which adds lines.
- The rate of tax is the customer's for the metric, else for the plan, else its `default`, else the plan's. Tax is never
  looked up. It is 0 where the price is out of scope or the subscription exempt.
- A price keeps, for the period under way, everything it had when the period began, but for its payment term. A pinned
  subscription follows edits of its version's prices, as a floating one does, from the next period on.
- A termination issues the last invoice at once, and drops usage after it. Usage refunded after its invoice is a refund
  line on the next one, or, where none will come, money in the wallet.
- A portal link opens a page that only shows: nothing can be changed there.
- Revenue counts invoices in the currency that brought most.
- Authorization links live 24 hours. `planId` may be left out. Declining leaves a link pending.
- Bodies over 1 MiB are 413; a content type other than JSON is 415.
"""
"""A Markdown list."""
