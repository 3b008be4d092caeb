"""Candidates that no registry knows: rows of a DataFrame and results of lm-evaluation-harness beside registered versions."""

import contextlib
import copy
import io
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound, VersionNotFound
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model import elsewhere
from tests.examples import examples

RESULTS = Path(__file__).parents[1] / "data" / "lm_eval"
BASE = next((RESULTS / "base").glob("*.json"))
FRAME = pd.DataFrame(
    {
        "run": ["lr-3e-4", "lr-1e-3"],
        "accuracy@d-wineholdout0001": [0.95, np.nan],
        "latency_ms": pd.array([3, None], dtype="Int64"),
        "note": ["first", None],
        "labels.seed": [7, 8],
    }
)
MARK = "not registered"


@pytest.fixture(scope="module")
def registered():
    with pnb.connect("demo", default=False) as registry:
        yield registry.get_versions("wine-cultivar@1.5.0,1.9.0")


@pytest.fixture
def candidates():
    return pnb.VersionSet.from_frame(FRAME, name="run", metrics=["accuracy@d-wineholdout0001", "latency_ms"], labels=["labels.seed"])


def test_a_row_is_a_version_and_what_is_missing_in_it_is_not_recorded(candidates):
    first, second = candidates
    assert first.version_name == "lr-3e-4"
    assert {cell.name: cell.value for cell in first.metrics.cells} == {"accuracy@d-wineholdout0001": 0.95, "latency_ms": 3}
    assert first.labels["seed"] == "7"
    assert list(second.metrics.cells) == []


def test_without_names_of_columns_numbers_are_metrics_and_the_index_has_the_names():
    vs = pnb.VersionSet.from_frame(FRAME.set_index("run"))
    assert [cell.name for cell in vs["lr-3e-4"].metrics.cells] == ["accuracy@d-wineholdout0001", "latency_ms"]
    assert dict(vs["lr-3e-4"].labels) == {"seed": "7"}
    assert dict(pnb.VersionSet.from_frame(FRAME, name="run", labels=["note"])["lr-3e-4"].labels) == {"note": "first"}


def test_a_frame_of_versions_is_read_back(registered):
    again = pnb.VersionSet.from_frame(registered.to_frame())
    for version in registered:
        for cell in version.metrics.cells:
            assert again[version.version_name].metrics[cell.path, cell.dataset].value == cell.value
        assert dict(again[version.version_name].labels) == dict(version.labels)


def test_a_frame_with_a_row_a_metric_is_refused_with_the_one_that_was_meant(registered):
    long = registered.to_frame(layout="long")
    for frame in (long, long.set_index(["version", "metric"]), long.drop(columns="model")):
        with pytest.raises(
            ConfigurationError, match=r"a row a metric, .*not a row a version\. Use VersionSet\.from_frame\(versions\.to_frame\(\)\)"
        ):
            pnb.VersionSet.from_frame(frame)
    own = pd.DataFrame({"version": ["a"], "dataset": ["x"], "metric": ["y"], "value": [1.5]})
    assert pnb.VersionSet.from_frame(own, name="version", metrics=["value"])["a"].metrics["value"].value == 1.5


@given(st.lists(st.floats() | st.integers(-(2**53), 2**53), min_size=1, max_size=4))
def test_numbers_of_a_frame_are_the_numbers_of_the_metrics(values):
    frame = pd.DataFrame({"m": pd.Series(values, index=[f"v{place}" for place in range(len(values))], dtype=object)})
    vs = pnb.VersionSet.from_frame(frame, metrics=["m"])
    for version, value in zip(vs, values, strict=True):
        cells = [cell.raw for cell in version.metrics.cells]
        assert cells == ([] if isinstance(value, float) and math.isnan(value) else [value])


@pytest.mark.parametrize(
    ("frame", "arguments", "says"),
    [
        ({"a": [1]}, {}, "is not a DataFrame"),
        (FRAME, {"name": "ran"}, "name: no column 'ran'"),
        (FRAME, {"name": "run", "metrics": ["acuracy@d-wineholdout0001"]}, "Nearest"),
        (FRAME, {"name": "note"}, "row 1 has no name"),
        (pd.concat([FRAME, FRAME]), {"name": "run"}, "two rows are named 'lr-3e-4'"),
        (pd.concat([FRAME, FRAME], axis=1), {"name": "run"}, "several columns are named"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), {}, "several columns are named '1'"),
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("acc", "a"), ("acc", "b")])), {}, "columns have 2 levels"),
        (pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)])), {}, "index has 2 levels"),
        (pd.DataFrame({"a": [1], "metrics.a": [2]}), {"metrics": ["a", "metrics.a"]}, "two columns are 'a'"),
        (pd.DataFrame({"a": [1], "e": ["x"], "labels.e": ["y"]}), {"labels": ["e", "labels.e"]}, "labels: two columns are 'e'"),
        (pd.DataFrame({"@d-a": [1.0]}), {}, "a column is named '@d-a'"),
        (pd.DataFrame({"t": [pd.Timestamp("2026-01-01")]}), {"metrics": ["t"]}, "the column 't' holds Timestamp"),
        (pd.DataFrame({"t": pd.to_timedelta([1], unit="s")}), {"metrics": ["t"]}, "the column 't' holds Timedelta"),
        (pd.DataFrame({"z": [1 + 2j]}), {"metrics": ["z"]}, "the column 'z' holds"),
    ],
)
def test_a_frame_that_cannot_be_read_is_refused_by_what_is_wrong(frame, arguments, says):
    with pytest.raises(ConfigurationError, match=says):
        pnb.VersionSet.from_frame(frame, **arguments)


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 version, not registered"), (2, "2 versions, not registered"), (0, "2 versions, 1 of them not registered")]
)
def test_a_list_says_how_many_versions_are_not_registered(registered, candidates, count, said):
    assert said in str(candidates[:count] if count else registered[:1] + candidates[:1])


def test_one_table_for_a_paired_result_is_called_one(registered):
    c = registered.compare()
    with pytest.raises(ConfigurationError, match=r"1 table \(1\.5\.0\) given"):
        c.paired(c.metrics[0].full_name, {c.names[0]: pd.DataFrame({"id": [1], "ok": [True]})}, on="id", correct="ok")


def test_a_candidate_is_marked_wherever_it_is_shown(registered, candidates, tmp_path):
    both = registered + candidates[:1]
    compared = both.compare(baseline="1.5.0")
    report = compared.report(tmp_path / "r.html", charts=False, gates="accuracy@d-wineholdout0001 >= 0.99").read_text("utf-8")
    gate = compared.check("accuracy@d-wineholdout0001 >= 0.99")
    assert "lr-3e-4 (not registered)" in compared.names
    for shown in (
        both,
        both[-1],
        both["lr-3e-4"],
        compared,
        compared.verdict,
        compared.explain(),
        gate,
        compared.rank("accuracy@d-wineholdout0001"),
    ):
        text, html = str(shown), shown._repr_html_()
        if "lr-3e-4" in text:
            assert MARK in text.lower()
            assert MARK in html.lower()
    assert MARK in report
    assert MARK in compared.to_csv()
    assert MARK in both.to_csv().lower()
    assert pnb.load(both.save(tmp_path / "x.paisnap.json"))["lr-3e-4"].is_registered is False


def test_a_candidate_claims_no_address_and_no_registry_is_asked_for_it(registered, candidates):
    first = candidates[0]
    assert (first.model_id, first.is_registered, registered[0].is_registered) == ("", False, True)
    assert "@" not in first.address
    scope = {}
    exec((registered + candidates).compare(baseline="1.5.0").to_code(), scope)
    assert scope["c"] == (registered + candidates).compare(baseline="1.5.0")
    with pnb.connect("demo", default=False) as registry, pytest.raises(ConfigurationError, match="are not registered"):
        registry.drift(candidates)


def test_a_candidate_is_no_baseline_unless_it_is_named(registered, candidates):
    pending = registered[-1:]
    assert (pending + candidates).compare().baseline_name == pending[0].version_name
    assert (registered + candidates).compare().baseline_name == "1.5.0"
    compared = (registered + candidates).compare(baseline="lr-3e-4")
    assert compared.baseline_name == "lr-3e-4 (not registered)"
    assert compared == (registered + candidates).compare(baseline="lr-3e-4 (not registered)")


def test_a_registry_compares_candidates_with_what_it_fetches(candidates):
    with pnb.connect("demo", default=False) as registry:
        compared = registry.compare(registry.get_versions("wine-cultivar@latest") + candidates[:1], baseline="approved")
        assert compared.baseline_name.startswith("1.5.0") or compared.baseline_name.endswith("@1.5.0")


def test_results_of_the_harness_have_standard_errors_examples_and_settings():
    vs = pnb.VersionSet.from_lm_eval(RESULTS)
    assert [version.version_name for version in vs] == ["acme/tiny-base", "acme/tiny-tuned"]
    base = vs["acme/tiny-base"]
    assert base.metrics["exact_match,strict-match", "gsm8k"].value == 0.098
    assert {cell.path for cell in base.metrics.cells if cell.dataset == "wikitext"} == {"word_perplexity,none", "n"}
    assert base.evaluation_spec["tasks"]["gsm8k"] == {"version": 3.0, "num_fewshot": 5}
    assert f"{base.created:%Y-%m-%d}" == "2026-01-01"
    assert "CANARY" not in json.dumps(base.raw)
    compared = vs.compare(baseline="acme/tiny-base")
    row = compared["acc,none", "arc_easy"]
    place = compared.names.index("acme/tiny-tuned (not registered)")
    evidence = row.changes[place].evidence
    assert str(row.changes[place].verdict) == "better"
    expected = json.loads(BASE.read_text("utf-8"))["results"]["arc_easy"]["acc_stderr,none"]
    assert 2.5 * expected < evidence.interval.high - evidence.interval.low < 2 * 1.97 * expected * math.sqrt(2)
    assert str(compared["exact_match,strict-match", "gsm8k"].changes[place].verdict) == "could be chance"


def test_results_are_read_from_a_file_a_folder_several_of_them_and_what_the_harness_returns():
    content = json.loads(BASE.read_text("utf-8"))
    one = pnb.VersionSet.from_lm_eval(BASE)
    assert one == pnb.VersionSet.from_lm_eval(str(BASE)) == pnb.VersionSet.from_lm_eval(content) == pnb.VersionSet.from_lm_eval([BASE])
    assert len(pnb.VersionSet.from_lm_eval([RESULTS / "base", RESULTS / "tuned"])) == 2
    again = copy.deepcopy(content)
    again["date"] += 3600
    assert [version.version_name for version in pnb.VersionSet.from_lm_eval([content, again])] == [
        "acme/tiny-base 2026-01-01 00:00:00",
        "acme/tiny-base 2026-01-01 01:00:00",
    ]
    later = {**content, "date": content["date"] + 1}
    undated = {key: value for key, value in content.items() if key != "date"}
    named = [version.version_name for version in pnb.VersionSet.from_lm_eval([content, later, content, undated, undated])]
    assert len(set(named)) == len(named) == 5


def test_results_of_older_releases_and_of_other_models_are_read():
    old = {
        "results": {"piqa": {"acc": 0.7, "acc_stderr": 0.01}},
        "config": {"model": "hf", "model_args": {"pretrained": "acme/old", "token": "x"}},
    }
    (version,) = pnb.VersionSet.from_lm_eval(old)
    assert (version.version_name, version.metrics["acc", "piqa"].value, version.created) == ("acme/old", 0.7, None)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"a": 1}, "is not a file of results of lm-evaluation-harness"),
        ({"results": []}, "is not a file of results of lm-evaluation-harness"),
        (3, "is not a file of results"),
        ("nowhere.json", "no file or folder nowhere.json. Pass results_"),
        ([], "there are none"),
        ({"results": {}}, "is not a file of results of lm-evaluation-harness"),
        ("{", "results_"),
        (RESULTS.parent / "corpora", "no results_\\*.json"),
    ],
)
def test_what_is_no_result_is_refused(given, says):
    with pytest.raises(ConfigurationError, match=says):
        pnb.VersionSet.from_lm_eval(given)


def test_columns_of_any_names_and_types_of_numbers_are_read_and_what_is_left_out_is_named():
    frame = pd.DataFrame({0: [0.1, 0.2], "kind": pd.Categorical([3, 4]), "when": pd.Timestamp("2026-01-01"), "note": "x"}, index=["a", "b"])
    vs = pnb.VersionSet.from_frame(frame)
    assert {cell.path: cell.value for cell in vs["a"].metrics.cells} == {"0": 0.1, "kind": 3}
    assert vs.origin == "From a table; names: the index; metrics: 0, kind; left out: when (times), note (texts)."
    assert "when (times), note (texts)" in str(vs).replace("\n│", "")
    told = pnb.VersionSet.from_frame(frame, metrics=["0"], labels=["note"])
    assert told.origin == "From a table; names: the index; metrics: 0; labels: note; left out: kind, when."
    several = pd.DataFrame({"folds": [np.array([0.9, 0.8]), [0.7, 0.6]]}, index=["a", "b"])
    assert pnb.VersionSet.from_frame(several, metrics=["folds"])["a"].metrics["folds"].raw == [0.9, 0.8]


def test_columns_of_settings_group_candidates_and_are_no_metrics():
    frame = pd.DataFrame(
        {"auc": [0.9, 0.8, 0.7], "lr": [0.1, 0.1, 0.2], "seed": [1, 2, 3], "training_spec.Optimizer.name": ["a", "a", "b"]},
        index=list("xyz"),
    )
    vs = pnb.VersionSet.from_frame(frame, settings=["lr", "seed", "training_spec.Optimizer.name"])
    assert vs.origin == "From a table; names: the index; metrics: auc; settings: lr, seed, training_spec.Optimizer.name."
    assert vs["x"].training_spec == {"HyperParameters": {"lr": 0.1, "seed": 1}, "Optimizer": {"name": "a"}}
    assert [cell.path for cell in vs["x"].metrics.cells] == ["auc"]
    assert [group.version_name for group in vs.groupby("lr")] == ["lr=0.1", "lr=0.2"]
    assert vs.group_repeats()[0].ignored == ("training_spec.HyperParameters.seed",)
    # by default what to_frame calls a setting is one
    again = pnb.VersionSet.from_frame(vs.to_frame())
    assert [version.training_spec for version in again] == [version.training_spec for version in vs]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (["lrr"], "settings: no column 'lrr'"),
        (["lr", "training_spec.HyperParameters.lr"], "settings: two columns are"),
        (["when"], "settings: the column 'when' holds"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, says):
    frame = pd.DataFrame({"lr": [0.1], "training_spec.HyperParameters.lr": [0.2], "when": pd.Timestamp("2026-01-01")}, index=["a"])
    with pytest.raises(ConfigurationError, match=says):
        pnb.VersionSet.from_frame(frame, settings=settings)


def test_two_candidates_of_one_name_are_told_apart_and_results_by_example_refused():
    one, other = (pnb.VersionSet.from_frame(pd.DataFrame({"accuracy": [value]}, index=["a"])) for value in (0.9, 0.8))
    c = (one + other).compare()
    assert c.names == ("a (not registered)", "a (not registered) (2)")
    assert [cell.value for cell in c["accuracy"].cells] == [0.9, 0.8]
    frames = {name: pd.DataFrame({"id": range(10), "ok": True}) for name in c.names}
    for compared in (c, (other + one).compare()):
        with pytest.raises(ComparisonError, match="2 versions here are named a: which of them the results are of is not known"):
            compared.paired("accuracy", frames, on="id", correct="ok")
    with pytest.raises(ComparisonError, match=r"Take one by its position: \[0\] and \[1\]"):
        (one + other)["a"]
    assert "take it by name, as in vs['a']" in str(one.select("a").errors["a"])


def settings_table(versions, baseline):
    """What a comparison says of settings and other fields, as text."""
    table = str(versions.compare(baseline, exclude="labels.*")).partition("Settings and labels")[2].partition("Where the intervals")[0]
    assert "HyperParameters.C" in table
    return table


def test_the_settings_of_a_baseline_are_told_once_to_a_candidate_without_any(registered, candidates):
    compared = (registered + candidates[:1]).compare(baseline="1.5.0")
    assert len(compared.specs) > 5
    name, settings = "lr-3e-4 (not registered)", {row.full_name for row in compared.specs}
    first, *others = compared.explain().changes[name]
    assert first.text == f"no settings and other fields recorded, {len(first.rows)} in 1.5.0"
    assert not any(row in settings for finding in others for row, _ in finding.rows)
    text = " ".join(str(compared).split())
    assert "no settings recorded, " in text
    assert f"{name}: no settings recorded" in text
    assert "gone" not in settings_table(registered[:1] + candidates[:1], "1.5.0")
    told = compared.explain(everything=True).changes[name]
    assert sum("→ —" in finding.text for finding in told) > 5


def test_a_baseline_without_settings_is_told_once_and_makes_nothing_new(registered, candidates):
    compared = (registered + candidates[:1]).compare(baseline="lr-3e-4")
    first = compared.explain().changes["1.5.0"][0]
    assert first.text == f"{len(first.rows)} settings and other fields, none recorded in lr-3e-4 (not registered)"
    assert "new" not in settings_table(registered + candidates[:1], "lr-3e-4")


def test_a_file_that_is_no_results_is_named(tmp_path):
    (tmp_path / "run.txt").write_text("hello")
    with pytest.raises(ConfigurationError, match=r"^results run\.txt is a text that is not JSON"):
        pnb.VersionSet.from_lm_eval(tmp_path / "run.txt")


def test_the_time_that_names_of_a_table_take_grows_with_their_number(monkeypatch):
    compared = []

    class Name(str):
        __slots__ = ()

        def __eq__(self, other):
            compared.append(other)
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    monkeypatch.setattr(elsewhere, "str", Name, raising=False)
    assert len(elsewhere._names_of_rows(range(500), "")) == 500
    assert len(compared) < 5 * 500


@pytest.mark.parametrize("results", [{"a": 5}, {"a": {"acc,none": "N/A"}}])
def test_results_without_a_number_are_no_results(results):
    with pytest.raises(ConfigurationError, match="has no task with a number"):
        pnb.VersionSet.from_lm_eval({"results": results})


def test_a_number_written_as_text_counts_as_that_number(registered):
    frame = pd.DataFrame({"run": ["a", "b"], "accuracy@d-wineholdout0001": [0.9, "0.99"], "cer": ["0.1", None], "note": ["007", "1e3"]})
    vs = pnb.VersionSet.from_frame(frame, name="run")
    assert vs["b"].metrics["accuracy", "d-wineholdout0001"].value == 0.99
    assert "left out: note" in vs.origin
    c = (registered + vs).compare(baseline="1.5.0")
    assert "0.990†" in str(c)
    assert c.check("cer <= 0.1 if present").passed


@pytest.mark.parametrize("column", ["accuracy", "accuracy@d-wineholdout0001", "metrics.accuracy@wine-holdout"])
def test_a_column_that_was_left_out_is_named_where_it_is_missed(registered, column):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a"], column: ["99%"], "n": [3]}), name="run", metrics=["n"])
    said = f"the column {column} of a (not registered) was left out of the table; metrics= would take it"
    assert said in (registered + vs).compare(baseline="1.5.0").comparability
    assert not any("left out" in each for each in registered.compare().comparability)


@pytest.mark.parametrize("redact", [None, "default"])
def test_columns_that_were_left_out_are_kept_in_snapshots_parts_and_masked_sets(registered, redact, tmp_path):
    frame = pd.DataFrame({"run": ["a"], "accuracy": ["99%"], "by li@example.com": ["x"], "n": [3]})
    both = registered + pnb.VersionSet.from_frame(frame, name="run", metrics=["n"])
    said = "the column accuracy of a (not registered) was left out of the table; metrics= would take it"
    loaded = pnb.load(both.save(tmp_path / "s.paisnap.json", redact=redact))
    assert "Left out of the table: accuracy and by " in loaded.origin
    assert ("li@example.com" in (tmp_path / "s.paisnap.json").read_text("utf-8") + loaded.origin) is (redact is None)
    for kept in (loaded, loaded[["1.5.0", "a"]], both[["a", "1.5.0"]], both.filter("n@ > 0 or accuracy@wine-holdout > 0"), both.redact()):
        assert said in kept.compare(baseline="1.5.0").comparability


def test_one_text_among_numbers_leaves_no_column_out_and_is_named():
    text = "run,accuracy@digits-holdout,f1,done,note\na,0.97,1,True,x\nb,0.99,2,False,0.5\nc,,3,True,\nd,95%,True,False,0.25%\n"
    for frame in (pd.read_csv(io.StringIO(text)), pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)):
        vs = pnb.VersionSet.from_frame(frame, name="run")
        assert "metrics: accuracy@digits-holdout, f1; left out: done (" in vs.origin
        assert "note (texts such as '0.25%')" in vs.origin
        assert "accuracy@digits-holdout: '95%' of d is not a number, f1: 'True' of d is not a number" in vs.origin
        assert vs["a"].metrics["accuracy@digits-holdout"].value == 0.97
        assert [cell.path for cell in vs["c"].metrics.cells] == ["f1"]
    cells = {"a": [0.5, 0.75, True, [0.5, 0.25], 1], "b": [[1], [2], [3], [4], [5]], "c": None, "d": [1, 2, 3, pd.Timestamp(0), 4]}
    frame = pd.DataFrame(cells)
    assert pnb.VersionSet.from_frame(frame).origin == (
        "From a table; metrics: a; left out: b (lists), c (empty), d (mostly not numbers); a: True of 2 is not a number."
    )
    many = pd.DataFrame({"a": [*range(20), *["n/a"] * 9]})
    assert pnb.VersionSet.from_frame(many).origin.endswith("'n/a' of 22 is not a number and 6 more.")


@pytest.mark.parametrize("settings", [None, ["lr"]])
@pytest.mark.parametrize("column", ["seed", "fold", "global_step", "epoch", "run_id"])
def test_what_tells_runs_apart_is_a_setting_and_no_metric(column, settings):
    lr = "lr" if settings else "training_spec.lr"
    frame = pd.DataFrame({"name": ["a", "b", "c", "d"], lr: [1, 1, 2, 2], column: [7, 7, 8, 8], "f1": [0.5, 0.6, 0.7, 0.8]})
    vs = pnb.VersionSet.from_frame(frame, settings=settings)
    assert vs.origin == f"From a table; names: name; metrics: f1; settings: {lr}, {column}."
    assert len(vs.groupby("lr")[0].runs) == 2
    assert pnb.VersionSet.from_frame(frame, metrics=["f1", column])[0].metrics[column].value == 7


@pytest.mark.parametrize(
    ("column", "metric"),
    [
        ("recall@5", ("recall@5", "")),
        ("pass@1_stderr", ("pass@1_stderr", "")),
        ("ndcg@10@d-a", ("ndcg@10", "d-a")),
        ("metrics.hit@10@d-a", ("hit@10", "d-a")),
        ("mAP@0.5:0.95", ("mAP@0.5:0.95", "")),
        ("accuracy@2026-01", ("accuracy", "2026-01")),
        ("accuracy@7b", ("accuracy", "7b")),
    ],
)
def test_a_number_behind_the_at_is_part_of_the_metric(column, metric):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], column: [0.25, 0.5]}))
    (cell,) = vs["b"].metrics.cells
    assert (cell.path.replace("\\", ""), cell.dataset) == metric
    again = pnb.VersionSet.from_frame(vs.to_frame())
    assert [cell.name for cell in again["b"].metrics.cells] == [cell.name]
    assert vs.compare("a")[cell.name].cells[1].value == 0.5


@pytest.mark.parametrize(
    ("columns", "names", "says"),
    [
        ({"version": ["a", "b"]}, ["a", "b"], "From a table; names: version; metrics: m."),
        ({"run_name": ["a", "b"]}, ["a", "b"], "From a table; names: run_name; metrics: m."),
        ({"model": ["x", "y"], "VersionName": ["a", "b"]}, ["a", "b"], "names: VersionName; metrics: m; left out: model (texts)."),
        ({"model": ["x", "x"], "run": ["a", "b"]}, ["a", "b"], "names: run; metrics: m; left out: model (texts)."),
        ({"model": ["x", "y"], "run": ["a", "b"]}, ["0", "1"], "name= is not given; the names may be in model and run."),
        ({"checkpoint": [1000, 2000]}, ["1000", "2000"], "names: checkpoint; metrics: m."),
        ({"version": [1, 2], "model": ["x", "x"]}, ["1", "2"], "names: version; metrics: m; left out: model (texts)."),
        ({"run": [None, None]}, ["0", "1"], "metrics: m; left out: run (empty)."),
        ({"run": ["x", "x"], "model": ["a", "b"]}, ["a", "b"], "names: model; metrics: m; settings: run."),
    ],
)
def test_without_names_in_the_index_the_column_that_is_called_so_has_them_or_is_told(columns, names, says):
    frame = pd.DataFrame({**columns, "m": [0.5, 0.75]})
    vs = pnb.VersionSet.from_frame(frame)
    assert [version.version_name for version in vs] == names
    assert vs.origin.endswith(says)
    assert says in " ".join(str(vs).replace("│", " ").split())
    # an index that says something has the names
    assert [version.version_name for version in pnb.VersionSet.from_frame(frame.set_axis(["p", "q"]))] == ["p", "q"]


@pytest.mark.parametrize(
    "beside",
    [
        {"accuracy_ci": ["0.75-0.98"] * 2},
        {"accuracy_ci": [[0.75, 0.98]] * 2},
        {"accuracy_ci": [(0.75, 0.98), None]},
        {"accuracy_stderr": ["5%", "5 %"]},
        {"ci": ["0.75 - 0.98", "[75%, 98%]"], "ci_level": ["90%", "90 %"]},
    ],
)
def test_intervals_and_errors_in_columns_are_read_as_in_documents(beside):
    table = {"accuracy": [0.9, 0.92], **beside}
    of_frame = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], **table}))
    rows = [{key: values[place] for key, values in table.items()} for place in (0, 1)]
    of_documents = pnb.VersionSet.from_documents([{"VersionName": name, "Metrics": row} for name, row in zip("ab", rows, strict=True)])
    assert of_frame.origin == f"From a table; names: run; metrics: {', '.join(table)}."
    one, other = (c["accuracy"].changes[1].evidence for c in (of_frame.compare(), of_documents.compare()))
    assert str(one.interval) == str(other.interval)
    assert ("intervals" in str(one) or "standard errors" in str(one)) is (None not in table.get("accuracy_ci", ()))


def test_texts_that_say_nothing_about_a_number_are_no_evidence():
    frame = pd.DataFrame(
        {"accuracy": [0.9, 0.92], "error": ["OOM", ""], "ci": ["passed", "failed"], "note_ci": ["1-2"] * 2, "b": [[1], [2]]}
    )
    assert pnb.VersionSet.from_frame(frame).origin == (
        "From a table; metrics: accuracy; left out: error (texts), ci (texts), note_ci (texts such as '1-2'), b (lists)."
    )


@pytest.mark.parametrize(
    ("frame", "names", "says"),
    [
        (pd.DataFrame({"m": [0.5, 0.75]}, index=["p", "q"]), ["p", "q"], "names: Unnamed: 0; metrics: m."),
        (pd.DataFrame({"m": [0.5, 0.75]}), ["0", "1"], "From a table; metrics: m; left out: Unnamed: 0 (no name)."),
        (
            pd.DataFrame({"m": [0.5, 0.75], "run": ["p", "q"]}, index=[7, 9]),
            ["p", "q"],
            "names: run; metrics: m; left out: Unnamed: 0 (no name).",
        ),
        (pd.DataFrame({"m": [0.5, 0.75]}, index=[1.5, 1.6]), ["0", "1"], "name= is not given; the names may be in Unnamed: 0."),
    ],
)
def test_an_index_that_was_saved_without_a_name_is_no_metric(frame, names, says):
    read = pd.read_csv(io.StringIO(frame.to_csv()))
    vs = pnb.VersionSet.from_frame(read)
    assert [version.version_name for version in vs] == names
    assert says in vs.origin
    assert {cell.name for version in vs for cell in version.metrics.cells} == {"m"}
    assert len(pnb.VersionSet.from_frame(read, metrics=["Unnamed: 0"])[0].metrics) == 1


LIKE_HARNESS = {"model_name": "mine", "n-samples": {"wine_holdout": {"effective": 54}}}


def of_harness(task="wine_holdout", **metrics):
    return {**LIKE_HARNESS, "results": {task: metrics or {"acc,none": 0.95, "acc_stderr,none": 0.01, "f1_macro,none": 0.9}}}


def test_metrics_and_tasks_of_the_harness_are_renamed_with_their_errors(registered):
    names = {"acc,none": "accuracy", "wine_holdout": "wine-holdout"}
    vs = pnb.VersionSet.from_lm_eval(of_harness(), rename=names)
    told = {"accuracy@wine-holdout": 0.95, "accuracy_stderr@wine-holdout": 0.01, "f1_macro,none@wine-holdout": 0.9, "n@wine-holdout": 54}
    assert {cell.name: cell.value for cell in vs[0].metrics.cells} == told
    change = (registered + vs).compare(baseline="1.5.0")["accuracy@wine-holdout"].changes[-1]
    assert change.evidence.interval is not None


@pytest.mark.parametrize(
    ("rename", "says"),
    [
        ({"acc": "accuracy"}, r"no metric or task 'acc'\. Nearest is acc,none"),
        ({"acc,none": "a", "f1_macro,none": "a"}, "two are named 'a'"),
        ({"acc,none": "f1_macro,none"}, "two are named 'f1_macro,none'"),
        ({"acc,none": 5}, "is not a mapping of names to names"),
        ({"acc,none": ""}, "is not a mapping of names to names"),
        ({"acc,none": "accuracy@d-a"}, r"metric is renamed on all.*rename=\{'acc,none': 'accuracy', 'wine_holdout': 'd-a'\}"),
        ({"acc,none": "accuracy[d-a]"}, "metric is renamed on all"),
        ("accuracy", "Pass a mapping or None"),
    ],
)
def test_names_that_cannot_be_given_are_refused(rename, says):
    with pytest.raises(ConfigurationError, match=says):
        pnb.VersionSet.from_lm_eval(of_harness(), rename=rename)


def two_ways(versions):
    return [each for each in versions.compare(baseline="1.5.0").comparability if "may use different names for the same metric" in each]


def test_metrics_that_are_named_in_two_ways_are_told_with_the_code_that_gives_them_one_name(registered):
    (said,) = two_ways(registered + pnb.VersionSet.from_lm_eval(of_harness()))
    assert "acc,none@wine_holdout and accuracy@wine-holdout, f1_macro,none@wine_holdout and macro_f1@wine-holdout; " in said
    code = said.partition("; ")[2].removesuffix(" gives them one name")
    scope = {"VersionSet": pnb.VersionSet, "results": of_harness()}
    renamed = eval(code.replace("...", "results"), scope)
    assert two_ways(registered + renamed) == []
    assert (registered + renamed).compare(baseline="1.5.0")["accuracy@wine-holdout"].changes[-1].delta is not None
    table = pd.DataFrame({"run": ["a", "b"], "Top-1@wine-holdout": [0.9, 0.8]})
    (said,) = two_ways(registered + pnb.VersionSet.from_frame(table))
    assert said.startswith("a (not registered), b (not registered) and 1.5.0 may use different names")
    again = eval(said.partition("; ")[2].removesuffix(" gives them one name"), {"df": table})
    assert list(again.columns) == ["run", "accuracy@wine-holdout"]


@pytest.mark.parametrize(
    "metrics",
    [
        {"macro_f1,none": 0.9, "accuracy,none": 0.8, "n": 3},  # the filter alone, which is told too
        {"weighted_f1": 0.9},
        {"Accuracy": 0.9},
        {"wer": 0.9},
        {"val.acc": 0.9},
        {"acc_stderr": 0.01, "x": 1},
    ],
)
def test_metrics_that_mean_something_else_are_no_pairs(registered, metrics):
    found = two_ways(registered + pnb.VersionSet.from_lm_eval(of_harness("wine-holdout", **metrics)))
    assert len(found) == ("accuracy,none" in metrics)
    assert two_ways(registered + pnb.VersionSet.from_lm_eval(of_harness("other", **{"acc,none": 0.9}))) == []


def test_versions_of_a_registry_are_told_of_two_names_too_and_what_both_state_is_no_pair():
    make = {"1.0.0": {"accuracy": 0.9}, "2.0.0": {"acc": 0.8}, "3.0.0": {"acc": 0.8, "accuracy": 0.8}, "4.0.0": {"exact_match,a": 1}}
    vs = pnb.VersionSet.from_documents([{"VersionName": name, "Metrics": metrics} for name, metrics in make.items()], "m")
    said = [each for each in vs.compare("1.0.0").comparability if "different names" in each]
    assert said == ["2.0.0 and 1.0.0 may use different names for the same metric: acc and accuracy"]


def test_a_path_that_no_system_takes_is_refused():
    with pytest.raises(ConfigurationError, match="cannot be read: "):
        pnb.VersionSet.from_lm_eval("a" * 300)


def test_names_that_pandas_read_as_numbers_are_remarked_on_with_what_keeps_them():
    text = "version,accuracy\n1.9,0.9\n1.10,0.8\n"
    code = 'pd.read_csv(..., dtype={"version": str})'
    read = pd.read_csv(io.StringIO(text))
    cured = f"the names are numbers, so that 1.10 became 1.1: {code} keeps them as text."
    assert pnb.VersionSet.from_frame(read, name="version").origin == f"From a table; metrics: accuracy; {cured}"
    indexed = pnb.VersionSet.from_frame(read.set_index("version")).origin
    assert indexed == f"From a table; names: the index (version); metrics: accuracy; {cured}"
    kept = pnb.VersionSet.from_frame(pd.read_csv(io.StringIO(text), dtype={"version": str}), name="version")
    assert ([version.version_name for version in kept], kept.origin) == (["1.9", "1.10"], "From a table; metrics: accuracy.")
    with pytest.raises(ConfigurationError, match=r"two rows are named '1\.1'") as caught:
        pnb.VersionSet.from_frame(pd.read_csv(io.StringIO(f"{text}1.1,0.7\n")), name="version")
    assert caught.value.hint.startswith(f"{code} keeps names as text.")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_of_a_comparison_is_refused_as_one(lang):
    documents = [{"VersionName": f"0.{number}.0", "Metrics": {"accuracy": number / 10}} for number in (1, 2, 3)]
    comparison = pnb.VersionSet.from_documents(documents, "model-a").compare()
    with speaking(lang):
        text = comparison.to_csv()
    with pytest.raises(ConfigurationError, match="this is the table of a comparison") as caught:
        pnb.VersionSet.from_frame(pd.read_csv(io.StringIO(text)))
    assert caught.value.hint == "Use VersionSet(comparison.versions)."
    assert len(pnb.VersionSet(comparison.versions)) == 3


LONG = {"run": ["a", "a", "b", "b"], "dataset": ["d-a", "d-b"] * 2}
PIVOT = "Make it a row a version, a column a metric: "


@pytest.mark.parametrize(
    ("frame", "arguments", "names"),
    [
        (pd.DataFrame({**LONG, "accuracy": [0.5, 0.6, 0.7, 0.8]}), {}, ["accuracy@d-a", "accuracy@d-b"]),
        (pd.DataFrame({**LONG, "accuracy": [0.5, 0.6, 0.7, 0.8]}), {"name": "run"}, ["accuracy@d-a", "accuracy@d-b"]),
        (
            pd.DataFrame({**LONG, "a": [0.5, 0.6, 0.7, 0.8], "n": [1, 2, 3, 4], "note": list("wxyz")}),
            {},
            ["a@d-a", "a@d-b", "n@d-a", "n@d-b"],
        ),
        (pd.DataFrame({**LONG, "a": [0.5, 0.6, 0.7, 0.8]}).set_index("run"), {}, ["a@d-a", "a@d-b"]),
        (pd.DataFrame({**LONG, "a": [0.5, 0.6, 0.7, 0.8]}).set_index(["run", "dataset"]), {}, ["a@d-a", "a@d-b"]),
        (pd.DataFrame({"model": ["a", "a", "b", "b"], "metric": ["wer", "cer"] * 2, "value": [0.5, 0.6, 0.7, 0.8]}), {}, ["cer", "wer"]),
        (
            pd.DataFrame({**LONG, "a": [0.5] * 4, "b": [0.6] * 4}).melt(["run", "dataset"], var_name="metric", value_name="score"),
            {},
            ["a@d-a", "a@d-b", "b@d-a", "b@d-b"],
        ),
    ],
)
def test_several_rows_a_version_are_refused_with_the_code_that_makes_them_one(frame, arguments, names):
    with pytest.raises(ConfigurationError, match=r"two rows are named 'a'|index has 2 levels|a row a metric, not") as caught:
        pnb.VersionSet.from_frame(frame, **arguments)
    assert caught.value.hint.startswith(PIVOT)
    *lines, last = caught.value.hint.removeprefix(PIVOT).removesuffix(".").split("; ")
    scope = {"df": frame, "VersionSet": pnb.VersionSet}
    exec("\n".join(lines), scope)
    vs = eval(last, scope)
    assert [version.version_name for version in vs] == ["a", "b"]
    assert sorted(cell.name for cell in vs["b"].metrics.cells) == names
    assert sum(len(version.metrics.cells) for version in vs) == 2 * len(names)


RUNS = pd.DataFrame([{"lr": lr, "seed": seed, "dataset": name} for lr in (0.1, 0.2) for seed in (0, 1, 2) for name in ("d-a", "d-b")])


@pytest.mark.parametrize(
    ("frame", "arguments"),
    [
        (RUNS.assign(metric="f1", value=0.5), {}),
        (RUNS[RUNS.dataset == "d-a"].drop(columns="dataset").assign(metric="f1", value=0.5), {}),
        (RUNS.assign(metric="f1", value=0.5, run=[f"{row.lr}-{row.seed}" for row in RUNS.itertuples()]), {"name": "run"}),
        (RUNS.assign(f1=0.5, run=[f"{row.lr}-{row.seed}" for row in RUNS.itertuples()]), {"name": "run", "settings": ["lr", "seed"]}),
    ],
)
def test_the_code_for_tables_with_several_rows_a_version_keeps_the_settings(frame, arguments):
    with pytest.raises(ConfigurationError, match=r"two rows are named '0.1-0'|a row a metric, not") as caught:
        pnb.VersionSet.from_frame(frame, **arguments)
    *lines, last = caught.value.hint.removeprefix(PIVOT).removesuffix(".").split("; ")
    scope = {"df": frame, "VersionSet": pnb.VersionSet}
    exec("\n".join(lines), scope)
    vs = eval(last, scope)
    assert [len(group.members) for group in vs.group_repeats()] == [3, 3]


def run_hint(frame):
    """The versions that the printed code makes of a table which is refused."""
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_frame(frame)
    assert caught.value.hint.startswith(PIVOT)
    *lines, last = caught.value.hint.removeprefix(PIVOT).removesuffix(".").split("; ")
    scope = {"df": frame, "VersionSet": pnb.VersionSet}
    exec("\n".join(lines), scope)
    return eval(last, scope)


SURE = pd.DataFrame({"model": ["a", "a", "b", "b"], "metric": ["acc", "f1"] * 2, "value": [0.8, 0.7, 0.9, 0.75]})


@pytest.mark.parametrize(
    "beside",
    [
        {"stderr": [0.01, 0.02, 0.03, 0.04]},
        {"Std Error": 0.01},
        {"lower": SURE.value - 0.02, "upper": SURE.value + 0.02},
        {"ci_low": SURE.value - 0.02, "ci_high": SURE.value + 0.02, "n": 100},
        {"std": 0.01, "n_runs": [5, 5, 4, 4]},
        {"标准误": [0.01, 0.02, 0.03, 0.04]},
    ],
)
@pytest.mark.parametrize("called", [{}, {"value": "mean"}, {"model": "模型", "metric": "指标", "value": "值"}])
def test_the_code_for_a_row_a_metric_keeps_what_says_how_sure_each_value_is(beside, called):
    vs = run_hint(SURE.assign(**beside).rename(columns=called))
    expected = sorted(f"{metric}{end}" for metric in ("acc", "f1") for end in ("", *(f"_{column}" for column in beside)))
    assert [sorted(cell.name for cell in version.metrics.cells) for version in vs] == [expected] * 2
    assert "No interval is known" not in str(vs.compare())


def test_the_code_for_a_row_a_metric_and_dataset_keeps_the_numbers_of_examples():
    frame = pd.concat([SURE.assign(dataset="d-a", n=1000), SURE.assign(dataset="d-b", n=500)])
    for table in (frame, frame.rename(columns={"dataset": "language"})):
        assert {cell.name: cell.value for cell in run_hint(table)["b"].metrics.cells if cell.path.startswith("acc")} == {
            "acc@d-a": 0.9,
            "acc@d-b": 0.9,
            "acc_n@d-a": 1000,
            "acc_n@d-b": 500,
        }


@pytest.mark.parametrize(
    "columns",
    [
        ["run", "tag", "value"],
        ["run", "key", "value"],
        ["run_id", "key", "value"],
        ["model", "name", "value"],
        ["model_name", "metric_name", "metric_value"],
        ["Model Name", "Metric Name", "Metric Value"],
        ["模型", "指标名称", "值"],
    ],
)
@pytest.mark.parametrize("step", [None, "step", "epoch"])
def test_accuracy_and_loss_are_never_versions_of_one_metric_and_the_last_step_counts(columns, step):
    rows = [("a", "acc", 0.5, 2), ("a", "acc", 0.4, 1), ("a", "loss", 2, 2), ("b", "acc", 0.6, 2), ("b", "loss", 3, 1), ("b", "loss", 1, 2)]
    rows = rows if step else [row for row in rows if row[3] == 2]
    frame = pd.DataFrame([row if step else row[:3] for row in rows], columns=[*columns, *([step] if step else [])])
    vs = run_hint(frame)
    found = {version.version_name: {cell.name: cell.value for cell in version.metrics.cells} for version in vs}
    assert found == {"a": {"acc": 0.5, "loss": 2}, "b": {"acc": 0.6, "loss": 1}}


def test_the_last_epoch_of_each_run_counts_and_the_epochs_of_one_run_are_versions():
    frame = pd.DataFrame({"run": ["a", "a", "b", "b"], "epoch": [2, 1, 1, 2], "accuracy": [0.5, 0.6, 0.7, 0.8]})
    assert [(version.version_name, version.metrics["accuracy"].value) for version in run_hint(frame)] == [("a", 0.5), ("b", 0.8)]
    assert [version.metrics["accuracy"].value for version in run_hint(frame[:2])] == [0.5, 0.6]


@pytest.mark.parametrize("column", ["language", "lang", "benchmark", "domain", "category", "corpus", "Benchmark Name", "语言"])
def test_the_code_never_makes_versions_of_languages_and_benchmarks(column):
    frame = pd.DataFrame({"model": ["a", "a", "b", "b"], column: ["x", "y"] * 2, "accuracy": [0.5, 0.6, 0.7, 0.8], "n": [100, 50] * 2})
    vs = run_hint(frame)
    assert [version.version_name for version in vs] == ["a", "b"]
    assert sorted(cell.name for cell in vs["a"].metrics.cells) == ["accuracy@x", "accuracy@y", "n@x", "n@y"]


@pytest.mark.parametrize(
    "frame", [{"model": ["a", "b"], "tag": ["x", "x"]}, {"base model": ["a", "a"], "name": ["v1", "v2"]}, {"key": ["f1", "acc"]}]
)
def test_a_tag_or_a_name_beside_a_score_makes_no_row_a_metric(frame):
    assert len(pnb.VersionSet.from_frame(pd.DataFrame(frame).assign(score=[0.5, 0.6]))) == 2


@st.composite
def tables_of_several_rows(draw):
    """Tables with several rows a version, whose columns, index and names are those that people have."""
    chinese = draw(st.booleans())
    called = {"version": "版本", "dataset": "数据集", "metric": "指标", "value": "值"} if chinese else {}
    levels = {"version": draw(st.sampled_from([["a", "b"], [1, 2], ["a"]]))}
    others = {"dataset": ["d-a", "d-b"], "split": ["dev", "test"], "seed": [0, 1], "lr": [0.1, 0.2]}
    levels |= {column: cells for column, cells in others.items() if draw(st.booleans())}
    is_long = draw(st.booleans())
    if is_long:
        levels["metric"] = ["f1", "auc"]
    rows = [dict(zip(levels, found, strict=True)) for found in itertools.product(*levels.values())]
    rows = draw(st.permutations(rows))[: draw(st.integers(1, len(rows)))]
    measured = {"value": range(len(rows))} if is_long else {"accuracy": range(len(rows)), "n": 100}
    measured |= {"stderr": 0.5, "n": range(len(rows))} if is_long and draw(st.booleans()) else {}
    called |= draw(
        st.sampled_from([{}, {"metric": "tag"}, {"value": "mean", "dataset": "language"}, {"version": "run_id", "metric": "key"}])
    )
    frame = pd.DataFrame(rows).assign(**measured).rename(columns=called)
    frame = pd.concat([frame, frame[:1]], ignore_index=True) if draw(st.booleans()) else frame
    frame = frame.assign(note=[f"remark {number}" for number in range(len(frame))]) if draw(st.booleans()) else frame
    index = [called.get(column, column) for column in draw(st.sampled_from([[], ["version"], [*levels]]))]
    return frame.set_index(index) if index else frame


@pytest.mark.slow
@examples(300)
@given(tables_of_several_rows())
def test_code_for_a_table_with_several_rows_a_version_runs_and_loses_no_number(frame):
    try:
        vs = pnb.VersionSet.from_frame(frame)
    except ConfigurationError as error:
        if not error.hint.startswith(PIVOT):
            return
        *lines, last = error.hint.removeprefix(PIVOT).removesuffix(".").split("; ")
        scope = {"df": frame, "VersionSet": pnb.VersionSet}
        exec("\n".join(lines), scope)
        vs = eval(last, scope)
        expected = set(frame[next(column for column in frame if column in ("value", "值", "mean", "accuracy"))])
        vs = [member for version in vs for member in getattr(version, "members", [version])]
        # where each version has one row, a tag may be one of the version
        flat = frame.reset_index()
        is_alone = not any(flat[column].duplicated().any() for column in flat if column in ("version", "版本", "run_id"))
        paths = {"accuracy", "f1", "auc"} | ({"value", "值"} if is_alone and not {"tag", "key"}.isdisjoint(flat) else set())
        assert {cell.value for version in vs for cell in version.metrics.cells if cell.path in paths} == expected
    assert len(vs) > 0


@pytest.mark.parametrize("column", ["dataset", "split"])
def test_a_row_a_dataset_without_a_name_is_refused_with_the_code_that_makes_it_a_row_a_version(column):
    frame = RUNS.rename(columns={"dataset": column}).assign(f1=[0.5 + number / 100 for number in range(len(RUNS))])
    with pytest.raises(ConfigurationError, match=f"a row for each {column}, and no name of a version") as caught:
        pnb.VersionSet.from_frame(frame, settings=["lr", "seed"])
    *lines, last = caught.value.hint.removeprefix(PIVOT).removesuffix(".").split("; ")
    scope = {"df": frame, "VersionSet": pnb.VersionSet}
    exec("\n".join(lines), scope)
    groups = eval(last, scope).group_repeats()
    assert [len(group.members) for group in groups] == [3, 3]
    assert sorted(cell.name for cell in groups[0].members[0].metrics.cells) == ["f1@d-a", "f1@d-b"]


def test_a_table_of_one_dataset_needs_no_name():
    frame = pd.DataFrame({"lr": [0.1, 0.2], "dataset": ["d-a", "d-a"], "f1": [0.5, 0.6]})
    assert [version.version_name for version in pnb.VersionSet.from_frame(frame)] == ["0", "1"]


def test_a_file_with_semicolons_that_was_read_with_commas_is_told_how_to_read_it():
    with pytest.raises(ConfigurationError, match=r"its only column is called 'run;f1'. Use pd.read_csv\(..., sep=';', decimal=','\)"):
        pnb.VersionSet.from_frame(pd.read_csv(io.StringIO("run;f1\na;0,9\nb;0,91")))


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"run": ["a", "a"], "seed": [1, 2]}, "two rows are named 'a'"),
        ({"model": ["a", "a"], "note": ["x", "y"]}, "two rows are named 'a'"),
        ({"checkpoint": [1000, 1000]}, "two rows are named '1000'"),
        ({"model": ["a", "a"], "version": ["1", "1"]}, "two rows are named '1'"),
        ({"run": ["a", None]}, "row 1 has no name"),
        ({"run": pd.Series(["a", None], dtype=object)}, "row 1 has no name"),
        ({"run": [" ", "b"]}, "row 0 has no name"),
        ({**LONG, "fold": [1, 1, 1, 1], "dataset": ["d-a"] * 4}, "two rows are named 'a'"),
    ],
)
def test_names_that_are_blank_or_there_twice_are_no_numbers_of_rows(columns, says):
    frame = pd.DataFrame({**columns, "m": [0.5] * len(next(iter(columns.values())))})
    with pytest.raises(ConfigurationError, match=says) as caught:
        pnb.VersionSet.from_frame(frame)
    if frame.duplicated().any():
        assert f"{PIVOT}VersionSet.from_frame(df.drop_duplicates(), name=" in caught.value.hint
    elif "seed" in columns:
        assert caught.value.hint == f"{PIVOT}VersionSet.from_frame(df, settings=['run', 'seed']).groupby('run')."
    else:
        assert caught.value.hint == "Pass name= the column that names each version once."


def test_every_model_of_the_demo_is_read_back_from_its_table():
    count = 0
    with pnb.connect("demo", default=False) as registry:
        for model in registry.list_models():
            table = registry.get_versions(model.name).to_frame()
            again = pnb.VersionSet.from_frame(table).to_frame()
            told = [column for column in table if column.startswith(("metrics.", "labels.")) or "_spec." in column]
            count += bool(told)
            for column in table[told].dropna(axis=1, how="all"):
                assert again[column].astype(object).equals(table[column].astype(object)), column
    assert count > 6


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("accuracy[digits-holdout]", "accuracy@digits-holdout"),
        ("metrics.head.accuracy@d-a", "head.accuracy@d-a"),
        ("mAP[50]", "mAP[50]"),
        ("iou[50:95]@d-a", "iou[50:95]@d-a"),
        ("metrics.recall[macro]", "recall[macro]"),
        ("[x]", "[x]"),
    ],
)
def test_a_dataset_in_brackets_is_one_in_the_name_of_a_column_too(column, name):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a"], column: [0.5]}))
    assert [cell.name for cell in vs["a"].metrics.cells] == [name]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["95%", "93%"], "left out: m (texts such as '95%'); df['m'] = df['m'].str.strip(' %').astype(float) makes numbers of such texts."),
        (["0.80 (0.02)", "0.9"], "metrics: m; m: '0.80 (0.02)' of a is not a number; m: write the number, 0.8 for '0.80 (0.02)'."),
        ([0.9, "95%"], "metrics: m; m: '95%' of b is not a number."),
        ([0.9, "fast"], "metrics: m; m: 'fast' of b is not a number."),
    ],
)
def test_texts_that_hold_a_number_are_shown_where_they_are_not_read(cells, says):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], "m": cells}))
    assert vs.origin == f"From a table; names: run; {says}"
    with speaking("zh"):
        assert "such as" not in str(vs)
        assert "is not" not in str(vs)


@pytest.mark.parametrize(
    ("column", "metric"),
    [
        ("accuracy@d-a_stderr", "accuracy_stderr@d-a"),
        ("accuracy@d-a_std", "accuracy_std@d-a"),
        ("accuracy@d-a_n", "accuracy_n@d-a"),
        ("accuracy@d-a_ci95_low", "accuracy_ci95_low@d-a"),
        ("accuracy@d-a_stderr_boot", "accuracy_stderr_boot@d-a"),
        *((other, other) for other in ("accuracy@d-a_hard", "accuracy@d-a_low", "accuracy@d-a_hi", "accuracy@d-a_2", "f1@d-a_stderr")),
    ],
)
def test_what_is_said_of_a_metric_may_stand_behind_its_dataset(column, metric):
    table = pd.DataFrame({"run": ["a", "b"], "accuracy@d-a": [0.8, 0.9], column: [0.01, 0.01]})
    candidates = pnb.VersionSet.from_frame(table)
    assert {cell.name for cell in candidates["a"].metrics.cells} == {"accuracy@d-a", metric}
    found = candidates.compare().interval("accuracy@d-a", "b")
    assert str(found.words) == ("beyond chance (95 %)" if metric == "accuracy_stderr@d-a" else "no interval known")


def test_what_is_said_of_a_metric_twice_is_refused():
    table = pd.DataFrame({"run": ["a"], "accuracy@d-a": [0.8], "accuracy@d-a_stderr": [0.01], "accuracy_stderr@d-a": [0.02]})
    with pytest.raises(ConfigurationError, match="two columns are 'accuracy_stderr@d-a'"):
        pnb.VersionSet.from_frame(table)


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("pattern", ["acc_seed{}", "acc.run{}", "acc-fold_{}", "acc_seed{}@d-a"])
def test_runs_in_columns_are_told_the_code_that_makes_a_row_of_each(index, pattern):
    columns = {pattern.format(seed): [0.5 + seed / 100, 0.7 + seed / 50] for seed in (0, 1, 2)}
    frame = pd.DataFrame({**columns, "size": [1, 2]}, index=["a", "b"])
    frame = frame if index else frame.rename_axis("run").reset_index()
    origin = pnb.VersionSet.from_frame(frame).origin
    if "@" in pattern:
        assert "are runs" not in origin
        return
    code = origin.partition(" are runs: ")[2].removesuffix(" takes them so.")
    groups = eval(code, {"df": frame, "pd": pd, "VersionSet": pnb.VersionSet})
    assert [round(group.metrics["acc"].value, 4) for group in groups] == [0.51, 0.72]
    assert [len(set(group.runs)) for group in groups] == [3, 3]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["0,91", "0,9"], "pd.read_csv(..., sep=';', decimal=',')"),
        (["0,912", "1,000"], "pd.read_csv(..., sep=';', decimal=',')"),
        (["1,000", "12,500"], "pd.read_csv(..., thousands=',')"),
        (["a, b", "1,2,3"], ""),
    ],
)
def test_commas_in_numbers_are_told_how_a_file_is_read(cells, code):
    origin = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], "f1": [0.5, 0.6], "n": cells})).origin
    assert (f"; {code} reads commas in numbers." in origin) == bool(code)
    if code:
        text = pd.DataFrame({"run": ["a", "b"], "n": cells}).to_csv(index=False, sep=";")
        read = eval(code.replace("...", "file").replace("thousands", "sep=';', thousands"), {"pd": pd, "file": io.StringIO(text)})
        assert pnb.VersionSet.from_frame(read)[1].metrics["n"].value == float(read["n"][1])


def test_runs_of_mlflow_are_named_and_have_their_settings():
    runs = {
        "run_id": ["x1", "x2", "x3"],
        "tags.mlflow.runName": list("abc"),
        "params.lr": ["0.1", "0.1", "0.2"],
        "metrics.f1": [0.5, 0.6, 0.7],
    }
    vs = pnb.VersionSet.from_frame(pd.DataFrame(runs))
    assert [version.version_name for version in vs] == ["a", "b", "c"]
    assert [len(group.members) for group in vs.groupby("lr")] == [2, 1]
    assert vs["c"].metrics["f1"].value == 0.7


@pytest.mark.parametrize("other", ["a\u200b", "ａ", "A", "a\ufeff"])
def test_names_that_look_alike_are_remarked_on(other):
    frame = pd.DataFrame({"run": ["a", other], "f1": [0.5, 0.6], f"f1{other[1:]}\u200b": [0.5, 0.6]})
    vs = pnb.VersionSet.from_frame(frame)
    assert "differ only in case or encoding" in vs.origin
    assert "differ only in case or encoding" in " ".join(vs[0].notes)


@pytest.mark.filterwarnings("ignore:The previous implementation of stack:FutureWarning")
@pytest.mark.parametrize("names", [["metric", "seed"], ["seed", None], [None, "fold"]])
@pytest.mark.parametrize("index", [None, "run"])
def test_a_level_of_runs_in_the_columns_is_told_the_code_that_makes_a_row_of_each(names, index):
    level = [[0, 1, 2] if name in ("seed", "fold") else ["acc", "f1"] for name in names]
    columns = pd.MultiIndex.from_product(level, names=names)
    frame = pd.DataFrame(np.arange(12.0).reshape(2, 6), index=pd.Index(["a", "b"], name=index), columns=columns)
    with pytest.raises(ConfigurationError, match="its columns have 2 levels") as caught:
        pnb.VersionSet.from_frame(frame)
    groups = eval(caught.value.hint.removeprefix("Use ").removesuffix("."), {"df": frame, "VersionSet": pnb.VersionSet})
    assert [len(set(group.runs)) for group in groups] == [3, 3]
    assert groups[1].metrics["acc"].value == frame.xs("acc", axis=1, level=level.index(["acc", "f1"])).loc["b"].mean()


@pytest.mark.parametrize("column", ["params_lr", "params/lr", "param_lr", "params.lr", "config.lr", "hparams.lr", "config/lr"])
def test_columns_of_hyperparameters_are_settings(column):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], column: [0.1, 0.2], "param_count": [7, 8], "f1": [0.5, 0.6]}))
    assert vs["b"].training_spec["HyperParameters"] == {"lr": 0.2}
    assert {*vs["b"].metrics.names} == {"f1", "param_count"}
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], f"my_{column}": [0.1, 0.2], "f1": [0.5, 0.6]}), settings=f"my_{column}")
    assert vs["b"].training_spec["HyperParameters"] == {f"my_{column}": 0.2}


def test_blanks_around_names_of_columns_are_no_part_of_them():
    frame = pd.DataFrame({"  run": ["a", "b"], "   train/box_loss": [0.5, 0.6], "lr ": [1, 2]})
    vs = pnb.VersionSet.from_frame(frame, name="  run", metrics=["   train/box_loss"], settings=["lr"])
    assert {*vs["b"].metrics.names} == {"train/box_loss"}
    assert vs["b"].training_spec["HyperParameters"] == {"lr": 2}
    with pytest.raises(ConfigurationError, match="several columns are named 'f1'"):
        pnb.VersionSet.from_frame(pd.DataFrame([[0.5, 0.6]], columns=["f1", " f1"]))


def test_a_single_column_is_given_as_a_text():
    frame = pd.DataFrame({"run": ["a", "b"], "team": ["x", "y"], "f1": [0.5, 0.6], "lr": [1, 2]})
    alone = pnb.VersionSet.from_frame(frame, metrics="f1", labels="team", settings="lr")
    assert alone == pnb.VersionSet.from_frame(frame, metrics=["f1"], labels=["team"], settings=["lr"])


def test_texts_that_rows_share_are_settings_so_that_groups_do_not_mix_them():
    frame = pd.DataFrame(
        {
            "optimizer": ["adam", "adam", "sgd", "sgd"],
            "lr": [0.1] * 4,
            "seed": [0, 1, 0, 1],
            "f1": [0.9, 0.91, 0.7, 0.72],
            "team": ["x"] * 4,
        }
    )
    for settings in (None, ["lr", "seed"]):
        vs = pnb.VersionSet.from_frame(frame, settings=settings)
        assert [len(group.members) for group in vs.group_repeats()] == [2, 2]
        assert "optimizer" in vs.origin.partition("settings: ")[2].partition(";")[0]
        assert "left out: team (texts)" in vs.origin
    labelled = pnb.VersionSet.from_frame(frame, settings=["lr"], labels="optimizer")
    assert [labelled[0].labels["optimizer"], labelled[0].training_spec["HyperParameters"]] == ["adam", {"lr": 0.1, "seed": 0}]


@pytest.mark.parametrize(
    ("column", "cells", "told"),
    [
        ("optimizer", ["adam", "sgd", "lion", "adamw"], True),
        ("ema", [True, False, True, False], True),
        ("ema", [True] * 4, False),
        ("note", ["a", "b", "c", "d"], False),
        ("started_at", ["a", "b", "c", "d"], False),
        ("f2", ["91%", "92%", "93%", "94%"], False),
    ],
)
def test_columns_that_were_left_out_are_named_where_groups_may_mix_them(column, cells, told, tmp_path):
    frame = pd.DataFrame({"lr": [0.1, 0.1, 0.2, 0.2], "seed": [0, 1, 0, 1], "f1": [0.9, 0.91, 0.7, 0.72], column: cells})
    vs = pnb.VersionSet.from_frame(frame, settings=["lr"])
    said = f"2 (2 runs): {column}; settings= would tell them apart"
    for each in (vs, pnb.load(vs.save(tmp_path / "a.paisnap.json"))):
        groups = each.group_repeats()
        assert (said in groups.compare().to_markdown()) == told
        assert (said in groups[1]._repr_html_()) == told


def test_a_baseline_of_groups_is_named_by_a_setting_that_no_other_has():
    frame = pd.DataFrame({"lr": [3e-4, 3e-4, 3e-5, 3e-5], "seed": [0, 1, 0, 1], "f1": [0.9, 0.91, 0.7, 0.72]})
    vs = pnb.VersionSet.from_frame(frame, settings="lr")
    for groups in (vs.group_repeats(), vs.groupby("lr")):
        for wanted in ("3e-5", "0.00003", "lr=3e-5"):
            assert groups.compare(wanted).baseline == groups[1]
        with pytest.raises(VersionNotFound) as caught:
            groups.compare("3e-3")
        of = "Available: lr=3e-05 (2 runs), lr=0.0003 (2 runs).", "Available: lr=3e-05, lr=0.0003."
        assert caught.value.hint in of
    with pytest.raises(VersionNotFound, match="Nearest is lr=3e-05"):
        vs.group_repeats().compare("3")


def test_nothing_is_fetched_for_a_table_of_versions_that_are_not_registered():
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a", "b"], "f1": [0.5, 0.6]}))
    with pytest.raises(VersionNotFound) as caught:
        vs.compare("0.01")
    assert caught.value.hint == "Available: a and b."
    with pytest.raises(VersionNotFound, match="A baseline is one version"):
        vs.compare("lates")


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        (None, "texts that are no numbers, which nothing is computed of: accuracy"),
        ("n", "columns left out of the table: accuracy"),
    ],
)
def test_a_metric_that_was_left_out_of_a_table_or_is_text_is_named_in_the_comparison(metrics, sentence):
    frame = pd.DataFrame({"run": ["A", "B"], "accuracy": ["91.2%", "92.3%"], "n": [500, 500], "team": ["x", "y"]})
    said = pnb.VersionSet.from_frame(frame, metrics=metrics).compare("A")
    assert sentence in said.comparability
    assert sentence in said.to_markdown()
    assert not pnb.VersionSet.from_frame(frame.assign(accuracy=[0.912, 0.923])).compare("A").comparability


def test_groups_of_a_table_with_nothing_but_seeds_say_so_and_a_column_that_was_left_out_is_named():
    frame = pd.DataFrame({"optimizer": ["adam", "sgd", "lion"], "seed": [0, 1, 2], "f1": [0.9, 0.91, 0.7]})
    vs = pnb.VersionSet.from_frame(frame)
    said = "group_repeats grouped nothing: no version has settings other than seeds, folds, runs, ids and dates"
    assert vs.group_repeats().removed == (said,)
    with pytest.raises(NameNotFound, match=r"no version has optimizer: the column was left out.*settings=\[\.\.\., 'optimizer'\]"):
        vs.groupby("optimizer")
    assert len(pnb.VersionSet.from_frame(frame, settings="optimizer").groupby("optimizer")) == 3


def test_the_direction_that_a_file_of_the_harness_states_counts_for_its_task_alone():
    def stating(value, name):
        results = {task: {"acc,none": value, "acc_stderr,none": 0.01, "odd,none": value} for task in ("toxigen", "arc_easy")}
        stated = {"toxigen": {"acc": False, "odd": False}, "arc_easy": {"acc": True}}
        return {"model_name": name, "results": results, "higher_is_better": stated}

    vs = pnb.VersionSet.from_lm_eval([stating(0.4, "a"), stating(0.6, "b")])
    rows = {row.key.shown: row for row in vs.compare("a").metrics if not row.is_evidence}
    assert {name: row.direction.mode for name, row in rows.items()} == {
        "acc,none@arc_easy": "max",
        "acc,none@toxigen": "min",
        "odd,none@arc_easy": None,
        "odd,none@toxigen": "min",
    }
    assert rows["acc,none@toxigen"].direction.reason == "from higher_is_better"
    assert [str(rows[f"acc,none@{task}"].changes[1].verdict) for task in ("toxigen", "arc_easy")] == ["worse", "better"]
    assert vs[0].evaluation_spec["directions"] == {"toxigen": {"acc,none": "min", "odd,none": "min"}}
    renamed = pnb.VersionSet.from_lm_eval([stating(0.4, "a"), stating(0.6, "b")], rename={"acc,none": "accuracy", "toxigen": "tox"})
    assert renamed.compare("a")["accuracy", "tox"].direction.mode == "min"
    assert vs.compare("a", directions={"acc,none": "max"})["acc,none", "toxigen"].direction.mode == "max"


GRID = {"run": list("abcd"), "accuracy": [0.5, 0.6, 0.7, 0.8]}


def kinds_of(vs):
    """Names of metrics, and of settings, of a table."""
    settings = dict.fromkeys(key for version in vs for key in version.training_spec.get("HyperParameters", {}))
    return sorted({cell.name for version in vs for cell in version.metrics.cells}), [*settings]


@pytest.mark.parametrize(
    "column",
    [
        "lr",
        "Learning Rate",
        "batch_size",
        "epochs",
        "head.dropout",
        "max_depth",
        "n_estimators",
        "weight_decay",
        "temperature",
        "top_p",
        "C",
        "num_fewshot",
        "n-shot",
        "per_device_train_batch_size",
        "max_grad_norm",
        "n_gpus",
        "学习率",
        "批大小",
        "训练轮数",
    ],
)
@pytest.mark.parametrize("arguments", [{}, {"metrics": "accuracy"}, {"settings": "run"}])
def test_numbers_that_are_called_as_hyperparameters_are_settings(column, arguments):
    frame = pd.DataFrame({**GRID, column: [1, 1, 2, 2]})
    vs = pnb.VersionSet.from_frame(frame, **arguments)
    assert column in kinds_of(vs)[1]
    assert kinds_of(vs)[0] == ["accuracy"]
    assert [len(group.members) for group in vs.groupby(column)] == [2, 2]
    assert kinds_of(pnb.VersionSet.from_frame(frame, metrics=["accuracy", column])) == (
        sorted(["accuracy", column.replace(".", r"\.")]),
        [],
    )
    assert kinds_of(pnb.VersionSet.from_frame(frame.rename(columns={column: f"metrics.{column}"})))[1] == []
    assert column in pnb.VersionSet.from_frame(frame, labels=column)[0].labels


@pytest.mark.parametrize(
    "column", ["best_epoch", "tokens_per_second", "epoch_time", "model_size", "acc_top_k", "gsm8k_5_shot", "val_loss", "n_params", "lr@d-a"]
)
def test_numbers_that_are_measured_are_no_hyperparameters(column):
    assert kinds_of(pnb.VersionSet.from_frame(pd.DataFrame({**GRID, column: [1, 1, 2, 2]})))[1] == []


def test_what_is_given_as_a_setting_and_logged_too_is_that_setting():
    frame = pd.DataFrame({**GRID, "config.lr": [1, 1, 2, 2], "lr": [0, 0, 0, 0]})
    vs = pnb.VersionSet.from_frame(frame)
    assert vs[3].training_spec == {"HyperParameters": {"lr": 2}}
    assert vs.origin.endswith("left out: lr.")
    groups = run_hint(frame.assign(run=["a"] * 4, seed=[0, 1, 0, 1]))
    assert [(group.version_name, len(group.members)) for group in groups] == [("run=a, lr=1", 2), ("run=a, lr=2", 2)]


def test_an_alpha_that_is_the_level_of_intervals_is_no_setting():
    bounds = {"accuracy_lower": [0.4, 0.5, 0.6, 0.7], "accuracy_upper": [0.6, 0.7, 0.8, 0.9]}
    for column, taken in (("confidence_level", []), ("alpha", ["alpha"])):
        vs = pnb.VersionSet.from_frame(pd.DataFrame({**GRID, **bounds, column: [0.9] * 4} if not taken else {**GRID, column: [0.9] * 4}))
        assert kinds_of(vs)[1] == taken


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("column", ["width", "foo", "metric x"])
def test_numbers_of_a_grid_that_no_word_calls_a_metric_are_named_where_groups_may_mix_them(column, lang):
    frame = pd.DataFrame({"lr": [1, 1, 2, 2] * 2, column: [3, 3, 3, 3, 4, 4, 4, 4], "f1": [0.9, 0.91, 0.7, 0.72, 0.8, 0.81, 0.6, 0.62]})
    frame = frame.assign(seed=[0, 1] * 4)
    vs = pnb.VersionSet.from_frame(frame)
    said = f"columns that are no settings and may differ within lr=1, lr=2: {column}; settings= would tell them apart"
    with speaking(lang):
        text = vs.groupby("lr").compare().to_markdown()
    assert (said if lang == "en" else f"不是设置的列，在 lr=1、lr=2 内可能不同：{column}；可用 settings= 加以区分") in text
    # where it is told apart, or is not mixed, nothing is said
    assert "no settings" not in pnb.VersionSet.from_frame(frame, settings=column).group_repeats().compare().to_markdown()
    assert "no settings" not in pnb.VersionSet.from_frame(frame[:4]).groupby("lr").compare().to_markdown()


@pytest.mark.parametrize("column", ["accuracy", "f1", "latency_ms", "wer", "MMLU", "n", "train_loss"])
def test_numbers_that_a_word_calls_a_metric_are_no_grid(column):
    frame = pd.DataFrame({"lr": [1, 1, 2, 2], "seed": [0, 1, 0, 1], "reward": [0.1, 0.2, 0.3, 0.4], column: [5, 6, 5, 6]})
    assert "no settings" not in pnb.VersionSet.from_frame(frame).groupby("lr").compare().to_markdown()


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("F1 (macro)", ["high", "high", "low", "low"], "F1 (macro) (texts)"),
        ("latency", ["fast", "slow", "fast", "slow"], "latency (texts)"),
        ("准确率", ["高", "高", "低", "低"], "准确率 (texts)"),
        ("odd", ["failed", "failed", "failed", "0.91"], "odd: 'failed' of a is not a number"),
        ("odd", ["OOM", "OOM", 0.91, "n/a"], "odd: 'OOM' of a is not a number"),
    ],
)
def test_texts_that_are_called_as_a_metric_or_stand_beside_numbers_are_no_settings(column, cells, said):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({**GRID, column: cells}))
    assert kinds_of(vs) == (sorted(["accuracy", column]), [])
    assert said in vs.origin


@pytest.mark.parametrize("column", ["loss", "precision", "reward_model", "map", "model_size", "label", "group", "framework"])
def test_texts_that_say_what_was_tried_are_settings_although_a_metric_is_called_so(column):
    assert kinds_of(pnb.VersionSet.from_frame(pd.DataFrame({**GRID, column: ["x", "x", "y", "y"]}))) == (["accuracy"], [column])


@pytest.mark.parametrize("column", ["model", "algorithm", "backbone", "model_id"])
@pytest.mark.parametrize("cells", [list("aaabbb"), [1, 1, 1, 2, 2, 2]])
def test_the_model_of_runs_that_have_names_keeps_groups_apart(column, cells):
    frame = pd.DataFrame({"run": range(1, 7), column: cells, "seed": [0, 1, 2] * 2, "accuracy": [0.9, 0.91, 0.92, 0.8, 0.81, 0.82]})
    if column in ("algorithm", "backbone") and cells[0] == 1:
        frame[column] = frame[column].astype(str) + "x"
    vs = pnb.VersionSet.from_frame(frame)
    assert [version.version_name for version in vs] == list("123456")
    for groups in (vs.groupby(column), vs.group_repeats()):
        assert [len(set(group.runs)) for group in groups] == [3, 3]
        assert [round(group.metrics["accuracy"].value, 3) for group in groups] == [0.91, 0.81]


@pytest.mark.parametrize(
    "column", ["dataset", "Benchmark", "language", "split", "task", "tasks", "environment", "class", "subject", "数据集"]
)
def test_a_column_of_datasets_beside_names_says_on_which_each_row_was_measured(column):
    frame = pd.DataFrame({**GRID, column: ["x", "x", "y", None], "n": [100] * 4, "f1@z": [0.1, 0.2, 0.3, 0.4]})
    for table in (frame, frame.set_index("run")):
        vs = pnb.VersionSet.from_frame(table)
        assert (
            f"; datasets: {column}; metrics: accuracy, n, f1@z."
            in vs.origin.replace("a table; names: run", "a table; ").replace("; ;", ";")[12:]
        )
        assert [sorted(cell.name for cell in version.metrics.cells) for version in vs] == [
            *[["accuracy@x", "f1@z", "n@x"]] * 2,
            ["accuracy@y", "f1@z", "n@y"],
            ["accuracy", "f1@z", "n"],
        ]
    assert kinds_of(pnb.VersionSet.from_frame(frame, settings=column)) == (["accuracy", "f1@z", "n"], [column])
    assert kinds_of(pnb.VersionSet.from_frame(frame.assign(**{column: "x"})))[0] == ["accuracy", "f1@z", "n"]


@pytest.mark.parametrize("column", ["environment", "class", "subject", "tasks", "学科", "topic", "test_set"])
def test_the_code_for_several_rows_a_version_takes_what_they_were_measured_on_as_datasets(column):
    vs = run_hint(pd.DataFrame({"name": ["a", "a", "b", "b"], column: ["x", "y"] * 2, "accuracy": [0.5, 0.6, 0.7, 0.8]}))
    assert [version.version_name for version in vs] == ["a", "b"]
    assert kinds_of(vs) == (["accuracy@x", "accuracy@y"], [])


@pytest.mark.parametrize("column", ["种子", "随机种子", "随机数种子", "折", "第几折", "运行编号"])
def test_seeds_and_folds_with_chinese_names_tell_runs_apart(column):
    frame = pd.DataFrame({"名称": list("abcd"), column: [0, 1, 0, 1], "优化器": ["x", "x", "y", "y"], "准确率": [0.5, 0.6, 0.7, 0.8]})
    vs = pnb.VersionSet.from_frame(frame)
    assert kinds_of(vs) == (["准确率"], [column, "优化器"])
    assert [len(set(group.runs)) for group in vs.group_repeats()] == [2, 2]
    assert vs.group_repeats()[0].folds == ("折" in column)


def test_a_number_of_folds_is_no_fold():
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"名称": list("ab"), "准确率": [0.5, 0.6], "准确率标准差": [0.1, 0.1], "折数": [5, 5]}))
    assert kinds_of(vs) == (["准确率", "准确率标准差", "折数"], [])


def test_code_that_groups_names_every_setting_that_was_tried():
    rows = [{"model": m, "lr": lr, "opt": opt, "seed": s} for m in "ab" for lr in (1, 2) for opt in ("x", "y") for s in (0, 1)]
    frame = pd.DataFrame(rows).assign(acc=[place / 20 for place in range(16)], team="t", note=["fine", "odd"] * 8)
    groups = run_hint(frame)
    assert [len(group.members) for group in groups] == [2] * 8
    assert groups[0].grouping.names == ("model", "lr", "opt")
    assert [group.metrics["acc"].value for group in groups] == pytest.approx([0.025 + place / 10 for place in range(8)])


@pytest.mark.parametrize(
    "frame", [RUNS.assign(f1=range(12)), RUNS.assign(run="a", f1=range(12)), RUNS.assign(metric="f1", value=range(12))]
)
def test_code_for_a_table_with_blanks_around_its_headings_runs(frame):
    for blank in (frame.rename(columns=lambda column: f" {column} "), frame.rename(columns={"lr": "  lr", "dataset": " dataset"})):
        assert len(run_hint(blank)) == len(run_hint(frame)) > 1
    numbered = frame.rename(columns={"f1": 5, "dataset": " dataset"})
    assert len(run_hint(numbered)) == len(run_hint(frame))


@pytest.mark.parametrize("column", ["model_id", "Method", "commit", "number", "id", "System", "方法", "编号", "#"])
def test_what_else_names_rows_has_the_names_where_no_other_column_has(column):
    cells = list("wxyz") if column in ("Method", "commit", "System", "方法") else [7, 8, 9, 11]
    frame = pd.DataFrame({column: cells, "accuracy": GRID["accuracy"]})
    vs = pnb.VersionSet.from_frame(frame)
    assert ([version.version_name for version in vs], kinds_of(vs)[0]) == (list(map(str, cells)), ["accuracy"])
    beside = pnb.VersionSet.from_frame(frame.assign(run=GRID["run"]))
    assert ([version.version_name for version in beside], kinds_of(beside)) == (GRID["run"], (["accuracy"], []))


@pytest.mark.parametrize(
    "column",
    [
        "_runtime",
        "_timestamp",
        "_wandb",
        "start_time",
        "end_time",
        "experiment_id",
        "Version",
        "task_version",
        "rank_test_score",
        "user_id",
    ],
)
@pytest.mark.parametrize("cells", [[1, 2, 3, 4], [1, 1, 2, 2], [7, 7, 7, 7]])
def test_ids_moments_and_counters_of_tools_are_no_metrics(column, cells):
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"run": GRID["run"], column: cells, "accuracy": GRID["accuracy"]}))
    assert kinds_of(vs)[0] == ["accuracy"]
    assert len(vs) == 4


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["91.2%", "93 %"], {"accuracy": [91.2, 93]}),
        (["0.91 ± 0.02", "0.93±0.01"], {"accuracy": [0.91, 0.93], "accuracy_std": [0.02, 0.01]}),
        (["0.91 (0.02)", "0.93 (0.01)"], {"accuracy": [0.91, 0.93], "accuracy_std": [0.02, 0.01]}),
        (["-1.5 +/- .2", "1 +- 0.1"], {"accuracy": [-1.5, 1], "accuracy_std": [0.2, 0.1]}),
    ],
)
@pytest.mark.parametrize("column", ["accuracy", " accuracy"])
def test_texts_of_percent_and_spreads_are_told_the_code_that_makes_numbers_of_them(cells, numbers, column):
    frame = pd.DataFrame({"run": ["a", "b"], column: cells, "n": [500, 400]})
    code = pnb.VersionSet.from_frame(frame).origin.rpartition("), n; ")[2].removesuffix(" makes numbers of such texts.")
    told = pnb.VersionSet.from_frame(frame, name="run", metrics=[column])
    for lang in ("en", "zh"):
        with speaking(lang):
            assert "(texts" in told.origin
            assert any(line.removeprefix("│ ") == code for line in str(told).splitlines()) or f"{code} makes numbers" in str(told)
    scope = {"df": frame, "pd": pd}
    exec(code, scope)
    vs = pnb.VersionSet.from_frame(scope["df"])
    assert {name: [version.metrics[name].value for version in vs] for name in numbers} == numbers
    assert [version.metrics["n"].value for version in vs] == [500, 400]


@pytest.mark.parametrize("cells", [["91%", "92%"], ["0.9 ± 0.1", "0.8 ± 0.1"], ["0.9", "n/a"]])
def test_the_code_for_several_rows_a_version_keeps_metrics_that_are_texts_and_numbers_of_examples(cells):
    frame = pd.DataFrame({"model": ["a", "a", "b", "b"], "dataset": ["x", "y"] * 2, "accuracy": cells * 2, "n": [500] * 4})
    assert kinds_of(run_hint(frame)) == (["accuracy@x", "accuracy@y", "n@x", "n@y"], [])
    long = pd.DataFrame({"model": ["a", "a", "b", "b"], "metric": ["acc", "f1"] * 2, "value": cells * 2, "n": [500] * 4})
    assert kinds_of(run_hint(long))[0] == ["acc", "acc_n", "f1", "f1_n"]


def run_use(frame):
    """The versions that the printed code makes of a table which is refused by its shape, and what is wrong with it."""
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_frame(frame)
    return eval(caught.value.hint.removeprefix("Use ").removesuffix("."), {"df": frame, "VersionSet": pnb.VersionSet}), str(caught.value)


@pytest.mark.parametrize("names", [["accuracy", "f1", "latency_ms"], ["准确率", "召回率", "耗时"], ["MMLU", "gsm8k", "width"]])
def test_a_table_with_a_column_a_version_is_told_the_code_that_turns_it(names):
    frame = pd.DataFrame({"bert": [0.9, 0.8, 12], "MAE": [0.91, 0.82, 14]}, index=names)
    for table in (frame, frame.rename_axis("metric").reset_index(), frame.rename_axis(" 指标").reset_index()):
        vs, said = run_use(table)
        assert "it has a row a metric and a column a version" in said
        assert {version.version_name: {cell.name: cell.value for cell in version.metrics.cells} for version in vs} == frame.to_dict()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"accuracy": [0.9, 0.8], "f1": [0.7, 0.6]}, index=["MAE", "SimCLR"]),
        pd.DataFrame({"accuracy": [0.9, 0.8]}, index=["accuracy-first", "f1"]),
        pd.DataFrame({"lr": [0.9, 0.8], "x": [1, 2]}, index=["loss", "accuracy"]),
        pd.DataFrame({"x": [0.9]}, index=["accuracy"]),
    ],
)
def test_versions_that_are_called_as_metrics_are_no_metrics(frame):
    assert len(pnb.VersionSet.from_frame(frame)) == len(frame)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("metrics", [["accuracy", "f1"], ["top1", "top5"], ["准确率", "odd"]])
def test_levels_of_metrics_and_datasets_are_told_the_code_that_makes_one_name_of_them(metrics, swapped):
    levels = [["CIFAR", "ImageNet"], metrics] if swapped else [metrics, ["CIFAR", "ImageNet"]]
    frame = pd.DataFrame([[0.9, 0.8, 0.7, 0.6], [0.91, 0.82, 0.73, 0.64]], index=["a", "b"], columns=pd.MultiIndex.from_product(levels))
    for table in (frame, frame.rename_axis("run").reset_index()):
        vs, said = run_use(table)
        assert "its columns have 2 levels" in said
        assert [version.version_name for version in vs] == ["a", "b"]
        assert kinds_of(vs)[0] == sorted(f"{metric}@{dataset}" for metric in metrics for dataset in ("CIFAR", "ImageNet"))


@pytest.mark.parametrize("index", [["model"], ["model", "lr"]])
def test_means_and_spreads_of_groups_are_told_the_code_that_keeps_their_intervals(index):
    frame = pd.DataFrame({"model": list("aaabbb"), "lr": 1, "accuracy": [0.9, 0.91, 0.92, 0.5, 0.51, 0.52]})
    table = frame.groupby(index)[["accuracy"]].agg(["mean", "std", "count"]).reset_index()
    vs, _ = run_use(table)
    assert [version.version_name for version in vs] == ["a", "b"]
    assert kinds_of(vs)[0] == ["accuracy_mean", "accuracy_n_runs", "accuracy_std"]
    assert "beyond chance" in str(vs.compare("a").interval("accuracy_mean", "b").words)


def test_objects_in_cells_are_told_the_code_that_makes_columns_of_them():
    frame = pd.DataFrame({"name": ["a", "b"], "summary": [{"acc": 0.5}, {"acc": 0.6}], "config": [{"lr": 1}, {"lr": 2}]})
    origin = pnb.VersionSet.from_frame(frame).origin
    assert "left out: summary (objects), config (objects)" in origin
    code = origin.rpartition("; ")[2].removesuffix(" makes columns of what is in summary and config.")
    assert kinds_of(eval(code, {"df": frame, "pd": pd, "VersionSet": pnb.VersionSet})) == (["summary\\.acc"], ["lr"])


def test_headings_that_say_nothing_and_versions_of_tasks_are_no_part_of_the_code_for_results_of_the_harness():
    rows = {"Tasks": ["arc", "arc", "hella", "hella"], "Version": [1, 1, 2, 2], "n-shot": 0, "Metric": ["acc", "acc_norm"] * 2, "": "↑"}
    one = pd.DataFrame(rows).assign(Value=[0.5, 0.6, 0.7, 0.8], **{"±": "±"}, Stderr=0.01)
    frame = pd.concat([one.assign(Model=name) for name in ("llama", "qwen")], ignore_index=True)
    vs = run_hint(frame)
    assert [version.version_name for version in vs] == ["llama", "qwen"]
    metrics = [f"{metric}{end}@{task}" for metric in ("acc", "acc_norm") for end in ("", "_Stderr") for task in ("arc", "hella")]
    assert kinds_of(vs) == (sorted(metrics), ["n-shot"])


@pytest.mark.parametrize("column", ["request_rate", "bits", "num_gpus"])
def test_the_code_for_a_sweep_of_one_model_takes_what_was_set(column):
    vs = run_hint(pd.DataFrame({"model": ["a"] * 3, column: [1, 2, 4], "throughput": [10.5, 20.5, 30.5]}))
    assert kinds_of(vs) == (["throughput"], ["model", column])
    assert len(vs) == 3


def test_marks_without_letters_say_what_was_tried():
    vs = pnb.VersionSet.from_frame(pd.DataFrame({"Config": list("abc"), "aug": ["✓", "✗", "✓"], "Acc": [0.9, 0.88, 0.85]}))
    assert ([version.version_name for version in vs], kinds_of(vs)) == (["a", "b", "c"], (["Acc"], ["aug"]))


@pytest.mark.parametrize(("cells", "settings"), [([4, 4, 8, 8], ["rank"]), ([1, 2, 3, 4], [])])
def test_a_rank_is_a_place_or_a_setting_and_no_metric(cells, settings):
    assert kinds_of(pnb.VersionSet.from_frame(pd.DataFrame({**GRID, "rank": cells}))) == (["accuracy"], settings)


HEADINGS = [
    *("run", "model", "version", "Method", "id", "commit", "dataset", "task", "seed", "fold", "step", "epoch", "lr", "batch_size", "alpha"),
    *("optimizer", "loss", "accuracy", "n", "accuracy_stderr", "accuracy_ci", "foo", "metric", "value", "note", "label", "_step", "rank"),
    *("学习率", "随机种子", "准确率", "params.lr", "config.lr", "labels.env", "accuracy@d-a", "Unnamed: 0", "95% CI", " accuracy", "lr "),
]
CELLS = [
    st.floats(0, 1) | st.integers(0, 3),
    st.sampled_from("abc"),
    st.sampled_from([True, False]),
    st.sampled_from(["91%", "92.5 %"]),
    st.sampled_from(["0.9 ± 0.1", "0.8 (0.2)", "0,91"]),
    st.sampled_from([0.5, "n/a", None]),
    st.sampled_from(["accuracy", "f1", "loss"]),
    st.sampled_from([[1, 2], {"a": 1}, pd.Timestamp(0), (1, 2), "", float("nan")]),
]


@st.composite
def strange_tables(draw):
    """Tables of columns with names of every kind and cells of any."""
    rows = draw(st.integers(1, 6))
    headings = draw(st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=6, unique=True))
    frame = pd.DataFrame({heading: draw(st.lists(draw(st.sampled_from(CELLS)), min_size=rows, max_size=rows)) for heading in headings})
    return frame.T if draw(st.integers(0, 7)) == 0 else frame


@pytest.mark.slow
@examples(400)
@given(strange_tables())
def test_every_table_is_read_or_refused_by_what_is_wrong(frame):
    with contextlib.suppress(ConfigurationError):
        vs = pnb.VersionSet.from_frame(frame)
        assert vs.origin.startswith("From a table")
        metrics, settings = kinds_of(vs)
        assert {"accuracy", "准确率", "accuracy@d-a", "note"}.isdisjoint(settings)
        assert {"seed", "fold", "lr", "batch_size", "学习率", "id", "_step", "params.lr"}.isdisjoint(metrics)
        str(vs.group_repeats())


def test_the_baseline_of_a_table_is_the_first_by_name():
    c = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["b", "a"], "accuracy": [0.9, 0.8]})).compare()
    assert str(c.baseline_reason) == "the first by name"


@pytest.mark.parametrize(
    ("column", "said"),
    [("State", ["finished", "crashed", "failed"]), ("state", ["COMPLETE", "FAIL", "PRUNED"]), ("状态", ["完成", "失败", "中断"])],
)
def test_runs_that_did_not_end_well_are_named_with_the_code_that_leaves_them_out(column, said):
    df = pd.DataFrame({"run": ["a", "b", "c"], column: said, "accuracy": [0.9, 0.5, 0.1]})
    told = f"{column} says {' or '.join(sorted(said[1:]))} of b, c: "
    origin = str(pnb.VersionSet.from_frame(df).origin)
    assert told in origin
    code = origin.partition(told)[2].partition(" leaves such runs out")[0]
    assert list(eval(code, {"df": df})["run"]) == ["a"]
    assert "leaves such runs out" not in pnb.VersionSet.from_frame(df.head(1)).origin


def test_an_index_of_settings_is_not_said_to_have_lost_digits_of_versions():
    df = pd.DataFrame({"lr": [0.1, 0.01], "version": [1.1, 1.2], "accuracy": [0.9, 0.92]})
    assert "became" not in pnb.VersionSet.from_frame(df.drop(columns="version").set_index("lr")).origin
    assert "became" in pnb.VersionSet.from_frame(df.drop(columns="lr").set_index("version")).origin


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.2k", "latency: write the number, 1200 for '1.2k'."),
        ("12 ms", "latency: write the number, 12 for '12 ms'."),
        ("1:23", "latency: write seconds, 83 for '1:23' where it says minutes and seconds."),
        ("0.93*", "latency: write the number, 0.93 for '0.93*'."),
        ("1,234", "pd.read_csv(..., thousands=',') reads commas in numbers."),
    ],
)
def test_a_text_that_means_a_number_is_told_with_the_number_to_write(text, said):
    table = pd.DataFrame({"latency": [text, text]}, index=["a", "b"])
    assert pnb.VersionSet.from_frame(table).origin.endswith(said)


def test_the_index_is_told_where_it_has_the_names():
    table = pd.DataFrame({"accuracy": [0.9, 0.92]}, index=pd.Index(["a", "b"], name="run"))
    assert pnb.VersionSet.from_frame(table).origin == "From a table; names: the index (run); metrics: accuracy."
    assert pnb.VersionSet.from_frame(table.reset_index()).origin == "From a table; names: run; metrics: accuracy."
    assert pnb.VersionSet.from_frame(table.reset_index(drop=True)).origin == "From a table; metrics: accuracy."


@pytest.mark.parametrize(
    ("pattern", "metric", "kind"),
    [
        ("seed{}", "score", "runs"),
        ("fold_{}", "score", "folds"),
        ("run-{}", "score", "runs"),
        ("split{}_test_score", "test_score", "folds"),
        ("seed{}_accuracy", "accuracy", "runs"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_columns_called_by_their_run_are_no_metrics_and_are_told_with_the_code_that_takes_them_as_runs(pattern, metric, kind, named):
    columns = {pattern.format(n): [0.8 + n / 100, 0.9 + n / 90] for n in range(3)}
    df = pd.DataFrame({**({"name": ["a", "b"]} if named else {}), **columns, f"mean_{metric}": [0.81, 0.91]})
    vs = pnb.VersionSet.from_frame(df)
    assert [cell.name for cell in vs[0].metrics] == [f"mean_{metric}"]
    code = vs.origin.partition(" are runs: ")[2].removesuffix(" takes them so.")
    groups = eval(code, {"df": df, "pd": pd, "VersionSet": pnb.VersionSet})
    assert f"2 groups, 6 {kind} in all" in repr(groups)
    assert groups.compare()[metric].cells[1].value == pytest.approx(sum(each[1] for each in columns.values()) / 3)


def test_one_column_called_by_a_run_and_columns_that_are_named_stay_metrics():
    df = pd.DataFrame({"name": ["a", "b"], "seed0": [0.1, 0.2], "acc": [0.9, 0.8]})
    assert {cell.name for cell in pnb.VersionSet.from_frame(df)[0].metrics} == {"seed0", "acc"}
    df = df.assign(seed1=0.5)
    assert {cell.name for cell in pnb.VersionSet.from_frame(df, metrics=["seed0", "seed1"])[0].metrics} == {"seed0", "seed1"}


@pytest.mark.parametrize(
    ("names", "baseline", "reason"),
    [
        (["old", "new"], "old", "a baseline by its name"),
        (["baseline", "A-candidate"], "baseline", "a baseline by its name"),
        (["lr-5e-5", "my_baseline_v2"], "my_baseline_v2", "a baseline by its name"),
        (["候选", "基线"], "基线", "a baseline by its name"),
        (["Production", "challenger"], "Production", "a baseline by its name"),
        (["bert-small", "bert-base-old-vocabulary", "bert-old"], "bert-base-old-vocabulary", "the first by name"),
        (["10-fold", "5-fold", "cold"], "5-fold", "the first by name"),
    ],
)
def test_outside_of_a_registry_what_is_called_a_baseline_is_one(names, baseline, reason):
    frame = pd.DataFrame({"model": names, "accuracy": [0.9 + place / 100 for place in range(len(names))]})
    c = pnb.VersionSet.from_frame(frame).compare()
    assert (c.baseline.version_name, c.baseline_reason) == (baseline, reason)


def test_runs_that_did_not_end_well_are_noted_by_comparisons_that_have_them(tmp_path):
    df = pd.DataFrame({"run": ["a", "b", "c"], "state": ["COMPLETE", "COMPLETE", "PRUNED"], "accuracy": [0.9, 0.92, 0.1]})
    versions = pnb.VersionSet.from_frame(df)
    kept = pnb.load(versions.save(tmp_path / "runs.paisnap.json"))
    for each in (versions, versions.redact(), kept, pnb.VersionSet(list(versions))):
        c = each.compare()
        assert [note for note in c.notes if note.startswith("state says PRUNED of c: ")] == list(c.notes)
        assert str(c.explain()).count("state says PRUNED of c: ") == str(c).count("state says PRUNED of c: ") == 1
    assert "state says PRUNED of c" in kept.origin
    assert versions[:2].compare().notes == ()


@pytest.mark.parametrize(
    ("df", "code"),
    [
        (pd.DataFrame({"loss": [0.5, 0.4], "val_loss": [0.6, 0.5]}), "VersionSet.from_frame(df.tail(1))"),
        (pd.DataFrame({"epoch": [1, 2], "accuracy": [0.8, 0.9], "lr": [0.1, 0.1]}), "VersionSet.from_frame(df.tail(1))"),
        (pd.DataFrame({"accuracy": [0.8, 0.9]}, index=pd.Index([1, 2], name="epoch")), "VersionSet.from_frame(df.tail(1))"),
        (pd.DataFrame([{"loss": 0.5, "step": 1}, {"eval_loss": 0.4, "step": 2}]), "VersionSet.from_frame(df.ffill().tail(1))"),
    ],
)
def test_rows_that_are_steps_of_one_run_are_told_by_the_set_and_its_comparison(df, code):
    said = f"the rows look like steps of one run: {code} takes the last"
    versions = pnb.VersionSet.from_frame(df)
    assert said in versions.origin
    assert said in versions.compare().notes
    [last] = eval(code, {"VersionSet": pnb.VersionSet, "df": df})
    assert {cell.name for cell in last.metrics.cells} == {cell.name for version in versions for cell in version.metrics.cells}


@pytest.mark.parametrize("other", [{"lr": [0.1, 0.01]}, {"run": ["a", "b"]}])
def test_rows_that_differ_in_more_than_their_step_are_no_steps_of_one_run(other):
    versions = pnb.VersionSet.from_frame(pd.DataFrame({"epoch": [1, 2], "accuracy": [0.8, 0.9], **other}))
    assert "steps of one run" not in versions.origin
    assert not [note for note in versions.compare().notes if "steps of one run" in note]


def test_a_comparison_of_versions_that_differ_in_seed_alone_names_what_groups_them():
    df = pd.DataFrame({"lr": [0.1] * 3 + [0.01] * 3, "seed": [1, 2, 3] * 2, "accuracy": [0.9, 0.91, 0.905, 0.92, 0.93, 0.925]})
    versions = pnb.VersionSet.from_frame(df)
    [said] = versions.compare().notes
    assert said.startswith("6 of these 6 versions are repeats, which differ in seed alone: versions.group_repeats().compare()")
    assert said in str(versions.compare().explain()).replace("\n  ", " ")
    assert versions.group_repeats().compare().notes == ()
    assert pnb.VersionSet.from_frame(df.drop_duplicates("lr")).compare().notes == ()


@pytest.mark.parametrize(
    "df",
    [
        pd.DataFrame({"a": {"accuracy": 0.9, "n": 1000}, "b": {"accuracy": 0.94, "n": 1000}}),
        {"a": {"accuracy": 0.9, "n": 1000}, "b": {"accuracy": 0.94, "n": 1000}},
        [{"name": "a", "accuracy": 0.9}, {"name": "b", "accuracy": 0.94}],
        {"model": ["a", "b"], "accuracy": [0.9, 0.94]},
    ],
)
def test_dicts_and_tables_with_a_column_a_version_are_answered_with_the_call_that_takes_them(df):
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_frame(df)
    read = eval(caught.value.hint.removeprefix("Use ").removesuffix("."), {"VersionSet": pnb.VersionSet, "pandas": pd, "df": df})
    assert [(version.version_name, version.metrics["accuracy"].value) for version in read] == [("a", 0.9), ("b", 0.94)]


def test_columns_that_may_be_versions_are_told_with_the_code_that_takes_their_rows_as_runs():
    df = pd.DataFrame({"a": [0.90, 0.91], "b": [0.93, 0.94]})
    code = pnb.VersionSet.from_frame(df).origin.partition("rows their runs: ")[2].removesuffix(".")
    groups = eval(code, {"VersionSet": pnb.VersionSet, "df": df})
    assert [(group.version_name, len(group.members)) for group in groups] == [("model=a", 2), ("model=b", 2)]
    for known in (df.rename(columns={"b": "accuracy"}), df.set_axis(["x", "y"]), df.head(1), df[["a"]]):
        assert "rows their runs" not in pnb.VersionSet.from_frame(known).origin


def test_several_results_of_lm_eval_by_name_are_answered_with_the_call_that_takes_them():
    results = {"gpt2": {"results": {"arc_easy": {"acc,none": 0.61}}}, "opt": {"results": {"arc_easy": {"acc,none": 0.65}}}}
    with pytest.raises(ConfigurationError, match="gpt2 and opt are several") as caught:
        pnb.VersionSet.from_lm_eval(results)
    code = caught.value.hint.removeprefix("Use ").removesuffix(".")
    assert [version.version_name for version in eval(code, {"VersionSet": pnb.VersionSet, "results": results})] == ["gpt2", "opt"]


EPOCHS = {
    "epoch": [0, 1, 2],
    "loss": [0.5, 0.4, 0.3],
    "accuracy": [0.8, 0.85, 0.9],
    "val_loss": [0.6, 0.5, 0.45],
    "val_accuracy": [0.7, 0.75, 0.8],
}
SEVERAL = pd.concat([pd.DataFrame({**EPOCHS, "run": run, "optimizer": "adam"}) for run in ("a", "b")])


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "df",
    [
        SEVERAL.drop(columns="run").assign(optimizer=["sgd"] * 3 + ["adam"] * 3),
        SEVERAL.drop(columns=["run", "epoch"]).reset_index(drop=True).assign(optimizer=["sgd"] * 3 + ["adam"] * 3),
        SEVERAL.drop(columns=["run", "optimizer"]).assign(lr=[0.1] * 3 + [0.2] * 3),
    ],
)
def test_rows_that_are_steps_of_several_runs_are_told_with_the_code_that_takes_the_last_of_each(df, lang):
    vs = pnb.VersionSet.from_frame(df)
    with speaking(lang):
        said = str(vs.origin) if lang == "en" else vs.origin.in_language(lang)
    code = said.partition("several runs: " if lang == "en" else "各步：")[2].partition(" takes" if lang == "en" else " 取")[0]
    last = eval(code, {"VersionSet": pnb.VersionSet, "df": df})
    assert [version.metrics["val_accuracy"].value for version in last] == [0.8, 0.8]
    seeded = df.assign(seed=range(6))
    assert "steps of several" not in pnb.VersionSet.from_frame(seeded).origin


def test_a_log_with_a_rate_that_a_schedule_sets_is_one_run_and_a_grid_of_rates_is_several():
    log = pd.DataFrame(
        [{"loss": 1 / step, "learning_rate": 1e-4 / step, "step": step} for step in (1, 2, 3, 4)] + [{"eval_loss": 0.5, "step": 4}]
    )
    code = pnb.VersionSet.from_frame(log).origin.partition("one run: ")[2].partition(" takes")[0]
    [last] = eval(code, {"VersionSet": pnb.VersionSet, "df": log})
    assert (last.metrics["eval_loss"].value, last.metrics["loss"].value) == (0.5, 0.25)
    grid = pd.DataFrame({"learning_rate": [0.1, 0.2, 0.3, 0.4], "step": [9, 3, 7, 5], "eval_loss": [0.5, 0.4, 0.3, 0.6]})
    assert "steps of" not in pnb.VersionSet.from_frame(grid).origin


@pytest.mark.parametrize("rates", [["lr/pg0", "lr/pg1"], ["lr-Adam"], ["lr"], ["train/learning_rate"]])
@pytest.mark.parametrize("steps", [[0, 1, 2], [1, 2, 3], [0.5, 1.0, 1.5]])
def test_few_epochs_with_a_rate_that_a_schedule_sets_are_one_run_where_they_count_from_its_start(rates, steps):
    measured = {"train/box_loss": [1.2, 1.0, 0.9], "metrics/mAP50(B)": [0.5, 0.6, 0.62], "val/box_loss": [1.3, 1.1, 1.0]}
    df = pd.DataFrame({"epoch": steps, **measured, **{rate: [0.003, 0.002, 0.001] for rate in rates}})
    said = "the rows look like steps of one run: VersionSet.from_frame(df.tail(1)) takes the last"
    assert said in pnb.VersionSet.from_frame(df).origin
    # two runs may have another rate and another epoch each, but none sets the rate of one group of parameters
    is_logged = rates[0] not in ("lr", "train/learning_rate")
    assert (said in pnb.VersionSet.from_frame(df.head(2)).origin) is is_logged
    assert (said in pnb.VersionSet.from_frame(df.assign(epoch=[5, 9, 11])).origin) is is_logged


@pytest.mark.parametrize(
    ("df", "names"),
    [
        (SEVERAL.drop(columns="epoch"), ["a", "b"]),
        (SEVERAL.drop(columns="epoch").reset_index(drop=True), ["a", "b"]),
        (pd.DataFrame({"run": list("aabb"), "accuracy": [0.9, 0.91, 0.92, 0.95]}), ["run=a", "run=b"]),
    ],
)
def test_rows_of_one_name_that_nothing_tells_apart_are_answered_with_the_code_that_takes_them(df, names):
    with pytest.raises(ConfigurationError, match="two rows are named") as caught:
        pnb.VersionSet.from_frame(df)
    read = eval(caught.value.hint.removeprefix("Use ").removesuffix("."), {"VersionSet": pnb.VersionSet, "df": df})
    assert [version.version_name for version in read] == names


def test_the_code_for_columns_of_splits_keeps_what_was_tried():
    df = pd.DataFrame(
        {
            "param_C": [0.1, 1, 1],
            "param_kernel": ["rbf", "rbf", "poly"],
            "split0_test_score": [0.9, 0.8, 0.7],
            "split1_test_score": [0.91, 0.81, 0.71],
        }
    )
    code = pnb.VersionSet.from_frame(df).origin.partition("are runs: ")[2].partition(" takes")[0]
    groups = eval(code, {"VersionSet": pnb.VersionSet, "df": df})
    assert [group.version_name for group in groups] == ["C=0.1, kernel=rbf", "C=1, kernel=rbf", "C=1, kernel=poly"]
    assert [round(group.metrics["test_score"].value, 3) for group in groups] == [0.905, 0.805, 0.705]


@pytest.mark.parametrize("turned", [False, True])
def test_a_table_of_the_tasks_of_one_model_is_answered_with_what_reads_them(turned):
    tasks = {"arc": {"alias": "arc", "acc,none": 0.6, "acc_stderr,none": 0.01}, "drop": {"alias": "drop", "em,none": 0.4}}
    df = pd.DataFrame(tasks).T if turned else pd.DataFrame(tasks)
    with pytest.raises(ConfigurationError, match="tasks of one model") as caught:
        pnb.VersionSet.from_frame(df)
    [version] = eval(caught.value.hint.removeprefix("Use ").removesuffix("."), {"VersionSet": pnb.VersionSet, "df": df})
    assert [cell.name for cell in version.metrics.cells] == ["acc,none@arc", "acc_stderr,none@arc", "em,none@drop"]


def report(*hits, average="accuracy"):
    """What scikit-learn's classification_report(output_dict=True) gives of three classes, with so many right answers in each."""
    support = (19, 21, 14)
    classes = {
        str(place): {"precision": 0.9, "recall": hit / of, "f1-score": 0.91, "support": of}
        for place, (hit, of) in enumerate(zip(hits, support, strict=True))
    }
    averages = {f"{kind} avg": {"precision": 0.9, "recall": 0.92, "f1-score": 0.91, "support": 54} for kind in ("macro", "weighted")}
    own = {"precision": 0.9, "recall": 0.93, "f1-score": 0.91, "support": 54}
    return {**classes, average: sum(hits) / 54 if average == "accuracy" else own, **averages}


def saved(df):
    """Give a table as a file keeps it; pandas 2 does not read the last digit."""
    return pd.read_csv(io.StringIO(df.to_csv()))


def run(hint, **names):
    """Give what the code of a hint gives."""
    return eval(hint.removeprefix("Use ").removesuffix("."), {"VersionSet": pnb.VersionSet, "pandas": pd, "pd": pd, **names})


@pytest.mark.parametrize("shape", [lambda df: df, lambda df: df.T, saved, lambda df: saved(df.T), lambda df: df.T.reset_index()])
@pytest.mark.parametrize("average", ["accuracy", "micro avg"])
def test_a_table_of_a_classification_report_is_one_version_and_answered_with_the_code_that_reads_it(shape, average):
    given = report(18, 21, 13, average=average)
    with pytest.raises(ConfigurationError, match="a report of each class of a version") as caught:
        pnb.VersionSet.from_frame(shape(pd.DataFrame(given)))
    [version] = run(caught.value.hint, df=shape(pd.DataFrame(given)))
    expected = pnb.VersionSet.from_documents({"VersionName": "a", "Metrics": given})[0]
    read, of = ({cell.name: cell.value for cell in each.metrics} for each in (version, expected))
    assert read == pytest.approx(of, rel=1e-14)


@pytest.mark.parametrize(
    "given",
    [
        [report(18, 21, 13), report(17, 20, 13)],
        {"a": report(18, 21, 13), "b": report(17, 20, 13)},
        pd.DataFrame({"a": report(18, 21, 13), "b": report(17, 20, 13)}),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_several_classification_reports_are_answered_with_the_code_that_reads_each_as_a_version(given, lang):
    with pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_frame(given)
    assert [version.metrics["accuracy"].value for version in run(caught.value.hint, df=given)] == [52 / 54, 50 / 54]
    with speaking(lang):
        assert "VersionSet.from_documents([" in str(caught.value)


def test_a_column_a_class_and_metric_is_read_as_the_report_that_it_was():
    flat = pd.json_normalize([report(18, 21, 13), report(17, 20, 13)])
    c = pnb.VersionSet.from_frame(flat).compare()
    assert c.interval("accuracy", c.names[1]).reason.startswith("n = 54 and 54")
    assert c.interval("0.recall", c.names[1]).reason.startswith("n = 19 and 19")


def test_a_classification_report_as_text_is_answered_with_what_gives_it_as_a_dict():
    text = "\n   precision    recall  f1-score   support\n\n  0  0.9  0.9  0.9  19\n"
    with pytest.raises(ConfigurationError, match="neither JSON nor a file") as caught:
        pnb.VersionSet.from_documents(text)
    assert caught.value.hint == "Use classification_report(..., output_dict=True)."


def test_tables_that_share_some_words_with_a_classification_report_are_tables_of_versions():
    df = pd.DataFrame(
        {"precision": [0.9, 0.8], "recall": [0.9, 0.8], "f1-score": [0.9, 0.8], "support": [54, 54]}, index=["macro avg", "b"]
    )
    assert len(pnb.VersionSet.from_frame(df)) == 2


NAMED = [
    "accuracy@d-a",
    "accuracy@oss://b/x",
    "accuracy@lang=en",
    "accuracy@测试集",
    "accuracy@d-a_stderr",
    "recall@5",
    "recall@5@d-a",
    "pass@k",
]
NAMED += [
    "tpr@fpr=0.01",
    "tpr@FAR1e-3",
    "mAP@0.5:0.95",
    "mAP@IoU=0.5",
    "hit@top10",
    "hit@top10@d-a",
    "pass@1_stderr",
    "accuracy@2024-test",
    "f1",
]


def test_a_name_with_its_dataset_or_cut_off_is_read_alike_in_a_table_and_in_a_dict():
    numbers = dict.fromkeys(NAMED, 0.5)
    [of_table] = pnb.VersionSet.from_frame(pd.DataFrame([numbers], index=["a"]))
    [of_dict] = pnb.VersionSet.from_documents({"VersionName": "a", "Metrics": numbers})
    key = {(cell.dataset, cell.path.replace("\\", "")) for cell in of_table.metrics}
    assert key == {(cell.dataset, cell.path.replace("\\", "")) for cell in of_dict.metrics}
    cut = {"recall@5", "pass@k", "tpr@fpr=0.01", "tpr@FAR1e-3", "mAP@0.5:0.95", "mAP@IoU=0.5", "hit@top10", "pass@1_stderr", "f1"}
    assert {path for dataset, path in key if not dataset} == cut
    assert {("d-a", "accuracy_stderr"), ("d-a", "recall@5"), ("d-a", "hit@top10"), ("lang=en", "accuracy")} <= key


def test_two_names_of_a_dict_that_mean_the_same_are_both_kept():
    [version] = pnb.VersionSet.from_documents(
        {"VersionName": "a", "Metrics": {"a@d": 1, "a@d_stderr": 2, "a_stderr@d": 3, "@d": 4, "a@": 5}}
    )
    assert sorted(cell.value for cell in version.metrics) == [1, 2, 3, 4, 5]


def test_an_outside_dict_is_compared_by_following_what_is_said():
    given = {"accuracy": 0.963, "n": 54}
    with pnb.connect("demo", default=False) as registry:
        with pytest.raises(ConfigurationError) as caught:
            registry.compare("wine-cultivar@approved", given)
        code = caught.value.hint.removeprefix("Use ").removesuffix(".")
        said = eval(code, {"compare": registry.compare}).verdict.sentences[0]
        assert said.startswith("No verdict: no dataset is named for accuracy of a.")
        named = said.partition("as in ")[2].removesuffix(".")
        assert eval(named) == {"accuracy@wine-holdout": 0.963, "n@wine-holdout": 54}
        c = eval(code.replace(repr(given).replace("'", '"'), named), {"compare": registry.compare})
        assert c.interval("accuracy@wine-holdout", "a").reason.startswith("n = 54 and 54")


@pytest.mark.parametrize("table", [pd.DataFrame(), pd.DataFrame({"accuracy": []}), pd.DataFrame(columns=["run", "loss", "epoch"])])
@pytest.mark.parametrize(("lang", "said"), [("en", "it has no rows"), ("zh", "表中没有行")])
def test_a_table_without_rows_is_refused_and_the_sentence_says_so(table, lang, said):
    with speaking(lang), pytest.raises(ConfigurationError) as caught:
        pnb.VersionSet.from_frame(table)
    assert said in caught.value.sentence.in_language(lang)


def test_the_name_of_a_model_in_the_place_of_its_id_is_told_with_the_id():
    document = {"VersionName": "candidate", "Metrics": {"accuracy@wine-holdout": 0.963}}
    with pnb.connect("demo", default=False) as registry:

        def told(model_id):
            c = registry.compare("wine-cultivar@approved", pnb.VersionSet.from_documents(document, model_id))
            return [said for said in c.comparability if "not its id" in said]

        [said] = told("wine-cultivar")
        model_id = registry.get_version("wine-cultivar@approved").model_id
        assert said.endswith(f"'wine-cultivar' is the name of a model, not its id, so two models are compared; {model_id=} makes them one")
        assert told(model_id) == told("another") == told(None) == []
