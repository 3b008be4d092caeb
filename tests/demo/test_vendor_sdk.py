"""The vendor's own SDK as referee: it reads everything from the registry, and is refused when it should be."""

import asyncio
import importlib
import logging
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from pai_notebook import client as wire
from pai_notebook import demo
from pai_notebook.client import operations, signing
from pai_notebook.client.credentials import Credentials
from pai_notebook.errors import AuthenticationError
from pai_notebook.model.registered_model import Model
from pai_notebook.model.version import ModelVersion

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


# From here on: our client beside the vendor's, on the same server.


@pytest.fixture(scope="module")
def ours(server):
    settings = wire.resolve_settings(region=demo.REGION, endpoint=server.url, environ={}, limits=wire.Limits(requests_per_second=None))
    with wire.Client(settings, wire.resolve_credentials((demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET))) as client:
        yield client


VERSION_FIELDS = {
    "version_name": "version_name", "version_description": "description", "uri": "uri", "user_id": "user_id", "owner_id": "owner_id",
    "training_spec": "training_spec", "inference_spec": "inference_spec", "evaluation_spec": "evaluation_spec",
    "compression_spec": "compression_spec", "distillation_spec": "distillation_spec", "extra_info": "extra_info",
    "format_type": "format_type", "framework_type": "framework_type", "source_type": "source_type", "source_id": "source_id",
    "approval_status": "approval_status",
}  # fmt: skip
MODEL_FIELDS = {
    "model_id": "model_id", "model_name": "name", "model_description": "description", "model_doc": "doc", "model_type": "model_type",
    "user_id": "user_id", "owner_id": "owner_id", "workspace_id": "workspace_id", "accessibility": "accessibility", "domain": "domain",
    "task": "task", "origin": "origin", "provider": "provider", "order_number": "order_number", "parameter_size": "parameter_size",
    "extra_info": "extra_info",
}  # fmt: skip


def pairs(items):
    return tuple((item.key, item.value) for item in items or ())


def seen_by_both(theirs, mine, names):
    """The fields of both, with what is absent and what is empty taken as the same."""
    return [(getattr(theirs, name) or None, getattr(mine, own) or None) for name, own in names.items()]


def check_same_version(theirs, mine):
    for their_value, my_value in seen_by_both(theirs, mine, VERSION_FIELDS):
        assert their_value == my_value
    assert (datetime.fromisoformat(theirs.gmt_create_time), datetime.fromisoformat(theirs.gmt_modified_time)) == (
        mine.created,
        mine.modified,
    )
    assert pairs(theirs.labels) == mine.labels.pairs
    assert (theirs.metrics or {}) == mine.raw.get("Metrics", {})
    assert (theirs.options or "") == mine.raw.get("Options", "")


@pytest.mark.slow
def test_our_client_reads_the_same_versions_one_by_one(connect, models, store, ours):
    client = connect()
    addresses = [(model_id, version["VersionName"]) for model_id, version in everything(store)]
    for (model_id, name), reply in zip(addresses, ours.run(ours.get_many(addresses)), strict=True):
        theirs = client.get_model_version(model_id, name, models.GetModelVersionRequest()).body
        mine = ModelVersion.from_document(reply.document, model_id)
        check_same_version(theirs, mine)
        assert len(mine.request_id) == len(theirs.request_id) == 36
        assert not mine.notes


def test_our_client_lists_the_same_versions(connect, models, store, ours):
    client = connect()
    for model in store.models():
        listing = ours.run(ours.list_versions(model["ModelId"]))
        theirs = client.list_model_versions(model["ModelId"], models.ListModelVersionsRequest(page_size=100)).body
        assert listing.total == theirs.total_count == len(listing.items)
        for their_version, document in zip(theirs.versions, listing.items, strict=True):
            check_same_version(their_version, ModelVersion.from_document(document, model["ModelId"]))


def test_our_client_lists_and_reads_the_same_models(connect, models, ours):
    client = connect()
    for provider in PROVIDERS:
        theirs = client.list_models(models.ListModelsRequest(page_size=100, provider=provider)).body.models
        listing = ours.run(ours.list_models(provider=provider))
        for their_model, document in zip(theirs, listing.items, strict=True):
            mine = Model.from_document(document)
            single = Model.from_document(ours.run(ours.get_model(mine.model_id)).document)
            for their_value, my_value in seen_by_both(their_model, mine, MODEL_FIELDS) + seen_by_both(their_model, single, MODEL_FIELDS):
                assert their_value == my_value
            assert pairs(their_model.labels) == mine.labels.pairs == single.labels.pairs
            assert pairs(their_model.tags) == mine.tags.pairs
            assert (their_model.latest_version is None) == (mine.latest_version is None)
            if mine.latest_version is not None:
                check_same_version(their_model.latest_version, mine.latest_version)
                assert mine.latest_version == single.latest_version


def test_our_client_is_refused_with_a_wrong_secret_too(server):
    settings = wire.resolve_settings(region=demo.REGION, endpoint=server.url, environ={})
    provider = wire.resolve_credentials((demo.ACCESS_KEY_ID, "wrong"))
    with wire.Client(settings, provider) as client, pytest.raises(AuthenticationError) as refused:
        client.run(client.list_models())
    assert refused.value.code == "SignatureDoesNotMatch"


DATASETS = ("d-digitsholdout0001", "d-linnerudloo0001")


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_it_reads_datasets_and_their_versions_with_every_field(connect, models, store, dataset_id):
    client = connect()
    held = store.dataset(dataset_id)
    (version,) = held["Versions"]
    version = {"UserMetricsEndpoints": [], **version}
    body = client.get_dataset(dataset_id, models.GetDatasetRequest()).body.to_map()
    assert body.pop("RequestId")
    assert body == {name: value for name, value in held.items() if name != "Versions"} | {"LatestVersion": version}
    body = client.get_dataset_version(dataset_id, "v1", models.GetDatasetVersionRequest()).body.to_map()
    assert body.pop("RequestId")
    assert body == {"DatasetId": dataset_id, **version}


def test_it_lists_the_members_of_a_workspace_page_by_page(connect, models, store):
    client = connect()
    listed = []
    for number in (1, 2):
        body = client.list_members("10241", models.ListMembersRequest(page_number=number, page_size=2)).body
        assert body.total_count == len(store.members("10241")) == 3
        listed += [member.to_map() for member in body.members]
    assert listed == store.members("10241")
    one = client.list_members("10241", models.ListMembersRequest(user_id=listed[1]["UserId"])).body
    assert [member.display_name for member in one.members] == [listed[1]["DisplayName"]]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (operations.ask_dataset("d-a b*"), lambda client, models: client.get_dataset("d-a b*", models.GetDatasetRequest())),
        (
            operations.ask_dataset_version("d-a", "v 1/2"),
            lambda client, models: client.get_dataset_version("d-a", "v 1/2", models.GetDatasetVersionRequest()),
        ),
        (
            operations.ask_members("10241", 2, 100),
            lambda client, models: client.list_members("10241", models.ListMembersRequest(page_number=2, page_size=100)),
        ),
    ],
    ids=lambda each: getattr(each, "action", ""),
)
def test_our_requests_for_names_have_the_signatures_of_its_own(sdk, models, ours, theirs):
    seen = []

    def keep(request):
        seen.append(request)
        return demo.Response(404, {"content-type": "application/json"}, b'{"Code": "NotFound", "Message": "no"}')

    client, _, config = sdk
    with demo.serve(handler=keep) as server:
        address = f"127.0.0.1:{server.port}"
        key = {"access_key_id": demo.ACCESS_KEY_ID, "access_key_secret": demo.ACCESS_KEY_SECRET}
        refusal(lambda: theirs(client(config(endpoint=address, protocol="http", **key)), models))
    (request,) = seen
    told = request.header("authorization")
    signed = told.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = [(name, request.header(name)) for name in request.fields]
    empty = signing.payload_hash(b"")
    canonical = signing.canonical_request("GET", ours.path, query=ours.query, headers=headers, signed=signed, body_hash=empty)
    key_pair = Credentials(demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET)
    assert (request.header("x-acs-action"), request.path) == (ours.action, ours.path)
    assert told == signing.authorization(key_pair, canonical, signed=signed)
