"""Small words that several parts of the explorer use."""

from __future__ import annotations

from pai_notebook.explorer.jobs import DEFAULT, ModelLine, VersionLine
from pai_notebook.model.address import BASELINES
from pai_notebook.sanitize import visible

__all__ = ["BASELINE_OPTIONS", "DEFAULT", "approval_mark", "model_option", "version_option"]

BASELINE_OPTIONS = {DEFAULT: "by default the approved one", **{word: str(phrase) for word, phrase in BASELINES.items()}}
_MARKS = {"approved": "✓", "rejected": "✗", "pending": "○"}


def approval_mark(status: str) -> str:
    """Approval as shape and word, for a line of plain text.

    Examples
    --------
    >>> approval_mark("Approved"), approval_mark("")
    ('✓ Approved', '○ no status')
    """
    return f"{_MARKS.get(status.casefold(), '○')} {visible(status) or 'no status'}"


def model_option(line: ModelLine) -> str:
    """One line of the list of models.

    Examples
    --------
    >>> model_option(ModelLine("model-a", "情感分析", "0.3.0", "Approved"))
    '情感分析 · latest 0.3.0 ✓ Approved · model-a'
    """
    latest = f"latest {visible(line.latest)} {approval_mark(line.approval)}" if line.latest else "no version yet"
    model_id = visible(line.model_id)
    return " · ".join([visible(line.name), latest, model_id] if line.name else [model_id, latest])


def version_option(line: VersionLine) -> str:
    """One line of the list of versions.

    Examples
    --------
    >>> version_option(VersionLine("0.3.0", "Pending", labels=(("env", "prod"),)))
    '0.3.0 · ○ Pending · env=prod'
    """
    labels = " ".join(f"{visible(key)}={visible(value)}" if value else visible(key) for key, value in line.labels[:3])
    created = f"{line.created:%Y-%m-%d}" if line.created else ""
    return " · ".join(part for part in (visible(line.name), approval_mark(line.approval), created, labels[:60]) if part)
