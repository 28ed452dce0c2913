"""Only the API's own word that an object does not exist counts; whatever else stands in the way is an error."""

from collections.abc import Callable

import httpx
import pytest

from pulumi_paygentic.api import (
    Conflict,
    Forbidden,
    NotFound,
    PaygenticError,
    ServerError,
    Unauthorized,
    UnexpectedResponse,
)
from pulumi_paygentic.catalog import AuthorizationLink, Feature, Fee, Product, kind_named
from pulumi_paygentic.lifecycle import Lifecycle, ObjectDeleted, WrongMerchant
from pulumi_paygentic.lifecycle.state import visible
from tests.support.account import OWNER, MerchantAccount
from tests.support.examples import EXAMPLES, Example, edited
from tests.support.in_process import Answer

each_kind = pytest.mark.parametrize("example", EXAMPLES, ids=str)


@each_kind
def test_an_object_that_is_not_there_any_more_is_gone(merchant: MerchantAccount, example: Example) -> None:
    outcome = merchant.lifecycle(example.kind).create(merchant.checked(example.kind, example.full))
    merchant.call("POST", "/_emulator/reset")
    assert merchant.lifecycle(example.kind).read(outcome.id, outcome.outputs) is None


@each_kind
def test_it_is_gone_as_well_where_the_whole_collection_is_listed_instead(
    merchant: MerchantAccount, example: Example
) -> None:
    """After the first reads a refresh asks for lists: what is in none, or of a parent that is gone, is gone."""
    outcome = merchant.lifecycle(example.kind).create(merchant.checked(example.kind, example.full))
    merchant.call("POST", "/_emulator/reset")
    refresh = merchant.lifecycle(example.kind)
    assert [refresh.read(outcome.id, outcome.outputs) for _ in range(6)] == [None] * 6


@each_kind
def test_update_missing(merchant: MerchantAccount, example: Example) -> None:
    inputs = merchant.checked(example.kind, example.full)
    outcome = merchant.lifecycle(example.kind).create(inputs)
    merchant.call("POST", "/_emulator/reset")
    for edit in example.edits.values():
        news = merchant.checked(example.kind, edited(example.full, edit), inputs)
        with pytest.raises((ObjectDeleted, NotFound), match=outcome.id):
            merchant.lifecycle(example.kind).update(outcome.id, outcome.outputs, news)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.kind.deletable], ids=str)
def test_what_is_deleted_is_created_again(merchant: MerchantAccount, example: Example) -> None:
    inputs = merchant.checked(example.kind, example.full)
    outcome = merchant.lifecycle(example.kind).create(inputs)
    merchant.call("DELETE", f"{example.kind.path}/{outcome.id}")
    again = merchant.lifecycle(example.kind).create(inputs)
    assert again.id != outcome.id
    assert merchant.lifecycle(example.kind).read(again.id, again.outputs) is not None


IN_THE_WAY: list[tuple[Callable[[], httpx.Response], type[PaygenticError]]] = [
    (lambda: httpx.Response(404, html="<h1>Not Found</h1>"), UnexpectedResponse),
    (lambda: httpx.Response(404, json=["not", "the", "API"]), UnexpectedResponse),
    (lambda: httpx.Response(200, html="<h1>Sign in</h1>"), UnexpectedResponse),
    (lambda: httpx.Response(302, headers={"Location": "https://login.example.com"}), UnexpectedResponse),
    (lambda: httpx.Response(401, json={"message": "no"}), Unauthorized),
    (lambda: httpx.Response(403, json={"message": "no", "reason": "not_member"}), Forbidden),
    (lambda: httpx.Response(500, json={"message": "no"}), ServerError),
    (lambda: httpx.Response(503, text="upstream"), PaygenticError),
]


@pytest.mark.parametrize(("answer", "error"), IN_THE_WAY, ids=[str(i) for i in range(len(IN_THE_WAY))])
@pytest.mark.parametrize("kind", [Product, Fee, AuthorizationLink])
def test_what_stands_in_the_way_of_a_read_is_an_error(
    merchant: MerchantAccount, kind: type[Product], answer: Callable[[], httpx.Response], error: type[PaygenticError]
) -> None:
    example = next(example for example in EXAMPLES if example.kind is kind)
    outcome = merchant.lifecycle(kind).create(merchant.checked(kind, example.full))
    merchant.transport.intercept = lambda _request, _answer: answer()
    with pytest.raises(error):
        merchant.lifecycle(kind).read(outcome.id, outcome.outputs)


@pytest.mark.parametrize(("answer", "error"), IN_THE_WAY, ids=[str(i) for i in range(len(IN_THE_WAY))])
def test_what_stands_in_the_way_of_a_delete_is_an_error(
    merchant: MerchantAccount, answer: Callable[[], httpx.Response], error: type[PaygenticError]
) -> None:
    inputs = merchant.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""})
    outcome = merchant.lifecycle(Fee).create(inputs)
    merchant.transport.intercept = lambda _request, _answer: answer()
    with pytest.raises(error):
        merchant.lifecycle(Fee).delete(outcome.id, outcome.outputs)


GATEWAY = {"message": "no Route matched with those values"}


@each_kind
@pytest.mark.parametrize("reads", [1, 3])
def test_what_a_gateway_says_of_every_path_is_not_that_an_object_is_gone(
    merchant: MerchantAccount, example: Example, reads: int
) -> None:
    """In the middle of a deployment a gateway says 404, in JSON, to whatever it is asked."""
    outcome = merchant.lifecycle(example.kind).create(merchant.checked(example.kind, example.full))
    merchant.transport.intercept = lambda _request, _answer: httpx.Response(404, json=GATEWAY)
    run = merchant.lifecycle(example.kind)
    for _ in range(reads):
        with pytest.raises(UnexpectedResponse, match="404"):
            run.read(outcome.id, outcome.outputs)
    if example.kind.deletable:
        with pytest.raises(UnexpectedResponse, match="404"):
            merchant.lifecycle(example.kind).delete(outcome.id, outcome.outputs)


def test_what_a_gateway_says_of_one_collection_is_no_empty_list(merchant: MerchantAccount) -> None:
    made = merchant.lifecycle(Feature).create(
        merchant.checked(Feature, {"product_id": "prod_A", "key": "sso", "name": "SSO"})
    )

    def closed(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(404, json=GATEWAY) if "/features" in request.url.path else answer()

    merchant.transport.intercept = closed
    for attempt in (merchant.lifecycle(Feature).read, merchant.lifecycle(Feature).read):
        with pytest.raises(UnexpectedResponse, match="404"):
            attempt(made.id, made.outputs)


def test_what_another_merchant_holds_is_neither_gone_nor_deleted(merchant: MerchantAccount) -> None:
    """In another account nothing of a state exists, which must not empty the state."""
    made = merchant.lifecycle(Fee).create(
        merchant.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""})
    )
    elsewhere = {**made.outputs, "merchant_id": "org_other"}
    merchant.calls()
    with pytest.raises(WrongMerchant, match="org_other"):
        merchant.lifecycle(Fee).read(made.id, elsewhere)
    with pytest.raises(WrongMerchant, match="org_emulator"):
        merchant.lifecycle(Fee).delete(made.id, elsewhere)
    assert merchant.calls() == {}


def test_absent_from_a_list_is_not_gone(merchant: MerchantAccount) -> None:
    """A list that is behind must not have an object made a second time."""
    inputs = [
        merchant.checked(Feature, {"product_id": "prod_A", "key": f"f-{n}", "name": f"Feature {n}"}) for n in range(6)
    ]
    made = [merchant.lifecycle(Feature).create(given) for given in inputs]

    def behind(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path == "/v0/features" and request.method == "GET":
            return httpx.Response(200, json={"data": [], "pagination": {"limit": 100, "offset": 0, "total": 0}})
        return response

    merchant.transport.intercept = behind
    refresh = merchant.lifecycle(Feature)
    for outcome in made:
        read = refresh.read(outcome.id, outcome.outputs)
        assert read is not None
        assert read.outputs == outcome.outputs


@pytest.mark.parametrize("count", [3, 40])
def test_a_refresh_costs_at_most_one_call_for_each_hundred_objects_and_three_more(
    merchant: MerchantAccount, count: int
) -> None:
    kind = kind_named("Fee")
    fees = [
        merchant.checked(kind, {"product_id": "prod_A", "name": f"Fee {n}", "description": ""}) for n in range(count)
    ]
    run = merchant.run()
    made = [Lifecycle(kind, run, f"{OWNER}{n}").create(fee) for n, fee in enumerate(fees)]
    assert merchant.calls()["GET /v0/fees"] == 1
    refresh = merchant.lifecycle(kind)
    assert all(refresh.read(outcome.id, outcome.outputs) is not None for outcome in made)
    calls = merchant.calls()
    assert sum(calls.values()) <= 4
    assert calls.get("GET /v0/fees", 0) <= 1


def test_what_was_imported_without_its_declarations_shows_no_drift_in_the_first_read(merchant: MerchantAccount) -> None:
    made = merchant.lifecycle(Fee).create(
        merchant.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""})
    )
    read = merchant.lifecycle(Fee).read(made.id, visible(made.outputs))
    assert read is not None
    assert read.inputs is None


def test_a_delete_that_is_refused_for_another_reason_than_blockers_is_an_error(merchant: MerchantAccount) -> None:
    made = merchant.lifecycle(Fee).create(
        merchant.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""})
    )
    merchant.transport.intercept = lambda _request, _answer: httpx.Response(
        409, json={"message": "locked", "code": "LOCKED"}
    )
    with pytest.raises(Conflict, match="LOCKED"):
        merchant.lifecycle(Fee).delete(made.id, made.outputs)
