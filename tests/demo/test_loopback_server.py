"""The registry on a real socket, and what it does to those who misuse it."""

import contextlib
import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from pai_notebook import demo
from pai_notebook.demo import server as server_module
from tests.patience import PATIENCE

PATH = "/api/v1/models/model-a/versions/0.2.0"


@pytest.fixture
def server(store):
    with demo.serve(store=store) as server:
        yield server


def raw(server, data):
    """Send bytes and nothing after them, read until the server closes."""
    with connect(server) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def signed(server, make, path=PATH, query=None, **options):
    return make(path, query, host=f"127.0.0.1:{server.port}", date=datetime.now(UTC), **options)


def ask(connection, request):
    connection.request(request.method, request.target, headers=dict(request.headers))
    response = connection.getresponse()
    return response, response.read()


@contextlib.contextmanager
def connected(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def status(received):
    return int(received.split(b" ", 2)[1]) if received else 0


def test_many_requests_go_over_one_connection(server, make):
    with connected(server) as connection:
        response, body = ask(connection, signed(server, make))
        own = connection.sock
        for _ in range(5):
            response, body = ask(connection, signed(server, make))
        assert connection.sock is own
    assert (response.status, response.version, json.loads(body)["VersionName"]) == (200, 11, "0.2.0")


def test_the_headers_name_no_program_version_and_share_nothing_across_origins(server, make):
    with connected(server) as connection:
        response, body = ask(connection, signed(server, make))
    assert response.headers["server"] == "pai-demo"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-length"] == str(len(body))
    assert len(response.headers.get_all("date")) == 1
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", "127.0.0.1.nip.example:{port}", "[::1]:{port}", ""],
)
def test_a_foreign_host_is_refused(server, host):
    received = raw(server, f"GET {PATH} HTTP/1.1\r\nHost: {host.format(port=server.port)}\r\n\r\n".encode())
    assert status(received) == 421
    assert json.loads(received.partition(b"\r\n\r\n")[2])["Code"] == "MisdirectedRequest"


def test_no_host_and_two_hosts_are_refused(server):
    own = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    assert status(raw(server, b"GET / HTTP/1.1\r\n\r\n")) == 421
    assert status(raw(server, b"GET / HTTP/1.1\r\n" + own + own + b"\r\n")) == 421


def test_localhost_with_the_right_port_is_the_registry_too(server):
    received = raw(server, f"GET / HTTP/1.1\r\nHost: LocalHost:{server.port}\r\nConnection: close\r\n\r\n".encode())
    assert status(received) == 404


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "http://127.0.0.1:{port}.evil.example"]
)
def test_a_foreign_origin_is_refused(server, make, origin):
    with connected(server) as connection:
        request = signed(server, make)
        headers = {**request.headers, "Origin": origin.format(port=server.port)}
        connection.request("GET", request.target, headers=headers)
        assert connection.getresponse().status == 403


def test_a_preflight_gets_no_permission(server):
    head = f"OPTIONS {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: https://evil.example\r\n"
    received = raw(server, (head + "Access-Control-Request-Method: GET\r\n\r\n").encode())
    assert status(received) == 403
    assert b"access-control" not in received.lower()


def test_the_socket_is_bound_to_loopback_only(server):
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_a_signature_for_another_port_is_not_enough(server, make):
    with connected(server) as connection:
        request = make(PATH, host="127.0.0.1:1", date=datetime.now(UTC))
        connection.request("GET", request.target, headers={**request.headers, "host": f"127.0.0.1:{server.port}"})
        assert json.loads(connection.getresponse().read())["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + (b"x: " + b"y" * 8000 + b"\r\n") * 20 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"GET http://127.0.0.1/api/v1/models HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", 404),
        (b"BREW / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", 501),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_what_is_no_reasonable_request_is_refused_and_the_connection_closed(server, head, expected):
    received = raw(server, head.replace(b"%d", str(server.port).encode()))
    assert status(received) == expected
    assert b"connection: close" in received or expected == 404


def test_a_head_request_gets_no_body(server):
    received = raw(server, f"HEAD / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode())
    assert status(received) == 404
    assert received.endswith(b"\r\n\r\n")


def test_pipelined_requests_are_answered_in_turn(server):
    one = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    assert raw(server, one * 3).count(b"HTTP/1.1 404 ") == 3


def test_half_open_connections_do_not_keep_others_waiting(server, make):
    with contextlib.ExitStack() as stack:
        for number in range(50):
            half = stack.enter_context(connect(server))
            half.sendall(b"GET / HTTP/1.1\r\nHost: x"[: number % 24])
        with connected(server) as connection:
            response, _ = ask(connection, signed(server, make))
            assert response.status == 200


def test_a_client_that_leaves_without_reading_disturbs_nobody(server, make, capfd):
    for _ in range(20):
        with connect(server) as gone:
            gone.sendall(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    with connected(server) as connection:
        assert ask(connection, signed(server, make))[0].status == 200
    assert capfd.readouterr() == ("", "")


def test_threads_of_clients_all_get_their_own_answers(server, make):
    names = ["0.1.0", "0.2.0", "0.10.0"] * 20

    def read(name):
        with connected(server) as connection:
            path = f"/api/v1/models/model-a/versions/{name}"
            return [json.loads(ask(connection, signed(server, make, path))[1])["VersionName"] for _ in range(3)]

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(read, names)) == [[name] * 3 for name in names]


def test_one_nonce_raced_by_many_threads_wins_once(server, make):
    request = signed(server, make, nonce="raced")

    def read(_):
        with connected(server) as connection:
            return ask(connection, request)[0].status

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(read, range(16))) == [200] + [400] * 15


def test_a_fault_of_the_handler_is_answered_and_reported(make, capfd):
    def broken(_):
        raise ZeroDivisionError("a bug")

    with demo.serve(handler=broken) as server, connected(server) as connection:
        response, body = ask(connection, signed(server, make))
    assert (response.status, json.loads(body)["Code"]) == (500, "InternalError")
    assert "ZeroDivisionError: a bug" in capfd.readouterr().err


def test_a_handler_may_leave_the_length_of_its_body_to_the_server(make):
    with demo.serve(handler=lambda _: demo.Response(503, {}, b"busy")) as server, connected(server) as connection:
        answers = [ask(connection, signed(server, make)) for _ in range(2)]
    assert [(response.status, body) for response, body in answers] == [(503, b"busy")] * 2


@pytest.mark.parametrize("drops", [b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200, b"G" * 200])
def test_a_request_that_comes_drop_by_drop_is_given_up(store, monkeypatch, drops):
    monkeypatch.setattr(server_module, "_IDLE_SECONDS", 0.3)
    monkeypatch.setattr(server_module, "_READ_SECONDS", 0.3)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(demo.serve(store=store))
        slow = stack.enter_context(connect(server))
        stack.enter_context(contextlib.suppress(ConnectionError))
        for drop in drops:
            slow.sendall(bytes([drop]))
            time.sleep(0.005)
        assert slow.recv(1) == b""


def test_too_many_connections_are_turned_away_and_the_rest_served(store, make, monkeypatch):
    monkeypatch.setattr(server_module, "_MAX_CONNECTIONS", 3)
    with demo.serve(store=store) as server, connected(server) as connection, contextlib.ExitStack() as stack:
        assert ask(connection, signed(server, make))[0].status == 200
        idle = [stack.enter_context(connect(server)) for _ in range(3)]
        with contextlib.suppress(ConnectionError):
            assert idle[-1].recv(1) == b""
        assert ask(connection, signed(server, make))[0].status == 200


def test_leaving_the_block_ends_open_connections_and_their_threads(store, make):
    before = threading.active_count()
    with demo.serve(store=store) as server, connected(server) as connection:
        ask(connection, signed(server, make))
        server.end()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(connection, signed(server, make))
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        connect(server)


def test_leaving_the_block_does_not_wait_for_the_latency(store, make):
    began = time.monotonic()
    with demo.serve(store=store, latency=2 * PATIENCE) as server, connected(server) as connection:
        request = signed(server, make)
        connection.request("GET", request.target, headers=dict(request.headers))
        time.sleep(0.1)
    assert time.monotonic() - began < PATIENCE


def test_a_taken_port_is_an_error_and_two_servers_do_not_meet(server, store):
    with demo.serve(store=store) as second:
        assert second.port != server.port
    with pytest.raises(OSError, match="in use"), demo.serve(server.port):
        pass
