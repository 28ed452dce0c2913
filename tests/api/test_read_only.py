"""A client that only reads sends nothing but GET, whatever it is asked for."""

from collections.abc import Callable

import httpx
import pytest

from pulumi_paygentic.api import Client, Pacer, ReadOnlyClient, Settings, WriteRefused

SETTINGS = Settings(api_key="sk_test_x", merchant_id="org_1", base_url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    "write",
    [
        lambda client: client.post("/v0/prices", {}),
        lambda client: client.patch("/v0/prices/{id}", {}, id="price_1"),
        lambda client: client.delete("/v0/prices/{id}", id="price_1"),
    ],
    ids=["post", "patch", "delete"],
)
def test_every_write_is_refused_before_anything_is_sent(write: Callable[[Client], object]) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={"id": "price_1"})

    client = ReadOnlyClient(SETTINGS, transport=httpx.MockTransport(answer), pacer=Pacer())
    assert client.get("/v0/prices/{id}", id="price_1") == {"id": "price_1"}
    with pytest.raises(WriteRefused, match="this command only reads"):
        write(client)
    assert sent == ["GET"]
