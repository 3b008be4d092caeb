"""Deltas, ranks, fronts and intervals of up to 10,000 random comparisons against pandas, numpy, scipy and brute force."""

import math

import numpy as np
import pandas as pd
import pytest

from pai_notebook.comparison.cell_changes import compare_cells
from pai_notebook.comparison.direction import Direction
from pai_notebook.comparison.interval import expected_lead, newcombe, normal_interval, wilson
from pai_notebook.comparison.pareto import make_pareto
from pai_notebook.comparison.rank import make_ranking
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.selection import ask
from pai_notebook.comparison.tolerance import Tolerance
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.i18n.phrases import say
from pai_notebook.model.metric_cells import Cell, read_value, text_of
from pai_notebook.model.order import front_of
from tests.compare.comparing import compare
from tests.examples import cases
from tests.lazy import Lazy

integrate = Lazy("scipy.integrate")
stats = Lazy("scipy.stats")

pytestmark = pytest.mark.slow
COUNT = cases(10_000)
VERSIONS = 5
METRICS = ("loss", "accuracy")
DIRECTIONS = {"loss": Direction("min", "told", "here"), "accuracy": Direction("max", "told", "here")}


def random_values():
    """Values with ties, zeros, negatives, extremes, infinities and gaps: comparisons x metrics x versions."""
    draw = np.random.default_rng(20260101)
    values = draw.normal(size=(COUNT, 2, VERSIONS)).round(1)
    scale = 10.0 ** draw.integers(-300, 300, size=(COUNT, 1, 1))
    values = np.where(draw.random((COUNT, 1, 1)) < 0.2, values * scale, values)
    values[draw.random(values.shape) < 0.03] = 0.0
    values[draw.random(values.shape) < 0.02] = np.inf
    values[draw.random(values.shape) < 0.02] = -np.inf
    values[draw.random(values.shape) < 0.1] = np.nan
    return values


def cell_of(path, value):
    state, number, note = read_value(value)
    return Cell("", path, state, number, text_of(value), value, note=note)


def row_of(path, values, baseline):
    cells = tuple(cell_of(path, float(value)) for value in values)
    changes = tuple(compare_cells(cell, cells[baseline], DIRECTIONS[path], Tolerance()) for cell in cells)
    return Row("metrics", path, "", cells, changes, DIRECTIONS[path])


@pytest.fixture(scope="module")
def values():
    return random_values()


@pytest.fixture(scope="module")
def rows(values):
    return [[row_of(path, column, 0) for path, column in zip(METRICS, metrics, strict=True)] for metrics in values]


def test_deltas_and_percent_equal_those_of_numpy(values, rows):
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        deltas = values - values[:, :, :1]
        percent = 100 * (deltas / np.abs(values[:, :, :1]))
    base = values[:, :, :1]
    percent[np.isnan(percent) | (base <= 0) | (values < 0) | np.isinf(base) | np.isinf(values)] = np.nan
    percent[:, 1] = np.nan  # an accuracy differs by points
    ours = np.array([[[math.nan if change.delta is None else change.delta for change in row.changes] for row in pair] for pair in rows])
    ours_percent = np.array(
        [[[math.nan if change.percent is None else change.percent for change in row.changes] for row in pair] for pair in rows]
    )
    np.testing.assert_array_equal(ours, deltas)
    np.testing.assert_array_equal(ours_percent, percent)


def test_verdicts_follow_the_sign_of_the_delta(values, rows):
    signs = np.array([[1.0], [-1.0]])  # a loss is better lower, an accuracy higher
    with np.errstate(invalid="ignore"):
        deltas = values - values[:, :, :1]
    worse = np.sign(deltas) * signs
    number = ~np.isnan(values) & ~np.isnan(values[:, :, :1]) & ~np.isinf(deltas)
    kinds = np.array([[[str(change.kind) for change in row.changes] for row in pair] for pair in rows])
    assert (kinds[number & (worse > 0)] == "worse").all()
    assert (kinds[number & (worse < 0)] == "better").all()
    assert (kinds[number & ~(worse > 0) & ~(worse < 0)] == "same").all()
    assert (kinds[np.isinf(deltas)] == "changed").all()
    assert (kinds[np.isnan(values) != np.isnan(values[:, :, :1])] == "changed").all()
    assert (kinds[np.isnan(values) & np.isnan(values[:, :, :1])] == "same").all()


def test_ranks_equal_those_of_pandas(values, rows):
    names = [str(place) for place in range(VERSIONS)]
    frame = pd.DataFrame(np.where(np.isfinite(values), values, math.nan).reshape(-1, VERSIONS))
    lower = pd.Series([True, False] * COUNT)
    expected = frame[lower.to_numpy()].rank(axis=1, method="min"), frame[~lower.to_numpy()].rank(axis=1, method="min", ascending=False)
    for metric, table in enumerate(expected):
        for pair, wanted in zip(rows, table.to_numpy(), strict=True):
            if np.isnan(wanted).all():
                continue
            ranking = make_ranking(ask(pair, METRICS[metric]), names, 0, Tolerance())
            found = {int(entry.version): entry.rank for entry in ranking}
            assert found == {place: int(rank) for place, rank in enumerate(wanted) if not np.isnan(rank)}
            assert {int(version) for version, _ in ranking.unranked} == set(np.flatnonzero(np.isnan(wanted)))
            assert ranking[0].behind == 0


def nothing(*_):
    return Evidence(say("no interval known"))


def brute_front(points):
    """Every point that no other is at least as good as in everything and better than in something."""
    return {
        place
        for place, point in points.items()
        if not any(all(a <= b for a, b in zip(other, point, strict=True)) and other != point for other in points.values())
    }


def test_fronts_equal_those_of_brute_force(values, rows):
    names = [str(place) for place in range(VERSIONS)]
    for metrics, pair in zip(values, rows, strict=True):
        points = {place: (a, -b) for place, (a, b) in enumerate(metrics.T.tolist()) if math.isfinite(a) and math.isfinite(b)}
        front, dominated = front_of(points)
        assert set(front) == brute_front(points)
        assert set(front) | set(dominated) == set(points)
        assert [points[place] for place in front] == sorted(points[place] for place in front)
        if np.isfinite(metrics).any(axis=1).all():
            made = make_pareto([ask(pair, "loss"), ask(pair, "accuracy")], names, nothing, dict(zip(names, names, strict=True)))
            assert {int(version) for version in made.versions} == set(front)


def test_whole_comparisons_equal_pandas(values):
    for metrics in values[:: COUNT // 500]:
        documents = [{"loss": float(a), "accuracy": float(b)} for a, b in metrics.T]
        c = compare(*documents)
        frame = pd.DataFrame(documents, index=list(c.names))
        with np.errstate(all="ignore"):
            deltas = frame - frame.iloc[0]
        found = c.to_frame("delta", only="all")
        for metric in ("loss", "accuracy"):
            np.testing.assert_array_equal(found.loc[("metrics", metric, "")].to_numpy()[1:], deltas[metric].to_numpy()[1:])


def wilson_by_roots(share, n, level):
    """Wilson's bounds as the roots of (p - share)^2 = z^2 p (1 - p) / n."""
    z2 = stats.norm.ppf(0.5 + level / 2) ** 2
    a, b, c = 1 + z2 / n, -(2 * share + z2 / n), share**2
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def test_newcombe_intervals_equal_an_independent_derivation():
    draw = np.random.default_rng(7)
    n = draw.integers(1, 20_000, size=(2, COUNT))
    k = (draw.random((2, COUNT)) * (n + 1)).astype(int)
    share = k / n
    level = draw.choice([0.8, 0.9, 0.95, 0.99], COUNT)
    (low1, low2), (high1, high2) = wilson_by_roots(share, n, level)
    expected_low = share[0] - share[1] - np.sqrt((share[0] - low1) ** 2 + (high2 - share[1]) ** 2)
    expected_high = share[0] - share[1] + np.sqrt((high1 - share[0]) ** 2 + (share[1] - low2) ** 2)
    ours = [newcombe(share[0, i], int(n[0, i]), share[1, i], int(n[1, i]), float(level[i])) for i in range(COUNT)]
    np.testing.assert_allclose([interval.low for interval in ours], expected_low, atol=1e-9)
    np.testing.assert_allclose([interval.high for interval in ours], expected_high, atol=1e-9)


def test_wilson_intervals_equal_those_of_scipy():
    draw = np.random.default_rng(11)
    for _ in range(cases(200)):
        n = int(draw.integers(1, 5000))
        k = int(draw.integers(0, n + 1))
        expected = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        assert wilson(k / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_intervals_equal_the_published_ones(first, second, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    interval = newcombe(first[0] / first[1], first[1], second[0] / second[1], second[1])
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_newcombe_intervals_hold_the_truth_about_as_often_as_they_say():
    draw = np.random.default_rng(3)
    hits = draw.binomial(1000, (0.90, 0.91), size=(4000, 2)) / 1000
    intervals = [newcombe(candidate, 1000, baseline, 1000) for baseline, candidate in hits]
    coverage = np.mean([interval.low <= 0.01 <= interval.high for interval in intervals])
    assert 0.94 < coverage < 0.97


def test_normal_intervals_equal_those_of_scipy():
    draw = np.random.default_rng(5)
    for value, spread, baseline, spread_baseline in draw.random((cases(1000), 4)):
        interval = normal_interval(value, spread, baseline, spread_baseline, 0.9)
        expected = stats.norm.interval(0.9, loc=value - baseline, scale=math.sqrt(spread**2 + spread_baseline**2))
        assert (interval.low, interval.high) == pytest.approx(expected)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 50, 500, 5000])
def test_the_lead_by_luck_equals_the_integral_of_scipy(count):
    expected, _ = integrate.quad(lambda x: x * count * stats.norm.pdf(x) * stats.norm.cdf(x) ** (count - 1), -9, 9, limit=200)
    assert expected_lead(count) == pytest.approx(expected, abs=1e-6)
