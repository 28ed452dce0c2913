"""Price intervals of subscriptions: listed, edited for periods to come, and billed."""

from typing import Any

import pytest

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
START, FEBRUARY, MARCH, APRIL = (f"2030-0{n}-01T00:00:00.000Z" for n in (1, 2, 3, 4))


@pytest.fixture
def subscription(merchant: Merchant) -> Json:
    merchant.post(CLOCK, {"now": START})
    product = merchant.product()
    fee = merchant.fee(product)
    prices = [
        {"priceId": merchant.price(None, "5", feeId=fee, quantity=2), "key": "seats"},
        {"priceId": merchant.price(merchant.metric(product), "1"), "key": "calls"},
    ]
    return merchant.subscription(merchant.plan(product, prices)["id"], startedAt=START)


def _edit(merchant: Merchant, subscription: Json, expect: int = 200, **body: Any) -> Json:
    return merchant.call("POST", f"/v0/subscriptions/{subscription['id']}/intervals", body, expect=expect)


def _seats(merchant: Merchant, subscription: Json) -> list[Json]:
    found = merchant.get(f"/v0/subscriptions/{subscription['id']}/intervals")["intervals"]
    return [one for one in found if one["priceKey"] == "seats"]


def _add(start: str, unit_price: str | None = None, **fields: Any) -> Json:
    body = {"priceKey": "seats", "unitPrice": unit_price, "baseQuantity": "2", "billingCadence": "P1M"}
    return {**body, "billingMode": "arrears", "startDate": start, **fields}


def _totals(merchant: Merchant, subscription: Json, until: str) -> list[str]:
    merchant.post(CLOCK, {"now": until})
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&status=PAID&limit=100")["data"]
    return [invoice["grandTotal"] for invoice in reversed(found)]


def test_a_line_has_one_interval_until_it_is_edited(merchant: Merchant, subscription: Json) -> None:
    found = merchant.sdk.subscriptions.get_subscription_intervals(id=subscription["id"]).intervals
    assert {(one.price_key, one.kind, one.base_quantity, one.billing_mode) for one in found} == {
        ("seats", "plan_line", "2", "arrears"),
        ("calls", "plan_line", "1", "arrears"),
    }
    assert {(one.unit_price, one.billing_cadence, one.end_date) for one in found} == {(None, "P1M", None)}
    [one] = _seats(merchant, subscription)
    sent = {name: value for name, value in one.items() if name != "kind"}
    unchanged = _edit(merchant, subscription, edit=[sent])
    assert (unchanged["unchanged"], unchanged["intervalChange"]) == (True, None)


def test_an_override_is_billed_for_its_time(merchant: Merchant, subscription: Json) -> None:
    [one] = _seats(merchant, subscription)
    steps = [{"effectiveDate": APRIL, "quantity": "7"}]
    edited = _edit(
        merchant,
        subscription,
        edit=[{"id": one["id"], "endDate": FEBRUARY}],
        add=[_add(FEBRUARY, "3", endDate=MARCH, baseQuantity="2.5"), _add(MARCH, quantityTransitions=steps)],
        changeReason="commercial",
        description="A month cheaper",
        metadata={"deal": 7},
    )
    assert (edited["unchanged"], edited["lineItems"]["created"]) == (False, 1)
    assert [(i["startDate"], i["endDate"]) for i in _seats(merchant, subscription)] == [
        (START, FEBRUARY),
        (FEBRUARY, MARCH),
        (MARCH, None),
    ]
    assert _totals(merchant, subscription, "2030-05-02T00:00:00Z") == ["10.00", "7.50", "10.00", "35.00"]
    path = f"/v0/subscriptions/{subscription['id']}/intervalChanges"
    [change] = merchant.sdk.subscriptions.list_subscription_interval_changes(id=subscription["id"]).data
    assert (change.change_reason, change.description, len(change.intervals)) == ("commercial", "A month cheaper", 3)
    assert merchant.get(path)["data"][0] == edited["intervalChange"]
    rates = {(i.before is None, i.after.resolved_unit_price if i.after else None) for i in change.intervals}
    assert rates == {(False, "5"), (True, "3"), (True, "5")}


def test_a_price_is_closed_and_one_of_its_own_added(merchant: Merchant, subscription: Json) -> None:
    [one] = _seats(merchant, subscription)
    product = merchant.product("other")
    price = merchant.price(None, "4", feeId=merchant.fee(product))
    own = _add(FEBRUARY, priceKey="extra", priceId=price, baseQuantity="1")
    added = _edit(merchant, subscription, edit=[{"id": one["id"], "endDate": FEBRUARY}], add=[own])
    [extra] = [i for i in added["intervals"] if i["priceKey"] == "extra"]
    assert (extra["kind"], extra["unitPrice"]) == ("subscription_owned", "4")
    merchant.patch(f"/v0/prices/{price}", {"properties": {"unitPrice": "9"}})
    assert _totals(merchant, subscription, "2030-03-02T00:00:00Z") == ["10.00", "4.00"]
    _edit(merchant, subscription, 409, remove=[{"id": extra["id"]}])
    merchant.call("DELETE", f"/v0/prices/{price}", expect=204)
    assert _totals(merchant, subscription, "2030-05-02T00:00:00Z")[-1] == "0.00"


def test_a_closed_price_is_opened_again_before_it_ends(merchant: Merchant, subscription: Json) -> None:
    [one] = _seats(merchant, subscription)
    _edit(merchant, subscription, edit=[{"id": one["id"], "endDate": MARCH}])
    later = _edit(merchant, subscription, add=[_add(MARCH, "1")])
    [extra] = [i for i in later["intervals"] if i["unitPrice"] == "1"]
    _edit(merchant, subscription, remove=[{"id": extra["id"]}], edit=[{"id": one["id"], "endDate": None}])
    assert [i["endDate"] for i in _seats(merchant, subscription)] == [None]


@pytest.mark.parametrize(
    ("add", "code"),
    [
        (_add("2030-01-15T00:00:00Z"), "PERIOD_EXISTS"),
        (_add(FEBRUARY), "INTERVALS_OVERLAP"),
        (_add(APRIL), "INTERVALS_GAP"),
        (_add(MARCH, planVersionId="pver_other"), "PLAN_VERSION_STALE"),
    ],
)
def test_what_does_not_fit_is_refused(merchant: Merchant, subscription: Json, add: Json, code: str) -> None:
    [one] = _seats(merchant, subscription)
    _edit(merchant, subscription, edit=[{"id": one["id"], "endDate": MARCH}])
    assert _edit(merchant, subscription, 409, add=[add])["code"] == code


def test_what_makes_no_sense_is_refused(merchant: Merchant, subscription: Json) -> None:
    [one] = _seats(merchant, subscription)
    other = merchant.price(None, "4", feeId=merchant.fee())
    once = merchant.price(None, "4", feeId=merchant.fee(), billingCadence="P0D")
    for body, field in (
        ({}, "add"),
        ({"edit": [{"id": one["id"], "priceKey": "calls"}]}, "edit.priceKey"),
        ({"edit": [{"id": one["id"], "endDate": "2029-01-01T00:00:00Z"}]}, None),
        ({"add": [_add(MARCH, priceKey="new")]}, "add.0.priceId"),
        ({"add": [_add(MARCH, priceKey="New", priceId=other)]}, "add.0.priceKey"),
        ({"add": [_add(MARCH, priceId=other)]}, "add.0.priceId"),
        ({"add": [_add(MARCH, billingMode="advance")]}, "add.0.billingMode"),
        ({"add": [_add(MARCH, priceKey="new", priceId=other, endDate=FEBRUARY)]}, "endDate"),
    ):
        answer = _edit(merchant, subscription, 409 if field is None else 400, **body)
        assert field is None or {error["field"] for error in answer["errors"]} == {field}
    _edit(merchant, subscription, 404, remove=[{"id": "int_unknown"}])
    _edit(merchant, subscription, 501, add=[_add(MARCH, priceKey="new", priceId=once)])
    merchant.post(CLOCK, {"advance": "PT1H"})
    merchant.post(f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "over"})
    _edit(merchant, subscription, 409, edit=[{"id": one["id"], "endDate": MARCH}])


def test_changes_of_all_subscriptions_are_listed(merchant: Merchant, subscription: Json) -> None:
    [one] = _seats(merchant, subscription)
    _edit(merchant, subscription, edit=[{"id": one["id"], "unitPrice": "4"}], expect=409)
    for day in (MARCH, APRIL):
        _edit(merchant, subscription, edit=[{"id": one["id"], "endDate": day}], changeReason="correction")
        merchant.post(CLOCK, {"advance": "P1D"})
    for query, total in (
        ("", 2),
        ("?changeReason=correction", 2),
        ("?changeReason=migration", 0),
        ("?from=2030-01-01T12:00:00Z", 1),
        ("?to=2030-01-01T12:00:00Z", 1),
    ):
        assert merchant.get(f"/v0/intervalChanges{query}")["pagination"]["total"] == total
    merchant.call("GET", "/v0/intervalChanges?changeReason=fun", expect=400)
