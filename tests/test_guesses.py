"""Names that strangers guess: each works, or is answered with code that runs."""

import json
import keyword
import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook.errors import PaiError

DIGITS = "model-rbvg5wfo5d0gngz1b8"
METRIC = "accuracy@d-digitsholdout0001"


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What the code of a hint may use, by the names that hints give it."""
    folder = tmp_path_factory.mktemp("guesses")
    registry = pnb.connect("demo", default=False)
    vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0")
    c = vs.compare()
    saved = vs.save(folder / "saved.paisnap.json")
    with pytest.raises(pnb.errors.RegressionError) as caught:
        c.gate(f"{METRIC} > 2")
    report = c.check(f"{METRIC} >= 0.5")
    known = {
        "pnb": pnb,
        "registry": registry,
        "vs": vs,
        "versions": vs,
        "others": vs[:1],
        "saved": vs,
        "c": c,
        "comparison": c,
        "a": vs[0],
        "b": vs[1],
        "version": vs[0],
        "v": vs[0],
        "other": vs[1],
        "metrics": vs[0].metrics,
        "labels": vs[0].labels,
        "raw": vs[0].raw,
        "cell": vs[0].metrics[METRIC],
        "models": registry.list_models(),
        "m": registry.get_model(DIGITS),
        "model": registry.get_model(DIGITS),
        "document": vs[0].raw,
        "docs": [vs[0].raw],
        "rows": [{"run": "a", "accuracy": 0.9}],
        "df": pd.DataFrame({"run": ["a", "b"], "accuracy": [0.9, 0.8]}),
        "name": "2.4.0",
        "metric": METRIC,
        "rules": f"{METRIC} >= 0.1",
        "by": METRIC,
        "where": "accuracy > 0.9",
        "addresses": f"{DIGITS}@last:2",
        "address": f"{DIGITS}@2.4.0",
        "count": 2,
        "model_id": DIGITS,
        "key": "env",
        "condition": "accuracy > 0.9",
        "x": METRIC,
        "y": "latency_ms@d-digitsholdout0001",
        "row": c[METRIC],
        "change": next(each for each in c[METRIC].changes if each.evidence),
        "evidence": c.interval(METRIC, "2.5.0"),
        "interval": c.interval(METRIC, "2.5.0").interval,
        "verdict": c.verdict,
        "explanation": c.explain(),
        "best": c.best(METRIC),
        "ranking": c.rank(METRIC),
        "pareto": c.pareto([METRIC, "latency_ms@d-digitsholdout0001"]),
        "frames": {
            name: pd.DataFrame({"id": range(540), "ok": [each % 20 > nth for each in range(540)]}) for nth, name in enumerate(c.names[:2])
        },
        "report": report,
        "check": report.checks[0],
        "error": caught.value,
        "drift": registry.drift(vs),
        "plot": c.plot,
        "pandas": pd,
        "VersionSet": pnb.VersionSet,
        "ModelVersion": pnb.ModelVersion,
        "Model": pnb.Model,
        "long": vs.to_frame(layout="long"),
        "old": vs[:2],
        "path_of_snapshot": str(saved),
        "folder": folder,
    }
    yield known
    plt.close("all")
    registry.close()


def hint_of(code, names):
    """What the failure of some code says to use."""
    with pytest.raises((PaiError, AttributeError, TypeError)) as caught:
        eval(code, dict(names))
    found = re.search(r"(?:Use|Write) (.+?)\.$|Did you mean (.+?)\?$", str(getattr(caught.value, "hint", "")))
    assert found, f"{code}: {caught.value}"
    return found[1] or found[2]


def run(hint, holder, names, tmp_path):
    """Run the code of a hint, each of several, as what is asked of a holder where it begins with a name of that."""
    place = dict(names) | {"path": tmp_path / "written.out"}
    place["ax"] = names["plot"].dot(METRIC)
    for part in re.split(r", which | for what |, or | or (?!\w+ if )", hint)[:1]:
        code = part.replace("model-a@", f"{DIGITS}@").replace("'model-a'", repr(DIGITS)).replace("(...", "(addresses")
        if "report(path)" in code:
            code = code.replace("path", repr(str(tmp_path / "report.html")))
        for name in ("chart.png", "report.pdf"):
            code = code.replace(f'"{name}"', repr(str(tmp_path / name)))
        head = re.match(r"\w*", code)[0]
        thing = place.get(holder, None) if head else None
        if head and (holder in place and head in dir(thing)) and not keyword.iskeyword(head) and head != "pnb":
            place["holder"], code = thing, f"holder.{code}"
        if "=" in code.partition("(")[0]:
            exec(code, place)
        else:
            eval(code, place)


ATTRIBUTES = {
    "models": {
        "search": "list_models",
        "filter": "list_models",
        "df": r"to_frame\(\)",
        "head": r"models\[:5\]",
        "get": r"models\[model_id\]",
        "to_dict": r"\[model\.raw for model in models\]",
        "summary": r"str\(models\)",
    },
    "registry": {
        "report": r"compare\(addresses\)\.report\(path\)",
        "gate": r"compare\(addresses\)\.gate\(rules\)",
        "to_frame": r"get_versions\(addresses\)\.to_frame\(\)",
        "ListModelVersions": r"list_versions\(model_id\)",
        "get_model_version": r"get_version\(model, name\)",
        "plot": r"compare\(addresses\)\.plot",
        "search_model_versions": r"search_versions",
        "model": r"get_model\(model_id\)",
        "get": r"get_model\(model_id\) or get_version",
        "explore": r"pnb\.Explorer\(registry\)",
    },
    "vs": {
        "gate": r"compare\(\)\.gate\(rules\)",
        "verdict": r"compare\(\)\.verdict",
        "winner": r"compare\(\)\.best\(metric\)",
        "accuracy": r"to_frame\(\)\['metrics\.accuracy@",
        "env": r"to_frame\(\)\['labels\.env'\]",
        "approval_status": r"to_frame\(\)\['approval_status'\]",
        "head": r"versions\[:5\]",
        "iloc": r"to_frame\(\)\.iloc",
        "describe": r"to_frame\(\)\.describe\(\)",
        "to_dict": r"\[version\.raw for version in versions\]",
        "snapshot": r"save\(path\)",
        "diff": r"compare\(\), or registry\.drift\(versions\)",
        "to_pdf": r"compare\(\)\.report",
        "runs": r"compare\(\)\.versions",
        "to_dataframe": r"to_frame\(\)",
        "columns": r"to_frame\(\)\.columns",
        "shape": r"to_frame\(\)\.shape",
        "created_at": r"\[version\.created for version in versions\]",
        "GmtCreateTime": r"\[version\.created for version in versions\]",
        "load_model": r"registry\.get_version\(model, name\)",
        "get_version": r"versions\[name\]",
        "get": r"versions\[name\]",
        "names": r"\[version\.version_name for version in versions\]",
        "ids": r"\[version\.address for version in versions\]",
        "explore": r"pnb\.Explorer\(versions\)",
        "to_md": r"to_markdown\(\)",
    },
    "v": {
        "version_description": "description",
        "VersionDescription": "description",
        "gmt_create_time": "created",
        "GmtCreateTime": "created",
        "name": "version_name",
        "version": "version_name",
        "params": "settings",
        "hyperparameters": "settings",
        "tags": "labels",
        "created_at": "created",
        "stage": "approval_status",
        "url": "uri",
        "diff": r"pnb\.VersionSet\(\[version, other\]\)\.compare\(version\)",
        "compare": r"pnb\.VersionSet\(\[version, other\]\)\.compare\(version\)",
        "to_dict": "raw",
        "get_metrics": "metrics",
        "to_csv": r"pnb\.VersionSet\(\[version\]\)\.to_csv\(\)",
        "gate": r"\.compare\(version\)\.gate\(rules\)",
        "accuracy": r"metrics\['accuracy', 'd-digits",
        "specs": "settings, or training_spec, inference_spec, evaluation_spec, compression_spec and distillation_spec as sent",
        "hash": r"hash\(version\)",
        "key": "address",
        "to_md": r"pnb\.VersionSet\(\[version\]\)\.to_markdown\(\)",
    },
    "metrics": {"items": "cell.name: cell.value", "value": r"\[cell\.value for cell in metrics\]"},
    "m": {"status": r"latest_version\.approval_status", "created_at": "created", "ModelName": "name"},
    "c": {
        "include": r"pnb\.VersionSet\(comparison\.versions\)\.compare\(include=",
        "text_diff": "changed",
        "to_png": r"plot\(metric\)\.figure\.savefig\(",
        "is_worse": r"check\(\"fail if worse beyond chance\"\)\.breaches",
        "columns": r"to_frame\(\)\.columns",
        "shape": r"to_frame\(\)\.shape",
        "accuracy": r"comparison\['accuracy', 'd-digitsholdout0001'\]",
        "bar": r"plot\.bar\(metric\)",
        "filter": r"pnb\.VersionSet\(comparison\.versions\)\.compare\(include=metric\), or \.filter\(where\) for versions",
        "select": r"compare\(include=metric\)",
        "to_dict": r"to_frame\(flat=True\)\.reset_index\(\)\.to_dict",
        "to_json": r"to_frame\(flat=True\)\.reset_index\(\)\.to_json",
        "get": r"comparison\[metric\]",
        "value": r"\[cell\.value for cell in comparison\[metric\]\.cells\]",
        "candidate": r"\[name for name in comparison\.names if name != comparison\.baseline_name\]",
        "difference": "changed",
        "pairwise": r"pnb\.VersionSet\(comparison\.versions\)\.compare\(name\)",
        "to_md": r"to_markdown\(\)",
        "sentences": r"verdict\.sentences",
        "head": r"to_frame\(\)\.head",
        **dict.fromkeys(("paired_test", "mcnemar"), r"paired\(metric, frames, on='id', correct='ok'\)"),
        **dict.fromkeys(("export", "write", "save_report", "report_html"), r"report\(path\)"),
        **dict.fromkeys(("show", "display"), r"print\(comparison\)"),
    },
    "pareto": {
        "names": "versions",
        "to_frame": r"pandas\.DataFrame\(pareto\.values, pareto\.versions, pareto\.metrics\)",
        "plot": r"comparison\.plot\.scatter\(\*pareto",
        "to_markdown": r"str\(pareto\)",
    },
    "explanation": {"to_markdown": r"str\(explanation\)"},
    "plot": {"hist": r"dot\(metric\)", "line": r"slope\(metric\)", "altair": r"dot\(metric\), or", "to_vega": r"comparison\.to_frame\(\)"},
    "report": {"summary": r"str\(report\)", "exit_code": r"int\(not report\.passed\)", "to_md": r"to_markdown\(\)"},
    "evidence": {
        "low": r"interval\.low",
        "high": r"interval\.high",
        "ci": "interval",
        "method": r"interval\.method",
        "test": "reason",
        "n": "reason",
        "pvalue": r"p_value\(\)",
        "to_markdown": r"str\(evidence\)",
    },
    "change": {"low": r"evidence\.interval\.low", "interval": r"evidence\.interval"},
    "VersionSet": {
        "from_metrics": r"VersionSet\.from_frame\(pandas\.DataFrame\(rows\)\)",
        **dict.fromkeys(("from_wandb", "from_mlflow", "from_sklearn"), r"VersionSet\.from_frame\(df\)"),
    },
    "ModelVersion": {
        "from_metrics": r"ModelVersion\.from_document\(\{'VersionName'",
        "from_mlflow": r"pnb\.VersionSet\.from_frame\(df\)",
    },
    "error": {"failures": "breaches", "checks": r"report\.checks", "to_junit": r"report\.to_junit\(\)", "passed": r"report\.passed"},
    "drift": {"diff": "changes", "deleted": "removed", "is_empty": "not drift"},
    "ranking": {"winner": r"ranking\[0\]", "df": r"to_frame\(\)", "summary": r"str\(ranking\)"},
    "best": {"to_markdown": r"str\(best\)", "versions": r"\[best\.version, \*best\.ties, \*best\.together\]", "winner": "version"},
    "verdict": {"text": r"str\(verdict\)", "best": r"comparison\.best\(metric\)", "to_markdown": r"str\(verdict\)"},
    "row": {"delta": "changes", "values": "cell.value for cell in row.cells", "summary": r"str\(row\)"},
}


@pytest.mark.parametrize(("holder", "guess"), [(holder, guess) for holder, guesses in ATTRIBUTES.items() for guess in guesses])
def test_a_name_that_an_object_does_not_have_is_answered_with_code_that_runs(holder, guess, names, tmp_path):
    hint = hint_of(f"{holder}.{guess}", names)
    assert re.match(ATTRIBUTES[holder][guess], hint.lstrip("{[")) or re.search(ATTRIBUTES[holder][guess], hint), hint
    run(hint, holder, names, tmp_path)


# Where accuracy was measured, in the order of the document.
SEVERAL = ("d-digitsnoisy00001", "oss://pai-demo-data/digits/shifted/", "d-digitsholdout0001")
CALLS = {
    "c.gate(max_drop=0.01)": r'c.gate("accuracy >= baseline - 1pp")',
    'vs.to_csv("x.csv", index=False)': "to_csv('x.csv')",
    'vs.to_csv("x.csv", sep=";")': "to_frame().to_csv('x.csv', sep=';')",
    'vs.to_excel("x.xlsx", sheet_name="a")': "to_excel('x.xlsx')",
    'c.report(format="pdf")': 'report("report.pdf")',
    'c.plot.save(c.plot.dot(metric), "x.png")': "save('x.png', ax)",
    "registry.drift(old, vs)": "drift(saved)",
    "pnb.connect(offline=True)": 'load("versions.json") or connect("demo")',
    "pnb.connect('x.paisnap.json')": "pnb.load('x.paisnap.json')",
    "pnb.connect('cn-hangzhou')": "connect(region='cn-hangzhou')",
    'VersionSet.from_frame(long, layout="long")': "VersionSet.from_frame(versions.to_frame())",
    "registry.list_versions(model_id, SourceType='PAIFlow')": "where=\"source_type == 'PAIFlow'\"",
    "registry.list_versions(model_id, ApprovalStatus='Approved')": "approval=",
    "registry.list_models(Query='digits')": "query=",
    "vs['accuracy']": "to_frame()['metrics.accuracy@d-digitsnoisy00001']",
    "dict(v.metrics)": "{cell.name: cell.value for cell in metrics}",
    "registry.get_versions('digit*')": None,
    "vs.filter({'env': 'prod'})": "label={'env': 'prod'}",
    "registry.list_versions(model_id, where='a > 1', sort='-created')": "list_versions(...).sort_values('created', ascending=False)",
    "registry.search_versions(sort_by='created desc')": "search_versions(...).sort_values('created', ascending=False)",
    "vs.filter(order_by='created')": "filter(...).sort_values('created')",
    "registry.list_versions(model_id, 'a > 1 or b < 2', created_before='2025-12-31', approval='Approved')": (
        f"list_versions('{DIGITS}', \"(a > 1 or b < 2) and created < '2025-12-31'\", approval='Approved')"
    ),
    "registry.search_versions('a > 1', created_after='2025-12-31')": "search_versions(\"a > 1 and created > '2025-12-31'\")",
    "vs.filter('a > 1', 'b < 2')": "filter('a > 1 and b < 2')",
    "registry.list_versions(m, 'a > 1', 'b < 2')": f"list_versions('{DIGITS}', 'a > 1 and b < 2')",
    "registry.list_versions(model_id, 'a > 1', where='b < 2')": f"list_versions('{DIGITS}', 'a > 1 and b < 2')",
    "pnb.set_language('zh')": "options.lang = 'zh'",
    "pnb.paired": None,
    "pnb.from_records": "VersionSet.from_frame(pandas.DataFrame(rows))",
    "pnb.from_dicts": "VersionSet.from_documents(docs)",
    "pnb.help()": "help(pnb)",
    "c.low": "interval(metric, version)",
    "explanation.low": "comparison.interval(metric, version)",
    "v.items()": "metrics[name], labels[name], settings[name] or raw[key]",
    "pnb.from_mlflow": "VersionSet.from_frame(df)",
    "verdict['2.5.0']": "counts[name]",
    "interval[0]": "(interval.low, interval.high)",
    "tuple(interval)": "(interval.low, interval.high)",
    "evidence[0]": "interval",
    "pnb.connect(demo=True)": 'connect("demo")',
    "pnb.connect('demo', lang='zh')": "pnb.options.lang = 'zh'",
    "vs.to_frame(language='zh')": "pnb.options.lang = 'zh'",
    "registry.get_versions(model_id, approved=True)": "list_versions('model-a', approval='approved')",
    "vs.filter(approved=True)": "approval='approved'",
    "vs.filter(only_rejected=True)": "approval='rejected'",
    "registry.compare(model_id, approved=True)": "compare(list_versions('model-a', approval='approved'))",
    "registry.compare(model_id, labels=True)": "include='labels', or only='all' for those that do not differ too",
    "vs.compare(hyperparameters=True)": "include='settings', or only='all' for those that do not differ too",
    "c.to_frame(settings=True)": "section='settings', or only='all' for those that do not differ too",
    "c.p_value(metric, name)": "interval(metric, version).p_value()",
    "c.pareto_front([x, y])": "pareto(metrics)",
    "c.plot(metric, 'bar')": f"c.plot.bar({METRIC!r})",
    "c.plot(x, y)": 'c.plot.scatter("latency_ms@d-a", "accuracy@d-a")',
    **dict.fromkeys(("c.gate(rules, raise_error=False)", "c.gate(rules, strict=False)"), "check(rules)"),
    "c.explain(verbose=True)": "everything=True",
    "c.interval(metric, name, baseline='2.3.0')": "compare(..., baseline='2.3.0').interval(...)",
    "c.gate(rules, tolerance=0.1)": "compare(..., tolerance=0.1).gate(...)",
    "c.plot.dot(metric, baseline='2.3.0')": "compare(..., baseline='2.3.0').plot",
    "c.assert_better()": 'gate("METRIC > baseline")',
    **{f"report.{name}()": "raise_for_breaches()" for name in ("raise_for_status", "raise_if_failed", "assert_passed", "raise_for_errors")},
    "registry.list_versions(model_id, where={'label.env': 'prod'})": "label={'env': 'prod'}",
    "vs.filter(gamma=0.1)": "where='gamma == 0.1'",
    "registry.list_versions(model_id, accuracy=0.9)": "where='accuracy == 0.9'",
    "metrics.accuracy": ", or ".join(f"metrics['accuracy', {dataset!r}]" for dataset in SEVERAL),
    "c.accuracy": ", or ".join(f"comparison['accuracy', {dataset!r}]" for dataset in sorted(SEVERAL)),
    "v.datasets": "metrics.datasets",
    "vs.datasets": "compare().dataset_names",
    "pnb.search_runs()": "search_versions",
    "registry.search_runs()": "search_versions(where)",
    "pnb.set_option('lang', 'zh')": "options.lang = 'zh'",
    "setattr(pnb, 'lang', 'zh')": "options.lang = 'zh'",
    "setattr(pnb, 'language', 'zh')": "options.lang = 'zh'",
    "setattr(pnb, 'console', 'china')": "options.console = 'international'",
    **dict.fromkeys(("pnb.connect(verify=False)", "pnb.connect(cert='ca.pem')"), "os.environ['SSL_CERT_FILE'] = 'ca.pem'"),
    "pnb.connect(proxy='http://name:key@host')": "os.environ['HTTPS_PROXY'] = 'http://host:8080'",
    "pnb.connect(profile='team')": "os.environ['ALIBABA_CLOUD_PROFILE'] = 'team'",
    "vs.compare('2.4.0', '2.5.0')": "versions[['2.4.0', '2.5.0']].compare('2.4.0')",
    "vs.compare(vs[0], vs[1])": "versions[['2.3.0', '2.4.0']].compare('2.3.0')",
}


@pytest.mark.parametrize("code", [code for code, meant in CALLS.items() if meant])
def test_a_call_that_is_refused_says_how_it_is_written(code, names):
    assert hint_of(code, names) == CALLS[code]


CONDITION = "accuracy@d-digitsholdout0001 > 0.5"


@pytest.mark.parametrize(
    "code",
    [
        *(f"registry.list_versions(model_id, {CONDITION!r}, {name}='2026-12-31')" for name in ("created_before", "until", "end")),
        *(f"vs.filter(where={CONDITION!r}, {name}='2024-12-31')" for name in ("since", "start")),
        f"vs.filter({CONDITION!r}, \"label.env == 'test' or approval == 'pending'\")",
        f"registry.list_versions(model_id, {CONDITION!r}, 'created > 2020-01-01', 'created > 2021-01-01')",
        f"registry.search_versions({CONDITION!r}, created_after='2020-12-31')",
        f"registry.search_versions({CONDITION!r}, where='created > 2020-01-01')",
        "registry.list_versions(model_id, sort='-created')",
        "registry.search_versions(order_by=['-created'], models=[model_id])",
        "vs.filter(sort='created desc')",
        "registry.list_versions(model_id, ascending=False)",
        "registry.get_versions(model_id, created_before='2026-12-31')",
        "registry.get_versions(model_id, approval='pending')",
    ],
)
def test_the_call_that_a_refusal_says_to_write_is_not_refused_in_turn(code, names):
    call = hint_of(code, names).replace("(...", "(model_id" if "list_versions" in code else "(").replace("'model-a'", "model_id")
    found = eval(f"{'vs' if call.startswith('filter') else 'registry'}.{call}", dict(names))
    assert isinstance(found, pnb.VersionSet)
    assert len(found) > 0


@pytest.mark.parametrize("name", ["get", "items", "update", "set", "add", "pop"])
def test_what_is_no_table_is_not_pointed_to_one_for_a_method_of_dictionaries_or_one_that_writes(name, names):
    with pytest.raises(AttributeError) as caught:
        getattr(names["registry"], name)
    assert "to_frame" not in str(caught.value)


def test_a_class_that_lacks_a_method_says_so_in_a_line(names):
    for holder in ("VersionSet", "ModelVersion", "Model"):
        with pytest.raises(PaiError, match=f"{holder} has no attribute 'from_nonsense'") as caught:
            names[holder].from_nonsense  # noqa: B018 - the attribute is what is asked for
        assert caught.value._render_traceback_() == [f"AttributeError: {holder} has no attribute 'from_nonsense'"]


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".parquet", ".json"])
def test_a_file_where_a_table_is_taken_is_answered_with_what_reads_it(ending, names, tmp_path):
    path = str(tmp_path / f"runs{ending}")
    write = {".csv": "to_csv", ".tsv": "to_csv", ".xlsx": "to_excel", ".parquet": "to_parquet", ".json": "to_json"}[ending]
    more = {"sep": "\t"} if ending == ".tsv" else {}
    getattr(pd.DataFrame({"accuracy": [0.9, 0.8]}, index=["a", "b"]), write)(path, **more)
    found = eval(hint_of(f"VersionSet.from_frame({path!r})", names), dict(names))
    assert len(found) == 2


def test_documents_where_a_snapshot_is_loaded_are_answered_with_what_reads_them(names, tmp_path):
    path = tmp_path / "raw.json"
    path.write_text(json.dumps([version.raw for version in names["vs"]]), "utf-8")
    hint = hint_of(f"pnb.load({str(path)!r})", names)
    assert eval(hint, dict(names)) == names["vs"]


def test_a_model_stands_for_its_id(names):
    registry, model = names["registry"], names["m"]
    assert model.address == DIGITS
    assert len(registry.get_versions(model)) == len(registry.list_versions(model)) == len(registry.get_versions(DIGITS))
    assert registry.get_versions(names["v"])[0].address == names["v"].address
    assert registry.compare(model, baseline="2.0.0").fingerprint == registry.compare(DIGITS, baseline="2.0.0").fingerprint
    assert registry.compare(model, "2.4.0", "2.5.0", baseline="2.4.0").names == ("2.4.0", "2.5.0")
    two = registry.list_models()[:2]
    assert set(registry.get_versions(two).models) == {each.model_id for each in two}


def test_what_others_can_do_works(names):
    registry, vs = names["registry"], names["vs"]
    assert [model.name for model in registry.list_models("*wine*")] == [model.name for model in registry.list_models("wine")]
    assert len(names["c"]) == len(names["c"].rows)
    by_both = vs.sort_values(["approval_status", "created"], ascending=False)
    assert [each.version_name for each in by_both] == [
        each.version_name for each in vs.sort_values("created", ascending=False).sort_values("approval_status", ascending=False)
    ]
    assert len(vs[vs.to_frame()["metrics." + METRIC] > 0]) == len(vs)


def test_a_name_below_a_word_for_settings_leads_to_the_setting(names):
    for word in ("params", "settings", "config"):
        for find in (lambda text: names["registry"].list_versions(DIGITS, text), names["vs"].filter):
            with pytest.raises(PaiError) as caught:
                find(f"{word}.gamma == 1")
            assert caught.value.hint == "Nearest is training_spec.HyperParameters.gamma."


def test_a_cell_is_formatted_as_its_number(names):
    cell = names["cell"]
    assert f"{cell:.3f} {cell:>8.1%}" == f"{cell.value:.3f} {cell.value:>8.1%}"
    assert f"{cell}" == str(cell)
    absent = pnb.ModelVersion.from_document({"VersionName": "a", "Metrics": {"loss": "low"}}, "m").metrics["loss"]
    with pytest.raises(TypeError, match="loss is not a number: 'low'"):
        f"{absent:.3f}"


def test_two_versions_are_named_to_tell_how_sure_their_difference_is(names):
    c = names["c"]
    assert c.between(METRIC, "2.5.0", "2.4.0") == c.between(c[METRIC], 2, 1)
    with pytest.raises(PaiError, match=r"no version '2\.6\.0' in this comparison"):
        c.between(METRIC, "2.6.0", "2.4.0")


def test_a_call_without_a_registry_is_named_in_full(names, monkeypatch):
    from pai_notebook.registry import connection

    monkeypatch.setattr(connection, "_default", None)
    with pytest.raises(TypeError, match=r"Registry\.get_versions\(\) has no argument 'among'"):
        pnb.get_versions(f"{DIGITS}@last:2", among=names["vs"])


def test_an_error_is_printed_under_a_name_that_catches_it(names):
    error = names["error"]
    assert f"{type(error).__module__}.{type(error).__qualname__}" == "pai_notebook.errors.RegressionError"
    assert isinstance(error, pnb.errors.RegressionError)
