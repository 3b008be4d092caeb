"""What stands beside a metric, by name and by source, and what is refused."""

import math

import numpy as np
import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.sources import Stated
from pai_notebook.comparison.two_sides import Sides
from pai_notebook.errors import AddressError, ComparisonError, ConfigurationError
from pai_notebook.model.metric_scales import is_share, scale_of
from pai_notebook.model.metric_words import is_cost, is_exact, is_training
from tests.bench.chance import Sheet, few_runs
from tests.compare.comparing import compare, results
from tests.lazy import Lazy

proportion = Lazy("statsmodels.stats.proportion")


def interval(first, second, metric, **options):
    """Answer for 0.2.0, which has `second`, against 0.1.0."""
    return compare(first, second, **options).interval(metric, "0.2.0")


def bounds(evidence):
    return None if evidence.interval is None else (round(evidence.interval.low, 4), round(evidence.interval.high, 4))


def test_a_count_beside_a_share_gives_an_interval():
    evidence = interval(results(d={"accuracy": 0.9, "n": 1000}), results(d={"accuracy": 0.91, "n": 1000}), "accuracy")
    assert bounds(evidence) == (-0.0158, 0.0359)
    assert evidence.words == "could be chance"
    assert evidence.reason.startswith("n = 1000 and 1000, as if measured on different examples; on the same ones")


@pytest.mark.parametrize(("n", "words"), [(1000, "could be chance"), (5000, "could be chance"), (10_000, "beyond chance (95 %)")])
def test_one_point_becomes_visible_at_about_ten_thousand_examples(n, words):
    assert interval({"accuracy": 0.9}, {"accuracy": 0.91}, "accuracy", n=n).words == words


@pytest.mark.parametrize("name", ["n", "num_samples", "n_samples", "num_examples", "n_examples", "support", "样本数", "numSamples"])
def test_names_of_a_number_of_examples(name):
    assert interval({"acc": 0.9, name: 100}, {"acc": 0.95, name: 100}, "acc").reason.startswith("n = 100 and 100")


@pytest.mark.parametrize("name", ["samples", "count_of_examples", "n_classes", "ns"])
def test_other_names_are_no_number_of_examples(name):
    assert interval({"acc": 0.9, name: 100}, {"acc": 0.95, name: 100}, "acc").interval is None


def test_a_count_above_the_metric_is_found_unless_the_path_names_a_part_of_the_data():
    first, second = {"by": {"a": {"accuracy": 0.9}}, "n": 100}, {"by": {"a": {"accuracy": 0.95}}, "n": 80}
    assert interval(first, second, "by.a.accuracy").reason.startswith("n = 80 and 100")
    for part in ("train", "val", "test", "dev", "eval"):
        first, second = {part: {"accuracy": 0.9}, "n": 100}, {part: {"accuracy": 0.95}, "n": 80}
        assert interval(first, second, f"{part}.accuracy").interval is None
    assert interval({"test": {"accuracy": 0.9, "n": 100}}, {"test": {"accuracy": 0.95, "n": 80}}, "test.accuracy").interval is not None


def test_a_count_beside_metrics_of_several_parts_of_the_data_belongs_to_none():
    metrics = {"val_accuracy": 0.9, "test_accuracy": 0.9, "n": 1000}
    evidence = interval(metrics, metrics, "test_accuracy")
    assert (evidence.interval, evidence.reason) == (None, "n is given for several parts of the data")


ONLY = "gives one only to shares of examples, as accuracy is; repeats (n_runs) or a standard error would"
COUNTS = """
    n_test test_n num_test nobs_test support_test test_support test_samples n_test_samples num_test_examples test_size 测试样本数
    测试集样本量
"""


@pytest.mark.parametrize("metric", ["test_accuracy", "accuracy_test", "测试集准确率", "test_acc"])
@pytest.mark.parametrize("name", COUNTS.split())
def test_the_number_of_examples_of_a_part_of_the_data_is_that_of_its_metrics(metric, name):
    c = compare({metric: 0.9, "val_accuracy": 0.9, name: 400}, {metric: 0.8, "val_accuracy": 0.8, name: 400})
    assert c.interval(metric, "0.2.0").reason.startswith("n = 400 and 400")
    assert c.interval("val_accuracy", "0.2.0").interval is None
    assert (c[name].role, c[name].direction.mode) == ("number of examples", None)
    alone = compare({"val_accuracy": 0.9, name: 400}, {"val_accuracy": 0.8, name: 400})
    assert alone[name].role is None


def test_every_part_has_its_own_number_of_examples_and_it_goes_before_that_of_all():
    counts = {"n_test": 400, "n_val": 300, "eval_samples": 200, "n": 1000}
    metrics = ("test_accuracy", "valid_accuracy", "eval_accuracy")
    c = compare(*({**dict.fromkeys(metrics, value), **counts} for value in (0.9, 0.8)))
    assert [c.interval(name, "0.2.0").reason.split(",")[0] for name in metrics] == [f"n = {n} and {n}" for n in (400, 300, 200)]


@pytest.mark.parametrize("size", [0.2, 1, 12.5])
def test_a_size_of_a_part_that_is_a_share_of_the_data_is_no_number_of_examples(size):
    c = compare({"test_accuracy": 0.9, "test_size": size}, {"test_accuracy": 0.8, "test_size": size})
    assert c.interval("test_accuracy", "0.2.0").interval is None


@pytest.mark.parametrize(
    ("metrics", "metric", "why"),
    [
        ({"accuracy": 0.9}, "accuracy", "no interval known: n beside the metric, or n=, would give one"),
        (
            {"latency_ms": 9, "n": 100},
            "latency_ms",
            "no interval known: measured once; repeats (n_runs) or a standard error would give one",
        ),
        *(
            ({metric: 0.9, name: 100}, metric, f"no interval known: {name} {ONLY}")
            for metric, name in (("f1", "n"), ("val_f1", "n_samples"), ("val_f1", "n_val"), ("test_auc", "support"), ("字错误率", "样本数"))
        ),
        ({"accuracy": 91.3, "n": 100}, "accuracy", "91.3 % of 100 is not a whole number"),
        ({"accuracy": 910.0, "n": 100}, "accuracy", "n is given, but 910 is not a share"),
        ({"accuracy": "good", "n": 100}, "accuracy", "one of the two is not a number"),
        ({"accuracy": 0.9, "n": None}, "accuracy", "no interval known: n beside the metric, or n=, would give one"),
        ({"accuracy": 0.9, "n": 0}, "accuracy", "n = 0 is not a number of examples"),
        ({"accuracy": 0.9, "n": 12.5}, "accuracy", "n = 12.5 is not a number of examples"),
        ({"accuracy": 0.9, "n": 5}, "accuracy", "0.9 of 5 is not a whole number"),
        ({"accuracy": 0.6137, "n": 1319}, "accuracy", "0.6137 of 1319 is not a whole number"),
        ({"accuracy": "0.90", "n": 19}, "accuracy", "0.9 of 19 is not a whole number"),
        (
            {"accuracy": 0.9, "total": 12.5},
            "accuracy",
            "total is not read as the number of examples of accuracy, because it may count something else; write n, or pass n=",
        ),
        ({"acc": 0.9, "acc_stderr": 0.0}, "acc", "acc_stderr is 0"),
        ({"acc": 0.9, "acc_stderr": 0.6}, "acc", "acc_stderr = 0.6 cannot be the standard error of 0.9"),
        ({"acc": 0.9, "acc_stderr": 1e-5}, "acc", "acc_stderr = 1e-05 cannot be the standard error of 0.9"),
        ({"f1": 0.9, "f1_ci": [88, 92]}, "f1", "f1_ci does not hold 0.9"),
        (
            {"f1": 0.9, "f1_std": 0.01},
            "f1",
            "f1_std is given, but not whether over examples, runs or folds; write f1_stderr, or n_runs",
        ),
        (
            {"acc,none": 0.9, "acc_std,none": 0.01},
            "acc,none",
            "acc_std,none is given, but not whether over examples, runs or folds; write acc_stderr,none, or n_runs",
        ),
        ({"f1": 0.9, "f1_std": 0.0, "n_runs": 5}, "f1", "f1_std = 0 over 5 does not give a spread"),
        ({"f1": 0.9, "f1_std": 0.1, "n_folds": 2}, "f1", "f1_std = 0.1 over 2 does not give a spread"),
    ],
)
def test_where_the_data_do_not_allow_an_interval_the_answer_says_why(metrics, metric, why):
    evidence = interval(metrics, metrics, metric)
    assert (evidence.interval, evidence.words, evidence.reason) == (None, "no interval known", why)


@pytest.mark.parametrize(("value", "n"), [(0.84, 1319), (0.8476118271417741, 1319), (0.8999999761581421, 1000), (1.0, 20), (0.9, 1000)])
def test_shares_that_can_be_so_many_examples_are_accepted_in_single_precision_too(value, n):
    assert interval({"acc": value, "n": n}, {"acc": value, "n": n}, "acc").interval is not None


@pytest.mark.parametrize("name", ["n", "N", "num_examples", "n_samples", "sample_size", "sampleSize", "n_obs", "nobs", "support"])
@pytest.mark.parametrize("written", [1000, 1000.0, "1000", "1,000", "1\uff0c000", "1 000", "1_000", "1'000", "1\u202f000"])
def test_a_number_of_examples_is_read_however_it_is_called_and_written(name, written):
    first, second = ({"acc": value, name: written} for value in (0.8, 0.85))
    found = interval(first, second, "acc")
    low, high = proportion.confint_proportions_2indep(850, 1000, 800, 1000, method="newcomb", compare="diff")
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize("written", ["1k", "about 1000", "1,00", "1,0000", "10,00,000", "1.000", "1,000.5", "-1,000"])
def test_a_text_that_is_no_number_of_examples_is_not_taken_for_another_one(written):
    evidence = interval({"acc": 0.8, "n": written}, {"acc": 0.85, "n": written}, "acc")
    assert evidence.interval is None
    assert "n" in evidence.reason


@pytest.mark.parametrize(
    "name",
    ["total", "count", "n_users", "num_items", "acc_count", "samples", "examples", "test_n", "eval_samples", "test_size", "dataset_size"],
)
def test_what_counts_something_is_no_number_of_examples_and_is_named(name):
    first, second = ({"acc": value, name: 1319} for value in (0.8476118271417741, 0.8544351781652767))
    told = f"{name} is not read as the number of examples of acc, because it may count something else; write n, or pass n="
    assert interval(first, second, "acc").reason == told
    assert compare(first, second)[name].role is None


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("recall", "recall_n"),
        ("recall", "recall_support"),
        ("test_recall", "test_recall_n_samples"),
        ("sensitivity", "sensitivity_n"),
        ("recall", "n_pos"),
        ("tpr", "num_positives"),
        ("sensitivity", "n_positive_samples"),
        ("specificity", "n_neg"),
        ("fpr", "n_negatives"),
        ("precision", "precision_n"),
        ("召回率", "召回率_n"),
        ("召回率", "正样本数"),
        ("特异度", "负样本数"),
    ],
)
def test_a_share_of_some_examples_has_the_interval_of_their_number(metric, name):
    first, second = {metric: 0.8, name: 200, "n": 5000}, {metric: 0.9, name: 200, "n": 5000}
    found = interval(first, second, metric)
    low, high = proportion.confint_proportions_2indep(180, 200, 160, 200, method="newcomb", compare="diff")
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-9)
    assert compare(first, second)[name].role is not None


@pytest.mark.parametrize(
    ("metric", "part"),
    [
        ("recall", "a share of the positive ones"),
        ("specificity", "a share of the negative ones"),
        ("precision", "a share of those predicted to be positive"),
        ("npv", "a share of those predicted to be negative"),
    ],
)
@pytest.mark.parametrize("name", ["n", "support", "n_test", "n_queries"])
def test_why_a_number_of_all_examples_is_not_that_of_a_share_of_some_is_told_in_the_verdict(metric, part, name):
    c = compare({metric: 0.8, name: 200}, {metric: 0.9, name: 200})
    told = f"{name} is not read as the number of examples of {metric}, because {metric} is {part}; write {metric}_n with their number"
    if (metric, name) == ("recall", "support"):
        told = told.partition(";")[0] + " and support may be of all; where it counts the positive ones, as of one class, rename it recall_n"
    assert c.interval(metric, "0.2.0").reason == told
    assert f"What is given for {metric} gives no interval: {told}." in c.verdict.sentences


@pytest.mark.parametrize("metric", ["macro_recall", "weighted_recall", "recall@10", "average_precision", "mean_recall"])
def test_averages_of_shares_of_some_examples_have_no_number_of_examples(metric):
    named = {f"{metric}_n": 200, "n_pos": 200}
    assert interval({metric: 0.8, **named}, {metric: 0.9, **named}, metric).interval is None


def test_the_support_of_a_class_is_the_number_of_examples_of_its_recall():
    def report(hits):
        classes = {name: {"recall": hit / 50, "precision": 0.8, "support": 50} for name, hit in zip(("cat", "dog"), hits, strict=True)}
        return {**classes, "macro avg": {"recall": sum(hits) / 100, "support": 100}}

    found = compare(report((30, 40)), report((45, 40)))
    low, high = proportion.confint_proportions_2indep(45, 50, 30, 50, method="newcomb", compare="diff")
    known = found.interval("cat.recall", "0.2.0").interval
    assert (known.low, known.high) == pytest.approx((low, high), abs=1e-9)
    assert found.interval("macro avg.recall", "0.2.0").interval is None
    assert found.interval("cat.precision", "0.2.0").interval is None


def classes_with(accuracy, **averages):
    """Give a report by class beside an accuracy, with the support of each average."""
    classes = {"cat": {"recall": 0.8, "precision": 0.8, "support": 50}, "dog": {"recall": 0.9, "precision": 0.8, "support": 150}}
    return {"accuracy": accuracy, **classes, **{f"{name} avg": {"recall": 0.85, "support": n} for name, n in averages.items()}}


@pytest.mark.parametrize("above", ["", "test."])
def test_the_support_of_the_averages_of_a_classification_report_is_the_number_of_examples_of_its_accuracy(above):
    first, second = (classes_with(value, macro=200, weighted=200) for value in (0.8, 0.9))
    found = compare({"test": first}, {"test": second}) if above else compare(first, second)
    low, high = proportion.confint_proportions_2indep(180, 200, 160, 200, method="newcomb", compare="diff")
    known = found.interval(f"{above}accuracy", "0.2.0").interval
    assert (known.low, known.high) == pytest.approx((low, high), abs=1e-9)
    # a precision is of what was predicted, and an average over classes of no number of examples
    for name in ("cat.precision", "macro avg.recall"):
        assert found.interval(f"{above}{name}", "0.2.0").interval is None


def test_the_support_of_averages_is_not_that_of_what_stands_elsewhere_or_lacks_its_own():
    first, second = (classes_with(value, macro=200, weighted=200) | {"robust": {"accuracy": value}} for value in (0.8, 0.9))
    del first["cat"]["support"], second["cat"]["support"]
    found = compare(first, second)
    assert found.interval("robust.accuracy", "0.2.0").interval is None
    assert found.interval("cat.recall", "0.2.0").interval is None


@pytest.mark.parametrize("other", ["micro", "samples"])
def test_the_support_of_averages_counts_labels_where_an_example_may_have_several(other):
    first, second = (classes_with(value, macro=200, weighted=200, **{other: 200}) for value in (0.8, 0.9))
    assert compare(first, second).interval("accuracy", "0.2.0").interval is None


def in_columns(rows, support="support"):
    """Versions of a table that has a column each of recall and support of every class, as `from_frame` says to make it."""
    columns = {
        model: {f"{what}@{name}": value for name, each in several.items() for what, value in zip(("recall", support), each, strict=True)}
        for model, several in rows.items()
    }
    return pnb.VersionSet.from_frame(pd.DataFrame.from_dict(columns, orient="index")).compare("m1")


CLASSES = {"m1": {"cat": (0.70, 100), "dog": (0.95, 300)}, "m2": {"cat": (0.90, 100), "dog": (0.94, 300)}}
AVERAGES = {"m1": {"macro avg": (0.825, 400), "weighted avg": (0.8875, 400)}, "m2": {"macro avg": (0.92, 400), "weighted avg": (0.93, 400)}}


def test_the_support_of_a_class_in_a_column_is_that_of_its_recall_where_the_averages_over_classes_are_in_the_table_too():
    c = in_columns({model: {**CLASSES[model], **AVERAGES[model]} for model in CLASSES})
    low, high = proportion.confint_proportions_2indep(90, 100, 70, 100, method="newcomb", compare="diff")
    known = c.interval("recall@cat", "m2").interval
    assert (known.low, known.high) == pytest.approx((low, high), abs=1e-9)
    for average in AVERAGES["m1"]:
        assert c.interval(f"recall@{average}", "m2").interval is None
    assert "Better than m1" in c.verdict.sentences[0]
    assert not any("support is not read" in sentence for sentence in c.verdict.sentences)


@pytest.mark.parametrize("average", [None, "macro avg", "weighted avg", "avg"])
def test_a_support_that_may_be_of_all_examples_is_none_of_recall_and_is_answered_with_the_name_to_give_it(average):
    more = {} if average is None else {average: (0.9, 400)}
    c = in_columns({model: {**classes, **more} for model, classes in CLASSES.items()})
    assert c.interval("recall@cat", "m2").reason.endswith("where it counts the positive ones, as of one class, rename it recall_n")
    assert c.interval("recall@cat", "m2").interval is None
    assert in_columns(CLASSES, "recall_n").interval("recall@cat", "m2").interval.excludes_zero


@pytest.mark.parametrize("name", ["样本数", "样本数量", "测试样本数", "测试样本数量", "测试集样本数"])
def test_chinese_numbers_of_examples_are_read(name):
    found = interval({"准确率": 0.8, name: 1000}, {"准确率": 0.85, name: 1000}, "准确率")
    assert found.reason.startswith("n = 1000 and 1000")


def test_the_number_of_examples_of_the_test_set_is_not_that_of_another_part():
    first, second = ({"验证准确率": value, "测试样本数": 1000} for value in (0.8, 0.85))
    assert interval(first, second, "验证准确率").interval is None
    first, second = ({"测试准确率": value, "测试样本数": 1000} for value in (0.8, 0.85))
    assert interval(first, second, "测试准确率").interval is not None


@pytest.mark.parametrize("name", ["种子数", "随机种子数", "种子数量"])
def test_chinese_numbers_of_seeds_are_numbers_of_runs(name):
    first, second = ({"准确率": value, "准确率标准差": 0.01, name: 5} for value in (0.8, 0.85))
    assert interval(first, second, "准确率").reason.startswith("5 and 5 runs")


def test_a_share_that_may_be_percent_has_no_interval():
    first, second = {"error_rate": 0.8, "accuracy": 99.2, "n": 1000}, {"error_rate": 0.5, "accuracy": 99.5, "n": 1000}
    assert interval(first, second, "error_rate").reason == "shares are written in percent elsewhere, so 0.5 may be percent too (0.2.0)"
    first, second = results(a={"error_rate": 0.8, "n": 1000}, b={"error_rate": 1.4, "n": 1000}), results(a={"error_rate": 0.5, "n": 1000})
    assert interval(first, second, "error_rate@a").interval is None
    assert interval({"accuracy": 0.91, "n": 100}, {"accuracy": 91.0, "n": 100}, "accuracy").reason == (
        "one looks like percent and the other like a fraction"
    )


@pytest.mark.parametrize(
    ("value", "beside", "metric", "reason"),
    [
        ("f1", {"f1_stderr": 0.003}, "f1", "from the stated standard errors"),
        ("f1", {"f1_se": 0.003}, "f1", "from the stated standard errors"),
        ("f1", {"f1_sem": 0.003}, "f1", "from the stated standard errors"),
        ("f1", {"f1_standard_error": 0.003}, "f1", "from the stated standard errors"),
        ("f1", {"f1_bootstrap_std": 0.003}, "f1", "from the stated standard errors"),
        ("f1,none", {"f1_stderr,none": 0.003}, "f1,none", "from the stated standard errors"),
        ("accuracy", {"boostrap_std": 0.003}, "accuracy", "from the stated standard errors"),
        ("score", {"standard_error": 0.003}, "score", "from the stated standard errors"),
        ("mean", {"stderr": 0.003}, "mean", "from the stated standard errors"),
        ("value", {"sem": 0.003}, "value", "from the stated standard errors"),
        ("auc-mean", {"auc_stderr": 0.003}, "auc-mean", "from the stated standard errors"),
        ("f1", {"f1_ci": 0.00588}, "f1", "intervals taken as 95 %"),
        ("f1", {"f1_ci95": 0.00588}, "f1", "from the stated 95 % intervals"),
        ("f1", {"f1_ci99": 0.007728}, "f1", "from the stated 99 % intervals, rescaled"),
        ("f1", {"f1_ci_90": 0.004935}, "f1", "from the stated 90 % intervals, rescaled"),
    ],
)
def test_an_error_or_interval_beside_the_metric_is_found_by_the_names_that_tools_write(value, beside, metric, reason):
    evidence = interval({value: 0.90, **beside}, {value: 0.92, **beside}, metric)
    assert evidence.reason == reason
    assert (evidence.interval.low, evidence.interval.high) == pytest.approx((0.0117, 0.0283), abs=1e-4)
    assert evidence.words == "beyond chance (95 %)"


def test_a_lone_standard_error_that_could_belong_to_two_values_belongs_to_none():
    metrics = {"accuracy": 0.9, "mean": 0.8, "stderr": 0.01}
    assert interval(metrics, metrics, "accuracy").interval is None


def test_values_and_errors_wrapped_in_objects_are_found():
    def metrics(value):
        return {"accuracy": {"value": value, "name": "accuracy"}, "stderr": {"value": 0.003, "name": "stderr"}}

    assert interval(metrics(0.90), metrics(0.92), "accuracy.value").reason == "from the stated standard errors"


@pytest.mark.parametrize(
    "beside",
    [
        lambda low, high: {"f1_ci": [low, high]},
        lambda low, high: {"f1_lower": low, "f1_upper": high},
        lambda low, high: {"f1_ci_low": low, "f1_ci_high": high},
        lambda low, high: {"f1_confidence_interval": [low, high]},
    ],
)
def test_stated_intervals_stay_as_asymmetric_as_they_are(beside):
    evidence = interval({"f1": 0.90, **beside(0.80, 0.92)}, {"f1": 0.95, **beside(0.90, 0.96)}, "f1")
    assert (round(evidence.interval.low, 3), round(evidence.interval.high, 3)) == (-0.004, 0.150)
    assert evidence.reason == "intervals taken as 95 %"


@pytest.mark.parametrize(
    ("value", "spread", "runs", "reason"),
    [
        ("f1", "f1_std", "n_runs", "5 and 5 runs; covers other runs, not other examples"),
        ("f1", "f1_stdev", "f1_runs", "5 and 5 runs; covers other runs, not other examples"),
        ("f1", "f1:std", "n_seeds", "5 and 5 runs; covers other runs, not other examples"),
        ("mean_test_score", "std_test_score", "n_folds", "5 folds that share training data (corrected)"),
        ("valid auc-mean", "valid auc-stdv", "cv", "5 folds that share training data (corrected)"),
        ("test-auc-mean", "test-auc-std", "cv", "5 folds that share training data (corrected)"),
    ],
)
def test_a_standard_deviation_counts_with_its_number_of_runs_or_folds(value, spread, runs, reason):
    evidence = interval({value: 0.900, spread: 0.005, runs: 5}, {value: 0.912, spread: 0.005, runs: 5}, value)
    assert evidence.reason == reason
    assert (evidence.interval.low > 0) == ("runs" in reason)


def test_a_standard_deviation_of_runs_is_not_beaten_by_the_number_of_examples():
    beside = {"accuracy_std": 0.05, "n_runs": 5, "n": 10000}
    evidence = interval({"accuracy": 0.80, **beside}, {"accuracy": 0.82, **beside}, "accuracy")
    assert evidence.reason == "5 and 5 runs; covers other runs and other examples"
    assert bounds(evidence) == (-0.0618, 0.1018)
    evidence = interval({"accuracy": 0.80, **beside}, {"accuracy": 0.82, "n": 10000}, "accuracy")
    assert evidence.reason == "accuracy_std is given for 0.1.0, not for 0.2.0"


def test_a_standard_deviation_that_is_rounding_is_no_spread():
    beside = {"f1_std": 1.1102230246251565e-16, "n_runs": 5}
    evidence = interval({"f1": 0.801, **beside}, {"f1": 0.802, **beside}, "f1")
    assert evidence.reason == "f1_std = 1.11022e-16 over 5 does not give a spread"


def test_an_error_in_one_version_only_is_named_with_the_version_that_lacks_it():
    evidence = interval({"f1": 0.9, "f1_stderr": 0.003}, {"f1": 0.92}, "f1")
    assert evidence.reason == "f1_stderr is given for 0.1.0, not for 0.2.0"


@pytest.mark.parametrize(
    ("metrics", "evidence"),
    [
        ({"acc": 0.9, "n": 10}, {"n"}),
        ({"acc": 0.9, "support": 10}, {"support"}),
        ({"acc": 0.9, "acc_stderr": 0.01, "acc_std": 0.01, "acc_ci": [0.8, 1.0]}, {"acc_stderr", "acc_std", "acc_ci"}),
        ({"acc": 0.9, "total": 12.5}, set()),
        ({"acc": 0.9, "total": 10}, set()),
        ({"acc": 0.9123456, "total": 1_000_000}, set()),
        ({"acc": 0.84, "count": 1319}, set()),
        ({"acc": 0.9, "acc_n": 10}, {"acc_n"}),
        ({"acc": 0.9, "top_n": 10}, set()),
        ({"errors": {"count": 50}}, set()),
        ({"f1": 0.9, "cv": 5}, set()),
        ({"f1": 0.9, "f1_std": 0.1, "cv": 5}, {"f1_std", "cv"}),
        ({"f1": 0.9, "f1_std": 0.1, "k": 5}, {"f1_std"}),
        ({"f1_lower": 0.8, "f1_upper": 0.9}, set()),
        ({"f1": 0.85, "f1_lower": 0.8, "f1_upper": 0.9}, {"f1_lower", "f1_upper"}),
        ({"mean_test_score": 0.1, "std_test_score": 0.1}, {"std_test_score"}),
    ],
)
def test_which_rows_are_evidence(metrics, evidence):
    c = compare(metrics, metrics)
    assert {row.path for row in c.metrics if row.is_evidence} == evidence
    assert all(row.direction.mode is None for row in c.metrics if row.is_evidence)


def test_evidence_is_never_better_or_worse_even_if_a_direction_is_told_for_everything():
    c = compare({"acc": 0.9, "n": 10, "acc_std": 0.1}, {"acc": 0.8, "n": 20, "acc_std": 0.2}, directions={"*": "max"})
    assert {row.path: str(row.changes[1].kind) for row in c.metrics if row.is_evidence} == {"n": "changed", "acc_std": "changed"}


def test_significance_is_never_claimed():
    assert "significant" not in str(compare({"accuracy": 0.5}, {"accuracy": 0.9}, n=100_000))


def test_sizes_are_exact():
    evidence = interval({"model_size_mb": 100}, {"model_size_mb": 90}, "model_size_mb")
    assert bounds(evidence) == (-10, -10)
    assert evidence.reason == "exact: read off, not estimated"


@pytest.mark.parametrize("n", [-5, 0, math.nan, math.inf, "100", True, 12.5, [100]])
def test_what_is_no_number_of_examples_is_refused_wherever_it_is_told(n):
    c = compare({"accuracy": 0.9}, {"accuracy": 0.91})
    with pytest.raises(ConfigurationError, match="cannot be used"):
        c.interval("accuracy", "0.2.0", n=n)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        compare({"accuracy": 0.9}, {"accuracy": 0.91}, n=n)


def test_the_interval_of_something_else_is_an_error():
    c = compare({"accuracy": 0.9}, {"accuracy": 0.91})
    with pytest.raises(ConfigurationError, match=r"no version '0\.9\.0'"):
        c.interval("accuracy", "0.9.0")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        c.interval("accuracy", "0.2.0", level=95)
    with pytest.raises(ComparisonError, match="no version has a metric"):
        c.interval("wer", "0.2.0")


SHARES = """
    acc top5_accuracy val.accuracy acc_norm acc,none em exact_match,strict-match top1 top_5 error_rate win_rate pass@1 hit@10
    classification_accuracy sentenceAccuracy 准确率 测试集准确率 错误率 zero_one_loss
"""
NO_SHARES = """
    equal_error_rate diarization_error_rate phone_error_rate slot_error_rate bit_error_rate average_accuracy avg_acc per_class_accuracy
    pixel_accuracy pix_acc px_acc mAcc aAcc tok_acc hamming_accuracy half_total_error_rate
    cv_accuracy train_accuracy train.accuracy cache_hit_rate macroAccuracy balanced_accuracy weighted_accuracy
    word_error_rate token_accuracy tag_accuracy node_accuracy patch_accuracy triplet_accuracy mean_accuracy accuracy_gap
    delta_accuracy accuracy_std acc_p_value precision recall f1 auc pass@10
    平均准确率 训练准确率 字错误率 字错率 mmlu learning_rate
"""


@pytest.mark.parametrize("name", SHARES.split())
def test_shares_of_examples(name):
    assert is_share(name)


@pytest.mark.parametrize("name", NO_SHARES.split())
def test_what_is_no_share_of_examples(name):
    assert not is_share(name)


def test_other_things_that_a_name_says():
    assert [name for name in ("train_loss", "训练损失", "train_seconds", "loss", "val.train_acc") if is_training(name)] == [
        "train_loss",
        "训练损失",
        "val.train_acc",
    ]
    assert [name for name in ("latency_ms", "推理耗时", "price_usd", "accuracy", "price_mae") if is_cost(name)] == [
        "latency_ms",
        "推理耗时",
        "price_usd",
    ]
    assert [
        name
        for name in ("size_mb", "n_params", "peak_memory_mb", "size_mae", "price_usd误差", "价格误差", "模型大小", "价格")
        if is_exact(name)
    ] == [
        "size_mb",
        "n_params",
        "模型大小",
        "价格",
    ]


@pytest.mark.parametrize(
    ("scale", "names"),
    [
        ("ratio", "cer rmse latency_ms qps"),
        ("points", "accuracy f1 hit@5 准确率"),
        ("difference", "r2 reward x neg_log_loss"),
    ],
)
def test_how_a_difference_is_told_follows_from_the_name(scale, names):
    assert {name: scale_of(name) for name in names.split()} == dict.fromkeys(names.split(), scale)


def test_runs_on_a_single_example_have_the_interval_of_their_spread():
    runs = [{"accuracy": mean, "accuracy_std": 0.2, "n_runs": 4, "n": 1} for mean in (0.25, 0.75)]
    evidence = compare(*runs).interval("accuracy", "0.2.0")
    assert evidence.interval is not None
    assert "covers other runs, not other examples" in evidence.reason


@pytest.mark.slow
def test_the_limit_of_what_few_runs_may_say_is_the_one_that_was_simulated():
    sheet = Sheet()
    few_runs(sheet, np.random.default_rng(20261126), 50_000)
    assert sheet.outside == 0


def test_two_sides_are_apart_or_not_or_too_few_to_tell():
    def sides(first, second, span=math.inf):
        return Sides(Runs.of(first), Runs.of(second), span)

    assert sides([0.9, 0.901], [0.8, 0.801]).is_apart(0.95, 0.0) is True
    assert sides([0.9, 0.901], [0.8, 0.801]).is_apart(0.95, 0.2) is False
    # as good as one run beside one that never changes
    assert sides([0.9, 0.95], [0.9, 0.9001]).is_apart(0.95, 0.0) is None
    assert sides([0.1, 0.9, 0.5], [0.5, 0.8, 0.2], span=1).is_apart(0.95, 0.0) is None
    assert Sides(Stated(0.9, 0.5), Stated(0.8, 0.5), 1).is_apart(0.95, 0.0) is False


@pytest.mark.parametrize("n", [1e154, 1e300, 2**53 + 1])
def test_more_examples_than_a_float_counts_are_refused(n):
    docs = [{"VersionName": name, "Metrics": {"accuracy": value}} for name, value in (("0.1.0", 0.9), ("0.2.0", 0.91))]
    versions = pnb.VersionSet.from_documents(docs, "model-a")
    for ask in (lambda: versions.compare("0.1.0", n=n), lambda: versions.compare("0.1.0").interval("accuracy", "0.2.0", n=n)):
        with pytest.raises(ConfigurationError, match="cannot be used"):
            ask()
    assert versions.compare("0.1.0", n=2**53).interval("accuracy", "0.2.0").interval is not None


def test_a_level_that_leaves_a_float_nothing_outside_is_refused():
    docs = [{"VersionName": name, "Metrics": {"accuracy": value, "n": 100}} for name, value in (("0.1.0", 0.9), ("0.2.0", 0.91))]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    with pytest.raises(ConfigurationError, match="level="):
        c.interval("accuracy", "0.2.0", level=0.9999999999999999)
    with pytest.raises(AddressError, match="not a confidence level"):
        c.gate("accuracy >= baseline with 99.99999999999999% confidence")
    with pytest.raises(AddressError, match="line 1, column 29: 50% is not a confidence level; use a number above 50 and below 100"):
        c.gate("accuracy >= baseline - 0.01 with 50% confidence")
    assert c.gate("accuracy >= baseline - 0.01 with 50.00000000001% confidence").passed
    assert c.interval("accuracy", "0.2.0", level=1 - 1e-15).interval.low < -0.2


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"auc": 0.9, "auc_ci": [0.9, 0.9]}, {"auc": 0.9, "auc_ci": [0.9, 0.9]}, "auc_ci has no width"),
        ({"auc": 0.9, "auc_ci": 0}, {"auc": 0.8, "auc_ci": 0}, "auc_ci has no width"),
        ({"auc": 0.9, "auc_ci": [0.99, 0.7]}, {"auc": 0.8, "auc_ci": [0.99, 0.7]}, "auc_ci ends below where it begins"),
        ({"auc": 0.9, "auc_ci": -0.02}, {"auc": 0.8, "auc_ci": -0.02}, "auc_ci ends below where it begins"),
        ({"auc": 0.9, "auc_ci": [0.7, 0.8]}, {"auc": 0.9, "auc_ci": [0.7, 0.8]}, "auc_ci does not hold 0.9"),
        (
            {"loss": 1e-320, "loss_se": 1e-322},
            {"loss": 2e-320, "loss_se": 1e-322},
            "one of the two is too close to 0 or too large to compute with",
        ),
        ({"loss": 0.1, "loss_se": 1e-322}, {"loss": 0.2, "loss_se": 1e-322}, "loss_se is too close to 0 or too large to compute with"),
        ({"loss": 0.1, "loss_se": math.inf}, {"loss": 0.2, "loss_se": math.inf}, "loss_se is infinite"),
        ({"loss": 0.1, "loss_se": math.nan}, {"loss": 0.2, "loss_se": math.nan}, "loss_se is not a number"),
        ({"loss": 1e200, "loss_se": 1}, {"loss": 2e200, "loss_se": 1}, "one of the two is too close to 0 or too large to compute with"),
    ],
)
def test_what_cannot_be_computed_with_is_called_what_it_is(first, second, reason):
    assert interval(first, second, next(iter(first))).reason == reason


def test_whole_numbers_beyond_every_float_are_infinite_and_neither_is_ahead():
    c = compare({"accuracy": 10**400}, {"accuracy": 10**401})
    assert c["accuracy"].changes[1].delta is None
    assert c.verdict.sentences == (
        "No verdict: no quality metric was measured in 0.1.0 and in another version.",
        "Not a finite number in 0.1.0 and in others: accuracy.",
    )


@pytest.mark.parametrize(
    ("first", "second", "low", "high", "named"),
    [
        ({"n": 1000}, {"accuracy_stderr": 0.0126}, -0.1300, -0.0681, "accuracy_stderr of 0.2.0 and n of 0.1.0"),
        ({"accuracy_stderr": 0.0095}, {"n": 1000}, -0.1319, -0.0699, "n of 0.2.0 and accuracy_stderr of 0.1.0"),
        (
            {"accuracy_stderr": 0.0095},
            {"accuracy_ci": [0.775, 0.825]},
            -0.1312,
            -0.0688,
            "accuracy_ci of 0.2.0 and accuracy_stderr of 0.1.0",
        ),
    ],
)
def test_two_versions_of_which_different_errors_are_known_are_told_apart_by_each_ones_own(first, second, low, high, named):
    evidence = interval({"accuracy": 0.9, **first}, {"accuracy": 0.8, **second}, "accuracy")
    assert evidence.reason == f"{named}, each with its own error, as if measured on different examples"
    assert bounds(evidence) == pytest.approx((low, high), abs=0.0002)
    # as where the same is known of both, but for how a share is skewed
    assert bounds(evidence) == pytest.approx(
        bounds(interval({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.8, "n": 1000}, "accuracy")), abs=0.003
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"accuracy_std": 0.01, "n_runs": 5}, {"n": 1000}),
        ({"accuracy_stderr": 0}, {"n": 1000}),
        ({"n": 1000}, {}),
        ({"n": 3}, {"accuracy_stderr": 0.01}),
    ],
)
def test_what_is_of_runs_or_not_believed_is_not_taken_together_with_another_error(first, second):
    assert interval({"accuracy": 0.9, **first}, {"accuracy": 0.8, **second}, "accuracy").interval is None
