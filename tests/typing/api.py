"""Code of a user, which `mypy --strict` checks and nothing runs; a line with `type: ignore` is a mistake that has to be found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import assert_type

import pandas as pd
from matplotlib.axes import Axes

import pai_notebook as pnb
from pai_notebook.comparison import Best, Explanation, GateReport, Interval, MinimalPairs, Pareto, Ranking, Row
from pai_notebook.comparison.paired import Paired
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.errors import PaiError, RegressionError
from pai_notebook.io.drift import Drift
from pai_notebook.model.metric_cells import Cell


def connecting() -> None:
    registry = assert_type(pnb.connect("demo"), pnb.Registry)
    pnb.connect(region="cn-hangzhou", workspace_id="1234", credentials=("id", "secret"), max_workers=4)
    pnb.connect(region="cn-hangzhou", credentials=lambda: ("id", "secret", "token"))
    pnb.connect(region="cn-hangzhou", credentials="id:secret")  # type: ignore[arg-type]
    pnb.connect("demo", transport="https://pai.example")  # type: ignore[arg-type]
    pnb.connect("demo", names=False)
    pnb.connect("demo", names="no")  # type: ignore[arg-type]
    pnb.connect(regoin="cn-hangzhou")  # type: ignore[call-arg]
    pnb.connect(region=5)  # type: ignore[arg-type]
    with registry:
        registry.list_models("wine", name="wine", limit=3, provider="pai").to_csv()  # type: ignore[attr-defined]
    registry.close()
    assert_type(pnb.list_models("wine", limit=3).to_frame(), pd.DataFrame)
    assert_type(pnb.get_model("wine-cultivar"), pnb.Model)
    pnb.list_models(names="wine")  # type: ignore[call-arg]
    pnb.get_model("wine-cultivar", refresh=True)  # type: ignore[call-arg]
    registry.list_models(topic="wine")  # type: ignore[call-arg]


def fetching(registry: pnb.Registry) -> pnb.VersionSet:
    assert_type(registry.get_version("model-a", "0.1.0"), pnb.ModelVersion)
    assert_type(registry.get_model("model-a"), pnb.Model)
    assert_type(registry.search_versions("cer < 0.2", models=["model-a"], approval="Approved", confirm=lambda n: n < 500), pnb.VersionSet)
    assert_type(pnb.search_versions(label={"env": "prod"}, limit=3, confirm=True), pnb.VersionSet)
    assert_type(registry.watch("model-a@latest", every=60), Iterator[pnb.ModelVersion])
    vs = registry.get_versions("model-a@0.1.0..0.9.0", ["model-b@latest"], on_error="raise", progress=False)
    registry.get_versions("model-a", on_eror="raise")  # type: ignore[call-arg]
    registry.get_versions("model-a", on_error="never")  # type: ignore[arg-type]
    registry.list_versions("model-a", "cer < 0.2", label={"env": ["prod", "test"]}, created_after=dt.date(2026, 1, 1), last=5)
    registry.list_versions("model-a", lable={"env": "prod"})  # type: ignore[call-arg]
    registry.list_versions("model-a", label="env=prod")
    registry.list_versions("model-a", label=("env", "prod"))
    registry.list_versions("model-a", label=5)  # type: ignore[arg-type]
    pnb.watch("model-a@latest", evry=60)  # type: ignore[call-arg]
    pnb.get_version("model-a@latest", refresh=True, sugest=True)  # type: ignore[call-arg]
    assert_type(pnb.list_versions("model-a"), pnb.VersionSet)
    assert_type(pnb.compare("model-a@last:5", baseline="approved"), pnb.Comparison)
    assert_type(pnb.compare({"VersionName": "0.1.0"}, Path("model-a.paisnap.json")), pnb.Comparison)
    return vs


def holding(vs: pnb.VersionSet, path: Path) -> None:
    v = assert_type(vs["0.1.0"], pnb.ModelVersion)
    assert_type(vs.to_frame(names=True), pd.DataFrame)
    assert_type(v.provenance.people, tuple[tuple[str, str], ...])
    assert_type(vs[0], pnb.ModelVersion)
    assert_type(vs[:2], pnb.VersionSet)
    assert_type(vs[["0.1.0", "0.2.0"]], pnb.VersionSet)
    assert_type(vs.errors, dict[str, PaiError])
    assert_type(v.created, dt.datetime | None)
    assert_type(v.metrics["cer", "d-a"], Cell)
    assert_type(v.metrics.get("cer"), Cell | None)
    assert_type(v.labels["env"], str)
    vs.filter("cer < 20%", approval=["Approved"], framework="PyTorch", created_after=dt.timedelta(days=30))
    vs.filter(created_after=30)  # type: ignore[arg-type]
    vs.sort_values("cer", ascending=False, na_position="first", dataset="d-a")
    assert_type(vs.select("model-a@latest", on_error="raise").newest(3), pnb.VersionSet)
    assert_type(vs.raise_for_errors(), pnb.VersionSet)
    assert_type(pnb.ModelVersion.from_document({"VersionName": "0.1.0"}, "model-a"), pnb.ModelVersion)
    assert_type(pnb.Model.from_document({"ModelId": "model-a"}), pnb.Model)
    print(v.fields()["version_name"].key, pnb.Model.fields())
    vs.newest("3")  # type: ignore[arg-type]
    vs.select("model-a@latest", on_error="ignore")  # type: ignore[arg-type]
    vs.sort_values("cer", na_position="middle")  # type: ignore[arg-type]
    assert_type(pnb.VersionSet.from_documents(path, "model-a"), pnb.VersionSet)
    assert_type(pnb.VersionSet.from_lm_eval(path), pnb.VersionSet)
    candidates = pnb.VersionSet.from_frame(vs.to_frame(), name="run", metrics=["accuracy@d-a"], labels=["seed"], settings="lr")
    assert_type(candidates[0].is_registered, bool)
    assert_type(pnb.load(path), pnb.VersionSet)
    assert_type(vs + vs, pnb.VersionSet)
    pnb.VersionSet([{"VersionName": "0.1.0"}])  # type: ignore[list-item]


def exporting(vs: pnb.VersionSet, c: pnb.Comparison, path: Path) -> None:
    lines = vs.to_csv().splitlines()
    text: str = c.to_markdown(include="cer*")
    assert_type(vs.to_html(), str)
    assert_type(vs.to_html("versions.html", overwrite=True), Path)
    assert_type(c.to_latex(), str)
    assert_type(c.to_latex(path), Path)
    assert_type(vs.to_csv(), str)
    assert_type(vs.to_csv(path, guard=False, overwrite=True), Path)
    assert_type(c.to_markdown(), str)
    assert_type(vs.to_markdown("versions.md"), Path)
    assert_type(vs.to_excel(path), Path)
    assert_type(vs.to_parquet(path, fields=["approval", "labels.env"]), Path)
    versions, metrics = vs.to_arrow(fields="all", include="cer*")
    print(versions.num_rows, vs.to_arrow().metrics)
    vs.to_arrow(field="all")  # type: ignore[call-arg]
    assert_type(vs.save(path, redact="default"), Path)
    assert_type(vs.redact({"project": "apollo-[0-9]+"}), pnb.VersionSet)
    vs.to_csv(path, overwite=True)  # type: ignore[call-overload]
    vs.to_excel()  # type: ignore[call-arg]
    vs.save(path, redact="everything")  # type: ignore[arg-type]
    print(lines, text.upper(), metrics)


def comparing(vs: pnb.VersionSet) -> None:
    tolerances: Mapping[str, float | str | tuple[float, float]] = {"cer": 0.002, "rtf": "5%", "wer": (0.001, 0.01)}
    c = assert_type(vs.compare("approved", directions={"cer": "min", "val.*": True}, only="all", dataset="d-a", n=540), pnb.Comparison)
    vs.compare(tolerance="5%")
    vs.compare(tolerance=0.002)
    vs.compare(tolerance=(0.002, 0.05))
    vs.compare(tolerance=tolerances)
    vs.compare(vs[0], include=["cer", "labels.*"], exclude="*.loss")
    vs.compare(datset="d-a")  # type: ignore[call-arg]
    vs.compare(mode="max")  # type: ignore[call-arg]
    vs.compare(only="some")  # type: ignore[arg-type]
    vs.compare(tolerance=b"5%")  # type: ignore[arg-type]
    vs.compare(5)  # type: ignore[arg-type]
    vs.compare(["0.1.0"])  # type: ignore[arg-type]
    vs.compare(baselin="approved")  # type: ignore[call-arg]
    vs.compare(series="median")  # type: ignore[arg-type]
    vs.compare(directions=["cer"])  # type: ignore[arg-type]
    pnb.compare("model-a@last:5", base="approved")  # type: ignore[call-arg]
    pnb.compare("model-a@last:5", baseline=5)  # type: ignore[arg-type]
    vs.compare(tolerance=[0.1])  # type: ignore[arg-type]
    assert_type(c["cer"], Row)
    assert_type([row.name for row in c], list[str])
    assert_type(c.best("cer", "min", dataset="d-a"), Best)
    assert_type(c.rank("cer").to_frame(), pd.DataFrame)
    assert_type(c.rank("cer"), Ranking)
    assert_type(c.pareto(["cer", "rtf"], modes={"rtf": "min"}), Pareto)
    assert_type(c.explain(lang="zh", everything=True), Explanation)
    assert_type(c.coverage, pd.DataFrame)
    assert_type(c.to_frame("delta", section="metrics", flat=True), pd.DataFrame)
    assert_type(vs.minimal_pairs("cer", max_changes=2), MinimalPairs)
    evidence = assert_type(c.interval("cer", "0.2.0", n=540, level=0.9), Evidence)
    assert_type(evidence.interval, Interval | None)
    assert_type(c.to_code(), str)
    c.interval("cer")  # type: ignore[call-arg]
    c.pareto("cer", mode="min")  # type: ignore[call-arg]
    c.best("cer", datset="d-a")  # type: ignore[call-arg]
    c.to_frame(section="metric")  # type: ignore[arg-type]
    vs.minimal_pairs("cer", changes=2)  # type: ignore[call-arg]


def repeating(vs: pnb.VersionSet, c: pnb.Comparison) -> None:
    assert_type(vs.groupby("training_spec.HyperParameters.lr", "labels.env"), pnb.VersionSet)
    groups = assert_type(vs.group_repeats(ignore=["labels.env"]), pnb.VersionSet)
    assert_type(pnb.VersionGroup(list(vs), name="lr=0.1").members, tuple[pnb.ModelVersion, ...])
    groups.compare(repeats={"cer": "folds"})
    answers = {"0.1.0": pd.DataFrame(), "0.2.0": pd.DataFrame()}
    paired = assert_type(c.paired("accuracy", answers, on="id", correct="ok", cluster="user"), Paired)
    assert_type(c.with_paired(paired), pnb.Comparison)
    assert_type(pnb.load(c.save("evidence.paisnap.json")).paired_results, tuple[Paired, ...])
    assert_type(paired.interval, Interval | None)
    assert_type(paired.flipped, pd.DataFrame)
    vs.group_repeats(ignored="labels.env")  # type: ignore[call-arg]
    vs.compare(repeats={"cer": "seeds"})  # type: ignore[dict-item]
    c.paired("accuracy", answers, correct="ok")  # type: ignore[call-arg]
    c.paired("accuracy", [answers["0.1.0"]], on="id", correct="ok")  # type: ignore[arg-type]
    c.with_paired(c.interval("cer", "0.2.0"))  # type: ignore[arg-type]


def gating(c: pnb.Comparison, registry: pnb.Registry, path: Path) -> None:
    try:
        passed = assert_type(c.gate("cer <= baseline + 0.002"), GateReport)
        c.gate(["cer <= baseline + 0.002", "rtf <= baseline + 5%"])
        c.assert_no_regression(["cer", "val.*"], tolerance={"cer": "1%"}, missing="skip")
        c.report(path, lang="zh", gates=[passed], charts=["cer"], title="Nightly")
        assert_type(c.check("cer <= baseline").raise_for_breaches(), GateReport)
        assert_type(passed.to_junit("gate.xml", overwrite=True), Path)
        assert_type(passed.to_junit(), str)
    except RegressionError as error:
        error.add_note("nightly")
        assert_type(error.called("model-a@0.1.0"), str)
        c.report(path, gates=[error, "cer < 1"])
    c.report(path, gates="cer < 1")
    c.gate(rule="cer <= baseline")  # type: ignore[call-arg]
    c.gate({"cer": "<= baseline"})  # type: ignore[arg-type]
    c.check(0.1)  # type: ignore[arg-type]
    c.assert_no_regression(tolerence="1%")  # type: ignore[call-arg]
    c.assert_no_regression(missing="ignore")  # type: ignore[arg-type]
    c.report(path, gates=3)  # type: ignore[arg-type]
    c.report(path, languge="zh")  # type: ignore[call-arg]
    registry.assert_unchanged(pnb.load(path))
    registry.drift(pnb.load(path)).raise_if_changed()
    assert_type(pnb.drift(pnb.load(path)), Drift)
    assert_type(pnb.drift(path), Drift)
    assert_type(registry.drift(c.versions[0]), Drift)  # type: ignore[arg-type]


def drawing(c: pnb.Comparison, ax: Axes) -> None:
    assert_type(c.plot("cer"), Axes)
    assert_type(c.plot.dot("cer", dataset="d-a", ax=ax, theme="dark", lang="zh"), Axes)
    assert_type(c.plot("cer", kind="slope"), Axes)
    assert_type(c.plot.heatmap(["cer"]), Axes)
    assert_type(c.plot.bar("cer"), Axes)
    assert_type(c.plot.series("loss"), Axes)
    assert_type(c.plot.slope("cer"), Axes)
    assert_type(c.plot.scatter("cer", "rtf"), Axes)
    assert_type(c.plot.save("cer.png", ax, dpi=200), Path)
    c.plot.dot("cer", them="dark")  # type: ignore[call-arg]
    c.plot.dot("cer", theme="grey")  # type: ignore[arg-type]
    c.plot("cer", kind="pie")  # type: ignore[arg-type]


def exploring(registry: pnb.Registry) -> None:
    explorer = pnb.Explorer(registry)
    assert_type(explorer.value, pnb.Comparison | None)
    assert_type(explorer.fetch("model-a@last:5"), pnb.VersionSet)
    assert_type(explorer.to_code(), str)
    explorer.wait()
    explorer.fetch(adress="model-a")  # type: ignore[call-arg]
    assert_type(explorer.selected, pnb.VersionSet)
    assert_type(explorer.frame, pd.DataFrame)
    pnb.Explorer(registry, height=5)  # type: ignore[call-arg]
