"""What the tests of the API floor share: settings, and time that passes only when somebody sleeps."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pulumi_paygentic.api import Client, Pacer, Settings

KEY = "sk_test_51aaBBccDDeeFFgg"
ENVIRON = {"PAYGENTIC_API_KEY": KEY, "PAYGENTIC_MERCHANT_ID": "org_1"}

# Neither a busy machine nor the first use of a strategy says anything about a property.
FUZZ = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

Handler = Callable[[httpx.Request], httpx.Response]
Answer = httpx.Response | Exception


class Time:
    """A clock that only `sleep` moves; `slept` holds every sleep in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Api:
    """A client of a handler, or of canned answers given one after another, with the requests that reached them."""

    def __init__(
        self,
        answer: Handler | list[Answer],
        *,
        time: Time | None = None,
        pacer: Pacer | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.time = time or Time()
        self.requests: list[httpx.Request] = []
        self._answer = answer if callable(answer) else one_after_another(answer)
        self.settings = Settings.resolve(environ={**ENVIRON, **(environ or {})})
        self.client = Client(
            self.settings,
            transport=httpx.MockTransport(self._handle),
            sleep=self.time.sleep,
            clock=self.time.clock,
            pacer=pacer or Pacer(clock=self.time.clock),
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def one_after_another(answers: list[Answer]) -> Handler:
    left: Iterator[Answer] = iter(answers)

    def handler(_request: httpx.Request) -> httpx.Response:
        answer = next(left, None)
        assert answer is not None, "one request more than there are answers"
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler


def ok(status: int = 200, **fields: Any) -> httpx.Response:
    return httpx.Response(status, json={"id": "price_1", **fields})


def refusal(status: int, message: str = "Something about it", **fields: Any) -> httpx.Response:
    headers = {"retry-after": str(fields.pop("retry_after"))} if "retry_after" in fields else {}
    return httpx.Response(status, json={"message": message, **fields}, headers=headers)


def send(client: Client, method: str) -> Any:
    """Make a call of `method` on one price."""
    calls: dict[str, Callable[[], Any]] = {
        "GET": lambda: client.get("/v0/prices/{id}", id="price_1"),
        "POST": lambda: client.post("/v0/prices", {"model": "standard"}),
        "PATCH": lambda: client.patch("/v0/prices/{id}", {"model": "standard"}, id="price_1"),
        "DELETE": lambda: client.delete("/v0/prices/{id}", id="price_1"),
    }
    return calls[method]()
