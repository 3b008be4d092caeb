"""The promises S1 to S5: credentials stay where they belong, answers cannot be weapons, wrong answers are errors of the package."""

import json
import os
import subprocess
import sys
import textwrap
import zlib

import pytest

from pai_notebook.client.connections import proxy_for
from pai_notebook.client.endpoint import parse_endpoint
from pai_notebook.errors import PaiError, ProtocolError
from tests.patience import PATIENCE

from .corpus import body, load
from .faultserver import KEY_ID, SECRET, TOKEN, FaultServer, message

CREDENTIALS = (KEY_ID, SECRET, TOKEN)


def failure(client, version="0.1.0"):
    with pytest.raises(PaiError) as caught:
        client.run(client.get_version("m-1", version))
    return caught.value


REDIRECTS = {
    "301 elsewhere": (301, "{elsewhere}/api/v1/models"),
    "302 elsewhere": (302, "{elsewhere}{path}"),
    "303 elsewhere": (303, "{elsewhere}{path}"),
    "307 elsewhere": (307, "{elsewhere}{path}"),
    "308 elsewhere": (308, "{elsewhere}{path}"),
    "302 other host name": (302, "http://localhost:{port}{path}"),
    "302 to itself": (302, "{path}"),
    "302 with a secret": (302, f"{{elsewhere}}/?token={TOKEN}&key={SECRET}"),
    "302 without location": (302, ""),
    "302 nonsense": (302, "http://[::1"),
}


@pytest.mark.parametrize("kind", sorted(REDIRECTS))
def test_s1_redirects_are_refused_and_explained(kind):
    status, location = REDIRECTS[kind]
    with FaultServer() as elsewhere:

        def plan(hit):
            target = location.format(elsewhere=elsewhere.url, path=hit.target, port=server.port)
            return lambda conn, hit, good: conn.sendall(message(status, b"moved", **({"Location": target} if target else {})))

        with FaultServer(plan) as server, server.client(CREDENTIALS) as client:
            caught = failure(client)
    assert type(caught) is ProtocolError
    assert "redirect" in caught.message
    assert not any(secret in str(caught) for secret in CREDENTIALS)
    assert len(server.hits) == 1
    assert elsewhere.hits == []


def test_s2_loopback_never_goes_through_a_proxy(monkeypatch):
    with FaultServer() as proxy, FaultServer() as server:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        for url in (server.url, f"http://localhost:{server.port}"):
            with server.client(CREDENTIALS, url=url) as client:
                client.run(client.get_version("m-1", "0.1.0"))
    assert len(server.hits) == 2
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"https_proxy": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"all_proxy": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"http_proxy": "http://proxy.example:3128"}, ""),
        ({"https_proxy": "http://proxy.example:3128", "no_proxy": ".aliyuncs.com"}, ""),
        ({"https_proxy": "http://proxy.example:3128", "no_proxy": "*"}, ""),
        ({}, ""),
    ],
)
def test_the_real_endpoint_follows_the_proxy_variables(monkeypatch, environ, expected):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(parse_endpoint("aiworkspace.cn-hangzhou.aliyuncs.com")) == expected


def test_a_proxy_sees_a_connect_and_no_secret(monkeypatch):
    refuse = lambda conn, hit, good: conn.sendall(message(502, b"no"))  # noqa: E731
    with FaultServer(lambda hit: refuse) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with proxy.client(CREDENTIALS, url="https://service.invalid", max_attempts=1) as client:
            caught = failure(client)
    assert "the proxy refused" in caught.message
    (hit,) = proxy.hits
    assert hit.target == "service.invalid:443"
    assert not any(name.startswith(("authorization", "x-acs")) for name in hit.headers)


# answers that cost much: each is one client in one fresh process, which says how its memory grew
_PROBE = textwrap.dedent("""
    import json, resource, sys
    from pai_notebook.errors import PaiError
    from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings
    url, versions = sys.argv[1], sys.argv[2:]
    settings = resolve_settings(endpoint=url, environ={}, home="/nonexistent", limits=Limits(requests_per_second=None))
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = {}
    with Client(settings, resolve_credentials(("id", "secret"))) as client:
        client.run(client.get_version("m-1", "0.0.0"))
        for version in versions:
            before = peak()
            try:
                client.run(client.get_version("m-1", version))
                kind, text = "accepted", ""
            except PaiError as error:
                kind, text = type(error).__name__, str(error)
            said[version] = [kind, peak() - before, len(text)]
    print(json.dumps(said))
""")


def probe(server, versions):
    run = subprocess.run(
        [sys.executable, "-c", _PROBE, server.url, *versions], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return json.loads(run.stdout)


def bomb(*, twice=False):
    """256 MiB of one letter inside a version document, compressed."""
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(b'{"VersionName":"0.1.0","VersionDescription":"')]
    block = b"a" * 2**20
    parts += [packer.compress(block) for _ in range(256)]
    data = b"".join(parts) + packer.compress(b'"}') + packer.flush()
    if twice:
        packer = zlib.compressobj(wbits=31)
        data = packer.compress(data) + packer.flush()
    return data


def big_plain(conn, hit, good):
    conn.sendall(message(200, b"", length=False, Content_Length=str(256 * 2**20)) + b'{"VersionName":"0.1.0","VersionDescription":"')
    for _ in range(256):
        conn.sendall(b"a" * 2**20)


def endless_plain(conn, hit, good):
    conn.sendall(message(200, b"", length=False) + b'{"VersionDescription":"')
    while True:
        conn.sendall(b"a" * 2**20)


def document(middle):
    return message(200, b'{"VersionName":"0.0.0","ExtraInfo":' + middle + b"}")


@pytest.mark.slow
def test_s3_answers_that_are_too_much_are_refused_in_little_memory():
    once, twice = bomb(), bomb(twice=True)
    weapons = {
        "1.0.0": lambda conn, hit, good: conn.sendall(message(200, once, Content_Encoding="gzip")),
        "1.0.1": lambda conn, hit, good: conn.sendall(message(200, twice, Content_Encoding="gzip, gzip")),
        "1.0.2": lambda conn, hit, good: conn.sendall(message(200, twice, Content_Encoding="gzip")),
        "1.0.3": big_plain,
        "1.0.4": endless_plain,
        "1.0.5": lambda conn, hit, good: conn.sendall(message(200, good, X_Big="a" * 2**20)),
        "1.0.6": lambda conn, hit, good: conn.sendall(message(200, good, **{f"X_{number}": "a" * 90 for number in range(20000)})),
        "1.0.7": lambda conn, hit, good: conn.sendall(document(b"[" * 100_000 + b"]" * 100_000)),
        "1.0.8": lambda conn, hit, good: conn.sendall(document(b'{"a":' * 1_000_000)),
        "1.0.9": lambda conn, hit, good: conn.sendall(document(b"9" * 20_000)),
    }
    with FaultServer(lambda hit: weapons.get(hit.version)) as server:
        said = probe(server, sorted(weapons))
    for version, (kind, grown, length) in said.items():
        assert kind in {"ProtocolError", "DamagedAnswer", "ServiceUnavailable"}, (version, kind)
        assert grown <= 64, (version, grown)
        assert length <= 2000, version
    assert sum(grown for _, grown, _ in said.values()) <= 64


def test_s5_a_hundred_thousand_labels_are_read_in_little_memory():
    labels = b",".join(b'{"Key":"k%d","Value":"v%d"}' % (number, number) for number in range(100_000))
    wide = message(200, b'{"VersionName":"1.0.0","Labels":[' + labels + b"]}")
    with FaultServer(lambda hit: None if hit.version == "0.0.0" else lambda conn, hit, good: conn.sendall(wide)) as server:
        said = probe(server, ["1.0.0"])
    kind, grown, _ = said["1.0.0"]
    assert kind == "accepted"
    assert grown <= 128


def plain(data, **headers):
    return message(200, data, **headers)


GOOD = b'{"VersionName":"0.1.0"}'
WRONG = {
    "another version": plain(b'{"VersionName":"9.9.9"}'),
    "array": plain(b"[" + GOOD + b"]"),
    "null": plain(b"null"),
    "duplicate key": plain(b'{"VersionName":"0.1.0","VersionName":"0.1.0"}'),
    "two documents": plain(GOOD + GOOD),
    "bad UTF-8": plain(b'{"VersionName":"0.1.0","VersionDescription":"\xff\xfe"}'),
    "GBK": plain('{"VersionName":"0.1.0","VersionDescription":"情感"}'.encode("gbk")),
    "too deep": plain(b'{"VersionName":"0.1.0","ExtraInfo":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "too many digits": plain(b'{"VersionName":"0.1.0","Metrics":{"a":' + b"1" * 5000 + b"}}"),
    "HTML": plain(b"<html><script>alert(1)</script>" + b"x" * 10000),
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 23\r\nContent-Length: 5\r\n\r\n" + GOOD,
    "unknown encoding": plain(GOOD, Content_Encoding="br"),
    "error with status 200": plain(b'{"Code":"NoPermission","Message":"denied"}'),
    "no version name": plain(b'{"RequestId":"r"}'),
    "version name a number": plain(b'{"VersionName":1}'),
    "empty object": plain(b"{}"),
}


@pytest.mark.parametrize("kind", sorted(WRONG))
def test_s4_wrong_answers_are_errors_of_the_package(kind):
    fault = lambda conn, hit, good: conn.sendall(WRONG[kind])  # noqa: E731
    with FaultServer(lambda hit: fault) as server, server.client(CREDENTIALS, backoff_scale=0.01) as client:
        caught = failure(client)
    assert isinstance(caught, PaiError)
    assert len(str(caught)) < 2000
    assert caught.__cause__ is None or isinstance(caught.__cause__, Exception)
    assert caught.__context__ is None
    assert (caught.model_id, caught.version_name) == ("m-1", "0.1.0")


REFUSED = [case for case in load("ids") if case["kind"] in {"model_id", "version"} and case["expect"] == "reject"]
SENT = [case for case in load("ids") if case["kind"] in {"model_id", "version"} and case["expect"] == "send"]


def pair_of(case):
    return (case["value"], "0.1.0") if case["kind"] == "model_id" else ("m-1", case["value"])


def test_names_that_could_move_a_request_are_refused_without_a_socket():
    with FaultServer() as server, server.client() as client:
        outcomes = client.run(client.get_many([pair_of(case) for case in REFUSED]))
    assert len(REFUSED) >= 60
    assert {type(outcome).__name__ for outcome in outcomes} == {"AddressError"}
    assert all(len(str(outcome)) < 400 and str(outcome).isascii() for outcome in outcomes)
    assert server.connections == 0


@pytest.mark.parametrize("case", SENT, ids=lambda case: case["value"])
def test_ordinary_names_are_sent_as_one_segment(case):
    with FaultServer() as server, server.client() as client:
        client.run(client.get_version(*pair_of(case)))
    (hit,) = server.hits
    assert case["path_segment"] in hit.target.split("/")
    assert hit.target.count("/") == 6


def test_json_bodies_of_the_corpus_are_treated_as_labelled():
    cases = load("json_bodies")

    def plan(hit):
        case = cases[int(hit.version.split(".")[1])]
        data = body(case).replace(b'"0.1.0"', f'"{hit.version}"'.encode())
        return lambda conn, hit, good: conn.sendall(message(200, data, Content_Type=case.get("content_type", "application/json")))

    with FaultServer(plan) as server, server.client(max_attempts=1) as client:
        outcomes = client.run(client.get_many([("m-1", f"0.{number}.0") for number in range(len(cases))]))
    for case, outcome in zip(cases, outcomes, strict=True):
        refused = isinstance(outcome, PaiError)
        assert case["treatment"] == "either" or refused == (case["treatment"] == "reject"), (case["id"], outcome)
        assert not refused or (isinstance(outcome, PaiError) and len(str(outcome)) < 2000)
