"""What comparisons may say of chance: every case in which they once said more than the numbers carry, with what is right."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison, minimal_pairs
from pai_notebook.errors import ComparisonError, RegressionError
from pai_notebook.model.metric_scales import is_share
from tests.compare.comparing import compare, make, results
from tests.lazy import Lazy

stats = Lazy("scipy.stats")
contingency = Lazy("statsmodels.stats.contingency_tables")
WORDS = {"better", "worse", "could be chance", "no interval known", "same"}


def verdict(first, second, metric, **options):
    """What is said of 0.2.0, which has `second`, against 0.1.0."""
    change = compare(first, second, **options)[metric].changes[1]
    return None if change.verdict is None else str(change.verdict)


def interval(first, second, metric):
    found = compare(first, second).interval(metric, "0.2.0").interval
    return None if found is None else (round(found.low, 3), round(found.high, 3))


def text_of(shown):
    return " ".join(str(shown).split())


# A1


def test_fold_scores_in_a_bare_list_are_no_curve_whose_last_point_wins():
    c = compare({"accuracy": [0.90, 0.91, 0.89, 0.92, 0.80], "n": 1000}, {"accuracy": [0.70, 0.71, 0.69, 0.72, 0.90], "n": 1000})
    assert c["accuracy"].changes[1].verdict is None
    assert "better," not in str(c.explain(everything=True)).partition("0.2.0\n")[2]
    with pytest.raises(ComparisonError, match="a list of 5 numbers"):
        c.best("accuracy")
    with pytest.raises(RegressionError, match="a list of 5 numbers"):
        c.gate("accuracy >= baseline")


def test_the_baseline_does_not_differ_from_itself():
    c = compare({"accuracy": 0.90, "n": 1000}, {"accuracy": 0.92, "n": 1000})
    for evidence in (c.interval("accuracy", "0.1.0"), c.interval("accuracy", "0.1.0", n=500), c.between(c["accuracy"], 1, 1)):
        assert evidence.interval is None
        assert "is the same version and does not differ from itself" in str(evidence)
    assert c.interval("accuracy", "0.2.0").interval is not None


# A2


def test_an_error_rate_in_percent_beside_an_accuracy_in_percent_has_no_interval():
    first, second = {"error_rate": 0.8, "accuracy": 99.2, "n": 1000}, {"error_rate": 0.5, "accuracy": 99.5, "n": 1000}
    assert verdict(first, second, "error_rate") == "no interval known"
    assert stats.fisher_exact([[8, 992], [5, 995]]).pvalue == pytest.approx(0.58, abs=0.01)


def test_the_size_of_the_training_set_is_no_number_of_validation_examples():
    first = {"num_samples": 1_000_000, "val": {"accuracy": 0.900}}
    second = {"num_samples": 1_000_000, "val": {"accuracy": 0.902}}
    assert verdict(first, second, "val.accuracy") == "no interval known"


def test_a_standard_deviation_of_zero_proves_nothing():
    assert verdict({"accuracy": 0.90, "accuracy_std": 0.0}, {"accuracy": 0.9000001, "accuracy_std": 0.0}, "accuracy") == "no interval known"


def test_a_standard_error_in_another_unit_is_not_believed():
    assert verdict({"acc": 91.0, "acc_stderr": 0.009}, {"acc": 91.1, "acc_stderr": 0.009}, "acc") == "no interval known"


def test_a_standard_error_of_zero_at_all_examples_does_not_beat_their_number():
    first, second = {"accuracy": 0.80, "accuracy_stderr": 0.0918, "n": 20}, {"accuracy": 1.0, "accuracy_stderr": 0.0, "n": 20}
    assert verdict(first, second, "accuracy") == "could be chance"
    assert stats.fisher_exact([[16, 4], [20, 0]]).pvalue == pytest.approx(0.106, abs=0.001)
    assert verdict({**first, "n": None}, {**second, "n": None}, "accuracy") == "no interval known"


def test_a_total_of_seconds_is_no_number_of_examples():
    assert verdict({"accuracy": 0.9, "total": 12.5}, {"accuracy": 0.95, "total": 13.1}, "accuracy") == "no interval known"


def test_rates_whose_units_are_not_independent_examples_are_no_shares():
    names = """equal_error_rate diarization_error_rate phone_error_rate slot_error_rate bit_error_rate average_accuracy per_class_accuracy
    pixel_accuracy cv_accuracy train_accuracy cache_hit_rate"""
    assert [name for name in names.split() if is_share(name)] == []
    assert all(map(is_share, ["acc_norm", "em", "top1"]))


# A3


def test_a_standard_deviation_of_five_runs_is_what_numpy_makes_of_them():
    first, second = {"f1": 0.900, "f1_std": 0.005, "n_runs": 5}, {"f1": 0.912, "f1_std": 0.005, "n_runs": 5}
    assert verdict(first, second, "f1") == "better"
    found = compare(first, second).interval("f1", "0.2.0")
    expected = stats.ttest_ind_from_stats(0.912, 0.005 * math.sqrt(5 / 4), 5, 0.9, 0.005 * math.sqrt(5 / 4), 5, equal_var=False)
    assert found.p_value() == pytest.approx(expected.pvalue, rel=1e-3)
    assert found.p_value() < 0.01


@pytest.mark.parametrize(("metric", "first", "second", "spread"), [("bleu", 30, 34, 12), ("latency_ms", 50, 40, 20)])
def test_a_standard_deviation_over_sentences_or_requests_is_no_spread_of_runs(metric, first, second, spread):
    found = compare({metric: first, f"{metric}_std": spread}, {metric: second, f"{metric}_std": spread}).interval(metric, "0.2.0")
    assert found.interval is None
    assert found.reason == f"{metric}_std is given, but not whether over examples, runs or folds; write {metric}_stderr, or n_runs"


@pytest.mark.parametrize(
    ("metric", "beside"),
    [
        ("acc,none", "acc_stderr,none"),
        ("accuracy", "stderr"),
        ("accuracy", "boostrap_std"),
        ("score", "standard_error"),
        ("exact_match,strict-match", "exact_match_stderr,strict-match"),
    ],
)
def test_standard_errors_are_found_by_the_names_that_tools_write(metric, beside):
    found = compare({metric: 0.84, beside: 0.01}, {metric: 0.90, beside: 0.01}).interval(metric, "0.2.0")
    assert (found.reason, found.words) == ("from the stated standard errors", "beyond chance (95 %)")


# A4


def test_a_stated_interval_stays_asymmetric_and_has_to_hold_its_value():
    first, second = {"f1": 0.90, "f1_ci": [0.80, 0.92]}, {"f1": 0.95, "f1_ci": [0.90, 0.96]}
    assert interval(first, second, "f1") == (-0.004, 0.150)
    assert compare(first, second).interval("f1", "0.2.0").reason == "intervals taken as 95 %"
    assert compare({"f1": 0.90, "f1_ci": [88, 92]}, second).interval("f1", "0.2.0").interval is None


# A5


@pytest.mark.parametrize(
    ("first", "second", "said", "reason"),
    [
        ({"accuracy_stderr": 0.05}, {"accuracy_stderr": 0.05}, "could be chance", "accuracy_stderr, clearly wider than n = 1000 and 1000"),
        ({"accuracy_ci": [0.7, 0.9]}, {"accuracy_ci": [0.8, 0.97]}, "could be chance", "accuracy_ci, clearly wider than n = 1000 and 1000"),
        ({}, {"accuracy_stderr": 0.07}, "could be chance", "n = 1000 and 1000, but of one of them accuracy_stderr, which is clearly wider"),
        (
            {"accuracy_ci": [0.7, 0.9], "accuracy_stderr": 0.013},
            {"accuracy_ci": [0.8, 0.97], "accuracy_stderr": 0.01},
            "could be chance",
            "accuracy_ci, clearly wider than n = 1000 and 1000",
        ),
        (
            {"accuracy_stderr": 0.005},
            {"accuracy_stderr": 0.005},
            "beyond chance (95 %)",
            "; accuracy_stderr is clearly narrower and not used",
        ),
        ({"accuracy_ci": [0.79, 0.81]}, {"accuracy_ci": [0.89, 0.91]}, "beyond chance (95 %)", "; accuracy_ci is clearly narrower and not"),
    ],
)
def test_a_number_of_examples_does_not_overrule_a_stated_error_or_interval_that_is_clearly_wider(first, second, said, reason):
    first, second = {"accuracy": 0.8, "n": 1000, **first}, {"accuracy": 0.9, "n": 1000, **second}
    c = compare(first, second, by="accuracy")
    found = c.interval("accuracy", "0.2.0")
    assert found.words == said
    assert reason in found.reason
    assert c.verdict.counts["0.2.0"]["better"] == (said != "could be chance")
    # a legend names what n alone does not give
    assert ("clearly wider" in text_of(c)) == ("wider" in reason)
    assert c.check("accuracy >= baseline with 95% confidence").passed == (said != "could be chance")


@pytest.mark.parametrize("beside", [{"accuracy_stderr": 0.0126}, {"accuracy_ci": [0.774, 0.823]}])
def test_what_n_is_known_to_give_is_kept_where_a_stated_error_or_interval_agrees(beside):
    alone = compare({"accuracy": 0.8, "n": 1000}, {"accuracy": 0.81, "n": 1000}).interval("accuracy", "0.2.0")
    both = compare({"accuracy": 0.8, "n": 1000, **beside}, {"accuracy": 0.81, "n": 1000}).interval("accuracy", "0.2.0")
    assert (both.interval, both.reason) == (alone.interval, alone.reason)


def test_n_by_argument_does_not_overrule_a_stated_error_either():
    first, second = {"accuracy": 0.8, "accuracy_stderr": 0.05}, {"accuracy": 0.9, "accuracy_stderr": 0.05}
    alone = compare(first, second).interval("accuracy", "0.2.0")
    assert alone.words == "could be chance"
    told, asked = compare(first, second, n=1000), compare(first, second)
    for found in (told.interval("accuracy", "0.2.0"), asked.interval("accuracy", "0.2.0", n=1000)):
        assert (found.interval.low, found.interval.high) == pytest.approx((alone.interval.low, alone.interval.high))
        assert "accuracy_stderr, clearly wider" in found.reason


# B1


def test_that_the_same_examples_would_narrow_the_interval_is_said():
    found = compare({"accuracy": 0.90, "n": 1000}, {"accuracy": 0.92, "n": 1000}).interval("accuracy", "0.2.0")
    assert found.words == "could be chance"
    assert found.reason == (
        "n = 1000 and 1000, as if measured on different examples; on the same ones the interval is usually narrower; "
        "the answers to each example may decide"
    )


def test_what_the_same_examples_would_do_is_not_said_where_their_numbers_differ():
    found = compare({"accuracy": 0.90, "n": 1000}, {"accuracy": 0.92, "n": 100}).interval("accuracy", "0.2.0")
    assert found.reason == "n = 100 and 1000, as if measured on different examples"


def test_a_net_difference_of_five_examples_is_chance_however_they_are_paired():
    found = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.905, "n": 1000}).interval("accuracy", "0.2.0")
    assert found.reason.endswith("a net difference of 5 could be chance even example by example")
    assert min(contingency.mcnemar([[0, b + 5], [b, 0]], exact=True).pvalue for b in range(30)) > 0.05
    # near 1 the interval for different examples is narrower than it may be on the same ones, which is said too
    found = compare({"accuracy": 0.95, "n": 100}, {"accuracy": 1.0, "n": 100}).interval("accuracy", "0.2.0")
    assert found.interval.excludes_zero
    assert found.reason.endswith("a net difference of 5 could be chance even example by example")


CHANCE_FOR_ALL_THAT = "a net difference of 5 could be chance even example by example"


@pytest.mark.parametrize(("first", "second"), [(1.0, 0.9), (0.9, 1.0)])
def test_what_is_found_of_five_examples_is_said_with_that_caution_in_verdict_and_gate(first, second):
    assert stats.fisher_exact([[50, 0], [45, 5]]).pvalue > 0.05
    c = compare({"accuracy": first, "n": 50}, {"accuracy": second, "n": 50})
    word = "Worse" if second < first else "Better"
    assert list(c.verdict.sentences) == [
        f"{word} than 0.1.0 beyond chance (95 % together): 0.2.0 in accuracy ({100 * (second - first):+.1f} pp).",
        f"For accuracy, {CHANCE_FOR_ALL_THAT}.",
    ]
    assert text_of(c.explain()).count(CHANCE_FOR_ALL_THAT) == 1
    rules = "fail if worse beyond chance", "accuracy >= baseline with 95% confidence", "accuracy >= baseline - 1pp"
    cautioned = [check.reason.endswith(f"; {CHANCE_FOR_ALL_THAT}") for check in c.check(rules).checks]
    assert cautioned == ([True, False, False] if second < first else [False, True, False])  # where a difference is said to be shown


def test_the_caution_names_its_versions_and_is_not_said_where_nothing_is_found_or_more_examples_differ():
    c = compare(*({"accuracy": value, "n": 50} for value in (1.0, 0.9, 0.5)))
    told = [sentence for sentence in c.verdict.sentences if CHANCE_FOR_ALL_THAT in sentence]
    assert told == [f"For accuracy (0.2.0), {CHANCE_FOR_ALL_THAT}."]
    for value in (0.98, 0.5):
        assert "example by example" not in str(compare({"accuracy": 1.0, "n": 50}, {"accuracy": value, "n": 50}).verdict)


def test_how_many_answers_rounded_shares_differ_by_is_not_said():
    found = compare({"accuracy": 0.840, "n": 1319}, {"accuracy": 0.844, "n": 1319}).interval("accuracy", "0.2.0")
    assert found.reason.endswith("the answers to each example may decide")


# B2


def test_the_legend_counts_what_would_pass_by_chance():
    metrics = {f"t{task}_accuracy": 0.9 for task in range(40)}
    versions = [make(f"0.{place}.0", {**metrics, "t0_accuracy": 0.9 - place / 1000, "n": 1000}) for place in range(20)]
    text = text_of(Comparison(versions, only="all"))
    assert "If nothing differed, chance would call about 38 of these 760 better or worse on average if compared alone (95 % each)." in text
    assert "by chance" not in text_of(compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.91, "n": 1000}))


def test_an_explanation_counts_what_would_pass_by_chance_too():
    versions = [make(f"0.{place}.0", {"accuracy": 0.9 - place / 1000, "n": 1000}) for place in range(21)]
    said = str(Comparison(versions, baseline="first").explain(everything=True))
    assert (
        said.rsplit("\n", maxsplit=1)[-1]
        == "If nothing differed, chance would call about 1 of these 20 better or worse on average if compared alone (95 % each)."
    )
    assert "只看单项（各 95%）" in str(Comparison(versions, baseline="first").explain("zh", everything=True)).split("\n")[-1]
    assert Comparison(versions[:20], baseline="first").explain(everything=True).note == ""


def test_of_twenty_equal_versions_nothing_is_called_better_or_worse_where_no_n_is_known():
    draw = np.random.default_rng(1)
    tables = draw.binomial(1000, 0.9, (20, 40)) / 1000
    c = Comparison(
        [make(f"0.{place}.0", {f"t{task}_accuracy": v for task, v in enumerate(row)}) for place, row in enumerate(tables.tolist())]
    )
    assert not any(change.is_beyond_chance for row in c.metrics for change in row.changes)
    assert set(c.verdict.standings.values()) == {"no interval known", "same"}
    assert "nothing can be called better or worse" in text_of(c)
    assert not re.search(r"\d (better|worse)\b|★|<strong>", text_of(c) + c.to_html())


# B3


def test_one_measurement_is_not_certain():
    c = compare({"latency_ms": 50.0, "f1": 0.8000}, {"latency_ms": 49.9, "f1": 0.8001})
    assert [str(row.changes[1].verdict) for row in c.metrics] == ["no interval known"] * 2
    text = text_of(c)
    assert "☆ 49.9 -0.2 ?" in text
    assert "? no interval known in 2 of 2 cells." in text
    assert "★" not in text


def test_the_only_value_of_a_metric_is_not_the_best_of_anything():
    best = compare({"f1": 0.9}, {"cer": 0.1}).best("f1")
    assert not best.is_alone
    assert "value       0.9 the only value" in str(best)


def test_who_reports_no_n_gains_no_colour_over_who_does():
    c = compare({"f1": 0.8000, "accuracy": 0.90, "n": 100}, {"f1": 0.8001, "accuracy": 0.84, "n": 100})
    assert {row.path: str(row.changes[1].verdict) for row in c.metrics if not row.is_evidence} == {
        "accuracy": "could be chance",
        "f1": "no interval known",
    }
    html = c.to_html()
    assert "<cite>-6.0\u00a0≈</cite>" in html
    assert "<var>+0.01\u00a0?</var>" in html
    assert "<strong>" not in html


# B4


def notes(*versions, metric, **options):
    return " ".join(compare(*versions, **options).best(metric).notes)


def test_a_winner_that_stands_apart_is_not_called_lucky():
    assert "expect" not in notes(*[{"accuracy": 0.5, "n": 1000}] * 9, {"accuracy": 0.99, "n": 1000}, metric="accuracy")


def test_a_size_is_not_called_lucky():
    assert notes(*[{"model_size_mb": size} for size in (100, 90, 80)], metric="model_size_mb", directions={"model_size_mb": "min"}) == ""


def test_luck_is_told_from_any_known_standard_error():
    said = notes(*[{"f1": 0.9 + place / 1000, "f1_stderr": 0.01} for place in range(3)], metric="f1")
    assert said.endswith("Highest of 3 that cannot be told apart: on fresh examples expect less, on average by up to about 0.85 pp.")


def test_luck_at_all_of_fifty_examples_is_not_zero():
    said = notes(*[{"accuracy": value, "n": 50} for value in (1.0, 0.98, 0.98)], metric="accuracy")
    assert re.search(r"by up to about [1-3](\.\d)? pp", said)


# B5


def test_a_plain_rule_says_that_the_interval_includes_its_bound():
    report = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.895, "n": 1000}).gate("accuracy >= baseline - 1%")
    (check,) = report.checks
    assert check.allowed == ">= 0.891 (baseline - 1%, relative)"
    assert check.reason.startswith("as measured: 95 % interval of the relative difference -3.5 to +2.5 % includes the bound")


def test_a_plain_rule_in_points_gives_the_interval_of_the_difference():
    (check,) = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.895, "n": 1000}).gate("accuracy >= baseline - 1pp").checks
    assert check.reason.startswith("as measured: 95 % interval of the difference ")


def test_a_version_that_loses_more_than_the_margin_does_not_pass_with_confidence():
    c = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.895, "n": 1000})
    with pytest.raises(RegressionError):
        c.gate("accuracy >= baseline - 0.009 with 95% confidence")


def test_an_alarm_says_which_loss_it_could_not_have_seen_unless_there_is_a_gain_beyond_chance():
    c = compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.9, "n": 100}, {"accuracy": 1.0, "n": 100}, {"accuracy": 0.7, "n": 100})
    with pytest.raises(RegressionError) as failed:
        c.gate("fail if worse beyond chance")
    same, gain, loss = failed.value.partial.checks
    told = "no loss shown; a loss of about 10.0 pp would be shown only half of the time; up to 10.8 pp is not excluded (n = 100 and 100"
    assert same.reason.startswith(told)  # two of three are decided, so that by Holm's rule the last one is judged as if alone
    assert (gain.outcome, gain.reason) == ("passed", "")
    assert (loss.outcome, loss.reason) == ("failed", "worse beyond chance (95 % for all checks of this gate together)")


def wilson_ends(found, n, z):
    middle, half = found + z * z / (2 * n), z * np.sqrt(found * (1 - found) / n + (z / (2 * n)) ** 2)
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def newcombe_low(mine, base, n, z):
    """The lower end of the difference of shares of n examples each."""
    return mine - base - np.hypot(mine - wilson_ends(mine, n, z)[0], wilson_ends(base, n, z)[1] - base)


def shown(truth, loss, n, level, margin=0.0):
    """How often Newcombe's interval of two shares of n other examples excludes every loss up to the margin: all outcomes, none drawn."""
    found = np.arange(n + 1) / n
    is_shown = newcombe_low(found[:, None], found, n, stats.norm.isf((1 - level) / 2)) > margin
    base, mine = (stats.binom.pmf(np.arange(n + 1), n, share) for share in (truth, truth - loss))
    return base @ is_shown @ mine


def test_what_the_documentation_says_of_gates_is_so_for_other_examples_and_for_answers_that_correlate():
    draw = np.random.default_rng(28)

    def same(truth, loss, n, correlation=0.5, times=200_000):
        """Shares of two versions on the same examples."""
        mine = truth - loss
        both = truth * mine + correlation * math.sqrt(truth * (1 - truth) * mine * (1 - mine))
        first, second, third, _ = draw.multinomial(n, [both, mine - both, truth - both, 1 - mine - truth + both], times).T
        return (first + second) / n, (first + third) / n

    def other(truth, loss, n, times=200_000):
        return draw.binomial(n, truth - loss, times) / n, draw.binomial(n, truth, times) / n

    silent = [round(100 * (1 - shown(0.9, 0.03, 100, 0.95)))]
    mine, base = same(0.9, 0.03, 100)
    silent.append(round(100 * (newcombe_low(base, mine, 100, 1.959964) <= 0).mean()))
    failing = [round(100 * (mine - base < -0.009 - 1e-9).mean()) for mine, base in (other(0.9, 0, 1000), same(0.9, 0, 1000))]
    passing = [
        round(100 * (newcombe_low(*drawn(0.9, 0, n), n, 1.644854) >= -0.009).mean()) for drawn, n in ((other, 28_000), (same, 20_000))
    ]
    assert (silent, failing, passing) == ([91, 97], [24, 16], [97, 97])
    folder = Path(__file__).parents[2] / "docs"
    told, chinese = ((folder / name).read_text("utf-8") for name in ("chance.md", "zh/chance.md"))
    for said in (
        "24 % of cases at 0.9 with n = 1000 and a margin of 0.009 (on the same examples, with answers that correlate by 0.5, in 16 %)",
        "in 97 % of cases with a margin of 0.009 at 0.9 takes 28 000 examples, or 20 000 of the same with answers that correlate by 0.5",
        "with n = 100 it lets a true loss of 0.03 at 0.9 pass in 91 % of cases, with such answers in 97 %",
    ):
        assert said in told
    for said in ("有 24% 的可能不通过", "0.5 时为 16%", "有 97% 的可能通过，需要 28 000 个样本", "有 91% 的可能通过，答案如此相关时为 97%"):
        assert said in chinese


def half_shown(check):
    return float(re.search(r"a loss of about ([0-9.]+) pp would be shown only half of the time", check.reason)[1]) / 100


@pytest.mark.parametrize(
    ("base", "mine", "n", "checks", "tolerance"),
    [
        (528, 530, 540, 1, 0),
        (528, 528, 540, 3, 0),
        (90, 84, 100, 1, 0),
        (90, 90, 100, 20, 0),
        (50, 50, 50, 1, 0),
        (500, 480, 1000, 1, 0),
        (900, 880, 1000, 1, 0.05),
        (80, 80, 1000, 2, 0),
    ],
)
def test_the_loss_that_an_alarm_would_show_half_of_the_time_is_shown_half_of_the_time(base, mine, n, checks, tolerance):
    metrics = ({**{f"t{nth}_accuracy": hits / n for nth in range(checks)}, "n": n} for hits in (base, mine))
    check = compare(*metrics, tolerance=tolerance).check("fail if worse beyond chance").checks[0]
    assert 0.45 < shown(base / n, half_shown(check), n, 1 - 0.05 / checks, tolerance) < 0.6


def test_of_few_runs_too_an_alarm_names_the_loss_that_is_shown_half_of_the_time():
    for runs in ([90.0, 91.0, 92.0], [90.1, 90.7, 91.0, 91.3, 91.9]):
        c = compare({"accuracy": runs}, {"accuracy": runs}, repeats={"accuracy": "runs"})
        loss = 100 * half_shown(c.check("fail if worse beyond chance").checks[0])
        df, error = 2 * len(runs) - 2, math.sqrt(2 * np.var(runs, ddof=1) / len(runs))
        assert 0.45 < stats.nct.sf(stats.t.isf(0.025, df), df, loss / error) < 0.6


def test_a_baseline_that_moves_with_every_release_is_cautioned():
    report = Comparison([make(f"0.{place}.0", {"accuracy": 0.9}) for place in range(2)], baseline="previous").gate(
        "accuracy >= baseline - 1%"
    )
    assert "small losses add up from release to release" in text_of(report)


# B6


def test_more_examples_or_another_standard_error_are_no_regression():
    first = {"accuracy": 0.90, "n": 1000, "accuracy_stderr": 0.0095, "accuracy_std": 0.3}
    second = {"accuracy": 0.95, "n": 1001, "accuracy_stderr": 0.0069, "accuracy_std": 0.2}
    assert compare(first, second).assert_no_regression().passed


# B7


def test_comparability_says_of_a_total_or_a_count_of_errors_nothing_that_it_does_not_know():
    first = {"accuracy": 0.9, "total": 12.5, "errors": {"count": 50}}
    second = {"accuracy": 0.9, "total": 13.1, "errors": {"count": 100}}
    assert compare(first, second).comparability == ()
    assert compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.9, "n": 90}).comparability == (
        "n differs (90, 100): not measured on the same number of examples",
    )


def test_what_was_measured_without_a_dataset_is_not_said_to_be_measured_elsewhere():
    named, unnamed = make("0.1.0", results(d_a={"cer": 0.1, "n": 100})), make("0.2.0", {"cer": 0.1, "n": 90})
    (said,) = Comparison([named, unnamed], baseline="first").comparability
    assert said == "cer of 0.2.0: no dataset is named, so it may differ from the baseline's"
    (said,) = Comparison([named, unnamed], baseline="latest").comparability
    assert said == "cer of the baseline: no dataset is named, so it may differ from that of 0.1.0"


# B8


def test_minimal_pairs_mark_nothing_that_runs_differ_by_themselves():
    def trained(name, value, **settings):
        return make(name, {"accuracy": value, "n": 1000}, TrainingSpec={"HyperParameters": settings})

    versions = [
        trained("0.1.0", 0.905, lr=1, seed=1),
        trained("0.2.0", 0.897, lr=1, seed=2),
        trained("0.3.0", 0.898, lr=2, seed=1),
        trained("0.4.0", 0.894, lr=2, seed=2),
    ]
    text = text_of(minimal_pairs(versions, "accuracy"))
    assert "▲" not in text
    assert "▼" not in text
    assert "It differs together with these settings; that does not say why." in text
    assert "a single pair is beyond chance (95 %) from 2.8 pp" in text


# B9


@pytest.mark.parametrize(
    ("metric", "first", "second"),
    [("r2", 0.0001, 0.2), ("reward", -0.001, 5), ("loglik", -1e-9, -3), ("elo", 1000, 1010), ("kappa", 0.1, 0.2)],
)
def test_there_is_no_percentage_where_it_means_nothing(metric, first, second):
    c = compare({metric: first}, {metric: second}, directions={metric: "max"})
    assert c[metric].changes[1].percent is None
    assert not re.search(r"\d %", str(c.explain(everything=True)))


# B10


def test_whiskers_are_labelled_as_intervals_of_the_difference():
    pytest.importorskip("matplotlib")
    versions = [make(f"0.{place}.0", {"accuracy": 0.9 + place / 100, "n": 1000}) for place in range(2)]
    note = VersionSet(versions).compare("first").plot.dot("accuracy").texts[-1].get_text()
    assert "whiskers: 95 % interval of the difference to 0.0.0, compared alone; filled marks count all" in " ".join(note.split())


# B11


def test_a_front_is_as_measured_and_a_version_that_equals_another_is_not_beaten_in_everything():
    front = compare(
        {"accuracy": 0.9, "rtf": 0.1, "n": 100}, {"accuracy": 0.9, "rtf": 0.2, "n": 100}, {"accuracy": 0.91, "rtf": 0.3, "n": 100}
    ).pareto(["accuracy", "rtf"])
    text = text_of(front)
    assert "as measured" in text
    assert " ≈ " in text
    assert "≈ could be chance." in text
    assert "beaten" not in text
    assert "One other version is no better anywhere and worse somewhere than one of these." in text


# C


def test_better_has_to_exclude_the_tolerance_too():
    first, second = {"accuracy": 0.9000, "n": 100_000}, {"accuracy": 0.9105, "n": 100_000}
    assert verdict(first, second, "accuracy") == "better"
    assert verdict(first, second, "accuracy", tolerance=0.01) == "could be chance"
    assert verdict(first, second, "accuracy", tolerance=0.011) == "same"
    assert "includes zero or so little." in text_of(compare(first, second, tolerance=0.01))


def test_best_and_its_lead_go_by_the_tolerance_too():
    first, second, third = {"accuracy": 0.90, "n": 1000}, {"accuracy": 0.95, "n": 1000}, {"accuracy": 0.96, "n": 1000}
    shared = compare(first, second, tolerance=0.1).best("accuracy")
    assert (shared.ties, shared.notes) == (("0.1.0",), ())
    near = compare(first, second, third, tolerance=0.02).best("accuracy")
    assert (near.version, near.ties, near.is_alone) == ("0.3.0", ("0.2.0",), False)
    assert near.notes[0] == "0.3.0 is highest; within the tolerance of 0.02: 0.2.0."
    assert near.notes[1] == "0.3.0 is highest, told apart from every version outside the tolerance (95 % in this metric)."
    together = compare(first, second, tolerance=0.04).best("accuracy")
    assert together.together == ("0.1.0",)
    assert together.notes[1].startswith(
        "The lead over 0.1.0 is beyond chance, but may be within the tolerance: 95 % interval +2.7 to +7.4 pp"
    )


def test_a_tolerance_in_percent_is_of_the_baseline_in_every_surface():
    first, second = {"loss": 1.0, "loss_stderr": 0.0204}, {"loss": 0.92, "loss_stderr": 0.001}
    c = compare(first, second, tolerance="4%", by="loss")
    assert c.interval("loss", "0.2.0").words == "beyond chance, but may be within the tolerance"
    best = c.best("loss")
    assert (best.together, best.is_alone) == (("0.1.0",), False)
    assert "may be within the tolerance" in best.notes[1]
    assert [entry.told_apart for entry in c.rank("loss")] == [None, False]
    assert c.between(c["loss"], 1, 0).margin == c.between(c["loss"], 0, 1).margin == 0.04
    assert c.verdict.sentences[0].endswith("; 0.1.0 cannot be told apart from it beyond the tolerance.")
    assert "nothing is better or worse" in c.verdict.sentences[1]
    # without a number of the baseline it is that of the best
    assert [entry.is_near for entry in compare({}, {"loss": 1.0}, {"loss": 1.04}, tolerance="4%").rank("loss")] == [True, True]


def test_what_differs_within_the_tolerance_is_not_said_to_be_equal():
    (told,) = compare({"loss": 100.0}, {"loss": 95.1}, tolerance="5%").verdict.sentences
    assert told == "Equal to 0.1.0 as measured, or within the tolerance, in every quality metric."
    (told,) = compare({"loss": 100.0}, {"loss": 100.0}, tolerance="5%").verdict.sentences
    assert told == "Equal to 0.1.0 as measured in every quality metric."


def test_a_plain_rule_in_percent_is_remarked_on_by_the_interval_of_the_ratio():
    c = compare({"loss": 1.0, "loss_stderr": 0.3}, {"loss": 1.3, "loss_stderr": 0.05})
    (plain,) = c.check("loss <= baseline + 100%").checks
    assert (plain.outcome, plain.as_measured) == ("passed", True)
    assert "includes the bound" in plain.reason
    assert not c.check("loss <= baseline + 100% with 95% confidence").passed
    (in_its_unit,) = c.check("loss <= baseline + 1").checks
    assert (in_its_unit.outcome, in_its_unit.as_measured) == ("passed", False)


def test_the_version_that_lacks_a_standard_error_is_named():
    found = compare({"f1": 0.9, "f1_stderr": 0.01}, {"f1": 0.95}).interval("f1", "0.2.0")
    assert found.reason == "f1_stderr is given for 0.1.0, not for 0.2.0"


def test_explain_and_the_table_say_the_same_of_chance():
    c = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.901, "n": 1000})
    assert "accuracy 0.900 → 0.901 (+0.1 pp), could be chance" in str(c.explain(everything=True))
    assert "In accuracy nothing is better or worse than 0.1.0 beyond chance (95 % together)." in str(c.explain())
    assert "could be chance" in text_of(c)
    assert "可能是随机波动" in str(c.explain("zh", everything=True))


# Together


METRICS = st.fixed_dictionaries(
    {"n": st.integers(1, 2000)},
    optional={
        "f1": st.integers(0, 100).map(lambda value: value / 100),
        "f1_stderr": st.integers(1, 20).map(lambda value: value / 100),
        "latency_ms": st.integers(1, 100),
    },
).flatmap(lambda rest: st.integers(0, rest["n"]).map(lambda hits: {**rest, "accuracy": hits / rest["n"]}))


@given(st.lists(METRICS, min_size=2, max_size=4))
def test_every_surface_says_one_of_four_words_and_never_more(versions):
    c = compare(*versions)
    said = c.to_frame("verdict", only="all")
    assert {word for word in said.to_numpy().ravel() if isinstance(word, str)} <= WORDS
    changes = [found for several in c.explain(everything=True).changes.values() for found in several]
    improved = {found.rows[0] for found in changes if re.search(", (better|worse)( if compared alone)?$", found.text)}
    together = {found.rows[0] for found in changes if re.search(", (better|worse)$", found.text)}
    beyond = {
        (row.full_name, name)
        for row in c.metrics
        for name, change in zip(c.names, row.changes, strict=True)
        if change.verdict in ("better", "worse")
    }
    assert improved == beyond
    quality = {(row, name) for (name, row) in c.verdict.standings}
    assert together & quality == {(row, name) for (name, row), word in c.verdict.standings.items() if word in ("better", "worse")}
    for row in c.metrics:
        leaders = c.leaders(row)
        if leaders is not None and row.direction.mode:
            assert ("★" in text_of(c.best(row.name))) == leaders.is_alone


@given(st.lists(METRICS, min_size=2, max_size=3), st.integers(2, 100))
def test_more_examples_of_the_same_shares_never_turn_better_into_chance(versions, factor):
    more = [{**metrics, "n": metrics["n"] * factor} for metrics in versions]
    few, many = compare(*versions), compare(*more)
    for before, after in zip(few["accuracy"].changes, many["accuracy"].changes, strict=True):
        if before.is_beyond_chance:
            assert after.verdict == before.verdict


@pytest.mark.slow
@given(st.lists(METRICS, min_size=2, max_size=4), st.permutations(range(4)))
def test_the_order_in_which_versions_are_handed_over_changes_no_word(metrics, order):
    versions = [make(f"0.{place}.0", results(d_a=each, d_b={"accuracy": each["accuracy"]})) for place, each in enumerate(metrics)]
    again = [versions[place] for place in order if place < len(versions)]
    first, second = Comparison(versions, baseline="first"), Comparison(again, baseline="first")
    assert str(first) == str(second)
    assert str(first.explain()) == str(second.explain())
    assert str(first.best("accuracy@d-a")) == str(second.best("accuracy@d-a"))
    assert str(first.rank("accuracy@d-a")) == str(second.rank("accuracy@d-a"))
    assert gated(first) == gated(second)


def gated(comparison):
    """Every word of a gate, whether it passes or not."""
    try:
        report = comparison.gate("accuracy@d-a >= baseline - 1%\naccuracy@d-a >= 0.5 with 95% confidence\nfail if worse beyond chance")
    except RegressionError as failed:
        report = failed.partial
    return [check.words for check in report.checks], report.remarks


def test_numbers_of_examples_and_errors_are_no_rows_of_the_coverage():
    frame = compare({"accuracy": 0.9, "n": 100, "accuracy_stderr": 0.01}, {"accuracy": 0.8, "n": 100}).coverage
    assert [name[0] if isinstance(name, tuple) else name for name in frame.index] == ["accuracy"]


FOUR = [0.9, 0.897, 0.903, 0.9], [0.9134, 0.91, 0.917, 0.913]
UNBELIEVED = "n = 300 is not believed: 0.9134 of 300 is not a whole number"


def test_an_n_that_one_run_refutes_makes_no_claim_stronger_and_every_surface_says_so():
    c = compare(*({"accuracy": values, "n": 300} for values in FOUR), repeats={"accuracy": "runs"})
    evidence = c.interval("accuracy", "0.2.0")
    assert evidence.words == "could be chance"
    taken = f"{UNBELIEVED} (0.2.0); the number of examples of the runs that it fits is taken"
    assert evidence.reason == f"4 and 4 runs; covers other runs and other examples; {taken}"
    assert f"For accuracy, {taken}." in c.verdict.sentences
    assert taken in c.check("fail if worse beyond chance").checks[0].reason
    assert "n = 300 不可信" in c.verdict.sentences[-1].in_language("zh")


def test_of_groups_and_of_a_single_run_the_n_that_is_believed_counts_for_both():
    groups = compare(
        {"accuracy": FOUR[0], "n": 300}, {"accuracy": [0.9134, 0.9101, 0.9171, 0.9129], "n": 300}, repeats={"accuracy": "runs"}
    )
    single = compare({"accuracy": FOUR[0], "n": 300}, {"accuracy": 0.9134, "n": 300}, repeats={"accuracy": "runs"})
    for c in (groups, single):
        evidence = c.interval("accuracy", "0.2.0")
        assert evidence.words == "could be chance"
        assert UNBELIEVED in evidence.reason


def test_where_no_n_is_believed_other_examples_are_said_not_to_be_covered():
    c = compare(
        {"accuracy": [0.9004, 0.8974, 0.9031, 0.9004], "n": 300},
        {"accuracy": [0.9234, 0.9204, 0.9271, 0.9234], "n": 300},
        repeats={"accuracy": "runs"},
    )
    evidence = c.interval("accuracy", "0.2.0")
    assert evidence.reason == (
        "4 and 4 runs; covers other runs, not other examples; n = 300 is not believed: 0.9234 of 300 is not a whole number (0.2.0); "
        "n = 300 is not believed: 0.9004 of 300 is not a whole number (0.1.0); other examples are therefore not covered"
    )
    (check,) = c.check("fail if worse beyond chance").checks
    assert check.outcome == "passed"
    assert check.reason.endswith("other examples are therefore not covered")


def test_reasons_are_shown_whole():
    c = compare({"accuracy": 0.9, "n": 50}, {"accuracy": 0.94, "n": 50})
    assert str(c.interval("accuracy", "0.2.0")).endswith("could be chance even example by example>")
    report = c.check("fail if accuracy worse beyond chance")
    for shown in (str(report), *report._repr_mimebundle_().values()):
        assert "more characters" not in shown
        assert "even example by example" in " ".join(shown.split())
