"""The derived documents: types as readers want them, and tables that replace stale ones."""

from __future__ import annotations

import pytest

from pulumi_paygentic.catalog import all_kinds
from pulumi_paygentic.resources import plan, price
from scripts.derived.__main__ import files, with_pages, with_tables
from scripts.derived.annotations import Type
from scripts.derived.tables import resources, settings, table


@pytest.mark.parametrize(
    ("annotation", "module", "expected"),
    [
        ("pulumi.Input[str] | None", price, "`str`"),
        ("pulumi.Input[Amount] | None", price, "`str` or `Decimal` or `int`"),
        ("pulumi.Input[PriceModel] | None", price, '`"standard"` or `"volume"`'),
        ("pulumi.Input[Literal['metered']]", price, '`"metered"`'),
        (
            "pulumi.Input[Sequence[pulumi.Input[VolumeTierArgs]]] | None",
            price,
            "list of [`VolumeTierArgs`](#volumetierargs)",
        ),
        (
            "pulumi.Input[Mapping[str, pulumi.Input[str]]] | pulumi.Input[Sequence[pulumi.Input[str]]] | None",
            plan,
            "mapping of `str` or list of `str`",
        ),
        ("NotRequired[pulumi.Input[bool]]", price, "`bool`"),
    ],
)
def test_a_type_is_written_without_wrappers_and_with_its_values(annotation: str, module: object, expected: str) -> None:
    assert Type(annotation, module).markdown() == expected


def test_a_type_names_every_mapping_that_it_may_be() -> None:
    assert list(Type("pulumi.Input[EntitlementTemplateArgs] | None", price).shapes()) == [
        "BooleanTemplateArgs",
        "StaticTemplateArgs",
        "MeteredTemplateArgs",
        "DefaultTemplateArgs",
    ]


def test_the_cells_of_a_table_stay_in_their_cells() -> None:
    assert table(["a"], [["one | two\n  three"]]).splitlines()[-1] == "| one \\| two three |"


def test_stale_tables_are_replaced_and_the_rest_stays() -> None:
    marks = [f"<!-- {name}, written by scripts/reference -->\n\n" for name in ("resources", "settings")]
    stale = f"before\n\n{marks[0]}| old |\n| --- |\n\nbetween\n\n{marks[1]}\nafter\n"
    fresh = f"before\n\n{marks[0]}{resources('docs/reference/')}\nbetween\n\n{marks[1]}{settings()}\nafter\n"
    assert with_tables(stale, "docs/reference/") == fresh
    assert with_tables(fresh, "docs/reference/") == fresh


def test_the_site_lists_a_page_for_each_resource_and_no_other() -> None:
    before = "nav:\n  - Resources:\n      - All resources: reference/index.md\n"
    listed = with_pages(f"{before}      - Gone: reference/gone.md\n  - Start: index.md\n")
    assert listed.startswith(before)
    assert listed.endswith("  - Start: index.md\n")
    assert listed.count(": reference/") == 1 + len(all_kinds())
    assert "Gone" not in listed


def test_every_resource_has_a_page_among_the_derived_files() -> None:
    pages = {name for name in files() if name.startswith("docs/reference/")}
    assert len(pages) == 1 + len(all_kinds())
