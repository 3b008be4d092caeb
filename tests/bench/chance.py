"""How often chance is called better, worse, best or safe: simulations of what comparisons say, beside the figures they should have.

Run `python -m tests.bench.chance` (about half a minute), or with `--quick` for a tenth of the draws. Every figure is printed
beside the one of the specification; the exit code is 1 when one lies outside its noise.

The draws are counted by vectorised forms of the package's own formulas, and the first of them by the package itself: the two
must agree cell by cell.
"""

from __future__ import annotations

import argparse
import math
import sys
from statistics import NormalDist

import numpy as np
from scipy import stats

from pai_notebook.comparison import Comparison
from pai_notebook.comparison.interval import expected_lead, newcombe, wilson
from pai_notebook.comparison.leaders import Leaders, luck_of
from pai_notebook.comparison.paired_methods import bonett_price
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.two_sides import MOST_WIDENED, Sides
from pai_notebook.errors import RegressionError
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.version import ModelVersion
from tests.bench.figures import Figures

P, N = 0.9, 1000


def answers(draw, shape, examples, rho):
    """Right answers of versions on the same examples: `shape` ends in the versions, whose answers correlate by rho."""
    own = draw.random((*shape, examples)) < P
    if not rho:
        return own.sum(-1)
    shared = draw.random((*shape[:-1], 1, examples)) < P
    copied = draw.random((*shape, examples)) < math.sqrt(rho)
    return np.where(copied, shared, own).sum(-1)


def bounds(k, k0, n, level):
    """Newcombe's interval of k / n - k0 / n for arrays."""
    z = NormalDist().inv_cdf(0.5 + level / 2)

    def score(hits):
        share = hits / n
        half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return np.maximum((share + z * z / (2 * n) - half) / (1 + z * z / n), 0), np.minimum(
            (share + z * z / (2 * n) + half) / (1 + z * z / n), 1
        )

    (low, high), (low0, high0), delta = score(k), score(k0), (k - k0) / n
    return delta - np.hypot(k / n - low, high0 - k0 / n), delta + np.hypot(high - k / n, k0 / n - low0)


class Sheet:
    """Figures beside those they should have."""

    def __init__(self):
        self.outside = 0
        self.figures = Figures()

    def line(self, what, found, wanted, noise):
        """Print a figure and whether it lies within its noise of the wanted one."""
        fine = abs(found - wanted) <= noise
        self.outside += not fine
        text = f"{'' if fine else 'OUTSIDE '}{what:<78} {found:8.3f}   table {wanted:8.3f}   noise {noise:.3f}"
        self.figures.say(text, {what: float(found)})

    def at_most(self, what, found, limit, noise):
        """Print a figure that has to stay below a limit."""
        fine = found <= limit + noise
        self.outside += not fine
        text = f"{'' if fine else 'OUTSIDE '}{what:<78} {found:8.3f}   at most {limit:6.3f}   noise {noise:.3f}"
        self.figures.say(text, {what: float(found)})


def versions_of(hits):
    """Versions whose metrics are these shares of N examples: one row a metric, one column a version."""
    return [
        ModelVersion.from_document(
            {"VersionName": f"0.{place}.0", "Metrics": {**{f"t{task}_accuracy": k / N for task, k in enumerate(column)}, "n": N}}, "model-a"
        )
        for place, column in enumerate(hits.T.tolist())
    ]


def cells(sheet, draw, tables):
    """20 equal versions x 40 metrics: how many of 760 cells are called better or worse."""
    for rho, mean, quantile, family in ((0.0, 37.7, 52, 0.030), (0.3, 14.7, 23, None), (0.5, 4.1, 8, 0.0), (0.8, 0.0, 0, None)):
        found, after = [], 0
        for table in range(tables):
            hits = answers(draw, (40, 20), N, rho)
            low, high = bounds(hits[:, 1:], hits[:, :1], N, 0.95)
            called = (low > 0) | (high < 0)
            found.append(called.sum())
            low, high = bounds(hits[:, 1:], hits[:, :1], N, 1 - 0.05 / 760)
            after += bool(((low > 0) | (high < 0)).any())
            if table == 0:
                check_cells(hits, called)
        spread = max(np.std(found), 0.3) / math.sqrt(tables)
        sheet.line(f"false cells of 760, rho {rho}: mean", float(np.mean(found)), mean, 4 * spread + 0.15)
        sheet.line(f"false cells of 760, rho {rho}: 90 % quantile", float(np.quantile(found, 0.9)), quantile, 8 * spread + 1.0)
        if family is not None:
            sheet.line(f"any statement after Holm, rho {rho}", after / tables, family, 4 * math.sqrt(0.03 / tables))


def check_cells(hits, called):
    """The package calls the same cells."""
    comparison = Comparison(versions_of(hits), baseline="first", only="all")
    rows = [comparison[f"t{task}_accuracy"] for task in range(40)]
    said = np.array([[change.is_beyond_chance for change in row.changes[1:]] for row in rows])
    assert (said == called).all()


def leading(sheet, draw, sets):
    """The set that cannot be told apart from the best: how often it holds the truly best, and how large it is."""
    sizes = {(5, 0): 4.8, (5, 3): 3.2, (5, 6): 1.1, (20, 0): 19.3, (20, 3): 15.1, (20, 6): 2.4}
    n = 20_000
    error = math.sqrt(P * (1 - P) / n)
    for k in (3, 5, 10, 20):
        level = 1 - 0.1 / (k - 1)
        for lead in (0, 3, 6):
            truth = np.array([P + lead * error] + [P] * (k - 1))
            hits = draw.binomial(n, truth, size=(sets, k))
            low, _ = bounds(hits.max(1, keepdims=True), hits, n, level)
            inside = low <= 0
            if lead == 0:
                sheet.line(
                    f"set of the best of {k} holds the truly best, all equal",
                    inside[:, 0].mean(),
                    0.9615,
                    0.0055 + 4 * 0.2 / math.sqrt(sets),
                )
                check_leaders(hits[0] / n, n, inside[0])
            if (k, lead) in sizes:
                sheet.line(
                    f"size of the set of the best of {k}, lead {lead} se",
                    inside.sum(1).mean(),
                    sizes[k, lead],
                    0.12 + 8 * k / 5 / math.sqrt(sets),
                )


def check_leaders(shares, n, inside):
    documents = [{"VersionName": f"0.{place}.0", "Metrics": {"accuracy": share, "n": n}} for place, share in enumerate(shares)]
    comparison = Comparison([ModelVersion.from_document(document, "model-a") for document in documents], baseline="first")
    leaders = comparison.leaders(comparison["accuracy"])
    assert leaders is None or set(leaders.shown) == set(np.flatnonzero(inside).tolist())


def luck(sheet, draw, sets):
    """What is said of luck against the bias of the best: never more than 0.03 se below it."""
    short = 0.0
    for k in (3, 6, 10, 20):
        for spread in (0, 1, 2, 5):
            truth = np.linspace(0, spread, k)
            values = truth + draw.normal(size=(sets, k))
            best = values.argmax(1)
            top = values[np.arange(sets), best]
            bias = top - truth[best]
            z = NormalDist().inv_cdf(1 - 0.05 / (k - 1)) * math.sqrt(2)
            counts = (top[:, None] - values <= z).sum(1)
            said = np.array([expected_lead(int(count)) if count >= 3 else np.nan for count in counts])
            spoken = ~np.isnan(said)
            if spoken.any():
                short = max(short, float(bias[spoken].mean() - said[spoken].mean()))
            if spread == 0:
                sheet.line(f"bias of the best of {k} equal versions, in se", bias.mean(), expected_lead(k), 4 / math.sqrt(sets) + 0.01)
    sheet.at_most("largest shortfall of what is said of luck, in se", short, 0.03, 4 / math.sqrt(sets))
    leaders = Leaders((0,), (1, 2), ())
    assert luck_of(leaders, {0: 0.01, 1: 0.01, 2: 0.01}) == expected_lead(3) * 0.01


def gates(sheet, draw, runs):
    """P(pass) of a gate with a margin of 0.009 at accuracy 0.9, one rule and many, and the alarm."""
    margin = 0.009
    # Of 100 examples the specification's table has 0.62, 0.50 and 0.39, the normal approximation; whole counts cannot differ by 0.9.
    table = {100: (0.566, 0.450, 0.349), 1000: (0.83, 0.50, 0.18), 5000: (0.98, 0.50, 0.02)}
    noise = 4 * 0.5 / math.sqrt(runs) + 0.02
    for n, wanted in table.items():
        for loss, expected in zip((0.0, margin, 2 * margin), wanted, strict=True):
            k0, k1 = same_test_set(draw, n, loss, runs)
            sheet.line(f"plain rule passes, n {n}, true loss {loss:.3f}, rho .5", (k1 / n >= k0 / n - margin).mean(), expected, noise)
    for n, equal in ((1000, 0.08), (5000, 0.42), (10_000, 0.75), (20_000, 0.97)):
        k0, k1 = same_test_set(draw, n, 0.0, runs)
        low, _ = bounds(k1, k0, n, 0.9)
        sheet.line(f"rule with 95 % confidence passes, n {n}, equal, rho .5", (low >= -margin).mean(), equal, noise)
        k0, k1 = same_test_set(draw, n, margin, runs)
        low, _ = bounds(k1, k0, n, 0.9)
        sheet.line(
            f"rule with 95 % confidence passes, n {n}, at the margin, rho .5", (low >= -margin).mean(), 0.010, 0.006 + 0.4 / math.sqrt(runs)
        )
        low, _ = bounds(draw.binomial(n, P - margin, runs), draw.binomial(n, P, runs), n, 0.9)
        sheet.line(
            f"rule with 95 % confidence passes, n {n}, at the margin, rho 0", (low >= -margin).mean(), 0.050, 4 * 0.22 / math.sqrt(runs)
        )
    check_gate(draw)
    n = round(2 * P * (1 - P) * (3 / margin) ** 2)  # where the margin is three standard errors of a difference
    k0 = draw.binomial(n, P, (runs, 10))
    truth = np.array([P - margin] + [P] * 9)
    low, _ = bounds(draw.binomial(n, truth, (runs, 10)), k0, n, 0.9)
    sheet.line("10 rules that must all pass, one at its margin, others equal (3 se)", (low >= -margin).all(1).mean(), 0.021, 0.02)
    low, _ = bounds(draw.binomial(n, P, (runs, 10)), k0, n, 0.9)
    sheet.line("10 rules that must all pass, all equal (3 se)", (low >= -margin).all(1).mean(), 0.398, noise + 0.02)
    k0, k1 = draw.binomial(N, P, (runs, 26)), draw.binomial(N, P, (runs, 26))
    _, high = bounds(k1, k0, N, 0.95)
    sheet.line("26 equal metrics, some cell is worse beyond chance", (high < 0).any(1).mean(), 0.48, noise)
    _, high = bounds(k1, k0, N, 1 - 0.05 / 26)
    sheet.at_most("26 equal metrics, the alarm rings (Holm)", (high < 0).any(1).mean(), 0.05, 4 * 0.22 / math.sqrt(runs))
    for n, passes in ((50, 0.98), (100, 0.97), (500, 0.75), (1000, 0.42)):
        k0, k1 = same_test_set(draw, n, 0.03, runs)
        _, high = bounds(k1, k0, n, 0.95)
        sheet.line(f"the alarm stays silent at a true loss of 0.03, n {n}, rho .5", (high >= 0).mean(), passes, noise)


def same_test_set(draw, n, loss, runs):
    """Right answers of a baseline and of a version that is worse by `loss`, on the same examples at rho .5."""
    both = draw.binomial(n, 0.5, runs)
    shared = draw.binomial(both, P)
    return shared + draw.binomial(n - both, P), draw.binomial(shared, (P - loss) / P) + draw.binomial(n - both, P - loss)


def check_gate(draw):
    """The package's gate passes where the vectorised one does."""
    for k0, k1 in draw.binomial(N, P, (20, 2)).tolist():
        low, _ = bounds(np.array([k1]), np.array([k0]), N, 0.9)
        documents = [{"VersionName": f"0.{place}.0", "Metrics": {"accuracy": k / N, "n": N}} for place, k in enumerate((k0, k1))]
        comparison = Comparison([ModelVersion.from_document(document, "model-a") for document in documents], baseline="first")
        try:
            passed = comparison.gate("accuracy >= baseline - 0.02 with 95% confidence").passed
        except RegressionError:
            passed = False
        assert passed == (low[0] >= -0.02)


def repeats(sheet, draw, runs):
    """Coverage of Welch's interval for groups of runs."""
    table = {"normal": (96.6, 95.6, 95.1), "exponential": (97.4, 97.3, 96.4)}
    for kind, wanted in table.items():
        for k, expected in zip((3, 5, 10), wanted, strict=True):
            values = draw.normal(size=(2, runs, k)) if kind == "normal" else draw.exponential(size=(2, runs, k)) - 1
            mean, variance = values.mean(-1), values.var(-1, ddof=1)
            error = variance.sum(0) / k
            df = error**2 / ((variance / k) ** 2 / (k - 1)).sum(0)
            half = stats.t.ppf(0.975, df) * np.sqrt(error)
            covered = (abs(mean[0] - mean[1]) <= half).mean()
            interval = Runs.of(values[0, 0].tolist()).against(Runs.of(values[1, 0].tolist()), 0.95)
            assert math.isclose(interval.high - interval.low, 2 * half[0], rel_tol=1e-6)
            sheet.line(f"coverage of {k} and {k} runs, {kind}, in %", 100 * covered, expected, 100 * 4 * 0.21 / math.sqrt(runs) + 0.4)


FEW = {
    (2, 2, 1): (31.4, 96.9),
    (2, 2, 3): (46.6, 94.0),
    (2, 5, 1): (6.3, 93.1),
    (3, 3, 1): (0.0, 96.5),
    (3, 3, 3): (0.0, 94.8),
    (5, 5, 1): (0.0, 95.6),
    (5, 5, 3): (0.0, 94.7),
}
"""How many runs two versions have and how many times as much those of the second differ; intervals refused, and kept that hold, in %."""


def few_runs(sheet, draw, runs):
    """Intervals of few runs: how many say nothing, and how many of the others hold; a lower limit of what says something holds less."""
    for (k1, k2, ratio), (refused, wanted) in FEW.items():
        values = draw.normal(size=(runs, k1)), ratio * draw.normal(size=(runs, k2))
        error, held, widened = welch(values)
        kept = widened <= MOST_WIDENED
        for nth in range(50):
            sides = Sides(*(Runs.of(each[nth].tolist()) for each in values))
            assert sides.says_nothing(0.95) is not bool(kept[nth])
            # what is beyond chance is told without it
            assert sides.is_apart(0.95, 0.0) is (True if error[nth] else False if kept[nth] else None)
        what = f"{k1} and {k2} runs, spread 1 to {ratio}"
        noise = 100 * 4 / math.sqrt(runs)
        sheet.line(f"{what}: intervals that say nothing, in %", 100 * (~kept).mean(), refused, noise * 0.5)
        sheet.line(f"{what}: coverage of the others, in %", 100 * held[kept].mean(), wanted, noise * 0.25 / math.sqrt(kept.mean()))
        lower = widened <= 3
        if lower.any() and not lower.all():
            sheet.at_most(f"{what}: coverage with 3 as the limit, in %", 100 * held[lower].mean(), 100 * held[kept].mean(), 0)


def welch(values):
    """Of equal versions with these runs: whether each interval excludes 0, whether it holds it, how many times as wide it is."""
    parts = [each.var(axis=1, ddof=1) / each.shape[1] for each in values]
    df = sum(parts) ** 2 / sum(part**2 / (each.shape[1] - 1) for part, each in zip(parts, values, strict=True))
    t = stats.t.ppf(0.975, df)
    held = abs(values[0].mean(axis=1) - values[1].mean(axis=1)) <= t * np.sqrt(sum(parts))
    return ~held, held, t / stats.norm.ppf(0.975)


def verdicts_of_groups(sheet, draw, comparisons):
    """Equal groups of runs: how often a verdict calls any of them better or worse, and how many cells are filled."""
    metrics, candidates, k = 10, 4, 5
    called = filled = 0
    for _ in range(comparisons):
        c = equal_groups(draw, metrics, candidates + 1, k)
        called += bool({"better", "worse"} & set(c.verdict.standings.values()))
        filled += sum(change.is_beyond_chance for row in c.metrics for change in row.changes)
    what = f"{metrics} metrics, {candidates} candidates, {k} equal runs each"
    sheet.at_most(f"{what}: the verdict calls any better or worse", called / comparisons, 0.05, 4 * 0.22 / math.sqrt(comparisons))
    cells = comparisons * metrics * candidates
    # cells of a row share their baseline
    noise = 4 * 0.21 * math.sqrt(candidates / cells)
    sheet.line(f"{what}: filled cells, in %", 100 * filled / cells, 4.4, 100 * noise)


def equal_groups(draw, metrics, groups, k):
    """A comparison of groups of runs whose true values are equal."""
    values = draw.normal(0.8, 0.02, (groups, k, metrics))
    made = []
    for which, group in enumerate(values.tolist()):
        documents = [
            {"VersionName": f"{which}.{seed}.0", "Metrics": {f"m{nth}_auc": value for nth, value in enumerate(run)}}
            for seed, run in enumerate(group)
        ]
        made.append(VersionGroup([ModelVersion.from_document(each, "model-a") for each in documents], name=f"g{which}"))
    return Comparison(made, baseline="first")


def same_examples(sheet, draw, runs):
    """Shares of the same examples: what the interval for different ones finds, beside McNemar's exact test on each answer."""
    table = {
        0.00: ((0.0, 0.050, 0.041), (0.4, 0.011, 0.039), (0.7, 0.000, 0.036)),
        0.02: ((0.0, 0.34, 0.31), (0.4, 0.31, 0.49), (0.7, 0.23, 0.80), (0.85, 0.15, 0.99)),
    }
    for delta, rows in table.items():
        for rho, found, paired in rows:
            both = P * (P + delta) + rho * math.sqrt(P * (1 - P) * (P + delta) * (1 - P - delta))
            counts = draw.multinomial(N, [both, P - both, P + delta - both, 1 - 2 * P - delta + both], size=runs)
            only, other = counts[:, 1], counts[:, 2]
            low, high = bounds(counts[:, 0] + other, counts[:, 0] + only, N, 0.95)
            exact = np.minimum(2 * stats.binom.cdf(np.minimum(only, other), only + other, 0.5), 1) < 0.05
            what = f"difference {delta}, n {N}, rho {rho}"
            for said, seen, wanted in (
                ("beyond chance as if on different examples", (low > 0) | (high < 0), found),
                ("exact test", exact, paired),
            ):
                noise = 4 * math.sqrt(max(wanted * (1 - wanted), 0.002) / runs) + 0.005
                sheet.line(f"{what}: {said}", seen.mean(), wanted, noise)
            assert not exact[abs(only - other) <= 5].any()


def other_examples(sheet, draw, runs):
    """Coverage of 5 runs against 5 for other examples: by their spread alone, and with the variance of examples added."""
    error, k = math.sqrt(P * (1 - P) / N), 5
    for ratio, alone, added in ((0.5, 84.7, 94.9), (1.0, 64.0, 95.2), (2.0, 38.1, 94.9)):
        values = P + error * draw.normal(size=(2, runs, 1)) + error / ratio * draw.normal(size=(2, runs, k))
        mean, spread = values.mean(-1), values.var(-1, ddof=1) / k
        sampled = mean * (1 - mean) / N
        for what, parts, wanted in (("alone", (spread,), alone), ("and examples", (spread, sampled), added)):
            total = sum(part.sum(0) for part in parts)
            df = total**2 / sum((part**2 / own).sum(0) for part, own in zip(parts, (k - 1, N - 1), strict=False))
            half = stats.t.ppf(0.975, df) * np.sqrt(total)
            covered = (abs(mean[0] - mean[1]) <= half).mean()
            examples = N if len(parts) > 1 else None
            first, second = (Runs.of(each.tolist(), examples=examples) for each in values[:, 0])
            interval = first.against(second, 0.95)
            assert math.isclose(interval.high - interval.low, 2 * half[0], rel_tol=1e-6)
            sheet.line(
                f"coverage of other examples, se {ratio} sd of runs, spread {what}, in %",
                100 * covered,
                wanted,
                200 / math.sqrt(runs) + 0.6,
            )
    for k, wanted in ((3, 94.8), (5, 95.1), (10, 95.0)):
        values, single = draw.normal(size=(runs, k)), draw.normal(size=runs)
        half = stats.t.ppf(0.975, k - 1) * values.std(-1, ddof=1) * math.sqrt(1 + 1 / k)
        interval = Runs(single[0], 0.0, 1).against(Runs.of(values[0].tolist()), 0.95)
        assert math.isclose(interval.high - interval.low, 2 * half[0], rel_tol=1e-6)
        covered = (abs(single - values.mean(-1)) <= half).mean()
        sheet.line(f"coverage of a single run against {k}, in %", 100 * covered, wanted, 100 * 4 * 0.22 / math.sqrt(runs) + 0.2)


def folds(sheet, draw, repeats):
    """Cross-validation of two equal learners, nearest means by either half of the features: how often they are told apart."""
    n, features, plain, corrected = 200, 10, 0, 0
    for _ in range(repeats):
        classes = draw.integers(0, 2, n)
        x = draw.normal(size=(n, 2 * features)) + 0.3 * classes[:, None]
        place = draw.permutation(n) % 10
        scores = np.array([[nearest_means(x[:, half], classes, place == fold) for fold in range(10)] for half in halves(features)])
        first, second = (Runs.of(each.tolist(), folds=True) for each in scores)
        corrected += first.refusal(second, ("first", "second")) is None and first.against(second, 0.95).excludes_zero
        plain += stats.ttest_rel(*scores).pvalue < 0.05
    noise = 4 * math.sqrt(0.05 / repeats)
    sheet.line("10 folds of two equal learners: paired t without correction", plain / repeats, 0.068, noise + 0.02)
    sheet.at_most("10 folds of two equal learners: corrected", corrected / repeats, 0.05, noise)


def answers_in_pairs(sheet, draw, runs):
    """Coverage of Bonett and Price's interval for answers to the same examples, `differ` of which are answered in different ways."""
    for n, differ, delta, wanted in ((50, 0.10, 0.03, 99.1), (500, 0.02, 0.01, 96.6), (2000, 0.02, 0.01, 95.5)):
        only, other = draw.multinomial(n, [(differ + delta) / 2, (differ - delta) / 2, 1 - differ], size=runs).T[:2]
        up, down = (only + 1) / (n + 2), (other + 1) / (n + 2)
        half = NormalDist().inv_cdf(0.975) * np.sqrt((up + down - (up - down) ** 2) / (n + 2))
        interval = bonett_price(int(only[0]), int(other[0]), n)
        assert math.isclose(interval.high - interval.low, 2 * half[0], rel_tol=1e-9)
        covered = (abs(up - down - delta) <= half).mean()
        sheet.line(
            f"coverage of paired answers, n {n}, {differ:.0%} differ, in %", 100 * covered, wanted, 400 * 0.22 / math.sqrt(runs) + 0.5
        )


def clustered_scores(sheet, draw, runs):
    """Coverage for scores in clusters of ten whose correlation is 0.5: by every score, and by the means of clusters."""
    clusters, size = 40, 10
    values = draw.normal(size=(runs, clusters, 1)) + draw.normal(size=(runs, clusters, size))
    flat, means = values.reshape(runs, -1), values.mean(-1)
    for what, each, wanted in (("every score", flat, 59), ("means of clusters", means, 95)):
        half = stats.t.ppf(0.975, each.shape[1] - 1) * each.std(-1, ddof=1) / math.sqrt(each.shape[1])
        sheet.line(
            f"coverage of clustered scores by {what}, in %",
            100 * (abs(each.mean(-1)) <= half).mean(),
            wanted,
            400 * 0.5 / math.sqrt(runs) + 1,
        )


def halves(features):
    return slice(0, features), slice(features, 2 * features)


def nearest_means(x, classes, test):
    """Share of test examples that are nearer to the mean of their own class."""
    means = [x[~test & (classes == each)].mean(0) for each in (0, 1)]
    distances = [((x[test] - mean) ** 2).sum(1) for mean in means]
    return float(((distances[1] < distances[0]) == classes[test]).mean())


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--seed", type=int, default=20261125)
    chosen = parser.parse_args(arguments)
    scale = 1 if chosen.quick else 10
    sheet = Sheet()
    draw = np.random.default_rng(chosen.seed)
    assert math.isclose(bounds(np.array([910]), np.array([900]), N, 0.95)[0][0], newcombe(0.91, N, 0.9, N).low)
    assert wilson(0.9, N)[0] > 0
    cells(sheet, draw, 20 * scale)
    leading(sheet, draw, 1000 * scale)
    luck(sheet, draw, 1000 * scale)
    gates(sheet, draw, 1000 * scale)
    repeats(sheet, draw, 2000 * scale)
    verdicts_of_groups(sheet, draw, 40 * scale)
    same_examples(sheet, draw, 1000 * scale)
    other_examples(sheet, draw, 2000 * scale)
    folds(sheet, draw, 200 * scale)
    answers_in_pairs(sheet, draw, 1000 * scale)
    clustered_scores(sheet, draw, 200 * scale)
    few_runs(sheet, draw, 5000 * scale)
    sheet.figures.say(f"{sheet.outside} figures outside their noise", {"outside": sheet.outside})
    sheet.figures.finish()
    return 1 if sheet.outside else 0


if __name__ == "__main__":
    sys.exit(main())
