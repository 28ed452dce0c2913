"""Times and durations of ISO 8601, each with one form for all spellings that mean the same.

A time is kept in its canonical form.  A duration is kept and sent as the program spells it; only comparisons use the
canonical form.
"""

from __future__ import annotations

import re
from datetime import timezone
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from pulumi_paygentic.catalog.violations import shown_value

MEANING: Final = {"meaning": True}
"""The validation context in which a value takes the form that all its spellings share."""
DURATION_FORMAT: Final = "duration"
"""The `format` that marks a duration in the JSON schema of a field."""

_DATE_TIME: Final = TypeAdapter[Any](AwareDatetime)
_LOOKS_LIKE_A_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}\S*", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)


def canonical_timestamp(value: Any) -> str:
    """An ISO 8601 date and time with an offset, as UTC to the millisecond: `2026-01-01T00:00:00Z`."""
    expected = 'must be an ISO 8601 date and time with its offset, such as "2026-01-01T00:00:00Z"'
    if not isinstance(value, str) or not _LOOKS_LIKE_A_TIME.fullmatch(value):
        msg = f"{expected}, not {shown_value(value)}"
        raise ValueError(msg)
    try:
        # Pydantic's own parser, because datetime.fromisoformat accepts other spellings on every version of Python.
        moment = _DATE_TIME.validate_strings(value).astimezone(timezone.utc)
    except ValidationError as error:
        lacks_offset = error.errors()[0]["type"] == "timezone_aware"
        problem = f": {shown_value(value)} has no offset" if lacks_offset else f", not {shown_value(value)}"
        msg = f"{expected}{problem}"
        raise ValueError(msg) from None
    except OverflowError:
        msg = f"{expected}, not {shown_value(value)}"
        raise ValueError(msg) from None
    milliseconds = f".{moment.microsecond // 1000:03d}" if moment.microsecond >= 1000 else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{milliseconds}Z".rjust(20 + len(milliseconds), "0")


def canonical_duration(text: str) -> str:
    """One form for `P12M` and `P1Y`, for `P1W` and `P7D`, for `PT60M` and `PT1H`.

    Months, days and seconds stay apart: none of them is a fixed number of another.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        msg = f'must be an ISO 8601 duration such as "P1M", not {shown_value(text)}'
        raise ValueError(msg)
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return f"P{12 * years + months}M{7 * weeks + days}DT{3600 * hours + 60 * minutes + seconds}S"


def _duration(text: str, info: ValidationInfo) -> str:
    canonical = canonical_duration(text)
    return canonical if info.context is MEANING else text


Timestamp = Annotated[str, BeforeValidator(canonical_timestamp)]
Duration = Annotated[
    str, Strict(), AfterValidator(_duration), WithJsonSchema({"type": "string", "format": DURATION_FORMAT})
]
