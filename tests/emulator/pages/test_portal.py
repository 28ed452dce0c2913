"""The page behind a portal link: what a customer sees of the own subscription, and what nobody else does."""

from collections.abc import Iterator

import httpx
import pytest

from tests.emulator.support.merchant import Json, Merchant
from tests.emulator.support.page_reader import read_page

CLOCK = "/_emulator/clock"


@pytest.fixture
def person(merchant: Merchant) -> Iterator[httpx.Client]:
    """A person who opens the page, without any key."""
    with httpx.Client(base_url=merchant.http.base_url) as client:
        yield client


@pytest.fixture
def subscription(merchant: Merchant) -> Json:
    merchant.call("POST", CLOCK, {"now": "2030-01-01T00:00:00Z"})
    product = merchant.product()
    feature = merchant.feature(product, "metered", "calls")
    template = {"type": "metered", "issueAfterReset": 2}
    carried = {"featureId": feature, "entitlementTemplate": template}
    metric = merchant.metric(product, unit="submission")
    price = merchant.price(metric, "0.25", feature=carried, grantDiscountEnabled=True)
    made = merchant.subscription(merchant.plan(product, [price])["id"], startedAt="2030-01-01T00:00:00Z")
    merchant.call("POST", CLOCK, {"now": "2030-01-10T00:00:00Z"})
    return made


def _report(merchant: Merchant, subscription: Json, moment: str, times: int) -> None:
    body = {"type": "request", "source": "t", "subject": subscription["customerId"], "timestamp": moment, "data": {}}
    for _ in range(times):
        merchant.post("/v0/events", body)


def _link(merchant: Merchant, subscription: Json, **body: str) -> str:
    return str(merchant.post(f"/v0/subscriptions/{subscription['id']}/portal", body)["url"])


def test_a_customer_sees_what_runs_up_what_was_invoiced_and_what_is_included(
    merchant: Merchant, person: httpx.Client, subscription: Json
) -> None:
    _report(merchant, subscription, "2030-01-05T00:00:00Z", 6)
    text = read_page(person.get(_link(merchant, subscription))).text
    for words in ("Pay as you go active", "ada@example.com", "$0.25 per submission", "None was issued yet", "SSO"):
        assert words in text
    assert "Requests 6 $1.50" in text
    assert "Requests (credits) -2 -$0.50" in text
    assert "Total $1.00" in text
    assert "$99.00 left of $100.00" in text

    merchant.call("POST", CLOCK, {"now": "2030-02-02T00:00:00Z"})
    _report(merchant, subscription, "2030-02-01T00:00:00Z", 1)
    text = read_page(person.get(_link(merchant, subscription))).text
    assert "$1.00, paid 1 Jan 2030 to 1 Feb 2030" in text
    assert "Total $0.25" in text


def test_an_ended_subscription_shows_its_last_invoice(
    merchant: Merchant, person: httpx.Client, subscription: Json
) -> None:
    _report(merchant, subscription, "2030-01-05T00:00:00Z", 3)
    merchant.post(f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "over"})
    text = read_page(person.get(_link(merchant, subscription))).text
    assert "terminated" in text
    assert "$0.25, paid" in text
    assert "So far" not in text


def test_a_link_shows_one_subscription_until_it_expires_and_nothing_without_its_token(
    merchant: Merchant, person: httpx.Client, subscription: Json
) -> None:
    other = merchant.subscription(subscription["planId"], "grace@example.com")
    url = _link(merchant, subscription, expiresIn="PT1H")
    assert person.get(url).status_code == 200
    for wrong in (url[:-1], url.partition("?")[0], url.replace(subscription["id"], other["id"])):
        answer = person.get(wrong)
        assert answer.status_code == 404
        assert "No such link" in read_page(answer).text
        assert "ada@" not in answer.text
    assert person.get(url, headers={"Host": "evil.example"}).status_code == 403
    merchant.call("POST", CLOCK, {"now": "2030-01-10T01:01:00Z"})
    answer = person.get(url)
    assert answer.status_code == 410
    assert "It was valid until 10 Jan 2030" in read_page(answer).text
