"""Everything that depends on the internals of Pulumi's Python SDK, of gRPC's server or of Python itself.

The SDK calls a dynamic provider with plain values. It does not pass on the resource that a call is about, the form in
which its error is shown, the engine's address, or a cancellation. Each piece below reads one of them from its place:

    piece              assumption                                                    where it no longer holds
    imports            these modules of the SDK have these names                     ImportError with the range to install
    hidden outputs     properties whose name starts with `__` are handed over        ImportError with the range to install
    urn, call          a method of the SDK up the stack has `request`, `context`     UnsupportedSdk, before any write
    abort              gRPC's context of a call takes an attribute of its own        the whole traceback is shown, and a log line
    pass_on_cancel     the SDK's `Cancel` is a plain method                          a log line; waiting calls end by themselves
    current_run        the settings of each run have an `rpc_manager` of their own   UnsupportedSdk, before anything is registered
    Resource           it chooses its provider in `_get_providers`                   ImportError with the range to install
    engine_address     the SDK's process has the engine's address as argument        None; warnings go to the log

`tests/unit/adapter/test_sdk_internals.py` holds each of them, over the SDK's own process, on every Python and SDK that
`scripts/test` finds.
"""  # noqa: E501  a table

from __future__ import annotations

import logging
import platform
import re
import sys
from importlib.metadata import version
from types import FrameType
from typing import Any, Final, NamedTuple

import grpc
from google.protobuf import struct_pb2

from pulumi_paygentic.api import PaygenticError

TESTED: Final = ("3.235.0", "3.272.0")
"""The oldest and the newest SDK that the tests run with."""

_FOUND: Final = f"pulumi {version('pulumi')} on Python {platform.python_version()}"
_WAY_OUT: Final = (
    f"Install pulumi>={TESTED[0]},<={TESTED[1]}, the range that is tested, or a later version of pulumi-paygentic"
)
_ADDRESS: Final = re.compile(r"[^\s/]+:\d+")
_logger = logging.getLogger(__name__)

try:
    from pulumi import Resource
    from pulumi.output import UNKNOWN, Unknown
    from pulumi.runtime import rpc
    from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2
    from pulumi.runtime.settings import SETTINGS

    _ = Resource._get_providers  # noqa: SLF001  which our resources override
except (ImportError, AttributeError) as error:
    raise ImportError(f"pulumi-paygentic can't use {_FOUND}: {error}. {_WAY_OUT}.") from error

__all__ = [
    "CONFIG",
    "TESTED",
    "UNKNOWN",
    "Call",
    "Unknown",
    "UnsupportedSdk",
    "abort",
    "call",
    "current_run",
    "engine_address",
    "engine_pb2",
    "engine_pb2_grpc",
    "get_config_env",
    "is_config_secret",
    "pass_on_cancel",
    "provider_pb2",
    "resource",
    "status_pb2",
    "urn",
]

if "__mark" not in rpc.deserialize_properties(struct_pb2.Struct(fields={"__mark": struct_pb2.Value(string_value="x")})):
    raise ImportError(f"pulumi-paygentic can't use {_FOUND}: it withholds hidden outputs. {_WAY_OUT}.")

_REQUESTS: Final = (
    provider_pb2.CheckRequest,
    provider_pb2.DiffRequest,
    provider_pb2.CreateRequest,
    provider_pb2.ReadRequest,
    provider_pb2.UpdateRequest,
    provider_pb2.DeleteRequest,
)


class UnsupportedSdk(PaygenticError):
    """The SDK works in another way than this package knows."""

    def __init__(self, assumption: str) -> None:
        super().__init__(f"{_FOUND} is not supported: {assumption}")

    hint = f"{_WAY_OUT}."


class Call(NamedTuple):
    """One call of the engine, as the SDK's own method got it."""

    servicer: Any
    request: Any
    context: Any


def call() -> Call | None:
    """Find the call that is being served; None outside of one."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  no public way exists: see the module
    while frame is not None:
        # A frame's f_locals costs a copy, or from Python 3.13 on a proxy that is no dict: ask the code first.
        if {"request", "context"} <= set(frame.f_code.co_varnames) and isinstance(
            frame.f_locals.get("request"), _REQUESTS
        ):
            return Call(frame.f_locals.get("self"), frame.f_locals["request"], frame.f_locals["context"])
        frame = frame.f_back
    return None


def urn() -> str:
    """Name the resource that the call is about, which is the owner of its object.

    Raises UnsupportedSdk if there is none: without an owner, two resources could hold one object.
    """
    found = call()
    if found is None or not found.request.urn:
        raise UnsupportedSdk("it does not say which resource a call is about, so nothing was read or written")
    return str(found.request.urn)


def resource() -> str:
    """Name the resource that the call is about, as `Price 'basic': `; an error in a diff has no other sign of it."""
    found = call()
    parts = str(found.request.urn if found else "").split("::", 3)  # a name may have them too
    return f"{parts[2].rpartition(':')[2]} {parts[3]!r}: " if len(parts) == 4 else ""


def abort(message: str) -> None:
    """End the call with this message and nothing else; returns only if that can't be done.

    The SDK ends a call whose method raises with the whole traceback, by the context of that call. The context of this
    one call is made to keep to the message, so errors of other dynamic providers are shown as ever.
    """
    found = call()
    if found is None or found.context is None:
        return
    end = found.context.abort
    try:
        found.context.abort = lambda code, details: end(code, message)  # noqa: ARG005  the SDK's traceback
    except AttributeError:
        _logger.warning("Errors are shown with their traceback, because %s is not supported. %s.", _FOUND, _WAY_OUT)
        return
    end(grpc.StatusCode.UNKNOWN, message)


def pass_on_cancel() -> None:
    """Have the SDK pass the engine's Cancel on; by itself it ignores it, and a call that waits to be repeated waits on.

    gRPC holds the SDK's method as it was when serving began, so only the method's code can be exchanged.
    """
    found = call()
    method: Any = getattr(type(found.servicer), "Cancel", None) if found else None
    try:
        method.__code__ = _cancel.__code__
    except (AttributeError, ValueError):  # no method, or one that was wrapped
        _logger.warning("A cancelled run waits for its last call, because %s is not supported. %s.", _FOUND, _WAY_OUT)


def _cancel(self: object, request: object, context: object) -> object:  # noqa: ARG001  run as the SDK's own method
    from google.protobuf import empty_pb2  # noqa: PLC0415  it sees the names of the SDK's module

    from pulumi_paygentic.adapter import session  # noqa: PLC0415

    session.cancel()
    return empty_pb2.Empty()


def engine_address() -> str | None:
    """Find where the engine listens; None in a process that the engine did not start."""
    return sys.argv[1] if len(sys.argv) > 1 and _ADDRESS.fullmatch(sys.argv[1]) else None


def current_run() -> object:
    """Identify the run of a program that this code is part of: one process may run several at once."""
    run: object = getattr(SETTINGS, "rpc_manager", None)
    if run is None:
        raise UnsupportedSdk("it does not tell the runs of a program apart")
    return run
