from collections.abc import Iterator
from typing import Literal

import pytest

from tests.forge.support.world import World, world


@pytest.fixture(params=["github", "gitlab"])
def at(request: pytest.FixtureRequest) -> Iterator[World]:
    forge: Literal["github", "gitlab"] = request.param
    with world(forge) as served:
        yield served
