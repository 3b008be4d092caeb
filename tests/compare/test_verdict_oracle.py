"""Verdicts, cells, bests and alarms of random comparisons against scipy and statsmodels, and every sentence against its rows."""

import math
import re
from collections import Counter

import numpy as np
import pytest

from pai_notebook.comparison import Comparison
from tests.compare.comparing import make, results
from tests.examples import cases
from tests.lazy import Lazy

stats = Lazy("scipy.stats")
proportion = Lazy("statsmodels.stats.proportion")

pytestmark = pytest.mark.slow

METRICS = {
    "accuracy": (1, ("n", "stderr", "none", "runs", "folds")),
    "f1": (1, ("ci95", "stderr", "none", "runs", "folds")),
    "loss": (-1, ("stderr", "none", "runs")),
    "zeta": (0, ("none",)),
    "latency_ms": (None, ("none",)),
}
"""Which way each is better (0 where that is not known, None where it takes no part in a verdict), and what may stand beside it."""
TOLERANCES = {
    "none": (0, lambda *_: 0.0),
    "absolute": (0.01, lambda *_: 0.01),
    "relative": ("3%", lambda _metric, _dataset, base: 0.03 * abs(base)),
    "by name": (
        {"accuracy": 0.02, "f1@d-a": "5%"},
        lambda *key: {"accuracy": 0.02, "f1": 0.05 * key[2] * (key[1] == "d-a")}.get(key[0], 0.0),
    ),
}
HEADS = {
    "better": ("Better than", "Better: ", "Beyond chance"),
    "worse": ("Worse than", "Worse: ", "Beyond chance"),
    "missing": ("Missing", "Not a finite number"),
    "not in the baseline": ("Not measured in", "Not a finite number in"),
    "unknown direction": ("The direction",),
    "no interval known": ("No interval", "As measured", "What is given"),
}
"""How the sentences begin that tell what stands so: nothing of it is left out."""


def drawn(draw, kinds, datasets, missing):
    """Metrics of a version, some of them missing or NaN, most with what says how sure they are."""
    found = {}
    for dataset in datasets:
        metrics = found[dataset] = {}
        for name, kind in kinds.items():
            if draw.random() < missing:
                continue
            value = metrics[name] = round(float(draw.choice([0.5, 0.6, 0.65, 0.3 + 0.5 * draw.random()])), 3)
            if draw.random() < 0.05:
                metrics[name] = math.nan
            elif kind == "n":
                metrics["n"] = int(draw.choice([100, 1000, 5000]))
                metrics[name] = int(draw.binomial(metrics["n"], draw.choice([0.7, 0.75, 0.8, 0.9]))) / metrics["n"]
            elif kind == "stderr" and draw.random() < 0.9:
                metrics[f"{name}_stderr"] = round(0.002 + 0.03 * draw.random(), 4)
            elif kind == "ci95" and draw.random() < 0.9:
                half = 0.005 + 0.06 * draw.random()
                metrics[f"{name}_ci95"] = [value - half, value + 1.2 * half]
            elif kind in ("runs", "folds") and draw.random() < 0.9:
                metrics[f"{name}_std"] = round(0.002 + 0.02 * draw.random(), 4)
                metrics[f"{name}_n_{kind}"] = int(draw.integers(2 if kind == "runs" else 3, 8))
    return found


def beside(metrics, name, kind):
    """A value with what says how sure it is; None where it has no number."""
    value = metrics.get(name)
    if value is None or math.isnan(value):
        return None
    if kind in ("runs", "folds"):
        spread = metrics.get(f"{name}_std")
        return value, None if spread is None else (spread, metrics[f"{name}_n_{kind}"])
    return value, metrics.get("n" if kind == "n" else f"{name}_{kind}")


def ends(mine, base, kind, level):
    """The interval of a difference by scipy and statsmodels; None where nothing is known."""
    (value, known), (other, theirs) = mine, base
    if known is None or theirs is None:
        return None
    if kind == "n":
        counts = round(value * known), known, round(other * theirs), theirs
        return proportion.confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=1 - level)
    if kind == "stderr":
        return stats.norm.interval(level, loc=value - other, scale=math.hypot(known, theirs))
    if kind == "ci95":
        scale = stats.norm.ppf(0.5 + level / 2) / stats.norm.ppf(0.975)
        below, above = (scale * (value - known[0]), scale * (known[1] - value))
        low, high = (scale * (other - theirs[0]), scale * (theirs[1] - other))
        return value - other - math.hypot(below, high), value - other + math.hypot(above, low)
    parts = []
    for spread, count in (known, theirs):
        factor = 1 / count + 1 / (count - 1) if kind == "folds" else 1 / count
        parts.append((spread**2 * count / (count - 1) * factor, count - 1))
    variance = sum(part for part, _ in parts)
    df = variance**2 / sum(part**2 / own for part, own in parts)
    return stats.t.interval(level, df, loc=value - other, scale=math.sqrt(variance))


def excludes(interval, margin):
    return interval[0] > margin or interval[1] < -margin


def p_value(mine, base, kind, margin):
    """One minus the largest level at which the margin is excluded, by bisection."""
    low, high = -24.0, 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if excludes(ends(mine, base, kind, 1 - math.exp(middle)), margin) else (middle, high)
    return math.exp(high)


class Case:
    """A random comparison, and what stands where by itself and together."""

    def __init__(self, draw):
        self.names = [f"0.{place}.0" for place in range(int(draw.choice([2, 3, 4, 5, 7, 8, 12, 20])))]
        self.kinds = {name: str(draw.choice(kinds)) for name, (_, kinds) in METRICS.items()}
        self.datasets = ["d-a", "d-b", "d-c"][: int(draw.integers(1, 4))]
        tolerance, self.bound = TOLERANCES[str(draw.choice(list(TOLERANCES)))]
        missing = float(draw.choice([0, 0.1, 0.4]))
        self.versions = [drawn(draw, self.kinds, self.datasets, missing) for _ in self.names]
        if draw.random() < 0.3:
            self.versions[-1] = {dataset: {} for dataset in self.datasets}
        made = [make(name, results(**each)) for name, each in zip(self.names, self.versions, strict=True)]
        self.comparison = Comparison(made, baseline="0.0.0", tolerance=tolerance)
        self.single, self.values = {}, {}
        for name, version in zip(self.names[1:], self.versions[1:], strict=True):
            for dataset in self.datasets:
                for metric, (sign, _) in METRICS.items():
                    if sign is not None:
                        self._judge((name, f"metrics.{metric}@{dataset}"), version[dataset], self.versions[0][dataset], sign)
        # Holm, as in the paper: from the smallest p-value on, until the first that is too large
        ordered = sorted(self.values, key=self.values.get)
        sure = next((nth for nth, key in enumerate(ordered) if self.values[key] > 0.05 / (len(ordered) - nth)), len(ordered))
        open_ = {key for key in ordered[sure:] if self.single[key] in ("better", "worse")}
        self.together = self.single | dict.fromkeys(open_, "could be chance")

    def _judge(self, key, metrics, baseline, sign):
        metric, _, dataset = key[1].removeprefix("metrics.").partition("@")
        kind = self.kinds[metric]
        mine, base = (beside(each, metric, kind) for each in (metrics, baseline))
        if mine is None or base is None:
            if mine or base:
                self.single[key] = "missing" if base else "not in the baseline"
            return
        margin, delta = self.bound(metric, dataset, base[0]), mine[0] - base[0]
        interval = ends(mine, base, kind, 0.95)
        same = abs(delta) <= margin + 1e-15
        if sign == 0:
            self.single[key] = "same" if same else "unknown direction"
        elif same or interval is None:
            self.single[key] = "same" if same else "no interval known"
            self.values |= {key: 1.0} if same and interval is not None else {}
        else:
            sure = excludes(interval, margin)
            self.single[key] = "could be chance" if not sure else "better" if delta * sign > 0 else "worse"
            self.values[key] = p_value(mine, base, kind, margin) if sure else 1.0


def named(text):
    return re.findall(r"(?<![\d.])0\.[1-9]\d*\.0(?![\d.])", text)


def test_verdicts_cells_words_alarms_and_sentences_are_those_of_an_independent_computation():
    draw = np.random.default_rng(20261127)
    for _ in range(cases(200)):
        case = Case(draw)
        c, verdict = case.comparison, case.comparison.verdict
        assert verdict.standings == case.together
        for name, counts in verdict.counts.items():
            told = Counter(word for (version, _), word in case.together.items() if version == name)
            assert {word: count for word, count in counts.items() if count} == dict(told)
        rows = {row.full_name: row for row in c.metrics}
        for (name, row), word in case.single.items():
            change = rows[row].changes[case.names.index(name)]
            if change.verdict is not None:
                assert str(change.verdict) == word
                words = c.interval(row.removeprefix("metrics."), name).words
                assert words == change.evidence.words
                sure = {"better": "beyond chance (95 %)", "worse": "beyond chance (95 %)", "no interval known": "no interval known"}
                chance = ("could be chance", "within the tolerance", "beyond chance, but may be within the tolerance")
                assert words.startswith(chance if word == "could be chance" else sure.get(word, ""))
        failed = {
            (check.version, f"metrics.{check.metric}@{check.dataset}")
            for check in c.check("fail if worse beyond chance").breaches
            if check.checked
        }
        assert failed == {key for key, word in case.together.items() if word == "worse"}
        check_sentences(case)


def check_sentences(case):
    said = {}
    for finding in case.comparison.verdict.findings:
        if finding.advice:
            metric = re.search(r"by='(\w+)'", finding.text)[1]
            assert METRICS[metric][0]
            assert any(beside(case.versions[0][dataset], metric, case.kinds[metric]) for dataset in case.datasets)
            continue
        # no clause without a row
        assert set(named(finding.text)) <= {version for _, version in finding.rows}
        metrics = {metric for metric in METRICS if re.search(rf"(?<!\w){metric}(?!\w)", finding.text)}
        assert metrics <= {row.removeprefix("metrics.").partition("@")[0] for row, _ in finding.rows}
        for several in re.findall(r"0\.\d+\.0(?:(?:, | and )0\.\d+\.0)+", finding.text):
            places = [int(each.split(".")[1]) for each in named(several)]
            assert places == sorted(places), finding.text
        for row, version in finding.rows:
            said.setdefault((version, row), []).append(finding.text)
    # and nothing worth saying left out
    for key, word in case.together.items():
        if word in HEADS:
            assert any(text.startswith(HEADS[word]) for text in said.get(key, ())), (key, word)
