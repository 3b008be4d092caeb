import copy
import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison
from pai_notebook.errors import ComparisonError, ConfigurationError
from tests.compare.comparing import compare, make, results


def test_best_tells_the_value_the_runner_up_the_margin_and_why():
    best = compare({"cer": 0.2}, {"cer": 0.15}, {"cer": 0.1}).best("cer")
    assert (best.version, best.value, best.runner_up, best.runner_up_value) == ("0.3.0", 0.1, "0.2.0", 0.15)
    assert best.margin == pytest.approx(0.05)
    assert best.words == "lower is better (inferred: from 'cer')"
    assert "☆ best as measured" in str(best)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1.0))
def test_the_digits_of_the_best_and_the_runner_up_show_how_far_they_are_apart(value, part):
    other = value * (1 + part)
    best = compare({"loss": value}, {"loss": other}).best("loss")
    told = str(best)
    shown, beside = re.search(r"value +(\S+)", told)[1], re.search(r"runner-up +0\.2\.0 (\S+)", told)[1]
    assert float(beside) - float(shown) == pytest.approx(other - value, rel=0.11)


def test_a_tie_names_everybody_in_it():
    best = compare({"cer": 0.1}, {"cer": 0.2}, {"cer": 0.1}).best("cer")
    assert (best.version, best.ties, best.margin, best.runner_up) == ("0.1.0", ("0.3.0",), 0.0, "0.3.0")


def test_a_mode_beats_the_inferred_direction():
    assert compare({"cer": 0.1}, {"cer": 0.2}).best("cer", "max").version == "0.2.0"
    assert compare({"cer": 0.1}, {"cer": 0.2}).best("cer", mode=True).version == "0.2.0"


def test_an_unknown_direction_without_a_mode_names_the_argument():
    with pytest.raises(ComparisonError, match=r"the direction of ks is unknown.*mode='max' or mode='min', or directions=\{'ks': 'max'\}"):
        compare({"ks": 0.4}, {"ks": 0.5}).best("ks")
    with pytest.raises(ComparisonError) as caught:
        compare({"ks": 0.4}, {"ks": 0.5}, by="ks")
    assert caught.value.hint == "Pass directions={'ks': 'max'} or directions={'ks': 'min'} to compare()."


def test_an_unknown_metric_names_the_nearest():
    with pytest.raises(ComparisonError, match=r"no version has a metric 'acuracy'.*Nearest is accuracy"):
        compare({"accuracy": 0.4}, {"accuracy": 0.5}).best("acuracy")


def test_text_cannot_be_ranked_and_the_error_shows_it():
    with pytest.raises(ComparisonError, match=r"grade has no number to rank: text in 3 of 3 versions \('A', 'B\+'\)"):
        compare({"grade": "A"}, {"grade": "B+"}, {"grade": "A"}).best("grade", "max")


def test_a_metric_of_several_datasets_must_say_which():
    c = compare(results(d_a={"cer": 0.1}, d_b={"cer": 0.2}), results(d_a={"cer": 0.2}, d_b={"cer": 0.1}))
    with pytest.raises(ComparisonError, match=r"measured on 2 datasets.*cer@d-a, cer@d-b"):
        c.best("cer")
    assert c.best("cer@d-a").version == "0.1.0"
    assert c.best("cer", dataset="d-b").version == "0.2.0"
    assert c.best("metrics.cer@d-b").version == "0.2.0"
    with pytest.raises(ComparisonError, match=r"not measured on dataset 'd-c'.*d-b and d-a"):
        c.best("cer", dataset="d-c")


def test_every_version_lacking_the_metric_is_an_error():
    with pytest.raises(ComparisonError, match="no version has a metric 'cer'"):
        compare({}, None).best("cer")


def test_versions_without_a_number_are_listed_and_never_placed():
    ranking = compare({"cer": 0.2}, {"cer": None}, {"cer": math.nan}, {"cer": "good"}, {"wer": 1.0}, {}).rank("cer")
    assert [(entry.rank, entry.version) for entry in ranking] == [(1, "0.1.0")]
    assert ranking.unranked == (("0.2.0", "null"), ("0.3.0", "NaN"), ("0.4.0", "text"), ("0.5.0", "absent"), ("0.6.0", "no metrics"))
    assert "Not ranked: 0.2.0 (null)" in str(ranking).replace("\n", " ")


def test_numeric_text_and_the_last_point_of_a_curve_are_ranked():
    curve = [{"step": 1, "value": 0.5}, {"step": 2, "value": 0.1}]
    ranking = compare({"cer": "0.15"}, {"cer": curve}, {"cer": 0.2}).rank("cer")
    assert [(entry.version, entry.value) for entry in ranking] == [("0.2.0", 0.1), ("0.1.0", 0.15), ("0.3.0", 0.2)]


def test_infinite_values_are_not_ranked_and_said():
    ranking = compare({"loss": math.inf}, {"loss": 1.0}, {"loss": -math.inf}).rank("loss")
    assert [entry.version for entry in ranking] == ["0.2.0"]
    best = compare({"accuracy": 0.9}, {"accuracy": math.inf}, {"accuracy": 0.8}).best("accuracy")
    assert (best.version, best.unranked) == ("0.1.0", (("0.2.0", "infinite"),))
    assert "0.2.0 (infinite)" in str(best)


def test_equal_values_share_a_rank_and_the_next_rank_counts_them():
    ranking = compare({"cer": 0.2}, {"cer": 0.1}, {"cer": 0.2}, {"cer": 0.3}).rank("cer")
    assert [(entry.rank, entry.version) for entry in ranking] == [(1, "0.2.0"), (2, "0.1.0"), (2, "0.3.0"), (4, "0.4.0")]


def test_values_within_the_tolerance_are_ties_with_ranks_of_their_own():
    ranking = compare({"cer": 0.100}, {"cer": 0.102}, {"cer": 0.2}, tolerance=0.005).rank("cer")
    assert [entry.rank for entry in ranking] == [1, 2, 3]
    assert [entry.is_near for entry in ranking] == [True, True, False]
    assert compare({"cer": 0.100}, {"cer": 0.102}, tolerance=0.005).best("cer").ties == ("0.2.0",)


def test_a_ranking_is_a_sequence_and_a_frame():
    ranking = compare({"cer": 0.2}, {"cer": 0.1}, {}).rank("cer")
    assert len(ranking.head(1)) == 1
    assert ranking[0].behind == 0
    assert ranking[0].delta == -0.1
    frame = ranking.to_frame()
    assert frame["version"].tolist() == ["0.2.0", "0.1.0", "0.3.0"]
    assert frame.dtypes.astype(str).to_dict() == {
        "rank": "Int64",
        "version": "string",
        "value": "float64",
        "delta": "float64",
        "behind": "float64",
        "state": "string",
        "told_apart": "boolean",
    }


def shares(*values, n=1000, name="accuracy"):
    return Comparison([make(f"0.{place}.0", {name: value, "n": n}) for place, value in enumerate(values)])


def test_the_best_of_several_that_cannot_be_told_apart_is_partly_luck_and_best_says_how_much():
    notes = shares(*(0.9 + number / 1000 for number in range(10))).best("accuracy").notes
    assert notes[-1] == "Highest of 10 that cannot be told apart: on fresh examples expect less, on average by up to about 1.5 pp."
    notes = shares(0.1, 0.101, 0.102, name="error_rate").best("error_rate").notes
    assert notes[-1] == "Lowest of 3 that cannot be told apart: on fresh examples expect more, on average by up to about 0.81 pp."


@pytest.mark.parametrize(
    "versions",
    [
        [{"accuracy": value, "n": 1000} for value in (0.5, 0.5, 0.5, 0.5, 0.99)],
        [{"accuracy": value, "n": 1000} for value in (0.90, 0.91)],
        [{"model_size_mb": value} for value in (100, 90, 80)],
        [{"auc": value} for value in (0.1, 0.2, 0.3)],
    ],
)
def test_there_is_no_word_of_luck_where_the_best_stands_apart_or_nothing_is_known_or_estimated(versions):
    c = compare(*versions, directions={"model_size_mb": "min"})
    assert "expect" not in " ".join(c.best(next(iter(versions[0]))).notes)


def test_a_share_of_all_examples_is_partly_luck_too():
    assert "by up to about 2.4 pp" in shares(1.0, 1.0, 0.98, 0.98, n=50).best("accuracy").notes[-1]
    assert " pp." in shares(1.0, 0.98, 0.98, n=50).best("accuracy").notes[-1]


def test_luck_is_not_less_than_that_of_a_best_that_is_less_sure_than_the_others():
    notes = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 1.0, "n": 2}, {"accuracy": 0.91, "n": 1000}).best("accuracy").notes
    draw = np.random.default_rng(7)
    means = np.stack([draw.binomial(n, 0.9, 100_000) / n for n in (1000, 2, 1000)])
    assert float(notes[-1].removesuffix(" pp.").rpartition(" ")[2]) / 100 >= (means.max(axis=0) - 0.9).mean()


def test_best_names_what_cannot_be_told_apart_from_it():
    best = shares(0.80, 0.895, 0.9, 0.91).best("accuracy")
    assert (best.version, best.together, best.unknown, best.is_alone) == ("0.3.0", ("0.1.0", "0.2.0"), (), False)
    assert best.notes[0] == "0.3.0 is highest; 0.1.0, 0.2.0 cannot be told apart from it (95 % in this metric)."
    assert "☆ best, but not told apart" in str(best)
    alone = shares(0.80, 0.91).best("accuracy")
    assert alone.is_alone
    assert alone.notes[0] == "0.1.0 is highest, told apart from every other (95 % in this metric)."
    assert "★ best" in str(alone)


def test_a_best_without_an_interval_is_best_as_measured():
    best = compare({"auc": 0.8}, {"auc": 0.9}).best("auc")
    assert (best.unknown, best.is_alone) == (("0.1.0",), False)
    assert best.notes == (
        "0.2.0 is highest as measured; no interval known: measured once; repeats (n_runs) or a standard error would give one.",
    )


def test_equal_values_are_not_said_to_be_told_apart_or_not():
    c = compare({"auc": 0.9}, {"auc": 0.9}, {"auc": 0.8})
    assert c.best("auc").notes == (
        (
            "0.1.0, 0.2.0 are equal and highest as measured; "
            "no interval known: measured once; repeats (n_runs) or a standard error would give one."
        ),
    )
    assert str(c.rank("auc")).splitlines()[5].split()[-1] == "?"
    equal = compare({"auc": 0.9}, {"auc": 0.9})
    assert "0.9 shared" in str(equal.best("auc"))
    assert "interval" not in str(equal.rank("auc"))


def test_a_best_without_an_interval_to_some_says_to_which():
    best = compare({"accuracy": 0.90, "n": 1000}, {"accuracy": 0.91, "n": 1000}, {"accuracy": 0.89}).best("accuracy")
    assert best.notes[:2] == (
        "0.2.0 is highest; 0.1.0 cannot be told apart from it (95 % in this metric).",
        "0.2.0 is highest as measured against 0.3.0; n is given for 0.2.0, not for 0.3.0.",
    )


def test_best_says_how_sure_its_lead_over_the_runner_up_is():
    close = shares(0.900, 0.910).best("accuracy")
    assert close.notes[1].startswith("The lead over 0.0.0 could be chance: 95 % interval -1.6 to +3.6 pp (n = 1000 and 1000")
    clear = shares(0.900, 0.910, n=100_000).best("accuracy")
    assert clear.notes[1].startswith("The lead over 0.0.0 is beyond chance (95 %): 95 % interval +0.74 to +1.26 pp")
    among_many = shares(*[0.5] * 18, 0.900, 0.930).best("accuracy")
    assert "is beyond chance if compared alone (95 %), but not among all versions" in among_many.notes[1]


def test_the_lead_is_a_positive_number_where_lower_is_better_too():
    c = compare({"error_rate": 0.10, "n": 10_000}, {"error_rate": 0.08, "n": 10_000})
    best, swapped = c.best("error_rate"), c.interval("error_rate", "0.2.0").interval
    assert "behind by 2.0 pp" in str(best)
    low, high = f"{-100 * swapped.high:+.1f}", f"{-100 * swapped.low:+.1f} pp"
    assert best.notes[1].startswith(f"The lead over 0.1.0 is beyond chance (95 %): 95 % interval {low} to {high} (n = 10000 and 10000")


def test_versions_that_tie_have_no_runner_up_behind_by_nothing():
    tie = str(compare({"cer": 0.1}, {"cer": 0.1}, {"cer": 0.2}).best("cer"))
    assert " ".join(tie.split()).startswith("Best by cer as measured: 0.1.0 (baseline), 0.2.0 value 0.1 ☆ best as measured")
    assert "behind by" not in tie


def test_told_apart_from_every_other_is_said_of_those_with_a_number():
    best = compare({"accuracy": 0.8, "n": 1000}, {"accuracy": 0.9, "n": 1000}, {"n": 1000}).best("accuracy")
    assert best.notes[0] == "0.2.0 is highest, told apart from every other measured version (95 % in this metric)."


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0.6, 0.9, 0.3), "0.2.0 first, told apart from every other"),
        ((0.9, 0.91, 0.3), "0.2.0 first; 0.1.0 cannot be told apart from it"),
        ((0.9, 0.9, 0.3), "0.1.0 and 0.2.0 first"),
    ],
)
def test_the_first_line_of_a_ranking_says_which_are_first_and_how_many_others_may_be(values, said):
    ranking = compare(*({"accuracy": value, "n": 1000} for value in values)).rank("accuracy")
    assert str(ranking).startswith(f"Ranking by accuracy: {said}\n")
    assert f"Ranking by accuracy: {said}</" in ranking._repr_html_()


def test_a_ranking_says_what_is_within_the_tolerance_of_the_first():
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": value, "n": 1000}} for nth, value in enumerate((0.9, 0.91, 0.7))]
    for chosen in (documents, documents[:2]):
        shown = str(VersionSet.from_documents(chosen, "model-a").compare("first", tolerance=0.02).rank("accuracy"))
        assert shown.count("within the tolerance") == 1
        assert "no interval" not in shown


def test_what_is_within_the_tolerance_of_the_best_is_not_called_equal_or_told_apart():
    values = [{"accuracy": value, "n": 100_000} for value in (0.900, 0.920, 0.916, 0.912)]
    c = VersionSet([make(f"0.{place + 1}.0", metrics) for place, metrics in enumerate(values)]).compare(
        "first", tolerance=0.01, by="accuracy"
    )
    best = c.best("accuracy")
    assert (best.ties, best.near) == (("0.3.0", "0.4.0"), ("0.3.0", "0.4.0"))
    assert best.notes[:2] == (
        "0.2.0 is highest; within the tolerance of 0.01: 0.3.0, 0.4.0.",
        "0.2.0 is highest, told apart from every version outside the tolerance (95 % in this metric).",
    )
    assert best.notes[2].startswith("Highest of 3, the others within the tolerance or not told apart")
    assert c.verdict.sentences[0] == "Best by accuracy as measured: 0.2.0 (0.920), with 0.3.0, 0.4.0 within the tolerance of 0.01."
    assert [entry.rank for entry in c.rank("accuracy")] == [1, 2, 3, 4]


def test_of_two_equal_versions_the_one_of_which_no_interval_is_known_is_the_reason():
    c = compare({"accuracy": 0.95, "n": 1000}, {"accuracy": 0.95}, {"accuracy": 0.80, "n": 1000})
    assert c.best("accuracy").notes == ("0.1.0, 0.2.0 are equal and highest as measured; n is given for 0.3.0, not for 0.2.0.",)
    assert "? no interval of the distance to each of rank 1 is known." in str(c.rank("accuracy"))


def test_of_two_versions_the_star_and_the_cell_say_the_same():
    c = shares(0.900, 0.916, n=2000)
    assert c["accuracy"].changes[1].verdict == "could be chance"
    assert not c.best("accuracy").is_alone


def test_a_ranking_says_what_is_not_told_apart_from_the_first():
    ranking = shares(0.80, 0.895, 0.9, 0.91).rank("accuracy")
    assert [(entry.version, entry.rank, entry.told_apart) for entry in ranking] == [
        ("0.3.0", 1, None),
        ("0.2.0", 2, False),
        ("0.1.0", 3, False),
        ("0.0.0", 4, True),
    ]
    assert [line[-1] for line in str(ranking).splitlines()[3:7]] == ["☆", "☆", "☆", "0"]
    assert "☆ best as measured, or not told apart from it (95 % in this metric)." in " ".join(str(ranking).split())
    assert "? no interval of the distance to 1 is known." in str(compare({"auc": 0.8}, {"auc": 0.9}).rank("auc"))


def test_a_ranking_is_a_line_a_version_marks_the_baseline_and_shows_the_interval_of_each_difference():
    c = shares(0.80, 0.9, n=100)
    ranking = c.rank("accuracy")
    lines = str(ranking).splitlines()
    assert [" ".join(line.split()) for line in lines[1:2] + lines[3:5]] == [
        "rank version value difference pp its 95 % interval best",
        "1 0.1.0 0.9 +10.0 +0.014 to +20.0 ★",
        "2 0.0.0 baseline 0.8",
    ]
    assert ranking[0].interval == c.interval("accuracy", "0.1.0").interval
    assert "interval" not in str(compare({"auc": 0.8}, {"auc": 0.9}).rank("auc")).splitlines()[1]


def test_pareto_keeps_what_nobody_beats_in_everything():
    front = compare(
        {"cer": 0.10, "rtf": 0.30},
        {"cer": 0.20, "rtf": 0.10},
        {"cer": 0.20, "rtf": 0.40},
        {"cer": 0.15, "rtf": 0.20},
        {"cer": 0.12},
    ).pareto(["cer", "rtf"])
    assert front.versions == ("0.1.0", "0.4.0", "0.2.0")
    assert front.dominated == {"0.3.0": "0.1.0"}
    assert front.unranked == ("0.5.0",)
    assert front.steps == (
        "0.4.0 against 0.1.0: gains rtf -33.3 %, loses cer +50.0 %",
        "0.2.0 against 0.4.0: gains rtf -50.0 %, loses cer +33.3 %",
    )
    assert [" ".join(line.split()) for line in str(front).splitlines()[4:7]] == [
        "0.1.0 0.10 0.3",
        "0.4.0 0.15 +50.0 % ? 0.2 -33.3 % ?",
        "0.2.0 0.20 +33.3 % ? 0.1 -50.0 % ?",
    ]


def test_pareto_of_mixed_directions_and_equal_points():
    front = compare({"accuracy": 0.9, "rtf": 0.1}, {"accuracy": 0.9, "rtf": 0.1}, {"accuracy": 0.8, "rtf": 0.2}).pareto(["accuracy", "rtf"])
    assert front.versions == ("0.1.0", "0.2.0")
    assert front.steps == ("0.2.0 is equal to 0.1.0 in all of them",)


def test_a_front_is_as_measured_and_says_what_of_a_step_could_be_chance():
    versions = [{"accuracy": a, "n": 100, "latency_ms": b} for a, b in ((0.90, 50.00), (0.91, 50.01), (0.89, 50.02))]
    front = compare(*versions).pareto(["accuracy", "latency_ms"])
    assert front.steps == ("0.1.0 against 0.2.0: gains latency_ms -0.02 %, loses accuracy -1.0 pp (could be chance)",)
    assert front.as_measured == ("latency_ms",)
    text = " ".join(str(front).split())
    assert text.startswith("Best trade-offs of accuracy and latency_ms, as measured: 0.2.0 and 0.1.0 ")
    assert "≈ could be chance." in text
    assert "? no interval is known: latency_ms. One other version is no better anywhere and worse somewhere than one of these." in text


def test_a_step_of_which_both_parts_could_be_chance_says_so_of_both():
    front = compare({"accuracy": 0.90, "em": 0.50, "n": 100}, {"accuracy": 0.91, "em": 0.49, "n": 100}).pareto(["accuracy", "em"])
    assert front.steps == ("0.1.0 against 0.2.0: gains em +1.0 pp (could be chance), loses accuracy -1.0 pp (could be chance)",)


def test_pareto_of_an_unknown_direction_needs_a_mode():
    c = compare({"ks": 0.4, "rtf": 0.1}, {"ks": 0.5, "rtf": 0.2})
    with pytest.raises(ComparisonError, match=r"the direction of ks is unknown.*Pass modes=\{'ks': 'max'\} or modes="):
        c.pareto(["ks", "rtf"])
    assert c.pareto(["ks", "rtf"], modes={"ks": "max"}).versions == ("0.2.0", "0.1.0")


def test_a_lead_a_rank_and_their_intervals_have_one_unit_which_is_never_percent_of_what_was_measured():
    c = compare({"error_rate": 0.002, "n": 500}, {"error_rate": 0.03, "n": 500})
    best, rank = str(c.best("error_rate")), str(c.rank("error_rate"))
    assert "behind by 2.8 pp" in best
    assert "95 % interval +1.3 to +4.7 pp" in best
    assert "difference pp" in rank
    assert "+2.8  +1.3 to +4.7" in rank
    c = compare({"loss": 1.0, "loss_stderr": 0.6}, {"loss": 0.5, "loss_stderr": 0.6})
    assert "behind by 0.5\n" in str(c.best("loss"))
    assert "-0.5  -2.17 to +1.17" in str(c.rank("loss"))
    # of what a percent is that is not of the baseline is said
    assert "behind by 11.1 % of 0.2.0" in str(compare({"latency_ms": 10.0}, {"latency_ms": 9.0}).best("latency_ms"))


@pytest.mark.parametrize("metrics", ["cer", []])
def test_pareto_of_no_metrics_is_an_error(metrics):
    with pytest.raises(ConfigurationError, match=r"pareto needs metrics|metrics='cer' cannot be used"):
        compare({"cer": 0.1}, {"cer": 0.2}).pareto(metrics)


BESIDE = {
    "n": st.sampled_from([50, 1000, 4000]),
    "accuracy_stderr": st.floats(0.001, 0.05),
    "accuracy_ci95": st.tuples(st.floats(0.7, 0.84), st.floats(0.91, 0.99)).map(list),
    "accuracy_std": st.floats(0.001, 0.05),
    "n_runs": st.sampled_from([2, 3, 8]),
}
MEASURED = st.fixed_dictionaries({"accuracy": st.sampled_from([0.9, 0.9, 0.88, 0.85])}, optional=BESIDE)


@given(st.lists(MEASURED, min_size=3, max_size=9))
def test_what_is_not_told_apart_from_one_of_several_equally_good_is_not_told_apart(metrics):
    c = compare(*metrics)
    row, leaders = c["accuracy"], c.leaders(c["accuracy"])
    if leaders is None:
        return
    level = max(0.95, 1 - 0.1 / (len(metrics) - 1))
    tops = [place for place in leaders.best if row.cells[place].value == row.cells[leaders.best[0]].value]
    for place in set(range(len(metrics))) - set(leaders.best):
        known = [c.between(row, top, place, level) for top in tops]
        # an interval of too few runs tells a difference that it excludes, and nothing else
        intervals = [each.interval if each.interval and each.interval.excludes_zero else each.telling(level) for each in known]
        assert (place in leaders.unknown) == (None in intervals)
        assert (place in leaders.together) == (None not in intervals and not all(each.excludes_zero for each in intervals))


def test_answers_over_several_models_say_the_model_and_their_keys_do_not():
    documents = [
        {"VersionName": name, "Metrics": {"auc": auc, "rtf": rtf}} for name, auc, rtf in (("1.0.0", 0.8, 0.3), ("2.0.0", 0.9, 0.4))
    ]
    first = VersionSet.from_documents([*documents, {"VersionName": "3.0.0"}], "model-a")
    second = VersionSet.from_documents([{"VersionName": "7.0.0", "Metrics": {"auc": 0.95, "rtf": 0.5}}], "model-b")
    c = VersionSet([*first, *second]).compare()
    best, ranking, front = c.best("auc"), c.rank("auc"), c.pareto(["auc", "rtf"])
    assert (best.version, best.runner_up) == ("7.0.0", "2.0.0")
    assert [entry.version for entry in ranking] == ["7.0.0", "2.0.0", "1.0.0"]
    assert "7.0.0" in front.versions
    for shown in (best, ranking, front, c.check("auc >= 0.99")):
        for text in (str(shown), shown._repr_html_()):
            names = re.findall(r"(model-[ab] )?\b([1237]\.0\.0)", text)
            assert names
            assert [name for model, name in names if not model] == []
    assert "model-a 3.0.0 (no metrics)" in " ".join(str(ranking).split())
    assert "model-" not in str(first.compare().rank("auc"))


@pytest.mark.parametrize("values", [(0.9, 0.91, 0.92), (0.9, 0.9), (0.9, 0.905), (0.5, 0.91, 0.92), (0.5, 0.92), (0.92,)])
@pytest.mark.parametrize("evidence", [{"n": 100}, {}])
@pytest.mark.parametrize("tolerance", [0, 0.02])
def test_best_and_rank_have_the_stars_of_the_table(values, evidence, tolerance):
    c = compare({"f1": 0.1}, *({"accuracy": value, **evidence} for value in values), tolerance=tolerance)
    leaders, best, ranking = c.leaders(c["accuracy"]), c.best("accuracy"), c.rank("accuracy")
    stars = {name: leaders.star_at(place) if leaders else "" for place, name in enumerate(c.names)}
    assert best.star == stars[best.version]
    assert {entry.version: entry.star for entry in ranking} == {name: stars[name] for name in stars if name != "0.1.0"}
    for text in (str(best), str(ranking)):
        assert ("★" in text or "☆" in text) <= bool(leaders and any(stars.values()))


def test_a_ranking_beside_a_baseline_without_a_number_has_no_differences():
    c = compare({"f1": 0.4}, {"accuracy": 0.9}, {"accuracy": 0.905})
    text = str(c.rank("accuracy"))
    assert "difference is to" not in text
    assert "No differences: 0.1.0, the baseline, has no number." in text


def test_a_ranking_without_places_says_nothing_of_a_baseline_that_has_a_number():
    ranking = compare({"accuracy": 0.91}, {"accuracy": 0.9}, {"accuracy": 0.905}).rank("accuracy")
    for count in range(3):
        assert "the difference is to 0.1.0, the baseline" in " ".join(str(ranking.head(count)).split())
        assert "has no number" not in str(ranking.head(count))


def test_a_tie_is_said_to_be_equal_only_where_the_values_are():
    def said(*values, **options):
        return str(compare({"f1": 0.4}, *({"accuracy": value} for value in values), by="accuracy", **options).verdict)

    assert "equal as measured in 0.2.0, 0.3.0" in said(0.9, 0.9, tolerance="5%")
    assert "within the tolerance as measured in 0.2.0, 0.3.0" in said(0.9, 0.905, tolerance="5%")
    assert "a finite number only in 0.2.0" in said(0.9, math.inf)


def test_two_infinite_values_are_not_equal():
    verdict = compare({"loss": math.inf, "cer": 0.1}, {"loss": math.inf, "cer": 0.1}, {"loss": 0.2, "cer": 0.1}).verdict
    assert "Not a finite number in 0.1.0 and in others: loss." in verdict
    assert verdict.counts["0.2.0"]["same"] == 1
    alone = compare({"loss": math.inf}, {"loss": math.inf}).verdict
    assert "Equal" not in str(alone)
    assert "no metric says" not in str(alone)


def test_a_trade_off_says_that_a_tolerance_decides_nothing():
    metrics = ({"accuracy": 0.9, "latency_ms": 10}, {"accuracy": 0.905, "latency_ms": 12})
    tolerant = compare(*metrics, tolerance={"accuracy": 0.01}).pareto(["accuracy", "latency_ms"])
    assert tolerant.versions == ("0.2.0", "0.1.0")
    assert "The tolerance of accuracy decides nothing here" in " ".join(str(tolerant).split())
    assert "tolerance" not in str(compare(*metrics).pareto(["accuracy", "latency_ms"]))


@pytest.mark.parametrize(
    ("values", "head"),
    [
        ((0.9, 0.91, 0.906), "Best by accuracy as measured: 0.2.0"),
        ((0.9, 0.91, 0.3), "Best by accuracy as measured: 0.2.0"),
        ((0.9, 0.5, 0.3), "Best by accuracy: 0.1.0 (baseline)"),
    ],
)
def test_the_head_of_best_is_as_sure_as_the_verdict(values, head):
    c = compare(*({"accuracy": value, "n": 500} for value in values), by="accuracy")
    assert str(c.best("accuracy")).splitlines()[0] == head
    assert c.verdict.sentences[0].startswith(head.partition(" (")[0])


def test_by_a_metric_the_best_and_those_not_told_apart_from_it_stand_next_to_the_baseline(tmp_path):
    def columns(text):
        return re.findall(r'<th scope="col"[^>]*>(0\.\d\.0)', text)

    versions = [{"accuracy": value, "f1": value, "n": 500} for value in (0.8, 0.5, 0.89, 0.4, 0.9)]
    assert columns(compare(*versions)._repr_html_())[:5] == ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]
    c = compare(*versions, by="accuracy")
    assert columns(c._repr_html_())[:5] == ["0.1.0", "0.5.0", "0.3.0", "0.2.0", "0.4.0"]
    page = c.report(tmp_path / "report.html", charts=False).read_text("utf-8")
    assert columns(page)[:5] == ["0.1.0", "0.5.0", "0.3.0", "0.2.0", "0.4.0"]


@pytest.mark.parametrize("metric", ["accuracy", "error_rate"])
def test_a_cut_ranking_says_what_was_found_of_all_versions(metric):
    c = compare(*({metric: value, "n": 1000} for value in (0.6, 0.61, 0.62, 0.3, 0.9)))
    ranking = c.rank(metric)
    whole = str(ranking).splitlines()
    for cut in (ranking.head(1), ranking.head(2), ranking[:3], ranking[3:], ranking[1:2]):
        shown = str(cut).splitlines()
        assert shown[0] == whole[0]
        rows = [" ".join(line.split()) for line in shown if line.lstrip()[:1].isdigit()]
        assert len(rows) == len(cut)
        assert {*rows} <= {" ".join(line.split()) for line in whole}
        assert [entry.version for entry in cut] == [entry.version for entry in ranking if entry in tuple(cut)]


def test_the_first_of_a_ranking_is_not_called_told_apart_because_the_others_are_cut():
    ranking = compare(*({"accuracy": value, "n": 100} for value in (0.6, 0.61, 0.62, 0.3))).rank("accuracy")
    assert str(ranking).startswith("Ranking by accuracy: 0.3.0 first; 0.2.0, 0.1.0 cannot be told apart from it\n")
    assert str(ranking.head(1)).startswith("Ranking by accuracy: 0.3.0 first; 0.2.0, 0.1.0 cannot be told apart from it\n")
    assert str(ranking[2:]).startswith("Ranking by accuracy: 0.3.0 first; 0.2.0, 0.1.0 cannot be told apart from it\n")


@pytest.mark.parametrize(("first", "second"), [(0.1 + 0.2, 0.3), (0.3, 0.1 + 0.2), (-0.1 - 0.2, -0.3)])
@pytest.mark.parametrize("metric", ["accuracy", "reward"])
def test_values_that_differ_by_rounding_are_equal_and_no_tolerance_is_spoken_of_where_none_was_given(metric, first, second):
    c = compare({metric: first}, {metric: second}, by=metric, only="all")
    best = c.best(metric)
    assert (best.ties, best.near) == (("0.2.0",) if best.version == "0.1.0" else ("0.1.0",), ())
    assert [entry.rank for entry in c.rank(metric)] == [1, 1]
    for shown in (c, c.verdict, best, c.rank(metric), c.explain()):
        assert "tolerance" not in str(shown)
        assert "tolerance" not in shown.to_html()
    assert "equal as measured in 0.1.0, 0.2.0" in c.verdict
    tolerant = compare({metric: 0.3}, {metric: 0.3004}, by=metric, tolerance=0.01)
    assert "within the tolerance as measured in 0.1.0, 0.2.0" in tolerant.verdict


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda answer: pickle.loads(pickle.dumps(answer))])
def test_copies_of_answers_are_equal_to_them_and_other_answers_are_not(copied):
    c = compare({"cer": 0.1, "wer": 0.2}, {"cer": 0.2, "wer": 0.1})
    settings = [{"VersionName": f"0.{nth}.0", "Metrics": {"cer": nth, "wer": nth}, "TrainingSpec": {"lr": [nth]}} for nth in (1, 2)]
    pairs = VersionSet.from_documents(settings, "m").minimal_pairs
    answers = [c.rank("cer"), c.rank("cer").head(1), c.rank("wer"), c.explain(), c.explain("zh"), c.verdict, pairs("cer"), pairs("wer")]
    for nth, answer in enumerate(answers):
        assert [other == copied(answer) for other in answers] == [place == nth for place in range(len(answers))]
        assert hash(copied(answer)) == hash(answer)
