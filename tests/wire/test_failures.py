"""What a person is told when an answer is not the document."""

import json
import pickle
import random
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import errors
from pai_notebook.client.failures import Answer, Subject, failure_of_answer
from pai_notebook.client.masking import Mask
from pai_notebook.client.retry import Again, Quota, backoff, read_retry_after
from pai_notebook.client.unreachable import failure_of_exception
from pai_notebook.errors import PaiError

from .faultserver import FaultServer, error, message, raw

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAYLOADS = json.loads((Path(__file__).parents[1] / "data" / "payloads.json").read_text("utf-8"))["errors"]
VERSION = Subject("GetModelVersion", "model-a", "0.1.0", "cn-hangzhou", "aiworkspace.cn-hangzhou.aliyuncs.com", Mask(["Secret+/x"]))


def judge(status, body, subject=VERSION, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if isinstance(body, dict) else body.encode()
    return failure_of_answer(
        Answer(status, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), data), subject, now=NOW
    )


EXPECTED = {
    "100600008": (errors.VersionNotFound, Again.NEVER),
    "NoPermission": (errors.PermissionDenied, Again.NEVER),
    "Throttling.User": (errors.Throttled, Again.THROTTLED),
    "Throttling.Api": (errors.Throttled, Again.THROTTLED),
    "InvalidTimeStamp.Expired": (errors.ClockSkew, Again.CLOCK),
    "SignatureNonceUsed": (errors.AuthenticationError, Again.LATER),
    "SignatureDoesNotMatch": (errors.AuthenticationError, Again.KEY),
    "InvalidAccessKeyId.NotFound": (errors.AuthenticationError, Again.KEY),
    "InvalidSecurityToken.Expired": (errors.AuthenticationError, Again.KEY),
    "ServiceUnavailable": (errors.ServiceUnavailable, Again.LATER),
    "InternalError": (errors.ServiceUnavailable, Again.LATER),
    "": (errors.ServiceUnavailable, Again.LATER),
}


@pytest.mark.parametrize("case", PAYLOADS, ids=lambda case: str(case["body"])[-60:])
def test_documented_errors_become_their_kind(case):
    failure = judge(case["status"], case["body"], **case.get("headers", {}))
    code = case["body"]["Code"] if isinstance(case["body"], dict) else ""
    kind, again = EXPECTED[code]
    assert (type(failure.error), failure.again) == (kind, again)
    assert (failure.error.code, failure.error.status) == (code, case["status"])
    assert failure.error.hint
    assert failure.wait == (0.8 if case.get("headers") else None)


def test_a_missing_permission_names_the_action_and_the_reason():
    detail = {"AuthAction": "paimodel:GetModelVersion", "NoPermissionType": "ImplicitDeny", "PolicyType": "AccountLevelIdentityBasedPolicy"}
    denied = judge(403, {"Code": "NoPermission", "Message": "no", "RequestId": "r", "AccessDeniedDetail": detail}).error
    assert denied.action == "paimodel:GetModelVersion"
    assert "ImplicitDeny" in denied.message
    assert "paimodel:GetModelVersion" in denied.hint
    listed = judge(403, {"Code": "NoPermission"}, Subject("ListModels")).error
    assert listed.action == "paimodel:ListModels"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"Code": "100600008", "Message": "model version not exists"}, errors.VersionNotFound),
        ({"Code": "100600003", "Message": "model not exists"}, errors.ModelNotFound),
        ({"Code": "NotFound"}, errors.VersionNotFound),
        ({"Code": "InvalidApi.NotFound"}, errors.NotFound),
        ({"Code": "InvalidAccessKeyId.Inactive"}, errors.AuthenticationError),
        ("<html>not found</html>", errors.ProtocolError),
        ("", errors.ProtocolError),
    ],
)
def test_a_404_is_read_before_it_is_believed(body, kind):
    assert type(judge(404, body).error) is kind


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (400, "Throttling", Again.THROTTLED),
        (503, "Throttling.User", Again.THROTTLED),
        (400, "FlowControl", Again.THROTTLED),
        (400, "ServiceUnavailable", Again.LATER),
        (408, "RequestTimeout", Again.LATER),
        (520, "", Again.LATER),
        (501, "", Again.NEVER),
        (505, "", Again.NEVER),
        (409, "Conflict", Again.NEVER),
        (418, "", Again.NEVER),
        (200, "Throttling.User", Again.THROTTLED),
    ],
)
def test_whether_to_ask_again_depends_on_code_and_status(status, code, again):
    assert judge(status, {"Code": code, "Message": ""} if code else "").again is again


def test_a_hint_in_milliseconds_makes_any_answer_a_throttling_except_final_ones():
    assert judge(400, {"Code": "Busy"}, x_acs_retry_after="500").again is Again.THROTTLED
    assert judge(403, {"Code": "NoPermission"}, x_acs_retry_after="500").again is Again.NEVER


def test_other_spellings_of_the_error_document_are_read():
    lower = judge(403, {"code": "NoPermission", "message": "no", "requestId": "r-1"}).error
    assert (lower.code, lower.request_id) == ("NoPermission", "r-1")
    xml = judge(403, "<?xml version='1.0'?><Error><Code>NoPermission</Code><RequestId>r-2</RequestId><Message>no</Message></Error>").error
    assert (type(xml), xml.code, xml.request_id) == (errors.PermissionDenied, "NoPermission", "r-2")
    header = judge(502, "<html>", x_acs_request_id="r-3").error
    assert header.request_id == "r-3"


@pytest.mark.parametrize("token", ["t", "e", "expired", "a-token"])
def test_a_short_token_neither_hides_the_code_nor_is_hidden(token):
    with (
        FaultServer(lambda hit: error(400, "InvalidSecurityToken.MismatchWithAccessKey", "no")) as server,
        server.client(("an-id", "a-secret", token)) as client,
        pytest.raises(errors.AuthenticationError) as caught,
    ):
        client.run(client.get_version("m-1", "0.1.0"))
    assert caught.value.code == "InvalidSecurityToken.MismatchWithAccessKey"


HOSTILE = st.text(max_size=400) | st.just("Secret+/x") | st.just("server string to sign is: Secret+/x")


@given(
    st.integers(300, 599),
    st.dictionaries(st.sampled_from(["Code", "Message", "RequestId", "code", "AccessDeniedDetail"]), HOSTILE | st.none() | st.integers()),
)
def test_whatever_the_body_says_the_error_is_short_plain_and_without_secrets(status, body):
    failure = judge(status, json.dumps(body).encode())
    shown = str(failure.error)
    assert isinstance(failure.error, PaiError)
    assert len(shown) < 1500
    assert "Secret+/x" not in shown
    assert all(sign.isprintable() for sign in shown)
    assert str(pickle.loads(pickle.dumps(failure.error))) == shown


@pytest.mark.parametrize(
    ("raised", "kind", "again", "words"),
    [
        (httpx.ConnectError("refused"), errors.ServiceUnavailable, Again.NOT_SENT, "cannot be reached"),
        (httpx.ConnectTimeout("slow"), errors.ServiceUnavailable, Again.LATER, "cannot be reached"),
        (httpx.ReadError("reset"), errors.ServiceUnavailable, Again.LATER, "broke"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), errors.ServiceUnavailable, Again.LATER, "broke"),
        (httpx.RemoteProtocolError("illegal status line"), errors.ProtocolError, Again.LATER, "valid HTTP"),
        (httpx.UnsupportedProtocol("gopher"), errors.ServiceUnavailable, Again.NEVER, "broke"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_trouble_of_the_transport_is_told_in_words(raised, kind, again, words):
    raised.request = httpx.Request("GET", "https://h", headers={"x-acs-security-token": "Secret+/x"})
    failure = failure_of_exception(raised, VERSION)
    assert (type(failure.error), failure.again) == (kind, again)
    assert words in failure.error.message
    assert type(failure.error.__cause__) is type(raised)
    assert not hasattr(failure.error.__cause__, "_request") or failure.error.__cause__._request is None


def test_a_certificate_that_is_not_trusted_is_never_tried_again():
    raised = httpx.ConnectError("certificate verify failed")
    raised.__cause__ = ssl.SSLCertVerificationError(1, "self-signed")
    failure = failure_of_exception(raised, VERSION)
    assert failure.again is Again.NEVER
    assert "certificate" in failure.error.message


def test_the_jitter_is_uniform_and_bounded():
    dice = random.Random(7).random
    draws = [backoff(3, throttled=False, scale=1.0, random=dice) for _ in range(10_000)]
    counts = [sum(low <= draw < low + 0.04 for draw in draws) for low in (0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28, 0.32, 0.36)]
    assert all(0.8 <= count / 1000 <= 1.2 for count in counts)
    assert max(draws) <= 0.4
    assert backoff(50, throttled=True, scale=1.0, random=lambda: 1.0) == 20.0
    assert backoff(1, throttled=True, scale=2.0, random=lambda: 1.0) == 1.0


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_hint_breaks_the_reader(milliseconds, seconds):
    wait = read_retry_after({"x-acs-retry-after": milliseconds, "retry-after": seconds}, now=NOW)
    assert wait is None or 0 <= wait < 10**12


def test_the_budget_is_spent_by_retries_and_earned_by_successes():
    quota = Quota(500)
    spent = [quota.spend(throttled=False) for _ in range(40)]
    assert sum(cost > 0 for cost in spent) == 35
    assert quota.tokens == 10
    assert quota.spend(throttled=True) == 5
    quota.earn(14)
    quota.earn(0)
    assert quota.tokens == 20
    for _ in range(1000):
        quota.earn(0)
    assert quota.tokens == 500


def test_errors_of_a_call_say_what_it_was_about_and_how_often_it_was_tried():
    with FaultServer(lambda hit: error(503, "ServiceUnavailable")) as server, server.client(max_attempts=2) as client:
        with pytest.raises(errors.ServiceUnavailable) as caught:
            client.run(client.get_version("m-1", "0.1.0"))
        assert (caught.value.model_id, caught.value.version_name, caught.value.action) == ("m-1", "0.1.0", "GetModelVersion")
        assert (caught.value.attempts, caught.value.request_id) == (2, "5A14FA81")
        with pytest.raises(errors.ServiceUnavailable) as caught:
            client.run(client.list_versions("m-1"))
        assert caught.value.action == "ListModelVersions"


def test_after_a_refused_key_the_rest_of_a_bulk_fetch_is_not_asked_for():
    pairs = [("m", f"0.{number}.0") for number in range(300)]
    with FaultServer(lambda hit: error(403, "InvalidAccessKeyId.Inactive")) as server, server.client() as client:
        outcomes = client.run(client.get_many(pairs))
    assert {type(outcome) for outcome in outcomes} == {errors.AuthenticationError}
    assert len(server.hits) <= 8


def test_bad_addresses_in_a_bulk_fetch_do_not_cost_the_good_ones():
    def plan(hit):
        return error(404, "100600008", "model version not exists") if hit.version == "0.2.0" else None

    seen = {}
    pairs = [("m", "0.1.0"), ("../m", "0.1.0"), ("m", "0.2.0"), ("m", "0.1.0"), ("m", "1")]
    with FaultServer(plan) as server, server.client() as client:
        outcomes = client.run(client.get_many(pairs, on_result=seen.__setitem__))
    assert [type(outcome).__name__ for outcome in outcomes] == ["Reply", "AddressError", "VersionNotFound", "Reply", "AddressError"]
    assert outcomes[0] is outcomes[3]
    assert seen == dict(zip(pairs, outcomes, strict=True))
    assert len(server.hits) == 2


def test_ten_thousand_addresses_in_one_call_are_answered_in_order():
    pairs = [("m", f"0.{number % 50}.0") for number in range(10_000)]
    with FaultServer() as server, server.client() as client:
        outcomes = client.run(client.get_many(pairs))
    assert [outcome.document["VersionName"] for outcome in outcomes] == [version for _, version in pairs]
    assert len(server.hits) == 50
    assert server.connections <= 8


def test_an_html_page_is_quoted_in_a_few_harmless_characters():
    page = message(200, b"<html>\x1b[31m" + "页".encode() * 5000)
    with (
        FaultServer(lambda hit: raw(page)) as server,
        server.client(max_attempts=1) as client,
        pytest.raises(errors.ProtocolError) as caught,
    ):
        client.run(client.get_version("m", "0.1.0"))
    assert "'<html>\\x1b[31m" in str(caught.value)
    assert str(caught.value).isascii()
    assert len(str(caught.value)) < 1000
