"""Authorization links: what they answer, and the page that they open."""

import re

import httpx
import pytest

from tests.emulator.support.merchant import Json, Merchant

PATH = "/v0/customers/authorization"


def _plan(merchant: Merchant) -> Json:
    product = merchant.product()
    return merchant.plan(product, [merchant.price(merchant.metric(product))], name="Basic & <b>")


def _link(merchant: Merchant, **fields: str) -> Json:
    body = {"email": "ada@example.com", "planId": _plan(merchant)["id"], "merchantId": merchant.id, **fields}
    return merchant.call("POST", PATH, body, expect=201)


def test_a_link_is_pending_and_read_as_it_was_made(merchant: Merchant) -> None:
    link = _link(merchant, redirectUrl="https://example.com/welcome")
    assert link["status"] == "pending"
    assert link["merchantName"]
    assert (link["email"], link["planName"]) == ("ada@example.com", "Basic & <b>")
    assert "customerId" not in link
    assert link["url"].startswith(str(merchant.http.base_url))
    assert link["id"] not in link["url"], "who knows an id must not hold the link"
    assert merchant.get(f"{PATH}/{link['id']}") == link


def test_every_link_is_its_own(merchant: Merchant) -> None:
    assert len({_link(merchant)["url"] for _ in range(3)}) == 3


def test_only_the_email_is_needed(merchant: Merchant) -> None:
    link = merchant.call("POST", PATH, {"email": "ada@example.com"}, expect=201)
    assert not {"planId", "planName", "redirectUrl"} & link.keys()
    assert merchant.refused("POST", PATH, {}) == {"email"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada"),
        ("email", "a@b"),
        ("planId", "basic"),
        ("redirectUrl", "example.com"),
        ("redirectUrl", "file:///x"),
    ],
)
def test_fields_of_a_link_have_their_formats(merchant: Merchant, field: str, value: str) -> None:
    assert merchant.refused("POST", PATH, {"email": "ada@example.com", field: value}) == {field}


def test_a_link_is_for_an_own_plan_that_exists(merchant: Merchant, other: Merchant) -> None:
    body = {"email": "ada@example.com"}
    merchant.call("POST", PATH, {**body, "planId": "plan_nothing"}, expect=404)
    merchant.call("POST", PATH, {**body, "planId": _plan(other)["id"]}, expect=403)
    merchant.call("POST", PATH, {**body, "merchantId": "org_other"}, expect=403)
    merchant.call("GET", f"{PATH}/auth_nothing", expect=404)
    merchant.call("GET", f"{PATH}/{_link(other)['id']}", expect=403)


def test_the_page_shows_who_and_what_for_and_escapes_it(merchant: Merchant) -> None:
    page = httpx.get(_link(merchant)["url"])
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "ada@example.com" in page.text
    assert "Basic &amp; &lt;b&gt;" in page.text
    assert re.search(r'<html lang="en">', page.text)
    assert re.search(r'<label for="name">', page.text)


def test_accepting_makes_a_customer_with_a_subscription_and_leads_back(merchant: Merchant) -> None:
    link = _link(merchant, redirectUrl="https://example.com/welcome")
    answer = httpx.post(link["url"], data={"decision": "accept", "name": "Ada"})
    assert (answer.status_code, answer.headers["location"]) == (303, "https://example.com/welcome")
    done = merchant.get(f"{PATH}/{link['id']}")
    assert done["status"] == "completed"
    [subscription] = merchant.get(f"/v0/subscriptions?customerId={done['customerId']}")["data"]
    assert (subscription["planId"], subscription["status"]) == (link["planId"], "active")
    assert merchant.sdk.customers.get(id=done["customerId"]).organization is not None


def test_a_completed_link_changes_nothing_more(merchant: Merchant) -> None:
    link = _link(merchant)
    assert "You are all set" in httpx.post(link["url"], data={"decision": "accept"}).text
    done = merchant.get(f"{PATH}/{link['id']}")
    for decision in ("accept", "decline"):
        assert "You are all set" in httpx.post(link["url"], data={"decision": decision}).text
    assert merchant.get(f"{PATH}/{link['id']}") == done
    assert merchant.get("/v0/subscriptions")["pagination"]["total"] == 1


def test_declining_leaves_the_link_pending(merchant: Merchant) -> None:
    link = _link(merchant)
    assert "Nothing was changed" in httpx.post(link["url"], data={"decision": "decline"}).text
    assert merchant.get(f"{PATH}/{link['id']}") == link


def test_a_link_without_a_plan_makes_a_customer_only(merchant: Merchant) -> None:
    link = merchant.post(PATH, {"email": "ada@example.com"})
    httpx.post(link["url"], data={"decision": "accept"})
    assert merchant.get(f"{PATH}/{link['id']}")["customerId"]
    assert merchant.get("/v0/subscriptions")["data"] == []


@pytest.mark.parametrize("content", [b"", b"decision=", b"\xff\xfe", b"x" * 2_000_000])
def test_an_odd_form_post_shows_the_page_again(merchant: Merchant, content: bytes) -> None:
    link = _link(merchant)
    answer = httpx.post(link["url"], content=content)
    assert (answer.status_code, "Accept</button>" in answer.text) == (200, True)
    assert merchant.get(f"{PATH}/{link['id']}") == link


def test_an_unknown_link_is_a_404_page(merchant: Merchant) -> None:
    page = merchant.http.get("/checkout/nothing")
    assert (page.status_code, "No such link" in page.text) == (404, True)
