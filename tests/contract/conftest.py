import pytest

from tests.support.account import MerchantAccount


@pytest.fixture
def merchant() -> MerchantAccount:
    """An emulator with two of everything that the examples refer to, its calls not counted yet."""
    merchant = MerchantAccount()
    merchant.furnish()
    merchant.calls()
    return merchant
