"""Who is let in: signatures, dates, nonces, tokens."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.demo import Handler, Key, Request, Store
from pai_notebook.demo.verify import WINDOW, Nonces, canonical_query, canonical_request, check_identity

NOW = datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC)
PATH = "/api/v1/models/model-a/versions/0.1.0"
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text(encoding="utf-8"))
FIXED = VECTORS["fixed"]


def code(handler, request):
    return handler.handle(request).json().get("Code", "granted")


def altered(request, **headers):
    """The same request with other header fields than those that were signed; None takes one away."""
    fields = {**request.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Request(request.method, request.target, {name: value for name, value in fields.items() if value is not None}, request.body)


def vector_request(vector):
    inputs = vector["inputs"]
    headers = {name.lower(): value for name, value in vector.get("headers_sent", vector.get("headers_signed")).items()}
    headers["authorization"] = vector["authorization"]
    if "url_after_requests_prepare" in vector:
        parts = urlsplit(vector["url_after_requests_prepare"])
        target = parts.path + (f"?{parts.query}" if parts.query else "")
    else:
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in inputs["query_decoded"].items())
        target = inputs["path_encoded"] + (f"?{pairs}" if pairs else "")
    return Request(inputs["method"], target, headers, inputs["body"].encode())


SIGNED = [vector for vector in VECTORS["official_client_vectors"] + VECTORS["minimal_vectors"] if vector.get("authorization")]


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["name"])
def test_what_the_vendor_library_signed_is_accepted_as_it_was_sent(vector):
    request = vector_request(vector)
    names = vector["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    assert canonical_request(request, names).decode() == vector["canonical_request"]
    sts = vector["inputs"]["credentials"]["type"] == "sts" if "credentials" in vector["inputs"] else "x-acs-security-token" in names
    key = Key(FIXED["access_key_id"], FIXED["access_key_secret"], security_token=FIXED["security_token"] if sts else "")
    assert check_identity(request, {key.key_id: key}, (), NOW) == key


def test_a_signed_request_is_granted(handler, make):
    assert code(handler, make(PATH)) == "granted"


def test_a_wrong_secret_does_not_match(handler, make):
    body = handler.handle(make(PATH, secret="wrong")).json()
    assert body["Code"] == "SignatureDoesNotMatch"
    assert "server string to sign is:ACS3-HMAC-SHA256\n" in body["Message"]


def test_an_unknown_key_is_not_found(handler, make):
    response = handler.handle(make(PATH, key_id="LTAIstranger"))
    assert (response.status, response.json()["Code"]) == (404, "InvalidAccessKeyId.NotFound")


def test_a_nonce_is_good_for_one_request(handler, make):
    assert code(handler, make(PATH, nonce="n")) == "granted"
    assert code(handler, make(PATH, nonce="n")) == "SignatureNonceUsed"


def test_a_forged_request_does_not_use_up_the_nonce(handler, make):
    assert code(handler, make(PATH, nonce="n", secret="wrong")) == "SignatureDoesNotMatch"
    assert code(handler, make(PATH, nonce="n")) == "granted"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, "granted"), (15, "granted"), (-15, "granted"), (20, "InvalidTimeStamp.Expired"), (-20, "InvalidTimeStamp.Expired")],
)
def test_the_date_may_be_fifteen_minutes_off(handler, make, minutes, expected):
    assert code(handler, make(PATH, date=NOW + timedelta(minutes=minutes))) == expected


@pytest.mark.parametrize("text", ["now", "2025-11-23", "2025-11-23T08:09:10.000Z", "Sun, 23 Nov 2025 08:09:10 GMT"])
def test_a_date_of_another_form_is_refused(handler, make, text):
    assert code(handler, make(PATH, extra={"x-acs-date": text})) == "InvalidTimeStamp.Format"


@pytest.mark.parametrize("name", ["x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "x-acs-version", "x-acs-action"])
def test_a_missing_header_is_named(handler, make, name):
    body = handler.handle(make(PATH, drop=[name])).json()
    assert body["Code"] == "MissingParameter"
    assert name in body["Message"]


@pytest.mark.parametrize("name", ["host", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "x-acs-action", "x-acs-version"])
def test_what_protects_the_request_must_be_signed(handler, make, name):
    body = handler.handle(make(PATH, unsigned=[name])).json()
    assert body["Code"] == "IncompleteSignature"
    assert name in body["Message"]


def test_an_acs_header_added_on_the_way_is_noticed(handler, make):
    assert code(handler, altered(make(PATH), x_acs_trace="1")) == "IncompleteSignature"


def test_a_header_the_signature_does_not_name_may_change(handler, make):
    assert code(handler, altered(make(PATH), user_agent="a proxy")) == "granted"


def test_a_signed_header_lost_on_the_way_is_noticed(handler, make):
    request = make(PATH, extra={"accept": "application/json"})
    assert code(handler, altered(request, accept=None)) == "IncompleteSignature"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer x", "ACS3-HMAC-SHA256", "acs key:signature",
     "ACS3-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=" + "0" * 64,
     "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host;host,Signature=" + "0" * 64,
     "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=x-acs-date;host,Signature=" + "0" * 64,
     "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00"],
)  # fmt: skip
def test_an_authorization_of_another_form_is_incomplete(handler, make, authorization):
    assert code(handler, altered(make(PATH), authorization=authorization)) == "IncompleteSignature"


def test_a_tampered_path_does_not_match(handler, make):
    request = make(PATH)
    assert code(handler, Request("GET", PATH.replace("0.1.0", "0.2.0"), request.headers)) == "SignatureDoesNotMatch"


def test_the_same_path_encoded_otherwise_does_not_match(handler, make):
    request = make(PATH)
    assert code(handler, Request("GET", PATH.replace("0.1.0", "0%2E1.0"), request.headers)) == "SignatureDoesNotMatch"


def test_a_tampered_query_does_not_match(handler, make):
    request = make("/api/v1/models", {"Label": "a"})
    assert code(handler, Request("GET", "/api/v1/models?Label=b", request.headers)) == "SignatureDoesNotMatch"


def test_a_body_must_have_the_digest_that_was_signed(handler, make):
    request = make(PATH)
    assert code(handler, Request("GET", PATH, request.headers, b"more")) == "SignatureDoesNotMatch"


def test_another_host_than_the_signed_one_does_not_match(handler, make):
    assert code(handler, altered(make(PATH), host="evil.example")) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("sent", ["Label=a+b", "Label=a%20b"])
def test_a_space_may_be_sent_either_way(handler, make, sent):
    request = make("/api/v1/models", {"Label": "a b"})
    assert code(handler, Request("GET", f"/api/v1/models?{sent}", request.headers)) == "granted"


def sts_handler(expires=None):
    key = Key("STS.key", "secret", security_token="token+/=", expires=expires)
    return Handler(Store([{"ModelId": "model-a"}], {"model-a": [{"VersionName": "0.1.0"}]}), keys=[key], clock=lambda: NOW)


@pytest.mark.parametrize(
    ("token", "expires", "expected"),
    [
        ("token+/=", None, "granted"),
        ("token+/=", NOW + timedelta(hours=1), "granted"),
        ("token+/=", NOW - timedelta(hours=1), "InvalidSecurityToken.Expired"),
        ("other", None, "InvalidSecurityToken.MismatchWithAccessKey"),
        (None, None, "MissingSecurityToken"),
    ],
)
def test_a_temporary_key_comes_with_its_token(make, token, expires, expected):
    extra = {"x-acs-security-token": token, "x-acs-accesskey-id": "STS.key"} if token else {}
    assert code(sts_handler(expires), make(PATH, key_id="STS.key", secret="secret", extra=extra)) == expected


def test_a_token_that_is_sent_unsigned_is_refused(make):
    request = make(PATH, key_id="STS.key", secret="secret", extra={"x-acs-security-token": "token+/="}, unsigned=["x-acs-security-token"])
    assert code(sts_handler(), request) == "IncompleteSignature"


def test_a_plain_key_comes_without_a_token(handler, make):
    assert code(handler, make(PATH, extra={"x-acs-security-token": "t"})) == "InvalidSecurityToken.MismatchWithAccessKey"


@pytest.mark.parametrize(("token", "expected"), [("good", "granted"), ("bad", "InvalidBearerToken"), (None, "MissingParameter")])
def test_a_bearer_token_needs_no_signature(store, make, token, expected):
    handler = Handler(store, bearer_tokens=["good"], clock=lambda: NOW)
    request = altered(make(PATH), authorization=None, x_acs_signature_type="BEARERTOKEN", x_acs_bearer_token=token)
    assert code(handler, request) == expected


def test_nonces_are_forgotten_when_their_date_would_be_refused_anyway():
    nonces = Nonces()
    assert nonces.use("old", NOW)
    assert nonces.use("new", NOW + WINDOW)
    assert not nonces.use("old", NOW + 2 * WINDOW)
    assert nonces.use("third", NOW + 2 * WINDOW + timedelta(seconds=1))
    assert list(nonces._seen) == ["new", "third"]


def test_no_secret_shows_in_the_repr_of_a_key_or_in_an_answer(handler, make):
    key = Key("id", "hidden-secret", security_token="hidden-token")
    assert "hidden" not in repr(key)
    response = handler.handle(make(PATH, secret="hidden-secret"))
    assert b"secret" not in response.body


@given(st.dictionaries(st.text("abcXYZ", min_size=1), st.text(), max_size=6))
def test_the_canonical_query_does_not_depend_on_how_the_query_was_encoded(pairs):
    strict = "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted(pairs.items()))
    loose = "&".join(f"{name}={quote(value, safe='').replace('%20', '+')}" for name, value in reversed(pairs.items()))
    assert canonical_query(loose) == strict


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_a_signature_with_one_other_digit_is_refused(make, position, digit):
    handler = Handler(Store([{"ModelId": "model-a"}], {"model-a": [{"VersionName": "0.1.0"}]}), clock=lambda: NOW)
    request = make(PATH)
    head, signature = request.headers["authorization"].rsplit("=", 1)
    changed = signature[:position] + digit + signature[position + 1 :]
    expected = "granted" if changed == signature else "SignatureDoesNotMatch"
    assert code(handler, altered(request, authorization=f"{head}={changed}")) == expected
