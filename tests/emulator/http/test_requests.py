"""Keys, bodies, paths and methods: what is refused before any rule of the catalog is asked."""

import re
from pathlib import Path

import httpx
import pytest
from paygentic_sdk import Paygentic, errors

from pulumi_paygentic.emulator import PARTS, REASONS, Running, not_implemented
from pulumi_paygentic.emulator import errors as answers_that_refuse
from pulumi_paygentic.emulator.http.json_body import LARGEST_BODY
from tests.emulator.support.merchant import Json, Merchant

UNSUPPORTED = [
    (method, path) for paths in not_implemented().values() for path, methods in paths.items() for method in methods
]


_ONCE = {
    "unitPrice": "1",
    "baseQuantity": "1",
    "billingCadence": "one_off",
    "billingMode": "arrears",
    "startDate": "2030-01-01T00:00:00Z",
    "billDate": "2030-01-01T00:00:00Z",
}


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic c2s6", "sk_test_emulator"])
def test_without_the_right_key_every_call_is_401(emulator: Running, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (("GET", "/v0/products"), ("POST", "/v0/plans"), ("GET", "/v2/invoices")):
        response = httpx.request(method, emulator.url + path, headers=headers)
        assert (response.status_code, response.json()["error"]) == (401, "unauthorized")


def test_the_sdk_sees_401_as_its_documented_error(emulator: Running) -> None:
    with pytest.raises(errors.Error) as caught:
        Paygentic(server_url=emulator.url, bearer_auth="wrong").products.list(request={})
    assert (caught.value.status_code, caught.value.data.error) == (401, "unauthorized")


def test_a_key_may_not_write_for_another_merchant(merchant: Merchant) -> None:
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.products.create(name="A", description="", merchant_id="org_other")
    assert caught.value.status_code == 403
    assert caught.value.data.required_permissions == ["products:write"]


def test_a_key_may_not_list_for_another_merchant(merchant: Merchant) -> None:
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.fees.list(merchant_id="org_other")
    assert caught.value.status_code == 403


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', '{"name": NaN}', '{"name": 1e999}', '{"name": "\\ud800"}', "[" * 100_000]
)
def test_a_body_that_is_no_json_object_is_400(merchant: Merchant, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = merchant.http.post("/v0/products", content=body, headers=headers)
    assert (response.status_code, response.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_415(merchant: Merchant, content_type: str) -> None:
    response = merchant.http.post("/v0/products", content="{}", headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["error"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("factor", [1, 20])
def test_an_oversized_body_is_413(merchant: Merchant, factor: int) -> None:
    body = {"name": "x" * LARGEST_BODY * factor, "description": "", "merchantId": merchant.id}
    try:
        response = merchant.http.post("/v0/products", json=body)
    except httpx.TransportError:
        assert factor == 20, "a client may still be writing when the emulator gives up reading"
    else:
        assert (response.status_code, response.json()["error"]) == (413, "payload_too_large")
    assert merchant.get("/v0/products")["pagination"]["total"] == 0


@pytest.mark.parametrize("path", ["/v0", "/v0/nothing", "/v0/products/", "/v0/products/x/y", "/v9/products"])
def test_a_path_that_the_api_does_not_have_is_a_json_404(merchant: Merchant, path: str) -> None:
    assert merchant.call("GET", path, expect=404)["error"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/v0/products"), ("DELETE", "/v0/plans/x"), ("POST", "/v0/fees/x")]
)
def test_a_method_that_a_path_does_not_have_is_405(merchant: Merchant, method: str, path: str) -> None:
    response = merchant.http.request(method, path)
    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
    assert method not in response.headers["allow"]


@pytest.mark.parametrize(("method", "path"), UNSUPPORTED)
def test_an_operation_that_is_not_implemented_is_501_and_names_its_area(
    merchant: Merchant, method: str, path: str
) -> None:
    body: Json | None = None if method in {"GET", "DELETE"} else {}
    answer = merchant.call(method, path, body, expect=501)
    assert answer["code"] == "NOT_REPRODUCED"
    details = answer["details"]
    assert (details["what"] in not_implemented(), details["reason"]) == (True, REASONS[details["what"]])


def test_every_part_that_is_not_implemented_is_listed_and_is_501(merchant: Merchant) -> None:
    product, customer = merchant.product(), merchant.customer()
    feature = merchant.feature(product, "metered", "calls")
    issue = {"customerId": customer, "featureId": feature}
    daily = {"type": "metered", "usagePeriod": {"interval": "P1D"}}
    made = merchant.post("/v1/entitlements", {**issue, "template": daily})["id"]
    subscription = merchant.subscription(merchant.plan(product, [merchant.price(merchant.metric(product))])["id"])
    [invoice, *_] = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}")["data"]
    once = {"add": [{**_ONCE, "priceKey": merchant.lines(subscription["planId"], 1).popitem()[0]}]}
    year = "startTime=2026-01-01T00:00:00Z&endTime=2027-01-01T00:00:00Z"
    answers = [
        merchant.call("GET", f"/v1/entitlements/{made}?at=2999-01-01T00:00:00Z", expect=501),
        merchant.call("GET", f"/v2/invoices/{invoice['id']}?expand=lineProvenance", expect=501),
        merchant.call("GET", f"/v0/revenue?merchantId={merchant.id}&{year}&periodBasis=billingPeriod", expect=501),
        merchant.call("POST", f"/v0/subscriptions/{subscription['id']}/intervals", once, expect=501),
    ]
    assert {answer["details"]["what"] for answer in answers} == PARTS.keys()


def test_nothing_answers_501_that_is_not_listed() -> None:
    package = Path(answers_that_refuse.__file__).parent
    raised = {
        text
        for path in package.rglob("*.py")
        for text in re.findall(r'OperationNotImplemented\("([^"]*)"', path.read_text(encoding="utf-8"))
    }
    calls = sum(
        path.read_text(encoding="utf-8").count("raise OperationNotImplemented(") for path in package.rglob("*.py")
    )
    assert raised == PARTS.keys()
    assert calls == len(PARTS) + 1, "the texts stand where they are raised, but for whole operations"


def test_null_is_refused_where_the_field_is_not_nullable(merchant: Merchant) -> None:
    product = merchant.product()
    assert merchant.refused("PATCH", f"/v0/products/{product}", {"name": None}) == {"name"}
    created = {"name": "A", "description": "", "merchantId": merchant.id, "metadata": None}
    assert merchant.refused("POST", "/v0/products", created) == {"metadata"}


@pytest.mark.parametrize("value", [1, True, 1.5, [], {}])
def test_types_are_not_coerced(merchant: Merchant, value: object) -> None:
    created = {"name": value, "description": "", "merchantId": merchant.id}
    assert merchant.refused("POST", "/v0/products", created) == {"name"}


@pytest.mark.parametrize("merchant_id", ["", "emulator", "org_", "org_a b", "org_ä", "org_a\n", "prod_a"])
def test_ids_must_have_their_form(merchant: Merchant, merchant_id: str) -> None:
    created = {"name": "A", "description": "", "merchantId": merchant_id}
    assert merchant.refused("POST", "/v0/products", created) == {"merchantId"}


@pytest.mark.parametrize("levels", [201, 900, 5000])
@pytest.mark.parametrize(("opens", "closes"), [('{"a":', "}"), ("[", "]")])
def test_what_is_nested_too_deep_to_be_read_again_is_refused(
    merchant: Merchant, levels: int, opens: str, closes: str
) -> None:
    """SQLite reads fewer levels than some versions of Python: one such event would be in the way of all others."""
    data = f'{{"n": {opens * levels}1{closes * levels}}}'
    body = f'{{"type": "request", "source": "t", "subject": "cus_1", "data": {data}}}'
    answer = merchant.http.post("/v0/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    data = data.replace(opens * levels, opens * 190).replace(closes * levels, closes * 190)
    body = f'{{"type": "request", "source": "t", "subject": "cus_1", "data": {data}}}'
    answer = merchant.http.post("/v0/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 202
    merchant.metric(aggregation="SUM", valueProperty="$.n")
    assert merchant.http.get("/dashboard").status_code == 200
