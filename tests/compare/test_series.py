"""Lists of numbers: only a curve has a number by itself; of any other list the user says which is meant."""

import math

import pandas as pd
import pytest

from pai_notebook import VersionSet
from pai_notebook.errors import ComparisonError, ConfigurationError, RegressionError
from tests.compare.comparing import compare, make, results

FOLDS = {"accuracy": [0.90, 0.91, 0.89, 0.92, 0.80], "n": 1000}
OTHERS = {"accuracy": [0.70, 0.71, 0.69, 0.72, 0.90], "n": 1000}


def test_a_bare_list_has_no_better_or_worse_no_best_no_interval_and_passes_no_gate():
    c = compare(FOLDS, OTHERS)
    assert (c["accuracy"].changes[1].kind, c["accuracy"].changes[1].verdict) == ("changed", None)
    assert str(c.explain(everything=True)).endswith("\n  - accuracy [0.9, 0.91, 0.89, 0.92, 0.8] → [0.7, 0.71, 0.69, 0.72, 0.9]")
    with pytest.raises(ComparisonError, match=r"accuracy is a list of 5 numbers.*series='mean'"):
        c.best("accuracy")
    evidence = c.interval("accuracy", "0.2.0")
    assert (evidence.interval, evidence.reason) == (None, "a list of 5 numbers: pass series='mean', 'last', 'max' or 'min'")
    for check in (lambda: c.gate("accuracy >= baseline"), lambda: c.gate("accuracy >= 0.1"), c.assert_no_regression):
        with pytest.raises(RegressionError, match="a list of 5 numbers: pass series='mean'"):
            check()


@pytest.mark.parametrize(
    ("how", "values", "winner"),
    [("mean", (0.884, 0.744), "0.1.0"), ("last", (0.80, 0.90), "0.2.0"), ("max", (0.92, 0.90), "0.1.0"), ("min", (0.80, 0.69), "0.1.0")],
)
def test_what_is_compared_of_a_list_is_what_was_told(how, values, winner):
    c = compare(FOLDS, OTHERS, series=how)
    assert tuple(cell.value for cell in c["accuracy"].cells) == pytest.approx(values)
    assert c.best("accuracy").version == winner
    assert f"5 values, {how} 0.{str(round(values[1], 3))[2:]}" in str(c.explain(everything=True))


def test_the_mean_of_a_list_has_no_interval_from_one_number_of_examples():
    assert compare(FOLDS, OTHERS, series="mean")["accuracy"].changes[1].verdict == "no interval known"
    assert compare(FOLDS, OTHERS, series="mean").interval("accuracy", "0.2.0").reason == (
        "n is given for a list: for each number or for all of them is unknown"
    )
    assert compare(FOLDS, OTHERS, series="last").interval("accuracy", "0.2.0").interval is not None


def test_series_can_be_told_by_metric_and_what_fits_nothing_is_said():
    first, second = {"loss": [3, 2, 1], "acc": [0.1, 0.9]}, {"loss": [3, 2, 1.5], "acc": [0.2, 0.8]}
    c = compare(first, second, series={"loss": "last", "los": "min"})
    assert (c["loss"].changes[1].delta, c["acc"].changes[1].delta) == (0.5, None)
    assert c.notes == ("series: 'los' matches no metric; nearest: loss",)
    assert c.fingerprint != compare(first, second).fingerprint
    both = compare(results(d_a=first), results(d_a=second), series={"*": "min", "acc@d-a": "max"})
    assert [row.cells[0].value for row in both.metrics] == [0.9, 1]


def test_curves_end_at_their_last_point_and_gaps_are_left_out_of_a_mean():
    curve = [{"step": 2, "value": 0.2}, {"step": 1, "value": 0.4}]
    pairs = [[0, 0.5], [1, 0.4], [2, 0.25]]
    c = compare({"loss": curve}, {"loss": pairs})
    assert [cell.value for cell in c["loss"].cells] == [0.2, 0.25]
    told = str(c.explain(everything=True))
    assert told.endswith("\n  - loss 2 values, last 0.20 → 3 values, last 0.25 (+25.0 %), no interval known")
    assert compare({"loss": [1, None, 3]}, {"loss": 1}, series="mean")["loss"].cells[0].value == 2


@pytest.mark.parametrize(("last", "told"), [(math.nan, "the value is NaN"), (math.inf, "the value is infinite")])
def test_a_training_that_diverged_ends_without_a_number_whatever_it_had_before(last, told):
    c = compare({"loss": [0.9, 0.5, 0.3]}, {"loss": [0.9, 0.2, last]}, series="last")
    assert not math.isfinite(c["loss"].cells[1].value)
    assert c.best("loss").version == "0.1.0"
    for rule in ("loss <= baseline", "loss <= 0.4"):
        (check,) = c.check(rule).checks
        assert (check.outcome, check.checked) == ("failed", False)
        assert check.reason.startswith(told)
    with pytest.raises(RegressionError):
        c.assert_no_regression()


@pytest.mark.parametrize("how", ["mean", "min", "max"])
def test_points_without_a_number_are_counted_and_no_gate_passes_what_is_of_the_others(how):
    c = compare({"loss": [0.9, 0.5, 0.4]}, {"loss": [0.2, math.nan, math.inf]}, series=how)
    of = "mean" if how == "mean" else "number that is compared"
    assert c.notes == (f"2 of 3 points have no number for loss in 0.2.0: the {of} is of the others",)
    assert str(c.notes[0]) in " ".join(str(c).replace("│", "").split())
    assert "0.2.0: 2 of 3 points have no number" in c.best("loss").notes
    checks = [*c.check("loss <= baseline").checks, *c.check("fail if loss worse beyond chance").checks]
    assert [(check.checked, check.reason) for check in checks] == [(False, "2 of 3 points have no number")] * 2
    with pytest.raises(RegressionError, match="2 of 3 points have no number"):
        c.assert_no_regression()


def steps(*values):
    return [{"step": step, "value": value} for step, value in enumerate(values)]


@pytest.mark.parametrize(("form", "series"), [(list, "last"), (steps, None), (steps, "last")])
def test_a_null_was_not_measured_so_that_a_list_ends_at_its_last_measured_number_and_says_so(form, series):
    values = (0.9, None, 0.2, None, None)
    raw = list(values) if form is list else form(*values)
    before = [0.9, 0.5, 0.3] if form is list else steps(0.9, 0.5, 0.3)
    c = compare({"loss": before}, {"loss": raw}, {"loss": before}, series=series)
    assert c["loss"].cells[1].value == 0.2
    assert c.best("loss").version == "0.2.0"
    assert [(check.outcome, check.checked) for check in c.check("loss <= baseline").checks] == [("passed", True)] * 2
    told = " ".join(str(c.explain(everything=True)).split())
    assert "5 values, last measured 0.2" in told
    assert "loss ends in null, not measured, in 0.2.0: the last measured number is compared" in c.comparability
    assert "·0.2" not in str(c)
    assert compare({"loss": before}, {"loss": before}, series=series).comparability == ()


@pytest.mark.parametrize("how", ["mean", "min", "max"])
def test_a_mean_or_an_end_of_a_list_is_of_what_was_measured_and_the_nulls_are_counted(how):
    c = compare({"loss": [0.9, 0.5, 0.4]}, {"loss": [0.2, None, 0.3]}, series=how)
    assert c["loss"].cells[1].value == pytest.approx({"mean": 0.25, "min": 0.2, "max": 0.3}[how])
    told = "1 of 3 points is null for loss in 0.2.0, which is not measured: the number that is compared is of the others"
    assert c.notes == (told,)
    assert c.check("loss <= baseline").passed


@pytest.mark.parametrize("how", ["last", "mean", "min", "max"])
def test_a_null_behind_a_training_that_diverged_hides_nothing_and_a_list_of_nulls_is_null(how):
    c = compare({"loss": [0.9, 0.5]}, {"loss": [0.2, math.nan, None]}, {"loss": [None, None]}, series=how)
    diverged, never = c.check("loss <= baseline").checks
    assert (diverged.outcome, diverged.checked) == ("failed", False)
    assert (never.outcome, never.checked) == ("failed", False)
    assert never.reason.startswith("the value is null")
    assert c["loss"].cells[2].value is None
    assert c.best("loss", mode="max").version != "0.3.0"


def test_the_card_of_a_version_says_that_its_curve_was_not_measured_to_the_end():
    assert "3 values, last measured 0.5" in str(make("0.1.0", {"loss": steps(0.9, 0.5, None)}))
    assert "2 values, last 0.5" in str(make("0.1.0", {"loss": steps(0.9, 0.5)}))


def test_a_list_from_a_table_keeps_its_nulls_apart_from_its_nans():
    frame = pd.DataFrame({"model": ["a", "b"], "loss": [[0.9, 0.5, None], [0.9, 0.5, math.nan]]})
    versions = VersionSet.from_frame(frame, name="model", metrics=["loss"])
    c = versions.compare("a", series="last")
    assert [cell.value if cell.value == cell.value else "NaN" for cell in c["loss"].cells] == [0.5, "NaN"]


@pytest.mark.parametrize("series", ["first", "median", 1, {"loss": "sum"}])
def test_another_word_is_refused(series):
    with pytest.raises(ConfigurationError, match=r"^series=.* cannot be used"):
        compare(FOLDS, OTHERS, series=series)
