"""Tab after a dot: jedi, which IPython asks, completes every object that people hold."""

import jedi
import pytest

import pai_notebook as pnb

DIGITS = "model-rbvg5wfo5d0gngz1b8"
METRIC = "accuracy@d-digitsholdout0001"


@pytest.fixture(scope="module")
def things():
    with pnb.connect("demo", default=False) as registry:
        vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0")
        c = vs.compare(baseline="2.3.0")
        explorer = pnb.Explorer(vs)
        explorer.wait()
        try:
            c.gate(f"{METRIC} >= 1")
        except pnb.errors.RegressionError as error:
            failed = error
        v, ranking, gate, pairs = vs[-1], c.rank(METRIC), failed.report, vs.minimal_pairs(METRIC)
        row = c[METRIC]
        evidence = c.interval(METRIC, "2.4.0")
        yield {
            "pnb": pnb,
            "errors": pnb.errors,
            "registry": registry,
            "models": registry.list_models(),
            "model": registry.get_model(DIGITS),
            "vs": vs,
            "v": v,
            "labels": v.labels,
            "metrics": v.metrics,
            "cell": v.metrics[0],
            "state": v.metrics[0].state,
            "source": v.source,
            "storage": v.storage,
            "provenance": v.provenance,
            "c": c,
            "row": row,
            "change": row.changes[1],
            "direction": row.direction,
            "best": c.best(METRIC),
            "ranking": ranking,
            "ranked": ranking[0],
            "pareto": c.pareto([METRIC, "latency_ms@d-digitsholdout0001"]),
            "evidence": evidence,
            "interval": evidence.interval,
            "explanation": c.explain(),
            "clause": c.explain().clauses[0],
            "plot": c.plot,
            "gate": gate,
            "check": gate.checks[0],
            "failed": failed,
            "pairs": pairs,
            "pair": pairs[0],
            "drift": registry.drift(vs),
            "explorer": explorer,
        }
        explorer.close()


NAMES = [
    "pnb",
    "errors",
    "registry",
    "models",
    "model",
    "vs",
    "v",
    "labels",
    "metrics",
    "cell",
    "state",
    "source",
    "storage",
    "provenance",
    "c",
    "row",
    "change",
    "direction",
    "best",
    "ranking",
    "ranked",
    "pareto",
    "evidence",
    "interval",
    "explanation",
    "clause",
    "plot",
    "gate",
    "check",
    "failed",
    "pairs",
    "pair",
    "drift",
    "explorer",
]


def completed(text, things):
    return {found.name for found in jedi.Interpreter(text, [things]).complete(1, len(text))}


@pytest.mark.parametrize("name", NAMES)
def test_tab_offers_every_public_name(things, name):
    public = {attribute for attribute in dir(things[name]) if not attribute.startswith("_")}
    assert public
    assert public <= completed(f"{name}.", things)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("c.re", {"report", "removed"}),
        ("vs.comp", {"compare"}),
        ("vs[0].app", {"approval_status"}),
        ("vs.compare().bes", {"best"}),
        ("vs.filter('cer < 1').compare().plot.ba", {"bar"}),
        ("registry.get_versions('a').latest.met", {"metrics"}),
        ("v.metrics['accuracy'].val", {"value"}),
        ("c.rank('cer')[0].ver", {"version"}),
        ("pnb.get_version('a').lab", {"labels"}),
        ("vs.to_csv().spli", {"split", "splitlines"}),
        ("vs.to_csv('x.csv').suf", {"suffix", "suffixes"}),
        ("vs.to_frame().group", {"groupby"}),
    ],
)
def test_tab_follows_what_a_call_returns(things, typed, expected):
    assert expected <= completed(typed, things)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("vs.compare(", {"baseline=", "dataset=", "directions=", "exclude=", "include=", "n=", "only=", "tolerance="}),
        ("vs.filter(", {"label=", "approval=", "created_after="}),
        ("c.plot.bar(", {"dataset=", "theme=", "ax="}),
        ("pnb.list_versions('a', ", {"label=", "last="}),
        ("registry.list_models(", {"workspace_id=", "name=", "label=", "provider="}),
        ("vs.to_csv(", {"path=", "overwrite=", "guard="}),
    ],
)
def test_tab_in_a_call_offers_its_arguments(things, call, arguments):
    assert arguments <= completed(call, things)
