"""One metric has one unit, and one interval the same ends, wherever they are written."""

import math
import pickle
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison.gate.report import Check
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.numbers import format_outward
from tests.compare.comparing import compare, results

ENDS = re.compile(r"([+-]?[\d.]+) to ([+-]?[\d.]+)")


def checks(comparison, rules):
    return comparison.check(rules).checks


def ends_of(text):
    return {found.groups() for found in ENDS.finditer(str(text))}


@given(st.integers(500, 999), st.integers(500, 999))
def test_the_interval_of_a_difference_has_the_same_ends_in_every_text(first, second):
    c = compare({"accuracy": first / 1000, "n": 1000}, {"accuracy": second / 1000, "n": 1000})
    interval = c.interval("accuracy", "0.2.0").interval
    (ends,) = ends_of(interval.words.partition("interval ")[2])
    assert float(ends[0]) <= 100 * interval.low
    assert float(ends[1]) >= 100 * interval.high
    assert ends_of(c.interval("accuracy", "0.2.0").reason) == set()
    if first != second:
        turned = tuple(end.translate(str.maketrans("+-", "-+")) for end in reversed(ends))
        assert ends_of(c.rank("accuracy")) == {ends}
        assert ends_of(" ".join(c.best("accuracy").notes)) == {ends if second > first else turned}
    found = [check.reason for check in checks(c, "accuracy >= baseline") if "includes the bound" in check.reason]
    assert {each for reason in found for each in ends_of(reason)} <= {ends}
    for sentence in c.verdict.sentences:
        # of one metric in one version the level for all statements together is that of the interval
        if lost := re.search(r"worse \(95 % together\) by up to about ([\d.]+) pp", sentence):
            assert -float(lost[1]) == float(ends[0])


def test_a_paired_result_and_the_comparison_that_takes_it_write_the_same_ends():
    answers = {
        "0.1.0": pd.DataFrame({"id": range(200), "right": [nth % 10 != 0 for nth in range(200)]}),
        "0.2.0": pd.DataFrame({"id": range(200), "right": [nth % 14 != 0 for nth in range(200)]}),
    }
    c = compare(*({"accuracy": float(frame["right"].mean()), "n": 200} for frame in answers.values()))
    paired = c.paired("accuracy", answers, on="id", correct="right")
    together = c.with_paired(paired)
    ends = ends_of(together.interval("accuracy", "0.2.0").interval.words)
    assert len(ends) == 1
    assert ends_of(paired.sentence) == ends == ends_of(together.rank("accuracy")) == ends_of(paired.interval.words)
    assert paired.interval.words == together.interval("accuracy", "0.2.0").interval.words


@given(st.floats(1, 9.999), st.integers(-12, 6), st.booleans(), st.sampled_from([None, 1]))
def test_an_end_is_never_written_inside_of_what_it_bounds(first, power, up, decimals):
    size = first * 10.0**power
    for value in (size, -size):
        written = float(format_outward(value, up=up, decimals=decimals))
        slack = 1e-11 * size  # below the digits that a calculation carries
        assert (written >= value - slack) if up else (written <= value + slack)
        assert written * value > 0


@pytest.mark.parametrize(
    "versions",
    [
        [{"accuracy": 0.9, "em": 91, "n": 500}, {"accuracy": 0.5, "em": 92, "n": 500}],
        [results(d_a={"accuracy": 0.9}, d_b={"accuracy": 91}), results(d_a={"accuracy": 0.5}, d_b={"accuracy": 92})],
    ],
)
def test_shares_that_may_be_percent_have_no_points_in_table_verdict_ranking_or_gate(versions):
    c = compare(*versions)
    name = "accuracy@d-a" if "Results" in versions[0] else "accuracy"
    assert c[name].scale.points is None
    assert c.interval(name, "0.2.0").interval is None  # for the same doubt
    told = [sentence for sentence in c.verdict.sentences if "-0.4" in sentence]
    assert told
    assert "-40" not in " ".join([str(c), *c.verdict.sentences])
    assert "-0.4" in str(c.rank(name))
    assert "behind by 0.4\n" in f"{c.best(name)}\n"
    assert "(-0.4)" in checks(c, f"`{name}` >= baseline - 0.5")[0].words


def test_pairs_of_settings_say_no_points_of_what_may_be_percent():
    def pairs(em):
        versions = [
            {
                "VersionName": f"0.{nth}.0",
                "Metrics": {"accuracy": 0.9 - nth / 10, "em": em},
                "TrainingSpec": {"HyperParameters": {"lr": nth}},
            }
            for nth in range(2)
        ]
        return str(VersionSet.from_documents(versions, "model-a").minimal_pairs("accuracy"))

    assert "-10.0 pp" in pairs(0.91)
    assert "pp" not in pairs(91)
    assert "-0.1" in pairs(91)


def test_shares_that_are_percent_for_sure_have_points():
    c = compare({"accuracy": 0.9, "n": 500}, {"accuracy": 0.5, "n": 500})
    assert c["accuracy"].scale.points == 100
    c = compare({"accuracy": 90, "em": 91}, {"accuracy": 50, "em": 92})
    assert c["accuracy"].scale.points == 1
    assert scale_of_differences("accuracy", [0.9], in_doubt=True).points is None


def test_an_error_rate_has_one_unit_with_its_bounds_its_verdict_and_its_gate():
    c = compare({"wer": 0.20, "wer_stderr": 0.01}, {"wer": 0.19, "wer_stderr": 0.01}, {"wer": 0.15, "wer_stderr": 0.01})
    texts = [str(c.rank("wer")), str(c), " ".join(c.verdict.sentences), str(c.best("wer")), checks(c, "wer <= baseline")[0].words]
    assert [("pp" in text, "0 %" in text.replace("95 %", "")) for text in texts] == [(True, False)] * 5
    assert "0.3.0 in wer (-5.0 pp)" in c.verdict.sentences[1]
    assert "0.2.0 could still be worse (95 % together) by up to about" in c.verdict
    without = compare({"wer": 0.20}, {"wer": 0.19})
    assert "wer (-5.0 %)" in " ".join(without.verdict.sentences)
    assert "(-5.0 %)" in checks(without, "wer <= baseline")[0].words


def test_a_cost_keeps_its_percent_beside_intervals_which_no_sentence_gives_it():
    c = compare({"latency_ms": 20, "latency_ms_stderr": 0.1}, {"latency_ms": 30, "latency_ms_stderr": 0.1})
    assert "latency_ms (+50.0 %)" in " ".join(c.verdict.sentences)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("error_rate <= baseline", "(-50.0 %)"),
        ("error_rate <= baseline + 1pp", "(-1.0 pp)"),
        ("error_rate <= baseline + 10%", "(-50.0 %)"),
        ("error_rate <= baseline + 0.01 with 95% confidence", "(-1.0 pp)"),
        ("error_rate <= baseline + 10% with 95% confidence", "(-50.0 %)"),
    ],
)
def test_a_check_keeps_the_unit_of_its_difference_whatever_its_texts_say(rule, told):
    (check,) = checks(compare({"error_rate": 0.02}, {"error_rate": 0.01}), rule)
    assert told in check.words
    for text in ("", "(baseline + 1), one-sided", "%, relative", "interval of the difference", "true loss"):
        assert told in replace(check, allowed=text, reason=text).words
    with speaking("zh"):
        assert ("个百分点" in str(check)) is ("pp" in told)


def test_a_check_survives_a_pickle_and_one_that_was_stored_without_a_unit_has_that_of_its_values():
    (check,) = checks(compare({"error_rate": 0.02}, {"error_rate": 0.01}), "error_rate <= baseline + 1pp")
    again = pickle.loads(pickle.dumps(check))
    assert (again, again.scale, again.words) == (check, check.scale, check.words)
    old = object.__new__(Check)
    old.__dict__.update({name: value for name, value in vars(check).items() if name not in ("scale", "limit", "is_plain")})
    assert old == check
    assert "(-50.0 %)" in old.words
    assert "<= 0.03 (baseline + 1pp)" in old.words


@pytest.mark.parametrize(("first", "second"), [(0.9, math.inf), (math.inf, 0.9)])
@pytest.mark.parametrize("metric", ["accuracy", "loss", "cer", "latency_ms", "r2"])
def test_an_infinite_difference_has_a_sign_and_no_unit(metric, first, second):
    c = compare({metric: first}, {metric: second})
    sign = "+∞" if second > first else "-∞"
    for text in (str(c), repr(c[metric].changes[1])):
        assert sign in text
    for text in (str(c), str(c.verdict), repr(c[metric].changes[1])):
        assert "inf" not in text.replace("inferred", "").replace("infinite", "")
    assert c[metric].changes[1].percent is None
    assert "Not a finite number" in str(c.verdict)


def test_a_relative_tolerance_beside_an_infinite_baseline_is_of_the_best_value():
    tied = compare({"accuracy": math.inf}, {"accuracy": 0.9}, {"accuracy": 0.92}, tolerance="5%").best("accuracy")
    assert tied.near == ("0.2.0",)


def test_numbers_of_other_libraries_are_numbers():
    values = [Decimal("0.9"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e400"), np.float32(0.5), np.int64(3)]
    cells = compare(*({"accuracy": value} for value in values))["accuracy"].cells
    assert [cell.state.value for cell in cells] == ["number", "NaN", "NaN", "infinite", "text", "number", "number"]
    assert (cells[0].value, cells[5].value, cells[6].value) == (0.9, 0.5, 3.0)
    frame = pd.DataFrame({"accuracy": values[:5]}, index=list("abcde"))
    assert [len(version.metrics) for version in VersionSet.from_frame(frame)] == [1, 0, 0, 1, 1]


@pytest.mark.parametrize("scale", [Scale("accuracy", points=100), Scale("auc")])
@pytest.mark.parametrize("delta", [0.000012, 0.00012, 0.00123, 0.0494, 0.4, 21.3])
@pytest.mark.parametrize("part", [0.9, 0.1, 0.01, 0.0003])
def test_no_end_of_an_interval_is_written_as_the_difference_or_as_nothing(scale, delta, part):
    """However narrow: a tenth of its width can be read in its ends."""
    unit = scale.points or 1
    low, high = unit * delta * (1 - part), unit * delta * (1 + part)
    written = tuple(map(float, scale.write_range(low / unit, high / unit, unit=False).split(" to ")))
    assert 0 < written[0] < unit * delta < written[1]
    tenth, slack = 0.1001 * (high - low), 1e-9 * high  # the rounding of floats
    assert low - tenth - slack <= written[0] <= low + slack
    assert high - slack <= written[1] <= high + tenth + slack


def test_what_rounding_alone_makes_is_the_same_in_the_cell_too():
    c = compare({"f1": 0.1 + 0.2, "accuracy": 0.9}, {"f1": 0.3, "accuracy": 0.8})
    assert c["f1"].changes[1].kind.value == "same"
    assert "e-1" not in str(c)
