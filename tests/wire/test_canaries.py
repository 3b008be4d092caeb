"""A canary for each secret (key, token, proxy login, token of the credentials URI, refresh token), and every way to look for it."""

import base64
import json
import pickle
import sys
import threading
from contextlib import contextmanager

import pytest

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError, CredentialsNotFound, PaiError, ServiceUnavailable
from tests.patience import UNHURRIED

from .faultserver import FaultServer, Hangup, message, reset_at_once
from .looks import everything, leaks, listening

KEY, SECRET, TOKEN = "LTAI5tCanaryOfKeyId01", "CanaryOfSecret01234567890abcdef", "CAIS0CanaryOfToken+/==0123456789"
PASSWORD, URI_TOKEN, REFRESH = "CanaryOfProxy0123456", "CanaryOfUri01234567890", "CanaryOfRefresh0123456789"
pytestmark = pytest.mark.slow
SECRETS = (KEY, SECRET, TOKEN, PASSWORD, URI_TOKEN, REFRESH)
QUICK = {**UNHURRIED, "max_attempts": 2, "backoff_scale": 0.0, "default": False, "names": False}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path):
    """No proxy, no key, and a home of its own, with the demo's key where a test gives none."""
    import os

    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("ALIBABA", "ALICLOUD", "PAI_", "SSL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")


def fetch(given):
    with pnb.connect(**given) as registry:
        registry.get_version("model-a", "0.1.0")


def looked_at(**options):
    """The error of a fetch that cannot succeed, and every look at it and at what was logged meanwhile."""
    given = {"region": "cn-hangzhou", "credentials": (KEY, SECRET, TOKEN), **QUICK, **options}
    with listening() as log, pytest.raises(PaiError) as caught:
        fetch(given)
    seen = everything(caught.value)
    seen |= {"log": log.getvalue(), "notebook": "\n".join(caught.value._render_traceback_())}
    return caught.value, seen


# a proxy that cannot be used, or is not there

LOGINS = {
    "socks": "socks5://user:{}@127.0.0.1:1",
    "another kind": "ftp://user:{}@127.0.0.1:1",
    "no address": "http://user:{}@[::bad",
    "a slash in the login": "http://user:12/{}@127.0.0.1:1",
    "no host": "http://user:{}@",
    "no such port": "http://user:{}@127.0.0.1:99999",
    "no port": "http://user:{}@127.0.0.1:x",
    "not there": "http://user:{}@127.0.0.1:1",
    "not there, without a scheme": "user:{}@127.0.0.1:1",
    "not there, over TLS": "https://user:{}@127.0.0.1:1",
    "unknown name": "http://user:{}@proxy.invalid:3128",
    "a name that is too long": "http://user:{}@" + "a" * 70 + ".example:3128",
    "the login as the user": "http://{}@127.0.0.1:1",
}


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
@pytest.mark.parametrize("kind", sorted(LOGINS))
def test_a_proxy_that_cannot_be_used_is_named_without_its_login(kind, variable, monkeypatch):
    monkeypatch.setenv(variable, LOGINS[kind].format(PASSWORD))
    error, seen = looked_at(connect_timeout=0.2)
    assert leaks(SECRETS, seen) == []
    assert isinstance(error, ConfigurationError)
    assert variable in error.message
    assert len(error._render_traceback_()) == 2


# a proxy that answers, and echoes the login that it got


def echoing(status, reason="No"):
    def answer(conn, hit, good):
        login = hit.headers.get("proxy-authorization", "")
        plain = base64.b64decode(login.removeprefix("Basic ")).decode()
        conn.sendall(
            message(status, plain.encode(), X_Seen=login, X_Plain=plain).replace(b"Whatever", f"{reason} {plain} {login}".encode())
        )

    return answer


def no_tls(conn, hit, good):
    conn.sendall(message(200) + PASSWORD.encode())
    raise Hangup


def resetting(conn, hit, good):
    conn.sendall(message(200))
    conn.recv(1)  # of the greeting, so that the way was open
    reset_at_once(conn, hit, good)


PROXIES = {
    "wants another login": (echoing(407, "Proxy Authentication Required"), ConfigurationError, "requires a valid login (HTTP 407)"),
    "refuses": (echoing(403, "Forbidden"), ConfigurationError, "refused to connect to service.invalid (HTTP 403)"),
    "finds nothing behind it": (
        echoing(502, "Bad Gateway"),
        ServiceUnavailable,
        "the proxy refused to connect to service.invalid (HTTP 502)",
    ),
    "is not a proxy": (lambda conn, hit, good: conn.sendall(b"SSH-2.0 " + PASSWORD.encode() + b"\r\n\r\n"), PaiError, "service.invalid"),
    "cuts the line": (lambda conn, hit, good: conn.close(), PaiError, "service.invalid"),
    "speaks no TLS behind it": (no_tls, PaiError, "service.invalid"),
    "resets what is behind it": (resetting, ServiceUnavailable, "service.invalid cannot be reached through the proxy"),
}


TRIED_AGAIN = {"speaks no TLS behind it", "cuts the line", "resets what is behind it"}


@pytest.mark.parametrize("kind", sorted(PROXIES))
def test_what_a_proxy_says_is_classified_and_never_quoted(kind, monkeypatch):
    answer, expected, words = PROXIES[kind]
    with FaultServer(lambda hit: answer) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}")
        # what is cut before a request was sent is tried again for so long
        hurried = {"connect_timeout": 2.0} if kind in TRIED_AGAIN else {}
        error, seen = looked_at(endpoint="https://service.invalid", **hurried)
    assert "proxy-authorization" in proxy.hits[0].headers
    assert leaks(SECRETS, seen) == []
    assert isinstance(error, expected)
    assert words in error.message


# credentials that cannot be used, and functions and clients that raise


def raising(error):
    def give():
        raise error

    return give


class Model:
    """Like a credential of the vendor's library, with a part that is not text."""

    access_key_id = KEY
    access_key_secret = SECRET.encode()


class Broken:
    """A client whose call fails."""

    def get_credential(self):
        raise ValueError(f"https://sts/?AccessKeyId={KEY}&Secret={SECRET}")


class Unreadable:
    """An object that raises on every look at it."""

    def __getattr__(self, name):
        raise ValueError(SECRET)


async def late():
    raise ValueError(SECRET)


def one_of_ours():
    raise PaiError(f"no key, but {SECRET}", hint=TOKEN)


GIVEN = {
    "dict": {"id": KEY, "secret": SECRET},
    "text": SECRET,
    "one part": (SECRET,),
    "four parts": (KEY, SECRET, TOKEN, "x"),
    "line break": (KEY, SECRET + "\n", TOKEN),
    "empty id": ("", SECRET),
    "bytes": (KEY, SECRET.encode()),
    "a part that is not text": Model(),
    "an object that raises": Unreadable(),
    "a client that raises": Broken(),
    "function of a dict": lambda: {"id": KEY, "secret": SECRET},
    "function of a line break": lambda: (KEY, SECRET + "\n"),
    "function that raises": raising(ValueError(f"GET https://sts/?AccessKeySecret={SECRET} failed")),
    "function that raises one of ours": one_of_ours,
    "function that exits": raising(SystemExit(SECRET)),
    "function with a code": raising(type("StsError", (Exception,), {})(SECRET)),
    "asynchronous function that raises": late,
}


@pytest.mark.parametrize("kind", sorted(GIVEN))
def test_credentials_that_cannot_be_used_are_not_shown(kind):
    _, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=GIVEN[kind])
    assert leaks(SECRETS, seen) == []


def test_a_function_that_raises_is_told_by_type_status_and_code():
    error = type("StsError", (Exception,), {})(SECRET)
    error.status_code, error.code = 403, "NoPermission"
    caught, _ = looked_at(endpoint="http://127.0.0.1:9", credentials=raising(error))
    assert type(caught) is CredentialsNotFound
    assert "the function given as credentials= raised StsError, HTTP 403, NoPermission" in caught.message


# the credentials URI


def as_json(status, document):
    return lambda conn, hit, good: conn.sendall(message(status, json.dumps(document).encode(), X_Token=URI_TOKEN))


WHOLE = {"AccessKeyId": KEY, "AccessKeySecret": SECRET, "SecurityToken": TOKEN}
URI = {
    "a code and a message": (
        as_json(200, {"Code": "Failed", "Message": f"role not attached {URI_TOKEN}", **WHOLE}),
        'Failed: "role not attached',
    ),
    "404": (as_json(404, {"Code": "NotFound", "Message": "no such path"}), 'HTTP 404, NotFound: "no such path"'),
    "a page": (lambda conn, hit, good: conn.sendall(message(404, f"<html>{hit.target}</html>".encode())), "HTTP 404"),
    "no whole key": (as_json(200, {"AccessKeySecret": SECRET, "SecurityToken": TOKEN}), "HTTP 200, without a key"),
    "a key that is none": (as_json(200, {**WHOLE, "AccessKeySecret": SECRET + "\n"}), "access key secret contains a space"),
    "a key that is not text": (as_json(200, {**WHOLE, "AccessKeySecret": [SECRET]}), "access key secret is not text"),
    "no JSON": (lambda conn, hit, good: conn.sendall(message(200, f"{SECRET} {hit.target}".encode())), "HTTP 200"),
    "too much nesting": (lambda conn, hit, good: conn.sendall(message(200, b"[" * 60_000)), "HTTP 200"),
    "too large": (lambda conn, hit, good: conn.sendall(message(200, SECRET.encode() * 10_000)), "larger than"),
    "a redirect": (lambda conn, hit, good: conn.sendall(message(302, b"", Location=f"http://x.invalid/{URI_TOKEN}")), "HTTP 302"),
    "silence": (lambda conn, hit, good: threading.Event().wait(2), "the address in ALIBABA_CLOUD_CREDENTIALS_URI did not answer"),
    "nothing": (lambda conn, hit, good: conn.close(), "no connection"),
}


@pytest.mark.parametrize("kind", sorted(URI))
def test_what_the_credentials_uri_answers_is_told_without_its_token(kind, monkeypatch):
    answer, words = URI[kind]
    with FaultServer(lambda hit: answer) as service:
        monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/cred?token={URI_TOKEN}")
        error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None, deadline=0.5 if kind == "silence" else 600.0)
    assert URI_TOKEN in service.hits[0].target
    assert leaks(SECRETS, seen) == []
    assert words in error.message


@pytest.mark.parametrize("address", ["ftp://x/{}", "http://[::bad/{}", "https://127.0.0.1:1/{}", "http://user:{}@127.0.0.1:1/", "{}"])
def test_an_address_of_the_credentials_uri_that_cannot_be_used_is_not_shown(address, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", address.format(URI_TOKEN))
    error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None)
    assert "ALIBABA_CLOUD_CREDENTIALS_URI" in error.message
    assert leaks(SECRETS, seen) == []


def test_a_good_credentials_uri_leaves_nothing_in_a_log(monkeypatch):
    with FaultServer(lambda hit: None if "/models/" in hit.target else as_json(200, WHOLE)) as service, listening() as log:
        monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/cred?token={URI_TOKEN}")
        with pnb.connect(endpoint=service.url, **QUICK) as registry:
            registry.get_version("model-a", "0.1.0")
    assert "httpcore" in log.getvalue()
    assert leaks(SECRETS, {"log": log.getvalue()}) == []


# what the vendor's library says, which quotes whole answers


def write_profile(home, **profile):
    (home / ".aliyun").mkdir(exist_ok=True)
    document = {"current": "default", "profiles": [{"name": "default", **profile}]}
    (home / ".aliyun" / "config.json").write_text(json.dumps(document), "utf-8")


@contextmanager
def sign_in(status, document):
    with FaultServer(lambda hit: as_json(status, document)) as server:
        yield server


@pytest.mark.parametrize(
    ("status", "document", "words"),
    [
        (200, {"CloudCredential": {"AccessKeySecret": SECRET, "AccessKeyId": KEY}}, "CredentialException"),
        (
            403,
            {"Code": "NoPermission", "Message": f"not allowed for {KEY} {TOKEN}", "Secret": SECRET},
            'HTTP 403, NoPermission: "not allowed for',
        ),
        (500, {"error": f"broken {REFRESH}"}, "HTTP 500"),
    ],
    ids=["half an answer", "refused", "broken"],
)
def test_a_sign_in_service_is_never_quoted(status, document, words, tmp_path, monkeypatch):
    with sign_in(status, document) as server:
        write_profile(
            tmp_path,
            mode="CloudSSO",
            cloud_sso_sign_in_url=server.url,
            cloud_sso_account_id="1",
            cloud_sso_access_config="c",
            access_token=REFRESH,
            cloud_sso_access_token_expire=2**40,
        )
        error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None)
    assert server.hits
    assert type(error) is CredentialsNotFound
    assert words in error.message
    assert leaks(SECRETS, seen) == []


@pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")  # from the vendor's library, since Python 3.12
def test_a_refresh_token_is_never_quoted(tmp_path, monkeypatch):
    from Tea.core import TeaCore

    def answer(request, options=None):
        body = json.dumps({"error": "invalid_grant", "error_description": f"{REFRESH} is over", "refresh_token": REFRESH}).encode()
        return type("Response", (), {"status_code": 400, "body": body, "headers": {}})()

    monkeypatch.setattr(TeaCore, "do_action", staticmethod(answer))
    write_profile(tmp_path, mode="OAuth", oauth_refresh_token=REFRESH, oauth_access_token=TOKEN, oauth_access_token_expire=1)
    error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None)
    assert 'HTTP 400, invalid_grant: "*** is over"' in error.message
    assert leaks(SECRETS, seen) == []


HELPERS = {
    "ends badly": (
        f'import sys; sys.stderr.write(\'{SECRET} {{"Code": "{TOKEN}"}}\'); sys.exit(3)',
        "the external command failed, status 3",
    ),
    "writes no JSON": (f"print('{SECRET}')", "the external command printed no JSON"),
    "gives no whole key": (f'print(\'{{"access_key_secret": "{SECRET}"}}\')', "the external command printed no complete key"),
}


@pytest.mark.parametrize("kind", sorted(HELPERS))
def test_what_a_helper_writes_is_never_quoted(kind, tmp_path):
    code, words = HELPERS[kind]
    script = tmp_path / "helper.py"
    script.write_text(code, "utf-8")
    write_profile(tmp_path, mode="External", process_command=f'"{sys.executable}" "{script}"')
    error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None)
    assert words in error.message
    assert leaks(SECRETS, seen) == []


def test_a_helper_that_is_not_there_is_not_quoted_either(tmp_path):
    write_profile(tmp_path, mode="External", process_command=f"/nonexistent/helper --secret {SECRET}")
    error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None)
    assert "the external command cannot be started" in error.message
    assert leaks(SECRETS, seen) == []


# everything else that a registry with good credentials shows


def test_a_registry_that_works_shows_nothing(monkeypatch):
    with (
        FaultServer() as server,
        listening() as log,
        pnb.connect(endpoint=server.url, credentials=(KEY, SECRET, TOKEN), **QUICK) as registry,
    ):
        registry.get_version("model-a", "0.1.0")
        client = registry.client
        parts = [registry, client, client.settings, client._provider, client._holder, client._holder.session, client._retry_policy]
        seen = {type(part).__name__: f"{part!r} {vars(part) if hasattr(part, '__dict__') else ''}" for part in parts}
        seen |= {"html": registry._repr_html_(), "log": log.getvalue()}
        with pytest.raises(TypeError, match="connect") as caught:
            pickle.dumps(registry)
        seen |= everything(caught.value)
    assert leaks(SECRETS, seen) == []


def test_nothing_that_is_written_of_a_registry_shows_a_key(tmp_path):
    with FaultServer() as server, pnb.connect(endpoint=server.url, credentials=(KEY, SECRET, TOKEN), **QUICK) as registry:
        versions = registry.get_versions(["model-a@0.1.0", "model-a@0.2.0"], progress=False)
        compared = versions.compare(baseline="first")
        explorer = pnb.Explorer(registry)
        explorer.wait()
        seen = {"pickle": repr(pickle.dumps(versions)), "code": compared.to_code(), "explorer": explorer.to_code()}
        for name, shown in {"set": versions, "card": versions[0], "comparison": compared, "explorer": explorer}.items():
            seen |= {f"{name} {kind}": str(text) for kind, text in shown._repr_mimebundle_().items()}
        explorer.close()
    files = (
        versions.save(tmp_path / "x.paisnap.json"),
        versions.to_csv(tmp_path / "x.csv"),
        versions.to_html(tmp_path / "x.html"),
        versions.to_excel(tmp_path / "x.xlsx"),
        compared.report(tmp_path / "r.html", redact=None, charts=False),
    )
    seen |= {path.name: path.read_bytes().decode("utf-8", "replace") for path in files}
    assert len(seen) >= 15
    assert leaks(SECRETS, seen) == []


def test_keys_in_the_environment_are_in_no_frame(monkeypatch, tmp_path):
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET + " x")
    error, seen = looked_at(endpoint="http://127.0.0.1:9", credentials=None)
    assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET" in error.message
    assert leaks(SECRETS, seen) == []
    (tmp_path / ".pai").mkdir()
    (tmp_path / ".pai" / "config.json").write_text(f'["{SECRET}", "{TOKEN}"]', "utf-8")
    _, seen = looked_at(region=None, credentials=None)
    assert leaks(SECRETS, seen) == []


def test_an_endpoint_with_a_login_is_refused_without_it():
    _, seen = looked_at(endpoint=f"https://user:{PASSWORD}@service.invalid")
    assert leaks(SECRETS, {way: text for way, text in seen.items() if way in {"str 0", "notebook", "pickle"}}) == []


@pytest.mark.parametrize("rest", ["/?token={}", "?{}", "#{}", "/a?b=1&k={}#c"])
@pytest.mark.parametrize("login", ["", "user:pw@", "user:a@b@"])
def test_an_endpoint_with_a_token_is_refused_without_it(login, rest):
    _, seen = looked_at(endpoint=f"http://{login}service.invalid{rest.format(PASSWORD)}")
    assert leaks(SECRETS, {way: text for way, text in seen.items() if way in {"str 0", "notebook", "pickle"}}) == []
    assert "service.invalid" in seen["str 0"]
    _, seen = looked_at(endpoint=f"http://{login}service.invalid/?token=a@{PASSWORD}")
    assert leaks(SECRETS, {way: text for way, text in seen.items() if way in {"str 0", "notebook", "pickle"}}) == []
