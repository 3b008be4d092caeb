"""Which names say how sure others are, at which level, and which are metrics after all."""

import json
import math

import numpy as np
import pytest

import pai_notebook as pnb
from pai_notebook.comparison.interval_text import read_interval
from pai_notebook.model.list_view import differing_metrics, metric_names
from tests.compare.comparing import compare
from tests.examples import cases
from tests.lazy import Lazy

stats = Lazy("scipy.stats")


def _both(first, second, metric):
    return compare(first, second).interval(metric, "0.2.0")


def _evidence(*metrics):
    return {row.path for row in compare(*metrics).metrics if row.is_evidence}


LEVELS = [
    lambda ends: {"auc_ci": {**ends, "level": "90%"}},
    lambda ends: {"auc_ci": {**ends, "confidence": "90 %"}},
    lambda ends: {"auc_ci": {**ends, "alpha": 0.1}},
    lambda ends: {"auc_ci": {**ends, "ci_level": 0.9}},
    lambda ends: {"auc_ci": {**ends, "coverage": 0.9}},
    lambda ends: {"auc_ci": {**ends, "percent": 90}},
    lambda ends: {"auc_ci": {**ends, "ConfidenceLevel": "0.90"}},
    lambda ends: {"auc_ci": [*ends.values()], "auc_ci_level": 0.9},
    lambda ends: {"auc_ci": [*ends.values()], "auc_confidence_level": "90%"},
    lambda ends: {"auc_ci": [*ends.values()], "auc_ci_alpha": 0.1},
    lambda ends: {"auc_ci": [*ends.values()], "confidence_level": 0.9},
    lambda ends: {"auc_ci": 0.05, "auc_ci_level": 90},
    lambda ends: {"auc_ci": [*ends.values()], "auc_interval_level": "90 percent"},
    lambda ends: {"auc_lower": ends["low"], "auc_upper": ends["high"], "auc_level": 0.9},
    lambda ends: {"auc_ci": [*ends.values()], "auc_alpha": 0.1},
    lambda ends: {"auc_ci": {**ends, "nominal_coverage": 0.9}},
    lambda ends: {"auc_lower": ends["low"], "auc_upper": ends["high"], "auc_ci_level": 90},
    lambda ends: {"auc_ci90_lower": ends["low"], "auc_ci90_upper": ends["high"]},
    lambda ends: {"auc_ci": f"90% CI [{ends['low']}, {ends['high']}]"},
]


@pytest.mark.parametrize("beside", LEVELS)
def test_the_level_of_an_interval_counts_wherever_it_is_stated(beside):
    documents = [{"auc": value, **beside({"low": value - 0.05, "high": value + 0.05})} for value in (0.8, 0.874)]
    found = _both(*documents, "auc")
    half = 0.05 * stats.norm.ppf(0.975) / stats.norm.ppf(0.95) * math.sqrt(2)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.074 - half, 0.074 + half), rel=1e-6)
    assert found.words == "could be chance"
    assert [row.path for row in compare(*documents).metrics if not row.is_evidence] == ["auc"]


@pytest.mark.parametrize("outer", [{}, {"confidence_level": 0.9}])
def test_a_level_within_or_above_the_object_of_a_metric_is_that_of_its_interval(outer):
    inner = {} if outer else {"ci_level": 0.9}
    documents = [{**outer, "auc": {"value": value, "ci": [value - 0.05, value + 0.05], **inner}} for value in (0.8, 0.874)]
    assert _both(*documents, "auc.value").reason == "from the stated 90 % intervals, rescaled"


def test_a_level_is_read_in_each_version_where_that_one_states_it():
    first = {"auc": 0.8, "auc_ci": {"low": 0.75, "high": 0.85, "level": 0.9}}
    second = {"auc": 0.874, "auc_ci": {"low": 0.824, "high": 0.924}, "ci_level": 0.9}
    assert _both(first, second, "auc").reason == "from the stated 90 % intervals, rescaled"


@pytest.mark.parametrize("level", ["wide", 0.05, 0, 1, -90, 190, "0.9%", True, "90-95"])
def test_a_level_that_cannot_be_read_gives_no_interval_and_says_so(level):
    documents = [{"auc": value, "auc_ci": {"low": value - 0.01, "high": value + 0.01, "level": level}} for value in (0.8, 0.9)]
    found = _both(*documents, "auc")
    assert (found.words, found.reason) == ("no interval known", "auc_ci.level cannot be read as the level of an interval")


def test_levels_that_contradict_each_other_give_no_interval():
    documents = [{"auc": value, "auc_ci95": [value - 0.01, value + 0.01], "auc_ci_level": 0.9} for value in (0.8, 0.9)]
    assert _both(*documents, "auc").reason == "different levels are stated for auc_ci95"


def test_what_is_called_a_level_is_a_metric_where_no_interval_stands_beside_it():
    assert _evidence({"auc": 0.9, "confidence_level": 0.7, "auc_level": 0.9, "auc_ci_level": 0.9}) == set()
    assert _evidence({"auc": 0.9, "confidence": 0.7, "alpha": 0.3, "coverage": 0.87, "auc_ci": [0.8, 1.0]}) == {"auc_ci"}


@pytest.mark.parametrize(
    "name", ["std_accuracy", "top5_ci", "bleu_se", "acc_sem", "f1_std", "home_runs", "stderr", "std", "sem", "ci", "f1_ci95_low", "runs"]
)
def test_without_what_it_names_a_row_is_a_metric(name):
    c = compare({name: 0.95, "robust_loss": 0.5, "n": 1000}, {name: 0.7, "robust_loss": 0.6, "n": 1000})
    assert {row.path for row in c.metrics if row.is_evidence} == {"n"}
    assert c.interval(name, "0.2.0").words == "no interval known"


def test_a_gate_sees_a_loss_of_a_metric_that_is_named_as_a_spread():
    c = compare({"std_accuracy": 0.95, "accuracy_robust": 0.5, "n": 1000}, {"std_accuracy": 0.7, "accuracy_robust": 0.6, "n": 1000})
    assert not c.check("std_accuracy >= baseline - 1pp").passed
    assert "std_accuracy" in str(c)


@pytest.mark.parametrize(
    ("metrics", "evidence"),
    [
        ({"score": 0.9, "stderr": 0.01}, {"stderr"}),
        ({"f1": {"mean": 0.9, "std": 0.01, "n_runs": 3}}, {"f1.std", "f1.n_runs"}),
        ({"accuracy": {"value": 0.9}, "stderr": {"value": 0.01}}, {"stderr.value"}),
        ({"mean_test_score": 0.9, "std_test_score": 0.01}, {"std_test_score"}),
        ({"test-auc-mean": 0.9, "test-auc-std": 0.01}, {"test-auc-std"}),
        ({"acc,none": 0.9, "acc_stderr,none": 0.01}, {"acc_stderr,none"}),
        ({"f1": 0.9, "f1_std": 0.1, "runs": 5}, {"f1_std", "runs"}),
        ({"f1": 0.9, "f1_std": 0.1, "f1_runs": 5}, {"f1_std", "f1_runs"}),
        ({"runs": 5, "wickets": 3}, set()),
        ({"ci": 0.8, "ci_stderr": 0.01, "accuracy": 0.9}, {"ci_stderr"}),
        ({"ci": [0.8, 1.0], "accuracy": 0.9}, {"ci"}),
        ({"ci": 0.8, "accuracy": 0.9}, set()),
    ],
)
def test_with_what_it_names_a_row_is_evidence(metrics, evidence):
    assert _evidence(metrics) == evidence


@pytest.mark.parametrize(
    "stated",
    [
        {"price_ci": "wide"},
        {"price_ci": [11.5, 13]},
        {"price_ci": {"p5": 9}},
        {"price_stderr": -1},
        {"price_stderr": "wide"},
        {"price_std": "wide"},
        {"price_std": -1, "n_runs": 3},
        {"price_ci": {"low": 9, "high": 12, "level": "wide"}},
    ],
)
def test_what_is_read_off_is_not_exact_where_an_error_is_stated_that_is_not_believed(stated):
    for other in (stated, {}):
        found = _both({"price": 10, **stated}, {"price": 11, **other}, "price")
        assert found.words == "no interval known"
        assert next(iter(stated)) in found.reason


@pytest.mark.parametrize("stated", [{"price_stderr": 0}, {"price_ci": 0}, {"price_std": 0, "n_runs": 3}])
def test_what_is_read_off_is_exact_where_an_error_of_nothing_is_stated(stated):
    assert _both({"price": 10, **stated}, {"price": 11, **stated}, "price").words == "exact"


def test_what_is_read_off_is_estimated_where_its_interval_is_a_text():
    assert _both({"price": 10, "price_ci": "5-15"}, {"price": 11, "price_ci": "2-20"}, "price").words == "could be chance"


@pytest.mark.parametrize(
    "metrics",
    [
        [{"bleu": 30, "bleu_hi": 40, "bleu_lo": 20, "bleu_de": 30}],
        [{"f1": 0.8, "f1_se": 0.2, "f1_de": 0.8}],
        [{"bleu": 30, "bleu_hi": 20, "bleu_lo": 10}],
        [{"bleu": 30, "bleu_hi": 40, "bleu_lo": 20}, {"bleu": 31, "bleu_hi": 20, "bleu_lo": 10}],
        [{"bleu": 30, "bleu_lo": 20}, {"bleu": 31, "bleu_hi": 50}],
        [{"acc": 0.8, "acc_sem": 0.82}],
        [{"acc": 0.8, "acc_sem": 0.02}, {"acc": 0.8, "acc_sem": 0.7}],
        [{"f1": 0.8, "f1_se": 0.82}],
        [{"accuracy": 0.8, "std_accuracy": 0.82}],
        [{"accuracy": 80, "std_accuracy": 82}],
    ],
)
def test_what_cannot_be_a_bound_or_an_error_of_its_metric_is_a_metric(metrics):
    assert _evidence(*metrics) == set()


@pytest.mark.parametrize(
    "metrics",
    [
        *({"sp": 0.9, "se": sensitivity} for sensitivity in (0.02, 0.3, 0.95)),
        *({"auc": 0.9, other: 0.9, "se": 0.05} for other in ("sp", "Sp", "specificity", "ppv", "特异度")),
        *(
            {"val_sp": 0.9, "val_se": 0.05, "val": 0.9},
            {"cad": {"sp": 0.9, "se": 0.05}},
            {"sp": {"cad": 0.9}, "se": {"cad": 0.05}, "cad": 0.9},
        ),
        *({"rotation": 30, "rotation_err": 1.2}, {"depth": 12, "depth_err": 0.1}, {"translation": 1, "translation_err": 0.1}),
        *({"pose": {"rotation": 0.9, "rotation_err": 0.01}}, {"mean_depth": 3, "err": {"depth": 0.1}}, {"depth": 3, "err_depth": 0.1}),
        *({"top5": 0.9, "top5_err": 0.05}, {"top5": 90, "top5_err": 7}, {"top1": 0.8, "top5": 0.95, "top1_err": 0.21, "top5_err": 0.04}),
        *({"f1": 0.9, "err": 0.02}, {"depth": 3, "err": 0.02}, {"rotation_err": 1, "score": 0.9}),
        *({"auc": 0.9, "se": 0.2}, {"f1": 0.9, "f1_se": 0.3}, {"bleu": 30, "bleu_se": 28}),
    ],
)
def test_a_sensitivity_and_the_error_of_a_model_are_metrics_that_a_gate_judges(metrics):
    assert _evidence(metrics) == set()
    c = compare(metrics, metrics)
    for row in c.metrics:
        assert row.role is None
        assert not c.check(f"{row.name} >= 1000").passed


@pytest.mark.parametrize(
    ("metrics", "error"),
    [
        ({"accuracy": 0.9, "accuracy_err": 0.01}, "accuracy_err"),
        ({"mmlu": 0.7, "mmlu_err": 0.01}, "mmlu_err"),
        ({"准确率": 0.7, "准确率_err": 0.01}, "准确率_err"),
        ({"loss": 2.0, "loss_err": 0.1}, "loss_err"),
        ({"score": 0.9, "score_err": 0.01}, "score_err"),
        ({"score": 0.9, "err": 0.01}, "err"),
        ({"rotation": {"value": 30, "err": 1.2}}, "rotation.err"),
        ({"specificity": 0.9, "specificity_se": 0.01, "sensitivity": 0.8}, "specificity_se"),
        ({"auc": 0.9, "se": 0.01}, "se"),
        ({"se": 0.9, "se_stderr": 0.01, "sp": 0.8}, "se_stderr"),
        ({"se": 0.9, "se_se": 0.01, "sp": 0.8}, "se_se"),
        ({"rotation": 30, "rotation_stderr": 1.2}, "rotation_stderr"),
        ({"rotation": 30, "rotation_std_err": 1.2}, "rotation_std_err"),
    ],
)
def test_an_error_of_a_quality_that_is_small_enough_is_evidence_and_still_named(metrics, error):
    assert _evidence(metrics) == {error}
    assert error in str(compare(metrics, metrics))


def test_bounds_that_enclose_their_metric_wherever_both_are_stated_are_evidence():
    first, second = {"bleu": 30, "bleu_hi": 31, "bleu_lo": 29}, {"bleu": 31, "bleu_lo": 30}
    assert _evidence(first, second) == {"bleu_hi", "bleu_lo"}
    assert _both(first, second, "bleu").words == "no interval known"
    assert _evidence({"f1": 0.8, "f1_low": 0.7, "f1_hi": 0.9, "f1_de": 0.8}, {"f1": 0.8, "f1_se": 0.01}) == {"f1_low"}


@pytest.mark.parametrize("folds", [(3, 5), (5, 5)])
def test_a_row_called_k_is_no_number_of_folds(folds):
    documents = [{"k": k, "accuracy": value, "accuracy_std": 0.02} for k, value in zip(folds, (0.8, 0.9), strict=True)]
    assert _both(*documents, "accuracy").words == "no interval known"
    for name in ("cv", "n_folds"):
        named = [{**{key: value for key, value in each.items() if key != "k"}, name: 5} for each in documents]
        assert _both(*named, "accuracy").words == "beyond chance (95 %)"


@pytest.mark.parametrize(
    "text",
    [
        "0.77-0.83",
        "0.77 - 0.83",
        "0.77\u20130.83",
        "0.77 \u2013 0.83",
        "0.77 to 0.83",
        "0.77, 0.83",
        "[0.77;0.83]",
        "(0.77, 0.83]",
        "0.80 \u00b1 0.03",
        "\u00b10.03",
        "\u00b1 .03",
        "+/- 0.03",
        "\u00b13%",
        "80% \u00b1 3%",
        "[77%, 83%]",
        "77-83 %",
        "95% CI [0.77, 0.83]",
        "95 % CI: 0.77 to 0.83",
        "0.77 to 0.83 (95% CI)",
        "0.77 - 0.83 (95%)",
        "0.80 \u00b1 0.03 @ 95 %",
        "0.80 (0.77-0.83)",
        "0.80 [95% CI 0.77, 0.83]",
        "0.80 (95 % confidence interval: 0.77\u20130.83)",
        ["77%", "83%"],
        ["0.77", 0.83],
    ],
)
def test_an_interval_is_read_as_people_write_it(text):
    found = read_interval(text, 0.8)
    assert (found.low, found.high) == pytest.approx((0.77, 0.83))
    assert found.level in (None, 0.95)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "wide",
            "0.77",
            "0,77",
            "0,77-0,83",
            "0.80 \u00b1 3%",
            "[77%, 0.83]",
            "0.77/0.83",
            "[0.77, 0.80, 0.83]",
            "2026-11-27",
        ),
        *(
            "0.77-0.83-0.9",
            "nan-0.8",
            "[, ]",
            "1(" * 40,
            "95% CI",
            "0.80 (95%)",
            "0.80 (0.77-0.83",
            None,
            True,
            [0.77],
            [True, "0.8"],
            {"a": 1},
        ),
    ],
)
def test_what_could_be_read_in_two_ways_or_in_none_is_no_interval(text):
    assert read_interval(text, 0.8) is None


IN_LEVELS = [
    *("{level}% [{low}, {high}]", "{level} % ({low}-{high})", "{level}% CI [{low}, {high}]", "[{low}, {high}] ({level}%)"),
    *({"low": "{low}", "high": "{high}", key: "{level}"} for key in ("level", "conf", "ci", "coverage", "percent", "Confidence Level")),
    *({"low": "{low}", "high": "{high}", key: "0.{level}"} for key in ("level", "conf", "ci", "prob")),
    *({"ci_{level}": ["{low}", "{high}"]}, {"ci{level}": ["{low}", "{high}"]}, {"low_{level}": "{low}", "high_{level}": "{high}"}),
]


def _filled(form, value, level):
    """An interval around a value as a form has it: numbers where the form has nothing else."""
    if isinstance(form, dict):
        return {key.replace("{level}", str(level)): _filled(item, value, level) for key, item in form.items()}
    if isinstance(form, list):
        return [_filled(item, value, level) for item in form]
    text = form.format(low=round(value - 0.02, 4), high=round(value + 0.02, 4), level=level)
    return float(text) if text.replace(".", "", 1).isdigit() else text


@pytest.mark.parametrize("form", IN_LEVELS, ids=str)
@pytest.mark.parametrize("level", [68, 90, 95, 99])
def test_a_level_counts_however_it_stands_beside_the_bounds(form, level):
    found = _both(*({"auc": value, "auc_ci": _filled(form, value, level)} for value in (0.8, 0.85)), "auc")
    half = 0.02 * math.sqrt(2) * stats.norm.ppf(0.975) / stats.norm.ppf(0.5 + level / 200)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.05 - half, 0.05 + half), rel=1e-6)


@pytest.mark.parametrize("key", ["z", "sigma", "n_sigma", "nsigma", "sigmas"])
@pytest.mark.parametrize("width", [1, 1.96, 2, 2.576, 3])
def test_a_width_in_standard_errors_is_a_level(key, width):
    found = _both(*({"auc": value, "auc_ci": {"low": value - 0.02, "high": value + 0.02, key: width}} for value in (0.8, 0.85)), "auc")
    half = 0.02 * math.sqrt(2) * stats.norm.ppf(0.975) / width
    assert (found.interval.low, found.interval.high) == pytest.approx((0.05 - half, 0.05 + half), rel=2e-3)


@pytest.mark.parametrize("part", [{"p": 0.68}, {"type": "68%"}, {"what": 68}, {"method": "wilson, 90 %"}, {"width": "68 %"}, {"z": 0.1}])
def test_a_part_that_may_be_the_level_of_an_interval_gives_none_that_is_taken_as_95(part):
    found = _both(*({"auc": value, "auc_ci": {"low": value - 0.02, "high": value + 0.02, **part}} for value in (0.8, 0.85)), "auc")
    assert found.interval is None
    assert f"auc_ci.{next(iter(part))}" in found.reason


@pytest.mark.parametrize(
    "part",
    [{"mean": 0.8}, {"n": 90}, {"n_resamples": 99}, {"seed": 68}, {"method": "wilson"}, {"se": 0.01}, {"median": 0.81}, {"note": "95 %"}],
)
def test_other_parts_of_an_interval_say_nothing_of_its_level(part):
    beside = {"low": 0.78, "high": 0.82, **part}
    found = _both({"auc": 0.8, "auc_ci": beside}, {"auc": 0.81, "auc_ci": beside}, "auc")
    assert found.reason == "intervals taken as 95 %"


@pytest.mark.parametrize(
    ("text", "value", "level"),
    [
        *(("80% [77%, 83%]", 0.8, None), ("68% [0.77, 0.83]", 0.8, 0.68), ("68% [77%, 83%]", 0.8, 0.68), ("68% [77, 83]", 80, 0.68)),
        *(("95% [0.94, 0.96]", 0.95, None), ("0.80 [0.77, 0.83]", 0.8, None), ("80 [77, 83]", 80, None), ("80% [77%, 83%]", 80, None)),
    ],
)
def test_a_number_before_the_bounds_is_the_value_or_the_level(text, value, level):
    found = read_interval(text, value)
    assert (found.low <= value <= found.high, found.level) == (True, level)


@pytest.mark.parametrize(
    ("text", "value"),
    [("68% [0.66, 0.70]", 0.68), ("80% [77, 83]", 80), ("0.68 [0.77, 0.83]", 0.8), ("5% [0.77, 0.83]", 0.8), ("68% [0.7, 0.9] (90%)", 0.8)],
)
def test_a_number_before_the_bounds_that_may_be_both_or_neither_is_refused(text, value):
    assert read_interval(text, value) is None


def test_negative_ends_are_read_too():
    for text, ends in (("-0.2-0.1", (-0.2, 0.1)), ("\u22120.2 to \u22120.1", (-0.2, -0.1)), ("[-1e-2, 2E-2]", (-0.01, 0.02))):
        found = read_interval(text, 0.0)
        assert (found.low, found.high) == ends


def test_what_is_too_large_for_an_error_is_a_metric_everywhere():
    documents = [
        {
            "VersionName": f"0.{nth}.0",
            "Metrics": {"f1": 0.8, "f1_se": 0.6 + nth / 100, "n": 100},
            "TrainingSpec": {"HyperParameters": {"lr": 0.1, "seed": nth}},
        }
        for nth in (1, 2, 3)
    ]
    versions = pnb.VersionSet.from_documents(documents, "model-a")
    assert ("f1_se", "") in differing_metrics(versions)
    assert metric_names(versions) == ("f1", "f1_se")
    (group,) = versions.group_repeats()
    assert group.metrics["f1_se"].value == pytest.approx(0.62)
    assert versions.compare()["f1_se"].role is None


@pytest.mark.slow
def test_intervals_at_any_level_are_those_of_scipy_however_they_are_written():
    draw = np.random.default_rng(20261128)
    for _ in range(cases(300)):
        documents, parts, values = [], [], []
        for _ in range(2):
            value, below, above = (round(float(each), 4) for each in (draw.uniform(0.5, 0.9), *draw.uniform(0.005, 0.08, 2)))
            percent = int(draw.choice([80, 90, 95, 99]))
            ends = {"low": round(value - below, 4), "high": round(value + above, 4)}
            beside = [
                {"auc_ci": {**ends, "level": percent}},
                {"auc_ci": {**ends, "alpha": round(1 - percent / 100, 2)}},
                {"auc_ci": json.dumps([*ends.values()]), "auc_ci_level": f"{percent} %"},
                {"auc_ci": f"{ends['low']}\u2013{ends['high']} ({percent}% CI)"},
                {f"auc_ci{percent}": f"{value} [{ends['low']}, {ends['high']}]"},
                {"auc_lower": ends["low"], "auc_upper": ends["high"], "ci_level": percent / 100},
            ]
            documents.append({"auc": value, **beside[int(draw.integers(len(beside)))]})
            scale = stats.norm.ppf(0.975) / stats.norm.ppf(0.5 + percent / 200)
            parts.append((scale * (value - ends["low"]), scale * (ends["high"] - value)))
            values.append(value)
        found = _both(*documents, "auc").interval
        difference = values[1] - values[0]
        expected = difference - math.hypot(parts[1][0], parts[0][1]), difference + math.hypot(parts[1][1], parts[0][0])
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-9), documents
