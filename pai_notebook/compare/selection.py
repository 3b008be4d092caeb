"""Which rows of a comparison are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pai_notebook.compare.rows import Row
from pai_notebook.phrases import say

__all__ = ["Selection"]

_SECTIONS = (
    "labels.",
    "training_spec.",
    "inference_spec.",
    "evaluation_spec.",
    "compression_spec.",
    "distillation_spec.",
    "extra_info.",
    "options.",
)
_FIELDS = frozenset({"approval_status", "framework_type", "format_type", "source_type", "source_id", "uri", "description"})


@dataclass(frozen=True)
class Selection:
    """Globs over names; a pattern narrows the kind of row it names.

    ``cer*`` and ``metrics.cer*`` are about metrics, ``labels.env`` or ``training_spec.*`` about that section, ``uri`` about
    the field. `include` leaves sections whole that none of its patterns names.

    Attributes
    ----------
    include, exclude : tuple of str
        Globs; an empty `include` keeps everything.
    dataset : str
        Keep only metrics of this dataset (a glob); empty for all.

    Examples
    --------
    >>> Selection.read("cer", ["labels.*"]).exclude
    ('labels.*',)
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    dataset: str = ""

    @classmethod
    def read(cls, include: str | Sequence[str] | None, exclude: str | Sequence[str] | None, dataset: str | None = None) -> Selection:
        """Read the arguments of a comparison."""
        return cls(_patterns(include), _patterns(exclude), dataset or "")

    def keeps(self, row: Row) -> bool:
        """Whether a row is wanted."""
        if row.section == "metrics" and self.dataset and not _is_dataset(row.dataset, self.dataset):
            return False
        included = [pattern for pattern in self.include if _about(pattern) == row.section]
        return (not included or _fits(row, included)) and not _fits(
            row, [pattern for pattern in self.exclude if _about(pattern) == row.section]
        )

    def unused(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Say what is included in vain, a sentence each; nothing when there is no row at all. To exclude in vain does no harm."""
        missed = [pattern for pattern in self.include if rows and not _any_fits(rows, pattern)]
        vain = [say("include: {pattern!r} fits no row", pattern=pattern) for pattern in missed]
        datasets = {row.dataset for row in rows if row.section == "metrics"}
        if self.dataset and datasets and not any(_is_dataset(name, self.dataset) for name in datasets):
            vain.append(say("dataset: {dataset!r} is none of those measured on", dataset=self.dataset))
        return tuple(vain)


def _any_fits(rows: Sequence[Row], pattern: str) -> bool:
    return any(_fits(row, [pattern]) for row in rows if row.section == _about(pattern))


def _is_dataset(name: str, wanted: str) -> bool:
    return name == wanted or fnmatchcase(name, wanted)


def _patterns(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


def _about(pattern: str) -> str:
    """Which kind of row a pattern names: a section, `other` for a field, else metrics."""
    if pattern in _FIELDS:
        return "other"
    return next((section[:-1] for section in _SECTIONS if pattern.startswith(section)), "metrics")


def _fits(row: Row, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns for name in row.names)
