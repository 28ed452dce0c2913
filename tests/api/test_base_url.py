import re

import httpx
import pytest

from pulumi_paygentic.api.base_url import DEFAULT_BASE_URL, is_loopback, normalise_base_url


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1", "http://127.8.9.10:8000/v", "http://[::1]:1", "http://localhost:8000", "http://LOCALHOST"],
)
def test_plain_http_is_for_loopback(url: str) -> None:
    assert is_loopback(url)
    assert normalise_base_url(url, "sandbox") == str(httpx.URL(url)).rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.sandbox.paygentic.io",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://127.1",
        "http://0.0.0.0",
        "HTTP://example.com",
    ],
)
def test_plain_http_anywhere_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="unencrypted: use https"):
        normalise_base_url(url, "sandbox")


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@example.com",
        "https://secret@example.com",
        "https://example.com?secret",
        "https://example.com/#secret",
        "https://example.com/?",
        "http://127.0.0.1\\@example.com",
    ],
)
def test_an_address_with_more_than_a_path_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match="no user, query or fragment") as caught:
        normalise_base_url(url, "sandbox")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "localhost",
        "//example.com",
        "ftp://example.com",
        "https://",
        "https:///v0",
        "https://example.com:port",
        "https://example.com:70000",
        "https://exam\nple.com",
        "https://a..b",
        f"https://{'a' * 64}.com",
        f"https://{'a' * 70000}",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not a URL: write it as http"):
        normalise_base_url(url, "sandbox")


@pytest.mark.parametrize("url", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080/"])
def test_an_address_of_this_machine_without_its_scheme_is_corrected_in_the_message(url: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"write it as http://{url.rstrip('/')}")):
        normalise_base_url(url, "sandbox")


@pytest.mark.parametrize(("environment", "other"), [("sandbox", "production"), ("production", "sandbox")])
def test_the_address_of_the_other_environment_is_refused(environment: str, other: str) -> None:
    for spelling in (DEFAULT_BASE_URL[other], DEFAULT_BASE_URL[other].upper(), DEFAULT_BASE_URL[other] + "./v0"):
        with pytest.raises(ValueError, match=f"is the {other} address"):
            normalise_base_url(spelling, environment)


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_the_default_is_the_environments_own(environment: str) -> None:
    assert normalise_base_url(DEFAULT_BASE_URL[environment] + "/", environment) == DEFAULT_BASE_URL[environment]


@pytest.mark.parametrize("url", ["https://proxy.example.com/v0", "https://proxy.example.com/paygentic/v2/"])
def test_an_address_that_ends_in_the_apis_version_is_refused(url: str) -> None:
    """Every path begins with its own version, so each call would be a 404."""
    with pytest.raises(ValueError, match="leave that out"):
        normalise_base_url(url, "sandbox")
    assert normalise_base_url(url.replace("/v", "/api"), "sandbox")
