"""Drift: every single-field change is found, and nothing else."""

import copy
from datetime import UTC, datetime

import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.errors import ConfigurationError, DriftError, SnapshotError
from pai_notebook.i18n.phrases import speaking
from pai_notebook.io.drift import compare_versions, find_drift
from pai_notebook.model.flatten import flatten
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet, load

NAMES = {field.key: name for name, field in ModelVersion.fields().items()}

NAMING = frozenset({"Dataset", "DatasetId", "Key", "Name", "name", "mount_path"})


def make(document, name="0.1.0", fetched=None):
    return ModelVersion.from_document({"VersionName": name, **document}, "model-a", fetched=fetched)


def leaves(node, path=()):
    """Every place of a document where one value can be changed."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from leaves(child, (*path, index))
    else:
        yield path


def changed(document, path):
    other = copy.deepcopy(document)
    node = other
    for key in path[:-1]:
        node = node[key]
    value = node[path[-1]]
    if path[-1] == "Options":
        node[path[-1]] = value[:-1] + ', "added": 1}'
    elif isinstance(value, bool):
        node[path[-1]] = not value
    elif isinstance(value, (int, float)):
        node[path[-1]] = value + 1
    else:
        node[path[-1]] = f"{value}x"
    return other


@pytest.mark.slow
def test_each_single_change_of_each_field_is_found_and_nothing_else(everything):
    tried = 0
    for version in {version.model_id: version for version in everything}.values():
        document = version.raw
        for path in leaves(document):
            if path[0] in ("RequestId", "VersionName"):
                continue
            after = ModelVersion.from_document(changed(document, path), version.model_id)
            found, _ = compare_versions(version, after)
            sections = {change.field.split(".")[0] for change in found}
            assert sections == {NAMES.get(path[0], path[0])}, path
            # One leaf is one change; what names other values takes the old name away too.
            assert len(found) == 1 or not NAMING.isdisjoint(map(str, path)), (path, found)
            tried += 1
    assert tried > 150


def mutations(document):
    """Every way to change one field: one leaf below it, nothing in its place, and a field that was not there."""
    kept = ("RequestId", "VersionName")
    found = [(path[0], changed(document, path)) for path in leaves(document) if path[0] not in kept]
    found += [(key, {**document, key: None}) for key, value in document.items() if key not in kept and value not in (None, "", [], {})]
    return [*found, ("NewField", {**document, "NewField": 1})]


@pytest.mark.slow
def test_each_single_change_of_a_registry_is_found_and_nothing_else(bundled):
    tried = 0
    held = {model: documents[-2:] for model, documents in bundled["versions"].items() if documents}
    store = demo.Store([{"ModelId": model} for model in held], held)
    with pnb.connect("demo", default=False, transport=demo.transport(store)) as registry:
        for model in held:
            saved = registry.list_versions(model)
            name, document = saved[-1].version_name, saved[-1].raw
            for field, after in mutations(document):
                store.put_version(model, after)
                drift = registry.drift(saved)
                found = {(change.address, change.field.split(".")[0]) for change in drift.changes}
                assert (found, drift.removed, drift.added) == ({(f"{model}@{name}", NAMES.get(field, field))}, (), ()), field
                tried += 1
            store.put_version(model, document)
            registry.assert_unchanged(saved)
    assert tried > 600


def test_order_of_labels_and_results_and_request_ids_are_no_change():
    results = [{"Dataset": {"DatasetId": name}, "Metrics": {"cer": 0.1}} for name in "ab"]
    labels = [{"Key": key, "Value": "1"} for key in "ab"]
    before = make({"Metrics": {"Results": results}, "Labels": labels, "RequestId": "R-1"})
    after = make({"Metrics": {"Results": results[::-1]}, "Labels": labels[::-1], "RequestId": "R-2"})
    assert compare_versions(before, after) == ((), 0)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({"Metrics": {"a": 1}}, {"Metrics": {"a": 1.5}}, "metrics.a"),
        ({"Metrics": {"a": None}}, {"Metrics": {}}, "metrics.a"),
        ({"Metrics": {"a": "1"}}, {"Metrics": {"a": 1}}, "metrics.a"),
        ({"Metrics": {"a": "null"}}, {"Metrics": {"a": None}}, "metrics.a"),
        ({"Labels": [{"Key": "k", "Value": ""}]}, {"Labels": []}, "labels.k"),
        ({"InferenceSpec": {"a": {}}}, {"InferenceSpec": {}}, "inference_spec"),
        ({"InferenceSpec": {}}, {}, "inference_spec"),
        ({"New": [1]}, {"New": [2]}, "New"),
        ({"VersionDescription": ""}, {"VersionDescription": None}, "description"),
        ({"Metrics": {"Results": [{"Dataset": {"DatasetId": "d", "Uri": "u"}, "Metrics": {}}]}}, {"Metrics": {"Results": []}}, "metrics"),
    ],
)
def test_small_differences_are_differences(before, after, field):
    found, _ = compare_versions(make(before), make(after))
    assert {change.field for change in found} >= {field}


def test_the_time_of_modification_is_a_change_only_when_nothing_else_is():
    before = make({"GmtModifiedTime": "2026-01-01T00:00:00Z", "ApprovalStatus": "Pending"})
    touched = make({"GmtModifiedTime": "2026-02-01T00:00:00Z", "ApprovalStatus": "Pending"})
    approved = make({"GmtModifiedTime": "2026-02-01T00:00:00Z", "ApprovalStatus": "Approved"})
    assert [change.field for change in find_drift([before], [touched]).changes] == ["modified"]
    drift = find_drift([before], [approved])
    assert [change.field for change in drift.changes] == ["approval_status"]
    assert drift.modified == {"model-a@0.1.0": datetime(2026, 2, 1, tzinfo=UTC)}
    assert str(drift.to_frame()["modified"][0]) == "2026-02-01 00:00:00+00:00"


def test_masked_fields_are_compared_around_the_mask(tmp_path):
    document = {"OwnerId": "1557702098194904", "Uri": "oss://team-bucket.oss-cn-beijing.aliyuncs.com/m/", "ApprovalStatus": "Pending"}
    saved = load(VersionSet([make(document)]).save(tmp_path / "x.json", redact="default"))
    assert compare_versions(saved[0], make(document)) == ((), 2)
    moved = document | {"Uri": "oss://team-bucket.oss-cn-beijing.aliyuncs.com/other/"}
    assert [change.field for change in compare_versions(saved[0], make(moved))[0]] == ["uri"]


@pytest.fixture
def mutable(bundled):
    """A registry whose store can be changed while it is asked."""
    store = demo.Store.bundled()
    with pnb.connect("demo", default=False, transport=demo.transport(store)) as registry:
        yield store, registry, max(bundled["versions"], key=lambda model: len(bundled["versions"][model]))


def test_an_unchanged_registry_has_no_drift(mutable, tmp_path):
    _, registry, model = mutable
    saved = load(registry.list_versions(model).save(tmp_path / "x.json"))
    registry.assert_unchanged(saved)
    assert "are as they were" in str(registry.drift(saved))


def test_a_file_stands_for_the_versions_that_were_saved_in_it(mutable, tmp_path, monkeypatch):
    _, registry, model = mutable
    monkeypatch.chdir(tmp_path)
    path = registry.list_versions(model).save("x.paisnap.json.gz")
    expected = str(registry.drift(load(path)))
    assert str(registry.drift("x.paisnap.json.gz")) == str(registry.drift(path)) == expected
    registry.assert_unchanged(path)
    assert registry.compare(model, among="x.paisnap.json.gz") == registry.compare(model, among=load(path))


@pytest.mark.parametrize("given", ["model-a@latest", "model-a", 5, ["x.json"]])
def test_what_is_no_file_is_answered_with_how_one_is_read(mutable, given):
    for call in (mutable[1].drift, lambda given: mutable[1].compare("model-a", among=given)):
        with pytest.raises(ConfigurationError, match=r'Pass a VersionSet, for example pnb\.load\("file"\)'):
            call(given)


def test_a_file_that_is_missing_is_told_as_load_tells_it(mutable):
    with pytest.raises(SnapshotError, match="nowhere"):
        mutable[1].drift("nowhere.paisnap.json")


def test_changed_removed_and_added_versions_are_told_apart(mutable, tmp_path):
    store, registry, model = mutable
    vs = registry.list_versions(model)
    saved = load(vs.save(tmp_path / "x.json"))
    name, gone = vs[0].version_name, vs[1].version_name
    store.update_version(model, name, {"ApprovalStatus": "Withdrawn"})
    documents = [version.raw for version in registry.get_versions(model, refresh=True) if version.version_name != gone]
    late = {**documents[0], "VersionName": "99.0.0", "GmtCreateTime": "2099-01-01T00:00:00Z"}
    other = demo.Store([registry.get_model(model).raw | {"ModelId": model}], {model: [*documents, late]})
    with pnb.connect("demo", default=False, transport=demo.transport(other)) as today:
        drift = today.drift(saved)
        assert [(change.address, change.field, change.after) for change in drift.changes] == [
            (f"{model}@{name}", "approval_status", "Withdrawn")
        ]
        assert drift.removed == (f"{model}@{gone}",)
        assert [version.version_name for version in drift.added] == ["99.0.0"]
        with pytest.raises(DriftError, match=r"1 of .* saved versions changed, 1 removed, 1 added since") as caught:
            today.assert_unchanged(saved)
        assert caught.value.drift.changes == drift.changes


@pytest.mark.parametrize(
    ("saved", "removed", "failed", "said", "chinese"),
    [
        (5, 1, 0, "4 of 5 saved versions are as they were, 1 removed", "5 个已保存的版本中有 4 个未变更、1 个已移除"),
        (5, 1, 1, "3 of 5 saved versions are as they were, 1 removed, 1 not looked up", "5 个已保存的版本中有 3 个未变更"),
        (2, 1, 0, "1 of 2 saved versions is as it was, 1 removed", "2 个已保存的版本中有 1 个未变更"),
        (1, 1, 0, "0 of 1 saved versions are as they were, 1 removed", "1 个已保存的版本中有 0 个未变更"),
        (1, 0, 0, "1 saved version is as it was", "1 个已保存的版本未变更"),
        (3, 0, 0, "3 saved versions are as they were", "3 个已保存的版本均未变更"),
    ],
)
def test_what_is_gone_or_was_not_looked_up_is_not_counted_as_unchanged(saved, removed, failed, said, chinese):
    before = [make({}, f"0.{number}.0") for number in range(saved)]
    gone = [version.address for version in before[:removed]]
    refused = {version.address: pnb.PaiError("refused") for version in before[removed : removed + failed]}
    drift = find_drift(before, before[removed + failed :], removed=gone, failed=refused)
    assert drift.summary == said
    with speaking("zh"):
        assert str(drift.summary).startswith(chinese)
    if drift:
        with pytest.raises(DriftError, match=f"^{said}"):
            drift.raise_if_changed()


def test_new_versions_alone_are_no_reason_to_raise():
    before = ModelVersion({"VersionName": "0.1.0"}, model_id="model-a", fetched=datetime(2026, 1, 1, tzinfo=UTC))
    after = [before, make({"GmtCreateTime": "2026-01-02T00:00:00Z"}, "0.2.0"), make({"GmtCreateTime": "2025-01-02T00:00:00Z"}, "0.0.1")]
    drift = find_drift([before], after)
    assert [version.version_name for version in drift.added] == ["0.2.0"]
    drift.raise_if_changed()


def test_without_a_time_of_fetching_no_version_is_said_to_be_new():
    before = make({"GmtCreateTime": "2026-01-01T00:00:00Z"})
    drift = find_drift([before], [before, make({"GmtCreateTime": "2026-01-02T00:00:00Z"}, "0.2.0")])
    assert (drift.added, drift.undated, bool(drift)) == ((), ("model-a",), False)
    assert "It is not known when the versions of model-a were fetched, nor which are new since." in " ".join(str(drift).split())


def test_one_models_time_of_fetching_says_nothing_of_another():
    dated = make({}, fetched=datetime(2026, 1, 1, tzinfo=UTC))
    other = ModelVersion({"VersionName": "0.1.0"}, model_id="model-b")
    new = [
        ModelVersion({"VersionName": "0.2.0", "GmtCreateTime": "2026-01-02T00:00:00Z"}, model_id=model) for model in ("model-a", "model-b")
    ]
    drift = find_drift([dated, other], [dated, other, *new])
    assert ([version.address for version in drift.added], drift.undated) == (["model-a@0.2.0"], ("model-b",))


def test_a_model_that_is_gone_is_a_removal_of_its_versions(mutable):
    _, registry, _ = mutable
    saved = VersionSet([make({})])
    assert registry.drift(saved).removed == ("model-a@0.1.0",)


def test_a_set_that_says_the_name_of_its_model_is_checked_as_one_that_says_its_id(mutable, tmp_path):
    _, registry, model = mutable
    vs = registry.get_versions(f"{model}@last:2")
    name = registry.get_model(model).name
    assert name != model
    saved = VersionSet.from_documents([version.raw for version in vs], name)
    for held in (saved, load(saved.save(tmp_path / "x.json")), saved + vs):
        assert registry.drift(held).checked == len(held)
        registry.assert_unchanged(held)
    with pytest.raises(DriftError, match=f"1 of 1 saved versions changed.*{name}@{vs[0].version_name} approval_status"):
        registry.assert_unchanged(VersionSet.from_documents([vs[0].raw | {"ApprovalStatus": "Withdrawn"}], name))
    unknown = VersionSet.from_documents([vs[0].raw | {"VersionName": "77.0.0"}], name)
    assert registry.drift(unknown).removed == (f"{model}@77.0.0",)


def test_what_was_saved_and_is_nowhere_is_never_counted_as_unchanged():
    drift = find_drift([make({})], [ModelVersion({"VersionName": "0.1.0"}, model_id="model-b")])
    assert drift.removed == ("model-a@0.1.0",)


def test_a_check_of_no_version_does_not_pass(mutable):
    _, registry, _ = mutable
    drift = registry.drift(VersionSet())
    assert drift
    assert "✓" not in str(drift)
    assert "nothing was checked" in str(drift)
    with pytest.raises(DriftError, match="nothing was checked"):
        registry.assert_unchanged(VersionSet())
    with speaking("zh"):
        assert "未检查任何内容" in str(drift)


def test_a_version_without_a_model_cannot_be_looked_up(mutable):
    _, registry, _ = mutable
    with pytest.raises(ConfigurationError, match="which model it belongs to"):
        registry.drift(VersionSet([ModelVersion.from_document({"VersionName": "0.1.0"})]))


def test_the_frame_has_a_row_for_each_change():
    before, after = make({"Labels": [{"Key": "a", "Value": "1"}]}), make({"Labels": [{"Key": "b", "Value": "1"}]})
    frame = find_drift([before], [after]).to_frame()
    assert frame[["field", "before", "after"]].fillna("-").to_numpy().tolist() == [["labels.a", "1", "-"], ["labels.b", "-", "1"]]


def test_a_report_names_the_model_and_each_version_once_and_says_how_far_numbers_went():
    before = [make({"Metrics": {"cer": 0.175, "acc": 0.9}}), make({"Metrics": {"cer": 0.1}}, "0.2.0")]
    after = [make({"Metrics": {"cer": 0.181, "acc": 0.8}}), make({"Metrics": {"cer": "0.1"}}, "0.2.0")]
    found = [" ".join(line.split()) for line in str(find_drift(before, after)).splitlines()]
    assert found[2:8] == [
        "model-a",
        "version field saved now change",
        found[4],
        "0.1.0 metrics.acc 0.9 0.8 -0.1",
        "metrics.cer 0.175 0.181 +0.006",
        '0.2.0 metrics.cer 0.1 "0.1"',
    ]


def test_long_texts_of_a_report_are_told_word_by_word():
    before, after = (
        make({"VersionDescription": f"Trained on {words} of hotels and restaurants, with hard negatives"})
        for words in ("reviews", "letters")
    )
    assert "[-reviews-] {+letters+}" in str(find_drift([before], [after]))


def test_flatten_is_what_names_the_specs():
    spec = {"processor": {"name": "x"}}
    found, _ = compare_versions(make({"InferenceSpec": spec}), make({"InferenceSpec": {"processor": {"name": "y"}}}))
    assert [change.field for change in found] == [f"inference_spec.{path}" for path in flatten(spec)]


def test_groups_are_looked_up_by_their_members_and_what_is_not_registered_is_refused(mutable, tmp_path):
    _, registry, model = mutable
    vs = registry.list_versions(model)
    groups = vs.groupby("training_spec.AlgorithmName")
    assert len(groups) < len(vs)
    assert registry.drift(load(groups.save(tmp_path / "x.json"))).checked == len(vs)
    candidates = VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], "accuracy": [0.1, 0.2]}), name="run")
    with pytest.raises(ConfigurationError, match="a and b are not registered"):
        registry.drift(candidates)


def test_fields_have_their_titles_in_chinese():
    before = make({"ApprovalStatus": "Pending", "Labels": [{"Key": "env", "Value": "a"}], "TrainingSpec": {"lr": 1}, "Strange": 1})
    after = make({"ApprovalStatus": "Approved", "Labels": [{"Key": "env", "Value": "b"}], "TrainingSpec": {"lr": 2}, "Strange": 2})
    drift = find_drift([before], [after])
    english = str(drift)
    assert all(f" {name} " in english for name in ("approval_status", "labels.env", "training_spec.lr", "Strange"))
    assert "准入状态" not in english
    with speaking("zh"):
        assert all(name in str(drift) for name in ("准入状态 ", "标签：env", "训练配置：lr", " Strange "))
        with pytest.raises(DriftError, match="准入状态"):
            drift.raise_if_changed()
    assert [change.field for change in drift.changes] == drift.to_frame()["field"].tolist()


def test_a_drift_takes_the_width_there_is_and_says_once_what_the_times_below_its_versions_are():
    before = [make({"Uri": "a"}, "0.1.0"), make({"Uri": "a"}, "0.2.0")]
    after = [make({"Uri": "b", "GmtModifiedTime": "2026-02-01T08:30:00Z"}, name) for name in ("0.1.0", "0.2.0")]
    drift = find_drift(before, after)
    assert "max-width:60em" not in drift._repr_html_()
    assert "text-align:right" not in drift._repr_html_().partition("<tbody")[2]  # what is saved and what is now are texts
    assert str(drift).count("2026-02-01 08:30") == 2
    assert str(drift).count("modified (UTC)") == 1
    with speaking("zh"):
        assert "更新时间（UTC）" in str(drift)
    assert "modified" not in str(find_drift(before, [make({"Uri": "b"}, "0.1.0")]))


def test_another_spelling_is_no_change():
    own = {
        "VersionName": "0.1.0",
        "QuantizationSpec": {"bits": 4},
        "Labels": [{"Key": "a", "Value": "b"}],
        "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"results": 1}}]},
    }
    other = {
        "version_name": "0.1.0",
        "quantization_spec": {"bits": 4},
        "labels": [{"key": "a", "value": "b"}],
        "metrics": {"results": [{"dataset": {"dataset_id": "d-a"}, "metrics": {"results": 1}}]},
        "user_id": None,
    }
    make = ModelVersion.from_document
    for before, after in ((own, other), (other, own), ({**own, **other}, own)):
        assert not find_drift([make(before, "m")], [make(after, "m")])
    changed = find_drift([make({**other, "quantization_spec": {"bits": 8}}, "m")], [make(own, "m")])
    assert [(each.field, each.before, each.after) for each in changed.changes] == [("QuantizationSpec.bits", "8", "4")]
