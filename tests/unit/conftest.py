"""An event loop for every test: the SDK takes the thread's own, and another test may have run that to its end."""

import asyncio

import pytest

LOOP = asyncio.new_event_loop()
"""Never closed: the SDK leaves loops in this one's threads, which are complained of when they go."""


@pytest.fixture(autouse=True)
def current_loop() -> None:
    asyncio.set_event_loop(LOOP)
