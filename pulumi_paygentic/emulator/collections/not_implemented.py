"""The operations of the API that the emulator does not implement. Each of them answers 501 and names its area."""

from __future__ import annotations

from pulumi_paygentic.emulator.errors import OperationNotImplemented
from pulumi_paygentic.emulator.http.context import Answer, Context, Handler

NOT_IMPLEMENTED: dict[str, dict[str, str]] = {
    "plans on offer to a customer": {"/v0/plans/available": "GET"},
    "moving subscriptions between plan versions": {"/v0/subscriptions/{id}/versionMigration": "POST"},
    "price intervals of subscriptions": {
        "/v0/subscriptions/{id}/intervals": "GET POST",
        "/v0/subscriptions/{id}/intervalChanges": "GET",
        "/v0/intervalChanges": "GET",
    },
    "adjustments of subscriptions": {
        "/v0/subscriptions/{id}/adjustments": "GET POST",
        "/v0/subscriptions/{id}/adjustments/{adjustmentId}": "DELETE",
    },
    "payment methods": {"/v0/customers/{id}/paymentMethods": "GET POST"},
    "payments": {"/v0/payments": "GET POST", "/v0/payments/{id}": "GET", "/v0/paymentSessions": "GET"},
    "invoices before they are due, manual lines, payments and refunds of invoices": {
        "/v2/invoices/projected": "GET",
        "/v2/invoices/lineItems": "GET POST",
        "/v2/invoices/{id}/payment": "POST",
        "/v2/invoices/{id}/pdf": "GET",
        "/v2/invoices/{id}/retryPayment": "POST",
        "/v2/invoices/{id}/refunds": "GET POST",
        "/v2/invoices/{id}/refunds/{refundId}/void": "POST",
    },
    "purchases of grants": {"/v1/entitlements/{entitlementId}/grants/purchase": "POST"},
    "disputes (older path)": {"/v0/disputes": "GET POST"},
    "the price of a fee for a subscription (older path)": {"/v0/fees/{id}/price/{subscriptionId}": "GET"},
    "costs": {
        "/v0/costs": "GET POST",
        "/v0/costs/report": "GET",
        "/v0/costs/{id}": "GET PATCH DELETE",
        "/v0/costs/{id}/summary": "GET",
    },
    "revenue by account, and profitability": {"/v0/revenue/accounts": "GET", "/v0/profitability": "GET"},
    "sources and their rules": {
        "/v0/sources": "GET POST",
        "/v0/sources/{id}": "GET PATCH",
        "/v0/sources/{id}/events": "GET",
        "/v0/sources/{id}/events/bulk-approve": "POST",
        "/v0/sources/{id}/events/bulk-reject": "POST",
        "/v0/sources/{id}/events/{eventId}/approve": "POST",
        "/v0/sources/{id}/events/{eventId}/reject": "POST",
        "/v0/sourceRules": "GET POST",
        "/v0/sourceRules/{ruleId}": "GET PATCH DELETE",
    },
    "external references": {
        "/v0/externalReferences": "GET POST",
        "/v0/externalReferences/{id}": "GET PATCH DELETE",
    },
    "webhooks": {"/v0/webhooks": "GET POST PATCH DELETE", "/v0/webhooks/portal": "GET"},
    "users": {"/v0/users/{id}": "GET PATCH"},
    "orders": {
        "/v0/orders": "GET POST",
        "/v0/orders/{id}": "GET PATCH DELETE",
        "/v0/orders/{orderId}/approvals": "POST",
        "/v0/orders/{orderId}/lineItems": "POST",
        "/v0/orders/{orderId}/lineItems/{id}": "PATCH DELETE",
    },
    "billing schedules": {
        "/v0/billingSchedules": "GET POST",
        "/v0/billingSchedules/{id}": "GET PATCH DELETE",
        "/v0/billingSchedules/{id}/intervals": "GET PUT",
        "/v0/billingSchedules/{id}/invoices": "GET POST",
    },
    "approvals": {"/v0/approvals": "GET POST", "/v0/approvals/{id}": "GET PATCH"},
    "integrations": {
        "/v0/integrations/salesforce/accounts": "GET",
        "/v0/merchantIntegrations": "GET PUT",
        "/v0/merchantIntegrations/{id}": "GET",
        "/v0/merchantIntegrations/{id}/disconnect": "PATCH",
    },
}

PARTS: dict[str, str] = {
    "entitlements of so many periods": "GET /v1/entitlements/{entitlementId} far ahead of its first period",
    "how a line of an invoice was calculated": "GET /v2/invoices/{id} with expand=lineProvenance",
    "revenue by the period that a line bills": "GET /v0/revenue with periodBasis=billingPeriod",
}
"""The parts that answer 501 within an operation that is implemented otherwise, and how each is asked for."""


def refusing(area: str) -> Handler:
    """Make a handler that answers 501."""

    def handler(_context: Context) -> Answer:
        raise OperationNotImplemented(area)

    return handler
