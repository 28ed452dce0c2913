"""The currencies of ISO 4217 that money is paid in, and the decimals of each."""

from __future__ import annotations

from collections.abc import Iterator

from iso4217 import raw_xml


def _payable() -> Iterator[tuple[str, int]]:
    """Yield each code with its decimals. Metals and test codes have none; funds are units of account."""
    for entry in raw_xml.iter("CcyNtry"):
        name, code, decimals = entry.find("CcyNm"), entry.findtext("Ccy"), entry.findtext("CcyMnrUnts", "")
        if name is not None and code and decimals.isdigit() and name.get("IsFund") is None:
            yield code, int(decimals)


DECIMALS = dict(_payable())
