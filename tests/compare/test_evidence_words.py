"""Every usual spelling of a spread, an interval or a number of runs is read; what is not read is named, and judged by nobody."""

import math

import pytest

from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.evidence_names import read_evidence_name, read_level
from pai_notebook.model.evidence_words import Role, level_of, may_say
from tests.compare.comparing import compare

_Z = 1.959963984540054
_W = 0.1
BOUNDS = [
    *("low high", "lo hi", "lb ub", "lower upper", "lower_bound upper_bound", "lower_limit upper_limit", "lwr upr", "lcl ucl", "lci uci"),
    *("ci_low ci_high", "ci_lower ci_upper", "ci95_low ci95_high", "lower_ci upper_ci", "lower95 upper95", "lower_95 upper_95", "l95 u95"),
    *("ci_lower_95 ci_upper_95", "ci_min ci_max", "ci_l ci_u", "ci_left ci_right", "ci_0 ci_1", "p2.5 p97.5", "p025 p975", "2.5% 97.5%"),
    *("conf_low conf_high", "ciLow ciHigh", "Lower Upper", "lower_ci95 upper_ci95", "下限 上限", "置信下限 置信上限"),
]
ERRORS = [
    *("stderr", "std_err", "std_error", "stderror", "standard_error", "se", "sem", "clustered_stderr", "bootstrap_se", "stderr_clustered"),
    *("StdErr", "err", "标准误"),
]
SPREADS = ["std", "stdev", "stddev", "sd", "std_dev", "standard_deviation", "标准差"]
RUNS = [
    *(
        "n_runs",
        "n_seeds",
        "seeds",
        "n_repeats",
        "repeats",
        "n_trials",
        "trials",
        "replicates",
        "n_replicates",
        "num_repeats",
        "n_experiments",
        "重复次数",
    ),
]
FOLDS = ["n_folds", "folds", "n_splits", "k_folds", "num_folds", "折数"]
MARGINS = ["margin_of_error", "ci95_halfwidth", "moe", "pm", "half_width", "ci", "interval", "hdi", "credible_interval", "误差范围"]


def _half(beside, metric="accuracy", n=20_000):
    """Half of the width of the interval of a difference, where each of two values has such evidence beside n."""
    documents = [{**beside(value), **({"n": n} if n else {})} for value in (0.8, 0.85)]
    c = compare(*documents)
    assert [row.name for row in c.metrics if not row.is_evidence] == [metric], documents
    found = c.interval(metric, "0.2.0").interval
    return (found.high - found.low) / 2


def _ways(word, number):
    """One evidence in each place where it may stand."""
    yield lambda value: {"accuracy": value, f"accuracy_{word}": number(value)}
    yield lambda value: {"accuracy": value, word: number(value)}
    yield lambda value: {"accuracy": value, word: {"accuracy": number(value)}}


def _listed(beside):
    return lambda value: {"metrics": [{"name": "accuracy", "value": value, **beside(value)}]}


@pytest.mark.parametrize("word", ERRORS)
def test_a_standard_error_is_read_however_it_is_called_and_wherever_it_stands(word):
    error = _W / _Z
    for beside in list(_ways(word, lambda _: error))[:: 2 if word == "err" else 1]:
        assert _half(beside) == pytest.approx(_W * math.sqrt(2), rel=1e-6)
    assert _half(_listed(lambda _: {word: error}), "metrics.accuracy") == pytest.approx(_W * math.sqrt(2), rel=1e-6)
    if word.isascii():
        assert _half(lambda value: {"accuracy": value, f"{word}_accuracy": error}) == pytest.approx(_W * math.sqrt(2), rel=1e-6)


@pytest.mark.parametrize(
    "names", [("accuracy", "accuracyStderr"), ("accuracy", "Accuracy_StdErr"), ("Test Accuracy", "test_accuracy stderr")]
)
def test_capitals_and_spaces_do_not_matter(names):
    metric, error = names
    assert _half(lambda value: {metric: value, error: _W / _Z}, metric) == pytest.approx(_W * math.sqrt(2), rel=1e-6)


@pytest.mark.parametrize("word", MARGINS)
def test_half_of_the_width_of_an_interval_is_read_however_it_is_called(word):
    for number in (lambda _: _W, lambda value: [value - _W, value + _W], lambda value: {"ci_low": value - _W, "ci_high": value + _W}):
        for beside in _ways(word, number):
            assert _half(beside) == pytest.approx(_W * math.sqrt(2), rel=1e-6)
        assert _half(_listed(lambda value: {word: number(value)}), "metrics.accuracy") == pytest.approx(_W * math.sqrt(2), rel=1e-6)  # noqa: B023 - called at once


@pytest.mark.parametrize("words", BOUNDS)
def test_two_bounds_are_read_however_they_are_called_and_wherever_they_stand(words):
    low, high = words.split()
    for one, other in zip(_ways(low, lambda value: value - _W), _ways(high, lambda value: value + _W), strict=True):
        assert _half(lambda value: one(value) | other(value)) == pytest.approx(_W * math.sqrt(2), rel=1e-6)  # noqa: B023 - called at once
    ends = lambda value: {low: value - _W, high: value + _W}  # noqa: E731 - beside the others
    assert _half(lambda value: {"accuracy": value, "accuracy_ci": ends(value)}) == pytest.approx(_W * math.sqrt(2), rel=1e-6)
    assert _half(_listed(ends), "metrics.accuracy") == pytest.approx(_W * math.sqrt(2), rel=1e-6)


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("count", [*RUNS, *FOLDS, "runs", "cv"])
def test_a_spread_over_runs_or_folds_is_read_however_both_are_called(spread, count):
    expected = _half(lambda value: {"accuracy": value, "accuracy_std": 0.07, "n_folds" if count in (*FOLDS, "cv") else "n_runs": 5})
    assert expected > 0.05
    for beside in _ways(spread, lambda _: 0.07):
        assert _half(lambda value: {**beside(value), count: 5}) == pytest.approx(expected)  # noqa: B023 - called at once
    assert _half(_listed(lambda _: {spread: 0.07, count: 5}), "metrics.accuracy") == pytest.approx(expected, rel=0.01)


def test_runs_above_a_list_of_metrics_are_those_of_each():
    listed = lambda value: {**_listed(lambda _: {"std": 0.07})(value), "n_runs": 3}  # noqa: E731 - two ways of one thing
    assert _half(listed, "metrics.accuracy") == pytest.approx(_half(_listed(lambda _: {"std": 0.07, "n_runs": 3}), "metrics.accuracy"))


def test_n_in_the_item_of_a_list_is_that_of_its_metric():
    expected = _half(lambda value: {"accuracy": value}, n=1000)
    assert _half(_listed(lambda _: {"n": 1000}), "metrics.accuracy", n=0) == pytest.approx(expected)
    assert _half(_listed(lambda _: {"n": 1000}), "metrics.accuracy") == pytest.approx(expected)


@pytest.mark.parametrize("form", [lambda ends: {"ci": {"accuracy": ends}}, lambda ends: {"accuracy": {"ci": ends}}])
def test_an_interval_in_an_object_of_several_metrics_is_read(form):
    def beside(value):
        found = form({"low": value - _W, "high": value + _W})
        return {"accuracy": {"value": value, **found["accuracy"]}} if "accuracy" in found else {"accuracy": value, **found}

    name = "accuracy" if "ci" in form({}) else "accuracy.value"
    assert _half(beside, name) == pytest.approx(_W * math.sqrt(2), rel=1e-6)


def test_means_and_spreads_may_be_two_objects():
    beside = lambda value: {"mean": {"accuracy": value}, "std": {"accuracy": 0.07}, "n_runs": 5}  # noqa: E731 - one line
    assert _half(beside, "mean.accuracy", n=0) > 0.05


@pytest.mark.parametrize("name", ["accuracy_uncertainty", "accuracy_variance", "accuracy_margin", "accuracy_spread", "准确率方差"])
def test_a_spread_that_is_not_read_is_named_and_not_judged(name):
    metric = "accuracy" if name.isascii() else "准确率"
    c = compare({metric: 0.8, "n": 10_000, name: 0.01}, {metric: 0.85, "n": 10_000, name: 0.3})
    assert c[name].role is Role.UNREAD
    assert f"stated, but not believed: {name} is not read; write {metric}_stderr (0.1.0, 0.2.0)" in " ".join(str(c).split())
    assert name not in " ".join(map(str, c.verdict.sentences))


UNREAD = [
    *("accuracy_wilson_lower", "accuracy_jackknife_se", "accuracy_std_across_seeds", "accuracy_std_5seeds", "accuracy_stderr_boot"),
    *("accuracy_moe95", "accuracy_2sigma", "accuracy_error", "accuracy_err_high", "accuracy_posterior_std", "accuracy_ci_width"),
    *("deviation_accuracy", "bounds.accuracy", "band_accuracy", "confidence.accuracy", "unc_accuracy", "errbar.accuracy", "p05.accuracy"),
    *("mcse_accuracy", "quantiles.accuracy", "pvalues_accuracy", "folds_accuracy", "significance.accuracy", "不确定度_accuracy"),
    *(
        "误差棒.accuracy",
        "accuracy不确定度",
        "accuracy_yerr",
        "accuracy_rsd",
        "accuracy_confidence_bounds",
        "accuracy半宽",
        "accuracy四分位距",
    ),
    *("accuracy_q05", "accuracyStdErrBoot", "std_mean_accuracy", "accuracy_boot_ci_low", "accuracy_uncertainty.low", "variances.accuracy"),
]


def _nested(path, value):
    key, _, rest = path.partition(".")
    return {key: _nested(rest, value) if rest else value}


@pytest.mark.parametrize("name", UNREAD)
def test_whatever_is_named_as_a_metric_with_a_word_of_evidence_is_named_and_not_judged(name):
    documents = [{"accuracy": value, "n": 10_000, **_nested(name, number)} for value, number in ((0.8, 0.02), (0.85, 0.21))]
    c = compare(*documents)
    assert c[name].role is Role.UNREAD
    told = f"stated, but not believed: {name} is not read; write accuracy_stderr (0.1.0, 0.2.0)"
    assert told in " ".join(str(c).split())
    assert told in c.check("accuracy >= baseline - 1pp with 95% confidence").remarks
    assert [row.path for row in c.metrics if not row.is_evidence] == ["accuracy"]
    assert not any(
        row.is_evidence
        for row in compare(*({key: document[key] for key in document if key not in ("accuracy", "n")} for document in documents)).metrics
    )


@pytest.mark.parametrize(
    "name", ["accuracy的标准误", "accuracy均值标准误", "accuracy_cred_int", "cred_int_accuracy", "均值标准误.accuracy"]
)
def test_an_error_that_names_its_metric_in_other_words_is_read(name):
    documents = [{"accuracy": value, **_nested(name, 0.01)} for value in (0.8, 0.9)]
    assert compare(*documents).interval("accuracy", "0.2.0").words == "beyond chance (95 %)"


@pytest.mark.parametrize("name", ["noise.accuracy", "bounds_accuracy", "seeds.accuracy", "range_accuracy"])
def test_a_word_of_evidence_before_a_metric_leaves_a_number_that_is_no_error_a_metric(name):
    documents = [{"accuracy": value, **_nested(name, value - 0.1)} for value in (0.8, 0.9)]
    assert compare(*documents)[name].role is None


@pytest.mark.parametrize("name", ["accuracy_runs", "accuracy_values", "accuracy_boot", "accuracy_per_seed", "accuracy_folds"])
def test_runs_that_are_listed_beside_their_mean_are_named_with_what_to_write(name):
    first, second = ({"accuracy": value, name: [value - 0.01, value, value + 0.01]} for value in (0.8, 0.9))
    c = compare(first, second)
    assert c[name].role is Role.UNREAD
    assert c.interval("accuracy", "0.2.0").reason == f"{name} is not read; write its list as accuracy, with repeats='accuracy'"


@pytest.mark.parametrize(
    "metrics",
    [
        {"accuracy": 0.9, "accuracy_error_rate": 0.1, "accuracy_low_resource": 0.6, "accuracy_high_noise": 0.5, "accuracy_min": 0.7},
        {"accuracy": 0.9, "accuracy_sigma_0.25": 0.6, "accuracy_sigma25": 0.6, "accuracy_p_value": 0.02, "accuracy_per_class": 0.85},
        {"accuracy": 0.95, "accuracy_error": 0.05, "bootstrap_accuracy": 0.94, "accuracy_samples": 0.85},
        {"latency": 100, "latency_p95": 150, "latency_q05": 50, "latency_max": 200, "latency_error": 3},
        {"loss": 1.2, "margin_loss": 0.3, "variance_loss": 0.2, "reward": 1.2, "reward_margin": 0.4},
        {"pass": 0.8, "pass_count": 40, "score": 0.7, "score_n": 0.8, "ap": 0.5, "ap_range_30": 0.4, "f1": 0.8, "f1_n_gram": 0.5},
        {"test": 90, "test_error": 9, "mean": 3.0, "mean_error": 0.2, "calibration": 2, "calibration_error": 0.05},
        {"f1": 0.4, "samples_f1": 0.38, "f1_rse": 0.4, "noise": {"f1": 0.2}, "run": {"f1": 0.41}, "values": {"f1": 0.4}},
        *({"accuracy": 0.9, "accuracy_q1": 0.88, "accuracy_q2": 0.89, "accuracy_q3": 0.91, "accuracy_q4": 0.92}, {"f1": 0.9, "f1_q1": 0.8}),
        {"price_std": 20, "price_mae": 3, "explained_variance": 0.8, "p": 0.4, "p5": 0.4},
    ],
)
def test_a_word_of_evidence_among_others_does_not_make_a_metric_evidence(metrics):
    assert not any(row.is_evidence for row in compare(metrics, metrics).metrics)


@pytest.mark.parametrize("word", ["bootstrap_ci", "clustered_ci95"])
def test_how_an_interval_was_found_does_not_change_how_it_is_read(word):
    ends = lambda value: {f"accuracy_{word}_low": value - _W, f"accuracy_{word}_high": value + _W}  # noqa: E731 - two ways of one thing
    for beside in (ends, lambda _: {"accuracy±": _W}):
        assert _half(lambda value: {"accuracy": value, **beside(value)}) == pytest.approx(_W * math.sqrt(2), rel=1e-6)  # noqa: B023 - called at once


@pytest.mark.parametrize("beside", [{"coverage": 0.68}, {"sigma": 1}, {"auc_ci_sigma": 1}])
def test_a_coverage_or_a_number_of_sigmas_is_the_level_of_the_interval_beside_it(beside):
    documents = [{"auc": value, "auc_ci": [value - 0.03, value + 0.03], **beside} for value in (0.8, 0.85)]
    assert compare(*documents).interval("auc", "0.2.0").reason.startswith("from the stated 68")
    assert not any(row.is_evidence for row in compare({"auc": 0.8, **beside}, {"auc": 0.85, **beside}).metrics)


def test_a_coverage_that_differs_among_versions_is_a_metric():
    documents = [{"auc": 0.8, "auc_ci": [0.75, 0.85], "coverage": coverage} for coverage in (0.9, 0.95)]
    assert compare(*documents)["coverage"].role is None


@pytest.mark.parametrize("word", ["stderr", "ci", "moe", "std", "se"])
@pytest.mark.parametrize(("metric", "other"), [("accuracy", "score"), ("acc", "f1")])
def test_what_stands_beside_several_values_is_named_for_each_of_them(word, metric, other):
    c = compare(*({metric: value, other: value / 2, word: 0.04, "n": 10_000} for value in (0.8, 0.85)))
    told = f"stated, but not believed: {word} stands beside several values without saying which it belongs to; write {metric}_stderr"
    assert told in " ".join(str(c).split())
    assert told in " ".join(c.check(f"{metric} >= baseline - 1pp with 95% confidence").remarks)


@pytest.mark.parametrize("word", ["lower", "upper", "lower_bound", "lcl", "ucl", "lb", "low", "high", "ci_low", "lower95", "p2.5", "下限"])
def test_a_bound_without_the_other_one_is_named_and_not_judged(word):
    sign = 1 if word in ("upper", "ucl", "high") else -1
    c = compare(*({"accuracy": value, f"accuracy_{word}": value + sign * _W, "n": 10_000} for value in (0.8, 0.85)))
    told = f"accuracy_{word} cannot be read as an interval; write its two ends as a list".replace("_p2.5", "_p2\\.5")
    assert f"stated, but not believed: {told}" in " ".join(str(c).split())
    assert [row.path for row in c.metrics if not row.is_evidence] == ["accuracy"]


@pytest.mark.parametrize(
    "metrics",
    [
        {"top1": 0.75, "top1_err": 0.25},
        {"accuracy": 0.9, "err": 0.08},
        {"accuracy": 0.9, "accuracy_moe": 0.92},
        {"accuracy": 0.4, "accuracy_moe": 0.38},
        {"accuracy": 0.9, "accuracy_sd": 0.8},
        {"accuracy": 0.9, "accuracy_low": 0.95},
        {"accuracy": 0.9, "accuracy_margin": 0.8},
        {"latency_ms": 100, "latency_ms_p95": 150},
        {"latency_ms": 100, "latency_ms_p97.5": 150},
        {"bleu": 30, "bleu_sd": 2, "bleu_de": 31},
        {"top": 0.5, "top_5": 0.7},
        {"accuracy_sd": 0.01},
        {"accuracy_moe": 0.01, "seeds": 3, "trials": 5, "folds": 4},
        {"f1": 0.8, "level": 3, "confidence": 0.9, "alpha": 0.05},
    ],
)
def test_what_cannot_be_an_error_by_its_size_or_its_place_is_a_metric(metrics):
    assert not any(row.is_evidence for row in compare(metrics, metrics).metrics)


@pytest.mark.parametrize(
    "beside",
    [{"level": 68}, {"confidence": 68}, {"alpha": 0.32}, {"level": 0.68}, {"level": "68 %"}, {"confidence": "68%"}, {"置信水平": 0.68}],
)
def test_a_plain_level_beside_an_interval_is_that_of_it(beside):
    named = compare(*({"auc": value, "auc_ci": [value - 0.03, value + 0.03], "auc_ci_level": 0.68} for value in (0.8, 0.85)))
    plain = compare(*({"auc": value, "auc_ci": [value - 0.03, value + 0.03], **beside} for value in (0.8, 0.85)))
    listed = compare(
        *({"metrics": [{"name": "auc", "value": value, "ci": [value - 0.03, value + 0.03], **beside}]} for value in (0.8, 0.85))
    )
    expected = named.interval("auc", "0.2.0").interval
    for found in (plain.interval("auc", "0.2.0"), listed.interval("metrics.auc", "0.2.0")):
        assert (found.interval.low, found.interval.high) == (expected.low, expected.high)
        assert found.reason == "from the stated 68 % intervals, rescaled"


@pytest.mark.parametrize(("name", "raw"), [("alpha", 0.01), ("confidence", 0.99), ("level", 99), ("sigma", 3)])
def test_what_may_be_a_setting_beside_named_bounds_makes_no_interval_narrower_and_is_named(name, raw):
    documents = [{"f1": value, "f1_low": value - 0.05, "f1_high": value + 0.05} for value in (0.8, 0.9)]
    plain, c = compare(*documents), compare(*({**document, name: raw} for document in documents))
    found = c.interval("f1", "0.2.0")
    assert found.reason == "intervals taken as 95 %"
    assert found.interval == plain.interval("f1", "0.2.0").interval
    told = f"{name} may be a setting and is not read as a level; write f1_ci_level"
    assert told in " ".join(c.check("f1 >= baseline - 1pp with 95% confidence").remarks)
    for level in ("f1_level", "f1_ci_level", "ci_level", "confidence_level"):
        stated = compare(*({**document, name: raw, level: 0.99} for document in documents))
        assert stated.interval("f1", "0.2.0").reason == "from the stated 99 % intervals, rescaled"


@pytest.mark.parametrize(
    "name", ["auc_ci_level", "confidence_level", "level", "alpha", "confidence", "auc_ci.level", "auc_ci.alpha", "置信水平"]
)
@pytest.mark.parametrize(
    "raw",
    [10**400, -(10**400), math.nan, math.inf, -math.inf, "9" * 400, "1e999", "wide", "", -1, 0, 1, 100, 1e308, True, None, [1], [], {}],
)
def test_no_level_whatever_is_written_is_an_error(name, raw):
    assert read_level(name, raw) is None
    key, _, inner = name.partition(".")
    interval = {"low": 0.7, "high": 0.9, **({inner: raw} if inner else {})}
    documents = [{"auc": value, "auc_ci": interval, **({} if inner else {key: raw})} for value in (0.8, 0.85)]
    c = compare(*documents)
    assert str(c)
    assert c.interval("auc", "0.2.0").words in ("no interval known", "could be chance")


def test_a_level_is_read_or_not_whatever_number_it_is():
    for number in (10**400, -(10**400), math.nan, math.inf, 0, 1, 100, -5):
        assert level_of(number) is None
    assert (level_of(99.99), level_of(0.5)) == (pytest.approx(0.9999), 0.5)


@pytest.mark.parametrize(
    ("beside", "half"), [({"accuracy_stderr": "4.5%"}, 0.045 * _Z), ({"accuracy_ci": "±9%"}, 0.09), ({"ci": "± 9 %"}, 0.09)]
)
def test_an_error_of_a_fraction_may_be_a_percentage(beside, half):
    assert _half(lambda value: {"accuracy": value, **beside}) == pytest.approx(half * math.sqrt(2), rel=1e-6)


def test_an_error_in_percent_of_what_is_no_fraction_is_not_believed():
    c = compare(*({"loss": value, "loss_stderr": "4.5%"} for value in (2.0, 3.0)))
    assert c.interval("loss", "0.2.0").reason == "loss_stderr is not a number"


def test_a_wide_spread_beside_n_stops_a_gate_under_each_of_its_names():
    for spread in SPREADS:
        document = {"accuracy": 0.9, "n": 20_000, f"accuracy_{spread}": 0.07, "n_runs": 3}
        assert not compare(document, document).check("accuracy >= baseline - 1pp with 95% confidence").passed


def test_most_names_say_nothing_of_others():
    names = [
        "accuracy",
        "top_5_accuracy",
        "f1-score",
        "bleu_de",
        "p95_latency",
        "latency_p99",
        "ndcg@10",
        "min_accuracy",
        "error_rate",
        "学习率",
    ]
    assert [name for name in names if read_evidence_name(name) is not None] == []
    assert evidence_among([(name, "") for name in names], lambda _: {0: 0.5}) == {}


@pytest.mark.parametrize("name", ["acc+/-", r"a.x\.std", "accStdErr", "acc±", "a.stderr.value", "acc_95%ci", "准确率标准误"])
def test_a_name_that_says_how_sure_another_is_is_never_passed_over(name):
    assert read_evidence_name(name) is not None
    assert may_say(name)
