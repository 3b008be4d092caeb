"""The promises R1 to R16: what a client keeps when the network and the service do not."""

import gc
import threading
import time
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from pai_notebook.client import Reply
from pai_notebook.errors import (
    AuthenticationError,
    ClockSkew,
    DeadlineExceeded,
    NotFound,
    PaiError,
    PermissionDenied,
    ServiceUnavailable,
    Throttled,
    VersionNotFound,
)
from tests.examples import cases
from tests.patience import PATIENCE, ended, eventually

from . import faultserver as faults
from .faultserver import DAMAGE, FAULTS, FaultServer, Hit, draw, error, http_date, listing, message, raw, skewed


def fetch(client, model="m-1", version="0.1.0"):
    return client.run(client.get_version(model, version))


def failure(client, model="m-1", version="0.1.0"):
    with pytest.raises(PaiError) as caught:
        fetch(client, model, version)
    return caught.value


def with_threads(client, pairs, threads=16):
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda pair: fetch(client, *pair), pairs))


def longest_run(seed, pairs, rate, kinds):
    """The most faults in a row that a schedule holds for any of the targets."""
    longest = 0
    for model, version in pairs:
        attempt = 1
        while draw(seed, f"/api/v1/models/{model}/versions/{version}", attempt, rate=rate, kinds=kinds):
            attempt += 1
        longest = max(longest, attempt - 1)
    return longest


# the seeds are those among the first whose schedule leaves a good answer within four attempts
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(cases(5)))
def test_r1_a_thousand_fetches_with_a_tenth_of_the_attempts_faulty_lose_nothing(seed):
    pairs = [(f"m-{number % 20}", f"0.{number}.0") for number in range(1000)]
    seed = next(s for s in range(100 * seed + 100, 100 * seed + 200) if longest_run(s, pairs, 0.1, FAULTS) < 4)
    with FaultServer(lambda hit: draw(seed, hit.target, hit.attempt, rate=0.1, kinds=FAULTS)) as server, server.client() as client:
        replies = with_threads(client, pairs)
    for (model, version), reply in zip(pairs, replies, strict=True):
        assert reply.document["Uri"] == f"oss://bucket.example//api/v1/models/{model}/versions/{version}"
        assert reply.document["VersionName"] == version
    assert len(server.served) >= 1 + 16, server.served
    assert server.served["good"] == 1000, "nothing was asked for again after a good answer"
    assert max(server.per_target().values()) <= 4
    assert len(server.hits) <= 1200
    assert len({hit.headers["x-acs-signature-nonce"] for hit in server.hits}) == len(server.hits)
    assert not early_retries(seed, server.hits)
    assert max(reply.attempts for reply in replies) <= 4


def early_retries(seed, hits):
    """Attempts that came before the time the last answer asked for."""
    found = []
    last: dict[str, Hit] = {}
    for hit in hits:
        before = last.get(hit.target)
        if before and draw(seed, hit.target, before.attempt, rate=0.1, kinds=FAULTS) == "429 with a hint" and hit.time - before.time < 0.06:
            found.append(hit)
        last[hit.target] = hit
    return found


def test_two_thousand_versions_by_pages_with_a_fifth_of_the_answers_faulty_arrive_once_each():
    names = [f"0.{number}.0" for number in range(100)]
    kinds = {name: fault for name, fault in FAULTS.items() if name != "another version"}
    plan = lambda hit: draw(7, hit.target, hit.attempt, rate=0.2, kinds=kinds)  # noqa: E731
    with FaultServer(plan, answer=listing(names)) as server, server.client() as client, ThreadPoolExecutor(8) as pool:
        listings = list(pool.map(lambda number: client.run(client.list_versions(f"m-{number}")), range(20)))
    for number, found in enumerate(listings):
        assert [item["Uri"] for item in found.items] == [f"m-{number}/{name}" for name in names]
        assert found.complete
    assert sum(server.served.values()) - server.served["good"] >= 2, server.served
    assert max(server.per_target().values()) <= 4


@pytest.mark.parametrize("kind", ["503", "reset at once", "cut, with length"])
@pytest.mark.parametrize("attempts", [1, 3, 5])
def test_r2_endless_faults_cost_exactly_the_attempts_that_were_allowed(kind, attempts):
    with FaultServer(lambda hit: kind) as server, server.client(max_attempts=attempts, backoff_scale=0.01) as client:
        assert failure(client).attempts == attempts
    assert len(server.hits) == attempts


PERMANENT = [
    (400, "InvalidParameter", PaiError),
    (400, "100400008", PaiError),
    (400, "SignatureDoesNotMatch", AuthenticationError),
    (400, "IncompleteSignature", AuthenticationError),
    (401, "Unauthorized", AuthenticationError),
    (403, "NoPermission", PermissionDenied),
    (403, "Forbidden.RAM", PermissionDenied),
    (404, "100600008", VersionNotFound),
    (404, "InvalidAccessKeyId.NotFound", AuthenticationError),
    (404, "InvalidApi.NotFound", NotFound),
    (405, "MethodNotAllowed", PaiError),
    (501, "NotImplemented", PaiError),
]


@pytest.mark.parametrize(("status", "code", "kind"), PERMANENT)
def test_r3_what_cannot_change_is_asked_once(status, code, kind):
    with FaultServer(lambda hit: error(status, code, "model version not exists")) as server, server.client() as client:
        caught = failure(client)
    assert type(caught) is kind
    assert (caught.code, caught.status, caught.request_id, caught.attempts) == (code, status, "5A14FA81", 1)
    assert len(server.hits) == 1


def date_in(seconds):
    return http_date(datetime.now(UTC) + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("asked", "headers"),
    [
        pytest.param(0.3, lambda: {"x_acs_retry_after": "300"}, id="milliseconds"),
        pytest.param(1.0, lambda: {"Retry_After": "1"}, id="seconds"),
        pytest.param(None, lambda: {"Retry_After": date_in(2), "Date": date_in(0)}, id="date", marks=pytest.mark.slow),
        pytest.param(None, lambda: {"Retry_After": date_in(2)}, id="date without a clock", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_r4_a_hint_is_never_cut_short_and_hardly_exceeded(asked, headers, status, pauses):
    said = {}

    def plan(hit):
        if hit.attempt > 1:
            return None
        said.update(headers())
        said["at"] = time.time()
        return error(status, "Throttling" if status == 429 else "ServiceUnavailable", **{k: v for k, v in said.items() if k != "at"})

    with FaultServer(plan) as server, server.client() as client:
        fetch(client)
    if asked is None:
        asked = datetime.strptime(said["Retry_After"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC).timestamp() - said["at"]
    assert asked <= server.hits[1].time - server.hits[0].time
    assert max(pauses) <= asked + 1.5


def test_r5_a_hint_beyond_the_deadline_is_told_at_once(pauses):
    with FaultServer(lambda hit: error(429, "Throttling", Retry_After="3600")) as server, server.client() as client:
        caught = failure(client)
    assert pauses == []
    assert type(caught) is Throttled
    assert "3600 s" in caught.hint
    assert len(server.hits) == 1


def slow_header(conn, hit, good):
    conn.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
    faults.drip(conn, hit, b"")


def endless(conn, hit, good):
    conn.sendall(message(200, b"", length=False, Transfer_Encoding="chunked"))
    while True:
        conn.sendall(b"1\r\n \r\n")
        time.sleep(0.01)


@pytest.mark.parametrize(
    "fault",
    [faults.drip, slow_header, faults.stall, faults.silence, endless, "503"],
    ids=["drip", "header", "stall", "silence", "endless", "503"],
)
def test_r6_a_deadline_is_a_deadline(fault):
    with (
        FaultServer(lambda hit: fault) as server,
        server.client(deadline=1.0, max_attempts=10**6, retry_quota=10**9, backoff_scale=3.0) as client,
    ):
        caught = ended(lambda: failure(client))
    assert isinstance(caught, DeadlineExceeded)
    assert "1 s" in caught.message


def test_an_attempt_that_stalls_is_given_up_and_made_again():
    plan = lambda hit: faults.silence if hit.attempt == 1 else None  # noqa: E731
    with FaultServer(plan) as server, server.client(attempt_timeout=0.5, max_attempts=100) as client:
        assert fetch(client).attempts >= 2
    assert server.hits[0].connection != server.hits[1].connection


BAD_HINTS = ["-5", "soon", "1e999", "NaN", "9" * 20, "", "0x10", "Infinity", "1, 2", "٣", "²"]


@pytest.mark.parametrize("value", BAD_HINTS)
@pytest.mark.parametrize("name", ["Retry-After", "x-acs-retry-after"])
def test_r7_a_hint_that_is_none_is_ignored(name, value, pauses):
    body = b'{"Code":"Throttling","Message":"slow down"}'
    head = f"HTTP/1.1 429 No\r\n{name}: ".encode() + value.encode() + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with FaultServer(lambda hit: raw(head + body) if hit.attempt == 1 else None) as server, server.client() as client:
        assert fetch(client).attempts == 2
    assert len(server.hits) == 2
    assert max(pauses) < 1


@pytest.mark.slow
def test_r8_every_attempt_has_a_nonce_of_its_own():
    pairs = [("m", f"0.{number}.0") for number in range(300)]
    plan = lambda hit: draw(8, hit.target, hit.attempt, rate=0.3, kinds=FAULTS)  # noqa: E731
    with FaultServer(plan) as server, server.client(max_attempts=20, retry_quota=10**6, backoff_scale=0.05) as client:
        with_threads(client, pairs)
    nonces = Counter(hit.headers["x-acs-signature-nonce"] for hit in server.hits)
    assert len(server.hits) > 380
    assert max(nonces.values()) == 1


@pytest.mark.slow
def test_r8_an_attempt_is_signed_with_the_time_it_is_made_at():
    busy = error(503, "ServiceUnavailable", Retry_After="2")
    with FaultServer(lambda hit: busy if hit.attempt == 1 else None) as server, server.client() as client:
        fetch(client)
    first, second = (datetime.strptime(hit.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ") for hit in server.hits)  # noqa: DTZ007 - both UTC
    assert second - first >= timedelta(seconds=1)


@pytest.mark.parametrize("offset", [timedelta(minutes=20), timedelta(hours=2), timedelta(days=1)], ids=str)
@pytest.mark.parametrize("sign", [1, -1])
def test_r9_a_wrong_clock_is_corrected_once_and_remembered(offset, sign):
    with FaultServer(skewed(sign * offset)) as server, server.client() as client:
        assert fetch(client).attempts == 2
        for number in range(10):
            assert fetch(client, "m-1", f"0.{number}.1").attempts == 1
        assert abs(client.clock_offset - sign * offset) < timedelta(seconds=3 + PATIENCE / 10)
    assert len(server.hits) == 12


def test_r9_a_clock_that_cannot_be_corrected_costs_two_requests_and_says_by_how_much():
    refusal = lambda hit: error(400, "InvalidTimeStamp.Expired", Date=http_date(datetime.now(UTC) + timedelta(hours=2)))  # noqa: E731
    with FaultServer(refusal) as server, server.client() as client:
        caught = failure(client)
    assert type(caught) is ClockSkew
    assert "clock is 2 hours behind" in caught.message
    assert len(server.hits) == 2


class Tokens:
    """A source of temporary keys that counts how often it is asked."""

    def __init__(self):
        self.calls = 0
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            self.calls += 1
            number = self.calls
        time.sleep(0.05)
        return (faults.KEY_ID, faults.SECRET, f"token-{number}")


def test_r10_an_expired_token_is_renewed_once_for_everybody():
    tokens = Tokens()
    expired = {"token-1"}
    refuse = lambda hit: error(400, "InvalidSecurityToken.Expired") if hit.headers["x-acs-security-token"] in expired else None  # noqa: E731
    with FaultServer(refuse) as server, server.client(tokens) as client:
        replies = with_threads(client, [("m", f"0.{number}.0") for number in range(32)], threads=32)
    assert len(replies) == 32
    assert max(reply.attempts for reply in replies) <= 2
    assert tokens.calls == 2, "the first look and one renewal"
    assert max(server.per_target().values()) <= 2


def test_r10_a_token_that_is_never_good_costs_two_requests():
    with FaultServer(lambda hit: error(400, "InvalidSecurityToken.Expired")) as server, server.client(Tokens()) as client:
        assert type(failure(client)) is AuthenticationError
    assert len(server.hits) == 2


@pytest.mark.slow
def test_r11_an_outage_does_not_multiply_the_traffic_and_ends_when_it_ends():
    up = threading.Event()
    with FaultServer(lambda hit: None if up.is_set() else "503") as server, server.client() as client:
        outcomes = client.run(client.get_many([("m", f"0.{number}.0") for number in range(500)]))
        assert all(type(outcome) is ServiceUnavailable for outcome in outcomes)
        assert 500 <= len(server.hits) <= 625
        up.set()
        after = client.run(client.get_many([("m", f"1.{number}.0") for number in range(50)]))
    assert [type(outcome) for outcome in after] == [Reply] * 50


@pytest.mark.parametrize("kind", sorted(DAMAGE))
def test_r12_the_second_answer_is_used_when_the_first_is_damaged(kind):
    with FaultServer(lambda hit: kind if hit.attempt == 1 else None) as server, server.client() as client:
        reply = fetch(client)
    assert reply.document["VersionName"] == "0.1.0"
    assert reply.attempts == len(server.hits) == 2


def interim(conn, hit, good):
    conn.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + message(200, good))


def slow_start(conn, hit, good):
    time.sleep(0.6)
    conn.sendall(message(200, good))


ODD = {
    "interim": interim,
    "gzip": lambda conn, hit, good: conn.sendall(message(200, faults.gzipped(good), Content_Encoding="gzip")),
    "text/plain": lambda conn, hit, good: conn.sendall(message(200, good, Content_Type="text/plain")),
    "no type": lambda conn, hit, good: conn.sendall(message(200, good)),
    "slow start": slow_start,
    "chunked": lambda conn, hit, good: conn.sendall(
        message(200, b"%x\r\n%s\r\n0\r\n\r\n" % (len(good), good), length=False, Transfer_Encoding="chunked")
    ),
}


@pytest.mark.parametrize("kind", sorted(ODD))
def test_r13_odd_but_good_answers_cost_one_request(kind):
    with FaultServer(lambda hit: ODD[kind]) as server, server.client() as client:
        assert fetch(client).attempts == 1
    assert len(server.hits) == 1


@pytest.mark.slow
def test_r14_a_server_that_closes_after_each_answer_loses_nothing():
    pairs = [("m", f"0.{number}.0") for number in range(200)]
    with FaultServer(close_after_each=True) as server, server.client() as client:
        replies = client.run(client.get_many(pairs))
    assert [reply.document["VersionName"] for reply in replies] == [version for _, version in pairs]


def stray(conn, hit, good):
    conn.sendall(message(200, good) + message(200, good))


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.0, 0.002], ids=["in one piece", "a moment later"])
def test_r14_a_second_answer_nobody_asked_for_is_never_taken_for_another_version(pause):
    def plan(hit):
        if not pause:
            return stray
        return lambda conn, hit, good: (conn.sendall(message(200, good)), time.sleep(pause), conn.sendall(message(200, good)))

    with FaultServer(plan) as server, server.client(max_workers=2) as client:
        outcomes = client.run(client.get_many([("m", f"0.{number}.0") for number in range(200)]))
    wrong = [
        outcome
        for number, outcome in enumerate(outcomes)
        if isinstance(outcome, Reply) and outcome.document["VersionName"] != f"0.{number}.0"
    ]
    assert wrong == []
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) >= 198
    assert server.connections > 2, "connections with a rest on them were not used again"


def test_a_second_answer_nobody_asked_for_is_never_taken_for_a_page():
    names = [f"0.{number}.0" for number in range(30)]
    with FaultServer(lambda hit: stray, answer=listing(names)) as server, server.client(max_workers=1) as client:
        for number in range(20):
            found = client.run(client.list_versions(f"m-{number}"))
            assert [item["Uri"] for item in found.items] == [f"m-{number}/{name}" for name in names]
    assert server.connections == 20


@pytest.mark.slow
def test_r15_a_port_that_opens_within_a_second_is_waited_for():
    with FaultServer() as probe:
        port = probe.port
    revived = []

    def revive():
        time.sleep(1)
        revived.append(FaultServer(port=port))

    thread = threading.Thread(target=revive)
    with probe.client(url=f"http://127.0.0.1:{port}") as client:
        thread.start()
        assert fetch(client).document["VersionName"] == "0.1.0"
    thread.join()
    revived[0].close()


@pytest.mark.slow
def test_r16_nothing_is_left_after_close(own_loop):
    process, threads = psutil.Process(), set(threading.enumerate())
    with FaultServer(lambda hit: draw(16, hit.target, hit.attempt, rate=0.3, kinds=FAULTS)) as server:
        with server.client() as client:
            fetch(client, "warm", "0.0.0")
        time.sleep(0.1)
        before = process.num_fds()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with server.client(max_attempts=10, retry_quota=10**6, backoff_scale=0.01) as client:
                client.run(client.get_many([("m", f"0.{number}.0") for number in range(300)]))
            gc.collect()
        eventually(lambda: process.num_fds() <= before + 2)
        assert not own_loop.running
        assert not [thread for thread in set(threading.enumerate()) - threads if thread.name.startswith("pai-")]
        assert not [warning for warning in caught if issubclass(warning.category, ResourceWarning)]
