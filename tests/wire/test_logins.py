"""Credentials follow the person: a new login, another profile or another variable counts in a kernel that runs."""

import asyncio
import json
import sys
import threading
import time

import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.client import credential_chain as chain_module
from pai_notebook.client.credential_chain import Chain
from pai_notebook.client.credentials import Provider
from pai_notebook.errors import AuthenticationError, CredentialsNotFound, DeadlineExceeded
from tests.patience import PATIENCE, UNHURRIED, ended

from .faultserver import KEY_ID, SECRET, FaultServer, error, message

OPTIONS = {"default": False, "names": False, "requests_per_second": None, "cache_seconds": 0.0, **UNHURRIED}
MODEL = "model-rbvg5wfo5d0gngz1b8"


@pytest.fixture
def home(monkeypatch, tmp_path):
    import os

    for name in list(os.environ):
        if name.startswith(("ALIBABA", "ALICLOUD", "PAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    return tmp_path


def log_in(home, *profiles, current="default"):
    """What `aliyun configure` leaves behind."""
    folder = home / ".aliyun"
    folder.mkdir(exist_ok=True)
    named = [{"name": "default", **profile} for profile in profiles]
    (folder / "config.json").write_text(json.dumps({"current": current, "profiles": named}), "utf-8")


def key(key_id=demo.ACCESS_KEY_ID, secret=demo.ACCESS_KEY_SECRET, **more):
    return {"mode": "AK", "access_key_id": key_id, "access_key_secret": secret, **more}


def token(text, **more):
    return {"mode": "StsToken", "access_key_id": KEY_ID, "access_key_secret": SECRET, "sts_token": text, **more}


def fetch(registry):
    return registry.get_version(MODEL, "2.4.0", refresh=True).version_name


WRONG = {
    "a wrong secret": (key(secret="no-" + demo.ACCESS_KEY_SECRET), "SignatureDoesNotMatch"),
    "an unknown id": (key(key_id="LTAI5tUnknown00"), "InvalidAccessKeyId"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_after_a_refused_key_the_profile_is_read_anew(case, home):
    profile, code = WRONG[case]
    log_in(home, profile)
    with demo.serve(0) as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        for _ in range(2):
            with pytest.raises(AuthenticationError) as caught:
                fetch(registry)
            assert caught.value.code.startswith(code)
            assert caught.value.attempts == 1, "the same key is not sent again"
            assert "The key came from the profile of the aliyun command." in caught.value.hint
        log_in(home, key())
        assert fetch(registry) == "2.4.0"


def wants(*good):
    """A plan that refuses every token but these."""
    return lambda hit: None if hit.headers.get("x-acs-security-token") in good else error(400, "InvalidSecurityToken.Expired", "expired")


def test_after_an_expired_token_a_new_login_counts(home):
    log_in(home, token("old"))
    with FaultServer(wants("new")) as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        with pytest.raises(AuthenticationError):
            fetch(registry)
        assert len(server.hits) == 1
        log_in(home, token("new"))
        assert fetch(registry) == "2.4.0"
        assert len(server.hits) == 3, "refused once more, then asked with the new token"


def test_a_new_login_in_the_middle_of_a_call_is_used_by_that_call(home):
    log_in(home, token("old"))

    def plan(hit):
        if hit.headers["x-acs-security-token"] == "old":
            log_in(home, token("new"))
            return error(400, "InvalidSecurityToken.Expired", "expired")
        return None

    with FaultServer(plan) as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        assert fetch(registry) == "2.4.0"


def test_a_refused_key_costs_one_look_at_the_source_however_many_wait(home):
    asked = []

    def give():
        asked.append(time.monotonic())
        return KEY_ID, SECRET, f"token-{len(asked)}"

    with FaultServer(wants("token-2")) as server, pnb.connect(endpoint=server.url, credentials=give, **OPTIONS) as registry:
        found = registry.get_versions(*(f"model-{number}@0.1.0" for number in range(20)), progress=False)
    assert (len(found), len(asked)) == (20, 2)


@pytest.mark.parametrize(("status", "code"), [(401, "Unauthorized"), (403, "InvalidAccessKeyId.Inactive"), (400, "SignatureDoesNotMatch")])
def test_a_function_is_asked_again_after_every_kind_of_refusal(status, code):
    secrets = iter(["first-secret", "second-secret"])
    plan = lambda hit: error(status, code) if hit.attempt == 1 else None  # noqa: E731
    with (
        FaultServer(plan) as server,
        pnb.connect(endpoint=server.url, credentials=lambda: (KEY_ID, next(secrets)), **OPTIONS) as registry,
    ):
        assert fetch(registry) == "2.4.0"
    assert len(server.hits) == 2


def test_a_permission_that_is_missing_is_no_reason_to_ask_again():
    asked = []

    def give():
        asked.append(1)
        return KEY_ID, SECRET

    with (
        FaultServer(lambda hit: error(403, "NoPermission")) as server,
        pnb.connect(endpoint=server.url, credentials=give, **OPTIONS) as registry,
    ):
        for _ in range(3):
            with pytest.raises(pnb.PaiError):
                fetch(registry)
    assert len(asked) == 1


def test_a_key_that_is_given_is_sent_once():
    with (
        FaultServer(lambda hit: error(400, "SignatureDoesNotMatch")) as server,
        pnb.connect(endpoint=server.url, credentials=(KEY_ID, SECRET), **OPTIONS) as registry,
        pytest.raises(AuthenticationError),
    ):
        fetch(registry)
    assert len(server.hits) == 1


def test_a_profile_named_in_a_cell_counts_at_the_next_request(home, monkeypatch):
    log_in(home, token("a"), token("b", name="b"), token("c", name="c"), current="c")
    with FaultServer() as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        for name in (None, "default", "b", None, "c"):
            if name is None:
                monkeypatch.delenv("ALIBABA_CLOUD_PROFILE", raising=False)
            else:
                monkeypatch.setenv("ALIBABA_CLOUD_PROFILE", name)
            fetch(registry)
        monkeypatch.setenv("ALIBABA_CLOUD_PROFILE", "nowhere")
        with pytest.raises(CredentialsNotFound, match="'nowhere': no such profile"):
            fetch(registry)
    assert [hit.headers["x-acs-security-token"] for hit in server.hits] == ["c", "a", "b", "c", "c"]


def test_a_file_that_was_written_anew_counts_at_the_next_look(home, monkeypatch):
    monkeypatch.setattr(chain_module, "RECHECK", 0.0)
    log_in(home, token("a"))
    with FaultServer() as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        fetch(registry)
        log_in(home, token("another"))
        fetch(registry)
        (home / ".aliyun" / "config.json").unlink()
        with pytest.raises(CredentialsNotFound):
            fetch(registry)
    assert [hit.headers["x-acs-security-token"] for hit in server.hits] == ["a", "another"]


def test_a_key_in_the_environment_comes_and_goes(home, monkeypatch):
    log_in(home, token("a"))
    with FaultServer() as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        fetch(registry)
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY_ID)
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
        fetch(registry)
        monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        fetch(registry)
    assert [hit.headers.get("x-acs-security-token") for hit in server.hits] == ["a", None, "a"]


def test_a_provider_is_kept_while_nothing_changes(home, monkeypatch):
    monkeypatch.setattr(chain_module, "RECHECK", 0.0)
    log_in(home, token("a"))
    source = Chain({"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}, home=home)
    provider = Provider(source)
    asyncio.run(provider.get())
    kept = source._working
    asyncio.run(provider.get())
    assert source._working[1] is kept[1]
    provider.refuse(provider._current)
    asyncio.run(provider.get())
    assert source._working[1] is not kept[1]


def test_a_sign_in_that_was_made_anew_counts(home):
    """CloudSSO: the vendor's provider copies the access token, so it has to be made anew."""
    answer = lambda text: json.dumps(  # noqa: E731
        {"CloudCredential": {"AccessKeyId": KEY_ID, "AccessKeySecret": SECRET, "SecurityToken": text, "Expiration": "2099-01-01T00:00:00Z"}}
    ).encode()

    def sign_in(hit):
        login = hit.headers["authorization"].removeprefix("Bearer ")
        return lambda conn, hit, good: conn.sendall(message(200, answer(f"sts-of-{login}")))

    def profile(server, access):
        return {
            "mode": "CloudSSO",
            "cloud_sso_sign_in_url": server.url,
            "cloud_sso_account_id": "1",
            "cloud_sso_access_config": "c",
            "access_token": access,
            "cloud_sso_access_token_expire": 2**40,
        }

    with FaultServer(sign_in) as sso, FaultServer(wants("sts-of-second")) as server:
        log_in(home, profile(sso, "first"))
        with pnb.connect(endpoint=server.url, **OPTIONS) as registry:
            with pytest.raises(AuthenticationError):
                fetch(registry)
            log_in(home, profile(sso, "second"))
            assert fetch(registry) == "2.4.0"


# what hangs is bounded by the deadline of the call, and is asked anew by the next


@pytest.fixture
def over():
    """Set when the test is over, so that nothing hangs longer."""
    event = threading.Event()
    yield event
    event.set()


def hanging_once(kind, over):
    """A source that hangs at the first look, until the test is over."""
    looks = []

    def give():
        looks.append(1)
        if len(looks) == 1:
            over.wait(PATIENCE)
        return KEY_ID, SECRET

    async def give_later():
        looks.append(1)
        await asyncio.sleep(PATIENCE if len(looks) == 1 else 0)
        return KEY_ID, SECRET

    class Client:
        get_credential = staticmethod(lambda: type("Model", (), {"access_key_id": give()[0], "access_key_secret": SECRET}))

    return {"function": give, "asynchronous function": give_later, "client": Client()}[kind]


def failure(registry):
    with pytest.raises(DeadlineExceeded) as caught:
        fetch(registry)
    return caught.value


@pytest.mark.parametrize("kind", ["function", "asynchronous function", "client"])
def test_a_source_that_hangs_is_named_and_does_not_spoil_the_next_call(kind, over):
    hanging = hanging_once(kind, over)
    with FaultServer() as server:
        with pnb.connect(endpoint=server.url, credentials=hanging, **{**OPTIONS, "deadline": 0.5}) as registry:
            error = failure(registry)
            assert f"the {kind.split()[-1]} given as credentials= did not answer" in error.message
            assert server.hits == []
            provider = registry.client._provider
        with pnb.connect(endpoint=server.url, credentials=hanging, **OPTIONS) as registry:
            registry.client._provider = provider
            assert fetch(registry) == "2.4.0"


def test_a_source_that_hangs_ends_a_call_for_many_versions_once(over):
    options = {**OPTIONS, "deadline": 0.3, "max_workers": 4}
    hang = lambda: over.wait(PATIENCE)  # noqa: E731
    with FaultServer() as server, pnb.connect(endpoint=server.url, credentials=hang, **options) as registry:
        pairs = [("model-a", f"0.{number}.0") for number in range(2000)]
        outcomes = ended(lambda: registry.client.run(registry.client.get_many(pairs)))
    assert {type(outcome).__name__ for outcome in outcomes} == {"CredentialsTimeout"}
    assert server.hits == []


def test_a_helper_that_hangs_is_bounded_by_the_deadline(home):
    """And closing does not wait for it."""
    waits = f"import os, time\nwhile not os.path.exists({str(home / 'over')!r}): time.sleep(0.05)"
    (home / "helper.py").write_text(waits, "utf-8")
    log_in(home, {"mode": "External", "process_command": f'"{sys.executable}" "{home / "helper.py"}"'})
    try:
        with FaultServer() as server, pnb.connect(endpoint=server.url, **{**OPTIONS, "deadline": 0.3}) as registry:
            error = ended(lambda: failure(registry))
            ended(registry.close)
    finally:
        (home / "over").touch()
    assert "profile of the aliyun command did not answer" in error.message
