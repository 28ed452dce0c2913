"""The digest: the same for the same change, another one when any price is."""

from __future__ import annotations

import dataclasses
import random
import re
from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.changes.changeset import Changeset, Subscribers
from pulumi_paygentic.changes.digest import digest
from pulumi_paygentic.changes.preview import read_preview
from tests.support.previews import Json, Preview, Ref, plan, price_change, shop, usage_price
from tests.support.profiles import cases


def read(preview: Preview) -> Changeset:
    return read_preview(preview.file())


def rewritten(value: Any, ids: dict[str, str]) -> Any:
    """The document on another machine and account: other ids, other paths, another stack."""
    if isinstance(value, str):
        other = re.sub(
            r"\b(price|plan|prod|bm|fee)_\d+", lambda match: ids.setdefault(match[0], f"x_{len(ids)}"), value
        )
        return other.replace("urn:pulumi:dev::shop", "urn:pulumi:prod::store").replace("__main__.py", "src/prices.py")
    if isinstance(value, dict):
        return {key: rewritten(item, ids) for key, item in value.items()}
    return [rewritten(item, ids) for item in value] if isinstance(value, list) else value


@st.composite
def changes(draw: st.DrawFn) -> Preview:
    """A plan of some lines, some of which change."""
    preview = shop()
    before: Json = {}
    after: Json = {}
    for number in range(draw(st.integers(1, 5))):
        old, new = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
        arguments = usage_price(str(old), invoice_display_name=f"L{number}")
        before[f"k{number}"] = f"price_{number}"
        if old == new:
            preview.same("Price", f"p{number}", f"price_{number}", **arguments)
            after[f"k{number}"] = f"price_{number}"
        else:
            changed = {**arguments, "unit_price": str(new)}
            preview.change("replace", "Price", f"p{number}", f"price_{number}", arguments, changed)
            after[f"k{number}"] = Ref("Price", f"p{number}")
    return preview.change("update", "Plan", "pro", "plan_1", plan(before), plan(after))


@given(changes(), st.randoms(use_true_random=False))
@cases(40)
def test_it_is_the_same_in_any_order_on_any_machine_and_in_any_account(
    preview: Preview, random_: random.Random
) -> None:
    first = digest(read(preview))
    shuffled = preview.steps[1:]
    random_.shuffle(shuffled)
    ids: dict[str, str] = {}
    preview.steps = [rewritten(step, ids) for step in (preview.steps[0], *shuffled)]
    assert digest(read(preview)) == first


@given(changes(), changes())
@cases(40)
def test_two_changes_have_one_digest_only_if_they_change_the_same(one: Preview, other: Preview) -> None:
    def changed(preview: Preview) -> list[Json]:
        return [step for step in preview.steps if step["op"] != "same"]

    same_changes = [c["urn"] for c in changed(one)] == [c["urn"] for c in changed(other)] and all(
        _inputs(a) == _inputs(b) for a, b in zip(changed(one)[:-1], changed(other)[:-1], strict=True)
    )
    assert (digest(read(one)) == digest(read(other))) is same_changes


def _inputs(step: Json) -> list[Any]:
    return [step[side]["inputs"] for side in ("oldState", "newState")]


def test_what_moves_by_itself_takes_no_part() -> None:
    changeset = read(price_change())
    plans = tuple(dataclasses.replace(one, subscribers=Subscribers(floating=1, pinned=2)) for one in changeset.plans)
    later = dataclasses.replace(changeset, plans=plans, created_at=datetime.now(timezone.utc))
    assert digest(later) == digest(changeset)
    assert re.fullmatch(r"[0-9a-f]{16}", digest(changeset))


def test_a_spelling_of_a_number_takes_no_part() -> None:
    assert digest(read(price_change("1", "2"))) != digest(read(price_change("1", "3")))
    with_int, with_float = (
        read(shop().create("Price", "p", **usage_price("1", quantity=quantity))) for quantity in (2, 2.0)
    )
    assert digest(with_int) == digest(with_float)


def test_an_unknown_value_differs_from_a_text_and_a_secret_from_both() -> None:
    values = ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "unknown", "[secret]", True, None, ["a"], {"a": 1}]
    digests = {digest(read(shop().create("Product", "p", name="P", x=value))) for value in values}
    assert len(digests) == len(values)
