"""The explicit `Provider`, for a second account in one program."""

from __future__ import annotations

from typing import Literal

import pulumi

from pulumi_paygentic.adapter import AccountProvider


class Provider(AccountProvider):
    """One account: give it to resources with `opts=pulumi.ResourceOptions(provider=...)`.

    Without one, resources use the stack's configuration (`paygentic:apiKey` and so on), then the environment
    (`PAYGENTIC_API_KEY` and so on).  An explicit provider sees its own arguments and the environment only.  Faults in
    them show in preview, on each resource that uses the provider.

    To all resources of a component: `providers=[...]` or `providers={"paygentic": ...}`.  A merchant has one provider
    in a program: two, or one and the stack's own settings, are refused.

    Args:
        resource_name: The name of the provider in the stack.
        api_key: The API key, a secret: `sk_test_...` in the sandbox, `sk_live_...` in production. Environment:
            `PAYGENTIC_API_KEY`, then `PAYGENTIC_BEARER_AUTH`. Required.
        merchant_id: The merchant (`org_...`) whose catalog it is. Environment: `PAYGENTIC_MERCHANT_ID`. Required.
        environment: The account's environment: `sandbox` or `production`. Environment: `PAYGENTIC_ENVIRONMENT`.
            Default: `sandbox`.
        base_url: The API's address, for the emulator or a proxy; `https` unless it is on this machine. Environment:
            `PAYGENTIC_BASE_URL`. Default: the environment's own.
        requests_per_second: The pace of all calls with the key, by all processes of a user on a machine. Environment:
            `PAYGENTIC_REQUESTS_PER_SECOND`. Default: no limit.
        request_timeout: The seconds that one attempt may take. Environment: `PAYGENTIC_REQUEST_TIMEOUT`. Default: 30.
        max_retries: The number of further attempts of a call that is safe to repeat. Environment:
            `PAYGENTIC_MAX_RETRIES`. Default: 5.
        adopt: Allow `up` to change an existing object that it finds under a declared name and that no resource held
            before. Environment: `PAYGENTIC_ADOPT`. Default: `false`.
        opts: Pulumi's own options.

    """

    def __init__(
        self,
        resource_name: str,
        *,
        api_key: pulumi.Input[str] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        environment: pulumi.Input[Literal["sandbox", "production"]] | None = None,
        base_url: pulumi.Input[str] | None = None,
        requests_per_second: pulumi.Input[float] | None = None,
        request_timeout: pulumi.Input[float] | None = None,
        max_retries: pulumi.Input[int] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
