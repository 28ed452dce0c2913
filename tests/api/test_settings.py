import copy
import dataclasses
import pickle
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import SETTINGS, ConfigurationError, Settings, account_named
from pulumi_paygentic.api.setting import BASE_URL
from tests.api.support import ENVIRON, FUZZ, KEY


def reasons(*sources: Mapping[str, object], environ: Mapping[str, str] = ENVIRON) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.resolve(*sources, environ=environ)
    return caught.value.reasons


def test_a_key_and_a_merchant_are_enough_and_mean_the_sandbox() -> None:
    assert Settings.resolve(environ=ENVIRON) == Settings(
        api_key=KEY,
        merchant_id="org_1",
        environment="sandbox",
        base_url="https://api.sandbox.paygentic.io",
        requests_per_second=None,
        request_timeout=30.0,
        max_retries=5,
        retry_deadline=120.0,
    )


def test_every_setting_can_come_from_the_environment() -> None:
    environ = {
        "PAYGENTIC_API_KEY": "sk_live_1",
        "PAYGENTIC_MERCHANT_ID": "org_2",
        "PAYGENTIC_ENVIRONMENT": "production",
        "PAYGENTIC_BASE_URL": "https://proxy.example.com/paygentic/",
        "PAYGENTIC_REQUESTS_PER_SECOND": "2.5",
        "PAYGENTIC_REQUEST_TIMEOUT": "10",
        "PAYGENTIC_MAX_RETRIES": "0",
    }
    assert Settings.resolve(environ=environ) == Settings(
        api_key="sk_live_1",
        merchant_id="org_2",
        environment="production",
        base_url="https://proxy.example.com/paygentic",
        requests_per_second=2.5,
        request_timeout=10.0,
        max_retries=0,
    )


def test_without_an_environment_given_the_process_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    assert Settings.resolve().api_key == KEY


def test_the_first_source_that_has_a_value_wins_and_the_environment_comes_last() -> None:
    explicit = {"api_key": "sk_test_explicit"}
    stack = {"apiKey": "sk_test_stack", "merchantId": "org_stack"}
    settings = Settings.resolve(explicit, stack, environ=ENVIRON | {"PAYGENTIC_MAX_RETRIES": "1"})
    assert (settings.api_key, settings.merchant_id, settings.max_retries) == ("sk_test_explicit", "org_stack", 1)


def test_the_sdk_variable_for_the_key_comes_after_our_own() -> None:
    environ = {"PAYGENTIC_BEARER_AUTH": "sk_test_sdk", "PAYGENTIC_MERCHANT_ID": "org_1"}
    assert Settings.resolve(environ=environ).api_key == "sk_test_sdk"
    assert Settings.resolve(environ=environ | {"PAYGENTIC_API_KEY": KEY}).api_key == KEY


@pytest.mark.parametrize("nothing", [None, "", "  ", "\n"])
def test_an_empty_value_counts_as_not_set(nothing: str | None) -> None:
    assert Settings.resolve({"apiKey": nothing}, {"api_key": nothing}, environ=ENVIRON).api_key == KEY
    assert Settings.resolve(environ=ENVIRON | {"PAYGENTIC_BASE_URL": nothing or ""}).base_url.startswith("https://api.")


def test_a_long_timeout_leaves_time_for_a_second_attempt() -> None:
    assert Settings.resolve({"requestTimeout": "300"}, environ=ENVIRON).retry_deadline == 600


def test_numbers_may_come_as_numbers() -> None:
    settings = Settings.resolve({"requestsPerSecond": 5, "maxRetries": 2.0}, environ=ENVIRON)
    assert (settings.requests_per_second, settings.max_retries) == (5.0, 2)


def test_all_reasons_come_at_once_each_with_its_setting_and_what_to_do() -> None:
    wrong = {"environment": "staging", "baseUrl": "ftp://x", "requestTimeout": "soon", "maxRetries": "-1"}
    found = reasons(wrong, environ={"PAYGENTIC_REQUESTS_PER_SECOND": "0"})
    assert [reason.split()[0] for reason in found] == [
        "paygentic:environment",
        "paygentic:apiKey",
        "paygentic:merchantId",
        "paygentic:baseUrl",
        "paygentic:requestsPerSecond",
        "paygentic:requestTimeout",
        "paygentic:maxRetries",
    ]
    assert all(": " in reason for reason in found)


def test_a_reason_names_the_variable_that_the_value_came_from() -> None:
    (reason,) = reasons(environ=ENVIRON | {"PAYGENTIC_MAX_RETRIES": "many"})
    assert reason.startswith("paygentic:maxRetries (from PAYGENTIC_MAX_RETRIES) is not a whole number from 0 to 1000: ")


def test_a_missing_key_says_both_ways_to_give_it() -> None:
    (reason,) = reasons(environ={"PAYGENTIC_MERCHANT_ID": "org_1"})
    assert reason == (
        "paygentic:apiKey is not set: set PAYGENTIC_API_KEY (best in a pipeline: it never reaches the state)"
        " or run `pulumi config set --secret paygentic:apiKey ...`"
    )


def test_the_settings_of_an_explicit_provider_are_spoken_of_as_its_arguments() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.resolve({"apiKey": "sk_live_1", "maxRetries": "many"}, environ={}, provider="second")
    key, merchant, retries = caught.value.reasons
    assert key.startswith("api_key of provider 'second' is a production key, and environment of provider 'second' is")
    assert key.endswith("or, if production is meant, give the provider environment='production'")
    assert merchant.startswith("merchant_id of provider 'second' is not set: set PAYGENTIC_MERCHANT_ID or give")
    assert merchant.endswith("give the provider merchant_id='org_...'")
    assert retries.startswith("max_retries of provider 'second' is not a whole number")


@pytest.mark.parametrize("base_url", ["", "https://proxy.example.com", "http://127.0.0.1:8000"])
@pytest.mark.parametrize(("key", "environment"), [("sk_test_abc", "production"), ("sk_live_abc", "sandbox")])
def test_a_key_of_the_other_environment_is_refused_wherever_it_would_go(
    key: str, environment: str, base_url: str
) -> None:
    (reason,) = reasons({"apiKey": key, "environment": environment, "baseUrl": base_url})
    assert f"paygentic:environment is {environment}" in reason
    assert key not in reason


@pytest.mark.parametrize("provider", [None, "second"])
def test_a_production_stack_is_never_advised_to_become_a_sandbox(provider: str | None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.resolve({"apiKey": "sk_test_1", "environment": "production"}, environ=ENVIRON, provider=provider)
    (reason,) = caught.value.reasons
    assert reason.endswith("use a production key, which begins with sk_live_")


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_a_key_of_no_known_kind_is_left_to_the_api(environment: str) -> None:
    assert Settings.resolve({"apiKey": "emulator", "environment": environment}, environ=ENVIRON).api_key == "emulator"


def test_an_unknown_environment_is_not_held_against_the_key() -> None:
    (reason,) = reasons({"apiKey": "sk_live_abc", "environment": "live"})
    assert reason.startswith("paygentic:environment is not known")


@pytest.mark.parametrize("key", ["sk_test_a b", "sk_test_a\n", " sk_test_a", "sk_test_ä", "sk_test_a\0", '"sk_test_a"'])
def test_a_key_that_could_not_be_a_header_is_refused_without_being_shown(key: str) -> None:
    (reason,) = reasons({"apiKey": key})
    assert "paygentic:apiKey contains a character that no key has" in reason
    assert "sk_test" not in reason


@pytest.mark.parametrize("merchant", ["acme", "org_", "org_a-b", "org_1\n", "prod_1", "ORG_1"])
def test_a_merchant_must_look_like_one(merchant: str) -> None:
    (reason,) = reasons({"merchantId": merchant})
    assert reason.startswith("paygentic:merchantId is not org_")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("requestsPerSecond", "0"),
        ("requestsPerSecond", "-1"),
        ("requestsPerSecond", "1e-9"),
        ("requestsPerSecond", "inf"),
        ("requestsPerSecond", "nan"),
        ("requestTimeout", "0"),
        ("requestTimeout", "1e9"),
        ("requestTimeout", "30s"),
        ("maxRetries", "-1"),
        ("maxRetries", "1.5"),
        ("maxRetries", "inf"),
        ("maxRetries", "1e999"),
    ],
)
def test_a_number_out_of_its_range_is_one_reason(name: str, value: str) -> None:
    (reason,) = reasons({name: value})
    assert reason.startswith(f"paygentic:{name} is not a ")


def test_a_key_is_in_no_text_of_the_settings() -> None:
    settings = Settings.resolve(environ=ENVIRON)
    assert KEY not in f"{settings!r} {settings}"


def test_settings_can_be_copied_and_pickled_and_not_changed() -> None:
    settings = Settings.resolve(environ=ENVIRON)
    assert copy.deepcopy(settings) == pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - its own
    with pytest.raises(AttributeError):
        settings.api_key = "other"  # type: ignore[misc]


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), (" False ", False), ("0", False)])
def test_a_flag_is_true_or_false(text: str, value: bool) -> None:
    assert Settings.resolve({"adopt": text}, environ=ENVIRON).adopt is value


def test_a_flag_that_is_neither_is_refused() -> None:
    (reason,) = reasons({"adopt": "yes"})
    assert reason == "paygentic:adopt is neither true nor false: correct it or remove it"


def test_the_fields_are_the_settings_of_the_table() -> None:
    """What a call may take in all is derived from the time of one attempt."""
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert fields - {"retry_deadline"} == {setting.argument for setting in SETTINGS}


def test_the_fields_have_the_defaults_of_the_table() -> None:
    words: dict[Any, str] = {"sandbox": "`sandbox`", None: "no limit", 30.0: "30", 5: "5", False: "`false`"}
    for field in dataclasses.fields(Settings):
        for setting in SETTINGS:
            if setting.argument == field.name and not setting.example and setting is not BASE_URL:
                assert setting.default == words[field.default], field.name


def test_two_sources_name_one_account_whatever_their_keys() -> None:
    first = {"apiKey": "sk_test_1", "merchantId": "org_1"}
    second = {"api_key": "sk_test_2", "merchant_id": "org_1", "base_url": "https://api.sandbox.paygentic.io/"}
    assert account_named(first, {}) == account_named(second, {}) == account_named({}, ENVIRON)
    assert account_named(first, {}) == ("https://api.sandbox.paygentic.io", "org_1")


@pytest.mark.parametrize(
    "other", [{"merchantId": "org_2"}, {"environment": "production"}, {"baseUrl": "http://localhost:1"}]
)
def test_another_merchant_environment_or_address_is_another_account(other: Mapping[str, str]) -> None:
    assert account_named({"merchantId": "org_1", **other}, {}) != account_named({"merchantId": "org_1"}, {})


@pytest.mark.parametrize("wrong", [{}, {"merchantId": "x"}, {"merchantId": "org_1", "environment": "live"}])
def test_settings_that_name_no_account_name_none(wrong: Mapping[str, str]) -> None:
    assert account_named(wrong, {}) is None


NAMES = st.sampled_from([setting.name for setting in SETTINGS])
VALUES = st.text(max_size=20) | st.sampled_from(["nan", "-1", "production", "http://[::1", "https://u:p@h/", "x://"])


@FUZZ
@given(st.dictionaries(NAMES, VALUES))
def test_no_values_escape_the_error_tree(values: dict[str, str]) -> None:
    with suppress(ConfigurationError):
        Settings.resolve(values, environ={})


@FUZZ
@given(st.from_regex(r"sk_(live|test)_[A-Za-z0-9]{8,20}", fullmatch=True), st.text(max_size=5), VALUES)
def test_a_refused_key_is_never_shown_and_a_refusal_is_one_line(key: str, stray: str, base_url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.resolve({"apiKey": key + stray, "baseUrl": base_url + key}, environ={})
    assert key not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
