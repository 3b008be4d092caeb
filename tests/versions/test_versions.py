"""VersionSet: a sequence addressed by name, filters that say what they removed, nothing lost."""

import pickle
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pai_notebook.errors import AddressError, ComparisonError, ConfigurationError, FetchErrors, VersionNotFound
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet


def make(name, model="model-a", **fields):
    return ModelVersion.from_document({"VersionName": name, **fields}, model)


def labelled(name, **labels):
    return make(name, Labels=[{"Key": key, "Value": value} for key, value in labels.items()])


def scored(name, value, **fields):
    return make(name, Metrics={"cer": value}, **fields)


@pytest.fixture
def vs():
    return VersionSet([make(name, ApprovalStatus="Approved" if name == "0.9.0" else "Pending") for name in ("0.2.0", "0.9.0", "0.10.0")])


def test_a_set_is_a_sequence(vs):
    assert len(vs) == 3
    assert [version.version_name for version in vs] == ["0.2.0", "0.9.0", "0.10.0"]
    assert vs[0].version_name == "0.2.0"
    assert [version.version_name for version in vs[-2:]] == ["0.9.0", "0.10.0"]
    assert next(reversed(vs)) is vs[-1]
    assert vs[1] in vs


def test_a_set_is_addressed_by_name_and_by_address(vs):
    assert vs["0.9.0"] is vs["model-a@0.9.0"]
    assert "0.9.0" in vs
    assert "9.9.9" not in vs
    assert [version.version_name for version in vs[["0.10.0", "0.2.0"]]] == ["0.10.0", "0.2.0"]


def test_a_name_that_is_not_there_is_answered_with_the_nearest(vs):
    with pytest.raises(VersionNotFound, match=r"0\.9\.0 and 0\.10\.0"):
        vs["0.9.5"]


def test_a_name_that_could_not_be_fetched_raises_its_own_reason(vs):
    reason = VersionNotFound("gone", version_name="1.0.0")
    with pytest.raises(VersionNotFound, match="gone"):
        VersionSet(vs, {"1.0.0": reason})["1.0.0"]


def test_a_name_in_two_models_has_to_say_which():
    both = VersionSet([make("0.1.0"), make("0.1.0", model="model-b")])
    with pytest.raises(ComparisonError, match=r"model-b@0\.1\.0"):
        both["0.1.0"]
    assert both["model-b@0.1.0"].model_id == "model-b"


def test_latest_is_natural_and_latest_approved_skips_the_rest(vs):
    assert vs.latest.version_name == "0.10.0"
    assert vs.latest_approved.version_name == "0.9.0"
    with pytest.raises(VersionNotFound, match="no version is approved"):
        vs.filter(approval="Pending").latest_approved  # noqa: B018 - the property is the test


def test_the_same_version_twice_is_kept_once_and_other_content_under_its_name_stays():
    assert len(VersionSet([scored("0.1.0", 0.1), scored("0.1.0", 0.1), scored("0.1.0", 0.2)])) == 2


def test_labels_are_matched_exactly_and_every_filter_says_what_it_removed():
    vs = VersionSet([labelled("0.1.0", env="prod"), labelled("0.2.0", env="preprod"), labelled("0.3.0", owner="prod")])
    kept = vs.filter(label={"env": "prod"})
    assert [version.version_name for version in kept] == ["0.1.0"]
    assert kept.removed == ("label env=prod removed 2 of 3",)
    assert kept.filter(approval="Approved").removed[1] == "approval 'Approved' removed 1 of 1"
    assert "removed 2 of 3" in str(kept)


@pytest.mark.parametrize("asked", [{"where": "label.env == 'prd'"}, {"where": "env in ('prd')"}, {"label": {"env": "prd"}}])
def test_a_filter_for_a_label_that_no_version_has_names_the_nearest(asked):
    vs = VersionSet([labelled("0.1.0", env="prod"), labelled("0.2.0", env="test")])
    assert vs.filter(**asked).removed[0].endswith(" removed 2 of 2; no version has labels.env 'prd'; nearest: prod")
    assert vs.filter("env == 'x'").removed[0].endswith("; no version has labels.env 'x'; there are: prod, test")
    assert vs.filter("approval == 'approved' or env == 'prod'").removed == (
        "where \"approval == 'approved' or env == 'prod'\" removed 1 of 2",
    )


def test_approval_is_compared_without_regard_to_case():
    assert len(VersionSet([make("0.1.0", ApprovalStatus="APPROVED")]).filter(approval="approved")) == 1


def test_a_condition_reads_metrics_labels_and_fields():
    vs = VersionSet([scored("0.1.0", 0.1), scored("0.2.0", 0.3), make("0.3.0")])
    assert [version.version_name for version in vs.filter("cer < 0.2")] == ["0.1.0"]
    with pytest.raises(AddressError, match="column"):
        vs.filter("cer <")


def test_created_after_is_exclusive_utc_and_removes_the_unknown():
    vs = VersionSet(
        [make("0.1.0", GmtCreateTime="2025-01-01T00:00:00Z"), make("0.2.0", GmtCreateTime="2025-01-02T00:00:00Z"), make("0.3.0")]
    )
    assert [version.version_name for version in vs.filter(created_after="2025-01-01")] == ["0.2.0"]
    assert [version.version_name for version in vs.filter(created_after=datetime(2024, 1, 1, tzinfo=UTC))] == ["0.1.0", "0.2.0"]
    with pytest.raises(ConfigurationError, match="is not a time"):
        vs.filter(created_after="yesterday")


def test_sorting_by_a_metric_puts_missing_and_nan_last_either_way():
    vs = VersionSet([make("0.1.0"), scored("0.2.0", 0.3), scored("0.3.0", float("nan")), scored("0.4.0", 0.1)])
    assert [version.version_name for version in vs.sort_values("cer")] == ["0.4.0", "0.2.0", "0.1.0", "0.3.0"]
    assert [version.version_name for version in vs.sort_values("cer", ascending=False)] == ["0.2.0", "0.4.0", "0.1.0", "0.3.0"]
    assert [version.version_name for version in vs.sort_values("cer", na_position="first")][2:] == ["0.4.0", "0.2.0"]
    with pytest.raises(ComparisonError, match=r"no version has 'wer'\. Nearest is cer"):
        vs.sort_values("wer")


def test_sorting_by_version_name_is_natural(vs):
    assert [version.version_name for version in vs.sort_values("version_name", ascending=False)] == ["0.10.0", "0.9.0", "0.2.0"]


def test_sets_add_up_with_their_errors(vs):
    other = VersionSet([make("1.0.0")], {"model-a@2.0.0": VersionNotFound("gone")})
    both = vs + other
    assert len(both) == 4
    assert list(both.errors) == ["model-a@2.0.0"]


def test_raise_for_errors_names_the_bad_and_keeps_the_good(vs):
    assert vs.raise_for_errors() is vs
    broken = VersionSet(vs, {"model-a@2.0.0": VersionNotFound("no version 2.0.0")})
    with pytest.raises(FetchErrors, match=r"1 of 4 versions could not be fetched: model-a@2\.0\.0") as caught:
        broken.raise_for_errors()
    assert caught.value.partial is broken
    assert "no version 2.0.0" in str(caught.value)


def test_a_set_pickles(vs):
    assert pickle.loads(pickle.dumps(vs)) == vs


def test_a_long_list_shows_the_newest_and_says_how_to_see_the_rest():
    text = str(VersionSet([make(f"0.{minor}.0") for minor in range(143)]))
    assert text.splitlines()[0] == "model-a: 20 of 143 versions"
    assert "showing" not in text
    assert "0.142.0" in text
    assert "0.122.0" not in text


def test_a_list_says_when_the_latest_is_not_the_newest():
    vs = VersionSet([make("0.1.0", GmtCreateTime="2025-02-01T00:00:00Z"), make("0.2.0", GmtCreateTime="2025-01-01T00:00:00Z")])
    assert "latest by creation time is 0.1.0; highest by name is 0.2.0" in " ".join(str(vs).split())


def test_several_versions_are_asked_for_as_pandas_does(vs):
    names = [version.version_name for version in vs]
    frame = vs.to_frame()
    is_pending = frame["approval_status"] == "Pending"
    wanted = ["0.2.0", "0.10.0"]
    for key in (
        wanted,
        [0, 2],
        [0, -1],
        np.array([0, 2]),
        [True, False, True],
        np.array([True, False, True]),
        pd.Series([True, False, True]),
        is_pending,
        is_pending.sort_index(),
        frame.index[is_pending],
        frame.index[[0, 2]],
        pd.Series(wanted),
    ):
        assert [version.version_name for version in vs[key]] == wanted, key
    assert [version.version_name for version in vs[frame.index[::-1]]] == names[::-1]
    assert len(vs[[]]) == 0


def test_a_frame_of_several_models_indexes_its_set():
    both = VersionSet([make("0.1.0"), make("0.1.0", model="model-b"), make("0.2.0", model="model-b")])
    frame = both.to_frame()
    assert [version.address for version in both[frame.index[1:]]] == ["model-b@0.1.0", "model-b@0.2.0"]
    assert [version.address for version in both[frame.index.get_level_values(0) == "model-b"]] == ["model-b@0.1.0", "model-b@0.2.0"]


def test_a_mask_has_a_truth_value_for_each_version(vs):
    with pytest.raises(TypeError, match="a mask of 2 truth values does not fit 3 versions"):
        vs[[True, False]]
    with pytest.raises(IndexError):
        vs[[7]]
    with pytest.raises(TypeError, match=r"versions\[None\]: pass a position, a name"):
        vs[None]


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("word", ["95.6%", [0.9, 0.91], True])
def test_sorting_puts_what_is_no_number_last_where_any_version_has_a_number(word, ascending):
    vs = VersionSet([scored("0.1.0", word), scored("0.2.0", 0.99), make("0.3.0"), scored("0.4.0", 0.5)])
    numbers = ["0.4.0", "0.2.0"] if ascending else ["0.2.0", "0.4.0"]
    assert [version.version_name for version in vs.sort_values("cer", ascending=ascending)] == [*numbers, "0.1.0", "0.3.0"]
    first = vs.sort_values("cer", ascending=ascending, na_position="first")
    assert [version.version_name for version in first] == ["0.1.0", "0.3.0", *numbers]


def test_sorting_by_texts_alone_orders_them():
    vs = VersionSet([scored("0.1.0", "b"), scored("0.2.0", "a")])
    assert [version.version_name for version in vs.sort_values("cer")] == ["0.2.0", "0.1.0"]


@pytest.mark.parametrize("name", ["best", "rank", "gate", "explain", "report", "verdict", "plot"])
def test_what_only_a_comparison_has_says_so(name):
    with pytest.raises(AttributeError, match=rf"Use compare\(\)\.{name}\b"):
        getattr(VersionSet(), name)


@pytest.mark.parametrize("given", [{"removed": "filtered"}, {"removed": 7}, {"removed": [1]}, {"origin": 7}, {"paired": len}])
def test_what_else_a_set_is_told_has_to_be_of_its_kind(given):
    with pytest.raises(ConfigurationError, match=f"{next(iter(given))}=.* cannot be used. Pass a"):
        VersionSet([], **given)
    with pytest.raises(ConfigurationError, match="members=7 cannot be used"):
        VersionGroup(7, name="x")


@pytest.mark.parametrize("by", ["approval", "approval_status"])
def test_categories_are_sorted_without_regard_to_case_as_they_are_filtered(by):
    words = ["Rejected", "approved", "Pending", "Approved"]
    vs = VersionSet.from_documents([{"VersionName": f"0.{nth}.0", "ApprovalStatus": word} for nth, word in enumerate(words)], "model-a")
    assert [version.approval_status for version in vs.sort_values(by)] == ["approved", "Approved", "Pending", "Rejected"]
