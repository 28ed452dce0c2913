"""A POST whose answer is lost after the commit is never sent again before a search for its object: one object each."""

import httpx
import pytest

from pulumi_paygentic.api import BadRequest, PaygenticError, ResponseLost
from pulumi_paygentic.catalog import AuthorizationLink, Plan, Price, Product
from pulumi_paygentic.lifecycle import LinkUnconfirmed
from tests.contract.test_every_kind import assert_converged
from tests.support.account import Inputs, MerchantAccount
from tests.support.examples import EXAMPLES, Example
from tests.support.in_process import Answer

LISTED = [example for example in EXAMPLES if example.kind is not AuthorizationLink]
each_kind = pytest.mark.parametrize("example", LISTED, ids=str)

FEATURED: Inputs = {
    "billable_metric_id": "bm_A",
    "model": "standard",
    "unit_price": "1",
    "invoice_display_name": "With a feature",
    "payment_term": "in_arrears",
    "feature_id": "feat_A",
}
"""A price that attaches a feature without declaring an allowance, which the API reads back as an empty one."""


@each_kind
@pytest.mark.parametrize("which", ["minimal", "full"])
def test_one_object_although_the_answer_was_lost(merchant: MerchantAccount, example: Example, which: str) -> None:
    inputs = merchant.checked(example.kind, getattr(example, which))
    before = len(merchant.everything(example.kind))
    merchant.calls()
    with merchant.losing() as lost:
        outcome = merchant.lifecycle(example.kind).create(inputs)
    assert len(lost) == 1
    assert merchant.writes() == {f"POST {example.kind.path}": 1}
    assert len(merchant.everything(example.kind)) == before + 1
    assert_converged(merchant, example, outcome, inputs)


@each_kind
@pytest.mark.parametrize("which", ["minimal", "full"])
def test_one_object_although_the_run_was_killed_before_it_remembered(
    merchant: MerchantAccount, example: Example, which: str
) -> None:
    inputs = merchant.checked(example.kind, getattr(example, which))
    before = len(merchant.everything(example.kind))

    def kill(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.method == "POST":
            raise KeyboardInterrupt
        return response

    merchant.transport.intercept = kill
    with pytest.raises(KeyboardInterrupt):
        merchant.lifecycle(example.kind).create(inputs)
    merchant.transport.intercept = lambda _request, answer: answer()
    outcome = merchant.lifecycle(example.kind).create(inputs)
    assert len(merchant.everything(example.kind)) == before + 1
    assert_converged(merchant, example, outcome, inputs)


def test_a_price_whose_feature_has_no_allowance_is_known_again(merchant: MerchantAccount) -> None:
    example = Example(Price, "featured", FEATURED, FEATURED, {}, {})
    inputs = merchant.checked(Price, FEATURED)
    with merchant.losing() as lost:
        outcome = merchant.lifecycle(Price).create(inputs)
    assert len(lost) == 1
    assert merchant.writes() == {"POST /v0/prices": 1}
    assert_converged(merchant, example, outcome, inputs)
    again = merchant.lifecycle(Price).create(inputs)
    assert again.id == outcome.id
    assert merchant.writes() == {}


def test_a_price_with_an_allowance_is_not_mistaken_for_one_without(merchant: MerchantAccount) -> None:
    with_one = merchant.checked(
        Price, {**FEATURED, "entitlement_template": {"type": "metered", "issue_after_reset": 5}}
    )
    first = merchant.lifecycle(Price).create(with_one)
    second = merchant.lifecycle(Price).create(merchant.checked(Price, FEATURED))
    assert second.id != first.id


def test_the_answer_to_a_mint_is_lost_and_there_is_one_new_version(merchant: MerchantAccount) -> None:
    plan = {"product_id": "prod_A", "name": "Usage", "currency": "USD", "prices": {"basic": "price_A"}}
    inputs = merchant.checked(Plan, plan)
    outcome = merchant.lifecycle(Plan).create(inputs)
    news = merchant.checked(Plan, {**plan, "prices": {"basic": "price_B", "more": "price_A"}}, inputs)
    with merchant.losing() as lost:
        updated = merchant.lifecycle(Plan).update(outcome.id, outcome.outputs, news)
    assert len(lost) == 1
    assert len(merchant.call("GET", f"/v0/plans/{outcome.id}/versions")["data"]) == 2
    assert updated.outputs["prices"] == news["prices"]


LINK: Inputs = {"plan_id": "plan_A", "email": "ada@example.com"}


def test_a_link_whose_answer_was_lost_is_not_sent_again(merchant: MerchantAccount) -> None:
    """The API may have written to the user, and has no list in which the link could be found."""
    inputs = merchant.checked(AuthorizationLink, LINK)
    with merchant.losing(), pytest.raises(LinkUnconfirmed) as caught:
        merchant.lifecycle(AuthorizationLink).create(inputs)
    assert merchant.writes() == {"POST /v0/customers/authorization": 1}
    assert caught.value.maybe_committed
    assert "resend=True" in str(caught.value)
    assert "ada" not in str(caught.value)


def test_a_link_whose_answer_was_lost_is_sent_again_where_the_program_allows_it(merchant: MerchantAccount) -> None:
    """The one object of which there may be two: the lost one expires unused."""
    inputs = merchant.checked(AuthorizationLink, {**LINK, "resend": True})
    with merchant.losing():
        outcome = merchant.lifecycle(AuthorizationLink).create(inputs)
    assert merchant.writes() == {"POST /v0/customers/authorization": 2}
    assert merchant.lifecycle(AuthorizationLink).read(outcome.id, outcome.outputs) is not None


@pytest.mark.parametrize("status", [429, 400])
def test_a_link_that_was_certainly_not_made_is_sent_again_or_refused_as_ever(
    merchant: MerchantAccount, status: int
) -> None:
    answers = [httpx.Response(status, json={"message": "not so"})]
    merchant.transport.intercept = lambda request, answer: (
        answers.pop() if answers and request.method == "POST" else answer()
    )
    inputs = merchant.checked(AuthorizationLink, LINK)
    if status == 429:
        assert merchant.lifecycle(AuthorizationLink).create(inputs).outputs["status"] == "pending"
    else:
        with pytest.raises(BadRequest):
            merchant.lifecycle(AuthorizationLink).create(inputs)


@each_kind
def test_a_post_that_had_no_effect_is_sent_again(merchant: MerchantAccount, example: Example) -> None:
    inputs = merchant.checked(example.kind, example.full)
    before = len(merchant.everything(example.kind))
    refused: list[int] = []

    def break_once(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and not refused:
            refused.append(503)
            return httpx.Response(503, json={"message": "not now"})
        return answer()

    merchant.transport.intercept = break_once
    outcome = merchant.lifecycle(example.kind).create(inputs)
    assert refused == [503]
    assert len(merchant.everything(example.kind)) == before + 1
    assert_converged(merchant, example, outcome, inputs)


def test_when_even_the_search_fails_nothing_is_sent_again_and_the_next_run_finds_it(merchant: MerchantAccount) -> None:
    inputs = merchant.checked(Product, {"name": "Lost API", "description": ""})
    posted: list[str] = []

    def dark(request: httpx.Request, answer: Answer) -> httpx.Response:
        if posted:
            raise httpx.ReadError("dark", request=request)
        response = answer()
        if request.method == "POST":
            posted.append(response.json()["id"])
            raise httpx.ReadError("dark", request=request)
        return response

    merchant.transport.intercept = dark
    with pytest.raises(PaygenticError) as caught:
        merchant.lifecycle(Product).create(inputs)
    assert isinstance(caught.value, ResponseLost)
    merchant.transport.intercept = lambda _request, answer: answer()
    assert merchant.writes() == {"POST /v0/products": 1}
    assert merchant.lifecycle(Product).create(inputs).id == posted[0]
