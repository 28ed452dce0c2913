"""Documents that are previews, in any encoding and length, and those that are none."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.changes.preview import PreviewUnreadable, json_stream, read_preview
from pulumi_paygentic.changes.preview.json_stream import JsonStream
from tests.support.previews import Preview, Ref, plan, price_change, shop, urn, usage_price
from tests.support.profiles import cases

WHOLE = json.dumps(price_change().document(), indent=4)


def problem(document: str | bytes, **options: Any) -> str:
    content = document if isinstance(document, bytes) else document.encode()
    with pytest.raises(PreviewUnreadable) as raised:
        read_preview(io.BytesIO(content), name="preview.json", **options)
    assert str(raised.value).startswith(("preview.json: ", "state: "))
    return str(raised.value)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("Previewing update (dev)", "begins with 'Previewing update (dev)'"),
        ("[]", "begins with '[]'"),
        ('{"format_version": "1.2", "resource_changes": []}', "Terraform"),
        ('{"sequence":0,"timestamp":1}\n{"sequence":1}', "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"),
        ('{"version": 3, "deployment": {}}', "--state"),
        ('{"version": 1, "plan": {}}', "--save-plan"),
        ('{"result": "succeeded", "duration": 1, "resources": []}', "--output json"),
        ('{"a": 1, "b": 2}', "its members are a, b"),
        ("{}", "its members are none"),
        (WHOLE + "\nerror: it failed", "more text after its end"),
        ('{"steps": [1]}', "a step that is no object"),
        ('{"steps": [{"op": "same"}]}', "without op and urn"),
        ('{"steps": [{"op": "tidy", "urn": "u", "newState": {}}]}', "'tidy', which this version does not know"),
        ('{"steps": [{"op": "same", "urn": "u", "newState": []}]}', "without a state, of u"),
        ('{"steps": [{"op": "same", "urn": "u"}]}', "without a state, of u"),
        ('{"steps": [] "x"}', "is not valid JSON"),
        ('{"steps" []}', "is not valid JSON"),
        ("{1: 2}", "is not valid JSON"),
        ('{"steps": [}', "is truncated"),
        (b'{"steps": "\xff\xff"}', "no text in UTF-8"),
    ],
)
def test_what_is_no_preview_is_refused_in_one_line(document: str | bytes, said: str) -> None:
    message = problem(document)
    assert said in message
    assert "\n" not in message


@given(st.integers(1, len(WHOLE) - 1))
@cases(100)
def test_a_preview_that_is_cut_anywhere_is_truncated(length: int) -> None:
    assert "is truncated" in problem(WHOLE[:length])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_preview_is_read_in_the_encodings_of_every_shell(encoding: str) -> None:
    document = shop().create("Product", "p", name="Zahlung ‑ 支払い").document()
    text = json.dumps(document, ensure_ascii=False)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    changeset = read_preview(io.BytesIO((mark + text).encode(encoding)))
    assert changeset.objects[0].title == "Zahlung ‑ 支払い"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ),
    st.integers(1, 20),
    st.booleans(),
)
@cases(100)
def test_a_stream_reads_the_values_that_json_does(value: Any, chunk: int, indented: bool) -> None:
    document = {"items": [value, value], "rest": value}
    text = json.dumps(document, indent=2 if indented else None, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        stream = JsonStream(io.BytesIO(text.encode("utf-8", "surrogatepass")))
        read = {key: list(stream.items()) if key == "items" else stream.value() for key in stream.members()}
    assert read == document
    assert stream.peek() == ""


@pytest.mark.parametrize("document", ['{"steps": 1, "changeSummary": 2}', '{"diagnostics": []}', '{"steps": []}'])
def test_members_of_another_type_are_skipped(document: str) -> None:
    assert read_preview(io.BytesIO(document.encode())).is_empty


@pytest.mark.parametrize("document", ["", "[]", '{"deployment": 1}', '{"deployment": {"resources": 1}}'])
def test_a_state_that_is_none_is_refused(document: str) -> None:
    assert "pulumi stack export" in problem(WHOLE, state=io.BytesIO(document.encode()))


def test_the_state_of_a_new_stack_is_empty() -> None:
    state = io.BytesIO(b'{"version": 3, "deployment": {}}')
    assert read_preview(price_change().file(), state=state).plans


class Long(io.RawIOBase):
    """A document of many resources that is written while it is read."""

    def __init__(self, count: int) -> None:
        self._rest = self._texts(count)
        self._buffer = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._buffer) < size:
            text = next(self._rest, None)
            if text is None:
                break
            self._buffer += text.encode()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    @staticmethod
    def _texts(count: int) -> Iterator[str]:
        yield '{"steps": ['
        step = Preview().create("aws:s3:Bucket", "NAME", tags={"a": "b"}).steps[-1]
        step["newState"]["stackTrace"] = [{"sourcePosition": f"project:///../{line}.py#{line}"} for line in range(90)]
        text = json.dumps(step, indent=4) + ","
        for number in range(count):
            yield text.replace("NAME", str(number))
        yield ",".join(map(json.dumps, price_change().steps)) + '], "changeSummary": {"create": 1}}'


def test_memory_does_not_grow_with_the_document() -> None:
    tracemalloc.start()
    try:
        assert read_preview(Long(1000)).other_resources == {"create": 1000}  # type: ignore[arg-type]  # it only reads
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000  # the document has 10 million characters


def test_a_plan_of_500_lines_in_a_document_of_thousands_is_read() -> None:
    preview = shop()
    for number in range(500):
        preview.same("Price", f"p{number}", f"price_{number + 10}", **usage_price(str(number)))
    prices = {f"line-{number}": f"price_{number + 10}" for number in range(500)}
    preview.change("replace", "Price", "p7", "price_17", usage_price("7"), usage_price("8"))
    preview.change("update", "Plan", "big", "plan_1", plan(prices), plan({**prices, "line-7": Ref("Price", "p7")}))
    for number in range(1000):
        preview.same("Feature", f"f{number}", f"feat_{number}", key=str(number), name=urn("Feature", str(number)))
    changeset = read_preview(preview.file())
    assert [line.key for line in changeset.plans[0].changed_lines] == ["line-7"]
    assert len(changeset.plans[0].lines) == 500
