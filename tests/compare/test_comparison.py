import copy
import math
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound, PatternWarning, ServiceUnavailable, VersionNotFound
from pai_notebook.i18n.phrases import speaking
from tests.compare.comparing import compare, make, results
from tests.examples import examples

NAN, INF = math.nan, math.inf


def change(first, second, metric="m", **options):
    """The change of one metric between two versions."""
    c = compare({metric: first, "x": 1.0}, {metric: second, "x": 1.0}, **options)
    return c[metric].changes[1]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (0.5, 0.5, "same"),
        (0.5, 0.6, "changed"),
        (1, 1.0, "same"),
        (0.0, -0.0, "same"),
        (2**53, 2**53 + 1, "changed"),
        (10**400, 10**400, "same"),
        (10**400, 10**401, "changed"),
        (1e-300, 2e-300, "changed"),
        (NAN, NAN, "same"),
        (NAN, 0.5, "changed"),
        (None, None, "same"),
        (None, NAN, "changed"),
        (None, 0.5, "changed"),
        (INF, INF, "same"),
        (INF, -INF, "changed"),
        (INF, 0.5, "changed"),
        (True, True, "same"),
        (True, False, "changed"),
        (True, 1, "changed"),
        (False, 0, "changed"),
        ("0.91", 0.91, "changed"),
        ("0.91", "0.910", "changed"),
        ("0.91", "0.91", "same"),
        ("0.91", 0.92, "changed"),
        ("A", "A", "same"),
        ("A", "B", "changed"),
        ("", "A", "changed"),
        ("", None, "changed"),
        ("NaN", NAN, "changed"),
        ([1, 2], [1, 2], "same"),
        ([1, 2], [3, 2], "changed"),
        ([1, 2], 2, "changed"),
        ([[1, 2]], [[1.0, 2]], "same"),
        ([[1, 2]], [[2, 1]], "changed"),
        ([{"b": 1, "a": 2}], [{"a": 2, "b": 1}], "same"),
    ],
)
def test_two_states_differ_or_not(first, second, kind):
    assert change(first, second).kind == kind
    assert change(second, first).kind == kind


@pytest.mark.parametrize("value", [0.5, 0, False, "", None, NAN, INF, "A", [1], [[1]]])
def test_a_missing_value_is_a_difference_whatever_the_other_is(value):
    gained = compare({"x": 1.0}, {"x": 1.0, "m": value})
    assert [row.name for row in gained.changed] == ["m"]
    assert gained["m"].changes[1].kind == "gained"
    lost = compare({"x": 1.0, "m": value}, {"x": 1.0})
    assert lost["m"].changes[1].kind == "lost"
    assert lost.only_in == {"metrics.m": ("0.1.0",)}


def test_delta_is_value_minus_baseline_and_percent_is_of_the_baseline():
    found = change(0.175, 0.181, "cer")
    assert found.delta == 0.181 - 0.175
    assert round(found.percent, 2) == 3.43


@pytest.mark.parametrize(
    ("metric", "first", "second"),
    [
        ("cer", 0, 0.5),
        ("r2", 0.0001, 0.2),
        ("reward", -0.001, 5),
        ("loglik", -1e-9, -3),
        ("loss", -0.1, 0.2),
        ("accuracy", 0.9, 0.91),
        ("x", 1, 2),
    ],
)
def test_there_is_no_percent_where_it_means_nothing_and_the_delta_is_there(metric, first, second):
    found = compare({metric: first}, {metric: second})[metric].changes[1]
    assert (found.delta, found.percent) == (second - first, None)


def test_there_is_no_percent_of_a_baseline_whose_own_interval_reaches_zero():
    assert compare({"loss": 0.01, "loss_stderr": 0.01}, {"loss": 0.02, "loss_stderr": 0.01})["loss"].changes[1].percent is None
    assert compare({"loss": 0.1, "loss_stderr": 0.01}, {"loss": 0.2, "loss_stderr": 0.01})["loss"].changes[1].percent == 100


@pytest.mark.parametrize(("first", "second", "delta"), [(INF, INF, None), (INF, -INF, -INF), (0.5, INF, INF), (INF, 0.5, -INF)])
def test_infinite_values_have_a_delta_only_where_it_means_something(first, second, delta):
    found = change(first, second, "loss")
    assert (found.delta, found.percent) == (delta, None)


def test_whole_numbers_beyond_float64_differ_exactly():
    assert change(2**53, 2**53 + 1).delta == 1.0


def test_overflow_of_a_delta_is_infinite_and_no_error():
    assert change(-1e308, 1e308).delta == INF


def test_better_and_worse_need_a_direction():
    c = compare({"cer": 0.2, "accuracy": 0.9, "ks": 0.5}, {"cer": 0.1, "accuracy": 0.8, "ks": 0.6})
    assert {row.name: str(row.changes[1].kind) for row in c.metrics} == {"cer": "better", "accuracy": "worse", "ks": "changed"}


@pytest.mark.parametrize(
    ("tolerance", "kind"),
    [
        (0, "worse"),
        (0.006, "same"),
        (0.0059, "worse"),
        ("4%", "same"),
        ("3%", "worse"),
        ((0.001, 0.04), "same"),
        ({"cer": 0.01}, "same"),
        ({"wer": 1}, "worse"),
    ],
)
def test_a_tolerance_is_absolute_relative_or_by_metric(tolerance, kind):
    c = compare({"cer": 0.175}, {"cer": 0.181}, tolerance=tolerance)
    assert c["cer"].changes[1].kind == kind
    assert c["cer"].changes[1].delta is not None


def test_a_tolerance_forgives_the_rounding_of_a_subtraction():
    assert change(0.1 + 0.2, 0.4, tolerance=0.1).kind == "same"
    assert change(0.3, 0.1 + 0.2).kind == "same"


@pytest.mark.parametrize("tolerance", [-1, math.nan, math.inf, "x", "x%", True, (1, 2, 3), None])
def test_a_tolerance_that_means_nothing_is_an_error(tolerance):
    with pytest.raises(ConfigurationError, match=r"^tolerance=.* cannot be used\. Pass a number"):
        compare({"a": 1.0}, {"a": 2.0}, tolerance=tolerance)


def test_metrics_are_lined_up_by_dataset_and_never_by_position():
    first = results(d_a={"cer": 0.1}, d_b={"cer": 0.2})
    second = results(d_b={"cer": 0.2}, d_a={"cer": 0.1})
    assert compare(first, second).changed == ()


def test_the_same_dataset_twice_has_no_delta_and_a_caution():
    twice = {"Results": [{"Dataset": {"DatasetId": "d"}, "Metrics": {"cer": value}} for value in (0.1, 0.2)]}
    c = compare(results(d={"cer": 0.1}), twice)
    assert c["cer@d"].changes[1].delta is None
    assert c["cer@d"].cells[1].text == "0.1 / 0.2"
    assert any("cer@d is stated more than once" in text for text in c.comparability)


def test_specs_labels_and_fields_are_compared_by_structure():
    first = make(
        "0.1.0",
        TrainingSpec={"HyperParameters": [{"Name": "lr", "Value": "1e-3"}, {"Name": "epochs", "Value": "3"}]},
        Labels=[{"Key": "env", "Value": "test"}],
        ApprovalStatus="Pending",
        Uri="oss://a",
    )
    second = make(
        "0.2.0",
        TrainingSpec={"HyperParameters": [{"Name": "epochs", "Value": "3"}, {"Name": "lr", "Value": "1e-4"}]},
        Labels=[{"Key": "env", "Value": "prod"}, {"Key": "所有者", "Value": "张三"}],
        ApprovalStatus="Approved",
        Uri="oss://a",
    )
    c = Comparison([first, second], baseline="first")
    assert {row.full_name: str(row.changes[1].kind) for row in c.rows} == {
        "labels.env": "changed",
        "labels.所有者": "gained",
        "training_spec.HyperParameters.epochs": "same",
        "training_spec.HyperParameters.lr": "changed",
        "approval_status": "changed",
        "uri": "same",
    }
    assert [row.path for row in c.labels] == ["env", "所有者"]
    assert [row.path for row in c.specs] == ["HyperParameters.epochs", "HyperParameters.lr"]
    assert c["labels.env"].cells[1].text == "prod"


def test_versions_are_in_natural_order_whatever_order_they_come_in():
    names = ["1.0.0_rc10", "0.10.0", "1.0.0", "0.2.0", "1.0.0_rc2", "1.0.0_final", "1.0.0_20240101", "1.0.0_数字"]
    c = Comparison([make(name) for name in names], baseline="first")
    assert list(c.names) == ["0.2.0", "0.10.0", "1.0.0_rc2", "1.0.0_rc10", "1.0.0", "1.0.0_20240101", "1.0.0_final", "1.0.0_数字"]


def test_versions_of_several_models_are_named_with_their_model():
    c = Comparison([make("0.1.0", model="model-b"), make("0.1.0", model="model-a")], baseline="model-b@0.1.0")
    assert c.names == ("model-a@0.1.0", "model-b@0.1.0")
    assert c.baseline_name == "model-b@0.1.0"


@pytest.mark.parametrize(
    ("approvals", "baseline", "name", "reason"),
    [
        (("", "APPROVED", "approved", ""), "approved", "0.3.0", "the newest approved version"),
        (("", "", "Pending", ""), None, "0.1.0", "the first that is not rejected, as none of these 4 is approved"),
        (("Rejected", "rejected", "Pending", ""), None, "0.3.0", "the first that is not rejected, as none of these 4 is approved"),
        (("Rejected", "Rejected"), None, "0.1.0", "the first, though Rejected, as none of these 2 is approved"),
        (("Rejected",), None, "0.1.0", "the only version"),
        (("", "Approved", "", ""), "APPROVED", "0.2.0", "the newest approved version"),
        (("", "Approved", "", ""), "model-a@approved", "0.2.0", "the newest approved version"),
        (("", "", "", ""), "highest", "0.4.0", "the highest version"),
        (("", "Approved", "", ""), None, "0.2.0", "the newest approved version"),
        (("", "Approved", "", ""), "previous", "0.3.0", "the version created before the latest by name, as no time of creation is known"),
        (("", "Approved", "", ""), "first", "0.1.0", "the first version"),
        (("", "Approved", "", ""), "latest", "0.4.0", "the latest version by name, as no time of creation is known"),
        (("", "Approved", "", ""), "0.3.0", "0.3.0", "as asked for"),
        (("", "Approved", "", ""), "model-a@0.3.0", "0.3.0", "as asked for"),
    ],
)
def test_the_baseline_is_the_one_asked_for_and_the_reason_is_said(approvals, baseline, name, reason):
    versions = [make(f"0.{number}.0", ApprovalStatus=status) for number, status in enumerate(approvals, start=1)]
    c = Comparison(versions, baseline=baseline)
    assert (c.baseline_name, c.baseline_reason) == (name, reason)
    assert f"{name}, {reason}" in str(c).replace("\n", " ")


def test_a_version_itself_can_be_the_baseline_and_is_added_where_it_is_missing():
    versions = [make("0.1.0"), make("0.2.0")]
    assert Comparison(versions, baseline=versions[1]).baseline == versions[1]
    c = Comparison(versions, baseline=make("0.3.0"))
    assert (c.baseline_name, c.baseline_reason, c.names) == ("0.3.0", "as asked for", ("0.1.0", "0.2.0", "0.3.0"))


def test_a_word_means_the_newest_by_creation_time_and_highest_the_name():
    versions = [make("0.1.0", GmtCreateTime="2026-01-02T00:00:00Z"), make("0.9.0", GmtCreateTime="2026-01-01T00:00:00Z")]
    assert [Comparison(versions, baseline=word).baseline_name for word in ("latest", "previous", "highest")] == ["0.1.0", "0.9.0", "0.9.0"]


@pytest.mark.parametrize("baseline", ["first", "previous"])
def test_a_baseline_that_a_word_means_and_that_is_newer_than_others_is_named(baseline):
    days = {"0.1.0": 2, "0.2.0": 1, "0.3.0": 3}
    versions = [make(name, {"accuracy": 0.9}, GmtCreateTime=f"2026-01-{day:02}T00:00:00Z") for name, day in days.items()]
    c = Comparison(versions, baseline=baseline)
    assert "The baseline 0.1.0 was created after 0.2.0." in c.notes
    assert "The baseline 0.1.0 was created after 0.2.0." in str(c)
    assert "基线 0.1.0 的创建时间晚于 0.2.0。" in c.notes[0].in_language("zh")
    assert not Comparison(versions, baseline="0.1.0").notes
    assert not Comparison(versions[::2], baseline=baseline).notes


@pytest.mark.parametrize(("word", "why"), [("approved", "none of these 2 versions is approved"), ("previous", "older than the latest")])
def test_a_baseline_that_is_named_and_not_to_be_had_says_how_to_get_it(word, why):
    versions = [make("0.1.0"), make("0.2.0")][: 2 if word == "approved" else 1]
    with pytest.raises(ComparisonError, match=why) as caught:
        Comparison(versions, baseline=word)
    assert f'registry.compare(..., baseline="{word}")' in caught.value.hint
    assert f'"model-a@{word}"' in caught.value.hint


def test_an_approved_version_that_failed_to_load_is_named_when_it_is_asked_for():
    errors = {"model-a@approved": ServiceUnavailable("no answer")}
    with pytest.raises(ComparisonError, match=r"the baseline approved could not be fetched.*no answer"):
        Comparison([make("0.2.0"), make("0.3.0")], baseline="approved", errors=errors)


def test_a_baseline_that_is_not_there_names_the_nearest():
    with pytest.raises(VersionNotFound, match=r"0\.1\.5 is not among the 2 versions.*Nearest are 0\.1\.0 and 0\.2\.0\. registry\.compare"):
        Comparison([make("0.1.0"), make("0.2.0")], baseline="0.1.5")
    with pytest.raises(VersionNotFound, match=r"lates is not among the 2 versions.*Nearest is latest\. A baseline is one version"):
        Comparison([make("0.1.0"), make("0.2.0")], baseline="lates")


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("1.5", "registry.compare(vs, baseline='1.5.0') fetches it as well, if there is one."),
        ("model-a@1.5", "registry.compare(vs, baseline='model-a@1.5.0') fetches it as well, if there is one."),
        ("1.5.0", "registry.compare(vs, baseline='1.5.0') fetches it as well, if there is one."),
        ("2.7", "registry.compare(vs, baseline='2.7.0') fetches it as well, if there is one."),
        ("1.77", "registry.compare(vs, baseline='1.77.0') fetches it as well, if there is one."),
        ("1.8", "Did you mean 1.8.0?"),
        ("1.77.0", "Nearest is 1.7.0. registry.compare(vs, baseline='1.77.0') fetches it as well, if there is one."),
    ],
)
def test_a_baseline_that_is_not_compared_is_fetched_and_none_far_from_it_is_named(wanted, hint):
    with pytest.raises(VersionNotFound, match="is not among the 3 versions") as caught:
        Comparison([make("1.7.0"), make("1.8.0"), make("1.9.0")], baseline=wanted)
    assert caught.value.hint == hint


def test_a_baseline_that_failed_to_load_is_never_replaced():
    errors = {"model-a@0.1.0": ServiceUnavailable("no answer")}
    with pytest.raises(ComparisonError, match=r"the baseline 0\.1\.0 could not be fetched.*no answer"):
        Comparison([make("0.2.0"), make("0.3.0")], baseline="0.1.0", errors=errors)


def test_a_baseline_that_is_ambiguous_is_an_error():
    with pytest.raises(ComparisonError, match="could be any of 2 versions"):
        Comparison([make("0.1.0", model="model-a"), make("0.1.0", model="model-b")], baseline="0.1.0")


def test_a_baseline_of_a_wrong_type_is_an_error():
    with pytest.raises(ConfigurationError, match="3 is not a baseline"):
        Comparison([make("0.1.0")], baseline=3)


def test_comparing_nothing_is_a_banner_and_no_error():
    c = Comparison([])
    assert "No versions to compare" in str(c)
    told = "No versions to compare."
    assert (c.baseline, c.rows, str(c.explain()), c.coverage.shape) == (None, (), told, (0, 0))
    assert c.to_frame().shape == (0, 0)
    with pytest.raises(ComparisonError, match="no version has a metric"):
        c.best("cer")


def test_comparing_one_version_is_a_banner_and_no_error():
    c = compare({"cer": 0.1})
    assert "only one version, 0.1.0" in str(c).replace("\n", " ")
    assert "as asked for" not in str(compare({"cer": 0.1}, baseline="0.1.0"))
    assert c.changed == ()
    assert c.best("cer").runner_up is None


def test_versions_with_no_metric_in_common_are_a_banner_and_no_error():
    c = compare(results(d_a={"cer": 0.1}), results(d_b={"wer": 0.2}))
    assert c.comparability[0] == "no dataset in common with 0.1.0: 0.2.0"
    assert "Careful: no dataset in common" in str(c)
    assert compare({"cer": 0.1}, {"wer": 0.1}).comparability == ("no metric in common with 0.1.0: 0.2.0",)


@pytest.mark.parametrize("metrics", [{"d-a": {"cer": 0.2}}, {"Results": [], "cer@d-a": 0.2}])
@pytest.mark.parametrize("more", [{}, {"seconds": 3}])
def test_a_dataset_in_the_name_of_a_metric_is_told_how_to_be_written(metrics, more):
    base = results(d_a={"cer": 0.1, "wer": 0.3})
    base["Results"].append({"Metrics": more})
    name = "cer@d-a" if "Results" in metrics else "d-a.cer"
    [said] = [said for said in compare(base, metrics).comparability if said.startswith(name)]
    assert said == f'{name} of 0.2.0: write {{"cer@d-a": 0.2}}'
    assert compare(base, eval(said.partition(" write ")[2]))["cer@d-a"].cells[1].value == 0.2


@pytest.mark.parametrize("option", [{}, {"dataset": "d-a"}])
@pytest.mark.parametrize("is_baseline", [False, True])
def test_a_verdict_that_fails_as_no_dataset_is_named_writes_the_metric_with_one(option, is_baseline):
    def told(*metrics):
        c = compare(*metrics[:: -1 if is_baseline else 1], **option)
        return str(c.verdict.sentences[0])

    named = results(d_a={"cer": 0.1, "cer_stderr": 0.01}, d_b={"cer": 0.2})
    said = told(named, {"cer": 0.3, "cer_stderr": 0.01})
    assert said.startswith(f"No verdict: no dataset is named for cer of {'0.1.0' if is_baseline else '0.2.0'}. Name the one")
    [code] = re.findall(r"\{.*\}", said)
    assert not told(named, eval(code)).startswith("No verdict")
    assert "dataset" not in told(named, {"wer": 0.3})


def test_a_version_that_could_not_be_fetched_is_in_the_header_the_table_and_the_coverage():
    c = Comparison(
        [make("0.1.0", {"cer": 0.1}), make("0.2.0", {"cer": 0.2})], errors={"model-a@9.9.9": VersionNotFound("no version 9.9.9")}
    )
    assert "1 of 3 versions could not be fetched: model-a@9.9.9 (no version 9.9.9)" in str(c).replace("\n", " ")
    assert "fetch failed" in c.to_html()
    assert c.coverage["model-a@9.9.9"].tolist() == ["fetch failed"]
    assert c.best("cer").count == 2


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((0.5, 0.6), "+10.0 pp"),
        ((50.0, 60.0), "+10.0 pp"),
        ((0, 45.0), "+45.0 pp"),
        ((1000, 1500), "+500"),
        ((-0.5, 0.5), "+1.0"),
        ((0.5, 60.0), "+59.5"),
    ],
)
def test_points_are_of_shares_only(values, told):
    c = compare(*({"accuracy": value} for value in values))
    assert told in str(c)
    assert ("pp" in str(c)) == ("pp" in told)
    assert ("pp" in str(c.verdict)) == ("pp" in told)


def test_coverage_tells_every_state_apart():
    c = compare({"a": 1, "b": 1}, {"a": NAN, "b": None}, {"a": "x"}, {}, None)
    assert c.coverage.to_numpy().tolist() == [
        ["number", "NaN", "text", "no metrics", "no metrics"],
        ["number", "null", "absent", "no metrics", "no metrics"],
    ]


def test_a_coverage_can_be_pickled_and_copied():
    coverage = compare({"wer": 0.1}, {"cer": 0.2}).coverage
    for again in (pickle.loads(pickle.dumps(coverage)), copy.deepcopy(coverage)):
        assert again.equals(coverage)


def test_coverage_shows_itself_in_signs_with_a_legend_and_stays_a_frame():
    c = compare({"a": 1, "b": 1}, {"a": NAN, "b": None}, {"a": "x"}, {}, None)
    shown = [line.split() for line in str(c.coverage).partition("Which metrics")[2].splitlines()]
    assert shown[1:5] == [
        ["metric", "dataset", "0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"],
        shown[2],
        ["a", "●", "○", "NaN", "○", "text", "–", "–"],
        ["b", "●", "○", "null", "–", "–", "–"],
    ]
    assert str(c.coverage).splitlines()[-1] == "● number · ○ no number · – nothing recorded"
    assert "<table" in c.coverage._repr_html_()
    assert {type(part) for part in (c.coverage.T, c.coverage.head(1), c.coverage[["0.1.0"]])} == {pd.DataFrame}


def test_coverage_says_first_which_versions_lack_which_metrics_and_folds_what_all_have():
    told = [
        results(d_a={"all": 1, "some": 1, "text": "x", "half": 1}, d_b={"all": 1, "half": NAN}),
        results(d_a={"all": 1, "some": 1}, d_b={"all": 2}),
    ]
    coverage = Comparison([make(f"0.{n}.0", each) for n, each in enumerate([*told, results(d_a={"all": 3}, d_b={"all": 4})])]).coverage
    said = " ".join(str(coverage).split()).replace("│ ", "")
    assert said.startswith(
        "No number in 0.2.0: some. In 0.0.0 only: half (d-a). A number in no version: half (d-b), text. "
        "A number in all 3 versions: all. Metrics that some version lacks"
    )
    assert "all d-a" in said.partition("In every version")[2]
    assert "all d-a" not in said.partition("In every version")[0]
    assert "In one" not in str(compare({"a": 1}, {"a": 2}).coverage)


def test_coverage_counts_the_gaps_beyond_the_largest_groups():
    versions = [{f"m{place}": 1 for place in range(6) if place != n} | {"a": 1} for n in range(6)]
    said = " ".join(str(compare(*versions).coverage).split()).replace("│ ", "")
    assert said.startswith(
        "No number in 0.1.0: m0. No number in 0.2.0: m1. No number in 0.3.0: m2. Other gaps in 3 rows; of all gaps: 1 in 0.1.0,"
    )


def test_coverage_says_of_a_metric_on_datasets_that_one_version_has_it_without():
    versions = [make("0.1.0", results(d_a={"m": 1})), make("0.2.0", results(d_a={"m": 1})), make("0.3.0", {"m": 1})]
    assert "In 0.3.0 only: m (without a dataset)." in " ".join(str(Comparison(versions).coverage).split())


def test_coverage_of_more_versions_than_are_shown_says_which_gaps_are_seen():
    many = Comparison([make(f"0.{n}.0", {"a": 1} if n % 2 else {"b": 1}) for n in range(30)])
    assert "showing 20 of 30 versions, the first that lack a number" in " ".join(str(many.coverage).split())


def test_coverage_is_written_as_comparisons_are(tmp_path):
    coverage = compare({"<b>": 1, "b": 1}, {"<b>": NAN}).coverage
    assert coverage.to_html() == coverage._repr_html_()
    assert coverage.to_html(tmp_path / "c.html").read_text("utf-8").count("&lt;b&gt;") > 1
    assert "| b |  | number | absent |" in coverage.to_markdown(include="b")
    assert coverage.to_csv().splitlines() == ["metric,dataset,0.1.0,0.2.0", "<b>,,number,NaN", "b,,number,absent"]


def test_coverage_of_many_versions_shows_those_that_lack_something():
    c = compare(*({"a": 1} for _ in range(25)), {"a": None})
    assert "0.26.0" in str(c.coverage)
    assert "showing 20 of 26 versions, all among them that lack a number" in " ".join(str(c.coverage).split())


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        (
            [make("0.1.0", {"accuracy": 0.91}), make("0.2.0", {"accuracy": 91.3})],
            "accuracy looks like percent in 0.2.0 and like a fraction elsewhere",
        ),
        (
            [make("0.1.0", {"accuracy": 0.9}), make("0.2.0", {"accuracy": 30})],
            "accuracy looks like percent in 0.2.0 and like a fraction elsewhere",
        ),
        ([make("0.1.0", {"wer": 0.3}), make("0.2.0", {"wer": 31})], "wer looks like percent in 0.2.0 and like a fraction elsewhere"),
        (
            [make("0.1.0", {"rtf": 0.1}, FrameworkType="Pytorch"), make("0.2.0", {"rtf": 0.2}, FrameworkType="TensorFlow")],
            "rtf compares across frameworks: Pytorch, TensorFlow",
        ),
        ([make("0.1.0", {"accuracy": 0.9, "n": 100}), make("0.2.0", {"accuracy": 0.9, "n": 90})], "n differs (90, 100)"),
        (
            [make("0.1.0", {"a": 1}, EvaluationSpec={"seed": 1}), make("0.2.0", {"a": 1}, EvaluationSpec={"seed": 2})],
            "evaluated in different ways: seed of the evaluation spec differ",
        ),
        ([make("0.1.0", {"cer": 1.0}), make("0.2.0", {"CER": 1.0})], "metrics 'CER' and 'cer' differ only in case or encoding"),
        ([make("0.1.0", {"a": "0.9"}), make("0.2.0", {"a": 0.9})], "numbers sent as text, compared as numbers: a"),
        (
            [make("0.1.0", results(d_a={"cer": 1.0, "wer": 1.0})), make("0.2.0", results(d_b={"cer": 1.0}, d_a={"wer": 1.0}))],
            "cer of 0.2.0 was measured on d-b, not where the baseline's was",
        ),
        ([make("0.1.0"), make("0.2.0", {"a": 1})], "the baseline 0.1.0 has no metrics"),
    ],
)
def test_what_stands_in_the_way_of_comparing_is_said(versions, sentence):
    assert any(text.startswith(sentence) for text in Comparison(versions, baseline="first").comparability)


def test_comparable_versions_have_no_caution():
    spec = {"JobId": "1", "seed": 1}
    first, second = make("0.1.0", {"loss": 0.9}, EvaluationSpec=spec), make("0.2.0", {"loss": 45}, EvaluationSpec={**spec, "JobId": "2"})
    assert Comparison([first, second]).comparability == ()


def test_rows_are_chosen_by_what_they_name():
    def version(name, value):
        return make(name, {"cer": value, "wer": value}, Labels=[{"Key": "env", "Value": name}, {"Key": "team", "Value": name}], Uri=name)

    versions = [version("0.1.0", 0.1), version("0.2.0", 0.2)]

    def names(**options):
        return [row.full_name for row in Comparison(versions, **options).rows]

    assert names() == ["metrics.cer", "metrics.wer", "labels.env", "labels.team", "uri"]
    assert names(include="c*") == ["metrics.cer", "labels.env", "labels.team", "uri"]
    assert names(include=["metrics.cer", "labels.env"]) == ["metrics.cer", "labels.env", "uri"]
    assert names(exclude=["labels.*", "uri", "*er"]) == []


def test_only_one_dataset_can_be_compared():
    c = compare(results(d_a={"cer": 0.1}, d_b={"cer": 0.2}), results(d_a={"cer": 0.2}, d_b={"cer": 0.3}), dataset="d-b")
    assert [row.name for row in c.metrics] == ["cer@d-b"]
    assert c.best("cer").value == 0.2


def test_a_direction_told_for_nothing_is_said():
    assert compare({"cer": 1.0}, {"cer": 2.0}, directions={"cre": "min"}).notes == ("directions: 'cre' matches no metric; nearest: cer",)


def test_a_pattern_that_fits_nothing_is_named_in_the_notes():
    told = {"include": ["cer*", "zzz"], "exclude": "labels.nope"}
    assert compare({"cer": 1.0}, {"cer": 2.0}, **told).notes == (
        "include: 'zzz' matches no row",
        "exclude: 'labels.nope' matches no row",
    )
    assert compare({"cer": 1.0}, {"cer": 2.0}, include="c?r").notes == ()


def test_conflicting_directions_are_an_error_when_the_comparison_is_made():
    with pytest.raises(ConfigurationError, match="contradict each other for testloss"):
        compare({"testloss": 1.0}, {"testloss": 2.0}, directions={"test*": "max", "*loss": "min"})


@pytest.mark.parametrize("options", [{"only": "some"}, {"n": 0}, {"n": math.nan}, {"directions": {"a": "best"}}])
def test_arguments_that_mean_nothing_are_errors(options):
    with pytest.raises(ConfigurationError):
        compare({"a": 1.0}, {"a": 2.0}, **options)


def test_a_comparison_is_true_when_it_has_versions_to_compare():
    assert compare({"a": 1.0}, {"a": 1.0})
    assert not compare({"a": 1.0})
    assert not compare()


@pytest.mark.parametrize("given", [0, -5, math.nan, math.inf, 1.5, "100", True, np.bool_(1), [5]])
@pytest.mark.parametrize("way", ["compare", "interval"])
def test_a_number_of_examples_is_checked_in_the_same_words_everywhere(way, given):
    with pytest.raises(ConfigurationError, match=r"^n=.* cannot be used\. Pass a whole number from 1 to 9,007,199,254,740,992\.$"):
        compare({"acc": 0.9}, {"acc": 0.8}, n=given) if way == "compare" else compare({"acc": 0.9}, {"acc": 0.8}).interval(
            "acc", "0.2.0", n=given
        )


@pytest.mark.parametrize("given", [100, 100.0, np.int64(100), np.float32(100)])
def test_numpy_scalars_are_numbers(given):
    plain = compare({"acc": 0.9}, {"acc": 0.8}, n=100)
    assert compare({"acc": 0.9}, {"acc": 0.8}, n=given).fingerprint == plain.fingerprint
    assert compare({"acc": 0.9}, {"acc": 0.8}).interval("acc", "0.2.0", n=given, level=np.float64(0.9)) == plain.interval(
        "acc", "0.2.0", level=0.9
    )
    assert compare({"a": 1.0}, {"a": 1.1}, tolerance=np.float32(0.5)).changed == ()


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan, "0.9", True, None])
def test_a_level_is_a_number_between_0_and_1(level):
    with pytest.raises(ConfigurationError, match=r"^level=.* cannot be used\. Pass a number between 0 and 1\.$"):
        compare({"acc": 0.9}, {"acc": 0.8}).interval("acc", "0.2.0", level=level)


def test_a_row_that_is_not_there_names_the_nearest():
    with pytest.raises(ComparisonError, match=r"no version has a metric 'ser'.*Nearest is cer"):
        compare({"cer": 1.0}, {"cer": 2.0})["ser"]


def test_equal_comparisons_are_equal_and_hash_alike():
    first, second = compare({"a": 1.0}, {"a": 2.0}), compare({"a": 1.0}, {"a": 2.0})
    assert first == second
    assert len({first, second}) == 1
    assert first != compare({"a": 1.0}, {"a": 2.0}, only="all")


def test_the_frame_has_values_deltas_verdicts_and_what_they_rest_on():
    frame = compare({"cer": 0.2, "grade": "A"}, {"cer": 0.1, "grade": "B"}).to_frame()
    values = ("value", "delta", "percent", "verdict", "low", "high", "evidence")
    assert list(frame.columns) == [(name, value) for name in ("0.1.0", "0.2.0") for value in values]
    assert frame.loc[("metrics", "cer", ""), ("0.2.0", "verdict")] == "no interval known"
    assert frame.loc[("metrics", "cer", ""), ("0.2.0", "evidence")].startswith("no interval known: measured once")
    assert frame["0.1.0"]["verdict"].isna().all()
    frame = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.95, "n": 1000}).to_frame(["verdict", "low", "high"], flat=True)
    assert frame.loc["metrics.accuracy", "0.2.0.verdict"] == "better"
    assert [round(float(value), 4) for value in frame.loc["metrics.accuracy", ["0.2.0.low", "0.2.0.high"]]] == [0.0271, 0.0734]
    frame = compare({"cer": 0.2, "grade": "A"}, {"cer": 0.1, "grade": "B"}).to_frame(["value", "delta", "percent"])
    assert frame.loc[("metrics", "cer", ""), ("0.2.0", "delta")] == -0.1
    assert frame.loc[("metrics", "cer", ""), ("0.2.0", "percent")] == -50.0
    assert {str(kind) for kind in frame.dtypes} == {"float64"}


def test_the_frame_can_be_flat_and_of_other_sections():
    c = Comparison([make("0.1.0", Labels=[{"Key": "env", "Value": "a"}]), make("0.2.0", Labels=[{"Key": "env", "Value": "b"}])])
    frame = c.to_frame(["value", "change"], section="labels", flat=True)
    assert frame.to_dict("list") == {"0.1.0.value": ["a"], "0.1.0.change": ["baseline"], "0.2.0.value": ["b"], "0.2.0.change": ["changed"]}
    assert list(frame.index) == ["labels.env"]
    assert len(c.to_frame(section="all", only="all")) == 1


@pytest.mark.parametrize("options", [{"values": "mean"}, {"section": "nothing"}])
def test_a_frame_of_something_else_is_an_error(options):
    with pytest.raises(ConfigurationError):
        compare({"a": 1.0}, {"a": 2.0}).to_frame(**options)


def test_a_percent_of_ten_versions_of_five_hundred_without_metrics_is_no_error():
    versions = [make(f"0.{number}.0", {} if number % 50 == 0 else {"cer": number / 1000}) for number in range(500)]
    c = Comparison(versions, baseline="latest")
    assert c.best("cer").version == "0.1.0"
    assert len(c.rank("cer").unranked) == 10
    assert c.to_frame("value").shape == (1, 500)


def test_a_comparison_is_iterated_by_rows_and_asked_by_names():
    c = compare({"cer": 0.1, "wer": 1}, {"cer": 0.2, "wer": 1})
    assert [row.name for row in c] == ["cer", "wer"]
    assert len(c) == 2
    assert "cer" in c
    assert "metrics.cer" in c
    assert "ser" not in c
    assert c["cer"] in c
    several = compare({"Results": [{"Dataset": {"DatasetId": name}, "Metrics": {"cer": 0.1}} for name in ("d-a", "d-b")]})
    assert "cer" in several


def test_a_whole_section_is_shown_alone_and_with_what_else_is_named():
    made = [
        {
            "VersionName": f"1.{nth}.0",
            "Labels": [{"Key": "env", "Value": env}],
            "Metrics": {"accuracy": 0.9 + nth / 100, "f1": 0.5},
            "TrainingSpec": {"lr": nth},
        }
        for nth, env in enumerate(["prod", "test"])
    ]
    vs = VersionSet.from_documents(made, "model-a")
    for include, names in (
        ("labels", ["labels.env"]),
        (["labels", "acc*"], ["accuracy", "labels.env"]),
        ("metrics", ["accuracy", "f1"]),
        (["training_spec", "labels.env"], ["labels.env", "training_spec.lr"]),
        ("settings", ["training_spec.lr"]),
        ({"settings", "labels"}, ["labels.env", "training_spec.lr"]),
        (("settings", "f1"), ["f1", "training_spec.lr"]),
    ):
        assert [row.key.typed for row in vs.compare(include=include, only="all").rows] == names
    frame = vs.compare(include="labels").to_frame("value", flat=True)
    assert frame.to_dict("list") == {"1.0.0.value": ["prod"], "1.1.0.value": ["test"]}
    assert len(vs.compare(include="labels").to_frame(section="metrics")) == 0
    assert {row.section for row in vs.compare(include="labels.*", only="all").rows} >= {"metrics", "labels", "training_spec"}


def test_parts_of_a_comparison_are_named_alone_or_together_and_a_slip_is_answered_with_the_nearest():
    parts = [{"Metrics": {"f1": n}, "TrainingSpec": {"lr": n}, "Labels": [{"Key": "n", "Value": f"{n}"}]} for n in (1, 2)]
    vs = VersionSet.from_documents([{"VersionName": f"1.{n}.0", **each} for n, each in enumerate(parts)], "model-a")
    c = vs.compare()
    for sections, names in (("specs", 1), ("settings", 1), (["settings", "labels"], 2), ({"metrics"}, 1), (("all",), 3)):
        assert len(c.to_frame("value", section=sections)) == names
    assert len(vs.compare(include="settings").to_frame()) == 1
    with pytest.raises(ConfigurationError, match=r"unknown section 'setings'\. Nearest is settings"):
        c.to_frame(section=["metrics", "setings"])
    with pytest.raises(ConfigurationError, match=r"Use section='labels'\.$"):
        c.to_frame("labels")
    with pytest.raises(NameNotFound, match=r"no version has 'setings'\. Nearest is settings\.$"):
        vs.compare(include="setings")
    assert "include: 'setings' matches no row; nearest: settings" in vs.compare(include=["f1", "setings"]).notes
    with pytest.raises(NameNotFound, match=r"Pass a list: \['settings', 'f1'\]\.$"):
        vs.compare(include="settings, f1")
    with pytest.raises(TypeError, match=r"Use compare\(\.\.\., include=\['settings'\]\).explain\(\)\.$"):
        c.explain(sections=["settings"])


def test_a_long_frame_says_where_labels_are():
    vs = VersionSet.from_documents([{"VersionName": "1.0.0", "Labels": [{"Key": "env", "Value": "x"}], "Metrics": {"f1": 1}}], "model-a")
    with pytest.warns(PatternWarning, match="include='labels' matches nothing. Such columns are in layout='wide'"):
        vs.to_frame("long", include="labels")


def test_parts_of_a_comparison_take_names_as_the_whole_does():
    documents = [
        {"VersionName": name, "Labels": [{"Key": "env", "Value": name}], "Metrics": {"cer": value, "n": 10}}
        for name, value in (("0.1.0", 0.1), ("0.2.0", 0.2))
    ]
    c = VersionSet.from_documents(documents, "model-a").compare()
    for part in (c.rows, c.metrics, c.changed):
        assert part["cer"] is part["cer", ""] is c["cer"]
        assert "cer" in part
        assert ("labels.env" in part) is (part is not c.metrics)
    assert c.labels["env"] is c["labels.env"]
    assert c.metrics["n"] is c.identical["n"]
    assert c.metrics[:2] == (c.metrics[0], c.metrics[1])
    with pytest.raises(NameNotFound, match=r"no version has a metric 'cers'\. Nearest is cer"):
        c.metrics["cers"]


def test_a_slice_of_rows_finds_names_too_and_no_rows_say_so():
    documents = [{"VersionName": name, "Metrics": {"acc": value, "f1": value}} for name, value in (("0.1.0", 0.8), ("0.2.0", 0.9))]
    c = VersionSet.from_documents(documents, "model-a").compare()
    assert c.rows[1:]["f1"] is c.rows["f1"]
    with pytest.raises(NameNotFound, match="no version has a metric 'acc'"):
        c.rows[1:2]["acc"]
    with pytest.raises(NameNotFound, match=r"no row 'env': there are none here\. Look in the rows of the comparison"):
        c.labels["env"]
    assert "env" not in c.labels


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_table_is_never_empty_without_a_word(lang):
    made = [{"VersionName": f"1.{nth}.0", "Metrics": {"accuracy": 0.9}, "TrainingSpec": {"lr": nth}} for nth in range(2)]
    c = VersionSet.from_documents(made, "model-a").compare()
    with speaking(lang), pytest.warns(UserWarning, match=r"to_frame\(section='all'\).*to_frame\(only='all'\)") as caught:
        assert c.to_frame().empty
    assert str(caught[0].message).startswith("The table is empty" if lang == "en" else "表为空")
    assert len(c.to_frame(section="all")) == 1
    assert len(c.to_frame(only="all")) == 1
    assert c.to_frame(section="labels").empty
    with pytest.warns(UserWarning, match=r"no metric differs: to_frame\(only='all'\) has what does not differ\.$"):
        assert VersionSet.from_documents([{**each, "TrainingSpec": {}} for each in made]).compare().to_frame().empty


def test_fields_alone_are_shown_alone():
    made = [{"VersionName": f"1.{nth}.0", "Metrics": {"f1": nth}, "VersionDescription": f"{nth}", "Uri": f"oss://{nth}/"} for nth in (1, 2)]
    vs = VersionSet.from_documents(made, "model-a")
    assert [row.key.typed for row in vs.compare(include="description").rows] == ["description"]
    assert vs.compare(include=["uri", "description"]).to_frame("value").index.get_level_values("path").tolist() == ["uri", "description"]
    assert {row.section for row in vs.compare(include=["uri", "f1"]).rows} == {"metrics", "other"}


def test_the_id_of_a_run_is_no_change_of_a_setting():
    made = [{"VersionName": f"1.{nth}.0", "TrainingSpec": {"run_id": f"r-{nth}", "lr": nth}, "Metrics": {"f1": 0.5}} for nth in (1, 2)]
    c = VersionSet.from_documents(made, "model-a").compare()
    assert [str(each.text) for each in c.explain().changes["1.2.0"]] == ["lr: 1 → 2"]
    assert "run_id r-1" not in c._repr_mimebundle_()["text/plain"]
    assert "run_id" in c._repr_mimebundle_()["text/plain"]
    assert any("run_id" in str(each) for each in c.explain(everything=True).changes["1.2.0"])


@pytest.mark.parametrize("values", [(1e-320, 0.1), (1e-300, 1e300), (0.0, 0.1)])
def test_no_percentage_is_infinite(values):
    c = compare(*({"latency_ms": value} for value in values))
    assert c.to_frame("percent")["0.2.0"].isna().all().all()
    assert c["latency_ms"].changes[1].delta > 0


def test_a_version_that_is_called_as_another_would_be_numbered_is_the_one_of_that_name():
    c = Comparison(
        [make(name, {"accuracy": value, "n": 1000}) for name, value in (("a (2)", 0.9), ("a", 0.8), ("a", 0.7))], baseline="a (2)"
    )
    assert sorted(c.names) == ["a", "a (2)", "a (3)"]
    assert (c.baseline_name, c.baseline.metrics["accuracy"].value) == ("a (2)", 0.9)
    assert not c.check("accuracy >= baseline").passed
    assert len(c.verdict.counts) == 2
    assert c.best("accuracy").version == "a (2)"
    assert [c.interval("accuracy", name).sides.mine.value for name in ("a", "a (3)")] == [
        c.versions[c.names.index(name)].metrics["accuracy"].value for name in ("a", "a (3)")
    ]
    with pytest.raises(ConfigurationError, match=r"no version 'a \(4\)' in this comparison"):
        c.interval("accuracy", "a (4)")


@given(
    st.lists(st.sampled_from(["a", "a (2)", "a (2) (2)", "a (3)", "b", "b@c", "c"]), max_size=8),
    st.lists(st.sampled_from("ab"), max_size=8),
)
@examples(60)
def test_no_two_versions_of_a_comparison_have_one_name_and_a_name_that_one_has_stays_its_own(names, models):
    made = [make(name, {"x": place}, model=model) for place, (name, model) in enumerate(zip(names, models, strict=False))]
    c = Comparison(made)
    assert len(set(c.names)) == len(c.names) == len(made)
    if len({version.model_id for version in made}) == 1:
        assert {*c.names} >= {version.version_name for version in made}
        for name, version in zip(c.names, c.versions, strict=True):
            assert version.version_name == name or name not in {each.version_name for each in made}
