"""A catalog that is there already is taken over by the README's own file, and nothing of it is made a second time."""

from __future__ import annotations

import json
import re

from tests.engine.programs import SHOP, SHOP_HOLDS, assert_settled
from tests.engine.site import Site
from tests.engine.stack import ROOT, Stack


def _import_file(product: dict[str, str]) -> str:
    """The README's example with the product's own values in it."""
    (text,) = re.findall(r"```json\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    document = json.loads(text)
    (entry,) = document["resources"]
    entry["id"] = product["id"]
    for values in (entry["inputs"], entry["outputs"]):
        values |= {"merchant_id": product["merchantId"], "name": product["name"], "description": product["description"]}
    return json.dumps(document)


def _made_by_hand(site: Site) -> dict[str, str]:
    """The shop, made by somebody through the API."""
    account = site.account
    merchant = account.merchant_id
    product = account.post("/v0/products", merchantId=merchant, name="API", description="Answers calls")
    metric = account.post(
        "/v0/billableMetrics",
        merchantId=merchant,
        productId=product["id"],
        name="Calls",
        description="By hand",
        unit="call",
        aggregation="COUNT",
        eventType="call",
    )
    price = account.post(
        "/v0/prices",
        billableMetricId=metric["id"],
        model="standard",
        properties={"unitPrice": "1.00"},
        invoiceDisplayName="Calls",
        paymentTerm="in_arrears",
    )
    account.post(
        "/v0/plans",
        merchantId=merchant,
        productId=product["id"],
        name="Pay as you go",
        currency="USD",
        prices=[{"priceId": price["id"], "key": "calls"}],
        stablePriceIds=False,
    )
    return product


def test_a_catalog_that_somebody_else_made_is_taken_over_whole(stack: Stack, site: Site) -> None:
    """What differs, here a description, is brought to what is declared if the run is told so."""
    product = _made_by_hand(site)
    before = site.account.ids()
    ((where, what),) = stack.write(SHOP).up(fails=True).errors
    assert where == "Product api"
    assert "import it" in what

    file = stack.folder / "take-over.json"
    file.write_text(_import_file(product), encoding="utf-8")
    stack.plain("import", "--file", str(file), "--generate-code=false", "--protect=false", "--yes")
    site.gate.calls.clear()
    ((where, what),) = stack.up(fails=True).errors
    assert where == "BillableMetric calls"
    assert "differs in description" in what
    assert "PAYGENTIC_ADOPT=true" in what
    assert len(what.splitlines()) == 1
    assert site.gate.writes == []

    stack.up(environment={"PAYGENTIC_ADOPT": "true"})
    assert [call.method for call in site.gate.writes] == ["PATCH"]
    assert site.account.ids() == before
    assert site.account.one("BillableMetric")["description"] == ""
    assert_settled(stack, site, SHOP_HOLDS)

    site.account.patch(f"/v0/products/{product['id']}", description="Changed by hand")
    assert stack.preview("--refresh", "--diff").details == {"Product api": ["update", "description"]}
