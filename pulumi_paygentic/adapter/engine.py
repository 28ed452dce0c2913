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

__all__ = ["keep_partial", "log", "urn"]

PATIENCE: Final = 10.0
"""How many seconds the engine has to take a message."""

LONGEST: Final = 2000
"""How many characters of a message are shown: names and ids in it are as long as the account has them."""

_logger = logging.getLogger(__name__)


def log(severity: Literal["info", "warning"], message: str) -> None:
    """Show a message under the resource that the call is about.

    It goes to the log, which the engine shows as information, if the engine does not take it: by then the work is done.
    """
    message = one_line(message, limit=LONGEST)
    levels = {"info": engine_pb2.INFO, "warning": engine_pb2.WARNING}
    address = engine_address()
    if address is None:
        _logger.log(logging.INFO if severity == "info" else logging.WARNING, "%s", message)
        return
    try:
        request = engine_pb2.LogRequest(severity=levels[severity], urn=urn(), message=message)
        _engine(address).Log(request, timeout=PATIENCE)
    except Exception as error:  # noqa: BLE001  whatever became of the message, what was done stays done
        _logger.warning("%s (The engine did not take this message: %s)", message, " ".join(str(error).split()))


@functools.cache
def _engine(address: str) -> engine_pb2_grpc.EngineStub:
    """One connection for the process; never through a proxy, for the engine is on this machine."""
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]))


def keep_partial(object_id: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any], reason: str) -> None:
    """Have the engine remember what was done although the call fails: the next up goes on from there."""
    found = call()
    if found is None:
        raise UnsupportedSdk(f"what was done of {object_id} can't be saved in the state. {reason}")
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
