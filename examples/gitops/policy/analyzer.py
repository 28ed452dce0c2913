"""A policy pack by hand: the engine's Analyzer service over rules that are plain functions."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from rules import Catalog, Declared, Rule

PREFIX = "pulumi-python:dynamic/paygentic:"
VERSION = "1.0.0"


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Runs the object rules on each resource before it is written, and the catalog rules over all at the end."""

    def __init__(self, pack: str, object_rules: Mapping[str, Rule], catalog_rules: Mapping[str, Rule]) -> None:
        self._pack = pack
        self._object_rules = object_rules
        self._catalog_rules = catalog_rules
        self._stack = ""

    def GetAnalyzerInfo(self, request: object, context: object) -> Any:
        policies = [
            analyzer_pb2.PolicyInfo(name=name, description=rule.__doc__ or "", enforcementLevel=analyzer_pb2.MANDATORY)
            for name, rule in {**self._object_rules, **self._catalog_rules}.items()
        ]
        return analyzer_pb2.AnalyzerInfo(name=self._pack, version=VERSION, policies=policies)

    def GetPluginInfo(self, request: object, context: object) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def Configure(self, request: object, context: object) -> Any:
        return empty_pb2.Empty()

    def ConfigureStack(self, request: Any, context: object) -> Any:
        self._stack = request.stack
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Analyze(self, request: Any, context: object) -> Any:
        return self._response(self._object_rules, [request])

    def AnalyzeStack(self, request: Any, context: object) -> Any:
        return self._response(self._catalog_rules, request.resources)

    def _response(self, rules: Mapping[str, Rule], resources: Iterable[Any]) -> Any:
        catalog = Catalog(self._stack, [_declared(r) for r in resources if r.type.startswith(PREFIX)])
        diagnostics = [
            analyzer_pb2.AnalyzeDiagnostic(
                policyName=name,
                policyPackName=self._pack,
                policyPackVersion=VERSION,
                description=rule.__doc__ or "",
                message=message,
                enforcementLevel=analyzer_pb2.MANDATORY,
                urn=urn,
            )
            for name, rule in rules.items()
            for urn, message in rule(catalog)
        ]
        return analyzer_pb2.AnalyzeResponse(diagnostics=diagnostics)


def _declared(resource: Any) -> Declared:
    dependencies = getattr(resource, "propertyDependencies", {})  # a single resource comes without
    return Declared(
        urn=resource.urn,
        kind=resource.type.removeprefix(PREFIX),
        inputs=json_format.MessageToDict(resource.properties),
        protected=resource.options.protect,
        refers_to={name: list(on.urns) for name, on in dependencies.items()},
    )


def serve(pack: str, object_rules: Mapping[str, Rule], catalog_rules: Mapping[str, Rule]) -> None:
    """Serve the pack to the engine that started this process, until the engine ends it."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    servicer = Analyzer(pack, object_rules, catalog_rules)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(servicer, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # the engine reads the port here
    signal.signal(signal.SIGINT, lambda *_: server.stop(None))  # so the engine ends the pack; it kills after 5 s
    server.start()
    server.wait_for_termination()
