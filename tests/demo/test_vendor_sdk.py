"""The vendor's own SDK as referee: it reads everything from the registry, and is refused when it should be."""

import asyncio
import importlib
import logging
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from pai_notebook import demo

# The SDK's dates come from a call that Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow\(\) is deprecated:DeprecationWarning")


@pytest.fixture(scope="module")
def sdk():
    """Import the SDK with its import-time warnings held back, and take its log handlers away again."""
    before = {name: list(logging.getLogger(name).handlers) for name in ["", *logging.root.manager.loggerDict]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        openapi = importlib.import_module("alibabacloud_tea_openapi.models")
        client = importlib.import_module("alibabacloud_aiworkspace20210204.client")
        models = importlib.import_module("alibabacloud_aiworkspace20210204.models")
    for name in ["", *logging.root.manager.loggerDict]:
        logging.getLogger(name).handlers[:] = before.get(name, [])
    return client.Client, models, openapi.Config


@pytest.fixture(scope="module")
def store():
    return demo.Store.bundled()


@pytest.fixture(scope="module")
def server(store):
    with demo.serve(store=store) as server:
        yield server


@pytest.fixture(scope="module")
def connect(sdk, server):
    client, _, config = sdk

    def connect(**changes):
        settings = {"access_key_id": demo.ACCESS_KEY_ID, "access_key_secret": demo.ACCESS_KEY_SECRET, **changes}
        return client(config(endpoint=f"127.0.0.1:{server.port}", protocol="http", **settings))

    return connect


@pytest.fixture(scope="module")
def models(sdk):
    return sdk[1]


PROVIDERS = (None, "pai")


def everything(store):
    """Every model id with every version document."""
    return [(model["ModelId"], version) for model in store.models() for version in store.versions(model["ModelId"])]


def fields(document):
    """What the SDK always writes: lists are there even when they are empty."""
    return {"Labels": [], **document}


def refusal(call):
    """The code and status of the SDK's exception."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the SDK has a family of its own, looked at below
        call()
    return caught.value.code, caught.value.status_code


def test_it_reads_every_version_with_every_field(connect, models, store):
    client = connect()
    read = 0
    for model_id, version in everything(store):
        body = client.get_model_version(model_id, version["VersionName"], models.GetModelVersionRequest()).body.to_map()
        assert body.pop("RequestId")
        assert body == fields(version)
        read += 1
    assert read >= 150


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_it_lists_every_version_page_by_page(connect, models, store, order):
    client = connect()
    for model in store.models():
        expected = [fields(version) for version in store.versions(model["ModelId"])]
        listed = []
        for number in range(1, len(expected) // 7 + 2):
            request = models.ListModelVersionsRequest(page_number=number, page_size=7, order=order, sort_by="GmtCreateTime")
            body = client.list_model_versions(model["ModelId"], request).body
            listed += [version.to_map() for version in body.versions]
            assert body.total_count == len(expected)
        assert listed == (expected if order == "ASC" else expected[::-1])


def shown(store, model, *, tags):
    """The model as a call shows it: with its newest version, Tags in lists only, Collections never."""
    versions = store.versions(model["ModelId"])
    document = {name: value for name, value in model.items() if name != "Collections" and (tags or name != "Tags")}
    if versions:
        document |= {"LatestVersion": fields(versions[-1]), "GmtLatestVersionModifiedTime": versions[-1]["GmtModifiedTime"]}
    return document


def test_it_lists_every_model_page_by_page(connect, models, store):
    client = connect()
    listed = []
    for provider in PROVIDERS:
        for number in range(1, 6):
            body = client.list_models(models.ListModelsRequest(page_number=number, page_size=2, provider=provider)).body
            listed += [model.to_map() for model in body.models]
    by_id = {model["ModelId"]: model for model in listed}
    assert len(by_id) == len(listed) == len(store.models())
    assert by_id == {model["ModelId"]: shown(store, model, tags=True) for model in store.models()}


def test_it_reads_every_model(connect, models, store):
    client = connect()
    for model in store.models():
        body = client.get_model(model["ModelId"], models.GetModelRequest()).body.to_map()
        assert body.pop("RequestId")
        assert body == shown(store, model, tags=False)


def test_its_filters_with_chinese_spaces_and_json_pass_the_signature(connect, models, store):
    client = connect()
    versions = everything(store)
    grey = [version for model_id, version in versions if any("灰度" in pair.values() for pair in version["Labels"])]
    found = 0
    for model in store.models():
        request = models.ListModelVersionsRequest(label="灰度", page_size=100)
        found += client.list_model_versions(model["ModelId"], request).body.total_count
    assert found == len(grey) > 0
    names = {model["ModelName"] for model in store.models()}
    for name in names - {"qwen2-7b-instruct"}:
        body = client.list_models(models.ListModelsRequest(model_name=f'"{name}"')).body
        assert [model.model_name for model in body.models] == [name]
    tag = models.ListModelsRequestTag(key="series", value="digits")
    condition = models.ListModelsRequestConditions(column="ParameterSize", operator="LessThan", value="3000")
    request = models.ListModelsRequest(query="手写数字", tag=[tag], conditions=[condition])
    assert [model.model_name for model in client.list_models(request).body.models] == ["手写数字识别"]
    assert client.list_models(models.ListModelsRequest(query="a b&c=d+e/*~%?#")).body.total_count == 0


def test_a_wrong_secret_is_refused(connect, models):
    client = connect(access_key_secret="another-secret")
    assert refusal(lambda: client.list_models(models.ListModelsRequest())) == ("SignatureDoesNotMatch", 400)


def test_an_unknown_key_is_refused(connect, models):
    client = connect(access_key_id="LTAIunknown")
    assert refusal(lambda: client.list_models(models.ListModelsRequest())) == ("InvalidAccessKeyId.NotFound", 404)


def test_a_missing_version_and_a_missing_model_are_told_apart(connect, models, store):
    client = connect()
    model_id = store.models()[0]["ModelId"]
    ask = models.GetModelVersionRequest()
    version = refusal(lambda: client.get_model_version(model_id, "9.9.9", ask))
    model = refusal(lambda: client.get_model_version("model-unknown", "0.1.0", ask))
    assert version == ("100600008", 404)
    assert model[0] != version[0]


def test_a_bad_page_is_refused(connect, models):
    client = connect()
    assert refusal(lambda: client.list_models(models.ListModelsRequest(page_number=0))) == ("InvalidParameter", 400)


@pytest.fixture
def openapi_utils(sdk):
    """The SDK's own source of nonces and dates."""
    return importlib.import_module("alibabacloud_tea_openapi.utils").Utils


def test_a_replayed_nonce_is_refused(connect, models, openapi_utils, monkeypatch):
    monkeypatch.setattr(openapi_utils, "get_nonce", staticmethod(lambda: "always-the-same"))
    client = connect()
    assert client.list_models(models.ListModelsRequest()).status_code == 200
    assert refusal(lambda: client.list_models(models.ListModelsRequest())) == ("SignatureNonceUsed", 400)


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_twenty_minutes_off_is_refused(connect, models, openapi_utils, monkeypatch, minutes):
    moment = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    monkeypatch.setattr(openapi_utils, "get_timestamp", staticmethod(lambda: moment))
    client = connect()
    assert refusal(lambda: client.list_models(models.ListModelsRequest())) == ("InvalidTimeStamp.Expired", 400)


def test_a_path_changed_after_signing_is_refused(connect, models, store, monkeypatch):
    core = importlib.import_module("darabonba.core").DaraCore
    send = core.do_action

    def tampering(request, *rest, **named):
        request.pathname = request.pathname.replace("0.1.0", "0.2.0")
        return send(request, *rest, **named)

    monkeypatch.setattr(core, "do_action", staticmethod(tampering))
    client, model_id = connect(), store.models()[0]["ModelId"]
    ask = models.GetModelVersionRequest()
    assert refusal(lambda: client.get_model_version(model_id, "0.1.0", ask)) == ("SignatureDoesNotMatch", 400)
    assert client.get_model_version(model_id, "0.3.0", ask).body.version_name == "0.3.0"


def test_temporary_keys_and_bearer_tokens_are_accepted(sdk, models):
    client, _, config = sdk
    credentials = importlib.import_module("alibabacloud_credentials.client")
    settings = importlib.import_module("alibabacloud_credentials.models").Config(type="bearer", bearer_token="bearer-token")
    key = demo.Key("STS.demo", "temporary", security_token="token+/=&%")
    handler = demo.Handler(demo.Store([{"ModelId": "model-a", "ModelName": "a"}]), keys=[key], bearer_tokens=["bearer-token"])
    with demo.serve(handler=handler) as server:
        address = {"endpoint": f"127.0.0.1:{server.port}", "protocol": "http"}
        temporary = client(config(access_key_id="STS.demo", access_key_secret="temporary", security_token="token+/=&%", **address))
        mismatched = client(config(access_key_id="STS.demo", access_key_secret="temporary", security_token="other", **address))
        bearing = client(config(credential=credentials.Client(settings), **address))
        assert temporary.list_models(models.ListModelsRequest()).body.total_count == 1
        assert bearing.list_models(models.ListModelsRequest()).body.total_count == 1
        assert refusal(lambda: mismatched.list_models(models.ListModelsRequest()))[0] == "InvalidSecurityToken.MismatchWithAccessKey"


def test_its_asynchronous_client_reads_too(connect, models, store):
    async def read():
        return await connect().list_models_async(models.ListModelsRequest(query="wine"))

    assert [model.model_name for model in asyncio.run(read()).body.models] == ["wine-cultivar"]
