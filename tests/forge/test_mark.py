from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.forge import Mark
from pulumi_paygentic.forge.mark import visible
from tests.support.profiles import cases

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HOSTILE = st.sampled_from(["-->", "--", "---->", "<!--", "]]>", "\n", "\r\n", '"}', "\u2028", "<script>", "é--é"])
NAMES = st.lists(st.one_of(TEXTS, HOSTILE), max_size=4).map("".join)
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(timezone(timedelta(hours=5))),
)


@given(st.builds(Mark, NAMES, NAMES, NAMES, TIMES, NAMES, st.booleans(), st.just("abc")))
@cases(200)
def test_a_mark_survives_its_way_through_a_body_whatever_the_names_are(mark: Mark) -> None:
    line = mark.line()
    assert Mark.read(f"{line}\n\ntext --> with <!-- comments -->") == mark
    assert Mark.read(f"{line}\r\n\r\ntext") == mark
    assert len(line.splitlines()) == 1
    inside = line.removeprefix("<!--").removesuffix("-->")
    assert "--" not in inside
    assert ">" not in inside
    assert visible(f"{line}\n\ntext") == "text"


KEY = '"kind": "diff", "project": "p", "stack": "s"'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        "<!-- another tool {} -->",
        "<!-- pulumi-paygentic {} -->",
        "<!-- pulumi-paygentic [] -->",
        "<!-- pulumi-paygentic 7 -->",
        "<!-- pulumi-paygentic {not json} -->",
        "<!-- pulumi-paygentic " + "[" * 100_000 + " -->",
        f'<!-- pulumi-paygentic {{{KEY}, "time": "yesterday"}} -->',
        f'<!-- pulumi-paygentic {{{KEY}, "time": 7}} -->',
        f"<!-- pulumi-paygentic {{{KEY}}} -->",
        f'x <!-- pulumi-paygentic {{{KEY}, "time": "2026-11-25T12:00:00+00:00"}} -->',
        "\ud800",
    ],
)
def test_what_is_no_mark_of_ours_is_none(body: str) -> None:
    assert Mark.read(body) is None
    assert visible(body) == body


def test_a_mark_of_a_later_version_is_read_and_its_new_fields_are_ignored() -> None:
    body = f'<!-- pulumi-paygentic {{{KEY}, "time": "2026-11-25T12:00:00", "new": 1}} -->'
    assert Mark.read(body) == Mark("diff", "p", "s", datetime(2026, 11, 25, 12, tzinfo=timezone.utc))
