"""The form of the checkout page: name and address, as far as the API's customer needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.requests import Request

from pulumi_paygentic.emulator.errors import ApiError
from pulumi_paygentic.emulator.http.json_body import read_bytes
from pulumi_paygentic.emulator.pages.formatting import countries

STATES_MATTER = {"US": "the United States", "CA": "Canada"}
_LONGEST = 200
_MOST_FIELDS = 50


class Field(NamedTuple):
    name: str
    label: str
    autocomplete: str
    required: bool = True
    hint: str = ""


FIELDS = (
    Field("name", "Full name", "name"),
    Field("country", "Country", "country"),
    Field("line1", "Street and number", "address-line1", required=False),
    Field("line2", "Apartment, suite, floor", "address-line2", required=False),
    Field("zipCode", "Postal code", "postal-code"),
    Field("city", "City", "address-level2", required=False),
    Field(
        "state", "State or province", "address-level1", required=False, hint="Required in the United States and Canada"
    ),
)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as sent. Browsers send every field, so an empty one is an error; a script may leave fields out."""

    decision: str
    values: dict[str, str]

    @property
    def address(self) -> dict[str, str]:
        return {name: value for name, value in self.values.items() if name != "name" and value}

    def errors(self) -> dict[str, str]:
        """The errors by field, each with the action that solves it."""
        errors = dict(_missing(self.values)) | {
            name: f"Shorten this to {_LONGEST} characters"
            for name, value in self.values.items()
            if len(value) > _LONGEST
        }
        country = self.values.get("country", "")
        if country and country not in dict(countries()):
            errors["country"] = "Select your country from the list"
        if country in STATES_MATTER and not self.values.get("state"):
            errors["state"] = f"Enter your state or province: {STATES_MATTER[country]} taxes by it"
        return {field.name: errors[field.name] for field in FIELDS if field.name in errors}


def _missing(values: dict[str, str]) -> dict[str, str]:
    wanted = {"name": "Enter your full name", "country": "Select your country", "zipCode": "Enter your postal code"}
    return {name: ask for name, ask in wanted.items() if values.get(name) == ""}


async def read_form(request: Request) -> Form:
    """Read the form; a body that is no form reads as an empty one."""
    sent = await read_fields(request)
    values = {field.name: sent[field.name].strip() for field in FIELDS if field.name in sent}
    return Form(sent.get("decision", ""), values)


async def read_fields(request: Request) -> dict[str, str]:
    try:
        text = (await read_bytes(request)).decode("utf-8")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (ApiError, ValueError):
        return {}
    return {name: values[0].replace("\0", "") for name, values in fields.items()}
