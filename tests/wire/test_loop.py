"""Interrupts, cancelling, threads, forks and exits: the private loop does what was asked and leaves nothing behind."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import warnings
from functools import partial
from pathlib import Path

import psutil
import pytest

import pai_notebook
from pai_notebook.client.loop import LoopThread, shared_loop
from pai_notebook.errors import ConfigurationError, ServiceUnavailable
from tests.kernel.kernels import Kernel
from tests.patience import PATIENCE, UNHURRIED, eventually

from .faultserver import FaultServer, good_answer, silence

ROOT = Path(pai_notebook.__file__).parent
WATCHED = (str(ROOT / "client"), str(ROOT / "registry" / "registry.py"))


def hangs_on(*versions):
    return lambda hit: silence if hit.version in versions else None


def test_cancelling_a_future_aborts_its_request_on_the_server():
    with FaultServer(hangs_on("9.9.9")) as server, server.client() as client:
        future = client.submit(client.get_version("m", "9.9.9"))
        eventually(lambda: server.hits)
        assert future.cancel()
        assert eventually(lambda: server.hits[0].gone) == [True]
        assert client.run(client.get_version("m", "0.1.0")).attempts == 1


def test_one_of_two_callers_may_leave_without_hurting_the_other():
    left = threading.Event()

    def held(conn, hit, good):
        left.wait(PATIENCE)
        good_answer(conn, hit, good)

    with FaultServer(lambda hit: held) as server, server.client() as client:
        first = client.submit(client.get_version("m", "0.1.0"))
        second = client.submit(client.get_version("m", "0.1.0"))
        eventually(lambda: server.hits)
        first.cancel()
        left.set()
        assert second.result(PATIENCE).document["VersionName"] == "0.1.0"
    assert len(server.hits) == 1


# a script as a notebook cell runs it: the main thread waits, SIGINT arrives
_SCRIPT = textwrap.dedent("""
    import json, sys, threading
    from pai_notebook.client import Client, Limits, Reply, resolve_credentials, resolve_settings
    limits = Limits(requests_per_second=None, **json.loads(sys.argv[2]))
    settings = resolve_settings(endpoint=sys.argv[1], environ={}, home="/nonexistent", limits=limits)
    client = Client(settings, resolve_credentials(("id", "secret")))
    arrived = {}
    pairs = [("m", f"0.{number}.0") for number in range(50)]
    def arrive(place, reply):
        arrived[place] = reply
        print("arrived", flush=True)
    try:
        client.run(client.get_many(pairs, on_result=arrive))
    except KeyboardInterrupt:
        interrupted = True
    again = client.run(client.get_version("m", "1.0.0"))
    client.close()
    threads = [thread.name for thread in threading.enumerate()]
    print(json.dumps([interrupted, len(arrived), all(isinstance(reply, Reply) for reply in arrived.values()), again.attempts, threads]))
""")


def test_an_interrupt_ends_a_bulk_fetch_keeps_what_arrived_and_leaves_the_client_usable():
    slow_ones = {f"0.{number}.0" for number in range(20, 28)}
    with FaultServer(hangs_on(*slow_ones)) as server:
        command = [sys.executable, "-c", _SCRIPT, server.url, json.dumps(UNHURRIED)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert [process.stdout.readline() for _ in range(20)] == ["arrived\n"] * 20
        eventually(lambda: len(server.hits) == 28)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert err == ""
        assert json.loads(out) == [True, 20, True, 1, ["MainThread"]]
        aborted = [hit for hit in server.hits if hit.version in slow_ones]
        assert eventually(lambda: all(hit.gone for hit in aborted))
    assert len(server.hits) == 29


@pytest.mark.kernel
def test_the_stop_button_of_a_real_kernel_aborts_the_request(tmp_path):
    with FaultServer(hangs_on("9.9.9")) as server, Kernel(tmp_path, None) as kernel:
        kernel.run(
            textwrap.dedent(f"""
                from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings
                settings = resolve_settings(endpoint="{server.url}", environ={{}}, home="/x", limits=Limits(**{UNHURRIED}))
                client = Client(settings, resolve_credentials(("id", "secret")))
            """)
        )
        asked = kernel.send('client.run(client.get_version("m", "9.9.9"))')
        eventually(lambda: server.hits)
        kernel.manager.interrupt_kernel()
        assert kernel.finish(asked).error["ename"] == "KeyboardInterrupt"
        assert eventually(lambda: server.hits[0].gone) == [True]
        kernel.run('print(client.run(client.get_version("m", "0.1.0")).attempts); client.close()')
    assert server.hits[-1].version == "0.1.0"


def test_the_blocking_call_works_inside_a_running_loop():
    async def cell(client):
        return client.run(client.get_version("m", "0.1.0"))

    with FaultServer() as server, server.client() as client:
        assert asyncio.run(cell(client)).attempts == 1


def test_a_blocking_call_on_the_private_loop_is_refused_instead_of_hanging():
    async def mistake(client):
        client.run(client.get_version("m", "0.1.0"))

    with FaultServer() as server, server.client() as client, pytest.raises(RuntimeError, match="private event loop"):
        client.run(mistake(client))
    assert server.hits == []


def test_a_coroutine_on_another_loop_says_how_to_run_it():
    with FaultServer() as server, server.client() as client, pytest.raises(RuntimeError, match=r"client\.run"):
        asyncio.run(client.get_version("m", "0.1.0"))


def test_the_thread_ends_with_the_last_client_and_starts_again(own_loop):
    with FaultServer() as server:
        one, two = server.client(), server.client()
        one.run(one.get_version("m", "0.1.0"))
        two.run(two.get_version("m", "0.1.0"))
        one.close()
        assert two.run(two.get_version("m", "0.1.0")).attempts == 1
        assert own_loop.running
        two.close()
        assert not own_loop.running
        with server.client() as three:
            three.run(three.get_version("m", "0.1.0"))
        assert not own_loop.running


def test_a_closed_client_says_so():
    with FaultServer() as server:
        client = server.client()
        client.close()
        client.close()
        with pytest.raises(ConfigurationError, match="closed"):
            client.run(client.get_version("m", "0.1.0"))


def test_closing_while_a_fetch_is_under_way_ends_it_with_an_error_of_the_package():
    with FaultServer(lambda hit: silence) as server:
        client = server.client()
        future = client.submit(client.get_version("m", "0.1.0"))
        eventually(lambda: server.hits)
        client.close()
        with pytest.raises(ConfigurationError, match="closed"):
            future.result(PATIENCE)
        assert eventually(lambda: server.hits[0].gone) == [True]


def test_a_forgotten_client_takes_its_sockets_along():
    process = psutil.Process()
    with FaultServer() as server:
        keep = server.client()
        keep.run(keep.get_version("m", "0.1.0"))
        before = len(process.net_connections("tcp"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            client = server.client()
            client.run(client.get_version("m", "0.1.0"))
            assert len(process.net_connections("tcp")) > before
            del client
            gc.collect()
            assert eventually(lambda: len(process.net_connections("tcp")) <= before)
        keep.close()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_and_its_parent_both_go_on():
    with FaultServer() as server, server.client() as client:
        client.run(client.get_version("m", "0.1.0"))
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                replies = [client.run(client.get_version("m", f"1.{number}.0")).attempts for number in range(5)]
                os.write(write, json.dumps(replies).encode())
            finally:
                os._exit(0)
        os.close(write)
        for number in range(5):
            assert client.run(client.get_version("m", f"2.{number}.0")).attempts == 1
        with os.fdopen(read) as pipe:
            assert json.loads(pipe.read()) == [1] * 5
        os.waitpid(child, 0)
    assert len(server.hits) == 11
    connections = {hit.connection for hit in server.hits if hit.version.startswith("1.")}
    assert connections.isdisjoint(hit.connection for hit in server.hits if not hit.version.startswith("1.")), "no socket is shared"


_EXITS = {
    "closed": "client.close()",
    "never closed": "",
    "with a request under way": "client.submit(client.get_version('m', '9.9.9')); sys.stdin.read()",
    "by an error": "client.submit(client.get_version('m', '9.9.9')); sys.stdin.read(); sys.exit(3)",
}


@pytest.mark.parametrize("how", sorted(_EXITS))
def test_the_interpreter_leaves_at_once_and_in_silence(how):
    code = textwrap.dedent("""
        import json, sys
        from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings
        limits = Limits(**json.loads(sys.argv[2]))
        settings = resolve_settings(endpoint=sys.argv[1], environ={}, home="/nonexistent", limits=limits)
        client = Client(settings, resolve_credentials(("id", "secret")))
        client.run(client.get_version("m", "0.1.0"))
    """)
    with FaultServer(hangs_on("9.9.9")) as server:
        command = [sys.executable, "-W", "error", "-c", code + _EXITS[how], server.url, json.dumps(UNHURRIED)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        eventually(lambda: len(server.hits) == 1 + ("9.9.9" in _EXITS[how]))
        out, err = process.communicate(timeout=PATIENCE)  # closes its input
    assert (out, err, process.returncode) == ("", "", 3 if how == "by an error" else 0)


def test_a_hanging_name_lookup_delays_neither_interrupt_nor_close():
    thread = LoopThread()
    blocked = threading.Event()

    async def lookup():
        await asyncio.get_running_loop().run_in_executor(None, blocked.wait, PATIENCE)

    before = set(threading.enumerate())

    def is_hanging():
        return any(thread.name == "pai-call" for thread in set(threading.enumerate()) - before)

    future = thread.submit(lookup())
    eventually(is_hanging)
    future.cancel()
    thread.stop()
    assert is_hanging(), "the lookup was not waited for"
    blocked.set()
    eventually(lambda: set(threading.enumerate()) <= before)


def test_nothing_runs_before_it_is_needed(own_loop):
    with FaultServer() as server:
        client = server.client()
        assert not own_loop.running
        with pytest.raises(ServiceUnavailable), server.client(url="http://127.0.0.1:9", connect_timeout=0.1) as other:
            other.run(other.get_version("m", "0.1.0"))
        client.close()
    assert not own_loop.running


class Interrupting:
    """Raises KeyboardInterrupt where SIGINT may: as a function of the package begins, ends or has called another one."""

    def __init__(self, at):
        self.at, self.taken = at, 0

    def step(self, frame, event, _):
        frames = (frame, frame.f_back or frame) if event == "return" else (frame,)
        if event != "c_call" and any(each.f_code.co_filename.startswith(WATCHED) for each in frames):
            self.taken += 1
            if self.taken == self.at:
                raise KeyboardInterrupt

    def during(self, call):
        sys.setprofile(self.step)
        try:
            call()
        except KeyboardInterrupt:
            return True
        finally:
            sys.setprofile(None)
        return False


def tasks():
    """What the loop runs, besides itself."""
    return [task for task in asyncio.all_tasks(shared_loop._loop) if task.get_coro().__name__ != "_serve"]


CALLS = {
    "a version": lambda registry: registry.get_version("wine-cultivar", "1.5.0", refresh=True),
    "a list": lambda registry: registry.list_models(limit=3),
    "a page at a time": lambda registry: list(registry.client.iterate(registry.client.stream_versions("model-rbvg5w0xvkg09sgeed"))),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_interrupt_at_any_step_on_the_way_to_the_loop_leaves_nothing_behind(name):
    """No coroutine that nobody awaits, and no task that goes on although nobody waits for it."""
    with pai_notebook.connect("demo", default=False) as registry, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        call = partial(CALLS[name], registry)
        call()
        step = 0
        while Interrupting(step := step + 1).during(call):
            assert eventually(lambda: not tasks()), f"step {step}"
            assert not told, f"step {step}: {[str(each.message) for each in told]}"
        call()
    assert step > 20
