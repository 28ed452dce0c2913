"""`pulumi-paygentic sandbox reset` removes what the API can remove, and only from the account that was named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.cli import main
from tests.engine.support.server import LIVE, Server, answer, served


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


def _fill(server: Server) -> None:
    account = server.account
    product = account.post("/v0/products", merchantId=account.merchant_id, name="API", description="")
    account.post("/v0/features", merchantId=account.merchant_id, productId=product["id"], key="sso", name="SSO")
    for number in range(2):
        account.post(
            "/v0/fees", merchantId=account.merchant_id, productId=product["id"], name=f"Fee {number}", description=""
        )
    account.post(
        "/v0/customers",
        merchantId=account.merchant_id,
        consumer={"name": "Ada", "email": "ada@example.com", "address": {"country": "GB"}},
    )


def _reset(server: Server, *arguments: str, **environment: str) -> Result:
    variables: Mapping[str, str] = {**server.environment, **environment}
    return CliRunner().invoke(main, ["sandbox", "reset", *arguments], env=variables)


def test_everything_is_removed_and_counted(server: Server) -> None:
    _fill(server)
    done = _reset(server, "--merchant", server.account.merchant_id)
    assert done.exit_code == 0, done.output
    lines = {" ".join(line.split()) for line in done.stdout.splitlines()}
    assert lines == {"removed 1 product", "removed 1 feature", "removed 2 fees", "removed 1 customer"}
    assert "cannot remove the merchant itself" in done.stderr
    assert server.account.counts() == {}
    again = _reset(server, "--merchant", server.account.merchant_id)
    assert "had nothing to remove" in again.stdout


def test_the_catalog_is_retained_on_request(server: Server) -> None:
    _fill(server)
    done = _reset(server, "--merchant", server.account.merchant_id, "--keep-catalog", "--json")
    result = json.loads(done.stdout)
    assert result["removed"] == {"customer": 1}
    assert result["remaining"] == {"product": 1, "fee": 2, "feature": 1}
    assert (result["kept_catalog"], result["unreadable"]) == (True, [])


def test_what_remains_is_said(server: Server) -> None:
    _fill(server)
    done = _reset(server, "--merchant", server.account.merchant_id, "--keep-catalog")
    assert "remains      2  fees" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "reason"),
    [
        ((), {}, "give --merchant org_emulator to confirm"),
        (("--merchant", "org_other"), {}, "the configured merchant is org_emulator, not org_other"),
        (
            ("--merchant", LIVE.merchant_id),
            {
                "PAYGENTIC_ENVIRONMENT": "production",
                "PAYGENTIC_API_KEY": LIVE.api_key,
                "PAYGENTIC_MERCHANT_ID": LIVE.merchant_id,
            },
            "this is a production account",
        ),
        (("--merchant", "org_emulator"), {"PAYGENTIC_API_KEY": LIVE.api_key}, "is a production key"),
    ],
)
def test_nothing_is_removed_from_an_account_that_was_not_confirmed(
    server: Server, arguments: tuple[str, ...], environment: dict[str, str], reason: str
) -> None:
    done = _reset(server, *arguments, **environment)
    assert (done.exit_code, done.stdout) == (1, "")
    assert reason in done.stderr
    assert server.gate.calls == []


def test_a_gateway_that_fails_in_between_is_asked_again(server: Server) -> None:
    _fill(server)
    server.gate.script = lambda call: (
        answer(502, "<html>", "text/html") if len(server.gate.writes) == 1 and call.method == "POST" else None
    )
    done = _reset(server, "--merchant", server.account.merchant_id)
    assert done.exit_code == 0, done.output
    assert len(server.gate.writes) == 2


def test_a_collection_that_the_key_may_not_list_is_named_and_stops_nothing(server: Server) -> None:
    _fill(server)
    refused = {"message": "no", "reason": "no_permission"}
    server.gate.script = lambda call: (
        answer(403, refused) if call.path in {"/v0/customers", "/v0/features"} and call.method == "GET" else None
    )
    done = _reset(server, "--merchant", server.account.merchant_id, "--keep-catalog")
    assert done.exit_code == 0, done.output
    assert "may not list customers" in done.stderr
    assert "may not list features" in done.stderr
