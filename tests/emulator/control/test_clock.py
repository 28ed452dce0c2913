"""The emulator's clock: every timestamp and every expiry follows it."""

from datetime import datetime, timedelta, timezone

import httpx
import pytest

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
LINKS = "/v0/customers/authorization"


def _now(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _bracketed(merchant: Merchant) -> tuple[datetime, datetime, datetime]:
    """The emulator's time between the machine's before and after it was asked for; the emulator cuts off digits."""
    before = datetime.now(timezone.utc) - timedelta(seconds=1)
    return before, _now(merchant.get(CLOCK)["now"]), datetime.now(timezone.utc)


def test_timestamps_follow_the_clock(merchant: Merchant) -> None:
    product = merchant.product()
    merchant.call("POST", CLOCK, {"now": "2030-06-01T12:00:00+02:00"}, expect=200)
    merchant.sdk.products.update(id=product, name="later")
    read = merchant.get(f"/v0/products/{product}")
    assert read["updatedAt"].startswith("2030-06-01T10:00:0")
    assert read["createdAt"] < "2030"
    assert merchant.get(CLOCK)["now"].startswith("2030-06-01T10:00:0")


@pytest.mark.parametrize(
    ("duration", "moved"),
    [
        ("PT1H", timedelta(hours=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P2W", timedelta(weeks=2)),
    ],
)
def test_the_clock_moves_on_by_a_duration(merchant: Merchant, duration: str, moved: timedelta) -> None:
    assert merchant.post(CLOCK, {"advance": duration})
    earliest, now, latest = _bracketed(merchant)
    assert earliest <= now - moved <= latest


@pytest.mark.parametrize(
    "move",
    [
        {},
        {"advance": "PT1H", "now": "2030-01-01T00:00:00Z"},
        {"advance": "1h"},
        {"advance": "P1M"},
        {"advance": 3600},
        {"advance": "P999999W"},
        {"advance": "P60000W"},
        {"now": "9999-12-31T00:00:00Z"},
        {"now": "0001-01-01T00:00:00Z"},
        {"now": "tomorrow"},
        {"backward": "PT1H"},
    ],
)
def test_a_move_that_says_no_moment_is_refused(merchant: Merchant, move: Json) -> None:
    merchant.call("POST", CLOCK, move, expect=400)
    earliest, now, latest = _bracketed(merchant)
    assert earliest <= now <= latest


def test_a_pending_link_expires_and_its_page_says_so(merchant: Merchant) -> None:
    link = merchant.post(LINKS, {"email": "ada@example.com"})
    merchant.post(CLOCK, {"advance": "PT23H59M"})
    assert merchant.get(f"{LINKS}/{link['id']}")["status"] == "pending"
    merchant.post(CLOCK, {"advance": "PT2M"})
    assert merchant.get(f"{LINKS}/{link['id']}") == {**link, "status": "expired"}
    for answer in (httpx.get(link["url"]), httpx.post(link["url"], data={"decision": "accept"})):
        assert (answer.status_code, "has expired" in answer.text) == (410, True)
    assert merchant.get(f"{LINKS}/{link['id']}")["status"] == "expired"


def test_a_completed_link_does_not_expire(merchant: Merchant) -> None:
    link = merchant.post(LINKS, {"email": "ada@example.com"})
    httpx.post(link["url"], data={"decision": "accept"})
    merchant.post(CLOCK, {"advance": "P2D"})
    assert merchant.get(f"{LINKS}/{link['id']}")["status"] == "completed"


def test_reset_brings_the_present_back(merchant: Merchant) -> None:
    merchant.post(CLOCK, {"advance": "P2D"})
    merchant.http.post("/_emulator/reset").raise_for_status()
    earliest, now, latest = _bracketed(merchant)
    assert earliest <= now <= latest
