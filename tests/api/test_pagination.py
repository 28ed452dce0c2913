import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import RequestError, UnexpectedResponse
from pulumi_paygentic.api.pagination import NotAList, walk
from tests.api.support import FUZZ, Api, refusal

Page = dict[str, Any]


class Collection:
    """A collection at a server: pages by offset, and something that happens to it before each page."""

    def __init__(self, count: int, *, happens: Callable[["Collection", int], None] | None = None) -> None:
        self.ids = [f"id_{number}" for number in range(count)]
        self.calls: list[int] = []
        self.most = 100
        self._happens = happens

    def page(self, offset: int, limit: int) -> Page:
        if self._happens:
            self._happens(self, len(self.calls))
        self.calls.append(offset)
        limit = min(limit, self.most)
        return {
            "object": "list",
            "data": [{"id": key} for key in self.ids[offset : offset + limit]],
            "pagination": {"limit": limit, "offset": offset, "total": len(self.ids)},
        }

    def walk(self, page_size: int = 10) -> list[str]:
        return [item["id"] for item in walk(lambda offset: self.page(offset, page_size), page_size)]


@FUZZ
@given(st.integers(0, 60), st.integers(1, 20))
def test_a_collection_at_rest_is_read_once_with_no_call_too_many(count: int, page_size: int) -> None:
    collection = Collection(count)
    assert collection.walk(page_size) == collection.ids
    assert len(collection.calls) == max(1, -(-count // page_size))


def test_pages_are_read_only_as_they_are_needed() -> None:
    collection = Collection(100)
    pages = walk(lambda offset: collection.page(offset, 10), 10)
    assert [next(pages)["id"] for _ in range(10)] == collection.ids[:10]
    assert collection.calls == [0]


def test_a_server_that_gives_fewer_than_asked_for_is_followed_at_its_own_pace() -> None:
    collection = Collection(35)
    collection.most = 7
    assert collection.walk(100) == collection.ids
    assert len(collection.calls) == 5


def test_what_is_deleted_between_two_pages_hides_nothing() -> None:
    def delete_first(collection: Collection, call: int) -> None:
        if call == 1:
            del collection.ids[:3]

    collection = Collection(30, happens=delete_first)
    assert set(collection.walk()) >= set(collection.ids)


def test_what_is_added_does_not_make_up_for_what_a_deletion_hides() -> None:
    def add_and_delete(collection: Collection, call: int) -> None:
        if call == 1:
            collection.ids.insert(10, "new")
        if call == 2:
            del collection.ids[:2]

    collection = Collection(20, happens=add_and_delete)
    assert set(collection.walk()) >= set(collection.ids)


def test_what_is_added_at_the_front_is_no_reason_to_read_again() -> None:
    def add(collection: Collection, call: int) -> None:
        if call:
            collection.ids.insert(0, f"new_{call}")

    collection = Collection(30, happens=add)
    found = collection.walk()
    assert found == [f"id_{number}" for number in range(30)]
    assert len(collection.calls) == 4


@FUZZ
@given(st.integers(1, 40), st.integers(1, 15), st.randoms(use_true_random=False), st.sampled_from(["add", "delete"]))
def test_what_is_there_all_the_time_is_found_and_nothing_is_given_twice(
    count: int, page_size: int, dice: random.Random, what: str
) -> None:
    def happens(collection: Collection, call: int) -> None:
        if call > 6 or not dice.getrandbits(1):
            return
        at = dice.randint(0, len(collection.ids))
        if what == "add":
            collection.ids.insert(at, f"new_{call}")
        else:
            del collection.ids[at : at + dice.randint(1, 5)]

    collection = Collection(count, happens=happens)
    at_start = set(collection.ids)
    found = collection.walk(page_size)
    assert len(found) == len(set(found))
    if what == "add" or len(collection.calls) <= 6:
        assert set(found) >= at_start & set(collection.ids)


def test_a_collection_that_never_rests_is_read_three_times() -> None:
    def delete_last(collection: Collection, _call: int) -> None:
        collection.ids.pop()

    collection = Collection(100, happens=delete_last)
    found = collection.walk()
    assert set(found) >= set(collection.ids)
    assert collection.calls.count(0) == 3


def test_a_total_that_counts_too_many_is_not_believed_twice() -> None:
    calls: list[int] = []

    def fetch(offset: int) -> Page:
        calls.append(offset)
        return {"data": [{"id": "a"}, {"id": "b"}][offset:], "pagination": {"total": 5}}

    assert [item["id"] for item in walk(fetch, 100)] == ["a", "b"]
    assert calls == [0, 2, 0, 2]


@pytest.mark.parametrize("total", [{}, {"total": None}, {"total": "3"}, {"total": -1}, {"total": True}, {"total": 2.5}])
@pytest.mark.parametrize("count", [0, 9, 10, 11, 20])
def test_without_a_total_a_page_that_is_not_full_is_the_last(count: int, total: Page) -> None:
    ids = [f"id_{number}" for number in range(count)]

    def fetch(offset: int) -> Page:
        return {"data": [{"id": key} for key in ids[offset : offset + 10]], "pagination": total}

    assert [item["id"] for item in walk(fetch, 10)] == ids


def test_without_a_total_the_servers_own_limit_says_what_a_full_page_is() -> None:
    ids = [f"id_{number}" for number in range(25)]

    def fetch(offset: int) -> Page:
        return {"data": [{"id": key} for key in ids[offset : offset + 10]], "pagination": {"limit": 10}}

    assert [item["id"] for item in walk(fetch, 100)] == ids


@pytest.mark.parametrize("pagination", [None, [], {}])
@pytest.mark.parametrize("count", [3, 100, 250])
def test_a_collection_that_comes_whole_whatever_was_asked_for_is_read_once(count: int, pagination: object) -> None:
    def fetch(_offset: int) -> Page:
        return {"data": [{"id": f"id_{number}"} for number in range(count)], "pagination": pagination}

    assert len(list(walk(fetch, 100))) == count


def test_a_server_that_does_not_know_of_offsets_is_not_asked_for_ever() -> None:
    calls: list[int] = []

    def fetch(offset: int) -> Page:
        calls.append(offset)
        return {"data": [{"id": "a"}, {"id": "b"}], "pagination": {"limit": 2, "total": 10**9}}

    assert [item["id"] for item in walk(fetch, 2)] == ["a", "b"]
    assert len(calls) == 24


def test_a_server_that_always_has_more_is_given_up() -> None:
    def fetch(offset: int) -> Page:
        return {"data": [{"id": f"id_{offset}"}], "pagination": {"limit": 1, "total": offset + 2}}

    with pytest.raises(NotAList, match="does not end"):
        list(walk(fetch, 1))


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"data": None},
        {"data": {}},
        {"data": [1]},
        {"data": [{"name": "no id"}]},
        {"data": [{"id": 7}]},
        {"object": "list", "pagination": {"total": 0}},
    ],
)
def test_what_is_no_page_is_an_unexpected_answer(page: Page) -> None:
    api = Api([httpx.Response(200, json=page)])
    with pytest.raises(UnexpectedResponse, match="GET /v0/prices: 200, "):
        list(api.client.list("/v0/prices"))


@FUZZ
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "data": st.lists(st.fixed_dictionaries({"id": st.sampled_from("abc")}), max_size=4) | st.none(),
                "pagination": st.fixed_dictionaries(
                    {}, optional={"total": st.integers(-1, 9) | st.text(), "limit": st.integers(-1, 9) | st.text()}
                )
                | st.none(),
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_server_makes_it_run_for_ever(pages: list[Page]) -> None:
    calls = 0

    def fetch(_offset: int) -> Page:
        nonlocal calls
        calls += 1
        return pages[calls % len(pages)]

    try:
        found = [item["id"] for item in walk(fetch, 3)]
    except NotAList:
        found = []
    assert len(found) == len(set(found))
    assert calls < 100


def test_the_query_goes_with_every_page_and_ids_into_the_path() -> None:
    collection = Collection(25)

    def handler(request: httpx.Request) -> httpx.Response:
        params = request.url.params
        return httpx.Response(200, json=collection.page(int(params["offset"]), int(params["limit"])))

    api = Api(handler)
    found = list(api.client.list("/v0/plans/{id}/versions", {"merchantId": "org_1"}, page_size=10, id="plan_1"))
    assert [item["id"] for item in found] == collection.ids
    assert [str(request.url.copy_with(query=None)) for request in api.requests] == [
        "https://api.sandbox.paygentic.io/v0/plans/plan_1/versions"
    ] * 3
    assert [dict(request.url.params) for request in api.requests] == [
        {"merchantId": "org_1", "limit": "10", "offset": str(offset)} for offset in (0, 10, 20)
    ]


def test_a_page_asks_for_a_hundred_by_default() -> None:
    api = Api([httpx.Response(200, json=Collection(0).page(0, 100))])
    assert list(api.client.list("/v0/prices")) == []
    assert api.requests[0].url.params["limit"] == "100"


def test_every_page_is_retried_like_any_read() -> None:
    api = Api([refusal(503), httpx.Response(200, json=Collection(1).page(0, 100))])
    assert len(list(api.client.list("/v0/prices"))) == 1


def test_an_error_in_the_middle_ends_the_list() -> None:
    first = httpx.Response(200, json=Collection(200).page(0, 100))
    api = Api([first, refusal(403)])
    with pytest.raises(RequestError, match="403"):
        list(api.client.list("/v0/prices"))
