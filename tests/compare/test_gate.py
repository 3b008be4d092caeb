import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison
from pai_notebook.comparison.gate.pairs import relative_end
from pai_notebook.comparison.gate.parse import parse_rules
from pai_notebook.comparison.gate.report import Check, GateReport
from pai_notebook.comparison.sources import Stated
from pai_notebook.comparison.two_sides import Sides
from pai_notebook.errors import AddressError, ConfigurationError, RegressionError, VersionNotFound
from pai_notebook.i18n.phrases import speaking
from tests.compare.comparing import compare, make, results
from tests.examples import examples
from tests.lazy import Lazy

proportion = Lazy("statsmodels.stats.proportion")
BASE = results(d_a={"cer": 0.175, "rtf": 0.08, "accuracy": 0.93}, d_b={"cer": 0.172})
GOOD = results(d_a={"cer": 0.176, "rtf": 0.084, "accuracy": 0.92}, d_b={"cer": 0.1})
RULES = """
cer[d-a] <= baseline + 0.002   # the one that matters
rtf <= baseline + 5%
accuracy >= 0.92 if present

# nothing else
"""
WRONG_LEVELS = (" with 0.95 confidence", " with 95 confidence", " with confidence", ", with 95% confidence", " at 95% confidence")
NO_POINTS = "percentage points need a fraction, and {} is not one: write a number, such as 0.05, or a percentage, 5%"
ALARMS = "Write: fail if worse beyond chance, fail if METRIC worse beyond chance, or: fail if METRIC worse by more than 1pp beyond chance."


def breaches(comparison, rules):
    """Give what failed, as (metric, version, reason)."""
    with pytest.raises(RegressionError) as caught:
        comparison.gate(rules)
    return [(check.metric, check.version, check.reason) for check in caught.value.breaches]


def test_a_gate_that_holds_gives_its_report():
    report = compare(BASE, GOOD).gate(RULES)
    assert report.passed
    assert [(check.outcome, check.metric) for check in report.checks] == [("passed", "cer"), ("passed", "rtf"), ("passed", "accuracy")]
    assert "Gate passed: 3 checks" in str(report)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_comment_ends_with_its_line_whatever_ends_lines(end):
    report = compare({"accuracy": 0.9}, {"accuracy": 0.8}).check(f"accuracy >= 0.1 # low{end}accuracy >= 0.95")
    assert [check.outcome for check in report.checks] == ["passed", "failed"]


def test_a_breach_has_value_baseline_delta_and_the_allowed_bound():
    with pytest.raises(RegressionError) as caught:
        compare(BASE, results(d_a={"cer": 0.181, "rtf": 0.09})).gate(RULES)
    second, first = caught.value.breaches
    assert (first.value, first.baseline, first.delta, first.allowed) == (0.181, 0.175, 0.181 - 0.175, "<= 0.177 (baseline + 0.002)")
    assert second.allowed == "<= 0.084 (baseline + 5%, relative)"
    message = str(caught.value)
    assert "cer@d-a of 0.2.0 is 0.181, baseline 0.175 (+0.6 pp): above the bound; allowed <= 0.177 (baseline + 0.002)" in message
    assert "rtf@d-a of 0.2.0 is 0.090, baseline 0.080 (+12.5 %)" in message


def test_every_breach_is_in_the_html_and_the_first_are_in_a_short_traceback():
    metrics = {f"m{number}": float(number) for number in range(100)}
    with pytest.raises(RegressionError) as caught:
        compare(metrics, metrics).gate("m* < 0")
    assert len(caught.value.breaches) == 100
    html, text = caught.value._repr_html_(), "\n".join(caught.value._render_traceback_())
    assert all(f">m{number}<" in html for number in range(100))
    assert text.startswith("RegressionError: Gate: 100 of 100 checks failed\n✗ 0.2.0 m1 1, allowed < 0")
    assert text.endswith("and 92 more, in error.breaches; error.report has every check")
    assert len(text.split("\n")) <= 12


def test_failed_checks_begin_with_those_farthest_beyond_their_bounds_and_end_with_those_that_could_not_be_checked():
    c = compare(
        {"accuracy": 0.9, "latency_ms": 20.0, "cer": 0.1, "is_safe": True},
        {"accuracy": 0.85, "latency_ms": 90.0, "cer": 0.1, "is_safe": False},
        {"accuracy": 0.3, "latency_ms": 21.0, "is_safe": True},
    )
    rules = "cer <= baseline\naccuracy >= baseline - 1pp\nlatency_ms <= baseline + 1%\nis_safe == true"
    failed = c.check(rules).breaches
    assert [(check.metric, check.version) for check in failed] == [
        ("is_safe", "0.2.0"),
        ("latency_ms", "0.2.0"),
        ("accuracy", "0.3.0"),
        ("accuracy", "0.2.0"),
        ("latency_ms", "0.3.0"),
        ("cer", "0.3.0"),
    ]
    text = str(c.check(rules))
    assert text.index("is_safe == true") < text.index("latency_ms <=") < text.index("accuracy >=") < text.index("cer <=")
    close = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.91, "n": 1000}, {"accuracy": 0.8, "n": 1000}, {"accuracy": 0.7, "n": 1000})
    assert [check.version for check in close.check("accuracy >= baseline with 95% confidence").breaches] == ["0.4.0", "0.3.0", "0.2.0"]
    assert [check.version for check in close.check("fail if worse beyond chance").breaches] == ["0.4.0", "0.3.0"]


def test_a_gate_that_passed_only_as_measured_looks_otherwise_than_one_that_passed_for_sure():
    c = compare({"accuracy": 0.9, "n": 1000, "latency_ms": 20}, {"accuracy": 0.95, "n": 1000, "latency_ms": 10})
    sure, measured = c.check("accuracy >= baseline"), c.check("accuracy >= baseline\nlatency_ms <= baseline")
    assert sure.passed
    assert measured.passed
    for shown in (str, GateReport.to_markdown, GateReport.to_html):
        assert ("✓" in shown(sure), "only as measured" in shown(sure)) == (True, False)
        assert ("✓" in shown(measured), "only as measured" in shown(measured)) == (True, True)
        assert "(✓)" not in shown(measured)
    assert "dashed" in measured.to_html()
    assert "dashed" not in sure.to_html()


def test_what_was_not_judged_is_told_from_the_lowest_difference_to_the_highest():
    report = compare({"auc": 0.9, "rtf": 1.0}, {"auc": 0.95, "rtf": 1.5}, {"auc": 0.85, "rtf": 1.5}).check("fail if worse beyond chance")
    assert report.remarks == ("4 not judged, as no interval is known: auc -0.05 to +0.05, rtf +50.0 %",)


def test_a_long_reason_has_a_row_of_its_own_across_the_table():
    c = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.87, "n": 1000})
    html = c.check("accuracy >= baseline - 2pp").to_html()
    assert '<tr><td></td><td colspan="5"' in html
    assert html.index("&gt;= 0.88") < html.index('colspan="5"') < html.index("below the bound; as measured")


def test_what_came_out_of_a_gate_is_in_bold():
    report = compare({"cer": 0.1}, {"cer": 0.2}, {"cer": 0.05}).check("cer <= baseline")
    assert "<b>✗</b> <b>Gate: 1 of 2 checks failed</b><br>0.2.0 failed 1" in report._repr_html_()
    assert "**Gate: 1 of 2 checks failed**" in report._repr_mimebundle_()["text/markdown"]
    assert "Gate: 1 of 2 checks failed\n" in str(report)


def test_a_check_of_rules_gives_the_report_that_a_gate_would_stop_with():
    c = compare(BASE, GOOD)
    with pytest.raises(RegressionError) as caught:
        c.gate("cer < 0")
    assert c.check("cer < 0") == caught.value.report
    assert not c.check("cer < 0").passed
    assert not caught.value.report.passed
    assert c.check("cer <= baseline + 0.01") == c.gate("cer <= baseline + 0.01")


def test_percent_and_fraction_pass_no_gate():
    c = compare({"cer": 12.5}, {"cer": 0.15})
    for report in (c.check("cer <= baseline + 0.002"), c.check("cer < 0.2")):
        assert [check.reason for check in report.breaches] == ["some values look like percent and others like fractions"]
    with pytest.raises(RegressionError, match="look like percent"):
        c.assert_no_regression()


def test_each_version_has_its_own_verdict():
    c = compare({"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.0}, {"a": 0.0, "b": 2.0}, {"a": 1.0, "b": 1.0})
    assert "0.2.0 failed 2; 0.3.0 failed 1; passed as measured: 0.4.0" in str(c.check("a <= baseline\nb <= baseline"))


def test_a_failed_check_names_its_dataset_as_the_comparison_does():
    c = compare(*(results(d_digitsholdout0001={"cer": value}, d_digitsnoisy00001={"cer": value / 2}) for value in (0.1, 0.2)))
    failed = str(c.check("cer <= 0.1")).partition("Passed")[0]
    assert c.short_datasets["d-digitsholdout0001"] == "holdout"
    assert " holdout " in failed
    assert "d-digits" not in failed


def test_several_rules_stand_above_their_checks_and_one_alone_does_not():
    c = compare({"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.0})
    assert "a <= baseline" not in str(c.check("a <= baseline"))
    lines = str(c.check("a <= baseline + 0.5\nb <= baseline + 10%")).split("\n")
    below = {rule: lines[lines.index(rule) + 1].split() for rule in ("a <= baseline + 0.5", "b <= baseline + 10%")}
    assert {rule: line[-5:] for rule, line in below.items()} == {
        "a <= baseline + 0.5": ["2.0", "1.0", "+1.0", "<=", "1.5"],
        "b <= baseline + 10%": ["2.0", "1.0", "+1.0", "<=", "1.1"],
    }


def test_what_could_not_be_checked_is_counted_apart_from_what_failed():
    c = compare({"a": 1.0}, {"a": 2.0}, {"a": 0.5})
    report = c.check("a <= baseline\nb <= 1\na <= 9 with 95% confidence")
    assert repr(report) == "<GateReport Gate: 1 of 5 checks failed, 3 could not be checked>"
    assert "0.2.0 failed 1, 1 could not be checked; 0.3.0: 1 could not be checked" in " ".join(str(report).split())
    assert str(report).index("\nFailed") < str(report).index("Could not be checked")
    assert repr(c.check("b <= 1\nc <= 1")) == "<GateReport Gate failed: 2 of 2 could not be checked>"
    assert repr(c.check("b <= 1")) == "<GateReport Gate failed: could not be checked>"


def test_a_gate_of_several_rules_fits_a_terminal_in_whole_words(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    names = results(**{f"d-{kind}0001": {"accuracy": 0.9, "latency_ms": 20.0, "n": 1000} for kind in ("holdout", "noisy")})
    worse = results(**{f"d-{kind}0001": {"accuracy": 0.8, "latency_ms": 30.0, "n": 1000} for kind in ("holdout", "noisy")})
    rules = ["accuracy >= baseline - 1%", "latency_ms <= baseline + 5%", "accuracy[d-noisy0001] >= baseline - 0.01 with 95% confidence"]
    text = str(compare(names, worse).check(rules))
    assert max(map(len, text.split("\n"))) <= 80
    assert all(text.split("\n").count(rule) >= 1 for rule in rules)


def test_the_error_travels_between_processes():
    with pytest.raises(RegressionError) as caught:
        compare(BASE, GOOD).gate("cer < 0")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert copied.breaches == caught.value.breaches


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        ({}, "the version has no metrics"),
        ({"wer": 0.1}, "the value is absent"),
        ({"cer": None}, "the value is null: null"),
        ({"cer": float("nan")}, "the value is NaN"),
        ({"cer": "92.3%"}, "the value is text: 92.3%"),
        ({"cer": True}, "the value is boolean: true"),
        ({"cer": [[1]]}, "the value is matrix: [[1]]"),
    ],
)
def test_what_cannot_be_checked_never_passes(candidate, reason):
    assert breaches(compare({"cer": 0.2}, candidate), "cer <= 1") == [("cer", "0.2.0", reason)]


@pytest.mark.parametrize("base", [{"wer": 0.1, "x": 1}, {"cer": None}, {"cer": float("nan")}, {"cer": "A"}, {"cer": True}])
def test_a_baseline_without_a_number_never_passes(base):
    assert breaches(compare(base, {"cer": 0.1}), "cer <= baseline + 1") == [("cer", "0.2.0", "the baseline has no number to compare with")]


def test_a_metric_that_nobody_has_never_passes():
    assert breaches(compare(BASE, GOOD), "bleu <= 1") == [("bleu", "", "no version has this metric")]
    assert breaches(compare(BASE, GOOD), "cer[d-c] <= 1") == [("cer", "", "no version has this metric; nearest: cer@d-b, cer@d-a")]


def test_if_present_skips_what_is_absent_and_nothing_else():
    c = compare({"cer": 0.2, "wer": 0.1}, {"cer": 0.1})
    report = c.gate("cer <= 1\nwer <= 1 if present\nauc >= 0 if present")
    assert [check.outcome for check in report.checks] == ["passed", "skipped", "skipped"]
    assert breaches(compare({"cer": 0.2}, {"cer": float("nan")}), "cer <= 1 if present") == [("cer", "0.2.0", "the value is NaN")]


@pytest.mark.parametrize("metric", ["accuracy", "wer", "unheard_of"])
@pytest.mark.parametrize("base", [{}, 0.9, None])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "good", [0.1, 0.2], True])
def test_if_present_lets_an_alarm_skip_what_is_absent_and_nothing_else(metric, base, value):
    beside = {"rmse": 1.0, "rmse_stderr": 0.1}
    old = {**beside, **({} if base == {} else {metric: base})}
    rules = f"fail if {metric} worse beyond chance if present\nrmse <= 2"
    assert [(name, version) for name, version, _ in breaches(compare(old, {**beside, metric: value}), rules)] in (
        [(metric, "0.2.0")],
        [(metric, "")],  # which way is better is not known of any version
    )
    assert compare(old, beside).check(rules).passed


def test_if_present_lets_the_baseline_lack_a_metric_that_an_alarm_is_about():
    beside = {"rmse": 1.0, "rmse_stderr": 0.1}
    for metric in ("accuracy", "unheard_of"):
        report = compare(beside, {**beside, metric: 0.9}).check(f"fail if {metric} worse beyond chance if present\nrmse <= 2")
        assert [check.outcome for check in report.checks] == ["skipped", "passed"]


@pytest.mark.parametrize(("old", "new"), [(0.5, -1), (-1, 0.5), (-1, -1), (None, -1)])
@pytest.mark.parametrize("rule", ["fail if wer worse beyond chance", "fail if w* worse beyond chance if present"])
def test_an_error_that_is_negative_on_one_dataset_fails_an_alarm_that_others_pass(old, new, rule):
    good = {"wer": 0.5, "wer_stderr": 0.01}
    base = results(d_a=good) if old is None else results(d_a=good, d_b={"wer": old})
    (found,) = breaches(compare(base, results(d_a=good, d_b={"wer": new})), rule)
    assert found == ("wer", "0.2.0", "it is negative, which an error of that name never is")


@pytest.mark.parametrize("rules", ["", "\n\n# only a comment\n"])
def test_a_gate_without_rules_never_passes(rules):
    assert [reason for _, _, reason in breaches(compare(BASE, GOOD), rules)] == ["the gate has no rule; write one a line"]


def test_a_gate_in_which_everything_was_skipped_never_passes():
    with pytest.raises(RegressionError, match="nothing was checked"):
        compare(BASE, GOOD).gate("wer <= 1 if present")


def test_a_gate_over_the_baseline_alone_never_passes():
    assert [reason for _, _, reason in breaches(compare(BASE), "cer <= 1")] == ["the only version is the baseline 0.1.0 itself"]
    assert [reason for _, _, reason in breaches(Comparison([]), "cer <= 1")] == ["no versions to check"]


@pytest.mark.parametrize(
    "rule", ["cer <= baseline", "cer < baseline - 1pp", "fail if worse beyond chance", "fail if cer worse beyond chance"]
)
@pytest.mark.parametrize("baseline", [None, "approved", "0.1.0"])
def test_a_gate_has_nothing_to_check_where_the_version_asked_about_is_the_baseline_itself(rule, baseline):
    approved = make("0.1.0", results(d_a={"cer": 0.2, "n": 100}), ApprovalStatus="Approved")
    report = Comparison([approved], baseline=baseline).gate(rule)
    assert (report.passed, bool(report)) == (True, True)
    assert [(check.outcome, check.rule, check.version, check.reason) for check in report.checks] == [
        ("skipped", rule, "0.1.0", "the baseline itself")
    ]
    assert str(report).startswith("✓ Gate passed: nothing to check, 0.1.0 is the baseline itself\n")
    with speaking("zh"):
        assert str(report).startswith("✓ 质量门禁通过：没有需要检查的内容，0.1.0 就是基线本身\n")


def test_nothing_new_is_no_regression():
    report = Comparison([make("0.1.0", {"cer": 0.2}, ApprovalStatus="Approved")]).assert_no_regression()
    assert repr(report) == "<GateReport No regression passed: nothing to check, 0.1.0 is the baseline itself>"


def test_bounds_and_names_count_for_a_baseline_that_alone_was_asked_for():
    c = Comparison([make("0.1.0", results(d_a={"cer": 0.2}), ApprovalStatus="Approved")])
    report = c.check("cer <= baseline\ncer <= 0.3")
    assert [(check.outcome, check.version) for check in report.checks] == [("skipped", "0.1.0"), ("passed", "0.1.0")]
    assert "Not compared: 0.1.0 is the baseline itself" in str(report)
    assert "Not checked: 0.1.0" not in str(report)
    assert breaches(c, "cer <= baseline\ncer <= 0.1") == [("cer", "0.1.0", "above the bound")]
    for rule in ("ser <= baseline", "fail if ser worse beyond chance"):
        assert breaches(c, rule) == [("ser", "", "no version has this metric; nearest: cer")]
    with pytest.raises(RegressionError, match="nothing was checked"):
        c.gate("ser <= 0.1 if present")


@pytest.mark.parametrize("baseline", [None, "latest", "highest", "first"])
def test_a_version_that_nobody_approved_or_named_is_not_compared_with_itself(baseline):
    c = Comparison([make("0.1.0", {"cer": 0.2})], baseline=baseline)
    said = "0.1.0 is itself the highest version: " if baseline == "highest" else "the only version is the baseline 0.1.0 itself"
    assert [reason.startswith(said) for _, _, reason in breaches(c, "cer <= baseline")] == [True]


def test_an_approved_version_that_a_condition_left_alone_is_no_gate():
    both = VersionSet([make("0.1.0", {"cer": 0.2}, ApprovalStatus="Approved"), make("0.2.0", {"cer": 0.9})])
    c = both.filter("cer < 0.5").compare()
    assert [reason for _, _, reason in breaches(c, "cer <= baseline")] == [
        "the only version is the baseline 0.1.0 itself; where 'cer < 0.5' removed 1 of 2"
    ]


def test_a_version_that_could_not_be_fetched_never_passes():
    versions = [make("0.1.0", {"cer": 0.2}), make("0.2.0", {"cer": 0.1})]
    c = Comparison(versions, errors={"model-a@0.3.0": VersionNotFound("no version 0.3.0")})
    assert [reason for _, _, reason in breaches(c, "cer <= 1")] == ["model-a@0.3.0 could not be fetched: no version 0.3.0"]
    with pytest.raises(RegressionError, match=r"0\.3\.0 could not be fetched"):
        c.assert_no_regression()


def test_a_rule_without_a_dataset_is_about_every_dataset():
    assert [metric for metric, _, _ in breaches(compare(BASE, results(d_a={"cer": 9.0}, d_b={"cer": 9.0})), "cer <= 1")] == ["cer", "cer"]


@pytest.mark.parametrize(
    ("rule", "value", "passes"),
    [
        ("m <= 0.3", 0.1 + 0.2, True),
        ("m < 0.3", 0.1 + 0.2, False),
        ("m == 0.3", 0.1 + 0.2, True),
        ("m >= 0.3", 0.1 + 0.2, True),
        ("m > 0.3", 0.1 + 0.2, False),
        ("m <= 0.3", 0.3000001, False),
        ("m <= baseline + 0.1", 0.2 + 0.1, True),
        ("m <= baseline - 5%", 0.19, True),
        ("m >= baseline - 5%", 0.19, True),
        ("m <= baseline", 0.2, True),
        ("m >= baseline + 0.0000001", 0.2, False),
        ("m >= -1e-3", 0.0, True),
    ],
)
def test_bounds_are_inclusive_where_they_say_so_and_forgive_rounding(rule, value, passes):
    c = compare({"m": 0.2}, {"m": value})
    if passes:
        assert c.gate(rule).passed
    else:
        assert breaches(c, rule)


def test_a_percentage_of_a_negative_baseline_is_of_its_absolute_value():
    assert compare({"m": -2.0}, {"m": -1.9}).gate("m <= baseline + 5%").passed


def test_truth_values_and_texts_are_checked_by_equality():
    c = compare({"ok": True, "grade": "A"}, {"ok": True, "grade": "A"})
    assert c.gate("ok == true\nok == baseline\ngrade == baseline").passed
    assert breaches(c, "ok == false") == [("ok", "0.2.0", "the value is true")]
    assert breaches(compare({"grade": "A"}, {"grade": "B"}), "grade == baseline") == [("grade", "0.2.0", "the value is B")]
    assert breaches(compare({"ok": 1}, {"ok": 1}), "ok == true") == [("ok", "0.2.0", "the value is 1")]


def test_a_rule_that_accepts_any_worse_value_says_so():
    report = compare({"accuracy": 0.9}, {"accuracy": 0.1}).gate("accuracy <= baseline")
    note = "note: accuracy is better when higher, and this rule accepts any lower value"
    assert report.checks[0].reason == f"{note}; as measured: no interval known"


@pytest.mark.parametrize(
    ("rules", "where"),
    [
        ("cer <== 3", "line 1, column 7"),
        ("cer < = 3", "line 1, column 7"),
        ("cer", "line 1, column 4: expected <=, >=, ==, < or >"),
        ("cer <=", "line 1, column 7: expected a number or baseline"),
        ("<= 3", "line 1, column 1: expected the name of a metric"),
        ("ok <= 1\n  cer <= basline + 1", "line 2, column 10: unknown word 'basline', did you mean baseline?"),
        ("cer <= baseline + x", "line 1, column 19: expected a number behind +"),
        ("cer <= baseline 5", "line 1, column 17: did not expect '5'"),
        ("cer <= 3 if there", "line 1, column 10: did not expect 'if there'"),
        ("cer[d-a <= 3", "line 1, column 4: [ is not closed"),
        ("cer]d-a[ <= 3", "line 1"),
        ("`cer <= 3", "line 1, column 1: ` is not closed"),
        ("cer = 3", "line 1, column 5"),
        ("ok < true", "line 1, column 10: true can only be compared with =="),
        ("cer >= 1e999", "line 1, column 8: no float holds 1e999"),
        ("cer <= baseline + 1e999%", "line 1, column 19: no float holds 1e999"),
        ("\n\ncer <= nan", "line 3, column 8: unknown word 'nan'"),
    ],
)
def test_a_typo_in_a_rule_is_named_with_line_and_column(rules, where):
    with pytest.raises(AddressError, match=re.escape(where)):
        compare(BASE, GOOD).gate(rules)


@pytest.mark.parametrize(
    ("text", "metric", "dataset"),
    [
        ("cer<=1", "cer", None),
        ("cer [oss://b/x] <= 1", "cer", "oss://b/x"),
        ("准确率 >= 1", "准确率", None),
        ("`odd < name`[d #1] <= 1", "`odd < name`", "d #1"),
        ("val-loss.x <= 1 # comment", "val-loss.x", None),
        ("recall@5 >= 1", "recall@5", None),
        ("a metric#1 >= 1", "a metric#1", None),
    ],
)
def test_names_and_datasets_of_any_kind_can_be_written(text, metric, dataset):
    rule = parse_rules(text)[0]
    assert (rule.metric, rule.dataset) == (metric, dataset)


@given(st.text("cerbasline<>=+-%0123456789.[]`# \nif present", max_size=40))
def test_any_text_is_read_as_rules_or_refused_in_words(text):
    assert outcome(text).startswith(("line ", "rules"))


def outcome(text):
    try:
        return f"rules {parse_rules(text)}"
    except AddressError as error:
        return str(error)


def test_no_regression_passes_when_nothing_got_worse():
    report = compare({"cer": 0.2, "accuracy": 0.9, "ok": True}, {"cer": 0.1, "accuracy": 0.9, "ok": True}).assert_no_regression()
    assert report.passed
    assert len(report.checks) == 3


@pytest.mark.parametrize(
    ("base", "candidate", "reason"),
    [
        ({"cer": 0.1}, {"cer": 0.2}, "higher than the baseline, lower is better"),
        ({"accuracy": 0.9}, {"accuracy": 0.8}, "lower than the baseline, higher is better"),
        ({"cer": 0.1}, {"wer": 0.1}, "the value is absent"),
        ({"cer": 0.1}, {}, "the version has no metrics"),
        ({"cer": 0.1}, {"cer": float("nan")}, "the value is NaN, the baseline's is number"),
        ({"cer": float("nan")}, {"cer": 0.1}, "the value is number, the baseline's is NaN"),
        ({"cer": 0.1}, {"cer": None}, "the value is null, the baseline's is number"),
        ({"ks": 0.1}, {"ks": 0.2}, "changed, and which way is better is unknown (the name does not say)"),
        ({"ok": True}, {"ok": False}, "changed to false"),
        ({"cer": 0.1}, {"cer": float("inf")}, "the value is infinite, the baseline's is number"),
    ],
)
def test_a_regression_and_what_cannot_be_told_stop(base, candidate, reason):
    with pytest.raises(RegressionError) as caught:
        compare(base, candidate).assert_no_regression()
    assert [check.reason for check in caught.value.breaches] == [reason]


def test_an_unknown_direction_that_did_not_change_is_no_regression():
    assert compare({"ks": 0.1}, {"ks": 0.1}).assert_no_regression().passed


def test_tolerances_and_policies_can_be_told():
    c = compare({"cer": 0.175, "ks": 1.0, "old": 1.0}, {"cer": 0.181, "ks": 2.0})
    report = c.assert_no_regression(tolerance=0.006, missing="skip", unknown="skip")
    assert [(check.metric, check.outcome) for check in report.checks] == [("cer", "passed"), ("ks", "skipped"), ("old", "skipped")]
    with pytest.raises(RegressionError, match=r"allowed <= 0\.1809"):
        c.assert_no_regression("cer", tolerance=0.0059)


def test_the_tolerance_of_the_comparison_is_the_default():
    assert compare({"cer": 0.175}, {"cer": 0.181}, tolerance="5%").assert_no_regression().passed


def test_metrics_that_select_nothing_never_pass():
    with pytest.raises(RegressionError, match="no version has a metric 'x\\*'"):
        compare({"cer": 0.1}, {"cer": 0.1}).assert_no_regression(["cer", "x*"])
    with pytest.raises(RegressionError, match="nothing was checked"):
        compare({}, {}).assert_no_regression([])


def test_a_text_fails_only_when_it_was_asked_for_by_name():
    c = compare({"cer": 0.1, "grade": "A"}, {"cer": 0.1, "grade": "B"})
    assert [check.outcome for check in c.assert_no_regression().checks] == ["passed", "skipped"]
    with pytest.raises(RegressionError, match="text cannot be checked"):
        c.assert_no_regression("grade")


@pytest.mark.parametrize("options", [{"missing": "ignore"}, {"unknown": True}])
def test_a_policy_that_means_nothing_is_an_error(options):
    with pytest.raises(ConfigurationError, match="Pass 'fail' or 'skip'"):
        compare(BASE, GOOD).assert_no_regression(**options)


def test_a_gate_says_which_condition_removed_the_versions_it_was_to_check():
    kept = VersionSet(compare(BASE, GOOD).versions).filter("cer@d-a is null")
    assert kept.compare().notes == ("where 'cer@d-a is null' removed 2 of 2",)
    with pytest.raises(RegressionError, match="no versions to check; where 'cer@d-a is null' removed 2 of 2"):
        kept.compare().gate("cer <= 1")
    with pytest.raises(RegressionError, match="removed 2 of 2"):
        kept.compare().assert_no_regression()


def test_a_metric_that_is_nowhere_names_the_nearest():
    with pytest.raises(RegressionError, match="no version has this metric; nearest: cer"):
        compare(BASE, GOOD).gate("ceer <= 1")
    with pytest.raises(RegressionError, match="no version has a metric 'ceer'; nearest: cer"):
        compare(BASE, GOOD).assert_no_regression("ceer")


@pytest.mark.parametrize(
    ("options", "by"),
    [
        ({"include": "accuracy"}, "include (--metrics)"),
        ({"exclude": "cer"}, "exclude (--exclude)"),
        ({"dataset": "d-b"}, "dataset (--dataset)"),
    ],
)
def test_a_metric_that_the_comparison_leaves_out_is_said_to_be_left_out(options, by):
    metrics = results(d_a={"cer": 0.1, "accuracy": 0.9}, d_b={"wer": 0.2})
    c = VersionSet(compare(metrics, metrics).versions).compare(**options)
    rules = ["cer <= baseline", "cer@d-a <= 1", "fail if cer worse beyond chance"]
    assert [reason for _, _, reason in breaches(c, rules)] == [f"it was left out by {by}"] * 3
    with pytest.raises(RegressionError, match="it was left out by"):
        c.assert_no_regression("cer")
    assert [reason for *_, reason in breaches(c, "bleu > 0")] == ["no version has this metric"]


def shares(*values, n=1000, **more):
    """Compare versions with these accuracies of n examples each."""
    return compare(*({"accuracy": value, "n": n, **more} for value in values))


def checked(comparison, rules):
    """Every check of a gate, whether it passes or not."""
    try:
        return comparison.gate(rules).checks
    except RegressionError as error:
        return error.report.checks


def test_the_answer_to_a_rule_is_in_the_unit_of_its_margin():
    rates = compare({"error_rate": 0.02, "n": 500}, {"error_rate": 0.01, "n": 500})
    (check,) = checked(rates, "error_rate <= baseline + 1pp with 95% confidence")
    assert "(-1.0 pp)" in check.words
    assert "no higher than +0.32 pp" in check.words
    (check,) = checked(rates, "error_rate <= baseline")
    assert "interval of the difference -2.8 to +0.61 pp" in check.words
    assert "to +42.5 % includes the bound" in checked(rates, "error_rate <= baseline + 10%")[0].reason
    losses = compare({"loss": 1.0, "loss_stderr": 0.02}, {"loss": 1.01, "loss_stderr": 0.007})
    (check,) = checked(losses, "loss <= baseline + 0.05 with 95% confidence")
    assert "(+0.01)" in check.words
    assert "no higher than +0.0449 (95 % confidence)" in check.words
    assert "no higher than +4.7 %" in checked(losses, "loss <= baseline + 6% with 95% confidence")[0].words


def test_a_bound_of_a_value_is_not_rounded_to_more_than_it_is_away():
    (check,) = checked(
        compare({"loss": 1.0, "loss_stderr": 0.007}, {"loss": 1.001, "loss_stderr": 0.0072}), "loss <= 1.05 with 95% confidence"
    )
    assert check.reason == "the true value is no higher than 1.013 (95 % confidence)"


def test_a_rule_against_the_direction_says_on_which_side_a_value_is_and_what_is_better_the_other_way():
    report = compare({"accuracy": 0.9, "log_loss": 0.5, "f1": 0.5}, {"accuracy": 0.9, "log_loss": 0.4, "f1": 0.5}).check("* >= baseline")
    assert [check.words for check in report.breaches] == [
        "log_loss of 0.2.0 is 0.4, baseline 0.5 (-20.0 %): below the bound; allowed >= 0.5 (baseline)"
    ]
    assert report.remarks == ("* >= baseline: lower is better for log_loss",)
    report = compare({"accuracy": 0.9, "log_loss": 0.5}, {"accuracy": 0.95, "log_loss": 0.5}).check("* < baseline")
    assert [check.reason for check in report.breaches] == ["above the bound", "on the bound"]
    assert report.remarks == ("* < baseline: higher is better for accuracy",)
    assert compare({"log_loss": 0.5}, {"log_loss": 0.4}).check("log_loss >= 0").remarks == ("log_loss >= 0: lower is better for log_loss",)


def test_a_misspelt_metric_that_may_be_absent_is_named_at_the_top():
    report = compare({"accuracy": 0.9}, {"accuracy": 0.9}).check("accuracy >= 0.1\nacc >= 0.9 if present")
    assert bool(report) is report.passed is True
    assert report.remarks == ("acc >= 0.9 if present: no version has this metric; nearest: accuracy",)
    assert repr(report) == "<GateReport Gate passed: 1 check, only as measured; 1 skipped, not counted>"


@pytest.mark.parametrize(
    ("rule", "is_mistake"),
    [
        *(
            (rule, True)
            for rule in (
                "F1 >= 0.8 if present",
                "f-1 >= 0.8 if present",
                "acuracy >= 0.9 if present",
                "Accuracy[d-noisy] >= 0.9 if present",
            )
        ),
        *(
            (rule, True)
            for rule in ("latncy_ms < 9 if present", "fail if F1 worse beyond chance if present", "F1@d-noisy >= 0.8 if present")
        ),
        *((rule, True) for rule in ("accuracy@d_noisy >= 0.5 if present", "accuracy[d-nosiy] >= 0.5 if present")),
        *((rule, False) for rule in ("wer <= 1 if present", "f2 >= 0.8 if present", "micro_f1 > 0 if present", "top5 > 0 if present")),
        *(
            (rule, False)
            for rule in ("acc* > 1 if present", "accuracy@d-clean > 0 if present", "fail if auc worse beyond chance if present")
        ),
    ],
)
def test_a_metric_that_may_be_absent_and_is_mistyped_could_not_be_checked(rule, is_mistake):
    metrics = {"accuracy": 0.9, "f1": 0.9, "latency_ms": 5, "cer": 0.1, "macro_f1": 0.8, "top1": 0.5}
    c = compare(results(d_noisy=metrics), results(d_noisy=metrics | {"f1": 0.1}))
    report = c.check(f"accuracy >= 0.5\n{rule}")
    failed = [check for check in report.breaches if not check.checked]
    assert bool(failed) is is_mistake
    assert not failed or "nearest: " in failed[0].reason


def test_skipped_checks_are_not_counted_and_their_versions_have_not_passed():
    c = compare({"loss": 0.5}, {"loss": 0.6}, {"cer": 0.1}, {"cer": 0.1, "loss": 0.4})
    report = c.check("loss <= baseline if present")
    assert repr(report) == "<GateReport Gate: 1 of 2 checks failed; 1 skipped, not counted>"
    assert "; passed as measured: 0.4.0" in str(report)
    assert "0.3.0" not in str(report).partition("Failed")[0]
    assert not report


def test_a_plain_rule_says_where_the_interval_includes_its_bound():
    (check,) = checked(shares(0.90, 0.895), "accuracy >= baseline - 0.01")
    assert (check.outcome, check.reason) == (
        "passed",
        "as measured: 95 % interval of the difference -3.2 to +2.2 pp includes the bound",
    )
    (check,) = checked(shares(0.90, 0.88), "accuracy >= baseline - 0.01")
    assert check.reason.startswith("below the bound; as measured: 95 % interval of the difference -4.8 to +0.75 pp in")
    (check,) = checked(shares(0.90, 0.895), "accuracy >= 0.89")
    assert check.reason == "as measured: 95 % interval of the value 0.874 to 0.913 includes the bound"
    assert [check.reason for check in checked(shares(0.9, 0.5), "accuracy >= baseline - 0.01")] == ["below the bound"]
    assert [check.reason for check in checked(shares(0.5, 0.9), "accuracy >= baseline - 0.01")] == [""]


@pytest.mark.parametrize("rule", ["auc >= baseline - 0.01", "auc >= 0.5"])
def test_what_passes_without_a_known_interval_passes_as_measured_only(rule):
    (check,) = checked(compare({"auc": 0.9}, {"auc": 0.895}), rule)
    assert (check.outcome, check.reason, check.as_measured) == ("passed", "as measured: no interval known", True)


def test_a_gate_says_how_many_of_its_checks_passed_only_as_measured():
    sure, size = {"accuracy": 0.9, "n": 100_000, "size_mb": 5.0}, "\nsize_mb <= 6"
    c = compare(sure, sure | {"auc": 0.5})
    assert str(c.check(f"accuracy >= 0.8{size}")).startswith("✓ Gate passed: 2 checks\n")
    assert "passed: 3 checks, 1 of them only as measured" in str(c.check(f"accuracy >= 0.8{size}\nauc > 0.1"))
    assert "passed: 1 check, only as measured" in str(c.check("auc > 0.1"))


def test_no_regression_checks_costs_too():
    c = compare({"accuracy": 0.9, "latency_ms": 10.0}, {"accuracy": 0.9, "latency_ms": 12.0})
    for arguments in ({}, {"metrics": "lat*"}, {"tolerance": "5%"}, {"tolerance": {"latency_ms": "5%"}}):
        with pytest.raises(RegressionError, match=r"latency_ms of 0\.2\.0"):
            c.assert_no_regression(**arguments)
    report = c.assert_no_regression(tolerance={"latency_ms": "25%", "*": 0.1})
    assert {check.metric: check.outcome for check in report.checks} == {"accuracy": "passed", "latency_ms": "passed"}


def test_a_tolerance_of_no_regression_that_fits_no_metric_is_told_with_the_nearest():
    report = compare({"latency_ms": 10.0}, {"latency_ms": 10.0}).assert_no_regression(tolerance={"latncy_ms": "5%"})
    assert report.remarks == ("tolerance: 'latncy_ms' matches no metric; nearest: latency_ms",)


def test_the_bound_of_a_percentage_is_shown_and_said_to_be_relative_and_points_are_points():
    c = shares(0.90, 0.8905)
    (check,) = checked(c, "accuracy >= baseline - 1%")
    assert (check.outcome, check.allowed) == ("failed", ">= 0.891 (baseline - 1%, relative)")
    (check,) = checked(c, "accuracy >= baseline - 1pp")
    assert (check.outcome, check.allowed) == ("passed", ">= 0.8900 (baseline - 1pp)")
    (check,) = checked(compare({"accuracy": 90.0}, {"accuracy": 89.5}), "accuracy >= baseline - 1 pp")
    assert (check.outcome, check.bound) == ("passed", 89.0)
    (check,) = checked(compare({"latency_ms": 90.0}, {"latency_ms": 89.5}), "latency_ms <= baseline + 1pp")
    assert (check.outcome, check.reason) == ("failed", NO_POINTS.format("latency_ms"))


def test_a_bound_in_percent_is_that_of_a_fraction_and_never_of_anything_else():
    (check,) = checked(shares(0.90, 0.975), "accuracy >= 98%")
    assert (check.outcome, check.bound, check.allowed) == ("failed", 0.98, ">= 0.98 (98%)")
    (check,) = checked(shares(0.90, 0.985), "accuracy >= 98 % if present")
    assert (check.outcome, check.bound) == ("passed", 0.98)
    (check,) = checked(shares(0.90, 0.985, n=100_000), "accuracy >= 98% with 95% confidence")
    assert (check.outcome, check.bound) == ("passed", 0.98)
    for values in ({"accuracy": 98.5}, {"accuracy": 0.985, "val": {"accuracy": 0.9}}):
        (check, *_) = checked(compare({"accuracy": 97.0}, values), "accuracy >= 98%")
        assert (check.outcome, check.checked) == ("failed", False)
        assert check.reason == "a bound in percent needs a fraction, and accuracy has values above 1: write it as they are"
    elsewhere = results(d_a={"accuracy": 0.99}, d_b={"accuracy": 99.0})
    checks = checked(compare(elsewhere, elsewhere), "accuracy >= 98%")
    assert {check.outcome for check in checks} == {"failed"}
    (check,) = checked(compare({"latency_ms": 0.5}, {"latency_ms": 0.04}), "latency_ms <= 5%")
    assert check.reason == "a bound in percent needs a fraction, and latency_ms is not one"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("accuracy >= 0.98%", r"column 13: 0\.98% is 0\.0098 in .*Write 0\.98 or 0\.0098, whichever is meant"),
        ("accuracy >= 120%", "column 13: a fraction is from 0% to 100%"),
        ("accuracy >= -5%", "column 13: a fraction is from 0% to 100%"),
        ("accuracy >= 98pp", "column 13: points are of a margin, as in baseline - 1pp; write a bound in percent or as a fraction"),
        ("accuracy >= 98% of baseline", "column 17: did not expect 'of baseline' here"),
    ],
)
def test_a_bound_in_percent_that_may_mean_something_else_is_refused(rule, told):
    with pytest.raises(AddressError, match=told):
        parse_rules(rule)


@pytest.mark.parametrize(
    ("values", "n", "rule", "passes"),
    [
        ((0.90, 0.90), 1000, "accuracy >= baseline - 0.01 with 95% confidence", False),
        ((0.90, 0.90), 10_000, "accuracy >= baseline - 0.01 with 95% confidence", True),
        ((0.90, 0.90), 5000, "accuracy >= baseline - 0.01 with 95 % confidence", True),
        ((0.90, 0.90), 5000, "accuracy >= baseline - 0.01 with 99% confidence", False),
        ((0.90, 0.90), 5000, "accuracy >= baseline - 1% with 95% confidence", False),
        ((0.90, 0.93), 1000, "accuracy > baseline with 95% confidence", True),
        ((0.10, 0.10), 10_000, "accuracy <= baseline + 0.01 with 95% confidence", True),
        ((0.90, 0.93), 1000, "accuracy >= 0.92 with 95% confidence", False),
        ((0.90, 0.94), 1000, "accuracy >= 0.92 with 95% confidence if present", True),
    ],
)
def test_a_rule_with_confidence_asks_one_end_of_the_interval(values, n, rule, passes):
    (check,) = checked(shares(*values, n=n), rule)
    assert (check.outcome == "passed") is passes
    assert "% confidence (one-sided)" in check.allowed


def test_a_rule_with_confidence_equals_the_one_sided_test_of_statsmodels():
    (check,) = checked(shares(0.90, 0.893), "accuracy >= baseline - 0.02 with 95% confidence")
    low, _ = proportion.confint_proportions_2indep(893, 1000, 900, 1000, method="newcomb", compare="diff", alpha=0.1)
    assert check.reason == f"the difference could be as low as {math.floor(1000 * low) / 10:.1f} pp (95 % confidence)"
    (check,) = checked(shares(0.90, 0.893), "accuracy >= 0.8 with 95% confidence")
    low = math.floor(1000 * proportion.proportion_confint(893, 1000, 0.1, "wilson")[0]) / 1000
    assert check.reason == f"the true value is no lower than {low:.3f} (95 % confidence)"


@given(st.integers(500, 999), st.integers(500, 999), st.sampled_from([100, 1000, 3000]), st.integers(0, 60))
def test_what_is_written_of_an_interval_never_contradicts_the_outcome(first, second, n, margin):
    c = shares(first / 1000, second / 1000) if n == 1000 else compare(*({"f1": x / 1000, "f1_stderr": 1 / n} for x in (first, second)))
    name = "accuracy" if n == 1000 else "f1"
    (check,) = checked(c, f"{name} >= baseline - {margin / 1000} with 95% confidence")
    end = float(re.search(r"(?:lower than|as low as) ([+-]?[\d.e-]+)", check.reason)[1]) if "confidence)" in check.reason else None
    assert end is None or (end >= -margin / 10) is (check.outcome == "passed")
    (check,) = checked(c, f"{name} >= baseline - {margin / 1000}")
    found = re.search(r"difference ([+-]?[\d.e-]+) to ([+-]?[\d.e-]+) pp includes", check.reason)
    assert found is None or float(found[1]) < -margin / 10 < float(found[2])


@given(st.integers(2000, 5000), st.sampled_from([100, 1000, 5000]), st.integers(300, 999))
def test_a_bound_of_a_value_is_never_rounded_to_the_other_side_of_it(right, n, least):
    share = min(right * n // 5000, n) / n
    (check,) = checked(compare({"accuracy": 0.5, "n": n}, {"accuracy": share, "n": n}), f"accuracy >= {least / 1000} with 95% confidence")
    found = re.search(r"(?:lower than|as low as) ([\d.e-]+)", check.reason)
    assert found is None or (float(found[1]) <= share and (float(found[1]) >= least / 1000) is (check.outcome == "passed"))


def test_a_rule_with_confidence_fails_without_an_interval_and_says_what_would_give_one():
    (check,) = checked(compare({"auc": 0.9}, {"auc": 0.99}), "auc >= baseline - 0.01 with 95% confidence")
    assert (check.outcome, check.reason) == (
        "failed",
        "no interval known: measured once; repeats (n_runs) or a standard error would give one",
    )
    (check,) = checked(compare({"f1": 0.9, "f1_stderr": 0.01}, {"f1": 0.99}), "f1 >= baseline - 0.01 with 95% confidence")
    assert check.reason == "f1_stderr is given for 0.1.0, not for 0.2.0"
    (check,) = checked(compare({"auc": 0.9}, {"auc": 0.99}), "auc >= 0.9 with 95% confidence")
    assert check.reason == "no interval of the value is known; n or a standard error beside it would give one"


def test_a_rule_with_confidence_and_no_margin_says_that_it_asks_for_proof():
    (check,) = checked(shares(0.90, 0.90), "accuracy >= baseline with 95% confidence")
    assert check.reason.endswith("without a margin this asks for proof of being better")


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("accuracy >= 98% of baseline", "Write what may be lost: baseline - 1% is 99 % of the baseline."),
        ("accuracy >= baseline*0.99", "Write what may be lost: baseline - 1% is 99 % of the baseline."),
        ("accuracy >= approved", "A rule compares with the baseline; baseline='approved' and the like choose that."),
        ("accuracy >= 0.9 and cer <= 1", "Write one rule a line; all of them have to hold."),
        ("accuracy != 3", "A rule has no !=; write >=, <=, >, < or ==."),
        ("accuracy => 0.9", "Write >= or <=."),
        ("accuracy = 0.9", "Write ==, >= or <=."),
        ("accuracy between 1 and 2", "Write two rules, one with >= and one with <=."),
        ("fail if worse", ALARMS),
        ("fail if accuracy worse by more than 1pp", ALARMS),
        ("fail if accuracy drops by more than 1pp", ALARMS),
        ("accuracy must not drop by more than 1pp", "Write what has to hold, as in accuracy >= baseline - 1pp."),
        ("fail if accuracy < 0.9", "Write what has to hold: accuracy >= 0.9."),
        ("Fail if cer[d-a] >= baseline + 1%", "Write what has to hold: cer[d-a] < baseline + 1%."),
        ("0.9 <= accuracy", "Write the metric first: accuracy >= 0.9."),
        ("baseline + 1% > cer", "Write the metric first: cer < baseline + 1%."),
        ("accuracy > = 0.9", "Write >= or <=."),
        ("accuracy >= 0,9", "Write numbers with a point and without commas, as 0.9."),
        ("accuracy >= 1,000.5", "Write numbers with a point and without commas, as 0.9."),
        ("accuracy >= aproved", "A rule compares with the baseline; baseline='approved' and the like choose that."),
        ("accuracy >= good", "Behind the sign comes a number, a percentage such as 98%, or the baseline, as in baseline - 1%."),
        ("accuracy >= 0.9%", "Write 0.9 or 0.009, whichever is meant."),
        ("accuracy at least 0.9", "Write the sign: accuracy >= 0.9 for at least, cer <= 0.1 for at most."),
        ("accuracy: 0.9", "Write ==, >= or <=."),
        ("accuracy >== 0.9", "Write >= or <=."),
        ("accuracy >> 0.9", "Write >= or <=."),
        ("accuracy >>= 0.9", "Write >= or <=."),
        ("fail if accuracy == 1", ALARMS),
        ("fail if baseline - 1% > accuracy", "Write what has to hold: accuracy >= baseline - 1%."),
        ("0.9 < accuracy < 1", "Write two rules, one with >= and one with <=."),
        ("accuracy >= 'high'", "Behind the sign comes a number, a percentage such as 98%, or the baseline, as in baseline - 1%."),
        ("accuracy >= 0.9; cer <= 1", "Write one rule a line; all of them have to hold."),
        ("accuracy not worse", "Write accuracy >= baseline, or: fail if accuracy worse beyond chance."),
        ("no regression", "Write accuracy >= baseline, or: fail if accuracy worse beyond chance."),
        ("accuracy >= baseline - 1 percent", "Write the sign, as in baseline - 1%; points are baseline - 1pp."),
        ("accuracy >= baseline within 1%", "Write what may be lost: baseline - 1% is 99 % of the baseline."),
        ("latency_ms <= 5ms", "Write the number without its unit."),
        ("accuracy >= 0.9 on holdout", "Write the dataset behind the metric: accuracy@DATASET >= 0.9."),
        *((f"accuracy >= baseline - 1pp{level}", "Write: with 95% confidence.") for level in WRONG_LEVELS),
        ("accuracy >= 0.9 if present with 95% confidence", "Write if present last, after with 95% confidence."),
        ("accuracy >= baseline - 1 point", "Write 1pp for a percentage point, as in baseline - 1pp."),
        ("accuracy >= baseline - 2 points", "Write 1pp for a percentage point, as in baseline - 1pp."),
        ("latency_ms <= baseline * 1.1", "Write how much more it may be: baseline + 10% is 1.1 times the baseline."),
        ("latency_ms < 1.1 * baseline", "Write how much more it may be: baseline + 10% is 1.1 times the baseline."),
        ("accuracy >= 0.9,", "Write one rule a line, and nothing behind it but a comment after #."),
        ('"accuracy >= 0.9"', "Write one rule a line, without brackets and quotation marks: rules are not JSON."),
        ('["accuracy >= 0.98"]', "Write one rule a line, without brackets and quotation marks: rules are not JSON."),
        ("[]", "Write one rule a line, without brackets and quotation marks: rules are not JSON."),
    ],
)
def test_what_people_write_instead_of_a_rule_is_answered_with_the_rule(rule, hint):
    with pytest.raises(AddressError) as refused:
        parse_rules(rule)
    assert refused.value.hint == hint


def test_a_dataset_that_is_nearly_right_is_named_with_its_metric():
    c = compare(BASE, GOOD)
    assert "nearest: cer@d-a" in c.check("cer[d_a] <= 1").checks[0].reason


def test_rules_may_begin_as_editors_of_windows_begin_a_file():
    (rule,) = parse_rules("\ufeffaccuracy >= 0.9")
    assert rule.metric == "accuracy"


def test_the_beginning_of_a_word_of_a_rule_is_near_to_it():
    with pytest.raises(AddressError, match="unknown word 'base', did you mean baseline"):
        parse_rules("accuracy >= base - 1%")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("accuracy == 0.9 with 95% confidence", "== cannot hold with a confidence"),
        ("accuracy >= 0.9 with 100% confidence", "100% is not a confidence"),
        ("accuracy >= 0.9 with 20% confidence", "20% is not a confidence"),
        ("accuracy >= 0.9 with confidence", "did not expect 'with confidence' here"),
        ("fail if worse", "expected worse beyond chance"),
        ("fail if acuracy worse", "column 22: expected worse beyond chance"),
    ],
)
def test_a_confidence_or_an_alarm_that_means_nothing_is_refused(rule, words):
    with pytest.raises(AddressError, match=words):
        shares(0.9, 0.9).gate(rule)


def test_an_alarm_rings_beyond_chance_only_and_says_which_loss_it_could_not_have_seen():
    (check,) = checked(shares(0.90, 0.84, n=100), "fail if worse beyond chance")
    assert (check.outcome, check.reason.partition(" (")[0]) == (
        "passed",
        "no loss shown; a loss of about 10.0 pp would be shown only half of the time; up to 15.6 pp is not excluded",
    )
    (check,) = checked(shares(0.90, 0.90, n=100), "fail if worse beyond chance")
    assert check.reason.startswith("no loss shown; a loss of about 10.0 pp would be shown only half of the time (n = 100 and 100")
    (check,) = checked(shares(0.90, 0.84), "fail if accuracy worse beyond chance")
    assert (check.outcome, check.reason) == ("failed", "worse beyond chance (95 % for all checks of this gate together)")
    assert [check.outcome for check in checked(shares(0.84, 0.90), "fail if worse beyond chance")] == ["passed"]


def test_a_margin_in_percent_counts_the_error_of_the_baseline_too():
    # at the bound of the interval of the ratio (Fieller), not at that of the difference beside the measured baseline
    def holds(value, rule):
        metrics = [{"loss": 1.0, "loss_stderr": 0.05}, {"loss": value, "loss_stderr": 0.05}]
        return compare(*metrics).check(rule).passed

    doubled = "loss <= baseline + 100% with 95% confidence"
    z = 1.6448536
    assert [holds(2 - z * 0.05 * 5**0.5 + step, doubled) for step in (-1e-4, 1e-4)] == [True, False]
    assert not holds(2 - z * 0.05 * 2**0.5, doubled)  # which the difference alone would let pass
    assert [holds(1.1 - z * 0.05 * (1 + 1.1**2) ** 0.5 + step, "loss <= baseline + 10% with 95% confidence") for step in (-1e-4, 1e-4)] == [
        True,
        False,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("percent", [10, 25, 50, 100, -10])
def test_at_a_margin_in_percent_one_in_twenty_passes(percent):
    rng = np.random.default_rng(percent + 20)
    change = percent / 100
    passed = 0
    for base, value in zip(rng.normal(1, 0.05, 2000), rng.normal(1 + change, 0.05, 2000), strict=True):
        sides = Sides(Stated(float(value), 0.05), Stated(float(base), 0.05))
        end = relative_end(sides, 0.9, up=percent > 0)
        passed += end is not None and (end <= change * base if percent > 0 else end >= change * base)
    assert 0.035 < passed / 2000 < 0.065


def test_an_alarm_over_all_metrics_decides_as_the_verdict_does():
    c = compare(*({"error_rate": value, "n": 2000} for value in (0.10, 0.07, 0.12)))
    assert c.verdict.counts["0.3.0"]["worse"] == 1
    (check,) = c.check("fail if worse beyond chance").breaches
    assert (check.version, check.reason) == ("0.3.0", "worse beyond chance (95 % for all checks of this gate together)")
    steps = {"error_rate": 0.07, **{f"latency_{nth}_ms": 10.0 for nth in range(9)}}
    costs = {f"latency_{nth}_ms_stderr": 1.0 for nth in range(9)}
    base, worse = {**steps, **costs, "n": 2000}, {**steps, **costs, "error_rate": 0.09, "latency_0_ms": 99.0, "n": 2000}
    many = compare(base, worse)
    assert many.verdict.counts["0.2.0"]["worse"] == 1  # and nine costs beside it take nothing from that
    assert {check.reason for check in many.check("fail if worse beyond chance").breaches} == {
        "worse beyond chance (95 % for all costs and what was measured in training of this gate together)",
        "worse beyond chance (95 % for all checks of this gate together)",
    }


@examples(60)
@given(st.lists(st.lists(st.sampled_from([0.8, 0.83, 0.85, 0.87, 0.9, 0.92]), min_size=3, max_size=3), min_size=2, max_size=5))
def test_an_alarm_rings_where_the_verdict_says_worse_and_nowhere_else(values):
    c = compare(*({**{f"t{nth}_accuracy": value for nth, value in enumerate(each)}, "n": 1000} for each in values))
    rung = {(check.version, f"metrics.{check.metric}") for check in c.check("fail if worse beyond chance").breaches if check.checked}
    assert rung == {key for key, standing in c.verdict.standings.items() if standing == "worse"}


def test_an_alarm_over_many_asks_for_more_of_each():
    metrics = {f"t{task}_accuracy": 0.9 for task in range(26)}
    c = compare({**metrics, "n": 1000}, {**metrics, "t0_accuracy": 0.870, "n": 1000})
    assert c["t0_accuracy"].changes[1].verdict == "worse"
    report = c.gate("fail if worse beyond chance")
    said = [check.reason for check in report.checks if check.metric == "t0_accuracy"]
    assert said == ["worse beyond chance if checked alone, but not among all checks (95 %)"]
    with pytest.raises(RegressionError):
        c.gate("fail if t0* worse beyond chance")


def test_an_alarm_without_an_interval_or_a_metric_does_not_pass():
    reason = "nothing could be checked; no interval known: measured once; repeats (n_runs) or a standard error would give one"
    report = compare({"auc": 0.9}, {"auc": 0.1}).check("fail if worse beyond chance")
    assert [check.words for check in report.breaches] == [f"0.2.0: {reason}"]
    assert breaches(shares(0.9, 0.9), "fail if acuracy worse beyond chance") == [
        ("acuracy", "", "no version has this metric; nearest: accuracy")
    ]


def test_an_alarm_that_names_its_metric_fails_for_every_version_in_which_it_cannot_be_checked():
    c = compare(
        {"accuracy": 0.9, "n": 1000},
        {"accuracy": 0.9, "n": 1000},
        {"n": 1000},
        {"accuracy": 0.5},
        {"accuracy": float("nan"), "n": 1000},
        {"accuracy": "good", "n": 1000},
    )
    assert breaches(c, "fail if accuracy worse beyond chance") == [
        ("accuracy", "0.3.0", "the value is absent"),
        ("accuracy", "0.4.0", "n is given for 0.1.0, not for 0.4.0"),
        ("accuracy", "0.5.0", "the value is NaN"),
        ("accuracy", "0.6.0", "the value is text: good"),
    ]
    assert [name for _, name, _ in breaches(c, "fail if acc* worse beyond chance")] == ["0.3.0", "0.4.0", "0.5.0", "0.6.0"]
    # all that may be absent is the value
    assert [name for _, name, _ in breaches(c, "fail if accuracy worse beyond chance if present")] == ["0.4.0", "0.5.0", "0.6.0"]
    assert breaches(compare({"n": 9}, {"accuracy": 0.9, "n": 10}), "fail if accuracy is worse beyond chance") == [
        ("accuracy", "0.2.0", "the baseline does not have it")
    ]
    assert breaches(compare({"auc": 0.9}, {"auc": 0.95}), "fail if auc worse beyond chance") == [
        ("auc", "0.2.0", "no interval known: measured once; repeats (n_runs) or a standard error would give one")
    ]


def test_several_rules_say_that_a_confidence_is_one_sided():
    c = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.95, "n": 1000})
    report = c.check("accuracy >= baseline with 95% confidence\naccuracy > 0.8")
    text = " ".join(str(report).split())
    assert "one-sided" in text
    assert "one-sided" in report.to_markdown()


def test_a_gate_writes_the_last_digits_of_a_calculation_nowhere():
    report = compare({"accuracy": 0.9099999999999999}, {"accuracy": 0.95}).check("accuracy >= baseline")
    for text in (str(report), report.checks[0].words, report.to_markdown(), report.to_junit()):
        assert "999" not in text
        assert "0.91" in text


def test_a_rule_over_all_metrics_leaves_out_what_says_how_sure_another_is():
    c = compare({"accuracy": 0.90, "n": 1000, "f1": 0.8, "f1_stderr": 0.02}, {"accuracy": 0.95, "n": 500, "f1": 0.9, "f1_stderr": 0.01})
    assert [check.metric for check in c.check("* >= baseline").checks] == ["accuracy", "f1"]
    assert [check.metric for check in c.check("n >= baseline").breaches] == ["n"]


def test_an_alarm_over_all_metrics_fails_for_what_is_lost_and_counts_what_has_no_interval():
    first = {"accuracy": 0.9, "em": 0.8, "auc": 0.9, "bleu": 30.0, "n": 1000}
    report = compare(first, {**first, "auc": 0.5, "f1": 0.5}).gate("fail if worse beyond chance")
    assert report.remarks == ("2 not judged, as no interval is known: auc -0.4, bleu",)
    partly = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.95, "n": 1000}, {"accuracy": 0.97}).check("fail if worse beyond chance")
    assert partly.remarks == ("1 not judged, as no interval is known: accuracy +7.0 pp",)
    assert partly.remarks[0].in_language("zh") == "1 项未判断（置信区间未知）：accuracy +7.0 个百分点"
    lost = breaches(compare(first, {**first, "em": float("nan")}, {"accuracy": 0.9, "n": 1000}), "fail if worse beyond chance")
    assert sorted((name, version) for name, version, _ in lost) == [
        ("auc", "0.3.0"),
        ("bleu", "0.3.0"),
        ("em", "0.2.0"),
        ("em", "0.3.0"),
    ]
    # a version of which nothing can be checked fails although another could be
    mixed = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.9, "n": 1000}, {"accuracy": 0.5}).check("fail if worse beyond chance")
    assert [check.words for check in mixed.breaches] == ["0.3.0: nothing could be checked; n is given for 0.1.0, not for 0.3.0"]


def test_an_alarm_goes_by_the_tolerance_of_the_comparison():
    def alarm(value, tolerance):
        documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": each, "n": 1000}} for nth, each in ((1, 0.9), (2, value))]
        return VersionSet.from_documents(documents, "model-a").compare("first", tolerance=tolerance).check("fail if worse beyond chance")

    assert [alarm(0.8, tolerance).passed for tolerance in (0, 0.05, 0.1, 0.2)] == [False, False, True, True]
    report = alarm(0.8, 0.2)
    assert report.checks[0].reason.startswith("loss of 10.0 pp, within the tolerance of 20 pp (n = 1000 and 1000")
    assert report.remarks == ("A loss within the tolerance (0.2) raises no alarm.",)
    for text in (str(report), report.to_html(), report.to_markdown(), report.to_junit()):
        assert " ".join(text.split()).count("within the tolerance (0.2)") == 1
    assert "容差（0.2）以内的退化不触发报警" in report.remarks[0].in_language("zh")
    (check,) = alarm(0.8, 0.11).checks
    assert check.reason.startswith("loss of 10.0 pp, within the tolerance of 11 pp as measured; one of up to 13.2 pp is not excluded (n")
    (check,) = alarm(0.9, 0.2).checks
    assert check.reason.startswith(
        "no loss beyond the tolerance of 20 pp shown; a loss of about 23.5 pp would be shown only half of the time"
    )
    assert alarm(0.6, 0.2).checks[0].reason == "worse beyond chance and the tolerance of 20 pp (95 % for all checks of this gate together)"
    assert not alarm(0.65, "20%").passed
    assert alarm(0.70, "20%").passed


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("accuracy drop < 1%", "Write what has to hold: accuracy >= baseline - 1%."),
        ("assert accuracy >= 0.9  # as in Python", "Write the rule alone: accuracy >= 0.9."),
        ("fail unless accuracy >= 0.9", "Write what has to hold: accuracy >= 0.9."),
        ("unless accuracy >= baseline - 1%", "Write what has to hold: accuracy >= baseline - 1%."),
        ("fail if any worse beyond chance", "Write: fail if worse beyond chance."),
        ("fail if any metric is worse beyond chance", "Write: fail if worse beyond chance."),
        ("mean accuracy >= 0.9", "A rule begins with one metric; put a name with spaces in backticks. Nearest: accuracy."),
    ],
)
def test_words_that_no_version_has_a_metric_of_are_an_error_of_the_grammar(rule, hint):
    with pytest.raises(AddressError, match="no version has a metric") as refused:
        shares(0.9, 0.9).check(f"n >= 1\n {rule}")
    assert refused.value.hint == hint
    assert "line 2, column" in str(refused.value)


def test_a_name_with_blanks_is_a_metric_where_a_version_has_it():
    c = compare({"accuracy drop": 0.9, "any": 1}, {"accuracy drop": 0.9, "any": 1})
    assert c.check("accuracy drop <= 1\nany >= 1").passed
    assert not c.check("`mean accuracy` >= 0.5").passed
    assert shares(0.9, 0.9).check("mean accuracy >= 0.5 if present\nn > 1").passed
    evidence = shares(0.9, 0.9).check("fail if n worse beyond chance").breaches[0].reason
    assert evidence == "which way is better is unknown (it says how sure another metric is)"


def test_a_fixed_bound_has_no_number_of_the_baseline_beside_it():
    c = compare({"latency_ms": 5.0, "accuracy": 0.9}, {"latency_ms": 18.25, "accuracy": 0.8})
    for rule in ("latency_ms < 100", "latency_ms < 10"):
        report = c.check(rule)
        for text in (str(report), report.to_html(), report.to_markdown(), report.to_junit(), report.checks[0].words):
            assert "265" not in text
            assert "Baseline" not in text
            assert ">baseline<" not in text
            assert " baseline" not in text.replace(", the baseline", "")
        assert (report.checks[0].baseline, report.checks[0].delta) == (5.0, 13.25)
    with pytest.raises(RegressionError) as refused:
        c.gate("latency_ms < 10")
    assert "aseline" not in str(refused.value)
    both = " ".join(str(c.check("latency_ms < 100\naccuracy >= baseline")).split())
    assert "Baseline: 0.1.0" in both
    assert "0.2.0 accuracy 0.8 0.9 -10.0 pp >= 0.9" in both
    assert "265" not in both


def test_that_fixed_bounds_were_not_asked_of_the_baseline_is_said_in_a_line():
    c = compare({"latency_ms": 500.0, "accuracy": 0.9}, {"latency_ms": 18.25, "accuracy": 0.8})
    report = c.check("latency_ms < 100")
    assert report.passed
    for text in (str(report), report.to_html(), report.to_markdown()):
        assert text.count("Not checked: 0.1.0, the baseline") == 1
    with speaking("zh"):
        assert "未检查：0.1.0（基线）" in str(report)
    for rules in ("latency_ms < 100\naccuracy >= baseline - 20pp", "accuracy >= baseline - 20pp", "fail if worse beyond chance"):
        assert "Not checked" not in str(c.check(rules))


def test_all_checks_of_a_metric_have_its_decimals_and_a_fixed_bound_is_written_as_in_the_rule():
    c = compare({"latency_ms": 0.0296}, {"latency_ms": 0.0523}, {"latency_ms": 0.10832})
    text = " ".join(str(c.check("latency_ms < 1\nlatency_ms < baseline + 20%")).split())
    assert "0.2.0 latency_ms 0.0523 < 1 0.3.0 latency_ms 0.1083 < 1" in text
    assert "0.3.0 latency_ms 0.1083 0.0296 +266 % < 0.0355" in text
    # what usual decimals do not tell apart has more
    assert "0.99996 < 1" in " ".join(str(compare({"latency_ms": 0.5}, {"latency_ms": 0.99996}).check("latency_ms < 1")).split())


def test_as_text_a_gate_is_one_table_with_long_remarks_below_their_rows():
    c = compare(*(results(**{f"d_dataset_{nth}": {"accuracy": value, "n": 100} for nth in range(2)}) for value in (0.9, 0.8, 0.85)))
    lines = str(c.check("accuracy >= baseline - 2pp\naccuracy >= 0.83")).splitlines()
    assert sum("allowed" in line for line in lines) == 2  # what failed and what passed
    row = next(place for place, line in enumerate(lines) if line.startswith("0.2.0    accuracy  d-dataset-0"))
    assert lines[row].endswith(">= 0.88")
    assert lines[row + 1].startswith("    below the bound; as measured: 95 % interval of the difference")
    assert max(map(len, lines)) <= 80


def test_that_a_gate_passed_is_said_once_and_that_a_rule_could_not_be_checked_first():
    c = compare({"a": 5.0}, {"a": 18.25}, {"a": 18.5})
    for shown, word in ((c.check("a < 100"), "passed"), (c.check("b < 100"), "failed")):
        text = str(shown)
        assert (text.lower().count(word), f"Gate {word}: " in text.partition("\n")[0]) == (1, True)
    assert not {"none", "—"} & set(text.split())


def test_that_no_interval_is_known_is_said_once_of_what_passed():
    c = compare({"a": 5.0, "b": 2}, {"a": 18.25, "b": 2}, {"a": 18.5, "b": 2})
    text = " ".join(str(c.check("a < 100\nb < 100")).split())
    assert text.startswith("✓ Gate passed: 4 checks, only as measured Versions: 0.2.0, 0.3.0 2 rules: a < 100, b < 100 No interval known")
    assert text.lower().count("no interval known") == 1
    mixed = compare({"a": 5.0, "accuracy": 0.9, "n": 100}, {"a": 18.25, "accuracy": 0.9, "n": 100}, {"a": 1.0, "accuracy": 0.9, "n": 100})
    text = " ".join(str(mixed.check("a < 100\naccuracy >= 0.1")).split())
    assert text.lower().count("no interval known") == 1
    assert "No interval known, as measured: a Not checked: 0.1.0, the baseline ▾" in text


def test_a_price_within_the_tolerance_is_a_loss_that_is_told():
    c = compare({"price_usd": 1.0}, {"price_usd": 1.25}, tolerance="50%", directions={"price_usd": "min"})
    (check,) = c.check("fail if price_usd worse beyond chance").checks
    assert check.reason == "loss of 0.25, within the tolerance of 0.5"


@pytest.mark.parametrize("margin", ["1pp", "8%", "0.11", "1.1e-1", "11.5 PP", "12pp", "20%", ".2", "12.pp"])
def test_an_alarm_with_a_margin_fails_where_the_loss_is_surely_more(margin):
    c = shares(0.9, 0.75)
    assert c.interval("accuracy", "0.2.0").words == "beyond chance (95 %)"
    for rule in (f"fail if accuracy worse by more than {margin} beyond chance", f"FAIL IF  worse by more  than {margin} beyond chance"):
        (check,) = c.check(rule).checks
        # the interval of the difference is -18.4 to -11.6 pp
        assert check.outcome == ("passed" if margin in ("12pp", "20%", ".2", "12.pp") else "failed")


def test_a_margin_of_an_alarm_that_no_float_holds_is_refused_in_its_place():
    with pytest.raises(AddressError, match=r"line 2, column 39: no float holds 1e999"):
        shares(0.9, 0.75).check("accuracy > 0\n  fail if accuracy worse by more than 1e999pp beyond chance")


def test_the_margin_of_an_alarm_is_the_larger_of_its_own_and_the_tolerance():
    pair = [{"accuracy": value, "n": 1000} for value in (0.9, 0.8)]
    small, large = (
        compare(*pair, tolerance=tolerance).check(f"fail if accuracy worse by more than {margin} beyond chance")
        for tolerance, margin in ((0.2, "1pp"), (0.01, "20pp"))
    )
    assert small.checks[0].reason.startswith("loss of 10.0 pp, within the tolerance of 20 pp (")
    assert large.checks[0].reason.startswith("loss of 10.0 pp, within the margin of 20 pp (")
    (check,) = compare(*pair).check("fail if accuracy worse by more than 2pp beyond chance").breaches
    assert check.reason == "worse beyond chance and the margin of 2 pp (95 % for all checks of this gate together)"


def test_alarms_with_several_margins_are_judged_together():
    c = shares(0.9, 0.872)
    plain, margin = "fail if accuracy worse beyond chance", "fail if accuracy worse by more than 5pp beyond chance"
    assert [check.outcome for check in c.check(plain).checks] == ["failed"]
    found = c.check(f"{plain}\n{margin}").checks
    assert [check.outcome for check in found] == ["passed", "passed"]
    assert "not among all checks" in found[0].reason


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("fail if accuracy worse by more than 1 beyond chance", "no accuracy can be lower: write 1pp or 0.01"),
        ("fail if loss worse by more than 1pp beyond chance", NO_POINTS.format("loss")),
    ],
)
def test_a_margin_of_an_alarm_that_means_nothing_is_no_check(rule, said):
    pair = [{"accuracy": value, "n": 100, "loss": value, "loss_stderr": 0.1} for value in (0.9, 0.8)]
    (check,) = compare(*pair).check(rule).checks
    assert (check.outcome, check.checked, check.reason) == ("failed", False, said)


def test_what_is_perhaps_within_the_tolerance_has_the_words_of_whose_tolerance_it_is():
    """The alarm goes by the tolerance of the comparison and has the words of its cells; a gate with one of its own adds to them."""
    pair = [{"accuracy": value, "n": 10_000} for value in (0.900, 0.885)]
    c = compare(*pair, tolerance="1%")
    (check,) = c.check("fail if worse beyond chance").checks
    assert (check.outcome, check.reason.partition(":")[0]) == ("passed", f"behind; {c.interval('accuracy', '0.2.0').words}")
    words = "worse beyond chance (95 % each), perhaps within the tolerance"
    with pytest.raises(RegressionError, match=re.escape(words)):
        compare(*pair).assert_no_regression(tolerance="1%")


def test_what_is_read_off_is_not_said_to_be_beyond_chance_nor_to_have_an_interval():
    c = compare({"model_size_mb": 5}, {"model_size_mb": 6}, {"model_size_mb": 7}, directions={"model_size_mb": "min"})
    assert repr(c.interval("model_size_mb", "0.2.0")) == "<Evidence exact: read off, not estimated>"
    assert c.interval("model_size_mb", "0.2.0").words == "exact"
    passed, failed = c.check("model_size_mb <= baseline + 1 with 95% confidence").checks
    assert [each.outcome for each in (passed, failed)] == ["passed", "failed"]
    for each in (passed, failed, *c.check("fail if model_size_mb worse beyond chance").checks):
        assert "read off" in each.reason
        assert "95 %" not in each.reason
    for text in map(str, (c.rank("model_size_mb"), c.best("model_size_mb"))):
        assert "95 %" not in text
        assert "told apart" not in text
    assert "behind by 20.0 % of 0.1.0" in str(c.best("model_size_mb"))


def test_the_remark_on_what_an_alarm_could_not_check_counts_what_the_headline_counts():
    c = compare({"accuracy": 0.9, "n": 1000, "f1": 0.8, "auc": 0.8}, {"accuracy": 0.91, "n": 1000, "f1": 0.7, "auc": 0.9, "bleu": 3})
    report = c.check("fail if worse beyond chance")
    assert "3 skipped, not counted" in str(report)
    assert report.remarks == ("2 not judged, as no interval is known: auc +0.1, f1 -10.0 pp",)


@pytest.mark.parametrize("name", ["std_accuracy", "acc_sem", "top5_ci", "gap"])
def test_an_alarm_over_all_metrics_says_which_changes_it_cannot_judge(name):
    """Names that would say how sure others are have no direction where these are not there."""
    c = compare({name: 0.95, "f1": 0.5, "n": 1000, "epochs": 3}, {name: 0.70, "f1": 0.6, "n": 1000, "epochs": 3}, directions={"f1": "max"})
    report = c.check("fail if worse beyond chance")
    (skipped,) = [check for check in report.checks if check.metric == name]
    assert (skipped.outcome, skipped.checked) == ("skipped", False)
    assert skipped.reason.startswith("changed, and which way is better is unknown")
    assert "epochs" not in {check.metric for check in report.checks}  # as it did not change
    assert f"The direction of {name} is unknown" in str(c.verdict)


def test_why_nothing_could_be_checked_names_the_metrics_of_each_reason():
    c = compare({"accuracy": 0.9, "n": 1000, "f1": 0.8}, {"accuracy": 0.91, "f1": 0.7})
    (reason,) = (check.reason for check in c.check("fail if worse beyond chance").breaches)
    assert reason == (
        "nothing could be checked; accuracy: n is given for 0.1.0, not for 0.2.0; "
        "f1: no interval known: measured once; repeats (n_runs) or a standard error would give one"
    )


def test_what_an_alarm_may_not_see_is_that_of_all_its_statements_together():
    one = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.9, "n": 1000})
    many = {f"t{task}_accuracy": 0.9 for task in range(20)}
    several = compare({**many, "n": 1000}, {**many, "n": 1000})
    for c, unseen in ((one, "2.8 pp"), (several, "4.5 pp")):
        assert {check.reason.partition(" (")[0] for check in c.gate("fail if worse beyond chance").checks} == {
            f"no loss shown; a loss of about {unseen} would be shown only half of the time"
        }


def test_an_alarm_names_no_loss_that_is_more_than_the_baseline_has_to_lose():
    versions = {"accuracy": 0.1, "n": 10}, {"accuracy": 0.1, "n": 10}
    (check,) = checked(compare(*versions), "fail if worse beyond chance")
    said = "no loss shown; a loss of 10.0 pp, all there is to lose, would be shown less than half of the time"
    assert (check.outcome, check.reason.partition(" (")[0]) == ("passed", said)
    assert "即使退化 10.0 个百分点（即全部）" in check.reason.in_language("zh")
    (check,) = checked(compare(*versions, tolerance=0.05), "fail if worse beyond chance")
    assert check.reason.startswith(
        "no loss beyond the tolerance of 5 pp shown; a loss of 10.0 pp, all there is to lose, would be shown less"
    )


def test_an_alarm_does_not_pass_what_too_few_runs_cannot_judge():
    few = [{"accuracy": values, "f1": [0.5, 0.51, 0.52]} for values in ([0.80, 0.801], [0.60, 0.8302])]
    repeats = {"accuracy": "runs"}
    alone = compare(*({"accuracy": each["accuracy"]} for each in few), repeats=repeats)
    report = alone.check("fail if worse beyond chance")
    assert [(check.outcome, check.checked) for check in report.checks] == [("skipped", False), ("failed", False)]
    assert report.breaches[0].reason.startswith("nothing could be checked; too few runs or folds to tell (2 and 2 runs")
    (named,) = alone.check("fail if accuracy worse beyond chance").checks
    assert (named.outcome, named.checked) == ("failed", False)
    several = compare(*few, repeats={**repeats, "f1": "runs"}).check("fail if worse beyond chance")
    assert {check.metric: check.outcome for check in several.checks} == {"accuracy": "skipped", "f1": "passed"}
    assert several.remarks == ("1 not judged, as there are too few runs or folds: accuracy -8.5 pp",)


def test_no_regression_leaves_evidence_alone():
    report = compare(
        {"accuracy": 0.9, "n": 1000, "accuracy_stderr": 0.01, "accuracy_std": 0.3},
        {"accuracy": 0.95, "n": 1001, "accuracy_stderr": 0.02, "accuracy_std": 0.2},
    ).assert_no_regression()
    assert {check.metric: check.outcome for check in report.checks} == {
        "accuracy": "passed",
        "accuracy_std": "skipped",
        "accuracy_stderr": "skipped",
        "n": "skipped",
    }
    with pytest.raises(RegressionError, match="which way is better is unknown"):
        shares(0.9, 0.9).__class__(
            [make("0.1.0", {"accuracy": 0.9, "n": 1000}), make("0.2.0", {"accuracy": 0.9, "n": 1001})], baseline="first"
        ).assert_no_regression("n")


def test_no_regression_calls_worse_only_what_is_so_beyond_chance():
    with pytest.raises(RegressionError) as caught:
        shares(0.90, 0.80).assert_no_regression()
    assert [check.reason for check in caught.value.breaches] == ["worse beyond chance (95 % each), higher is better"]


def test_no_regression_says_where_the_interval_includes_its_bound():
    with pytest.raises(RegressionError) as caught:
        shares(0.90, 0.899).assert_no_regression()
    (check,) = caught.value.breaches
    assert check.reason == (
        "lower than the baseline, higher is better; as measured: 95 % interval of the difference -2.8 to +2.6 pp includes the bound"
    )


def test_a_moving_baseline_and_several_versions_are_remarked_on():
    versions = [make(f"0.{place}.0", {"accuracy": 0.9, "n": 100_000}) for place in range(3)]
    report = Comparison(versions, baseline="previous").gate("accuracy >= baseline - 0.01 with 95% confidence")
    said = " ".join(str(report).split())
    assert "small losses add up from release to release" in said
    assert "of many at the margin, some pass by chance" in said
    assert Comparison(versions[:2], baseline="first").gate("accuracy >= 0.8").remarks == ()


def test_a_gate_takes_a_list_of_rules():
    c = compare({"cer": 0.2, "rtf": 1}, {"cer": 0.1, "rtf": 1})
    rules = ["cer <= baseline", "rtf <= baseline + 5%"]
    assert c.gate(rules).checks == c.gate("\n".join(rules)).checks
    for wrong in (None, 5, [5], {"cer": 1}):
        with pytest.raises(ConfigurationError, match=r"rules=.* cannot be used"):
            c.gate(wrong)


@pytest.mark.parametrize("rule", ["params <= 9007199254740992", "params <= baseline", "params == 9007199254740992"])
@pytest.mark.parametrize("numbers", [(2**53, 2**53 + 1), (10**400, 10**401)])
def test_whole_numbers_that_no_float_tells_apart_never_pass(rule, numbers):
    base, candidate = ({"params": number} for number in numbers)
    (check,) = compare(base, candidate, directions={"params": "min"}).check(rule).breaches
    assert check.reason == "whole numbers above 2**53 are not checked: a float does not tell them apart"


def test_many_failed_checks_are_open_for_a_few_of_each_rule_and_folded_for_the_rest():
    metrics = [f"m{number}_accuracy" for number in range(30)]
    c = compare(dict.fromkeys(metrics, 0.8), {**dict.fromkeys(metrics, 0.7), "cer": 0.5})
    report = c.check("*_accuracy >= baseline\n*_accuracy > 0.9\ncer < 0.1")
    html = report._repr_html_()
    assert len(report.breaches) == 61
    opened = html.split("<details", 1)[0]
    assert len(re.findall(">m[0-9]+_accuracy<", opened)) == 8
    assert "*_accuracy &gt; 0.9<t" in opened or "*_accuracy &gt; 0.9 <small>30 failed" in opened
    assert html.count("26 more failed") == 2
    assert all(text.count("m29_accuracy") == 2 for text in (html, str(report)))


def test_what_is_below_the_limit_as_measured_needs_no_interval_to_fail():
    c = compare({"accuracy": 0.5}, {"accuracy": 0.6})
    (check,) = c.check("accuracy >= 0.9 with 95% confidence").checks
    assert (check.outcome, check.reason) == ("failed", "below the bound")
    (check,) = c.check("accuracy >= 0.55 with 95% confidence").checks
    assert "would give one" in check.reason


def test_a_truth_value_is_the_value_of_its_check():
    report = compare({"safe": True}, {"safe": False}).check("safe == true")
    assert report.checks[0].stated == "false"
    assert re.search(r"safe +false +== true", str(report))


def test_the_version_that_the_baseline_column_is_of_is_named_once():
    report = compare({"cer": 0.1}, {"cer": 0.2}).check("cer <= baseline")
    with pytest.raises(RegressionError) as caught:
        report.raise_for_breaches()
    for text in (str(report), report._repr_html_(), report.to_markdown(), "\n".join(caught.value._render_traceback_())):
        assert text.count("Baseline: 0.1.0") == 1


def test_below_the_tables_of_a_notebook_the_text_repeats_two_checks_at_most(monkeypatch):
    shown = []
    with pytest.raises(RegressionError) as caught:
        compare({"cer": 0.1}, {"cer": 0.2}, {"cer": 0.3}, {"cer": 0.4}).gate("cer <= baseline")
    assert "✗ 0.4.0 cer" in "\n".join(caught.value._render_traceback_())
    monkeypatch.setattr("pai_notebook.comparison.gate.report.notebook_display", lambda: (lambda bundle, raw: shown.append(bundle), 1))
    for _ in range(2):
        first, versions, *checks, against, told = caught.value._render_traceback_()
        assert (first, versions) == ("RegressionError: Gate: 3 of 3 checks failed", "0.2.0 failed 1; 0.3.0 failed 1; 0.4.0 failed 1")
        assert [check.split()[:2] for check in checks] == [["✗", "0.4.0"], ["✗", "0.3.0"]]
        assert (against, told) == (
            "Baseline: 0.1.0 · no interval known, as measured: cer",
            "Each check is in the table above, and in error.report.",
        )
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("accuracy >= baseline - 1", "no accuracy can be lower: write 1pp or 0.01"),
        ("accuracy >= baseline - 2.5", "no accuracy can be lower: write 2.5pp or 0.025"),
        ("accuracy > baseline - 100%", "no accuracy can be lower: write 1pp or 0.01"),
        ("accuracy >= baseline - 100pp", "no accuracy can be lower: write 1pp or 0.01"),
        ("accuracy >= baseline - 1 with 95% confidence", "no accuracy can be lower: write 1pp or 0.01"),
        ("accuracy >= -1", "no accuracy can be lower: write a bound from 0 to 1"),
        ("error_rate <= baseline + 1", "no error_rate can be higher: write 1pp or 0.01"),
        ("error_rate <= 2", "no error_rate can be higher: write a bound from 0 to 1"),
        ("percent.accuracy >= baseline - 100", "no percent.accuracy can be lower: write 1pp or 1"),
    ],
)
def test_a_rule_that_no_value_can_break_is_one_that_could_not_be_checked(rule, reason):
    base, fallen = ({"accuracy": 1 - wrong, "error_rate": wrong, "percent": {"accuracy": 100 - 100 * wrong}} for wrong in (0.1, 0.9))
    (check,) = compare(base, fallen).check(rule).checks
    assert (check.outcome, check.checked, check.reason) == ("failed", False, reason)


@pytest.mark.parametrize(
    "rule",
    [
        "accuracy >= baseline - 5pp",
        "accuracy >= baseline - 99%",
        "accuracy >= 0",
        "error_rate <= 1",
        "error_rate <= baseline + 200%",
        "loss <= baseline + 1",
        "r2 >= -1",
    ],
)
def test_a_margin_that_is_wide_only_beside_a_small_baseline_is_checked(rule):
    numbers = {"accuracy": 0.03, "error_rate": 0.9, "loss": 1.0, "r2": 0.5}
    assert all(check.outcome == "passed" for check in compare(numbers, {**numbers, "note": 1}).check(rule).checks)


@pytest.mark.parametrize("tolerance", [1, "100%", "100pp", {"accuracy": 1.5}, (0, 1)])
def test_a_tolerance_that_no_loss_exceeds_is_one_that_could_not_be_checked(tolerance):
    for value in (0.1, 0.9):
        with pytest.raises(RegressionError) as caught:
            compare({"accuracy": 0.9}, {"accuracy": value}).assert_no_regression("accuracy", tolerance=tolerance)
        (check,) = caught.value.breaches
        assert not check.checked
        assert check.reason.startswith("no accuracy can be lower: write ")
    c = compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.1, "n": 100}, tolerance=tolerance)
    assert not c.check("fail if accuracy worse beyond chance").checks[0].checked


def test_a_tolerance_in_points_is_in_the_unit_of_the_metric():
    numbers, fallen = ({"accuracy": 0.9 - loss, "loss": 1 + loss, "p": {"accuracy": 90 - 100 * loss}} for loss in (0, 0.005))
    c = compare(numbers, fallen, tolerance="1pp")
    assert [c[name].changes[1].kind.value for name in ("accuracy", "p.accuracy", "loss")] == ["same", "same", "worse"]
    with pytest.raises(RegressionError):
        c.assert_no_regression("accuracy", tolerance="0.4pp")


def test_checks_that_could_not_be_made_are_not_counted_as_failed():
    c = compare({"accuracy": 0.9, "recall": 0.9}, *({"accuracy": 0.9} for _ in range(30)))
    html = c.check("recall > 0.8\naccuracy >= baseline").to_html()
    assert "Could not be checked" in html
    assert "recall &gt; 0.8 <small>30 not checked" in html
    assert "18 more not checked" in html
    assert " failed<" not in html
    assert " more failed" not in html


@pytest.mark.parametrize(
    ("rule", "meant"),
    [("cer <= 10", "10%"), ("cer < 98", "98%"), ("cer <= baseline + 10", "10pp"), ("cer <= baseline + 1 with 95% confidence", "1pp")],
)
def test_a_bound_that_hardly_any_fraction_breaks_is_remarked_on(rule, meant):
    said = f"{rule}: values of cer are fractions, so that hardly any breaks it; did you mean {meant}?"
    assert said in compare({"cer": 0.2}, {"cer": 0.9}).check(rule).remarks
    assert said not in compare({"cer": 12.0}, {"cer": 20.0}).check(rule).remarks


@pytest.mark.parametrize(
    "rule", ["cer <= 1", "cer <= 0.3", "cer <= baseline + 10pp", "cer <= baseline + 0.5", "cer >= baseline + 1", "loss <= 10"]
)
def test_other_bounds_are_not_remarked_on_as_wide(rule):
    assert not any("did you mean" in remark for remark in compare({"cer": 0.2, "loss": 0.3}, {"cer": 0.9, "loss": 0.3}).check(rule).remarks)


def test_a_bound_that_no_fraction_reaches_says_so():
    (check,) = compare({"accuracy": 0.9}, {"accuracy": 0.99}).check("accuracy >= 98").breaches
    assert check.reason == "below the bound; no accuracy can be higher: write a bound from 0 to 1"
    (check,) = compare({"accuracy": 90}, {"accuracy": 95}).check("accuracy >= 98").breaches
    assert check.reason == "below the bound"


def test_a_bound_that_no_fraction_reaches_says_so_in_the_table():
    said = "no accuracy can be higher: write a bound from 0 to 1"
    report = compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.99, "n": 100}).check("accuracy >= 90\naccuracy >= 90 with 95% confidence")
    assert report.to_html().count(said) == 2
    assert str(report).count("no accuracy can be") == 2


@pytest.mark.parametrize("rule", ["{} >= 0.85", "{} > 0.85 with 95% confidence", "{} >= 0.85 if present"])
@pytest.mark.parametrize("metric", ["accuracy", "f1", "top1", "bleu", "win_rate"])
def test_a_fraction_bounds_no_percentage(metric, rule):
    said = f"values of {metric} are in percent, and 0.85 is a fraction: write 85"
    for fallen in (1.5, 89.0):
        (check,) = compare({metric: 90.0, "n": 1000}, {metric: fallen, "n": 1000}).check(rule.format(metric)).checks
        assert (check.outcome, check.checked, check.reason) == ("failed", False, said)


@pytest.mark.parametrize(
    ("metric", "values", "bound"),
    [
        ("accuracy", (0.9, 0.88), 0.85),
        ("accuracy", (90.0, 88.0), 85),
        ("accuracy", (90.0, 88.0), 0),
        ("mrr", (1000.0, 1.5), 0.85),
        ("success_count", (90.0, 1.5), 0.85),
        ("frame_rate", (30.0, 25.0), 1),
    ],
)
def test_what_is_in_its_unit_or_no_percentage_keeps_its_bound(metric, values, bound):
    report = compare(*({metric: value} for value in values), directions={metric: "max"}).check(f"{metric} > {bound}")
    assert report.passed
    assert not report.remarks


def test_a_rate_that_may_be_in_percent_is_remarked_on():
    report = compare({"click_rate": 90.0}, {"click_rate": 1.5}, directions={"click_rate": "max"}).check("click_rate >= 0.85")
    said = "click_rate >= 0.85: values of click_rate look like percent, so that hardly any breaks it; did you mean 85?"
    assert (report.passed, report.remarks) == (True, (said,))


@pytest.mark.parametrize(
    ("metric", "values", "rule"),
    [
        ("accuracy", (0.9, math.inf), "accuracy >= 0.9"),
        ("accuracy", (0.9, math.inf), "accuracy >= baseline"),
        ("accuracy", (0.9, math.inf), "accuracy >= baseline with 95% confidence"),
        ("accuracy", (0.9, math.inf), "fail if accuracy worse beyond chance"),
        ("loss", (0.5, -math.inf), "loss <= 1"),
        ("loss", (0.5, -math.inf), "loss <= baseline"),
        ("latency_ms", (math.inf, 5.0), "latency_ms <= baseline + 5%"),
        ("latency_ms", (1.7e308, 1.75e308), "latency_ms <= baseline + 10%"),
        ("latency_ms", (math.inf, math.inf), "latency_ms == baseline"),
    ],
)
def test_what_is_infinite_or_overflows_is_not_judged_and_never_passes(metric, values, rule):
    comparison = compare(*({metric: value} for value in values), baseline="first")
    report = comparison.check(rule)
    assert not report.passed
    assert [check.checked for check in report.checks] == [False]
    if math.inf in map(abs, values):
        with pytest.raises(RegressionError):
            comparison.assert_no_regression()


def test_a_tolerance_that_overflows_passes_nothing():
    with pytest.raises(RegressionError):
        compare({"latency_ms": 1.7e308}, {"latency_ms": 1.75e308}, baseline="first", tolerance="10%").assert_no_regression()


def test_an_infinite_value_of_one_version_makes_no_fraction_of_another_large():
    docs = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": value}} for nth, value in enumerate((0.9, 0.99, math.inf))]
    report = VersionSet.from_documents(docs, "model-a").compare("0.0.0").check("accuracy >= 98%")
    assert [(check.version, check.outcome, check.checked) for check in report.checks] == [
        ("0.1.0", "passed", True),
        ("0.2.0", "failed", False),
    ]


def test_failed_checks_without_an_interval_are_named_once():
    report = compare({"cer": 0.1, "accuracy": 0.9, "n": 1000}, {"cer": 0.2, "accuracy": 0.5, "n": 1000}).check("cer < 0.1\naccuracy > 0.8")
    assert str(report).count("No interval known, as measured: cer") == 1
    assert "no interval known" not in str(compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.5, "n": 1000}).check("accuracy > 0.8"))


@pytest.mark.parametrize("base", [0.3, 0.95, 1.0])
@pytest.mark.parametrize("points", [50, 60, 94, 95, 98])
@pytest.mark.parametrize("form", ["accuracy >= baseline - {points}pp", "accuracy >= baseline - {number}", "1"])
def test_a_margin_that_leaves_the_baseline_nothing_to_lose_is_remarked_on(base, points, form):
    c = compare({"accuracy": base}, {"accuracy": 0.0})
    rule = form.format(points=points, number=points / 100) if form != "1" else f"accuracy >= baseline - {points}%"
    report = c.check(rule)
    # what nothing breaks even the worst value passes
    assert any("no value of accuracy breaks it with this baseline" in each for each in report.remarks) is report.passed
    assert report.passed is (form != "1" and base - points / 100 <= 1e-12)


@pytest.mark.parametrize(
    ("rule", "is_vain"),
    [
        ("accuracy >= 0%", True),
        ("accuracy >= 0", True),
        ("accuracy > 0", False),
        ("accuracy <= 100%", False),
        ("accuracy < 1", False),
        ("accuracy >= 0 with 95% confidence", True),
        ("error_rate <= 100%", True),
        ("latency_ms <= 1000000", False),
        ("r2 >= -1000", False),
    ],
)
def test_a_bound_at_the_end_of_all_values_is_remarked_on(rule, is_vain):
    report = compare(
        {"accuracy": 0.9, "n": 100, "error_rate": 0.1, "latency_ms": 5, "r2": 0.5},
        {"accuracy": 0.8, "n": 100, "error_rate": 0.2, "latency_ms": 6, "r2": 0.4},
    ).check(rule)
    assert any("no value of" in each for each in report.remarks) is is_vain


def test_beside_a_version_that_was_asked_about_the_failures_of_others_are_not_named(tmp_path):
    c = compare({"cer": 0.1}, {"cer": 0.1}, {"cer": 0.3})
    for asked, is_named in (("0.2.0", False), ("0.3.0", True)):
        page = c.report(tmp_path / f"{asked}.html", charts=False, question=f"May {asked} go live?", gates="cer < 0.2").read_text("utf-8")
        assert ("No interval known, as measured: cer" in page) is is_named


def test_a_gate_that_passed_names_its_rules_in_sight():
    c = compare({"accuracy": 0.9, "f1": 0.8}, {"accuracy": 0.91, "f1": 0.8})
    several = str(c.check("accuracy >= baseline - 1%\nf1 > 0.1"))
    assert "2 rules: accuracy >= baseline - 1%, f1 > 0.1\n" in several.partition("Passed ·")[0]
    assert "rule: f1 > 0.1\n" in str(c.check("f1 > 0.1")).partition("Passed ·")[0]
    assert "rule" not in str(c.check("f1 > 0.99")).partition("Failed")[0]


def test_an_alarm_over_all_metrics_names_the_costs_and_training_metrics_that_it_does_not_check():
    first = {"accuracy": 0.9, "n": 1000, "size_mb": 10, "flops": 1e9, "n_layers": 3, "train_loss": 0.1, "train_loss_stderr": 0.001}
    c = compare(first, first | {"size_mb": 1000, "flops": 1e11, "train_loss": 0.2})
    assert c.check("fail if worse beyond chance").remarks == (
        "3 not judged, as no direction is known: flops ×100, size_mb ×100, train_loss +0.1",
    )
    assert c.check("fail if accuracy worse beyond chance").remarks == ()
    known = compare(first, first | {"size_mb": 1000}, directions={"size_mb": "min"}).check("fail if worse beyond chance")
    assert not known.passed
    assert known.remarks == ()


@pytest.mark.parametrize("text", ["NaN", "diverged"])
def test_a_text_where_the_baseline_has_a_number_is_a_regression_that_could_not_be_checked(text):
    with pytest.raises(RegressionError, match=f"the value is text: {text}") as raised:
        compare({"accuracy": 0.9}, {"accuracy": text}).assert_no_regression()
    assert [(check.metric, check.outcome) for check in raised.value.breaches] == [("accuracy", "failed")]


def test_checks_are_drawn_without_comparing_each_with_each(monkeypatch):
    c = compare({"accuracy": 0.9, "f1": 0.8}, {"accuracy": 0.91, "f1": 0.8}, {"accuracy": 0.7, "f1": 0.8})
    report = c.check("accuracy > 0.8\nf1 > 0.1")
    monkeypatch.setattr(Check, "__eq__", lambda *_: pytest.fail("two checks are compared"))
    assert "No interval known, as measured: accuracy, f1" in str(report)


@pytest.mark.parametrize(
    ("margin", "is_said"), [("99pp", True), ("0.9", True), ("90pp", True), ("89pp", False), ("99%", False), ("100pp", False)]
)
@pytest.mark.parametrize("metric", ["accuracy ", ""])
def test_an_alarm_whose_margin_is_more_than_the_baseline_has_to_lose_is_remarked_on(metric, margin, is_said):
    rule = f"fail if {metric}worse by more than {margin} beyond chance"
    report = compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.1, "n": 100}).check(rule)
    assert (f"{rule}: no value of accuracy breaks it with this baseline" in report.remarks) is is_said


@pytest.mark.parametrize("base", ["95%", "n/a", "0,95", [0.9, 0.8], True, float("nan"), None, float("inf")])
@pytest.mark.parametrize("gate", [lambda c: c.assert_no_regression(), lambda c: c.gate("fail if worse beyond chance")])
def test_a_number_beside_a_baseline_without_one_fails_a_gate(base, gate):
    c = compare({"accuracy": base, "f1": 0.5, "f1_stderr": 0.01}, {"accuracy": 0.1, "f1": 0.6, "f1_stderr": 0.01})
    with pytest.raises(RegressionError) as caught:
        gate(c)
    (check,) = caught.value.report.breaches
    assert (check.metric, check.checked) == ("accuracy", False)
    assert check.reason.startswith("the value is number, the baseline's is ")


@pytest.mark.parametrize(
    ("base", "value", "outcome"),
    [
        ([0.9, 0.9], [0.1, 0.1], "failed"),
        ([0.9, 0.9], [0.9, 0.9], "skipped"),
        (True, False, "failed"),
        (float("nan"), float("nan"), "failed"),
        (None, None, "failed"),
        ("high", "low", "failed"),
        ("91%", "84%", "failed"),
    ],
)
def test_an_alarm_over_all_metrics_fails_for_results_that_it_cannot_compare(base, value, outcome):
    c = compare({"accuracy": base, "f1": 0.5, "f1_stderr": 0.01}, {"accuracy": value, "f1": 0.6, "f1_stderr": 0.01})
    found = {check.metric: check.outcome for check in c.check("fail if worse beyond chance").checks}
    assert found == {"accuracy": outcome, "f1": "passed"}


def test_no_gate_passes_where_a_metric_is_text_in_both_versions():
    c = compare({"accuracy": "91%", "f1": 0.5, "f1_stderr": 0.01}, {"accuracy": "84%", "f1": 0.5, "f1_stderr": 0.01})
    report = c.check("fail if worse beyond chance")
    assert not report.passed
    assert [(check.metric, check.checked, check.reason) for check in report.breaches] == [("accuracy", False, "the value is text: 84%")]
    with pytest.raises(RegressionError, match="the value is text: 84%"):
        c.assert_no_regression()


def test_an_alarm_names_only_the_reasons_for_which_it_judged_nothing():
    first = {"accuracy": 0.9, "n": 1000, "auc": 0.8, "n_layers": 3}
    (told,) = compare(first, first | {"auc": 0.7, "n_layers": 4}).check("fail if worse beyond chance").remarks
    assert told.startswith("2 not judged, as no direction is known and no interval is known: ")


@pytest.mark.parametrize("value", [95.0, 100.5, 150, 9500])
def test_an_accuracy_that_cannot_be_beside_a_fraction_passes_no_gate(value):
    report = compare({"accuracy": 0.9}, {"accuracy": value}).check(["accuracy >= 0.9", "accuracy >= baseline - 1pp"])
    assert [check.checked for check in report.breaches] == [False, False]


@pytest.mark.parametrize(
    ("rule", "column", "meant"),
    [
        ("accuracy \uff1e\uff1d \uff10.\uff19", 10, "Write >=."),
        ("accuracy >= \uff10.\uff19", 13, "Write 0.9."),
        ("accuracy >= \uff10\uff0e\uff19", 13, "Write 0.9."),
        ("accuracy >= \uff19\uff10\uff05", 13, "Write 90%."),
        ("accuracy \uff1d\uff1d 0.9", 10, "Write ==."),
        ("accuracy \uff1d 0.9", 10, "Write ==."),
        ("accuracy \uff1c 0.9", 10, "Write <."),
        ("accuracy >= \uff0d0.9", 13, "Write -0.9."),
        ("accuracy >= 0.\uff19", 15, "Write 9."),
        ("accuracy >= baseline \uff0d 1pp", 22, "Write -."),
        ("accuracy >= \u0660.\u0669", 13, ""),
        ("accuracy >= 0\u066b9", 14, ""),
        ("accuracy >= \u2460", 13, ""),
        ("accuracy >= 0.9\u00b2", 16, ""),
        ("accuracy >= 0.9\u200b", 16, ""),
        ("accuracy >= \U0001d7ce", 13, ""),
        ("accuracy >= nine", 13, ""),
        ("accuracy >= 0.9 or so", 17, ""),
        ("accuracy >= 0.9 please", 17, ""),
        ("accuracy >= 0x1", 14, ""),
        ("accuracy >= 1_0", 14, ""),
    ],
)
def test_digits_and_signs_of_other_keyboards_are_refused_where_they_stand_and_never_misread(rule, column, meant):
    c = compare({"accuracy": 0.95}, {"accuracy": 0.5})
    with pytest.raises(AddressError, match=rf"line 1, column {column}: ") as caught:
        c.check(rule)
    assert meant in str(caught.value)


@pytest.mark.parametrize("name", ["wer", "error_rate", "latency_ms"])
@pytest.mark.parametrize("values", [(0.5, -1), (-1, 0.5)])
def test_an_error_below_zero_is_no_value_that_a_rule_passes_unless_its_direction_is_given(name, values):
    before, after = ({name: value, f"{name}_stderr": 0.01} for value in values)
    c = compare(before, after)
    rules = ["{} <= 0.6", "{} <= baseline", "{} <= baseline with 95% confidence"]
    checks = c.check([rule.format(name) for rule in rules]).checks
    told = "it is negative, which an error of that name never is"
    assert [(check.outcome, check.checked, check.reason) for check in checks] == [("failed", False, told)] * len(rules)
    (named,) = c.check(f"fail if {name} worse beyond chance").checks
    assert (named.outcome, named.checked, named.reason) == ("failed", False, f"which way is better is unknown ({told})")
    both = compare({**before, "acc": 0.5, "n": 1000}, {**after, "acc": 0.5, "n": 1000}).check("fail if worse beyond chance")
    assert [(check.metric, check.reason) for check in both.breaches] == [(name, told)]
    with pytest.raises(RegressionError, match=told):
        c.assert_no_regression()
    assert compare(before, after, directions={name: "min"}).check(f"{name} <= 0.6").passed
    assert compare({"loss": -1}, {"loss": -2}).check("loss <= baseline").passed


def test_versions_beside_one_whose_evaluation_failed_are_checked_as_before():
    first, second = compare({"wer": 0.5}, {"wer": -1}, {"wer": 0.4}).check("wer <= baseline").checks
    assert (first.checked, second.outcome) == (False, "passed")


@pytest.mark.parametrize(
    "options", [{"directions": {"latncy_ms": "max"}}, {"tolerance": {"latncy_ms": 1}}, {"series": {"latncy_ms": "last"}}]
)
def test_a_gate_says_what_a_comparison_says_of_a_name_that_matches_no_metric(options):
    c = compare({"latency_ms": 10}, {"latency_ms": 10}, **options)
    (told,) = c.notes
    assert told == f"{next(iter(options))}: 'latncy_ms' matches no metric; nearest: latency_ms"
    for report in (c.check("latency_ms <= baseline"), c.assert_no_regression()):
        assert report.passed
        assert report.remarks.count(told) == 1
        assert told in str(report)


@pytest.mark.parametrize(("value", "baseline"), [(0.3, 0.1 + 0.2), (0.1 + 0.2, 0.3), (0.7, 0.1 * 7), (4.35 * 100, 435.0), (1e-9 * 3, 3e-9)])
def test_what_rounding_alone_makes_is_no_difference_to_gates_verdict_and_rank(value, baseline):
    for metric in ("f1", "loss"):
        documents = [{"VersionName": "1", "Metrics": {metric: baseline}}, {"VersionName": "2", "Metrics": {metric: value}}]
        vs = VersionSet.from_documents(documents, "model-a")
        c = vs.compare("1", by=metric)
        assert c.check(f"{metric} >= baseline").passed
        assert c.check(f"{metric} <= baseline").passed
        assert c.check(f"{metric} == {baseline!r}").passed
        assert c.assert_no_regression(metric).passed
        assert not re.search("behind|ahead", str(c.verdict))
        assert [entry.is_near for entry in c.rank(metric).entries] == [True, True]


@pytest.mark.parametrize(("value", "baseline"), [(9_007_199_254_740_990, 9_007_199_254_740_991), (0.3, 0.3000000000001), (0.0, 5e-17)])
def test_what_rounding_cannot_make_is_a_difference_to_gates_and_verdict(value, baseline):
    documents = [{"VersionName": "1", "Metrics": {"accuracy": baseline}}, {"VersionName": "2", "Metrics": {"accuracy": value}}]
    c = VersionSet.from_documents(documents, "model-a").compare("1", directions={"accuracy": "max"})
    assert not c.check("accuracy >= baseline").passed
    assert c["accuracy"].changes[1].kind == "worse"


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("accuracy：>= 0.9", "Write the name without a colon, as in accuracy >= 0.9."),
        ("“accuracy” >= 0.9", "Write the name without quotation marks, as in accuracy >= 0.9."),
        ("accuracy >= 0.4 with 95％ confidence", "Write %."),
        ("fail if accuracy worse by more than -1pp beyond chance", "Write the loss without a sign"),
    ],
)
def test_a_sign_of_another_keyboard_is_named_with_what_is_written_instead(rule, hint):
    with pytest.raises(AddressError, match=re.escape(hint)):
        compare({"accuracy": 0.5}, {"accuracy": 0.6}).check(rule)


@pytest.mark.parametrize("tolerance", ["1％", "１％", "0.5％"])
def test_a_tolerance_in_signs_of_another_keyboard_is_answered_with_the_tolerance_that_is_meant(tolerance):
    plain = tolerance.replace("％", "%").replace("１", "1")
    with pytest.raises(ConfigurationError, match=re.escape(f"Write {plain}.")):
        compare({"accuracy": 0.5}, {"accuracy": 0.6}, tolerance=tolerance)


@pytest.mark.parametrize(
    ("rule", "said"), [("accuracy >= baseline - 1%", "-3.5 to +2.5 %"), ("accuracy >= baseline - 1% with 95% confidence", "-3.1 %")]
)
def test_an_interval_relative_to_the_baseline_is_in_percent_of_it_whatever_the_metric_is(rule, said):
    [check] = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.895, "n": 1000}).check(rule).checks
    assert said in str(check.reason)
    assert "pp" not in str(check.reason).partition(";")[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("accuracy drop <= 1pp", "accuracy >= baseline - 1pp"),
        ("cer drop <= 1pp", "cer <= baseline + 1pp"),
        ("accuracy drop < 1%", "accuracy >= baseline - 1%"),
        ("accuracy loss < 1%", "accuracy >= baseline - 1%"),
        ("accuracy max_drop=0.01", "accuracy >= baseline - 0.01"),
        ("cer[d-a] regression <= 2%", "cer[d-a] <= baseline + 2%"),
        ("regression <= 2%", "METRIC >= baseline - 2%. Where lower is better: METRIC <= baseline + 2%"),
        ("drop < 1%", "METRIC >= baseline - 1%. Where lower is better: METRIC <= baseline + 1%"),
        ("max_drop=0.01", "METRIC >= baseline - 0.01. Where lower is better: METRIC <= baseline + 0.01"),
        ("max_drop <= 0.01", "METRIC >= baseline - 0.01. Where lower is better: METRIC <= baseline + 0.01"),
    ],
)
def test_a_loss_that_is_written_as_a_value_is_answered_with_the_rule_that_bounds_it(written, meant):
    with pytest.raises(AddressError, match="line 2") as caught:
        compare(BASE, GOOD).check(f"cer < 1\n{written}")
    assert caught.value.hint == f"Write what has to hold: {meant}."


def test_a_metric_called_a_drop_or_a_loss_is_a_metric():
    c = compare({"drop": 0.1, "val loss": 0.1}, {"drop": 0.1, "val loss": 0.1})
    assert c.check("drop <= 0.2\nval loss <= 0.2").passed
