import pytest

from tests.contract.world import World


@pytest.fixture
def world() -> World:
    """An emulator with two of everything that the examples refer to, its calls not counted yet."""
    world = World()
    world.furnish()
    world.calls()
    return world
