"""No secret leaves by any door but the request: canaries in errors, tracebacks, logs, reprs and pickles."""

import json
import traceback

import pytest

import pai_notebook
from pai_notebook.client import Credentials
from pai_notebook.errors import PaiError

from . import faultserver as faults
from .faultserver import KEY_ID, SECRET, TOKEN, FaultServer, error, message
from .looks import everything, leaks, listening


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
    "secret as a duplicate key": lambda conn, hit, good: conn.sendall(message(200, f'{{"{TOKEN}": 1, "{TOKEN}": 2}}'.encode())),
    "secret as another version": lambda conn, hit, good: conn.sendall(message(200, json.dumps({"VersionName": SECRET * 4}).encode())),
    "secret with escapes": lambda conn, hit, good: conn.sendall(
        message(200, json.dumps({"VersionName": SECRET}).replace("/", "\\/").replace("C", "\\u0043").encode())
    ),
    "secret as the encoding": lambda conn, hit, good: conn.sendall(message(200, good, Content_Encoding=SECRET)),
    "secret in the status line": lambda conn, hit, good: conn.sendall(f"SSH-2.0 {SECRET} {TOKEN}\r\n\r\n".encode()),
    "secret cut in the middle": error(400, "InvalidParameter", "x" * 283 + SECRET),
    "key refused": error(403, "InvalidAccessKeyId.NotFound", f"{KEY_ID} is unknown"),
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


@pytest.mark.slow
@pytest.mark.parametrize("scene", sorted(SCENES))
@pytest.mark.parametrize("given", [(KEY_ID, SECRET, TOKEN), lambda: (KEY_ID, SECRET, TOKEN)], ids=["tuple", "callable"])
def test_no_door_shows_a_secret(scene, given):
    with FaultServer(lambda hit: SCENES[scene]) as server, listening() as log:
        hurried = {"attempt_timeout": 0.3} if scene == "silence" else {}
        client = server.client(given, max_attempts=2, backoff_scale=0.01, max_bytes=2000, **hurried)
        with client, pytest.raises(PaiError) as caught:
            client.run(client.get_version("m-1", "0.1.0"))
        seen = everything(caught.value) | {"log": log.getvalue(), "client": repr(client) + repr(vars(client)) + repr(client.settings)}
    signatures = {hit.headers["authorization"].rsplit("=", 1)[1] for hit in server.hits}
    assert signatures
    assert "GetModelVersion" in log.getvalue(), "the log has been listened to"
    assert leaks((KEY_ID, SECRET, TOKEN, *signatures), seen) == []
    assert not [way for way, text in seen.items() if "ACS3-HMAC" in text]


def test_a_good_fetch_logs_no_secret():
    with FaultServer() as server, server.client(Credentials(KEY_ID, SECRET, TOKEN)) as client, listening() as log:
        reply = client.run(client.get_version("m-1", "0.1.0"))
        client.run(client.get_many([("m-1", f"0.{number}.0") for number in range(10)]))
    assert "httpcore" in log.getvalue()
    assert leaks((KEY_ID, SECRET, TOKEN), {"log": log.getvalue(), "reply": repr(reply)}) == []


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
    assert leaks(key, everything(caught.value)) == []
