"""Update or replace is derived from the fields' behaviours; these are held against the vendor's own description."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pulumi_paygentic.catalog import MISSING, Access, AuthorizationLink, CatalogObject, Plan, all_kinds
from tests.unit.catalog.descriptions import closed, described

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]
DOCUMENTS = Path(__file__).parents[4] / "shared" / "paygentic"
"""The vendor's documents, where they lie beside the project; they are not ours to distribute."""

NOT_OFFERED = {(Plan, "billingInterval"): "deprecated: billingCadence says the same, and wins"}
"""What a POST takes and a program can't declare, with the reason."""
IDENTITY = {"id", "object"}
RATHER = {(Plan, "stablePriceIds"): "ids that move break what is declared, so new plans get False"}
"""Where our default is not the API's, with the reason."""
SET_AS_A_WHOLE = {"unitPrice", "tiers", "entitlementTemplate"}
"""Parts of `properties` and `feature`, which a PATCH replaces: a part left out is gone."""


def wire(kind: type[CatalogObject], *access: Access, sent: bool = True) -> set[str]:
    fields = [field for field in kind.fields().values() if field.behaviour.access in access]
    return {field.wire for field in fields if field.behaviour.is_sent or not sent}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_post_can_be_declared(kind: type[CatalogObject]) -> None:
    omitted = {name for of, name in NOT_OFFERED if of is kind}
    assert wire(kind, Access.MUTABLE, Access.CREATE_ONLY, Access.WRITE_ONLY) == described(kind).post - omitted
    assert omitted <= described(kind).post


@pytest.mark.parametrize("kind", KINDS)
def test_create_only_is_what_a_post_takes_and_a_patch_does_not(kind: type[CatalogObject]) -> None:
    assert wire(kind, Access.CREATE_ONLY, Access.WRITE_ONLY) == described(kind).post - described(kind).patch


@pytest.mark.parametrize("kind", KINDS)
def test_mutable_is_what_a_patch_takes(kind: type[CatalogObject]) -> None:
    omitted = {name for of, name in NOT_OFFERED if of is kind}
    assert wire(kind, Access.MUTABLE) == described(kind).patch - omitted


@pytest.mark.parametrize("kind", KINDS)
def test_read_only_is_what_only_an_answer_has(kind: type[CatalogObject]) -> None:
    omitted = {name for of, name in NOT_OFFERED if of is kind}
    derived = {field.wire for field in kind.fields().values() if field.behaviour.derived}
    assert wire(kind, Access.READ_ONLY, sent=False) | derived == (
        described(kind).answer - (described(kind).post - omitted) - IDENTITY
    )


@pytest.mark.parametrize("kind", KINDS)
def test_write_only_is_what_no_answer_has(kind: type[CatalogObject]) -> None:
    """The feature of a price is read as `features`."""
    unread = closed(described(kind).post) - closed(described(kind).answer) - {"feature"}
    assert wire(kind, Access.WRITE_ONLY) == unread


@pytest.mark.parametrize("kind", KINDS)
def test_null_clears_what_a_patch_calls_nullable_and_nothing_else(kind: type[CatalogObject]) -> None:
    cleared = {
        f.wire for f in kind.fields().values() if f.behaviour.access is Access.MUTABLE and f.behaviour.default is None
    }
    assert cleared - SET_AS_A_WHOLE == described(kind).nullable - SET_AS_A_WHOLE


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_those_that_the_api_describes(kind: type[CatalogObject]) -> None:
    ours = {field.wire: field.behaviour.default for field in kind.inputs().values()}
    theirs = {name: value for name, value in described(kind).defaults.items() if (kind, name) not in RATHER}
    assert {name: ours[name] for name in theirs} == theirs


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_neither_null_nor_a_default_may_not_be_removed(kind: type[CatalogObject]) -> None:
    for field in kind.inputs().values():
        stuck = field.behaviour.access is Access.MUTABLE and field.behaviour.default is MISSING
        assert field.behaviour.can_be_unset is not stuck


def _properties(document: Any, schema: Any) -> set[str]:
    while "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    inherited = [_properties(document, part) for part in schema.get("allOf", [])]
    return set(schema.get("properties", {})).union(*inherited)


# The vendor's documents are not ours to ship: without them, the SDK alone is what the fields are held against.
if DOCUMENTS.is_dir():

    @pytest.mark.parametrize("kind", [kind for kind in all_kinds() if kind is not AuthorizationLink])
    @pytest.mark.parametrize(("method", "path"), [("post", ""), ("patch", "/{id}")])
    def test_the_sdk_lacks_no_field_of_the_published_description(
        kind: type[CatalogObject], method: str, path: str
    ) -> None:
        document = json.loads((DOCUMENTS / "openapi-2026-08.yaml").read_text(encoding="utf-8"))
        body = document["paths"][kind.path + path][method]["requestBody"]["content"]["application/json"]["schema"]
        ours = described(kind).post if method == "post" else described(kind).patch
        assert _properties(document, body) <= closed(ours)

    def test_the_sdk_that_is_installed_is_the_one_that_was_read() -> None:
        """Field for field, against the list that was made when the catalog was written."""
        text = (DOCUMENTS / "sdk-0.6.3-fields.txt").read_text(encoding="utf-8")
        sections = re.split(r"^## ", text, flags=re.MULTILINE)
        listed = {
            section.splitlines()[0]: set(re.findall(r"^   [* ] (\w+):", section, re.MULTILINE))
            for section in sections[1:]
        }
        for kind in all_kinds():
            name = kind.__name__
            if kind is not AuthorizationLink:
                assert closed(described(kind).post) == listed[f"create{name.lower()}op.Create{name}Request"]
                assert closed(described(kind).patch) == listed[f"update{name.lower()}op.Update{name}RequestBody"]
                assert closed(described(kind).answer) == listed[f"{name.lower()}.{name}"]
