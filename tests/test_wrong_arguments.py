"""Wrong arguments at every public call: refused in one line that names the argument and what fits, never by a traceback of ours."""

import datetime as dt
import gc
import inspect
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import pai_notebook as pnb
from pai_notebook.calls import checked
from pai_notebook.errors import AddressError, ConfigurationError, NameNotFound, PaiError, RegressionError
from pai_notebook.guides import Guided
from pai_notebook.io.redaction import Redaction
from pai_notebook.registry import connection

DIGITS = "model-rbvg5wfo5d0gngz1b8"
METRIC = "accuracy@d-digitsholdout0001"


class Odd:
    """Something that fits nowhere."""

    def __repr__(self):
        return "Odd\nin two lines"


WRONG = {
    "None": None,
    "an int": 5,
    "a float": -2.5,
    "a truth value": True,
    "bytes": b"x",
    "a date": dt.date(2026, 1, 2),
    "a tuple": ("accuracy", 5),
    "a list of numbers": [5, 6],
    "a dict": {"accuracy": Odd()},
    "a set": {3.5},
    "an int of numpy": np.int64(3),
    "NaN of numpy": np.float64("nan"),
    "an array": np.array([1.5, 2.5]),
    "a Series": pd.Series([1.5, 2.5]),
    "a DataFrame": pd.DataFrame({"a": range(30), "b": range(30)}),
    "an odd object": Odd(),
}
NOWHERE = ("a DataFrame", "an odd object")
"""What no argument takes."""

UNCHECKED = {
    ("Registry.watch", "sleep"),  # replaced in tests
    ("ModelVersion.from_document", "fetched"),  # kept as given
    ("ModelVersion.from_document", "provenance"),  # kept as given
    ("Model.from_document", "fetched"),  # kept as given
    ("VersionSet.from_frame", "df"),  # takes any DataFrame
    ("Metrics.get", "default"),  # comes back as given
    ("Comparison.between", "place"),  # positions, for code that draws
    ("Comparison.between", "other"),  # likewise
    ("Redaction.learn", "documents"),  # documents of versions, which are read by then
    ("Redaction.documents", "documents"),  # likewise
}


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """Every public call by its name, with arguments that work."""
    folder = tmp_path_factory.mktemp("calls")
    registry = pnb.connect("demo", default=False)
    vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0")
    saved = vs.save(folder / "saved.json")
    c, v = vs.compare("2.3.0"), vs[-1]
    measured = {"accuracy": 0.9, "latency_ms": 2, "loss": [1, 0.5]}
    results = {"Results": [{"Dataset": {"DatasetId": "d-digitsholdout0001"}, "Metrics": measured}]}
    drawn = pnb.VersionSet.from_documents([{"VersionName": name, "Metrics": results} for name in ("0.1.0", "0.2.0")]).compare()
    explorer = pnb.Explorer(vs)
    explorer.wait()
    holders = {
        "Registry": registry,
        "VersionSet": vs,
        "Comparison": c,
        "ModelVersion": pnb.ModelVersion,
        "Model": pnb.Model,
        "Metrics": v.metrics,
        "Labels": v.labels,
        "Plots": drawn.plot,
        "Ranking": c.rank(METRIC),
        "MinimalPairs": vs.minimal_pairs(METRIC),
        "GateReport": c.gate(f"{METRIC} >= 0.5"),
        "Drift": registry.drift(vs),
        "Explorer": explorer,
        "Redaction": Redaction(),
    }
    good = {
        "model_id": DIGITS,
        "address": f"{DIGITS}@2.4.0",
        "addresses": f"{DIGITS}@2.4.0",
        "what": vs,
        "metric": METRIC,
        "version": "2.4.0",
        "metrics": [METRIC],
        "rules": f"{METRIC} >= 0.1",
        "by": METRIC,
        "versions": vs,
        "docs": v.raw,
        "df": pd.DataFrame({METRIC: [0.9]}, index=["0.1.0"]),
        "results": {"results": {"piqa": {"acc": 0.7}}},
        "document": v.raw,
        "x": METRIC,
        "y": "latency_ms@d-digitsholdout0001",
        "key": "env",
        "text": "x",
        "documents": [v.raw],
        "row": c[METRIC],
        "place": 1,
        "other": 0,
        "region": "cn-hangzhou",
        "ax": Figure().add_subplot(),
    }
    special = {
        ("Model.from_document", "document"): registry.get_model(DIGITS).raw,
        ("Metrics.get", "path"): METRIC,
        ("Metrics.first", "path"): METRIC,
        ("Metrics.every", "path"): METRIC,
        ("Plots.save", "path"): folder / "chart.png",
        ("Registry.get_version", "model_id"): f"{DIGITS}@2.4.0",
        ("load", "path"): saved,
        ("Plots.series", "metric"): "loss",
        ("get_version", "model_id"): f"{DIGITS}@2.4.0",
        ("Comparison.paired", "frames"): dict.fromkeys(("2.3.0", "2.4.0"), pd.DataFrame({"id": [1, 2], "ok": [True, False]})),
        ("Comparison.paired", "on"): "id",
        ("Comparison.paired", "correct"): "ok",
        ("VersionSet.groupby", "names"): "labels.algorithm",
        ("Redaction.rename", "name"): "a",
        ("Redaction.rename", "masked"): "b",
    }
    found = {}
    functions = {name: getattr(pnb, name) for name in pnb.__all__ if inspect.isfunction(getattr(pnb, name)) and "extension" not in name}
    for holder, thing in holders.items():
        kind = thing if inspect.isclass(thing) else type(thing)
        for name in (name for name in dir(kind) if not name.startswith("_")):
            static = inspect.getattr_static(kind, name)
            if not (getattr(static, "__module__", "") or "").startswith("pai_notebook"):
                continue  # what every sequence and mapping has
            if isinstance(static, classmethod) or (inspect.isfunction(static) and thing is not kind):
                functions[f"{holder}.{name}"] = getattr(thing, name)
    for name, function in functions.items():
        required = {"region": "cn-hangzhou", "default": False} if name == "connect" else {}
        required |= {
            each.name: special.get((name, each.name), good.get(each.name))
            for each in inspect.signature(function).parameters.values()
            if each.default is each.empty or (name, each.name) in special
        }
        if "path" in required and required["path"] is None:
            required["path"] = folder / f"{name}.{'html' if name.endswith('.report') else 'out'}"
        found[name] = (function, required)
    found["connect"] = found.pop("connect")  # the last, because it replaces the default registry
    yield found
    explorer.close()
    registry.close()


def call(function, required, name, value):
    given = {**required, name: value}
    given.pop("overwrite", None)
    signature = inspect.signature(function)
    positional, keywords = [], {}
    for each in signature.parameters.values():
        if each.name not in given:
            continue
        if each.kind is each.VAR_POSITIONAL:
            positional.append(given[each.name])
        elif each.kind is each.KEYWORD_ONLY:
            keywords[each.name] = given[each.name]
        else:
            positional.append(given[each.name])
    if "overwrite" in signature.parameters:
        keywords["overwrite"] = True
    if name == "overwrite":
        keywords["overwrite"] = value
    result = function(*positional, **keywords)
    if isinstance(result, pnb.Registry):
        result.close()
    return next(iter(result)) if inspect.isgenerator(result) else result


@pytest.fixture
def default_registry(monkeypatch):
    """The demo as default registry, for this test only; a call of the test may put another in its place."""
    monkeypatch.setattr(connection, "_default", None)
    registry = pnb.connect("demo")
    yield
    for each in {registry, connection.current_registry()}:
        each.close()


@pytest.mark.slow
@pytest.mark.usefixtures("default_registry")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_argument_is_refused_in_a_line_that_names_it(calls, wrong):
    unclear = []
    for name, (function, required) in calls.items():
        for parameter, kind in ((each.name, each.kind) for each in inspect.signature(function).parameters.values()):
            if (name, parameter) in UNCHECKED:
                continue
            try:
                call(function, required, parameter, WRONG[wrong])
            except (PaiError, TypeError, KeyError, IndexError) as error:
                said = str(error)
                if "\n" in said or "has no attribute" in said or (isinstance(error, ConfigurationError) and len(said) > 400):
                    unclear.append(f"{name}({parameter}=): {type(error).__name__}: {said[:200]}")
                elif (
                    isinstance(error, ConfigurationError | TypeError)
                    and parameter not in said
                    and kind is not inspect.Parameter.VAR_POSITIONAL
                ):
                    unclear.append(f"{name}({parameter}=) is not named: {said[:200]}")
            except Exception as error:  # noqa: BLE001 - whatever else comes is what this test looks for
                unclear.append(f"{name}({parameter}=): {type(error).__name__}: {str(error)[:200]}")
            else:
                if wrong in NOWHERE:
                    unclear.append(f"{name}({parameter}=) takes {wrong}")
    assert not unclear, "\n".join(unclear)


@pytest.mark.parametrize("wrong", [None, 5, 2.5, True, dt.date(2026, 1, 2), Odd(), "ab", [5], pd.DataFrame({"a": [1]})])
def test_a_set_of_what_is_no_versions_is_refused_in_a_line_that_names_it(wrong):
    with pytest.raises(ConfigurationError, match="versions") as caught:
        pnb.VersionSet(wrong)
    assert "\n" not in str(caught.value)


def test_a_version_in_no_list_and_errors_in_no_mapping_are_refused():
    version = pnb.ModelVersion.from_document({"VersionName": "0.1.0"}, "model-a")
    with pytest.raises(ConfigurationError, match=r"VersionSet\(\[v\]\)"):
        pnb.VersionSet(version)
    with pytest.raises(ConfigurationError, match="errors=5 cannot be used"):
        pnb.VersionSet([version], errors=5)


def test_tables_and_dicts_are_pointed_to_what_reads_them():
    with pytest.raises(ConfigurationError, match=r"VersionSet\.from_frame"):
        pnb.VersionSet(pd.DataFrame({"accuracy": [0.9]}))
    with pytest.raises(ConfigurationError, match=r"from_document\({\"VersionName\": \"0.1.0\"}\)"):
        pnb.connect("demo", default=False).compare("wine-cultivar", baseline={"VersionName": "0.1.0"})


def test_an_empty_path_is_no_folder(calls):
    with pytest.raises(ConfigurationError, match="is not a file path"):
        calls["VersionSet.save"][0]("")


KEYS = {
    "ModelList": [None, 2.5, [0], Odd(), dt.date(2026, 1, 2)],
    "VersionSet": [None, 2.5, ("2.4.0",), {"2.4.0"}, dt.date(2026, 1, 2), Odd(), ["2.4.0", None], [True], [2.5], pd.Series([1.5])],
    "Comparison": [None, 5, 2.5, ["accuracy"], Odd(), np.int64(3), slice(2), (), ("a", "b", "c")],
    "Metrics": [None, 2.5, ["accuracy"], Odd(), ("accuracy",), (5, 6)],
    "Labels": [None, 5, 2.5, ("env",), Odd()],
    "Ranking": [None, 2.5, "2.4.0", Odd()],
    "MinimalPairs": [None, 2.5, "2.4.0", Odd()],
}


@pytest.mark.parametrize("holder", KEYS)
def test_a_wrong_key_is_refused_in_a_line(calls, holder):
    things = {name.partition(".")[0]: function.__self__ for name, (function, _) in calls.items() if "." in name}
    thing = things["Registry"].list_models() if holder == "ModelList" else things[holder]
    for key in KEYS[holder]:
        with pytest.raises((PaiError, TypeError, KeyError, IndexError)) as caught:
            thing[key]
        said = str(caught.value)
        assert "\n" not in said, said
        assert "has no attribute" not in said, said


GUESSES = {
    "Registry": {
        "search": "search_versions",
        "latest": "get_version",
        "models": r"list_models\(\)",
        "get_versons": "Did you mean get_versions",
    },
    "Model": {"versions": "registry.list_versions", "id": "model_id", "latest": "latest_version"},
    "ModelVersion": {
        "version": "version_name",
        "status": "approval_status",
        "to_dict": "Use raw",
        "accuracy": r"metrics\['accuracy', 'd-digitsnoisy00001'\]",
        "env": r"labels\['env'\]",
    },
    "VersionSet": {
        "df": r"to_frame\(\)",
        "best": r"compare\(\)\.best",
        "iloc": r"to_frame\(\)\.iloc",
        "sort": "sort_values",
        "loc": r"to_frame\(\)\.loc",
    },
    "Comparison": {
        "failures": r"check\(rules\)\.breaches",
        "winner": "best",
        "to_json": r"to_frame\(flat=True\)",
        "verdit": "Did you mean verdict",
        "p_value": "interval",
        "settings": "specs",
    },
    "Explanation": {"text": r"str\(explanation\)"},
    "GateReport": {"ok": "passed", "failures": "breaches", "failed_checks": "breaches", "errors": "breaches"},
    "Drift": {"changed": "Use changes"},
    "Plots": {"line": "slope", "trend": "slope"},
}


def test_an_attribute_that_is_not_there_is_answered_with_what_was_meant(calls):
    registry, vs = calls["Registry.list_models"][0].__self__, calls["VersionSet.filter"][0].__self__
    c = vs.compare()
    things = [registry, registry.get_model(DIGITS), vs[0], vs, c, c.explain(), c.check(f"{METRIC} >= 0"), registry.drift(vs), c.plot]
    assert [type(thing).__name__ for thing in things] == list(GUESSES)
    for thing in things:
        for guess, meant in GUESSES[type(thing).__name__].items():
            with pytest.raises(AttributeError, match=meant):
                getattr(thing, guess)
        assert not hasattr(thing, "nonsense")
        assert not hasattr(thing, "_ipython_display_")


def test_the_error_of_a_gate_answers_what_is_looked_for_in_its_report(calls):
    with pytest.raises(RegressionError) as caught:
        calls["VersionSet.filter"][0].__self__.compare().gate(f"{METRIC} > 2")
    assert caught.value.breaches == caught.value.report.breaches
    for guess, meant in {
        "failures": "breaches",
        "failed": "breaches",
        "checks": r"report\.checks",
        "to_junit": r"report\.to_junit\(\)",
    }.items():
        with pytest.raises(AttributeError, match=rf"Use {meant}\.$"):
            getattr(caught.value, guess)


def test_a_name_that_the_package_does_not_have_is_answered_with_what_was_meant():
    guesses = {
        "RegressionError": r"errors\.RegressionError",
        "from_dict": r"VersionSet\.from_documents\(docs\)",
        "from_lm_eval": "VersionSet.from_lm_eval",
        "search": "search_versions",
        "login": r"connect\(\)",
        "read": r"load\(path\)",
    }
    for guess, meant in {**guesses, "list_version": "list_versions"}.items():
        with pytest.raises(AttributeError, match=rf"^pai_notebook has no attribute '{guess}'\. .* {meant}[.?]$"):
            getattr(pnb, guess)


@pytest.mark.parametrize(
    ("ask", "meant"),
    [
        (lambda: pnb.ModelVersion.from_dict, r"ModelVersion\.from_document\(document, model_id\)"),
        (
            lambda: pnb.VersionSet.from_dicts,
            r"VersionSet\.from_documents\(docs\) or VersionSet\.from_frame\(pandas\.DataFrame\(docs\)\)",
        ),
        (lambda: pnb.VersionSet.from_records, r"VersionSet\.from_frame\(pandas\.DataFrame\(rows\)\)"),
        (lambda: pnb.VersionSet.from_csv, r"VersionSet\.from_frame\(pandas\.read_csv\(path\)\)"),
        (lambda: pnb.Registry.connect, r"pnb\.connect\(\)"),
    ],
)
def test_a_name_that_a_class_does_not_have_is_answered_with_what_was_meant(ask, meant):
    with pytest.raises(AttributeError, match=rf"Use {meant}\.$"):
        ask()
    assert not hasattr(pnb.VersionSet, "nonsense")


def test_an_operation_that_is_not_there_is_answered_with_what_was_meant(calls):
    registry, vs = calls["Registry.list_models"][0].__self__, calls["VersionSet.filter"][0].__self__
    asked = [
        (lambda: registry["x"], r"Registry cannot be indexed or iterated\. Use get_model\(model_id\) or get_version\(model_id, name\)"),
        (lambda: list(registry), "Registry cannot be indexed or iterated"),
        (lambda: registry.get_model(DIGITS)["2.4.0"], r"Use registry\.get_version\(model\.model_id, name\)"),
        (lambda: vs[0][METRIC], rf"Use metrics\['{METRIC}'\]"),
        (lambda: vs[0]["env"], r"Use labels\['env'\]"),
        (lambda: vs[0][0], r"Use metrics\[name\], labels\[name\], settings\[name\] or raw\[key\]"),
        (lambda: vs[0] - vs[1], r"Use registry\.compare\(a, b, baseline=a\)"),
        (lambda: vs[0] < vs[1], "ModelVersion has no order"),
        (lambda: vs - vs, "if version not in others"),
    ]
    for ask, meant in asked:
        with pytest.raises(TypeError, match=meant):
            ask()
    assert np.array([vs[0], None], dtype=object)[0] is vs[0]
    assert pd.Series([vs[0]])[0] is vs[0]


def test_a_name_that_is_no_version_of_a_set_is_answered_with_those_there_are(calls):
    with pytest.raises(PaiError, match=r"no version sharpness in this set of 3\. Available: 2\.3\.0, 2\.4\.0 and 2\.5\.0\.$"):
        calls["VersionSet.filter"][0].__self__["sharpness"]


def test_a_version_where_something_else_is_asked_for_is_answered_with_what_says_something_of_it(calls):
    c = calls["Comparison.best"][0].__self__
    for ask in (lambda: c["2.4.0"], lambda: c.explain("2.4.0")):
        with pytest.raises(PaiError, match=r"Use explain\(\)\.changes\['2\.4\.0'\]"):
            ask()
    assert c.explain().changes["2.4.0"]
    with pytest.raises(TypeError, match=r"Ranking has places, not names\. Use next\(each for each in ranking"):
        c.rank(METRIC)["2.4.0"]


@pytest.mark.parametrize(("given", "meant"), [("tags", "label"), ("status", "approval"), ("query", "where")])
def test_an_argument_that_others_call_otherwise_is_named(calls, given, meant):
    with pytest.raises(TypeError, match=rf"Did you mean {meant}=\?$"):
        calls["VersionSet.filter"][0](**{given: "x"})


def test_a_registry_is_made_by_connect():
    with pytest.raises(ConfigurationError, match=r"client='demo' cannot be used\. Use pnb\.connect\(\)\.$"):
        pnb.Registry("demo")


def test_a_property_that_fails_with_an_attribute_error_says_its_own():
    class Version(Guided):
        @property
        def address(self):
            return None.model_id

    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'model_id'"):
        Version().address  # noqa: B018 - asked for


def test_a_frame_of_a_set_is_asked_for_by_its_own_method(calls):
    vs = calls["VersionSet.filter"][0].__self__
    with pytest.raises((TypeError, AttributeError), match=r"to_frame\(\)"):
        pd.DataFrame(vs)


def test_files_of_a_refused_call_are_not_left(calls):
    assert Path(calls["load"][1]["path"]).exists()


@pytest.mark.usefixtures("default_registry")
def test_a_misspelt_argument_of_any_call_is_refused_with_the_nearest_and_without_our_frames(calls):
    for name, (function, _) in calls.items():
        known = inspect.signature(function).parameters
        names = [each.name for each in known.values() if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
        meant = max(names, key=len, default="")
        if len(meant) < 5 or f"{meant}z" in known:
            continue
        with pytest.raises(TypeError, match=f"has no argument '{meant}z'. Did you mean {meant}=") as caught:
            function(**{f"{meant}z": 1})
        first, *rest = caught.value._render_traceback_()
        assert first in [f"TypeError: {owner}{name}() has no argument '{meant}z'" for owner in ("", "Registry.")]
        assert len(rest) == 1


def test_an_argument_like_no_other_and_one_that_lacks_are_refused_with_those_there_are(calls):
    with pytest.raises(TypeError, match=r"VersionSet.to_frame\(\) has no argument 'colours'. It takes layout, "):
        calls["VersionSet.to_frame"][0](colours=1)
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'metric'. It takes metric, "):
        calls["Comparison.best"][0]()
    with pytest.raises(TypeError, match=r"VersionSet\(\) has no argument 'eror'. Did you mean errors="):
        pnb.VersionSet([], eror={})


def test_what_belongs_to_another_call_is_told_with_that_call():
    with pnb.connect("demo", default=False) as registry:
        with pytest.raises(TypeError, match=r"has no argument 'last'. Use list_versions\('model-a', last=5\)"):
            registry.get_versions(DIGITS, last=5)
        for name, sign in (("since", ">="), ("before", "<"), ("until", "<="), ("created_before", "<"), ("start_date", ">=")):
            with pytest.raises(TypeError, match=rf"""has no argument '{name}'. Use where="created {sign} '2025-09-01'"."""):
                registry.list_versions(DIGITS, **{name: "2025-09-01"})
        with pytest.raises(TypeError, match=r"has no argument 'after'. Did you mean created_after="):
            registry.list_versions(DIGITS, after="2025-09-01")
        with pytest.raises(TypeError, match=r"has no argument 'limit'. Did you mean last="):
            registry.list_versions(DIGITS, limit=5)
        with pytest.raises(TypeError, match=r"Use compare\('model-a@0.1.0,0.2.0', baseline='approved'\)"):
            registry.compare(DIGITS, versions=["2.4.0"])
        with pytest.raises(TypeError, match=r"Use c.plot.scatter\("):
            registry.compare(f"{DIGITS}@last:2").plot("latency_ms", "accuracy")
        with pytest.raises(pnb.errors.AddressError, match=r"A condition is no address: pass it to list_versions\(MODEL, where='env > 1'\)"):
            registry.get_versions(DIGITS, "env > 1")


def test_a_type_error_inside_a_call_stays_as_it_is():
    def needs(one):
        return one

    @checked
    def fails(name: str = "") -> object:
        return needs(name, other=1)

    with pytest.raises(TypeError, match="unexpected keyword argument 'other'") as caught:
        fails()
    assert not isinstance(caught.value, PaiError)


def test_a_file_instead_of_versions_is_refused_with_the_call_that_reads_it(calls):
    with pytest.raises(ConfigurationError, match=r'pnb\.load\("file"\)'):
        calls["Registry.drift"][0]("file")


@pytest.mark.parametrize("name", ["Comparison.best", "Comparison.paired", "Comparison.report", "VersionSet.save", "GateReport.to_junit"])
def test_errors_of_python_call_a_method_by_the_public_class(calls, name):
    with pytest.raises(TypeError, match=rf"^{name}\(\)"):
        calls[name][0](no_such_argument=1)


def test_several_texts_are_answered_with_the_list_that_was_meant():
    vs = pnb.connect("demo", default=False).get_versions(f"{DIGITS}@last:3")
    c = vs.compare()
    for ask in (c.check, c.gate):
        with pytest.raises(TypeError, match=r"\(\) takes rules as one list\. Use rules=\['cer < 1', 'wer < 1'\]\.$"):
            ask("cer < 1", "wer < 1")
    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        c.check("cer < 1", 5)


def test_a_set_that_is_taken_for_a_frame_says_what_it_has():
    vs = pnb.connect("demo", default=False).get_versions(DIGITS)
    for take, says in (
        (lambda: pd.DataFrame(vs), r"Use to_frame\(\)\.$"),
        (lambda: vs.head(5), r"\[:5\]\.$"),
        (lambda: vs.tail(5), r"\[-5:\]\.$"),
    ):
        with pytest.raises(AttributeError, match=says):
            take()


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda vs: vs.filter(env="prod"), "label={'env': 'prod'}"),
        (lambda vs: vs.compare(label={"env": "prod"}), "filter(label={'env': 'prod'}).compare()"),
        (
            lambda vs: pnb.connect("demo", default=False).compare("model-a", labels="env=prod"),
            "compare(list_versions('model-a', label='env=prod'))",
        ),
        (
            lambda vs: pnb.connect("demo", default=False).get_versions("model-a", since="-7d"),
            """list_versions('model-a', where="created >= '-7d'")""",
        ),
    ],
)
def test_a_condition_that_another_call_takes_is_answered_with_that_call(call, meant):
    vs = pnb.VersionSet.from_documents([{"VersionName": "0.1.0"}])
    with pytest.raises(TypeError, match=re.escape(f"Use {meant}.")):
        call(vs)


def test_what_was_meant_by_a_call_is_said():
    registry = pnb.connect("demo", default=False)
    vs = registry.get_versions(f"{DIGITS}@last:3")
    c = vs.compare()
    for compare in (vs.compare, lambda **more: registry.compare(vs, **more)):
        with pytest.raises(ConfigurationError, match=r"no argument 'metrics'\. Did you mean include=\?$"):
            compare(metrics="accuracy")
    a, b = pd.DataFrame({"id": [1, 2], "ok": [1, 0]}), pd.DataFrame({"id": [11, 12], "ok": [1, 1]})
    for given in ((a, b), ("accuracy", a, b), ("accuracy", a)):
        with pytest.raises(ConfigurationError, match=r"Use c\.paired\(\"accuracy\", \{\"0\.1\.0\": df1, .*on=\"id\", correct=\"ok\"\)"):
            c.paired(*given)
    other = next(name for name in c.names if name != c.baseline_name)
    with pytest.raises(PaiError, match=r"no id is in both tables of .*\. The table of \S+ has 11, 12, that of \S+ 1, 2\.$"):
        c.paired(METRIC, {c.baseline_name: a, other: b}, on="id", correct="ok")
    for ask in (c.best, c.rank):
        with pytest.raises(ConfigurationError, match=r"Did you mean dataset='noisy'\?$"):
            ask("accuracy", "noisy")
        with pytest.raises(ConfigurationError, match=r"Use 'max' \(higher is better\), 'min' or None\.$"):
            ask("accuracy", "sideways")
    with pytest.raises(PaiError, match=r"no version has 'prod'\. Quote texts: 'prod'\. "):
        registry.search_versions("label.env == prod")
    with pytest.raises(AddressError, match=r"Did you mean last:5\?"):
        registry.get_versions(f"{DIGITS}@latest:5")
    with pytest.raises(ConfigurationError, match=r"wine\.zip' does not end in"):
        vs.save("wine.zip")
    with pytest.raises(ConfigurationError, match=r"For that use to_html or report, or choose a name that ends in \.json or \.gz\.$"):
        c.save("c.html")
    with pytest.raises(ConfigurationError, match=r"For that use to_csv, or choose"):
        c.report("c.csv")
    for judge, name in ((c.gate, "gate"), (c.check, "check")):
        with pytest.raises(ConfigurationError, match=rf"Use c\.{name}\(\"accuracy >= baseline - 1pp\"\)\.$"):
            judge({"accuracy": 0.9})
    for given in ("x", "y"):
        with pytest.raises(TypeError, match=r"Did you mean metric=\?$"):
            c.plot.bar(**{given: "accuracy"})
    with pytest.raises(TypeError, match=r"It takes metric, "):
        c.plot.bar(z="accuracy")
    with pytest.raises(ConfigurationError, match=r"Use pnb\.Explorer\(pnb\.get_versions\('model-x'\)\)\.$"):
        pnb.Explorer("model-x")
    with pytest.raises(ConfigurationError, match=r'Use pnb\.Explorer\(pnb\.connect\("demo"\)\)\.$'):
        pnb.Explorer("demo")
    with pytest.raises(ConfigurationError, match=r'Use compare\(\.\.\., \{"VersionName": "a", "Metrics": \{"accuracy": 0\.9\}\}\)\.$'):
        registry.compare(vs, {"accuracy": 0.9})
    with pytest.raises(ConfigurationError, match=r"its field and its name, as in labels\.env\. Available: all, "):
        vs.to_arrow(fields="gamma")
    told = "it was looked for in names, domains, tasks and labels: registry.list_models() shows all"
    assert repr(registry.list_models("nothing so")) == f"<ModelList of 0 models: all workspaces, query 'nothing so'; {told}>"
    with pytest.raises(ConfigurationError, match=r"Plots\(\) missing 1 required positional argument"):
        c.plot()


def test_numbers_of_a_table_that_are_called_as_settings_are_named_where_nothing_is_grouped():
    runs = pd.DataFrame({"run": list("abcd"), "dropout": [0.1, 0.1, 0.2, 0.2], "seed": [1, 2, 1, 2], "accuracy": [0.9, 0.91, 0.92, 0.93]})
    vs = pnb.VersionSet.from_frame(runs, name="run", metrics=["accuracy", "dropout"])
    assert "settings=['dropout'] where" in vs.group_repeats().removed[-1]
    assert len(pnb.VersionSet.from_frame(runs, name="run").group_repeats()) == 2


@pytest.mark.parametrize("name", ["metric", "foo", "value"])
def test_an_explorer_refuses_what_nothing_would_read(name):
    explorer = pnb.Explorer(pnb.VersionSet())
    with pytest.raises(AttributeError, match=f"'{name}' cannot be set"):
        setattr(explorer, name, "accuracy")
    explorer.close()


def _in_itself():
    held = []
    held += [held, held]
    return held


def _deep(levels=2000):
    held = []
    for _ in range(levels):
        held = [held]
    return held


@pytest.fixture
def without_collector():
    """What is collected at the depth where Python gives up cannot end itself, and pytest makes an error of that."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("nested", [_in_itself(), _deep()], ids=["in itself", "deep"])
def test_lists_that_are_nested_deeper_than_any_document_are_refused_by_the_name_of_the_argument(nested):
    registry = pnb.connect("demo", default=False)
    vs = registry.get_versions(f"{DIGITS}@last:2")
    calls = [
        ("docs", lambda: pnb.VersionSet.from_documents(nested)),
        ("document", lambda: pnb.ModelVersion.from_document(nested)),
        ("results", lambda: pnb.VersionSet.from_lm_eval(nested)),
        ("addresses", lambda: vs.select(nested)),
        ("addresses", lambda: registry.get_versions(nested)),
        ("what", lambda: registry.compare(nested)),
    ]
    for name, call in calls:
        with pytest.raises(ConfigurationError, match=rf"^{name} is nested deeper than 64 levels\. It may be a list in itself\.$"):
            call()
    # what Python writes of such a list differs from one to the next
    with pytest.raises(ConfigurationError):
        pnb.options.lang = nested
    with pytest.raises(ConfigurationError, match=r"^directions: "):
        vs.compare(directions={"accuracy": nested})
    registry.close()


@pytest.mark.usefixtures("without_collector")
def test_what_recurses_without_such_an_argument_stays_what_it_is():
    @checked
    def again(given):
        return again(given)

    with pytest.raises(RecursionError):
        again([[1]])


@pytest.fixture(scope="module")
def measured():
    docs = [{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": 0.8 + n / 20, "n": 1000}} for n in (1, 2, 3)]
    return pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")


@pytest.mark.parametrize("level", [95, 1, 0, -1, "95", None, True, float("nan"), [1]])
def test_levels_are_read_in_one_way_by_all_that_take_one(measured, level):
    evidence = measured.interval("accuracy", "0.2.0")
    for call in (evidence.at, evidence.telling, lambda level: measured.interval("accuracy", "0.2.0", level=level)):
        with pytest.raises(ConfigurationError, match=r"^level=.* cannot be used\. Pass a number between 0 and 1\.$|^level=.*0\.95"):
            call(level)


def test_what_is_no_margin_and_no_position_is_refused(measured):
    row = measured["accuracy"]
    with pytest.raises(ConfigurationError, match=r"^margin='1pp' cannot be used\. Pass a number of at least 0\.$"):
        measured.interval("accuracy", "0.2.0").p_value("1pp")
    for place, other in ((1, 5), (1.5, 0), (None, 0), (True, 0)):
        with pytest.raises(ConfigurationError, match=r"^(place|other)=.* cannot be used\. Pass a whole number from -3 to 2\.$"):
            measured.between(row, place, other)
    other = pnb.VersionSet.from_documents([{"VersionName": f"{n}", "Metrics": {"loss": n}} for n in (1, 2)], "model-b").compare()
    with pytest.raises(PaiError, match="no version has a metric 'loss'"):
        measured.between(other["loss"], 1, 0)
    assert str(measured.between(row, -1, 0)) == str(measured.between(row, 2, 0))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("errors", -1),
        ("errors", {"x": 1}),
        ("errors", {1: ConfigurationError("x")}),
        ("paired", "x"),
        ("paired", None),
        ("paired", [1]),
        ("versions", None),
        ("versions", [1]),
        ("removed", 3),
        ("removed", "abc"),
        ("removed", [1]),
        ("dataset", 3),
        ("by", 3),
    ],
)
def test_what_sets_and_comparisons_are_made_of_is_read_in_one_way(measured, name, value):
    makers = [pnb.Comparison] if name in ("dataset", "by") else [pnb.Comparison, pnb.VersionSet]
    for make in makers:
        with pytest.raises(ConfigurationError, match=rf"^{name}(=.* cannot be used|\[0\] is of type int)"):
            make(**({"versions": measured.versions} | {name: value}))


def test_arguments_of_another_call_are_answered_with_that_call_and_the_values_that_were_given():
    with pnb.connect("demo", default=False) as registry:
        vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0")
        c = vs.compare()
        tried = {
            "list_models('class')": lambda: registry.list_models(search="class"),
            "where=\"created > '2026-01-01'\"": lambda: registry.search_versions(created_after="2026-01-01"),
            "list_versions(...).sort_values('created')": lambda: registry.list_versions(DIGITS, order_by="created"),
            "by='accuracy' or include='accuracy'": lambda: vs.compare(metric="accuracy"),
            "sort_values(..., ascending=False)": lambda: vs.sort_values("created", reverse=True),
            "sort_values('created', ascending=False)": lambda: vs.sort_values("-created"),
            "layout='long'": lambda: vs.to_frame(format="long"),
            "to_frame().to_dict(orient='records')": lambda: vs.to_frame(orient="records"),
            "to_frame(layout='long')": lambda: vs.to_long,
            "{cell.name: cell.value for cell in metrics}": lambda: vs[0].metrics.items,
            "pnb.VersionSet([version]).to_frame()": lambda: vs[0].metrics.to_frame,
            "compare(..., include=['accuracy']).to_frame()": lambda: c.to_frame(columns=["accuracy"]),
            "VersionSet(comparison.versions).to_frame(layout='long')": lambda: c.to_frame(layout="long"),
            "VersionSet(filter(function, versions))": lambda: vs.filter(lambda version: version.is_registered),
        }
        for code, call in tried.items():
            with pytest.raises((ConfigurationError, NameNotFound)) as caught:
                call()
            assert caught.value.hint == f"Use {code}."


def test_settings_given_to_group_repeats_are_answered_with_groupby():
    docs = [{"VersionName": f"0.{nth}.0", "Metrics": {"f1": 0.5}, "TrainingSpec": {"lr": nth % 2, "depth": 3}} for nth in range(4)]
    vs = pnb.VersionSet.from_documents(docs)
    calls = {
        "groupby('lr')": (lambda: vs.group_repeats("lr"), lambda: vs.group_repeats(by="lr"), lambda: vs.groupby(by="lr")),
        "groupby('lr', 'depth')": (lambda: vs.group_repeats(["lr", "depth"]), lambda: vs.groupby(by=["lr", "depth"])),
    }
    for code, several in calls.items():
        for call in several:
            with pytest.raises(TypeError, match=re.escape(f"Use {code}.")):
                call()
        assert len(eval(f"vs.{code}", {"vs": vs})) == 2


def test_a_document_is_no_address():
    with pnb.connect("demo", default=False) as registry, pytest.raises(AddressError, match=r"Use VersionSet\.from_documents\(docs\)\.$"):
        registry.get_versions({"VersionName": "0.1.0"})
