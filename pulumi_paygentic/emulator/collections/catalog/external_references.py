"""External references: codes of items and customers in other systems.

A primary reference claims its code: the code resolves to that one object of the merchant. A default one is the
code that is sent to the provider for the item or customer.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import StringConstraints

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.errors import Conflict, refuse
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import OrganizationId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.kinds import Scope
from pulumi_paygentic.emulator.storage.store import Record, Store

KIND = kinds.define("externalReference", "xrf_", "externalReferences", Scope.CATALOG)
PROVIDER, EXTERNAL_ID = r"[a-z][a-z0-9_]{0,63}", r"[a-zA-Z0-9_-]{1,255}"
_ENTITIES = {"item": kinds.ITEM, "customer": kinds.CUSTOMER}
_CODE = ("provider", "externalId")
_ENTITY = ("entityType", "entityId")
Label = Annotated[str, StringConstraints(max_length=255)]


class CreateReference(Body):
    merchant_id: OrganizationId
    entity_type: Literal["item", "customer"]
    entity_id: str
    provider: Annotated[str, StringConstraints(pattern=f"^{PROVIDER}$")]
    external_id: Annotated[str, StringConstraints(pattern=f"^{EXTERNAL_ID}$")]
    external_label: Label = omitted()
    metadata: dict[str, Any] = omitted()
    is_primary: bool = omitted()
    is_default: bool = omitted()
    move_claim: bool = omitted()


class UpdateReference(Body):
    external_label: Label | None = None
    metadata: dict[str, Any] = omitted()
    is_primary: bool = omitted()
    is_default: bool = omitted()


class ExternalReferences(Collection):
    kind = KIND
    path = "/v0/externalReferences"
    create_model = CreateReference
    update_model = UpdateReference
    deletable = True
    default_limit = 50
    filters: ClassVar = {
        "merchantId": kinds.MERCHANT.id_pattern,
        "entityType": "item|customer",
        "entityId": r"[a-z]+_[a-zA-Z0-9]+",
        "provider": PROVIDER,
        "externalId": EXTERNAL_ID,
    }
    defaults: ClassVar = {"externalLabel": None, "metadata": {}, "isPrimary": True}

    def prepare(self, cx: Context, given: Record) -> Record:
        move = given.pop("moveClaim", False)
        cx.require(_ENTITIES[given["entityType"]], given["entityId"])
        if cx.store.find(KIND, {name: given[name] for name in (*_ENTITY, *_CODE)}, merchant=cx.merchant):
            raise Conflict("The code is recorded for this object already.", code="DUPLICATE_RESOURCE")
        fields = {**self.defaults, **given}
        if fields["isPrimary"]:
            _claim(cx, fields, move=move)
        first = not _default_of(cx, fields)
        return {**fields, "isDefault": _designate(cx, fields) if given.get("isDefault", first) else False}

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        if changes.get("isPrimary") and not record["isPrimary"]:
            _claim(cx, record, move=False)
        if changes.get("isDefault"):
            _designate(cx, record)
        return {**record, **changes}


def of_entity(store: Store, entity_id: str, provider: str | None = None) -> list[Record]:
    """The references of an item or a customer, the newest first, of one provider or of all."""
    where = {"entityId": entity_id} if provider is None else {"entityId": entity_id, "provider": provider}
    return store.find(KIND, where, newest_first=True)


def resolve(cx: Context, entity_type: str, provider: str, external_id: str) -> list[str]:
    """The ids of the objects that carry a code, each once, the one that claims it first."""
    where = {"entityType": entity_type, "provider": provider, "externalId": external_id}
    found = cx.store.find(KIND, where, merchant=cx.merchant)
    ranked = sorted(found, key=lambda reference: not reference["isPrimary"])
    return list(dict.fromkeys(reference["entityId"] for reference in ranked))


def give_up_claims(store: Store, entity_id: str) -> None:
    """Leave an object's codes to others. The claims do not come back by themselves."""
    for reference in of_entity(store, entity_id):
        if reference["isPrimary"]:
            store.put({**reference, "isPrimary": False})


def drop(store: Store, entity_id: str) -> None:
    """Delete the references of an object that is no more."""
    for reference in of_entity(store, entity_id):
        store.delete(reference["id"])


def _claim(cx: Context, fields: Record, *, move: bool) -> None:
    """Claim a code, if need be from its holder where the request says so."""
    where = {name: fields[name] for name in _CODE} | {"isPrimary": True}
    for holder in cx.store.find(KIND, where, merchant=cx.merchant):
        if not move:
            details = {name: holder[name] for name in ("id", *_ENTITY)}
            raise Conflict("Another object claims the code.", code="EXTERNAL_ID_CLAIMED", details={"holder": details})
        cx.store.put({**holder, "isPrimary": False, "updatedAt": cx.clock.stamp()})


def _default_of(cx: Context, fields: Record) -> list[Record]:
    where = {name: fields[name] for name in (*_ENTITY, "provider")} | {"isDefault": True}
    return cx.store.find(KIND, where, merchant=cx.merchant)


def _designate(cx: Context, fields: Record) -> bool:
    """Make way for a default: there is one at most for an object and a provider."""
    for former in _default_of(cx, fields):
        cx.store.put({**former, "isDefault": False, "updatedAt": cx.clock.stamp()})
    return True


def read_code(cx: Context) -> tuple[str, str] | None:
    """Read the code that a query asks for, which has two parts."""
    given = {name: cx.query.get(name) for name in _CODE}
    missing = [name for name, text in given.items() if text is None]
    if missing and len(missing) < len(_CODE):
        raise refuse(missing[0], "provider and externalId go together", "missing")
    provider, external_id = given.values()
    return None if provider is None or external_id is None else (provider, external_id)
