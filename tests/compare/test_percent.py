"""Shares in percent: they are judged as fractions are, and what may be in the unit of a fraction is not believed beside them."""

import math

import pytest

from pai_notebook import VersionSet
from pai_notebook.comparison.cells import trend_of
from pai_notebook.comparison.charting import chart_data
from pai_notebook.comparison.rows import Verdict
from pai_notebook.comparison.tolerance import Tolerance
from pai_notebook.errors import ComparisonError
from pai_notebook.explorer.listing import VersionList
from pai_notebook.model.metric_scales import bounds_of, percent_among
from pai_notebook.model.numbers import NumberFormat
from pai_notebook.plot.data import pareto_places
from tests.compare.comparing import compare

SMALL = "is so small that it may be that of a fraction, while the value is in percent"
MARGIN = "{} >= baseline - 1pp with 95% confidence"


def found(first, second, metric="accuracy", **options):
    return compare(first, second, **options).interval(metric, "0.2.0")


@pytest.mark.parametrize(
    "beside",
    [
        lambda _: {"n": 400},
        lambda unit: {"n": 400, "accuracy_stderr": 0.002 * unit},
        lambda unit: {"n": 400, "accuracy_stderr": 0.05 * unit},
        lambda unit: {"n": 400, "accuracy_ci": 0.1 * unit},
        lambda unit: {"accuracy_stderr": 0.02 * unit},
        lambda unit: {"n": 400, "accuracy_std": 0.01 * unit, "n_runs": 4},
        lambda unit: {"n": 400, "accuracy_std": 0.01 * unit, "n_folds": 4},
    ],
)
@pytest.mark.parametrize("n", [None, 200])
def test_the_same_data_in_percent_and_in_fractions_get_the_same_interval(beside, n):
    percent, fractions = (
        found({"accuracy": 0.705 * unit, **beside(unit)}, {"accuracy": 0.675 * unit, **beside(unit)}, n=n) for unit in (100, 1)
    )
    assert percent.words == fractions.words
    assert percent.reason == fractions.reason
    assert (percent.interval.low, percent.interval.high) == pytest.approx((100 * fractions.interval.low, 100 * fractions.interval.high))
    assert percent.interval.words.endswith("pp")


def test_a_number_of_examples_that_does_not_fit_a_percentage_is_not_believed():
    assert found({"accuracy": 70.3, "n": 40}, {"accuracy": 70.5, "n": 40}).interval is None
    assert found({"accuracy": 70.5, "n": 200}, {"accuracy": 67.5, "n": 200}).interval is not None


@pytest.mark.parametrize("metric", ["accuracy", "f1", "auc"])
@pytest.mark.parametrize(
    "beside",
    [
        {"{}_stderr": 0.01},
        {"{}_ci": 0.0186},
        {"{}_ci90": 0.0156},
        {"{}_std": 0.01, "n_runs": 5},
        {"{}_std": 0.01, "n_folds": 5},
        {"{}_stderr": 0.01, "n": 1000},
        {"{}_ci": "± 0.0186", "n": 1000},
        {"{}_std": 0.01, "n_runs": 5, "n": 1000},
    ],
)
def test_an_error_in_the_unit_of_a_fraction_is_not_believed_beside_a_value_in_percent(metric, beside):
    beside = {name.format(metric): stated for name, stated in beside.items()}
    c = compare({metric: 90, **beside}, {metric: 89.9, **beside})
    assert not c[metric].changes[1].is_beyond_chance
    assert not c.check(MARGIN.format(metric)).passed
    assert f"{next(iter(beside))} {SMALL}" in str(c.explain(everything=True))


@pytest.mark.parametrize(
    ("value", "beside"),
    [
        (76.1, {"accuracy_stderr": 0.19}),
        (76.1, {"accuracy_stderr": 0.03, "n": 2_000_000}),
        (99.25, {"accuracy_std": 0.03, "n_runs": 5}),
        (93.5, {"accuracy_std": 0.15, "n_runs": 5}),
        (34.2, {"accuracy_stderr": 0.5}),
    ],
)
def test_errors_that_are_usual_beside_percentages_are_believed(value, beside):
    assert found({"accuracy": value, **beside}, {"accuracy": value - 0.1, **beside}).interval is not None


@pytest.mark.parametrize("unit", [1, 100])
@pytest.mark.parametrize("stated", [3, [-5, 5], "1.0", "[-0.2, 1.3]"])
def test_an_interval_that_spans_all_that_its_value_could_be_hides_no_loss(unit, stated):
    if unit == 100:
        stated = {3: 300, "1.0": "100.0", "[-0.2, 1.3]": "[-20, 130]"}.get(stated if not isinstance(stated, list) else 0, [-500, 500])
    c = compare(*({"accuracy": unit * value, "accuracy_ci": stated, "n": 10_000} for value in (0.9, 0.85)))
    assert c["accuracy"].changes[1].verdict == "worse"
    assert not c.check("fail if worse beyond chance").passed
    assert "accuracy_ci spans every possible value" in str(c.explain())


@pytest.mark.parametrize("beside", [{"auc_stderr": 3}, {"auc_std": 2, "n_runs": 5}, {"auc_std": 2, "n_folds": 5}])
def test_no_error_or_spread_is_believed_that_no_values_can_have(beside):
    evidence = found({"auc": 0.9, **beside}, {"auc": 0.8, **beside}, "auc")
    assert (evidence.interval, evidence.is_given) == (None, True)
    assert " cannot be the s" in evidence.reason


@pytest.mark.parametrize("metric", ["wer", "cer", "ter"])
def test_an_error_rate_above_one_is_an_ordinary_fraction(metric):
    beside = {f"{metric}_stderr": 0.01}
    assert found({metric: 1.2, **beside}, {metric: 0.9, **beside}, metric).interval is not None
    reason = found({metric: 31, **beside}, {metric: 0.3, **beside}, metric).reason
    assert reason == "one looks like percent and the other like a fraction"


@pytest.mark.parametrize("metric", ["eer", "fpr", "fnr", "far", "frr", "ece", "cer", "wer", "mer", "ter", "der", "smape", "mape", "brier"])
@pytest.mark.parametrize("value", [12.0, 31.0])
def test_percent_beside_a_fraction_of_an_error_is_no_change(metric, value):
    for name in (metric, f"val.{metric}"):
        c = compare({name: value, f"{name}_stderr": 0.5}, {name: 0.1, f"{name}_stderr": 0.01})
        assert "look like percent" in str(c.verdict)
        shares = compare({name: value, "n": 1000}, {name: 0.1, "n": 1000}).interval(name, "0.2.0")
        assert shares.reason == "one looks like percent and the other like a fraction"


def test_percent_beside_a_fraction_is_noticed_by_what_the_name_says():
    alike = ["err", "error", "test_error", "字错误率", "误报率", "漏检率", "chrf", "word_error_rate"]
    assert [name for name in alike if percent_among(name, {0: 12.0, 1: 0.3}) != (0,)] == []
    others = ["mse", "mean_squared_error", "error_px", "heart_rate_mae", "dice_loss", "latency_ms", "实时率", "loss"]
    assert [name for name in others if percent_among(name, {0: 12.0, 1: 0.3})] == []
    assert [percent_among("wer", {0: high, 1: low}) for high, low in ((1.2, 0.4), (1.9, 0.1), (2.4, 0.8), (120, 90))] == [()] * 4


PARTS = """
    mIoU IoU val.mIoU mAP50 mAP50-95
    map50 AP50 AP75 metrics/mAP50(B) jaccard auprc AUPR PRAUC hr@10 bleu4 meteor bertscore pass@1 pass@10 hits@1
    Top-1
    mmlu gsm8k humaneval ceval cmmlu hellaswag arc winogrande truthfulqa bbh mbpp ifeval gpqa squad kappa mcc
    faithfulness panoptic_quality 交并比
"""


@pytest.mark.parametrize("name", PARTS.split())
def test_of_what_is_better_when_higher_and_at_most_one_percent_is_noticed(name):
    c = compare({name: 0.70, f"{name}_stderr": 0.01}, {name: 65.0, f"{name}_stderr": 1.0})
    assert "Not judged, as some values look like percent" in " ".join(str(c.verdict).split())
    for rule in (f"{name} >= baseline", "fail if worse beyond chance"):
        report = c.check(rule)
        assert (report.passed, {check.checked for check in report.checks}) == (False, {False})
    settings = [
        {"VersionName": f"0.{nth}.0", "Metrics": {name: value}, "TrainingSpec": {"HyperParameters": {"lr": 0.1, "seed": nth}}}
        for nth, value in enumerate((65.0, 0.66, 64.0))
    ]
    group = VersionSet.from_documents(settings, "model-a").group_repeats()[0]
    assert len(group.mixed) == 1  # and no mean


def test_what_is_no_part_of_anything_is_not_taken_for_percent():
    others = """
        reward average_reward snr 信噪比 psnr perplexity throughput tokens_per_second mos mt_bench is inception_score elo r2 likelihood
        count hits num_hits success true_positives mutual_info explained_variance mmlu_seconds arc_length mmlu.loss iou_loss fid dB 满意度
    """
    assert [name for name in others.split() if percent_among(name, {0: 65.0, 1: 0.7})] == []
    assert percent_among("faithfulness", {0: 4.2, 1: 0.7}) == ()  # a rating from 1 to 5
    assert Tolerance("1pp").bound("faithfulness", "", 4.2) == 0.0


@pytest.mark.parametrize("name", ["mIoU", "gsm8k", "metrics/mAP50(B)", "kappa"])
def test_rules_in_points_and_percent_take_all_fractions(name):
    c = compare({name: 0.70}, {name: 0.66})
    rules = {"baseline - 1pp": False, "baseline - 5pp": True, "60%": True, "67%": False}
    for bound, passed in rules.items():
        report = c.check(f"{name} >= {bound}")
        assert (report.passed, [check.checked for check in report.checks]) == (passed, [True]), bound
    percent = compare({name: 70.0}, {name: 66.0})
    assert [percent.check(f"{name} >= baseline - {points}pp").passed for points in (3, 5)] == [False, True]


def test_a_bound_that_is_a_fraction_is_none_for_values_in_percent():
    check = compare({"mIoU": 70.0}, {"mIoU": 66.0}).check("mIoU >= 0.8").checks[0]
    assert check.reason == "values of mIoU are in percent, and 0.8 is a fraction: write 80"


@pytest.mark.parametrize(
    "name", ["error_rate(%)", "错误率(%)", "错误率（％）", "Error Rate (%)", "error_rate [%]", "error_rate_%", "success_rate(%)"]
)
def test_a_name_that_says_percent_has_values_in_percent_whatever_their_size(name):
    c = compare({name: 0.70, "n": 10_000}, {name: 0.50, "n": 10_000})
    # 70 and 50 errors of 10,000, by the formula of Newcombe (1998), method 10, worked out by hand
    found = c.interval(name, "0.2.0").interval
    assert (found.low, found.high) == pytest.approx((-0.41945, 0.01520), abs=1e-5)
    assert found.words.endswith("pp")
    assert c[name].scale.write(-0.2, 0.7, NumberFormat(2)) == "-0.2 pp"
    assert compare({name: 0.7}, {name: 12.0})[name].changes[1].delta == pytest.approx(11.3)
    assert bounds_of(name, [0.7])[1] == 100


def test_rules_of_names_that_say_percent_are_in_their_unit():
    c = compare({"win_rate_pct": 0.7, "fpr_percent": 0.5}, {"win_rate_pct": 0.8, "fpr_percent": 0.7})
    check = c.check("win_rate_pct >= 50%").checks[0]
    assert (check.outcome, check.checked) == ("failed", False)
    assert check.reason == "a bound in percent needs a fraction, and win_rate_pct says percent itself: write it as a number"
    assert not c.check("win_rate_pct >= 50").passed
    assert c["fpr_percent"].scale.write(0.2, 0.5, NumberFormat(2)) == "+0.2 pp"
    assert [c.check(f"fpr_percent <= baseline + {points}pp").passed for points in (0.1, 1)] == [False, True]
    assert Tolerance("1pp").bound("fpr_percent", "", 0.5) == 1.0


WRITTEN = """
    accuracy_pct accuracy_test test_accuracy val_acc acc_val 准确率_测试 测试_准确率 准确率_pct acc@1 acc@5 eval/accuracy top1_acc_pct
    hit_rate_val accuracy_score accuracy_v2 Accuracy_(%) 准确率（%） acc%
"""


@pytest.mark.parametrize("name", [name.replace("_(", " (") for name in WRITTEN.split()])
@pytest.mark.parametrize("n", [None, 400])
def test_a_share_is_one_whatever_stands_before_and_behind_it_in_its_name(name, n):
    beside = {} if n is None else {"n": n}
    mixed = compare({name: 0.95, **beside}, {name: 75.0, **beside})
    assert mixed.interval(name, "0.2.0").reason == "one looks like percent and the other like a fraction"
    assert "Not judged, as some values look like percent" in " ".join(str(mixed.verdict).split())
    assert mixed[name].scale.unit == ""
    (check,) = mixed.check(f"{name} >= baseline").checks
    assert (check.outcome, check.checked) == ("failed", False)
    for unit in (1, 100):
        c = compare({name: 0.95 * unit, **beside}, {name: 0.75 * unit, **beside})
        assert c[name].changes[1].kind == "worse"
        assert c[name].scale.write(-0.2 * unit, 0.95 * unit, NumberFormat(2)) == "-20.0 pp"
        assert (c[name].changes[1].verdict == "worse") == (n is not None)
        assert c.check(f"{name} >= baseline - 10pp").breaches
        assert c.check(f"{name} >= baseline - 30pp").passed


def test_an_accuracy_that_is_said_to_be_in_percent_and_is_not_takes_bounds_as_fractions_do():
    c = compare({"accuracy_pct": 0.95}, {"accuracy_pct": 0.75})
    assert [c.check(f"accuracy_pct >= {percent}%").passed for percent in (70, 80)] == [True, False]
    assert bounds_of("accuracy_pct", [0.95]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "fraction", "percent"), [("WER (%)", 0.12, 11.8), ("error_rate_pct", 0.031, 2.9), ("click_rate (%)", 0.8, 75)]
)
def test_a_rate_in_percent_may_be_small_but_not_as_small_as_a_fraction_of_another(name, fraction, percent):
    assert percent_among(name, {0: percent, 1: fraction}) == ((0,) if percent > 1 else ())
    assert percent_among(name, {0: percent, 1: percent / 10}) == ()


def test_a_rate_below_1_percent_beside_the_same_as_a_fraction_is_not_judged():
    c = compare({"EER (%)": 0.8, "n": 1000}, {"EER (%)": 0.008, "n": 1000}, {"EER (%)": 0.7, "n": 1000})
    assert "Not judged, as some values look like percent and others like fractions: EER (%)." in c.verdict
    assert c.interval("EER (%)", "0.2.0").reason == "one looks like percent and the other like a fraction"
    assert percent_among("EER (%)", {0: 0.8, 1: 0.09}) == ()
    assert percent_among("EER", {0: 0.8, 1: 0.008}) == ()


RATES = ["WER (%)", "cer_pct", "EER (%)", "error_rate (%)", "字错率（%）", "误报率(%)", "MAPE (%)", "der_percent", "gpu_utilization_pct"]


@pytest.mark.parametrize("name", RATES)
def test_differences_of_whatever_is_in_percent_are_in_points(name):
    c = compare({name: 12.5}, {name: 11.0})
    assert c[name].scale.write(-1.5, 12.5, NumberFormat(2)) == "-1.5 pp"
    assert c[name].changes[1].percent is None
    assert "(-1.5 pp)" in str(c.explain(everything=True))
    assert "-12" not in str(c)


@pytest.mark.parametrize("name", RATES)
def test_margins_in_points_are_in_the_unit_of_what_is_in_percent(name):
    c = compare({name: 12.5}, {name: 13.0})
    assert [c.check(f"{name} <= baseline + {points}pp").passed for points in ("0.2", "1")] == [False, True]
    assert compare({name: 12.5}, {name: 13.0}, tolerance="1pp", directions={name: "min"})[name].changes[1].kind == "same"


def test_rates_that_cannot_exceed_one_and_agreements_have_ends():
    for name in ("eer", "fpr", "fnr", "far", "frr", "ece", "hamming_loss", "val.hamming_loss", "chrf"):
        assert [bounds_of(name, [value]) for value in (0.3, 12)] == [(0, 1), (0, 100)], name
    for name in ("mcc", "kappa", "val.ssim", "cohen_kappa", "neg_mcc"):
        assert [bounds_of(name, [value]) for value in (0.3, -0.3, 12)] == [(-1, 1), (-1, 1), (-math.inf, math.inf)], name
    assert [bounds_of(name, [0.3])[1] for name in ("wer", "kappa_loss", "wer_in_the_far_field", "loss")] == [math.inf] * 4


@pytest.mark.parametrize("name", ["win_rate (%)", "error_rate_pct", "accuracy_percent"])
def test_a_share_that_says_percent_casts_no_doubt_on_fractions_beside_it(name):
    c = compare({"test_acc": 0.90, name: 75.0, "n": 1000}, {"test_acc": 0.95, name: 71.0, "n": 1000})
    assert c["test_acc"].changes[1].verdict == "better"
    assert c["test_acc"].scale.write(0.05, 0.9, NumberFormat(2)) == "+5.0 pp"


def test_zero_is_the_same_in_percent_and_in_fractions():
    c = compare({"accuracy": 60.2, "n": 1000}, {"accuracy": 0.0, "n": 1000})
    assert (c.interval("accuracy", "0.2.0").interval is not None, c["accuracy"].changes[1].verdict) == (True, "worse")


@pytest.mark.parametrize(("first", "second"), [(0.602, 0.0), (0.0, 0.998), (0.5, 0.0)])
def test_an_interval_of_zero_is_in_the_unit_of_the_others(first, second):
    for more in ({}, {"accuracy": 0.25, "n": 1000}):
        percent, fractions = (
            compare(
                *({"accuracy": value * unit, "n": 1000} for value in (first, second)),
                *([{**more, "accuracy": 0.25 * unit}] if more else []),
            )
            for unit in (100, 1)
        )
        assert percent.interval("accuracy", "0.2.0").words == fractions.interval("accuracy", "0.2.0").words


def test_two_zeros_beside_percent_are_told_apart_as_percent():
    c = compare({"accuracy": 0.0, "n": 1000}, {"accuracy": 0.0, "n": 1000}, {"accuracy": 60.2, "n": 1000})
    assert c.interval("accuracy", "0.2.0").interval.high == pytest.approx(0.38, abs=0.02)


def test_nothing_is_the_best_of_values_in_two_units():
    """Lists, trends, charts, pairs and rankings ask what the comparison asks."""
    values = (0.91, 93.0, 0.92)
    documents = [
        {
            "VersionName": f"0.{place}.0",
            "Metrics": {"accuracy": value, "f1": 0.8 + place / 100},
            "Labels": [{"Key": "k", "Value": str(place)}],
        }
        for place, value in enumerate(values)
    ]
    versions = VersionSet.from_documents(documents, "model-a")
    rows = [line for line in str(versions).splitlines() if line.startswith("0.")]
    assert [line.count("☆") for line in rows] == [0, 0, 1]  # of f1

    listed = VersionList()
    listed.show(versions, "accuracy")
    assert "▇" not in str(listed)

    c = versions.compare()
    assert [trend_of(c, c[name], range(3)) for name in ("accuracy", "f1")] == ["", "▃▄▅"]
    html = c.to_html()
    assert "<var>" in html
    assert "<var>+92.09" not in html  # which says ahead
    assert {each.path: each.mode for each in chart_data(c).measures} == {"accuracy": None, "f1": "max"}
    mixed = r"accuracy: some values look like percent and others like fractions\."
    for ask in (c.best, c.rank, c.pareto, versions.minimal_pairs, lambda _: pareto_places(*chart_data(c).measures)):
        with pytest.raises(ComparisonError, match=mixed):
            ask(["accuracy", "f1"] if ask == c.pareto else "accuracy")


def test_of_values_in_two_units_nothing_is_better_or_worse_anywhere():
    c = compare(
        {"bleu": 31.0, "bleu_stderr": 0.5, "accuracy": 0.8, "n": 1000},
        {"bleu": 29.45, "bleu_stderr": 0.5, "accuracy": 0.764, "n": 1000},
        {"bleu": 0.31, "accuracy": 0.8, "n": 1000},
    )
    assert {change.verdict for change in c["bleu"].changes} == {None, Verdict.UNKNOWN}
    assert c.verdict.counts["0.2.0"]["worse"] == 0
    assert c.check("fail if worse beyond chance").passed
    assert "worse" not in str(c).partition("Metrics")[2].partition("How to read this")[0]
