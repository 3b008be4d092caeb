"""The signature equals the vendor library's, which is the referee."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from pai_notebook.client import Credentials, authorization, canonical_request, sign
from pai_notebook.client.signing import payload_hash, signed_names

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text("utf-8"))
CASES = [*VECTORS["official_client_vectors"], *VECTORS["minimal_vectors"]]
SIGNED = [case for case in CASES if case["inputs"]["credentials"]["type"] != "bearer"]


def credentials_of(case):
    given = {name: value for name, value in case["inputs"]["credentials"].items() if name != "type"}
    return Credentials(**given)


def by_name(case):
    return case["name"]


@pytest.mark.parametrize("case", SIGNED, ids=by_name)
def test_the_known_answers_are_reproduced(case):
    inputs = case["inputs"]
    headers = [(name, value) for name, value in (case.get("headers_sent") or case["headers_signed"]).items() if name != "Authorization"]
    signed = sorted(name.lower() for name, _ in headers)
    canonical = canonical_request(
        inputs["method"],
        inputs["path_encoded"],
        query=inputs["query_decoded"].items(),
        headers=headers,
        signed=signed,
        body_hash=payload_hash(inputs["body"].encode()),
    )
    assert canonical == case["canonical_request"]
    assert authorization(credentials_of(case), canonical, signed=signed) == case["authorization"]


@pytest.mark.parametrize("case", VECTORS["minimal_vectors"], ids=by_name)
def test_signing_by_our_own_choice_of_headers_gives_the_minimal_vectors(case):
    inputs = case["inputs"]
    headers = dict(
        sign(
            credentials_of(case),
            method=inputs["method"],
            path=inputs["path_encoded"],
            host=inputs["endpoint_host"],
            action=inputs["action"],
            query=inputs["query_decoded"].items(),
            now=datetime.fromisoformat(inputs["date"]),
            nonce=inputs["nonce"],
        )
    )
    assert headers.pop("Authorization") == case["authorization"]
    assert headers == case["headers_signed"]


def test_a_bearer_token_is_sent_instead_of_a_signature():
    (case,) = [case for case in CASES if case["inputs"]["credentials"]["type"] == "bearer"]
    headers = dict(sign(credentials_of(case), method="GET", path="/", host="h", action="GetModel"))
    assert headers["x-acs-bearer-token"] == "fake.bearer.token"
    assert headers["x-acs-signature-type"] == "BEARERTOKEN"
    assert "Authorization" not in headers


LETTERS = "abzAZ09 -_.~!*'();:@&=+$,/?#[]%\"<>\\^`{|}模型😀éß\t"


def word(dice, most=12):
    return "".join(dice.choice(LETTERS) for _ in range(dice.randrange(most)))


def random_request(dice):
    """Method, path as sent, query, headers: what a careless caller may ask for."""
    path = "/api/v1/models/" + "/versions/".join(quote(word(dice), safe=dice.choice(["", "!*'()~", ":@$&=+,;"])) for _ in range(2))
    query = {f"{dice.choice(['Label', 'Query', 'Tag', 'Task', 'Order'])}{number}": word(dice, 20) for number in range(dice.randrange(5))}
    headers = {
        "host": dice.choice(["aiworkspace.cn-hangzhou.aliyuncs.com", "127.0.0.1:8080"]),
        "x-acs-action": dice.choice(["GetModel", "ListModels"]),
        "x-acs-version": "2021-02-04",
        "x-acs-date": "2025-11-23T08:09:10Z",
        "x-acs-signature-nonce": f"{dice.randrange(2**128):032x}",
        "x-acs-content-sha256": payload_hash(b""),
    }
    if dice.random() < 0.5:
        headers |= {"x-acs-security-token": "CAIS" + word(dice, 40).strip(), "x-acs-accesskey-id": "LTAI"}
    if dice.random() < 0.3:
        headers["content-type"] = "application/json; charset=utf-8"
    return dice.choice(["GET", "POST", "PUT"]), path, query, headers


def test_a_thousand_random_requests_are_signed_as_the_vendor_library_does():
    from alibabacloud_tea_openapi.utils import Utils
    from darabonba.request import DaraRequest

    dice = random.Random(20251123)
    for _ in range(1000):
        method, path, query, headers = random_request(dice)
        secret = word(dice, 30) or "s"
        request = DaraRequest()
        request.method, request.pathname, request.query, request.headers = method, path, dict(query), dict(headers)
        theirs = Utils.get_authorization(request, "ACS3-HMAC-SHA256", headers["x-acs-content-sha256"], "LTAI", secret)
        signed = signed_names(headers.items())
        canonical = canonical_request(
            method, path, query=query.items(), headers=headers.items(), signed=signed, body_hash=headers["x-acs-content-sha256"]
        )
        assert authorization(Credentials("LTAI", secret), canonical, signed=signed) == theirs, (method, path, query, headers)


def test_nonce_and_date_are_new_each_time_and_the_clock_can_be_set_right():
    headers = [dict(sign(Credentials("i", "s"), method="GET", path="/", host="h", action="a")) for _ in range(100)]
    assert len({header["x-acs-signature-nonce"] for header in headers}) == 100
    ahead = dict(sign(Credentials("i", "s"), method="GET", path="/", host="h", action="a", now=datetime.now(UTC) + timedelta(hours=3)))
    sent = datetime.strptime(ahead["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(sent - datetime.now(UTC) - timedelta(hours=3)) < timedelta(seconds=5)


def test_only_headers_that_a_proxy_leaves_alone_are_signed():
    assert signed_names([("User-Agent", "a"), ("Accept", "b"), ("Host", "h"), ("Content-Type", "c"), ("X-Acs-Date", "d")]) == [
        "content-type",
        "host",
        "x-acs-date",
    ]
