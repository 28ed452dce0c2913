"""Webhooks: turned on by the vendor's SDK, delivered to a receiver on loopback, signed, retried, seen on pages."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Merchant
from tests.emulator.support.page_reader import read_page
from tests.emulator.support.receiver import Call, Receiver, receiving

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def _portal(merchant: Merchant) -> str:
    return str(merchant.sdk.webhooks.get_portal(request={}).url)


def _enabled(merchant: Merchant, receiver: Receiver, *event_types: str) -> str:
    """Turn webhooks on, add an endpoint, and return the portal's address."""
    merchant.call("POST", CLOCK, {"now": START}, expect=200)
    merchant.sdk.webhooks.enable(request={})
    url = _portal(merchant)
    added = httpx.post(url, data={"url": receiver.url, "eventTypes": list(event_types)})
    assert (added.status_code, added.headers["location"]) == (303, httpx.URL(url).path)
    return url


def _plan(merchant: Merchant, term: str = "in_arrears") -> str:
    product = merchant.product()
    return str(merchant.plan(product, [merchant.price(None, "5", feeId=merchant.fee(product), paymentTerm=term)])["id"])


def _verify(call: Call, secret: str) -> None:
    """Verify as the standard says: an HMAC of id, time and body, at a time that is about now."""
    stamp = call.headers["svix-timestamp"]
    assert abs(time.time() - int(stamp)) < 300
    content = f"{call.headers['svix-id']}.{stamp}.".encode() + call.raw
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()
    assert call.headers["svix-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_webhooks_are_one_configuration_that_is_paused_and_never_removed(merchant: Merchant) -> None:
    sdk = merchant.sdk.webhooks
    with pytest.raises(errors.Error):
        sdk.get(request={})
    made = sdk.enable(request={})
    assert (made.enabled, made.merchant_id) == (True, merchant.id)
    assert merchant.call("POST", "/v0/webhooks", {}, expect=400)["code"] == "DUPLICATE_RESOURCE"
    assert sdk.get_portal(request={}).url
    sdk.disable(request={})
    paused = sdk.get(request={})
    assert (paused.enabled, paused.application_id) == (False, made.application_id)
    merchant.call("GET", "/v0/webhooks/portal", expect=404)
    assert sdk.update(enabled=True).enabled is True
    merchant.call("GET", "/v0/webhooks?merchantId=org_other", expect=403)


def test_the_life_of_a_subscription_is_sent_and_signed(merchant: Merchant, receiver: Receiver) -> None:
    portal = _enabled(merchant, receiver)
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", read_page(httpx.get(portal)).text)
    made = merchant.subscription(_plan(merchant, "in_advance"), startedAt=START)
    merchant.patch(f"/v0/subscriptions/{made['id']}", {"autoCharge": True})
    merchant.call("POST", CLOCK, {"advance": "PT1S"}, expect=200)
    merchant.post(f"/v0/subscriptions/{made['id']}/termination", {"reason": "over"})
    calls = [receiver.next() for _ in range(6)]
    for call in calls:
        _verify(call, secret)
        assert call.headers["svix-id"] == call.body["eventId"]
    sent = [(call.body["eventType"], call.body["data"].get("status")) for call in calls]
    assert sent == [
        ("customer.created.v0", None),
        ("subscription.created.v0", "pending_payment"),
        ("invoice.paid.v0", None),
        ("subscription.updated.v0", "active"),
        ("subscription.updated.v0", "active"),
        ("subscription.cancelled.v0", "terminated"),
    ]
    upfront = merchant.get(f"/v2/invoices?subscriptionId={made['id']}&status=PAID")["data"][-1]
    assert calls[2].body["data"]["invoiceId"] == upfront["id"]
    assert calls[1].body["timestamp"][:10] == "2030-01-01"


def test_an_endpoint_gets_the_events_that_it_wants(merchant: Merchant, receiver: Receiver) -> None:
    portal = _enabled(merchant, receiver, "invoice.paid.v0")
    merchant.subscription(_plan(merchant), startedAt=START)
    merchant.call("POST", CLOCK, {"now": "2030-02-01T02:00:00Z"}, expect=200)
    merchant.get("/v0/subscriptions")
    paid = receiver.next().body
    assert (paid["eventType"], paid["data"]["paidAmount"], paid["timestamp"][:13]) == (
        "invoice.paid.v0",
        "5.00",
        "2030-02-01T01",
    )
    [endpoint] = re.findall(r'value="(ep_\w+)"', httpx.get(_portal(merchant)).text)
    assert portal
    httpx.post(_portal(merchant), data={"remove": [endpoint, "ep_unknown"]})
    assert "There are none yet" in read_page(httpx.get(_portal(merchant))).text


def test_a_failed_delivery_is_tried_again_by_the_emulators_clock(merchant: Merchant, receiver: Receiver) -> None:
    portal = _enabled(merchant, receiver)
    receiver.answers = [500, 302, *[503] * 6]
    merchant.customer()
    calls = [receiver.next()]
    for delay in ("PT5S", "PT5M", "PT30M", "PT2H", "PT5H", "PT10H", "PT10H"):
        merchant.call("POST", CLOCK, {"advance": delay}, expect=200)
        calls.append(receiver.next())
    assert len({(call.raw, call.headers["svix-id"]) for call in calls}) == 1
    merchant.call("POST", CLOCK, {"advance": "P30D"}, expect=200)
    merchant.customer("b@example.com")
    assert receiver.next().body["data"]["organization"]["billingEmails"] == ["b@example.com"]
    text = read_page(httpx.get(_portal(merchant))).text
    assert (text.count("503"), "failed" in text) == (6, True)
    assert httpx.get(portal).status_code == 410
    shown = read_page(httpx.get(f"{merchant.http.base_url}/dashboard/webhooks")).text
    assert "customer.created.v0 failed" in shown
    assert receiver.url in shown


def test_a_removed_endpoint_gets_no_retry(merchant: Merchant, receiver: Receiver) -> None:
    _enabled(merchant, receiver)
    receiver.answers = [500]
    merchant.customer()
    receiver.next()
    [endpoint] = re.findall(r'value="(ep_\w+)"', httpx.get(_portal(merchant)).text)
    httpx.post(_portal(merchant), data={"remove": endpoint})
    httpx.post(_portal(merchant), data={"url": receiver.url})
    merchant.call("POST", CLOCK, {"advance": "PT5S"}, expect=200)
    merchant.customer("b@example.com")
    assert receiver.next().body["data"]["organization"]["billingEmails"] == ["b@example.com"]
    assert "to removed" in read_page(httpx.get(_portal(merchant))).text


def test_nobody_there_is_no_answer_and_paused_messages_wait(merchant: Merchant, receiver: Receiver) -> None:
    _enabled(merchant, receiver)
    httpx.post(_portal(merchant), data={"url": "http://127.0.0.1:1/"})
    receiver.answers = [500]
    merchant.customer()
    first = receiver.next()
    merchant.sdk.webhooks.disable(request={})
    merchant.call("POST", CLOCK, {"advance": "P1D"}, expect=200)
    merchant.customer("unseen@example.com")
    merchant.sdk.webhooks.update(enabled=True)
    assert receiver.next().raw == first.raw
    assert "no answer" in read_page(httpx.get(_portal(merchant))).text


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://example.com/hook",
        "http://10.0.0.1/",
        "http://localhost.example.com/",
        "http://me@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "https://127.0.0.1/",
        "http://127.0.0.1/a b",
        "http://[::1",
        "",
    ],
)
def test_only_addresses_on_this_machine_are_endpoints(merchant: Merchant, url: str) -> None:
    merchant.sdk.webhooks.enable(request={})
    portal = _portal(merchant)
    page = httpx.post(portal, data={"url": url})
    assert (page.status_code, "must be an http address of this machine" in read_page(page).text) == (422, True)
    wrong = httpx.post(portal, data={"url": "http://localhost:9/", "eventTypes": "invoice.made.v0"})
    assert wrong.status_code == 422
    assert "There are none yet" in read_page(httpx.get(portal)).text


def test_the_portal_is_for_those_with_its_link(merchant: Merchant) -> None:
    assert httpx.get(f"{merchant.http.base_url}/webhooks/guess").status_code == 404
    merchant.sdk.webhooks.enable(request={})
    portal = _portal(merchant)
    assert (
        httpx.post(portal, data={"url": "http://[::1]:9/"}, headers={"Origin": "https://evil.example"}).status_code
        == 403
    )
    assert httpx.post(portal, content=b"\xff").status_code == 422
    assert "never enabled" not in read_page(httpx.get(f"{merchant.http.base_url}/dashboard/webhooks")).text
