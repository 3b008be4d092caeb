"""No secret leaves by any door but the request: canaries in errors, tracebacks, logs, reprs and pickles."""

import base64
import io
import json
import logging
import pickle
import traceback
from urllib.parse import quote

import pytest
from IPython.core.ultratb import VerboseTB

import pai_notebook
from pai_notebook.errors import PaiError
from pai_notebook.wire import Credentials

from . import faultserver as faults
from .faultserver import KEY_ID, SECRET, TOKEN, FaultServer, error, message


def spellings(secret):
    """A secret as it is and in the encodings that a leak may have."""
    raw = secret.encode()
    return {secret, base64.b64encode(raw).decode(), raw.hex(), quote(secret, safe=""), json.dumps(secret)[1:-1], secret[2:-2]}


def echo(conn, hit, good):
    """A gateway's error page that shows the request it got."""
    page = "<html><pre>" + "\n".join(f"{name}: {value}" for name, value in hit.headers.items()) + "</pre></html>"
    conn.sendall(message(502, page.encode(), Content_Type="text/html"))


def echo_as_document(conn, hit, good):
    conn.sendall(message(200, b"headers: " + hit.headers["x-acs-security-token"].encode() + b" " + hit.headers["authorization"].encode()))


def string_to_sign(conn, hit, good):
    text = f"Specified signature is not matched with our calculation. server string to sign is:GET\n/\nx-acs-security-token:{TOKEN}\n"
    error(400, "SignatureDoesNotMatch", text)(conn, hit, good)


SCENES = {
    "503": error(503, "ServiceUnavailable", f"see {TOKEN}"),
    "denied": error(403, "NoPermission", f"key {KEY_ID}", extra={"AccessDeniedDetail": {"AuthAction": TOKEN}}),
    "gateway echo": echo,
    "echo with status 200": echo_as_document,
    "string to sign": string_to_sign,
    "reset": faults.reset_at_once,
    "no answer": faults.no_answer,
    "cut": faults.cut_with_length,
    "not HTTP": faults.raw(b"SSH-2.0 hello\r\n\r\n"),
    "redirect": lambda conn, hit, good: conn.sendall(message(302, b"", Location="http://elsewhere.example/")),
    "other version": faults.other_version,
    "token expired": error(400, "InvalidSecurityToken.Expired", f"{TOKEN} has expired"),
    "clock": error(400, "InvalidTimeStamp.Expired", Date="Sun, 23 Nov 2025 08:09:10 GMT"),
    "throttled": error(429, "Throttling", Retry_After="3600"),
    "silence": faults.silence,
    "too large": lambda conn, hit, good: conn.sendall(message(200, b"x" * 3000)),
    "not found": error(404, "100600008", "model version not exists"),
}


def package_frames(trace):
    """The frames from the first of the package on: the caller's own may hold what the caller knows."""
    while trace is not None and "pai_notebook/" not in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return trace


def everything(caught):
    """All that can be seen of an exception: text, fields, causes, frames with their variables, pickle."""
    shown = []
    link = caught
    while link is not None:
        link.with_traceback(package_frames(link.__traceback__))
        shown += [str(link), repr(link), repr(vars(link)), *traceback.format_exception(link)]
        shown.append("".join(traceback.TracebackException.from_exception(link, capture_locals=True).format()))
        if link.__traceback__ is not None:
            shown.append(VerboseTB().text(type(link), link, link.__traceback__))
        shown += [repr(vars(value)) for value in vars(link).values() if hasattr(value, "__dict__")]
        link = link.__cause__ or link.__context__
    shown.append(repr(pickle.dumps(caught)))
    if isinstance(caught, PaiError):
        shown.append("\n".join(caught._render_traceback_()))
    return "\n".join(shown)


@pytest.fixture
def records():
    """What every logger says at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root = logging.getLogger()
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, ("httpx", "httpcore", "asyncio", "pai_notebook")))}
    root.addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


@pytest.mark.parametrize("scene", sorted(SCENES))
@pytest.mark.parametrize("given", [(KEY_ID, SECRET, TOKEN), lambda: (KEY_ID, SECRET, TOKEN)], ids=["tuple", "callable"])
def test_no_door_shows_a_secret(scene, given, records):
    with FaultServer(lambda hit: SCENES[scene]) as server:
        hurried = {"attempt_timeout": 0.3} if scene == "silence" else {}
        client = server.client(given, max_attempts=2, backoff_scale=0.01, max_bytes=2000, **hurried)
        with client, pytest.raises(PaiError) as caught:
            client.run(client.get_version("m-1", "0.1.0"))
        seen = everything(caught.value) + records.getvalue() + repr(client) + repr(vars(client)) + repr(client.settings)
    signatures = {hit.headers["authorization"].rsplit("=", 1)[1] for hit in server.hits}
    assert signatures
    assert "GetModelVersion" in records.getvalue(), "the log has been listened to"
    for secret in (KEY_ID, SECRET, TOKEN, *signatures):
        assert not [spelling for spelling in spellings(secret) if spelling in seen], secret
    assert "ACS3-HMAC" not in seen


def test_a_good_fetch_logs_no_secret(records):
    with FaultServer() as server, server.client(Credentials(KEY_ID, SECRET, TOKEN)) as client:
        reply = client.run(client.get_version("m-1", "0.1.0"))
        client.run(client.get_many([("m-1", f"0.{number}.0") for number in range(10)]))
    seen = records.getvalue() + repr(reply)
    assert "httpcore" in seen
    assert not [spelling for secret in (KEY_ID, SECRET, TOKEN) for spelling in spellings(secret) if spelling in seen]


def test_a_refused_call_of_the_constructor_shows_no_secret():
    with FaultServer() as server, pytest.raises(PaiError) as caught:
        server.client((KEY_ID, SECRET + "\n", TOKEN))
    frames = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    ours = [part for part in frames.split('  File "') if "pai_notebook/" in part.split('"')[0]]
    assert ours
    assert not any(secret in part for part in ours for secret in (SECRET, TOKEN))


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://127.0.0.1:1/x"},
        {"region": "cn hangzhou"},
        {"region": "cn-hangzhou", "deadline": 0},
        {"region": "cn-hangzhou", "name": "demos"},
    ],
)
@pytest.mark.parametrize("key", [(KEY_ID, SECRET, TOKEN), (KEY_ID, SECRET + "\n", TOKEN)], ids=["good key", "bad key"])
def test_connecting_in_vain_shows_no_secret(wrong, key):
    with pytest.raises(PaiError) as caught:
        pai_notebook.connect(credentials=key, default=False, **wrong)
    seen = everything(caught.value)
    assert not [spelling for secret in key for spelling in spellings(secret) if spelling in seen]
