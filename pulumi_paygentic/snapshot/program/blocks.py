"""The source of the declarations: one statement for a single object, a table and a loop for many that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.snapshot.objects import Ref
from pulumi_paygentic.snapshot.program.declaration import Declaration
from pulumi_paygentic.snapshot.program.naming import Names
from pulumi_paygentic.snapshot.program.python_source import (
    INDENT,
    WIDTH,
    Code,
    Comprehension,
    Items,
    assignment,
    call,
    quoted,
    width,
)
from pulumi_paygentic.snapshot.program.tables import columns_of, grouped

_ROW: Final = "resource"
_FEWEST_SPREAD: Final = 8


class Blocks:
    """Writes declarations in order, and knows by what expression each one is referred to."""

    def __init__(self, names: Names, references: Mapping[Ref, str] | None = None) -> None:
        self._names = names
        self._references = dict(references or {})
        self._tables: dict[Ref, tuple[str, str]] = {}
        """The table variable and the row of each declaration that stands in one."""
        self._rows: dict[str, frozenset[Ref]] = {}
        """The declarations of each table."""

    @property
    def references(self) -> Mapping[Ref, str]:
        """The expression for each declaration written so far, such as `basic_metric` or `prices["basic"]`."""
        return self._references

    def written(self, declarations: Iterable[Declaration], table_prefix: str = "") -> list[str]:
        """The source of the declarations of one kind, as blocks of lines."""
        found: list[str] = []
        for group in grouped(declarations):
            found += [self._single(group[0])] if len(group) == 1 else self._table(group, table_prefix)
        return found

    def _single(self, one: Declaration) -> str:
        self._references[one.one.ref] = one.variable
        arguments = {name: self._value(value) for name, value in one.arguments.items()}
        statement = assignment(one.variable, call(_class(one), one.name, **arguments))
        return "\n".join([*(f"# {note}" for note in one.notes), statement])

    def _table(self, rows: list[Declaration], prefix: str) -> list[str]:
        plural = f"{prefix}{rows[0].kind.title.split()[-1]}s"
        variable = self._names.free_variable(plural)
        constant = self._names.free_variable(variable.upper())
        cells: dict[str, list[Any]] = {}
        common = dict(rows[0].arguments)
        for name in columns_of(rows):
            common[name], cells[name] = self._column(name, rows)
        columns = {_variable_of(name, common[name]): values for name, values in cells.items() if values}
        for row in rows:
            self._references[row.one.ref] = f"{variable}[{quoted(row.name)}]"
            self._tables[row.one.ref] = (variable, row.name)
        self._rows[variable] = frozenset(row.one.ref for row in rows)
        table = {row.name: _cell([values[index] for values in columns.values()]) for index, row in enumerate(rows)}
        loop = _loop(list(columns), constant)
        arguments = {name: self._value(value) for name, value in common.items()}
        body = Comprehension(call(_class(rows[0]), Code(_ROW), **arguments), loop, key=_ROW)
        heading = f"# {_ROW}: {', '.join(columns)}" if columns else f"# {_ROW}"
        return [f"{heading}\n{assignment(constant, table if columns else list(table))}", assignment(variable, body)]

    def _column(self, name: str, rows: list[Declaration]) -> tuple[Any, list[Any]]:
        """The argument's source in the loop, and its cells; no cells where it follows from the row itself."""
        values = [row.arguments[name] for row in rows]
        places = [self._tables.get(value) if isinstance(value, Ref) else None for value in values]
        tables = {place[0] for place in places if place}
        if None in places or len(tables) != 1:
            return Code(name), [self._value(value) for value in values]
        table = tables.pop()
        keys = [place[1] for place in places if place]
        if keys == [row.name for row in rows]:
            return Code(f"{table}[{_ROW}].id"), []
        return Code(f"{table}[{_short(name)}].id"), keys

    def _value(self, value: Any) -> Any:
        """The value with source in the place of references."""
        if isinstance(value, Ref):
            return Code(f"{self._references[value]}.id")
        if isinstance(value, Mapping):
            return self._spread(value, list(value)) if _refs(value.values()) else _map(value, self._value)
        if isinstance(value, list):
            return self._spread(value, None) if _refs(value) else [self._value(item) for item in value]
        return value

    def _spread(self, value: Any, keys: list[str] | None) -> Any:
        """A mapping or list of references, with a loop over a table whose rows all stand in it."""
        items = list(value.values()) if keys is not None else list(value)
        left, spread = list(range(len(items))), []
        for table, rows in self._rows.items():
            inside = [index for index in left if items[index] in rows]
            named = keys is None or all(keys[index] == self._tables[items[index]][1] for index in inside)
            if len(inside) == len(rows) >= _FEWEST_SPREAD and named:
                left = [index for index in left if items[index] not in rows]
                spread.append(table)
        begin, end = "{}" if keys is not None else "[]"
        entries = [(f"{quoted(keys[index])}: " if keys else "", self._value(items[index])) for index in left]
        entries += [("**", _lines_of(table)) if keys is not None else ("*", _ids_of(table)) for table in spread]
        if not left and len(spread) == 1:
            return _lines_of(spread[0]) if keys is not None else _ids_of(spread[0], "[]")
        return Items(begin, entries, end)


def _loop(columns: list[str], constant: str) -> str:
    """The loop over a table, with a column a line where it would be too long."""
    if not columns:
        return f"for {_ROW} in {constant}"
    unpacked = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
    loop = f"for {_ROW}, {unpacked} in {constant}.items()"
    if width(f"{INDENT}{loop}") <= WIDTH or len(columns) == 1:
        return loop
    lines = [f"{INDENT * 2}{column}," for column in columns]
    return "\n".join([f"for {_ROW}, (", *lines, f"{INDENT}) in {constant}.items()"])


def _lines_of(table: str) -> Comprehension:
    return Comprehension(Code("price.id"), f"for line, price in {table}.items()", key="line")


def _ids_of(table: str, brackets: str = "()") -> Comprehension:
    return Comprehension(Code("price.id"), f"for price in {table}.values()", brackets=brackets)


def _class(one: Declaration) -> str:
    return f"paygentic.{one.one.kind}"


def _short(name: str) -> str:
    return name.removesuffix("_id").rpartition("_")[2]


def _variable_of(name: str, source: Any) -> str:
    """The loop's variable for a column: that of the argument, or of the row of another table."""
    return name if isinstance(source, Code) and source.text == name else _short(name)


def _cell(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)


def _refs(values: Iterable[Any]) -> bool:
    return any(isinstance(value, Ref) for value in values)


def _map(value: Mapping[str, Any], change: Any) -> dict[str, Any]:
    return {key: change(item) for key, item in value.items()}
