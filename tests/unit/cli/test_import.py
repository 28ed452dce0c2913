"""`pulumi-paygentic import` refuses what would overwrite or mix, before it reads or proves anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_paygentic.cli import main
from pulumi_paygentic.cli.files import whole_folder
from pulumi_paygentic.cli.importing import _project_of
from pulumi_paygentic.cli.proof import _read
from pulumi_paygentic.snapshot.program.record import FILE, Record
from tests.engine.support.server import SECOND, Server, served
from tests.engine.support.varied import Maker, fill


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


def _import(server: Server, out: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(
        main, ["import", "--out", str(out), *arguments], env={**server.environment, **environment}
    )


def test_a_dry_run_reports_and_writes_nothing(server: Server, tmp_path: Path) -> None:
    fill(server.account)
    server.gate.calls.clear()
    done = _import(server, tmp_path / "out", "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["declared"]["plan"] == 7
    assert {"__main__.py", "Pulumi.yaml", "Pulumi.sandbox.yaml"} == set(report["files"])
    assert [one["kind"] for one in report["left_out"] if not one["expected"]] == ["billable metric"] * 2
    assert (report["proof"], report["import_file"], report["next"]) == (None, None, [])
    assert not (tmp_path / "out").exists()
    assert server.gate.writes == []
    text = _import(server, tmp_path / "out", "--dry-run").stdout
    assert "Nothing was written" in text
    assert "Left out: 2" in text


def test_a_folder_that_has_such_files_is_not_overwritten(server: Server, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("print()\n", encoding="utf-8")
    done = _import(server, tmp_path)
    assert done.exit_code == 1
    assert "has __main__.py already, and nothing is overwritten" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["__main__.py"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("{", "is not the record of an import"),
        ('{"version": 9}', "is of version 9"),
        ("[]", "is not the record of an import"),
        (Record("org_other", "sandbox").text(), "was imported from org_other"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(server: Server, tmp_path: Path, record: str, reason: str) -> None:
    (tmp_path / FILE).write_text(record, encoding="utf-8")
    done = _import(server, tmp_path)
    assert done.exit_code == 1
    assert reason in done.stderr
    assert server.gate.calls == []


def test_a_product_that_is_not_there_is_said_in_one_line(server: Server, tmp_path: Path) -> None:
    done = _import(server, tmp_path / "out", "--product", "Fax")
    assert (done.exit_code, done.stderr) == (1, "Error: the account has no product 'Fax': it has none\n")


def test_an_account_without_anything_is_written_without_a_proof(server: Server, tmp_path: Path) -> None:
    done = _import(server, tmp_path / "out", PATH=str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "nothing new" in done.stdout
    configuration = (tmp_path / "out" / "Pulumi.sandbox.yaml").read_text(encoding="utf-8")
    assert 'paygentic:merchantId: "org_emulator"' in configuration
    assert server.account.api_key not in configuration
    again = _import(server, tmp_path / "out")
    assert again.exit_code == 0, again.output


def test_without_the_pulumi_cli_nothing_is_written(server: Server, tmp_path: Path) -> None:
    Maker(server.account).product("API")
    done = _import(server, tmp_path / "out", PATH=str(tmp_path))
    assert done.exit_code == 1
    assert "The Pulumi CLI is not on PATH" in done.stderr
    assert not (tmp_path / "out").exists()


def test_production_is_pinned_in_the_configuration(server: Server, tmp_path: Path) -> None:
    del server
    with served() as live:
        environment = {
            "PAYGENTIC_API_KEY": "sk_live_third",
            "PAYGENTIC_MERCHANT_ID": "org_third",
            "PAYGENTIC_ENVIRONMENT": "production",
        }
        done = _import(live, tmp_path / "out", **environment)
    assert done.exit_code == 0, done.output
    assert 'paygentic:environment: "production"' in (tmp_path / "out" / "Pulumi.production.yaml").read_text("utf-8")


@pytest.mark.parametrize(("folder", "name"), [("catalog", "catalog"), ("Größe 1", "Gr-e-1"), ("视频", "catalog")])
def test_the_project_is_named_after_the_folder(tmp_path: Path, folder: str, name: str) -> None:
    assert _project_of(tmp_path / folder) == name


def test_a_new_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "new" / "out") as folder:
        (folder / "file").write_text("", encoding="utf-8")
        assert not (tmp_path / "new" / "out").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "other"):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_difference_names_the_resource_and_its_fields() -> None:
    urn = "urn:pulumi:proof::shop::pulumi-python:dynamic/paygentic:Price::basic"
    steps = [
        {"op": "refresh", "urn": urn},
        {"op": "update", "urn": urn, "detailedDiff": {"unit_price": {}, "model": {}}},
        {"op": "replace", "urn": urn, "diffReasons": ["fee_id"]},
        {"op": "create", "urn": urn},
        {"op": "create", "urn": "urn:pulumi:proof::shop::pulumi:pulumi:Stack::shop-proof"},
    ]
    proof = _read({"steps": steps, "changeSummary": {"same": 3}})
    assert proof.unchanged == 2
    assert [str(one) for one in proof.differences] == [
        "Price 'basic': update of model, unit_price",
        "Price 'basic': replace of fee_id",
        "Price 'basic': create",
    ]


def test_a_second_merchant_is_another_account(server: Server, tmp_path: Path) -> None:
    assert _import(server, tmp_path / "out").exit_code == 0
    second = {"PAYGENTIC_API_KEY": SECOND.api_key, "PAYGENTIC_MERCHANT_ID": SECOND.merchant_id}
    done = _import(server, tmp_path / "out", **second)
    assert done.exit_code == 1
    assert "import into another folder" in done.stderr
