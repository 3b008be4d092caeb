"""What a list, a traceback and a method without brackets show: one short line; `print` and the value of a cell show everything."""

import re

import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.lib.pretty import pretty

import pai_notebook as pnb

DIGITS = "model-rbvg5wfo5d0gngz1b8"
METRIC, NAMED = "accuracy@d-digitsholdout0001", "accuracy@digits-holdout"


@pytest.fixture(scope="module")
def things():
    with pnb.connect("demo", default=False) as registry:
        vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0,1.12.2")
        c = vs.compare(baseline="2.3.0")
        v = vs["2.4.0"]
        explorer = pnb.Explorer(vs)
        explorer.wait()
        yield {
            "registry": registry,
            "models": registry.list_models(),
            "model": registry.get_model(DIGITS),
            "versions": vs,
            "version": v,
            "metrics": v.metrics,
            "cell": v.metrics["accuracy", "d-digitsholdout0001"],
            "labels": v.labels,
            "source": v.source,
            "storage": v.storage,
            "provenance": v.provenance,
            "comparison": c,
            "row": c[METRIC],
            "change": c[METRIC].changes[1],
            "best": c.best(METRIC),
            "ranking": c.rank(METRIC),
            "pareto": c.pareto([METRIC, "latency_ms@d-digitsholdout0001"]),
            "evidence": c.interval(METRIC, "2.4.0"),
            "interval": c.interval(METRIC, "2.4.0").interval,
            "explanation": c.explain(),
            "gate": c.gate(f"{METRIC} >= 0.5"),
            "check": c.gate(f"{METRIC} >= 0.5").checks[0],
            "pairs": vs.minimal_pairs(METRIC),
            "drift": registry.drift(vs),
            "plots": c.plot,
            "explorer": explorer,
        }
        explorer.close()


SAID = {
    "models": "<ModelList of 9 models: ",
    "version": f"<ModelVersion {DIGITS}@2.4.0, Pending, 13 metrics>",
    "versions": f"<VersionSet of 4 versions of {DIGITS}: 2.3.0, 2.4.0, 2.5.0 and 1.12.2>",
    "metrics": f"<Metrics of 13 cells: {NAMED} 0.988889, ",
    "cell": "<Cell accuracy@d-digitsholdout0001: 0.988889>",
    "source": "<Source TrainingService ServiceJob job-",
    "comparison": "<Comparison of 3 versions against 2.3.0: ",
    "row": f"<Row metrics.{NAMED}: ",
    "best": f"<Best {NAMED}: 2.4.0 (0.988889)>",
    "evidence": "<Evidence could be chance",
    "gate": "<GateReport Gate passed: 3 checks>",
    "check": f"<Check passed {NAMED} of ",
    "drift": "<Drift 4 saved versions are as they were>",
    "explorer": "<Explorer of 4 versions: 4 versions selected>",
}
NAMES = [
    *SAID,
    "registry",
    "model",
    "labels",
    "storage",
    "provenance",
    "change",
    "ranking",
    "pareto",
    "interval",
    "explanation",
    "pairs",
    "plots",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_repr_is_one_short_line(things, name):
    text = repr(things[name])
    assert "\n" not in text
    assert 5 < len(text) <= 220
    assert text.startswith(SAID.get(name, ""))
    assert " object at 0x" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_method_without_brackets_and_a_list_in_a_notebook_are_short(things, name):
    thing = things[name]
    for method in (attribute for attribute in dir(type(thing)) if not attribute.startswith("_")):
        bound = getattr(type(thing), method)
        if callable(bound) and not isinstance(bound, type):
            assert len(repr(getattr(thing, method))) < 300
    shown = pretty([thing, thing], max_width=500)
    assert shown == f"[{thing!r}, {thing!r}]"


FULL = ["registry", "models", "model", "versions", "version", "comparison", "best", "ranking", "pareto", "gate", "pairs", "drift"]


@pytest.mark.parametrize("name", FULL)
def test_print_and_the_value_of_a_cell_show_everything(things, name):
    thing = things[name]
    data, _ = DisplayFormatter().format(thing)
    assert str(thing) == data["text/plain"] == pretty(thing) != repr(thing)
    assert {"text/html", "text/markdown"} <= data.keys()


def test_what_the_service_sent_acts_on_no_terminal():
    hostile = "a\x1b[31m\n\u202eb" + "x" * 500
    version = pnb.ModelVersion.from_document(
        {
            "VersionName": hostile,
            "ApprovalStatus": hostile,
            "Labels": [{"Key": hostile, "Value": hostile}],
            "Metrics": {hostile: hostile},
            "SourceId": hostile,
            "Uri": hostile,
        },
        hostile,
    )
    vs = pnb.VersionSet([version])
    c = vs.compare(only="all")
    for thing in (version, vs, version.metrics, version.metrics[0], version.labels, version.source, version.storage, c, c.rows[0]):
        assert not re.search(r"[\x00-\x1f\u202e]", repr(thing)), repr(thing)
        assert len(repr(thing)) < 300
