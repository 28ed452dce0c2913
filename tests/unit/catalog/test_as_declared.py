"""The API's answer in the program's words: spellings, empty maps, and the keys of states of earlier versions."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import BillableMetric, Plan, Price, all_kinds
from pulumi_paygentic.catalog.times import DURATION_FORMAT
from pulumi_paygentic.lifecycle import diff
from pulumi_paygentic.lifecycle.state import DECLARED

TEMPLATE = Price.inputs()["entitlement_template"]
OLD = {"type": "metered", "issueAfterReset": 5.0, "usagePeriod": {"interval": "P1M"}}
NEW = {"type": "metered", "issue_after_reset": 5, "usage_period": {"interval": "P1M"}}


def test_every_field_with_durations_keeps_the_program_s_spelling() -> None:
    fields = [field for kind in all_kinds() for field in kind.inputs().values()]
    spelled = {f.name for f in fields if f.schema.mentions(DURATION_FORMAT)}
    assert spelled == {f.name for f in fields if f.behaviour.is_remembered}
    assert spelled == {"billing_cadence", "credit_allocations", "entitlement_template"}


def test_a_live_value_of_the_same_meaning_is_spelled_as_declared() -> None:
    cadence = Price.inputs()["billing_cadence"]
    assert cadence.as_declared("P12M", "P1Y") == "P12M"
    assert cadence.as_declared("P12M", "P3M") == "P3M"
    assert TEMPLATE.as_declared(NEW, {**NEW, "usage_period": {"interval": "P30D"}})["usage_period"] == {
        "interval": "P30D"
    }


def test_a_state_with_wire_names_reads_as_one_by_names_in_python() -> None:
    assert TEMPLATE.is_same(OLD, NEW)
    assert TEMPLATE.as_declared(OLD, NEW) == NEW
    assert TEMPLATE.as_declared({**OLD, "misspelt": 1}, NEW) == {"type": "metered"}


@pytest.mark.parametrize("policy", [None, "in_place", "refuse"])
def test_the_new_names_of_an_old_template_are_no_change(policy: str | None) -> None:
    state = {"entitlement_template": OLD, DECLARED: ["entitlement_template"]}
    news = {"entitlement_template": NEW, **({"on_change": policy} if policy else {})}
    assert diff(Price, "price_1", state, news).changed in ([], ["on_change"])
    assert diff(Price, "price_1", state, news).replaces == []
    other = {**news, "entitlement_template": {**NEW, "issue_after_reset": 6}}
    assert "entitlement_template" in diff(Price, "price_1", state, other).changed


@pytest.mark.parametrize("live", [{}, None])
def test_an_empty_template_and_none_are_two_things(live: Any) -> None:
    answer = {"features": [{"featureId": "feat_1", "entitlementTemplate": live}]}
    assert "entitlement_template" not in Price.outputs(answer)
    declared = {"entitlement_template": {}, DECLARED: ["entitlement_template"]}
    assert diff(Price, "price_1", declared, {}).replaces == ["entitlement_template"]
    assert diff(Price, "price_1", {DECLARED: []}, {"entitlement_template": {}}).replaces == ["entitlement_template"]
    assert diff(Price, "price_1", declared, {"entitlement_template": {}}).changed == []
    assert diff(Price, "price_1", {DECLARED: []}, {}).changed == []


def test_keys_that_this_version_does_not_know_are_left_out_at_any_depth() -> None:
    known = {"type": "metered", "usagePeriod": {"interval": "P1M"}}
    newer = {**known, "usagePeriod": {"interval": "P1M", "new": 1}, "new": {"a": [1]}}
    assert TEMPLATE.from_wire(newer) == TEMPLATE.from_wire(known)
    config = {"type": "static", "config": {"any": {"key": [{"b": 1}]}}}
    assert TEMPLATE.from_wire({**config, "new": 1}) == config
    tiers = Price.inputs()["tiers"]
    assert tiers.from_wire([{"unitPrice": "1", "upTo": None, "new": 1}]) == [{"unit_price": "1"}]


def test_a_value_of_another_type_is_unchanged() -> None:
    assert TEMPLATE.from_wire({"type": "prepaid", "credits": 5}) == {"type": "prepaid", "credits": 5}
    assert Plan.inputs()["billing_cadence"].from_wire("P2M") == "P2M"
    assert BillableMetric.inputs()["group_by"].from_wire({"a": "no path"}) == {"a": "no path"}
