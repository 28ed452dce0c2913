"""The page of a payment session over plain HTTP: what it shows, what it takes, where it leads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from pulumi_paygentic.emulator import Account, create_app
from tests.emulator.support.in_process import client_of
from tests.emulator.support.merchant import Json, Merchant
from tests.emulator.support.page_reader import read_page

PAY, FAIL = {"decision": "pay"}, {"decision": "fail"}
LINKS = "/v0/customers/authorization"
CLOCK, BEGIN = "/_emulator/clock", {"now": "2026-01-01T00:00:00Z"}
"""The beginning of the first period: what is due for the rest of one may round to nothing in its last minutes."""
URLS = {"onSuccess": "https://example.com/welcome", "onFailure": "https://shop.example.org/again"}
HOSTILE = '"><script>alert(1)</script>&amp;\u202e'


def _plan(merchant: Merchant, **fields: object) -> str:
    product = merchant.product()
    fee = merchant.fee(product)
    prices = [
        merchant.price(None, "20", feeId=fee, paymentTerm="in_advance", invoiceDisplayName="Platform", quantity=2),
        merchant.price(None, "0.333", feeId=fee, paymentTerm="in_advance", billingCadence="P0D"),
    ]
    return str(merchant.plan(product, prices, **fields)["id"])


def _pending(merchant: Merchant, **fields: Any) -> Json:
    merchant.post(CLOCK, BEGIN)
    return merchant.unpaid(_plan(merchant, defaultTaxRate=10), **fields)


def _url(subscription: Json) -> str:
    return str(subscription["payment"]["checkoutUrl"])


def test_what_is_due_is_shown_to_the_last_digit(merchant: Merchant) -> None:
    made = _pending(merchant)
    text = read_page(httpx.get(_url(made))).text
    for words in ("Platform 2 $40.00", "Requests 1 $0.333", "Tax $4.0333", "Rounding $0.0037", "Total $44.37"):
        assert words in text
    assert "Pay $44.37" in text
    assert "ada@example.com" in text
    assert made["payment"]["amount"] == "44.37"


def test_paying_leads_on_or_says_that_it_is_done(merchant: Merchant) -> None:
    leading = _pending(merchant, redirectUrls=URLS)
    policy = httpx.get(_url(leading)).headers["content-security-policy"]
    assert policy.endswith("form-action 'self' https://example.com https://shop.example.org")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: httpx.post(_url(leading), data=PAY), range(4)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, URLS["onSuccess"])}
    assert merchant.get("/v2/invoices?status=PAID")["pagination"]["total"] == 1
    done = read_page(httpx.get(_url(leading)))
    assert "received $44.37 of test money, and your subscription is active" in done.text
    assert URLS["onSuccess"] in done.links
    plain = merchant.unpaid(_plan(merchant), "b@example.com")
    assert "Paid" in read_page(httpx.post(_url(plain), data=PAY)).text


def test_a_payment_that_fails_can_be_tried_again(merchant: Merchant) -> None:
    leading = _pending(merchant, redirectUrls=URLS)
    failed = httpx.post(_url(leading), data=FAIL)
    assert (failed.status_code, failed.headers["location"]) == (303, URLS["onFailure"])
    plain = merchant.unpaid(_plan(merchant), "b@example.com")
    assert "nothing was paid. You can try again" in read_page(httpx.post(_url(plain), data=FAIL)).text
    for subscription in (leading, plain):
        assert merchant.get(f"/v0/subscriptions/{subscription['id']}")["status"] == "pending_payment"
        httpx.post(_url(subscription), data=PAY)
        assert merchant.get(f"/v0/subscriptions/{subscription['id']}")["status"] == "active"


def test_a_session_says_how_it_ended(merchant: Merchant) -> None:
    late, replaced, unknown = _pending(merchant), merchant.unpaid(_plan(merchant), "b@x.de"), "/none"
    merchant.post(f"/v0/subscriptions/{replaced['id']}/termination", {"reason": "none"})
    merchant.post("/_emulator/clock", {"advance": "PT5H"})
    urls = (_url(late), _url(replaced), f"{merchant.http.base_url}/checkout/session{unknown}")
    outcomes = [(httpx.get(url).status_code, read_page(httpx.get(url)).text) for url in urls]
    assert [status for status, _ in outcomes] == [410, 410, 404]
    for (_, text), words in zip(outcomes, ("has expired", "no longer asked for", "No such payment"), strict=True):
        assert words in text


def test_everything_that_others_wrote_is_escaped(merchant: Merchant) -> None:
    product = merchant.product()
    price = merchant.price(
        None, "20", feeId=merchant.fee(product), paymentTerm="in_advance", invoiceDisplayName=HOSTILE
    )
    plan = merchant.plan(product, [price], name=HOSTILE)["id"]
    merchant.post(CLOCK, BEGIN)
    made = merchant.unpaid(plan, name=HOSTILE)
    for page in (httpx.get(_url(made)), httpx.post(_url(made), data=FAIL)):
        assert "<script" not in page.text
    assert read_page(httpx.get(_url(made))).text.count(HOSTILE) >= 3


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_another_site_cannot_pay_for_a_person(merchant: Merchant, headers: dict[str, str]) -> None:
    made = _pending(merchant)
    assert httpx.post(_url(made), data=PAY, headers=headers).status_code == 403
    assert merchant.get(f"/v0/subscriptions/{made['id']}")["status"] == "pending_payment"


def test_a_payment_of_a_merchant_who_is_not_here_is_unknown() -> None:
    app = create_app(accounts=[Account("sk_test_gone", "org_gone")])
    with client_of(app) as client:
        client.headers["Authorization"] = "Bearer sk_test_gone"
        merchant = Merchant(None, client, "org_gone")  # type: ignore[arg-type] # plain HTTP only
        product = client.post("/v0/products", json={"name": "A", "description": "", "merchantId": "org_gone"}).json()
        body = {"name": "A", "description": "", "merchantId": "org_gone", "productId": product["id"]}
        fee = merchant.post("/v0/fees", body)["id"]
        price = merchant.price(None, "20", feeId=fee, paymentTerm="in_advance")
        merchant.post(CLOCK, BEGIN)
        made = merchant.unpaid(merchant.plan(product["id"], [price])["id"])
        emulator = app.state.emulator
        emulator.accounts._accounts = emulator.accounts._accounts[:1]
        assert client.get(_url(made)).status_code == 404


def test_accepting_a_link_pays_what_is_due_in_advance(merchant: Merchant) -> None:
    link = merchant.post(LINKS, {"email": "ada@example.com", "planId": _plan(merchant)})
    assert "a test card pays what is charged at the start" in read_page(httpx.get(link["url"])).text
    httpx.post(link["url"], data={"decision": "accept"})
    [made] = merchant.get("/v0/subscriptions")["data"]
    [invoice] = merchant.get("/v2/invoices?status=PAID")["data"]
    assert (made["status"], invoice["paidAmount"], invoice["sequenceNumber"]) == ("active", "40.33", 0)


def test_accepting_a_link_pays_for_a_subscription_that_waited(merchant: Merchant) -> None:
    made = _pending(merchant)
    link = merchant.post(LINKS, {"email": "ada@example.com", "planId": made["planId"]})
    httpx.post(link["url"], data={"decision": "accept"})
    assert [one["status"] for one in merchant.get("/v0/subscriptions")["data"]] == ["active"]
