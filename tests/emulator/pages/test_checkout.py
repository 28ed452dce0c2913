"""The checkout page over plain HTTP: what it says, what it takes, and what it refuses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from pulumi_paygentic.emulator import Account, create_app
from tests.emulator.support.in_process import client_of
from tests.emulator.support.merchant import Json, Merchant
from tests.emulator.support.page_reader import read_page

PATH = "/v0/customers/authorization"
PERSON = {"name": "Ada Lovelace", "country": "GB", "zipCode": "SW1Y 4LB", "line1": "12 St James's Square", "state": ""}
ACCEPT = {"decision": "accept", **PERSON}
HOSTILE = '"><script>alert(1)</script>&amp;\u202e'


def _link(merchant: Merchant, prices: list[Json] | None = None, plan: Json | None = None, **fields: str) -> Json:
    product = merchant.product()
    metric = merchant.metric(product, unit="submission")
    made = [merchant.post("/v0/prices", merchant.price_fields(metric, **price))["id"] for price in prices or [{}]]
    plan_id = merchant.plan(product, made, **(plan or {}))["id"]
    return merchant.post(PATH, {"email": "ada@example.com", "planId": plan_id, **fields})


def _offer(merchant: Merchant, *prices: Json, **plan: str) -> str:
    return read_page(httpx.get(_link(merchant, list(prices), plan)["url"])).text


def _fee(merchant: Merchant, **fields: object) -> str:
    product = merchant.product()
    price = merchant.price("", "20", feeId=merchant.fee(product), **{"billingCadence": "P1M", **fields})
    plan = merchant.plan(product, [price])
    return read_page(httpx.get(merchant.post(PATH, {"email": "a@b.example", "planId": plan["id"]})["url"])).text


@pytest.mark.parametrize(
    ("price", "currency", "words"),
    [
        ("0.001", "USD", "$0.001 per submission"),
        ("1234.50", "EUR", "€1,234.50 per submission"),
        ("1500", "JPY", "¥1,500 per submission"),
        ("0.1", "USD", "$0.10 per submission"),
        ("0.123456789012345678901234567890123", "USD", "$0.123456789012345678901234567890123 per submission"),
        ("9" * 60 + ".5", "USD", "$" + ",".join(["999"] * 20) + ".50 per submission"),
        ("-0.05", "GBP", "£0.05 back per submission"),
    ],
)
def test_a_price_is_shown_to_its_last_digit(merchant: Merchant, price: str, currency: str, words: str) -> None:
    assert words in _offer(merchant, {"unit_price": price}, currency=currency)


def test_a_share_is_a_percentage(merchant: Merchant) -> None:
    assert "2.925% of each submission" in _offer(merchant, {"unit_price": "0.02925", "rateType": "proportion"})


def test_a_price_in_units_of_credit_is_no_money(merchant: Merchant) -> None:
    product = merchant.product()
    feature = {"featureId": merchant.feature(product, "metered"), "entitlementTemplate": {}}
    price = merchant.price(merchant.metric(product), "2", pricingUnitId="pu_tokens", feature=feature)
    plan = merchant.plan(product, [price])
    link = merchant.post(PATH, {"email": "ada@example.com", "planId": plan["id"]})
    assert "2 credits per request" in read_page(httpx.get(link["url"])).text


def test_tiers_are_a_table(merchant: Merchant) -> None:
    tiers = [
        {"upTo": "1000", "unitPrice": "0.002"},
        {"upTo": "5000.5", "unitPrice": "0.0015"},
        {"upTo": None, "unitPrice": "0"},
    ]
    text = _offer(merchant, {"model": "volume", "properties": {"tiers": tiers}})
    for row in ("Up to 1,000 $0.002", "More than 1,000, up to 5,000.5 $0.0015", "More than 5,000.5 $0.00"):
        assert row in text
    one = _offer(merchant, {"model": "volume", "properties": {"tiers": [{"upTo": None, "unitPrice": "2"}]}})
    assert "Any number $2.00" in one


def test_fees_say_how_often_and_when(merchant: Merchant) -> None:
    assert "$20.00 every month Charged at the end of each month" in _fee(merchant)
    assert "$20.00 once Charged at the start, once" in _fee(merchant, billingCadence="P0D", paymentTerm="in_advance")
    assert "$20.00 once Charged at the end of the first month" in _fee(merchant, billingCadence="P0D")
    quarterly = _fee(merchant, billingCadence="P3M", quantity=3, paymentTerm="in_advance")
    assert "$60.00 every 3 months (3 times $20.00) Charged at the start of each period of 3 months" in quarterly
    assert "$20.00 every 1 month and 2 days" in _fee(merchant, billingCadence="P1M2D")
    assert "$20.00 every day" in _fee(merchant, billingCadence="PT1H")


def test_the_terms_say_currency_tax_and_period(merchant: Merchant) -> None:
    text = _offer(merchant, currency="EUR", billingCadence="P1Y", taxBehavior="inclusive")
    assert "Prices are in EUR, and include tax" in text
    assert "one invoice for each year" in text
    assert "without tax, which is added" in _offer(merchant)
    assert "outside the scope of tax" in _offer(
        merchant, {"tax": {"supplyScope": "OUTSIDE_SCOPE", "outsideScopeLabel": "CASHBACK"}, "unit_price": "-1"}
    )


def test_everything_a_merchant_wrote_is_escaped(merchant: Merchant) -> None:
    link = _link(merchant, [{"invoiceDisplayName": HOSTILE}], {"name": HOSTILE, "description": HOSTILE})
    sent = httpx.post(link["url"], data={**ACCEPT, "name": HOSTILE, "country": "", "zipCode": HOSTILE})
    for page in (httpx.get(link["url"]), sent):
        assert "<script" not in page.text
        assert HOSTILE in read_page(page).text.replace("&amp;amp;", "&amp;")
    assert read_page(sent).fields["name"]["value"] == HOSTILE


def test_the_details_reach_the_customer(merchant: Merchant) -> None:
    link = _link(merchant, redirectUrl="https://example.com/welcome?plan=1")
    answer = httpx.post(link["url"], data={**ACCEPT, "name": "  Ada Lovelace "})
    assert (answer.status_code, answer.headers["location"]) == (303, "https://example.com/welcome?plan=1")
    done = merchant.get(f"{PATH}/{link['id']}")
    customer = merchant.get(f"/v0/customers/{done['customerId']}")
    assert customer["organization"]["name"] == "Ada Lovelace"
    assert customer["organization"]["address"] == {
        "country": "GB",
        "zipCode": "SW1Y 4LB",
        "line1": "12 St James's Square",
    }
    assert customer["validTaxAddress"] == {"valid": True}


def test_a_customer_who_was_known_is_not_made_twice(merchant: Merchant) -> None:
    known = merchant.customer("ada@example.com")
    link = _link(merchant)
    httpx.post(link["url"], data=ACCEPT)
    assert merchant.get(f"{PATH}/{link['id']}")["customerId"] == known
    assert merchant.get(f"/v0/customers/{known}")["organization"]["address"]["country"] == "GB"


@pytest.mark.parametrize(
    ("wrong", "messages"),
    [
        ({"name": " "}, {"name": "Enter your full name"}),
        ({"country": "", "zipCode": ""}, {"country": "Select your country", "zipCode": "Enter your postal code"}),
        ({"country": "ZZ"}, {"country": "Select your country from the list"}),
        ({"country": "US"}, {"state": "Enter your state or province: the United States taxes by it"}),
        ({"line1": "x" * 201}, {"line1": "Shorten this to 200 characters"}),
    ],
)
def test_what_is_missing_is_said_at_the_top_and_at_the_field(
    merchant: Merchant, wrong: dict[str, str], messages: dict[str, str]
) -> None:
    link = _link(merchant)
    answer = httpx.post(link["url"], data={**ACCEPT, **wrong})
    page = read_page(answer)
    assert answer.status_code == 422
    for name, message in messages.items():
        assert page.text.count(message) == 2
        assert f"#{name}" in page.links
        assert page.fields[name]["aria-invalid"] == "true"
        assert f"{name}-error" in (page.fields[name]["aria-describedby"] or "")
    kept = {name: field.get("value") for name, field in page.fields.items() if name in PERSON.keys() - {"country"}}
    assert kept == {name: {**PERSON, **wrong}[name].strip() for name in kept}, "nothing has to be typed again"
    assert merchant.get(f"{PATH}/{link['id']}")["status"] == "pending"
    assert merchant.get("/v0/subscriptions")["pagination"]["total"] == 0


def test_a_double_click_subscribes_once_and_leads_to_the_same_place(merchant: Merchant) -> None:
    link = _link(merchant, redirectUrl="https://example.com/welcome")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: httpx.post(link["url"], data=ACCEPT), range(8)))
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, "https://example.com/welcome")}
    assert merchant.get("/v0/subscriptions")["pagination"]["total"] == 1


def test_declining_says_so_and_leads_nowhere(merchant: Merchant) -> None:
    link = _link(merchant, redirectUrl="https://example.com/welcome")
    answer = httpx.post(link["url"], data={**PERSON, "decision": "decline"})
    assert (answer.status_code, "You declined" in read_page(answer).text) == (200, True)
    assert httpx.post(link["url"], data=ACCEPT).status_code == 303, "a declined offer can still be accepted"
    after = httpx.post(link["url"], data={"decision": "decline"})
    assert "You are all set" in read_page(after).text


def test_a_link_says_how_it_ended(merchant: Merchant) -> None:
    done, late = _link(merchant), _link(merchant)
    httpx.post(done["url"], data=ACCEPT)
    merchant.post("/_emulator/clock", {"advance": "P2D"})
    outcomes = [(httpx.get(url).status_code, read_page(httpx.get(url)).text) for url in (done["url"], late["url"])]
    assert [status for status, _ in outcomes] == [200, 410]
    assert "You are all set" in outcomes[0][1]
    assert "This link has expired" in outcomes[1][1]
    assert httpx.post(late["url"], data=ACCEPT).status_code == 410


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[::1"},
    ],
)
def test_another_site_cannot_accept_for_a_person(merchant: Merchant, headers: dict[str, str]) -> None:
    link = _link(merchant)
    answer = httpx.post(link["url"], data=ACCEPT, headers=headers)
    assert (answer.status_code, "Not " in read_page(answer).text) == (403, True)
    assert merchant.get(f"{PATH}/{link['id']}")["status"] == "pending"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "edge.localhost", "[::1]"])
def test_the_own_page_can(merchant: Merchant, host: str) -> None:
    url = urlsplit(_link(merchant)["url"])
    headers = {"Host": f"{host}:{url.port}", "Origin": f"http://{host}:{url.port}", "Sec-Fetch-Site": "same-origin"}
    assert "You are all set" in httpx.post(url.geturl(), data=ACCEPT, headers=headers).text


@pytest.mark.parametrize(
    ("redirect_url", "allowed"),
    [
        ("https://example.com/welcome", "https://example.com"),
        ("http://me:secret@localhost:3000/", "http://localhost:3000"),
        ("https://a;sandbox/", "https:"),
        ("https://bücher.example/", "https:"),
    ],
)
def test_the_policy_lets_the_form_lead_back_to_the_merchant(
    merchant: Merchant, redirect_url: str, allowed: str
) -> None:
    policy = httpx.get(_link(merchant, redirectUrl=redirect_url)["url"]).headers["content-security-policy"]
    assert policy.endswith(f"form-action 'self' {allowed}")


@pytest.fixture
def foreign() -> Iterator[tuple[httpx.Client, str]]:
    """A link of a merchant whom the emulator, started anew on the same data, does not serve any more."""
    app = create_app(accounts=[Account("sk_test_gone", "org_gone")])
    with client_of(app) as client:
        made = client.post(PATH, json={"email": "a@b.example"}, headers={"Authorization": "Bearer sk_test_gone"})
        emulator = app.state.emulator
        emulator.accounts._accounts = emulator.accounts._accounts[:1]
        yield client, made.json()["url"].replace("//emulator", "//localhost")


def test_a_link_of_a_merchant_who_is_not_here_is_unknown(foreign: tuple[httpx.Client, str]) -> None:
    client, url = foreign
    answer = client.get(url)
    assert (answer.status_code, "No such link" in answer.text) == (404, True)


def test_what_a_plan_includes_is_said_with_its_credits(merchant: Merchant) -> None:
    product = merchant.product()
    features = {kind: merchant.feature(product, kind, f"{kind}-{n}") for n, kind in enumerate(("boolean", "metered"))}
    for feature, name in ((features["boolean"], "Single sign-on"), (features["metered"], "API calls")):
        merchant.patch(f"/v0/features/{feature}", {"name": name})
    monthly = {"issueAfterReset": 1000, "usagePeriod": {"interval": "P1M"}}
    carried = [
        {"featureId": features["boolean"]},
        {"featureId": features["metered"], "entitlementTemplate": monthly},
        {"featureId": features["metered"], "entitlementTemplate": {"usagePeriod": "nonsense"}},
    ]
    prices = [merchant.price(merchant.metric(product, name=str(n)), feature=f) for n, f in enumerate(carried)]
    for chosen, words in ((prices, "Single sign-on API calls: 1,000 for each month"), (prices[:1], "Single sign-on")):
        plan = merchant.plan(product, chosen, name=str(len(chosen)))["id"]
        text = read_page(httpx.get(merchant.post(PATH, {"email": "ada@example.com", "planId": plan})["url"])).text
        assert f"What is included {words} Terms of payment" in text
