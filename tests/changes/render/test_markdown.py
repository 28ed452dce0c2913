"""The comment of a pull request: the template's structure whatever the names, and never too long."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from datetime import date, datetime, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pulumi_paygentic.changes.changeset import Changeset, Diagnostic, Move, Subscribers
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.render.escape import JOINER, code, fence, name, plain
from pulumi_paygentic.changes.render.markdown import LIMIT, markdown
from tests.support.previews import METRIC, Preview, Ref, fee_price, plan, price_change, shop, usage_price
from tests.support.profiles import cases

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
NASTY = st.sampled_from(
    [
        "| a | b |",
        "`code` ``` ~~~",
        "<b>x</b><!-- --><script>",
        "[a](http://b) ![c](d) [e]: f",
        "@someone #1 !2 $x$ %3 ~4 &5 &amp; :tada: GH-12 www.example.com https://example.com a@example.com",
        "**bold** _it_ ~~no~~ \\",
        "line\nbreak\r\n\n# heading\n- item\n1. one",
        "---",
        "# x",
        "\u202eabc\u2066",
        "支払い, платёж, दाम, السعر, 🎉",
        "0123456789abcdef",
        "",
        " ",
        "\x00\x1b[31m",
    ]
)
NAMES = NASTY | st.text(max_size=40) | st.tuples(NASTY, st.text(max_size=10)).map("".join)


def comment(changeset: Changeset) -> str:
    return markdown(dataclasses.replace(changeset, created_at=datetime(2026, 11, 25, 16, 53, tzinfo=timezone.utc)))


def everything(names: list[str]) -> Preview:
    """A document in which every place that a name can stand in has one of these."""
    product, metric, unit, first, second, plan_name, key, message, description = names
    preview = Preview().same("Product", "api", "prod_1", name=product, description="")
    preview.same("BillableMetric", "calls", "bm_1", **{**METRIC, "name": metric, "unit": unit})
    before = usage_price("1", invoice_display_name=first)
    preview.change("replace", "Price", "calls", "price_1", before, usage_price("2", invoice_display_name=second))
    preview.delete("Price", "gone", "price_2", **usage_price("3", invoice_display_name=second))
    old = plan({key: "price_1", "gone": "price_2"}, name=plan_name)
    preview.change("update", "Plan", "pro", "plan_1", old, plan({key: Ref("Price", "calls")}, name=plan_name))
    preview.change("update", "Fee", "seat", "fee_1", {"name": first}, {"name": second, "description": description})
    return preview.error(message)


def structure(text: str) -> list[str]:
    """The tokens of a text by type and tag, without what they hold."""
    found: list[str] = []
    for token in PARSER.parse(text):
        found.append(f"{token.type} {token.tag}")
        inner = [child for child in token.children or () if child.type not in {"text", "code_inline", "text_special"}]
        found += [f"{child.type} {child.tag} {child.content}" for child in inner]
        if token.type == "html_block":
            found.append(token.content)
    return found


def text_of(tokens: list[Token]) -> str:
    return "".join(child.content for token in tokens for child in token.children or ())


ORDINARY = ["Code API", "Calls", "call", "First", "Second", "Pro", "k", "it failed", "described"]


@given(st.lists(NAMES, min_size=9, max_size=9))
@example(["|"] * 9)
@cases(40)
def test_no_name_breaks_out_of_its_place(names: list[str]) -> None:
    """Every name has the structure of an ordinary one; only names that are empty or equal leave parts out."""
    distinct = [f"{value}·{number}" for number, value in enumerate(names)]
    written = comment(read_preview(everything(distinct).file()))
    assert structure(written) == structure(comment(read_preview(everything(ORDINARY).file())))


@given(NAMES)
@cases(150)
def test_a_name_reads_as_itself_and_is_nothing_but_text(value: str) -> None:
    tokens = PARSER.parse(f"{name(value)}: x")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    shown = text_of(tokens).removesuffix(": x").replace(JOINER, "")
    assert shown == (plain(value).replace(JOINER, "") or "(no name)")
    assert {child.type for token in tokens for child in token.children or ()} <= {"text", "text_special"}


@given(NAMES)
@cases(150)
def test_no_name_notifies_links_or_begins_a_formula(value: str) -> None:
    """GitHub and GitLab look for these in the text that Markdown has made."""
    shown = text_of(PARSER.parse(name(value, None)))
    for pattern in (r"@\w", r"[#!%~&^]\w", r"\$[\w(]", r":\w+:", r"://", r"(?i)www\.", r"(?i)\bgh-\d", r"\w@\w"):
        assert not re.search(pattern, shown), (pattern, shown)
    assert not re.search(r"[$<>|`*\[\]]", name(value, None))


@given(NAMES)
@cases(100)
def test_a_key_in_code_style_stays_in_its_cell(value: str) -> None:
    tokens = PARSER.parse(f"| a | b |\n| - | - |\n| {code(value)} | x |")
    assert sum(token.type == "td_open" for token in tokens) == 2


@given(st.lists(NAMES))
@cases(100)
def test_no_line_closes_its_fence(values: list[str]) -> None:
    lines = [plain(value) for value in values]
    tokens = PARSER.parse("\n".join(fence(lines, "diff")))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == "".join(f"{line}\n" for line in lines)


@given(st.text())
@cases(100)
def test_a_plain_text_is_one_line_without_control_signs(value: str) -> None:
    line = plain(value)
    assert len(line) <= 80
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Zl", "Zp"}
    assert plain(line) == line


def test_the_comment_of_a_price_change() -> None:
    changeset = read_preview(price_change("49", "59.5").file())
    moves = (Move(moment="period_end", count=35, first=date(2026, 12, 1), last=date(2026, 12, 25)),)
    subscribers = Subscribers(floating=35, pinned=2, moves=(*moves, Move(moment="never", count=2)))
    (changed,) = changeset.plans
    known = dataclasses.replace(changed, subscribers=subscribers, version_before=3, version_after=4)
    text = comment(dataclasses.replace(changeset, plans=(known,)))
    expected = """\
### Catalog change: dev (shop)

Pro: Calls rises from 49.00 USD per call to 59.50 USD per call (+21.4 %). 37 subscribers concerned: 35 at the end of \
their period, 2 as they are.

#### Pro (USD, monthly): version 3 → 4

37 subscribers: 35 at the end of their period (1 Dec 2026 to 25 Dec 2026), 2 never, pinned to their version. \
New subscribers get it at once, others move at the end of their period, those pinned to a version never.

| Line | Now | After | Change |
| :-- | --: | --: | --: |
| Calls `calls` | 49.00 USD per call | **59.50 USD per call** | +10.50 (+21.4 %) |

1 line stays as it is.

To undo: revert the program. The versions of now then bill again, and who moved moves back likewise.
"""
    assert text.startswith(expected)
    assert text.endswith(" · preview of 2026-11-25 16:53 UTC · org&#95;emulator</sub>\n")


@pytest.mark.parametrize(
    ("currency", "shown"), [("JPY", "49 JPY"), ("USD", "49.00 USD"), ("KWD", "49.000 KWD"), ("XYZ", "49.00 XYZ")]
)
def test_money_has_the_places_of_its_currency(currency: str, shown: str) -> None:
    assert f"| {shown} per call |" in comment(read_preview(price_change("49", "50", currency=currency).file()))


def big(lines: int, plans: int, name_length: int = 10) -> Changeset:
    preview = shop()
    prices = {}
    for number in range(lines):
        old = usage_price("1", invoice_display_name="N" * name_length + str(number))
        preview.change("replace", "Price", f"p{number}", f"price_{number}", old, {**old, "unit_price": "2"})
        prices[f"line-{number}"] = number
    before = {key: f"price_{number}" for key, number in prices.items()}
    after = {key: Ref("Price", f"p{number}") for key, number in prices.items()}
    for number in range(plans):
        old, new = plan(before, name=f"Plan {number}"), plan(after, name=f"Plan {number}")
        preview.change("update", "Plan", f"plan-{number}", f"plan_{number}", old, new)
    for number in range(400):
        preview.error(f"error {number} " + "long " * 100)
    return read_preview(preview.file())


@pytest.mark.parametrize(("lines", "plans"), [(500, 1), (20, 30)])
def test_a_large_change_is_cut_in_its_details_and_never_in_its_headline(lines: int, plans: int) -> None:
    changeset = big(lines, plans, name_length=80)
    text = comment(changeset)
    assert len(text) < LIMIT
    assert f"{lines * plans:,} prices rise (+100 % at most) in {plans} plan" in text
    assert "in the JSON output.*" in text
    assert text.count("<details>") == text.count("</details>")
    assert "Digest `" in text


def test_500_changed_lines_fit_where_their_names_are_ordinary() -> None:
    changeset = dataclasses.replace(big(500, 1), diagnostics=())
    assert comment(changeset).count("(+100 %)") >= 60


def test_every_other_kind_of_change_is_said() -> None:
    preview = shop().create("aws:s3:Bucket", "b").create("Coupon", "c")
    preview.change("update", "Price", "x", "price_1", usage_price("1"), usage_price("2", on_change="in_place"))
    preview.same("Plan", "in-place", "plan_1", **plan({"x": "price_1"}, name="In place"))
    preview.delete("Plan", "gone", "plan_2", **plan({"x": "price_1"}, name="Gone"))
    old = plan({"x": "price_1"}, name="Yearly")
    new = plan({"x": "price_1"}, name="Year", billing_cadence="P1Y")
    preview.change("update", "Plan", "yearly", "plan_3", old, new)
    preview.change(
        "replace",
        "Plan",
        "euro",
        "plan_4",
        plan({"x": "price_1"}, name="Euro"),
        plan({"x": "price_1"}, name="Euro", currency="EUR"),
    )
    preview.create("Plan", "dark", **plan({"a": "price_9"}, name="Dark"))
    text = comment(read_preview(preview.file()))
    for said in (
        "Edited in place: every subscriber pays it from now on",
        "**No longer managed**: the API can't delete a plan.",
        "#### Year (USD, monthly → **yearly**), renamed from Yearly",
        "**Replaced**: subscribers stay on the old plan",
        "known after up",
        "1 of kind Coupon",
        "and 1 resource of other packages",
        "Plan Gone stays, though Pulumi says delete",
        "Plan Gone is no longer managed: it stays in the account and bills on.",
        "Plan Euro is replaced: its subscribers stay on the old one",
        "2 things are not known before `up`.",
    ):
        assert said in text, text


def test_tiers_stand_side_by_side() -> None:
    old = [{"up_to": "1000", "unit_price": "2"}, {"unit_price": "1"}]
    new = [{"up_to": "1000", "unit_price": "2"}, {"up_to": "5000", "unit_price": "1.5"}, {"unit_price": "0.5"}]
    preview = shop()
    before, after = (usage_price("0", model="volume", tiers=tiers) for tiers in (old, new))
    preview.change("replace", "Price", "calls", "price_1", before, after)
    preview.change(
        "update", "Plan", "pro", "plan_1", plan({"calls": "price_1"}), plan({"calls": Ref("Price", "calls")})
    )
    text = comment(read_preview(preview.file()))
    assert "| Calls `calls`, 1,000 to 5,000 | 1.00 USD per call | **1.50 USD per call** | +0.50 (+50 %) |" in text
    assert "| Calls `calls`, above 5,000 | 1.00 USD per call | **0.50 USD per call** | -0.50 (-50 %) |" in text
    assert "Pro: Calls changes (2 differences)." in text


def test_terms_of_a_fee_are_said() -> None:
    preview = shop()
    before, after = fee_price("10"), fee_price("10", payment_term="in_arrears", billing_cadence="P1Y", quantity=3)
    preview.change("replace", "Price", "base", "price_1", before, after)
    preview.change("update", "Plan", "pro", "plan_1", plan({"base": "price_1"}), plan({"base": Ref("Price", "base")}))
    text = comment(read_preview(preview.file()))
    assert "10.00 USD per month, in advance" in text
    assert "30.00 USD per year, in arrears, 3 times" in text
    assert "charged: in advance → in arrears; every: month → year; quantity: 1 → 3" in text


@pytest.mark.parametrize(
    ("changeset", "said"),
    [
        (Changeset(project="p", stack="s"), "Nothing changes in the catalog."),
        (
            Changeset(project="p", stack="s", diagnostics=(Diagnostic(severity="error", message="no"),)),
            "The preview failed with 1 error: nothing can be applied.",
        ),
    ],
)
def test_an_empty_change_says_so(changeset: Changeset, said: str) -> None:
    assert said in comment(changeset)


@pytest.mark.parametrize(
    ("subscribers", "said"),
    [
        (Subscribers(floating=0, pinned=0), "Nobody subscribes to it yet."),
        (Subscribers(floating=1, pinned=0, moves=(Move(moment="now", count=1),)), "1 subscriber moves at once."),
        (Subscribers(floating=0, pinned=2, moves=(Move(moment="never", count=2),)), "2 subscribers stay as they are."),
        (Subscribers(floating=2, pinned=0), "2 subscribers concerned."),
    ],
)
def test_the_headline_says_who_moves(subscribers: Subscribers, said: str) -> None:
    changeset = read_preview(price_change().file())
    plans = tuple(dataclasses.replace(one, subscribers=subscribers) for one in changeset.plans)
    assert f" {said}\n" in comment(dataclasses.replace(changeset, plans=plans))


def test_drift_is_said_to_be_changed_back() -> None:
    preview = shop().step("refresh", "Price", "x", "price_1", usage_price("1"), usage_price("2", on_change="in_place"))
    preview.step("update", "Price", "x", "price_1", usage_price("2", on_change="in_place"), usage_price("1"))
    preview.same("Plan", "pro", "plan_1", **plan({"x": "price_1"}))
    text = comment(read_preview(preview.file()))
    assert "The account differs from the program in 1 object: `up` changes it back." in text
    assert "Pro: Calls falls from 2.00 USD per call to 1.00 USD per call (-50 %)." in text


def test_names_alone_are_said_to_charge_nobody_else() -> None:
    before, after = usage_price("1"), usage_price("1", invoice_display_group="Use", labels={"a": ["[secret]"]})
    preview = shop().change("update", "Fee", "seat", "fee_1", {"name": "a"}, {"name": "b"})
    text = comment(read_preview(preview.file()))
    assert "Only names and descriptions change: nobody pays anything else." in text
    assert "- Fee b: name “a” → “b”" in text
    text = comment(read_preview(shop().change("update", "Price", "x", "price_1", before, after).file()))
    assert "labels: (none) → {a: [(secret)]}" in text


def test_a_new_product_alone_is_a_change_without_plans() -> None:
    text = comment(read_preview(shop().create("Product", "p", name="P").file()))
    assert "1 object changes; no plan charges anything else." in text
