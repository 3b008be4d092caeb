"""How the comparison was made that versions were saved with, and whether it is still in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.version import ModelVersion


class Saved(NamedTuple):
    """The baseline of a comparison that was saved, and its other arguments."""

    baseline: ModelVersion
    arguments: Mapping[str, Any]


def in_force(saved: Sequence[Saved], versions: Sequence[ModelVersion]) -> Saved | None:
    """The comparison whose baseline and arguments count for these versions: the only one, while its baseline is among them."""
    return saved[0] if len(saved) == 1 and saved[0].baseline in versions else None


def told_saved(saved: Sequence[Saved], versions: Sequence[ModelVersion]) -> Phrase:
    """Say what of the comparisons that were saved is used for these versions, or that nothing is, and why."""
    if in_force(saved, versions):
        return say("It was saved with a comparison: compare() uses its {what}, unless you pass others.", what=_parts(saved))
    return told_unused(saved, say("as several comparisons were saved") if len(saved) > 1 else say("as the baseline is not here"))


def told_unused(saved: Sequence[Saved], why: Phrase) -> Phrase:
    """Say that nothing of the comparisons that were saved is used."""
    return say("What was saved with the versions is not used, {why}: {what}.", why=why, what=_parts(saved))


def _parts(saved: Sequence[Saved]) -> str:
    """Name baselines and arguments, without values, which may be what a report masks."""
    baselines = [say("baseline {name}", name=each.baseline.version_name) for each in saved]
    return joined([*baselines, *dict.fromkeys(name for each in saved for name in each.arguments)])
