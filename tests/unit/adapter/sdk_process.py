"""The SDK's own process that serves dynamic providers, driven as the engine drives it: it needs no Pulumi CLI."""

from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.dynamic import ResourceProvider
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc

ROOT: Final = Path(__file__).parent.parent.parent.parent
URN: Final = "urn:pulumi:dev::shop::pulumi-python:dynamic/paygentic:Product::api"


class Engine(engine_pb2_grpc.EngineServicer):
    """The engine's side: keeps what it was sent to show."""

    def __init__(self) -> None:
        self.logged: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:  # noqa: ARG002, N802  gRPC's names
        self.logged.append(request)
        return empty_pb2.Empty()


@contextmanager
def listening(engine: engine_pb2_grpc.EngineServicer) -> Iterator[str]:
    """Serve the engine's side; answers its address."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        server = grpc.server(pool)
        engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(0).wait()


class SdkProcess:
    """The process, and the engine's calls of it."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub, printed: Path) -> None:
        self.stub = stub
        self._printed = printed

    @property
    def printed(self) -> str:
        """All that it wrote to standard error."""
        return self._printed.read_text(encoding="utf-8")

    def create(self, provider: ResourceProvider, do: str, urn: str = URN) -> provider_pb2.CreateResponse:
        request = provider_pb2.CreateRequest(urn=urn)
        pickled = base64.b64encode(pickle.dumps(provider)).decode()
        request.properties.update({"__provider": pickled, "do": do})
        answer: provider_pb2.CreateResponse = self.stub.Create(request, timeout=300)
        return answer


@contextmanager
def sdk_process(engine_address: str, environment: Mapping[str, str]) -> Iterator[SdkProcess]:
    """Start it; `environment` is what it gets besides."""
    with tempfile.NamedTemporaryFile() as printed:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic", engine_address],
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "", "no_proxy": "", **environment},
            stdout=subprocess.PIPE,
            stderr=printed,
        )
        try:
            assert process.stdout is not None
            port = process.stdout.readline().decode().strip()
            assert port, Path(printed.name).read_text(encoding="utf-8")
            with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
                yield SdkProcess(provider_pb2_grpc.ResourceProviderStub(channel), Path(printed.name))
        finally:
            process.kill()
            process.communicate()
