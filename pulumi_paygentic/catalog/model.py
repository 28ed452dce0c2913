"""The base of every catalog object: one pydantic model whose annotations declare the behaviour of each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, reduce
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_paygentic.catalog.amounts import AMOUNT_FORMAT
from pulumi_paygentic.catalog.behaviour import MISSING, Behaviour, local
from pulumi_paygentic.catalog.ids import ID_FORMAT
from pulumi_paygentic.catalog.renamed import Renamed
from pulumi_paygentic.catalog.schema import Path, Schema
from pulumi_paygentic.catalog.times import MEANING
from pulumi_paygentic.catalog.unknown import UNKNOWN, has_unknown
from pulumi_paygentic.catalog.violations import Violation, shown_value, violations_of

AdoptId = Annotated[str, StringConstraints(min_length=1)]
"""The id of an existing object that a resource adopts when it is created."""
Values = Mapping[str, Any]
"""Values by the name of their field, in snake_case; those a preview doesn't know yet are UNKNOWN."""


class Field(NamedTuple):
    """One field of an object: its name in Python and on the wire, its behaviour and the validator of its type."""

    name: str
    wire: str
    behaviour: Behaviour
    required: bool
    adapter: TypeAdapter[Any]

    @property
    def schema(self) -> Schema:
        """The JSON schema of its type, by names in Python."""
        return _schema_of(self.adapter, by_alias=False)

    @property
    def holds_amounts(self) -> bool:
        """Return whether its values may hold an amount at any depth."""
        return self.schema.mentions(AMOUNT_FORMAT)

    def is_amount(self, path: Path) -> bool:
        """Return whether the value at this path is an amount."""
        return AMOUNT_FORMAT in self.schema.formats(path)

    @property
    def refers_to(self) -> str | None:
        """The prefix of the ids in its values, at any depth; None for a field without ids."""
        return _id_prefix(self.adapter)

    def canonical(self, value: Any) -> Any:
        """The value in its one canonical form; raises pydantic's ValidationError for a value that is none."""
        parsed = self.adapter.validate_python(value, strict=True, by_name=True, by_alias=False)
        return self.adapter.dump_python(parsed, by_alias=False, exclude_none=True)

    def from_wire(self, value: Any) -> Any:
        """Return the API's value in canonical form, without keys that this version does not know.

        A value that is not of the field's type comes back unchanged.
        """
        with suppress(ValidationError):
            return self._read(value)
        with suppress(ValidationError):
            return self._read(_schema_of(self.adapter, by_alias=True).prune(value))
        return value

    def _read(self, value: Any) -> Any:
        parsed = self.adapter.validate_python(value, by_alias=True, by_name=False)
        return self.adapter.dump_python(parsed, by_alias=False, exclude_none=True)

    def as_declared(self, declared: Any, live: Any) -> Any:
        """The live value as far as the program declares it, and spelled as the program does where it means the same."""
        if self.behaviour.allows_extra_keys:
            declared = self._by_names(declared)
            live = _declared_part(declared, live)
        return declared if self.is_same(declared, live) else live

    def is_same(self, one: Any, other: Any) -> bool:
        """Return whether two values mean the same to the API."""
        return bool(one == other) or self.meaning(one) == self.meaning(other)

    def meaning(self, value: Any) -> Any:
        """The form that all values of this meaning share, for comparisons only; one that is not known stays itself."""
        return self._by_names(value, context=MEANING)

    def _by_names(self, value: Any, context: Mapping[str, Any] | None = None) -> Any:
        """The value by names in Python; states of earlier versions hold wire names where keys were not checked."""
        if value is None or has_unknown(value):
            return value
        try:
            parsed = self.adapter.validate_python(value, by_alias=True, by_name=True, context=context)
        except ValidationError:
            return value
        return self.adapter.dump_python(parsed, by_alias=False, exclude_none=True)

    def to_wire(self, value: Any) -> Any:
        """A canonical value as the API wants it."""
        if value is None:
            return None
        parsed = self.adapter.validate_python(value, by_name=True, by_alias=False)
        return self.adapter.dump_python(parsed, by_alias=True, exclude_none=True)


class CatalogObject(BaseModel):
    """The base of all catalog objects; a subclass adds its fields and, if needed, its rules and its nesting."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    path: ClassVar[str]
    """The collection's path, such as `/v0/products`."""
    id_prefix: ClassVar[str]
    """The prefix of the object's ids."""
    listed_by: ClassVar[str | None] = "merchant_id"
    """The field that the collection's list is asked by; None where the API has no list."""
    natural_key: ClassVar[tuple[str, ...]] = ()
    """The fields that tell an object from its siblings; two resources may not declare the same."""
    deletable: ClassVar[bool] = False
    """True if the API can delete the object."""
    unique_key: ClassVar[str | None] = None
    """The field that the API itself keeps unique among siblings."""
    named_by: ClassVar[tuple[str, ...]] = ()
    """The fields that name an object of a kind without a natural key to a reader; they need not be unique."""
    indexed_by: ClassVar[tuple[str, ...]] = ()
    """The fields that objects are looked up by, beside their natural key."""
    replacement_effect: ClassVar[str] = ""
    """The consequence of a replacement, for kinds that others hang on: `allow_replace` must be declared for one."""
    marked: ClassVar[bool] = False
    """True if the object has an ownership mark."""
    title: ClassVar[str]
    """The name of the kind in messages."""
    renamed: ClassVar[Mapping[str, Renamed]] = {}
    """The arguments and hidden keys of earlier versions, by their old names."""

    adopt_id: Annotated[AdoptId | None, local()] = None

    @classmethod
    def rules(cls, given: Values) -> Iterator[Violation]:
        """Yield violations of rules across fields; called with canonical values, UNKNOWN among them."""
        return iter(())

    @classmethod
    def advice(cls, given: Values) -> Iterator[Violation]:
        """Yield warnings about values that the API accepts and that are most likely a mistake; called as `rules` is."""
        return iter(())

    @classmethod
    def variant(cls, given: Values) -> type[CatalogObject]:
        """The kind that these values make it, for an object that the API has in one of several collections."""
        return cls

    @classmethod
    def implied_by(cls, object_id: str) -> dict[str, Any]:
        """The values that an object's id alone tells."""
        return {}

    @classmethod
    def nest(cls, body: dict[str, Any]) -> dict[str, Any]:
        """A flat body, by wire names, in the shape that the API wants."""
        return body

    @classmethod
    def flatten(cls, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The API's answer as one flat mapping by wire names."""
        return dict(answer)

    @classmethod
    def patched_together(cls, changed: set[str]) -> set[str]:
        """The fields to send when these have changed; more than these where the API takes some as a whole."""
        return changed

    @classmethod
    def replacing_fields(cls, given: Values) -> set[str]:
        """The fields a change of which needs a new object, under these values."""
        return {name for name, field in cls.inputs().items() if field.behaviour.replaces}

    # All below is derived from the declaration.

    @classmethod
    @cache
    def fields(cls) -> Mapping[str, Field]:
        """All fields by name."""
        return {name: _field(name, info, cls) for name, info in cls.model_fields.items()}

    @classmethod
    @cache
    def inputs(cls) -> Mapping[str, Field]:
        """The fields that a program may declare."""
        return {name: field for name, field in cls.fields().items() if field.behaviour.is_input}

    @classmethod
    def validate_inputs(cls, given: Values) -> tuple[dict[str, Any], list[Violation]]:
        """The values in canonical form, and every reason against them.

        A value that holds one which is not known yet comes back as it is; what is known of it is checked all the same.
        """
        canonical: dict[str, Any] = {}
        violations: list[Violation] = []
        for name, value in given.items():
            field = cls.inputs().get(name)
            if field is None:
                violations.append(Violation.unknown_argument(name, list(cls.inputs())))
            elif value is not None:
                canonical[name] = value
                try:
                    canonical[name] = field.canonical(value)
                except ValidationError as error:
                    violations += violations_of(name, error, schema=field.schema, secret=field.behaviour.secret)
        missing = [name for name, field in cls.inputs().items() if field.required and given.get(name) is None]
        violations += [Violation(name, "is required") for name in missing]
        # The rules look at values that stand; a value refused above counts as not known.
        refused = {reason.argument.partition("[")[0].partition(".")[0] for reason in violations}
        violations += cls.rules({**canonical, **dict.fromkeys(refused & set(cls.inputs()), UNKNOWN)})
        adopt_id = canonical.get("adopt_id")
        if isinstance(adopt_id, str) and not adopt_id.startswith(f"{cls.id_prefix}_" if cls.id_prefix else ""):
            wanted = f"the id of a {cls.title} ({cls.id_prefix}_...)"
            violations.append(Violation("adopt_id", f"must be {wanted}, not {shown_value(adopt_id)}"))
        return canonical, violations

    @classmethod
    def body(cls, values: Values) -> dict[str, Any]:
        """A request body of these values (None clears a field), nested as the API wants it."""
        inputs = cls.inputs()
        flat = {
            inputs[name].wire: inputs[name].to_wire(v) for name, v in values.items() if inputs[name].behaviour.is_sent
        }
        return cls.nest(flat)

    @classmethod
    def outputs(cls, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return the API's answer by field name in canonical form, without fields that this version does not know."""
        flat = cls.flatten(answer)
        known = ((field, flat.get(field.wire)) for field in cls.fields().values())
        return {field.name: field.from_wire(value) for field, value in known if value is not None}


def _field(name: str, info: Any, cls: type[CatalogObject]) -> Field:
    behaviours = [item for item in info.metadata if isinstance(item, Behaviour)]
    if len(behaviours) != 1:
        msg = f"{cls.__name__}.{name} must declare exactly one behaviour"
        raise TypeError(msg)
    others = tuple(item for item in info.metadata if not isinstance(item, Behaviour))
    annotation: Any = reduce(lambda plain, extra: Annotated[plain, extra], others, info.annotation)
    return Field(
        name=name,
        wire=info.alias,
        behaviour=behaviours[0],
        required=info.is_required() and behaviours[0].is_input,
        adapter=TypeAdapter(annotation),
    )


@cache
def _schema_of(adapter: TypeAdapter[Any], *, by_alias: bool) -> Schema:
    return Schema(adapter.json_schema(by_alias=by_alias))


@cache
def _id_prefix(adapter: TypeAdapter[Any]) -> str | None:
    formats = _schema_of(adapter, by_alias=False).all_formats()
    return next((one.removeprefix(ID_FORMAT) for one in sorted(formats) if one.startswith(ID_FORMAT)), None)


def _declared_part(declared: Any, live: Any) -> Any:
    """The live value of an open-ended map, without the keys that the API added to the declared ones."""
    if isinstance(declared, Mapping) and not declared and live is None:
        return {}  # the API answers the same to an empty map and to none
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        return {key: _declared_part(declared[key], live[key]) for key in declared if key in live}
    return live


def with_default(field: Field, value: Any) -> Any:
    """Return the value, or the API's default if there is none."""
    return default_of(field) if value is None else value


def default_of(field: Field) -> Any:
    """Return the API's value for a field that is not given; None for nothing."""
    return None if field.behaviour.default is MISSING else field.behaviour.default
