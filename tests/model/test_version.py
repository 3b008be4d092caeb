"""ModelVersion and Model: every documented field, nothing lost, never an exception."""

import copy
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError, NameNotFound
from pai_notebook.model.document import canonical_json, read_time
from pai_notebook.model.flatten import flatten
from pai_notebook.model.labels import Labels
from pai_notebook.model.registered_model import Model
from pai_notebook.model.source import read_source, read_storage
from pai_notebook.model.version import ModelVersion

DATA = Path(__file__).parents[1] / "data"
PAYLOADS = json.loads((DATA / "payloads.json").read_text("utf-8"))["documents"]
BY_NAME = {payload["name"]: payload["body"] for payload in PAYLOADS}
VERSIONS = [payload["body"] for payload in PAYLOADS if payload["action"] == "GetModelVersion"]
VERSIONS += BY_NAME["list_model_versions_page"]["Versions"]
MODELS = [payload["body"] for payload in PAYLOADS if payload["action"] == "GetModel"] + BY_NAME["list_models_page"]["Models"]

# The reference page of GetModelVersion, element by element.
REFERENCE = {
    "RequestId": "request_id",
    "GmtCreateTime": "created",
    "GmtModifiedTime": "modified",
    "UserId": "user_id",
    "OwnerId": "owner_id",
    "Uri": "uri",
    "Labels": "labels",
    "Options": "options",
    "VersionName": "version_name",
    "VersionDescription": "description",
    "TrainingSpec": "training_spec",
    "InferenceSpec": "inference_spec",
    "FormatType": "format_type",
    "FrameworkType": "framework_type",
    "SourceType": "source_type",
    "SourceId": "source_id",
    "ApprovalStatus": "approval_status",
    "EvaluationSpec": "evaluation_spec",
    "CompressionSpec": "compression_spec",
    "ExtraInfo": "extra_info",
    "Metrics": "metrics",
    "DistillationSpec": "distillation_spec",
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def test_every_element_of_the_reference_page_has_its_python_spelling():
    assert {field.key: name for name, field in ModelVersion.fields().items()} == REFERENCE


@pytest.mark.parametrize("document", VERSIONS)
def test_a_version_keeps_its_document_byte_for_byte(document):
    before = copy.deepcopy(document)
    version = ModelVersion.from_document(document, "model-a")
    assert canonical_json(version.raw) == canonical_json(before)
    assert version.notes == ()
    assert document == before


@pytest.mark.parametrize("document", MODELS)
def test_a_model_keeps_its_document_byte_for_byte(document):
    model = Model.from_document(document)
    assert canonical_json(model.raw) == canonical_json(document)
    assert model.notes == ()
    assert str(model)


def test_the_documented_example_reads_as_documented():
    version = ModelVersion.from_document(BY_NAME["get_model_version_documented"], "model-rbvg5wzljz3pks92")
    assert version.address == "model-rbvg5wzljz3pks92@0.1.0"
    assert version.created == datetime(2021, 1, 30, 12, 51, 33, 28000, tzinfo=UTC)
    assert dict(version.labels) == {"env": "test"}
    assert version.options == {}
    assert (version.source.region, version.source.workspace_id, version.source.kind, version.source.id) == (
        "cn-shanghai",
        "13",
        "PipelineRun",
        "run-sakdb1234jdf",
    )
    assert version.storage.bucket == "test"
    assert version.storage.endpoint == "cn-beijing.oss.aliyuncs.com"
    assert version.inference_spec == {"Processor": "tensorflow_gpu_1.12"}


def test_a_model_without_a_version_has_no_latest_version():
    without = [model for model in map(Model.from_document, MODELS) if model.latest_version is None]
    assert [model.model_id for model in without] == [m["ModelId"] for m in MODELS if "LatestVersion" not in m]
    assert without


def test_the_latest_version_of_a_model_knows_its_model():
    model = Model.from_document(BY_NAME["get_model_documented_extra"])
    assert model.latest_version.address == "model-rbvg5wzljz3pks92@1.0.0"


def test_options_are_read_from_the_json_inside_the_string():
    assert ModelVersion.from_document(BY_NAME["create_version_terraform"]).options == {"test": "options"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Labels", {"env": "test"}),
        ("Labels", ["a"]),
        ("Labels", [{}]),
        ("Labels", [{"Key": None, "Value": None}]),
        ("Labels", "k=v"),
        ("TrainingSpec", [1, 2]),
        ("InferenceSpec", "text"),
        ("Options", "{bad json}"),
        ("Options", {"a": 1}),
        ("GmtCreateTime", 1700000000000),
        ("GmtCreateTime", "yesterday"),
        ("GmtCreateTime", "2024-02-30T00:00:00Z"),
        ("VersionDescription", 5),
        ("VersionName", 1),
        ("ApprovalStatus", ["Approved"]),
    ],
)
def test_a_field_of_an_unexpected_type_is_kept_noted_and_shown(field, value):
    document = {"VersionName": "0.1.0", field: value}
    version = ModelVersion.from_document(document, "model-a")
    assert version.raw == document
    assert len(version.notes) == 1
    assert version.notes[0].startswith(f"{field}: ")
    assert field in str(version)


def test_unknown_fields_survive():
    version = ModelVersion.from_document({"VersionName": "0.1.0", "Fresh": {"a": [1]}, "__class__": "x"})
    assert version.unknown == {"Fresh": {"a": [1]}, "__class__": "x"}
    assert "Fresh" in str(version)


@given(st.dictionaries(st.sampled_from([*REFERENCE, "Other"]), json_values))
def test_no_document_raises_or_loses_anything(document):
    version = ModelVersion(document, model_id="model-a")
    assert canonical_json(version.raw) == canonical_json(document)
    for name in ModelVersion.fields():
        getattr(version, name)
    assert version == pickle.loads(pickle.dumps(version))
    assert hash(version) == hash(copy.deepcopy(version))
    assert str(version)
    assert version._repr_html_()


@pytest.mark.slow
@pytest.mark.parametrize("document", VERSIONS)
def test_every_leaf_of_a_spec_is_a_setting_by_its_name(document):
    version = ModelVersion.from_document(document, "model-a")
    specs = ("training_spec", "inference_spec", "evaluation_spec", "compression_spec", "distillation_spec")
    assert dict(version.settings) == {
        f"{name}.{path}": leaf for name in specs if getattr(version, name) for path, leaf in flatten(getattr(version, name)).items()
    }


def test_a_setting_is_found_by_the_end_of_its_path_when_that_is_one():
    spec = {"HyperParameters": [{"Name": "lr", "Value": "0.1"}], "Inputs": {"train": {"Id": "a"}, "test": {"Id": "b"}}}
    settings = ModelVersion.from_document({"VersionName": "0.1.0", "TrainingSpec": spec}, "model-a").settings
    assert settings["lr"] == settings["HyperParameters.lr"] == settings["training_spec.HyperParameters.lr"] == "0.1"
    assert (settings["train.Id"], settings.get("nosuch", 3), "lr" in settings, 3 in settings) == ("a", 3, True, False)
    with pytest.raises(
        NameNotFound, match=r"'Id' could be 2 names\. Name one: training_spec.Inputs.train.Id, training_spec.Inputs.test.Id"
    ):
        settings["Id"]
    with pytest.raises(KeyError, match="no setting 'lrr'"):
        settings["lrr"]
    with pytest.raises(AttributeError, match=r"Use settings\['lr'\]"):
        settings.lr  # noqa: B018 - what is asked for


def test_what_is_done_to_a_setting_does_not_change_the_version():
    version = ModelVersion.from_document({"VersionName": "0.1.0", "TrainingSpec": {"layers": [1, 2]}}, "model-a")
    version.settings["layers"].append(3)
    assert version.settings["layers"] == [1, 2]


@given(st.permutations([("env", "prod"), ("owner", "张三"), ("env", "test")]), st.permutations([("d-a", 0.1), ("d-b", 0.2)]))
def test_equality_does_not_depend_on_the_order_of_labels_and_results(labels, results):
    def make(pairs, values):
        return ModelVersion.from_document(
            {
                "VersionName": "0.1.0",
                "Labels": [{"Key": key, "Value": value} for key, value in pairs],
                "Metrics": {"Results": [{"Dataset": {"DatasetId": name}, "Metrics": {"cer": value}} for name, value in values]},
                "RequestId": str(pairs),
            },
            "model-a",
        )

    first = make([("env", "prod"), ("owner", "张三"), ("env", "test")], [("d-a", 0.1), ("d-b", 0.2)])
    assert make(labels, results) == first
    assert hash(make(labels, results)) == hash(first)


@pytest.mark.parametrize("change", [{"VersionName": "0.1.1"}, {"Metrics": {"cer": 0.1}}, {"Metrics": {"cer": 1}}, {"Options": ""}])
def test_another_content_is_another_version(change):
    base = {"VersionName": "0.1.0", "Metrics": {"cer": True}}
    assert ModelVersion.from_document(base, "m") != ModelVersion.from_document({**base, **change}, "m")
    assert ModelVersion.from_document(base, "m") != ModelVersion.from_document(base, "other")


def test_a_version_cannot_be_changed():
    version = ModelVersion.from_document({"VersionName": "0.1.0", "ExtraInfo": {"a": [1]}})
    with pytest.raises(AttributeError, match="immutable"):
        version.description = "x"
    with pytest.raises(AttributeError, match="immutable"):
        del version.model_id
    version.raw["ExtraInfo"]["a"].append(2)
    assert version.raw["ExtraInfo"]["a"] == [1]


def test_duplicate_labels_are_all_kept():
    labels = Labels((("env", "prod"), ("env", "test")))
    assert labels.get_all("env") == ("prod", "test")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-01-30T12:51:33.028Z", datetime(2021, 1, 30, 12, 51, 33, 28000, tzinfo=UTC)),
        ("2023-05-05T17:12:35Z", datetime(2023, 5, 5, 17, 12, 35, tzinfo=UTC)),
        ("2023-05-05T17:12:35+08:00", datetime(2023, 5, 5, 9, 12, 35, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59-08:00", None),
        ("2024-01-01T00:00:60Z", None),
    ],
)
def test_times_are_utc_or_unknown(text, expected):
    moment, note = read_time(text)
    assert moment == expected
    assert bool(note) == (expected is None)


@pytest.mark.parametrize(
    "text", ["", "job 7", "id=7", "region=a,workspaceId=b", "a=b,kind=PipelineRun,id=x", "region=x,kind=k,id=1,more=2"]
)
def test_a_source_id_of_another_form_stays_text(text):
    source = read_source("Custom", text)
    assert source.text == text
    assert source.kind == "" or text.startswith("region")
    assert source.console_url == ""


def test_console_links_exist_only_for_confirmed_kinds_and_plain_parts():
    assert read_source("PAIFlow", "region=cn-shanghai,workspaceId=13,kind=PipelineRun,id=run-1").console_url.startswith(
        "https://pai.console."
    )
    assert read_source("TrainingService", "region=cn-shanghai,workspaceId=13,kind=TrainingJob,id=train1").console_url
    place = "https://pai.console.aliyun.com/?regionId=cn-shanghai&workspaceId=13"
    for kind, job, page in (
        ("TrainingJob", "train1", "#/training/jobs/train1"),
        ("ServiceJob", "train1", "#/training/jobs/train1"),
        ("ServiceJob", "dlc1", "#/dlc/jobs/dlc1/overview"),
        ("PipelineRun", "dlc-run", "#/studio/task/detail/dlc-run"),
    ):
        source = read_source("TrainingService", f"region=cn-shanghai,workspaceId=13,kind={kind},id={job}")
        assert source.console_url == place + page
    assert read_source("TrainingService", "region=cn-shanghai,workspaceId=13,kind=ServiceJob,id=x").console_url == ""
    assert read_source("PAIFlow", 'region=cn-shanghai,workspaceId=13,kind=PipelineRun,id=x" onclick="y').console_url == ""


def test_the_console_of_the_other_site_is_a_setting():
    source = read_source("PAIFlow", "region=ap-southeast-1,workspaceId=13,kind=PipelineRun,id=run-1")
    storage = read_storage("oss://team.oss-ap-southeast-1.aliyuncs.com/m/")
    assert source.console_url.startswith("https://pai.console.aliyun.com/")
    assert storage.console_url
    with pytest.raises(ConfigurationError, match="international"):
        pnb.options.console = "mars"
    try:
        pnb.options.console = "international"
        assert source.console_url.startswith("https://pai.console.alibabacloud.com/?regionId=ap-southeast-1")
        assert storage.console_url == ""
    finally:
        pnb.options.console = "china"


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("oss://team.oss-cn-beijing.aliyuncs.com/a b/模/", "oss-cn-beijing/team/object?path=a%20b%2F%E6%A8%A1%2F"),
        ("oss://team.oss-cn-beijing-internal.aliyuncs.com/m/model.onnx", "oss-cn-beijing/team/object?path=m%2F"),
        ("oss://team.cn-beijing.oss.aliyuncs.com/m/", "oss-cn-beijing/team/object?path=m%2F"),
        ("oss://team/m/", ""),
        ("oss://team.oss-cn-beijing.example.com/m/", ""),
        ("oss://te?am.oss-cn-beijing.aliyuncs.com/m/", ""),
        ("oss://masked-bucket-1.oss-cn-beijing.aliyuncs.com/m/", ""),
        ("https://myweb.com/m", ""),
    ],
)
def test_a_folder_in_oss_has_a_page_where_region_and_bucket_are_known(uri, folder):
    assert read_storage(uri).console_url == (f"https://oss.console.aliyun.com/bucket/{folder}" if folder else "")


@pytest.mark.parametrize(
    ("uri", "bucket", "endpoint", "key", "url"),
    [
        ("oss://mybucket.oss-cn-beijing.aliyuncs.com/mypath/", "mybucket", "oss-cn-beijing.aliyuncs.com", "mypath/", ""),
        ("oss://bucket/path-to-model", "bucket", "", "path-to-model", ""),
        ("https://myweb.com/mymodel.tar.gz", "", "", "", "https://myweb.com/mymodel.tar.gz"),
        ("nonsense", "", "", "", ""),
        ("http://[bad", "", "", "", ""),
    ],
)
def test_storage_addresses_are_taken_apart(uri, bucket, endpoint, key, url):
    storage = read_storage(uri)
    assert (storage.uri, storage.bucket, storage.endpoint, storage.key, storage.url) == (uri, bucket, endpoint, key, url)


def test_a_label_that_is_not_there_is_answered_with_those_that_are():
    labels = Labels((("env", "prod"), ("team", "vision")))
    with pytest.raises(KeyError, match=r"no label 'x'. Available: env and team."):
        labels["x"]
    with pytest.raises(KeyError, match=r"no label 'evn'. Nearest is env."):
        labels["evn"]
    with pytest.raises(KeyError, match=r"no label 'x'. There are no labels here."):
        Labels()["x"]
    with pytest.raises(TypeError, match="a label's key is text"):
        labels[0]
    assert labels.get("x") is None
    assert "x" not in labels


@pytest.mark.parametrize("kind", [ModelVersion, Model])
@pytest.mark.parametrize("wrong", ["x", None, ["VersionName"], 5])
def test_a_constructor_refuses_what_is_no_mapping_and_names_what_reads_other_forms(kind, wrong):
    with pytest.raises(ConfigurationError, match=rf"{kind.__name__}\(\) takes a mapping, not .*{kind.__name__}\.from_document\(\) reads"):
        kind(wrong)


def test_keys_of_a_document_are_the_text_that_json_has_for_them():
    version = ModelVersion({"VersionName": "a", "Metrics": {5: {True: 1}, None: 2, 0.5: 3, np.int64(7): 4, np.bool_(0): 5}})
    assert version.raw["Metrics"] == {"5": {"true": 1}, "null": 2, "0.5": 3, "7": 4, "false": 5}


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({5: 1, "5": 2}, "has the key '5' twice in one object"),
        ({(1, 2): 3}, "has a key of type tuple, which JSON has no text for"),
        ({10**5000: 3}, "too many digits"),
    ],
)
def test_keys_that_json_cannot_tell_apart_or_write_are_refused(metrics, said):
    with pytest.raises(ConfigurationError, match=said):
        ModelVersion({"VersionName": "a", "Metrics": metrics})


@pytest.mark.parametrize(
    "field", ["training_spec", "inference_spec", "evaluation_spec", "compression_spec", "distillation_spec", "extra_info", "options"]
)
def test_a_change_of_what_a_field_gives_changes_no_version(field):
    sent = {"a": {"b": [1]}}
    document = {"VersionName": "0.1.0", ModelVersion.fields()[field].key: json.dumps(sent) if field == "options" else sent}
    version = ModelVersion.from_document(document, "model-a")
    digest, raw = version.digest, version.raw
    getattr(version, field)["note"] = "mine"
    getattr(version, field)["a"]["b"].append(2)
    assert (getattr(version, field), version.remembered().raw, version.digest) == (sent, raw, digest)


def test_a_registry_gives_the_next_reader_what_the_service_sent():
    with pnb.connect("demo", default=False) as registry:
        version = registry.get_version("wine-cultivar@1.5.0")
        version.training_spec["note"] = "mine"
        again = registry.get_version("wine-cultivar@1.5.0")
        assert "note" not in again.training_spec
        assert "note" not in again.raw["TrainingSpec"]


def card(metrics):
    """The lines of a version's card, by their first word."""
    document = {"VersionName": "1.0.0", "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": metrics}]}}
    lines = [line.split() for line in str(ModelVersion.from_document(document, "m")).splitlines()]
    return {line[0]: " ".join(line[1:]) for line in lines if line}


def test_a_large_matrix_is_said_by_its_size_in_cards_as_in_comparisons():
    large, ragged = [[place] * 10 for place in range(10)], [[1], [2] * 30]
    shown = card({"confusion": large, "small": [[1, 2], [3, 4]], "ragged": ragged})
    assert shown["confusion"] == "10×10 matrix"
    assert shown["small"] == "[[1, 2], [3, 4]]"
    assert shown["ragged"].startswith("[[1], [2, 2")
    documents = [{"VersionName": name, "Metrics": {"confusion": [*large[:9], [number] * 10]}} for number, name in enumerate("ab")]
    assert "10×10 matrix" in str(pnb.VersionSet.from_documents(documents, "m").compare())


def test_a_card_writes_a_fraction_with_the_digits_that_its_number_of_examples_tells():
    stated = {"accuracy": 0.981481, "f1": 0.9123456, "latency_ms": 0.981481, "perplexity": 12.345678}
    rounded = {"accuracy": "0.9815", "f1": "0.9123", "latency_ms": "0.981481", "perplexity": "12.345678"}
    shown = card({**stated, "n": 540})
    assert {name: shown[name] for name in stated} == rounded
    assert "numbers are rounded; the object has all digits" in str(
        ModelVersion.from_document({"VersionName": "1", "Metrics": {**stated, "n": 9}})
    )
    assert {name: card(stated)[name] for name in stated} == {name: str(value) for name, value in stated.items()}
    assert card({"accuracy": 0.981481, "n": 1000000})["accuracy"] == "0.981481"
    # what tells it from its neighbour stays
    results = [{"Dataset": {"DatasetId": f"d-{acc}"}, "Metrics": {"accuracy": acc, "n": 540}} for acc in (0.981481, 0.981479)]
    text = str(ModelVersion.from_document({"VersionName": "1.0.0", "Metrics": {"Results": results}}, "m"))
    assert "0.981481" in text
    assert "0.981479" in text
