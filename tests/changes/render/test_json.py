"""The JSON output: as its schema says, and with nothing in it that is secret."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import pulumi_paygentic
from pulumi_paygentic.changes.changeset import Changeset, Move, Subscribers
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.render.json_output import json_text
from pulumi_paygentic.changes.render.json_types import JsonChangeset, schema
from pulumi_paygentic.changes.render.text import text
from tests.support.previews import UNKNOWN_TEXT, Preview, Ref, plan, price_change, shop, usage_price

SHAPE = TypeAdapter(JsonChangeset)


def whole() -> Changeset:
    changeset = read_preview(price_change().error("no").file())
    subscribers = Subscribers(
        floating=1,
        pinned=1,
        moves=(
            Move(moment="now", count=1),
            Move(moment="period_end", count=1, first=date(2026, 12, 1), last=date(2026, 12, 1)),
        ),
    )
    plans = tuple(dataclasses.replace(one, subscribers=subscribers) for one in changeset.plans)
    return dataclasses.replace(changeset, plans=plans, created_at=datetime(2026, 1, 2, tzinfo=timezone.utc))


def unusual() -> Changeset:
    tiers = [{"up_to": "10", "unit_price": "2"}, {"unit_price": "1"}]
    preview = shop().create("Price", "a", **usage_price("0", model="volume", tiers=tiers))
    preview.create("Price", "b", **usage_price(UNKNOWN_TEXT, secret="[secret]", many=["x", {"y": UNKNOWN_TEXT}]))
    preview.create("Plan", "pro", **plan({"a": Ref("Price", "a"), "b": Ref("Price", "b")}))
    return read_preview(preview.file())


@pytest.mark.parametrize(
    "changeset", [whole(), unusual(), Changeset(project="p", stack="s"), read_preview(Preview().error("x").file())]
)
def test_the_output_is_as_its_schema_says(changeset: Changeset) -> None:
    SHAPE.validate_json(json_text(changeset), strict=True)


def test_the_schema_is_shipped_and_has_a_version() -> None:
    shipped = Path(pulumi_paygentic.__file__).parent / "changes/render/changeset.schema.json"
    assert json.loads(shipped.read_text(encoding="utf-8")) == schema()
    assert schema()["properties"]["version"] == {"const": 1, "title": "Version", "type": "integer"}


def test_the_output_says_in_numbers_what_the_comment_says_in_words() -> None:
    output = json.loads(json_text(whole()))
    _, line = output["plans"][0]["lines"]
    assert (line["op"], line["direction"], line["percent"]) == ("changed", "up", "100.00")
    assert line["after"]["bands"] == [{"over": "0", "up_to": None, "unit_price": "0.002"}]
    assert output["plans"][0]["subscribers"]["moves"][1]["first"] == "2026-12-01"
    assert output["created_at"] == "2026-01-02T00:00:00+00:00"


def test_what_is_unknown_or_secret_is_said_to_be_such() -> None:
    output = json.loads(json_text(unusual()))
    fields = {field["path"]: field for field in output["objects"][1]["fields"]}
    assert fields["unit_price"] == {"path": "unit_price", "presentation": False, "after": "[unknown]"}
    assert fields["secret"]["after"] == "[secret]"
    assert fields["many"]["after"] == ["x", {"y": "[unknown]"}]
    assert output["plans"][0]["lines"][1]["after"] == "unknown"
    assert output["unknown"] == 1


def test_text_has_colours_only_for_a_terminal() -> None:
    changeset = whole()
    assert "\x1b" not in text(changeset)
    assert "\x1b[" in text(changeset, terminal=True)


def test_text_says_what_the_comment_says() -> None:
    preview = price_change().create("aws:s3:Bucket", "b").create("Coupon", "c")
    preview.step("refresh", "Fee", "seat", "fee_1", {"name": "a"}, {"name": "b"})
    preview.step("update", "Fee", "seat", "fee_1", {"name": "b"}, {"name": "c"})
    shown = text(read_preview(preview.error("it failed", "urn:pulumi:dev::shop::a::b").file()))
    for said in (
        "Pro (USD, monthly): new version",
        "+0.001 (+100 %)",
        "1 line stays as it is.",
        "b: it failed",
        "Not known: 1 of kind Coupon",
        "1 resource of other packages",
        "Price Calls stays in the account: versions of plan 'Pro' hold it",
        "changed by hand:",
        'name: "a" → "b"',
        "Digest ",
    ):
        assert said in shown, shown


def test_text_of_two_kept_lines_and_of_none() -> None:
    preview = shop().same("Price", "a", "price_1", **usage_price("1")).same("Price", "b", "price_2", **usage_price("2"))
    prices = {"a": "price_1", "b": "price_2"}
    after = plan(prices, billing_cadence="P1Y", name="A\n|B")
    preview.change("update", "Plan", "pro", "plan_1", plan(prices), after)
    assert "2 lines stay as they are." in text(read_preview(preview.file()))
    assert text(read_preview(Preview().file())).startswith("Nothing changes in the catalog.\nDigest ")
