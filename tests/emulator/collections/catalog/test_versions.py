"""Plan versions: minting, keys, the guard, the default, and price ids that stay or move."""

import pytest
from paygentic_sdk import errors
from paygentic_sdk.models import MintPlanLineInput

from tests.emulator.support.merchant import Json, Merchant


def _plan(merchant: Merchant, *, stable: bool, **unit_prices: str) -> tuple[Json, dict[str, str], str]:
    """A plan with a line for each key, the prices by key, and the metric they all bill."""
    product = merchant.product()
    metric = merchant.metric(product)
    prices = {key: merchant.price(metric, unit_price) for key, unit_price in unit_prices.items()}
    lines = [{"priceId": price, "key": key} for key, price in prices.items()]
    return merchant.plan(product, lines, stablePriceIds=stable), prices, metric


def _values(merchant: Merchant, plan: Json, number: int) -> dict[str, str]:
    return {key: unit_price for key, (_, unit_price) in merchant.lines(plan["id"], number).items()}


def test_a_plan_with_prices_has_a_first_version(merchant: Merchant) -> None:
    plan, prices, _ = _plan(merchant, stable=False, a="1", b="2")
    version = merchant.sdk.plans.get_plan_version(id=plan["id"], version_number=1)
    assert (version.status, version.is_default, version.subscription_count) == ("published", True, 0)
    assert (version.id, version.based_on_version_id) == (plan["defaultVersionId"], None)
    assert [(slot.key, slot.id, slot.price_deleted) for slot in version.prices] == [
        ("a", prices["a"], False),
        ("b", prices["b"], False),
    ]


def test_minting_replaces_adds_and_removes_by_key_and_is_live_at_once(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=False, kept="1", replaced="2", removed="3")
    new, added = merchant.price(metric, "20"), merchant.price(metric, "40")
    lines: list[MintPlanLineInput | str] = [
        MintPlanLineInput(price_id=prices["kept"], key="kept"),
        MintPlanLineInput(price_id=new, key="replaced"),
        MintPlanLineInput(price_id=added, key="added"),
    ]
    minted = merchant.sdk.plans.mint_plan_version(
        id=plan["id"], prices=lines, based_on_version_id=plan["defaultVersionId"]
    )
    assert (minted.version_number, minted.is_default) == (2, True)
    assert minted.based_on_version_id == plan["defaultVersionId"]
    assert merchant.lines(plan["id"], 2) == {
        "kept": (prices["kept"], "1"),
        "replaced": (new, "20"),
        "added": (added, "40"),
    }
    assert set(merchant.lines(plan["id"], 1)) == {"kept", "replaced", "removed"}
    assert [price["id"] for price in merchant.get(f"/v0/plans/{plan['id']}")["prices"]] == [prices["kept"], new, added]
    assert merchant.version(plan["id"], 1)["isDefault"] is False


def test_an_entry_without_a_key_adds_a_line_even_for_a_price_that_is_there(merchant: Merchant) -> None:
    plan, prices, _ = _plan(merchant, stable=False, a="1")
    minted = merchant.mint(plan["id"], [prices["a"]])
    [slot] = minted["prices"]
    assert slot["id"] == prices["a"]
    assert slot["key"] != "a"


def test_a_generated_key_names_its_line_and_keys_outlive_their_line(merchant: Merchant) -> None:
    product = merchant.product()
    metric = merchant.metric(product)
    first, second, third = (merchant.price(metric, value) for value in ("1", "2", "3"))
    plan = merchant.plan(product, [first], stablePriceIds=False)
    [key] = merchant.lines(plan["id"], 1)
    merchant.mint(plan["id"], [{"priceId": second, "key": "other"}])
    merchant.mint(plan["id"], [{"priceId": third, "key": key}])
    assert merchant.lines(plan["id"], 3) == {key: (third, "3")}


@pytest.mark.parametrize("key", ["", "Basic", "-a", "_a", "a b", "a" * 65, "ä", "a\n"])
def test_a_new_key_has_its_form(merchant: Merchant, key: str) -> None:
    plan, prices, metric = _plan(merchant, stable=False, a="1")
    line = {"priceId": merchant.price(metric), "key": key}
    body = {"name": "P", "currency": "USD", "merchantId": merchant.id, "productId": plan["productId"]}
    assert merchant.refused("POST", "/v0/plans", {**body, "prices": [line]}) == {"prices.0.key"}
    path = f"/v0/plans/{plan['id']}/versions"
    assert merchant.refused("POST", path, {"prices": [prices["a"], line]}) == {"prices.1.key"}


def test_a_set_is_not_empty_has_no_double_and_names_nothing_unknown(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=False, a="1", b="2")
    path, price = f"/v0/plans/{plan['id']}/versions", merchant.price(metric)
    assert merchant.refused("POST", path, {"prices": []}) == {"prices"}
    assert merchant.refused("POST", path, {}) == {"prices"}
    assert merchant.refused("POST", path, {"prices": [price, price]}) == {"prices"}
    twice = [{"priceId": price, "key": "a"}, {"priceId": prices["b"], "key": "a"}]
    assert merchant.refused("POST", path, {"prices": twice}) == {"prices"}
    assert merchant.refused("POST", path, {"prices": [price], "addPrices": [price]}) == {"addPrices"}
    assert merchant.refused("POST", path, {"prices": [{"priceId": price, "name": "a"}]}) == {"prices.0.name"}
    assert merchant.refused("POST", path, {"prices": [merchant.price()]}) == {"prices.0"}
    merchant.call("POST", path, {"prices": ["price_nothing"]}, expect=404)
    assert merchant.get(path)["pagination"]["total"] == 1


def test_a_mint_from_a_stale_read_is_409_and_changes_nothing(merchant: Merchant) -> None:
    plan, prices, _ = _plan(merchant, stable=False, a="1", b="2")
    merchant.mint(plan["id"], [prices["a"]])
    lines: list[MintPlanLineInput | str] = [prices["b"]]
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.plans.mint_plan_version(
            id=plan["id"],
            prices=lines,
            based_on_version_id=plan["defaultVersionId"],
        )
    assert (caught.value.status_code, caught.value.data.code) == (409, "PLAN_VERSION_STALE")
    assert merchant.get(f"/v0/plans/{plan['id']}/versions")["pagination"]["total"] == 2


def test_versions_are_listed_newest_first(merchant: Merchant) -> None:
    plan, prices, _ = _plan(merchant, stable=False, a="1")
    for _ in range(3):
        merchant.mint(plan["id"], [prices["a"]])
    page = merchant.sdk.plans.list_plan_versions(id=plan["id"], limit=2, offset=1)
    assert [(version.version_number, version.is_default) for version in page.data] == [(3, False), (2, False)]
    assert page.pagination.total == 4


def test_any_version_becomes_the_default_and_doing_it_again_changes_nothing(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=False, a="1")
    new = merchant.price(metric, "2")
    merchant.mint(plan["id"], [{"priceId": new, "key": "a"}])
    for number, price in ((1, prices["a"]), (2, new)):
        transitioned = merchant.sdk.plans.transition_plan_version(id=plan["id"], version_number=number, default=True)
        assert transitioned.is_default
        read = merchant.get(f"/v0/plans/{plan['id']}")
        assert [entry["id"] for entry in read["prices"]] == [price]
        assert read["defaultVersionId"] == transitioned.id
        again = merchant.sdk.plans.transition_plan_version(id=plan["id"], version_number=number, default=True)
        assert (again, merchant.get(f"/v0/plans/{plan['id']}")) == (transitioned, read)
    assert merchant.get(f"/v0/plans/{plan['id']}/versions")["pagination"]["total"] == 2


@pytest.mark.parametrize("body", [{}, {"default": False}, {"default": 1}, {"default": True, "status": "archived"}])
def test_a_transition_does_one_thing(merchant: Merchant, body: Json) -> None:
    plan, _, _ = _plan(merchant, stable=False, a="1")
    merchant.call("PATCH", f"/v0/plans/{plan['id']}/versions/1", body, expect=400)


def test_a_version_that_is_not_there_is_404(merchant: Merchant, other: Merchant) -> None:
    plan, _, _ = _plan(merchant, stable=False, a="1")
    merchant.call("GET", f"/v0/plans/{plan['id']}/versions/2", expect=404)
    merchant.call("GET", "/v0/plans/plan_nothing/versions", expect=404)
    merchant.call("GET", f"/v0/plans/{plan['id']}/versions/0", expect=400)
    merchant.call("GET", f"/v0/plans/{plan['id']}/versions/one", expect=400)
    merchant.call("PATCH", f"/v0/plans/{plan['id']}/versions/2", {"default": True}, expect=404)
    other.call("GET", f"/v0/plans/{plan['id']}/versions", expect=403)


def test_with_moving_ids_the_new_price_goes_live_and_the_old_one_stays_as_it_was(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=False, a="1")
    before = merchant.get(f"/v0/prices/{prices['a']}")
    new = merchant.price(metric, "2")
    merchant.mint(plan["id"], [{"priceId": new, "key": "a"}])
    assert merchant.lines(plan["id"], 2) == {"a": (new, "2")}
    assert merchant.lines(plan["id"], 1) == {"a": (prices["a"], "1")}
    assert merchant.get(f"/v0/prices/{prices['a']}") == before


def test_with_stable_ids_the_live_id_keeps_its_place_and_the_old_value_moves(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=True, a="1", b="5")
    new = merchant.price(metric, "2")
    merchant.mint(plan["id"], [{"priceId": new, "key": "a"}, {"priceId": prices["b"], "key": "b"}])
    assert merchant.lines(plan["id"], 2) == {"a": (prices["a"], "2"), "b": (prices["b"], "5")}
    moved, value = merchant.lines(plan["id"], 1)["a"]
    assert value == "1"
    assert moved not in {*prices.values(), new}
    assert merchant.get(f"/v0/prices/{prices['a']}")["properties"] == {"unitPrice": "2"}
    assert merchant.lines(plan["id"], 1)["b"] == (prices["b"], "5")
    merchant.sdk.prices.delete(id=new)


def test_with_stable_ids_a_rollback_keeps_the_live_id_too(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=True, a="1")
    for value in ("2", "3"):
        merchant.mint(plan["id"], [{"priceId": merchant.price(metric, value), "key": "a"}])
    for number in (1, 3, 2, 1):
        merchant.patch(f"/v0/plans/{plan['id']}/versions/{number}", {"default": True})
        assert merchant.lines(plan["id"], number)["a"][0] == prices["a"]
        assert [_values(merchant, plan, n)["a"] for n in (1, 2, 3)] == ["1", "2", "3"]
        ids = {merchant.lines(plan["id"], n)["a"][0] for n in (1, 2, 3)}
        assert len(ids) == 3


def test_with_stable_ids_lines_that_trade_places_keep_their_values(merchant: Merchant) -> None:
    plan, prices, _ = _plan(merchant, stable=True, a="1", b="2")
    crossed = [{"priceId": prices["b"], "key": "a"}, {"priceId": prices["a"], "key": "b"}]
    merchant.mint(plan["id"], crossed)
    assert merchant.lines(plan["id"], 2) == {"a": (prices["a"], "2"), "b": (prices["b"], "1")}
    assert _values(merchant, plan, 1) == {"a": "1", "b": "2"}


def test_subscriptions_are_counted_on_the_version_they_were_made_on(merchant: Merchant) -> None:
    plan, prices, metric = _plan(merchant, stable=False, a="1")
    first = merchant.subscription(plan["id"], "one@example.com")
    merchant.mint(plan["id"], [{"priceId": merchant.price(metric), "key": "a"}])
    merchant.subscription(plan["id"], "two@example.com")
    merchant.subscription(plan["id"], "three@example.com")
    counts = {
        v["versionNumber"]: v["subscriptionCount"] for v in merchant.get(f"/v0/plans/{plan['id']}/versions")["data"]
    }
    assert counts == {1: 1, 2: 2}
    merchant.sdk.subscriptions.terminate(id=first["id"], reason="over")
    assert merchant.version(plan["id"], 1)["subscriptionCount"] == 0
    assert prices
