"""How lists of versions and models look, described in the shapes of `display`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pai_notebook.display import Badge, Block, Card, Code, Column, Facts, Inline, Link, Missing, Note, Section, Stack, Table
from pai_notebook.model.metrics import State
from pai_notebook.model.order import creation_key, version_key
from pai_notebook.model.trees import tree_of
from pai_notebook.model.version_view import approval_badge, cells_shape, format_of, has_bar, is_rounded, labels_shape, time_text

if TYPE_CHECKING:
    from datetime import datetime

    from pai_notebook.errors import PaiError
    from pai_notebook.model.metrics import Cell
    from pai_notebook.model.numbers import NumberFormat
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion

__all__ = ["describe_model", "describe_models", "describe_versions", "differing_metrics"]

ROWS = 20
METRICS = 5
LABELS = 4
DIGITS = 4
MODELS = 50


def describe_versions(
    versions: Sequence[ModelVersion], *, errors: Mapping[str, PaiError] | None = None, removed: Sequence[str] = ()
) -> Block:
    """Describe versions as a table, one row each, the metric columns that differ most first."""
    blocks: list[Block] = [Note(f"{address}: {error.sentence}", "bad") for address, error in list((errors or {}).items())[:10]]
    if errors and len(errors) > 10:  # noqa: PLR2004 - a list, not a log
        blocks.append(Note(f"and {len(errors) - 10} more failures; errors has all", "bad"))
    blocks += [Note(text, "info") for text in removed]
    blocks.append(_table(versions) if versions else Note("No versions here."))
    return blocks[0] if len(blocks) == 1 else Stack(blocks)


def _table(versions: Sequence[ModelVersion]) -> Table:
    shown, which = _shown(versions)
    names = differing_metrics(versions)
    several = len({version.model_id for version in versions}) > 1
    bars = {name: has_bar(name[0], [cell.value for cell in _cells(versions, name)]) for name in names[:METRICS]}
    columns: list[Column | str] = [*(["model"] if several else []), "version", "approval", "created"]
    columns += [Column(path, align="right", group=dataset) for path, dataset in bars]
    forms = {name: format_of(_cells(shown, name), least=DIGITS, readable=0) for name in bars}
    rows = [_row(version, bars, forms, several=several) for version in shown]
    return Table(
        [*columns, "labels"],
        rows,
        caption=_caption(versions),
        note=_note(versions, shown, which, names, forms),
        row_headers=2 if several else 1,
        total=len(versions),
        unit="versions",
    )


def _shown(versions: Sequence[ModelVersion]) -> tuple[Sequence[ModelVersion], str]:
    """Which rows are shown: the highest versions of a naturally ordered set, else the first of the order chosen."""
    if len(versions) <= ROWS:
        return versions, ""
    keys = [(version.model_id, version_key(version.version_name)) for version in versions]
    if keys == sorted(keys):
        return versions[-ROWS:], "the highest names; slices like vs[:20], or to_frame(), show the rest"
    return versions[:ROWS], "the first; slices like vs[20:40], or to_frame(), show the rest"


def _row(
    version: ModelVersion, bars: Mapping[tuple[str, str], bool], forms: Mapping[tuple[str, str], NumberFormat], *, several: bool
) -> list[Inline]:
    head: list[Inline] = [Code(version.model_id)] if several else []
    head += [version.version_name, approval_badge(version.approval_status), _day(version.created)]
    metrics = [cells_shape(version.metrics.every(*name), forms[name], bar=bar) for name, bar in bars.items()]
    return [*head, *metrics, labels_shape(version.labels, limit=LABELS)]


def _day(moment: datetime | None) -> Inline:
    return f"{moment:%Y-%m-%d}" if moment is not None else Missing("unknown")


def _caption(versions: Sequence[ModelVersion]) -> str:
    models = list(dict.fromkeys(version.model_id for version in versions))
    what = models[0] if len(models) == 1 and models[0] else f"{len(models)} models"
    return f"{what}: {len(versions)} version{'' if len(versions) == 1 else 's'}"


def _note(
    versions: Sequence[ModelVersion],
    shown: Sequence[ModelVersion],
    which: str,
    names: Sequence[tuple[str, str]],
    forms: Mapping[tuple[str, str], NumberFormat],
) -> str:
    rounded = any(is_rounded(_cells(shown, name), form) for name, form in forms.items())
    digits = "numbers rounded" if rounded else ""
    columns = f"{METRICS} of {len(names)} metric columns" if len(names) > METRICS else ""
    left_out = ", ".join(part for part in (columns, digits) if part)
    parts = [which, f"{left_out}; to_frame() has all" if left_out else "", _latest_note(versions)]
    return " · ".join(part for part in parts if part)


def _latest_note(versions: Sequence[ModelVersion]) -> str:
    """Say when the version with the highest name is not the newest by creation time."""
    dated = [version for version in versions if version.created is not None]
    if len({version.model_id for version in versions}) != 1 or not dated:
        return ""
    highest = max(versions, key=lambda version: version_key(version.version_name))
    latest = max(versions, key=creation_key)
    return "" if highest is latest else f"latest by creation time is {latest.version_name}; highest by name is {highest.version_name}"


def differing_metrics(versions: Sequence[ModelVersion]) -> list[tuple[str, str]]:
    """(path, dataset) of the metrics that are numbers somewhere: shares before times and sizes, those that differ most first."""
    seen: dict[tuple[str, str], list[float]] = {}
    for version in versions:
        for cell in version.metrics.cells:
            if cell.value is not None and cell.state in (State.NUMBER, State.NUMERIC_TEXT):
                seen.setdefault((cell.path, cell.dataset), []).append(cell.value)

    def rank(name: tuple[str, str]) -> tuple[object, ...]:
        values = seen[name]
        return not has_bar(name[0], values), -round(len(values) / len(versions), 1), -_spread(values), name

    return sorted(seen, key=rank)


def _spread(values: Sequence[float]) -> float:
    largest = max(abs(value) for value in values)
    return (max(values) - min(values)) / largest if largest else 0.0


def _cells(versions: Sequence[ModelVersion], name: tuple[str, str]) -> list[Cell]:
    return [cell for version in versions for cell in version.metrics.every(*name)]


def describe_models(models: Sequence[Model], *, asked: str = "") -> Block:
    """Describe models as a table with their latest version and its approval; none at all with what was asked for."""
    if not models:
        return Note(f"No models found: {asked}." if asked else "No models found.")
    rows: list[list[Inline]] = [_model_row(model) for model in models[:MODELS]]
    return Table(
        ["model", "name", "latest", "approval", "task", "modified", "labels"],
        rows,
        caption=f"{len(models)} model{'' if len(models) == 1 else 's'}",
        total=len(models),
        unit="models",
    )


def _model_row(model: Model) -> list[Inline]:
    latest = model.latest_version
    version: Inline = latest.version_name if latest else Missing("no version yet")
    badge: Inline | Badge = approval_badge(latest.approval_status) if latest else ""
    task = " / ".join(part for part in (model.domain, model.task) if part)
    return [Code(model.model_id), model.name, version, badge, task, _day(model.modified), labels_shape(model.labels, limit=LABELS)]


def describe_model(model: Model) -> Block:
    """Describe one model as a card."""
    latest = model.latest_version
    facts: list[tuple[str, Inline]] = [
        ("latest version", (latest.version_name, approval_badge(latest.approval_status)) if latest else Missing("no version yet")),
        ("task", " / ".join(part for part in (model.domain, model.task) if part) or Missing("not recorded")),
        ("labels", labels_shape(model.labels)),
    ]
    facts += [("tags", labels_shape(model.tags))] if model.tags else []
    named = (("origin", model.origin), ("provider", model.provider), ("type", model.model_type), ("access", model.accessibility))
    facts += [(name, value) for name, value in named if value]
    facts += [("parameters", f"{model.parameter_size} million")] if model.parameter_size else []
    facts += [("workspace", Code(model.workspace_id))] if model.workspace_id else []
    facts += [("documentation", Link(model.doc, model.doc))] if model.doc else []
    accounts = dict.fromkeys(part for part in (model.owner_id, model.user_id) if part)
    facts += [("owner", tuple(Code(account) for account in accounts))] if accounts else []
    times = [("created", model.created), ("modified", model.modified), ("latest version modified", model.latest_version_modified)]
    subtitle = " · ".join(f"{word} {time_text(moment)}" for word, moment in times if moment is not None)
    blocks: list[Block] = [Note(model.description)] if model.description else []
    blocks.append(Facts(facts))
    if model.extra_info:
        blocks.append(Section("Extra info", [tree_of(model.extra_info)], folded=True))
    blocks += [Note(note, "warn") for note in model.notes[:5]]
    title = f"{model.name} ({model.model_id})" if model.name else model.model_id or "a model without an id"
    return Card(title, subtitle=subtitle, blocks=blocks, footer=f"request {model.request_id}" if model.request_id else "")
