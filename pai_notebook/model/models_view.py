"""Models as a list and as a card, in the shapes of `display`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pai_notebook.display import Badge, Block, Card, Facts, Inline, Link, Mark, Missing, Note, Section, Table
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.list_view import LABELS
from pai_notebook.model.nearest import counted
from pai_notebook.model.trees import tree_of
from pai_notebook.model.version_view import approval_badge, day_shape, ids_shape, labels_shape, time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pai_notebook.model.registered_model import Model

# Rows of a list of models.
MODELS = 50


def describe_models(models: Sequence[Model], *, asked: str = "") -> Block:
    """Describe models as a table with their latest version and its approval; none at all with what was asked for."""
    if not models:
        return Note(say("No models found: {asked}.", asked=asked) if asked else say("No models found."))
    rows: list[list[Inline]] = [_model_row(model) for model in models[:MODELS]]
    return Table(
        [say(head) for head in ("name", "latest version", "approval", "task", "modified", "labels", "model ID")],
        rows,
        caption=counted(len(models), "model"),
        total=len(models),
        unit=say("models"),
    )


def _model_row(model: Model) -> list[Inline]:
    latest = model.latest_version
    version: Inline = latest.version_name if latest else Missing(say("no version yet"))
    badge: Inline | Badge = approval_badge(latest.approval_status) if latest else ""
    labels = labels_shape(model.labels, limit=LABELS) if model.labels else ""
    return [
        model.name or Missing(say("no name")),
        version,
        badge,
        _task(model),
        day_shape(model.modified),
        labels,
        Mark("", model.model_id),
    ]


def _task(model: Model) -> str:
    return " / ".join(part for part in (model.domain, model.task) if part)


def _access(word: str) -> str:
    """Who sees a model, as sent; in other languages than English with what the word means."""
    meant = {"PRIVATE": say("PRIVATE"), "PUBLIC": say("PUBLIC")}
    return meant.get(word, word)


def describe_model(model: Model) -> Block:
    """Describe one model as a card."""
    latest = model.latest_version
    facts: list[tuple[str, Inline]] = [
        (
            say("latest version"),
            (latest.version_name, approval_badge(latest.approval_status, meaning=True)) if latest else Missing(say("no version yet")),
        ),
        (say("task"), _task(model) or Missing(say("not recorded"))),
        (say("labels"), labels_shape(model.labels)),
    ]
    facts += [(say("tags"), labels_shape(model.tags))] if model.tags else []
    named = (("origin", model.origin), ("provider", model.provider), ("type", model.model_type), ("access", _access(model.accessibility)))
    facts += [(say(name), value) for name, value in named if value]
    facts += [(say("parameters"), say("{count} million", count=model.parameter_size))] if model.parameter_size else []
    facts += [(say("documentation"), Link(model.doc, model.doc))] if model.doc else []
    words = ("created {time}", "modified {time}", "latest version modified {time}")
    times = zip(words, (model.created, model.modified, model.latest_version_modified), strict=True)
    subtitle = joined([say(word, time=time_text(moment)) for word, moment in times if moment is not None], " · ")
    blocks: list[Block] = [Note(model.description)] if model.description else []
    blocks.append(Facts(facts))
    if model.extra_info:
        blocks.append(Section(say("Extra information"), [tree_of(model.extra_info)], folded=True))
    blocks += [Note(note, "warn") for note in model.notes[:5]]
    title = model.name or model.model_id or say("a model without an id")
    return Card(title, subtitle=subtitle, blocks=blocks, footer=ids_shape(model, model.model_id, model.workspace_id, people=model.people))
