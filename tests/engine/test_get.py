"""References by id to what a program does not manage, by the real engine: the documentation's own program."""

from __future__ import annotations

import pytest

from tests.engine.support.server import Server
from tests.engine.support.stack import ROOT, TYPE, Stack


def documented(product_id: str) -> str:
    """The program of the documentation's section, with a product that is there."""
    section = (ROOT / "docs" / "identity.md").read_text(encoding="utf-8").partition("## Refer to an object")[2]
    program = section.partition("```python\n")[2].partition("```")[0]
    assert program.count("prod_...") == 1
    return program.replace("prod_...", product_id)


@pytest.fixture
def product_id(server: Server) -> str:
    """A product that was made in the dashboard."""
    merchant = server.account.merchant_id
    return str(server.account.post("/v0/products", merchantId=merchant, name="Platform", description="By hand")["id"])


def test_what_hangs_below_an_object_that_is_read_stays_as_it_is(stack: Stack, server: Server, product_id: str) -> None:
    stack.write(documented(product_id)).up()
    assert server.account.counts() == {"Product": 1, "Feature": 1}
    for flags in ([], ["--refresh"]):
        preview = stack.preview(*flags)
        assert preview.changes == {}, preview.shown
    server.account.patch(f"/v0/products/{product_id}", description="Edited")
    assert stack.up("--refresh").errors == []
    assert stack.preview("--refresh").changes == {}
    stack.destroy()
    assert server.account.counts() == {"Product": 1}
    assert server.account.one("Product")["description"] == "Edited"


@pytest.mark.parametrize(
    "reference",
    [
        "paygentic.Product.get('p', 'prod_doesnotexist1234')",
        "paygentic.Product('p', name='x', description='y', opts=pulumi.ResourceOptions(id='prod_doesnotexist1234'))",
    ],
)
def test_an_id_that_the_account_does_not_have_is_an_error_in_preview(stack: Stack, reference: str) -> None:
    stack.write(reference)
    for command in (stack.preview, stack.up):
        errors = command(fails=True).errors
        assert "product prod_doesnotexist1234 does not exist in merchant org_emulator (sandbox)" in str(errors)
    assert not stack.export().get("resources") or TYPE not in str(stack.export()["resources"])


def test_an_object_that_is_gone_since_leaves_the_state_and_is_then_an_error(
    stack: Stack, server: Server, product_id: str
) -> None:
    """A refresh, which runs without the program, must not fail for ever."""
    stack.write(f"paygentic.Product.get('p', '{product_id}')").up()
    server.account.post("/_emulator/reset")
    stack.refresh()
    assert stack.resources() == {}
    assert f"product {product_id} does not exist" in str(stack.preview(fails=True).errors)
