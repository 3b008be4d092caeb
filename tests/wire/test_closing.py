"""`close()` while others fetch: each call ends with its answer or with one error that says so, and nothing else is seen anywhere."""

import asyncio
import contextlib
import copy
import pickle
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from concurrent.futures import CancelledError, ThreadPoolExecutor
from multiprocessing.reduction import ForkingPickler

import joblib
import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.client import tasks
from pai_notebook.client.connections import ConnectionPool
from pai_notebook.client.loop import LoopThread
from pai_notebook.client.tasks import LoopUser
from pai_notebook.errors import ConfigurationError
from pai_notebook.registry import connection
from tests.examples import cases
from tests.patience import PATIENCE, eventually

from .faultserver import FaultServer, good_answer, listing

# seen once on Python 3.13: a socket left to its finalizer; a race of cancelling and connecting is suspected, the cause is not known yet
pytestmark = [pytest.mark.usefixtures("own_loop")]
CLOSED = "this registry was closed"
EMBEDDED = demo.transport()
"""One for all, because to load the data takes longer than to close a registry."""


def fetch_until_closed(registry, ask, outcomes):
    """Ask again and again; keep how it ended."""
    try:
        while True:
            ask(registry)
    except BaseException as error:  # noqa: BLE001 - to see what a user's thread would see
        outcomes.append(error)


def close_amid(registry, asks, *, after):
    """Close a registry while a thread for each way of asking uses it."""
    outcomes = []
    threads = [threading.Thread(target=fetch_until_closed, args=(registry, ask, outcomes)) for ask in asks]
    for thread in threads:
        thread.start()
    time.sleep(after)
    registry.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "nobody hangs"
    return outcomes


def refresh(registry):
    registry.get_version("model-a", "0.1.0", refresh=True)


ASKS = (
    lambda registry: registry.get_version(MODEL, "2.4.0", refresh=True),
    lambda registry: registry.get_versions(MODEL, refresh=True, progress=False),
    lambda registry: registry.get_versions(*(f"{MODEL}@{name}" for name in ("2.4.0", "2.0.0", "latest")), refresh=True, progress=False),
    lambda registry: registry.list_models(),
)
MODEL = "model-rbvg5wfo5d0gngz1b8"


@pytest.mark.slow
def test_many_closes_while_four_threads_fetch_end_each_call_with_one_error(capfd):
    ended, before, count = [], set(threading.enumerate()), cases(300)
    for number in range(count):
        registry = pnb.connect("demo", default=False, transport=EMBEDDED)
        ended += close_amid(registry, ASKS, after=0.004 * (number % 4))
    assert len(ended) == 4 * count
    assert {(type(error), getattr(error, "message", error)) for error in ended} == {(ConfigurationError, CLOSED)}
    assert capfd.readouterr() == ("", "")
    assert set(threading.enumerate()) <= before


def slow(conn, hit, good):
    time.sleep(0.005)
    good_answer(conn, hit, good)


def test_closes_over_sockets_end_the_same_way(capfd):
    names = [f"0.{number}.0" for number in range(250)]
    asks = (
        lambda registry: registry.get_versions("model-a", refresh=True, progress=False),
        lambda registry: registry.get_versions(*(f"model-b@{name}" for name in names[:3]), refresh=True, progress=False),
        lambda registry: list(registry.client.iterate(registry.client.stream_versions("model-c"))),
    )
    ended = []
    with FaultServer(lambda hit: slow, answer=listing(names, most=100)) as server:
        for number in range(16):
            options = {"credentials": ("id", "secret"), "default": False, "requests_per_second": None}
            ended += close_amid(pnb.connect(endpoint=server.url, **options), asks, after=0.01 * (number % 8))
    assert {(type(error), getattr(error, "message", error)) for error in ended} == {(ConfigurationError, CLOSED)}
    assert len(ended) == 3 * 16
    assert capfd.readouterr() == ("", "")


async def pages():
    """Ends slowly, as a reading does whose requests outlast their cancelling on a busy machine."""
    try:
        for number in range(9):
            yield number
    finally:
        await asyncio.sleep(0.05)


async def versions_of_pages():
    async with contextlib.aclosing(pages()) as numbers:
        async for number in numbers:
            yield number


def test_a_stream_that_is_closed_between_two_items_ends_in_silence(capfd, caplog):
    registry = pnb.connect("demo", default=False, transport=EMBEDDED)
    stream = registry.client.iterate(versions_of_pages())
    assert [next(stream), next(stream)] == [0, 1]
    registry.close()
    with pytest.raises(ConfigurationError, match=CLOSED):
        next(stream)
    assert capfd.readouterr() == ("", "")
    assert [record.getMessage() for record in caplog.records] == []


def test_what_had_arrived_is_on_the_error():
    names = [f"0.{number}.0" for number in range(20)]
    over = threading.Event()

    def hang_on_the_last(conn, hit, good):
        over.wait(PATIENCE)

    with FaultServer(lambda hit: hang_on_the_last if hit.version == "0.19.0" else None, answer=document_or_list(names)) as server:
        registry = pnb.connect(endpoint=server.url, credentials=("id", "secret"), default=False, requests_per_second=None)
        outcomes = []
        ask = lambda registry: registry.get_versions(["model-a@0.1.0", "model-a@0.19.0"], refresh=True, progress=False)  # noqa: E731
        thread = threading.Thread(target=fetch_until_closed, args=(registry, ask, outcomes))
        thread.start()
        # the first has arrived when the second worker waits for it no longer
        eventually(lambda: len(server.hits) == 2 and registry.fetcher.memory.names("model-a") == ["0.1.0"])
        registry.close()
        thread.join(PATIENCE)
        over.set()
    (error,) = outcomes
    assert error.message == CLOSED
    assert [version.version_name for version in error.partial] == ["0.1.0"]


def document_or_list(names):
    pages = listing(names)
    return lambda hit: pages(hit) if hit.path.endswith("/versions") else {"VersionName": hit.version, "RequestId": "R"}


def test_a_closed_registry_refuses_everything_in_the_same_words():
    registry = pnb.connect("demo", default=False)
    registry.list_models()
    registry.close()
    registry.close()
    for ask in ASKS:
        with pytest.raises(ConfigurationError, match=CLOSED) as caught:
            ask(registry)
        assert caught.value.hint == "Connect again with connect(...)."
    with pytest.raises(ConfigurationError, match=CLOSED):
        list(registry.client.iterate(registry.client.stream_versions(MODEL)))


def test_many_threads_may_close_at_the_same_time(own_loop):
    registry = pnb.connect("demo", default=False)
    registry.list_models()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: registry.close(), range(32)))
    assert not own_loop.running


def test_one_registry_is_closed_without_hurting_another():
    kept = pnb.connect("demo", default=False)
    kept.list_models()
    for _ in range(20):
        other = pnb.connect("demo", default=False, transport=EMBEDDED)
        assert {error.message for error in close_amid(other, ASKS, after=0.002)} == {CLOSED}
        assert len(kept.list_models()) > 3
    kept.close()


def test_close_may_be_called_on_the_loop_itself(own_loop):
    registry = pnb.connect("demo", default=False)

    async def close_there():
        registry.close()
        await asyncio.sleep(PATIENCE)

    with pytest.raises(ConfigurationError, match=CLOSED):
        registry.client.run(close_there())
    eventually(lambda: not own_loop.running)


def test_a_call_that_is_cancelled_before_it_began_leaves_no_word(recwarn):
    loop = LoopThread()
    late = threading.Event()

    async def never():
        """May begin: the loop is faster than the cancelling now and then."""

    async def last():
        late.set()

    try:
        for _ in range(200):
            loop.submit(never()).cancel()
        begun, hold = threading.Event(), threading.Event()
        loop.submit(block(begun, hold))
        assert begun.wait(PATIENCE)
        future = loop.submit(last())
        assert future.cancel()
        hold.set()
        with pytest.raises(CancelledError):
            future.result(PATIENCE)
        loop.run(asyncio.sleep(0))
        assert not late.is_set()
    finally:
        loop.stop()
    assert [str(warning.message) for warning in recwarn] == []


async def block(begun, hold):
    begun.set()
    hold.wait(PATIENCE)


def test_a_user_that_has_left_starts_nothing():
    loop = LoopThread()
    user = LoopUser()
    assert loop.run(asyncio.sleep(0, 7), user=user) == 7
    loop.leave(user)
    assert not loop.running
    coroutine = asyncio.sleep(0)
    with pytest.raises(ConfigurationError, match=CLOSED):
        loop.submit(coroutine, user=user)
    assert not loop.running


def test_a_call_that_outlasts_its_cancelling_is_silent_and_its_connection_is_closed(monkeypatch, caplog):
    monkeypatch.setattr(tasks, "GRACE", 0.02)
    connection, begun = SlowToClose(), threading.Event()

    class User(LoopUser):
        async def use(self):
            self.pool = ConnectionPool(lambda: connection, 1)
            async with self.pool.lane():
                try:
                    begun.set()
                    await asyncio.sleep(PATIENCE)
                finally:
                    await asyncio.sleep(0.1)

        async def release(self):
            await self.pool.aclose()

    loop, user = LoopThread(), User()
    call = loop.submit(user.use(), user=user)
    assert begun.wait(PATIENCE)
    loop.leave(user)
    with pytest.raises(ConfigurationError, match=CLOSED):
        call.result(PATIENCE)
    assert connection.closed
    assert not loop.running
    assert caplog.messages == []


class SlowToClose:
    closed = False

    async def aclose(self):
        await asyncio.sleep(0.02)
        self.closed = True


# registries do not travel; whoever tries is told what to do instead


def test_a_registry_in_another_process_says_how_to_connect_there():
    with pnb.connect("demo", default=False) as registry:
        for travel in (pickle.dumps, copy.deepcopy, ForkingPickler.dumps):
            with pytest.raises(pnb.errors.ConfigurationError, match=r"Call connect\(\.\.\.\) in the worker, or use threads"):
                travel(registry)
        assert copy.copy(registry).get_version(MODEL, "2.4.0") == registry.get_version(MODEL, "2.4.0")
        with pytest.raises(pickle.PicklingError) as caught:
            joblib.Parallel(2)(joblib.delayed(registry.get_version)(MODEL, "2.4.0") for _ in range(2))
        told = "".join(traceback.format_exception(caught.value))
        assert "Call connect(...) in the worker" in told
        versions = joblib.Parallel(2, prefer="threads")(joblib.delayed(registry.get_version)(MODEL, "2.4.0") for _ in range(2))
        assert [version.version_name for version in versions] == ["2.4.0", "2.4.0"]


# the default registry


def test_threads_that_ask_for_the_default_registry_at_once_get_the_same_one(monkeypatch):
    monkeypatch.setenv("REGION", "cn-hangzhou")
    monkeypatch.setattr(connection, "_default", None)
    start = threading.Barrier(16)

    def ask():
        start.wait(PATIENCE)
        return connection.default_registry()

    with ThreadPoolExecutor(16) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(16)]]
    assert {id(registry) for registry in found} == {id(connection.current_registry())}


@pytest.mark.parametrize(
    "option", [{"region": "cn-nowhere"}, {"endpoint": "not an endpoint"}, {"network": "moon"}, {"credentials": ("a", "b")}]
)
def test_the_embedded_registry_refuses_what_it_would_not_use(option):
    (name,) = option
    with pytest.raises(ConfigurationError, match=f"does not use {name}="):
        pnb.connect("demo", default=False, **option)


def test_the_embedded_registry_uses_the_limits_it_is_given():
    with pnb.connect("demo", default=False) as registry:
        assert registry.client.settings.limits.requests_per_second is None
    with pnb.connect("demo", default=False, requests_per_second=5, max_workers=2, workspace_id="20482") as registry:
        limits = registry.client.settings.limits
        assert (limits.requests_per_second, limits.max_workers, registry.workspace_id) == (5, 2, "20482")


# what the demo command prints works as printed


def test_connect_reads_what_the_demo_command_prints(monkeypatch):
    from pai_notebook.demo.__main__ import greeting

    with demo.serve(0) as server:
        for line in greeting(server).splitlines():
            name, mark, value = line.partition("=")
            if mark:
                monkeypatch.setenv(name, value)
        monkeypatch.setenv("REGION", "cn-hangzhou")
        with pnb.connect(default=False) as registry:
            assert registry.client.settings.endpoint.url == server.url
            assert len(registry.list_models()) > 3


_DEMO_THEN_CONNECT = textwrap.dedent("""
    import sys
    import pai_notebook as pnb
    print(len(pnb.list_models()), pnb.connect(region="cn-beijing", default=False).client.settings.endpoint.host)
""")


@pytest.mark.slow
def test_a_shell_that_evaluates_what_the_demo_command_prints_can_use_it():
    with subprocess.Popen([sys.executable, "-m", "pai_notebook.demo"], stdout=subprocess.PIPE, text=True) as server:
        try:
            told = "".join(server.stdout.readline() for _ in range(5))
            run = subprocess.run(
                ["sh", "-euc", 'eval "$1"; exec "$2" -c "$3"', "sh", told, sys.executable, _DEMO_THEN_CONNECT],
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=True,
            )
        finally:
            server.terminate()
            assert server.wait(PATIENCE) == 0, "SIGTERM ends it as Ctrl-C does"
    models, host = run.stdout.split()
    assert int(models) > 3
    assert host == "aiworkspace.cn-beijing.aliyuncs.com", "a region in the call comes before an endpoint in the environment"
