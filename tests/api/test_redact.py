import logging
import re
import threading
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import redact
from pulumi_paygentic.api.redact import filter_http_logs, one_line, quiet_http_logs
from tests.api.support import FUZZ, KEY

KEYS = st.from_regex(r"sk_(live|test)_[A-Za-z0-9]{8,20}", fullmatch=True)
# What a token may be made of; long enough not to be a part of the word that replaces it.
TOKENS = st.from_regex(r"[A-Za-z0-9._~+/=-]{12,40}", fullmatch=True)
AROUND = st.text(max_size=20) | st.sampled_from(["%40", "@", "://", "https://", "Bearer ", "sk_test_", "=", "%", "'"])
EMAILS = st.emails().filter(lambda email: not email.lower().startswith("sk_"))
# A stray letter before or after an address belongs to the address as far as anybody can tell.
BOUNDARY = st.sampled_from(["", " ", "(", '"', "?email=", "=", "mailto:", ", "])


@FUZZ
@given(AROUND, KEYS, AROUND)
def test_a_key_is_redacted_wherever_it_stands(before: str, key: str, after: str) -> None:
    assert key not in redact(before + key + after)
    assert key not in one_line(before + key + after)


@FUZZ
@given(AROUND, TOKENS, AROUND)
def test_the_configured_secret_is_redacted_whatever_it_looks_like(before: str, secret: str, after: str) -> None:
    for form in (secret, quote(secret, safe="")):
        assert form not in redact(before + form + after, secret)


@FUZZ
@given(BOUNDARY, st.lists(EMAILS, min_size=1, max_size=3), BOUNDARY, st.sampled_from([str, quote]))
def test_emails_are_redacted_also_percent_encoded(
    before: str, emails: list[str], between: str, form: Callable[[str], str]
) -> None:
    shown = redact(before + between.join(map(form, emails)))
    assert "@" not in shown
    assert "%40" not in shown
    for name, domain in (form(email).replace("%40", "@").split("@") for email in emails):
        assert domain not in shown
        assert name not in shown or name in f"{before}{between}[redacted]"


@pytest.mark.parametrize("start", ["", "1", "é", "(", "redirect to ", "https://example.com/", "-"])
@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://pay.example.com/authorize/s3cret", "https://pay.example.com/[redacted]"),
        ("https://pay.example.com?token=s3cret", "https://pay.example.com/[redacted]"),
        ("https://pay.example.com#s3cret", "https://pay.example.com/[redacted]"),
        ("http://user:s3cret@proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("socks5://user:s3cret@proxy.example.com/", "socks5://proxy.example.com/"),
        ("http://user:s3@cret@proxy.example.com", "http://proxy.example.com"),
    ],
)
def test_of_an_address_only_the_host_is_left(start: str, url: str, left: str) -> None:
    shown = redact(f"{start}{url} now")
    assert "s3cret" not in shown
    assert "s3@cret" not in shown
    assert start.startswith("https") or shown == f"{start}{left} now"


def test_what_holds_no_secret_is_left_as_it_is() -> None:
    text = "Product prod_123 'Code Execution' costs 0.001 a call (50% off) on https://api.paygentic.io, bearer of news"
    assert redact(text) == text


@FUZZ
@given(st.lists(AROUND | KEYS | st.emails()).map("".join))
def test_redacting_twice_takes_out_no_more_than_redacting_once(text: str) -> None:
    once, twice = (re.sub(r"(\[redacted\])+", "[redacted]", shown) for shown in (redact(text), redact(redact(text))))
    assert twice == once


@FUZZ
@given(st.text(st.characters(), max_size=60), st.integers(1, 40))
def test_a_message_is_printable_on_one_line_and_no_longer_than_allowed(text: str, limit: int) -> None:
    line = one_line(text, limit=limit)
    assert line.isprintable()
    assert len(line) <= limit
    line.encode()


def test_a_cut_leaves_no_part_of_a_key() -> None:
    for length in range(200):
        line = one_line("x " * length + KEY, limit=20)
        assert not any(part in line for part in (KEY[8:12], KEY[-4:]))


@pytest.mark.parametrize("text", ["a" * 10_000_000, "a@" * 1_000_000, "http://" * 1_000_000, "%41" * 1_000_000])
def test_the_length_of_a_message_costs_nothing(text: str) -> None:
    assert len(one_line(text)) <= 500


def test_our_own_requests_leave_no_record_of_httpx_and_others_do(caplog: pytest.LogCaptureFixture) -> None:
    filter_http_logs()
    caplog.set_level(logging.DEBUG)
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        with quiet_http_logs():
            client.get("https://example.com/ours")
            other = threading.Thread(target=client.get, args=("https://example.com/another-thread",))
            other.start()
            other.join()
        client.get("https://example.com/later")
    logged = [record.getMessage() for record in caplog.records]
    assert [line.split()[3] for line in logged] == ["https://example.com/another-thread", "https://example.com/later"]
