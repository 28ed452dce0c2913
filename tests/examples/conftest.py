"""Examples run on the same emulators and stacks as the tests of the engine."""

import pytest

from tests.engine.conftest import pytest_collection_modifyitems, site, stack
from tests.engine.site import Site
from tests.examples.shop import Shop, make_shop

__all__ = ["pytest_collection_modifyitems", "site", "stack"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def shop(site: Site) -> Shop:
    return make_shop(site)
