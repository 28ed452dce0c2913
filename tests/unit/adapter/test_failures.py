"""Errors as the engine shows them: named, bounded, and an account's advice once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_paygentic.adapter import engine
from pulumi_paygentic.adapter.failures import MAX_LENGTH, Hints, reported
from pulumi_paygentic.api import ConnectionFailed, NotFound, PaygenticError
from pulumi_paygentic.api.api_errors import Unauthorized

URN = "urn:pulumi:dev::shop::my:Component$pulumi-python:dynamic/paygentic:Price::basic::rate"


class Ended(Exception):
    """The end of a call, as gRPC's context raises it."""


class Context:
    """A call's context that takes attributes, as gRPC's."""

    def abort(self, code: grpc.StatusCode, details: str) -> None:  # noqa: ARG002  gRPC's signature
        raise Ended(details)


def shown(error: Exception, urn: str = URN) -> str:
    """The message of a served call that ends with the error."""

    @reported
    def method() -> None:
        raise error

    def serve(request: Any, context: Any) -> None:  # noqa: ARG001  as the SDK's methods, which are found by them
        method()

    with pytest.raises(Ended) as caught:
        serve(provider_pb2.DiffRequest(urn=urn), Context())
    return str(caught.value)


@pytest.mark.parametrize("error", [PaygenticError("the price is gone"), ZeroDivisionError("by zero")])
def test_every_error_names_its_resource(error: Exception) -> None:
    assert ": Price 'basic::rate': " in shown(error)


def test_an_error_of_a_call_without_a_resource_has_no_name_to_give() -> None:
    assert shown(PaygenticError("it is over"), urn="") == "paygentic: it is over."


@pytest.mark.parametrize("kind", [Unauthorized, ConnectionFailed])
def test_the_advice_about_an_account_is_given_once(kind: type[PaygenticError]) -> None:
    def error(index: int) -> PaygenticError:
        where: dict[str, Any] = {"method": "GET", "path": "/v0/prices/{id}", "place": f"/v0/prices/price_{index}"}
        return Unauthorized(401, {}, **where) if kind is Unauthorized else ConnectionFailed("none", **where)

    hints = Hints()
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda index: hints.text(error(index)), range(40)))
    assert sum(kind.hint in text for text in texts) == 1
    assert all(f"price_{index}" in text for index, text in enumerate(texts))
    assert sum(text.endswith("Another error of this run says what to do.") for text in texts) == 39


def test_the_advice_about_one_object_is_given_each_time() -> None:
    hints = Hints()
    assert [NotFound.hint in hints.text(NotFound(404, {})) for _ in range(2)] == [True, True]


def test_a_bugs_report_keeps_its_beginning_and_its_end() -> None:
    report = shown(ZeroDivisionError("x" * 50_000 + " in the end"))
    assert "Traceback" in report
    assert report.rstrip().endswith("in the end")
    assert len(report) < MAX_LENGTH + 200


def test_a_message_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    engine.log("warning", "price price_1 is held by " + "plan " * 5000)
    assert len(caplog.messages[0]) == engine.MAX_LENGTH
