"""Intervals of up to 300 random cases a source against scipy and statsmodels, and properties that hold for all data."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison import Comparison
from pai_notebook.comparison.interval import fold_factor, holm, mover, p_value, t_interval
from pai_notebook.comparison.quantiles import t_quantile
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.sources import Bounds, Share, Stated
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import compare, shuffled
from tests.examples import cases
from tests.lazy import Lazy

stats = Lazy("scipy.stats")
multitest = Lazy("statsmodels.stats.multitest")
proportion = Lazy("statsmodels.stats.proportion")

pytestmark = pytest.mark.slow
CASES = cases(300)


@pytest.fixture
def draw():
    return np.random.default_rng(20260101)


def answer(first, second, metric, level):
    """Bounds for 0.2.0, which has `first`, against 0.1.0, as the public method gives them."""
    found = compare(second, first).interval(metric, "0.2.0", level=level)
    assert found.interval is not None, found.reason
    return found.interval.low, found.interval.high


def test_shares_with_n_equal_statsmodels(draw):
    for _ in range(CASES):
        n, n_baseline = (int(count) for count in draw.integers(2, 20_000, 2))
        k, k_baseline = int(draw.integers(0, n + 1)), int(draw.integers(0, n_baseline + 1))
        level = float(draw.choice([0.8, 0.9, 0.95, 0.99]))
        expected = proportion.confint_proportions_2indep(k, n, k_baseline, n_baseline, method="newcomb", compare="diff", alpha=1 - level)
        ours = answer({"accuracy": k / n, "n": n}, {"accuracy": k_baseline / n_baseline, "n": n_baseline}, "accuracy", level)
        assert ours == pytest.approx(expected, abs=1e-6)
        assert Share(k / n, n).own(level) == pytest.approx(proportion.proportion_confint(k, n, 1 - level, "wilson"), abs=1e-9)


def test_stated_errors_equal_scipy(draw):
    for value, error, base, error_base in draw.random((CASES, 4)):
        expected = stats.norm.interval(0.9, loc=value - base, scale=math.hypot(error, error_base))
        ours = answer({"r2": value, "r2_stderr": error}, {"r2": base, "r2_stderr": error_base}, "r2", 0.9)
        assert ours == pytest.approx(expected)
        assert Stated(value, error).error == pytest.approx(error)


def test_stated_intervals_of_shares_give_the_interval_of_statsmodels(draw):
    """MOVER applied to Wilson's intervals is Newcombe's method, which statsmodels has."""
    for _ in range(CASES):
        (n, n_baseline), level = draw.integers(2, 5000, 2), 0.95
        k, k_baseline = draw.integers(1, n), draw.integers(1, n_baseline)
        first, second = (
            list(proportion.proportion_confint(hits, count, 1 - level, "wilson")) for hits, count in ((k, n), (k_baseline, n_baseline))
        )
        expected = proportion.confint_proportions_2indep(k, n, k_baseline, n_baseline, method="newcomb", compare="diff", alpha=1 - level)
        ours = answer({"f1": k / n, "f1_ci95": first}, {"f1": k_baseline / n_baseline, "f1_ci95": second}, "f1", level)
        assert ours == pytest.approx(expected, abs=1e-6)


def test_stated_symmetrical_intervals_of_any_level_equal_scipy(draw):
    for value, half, base, half_base in draw.random((CASES, 4)) * 10:
        said = int(draw.choice([90, 95, 99]))
        errors = np.array([half, half_base]) / stats.norm.ppf(0.5 + said / 200)
        expected = stats.norm.interval(0.95, loc=value - base, scale=np.hypot(*errors))
        first = {"score": value, f"score_ci{said}": [value - half, value + half]}
        second = {"score": base, f"score_ci{said}": [base - half_base, base + half_base]}
        assert answer(first, second, "score", 0.95) == pytest.approx(expected)


def test_groups_of_runs_equal_welch_in_scipy(draw):
    for case in range(CASES):
        first, second = (draw.normal(size=int(count)) * draw.uniform(0.1, 3) for count in draw.integers(2, 12, 2))
        level = float(draw.choice([0.8, 0.95, 0.99]))
        expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(level)
        ours = Runs.of(first.tolist()).against(Runs.of(second.tolist()), level)
        assert (ours.low, ours.high) == pytest.approx((expected.low, expected.high))
        if case % 10 == 0:
            mine, theirs = Runs.of(first.tolist()), Runs.of(second.tolist())
            found = p_value(lambda level, a=mine, b=theirs: a.against(b, level))
            assert found == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue, rel=1e-4)


def test_standard_deviations_with_their_number_of_runs_equal_welch_in_scipy(draw):
    """Tools write numpy's standard deviation, which divides by the number of runs."""
    for _ in range(CASES):
        first, second = (draw.normal(5, 1, size=int(count)) for count in draw.integers(2, 12, 2))
        expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
        documents = [{"mae": float(each.mean()), "mae_std": float(each.std()), "n_runs": len(each)} for each in (first, second)]
        assert answer(*documents, "mae", 0.95) == pytest.approx((expected.low, expected.high))


def test_means_of_runs_of_shares_with_n_add_the_variance_of_examples_to_that_of_runs(draw):
    for _ in range(CASES):
        documents, parts, means = [], [], []
        for _ in range(2):
            n, runs = int(draw.integers(50, 5000)), int(draw.integers(2, 8))
            hits = draw.binomial(n, 0.8, runs)
            hits[0] += (1 - hits.sum()) % runs  # a mean that is not a whole number of n examples, but one of all runs together
            share = hits / n
            documents.append({"accuracy": float(share.mean()), "accuracy_std": float(share.std()), "n_runs": runs, "n": n})
            parts += [(share.var(ddof=1) / runs, runs - 1), (share.mean() * (1 - share.mean()) / n, n - 1)]
            means.append(share.mean())
        variance = sum(part for part, _ in parts)
        df = variance**2 / sum(part**2 / own for part, own in parts)
        together = stats.t.interval(0.95, df, loc=means[0] - means[1], scale=math.sqrt(variance))
        runs = parts[::2]
        spread = sum(part for part, _ in runs)
        own = spread**2 / sum(part**2 / each for part, each in runs)
        alone = stats.t.interval(0.95, own, loc=means[0] - means[1], scale=math.sqrt(spread))
        # more degrees of freedom must not make it narrower than by the runs alone
        expected = max(alone, together, key=lambda ends: ends[1] - ends[0])
        assert answer(*documents, "accuracy", 0.95) == pytest.approx(expected)
        reason = compare(*documents).interval("accuracy", "0.2.0").reason
        assert reason.endswith("covers other runs and other examples")


def test_what_is_read_off_differs_by_itself(draw):
    for size, other in draw.random((CASES, 2)) * 1000:
        assert answer({"model_size_mb": size}, {"model_size_mb": other}, "model_size_mb", 0.95) == pytest.approx((size - other,) * 2)


def test_a_single_run_is_judged_by_the_prediction_interval_of_scipy(draw):
    for _ in range(CASES):
        runs, single = draw.normal(size=int(draw.integers(3, 12))), float(draw.normal())
        half = stats.t.ppf(0.975, len(runs) - 1) * runs.std(ddof=1) * math.sqrt(1 + 1 / len(runs))
        ours = Runs(single, 0.0, 1).against(Runs.of(runs.tolist()), 0.95)
        assert (ours.low, ours.high) == pytest.approx((single - runs.mean() - half, single - runs.mean() + half))


def test_folds_in_pairs_and_apart_have_the_corrected_variance(draw):
    for _ in range(CASES):
        count = int(draw.integers(3, 12))
        first, second = draw.normal(size=(2, count))
        apart = first - second
        half = stats.t.ppf(0.975, count - 1) * apart.std(ddof=1) * math.sqrt(1 / count + 1 / (count - 1))
        ours = Runs.of(first.tolist(), folds=True).against(Runs.of(second.tolist(), folds=True), 0.95)
        assert (ours.low, ours.high) == pytest.approx((apart.mean() - half, apart.mean() + half))
        documents = [{"mae": float(each.mean()), "mae_std": float(each.std()), "n_folds": count} for each in (first, second)]
        scale = 1 + count / (count - 1)
        welch = stats.ttest_ind_from_stats(
            first.mean(),
            first.std(ddof=1) * math.sqrt(scale),
            count,
            second.mean(),
            second.std(ddof=1) * math.sqrt(scale),
            count,
            equal_var=False,
        )
        low, high = answer(*documents, "mae", 0.95)
        df = (first.var(ddof=1) + second.var(ddof=1)) ** 2 / ((first.var(ddof=1) ** 2 + second.var(ddof=1) ** 2) / (count - 1))
        assert 2 * stats.t.sf(abs(welch.statistic), df) == pytest.approx(welch.pvalue)
        assert (high - low) / 2 == pytest.approx(stats.t.ppf(0.975, df) * abs((first.mean() - second.mean()) / welch.statistic))
        assert fold_factor(count) * count == pytest.approx(scale)


def test_quantiles_of_t_equal_scipy(draw):
    for _ in range(CASES):
        df, level = float(10 ** draw.uniform(-0.3, 8)), float(draw.choice([0.5, 0.9, 0.95, 0.99, 0.9999]))
        assert t_quantile(level, df) == pytest.approx(stats.t.ppf(0.5 + level / 2, df), rel=1e-6)


def test_holm_equals_statsmodels(draw):
    for _ in range(max(1, CASES // 10)):
        values = draw.random(int(draw.integers(1, 30))) ** 3
        assert holm(values.tolist()) == pytest.approx(multitest.multipletests(values, method="holm")[1].tolist())


def test_examples_widen_the_interval_of_runs_and_only_where_they_are_known():
    runs = Runs.of([0.90, 0.91, 0.92]), Runs.of([0.93, 0.94, 0.95])
    both = Runs.of([0.90, 0.91, 0.92], examples=500), Runs.of([0.93, 0.94, 0.95], examples=500)
    plain, wide = runs[1].against(runs[0], 0.95), both[1].against(both[0], 0.95)
    assert wide.low < plain.low
    assert wide.high > plain.high
    variance = 2 * 0.01**2 / 3 + 0.91 * 0.09 / 500 + 0.94 * 0.06 / 500
    expected = t_interval(0.03, [(0.01**2 / 3, 2), (0.01**2 / 3, 2), (0.91 * 0.09 / 500, 499), (0.94 * 0.06 / 500, 499)])
    assert (wide.low, wide.high) == pytest.approx((expected.low, expected.high))
    assert (wide.high - wide.low) / 2 > 1.96 * math.sqrt(variance)
    assert both[1].reason(both[0]) == "3 and 3 runs; covers other runs and other examples"


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (Runs.of([0.9]), Runs.of([0.8]), "1 run and 1 run are too few to know their spread"),
        (Runs.of([0.9]), Runs.of([0.8, 0.7]), "1 run and 2 runs are too few to know their spread"),
        (Runs.of([0.9, 0.8], folds=True), Runs.of([0.8, 0.7], folds=True), "2 and 2 folds are too few to know their spread"),
        (Runs.of([0.9, 0.9, 0.9]), Runs.of([0.8, 0.7, 0.9]), "identical repeats in 0.1.0: no spread"),
        (Runs.of([0.9, 0.8, 0.7]), Runs.of([0.9, 0.8, 0.7], folds=True), "folds in one version, runs in the other"),
        (Runs.of([0.9]), Runs.of([0.8, 0.7, 0.9]), None),
        (Runs.of([0.9, 0.8]), Runs.of([0.8, 0.7]), None),
    ],
)
def test_runs_that_say_nothing_of_their_spread_are_refused(first, second, why):
    assert first.refusal(second, ("0.1.0", "0.2.0")) == why
    assert second.refusal(first, ("0.2.0", "0.1.0")) == (why and why.replace("1 run and 2 runs", "2 runs and 1 run"))


SHARES = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(SHARES, SHARES)
def test_the_bounds_of_a_difference_turn_with_it(first, second):
    mine, theirs = Share(first[0] / first[1], first[1]), Share(second[0] / second[1], second[1])
    there, back = mine.against(theirs, 0.95), theirs.against(mine, 0.95)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.low <= mine.value - theirs.value <= there.high


@given(SHARES, SHARES, st.integers(2, 100))
def test_more_examples_of_the_same_shares_only_make_an_interval_narrower(first, second, factor):
    def bounds(scale):
        mine, theirs = ({"accuracy": hits / n, "n": n * scale} for hits, n in (first, second))
        return answer(mine, theirs, "accuracy", 0.95)

    few, many = bounds(1), bounds(factor)
    assert few[0] - 1e-12 <= many[0] <= many[1] <= few[1] + 1e-12


@given(st.floats(-5, 5), st.floats(0, 3), st.floats(0, 3), st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_a_higher_level_gives_a_wider_interval(value, below, above, level, other):
    bounds = Bounds(value, value - below, value + above)
    narrow, wide = (bounds.against(Bounds(0.0, -1.0, 1.0), each) for each in sorted((level, other)))
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert mover(value, bounds.own(0.95), 0.0, (-1.0, 1.0)).low == pytest.approx(bounds.against(Bounds(0.0, -1.0, 1.0), 0.95).low)


VALUES = st.dictionaries(
    st.sampled_from(
        ["accuracy", "f1", "n", "f1_stderr", "latency_ms", "acc,none", "acc_stderr,none", "f1_std", "n_runs", "total", "score", "stderr"]
    ),
    st.one_of(st.floats(0, 1).map(lambda value: round(value, 3)), st.integers(0, 2000)),
    min_size=1,
)
DATASETS = st.dictionaries(st.sampled_from(["d-a", "d-b", "d-c"]), VALUES, min_size=1)


@given(st.lists(DATASETS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_versions_datasets_and_rows_changes_no_word(sets, shuffler):
    documents = [
        {
            "VersionName": f"0.{place}.0",
            "Metrics": {"Results": [{"Dataset": {"DatasetId": name}, "Metrics": metrics} for name, metrics in each.items()]},
        }
        for place, each in enumerate(sets)
    ]
    again = [shuffled(document, shuffler) for document in documents]
    shuffler.shuffle(again)
    assert _said(documents) == _said(again)


def _said(documents):
    c = Comparison([ModelVersion.from_document(document, "model-a") for document in documents], baseline="first")
    sentences = [str(c.explain()), str(c.explain("zh")), sorted(map(str, c.comparability))]
    return sentences, {
        (row.name, name): (row.is_evidence, str(found.words), str(found.reason), found.interval)
        for row in c.metrics
        for name in c.names[1:]
        for found in [c.interval(row.name, name, dataset=row.dataset)]
    }
