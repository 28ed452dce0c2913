"""Examples run on the same emulators and stacks as the tests of the engine."""

from tests.engine.conftest import pytest_collection_modifyitems, site, stack

__all__ = ["pytest_collection_modifyitems", "site", "stack"]
