"""How many cases Hypothesis runs, and whether they are the same each time."""

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def cases(count: int, *, steps: int = 50) -> settings:
    """`count` cases, the same ones in every run; with HYPOTHESIS_PROFILE=thorough forty times as many, ever new ones.

    `steps` is how many steps a state machine takes in each.
    """
    return settings(
        max_examples=count * 40 if THOROUGH else count,
        derandomize=not THOROUGH,
        database=None,
        deadline=None,  # neither a busy machine nor the first use of a strategy says anything about a property
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        stateful_step_count=steps,
    )
