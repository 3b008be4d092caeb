"""Whose key signs, how often a source is asked, and that nothing shows a secret."""

import asyncio
import copy
import http.server
import json
import logging
import pickle
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from pai_notebook.client import Client, Credentials, Limits, resolve_credentials, resolve_settings
from pai_notebook.client.credential_chain import Chain, quiet
from pai_notebook.client.credentials import Provider
from pai_notebook.errors import ConfigurationError, CredentialsNotFound
from tests.patience import PATIENCE

from .faultserver import KEY_ID, SECRET, TOKEN, FaultServer

ENV = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET}
NO_METADATA = {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}


def get(provider, **options):
    return asyncio.run(provider.get(**options))


def chain(environ, home, **options):
    return Provider(Chain(environ, home=home, **options))


@pytest.mark.parametrize(
    "given",
    [
        (KEY_ID, SECRET, TOKEN),
        [KEY_ID, SECRET, TOKEN],
        Credentials(KEY_ID, SECRET, TOKEN),
        lambda: (KEY_ID, SECRET, TOKEN),
        lambda: Credentials(KEY_ID, SECRET, TOKEN),
        lambda: asyncio.sleep(0, (KEY_ID, SECRET, TOKEN)),
        SimpleNamespace(get_credential=lambda: SimpleNamespace(access_key_id=KEY_ID, access_key_secret=SECRET, security_token=TOKEN)),
    ],
    ids=["tuple", "list", "credentials", "callable", "callable of credentials", "asynchronous callable", "client"],
)
def test_every_way_to_give_credentials_works(given):
    assert get(resolve_credentials(given)) == Credentials(KEY_ID, SECRET, TOKEN)


def test_a_client_of_the_vendor_library_is_asked_for_its_credential():
    from alibabacloud_credentials.client import Client as VendorClient
    from alibabacloud_credentials.models import Config

    config = Config(type="sts", access_key_id=KEY_ID, access_key_secret=SECRET, security_token=TOKEN)
    assert get(resolve_credentials(VendorClient(config))) == Credentials(KEY_ID, SECRET, TOKEN)
    bearer = VendorClient(Config(type="bearer", bearer_token="a.b.c"))
    assert get(resolve_credentials(bearer)) == Credentials(bearer_token="a.b.c")


@pytest.mark.parametrize(
    "given",
    [
        (KEY_ID,),
        (KEY_ID, SECRET, TOKEN, "x"),
        ("", ""),
        (KEY_ID, ""),
        7,
        {"id": 1},
        (KEY_ID, SECRET + "\n"),
        (KEY_ID + "\r\nX: y", SECRET),
        ("ключ", SECRET),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_a_key_is_refused_without_showing_it(given):
    with pytest.raises(ConfigurationError) as caught:
        resolve_credentials(given)
    assert SECRET not in str(caught.value)
    assert SECRET not in local_variables(caught.value)


def local_variables(error):
    """The repr of every local variable of every frame of our own, as a verbose traceback shows them."""
    shown = []
    frame = error.__traceback__
    while frame is not None:
        if "pai_notebook" in frame.tb_frame.f_code.co_filename:
            shown.append(repr(frame.tb_frame.f_locals))
        frame = frame.tb_next
    return "\n".join(shown)


def test_a_callable_that_fails_is_named_and_what_it_returns_is_checked():
    def broken():
        raise KeyError("vault")

    with pytest.raises(CredentialsNotFound, match="KeyError"):
        get(resolve_credentials(broken))
    with pytest.raises(ConfigurationError, match="NoneType"):
        get(resolve_credentials(lambda: None))


def test_the_environment_is_read_when_a_request_is_made(tmp_path):
    environ = dict(NO_METADATA)
    provider = chain(environ, tmp_path)
    with pytest.raises(CredentialsNotFound):
        get(provider)
    environ.update(ENV)
    assert get(provider) == Credentials(KEY_ID, SECRET)
    environ["ALIBABA_CLOUD_SECURITY_TOKEN"] = TOKEN
    assert get(provider) == Credentials(KEY_ID, SECRET, TOKEN)


def silent_port():
    """A port that takes connections into its queue and never answers; the queue is full, so a new one hangs."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.settimeout(0)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    return listener, fillers


def test_without_credentials_the_answer_comes_soon_and_says_the_three_ways(tmp_path):
    listener, fillers = silent_port()
    settings = resolve_settings(endpoint="127.0.0.1:9", environ={}, home=tmp_path, limits=Limits())
    with Client(settings, chain({}, tmp_path, metadata=listener.getsockname())) as client, pytest.raises(CredentialsNotFound) as caught:
        client.submit(client.get_version("m", "0.1.0")).result(PATIENCE)
    for way in ("credentials=(id, secret)", "ALIBABA_CLOUD_ACCESS_KEY_ID", "aliyun configure"):
        assert way in str(caught.value)
    assert len(str(caught.value)) < 700
    for sock in (listener, *fillers):
        sock.close()


class Uri(http.server.BaseHTTPRequestHandler):
    """The local credentials service of a notebook instance."""

    def do_GET(self):
        self.server.asked += 1
        status, document = self.server.replies[min(self.server.asked, len(self.server.replies)) - 1]
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """No question to a credentials service is given up because the machine is busy."""
    monkeypatch.setattr("pai_notebook.client.credentials_uri._TIMEOUT", PATIENCE)


@contextmanager
def credentials_uri(*replies):
    server = http.server.HTTPServer(("127.0.0.1", 0), Uri)
    server.replies, server.asked = replies, 0
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, {"ALIBABA_CLOUD_CREDENTIALS_URI": f"http://127.0.0.1:{server.server_port}/api/v1/credentials/0", **NO_METADATA}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def temporary(number=1, minutes=60):
    until = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return 200, {"Code": "Success", "AccessKeyId": KEY_ID, "AccessKeySecret": SECRET, "SecurityToken": f"t{number}", "Expiration": until}


def test_the_credentials_uri_is_asked_directly_and_again_when_it_fails(tmp_path):
    with credentials_uri((500, {}), (200, {"Code": "Failed"}), temporary()) as (server, environ):
        provider = chain(environ, tmp_path)
        assert get(provider).security_token == "t1"
        assert get(provider).security_token == "t1"
        assert server.asked == 3


def test_a_uri_without_credentials_is_named_in_the_error(tmp_path):
    with (
        credentials_uri((200, {"Code": "Failed"})) as (_, environ),
        pytest.raises(CredentialsNotFound, match="ALIBABA_CLOUD_CREDENTIALS_URI"),
    ):
        get(chain(environ, tmp_path))


def test_temporary_keys_are_renewed_before_they_expire_and_kept_when_that_fails(tmp_path):
    with credentials_uri(temporary(1, minutes=4), temporary(2), (500, {})) as (server, environ):
        provider = chain(environ, tmp_path)
        assert get(provider).security_token == "t1"
        assert get(provider).security_token == "t1", "a life shorter than the margin is not renewed on every call"
        provider._fetched = (datetime.now(UTC) - timedelta(minutes=60), 0.0, None)
        assert get(provider).security_token == "t2"
        provider._current = Credentials(KEY_ID, SECRET, "t2", expiration=datetime.now(UTC) + timedelta(seconds=20))
        provider._fetched = (datetime.now(UTC) - timedelta(minutes=60), 0.0, None)
        assert get(provider).security_token == "t2", "the renewal failed, but the key is still good"
        assert server.asked >= 3


def test_however_many_wait_the_source_is_asked_once():
    asked = []

    def slow():
        asked.append(threading.get_ident())
        time.sleep(0.05)
        return KEY_ID, SECRET, f"t{len(asked)}"

    async def crowd():
        provider = resolve_credentials(slow)
        first = await asyncio.gather(*(provider.get() for _ in range(50)))
        provider.refuse(first[0])
        second = await asyncio.gather(*(provider.get() for _ in range(50)))
        provider.refuse(first[0])
        late = await provider.get()
        return first, second, late

    first, second, late = asyncio.run(crowd())
    assert {key.security_token for key in first} == {"t1"}
    assert {key.security_token for key in second} == {"t2"}
    assert late.security_token == "t2"
    assert len(asked) == 2
    assert threading.get_ident() not in asked, "a callable may block, so it never runs on the loop"


def write_profile(home, **profile):
    (home / ".aliyun").mkdir()
    config = {"current": "default", "profiles": [{"name": "default", **profile}]}
    (home / ".aliyun" / "config.json").write_text(json.dumps(config), "utf-8")


def test_the_profile_of_the_aliyun_command_is_read_through_the_vendor_library(tmp_path):
    write_profile(tmp_path, mode="StsToken", access_key_id=KEY_ID, access_key_secret=SECRET, sts_token=TOKEN)
    assert get(chain(NO_METADATA, tmp_path)) == Credentials(KEY_ID, SECRET, TOKEN)
    with pytest.raises(CredentialsNotFound):
        get(chain({**NO_METADATA, "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, tmp_path))


def test_the_credentials_file_is_read_through_the_vendor_library(tmp_path):
    path = tmp_path / "mine.ini"
    path.write_text(f"[default]\ntype = access_key\naccess_key_id = {KEY_ID}\naccess_key_secret = {SECRET}\n", "utf-8")
    assert get(chain({**NO_METADATA, "ALIBABA_CLOUD_CREDENTIALS_FILE": str(path)}, tmp_path)) == Credentials(KEY_ID, SECRET)


def test_a_profile_that_does_not_work_is_named_in_one_short_error(tmp_path, capfd):
    write_profile(tmp_path, mode="AK", access_key_id="", access_key_secret="")
    with pytest.raises(CredentialsNotFound, match="profile of the aliyun command") as caught:
        get(chain(NO_METADATA, tmp_path))
    assert len(str(caught.value)) < 900
    assert capfd.readouterr() == ("", "")


_LOGGING = """
import logging, sys, json, pathlib, asyncio
def state(name):
    logger = logging.getLogger(name)
    return list(logger.handlers), logger.level, logger.propagate, list(logger.filters)
before = {name: state(name) for name in ("credentials", "alibabacloud-tea", "")}
from pai_notebook.client.credential_chain import Chain
from pai_notebook.client.credentials import Provider
from pai_notebook.client.credential_chain import quiet
provider = Provider(Chain({"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}, home=pathlib.Path(sys.argv[1])))
asyncio.run(provider.get())
after = {name: state(name) for name in before}
assert "alibabacloud_credentials" in sys.modules
assert before == after, (before, after)
"""


@pytest.mark.slow
def test_the_vendor_library_leaves_the_users_logging_alone(tmp_path):
    write_profile(tmp_path, mode="AK", access_key_id=KEY_ID, access_key_secret=SECRET)
    run = subprocess.run([sys.executable, "-c", _LOGGING, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr, run.stdout) == (0, "", "")


def test_explicit_keys_never_import_the_vendor_library():
    code = "import sys, pai_notebook.client as w; w.resolve_credentials(('i', 's')); sys.exit('alibabacloud_credentials' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_credentials_show_nothing_and_do_not_travel():
    key = Credentials(KEY_ID, SECRET, TOKEN, expiration=datetime(2030, 1, 1, tzinfo=UTC))
    provider = resolve_credentials(key)
    for text in (repr(key), str(key), f"{key}", f"{key!r:>90}", repr([key]), repr(provider), repr(vars(provider))):
        assert not any(secret in text for secret in (KEY_ID, SECRET, TOKEN))
    assert "2030-01-01" in repr(key)
    assert copy.copy(key) is key
    assert copy.deepcopy({"k": key})["k"] is key
    for thing in (key, provider):
        with pytest.raises(ConfigurationError, match="never pickled"):
            pickle.dumps(thing)


def test_bearer_tokens_are_sent_without_a_signature():
    with FaultServer() as server, server.client(Credentials(bearer_token="a.b.c")) as client:
        client.run(client.get_version("m", "0.1.0"))
    (hit,) = server.hits
    assert hit.headers["x-acs-bearer-token"] == "a.b.c"
    assert "authorization" not in hit.headers


def test_the_loggers_of_the_vendor_keep_other_threads_lines(tmp_path, caplog):
    with caplog.at_level(logging.INFO), quiet():
        logging.getLogger("credentials").warning("mine")
        thread = threading.Thread(target=logging.getLogger("credentials").warning, args=("theirs",))
        thread.start()
        thread.join()
    assert [record.message for record in caplog.records] == ["theirs"]
