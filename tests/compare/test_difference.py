"""One definition of difference, asked of every surface that says whether something differs."""

import math
import random
import re
from fractions import Fraction
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison import Comparison, minimal_pairs
from pai_notebook.display import render_text
from pai_notebook.errors import RegressionError
from pai_notebook.io.drift import compare_versions
from pai_notebook.model.equality import same, shown
from pai_notebook.model.metrics import read_metrics
from pai_notebook.model.trees import tree_of
from pai_notebook.versions.versions import VersionSet
from tests.compare.comparing import compare, make
from tests.examples import cases

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(-1e15, 1e15)
    | st.just(math.nan)
    | st.text('a1"[{ \n,', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=6,
)


def mount(name):
    return {"mount_path": f"/{name}", "oss": {"path": f"oss://b/{name}"}}


def test_one_more_mount_is_the_only_difference():
    first = make("0.1.0", {"acc": 0.5}, InferenceSpec={"storage": [mount("a"), mount("b")]})
    second = make("0.2.0", {"acc": 0.5}, InferenceSpec={"storage": [mount("n"), mount("b"), mount("a")]})
    c = Comparison([first, second], baseline="first")
    assert [(row.full_name, str(row.changes[1].kind)) for row in c.changed] == [("inference_spec.storage./n.oss.path", "gained")]
    assert c.notes == ()


def test_a_list_compared_by_position_says_so(tmp_path):
    first = make("0.1.0", {"acc": 0.5}, InferenceSpec={"ports": [{"port": 1}, {"port": 2}], "same": [{"x": 1}]})
    second = make("0.2.0", {"acc": 0.5}, InferenceSpec={"ports": [{"port": 2}], "same": [{"x": 1}]})
    c = Comparison([first, second], baseline="first")
    assert {row.full_name for row in c.changed} == {"inference_spec.ports.0.port", "inference_spec.ports.1.port"}
    assert c.notes == ("inference_spec.ports is compared by position: not every object in it has a name of its own",)
    assert c.notes[0] in " ".join(str(c).replace("│", " ").split())
    # in a report with the settings alone, and not among the cautions
    assert c.report(tmp_path / "report.html", charts=False).read_text("utf-8").count("is compared by position") == 1


def test_named_metrics_can_be_ranked_gated_and_compared():
    first, second = ({"metrics": [{"type": "f1", "value": 0.5}, {"type": "accuracy", "value": value}]} for value in (0.9, 0.8))
    c = compare(first, second)
    assert [(row.name, str(row.changes[1].kind)) for row in c.changed] == [("metrics.accuracy", "worse")]
    assert c.best("metrics.accuracy").version == "0.1.0"
    with pytest.raises(RegressionError):
        c.gate("metrics.accuracy >= baseline")
    assert [version.version_name for version in VersionSet(c.versions).filter("metrics.accuracy > 0.85")] == ["0.1.0"]
    assert VersionSet(c.versions).to_frame(include="metrics.*")["metrics.metrics.accuracy"].tolist() == [0.9, 0.8]


def test_another_version_of_a_dataset_is_not_compared_with_the_first():
    entries = [
        {"Results": [{"Dataset": {"DatasetId": "d-a", "DatasetVersion": f"v{n}"}, "Metrics": {"accuracy": value}}]}
        for n, value in ((1, 0.9), (2, 0.8))
    ]
    c = compare(*entries)
    assert [row.name for row in c.metrics] == ["accuracy@d-a:v1", "accuracy@d-a:v2"]
    assert {str(row.changes[1].kind) for row in c.metrics} == {"lost", "gained"}
    assert any("d-a:v2" in text for text in c.comparability)


PAIRS = [
    (1, "1"),
    (True, "true"),
    (None, "null"),
    ("", None),
    (0.5, "0.5"),
    (math.nan, "NaN"),
    ([1, 2], "[1, 2]"),
    ([1], ["1"]),
    (["a, b"], ["a", "b"]),
    ({}, "{}"),
    ({}, []),
    ("a", "a "),
    ("a b", "a\tb"),
    ("x" * 300 + "a", "x" * 300 + "b"),
    ("word " * 60 + "a", "word " * 60 + "b"),
    (1, True),
    (2**53, 2**53 + 1),
]


def pair_of(first, second):
    """Build two versions that differ in one setting."""
    specs = {"0.1.0": {"x": first, "y": 1}, "0.2.0": {"x": second, "y": 1}}
    return [make(name, {"cer": place / 10}, TrainingSpec=spec) for place, (name, spec) in enumerate(specs.items())]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_values_that_differ_look_different_wherever_they_are_shown(first, second):
    versions = pair_of(first, second)
    c = Comparison(versions, baseline="first")
    row = c["training_spec.x"]
    assert row.changes[1].kind == "changed"
    assert row.shown(0) != row.shown(1)
    (pair,) = minimal_pairs(versions, "cer")
    assert pair.changes == (("training_spec.x", row.shown(0), row.shown(1)),)
    (change,) = [found.text for found in c.explain(everything=True).changes["0.2.0"] if found.rows[0][0] == row.full_name]
    before, _, after = change.partition(" → ")
    assert before.removeprefix("x ") != after
    cells = [line for line in render_text(c._describe(), width=2000).split("\n") if line.strip().startswith("x ")]
    assert len(set(re.split(r" {2,}", re.sub(r" [≠+].*", "", cells[0].strip()))[1:])) == 2
    trees = [render_text(tree_of({"x": value, "y": 1})) for value in (first, second)]
    assert trees[0] != trees[1]
    (found,) = compare_versions(versions[0], make("0.2.0", {"cer": 0.0}, TrainingSpec={"x": second, "y": 1}))[0][1:]
    assert (found.field, found.before, found.after) == ("training_spec.x", row.shown(0), row.shown(1))
    assert {table.rows[-1][place] for table, place in ((c._printed(), 3), (next(c._tables()), 4))} == {row.shown(0)}
    assert {table.rows[-1][place] for table, place in ((c._printed(), 4), (next(c._tables()), 5))} == {row.shown(1)}
    assert list(c.to_frame("text", section="specs").iloc[0]) == [row.shown(0), row.shown(1)]


@pytest.mark.parametrize(("first", "second"), [(1, 1.0), (math.nan, math.nan), (0.0, -0.0), ([1, 2.0], [1.0, 2]), ({"a": 1}, {"a": 1.0})])
def test_values_that_do_not_differ_are_the_same_everywhere(first, second):
    versions = pair_of(first, second)
    c = Comparison(versions, baseline="first")
    assert [row.full_name for row in c.changed] == ["metrics.cer"]
    assert [pair.changes for pair in minimal_pairs([*versions, *pair_of(first, "else")[1:]][:2], "cer")] == []
    assert compare_versions(versions[0], make("0.1.0", {"cer": 0.0}, TrainingSpec={"x": second, "y": 1}))[0] == ()
    assert versions[0] == make("0.1.0", {"cer": 0.0}, TrainingSpec={"x": second, "y": 1})
    assert hash(versions[0]) == hash(make("0.1.0", {"cer": 0.0}, TrainingSpec={"x": second, "y": 1}))


def test_a_field_that_is_not_known_takes_part_like_the_others():
    versions = VersionSet([make(f"0.{bits}.0", {"cer": 0.1}, QuantizationSpec={"Bits": bits}) for bits in (4, 8)])
    c = versions.compare("first")
    assert [row.full_name for row in c.changed] == ["QuantizationSpec.Bits"]
    assert "Bits: 4 → 8" in str(c.explain())
    assert "QuantizationSpec.Bits" in versions.to_frame().columns
    assert [version.version_name for version in versions.filter("QuantizationSpec.Bits > 4")] == ["0.8.0"]


def test_a_change_of_type_is_said_in_words():
    c = Comparison(pair_of(1, "1"), baseline="first", exclude="cer")
    assert 'x: 1 → "1"' in str(c.explain())
    assert '"1" ≠ changed from number to text' in " ".join(str(c).split())


def test_a_number_sent_as_text_is_another_value_of_a_metric():
    c = compare({"cer": 0.91}, {"cer": "0.91"})
    assert (str(c["cer"].changes[1].kind), c["cer"].changes[1].delta) == ("changed", 0.0)
    assert 'cer 0.91 → "0.91"' in str(c.explain(everything=True))
    assert c.gate("cer <= baseline").passed


def test_a_field_of_another_type_is_another_value():
    versions = [make("0.1.0", {"cer": 0.1}, SourceId=7), make("0.2.0", {"cer": 0.1}, SourceId="7")]
    row = Comparison(versions, baseline="first")["source_id"]
    assert (row.shown(0), row.shown(1), str(row.changes[1].kind)) == ("7", '"7"', "changed")
    plain = Comparison([make("0.1.0", SourceId="7"), make("0.2.0", SourceId="8")], baseline="first")["source_id"]
    assert (plain.shown(0), plain.shown(1)) == ("7", "8")


def test_texts_that_look_like_numbers_have_no_quotes_where_nothing_but_texts_stands():
    versions = [
        make(f"0.{n}.0", {"cer": 0.1 + n}, TrainingSpec={"HyperParameters": {"gamma": gamma}}) for n, gamma in enumerate(("0.8", "0.4"))
    ]
    c = Comparison(versions)
    assert [c["training_spec.HyperParameters.gamma"].shown(place) for place in (0, 1)] == ["0.8", "0.4"]
    (pair,) = minimal_pairs(versions, "cer")
    assert pair.changes == (("training_spec.HyperParameters.gamma", "0.8", "0.4"),)
    assert '"0.8"' not in str(c) + str(c.explain(everything=True))


def test_several_values_of_a_label_are_no_single_one():
    pairs = [{"Key": "env", "Value": value} for value in ("a", "b")]
    versions = [make("0.1.0", {"cer": 0.1}, Labels=pairs), make("0.2.0", {"cer": 0.2}, Labels=[{"Key": "env", "Value": "a, b"}])]
    row = Comparison(versions, baseline="first")["labels.env"]
    assert (row.shown(0), row.shown(1), str(row.changes[1].kind)) == ('"a" / "b"', "a, b", "changed")
    assert minimal_pairs(versions, "cer")[0].changes == (("labels.env", '"a" / "b"', "a, b"),)


@given(json_values, json_values)
def test_shown_tells_apart_exactly_what_differs(first, second):
    assert (shown(first) == shown(second)) == same(first, second)


NUMBERS = [0, 0.0, -0.0, 1, 1.0, 0.5, math.nan, 2**53, 2**53 + 1, float(2**53)]
WORDS = ["1", "1.0", "true", "null", "", "a", "NaN", "0.5"]
LISTS = [[], [1], [1.0], ["1"], [1, "a"], [True], [None]]
VALUES = [*NUMBERS, *WORDS, *LISTS, True, None]
NAMES = ["a", "b.c", "deep"]


def told_by_oracle(value):
    """One text for values that do not differ: exact fractions for numbers, tags for everything else."""
    if isinstance(value, bool):
        return f"boolean {value}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"number {value}"
    if isinstance(value, int | float):
        return f"number {Fraction(value)}"
    if isinstance(value, list):
        return f"list [{'; '.join(map(told_by_oracle, value))}]"
    return "null" if value is None else f"text {len(value)} {value}"


class RandomSet:
    """Versions of one model with random settings, and their settings as the oracle sees them."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.pool = self.draw.sample(VALUES, self.draw.randint(2, 6))
        self.settings, self.fields = [], []
        for _ in range(self.draw.randint(2, 6)):
            settings, fields = self._one()
            self.settings.append(settings)
            self.fields.append(fields)
        self.versions = [self.version(place, place) for place in range(len(self.fields))]

    def _chosen(self, names, share):
        return {name: self.draw.choice(self.pool) for name in names if self.draw.random() < share}

    def _one(self):
        plain, deep, named = self._chosen(["a", "b.c"], 0.8), self._chosen(["er"], 0.6), self._chosen(["lr", "n"], 0.7)
        label = self.draw.choice(["x", "1", "", None])
        settings = {f"training_spec.{name}": told_by_oracle(value) for name, value in plain.items()}
        settings |= {f"training_spec.deep.{name}": told_by_oracle(value) for name, value in deep.items()}
        settings |= {f"training_spec.HyperParameters.{name}": told_by_oracle(value) for name, value in named.items()}
        settings |= {} if label is None else {"labels.env": f"text {label}"}
        pairs = [{"Name": name, "Value": value} for name, value in named.items()]
        self.draw.shuffle(pairs)
        spec = plain | ({"deep": deep} if deep else {}) | ({"HyperParameters": pairs} if pairs else {})
        fields = ({"TrainingSpec": spec} if spec else {}) | ({} if label is None else {"Labels": [{"Key": "env", "Value": label}]})
        return settings, fields

    def version(self, place, settings_of):
        """Build the version at a place with the settings of the one at another."""
        return make(f"0.{place}.0", {"cer": place / 8}, **self.fields[settings_of])

    def differing(self, first, second):
        """Names of settings that differ, by looking at each."""
        one, other = self.settings[first], self.settings[second]
        return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def plain(name):
    """Give a name without the escapes of dots inside keys."""
    return name.replace("\\", "")


def pairs_by_looking_at_each(tried, most):
    places = [place for place, settings in enumerate(tried.settings) if settings]
    found = {pair: tried.differing(*pair) for pair in combinations(places, 2)}
    return {(f"0.{one}.0", f"0.{other}.0"): names for (one, other), names in found.items() if 1 <= len(names) <= most}


@pytest.mark.slow
def test_pairs_comparisons_drift_frames_and_equality_agree_with_an_oracle():
    for seed in range(cases(1000)):
        tried = RandomSet(seed)
        most, baseline = tried.draw.randint(1, 3), tried.draw.randrange(len(tried.versions))
        if any(tried.settings):
            found = minimal_pairs(tried.versions, "cer", max_changes=most)
            names = {(pair.first, pair.second): {plain(name) for name, _, _ in pair.changes} for pair in found}
            assert names == pairs_by_looking_at_each(tried, most), seed
            assert all(before != after for pair in found for _, before, after in pair.changes), seed
        c = Comparison(tried.versions, baseline=f"0.{baseline}.0", exclude="cer", only="all")
        frame = VersionSet(tried.versions).to_frame().filter(regex="^(labels|training_spec)[.]")
        for place in range(len(tried.versions)):
            expected = tried.differing(baseline, place)
            differing = [row for row in c.rows if str(row.changes[place].kind) not in ("same", "baseline")]
            assert {plain(row.full_name) for row in differing} == expected, seed
            assert all(row.shown(place) != row.shown(baseline) for row in differing), seed
            again = tried.version(baseline, place)
            assert {plain(change.field) for change in compare_versions(tried.versions[baseline], again)[0]} == expected, seed
            assert (again == tried.versions[baseline]) == (not expected), seed
            seen = unlike(frame, place, baseline)
            assert seen <= expected, seed
            assert all(is_gap(tried, name, place, baseline) for name in expected - seen), seed


def unlike(frame, place, baseline):
    """Columns in which two rows differ."""
    pairs = {plain(name): (frame[name].iloc[place], frame[name].iloc[baseline]) for name in frame.columns}
    return {name for name, (one, other) in pairs.items() if pd.isna(one) != pd.isna(other) or (not pd.isna(one) and one != other)}


def is_gap(tried, name, *places):
    """Whether a column of a frame cannot tell two values apart: null and what is missing, and NaN among numbers, are one gap there."""
    return {tried.settings[place].get(name) for place in places} <= {None, "null", "number nan"}


MEASURED = [*NUMBERS, *WORDS, True, None, [1, 2], [[1]], 10**400, -math.inf]


@pytest.mark.parametrize("first", MEASURED, ids=repr)
def test_a_metric_changes_as_the_oracle_says(first):
    for second in MEASURED:
        c = compare({"cer": first}, {"cer": second})
        differs = told_by_oracle(first) != told_by_oracle(second)
        assert (c["cer"] in c.changed) == differs, (first, second)
        assert (read_metrics({"cer": first}) == read_metrics({"cer": second})) == (not differs)
        if differs:
            assert c["cer"].shown(0) != c["cer"].shown(1)
            before, _, after = c.explain(everything=True).changes["0.2.0"][0].text.removeprefix("cer ").partition(" → ")
            assert before != after


def test_the_exports_of_a_comparison_agree_with_its_frame():
    draw = random.Random(5)
    metrics = [{f"m{n}": draw.random() for n in range(9)} | {"big": 2**53 + place, "text": str(draw.random())} for place in range(3)]
    c = compare(*metrics, only="all")
    frame = c.to_frame("value")
    printed = {row[0]: row[3:] for row in c._printed().rows}
    for (_, path, _), values in frame.iterrows():
        assert [float(text.partition(" (")[0]) for text in printed[path]] == list(values)
    for form in (c.to_markdown(), c.to_latex(), c.to_csv()):
        assert all(repr(number) in form for each in metrics for name, number in each.items() if name[0] == "m")


@pytest.mark.parametrize(
    ("first", "second"), [(True, "true"), (None, "null"), (math.nan, "NaN"), (0.91, "0.91"), ([1, 2], "[1, 2]"), ("", None)]
)
def test_metrics_that_differ_look_different_on_cards(first, second):
    cards = [render_text(make("0.1.0", {"m": value})._describe()) for value in (first, second)]
    assert cards[0] != cards[1]
