"""Groups of repeats: which versions belong together, what their means say, and how sure a difference of groups is."""

import math
import pickle
import statistics
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound, RegressionError, VersionNotFound
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.differing import Differing
from pai_notebook.model.equality import same
from pai_notebook.model.settings import settings_of
from tests.bench.chance import equal_groups
from tests.compare.comparing import compare
from tests.examples import cases, examples
from tests.lazy import Lazy

stats = Lazy("scipy.stats")


def version(name, metrics, *, model="model-a", labels=(), **settings):
    document = {
        "VersionName": name,
        "Metrics": metrics,
        "TrainingSpec": {"HyperParameters": settings},
        "Labels": [{"Key": key, "Value": value} for key, value in labels],
    }
    return pnb.ModelVersion.from_document(document, model)


def runs(values, start=1, metric="auc", **settings):
    """A version for each value, which differ in their seed alone; with `n` the number of examples of each."""
    n = {"n": settings.pop("n")} if "n" in settings else {}
    return [version(f"0.{start + k}.0", {metric: value, **n}, seed=k, **settings) for k, value in enumerate(values)]


def compared(first, second, metric="auc", **options):
    """The change of the second of two groups against the first."""
    groups = pnb.VersionSet([*runs(first, metric=metric, lr=0.1, **options), *runs(second, 50, metric, lr=0.2, **options)]).group_repeats()
    row = groups.compare(groups[0].version_name)[metric]
    return row.changes[1]


def test_versions_that_differ_in_seeds_runs_and_dates_alone_are_repeats():
    same = [
        version("0.1.0", {"auc": 0.9}, lr=0.1, seed=1, run_id="r-1", date="2026-01-01"),
        version("0.2.0", {"auc": 0.8}, lr=0.1, seed=2, run_id="r-2", date="2026-01-02"),
    ]
    other = version("0.3.0", {"auc": 0.7}, lr=0.2, seed=1)
    groups = pnb.VersionSet([*same, other]).group_repeats()
    assert [each.version_name for each in groups] == ["0.1.0 (2 runs)", "0.3.0"]
    assert list(groups[0].members) == same
    assert {name.rpartition(".")[2] for name in groups[0].ignored} == {"seed", "run_id", "date"}


def test_repeats_are_never_of_several_models_frameworks_labels_or_without_settings():
    alone = [
        version("0.1.0", {"auc": 0.9}, lr=0.1),
        version("0.2.0", {"auc": 0.9}, lr=0.1, model="model-b"),
        version("0.3.0", {"auc": 0.9}, lr=0.1, labels=[("env", "prod")]),
        pnb.ModelVersion.from_document({"VersionName": "0.4.0", "Metrics": {"auc": 0.9}}, "model-a"),
        pnb.ModelVersion.from_document({"VersionName": "0.5.0", "Metrics": {"auc": 0.9}}, "model-a"),
        pnb.ModelVersion.from_document(
            {"VersionName": "0.6.0", "FrameworkType": "Keras", "TrainingSpec": {"HyperParameters": {"lr": 0.1}}}, "model-a"
        ),
    ]
    assert list(pnb.VersionSet(alone).group_repeats()) == alone


def test_what_is_ignored_besides_is_named_and_has_to_occur():
    vs = pnb.VersionSet([version(f"0.{k}.0", {"auc": 0.9}, lr=0.1, workers=k) for k in (1, 2)])
    assert len(vs.group_repeats()) == 2
    group = vs.group_repeats(ignore="training_spec.*workers")[0]
    assert group.ignored == ("training_spec.HyperParameters.workers",)
    with pytest.raises(ConfigurationError, match=r"training_spec\.worker"):
        vs.group_repeats(ignore="training_spec.worker")


def test_groupby_takes_every_value_of_its_names_none_included():
    vs = pnb.VersionSet([*runs([0.9, 0.8], lr=0.1), *runs([0.7], 5, lr=0.2), version("0.9.0", {"auc": 0.5}, seed=1)])
    groups = vs.groupby("training_spec.HyperParameters.lr")
    assert [(each.version_name, len(each.members)) for each in groups] == [("lr=0.1", 2), ("lr=0.2", 1), ("lr=(not set)", 1)]
    assert groups == vs.groupby("lr")
    with pytest.raises(NameNotFound, match="lrr"):
        vs.groupby("training_spec.HyperParameters.lrr")
    with pytest.raises(ConfigurationError, match="is a group already"):
        groups.groupby("lr")


METRIC_NAMES = st.sampled_from(["auc", "a.b", "a", "b", "\\", "eval", "n", "train.loss", "长度", "(value)", ""])
LEAVES = st.one_of(st.floats(-1e6, 1e6, allow_nan=False), st.integers(-1000, 1000), st.none(), st.booleans(), st.sampled_from(["x", "0.5"]))
METRICS = st.dictionaries(METRIC_NAMES, st.one_of(LEAVES, st.dictionaries(METRIC_NAMES, LEAVES, max_size=3)), max_size=4)


@given(st.lists(METRICS, min_size=1, max_size=4))
def test_every_number_of_a_member_is_behind_the_mean_of_its_name(contents):
    members = [pnb.ModelVersion.from_document({"VersionName": f"0.{k}.0", "Metrics": each}, "m") for k, each in enumerate(contents)]
    group = pnb.VersionGroup(members, name="g")
    for (path, dataset), found in group.repeats.items():
        known = [cell.value for member in members for cell in member.metrics.every(path, dataset) if cell.value is not None]
        assert sorted(found.values) == sorted(known)
        assert len(found.values) + found.failed == len(members)
        cells = group.metrics.every(path, dataset)
        assert len(cells) == 1
        assert cells[0].value == pytest.approx(statistics.fmean(known), rel=1e-9, abs=1e-9)


def test_a_run_without_a_number_is_counted_and_not_dropped():
    values = [0.9, 0.8, None, float("nan")]
    group = pnb.VersionSet(runs(values, lr=1)).group_repeats()[0]
    frame = group.to_frame()
    assert frame.loc[0, ["n", "failed"]].tolist() == [2, 2]
    assert "2 of 4" in str(group)


def test_a_group_is_what_all_members_share_and_says_what_differs():
    labels = [("env", "test"), ("team", "a")]
    members = [
        version("0.1.0", {"auc": 0.9, "n": 100, "auc_stderr": 0.1}, lr=0.1, seed=1, labels=labels),
        version("0.2.0", {"auc": 0.8, "n": 100, "auc_stderr": 0.2}, lr=0.1, seed=2, labels=labels[:1]),
    ]
    group = pnb.VersionGroup(members, name="g")
    assert dict(group.labels) == {"env": "test", "team": "differs among members: a, absent"}
    assert group.training_spec == {"HyperParameters": {"lr": 0.1, "seed": "differs among members: 1, 2"}}
    assert group.metrics["n"].value == 100
    assert "auc_stderr" not in group.metrics
    # what is folded below the card has no second title and no second badge
    assert group._repr_html_().count("<b>g</b>") == 1
    assert "created" in str(group) or "times unknown" in str(group)


def test_welch_intervals_of_groups_equal_those_of_scipy():
    draw = np.random.default_rng(4)
    for _ in range(cases(300)):
        scale = float(draw.choice([1, 30]))
        first, second = ((draw.normal(0.5, 0.1, int(draw.integers(2, 9))) * scale).tolist() for _ in range(2))
        known = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
        found = compared(first, second, "r2").evidence.interval
        assert (found.low, found.high) == pytest.approx((known.low, known.high), rel=1e-6, abs=1e-9)


def test_the_group_of_the_newest_approved_version_is_the_baseline():
    members = runs([0.9, 0.8], lr=0.1) + runs([0.7, 0.6], 10, lr=0.2)
    members = [
        pnb.ModelVersion.from_document({**each.raw, "ApprovalStatus": status}, "model-a")
        for each, status in zip(members, ("Pending", "Pending", "Approved", "Pending"), strict=True)
    ]
    c = pnb.VersionSet(members).groupby("lr").compare()
    assert (c.baseline_name, c.baseline_reason) == ("lr=0.2", "holds the newest approved version")


def test_names_may_be_in_a_list_and_settings_that_are_not_there_are_refused_with_what_helps():
    alike = pnb.VersionSet(runs([0.9, 0.8], lr=0.1))
    assert alike.groupby(["lr", "seed"]) == alike.groupby("lr", "seed")
    bare = pnb.ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"auc": 0.9}}, "model-a")
    with pytest.raises(ConfigurationError, match="These versions have no labels and no settings"):
        pnb.VersionSet([bare]).group_repeats(ignore="labels.env")


def test_two_models_are_not_evaluated_in_different_ways_for_their_names():
    docs = [
        {"VersionName": name, "Metrics": {"acc": 0.5}, "EvaluationSpec": {"model": {"pretrained": name, "dtype": dtype}}}
        for name, dtype in (("a/one", "float16"), ("a/two", "float16"), ("a/three", "float32"))
    ]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    assert not any("evaluated in different ways" in text for text in vs[:2].compare("a/one").comparability)
    assert any("different ways: model.dtype of" in text for text in vs.compare("a/one").comparability)


def test_two_runs_that_tell_nothing_are_said_to_be_too_few():
    values = [[0.1, 0.85], [0.72, 0.6, 0.8], [0.96, 0.95, 0.961, 0.962], [0.97, 0.98, 0.981, 0.982]]
    grouped = pnb.VersionSet([each for lr, group in enumerate(values) for each in runs(group, 10 * lr, "accuracy", lr=lr)]).groupby("lr")
    c = grouped.compare("lr=1")
    interval = c.interval("accuracy", "lr=0").interval
    assert (interval.low, interval.high) == (-1, 1)
    assert "Too few runs or folds to tell how much worse these could still be: lr=0" in " ".join(str(c.verdict).split())
    reasons = {check.version: check.reason for check in c.check("fail if worse beyond chance").checks}
    assert reasons["lr=0"].startswith("nothing could be checked; too few runs or folds to tell (")
    leaders = c.leaders(c["accuracy"])
    assert leaders.best == (3,)
    assert 0 in leaders.unknown
    assert "as measured against lr=0; too few runs or folds to tell." in str(c.best("accuracy"))


def test_known_examples_widen_the_interval_and_are_said():
    first, second = [0.90, 0.91, 0.92, 0.89], [0.93, 0.94, 0.95, 0.92]
    bare, counted = (compared(first, second, metric="accuracy", **n).evidence for n in ({}, {"n": 1000}))
    assert "not other examples" in bare.reason
    assert "covers other runs and other examples" in counted.reason
    spread = sum(stats.sem(each) ** 2 for each in (first, second))
    examples_too = spread + sum(p * (1 - p) / 1000 for p in (np.mean(first), np.mean(second)))
    assert (counted.interval.high - counted.interval.low) > (bare.interval.high - bare.interval.low) * 0.99
    assert counted.interval.high - counted.interval.low >= 2 * 1.959 * math.sqrt(examples_too)


def test_a_single_run_is_judged_by_the_spread_of_the_others():
    values = [0.90, 0.92, 0.91, 0.93]
    vs = pnb.VersionSet([*runs(values, lr=0.1), *runs([0.99], 50, lr=0.2)]).group_repeats()
    found = vs.compare(vs[0].version_name)["auc"].changes[1].evidence.interval
    half = stats.t.ppf(0.975, 3) * np.std(values, ddof=1) * math.sqrt(1 + 1 / 4)
    assert (found.high - found.low) / 2 == pytest.approx(half)


def test_folds_are_paired_and_corrected_for_shared_training_data():
    draw = np.random.default_rng(5)
    for _ in range(cases(300)):
        count = int(draw.integers(3, 11))
        base = draw.normal(0.8, 0.05, count)
        other = base + draw.normal(0.01, 0.02, count)
        members = [
            version(f"0.{k + 100 * which}.0", {"auc": float(value)}, lr=which, fold=k)
            for which, values in enumerate((base, other))
            for k, value in enumerate(values)
        ]
        groups = pnb.VersionSet(members).group_repeats()
        assert groups[0].folds
        found = groups.compare(groups[0].version_name)["auc"].changes[1].evidence
        differences = other - base
        half = stats.t.ppf(0.975, count - 1) * np.std(differences, ddof=1) * math.sqrt(1 / count + 1 / (count - 1))
        assert (found.interval.low, found.interval.high) == pytest.approx((differences.mean() - half, differences.mean() + half), rel=1e-6)
        assert "folds that share training data" in found.reason


def test_equal_repeats_have_no_spread_and_no_interval():
    evidence = compared([0.9, 0.9, 0.9], [0.8, 0.8, 0.8]).evidence
    assert evidence.interval is None
    assert "identical repeats" in evidence.reason


@examples(30)
@given(st.integers(2, 6), st.randoms(use_true_random=False))
def test_groups_survive_a_snapshot_a_pickle_and_their_own_code(count, rng):
    vs = pnb.VersionSet([*runs([rng.random() for _ in range(count)], lr=0.1), *runs([rng.random() for _ in range(count)], 50, lr=0.2)])
    for groups in (vs.group_repeats(), vs.groupby("lr")):
        c = groups.compare(groups[0].version_name)
        assert pickle.loads(pickle.dumps(groups)) == groups
        space = {}
        exec(c.to_code(), space)
        assert space["c"] == c
        assert space["c"]["auc"].changes[1].evidence == c["auc"].changes[1].evidence


def test_a_snapshot_keeps_groups_with_their_members(tmp_path):
    vs = pnb.VersionSet([*runs([0.9, 0.8], lr=0.1), *runs([0.7], 50, lr=0.2)])
    groups = vs.group_repeats()
    again = pnb.load(groups.save(tmp_path / "groups.paisnap.json"))
    assert again == groups
    assert again[0].members == groups[0].members
    assert again.compare(groups[0].version_name)["auc"].changes[1].evidence.reason == groups.compare()["auc"].changes[1].evidence.reason


def test_a_report_of_groups_masks_their_members_and_keeps_the_spread(tmp_path):
    members = [version(f"0.{k}.0", {"auc": 0.9 + k / 100}, lr=0.1, seed=k, password="hunter2hunter2") for k in (1, 2, 3)]
    vs = pnb.VersionSet([*members, *runs([0.5, 0.6, 0.55], 50, lr=0.2)]).group_repeats()
    text = vs.compare(vs[0].version_name).report(tmp_path / "r.html", charts=False).read_text("utf-8")
    assert "hunter2" not in text
    assert "3 and 3 runs" in text


def lists(**options):
    metrics = {"0.1.0": [0.80, 0.82, 0.81], "0.2.0": [0.90, 0.93, 0.91]}
    docs = [{"VersionName": name, "Metrics": {"accuracy": values, "loss": 0.1}} for name, values in metrics.items()]
    return pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0", **options)


def test_lists_are_repeats_only_where_that_is_asked_for():
    assert lists()["accuracy"].changes[1].verdict is None
    folds, several = (lists(repeats=given)["accuracy"].changes[1] for given in ("accuracy", {"accuracy": "runs"}))
    assert folds.delta == several.delta == pytest.approx(0.91333 - 0.81, abs=1e-4)
    assert "3 folds" in folds.evidence.reason
    assert "3 and 3 runs" in several.evidence.reason
    assert any("repeats: 'nothing' matches no metric" in note for note in lists(repeats="nothing").notes)


def test_what_is_no_list_of_repeats_is_refused():
    with pytest.raises(ComparisonError, match="loss is one number"):
        lists(repeats="loss")
    with pytest.raises(ConfigurationError, match="repeats"):
        lists(repeats={"accuracy": "seeds"})
    docs = [{"VersionName": f"0.{k}.0", "Metrics": {"auc": [0.5] * k}} for k in (3, 4)]
    with pytest.raises(ComparisonError, match="3 and 4 numbers"):
        pnb.VersionSet.from_documents(docs, "model-a").compare(repeats="auc")


@pytest.mark.parametrize("members", [[], [runs([1])[0], version("0.9.0", {}, model="model-b")], [5]])
def test_a_group_needs_versions_of_one_model(members):
    with pytest.raises(ConfigurationError):
        pnb.VersionGroup(members, name="g")


def test_a_comparison_says_which_runs_have_no_number():
    vs = pnb.VersionSet([*runs([0.9, 0.8, float("nan")], lr=0.1), *runs([0.7, 0.6, 0.65], 50, lr=0.2)]).group_repeats()
    c = vs.compare(vs[1].version_name)
    assert "1 of 3 members of lr=0.1 (3 runs) has no number for auc: the mean is of the others" in c.notes
    assert "1 of 3 members" in str(c)


def folds_of(values, which, order=None):
    """A version for each fold; None is a fold whose version has no number."""
    places = list(order or range(len(values)))
    return [version(f"{which}.{nth}.0", {"auc": values[k]}, lr=which, fold=k) for nth, k in enumerate(places)]


def test_folds_are_paired_by_their_numbers_and_not_by_the_order_of_their_versions():
    base, other = [0.80, 0.85, 0.90, 0.95, 0.99], [0.811, 0.859, 0.91, 0.962, 0.999]
    straight, reverse = (
        pnb.VersionSet([*folds_of(base, 1), *folds_of(other, 2, order)]).group_repeats().compare("first")["auc"].changes[1]
        for order in (None, [4, 3, 2, 1, 0])
    )
    assert straight.word == reverse.word == "better"
    assert (straight.evidence.interval.low, straight.evidence.interval.high) == pytest.approx(
        (reverse.evidence.interval.low, reverse.evidence.interval.high)
    )


@pytest.mark.parametrize("as_list", [False, True])
def test_versions_with_other_folds_are_not_compared_fold_by_fold(as_list):
    base, other = [None, 0.85, 0.90, 0.95, 0.99], [0.811, 0.859, 0.91, 0.962, None]
    if as_list:
        docs = [{"VersionName": name, "Metrics": {"auc": values}} for name, values in (("0.1.0", base), ("0.2.0", other))]
        change = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0", repeats="auc")["auc"].changes[1]
    else:
        groups = pnb.VersionSet([*folds_of(base, 1), *folds_of(other, 2)]).group_repeats()
        change = groups.compare(groups[0].version_name)["auc"].changes[1]
    assert change.evidence.interval is None
    assert change.evidence.reason == "not the same folds in both versions"


def test_several_seeds_of_a_fold_count_once():
    def members(which, values):
        return [
            version(f"{which}.{2 * fold + seed}.0", {"auc": value + seed / 1000}, lr=which, fold=fold, seed=seed)
            for fold, value in enumerate(values)
            for seed in range(2)
        ]

    first, second = [0.80, 0.83, 0.86, 0.84, 0.82], [0.84, 0.83, 0.85, 0.88, 0.86]
    groups = pnb.VersionSet([*members(1, first), *members(2, second)]).group_repeats()
    assert groups[0].version_name == "lr=1 (5 folds)"
    change = groups.compare(groups[0].version_name)["auc"].changes[1]
    assert change.word == "could be chance"
    differences = np.subtract(second, first)
    half = stats.t.ppf(0.975, 4) * differences.std(ddof=1) * math.sqrt(1 / 5 + 1 / 4)
    assert change.evidence.interval.high - change.evidence.interval.low == pytest.approx(2 * half, rel=1e-6)


def test_a_single_run_beside_groups_has_no_certainty_of_its_own():
    single = version("9.0.0", {"accuracy": 0.905, "n": 200}, lr=0.3, seed=1)
    vs = pnb.VersionSet([*runs([0.92, 0.93, 0.925, 0.94], metric="accuracy", lr=0.1), single]).group_repeats()
    report = vs.compare("0.1.0 (4 runs)").check("accuracy >= 0.9 with 95% confidence")
    assert not report.passed
    assert [check.version for check in report.checks if check.version == "9.0.0"] == ["9.0.0"]


def test_where_runs_do_not_suffice_the_number_of_examples_does_not_either():
    two = runs([0.87, 0.99], 50, "accuracy", lr=0.2, n=1000)
    one = version("0.1.0", {"accuracy": 0.90, "n": 1000}, lr=0.1, seed=1)
    vs = pnb.VersionSet([one, *two]).group_repeats()
    evidence = vs.compare("0.1.0")["accuracy"].changes[1].evidence
    assert evidence.interval is None
    assert "too few to know their spread" in evidence.reason


def test_examples_that_are_known_never_make_an_interval_of_runs_narrower():
    first, second = [0.90, 0.91], [0.928, 0.938]
    widths = []
    for n in ({}, {"n": 1000}, {"n": 3000}):
        found = compared(first, second, metric="accuracy", **n).evidence.interval
        widths.append(found.high - found.low)
    assert min(widths) == widths[0]
    only_one = pnb.VersionSet(
        [*runs([0.90, 0.91, 0.905], metric="accuracy", lr=0.1, n=1000), *runs([0.94, 0.93, 0.95], 50, "accuracy", lr=0.2)]
    ).group_repeats()
    found = only_one.compare("first")["accuracy"].changes[1].evidence.interval
    known = stats.ttest_ind([0.94, 0.93, 0.95], [0.90, 0.91, 0.905], equal_var=False).confidence_interval(0.95)
    assert found.low < known.low
    assert known.high < found.high


def test_a_constant_difference_of_folds_has_no_spread():
    docs = [
        {"VersionName": name, "Metrics": {"auc": values}} for name, values in (("0.1.0", [0.9, 0.92, 0.91]), ("0.2.0", [0.92, 0.94, 0.93]))
    ]
    evidence = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0", repeats="auc")["auc"].changes[1].evidence
    assert evidence.interval is None
    assert evidence.reason == "the same difference in every fold: no spread"


@pytest.mark.parametrize("size", [1e160, 1.7e308])
def test_numbers_beyond_any_spread_are_shown(size):
    vs = pnb.VersionSet([*runs([size, size / 2], lr=0.1), *runs([size / 3, size], 50, lr=0.2)]).group_repeats()
    assert "auc" in str(vs.compare(vs[0].version_name))
    assert "auc" in str(vs[0])


def test_code_of_groups_beside_their_own_members_is_equal():
    vs = pnb.VersionSet([*runs([0.9, 0.8], lr=0.1), *runs([0.7, 0.75], 50, lr=0.2)])
    c = (vs.group_repeats() + vs).compare("lr=0.1 (2 runs)")
    space = {}
    exec(c.to_code(), space)
    assert space["c"] == c


def test_one_version_beside_folds_is_a_single_value():
    vs = pnb.VersionSet([*folds_of([0.8, 0.9, 0.85], 1), version("9.0.0", {"auc": 0.9}, lr=5)]).group_repeats()
    assert vs.compare("9.0.0")["auc"].changes[0].evidence.reason == "folds in one version, a single value in the other"


def two(first, second, metric="accuracy", ns=(None, None), **options):
    """A comparison of two groups of repeats; `ns` are the numbers of examples of the runs of both."""
    vs = []
    for which, (values, n) in enumerate(zip((first, second), ns, strict=True)):
        counts = n if isinstance(n, list) else [n] * len(values)
        for k, (value, count) in enumerate(zip(values, counts, strict=True)):
            vs.append(version(f"{which}.{k}.0", {metric: value, **({"n": count} if count else {})}, lr=which, seed=k))
    groups = pnb.VersionSet(vs).group_repeats()
    return groups.compare(groups[0].version_name, **options)


def test_numbers_of_examples_that_differ_inside_a_group_are_said():
    c = two([0.90, 0.912, 0.92], [0.94, 0.95, 0.96], ns=([900, 500, None], 1000))
    said = "n is not the same in all members of lr=0 (3 runs): intervals take the smallest"
    assert said in c.notes
    assert said in str(c.versions[0]).replace("\n", " ")
    assert "and other examples" in c["accuracy"].changes[1].evidence.reason
    least = two([0.90, 0.912, 0.92], [0.94, 0.95, 0.96], ns=(500, 1000))
    assert c["accuracy"].changes[1].evidence.interval == least["accuracy"].changes[1].evidence.interval
    assert not any("not the same" in note for note in two([0.90, 0.91, 0.92], [0.94, 0.95, 0.96], ns=(1000, 1000)).notes)


def test_shares_that_were_rounded_are_of_a_whole_number_each_and_not_their_mean():
    # 1319 examples: each is a whole number of them as far as three digits tell, their mean to all its digits is not
    change = two([0.841, 0.843, 0.846], [0.861, 0.863, 0.867], ns=(1319, 1319))["accuracy"].changes[1]
    assert "covers other runs and other examples" in change.evidence.reason
    change = two([0.84, 0.85, 0.9], [0.861, 0.863, 0.867], ns=(7, 7))["accuracy"].changes[1]
    assert "not other examples" in change.evidence.reason


def test_lists_inside_a_group_are_named_and_do_not_vanish():
    c = two([[0.9, 0.91], [0.92, 0.93]], [[0.9, 0.95], [0.96, 0.93]])
    assert any(note.startswith("no mean of accuracy in lr=0 (2 runs), lr=1 (2 runs), as it is not a number there") for note in c.notes)
    assert "no mean of accuracy" in str(c.versions[0])


def test_a_group_of_versions_without_a_value_is_not_called_like_one_with_the_words():
    vs = pnb.VersionSet([version("0.1.0", {"a": 1}, mode="(not set)"), version("0.2.0", {"a": 1})])
    assert [group.version_name for group in vs.groupby("mode")] == ['mode="(not set)"', "mode=(not set)"]


def test_identical_repeats_are_named():
    c = two([0.9, 0.9, 0.9], [0.94, 0.95, 0.96])
    assert c["accuracy"].changes[1].evidence.reason == "identical repeats in lr=0 (3 runs): no spread"
    check = two([0.9] * 3, [0.95] * 3).check("accuracy >= 0.8 with 95% confidence").checks[0]
    assert (check.checked, check.reason) == (False, "identical repeats in lr=1 (3 runs): no spread")


def test_a_stated_spread_of_zero_is_not_made_good_by_the_number_of_examples():
    metrics = {"accuracy": 0.9, "accuracy_std": 0.0, "accuracy_runs": 5, "n": 1000}
    c = pnb.VersionSet([version("0.1.0", metrics), version("0.2.0", {**metrics, "accuracy": 0.95})]).compare("0.1.0")
    assert (c["accuracy"].changes[1].word, c["accuracy"].changes[1].evidence.reason) == (
        "no interval known",
        "accuracy_std = 0 over 5 does not give a spread",
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "1", "[1]", '{"a": 1}', "null", "(not set)", "true", "a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner, min_size=1, max_size=2),
    max_leaves=4,
)


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_versions_are_in_one_group_exactly_where_their_values_do_not_differ(values):
    vs = pnb.VersionSet([version(f"0.{place}.0", {"auc": 0.9}, value=value, seed=place) for place, value in enumerate(values)])
    groups = vs.groupby("training_spec.HyperParameters.value")
    at = {member.version_name: group.version_name for group in groups for member in group.members}
    for one, first in enumerate(values):
        for other, second in enumerate(values):
            assert (at[f"0.{one}.0"] == at[f"0.{other}.0"]) == same(first, second)


def test_an_object_is_a_value_to_group_by_and_differs_from_what_is_not_set():
    values = [{"name": "adam"}, {"name": "sgd"}, {"name": "adam"}, None]
    vs = pnb.VersionSet(
        [*(version(f"0.{k}.0", {"auc": 0.9}, opt=value) for k, value in enumerate(values)), version("0.9.0", {"auc": 0.9}, lr=1)]
    )
    assert [(group.version_name, len(group.members)) for group in vs.groupby("opt")] == [
        ('opt={"name": "adam"}', 2),
        ('opt={"name": "sgd"}', 1),
        ("opt=null", 1),
        ("opt=(not set)", 1),
    ]
    alone = vs[:3]
    assert [len(group.members) for group in alone.groupby("training_spec.HyperParameters.opt")] == [2, 1]
    assert [len(group.members) for group in alone.groupby("opt")] == [2, 1]


def listed(first, second, **beside):
    """A comparison of two versions whose lists are runs."""
    vs = [version(f"0.{k}.0", {"accuracy": values, **beside}) for k, values in enumerate((first, second), 1)]
    return pnb.VersionSet(vs).compare("first", repeats={"accuracy": "runs"})


# 0.801 five times has a mean that is the next number to it
SAME = st.tuples(st.integers(0, 1000).map(lambda k: k / 1000), st.integers(3, 7)).map(lambda drawn: [drawn[0]] * drawn[1])


@examples(20)
@given(SAME, st.sampled_from([{}, {"n": 1000}]))
@example([0.881] * 3, {})
def test_equal_runs_have_no_spread_in_groups_and_in_lists_and_answer_every_question(values, beside):
    varied = [0.42, 0.43, 0.41]
    groups = [two(first, values, ns=(beside.get("n"),) * 2) for first in (varied, [0.45] * 5, [0.45])]
    for c in (*groups, listed(varied, values, **beside), listed([0.45] * 5, values, **beside)):
        name = c.versions[1].version_name
        evidence = c.interval("accuracy", name)
        assert evidence.interval is None
        assert "identical repeats in" in evidence.reason
        assert c.best("accuracy").value in (values[0], 0.42, 0.45)
        assert c.check("accuracy >= 0").passed
        (check,) = c.check("accuracy >= 0 with 95% confidence").checks
        assert not check.checked
        assert check.outcome == "failed"
    assert "(sd 0)" in str(groups[0])
    assert groups[0].versions[1].repeats["accuracy", ""].sd == 0


def test_runs_of_any_size_have_an_interval():
    evidence = two([1e-90, 2e-90, 1.5e-90], [3e-90, 4e-90, 3.6e-90], "auc")["auc"].changes[1].evidence
    like = two([0.1, 0.2, 0.15], [0.3, 0.4, 0.36], "auc")["auc"].changes[1].evidence
    assert evidence.interval.low == pytest.approx(like.interval.low * 1e-89)


@pytest.mark.parametrize("told", [{}, {"n": 100}])
def test_known_examples_of_lists_of_runs_are_added(told):
    first, second = [0.91, 0.90, 0.92, 0.91, 0.91], [0.93, 0.92, 0.95, 0.93, 0.92]
    c = listed(first, second, **told) if told else listed(first, second)
    evidence = c.interval("accuracy", "0.2.0") if told else c.interval("accuracy", "0.2.0", n=100)
    groups = two(first, second, ns=(100, 100))["accuracy"].changes[1].evidence
    assert evidence.interval == groups.interval
    assert evidence.reason == "5 and 5 runs; covers other runs and other examples"


def test_one_run_and_one_fold_are_singular():
    assert compared([0.91, 0.92, 0.9], [0.95]).evidence.reason == "1 run and 3 runs; covers other runs, not other examples"
    assert compared([0.95], [0.91, 0.92, 0.9]).evidence.reason == "3 runs and 1 run; covers other runs, not other examples"
    assert pnb.VersionSet(runs([0.9], lr=1)).groupby("lr")[0].words == "1 run"


def test_a_single_run_that_is_best_beside_groups_is_lucky_in_its_run_and_its_examples():
    means = ([0.90, 0.92, 0.91], [0.91, 0.93, 0.905], [0.905, 0.925, 0.915], [0.93])
    notes = {}
    for n in (None, 1000):
        vs = [
            version(f"{k}.{seed}.0", {"accuracy": value, **({"n": n} if n else {})}, lr=k, seed=seed)
            for k, values in enumerate(means)
            for seed, value in enumerate(values)
        ]
        groups = pnb.VersionSet(vs).group_repeats()
        notes[n] = groups.compare(groups[0].version_name).best("accuracy").notes[-1]
    assert notes[None].startswith("Highest of 4 that cannot be told apart: in other runs expect less, on average by up to about 1.")
    assert notes[1000].startswith(
        "Highest of 4 that cannot be told apart: in other runs on fresh examples expect less, on average by up to about 1."
    )
    amounts = {n: float(note.removesuffix(" pp.").rpartition(" ")[2]) / 100 for n, note in notes.items()}
    pooled = math.sqrt(statistics.fmean(statistics.variance(values) for values in means[:3]))
    assert 1.03 * pooled < amounts[None] < amounts[1000]


@pytest.mark.parametrize(
    ("ns", "where"), [((None, None), "in other runs expect less"), ((1000, 1000), "in other runs on fresh examples expect less")]
)
def test_the_luck_of_the_best_group_and_what_intervals_cover_are_said(ns, where):
    draw = np.random.default_rng(6)
    vs = [
        version(f"{k}.{seed}.0", {"accuracy": round(float(draw.normal(0.9, 0.01)), 3), **({"n": ns[0]} if ns[0] else {})}, lr=k, seed=seed)
        for k in range(4)
        for seed in range(4)
    ]
    groups = pnb.VersionSet(vs).group_repeats()
    c = groups.compare(groups[0].version_name)
    assert where in " ".join(str(c.best("accuracy")).split())
    covers = "The intervals of accuracy cover other runs, not other examples."
    assert (covers in c.verdict.sentences) is (ns[0] is None)


def test_what_a_version_has_more_of_stands_under_its_name_at_eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    c = two([0.90, 0.912, 0.923], [0.894, 0.905, 0.916])
    lines = str(c).split("\n")
    head = next(place for place, line in enumerate(lines) if "baseline" in line and "≈" in line)
    assert lines[head].rstrip().endswith("1 ≈")
    assert len(lines[head]) == max(map(len, lines[head - 1 : head + 1]))
    better = str(two([0.90, 0.902, 0.903], [0.964, 0.965, 0.966])).split("\n")
    assert any("+6.3 better" in line for line in better)


def test_the_verdict_of_equal_groups_does_not_colour_chance():
    draw = np.random.default_rng(8)
    called = cells = 0
    for _ in range(20):
        c = equal_groups(draw, metrics=10, groups=5, k=5)
        called += bool({"better", "worse"} & set(c.verdict.standings.values()))
        cells += sum(change.is_beyond_chance for row in c.metrics for change in row.changes)
    # 5 % of verdicts may be wrong; each cell by itself is in as many cases, so that most comparisons have one
    assert called <= 4
    assert 15 <= cells <= 65


def test_a_set_without_repeats_says_that_nothing_was_grouped():
    versions = pnb.VersionSet.from_documents(
        [
            {"VersionName": f"0.{place}.0", "Metrics": {"cer": 0.1}, "TrainingSpec": {"lr": place, "seed": place, "epochs": 5}}
            for place in range(3)
        ],
        "m",
    )
    assert "grouped nothing" in versions.group_repeats().removed[0]
    assert "grouped nothing" in str(versions.group_repeats())
    assert versions.group_repeats(ignore="training_spec.lr").removed == ()


def two_groups():
    """Groups by lr; in the first the batch size, a label, the approval, a grade and the address differ, in the second only seeds."""

    def made(name, status, grade, labels, **settings):
        one = version(name, {"auc": 0.9, "grade": grade}, labels=labels, **settings)
        return pnb.ModelVersion.from_document({**one.raw, "ApprovalStatus": status, "Uri": f"oss://b/{name}/"}, "model-a")

    return pnb.VersionSet(
        [
            made("0.1.0", "Approved", "A", [("team", "vision")], lr=0.1, batch=16, seed=1),
            made("0.2.0", "Pending", "B", [("team", "vision")], lr=0.1, batch=16, seed=2),
            made("0.3.0", "Pending", "B", [("team", "text"), ("month", "7")], lr=0.1, batch=32, seed=3),
            made("0.4.0", "Pending", "B", [("team", "vision")], lr=0.2, batch=16, seed=4),
            made("0.5.0", "Pending", "B", [("team", "vision")], lr=0.2, batch=16, seed=5),
        ]
    ).groupby("lr")


def test_what_differs_among_members_is_never_called_absent():
    groups = two_groups()
    c = groups.compare("lr=0.1", only="all")
    names = ("training_spec.HyperParameters.batch", "labels.team", "approval_status", "metrics.grade", "uri")
    assert {str(c[name].cells[0].state) for name in names} == {"differs among members"}
    assert c["labels.team"].shown(0) == "differs among members: vision ×2, text"
    assert c["labels.month"].shown(0) == "differs among members: absent ×2, 7"
    assert c["approval_status"].shown(0) == "differs among members: Pending ×2, Approved"
    assert {str(c[name].changes[1].kind) for name in names[:-1]} == {"changed"}
    assert "batch: differs among members → 16" in str(c.explain())
    assert c.coverage.loc[("grade", ""), "lr=0.1"] == "differs among members"
    for text in (str(groups), str(groups[0]), str(c), c.to_markdown(), c.to_html()):
        assert "differs among members" in text
        assert not [line for line in text.splitlines() if "team" in line and "absent" in line.partition("team")[2].partition("month")[0]]


def test_what_members_differ_in_is_said_in_chinese():
    groups = two_groups()
    c = groups.compare("lr=0.1", only="all")
    with speaking("zh"):
        for text in (str(groups), str(groups[0]), str(c), str(c.explain())):
            assert "成员间不同" in text
            assert "differs among" not in text


def test_groups_whose_members_differ_alike_or_in_what_tells_nothing_are_not_told_apart():
    def group(start, batches):
        return [version(f"0.{start + k}.0", {"auc": 0.9}, lr=start, batch=each, seed=start + k) for k, each in enumerate(batches)]

    c = pnb.VersionSet([*group(1, [16, 32]), *group(3, [32, 16]), *group(5, [16, 16])]).groupby("lr").compare("lr=1", only="all")
    assert [str(change.kind) for change in c["training_spec.HyperParameters.batch"].changes] == ["baseline", "same", "changed"]
    assert [str(change.kind) for change in c["training_spec.HyperParameters.seed"].changes] == ["baseline", "same", "same"]


def test_what_differs_among_members_is_missing_in_frames_and_not_stated_for_conditions():
    groups = two_groups()
    frame = groups.to_frame()
    names = ["training_spec.HyperParameters.batch", "labels.team", "approval_status", "metrics.grade", "uri"]
    assert frame.loc["lr=0.1", names].isna().all()
    assert frame.loc["lr=0.2", names[:4]].tolist() == [16, "vision", "Pending", "B"]
    assert str(frame["training_spec.HyperParameters.batch"].dtype) == "Int64"
    table = groups.to_arrow(fields=["approval", "uri", "labels", names[0]]).versions.to_pylist()[0]
    assert (table["approval_status"], table["uri"], dict(table["labels"]), table[names[0]]) == (
        None,
        None,
        {"team": None, "month": None},
        None,
    )
    long = groups.to_frame(layout="long").set_index(["version", "metric"])
    assert long.loc[("lr=0.1", "grade"), "state"] == "differs among members"
    for condition in ("labels.team == 'vision'", "training_spec.HyperParameters.batch < 100", "approval_status == 'Pending'"):
        assert [each.version_name for each in groups.filter(condition)] == ["lr=0.2"]


def test_groups_that_say_what_differs_survive_a_snapshot(tmp_path):
    groups = two_groups()
    groups.save(tmp_path / "groups.paisnap.json")
    again = pnb.load(tmp_path / "groups.paisnap.json")
    assert again == groups
    assert again[0].labels["team"] == "differs among members: vision ×2, text"
    assert pickle.loads(pickle.dumps(groups[0].labels))["team"].in_language("zh") == "成员间不同：vision ×2、text"


NAMED = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(st.integers(0, 2), st.sampled_from(["1", "x", ""]), st.none(), st.booleans())
SPECS = st.recursive(VALUES, lambda inner: st.one_of(st.dictionaries(NAMED, inner, max_size=3), st.lists(inner, max_size=2)), max_leaves=6)
LISTED = st.lists(NAMED, unique=True, max_size=3).flatmap(
    lambda names: st.tuples(*[VALUES for _ in names]).map(
        lambda values: [{"Name": name, "Value": value} for name, value in zip(names, values, strict=True)]
    )
)


@given(st.lists(st.fixed_dictionaries({}, optional={"a": SPECS, "listed": LISTED}), min_size=1, max_size=4))
@example([{}, {"a": [{}]}])
def test_every_setting_of_a_group_is_that_of_all_members_or_says_that_it_differs(specs):
    members = [pnb.ModelVersion.from_document({"VersionName": f"0.{k}.0", "TrainingSpec": each}, "m") for k, each in enumerate(specs)]
    of_members = [settings_of(member) for member in members]
    of_group = settings_of(pnb.VersionGroup(members, name="g"))
    for path, value in of_group.items():
        assert type(value) is Differing or all(same(each[path], value) for each in of_members)
    for path in {path for each in of_members for path in each}:
        # nothing that a member states vanishes: it is there, or what is above or below it differs
        assert any(f"{path}.".startswith(f"{each}.") or each.startswith(f"{path}.") for each in of_group), path


def test_groups_are_counted_with_their_runs():
    groups = two_groups()
    mixed = pnb.VersionSet([*groups, version("0.9.0", {"auc": 0.5})])
    c = groups.compare("lr=0.2")
    assert "model-a: 2 groups, 5 runs in all" in str(groups)
    assert repr(mixed).startswith("<VersionSet of 2 groups, 5 runs in all and 1 version")
    for text in (str(c), c.to_markdown(), str(c.explain())):
        assert "1 group of 3 runs against lr=0.2" in text
        assert "1 version" not in text


def test_minimal_pairs_of_groups_say_what_the_comparison_says():
    for second, word, beyond in (((0.95, 0.952, 0.949, 0.951), "better", True), ((0.91, 0.93, 0.92, 0.925), "could be chance", False)):
        groups = pnb.VersionSet([*runs((0.91, 0.92, 0.93, 0.915), lr=0.1), *runs(second, 50, lr=0.2)]).group_repeats()
        assert groups.compare(groups[0].version_name)["auc"].changes[1].word == word
        pairs = groups.minimal_pairs("auc")
        assert [change.beyond_chance for change in pairs.changes] == [beyond]
        assert "One run each" not in str(pairs)
        assert "by the spread of their own runs" in str(pairs)


def test_a_group_is_not_judged_against_its_own_members():
    single = pnb.VersionSet(runs((0.80, 0.92, 0.921, 0.919, 0.92, 0.922), lr=0.1))
    (group,) = single.group_repeats()
    both = pnb.VersionSet([group]) + single
    c = both.compare("0.1.0")
    assert group.version_name in c.names
    place = c.names.index(group.version_name)
    assert c["auc"].changes[place].word == "no interval known"
    assert "have runs in common" in str(c["auc"].changes[place].evidence.reason)
    assert any("have runs in common" in each for each in c.comparability)
    c = both.compare(group.version_name)
    assert {change.word for nth, change in enumerate(c["auc"].changes) if nth != c.names.index(group.version_name)} == {"no interval known"}
    assert "beyond chance" not in str(c.best("auc"))


@pytest.mark.parametrize("kind", ["runs", "folds"])
def test_repeats_without_a_number_are_counted(kind):
    docs = [
        {"VersionName": name, "Metrics": {"accuracy": values}}
        for name, values in (("0.1.0", [0.9, None, 0.92, 0.91]), ("0.2.0", [0.95, 0.951, 0.949, 0.95]))
    ]
    c = pnb.VersionSet.from_documents(docs, "m").compare("0.1.0", repeats={"accuracy": kind})
    assert c.notes == (f"1 of 4 {kind} has no number for accuracy in 0.1.0: the mean is of the others",)
    reason = str(c["accuracy"].changes[1].evidence.reason)
    assert ("4 and 3 runs" in reason) if kind == "runs" else (reason == "not the same folds in both versions")


def test_the_last_key_of_a_setting_is_enough_to_ignore_it_and_a_name_given_twice_counts_once():
    vs = pnb.VersionSet([version(f"0.{k}.0", {"auc": 0.9}, labels=[("env", str(k))], lr=0.1, seed=k) for k in range(3)])
    assert len(vs.group_repeats()) == 3
    (group,) = vs.group_repeats(ignore="env")
    assert len(group.members) == 3
    assert [each.version_name for each in vs.groupby("lr", "lr")] == ["lr=0.1"]
    with pytest.raises(ConfigurationError, match="fits no setting"):
        vs.group_repeats(ignore="envv")


def test_the_mean_on_a_card_is_that_of_the_metric():
    (group,) = pnb.VersionSet(runs((0.924, 0.925, 0.924, 0.925), lr=0.1)).group_repeats()
    table = str(group).partition("What all of them share")[0]
    assert "0.9245" in table
    assert "0.925 " not in table.replace("0.9250", "")


def test_a_baseline_of_groups_is_looked_for_by_how_their_names_begin_and_by_their_members():
    made = [
        pnb.ModelVersion.from_document(
            {"VersionName": f"0.{lr}-{seed}", "Metrics": {"accuracy": 0.9}, "TrainingSpec": {"lr": lr, "seed": seed}}, "model-a"
        )
        for lr in range(12)
        for seed in range(2)
    ]
    groups = pnb.VersionSet(made).group_repeats()
    for wanted in ("0.1-0", "0.1-1"):
        with pytest.raises(VersionNotFound, match=r"Nearest is lr=1 \(2 runs\)\."):
            groups.compare(wanted)


RULES = (
    "accuracy >= baseline",
    "accuracy >= 0.9",
    "accuracy >= baseline - 1pp with 95% confidence",
    "accuracy >= 0.9 with 95% confidence",
    "fail if worse beyond chance",
    "fail if accuracy worse beyond chance",
)


def _with_failed(values, base=(0.90, 0.91, 0.905, 0.902)):
    """Two groups of runs, and of ... the metric is not there."""
    versions = [
        version(f"{which}.{seed}.0", {"f1": 0.8 + seed / 1000, **({} if value is ... else {"accuracy": value})}, lr=which, seed=seed)
        for which, several in enumerate((base, values))
        for seed, value in enumerate(several)
    ]
    return pnb.VersionSet(versions).group_repeats().compare("first")


@pytest.mark.parametrize("rule", [*RULES, *(f"{rule} if present" for rule in RULES if "accuracy" in rule)])
@pytest.mark.parametrize("failed", [float("nan"), "diverged", None, ...])
def test_a_metric_of_which_runs_have_no_number_fails_a_gate_as_nan_does(rule, failed):
    c = _with_failed([0.93, 0.94, 0.935, failed])
    report = c.check(rule)
    passes = rule.endswith("if present") and failed is ...
    assert report.passed is passes
    assert [check.reason for check in report.breaches] == ([] if passes else ["1 of 4 runs has no number"])
    with pytest.raises(RegressionError, match="1 of 4 runs has no number"):
        c.assert_no_regression("accuracy")


def test_what_only_some_runs_of_both_groups_measure_does_not_ring_an_alarm_over_all():
    few = [0.9, 0.905, ..., ...]
    assert _with_failed(few, few).check("fail if worse beyond chance").passed
    assert not _with_failed([0.9, 0.905, float("nan"), ...], few).check("fail if worse beyond chance").passed


def test_one_run_that_is_left_of_several_is_no_estimate_of_them():
    nan = float("nan")
    c = _with_failed([0.93, nan, nan, nan])
    left, told = "3 of 4 runs have no number", "3 of 4 members of lr=1 (4 runs) have no number for accuracy: the mean is of the others."
    assert c.interval("accuracy", c.names[1]).reason == f"lr=1 (4 runs): {left}"
    assert told in c.verdict.sentences
    assert c.verdict.counts[c.names[1]]["better"] == 0
    best = " ".join(str(c.best("accuracy")).split())
    assert best.count(left) == 1
    assert "☆" in best
    for text in (" ".join(str(c).replace("│", " ").split()), str(c.explain())):
        assert text.count(told.rstrip(".")) == 1


def test_runs_without_a_number_are_told_by_verdict_and_best():
    c = _with_failed([0.93, 0.94, 0.935, "diverged"])
    assert "1 of 4 members of lr=1 (4 runs) has no number for accuracy: the mean is of the others." in c.verdict.sentences
    assert "lr=1 (4 runs): 1 of 4 runs has no number" in " ".join(str(c.best("accuracy")).split())


@pytest.mark.parametrize("kind", ["runs", "folds"])
def test_gaps_in_a_list_of_repeats_fail_a_gate_too(kind):
    nan = float("nan")
    c = compare({"accuracy": [0.9, 0.91, 0.905]}, {"accuracy": [0.93, nan, 0.94]}, repeats={"accuracy": kind})
    assert [check.reason for check in c.check("accuracy >= 0.5").breaches] == [f"1 of 3 {kind} has no number"]
    assert f"1 of 3 {kind} has no number for accuracy in 0.2.0: the mean is of the others." in c.verdict.sentences


def test_what_members_state_and_is_not_believed_is_named_with_the_member():
    def made(at, values, **beside):
        return [version(f"0.{at + k}.0", {"auc": value, **beside}, lr=at, seed=k) for k, value in enumerate(values)]

    stated = [*made(1, [0.80, 0.81, 0.82], auc_stderr=0.01, auc_ci=[0.9, 0.95]), *made(5, [0.90, 0.91, 0.92])]
    groups = pnb.VersionSet(stated).group_repeats()
    c = groups.compare(groups[0].version_name)
    said = "stated, but not believed: auc_ci does not hold 0.8 (0.1.0), auc_ci does not hold 0.81 (0.2.0), "
    evidence = c.interval("auc", groups[1].version_name)
    assert evidence.interval is not None
    assert any(note.startswith(said) for note in evidence.notes)
    assert said in str(c.explain())
    plain = pnb.VersionSet([*made(1, [0.80, 0.81, 0.82], auc_stderr=0.01), *made(5, [0.90, 0.91, 0.92])]).group_repeats()
    assert plain.compare(plain[0].version_name).interval("auc", plain[1].version_name).notes == ()


def test_a_spread_beside_listed_runs_that_is_not_believed_is_named():
    documents = [{"auc": [0.80, 0.81, 0.82], "auc_std": 0.9}, {"auc": [0.90, 0.91, 0.92]}]
    evidence = compare(*documents, repeats={"auc": "runs"}).interval("auc", "0.2.0")
    assert evidence.interval is not None
    assert evidence.notes == ("stated, but not believed: auc_std = 0.9 cannot be the spread of 0.81 (0.1.0)",)


@pytest.mark.parametrize(
    ("values", "mean"), [((92, 93, 0.94), None), ((0.9, 0.91, 92), None), ((91, 92, 93), 92), ((0.9, 0.91, 0.92), 0.91)]
)
def test_runs_of_which_some_are_in_percent_have_no_mean(values, mean):
    versions = [version(f"{lr}.{seed}.0", {"accuracy": value}, lr=lr, seed=seed) for lr in (0, 1) for seed, value in enumerate(values)]
    c = pnb.VersionSet(versions).group_repeats().compare("first")
    assert [cell.value for cell in c["accuracy"].cells] == [mean, mean]
    said = "no mean of accuracy in lr=0 (3 runs), lr=1 (3 runs): some values look like percent and others like fractions"
    assert (said in c.notes) is (mean is None)
    report = c.check("accuracy >= baseline - 1pp")
    assert report.passed is (mean is not None)
    assert [check.reason.startswith("some values look like percent") for check in report.breaches] == ([True] if mean is None else [])


@pytest.mark.parametrize("counts", [(455, 512, 536), (528, 520, 535), (528, 528, math.nan)])
def test_a_group_that_names_its_dataset_as_the_registry_does_keeps_its_runs(counts):
    pd = pytest.importorskip("pandas")
    found = []
    with pnb.connect("demo", default=False) as registry:
        for dataset in ("d-digitsholdout0001", "digits-holdout"):
            columns = {f"accuracy@{dataset}": [count / 540 for count in counts], f"n@{dataset}": 540}
            table = pd.DataFrame({"run": ["s0", "s1", "s2"], "lr": 2, "seed": [0, 1, 2], **columns})
            group = pnb.VersionSet.from_frame(table, name="run", settings=["lr", "seed"]).group_repeats()
            c = registry.compare("手写数字识别@approved", group, baseline="approved", include="accuracy")
            report = c.check("accuracy@digits-holdout >= baseline - 20pp")
            found.append(
                (repr(c.interval("accuracy@digits-holdout", "s0 (3 runs)")), str(c.verdict), report.passed, c.failed_runs, "(sd " in str(c))
            )
    assert found[0] == found[1]
    assert (found[0][2], found[0][4]) == (not any(map(math.isnan, counts)), True)


@pytest.mark.parametrize("beside", [{"accuracy_stderr": 0.005}, {"accuracy_ci": "0.88-0.92"}])
def test_what_a_candidate_states_counts_where_the_number_of_its_dataset_does_not(beside):
    pd = pytest.importorskip("pandas")
    row = {"run": "x", **{f"{name}@digits-holdout": value for name, value in {"accuracy": 0.90, **beside}.items()}}
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("手写数字识别@approved", pnb.VersionSet.from_frame(pd.DataFrame([row]), name="run"), baseline="approved")
    evidence = c.interval("accuracy@digits-holdout", "x (not registered)")
    assert evidence.interval.excludes_zero
    assert "and n of 2.0.0, each with its own error" in evidence.reason


ROWS = {0.1: [0.902, 0.897, 0.905], 0.01: [0.921, 0.917, 0.926]}


def evidence_of(c):
    """How sure the difference between the two groups is."""
    return next(change.evidence for change in c["accuracy"].changes if change.evidence is not None)


def rows_of_runs(**beside):
    """Three rows a setting, a result each, with what is beside them."""
    return [
        version(f"{lr}-{k}", {"accuracy": value}, lr=lr, **{name: found(k) for name, found in beside.items()})
        for lr, values in ROWS.items()
        for k, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    "beside",
    [
        {"seed": lambda k: 7},
        {"seed": lambda k: 7, "run_id": lambda k: f"r-{k}"},
        {"seed": lambda k: 7, "step": lambda k: k},
        {"run_id": lambda k: "r-1", "step": lambda k: k},
        {"global_step": lambda k: 100 * k},
        {"epoch": lambda k: k, "date": lambda k: f"2026-01-0{k + 1}"},
    ],
)
def test_rows_of_one_seed_or_steps_of_one_training_count_once(beside):
    groups = pnb.VersionSet(rows_of_runs(**beside)).groupby("lr")
    assert [str(group.words) for group in groups] == ["1 run", "1 run"]
    assert groups[0].to_frame()[["mean", "n"]].values.tolist() == [[pytest.approx(0.90133, abs=1e-5), 1]]
    c = groups.compare("lr=0.1")
    assert "1 run in 3 members of lr=0.01" in str(c.verdict)
    assert evidence_of(c).interval is None
    assert "too few" in evidence_of(c).reason


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"seed": lambda k: k},
        {"seed": lambda k: k, "step": lambda k: k},
        {"random_state": lambda k: None},
        {"seed": lambda k: 7, "repeat": lambda k: k},
        {"seed": lambda k: 7, "batch": lambda k: k},
        {"run_id": lambda k: f"r-{k}", "step": lambda k: k},
        {"epochs": lambda k: k},
    ],
)
def test_what_may_be_another_training_is_a_run_of_its_own(beside):
    c = pnb.VersionSet(rows_of_runs(**beside)).groupby("lr").compare("lr=0.1")
    assert str(evidence_of(c).reason).startswith("3 and 3 runs")
    assert "count once" not in str(c.verdict)


def test_each_seed_given_twice_makes_nothing_surer():
    once = [version(f"{lr}-{k}", {"accuracy": value}, lr=lr, seed=k) for lr, values in ROWS.items() for k, value in enumerate(values)]
    again = [version(f"{lr}-{k}-b", {"accuracy": value}, lr=lr, seed=k) for lr, values in ROWS.items() for k, value in enumerate(values)]
    for made in (lambda vs: vs.groupby("lr"), lambda vs: vs.group_repeats()):
        alone, twice = (made(pnb.VersionSet(found)) for found in (once, [*once, *again]))
        alone, twice = (evidence_of(groups.compare(groups[0].version_name)) for groups in (alone, twice))
        assert (alone.interval, alone.reason) == (twice.interval, twice.reason)


def test_runs_with_the_same_metrics_are_named():
    found = [version(f"0.{k}.0", {"auc": value, "f1": value}, lr=1, seed=k) for k, value in enumerate([0.9, 0.8, 0.9])]
    vs = pnb.VersionSet([*found, version("1.0.0", {"auc": 0.7, "f1": 0.6}, lr=2, seed=1)]).groupby("lr")
    said = "the same metrics throughout in 0.0.0 and 0.2.0: if that is one run given twice, leave one of them out"
    assert said in vs.compare("lr=1").notes
    assert said in " ".join(str(vs[0]).split())


_MIXED, _OF_FRACTIONS, _OF_PERCENT = (0.90, 91.0, 0.92), (0.93, 0.94, 0.95), (93.0, 94.0, 95.0)


@pytest.mark.parametrize(
    ("first", "second"),
    [(_MIXED, _OF_FRACTIONS), (_OF_FRACTIONS, _MIXED), (_MIXED, _OF_PERCENT), (_MIXED, (93.0, 0.94, 95.0)), (_OF_FRACTIONS, _OF_PERCENT)],
)
def test_groups_whose_runs_are_in_percent_and_in_fractions_are_not_judged_and_say_so(first, second):
    documents = [
        {
            "VersionName": f"0.{nth}.{seed}",
            "Metrics": {"accuracy": value, "f1": 0.8 + nth / 10},
            "TrainingSpec": {"HyperParameters": {"lr": nth, "seed": seed}},
        }
        for nth, values in enumerate((first, second))
        for seed, value in enumerate(values)
    ]
    groups = pnb.VersionSet.from_documents(documents, "m").group_repeats()
    c = pickle.loads(pickle.dumps(groups)).compare(groups[0].version_name)
    assert "Not judged, as some values look like percent and others like fractions: accuracy." in map(str, c.verdict.sentences)
    assert "accuracy is text" not in str(c)
    for rule in ("accuracy >= baseline", "accuracy >= 0.5"):
        check = c.check(rule).checks[0]
        assert (check.outcome, check.checked) == ("failed", False)
        assert "some values look like percent" in str(c.check(rule))
    with pytest.raises(ComparisonError, match=r"some values look like percent|has no number to rank: differs among members"):
        c.best("accuracy")


@pytest.mark.parametrize(
    ("base", "passes"), [((0.8, math.nan, 0.81), True), ((0.8, math.nan, math.nan), True), ((math.nan, math.nan), False)]
)
def test_rules_compare_with_the_runs_of_the_baseline_that_have_a_number(base, passes):
    docs = [
        {
            "VersionName": f"{major}.{seed}.0",
            "TrainingSpec": {"HyperParameters": {"lr": major, "seed": seed}},
            "Metrics": {"accuracy": value},
        }
        for major, values in enumerate((base, (0.9, 0.91, 0.92)), 1)
        for seed, value in enumerate(values)
    ]
    groups = pnb.VersionSet.from_documents(docs, "model-a").group_repeats()
    assert groups.compare(groups[0].version_name).check("accuracy >= baseline").passed is passes


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ([{"lr": 0.1}, {"lr": 0.01}], ["lr=0.1 (2 runs)", "lr=0.01 (2 runs)"]),
        ([{"lr": 0.1, "wd": 0}, {"lr": 0.1, "wd": 1}, {"lr": 0.2, "wd": 1}], ["lr=0.1, wd=0", "lr=0.1, wd=1", "lr=0.2, wd=1"]),
        ([{"lr": 0.1, "wd": 1}, {"lr": 0.1}], ["wd=1 (2 runs)", "wd=(not set) (2 runs)"]),
        ([{"lr": 0.1}], ["0.0.0 (2 runs)"]),
        ([dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 1)], ["0.0.0 (2 runs)", "1.0.0 (2 runs)"]),
        ([{"prompt": "a" * 60}, {"prompt": "b"}], ["0.0.0 (2 runs)", "1.0.0 (2 runs)"]),
        ([{"x": {"lr": 1}}, {"y": {"lr": 1}}], ["x.lr=1, y.lr=(not set)", "x.lr=(not set), y.lr=1"]),
        ([{"prompt": "a b"}, {"prompt": "b"}], ["0.0.0 (2 runs)", "1.0.0 (2 runs)"]),
        ([{"env": {"mode": 1}, "run": {"mode": 0}}, {"env": {"mode": 1}, "run": {"mode": 1}}], ["mode=0 (2 runs)", "mode=1 (2 runs)"]),
    ],
)
def test_repeats_are_called_after_the_settings_that_tell_them_apart(settings, names):
    versions = [version(f"{place}.{seed}.0", {"f1": 0.9}, **each, seed=seed) for place, each in enumerate(settings) for seed in range(2)]
    groups = pnb.VersionSet(versions).group_repeats()
    assert [name if "runs" in name else f"{name} (2 runs)" for name in names] == [group.version_name for group in groups]


def test_groups_are_in_the_order_of_the_values_that_they_are_called_after():
    values = [0.5, 0.25, 0.1, 0.05, 1, 0.125, 1e-5, -2]
    versions = [version(f"{place}.{seed}.0", {"f1": lr}, lr=lr, seed=seed) for place, lr in enumerate(values) for seed in range(2)]
    for groups in (pnb.VersionSet(versions).group_repeats(), pnb.VersionSet(versions).groupby("lr")):
        assert [group.metrics["f1"].value for group in groups.sort_values("version")] == sorted(values)
        assert groups.highest.metrics["f1"].value == 1
        assert [cell.value for cell in groups.compare()["f1"].cells] == sorted(values)


def test_repeats_beside_a_version_that_was_run_once_are_called_by_versions_as_that_is():
    once = version("9.0.0", {"f1": 0.9}, lr=0.3, seed=0)
    versions = [version(f"{place}.{seed}.0", {"f1": 0.9}, lr=place, seed=seed) for place in range(2) for seed in range(2)]
    groups = pnb.VersionSet([*versions, once]).group_repeats()
    assert [group.version_name for group in groups] == ["0.0.0 (2 runs)", "1.0.0 (2 runs)", "9.0.0"]
    with pytest.raises(VersionNotFound, match=r"Nearest is 1\.0\.0 \(2 runs\)\."):
        groups.compare("1.1.0")


def test_a_baseline_of_groups_may_be_given_by_its_settings():
    versions = pnb.VersionSet(
        [*runs([0.9, 0.91], lr=0.1, depth=3), *runs([0.8, 0.81], 5, lr=0.01, depth=3), *runs([0.7, 0.72], 9, lr=0.1, depth=5)]
    )
    groups = versions.groupby("lr", "depth")
    for wanted, name in (
        ({"lr": 0.01}, "lr=0.01, depth=3"),
        ({"lr": 0.1, "depth": 5}, "lr=0.1, depth=5"),
        ({"lr": "0.1", "training_spec.HyperParameters.depth": 3}, "lr=0.1, depth=3"),
    ):
        assert groups.compare(baseline=wanted).baseline_name == name
    with pytest.raises(ComparisonError, match=r"could be any of 2 versions\. Choose one of: lr=0\.1, depth=3, lr=0\.1, depth=5\.$"):
        groups.compare(baseline={"lr": 0.1})
    with pytest.raises(ComparisonError, match=r"no version has these settings: .* Choose one of: lr="):
        groups.compare(baseline={"lr": 0.5})
    with pytest.raises(ConfigurationError, match="from_document"):
        groups.compare(baseline={"VersionName": "0.1.0"})


def test_versions_without_a_registry_have_no_approved_baseline_and_are_named():
    groups = pnb.VersionSet(runs([0.9, 0.91], lr=0.1, depth=3)).groupby("lr")
    bare = pnb.VersionSet([pnb.ModelVersion.from_document(each.raw) for each in groups[0].members])
    with pytest.raises(ComparisonError, match=r"outside of a registry: name one of 0\.1\.0, 0\.2\.0\.$"):
        bare.compare("approved")
    for blank in ("", " "):
        with pytest.raises(ConfigurationError, match=r"is not a baseline\. Leave it out for the default\. A baseline is one version"):
            bare.compare(blank)


def test_a_field_that_no_version_has_is_no_name_to_group_by():
    named = [version(f"0.{nth}.0", {"auc": 0.9}, User="me" if nth % 2 else "you") for nth in range(4)]
    with pytest.raises(NameNotFound, match=r"no version has 'user'\. Nearest are training_spec\.HyperParameters\.User and user_id\.$"):
        pnb.VersionSet(named).groupby("user")
    both = [version(f"0.{nth}.0", {"auc": 0.9}, user="me", labels=[("user", "you")]) for nth in range(2)]
    with pytest.raises(NameNotFound, match="'user' could be 2 names"):
        pnb.VersionSet(both).groupby("user")
    owned = [pnb.ModelVersion.from_document({"VersionName": f"0.{nth}.0", "UserId": "7"}, "model-a") for nth in range(2)]
    assert len(pnb.VersionSet(owned).groupby("user")) == 1


def test_runs_with_nothing_but_a_seed_are_said_to_be_left_as_they_are():
    versions = pnb.VersionSet([*runs([0.9, 0.91], lr=0.1), *runs([0.8, 0.81], 5)])
    grouped = versions.group_repeats()
    assert len(grouped) == 3
    assert grouped.removed == (
        "group_repeats left 0.5.0, 0.6.0 as they are: they have no settings other than seeds, folds, runs, ids and dates",
    )
    assert pnb.VersionSet(runs([0.9, 0.91], lr=0.1)).group_repeats().removed == ()


def test_one_version_fetched_twice_is_named_by_when_and_its_metrics_say_nothing_of_chance():
    document = {"VersionName": "0.1.0", "Metrics": {"accuracy": 0.9, "n": 100}, "GmtCreateTime": "2026-01-01T00:00:00Z"}
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in (2, 3)]
    saved, now = (
        pnb.ModelVersion.from_document({**document, "ApprovalStatus": status}, "model-a", fetched=time)
        for status, time in zip(("Pending", "Approved"), times, strict=True)
    )
    c = pnb.VersionSet([saved, now]).compare(saved)
    assert c.names == ("0.1.0 (fetched 2026-01-02 00:00)", "0.1.0 (fetched 2026-01-03 00:00)")
    assert "registry.drift(saved) tells what changed" in c.comparability[0]
    assert "could still be worse" not in str(c.verdict)
    other = pnb.ModelVersion.from_document({**now.raw, "GmtCreateTime": "2026-01-02T00:00:00Z"}, "model-a", fetched=times[1])
    assert pnb.VersionSet([saved, other]).compare(saved).comparability == ()


def test_a_gate_on_runs_that_are_repeats_says_what_judges_their_means():
    vs = pnb.VersionSet([*runs([0.9, 0.91], lr=0.1), *runs([0.9, 0.92], 50, lr=0.2)])
    c, groups = vs.compare(), vs.group_repeats().compare()
    [said] = [note for note in c.notes if "versions are repeats" in note]
    for judge in (lambda of: of.check("auc >= baseline - 9pp"), lambda of: of.assert_no_regression(tolerance=0.9)):
        assert said in judge(c).remarks
        assert said in judge(c).to_markdown()
        assert not [remark for remark in judge(groups).remarks if "repeats" in remark]
