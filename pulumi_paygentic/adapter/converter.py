"""`pulumi import --from paygentic`: hands the account to Pulumi's own import, as a converter plugin.

The CLI starts `pulumi-converter-paygentic`, reads the port from its first line, and asks for the resources by gRPC.
Their names are those of the program that `pulumi-paygentic import` writes.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import converter_pb2, converter_pb2_grpc
from pulumi.runtime.proto.codegen import hcl_pb2

from pulumi_paygentic.api import Client, PaygenticError, Settings
from pulumi_paygentic.snapshot import read_account
from pulumi_paygentic.snapshot.program.bundle import Bundle, Request, make_bundle

_NEEDED = {"inputs", "outputs"}


def main() -> None:
    """Serve the converter until the CLI ends it."""
    server = serve()
    signal.signal(signal.SIGINT, lambda *_: server.stop(None))  # the CLI ends its plugins so
    signal.signal(signal.SIGTERM, lambda *_: server.stop(None))
    server.wait_for_termination()


def serve() -> grpc.Server:
    """Start a server on loopback, and print its port as the CLI expects it."""
    server = grpc.server(futures.ThreadPoolExecutor(1))
    converter_pb2_grpc.add_ConverterServicer_to_server(Converter(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # noqa: T201  the protocol
    server.start()
    return server


class Converter(converter_pb2_grpc.ConverterServicer):
    """The converter of an account; its arguments are the names or ids of products, none for all."""

    def ConvertState(  # noqa: N802  Pulumi's name
        self, request: Any, context: grpc.ServicerContext
    ) -> converter_pb2.ConvertStateResponse:
        """Return every object that can be declared, and a warning for each that is left out."""
        try:
            bundle = _bundle(tuple(request.args))
        except (PaygenticError, LookupError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error.args[0]) if isinstance(error, LookupError) else str(error))
            raise  # never reached: abort raises
        if _NEEDED - set(converter_pb2.ResourceImport.DESCRIPTOR.fields_by_name):
            context.abort(grpc.StatusCode.UNKNOWN, "the SDK is too old to import states: upgrade the package pulumi")
        return converter_pb2.ConvertStateResponse(resources=_resources(bundle), diagnostics=_warnings(bundle))


def _bundle(products: tuple[str, ...]) -> Bundle:
    with Client(Settings.resolve()) as client:
        snapshot = read_account(client, lines=True)
    return make_bundle(snapshot, Request("", "", products=products))


def _resources(bundle: Bundle) -> Iterator[converter_pb2.ResourceImport]:
    for entry in json.loads(bundle.entries or '{"resources": []}')["resources"]:
        yield json_format.ParseDict(entry, converter_pb2.ResourceImport())


def _warnings(bundle: Bundle) -> Iterator[hcl_pb2.Diagnostic]:
    for one in bundle.selection.omissions:
        if not one.expected:
            summary = f"{one.kind} {one.key!r} ({one.id}) is left out: it {one.reason}"
            yield hcl_pb2.Diagnostic(severity=hcl_pb2.DIAG_WARNING, summary=summary)
