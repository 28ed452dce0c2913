"""The emulator's own address, `/_emulator/`: what was called, and back to an empty account. It asks for no key."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pulumi_paygentic.emulator import kinds
from pulumi_paygentic.emulator.calls import Calls
from pulumi_paygentic.emulator.routing import Emulator


def routes(emulator: Emulator, calls: Calls) -> list[Route]:
    async def read_calls(_request: Request) -> Response:
        return JSONResponse(calls.report())

    async def clear_calls(_request: Request) -> Response:
        calls.clear()
        return Response(status_code=204)

    async def reset(_request: Request) -> Response:
        with emulator.store.transaction():
            emulator.store.purge((*kinds.CATALOG, *kinds.CUSTOMERS, kinds.CONSUMER))
        emulator.clock.reset()
        calls.clear()
        return Response(status_code=204)

    return [
        Route("/_emulator/calls", read_calls, methods=["GET"]),
        Route("/_emulator/calls", clear_calls, methods=["DELETE"]),
        Route("/_emulator/reset", reset, methods=["POST"]),
    ]
