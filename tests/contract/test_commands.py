"""The commands `export`, `compare` and `drift`, against a served emulator and files of states."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.api import Settings
from pulumi_paygentic.catalog import AuthorizationLink
from pulumi_paygentic.cli import main
from pulumi_paygentic.snapshot.document import FORMAT
from tests.contract.test_call_counts import program
from tests.engine.support.server import SECOND, Server, answer, served
from tests.forge.support.world import world
from tests.support.account import MerchantAccount
from tests.support.in_process import Interceptable
from tests.support.model_engine import Engine, Ref, Resource
from tests.support.random_programs import resources_of


class Wire(Interceptable):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        self._network = httpx.HTTPTransport()

    def send(self, request: httpx.Request) -> httpx.Response:
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


@dataclass
class Shop:
    """A served account with a catalog, a second one, and the file of a state."""

    server: Server
    engine: Engine
    folder: Path

    def run(self, *arguments: str, **more: str) -> Result:
        environment = {**self.server.environment, **self.second("OTHER_"), **more}
        return CliRunner().invoke(main, list(arguments), env=environment)

    def second(self, prefix: str) -> dict[str, str]:
        account = {"API_KEY": SECOND.api_key, "MERCHANT_ID": SECOND.merchant_id, "BASE_URL": self.server.running.url}
        return {f"{prefix}PAYGENTIC_{name}": value for name, value in account.items()}

    def state(self, *names: str) -> str:
        """The file of the state, of all resources or of these."""
        resources = [one for one in resources_of(self.engine) if not names or one["urn"].split("::")[-1] in names]
        return self.file("state.json", {"version": 3, "deployment": {"resources": resources}})

    def file(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def post(self, collection: str, /, **body: Any) -> Any:
        return self.engine.merchant.call("POST", f"/v0/{collection}", {"merchantId": "org_emulator", **body})

    def patch(self, collection: str, name: str, /, **body: Any) -> None:
        self.engine.merchant.call("PATCH", f"/v0/{collection}/{self.engine.id(name)}", body)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with served() as server:
        running = server.running
        settings = Settings(api_key=running.api_key, merchant_id=running.merchant_id, base_url=running.url)
        engine = Engine(MerchantAccount(Wire(), settings))
        declared = {**program(4, 2), "ada": Resource(AuthorizationLink, {"plan_id": Ref("plan0"), "email": "a@b.co"})}
        assert not engine.up(declared).errors
        yield Shop(server, engine, tmp_path)
        engine.merchant.http.close()


def test_an_export_has_no_ids_and_reads_back_as_equal_to_the_account(shop: Shop) -> None:
    exported = shop.run("export")
    assert exported.exit_code == 0
    assert exported.output.startswith(f"format: {FORMAT}\nobjects:\n  Product:\n    P:\n      name: P\n")
    assert not re.findall(r"(?:prod|bm|price|plan|pver|org)_\w{9,}|created_at", exported.output)
    assert shop.run("export").output == exported.output
    file = shop.file("catalog.yaml", exported.output)
    assert shop.run("compare", file, "account").exit_code == 0
    assert shop.run("export", file).output == exported.output
    assert shop.run("export", shop.state(), "--format", "json").exit_code == 0


def test_an_export_with_ids_names_them_and_can_go_to_a_file(shop: Shop) -> None:
    out = shop.folder / "catalog.json"
    assert shop.run("export", "--ids", "--format", "json", "--output", str(out)).output == ""
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["merchant_id"] == shop.server.running.merchant_id
    assert document["objects"]["Plan"]["P/plan0/USD"]["$id"] == shop.engine.id("plan0")
    assert document["objects"]["Plan"]["P/plan0/USD"]["$versions"][0]["lines"]["k0"] == {"ref": "P/m/n0"}
    schema = json.loads(shop.run("export", "--schema").output)
    assert schema["properties"]["format"] == {"const": FORMAT}
    assert set(document["objects"]["Price"]["P/m/n0"]) <= set(
        schema["properties"]["objects"]["properties"]["Price"]["additionalProperties"]["properties"]
    )


def test_two_accounts_are_compared_in_money(shop: Shop) -> None:
    declared = program(4, 2)
    declared["price1"] = Resource(
        declared["price1"].kind, {**declared["price1"].inputs, "unit_price": "9", "invoice_display_group": "G"}
    )
    settings = Settings(api_key=SECOND.api_key, merchant_id=SECOND.merchant_id, base_url=shop.server.running.url)
    other = Engine(MerchantAccount(Wire(), settings))
    assert not other.up(declared).errors
    done = shop.run("compare", "account", "account:OTHER_")
    assert done.exit_code == 2
    assert done.output.splitlines()[:2] == [
        "account and account:OTHER_ differ",
        "1 object different; 7 objects equal.",
    ]
    assert "2.00 USD per u" in done.output
    assert "9.00 USD per u" in done.output
    other.merchant.http.close()
    shown = shop.run("compare", "account", "account:OTHER_", "--format", "markdown").output.replace("\u2060", "")
    assert "| Line | account | account:OTHER&#95; | Difference |" in shown
    assert "| n1 &#91;k1&#93; | 2.00 USD per u | 9.00 USD per u | +7.00 (+350 %) |" in shown
    document = json.loads(shop.run("compare", "account", "account:OTHER_", "--format", "json").output)
    assert [(one["op"], one["name"], len(one["fields"])) for one in document["objects"]] == [("update", "P/m/n1", 2)]
    equal = shop.run("compare", "account:OTHER_", "account:OTHER_")
    assert (equal.exit_code, equal.output) == (0, "account:OTHER_ and account:OTHER_ are equal\n")


def test_what_only_one_side_has_is_listed(shop: Shop) -> None:
    done = shop.run("compare", "account:OTHER_", shop.state("product", "metric"))
    assert done.exit_code == 2
    assert "Only in" in done.output
    out = shop.folder / "report.md"
    assert shop.run("compare", shop.state("product"), "account", "--output", str(out)).exit_code == 2
    assert "plan1" in out.read_text(encoding="utf-8")


def test_nothing_has_drifted_after_up(shop: Shop) -> None:
    done = shop.run("drift", shop.state())
    assert done.exit_code == 0
    assert done.output.startswith("Nothing has drifted\n8 managed objects compared in account org_emulator (sandbox)")
    assert "1 authorization link not compared" in done.output


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_drift_is_kept_as_an_issue_until_it_is_gone(
    shop: Shop, forge: Literal["github", "gitlab"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulumi_paygentic.forge.publishing.SETTLE", 0.0)
    with world(forge) as at:
        place = at.place()
        where = ("--issue", forge, "--repository", place.project, "--forge-url", place.api_url)
        token = {"GITHUB_TOKEN": place.token, "GITLAB_TOKEN": place.token}
        clean = shop.run("drift", shop.state(), *where, **token)
        assert (clean.exit_code, at.issues) == (0, [])
        shop.patch("billableMetrics", "metric", description="by hand")
        found = shop.run("drift", shop.state(), *where, **token)
        assert (found.exit_code, found.stderr.startswith("Opened the issue: ")) == (2, True)
        assert "### The account has drifted" in at.issues[0].body
        shop.patch("billableMetrics", "metric", description="")
        shop.server.gate.calls.clear()
        mended = shop.run("drift", shop.state(), *where, **token)
        assert (mended.exit_code, mended.stderr.startswith("Closed the issue: ")) == (0, True)
        assert at.issues[0].closed
        assert shop.server.gate.writes == []


def test_drift_is_said_in_money_in_customers_and_with_both_ways_to_mend_it(shop: Shop) -> None:
    consumer = {"email": "ada@example.com", "name": "Ada", "address": {"country": "DE", "zipCode": "10115"}}
    customer = shop.post("customers", consumer=consumer)["customerId"]
    terms = {"planId": shop.engine.id("plan1"), "customerId": customer, "startedAt": "2026-01-01T00:00:00Z"}
    shop.engine.merchant.call("POST", "/v0/subscriptions", {"name": "Ada", **terms})
    shop.patch("prices", "price1", properties={"unitPrice": "99"}, model="standard")
    shop.patch("billableMetrics", "metric", description="by hand")
    fee = shop.post("fees", productId=shop.engine.id("product"), name="Extra", description="")
    shop.server.gate.calls.clear()
    done = shop.run("drift", shop.state())
    assert done.exit_code == 2
    assert "2 objects have other values, 1 object is managed by no stack" in done.output
    assert "Coverage: 88 %" in done.output
    assert "plan1 (P, USD, monthly)" in done.output
    assert "1 subscriber on this plan." in done.output
    assert "+97.00 (+4,850 %)" in done.output
    assert "pulumi up --refresh" in done.output
    assert 'unit_price="99",' in done.output
    assert f'adopt_id="{fee["id"]}"' in done.output
    assert shop.server.gate.writes == []
    shown = shop.run("drift", shop.state(), "--format", "markdown").output
    assert "### The account has drifted" in shown
    assert "| Line | State | Account | Difference |" in shown
    document = json.loads(shop.run("drift", shop.state(), "--format", "json").output)
    assert document["summary"] == {
        "total_resources": 9,
        "total_managed": 8,
        "total_changed": 2,
        "total_missing": 0,
        "total_unmanaged": 1,
        "total_superseded": 0,
        "total_skipped": 1,
    }
    assert document["coverage"] == 88
    assert document["plans"][0]["subscribers"] == 1
    assert document["changed"][1]["fields"] == [{"path": "unit_price", "state": "2", "account": "99"}]
    assert {one["kind"] for one in document["unmanaged"]} == {"Fee"}


def test_a_price_by_hand_and_another_account_are_rated_on_the_last_period_if_wanted(shop: Shop) -> None:
    """Ten events in a month, on two lines at 2 and 4 USD: 60 USD; the price by hand is 99 instead of 2."""
    emulator = shop.engine.merchant
    now = emulator.call("GET", "/_emulator/clock")["now"]
    consumer = {"email": "ada@example.com", "name": "Ada", "address": {"country": "DE", "zipCode": "10115"}}
    customer = shop.post("customers", consumer=consumer)["customerId"]
    terms = {"planId": shop.engine.id("plan1"), "customerId": customer, "startedAt": now}
    emulator.call("POST", "/v0/subscriptions", {"name": "Ada", **terms})
    used = [{"billableMetricId": shop.engine.id("metric"), "quantity": 10}]
    shop.post("usage", idempotencyKey="once", customerId=customer, timestamp=now, properties=used)
    emulator.call("POST", "/_emulator/clock", {"advance": "P35D"})
    as_declared = shop.file("catalog.yaml", shop.run("export").output)
    shop.patch("prices", "price1", properties={"unitPrice": "99"}, model="standard")
    shop.server.gate.calls.clear()

    shown = shop.run("drift", shop.state(), "--usage", "invoices")
    assert shown.exit_code == 2
    assert "60.00 USD at the state's prices, 1,030.00 USD at the account's: +970.00 USD" in shown.output
    assert "Proof: The same rating at the state's prices equals 1 of 1 invoice to the digit" in shown.output
    assert "Move:" not in shown.output
    document = json.loads(shop.run("drift", shop.state(), "--usage", "invoices", "--format", "json").output)
    [currency] = document["impact"]["currencies"]
    assert currency["amounts"] == {"old": "60", "new": "1030"}
    assert json.loads(shop.run("drift", shop.state(), "--format", "json").output)["impact"] is None

    compared = shop.run("compare", "account", as_declared, "--usage", "invoices")
    assert compared.exit_code == 2
    assert "1,030.00 USD at the prices of account, 60.00 USD at those of catalog.yaml: -970.00 USD" in compared.output
    assert shop.server.gate.writes == []
    swapped = shop.run("compare", as_declared, "account", "--usage", "invoices")
    assert swapped.exit_code == 1
    assert "catalog.yaml is no account. Swap the sides." in swapped.stderr


def test_what_is_gone_and_lines_that_moved_are_mended_by_name(shop: Shop) -> None:
    lines = [{"priceId": shop.engine.id("price0"), "key": "k2"}]
    shop.engine.merchant.call("POST", f"/v0/plans/{shop.engine.id('plan0')}/versions", {"prices": lines})
    state = json.loads(Path(shop.state()).read_text(encoding="utf-8"))
    state["deployment"]["resources"].append(
        {**state["deployment"]["resources"][1], "id": "bm_gone", "urn": "a::b::c::gone"}
    )
    done = shop.run("drift", shop.file("gone.json", state))
    assert done.exit_code == 2
    assert "1 object is gone" in done.output
    assert "# prices.k2 becomes price0.id" in done.output
    assert "# prices.k0 goes" in done.output
    assert "take it out of the program: gone." in done.output


def test_unmanaged_objects_alone_make_drift_unless_left_out(shop: Shop) -> None:
    part = shop.state("product", "metric", "price0")
    done = shop.run("drift", part)
    assert (done.exit_code, done.output.splitlines()[0]) == (2, "The account has unmanaged objects")
    only = shop.run("drift", part, "--managed-only")
    assert (only.exit_code, only.output.splitlines()[0]) == (0, "Nothing has drifted")
    out = shop.folder / "drift.md"
    assert shop.run("drift", part, "--format", "markdown", "--output", str(out)).output == ""
    assert "adopt&#95;id" not in out.read_text(encoding="utf-8")


def test_a_check_that_could_not_read_all_fails(shop: Shop) -> None:
    forbidden = answer(403, {"message": "no", "reason": "no_permission"})
    shop.server.gate.script = lambda call: forbidden if call.path == "/v0/prices" else None
    done = shop.run("drift", shop.state())
    assert (done.exit_code, done.output.splitlines()[0]) == (1, "No drift found, but not all could be read")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["export", "nothing.yaml"], "nothing.yaml is no file. Give one of: account, account@STACK"),
        (["export", "account:NONE_"], "each variable begins with NONE_, as NONE_PAYGENTIC_API_KEY"),
        (["drift"], "Name a stack with --stack, or states"),
        (["drift", "BINARY"], "is no text in UTF-8"),
        (["drift", "LIST"], "is no state of a Pulumi stack"),
        (["export", "LIST"], "is neither an export of pulumi-paygentic nor a state or preview"),
        (["export", "NEWER"], "is of format paygentic-snapshot/9, and this version reads"),
        (["compare", "BROKEN", "account"], "is no JSON"),
    ],
)
def test_bad_input_is_one_clear_error(shop: Shop, arguments: list[str], reason: str) -> None:
    (shop.folder / "BINARY").write_bytes(b"\xff\xfe{")
    shop.file("LIST", "- 1\n")
    shop.file("NEWER", {"format": "paygentic-snapshot/9", "objects": {}})
    shop.file("BROKEN", '{"a": ')
    named = [str(shop.folder / one) if one.isupper() else one for one in arguments]
    done = shop.run(*named)
    assert done.exit_code == 1
    assert reason in done.output
    assert "Traceback" not in done.output
