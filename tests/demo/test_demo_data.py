"""What the bundled data promise to everybody who builds on them."""

import bz2
import itertools
import json
from importlib import resources

import pytest

from pai_notebook.demo import Store

PACKED = resources.files("pai_notebook.demo").joinpath("registry.json.bz2").read_bytes()
STORE = Store.bundled()
MODELS = {model["ModelName"]: model for model in STORE.models()}
VERSIONS = {name: list(STORE.versions(model["ModelId"])) for name, model in MODELS.items()}
ALL = list(itertools.chain.from_iterable(VERSIONS.values()))


def results(version):
    """The per-dataset results of a version, the documented shape; empty for every other shape."""
    return version.get("Metrics", {}).get("Results", [])


def by_dataset(model, name, metric):
    """One metric of one version for every data set."""
    version = next(version for version in VERSIONS[model] if version["VersionName"] == name)
    return {dataset_name(entry["Dataset"]): entry["Metrics"].get(metric) for entry in results(version)}


def dataset_name(dataset):
    return dataset.get("DatasetId") or dataset["Uri"]


def leaves(value):
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    return [value]


def natural(name):
    """Numbers first, as numbers; then the suffix with its own number."""
    head, _, suffix = name.partition("_")
    letters = suffix.rstrip("0123456789")
    return [int(part) for part in head.split(".")], letters, int(suffix[len(letters) :] or 0)


def test_there_is_enough_to_compare_in_a_small_file():
    assert len(MODELS) >= 6
    assert len(ALL) >= 150
    assert len(PACKED) < 300_000


def test_the_file_is_strict_json():
    def refuse(word):
        raise AssertionError(word)

    assert json.loads(bz2.decompress(PACKED), parse_constant=refuse)["made_with"]["scikit-learn"]


def test_names_sort_differently_as_text_and_by_number_in_every_model():
    for name, versions in VERSIONS.items():
        names = [version["VersionName"] for version in versions]
        assert len(set(names)) == len(names)
        assert not names or sorted(names) != sorted(names, key=natural), name


def test_the_newest_version_is_not_always_the_highest():
    late = [
        name
        for name, versions in VERSIONS.items()
        if versions and versions[-1] is not max(versions, key=lambda version: natural(version["VersionName"]))
    ]
    assert {"手写数字识别", "糖尿病进展预测"} <= set(late)
    assert len(late) < len(VERSIONS) - 2


def test_every_documented_value_of_the_open_sets_occurs():
    assert {version["ApprovalStatus"] for version in ALL} == {"Approved", "Pending", "Rejected", ""}
    assert {version["SourceType"] for version in ALL} == {"Custom", "PAIFlow", "TrainingService"}
    assert {"PMML", "ONNX", "OfflineModel"} <= {version.get("FormatType") for version in ALL}


def test_measured_results_are_in_the_documented_shape_with_their_sample_counts():
    measured = [version for version in ALL if results(version)]
    assert len(measured) >= 150
    for entry in itertools.chain.from_iterable(map(results, measured)):
        assert entry.keys() == {"Dataset", "Metrics"}
        assert len(entry["Dataset"]) == 1
        assert entry["Metrics"]["n"] > 0
    assert sum(len(results(version)) >= 2 for version in ALL) >= 150


def test_accuracies_are_counts_of_the_samples_and_not_inventions():
    checked = 0
    for entry in itertools.chain.from_iterable(map(results, ALL)):
        accuracy = entry["Metrics"].get("accuracy")
        if isinstance(accuracy, float):
            right = accuracy * entry["Metrics"]["n"]
            assert abs(right - round(right)) < 1e-2
            checked += 1
    assert checked > 300


def test_the_order_of_results_says_nothing():
    orders = {tuple(dataset_name(entry["Dataset"]) for entry in results(version)) for version in VERSIONS["手写数字识别"]}
    assert len(orders) >= 6


def test_every_odd_form_of_a_metric_occurs():
    values = [leaf for version in ALL for entry in results(version) for leaf in leaves(entry["Metrics"])]
    extras = [
        leaf for version in ALL for name, value in (version.get("Metrics") or {}).items() if name != "Results" for leaf in leaves(value)
    ]
    assert None in values
    assert any(isinstance(value, str) and value.endswith("%") for value in values)
    assert any(isinstance(value, str) and value.startswith("0.") for value in values)
    assert {True, False} & {value for value in extras if isinstance(value, bool)}
    assert any(isinstance(value, list) and isinstance(value[0], list) for value in extras)
    assert any(isinstance(value, list) and isinstance(value[0], float) for value in extras)
    assert any(isinstance(value, list) and isinstance(value[0], dict) for value in extras)
    assert any("Metrics" not in version for version in ALL)
    assert any(version.get("Metrics") == {} for version in ALL)
    assert any(version.get("Metrics") and not results(version) for version in ALL)
    assert any("by_class" in (version.get("Metrics") or {}) for version in ALL)
    assert any(isinstance(entry["Metrics"].get("mae"), dict) for version in ALL for entry in results(version))


def test_metrics_keep_the_services_limit():
    assert max(len(json.dumps(version.get("Metrics"))) for version in ALL) <= 8192


def test_one_label_is_markup_and_some_keys_repeat():
    values = [label["Value"] for version in ALL for label in version["Labels"]]
    assert values.count("<img src=x onerror=alert(1)>") == 1
    repeated = [version for version in ALL if len({label["Key"] for label in version["Labels"]}) < len(version["Labels"])]
    assert repeated


def test_two_languages_occur_in_names_descriptions_and_labels():
    def chinese(text):
        return any("\u4e00" <= character <= "\u9fff" for character in text)

    described = [version.get("VersionDescription", "") for version in ALL]
    assert {chinese(text) for text in described} == {True, False}
    assert {chinese(name) for name in MODELS} == {True, False}
    assert {"所有者", "阶段", "env"} <= {label["Key"] for version in ALL for label in version["Labels"]}


def test_user_ids_are_text_beyond_what_a_float_holds():
    ids = {version["UserId"] for version in ALL}
    assert all(isinstance(user, str) and user.isdigit() for user in ids)
    assert any(int(user) > 2**53 and int(float(user)) != int(user) for user in ids)


def test_times_are_of_2025_and_2026_in_both_forms():
    times = [version["GmtCreateTime"] for version in ALL]
    assert {time[:4] for time in times} == {"2025", "2026"}
    assert {len(time) for time in times} == {len("2025-01-30T12:51:33Z"), len("2025-01-30T12:51:33.028Z")}


def test_digits_newest_release_is_better_on_one_data_set_and_worse_on_another():
    approved, newest = by_dataset("手写数字识别", "2.0.0", "accuracy"), by_dataset("手写数字识别", "2.5.0", "accuracy")
    assert newest["d-digitsholdout0001"] > approved["d-digitsholdout0001"]
    assert newest["d-digitsnoisy00001"] < approved["d-digitsnoisy00001"] - 0.1


def test_breast_cancers_last_release_is_a_regression_against_the_approved_one():
    approved, last = by_dataset("乳腺肿块良恶性分类", "2.1.0", "recall"), by_dataset("乳腺肿块良恶性分类", "2.12.0", "recall")
    assert all(last[dataset] < approved[dataset] for dataset in approved)


def test_one_model_is_empty_one_is_public_and_one_has_pictures():
    assert VERSIONS["新品销量预测"] == []
    assert MODELS["qwen2-7b-instruct"]["Provider"] == "pai"
    assert all(version["Metrics"] == {} for version in VERSIONS["qwen2-7b-instruct"])
    assert all(version["ExtraInfo"]["CoverUris"][0].startswith("https://") for version in VERSIONS["digit-denoiser"])


@pytest.mark.parametrize("name", ["qwen2-7b-instruct", "tiny-char-lm"])
def test_language_models_have_specs_of_several_named_methods(name):
    spec = VERSIONS[name][-1]["TrainingSpec"]
    assert len(spec) >= 2
    assert not {"AlgorithmName", "AlgorithmSpec"} & spec.keys()


def test_other_specs_are_one_recipe_with_its_hyper_parameters():
    spec = VERSIONS["wine-cultivar"][-1]["TrainingSpec"]
    assert spec["AlgorithmName"] == "ExtraTreesClassifier"
    assert {"Name": "max_depth", "Value": "6"} in spec["HyperParameters"]
    assert spec["Inputs"][0]["DatasetId"].startswith("d-")


def test_identifiers_look_like_the_services():
    assert all(model["ModelId"].startswith("model-rbvg5w") and len(model["ModelId"]) == 24 for model in MODELS.values())
