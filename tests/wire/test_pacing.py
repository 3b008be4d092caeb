"""The pace of requests, as the service sees it."""

import heapq
import random
import time
from bisect import bisect_left
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.client.rate_limit import BURST, Bucket, bucket_for
from pai_notebook.errors import DeadlineExceeded
from tests.examples import examples
from tests.patience import PATIENCE

from .faultserver import FaultServer, error

AT_ONCE = BURST // 2


def busiest_second(times):
    """The most events in any window of one second."""
    ordered = sorted(times)
    return max((index + 1 - bisect_left(ordered, moment - 1.0) for index, moment in enumerate(ordered)), default=0)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@given(st.sampled_from([5.0, 40.0, 100.0]), st.lists(st.floats(0, 2), min_size=1, max_size=200))
@examples(200)
def test_no_second_holds_more_than_the_pace_and_the_burst(rate, gaps):
    clock = Clock()
    bucket = Bucket(clock)
    leaves = []
    for gap in gaps:
        clock.now += gap if gap > 1 else 0
        expected = bucket.delay(rate)
        wait = bucket.reserve(rate)
        assert wait == pytest.approx(expected)
        leaves.append(clock.now + wait)
    assert busiest_second(leaves) <= rate + BURST


def test_five_hundred_requests_at_forty_a_second_never_crowd_a_second():
    clock = Clock()
    bucket = Bucket(clock)
    leaves = [clock.now + bucket.reserve(40.0) for _ in range(500)]
    assert busiest_second(leaves) <= 40 + BURST
    assert leaves[-1] - leaves[0] == pytest.approx((500 - AT_ONCE) / 40)


class Service:
    """Refuses more than so many requests in a sliding second."""

    def __init__(self, most):
        self.most = most
        self.taken = deque()

    def take(self, moment):
        while self.taken and self.taken[0] <= moment - 1:
            self.taken.popleft()
        if len(self.taken) >= self.most:
            return False
        self.taken.append(moment)
        return True


def drive(service, *, seconds, latency, hint=None, rate=40.0, workers=8):
    """Let workers ask a service through one bucket, in simulated time; returns (moment, accepted) pairs."""
    clock, dice = Clock(), random.Random(1)
    bucket, log = Bucket(clock), []
    events = [(clock.now, worker, "ask", 0.0) for worker in range(workers)]
    epochs = {}
    end = clock.now + seconds
    while events[0][0] < end:
        clock.now, worker, kind, sent = heapq.heappop(events)
        if kind == "ask" or (kind == "send" and epochs[worker] != bucket.epoch):
            epochs[worker] = bucket.epoch
            heapq.heappush(events, (clock.now + bucket.reserve(rate), worker, "send", 0.0))
        elif kind == "send":
            accepted = service.take(clock.now)
            log.append((clock.now - end + seconds, accepted))
            heapq.heappush(events, (clock.now + latency, worker, "good" if accepted else "bad", clock.now))
        elif kind == "good":
            bucket.accepted(sent)
            heapq.heappush(events, (clock.now, worker, "ask", 0.0))
        else:
            bucket.refused(sent, limit=rate, wait=hint)
            heapq.heappush(events, (clock.now + (hint or 0.5 * dice.random()), worker, "ask", 0.0))
    return log


@pytest.mark.parametrize("hint", [None, 0.3])
@pytest.mark.parametrize("latency", [0.005, 0.05, 0.2])
def test_a_service_that_throttles_above_twenty_is_driven_at_nearly_twenty(latency, hint):
    log = drive(Service(20), seconds=60, latency=latency, hint=hint)
    refused = sum(not accepted for _, accepted in log) / len(log)
    settled = sum(accepted for moment, accepted in log if moment >= 10) / 50
    assert refused < 0.05
    assert 18 <= settled <= 20


def test_after_a_throttling_has_passed_the_pace_comes_back():
    clock = Clock()
    bucket = Bucket(clock)
    bucket.refused(clock.now, limit=40.0, wait=None)
    slowed = bucket.pace(40.0)
    assert slowed <= 20
    clock.now += 4
    assert bucket.pace(40.0) == slowed
    clock.now += 60
    assert bucket.pace(40.0) == 40


def test_a_hint_holds_everybody_but_not_for_ever():
    clock = Clock()
    bucket = Bucket(clock)
    bucket.refused(clock.now, limit=40.0, wait=2.0)
    assert bucket.delay(40.0) == pytest.approx(2.0)
    bucket.refused(clock.now, limit=40.0, wait=3600.0)
    assert bucket.delay(40.0) <= 5.0


def test_refusals_of_one_moment_count_once():
    clock = Clock()
    bucket = Bucket(clock)
    sent = clock.now
    clock.now += 0.1
    bucket.refused(sent, limit=40.0, wait=None)
    once = bucket.pace(40.0)
    for _ in range(7):
        bucket.refused(sent, limit=40.0, wait=None)
    assert bucket.pace(40.0) == once


PACE = 160.0
"""Requests a second: few enough for a busy machine, and as many as keep the tests short."""


def test_the_service_sees_the_pace():
    with FaultServer() as server, server.client(requests_per_second=PACE) as client:
        client.run(client.get_many([("m", f"0.{number}.0") for number in range(120)]))
    assert_paced(server.hits)


def test_all_clients_of_a_process_share_one_pace():
    with FaultServer() as server, server.client(requests_per_second=PACE) as one, server.client(requests_per_second=PACE) as two:
        pairs = (("a", one), ("b", two))
        futures = [client.submit(client.get_many([(name, f"0.{number}.0") for number in range(60)])) for name, client in pairs]
        for future in futures:
            future.result(PATIENCE)
    assert_paced(server.hits)


def assert_paced(hits):
    """Together the requests took as long as the pace demands; in a single second a busy machine may let many arrive at once."""
    assert len(hits) == 120
    assert hits[-1].time - hits[0].time >= (120 - AT_ONCE) / PACE - 0.1


@pytest.mark.slow
def test_a_throttled_client_slows_down():
    service = Service(20)

    def plan(hit):
        return None if service.take(time.monotonic()) else error(400, "Throttling.User")

    with FaultServer(plan) as server, server.client(requests_per_second=100.0, backoff_scale=0.5, max_attempts=20) as client:
        outcomes = client.run(client.get_many([("m", f"0.{number}.0") for number in range(60)]))
        assert bucket_for(server.url, "GetModelVersion").pace(100.0) < 60
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(server.hits) <= 90


def test_a_place_in_the_queue_beyond_the_deadline_is_not_waited_for():
    with FaultServer() as server, server.client(requests_per_second=0.5 / PATIENCE, deadline=PATIENCE) as client:
        outcomes = client.run(client.get_many([("m", f"0.{number}.0") for number in range(AT_ONCE + 2)]))
    assert len(server.hits) == AT_ONCE
    assert {type(outcome) for outcome in outcomes[AT_ONCE:]} == {DeadlineExceeded}
