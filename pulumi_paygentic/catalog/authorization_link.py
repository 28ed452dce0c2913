"""An authorization link: a checkout session for one user on one plan (the API's older "authorization session")."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pulumi_paygentic.catalog.behaviour import create_only, local, read_only
from pulumi_paygentic.catalog.model import CatalogObject
from pulumi_paygentic.catalog.values import Email, Flag, MerchantId, PlanId, Text, Timestamp, Url


class AuthorizationLink(CatalogObject):
    """A checkout session; there is neither list nor change nor delete for it in the API."""

    path: ClassVar[str] = "/v0/customers/authorization"
    id_prefix: ClassVar[str] = ""
    title: ClassVar[str] = "authorization link"
    listed_by: ClassVar[str | None] = None
    named_by: ClassVar[tuple[str, ...]] = ("plan_id",)

    merchant_id: Annotated[MerchantId, create_only()]
    plan_id: Annotated[PlanId, create_only()]
    email: Annotated[Email, create_only(secret=True)]
    redirect_url: Annotated[Url | None, create_only(default=None)] = None
    renew: Annotated[Flag | None, local(default=False)] = None
    resend: Annotated[Flag | None, local(default=False)] = None
    url: Annotated[Text | None, read_only(secret=True)] = None
    status: Annotated[Text | None, read_only()] = None
    expires_at: Annotated[Timestamp | None, read_only()] = None
    merchant_name: Annotated[Text | None, read_only()] = None
    plan_name: Annotated[Text | None, read_only()] = None
    customer_id: Annotated[Text | None, read_only()] = None
