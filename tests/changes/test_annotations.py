import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.changes.annotations import Annotation, annotate, code_quality, defused, workflow_commands
from pulumi_paygentic.changes.changeset import SourcePosition, Subscribers
from pulumi_paygentic.changes.preview import read_preview
from tests.support.previews import Preview, Ref, plan, price_change, shop, usage_price
from tests.support.profiles import cases

NASTY = st.sampled_from(
    ["\n", "\r\n", "::error::x", "%0A", ":", ",", "##[error]", "::stop-commands::a", " ", "é", "\x1b"]
)
NAMES = st.lists(st.one_of(NASTY, st.text(max_size=5)), max_size=5).map("".join)


def commands(found: list[Annotation]) -> list[str]:
    return list(workflow_commands(found))


def test_a_changed_price_is_annotated_on_the_line_that_declares_it() -> None:
    change = read_preview(price_change().file())
    (found,) = annotate(change)
    assert found == Annotation(
        "__main__.py",
        5,
        "Calls changes what customers pay",
        "Pro: 0.001 USD per call → 0.002 USD per call, +0.001 (+100 %)",
    )


def test_the_subscribers_are_said_where_they_are_known() -> None:
    change = read_preview(price_change().file())
    for count, words in ((1, "Pro, 1 subscriber:"), (1200, "Pro, 1,200 subscribers:")):
        plans = (dataclasses.replace(change.plans[0], subscribers=Subscribers(floating=count, pinned=0)),)
        assert annotate(dataclasses.replace(change, plans=plans))[0].message.startswith(words)


def test_a_price_of_two_plans_has_one_annotation_that_names_both() -> None:
    preview = shop().change("replace", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    for name in ("Pro", "Team"):
        old, new = plan({"c": "price_1"}, name=name), plan({"c": Ref("Price", "calls")}, name=name)
        preview.change("update", "Plan", name, f"plan_{name}", old, new)
    (found,) = annotate(read_preview(preview.file()))
    assert "Pro: " in found.message
    assert "Team: " in found.message


def test_a_renamed_line_and_a_position_outside_of_the_program_are_not_annotated() -> None:
    preview = shop().change(
        "update", "Price", "calls", "price_1", usage_price("1"), usage_price("1", invoice_display_name="API calls")
    )
    assert annotate(read_preview(preview.same("Plan", "pro", "plan_1", **plan({"c": "price_1"})).file())) == ()
    change = read_preview(price_change().file())
    line = dataclasses.replace(change.plans[0].lines[1], position=SourcePosition("../site-packages/x.py", 3))
    assert annotate(dataclasses.replace(change, plans=(dataclasses.replace(change.plans[0], lines=(line,)),))) == ()


def test_a_tier_is_annotated_with_its_bounds() -> None:
    def tiers(amount: str) -> dict[str, object]:
        return {
            **usage_price("0"),
            "model": "volume",
            "tiers": [{"up_to": "10", "unit_price": "1"}, {"unit_price": amount}],
        }

    preview = shop().change("replace", "Price", "calls", "price_1", tiers("2"), tiers("3"))
    preview.change("update", "Plan", "pro", "plan_1", plan({"c": "price_1"}), plan({"c": Ref("Price", "calls")}))
    (found,) = annotate(read_preview(preview.file()))
    assert re.search(r"above 10: 2.00 USD per call → 3.00 USD per call, \+1.00 \(\+50 %\)", found.message)


def test_ten_warnings_are_written_and_the_rest_counted() -> None:
    found = [Annotation("__main__.py", number, "t", "m") for number in range(1, 14)]
    lines = commands(found)
    assert len(lines) == 11
    assert lines[0] == "::warning file=__main__.py,line=1,title=t::m"
    assert lines[-1] == "::notice title=Catalog change::3 more lines of the program change a price"


@given(st.lists(st.builds(Annotation, NAMES, st.integers(1, 999), NAMES, NAMES), min_size=1, max_size=12))
@cases(200)
def test_no_name_breaks_out_of_its_command(found: list[Annotation]) -> None:
    for line in commands(found):
        match = re.fullmatch(r"::(warning|notice) ([^\n\r]*?)::([^\n\r]*)", line)
        assert match is not None
        properties = match[2].split(",")
        names = [part.partition("=")[0] for part in properties]
        assert names in (["file", "line", "title"], ["title"])
        assert ":" not in match[2]


def test_the_path_is_relative_to_the_repository() -> None:
    found = [Annotation("__main__.py", 3, "t", "m")]
    assert next(workflow_commands(found, folder="infra/billing")).startswith(
        "::warning file=infra/billing/__main__.py,"
    )
    assert json.loads(code_quality(found, folder="infra"))[0]["location"]["path"] == "infra/__main__.py"


def test_the_report_for_gitlab_has_an_entry_with_a_fingerprint_that_lines_do_not_change() -> None:
    one, moved, other = (
        json.loads(code_quality([Annotation("a.py", line, "t", text)]))[0]
        for line, text in ((3, "m"), (9, "m"), (3, "n"))
    )
    assert one == {
        "description": "t: m",
        "check_name": "paygentic-price-change",
        "fingerprint": one["fingerprint"],
        "severity": "major",
        "location": {"path": "a.py", "lines": {"begin": 3}},
    }
    assert one["fingerprint"] == moved["fingerprint"] != other["fingerprint"]
    assert json.loads(code_quality([])) == []


@given(st.lists(NAMES, max_size=6).map("\n".join))
@cases(200)
def test_text_that_is_printed_holds_no_command_for_the_runner(text: str) -> None:
    safe = defused(text)
    assert not any(line.lstrip().startswith("::") for line in safe.splitlines())
    assert "##[" not in safe
    assert safe.replace("\u2060", "") == text.replace("\u2060", "")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_no_sign_that_ends_a_line_lets_a_command_begin(end: str) -> None:
    assert defused(f"name{end} ::error::x") == f"name{end} \u2060::error::x"
    assert defused("::error::x") == "\u2060::error::x"
    assert defused("Fee::Setup") == "Fee::Setup"


def test_a_preview_without_changes_has_no_annotations() -> None:
    assert annotate(read_preview(Preview().file())) == ()
