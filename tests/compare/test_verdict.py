"""The verdict says what a brute-force reading of the same numbers says, and nothing that no row says."""

import math
import pickle
import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison
from pai_notebook.comparison.verdict import in_short
from pai_notebook.display import render_text
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import compare, make, results, shuffled
from tests.examples import cases, examples
from tests.lazy import Lazy

stats = Lazy("scipy.stats")

NAMES = {"accuracy": 1, "cer": -1, "f1": 1, "score_x": 0, "train_loss": None, "latency_ms": None}
"""Which way each is better; 0 where that is not known, None where it takes no part in a verdict."""
STARTS = {
    "Worse than": "worse",
    "Better than": "better",
    "Worse: ": "worse",
    "Better: ": "better",
    "Worse beyond chance if compared alone": "could be chance",
    "Better beyond chance if compared alone": "could be chance",
    "If compared alone (95 %)": "could be chance",
    "As measured, ahead": "no interval known",
    "As measured, behind": "no interval known",
    "No interval is known": "no interval known",
    "Missing:": "missing",
    "Not measured in": "not in the baseline",
    "The direction of": "unknown direction",
}
"""How the sentences of a verdict begin, and where the rows they are based on stand."""
WORDS = ("better", "worse", "could be chance", "no interval known", "same", "missing", "not in the baseline", "unknown direction")


def drawn(draw):
    """Versions with some metrics on two datasets; of some a standard error is known, others are missing."""
    versions = []
    for _ in range(int(draw.integers(2, 6))):
        metrics = {}
        for dataset in ("d_a", "d_b"):
            found = {}
            for name in NAMES:
                if draw.random() < 0.85:
                    found[name] = round(float(draw.choice([0.5, 0.6, 0.3 + 0.5 * draw.random()])), 3)
                    if draw.random() < 0.7:
                        found[f"{name}_stderr"] = round(0.001 + 0.04 * draw.random(), 4)
            metrics[dataset] = found
        versions.append(metrics)
    return versions


def standing(mine, base, sign):
    """Where a value stands by itself, and the p-value of its difference where there is one."""
    (value, error), (other, other_error) = mine, base
    if value is None and other is None:
        return None, None
    if value is None or other is None:
        return "missing" if value is None else "not in the baseline", None
    if value == other:
        return "same", None if error is None or other_error is None or not sign else 1.0
    if not sign:
        return "unknown direction", None
    if error is None or other_error is None:
        return "no interval known", None
    z = (value - other) / np.hypot(error, other_error)
    return ("better" if z * sign > 0 else "worse"), 2 * stats.norm.sf(abs(z))


def expected(versions):
    found, values = {}, {}
    for place, metrics in enumerate(versions[1:], 1):
        for dataset in ("d_a", "d_b"):
            for name, sign in NAMES.items():
                if sign is not None:
                    mine, base = ((each[dataset].get(name), each[dataset].get(f"{name}_stderr")) for each in (metrics, versions[0]))
                    word, p = standing(mine, base, sign)
                    key = (f"0.{place}.0", f"metrics.{name}@{dataset.replace('_', '-')}")
                    if word:
                        found[key] = word
                    if p is not None:
                        values[key] = p
    # Holm, as in the paper: from the smallest p-value on, until the first that is too large
    ordered = sorted(values, key=values.get)
    sure = next((nth for nth, key in enumerate(ordered) if values[key] > 0.05 / (len(ordered) - nth)), len(ordered))
    return found | {key: "could be chance" for key in ordered[sure:] if found[key] != "same"}


@pytest.mark.slow
def test_random_verdicts_are_those_of_brute_force():
    draw = np.random.default_rng(20261126)
    for _ in range(cases(1000)):
        versions = drawn(draw)
        c = Comparison([make(f"0.{place}.0", results(**each)) for place, each in enumerate(versions)], baseline="0.0.0")
        verdict, wanted = c.verdict, expected(versions)
        assert verdict.standings == wanted
        for name, counts in verdict.counts.items():
            assert counts == {word: sum(said == word for (version, _), said in wanted.items() if version == name) for word in WORDS}
        rows = {row.full_name for row in c.metrics}
        for finding in verdict.findings:
            assert finding.rows or finding.advice or finding.text.startswith("No verdict")
            assert {row for row, _ in finding.rows} <= rows
            if not finding.advice:
                # no clause without a row: what a sentence names is in the rows it is based on
                assert set(re.findall(r"\b0\.[1-5]\.0\b", finding.text)) <= {version for _, version in finding.rows}
                told = {name for name in NAMES if re.search(rf"\b{name}\b", finding.text)}
                assert told <= {row.removeprefix("metrics.").partition("@")[0] for row, _ in finding.rows}
            for start, word in STARTS.items():
                if finding.text.startswith(start):
                    judged = [
                        (version, row) for row, version in finding.rows if NAMES[row.removeprefix("metrics.").partition("@")[0]] is not None
                    ]
                    assert {wanted[key] for key in judged} <= {word}  # costs are named as missing, but not judged
                    assert judged or start in ("Missing:", "Not measured in")
        found = {word for word in ("better", "worse") if word in wanted.values()}
        starts = {word: f"{word.capitalize()}: " if len(c.names) > 2 else f"{word.capitalize()} than" for word in found}
        if len(c.names) == 2 and len(found) == 2:
            starts = {"both": "Beyond chance (95 % together), 0.1.0 is better than 0.0.0 in "}
        heads = ("Worse than", "Better than", "Worse: ", "Better: ", "Beyond chance")
        said = [text for text in verdict.sentences if text.startswith(heads)]
        assert len(said) == len(starts)
        assert all(any(text.startswith(start) for text in said) for start in starts.values())
        # and before it, of several versions, which are better and which worse
        assert verdict.sentences[0].startswith("Against 0.0.0, beyond chance (95 % together): ") == bool(found and len(c.names) > 2)


@examples(50)
@given(st.data())
def test_the_order_of_versions_and_names_changes_no_word(data):
    draw = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    documents = [make(f"0.{place}.0", results(**each)) for place, each in enumerate(drawn(draw))]
    first = Comparison(documents, baseline="0.0.0").verdict
    dice = data.draw(st.randoms(use_true_random=False))
    turned = [ModelVersion.from_document(shuffled(each.raw, dice), "model-a") for each in dice.sample(documents, len(documents))]
    again = Comparison(turned, baseline="0.0.0").verdict
    assert first.sentences == again.sentences
    assert first.counts == again.counts


BASE, SAME, WORSE = ({"accuracy": value, "n": 1000, "auc": auc} for value, auc in ((0.90, 0.8), (0.91, 0.9), (0.80, 0.7)))


def test_the_top_says_what_is_worse_what_could_hide_and_what_is_not_known():
    verdict = compare(BASE, SAME, WORSE, baseline="0.1.0").verdict
    assert verdict.sentences[:4] == (
        "Against 0.1.0, beyond chance (95 % together): no version is better; 0.3.0 worse; 0.2.0 not told apart.",
        "Worse: 0.3.0 in accuracy (-10.0 pp).",
        "Where an interval is known, 0.2.0 could still be worse (95 % together) by up to about 2.0 pp in accuracy.",
        "No interval is known for auc.",
    )
    assert "As measured, ahead of 0.1.0: 0.2.0 in auc (+0.1)." in verdict
    assert "As measured, behind 0.1.0: 0.3.0 in auc (-0.1)." in verdict
    assert verdict.sentences[-1] == "Name the metric that matters: by='accuracy'."
    assert verdict.to_frame().loc["0.3.0"].to_dict() == dict.fromkeys(WORDS, 0) | {"worse": 1, "no interval known": 1}


def test_of_two_models_every_sentence_calls_a_version_by_the_name_of_its_model():
    with pnb.connect("demo", default=False) as registry:
        names = [f"手写数字识别@{each}" for each in ("last:9", "0.12.0", "0.13.0")]
        c = registry.compare(*names, "wine-cultivar@0.12.0..1.9.0", baseline="手写数字识别@2.0.0")
    assert c.names[0].startswith("model-")
    for lang in ("en", "zh"):
        told = [c.verdict.in_language(lang), str(c.explain(lang)), str(c.explain(lang, everything=True))]
        with speaking(lang):
            told += [
                str(c.verdict),
                render_text(c._describe()).partition("Metrics" if lang == "en" else "指标")[0],
                c.to_markdown().partition("\n| ")[0],
            ]
        for text in told:
            plain = re.sub(r"[\s│]", "", text)
            assert "model-rbvg" not in plain
            assert "手写数字识别0.13.0" in plain
            assert "手写数字识别2.0.0" in plain


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("previous", "the version created before the latest"),
        ("highest", "the highest version"),
        ("approved", "the newest approved version"),
    ],
)
def test_a_version_that_is_the_baseline_itself_is_told_what_the_word_means_and_what_else_there_is(word, reason):
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("手写数字识别@2.0.0" if word == "approved" else "手写数字识别@2.5.0", baseline=word)
    said = f"{c.names[0]} is itself {reason}: nothing to compare it with."
    said += "" if word == "approved" else " Name another baseline: approved, or a version."
    assert c.verdict.sentences == (said,)
    assert said in re.sub(r"\s+", " ", str(c))
    assert f"{c.names[0]} 本身就是" in c.verdict.in_language("zh")
    gate = c.check("accuracy >= baseline")
    assert gate.passed is (word == "approved")
    assert (word == "approved") is (said not in str(gate.checks[0].reason))


def test_what_matters_is_named_first_with_what_cannot_be_told_apart_from_it():
    verdict = compare(BASE, SAME, WORSE, baseline="0.1.0", by="accuracy").verdict
    assert verdict.sentences[0] == "Best by accuracy as measured: 0.2.0 (0.91); 0.1.0 cannot be told apart from it."
    assert not any("Name the metric" in sentence for sentence in verdict.sentences)


def test_a_metric_that_matters_on_several_datasets_is_told_for_each():
    pair = [results(d_a={"accuracy": 0.9, "n": 1000}, d_b={"accuracy": value, "n": 1000}) for value in (0.5, 0.9)]
    verdict = compare(*pair, by="accuracy").verdict
    assert verdict.sentences[0] == ("Best by accuracy as measured: 0.2.0 on d-b; on d-b told apart from every other (95 % in this metric).")
    assert verdict.sentences[-2:] == (
        "By accuracy on d-a: equal as measured in 0.1.0, 0.2.0.",
        "By accuracy on d-b: 0.2.0 (0.9), told apart from every other measured version (95 % in this metric alone).",
    )
    assert compare(*pair, by="accuracy@d-b").verdict.by == "accuracy@d-b"


def test_a_metric_that_matters_is_shown_where_it_does_not_differ_too():
    pair = [results(d_a={"accuracy": 0.9, "f1": 0.8, "recall": 0.5}, d_b={"accuracy": value}) for value in (0.5, 0.6)]
    c = compare(*pair, by="accuracy")
    assert [row.key.short for row in c.shown] == ["accuracy@d-a", "accuracy@d-b"]
    assert [row.key.short for row in c.hidden if row.section == "metrics"] == ["f1@d-a", "recall@d-a"]
    for text in (render_text(c._describe()), c.to_markdown(), c.to_html(), c.to_csv(), c.to_latex()):
        assert "accuracy" in text.partition("d-a")[0]
    assert [row.key for row in compare(*pair).shown] == [row.key for row in compare(*pair).changed]


@pytest.mark.parametrize("selection", [{"include": ["f1"]}, {"exclude": "accuracy"}, {"dataset": "d-b"}])
def test_a_metric_that_matters_and_is_left_out_is_refused_with_what_leaves_it_out(selection):
    with pytest.raises(ConfigurationError, match=r"by='accuracy': include=, exclude= or dataset= leaves this metric out\. Name it in"):
        compare(*[results(d_a={"accuracy": value}, d_b={"f1": 0.8}) for value in (0.9, 0.8)], by="accuracy", **selection)


def test_a_metric_that_matters_but_is_nowhere_is_refused_with_the_nearest_name():
    with pytest.raises(NameNotFound, match="accuracy"):
        compare(BASE, SAME, by="acuracy")


def test_nothing_to_judge_is_no_verdict():
    assert compare({"latency_ms": 1.0}, {"latency_ms": 2.0}).verdict.sentences[0].startswith("No verdict: no metric says how good")
    apart = compare({"accuracy": 0.9}, {"f1": 0.9}).verdict
    assert apart.sentences[0] == "No verdict: no quality metric was measured in 0.1.0 and in another version."
    assert compare({"accuracy": 0.9}).verdict.sentences == ("There is only one version, 0.1.0: nothing to compare it with.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("90%", "No verdict: accuracy is text, such as '90%'; write the number 0.9."),
        ("92.5 %", "No verdict: accuracy is text, such as '92.5 %'; write the number 0.925."),
        ("0,931", "No verdict: accuracy is text, such as '0,931'; write the number 0.931."),
        ("0.93 *", "No verdict: accuracy is text, such as '0.93 *'; write the number 0.93."),
        ("93/100", "No verdict: accuracy is text, such as '93/100'; write the number 0.93."),
        ("1.2k", "No verdict: accuracy is text, such as '1.2k'; write the number 1200."),
        ("1:23", "No verdict: accuracy is text, such as '1:23'; write seconds, 83 where it says minutes and seconds."),
        ("good", "No verdict: accuracy is text, such as 'good', not a number."),
    ],
)
def test_a_metric_that_is_text_everywhere_is_the_reason_why_there_is_no_verdict(text, said):
    assert compare({"accuracy": text, "note": "x"}, {"accuracy": f"1{text}"}).verdict.sentences[0] == said
    assert compare({"note": "90%"}, {"note": "91%"}).verdict.sentences[0].startswith("No verdict: no metric says how good")


def test_what_is_equal_as_measured_counts_among_what_is_judged():
    metrics = {f"{name}_accuracy": 0.8 for name in ("t1", "t2", "t3", "t4")}
    c = compare({**metrics, "t1_accuracy": 0.84, "n": 1000}, {**metrics, "n": 1000})
    assert c["t1_accuracy"].changes[1].verdict == "worse"
    assert "Worse beyond chance if compared alone (95 %), but not among all that is compared here: 0.2.0" in c.verdict
    # of what is worse singly the far end is told, which is the largest
    assert any(re.search(r"0\.2\.0 could still be worse .* in t1_accuracy, .* in t2_accuracy", each) for each in c.verdict.sentences)
    assert not c.check("fail if worse beyond chance").breaches


def test_what_could_still_be_worse_is_the_far_end_of_the_interval_for_all_statements_together():
    c = compare({"accuracy": 1.0, "n": 10}, {"accuracy": 0.9, "n": 10})
    low = c.interval("accuracy", "0.2.0").interval.low
    # rounded up, so that it is no less than the interval allows
    assert f"0.2.0 could still be worse (95 % together) by up to about {math.ceil(-1000 * low) / 10:.1f} pp in accuracy." in c.verdict
    near = compare({"accuracy": 0.86, "n": 1000}, {"accuracy": 0.889, "n": 1000}).verdict
    assert "0.2.0 could still be worse (95 % together) by up to about 0.0075 pp in accuracy." in near
    assert "0.2.0 仍可能更差（联合置信度 95%），差距最多约为：accuracy 0.0075 个百分点。" in near.in_language("zh")


@pytest.mark.parametrize("accuracy", [0.873, 0.871, 0.8])
def test_a_version_that_is_worse_in_one_metric_could_still_be_worse_in_another(accuracy):
    verdict = compare({"accuracy": 0.90, "em": 0.80, "n": 1000}, {"accuracy": accuracy, "em": 0.80, "n": 1000}).verdict
    unseen = next(sentence for sentence in verdict.sentences if "could still be worse" in sentence)
    assert "4.1 pp in em" in unseen
    assert ("accuracy" in unseen) is (accuracy != 0.8)  # where it is told as worse with all together the loss has been seen


def could_be_worse(*versions):
    """What a verdict says could still be worse."""
    return next(sentence for sentence in compare(*versions).verdict.sentences if "could still be worse" in sentence)


def of_accuracy(*values):
    return [{"accuracy": value, "n": 1000} for value in values]


def test_what_could_be_worse_names_the_versions_of_which_that_is_true_with_the_largest_first():
    assert could_be_worse(*of_accuracy(0.9, 0.80, 0.895)) == "0.3.0 could still be worse (95 % together) by up to about 3.6 pp in accuracy."
    # worse by its cell alone is not shown, and has the farthest end
    assert could_be_worse(*of_accuracy(0.9, 0.871, 0.9, 0.895)).endswith("up to about 6.4 pp in accuracy (0.2.0).")
    names = [f"m{nth}_accuracy" for nth in range(5)]
    base, mine = dict.fromkeys(names, 0.9) | {"n": 1000}, dict.fromkeys(names, 0.92) | {"m4_accuracy": 0.88, "n": 1000}
    assert could_be_worse(base, mine).startswith("0.2.0 could still be worse (95 % together) by up to about 5.7 pp in m4_accuracy, 1.4 pp")
    # a metric that one of them is worse in names the other only
    both = [{"accuracy": a, "em": e, "n": 1000} for a, e in ((0.9, 0.9), (0.7, 0.9), (0.9, 0.9))]
    assert could_be_worse(*both) == (
        "0.3.0 could still be worse (95 % together) by up to about 3.4 pp in accuracy; 0.2.0 and 0.3.0 by up to about 3.4 pp in em (0.2.0)."
    )


@pytest.mark.parametrize(
    ("base", "mine", "said"),
    [
        ({"accuracy": 0.1, "n": 10}, {"accuracy": 0.1, "n": 10}, "10.0 pp (all there is to lose) in accuracy"),
        ({"f1": 0.1, "f1_se": 0.15}, {"f1": 0.12, "f1_se": 0.15}, "10.0 pp (all there is to lose) in f1"),
        (
            {"error_rate": 0.9, "error_rate_se": 0.15},
            {"error_rate": 0.9, "error_rate_se": 0.15},
            "10.0 pp (all there is to lose) in error_rate",
        ),
        ({"wer": 0.1, "wer_se": 0.15}, {"wer": 0.12, "wer_se": 0.15}, "43.6 pp in wer"),  # which has no end
    ],
)
def test_no_loss_is_said_to_be_possible_that_is_more_than_the_baseline_has_to_lose(base, mine, said):
    verdict = compare(base, mine).verdict
    assert f"0.2.0 could still be worse (95 % together) by up to about {said}." in verdict
    assert ("即全部" in verdict.in_language("zh")) is ("all there is" in said)


def test_of_a_baseline_that_has_nothing_to_lose_no_loss_is_stated():
    verdict = compare({"accuracy": 0.0, "n": 10}, {"accuracy": 0.0, "n": 10}).verdict
    assert not any("could still be worse" in sentence for sentence in verdict.sentences)


@examples(60)
@given(st.lists(st.lists(st.sampled_from([0.8, 0.85, 0.87, 0.895, 0.9, 0.92]), min_size=2, max_size=2), min_size=2, max_size=5))
def test_no_version_is_said_to_be_perhaps_worse_where_it_is_shown_to_be(values):
    verdict = compare(*({"a_accuracy": a, "b_accuracy": b, "n": 1000} for a, b in values)).verdict
    for sentence in verdict.sentences:
        if "could still be worse" not in sentence:
            continue
        for part in sentence.rstrip(".").split("; "):
            who = re.findall(r"0\.\d\.0", re.split(r" could| by up", part)[0])
            for metric in re.findall(r"\w_accuracy", part):
                assert not {"better", "worse"} & {verdict.standings[name, f"metrics.{metric}"] for name in who}
        sizes = [float(size) for size in re.findall(r"([\d.]+) pp", sentence)]
        assert sizes[0] == max(sizes)


def test_the_dataset_of_what_could_be_worse_is_named():
    two = [results(d_a={"accuracy": value, "n": 1000}, d_b={"accuracy": 0.9, "n": 300}) for value in (0.9, 0.91, 0.7)]
    assert could_be_worse(*two[:2]).endswith("pp in accuracy on d-b.")


def test_shown_worse_in_none_is_said_only_where_nothing_points_the_other_way():
    def short(*versions):
        return str(in_short(compare(*versions).verdict).text).partition("together): ")[2]

    base = {"accuracy": 0.9, "em": 0.9, "top5_accuracy": 0.9, "f1": 0.9, "n": 1000}
    better = base | {"accuracy": 0.95}
    assert short(base, better) == "0.2.0 better in some metrics, worse in none (3 metrics judged)."  # of f1 no interval is known
    assert short(base, better | {"em": 0.872}) == "0.2.0 better in some metrics, worse in others if those are compared alone."
    assert short(base, better | {"f1": 0.5}) == "0.2.0 better in some metrics, behind as measured in others."
    assert short(base, {key: value for key, value in better.items() if key != "em"}) == "0.2.0 better."
    assert short(base, better | {"em": 0.7}) == "0.2.0 better in some metrics, worse in others."


def test_a_metric_without_an_interval_that_is_equal_as_measured_is_none_that_was_judged():
    values = (0.90, 0.95, 0.85)
    c = compare(*({"accuracy": value, "n": 1000, "f1": 0.8} for value in values))
    assert str(in_short(c.verdict).text).endswith("0.2.0 better; 0.3.0 worse.")


@pytest.mark.parametrize(("before", "after"), [("91%", "84%"), (float("nan"), float("nan"))])
def test_a_metric_that_is_no_number_in_both_versions_is_named_and_not_called_equal(before, after):
    first, second = ({"accuracy": value, "f1": 0.5} for value in (before, after))
    assert compare(first, second).verdict.sentences[:2] == (
        "Equal to 0.1.0 as measured in f1.",
        "Not a finite number in 0.1.0 and in others: accuracy.",
    )
    better = {"accuracy": after, "f1": 0.6, "f1_stderr": 0.01}
    assert "Not a finite number in 0.1.0 and in others: accuracy." in compare(first | {"f1_stderr": 0.01}, better).verdict


def test_a_metric_of_unknown_direction_says_what_to_pass():
    (told,) = [said for said in compare({"foo": 1}, {"foo": 2}).verdict.sentences if "foo" in said and "direction" in said]
    assert told == "The direction of foo is unknown; pass directions={'foo': 'max'} or 'min'."


def test_a_metric_that_is_worse_on_one_dataset_names_that_on_which_it_could_be():
    pair = [results(d_a={"accuracy": 0.9, "n": 1000}, d_b={"accuracy": value, "n": 1000}) for value in (0.9, 0.7)]
    assert "0.2.0 could still be worse elsewhere (95 % together) by up to about 3.1 pp in accuracy on d-a." in compare(*pair).verdict


def test_a_loss_within_the_tolerance_is_not_told_and_a_larger_one_in_full():
    pair = [{"accuracy": value, "n": 1000} for value in (0.90, 0.905)]
    assert not any("could still be worse" in sentence for sentence in compare(*pair, tolerance=0.05).verdict.sentences)
    assert "0.2.0 could still be worse (95 % together) by up to about 2.2 pp in accuracy." in compare(*pair, tolerance=0.02).verdict


def test_what_is_worse_on_one_dataset_could_be_worse_elsewhere():
    documents = [
        {
            "VersionName": f"0.{nth}.0",
            "Metrics": {
                "Results": [
                    {"Dataset": {"DatasetId": dataset}, "Metrics": {"accuracy": value, "n": 1000}}
                    for dataset, value in (("d-a", first), ("d-b", 0.9))
                ]
            },
        }
        for nth, first in enumerate((0.9, 0.5, 0.9))
    ]
    verdict = VersionSet.from_documents(documents, "model-a").compare("0.0.0").verdict
    said = next(sentence for sentence in verdict.sentences if "could still be worse" in sentence)
    assert re.fullmatch(
        r"0\.2\.0 could still be worse \(95 % together\) by up to about .*; 0\.1\.0 elsewhere by up to about .* in accuracy( .*)?\.", said
    )
    alone = VersionSet.from_documents(documents[:2], "model-a").compare("0.0.0").verdict
    assert "0.1.0 could still be worse elsewhere (95 % together) by up to about" in alone
    assert "在其他数据集上仍可能更差" in alone.in_language("zh")


def test_what_is_better_is_not_said_to_be_perhaps_worse():
    verdict = compare(*({"accuracy": value, "n": 1000} for value in (0.900, 0.960, 0.928))).verdict
    assert verdict.counts["0.3.0"]["better"] == 1
    assert "could still be worse" not in verdict.in_language("en")


def test_versions_that_could_be_worse_are_joined_by_and():
    verdict = compare(*({"accuracy": value, "n": 1000} for value in (0.9, 0.901, 0.902))).verdict
    assert any(
        sentence.startswith("0.2.0 and 0.3.0 could still be worse (95 % together) by up to about ") for sentence in verdict.sentences
    )
    assert "0.2.0 与 0.3.0 仍可能更差" in verdict.in_language("zh")


def test_a_metric_without_an_interval_in_one_version_names_that_version():
    verdict = compare({"accuracy": 0.90, "n": 1000}, {"accuracy": 0.95, "n": 1000}, {"accuracy": 0.97, "f1": 0.9}).verdict
    assert "No interval is known for 0.3.0 in accuracy." in verdict
    assert "0.3.0 的 accuracy 的置信区间未知。" in verdict.in_language("zh")
    both = compare(*({"accuracy": value, "n": 1000, "auc": value} for value in (0.90, 0.95)), {"accuracy": 0.97, "auc": 0.97}).verdict
    assert "No interval is known for auc." in both
    assert "No interval is known for 0.3.0 in accuracy." in both


def test_a_percentage_is_told_where_the_table_tells_one():
    c = compare({"val_loss": 0.01, "val_loss_stderr": 0.02}, {"val_loss": 0.08, "val_loss_stderr": 0.02})
    assert c["val_loss"].changes[1].percent is None
    assert "Worse than 0.1.0 beyond chance (95 % together): 0.2.0 in val_loss (+0.07)." in c.verdict
    assert "700" not in str(c.explain()) + str(c.verdict)


def test_the_best_says_of_which_versions_no_interval_is_known():
    versions = [{"accuracy": value, "n": 1000} for value in (0.90, 0.91)] + [{"accuracy": 0.89}]
    verdict = compare(*versions, by="accuracy").verdict
    lead = "Best by accuracy as measured: 0.2.0 (0.91); 0.1.0 cannot be told apart from it; of 0.3.0 no interval is known."
    assert verdict.sentences[0] == lead
    assert "；0.1.0 与其无法区分；0.3.0 的置信区间未知" in verdict.in_language("zh")
    alone = compare({"accuracy": 0.90}, {"accuracy": 0.91}, by="accuracy").verdict
    assert alone.sentences[0] == "Best by accuracy as measured: 0.2.0 (0.91)."


def test_values_in_two_units_have_no_best():
    c = compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 50.0, "n": 1000}, by="accuracy")
    assert c.verdict.sentences == ("Not judged, as some values look like percent and others like fractions: accuracy.",)
    assert c.leaders(c["accuracy"]) is None
    assert "☆" not in str(c)
    assert "★" not in str(c)
    for ask in (c.best, c.rank, lambda metric: c.pareto([metric])):
        with pytest.raises(ComparisonError, match="look like percent") as refused:
            ask("accuracy")
        assert "one unit" in refused.value.hint


def test_where_there_is_no_best_it_is_said_why():
    apart = compare(results(d_a={"accuracy": 0.8}), results(d_b={"accuracy": 0.9}), by="accuracy").verdict
    assert apart.sentences[0] == "By accuracy: known only for 0.1.0 on d-a; known only for 0.2.0 on d-b."
    assert "Not measured in 0.1.0: accuracy (d-b)." in apart
    lacking = compare(results(d_a={"accuracy": 0.8}, d_b={"accuracy": 0.8}), results(d_c={"f1": 0.9}), by="accuracy").verdict
    assert lacking.sentences[0] == "By accuracy: known only for 0.1.0, on both datasets."
    assert "Missing: 0.2.0 in accuracy (d-a)." in apart


def test_what_a_candidate_lacks_and_what_the_baseline_lacks_are_told_apart_costs_included():
    verdict = compare({"accuracy": 0.9, "latency_ms": 10, "rtf": 1, "f1": 0.8}, {"accuracy": 0.91, "em": 0.7, "size_mb": 3}).verdict
    assert "Missing: 0.2.0 in f1, latency_ms, rtf." in verdict
    assert "Not measured in 0.1.0: em, size_mb." in verdict
    counts = verdict.counts["0.2.0"]
    assert (counts["missing"], counts["not in the baseline"]) == (1, 1)
    assert verdict.standings["0.2.0", "metrics.em"] == "not in the baseline"
    chinese = verdict.in_language("zh")
    assert "latency_ms" in next(line for line in chinese.splitlines() if line.startswith("缺失"))


def test_of_costs_on_several_datasets_those_are_named_that_are_missing():
    verdict = compare(*(results(**each) for each in ({"d_a": COST, "d_b": COST}, {"d_a": COST, "d_b": {"accuracy": 0.9}}))).verdict
    assert "Missing: 0.2.0 in latency_ms (d-b)." in verdict


COST = {"accuracy": 0.9, "latency_ms": 10}


def test_of_many_versions_the_top_names_those_that_a_cell_alone_calls_better():
    values = [0.90, 0.932, *([0.90] * 18)]
    c = compare(*({"accuracy": value, "n": 1000} for value in values))
    assert "▲" in str(c) or "better" in str(c)  # what the cell of 0.2.0 says
    assert c["accuracy"].changes[1].verdict == "better"
    assert c.verdict.standings["0.2.0", "metrics.accuracy"] == "could be chance"
    together, singly = c.verdict.sentences[:2]
    assert together.startswith("Against 0.1.0, beyond chance (95 % together): no version is better")
    assert singly == "If compared alone (95 %), but not among all that is compared here: 0.2.0 better."
    assert c.verdict.findings[1].rows == (("metrics.accuracy", "0.2.0"),)
    assert singly in " ".join(str(c).split()).replace(" │", "")
    assert "只看单项（95%），与全部对比一并考虑则证据不足：0.2.0 变好。" in c.verdict.in_language("zh")


def test_of_many_versions_none_is_worse_together_and_once_more_alone():
    values = [0.90, 0.80, 0.868, *([0.90] * 18)]
    versions = [{"accuracy": value, "f1_accuracy": 0.868 if place == 1 else 0.90, "n": 1000} for place, value in enumerate(values)]
    together, singly = compare(*versions).verdict.sentences[:2]
    assert "0.2.0 worse" in together
    assert singly == "If compared alone (95 %), but not among all that is compared here: 0.3.0 worse."


def test_a_mix_of_percent_and_fractions_and_a_list_are_not_judged():
    mixed = compare({"accuracy": 90.0, "n": 100}, {"accuracy": 0.95, "n": 100}).verdict
    assert mixed.standings == {}
    assert "Not judged, as some values look like percent and others like fractions: accuracy." in mixed
    listed = compare({"f1": [0.1, 0.2]}, {"f1": [0.3, 0.4]}).verdict
    assert listed.sentences == (
        "No verdict: f1 has a list of numbers, not a number.",
        "Lists of numbers are not judged: f1; pass series= to choose a number, or repeats= if they are of runs or folds.",
    )


def test_of_many_versions_the_fold_goes_through_every_one_that_is_better():
    values = [0.90, *([0.95] * 3), *([0.80] * 30), *([0.90] * 10)]
    told = str(compare(*({"accuracy": value, "n": 5000} for value in values)).verdict)
    named = re.findall(r"(?m)^ +(0\.\d+\.0) +(\w+)", told)
    assert named[:4] == [("0.2.0", "better"), ("0.3.0", "better"), ("0.4.0", "better"), ("0.18.0", "worse")]
    assert len(named) == 20


def test_an_equal_number_that_is_text_is_tested_with_the_others():
    told = [
        compare({"accuracy": 0.9, "em": 0.8, "n": 1000}, {"accuracy": accuracy, "em": 0.76, "n": 1000}).verdict for accuracy in (0.9, "0.9")
    ]
    assert told[0].sentences == told[1].sentences
    assert told[0].counts["0.2.0"]["worse"] == 0  # p = 0.031 of one metric, of two 0.025 is needed


def test_reasons_of_one_kind_for_one_metric_are_one_sentence():
    rmse = [{"rmse": 0.8 + place / 100, **({"rmse_se": 0.01} if place else {})} for place in range(4)]
    (told,) = [sentence for sentence in compare(*rmse).verdict.sentences if "gives no interval" in sentence]
    assert told.endswith("rmse_se is given for 0.2.0, not for 0.1.0; the same kind of reason for 0.3.0, 0.4.0 in rmse.")


def test_what_became_nan_or_text_is_not_a_number_and_what_is_gone_is_missing():
    verdict = compare({"accuracy": 0.8}, {"accuracy": float("nan")}).verdict
    assert verdict.counts["0.2.0"]["missing"] == 1
    assert "Not a finite number: 0.2.0 in accuracy." in verdict
    verdict = compare({"accuracy": 0.8, "f1": 0.7, "auc": "a"}, {"accuracy": "high", "auc": 0.9}).verdict
    assert "Not a finite number: 0.2.0 in accuracy." in verdict
    assert "Missing: 0.2.0 in f1." in verdict
    assert "Not a finite number in 0.1.0: auc." in verdict


def test_what_is_given_and_does_not_fit_is_told():
    verdict = compare({"accuracy": 0.9, "n": 10}, {"accuracy": 0.913, "n": 10}).verdict
    assert "What is given for accuracy gives no interval: 0.913 of 10 is not a whole number (0.2.0)." in verdict
    assert not any("What is given" in sentence for sentence in compare({"accuracy": 0.9}, {"accuracy": 0.913}).verdict.sentences)


def test_a_loss_that_would_not_be_seen_and_the_ends_of_a_cost_name_their_versions():
    versions = [{"accuracy": 0.8, "n": 1000, "latency_ms": ms, "rtf": ms} for ms in (10, 8, 30, 12, 9)]
    verdict = compare(*versions, {"accuracy": 0.799, "n": 1000, "latency_ms": 10, "rtf": 10}).verdict
    assert re.search(
        r"0\.6\.0 could still be worse \(95 % together\) by up to about 4\.\d pp in accuracy \(0\.6\.0\)", str(verdict).replace("\n│ ", " ")
    )
    assert "latency_ms (-20.0 % in 0.2.0 to +200 % in 0.3.0)" in verdict


@pytest.mark.parametrize(
    "evidence", [{"n": 1e308}, {"accuracy_stderr": 5e-324}, {"accuracy_std": 1e200, "n_runs": 3}, {"accuracy_std": 1e-200, "n_runs": 3}]
)
def test_evidence_that_nobody_can_have_measured_gives_no_interval_and_no_error(evidence):
    c = compare({"accuracy": 0.9, **evidence}, {"accuracy": 0.91, **evidence})
    assert c["accuracy"].changes[1].verdict == "no interval known"
    assert c._repr_html_()


def test_a_text_that_leaves_has_no_unseen_character():
    verdict = compare({"\x1b[31maccuracy": 0.8}, {"\x1b[31maccuracy": 0.9}).verdict
    assert "\x1b" not in "".join([*verdict.sentences, verdict.in_language("zh"), str(verdict), repr(verdict)])


def test_versions_without_metrics_have_a_table_too(tmp_path):
    c = compare(None, None)
    assert c.coverage.shape == (0, 2)
    assert c.to_csv().startswith("section,name,dataset")


def test_a_cost_beyond_chance_is_told_from_one_as_measured():
    c = compare({"latency_ms": 10.0, "latency_ms_stderr": 0.1, "size_mb": 1}, {"latency_ms": 12.0, "latency_ms_stderr": 0.1, "size_mb": 2})
    assert "Cost, beyond chance (95 % together): 0.2.0 in latency_ms (+20.0 %)." in c.verdict


def test_every_sentence_is_said_in_chinese():
    c = compare(BASE, SAME, WORSE, baseline="0.1.0", by="accuracy")
    lines = c.verdict.in_language("zh").split("\n")
    assert len(lines) == len(c.verdict.sentences)
    assert lines[0] == "按 accuracy 的测量值最优：0.2.0（0.91）；0.1.0 与其无法区分。"
    assert lines[1] == "差于 0.1.0，且超出随机波动范围（联合置信度 95%）：0.3.0 的 accuracy（-10.0 个百分点）。"


def test_the_answer_stands_above_the_table_in_every_form():
    c = compare(BASE, SAME, WORSE, baseline="0.1.0")
    for text in c._repr_mimebundle_().values():
        plain = re.sub("<[^>]*>", " ", text).replace("\\", "")
        assert (
            plain.index("Against 0.1.0, beyond chance") < plain.index("Worse: ") < plain.index("Metrics") < plain.index("How to read this")
        )


def test_versions_that_share_no_metric_with_the_baseline_are_told_once_and_not_metric_by_metric():
    c = compare(
        {"accuracy": 0.9, "f1": 0.8},
        {"accuracy": 0.91, "f1": 0.82},
        {"cer": 0.1},
        {"cer": 0.2},
    )
    said = [finding.text for finding in c.verdict.findings]
    assert "Missing: 0.3.0, 0.4.0 in every quality metric of 0.1.0." in said
    assert sum(text.startswith("Missing") for text in said) == 1


def test_what_is_shown_to_be_worse_names_every_version_and_of_many_others_the_largest():
    worse = [{"accuracy": 0.5, "n": 500, "f1": 0.5 + place / 1000} for place in range(9)]
    said = [finding.text for finding in compare({"accuracy": 0.9, "n": 500, "f1": 0.4}, *worse).verdict.findings]
    shown = next(text for text in said if text.startswith("Worse: "))
    assert [name in shown for name in (f"0.{place}.0" for place in range(2, 11))] == [True] * 9
    ahead = next(text for text in said if text.startswith("As measured, ahead"))
    assert ": 0.7.0 in f1 (+10.5 pp); 0.8.0 in f1 (+10.6 pp); 0.9.0 in f1 (+10.7 pp); 0.10.0 in f1 (+10.8 pp); " in ahead
    assert ahead.endswith("; and 5 more versions.")


def test_of_many_versions_that_lack_something_those_that_lack_most_are_named_in_their_order():
    many = {"accuracy": 0.9, "f1": 0.8, "auc": 0.7}
    lacking = [{"accuracy": 0.9, "f1": 0.8} for _ in range(8)]
    lacking[2:4] = [{}, {"accuracy": 0.9}]
    missing = next(text for text in compare(many, *lacking).verdict.sentences if text.startswith("Missing"))
    assert missing == ("Missing: 0.4.0 in every quality metric of 0.1.0; 0.5.0 in auc, f1; 0.8.0, 0.9.0 in auc; and 4 more versions.")


def test_what_is_shown_worse_in_none_counts_values_where_metrics_have_several():
    def short(datasets):
        base, better = ({name: {"accuracy": value, "n": 1000} for name in datasets} for value in (0.8, 0.9))
        return in_short(compare(results(**base), results(**better)).verdict).text

    assert short(["d_a", "d_b"]).endswith("0.2.0 better in some metrics, worse in none (2 values judged).")


def test_of_many_versions_the_top_counts_and_a_fold_goes_through_them():
    worse = [{"accuracy": 0.5, "n": 500, "f1": 0.5 + place / 1000} for place in range(3)]
    same = [{"accuracy": 0.9 + place / 500, "n": 500, "f1": 0.3} for place in range(-6, 10)]
    for by, first in ((None, 0), ("accuracy", 1)):
        c = compare({"accuracy": 0.9, "n": 500, "f1": 0.4}, *worse, *same, by=by)
        top = c.verdict.sentences[: first + 2]
        assert sum(map(len, top)) < 400
        assert (
            top[first]
            == "Against 0.1.0, beyond chance (95 % together): no version is better; 0.2.0, 0.3.0, 0.4.0 worse; 16 versions not told apart."
        )
        text = " ".join(str(c.verdict).split()).replace("│ ", "")
        assert text.startswith(" ".join(top))
        assert (
            "▾ By version · 19 versions, 1 more sentence 0.2.0 worse: accuracy (-40.0 pp); ahead as measured: f1 (+10.0 pp) 0.3.0 worse:"
            in text
        )
        assert "0.20.0 not told apart; behind as measured: f1 (-10.0 pp)" in text
        assert "Worse: " not in text
    assert top[0] == "Best by accuracy as measured: 0.20.0 (0.918); 16 others cannot be told apart from it."
    assert "0.2.0 变差：accuracy（-40.0 个百分点）" in chinese_of(c.verdict)


def test_versions_of_which_no_interval_is_known_are_not_called_not_told_apart():
    some = [{"accuracy": 0.9 + place / 1000, "n": 1000} for place in range(8)]
    top = compare(*some, {"accuracy": 0.905}).verdict.sentences[0]
    assert top.endswith("0.7.0, 0.8.0 not told apart; of 0.9.0 no interval is known.")
    unknown = compare(*({"bleu": 30 + place / 10} for place in range(12))).verdict
    assert unknown.sentences[0] == "No interval is known, so that nothing can be called better or worse: bleu."
    assert "not told apart" not in str(unknown)


def test_the_fold_of_very_many_versions_goes_through_the_last_and_says_how_many_there_are():
    c = compare({"accuracy": 0.9, "n": 500}, *({"accuracy": 0.5 + place / 500, "n": 500} for place in range(59)))
    text = " ".join(str(c.verdict).split())
    assert "▾ By version · 20 of 59 shown 0.41.0 worse: accuracy" in text
    assert "0.60.0 worse: accuracy" in text


def chinese_of(verdict):
    with speaking("zh"):
        return " ".join(str(verdict).split())


def test_versions_that_do_the_same_are_told_together_where_one_by_one_would_be_long():
    metrics = ("accuracy", "macro_f1", "recall")
    told = [{f"d_{place}": dict.fromkeys(metrics, 0.9 - version * (place + 1) / 100) for place in range(5)} for version in range(4)]
    c = compare(*(results(**datasets) for datasets in told))
    behind = next(sentence for sentence in c.verdict.sentences if sentence.startswith("As measured, behind"))
    assert behind == (
        "As measured, behind 0.1.0: 0.2.0, 0.3.0, 0.4.0 in accuracy (-15.0 pp in 0.4.0 on d-4 to -1.0 pp in 0.2.0 on d-0), "
        "macro_f1 (-15.0 pp in 0.4.0 on d-4 to -1.0 pp in 0.2.0 on d-0), recall (-15.0 pp in 0.4.0 on d-4 to -1.0 pp in 0.2.0 on d-0)."
    )
    two = compare(*(results(**datasets) for datasets in told[:2]))
    assert "0.2.0 in accuracy (-5.0 to -1.0 pp over 5 datasets), macro_f1" in two.verdict
    assert all(len(sentence) < 400 for sentence in c.verdict.sentences)


def on_datasets(name, values):
    return {
        "Results": [{"Dataset": {"DatasetId": f"d-{place}"}, "Metrics": {name: value, "n": 1000}} for place, value in enumerate(values)]
    }


def told(name, baseline, values):
    return str(compare(on_datasets(name, baseline), on_datasets(name, values)).verdict).replace("\n│ ", " ")


def test_differences_in_several_units_are_told_one_by_one():
    assert "latency_ms (d-0 +5, d-1 +10.0 %, d-2 +20.0 %)" in told("latency_ms", [0, 10, 10], [5, 11, 12])
    assert "f1 (d-0 +5.0 pp, d-1 +1, d-2 +10.0 pp" in told("f1", [0.9, 1000, 0.5], [0.95, 1001, 0.6])


def test_the_same_difference_on_some_datasets_says_on_how_many():
    words = told("accuracy", [0.7] * 15, [0.64] * 10 + [0.85] * 5)
    assert "accuracy (-6.0 pp over 10 datasets)" in words
    assert "accuracy (+15.0 pp over 5 datasets)" in words


def test_versions_are_told_together_where_they_differ_on_the_same_datasets_and_each_end_names_its_own():
    def on(noisy, clean):
        return {each: dict.fromkeys(("auc", "recall"), value) for each, value in (("noisy", noisy), ("clean", clean))}

    comparison = compare(*(results(**on(*values)) for values in ((0.5, 0.5), (0.6, 0.4), (0.7, 0.3), (0.55, 0.6), (0.65, 0.8))))
    ahead, behind = (text for text in comparison.verdict.sentences if text.startswith("As measured"))
    assert ahead == (
        "As measured, ahead of 0.1.0: 0.2.0, 0.3.0 in auc (noisy: +0.1 in 0.2.0 to +0.2 in 0.3.0), recall (noisy: +10.0 pp in 0.2.0 to "
        "+20.0 pp in 0.3.0); 0.4.0, 0.5.0 in auc (+0.05 in 0.4.0 on noisy to +0.3 in 0.5.0 on clean), recall (+5.0 pp in 0.4.0 on noisy to "
        "+30.0 pp in 0.5.0 on clean)."
    )
    assert behind == (
        "As measured, behind 0.1.0: 0.2.0 in auc (clean -0.1), recall (clean -10.0 pp); 0.3.0 in auc (clean -0.2), recall (clean -20.0 pp)."
    )


def test_no_sentence_about_the_embedded_models_contradicts_itself():
    with pnb.connect("demo", default=False) as registry:
        verdicts = [registry.get_versions(model.model_id).compare().verdict for model in registry.list_models() if model.latest_version]
    told = [text for verdict in verdicts for text in verdict.sentences]
    assert len(told) > 40
    # a range from a version to itself needs the datasets, and what is not measured somewhere may be measured elsewhere
    assert [text for text in told if re.search(r"in (\S+) to \S+( %| pp)? in \1[);,]", text)] == []
    for verdict in verdicts:
        lacking = next((text for text in verdict.sentences if text.startswith("Not measured")), "")
        bare = set(re.findall(r"(?<=[:,] )[\w.]+(?=[,.]| and)", lacking))
        assert not any(re.search(rf" in {re.escape(metric)} \(", text) for metric in bare for text in verdict.sentences)


def test_versions_of_several_models_are_named_with_their_model():
    with pnb.connect("demo", default=False) as registry:
        verdict = registry.compare("wine-cultivar@last:2", "iris-species@latest").verdict
    assert "Missing: iris-species 1.0.0 in every quality metric of wine-cultivar 1.5.0" in verdict
    assert ("1.0.0", "metrics.accuracy@d-irisholdout0001") in verdict.standings


def test_a_cost_of_unknown_direction_is_told_and_of_many_versions_the_largest_differences():
    costs = compare(
        {"accuracy": 0.9, "model_size_mb": 100, "params": 1000}, {"accuracy": 0.9, "model_size_mb": 150, "params": 2000}
    ).verdict
    assert "Cost as measured: 0.2.0 in model_size_mb (+50.0 %), params (+100 %)." in costs
    many = compare(*({"f1": value} for value in (0.9, 0.2, 0.85, 0.86, 0.87, 0.88, 0.89, 0.895))).verdict
    assert any(each.startswith("As measured, behind 0.1.0: 0.2.0 in f1 (-70.0 pp)") for each in many.sentences)


def test_the_fold_of_a_verdict_counts_groups_as_groups():
    versions = [make(f"{lr}.{seed}.0", {"accuracy": 0.9 + lr / 100 + seed / 1000}) for lr in range(8) for seed in range(3)]
    groups = [pnb.VersionGroup(versions[place : place + 3], name=f"lr={place}") for place in range(0, 24, 3)]
    assert "By version · 7 groups, 21 runs in all" in str(Comparison(groups, baseline="first").verdict)


def test_where_every_version_may_be_the_best_it_is_so_as_measured():
    told = [results(**{"d-a": {"accuracy": 0.9 + n / 1000, "n": 1000}, "d-b": {"accuracy": 0.5 + n / 10, "n": 1000}}) for n in range(3)]
    c = Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)], by="accuracy")
    assert c.leaders(c["accuracy", "d-a"]).is_tie
    best, sure = c.verdict.sentences[0].split("; ")
    assert best == "Best by accuracy as measured: 0.2.0, on both datasets"
    assert sure == "on d-b told apart from every other (95 % in this metric)."
    assert "By accuracy on d-a: 0.2.0 (0.902); 0.0.0, 0.1.0 cannot be told apart from it." in c.verdict
    alone = Comparison([make(f"0.{n}.0", {"accuracy": 0.9 + n / 1000, "n": 1000}) for n in range(3)], by="accuracy")
    assert alone.verdict.sentences[0] == ("Best by accuracy as measured: 0.2.0 (0.902); 0.0.0, 0.1.0 cannot be told apart from it.")


def test_the_bold_line_says_on_how_many_datasets_the_best_is_told_apart():
    names = [f"a-dataset-with-a-long-name-{name}" for name in "abcd"]
    told = [results(**{name: {"accuracy": 0.6 + n / (10 if at else 1000), "n": 1000} for at, name in enumerate(names)}) for n in range(3)]
    sentences = Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)], by="accuracy").verdict.sentences
    assert sentences[0] == (
        "Best by accuracy as measured: 0.2.0, on all 4 datasets; on 3 of 4 datasets told apart from every other (95 % in this metric)."
    )


def test_of_a_metric_on_several_datasets_the_best_come_first_in_one_short_clause():
    names = [f"a-dataset-with-a-long-name-{name}" for name in "abc"]
    told = [results(**{name: {"accuracy": 0.8 + n / 10 * (1 if at else -1), "n": 1000} for at, name in enumerate(names)}) for n in range(2)]
    verdict = Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)], by="accuracy").verdict
    first, *_, last = verdict.sentences
    assert first == "Best by accuracy: 0.1.0 on b, c; 0.0.0 (baseline) on a; on each told apart from every other (95 % in this metric)."
    assert last == "By accuracy on c: 0.1.0 (0.9), told apart from every other measured version (95 % in this metric alone)."
    assert "By accuracy on" not in render_text(verdict._describe().blocks[0])
    assert "<b>Best by accuracy" in verdict._repr_html_()


def test_where_a_metric_has_a_dataset_here_and_none_there_the_answer_says_which():
    with pnb.connect("demo", default=False) as registry:
        verdict = registry.compare("wine-cultivar", baseline="approved", by="accuracy").verdict
    assert "without" not in verdict.sentences[0]
    assert "By accuracy without a dataset: known only for 0.9.0." in verdict


def test_of_a_few_versions_the_bold_line_says_which_are_better_and_which_are_worse():
    c = compare({**BASE, "auc": 0.8}, {**BASE, "accuracy": 0.95}, WORSE, baseline="0.1.0")
    lead, worse, better = c.verdict.sentences[:3]
    assert lead.startswith("Against 0.1.0, beyond chance (95 % together): 0.2.0 better")
    assert lead.endswith("; 0.3.0 worse.")
    assert (worse, better) == ("Worse: 0.3.0 in accuracy (-10.0 pp).", "Better: 0.2.0 in accuracy (+5.0 pp).")
    assert f"<b>{lead}" in c._repr_html_()
    assert str(c.explain()).split("\n")[1] == f"- {lead}"
    assert c.verdict.in_language("zh").split("\n")[1] == "变差：0.3.0 的 accuracy（-10.0 个百分点）。"


def test_of_one_version_that_is_better_and_worse_one_sentence_says_both():
    pair = [{"accuracy": accuracy, "em": em, "n": 1000} for accuracy, em in ((0.9, 0.5), (0.8, 0.6))]
    verdict = compare(*pair).verdict
    said = "Beyond chance (95 % together), 0.2.0 is better than 0.1.0 in em (+10.0 pp) and worse in accuracy (-10.0 pp)."
    assert verdict.sentences[0] == said
    assert f"<b>{said}" in verdict._repr_html_()
    tolerant = compare(*pair, tolerance=0.01).verdict
    assert tolerant.sentences[0].startswith("Beyond chance and the tolerance (95 % together), 0.2.0 is better than 0.1.0 in em")


@pytest.mark.parametrize(
    ("first", "second", "bold"),
    [
        (0.9, 0.8, "Worse than 0.1.0 beyond chance in "),
        (0.8, 0.9, "Better than 0.1.0 beyond chance in "),
        (0.9, 0.9001, "Nothing is better or worse than 0.1.0 beyond chance (95 % together)."),
    ],
)
def test_of_a_sentence_that_is_too_long_for_bold_a_short_one_is(first, second, bold):
    names = [f"zork_of_the_answers_to_questions_of_a_kind_that_takes_many_words_to_be_told_from_others_{kind}" for kind in "abc"]

    def of(*values):
        return dict(zip(names, values, strict=True)) | {f"{name}_stderr": 0.001 for name in names}

    verdict = compare(of(*[first] * 3), of(*[second] * 3), directions={"zork*": "max"}).verdict
    assert len(verdict.sentences[0]) > 260
    assert f"<b>{bold}" in verdict._repr_html_()
    both = compare(of(0.9, 0.9, 0.9), of(0.8, 0.8, 0.95), directions={"zork*": "max"}).verdict
    assert "<b>0.2.0 is better than 0.1.0 in zork_of" in both._repr_html_()


def test_of_many_versions_with_long_names_fewer_are_named_so_that_the_answer_is_bold():
    names = [f"2026-11-27-with-a-name-of-many-words-{place}" for place in range(12)]
    versions = [make(name, {"accuracy": 0.9 - 0.2 * (place > 0), "n": 1000}) for place, name in enumerate(names)]
    verdict = Comparison(versions, baseline=names[0]).verdict
    assert "<b>Against 2026-11-27-with-a-name-of-many-words-0" in verdict._repr_html_()
    assert "-1, 2026-11-27-with-a-name-of-many-words-2, 2026-11-27-with-a-name-of-many-words-3 and 8 more worse" in verdict.sentences[0]


def test_the_bold_line_of_several_datasets_says_how_sure_the_best_is():
    names = [f"a-dataset-with-a-long-name-{name}" for name in "abcd"]
    values = {"a": lambda n: 0.9 + n / 1000, "b": lambda n: 0.7 + n / 50, "c": lambda n: 0.5 + n / 100, "d": lambda _: 0.7}
    told = [results(**{name: {"accuracy": values[name[-1]](n), "n": 1000} for name in names}) for n in range(12)]
    c = Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)], by="accuracy")
    lead, *_, a, b, c_, d = c.verdict.sentences
    assert lead == "Best by accuracy as measured: 0.11.0 on 3 of 4 datasets; on none told apart from every other."
    assert a == "By accuracy on a: 0.11.0 (0.911); 11 others cannot be told apart from it."
    assert b == "By accuracy on b: 0.11.0 (0.920); 0.10.0 cannot be told apart from it."
    assert c_ == "By accuracy on c: 0.11.0 (0.610); 0.6.0, 0.7.0, 0.8.0, 0.9.0, 0.10.0 cannot be told apart from it."
    assert d == "By accuracy on d: equal as measured in 0.0.0, 0.1.0, 0.2.0, 0.3.0 and 8 more."
    assert f"<b>{lead}</b>" in c._repr_html_()


@pytest.mark.parametrize("count", [3, 5, 20])
def test_the_bold_line_is_short_and_does_not_contradict_the_next_one_however_many_versions(count):
    with pnb.connect("demo", default=False) as registry:
        for by in ("accuracy", "macro_f1", "latency_ms"):
            verdict = registry.compare(f"model-rbvg5wfo5d0gngz1b8@last:{count}", baseline="approved", by=by).verdict
            lead = verdict.sentences[0]
            assert len(lead.split()) <= 25
            assert " as measured: " in lead
            told = [sentence for sentence in verdict.sentences if sentence.startswith(f"By {by} on ")]
            assert len(told) == 3
            assert all(sentence.endswith((").", " cannot be told apart from it.", " cannot be told apart from them.")) for sentence in told)
            assert all(sentence not in render_text(verdict._describe().blocks[0]) for sentence in told)


def test_where_nothing_is_better_beyond_chance_the_best_is_so_as_measured():
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("model-rbvg5wfo5d0gngz1b8@1.12.1,1.12.2,2.0.0_rc1", baseline="first", by="accuracy")
    lead, second, *_ = c.verdict.sentences
    best = (
        "Best by accuracy as measured: 1.12.2, on all 3 datasets; on noisy, …/shifted/ told apart from every other (95 % in this metric)."
    )
    assert lead == best
    assert second == "In accuracy nothing is better or worse than 1.12.1 beyond chance (95 % together)."
    chinese = "按 accuracy 的测量值最优：全部 3 个数据集上均为 1.12.2；仅在 noisy、…/shifted/ 上可与其他各版本区分（就该指标而言，95%）。"
    assert c.verdict.in_language("zh").splitlines()[0] == chinese


def test_of_many_different_bests_the_bold_line_names_those_of_most_datasets():
    names = [f"d{place}" for place in range(6)]
    told = [results(**{name: {"f1": 0.9 if at == n % 5 else 0.5 + n / 100} for at, name in enumerate(names)}) for n in range(6)]
    lead = Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)], by="f1").verdict.sentences[0]
    assert lead == "Best by f1 as measured: 0.0.0 (baseline), 0.5.0 on d0; 0.1.0 on d1; 0.2.0 on d2; different on 3 of 6 datasets."


def measured_on(*values):
    """Versions A, B, C, ... with these accuracies on datasets d1, d2, ..., None where there is none, compared by it with the last."""
    told = [
        results(**{f"d{at}": {"accuracy": value, "n": 500} for at, value in enumerate(each, start=1) if value is not None})
        for each in values
    ]
    versions = [make(name, each) for name, each in zip("ABCDEFGHIJKL", told, strict=False)]
    return Comparison(versions, baseline=versions[-1].version_name, by="accuracy")


@pytest.mark.parametrize(
    ("values", "english", "chinese"),
    [
        ([(0.9, 0.9), (0.9, 0.85), (0.8, 0.8)], "A, on both datasets, on d1 with B;", "两个数据集上均为 A，d1 上与 B 并列；"),
        (
            [(0.9, 0.9, 0.9), (0.9, 0.9, 0.8), (0.9, 0.8, 0.8), (0.9, 0.8, 0.8), (0.9, 0.8, 0.8), (0.7, 0.7, 0.7)],
            "A, on all 3 datasets, on d1 with B, C and 2 more, on d2 with B;",
            "全部 3 个数据集上均为 A，d1 上与 B、C 等（另有 2 个未列出）并列，d2 上与 B 并列；",
        ),
        ([(0.9, 0.9), (0.9, 0.9), (0.8, 0.8)], "A, B, on both datasets;", "两个数据集上均为 A、B；"),
        # named of many are those that are first elsewhere too
        (
            [*[(0.9, 0.7, 0.7)] * 4, (0.9, 0.9, 0.7), (0.7, 0.7, 0.9)],
            "A, E and 3 more on d1; E on d2; F (baseline) on d3;",
            "d1 上为 A、E 等（另有 3 个未列出）；d2 上为 E；d3 上为 F（基线）；",
        ),
        # where all are equal there is no best
        ([(0.9, 0.9, 0.9), (0.9, 0.8, 0.9), (0.8, 0.8, 0.9)], "A, B on d1; A on d2;", "d1 上为 A、B；d2 上为 A；"),
    ],
)
def test_who_shares_the_first_place_on_a_dataset_is_named_with_it(values, english, chinese):
    verdict = measured_on(*values).verdict
    assert verdict.sentences[0].startswith(f"Best by accuracy as measured: {english}")
    assert verdict.in_language("zh").startswith(f"按 accuracy 的测量值最优：{chinese}")


def test_of_many_datasets_on_which_others_share_the_first_place_the_bold_line_counts_them():
    shared = [[0.9 if place in (0, at) else 0.5 for at in range(6)] for place in range(6)]
    assert " A, on all 6 datasets, on 5 of 6 datasets with others;" in measured_on(*shared).verdict.sentences[0]
    # different is what is not named: A is first on d5 and d6 too, with others
    apart = [[0.9 if at in firsts else 0.5 for at in range(6)] for firsts in ((0, 1, 4, 5), (1,), (2, 4), (3, 5))]
    assert ": A on d1; A, B on d2; C on d3; different on 3 of 6 datasets;" in measured_on(*apart).verdict.sentences[0]


def named(names, count=2):
    """How a sentence may name versions: all of them, of many any two."""
    if len(names) <= count + 1:
        return [", ".join(names)]
    return [f"{', '.join(some)} and {len(names) - count} more" for some in combinations(names, count)]


values = st.sampled_from([0.7, 0.8, 0.9, 0.9, None])


@examples(60)
@given(st.integers(1, 4).flatmap(lambda count: st.lists(st.tuples(*[values] * count), min_size=2, max_size=12)))
def test_the_bold_line_names_exactly_those_that_are_first_on_each_dataset(versions):
    assume(any(value is not None for each in versions for value in each))
    c = measured_on(*versions)
    line = str(c.verdict.sentences[0]).replace(" (baseline)", "")
    datasets = [row.dataset for row in c.metrics if row.path == "accuracy"]
    firsts = {}
    for dataset in datasets:
        best = c.best("accuracy", dataset=dataset)
        if len(best.ties) + 1 < best.count:  # where all are equal there is no best
            firsts[dataset] = sorted([best.version, *best.ties])
    if not firsts:
        assert not line.startswith("Best")
        return
    if len(datasets) == 1:
        assert any(f": {each} (0." in line for each in named(firsts[datasets[0]], 4))
        return
    everywhere = set.intersection(*map(set, firsts.values())) if len(firsts) == len(datasets) else set()
    always = f", on all {len(datasets)} datasets" if len(datasets) > 2 else ", on both datasets"
    assert any(f": {names}{always}" in line for names in named(sorted(everywhere))) if everywhere else always not in line
    assert set(re.findall(r"\b[A-L]\b", line)) <= {name for names in firsts.values() for name in names}
    for names in firsts.values():
        on = [dataset for dataset, others in firsts.items() if others == names]
        where = ", ".join(on) if len(on) <= 2 else f"{len(on)} of {len(datasets)} datasets"
        others = [name for name in names if name not in everywhere]
        said = [f", on {where} with {each}" for each in named(others)] if everywhere else [f" {each} on {where}" for each in named(others)]
        assert not others or any(each in line for each in said)


def test_that_no_interval_is_known_comes_before_what_is_missing():
    c = compare({"f1": 0.9, "auc": 0.7}, {"f1": 0.91, "mae": 0.2}, {"f1": 0.92})
    assert c.verdict.sentences[0] == "No interval is known, so that nothing can be called better or worse: f1."
    assert c.verdict.sentences[1].startswith("Missing: ")


def test_that_no_dataset_is_named_is_said_once_where_nothing_is_in_common_for_that():
    measured = results(d_a={"accuracy": 0.9})
    careful = compare(measured, {"accuracy": 0.8}, measured).comparability
    assert [each for each in careful if "0.2.0" in each] == ["accuracy of 0.2.0: no dataset is named, so it may differ from the baseline's"]


def test_a_version_without_any_metric_is_missing_as_one_without_some_is():
    many = {"accuracy": 0.9, "f1": 0.8, "auc": 0.7, "latency_ms": 5.0}
    c = compare(
        {**many, "n": 1000}, {**many, "accuracy": 0.8, "n": 1000}, {"latency_ms": 5.0}, None, {"accuracy": float("nan")}, {"bleu": 3}
    )
    everything = "every quality metric of 0.1.0"
    assert f"Missing: 0.3.0 in {everything}; 0.4.0, 0.6.0 in {everything}, latency_ms" in " ".join(c.verdict.sentences)
    assert "Not a finite number: 0.5.0 in accuracy." in c.verdict
    assert "of 0.3.0, 0.4.0, 0.5.0, 0.6.0 nothing can be compared" in in_short(c.verdict).text
    told = {each.name: [str(text) for _, text in each.parts] for each in c.verdict._each}
    assert told["0.3.0"] == ["missing: every quality metric of 0.1.0"]
    assert told["0.6.0"] == ["missing: every quality metric of 0.1.0, latency_ms"]


def test_with_a_tolerance_every_surface_says_that_it_takes_part():
    c = compare(*({"accuracy": value, "n": 20_000} for value in (0.9, 0.925, 0.885)), tolerance=0.02)
    assert c.verdict.sentences[0] == "In accuracy nothing is better or worse than 0.1.0 beyond chance and the tolerance (95 % together)."
    assert in_short(c.verdict).text.startswith("Against 0.1.0, beyond chance and the tolerance (95 % together): no version is better")
    words, legend = "beyond chance, but may be within the tolerance", "could be chance or within the tolerance"
    assert c.interval("accuracy", "0.2.0").words == c["accuracy"].changes[1].evidence.words == words
    assert repr(c.interval("accuracy", "0.2.0")).startswith(f"<Evidence {words}, 95 % interval +1.9 to +3.1 pp")
    assert f"accuracy 0.900 → 0.925 (+2.5 pp), {words}" in str(c.explain(everything=True))
    assert f"The lead over 0.1.0 is {words}: " in " ".join(str(c.best("accuracy")).split())
    assert "not told apart from it beyond the tolerance" in " ".join(str(c.rank("accuracy")).split())
    assert f"≈ {legend} ·" in str(c)
    assert f"≈ {legend}" in c.to_markdown()
    assert "0.1.0 cannot be told apart from it beyond the tolerance" in " ".join(str(c.best("accuracy")).split())
    by = compare(*({"accuracy": value, "n": 20_000} for value in (0.9, 0.925, 0.885)), tolerance=0.02, by="accuracy")
    assert by.verdict.sentences[0] == (
        "Best by accuracy as measured: 0.2.0 (0.925); 0.1.0 cannot be told apart from it beyond the tolerance."
    )
    worse = compare(*({"accuracy": value, "n": 20_000} for value in (0.9, 0.8)), tolerance=0.02)
    assert worse.verdict.sentences[0].startswith("Worse than 0.1.0 beyond chance and the tolerance (95 % together): ")
    assert worse.interval("accuracy", "0.2.0").words == "beyond chance (95 %)"


def test_a_difference_whose_interval_lies_inside_the_tolerance_is_within_it():
    c = compare({"accuracy": 0.9, "n": 20_000}, {"accuracy": 0.905, "n": 20_000}, tolerance=0.05)
    assert c.interval("accuracy", "0.2.0").words == "within the tolerance"
    wide = compare({"accuracy": 0.9, "n": 200}, {"accuracy": 0.905, "n": 200}, tolerance=0.05)
    assert wide.interval("accuracy", "0.2.0").words == "could be chance"


def test_versions_that_are_equal_as_measured_have_no_interval():
    known = [{"accuracy": value, "n": 1000} for value in (0.9, 0.95)]
    c = compare(*known, {"accuracy": 0.9}, {"accuracy": 0.9})
    assert "of 0.3.0, 0.4.0 no interval is known" in in_short(c.verdict).text


def test_the_metric_that_is_proposed_can_be_judged_by():
    def proposed(*metrics):
        return [text for text in compare(*metrics).verdict.sentences if text.startswith("Name the metric")]

    assert proposed({"f1": 0.9}, {"f1": 0.92, "accuracy": 0.9}) == ["Name the metric that matters: by='f1'."]
    assert proposed({"accuracy": 0.9, "f1": 0.9}, {"f1": 0.92}, {"f1": 0.93}) == ["Name the metric that matters: by='f1'."]
    assert proposed({"zeta": 0.9, "f1": 0.9}, {"zeta": 0.92}) == []
    # one whose interval is known before those that come first by name
    known = {"accuracy": 0.9, "bleu": 0.3, "n": 100}, {"accuracy": 0.92, "bleu": 0.4, "auc": 0.8, "n": 100}
    assert proposed(*[{"ap_small": 0.2, **each} for each in known]) == ["Name the metric that matters: by='accuracy'."]


def test_what_is_measured_of_all_examples_is_proposed_and_told_before_the_classes_that_come_first_by_name():
    classes = [{"recall": hits / 50, "support": 50} for hits in (40, 45)]
    known = [{"0": each, "macro avg": {"support": 100}, "accuracy": value} for each, value in zip(classes, (0.85, 0.88), strict=True)]
    verdict = compare(*known).verdict
    assert verdict.sentences[0].startswith("In accuracy, 0.recall nothing is better or worse")
    assert verdict.sentences[-1] == "Name the metric that matters: by='accuracy'."


def test_a_reason_is_told_of_the_versions_of_which_it_is_true():
    c = compare({"f1": 0.9, "f1_stderr": 0.01}, {"f1": 0.95, "f1_stderr": 0.0}, {"f1": 0.93, "f1_stderr": -1.0}, {"f1": 0.91})
    given = [text for text in c.verdict.sentences if text.startswith("What is given")]
    assert given == [
        "What is given for f1 gives no interval: f1_stderr is 0 (0.2.0).",
        "What is given for f1 gives no interval: f1_stderr = -1 cannot be the standard error of 0.93 (0.3.0).",
        "What is given for f1 gives no interval: f1_stderr is given for 0.1.0, not for 0.4.0.",
    ]
    best = " ".join(str(c.best("f1")).split())
    assert "as measured against 0.1.0, 0.3.0; f1_stderr is 0 (0.2.0)." in best
    assert "as measured against 0.4.0; f1_stderr is given for 0.2.0, not for 0.4.0." in best


def test_intervals_that_cover_other_runs_only_name_the_versions_of_which_that_is_true():
    def runs(value, count, **more):
        return {"accuracy": value, "accuracy_std": 0.01, "n_runs": count, **more}

    c = compare(runs(0.9, 5, n=1000), runs(0.91, 5, n=1000), runs(0.92, 5))
    assert "The intervals of accuracy (0.3.0) cover other runs, not other examples." in c.verdict
    assert "accuracy (0.3.0): 5 and 5 runs; covers other runs, not other examples" in " ".join(str(c).split())


def test_of_many_versions_those_marked_singly_stand_in_their_order():
    values = {"accuracy": 0.9, "recall": 0.9, "precision": 0.9, "n": 1000}
    ahead = [{**values, "recall" if place < 5 else "accuracy": 0.928} for place in range(10)]
    (told,) = (text for text in compare(values, *ahead).verdict.sentences if text.startswith("If compared alone"))
    names = re.findall(r"0\.(\d+)\.0", told)
    assert names
    assert names == sorted(names, key=int)


def test_folds_are_not_called_runs():
    def folds(value, count):
        return {"mae": value, "mae_std": 0.01, "n_folds": count}

    few = compare({"mae": [0.9, 0.8]}, {"mae": [0.7, 0.9]}, repeats="mae")
    assert few.interval("mae", "0.2.0").reason == "2 and 2 folds are too few to know their spread"
    assert "runs" not in str(compare(folds(0.9, 5), folds(0.8, 5)))
    versions = [
        make(f"{lr}.{fold}.0", {"mae": 0.5 + lr / 10 + fold**2 / 500}, TrainingSpec={"HyperParameters": {"lr": lr, "fold": fold}})
        for lr in range(3)
        for fold in range(5)
    ]
    text = str(pnb.VersionSet(versions).groupby("lr").compare("lr=0"))
    assert "2 groups, 10 folds in all" in text
    assert " runs" not in text


def test_what_a_verdict_hands_out_is_a_copy():
    verdict = compare({"accuracy": 0.8, "n": 1000}, {"accuracy": 0.9, "n": 1000}).verdict
    before = (str(verdict.to_frame()), verdict.standings)
    verdict.counts["0.2.0"]["better"] = 7
    verdict.counts.clear()
    verdict.standings.clear()
    assert (str(verdict.to_frame()), verdict.standings) == before
    assert verdict.counts["0.2.0"]["better"] == 1


@pytest.mark.parametrize("tolerance", [1, "100%", "200%", {"accuracy": 1}])
def test_a_tolerance_that_nothing_can_exceed_is_remarked_on_as_gates_do(tolerance):
    pair = [{"accuracy": value, "n": 1000, "loss": value} for value in (0.9, 0.94)]
    said = "No difference is beyond this tolerance: no accuracy can be lower: write 1pp or 0.01."
    c = compare(*pair, tolerance=tolerance)
    assert said in c.verdict.sentences
    assert any(check.reason == "no accuracy can be lower: write 1pp or 0.01" for check in c.check("fail if worse beyond chance").checks)
    assert not any("this tolerance" in sentence for sentence in compare(*pair, tolerance=0.05).verdict.sentences)


def test_in_chinese_no_bracket_of_a_sentence_stands_within_another():
    costs = "latency_ms", "memory_mb", "train_seconds"
    told = [
        results(
            **{f"d_{at}": {"accuracy": 0.9 - n / 100 - at / 50, "n": 1000, **dict.fromkeys(costs, 5.0 + n * (at + 1))} for at in range(2)}
        )
        for n in range(4)
    ]
    said = compare(*told).verdict.in_language("zh")
    assert "0.4.0，d-1" in said
    assert "latency_ms（0.2.0 在 d-0 上的 +20.0% 至 0.4.0 在 d-1 上的 +120%）" in said
    assert not re.search("（[^）]{0,200}（", said)


def test_what_is_ahead_in_many_metrics_stands_at_the_top_without_its_figures_and_below_with_them():
    def metrics(nth):
        return results(
            **{name: {"mae": 9 - nth - off, "rmse": 8 - nth, "r2": 0.1 * nth, "mape": 7 - nth} for off, name in enumerate(("d_a", "d_b"))}
        )

    verdict = compare(*map(metrics, range(5))).verdict
    top, folded = str(verdict).split("\n\n", 1)
    said = " ".join(line.removeprefix("│ ") for line in top.splitlines())
    assert "As measured, ahead of 0.1.0: 0.2.0, 0.3.0, 0.4.0, 0.5.0 in mae, mape, r2, rmse." in said
    assert "%" not in said
    assert "As measured, ahead of 0.1.0: 0.2.0, 0.3.0, 0.4.0, 0.5.0 in mae (-50.0 % in 0.5.0 on d-b" in " ".join(folded.split())


def test_a_rejected_version_is_marked_and_the_verdict_says_so_where_it_is_the_better_one():
    states = ("Approved", "Rejected", "Rejected")
    versions = [
        make(f"0.{place}.0", {"accuracy": value, "n": 5000}, ApprovalStatus=state)
        for place, (value, state) in enumerate(zip((0.8, 0.9, 0.8), states, strict=True))
    ]
    plain, asked = Comparison(versions), Comparison(versions, by="accuracy")
    assert plain.verdict.sentences[2] == "Rejected, may not go live: 0.1.0."
    assert asked.verdict.sentences[0].startswith("Best by accuracy: 0.1.0 (Rejected) (0.9), ")
    assert "may not go live" not in str(asked)
    assert str(plain).count("✗ Rejected") == 2 * 2  # above metrics and fields
    assert "✗" not in str(Comparison(versions[:1]))


def test_a_metric_in_two_units_is_not_missing():
    verdict = compare({"accuracy": 0.91, "f1": 0.9, "auc": 0.8, "map": 0.7}, {"accuracy": 92.0, "f1": 91.0}).verdict
    assert "Missing: 0.2.0 in auc, map." in verdict
    assert "Not judged, as some values look like percent and others like fractions: accuracy, f1." in verdict
    assert not any("every quality metric" in sentence for sentence in verdict.sentences)


def test_a_metric_of_another_name_in_percent_is_not_missing_among_every_one():
    c = compare({"accuracy": 0.91, "f1": 0.9}, {"accuracy (%)": 92.0, "f1 (%)": 91.0})
    assert "Missing: 0.2.0 in accuracy, f1." in c.verdict
    assert "0.2.0 and 0.1.0 may use different names for the same metric: accuracy (%) and accuracy, f1 (%) and f1" in c.comparability


def test_equal_is_not_said_of_what_is_not_judged():
    verdict = compare({"accuracy": 0.91, "f1": 0.9}, {"accuracy": 92.0, "f1": 0.9}).verdict
    assert "Equal to 0.1.0 as measured in f1." in verdict
    assert not any("every quality metric" in sentence for sentence in verdict.sentences)


def test_every_reason_why_what_is_given_gives_no_interval_is_told_with_its_metrics():
    given = {
        "accuracy_stderr": 0.9,
        "em_std": 0.1,
        "top1_ci": "wide",
        "pass_rate_n": 7,
        "n_users": 4,
        "win_rate_stderr": 0.0,
    }
    metrics = ("accuracy", "em", "top1", "pass_rate", "hit_rate", "win_rate")
    found = compare(*({**dict.fromkeys(metrics, value), **given} for value in (0.4, 0.45, 0.45)), by="win_rate").verdict.sentences
    told = [sentence for sentence in found if sentence.startswith("What is given for")]
    assert told[0] == "What is given for win_rate gives no interval: win_rate_stderr is 0."
    assert {sentence.split()[4] for sentence in told} == {*metrics}
    assert not any("other reasons" in sentence for sentence in found)
    given_for_em = "em_std is given, but not whether over examples, runs or folds; write em_stderr, or n_runs"
    assert f"What is given for em gives no interval: {given_for_em}." in told


def test_a_kind_of_reason_of_many_metrics_is_told_once_with_all_of_them():
    names = [f"bench{letter}.accuracy" for letter in "abcdefgh"]
    first, second = (dict.fromkeys(names, value) | {f"{name}_std": 0.01 for name in names} for value in (0.8, 0.85))
    told = [sentence for sentence in compare(first, second).verdict.sentences if sentence.startswith("What is given for")]
    assert len(told) == 1
    assert "the same kind of reason for 0.2.0 in" in told[0]
    assert "more metrics" in told[0]


def test_what_two_versions_lack_may_have_two_names_though_the_rows_are_the_same():
    given = [{"d-a": {"acc,none": 0.0, "accuracy": 0.0}}, {"d-a": {"f1": 0.0}}, {"d-b": {"accuracy": 0.0}}]
    documents = [
        {
            "VersionName": f"{nth}.0.0",
            "Metrics": {"Results": [{"Dataset": {"DatasetId": key}, "Metrics": metrics} for key, metrics in each.items()]},
        }
        for nth, each in enumerate(given)
    ]
    words = str(pnb.VersionSet.from_documents(documents, "model-a").compare("0.0.0").verdict)
    assert "1.0.0 in every quality metric of 0.0.0" in " ".join(words.replace("│", " ").split())


@pytest.mark.parametrize(("metric", "value"), [("accuracy", math.inf), ("accuracy", -math.inf), ("loss", -math.inf), ("loss", math.inf)])
def test_an_infinite_value_is_no_number_and_neither_ahead_nor_behind(metric, value):
    documents = [{"VersionName": name, "Metrics": {metric: number, "f1": 0.5}} for name, number in (("0.1.0", 0.5), ("0.2.0", value))]
    words = str(pnb.VersionSet.from_documents(documents, "model-a").compare("0.1.0").verdict)
    assert f"Not a finite number: 0.2.0 in {metric}." in words
    assert "ahead" not in words
    assert "behind" not in words


@pytest.mark.parametrize("count", ["#samples", "images", "n_images", "num_examples", "runs", "run_count", "图片数"])
@pytest.mark.parametrize("values", [(500, 500), (500, 600)])
def test_a_count_of_what_was_measured_is_no_quality(count, values):
    documents = [{"VersionName": f"0.{n}.0", "Metrics": {count: value, "accuracy": 0.9 + n / 100}} for n, value in enumerate(values)]
    c = pnb.VersionSet.from_documents(documents, "model-a").compare("0.0.0")
    words = str(c.verdict).replace("\n│", "")
    assert not any(f"{said} {count}" in words for said in ("direction of", "Equal to 0.0.0 as measured in", "ahead of 0.0.0: 0.1.0 in"))
    alone = [{"VersionName": f"0.{n}.0", "Metrics": {count: value}} for n, value in enumerate(values)]
    assert "Equal" not in str(pnb.VersionSet.from_documents(alone, "model-a").compare("0.0.0").verdict)


def test_a_count_whose_direction_is_told_is_judged():
    documents = [{"VersionName": f"0.{n}.0", "Metrics": {"detections": 500 + n}} for n in (1, 2)]
    c = pnb.VersionSet.from_documents(documents, "model-a").compare("0.1.0", directions={"detections": "max"})
    assert "detections" in str(c.verdict)


def test_what_is_infinite_has_no_colour_and_is_said_once():
    values = (math.inf, 0.6, math.inf)
    documents = [{"VersionName": str(place), "Metrics": {"auc": value}} for place, value in enumerate(values, 1)]
    vs = pnb.VersionSet.from_documents(documents, "model-a")
    assert [text for text in vs.compare("1").verdict.sentences if "finite" in text] == ["Not a finite number in 1 and in others: auc."]
    changes = vs.compare("2")["auc"].changes
    assert [change.kind.value for change in changes] == ["changed", "baseline", "changed"]
    assert "1 ?" not in str(vs.compare("2"))


def test_what_was_saved_of_a_cost_is_no_cost_and_asks_for_its_direction():
    names = ("cost_savings", "time_saved", "latency_improvement", "memory_reduction")
    made = [{"VersionName": name, "Metrics": dict.fromkeys(names, value)} for name, value in (("a", 1.0), ("b", 2.0))]
    said = " ".join(str(VersionSet.from_documents(made).compare("a").verdict).replace("│", " ").split())
    assert "Cost" not in said
    assert "The direction of cost_savings" in said


def test_a_verdict_equals_its_pickle_and_no_other():
    first, second = (compare({"accuracy": 0.5}, {"accuracy": number}).verdict for number in (0.6, 0.4))
    assert pickle.loads(pickle.dumps(first)) == first
    assert hash(pickle.loads(pickle.dumps(first))) == hash(first)
    assert first != second


def test_a_comparison_of_one_version_calls_no_row_identical():
    assert "identical" not in str(compare({"accuracy": 0.5, "loss": 1}))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("others", [[], [{"accuracy": 0.8, "n": 1000, "cer": 0.1, "cer_stderr": 0.005}]])
def test_no_version_is_called_the_best_that_is_worse_than_the_baseline_in_another_metric(others, lang):
    beside = {"n": 1000, "cer_stderr": 0.005}
    metrics = [{"accuracy": 0.9, "cer": 0.1, **beside}, {"accuracy": 0.91, "cer": 0.15, **beside}, *others]
    c = compare(*metrics, by="accuracy")
    first, second, *_ = c.verdict.in_language(lang).splitlines()
    head = {"en": "Highest accuracy as measured: 0.2.0 (0.91)", "zh": "accuracy 的测量值最高：0.2.0（0.91）"}
    assert head[lang] in first
    together = {"en": "; all metrics together, worse than 0.1.0: 0.2.0 in cer.", "zh": "；综合所有指标，差于 0.1.0：0.2.0 的 cer。"}
    assert first.endswith(together[lang])
    assert ("0.2.0 in cer" if lang == "en" else "0.2.0 的 cer") in second
    with speaking(lang):
        said = c.best("accuracy")._repr_mimebundle_()["text/plain"]
    assert ("All metrics together, worse than 0.1.0: 0.2.0 in cer." if lang == "en" else "综合所有指标，差于 0.1.0：0.2.0 的 cer。") in said
    assert ("best" if lang == "en" else "最优") not in said.partition("\n")[0].replace("best, but", "").lower()


def test_of_the_lowest_nothing_else_is_said_where_it_is_not_worse_in_another_metric():
    c = compare(*({"cer": value, "cer_stderr": 0.001, "accuracy": 0.9, "n": 1000} for value in (0.2, 0.1, 0.3)), by="cer")
    assert str(c.verdict.sentences[0]).startswith("Best by cer: 0.2.0 (0.1), told apart from every other")
    worse = compare(
        *({"cer": value, "cer_stderr": 0.001, "accuracy": 1 - value * 3, "n": 1000} for value in (0.1, 0.05, 0.2)), by="accuracy"
    )
    assert str(worse.verdict.sentences[0]).startswith("Best by accuracy: 0.2.0")
    assert str(
        compare(
            {"cer": 0.2, "cer_stderr": 0.001, "f1": 0.9, "n": 1000, "f1_stderr": 0.001},
            {"cer": 0.1, "cer_stderr": 0.001, "f1": 0.8, "f1_stderr": 0.001},
            by="cer",
        ).verdict.sentences[0]
    ).startswith("Lowest cer: 0.2.0 (0.1)")


@pytest.mark.parametrize("place", [0, 8])
def test_what_the_verdict_calls_worse_or_better_is_told_apart_from_the_best_by_best_too(place):
    # of many versions, most of them far from the baseline, one is near it: Holm's rule asks less of it than all pairs would
    values = [0.9, *[0.6] * 7, 0.871] if place == 0 else [0.871, *[0.6] * 7, 0.9]
    c = compare(*({"accuracy": value, "n": 1000} for value in values), by="accuracy")
    near = 8
    word = c.verdict.standings[c.names[near], "metrics.accuracy"]
    assert word == ("worse" if place == 0 else "better")
    assert c.best("accuracy").version == c.names[place]
    assert c.best("accuracy").together == ()
    assert "cannot be told apart" not in str(c.verdict.sentences[0])
