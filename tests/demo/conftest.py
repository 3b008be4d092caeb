"""A client of twenty lines, so that these tests need neither our wire nor the vendor's SDK."""

import hashlib
import hmac
import itertools
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from pai_notebook.demo import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Handler, Request, Store

NOW = datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC)
_numbers = itertools.count()


def sign(target, headers, *, method="GET", key_id=ACCESS_KEY_ID, secret=ACCESS_KEY_SECRET, body=b"", query=None, names=None):
    """Give the Authorization header; `query` are the decoded pairs that the target carries."""
    names = names or sorted(headers)
    pairs = "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted((query or {}).items()))
    lines = [method, target.partition("?")[0], pairs, *(f"{name}:{headers[name]}" for name in names), "", ";".join(names)]
    canonical = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"


def action_of(path):
    """Name the action that a path means."""
    pieces = path.strip("/").split("/")
    if pieces[2] == "workspaces":
        return "ListMembers"
    thing = "Dataset" if pieces[2] == "datasets" else "Model"
    return {3: f"List{thing}s", 4: f"Get{thing}", 5: f"List{thing}Versions", 6: f"Get{thing}Version"}.get(len(pieces), "Unknown")


def make_request(path, query=None, *, host="aiworkspace.demo.invalid", date=NOW, nonce=None, extra=None, drop=(), unsigned=(), **signing):
    """Build a signed request; `drop` leaves headers out, `unsigned` sends them without signing them."""
    headers = {
        "host": host,
        "x-acs-action": action_of(path),
        "x-acs-version": "2021-02-04",
        "x-acs-date": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce or f"nonce-{next(_numbers)}",
        "x-acs-content-sha256": hashlib.sha256(signing.get("body", b"")).hexdigest(),
        **(extra or {}),
    }
    headers = {name: value for name, value in headers.items() if name not in drop}
    target = path + ("?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items()) if query else "")
    signed = {name: value for name, value in headers.items() if name not in unsigned}
    headers["authorization"] = sign(target, signed, query=query, **signing)
    return Request(signing.get("method", "GET"), target, headers, signing.get("body", b""))


@pytest.fixture(scope="session")
def make():
    """Give the function that builds signed requests."""
    return make_request


def version(name, created, **fields):
    """Write a small version document."""
    return {"VersionName": name, "GmtCreateTime": created, "GmtModifiedTime": created, "Labels": [], **fields}


@pytest.fixture
def store():
    """Give two models of one's own, one of the provider pai, and one that has no versions."""
    models = [
        {
            "ModelId": "model-a", "ModelName": "sentiment", "Domain": "nlp", "Task": "text-classification", "WorkspaceId": "1",
            "GmtCreateTime": "2025-01-01T00:00:00Z", "Labels": [{"Key": "所有者", "Value": "张三"}], "Origin": "ModelScope",
            "Tags": [{"Key": "series", "Value": "s 1+2"}], "Collections": ["QuickStart"], "ParameterSize": 100, "ModelType": "Checkpoint",
        },
        {
            "ModelId": "model-b", "ModelName": "Sentiment-small", "Domain": "cv", "WorkspaceId": "2",
            "GmtCreateTime": "2025-02-01T00:00:00Z",
            "Labels": [{"Key": "env", "Value": "Prod"}], "Collections": ["AI4D"], "ParameterSize": 5000,
        },
        {"ModelId": "model-p", "ModelName": "qwen", "Provider": "pai", "Accessibility": "PUBLIC", "GmtCreateTime": "2025-03-01T00:00:00Z"},
        {"ModelId": "model-new", "ModelName": "新品销量预测", "GmtCreateTime": "2025-04-01T00:00:00Z"},
    ]  # fmt: skip
    versions = [
        version("0.10.0", "2025-01-03T00:00:00Z", ApprovalStatus="Approved", FormatType="ONNX", SourceType="PAIFlow"),
        version("0.2.0", "2025-01-02T00:00:00.500Z", ApprovalStatus="Pending", Labels=[{"Key": "阶段", "Value": "灰度"}]),
        version("0.1.0", "2025-01-02T00:00:00Z", ApprovalStatus="Rejected", FrameworkType="Pytorch", SourceId="run 1", FormatType="ONNX"),
    ]
    return Store(models, {"model-a": versions, "model-p": [version("1.0.0", "2025-03-01T00:00:00Z")]})


@pytest.fixture
def handler(store):
    """Give a registry whose clock stands still."""
    return Handler(store, clock=lambda: NOW)


@pytest.fixture
def ask(handler):
    """Give a function that sends a signed request and returns the decoded body."""

    def ask(path, query=None, **options):
        return handler.handle(make_request(path, query, **options)).json()

    return ask
