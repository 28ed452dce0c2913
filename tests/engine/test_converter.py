"""`pulumi import --from paygentic`: the account as Pulumi's own import takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import converter_pb2, converter_pb2_grpc

from pulumi_paygentic.adapter import converter, serialised
from pulumi_paygentic.catalog import Product
from tests.engine.support.server import Server, served
from tests.engine.support.varied import Maker


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with served() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def convert(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Asks a served converter, as the CLI does."""
    running = converter.serve()
    with grpc.insecure_channel(f"127.0.0.1:{capsys.readouterr().out.strip()}") as channel:
        stub: Any = converter_pb2_grpc.ConverterStub(channel)
        yield lambda *arguments: stub.ConvertState(converter_pb2.ConvertStateRequest(args=arguments))
    running.stop(None).wait()


def test_every_object_comes_with_its_whole_state(server: Server, convert: Any) -> None:
    make = Maker(server.account)
    product = make.product("Speech API")
    for _ in range(2):
        make.metric(product, "Calls")
    make.product("Voice")
    response = convert("Speech API")
    (resource,) = response.resources
    assert (resource.type, resource.name, resource.id) == (
        "pulumi-python:dynamic/paygentic:Product",
        "speech-api",
        product,
    )
    outputs = json_format.MessageToDict(resource.outputs)
    assert outputs["__provider"] == serialised(Product)
    assert outputs["__declared"] == ["description", "merchant_id", "name"]
    assert [one.summary.partition(" (")[0] for one in response.diagnostics] == [
        "billable metric 'Speech API/Calls'",
        "billable metric 'Speech API/Calls#2'",
    ]
    assert server.gate.writes == []


def test_an_empty_account_is_no_error(server: Server, convert: Any) -> None:
    assert list(convert().resources) == []
    assert server.gate.writes == []


def test_a_product_that_is_not_there_is_said_in_one_line(server: Server, convert: Any) -> None:
    with pytest.raises(grpc.RpcError, match="the account has no product 'Fax'") as error:
        convert("Fax")
    assert "Traceback" not in str(error.value)
    assert server.gate.writes == []


def test_a_setting_that_is_wrong_is_said_in_one_line(
    server: Server, convert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYGENTIC_API_KEY", "sk_live_1")
    with pytest.raises(grpc.RpcError, match="is a production key") as error:
        convert()
    assert "Traceback" not in str(error.value)
    assert server.gate.calls == []
