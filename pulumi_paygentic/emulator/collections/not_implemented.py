"""The operations of the API that the emulator does not implement. Each of them answers 501 and names its area."""

from __future__ import annotations

from pulumi_paygentic.emulator.errors import OperationNotImplemented
from pulumi_paygentic.emulator.http.context import Answer, Context, Handler

NOT_IMPLEMENTED: dict[str, dict[str, str]] = {
    "plans on offer to a customer": {"/v0/plans/available": "GET"},
    "payment methods": {"/v0/customers/{id}/paymentMethods": "GET POST"},
    "payments without an invoice": {"/v0/payments": "GET POST", "/v0/payments/{id}": "GET"},
    "charges of a saved payment method": {"/v2/invoices/{id}/retryPayment": "POST"},
    "manual lines of invoices": {"/v2/invoices/lineItems": "GET POST"},
    "documents of invoices": {"/v2/invoices/{id}/pdf": "GET"},
    "refunds of invoices": {
        "/v2/invoices/{id}/refunds": "GET POST",
        "/v2/invoices/{id}/refunds/{refundId}/void": "POST",
    },
    "disputes (older path)": {"/v0/disputes": "GET POST"},
    "the price of a fee for a subscription (older path)": {"/v0/fees/{id}/price/{subscriptionId}": "GET"},
    "reports of costs": {"/v0/costs/report": "GET"},
    "revenue by account": {"/v0/revenue/accounts": "GET"},
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

REASONS: dict[str, str] = {
    "plans on offer to a customer": "the description does not say which plans are on offer to whom",
    "payment methods": "test cards are never saved",
    "payments without an invoice": "a rehearsal of a catalog has nothing to pay without an invoice",
    "charges of a saved payment method": "test cards are never saved; pay the invoice's page, or record a payment",
    "manual lines of invoices": "they belong to no catalog",
    "documents of invoices": "nothing is rendered; the customer's portal shows each invoice",
    "refunds of invoices": "no money moves; usage is refunded by the older paths",
    "disputes (older path)": "the newest description has no such path",
    "the price of a fee for a subscription (older path)": "the newest description has no such path",
    "reports of costs": "a cost's summary has the same amounts, cost by cost",
    "revenue by account": "the list of invoices has the same amounts",
    "sources and their rules": "a source needs an installation at a third party",
    "users": "the emulator has keys, and no users",
    "orders": "they belong to no catalog",
    "billing schedules": "they belong to orders",
    "approvals": "they belong to orders",
    "integrations": "an integration needs an installation at a third party",
}
"""The reason why each area is left out."""

PARTS: dict[str, str] = {
    "entitlements of so many periods": "GET /v1/entitlements/{entitlementId} far ahead of its first period",
    "price intervals that are billed once": "POST /v0/subscriptions/{id}/intervals with one_off",
    "how a line of an invoice was calculated": "GET /v2/invoices/{id} with expand=lineProvenance",
    "revenue by the period that a line bills": "GET /v0/revenue with periodBasis=billingPeriod",
}
"""The parts that answer 501 within an operation that is implemented otherwise, and how each is asked for."""


def refusing(area: str) -> Handler:
    """Make a handler that answers 501."""

    def handler(_context: Context) -> Answer:
        raise OperationNotImplemented(area, REASONS[area])

    return handler
