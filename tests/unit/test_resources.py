"""The classes that users write are held against the declared fields: arguments, outputs and their documentation."""

import ast
import importlib
import inspect
import pkgutil
import re
import types
import typing
from pathlib import Path
from typing import Any

import pulumi
import pytest
from typing_extensions import NotRequired, is_typeddict

import pulumi_paygentic
from pulumi_paygentic import catalog, resources
from pulumi_paygentic.api import SETTINGS
from pulumi_paygentic.catalog import CatalogObject, Field, all_kinds
from pulumi_paygentic.catalog.amounts import AMOUNT_FORMAT
from pulumi_paygentic.emulator.collections.registry import implemented
from pulumi_paygentic.resources.base import CatalogResource
from tests.support.examples import EXAMPLES

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]
ARGS = [name for name in pulumi_paygentic.__all__ if name.endswith("Args")]


def resource_of(kind: type[CatalogObject]) -> type[CatalogResource]:
    resource: type[CatalogResource] = getattr(pulumi_paygentic, kind.__name__)
    assert issubclass(resource, CatalogResource)
    return resource


def hints_of(annotated: Any) -> dict[str, Any]:
    """The resolved annotations; Pulumi's own types refer to each other by name."""
    return typing.get_type_hints(annotated, localns={**vars(pulumi.output), **vars(pulumi)}, include_extras=True)


def arguments_of(kind: type[CatalogObject]) -> dict[str, inspect.Parameter]:
    parameters = dict(inspect.signature(resource_of(kind).__init__).parameters)
    return {name: p for name, p in parameters.items() if name not in {"self", "resource_name", "opts"}}


def documented_arguments(cls: type) -> dict[str, str]:
    section = inspect.getdoc(cls).partition("Args:\n")[2]  # type: ignore[union-attr]  # it has one: a test says so
    entries = re.split(r"\n(?=    \w+:)", section.rstrip())
    return {name.strip(): " ".join(text.split()) for name, _, text in (entry.partition(":") for entry in entries)}


def documented_attributes(cls: type) -> set[str]:
    """The annotated names that a string follows."""
    tree = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(tree, ast.ClassDef)
    after = zip(tree.body, tree.body[1:], strict=False)
    return {
        line.target.id
        for line, following in after
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_are_the_inputs_and_required_where_these_are(kind: type[CatalogObject]) -> None:
    arguments = arguments_of(kind)
    renamed = {old: new.name for old, new in kind.renamed.items() if new.name in kind.inputs()}
    assert set(arguments) == {*kind.inputs(), *renamed}
    required = {name for name, p in arguments.items() if p.default is inspect.Parameter.empty}
    # The merchant is known from the configuration; an argument with two names is required under either.
    free = {"merchant_id", *renamed.values()}
    assert required == {name for name, f in kind.inputs().items() if f.required} - free
    assert {p.default for name, p in arguments.items() if name not in required} == {None}


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_come_by_keyword_after_the_name_and_options_come_last(kind: type[CatalogObject]) -> None:
    _, first, *keywords, last = inspect.signature(resource_of(kind).__init__).parameters.values()
    assert (first.name, first.kind) == ("resource_name", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    assert {p.kind for p in (*keywords, last)} == {inspect.Parameter.KEYWORD_ONLY}
    assert (last.name, last.default) == ("opts", None)


@pytest.mark.parametrize("kind", KINDS)
def test_outputs_are_the_fields(kind: type[CatalogObject]) -> None:
    hints = hints_of(resource_of(kind))
    outputs = {name for name, hint in hints.items() if typing.get_origin(hint) is pulumi.Output}
    assert outputs - {"id", "urn"} == set(kind.fields())


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_few_values_names_them_in_the_type_too(kind: type[CatalogObject]) -> None:
    """So that an editor offers them and a type checker knows a misspelt one."""
    hints = hints_of(resource_of(kind).__init__)
    for name, hint in hints_of(kind).items():
        if name in kind.inputs() and name != "billing_version":
            assert literals(hints[name]) == literals(hint), name


def literals(hint: Any) -> set[str]:
    """The strings that a type names, at any depth."""
    if typing.get_origin(hint) is typing.Literal:
        return set(typing.get_args(hint))
    inner = list(hints_of(hint).values()) if is_typeddict(hint) else typing.get_args(hint)
    return set().union(*(literals(arg) for arg in inner))


@pytest.mark.parametrize("kind", KINDS)
def test_argument_types_are_those_of_the_fields(kind: type[CatalogObject]) -> None:
    hints = hints_of(resource_of(kind).__init__)
    for name, field in kind.inputs().items():
        assert plain(hints[name]) == json_type(field), name


def plain(hint: Any) -> set[str]:
    """What a user may write, in JSON's words; wrappers such as `Input` left out."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return {word for arg in typing.get_args(hint) for word in plain(arg)}
    origin = typing.get_origin(hint) or hint
    if origin is typing.Literal:
        return {"string"}
    name = getattr(origin, "__name__", str(origin))
    words = {"Mapping": "object", "Sequence": "array", "str": "string", "bool": "boolean", "int": "integer"}
    if is_typeddict(origin):
        return {"object"}
    if name in {"Output", "Awaitable", "NoneType", "Future"}:
        return set()
    return {words.get(name, {"float": "number"}.get(name, name))}


def json_type(field: Field) -> set[str]:
    schema = field.adapter.json_schema()
    variants = [schema]
    found: set[str] = set()
    while variants:
        variant = variants.pop()
        if "$ref" in variant:
            variant = schema["$defs"][variant["$ref"].rpartition("/")[2]]
        variants += [*variant.get("anyOf", []), *variant.get("oneOf", [])]
        if "const" in variant or "enum" in variant:
            values = variant.get("enum", [variant.get("const")])
            found |= {"integer" if isinstance(value, int) else "string" for value in values}
        elif "type" in variant:
            found |= {variant["type"], *({"Decimal", "integer"} if variant.get("format") == AMOUNT_FORMAT else set())}
    return found - {"null"} or {"string"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_argument_and_every_output_is_documented(kind: type[CatalogObject]) -> None:
    resource = resource_of(kind)
    documented = documented_arguments(resource)
    assert list(documented) == ["resource_name", *arguments_of(kind), "opts"] or set(documented) == {
        "resource_name",
        *arguments_of(kind),
        "opts",
    }
    assert all(text.endswith(".") for text in documented.values())
    assert documented_attributes(resource) == set(kind.fields())


@pytest.mark.parametrize("kind", KINDS)
def test_the_documentation_tells_what_happens_to_an_argument_left_out(kind: type[CatalogObject]) -> None:
    documented = documented_arguments(resource_of(kind))
    described = re.compile(r"Default|Required|Exactly one|for a (standard|volume) price|Not managed", re.IGNORECASE)
    optional = {name for name, field in kind.inputs().items() if not field.required}
    silent = {name for name in optional if not described.search(documented[name])}
    assert silent <= {"tiers", "unit_price", "fee_id"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_documentation_tells_which_change_makes_a_new_object(kind: type[CatalogObject]) -> None:
    documented = documented_arguments(resource_of(kind))
    always = {n for n, f in kind.inputs().items() if f.behaviour.replaces and n != "merchant_id"}
    assert {name for name in always if not re.search(r"makes? a new", documented[name])} == set()


def test_the_arguments_of_the_explicit_provider_are_the_settings_in_name_order_and_words() -> None:
    arguments = inspect.signature(pulumi_paygentic.Provider.__init__).parameters
    assert list(arguments)[2:-1] == [setting.argument for setting in SETTINGS]
    documented = documented_arguments(pulumi_paygentic.Provider)
    for setting in SETTINGS:
        variables = ", then ".join(f"`{variable}`" for variable in setting.variables)
        otherwise = f"Default: {setting.default}." if setting.default else "Required."
        assert documented[setting.argument] == f"{setting.doc} Environment: {variables}. {otherwise}"


@pytest.mark.parametrize("name", ARGS)
def test_nested_arguments_are_the_nested_types_of_the_catalog(name: str) -> None:
    args = getattr(pulumi_paygentic, name)
    module = importlib.import_module(f"pulumi_paygentic.catalog.{args.__module__.rpartition('.')[2]}")
    nested = getattr(module, name.removesuffix("Args"))
    required = {key for key, hint in hints_of(args).items() if not optional(hint)}
    theirs = {key for key, hint in hints_of(nested).items() if not optional(hint)}
    assert set(hints_of(args)) == set(hints_of(nested))
    assert required == theirs
    assert documented_attributes(args) == set(hints_of(args))


def optional(hint: Any) -> bool:
    return "NotRequired" in str(hint) or typing.get_origin(hint) is NotRequired


def test_every_nested_type_of_the_catalog_has_its_arguments() -> None:
    names = [f"pulumi_paygentic.catalog.{module.name}" for module in pkgutil.iter_modules(catalog.__path__)]
    modules = [importlib.import_module(name) for name in names]
    nested = {
        name
        for module in modules
        for name, value in vars(module).items()
        if is_typeddict(value) and value.__module__ == module.__name__
    }
    assert {f"{name}Args" for name in nested} == set(ARGS)


def test_every_kind_has_its_resource_its_examples_and_its_emulated_collection() -> None:
    kinds = set(all_kinds())
    public = {getattr(pulumi_paygentic, name) for name in pulumi_paygentic.__all__}
    assert {r._kind for r in public if isinstance(r, type) and issubclass(r, CatalogResource)} == kinds
    assert {example.kind for example in EXAMPLES} == kinds
    assert {kind.path for kind in kinds} <= set(implemented())


def test_every_mutable_and_create_only_field_has_an_example_of_its_change() -> None:
    for kind in all_kinds():
        edits = {name for example in EXAMPLES if example.kind is kind for name in example.edits}
        replacing = {name for example in EXAMPLES if example.kind is kind for name in example.replacing}
        access = {name: field.behaviour.access for name, field in kind.inputs().items()}
        assert edits == {name for name, a in access.items() if a is catalog.Access.MUTABLE}
        assert replacing | {"merchant_id", "billing_version"} >= {
            name for name, a in access.items() if a is catalog.Access.CREATE_ONLY
        }


def test_all_is_complete_sorted_and_importable() -> None:
    package = Path(str(resources.__file__)).parent
    own = [path.stem for path in package.glob("*.py") if path.stem not in {"__init__", "base"}]
    public = set()
    for module in own:
        home = f"pulumi_paygentic.resources.{module}"
        members = vars(importlib.import_module(home))
        public |= {name for name, value in members.items() if isinstance(value, type) and value.__module__ == home}
    assert set(pulumi_paygentic.__all__) == public
    assert list(pulumi_paygentic.__all__) == sorted(pulumi_paygentic.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Plans"):
        _ = pulumi_paygentic.Plans  # type: ignore[attr-defined]  # nor does a type checker let it pass
