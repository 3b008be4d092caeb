"""Snapshots: round trip, digests, damage, newer releases."""

import gzip
import json
import math
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError, PaiError, SnapshotError, Throttled, VersionNotFound
from pai_notebook.i18n.phrases import say, speaking
from pai_notebook.io import snapshot as file
from pai_notebook.io.snapshot import write_snapshot
from pai_notebook.json_text import InvalidJson, parse_json
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet, load
from tests.examples import examples


def make(name="0.1.0", **fields):
    return ModelVersion.from_document({"VersionName": name, **fields}, "model-a", fetched=datetime(2026, 1, 31, 9, tzinfo=UTC))


@pytest.fixture
def saved(tmp_path):
    vs = VersionSet([make(Metrics={"cer": 0.175}, Labels=[{"Key": "所有者", "Value": "张三"}]), make("0.2.0", ApprovalStatus="Approved")])
    return vs.save(tmp_path / "x.paisnap.json")


def test_every_version_of_the_embedded_registry_comes_back_equal_by_digest_and_document(everything, tmp_path):
    again = load(everything.save(tmp_path / "all.paisnap.json.gz"))
    assert again == everything
    assert [version.digest for version in again] == [version.digest for version in everything]
    assert [version.raw for version in again] == [version.raw for version in everything]


def test_where_versions_came_from_comes_back_and_stands_once_in_the_file(tmp_path):
    with pnb.connect("demo", default=False, workspace_id="10241") as registry:
        model = registry.list_models()[0].model_id
        vs = registry.list_versions(model) + registry.get_versions(f"{model}@latest", refresh=True)
    path = vs.save(tmp_path / "x.json")
    again = load(path)
    assert [version.provenance for version in again] == [version.provenance for version in vs]
    told = again[0].provenance
    assert (told.registry, told.region, told.workspace_id) == ("aiworkspace.demo.invalid", "cn-hangzhou", "10241")
    assert told.request_ids
    assert all(path.read_text("utf-8").count(each) <= 2 for each in told.request_ids), "not repeated for every version"


def test_a_snapshot_that_names_a_source_it_does_not_have_is_refused(tmp_path):
    with pnb.connect("demo", default=False) as registry:
        path = registry.get_versions(f"{registry.list_models()[0].model_id}@latest").save(tmp_path / "x.json")
    content = json.loads(path.read_text("utf-8"))
    content["sources"] = []
    content["digest"] = file._digest(content)
    path.write_text(json.dumps(content))
    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        load(path)


def test_failures_filters_and_times_of_fetching_come_back(tmp_path):
    errors = {
        "model-a@9.9.9": VersionNotFound("no version 9.9.9", hint="Nearest is 0.1.0.", status=404, request_id="R-1"),
        "model-a@0.3.0": Throttled("too many", code="Throttling.User", attempts=4),
    }
    vs = VersionSet([make()], errors, removed=("label removed 1 of 2",))
    again = load(vs.save(tmp_path / "x.json"))
    assert again.removed == vs.removed
    assert again[0].fetched == vs[0].fetched
    assert {name: (type(error), str(error), error.attempts) for name, error in again.errors.items()} == {
        name: (type(error), str(error), error.attempts) for name, error in errors.items()
    }


def test_a_loaded_set_says_from_which_file_and_when_and_so_do_its_parts(saved):
    vs = load(saved)
    assert vs.origin.startswith("From the snapshot x.paisnap.json, saved 20")
    assert vs[:1].origin == vs.filter(approval="Approved").origin == vs.origin
    assert vs.origin in str(vs)


def test_the_file_is_readable_by_hand(saved):
    text = saved.read_text("utf-8")
    assert "张三" in text
    assert '"cer": 0.175' in text
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) < 200


def test_characters_that_no_screen_shows_are_numbers_in_the_file_and_come_back(tmp_path):
    unseen = "a\x7fb\x9fc\u202ed\u2066e\u200bf\ufeffg\u2028h中"
    path = VersionSet([make(VersionDescription=unseen)]).save(tmp_path / "x.json")
    assert set(path.read_text("utf-8")) & set(unseen) == set("abcdefgh中")
    assert load(path)[0].description == unseen


def test_the_same_set_gives_the_same_bytes(tmp_path):
    moment = datetime(2026, 1, 31, tzinfo=UTC)
    first, second = (write_snapshot(tmp_path / name, [make(b=1, a=2)], saved=moment) for name in ("1.json.gz", "2.json.gz"))
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes()[:2] == b"\x1f\x8b"


def test_a_compressed_file_is_known_by_its_bytes_not_its_name(saved, tmp_path):
    renamed = tmp_path / "plain.json"
    renamed.write_bytes(gzip.compress(saved.read_bytes()))
    assert load(renamed) == load(saved)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.slow
@examples(200)
@given(st.dictionaries(st.sampled_from(["Metrics", "Labels", "InferenceSpec", "Options", "New", "GmtCreateTime"]) | st.text(), json_values))
def test_any_document_comes_back_exactly(tmp_path_factory, document):
    path = tmp_path_factory.mktemp("snap") / "x.json"
    version = ModelVersion(document, model_id="model-a")
    again = load(VersionSet([version]).save(path))
    assert again[0].digest == version.digest
    assert repr(again[0].raw) == repr(version.raw)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1 + 0.2, 2**70])
def test_odd_numbers_survive(tmp_path, value):
    again = load(VersionSet([make(Metrics={"x": value})]).save(tmp_path / "x.json"))
    assert repr(again[0].raw["Metrics"]["x"]) == repr(value)


def test_an_existing_file_is_kept_unless_told(saved):
    before = saved.read_bytes()
    with pytest.raises(ConfigurationError, match=r"exists already.*overwrite=True"):
        VersionSet([make("9.9.9")]).save(saved)
    assert saved.read_bytes() == before
    VersionSet([make("9.9.9")]).save(saved, overwrite=True)
    assert load(saved)[0].version_name == "9.9.9"


def test_nothing_is_left_beside_a_file_that_could_not_be_written(saved, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        VersionSet([make("9.9.9")]).save(saved, overwrite=True)
    assert list(saved.parent.iterdir()) == [saved]
    assert len(load(saved)) == 2


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="No such file or directory"):
        VersionSet([make()]).save(tmp_path / "nowhere" / "x.json")


def test_every_truncation_is_a_clear_error(saved):
    data = saved.read_bytes()
    for cut in range(0, len(data) - 2, 7):
        saved.write_bytes(data[:cut])
        with pytest.raises(SnapshotError):
            load(saved)


def test_every_truncation_of_a_compressed_file_is_a_clear_error(saved, tmp_path):
    packed = tmp_path / "x.gz"
    data = gzip.compress(saved.read_bytes())
    for cut in range(0, len(data), 3):
        packed.write_bytes(data[:cut])
        with pytest.raises(SnapshotError):
            load(packed)


def test_every_single_changed_digit_or_letter_is_noticed(saved):
    text = saved.read_text("utf-8")
    for place in [place for place, char in enumerate(text) if char.isalnum()][::5]:
        other = "7" if text[place] != "7" else "8"
        saved.write_text(text[:place] + other + text[place + 1 :], "utf-8")
        with pytest.raises(SnapshotError):
            load(saved)


def test_a_changed_file_names_the_changed_version(saved):
    saved.write_text(saved.read_text("utf-8").replace("0.175", "0.125"), "utf-8")
    with pytest.raises(SnapshotError, match=r"was changed after it was saved: look at model-a@0\.1\.0"):
        load(saved)


def rewrite(path, **changes):
    """Change a file the way another release would: with a right digest."""
    content = json.loads(path.read_text("utf-8")) | changes
    content["digest"] = file._digest(content)
    path.write_text(json.dumps(content), "utf-8")


def test_keys_of_later_releases_are_left_alone(saved):
    before = load(saved)
    rewrite(saved, mood="good", errors=[{"address": "m@1.0.0", "type": "NewError", "message": "odd", "why": "later"}])
    again = load(saved)
    assert list(again) == list(before)
    assert type(again.errors["m@1.0.0"]) is PaiError


def test_a_newer_schema_is_refused_with_the_release_that_wrote_it(saved):
    rewrite(saved, schema=2, generator="pai_notebook 9.0")
    with pytest.raises(SnapshotError, match=r"follows schema 2, this release reads up to 1.*pai_notebook 9\.0"):
        load(saved)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON"),
        (b"[]", "not a snapshot"),
        (b'{"format": "other"}', "not a snapshot"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested deeper than 72 levels"),
        (b"\x1f\x8b", "cut short or damaged"),
        (b'{"format": "pai_notebook snapshot"}', "does not say which schema"),
    ],
)
def test_what_is_no_snapshot_is_refused_in_a_sentence(tmp_path, content, words):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=words):
        load(path)


@pytest.mark.parametrize(
    "changes", [{"versions": None}, {"versions": [1]}, {"versions": [{}]}, {"saved": 7}, {"saved": "x"}, {"errors": [1]}]
)
def test_a_file_with_a_right_digest_and_wrong_parts_is_refused(saved, changes):
    rewrite(saved, **changes)
    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        load(saved)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(SnapshotError, match=r"(?s)No such file.*Look at the path\."):
        load(tmp_path / "none.json")
    with pytest.raises(SnapshotError, match="directory"):
        load(tmp_path)


def test_loading_needs_neither_pandas_nor_the_network_stack(saved):
    code = (
        f"import sys, pai_notebook as pnb; pnb.load({str(saved)!r}); print([m for m in ('pandas', 'httpx', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_redacted_snapshot_says_what_was_masked_and_holds_none_of_it(tmp_path):
    secret = "LTAI" + "5tCanaryCanary99"
    vs = VersionSet(
        [make(OwnerId="1557702098194904", Uri="oss://canary-bucket.oss-cn-beijing.aliyuncs.com/m/", VersionDescription=f"key {secret}")],
        {"model-a@0.3.0": PaiError("owner 1557702098194904 may not", hint=f"use {secret}")},
    )
    path = vs.save(tmp_path / "x.json", redact="default")
    text = path.read_text("utf-8")
    assert [word for word in ("1557702098194904", "canary-bucket", secret) if word in text] == []
    assert "Masked when saved: owner: 1 value in 2 places" in load(path).origin


def test_load_is_a_public_name(saved):
    assert pnb.load(saved) == load(saved)


def test_sentences_in_a_snapshot_are_in_the_language_of_who_loads_it(tmp_path):
    error = VersionNotFound(say("no version {name} in {model_id}", name="9.9.9", model_id="model-a"), hint=say("The set is empty."))
    vs = VersionSet([make(OwnerId="1557702098000001", Metrics={"cer": n}, name=f"0.{n}.0") for n in (1, 2)], {"model-a@9.9.9": error})
    path = vs.filter("cer > 1").save(tmp_path / "x.json", redact="default")
    texts = ["where 'cer > 1' removed 1 of 2", "owner: 1 value in 1 place, first in model-a@0.2.0 OwnerId", "no version 9.9.9 in model-a"]
    content = json.loads(path.read_text("utf-8"))
    assert [*content["removed"], *content["masked"], content["errors"][0]["message"]] == texts
    again = load(path)
    assert again.removed == ("where 'cer > 1' removed 1 of 2",)
    assert all(text in str(again) for text in ("where 'cer > 1' removed 1 of 2", "first in model-a@0.2.0 OwnerId", "no version 9.9.9"))
    with speaking("zh"):
        for found in (again, load(path)):
            told = f"{found.removed} {found.origin} {found.errors['model-a@9.9.9'].sentence}"
            assert all(text in told for text in ("筛选条件（'cer > 1'）排除了", "所有者：1 个值", "model-a 没有版本 9.9.9"))
            assert not re.search("removed|place|no version|set is empty", told + str(found))


@pytest.mark.parametrize(
    "phrase",
    [
        {"text": "a", "template": "{count.__class__}", "values": {"count": 3}},
        {"text": "a", "template": "{count} removed", "values": {}},
        {"text": "a", "template": "{count:,} more", "values": {"count": "x"}},
        {"text": "a", "template": ["x"], "values": {}},
        {"text": "a", "separator": ["x"], "values": []},
        {"text": "a", "separator": "?", "values": ["b"]},
        {"text": "a"},
    ],
)
def test_what_a_file_calls_a_phrase_and_is_none_of_ours_is_text(phrase, tmp_path):
    path = VersionSet([make()]).filter("version_name != 'x'").save(tmp_path / "x.json")
    content = json.loads(path.read_text("utf-8"))
    content.update({"removed": ["a"], "phrases": [phrase]})
    content["digest"] = file._digest(content)
    path.write_text(json.dumps(content), "utf-8")
    with speaking("zh"):
        assert load(path).removed == ("a",)
        assert "\n│ a\n" in str(load(path))


_KEYS = st.text(max_size=3) | st.integers() | st.booleans() | st.none() | st.floats()
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(metrics=st.dictionaries(_KEYS, _VALUES, max_size=4))
@example(metrics={"by_class": {0: 0.9, 1: 0.8, "macro": 0.85}})
@example(metrics={"by_class": {5: 1, "5": 2}})
@example(metrics={None: {True: 1, 1.5: 2}})
def test_what_a_document_of_python_holds_is_refused_or_saved_so_that_it_loads(tmp_path_factory, metrics):
    document = {"VersionName": "a", "Metrics": metrics}
    try:
        parse_json(json.dumps(document))
    except InvalidJson:
        with pytest.raises(ConfigurationError, match="twice in one object"):
            VersionSet.from_documents(document, "m")
        return
    versions = VersionSet.from_documents(document, "m")
    loaded = load(versions.save(tmp_path_factory.mktemp("keys") / "k.paisnap.json"))
    assert [version.digest for version in loaded] == [version.digest for version in versions]
    assert loaded == versions


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"by": "accuracy@d-a", "tolerance": (0.002, 0.05), "directions": {"steps": "max"}, "n": 500},
        {"include": ["accuracy*", "labels.*"], "exclude": "labels.team", "only": "all", "dataset": "d-a"},
    ],
)
@pytest.mark.parametrize("redact", [None, "default"])
def test_a_comparison_that_was_saved_is_made_again_with_its_baseline_and_arguments(tmp_path, told, redact):
    results = [[{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"accuracy": 0.7 + nth / 20, "steps": nth}}] for nth in range(3)]
    labels = [{"Key": "team", "Value": "x"}, {"Key": "env", "Value": "test"}]
    versions = [make(f"0.{nth}.0", Metrics={"Results": each}, Labels=labels) for nth, each in enumerate(results)]
    versions.append(make("0.9.0", ApprovalStatus="Approved", Metrics={"Results": results[0]}))
    c = VersionSet(versions).compare("0.1.0", **told)
    path = c.save(tmp_path / "c.paisnap.json", redact=redact)
    for again in (load(path).compare(), pnb.compare(path), pnb.compare(load(path))):
        assert (again.baseline_name, again.by_rows != (), again.options) == ("0.1.0", "by" in told, c.options)
        assert again.baseline_reason == "as in the comparison that was saved"
        assert redact or again == c
    assert "It holds a comparison with 0.1.0: compare() makes it again." in load(path).origin
    with speaking("zh"):
        assert "以0.1.0为基线的对比" in re.sub(r"[\s│]", "", str(load(path)))
    # what is asked for, and another set, is not what was saved
    assert load(path).compare(only="diff", tolerance=0.0).baseline_name == "0.9.0"
    assert load(path).compare("0.2.0").by_rows == ()
    assert load(path)[1:].compare().baseline_name == "0.9.0"
    assert load(path).compare(include="*").baseline_name == "0.9.0"
    assert VersionSet(versions).compare().baseline_name == "0.9.0"


@pytest.mark.parametrize(
    "entry", [None, [], {}, {"baseline": 9, "arguments": {}}, {"baseline": True, "arguments": {}}, {"baseline": 0, "arguments": 1}]
)
def test_a_snapshot_whose_comparison_has_no_baseline_is_refused(saved, entry):
    rewrite(saved, compared=entry)
    with pytest.raises(SnapshotError, match="is not a whole snapshot"):
        load(saved)


def test_arguments_of_a_comparison_that_a_later_release_knows_are_left_alone(saved):
    rewrite(saved, compared={"baseline": 0, "arguments": {"by": "cer", "weights": {"cer": 1}}, "more": 1})
    assert load(saved).compare().baseline_name == "0.1.0"
