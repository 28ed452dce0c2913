"""Pulumi's own options of a resource, of which a dynamic provider does not get every one."""

import pulumi
import pytest

from pulumi_paygentic.adapter import ignored_options


@pytest.mark.parametrize("opts", [None, pulumi.ResourceOptions(), pulumi.ResourceOptions(protect=True)])
def test_options_that_the_engine_honours_are_not_warned_of(opts: pulumi.ResourceOptions | None) -> None:
    assert list(ignored_options(opts)) == []


def test_timeouts_that_reach_no_provider_are_warned_of_with_the_setting_to_use() -> None:
    opts = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(update="5m"))
    (warning,) = ignored_options(opts)
    assert "custom_timeouts has no effect" in warning
    assert "paygentic:requestTimeout" in warning
