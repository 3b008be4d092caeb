"""Two versions on the same examples: the statistics against scipy, what is refused, and what becomes of the evidence."""

import pickle
import re
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.comparison.paired_file import read, written
from pai_notebook.comparison.paired_methods import bonett_price, mid_p_mcnemar
from pai_notebook.errors import ComparisonError, ConfigurationError, SnapshotError
from pai_notebook.i18n.phrases import speaking
from pai_notebook.io.snapshot import write_snapshot
from tests.compare.comparing import compare
from tests.examples import cases
from tests.lazy import Lazy

stats = Lazy("scipy.stats")


def tables(first, second, column="ok", **columns):
    frames = [pd.DataFrame({"id": [f"x{k}" for k in range(len(values))], column: values, **columns}) for values in (first, second)]
    return dict(zip(("0.1.0", "0.2.0"), frames, strict=True))


def compared(first, second, metric="accuracy"):
    docs = [{"VersionName": name, "Metrics": {metric: float(np.mean(each))}} for name, each in (("0.1.0", first), ("0.2.0", second))]
    return pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")


def answers(gained, lost, both=700, neither=200):
    first = [True] * (both + lost) + [False] * (gained + neither)
    second = [True] * both + [False] * lost + [True] * gained + [False] * neither
    return first, second


@pytest.fixture
def better():
    return answers(31, 12)


@pytest.fixture
def few_resamples(monkeypatch):
    """For tests in which the width of an interval of resamples says nothing: a tenth of their number, which takes most of the time."""
    monkeypatch.setattr("pai_notebook.comparison.paired_methods.RESAMPLES", 200)


def in_percent(first, second, metric="accuracy", **more):
    docs = [
        {"VersionName": name, "Metrics": {metric: round(100 * float(np.mean(each)), 10), **more}}
        for name, each in (("0.1.0", first), ("0.2.0", second))
    ]
    return pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")


@pytest.mark.parametrize("in_unit", [compared, in_percent])
def test_with_answers_an_alarm_names_the_loss_that_is_shown_half_of_the_time(in_unit):
    gained, lost = 14, 12
    first, second = answers(gained, lost)
    c = in_unit(first, second)
    (check,) = c.with_paired(c.paired("accuracy", tables(first, second), on="id", correct="ok")).check("fail if worse beyond chance").checks
    loss = float(re.search(r"a loss of about ([0-9.]+) pp would be shown only half of the time", check.reason)[1]) / 100
    # all outcomes in which as many answers differ as did, of which more are lost
    n, differ = len(first), (gained + lost) / len(first)
    chances = stats.binom.pmf(range(2 * (gained + lost)), n, differ)
    shown = sum(
        chance * stats.binom.pmf(down, number, (1 + loss / differ) / 2)
        for number, chance in enumerate(chances)
        for down in range(number + 1)
        if bonett_price(number - down, down, n).high < 0
    )
    assert 0.45 < shown < 0.6


@pytest.mark.parametrize("metric", ["accuracy", "accuracy (%)", "准确率"])
@pytest.mark.parametrize("more", [{}, {"n": 943}])
def test_answers_are_told_in_percent_where_the_versions_state_percent(better, metric, more):
    fractions, percent = compared(*better), in_percent(*better, metric, **more)
    told = fractions.paired("accuracy", tables(*better), on="id", correct="ok")
    found = percent.paired(metric, tables(*better), on="id", correct="ok")
    assert found.sentence == told.sentence
    assert found.remarks == ()
    assert found.delta == pytest.approx(100 * told.delta)
    assert (found.interval.low, found.interval.high) == pytest.approx((100 * told.interval.low, 100 * told.interval.high))
    judged = percent.with_paired(found)
    assert judged[metric].changes[1].word == "better"
    assert judged.interval(metric, "0.2.0").interval == found.interval
    assert judged.check([f"`{metric}` >= baseline with 95% confidence"]).passed


@pytest.mark.parametrize(("metric", "unit"), [("accuracy (%)", 1), ("accuracy (%)", 100), ("success_rate (%)", 100)])
def test_answers_are_told_in_what_a_name_that_says_percent_is_in(better, metric, unit):
    docs = [{"VersionName": name, "Metrics": {metric: unit * np.mean(each)}} for name, each in zip(("0.1.0", "0.2.0"), better, strict=True)]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    found = c.paired(metric, tables(*better), on="id", correct="ok")
    assert found.sentence == compared(*better).paired("accuracy", tables(*better), on="id", correct="ok").sentence
    assert (found.remarks, found.delta) == ((), pytest.approx(unit * (np.mean(better[1]) - np.mean(better[0]))))
    assert c.with_paired(found)[metric].changes[1].word == "better"


def test_answers_in_percent_are_kept_in_a_file(better):
    found = in_percent(*better).paired("accuracy", tables(*better), on="id", correct="ok")
    again = read(written(found), "x")
    assert (again.interval, again.delta, again.sentence) == (found.interval, found.delta, found.sentence)
    with pytest.raises(ValueError, match="counts"):
        read({**written(found), "unit": 7}, "x")


def test_answers_that_another_percentage_is_stated_of_are_refused_in_percent(better):
    c = in_percent(better[0], [*better[1][:-200], *[True] * 200])
    with pytest.raises(ComparisonError, match=r"0\.2\.0 states 98.7, its examples give 77.5. "):
        c.with_paired(c.paired("accuracy", tables(better[0], better[1][:-200] + [False] * 200), on="id", correct="ok"))


def test_answers_of_versions_that_state_two_units_are_refused_for_that(better):
    docs = [{"VersionName": name, "Metrics": {"accuracy": value}} for name, value in (("0.1.0", 75.4), ("0.2.0", 0.774))]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    found = c.paired("accuracy", tables(*better), on="id", correct="ok")
    assert found.remarks == ("accuracy: some values look like percent and others like fractions",)
    with pytest.raises(ComparisonError, match=r"some values look like percent and others like fractions"):
        c.with_paired(found)


@pytest.mark.parametrize(
    ("stated", "column", "said"),
    [
        (100, 1, ("the results are fractions and taken in percent, as accuracy is stated",)),
        (1, 100, ("the results are in percent and taken as fractions, as accuracy is stated",)),
        (1, 1, ()),
        (100, 100, ()),
    ],
)
def test_scores_are_told_in_the_unit_of_the_metric(better, stated, column, said):
    docs = [
        {"VersionName": name, "Metrics": {"accuracy": stated * np.mean(each)}}
        for name, each in zip(("0.1.0", "0.2.0"), better, strict=True)
    ]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    found = c.paired("accuracy", tables(*(column * np.array(each) for each in better)), on="id", score="ok")
    assert found.remarks == said
    assert found.delta == pytest.approx(stated * (np.mean(better[1]) - np.mean(better[0])))
    expected = stats.ttest_1samp(stated * (np.array(better[1]) * 1.0 - np.array(better[0])), 0).confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(expected))
    assert c.with_paired(found)["accuracy"].changes[1].word == "better"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["yes"] * 943, "class tells no classes apart: it is yes everywhere"),
        (list(range(943)), "class may not be the true class: it has 943 values in 943 examples"),
        (pd.Categorical([k % 2 for k in range(943)], categories=[0, 1, 2]), "classes of class of which there is no example: 2"),
    ],
)
def test_a_label_that_may_not_be_the_true_class_is_told(better, few_resamples, labels, said):
    found = compared(*better, metric="f1").paired(
        "f1", tables(*better, **{"class": labels}), on="id", statistic=lambda table: table.ok.mean(), label="class"
    )
    assert said in found.remarks


def test_the_rarest_class_is_named(better, few_resamples):
    labels = ["rare" if k < 7 else "frequent" for k in range(943)]
    found = compared(*better, metric="f1").paired(
        "f1", tables(*better, kind=labels), on="id", statistic=lambda table: table.ok.mean(), label="kind"
    )
    assert found.reason == "only 7 examples of the rarest class, rare: 20 are needed"


def test_a_label_beside_answers_is_told_to_be_of_no_use(better):
    found = compared(*better).paired("accuracy", tables(*better, kind=["a"] * 943), on="id", correct="ok", label="kind")
    assert found.remarks == ("label= is used with statistic= only",)


def test_the_pair_without_answers_is_named_where_others_have_them(better):
    docs = [
        {"VersionName": name, "Metrics": {"accuracy": float(np.mean(each))}}
        for name, each in (("0.1.0", better[0]), ("0.2.0", better[1]), ("0.3.0", better[0]))
    ]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    c = c.with_paired(c.paired("accuracy", tables(*better), on="id", correct="ok"))
    said = "no interval known: answers to the same examples are given for other pairs, not for {} with {}"
    assert c.interval("accuracy", "0.3.0").reason == said.format("0.3.0", "0.1.0")
    assert any(said.format("0.2.0", "0.3.0") in note for note in c.best("accuracy").notes)


@pytest.mark.parametrize("beside", ["accuracy_clustered_stderr", "accuracy_ci"])
def test_what_is_stated_beside_answers_to_the_same_examples_is_named(better, beside):
    docs = [{"VersionName": name, "Metrics": {"accuracy": table.ok.mean(), beside: 0.04}} for name, table in tables(*better).items()]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    told = c.with_paired(c.paired("accuracy", tables(*better), on="id", correct="ok"))
    said = f"stated, but the answers to the same examples are used instead: {beside} (0.1.0, 0.2.0)"
    assert told.interval("accuracy", "0.2.0").notes == (said,)
    assert said in " ".join(str(told).split())
    assert said in told.check("accuracy >= baseline with 95% confidence").remarks
    assert c.interval("accuracy", "0.2.0").notes == ()


def test_mid_p_equals_the_binomial_of_scipy():
    draw = np.random.default_rng(1)
    for _ in range(cases(300)):
        gained, lost = (int(each) for each in draw.integers(0, 400, 2))
        fewer, count = min(gained, lost), gained + lost
        known = 2 * stats.binom.cdf(fewer - 1, count, 0.5) + stats.binom.pmf(fewer, count, 0.5)
        assert mid_p_mcnemar(gained, lost) == pytest.approx(min(known, 1.0), rel=1e-9)


def test_bonett_price_is_the_adjusted_wald_interval_of_two_more_examples():
    draw = np.random.default_rng(2)
    for _ in range(cases(300)):
        n = int(draw.integers(20, 3000))
        gained, lost = int(draw.integers(0, n // 3)), int(draw.integers(0, n // 3))
        # one more example each way, then Wald's interval of the mean of +1, 0 and -1
        padded = np.repeat([1.0, -1.0, 0.0], [gained + 1, lost + 1, n - gained - lost])
        half = stats.norm.ppf(0.975) * padded.std() / np.sqrt(n + 2)
        found = bonett_price(gained, lost, n)
        assert (found.low, found.high) == pytest.approx((max(padded.mean() - half, -1), min(padded.mean() + half, 1)))


@pytest.mark.slow
def test_scores_are_judged_by_the_t_interval_of_scipy():
    draw, c = np.random.default_rng(3), compared([0.5], [0.5], "bleu")
    for _ in range(cases(300)):
        n = int(draw.integers(40, 300))
        first = draw.random(n)
        second = first + draw.normal(0.01, 0.1, n)
        found = c.paired("bleu", tables(first, second, "bleu"), on="id", score="bleu")
        known = stats.ttest_rel(second, first)
        bounds = known.confidence_interval(0.95)
        assert (found.interval.low, found.interval.high) == pytest.approx((bounds.low, bounds.high))
        assert found.p_value == pytest.approx(known.pvalue, rel=1e-6, abs=0)


def test_p_values_beyond_a_float_of_a_level_are_what_scipy_has_and_told_as_less():
    draw = np.random.default_rng(3)
    for far in (1.0, 3.0):
        first = draw.normal(0, 1, 200)
        frames = tables(first, first + draw.normal(far, 1, 200), "score")
        p = compared(*(frame.score for frame in frames.values()), "reward").paired("reward", frames, on="id", score="score")
        known = stats.ttest_rel(*(frame.score for frame in frames.values())).pvalue
        assert known < 1e-8
        assert p.p_value == pytest.approx(known, rel=1e-6, abs=0)
        assert "< 1e-8" in str(p)
        assert "e-09" not in str(p)


def test_clusters_are_judged_by_their_means():
    draw, c = np.random.default_rng(4), compared([0.5], [0.5], "bleu")
    for _ in range(cases(300)):
        count = int(draw.integers(12, 40))
        users = np.repeat(np.arange(count), draw.integers(1, 6, count))
        n = len(users)
        first = draw.random(n)
        second = first + draw.normal(0.02, 0.1, count)[users] + draw.normal(0, 0.05, n)
        frames = tables(first, second, "bleu", user=users)
        found = c.paired("bleu", frames, on="id", score="bleu", cluster="user")
        known = stats.ttest_1samp(pd.Series(second - first).groupby(users).mean(), 0)
        bounds = known.confidence_interval(0.95)
        assert (found.interval.low, found.interval.high) == pytest.approx((bounds.low, bounds.high))
        assert (found.n, found.p_value) == (count, pytest.approx(known.pvalue, rel=1e-6, abs=0))


@pytest.mark.slow
def test_the_standard_error_of_resamples_is_that_of_scipy():
    draw, c = np.random.default_rng(6), compared([0.5], [0.5], "f1")
    for _ in range(cases(10)):
        first = draw.random(int(draw.integers(25, 60)))
        second = first + draw.normal(0.01, 0.1, len(first))
        found = c.paired("f1", tables(first, second), on="id", statistic=lambda table: table.ok.to_numpy().mean())
        # of a mean it is known; that of 2,000 resamples differs by 1.6 % (1 sd)
        known = stats.sem(second - first) * np.sqrt(1 - 1 / len(first))
        assert (found.interval.high - found.delta) / stats.norm.ppf(0.975) == pytest.approx(known, rel=0.08)


@pytest.mark.slow
def test_a_statistic_is_resampled_in_pairs_and_always_the_same():
    draw = np.random.default_rng(5)
    truth = draw.random(150) < 0.4
    guesses = [truth ^ (draw.random(150) < wrong) for wrong in (0.3, 0.1)]
    frames = {
        name: pd.DataFrame({"id": range(150), "y": truth, "guess": guess}) for name, guess in zip(("0.1.0", "0.2.0"), guesses, strict=True)
    }

    def f1(table):
        hits = (table.y & table.guess).sum()
        return 2 * hits / (table.y.sum() + table.guess.sum())

    found, again = (compared([0.5], [0.5], "f1").paired("f1", frames, on="id", statistic=f1, label="y") for _ in range(2))
    assert found.interval == again.interval
    assert found.delta == pytest.approx(f1(frames["0.2.0"]) - f1(frames["0.1.0"]))
    assert 0.02 < (found.interval.high - found.interval.low) / 2 / 1.96 < 0.08
    assert found.interval.excludes_zero


@pytest.mark.slow
@given(st.permutations(range(40)), st.permutations(range(40)))
def test_the_order_of_rows_and_of_tables_changes_nothing(mine, theirs):
    first, second = answers(14, 6, both=15, neither=5)
    frames = tables(first, second)
    mixed = {"0.2.0": frames["0.2.0"].iloc[list(theirs)], "0.1.0": frames["0.1.0"].iloc[list(mine)]}
    c = compared(first, second)
    found, known = (c.paired("accuracy", each, on="id", correct="ok") for each in (mixed, frames))
    assert (found.counts, found.interval, found.version) == (known.counts, known.interval, "0.2.0")
    assert set(found.flipped.id) == set(known.flipped.id)


def test_examples_that_differ_have_their_values_side_by_side_and_numbers_as_others_are_written():
    values = [0.1] * 40, [0.1 + 0.69] * 40
    found = compared(*values, "score").paired("score", tables(*values, "score", digit=[*range(10)] * 4), on="id", score="score")
    assert found.flipped.columns.tolist() == ["id", "score (0.2.0)", "score (0.1.0)", "digit"]
    assert "0.7899" not in str(found)


def test_the_answer_is_a_sentence_with_both_counts(better):
    found = compared(*better).paired("accuracy", tables(*better), on="id", correct="ok")
    assert str(found.sentence).startswith("0.2.0 right and 0.1.0 wrong in 31 of 943, the other way in 12: +2.0 pp (95 % interval +0.")
    assert found.words == "beyond chance (95 %)"
    assert len(found.flipped) == 43
    assert found.flipped.columns[:3].tolist() == ["id", "ok (0.2.0)", "ok (0.1.0)"]
    assert found.to_frame()[["both", "gained", "lost", "neither"]].to_numpy().tolist() == [[700, 31, 12, 200]]
    assert pickle.loads(pickle.dumps(found)).interval == found.interval


CLASSES = [place * 7 % 10 for place in range(943)]


@pytest.mark.parametrize("in_unit", [compared, in_percent])
@pytest.mark.parametrize(
    ("metric", "cure"), [("accuracy", "For classes pass correct='ok' after df"), ("f1", "Pass statistic= with a function")]
)
@pytest.mark.parametrize("classes", [CLASSES, [1 + each % 2 for each in CLASSES], [float(each) for each in CLASSES]])
def test_classes_that_a_model_told_are_no_scores(better, in_unit, metric, cure, classes):
    with pytest.raises(ConfigurationError, match=f"whose mean is far from {metric} as it is stated. {cure}"):
        in_unit(*better, metric).paired(metric, tables(classes, classes[::-1], "y_pred"), on="id", score="y_pred")


@pytest.mark.parametrize(
    ("stated", "scores"),
    [
        (1, [100 * (place % 3 > 0) for place in range(600)]),
        (1, [60 + place % 40 for place in range(600)]),
        (100, [60 + place % 40 for place in range(600)]),
        (1, [place % 101 for place in range(600)]),
    ],
)
def test_whole_scores_in_percent_are_scores(stated, scores):
    docs = [{"VersionName": name, "Metrics": {"accuracy": value * stated}} for name, value in (("0.1.0", 0.8), ("0.2.0", 0.82))]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    assert c.paired("accuracy", tables(scores, scores[::-1], "score"), on="id", score="score").n == 600
    points = [1 + place % 5 for place in range(600)]
    c = pnb.VersionSet.from_documents([{"VersionName": name, "Metrics": {"mos": 3}} for name in ("0.1.0", "0.2.0")], "model-a").compare(
        "0.1.0"
    )
    assert c.paired("mos", tables(points, points[::-1], "score"), on="id", score="score").n == 600


def wide(first, second, pattern, **columns):
    named = {pattern.format(name): values for name, values in (("0.1.0", first), ("0.2.0", second))}
    return pd.DataFrame({"id": [f"x{k}" for k in range(len(first))], **columns, **named})


@pytest.mark.parametrize("pattern", ["{}", "ok_{}", "{}_ok", "ok.{}", "{}-ok", "ok@{}"])
def test_one_table_with_a_column_a_version_is_two_tables(better, pattern):
    known = compared(*better).paired("accuracy", tables(*better, text="t"), on="id", correct="ok")
    table = wide(*better, pattern, text="t")
    for each in (table, table.set_index("id"), table[table.columns[::-1]]):
        found = compared(*better).paired("accuracy", each, on="id", correct="ok")
        assert (found.sentence, found.counts, found.version) == (known.sentence, known.counts, "0.2.0")
    assert set(found.flipped.columns) == set(known.flipped.columns)
    by_score = compared(*better).paired("accuracy", table, on="id", score="ok")
    assert by_score.delta == known.delta


def test_columns_called_by_what_is_compared_go_before_those_of_the_versions_alone(better):
    table = wide(*better, "ok_{}").assign(**{"0.1.0": "a", "0.2.0": "b"})
    assert compared(*better).paired("accuracy", table, on="id", correct="ok").counts["gained"] == 31


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.rename(columns={"0.1.0": "a", "0.2.0": "b"}), 'df.rename(columns={"a": "0.1.0", "b": "0.2.0"})'),
        (lambda table: table.rename(columns={"0.1.0": "a", "0.2.0": "b"}).assign(c=1), 'df.rename(columns={"COLUMN_1": "0.1.0"'),
        (lambda table: table.add_prefix("hit_").rename(columns={"hit_id": "id"}), 'Use correct="hit".'),
        (lambda table: table.melt("id", var_name="run", value_name="ok"), 'Use dict(list(df.groupby("run"))).'),
        (lambda table: table.assign(ok=1), 'Use df.drop(columns=["ok"]).'),
        (lambda table: table["0.1.0"].tolist(), 'as {"0.1.0": df1, "0.2.0": df2}'),
        (lambda table: {name: table[name] for name in ("0.1.0", "0.2.0")}, "as pandas.DataFrame({'id': ids, 'ok': values})."),
    ],
)
def test_tables_in_another_shape_are_answered_with_the_code_that_turns_them(better, change, said):
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        compared(*better).paired("accuracy", change(wide(*better, "{}")), on="id", correct="ok")


def test_a_long_table_is_turned_by_the_code_that_is_told(better):
    df = wide(*better, "{}").melt("id", var_name="run", value_name="ok")
    known = compared(*better).paired("accuracy", tables(*better), on="id", correct="ok")
    assert compared(*better).paired("accuracy", dict(list(df.groupby("run"))), on="id", correct="ok").counts == known.counts


def test_columns_called_as_versions_are_answers_without_a_name_of_their_own(better):
    known = compared(*better).paired("accuracy", tables(*better), on="id", correct="ok")
    assert compared(*better).paired("accuracy", wide(*better, "{}"), on="id").counts == known.counts
    with pytest.raises(ConfigurationError, match="as correct='correct'"):
        compared(*better).paired("accuracy", tables(*better), on="id")


def test_one_table_and_a_statistic_is_told_what_is_lacking(better):
    with pytest.raises(ConfigurationError, match="two tables are needed"):
        compared(*better).paired("accuracy", wide(*better, "{}"), on="id", statistic=len)


def test_the_sentence_carries_what_to_be_careful_of(better, few_resamples):
    frames = tables(*better)
    frames["0.2.0"] = frames["0.2.0"].iloc[20:]
    found = compared(*better).paired("accuracy", frames, on="id", correct="ok")
    assert "); careful: 20 examples are in the table of 0.1.0 only: x0, x1, x2 and 17 more; the versions state" in found.sentence
    assert str(found).count("20 examples are in the table") == 1
    labelled = tables(*better, label=range(len(better[0])))
    f1 = compared(*better).paired("accuracy", labelled, on="id", statistic=lambda table: table.ok.mean(), label="label")
    assert "label may not be the true class" in f1.sentence


def test_few_answers_that_differ_say_nothing():
    first, second = answers(5, 0)
    found = compared(first, second).paired("accuracy", tables(first, second), on="id", correct="ok")
    assert found.interval is None
    assert found.reason == "only 5 of 905 examples differ: cannot tell"
    first, second = answers(0, 0)
    found = compared(first, second).paired("accuracy", tables(first, second), on="id", correct="ok")
    assert found.reason == "no example differs: cannot tell"


@pytest.mark.usefixtures("few_resamples")
def test_a_constant_difference_of_scores_has_no_spread_but_for_rounding():
    first = np.random.default_rng(5).random(100)
    c = compared(first, first + 0.1, "bleu")
    frames = tables(first, first + 0.1, "bleu")
    for options, said in (
        ({"score": "bleu"}, "the same difference everywhere: no spread"),
        ({"statistic": lambda table: table["bleu"].mean()}, "the same difference in every resample: no spread"),
    ):
        found = c.paired("bleu", frames, on="id", **options)
        assert (found.interval, found.reason) == (None, said)


def test_the_interval_of_scores_is_named_after_student():
    first = np.random.default_rng(5).random(100)
    found = compared(first, 1.1 * first, "bleu").paired("bleu", tables(first, 1.1 * first, "bleu"), on="id", score="bleu")
    assert found.interval.method == "Student's t interval, 99 degrees of freedom"


def test_examples_without_a_partner_a_value_or_an_own_id_are_named(better):
    frames = tables(*better)
    holes = frames["0.1.0"].astype({"ok": object})
    holes.loc[3, "ok"] = None
    short = frames["0.2.0"].iloc[2:]
    found = compared(*better).paired("accuracy", {"0.1.0": holes, "0.2.0": short}, on="id", correct="ok")
    assert found.remarks == (
        "2 examples are in the table of 0.1.0 only: x0, x1",
        "1 of 941 examples has no value in 0.1.0 and is left out: x3",
    )
    again = frames["0.2.0"].iloc[:2]
    twice = pd.concat([frames["0.2.0"], again.assign(ok=~again.ok)])
    found = compared(*better).paired("accuracy", {**frames, "0.2.0": twice}, on="id", correct="ok")
    assert "2 ids occur more than once in the table of 0.2.0" in found.remarks[0]
    assert "groups by id" in found.reason


@pytest.mark.parametrize("sides", [["0.1.0"], ["0.2.0"], ["0.1.0", "0.2.0"]])
def test_rows_that_are_there_twice_and_say_the_same_count_once_as_what_they_are(better, sides):
    frames = tables(*better)
    twice = {name: pd.concat([frame, frame.iloc[:2], frame.iloc[:1]]) if name in sides else frame for name, frame in frames.items()}
    plain, found = (compared(*better).paired("accuracy", each, on="id", correct="ok") for each in (frames, twice))
    assert (found.reason, found.p_value, found.counts) == (plain.reason, plain.p_value, plain.counts)
    assert str(found.sentence).startswith(f"{plain.sentence}; careful: 2 ids occur more than once in the table of ")
    said = "2 ids occur more than once in the table of {}, each always with one value, and count once: x0, x1"
    assert sorted(found.remarks) == [said.format(name) for name in sides]


def test_the_mean_over_groups_and_over_examples_are_in_the_unit_of_their_interval(better):
    frames = tables(*better, group=[place // 3 for place in range(len(better[0]))])
    c = compared(*better)
    sentence = c.paired("accuracy", frames, on="id", correct="ok", cluster="group").sentence
    before, _, after = sentence.partition(" (95 % interval ")
    assert [text.endswith(" pp") for text in (before, after.partition(")")[0], after)] == [True, True, True]


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda frame: frame.rename(columns={"ok": "okay"}), {}, "no column 'ok'.*okay"),
        (lambda frame: frame.assign(id=range(len(frame))), {}, "no id is in both tables"),
        (lambda frame: frame.assign(id=None), {}, "have no id"),
        (lambda frame: frame.assign(ok="yes"), {}, "holds 'yes'; numbers are needed.*df.pred == df.label"),
        (lambda frame: frame.assign(ok="0.5"), {"correct": None, "score": "ok"}, "holds '0.5'; numbers are needed.*to_numeric"),
        (lambda frame: frame.assign(user=[None, *frame.index[1:] // 4]), {"cluster": "user"}, "1 example has no user: x0"),
        (lambda frame: frame.assign(user=frame.index // 4 + (frame.index == 9)), {"cluster": "user"}, "user of 1 example is not the same"),
        (lambda frame: frame.assign(ok=0.5), {}, "truth values or 0 and 1"),
        (lambda frame: frame.assign(ok=7), {}, "is not right or wrong. For classes pass correct='ok' after .* Pass score='ok' for scores"),
        (lambda frame: frame.assign(ok=1.5), {}, "is not right or wrong. Pass score='ok' for scores"),
        (lambda frame: frame, {"correct": None}, "neither correct="),
        (lambda frame: frame, {"score": "ok"}, "correct and score are given"),
        (lambda frame: 5, {}, "not a DataFrame"),
        (lambda frame: frame.assign(ok=float("nan")), {}, "no example has a value"),
        (
            lambda frame: frame.assign(ok=pd.Series([10**400, *frame.ok[1:]], dtype=object)),
            {},
            "the column 'ok' of 0.2.0 holds an int; numbers are needed",
        ),
        (lambda frame: frame, {"cluster": "ok"}, "used for two things: ok"),
    ],
)
def test_what_cannot_be_paired_is_refused_with_its_reason(better, change, options, said):
    frames = tables(*better)
    frames["0.1.0"]["user"] = frames["0.1.0"].index // 4
    frames["0.2.0"] = change(frames["0.2.0"])
    with pytest.raises((ConfigurationError, ComparisonError), match=said):
        compared(*better).paired("accuracy", frames, **{"on": "id", "correct": "ok", **options})


def test_two_versions_that_are_compared_are_needed(better):
    c, frames = compared(*better), tables(*better)
    for wrong in ({"0.1.0": frames["0.1.0"]}, {**frames, "9.9.9": frames["0.1.0"]}, {"0.1.0": frames["0.1.0"], "9.9.9": frames["0.2.0"]}):
        with pytest.raises(ConfigurationError, match="frames"):
            c.paired("accuracy", wrong, on="id", correct="ok")


def test_paired_results_are_the_evidence_of_row_verdict_gate_and_report(better, tmp_path):
    c = compared(*better)
    assert c["accuracy"].changes[1].word == "no interval known"
    p = c.paired("accuracy", tables(*better), on="id", correct="ok")
    told = c.with_paired(p)
    assert told["accuracy"].changes[1].word == "better"
    assert told.interval("accuracy", "0.2.0").interval == p.interval
    back = told.between(told["accuracy"], 0, 1).interval
    assert (back.low, back.high) == (-p.interval.high, -p.interval.low)
    assert "0.2.0 in accuracy" in str(told.verdict.sentences[0])
    assert told.gate("accuracy >= baseline with 95% confidence").passed
    assert told.best("accuracy").ties == ()
    assert told != c
    assert told.baseline_reason == c.baseline_reason
    assert "paired, 943 examples" in told.report(tmp_path / "r.html", charts=False).read_text("utf-8")


def test_what_was_left_out_of_the_tables_stays_with_the_comparison(better):
    frames = tables(*better)
    p = compared(*better).paired("accuracy", {**frames, "0.2.0": frames["0.2.0"].iloc[2:]}, on="id", correct="ok")
    told = compared(*better).with_paired(p)
    assert "accuracy: 2 examples are in the table of 0.1.0 only: x0, x1" in told.notes
    assert "only your tables have" in told.to_code()


def test_answers_of_a_metric_that_is_lower_where_more_are_right_are_refused(better):
    c = compared([not each for each in better[0]], [not each for each in better[1]], "error_rate")
    with pytest.raises(ConfigurationError, match="error_rate is lower where more are"):
        c.paired("error_rate", tables(*better), on="id", correct="ok")
    wrong = [[float(not each) for each in side] for side in better]
    p = c.paired("error_rate", tables(*wrong, "wrong"), on="id", score="wrong")
    assert c.with_paired(p)["error_rate"].changes[1].word == "better"


@pytest.mark.parametrize(
    ("metric", "ways"),
    [
        *((name, ("correct", "score")) for name in ("auc", "val.roc_auc", "R2", "matthews", "spearman", "PR-AUC")),
        *((name, ("correct",)) for name in ("f1", "macro_F1", "F1值", "balanced_accuracy", "bleu", "rougeL", "mAP", "iou")),
        *((name, ()) for name in ("accuracy", "micro_f1", "mmlu", "pass@1", "recall", "my_metric")),
    ],
)
def test_a_metric_that_is_no_mean_over_examples_is_not_judged_as_one(better, metric, ways):
    c = compared(*better, metric.partition(".")[2] or metric)
    for column in ("correct", "score"):
        if column in ways:
            with pytest.raises(ConfigurationError, match=rf"{column}= gives a mean over examples, which .* is not.*statistic="):
                c.paired(c.metrics[0].name, tables(*better), on="id", **{column: "ok"})
        else:
            assert c.paired(c.metrics[0].name, tables(*better), on="id", **{column: "ok"}).n == len(better[0])


@pytest.mark.parametrize("ways", [{"correct": "ok"}, {"score": "ok"}, {"statistic": lambda table: table.ok.mean()}])
@pytest.mark.parametrize(("stated", "is_known"), [(1000, True), (100, False)])
def test_too_few_groups_of_some_examples_leave_what_all_examples_say(ways, stated, is_known, tmp_path):
    docs = [{"VersionName": name, "Metrics": {"accuracy": right, "n": stated}} for name, right in (("0.1.0", 0.8), ("0.2.0", 0.9))]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0")
    first, second = ([place % 100 < right for place in range(100)] for right in (80, 90))
    p = c.paired("accuracy", tables(first, second, user=np.arange(100) // 20), on="id", cluster="user", **ways)
    assert (p.interval, p.n, p.examples) == (None, 5, 100)
    told = c.with_paired(p)
    again = pnb.load(told.save(tmp_path / "kept.paisnap.json")).compare("0.1.0")
    for each in (told, again):
        assert (each.interval("accuracy", "0.2.0").interval == c.interval("accuracy", "0.2.0").interval) is is_known
        said = "the results on the same examples in accuracy of 0.2.0 and 0.1.0 are not used: 5 groups by user are too few"
        assert any(said in note for note in each.notes) is is_known


def test_the_mean_over_groups_is_not_called_the_difference_of_the_metric():
    user = np.r_[np.repeat(np.arange(10), 2), np.repeat(np.arange(10, 20), 18)]
    first = np.linspace(0.5, 0.7, 200)
    second = first + np.where(user < 10, 0.2, -0.02) + np.linspace(-0.01, 0.01, 200)
    c = compared(first, second, "bleu")
    p = c.paired("bleu", tables(first, second, "s", u=user), on="id", score="s", cluster="u")
    assert p.over_examples == pytest.approx(c["bleu"].changes[1].delta)
    assert "in bleu, mean over 20 groups by u: +0.0860 (95 % interval" in p.sentence
    assert "; over examples +0.0020; careful: " in p.sentence
    assert "按全部样本为 +0.0020；注意：" in p.sentence.in_language("zh")
    with pytest.raises(ComparisonError, match="over examples, the mean over 20 groups by u is") as refused:
        c.with_paired(p)
    assert "Take the examples" not in refused.value.hint
    other = compared(first, second - 0.2, "bleu")
    with pytest.raises(ComparisonError, match="the examples give") as refused:
        other.with_paired(p)
    assert "Take the examples" in refused.value.hint
    assert "; over examples +0.0020; careful: " in read(written(p), "x").sentence


def test_shares_by_groups_and_scores_are_told_in_points():
    first, second = ([place % 100 < right for place in range(1000)] for right in (80, 90))
    found = tables(first, second, user=np.arange(1000) // 50)
    c = compared(first, second)
    by_user = c.paired("accuracy", found, on="id", correct="ok", cluster="user").sentence
    assert "in accuracy, mean over 20 groups by user: +10.0 pp (" in by_user
    assert by_user.endswith("; over examples +10.0 pp")
    assert "in accuracy: +10.0 pp (95 % interval +" in c.paired("accuracy", found, on="id", score="ok").sentence


def test_results_of_one_run_are_no_evidence_for_a_group(better):
    right = {"0.1.0": better[0], "0.2.0": better[1]}
    docs = [
        {
            "VersionName": f"0.{k}{seed}.0",
            "TrainingSpec": {"lr": k, "seed": seed},
            "Metrics": {"accuracy": float(np.mean(right[f"0.{k}.0"]))},
        }
        for k in (1, 2)
        for seed in range(3)
    ]
    c = pnb.VersionSet.from_documents(docs, "m").group_repeats().compare()
    frames = dict(zip(c.names, tables(*better).values(), strict=True))
    with pytest.raises(ComparisonError, match="is a group"):
        c.paired("accuracy", frames, on="id", correct="ok")


def test_a_pair_that_cannot_tell_takes_the_place_of_what_is_less_sure():
    first, second = answers(5, 0, both=95, neither=0)
    docs = [
        {"VersionName": name, "Metrics": {"accuracy": float(np.mean(each)), "n": 100}}
        for name, each in (("0.1.0", first), ("0.2.0", second))
    ]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0")
    p = c.paired("accuracy", tables(first, second), on="id", correct="ok")
    assert p.interval is None
    assert c["accuracy"].changes[1].word == "better"
    told = c.with_paired(p)
    assert told["accuracy"].changes[1].word == "no interval known"
    assert str(told.interval("accuracy", "0.2.0").reason) == "only 5 of 100 examples differ: cannot tell"
    assert "Better" not in told.verdict
    check = told.check("accuracy >= baseline with 95% confidence").checks[0]
    assert (check.outcome, check.checked) == ("failed", False)
    assert told.best("accuracy").unknown == ("0.1.0",)


@pytest.mark.parametrize(("gained", "is_known"), [(0, True), (5, True), (15, False)])
def test_a_few_answers_that_say_nothing_leave_what_all_examples_say(gained, is_known):
    docs = [
        {"VersionName": name, "Metrics": {"accuracy": right, "n": 5000}} for name, right in (("0.1.0", 0.8), ("0.2.0", 0.8 + gained / 100))
    ]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0")
    first, second = ([place < right for place in range(100)] for right in (80, 80 + gained))
    p = c.paired("accuracy", tables(first, second), on="id", correct="ok")
    assert (c.with_paired(p).interval("accuracy", "0.2.0").reason == c.interval("accuracy", "0.2.0").reason) is is_known


def test_too_few_groups_take_the_place_of_what_is_less_sure():
    first, second = ([place < right for place in range(1000)] for right in (910, 950))
    docs = [{"VersionName": name, "Metrics": {"accuracy": right, "n": 1000}} for name, right in (("0.1.0", 0.91), ("0.2.0", 0.95))]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0")
    told = c.with_paired(c.paired("accuracy", tables(first, second, user=np.arange(1000) // 125), on="id", correct="ok", cluster="user"))
    assert "Better" not in told.verdict
    assert any("8 groups by user are too few: 10 are needed" in sentence for sentence in told.verdict.sentences)
    assert "按 user 仅有 8 组，至少需要 10 组" in told.verdict.in_language("zh")
    assert not told.check("accuracy >= baseline with 95% confidence")


def test_examples_of_another_level_are_no_evidence():
    first, second = answers(31, 12, both=400, neither=500)
    docs = [{"VersionName": name, "Metrics": {"accuracy": value}} for name, value in (("0.1.0", 0.900), ("0.2.0", 0.918))]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0")
    with pytest.raises(ComparisonError, match=r"0\.2\.0 states 0\.918, its examples give 0\.4"):
        c.with_paired(c.paired("accuracy", tables(first, second), on="id", correct="ok"))


def test_an_id_of_two_clusters_is_refused():
    first, second = (np.random.default_rng(k).random(100) for k in (1, 2))
    frames = tables(first, second, "bleu", user=np.arange(100) // 4)
    twice = pd.concat([frames["0.1.0"], frames["0.1.0"].iloc[:1].assign(user=20)])
    with pytest.raises(ComparisonError, match="more than one user"):
        compared(first, second, "bleu").paired("bleu", {**frames, "0.1.0": twice}, on="id", score="bleu", cluster="user")


def test_one_repeated_id_changes_no_threshold():
    first = np.full(200, 0.5)
    second = first.copy()
    second[:12] += 0.1
    frames = tables(first, second, "bleu")
    twice = pd.concat([frames["0.2.0"], frames["0.2.0"].iloc[:1]])
    c = compared(first, second, "bleu")
    found = [c.paired("bleu", each, on="id", score="bleu").interval for each in (frames, {**frames, "0.2.0": twice})]
    assert found == [None, None]


@pytest.mark.parametrize("kind", [object, "category", "boolean", bool])
def test_repeated_ids_count_by_their_mean_whatever_type_the_column_has(kind):
    ids = [k // 2 for k in range(200)]
    frames = {
        "0.1.0": pd.DataFrame({"id": ids, "ok": [True] * 200}).astype({"ok": kind}),
        "0.2.0": pd.DataFrame({"id": ids, "ok": [True, False] * 100}).astype({"ok": kind}),
    }
    assert compared([1], [0.5]).paired("accuracy", frames, on="id", correct="ok").values == (0.5, 1.0)  # noqa: PD011 - not pandas


def test_repeated_ids_leave_every_other_column_as_it_is():
    ids, digits = [*range(100), 0, 1, 2], [*[5] * 100, 9, 9, 9]
    frames = {
        "0.1.0": pd.DataFrame({"id": ids, "ok": [True] * 103, "digit": digits}),
        "0.2.0": pd.DataFrame({"id": ids, "ok": [False] * 20 + [True] * 83, "digit": digits}),
    }
    p = compared([1], [0.8]).paired("accuracy", frames, on="id", correct="ok")
    assert p.flipped["digit"].tolist() == [5] * 20
    assert p.flipped["ok (0.2.0)"].tolist().count(0.5) == 3
    assert any("3 ids occur more than once in the table of 0.2.0 and count once, by their mean, as clusters" in text for text in p.remarks)


HOSTILE = "x\x1b[31m\u202e\n"


def test_hostile_ids_names_and_columns_are_seen_and_not_obeyed(better):
    frames = {name: frame.rename(columns={"id": HOSTILE}) for name, frame in tables(*better).items()}
    frames["0.1.0"][HOSTILE] = frames["0.1.0"][HOSTILE].where(frames["0.1.0"].index > 1, HOSTILE)
    twice = pd.concat([frames["0.2.0"], frames["0.2.0"].iloc[5:6]])
    p = compared(*better).paired("accuracy", {**frames, "0.2.0": twice}, on=HOSTILE, correct="ok")
    for text in (p.reason, *p.remarks, p.sentence, str(p)):
        assert not set(text) & {"\x1b", "\u202e"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frame: frame.set_axis(["id", "id"], axis=1), "there twice"),
        (lambda frame: frame.assign(id=[{}] * len(frame)), "holds no ids"),
    ],
)
def test_tables_that_cannot_be_read_are_refused(better, change, said):
    frames = tables(*better)
    with pytest.raises(ConfigurationError, match=said):
        compared(*better).paired("accuracy", {**frames, "0.2.0": change(frames["0.2.0"])}, on="id", correct="ok")


def test_a_statistic_that_fails_on_all_examples_is_told_with_what_it_gets(better):
    with pytest.raises(ComparisonError, match=r"statistic: it raises ZeroDivisionError: .*\. It gets the table of one version") as caught:
        compared(*better, "f1").paired("f1", tables(*better), on="id", statistic=lambda table: 1 / 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("value", [None, "text", float("nan"), [1, 2]])
def test_a_statistic_that_is_no_number_is_named(better, value):
    with pytest.raises(ComparisonError, match="statistic: it gives"):
        compared(*better, "f1").paired("f1", tables(*better), on="id", statistic=lambda table: value)


def test_a_statistic_without_classes_says_what_is_not_known(better, few_resamples):
    found = compared(*better, "f1").paired("f1", tables(*better), on="id", statistic=lambda table: table.ok.mean())
    assert "label= was not given" in found.remarks[-1]


def test_results_of_other_examples_than_the_metric_are_no_evidence(better):
    p = compared(*better).paired("accuracy", tables(*better), on="id", correct="ok")
    with pytest.raises(ComparisonError, match=r"0\.2\.0 states 0\.000, its examples give 0\.775"):
        compared([True], [False]).with_paired(p)
    docs = [{"VersionName": name, "Metrics": {"accuracy": value}} for name, value in (("0.1.0", 0.770), ("0.2.0", 0.760))]
    with pytest.raises(ComparisonError, match="the versions state a difference of"):
        pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0").with_paired(p)
    with pytest.raises(ComparisonError, match=r"0\.2\.0 has no accuracy"):
        pnb.VersionSet.from_documents([docs[0], {"VersionName": "0.2.0"}], "model-a").compare("0.1.0").with_paired(p)


def test_results_of_other_examples_than_the_metric_say_so_at_once(better):
    assert compared(*better).paired("accuracy", tables(*better), on="id", correct="ok").remarks == ()
    p = compared([True], [False]).paired("accuracy", tables(*better), on="id", correct="ok")
    # of both versions
    said = (
        "no evidence: accuracy: 0.2.0 states 0.000, its examples give 0.775; 0.1.0 states 1.000, its examples give 0.755. Take the examples"
    )
    assert p.sentence.startswith(said)
    assert str(p).startswith("! no evidence: accuracy: ")
    assert (p.words, p.is_sure) == ("no evidence", False)
    for text in (str(p), repr(p), p.sentence, p.sentence.in_language("zh")):
        assert not re.search("better|worse|beyond chance|right and|优于|答对", text)


def predicted():
    """Classes that two versions told, with the truth, and a comparison of their accuracies."""
    truth = np.r_[np.ones(860), np.zeros(140)].astype(int)
    one, other = truth.copy(), truth.copy()
    one[:70], one[860:930], other[:20], other[860:970] = 0, 1, 0, 1
    docs = [
        {"VersionName": name, "Metrics": {"accuracy": float((each == truth).mean()), "n": 1000}}
        for name, each in (("0.1.0", one), ("0.2.0", other))
    ]
    df = pd.DataFrame({"id": range(1000), "y": truth, "0.1.0": one, "0.2.0": other})
    return pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0"), df


@pytest.mark.parametrize("prefix", ["", "ok_"])
def test_predictions_that_are_taken_for_right_answers_are_told_how_they_become_such(prefix):
    c, df = predicted()
    df = df.rename(columns={name: f"{prefix}{name}" for name in ("0.1.0", "0.2.0")})
    p = c.paired("accuracy", df, on="id", correct="ok")
    code = re.search(r"The values look like predictions; make them right or wrong with (df.*axis=0\))\.", p.sentence)[1]
    with pytest.raises(ComparisonError, match="The values look like predictions") as refused:
        c.with_paired(p)
    assert "Take the examples" not in refused.value.hint
    exec(code, {"df": df})
    right = c.paired("accuracy", df, on="id", correct="ok")
    assert (right.counts["gained"], right.counts["lost"], right.contradiction) == (50, 40, "")
    assert right.sentence.startswith("0.2.0 right and 0.1.0 wrong in 50 of 1000")


def test_predictions_in_tables_of_their_own_are_told_how_they_become_right_answers():
    c, df = predicted()
    frames = {name: df[["id", "y", name]].rename(columns={name: "ok"}) for name in ("0.1.0", "0.2.0")}
    assert 'df[["ok"]] = df[["ok"]].eq(df.pop("y"), axis=0)' in c.paired("accuracy", frames, on="id", correct="ok").sentence


def test_the_truth_in_place_of_right_answers_is_answered_with_what_makes_them():
    c, df = predicted()
    with pytest.raises(ConfigurationError, match="The values look like predictions") as refused:
        c.paired("accuracy", df, on="id", correct="y")
    exec(re.search(r"with (df.*)\.$", refused.value.hint)[1], {"df": df})
    assert c.paired("accuracy", df, on="id", correct="y").counts["gained"] == 50


def test_a_column_of_zeros_and_ones_that_is_no_truth_is_not_taken_for_one(better):
    noise = np.random.default_rng(1).integers(0, 2, len(better[0]))
    p = compared([True], [False]).paired("accuracy", tables(*better, flag=noise), on="id", correct="ok")
    assert "predictions" not in p.sentence


def stated(first, second, **more):
    """Two versions that state numbers, whatever their examples give."""
    docs = [{"VersionName": name, "Metrics": {"accuracy": value, **more}} for name, value in (("0.1.0", first), ("0.2.0", second))]
    return pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")


def right(of, *counts):
    return tables(*([place < count for place in range(of)] for count in counts))


@pytest.mark.parametrize("count", [42, 44, 46, 48, 49, 51, 52])
def test_as_many_answers_as_n_says_have_to_give_the_share_that_is_stated(count):
    c = stated(52 / 54, 0.926, n=54)
    p = c.paired("accuracy", right(54, 52, count), on="id", correct="ok")
    said = f"0.2.0 states 0.926 of 54 examples, its 54 examples give {count / 54:.3f}"
    with pytest.raises(ComparisonError, match=said):
        c.with_paired(p)
    assert said in p.sentence
    assert c.with_paired(c.paired("accuracy", right(54, 52, 50), on="id", correct="ok")).notes == ()


def test_the_number_of_examples_may_be_told_or_that_of_the_dataset():
    told = pnb.VersionSet(stated(52 / 54, 0.926).versions).compare("0.1.0", n=54)
    p = told.paired("accuracy", right(54, 52, 46), on="id", correct="ok")
    with pytest.raises(ComparisonError, match=r"states 0\.926 of 54 examples"):
        told.with_paired(p)
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("wine-cultivar@1.5.0,1.8.0", baseline="1.5.0")
    frames = dict(zip(("1.5.0", "1.8.0"), right(54, 52, 52).values(), strict=True))
    p = c.paired("accuracy@wine-holdout", frames, on="id", correct="ok")
    with pytest.raises(ComparisonError, match=r"1\.8\.0 states 0\.926 of 54 examples, its 54 examples give 0\.963"):
        c.with_paired(p)
    assert c.interval("accuracy@wine-holdout", "1.8.0").interval is not None


@pytest.mark.parametrize(("first", "second"), [(0.963, 0.926), (0.963, 0.925), (0.9629629, 0.9259259), ("0.96", "0.93")])
def test_rounded_and_cut_shares_agree_with_their_answers(first, second):
    c = stated(first, second, n=54)
    told = c.with_paired(c.paired("accuracy", right(54, 52, 50), on="id", correct="ok"))
    assert str(told.interval("accuracy", "0.2.0").reason) == "only 2 of 54 examples differ: cannot tell"


def test_another_difference_than_the_stated_one_is_said_wherever_its_interval_is():
    c = stated(52 / 54, 50 / 54)
    p = c.paired("accuracy", right(60, 58, 50), on="id", correct="ok")
    said = "the versions state a difference of -3.7 pp, but the examples give -13.3 pp"
    assert said in str(p)
    told = c.with_paired(p)
    assert told.notes == (f"accuracy: {said}",)
    assert "Worse than 0.1.0 beyond chance" in told.verdict
    assert f"For accuracy, {said}." in told.verdict.sentences
    assert "版本中记录的差值为 -3.7 个百分点，而由样本算得 -13.3 个百分点" in told.verdict.in_language("zh")
    assert said in told.interval("accuracy", "0.2.0").reason
    assert f"0.2.0: {said}" in " ".join(str(told.rank("accuracy")).split())
    again = pnb.VersionSet(told.versions).compare("0.2.0").with_paired(p)
    assert "a difference of +3.7 pp, but the examples give +13.3 pp" in again.interval("accuracy", "0.1.0").reason
    for rule in ("accuracy >= baseline - 5pp", "accuracy >= baseline - 20pp with 95% confidence", "fail if accuracy worse beyond chance"):
        assert said in told.check(rule).checks[0].reason
    assert c.with_paired(c.paired("accuracy", right(540, 520, 500), on="id", correct="ok")).notes == ()


def test_examples_that_tell_nothing_of_another_difference_leave_the_interval_that_is_known():
    c = stated(52 / 54, 50 / 54, n=54)
    p = c.paired("accuracy", right(60, 58, 58), on="id", correct="ok")
    told = c.with_paired(p)
    assert told.notes == ("accuracy: the versions state a difference of -3.7 pp, but the examples give 0 pp",)
    assert told.interval("accuracy", "0.2.0").interval == c.interval("accuracy", "0.2.0").interval is not None


def test_means_over_groups_and_scores_say_which_other_difference_they_have():
    user = np.repeat(np.arange(20), 10)
    first = np.linspace(0.5, 0.7, 200)
    second = first + np.where(user < 10, 0.06, -0.03)
    c = compared(first, second + 0.002, "bleu")
    told = c.with_paired(c.paired("bleu", tables(first, second, "s"), on="id", score="s"))
    assert "the versions state a difference of +0.0170, but the examples give +0.0150" in told.notes[0]
    uneven = np.r_[np.repeat(np.arange(10), 2), np.repeat(np.arange(10, 20), 18)]
    second = first + np.where(uneven < 10, 0.012, 0.01) + np.sin(uneven) / 50
    c = compared(first, second, "bleu")
    told = c.with_paired(c.paired("bleu", tables(first, second, "s", u=uneven), on="id", score="s", cluster="u"))
    assert "over examples, the mean over 20 groups by u is" in told.notes[0]


def with_columns(frames):
    """The same tables with columns of every kind."""
    more = {
        "text": "a \u202e b",
        "when": pd.Timestamp("2026-01-01", tz="UTC"),
        "kind": pd.Categorical(["x"] * len(frames["0.1.0"])),
        "count": pd.array([None] * len(frames["0.1.0"]), dtype="Int64"),
        "parts": [[1, 2]] * len(frames["0.1.0"]),
    }
    return {name: frame.assign(**more) for name, frame in frames.items()}


def results_of(better):
    """A comparison with results of each kind as evidence, and the options that make it."""
    right = dict(zip(("0.1.0", "0.2.0"), better, strict=True))
    scores = {name: np.random.default_rng(k).normal(0.5 + 0.03 * k, 0.1, 200) for k, name in enumerate(right)}
    docs = [
        {
            "VersionName": name,
            "Metrics": {"accuracy": float(np.mean(right[name])), "bleu": float(scores[name].mean()), "f1": float(np.mean(right[name]))},
        }
        for name in right
    ]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0", only="all")
    frames = with_columns(tables(*better))
    return c.with_paired(
        c.paired("accuracy", frames, on="id", correct="ok"),
        c.paired("bleu", tables(*scores.values(), "bleu"), on="id", score="bleu"),
        c.paired("f1", tables(*better), on="id", statistic=lambda table: table.ok.mean()),
    )


@pytest.mark.usefixtures("few_resamples")
def test_results_survive_a_snapshot_a_pickle_and_their_code(better, tmp_path):
    c = results_of(better)
    path = c.save(tmp_path / "evidence.paisnap.json")
    loaded = pnb.load(path)
    assert "It holds paired results: accuracy of 0.2.0 against 0.1.0" in loaded.origin
    again = loaded.compare("0.1.0", only="all")
    assert again == c == pickle.loads(pickle.dumps(c))
    for result, known in zip(again.paired_results, c.paired_results, strict=True):
        assert (result.sentence, result.words, result.reason, result.remarks) == (known.sentence, known.words, known.reason, known.remarks)
        assert (result.at(0.9), result.p_value, result.counts) == (known.at(0.9), known.p_value, known.counts)
        assert result.reason.in_language("zh") == known.reason.in_language("zh")
        assert result.flipped.columns.tolist() == known.flipped.columns.tolist()
        assert result.flipped.id.tolist() == known.flipped.id.tolist()
    kept = again.paired_results[0].flipped
    assert kept.dtypes.equals(c.paired_results[0].flipped.dtypes)
    assert [again[row].changes[1].word for row in ("accuracy", "bleu")] == [c[row].changes[1].word for row in ("accuracy", "bleu")]
    space = {}
    exec(again.to_code(), space)
    assert space["c"] == c
    assert "only your tables have" not in again.to_code()
    foreign = [pnb.ModelVersion(version.raw, model_id="model a") for version in c.versions]
    file = write_snapshot(
        tmp_path / "foreign.json",
        foreign,
        paired=[{**written(c.paired_results[0]), "identities": [["model a", name] for name in ("0.2.0", "0.1.0")]}],
    )
    unaddressed = pnb.load(file).compare("0.1.0")
    assert unaddressed.paired_results
    assert "load(" in unaddressed.to_code() or "only your tables have" in unaddressed.to_code()
    assert pnb.load(loaded[:].save(tmp_path / "again.paisnap.json")).compare("0.1.0", only="all") == c
    assert (loaded + loaded[:1] + pnb.load(path)).compare("0.1.0", only="all") == c
    among = pnb.compare(loaded, "model-a@0.2.0", baseline="0.1.0", among=loaded, only="all")
    assert among == c
    assert len(among.paired_results) == len(c.paired_results)


class Odd:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def nested(levels):
    cell = []
    for _ in range(levels):
        cell = [cell]
    return cell


CYCLE = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b"\xff\x00", "b'\\xff\\x00'"),
        (nested(500), "[" * 501 + "]" * 501),
        (nested(100_000), "a list"),
        ({"a": [1, {"b": b"\xff"}]}, "{'a': [1, {'b': b'\\xff'}]}"),
        (CYCLE, "[[...]]"),
        (Odd(), "an Odd"),
        (10**5000, "an int"),
        ("\ud800", "\\ud800"),
        (np.float16(1), "1.0"),
        (np.longdouble(1), "1.0"),
        (np.complex64(1), "(1+0j)"),
        ([np.longdouble(1)], str([np.longdouble(1)])),
        (np.array(1.5), "1.5"),
    ],
    ids=[
        "bytes",
        "deep",
        "too deep",
        "bytes below",
        "cycle",
        "odd",
        "digits",
        "surrogate",
        "half",
        "long",
        "complex",
        "in a list",
        "array",
    ],
)
def test_a_cell_that_json_has_no_form_for_is_kept_as_text_and_said(better, tmp_path, cell, text):
    first, second = better
    c = compared(first, second)
    frames = {name: frame.assign(cell=pd.Series([cell] * len(frame), dtype=object)) for name, frame in tables(first, second).items()}
    path = c.with_paired(c.paired("accuracy", frames, on="id", correct="ok")).save(tmp_path / "cells.paisnap.json")
    (result,) = pnb.load(path).compare("0.1.0").paired_results
    assert set(result.flipped.filter(like="cell").iloc[:, 0]) == {text}
    assert any(remark.startswith("JSON has no form for some values of cell") for remark in result.remarks)


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize("cell", [nested(3000), Odd()], ids=["deep", "odd"])
def test_a_cell_without_a_text_is_shown_by_its_type(better, tmp_path, cell):
    c = compared(*better)
    frames = {name: frame.assign(cell=pd.Series([cell] * len(frame), dtype=object)) for name, frame in tables(*better).items()}
    p = c.paired("accuracy", frames, on="id", correct="ok")
    named = "a list" if isinstance(cell, list) else "an Odd"
    assert named in p._repr_html_() or sys.version_info >= (3, 12)
    c.with_paired(p).report(tmp_path / "report.html", charts=False)
    assert len(c.paired("accuracy", frames, on="id", statistic=lambda table: table.ok.mean()).flipped) >= 43


@pytest.mark.parametrize("kind", ["float16", "longdouble"])
def test_numbers_of_every_size_are_ids_scores_and_columns(better, tmp_path, kind):
    c = compared(*better)
    frames = {
        name: frame.assign(id=np.arange(len(frame)).astype(kind), ok=frame.ok.astype(kind), more=np.ones(len(frame), dtype=kind))
        for name, frame in tables(*better).items()
    }
    p = c.paired("accuracy", frames, on="id", score="ok")
    assert p.delta == pytest.approx(19 / 943)
    (again,) = pnb.load(c.with_paired(p).save(tmp_path / "sizes.paisnap.json")).compare("0.1.0").paired_results
    assert again.flipped.filter(like="more").iloc[0, 0] == 1


@pytest.mark.parametrize("kind", ["bool", "boolean", "object"])
def test_truth_values_are_ids(kind):
    frames = {
        name: pd.DataFrame({"id": pd.Series(ids, dtype=kind), "ok": [True, ids[1]]})
        for name, ids in (("0.1.0", [True, False]), ("0.2.0", [False, True]))
    }
    p = compared([True, False], [True, True]).paired("accuracy", frames, on="id", correct="ok")
    assert p.counts == {"both": 1, "gained": 1, "lost": 0, "neither": 0}


def test_clusters_may_be_of_several_types(better):
    users = [pd.Timestamp(2026, 1, 1 + k % 15).date() if k % 2 else k % 16 for k in range(len(better[0]))]
    frames = tables(*better, user=pd.Series(users, dtype=object))
    assert compared(*better).paired("accuracy", frames, on="id", correct="ok", cluster="user").n == 23


@pytest.mark.parametrize("way", [{"correct": "ok"}, {"score": "ok"}])
def test_a_missing_time_is_a_missing_value(better, way):
    frames = {name: frame.assign(ok=pd.Series([pd.NaT, *frame.ok[1:]], dtype=object)) for name, frame in tables(*better).items()}
    p = compared(*better).paired("accuracy", frames, on="id", **way)
    assert p.n == len(better[0]) - 1
    assert any(remark.startswith("1 of ") for remark in p.remarks)


@pytest.mark.usefixtures("few_resamples")
def test_tables_without_a_difference_are_no_evidence_of_one(better):
    docs = [{"VersionName": name, "Metrics": {"accuracy": value}} for name, value in (("0.1.0", 0.750), ("0.2.0", 0.763))]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0")
    same = tables(better[0], better[0])
    for way in ({"correct": "ok"}, {"score": "ok"}, {"statistic": lambda table: table.ok.mean()}):
        with pytest.raises(ComparisonError, match=r"the versions state a difference of \+1\.3 pp, but the examples give 0 pp"):
            c.with_paired(c.paired("accuracy", same, on="id", **way))


def test_cells_that_json_has_a_form_for_stay_as_they_are(better, tmp_path):
    first, second = better
    c = compared(first, second)
    cells = {"list": [1, [2, "x"]], "object": {"a": None}, "large": 10**30, "missing": None, "known": True}
    frames = {
        name: frame.assign(**{key: [cell] * len(frame) for key, cell in cells.items()}) for name, frame in tables(first, second).items()
    }
    path = c.with_paired(c.paired("accuracy", frames, on="id", correct="ok")).save(tmp_path / "cells.paisnap.json")
    (result,) = pnb.load(path).compare("0.1.0").paired_results
    assert {key: result.flipped[key].iloc[0] for key in cells} == cells
    assert result.remarks == ()


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, np.arange(2)])
@pytest.mark.parametrize("argument", ["cluster", "label", "on"])
def test_ids_and_clusters_that_are_lists_or_objects_are_refused_with_what_to_pass(better, argument, value):
    first, second = better
    frames = {name: frame.assign(of=pd.Series([value] * len(frame), dtype=object)) for name, frame in tables(first, second).items()}
    way = {"statistic": lambda table: table.ok.mean()} if argument == "label" else {"correct": "ok"}
    with pytest.raises(ConfigurationError, match=r"the column 'of' of 0\.2\.0 holds no ids. Pass texts or numbers, as in df\['of'\]"):
        compared(first, second).paired("accuracy", frames, **{"on": "id", **way, argument: "of"})


@pytest.mark.usefixtures("few_resamples")
def test_arrays_in_a_table_are_no_hindrance_to_a_statistic(better):
    first, second = better
    frames = {name: frame.assign(logits=[np.arange(3)] * len(frame)) for name, frame in tables(first, second).items()}
    found = compared(first, second).paired("accuracy", frames, on="id", statistic=lambda table: table.ok.mean())
    assert len(found.flipped) == 43


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame({"id": [], "ok": []}), "the table of 0.2.0 has no rows. Pass one row an example"),
        (pd.DataFrame(), "has no column 'id'. The table has no columns; pass one row an example"),
        (pd.DataFrame({"x": [1]}), "has no column 'id'. Available: x"),
    ],
)
def test_an_empty_table_is_refused_with_what_is_missing(better, frame, says):
    frames = {**tables(*better), "0.2.0": frame}
    with pytest.raises(ConfigurationError, match=says):
        compared(*better).paired("accuracy", frames, on="id", correct="ok")


@pytest.mark.parametrize("argument", ["cluster", "label", "correct", "score"])
def test_an_empty_name_of_a_column_is_refused(better, argument):
    ways = {"correct": {}, "score": {}, "label": {"statistic": lambda table: table.ok.mean()}, "cluster": {"correct": "ok"}}
    with pytest.raises(ConfigurationError, match="has no column ''"):
        compared(*better).paired("accuracy", tables(*better), on="id", **{**ways[argument], argument: ""})


@pytest.mark.usefixtures("few_resamples")
def test_results_of_versions_that_are_not_compared_are_named(better, tmp_path):
    loaded = pnb.load(results_of(better).save(tmp_path / "evidence.paisnap.json"))
    said = (
        "the results on the same examples in accuracy of 0.2.0 and 0.1.0 are not used: "
        "the result is about 0.2.0, which is not compared here"
    )
    assert said in loaded[:1].compare().notes
    assert loaded[:1].compare().paired_results == ()


@pytest.mark.usefixtures("few_resamples")
def test_results_that_came_with_a_file_are_no_evidence_for_other_versions_of_the_name(better, tmp_path):
    told = results_of(better)
    loaded = pnb.load(told.save(tmp_path / "evidence.paisnap.json"))
    numbers = {"accuracy": 0.5, "bleu": 0.5, "f1": 0.5}
    mixed = (loaded[:1] + pnb.VersionSet.from_documents([{"VersionName": "0.2.0", "Metrics": numbers}], "model-a")).compare("0.1.0")
    assert mixed.paired_results == ()
    assert any(note.endswith("0.2.0 states 0.500, its examples give 0.775") for note in mixed.notes)
    documents = [version.raw for version in told.versions]
    both = loaded + pnb.VersionSet.from_documents(documents, "other")
    assert both.filter("model == 'other'").compare("0.1.0").paired_results == ()
    own = both.compare("model-a@0.1.0")
    assert {(each.version, each.other) for each in own.paired_results} == {("model-a@0.2.0", "model-a@0.1.0")}
    assert not [note for note in own.notes if "not used" in note]
    words = dict(zip(own.names, (change.word for change in own["accuracy"].changes), strict=True))
    assert words["model-a@0.2.0"] == "better" != words["other@0.2.0"]


def test_a_snapshot_masks_the_examples_of_results(better, tmp_path):
    frames = {name: frame.assign(uri="oss://team-data/secret/x") for name, frame in tables(*better).items()}
    c = compared(*better)
    told = c.with_paired(c.paired("accuracy", frames, on="id", correct="ok"))
    text = told.save(tmp_path / "masked.paisnap.json", redact="default").read_text("utf-8")
    assert "team-data" not in text
    masked = pnb.load(told.save(tmp_path / "all.paisnap.json")).redact()
    assert "team-data" not in masked.paired_results[0].flipped.uri.iloc[0]
    assert masked.compare("0.1.0")["accuracy"].changes[1].word == "better"


def test_what_is_masked_in_documents_is_masked_in_tables_of_examples_too(better, tmp_path):
    size = len(better[0])
    ids = [1234567890123456 + k for k in range(size)]
    more = {"password": [f"hunter2-{k}" for k in range(size)], "meta": [{"api_key": "s3same"}] * size, "UserId": ids}
    frames = {name: frame.assign(**more).drop(columns="id") for name, frame in tables(*better).items()}
    frames["0.2.0"]["password"] = [f"hunter3-{k}" for k in range(size)]
    frames["0.1.0"] = frames["0.1.0"].iloc[3:]
    c = compared(*better)
    told = c.with_paired(c.paired("accuracy", frames, on="UserId", correct="ok"))
    text = told.save(tmp_path / "masked.paisnap.json", redact="default").read_text("utf-8")
    assert not [secret for secret in ("hunter", "s3same", "12345678901234", "12345678901235") if secret in text]
    again = pnb.load(tmp_path / "masked.paisnap.json").compare("0.1.0")
    assert again["accuracy"].changes[1].word == "better"
    assert set(again.paired_results[0].flipped["ok (0.1.0)"]) == {True, False}


def test_names_of_versions_that_a_rule_masks_are_masked_in_their_results_and_in_what_is_told(better, tmp_path):
    names = {"0.1.0": "apollo-7", "0.2.0": "apollo-8"}
    docs = [{"VersionName": name, "Metrics": {"accuracy": float(np.mean(each))}} for name, each in zip(names.values(), better, strict=True)]
    c = pnb.VersionSet.from_documents(docs, "reviews").compare("apollo-7")
    frames = {names[name]: frame for name, frame in tables(*better).items()}
    told = c.with_paired(c.paired("accuracy", frames, on="id", correct="ok"))
    rules = {"project": "^apollo-[0-9]+$|apollo-[0-9]+"}
    path = told.save(tmp_path / "masked.paisnap.json", redact=rules)
    masked = pnb.load(told.save(tmp_path / "all.paisnap.json")).redact(rules)
    page = told.report(tmp_path / "c.html", redact=rules, charts=False).read_text("utf-8")
    assert not [text for text in (path.read_text("utf-8"), str(masked), str(masked.origin), page) if "apollo" in text]
    for versions in (pnb.load(path), masked):
        assert versions.compare("first")["accuracy"].changes[1].word == "better"
    assert "paired, 943 examples" in page


@pytest.mark.parametrize(
    "change",
    [
        {"interval": {"kind": "nothing"}},
        {"n": "5"},
        {"delta": None},
        {"counts": {"gained": "x"}},
        {"counts": []},
        {"shown": 5},
        {"version": 5},
        {"p_value": "x"},
        {"reason": {"text": 5}},
        {"identities": 5},
        {"identities": [["model-a", "0.1.0"]]},
        {"flipped": {"columns": [1], "types": ["int64"], "rows": [[1]]}},
        {"flipped": {"columns": ["a"], "types": [5], "rows": [[1]]}},
        {"interval": {"kind": "answers", "gained": "x", "lost": 1, "n": 2}},
        {"flipped": 5},
        {"values": [1]},
    ],
)
def test_a_snapshot_with_results_that_cannot_be_read_is_refused(better, tmp_path, change):
    c = compared(*better)
    told = c.with_paired(c.paired("accuracy", tables(*better), on="id", correct="ok"))
    entry = {**written(told.paired_results[0]), **change}
    path = write_snapshot(tmp_path / "odd.paisnap.json", told.versions, paired=[entry])
    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        pnb.load(path)


def test_the_true_class_is_asked_of_both_tables(better):
    frames = {name: frame.assign(y=frame.index % 2) for name, frame in tables(*better).items()}
    frames["0.2.0"].loc[[4, 6], "y"] = 1
    c = compared(*better, "f1")
    with pytest.raises(ComparisonError, match="y of 2 examples is not the same in both: x4, x6"):
        c.paired("f1", frames, on="id", statistic=lambda table: table.ok.mean(), label="y")


def test_truth_values_of_numpy_in_a_column_of_objects_are_right_and_wrong(better):
    frames = {name: frame.assign(ok=pd.Series(list(frame.ok.to_numpy()), dtype=object)) for name, frame in tables(*better).items()}
    found, known = (compared(*better).paired("accuracy", each, on="id", correct="ok") for each in (frames, tables(*better)))
    assert found.counts == known.counts


def f1_of(n, users):
    draw = np.random.default_rng(3)
    truth = draw.random(n) < 0.5
    columns = {"user": np.arange(n) % users, "y": truth}
    return tables(truth ^ (draw.random(n) < 0.2), truth ^ (draw.random(n) < 0.1), "pred", **columns)


@pytest.mark.slow
def test_clusters_of_a_statistic_are_called_groups():
    def found(users):
        c = compared([0.5], [0.5], "f1")
        return c.paired("f1", f1_of(400, users), on="id", statistic=lambda table: (table.y == table.pred).mean(), cluster="user", label="y")

    assert str(found(40).reason) == "paired, 40 groups by user, 2000 resamples"
    assert str(found(5).reason) == "5 groups by user are too few: 10 are needed"
    assert found(5).reason.in_language("zh") == "按 user 仅有 5 组，至少需要 10 组"


def test_what_a_statistic_raises_on_a_resample_is_said_to_be_of_one(better):
    calls = []

    def statistic(table):
        calls.append(table)
        if len(calls) > 2:
            raise ZeroDivisionError("division by zero")
        return table.ok.mean()

    with pytest.raises(ComparisonError, match="raises ZeroDivisionError: division by zero on a resample of the examples") as caught:
        compared(*better, "f1").paired("f1", tables(*better), on="id", statistic=statistic)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_repeated_id_that_keeps_answers_from_being_compared_is_said_to():
    first, second = answers(12, 2, both=500, neither=81)
    frames = tables(first, second)
    frames["0.1.0"] = pd.concat([frames["0.1.0"], frames["0.1.0"].iloc[:1].assign(ok=False)])
    found = compared(first, second).paired("accuracy", frames, on="id", correct="ok")
    assert str(found.reason) == "too few groups differ: 15 of 595"
    assert found.remarks == (
        "1 id occurs more than once in the table of 0.1.0 and counts once, by its mean, as a cluster: x0",
        "without the repeated ids answers are compared as right and wrong, for which 6 that differ are enough",
    )
    frames["0.1.0"] = frames["0.1.0"].drop_duplicates("id")
    assert str(compared(first, second).paired("accuracy", frames, on="id", correct="ok").reason) == "paired, 595 examples"


def test_one_example_is_said_in_the_singular():
    first, second = answers(1, 0, both=50, neither=50)
    frames = tables(first, second)
    frames["0.1.0"] = frames["0.1.0"].iloc[:-1]
    found = compared(first, second).paired("accuracy", frames, on="id", correct="ok")
    assert found.remarks == ("1 example is in the table of 0.2.0 only: x100",)
    assert str(found.reason) == "only 1 of 100 examples differs: cannot tell"


@pytest.mark.parametrize("kind", ["string", "object", "category"])
def test_texts_are_found_as_objects_are_whatever_type_their_column_has(kind, better, monkeypatch):
    asked = []
    isin = pd.Series.isin
    monkeypatch.setattr(pd.Series, "isin", lambda self, values: asked.append(str(self.dtype)) or isin(self, values))
    frames = {name: frame.astype({"id": kind}) for name, frame in tables(*better).items()}
    assert compared(*better).paired("accuracy", frames, on="id", correct="ok").counts["gained"] == 31
    assert "string" not in asked  # which looks texts up one by one


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "Float64"])
def test_infinite_numbers_survive_a_snapshot(better, tmp_path, kind):
    c = compared(*better)
    far = [np.inf, -np.inf, np.nan, 0.5] * 500
    frames = {name: frame.assign(far=pd.Series(far[: len(frame)]).astype(kind)) for name, frame in tables(*better).items()}
    p = c.paired("accuracy", frames, on="id", correct="ok")
    assert np.isinf(p.flipped.far.to_numpy(dtype=float, na_value=np.nan)).any()
    (again,) = pnb.load(c.with_paired(p).save(tmp_path / "far.paisnap.json")).compare("0.1.0").paired_results
    assert again.flipped.far.dtype == p.flipped.far.dtype
    assert again.flipped.far.equals(p.flipped.far)
    assert again.remarks == p.remarks


@pytest.mark.parametrize(
    "cell", [np.inf, np.float32("-inf"), [1.0, np.inf], Decimal("Infinity")], ids=["float", "numpy", "list", "decimal"]
)
def test_infinite_numbers_among_objects_are_kept_as_text_and_said(better, tmp_path, cell):
    test_a_cell_that_json_has_no_form_for_is_kept_as_text_and_said(better, tmp_path, cell, str(cell))


@pytest.mark.parametrize("cell", [(1, 2), {1}, [(1,)], {"a": (1,)}, np.array([1, 2])], ids=["tuple", "set", "in a list", "below", "array"])
def test_what_becomes_a_list_is_said(better, tmp_path, cell):
    c = compared(*better)
    frames = {name: frame.assign(cell=pd.Series([cell] * len(frame), dtype=object)) for name, frame in tables(*better).items()}
    (result,) = (
        pnb.load(c.with_paired(c.paired("accuracy", frames, on="id", correct="ok")).save(tmp_path / "x.paisnap.json"))
        .compare("0.1.0")
        .paired_results
    )
    assert any("arrays, as in cell" in remark and "kept as lists" in remark for remark in result.remarks)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("float16", 2**11),
        ("float32", 2**24),
        ("Float32", 2**24),
        ("float64", 2**53),
        ("Float64", 2**53),
        ("object", 2**53),
        ("category", 2**53),
    ],
)
def test_float_ids_that_may_have_been_rounded_are_refused(better, kind, size, place):
    c, frames = compared(*better), tables(*better)
    whole = [frame.assign(id=np.arange(len(frame)) + size - len(frame)) for frame in frames.values()]
    read = {
        name: frame.assign(id=frame.id.astype("float64").astype(kind)) if nth == place else frame
        for nth, (name, frame) in enumerate(zip(frames, whole, strict=True))
    }
    assert c.paired("accuracy", read, on="id", correct="ok").n == len(better[0])
    many = {
        name: frame.assign(id=[*frame.id[1:], size])
        if nth != place
        else frame.assign(id=pd.Series([*frame.id[1:], float(size)], dtype=kind))
        for nth, (name, frame) in enumerate(read.items())
    }
    with pytest.raises(ConfigurationError, match=r"id of 0\.[12]\.0 holds floats that may have been rounded: .*Read ids as text or Int64"):
        c.paired("accuracy", many, on="id", correct="ok")


@pytest.mark.parametrize("kind", ["int64", "uint64", "Int64", "object"])
def test_whole_scores_that_a_float_does_not_tell_apart_are_refused(better, kind):
    c, frames = compared(*better), tables(*better)
    large = {name: frame.assign(ok=pd.Series([2**60 + int(each) for each in frame.ok], dtype=kind)) for name, frame in frames.items()}
    with pytest.raises(ConfigurationError, match=r"whole numbers above 2\*\*53, which are compared as floats\. Subtract the same number"):
        c.paired("accuracy", large, on="id", score="ok")


@pytest.mark.parametrize("spread", [{"accuracy_std": 0.05, "n_runs": 3}, {"accuracy_std": 0.05, "n_folds": 5}])
def test_the_examples_of_one_run_are_no_evidence_beside_a_spread_over_runs(spread):
    first = {"accuracy": 0.90, "n": 100, **spread}
    c = compare(first, {**first, "accuracy": 0.93})
    tables = {
        name: pd.DataFrame({"id": range(100), "ok": [place < right for place in range(100)]})
        for name, right in (("0.1.0", 90), ("0.2.0", 93))
    }
    result = c.paired("accuracy", tables, on="id", correct="ok")
    said = "states a spread over runs of accuracy: the results of one run say nothing of the others"
    assert any(said in remark for remark in result.remarks)
    with pytest.raises(ComparisonError, match=said):
        c.with_paired(result)


def test_a_column_that_only_says_which_table_it_is_makes_no_example_differ(few_resamples):
    frame = pd.DataFrame({"id": [*range(40)] * 2, "version": ["0.1.0"] * 40 + ["0.2.0"] * 40, "y": [0, 1] * 40})
    frame["pred"] = frame["y"].where(~frame.index.isin([0, 1, 2, 44, 45]), 1 - frame["y"])
    split = dict(list(frame.groupby("version")))
    accuracies = {name: float((table["y"] == table["pred"]).mean()) for name, table in split.items()}
    c = compare(*({"accuracy": value} for value in accuracies.values()))
    by_answer = c.paired(
        "accuracy", {name: table.assign(ok=table["y"] == table["pred"]) for name, table in split.items()}, on="id", correct="ok"
    )
    by_statistic = c.paired("accuracy", split, on="id", statistic=lambda table: (table["y"] == table["pred"]).mean())
    for result in (by_answer, by_statistic):
        assert len(result.flipped) == 5
        assert not any("version" in name for name in result.flipped.columns)


def test_a_long_table_beside_results_that_are_not_registered_is_split_by_their_own_names(few_resamples):
    wide = pd.DataFrame({"id": range(60), "a": np.arange(60) % 5 != 0, "b": np.arange(60) % 7 != 0})
    long = wide.melt("id", var_name="model", value_name="ok")
    c = pnb.VersionSet.from_frame(pd.DataFrame({"accuracy": [wide["a"].mean(), wide["b"].mean()]}, index=["a", "b"])).compare("a")
    with pytest.raises(ConfigurationError) as caught:
        c.paired("accuracy", long, on="id", correct="ok")
    assert caught.value.hint == 'Use dict(list(df.groupby("model"))).'
    tables = dict(list(long.groupby("model")))
    assert c.paired("accuracy", tables, on="id", correct="ok").delta == pytest.approx(wide["b"].mean() - wide["a"].mean())
    flipped = c.paired("accuracy", tables, on="id", statistic=lambda table: table["ok"].mean()).flipped
    assert len(flipped) == (wide["a"] != wide["b"]).sum()
    assert not any("model" in name for name in flipped.columns)


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize(("lang", "said"), [("en", "the result is about model-z@0.2.0, which is not"), ("zh", "model-z@0.2.0")])
def test_a_result_of_another_model_is_called_by_its_model(better, lang, said):
    there, here = compared(*better), compared(*better)
    others = pnb.VersionSet.from_documents([version.raw for version in there.versions], "model-z").compare("0.1.0")
    result = others.paired("accuracy", tables(*better), on="id", correct="ok")
    with speaking(lang), pytest.raises(ComparisonError) as caught:
        here.with_paired(result)
    assert said in caught.value.sentence.in_language(lang)
