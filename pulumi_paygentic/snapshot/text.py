"""Documents as text: JSON, or YAML of one fixed form, so that the same document is the same bytes everywhere.

The YAML is written here, because a library's layout changes with its version and its speed-ups; it is read by PyYAML.
Strings that could be taken for anything else are quoted as in JSON, which is YAML as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./]+)*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Unreadable(ValueError):
    """The text is neither JSON nor YAML; the message says where it goes wrong."""


def to_json(document: Mapping[str, Any]) -> str:
    """The document as JSON, indented, in its own order."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def to_yaml(document: Mapping[str, Any]) -> str:
    """The document as YAML, in its own order."""
    return "".join(f"{line}\n" for line in _lines(document, ""))


def parse(text: str) -> Any:
    """The document in a text of JSON or YAML. Raises `Unreadable`."""
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise Unreadable(f"is no JSON: {error}") from None
    import yaml  # noqa: PLC0415  no part of the provider's own install

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe
    except yaml.YAMLError as error:
        raise Unreadable(f"is neither JSON nor YAML: {' '.join(str(error).split())}") from None


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar(str(key))}:", item, f"{indent}  ")
    else:
        for item in value:
            if isinstance(item, Mapping) and item:
                first, *rest = _lines(item, f"{indent}  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield from _entry(f"{indent}-", item, f"{indent}  ")


def _entry(opening: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        if (
            isinstance(value, Mapping) and value.keys() == {"ref"} and isinstance(value["ref"], str)
        ):  # a reference stays on its line
            yield f"{opening} {{ref: {_scalar(value['ref'], inside=True)}}}"
            return
        yield opening
        yield from _lines(value, indent)
    else:
        yield f"{opening} {_scalar(value)}"


def _scalar(value: Any, *, inside: bool = False) -> str:
    if isinstance(value, str):
        if not inside and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        quoted = json.dumps(value, ensure_ascii=False)
        return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
    if isinstance(value, float) and "e" in repr(value) and "." not in repr(value):
        return repr(value).replace("e", ".0e")  # YAML 1.1 knows no float without a point
    return json.dumps(value)
