"""An argument's old name is its present one: in the values, with a warning, and refused beside the present one."""

from pulumi_paygentic.catalog import all_kinds
from pulumi_paygentic.catalog.renamed import Renamed, present_arguments, present_names

RENAMED = {"rate": Renamed("unit_price", since="0.2.0"), "__former": Renamed("__previous", since="0.3.0")}


def test_a_value_stands_under_its_present_name() -> None:
    assert present_names(RENAMED, {"rate": "1", "name": "API"}) == {"unit_price": "1", "name": "API"}
    assert present_names(RENAMED, {"__former": ["price_1"]}) == {"__previous": ["price_1"]}


def test_of_both_names_the_present_one_counts() -> None:
    for state in ({"rate": "1", "unit_price": "2"}, {"unit_price": "2", "rate": "1"}):
        assert present_names(RENAMED, state) == {"unit_price": "2"}


def test_an_old_name_in_a_program_is_one_warning_that_says_what_to_write() -> None:
    values, warnings, problems = present_arguments(RENAMED, {"rate": "1", "name": "API"})
    assert (values, problems) == ({"unit_price": "1", "name": "API"}, [])
    assert warnings == ["rate was renamed to unit_price in version 0.2.0: write unit_price="]


def test_present_names_are_no_warning() -> None:
    assert present_arguments(RENAMED, {"unit_price": "1"}) == ({"unit_price": "1"}, [], [])


def test_both_names_in_a_program_are_refused() -> None:
    problems = present_arguments(RENAMED, {"rate": "1", "unit_price": "2"}).problems
    assert problems == ["rate and unit_price are one argument: give unit_price only"]


def test_what_a_kind_renames_is_gone_and_what_replaces_it_is_there() -> None:
    for kind in all_kinds():
        for name, present in kind.renamed.items():
            hidden = name.startswith("__")
            assert name not in kind.fields()
            assert present.name.startswith("__") if hidden else present.name in kind.fields()
            assert present.name not in kind.renamed
