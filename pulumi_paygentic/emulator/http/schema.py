"""The base of every request body, and the API's form of validation errors."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_paygentic.emulator.errors import FieldError, ValidationFailed

Model = TypeVar("Model", bound="Body")


class Body(BaseModel):
    """A request's JSON object. Fields the description does not know are ignored, as it does not close the object."""

    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel, allow_inf_nan=False)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, by their wire names. A field left out stays out, a null stays a null."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class ClosedBody(Body):
    """An object that the description closes: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


def parse(model: type[Model], data: Any, *, within: str = "") -> Model:
    """Read `data` as `model`, or refuse it with every reason at once."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ValidationFailed(field_errors(error, within)) from None


def field_errors(error: ValidationError, within: str = "") -> list[FieldError]:
    return [
        FieldError(
            field=".".join(filter(None, (within, *map(str, entry["loc"])))),
            message=entry["msg"].removeprefix("Value error, "),
            code=entry["type"],
        )
        for entry in error.errors(include_url=False, include_context=False, include_input=False)
    ]
