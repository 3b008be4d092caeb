"""Results as JSON: what scripts read instead of text. A number that JSON lacks is a text (`NaN`, `Infinity`)."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pai_notebook.comparison.comparison import Comparison
from pai_notebook.comparison.explain import Explanation
from pai_notebook.comparison.gate.report import Check, GateReport
from pai_notebook.comparison.rows import Row
from pai_notebook.errors import PaiError
from pai_notebook.i18n.rewording import reworded
from pai_notebook.io.drift import Drift
from pai_notebook.model.registered_model import Model
from pai_notebook.model.version import ModelVersion
from pai_notebook.plan.words import in_shell
from pai_notebook.registry.models import ModelList
from pai_notebook.versions.versions import VersionSet


def as_json(found: Any) -> Any:
    """Give a result as objects, lists, texts and numbers that JSON has.

    Examples
    --------
    >>> as_json(VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": float("nan")}}, "model-a"))["versions"][0]["metrics"]
    [{'name': 'cer', 'dataset': '', 'value': 'NaN', 'state': 'NaN'}]
    """
    return _plain(_parts(found))


def _parts(found: Any) -> Any:
    for kind, parts in _KINDS.items():
        if isinstance(found, kind):
            return parts(found)
    return {"path": os.fspath(found)} if isinstance(found, os.PathLike) else {"text": str(found)}


def _address(version: ModelVersion) -> str | None:
    return version.address if version.is_registered else None


def _version(version: ModelVersion) -> dict[str, Any]:
    return {
        "address": _address(version),
        "model_id": version.model_id,
        "version": version.version_name,
        "approval_status": version.approval_status,
        "created": version.created,
        "labels": version.labels.by_key,
        "metrics": [
            {"name": cell.path, "dataset": cell.dataset, "value": cell.raw, "state": str(cell.state)} for cell in version.metrics.cells
        ],
        "document": version.raw,
    }


def _versions(found: VersionSet) -> dict[str, Any]:
    return {"versions": list(map(_version, found)), "errors": found.errors, "removed": found.removed}


def _models(found: ModelList) -> dict[str, Any]:
    return {"models": [{"model_id": model.model_id, "name": model.name, "document": model.raw} for model in found]}


def _model(found: Model) -> dict[str, Any]:
    return {"model_id": found.model_id, "name": found.name, "document": found.raw}


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "versions": [{"name": name, "address": _address(version)} for name, version in zip(found.names, found.versions, strict=True)],
        "baseline": found.baseline_name,
        "baseline_reason": found.baseline_reason,
        "verdict": [finding.text for finding in found.verdict.findings if not finding.advice],
        "cautions": found.comparability,
        "notes": found.notes,
        "levels": {"change": "95 % together", "verdict": "95 % alone"},  # of better and worse
        "rows": [_row(found, row) for row in found.shown],
        "errors": found.errors,
    }


def _row(found: Comparison, row: Row) -> dict[str, Any]:
    return {
        "section": row.section,
        "name": row.path,
        "dataset": row.dataset,
        "direction": row.direction.mode,
        "versions": {name: _cell(found, row, place) for place, name in enumerate(found.names)},
    }


def _cell(found: Comparison, row: Row, place: int) -> dict[str, Any]:
    cell, change = row.cells[place], row.changes[place]
    interval = None if change.evidence is None else change.evidence.interval
    return {
        "value": cell.raw,
        "state": str(cell.state),
        "change": found._together.word(row, place),  # noqa: SLF001 - as every surface says it
        "delta": change.delta,
        "verdict": None if change.verdict is None else str(change.verdict),
        "interval": None if interval is None else [interval.low, interval.high],
    }


def _explanation(found: Explanation) -> dict[str, Any]:
    return {
        "verdict": [finding.text for finding in found.findings if not finding.advice],
        "cautions": found.cautions,
        "changes": {name: [finding.text for finding in told] for name, told in found.changes.items()},
    }


def _gate(found: GateReport) -> dict[str, Any]:
    # what is left out of comparisons is how a check is shown, but for what the registry calls the dataset
    names = [field.name for field in dataclasses.fields(Check) if field.compare or field.name == "label"]
    checks = [{name: getattr(check, name) for name in names} for check in found._listed]  # noqa: SLF001 - as JUnit has them
    for check in checks:
        # a rule that could not be checked does not pass, and is told from one that does not hold, as by the exit code and in JUnit
        check["outcome"] = "unchecked" if check["outcome"] == "failed" and not check["checked"] else check["outcome"]
    return {"passed": found.passed, "checks": checks, "remarks": found.remarks}


def _drift(found: Drift) -> dict[str, Any]:
    return {
        "checked": found.checked,
        "changes": list(map(dataclasses.asdict, found.changes)),
        "removed": found.removed,
        "added": [version.address for version in found.added],
        "failed": found.failed,
    }


_KINDS: dict[type, Any] = {
    VersionSet: _versions,
    ModelVersion: lambda version: _versions(VersionSet([version])),  # what shows one has the shape of what shows several
    ModelList: _models,
    Model: _model,
    Comparison: _comparison,
    Explanation: _explanation,
    GateReport: _gate,
    Drift: _drift,
    PaiError: lambda error: {"error": reworded(error.sentence, in_shell)},
}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_plain, value))
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, PaiError):
        return value.sentence
    return value if value is None or isinstance(value, str | int | float) else str(value)
