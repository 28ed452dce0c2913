"""The faults in force, the middleware that applies them, and the address that takes them."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Annotated

from pydantic import Field, RootModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.control.faults.exchange import Exchange
from pulumi_paygentic.emulator.control.faults.kinds import Fault, Hold
from pulumi_paygentic.emulator.errors import NotFound, ValidationFailed, refuse
from pulumi_paygentic.emulator.http.json_body import read_object
from pulumi_paygentic.emulator.http.paths import Paths
from pulumi_paygentic.emulator.http.schema import field_errors
from pulumi_paygentic.emulator.storage.store import Record


class AnyFault(RootModel[Annotated[Fault, Field(discriminator="kind")]]):
    """A fault of the kind that its `kind` says."""


class Faults:
    """The faults in force, in the order they were given."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._faults: dict[int, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, data: Record) -> Record:
        try:
            fault = AnyFault.model_validate(data).root
        except ValidationError as error:
            raise ValidationFailed(field_errors(error)) from None
        if fault.path is not None and fault.path not in self._paths.known:
            raise refuse("path", "is no path template of the API")
        number = next(self._ids)
        self._faults[number] = fault
        return {"id": number, **fault.report()}

    def remove(self, number: int) -> None:
        self._fault(number).removed()
        del self._faults[number]

    def clear(self) -> None:
        for number in list(self._faults):
            self.remove(number)

    async def held(self, number: int) -> None:
        """Wait until the fault holds a call."""
        fault = self._fault(number)
        if not isinstance(fault, Hold):
            raise NotFound(f"Fault {number} holds no calls.")
        await fault.reached()

    def _fault(self, number: int) -> Fault:
        if number not in self._faults:
            raise NotFound(f"There is no fault {number}.")
        return self._faults[number]

    def report(self) -> list[Record]:
        return [{"id": number, **fault.report()} for number, fault in self._faults.items()]

    def around(self, app: ASGIApp, scope: Scope) -> ASGIApp:
        """Wrap the application in the faults that apply to this call, the earliest outermost."""
        template = self._paths.of(scope)
        if template is None:
            return app
        for fault in reversed([f for f in self._faults.values() if f.matches(scope["method"], template)]):
            app = partial(_applied, fault, app)
        return app

    def routes(self) -> list[Route]:
        async def read(_request: Request) -> Response:
            return JSONResponse({"faults": self.report()})

        async def create(request: Request) -> Response:
            return JSONResponse(self.add(await read_object(request)), 201)

        async def clear(_request: Request) -> Response:
            self.clear()
            return Response(status_code=204)

        async def remove(request: Request) -> Response:
            self.remove(request.path_params["id"])
            return Response(status_code=204)

        async def held(request: Request) -> Response:
            await self.held(request.path_params["id"])
            return Response(status_code=204)

        path = "/_emulator/faults"
        return [
            Route(path, read, methods=["GET"]),
            Route(path, create, methods=["POST"]),
            Route(path, clear, methods=["DELETE"]),
            Route(f"{path}/{{id:int}}", remove, methods=["DELETE"]),
            Route(f"{path}/{{id:int}}/held", held, methods=["GET"]),
        ]


class InjectFaults:
    """ASGI middleware that applies the active faults to every API call."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._faults.around(self._app, scope)(scope, receive, send)


async def _applied(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await fault.apply(Exchange(app, scope, receive, send))
