"""Examples run on the same emulators and stacks as the tests of the engine."""

import pytest

from tests.engine.conftest import pytest_collection_modifyitems, server, stack
from tests.engine.support.server import Server
from tests.examples.shop import Shop, make_shop

__all__ = ["pytest_collection_modifyitems", "server", "stack"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def shop(server: Server) -> Shop:
    return make_shop(server)
