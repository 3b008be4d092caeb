"""Lists of numbers: only a curve has a number by itself; of any other list the user says which is meant."""

import pytest

from pai_notebook.errors import ComparisonError, ConfigurationError, RegressionError
from tests.compare.comparing import compare, results

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


@pytest.mark.parametrize("series", ["first", "median", 1, {"loss": "sum"}])
def test_another_word_is_refused(series):
    with pytest.raises(ConfigurationError, match=r"^series=.* cannot be used"):
        compare(FOLDS, OTHERS, series=series)
