import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison
from pai_notebook.comparison.rules import parse_rules
from pai_notebook.errors import AddressError, ConfigurationError, RegressionError, VersionNotFound
from tests.compare.comparing import compare, make, results

BASE = results(d_a={"cer": 0.175, "rtf": 0.08, "accuracy": 0.93}, d_b={"cer": 0.172})
GOOD = results(d_a={"cer": 0.176, "rtf": 0.084, "accuracy": 0.92}, d_b={"cer": 0.1})
RULES = """
cer[d-a] <= baseline + 0.002   # the one that matters
rtf <= baseline + 5%
accuracy >= 0.92 if present

# nothing else
"""


def breaches(comparison, rules):
    """Give what failed, as (metric, version, reason)."""
    with pytest.raises(RegressionError) as caught:
        comparison.gate(rules)
    return [(check.metric, check.version, check.reason) for check in caught.value.breaches]


def test_a_gate_that_holds_gives_its_report():
    report = compare(BASE, GOOD).gate(RULES)
    assert report.passed
    assert [(check.outcome, check.metric) for check in report.checks] == [("passed", "cer"), ("passed", "rtf"), ("passed", "accuracy")]
    assert "Gate passed: 3 passed" in str(report)


def test_a_breach_has_value_baseline_delta_and_the_allowed_bound():
    with pytest.raises(RegressionError) as caught:
        compare(BASE, results(d_a={"cer": 0.181, "rtf": 0.09})).gate(RULES)
    first, second = caught.value.breaches
    assert (first.value, first.baseline, first.delta, first.allowed) == (0.181, 0.175, 0.181 - 0.175, "<= 0.177 (baseline + 0.002)")
    assert second.allowed == "<= 0.084 (baseline + 5%)"
    message = str(caught.value)
    assert "cer@d-a of 0.2.0 is 0.181, baseline 0.175 (+0.006): beyond the bound; allowed <= 0.177 (baseline + 0.002)" in message
    assert "rtf@d-a of 0.2.0 is 0.090, baseline 0.080 (+0.010)" in message


def test_every_breach_is_in_the_html_and_in_the_traceback():
    metrics = {f"m{number}": float(number) for number in range(100)}
    with pytest.raises(RegressionError) as caught:
        compare(metrics, metrics).gate("m* < 0")
    assert len(caught.value.breaches) == 100
    html, text = caught.value._repr_html_(), "\n".join(caught.value._render_traceback_())
    assert all(f">m{number}<" in html for number in range(100))
    assert text.count("failed") >= 100
    assert text.startswith("RegressionError: Gate failed")


def test_the_error_travels_between_processes():
    with pytest.raises(RegressionError) as caught:
        compare(BASE, GOOD).gate("cer < 0")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert copied.breaches == caught.value.breaches


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        ({}, "the value is no metrics"),
        ({"wer": 0.1}, "the value is absent"),
        ({"cer": None}, "the value is null: null"),
        ({"cer": float("nan")}, "the value is NaN: NaN"),
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
    assert breaches(compare(BASE, GOOD), "cer[d-c] <= 1") == [("cer", "", "no version has this metric; nearest: cer, cer@d-b, cer@d-a")]


def test_if_present_skips_what_is_absent_and_nothing_else():
    c = compare({"cer": 0.2, "wer": 0.1}, {"cer": 0.1})
    report = c.gate("cer <= 1\nwer <= 1 if present\nauc >= 0 if present")
    assert [check.outcome for check in report.checks] == ["passed", "skipped", "skipped"]
    assert breaches(compare({"cer": 0.2}, {"cer": float("nan")}), "cer <= 1 if present") == [("cer", "0.2.0", "the value is NaN: NaN")]


@pytest.mark.parametrize("rules", ["", "\n\n# only a comment\n"])
def test_a_gate_without_rules_never_passes(rules):
    assert [reason for _, _, reason in breaches(compare(BASE, GOOD), rules)] == ["the gate has no rule; write one a line"]


def test_a_gate_in_which_everything_was_skipped_never_passes():
    with pytest.raises(RegressionError, match="nothing was checked"):
        compare(BASE, GOOD).gate("wer <= 1 if present")


def test_a_gate_over_the_baseline_alone_never_passes():
    assert [reason for _, _, reason in breaches(compare(BASE), "cer <= 1")] == ["the only version is the baseline 0.1.0 itself"]
    assert [reason for _, _, reason in breaches(Comparison([]), "cer <= 1")] == ["there is no version to check"]


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
        ("m < 1e999", 5.0, True),
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
    assert report.checks[0].reason == "note: accuracy is better when higher, and this rule accepts any lower value"


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
        ("cer <= 5%", "line 1, column 9: did not expect '%'"),
        ("cer <= 3 if there", "line 1, column 10: did not expect 'if there'"),
        ("cer[d-a <= 3", "line 1, column 4: [ is not closed"),
        ("cer]d-a[ <= 3", "line 1"),
        ("`cer <= 3", "line 1, column 1: ` is not closed"),
        ("cer = 3", "line 1, column 5"),
        ("ok < true", "line 1, column 10: true can only be compared with =="),
        ("\n\ncer <= nan", "line 3, column 8: unknown word 'nan'"),
    ],
)
def test_a_typo_in_a_rule_is_named_with_line_and_column(rules, where):
    with pytest.raises(AddressError) as caught:
        compare(BASE, GOOD).gate(rules)
    assert where in str(caught.value)


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
        ({"cer": 0.1}, {"cer": 0.2}, "worse, lower is better"),
        ({"accuracy": 0.9}, {"accuracy": 0.8}, "worse, higher is better"),
        ({"cer": 0.1}, {"wer": 0.1}, "the value is absent"),
        ({"cer": 0.1}, {}, "the value is no metrics"),
        ({"cer": 0.1}, {"cer": float("nan")}, "the value is NaN, the baseline's is number"),
        ({"cer": float("nan")}, {"cer": 0.1}, "the value is number, the baseline's is NaN"),
        ({"cer": 0.1}, {"cer": None}, "the value is null, the baseline's is number"),
        ({"ks": 0.1}, {"ks": 0.2}, "changed, and which way is better is unknown (nothing in the name says)"),
        ({"ok": True}, {"ok": False}, "changed to false"),
        ({"cer": 0.1}, {"cer": float("inf")}, "worse, lower is better"),
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
    with pytest.raises(ConfigurationError, match="is not understood"):
        compare(BASE, GOOD).assert_no_regression(**options)


def test_a_gate_says_which_condition_removed_the_versions_it_was_to_check():
    kept = VersionSet(compare(BASE, GOOD).versions).filter("cer@d-a > 100")
    assert kept.compare().notes == ("where 'cer@d-a > 100' removed 2 of 2",)
    with pytest.raises(RegressionError, match="there is no version to check; where 'cer@d-a > 100' removed 2 of 2"):
        kept.compare().gate("cer <= 1")
    with pytest.raises(RegressionError, match="removed 2 of 2"):
        kept.compare().assert_no_regression()


def test_a_metric_that_is_nowhere_names_the_nearest():
    with pytest.raises(RegressionError, match="no version has this metric; nearest: cer"):
        compare(BASE, GOOD).gate("ceer <= 1")
    with pytest.raises(RegressionError, match="no version has a metric 'ceer'; nearest: cer"):
        compare(BASE, GOOD).assert_no_regression("ceer")
