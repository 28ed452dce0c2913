"""One served emulator for all tests, emptied before each; two merchants, of which most tests need one."""

from collections.abc import Iterator

import pytest

from pulumi_paygentic.emulator import Account, Running, running
from tests.emulator.support.merchant import Merchant, merchant_of

OTHER = Account(api_key="sk_test_other", merchant_id="org_other", merchant_name="Other")


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(accounts=[OTHER]) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def served_merchant(served: Running) -> Iterator[Merchant]:
    with merchant_of(served) as merchant:
        yield merchant


@pytest.fixture(scope="session")
def served_other(served: Running) -> Iterator[Merchant]:
    with merchant_of(served, OTHER.api_key, OTHER.merchant_id) as merchant:
        yield merchant


@pytest.fixture
def emulator(served: Running, served_merchant: Merchant) -> Running:
    served_merchant.http.post("/_emulator/reset").raise_for_status()
    return served


@pytest.fixture
def merchant(emulator: Running, served_merchant: Merchant) -> Merchant:  # noqa: ARG001
    return served_merchant


@pytest.fixture
def other(emulator: Running, served_other: Merchant) -> Merchant:  # noqa: ARG001
    return served_other
