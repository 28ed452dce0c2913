"""The explicit `Provider`, for a second account in one program."""

from __future__ import annotations

from typing import Any, Literal

import pulumi


class Provider(pulumi.ProviderResource):
    """One account: give it to resources with `opts=pulumi.ResourceOptions(provider=...)`.

    Without one, resources use the stack's configuration (`paygentic:apiKey` and so on), then the environment
    (`PAYGENTIC_API_KEY` and so on).  An explicit provider sees its own arguments and the environment only.  What is
    wrong with them is told in preview, on each resource that uses the provider.

    Args:
        resource_name: The name of the provider in the stack.
        api_key: The key, a secret: `sk_test_...` in the sandbox, `sk_live_...` in production. Environment:
            `PAYGENTIC_API_KEY`, then `PAYGENTIC_BEARER_AUTH`; a key kept there never reaches the state.
        merchant_id: The merchant (`org_...`) whose catalog this is. Environment: `PAYGENTIC_MERCHANT_ID`.
        environment: `sandbox` or `production`. Environment: `PAYGENTIC_ENVIRONMENT`. Default: `sandbox`.
        base_url: The API's address, for the emulator or a proxy; `https` unless it is on this machine. Environment:
            `PAYGENTIC_BASE_URL`. Default: the environment's own.
        requests_per_second: The pace that all calls together keep. Environment: `PAYGENTIC_REQUESTS_PER_SECOND`.
            Default: as fast as they come.
        request_timeout: How many seconds one attempt may take. Environment: `PAYGENTIC_REQUEST_TIMEOUT`. Default: 30.
        max_retries: How many more attempts a call gets that is safe to repeat. Environment: `PAYGENTIC_MAX_RETRIES`.
            Default: 5.
        adopt: Whether a run may change objects that it finds under a declared name, although no state of its own
            holds them. Environment: `PAYGENTIC_ADOPT`. Default: no; one that is equal is taken over all the same.
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
        settings: dict[str, pulumi.Input[Any] | None] = {
            "apiKey": None if api_key is None else pulumi.Output.secret(api_key),
            "merchantId": merchant_id,
            "environment": environment,
            "baseUrl": base_url,
            "requestsPerSecond": requests_per_second,
            "requestTimeout": request_timeout,
            "maxRetries": max_retries,
            "adopt": adopt,
        }
        # The engine carries a provider's inputs as text.
        text = {
            f"paygentic:{name}": pulumi.Output.from_input(value).apply(str)
            for name, value in settings.items()
            if value is not None
        }
        text["paygentic:provider"] = pulumi.Output.from_input(resource_name)  # so that a refusal can name it
        super().__init__("pulumi-python", resource_name, text, opts)
