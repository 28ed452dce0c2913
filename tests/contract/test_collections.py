"""One list for a whole run, kept up to date by the run's own writes and by what it learns."""

import httpx

from pulumi_paygentic.catalog import Fee, Plan, Product
from pulumi_paygentic.lifecycle import Lifecycle, Result
from pulumi_paygentic.lifecycle.collection import SINGLE_READS
from tests.support.account import OWNER, Inputs, MerchantAccount
from tests.support.in_process import Answer


def fee(merchant: MerchantAccount, name: str = "Setup", **more: str) -> Inputs:
    return merchant.checked(Fee, {"product_id": "prod_A", "name": name, "description": "", **more})


def test_what_the_run_made_is_known_without_asking_again(merchant: MerchantAccount) -> None:
    fees = merchant.lifecycle(Fee)
    made = fees.create(fee(merchant))
    merchant.calls()
    for _ in range(6):
        read = fees.read(made.id, made.outputs)
        assert read is not None
        assert read.outputs == made.outputs
    assert merchant.calls() == {}
    assert fees.operation.collection(fee(merchant)).find(fee(merchant)) != []


def test_what_the_run_changed_is_known_by_its_new_key_only(merchant: MerchantAccount) -> None:
    fees = merchant.lifecycle(Fee)
    before, after = fee(merchant), fee(merchant, "Onboarding")
    made = fees.create(before)
    fees.update(made.id, made.outputs, after)
    collection = fees.operation.collection(before)
    assert collection.find(before) == []
    assert [live.id for live in collection.find(after)] == [made.id]


def test_what_the_run_deleted_stays_deleted_in_a_list_that_is_behind(merchant: MerchantAccount) -> None:
    fees = merchant.lifecycle(Fee)
    made = fees.create(fee(merchant))
    behind = merchant.http.get("/v0/fees", params={"merchantId": "org_emulator"}).content

    def stale(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "GET" and request.url.path == "/v0/fees":
            return httpx.Response(200, content=behind, headers={"Content-Type": "application/json"})
        return answer()

    account = merchant.run()
    assert Lifecycle(Fee, account, OWNER).delete(made.id, made.outputs) == []
    merchant.transport.intercept = stale
    assert account.collection(Fee, fee(merchant)).find(fee(merchant), fresh=True) == []
    assert Lifecycle(Fee, account, "urn:again").create(fee(merchant)).id != made.id


def test_what_was_found_after_a_lost_answer_is_brought_to_the_declared_values(merchant: MerchantAccount) -> None:
    """Somebody may have edited it before it was found."""
    inputs = merchant.checked(Product, {"name": "API", "description": "Declared"})
    edited: list[str] = []

    def lose_and_edit(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.method == "POST" and not edited:
            edited.append(response.json()["id"])
            merchant.call("PATCH", f"/v0/products/{edited[0]}", {"description": "Edited"})
            raise httpx.ReadError("lost", request=request)
        return response

    merchant.transport.intercept = lose_and_edit
    outcome: Result = merchant.lifecycle(Product).create(inputs)
    assert outcome.id == edited[0]
    assert outcome.outputs["description"] == "Declared"
    assert merchant.call("GET", f"/v0/products/{outcome.id}")["description"] == "Declared"


def test_a_plan_that_the_run_moved_is_known_with_its_new_prices(merchant: MerchantAccount) -> None:
    plans = merchant.lifecycle(Plan)
    plan = {"product_id": "prod_A", "name": "Usage", "currency": "USD"}
    inputs = merchant.checked(Plan, {**plan, "prices": ["price_A"]})
    news = merchant.checked(Plan, {**plan, "prices": ["price_B"]}, inputs)
    made = plans.create(inputs)
    moved = plans.update(made.id, made.outputs, news)
    for _ in range(5):
        read = plans.read(made.id, moved.outputs)
        assert read is not None
        assert read.outputs == moved.outputs


def test_the_first_objects_are_read_by_id_and_cost_no_list(merchant: MerchantAccount) -> None:
    count = SINGLE_READS
    made = [merchant.lifecycle(Fee, f"{OWNER}{n}").create(fee(merchant, f"Fee {n}")) for n in range(count)]
    merchant.calls()
    run = merchant.lifecycle(Fee)
    assert all(run.read(outcome.id, outcome.outputs) for outcome in made)
    assert merchant.calls() == {"GET /v0/fees/{id}": count}
