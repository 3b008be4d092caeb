"""Region, workspace, network and limits: who says them, and what is refused before anything is sent."""

import json
import math
from itertools import product

import pytest

from pai_notebook.client import Limits, endpoint_for, parse_endpoint, resolve_settings
from pai_notebook.errors import ConfigurationError

from .corpus import load

REGIONS = [case for case in load("ids") if case["kind"] == "region"]
ENDPOINTS = [case for case in load("ids") if case["kind"] == "endpoint"]


def shown(case):
    return ascii(case["value"])[:40]


@pytest.mark.parametrize("case", REGIONS, ids=shown)
def test_a_region_becomes_a_host_of_the_service_or_nothing(case):
    if case["expect"] == "accept":
        endpoint = endpoint_for(case["value"])
        assert endpoint.url == f"https://aiworkspace.{case['value']}.aliyuncs.com"
    else:
        with pytest.raises(ConfigurationError):
            endpoint_for(case["value"])


@pytest.mark.parametrize("case", ENDPOINTS, ids=shown)
def test_an_endpoint_is_refused_unless_it_is_plainly_a_host(case):
    if case["expect"] == "reject":
        with pytest.raises(ConfigurationError) as caught:
            parse_endpoint(case["value"])
        assert len(str(caught.value)) < 400
    else:
        assert parse_endpoint(case["value"]).url == "https://" + case["value"].removeprefix("https://")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("HTTPS://AIWORKSPACE.cn-hangzhou.aliyuncs.com:443/", "https://aiworkspace.cn-hangzhou.aliyuncs.com"),
        ("gateway.example:8443", "https://gateway.example:8443"),
    ],
)
def test_endpoints_have_one_spelling(text, url):
    assert parse_endpoint(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "http://[::1",
        "https://a b",
        "https://a:0",
        "https://a:",
        "https://a\\b",
        "https://ä.example",
        "https://a%2eb",
        None,
        7,
    ],
)
def test_other_texts_are_no_endpoints(text):
    with pytest.raises(ConfigurationError):
        parse_endpoint(text)


def write_config(home, **values):
    (home / ".pai").mkdir()
    (home / ".pai" / "config.json").write_text(json.dumps(values), "utf-8")


def test_arguments_come_before_the_environment_and_that_before_the_file(tmp_path):
    write_config(tmp_path, region_id="cn-beijing", workspace_id="3")
    environ = {"REGION": "cn-shanghai", "PAI_WORKSPACE_ID": "2", "PAI_NETWORK_TYPE": "VPC"}
    told = resolve_settings(region="cn-hangzhou", workspace_id=1, network="public", environ=environ, home=tmp_path)
    assert (told.region, told.workspace_id, told.network) == ("cn-hangzhou", "1", "public")
    set_ = resolve_settings(environ=environ, home=tmp_path)
    assert (set_.region, set_.workspace_id, set_.endpoint.host) == ("cn-shanghai", "2", "aiworkspace-vpc.cn-shanghai.aliyuncs.com")
    written = resolve_settings(environ={}, home=tmp_path)
    assert (written.region, written.workspace_id, written.network) == ("cn-beijing", "3", "public")


@pytest.mark.parametrize("name", ["REGION", "ALIBABA_CLOUD_REGION_ID", "dsw_region"])
def test_the_names_of_the_vendors_notebooks_are_understood(name, tmp_path):
    assert resolve_settings(environ={name: "cn-wulanchabu"}, home=tmp_path).region == "cn-wulanchabu"


def test_an_endpoint_of_the_service_tells_its_region(tmp_path):
    environ = {"REGION": "cn-beijing"}
    assert resolve_settings(endpoint="aiworkspace-vpc.cn-shanghai.aliyuncs.com", environ=environ, home=tmp_path).region == "cn-shanghai"
    assert resolve_settings(endpoint="127.0.0.1:80", environ={}, home=tmp_path).region == ""


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"region": "cn-hangzhou/"},
        {"region": "cn-hangzhou", "network": "intranet"},
        {"region": "cn-hangzhou", "workspace_id": "1 2"},
        {"endpoint": "http://example.com"},
    ],
)
def test_what_cannot_be_used_is_said_at_once(given, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        resolve_settings(**given, environ={}, home=tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["{", "[]", "\ud800"])
def test_a_broken_configuration_file_is_named(text, tmp_path):
    (tmp_path / ".pai").mkdir()
    (tmp_path / ".pai" / "config.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigurationError, match=r"config\.json"):
        resolve_settings(environ={}, home=tmp_path)
    assert resolve_settings(region="cn-hangzhou", workspace_id="", environ={}, home=tmp_path).region == "cn-hangzhou"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *product(["connect_timeout", "attempt_timeout", "deadline", "requests_per_second"], [0, -1.0, math.nan, math.inf, "3", True]),
        *product(["max_attempts", "max_bytes", "max_depth", "max_workers"], [0, -1, 1.5, None, "4", True]),
    ],
)
def test_times_rates_and_counts_of_nothing_are_refused(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Limits(**{name: value})


def test_pacing_and_retries_can_be_switched_off():
    limits = Limits(requests_per_second=None, retry_quota=0, backoff_scale=0, max_attempts=1)
    assert limits.requests_per_second is None
