"""The promises of the wire as an outsider sees them: `pnb.connect`, the synchronous registry, 16 threads, a server that misbehaves."""

import gc
import threading
import time
import tracemalloc
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psutil
import pytest

import pai_notebook as pnb
from tests.patience import ended, eventually
from tests.registry.outsider import GET, both, by_action, connect, failure, fetch_all
from tests.wire import faultserver as faults
from tests.wire.faultserver import DAMAGE, FAULTS, KEY_ID, SECRET, TOKEN, FaultServer, draw, error, http_date, message, raw, skewed


def survivable(pairs, *, rate):
    """A seed whose schedule leaves every version a good answer within four attempts."""

    def worst(seed):
        return max(all(draw(seed, f"/api/v1/models/{m}/versions/{v}", n, rate=rate, kinds=FAULTS) for n in range(1, 5)) for m, v in pairs)

    return next(seed for seed in range(1000) if not worst(seed))


@pytest.mark.slow
def test_r1_sixteen_threads_lose_nothing_with_a_tenth_of_the_attempts_faulty():
    pairs = [(f"m-{number % 20}", f"0.{number}.0") for number in range(1000)]
    seed = survivable(pairs, rate=0.1)
    with FaultServer(lambda hit: draw(seed, hit.target, hit.attempt, rate=0.1, kinds=FAULTS)) as server, connect(server) as registry:
        versions = fetch_all(registry, pairs)
    assert [(v.model_id, v.version_name) for v in versions] == pairs
    assert all(v.uri == f"oss://bucket.example//api/v1/models/{v.model_id}/versions/{v.version_name}" for v in versions)
    assert server.served["good"] == 1000
    assert len(server.hits) <= 1200
    assert max(server.per_target().values()) <= 4
    assert by_action(server).keys() == {GET}


@pytest.mark.slow
def test_r1_a_bulk_call_by_singles_and_one_by_pages_lose_nothing_either():
    pairs = [(f"m-{number}", f"0.{number}.0") for number in range(500)]
    seed = survivable(pairs, rate=0.1)
    with FaultServer(lambda hit: draw(seed, hit.target, hit.attempt, rate=0.1, kinds=FAULTS)) as server, connect(server) as registry:
        versions = registry.get_versions([f"{model}@{name}" for model, name in pairs])
    assert [(v.model_id, v.version_name) for v in versions] == pairs
    assert not versions.errors
    assert len(server.hits) <= 600
    names = [f"0.{number}.0" for number in range(100)]
    kinds = {name: fault for name, fault in FAULTS.items() if name != "another version"}
    plan = lambda hit: draw(7, hit.target, hit.attempt, rate=0.2, kinds=kinds)  # noqa: E731
    with FaultServer(plan, answer=both(names)) as server, connect(server) as registry, ThreadPoolExecutor(16) as pool:
        sets = list(pool.map(lambda number: registry.list_versions(f"m-{number}"), range(20)))
    for number, found in enumerate(sets):
        assert [version.uri for version in found] == [f"m-{number}/{name}" for name in names]
    assert max(server.per_target().values()) <= 4


PERMANENT = [
    (400, "InvalidParameter", "PaiError"),
    (400, "SignatureDoesNotMatch", "AuthenticationError"),
    (400, "IncompleteSignature", "AuthenticationError"),
    (401, "Unauthorized", "AuthenticationError"),
    (403, "NoPermission", "PermissionDenied"),
    (403, "Forbidden.RAM", "PermissionDenied"),
    (404, "100600008", "VersionNotFound"),
    (404, "InvalidAccessKeyId.NotFound", "AuthenticationError"),
    (404, "InvalidApi.NotFound", "NotFound"),
    (405, "MethodNotAllowed", "PaiError"),
    (501, "NotImplemented", "PaiError"),
]


@pytest.mark.parametrize(("status", "code", "kind"), PERMANENT)
def test_r3_a_permanent_error_costs_one_request_and_keeps_its_kind(status, code, kind):
    with FaultServer(lambda hit: error(status, code, "model version not exists")) as server, connect(server) as registry:
        caught = failure(lambda: registry.get_version("m-1", "0.1.0"))
        assert type(caught).__name__ == kind
        assert (caught.code, caught.status, caught.attempts) == (code, status, 1)
        assert len(server.hits) == 1
        again = failure(lambda: registry.get_versions("m-2@0.1.0", on_error="raise"))
        assert type(again.errors["m-2@0.1.0"]).__name__ == kind
        assert len(server.hits) == 2
        failure(lambda: registry.get_model("model-1"))
        assert len(server.hits) == 3
        # a list that is refused like this may have asked for too large a page, so smaller ones are tried
        pages = 3 if code == "InvalidParameter" else 1
        failure(lambda: registry.list_versions("model-1"))
        failure(registry.list_models)
        assert len(server.hits) == 3 + 2 * pages


def test_r2_endless_faults_cost_the_attempts_that_were_allowed():
    for attempts in (1, 3, 5):
        with FaultServer(lambda hit: "503") as server, connect(server, max_attempts=attempts, backoff_scale=0.01) as registry:
            assert type(failure(lambda: registry.get_version("m", "0.1.0"))) is pnb.errors.ServiceUnavailable
        assert len(server.hits) == attempts


def test_r4_and_r5_a_hint_is_kept_or_told_at_once_when_too_long(pauses):
    soon = error(429, "Throttling", Retry_After="1")
    with FaultServer(lambda hit: soon if hit.attempt == 1 else None) as server, connect(server) as registry:
        registry.get_version("m", "0.1.0")
    assert server.hits[1].time - server.hits[0].time >= 1
    assert max(pauses) <= 2
    pauses.clear()
    with FaultServer(lambda hit: error(429, "Throttling", Retry_After="3600")) as server, connect(server) as registry:
        assert type(failure(lambda: registry.get_version("m", "0.1.0"))) is pnb.errors.Throttled
    assert pauses == []


FAULTY_FOR_EVER = {"max_attempts": 10**6, "retry_quota": 10**9, "backoff_scale": 3.0}


@pytest.mark.parametrize(
    "fault",
    [faults.silence, faults.drip, faults.stall, pytest.param("503", marks=pytest.mark.slow)],
    ids=["silence", "drip", "stall", "503"],
)
def test_r6_a_deadline_counts_from_the_call_also_for_those_who_wait_for_a_connection(fault):
    # one after the other they would take a hundred deadlines; tests.bench.deadlines measures how late the last one is
    with FaultServer(lambda hit: fault) as server, connect(server, deadline=1.0, max_workers=2, **FAULTY_FOR_EVER) as registry:

        def ask(number):
            return type(failure(lambda: registry.get_version("m", f"0.{number}.0")))

        with ThreadPoolExecutor(200) as pool:
            kinds = ended(lambda: set(pool.map(ask, range(200))))
    assert kinds <= {pnb.errors.DeadlineExceeded, pnb.errors.ServiceUnavailable}


@pytest.mark.parametrize("fault", [faults.silence, "503"], ids=["silence", "503"])
@pytest.mark.parametrize("address", ["m@latest", ",".join(["m@0.1.0", *(f"0.{number}.0" for number in range(2, 150))])])
def test_a_selector_that_cannot_be_listed_ends_in_time_too(fault, address):
    with FaultServer(lambda hit: fault) as server, connect(server, deadline=1.0, max_workers=1, **FAULTY_FOR_EVER) as registry:
        assert not ended(lambda: registry.get_versions(address))


@pytest.mark.parametrize("value", ["-5", "soon", "1e999", "NaN", "9" * 20, "", "0x10", "Infinity", "1, 2", "٣", "²"])
def test_r7_a_hint_that_is_none_is_ignored(value, pauses):
    head = b"HTTP/1.1 503 No\r\nRetry-After: " + value.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    with FaultServer(lambda hit: raw(head) if hit.attempt == 1 else None) as server, connect(server) as registry:
        registry.get_version("m", "0.1.0")
    assert len(server.hits) == 2
    assert max(pauses) < 1


@pytest.mark.slow
def test_r8_no_attempt_repeats_a_nonce():
    plan = lambda hit: draw(8, hit.target, hit.attempt, rate=0.3, kinds=FAULTS)  # noqa: E731
    with FaultServer(plan) as server, connect(server, max_attempts=20, retry_quota=10**6, backoff_scale=0.05) as registry:
        fetch_all(registry, [("m", f"0.{number}.0") for number in range(200)])
    assert len({hit.headers["x-acs-signature-nonce"] for hit in server.hits}) == len(server.hits) > 240


@pytest.mark.parametrize("offset", [timedelta(hours=2), timedelta(hours=-2)], ids=str)
def test_r9_a_wrong_clock_costs_one_more_request_for_all_calls_that_follow(offset):
    with FaultServer(skewed(offset)) as server, connect(server) as registry:
        for number in range(11):
            registry.get_version("m", f"0.{number}.0")
        assert "clock" in str(registry)
    assert len(server.hits) == 12


def test_r10_an_expired_token_is_renewed_once_for_32_threads():
    calls = []

    def tokens():
        calls.append(1)
        time.sleep(0.05)
        return (KEY_ID, SECRET, f"{TOKEN}{len(calls)}")

    refuse = lambda hit: error(400, "InvalidSecurityToken.Expired") if hit.headers["x-acs-security-token"] == f"{TOKEN}1" else None  # noqa: E731
    with FaultServer(refuse) as server, connect(server, credentials=tokens) as registry:
        assert len(fetch_all(registry, [("m", f"0.{number}.0") for number in range(32)], threads=32)) == 32
    assert len(calls) == 2
    assert max(server.per_target().values()) <= 2


@pytest.mark.slow
def test_r11_an_outage_costs_at_most_a_quarter_more_and_ends_when_it_ends():
    up = threading.Event()
    with FaultServer(lambda hit: None if up.is_set() else "503") as server, connect(server) as registry:

        def ask(number):
            try:
                return registry.get_version("m", f"0.{number}.0")
            except pnb.errors.ServiceUnavailable:
                return None

        with ThreadPoolExecutor(16) as pool:
            assert not any(pool.map(ask, range(500)))
            assert 500 <= len(server.hits) <= 625
            up.set()
            assert all(pool.map(ask, range(500, 550)))


@pytest.mark.parametrize("kind", sorted(DAMAGE))
def test_r12_a_damaged_answer_is_asked_for_again(kind):
    with FaultServer(lambda hit: kind if hit.attempt == 1 else None) as server, connect(server) as registry:
        assert registry.get_version("m", "0.1.0").version_name == "0.1.0"
    assert len(server.hits) == 2


def slow_start(conn, hit, good):
    time.sleep(0.6)
    conn.sendall(message(200, good))


ODD = {
    "interim": lambda conn, hit, good: conn.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + message(200, good)),
    "gzip": lambda conn, hit, good: conn.sendall(message(200, faults.gzipped(good), Content_Encoding="gzip")),
    "text/plain": lambda conn, hit, good: conn.sendall(message(200, good, Content_Type="text/plain")),
    "no type": lambda conn, hit, good: conn.sendall(message(200, good)),
    "slow start": slow_start,
}


@pytest.mark.parametrize("kind", sorted(ODD))
def test_r13_odd_but_good_answers_cost_one_request(kind):
    with FaultServer(lambda hit: ODD[kind]) as server, connect(server) as registry:
        registry.get_version("m", "0.1.0")
    assert len(server.hits) == 1


def test_r15_a_port_that_opens_within_a_second_is_waited_for():
    with FaultServer() as probe:
        port = probe.port
    revived = []
    timer = threading.Timer(0.8, lambda: revived.append(FaultServer(port=port)))
    timer.start()
    with connect(probe) as registry:
        assert registry.get_version("m", "0.1.0").version_name == "0.1.0"
    timer.join()
    revived[0].close()


@pytest.mark.slow
def test_r14_reused_connections_never_hand_over_another_answer():
    def stray(conn, hit, good):
        conn.sendall(message(200, good) + message(200, good))

    pairs = [("m", f"0.{number}.0") for number in range(200)]
    for server in (FaultServer(lambda hit: stray), FaultServer(close_after_each=True)):
        with server, connect(server) as registry:
            assert [version.version_name for version in fetch_all(registry, pairs)] == [name for _, name in pairs]


@pytest.mark.slow
def test_r16_nothing_is_left_after_close(own_loop):
    process, threads = psutil.Process(), set(threading.enumerate())
    with FaultServer(lambda hit: draw(16, hit.target, hit.attempt, rate=0.3, kinds=FAULTS)) as server:
        with connect(server) as registry:
            registry.get_version("warm", "0.0.0")
        time.sleep(0.1)
        before = process.num_fds()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            registry = connect(server, max_attempts=20, retry_quota=10**6, backoff_scale=0.01)
            fetch_all(registry, [("m", f"0.{number}.0") for number in range(300)])
            registry.close()
            gc.collect()
        eventually(lambda: process.num_fds() <= before + 2)
        assert not own_loop.running
        assert not [thread for thread in set(threading.enumerate()) - threads if thread.name.startswith("pai-")]
        assert not [warning for warning in caught if issubclass(warning.category, ResourceWarning)]
    assert "closed" in str(failure(lambda: registry.get_version("m", "0.1.0")))


@pytest.mark.parametrize("location", ["http://127.0.0.1:{port}/x", "//127.0.0.1:{port}/", "https://evil.example/", "/elsewhere", ""])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_s1_a_redirect_is_one_request_and_leads_nowhere(location, status):
    with FaultServer() as other:
        target = location.format(port=other.port)
        with FaultServer(lambda hit: lambda conn, hit, good: conn.sendall(message(status, b"", Location=target))) as server:
            with connect(server, credentials=(KEY_ID, SECRET, TOKEN)) as registry:
                caught = failure(lambda: registry.get_version("m", "0.1.0"))
            assert type(caught) is pnb.errors.ProtocolError
            assert (len(server.hits), len(other.hits)) == (1, 0)
            assert not [secret for secret in (KEY_ID, SECRET, TOKEN) if secret in str(caught)]


def test_s2_loopback_is_never_asked_through_a_proxy(monkeypatch):
    with FaultServer() as proxy, FaultServer() as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with connect(server) as registry:
            registry.get_version("m", "0.1.0")
        assert (proxy.connections, len(server.hits)) == (0, 1)


def gzip_bomb(conn, hit, good):
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(bytes(2**20)) for _ in range(256)) + packer.flush()
    conn.sendall(message(200, body, Content_Encoding="gzip"))


def endless(conn, hit, good):
    conn.sendall(message(200, b"", length=False))
    while True:
        conn.sendall(bytes(2**16))


def many_headers(conn, hit, good):
    conn.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: %s\r\n" % (number, b"y" * 100) for number in range(20_000)) + b"\r\n")


OVERSIZED = {
    "gzip bomb": gzip_bomb,
    "endless": endless,
    "headers": many_headers,
    "depth": raw(message(200, b"[" * 10**5)),
    "digits": raw(message(200, b'{"VersionName":"0.1.0","n":' + b"9" * 20_000 + b"}")),
}


@pytest.mark.parametrize("fault", [pytest.param(name, marks=[pytest.mark.slow] * (name == "gzip bomb")) for name in sorted(OVERSIZED)])
def test_s3_an_oversized_answer_costs_little_memory_and_ends(fault):
    with FaultServer(lambda hit: OVERSIZED[fault]) as server, connect(server, max_attempts=1) as registry:
        tracemalloc.start()
        caught = ended(lambda: failure(lambda: registry.get_version("m", "0.1.0")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert isinstance(caught, pnb.errors.ProtocolError | pnb.errors.ServiceUnavailable)
        # the fault server's own memory is traced too
        assert peak < 80 * 2**20


GOOD = b'{"VersionName": "0.1.0", "Labels": []}'
WRONG = {
    "other version": b'{"VersionName": "0.2.0"}',
    "no version": b'{"RequestId": "x"}',
    "array": b"[]",
    "null": b"null",
    "text": b'"0.1.0"',
    "duplicate keys": b'{"VersionName": "0.2.0", "VersionName": "0.1.0"}',
    "two documents": GOOD + GOOD,
    "bad UTF-8": GOOD.replace(b"[]", b'"\xff"'),
    "GBK": GOOD.replace(b"[]", '"版本"'.encode("gbk")),
    "HTML": b"<html>hello</html>",
}
RAW_WRONG = {
    "not HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n" + GOOD,
    "unknown encoding": message(200, GOOD, Content_Encoding="zstd"),
}


@pytest.mark.parametrize("kind", sorted([*WRONG, *RAW_WRONG]))
def test_s4_a_wrong_answer_is_an_error_of_ours_and_short(kind):
    said = RAW_WRONG.get(kind) or message(200, WRONG[kind])
    with FaultServer(lambda hit: raw(said)) as server, connect(server, backoff_scale=0.01) as registry:
        caught = failure(lambda: registry.get_version("m", "0.1.0"))
    assert isinstance(caught, pnb.errors.ProtocolError | pnb.errors.ServiceUnavailable)
    assert len(str(caught)) < 2000
    assert len(server.hits) <= 4


def test_s5_a_wide_answer_is_read():
    wide = {"VersionName": "0.1.0", "Labels": [{"Key": f"k{number}", "Value": "v"} for number in range(100_000)]}
    with FaultServer(answer=lambda hit: wide) as server, connect(server) as registry:
        assert len(registry.get_version("m", "0.1.0").labels) == 100_000


def test_a_date_hint_is_read_against_the_services_clock(pauses):
    def plan(hit):
        now = datetime.now(UTC) + timedelta(hours=5)
        busy = error(503, "ServiceUnavailable", Date=http_date(now), Retry_After=http_date(now + timedelta(seconds=1)))
        return busy if hit.attempt == 1 else None

    with FaultServer(plan) as server, connect(server) as registry:
        registry.get_version("m", "0.1.0")
    assert max(pauses) <= 2.5
