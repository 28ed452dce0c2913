import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import Pacer, Settings
from pulumi_paygentic.api.pacing import shared_pacer
from tests.api.support import ENVIRON, FUZZ, Api, Time, ok, refusal, send


def turns(pacer: Pacer, time: Time, count: int) -> list[float]:
    """The moments, from now, of the next `count` turns."""
    began = time.now
    found = []
    for _ in range(count):
        assert pacer.wait(time.sleep)
        found.append(time.now - began)
    return found


def test_turns_are_the_rate_apart_and_the_first_is_at_once() -> None:
    time = Time()
    assert turns(Pacer(4, clock=time.clock), time, 5) == [0, 0.25, 0.5, 0.75, 1.0]


def test_without_a_rate_there_is_no_wait() -> None:
    time = Time()
    assert turns(Pacer(clock=time.clock), time, 100) == [0] * 100
    assert time.slept == []


def test_time_that_nobody_used_is_not_saved_up() -> None:
    time = Time()
    pacer = Pacer(1, clock=time.clock)
    turns(pacer, time, 1)
    time.now += 60
    assert turns(pacer, time, 3) == [0, 1, 2]


@FUZZ
@given(st.floats(0.01, 1000), st.lists(st.floats(0, 5), max_size=20))
def test_no_two_turns_are_closer_than_the_rate_allows(rate: float, pauses: list[float]) -> None:
    time = Time()
    pacer = Pacer(rate, clock=time.clock)
    began = []
    for pause in pauses:
        time.now += pause
        pacer.wait(time.sleep)
        began.append(time.now)
    assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in pairwise(began))


def test_a_hold_moves_all_turns_behind_it_and_keeps_them_apart() -> None:
    time = Time()
    pacer = Pacer(2, clock=time.clock)
    pacer.hold(10)
    assert turns(pacer, time, 3) == [10, 10.5, 11]


def test_a_hold_reaches_also_those_who_wait_already() -> None:
    time = Time()
    pacer = Pacer(1, clock=time.clock)
    turns(pacer, time, 1)

    def told_meanwhile(seconds: float) -> None:
        time.sleep(seconds)
        if len(time.slept) == 1:
            pacer.hold(30)

    assert pacer.wait(told_meanwhile)
    assert time.slept == [1, 30]


def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    time = Time()
    pacer = Pacer(clock=time.clock)
    pacer.hold(10)
    pacer.hold(1)
    assert turns(pacer, time, 1) == [10]


def test_a_turn_that_comes_too_late_is_not_waited_for_and_not_used_up() -> None:
    time = Time()
    pacer = Pacer(1, clock=time.clock)
    turns(pacer, time, 1)
    assert not pacer.wait(time.sleep, until=time.now + 0.5)
    assert time.slept == []
    assert turns(pacer, time, 1) == [1]


def test_the_slower_of_two_rates_counts() -> None:
    time = Time()
    pacer = Pacer(1, clock=time.clock)
    for rate in (10, None):
        pacer.slow_to(rate)
    assert turns(pacer, time, 2) == [0, 1]
    pacer.slow_to(0.5)
    assert turns(pacer, time, 3)[1:] == [3, 5]


@pytest.mark.parametrize("threads", [16])
def test_many_threads_get_turns_of_their_own(threads: int) -> None:
    time = Time()  # stands still, so that each thread's sleep is the moment of its turn
    pacer = Pacer(10, clock=time.clock)
    slept: list[float] = []
    workers = [threading.Thread(target=pacer.wait, args=(slept.append,)) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(slept) == pytest.approx([turn / 10 for turn in range(1, threads)])


def test_clients_of_one_account_share_a_pacer_and_others_do_not() -> None:
    first = Settings.resolve({"requestsPerSecond": "5"}, environ=ENVIRON)
    same = Settings.resolve({"requestsPerSecond": "9"}, environ=ENVIRON)
    other_key = Settings.resolve({"apiKey": "sk_test_other"}, environ=ENVIRON)
    other_address = Settings.resolve({"baseUrl": "http://127.0.0.1:1"}, environ=ENVIRON)
    assert shared_pacer(first) is shared_pacer(same)
    assert len({id(shared_pacer(settings)) for settings in (first, other_key, other_address)}) == 3


def test_every_call_and_every_retry_takes_a_turn() -> None:
    time = Time()
    api = Api([ok(), refusal(500), ok()], time=time, pacer=Pacer(0.01, clock=time.clock))
    send(api.client, "GET")
    send(api.client, "GET")
    assert time.now == 1000 + 200
    assert len(api.requests) == 3


def test_a_limit_on_one_caller_holds_all_back() -> None:
    time = Time()
    pacer = Pacer(clock=time.clock)
    limited = Api([refusal(429, retry_after=20)], time=time, pacer=pacer, environ={"PAYGENTIC_MAX_RETRIES": "0"})
    other = Api([ok()], time=time, pacer=pacer)
    with pytest.raises(Exception, match="429"):
        send(limited.client, "GET")
    send(other.client, "GET")
    assert time.slept == [20]


def test_a_limit_longer_than_a_call_may_take_holds_nobody_back() -> None:
    time = Time()
    pacer = Pacer(clock=time.clock)
    limited = Api([refusal(429, retry_after=3600)], time=time, pacer=pacer)
    other = Api([ok()], time=time, pacer=pacer)
    with pytest.raises(Exception, match="429"):
        send(limited.client, "GET")
    send(other.client, "GET")
    assert time.slept == []


def test_a_turn_past_the_deadline_ends_the_call() -> None:
    time = Time()
    pacer = Pacer(clock=time.clock)
    api = Api(lambda _: refusal(500), time=time, pacer=pacer)
    pacer.hold(1000)  # before the first attempt: no part of the call's deadline
    with pytest.raises(Exception, match="500"):
        send(api.client, "GET")
    pacer.slow_to(0.005)
    with pytest.raises(Exception, match="gave up: another attempt would pass the retry deadline of 120 s"):
        send(api.client, "GET")
