"""Tab after a dot: jedi, which IPython asks, completes every object that people hold.

jedi is asked in a process of its own: pytest loads the modules whose doctests it runs in a way that jedi cannot follow.
"""

import json
import subprocess
import sys
from pathlib import Path

import jedi
import pandas as pd
import pytest

import pai_notebook as pnb
from tests.public_api import public_classes

DIGITS = "model-rbvg5wfo5d0gngz1b8"
METRIC = "accuracy@d-digitsholdout0001"

NAMES = [
    "pnb",
    "errors",
    "registry",
    "models",
    "model",
    "vs",
    "v",
    "labels",
    "settings",
    "metrics",
    "cell",
    "state",
    "source",
    "storage",
    "provenance",
    "c",
    "row",
    "rows",
    "change",
    "direction",
    "best",
    "ranking",
    "ranked",
    "pareto",
    "evidence",
    "interval",
    "explanation",
    "finding",
    "plot",
    "gate",
    "check",
    "failed",
    "pairs",
    "pair",
    "drift",
    "field_change",
    "explorer",
    "verdict",
    "leaders",
    "reason",
    "key",
    "role",
    "kind",
    "standing",
    "paired_change",
    "spread",
    "group",
    "grouping",
    "repeats",
    "dataset_name",
    "paired",
    "tables",
]
AFTER_A_CALL = {
    "c.re": {"report", "removed"},
    "vs.comp": {"compare"},
    "vs[0].app": {"approval_status"},
    "vs.compare().bes": {"best"},
    "vs.filter('cer < 1').compare().plot.ba": {"bar"},
    "registry.get_versions('a').latest.met": {"metrics"},
    "v.metrics['accuracy'].val": {"value"},
    "c.rank('cer')[0].ver": {"version"},
    "pnb.get_version('a').lab": {"labels"},
    "vs.to_csv().spli": {"split", "splitlines"},
    "vs.to_csv('x.csv').suf": {"suffix", "suffixes"},
    "vs.to_frame().group": {"groupby"},
}
IN_A_CALL = {
    "vs.compare(": {"baseline=", "dataset=", "directions=", "exclude=", "include=", "n=", "only=", "tolerance="},
    "vs.filter(": {"label=", "approval=", "created_after="},
    "c.plot.dot(": {"dataset=", "theme=", "ax=", "lang="},
    "pnb.list_versions('a', ": {"label=", "last="},
    "registry.list_models(": {"workspace_id=", "name=", "label=", "provider="},
    "vs.to_csv(": {"path=", "overwrite=", "guard="},
    "registry.to_parquet('x.parquet', ": {"fields=", "include=", "overwrite="},
}


@pytest.fixture(scope="module")
def found():
    run = subprocess.run(
        [sys.executable, "-m", "tests.test_tab"], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.slow
def test_tab_offers_every_public_name(found):
    assert all(found["public"][name] for name in NAMES)
    lacking = {name: set(found["public"][name]) - set(found["completed"][f"{name}."]) for name in NAMES}
    assert {name: names for name, names in lacking.items() if names} == {}


@pytest.mark.slow
def test_an_object_of_every_public_class_is_among_them(found):
    assert {owner.__name__ for owner in public_classes()} - set(found["classes"]) == set()


@pytest.mark.slow
def test_tab_follows_what_a_call_returns_and_offers_the_arguments_of_a_call(found):
    lacking = {typed: names - set(found["completed"][typed]) for typed, names in (AFTER_A_CALL | IN_A_CALL).items()}
    assert {typed: names for typed, names in lacking.items() if names} == {}


def things(registry):
    vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0")
    c = vs.compare(baseline="2.3.0")
    explorer = pnb.Explorer(vs)
    explorer.wait()
    try:
        c.gate(f"{METRIC} >= 1")
    except pnb.errors.RegressionError as error:
        failed = error
    v, ranking, row = vs[-1], c.rank(METRIC), c[METRIC]
    evidence = c.interval(METRIC, "2.4.0")
    other = pnb.VersionSet.from_documents([{**v.raw, "ApprovalStatus": "Rejected"}], v.model_id)
    runs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}, "TrainingSpec": {"seed": n, "lr": 1}} for n in (1, 2, 3)]
    pairs = pnb.VersionSet.from_documents(runs, "model-a").minimal_pairs("cer")
    group = pnb.VersionSet.from_documents(runs, "model-a").group_repeats()[0]
    tables = dict.fromkeys(c.names[:2], pd.DataFrame({"id": [1, 2], "ok": [True, False]}))
    return {
        "pnb": pnb,
        "errors": pnb.errors,
        "registry": registry,
        "models": registry.list_models(),
        "model": registry.get_model(DIGITS),
        "vs": vs,
        "v": v,
        "labels": v.labels,
        "settings": v.settings,
        "metrics": v.metrics,
        "cell": v.metrics[0],
        "state": v.metrics[0].state,
        "source": v.source,
        "storage": v.storage,
        "provenance": v.provenance,
        "c": c,
        "row": row,
        "rows": c.metrics,
        "change": row.changes[1],
        "direction": row.direction,
        "best": c.best(METRIC),
        "ranking": ranking,
        "ranked": ranking[0],
        "pareto": c.pareto([METRIC, "latency_ms@d-digitsholdout0001"]),
        "evidence": evidence,
        "interval": evidence.interval,
        "explanation": c.explain(),
        "plot": c.plot,
        "gate": failed.report,
        "check": failed.report.checks[0],
        "failed": failed,
        "pairs": pairs,
        "pair": pairs[0],
        "drift": registry.drift(other),
        "field_change": registry.drift(other).changes[0],
        "explorer": explorer,
        "verdict": c.verdict,
        "finding": c.verdict.findings[0],
        "leaders": c.leaders(row),
        "reason": c.baseline_reason,
        "key": row.key,
        "role": next(row.role for row in c if row.role),
        "kind": row.changes[1].kind,
        "standing": row.changes[1].verdict,
        "paired_change": pairs.changes[0],
        "spread": pairs.spread,
        "group": group,
        "grouping": group.grouping,
        "repeats": group.repeats["cer", ""],
        "dataset_name": v.provenance.datasets[0],
        "paired": c.paired(METRIC, tables, on="id", correct="ok"),
        "tables": vs.to_arrow(),
    }


def main():
    """Write what jedi completes, and what there is, as JSON."""
    with pnb.connect("demo", default=False) as registry:
        held = things(registry)
        public = {name: [each for each in dir(held[name]) if not each.startswith("_")] for name in NAMES}
        texts = [*(f"{name}." for name in NAMES), *AFTER_A_CALL, *IN_A_CALL]
        completed = {text: [each.name for each in jedi.Interpreter(text, [held]).complete(1, len(text))] for text in texts}
        held["explorer"].close()
    classes = [base.__name__ for each in held.values() for base in type(each).__mro__]
    json.dump({"public": public, "completed": completed, "classes": classes}, sys.stdout)


if __name__ == "__main__":
    main()
