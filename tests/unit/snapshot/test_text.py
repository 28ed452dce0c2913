"""Text of documents: one form of YAML that every reader takes for the same document."""

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.snapshot.text import Unreadable, parse, to_json, to_yaml
from tests.support.profiles import cases

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["y", "No", "null", "~", "1", "1.0", "1e3", "0x1", "2026-01-01", "a: b", "- a", "#", "a #b", "", " ", "\ufeff", "="]
)
scalars = texts | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
documents = st.dictionaries(
    texts,
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=12
    ),
    max_size=4,
)


@cases(300)
@given(documents)
def test_every_document_reads_back_equal(document: dict[str, object]) -> None:
    assert parse(to_json(document)) == document
    if document:
        again = parse(to_yaml(document))
        assert again == document
        assert to_yaml(again) == to_yaml(document)
        assert yaml.load(to_yaml(document), Loader=yaml.SafeLoader) == document


def test_the_layout_is_fixed() -> None:
    document = {
        "plan": {"ref": "A b/c"},
        "lines": {"ref": {"ref": "x"}},
        "rates": [{"up_to": "1000", "unit_price": "0.10"}, {"unit_price": "2"}, [], {}, [1, 2]],
        "size": 1e22,
        "on": math.pi,
        "text": "a: 'b'",
    }
    assert to_yaml(document) == (
        'plan: {ref: "A b/c"}\n'
        "lines:\n"
        '  ref: {ref: "x"}\n'
        "rates:\n"
        '  - up_to: "1000"\n'
        '    unit_price: "0.10"\n'
        '  - unit_price: "2"\n'
        "  - []\n"
        "  - {}\n"
        "  -\n"
        "    - 1\n"
        "    - 2\n"
        "size: 1.0e+22\n"
        '"on": 3.141592653589793\n'
        "text: \"a: 'b'\"\n"
    )


@pytest.mark.parametrize("text", ['{"a": ', "a: [", "a: !!python/object:os.system {}"])
def test_what_is_neither_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert "\n" not in str(refused.value)
