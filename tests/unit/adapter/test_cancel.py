"""The SDK ignores the engine's Cancel; once the adapter was configured, it reaches every account of the process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf import empty_pb2

from pulumi_paygentic.adapter import engine, session
from pulumi_paygentic.api import Cancelled

CONFIG: Mapping[str, Any] = {"paygentic:apiKey": "sk_test_1", "paygentic:merchantId": "org_1"}


class Servicer:
    """As the SDK's own: a method that serves a call, and a Cancel that does nothing."""

    def Check(self, request: object, context: object) -> None:  # noqa: ARG002, N802  gRPC's names
        engine.hear_cancel()

    def Cancel(self, request: object, context: object) -> object:  # noqa: ARG002, N802
        return empty_pb2.Empty()


def test_a_cancel_that_grpc_already_holds_ends_what_an_account_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_accounts", {})  # those of other tests go on
    servicer = Servicer()
    held = servicer.Cancel
    account = session.account_of(CONFIG.get)
    servicer.Check(None, None)
    assert held(None, None) == empty_pb2.Empty()
    with pytest.raises(Cancelled):
        account.client.get("/v0/products/{id}", id="prod_1")


def test_outside_of_a_served_call_there_is_nothing_to_hear() -> None:
    engine.hear_cancel()
    assert engine.urn() == ""
