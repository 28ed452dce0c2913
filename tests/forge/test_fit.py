import re

from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.forge.fit import fit
from tests.support.profiles import cases

LINES = st.sampled_from(
    [
        "text",
        "",
        "```",
        "```diff",
        "````",
        "~~~",
        "<details><summary>more</summary>",
        "</details>",
        "- a\n- b",
        "😀" * 40,
    ]
)


def open_parts(text: str) -> tuple[str, int]:
    fence, folded = "", 0
    for line in text.split("\n"):
        match = re.match(r" {0,3}(`{3,}|~{3,})(.*)", line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match:
            fence = match[1]
        else:
            folded += line.count("<details") - line.count("</details>")
    return fence, max(folded, 0)


@given(st.lists(LINES, max_size=150).map("\n".join), st.integers(200, 600))
@cases(300)
def test_a_text_fits_and_what_is_left_is_closed(text: str, limit: int) -> None:
    short = fit(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    else:
        assert open_parts(short) == ("", 0)
        assert "do not fit" in short
        kept = len(text) - int(re.findall(r"(\d+) more characters", short)[-1])
        assert short.startswith(text[:kept])


def test_a_single_line_is_cut_anywhere() -> None:
    assert fit("x" * 1000, 200).startswith("x" * 100)


def test_a_limit_too_small_for_the_note_cuts_without_it() -> None:
    assert fit("x" * 1000, 10) == "x" * 10
    assert fit("x" * 1000, 0) == ""
    assert fit("x" * 1000, -3) == ""
