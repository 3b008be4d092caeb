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
import time
import warnings

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

from pai_notebook.errors import ConfigurationError, ServiceUnavailable
from pai_notebook.wire.loop import LoopThread, shared_loop

from .faultserver import FaultServer, Hangup, good_answer


def hang(conn, hit, good):
    """Wait until the client goes away, and note when it did."""
    conn.settimeout(20)
    gone = conn.recv(1) == b""
    hit.headers["gone"] = f"{gone} {time.monotonic()}"
    raise Hangup


def hangs_on(*versions):
    return lambda hit: hang if hit.version in versions else None


def pai_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("pai-")]


def wait_until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_cancelling_a_future_aborts_its_request_on_the_server():
    with FaultServer(hangs_on("9.9.9")) as server, server.client() as client:
        future = client.submit(client.get_version("m", "9.9.9"))
        assert wait_until(lambda: server.hits)
        cancelled = time.monotonic()
        assert future.cancel()
        assert wait_until(lambda: "gone" in server.hits[0].headers)
        gone, when = server.hits[0].headers["gone"].split()
        assert gone == "True"
        assert float(when) - cancelled < 0.5
        assert client.run(client.get_version("m", "0.1.0")).attempts == 1


def test_one_of_two_callers_may_leave_without_hurting_the_other():
    def slow(conn, hit, good):
        time.sleep(0.3)
        good_answer(conn, hit, good)

    with FaultServer(lambda hit: slow) as server, server.client() as client:
        first = client.submit(client.get_version("m", "0.1.0"))
        second = client.submit(client.get_version("m", "0.1.0"))
        assert wait_until(lambda: server.hits)
        first.cancel()
        assert second.result(5).document["VersionName"] == "0.1.0"
    assert len(server.hits) == 1


# a script as a notebook cell runs it: the main thread waits, SIGINT arrives
_SCRIPT = textwrap.dedent("""
    import json, sys, threading, time
    from pai_notebook.wire import Client, Limits, Reply, resolve_credentials, resolve_settings
    settings = resolve_settings(endpoint=sys.argv[1], environ={}, home="/nonexistent", limits=Limits(requests_per_second=None))
    client = Client(settings, resolve_credentials(("id", "secret")))
    arrived = {}
    pairs = [("m", f"0.{number}.0") for number in range(50)]
    print("ready", flush=True)
    try:
        client.run(client.get_many(pairs, on_result=arrived.__setitem__))
    except KeyboardInterrupt:
        at = time.monotonic()
    again = client.run(client.get_version("m", "1.0.0"))
    client.close()
    threads = [thread.name for thread in threading.enumerate()]
    print(json.dumps([at, len(arrived), all(isinstance(reply, Reply) for reply in arrived.values()), again.attempts, threads]))
""")


def test_an_interrupt_ends_a_bulk_fetch_keeps_what_arrived_and_leaves_the_client_usable():
    slow_ones = {f"0.{number}.0" for number in range(20, 28)}
    with FaultServer(hangs_on(*slow_ones)) as server:
        process = subprocess.Popen([sys.executable, "-c", _SCRIPT, server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        assert wait_until(lambda: len(server.hits) == 28)
        time.sleep(0.1)
        interrupted = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert err == ""
        at, arrived, good, attempts, threads = json.loads(out)
        assert at - interrupted < 0.5
        assert (arrived, good, attempts, threads) == (20, True, 1, ["MainThread"])
        aborted = [hit for hit in server.hits if hit.version in slow_ones]
        assert wait_until(lambda: all("gone" in hit.headers for hit in aborted))
        assert all(float(hit.headers["gone"].split()[1]) - interrupted < 0.5 for hit in aborted)
    assert len(server.hits) == 29


@pytest.mark.kernel
def test_the_stop_button_of_a_real_kernel_aborts_the_request():
    with FaultServer(hangs_on("9.9.9")) as server:
        manager, kernel = start_new_kernel(kernel_name="python3")
        try:
            setup = textwrap.dedent(f"""
                from pai_notebook.wire import Client, resolve_credentials, resolve_settings
                client = Client(resolve_settings(endpoint="{server.url}", environ={{}}, home="/x"), resolve_credentials(("id", "secret")))
            """)
            assert kernel.execute_interactive(setup, timeout=30, output_hook=lambda message: None)["content"]["status"] == "ok"
            kernel.execute('client.run(client.get_version("m", "9.9.9"))')
            assert wait_until(lambda: server.hits)
            interrupted = time.monotonic()
            manager.interrupt_kernel()
            reply = kernel.get_shell_msg(timeout=10)
            answered = time.monotonic()
            assert reply["content"]["ename"] == "KeyboardInterrupt"
            assert wait_until(lambda: "gone" in server.hits[0].headers)
            assert float(server.hits[0].headers["gone"].split()[1]) - interrupted < 2
            assert answered - interrupted < 4, "the kernel also renders a traceback"
            after = 'print(client.run(client.get_version("m", "0.1.0")).attempts); client.close()'
            assert kernel.execute_interactive(after, timeout=10, output_hook=lambda message: None)["content"]["status"] == "ok"
        finally:
            kernel.stop_channels()
            manager.shutdown_kernel(now=True)
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


def test_the_thread_ends_with_the_last_client_and_starts_again():
    with FaultServer() as server:
        one, two = server.client(), server.client()
        one.run(one.get_version("m", "0.1.0"))
        two.run(two.get_version("m", "0.1.0"))
        one.close()
        assert two.run(two.get_version("m", "0.1.0")).attempts == 1
        two.close()
        assert pai_threads() == []
        with server.client() as three:
            three.run(three.get_version("m", "0.1.0"))
        assert pai_threads() == []


def test_a_closed_client_says_so():
    with FaultServer() as server:
        client = server.client()
        client.close()
        client.close()
        with pytest.raises(ConfigurationError, match="closed"):
            client.run(client.get_version("m", "0.1.0"))


def test_closing_while_a_fetch_is_under_way_ends_it_with_an_error_of_the_package():
    with FaultServer(lambda hit: hang) as server:
        client = server.client()
        future = client.submit(client.get_version("m", "0.1.0"))
        assert wait_until(lambda: server.hits)
        client.close()
        with pytest.raises(ConfigurationError, match="closed"):
            future.result(2)
        assert wait_until(lambda: "gone" in server.hits[0].headers)


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
            assert wait_until(lambda: len(process.net_connections("tcp")) <= before)
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
    "with a request under way": "client.submit(client.get_version('m', '9.9.9')); time.sleep(0.3)",
    "by an error": "client.submit(client.get_version('m', '9.9.9')); time.sleep(0.3); sys.exit(3)",
}


@pytest.mark.parametrize("how", sorted(_EXITS))
def test_the_interpreter_leaves_at_once_and_in_silence(how):
    code = textwrap.dedent("""
        import sys, time
        from pai_notebook.wire import Client, Limits, resolve_credentials, resolve_settings
        settings = resolve_settings(endpoint=sys.argv[1], environ={}, home="/nonexistent", limits=Limits())
        client = Client(settings, resolve_credentials(("id", "secret")))
        client.run(client.get_version("m", "0.1.0"))
    """)
    with FaultServer(hangs_on("9.9.9")) as server:
        began = time.monotonic()
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", code + _EXITS[how], server.url],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert time.monotonic() - began < 5
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 3 if how == "by an error" else 0)


def test_a_hanging_name_lookup_delays_neither_interrupt_nor_close():
    thread = LoopThread()
    blocked = threading.Event()

    async def lookup():
        await asyncio.get_running_loop().run_in_executor(None, blocked.wait)

    future = thread.submit(lookup())
    assert wait_until(lambda: any(thread.name == "pai-call" for thread in threading.enumerate()))
    began = time.monotonic()
    future.cancel()
    thread.stop()
    assert time.monotonic() - began < 0.5
    blocked.set()
    assert wait_until(lambda: pai_threads() == [])


def test_nothing_runs_before_it_is_needed():
    with FaultServer() as server:
        client = server.client()
        assert not shared_loop.running
        with pytest.raises(ServiceUnavailable), server.client(url="http://127.0.0.1:9", connect_timeout=0.1) as other:
            other.run(other.get_version("m", "0.1.0"))
        client.close()
    assert pai_threads() == []
