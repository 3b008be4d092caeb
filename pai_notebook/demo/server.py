"""The registry on a loopback port, with the standard library's server.

Loopback is not a boundary for a browser: any page may send requests here, and a name that is made to resolve to 127.0.0.1
makes them same-origin. Hence a foreign Host or Origin is refused, nothing is ever shared across origins, and reading a
request is bounded in time and size.
"""

from __future__ import annotations

import io
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from pai_notebook.demo.handler import Handler
from pai_notebook.demo.http import ApiError, Request, Response, json_response, request_id

if TYPE_CHECKING:
    from pai_notebook.demo.store import Catalog

_ADDRESS = "127.0.0.1"
# Limits against a peer that sends slowly, much, or not at all.
_IDLE_SECONDS = 60.0
_READ_SECONDS = 10.0
# What is left of a refused request is read for so long, since closing with unread bytes resets the connection.
_DRAIN_SECONDS = 0.5
_MAX_HEAD = 64 * 1024
_MAX_BODY = 64 * 1024
_MAX_CONNECTIONS = 512
_Answer = Callable[[Request], Response]


class _TooLong(Exception):
    """A request longer than the registry is willing to read."""


class _BoundedReader(io.RawIOBase):
    """Reads a socket until a moment and up to a number of bytes, both set anew for every request."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.allow(_IDLE_SECONDS)

    def allow(self, seconds: float, size: int = _MAX_HEAD) -> None:
        self._until = time.monotonic() + seconds
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        if self._left <= 0:
            raise _TooLong
        self._connection.settimeout(remaining)
        read = self._connection.recv_into(buffer)
        self._left -= read
        return read


class _Connection(BaseHTTPRequestHandler):
    """One connection; every complete request on it goes to the server's handler."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    command = ""
    server: Server

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._reader = _BoundedReader(self.connection)
        self.rfile = io.BufferedReader(self._reader)

    def handle_one_request(self) -> None:
        self._reader.allow(_IDLE_SECONDS)
        try:
            super().handle_one_request()
        except _TooLong:
            self._close_with(431, "RequestTooLarge", "The request is too large.")
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def parse_request(self) -> bool:
        self._reader.allow(_READ_SECONDS)
        return super().parse_request()

    def do_GET(self) -> None:
        try:
            self._check_loopback()
            request = self._request()
        except ApiError as refusal:
            self._close_with(refusal.status, refusal.code, refusal.message)
            return
        self.server.wait()
        try:
            response = self.server.answer(request)
        except Exception:
            self._close_with(500, "InternalError", "The request processing has failed due to some unknown error.")
            raise
        self._send(response)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET  # noqa: N815 - the base class's names

    def _check_loopback(self) -> None:
        own = {f"{_ADDRESS}:{self.server.port}", f"localhost:{self.server.port}"}
        hosts = [host.lower() for host in self.headers.get_all("host", [])]
        if len(hosts) != 1 or hosts[0] not in own:
            raise ApiError(421, "MisdirectedRequest", "This registry answers to its loopback address only.")
        origins = {origin.lower() for origin in self.headers.get_all("origin", [])}
        if not origins <= {f"http://{host}" for host in own}:
            raise ApiError(403, "Forbidden.Origin", "Pages of another origin may not read this registry.")

    def _request(self) -> Request:
        target = self.requestline.split()[1]
        if "transfer-encoding" in self.headers:
            raise ApiError(411, "MissingContentLength", "Chunked requests are not accepted.")
        lengths = set(self.headers.get_all("content-length", ["0"]))
        text = lengths.pop()
        if lengths or not (text.isascii() and text.isdigit()):
            raise ApiError(400, "InvalidContentLength", "The Content-Length is not one number.")
        if len(text) > 9 or int(text) > _MAX_BODY:  # noqa: PLR2004 - ten digits are too many anyway
            raise ApiError(413, "RequestTooLarge", "The request body is too large.")
        self._reader.allow(_READ_SECONDS, _MAX_BODY)
        body = self.rfile.read(int(text))
        return Request(self.command, target, list(self.headers.items()), body)

    def _close_with(self, status: int, code: str, message: str) -> None:
        """Refuse on behalf of the server itself, and read no more from this connection."""
        self.close_connection = True
        told = request_id(Request("", str(status), {}))
        body = ApiError(status, code, message).body(host=f"{_ADDRESS}:{self.server.port}", request_id=told)
        self._send(json_response(status, body, now=datetime.now(UTC)))
        self._drain()

    def _drain(self) -> None:
        """Take in what is still being sent, up to a limit; closing at once would reset the answer away."""
        with suppress(OSError, _TooLong):
            self.connection.shutdown(socket.SHUT_WR)
            self._reader.allow(_DRAIN_SECONDS, 4 * _MAX_HEAD)
            while self.rfile.read1():
                pass

    def _send(self, response: Response) -> None:
        """Write a response in one piece; a handler that says nothing of its length gets it counted."""
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}", "server: pai-demo"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        if not any(name.lower() == "content-length" for name in response.headers):
            lines.append(f"content-length: {len(response.body)}")
        if self.close_connection:
            lines.append("connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.connection.settimeout(_READ_SECONDS)
        try:
            self.connection.sendall(head + (b"" if self.command == "HEAD" else response.body))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what the standard library refuses by itself in the registry's own form."""
        self._close_with(int(code), "InvalidRequest", message or explain or "The request is not valid HTTP.")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: a demo on a terminal should not scroll."""


class Server(ThreadingHTTPServer):
    """A registry on a loopback port; `serve` starts and stops one.

    Parameters
    ----------
    answer : callable
        From a Request to a Response, such as a `Handler`.
    port : int
        The port, 0 for a free one.
    latency : float
        Seconds to wait before every answer.

    Attributes
    ----------
    url : str
        ``http://127.0.0.1:<port>``, without a slash at the end.
    port : int
        The port that is listened on.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: _Answer, *, port: int = 0, latency: float = 0.0) -> None:
        self.answer = answer
        self._latency = latency
        self._closing = threading.Event()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._open_lock = threading.Lock()
        super().__init__((_ADDRESS, port), _Connection)
        self.port: int = self.server_address[1]
        self.url = f"http://{_ADDRESS}:{self.port}"

    def server_bind(self) -> None:
        """Bind without the name look-up of the base class, which may ask a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = _ADDRESS, self.server_address[1]

    def wait(self) -> None:
        """Let the latency pass, or the server's end come."""
        if self._latency:
            self._closing.wait(self._latency)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection on a thread of its own, unless there are too many."""
        with self._open_lock:
            full = len(self._open) >= _MAX_CONNECTIONS
            if not full:
                thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
                self._open[request] = thread
        if full:
            self.shutdown_request(request)
        else:
            thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Forget and close one connection."""
        with self._open_lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a fault of the registry itself; a client that went away is none."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop listening, end every open connection and wait for its thread."""
        self._closing.set()
        self.shutdown()
        self.server_close()
        with self._open_lock:
            left = dict(self._open)
        for connection in left:
            _hang_up(connection)
        for thread in left.values():
            thread.join(timeout=2)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def serve(port: int = 0, *, store: Catalog | None = None, handler: _Answer | None = None, latency: float = 0.0) -> Iterator[Server]:
    """Serve a registry on 127.0.0.1 for as long as the block runs.

    Parameters
    ----------
    port : int
        The port, 0 for a free one.
    store : Catalog or None
        What to serve, by default a fresh copy of the bundled demo data.
    handler : callable or None
        What answers, instead of a `Handler` over `store`.
    latency : float
        Seconds to wait before every answer.

    Yields
    ------
    Server
        With `.url` and `.port`.

    Raises
    ------
    OSError
        When the port is taken.

    Examples
    --------
    >>> with serve() as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """
    server = Server(handler or Handler(store), port=port, latency=latency)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="pai-demo")
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
