"""A loopback server that misbehaves on purpose and on schedule.

What it does to a request is a pure function of (seed, target, attempt), so a run can be repeated whatever the threads do. It speaks from
raw sockets, because half of the faults cannot be said through an HTTP library.
"""

import itertools
import json
import random
import re
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote

from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings
from tests.patience import PATIENCE, UNHURRIED

KEY_ID, SECRET = "LTAI5tCanaryKeyId", "CanarySecret/+0123456789"
TOKEN = "CAIScanary+Token/=="


@dataclass(frozen=True)
class Hit:
    """One request as the server saw it."""

    target: str
    headers: dict[str, str]
    attempt: int
    time: float
    connection: int
    gone: list[bool] = field(default_factory=list)
    """Filled by a fault that waits for the client to go away: whether it did."""

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def version(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def document(hit: Hit) -> dict:
    """A good answer, different for every target."""
    return {
        "RequestId": f"R-{hit.attempt}-{hit.version}",
        "VersionName": hit.version,
        "Uri": f"oss://bucket.example/{hit.path}",
        "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-1"}, "Metrics": {"cer": 0.125}}]},
        "VersionDescription": "x" * 600,
    }


def message(status: int, body: bytes = b"", *, length: bool = True, **headers: str) -> bytes:
    """The bytes of one response."""
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def error(status: int, code: str, text: str = "no", *, extra: dict | None = None, **headers: str) -> Callable:
    """An answer with the documented error body."""
    body = json.dumps({"RequestId": "5A14FA81", "HostId": "h", "Code": code, "Message": text, **(extra or {})}).encode()
    return lambda conn, hit, good: conn.sendall(message(status, body, Content_Type="application/json", **headers))


def raw(data: bytes) -> Callable:
    return lambda conn, hit, good: conn.sendall(data)


def good_answer(conn, hit, good):
    conn.sendall(message(200, good, Content_Type="application/json"))


class Hangup(Exception):
    """The fault wants the connection closed."""


def _reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Hangup


def reset_at_once(conn, hit, good):
    _reset(conn)


def no_answer(conn, hit, good):
    raise Hangup


def reset_in_body(conn, hit, good):
    conn.sendall(message(200, good)[:-200])
    time.sleep(0.01)
    _reset(conn)


def cut_with_length(conn, hit, good):
    conn.sendall(message(200, good)[:-200])
    raise Hangup


def cut_without_length(conn, hit, good):
    conn.sendall(message(200, good[:-200], length=False, Connection="close"))
    raise Hangup


def bad_chunk(conn, hit, good):
    conn.sendall(message(200, b"zz\r\n" + good, length=False, Transfer_Encoding="chunked"))
    raise Hangup


def cut_chunk(conn, hit, good):
    conn.sendall(message(200, b"%x\r\n" % len(good) + good[:-100], length=False, Transfer_Encoding="chunked"))
    raise Hangup


def cut_in_header(conn, hit, good):
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
    raise Hangup


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


def gzip_cut(conn, hit, good):
    conn.sendall(message(200, gzipped(good)[:-20], Content_Encoding="gzip"))


def gzip_corrupt(conn, hit, good):
    data = bytearray(gzipped(good))
    data[len(data) // 2] ^= 0xFF
    conn.sendall(message(200, bytes(data), Content_Encoding="gzip"))


def gzip_mislabelled(conn, hit, good):
    conn.sendall(message(200, good, Content_Encoding="gzip"))


def bad_json(conn, hit, good):
    conn.sendall(message(200, good[:-1] + b",}"))


def empty_body(conn, hit, good):
    conn.sendall(message(200, b""))


def other_version(conn, hit, good):
    conn.sendall(message(200, good.replace(b'"VersionName": "', b'"VersionName": "9')))


def silence(conn, hit, good):
    """Say nothing until the client goes away."""
    conn.settimeout(PATIENCE)
    hit.gone.append(conn.recv(1) == b"")
    raise Hangup


def stall(conn, hit, good):
    """Say nearly everything, then nothing until the client goes away."""
    conn.sendall(message(200, good)[:-10])
    silence(conn, hit, good)


def drip(conn, hit, good):
    """Say a byte now and then, for ever."""
    conn.sendall(message(200, good)[: -len(good)])
    for byte in itertools.cycle(b" "):
        conn.sendall(bytes([byte]))
        time.sleep(0.01)


DAMAGE = {
    "bad JSON": bad_json,
    "cut, no length": cut_without_length,
    "cut, with length": cut_with_length,
    "cut in a chunk": cut_chunk,
    "bad chunk": bad_chunk,
    "cut in the header": cut_in_header,
    "gzip cut": gzip_cut,
    "gzip corrupt": gzip_corrupt,
    "gzip mislabelled": gzip_mislabelled,
    "reset at once": reset_at_once,
    "reset in the body": reset_in_body,
    "no answer": no_answer,
    "empty": empty_body,
    "another version": other_version,
}
REFUSALS = {
    "503": error(503, "ServiceUnavailable"),
    "503 page": lambda conn, hit, good: conn.sendall(message(503, b"<html>down</html>", Content_Type="text/html")),
    "502 page": lambda conn, hit, good: conn.sendall(message(502, b"<html>bad gateway</html>", Content_Type="text/html")),
    "500": error(500, "InternalError"),
    "429": error(429, "Throttling.Api"),
    "429 with a hint": error(429, "Throttling.Api", x_acs_retry_after="60"),
    "400 throttling": error(400, "Throttling.User"),
    "503 throttling": error(503, "Throttling"),
    "nonce used": error(400, "SignatureNonceUsed"),
}
FAULTS = {**DAMAGE, **REFUSALS}


def draw(seed: object, target: str, attempt: int, *, rate: float, kinds: dict) -> str | None:
    """The fault for one attempt: a pure function of its arguments."""
    dice = random.Random(f"{seed}|{target}|{attempt}")
    return dice.choice(sorted(kinds)) if dice.random() < rate else None


@dataclass
class FaultServer:
    """Serves on a loopback port until closed.

    `plan` takes a hit and returns None for a good answer, or a function of (connection, hit, good body); `answer` makes the good document.
    The first `dropped` connections are closed as soon as they open.
    """

    plan: Callable = lambda hit: None
    answer: Callable = document
    hits: list[Hit] = field(default_factory=list)
    served: Counter = field(default_factory=Counter)
    aborted: list[Hit] = field(default_factory=list)
    close_after_each: bool = False
    port: int = 0
    tls: ssl.SSLContext | None = None
    dropped: int = 0

    def __post_init__(self):
        self._lock = threading.Lock()
        self._attempts = Counter()
        self._stop = threading.Event()
        self._conns = set()
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self._stop.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            conns = list(self._conns)
        for conn in conns:
            with suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def client(self, credentials=(KEY_ID, SECRET), *, url: str | None = None, **limits) -> Client:
        """A client of this server with pacing off and all the time it needs, unless told otherwise."""
        limits = {"requests_per_second": None, "backoff_scale": 0.1, **UNHURRIED, **limits}
        settings = resolve_settings(endpoint=url or self.url, environ={}, home="/nonexistent", limits=Limits(**limits))
        return Client(settings, resolve_credentials(credentials, environ={}))

    def per_target(self) -> Counter:
        return Counter(hit.target for hit in self.hits)

    def _accept(self):
        while not self._stop.is_set():
            try:
                conn, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._conns.add(conn)
            threading.Thread(target=self._serve, args=(conn, number), daemon=True).start()

    def _serve(self, conn, number):
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if number <= self.dropped:
                return
            if self.tls is not None:
                conn = self.tls.wrap_socket(conn, server_side=True)
            pending = b""
            while True:
                while b"\r\n\r\n" not in pending:
                    data = conn.recv(65536)
                    if not data:
                        return
                    pending += data
                head, _, pending = pending.partition(b"\r\n\r\n")
                self._respond(conn, self._note(head.decode("latin-1"), number))
        except (OSError, Hangup):
            return
        finally:
            with self._lock:
                self._conns.discard(conn)
            conn.close()

    def _note(self, head: str, number: int) -> Hit:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        target = first.split(" ")[1]
        with self._lock:
            self._attempts[target] += 1
            hit = Hit(target, headers, self._attempts[target], time.monotonic(), number)
            self.hits.append(hit)
        return hit

    def _respond(self, conn, hit):
        action = self.plan(hit)
        name = "good"
        if isinstance(action, str):
            name, action = action, FAULTS[action]
        with self._lock:
            self.served[name] += 1
        good = json.dumps(self.answer(hit), ensure_ascii=False).encode()
        try:
            (action or good_answer)(conn, hit, good)
        except OSError:
            self.aborted.append(hit)
            raise
        if self.close_after_each:
            raise Hangup


def listing(names: list[str], *, most: int = 10**6) -> Callable:
    """A good answer to ListModelVersions over these names, in the order of creation."""

    def answer(hit: Hit) -> dict:
        model = re.search("/models/([^/]+)", hit.path)[1]
        number, size = int(hit.query.get("PageNumber", 1)), min(int(hit.query.get("PageSize", 10)), most)
        ordered = names[::-1] if hit.query.get("Order") == "DESC" else names
        page = ordered[(number - 1) * size : number * size]
        return {
            "RequestId": f"P-{number}",
            "TotalCount": len(names),
            "Versions": [{"VersionName": name, "Uri": f"{model}/{name}"} for name in page],
        }

    return answer


def skewed(offset: timedelta) -> Callable:
    """A plan that refuses dates more than 15 minutes off a clock that is wrong by `offset`, and says its time."""

    def plan(hit: Hit):
        now = datetime.now(UTC) + offset
        sent = datetime.strptime(hit.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(now - sent) <= timedelta(minutes=15):
            return None
        return error(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", Date=http_date(now))

    return plan


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
