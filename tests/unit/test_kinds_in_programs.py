"""No kind is absent from the kills, the state machine and the random programs unnoticed."""

from pathlib import Path
from typing import Final

import pytest

from pulumi_paygentic.catalog import CatalogObject, all_kinds

TESTS: Final = Path(__file__).resolve().parents[1]
PROGRAMS: Final = {
    "the programs that are killed, and the random ones": TESTS / "engine" / "support" / "programs.py",
    "the state machine": TESTS / "contract" / "test_machine.py",
}
EXEMPT: Final = {"AuthorizationLink": "the API can't list links, so nothing can be found again"}


@pytest.mark.parametrize("kind", [kind for kind in all_kinds() if kind.__name__ not in EXEMPT])
@pytest.mark.parametrize("programs", PROGRAMS)
def test_every_kind_stands_in_the_programs(programs: str, kind: type[CatalogObject]) -> None:
    text = PROGRAMS[programs].read_text("utf-8")
    assert f"{kind.__name__}(" in text or f", {kind.__name__}," in text, f"{programs} lack {kind.__name__}"


def test_an_exempt_kind_exists() -> None:
    assert EXEMPT.keys() <= {kind.__name__ for kind in all_kinds()}
