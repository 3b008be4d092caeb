"""Answers of the service in any form that people hold them: a version or a set is made of them, or it is said what they look like."""

import copy
import json
import pathlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from alibabacloud_aiworkspace20210204 import models as sdk

import pai_notebook as pnb
from pai_notebook.arguments import number_argument
from pai_notebook.errors import ConfigurationError
from pai_notebook.guides import snake_case
from pai_notebook.i18n import phrases
from pai_notebook.i18n.phrases import in_language

DATA = Path(__file__).parents[1] / "data"
BY_NAME = {each["name"]: each["body"] for each in json.loads((DATA / "payloads.json").read_text("utf-8"))["documents"]}
ONE = BY_NAME["get_model_version_documented"]
PAGE = BY_NAME["list_model_versions_page"]
MODEL = BY_NAME["get_model_documented_extra"]

FROM_ONE = {
    "a dict": ONE,
    "a response of the SDK": sdk.GetModelVersionResponse(headers={}, status_code=200, body=sdk.GetModelVersionResponseBody().from_map(ONE)),
    "its body": sdk.GetModelVersionResponseBody().from_map(ONE),
    "its to_map": {"headers": {"date": "x"}, "statusCode": 200, "body": ONE},
    "its attributes": vars(sdk.GetModelVersionResponseBody().from_map(ONE)),
    "snake_case": {snake_case(key): value for key, value in ONE.items()},
    "JSON text": json.dumps(ONE, indent=1),
    "JSON text of an editor of Windows": "\ufeff" + json.dumps(ONE),
    "JSON bytes": b"\xef\xbb\xbf" + json.dumps(ONE).encode(),
    "a page of one": {"TotalCount": 1, "Versions": [ONE]},
    "a list of one": [ONE],
}


@pytest.mark.parametrize("form", FROM_ONE)
def test_a_version_is_read_from_every_form_of_its_answer(form):
    given = FROM_ONE[form]
    version = pnb.ModelVersion.from_document(given, "model-a")
    assert version == pnb.ModelVersion(ONE, model_id="model-a")
    assert version.notes == ()
    assert list(pnb.VersionSet.from_documents(given, "model-a")) == [version]


def test_metrics_in_snake_case_are_read_and_stay_as_they_were_sent():
    metrics = {"results": [{"dataset": {"dataset_id": "d-a"}, "metrics": {"accuracy": 0.9, "n": 1000}}]}
    version = pnb.VersionSet.from_documents([{"version_name": "0.1.0", "metrics": metrics}], "model-a")[0]
    assert (version.metrics["accuracy@d-a"].value, version.metrics["n@d-a"].value) == (0.9, 1000)
    assert version.raw == {"VersionName": "0.1.0", "Metrics": metrics}


def test_reading_changes_nothing_in_what_was_given():
    given = {"Versions": [{"version_name": "0.1.0", "ModelId": "model-a", "labels": [{"key": "env", "value": "test"}]}]}
    before = copy.deepcopy(given)
    assert dict(pnb.VersionSet.from_documents(given)[0].labels) == {"env": "test"}
    assert given == before


def test_attributes_that_the_sdk_left_empty_are_absent():
    body = sdk.GetModelVersionResponseBody().from_map({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}})
    assert pnb.ModelVersion.from_document(vars(body)).raw == {"VersionName": "0.1.0", "Labels": [], "Metrics": {"cer": 0.2}}


FROM_PAGE = {
    "a page": PAGE,
    "a response of the SDK": sdk.ListModelVersionsResponse(body=sdk.ListModelVersionsResponseBody().from_map(PAGE)),
    "its to_map": sdk.ListModelVersionsResponse(body=sdk.ListModelVersionsResponseBody().from_map(PAGE)).to_map(),
    "its versions": sdk.ListModelVersionsResponseBody().from_map(PAGE).versions,
    "its attributes": vars(sdk.ListModelVersionsResponseBody().from_map(PAGE)),
    "JSON text": json.dumps(PAGE),
    "a list of dicts": PAGE["Versions"],
    "a tuple of JSON texts": tuple(map(json.dumps, PAGE["Versions"])),
    "a Series of dicts": pd.Series(PAGE["Versions"]),
    "several pages, the last one empty": [{"Versions": PAGE["Versions"][:1]}, {"Versions": PAGE["Versions"][1:]}, {"Versions": []}],
}


@pytest.mark.parametrize("form", FROM_PAGE)
def test_a_set_is_read_from_every_form_of_a_list(form):
    found = pnb.VersionSet.from_documents(FROM_PAGE[form], "model-a")
    assert list(found) == [pnb.ModelVersion(document, model_id="model-a") for document in PAGE["Versions"]]
    assert found.origin == ""


def test_a_generator_of_documents_is_read_in_order():
    names = ["0.2.0", "0.1.0", "0.3.0"]
    found = pnb.VersionSet.from_documents(({"VersionName": name} for name in names), "model-a")
    assert [version.version_name for version in found] == names


@pytest.mark.parametrize("as_text", [False, True])
def test_a_file_is_read_and_named(tmp_path, as_text):
    path = tmp_path / "page.json"
    path.write_text(json.dumps(PAGE), "utf-8")
    found = pnb.VersionSet.from_documents(str(path) if as_text else path, "model-a")
    assert len(found) == len(PAGE["Versions"])
    assert found.origin == "From the file page.json."


def test_a_documents_own_model_is_taken_when_none_is_given():
    found = pnb.VersionSet.from_documents(
        [{"VersionName": "0.1.0", "ModelId": "model-a"}, {"version_name": "0.2.0", "model_id": "model-b"}]
    )
    assert [version.address for version in found] == ["model-a@0.1.0", "model-b@0.2.0"]
    assert found[0] == pnb.ModelVersion({"VersionName": "0.1.0"}, model_id="model-a")


def test_numbers_of_numpy_and_times_are_values():
    version = pnb.ModelVersion.from_document(
        {
            "VersionName": "0.1.0",
            "GmtCreateTime": pd.Timestamp("2026-01-02", tz="UTC"),
            "Metrics": {"cer": np.float32(0.5), "n": np.int64(540), "ok": np.bool_(1), "curve": np.array([1.0, 0.5])},
        }
    )
    assert version.created == datetime(2026, 1, 2, tzinfo=UTC)
    assert [(cell.name, str(cell.state), cell.value) for cell in version.metrics] == [
        ("cer", "number", 0.5),
        ("curve", "series", None),
        ("n", "number", 540.0),
        ("ok", "boolean", None),
    ]


@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_a_short_float_is_the_decimal_that_it_prints_as(kind):
    short = np.array([0.9, 0.7], kind)
    series = pd.Series(short)
    in_a_frame = pd.DataFrame({"run": ["x", "y"], "accuracy": short, "n": [1000, 1000]})
    metrics = {"accuracy": short[0], "curve": short, "more": series, "of": [short[0]], "matrix": np.array([short])}
    version = pnb.VersionSet.from_documents([{"VersionName": "a", "Metrics": metrics}])[0]
    framed = pnb.VersionSet.from_frame(in_a_frame, name="run")
    assert pnb.VersionSet.from_frame(in_a_frame.assign(accuracy=pd.Series(list(short), dtype=object)), name="run") == framed
    assert version.raw["Metrics"] == {"accuracy": 0.9, "curve": [0.9, 0.7], "more": [0.9, 0.7], "of": [0.9], "matrix": [[0.9, 0.7]]}
    assert [each.metrics["accuracy"].value for each in framed] == [0.9, 0.7]
    assert framed.compare("y").gate("accuracy >= 0.9").passed
    assert number_argument("tolerance", short[0]) == 0.9


NO_VERSION = [
    (MODEL, "looks like a GetModel answer. Its latest version is in LatestVersion"),
    ({"body": MODEL}, "docs.body is not a version: it looks like a GetModel answer"),
    (BY_NAME["list_models_page"], "looks like a ListModels page"),
    ({"TotalCount": 0, "Versions": []}, "looks like a list page without versions"),
    ({"TotalCount": 7, "RequestId": "x"}, "looks like a list page without versions"),
    ({"headers": {}, "statusCode": 200, "body": None}, "looks like a response without a body"),
    ({"Code": "NoPermission", "Message": "no"}, "looks like an error of the service"),
    ({"Results": []}, "looks like metrics. Put them under 'Metrics'"),
    ({"accuracy": 0.9, "loss": 0.1}, "a dict without VersionName; its keys are accuracy and loss. Put them under 'Metrics', beside"),
    ({"VersionName": ""}, "a dict without VersionName"),
    ({}, "an empty dict"),
    ([{"VersionName": "0.1.0"}, {"a": 1}], r"docs\[1\] is not a version"),
    ({"Versions": [{"VersionName": "0.1.0"}, None]}, r"docs.Versions\[1\] is not a version: it looks like None"),
    ("no such file", "'no such file' is neither JSON nor a file: No such file"),
    ("x" * 5000, "is neither JSON nor a file"),
    ("a\0b", "is neither JSON nor a file"),
    ("{'VersionName': '0.1.0'}", r"docs is a text that is not JSON \(Expecting property name"),
    (b"\x1f\x8b", "a compressed file"),
    (None, "looks like None"),
    (5, "looks like a value of type int"),
    (sdk.GetModelVersionResponse, "a value of type type"),
    (pd.DataFrame({"VersionName": ["0.1.0"]}), "looks like a DataFrame"),
    (pnb.ModelVersion({"VersionName": "0.1.0"}), "docs is not a document: it is already a ModelVersion"),
    ([pnb.ModelVersion({"VersionName": "0.1.0"})], r"docs\[0\] is not a document"),
]


@pytest.mark.parametrize(("given", "said"), NO_VERSION, ids=[said[:40] for _, said in NO_VERSION])
def test_what_is_no_version_is_refused_with_what_it_looks_like(given, said):
    with pytest.raises(ConfigurationError, match=said) as caught:
        pnb.VersionSet.from_documents(given)
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigurationError, match=said.replace("docs", "document")):
        pnb.ModelVersion.from_document(given)


def test_a_snapshot_is_not_read_as_a_page(tmp_path):
    vs = pnb.VersionSet.from_documents(PAGE, "model-a")
    for path in (vs.save(tmp_path / "x.json"), vs.save(tmp_path / "x.json.gz")):
        with pytest.raises(ConfigurationError, match=r"pai_notebook\.load\(path\)"):
            pnb.VersionSet.from_documents(path)


def test_one_version_is_not_taken_from_several():
    with pytest.raises(ConfigurationError, match=f"document holds {len(PAGE['Versions'])} versions, not one"):
        pnb.ModelVersion.from_document(PAGE)


def test_a_model_id_is_text_and_contradicts_no_document():
    with pytest.raises(ConfigurationError, match="model_id=5 cannot be used"):
        pnb.VersionSet.from_documents(PAGE, 5)
    with pytest.raises(ConfigurationError, match="docs belongs to model-b, not to model_id='model-a'"):
        pnb.VersionSet.from_documents({"VersionName": "0.1.0", "ModelId": "model-b"}, "model-a")


def test_no_documents_are_an_empty_set():
    assert len(pnb.VersionSet.from_documents([])) == 0


def test_a_set_takes_versions_only_and_says_what_reads_dicts():
    with pytest.raises(ConfigurationError, match=r"versions\[0\] is of type dict, not a ModelVersion.*from_documents reads dicts"):
        pnb.VersionSet([ONE])


@pytest.mark.parametrize(
    "given", [MODEL, json.dumps(MODEL), {"body": MODEL}, sdk.GetModelResponse(body=sdk.GetModelResponseBody().from_map(MODEL))]
)
def test_a_model_is_read_from_every_form_of_its_answer(given):
    model = pnb.Model.from_document(given)
    assert (model.model_id, model.name) == (MODEL["ModelId"], MODEL["ModelName"])
    assert model.latest_version.version_name == MODEL["LatestVersion"]["VersionName"]


def test_what_is_no_model_is_refused_with_what_it_looks_like():
    for given, said in ((ONE, "a version"), (BY_NAME["list_models_page"], "a ListModels page"), (None, "None"), ({}, "an empty dict")):
        with pytest.raises(ConfigurationError, match=f"document is not a model: it looks like {said}"):
            pnb.Model.from_document(given)


def test_numbers_beside_metrics_are_said_to_be_no_metrics():
    flat = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "accuracy": 0.9, "n": 100, "final": True}])
    code = "VersionSet.from_frame(pandas.DataFrame(docs))"
    assert flat.origin == f"Not read as metrics: accuracy and n. A version has its metrics under Metrics; {code} reads flat ones."
    assert flat.origin in " ".join(str(flat).replace("│", " ").split())
    assert pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "accuracy": 0.9, "Metrics": {"cer": 0.1}}]).origin == ""


@pytest.mark.parametrize("word", ["VersionName", "version_name"])
def test_every_key_may_have_either_spelling(word):
    own = {"VersionName": "a", "Metrics": {"accuracy": 0.9, "n": 100}, "TrainingSpec": {"Lr": 1}, "Labels": [{"Key": "k", "Value": "v"}]}
    given = {word: "a", "metrics": own["Metrics"], "training_spec": own["TrainingSpec"], "labels": [{"key": "k", "value": "v"}]}
    read = pnb.VersionSet.from_documents([given], "m")
    assert read["a"].raw == own
    assert read.origin == ""
    assert pnb.ModelVersion.from_document(given).raw == own


@pytest.mark.parametrize("empty", [None, "", {}, []])
@pytest.mark.parametrize("keys", [("metrics", "Metrics"), ("Metrics", "metrics")])
def test_of_a_key_in_both_spellings_the_one_that_is_not_empty_counts(empty, keys):
    full, bare = keys
    document = {"VersionName": "0.1.0", bare: empty, full: {"acc": 0.9}}
    for each in (document, dict(reversed(document.items()))):
        version = pnb.ModelVersion.from_document(each, "model-a")
        assert version.metrics["acc"].value == 0.9
        assert "metrics" not in version.raw


def test_a_key_in_both_spellings_is_not_lost():
    given = {"VersionName": "a", "Metrics": {"accuracy": 0.9}, "metrics": {"accuracy": 0.1}}
    assert pnb.VersionSet.from_documents([given])["a"].raw == given


def test_a_key_that_is_nearly_a_known_one_is_noted():
    vs = pnb.VersionSet.from_documents([{"VersionName": "a", "Metric": {"accuracy": 0.9}, "Lables": [], "trainingSpec": {}, "NewSpec": {}}])
    assert vs.origin == "Unknown keys: Lables (nearest: Labels), Metric (nearest: Metrics) and trainingSpec (nearest: TrainingSpec)."
    assert pnb.VersionSet.from_documents([{"VersionName": "a", "Metrics": {}, "Metric": {}}]).origin == ""


def test_two_spellings_of_a_key_that_differ_are_noted_and_equal_ones_are_one():
    given = {
        "version_name": "b",
        "VersionName": "a",
        "metrics": {"x": 1},
        "Metrics": {"x": 1},
        "labels": [{"key": "k"}],
        "Labels": [{"Key": "k"}],
    }
    vs = pnb.VersionSet.from_documents([given])
    assert vs.origin == "Two spellings of a key have different values, and the first counts: VersionName and version_name."
    assert vs[0].version_name == "a"
    assert vs[0].unknown == {"version_name": "b"}
    vs = pnb.VersionSet.from_documents([{"VersionName": "a", "description": "x", "version_description": "y"}])
    assert (vs[0].description, vs[0].unknown) == ("x", {"version_description": "y"})
    assert vs.origin == "Two spellings of a key have different values, and the first counts: VersionDescription and version_description."
    same = [{"VersionName": "a", "description": "x", "version_description": "x"}]
    assert (pnb.VersionSet.from_documents(same).origin, pnb.VersionSet.from_documents(same)[0].unknown) == ("", {})


def test_versions_of_one_name_are_noted():
    make = [{"VersionName": "a", "Metrics": {"x": x}} for x in (1, 1, 2)]
    vs = pnb.VersionSet.from_documents(make)
    assert vs.origin == "Several versions are named a: comparisons number them, as in a (2)."
    assert vs.compare().names == ("a", "a (2)")
    taken = pnb.VersionSet.from_documents([*make, {"VersionName": "a (2)", "Metrics": {"x": 3}}])
    assert taken.origin == "Several versions are named a: comparisons number them, as in a (3)."
    assert sorted(taken.compare().names) == ["a", "a (2)", "a (3)"]
    assert pnb.VersionSet.from_documents(make[:2]).origin == ""
    assert pnb.VersionSet.from_documents([{**each, "ModelId": f"m{place}"} for place, each in enumerate(make)]).origin == ""


@pytest.mark.parametrize("key", ["version", "Version", "name", "VersionNam"])
def test_a_document_whose_name_has_another_key_is_refused_with_the_key_that_is_meant(key):
    with pytest.raises(ConfigurationError, match=f"rename {key} to it"):
        pnb.VersionSet.from_documents([{key: "1.0", "metrics": {"a": 1}}])


@pytest.mark.parametrize(
    ("docs", "names"),
    [
        ([{"name": "a", "accuracy": 0.9, "n": 1000}, {"name": "b", "accuracy": 0.94, "n": 1000}], ["a", "b"]),
        ({"name": "a", "accuracy": 0.9}, ["a"]),
        ({"loss": [0.5, 0.4], "val_loss": [0.6, 0.5]}, ["1"]),
        ([{"loss": 0.5, "step": 10}, {"loss": 0.4, "step": 20}, {"eval_loss": 0.4, "step": 20}], ["2"]),
        ({"results": {"arc_easy": {"acc,none": 0.61, "acc_stderr,none": 0.01}}}, ["lm-eval"]),
    ],
)
def test_results_that_are_no_documents_are_answered_with_the_call_that_reads_them(docs, names):
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_documents(docs)
    code = caught.value.hint.removeprefix("Use ").partition(", which")[0].removesuffix(".")
    read = eval(code, {"VersionSet": pnb.VersionSet, "pandas": pytest.importorskip("pandas"), "docs": docs})
    assert [version.version_name for version in read] == names
    assert read[0].metrics.cells


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (
            [{"lr": 0.1, "seed": 0, "val_acc": 0.9}, {"lr": 0.01, "seed": 0, "val_acc": 0.92}],
            "VersionSet.from_frame(pandas.DataFrame(docs))",
        ),
        (
            [{"number": 0, "value": 0.91, "params_lr": 0.1}, {"number": 1, "value": 0.9, "params_lr": 0.2}],
            "VersionSet.from_frame(pandas.DataFrame(docs))",
        ),
        ({"loss": [0.5, 0.4], "accuracy": [0.8, 0.9]}, "VersionSet.from_frame(pandas.DataFrame(docs).tail(1))"),
    ],
)
def test_rows_of_a_sweep_and_lists_by_version_are_no_metrics_of_a_version_and_no_epochs(given, code):
    for call in (pnb.VersionSet.from_documents, pnb.compare):
        with pytest.raises(ConfigurationError) as caught:
            call(given)
        assert f"Use {code}" in caught.value.hint
    assert len(eval(code, {"VersionSet": pnb.VersionSet, "pandas": pd, "docs": given})) in (1, 2)


def history(shift, *, trained=True):
    """What Keras returns of a training, or lists of one metric that may be of several runs."""
    lists = {"accuracy": [0.8, 0.85, 0.9 + shift], "f1": np.array([0.7, 0.75, 0.8])}
    return lists | {"loss": [0.5, 0.4, 0.3], "val_loss": [0.6, 0.5, 0.4]} if trained else lists


def log(shift):
    """What the Trainer of transformers logs: a rate that a schedule sets, and metrics of training and evaluation in different rows."""
    rows = [{"loss": 1.0 / step, "learning_rate": 1e-4 / step, "step": step} for step in (1, 2, 3)]
    return [*rows, {"eval_accuracy": 0.8 + shift, "step": 3}, {"train_loss": 0.6, "train_runtime": 9.5, "step": 3}]


def harness(value, model="gpt2"):
    tasks = {"arc_easy": {"alias": "arc_easy", "acc,none": value, "acc_stderr,none": 0.01}}
    return {"results": tasks, "n-shot": {"arc_easy": 0}, "model_name": model}


def test_a_history_under_metrics_is_said_to_be_lists_with_the_code_that_takes_the_last():
    documents = [{"VersionName": name, "Metrics": {"loss": [0.3, 0.2], "val_loss": [0.4, 0.3]}} for name in ("a", "b")]
    vs = pnb.VersionSet.from_documents([*documents, {"VersionName": "c", "Metrics": {"loss": 0.2, "curve": [1, 2]}}], "m")
    assert vs.origin.startswith("The metrics of a and b are lists, not numbers: {name: ")
    [code] = phrases.codes_of(vs.origin)
    assert code in str(vs)
    for history in (each["Metrics"] for each in documents):
        assert eval(code, {"history": history}) == {"loss": 0.2, "val_loss": 0.3}
    numbers = pnb.VersionSet.from_documents([{"VersionName": "c", "Metrics": {"loss": 0.2, "curve": [1, 2]}}], "m")
    assert not numbers.origin


FOLDS = {"fit_time": [0.1, 0.2, 0.1], "score_time": [0.1, 0.1, 0.1], "test_score": [0.9, 0.91, 0.92]}
BOOSTED = {"train": {"auc": [0.8, 0.9]}, "valid_0": {"auc": [0.7, 0.8]}}
# Results of two runs or more, each way to read them with what is compared: versions, a metric, and its values.
OF_TOOLS = {
    "histories": ((history(0), history(0.05)), [(["1", "2"], "accuracy", [0.9, 0.95])]),
    "histories by name": (({"small": history(0), "big": history(0.05)},), [(["big", "small"], "accuracy", [0.95, 0.9])]),
    "lists by name that may be steps or runs": (
        ({"a": history(0, trained=False), "b": history(0.05, trained=False)},),
        [(["a", "b"], "accuracy", [0.9, 0.95]), (["a", "b"], "accuracy", [0.85, 0.866667])],
    ),
    "values of several seeds by name": (
        ({"a": [0.90, 0.92], "b": [0.94, 0.95]},),
        [None, (["model=a", "model=b"], "score", [0.91, 0.945])],
    ),
    "values of more seeds by name": (({"a": [0.90, 0.92], "b": [0.94, 0.95, 0.96]},), [(["model=a", "model=b"], "score", [0.91, 0.95])]),
    "logs": ((log(0), log(0.1)), [(["1", "2"], "eval_accuracy", [0.8, 0.9])]),
    "logs by name": (({"a": log(0), "b": log(0.1)},), [(["a", "b"], "eval_accuracy", [0.8, 0.9])]),
    "harness": ((harness(0.6), harness(0.7, "opt")), [(["gpt2", "opt"], "acc,none", [0.6, 0.7])]),
    "harness by name": (({"x": harness(0.6), "y": harness(0.7)},), [(["x", "y"], "acc,none", [0.6, 0.7])]),
    "tasks of the harness": ((harness(0.6)["results"], harness(0.7)["results"]), [(["1", "2"], "acc,none", [0.6, 0.7])]),
    "folds": ((FOLDS, {**FOLDS, "test_score": [0.8, 0.81, 0.82]}), [(["1", "2"], "test_score", [0.91, 0.81])]),
    "gradient boosting": (({"a": BOOSTED, "b": {**BOOSTED, "valid_0": {"auc": [0.7, 0.9]}}},), [(["a", "b"], "valid_0.auc", [0.8, 0.9])]),
    "a grid": (
        ({"params": [{"C": 1}, {"C": 9}], "param_C": np.ma.array([1, 9]), "mean_test_score": np.array([0.8, 0.9])},),
        [(["0", "1"], "mean_test_score", [0.8, 0.9])],
    ),
}


def codes_of(hint):
    """The code that a hint has."""
    return list(dict(hint.values).values())


@pytest.mark.parametrize("kind", OF_TOOLS)
def test_results_of_several_runs_are_answered_with_the_code_that_compares_them(kind):
    given, ways = OF_TOOLS[kind]
    with pytest.raises(ConfigurationError, match="nothing says which version has them") as caught:
        pnb.compare(*given)
    codes = codes_of(caught.value.hint)
    assert len(codes) == len(ways)
    assert all(code in in_language(caught.value.hint, "zh") for code in codes)
    names = {"docs": given[0]} if len(given) == 1 else dict(zip("abc", given, strict=False))
    for code, way in zip(codes, ways, strict=True):
        if way is None:
            continue
        versions, metric, values = way
        c = eval(code, {"VersionSet": pnb.VersionSet, "pandas": pd, **names})
        assert [name.removesuffix(" (not registered)") for name in c.names] == versions
        row = next(row for row in c.metrics if row.path == metric)
        assert [round(cell.value, 6) for cell in row.cells] == values
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_documents(given[0] if len(given) == 1 else list(given))
    for code in codes_of(caught.value.hint):
        read = eval(code, {"VersionSet": pnb.VersionSet, "pandas": pd, "docs": given[0] if len(given) == 1 else list(given)})
        assert len(read if isinstance(read, pnb.VersionSet) else read.versions) == (1 if ".tail(1)" in code else 2)


@pytest.mark.parametrize("written", ["a file", "a text"])
def test_results_in_a_file_or_a_text_are_answered_with_the_code_that_reads_it(written, tmp_path):
    docs = json.dumps({"a": {"loss": [0.5, 0.4]}, "b": {"loss": [0.5, 0.3]}})
    if written == "a file":
        Path(tmp_path / "history.json").write_text(docs, "utf-8")
        docs = str(tmp_path / "history.json")
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_documents(docs)
    [code] = codes_of(caught.value.hint)
    read = eval(code, {"VersionSet": pnb.VersionSet, "pandas": pd, "json": json, "docs": docs, "pathlib": pathlib})
    assert [version.metrics["loss"].value for version in read] == [0.4, 0.3]


@pytest.mark.parametrize(
    "given",
    [
        {"cat": {"precision": 0.9, "recall": 0.8}, "macro avg": {"precision": 0.9, "recall": 0.8}},
        {"accuracy": {"mean": 0.9, "std": 0.01}},
        {"train": {"loss": 0.5}, "test": {"loss": 0.6}},
        {"metrics": {"accuracy": 0.9}},
    ],
)
def test_metrics_of_one_version_in_objects_are_no_versions(given):
    with pnb.connect("demo", default=False) as registry:
        with pytest.raises(ConfigurationError) as caught:
            registry.compare(given, given)
        [code] = codes_of(caught.value.hint)
        c = eval(code, {"compare": registry.compare, "a": given, "b": given})
    assert c.names == ("a", "b")
    assert len(c.metrics) == sum(len(each) for each in given.values())


def test_metrics_in_objects_by_version_are_answered_with_documents():
    with pnb.connect("demo", default=False) as registry:
        with pytest.raises(ConfigurationError) as caught:
            registry.compare({"x": {"acc": {"mean": 0.9, "std": 0.01}}, "y": {"acc": {"mean": 0.92, "std": 0.01}}})
        [code] = codes_of(caught.value.hint)
        c = eval(code, {"compare": registry.compare})
    assert [cell.value for cell in c["acc.mean"].cells] == [0.9, 0.92]
