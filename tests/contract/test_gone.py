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
from tests.contract.world import OWNER, World
from tests.examples_of_kinds import EXAMPLES, Example, edited
from tests.in_process import Answer

each_kind = pytest.mark.parametrize("example", EXAMPLES, ids=str)


@each_kind
def test_an_object_that_is_not_there_any_more_is_gone(world: World, example: Example) -> None:
    outcome = world.lifecycle(example.kind).create(world.checked(example.kind, example.full))
    world.call("POST", "/_emulator/reset")
    assert world.lifecycle(example.kind).read(outcome.id, outcome.outputs) is None


@each_kind
def test_it_is_gone_as_well_where_the_whole_collection_is_listed_instead(world: World, example: Example) -> None:
    """After the first reads a refresh asks for lists: what is in none, or of a parent that is gone, is gone."""
    outcome = world.lifecycle(example.kind).create(world.checked(example.kind, example.full))
    world.call("POST", "/_emulator/reset")
    refresh = world.lifecycle(example.kind)
    assert [refresh.read(outcome.id, outcome.outputs) for _ in range(6)] == [None] * 6


@each_kind
def test_update_missing(world: World, example: Example) -> None:
    inputs = world.checked(example.kind, example.full)
    outcome = world.lifecycle(example.kind).create(inputs)
    world.call("POST", "/_emulator/reset")
    for edit in example.edits.values():
        news = world.checked(example.kind, edited(example.full, edit), inputs)
        with pytest.raises((ObjectDeleted, NotFound), match=outcome.id):
            world.lifecycle(example.kind).update(outcome.id, outcome.outputs, news)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.kind.deletable], ids=str)
def test_what_is_gone_is_made_again(world: World, example: Example) -> None:
    inputs = world.checked(example.kind, example.full)
    outcome = world.lifecycle(example.kind).create(inputs)
    world.call("DELETE", f"{example.kind.path}/{outcome.id}")
    again = world.lifecycle(example.kind).create(inputs)
    assert again.id != outcome.id
    assert world.lifecycle(example.kind).read(again.id, again.outputs) is not None


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
    world: World, kind: type[Product], answer: Callable[[], httpx.Response], error: type[PaygenticError]
) -> None:
    example = next(example for example in EXAMPLES if example.kind is kind)
    outcome = world.lifecycle(kind).create(world.checked(kind, example.full))
    world.transport.meddle = lambda _request, _answer: answer()
    with pytest.raises(error):
        world.lifecycle(kind).read(outcome.id, outcome.outputs)


@pytest.mark.parametrize(("answer", "error"), IN_THE_WAY, ids=[str(i) for i in range(len(IN_THE_WAY))])
def test_what_stands_in_the_way_of_a_delete_is_an_error(
    world: World, answer: Callable[[], httpx.Response], error: type[PaygenticError]
) -> None:
    inputs = world.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""})
    outcome = world.lifecycle(Fee).create(inputs)
    world.transport.meddle = lambda _request, _answer: answer()
    with pytest.raises(error):
        world.lifecycle(Fee).delete(outcome.id, outcome.outputs)


GATEWAY = {"message": "no Route matched with those values"}


@each_kind
@pytest.mark.parametrize("reads", [1, 3])
def test_what_a_gateway_says_of_every_path_is_not_that_an_object_is_gone(
    world: World, example: Example, reads: int
) -> None:
    """In the middle of a deployment a gateway says 404, in JSON, to whatever it is asked."""
    outcome = world.lifecycle(example.kind).create(world.checked(example.kind, example.full))
    world.transport.meddle = lambda _request, _answer: httpx.Response(404, json=GATEWAY)
    run = world.lifecycle(example.kind)
    for _ in range(reads):
        with pytest.raises(UnexpectedResponse, match="404"):
            run.read(outcome.id, outcome.outputs)
    if example.kind.deletable:
        with pytest.raises(UnexpectedResponse, match="404"):
            world.lifecycle(example.kind).delete(outcome.id, outcome.outputs)


def test_what_a_gateway_says_of_one_collection_is_no_empty_list(world: World) -> None:
    made = world.lifecycle(Feature).create(
        world.checked(Feature, {"product_id": "prod_A", "key": "sso", "name": "SSO"})
    )

    def closed(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(404, json=GATEWAY) if "/features" in request.url.path else answer()

    world.transport.meddle = closed
    for attempt in (world.lifecycle(Feature).read, world.lifecycle(Feature).read):
        with pytest.raises(UnexpectedResponse, match="404"):
            attempt(made.id, made.outputs)


def test_what_another_merchant_holds_is_neither_gone_nor_deleted(world: World) -> None:
    """In another account nothing of a state exists, which must not empty the state."""
    made = world.lifecycle(Fee).create(world.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""}))
    elsewhere = {**made.outputs, "merchant_id": "org_other"}
    world.calls()
    with pytest.raises(WrongMerchant, match="org_other"):
        world.lifecycle(Fee).read(made.id, elsewhere)
    with pytest.raises(WrongMerchant, match="org_emulator"):
        world.lifecycle(Fee).delete(made.id, elsewhere)
    assert world.calls() == {}


def test_absent_from_a_list_is_not_gone(world: World) -> None:
    """A list that is behind must not have an object made a second time."""
    inputs = [
        world.checked(Feature, {"product_id": "prod_A", "key": f"f-{n}", "name": f"Feature {n}"}) for n in range(6)
    ]
    made = [world.lifecycle(Feature).create(given) for given in inputs]

    def behind(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path == "/v0/features" and request.method == "GET":
            return httpx.Response(200, json={"data": [], "pagination": {"limit": 100, "offset": 0, "total": 0}})
        return response

    world.transport.meddle = behind
    refresh = world.lifecycle(Feature)
    for outcome in made:
        read = refresh.read(outcome.id, outcome.outputs)
        assert read is not None
        assert read.outputs == outcome.outputs


@pytest.mark.parametrize("count", [3, 40])
def test_a_refresh_costs_at_most_one_call_for_each_hundred_objects_and_three_more(world: World, count: int) -> None:
    kind = kind_named("Fee")
    fees = [world.checked(kind, {"product_id": "prod_A", "name": f"Fee {n}", "description": ""}) for n in range(count)]
    run = world.run()
    made = [Lifecycle(kind, run, f"{OWNER}{n}").create(fee) for n, fee in enumerate(fees)]
    assert world.calls()["GET /v0/fees"] == 1
    refresh = world.lifecycle(kind)
    assert all(refresh.read(outcome.id, outcome.outputs) is not None for outcome in made)
    calls = world.calls()
    assert sum(calls.values()) <= 4
    assert calls.get("GET /v0/fees", 0) <= 1


def test_what_was_imported_without_its_declarations_shows_no_drift_in_the_first_read(world: World) -> None:
    made = world.lifecycle(Fee).create(world.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""}))
    read = world.lifecycle(Fee).read(made.id, visible(made.outputs))
    assert read is not None
    assert read.inputs is None


def test_a_delete_that_is_refused_for_another_reason_than_blockers_is_an_error(world: World) -> None:
    made = world.lifecycle(Fee).create(world.checked(Fee, {"product_id": "prod_A", "name": "Setup", "description": ""}))
    world.transport.meddle = lambda _request, _answer: httpx.Response(409, json={"message": "locked", "code": "LOCKED"})
    with pytest.raises(Conflict, match="LOCKED"):
        world.lifecycle(Fee).delete(made.id, made.outputs)
