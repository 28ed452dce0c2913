"""Customers and subscriptions, as far as the catalog's rules need them; and the merchant's reset."""

from datetime import datetime, timezone

import pytest
from paygentic_sdk import errors
from paygentic_sdk.models import CustomerScope

from tests.emulator.support.merchant import Json, Merchant

ADDRESS = {"country": "DE", "zipCode": "10115"}


def _plan(merchant: Merchant) -> str:
    product = merchant.product()
    return str(merchant.plan(product, [merchant.price(merchant.metric(product))])["id"])


def test_one_customer_an_email(merchant: Merchant) -> None:
    body: Json = {"merchantId": merchant.id, "consumer": {"name": "Ada", "email": "ada@x.com", "address": ADDRESS}}
    first = merchant.call("POST", "/v0/customers", body, expect=201)
    again = merchant.call(
        "POST", "/v0/customers", {**body, "consumer": {**body["consumer"], "email": "ADA@x.com"}}, expect=200
    )
    assert again == first == {"customerId": first["customerId"], "validTaxAddress": {"valid": True}}
    customer = merchant.sdk.customers.get(id=first["customerId"])
    assert customer.organization is not None
    assert (customer.organization.name, customer.organization.billing_emails) == ("Ada", ["ada@x.com"])
    by_consumer = {"merchantId": merchant.id, "consumerId": customer.consumer_id}
    assert merchant.call("POST", "/v0/customers", by_consumer, expect=200) == first


def test_two_merchants_share_a_consumer_but_no_customer(merchant: Merchant, other: Merchant) -> None:
    ours, theirs = merchant.customer(), other.customer()
    assert ours != theirs
    consumers = {m.get(f"/v0/customers/{c}")["consumerId"] for m, c in ((merchant, ours), (other, theirs))}
    assert len(consumers) == 1
    merchant.call("GET", f"/v0/customers/{theirs}", expect=403)


def test_a_customer_needs_exactly_one_consumer(merchant: Merchant) -> None:
    body: Json = {"merchantId": merchant.id}
    assert merchant.refused("POST", "/v0/customers", body) == {"consumer"}
    assert merchant.refused("POST", "/v0/customers", {**body, "consumerId": "org_nobody"}) == {"consumerId"}
    consumer = {"name": "Ada", "email": "not an email", "address": {"country": "DEU"}}
    assert merchant.refused("POST", "/v0/customers", {**body, "consumer": consumer}) == {
        "consumer.email",
        "consumer.address.country",
    }


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ({}, False),
        (ADDRESS, True),
        ({**ADDRESS, "country": "US"}, False),
        ({**ADDRESS, "country": "US", "state": "NY"}, True),
    ],
)
def test_a_tax_address_is_judged(merchant: Merchant, address: Json, valid: bool) -> None:
    body = {"merchantId": merchant.id, "consumer": {"name": "Ada", "email": "a@x.com", "address": address}}
    assert merchant.post("/v0/customers", body)["validTaxAddress"]["valid"] is valid


def test_external_ids_are_unique_and_can_be_cleared(merchant: Merchant) -> None:
    one, two = merchant.customer("one@x.com", externalId="crm-1"), merchant.customer("two@x.com")
    merchant.sdk.customers.update(id=one, external_id="crm-1")
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.customers.update(id=two, external_id="crm-1")
    assert caught.value.status_code == 409
    merchant.sdk.customers.update(id=one, external_id=None)
    merchant.sdk.customers.update(id=two, external_id="crm-1", tax_rates=8.5)
    assert merchant.get(f"/v0/customers/{two}")["taxRates"] == {"default": 8.5}
    assert "externalId" not in merchant.get(f"/v0/customers/{one}")
    merchant.patch(f"/v0/customers/{one}", {"notificationSettings": {"invoicePaid": False}})
    settings = merchant.sdk.customers.get(id=one).notification_settings
    assert settings is not None
    assert (settings.invoice_paid, settings.invoice_issued) == (False, True)


def test_customers_are_found_by_part_of_name_or_email(merchant: Merchant) -> None:
    ids = [merchant.customer(email) for email in ("ada@one.com", "bob@two.com")]
    merchant.patch(f"/v0/customers/{ids[1]}", {"externalId": "crm"})
    find = merchant.sdk.customers.list
    assert [c.id for c in find(organization_id=merchant.id, email="ONE.com").data] == ids[:1]
    assert [c.id for c in find(organization_id=merchant.id, name="ada").data] == ids
    assert [c.id for c in find(organization_id=merchant.id, external_id="crm").data] == ids[1:]
    assert find(organization_id=merchant.id, limit=1).pagination.total == 2
    merchant.call("GET", f"/v0/customers?organizationId={merchant.id}&name=ab", expect=400)
    merchant.call("GET", "/v0/customers", expect=400)
    merchant.call("GET", "/v0/customers?organizationId=org_other", expect=403)


def test_a_customer_with_a_live_subscription_stays(merchant: Merchant) -> None:
    subscription = merchant.subscription(_plan(merchant))
    customer = subscription["customerId"]
    with pytest.raises(errors.DeleteCustomerConflictError) as caught:
        merchant.sdk.customers.delete(id=customer)
    assert caught.value.data.details is not None
    [blocker] = caught.value.data.details.blockers or []
    assert (blocker.type, blocker.count, blocker.items[0].id) == ("subscriptions", 1, subscription["id"])
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    merchant.sdk.customers.delete(id=customer)
    listed = merchant.get(f"/v0/subscriptions?merchantId={merchant.id}&include=customer")
    assert listed["data"][0]["customer"] == {"id": customer, "merchantId": merchant.id}


def test_a_subscription_is_made_on_the_plans_default_version(merchant: Merchant) -> None:
    plan = _plan(merchant)
    started = datetime(2026, 1, 1, tzinfo=timezone.utc)
    made = merchant.sdk.subscriptions.create(
        name="Ada",
        plan_id=plan,
        started_at=started,
        customer={"name": "Ada", "email": "ada@x.com", "address": {"country": "DE", "zip_code": "10115"}},
        metadata={"seats": 3},
    )
    assert (made.status, made.version_policy, made.version_number) == ("active", "floating", 1)
    assert made.plan_version_id == merchant.get(f"/v0/plans/{plan}")["defaultVersionId"]
    assert (made.billing_cadence, made.billing_anchor, made.payment_term_days) == ("P1M", started, 0)
    assert merchant.sdk.subscriptions.get(id=made.id) == made


def test_a_plan_without_prices_can_be_subscribed_to(merchant: Merchant) -> None:
    made = merchant.subscription(merchant.plan(merchant.product(), [])["id"])
    assert (made["status"], "planVersionId" in made) == ("active", False)


def test_subscribing_twice_answers_the_first(merchant: Merchant) -> None:
    plan = _plan(merchant)
    first = merchant.subscription(plan)
    body = {"name": "again", "planId": plan, "startedAt": "2026-02-01T00:00:00Z", "customerId": first["customerId"]}
    assert merchant.call("POST", "/v0/subscriptions", body, expect=200) == first
    merchant.sdk.subscriptions.terminate(id=first["id"], reason="over")
    assert merchant.call("POST", "/v0/subscriptions", body, expect=201)["id"] != first["id"]


def test_a_terminated_subscription_says_why_and_is_not_terminated_again(merchant: Merchant) -> None:
    made = merchant.subscription(_plan(merchant))
    assert merchant.refused("POST", f"/v0/subscriptions/{made['id']}/termination", {}) == {"reason"}
    ended = merchant.sdk.subscriptions.terminate(id=made["id"], reason="moved", change_reason="commercial")
    assert (ended.status, ended.termination_reason, ended.terminated_by) == ("terminated", "moved", merchant.id)
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.subscriptions.terminate(id=made["id"], reason="again")
    assert caught.value.status_code == 409


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"customerId": None}, "customerId"),
        ({"startedAt": "today"}, "startedAt"),
        ({"endingAt": "2025-01-01T00:00:00Z"}, "endingAt"),
        ({"paymentTermDays": 30}, "paymentTermDays"),
        ({"elapsedPeriodBilling": "per_period", "startedAt": "2020-01-01T00:00:00Z"}, "startedAt"),
        ({"metadata": {"a": None}}, "metadata"),
        ({"versionPolicy": "stuck"}, "versionPolicy"),
        ({"redirectUrls": {"onSuccess": "javascript:alert(1)"}}, "redirectUrls"),
    ],
)
def test_fields_of_a_subscription_have_their_formats(merchant: Merchant, fields: Json, refused: str) -> None:
    body = {"name": "A", "planId": _plan(merchant), "startedAt": "2026-01-01T00:00:00Z"}
    body = {**body, "customerId": merchant.customer(), **fields}
    assert {name.partition(".")[0] for name in merchant.refused("POST", "/v0/subscriptions", body)} == {refused}


def test_a_subscription_needs_one_customer_and_a_plan(merchant: Merchant, other: Merchant) -> None:
    body: Json = {"name": "A", "planId": _plan(merchant), "startedAt": "2026-01-01T00:00:00Z"}
    assert merchant.refused("POST", "/v0/subscriptions", body) == {"customerId"}
    merchant.call("POST", "/v0/subscriptions", {**body, "customerId": "cus_nobody"}, expect=404)
    merchant.call("POST", "/v0/subscriptions", {**body, "customerId": other.customer()}, expect=403)
    merchant.call("POST", "/v0/subscriptions", {**body, "planId": "plan_nothing"}, expect=404)
    american = {"name": "A", "email": "a@x.com", "address": {"country": "US", "zipCode": "1"}}
    assert merchant.call("POST", "/v0/subscriptions", {**body, "customer": american}, expect=400)["code"]
    merchant.call("POST", "/v0/subscriptions", {**body, "testClockId": "tc_1"}, expect=404)


def test_subscriptions_are_filtered(merchant: Merchant) -> None:
    plan = _plan(merchant)
    live, ended = merchant.subscription(plan, "one@x.com"), merchant.subscription(plan, "two@x.com")
    merchant.sdk.subscriptions.terminate(id=ended["id"], reason="over")
    consumer = merchant.get(f"/v0/customers/{ended['customerId']}")["consumerId"]

    def ids(query: str) -> list[str]:
        return [entry["id"] for entry in merchant.get(f"/v0/subscriptions?{query}")["data"]]

    assert ids("") == [live["id"], ended["id"]]
    assert ids("status=terminated") == [ended["id"]]
    assert ids("status=active&status=terminated") == [live["id"], ended["id"]]
    assert ids(f"customerId={live['customerId']}") == [live["id"]]
    assert ids(f"consumerId={consumer}&merchantId={merchant.id}") == [ended["id"]]
    assert ids("startedBefore=2025-12-31T00:00:00Z") == []
    shown = merchant.sdk.subscriptions.list(request={"include": "customer", "limit": "1"})
    assert shown.data is not None
    assert shown.data[0].customer is not None
    assert shown.data[0].customer.consumer is not None
    assert shown.data[0].customer.consumer.email == "one@x.com"
    for query in ("status=ended", "startedBefore=x", "include=all", f"customerId=cus_x&merchantId={merchant.id}"):
        merchant.call("GET", f"/v0/subscriptions?{query}", expect=400)


def test_reset_removes_customers_and_the_catalog_only_on_request(merchant: Merchant, other: Merchant) -> None:
    plan, theirs = _plan(merchant), _plan(other)
    subscription = merchant.subscription(plan)
    merchant.sdk.merchants.reset(merchant_id=merchant.id, merchant_reset={"scope": "merchant", "keep_catalog": True})
    merchant.call("GET", f"/v0/subscriptions/{subscription['id']}", expect=404)
    assert merchant.version(plan, 1)["subscriptionCount"] == 0
    merchant.sdk.merchants.reset(merchant_id=merchant.id, merchant_reset={"scope": "merchant", "keep_catalog": False})
    for path in ("/v0/products", "/v0/plans", "/v0/prices"):
        assert merchant.get(path)["pagination"]["total"] == 0
    assert len(other.version(theirs, 1)["prices"]) == 1


def test_reset_of_one_customer_leaves_the_others(merchant: Merchant) -> None:
    plan = _plan(merchant)
    gone, kept = merchant.subscription(plan, "one@x.com"), merchant.subscription(plan, "two@x.com")
    reset = CustomerScope(customer_id=gone["customerId"])
    merchant.sdk.merchants.reset(merchant_id=merchant.id, merchant_reset=reset)
    merchant.call("GET", f"/v0/subscriptions/{gone['id']}", expect=404)
    merchant.call("GET", f"/v0/customers/{gone['customerId']}", expect=404)
    assert merchant.get(f"/v0/subscriptions/{kept['id']}") == kept


@pytest.mark.parametrize("body", [{}, {"scope": "all"}, {"scope": "merchant"}, {"scope": "customer"}])
def test_a_reset_says_what_goes(merchant: Merchant, body: Json) -> None:
    merchant.call("POST", f"/v0/merchants/{merchant.id}/reset", body, expect=400)
    merchant.call("POST", "/v0/merchants/org_other/reset", body, expect=403)
