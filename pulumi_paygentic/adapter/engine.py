"""What the SDK's dynamic provider does not hand over: which resource a call is about, and a way to talk to the engine.

Pulumi's Python SDK calls a dynamic provider with plain values.  The request that they came in, and the call's context,
stand in the frame of the SDK's own method, from where they are taken here and nowhere else.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any, Final

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

_CALLS: Final = {"Check", "Diff", "Create", "Read", "Update", "Delete"}
_logger = logging.getLogger(__name__)


def _call() -> tuple[Any, Any]:
    """The request and the context of the call that is being served; (None, None) outside of one."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  there is no other way: see the module
    while frame is not None:
        if frame.f_code.co_name in _CALLS and {"request", "context"} <= frame.f_locals.keys():
            return frame.f_locals["request"], frame.f_locals["context"]
        frame = frame.f_back
    return None, None


def urn() -> str:
    """The resource that the call is about; empty outside of one."""
    return str(getattr(_call()[0], "urn", ""))


def warn(message: str) -> None:
    """Show a warning under the resource that the call is about."""
    request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, urn=urn(), message=message)
    if len(sys.argv) < 2:  # not served by the SDK: there is no engine to talk to
        _logger.warning(message)
        return
    with grpc.insecure_channel(sys.argv[1]) as channel:
        engine_pb2_grpc.EngineStub(channel).Log(request)


def keep_partial(object_id: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any], reason: str) -> None:
    """Have the engine remember what was done although the call fails: the next up goes on from there."""
    _, context = _call()
    failed = provider_pb2.ErrorResourceInitFailed(
        id=object_id, properties=_struct(outputs), inputs=_struct(inputs), reasons=[reason]
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    status.details.add().Pack(failed)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({name: value for name, value in values.items() if value is not None})
    return struct
