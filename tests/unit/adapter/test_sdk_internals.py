"""Each assumption about the insides of the SDK, of gRPC and of Python, over the SDK's own process; and its failure."""

from __future__ import annotations

import importlib.util
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

from pulumi_paygentic.adapter import engine, sdk_internals, session
from pulumi_paygentic.adapter.failures import reported
from pulumi_paygentic.adapter.sdk_internals import TESTED, UnsupportedSdk
from pulumi_paygentic.api import Cancelled, PaygenticError
from tests.unit.adapter.dynamic_providers import Foreign, Ours
from tests.unit.adapter.sdk_process import ROOT, URN, Engine, SdkProcess, listening, sdk_process

ENVIRONMENT: Final[Mapping[str, str]] = {
    "PAYGENTIC_API_KEY": "sk_test_1",
    "PAYGENTIC_MERCHANT_ID": "org_1",
    "PAYGENTIC_BASE_URL": "http://127.0.0.1:9",
    "PAYGENTIC_MAX_RETRIES": "0",
    # For other machines: the engine, on this one, is not to be reached through it.
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}
ADVICE: Final = f"Install pulumi>={TESTED[0]},<={TESTED[1]}"


@pytest.fixture(scope="module")
def shown() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def sdk(shown: Engine) -> Iterator[SdkProcess]:
    with listening(shown) as address, sdk_process(address, ENVIRONMENT) as process:
        yield process


def failure(process: SdkProcess, provider: Ours | Foreign, do: str) -> Any:
    """The error, which is a call as well: the types of gRPC know no such thing."""
    with pytest.raises(grpc.RpcError) as caught:
        process.create(provider, do)
    return caught.value


def details(process: SdkProcess, provider: Ours | Foreign, do: str) -> str:
    error = failure(process, provider, do)
    assert error.code() is grpc.StatusCode.UNKNOWN
    return str(error.details())


def test_a_call_knows_its_resource(sdk: SdkProcess) -> None:
    assert sdk.create(Ours(), "nothing").id == URN
    assert sdk.create(Ours(), "nothing", urn=f"{URN}2").id == f"{URN}2"


def test_a_call_that_names_no_resource_is_refused(sdk: SdkProcess) -> None:
    with pytest.raises(grpc.RpcError, match=re.escape(ADVICE)):
        sdk.create(Ours(), "nothing", urn="")


def test_a_foreseen_error_is_its_message_alone(sdk: SdkProcess) -> None:
    printed = sdk.printed
    assert details(sdk, Ours(), "fail") == "paygentic: Product 'api': the price is gone."
    assert sdk.printed == printed


def test_a_bug_is_shown_with_its_traceback_but_without_the_key(sdk: SdkProcess) -> None:
    report = details(sdk, Ours(), "bug")
    assert report.startswith("a bug in pulumi-paygentic, please report it: Product 'api': Traceback")
    assert "ZeroDivisionError: with sk_test_" in report
    assert "51aaBBccDD" not in report


def test_another_dynamic_provider_of_the_process_keeps_its_traceback() -> None:
    """As far as the SDK shows one, which the older ones don't."""
    main = importlib.util.find_spec("pulumi.dynamic.__main__")
    assert main is not None
    assert main.origin is not None
    with sdk_process("127.0.0.1:9", ENVIRONMENT) as process:
        before = details(process, Foreign(), "one")
        assert details(process, Ours(), "fail") == "paygentic: Product 'api': the price is gone."
        assert details(process, Foreign(), "one") == before
    assert "their own error one" in before
    whole = 'raise ValueError(f"their own error' in before and "dynamic_providers.py" in before
    assert whole is ("format_exc" in Path(main.origin).read_text(encoding="utf-8"))


def test_work_done_in_part_goes_with_the_error(sdk: SdkProcess) -> None:
    metadata = dict(failure(sdk, Ours(), "partial").trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    partial = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(partial)
    assert (partial.id, dict(partial.properties), list(partial.reasons)) == (
        "plan_1",
        {"name": "Payg"},
        ["Product 'api': not the prices"],
    )


def test_a_warning_is_shown_at_its_resource_whatever_proxy_is_set(sdk: SdkProcess, shown: Engine) -> None:
    shown.logged.clear()
    assert sdk.create(Ours(), "warn").id == URN
    assert sdk.create(Ours(), "warn").id == URN
    assert [(log.severity, log.urn, log.message) for log in shown.logged] == [
        (engine_pb2.WARNING, URN, "plan plan_1 stays")
    ] * 2


def test_a_cancel_that_grpc_already_holds_reaches_every_account() -> None:
    with sdk_process("127.0.0.1:9", ENVIRONMENT) as process:
        assert "cancelled" not in details(process, Ours(), "call")
        process.stub.Cancel(empty_pb2.Empty(), timeout=300)
        assert "cancelled" in details(process, Ours(), "call")


def test_a_warning_that_the_engine_does_not_take_is_printed_and_the_work_stays_done() -> None:
    with sdk_process("127.0.0.1:9", ENVIRONMENT) as process:
        assert process.create(Ours(), "warn").id == URN
        (line,) = [line for line in process.printed.splitlines() if "plan plan_1 stays" in line]
        assert "did not accept this message" in line


class Silent(engine_pb2_grpc.EngineServicer):
    """An engine that never answers, until the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def Log(self, request: object, context: object) -> empty_pb2.Empty:  # noqa: ARG002, N802  gRPC's names
        self.over.wait()
        return empty_pb2.Empty()


def serve(request: Any, context: Any, act: Any) -> Any:  # noqa: ARG001  as the SDK's methods, which are found by them
    return act()


def test_a_warning_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    silent = Silent()
    with listening(silent) as address:
        monkeypatch.setattr("sys.argv", ["dynamic", address])
        monkeypatch.setattr(engine, "LOG_TIMEOUT", 0.1)
        serve(provider_pb2.DeleteRequest(urn=URN), None, lambda: engine.log("warning", "plan plan_1 stays"))
        silent.over.set()
    assert "plan plan_1 stays" in caplog.text


@pytest.mark.parametrize("arguments", [[], ["tests/unit"], ["http://127.0.0.1:1/"]])
def test_a_warning_outside_of_the_engine_goes_to_the_log(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.argv", ["program", *arguments])
    engine.log("warning", "plan plan_1 stays")
    assert caplog.messages == ["plan plan_1 stays"]


def test_outside_of_a_call_there_is_no_owner_and_that_is_an_error() -> None:
    with pytest.raises(UnsupportedSdk, match=re.escape(ADVICE)):
        engine.urn()
    with pytest.raises(UnsupportedSdk, match=r"partial update of plan_1 cannot be saved.*the reason"):
        engine.save_partial("plan_1", {}, {}, "the reason")


@pytest.mark.parametrize("error", [PaygenticError("the price is gone"), ZeroDivisionError("a bug")])
def test_outside_of_a_call_an_error_is_raised_as_it_is(error: Exception) -> None:
    @reported
    def method() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        method()
    assert caught.value is error


class Ended(Exception):
    """The call is over."""


class Context:
    """Ends a call as gRPC's does: by the last code and details, and by raising."""

    def __init__(self) -> None:
        self.end: tuple[grpc.StatusCode, str] | None = None
        self.metadata: dict[str, bytes] = {}

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        self.end = code, details
        raise Ended

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.metadata = dict(metadata)


def test_a_call_that_was_aborted_keeps_its_message_when_the_sdk_ends_it_once_more() -> None:
    context, other = Context(), Context()
    with pytest.raises(Ended):
        serve(provider_pb2.CreateRequest(urn=URN), context, lambda: sdk_internals.abort("gone"))
    for each in (context, other):
        with pytest.raises(Ended):
            each.abort(grpc.StatusCode.UNKNOWN, "Traceback (most recent call last)")
    assert context.end == (grpc.StatusCode.UNKNOWN, "gone")
    assert other.end == (grpc.StatusCode.UNKNOWN, "Traceback (most recent call last)")


def test_work_done_in_part_leaves_out_what_is_none() -> None:
    context = Context()
    request = provider_pb2.UpdateRequest(urn=URN)
    serve(request, context, lambda: engine.save_partial("plan_1", {"a": None, "b": [1]}, {}, "the reason"))
    partial = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(context.metadata["grpc-status-details-bin"]).details[0].Unpack(partial)
    assert list(partial.properties) == ["b"]


class Closed:
    """A context that takes no attribute."""

    __slots__ = ()

    def abort(self, code: grpc.StatusCode, message: str) -> None:
        raise AssertionError((code, message))


def test_where_the_context_can_not_be_changed_the_error_is_raised_as_it_is_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @reported
    def method() -> None:
        raise PaygenticError("the price is gone")

    with pytest.raises(PaygenticError, match="the price is gone"):
        serve(provider_pb2.CreateRequest(urn=URN), Closed(), method)
    assert ADVICE in caplog.text


class Plain:
    """A servicer as the SDK's is."""

    def Check(self, request: object, context: object) -> None:  # noqa: ARG002, N802  gRPC's names
        sdk_internals.pass_on_cancel()

    def Cancel(self, request: object, context: object) -> object:  # noqa: ARG002, N802
        return None


def test_a_cancel_cancels_the_accounts_of_the_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(session, "_accounts", {})  # those of other tests go on
    account = session.account_of({"paygentic:apiKey": "sk_test_1", "paygentic:merchantId": "org_1"}.get)
    servicer = Plain()
    held = servicer.Cancel
    servicer.Check(provider_pb2.CheckRequest(urn=URN), None)
    assert held(None, None) == empty_pb2.Empty()
    with pytest.raises(Cancelled):
        account.client.get("/v0/products/{id}", id="prod_1")
    assert caplog.messages == []


def wrapped(method: Callable[..., object]) -> Callable[..., object]:
    def wrapper(self: object, request: object, context: object) -> object:
        return method(self, request, context)

    return wrapper


class Wrapping:
    """A servicer whose Cancel is wrapped, so that its code can't be exchanged."""

    def Check(self, request: object, context: object) -> None:  # noqa: ARG002, N802  gRPC's names
        sdk_internals.pass_on_cancel()

    @wrapped
    def Cancel(self, request: object, context: object) -> object:  # noqa: ARG002, N802
        return empty_pb2.Empty()


def test_a_cancel_that_can_not_be_passed_on_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    sdk_internals.pass_on_cancel()
    Wrapping().Check(provider_pb2.CheckRequest(urn=URN), None)
    assert [(record.levelno, ADVICE in record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, True)
    ] * 2


@pytest.mark.parametrize(
    "change",
    [
        "import pulumi.output; del pulumi.output.Unknown",
        "import pulumi; del pulumi.Resource._get_providers",
        "from pulumi.runtime import rpc; rpc.deserialize_properties = lambda _: {}",
    ],
)
def test_an_sdk_that_lacks_what_is_needed_is_refused_with_the_range_to_install(change: str) -> None:
    command = [sys.executable, "-c", f"{change}; import pulumi_paygentic.adapter"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode == 1
    assert ADVICE in done.stderr.splitlines()[-1]


def test_without_a_mark_of_the_run_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sdk_internals.current_run() is sdk_internals.current_run()
    monkeypatch.setattr(sdk_internals, "SETTINGS", object())
    with pytest.raises(UnsupportedSdk, match=re.escape(ADVICE)):
        sdk_internals.current_run()


def test_the_range_is_the_one_that_is_allowed_and_tested() -> None:
    floor = re.search(r'"pulumi>=([\d.]+),', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    newest = re.search(r"^pulumi==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert floor is not None
    assert newest is not None
    assert (floor[1] + ".0", newest[1]) == TESTED
