"""The control address `/_emulator/`: calls counted, the clock, faults, reset. It asks for no key.

A page of another site could reach it through a browser, so it is guarded as the pages are.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pulumi_paygentic.emulator.billing import horizon
from pulumi_paygentic.emulator.control.calls import Calls
from pulumi_paygentic.emulator.control.faults.faults import Faults
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http.fields import DateTime, ExactDuration
from pulumi_paygentic.emulator.http.json_body import read_object
from pulumi_paygentic.emulator.http.schema import ClosedBody, parse
from pulumi_paygentic.emulator.pages.guard import guarded_call
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage import durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.kinds import Scope

_FIRST_YEAR, _LAST_YEAR = 1970, 2990
"""Far enough from where dates end that whatever begins then has room."""


class MoveClock(ClosedBody):
    """A move of the clock: on by a duration, or to a moment. It runs on from there."""

    advance: ExactDuration | None = None
    now: DateTime | None = None


def routes(emulator: Emulator, calls: Calls, faults: Faults) -> list[Route]:
    async def read_calls(_request: Request) -> Response:
        return JSONResponse(calls.report())

    async def clear_calls(_request: Request) -> Response:
        calls.clear()
        return Response(status_code=204)

    async def read_clock(_request: Request) -> Response:
        return JSONResponse({"now": emulator.clock.stamp()})

    async def move_clock(request: Request) -> Response:
        _move(emulator, parse(MoveClock, await read_object(request)))
        return await read_clock(request)

    async def reset(_request: Request) -> Response:
        with emulator.store.transaction():
            emulator.store.purge(kinds.within(Scope.CATALOG, Scope.CUSTOMER, Scope.SHARED))
            emulator.store.forget()
        emulator.clock.reset()
        faults.clear()
        calls.clear()
        return Response(status_code=204)

    found = [
        Route("/_emulator/calls", read_calls, methods=["GET"]),
        Route("/_emulator/calls", clear_calls, methods=["DELETE"]),
        Route("/_emulator/clock", read_clock, methods=["GET"]),
        Route("/_emulator/clock", move_clock, methods=["POST"]),
        Route("/_emulator/reset", reset, methods=["POST"]),
        *faults.routes(),
    ]
    return [Route(route.path, guarded_call(route.endpoint), methods=list(route.methods or ())) for route in found]


def _move(emulator: Emulator, move: MoveClock) -> None:
    try:
        if move.advance is not None and move.now is None:
            moment = emulator.clock.now() + durations.parse_exact(move.advance)
        elif move.now is not None and move.advance is None:
            moment = parse_date_time(move.now)
        else:
            raise refuse("advance", "give exactly one of advance and now", "one_of")
    except OverflowError:
        raise refuse("advance", "is out of range") from None
    field = "advance" if move.now is None else "now"
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise refuse(field, f"must be in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    horizon.check_move(emulator.store, field, moment)
    emulator.clock.set(moment)
