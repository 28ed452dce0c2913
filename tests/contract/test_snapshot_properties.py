"""Whatever an account holds: its snapshot equals the state right after `up`, and what was exported reads back equal.

A seeded sample by default; `HYPOTHESIS_PROFILE=thorough pytest tests/contract` runs forty times as many, ever new ones.
"""

from functools import cache

from hypothesis import given

from pulumi_paygentic.snapshot import Snapshot, read_account
from pulumi_paygentic.snapshot.comparison import differences
from pulumi_paygentic.snapshot.document import of_document, to_document, without_ids
from pulumi_paygentic.snapshot.drift import detect_drift
from pulumi_paygentic.snapshot.matching import pair_by_id, pair_by_key
from pulumi_paygentic.snapshot.state import of_resources
from pulumi_paygentic.snapshot.text import parse, to_json, to_yaml
from tests.support.account import SETTINGS, MerchantAccount
from tests.support.model_engine import Engine, Resource
from tests.support.profiles import cases
from tests.support.random_programs import histories, resources_of


@cache
def merchants() -> tuple[MerchantAccount, MerchantAccount]:
    return MerchantAccount(), MerchantAccount()


def grown(merchant: MerchantAccount, history: list[dict[str, Resource]]) -> Engine:
    """A stack over an account that was emptied, after every program of the history."""
    merchant.reset()
    engine = Engine(merchant)
    for program in history:
        report = engine.up(program)
        assert not report.errors
    return engine


def read(merchant: MerchantAccount) -> Snapshot:
    return read_account(merchant.client(SETTINGS), lines=True)


@cases(25)
@given(histories())
def test_the_account_equals_the_state_right_after_up(history: list[dict[str, Resource]]) -> None:
    merchant, _ = merchants()
    state = of_resources(resources_of(grown(merchant, history)), "stack dev")
    live = read(merchant)
    assert [one for one in differences(pair_by_id(state, live)) if one.op != "added"] == []
    drift = detect_drift(merchant.client(SETTINGS), state)
    assert not drift.has_drifted
    assert drift.unmanaged == ()
    assert len(drift.managed) == len(state)


@cases(25)
@given(histories())
def test_what_is_exported_reads_back_equal(history: list[dict[str, Resource]]) -> None:
    merchant, _ = merchants()
    grown(merchant, history)
    snapshot = read(merchant)
    for ids, expected in ((False, without_ids(snapshot)), (True, snapshot)):
        document = to_document(snapshot, ids=ids)
        for text in (to_yaml(document), to_json(document)):
            assert parse(text) == document
            again = of_document(parse(text), snapshot.source)
            assert again == expected
            assert to_document(again, ids=ids) == document


@cases(15)
@given(histories())
def test_one_program_makes_two_accounts_that_export_the_same_bytes(history: list[dict[str, Resource]]) -> None:
    staging, production = merchants()
    grown(staging, history)
    grown(production, history)
    one, other = read(staging), read(production)
    assert differences(pair_by_key(one, other)) == []
    assert to_yaml(to_document(one)) == to_yaml(to_document(other))
