"""The API floor: a client for Paygentic's HTTP API that can be trusted with writes.

    settings = Settings.resolve({"merchantId": "org_1"})
    with Client(settings) as client:
        price = client.get("/v0/prices/{id}", id="price_1")

Everything that can go wrong is a `PaygenticError`; after a write that failed, `error.maybe_committed` says whether it
could have happened all the same.
"""

from pulumi_paygentic.api.api_errors import (
    APIError,
    BadRequest,
    Blocker,
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    RateLimited,
    RequestTimeout,
    ServerError,
    Unauthorized,
)
from pulumi_paygentic.api.base_url import DEFAULT_BASE_URL
from pulumi_paygentic.api.client import Client
from pulumi_paygentic.api.errors import (
    Cancelled,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidIdentifier,
    PaygenticError,
    RequestError,
    ResponseLost,
    UnexpectedResponse,
)
from pulumi_paygentic.api.pacing import Pacer
from pulumi_paygentic.api.read_only import ReadOnlyClient, WriteRefused
from pulumi_paygentic.api.redact import one_line, redact
from pulumi_paygentic.api.response import JSON
from pulumi_paygentic.api.setting import SETTINGS, Environment, Setting
from pulumi_paygentic.api.settings import Settings, account_named, source_of

__all__ = [
    "DEFAULT_BASE_URL",
    "JSON",
    "SETTINGS",
    "APIError",
    "BadRequest",
    "Blocker",
    "Cancelled",
    "Client",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DeadlineExceeded",
    "Environment",
    "FieldError",
    "Forbidden",
    "InvalidIdentifier",
    "NotFound",
    "Pacer",
    "PaygenticError",
    "RateLimited",
    "ReadOnlyClient",
    "RequestError",
    "RequestTimeout",
    "ResponseLost",
    "ServerError",
    "Setting",
    "Settings",
    "Unauthorized",
    "UnexpectedResponse",
    "WriteRefused",
    "account_named",
    "one_line",
    "redact",
    "source_of",
]
