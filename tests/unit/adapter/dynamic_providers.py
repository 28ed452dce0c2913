"""Dynamic providers that the SDK's own process serves in tests: one as ours are, one of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi.dynamic import ConfigureRequest, CreateResult, ResourceProvider

from pulumi_paygentic.adapter import engine
from pulumi_paygentic.adapter.failures import reported
from pulumi_paygentic.adapter.sdk_internals import pass_on_cancel
from pulumi_paygentic.adapter.session import account_of
from pulumi_paygentic.api import PaygenticError


class Foreign(ResourceProvider):
    """A user's own, which knows nothing of this package."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        raise ValueError(f"their own error {props['do']}")


class Ours(ResourceProvider):
    """Does with every call as its property `do` says, and answers the URN as the id."""

    _config: Callable[[str], Any]

    def configure(self, req: ConfigureRequest) -> None:
        self._config = req.config.get
        pass_on_cancel()

    @reported
    def create(self, props: dict[str, Any]) -> CreateResult:
        match props["do"]:
            case "fail":
                raise PaygenticError("the price is gone")
            case "bug":
                raise ZeroDivisionError("with sk_test_51aaBBccDD")
            case "partial":
                engine.save_partial("plan_1", {"name": "Payg", "description": None}, {"name": "Payg"}, "not the prices")
                raise PaygenticError("not the prices")
            case "call":
                account_of(self._config).client.get("/v0/products/{id}", id="prod_1")
            case "warn":
                engine.log("warning", "plan plan_1 stays")
            case _:
                pass
        return CreateResult(engine.urn(), {})
