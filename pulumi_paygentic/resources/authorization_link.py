"""The `AuthorizationLink` resource."""

from __future__ import annotations

import pulumi

from pulumi_paygentic import catalog
from pulumi_paygentic.catalog.authorization_link import LinkFlow
from pulumi_paygentic.resources.base import CatalogResource


class AuthorizationLink(CatalogResource, kind=catalog.AuthorizationLink):
    """A checkout link for one user on one plan: opening it makes the user a customer with a subscription.

    Email and plan are its identity, so any change makes a new link.  `email` and `url` are secrets.  The link is made
    in one of two ways, as `flow` says:

    `authorization`, the default, creates an authorization session, which only the older documentation of the API
    knows.  The API can neither change nor withdraw one: it expires by itself.  It has no list either, so a link whose
    answer was lost can't be found: that is an error, unless `resend=True`.

    `subscription` creates the customer and a subscription that waits for payment, whose checkout is the link.  The
    plan must charge something in advance.  An email and a plan never get a second subscription, however often a run is
    killed: an existing one is adopted.  A delete ends a subscription that nobody has paid.  One that was paid stays,
    with a warning.

    Args:
        resource_name: The name of the resource in the stack.
        plan_id: The plan (`plan_...`) that the user subscribes to. A change makes a new link.
        email: The user's email address, a secret. A change makes a new link.
        redirect_url: The absolute address that the user is sent to afterwards. A change makes a new link. Default:
            stay.
        flow: The way in which the link is made, `authorization` or `subscription`. A change makes a new link. Default:
            `authorization`.
        session_expiry_minutes: The time in minutes that the checkout stays open, at least 1. Only with
            `flow="subscription"`. A change makes a new link. Default: 240.
        renew: Make a new link once this one has expired without having been used. A completed link is never touched.
            An unpaid subscription is ended first. Never sent. Default: False.
        resend: Send the request again if its answer is lost. The user may then get two links, of which the lost one
            expires unused. Not needed with `flow="subscription"`. Never sent. Default: False, which makes a lost answer
            an error.
        merchant_id: The merchant (`org_...`). Default: the configured one. Another is refused.
        adopt_id: The id of an existing link to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the user becomes a customer of."""
    plan_id: pulumi.Output[str]
    """The plan that the user subscribes to."""
    email: pulumi.Output[str]
    """The user's email address, a secret."""
    redirect_url: pulumi.Output[str | None]
    """The address that the user is sent to afterwards."""
    flow: pulumi.Output[str | None]
    """As declared."""
    session_expiry_minutes: pulumi.Output[float | None]
    """As declared."""
    renew: pulumi.Output[bool | None]
    """As declared."""
    resend: pulumi.Output[bool | None]
    """As declared."""
    url: pulumi.Output[str]
    """The link to send to the user, a secret. Missing if the user was subscribed already."""
    status: pulumi.Output[str]
    """`pending`, `completed` or `expired`, as of the last read."""
    expires_at: pulumi.Output[str]
    """The time at which the link stops working, in UTC (ISO 8601)."""
    merchant_name: pulumi.Output[str | None]
    """The merchant's name, as the page shows it."""
    plan_name: pulumi.Output[str | None]
    """The plan's name, as the page shows it."""
    customer_id: pulumi.Output[str | None]
    """The customer (`cus_...`) that the user became, or with `flow="subscription"` will be."""
    adopt_id: pulumi.Output[str | None]
    """As declared."""

    def __init__(
        self,
        resource_name: str,
        *,
        plan_id: pulumi.Input[str],
        email: pulumi.Input[str],
        redirect_url: pulumi.Input[str] | None = None,
        flow: pulumi.Input[LinkFlow] | None = None,
        session_expiry_minutes: pulumi.Input[float] | None = None,
        renew: pulumi.Input[bool] | None = None,
        resend: pulumi.Input[bool] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
