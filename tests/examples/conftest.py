"""Examples run on the same emulators and stacks as the tests of the engine."""

from tests.engine.conftest import site, stack

__all__ = ["site", "stack"]
