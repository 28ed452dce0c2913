"""The program of staging on an emulated account: `up` of an empty account leaves nothing to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
from pulumi import automation

from pulumi_paygentic import emulator

PROJECT = Path(__file__).resolve().parent.parent


def test_up_of_an_empty_account_bills_from_the_declared_prices(tmp_path: Path) -> None:
    folder = shutil.copytree(PROJECT, tmp_path / "project", ignore=shutil.ignore_patterns("tests"))
    (tmp_path / "state").mkdir()
    with emulator.running(merchant_id="org_sandbox") as account:
        settings = {
            "PAYGENTIC_API_KEY": account.api_key,
            "PAYGENTIC_BASE_URL": account.url,
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "for a test",
            "PULUMI_HOME": str(tmp_path / "home"),
        }
        options = automation.LocalWorkspaceOptions(env_vars=settings)
        stack = automation.create_or_select_stack("staging", work_dir=str(folder), opts=options)
        plan = stack.up().outputs["plan"].value
        stack.preview(refresh=True, expect_no_changes=True)

        with httpx.Client(base_url=account.url, headers={"Authorization": f"Bearer {account.api_key}"}) as http:
            [version] = http.get(f"/v0/plans/{plan}/versions").raise_for_status().json()["data"]
            found = http.get(f"/v0/plans/{plan}/versions/{version['versionNumber']}").raise_for_status().json()
    prices = {price["key"]: price["properties"] for price in found["prices"]}
    assert prices["loads"]["unitPrice"] == "0.002"
    assert prices["routes"]["tiers"][0] == {"upTo": "10", "unitPrice": "0.01"}
    assert prices["support"]["unitPrice"] == "49"
