"""What a resource's annotations say of its outputs is what Pulumi's SDK makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi import _types
from pulumi.runtime import rpc

import pulumi_paygentic

OUTPUTS: list[tuple[str, str, Any]] = [
    ("AuthorizationLink", "renew", True),
    ("AuthorizationLink", "url", "https://example.com"),
    ("BillableMetric", "group_by", {"region": "$.region"}),
    ("Feature", "metadata", {}),
    ("Plan", "prices", ["price_1"]),
    ("Plan", "prices", {"basic": "price_1"}),
    ("Plan", "credit_allocations", [{"pricing_unit_id": "pu_1", "amount": 5.5}]),
    ("Plan", "version_transition", {"effective_date": "immediate", "proration": "none"}),
    ("Plan", "payment_term", {"in_arrears": True}),
    ("Plan", "default_tax_rate", 8.5),
    ("Plan", "renewal_reminder_days", 3.0),
    ("Plan", "billing_version", 1.0),
    ("Price", "tiers", [{"up_to": "1", "unit_price": "2"}, {"unit_price": "1"}]),
    ("Price", "entitlement_template", {"type": "static", "config": {"limits": [1.5, {"a": "b"}]}}),
    ("Price", "tax", {"supply_scope": "IN_SCOPE"}),
    ("Price", "features", [{"id": "x", "feature": {"key": "a"}, "entitlementTemplate": {"x": 1.5}}]),
    ("Price", "quantity", 2.0),
    ("Product", "metadata", {"team": "billing"}),
]


@pytest.mark.parametrize(("resource", "output", "value"), OUTPUTS)
def test_an_output_arrives_in_the_program_as_the_engine_sent_it(resource: str, output: str, value: Any) -> None:
    annotation = _types.resource_types(getattr(pulumi_paygentic, resource))[output]
    arrived = rpc.translate_output_properties(
        value,
        lambda name: name,
        annotation,
        transform_using_type_metadata=True,
        return_none_on_dict_type_mismatch=True,
    )
    assert arrived == value
