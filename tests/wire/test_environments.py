"""Environments that are wrong: each works, or is an error of two lines that names the variable or file and the cure."""

import json
import logging
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest

import pai_notebook as pnb
from pai_notebook.client.connections import proxy_for
from pai_notebook.client.endpoint import parse_endpoint
from pai_notebook.errors import ConfigurationError, CredentialsNotFound, PaiError, ServiceUnavailable
from tests.patience import PATIENCE, UNHURRIED

from .faultserver import KEY_ID, SECRET, FaultServer
from .test_tls import make_certificate

KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET}
OPTIONS = {"default": False, "names": False, "max_attempts": 2, "backoff_scale": 0.0, "requests_per_second": None, **UNHURRIED}


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine on which nothing is set, with a home of its own; sets variables."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("ALIBABA", "ALICLOUD", "ALIYUN", "PAI_", "SSL", "REQUESTS_", "CURL_")):
            monkeypatch.delenv(name)
    for name in ("REGION", "dsw_region", "DSW_REGION"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()

    def set_variables(**variables):
        for name, value in {"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **variables}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    set_variables()
    set_variables.home = home
    set_variables.folder = tmp_path
    return set_variables


def outcome(**options):
    """How a fetch ends: "works", or the error."""
    try:
        with pnb.connect(**{**OPTIONS, **options}) as registry:
            registry.get_version("model-a", "0.1.0")
    except PaiError as error:
        return error
    return "works"


def check(ended, expected):
    """The outcome is the expected one: works, or a kind of error and words that its two lines have."""
    if expected == "works":
        assert ended == "works"
        return
    kind, *words = expected
    assert type(ended) is kind, ended
    lines = ended._render_traceback_()
    assert len(lines) == 2
    for word in words:
        assert re.search(word, "\n".join(lines)), lines


# certificates

CERTIFICATES = {
    "the authority's file": ({"SSL_CERT_FILE": "{trusted}"}, "works"),
    "a file that is not there": (
        {"SSL_CERT_FILE": "{folder}/none.pem"},
        (ConfigurationError, "SSL_CERT_FILE names .*none.pem, which is not there"),
    ),
    "a folder": ({"SSL_CERT_FILE": "{folder}"}, (ConfigurationError, "SSL_CERT_FILE .* is a folder", "Correct SSL_CERT_FILE, or unset it")),
    "no PEM": ({"SSL_CERT_FILE": "{text}"}, (ConfigurationError, "SSL_CERT_FILE .* holds no certificate in PEM form")),
    "an empty file": ({"SSL_CERT_FILE": "{empty}"}, (ConfigurationError, "SSL_CERT_FILE .* holds no certificate in PEM form")),
    "a name that is too long": ({"SSL_CERT_FILE": "/" + "x" * 300}, (ConfigurationError, "SSL_CERT_FILE .* cannot be read")),
    "a folder variable that names nothing": ({"SSL_CERT_DIR": "{folder}/none"}, (ConfigurationError, "SSL_CERT_DIR .* is not a folder")),
    "a folder variable that names a file": ({"SSL_CERT_DIR": "{text}"}, (ConfigurationError, "SSL_CERT_DIR .* is not a folder")),
    "a folder without the authority": (
        {"SSL_CERT_DIR": "{folder}"},
        (ServiceUnavailable, "certificate of localhost:[0-9]+ is not trusted"),
    ),
    "a key log that cannot be written": (
        {"SSL_CERT_FILE": "{trusted}", "SSLKEYLOGFILE": "{folder}/none/keys"},
        (ConfigurationError, "SSLKEYLOGFILE .* cannot be written", "Correct SSLKEYLOGFILE"),
    ),
    "an empty variable": (
        {"SSL_CERT_FILE": ""},
        (ServiceUnavailable, "certificate of localhost:[0-9]+ is not trusted", "set SSL_CERT_FILE"),
    ),
    "the variable of another library": (
        {"REQUESTS_CA_BUNDLE": "{trusted}"},
        (ServiceUnavailable, "is not trusted", "REQUESTS_CA_BUNDLE is not read here: set SSL_CERT_FILE to the same file"),
    ),
}


@pytest.mark.parametrize("case", sorted(CERTIFICATES))
def test_certificates(case, machine):
    variables, expected = CERTIFICATES[case]
    context, trusted = make_certificate(machine.folder)
    (machine.folder / "text").write_text("no certificate", "utf-8")
    (machine.folder / "empty").touch()
    names = {"trusted": trusted, "folder": machine.folder, "text": machine.folder / "text", "empty": machine.folder / "empty"}
    machine(**KEYS, **{name: value.format(**names) for name, value in variables.items()})
    with FaultServer(tls=context) as server:
        check(outcome(endpoint=f"https://localhost:{server.port}"), expected)


def test_plain_http_on_loopback_needs_no_certificates(machine):
    machine(**KEYS, SSL_CERT_FILE="/nonexistent", SSL_CERT_DIR="/nonexistent")
    with FaultServer() as server:
        check(outcome(endpoint=server.url), "works")


# proxies (what they answer: tests/wire/test_canaries.py)

DEAD = "http://user:CanaryOfLogin01@127.0.0.1:1"
PROXIES = {
    "dead": (
        {"HTTPS_PROXY": DEAD},
        (ConfigurationError, r"the proxy http://127\.0\.0\.1:1 \(from HTTPS_PROXY\) does not answer", "unset HTTPS_PROXY.*NO_PROXY"),
    ),
    "dead, for everything": ({"ALL_PROXY": DEAD}, (ConfigurationError, "from ALL_PROXY")),
    "two spellings": (
        {"https_proxy": DEAD, "HTTPS_PROXY": "http://x.invalid"},
        (ConfigurationError, r"127\.0\.0\.1:1 \(from https_proxy\)"),
    ),
    "unknown": ({"HTTPS_PROXY": "http://proxy.invalid:3128"}, (ConfigurationError, "from HTTPS_PROXY.* has an unknown host name")),
    "of another kind": (
        {"HTTPS_PROXY": "ftp://127.0.0.1:1"},
        (ConfigurationError, "the proxy in HTTPS_PROXY is not of a supported kind"),
    ),
    "no address": (
        {"HTTPS_PROXY": "http://[::bad"},
        (ConfigurationError, "the proxy in HTTPS_PROXY cannot be read", "Correct HTTPS_PROXY"),
    ),
}


@pytest.mark.parametrize("case", sorted(PROXIES))
def test_proxies(case, machine):
    variables, expected = PROXIES[case]
    machine(**KEYS, **variables)
    ended = outcome(endpoint="https://service.invalid", connect_timeout=0.2)
    check(ended, expected)
    assert "Canary" not in str(ended)


def test_a_dead_proxy_is_not_asked_for_each_of_many_versions(machine):
    machine(**KEYS, HTTPS_PROXY=DEAD)
    with pnb.connect(endpoint="https://service.invalid", **{**OPTIONS, "connect_timeout": 0.2}) as registry:
        found = registry.client.run(registry.client.get_many([("model-a", f"0.{number}.0") for number in range(300)]))
    assert {type(error) for error in found} == {ConfigurationError}


def test_loopback_needs_no_proxy(machine):
    machine(**KEYS, HTTPS_PROXY=DEAD, HTTP_PROXY=DEAD, ALL_PROXY="ftp://x")
    with FaultServer() as server:
        check(outcome(endpoint=server.url), "works")


BYPASSED = [
    ("https://10.20.30.40", "10.0.0.0/8"),
    ("https://10.20.30.40", "localhost, 10.20.0.0/16 ,x"),
    ("https://10.20.30.40", "10.20.30.40"),
    ("https://10.20.30.40:8443", "10.20.30.40:8443"),
    ("https://10.20.30.40:8443", "10.0.0.0/8"),
    ("https://10.20.30.40", "10.20.30.99/24"),
    ("https://service.example:8443", "service.example:8443"),
    ("https://service.example", "service.example:443"),
    ("https://service.example:8443", "service.example"),
    ("https://aiworkspace.cn-hangzhou.aliyuncs.com", ".aliyuncs.com"),
    ("https://aiworkspace.cn-hangzhou.aliyuncs.com", "aliyuncs.com"),
    ("https://aiworkspace.cn-hangzhou.aliyuncs.com", "*"),
    ("https://[fd00::1]", "fd00::/8"),
    ("https://[fd00::1]", "[fd00::1]"),
    ("https://[fd00::1]:8443", "[fd00::1]:8443"),
]
PROXIED = [
    ("https://10.20.30.40", "11.0.0.0/8"),
    ("https://10.20.30.40", "fd00::/8"),
    ("https://10.20.30.40", "10.0.0.0/99"),
    ("https://10.20.30.40", "/8"),
    ("https://10.20.30.40:8443", "10.20.30.40:443"),
    ("https://service.example", "service.example:8443"),
    ("https://service.example", "vice.example"),
    ("https://service.example", "10.0.0.0/8,,"),
    ("https://[fd00::1]", "10.0.0.0/8"),
]


@pytest.mark.parametrize(("endpoint", "no_proxy", "bypassed"), [(*case, True) for case in BYPASSED] + [(*case, False) for case in PROXIED])
@pytest.mark.parametrize("spelling", ["NO_PROXY", "no_proxy"])
def test_no_proxy_knows_names_ports_and_ranges(endpoint, no_proxy, bypassed, spelling, machine):
    machine(**{"HTTPS_PROXY": "http://proxy.example:3128", spelling: no_proxy})
    assert proxy_for(parse_endpoint(endpoint)) == ("" if bypassed else "http://proxy.example:3128")


# the home directory and the files in it


def nobody(monkeypatch):
    """A user id that the system does not know, as in many containers."""

    def unknown(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)


@pytest.mark.parametrize("home", ["none", "nonexistent", "a file", "empty"])
def test_a_home_directory_is_not_needed(home, machine, monkeypatch):
    (machine.folder / "file").touch()
    machine(**KEYS, HOME={"none": None, "nonexistent": "/nonexistent", "a file": str(machine.folder / "file"), "empty": ""}[home])
    nobody(monkeypatch)
    with FaultServer() as server:
        check(outcome(endpoint=server.url), "works")
        check(outcome(endpoint=server.url, credentials=(KEY_ID, SECRET)), "works")
        machine(ALIBABA_CLOUD_ACCESS_KEY_ID="", HOME=os.environ.get("HOME"))
        check(outcome(endpoint=server.url), (CredentialsNotFound, "no credentials were found", "aliyun configure"))
    check(outcome(), (ConfigurationError, "no region was found", 'connect\\(region="cn-hangzhou"\\)'))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")


CLI, INI, PAI = ".aliyun/config.json", ".alibabacloud/credentials.ini", ".pai/config.json"
PROFILE = {"name": "default", "mode": "AK", "access_key_id": KEY_ID, "access_key_secret": SECRET, "region_id": "cn-shanghai"}
WHOLE = {"current": "default", "profiles": [PROFILE]}
FILES = {
    "a profile": ({CLI: WHOLE}, {}, "works"),
    "a profile with a byte order mark": (
        {CLI: "\ufeff" + json.dumps(WHOLE)},
        {},
        (CredentialsNotFound, "profile of the aliyun command: the file is not JSON"),
    ),
    "no JSON": ({CLI: "{"}, {}, (CredentialsNotFound, "profile of the aliyun command: the file is not JSON")),
    "a list": ({CLI: []}, {}, (CredentialsNotFound, "profile of the aliyun command")),
    "no such profile": (
        {CLI: WHOLE},
        {"ALIBABA_CLOUD_PROFILE": "prod"},
        (CredentialsNotFound, "aliyun command 'prod': no such profile"),
    ),
    "a profile without a secret": (
        {CLI: {**WHOLE, "profiles": [{**PROFILE, "access_key_secret": ""}]}},
        {},
        (CredentialsNotFound, "the access key secret is empty"),
    ),
    "a mode that is not known": (
        {CLI: {**WHOLE, "profiles": [{**PROFILE, "mode": "RsaKeyPair"}]}},
        {},
        (CredentialsNotFound, "does not know this kind of profile"),
    ),
    "a switched off profile": ({CLI: WHOLE}, {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, (CredentialsNotFound,)),
    "a credentials file": ({INI: f"[default]\ntype=access_key\naccess_key_id={KEY_ID}\naccess_key_secret={SECRET}\n"}, {}, "works"),
    "a credentials file without the profile": (
        {INI: "[other]\ntype=access_key\n"},
        {},
        (CredentialsNotFound, "credentials file: the file has no such profile"),
    ),
    "a credentials file that is none": ({INI: "x"}, {}, (CredentialsNotFound, "credentials file: MissingSectionHeaderError")),
    "a credentials file with a sign of its own": (
        {INI: "[default]\ntype=access_key\naccess_key_secret=a%b\n"},
        {},
        (CredentialsNotFound, "InterpolationSyntaxError"),
    ),
    "a file under another name": (
        {".alibabacloud/credentials": "x"},
        {},
        (CredentialsNotFound, "credentials is not read, only credentials.ini beside it"),
    ),
    "a named file that is not there": (
        {},
        {"ALIBABA_CLOUD_CREDENTIALS_FILE": "/nonexistent/x.ini"},
        (CredentialsNotFound, "ALIBABA_CLOUD_CREDENTIALS_FILE names /nonexistent/x.ini, which is not there"),
    ),
    "a folder in the place of the profiles": (
        {CLI + "/x": "x"},
        {},
        (CredentialsNotFound, r"config\.json is not a file that this user may read"),
    ),
    "a profile without a file": (
        {},
        {"ALIBABA_CLOUD_PROFILE": "prod"},
        (CredentialsNotFound, "ALIBABA_CLOUD_PROFILE is set, but no profile file exists"),
    ),
    "half a key": (
        {},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID},
        (CredentialsNotFound, "ALIBABA_CLOUD_ACCESS_KEY_ID is set, but ALIBABA_CLOUD_ACCESS_KEY_SECRET is not"),
    ),
    "the other half": (
        {},
        {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET},
        (CredentialsNotFound, "ALIBABA_CLOUD_ACCESS_KEY_SECRET is set, but ALIBABA_CLOUD_ACCESS_KEY_ID is not"),
    ),
    "half a key and a profile": ({CLI: WHOLE}, {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID}, "works"),
    "an old name": (
        {},
        {"ALICLOUD_ACCESS_KEY": KEY_ID, "ALICLOUD_SECRET_KEY": SECRET},
        (
            CredentialsNotFound,
            "ALICLOUD_ACCESS_KEY is set, but not read: the name is ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALICLOUD_SECRET_KEY is set",
        ),
    ),
    "an older name": ({}, {"ALIBABACLOUD_ACCESS_KEY_ID": KEY_ID}, (CredentialsNotFound, "ALIBABACLOUD_ACCESS_KEY_ID is set, but not read")),
    "a key with a blank in it": (
        {},
        {**KEYS, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "a b"},
        (ConfigurationError, "secret contains a space.*ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ),
    "blanks around a key": ({}, {name: f" {value} " for name, value in KEYS.items()}, "works"),
    "an address that is none": (
        {},
        {"ALIBABA_CLOUD_CREDENTIALS_URI": "localhost/x"},
        (CredentialsNotFound, "ALIBABA_CLOUD_CREDENTIALS_URI: not an http address"),
    ),
    "an address where nothing listens": (
        {},
        {"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/x"},
        (CredentialsNotFound, "ALIBABA_CLOUD_CREDENTIALS_URI: no connection"),
    ),
    "a key and a broken address": ({}, {**KEYS, "ALIBABA_CLOUD_CREDENTIALS_URI": "localhost/x"}, "works"),
}


@pytest.mark.parametrize("case", sorted(FILES))
def test_files_and_variables_of_credentials(case, machine):
    files, variables, expected = FILES[case]
    for name, text in files.items():
        write(machine.home / name, text)
    machine(**variables)
    with FaultServer() as server:
        ended = outcome(endpoint=server.url)
    check(ended, expected)
    assert not [secret for secret in (KEY_ID, SECRET) if secret in str(ended)]


REGIONS = {
    "REGION": ({}, {"REGION": "cn-beijing"}, "cn-beijing"),
    "ALIBABA_CLOUD_REGION": ({}, {"ALIBABA_CLOUD_REGION": "cn-beijing"}, "cn-beijing"),
    "Terraform's name": ({}, {"ALICLOUD_REGION": "cn-beijing"}, "cn-beijing"),
    "the profile of aliyun": ({CLI: WHOLE}, {}, "cn-shanghai"),
    "another profile of aliyun": (
        {CLI: {**WHOLE, "profiles": [PROFILE, {"name": "b", "region_id": "cn-beijing"}]}},
        {"ALIBABA_CLOUD_PROFILE": "b"},
        "cn-beijing",
    ),
    "PAI's file first": ({CLI: WHOLE, PAI: {"region_id": "cn-beijing"}}, {}, "cn-beijing"),
    "PAI's file is not JSON": (
        {CLI: WHOLE, PAI: "{"},
        {},
        (ConfigurationError, r"\.pai/config\.json is not a JSON object", "Repair or remove"),
    ),
    "a broken profile of aliyun": (
        {CLI: {"current": 7, "profiles": [7, {"name": 7, "region_id": 7}]}},
        {},
        (ConfigurationError, "no region was found"),
    ),
    "a wrong region": ({}, {"REGION": "cn hangzhou"}, (ConfigurationError, "'cn hangzhou' is not a region id \\(from REGION\\)")),
    "a wrong region in the profile": (
        {CLI: {**WHOLE, "profiles": [{**PROFILE, "region_id": "x"}]}},
        {},
        (ConfigurationError, "from the profile of the aliyun command"),
    ),
    "a wrong network": (
        {},
        {"REGION": "cn-beijing", "PAI_NETWORK_TYPE": "moon"},
        (ConfigurationError, "'moon' is not a network \\(from PAI_NETWORK_TYPE\\)"),
    ),
    "a wrong workspace": (
        {},
        {"REGION": "cn-beijing", "PAI_WORKSPACE_ID": "1 2"},
        (ConfigurationError, "is not a workspace id \\(from PAI_WORKSPACE_ID\\)"),
    ),
    "a file that is not there": (
        {},
        {"PAI_CONFIG_PATH": "/nonexistent.json"},
        (ConfigurationError, "PAI_CONFIG_PATH names /nonexistent.json, which is not there"),
    ),
    "an endpoint that is refused": (
        {},
        {"PAI_ENDPOINT": "http://service.example"},
        (ConfigurationError, "from PAI_ENDPOINT.* plain http", "unset PAI_ENDPOINT"),
    ),
}


@pytest.mark.parametrize("case", sorted(REGIONS))
def test_files_and_variables_of_settings(case, machine):
    files, variables, expected = REGIONS[case]
    for name, text in files.items():
        write(machine.home / name, text)
    machine(**variables)
    if isinstance(expected, str):
        with pnb.connect(**OPTIONS) as registry:
            assert registry.client.settings.region == expected
    else:
        check(outcome(), expected)


def test_a_region_in_the_call_comes_before_an_endpoint_in_the_environment(machine):
    machine(PAI_ENDPOINT="http://127.0.0.1:1", REGION="cn-beijing")
    for options, host in (
        ({}, "127.0.0.1:1"),
        ({"region": "cn-shanghai"}, "aiworkspace.cn-shanghai.aliyuncs.com"),
        ({"network": "vpc"}, "aiworkspace-vpc.cn-beijing.aliyuncs.com"),
        ({"endpoint": "https://x.example"}, "x.example"),
    ):
        with pnb.connect(**OPTIONS, **options) as registry:
            assert registry.client.settings.endpoint.host == host


# the process

_PROCESS = textwrap.dedent("""
    import os, resource, signal, sys, threading
    import pai_notebook as pnb
    from pai_notebook.errors import PaiError
    url, restrict, out = sys.argv[1:]
    patience = 600.0

    def ask():
        try:
            with pnb.connect(endpoint=url, credentials=("id", "secret"), default=False, connect_timeout=patience, deadline=600) as r:
                version = r.get_version("model-a", "0.1.0")
                return "works" if version.version_name == "0.1.0" else repr(version)
        except PaiError as error:
            return " / ".join(error._render_traceback_())
        except BaseException as error:
            return f"raw: {error!r}"

    assert ask() == "works"  # what loads late is loaded now, while it may be read
    exec(restrict)
    os.write(int(out), ask().encode())
    os._exit(0)
""")
AS_NOBODY = "os.getuid() == 0 and os.setuid(54321)\n"
PROCESSES = {
    "no home and no entry": (AS_NOBODY + "os.environ.pop('HOME', None)", "works"),
    "a home one may not enter": (AS_NOBODY + "os.environ['HOME'] = {closed!r}", "works"),
    "no threads": (
        AS_NOBODY + "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))",
        "ConfigurationError: this process cannot start another thread / End other processes",
    ),
    "no file descriptors": (
        "resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))",
        "ConfigurationError: no event loop can be created .* / Close some files",
    ),
    "few file descriptors": (
        "free = os.dup(0); os.close(free); resource.setrlimit(resource.RLIMIT_NOFILE, (free + 3, free + 3)); patience = 0.2",
        "ConfigurationError: this process has too many open files to connect / Close some files",
    ),
    "no standard streams": ("sys.stdin = sys.stdout = sys.stderr = None", "works"),
    "closed standard streams": ("sys.stdout.close(); sys.stderr.close()", "works"),
    "closed descriptors": ("os.close(0); os.close(1); os.close(2)", "works"),
    "SIGINT ignored": ("signal.signal(signal.SIGINT, signal.SIG_IGN)", "works"),
    "no working directory": ("os.makedirs({gone!r}); os.chdir({gone!r}); os.rmdir({gone!r})", "works"),
    "a thread that is not a main thread": (
        "done = []; t = threading.Thread(target=lambda: done.append(ask())); t.start(); t.join(); assert done == ['works']",
        "works",
    ),
}


@pytest.fixture
def public_folder():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("case", sorted(PROCESSES))
def test_processes(case, public_folder):
    restrict, expected = PROCESSES[case]
    closed = public_folder / "closed"
    closed.mkdir(mode=0o000)
    read, write_end = os.pipe()
    code = restrict.replace("{closed!r}", repr(str(closed))).replace("{gone!r}", repr(str(public_folder / "gone")))
    with FaultServer() as server:
        # a descriptor of its own is told about the outcome, whatever happens to the standard streams
        command = [sys.executable, "-W", "error::RuntimeWarning", "-c", _PROCESS, server.url, code, str(write_end)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, pass_fds=(write_end,))
    os.close(write_end)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    assert run.stderr == ""
    assert re.fullmatch(f"{expected}.*" if expected != "works" else "works", said.replace("\n", " ")), said


def test_no_thread_to_be_had_leaves_the_registry_usable(machine, monkeypatch, recwarn, own_loop):
    machine(**KEYS)
    with FaultServer() as server, pnb.connect(endpoint=server.url, **OPTIONS) as registry:
        start = threading.Thread.start

        def refuse(thread):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)
        for _ in range(3):
            with pytest.raises(ConfigurationError, match="cannot start another thread"):
                registry.get_version("model-a", "0.1.0")
        monkeypatch.setattr(threading.Thread, "start", start)
        assert registry.get_version("model-a", "0.1.0").version_name == "0.1.0"
        # a name of a host and a function as credentials= need a thread each
        for options in ({"endpoint": f"http://localhost:{server.port}"}, {"endpoint": server.url, "credentials": lambda: (KEY_ID, SECRET)}):
            with pnb.connect(**{**OPTIONS, **options}) as other:
                monkeypatch.setattr(threading.Thread, "start", refuse)
                with pytest.raises(ConfigurationError, match="cannot start another thread"):
                    other.get_version("model-a", "0.1.0")
                monkeypatch.setattr(threading.Thread, "start", start)
    assert [str(warning.message) for warning in recwarn] == []


def test_the_progress_line_needs_no_stream(monkeypatch):
    from pai_notebook.registry.progress import Progress

    for stream in (None, open(os.devnull, "w", encoding="utf-8")):  # noqa: SIM115, PTH123 - to be closed before it is used
        monkeypatch.setattr(sys, "stderr", stream)
        if stream is not None:
            stream.close()
        with Progress(lambda: 3, clock=iter(range(100)).__next__) as line:
            line.tick()
            line.tick()


def test_the_loggers_of_the_user_stay_as_they_are(machine):
    machine(**KEYS)
    before = {name: (logging.getLogger(name).level, list(logging.getLogger(name).handlers)) for name in ("", "httpx", "httpcore.http11")}
    with FaultServer() as server:
        check(outcome(endpoint=server.url), "works")
    assert before == {name: (logging.getLogger(name).level, list(logging.getLogger(name).handlers)) for name in before}
