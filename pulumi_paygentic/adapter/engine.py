"""Messages to the engine about the call that is being served: warnings, and work that was done only in part."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any, Final, Literal

import grpc
from google.protobuf import struct_pb2

from pulumi_paygentic.adapter.sdk_internals import (
    UnsupportedSdk,
    call,
    engine_address,
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    resource,
    status_pb2,
    urn,
)
from pulumi_paygentic.api import one_line

__all__ = ["log", "save_partial", "urn"]

LOG_TIMEOUT: Final = 10.0
"""The seconds that the engine has to accept a message."""

MAX_LENGTH: Final = 2000
"""The most characters of a message that are shown: the names and ids in it may have any length."""

_logger = logging.getLogger(__name__)


def log(severity: Literal["info", "warning"], message: str) -> None:
    """Show a message under the resource that the call is about.

    A message that the engine does not accept goes to the log instead: the work is done by then, and must not fail.
    """
    message = one_line(message, limit=MAX_LENGTH)
    levels = {"info": engine_pb2.INFO, "warning": engine_pb2.WARNING}
    address = engine_address()
    if address is None:
        _logger.log(logging.INFO if severity == "info" else logging.WARNING, "%s", message)
        return
    try:
        request = engine_pb2.LogRequest(severity=levels[severity], urn=urn(), message=message)
        _engine(address).Log(request, timeout=LOG_TIMEOUT)
    except Exception as error:  # noqa: BLE001  the work stays done, whether or not the message arrives
        _logger.warning("%s (The engine did not accept this message: %s)", message, " ".join(str(error).split()))


@functools.cache
def _engine(address: str) -> engine_pb2_grpc.EngineStub:
    """Return the one connection of the process; it never uses a proxy, because the engine is on this machine."""
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]))


def save_partial(object_id: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any], reason: str) -> None:
    """Save the part of the work that was done, although the call fails: the next `up` continues from there."""
    found = call()
    if found is None:
        raise UnsupportedSdk(f"the partial update of {object_id} cannot be saved in the state. {reason}")
    reason = f"{resource()}{reason}"
    failed = provider_pb2.ErrorResourceInitFailed(
        id=object_id, properties=_struct(outputs), inputs=_struct(inputs), reasons=[reason]
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    status.details.add().Pack(failed)
    found.context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({name: value for name, value in values.items() if value is not None})
    return struct
