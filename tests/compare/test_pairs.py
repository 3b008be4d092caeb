import math
import random
import re
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison import minimal_pairs
from pai_notebook.errors import ComparisonError, ConfigurationError
from tests.compare.comparing import make, results, shuffled
from tests.examples import examples


def trained(name, cer, labels=None, **settings):
    spec = {"HyperParameters": [{"Name": key, "Value": str(value)} for key, value in settings.items()]} if settings else {}
    pairs = [{"Key": key, "Value": value} for key, value in (labels or {}).items()]
    return make(name, {"cer": cer}, TrainingSpec=spec, Labels=pairs)


def found(pairs):
    return [(pair.first, pair.second, pair.changes, round(pair.delta, 6)) for pair in pairs]


def test_versions_that_differ_in_one_setting_are_found_with_the_effect():
    versions = [
        trained("0.1.0", 0.2, lr=1, n=3),
        trained("0.2.0", 0.15, lr=2, n=3),
        trained("0.3.0", 0.1, lr=2, n=4),
        trained("0.4.0", 0.1, lr=5, n=9),
    ]
    pairs = minimal_pairs(versions, "cer")
    assert found(pairs) == [
        ("0.1.0", "0.2.0", (("training_spec.HyperParameters.lr", "1", "2"),), -0.05),
        ("0.2.0", "0.3.0", (("training_spec.HyperParameters.n", "3", "4"),), -0.05),
    ]
    assert "One run each: run-to-run spread unknown" in " ".join(str(pairs).split())
    assert not re.search("better|worse|effect|experiment", str(pairs).replace("lower is better", ""))


def test_pairs_are_ordered_by_setting_then_by_version_whatever_their_difference():
    versions = [trained("0.1.0", 0.20, lr=1, n=1), trained("0.2.0", 0.19, lr=2, n=1), trained("0.3.0", 0.10, lr=3, n=1)]
    assert [(pair.first, pair.second) for pair in minimal_pairs(versions, "cer")] == [
        ("0.1.0", "0.2.0"),
        ("0.1.0", "0.3.0"),
        ("0.2.0", "0.3.0"),
    ]


SEEDED = [
    trained("0.1.0", 0.905, lr=1, seed=1),
    trained("0.2.0", 0.897, lr=1, seed=2),
    trained("0.3.0", 0.898, lr=2, seed=1),
    trained("0.4.0", 0.894, lr=2, seed=2),
]


def test_changes_are_shown_by_their_difference_the_largest_first_and_seeds_last():
    versions = [
        trained("0.1.0", 0.2, lr=1, seed=1),
        trained("0.2.0", 0.5, lr=1, seed=2),
        trained("0.3.0", 0.1, lr=2, seed=1),
        trained("0.4.0", 0.18, lr=3, seed=1),
    ]
    pairs = minimal_pairs(versions, "cer")
    assert [change.is_seed for change in pairs.changes] == [False, False, False, True]
    sizes = [abs(change.delta) for change in pairs.changes[:-1]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_hyperparameter_is_shown_by_its_name_unless_two_are_called_alike():
    assert [
        line.split()[0] for line in str(minimal_pairs([trained("1", 0.1, lr=1), trained("2", 0.2, lr=2)], "cer")).splitlines()[6:7]
    ] == ["lr"]
    spec = {key: {"HyperParameters": {"lr": 1}} for key in ("A", "B")}
    other = [{**spec, key: {"HyperParameters": {"lr": 2}}} for key in spec]
    versions = [make(str(n), {"cer": n / 10}, TrainingSpec=document) for n, document in enumerate([spec, *other])]
    assert "A.HyperParameters.lr" in str(minimal_pairs(versions, "cer")).replace("\n", "")


def test_pairs_say_first_with_which_change_the_metric_differs_most_and_whether_runs_differ_as_much():
    def answer(versions):
        return " ".join(str(minimal_pairs(versions, "cer")).partition("\n\n")[0].split()).removeprefix("│ ").replace(" │", "")

    unknown = "which may be the spread of runs, as that is unknown."
    assert answer([trained("1", 0.1, lr=1), trained("2", 0.25, lr=2)]) == f"cer differs most with lr 1 → 2: +15.0 pp, {unknown}"
    assert answer(SEEDED).endswith("which could be chance.")
    assert answer([trained("1", 0.1, lr=1, seed=1), trained("2", 0.2, lr=1, seed=2)]).startswith("Versions that differ in one setting")


def test_pairs_that_differ_in_their_seed_alone_are_the_spread_of_runs_and_nothing_smaller_is_marked():
    pairs = minimal_pairs(SEEDED, "cer")
    assert (round(pairs.spread.sd, 4), pairs.spread.df) == (0.0045, 2)
    assert round(pairs.spread.needed(2.0), 3) == 0.027
    lr = [change for change in pairs.changes if not change.is_seed]
    assert [(len(change.pairs), round(change.delta, 4), change.beyond_chance) for change in lr] == [(2, -0.005, False)]
    text = " ".join(str(pairs).split())
    assert "mean of 2 -0.5 pp ≈ could be chance" in text
    assert "standard deviation of 0.45 pp (2 degrees of freedom); a single pair is beyond chance (95 %) from 2.8 pp" in text
    assert "▼" not in text


def test_a_change_that_is_more_than_runs_differ_is_marked():
    versions = [*SEEDED[:2], trained("0.3.0", 0.5, lr=2, seed=1), trained("0.4.0", 0.505, lr=2, seed=2)]
    pairs = minimal_pairs(versions, "cer")
    assert "▼ better" in str(pairs)
    frame = pairs.to_frame()
    assert frame.loc[frame["setting"].str.endswith("lr"), "beyond_chance"].tolist() == [True, True]
    assert frame.loc[frame["setting"].str.endswith("seed"), "beyond_chance"].isna().all()


def test_runs_of_one_setting_are_counted_once_and_not_once_a_pair():
    values = [0.1, 0.12, 0.15, 0.11]
    spread = minimal_pairs([trained(f"0.{place}.0", value, lr=1, seed=place) for place, value in enumerate(values)], "cer").spread
    assert (spread.sd, spread.df) == (pytest.approx(statistics.stdev(values)), 3)


def test_the_mean_of_several_pairs_needs_less_than_one_and_as_much_where_they_share_a_version():
    apart = minimal_pairs(SEEDED, "cer").spread
    assert apart.needed(1.0) == pytest.approx(apart.needed(2.0) / math.sqrt(2))


@pytest.mark.slow
def test_equal_effects_are_called_beyond_chance_in_about_five_percent():
    draw = random.Random(5)
    called = 0
    for _ in range(400):
        versions = [trained(f"0.{place}.0", draw.gauss(0.9, 0.01), lr=place // 4, seed=place % 4) for place in range(8)]
        called += any(change.beyond_chance for change in minimal_pairs(versions, "cer").changes if not change.is_seed)
    assert 0.02 < called / 400 < 0.09


def test_a_setting_that_one_version_lacks_is_a_change():
    pairs = minimal_pairs([trained("0.1.0", 0.2, lr=1), trained("0.2.0", 0.1, lr=1, warmup=5)], "cer")
    assert found(pairs) == [("0.1.0", "0.2.0", (("training_spec.HyperParameters.warmup", None, "5"),), -0.1)]
    assert "(not set) → 5" in str(pairs)


def test_a_label_is_a_setting():
    pairs = minimal_pairs([trained("0.1.0", 0.2, {"data": "a"}, lr=1), trained("0.2.0", 0.1, {"data": "b"}, lr=1)], "cer")
    assert found(pairs) == [("0.1.0", "0.2.0", (("labels.data", "a", "b"),), -0.1)]


def test_two_changes_are_found_when_two_are_allowed():
    versions = [trained("0.1.0", 0.2, lr=1, n=3), trained("0.2.0", 0.1, lr=2, n=4)]
    assert len(minimal_pairs(versions, "cer")) == 0
    assert len(minimal_pairs(versions, "cer", max_changes=2)[0].changes) == 2


def test_versions_with_equal_settings_are_no_pair():
    pairs = minimal_pairs([trained("0.1.0", 0.2, lr=1), trained("0.2.0", 0.1, lr=1)], "cer")
    assert len(pairs) == 0
    assert "No two of the 2 versions" in str(pairs)


def test_a_person_is_no_setting():
    pairs = minimal_pairs([trained("0.1.0", 0.1, {"owner": "a"}, lr=1), trained("0.2.0", 0.2, {"owner": "b"}, lr=2)], "cer")
    assert [[setting for setting, _, _ in pair.changes] for pair in pairs] == [["training_spec.HyperParameters.lr"]]
    assert "Left out, because they name a run or a person: labels.owner." in str(pairs)


def test_the_title_says_how_many_changes_were_allowed():
    versions = [trained("0.1.0", 0.1, lr=1, bs=1), trained("0.2.0", 0.2, lr=2, bs=2)]
    assert "differ in at most 2 settings or labels" in str(minimal_pairs(versions, "cer", max_changes=2))


def test_settings_that_name_a_run_are_left_out_and_listed():
    first = make("0.1.0", {"cer": 0.2}, TrainingSpec={"JobId": "1", "Outputs": {"model": "oss://1"}, "lr": 1})
    second = make("0.2.0", {"cer": 0.1}, TrainingSpec={"JobId": "2", "Outputs": {"model": "oss://2"}, "lr": 2})
    pairs = minimal_pairs([first, second], "cer")
    assert [pair.changes for pair in pairs] == [(("training_spec.lr", "1", "2"),)]
    assert pairs.ignored == ("training_spec.JobId", "training_spec.Outputs.model")


def test_a_metric_of_several_datasets_must_say_which():
    versions = [make(f"0.{n}.0", results(d_a={"cer": 0.1}, d_b={"cer": 0.2}), TrainingSpec={"lr": n}) for n in range(2)]
    with pytest.raises(ComparisonError, match="measured on 2 datasets"):
        minimal_pairs(versions, "cer")
    assert len(minimal_pairs(versions, "cer@d-b")) == 1


def test_versions_without_any_setting_say_that_nothing_can_be_found():
    with pytest.raises(ComparisonError, match="has a spec or a label"):
        minimal_pairs([make("0.1.0", {"cer": 0.1}), make("0.2.0", {"cer": 0.2})], "cer")


@pytest.mark.parametrize("versions", [[], [make("0.1.0", {"wer": 0.1})]])
def test_a_metric_that_is_not_there_is_an_error(versions):
    with pytest.raises(ComparisonError, match="no version has a metric 'cer'"):
        minimal_pairs(versions, "cer")


@pytest.mark.parametrize("count", [0, 4, -1, 1.5, float("nan"), "1", True, None])
def test_other_numbers_of_changes_are_an_error(count):
    with pytest.raises(ConfigurationError, match=r"^max_changes=.* cannot be used\. Pass a whole number from 1 to 3\.$"):
        minimal_pairs([trained("0.1.0", 0.1, lr=1)], "cer", max_changes=count)


def test_pairs_become_a_frame():
    frame = minimal_pairs([trained("0.1.0", 0.2, lr=1), trained("0.2.0", 0.1, lr=2)], "cer").to_frame()
    assert frame[["from", "to", "first", "second", "delta"]].to_numpy().tolist() == [["1", "2", "0.1.0", "0.2.0", -0.1]]


options = st.dictionaries(st.sampled_from(["lr", "n", "depth", "opt"]), st.integers(0, 2), max_size=4)


@examples(120)
@given(st.lists(options, min_size=1, max_size=8), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_pairs_are_those_of_looking_at_every_pair(contents, most, shuffler):
    versions = [trained(f"0.{number}.0", number / 10, **content) for number, content in enumerate(contents)]
    if not any(contents):
        return
    pairs = minimal_pairs(shuffled_order(versions, shuffler), "cer", max_changes=most)
    expected = set()
    for first in range(len(contents)):
        for second in range(first + 1, len(contents)):
            a, b = contents[first], contents[second]
            differing = [key for key in a.keys() | b.keys() if a.get(key) != b.get(key)]
            if a and b and 1 <= len(differing) <= most:
                expected.add((f"0.{first}.0", f"0.{second}.0", len(differing)))
    assert {(pair.first, pair.second, len(pair.changes)) for pair in pairs} == expected


def shuffled_order(versions, shuffler: random.Random):
    documents = [shuffled(version.raw, shuffler) for version in versions]
    shuffler.shuffle(documents)
    return [make(document.pop("VersionName"), document.pop("Metrics"), **document) for document in documents]


def test_seeds_that_give_the_same_value_are_no_spread_of_runs():
    # the computed mean of five of these is the next number to them
    versions = [trained(f"0.{seed}.0", 0.801, lr=1, seed=seed) for seed in range(5)]
    assert minimal_pairs(versions, "cer").spread is None


def test_of_many_versions_each_is_compared_with_the_nearest_values():
    rates = random.Random(5).sample(range(1, 1000), 300)
    versions = [trained(f"0.{place}.0", 0.1 + rate / 1e4, lr=rate / 100) for place, rate in enumerate(rates)]
    pairs = minimal_pairs(versions, "cer")
    place_of = {f"0.{place}.0": sorted(rates).index(rate) for place, rate in enumerate(rates)}
    apart = [abs(place_of[pair.first] - place_of[pair.second]) for pair in pairs]
    assert len(pairs) == len({(pair.first, pair.second) for pair in pairs}) == 8 * 300 - sum(range(9))
    assert max(apart) == 8
    assert "Of more than 100 versions that differ in the same settings, each is compared with the nearest values." in " ".join(
        str(pairs).split()
    )
    assert "nearest values" not in str(minimal_pairs(versions[:100], "cer"))


def test_of_many_runs_the_spread_is_that_of_all():
    chance = random.Random(7)
    values = [chance.gauss(0.5, 0.02) for _ in range(300)]
    runs = [trained(f"0.{place}.0", value, lr=1, seed=place) for place, value in enumerate(values)]
    spread = minimal_pairs(runs, "cer").spread
    assert (spread.df, spread.sd) == (299, pytest.approx(statistics.stdev(values)))


def test_of_many_versions_with_equal_settings_each_is_in_a_pair():
    versions = [trained(f"0.{place}.0", 0.1 + place % 2 / 100, lr=place % 2) for place in range(200)]
    (change,) = minimal_pairs(versions, "cer").changes
    assert len(change.pairs) == 100
    assert change.delta == pytest.approx(0.01)
    assert {name for pair in change.pairs for name in (pair.first, pair.second)} == {f"0.{place}.0" for place in range(200)}
