"""Several sources beside one metric: the less sure counts, whichever they are; against scipy and a rule that knows no source."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.sources import CLEARLY, Bounds, Share, Stated
from pai_notebook.explorer.listing import VersionList
from tests.compare.comparing import compare
from tests.examples import cases, examples
from tests.lazy import Lazy

stats = Lazy("scipy.stats")
proportion = Lazy("statsmodels.stats.proportion")

_Z = 1.959963984540054
RUNS = {"accuracy_std": 0.002, "n_runs": 3}
FOLDS = {"accuracy_std": 0.002, "n_folds": 5}


@pytest.mark.parametrize(
    "beside",
    [
        lambda _: {"accuracy_stderr": 0.03, "n": 1000, **RUNS},
        lambda _: {"accuracy_stderr": 0.03, **RUNS},
        lambda _: {"accuracy_stderr": 0.03, **FOLDS},
        lambda value: {"accuracy_ci": [value - 0.06, value + 0.045], **RUNS},
        lambda value: {"accuracy_ci90": [value - 0.06, value + 0.045], **FOLDS},
        lambda value: {"accuracy_lower": value - 0.06, "accuracy_upper": value + 0.045, "n": 1000, **RUNS},
        lambda value: {"accuracy_lower": value - 0.06, "accuracy_upper": value + 0.045, "accuracy_stderr": 0.001},
        lambda _: {"accuracy_stderr": 0.001, "accuracy_se": 0.03},
        lambda _: {"n": 1000, "n_samples": 100},
        lambda _: {"accuracy_std": 0.001, "std_accuracy": 0.05, "n_runs": 3},
    ],
)
def test_whatever_else_is_stated_the_wider_error_is_in_the_interval(beside):
    documents = [{"accuracy": value, **beside(value)} for value in (0.9, 0.95)]
    c = compare(*documents)
    found = c.interval("accuracy", "0.2.0")
    assert found.words == "could be chance"
    assert c.verdict.counts["0.2.0"]["better"] == 0
    assert not c.check("accuracy >= baseline with 95% confidence").passed


def test_n_widens_stated_errors_where_only_one_version_has_it():
    found = compare({"accuracy": 0.9, "accuracy_stderr": 0.001, "n": 60}, {"accuracy": 0.95, "accuracy_stderr": 0.001})
    evidence = found.interval("accuracy", "0.2.0")
    assert evidence.words == "could be chance"
    assert evidence.reason == "from the stated standard errors; widened to what n gives, which is clearly wider"


def test_runs_whose_stated_error_agrees_are_as_without_it():
    alone, both = (
        compare(*({"auc": value, "auc_std": 0.01, "n_runs": 5, **more} for value in (0.9, 0.95))).interval("auc", "0.2.0")
        for more in ({}, {"auc_stderr": 0.0045})
    )
    assert (both.interval, both.reason) == (alone.interval, alone.reason)


@pytest.mark.parametrize("metric", ["accuracy", "auc"])
@pytest.mark.parametrize("what", ["stderr", "ci"])
@pytest.mark.parametrize("setting", ["seed", "fold"])
def test_what_the_members_of_a_group_state_counts_too(metric, what, setting):
    def document(nth, value, repeat):
        value += 0.001 * repeat * nth
        errors = {f"{metric}_{what}": 0.09 if what == "stderr" else [value - 0.18, value + 0.18]}
        spec = {"HyperParameters": {"lr": nth, setting: repeat}}
        return {"VersionName": f"0.{nth}.{repeat}", "Metrics": {metric: value, "n": 1000, **errors}, "TrainingSpec": spec}

    documents = [document(nth, value, repeat) for nth, value in ((1, 0.8), (2, 0.9)) for repeat in range(3)]
    c = pnb.VersionSet.from_documents(documents, "m").group_repeats().compare()
    found = c.interval(metric, c.names[1])
    # folds are of other examples, so that their mean is as sure as three times as many
    error = 0.09 / math.sqrt(3) if setting == "fold" else 0.09
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(_Z * error * math.sqrt(2), rel=0.04)
    assert f"widened to what {metric}_{what}" in found.reason


def test_what_is_read_off_is_estimated_where_an_error_is_stated():
    found = compare({"model_size": 100, "model_size_stderr": 10}, {"model_size": 110, "model_size_stderr": 10})
    assert found.interval("model_size", "0.2.0").words == "could be chance"


def _wilson(value, n):
    low, high = proportion.proportion_confint(round(value * n), n, 0.05, "wilson")
    return low, high


def _random(draw):
    """What one version states, and the largest error that any of it gives."""
    value = float(draw.choice([0.9, 0.92, 0.95, 0.8, 0.5]))
    stated, errors = {"accuracy": value}, []
    kind = draw.choice(["", "n_runs", "n_folds"])
    if draw.random() < 0.5:
        n = int(draw.choice([100, 500, 1000, 5000]))
        stated["n"] = n
        errors.append(math.sqrt(value * (1 - value) / n))
    for name in ("accuracy_stderr", "accuracy_se"):
        if draw.random() < 0.4:
            stated[name] = float(draw.uniform(0.0005, 0.05))
            errors.append(stated[name])
    for name, z in (("accuracy_ci", _Z), ("accuracy_ci90", 1.6448536269514722)):
        if draw.random() < 0.3:
            below, above = draw.uniform(0.001, 0.049, 2)
            stated[name] = [float(value - below), float(value + above)]
            errors.append((below + above) / 2 / z)
    if kind:
        count = int(draw.integers(3, 9))
        stated |= {"accuracy_std": float(draw.uniform(0.0005, 0.02)), kind: count}
        errors.append(stated["accuracy_std"] / math.sqrt(count - 1))
    return stated, max(errors, default=0.0)


@pytest.mark.slow
def test_no_interval_is_clearly_narrower_than_the_widest_that_is_stated_would_give():
    draw, known = np.random.default_rng(20261127), 0
    for _ in range(cases(600)):
        (first, error), (second, error_base) = _random(draw), _random(draw)
        found = compare(second, first).interval("accuracy", "0.2.0")
        if found.interval is None:
            continue
        known += 1
        half = (found.interval.high - found.interval.low) / 2
        # half of the width of a lopsided interval is its error; the span of a share cuts nothing off here
        assert half >= _Z * math.hypot(error, error_base) / CLEARLY * 0.97, (first, second, found)
    assert known > cases(600) / 4


@pytest.mark.slow
def test_runs_with_a_wider_stated_error_add_it_to_their_variance():
    draw = np.random.default_rng(7)
    for _ in range(cases(300)):
        sides, parts, means = [], [], []
        for _ in range(2):
            count, mean = int(draw.integers(2, 9)), float(draw.uniform(0.5, 0.9))
            values = draw.normal(mean, 0.002, count)
            error = float(draw.uniform(0.02, 0.06))
            sides.append(Runs.of(values.tolist()).weighed("accuracy_stderr", Stated(float(values.mean()), error)))
            parts += [(values.var(ddof=1) / count, count - 1), (error**2, 1e12)]
            means.append(float(values.mean()))
        variance = sum(part for part, _ in parts)
        df = variance**2 / sum(part**2 / own for part, own in parts)
        together = stats.t.interval(0.95, df, loc=means[0] - means[1], scale=math.sqrt(variance))
        found = sides[0].against(sides[1], 0.95)
        assert (found.low, found.high) == pytest.approx(together, abs=1e-6)
        assert sides[0].covers_examples(sides[1])


def test_an_interval_that_is_stated_beside_runs_stays_lopsided():
    """By MOVER, of the squares of the distances of its ends."""
    first, second = (Runs(value, 1e-8, 3).weighed("r2_ci", Bounds(value, value - 0.2, value + 0.01)) for value in (0.9, 0.95))
    found = second.against(first, 0.95)
    assert found.low == pytest.approx(0.05 - math.hypot(0.2, 0.01), abs=1e-3)
    assert found.high >= 0.05 + math.hypot(0.01, 0.2) - 1e-3


def test_the_widest_ends_count_of_several_that_are_clearly_wider():
    share = Share(0.9, 1000).weighed("a_ci", Bounds(0.9, 0.7, 0.91)).weighed("b_ci", Bounds(0.9, 0.89, 0.999))
    low, high = share.own(0.95)
    assert (low, high) == (0.7, 0.999)
    assert [name for name, _ in share.wider] == ["a_ci", "b_ci"]
    assert low < _wilson(0.9, 1000)[0] < _wilson(0.9, 1000)[1] < high


def test_what_is_stated_and_does_not_count_is_said_once_below_the_table_and_in_explain():
    refused = "stated, but not believed: {} = 0.7 cannot be the standard error of 0.9 (0.1.0)"
    narrower = "clearly narrower than what is taken, and not used: {} (0.2.0)"
    c = compare({"accuracy": 0.9, "n": 1000, "accuracy_stderr": 0.7}, {"accuracy": 0.95, "n": 1000, "accuracy_stderr": 0.001})
    for text in (" ".join(str(c).split()), str(c.explain())):
        for said in (refused, narrower):
            assert text.count(said.format("accuracy_stderr")) == 1
    agreeing = compare({"accuracy": 0.9, "n": 1000, "accuracy_stderr": 0.0095}, {"accuracy": 0.95, "n": 1000, "accuracy_stderr": 0.0069})
    assert "not used" not in str(agreeing.explain())
    without_n = compare({"accuracy": 0.9, "n": 7.5, "accuracy_stderr": 0.01}, {"accuracy": 0.95, "n": 7.5, "accuracy_stderr": 0.01})
    assert "stated, but not believed: n = 7.5 is not a number of examples (0.1.0, 0.2.0)" in str(without_n.explain())


@pytest.mark.parametrize(
    "beside",
    [
        lambda low, high: {"accuracy_ci": {"low": low, "high": high}},
        lambda low, high: {"accuracy_ci": {"lower": low, "upper": high, "level": 95}},
        lambda low, high: {"accuracy_ci95_low": low, "accuracy_ci95_high": high},
        lambda low, high: {"accuracy_ci95_lower": low, "accuracy_ci95_upper": high},
        lambda low, high: {"accuracy_lower_ci": low, "accuracy_upper_ci": high},
        lambda low, high: {"accuracy_ci": [str(low), str(high)]},
        lambda low, high: {"accuracy_ci": f"[{low}, {high}]"},
        lambda low, high: {"accuracy_lb": low, "accuracy_ub": high},
        lambda low, high: {"accuracy_lo": low, "accuracy_hi": str(high)},
        lambda low, high: {"accuracy_lower_bound": low, "accuracy_upper_bound": high},
        lambda low, high: {"accuracy_95ci": [low, high]},
        lambda low, high: {"accuracy_conf_int": [low, high]},
        lambda low, high: {"accuracy_CI": (high - low) / 2},
        lambda low, high: {"accuracy_StdErr": (high - low) / 2 / _Z},
        lambda low, high: {"accuracy_std_err": (high - low) / 2 / _Z},
        lambda low, high: {"accuracy_std_error": (high - low) / 2 / _Z},
    ],
)
def test_intervals_and_errors_are_read_under_each_of_their_usual_names(beside):
    documents = [{"accuracy": value, "n": 1000, **beside(value - 0.1, value + 0.1)} for value in (0.8, 0.85)]
    c = compare(*documents)
    found = c.interval("accuracy", "0.2.0")
    assert found.words == "could be chance"
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(0.1 * math.sqrt(2), rel=1e-6)
    assert [row.path for row in c.metrics if not row.is_evidence] == ["accuracy"]


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"accuracy_ci": "0.7/0.9"}, "accuracy_ci cannot be read as an interval; write its two ends as a list"),
        ({"accuracy_ci": {"p2": 0.7, "p97": 0.9}}, "accuracy_ci.p2 cannot be read as an interval; write its two ends as a list"),
        ({"accuracy_ci": {"low": 0.7}}, "accuracy_ci.low cannot be read as an interval; write its two ends as a list"),
        ({"accuracy_ci95_high": 0.9}, "accuracy_ci95_high cannot be read as an interval; write its two ends as a list"),
        ({"accuracy_stderr": "wide"}, "accuracy_stderr is not a number"),
    ],
)
def test_what_has_the_name_of_an_interval_and_cannot_be_read_is_named(beside, said):
    c = compare({"accuracy": 0.8, "n": 1000, **beside}, {"accuracy": 0.85, "n": 1000})
    assert f"stated, but not believed: {said} (0.1.0)" in " ".join(str(c).split())


def test_the_level_that_an_object_says_is_that_of_its_interval():
    found = compare(*({"auc": value, "auc_ci": {"low": value - 0.1, "high": value + 0.1, "level": 0.9}} for value in (0.8, 0.85)))
    assert found.interval("auc", "0.2.0").at(0.9).high == pytest.approx(0.05 + 0.1 * math.sqrt(2))


def test_what_ends_as_a_bound_without_the_metric_or_the_other_bound_is_a_metric():
    c = compare({"bleu": 30, "bleu_hi": 20, "price_lo": 3, "price_hi": 5}, {"bleu": 31, "bleu_hi": 22, "price_lo": 3, "price_hi": 5})
    assert not any(row.is_evidence for row in c.metrics)
    documents = [
        {
            "VersionName": f"1.{seed}.0",
            "Metrics": {"bleu": 30, "bleu_hi": 20 + seed},
            "TrainingSpec": {"HyperParameters": {"lr": 1, "seed": seed}},
        }
        for seed in range(3)
    ]
    (group,) = pnb.VersionSet.from_documents(documents, "m").group_repeats()
    assert group.metrics["bleu_hi"].value == 21


def _of_seeds(lr, values, **more):
    return [
        {
            "VersionName": f"{lr}.{seed}.0",
            "Metrics": {"f1": value, **more},
            "TrainingSpec": {"HyperParameters": {"lr": lr, "seed": seed}},
        }
        for seed, value in enumerate(values)
    ]


def test_a_single_version_beside_a_group_has_the_spread_of_runs_that_it_states():
    documents = [*_of_seeds(1, (0.8, 0.801, 0.802, 0.803)), *_of_seeds(2, (0.84,), f1_std=0.05, n_runs=3)]
    c = pnb.VersionSet.from_documents(documents, "m").group_repeats().compare("first")
    found = c.interval("f1", c.names[1])
    error, df = 0.05 / math.sqrt(2), 2
    assert found.words == "could be chance"
    # the spread of the group adds next to nothing
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(stats.t.ppf(0.975, df) * error, rel=0.01)
    assert found.reason == "3 and 4 runs; covers other runs, not other examples"


def test_the_spread_of_runs_that_members_of_a_group_state_counts():
    values = [0.001 * seed for seed in range(4)]
    documents = [each for lr in (0, 1) for each in _of_seeds(lr, [0.8 + 0.04 * lr + value for value in values], f1_std=0.05, n_runs=3)]
    c = pnb.VersionSet.from_documents(documents, "m").group_repeats().compare("first")
    found = c.interval("f1", c.names[1])
    error = 0.05 / math.sqrt(2) * math.sqrt(2)
    assert found.words == "could be chance"
    # by Welch's degrees of freedom of two and two
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(stats.t.ppf(0.975, 4) * error, rel=0.01)
    assert found.reason == "4 and 4 runs; covers other runs, not other examples; widened to what f1_std gives, which is clearly wider"


@pytest.mark.parametrize("metric", ["price", "size_mb", "n_params", "flops"])
def test_what_is_read_off_is_estimated_where_a_spread_is_stated(metric):
    runs = {f"{metric}_std": 40, "n_runs": 3}
    both = compare({metric: 80, **runs}, {metric: 85, **runs}).interval(metric, "0.2.0")
    assert both.words == "could be chance"
    for more in (runs, {f"{metric}_std": 40}):
        one = compare({metric: 80, **more}, {metric: 85})
        assert one.interval(metric, "0.2.0").words == "no interval known"
        assert not any(one.verdict.counts["0.2.0"][word] for word in ("better", "worse"))
    assert compare({metric: 80, f"{metric}_std": 0, "n_runs": 3}, {metric: 85}).interval(metric, "0.2.0").words == "exact"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"accuracy": 0.8, "accuracy_low": 0.7, "accuracy_high": 0.81, "accuracy_stderr": 0.03},
            {"accuracy": 0.85, "accuracy_low": 0.84, "accuracy_high": 0.86},
        ),
        ({"accuracy": 0.8, "n": 400, "accuracy_ci": [0.795, 0.86]}, {"accuracy": 0.86, "n": 400}),
    ],
)
def test_of_each_source_the_wider_side_counts_on_each_side(first, second):
    assert compare(first, second).interval("accuracy", "0.2.0").words == "could be chance"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.998])
@pytest.mark.parametrize("n", [500, 5000])
def test_what_agrees_with_n_is_neither_wider_nor_narrower_on_any_side(share, n):
    error = math.sqrt(share * (1 - share) / (n - 1))
    others = (Stated(share, error), Bounds(share, share - _Z * error, share + _Z * error), Bounds(share, *_wilson(share, n)))
    for other in others:
        found = Share(share, n).weighed("accuracy_stated", other)
        assert (found.wider, found.narrower) == ((), ())


@pytest.mark.parametrize(
    "stated", [{"size_mb_ci": [10, 150]}, {"size_mb_stderr": 30}, {"size_mb_std": 30, "n_runs": 3}, {"size_mb_std": 30}]
)
def test_why_what_is_read_off_in_one_version_alone_is_not_compared_names_what_is_stated(stated):
    reason = compare({"size_mb": 80, **stated}, {"size_mb": 85}).interval("size_mb", "0.2.0").reason
    assert reason == f"{next(iter(stated))} is given for 0.1.0, not for 0.2.0"


def test_what_is_clearly_narrower_in_one_version_alone_is_said_of_that_version():
    stated = {"n": 1000, "accuracy_stderr": 0.0016}
    one = compare({"accuracy": 0.998, **stated}, {"accuracy": 0.9, **stated}).interval("accuracy", "0.2.0")
    assert one.reason.endswith("; accuracy_stderr is clearly narrower and not used (0.2.0)")
    both = compare({"accuracy": 0.91, **stated}, {"accuracy": 0.9, **stated}).interval("accuracy", "0.2.0")
    assert both.reason.endswith("; accuracy_stderr is clearly narrower and not used")


def _half(evidence):
    return (evidence.interval.high - evidence.interval.low) / 2


@pytest.mark.parametrize("count", [3, 20])
@pytest.mark.parametrize("written", ["one n", "a list and n", "a list and n="])
def test_n_beside_the_mean_of_folds_is_that_of_all_of_them(count, written):
    def document(value):
        if written == "one n":
            return {"accuracy": value, "accuracy_std": 0.001, "n_folds": count, "n": 100}
        folds = [value + 0.0003 * (k * round(100 * value) % 7 - 3) for k in range(count)]
        return {"accuracy": folds} | ({} if "=" in written else {"n": 100})

    more = {} if written == "one n" else {"repeats": "accuracy"}
    more |= {"n": 100} if "=" in written else {}
    found = compare(document(0.9), document(0.85), **more).interval("accuracy", "0.2.0")
    assert found.words == "could be chance"
    alone = compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.85, "n": 100}).interval("accuracy", "0.2.0")
    assert _half(found) == pytest.approx(_half(alone), rel=0.02)


def test_the_mean_of_folds_that_are_not_equally_large_needs_not_be_a_whole_number_of_examples():
    found = compare(*({"accuracy": value, "accuracy_std": 0.0001, "n_folds": 5, "n": 1797} for value in (0.94371, 0.94012)))
    assert found.interval("accuracy", "0.2.0").words == "could be chance"


@pytest.mark.parametrize(("n", "counted"), [(10000, 50000), (1900, 1900)])
def test_n_of_a_version_that_is_a_fold_is_that_of_the_fold_unless_its_value_is_of_others(n, counted):
    documents = [
        {
            "VersionName": f"{lr}.{fold}.0",
            "Metrics": {"accuracy": round(0.8003 + 0.05 * lr + 0.0005 * (fold % 2), 4), "n": n},
            "TrainingSpec": {"HyperParameters": {"lr": lr, "fold": fold}},
        }
        for lr in (0, 1)
        for fold in range(5)
    ]
    documents[-1]["Metrics"]["accuracy"] += 0.0005
    c = pnb.VersionSet.from_documents(documents, "m").group_repeats().compare("first")
    first, second = (version.metrics["accuracy"].value for version in c.versions)
    alone = [math.sqrt(value * (1 - value) / counted) for value in (first, second)]
    assert _half(c.interval("accuracy", c.names[1])) == pytest.approx(_Z * math.hypot(*alone), rel=0.03)


# What is stated beside a metric, in its usual spellings.
SPELLINGS = [
    *("n", "n_samples", "support", "accuracy_n", "n_accuracy", "runs", "n_runs", "folds", "n_folds", "k", "correct", "accuracy_count"),
    *(
        "accuracy_ci",
        "accuracy_ci95",
        "accuracy_ci_low",
        "accuracy_ci_high",
        "accuracy_lb",
        "accuracy_ub",
        "accuracy_lower",
        "accuracy_upper",
    ),
    *(
        "accuracy_stderr",
        "accuracy_se",
        "accuracy_std_err",
        "accuracy_std",
        "accuracy_sd",
        "accuracy_var",
        "accuracy_moe",
        "accuracy_error",
    ),
    *("accuracy_ci_level", "confidence_level", "level", "alpha", "accuracy_folds", "accuracy_runs", "accuracy_min", "accuracy_max"),
    "accuracy",
]
HUGE = st.one_of(st.integers(10**308, 10**330), st.just(10**400)).flatmap(lambda number: st.sampled_from([number, -number]))
FORMS = {
    "alone": lambda number: number,
    "as text": str,
    "a pair": lambda number: [number, number],
    "an end": lambda number: [0.8, number],
    "an object": lambda number: {"low": 0.8, "high": number, "level": number},
    "a level": lambda number: {"low": 0.8, "high": 0.9, "level": number},
    "a range": lambda number: f"0.8-{number}",
    "with an error": lambda number: f"0.9 ± {number}",
    "a curve": lambda number: [{"step": number, "value": number}, {"step": 2, "value": 0.5}],
}


@pytest.mark.slow
@examples(150)
@given(spelling=st.sampled_from(SPELLINGS), number=HUGE, form=st.sampled_from(sorted(FORMS)), several=st.booleans())
@example(spelling="accuracy_ci", number=10**400, form="a pair", several=True)
@example(spelling="accuracy_ci", number=10**400, form="a level", several=False)
@example(spelling="level", number=10**400, form="alone", several=True)
def test_integers_that_no_float_holds_are_no_error_wherever_they_stand(spelling, number, form, several):
    made = [
        {
            "VersionName": f"0.{place}.0",
            "Metrics": {
                "accuracy": 0.9 - place / 100,
                "n": 500,
                **({"accuracy_std": 0.01, "n_runs": 5} if several else {}),
                spelling: FORMS[form](number),
            },
            "TrainingSpec": {"HyperParameters": {"lr": place // 2, "seed": place}},
        }
        for place in range(4)
    ]
    vs = pnb.VersionSet.from_documents(made, "m")
    listing = VersionList()
    listing.show(vs, metric="accuracy")
    listing.measure(spelling)
    for each in (
        vs,
        vs[0],
        listing.options,
        vs.groupby("lr"),
        *(shown for c in (vs.compare(), vs.groupby("lr").compare()) for shown in (c, c.explain())),
    ):
        assert str(each)
    vs.compare().to_html()


@pytest.mark.parametrize(
    ("beside", "options", "said"),
    [
        ({"accuracy_stderr": "about 4.5%", "n": 10_000}, {}, "stated, but not believed: accuracy_stderr is not a number (0.1.0, 0.2.0)"),
        (
            {"accuracy_ci": "wide", "n": 10_000},
            {},
            "stated, but not believed: accuracy_ci cannot be read as an interval; write its two ends as a list (0.1.0, 0.2.0)",
        ),
        ({"accuracy_stderr": 0, "n": 10_000}, {}, "stated, but not believed: accuracy_stderr is 0 (0.1.0, 0.2.0)"),
        ({"n": 100}, {"n": 100_000}, "stated, but n= is used instead: n = 100 (0.1.0, 0.2.0)"),
    ],
)
def test_what_is_stated_and_does_not_count_is_among_the_remarks_of_gates_and_the_notes_of_evidence(beside, options, said):
    c = compare(*({"accuracy": value, "f1": value, **beside} for value in (0.9, 0.85)), **options)
    evidence = c.interval("accuracy", "0.2.0")
    assert evidence.notes == (said,)
    for rule in ("fail if worse beyond chance", "accuracy >= baseline - 1pp with 95% confidence", "accuracy >= 0.1"):
        assert c.check(rule).remarks.count(said) == 1
    assert said not in c.check("f1 >= 0.1").remarks
    assert c.assert_no_regression("accuracy", tolerance=0.1).remarks == (said,)
    for text in (" ".join(str(c).split()), str(c.explain())):
        assert text.count(said) == 1


def test_n_that_is_told_and_stated_alike_is_not_spoken_of():
    assert compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.85, "n": 100}, n=100).interval("accuracy", "0.2.0").notes == ()
    asked = compare({"accuracy": 0.9, "n": 100}, {"accuracy": 0.85, "n": 100}).interval("accuracy", "0.2.0", n=500)
    assert asked.notes == ("stated, but n= is used instead: n = 100 (0.1.0, 0.2.0)",)


@pytest.mark.parametrize("kind", ["runs", "folds"])
def test_a_spread_that_is_stated_beside_a_list_of_repeats_counts_where_it_is_clearly_wider(kind):
    lists = [0.91, 0.9, 0.92], [0.85, 0.84, 0.87]

    def found(**beside):
        documents = ({"accuracy": values, **{name: tell(values) for name, tell in beside.items()}} for values in lists)
        return compare(*documents, repeats={"accuracy": kind}).interval("accuracy", "0.2.0")

    wide = found(accuracy_std=lambda _: 0.1)
    assert wide.words == "could be chance"
    assert wide.reason.endswith("; widened to what accuracy_std gives, which is clearly wider")
    for own in (lambda values: float(np.std(values)), lambda values: float(np.std(values, ddof=1))):
        assert (found(accuracy_std=own).interval, found(accuracy_std=own).reason) == (found().interval, found().reason)


@pytest.mark.parametrize("metric", ["acc", "ACC", "Accuracy", "f1", "error_rate", "win_rate", "\u51c6\u786e\u7387"])
@pytest.mark.parametrize("wide", [{"stderr": 0.05}, {"ci": 0.1}, {"ci_lower": 0.8, "ci_upper": 0.98}, {"std": 0.05, "n_runs": 3}])
def test_what_names_no_metric_belongs_to_the_only_quality_beside_it(metric, wide):
    first = {metric: 0.90, "n": 100_000, "latency_ms": 8, **wide}
    c = compare(first, {**first, metric: 0.93})
    assert "nothing is better or worse" in c.verdict.sentences[0]
    assert {row.path for row in c.metrics if row.is_evidence} == {"n", *wide}


@pytest.mark.parametrize("beside", [{"stderr": 0.005}, {"std": 0.01, "n_runs": 5}, {"margin_of_error": 0.01}])
@pytest.mark.parametrize(("name", "value"), [("name", "value"), ("metric", "score")])
def test_what_stands_in_the_item_of_a_list_belongs_to_its_value_alone(name, value, beside):
    c = compare(*({"metrics": [{name: "accuracy", value: number, "macro_f1": number, **beside}]} for number in (0.8, 0.9)))
    assert c.interval("metrics.accuracy", "0.2.0").words == "beyond chance (95 %)"
    assert c.interval("metrics.accuracy.macro_f1", "0.2.0").words == "no interval known"


@pytest.mark.parametrize("value", ["value", "estimate", "point", "point_estimate"])
def test_two_bounds_belong_to_an_estimate_beside_them(value):
    c = compare(*({"accuracy": {value: number, "lower": number - 0.02, "upper": number + 0.02}} for number in (0.8, 0.9)))
    assert c.interval(f"accuracy.{value}", "0.2.0").words == "beyond chance (95 %)"


def test_what_may_be_groups_or_a_metric_of_its_own_belongs_to_no_other():
    groups = {"overall": 0.8, "low": 0.6, "high": 0.9, "n": 1000}
    index = {"f1": 0.8, "ci": 0.75, "n": 1000}
    three = {"accuracy": 0.8, "accuracy_low": 0.6, "accuracy_medium": 0.75, "accuracy_high": 0.9, "n": 1000}
    languages = {"f1": 0.7, "f1_de": 0.8, "f1_no": 0.7, "f1_lb": 0.6, "f1_se": 0.3, "n": 1000}
    for document in (groups, index, three, languages):
        assert {row.path for row in compare(document, document).metrics if row.is_evidence} == {"n"}


@pytest.mark.parametrize(
    "word", ["stderrs", "ses", "cis", "intervals", "confidence_intervals", "errorbars", "uncertainties", "variances", "stds"]
)
def test_objects_of_errors_in_the_plural_are_evidence_of_the_metrics_in_them(word):
    first = {"accuracy": 0.90, "n": 1000, word: {"accuracy": 0.05}}
    c = compare(first, {**first, word: {"accuracy": 0.02}})
    assert {row.path for row in c.metrics if row.is_evidence} == {"n", f"{word}.accuracy"}


@pytest.mark.parametrize("name", ["accuracy_ci", "accuracy置信区间"])
@pytest.mark.parametrize(
    "text",
    [
        "0.90～0.92",
        "（0.90，0.92）",
        "【0.90，0.92】",
        "0.90、0.92",
        "0.90——0.92",
        "90%～92%",
        "90％～92％",
        "０．９０～０．９２",
        "0.912（0.90～0.92）",
        "0.912（95%CI：0.90–0.92）",
        "91.2%（90%～92%）",
        "0.912［0.90，0.92］",
        "0.912，95%CI：0.90～0.92",
        "95%置信区间：0.90~0.92",
        "95%的可信区间为0.90到0.92",
        "0.90至0.92（95%）",
    ],
)
def test_intervals_are_read_as_they_are_written_in_chinese(name, text):
    first, second = {"accuracy": 0.912, name: text}, {"accuracy": 0.95, name: [0.94, 0.96]}
    found = compare(first, second).interval("accuracy", "0.2.0").interval
    assert (found.low, found.high) == pytest.approx((0.038 - math.hypot(0.01, 0.008), 0.038 + math.hypot(0.01, 0.012)))


def test_an_interval_in_percent_beside_a_value_in_percent_is_read():
    first, second = {"accuracy": 91.2, "accuracy_ci": "91.2（90.1～92.3）"}, {"accuracy": 95.0, "accuracy_ci": "94%～96%"}
    found = compare(first, second).interval("accuracy", "0.2.0").interval
    assert (found.low, found.high) == pytest.approx((3.8 - math.hypot(1, 1.1), 3.8 + math.hypot(1, 1.1)))


@pytest.mark.parametrize("text", ["0.912（95%CI：0.90–0.92）", "91.2%（90%～92%）", "0.912±0.01", "0.912, 95% CI: 0.90-0.92"])
def test_a_value_that_is_written_with_its_interval_is_told_how_to_be_written(text):
    verdict = compare({"accuracy": text}, {"accuracy": text}).verdict
    assert f"No verdict: accuracy is text, such as {text!r}; write the number 0.912, and the text as accuracy_ci." in verdict
    assert compare({"accuracy": 0.912, "accuracy_ci": text}, {"accuracy": 0.92, "accuracy_ci": text}).interval("accuracy", "0.2.0").interval
