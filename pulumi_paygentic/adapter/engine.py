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


def _frame() -> Mapping[str, Any]:
    """What the SDK's method knows that serves the call; nothing outside of one."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  there is no other way: see the module
    while frame is not None:
        if frame.f_code.co_name in _CALLS and {"request", "context"} <= frame.f_locals.keys():
            return frame.f_locals
        frame = frame.f_back
    return {}


def urn() -> str:
    """The resource that the call is about; empty outside of one."""
    return str(getattr(_frame().get("request"), "urn", ""))


def warn(message: str) -> None:
    """Show a warning under the resource that the call is about."""
    request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, urn=urn(), message=message)
    if len(sys.argv) < 2:  # not served by the SDK: there is no engine to talk to
        _logger.warning(message)
        return
    with grpc.insecure_channel(sys.argv[1]) as channel:
        engine_pb2_grpc.EngineStub(channel).Log(request)


def hear_cancel() -> None:
    """Have the SDK pass the engine's Cancel on; by itself it ignores it, and what waits for another attempt waits on.

    gRPC holds the SDK's method as it was when serving began, so only what the method does can be exchanged.
    """
    servicer = _frame().get("self")
    method: Any = getattr(type(servicer), "Cancel", None)
    if method is not None and method.__code__.co_freevars == _cancel.__code__.co_freevars:
        method.__code__ = _cancel.__code__


def _cancel(self: object, request: object, context: object) -> object:  # noqa: ARG001  run as the SDK's own method
    from google.protobuf import empty_pb2  # noqa: PLC0415  it sees the names of the SDK's module

    from pulumi_paygentic.adapter import session  # noqa: PLC0415

    session.cancel()
    return empty_pb2.Empty()


def keep_partial(object_id: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any], reason: str) -> None:
    """Have the engine remember what was done although the call fails: the next up goes on from there."""
    context = _frame()["context"]
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
